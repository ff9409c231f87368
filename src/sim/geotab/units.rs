//! Geotab's `Device`, `Group` and `Trailer`: trailers are devices of a group, and some are entities
//! of the old kind besides.

use serde_json::{Value, json};

use super::super::atlas::CITIES;
use super::super::roster::Roster;
use super::feed::Key;
use super::fleet::{Device, ENTERED, Fleet, Kind};
use super::words::{ALWAYS, date, id};

/// The group of all trailers.
const TRAILERS: &str = "GroupTrailerId";
/// A group within it, which the reefers are in.
const REEFERS: &str = "b2801";
/// How often somebody saves a device's card again.
const EDITED_EVERY: i64 = 3 * 24 * 3600;

/// The groups that a device is in.
pub fn groups(device: Device) -> Value {
    match device.kind {
        Kind::Tractor(_) | Kind::Archived(_) if device.place.is_multiple_of(2) => {
            json!([{ "id": "GroupVehicleId" }])
        }
        Kind::Tractor(_) | Kind::Archived(_) => json!([{ "id": "b27AD" }]),
        Kind::Tracked(trailer) if trailer.is_multiple_of(6) => json!([{ "id": REEFERS }]),
        Kind::Tracked(_) | Kind::Untracked(_) => json!([{ "id": TRAILERS }]),
    }
}

/// All groups, each with those within it.
pub fn all_groups() -> Vec<(&'static str, Value)> {
    let group = |id: &'static str, name: &str, children: &[&str]| {
        let children: Vec<Value> = children.iter().map(|id| json!({ "id": id })).collect();
        let row = json!({
            "id": id,
            "name": name,
            "children": children,
            "color": { "r": 0, "g": 0, "b": 0, "a": 255 },
            "comments": "",
            "reference": "",
            "isGlobalReportingGroup": false,
        });
        (id, row)
    };
    vec![
        group("GroupCompanyId", "Company Group", &["GroupAssetInformationId", "b27AD"]),
        group("GroupAssetInformationId", "Asset Information", &["GroupVehicleId", TRAILERS]),
        group("GroupVehicleId", "Vehicle", &[]),
        group(TRAILERS, "Trailer", &[REEFERS]),
        group(REEFERS, "Reefers", &[]),
        group("b27AD", "Linehaul", &[]),
    ]
}

/// The id of a trailer's entity of the old kind.
pub fn trailer_id(trailer: usize) -> String {
    format!("aSimTrailer{trailer:07}")
}

impl Fleet {
    /// When a device's row last changed.
    fn edited(device: Device, now: i64) -> i64 {
        let own = (device.number as i64 * 7919) % EDITED_EVERY;
        (now - own).div_euclid(EDITED_EVERY) * EDITED_EVERY + own
    }

    /// The devices whose row changed from `begin` until before `end`.
    pub fn devices_changed(&self, begin: i64, end: i64, now: i64) -> Vec<(Key, Device)> {
        let changed = self.devices.iter().filter_map(|device| {
            let at = Self::edited(*device, now);
            (begin..end).contains(&at).then(|| (Key::of(at, device.number, 0), *device))
        });
        changed.collect()
    }

    /// The trailers' entities, which never change.
    pub fn trailers_changed(&self, begin: i64, end: i64) -> Vec<(Key, usize)> {
        let entered = (begin..end).contains(&ENTERED);
        let trailers = self.trailers.iter().filter(|_| entered);
        trailers.map(|trailer| (Key::of(ENTERED, *trailer, 0), *trailer)).collect()
    }

    /// A device's row.
    pub fn device_row(&self, device: Device, now: i64) -> Value {
        let roster = &self.world.roster;
        let mut row = json!({
            "id": id(device.number),
            "groups": groups(device),
            "autoGroups": [],
            "activeFrom": date(ENTERED, device.number),
            "activeTo": ALWAYS,
            "comment": format!("saved {}", date(Self::edited(device, now), 0)),
            "ignoreDownloadsUntil": "1986-01-01T00:00:00.000Z",
            "maxSecondsBetweenLogs": 200,
            "timeToDownload": "1.00:00:00",
            "workTime": "WorkTimeStandardHoursId",
            "customProperties": [],
            "mediaFiles": [],
            "odometerFactor": 1,
            "odometerOffset": 0,
            "engineHourOffset": 0,
        });
        match device.kind {
            Kind::Tractor(tractor) | Kind::Archived(tractor) => self.tractor_row(&mut row, device, tractor),
            Kind::Tracked(trailer) | Kind::Untracked(trailer) => {
                let tracked = matches!(device.kind, Kind::Tracked(_));
                row["name"] = json!(Roster::trailer_number(trailer));
                row["vehicleIdentificationNumber"] =
                    json!(if tracked { roster.trailer_vin(trailer) } else { String::new() });
                row["engineVehicleIdentificationNumber"] = json!("?");
                row["licensePlate"] =
                    json!(if tracked { Roster::plate(trailer, 'T') } else { String::new() });
                row["licenseState"] = json!(if tracked { "TN" } else { "" });
                row["timeZoneId"] = json!("America/New_York");
                row["deviceType"] = json!(if tracked { "GO9" } else { "None" });
                row["productId"] = json!(if tracked { 120 } else { -1 });
                row["serialNumber"] = json!(if tracked { format!("G9T{trailer:09}") } else { String::new() });
                if self.trailers.binary_search(&trailer).is_ok() {
                    row["tmpTrailerId"] = json!(trailer_id(trailer));
                }
            }
        }
        row
    }

    fn tractor_row(&self, row: &mut Value, device: Device, tractor: usize) {
        let vin = self.world.roster.vin(tractor);
        // What the engine says may be missing, and so may what was typed.
        let (typed, engine) = match device.place % 9 {
            5 => ("", vin.as_str()),
            7 => ("?", "?"),
            8 => (vin.as_str(), "?"),
            _ => (vin.as_str(), vin.as_str()),
        };
        row["name"] = json!(Roster::name(tractor));
        row["vehicleIdentificationNumber"] = json!(typed);
        row["engineVehicleIdentificationNumber"] = json!(engine);
        row["licensePlate"] = json!(Roster::plate(tractor, 'P'));
        row["licenseState"] = json!("TX");
        row["timeZoneId"] = json!(CITIES[self.world.yard(tractor).city].zone);
        row["deviceType"] = json!("GO9");
        row["productId"] = json!(120);
        row["serialNumber"] = json!(format!("G9{:010}", device.number));
        row["devicePlans"] = json!(["ProPlus"]);
        if matches!(device.kind, Kind::Archived(_)) {
            row["activeFrom"] = json!(date(ENTERED - 400 * 24 * 3600, device.number));
            row["activeTo"] = json!(date(ENTERED - 24 * 3600, device.number));
        }
    }

    /// A trailer's row of the old kind.
    pub fn trailer_row(trailer: usize, version: &str) -> Value {
        json!({
            "id": trailer_id(trailer),
            "name": Roster::trailer_number(trailer),
            "comment": "",
            "groups": [{ "id": "GroupCompanyId" }],
            "version": version,
        })
    }
}
