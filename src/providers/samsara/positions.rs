//! Where units are and what their engines do: stats of vehicles and trailers, odometers, and the
//! stream of assets. Units of measure are made ours here.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::readings::{METRES_A_MILE, believable, heading, level, observed, on_earth, place};
use super::roster::own_vin;
use super::wire::{ExternalIds, Mention, Number, Series, Text, Turn, each, instant, mentioned, number, word};
use crate::http::Error;
use crate::model::{Batch, Called, Change, Engine, Fix, Reject, Telemetry, Timestamp, UnitKind};

const MPH_A_METRE_PER_SECOND: f64 = 3600.0 / METRES_A_MILE;

/// A row of `/fleet/vehicles/stats` or its feed, which name the same things differently.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VehicleStats<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    /// Taken apart by itself: what is odd in it costs no position.
    external_ids: Option<&'a RawValue>,
    #[serde(default)]
    gps: Series<Point<'a>>,
    #[serde(default, alias = "engineState")]
    engine_states: Series<Reading<'a, Text<'a>>>,
    #[serde(default, alias = "fuelPercent")]
    fuel_percents: Series<Reading<'a, Number>>,
}

/// A position. Headings and speeds of trailers are integers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Point<'a> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    latitude: Option<Number>,
    longitude: Option<Number>,
    heading_degrees: Option<Number>,
    speed_miles_per_hour: Option<Number>,
    reverse_geo: Option<ReverseGeo<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReverseGeo<'a> {
    #[serde(borrow)]
    formatted_location: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "V: Deserialize<'de>"))]
struct Reading<'a, V> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    value: Option<V>,
}

pub(super) fn vehicle(row: &VehicleStats<'_>, batch: &mut Batch) {
    let Some(id) = identified(row.id.as_ref(), batch) else { return };
    let told = batch.changes.len();
    // Before the fixes: whether a truck idles is judged from both.
    telemetry(
        &id,
        Telemetry {
            engine: latest(&row.engine_states, |state| engine(&state.0)),
            fuel_pct: latest(&row.fuel_percents, |percent| level(Some(*percent))),
            odometer_mi: None,
        },
        batch,
    );
    fixes(UnitKind::Tractor, &id, &row.gps, batch);
    if batch.changes.len() > told {
        called(UnitKind::Tractor, id, row.name.as_ref(), row.external_ids, batch);
    }
}

/// A row of `/fleet/trailers/stats` or its feed, which lists every trailer, mostly with no news.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrailerStats<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    /// Taken apart by itself: what is odd in it costs no position.
    external_ids: Option<&'a RawValue>,
    #[serde(default)]
    gps: Series<Point<'a>>,
}

pub(super) fn trailer(row: &TrailerStats<'_>, batch: &mut Batch) {
    let Some(id) = identified(row.id.as_ref(), batch) else { return };
    let told = batch.changes.len();
    fixes(UnitKind::Trailer, &id, &row.gps, batch);
    if batch.changes.len() > told {
        called(UnitKind::Trailer, id, row.name.as_ref(), row.external_ids, batch);
    }
}

/// What a row that told something calls its unit: the roster may be silent of it, or not to be read.
fn called(
    kind: UnitKind,
    external_id: String,
    name: Option<&Text<'_>>,
    external: Option<&RawValue>,
    batch: &mut Batch,
) {
    if let Some(name) = word(name) {
        let external = external.and_then(|ids| serde_json::from_str::<ExternalIds<'_>>(ids.get()).ok());
        let vin = own_vin(external.as_ref());
        batch.changes.push(Change::Called(Box::new(Called::unit(kind, external_id, name, vin))));
    }
}

/// A row of `/fleet/vehicles/stats` with odometers, in metres.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Odometers<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(default)]
    obd_odometer_meters: Series<Reading<'a, Number>>,
    #[serde(default)]
    gps_odometer_meters: Series<Reading<'a, Number>>,
}

pub(super) fn odometer(row: &Odometers<'_>, batch: &mut Batch) {
    let Some(id) = identified(row.id.as_ref(), batch) else { return };
    let miles = |metres: &Number| {
        number(Some(*metres)).filter(|metres| *metres >= 0.0).map(|metres| metres / METRES_A_MILE)
    };
    // The dash's own count, where the truck tells it; the tracker's began at its installation.
    let read = latest(&row.obd_odometer_meters, miles).or_else(|| latest(&row.gps_odometer_meters, miles));
    telemetry(&id, Telemetry { odometer_mi: read, ..Telemetry::default() }, batch);
}

/// A row of `/assets/location-and-speed/stream`: one position of one asset, in metres per second.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sighting<'a> {
    #[serde(borrow)]
    happened_at_time: Option<Text<'a>>,
    asset: Option<Mention<'a>>,
    location: Option<Location>,
    speed: Option<Speed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    latitude: Option<Number>,
    longitude: Option<Number>,
    heading_degrees: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Speed {
    gps_speed_meters_per_second: Option<Number>,
    ecu_speed_meters_per_second: Option<Number>,
}

/// The facts of a page of the asset stream, oldest position first.
pub(super) fn stream(text: &str) -> Result<(Batch, Turn), Error> {
    let mut seen = Vec::new();
    let (mut batch, turn) = each(text, |row: &Sighting<'_>, batch| {
        let Some(id) = mentioned(row.asset.as_ref()) else {
            batch.rejects.push(reject(String::new(), "the row has no asset id"));
            return;
        };
        match sighted(row) {
            Ok(fix) => seen.push((id, fix)),
            Err(reason) => batch.rejects.push(reject(id, reason)),
        }
    })?;
    seen.sort_by_key(|(_, fix)| fix.observed_at);
    batch.changes.extend(seen.into_iter().map(|(external_id, fix)| Change::Fix {
        kind: UnitKind::Trailer,
        external_id,
        fix,
    }));
    Ok((batch, turn))
}

fn sighted(row: &Sighting<'_>) -> Result<Fix, &'static str> {
    let location = row.location.as_ref().ok_or("the position has no location")?;
    let (latitude, longitude) = on_earth(location.latitude, location.longitude)?;
    let told = row.speed.as_ref();
    let speed = told.and_then(|speed| {
        number(speed.gps_speed_meters_per_second).or(number(speed.ecu_speed_meters_per_second))
    });
    Ok(Fix {
        latitude,
        longitude,
        says: None,
        speed_mph: believable(speed.map(|speed| speed * MPH_A_METRE_PER_SECOND)),
        heading_deg: heading(location.heading_degrees),
        place: None,
        observed_at: observed(row.happened_at_time.as_ref())?,
    })
}

/// Every sane position, oldest first: the older ones are history, the last is where it is.
fn fixes(kind: UnitKind, id: &str, points: &Series<Point<'_>>, batch: &mut Batch) {
    let mut fixes = Vec::with_capacity(points.0.len());
    for point in &points.0 {
        match seen(point) {
            Ok(fix) => fixes.push(fix),
            Err(reason) => batch.rejects.push(reject(id.to_owned(), reason)),
        }
    }
    fixes.sort_by_key(|fix| fix.observed_at);
    batch.changes.extend(fixes.into_iter().map(|fix| Change::Fix { kind, external_id: id.to_owned(), fix }));
}

fn seen(point: &Point<'_>) -> Result<Fix, &'static str> {
    let (latitude, longitude) = on_earth(point.latitude, point.longitude)?;
    let address = point.reverse_geo.as_ref().and_then(|geo| geo.formatted_location.as_ref());
    Ok(Fix {
        latitude,
        longitude,
        says: None,
        speed_mph: believable(number(point.speed_miles_per_hour)),
        heading_deg: heading(point.heading_degrees),
        place: place(address),
        observed_at: observed(point.time.as_ref())?,
    })
}

/// The reading with the greatest time, whatever the order they came in. `None` when that one says
/// nothing we know: an older one would be a guess.
fn latest<V, T>(
    readings: &Series<Reading<'_, V>>,
    value: impl Fn(&V) -> Option<T>,
) -> Option<(T, Timestamp)> {
    let timed = readings.0.iter().filter_map(|reading| Some((instant(reading.time.as_ref())?, reading)));
    let (at, reading) = timed.max_by_key(|(at, _)| *at)?;
    Some((value(reading.value.as_ref()?)?, at))
}

fn engine(word: &str) -> Option<Engine> {
    match word {
        "On" => Some(Engine::On),
        "Off" => Some(Engine::Off),
        "Idle" => Some(Engine::Idle),
        _ => None,
    }
}

fn telemetry(id: &str, telemetry: Telemetry, batch: &mut Batch) {
    if telemetry != Telemetry::default() {
        batch.changes.push(Change::Telemetry { external_id: id.to_owned(), telemetry });
    }
}

fn identified(id: Option<&Text<'_>>, batch: &mut Batch) -> Option<String> {
    let id = word(id);
    if id.is_none() {
        batch.rejects.push(reject(String::new(), "the row has no id"));
    }
    id
}

fn reject(external_id: String, reason: &str) -> Reject {
    Reject { external_id, reason: reason.to_owned() }
}
