//! The drivers: duty status and the hours left of each clock, counted down since the ELD last spoke.

use std::sync::Arc;

use super::Subject;
use super::exception::about;
use super::units::{by_age, link_tractor, load, load_of, told};
use crate::model::{Driver, DutyStatus, Fleet};
use crate::rules::hours::{Left, left_at};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::table::{Cell, Column, Listed, Order, Width};
use crate::tui::widgets::text::{fit, width};
use crate::tui::words::{self, UNKNOWN};

/// Less than this left is soon.
const SOON_S: i64 = 3600;

/// Columns for a place at least.
const PLACE: u16 = 14;

/// What is older than this may be wrong by more than a dispatcher can plan with.
const OLD_S: i64 = 15 * 60;

impl Listed for Driver {
    const TITLE: &'static str = "Drivers";
    const SORTED_BY: usize = 0;
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "NAME",
            width: Width::Text(11, 20),
            rank: 0,
            grows: 3,
            cell: |row, _| row.name.clone().into(),
            order: |row, _| Order::text(&row.name),
        },
        Column {
            title: "STATUS",
            width: Width::Either(6, 12),
            rank: 1,
            grows: 2,
            cell: status,
            order: |row, _| Order::Number(row.hos_status as i64),
        },
        Column {
            title: "DRIVE",
            width: Width::Either(5, 9),
            rank: 2,
            grows: 5,
            cell: |row, facts| clock(row, left(row, facts).drive_s, 11, facts),
            order: |row, facts| Order::number(left(row, facts).drive_s),
        },
        Column {
            title: "SHIFT",
            width: Width::Either(5, 9),
            rank: 3,
            grows: 6,
            cell: |row, facts| clock(row, left(row, facts).shift_s, 14, facts),
            order: |row, facts| Order::number(left(row, facts).shift_s),
        },
        Column {
            title: "BREAK",
            width: Width::Either(5, 9),
            rank: 4,
            grows: 7,
            cell: |row, facts| clock(row, left(row, facts).break_s, 8, facts),
            order: |row, facts| Order::number(left(row, facts).break_s),
        },
        Column {
            title: "CYCLE",
            width: Width::Either(5, 9),
            rank: 5,
            grows: 8,
            cell: |row, facts| clock(row, left(row, facts).cycle_s, 70, facts),
            order: |row, facts| Order::number(left(row, facts).cycle_s),
        },
        Column {
            title: "FIRST",
            width: Width::Either(5, 11),
            rank: 10,
            grows: 1,
            cell: first_limit,
            order: |row, facts| Order::number(presses(row, facts)),
        },
        Column {
            title: "TRACT",
            width: Width::Text(5, 10),
            rank: 7,
            grows: 9,
            cell: |row, facts| facts.tractor_number(row.tractor_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.tractor_number(row.tractor_id.as_ref())),
        },
        Column {
            title: "PLACE",
            width: Width::Text(PLACE, 30),
            rank: 8,
            grows: 4,
            cell: place_cell,
            order: |row, _| Order::text(&place(row)),
        },
        Column {
            title: "LOAD",
            width: Width::Text(7, 12),
            rank: 9,
            grows: 10,
            cell: |row, _| load(row.movement_id.as_ref()).into(),
            order: |row, _| Order::text(&load(row.movement_id.as_ref())),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(5),
            rank: 6,
            grows: 0,
            cell: age,
            order: |row, _| Order::number(by_age(row.hos_as_of_at)),
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.drivers.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.drivers.as_slice().get(index).map(Arc::as_ref)
    }

    fn subject(&self) -> Subject {
        Subject::Driver(self.id.clone())
    }

    fn is(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Driver(id) if *id == self.id)
    }

    fn sentence(&self, facts: &Facts) -> String {
        let left = left(self, facts);
        let clocks = [
            ("drive", left.drive_s),
            ("shift", left.shift_s),
            ("break", left.break_s),
            ("cycle", left.cycle_s),
        ]
        .map(|(name, seconds)| format!("{name} {}", words::hours(seconds)));
        let status = self.hos_status.word().replace('_', " ");
        let age = words::or_unknown(Some(&told(self.hos_as_of_at, None, facts.now)));
        let place = Some(place(self)).filter(|place| place != UNKNOWN);
        let parts = [
            Some(format!("{}: {status}, {} (clocks {age})", self.name, clocks.join(", "))),
            facts.tractor(self.tractor_id.as_ref()).map(|tractor| format!("tractor {}", tractor.unit_number)),
            place.map(|place| format!("{place} (seen {})", told(self.observed_at, None, facts.now))),
            self.movement_id.as_ref().map(|load| format!("load {load}")),
        ];
        words::sentence(parts)
    }
}

/// Everything known of a driver.
pub fn sheet(row: &Driver, facts: &Facts) -> Sheet {
    let now = facts.now;
    let mut sheet = Sheet::about(format!("Driver {}", row.name));
    sheet.heading("Hours left");
    let since = row.hos_status_since_at.map(|at| format!("for {}", words::span(now.since(at))));
    sheet.noted("status", row.hos_status.word().replace('_', " "), since.unwrap_or_default());
    let left = left(row, facts);
    for (name, seconds, whole) in [
        ("drive", left.drive_s, 11),
        ("shift", left.shift_s, 14),
        ("break", left.break_s, 8),
        ("cycle", left.cycle_s, 70),
    ] {
        let bar = seconds.map(|left| facts.glyphs.bar(left, whole * 3600)).unwrap_or_default();
        sheet.judged(name, format!("{:>5} {bar}", words::hours(seconds)), urgency(row, seconds), "");
    }
    let first = left.first_to_bite().map(|(name, left)| format!("{name} in {}", words::hours(Some(left))));
    sheet.field("first limit", words::or_unknown(first.as_deref()));
    sheet.field("cycle tomorrow", words::hours(row.cycle_tomorrow_s));
    sheet.field("clocks told", words::or_unknown(Some(&told(row.hos_as_of_at, row.source.as_deref(), now))));
    sheet.field("rules", words::or_unknown(row.ruleset.as_deref()));
    sheet.field("home terminal", words::or_unknown(row.timezone.as_deref()));
    sheet.heading("Now");
    sheet.noted("place", place(row), told(row.observed_at, None, now));
    link_tractor(&mut sheet, row.tractor_id.as_ref(), "", facts);
    let subject = Subject::Driver(row.id.clone());
    sheet.link("load", load(row.movement_id.as_ref()), "", load_of(&subject, facts));
    about(&mut sheet, &subject, facts);
    sheet.heading("Person");
    sheet.field("phone", words::or_unknown(row.phone.as_deref()));
    sheet.field("dispatcher", words::or_unknown(row.dispatcher.as_deref()));
    sheet.noted("id", row.id.to_string(), format!("confirmed {}", told(Some(row.synced_at), None, now)));
    sheet
}

fn left(row: &Driver, facts: &Facts) -> Left {
    left_at(row, facts.now)
}

/// A status in the letters of a log, with how long it has lasted where there is room.
fn status(row: &Driver, facts: &Facts) -> Cell {
    let (word, role) = match row.hos_status {
        DutyStatus::Driving => ("DRIVE", Role::Good),
        DutyStatus::OnDuty => ("ON", Role::Text),
        DutyStatus::OffDuty => ("OFF", Role::Text),
        DutyStatus::Sleeper => ("SB", Role::Text),
        DutyStatus::YardMove => ("YARD", Role::Text),
        DutyStatus::PersonalConveyance => ("PC", Role::Text),
        DutyStatus::Unknown => (UNKNOWN, Role::Text),
    };
    let cell = Cell::of(word.to_owned(), role);
    match row.hos_status_since_at {
        Some(since) => cell.or_wide(format!("{word} {}", words::span(facts.now.since(since)))),
        None => cell,
    }
}

fn clock(row: &Driver, seconds: Option<i64>, whole_h: i64, facts: &Facts) -> Cell {
    let text = words::hours(seconds);
    let wide = seconds.map(|left| format!("{text:>5} {}", facts.glyphs.bar(left, whole_h * 3600)));
    let cell = Cell::of(format!("{text:>5}"), urgency(row, seconds));
    match wide {
        Some(wide) => cell.or_wide(wide),
        None => cell,
    }
}

/// A clock that runs out presses whoever works; who rests is getting it back.
const fn urgency(row: &Driver, seconds: Option<i64>) -> Role {
    match (row.hos_status, seconds) {
        (DutyStatus::OffDuty | DutyStatus::Sleeper, _) => Role::Text,
        (_, Some(..1)) => Role::Bad,
        (_, Some(1..SOON_S)) => Role::Warn,
        (_, Some(_) | None) => Role::Text,
    }
}

fn first_limit(row: &Driver, facts: &Facts) -> Cell {
    let Some((name, seconds)) = left(row, facts).first_to_bite() else {
        return words::or_unknown(None).into();
    };
    let wide = format!("{name} {}", words::hours(Some(seconds)));
    Cell::of(name.to_owned(), urgency(row, Some(seconds))).or_wide(wide)
}

/// What the first limit sorts by: whoever works comes before whoever rests, whose clocks do not run.
fn presses(row: &Driver, facts: &Facts) -> Option<i64> {
    /// No clock holds as much.
    const RESTING_S: i64 = 1000 * 3600;
    let (_, seconds) = left(row, facts).first_to_bite()?;
    let rests = matches!(row.hos_status, DutyStatus::OffDuty | DutyStatus::Sleeper);
    Some(if rests { seconds.saturating_add(RESTING_S) } else { seconds })
}

fn place(row: &Driver) -> String {
    words::place(row.place.as_deref(), row.latitude, row.longitude)
}

/// The place, with its own age where that is not the clocks': a parked truck says nothing for hours.
fn place_cell(row: &Driver, facts: &Facts) -> Cell {
    let place = place(row);
    match row.observed_at.filter(|at| facts.now.secs_since(*at) > OLD_S) {
        Some(at) if place != UNKNOWN => {
            let age = words::age(Some(at), facts.now);
            let short = fit(&place, PLACE.saturating_sub(width(&age) + 1), facts.glyphs);
            Cell::from(format!("{short} {age}")).or_wide(format!("{place} {age}"))
        }
        _ => place.into(),
    }
}

fn age(row: &Driver, facts: &Facts) -> Cell {
    let old = row.hos_as_of_at.is_some_and(|at| facts.now.secs_since(at) > OLD_S);
    Cell::of(words::age(row.hos_as_of_at, facts.now), if old { Role::Warn } else { Role::Text })
}
