//! Who there is: vehicles, drivers and assets as profiles, and the standing driver that a vehicle's
//! record carries.

use serde::Deserialize;

use super::super::json::word;
use super::scalar::Text;
use super::wire::{ExternalIds, Mention, is_active, refs, rows, still_here};
use super::zones;
use crate::model::{
    Batch, Change, Pairing, PairingSource, Profile, Reject, Tie, UnitKind, clean, clean_opt, licence_key,
    plate,
};

/// The longest "First Last" that is kept.
const NAME: usize = 64;

/// A row of `/v1/vehicles`.
#[derive(Deserialize)]
pub(super) struct Vehicle<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    number: Option<Text<'a>>,
    status: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    license_plate_number: Option<Text<'a>>,
    license_plate_state: Option<Text<'a>>,
    make: Option<Text<'a>>,
    model: Option<Text<'a>>,
    year: Option<Text<'a>>,
    external_ids: ExternalIds<'a>,
    permanent_driver: Option<Mention<'a>>,
}

pub(super) fn vehicle(id: String, row: &Vehicle<'_>, batch: &mut Batch) {
    let name = word(row.number.as_ref()).unwrap_or_else(|| id.clone());
    let active = is_active(row.status.as_ref());
    batch.changes.push(Change::Profile(Box::new(Profile {
        active,
        vin: word(row.vin.as_ref()),
        plate: registered(row.license_plate_number.as_ref(), row.license_plate_state.as_ref()),
        make: word(row.make.as_ref()),
        model: word(row.model.as_ref()),
        year: year(row.year.as_ref()),
        refs: refs(&[], &row.external_ids),
        ..Profile::new(UnitKind::Tractor, id.clone(), name)
    })));
    // `current_driver` stands here too, but where the vehicles are it is known sooner.
    if let Some(driver) = still_here(row.permanent_driver.as_ref()).filter(|_| active) {
        batch.changes.push(Change::Pairing(Pairing {
            tie: Tie::DriverTractor,
            left: driver,
            right: Some(id),
            by: PairingSource::Static,
            since_at: None,
        }));
    }
}

/// A row of `/v1/users`. What only drivers have is absent from others.
#[derive(Deserialize)]
pub(super) struct User<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    first_name: Option<Text<'a>>,
    last_name: Option<Text<'a>>,
    username: Option<Text<'a>>,
    driver_company_id: Option<Text<'a>>,
    external_ids: ExternalIds<'a>,
    status: Option<Text<'a>>,
    role: Option<Text<'a>>,
    phone: Option<Text<'a>>,
    time_zone: Option<Text<'a>>,
    cycle: Option<Text<'a>>,
    drivers_license_number: Option<Text<'a>>,
    drivers_license_state: Option<Text<'a>>,
}

pub(super) fn driver(id: String, row: &User<'_>, batch: &mut Batch) {
    // A server that overlooks our filter must not make dispatchers drivers.
    if row.role.as_ref().is_some_and(|role| !role.is("driver")) {
        batch.rejects.push(Reject { external_id: id, reason: "a user who is not a driver".to_owned() });
        return;
    }
    let name = full_name(row.first_name.as_ref(), row.last_name.as_ref());
    let name = name.or_else(|| word(row.username.as_ref())).unwrap_or_else(|| id.clone());
    let licence = row.drivers_license_state.as_ref().zip(row.drivers_license_number.as_ref());
    batch.changes.push(Change::Profile(Box::new(Profile {
        active: is_active(row.status.as_ref()),
        licence: licence.and_then(|(state, number)| licence_key(&state.0, &number.0)),
        refs: refs(&[row.username.as_ref(), row.driver_company_id.as_ref()], &row.external_ids),
        phone: word(row.phone.as_ref()),
        timezone: row.time_zone.as_ref().and_then(|zone| zones::iana(zone.0.trim())).map(str::to_owned),
        ruleset: word(row.cycle.as_ref()),
        ..Profile::new(UnitKind::Driver, id, name)
    })));
}

/// A row of `/v1/assets`.
#[derive(Deserialize)]
pub(super) struct Asset<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    status: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    license_plate_number: Option<Text<'a>>,
    license_plate_state: Option<Text<'a>>,
    make: Option<Text<'a>>,
    model: Option<Text<'a>>,
    year: Option<Text<'a>>,
    external_ids: ExternalIds<'a>,
}

pub(super) fn asset(id: String, row: &Asset<'_>, batch: &mut Batch) {
    let name = word(row.name.as_ref()).unwrap_or_else(|| id.clone());
    batch.changes.push(Change::Profile(Box::new(Profile {
        active: is_active(row.status.as_ref()),
        vin: word(row.vin.as_ref()),
        plate: registered(row.license_plate_number.as_ref(), row.license_plate_state.as_ref()),
        make: word(row.make.as_ref()),
        model: word(row.model.as_ref()),
        year: year(row.year.as_ref()),
        refs: refs(&[], &row.external_ids),
        ..Profile::new(UnitKind::Trailer, id, name)
    })));
}

fn registered(number: Option<&Text<'_>>, state: Option<&Text<'_>>) -> Option<String> {
    Some(plate(word(number)?, state.map(|state| state.0.as_ref())))
}

/// "First Last"; `None` when neither is told.
pub(super) fn full_name(first: Option<&Text<'_>>, last: Option<&Text<'_>>) -> Option<String> {
    let part = |text: Option<&Text<'_>>| text.map(|text| clean(&text.0, NAME)).unwrap_or_default();
    clean_opt(&format!("{} {}", part(first), part(last)), NAME)
}

/// "0" is how an unset year is written.
fn year(told: Option<&Text<'_>>) -> Option<String> {
    word(told).filter(|year| year != "0")
}

rows!(Vehicle, User, Asset);
