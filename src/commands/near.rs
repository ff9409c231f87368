//! `near PLACE`: who is around a place, by when they can legally be there.

use std::io::{self, Write};

use serde::Serialize;

use super::table::{self, clock, or_none};
use super::{Format, Layout, grid};
use crate::model::{Loaded, Reason, Timestamp, UnitId, UnitKind};
use crate::rules::near::{Around, Near, drivable_s};
use crate::rules::whereabouts::Spot;
use crate::rules::{age, trailer};

/// What may be said of a driver's hours after `--drive`: "5h", ">=5h"; the rest of the text is a duration.
/// Fails where it is another comparison.
pub fn at_least(text: &str) -> Result<&str, String> {
    let text = text.trim();
    let rest = text.strip_prefix(">=").or_else(|| text.strip_prefix('\u{2265}')).unwrap_or(text).trim();
    if rest.starts_with(['<', '>', '=']) {
        return Err(format!("{text:?}: only \">=5h\" can be asked, or \"5h\", which is the same"));
    }
    Ok(rest)
}

/// Prints it. There is no CSV of it: that prints JSON.
pub fn print(
    around: &Around<'_>,
    spot: &Spot,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(layout) = format.laid_out(around.found.iter().map(Row::of), out)? else { return Ok(()) };
    print_text(around, spot, layout, now, out)
}

/// Says of an empty list which place it is about.
pub fn nobody(spot: &Spot, miles: f64) -> String {
    format!("nobody and nothing is known to be within {miles:.0} mi of {}, as asked", spot.label)
}

#[derive(Serialize)]
struct Row<'a> {
    kind: UnitKind,
    id: &'a UnitId,
    label: &'a str,
    miles: f64,
    place: Option<String>,
    observed_at: Option<Timestamp>,
    legal_arrival_at: Option<Timestamp>,
    /// Why there is no legal arrival.
    reason: Option<Reason>,
    /// The same in a sentence that begins with a code, where there is more to say.
    note: Option<&'a str>,
    drive_left_s: Option<i64>,
    shift_left_s: Option<i64>,
    cycle_left_s: Option<i64>,
    /// What can be driven before a long rest, by all clocks.
    drivable_s: Option<i64>,
    hos_as_of_at: Option<Timestamp>,
    driver: Option<&'a str>,
    tractor: Option<&'a str>,
    trailer: Option<&'a str>,
    trailer_loaded: Option<Loaded>,
    movement_id: Option<&'a str>,
    eta_source: Option<&'static str>,
}

impl<'a> Row<'a> {
    fn of(row: &'a Near<'a>) -> Self {
        let at = row.legal_arrival.as_ref().ok().copied();
        Self {
            kind: row.kind,
            id: row.id,
            label: row.label,
            miles: (row.miles * 10.0).round() / 10.0,
            place: row.place(),
            observed_at: row.observed_at,
            legal_arrival_at: at,
            reason: row.legal_arrival.as_ref().err().and_then(|missing| missing.reason),
            note: row.legal_arrival.as_ref().err().and_then(|missing| missing.note.as_deref()),
            drive_left_s: row.left.drive_s,
            shift_left_s: row.left.shift_s,
            cycle_left_s: row.left.cycle_s,
            drivable_s: drivable_s(&row.left),
            hos_as_of_at: row.driver.and_then(|driver| driver.hos_as_of_at),
            driver: row.driver.map(|driver| driver.name.as_str()),
            tractor: row.tractor.map(|tractor| tractor.unit_number.as_str()),
            trailer: row.trailer.map(|trailer| trailer.unit_number.as_str()),
            trailer_loaded: row.trailer.map(|trailer| trailer.loaded),
            movement_id: row.movement_id,
            // Nobody asks a service for the roads of a whole fleet: the straight line tells who is near.
            eta_source: at.map(|_| crate::model::EtaSource::Estimate.word()),
        }
    }
}

fn print_text(
    around: &Around<'_>,
    spot: &Spot,
    layout: &Layout,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<Vec<String>> =
        around.found.iter().filter(|row| row.leads()).map(|row| cells(row, layout, now)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "Around {}, by the legal time to be there (straight line):", spot.label)?;
    let titles = [
        "WHO",
        "LEGAL THERE",
        "MI",
        "DRIVE",
        "SHIFT",
        "CYCLE",
        "TRAILER",
        "LOAD",
        "TRACTOR",
        "PLACE",
        "SEEN",
        "HOURS",
    ];
    grid::print_whole(&titles, &["LEGAL THERE"], &rows, layout, out)
}

fn cells(row: &Near<'_>, layout: &Layout, now: Timestamp) -> Vec<String> {
    vec![
        row.called(),
        match &row.legal_arrival {
            Ok(at) => table::moment(Some(*at), layout, now),
            Err(missing) => missing.word().to_owned(),
        },
        format!("{:.0}", row.miles),
        clock(row.left.drive_s),
        clock(row.left.shift_s),
        clock(row.left.cycle_s),
        row.trailer.map_or_else(|| table::NONE.to_owned(), trailer::with_freight),
        or_none(row.movement_id),
        or_none(row.tractor.map(|tractor| tractor.unit_number.as_str())),
        or_none(row.place().as_deref()),
        age::since(row.observed_at, now),
        age::since(row.driver.and_then(|driver| driver.hos_as_of_at), now),
    ]
}
