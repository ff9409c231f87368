//! `detention`: who is at a stop, since when, and how much of the free time is left.

use std::io::{self, Write};

use serde::Serialize;

use super::late::span;
use super::table::{self, Names};
use super::{Format, grid};
use crate::model::{Fleet, StopType, Timestamp, UnitId};
use crate::rules::detention::{Evidence, FREE_TIME, Free, Held};
use crate::rules::trip;

#[derive(Serialize)]
struct Row<'a> {
    stop_id: &'a str,
    company_id: &'a str,
    movement_id: &'a str,
    order_id: Option<&'a str>,
    customer: Option<&'a str>,
    #[serde(rename = "type")]
    kind: StopType,
    place: String,
    name: Option<&'a str>,
    driver_id: Option<&'a UnitId>,
    driver: Option<&'a str>,
    tractor_id: Option<&'a UnitId>,
    tractor: Option<&'a str>,
    trailer: Option<&'a str>,
    arrived_at: Timestamp,
    scheduled_early_at: Option<Timestamp>,
    scheduled_late_at: Option<Timestamp>,
    since_at: Timestamp,
    held_s: i64,
    free_s: i64,
    free_until_at: Timestamp,
    free_left_s: Option<i64>,
    evidence: Evidence,
    /// Whose arrival that is, where it is that of another load at the same place.
    evidence_movement_id: Option<&'a str>,
    seen_there: Option<bool>,
    observed_at: Option<Timestamp>,
}

/// Prints it. There is no CSV of it: that prints JSON.
pub fn print(
    held: &[Held<'_>],
    fleet: &Fleet,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(layout) = format.laid_out(held.iter().map(|one| row(one, fleet, now)), out)? else {
        return Ok(());
    };
    if held.is_empty() {
        return Ok(());
    }
    let names = Names(fleet);
    let cells = held.iter().map(|one| {
        let moment = |at| table::moment_at(one.stop, Some(at), layout, now);
        vec![
            one.movement.tms.id.to_string(),
            trip::place(one.stop),
            match one.free(now) {
                Free::Left(left_s) => format!("{} free", span(left_s)),
                Free::Over(over_s) => format!("{} over", span(over_s)),
                Free::Unknown => "not known".to_owned(),
            },
            moment(one.since_at),
            moment(one.arrived_at),
            names.driver(one.movement.driver_id.as_ref()),
            names.tractor(one.movement.tractor_id.as_ref()),
            one.by(),
            table::or_none(one.stop.tms.name.as_deref()),
            one.seen_words(now),
        ]
    });
    let titles =
        ["LOAD", "PLACE", "FREE TIME", "COUNTS FROM", "ARRIVED", "DRIVER", "TRACTOR", "BY", "NAME", "TRUCK"];
    grid::print_whole(&titles, &["COUNTS FROM", "ARRIVED"], &cells.collect::<Vec<_>>(), layout, out)
}

fn row<'a>(held: &'a Held<'a>, fleet: &'a Fleet, now: Timestamp) -> Row<'a> {
    let Held { movement, stop, .. } = *held;
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    let trailer = movement.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id));
    let order_id = stop.tms.order_id.as_deref().or(movement.tms.order_id.as_deref());
    let order = order_id.and_then(|id| {
        let key = crate::model::OrderKey { company_id: movement.tms.company_id.clone(), id: id.into() };
        fleet.orders.get(&key)
    });
    Row {
        stop_id: &stop.tms.id,
        company_id: &movement.tms.company_id,
        movement_id: &movement.tms.id,
        order_id,
        customer: order.and_then(|order| order.customer.as_deref()),
        kind: stop.tms.kind,
        place: trip::place(stop),
        name: stop.tms.name.as_deref(),
        driver_id: movement.driver_id.as_ref(),
        driver: driver.map(|row| row.name.as_str()),
        tractor_id: movement.tractor_id.as_ref(),
        tractor: tractor.map(|row| row.unit_number.as_str()),
        trailer: trailer.map(|row| row.unit_number.as_str()),
        arrived_at: held.arrived_at,
        scheduled_early_at: stop.tms.scheduled_early_at,
        scheduled_late_at: stop.tms.scheduled_late_at,
        since_at: held.since_at,
        held_s: now.secs_since(held.since_at).max(0),
        free_s: i64::try_from(FREE_TIME.as_secs()).unwrap_or(i64::MAX),
        free_until_at: held.free_until_at,
        free_left_s: held.free_left_s(now),
        evidence: held.evidence,
        evidence_movement_id: held.other_load,
        seen_there: held.is_seen_there,
        observed_at: tractor.and_then(|row| row.observed_at),
    }
}
