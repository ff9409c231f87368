//! Who there is: vehicles, drivers, trailers and assets as profiles, and the standing pairings that
//! their records carry.

use serde::Deserialize;

use super::super::readings::serial_as_vin;
use super::wire::{ExternalIds, Mention, Text, mentioned, word};
use crate::model::{Batch, Change, Pairing, PairingSource, Profile, Reject, Tie, UnitKind, licence_key};

/// The keys under which Samsara tells its own ids; of all others the values are ids elsewhere.
const OWN_SERIAL: &str = "samsara.serial";
const OWN_VIN: &str = "samsara.vin";

/// A row of `/fleet/vehicles`. One without a gateway is still a truck of the fleet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VehicleRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    license_plate: Option<Text<'a>>,
    make: Option<Text<'a>>,
    model: Option<Text<'a>>,
    year: Option<Text<'a>>,
    external_ids: Option<ExternalIds<'a>>,
    static_assigned_driver: Option<Mention<'a>>,
}

pub(super) fn vehicle(row: &VehicleRow<'_>, batch: &mut Batch) {
    let Some(mut profile) = profile(UnitKind::Tractor, row.id.as_ref(), row.name.as_ref(), batch) else {
        return;
    };
    profile.vin = word(row.vin.as_ref()).or_else(|| own_vin(row.external_ids.as_ref()));
    profile.plate = word(row.license_plate.as_ref());
    profile.make = word(row.make.as_ref());
    profile.model = word(row.model.as_ref());
    profile.year = word(row.year.as_ref());
    profile.refs = refs(None, row.external_ids.as_ref());
    let id = profile.external_id.clone();
    batch.changes.push(Change::Profile(Box::new(profile)));
    if let Some(driver) = mentioned(row.static_assigned_driver.as_ref()) {
        batch.changes.push(standing(driver, id));
    }
}

/// A row of `/fleet/drivers`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriverRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    username: Option<Text<'a>>,
    driver_activation_status: Option<Text<'a>>,
    phone: Option<Text<'a>>,
    license_number: Option<Text<'a>>,
    license_state: Option<Text<'a>>,
    timezone: Option<Text<'a>>,
    external_ids: Option<ExternalIds<'a>>,
    eld_settings: Option<EldSettings<'a>>,
    static_assigned_vehicle: Option<Mention<'a>>,
}

#[derive(Deserialize)]
struct EldSettings<'a> {
    #[serde(borrow)]
    rulesets: Option<Vec<Ruleset<'a>>>,
}

#[derive(Deserialize)]
struct Ruleset<'a> {
    #[serde(borrow)]
    cycle: Option<Text<'a>>,
}

/// `listed_as_active` is what the pass over the drivers asked for; the row's own word counts more.
pub(super) fn driver(row: &DriverRow<'_>, listed_as_active: bool, batch: &mut Batch) {
    let name = row.name.as_ref().or(row.username.as_ref());
    let Some(mut profile) = profile(UnitKind::Driver, row.id.as_ref(), name, batch) else { return };
    profile.active = match row.driver_activation_status.as_ref().map(|status| status.0.as_ref()) {
        Some("active") => true,
        Some("deactivated") => false,
        Some(_) | None => listed_as_active,
    };
    if let (Some(state), Some(number)) = (&row.license_state, &row.license_number) {
        profile.licence = licence_key(&state.0, &number.0);
    }
    profile.refs = refs(row.username.as_ref(), row.external_ids.as_ref());
    profile.phone = word(row.phone.as_ref());
    profile.timezone = word(row.timezone.as_ref());
    let rulesets =
        row.eld_settings.as_ref().and_then(|settings| settings.rulesets.as_deref()).unwrap_or_default();
    profile.ruleset = rulesets.iter().find_map(|ruleset| word(ruleset.cycle.as_ref()));
    let (id, active) = (profile.external_id.clone(), profile.active);
    batch.changes.push(Change::Profile(Box::new(profile)));
    // Who has left drives nothing, whatever the record still says.
    if let Some(vehicle) = mentioned(row.static_assigned_vehicle.as_ref()).filter(|_| active) {
        batch.changes.push(standing(id, vehicle));
    }
}

/// A row of `/fleet/trailers`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrailerRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    trailer_serial_number: Option<Text<'a>>,
    license_plate: Option<Text<'a>>,
    external_ids: Option<ExternalIds<'a>>,
}

pub(super) fn trailer(row: &TrailerRow<'_>, batch: &mut Batch) {
    let Some(mut profile) = profile(UnitKind::Trailer, row.id.as_ref(), row.name.as_ref(), batch) else {
        return;
    };
    profile.vin =
        serial_as_vin(row.trailer_serial_number.as_ref()).or_else(|| own_vin(row.external_ids.as_ref()));
    profile.plate = word(row.license_plate.as_ref());
    profile.refs = refs(None, row.external_ids.as_ref());
    batch.changes.push(Change::Profile(Box::new(profile)));
}

/// A row of `/assets`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssetRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    #[serde(rename = "type")]
    kind: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    serial_number: Option<Text<'a>>,
    license_plate: Option<Text<'a>>,
    make: Option<Text<'a>>,
    model: Option<Text<'a>>,
    /// An integer here, text in `/fleet/vehicles`.
    year: Option<Text<'a>>,
    external_ids: Option<ExternalIds<'a>>,
}

pub(super) fn asset(row: &AssetRow<'_>, batch: &mut Batch) {
    let Some(mut profile) = profile(UnitKind::Trailer, row.id.as_ref(), row.name.as_ref(), batch) else {
        return;
    };
    // Vehicles are assets too; a server that overlooks our filter must not make them trailers.
    if row.kind.as_ref().is_some_and(|kind| kind.0 != "trailer") {
        let reason = "an asset that is not a trailer".to_owned();
        batch.rejects.push(Reject { external_id: profile.external_id, reason });
        return;
    }
    profile.vin = word(row.vin.as_ref())
        .or_else(|| serial_as_vin(row.serial_number.as_ref()))
        .or_else(|| own_vin(row.external_ids.as_ref()));
    profile.plate = word(row.license_plate.as_ref());
    profile.make = word(row.make.as_ref());
    profile.model = word(row.model.as_ref());
    profile.year = word(row.year.as_ref());
    profile.refs = refs(None, row.external_ids.as_ref());
    batch.changes.push(Change::Profile(Box::new(profile)));
}

/// A profile with its id, named by it where it has no name; a row without an id is a reject.
fn profile(
    kind: UnitKind,
    id: Option<&Text<'_>>,
    name: Option<&Text<'_>>,
    batch: &mut Batch,
) -> Option<Profile> {
    let Some(id) = word(id) else {
        batch.rejects.push(Reject { external_id: String::new(), reason: "the row has no id".to_owned() });
        return None;
    };
    let name = word(name).unwrap_or_else(|| id.clone());
    Some(Profile::new(kind, id, name))
}

fn standing(driver: String, vehicle: String) -> Change {
    Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: driver,
        right: Some(vehicle),
        by: PairingSource::Static,
        since_at: None,
    })
}

/// The ids by which others may know it, each once.
fn refs(username: Option<&Text<'_>>, external: Option<&ExternalIds<'_>>) -> Vec<String> {
    let foreign = external.into_iter().flatten().filter(|(key, _)| key.0 != OWN_SERIAL && key.0 != OWN_VIN);
    let told = std::iter::once(username).chain(foreign.map(|(_, value)| value.as_ref()));
    let mut refs = Vec::new();
    for text in told.filter_map(word) {
        if !refs.contains(&text) {
            refs.push(text);
        }
    }
    refs
}

pub(super) fn own_vin(external: Option<&ExternalIds<'_>>) -> Option<String> {
    let (_, vin) = external?.iter().find(|(key, _)| key.0 == OWN_VIN)?;
    word(vin.as_ref())
}
