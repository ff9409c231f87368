//! `find TEXT`: what a name or number can be, and where that is.

use std::io::{self, Write};

use serde::Serialize;

use super::table::{self, or_none};
use super::{Format, grid};
use crate::model::Timestamp;
use crate::rules::age;
use crate::rules::find::{Found, Kind};

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
    matched: &'static str,
}

/// Prints what was found. There is no CSV of it: that prints JSON.
pub fn print(found: &[Found], format: &Format, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let layout = match format {
        Format::Json | Format::Csv => {
            let rows = found.iter().map(|one| serde_json::to_string(&row(one)));
            return super::print_array(&rows.collect::<serde_json::Result<Vec<_>>>()?, out);
        }
        Format::Text(layout) => layout,
    };
    if found.is_empty() {
        return Ok(());
    }
    let cells = found.iter().map(|one| {
        vec![
            one.kind.word().to_owned(),
            one.label.clone(),
            one.state.clone(),
            table::place(one.place.as_deref(), one.latitude, one.longitude),
            age::since(one.observed_at, now),
            or_none(one.movement_id.as_deref()),
            one.matched.to_owned(),
            one.id.clone(),
        ]
    });
    let titles = ["KIND", "WHAT", "STATE", "PLACE", "SEEN", "LOAD", "BY", "ID"];
    grid::print(&titles, &cells.collect::<Vec<_>>(), layout, out)
}

fn row(found: &Found) -> Row<'_> {
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
        matched: found.matched,
    }
}
