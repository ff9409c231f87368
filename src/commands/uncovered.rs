//! `uncovered`: pickups that nobody can legally make, by the time that is left.

use std::io::{self, Write};

use serde::Serialize;

use super::late::span;
use super::table::{self, Names, or_none};
use super::{Format, grid};
use crate::model::{EtaSource, ExceptionKind, Fleet, Timestamp};
use crate::rules::trip;
use crate::rules::uncovered::Uncovered;

#[derive(Serialize)]
struct Row<'a> {
    kind: ExceptionKind,
    company_id: Option<&'a str>,
    movement_id: Option<&'a str>,
    order_id: Option<&'a str>,
    stop_id: Option<&'a str>,
    stop: Option<String>,
    scheduled_early_at: Option<Timestamp>,
    scheduled_late_at: Option<Timestamp>,
    left_s: Option<i64>,
    legal_eta_at: Option<Timestamp>,
    /// What that rests on.
    eta_source: Option<EtaSource>,
    reason: Option<&'a str>,
    driver: Option<&'a str>,
    tractor: Option<&'a str>,
    summary: &'a str,
    raised_at: Option<Timestamp>,
    claimed_by: Option<&'a str>,
    claimed_at: Option<Timestamp>,
}

/// Prints it. There is no CSV of it: that prints JSON.
pub fn print(
    found: &[Uncovered<'_>],
    fleet: &Fleet,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(layout) = format.laid_out(found.iter().map(|one| row(one, fleet, now)), out)? else {
        return Ok(());
    };
    if found.is_empty() {
        return Ok(());
    }
    let names = Names(fleet);
    let cells = found.iter().map(|one| {
        let moment = |at| match one.stop {
            Some(stop) => table::moment_at(stop, at, layout, now),
            None => table::moment(at, layout, now),
        };
        let claim = one.exception.handling.claim.as_ref();
        vec![
            or_none(one.exception.touches.movement_id.as_deref()),
            one.closes_at.map_or_else(|| table::NONE.to_owned(), |at| left(at, now)),
            one.stop.map_or_else(|| table::NONE.to_owned(), trip::place),
            moment(one.opens_at),
            moment(one.closes_at),
            why(one).to_owned(),
            EtaSource::marked(one.exception.eta_source(), moment(one.legal_eta_at)),
            names.driver(one.exception.touches.driver_id.as_ref()),
            names.tractor(one.exception.touches.tractor_id.as_ref()),
            or_none(claim.map(|mark| mark.user.as_str())),
        ]
    });
    let titles =
        ["LOAD", "LEFT", "PICKUP", "OPENS", "CLOSES", "WHY", "LEGAL", "DRIVER", "TRACTOR", "WHO HAS IT"];
    grid::print_whole(&titles, &["OPENS", "CLOSES", "LEGAL"], &cells.collect::<Vec<_>>(), layout, out)
}

/// What the list is of: pickups open within the horizon, and may close after it.
pub fn beside(horizon: &str) -> String {
    format!("pickups whose windows open within {}; LEFT is until they close", horizon.trim())
}

/// How much time is left: "1h20", "past".
fn left(closes_at: Timestamp, now: Timestamp) -> String {
    let left_s = closes_at.secs_since(now);
    if left_s > 0 { span(left_s) } else { "past".to_owned() }
}

/// "nobody", or why whoever is assigned cannot be there.
fn why<'a>(one: &Uncovered<'a>) -> &'a str {
    match one.exception.kind {
        ExceptionKind::InfeasiblePickup => one.reason.unwrap_or("too late"),
        _ => "nobody",
    }
}

fn row<'a>(one: &'a Uncovered<'a>, fleet: &'a Fleet, now: Timestamp) -> Row<'a> {
    let touches = &one.exception.touches;
    let driver = touches.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    let tractor = touches.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let claim = one.exception.handling.claim.as_ref();
    Row {
        kind: one.exception.kind,
        company_id: touches.company_id.as_deref(),
        movement_id: touches.movement_id.as_deref(),
        order_id: touches.order_id.as_deref(),
        stop_id: touches.stop_id.as_deref(),
        stop: one.stop.map(trip::place),
        scheduled_early_at: one.opens_at,
        scheduled_late_at: one.closes_at,
        left_s: one.closes_at.map(|at| at.secs_since(now)),
        legal_eta_at: one.legal_eta_at,
        eta_source: one.exception.eta_source(),
        reason: one.reason,
        driver: driver.map(|row| row.name.as_str()),
        tractor: tractor.map(|row| row.unit_number.as_str()),
        summary: &one.exception.summary,
        raised_at: one.exception.raised_at,
        claimed_by: claim.map(|mark| mark.user.as_str()),
        claimed_at: claim.map(|mark| mark.at),
    }
}
