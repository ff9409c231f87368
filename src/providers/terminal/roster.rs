//! Who there is: vehicles, trailers and drivers as profiles, each under Terminal's own id.

use serde::Deserialize;

use super::super::readings::serial_as_vin;
use super::wire::{Text, word};
use crate::model::{self, Batch, Change, Profile, Reject, UnitKind, licence_key};

/// A row of `/vehicles`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VehicleRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    source_id: Option<Text<'a>>,
    status: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    make: Option<Text<'a>>,
    model: Option<Text<'a>>,
    year: Option<Text<'a>>,
    license_plate: Option<Registration<'a>>,
    metadata: Option<Metadata<'a>>,
}

pub(super) fn vehicle(row: &VehicleRow<'_>, batch: &mut Batch) {
    let name = word(row.name.as_ref()).or_else(|| word(row.source_id.as_ref()));
    let Some(profile) = profile(UnitKind::Tractor, row.id.as_ref(), name, batch) else { return };
    batch.changes.push(Change::Profile(Box::new(Profile {
        active: is_active(row.status.as_ref(), row.metadata.as_ref()),
        vin: word(row.vin.as_ref()),
        plate: number_of(row.license_plate.as_ref()),
        make: word(row.make.as_ref()),
        model: word(row.model.as_ref()),
        year: word(row.year.as_ref()),
        ..profile
    })));
}

/// A row of `/trailers`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrailerRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    source_id: Option<Text<'a>>,
    status: Option<Text<'a>>,
    vin: Option<Text<'a>>,
    serial_number: Option<Text<'a>>,
    make: Option<Text<'a>>,
    model: Option<Text<'a>>,
    year: Option<Text<'a>>,
    license_plate: Option<Registration<'a>>,
    metadata: Option<Metadata<'a>>,
}

pub(super) fn trailer(row: &TrailerRow<'_>, batch: &mut Batch) {
    let name = word(row.name.as_ref()).or_else(|| word(row.source_id.as_ref()));
    let Some(profile) = profile(UnitKind::Trailer, row.id.as_ref(), name, batch) else { return };
    batch.changes.push(Change::Profile(Box::new(Profile {
        active: is_active(row.status.as_ref(), row.metadata.as_ref()),
        vin: word(row.vin.as_ref()).or_else(|| serial_as_vin(row.serial_number.as_ref())),
        plate: number_of(row.license_plate.as_ref()),
        make: word(row.make.as_ref()),
        model: word(row.model.as_ref()),
        year: word(row.year.as_ref()),
        ..profile
    })));
}

/// A row of `/drivers`, of which hardly anything is sure to be there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriverRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    first_name: Option<Text<'a>>,
    middle_name: Option<Text<'a>>,
    last_name: Option<Text<'a>>,
    username: Option<Text<'a>>,
    source_id: Option<Text<'a>>,
    status: Option<Text<'a>>,
    phone: Option<Text<'a>>,
    license: Option<Registration<'a>>,
    metadata: Option<Metadata<'a>>,
}

pub(super) fn driver(row: &DriverRow<'_>, batch: &mut Batch) {
    let username = word(row.username.as_ref());
    let name = full_name(row).or_else(|| username.clone()).or_else(|| word(row.source_id.as_ref()));
    let Some(profile) = profile(UnitKind::Driver, row.id.as_ref(), name, batch) else { return };
    batch.changes.push(Change::Profile(Box::new(Profile {
        active: is_active(row.status.as_ref(), row.metadata.as_ref()),
        licence: row.license.as_ref().and_then(licence),
        // Not `sourceId`: the provider's row number, which may well be another person's in the TMS.
        refs: username.into_iter().collect(),
        phone: word(row.phone.as_ref()),
        ..profile
    })));
}

/// A licence, or a licence plate.
#[derive(Deserialize)]
struct Registration<'a> {
    #[serde(borrow)]
    state: Option<Text<'a>>,
    number: Option<Text<'a>>,
}

fn number_of(plate: Option<&Registration<'_>>) -> Option<String> {
    let told = plate?;
    Some(model::plate(word(told.number.as_ref())?, told.state.as_ref().map(|state| state.0.as_ref())))
}

fn licence(licence: &Registration<'_>) -> Option<String> {
    licence_key(&licence.state.as_ref()?.0, &licence.number.as_ref()?.0)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    deleted_at: Option<Text<'a>>,
    visibility: Option<Text<'a>>,
}

/// Only what is told ends it: hidden and deleted rows come to those alone who ask for them (terminal.md, "Field
/// notes"), and we do not. So a word that we do not know ends nothing, nor does a time of deletion on a row that is
/// said to be visible, as the ones in the published examples are.
fn is_active(status: Option<&Text<'_>>, metadata: Option<&Metadata<'_>>) -> bool {
    let inactive = status.is_some_and(|status| status.0 == "inactive");
    let gone = metadata.is_some_and(|metadata| match word(metadata.visibility.as_ref()) {
        Some(visibility) => visibility == "deleted" || visibility.starts_with("hidden"),
        None => word(metadata.deleted_at.as_ref()).is_some(),
    });
    !inactive && !gone
}

/// "First Last", as other accounts spell it; a middle name stands in for one that is missing.
fn full_name(row: &DriverRow<'_>) -> Option<String> {
    let (first, middle, last) =
        (word(row.first_name.as_ref()), word(row.middle_name.as_ref()), word(row.last_name.as_ref()));
    let names: Vec<String> = match (first, last) {
        (Some(first), Some(last)) => vec![first, last],
        (first, last) => [first, middle, last].into_iter().flatten().collect(),
    };
    (!names.is_empty()).then(|| names.join(" "))
}

/// A profile with its id, named by it where it has no name; a row without an id is a reject.
fn profile(
    kind: UnitKind,
    id: Option<&Text<'_>>,
    name: Option<String>,
    batch: &mut Batch,
) -> Option<Profile> {
    let Some(id) = word(id) else {
        batch.rejects.push(Reject { external_id: String::new(), reason: "the row has no id".to_owned() });
        return None;
    };
    let name = name.unwrap_or_else(|| id.clone());
    Some(Profile::new(kind, id, name))
}
