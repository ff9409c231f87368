//! The loads: who has each, where it goes next, by when, and how much time there is to spare.

mod sheet;
mod slack;

use std::sync::Arc;

pub use sheet::sheet;

use super::Subject;
use super::board::line;
use super::units::by_age;
use crate::model::{EtaSource, Fleet, Keyed, Movement, MovementStatus, Named, Reason, Risk, Stop, Timestamp};
use crate::rules::slack::{self as rule, Judged, Slack};
use crate::rules::trip::{self, Trip};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Cell, Column, Group, Listed, Order, State, Width};
use crate::tui::words::{self, UNKNOWN};

/// How a load stands against the window that it is judged by, and that in the words of the table.
pub fn slack_said(row: &Movement, facts: &Facts) -> (Slack, String, Role) {
    let (slack, source) = slack(row, facts);
    (slack, slack::short(slack, source), slack::role(slack))
}

impl Listed for Movement {
    const TITLE: &'static str = "Movements";
    const SORTED_BY: usize = 7;
    const ANSWERS: &'static [(&'static str, &'static str)] =
        &[("dispatcher", "DISPATCH"), ("reason", "RISK"), ("from", "ROUTE"), ("to", "ROUTE")];
    const GROUPS: &'static [Group<Self>] = &[
        Group { name: "dispatcher", of: |row, _| row.tms.dispatcher.as_ref().map(Into::into) },
        Group {
            name: "fleet",
            of: |row, facts| facts.tractor(row.tractor_id.as_ref())?.fleet.as_ref().map(Into::into),
        },
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "LOAD",
            width: Width::Text(7, 8),
            rank: 0,
            grows: 7,
            cell: |row, _| row.tms.id.to_string().into(),
            order: |row, _| Order::text(&row.tms.id),
        },
        Column {
            title: "STATUS",
            width: Width::Fixed(9),
            rank: 7,
            grows: 6,
            cell: status,
            order: |row, _| Order::Number(row.tms.status as i64),
        },
        Column {
            title: "DRIVER",
            width: Width::Text(9, 18),
            rank: 4,
            grows: 3,
            cell: |row, facts| drivers(row, facts).into(),
            order: |row, facts| Order::text(&drivers(row, facts)),
        },
        Column {
            title: "TRACT",
            width: Width::Text(5, 7),
            rank: 8,
            grows: 8,
            cell: |row, facts| facts.tractor_number(row.tractor_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.tractor_number(row.tractor_id.as_ref())),
        },
        Column {
            title: "TRAILER",
            width: Width::Text(7, 8),
            rank: 10,
            grows: 9,
            cell: |row, facts| facts.trailer_number(row.trailer_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.trailer_number(row.trailer_id.as_ref())),
        },
        Column {
            title: "ROUTE",
            width: Width::Text(24, 28),
            rank: 12,
            grows: 5,
            cell: |row, facts| route(row, facts).into(),
            order: |row, facts| Order::text(&route(row, facts)),
        },
        Column {
            title: "NEXT",
            width: Width::Text(10, 18),
            rank: 1,
            grows: 1,
            cell: |row, facts| next_place(row, facts).into(),
            order: |row, facts| Order::text(&next_place(row, facts)),
        },
        Column {
            title: "WINDOW",
            width: Width::Either(13, 16),
            rank: 2,
            grows: 2,
            cell: window_cell,
            order: urgency,
        },
        Column {
            title: "ETA",
            width: Width::Either(10, 13),
            rank: 5,
            grows: 4,
            cell: eta_cell,
            order: |row, facts| {
                Order::number(
                    judged(row, facts).and_then(|at| eta(row, at.stop, facts)).map(|eta| eta.at.millis()),
                )
            },
        },
        Column {
            title: "SLACK",
            width: Width::Fixed(slack::WIDTH),
            rank: 3,
            grows: 0,
            cell: slack_cell,
            order: |row, facts| slack::order(slack(row, facts).0),
        },
        Column {
            title: "RISK",
            width: Width::Text(9, 17),
            rank: 13,
            grows: 11,
            cell: risk_cell,
            order: |row, facts| Order::Number(-(facts.standing(row).risk as i64)),
        },
        Column {
            title: "WHO",
            width: Width::Text(5, 11),
            rank: 6,
            grows: 12,
            cell: |row, facts| who(row, facts).into(),
            order: |row, facts| Order::text(&who(row, facts)),
        },
        Column {
            title: "DISPATCH",
            width: Width::Text(8, 10),
            rank: 11,
            grows: 10,
            cell: |row, _| words::or_unknown(row.tms.dispatcher.as_deref()).into(),
            order: |row, _| Order::text(row.tms.dispatcher.as_deref().unwrap_or_default()),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(5),
            rank: 9,
            grows: 0,
            cell: |row, facts| words::age(Some(row.synced_at), facts.now).into(),
            order: |row, _| Order::number(by_age(Some(row.synced_at))),
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.movements.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.movements.at(index).map(Arc::as_ref)
    }

    fn subject(&self) -> Subject {
        Subject::Movement(self.key())
    }

    fn is(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Movement(key) if self.cmp_key(key).is_eq())
    }

    fn state(&self, facts: &Facts) -> Option<State> {
        if !self.tms.status.is_open() {
            return None;
        }
        let risk = facts.standing(self).risk;
        let (rank, word) = match (risk, slack(self, facts).0) {
            (Risk::Late, _) => (5, "late"),
            (_, Slack::Past(_)) => (4, "past its window"),
            (Risk::AtRisk, _) | (_, Slack::Risk(_)) => (3, "at risk"),
            (Risk::Tight, _) => (2, "tight"),
            (Risk::Unknown, _) => (1, "not known"),
            (Risk::Ok, _) => return None,
        };
        let role = if rank >= 3 { Role::Bad } else { risk_role(risk) };
        Some(State { rank, word, role })
    }

    fn sentence(&self, facts: &Facts) -> String {
        super::answers::for_customer(self, facts)
    }
}

/// An arrival to come.
#[derive(Clone, Copy)]
struct Eta {
    at: Timestamp,
    source: Option<EtaSource>,
}

impl Eta {
    fn words(self, stop: &Stop, facts: &Facts) -> String {
        EtaSource::marked(self.source, words::time_at(stop, Some(self.at), facts))
    }

    /// The same where there is little room. What only the TMS says is marked there too, if only its day is left.
    fn short(self, stop: &Stop, facts: &Facts) -> String {
        let (time, whole) = (words::time_at(stop, Some(self.at), facts), self.words(stop, facts));
        match (self.source.unwrap_or(EtaSource::Mapbox), time.split_once(' ')) {
            (EtaSource::Mapbox, _) => time,
            (EtaSource::MapboxCar | EtaSource::Estimate, Some((day, time))) => {
                day.to_owned() + slack::ROUGH + time
            }
            (EtaSource::MapboxCar | EtaSource::Estimate, None) => slack::ROUGH.to_owned() + &time,
            (EtaSource::Tms, Some((day, _))) => format!("{day} {}", EtaSource::Tms.mark()),
            (EtaSource::Tms, None) => whole,
        }
    }
}

/// When it will be at `stop`, one of its own: ours if there is one and what it rests on still comes, else
/// the TMS's.
fn eta(row: &Movement, stop: &Stop, facts: &Facts) -> Option<Eta> {
    let (at, source) = rule::eta(stop, &facts.standing(row))?;
    Some(Eta { at, source })
}

/// The stop that the load is judged by, and how it stands there: what a row says of a window, an arrival and slack
/// is all about that one stop.
fn judged<'a>(row: &Movement, facts: &'a Facts) -> Option<Judged<'a>> {
    rule::judged(row, &facts.fleet, &facts.fresh, facts.now)
}

/// How it stands, and who told the arrival that this is counted from.
fn slack(row: &Movement, facts: &Facts) -> (Slack, Option<EtaSource>) {
    judged(row, facts).map_or((Slack::Unknown, None), |judged| (judged.slack, judged.source))
}

/// The class, with its reason where there is room: "late 14H", "at risk DWELL".
fn risk_cell(row: &Movement, facts: &Facts) -> Cell {
    let standing = facts.standing(row);
    let role = risk_role(standing.risk);
    if standing.risk == Risk::Unknown && standing.reason.is_none() {
        return Cell::of(UNKNOWN.to_owned(), role);
    }
    let word = standing.risk.word().replace('_', " ");
    let why = standing.reason.map(|reason| format!(" {}", reason.word())).unwrap_or_default();
    Cell::of(word.clone(), role).or_wide(word + &why)
}

pub const fn risk_role(risk: Risk) -> Role {
    match risk {
        Risk::Late | Risk::AtRisk => Role::Bad,
        Risk::Tight => Role::Warn,
        Risk::Ok | Risk::Unknown => Role::Text,
    }
}

/// What does not come any more, as a part of a sentence.
const fn blind_words(reason: Reason) -> &'static str {
    match reason {
        Reason::StaleGps => "where the truck is is not known any more",
        _ => "the driver's hours are not known any more",
    }
}

fn slack_cell(row: &Movement, facts: &Facts) -> Cell {
    let (_, words, role) = slack_said(row, facts);
    Cell::of(words, role)
}

fn window_cell(row: &Movement, facts: &Facts) -> Cell {
    let Some(stop) = judged(row, facts).map(|at| at.stop) else { return words::or_unknown(None).into() };
    Cell::from(words::deadline(stop, facts)).or_wide(words::window(stop, facts))
}

fn eta_cell(row: &Movement, facts: &Facts) -> Cell {
    let Some((stop, eta)) = judged(row, facts).and_then(|at| Some((at.stop, eta(row, at.stop, facts)?)))
    else {
        return words::or_unknown(None).into();
    };
    Cell::from(eta.short(stop, facts)).or_wide(eta.words(stop, facts))
}

/// Open before over; what is open by when the window closes that it is judged by.
fn urgency(row: &Movement, facts: &Facts) -> Order {
    if !row.tms.status.is_open() {
        return Order::Unknown;
    }
    let closes = judged(row, facts).and_then(|at| at.stop.closes_at());
    Order::Number(closes.map_or(i64::MAX, Timestamp::millis))
}

fn trip_of<'a>(row: &Movement, facts: &'a Facts) -> Trip<'a> {
    trip::of(row, facts.fleet.stops_of(&row.key()))
}

fn next<'a>(row: &Movement, facts: &'a Facts) -> Option<&'a Stop> {
    trip_of(row, facts).next
}

/// The next stop; or "+1 Memphis TN" where the load is judged by a later one, and how many stops later that is.
fn next_place(row: &Movement, facts: &Facts) -> String {
    judged(row, facts).map_or_else(
        || UNKNOWN.to_owned(),
        |at| match at.ahead {
            0 => trip::place(at.stop),
            stops => format!("+{stops} {}", trip::place(at.stop)),
        },
    )
}

fn route(row: &Movement, facts: &Facts) -> String {
    let trip = trip_of(row, facts);
    let place = |stop: Option<&Stop>| stop.map_or_else(|| UNKNOWN.to_owned(), trip::place);
    match (trip.origin, trip.destination) {
        (None, None) => UNKNOWN.to_owned(),
        (origin, destination) => format!("{}{}{}", place(origin), facts.glyphs.to(), place(destination)),
    }
}

/// The driver, and that there is a second one; or that an outside carrier moves it, or somebody in no roster.
fn drivers(row: &Movement, facts: &Facts) -> String {
    if row.driver_id.is_none() && row.tms.brokered {
        return "(carrier)".to_owned();
    }
    if row.driver_id.is_none() && row.driver_named == Named::Somebody {
        return "(unknown)".to_owned();
    }
    let first = facts.driver_name(row.driver_id.as_ref());
    if row.driver2_id.is_some() { first + " +1" } else { first }
}

/// Who has what is wrong with the load, has seen it, snoozed or noted it, as the board says it of the worst.
fn who(row: &Movement, facts: &Facts) -> String {
    facts.worst_of(&row.key()).map_or_else(|| UNKNOWN.to_owned(), |row| line::who(row, facts))
}

fn status(row: &Movement, _: &Facts) -> Cell {
    let role = match row.tms.status {
        MovementStatus::InProgress => Role::Good,
        MovementStatus::Available => Role::Warn,
        MovementStatus::Delivered | MovementStatus::Void => Role::Muted,
        MovementStatus::Covered | MovementStatus::Unknown => Role::Text,
    };
    Cell::of(status_word(row), role)
}

/// Our word for the TMS's status, or its own code where we know none.
fn status_word(row: &Movement) -> String {
    match (row.tms.status, &row.tms.tms_status) {
        (MovementStatus::InProgress, _) => "under way".to_owned(),
        (MovementStatus::Unknown, Some(code)) => format!("code {code}"),
        (status, _) => status.word().to_owned(),
    }
}
