//! The drivers: duty status and the hours left of each clock, counted down since the ELD last spoke.

use std::sync::Arc;
use std::time::Duration;

use super::Subject;
use super::exception::about;
use super::units::{
    by_age, freight_cell, link_tractor, load_of, miles_cell, miles_order, there_cell, there_order, told,
    told_as,
};
use crate::model::{Driver, DutyStatus, Fleet, Trailer, UnitKind};
use crate::rules::eta::clocks_hold;
use crate::rules::hours::{Left, left_at};
use crate::rules::near::{drivable_s, left_known};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::table::{Cell, Column, Group, LUXURY, Listed, Order, State, Width};
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
    const MILES: Option<usize> = Some(10);
    const THERE: Option<usize> = Some(11);
    const ANSWERS: &'static [(&'static str, &'static str)] = &[
        ("near", "THERE"),
        ("near", "MILES"),
        ("near", "LOAD"),
        ("near", "AGE"),
        ("drive", "LEGAL"),
        ("drive_left", "DRIVE"),
        ("dispatcher", "DISPATCH"),
    ];
    const GROUPS: &'static [Group<Self>] = &[
        Group { name: "dispatcher", of: |row, _| row.dispatcher.as_ref().map(Into::into) },
        Group { name: "fleet", of: |row, facts| fleet(row, facts).map(str::to_owned) },
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "NAME",
            width: Width::Text(11, 20),
            rank: 0,
            grows: 6,
            cell: |row, _| row.name.to_string().into(),
            order: |row, _| Order::text(&row.name),
        },
        Column {
            title: "STATUS",
            width: Width::Either(6, 12),
            rank: 1,
            grows: 5,
            cell: status,
            order: |row, _| Order::Number(row.hos_status as i64),
        },
        Column {
            title: "LEGAL",
            width: Width::Fixed(5),
            rank: 1,
            grows: 0,
            cell: can,
            order: |row, facts| Order::number(drivable(row, facts)),
        },
        Column {
            title: "DRIVE",
            width: Width::Either(5, 9),
            rank: 3,
            grows: 1,
            cell: |row, facts| clock(row, left(row, facts).drive_s, 11, facts),
            order: |row, facts| Order::number(left(row, facts).drive_s),
        },
        Column {
            title: "SHIFT",
            width: Width::Either(5, 9),
            rank: 4,
            grows: 2,
            cell: |row, facts| clock(row, left(row, facts).shift_s, 14, facts),
            order: |row, facts| Order::number(left(row, facts).shift_s),
        },
        Column {
            title: "BREAK",
            width: Width::Either(5, 9),
            rank: 8,
            grows: 3,
            cell: |row, facts| clock(row, left(row, facts).break_s, 8, facts),
            order: |row, facts| Order::number(left(row, facts).break_s),
        },
        Column {
            title: "CYCLE",
            width: Width::Either(5, 9),
            rank: 5,
            grows: 4,
            cell: |row, facts| clock(row, left(row, facts).cycle_s, cycle_h(row), facts),
            order: |row, facts| Order::number(left(row, facts).cycle_s),
        },
        Column {
            title: "FIRST",
            width: Width::Either(11, 21),
            rank: 2,
            grows: 8,
            cell: first_limit,
            order: |row, facts| Order::number(presses(row, facts)),
        },
        Column {
            title: "TRACT",
            width: Width::Text(5, 10),
            rank: 10,
            grows: 9,
            cell: |row, facts| facts.tractor_number(row.tractor_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.tractor_number(row.tractor_id.as_ref())),
        },
        Column {
            title: "TRAILER",
            width: Width::Either(8, 14),
            rank: 12,
            grows: 10,
            cell: |row, facts| freight_cell(trailer(row, facts)),
            order: |row, facts| Order::text(trailer(row, facts).map_or("", |unit| &unit.unit_number)),
        },
        Column {
            title: "MILES",
            width: Width::Fixed(5),
            rank: 1,
            grows: 0,
            cell: |row, facts| miles_cell(miles(row, facts), facts),
            order: |row, facts| miles_order(miles(row, facts)),
        },
        Column {
            title: "THERE",
            width: Width::Fixed(9),
            rank: 1,
            grows: 0,
            cell: |row, facts| there_cell(UnitKind::Driver, &row.id, facts),
            order: |row, facts| there_order((UnitKind::Driver, &row.id), miles(row, facts), facts),
        },
        Column {
            title: "PLACE",
            width: Width::Text(PLACE, 30),
            rank: 6,
            grows: 7,
            cell: place_cell,
            order: |row, _| Order::text(&place(row)),
        },
        Column {
            title: "LOAD",
            width: Width::Text(7, 12),
            rank: 9,
            grows: 11,
            cell: load_cell,
            order: |row, facts| Order::text(facts.committed().first_of(row).unwrap_or_default()),
        },
        Column {
            title: "DISPATCH",
            width: Width::Text(8, 10),
            rank: LUXURY,
            grows: 12,
            cell: |row, _| words::or_unknown(row.dispatcher.as_deref()).into(),
            order: |row, _| Order::text(row.dispatcher.as_deref().unwrap_or_default()),
        },
        Column {
            title: "FLEET",
            width: Width::Text(8, 10),
            rank: LUXURY + 1,
            grows: 13,
            cell: |row, facts| words::or_unknown(fleet(row, facts)).into(),
            order: |row, facts| Order::text(fleet(row, facts).unwrap_or_default()),
        },
        Column {
            title: "SOURCE",
            width: Width::Text(7, 12),
            rank: LUXURY + 2,
            grows: 14,
            cell: |row, _| words::or_unknown(row.source.as_deref()).into(),
            order: |row, _| Order::text(row.source.as_deref().unwrap_or_default()),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(5),
            rank: 7,
            grows: 0,
            cell: age,
            order: |row, _| Order::number(by_age(row.hos_as_of_at)),
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.drivers.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.drivers.at(index).map(Arc::as_ref)
    }

    fn subject(&self) -> Subject {
        Subject::Driver(self.id.clone())
    }

    fn is(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Driver(id) if *id == self.id)
    }

    fn state(&self, facts: &Facts) -> Option<State> {
        let first = left(self, facts).first_to_bite().map(|(_, left)| left);
        match urgency(self, first) {
            role @ Role::Bad => Some(State { rank: 2, word: "out of hours", role }),
            role @ Role::Warn => Some(State { rank: 1, word: "within an hour of a limit", role }),
            _ => None,
        }
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
            facts.committed().first_of(self).map(|load| format!("load {load}")),
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
    told_as(&mut sheet, row.place.as_deref(), &place(row));
    link_tractor(&mut sheet, row.tractor_id.as_ref(), "", facts);
    let subject = Subject::Driver(row.id.clone());
    let first = facts.committed().first_of(row);
    sheet.link("load", words::or_unknown(first), "", load_of(&subject, facts));
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

/// Which clock ends driving first and how much of it is left; with room also when, where it runs.
fn first_limit(row: &Driver, facts: &Facts) -> Cell {
    let Some((name, seconds)) = left(row, facts).first_to_bite() else {
        return words::or_unknown(None).into();
    };
    let text = format!("{name} {}", words::hours(Some(seconds)));
    let cell = Cell::of(text.clone(), urgency(row, Some(seconds)));
    let runs = row.hos_status == DutyStatus::Driving && seconds > 0;
    match u64::try_from(seconds) {
        Ok(seconds) if runs => {
            let at = facts.now.plus(Duration::from_secs(seconds));
            cell.or_wide(format!("{text} {}", words::time(at, &facts.zone, facts.now)))
        }
        _ => cell,
    }
}

/// What can be driven before a long rest, by every clock; not known once nobody confirms the clocks.
fn drivable(row: &Driver, facts: &Facts) -> Option<i64> {
    drivable_s(&left_known(row, &facts.fresh, facts.now))
}

fn can(row: &Driver, facts: &Facts) -> Cell {
    let seconds = drivable(row, facts);
    Cell::of(format!("{:>5}", words::hours(seconds)), urgency(row, seconds))
}

/// The whole of the cycle that he drives by: 70 hours unless his rules say 60.
fn cycle_h(row: &Driver) -> i64 {
    if row.ruleset.as_deref().is_some_and(|rules| rules.contains("60")) { 60 } else { 70 }
}

fn trailer<'a>(row: &Driver, facts: &'a Facts) -> Option<&'a Trailer> {
    facts.trailer(facts.tractor(row.tractor_id.as_ref())?.trailer_id.as_ref())
}

fn fleet<'a>(row: &Driver, facts: &'a Facts) -> Option<&'a str> {
    facts.tractor(row.tractor_id.as_ref())?.fleet.as_deref()
}

/// Miles from the place that the filter names: of his truck, where he has one.
fn miles(row: &Driver, facts: &Facts) -> Option<f64> {
    match facts.tractor(row.tractor_id.as_ref()) {
        Some(unit) => facts.miles(unit.latitude, unit.longitude),
        None => facts.miles(row.latitude, row.longitude),
    }
}

/// The load he is on or has next, and how many more.
fn load_cell(row: &Driver, facts: &Facts) -> Cell {
    let first = words::or_unknown(facts.committed().first_of(row));
    match facts.committed().loads_of(&row.id).len() {
        0 | 1 => first.into(),
        loads => Cell::from(first.clone()).or_wide(format!("{first} +{}", loads - 1)),
    }
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

/// Who rests loses nothing by old clocks; of who works they say less by the minute.
fn age(row: &Driver, facts: &Facts) -> Cell {
    let Some(at) = row.hos_as_of_at else { return words::or_unknown(None).into() };
    let comes = row.source.as_deref().is_some_and(|source| facts.fresh.hours(source));
    let works = !matches!(row.hos_status, DutyStatus::OffDuty | DutyStatus::Sleeper);
    let role = match () {
        () if !clocks_hold(row, facts.now) => Role::Bad,
        () if !comes || (works && facts.now.secs_since(at) > OLD_S) => Role::Warn,
        () => Role::Text,
    };
    Cell::of(words::age(Some(at), facts.now), role)
}
