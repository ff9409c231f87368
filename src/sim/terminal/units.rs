//! Terminal's vehicles, trailers, devices and groups, as of the last sync.
//!
//! Beside the fleet there are a vehicle that was sold, hidden by its status, and the first truck's
//! record from before it was entered anew, deleted. Both come only when they are asked for.

use serde_json::{Value, json};

use super::super::alias::Unit;
use super::super::ask::{Answer, Ask};
use super::super::roster::{ENTERED, Roster};
use super::super::spread::Share;
use super::ids::{Noun, id};
use super::question::{expands, flag, modified, page};
use super::{DAY, PROVIDER, Terminal, present, synced, written};

/// When the old record was deleted.
const DELETED: i64 = 1_734_715_200;
const GROUPS: [&str; 3] = ["Example Freight Lines", "South", "North"];

/// A row of the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vehicle {
    /// In the fleet, at this place.
    Fleet(usize),
    /// Sold, and hidden.
    Sold,
    /// The first truck's record from before, deleted.
    Former(usize),
}

/// All rows.
pub fn listed(share: &Share) -> Vec<Vehicle> {
    let former = share.tractors.first().map(|first| Vehicle::Former(*first));
    (0..share.tractors.len()).map(Vehicle::Fleet).chain([Vehicle::Sold]).chain(former).collect()
}

pub fn vehicles(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let (hidden, deleted) = (flag(ask, "hidden"), flag(ask, "deleted"));
    let shown = |vehicle: &Vehicle| {
        let asked_for = match vehicle {
            Vehicle::Fleet(_) => true,
            Vehicle::Sold => hidden,
            Vehicle::Former(_) => deleted,
        };
        asked_for && modified(ask, changed(*vehicle, ask.now()))
    };
    let all: Vec<Vehicle> = terminal.vehicles.iter().copied().filter(shown).collect();
    page(ask, &all, |vehicle| terminal.vehicle(vehicle, ask))
}

pub fn trailers(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let count = if modified(ask, ENTERED) { terminal.share.trailers.len() } else { 0 };
    let all: Vec<usize> = (0..count).collect();
    page(ask, &all, |place| terminal.trailer(place, ask))
}

pub fn devices(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let count = if modified(ask, ENTERED) { terminal.located.len() } else { 0 };
    page(ask, &terminal.located[..count], |place| {
        let mut row = terminal.device(place);
        let vehicle = terminal.vehicle(Vehicle::Fleet(place), ask);
        row["vehicle"] = if expands(ask, "vehicle") { vehicle } else { vehicle["id"].clone() };
        row
    })
}

pub fn groups(_: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let count = if modified(ask, ENTERED) { GROUPS.len() } else { 0 };
    let all: Vec<usize> = (0..count).collect();
    page(ask, &all, |number| {
        let mut row = group(number);
        if number > 0 {
            row["parent"] = if expands(ask, "parent") { group(0) } else { group(0)["id"].clone() };
        }
        row
    })
}

/// A group without its parent.
fn group(number: usize) -> Value {
    json!({
        "id": id(Noun::Group, &[number as u64]),
        "name": GROUPS[number],
        "sourceId": format!("g{number}"),
        "provider": PROVIDER,
        "metadata": metadata(ENTERED, number),
    })
}

/// A unit's groups: named, or written out.
pub fn groups_of(unit: usize, ask: &Ask) -> Value {
    let group = group(1 + unit % 2);
    json!([if expands(ask, "groups") { group } else { group["id"].clone() }])
}

/// A row's bookkeeping. Some say that the row is visible, most leave it out.
pub fn metadata(modified: i64, place: usize) -> Value {
    present(json!({
        "addedAt": written(ENTERED),
        "modifiedAt": written(modified),
        "visibility": (place % 4 == 1).then_some("visible"),
    }))
}

/// What the provider itself said, where it is asked for.
pub fn raw(ask: &Ask, schema: &str, source: &Value, extracted: i64) -> Value {
    if !flag(ask, "raw") {
        return Value::Null;
    }
    json!([{
        "provider": PROVIDER,
        "schema": schema,
        "extractedAt": written(extracted),
        "data": { "id": source },
    }])
}

impl Terminal {
    /// A vehicle as the list has it.
    pub(super) fn vehicle(&self, vehicle: Vehicle, ask: &Ask) -> Value {
        let roster = &self.world.roster;
        let (tractor, place, entered) = match vehicle {
            Vehicle::Fleet(place) => {
                let tractor = self.share.tractors[place];
                (tractor, place, Unit::tractor(roster, tractor, place))
            }
            Vehicle::Sold => {
                return present(json!({
                    "id": id(Noun::Vehicle, &[u64::MAX]),
                    "name": "398 SOLD",
                    "status": "inactive",
                    "sourceId": "b0",
                    "provider": PROVIDER,
                    "metadata": {
                        "addedAt": written(ENTERED),
                        "modifiedAt": written(DELETED),
                        "visibility": "hidden_by_status",
                    },
                    "raw": raw(ask, "asset", &json!("b0"), DELETED),
                }));
            }
            Vehicle::Former(tractor) => (tractor, 0, Unit::tractor(roster, tractor, 0)),
        };
        let former = matches!(vehicle, Vehicle::Former(_));
        let source = json!(if former { format!("a{tractor:X}") } else { format!("b{:X}", tractor + 1) });
        let modified = changed(vehicle, ask.now());
        let mut row = present(json!({
            "id": id(Noun::Vehicle, &if former { vec![tractor as u64, 1] } else { vec![tractor as u64] }),
            "name": entered.number,
            "status": if former { "inactive" } else { "active" },
            "sourceId": source,
            "provider": PROVIDER,
            "vin": entered.vin,
            "make": (place % 7 != 5).then(|| Roster::make(tractor)),
            "model": (place % 7 != 5).then_some("Cascadia"),
            "year": (place % 7 != 3).then_some(2021 + tractor % 4),
            "groups": groups_of(tractor, ask),
            "devices": if former { json!([]) } else { self.devices_of(place, ask) },
            "licensePlate": entered.plate.map(|number| plate(&number, "TX", place)),
            "fuelType": (place % 5 != 1).then_some("diesel"),
            "fuelTankCapacity": (place % 2 == 0).then_some(757.08),
            "createdAt": (place % 3 != 2).then(|| written(ENTERED)),
            "updatedAt": (place % 3 != 2).then(|| written(modified)),
            "metadata": metadata(modified, place),
            "raw": raw(ask, "asset", &source, synced(ask.now())),
        }));
        if former {
            row["metadata"]["visibility"] = json!("deleted");
            row["metadata"]["deletedAt"] = json!(written(DELETED));
        }
        row
    }

    fn devices_of(&self, place: usize, ask: &Ask) -> Value {
        if self.located.binary_search(&place).is_err() {
            return json!([]);
        }
        let device = self.device(place);
        json!([if expands(ask, "devices") { device } else { device["id"].clone() }])
    }

    /// The device in a vehicle, without the vehicle.
    fn device(&self, place: usize) -> Value {
        let tractor = self.share.tractors[place];
        json!({
            "id": id(Noun::Device, &[tractor as u64]),
            "type": "tracker",
            "sourceId": format!("u{tractor}"),
            "provider": PROVIDER,
            "serialNumber": format!("IVG{tractor:07}"),
            "metadata": metadata(ENTERED, place),
        })
    }

    /// A trailer as the list has it. Some have their VIN as a serial number.
    pub(super) fn trailer(&self, place: usize, ask: &Ask) -> Value {
        let trailer = self.share.trailers[place];
        let entered = Unit::trailer(&self.world.roster, trailer, place);
        let (vin, serial) = if place % 6 == 5 { (None, entered.vin) } else { (entered.vin, None) };
        let source = json!(format!("t{:X}", trailer + 1));
        present(json!({
            "id": id(Noun::Trailer, &[trailer as u64]),
            "name": entered.number,
            "status": "active",
            "sourceId": source,
            "provider": PROVIDER,
            "vin": vin,
            "serialNumber": serial,
            "make": (place % 7 != 5).then_some("Utility"),
            "year": (place % 7 != 3).then_some(2021 + trailer % 4),
            "groups": groups_of(trailer, ask),
            "licensePlate": entered.plate.map(|number| plate(&number, "TN", place)),
            "createdAt": written(ENTERED),
            "metadata": metadata(ENTERED, place),
            "raw": raw(ask, "trailer", &source, synced(ask.now())),
        }))
    }
}

/// When a row last changed: some are touched every day.
fn changed(vehicle: Vehicle, now: i64) -> i64 {
    match vehicle {
        Vehicle::Sold | Vehicle::Former(_) => DELETED,
        Vehicle::Fleet(place) if place.is_multiple_of(10) => synced(now / DAY * DAY),
        Vehicle::Fleet(_) => ENTERED,
    }
}

/// A plate, with its state where that was entered.
fn plate(number: &str, state: &str, place: usize) -> Value {
    present(json!({ "number": number, "state": (place % 12 != 1).then_some(state) }))
}
