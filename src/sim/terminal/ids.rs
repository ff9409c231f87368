//! How Terminal names things: a prefix and a ULID, which say nothing of the thing.

use std::collections::HashMap;

use super::super::chance::Chance;
use super::super::roster::ENTERED;
use super::super::spread::Share;

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// A vehicle.
    Vehicle,
    /// A trailer.
    Trailer,
    /// A driver.
    Driver,
    /// A device.
    Device,
    /// A group.
    Group,
    /// A line of a log.
    Log,
    /// A day of a log.
    Day,
    /// A point of a history.
    Point,
    /// A connection.
    Connection,
    /// A sync.
    Sync,
}

impl Noun {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Vehicle => "vcl_",
            Self::Trailer => "trl_",
            Self::Driver => "drv_",
            Self::Device => "dvc_",
            Self::Group => "group_",
            Self::Log => "hos_log_",
            Self::Day => "hos_day_",
            Self::Point => "vcl_loc_",
            Self::Connection => "conn_",
            Self::Sync => "sync_",
        }
    }
}

/// The id of a thing that these numbers tell from others of its kind.
pub fn id(noun: Noun, parts: &[u64]) -> String {
    let parts: Vec<u64> = [noun as u64, 109].into_iter().chain(parts.iter().copied()).collect();
    let mut chance = Chance::of(&parts);
    let time = letters(ENTERED.cast_unsigned() * 1000, 10);
    format!("{}{time}{}{}", noun.prefix(), letters(chance.throw(), 8), letters(chance.throw(), 8))
}

/// The last digits of a number in Crockford's base 32.
fn letters(mut number: u64, count: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut letters = vec!['0'; count];
    for letter in letters.iter_mut().rev() {
        *letter = char::from(ALPHABET[(number % 32) as usize]);
        number /= 32;
    }
    letters.into_iter().collect()
}

/// Which place in the share an id names.
#[derive(Debug)]
pub struct Index {
    vehicles: HashMap<String, usize>,
    drivers: HashMap<String, usize>,
}

impl Index {
    /// The ids of these.
    pub fn of(share: &Share) -> Self {
        let by_id = |noun, units: &[usize]| {
            units.iter().enumerate().map(|(place, unit)| (id(noun, &[*unit as u64]), place)).collect()
        };
        Self { vehicles: by_id(Noun::Vehicle, &share.tractors), drivers: by_id(Noun::Driver, &share.drivers) }
    }

    /// The place of a vehicle.
    pub fn vehicle(&self, id: &str) -> Option<usize> {
        self.vehicles.get(id).copied()
    }

    /// The place of a driver.
    pub fn driver(&self, id: &str) -> Option<usize> {
        self.drivers.get(id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_prefix_and_a_ulid_and_leads_back_to_its_place() {
        let share = Share { tractors: vec![4, 9], drivers: vec![4], trailers: Vec::new() };
        let index = Index::of(&share);
        let name = id(Noun::Vehicle, &[9]);
        assert_eq!((name.len(), name.starts_with("vcl_01")), (30, true));
        assert_eq!((index.vehicle(&name), index.driver(&name)), (Some(1), None));
    }
}
