//! The rows as a dispatcher reads them: names for ids, ages for times, the columns that matter first.

use std::cmp::Ordering;
use std::io::{self, Write};

use super::rows::{Table, tractor_now, trailer_now};
use super::{Layout, grid};
use crate::model::{
    Driver, EtaSource, Fleet, Keyed, Motion, Movement, Order, Reason, Rows, Stop, Timestamp, Tractor,
    Trailer, UnitId,
};
use crate::rules::committed::Committed;
use crate::rules::dwell::{self, Dwell};
use crate::rules::find::by_number;
use crate::rules::freshness::{self, Freshness};
use crate::rules::{age, hours, late, locality, moment, motion, trailer, trip};

pub(super) const NONE: &str = "-";

/// Prints a table's rows below their titles.
pub(super) fn print(
    fleet: &Fleet,
    table: Table,
    layout: &Layout,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let titles: &[&str] = match table {
        Table::Tractors => &["UNIT", "STATE", "AGE", "PLACE", "DRIVER", "TRAILER", "LOAD", "SOURCE"],
        Table::Trailers => &["UNIT", "STATE", "AGE", "PLACE", "TRACTOR", "LOADED", "LOAD", "SOURCE"],
        Table::Drivers => {
            &["NAME", "STATUS", "DRIVE", "SHIFT", "BREAK", "CYCLE", "AGE", "TRACTOR", "LOAD", "PLACE", "SEEN"]
        }
        Table::Movements => &[
            "LOAD",
            "STATUS",
            "RISK",
            "NEXT STOP",
            "ETA",
            "DRIVER",
            "TRACTOR",
            "TRAILER",
            "FROM",
            "TO",
            "REASON",
        ],
        Table::Orders => &["ORDER", "STATUS", "CUSTOMER", "LOAD", "BOL", "PO", "COMMODITY"],
        Table::Stops => &["LOAD", "STOP", "TYPE", "PLACE", "WINDOW", "UNTIL", "ETA", "ARRIVED", "NAME"],
    };
    let names = Names(fleet);
    let fresh = Freshness::of(&fleet.feeds, now);
    let committed = match table {
        Table::Drivers | Table::Tractors => Committed::of(fleet, now),
        Table::Trailers | Table::Movements | Table::Orders | Table::Stops => Committed::default(),
    };
    let rows: Vec<Vec<String>> = match table {
        Table::Tractors => sorted(&fleet.tractors, |a, b| by_number(&a.unit_number, &b.unit_number))
            .map(|row| tractor(row, names, &committed, now))
            .collect(),
        Table::Trailers => sorted(&fleet.trailers, |a, b| by_number(&a.unit_number, &b.unit_number))
            .map(|row| pulled(row, names, now))
            .collect(),
        Table::Drivers => sorted(&fleet.drivers, |a, b| a.name.cmp(&b.name))
            .map(|row| driver(row, names, &committed, now))
            .collect(),
        Table::Movements => (fleet.movements.iter())
            .map(|row| movement(&freshness::movement_at(row, fleet, &fresh, now), names, layout, now))
            .collect(),
        Table::Orders => fleet.orders.iter().map(|row| order(row)).collect(),
        Table::Stops => sorted(&fleet.stops, |a, b| as_driven(a).cmp(&as_driven(b)))
            .map(|row| stop(&freshness::stop_at(row, fleet, &fresh, now), layout, now))
            .collect(),
    };
    // What an arrival rests on stands at its end.
    grid::print_whole(titles, &["ETA"], &rows, layout, out)
}

/// The rows in the order people look for them; equals stay in the order of their keys.
fn sorted<T: Keyed>(rows: &Rows<T>, order: fn(&T, &T) -> Ordering) -> impl Iterator<Item = &T> {
    let mut rows: Vec<&T> = rows.iter().map(AsRef::as_ref).collect();
    rows.sort_by(|a, b| order(a, b));
    rows.into_iter()
}

fn as_driven(stop: &Stop) -> (&str, Option<&str>, i64) {
    (&stop.tms.company_id, stop.tms.movement_id.as_deref(), stop.tms.sequence)
}

fn tractor(row: &Tractor, names: Names<'_>, committed: &Committed, now: Timestamp) -> Vec<String> {
    let (state, since) = tractor_now(row, now);
    vec![
        row.unit_number.to_string(),
        state_words((state, since, row.heading_deg, row.speed_mph), dwell::state_of_tractor(row, now), now),
        age::since(row.observed_at, now),
        place(row.place.as_deref(), row.latitude, row.longitude),
        names.driver(row.driver_id.as_ref()),
        names.trailer(row.trailer_id.as_ref()),
        or_none(committed.first_on(row)),
        or_none(row.source.as_deref()),
    ]
}

fn pulled(row: &Trailer, names: Names<'_>, now: Timestamp) -> Vec<String> {
    let (state, since) = trailer_now(row, now);
    let seen = trailer::seen(names.0, row);
    let does =
        || state_words((state, since, row.heading_deg, row.speed_mph), dwell::of_trailer(row, now), now);
    vec![
        row.unit_number.to_string(),
        seen.with.map_or_else(does, trailer::with_words),
        age::since(seen.observed_at, now),
        place(seen.place, seen.latitude, seen.longitude),
        names.tractor(row.tractor_id.as_ref()),
        row.loaded.word().to_owned(),
        or_none(row.movement_id.as_deref()),
        or_none(row.source.as_deref()),
    ]
}

fn driver(row: &Driver, names: Names<'_>, committed: &Committed, now: Timestamp) -> Vec<String> {
    let left = hours::left_at(row, now);
    vec![
        row.name.to_string(),
        row.hos_status.word().to_owned(),
        clock(left.drive_s),
        clock(left.shift_s),
        clock(left.break_s),
        clock(left.cycle_s),
        age::since(row.hos_as_of_at, now),
        names.tractor(row.tractor_id.as_ref()),
        or_none(committed.first_of(row)),
        place(row.place.as_deref(), row.latitude, row.longitude),
        age::since(row.observed_at, now),
    ]
}

fn movement(row: &Movement, names: Names<'_>, layout: &Layout, now: Timestamp) -> Vec<String> {
    let trip = trip::of(row, names.0.stops_of(&row.key()));
    let place = |stop: Option<&Stop>| stop.map_or_else(|| NONE.to_owned(), trip::place);
    vec![
        row.tms.id.to_string(),
        row.tms.status.word().to_owned(),
        risk_words(row, names.0, trip.next),
        place(trip.next),
        eta(row.eta_at, trip.next.and_then(|stop| stop.eta_source), layout, now),
        names.driver(row.driver_id.as_ref()),
        names.tractor(row.tractor_id.as_ref()),
        names.trailer(row.trailer_id.as_ref()),
        place(trip.origin),
        place(trip.destination),
        or_none(row.reason.map(Reason::word)),
    ]
}

/// The class, and at which stop where that is not the next.
fn risk_words(row: &Movement, fleet: &Fleet, next: Option<&Stop>) -> String {
    let critical = late::critical(row, fleet).filter(|_| row.late_s.is_some());
    match critical.filter(|stop| next.is_some_and(|next| next.key() != stop.key())) {
        Some(stop) => format!("{} at {}", row.risk.word(), trip::place(stop)),
        None => row.risk.word().to_owned(),
    }
}

fn order(row: &Order) -> Vec<String> {
    vec![
        row.tms.id.to_string(),
        row.tms.status.word().to_owned(),
        or_none(row.customer.as_deref()),
        or_none(row.tms.movement_id.as_deref()),
        or_none(row.tms.bol.as_deref()),
        or_none(row.tms.po.as_deref()),
        or_none(row.tms.commodity.as_deref()),
    ]
}

fn stop(row: &Stop, layout: &Layout, now: Timestamp) -> Vec<String> {
    let moment = |at| moment(at, layout, now);
    vec![
        or_none(row.tms.movement_id.as_deref()),
        row.tms.id.to_string(),
        row.tms.kind.word().to_owned(),
        trip::place(row),
        moment(row.tms.scheduled_early_at),
        moment(row.tms.scheduled_late_at),
        stop_eta(row, layout, now),
        moment(row.tms.actual_arrival_at),
        or_none(row.tms.name.as_deref()),
    ]
}

/// Ours where there is one, else the TMS's; with what it rests on.
fn stop_eta(row: &Stop, layout: &Layout, now: Timestamp) -> String {
    match (row.eta_at, row.tms.tms_eta_at) {
        (None, told @ Some(_)) => eta(told, Some(EtaSource::Tms), layout, now),
        (ours, _) => eta(ours, row.eta_source, layout, now),
    }
}

fn eta(at: Option<Timestamp>, source: Option<EtaSource>, layout: &Layout, now: Timestamp) -> String {
    EtaSource::marked(source.filter(|_| at.is_some()), moment(at, layout, now))
}

/// Looks up what people call a unit.
#[derive(Clone, Copy)]
pub(super) struct Names<'a>(pub(super) &'a Fleet);

impl Names<'_> {
    pub(super) fn tractor(self, id: Option<&UnitId>) -> String {
        let row = id.and_then(|id| self.0.tractors.get(id));
        or_none(row.map(|row| row.unit_number.as_str()))
    }

    pub(super) fn trailer(self, id: Option<&UnitId>) -> String {
        let row = id.and_then(|id| self.0.trailers.get(id));
        or_none(row.map(|row| row.unit_number.as_str()))
    }

    pub(super) fn driver(self, id: Option<&UnitId>) -> String {
        let row = id.and_then(|id| self.0.drivers.get(id));
        or_none(row.map(|row| row.name.as_str()))
    }
}

/// "moving NE 63", "idle 12m", "stopped 9h43 to 14h10", "dark 3h05".
fn state_words(
    (state, since, heading_deg, speed_mph): (Motion, Option<Timestamp>, Option<f64>, Option<f64>),
    lasts: Option<Dwell>,
    now: Timestamp,
) -> String {
    let mut words = vec![state.word().to_owned()];
    match state {
        Motion::Moving => {
            words.extend(heading_deg.map(|heading| motion::compass(heading).to_owned()));
            words.extend(speed_mph.map(|speed| format!("{speed:.0}")));
        }
        Motion::Stopped | Motion::Idle => words.extend(lasts.map(|lasts| lasts.words())),
        Motion::Dark => words.extend(since.map(|since| age::words(now.since(since)))),
    }
    words.join(" ")
}

/// Hours and minutes left, "-" where the ELD does not say.
pub(super) fn clock(left_s: Option<i64>) -> String {
    left_s.map_or_else(|| NONE.to_owned(), |left| format!("{}:{:02}", left / 3600, left % 3600 / 60))
}

/// "Tue 14:05 CST" on the days around today, else "2026-03-22 14:05 CST"; in the office's zone.
pub(super) fn moment(at: Option<Timestamp>, layout: &Layout, now: Timestamp) -> String {
    or_none(at.and_then(|at| moment::words(at, &layout.zone, now)).as_deref())
}

/// The same in the stop's own time, where its zone is known; the letters say which it is.
pub(super) fn moment_at(stop: &Stop, at: Option<Timestamp>, layout: &Layout, now: Timestamp) -> String {
    or_none(at.and_then(|at| moment::at_stop(stop, at, &layout.zone, now)).as_deref())
}

/// Where a unit is, in the words of every door.
pub(super) fn place(told: Option<&str>, latitude: Option<f64>, longitude: Option<f64>) -> String {
    locality::place(told, latitude, longitude).unwrap_or_else(|| NONE.to_owned())
}

pub(super) fn or_none(text: Option<&str>) -> String {
    text.unwrap_or(NONE).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_week_is_one_of_the_seven_around_today() {
        let now = Timestamp::parse("2026-03-10T18:00:00Z").unwrap();
        let zone = jiff::tz::TimeZone::get("America/Chicago").unwrap();
        let layout = Layout { width: None, ascii: false, zone };
        let check = |at, expected| assert_eq!(moment(Timestamp::parse(at), &layout, now), expected, "{at}");
        check("2026-03-10T19:05:00Z", "Tue 14:05 CDT");
        check("2026-03-14T19:05:00Z", "Sat 14:05 CDT");
        check("2026-03-03T20:05:00Z", "2026-03-03 14:05 CST");
    }

    #[test]
    fn an_arrival_is_marked_with_what_it_rests_on() {
        let now = Timestamp::parse("2026-03-10T18:00:00Z").unwrap();
        let layout = Layout { width: None, ascii: false, zone: jiff::tz::TimeZone::UTC };
        let mut row = Stop::default();
        assert_eq!(stop_eta(&row, &layout, now), "-");
        row.tms.tms_eta_at = Some(now);
        assert_eq!(stop_eta(&row, &layout, now), "Tue 18:00 UTC tms");
        row.eta_at = Timestamp::parse("2026-03-10T19:00:00Z");
        for (source, expected) in [
            (EtaSource::Mapbox, "Tue 19:00 UTC"),
            (EtaSource::MapboxCar, "Tue 19:00 UTC car"),
            (EtaSource::Estimate, "Tue 19:00 UTC est"),
        ] {
            row.eta_source = Some(source);
            assert_eq!(stop_eta(&row, &layout, now), expected);
        }
    }

    #[test]
    fn a_place_is_in_our_words_else_as_it_was_told_else_in_degrees() {
        assert_eq!(place(Some("Yard 4"), Some(32.77), Some(-96.79)), "Dallas TX");
        assert_eq!(place(Some("Yard 4"), None, None), "Yard 4");
        assert_eq!(place(None, Some(32.77), Some(-96.79)), "Dallas TX");
        assert_eq!(place(None, Some(32.77), Some(6.79)), "32.770,6.790");
        assert_eq!(place(None, Some(32.77), None), "-");
    }
}
