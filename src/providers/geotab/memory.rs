//! What must be known of earlier answers to understand the next one: which device is a trailer, where
//! units were last, who sits where. It lasts as long as the process, and each part of it knows how to
//! be built up again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::track::Track;
use super::wheel::Wheel;
use crate::model::{DutyStatus, Timestamp, UnitKind};

/// The group whose members are trailers.
pub(super) const TRAILERS: &str = "GroupTrailerId";

/// What is known; empty at first. All feeds of an account share one.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Known>);

impl Memory {
    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) units: Units,
    pub(super) track: Track,
    pub(super) wheel: Wheel,
    /// The newest line of each driver's log.
    pub(super) duty: HashMap<String, Duty>,
}

/// What the list of devices says.
#[derive(Debug)]
pub(super) struct Units {
    /// Whether the list was read to its end.
    pub(super) whole: bool,
    /// The groups whose members are trailers.
    pub(super) trailer_groups: BTreeSet<String>,
    kinds: HashMap<String, UnitKind>,
    /// Legacy trailers and the devices that stand for them now.
    mirrors: HashMap<String, String>,
    /// Devices that stand for a legacy trailer, and which, by their name.
    named: HashMap<String, Vec<(String, String)>>,
}

impl Default for Units {
    fn default() -> Self {
        Self {
            whole: false,
            trailer_groups: BTreeSet::from([TRAILERS.to_owned()]),
            kinds: HashMap::new(),
            mirrors: HashMap::new(),
            named: HashMap::new(),
        }
    }
}

impl Units {
    /// A device was listed; `mirrored` is the legacy trailer that it stands for.
    pub(super) fn listed(&mut self, device: &str, kind: UnitKind, name: &str, mirrored: Option<&str>) {
        self.kinds.insert(device.to_owned(), kind);
        let Some(mirrored) = mirrored else { return };
        let link = (device.to_owned(), mirrored.to_owned());
        let named = self.named.entry(name.to_uppercase()).or_default();
        if !named.contains(&link) {
            named.push(link);
        }
        self.mirrors.insert(mirrored.to_owned(), device.to_owned());
    }

    /// What a device is on; `None` for one that the list does not know.
    pub(super) fn kind(&self, device: &str) -> Option<UnitKind> {
        self.kinds.get(device).copied()
    }

    /// The device that stands for a legacy trailer; one that is a device is its own.
    pub(super) fn device_of<'a>(&'a self, trailer: &'a str) -> Option<&'a str> {
        match self.mirrors.get(trailer) {
            Some(device) => Some(device),
            None => self.kinds.contains_key(trailer).then_some(trailer),
        }
    }

    /// Legacy trailers were listed, by id and name. A device may be linked to one by an id that the list does
    /// not write so: then the only one that bears the same name is it.
    pub(super) fn legacy<'a>(&mut self, trailers: impl Iterator<Item = (&'a str, &'a str)> + Clone) {
        let ids: HashSet<&str> = trailers.clone().map(|(id, _)| id).collect();
        for (id, name) in trailers.filter(|(id, _)| self.device_of(id).is_none()).collect::<Vec<_>>() {
            let named = self.named.get(&name.to_uppercase()).map(Vec::as_slice);
            if let Some([(device, linked)]) = named
                && !ids.contains(linked.as_str())
            {
                self.mirrors.insert(id.to_owned(), device.clone());
            }
        }
    }
}

/// A line of a driver's log, and when we heard of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duty {
    pub(super) status: DutyStatus,
    pub(super) since_at: Timestamp,
    pub(super) heard_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legacy_trailer_is_a_device_by_its_id_or_else_by_its_only_name() {
        let mut units = Units::default();
        let trailer = UnitKind::Trailer;
        units.listed("b91", trailer, "TRL-1", Some("b1"));
        units.listed("b92", trailer, "TRL-2", Some("a-guid-of-2"));
        units.listed("b93", trailer, "twin", Some("a-guid-of-3"));
        units.listed("b94", trailer, "twin", Some("a-guid-of-4"));
        units.listed("b95", trailer, "TRL-5", None);
        units.legacy(
            [
                ("b1", "old name"),
                ("b2", "trl-2"),
                ("b3", "twin"),
                ("b5", "TRL-5"),
                ("b6", "TRL-1"),
                ("b95", "x"),
            ]
            .into_iter(),
        );
        let check = |id: &str, device: Option<&str>| assert_eq!(units.device_of(id), device, "{id}");
        check("b1", Some("b91"));
        check("b2", Some("b92"));
        check("a-guid-of-2", Some("b92"));
        check("b3", None);
        check("b5", None);
        // The device of that name stands for another one.
        check("b6", None);
        check("b95", Some("b95"));
    }
}
