//! What of the fleet this database knows: its devices, users and trailers, listed once at the start.

use std::sync::Arc;

use super::super::Upstream;
use super::super::roster::{DARK, SHOP};
use super::super::week::Activity;
use super::super::world::World;

/// When the fleet was entered.
pub const ENTERED: i64 = 1_706_000_000;
/// Ids begin here.
const FIRST: usize = 0x10;
/// Every so manieth truck had a device before its present one, and every so manieth driver a user.
const REPLACED: usize = 25;

/// The fleet, as far as Geotab has it.
#[derive(Debug)]
pub struct Fleet {
    /// The world it is seen in.
    pub world: Arc<World>,
    /// By number.
    pub devices: Vec<Device>,
    /// By number.
    pub users: Vec<User>,
    /// Trailers with an entity of the old kind, by number.
    pub trailers: Vec<usize>,
}

/// One device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// Of its id.
    pub number: usize,
    /// Its place among those of its kind: what is odd about it goes by that.
    pub place: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In a tractor.
    Tractor(usize),
    /// Was in a tractor, and is archived.
    Archived(usize),
    /// On a trailer.
    Tracked(usize),
    /// A trailer without a device, which Geotab lists as one all the same.
    Untracked(usize),
}

/// One user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    /// Of its id.
    pub number: usize,
    /// Its place among the users.
    pub place: usize,
    /// Who it is.
    pub who: Who,
}

/// Who a user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The account that reads all this.
    Service,
    /// A driver.
    Driver(usize),
    /// The same driver before he left and came back.
    Former(usize),
}

impl Fleet {
    /// What Geotab knows of this world.
    pub fn new(world: Arc<World>) -> Self {
        let (roster, spread) = (world.roster, &world.spread);
        let tractors: Vec<usize> =
            (0..roster.tractors).filter(|tractor| spread.has_tractor(Upstream::Geotab, *tractor)).collect();
        let drivers: Vec<usize> = (0..roster.drivers)
            .filter(|driver| spread.has_driver(Upstream::Geotab, &roster, *driver))
            .collect();
        let known: Vec<usize> = (0..roster.trailers)
            .filter(|trailer| spread.has_trailer(Upstream::Geotab, &roster, *trailer) && trailer % 13 != 5)
            .collect();
        let replaced = |of: &[usize]| of.iter().copied().step_by(REPLACED).collect::<Vec<_>>();
        let (old_tractors, old_drivers) = (replaced(&tractors), replaced(&drivers));
        let trailers = known.iter().copied().filter(|trailer| *trailer != roster.stray());
        let trailers = trailers.filter(|trailer| trailer % 11 != 9).collect();

        let kinds = tractors.into_iter().enumerate().map(|(place, tractor)| (place, Kind::Tractor(tractor)));
        // One that is not mirrored as a device.
        let mirrored = known.into_iter().filter(|trailer| trailer % 17 != 3);
        let kinds = kinds.chain(mirrored.enumerate().map(|(place, trailer)| (place, trailer_kind(trailer))));
        let kinds = kinds.chain(old_tractors.into_iter().map(Kind::Archived).enumerate());
        let devices = kinds
            .map(|(place, kind)| {
                let number = FIRST
                    + match kind {
                        Kind::Tractor(tractor) => tractor,
                        Kind::Tracked(trailer) | Kind::Untracked(trailer) => roster.tractors + trailer,
                        Kind::Archived(tractor) => roster.tractors + roster.trailers + tractor,
                    };
                Device { number, place, kind }
            })
            .collect();

        let people = drivers.into_iter().map(|driver| (user(driver), Who::Driver(driver)));
        let former =
            old_drivers.into_iter().map(|driver| (user(roster.drivers + driver), Who::Former(driver)));
        let users = std::iter::once((1, Who::Service))
            .chain(people)
            .chain(former)
            .enumerate()
            .map(|(place, (number, who))| User { number, place, who })
            .collect();
        Self { world, devices, users, trailers }
    }

    /// The device of that number.
    pub fn device(&self, number: usize) -> Option<Device> {
        let place = self.devices.binary_search_by_key(&number, |device| device.number).ok()?;
        self.devices.get(place).copied()
    }

    /// The user of that number.
    pub fn user(&self, number: usize) -> Option<User> {
        let place = self.users.binary_search_by_key(&number, |user| user.number).ok()?;
        self.users.get(place).copied()
    }

    /// The number of the user who drives a tractor, where he is one of ours.
    pub fn driver_of(&self, tractor: usize) -> Option<usize> {
        let known = self.world.spread.has_driver(Upstream::Geotab, &self.world.roster, tractor);
        (known && tractor != SHOP).then(|| user(tractor))
    }

    /// The number of the device in a tractor, where there is one.
    pub fn device_in(&self, tractor: usize) -> Option<usize> {
        self.world.spread.has_tractor(Upstream::Geotab, tractor).then_some(FIRST + tractor)
    }

    /// Who is logged in to a tractor at `at`: nobody while the truck is at its restart.
    pub fn logged_in(&self, tractor: usize, at: i64) -> Option<usize> {
        let seen = self.world.truck(tractor, at);
        self.driver_of(tractor).filter(|_| seen.stretch.activity != Activity::Restart)
    }
}

impl Device {
    /// The tractor it is in, unless that one hardly ever reports.
    pub fn lively_tractor(self) -> Option<usize> {
        match self.kind {
            Kind::Tractor(tractor) if tractor != SHOP && tractor != DARK => Some(tractor),
            _ => None,
        }
    }
}

impl User {
    /// The driver, if he works here now.
    pub const fn driver(self) -> Option<usize> {
        match self.who {
            Who::Driver(driver) => Some(driver),
            Who::Service | Who::Former(_) => None,
        }
    }
}

const fn user(driver: usize) -> usize {
    FIRST + driver
}

const fn trailer_kind(trailer: usize) -> Kind {
    if trailer % 19 == 7 || trailer % 4 == 1 { Kind::Untracked(trailer) } else { Kind::Tracked(trailer) }
}
