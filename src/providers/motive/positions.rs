//! Where vehicles and assets are, what their engines do, and who is logged in to them. Units of
//! measure are made ours here.

use serde::Deserialize;

use super::super::json::{instant, word};
use super::scalar::{Number, Text, number};
use super::wire::{List, Mention, Turn, each, rows, still_here};
use crate::http::Error;
use crate::model::{
    Batch, Called, Change, Engine, Fix, Pairing, PairingSource, Reject, Says, Telemetry, Tie, Timestamp,
    UnitKind, clean_opt,
};

const KILOMETRES_A_MILE: f64 = 1.609_344;
/// Further than this from a town nobody is in it: our own words say more then.
const IN_TOWN_KM: f64 = 8.0;
/// Faster than this is no truck but a fault of the sensor.
const FASTEST_MPH: f64 = 250.0;
/// The longest address that is kept.
const PLACE: usize = 120;

/// A row of `/v3/vehicle_locations`, or of v1 and v2, which differ in where they are.
#[derive(Deserialize)]
pub(super) struct Vehicle<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    number: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    metric_units: Option<Text<'a>>,
    current_location: Option<Sighting<'a>>,
    current_driver: Option<Mention<'a>>,
}

/// Where something is, in the words of all endpoints. Most of it is null when parked.
#[derive(Deserialize)]
struct Sighting<'a> {
    lat: Option<Number>,
    lon: Option<Number>,
    #[serde(borrow)]
    located_at: Option<Text<'a>>,
    bearing: Option<Number>,
    /// Of v3: kilometres an hour.
    kph: Option<Number>,
    /// Of assets: kilometres an hour.
    ground_speed_kph: Option<Number>,
    /// Of v1 and v2: in the vehicle's own units.
    speed: Option<Number>,
    /// Of v1 and v2: in the vehicle's own units.
    odometer: Option<Number>,
    /// Of v3.
    vehicle_state: Option<Text<'a>>,
    /// Of v1 and v2: what the tracker wrote it down for.
    #[serde(rename = "type")]
    occasion: Option<Text<'a>>,
    /// Of assets.
    moving: Option<Text<'a>>,
    /// The level. `fuel` is what was ever burnt.
    fuel_primary_remaining_percentage: Option<Number>,
    /// The place in words: of v1 and v2 …
    description: Option<Text<'a>>,
    /// … of v3, within the object of the same name …
    current_location: Option<Text<'a>>,
    /// … and of assets.
    address: Option<Text<'a>>,
    formatted_address: Option<Text<'a>>,
    city: Option<Text<'a>>,
    state: Option<Text<'a>>,
    /// How far that town is, in kilometres.
    rg_km: Option<Number>,
}

/// The facts of a page of vehicles.
pub(super) fn vehicles(text: &str) -> Result<(Batch, Turn), Error> {
    let mut at_the_wheel = Vec::new();
    let (mut batch, turn) = each(text, List::Vehicles, |id, row: &Vehicle<'_>, batch| {
        let located = row.current_location.as_ref();
        let seen_at = located.and_then(|location| instant(location.located_at.as_ref()));
        if let Some(driver) = still_here(row.current_driver.as_ref()) {
            at_the_wheel.push((seen_at, driver, id.clone()));
        }
        // One that has never reported is nowhere.
        let Some(location) = located else { return };
        let is_metric = row.metric_units.as_ref().is_some_and(|metric| metric.is("true"));
        let mph = speed(location, is_metric);
        let told = batch.changes.len();
        // Before the fix: whether a truck idles is judged from both.
        if let Some(telemetry) = seen_at.and_then(|at| telemetry(location, is_metric, mph, at)) {
            batch.changes.push(Change::Telemetry { external_id: id.clone(), telemetry });
        }
        fix(UnitKind::Tractor, id.clone(), location, mph, batch);
        if batch.changes.len() > told {
            called(UnitKind::Tractor, id, row.number.as_ref(), row.vin.as_ref(), batch);
        }
    })?;
    // Of two trucks that name one driver the one seen later is told last, and its word stands.
    at_the_wheel.sort_by_key(|(seen_at, ..)| *seen_at);
    batch.changes.extend(at_the_wheel.into_iter().map(|(_, driver, vehicle)| {
        Change::Pairing(Pairing {
            tie: Tie::DriverTractor,
            left: driver,
            right: Some(vehicle),
            by: PairingSource::Eld,
            since_at: None,
        })
    }));
    Ok((batch, turn))
}

/// A row of `/v1/asset_locations`, whose two descriptions put the location into different places.
#[derive(Deserialize)]
pub(super) struct Trailer<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    asset_gateway: Option<Gateway<'a>>,
    current_location: Option<Sighting<'a>>,
}

#[derive(Deserialize)]
struct Gateway<'a> {
    #[serde(borrow)]
    last_location: Option<Sighting<'a>>,
}

pub(super) fn asset(id: String, row: &Trailer<'_>, batch: &mut Batch) {
    let by_gateway = row.asset_gateway.as_ref().and_then(|gateway| gateway.last_location.as_ref());
    // Without a gateway it is not tracked; a new one has not reported yet.
    if let Some(location) = by_gateway.or(row.current_location.as_ref()) {
        let told = batch.changes.len();
        fix(UnitKind::Trailer, id.clone(), location, believable(by_name(location)), batch);
        if batch.changes.len() > told {
            called(UnitKind::Trailer, id, row.name.as_ref(), row.vin.as_ref(), batch);
        }
    }
}

/// What a row that told something calls its unit: the roster may be silent of it, or not to be read.
fn called(
    kind: UnitKind,
    external_id: String,
    name: Option<&Text<'_>>,
    vin: Option<&Text<'_>>,
    batch: &mut Batch,
) {
    if let Some(name) = word(name) {
        batch.changes.push(Change::Called(Box::new(Called::unit(kind, external_id, name, word(vin)))));
    }
}

/// Takes in where it is, or sets that aside.
fn fix(kind: UnitKind, external_id: String, location: &Sighting<'_>, mph: Option<f64>, batch: &mut Batch) {
    match seen(location, mph) {
        Ok(fix) => batch.changes.push(Change::Fix { kind, external_id, fix }),
        Err(reason) => batch.rejects.push(Reject { external_id, reason: reason.to_owned() }),
    }
}

fn seen(location: &Sighting<'_>, speed_mph: Option<f64>) -> Result<Fix, &'static str> {
    let missing = "the position has no latitude or longitude";
    let latitude = number(location.lat).ok_or(missing)?;
    let longitude = number(location.lon).ok_or(missing)?;
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err("position is not a place on earth");
    }
    Ok(Fix {
        latitude,
        longitude,
        speed_mph,
        says: rolls(location).map(|rolls| Says { rolls, since_at: None }),
        heading_deg: number(location.bearing).filter(|degrees| (0.0..=360.0).contains(degrees)),
        place: place(location),
        observed_at: instant(location.located_at.as_ref()).ok_or("the position has no readable time")?,
    })
}

/// Whether it rolls, where that is said in words; "breadcrumb" says nothing.
fn rolls(location: &Sighting<'_>) -> Option<bool> {
    if let Some(moving) = &location.moving {
        return if moving.is("true") { Some(true) } else { moving.is("false").then_some(false) };
    }
    let occasion = location.occasion.as_ref()?;
    let is_any = |words: &[&str]| words.iter().any(|word| occasion.is(word));
    match () {
        () if is_any(&["vehicle_moving", "gps_moving"]) => Some(true),
        () if is_any(&["vehicle_stopped", "gps_stopped", "ignition_off", "engine_stop"]) => Some(false),
        () => None,
    }
}

/// Miles an hour. What names its unit is believed before what depends on a setting.
fn speed(location: &Sighting<'_>, is_metric: bool) -> Option<f64> {
    believable(by_name(location).or_else(|| number(location.speed).map(|speed| miles(speed, is_metric))))
}

/// Miles an hour, where the speed names its unit.
fn by_name(location: &Sighting<'_>) -> Option<f64> {
    let kph = number(location.kph).or(number(location.ground_speed_kph))?;
    Some(kph / KILOMETRES_A_MILE)
}

fn believable(mph: Option<f64>) -> Option<f64> {
    mph.filter(|mph| (0.0..=FASTEST_MPH).contains(mph))
}

/// The readings as of `at`; `None` when there are none.
fn telemetry(location: &Sighting<'_>, is_metric: bool, mph: Option<f64>, at: Timestamp) -> Option<Telemetry> {
    let engine = location.vehicle_state.as_ref().and_then(|state| engine(state, mph));
    let level = number(location.fuel_primary_remaining_percentage).filter(|pct| (0.0..=100.0).contains(pct));
    let odometer = number(location.odometer).filter(|told| *told >= 0.0).map(|told| miles(told, is_metric));
    let told = Telemetry {
        engine: engine.map(|engine| (engine, at)),
        fuel_pct: level.map(|level| (level, at)),
        odometer_mi: odometer.map(|odometer| (odometer, at)),
    };
    (told != Telemetry::default()).then_some(told)
}

/// "on" is all that a running engine is called, whether its truck rolls or stands.
fn engine(state: &Text<'_>, mph: Option<f64>) -> Option<Engine> {
    match () {
        () if state.is("off") => Some(Engine::Off),
        () if state.is("on") && mph == Some(0.0) => Some(Engine::Idle),
        () if state.is("on") => Some(Engine::On),
        () => None,
    }
}

fn miles(told: f64, is_metric: bool) -> f64 {
    if is_metric { told / KILOMETRES_A_MILE } else { told }
}

/// Where that is, in the words of whichever endpoint it is; else the town, unless it is told to be another place.
fn place(location: &Sighting<'_>) -> Option<String> {
    let words =
        [&location.description, &location.current_location, &location.address, &location.formatted_address];
    let words = words.into_iter().flatten().find_map(|text| clean_opt(&text.0, PLACE));
    let is_there = number(location.rg_km).is_none_or(|km| km <= IN_TOWN_KM);
    words.or_else(|| {
        if !is_there {
            return None;
        }
        let town = [&location.city, &location.state];
        let town: Vec<_> = town.into_iter().flatten().filter_map(|text| clean_opt(&text.0, PLACE)).collect();
        clean_opt(&town.join(", "), PLACE)
    })
}

rows!(Vehicle, Trailer);
