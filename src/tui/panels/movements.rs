//! The loads: who has each, where it goes next, by when, and how much time there is to spare.

mod sheet;

use std::sync::Arc;

pub use sheet::sheet;

use super::Subject;
use super::units::by_age;
use crate::model::{EtaSource, Fleet, Keyed, Movement, MovementStatus, Reason, Risk, Stop, Timestamp};
use crate::rules::trip::{self, Trip};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Cell, Column, Listed, Order, Width};
use crate::tui::words::{self, UNKNOWN};

/// Less than this to spare is tight.
const TIGHT_S: i64 = 30 * 60;

/// An arrival that was due this long ago and was not reported says nothing of what comes.
const OVERDUE_S: i64 = 30 * 60;

/// Characters of the column of slack.
const SLACK_WIDTH: u16 = 9;

impl Listed for Movement {
    const TITLE: &'static str = "Movements";
    const SORTED_BY: usize = 7;
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "LOAD",
            width: Width::Text(7, 8),
            rank: 0,
            grows: 7,
            cell: |row, _| row.tms.id.clone().into(),
            order: |row, _| Order::text(&row.tms.id),
        },
        Column {
            title: "STATUS",
            width: Width::Fixed(9),
            rank: 6,
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
            rank: 7,
            grows: 8,
            cell: |row, facts| facts.tractor_number(row.tractor_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.tractor_number(row.tractor_id.as_ref())),
        },
        Column {
            title: "TRAILER",
            width: Width::Text(7, 8),
            rank: 9,
            grows: 9,
            cell: |row, facts| facts.trailer_number(row.trailer_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.trailer_number(row.trailer_id.as_ref())),
        },
        Column {
            title: "ROUTE",
            width: Width::Text(24, 28),
            rank: 11,
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
                    next(row, facts).and_then(|stop| eta(row, stop, facts)).map(|eta| eta.at.millis()),
                )
            },
        },
        Column {
            title: "SLACK",
            width: Width::Fixed(SLACK_WIDTH),
            rank: 3,
            grows: 0,
            cell: slack_cell,
            order: |row, facts| slack(row, facts).order(),
        },
        Column {
            title: "RISK",
            width: Width::Text(9, 17),
            rank: 12,
            grows: 11,
            cell: risk_cell,
            order: |row, facts| Order::Number(-(facts.standing(row).risk as i64)),
        },
        Column {
            title: "DISPATCH",
            width: Width::Text(8, 10),
            rank: 10,
            grows: 10,
            cell: |row, _| words::or_unknown(row.tms.dispatcher.as_deref()).into(),
            order: |row, _| Order::text(row.tms.dispatcher.as_deref().unwrap_or_default()),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(5),
            rank: 8,
            grows: 0,
            cell: |row, facts| words::age(Some(row.synced_at), facts.now).into(),
            order: |row, _| Order::number(by_age(Some(row.synced_at))),
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.movements.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.movements.as_slice().get(index).map(Arc::as_ref)
    }

    fn subject(&self) -> Subject {
        Subject::Movement(self.key())
    }

    fn is(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Movement(key) if self.cmp_key(key).is_eq())
    }

    fn sentence(&self, facts: &Facts) -> String {
        let with = [
            ("driver", drivers(self, facts)),
            ("tractor", facts.tractor_number(self.tractor_id.as_ref())),
            ("trailer", facts.trailer_number(self.trailer_id.as_ref())),
        ];
        let with = with.iter().filter(|(_, who)| who != UNKNOWN).map(|(kind, who)| format!(", {kind} {who}"));
        let load = format!("Load {} ({}){}", self.tms.id, status_word(self), with.collect::<String>());
        let next = next(self, facts).map(|stop| {
            let eta = eta(self, stop, facts).map(|eta| format!(", ETA {}", eta.words(stop, facts)));
            let slack = match slack(self, facts) {
                Slack::Unknown => None,
                Slack::Blind(reason) => Some(blind_words(reason).to_owned()),
                Slack::Spare(seconds) => Some(format!(", {} to spare", words::minutes(seconds))),
                told => Some(format!(", {}", told.words().to_lowercase())),
            };
            let (place, window) = (trip::place(stop), words::window(stop, facts));
            let (eta, slack) = (eta.unwrap_or_default(), slack.unwrap_or_default());
            format!("next stop {place}, window {window}{eta}{slack}")
        });
        words::sentence([Some(load), next, Some(format!("as of {}", words::clock(facts.now, &facts.zone)))])
    }
}

/// An arrival to come.
#[derive(Clone, Copy)]
struct Eta {
    at: Timestamp,
    /// Who says so, where it is not a truck's route.
    mark: &'static str,
}

impl Eta {
    fn words(self, stop: &Stop, facts: &Facts) -> String {
        let time = words::time_at(stop, Some(self.at), facts);
        if self.mark.is_empty() { time } else { format!("{time} {}", self.mark) }
    }
}

/// When it will be at `stop`, one of its own: ours if there is one and what it rests on still comes, else
/// the TMS's.
fn eta(row: &Movement, stop: &Stop, facts: &Facts) -> Option<Eta> {
    let holds = facts.standing(row).has_times();
    let ours = stop.eta_at.map(|at| Eta { at, mark: stop.eta_source.map_or("", mark) });
    let theirs = stop.tms.tms_eta_at.map(|at| Eta { at, mark: mark(EtaSource::Tms) });
    ours.filter(|_| holds).or(theirs)
}

const fn mark(source: EtaSource) -> &'static str {
    match source {
        EtaSource::Mapbox => "",
        EtaSource::MapboxCar => "car",
        EtaSource::Estimate => "est",
        EtaSource::Tms => "tms",
    }
}

/// How a load stands against the end of its next window, in the words of the table.
pub fn slack_said(row: &Movement, facts: &Facts) -> (String, Role) {
    let slack = slack(row, facts);
    (slack.short(), slack.role())
}

/// How a load stands against the end of its next window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slack {
    /// At the stop since.
    Here(i64),
    /// The window closed so long ago, and nobody says where the load is in time.
    Past(i64),
    Late(i64),
    Spare(i64),
    /// It was known, and what it rests on does not come any more.
    Blind(Reason),
    Unknown,
}

impl Slack {
    fn words(self) -> String {
        match self {
            Self::Here(seconds) => format!("HERE {}", words::minutes(seconds)),
            Self::Past(seconds) => format!("PAST {}", words::minutes(seconds)),
            Self::Late(seconds) => format!("LATE {}", words::minutes(seconds)),
            Self::Spare(seconds) => format!("+{}", words::minutes(seconds)),
            Self::Blind(Reason::StaleGps) => "GPS OLD".to_owned(),
            Self::Blind(_) => "HOURS OLD".to_owned(),
            Self::Unknown => UNKNOWN.to_owned(),
        }
    }

    /// The same in the width of a column: of many hours the minutes say nothing.
    fn short(self) -> String {
        let words = self.words();
        match words.rsplit_once('h') {
            Some((hours, _)) if words.len() > SLACK_WIDTH.into() => format!("{hours}h"),
            Some(_) | None => words,
        }
    }

    const fn role(self) -> Role {
        match self {
            Self::Past(_) | Self::Late(_) => Role::Bad,
            Self::Spare(..TIGHT_S) | Self::Blind(_) => Role::Warn,
            Self::Here(_) | Self::Spare(_) | Self::Unknown => Role::Text,
        }
    }

    /// The latest first; what has arrived after all that has not.
    const fn order(self) -> Order {
        match self {
            Self::Past(seconds) | Self::Late(seconds) => Order::Number(seconds.saturating_neg()),
            Self::Spare(seconds) => Order::Number(seconds),
            // Below what is known to be in time: nobody knows, and it must be looked at.
            Self::Blind(_) => Order::Number(i64::MAX - 1),
            Self::Here(_) => Order::Number(i64::MAX),
            Self::Unknown => Order::Unknown,
        }
    }
}

fn slack(row: &Movement, facts: &Facts) -> Slack {
    let Some(stop) = next(row, facts) else { return Slack::Unknown };
    let now = facts.now;
    let standing = facts.standing(row);
    let ours = row.late_s.filter(|_| standing.has_times());
    if let Some(arrived) = stop.tms.actual_arrival_at {
        // That it stands here hides nothing of what it will be late for.
        let here = Slack::Here(now.secs_since(arrived).max(0));
        return ours.filter(|late| *late > 0).map_or(here, Slack::Late);
    }
    let closes = stop.closes_at();
    let coming = eta(row, stop, facts).map(|eta| eta.at).filter(|at| now.secs_since(*at) < OVERDUE_S);
    let late = ours.or_else(|| Some(coming?.secs_since(closes?)));
    match (late, closes.map(|closes| now.secs_since(closes))) {
        (Some(late @ 1..), _) => Slack::Late(late),
        (_, Some(past @ 1..)) => Slack::Past(past),
        (Some(early), _) => Slack::Spare(early.saturating_neg()),
        (None, _) => match standing.reason {
            Some(reason @ (Reason::StaleGps | Reason::StaleHos)) => Slack::Blind(reason),
            _ => Slack::Unknown,
        },
    }
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

const fn risk_role(risk: Risk) -> Role {
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
    let slack = slack(row, facts);
    Cell::of(slack.short(), slack.role())
}

fn window_cell(row: &Movement, facts: &Facts) -> Cell {
    let Some(stop) = next(row, facts) else { return words::or_unknown(None).into() };
    Cell::from(words::deadline(stop, facts)).or_wide(words::window(stop, facts))
}

fn eta_cell(row: &Movement, facts: &Facts) -> Cell {
    let Some((stop, eta)) = next(row, facts).and_then(|stop| Some((stop, eta(row, stop, facts)?))) else {
        return words::or_unknown(None).into();
    };
    Cell::from(words::time_at(stop, Some(eta.at), facts)).or_wide(eta.words(stop, facts))
}

/// Open before over; what is open by when its next window closes.
fn urgency(row: &Movement, facts: &Facts) -> Order {
    if !row.tms.status.is_open() {
        return Order::Unknown;
    }
    let closes = next(row, facts).and_then(Stop::closes_at);
    Order::Number(closes.map_or(i64::MAX, Timestamp::millis))
}

fn trip_of<'a>(row: &Movement, facts: &'a Facts) -> Trip<'a> {
    trip::of(row, facts.fleet.stops_of(&row.key()))
}

fn next<'a>(row: &Movement, facts: &'a Facts) -> Option<&'a Stop> {
    trip_of(row, facts).next
}

fn next_place(row: &Movement, facts: &Facts) -> String {
    next(row, facts).map_or_else(|| UNKNOWN.to_owned(), trip::place)
}

fn route(row: &Movement, facts: &Facts) -> String {
    let trip = trip_of(row, facts);
    let place = |stop: Option<&Stop>| stop.map_or_else(|| UNKNOWN.to_owned(), trip::place);
    match (trip.origin, trip.destination) {
        (None, None) => UNKNOWN.to_owned(),
        (origin, destination) => format!("{}{}{}", place(origin), facts.glyphs.to(), place(destination)),
    }
}

/// The driver, and that there is a second one; or that an outside carrier moves it.
fn drivers(row: &Movement, facts: &Facts) -> String {
    if row.driver_id.is_none() && row.tms.brokered {
        return "(carrier)".to_owned();
    }
    let first = facts.driver_name(row.driver_id.as_ref());
    if row.driver2_id.is_some() { first + " +1" } else { first }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_late_comes_first_and_what_is_unknown_comes_last() {
        let blind = Slack::Blind(Reason::StaleGps);
        let mut all =
            [Slack::Unknown, Slack::Here(5), blind, Slack::Spare(60), Slack::Late(90), Slack::Past(600)];
        assert_eq!(Slack::Late(15 * 3600 + 240).short(), "LATE 15h");
        assert_eq!(Slack::Late(9 * 3600 + 240).short(), "LATE 9h04");
        assert_eq!(Slack::Blind(Reason::StaleHos).short(), "HOURS OLD");
        all.sort_by_key(|slack| slack.order());
        assert_eq!(
            all,
            [Slack::Past(600), Slack::Late(90), Slack::Spare(60), blind, Slack::Here(5), Slack::Unknown]
        );
    }
}
