//! Who has loads to do: the one under way, and those that are planned. Judges none of them.

use std::collections::HashMap;

use super::itinerary::Queues;
use crate::model::{Driver, Fleet, Timestamp, UnitId};

/// The loads of each driver, in the order they are done. Made once for a fleet.
#[derive(Clone, Debug, Default)]
pub struct Committed(HashMap<UnitId, Vec<String>>);

impl Committed {
    /// Of every driver, with those of his truck: who has either is taken.
    pub fn of(fleet: &Fleet, now: Timestamp) -> Self {
        let queues = Queues::of(fleet, now);
        let loads = fleet.drivers.iter().filter_map(|driver| {
            let loads = queues.loads_of(driver.tractor_id.as_ref(), Some(&driver.id));
            let ids: Vec<_> = loads.iter().map(|load| load.tms.id.to_string()).collect();
            (!ids.is_empty()).then(|| (driver.id.clone(), ids))
        });
        Self(loads.collect())
    }

    /// The movements that a driver has to do, the first one first.
    pub fn loads_of(&self, driver: &Driver) -> &[String] {
        self.0.get(&driver.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first of them; the one he is on, where only the ELD or the TMS's driver says so.
    pub fn first_of<'a>(&'a self, driver: &'a Driver) -> Option<&'a str> {
        self.loads_of(driver).first().map(String::as_str).or(driver.movement_id.as_deref())
    }
}
