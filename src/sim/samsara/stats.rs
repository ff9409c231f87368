//! Samsara's statistics: the snapshot (singular keys, one point) and the feed (plural keys, several).

use serde_json::{Map, Value, json};

use super::super::ask::Ask;
use super::super::atlas::{road_name, town};
use super::super::cursor;
use super::super::roster::{Roster, SHOP};
use super::super::week::Activity;
use super::rosters::unknown_id;
use super::{
    Book, Known, Refusal, Samsara, bad, instant, list, page, rounded, tagged, trailer_id, vehicle_id, written,
};

const METRES: f64 = 1609.344;
/// Vehicles, or trailers, to a page.
const PAGE: usize = 500;
/// Points of one unit that a feed answers at most.
const POINTS: usize = 60;
/// A feed that has no cursor yet.
const BEGINNING: i64 = -1;

const VEHICLE_TYPES: &[&str] = &[
    "gps",
    "engineStates",
    "fuelPercents",
    "obdOdometerMeters",
    "gpsOdometerMeters",
    "obdEngineSeconds",
    "syntheticEngineSeconds",
    "ecuSpeedMph",
    "batteryMilliVolts",
    "faultCodes",
    "engineRpm",
    "engineCoolantTemperatureMilliC",
    "ambientAirTemperatureMilliC",
    "gpsDistanceMeters",
    "nfcCardScans",
    "engineImmobilizer",
    "defLevelMilliPercent",
    "fuelConsumedMilliliters",
];
const TRAILER_TYPES: &[&str] =
    &["gps", "gpsOdometerMeters", "reeferAmbientAirTemperatureMilliC", "reeferRunMode", "reeferFuelPercent"];

pub fn snapshot(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let types = types(ask, VEHICLE_TYPES)?;
    let now = instant(ask, "time")?.unwrap_or(ask.now()).min(ask.now());
    let (rows, pagination) = page(ask, Book::Snapshot, &vehicles(samsara, ask)?, PAGE)?;
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|tractor| {
            let mut row = head(vehicle_id(tractor), Roster::name(tractor));
            row.insert("externalIds".to_owned(), json!({ "samsara.vin": samsara.world.roster.vin(tractor) }));
            for kind in &types {
                if let Some(point) = samsara.points(kind, tractor, BEGINNING, now).pop() {
                    row.insert(singular(kind).to_owned(), point);
                }
            }
            Value::Object(row)
        })
        .collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

pub fn feed(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let types = types(ask, VEHICLE_TYPES)?;
    if list(ask, "decorations")?.is_some_and(|decorations| decorations.len() > 2) {
        return bad("At most 2 decorations may be requested.");
    }
    let span = Span::of(ask, Book::Feed)?;
    let all = vehicles(samsara, ask)?;
    let (rows, pagination) = span.page(Book::Feed, &all);
    let rows: Vec<Value> = rows
        .iter()
        .filter_map(|tractor| {
            let mut row = head(vehicle_id(*tractor), Roster::name(*tractor));
            let known = row.len();
            for kind in &types {
                let points = samsara.points(kind, *tractor, span.since, span.until);
                if !points.is_empty() {
                    row.insert((*kind).to_owned(), Value::Array(points));
                }
            }
            // A vehicle without news is left out.
            (row.len() > known).then_some(Value::Object(row))
        })
        .collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

pub fn trailer_snapshot(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let types = types(ask, TRAILER_TYPES)?;
    let now = instant(ask, "time")?.unwrap_or(ask.now()).min(ask.now());
    let (rows, pagination) = page(ask, Book::TrailerSnapshot, &trailers(samsara, ask)?, PAGE)?;
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|trailer| {
            let mut row = head(trailer_id(trailer), Roster::trailer_number(trailer));
            for kind in &types {
                if let Some(point) = samsara.trailer_points(kind, trailer, BEGINNING, now).pop() {
                    row.insert((*kind).to_owned(), point);
                }
            }
            Value::Object(row)
        })
        .collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

pub fn trailer_feed(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let types = types(ask, TRAILER_TYPES)?;
    let span = Span::of(ask, Book::TrailerFeed)?;
    let all = trailers(samsara, ask)?;
    let (rows, pagination) = span.page(Book::TrailerFeed, &all);
    let rows: Vec<Value> = rows
        .iter()
        .map(|trailer| {
            let mut row = head(trailer_id(*trailer), Roster::trailer_number(*trailer));
            for kind in &types {
                let points = samsara.trailer_points(kind, *trailer, span.since, span.until);
                row.insert((*kind).to_owned(), Value::Array(points));
            }
            Value::Object(row)
        })
        .collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

/// What one page of a feed covers: later than `since`, up to `until`, from that unit on.
struct Span {
    since: i64,
    until: i64,
    offset: usize,
}

impl Span {
    fn of(ask: &Ask, book: Book) -> Result<Self, Refusal> {
        let Some(after) = ask.parameter("after") else {
            return Ok(Self { since: BEGINNING, until: ask.now(), offset: 0 });
        };
        match cursor::read::<3>(book as u64, after) {
            // Between two pages of one read the end stays where it was.
            Some([since, until, offset]) if offset > 0 => Ok(Self { since, until, offset: offset as usize }),
            Some([_, until, _]) => Ok(Self { since: until, until: ask.now().max(until), offset: 0 }),
            None => bad("Invalid pagination cursor."),
        }
    }

    fn page<'a>(&self, book: Book, all: &'a [usize]) -> (&'a [usize], Value) {
        let start = self.offset.min(all.len());
        let end = (start + PAGE).min(all.len());
        let more = end < all.len();
        let next = if more { end as i64 } else { 0 };
        let cursor = cursor::write(book as u64, &[self.since, self.until, next]);
        (&all[start..end], json!({ "endCursor": cursor, "hasNextPage": more }))
    }
}

fn types<'a>(ask: &'a Ask, valid: &[&str]) -> Result<Vec<&'a str>, Refusal> {
    let Some(types) = list(ask, "types")? else { return bad("Missing required parameter: types") };
    let unknown: Vec<&str> =
        types.iter().copied().filter(|kind| !valid.contains(kind) && !auxiliary(kind)).collect();
    if !unknown.is_empty() {
        return bad(format!("Invalid stat type(s): {}", unknown.join(", ")));
    }
    // Auxiliary inputs 3 and up count as one.
    let (auxiliary, plain): (Vec<&str>, Vec<&str>) = types.iter().copied().partition(|kind| auxiliary(kind));
    if plain.len() + usize::from(!auxiliary.is_empty()) > 3 {
        return bad("Exceeded limit of 3 stat types per request.");
    }
    Ok(types)
}

fn auxiliary(kind: &str) -> bool {
    kind.strip_prefix("auxInput")
        .and_then(|number| number.parse().ok())
        .is_some_and(|number: u8| (3..=13).contains(&number))
}

/// The snapshot's word for a type: only events change theirs.
fn singular(kind: &str) -> &str {
    match kind {
        "engineStates" => "engineState",
        "fuelPercents" => "fuelPercent",
        "nfcCardScans" => "nfcCardScan",
        other => other,
    }
}

fn head(id: String, name: String) -> Map<String, Value> {
    Map::from_iter([("id".to_owned(), Value::String(id)), ("name".to_owned(), Value::String(name))])
}

fn vehicles(samsara: &Samsara, ask: &Ask) -> Result<Vec<usize>, Refusal> {
    let all = if tagged(ask) { Vec::new() } else { samsara.share.tractors.clone() };
    chosen(ask, "vehicleIds", all, vehicle_id)
}

fn trailers(samsara: &Samsara, ask: &Ask) -> Result<Vec<usize>, Refusal> {
    chosen(ask, "trailerIds", samsara.trailers(ask), trailer_id)
}

/// Those of `all`, which ascend, that the parameter names; all where it is not given.
pub fn chosen(
    ask: &Ask,
    name: &str,
    all: Vec<usize>,
    id: fn(usize) -> String,
) -> Result<Vec<usize>, Refusal> {
    let Some(wanted) = list(ask, name)? else { return Ok(all) };
    if wanted.iter().any(|wanted| wanted.parse::<u64>().is_err()) {
        return Err(unknown_id(name));
    }
    // The ids of one kind have one length, so they ascend with their units.
    let find = |wanted: &&str| all.binary_search_by(|unit| id(*unit).as_str().cmp(wanted)).ok();
    let mut found: Vec<usize> = wanted.iter().filter_map(find).map(|at| all[at]).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

impl Samsara {
    /// What is new of a type later than `since`, oldest first; only the last known from the beginning.
    fn points(&self, kind: &str, tractor: usize, since: i64, until: i64) -> Vec<Value> {
        let at = self.world.last_fix(tractor, until);
        let fresh = since == BEGINNING || at > since || self.world.last_fix(tractor, since) != at;
        let one = |value: f64, before: f64| {
            let news = since == BEGINNING || (fresh && value as i64 != before as i64);
            if news { vec![json!({ "time": written(at), "value": value as i64 })] } else { Vec::new() }
        };
        let before = || self.world.truck(tractor, self.world.last_fix(tractor, since.max(0))).odometer;
        match kind {
            "gps" if since == BEGINNING => vec![self.gps(tractor, at)],
            "gps" => self
                .world
                .fixes(tractor, since, until, POINTS)
                .into_iter()
                .map(|at| self.gps(tractor, at))
                .collect(),
            "engineStates" => self.engine(tractor, since, until),
            "ecuSpeedMph" if fresh && tractor != SHOP => {
                vec![json!({ "time": written(at), "value": rounded(self.world.truck(tractor, at).mph) })]
            }
            "fuelPercents" | "obdOdometerMeters" | "gpsOdometerMeters" if tractor != SHOP => {
                let (now, before) =
                    (self.world.truck(tractor, at).odometer, if since == BEGINNING { 0.0 } else { before() });
                if kind == "fuelPercents" {
                    one(fuel(now), fuel(before))
                } else {
                    one(now * METRES, before * METRES)
                }
            }
            _ => Vec::new(),
        }
    }

    fn gps(&self, tractor: usize, at: i64) -> Value {
        let seen = self.world.truck(tractor, at);
        let mut point = json!({
            "time": written(at),
            "latitude": rounded(seen.point.latitude),
            "longitude": rounded(seen.point.longitude),
            "headingDegrees": seen.heading.round(),
            "speedMilesPerHour": (seen.mph * 10.0).round() / 10.0,
            "isEcuSpeed": seen.mph > 0.0,
        });
        // The geocoder does not know every place.
        if let Some(town) = town(seen.point).filter(|_| tractor % 9 != 4) {
            let place = match road_name(seen.stretch.line.road()) {
                Some(road) => format!("{road}, {town}"),
                None => town,
            };
            point["reverseGeo"] = json!({ "formattedLocation": place });
        }
        let yard = self.world.yard(tractor);
        if seen.point.miles_to(yard.point()) < 0.2 {
            point["address"] = json!({ "id": (88_000_000 + yard.city).to_string(), "name": yard.name() });
        }
        point
    }

    /// The engine's states that began later than `since`: their time is when they began.
    fn engine(&self, tractor: usize, since: i64, until: i64) -> Vec<Value> {
        if tractor == SHOP {
            let at = self.world.last_fix(tractor, until);
            return if since == BEGINNING {
                vec![json!({ "time": written(at), "value": "Off" })]
            } else {
                Vec::new()
            };
        }
        let from = if since == BEGINNING { until - 36 * 3600 } else { since };
        let mut states: Vec<(i64, &str)> = Vec::new();
        for (at, activity) in self.world.activities(tractor, from - 1, until) {
            let value = match activity {
                Activity::Drive => "On",
                Activity::Inspect | Activity::Dock | Activity::Wait | Activity::Break => "Idle",
                Activity::Sleep | Activity::Restart => "Off",
            };
            if states.last().is_none_or(|(_, last)| *last != value) {
                states.push((at, value));
            }
        }
        let write = |(at, value): &(i64, &str)| json!({ "time": written(*at), "value": value });
        if since == BEGINNING {
            return states.last().map(write).into_iter().collect();
        }
        // The first one held before: not news.
        states.iter().skip(1).filter(|(at, _)| *at > since).map(write).collect()
    }

    fn trailer_points(&self, kind: &str, trailer: usize, since: i64, until: i64) -> Vec<Value> {
        if self.known(trailer) != Known::Tracked {
            return Vec::new();
        }
        let times = if since == BEGINNING {
            vec![self.world.last_trailer_fix(trailer, until)]
        } else {
            self.world.trailer_fixes(trailer, since, until, POINTS)
        };
        times.into_iter().filter_map(|at| self.trailer_point(kind, trailer, at)).collect()
    }

    fn trailer_point(&self, kind: &str, trailer: usize, at: i64) -> Option<Value> {
        let seen = self.world.trailer(trailer, at);
        match kind {
            "gps" => Some(json!({
                "time": written(at),
                "latitude": rounded(seen.point.latitude),
                "longitude": rounded(seen.point.longitude),
                "headingDegrees": seen.heading.round() as i64 % 360,
                "speedMilesPerHour": seen.mph.round() as i64,
            })),
            "gpsOdometerMeters" => {
                let miles = self.world.truck(seen.lane?, at).odometer;
                Some(json!({ "time": written(at), "value": (miles * METRES) as i64 }))
            }
            _ => None,
        }
    }
}

/// Percent in the tank: filled about every seven hundred miles.
fn fuel(odometer: f64) -> f64 {
    97.0 - (odometer % 700.0) / 10.0
}
