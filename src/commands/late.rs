//! `late`: the loads that will be late, or may be, the worst first, with why and what it rests on.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::rows::{MovementRow, age_of};
use super::table::{self, Names, or_none};
use super::{Format, Layout, grid};
use crate::model::{EtaSource, Fleet, Gives, Input, Keyed, Reason, RunsOut, Timestamp};
use crate::rules::late::{LateLoad, Report};
pub(super) use crate::rules::moment::span;
use crate::rules::{age, locality, trip};

/// Prints it. There is no CSV of it: that prints JSON.
pub fn print(
    report: &Report<'_>,
    fleet: &Fleet,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(layout) = format.laid_out(report.loads.iter().map(|load| Row::of(load, fleet, now)), out)?
    else {
        return Ok(());
    };
    print_text(report, fleet, layout, now, out)
}

/// How old the oldest read is among the feeds that loads are judged by; `None` when one was never read.
pub fn age(fleet: &Fleet, now: Timestamp) -> Option<Duration> {
    let lives_on = |gives: Gives| match gives {
        Gives::Positions | Gives::AllPositions | Gives::Hours | Gives::Movements | Gives::Stops => true,
        Gives::Trackers | Gives::Logs | Gives::Orders | Gives::Travel | Gives::Talk | Gives::Rest => false,
    };
    age_of(fleet, lives_on, now)
}

/// What is to be known beside the list: of how many loads nobody can tell and why, and which feeds are
/// silent, so that a short list is not taken for a good one.
pub fn beside(report: &Report<'_>, fleet: &Fleet, now: Timestamp) -> Vec<String> {
    let mut lines: Vec<String> = report.uncovered_words(fleet).into_iter().collect();
    let count: usize = report.unknown.values().sum();
    if count > 0 {
        let causes = report
            .unknown
            .iter()
            .map(|(reason, count)| format!("{count} {}", reason.map_or("not judged", Reason::word)));
        let loads = if count == 1 { "load is" } else { "loads are" };
        lines.push(format!("{count} {loads} unknown: {}", causes.collect::<Vec<_>>().join(", ")));
    }
    let silent: Vec<String> = fleet
        .feeds
        .iter()
        .filter(|feed| !feed.is_unsupported() && feed.gives() != Gives::Rest && age::is_silent(feed, now))
        .map(|feed| {
            let read = match feed.last_ok_at {
                Some(at) => format!("{} ago", age::words(now.since(at))),
                None => "never".to_owned(),
            };
            format!("{} {}, read {read}", feed.account, feed.resource)
        })
        .collect();
    if !silent.is_empty() {
        lines.push(format!("blind: {}", silent.join("; ")));
    }
    lines
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    movement: MovementRow<'a>,
    driver: Option<&'a str>,
    tractor: Option<&'a str>,
    trailer: Option<&'a str>,
    place: Option<String>,
    observed_at: Option<Timestamp>,
    critical_late_at: Option<Timestamp>,
    critical_eta_at: Option<Timestamp>,
    critical_legal_eta_at: Option<Timestamp>,
    /// What `late_s` and the critical times rest on.
    critical_eta_source: Option<EtaSource>,
    latest_departure_at: Option<Timestamp>,
    /// The same for the window of the critical stop alone.
    leave_by_at: Option<Timestamp>,
    runs_out: Option<RunsOut>,
    oldest_input: Option<Input>,
    oldest_at: Option<Timestamp>,
    oldest_age_s: Option<i64>,
    notes: &'a [String],
}

impl<'a> Row<'a> {
    fn of(load: &'a LateLoad<'a>, fleet: &'a Fleet, now: Timestamp) -> Self {
        let movement = &load.movement;
        let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
        let trailer = movement.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id));
        let oldest = load.standing.oldest;
        Self {
            movement: MovementRow::new(
                movement.clone(),
                trip::of(movement, fleet.stops_of(&movement.key())),
                load.stop,
            ),
            driver: driver.map(|row| row.name.as_str()),
            tractor: tractor.map(|row| row.unit_number.as_str()),
            trailer: trailer.map(|row| row.unit_number.as_str()),
            place: tractor.and_then(|row| locality::place(row.place.as_deref(), row.latitude, row.longitude)),
            observed_at: tractor.and_then(|row| row.observed_at),
            critical_late_at: load.deadline_at,
            critical_eta_at: load.arrival.and_then(|arrival| arrival.eta_at),
            critical_legal_eta_at: load.arrival.and_then(|arrival| arrival.legal_eta_at),
            critical_eta_source: load.eta_source(),
            latest_departure_at: load.judgement.latest_departure_at,
            leave_by_at: load.judgement.leave_by_at,
            runs_out: load.judgement.runs_out,
            oldest_input: oldest.map(|oldest| oldest.input),
            oldest_at: oldest.map(|oldest| oldest.at),
            oldest_age_s: oldest.map(|oldest| now.secs_since(oldest.at).max(0)),
            notes: &load.judgement.notes,
        }
    }
}

fn print_text(
    report: &Report<'_>,
    fleet: &Fleet,
    layout: &Layout,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    if report.loads.is_empty() {
        return Ok(());
    }
    let titles = [
        "LOAD", "RISK", "LATE BY", "REASON", "STOP", "CLOSES", "ETA", "LEGAL", "LEAVE BY", "DRIVER",
        "TRACTOR", "AT", "OLDEST",
    ];
    let rows: Vec<Vec<String>> = report.loads.iter().map(|load| cells(load, fleet, layout, now)).collect();
    grid::print_whole(&titles, &["LATE BY", "CLOSES", "ETA", "LEGAL", "LEAVE BY"], &rows, layout, out)
}

fn cells(load: &LateLoad<'_>, fleet: &Fleet, layout: &Layout, now: Timestamp) -> Vec<String> {
    let names = Names(fleet);
    let movement = &load.movement;
    let moment = |at| match load.stop {
        Some(stop) => table::moment_at(stop, at, layout, now),
        None => table::moment(at, layout, now),
    };
    let marked = |words| EtaSource::marked(load.eta_source(), words);
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let oldest = load
        .standing
        .oldest
        .map(|oldest| format!("{} {}", oldest.input.word(), age::words(now.since(oldest.at))));
    vec![
        movement.tms.id.to_string(),
        load.standing.risk.word().to_owned(),
        marked(late_words(movement.late_s)),
        or_none(load.standing.reason.map(Reason::word)),
        load.stop.map_or_else(|| table::NONE.to_owned(), trip::place),
        moment(load.deadline_at),
        marked(moment(load.arrival.and_then(|arrival| arrival.eta_at))),
        marked(moment(load.arrival.and_then(|arrival| arrival.legal_eta_at))),
        moment(load.judgement.leave_by_at),
        names.driver(movement.driver_id.as_ref()),
        names.tractor(movement.tractor_id.as_ref()),
        tractor.map_or_else(
            || table::NONE.to_owned(),
            |row| table::place(row.place.as_deref(), row.latitude, row.longitude),
        ),
        or_none(oldest.as_deref()),
    ]
}

/// "2h06", "12m spare", "-".
pub(super) fn late_words(late_s: Option<i64>) -> String {
    let Some(late_s) = late_s else { return table::NONE.to_owned() };
    let words = span(late_s);
    if late_s > 0 { words } else { format!("{words} spare") }
}
