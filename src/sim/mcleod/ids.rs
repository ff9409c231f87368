//! McLeod's ids, and the way back from an id to what it names.

use super::super::freight::{Fate, Standing};
use super::super::roster::TEAM;
use super::super::world::Key;
use super::table::View;

/// Who does a movement.
#[derive(Clone, Copy, Debug)]
pub struct Crew {
    /// The tractor.
    pub tractor: usize,
    /// The first driver.
    pub driver: usize,
    /// The second.
    pub second: Option<usize>,
    /// The trailer.
    pub trailer: usize,
}

impl View<'_> {
    /// Who does a movement, once that is known.
    pub fn crew(self, key: Key) -> Option<Crew> {
        let tractor = self.world.tractor_of(key)?;
        let planned = self.world.haul(key, |haul| match haul.fate {
            Fate::Driven { planned } => planned,
            Fate::Brokered { .. } | Fate::Void { .. } => i64::MAX,
        });
        let second = (tractor == TEAM).then_some(self.world.roster.tractors);
        let trailer = self.world.roster.trailer_of(tractor, key.week);
        (planned <= self.now).then_some(Crew { tractor, driver: tractor, second, trailer })
    }

    /// Where a movement stands; only asked of those that are shown.
    pub fn standing(self, key: Key) -> Standing {
        self.world.haul(key, |haul| haul.standing(self.now)).unwrap_or(Standing::Available)
    }

    /// A movement's id.
    pub fn id(self, key: Key) -> String {
        format!("{:0width$}", self.world.number(key), width = self.world.digits())
    }

    /// An order's id: not the movement's, though as long.
    pub fn order_id(self, key: Key) -> String {
        format!("{:0width$}", self.world.number(key) + 500, width = self.world.digits())
    }

    /// A stop's id.
    pub fn stop_id(self, key: Key, at: usize) -> String {
        format!("zz1s{:010}{at:02}SIMLM1", self.world.number(key))
    }

    /// The id of the equipment group that does a movement.
    pub fn group_id(self, key: Key) -> String {
        format!("zz1g{:012}SIMLM1", self.world.number(key))
    }

    /// The movement of that id.
    pub fn movement(self, id: &str) -> Option<Key> {
        let key = self.world.movement(id.parse().ok()?, self.now)?;
        (self.id(key) == id).then_some(key)
    }

    /// The movement of the order of that id.
    pub fn order(self, id: &str) -> Option<Key> {
        let key = self.world.movement(id.parse::<u64>().ok()?.checked_sub(500)?, self.now)?;
        (self.order_id(key) == id && self.world.haul(key, |haul| haul.loaded)).then_some(key)
    }

    /// The stop of that id.
    pub fn stop(self, id: &str) -> Option<(Key, usize)> {
        let digits = id.strip_prefix("zz1s")?.strip_suffix("SIMLM1")?;
        let (number, at) = digits.split_at_checked(10)?;
        let (key, at) = (self.world.movement(number.parse().ok()?, self.now)?, at.parse().ok()?);
        (at < self.world.haul(key, |haul| haul.calls.len())).then_some((key, at))
    }

    /// The movement that an equipment group does.
    pub fn group(self, id: &str) -> Option<Key> {
        let number = id.strip_prefix("zz1g")?.strip_suffix("SIMLM1")?;
        self.world.movement(number.parse().ok()?, self.now)
    }
}
