//! Where units are and what their engines do, from the latest locations. Kilometres are made miles here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::readings::{METRES_A_MILE, believable, heading, level, observed, on_earth, place};
use super::paging::Met;
use super::wire::{Number, Reference, Text, Turn, each, instant, number, referred};
use crate::http::Error;
use crate::model::{Batch, Change, Engine, Fix, Pairing, PairingSource, Reject, Telemetry, Tie, UnitKind};

const MILES_A_KILOMETRE: f64 = 1000.0 / METRES_A_MILE;

/// A row of `/vehicles/locations`. Vehicles without a known location are not listed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VehicleRow<'a> {
    #[serde(borrow)]
    vehicle: Option<Reference<'a>>,
    driver: Option<Reference<'a>>,
    located_at: Option<Text<'a>>,
    location: Option<Coordinates>,
    address: Option<Address<'a>>,
    heading: Option<Number>,
    /// Kilometres an hour.
    speed: Option<Number>,
    /// Kilometres.
    odometer: Option<Number>,
    fuel: Option<Fuel>,
    engine_state: Option<Text<'a>>,
}

/// A row of `/trailers/locations`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrailerRow<'a> {
    #[serde(borrow)]
    trailer: Option<Reference<'a>>,
    located_at: Option<Text<'a>>,
    location: Option<Coordinates>,
    address: Option<Address<'a>>,
    heading: Option<Number>,
    /// Kilometres an hour.
    speed: Option<Number>,
}

#[derive(Deserialize)]
struct Coordinates {
    latitude: Option<Number>,
    longitude: Option<Number>,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    formatted: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fuel {
    primary_percentage: Option<Number>,
}

/// The facts of a page of vehicles, and who drives them: `met` is who was met in which truck's place
/// before in this read, and takes in who is met here.
pub(super) fn vehicles(text: &str, met: &mut Met) -> Result<(Batch, Turn), Error> {
    let mut driven = BTreeMap::new();
    let (mut batch, turn) = each(text, |row: &VehicleRow<'_>, batch| {
        let Some(vehicle) = referred(row.vehicle.as_ref()) else {
            batch.rejects.push(reject("", "the row has no vehicle id"));
            return;
        };
        telemetry(row, &vehicle, batch);
        match row.seen() {
            Ok(fix) => {
                // A row without a driver does not say that there is none: some providers never name one.
                if let Some(driver) = referred(row.driver.as_ref()) {
                    drives(&mut driven, driver, &vehicle, fix.observed_at.millis());
                }
                batch.changes.push(Change::Fix { kind: UnitKind::Tractor, external_id: vehicle, fix });
            }
            Err(reason) => batch.rejects.push(reject(&vehicle, reason)),
        }
    })?;
    for (driver, (seen, vehicle)) in driven {
        if met.get(&driver).is_none_or(|before| *before < seen) {
            batch.changes.push(Change::Pairing(Pairing {
                tie: Tie::DriverTractor,
                left: driver.clone(),
                right: Some(vehicle),
                by: PairingSource::Eld,
                since_at: None,
            }));
            met.insert(driver, seen);
        }
    }
    Ok((batch, turn))
}

/// A truck left behind names its last driver for as long as it stands: of several, the one seen last is
/// the one he is in.
fn drives(latest: &mut BTreeMap<String, (i64, String)>, driver: String, vehicle: &str, seen: i64) {
    let (last_seen, truck) = latest.entry(driver).or_insert_with(|| (seen, vehicle.to_owned()));
    if *last_seen < seen {
        (*last_seen, *truck) = (seen, vehicle.to_owned());
    }
}

pub(super) fn trailer(row: &TrailerRow<'_>, batch: &mut Batch) {
    let Some(trailer) = referred(row.trailer.as_ref()) else {
        batch.rejects.push(reject("", "the row has no trailer id"));
        return;
    };
    match row.seen() {
        Ok(fix) => {
            batch.changes.push(Change::Fix { kind: UnitKind::Trailer, external_id: trailer, fix });
        }
        Err(reason) => batch.rejects.push(reject(&trailer, reason)),
    }
}

/// Before the fix: whether a truck idles is judged from both.
fn telemetry(row: &VehicleRow<'_>, vehicle: &str, batch: &mut Batch) {
    // Readings carry no time of their own; without the row's they cannot be told from old ones.
    let Some(at) = instant(row.located_at.as_ref()) else { return };
    let fuel = row.fuel.as_ref().and_then(|fuel| level(fuel.primary_percentage));
    let kilometres = number(row.odometer).filter(|kilometres| *kilometres >= 0.0);
    let telemetry = Telemetry {
        engine: row.engine_state.as_ref().and_then(|state| engine(&state.0)).map(|engine| (engine, at)),
        fuel_pct: fuel.map(|fuel| (fuel, at)),
        odometer_mi: kilometres.map(|kilometres| (kilometres * MILES_A_KILOMETRE, at)),
    };
    if telemetry != Telemetry::default() {
        batch.changes.push(Change::Telemetry { external_id: vehicle.to_owned(), telemetry });
    }
}

fn engine(word: &str) -> Option<Engine> {
    match word {
        "on" => Some(Engine::On),
        "off" => Some(Engine::Off),
        "idle" => Some(Engine::Idle),
        _ => None,
    }
}

impl VehicleRow<'_> {
    fn seen(&self) -> Result<Fix, &'static str> {
        let (location, address) = (self.location.as_ref(), self.address.as_ref());
        seen(self.located_at.as_ref(), location, address, self.heading, self.speed)
    }
}

impl TrailerRow<'_> {
    fn seen(&self) -> Result<Fix, &'static str> {
        let (location, address) = (self.location.as_ref(), self.address.as_ref());
        seen(self.located_at.as_ref(), location, address, self.heading, self.speed)
    }
}

fn seen(
    located_at: Option<&Text<'_>>,
    location: Option<&Coordinates>,
    address: Option<&Address<'_>>,
    degrees: Option<Number>,
    kilometres_an_hour: Option<Number>,
) -> Result<Fix, &'static str> {
    let (latitude, longitude) = on_earth(
        location.and_then(|location| location.latitude),
        location.and_then(|location| location.longitude),
    )?;
    Ok(Fix {
        latitude,
        longitude,
        says: None,
        speed_mph: believable(number(kilometres_an_hour).map(|speed| speed * MILES_A_KILOMETRE)),
        heading_deg: heading(degrees),
        place: place(address.and_then(|address| address.formatted.as_ref())),
        observed_at: observed(located_at)?,
    })
}

fn reject(external_id: &str, reason: &str) -> Reject {
    Reject { external_id: external_id.to_owned(), reason: reason.to_owned() }
}
