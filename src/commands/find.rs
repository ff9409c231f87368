//! `find TEXT`: what a name or number can be, and where that is.

use std::io::{self, Write};

use serde::Serialize;

use super::table::{self, or_none};
use super::{Format, grid};
use crate::model::{Fleet, Loaded, Motion, Timestamp, Trailer, UnitId};
use crate::rules::dwell::{self, Dwell};
use crate::rules::find::{Fit, Found, Kind};
use crate::rules::freshness::Freshness;
use crate::rules::{age, dark, trailer};

#[derive(Serialize)]
struct Row<'a> {
    kind: Kind,
    id: &'a str,
    company_id: Option<&'a str>,
    label: &'a str,
    state: &'a str,
    place: Option<&'a str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    observed_at: Option<Timestamp>,
    movement_id: Option<&'a str>,
    load_is_known: bool,
    matched: &'static str,
    dwell_least_s: Option<u64>,
    dwell_most_s: Option<u64>,
    loaded: Option<Loaded>,
    tractor_id: Option<&'a UnitId>,
    dropped_by: Option<&'a UnitId>,
    dropped_at: Option<Timestamp>,
    driver_id: Option<&'a UnitId>,
    /// The tractor whose place, and when it was seen there, is told of a trailer without a tracker.
    rides_with: Option<&'a UnitId>,
    /// Of a trailer that was asked for by its whole number.
    next_movement_id: Option<&'a str>,
    /// Of a tractor that is dark and was asked for by its whole number: sentences.
    why_dark: Vec<String>,
}

/// Prints what was found in `fleet`. There is no CSV of it: that prints JSON.
pub fn print(
    found: &[Found],
    fleet: &Fleet,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let fresh = Freshness::of(&fleet.feeds, now);
    let Some(layout) = format.laid_out(found.iter().map(|one| row(one, fleet, &fresh, now)), out)? else {
        return Ok(());
    };
    if found.is_empty() {
        return Ok(());
    }
    let cells = found.iter().map(|one| {
        let with = trailer(one, fleet).and_then(|row| trailer::rides_with(fleet, row));
        vec![
            one.kind.word().to_owned(),
            one.label.clone(),
            with.map_or_else(|| state(one, fleet, now), trailer::with_words),
            or_none(one.place.as_deref()),
            age::since(one.observed_at, now),
            load(one),
            one.matched.to_owned(),
            one.id.clone(),
        ]
    });
    let titles = ["KIND", "WHAT", "STATE", "PLACE", "SEEN", "LOAD", "BY", "ID"];
    grid::print(&titles, &cells.collect::<Vec<_>>(), layout, out)?;
    // Whoever gives a trailer's whole number asks where it is, for how long, and whose it was.
    for one in found.iter().filter(|one| one.fit == Fit::Exact) {
        for line in why_dark(one, fleet, &fresh, now) {
            writeln!(out, "{line}")?;
        }
        if let Some(row) = trailer(one, fleet) {
            let told =
                trailer::told(fleet, row, now).sentence(row, |at| table::moment(Some(at), layout, now));
            writeln!(out, "trailer {}: {told}", row.unit_number)?;
        }
    }
    Ok(())
}

/// Why loads that stops or orders were found of are among no others; `None` where all are.
pub fn beside(found: &[Found]) -> Option<String> {
    found.iter().any(|one| !one.load_is_known).then(|| {
        format!(
            "loads that are {UNREAD} are in no `backhaul movements`: the TMS tells of their stops or orders and not of \
             them, as of loads that were over, or not ours, when it was first read"
        )
    })
}

/// What is said of a load of which there is nothing but its stops or orders.
const UNREAD: &str = "not read";

fn load(found: &Found) -> String {
    match &found.movement_id {
        Some(load) if !found.load_is_known => format!("{load}, {UNREAD}"),
        load => or_none(load.as_deref()),
    }
}

/// Why a tractor that was found is dark, a line each; none of what is heard.
fn why_dark(found: &Found, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Vec<String> {
    let row = (found.kind == Kind::Tractor)
        .then(|| fleet.tractors.get(&UnitId(found.id.as_str().into())))
        .flatten();
    let Some(row) = row else { return Vec::new() };
    let dark = dark::why(fleet, row, fresh, now);
    let said = dark.map(|dark| dark.said(row, now)).unwrap_or_default();
    let line = |(name, text, note): (&str, String, String)| {
        let note = if note.is_empty() { note } else { format!(" ({note})") };
        format!("tractor {}: {name}: {text}{note}", row.unit_number)
    };
    said.into_iter().map(line).collect()
}

fn trailer<'a>(found: &Found, fleet: &'a Fleet) -> Option<&'a Trailer> {
    let id = || UnitId(found.id.as_str().into());
    (found.kind == Kind::Trailer).then(|| fleet.trailers.get(&id())).flatten().map(AsRef::as_ref)
}

fn stood(found: &Found, fleet: &Fleet, now: Timestamp) -> Option<Dwell> {
    let tractor = || fleet.tractors.get(&UnitId(found.id.as_str().into()));
    match found.kind {
        Kind::Tractor => dwell::of_tractor(tractor()?, now),
        Kind::Trailer => dwell::of_trailer(trailer(found, fleet)?, now),
        Kind::Driver | Kind::Movement | Kind::Order | Kind::Stop => None,
    }
}

/// "stopped 9h43 to 14h10": how it stands, and of a unit that stands for how long.
fn state(found: &Found, fleet: &Fleet, now: Timestamp) -> String {
    let stood = stood(found, fleet, now).filter(|_| found.state == Motion::Stopped.word());
    stood.map_or_else(|| found.state.clone(), |stood| format!("{} {}", found.state, stood.words()))
}

fn row<'a>(found: &'a Found, fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Row<'a> {
    let stood = stood(found, fleet, now);
    let trailer = trailer(found, fleet);
    // Both look through the whole fleet: they are for who gave the whole number.
    let is_asked = found.fit == Fit::Exact;
    let next = trailer.filter(|_| is_asked).and_then(|row| trailer::next(fleet, row));
    Row {
        kind: found.kind,
        id: &found.id,
        company_id: found.company_id.as_deref(),
        label: &found.label,
        state: &found.state,
        place: found.place.as_deref(),
        latitude: found.latitude,
        longitude: found.longitude,
        observed_at: found.observed_at,
        movement_id: found.movement_id.as_deref(),
        load_is_known: found.load_is_known,
        matched: found.matched,
        dwell_least_s: stood.map(|stood| stood.least.as_secs()),
        dwell_most_s: stood.and_then(|stood| stood.most).map(|most| most.as_secs()),
        loaded: trailer.map(|row| row.loaded),
        tractor_id: trailer.and_then(|row| row.tractor_id.as_ref()),
        dropped_by: trailer.and_then(|row| row.dropped_by.as_ref()),
        dropped_at: trailer.and_then(|row| row.dropped_at),
        driver_id: trailer.and_then(|row| row.driver_id.as_ref()),
        rides_with: trailer.and_then(|row| trailer::rides_with(fleet, row)).map(|truck| &truck.id),
        why_dark: if is_asked { why_dark(found, fleet, fresh, now) } else { Vec::new() },
        next_movement_id: next.map(|load| load.tms.id.as_str()),
    }
}
