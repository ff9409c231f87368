//! `trail UNIT`: where a tractor or trailer was, oldest first, as JSON, CSV, `GeoJSON` or text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::csv::Fields;
use super::{Format, csv, grid, table};
use crate::model::{Fleet, SetAside, Timestamp, TrailPoint, UnitId, UnitKind, UnitLink, nearest};
use crate::rules::find::{self, Fit, Kind};
use crate::rules::{age, called, locality, motion, trail};

/// A unit as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Tractor or trailer.
    pub kind: UnitKind,
    /// Our id.
    pub id: UnitId,
    /// Its number; `None` for one that was deactivated.
    pub unit_number: Option<String>,
}

/// Finds the tractor or trailer that `asked` means: a unit number, our id, ACCOUNT:ID of one of its records, or else its
/// plate or VIN. `kind` settles what is both.
///
/// Fails with a sentence that names what it could be.
pub fn find(fleet: &Fleet, links: &[UnitLink], asked: &str, kind: Option<UnitKind>) -> Result<Unit, String> {
    let kinds: Vec<UnitKind> = match kind {
        Some(kind) => vec![kind],
        None => vec![UnitKind::Tractor, UnitKind::Trailer],
    };
    let asked = asked.trim();
    let mut found: Vec<(UnitKind, UnitId)> = Vec::new();
    for &kind in &kinds {
        let by_id = links.iter().find(|link| {
            link.kind == kind
                && (link.unit_id.0 == asked
                    || UnitId::first_told(&link.account, &link.external_id).0 == asked)
        });
        found.extend(by_id.map(|link| (kind, link.unit_id.clone())));
    }
    if found.is_empty() {
        found = numbered(fleet, &kinds, asked);
    }
    if found.is_empty() {
        found = plated(fleet, &kinds, asked);
    }
    match found.as_slice() {
        [(kind, id)] => Ok(Unit { kind: *kind, id: id.clone(), unit_number: number(fleet, *kind, id) }),
        [] => Err(not_found(fleet, &kinds, asked)),
        several => {
            let names: Vec<_> = several.iter().map(|(kind, id)| format!("{} {id}", kind.word())).collect();
            Err(format!("{asked:?} is {}: say which by its id or by --kind", names.join(" and ")))
        }
    }
}

/// Prints the trail in rows. What two devices saw of it is one line already.
pub fn print(line: &[TrailPoint], format: &Format, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let layout = match format {
        Format::Json => {
            return super::print_json(line.iter(), out);
        }
        Format::Csv => {
            let fields = |row: &TrailPoint| -> serde_json::Result<Fields> {
                serde_json::from_str(&serde_json::to_string(row)?)
            };
            let names: Vec<_> = fields(&TrailPoint::default())?.0.into_iter().map(|(name, _)| name).collect();
            let rows = line.iter().map(fields).collect::<serde_json::Result<Vec<_>>>()?;
            return csv::print(&names, &rows, out);
        }
        Format::Text(layout) => layout,
    };
    let rows: Vec<Vec<String>> = line
        .iter()
        .map(|seen| {
            vec![
                table::moment(Some(seen.observed_at), layout, now),
                format!("{:.5},{:.5}", seen.latitude, seen.longitude),
                seen.speed_mph.map_or_else(|| "-".to_owned(), |speed| format!("{speed:.0}")),
                seen.heading_deg.map_or("-", motion::compass).to_owned(),
                seen.source.clone(),
            ]
        })
        .collect();
    grid::print(&["SEEN", "PLACE", "MPH", "HEADING", "SOURCE"], &rows, layout, out)
}

/// Prints the trail as a `GeoJSON` `FeatureCollection` (RFC 7946): a `LineString` for each stretch without
/// a gap of more than [`trail::GAP`], then every point with what was seen there. A stretch of one
/// point is a point alone. Each line names the unit; `unit` names it for all, a foreign member.
pub fn print_geojson(unit: &Unit, line: &[TrailPoint], out: &mut dyn Write) -> io::Result<()> {
    let named = json!({"id": unit.id, "kind": unit.kind, "unit_number": unit.unit_number});
    let lines = trail::stretches(line).filter(|stretch| stretch.len() > 1).map(|stretch| {
        let places: Vec<_> = stretch.iter().map(place).collect();
        feature(&json!({"type": "LineString", "coordinates": places}), &Track::of(unit, stretch))
    });
    let points = line
        .iter()
        .map(|seen| feature(&json!({"type": "Point", "coordinates": place(seen)}), &Point::of(seen)));
    writeln!(out, "{{\"type\":\"FeatureCollection\",\"unit\":{named},\"features\":")?;
    super::print_array(&lines.chain(points).collect::<Vec<_>>(), out)?;
    writeln!(out, "}}")
}

/// What was set aside of the unit, for whoever looks at it: "31 set aside: position is 0,0 …".
pub fn set_aside_words(what: &SetAside, now: Timestamp) -> String {
    let SetAside { account, external_id, reason, count, last_at, .. } = what;
    let last = age::since(Some(*last_at), now);
    format!("{count} set aside: {reason} ({account}:{external_id}, last {last} ago)")
}

/// What a line of the `GeoJSON` says.
#[derive(Serialize)]
struct Track<'a> {
    id: &'a UnitId,
    kind: UnitKind,
    unit_number: Option<&'a str>,
    from_at: Option<Timestamp>,
    to_at: Option<Timestamp>,
}

impl<'a> Track<'a> {
    fn of(unit: &'a Unit, stretch: &[TrailPoint]) -> Self {
        Self {
            id: &unit.id,
            kind: unit.kind,
            unit_number: unit.unit_number.as_deref(),
            from_at: stretch.first().map(|seen| seen.observed_at),
            to_at: stretch.last().map(|seen| seen.observed_at),
        }
    }
}

/// What a point of the `GeoJSON` says.
#[derive(Serialize)]
struct Point<'a> {
    observed_at: Timestamp,
    speed_mph: Option<f64>,
    heading_deg: Option<f64>,
    source: &'a str,
}

impl<'a> Point<'a> {
    fn of(seen: &'a TrailPoint) -> Self {
        let TrailPoint { observed_at, speed_mph, heading_deg, .. } = *seen;
        Self { observed_at, speed_mph, heading_deg, source: &seen.source }
    }
}

fn feature(geometry: &Value, properties: &impl Serialize) -> String {
    json!({"type": "Feature", "geometry": geometry, "properties": properties}).to_string()
}

/// Longitude first (RFC 7946 §3.1.1).
fn place(seen: &TrailPoint) -> [f64; 2] {
    [seen.longitude, seen.latitude]
}

/// Units of a kind with that number, in any case.
/// What to say where nothing was seen of a unit: when and where it was last.
pub fn nothing_words(fleet: &Fleet, unit: &Unit, now: Timestamp) -> String {
    let seen = match unit.kind {
        UnitKind::Tractor => fleet.tractors.get(&unit.id).map(|row| {
            let place = locality::place(row.place.as_deref(), row.latitude, row.longitude);
            (row.observed_at, place)
        }),
        UnitKind::Trailer => fleet.trailers.get(&unit.id).map(|row| {
            let place = locality::place(row.place.as_deref(), row.latitude, row.longitude);
            (row.observed_at, place)
        }),
        UnitKind::Driver => None,
    };
    match seen {
        Some((Some(at), place)) => {
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            format!("nothing in that time: last seen {} ago{place}", age::since(Some(at), now))
        }
        _ => "it was never seen anywhere".to_owned(),
    }
}

/// Says that a part of the unit's number was taken for all of it.
pub fn taken_words(unit: &Unit, asked: &str) -> Option<String> {
    called::taken(unit.unit_number.as_deref()?, asked)
}

/// Units that go by all of `asked` in another way, as `find` knows them: by a plate or a VIN.
fn plated(fleet: &Fleet, kinds: &[UnitKind], asked: &str) -> Vec<(UnitKind, UnitId)> {
    let kind = |kind: Kind| match kind {
        Kind::Tractor => Some(UnitKind::Tractor),
        Kind::Trailer => Some(UnitKind::Trailer),
        Kind::Driver | Kind::Movement | Kind::Order | Kind::Stop => None,
    };
    // How anything stands, and so the time, is not asked.
    let exact =
        find::find(fleet, asked, Timestamp::default()).into_iter().filter(|one| one.fit == Fit::Exact);
    let units = exact.filter_map(|one| Some((kind(one.kind)?, UnitId(one.id.into()))));
    units.filter(|(kind, _)| kinds.contains(kind)).collect()
}

fn numbered(fleet: &Fleet, kinds: &[UnitKind], asked: &str) -> Vec<(UnitKind, UnitId)> {
    let of = |kind: UnitKind| numbers(fleet, kind).into_iter().map(move |(number, id)| ((kind, id), number));
    let numbers: Vec<_> = kinds.iter().flat_map(|kind| of(*kind)).collect();
    let mut found: Vec<_> =
        numbers.iter().filter(|(_, number)| *number == asked).map(|(unit, _)| *unit).collect();
    if found.is_empty() {
        // One system may write 0412, or V412, and people say 412.
        found = called::meant(numbers.into_iter(), asked);
    }
    found.into_iter().map(|(kind, id)| (kind, id.clone())).collect()
}

fn numbers(fleet: &Fleet, kind: UnitKind) -> Vec<(&str, &UnitId)> {
    match kind {
        UnitKind::Tractor => fleet.tractors.iter().map(|row| (row.unit_number.as_str(), &row.id)).collect(),
        UnitKind::Trailer => fleet.trailers.iter().map(|row| (row.unit_number.as_str(), &row.id)).collect(),
        UnitKind::Driver => fleet.drivers.iter().map(|row| (row.name.as_str(), &row.id)).collect(),
    }
}

fn number(fleet: &Fleet, kind: UnitKind, id: &UnitId) -> Option<String> {
    let numbers = numbers(fleet, kind);
    numbers.into_iter().find(|(_, known)| *known == id).map(|(number, _)| number.to_owned())
}

fn not_found(fleet: &Fleet, kinds: &[UnitKind], asked: &str) -> String {
    let is_driver = fleet.drivers.iter().any(|row| row.id.0 == asked || row.name.eq_ignore_ascii_case(asked));
    if is_driver {
        return format!("{asked:?} is a driver; a trail is a tractor's or a trailer's");
    }
    let words: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
    let message = format!("there is no {} {asked:?}", words.join(" or "));
    let known = kinds.iter().flat_map(|&kind| numbers(fleet, kind));
    match nearest(asked, known.map(|(number, _)| number)) {
        Some(near) => format!("{message}; did you mean {near:?}?"),
        None => format!("{message}: give a unit number, or ACCOUNT:ID"),
    }
}
