//! `say`: one sentence about a load, to be read out to whoever asks for it.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use crate::model::{EtaSource, Movement, Timestamp};
use crate::rules::say::Saying;

#[derive(Serialize)]
struct Answer<'a> {
    company_id: &'a str,
    movement_id: &'a str,
    order_id: Option<&'a str>,
    sentence: &'a str,
    place: Option<&'a str>,
    observed_at: Option<Timestamp>,
    destination: Option<&'a str>,
    soonest_at: Option<Timestamp>,
    likely_at: Option<Timestamp>,
    eta_source: Option<EtaSource>,
    planned_at: Option<Timestamp>,
    arrived_at: Option<Timestamp>,
    calls_at: Option<&'a str>,
    called_at: Option<Timestamp>,
    as_of_at: Timestamp,
}

/// Prints it: the sentence alone, or one object.
pub fn print(
    load: &Movement,
    saying: &Saying,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text(_) => writeln!(out, "{}", saying.sentence),
        Format::Json | Format::Csv => {
            let answer = Answer {
                company_id: &load.tms.company_id,
                movement_id: &load.tms.id,
                order_id: load.tms.order_id.as_deref(),
                sentence: &saying.sentence,
                place: saying.place.as_deref(),
                observed_at: saying.observed_at,
                destination: saying.destination.as_deref(),
                soonest_at: saying.soonest_at,
                likely_at: saying.likely_at,
                eta_source: saying.eta_source,
                planned_at: saying.planned_at,
                arrived_at: saying.arrived_at,
                calls_at: saying.calls_at.as_ref().map(|(place, _)| place.as_str()),
                called_at: saying.calls_at.as_ref().map(|(_, at)| *at),
                as_of_at: now,
            };
            writeln!(out, "{}", serde_json::to_string(&answer)?)
        }
    }
}
