//! Who and what has loads to do: the one under way, and those that are planned. The one rule of every door for the load
//! that a driver or a truck is on or has next. Judges none of them.

use std::collections::HashMap;

use super::itinerary::Queues;
use crate::model::{Driver, Fleet, Keyed, MovementKey, Timestamp, Tractor, UnitId};

/// The loads of each driver and truck, in the order they are done. Made once for a fleet.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    drivers: HashMap<UnitId, Vec<MovementKey>>,
    tractors: HashMap<UnitId, Vec<MovementKey>>,
}

impl Committed {
    /// Of every driver with those of his truck, and of every truck with those of who drives it: who has either is taken.
    pub fn of(fleet: &Fleet, now: Timestamp) -> Self {
        let queues = Queues::of(fleet, now);
        let loads = |tractor: Option<&UnitId>, driver: Option<&UnitId>| -> Vec<MovementKey> {
            queues.loads_of(tractor, driver).into_iter().map(Keyed::key).collect()
        };
        let drivers =
            fleet.drivers.iter().map(|row| (&row.id, loads(row.tractor_id.as_ref(), Some(&row.id))));
        let tractors =
            fleet.tractors.iter().map(|row| (&row.id, loads(Some(&row.id), row.driver_id.as_ref())));
        Self { drivers: known(drivers), tractors: known(tractors) }
    }

    /// The movements that a driver has to do, the first one first.
    pub fn loads_of(&self, driver: &UnitId) -> &[MovementKey] {
        self.drivers.get(driver).map(Vec::as_slice).unwrap_or_default()
    }

    /// The same of a truck.
    pub fn loads_on(&self, tractor: &UnitId) -> &[MovementKey] {
        self.tractors.get(tractor).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first of a driver's; the one he is on, where only the ELD or the TMS's driver says so.
    pub fn first_of<'a>(&'a self, driver: &'a Driver) -> Option<&'a str> {
        first(self.loads_of(&driver.id)).or(driver.movement_id.as_deref())
    }

    /// The same of a truck.
    pub fn first_on<'a>(&'a self, tractor: &'a Tractor) -> Option<&'a str> {
        first(self.loads_on(&tractor.id)).or(tractor.movement_id.as_deref())
    }
}

fn first(loads: &[MovementKey]) -> Option<&str> {
    loads.first().map(|load| load.id.as_str())
}

fn known<'a>(
    loads: impl Iterator<Item = (&'a UnitId, Vec<MovementKey>)>,
) -> HashMap<UnitId, Vec<MovementKey>> {
    loads.filter(|(_, loads)| !loads.is_empty()).map(|(id, loads)| (id.clone(), loads)).collect()
}
