//! Who there is: devices, legacy trailers and drivers as profiles.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::answer::rows;
use super::memory::{TRAILERS, Units};
use super::scalar::{Reference, Text, is_active, referred, word};
use crate::http::Error;
use crate::model::{Batch, Change, Profile, Reject, Timestamp, UnitKind, Unread, licence_key, plate};

/// A `Group`.
#[derive(Deserialize)]
struct GroupRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    children: Option<Vec<Reference<'a>>>,
}

/// The groups whose members are trailers: the one that the system knows, and all below it.
pub(super) fn trailer_groups(list: &str) -> Result<BTreeSet<String>, Error> {
    let groups: Vec<_> = rows::<GroupRow<'_>>(list)?.into_iter().flatten().collect();
    let mut below: BTreeMap<&str, &[Reference<'_>]> = BTreeMap::new();
    for group in &groups {
        if let Some(id) = &group.id {
            below.insert(&id.0, group.children.as_deref().unwrap_or_default());
        }
    }
    let (mut found, mut open) = (BTreeSet::new(), vec![TRAILERS]);
    while let Some(group) = open.pop() {
        // A group that is above itself must not be gone round for ever.
        if !group.is_empty() && found.insert(group.to_owned()) {
            open.extend(below.get(group).into_iter().copied().flatten().map(Reference::told));
        }
    }
    Ok(found)
}

/// A `Device`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    vehicle_identification_number: Option<Text<'a>>,
    engine_vehicle_identification_number: Option<Text<'a>>,
    license_plate: Option<Text<'a>>,
    license_state: Option<Text<'a>>,
    groups: Option<Vec<Reference<'a>>>,
    active_from: Option<Text<'a>>,
    active_to: Option<Text<'a>>,
    tmp_trailer_id: Option<Reference<'a>>,
}

/// A page of a list that goes on behind its last row.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) batch: Batch,
    pub(super) rows: usize,
    /// The id of the last row.
    pub(super) last: Option<String>,
}

impl Listed {
    /// Nothing yet, of a page with these rows.
    fn of<T>(rows: &[Result<T, Reject>]) -> Self {
        let batch = Batch { unread: Unread::of(rows), ..Batch::default() };
        Self { batch, ..Self::default() }
    }

    fn take(&mut self, profile: Result<Profile, Reject>) {
        self.rows += 1;
        match profile {
            Ok(profile) => {
                self.last = Some(profile.external_id.clone());
                self.batch.changes.push(Change::Profile(Box::new(profile)));
            }
            Err(reject) => {
                self.last = Some(reject.external_id.clone()).filter(|id| !id.is_empty());
                self.batch.rejects.push(reject);
            }
        }
    }
}

/// Devices are trucks, or trailers by their group; archived ones are listed too. `units` learns them.
pub(super) fn devices(list: &str, now: Timestamp, units: &mut Units) -> Result<Listed, Error> {
    let rows = rows::<DeviceRow<'_>>(list)?;
    let mut listed = Listed::of(&rows);
    for row in rows {
        listed.take(row.and_then(|row| device(&row, now, units)));
    }
    Ok(listed)
}

fn device(row: &DeviceRow<'_>, now: Timestamp, units: &mut Units) -> Result<Profile, Reject> {
    let mut groups = row.groups.iter().flatten();
    let is_trailer = groups.any(|group| units.trailer_groups.contains(group.told()));
    let kind = if is_trailer { UnitKind::Trailer } else { UnitKind::Tractor };
    let mut profile = profile(kind, row.id.as_ref(), row.name.as_ref())?;
    profile.active = is_active(row.active_from.as_ref(), row.active_to.as_ref(), now);
    profile.vin = known(row.vehicle_identification_number.as_ref())
        .or_else(|| known(row.engine_vehicle_identification_number.as_ref()));
    let state = row.license_state.as_ref().map(|state| state.0.as_ref());
    profile.plate = known(row.license_plate.as_ref()).map(|number| plate(number, state));
    let mirrored = referred(row.tmp_trailer_id.as_ref()).filter(|_| is_trailer);
    units.listed(&profile.external_id, kind, &profile.name, mirrored.as_deref());
    profile.refs.extend(mirrored);
    Ok(profile)
}

/// A legacy `Trailer`.
#[derive(Deserialize)]
struct TrailerRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
}

/// Legacy trailers. One that a device stands for is that device, and told as no longer active by itself.
pub(super) fn trailers(list: &str, units: &mut Units) -> Result<Listed, Error> {
    let rows = rows::<TrailerRow<'_>>(list)?;
    let mut listed = Listed::of(&rows);
    let told: Vec<Result<Profile, Reject>> = rows
        .into_iter()
        .map(|row| row.and_then(|row| profile(UnitKind::Trailer, row.id.as_ref(), row.name.as_ref())))
        .collect();
    units.legacy(told.iter().flatten().map(|profile| (profile.external_id.as_str(), profile.name.as_str())));
    for told in told {
        listed.take(
            told.map(|profile| Profile {
                active: units.device_of(&profile.external_id).is_none(),
                ..profile
            }),
        );
    }
    Ok(listed)
}

/// A `User`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserRow<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    first_name: Option<Text<'a>>,
    last_name: Option<Text<'a>>,
    is_driver: Option<bool>,
    hos_rule_set: Option<Text<'a>>,
    active_from: Option<Text<'a>>,
    active_to: Option<Text<'a>>,
    license_number: Option<Text<'a>>,
    license_province: Option<Text<'a>>,
    phone_number: Option<Text<'a>>,
    employee_no: Option<Text<'a>>,
    time_zone_id: Option<Text<'a>>,
}

/// Drivers, former ones among them.
pub(super) fn users(list: &str, now: Timestamp) -> Result<Listed, Error> {
    let rows = rows::<UserRow<'_>>(list)?;
    let mut listed = Listed::of(&rows);
    for row in rows {
        listed.take(row.and_then(|row| user(&row, now)));
    }
    Ok(listed)
}

fn user(row: &UserRow<'_>, now: Timestamp) -> Result<Profile, Reject> {
    let names = [row.first_name.as_ref(), row.last_name.as_ref()].into_iter().filter_map(word);
    let name = names.collect::<Vec<_>>().join(" ");
    let login = word(row.name.as_ref());
    let mut profile = profile(UnitKind::Driver, row.id.as_ref(), row.name.as_ref())?;
    // A server that overlooks our filter must not make everybody a driver.
    if row.is_driver == Some(false) {
        return Err(Reject {
            external_id: profile.external_id,
            reason: "a user who is not a driver".to_owned(),
        });
    }
    if !name.is_empty() {
        profile.name = name;
    }
    profile.active = is_active(row.active_from.as_ref(), row.active_to.as_ref(), now);
    if let (Some(province), Some(number)) = (&row.license_province, &row.license_number) {
        profile.licence = licence_key(&province.0, &number.0);
    }
    profile.refs = [login, word(row.employee_no.as_ref())].into_iter().flatten().collect();
    profile.refs.dedup();
    profile.phone = word(row.phone_number.as_ref());
    profile.timezone = word(row.time_zone_id.as_ref());
    profile.ruleset = word(row.hos_rule_set.as_ref()).filter(|ruleset| ruleset != "None");
    Ok(profile)
}

/// An active profile, named by its id where it has no name.
fn profile(kind: UnitKind, id: Option<&Text<'_>>, name: Option<&Text<'_>>) -> Result<Profile, Reject> {
    let Some(id) = word(id) else {
        return Err(Reject { external_id: String::new(), reason: "the row has no id".to_owned() });
    };
    let name = word(name).unwrap_or_else(|| id.clone());
    Ok(Profile::new(kind, id, name))
}

/// A word that says something: "?" is how an engine says that it does not know.
fn known(text: Option<&Text<'_>>) -> Option<String> {
    word(text).filter(|word| word != "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_below_the_group_of_trailers_are_groups_of_trailers() {
        let list = r#"[{"id":"GroupCompanyId","children":[{"id":"GroupTrailerId"},{"id":"b1"}]},
            {"id":"GroupTrailerId","children":[{"id":"b2"},"b3"]},{"id":"b2","children":[{"id":"b4"}]},
            {"id":"b4","children":[{"id":"b2"},{}]},{"id":"b1"}]"#;
        let groups = trailer_groups(list).unwrap();
        assert_eq!(
            groups.iter().map(String::as_str).collect::<Vec<_>>(),
            ["GroupTrailerId", "b2", "b3", "b4"]
        );
        assert_eq!(trailer_groups("[]").unwrap().len(), 1);
    }
}
