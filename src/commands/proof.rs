//! `detention --proof`: what proves how long a truck was held at a stop.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Format, csv, grid};
use crate::model::{Confidence, Fleet, StopType, Timestamp, UnitId};
use crate::rules::detention::Evidence;
use crate::rules::proof::{self, Case};
use crate::rules::trip;

#[derive(Serialize)]
struct Answer<'a> {
    company_id: &'a str,
    movement_id: &'a str,
    order_id: Option<&'a str>,
    stop_id: &'a str,
    #[serde(rename = "type")]
    kind: StopType,
    place: String,
    name: Option<&'a str>,
    tractor_id: Option<&'a UnitId>,
    trailer_id: Option<&'a UnitId>,
    scheduled_early_at: Option<Timestamp>,
    scheduled_late_at: Option<Timestamp>,
    arrived_at: Timestamp,
    arrived_by: Evidence,
    /// Whose arrival that is, where it is that of another load at the same place.
    arrived_by_movement_id: Option<&'a str>,
    tms_arrival_at: Option<Timestamp>,
    departed_at: Option<Timestamp>,
    departed_by: Option<Evidence>,
    tms_departure_at: Option<Timestamp>,
    since_at: Timestamp,
    free_s: i64,
    free_until_at: Timestamp,
    /// None where it left and nobody says when.
    held_s: Option<i64>,
    beyond_s: Option<i64>,
    /// Nobody says what an hour costs.
    amount: Option<f64>,
    confidence: Option<Confidence>,
    corrected: bool,
    corrections: i64,
    fixes: Vec<Fix<'a>>,
    as_of_at: Timestamp,
}

#[derive(Serialize)]
struct Fix<'a> {
    proves: &'static str,
    observed_at: Timestamp,
    distance_mi: f64,
    speed_mph: Option<f64>,
    source: &'a str,
}

/// Prints it: one object, or its lines, whose times are the stop's own, else those of `office`.
pub fn print(
    case: &Case<'_>,
    fleet: &Fleet,
    format: &Format,
    office: &TimeZone,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines =
        || -> Vec<Vec<String>> { proof::rows(case, fleet, office, now).into_iter().map(Vec::from).collect() };
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&answer(case, now))?),
        Format::Csv => csv::print_lines(&proof::TITLES, &lines(), out),
        Format::Text(layout) => grid::print_whole(&proof::TITLES, &["TIME"], &lines(), layout, out),
    }
}

fn answer<'a>(case: &'a Case<'a>, now: Timestamp) -> Answer<'a> {
    let Case { movement, stop, stay, .. } = *case;
    let fixes = case.fixes().into_iter().map(|(proves, fix)| Fix {
        proves,
        observed_at: fix.at,
        distance_mi: fix.distance_mi,
        speed_mph: fix.speed_mph,
        source: &fix.account,
    });
    Answer {
        company_id: &movement.tms.company_id,
        movement_id: &movement.tms.id,
        order_id: stop.tms.order_id.as_deref().or(movement.tms.order_id.as_deref()),
        stop_id: &stop.tms.id,
        kind: stop.tms.kind,
        place: trip::place(stop),
        name: stop.tms.name.as_deref(),
        tractor_id: stay.map(|stay| &stay.tractor_id).or(movement.tractor_id.as_ref()),
        trailer_id: movement.trailer_id.as_ref(),
        scheduled_early_at: stop.tms.scheduled_early_at,
        scheduled_late_at: stop.tms.scheduled_late_at,
        arrived_at: case.arrived_at,
        arrived_by: case.arrived_by,
        arrived_by_movement_id: case.other_load,
        tms_arrival_at: stop.tms.actual_arrival_at,
        departed_at: case.departed_at,
        departed_by: case.departed_by,
        tms_departure_at: stop.tms.actual_departure_at,
        since_at: case.since_at,
        free_s: case.free_s(),
        free_until_at: case.free_until_at,
        held_s: case.held_s(now),
        beyond_s: case.beyond_s(now),
        amount: None,
        confidence: stay.map(|stay| stay.observed.confidence),
        corrected: case.corrections > 0,
        corrections: case.corrections,
        fixes: fixes.collect(),
        as_of_at: now,
    }
}
