//! The simulated world without its services: what really happened, for whoever checks what was made of
//! what the services told of it. A function of the time asked for; nothing is served and nothing waits.

use super::Upstream;
use super::freight::{Fate, Haul, Standing};
use super::roster::{DARK, SHOP};
use super::spread::Spread;
use super::world::{Key, World};
use crate::model::{Fix, MovementStatus, Timestamp};

/// What really happened.
#[derive(Debug)]
pub struct Truth {
    world: World,
}

/// A stop of a truck's load, and when the truck was there.
#[derive(Clone, Debug, PartialEq)]
pub struct TrueStop {
    /// The movement, by its number.
    pub movement: u64,
    /// Where it stood at the time asked for.
    pub status: MovementStatus,
    /// When it was given to the truck.
    pub planned_at: Timestamp,
    /// When it was over; `None` while it is not.
    pub ended_at: Option<Timestamp>,
    /// With freight: the times of an empty move's ends are those of setting out and of getting there.
    pub loaded: bool,
    /// Place in the movement.
    pub sequence: i64,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Window opens.
    pub early_at: Timestamp,
    /// Window closes, where it is not one instant.
    pub late_at: Option<Timestamp>,
    /// The truck arrives, perhaps only later than the time asked for.
    pub arrived_at: Timestamp,
    /// It leaves.
    pub left_at: Timestamp,
}

impl Truth {
    /// The world that [`super::Options`] of the same size and seed, over every ELD, make.
    pub fn new(units: usize, seed: u64) -> Self {
        Self { world: World::new(units, seed, Spread::over(Upstream::ELDS)) }
    }

    /// The tractors that haul and whose devices work, by their numbers.
    pub fn tractors(&self) -> impl Iterator<Item = usize> {
        (0..self.world.roster.tractors).filter(|tractor| ![SHOP, DARK].contains(tractor))
    }

    /// What a tractor's device reported after `since`, up to `now`; oldest first.
    pub fn fixes(&self, tractor: usize, since: Timestamp, now: Timestamp) -> Vec<Fix> {
        let reports = self.world.fixes(tractor, secs(since), secs(now), usize::MAX);
        reports.into_iter().map(|at| self.seen(tractor, Timestamp::from_secs(at))).collect()
    }

    /// Where a tractor really is.
    pub fn seen(&self, tractor: usize, at: Timestamp) -> Fix {
        let seen = self.world.truck(tractor, secs(at));
        Fix {
            latitude: seen.point.latitude,
            longitude: seen.point.longitude,
            speed_mph: Some(seen.mph),
            heading_deg: Some(seen.heading),
            place: None,
            observed_at: at,
        }
    }

    /// The stops of every load that the truck had, has or is to have, as far as was known at `now`.
    pub fn stops(&self, tractor: usize, now: Timestamp) -> Vec<TrueStop> {
        let keys = self.world.movements_of(tractor, secs(now));
        keys.into_iter().flat_map(|key| self.stops_of(key, now)).collect()
    }

    fn stops_of(&self, key: Key, now: Timestamp) -> Vec<TrueStop> {
        let movement = self.world.number(key);
        self.world.haul(key, |haul| {
            let (Fate::Driven { planned }, Some(status)) = (haul.fate, status(haul, now)) else {
                return Vec::new();
            };
            if planned > secs(now) {
                return Vec::new();
            }
            let ended_at =
                (status == MovementStatus::Delivered).then(|| Timestamp::from_secs(haul.last().departure));
            let calls = haul.calls.iter().zip(1..);
            let stops = calls.map(|(call, sequence)| TrueStop {
                movement,
                status,
                planned_at: Timestamp::from_secs(planned),
                ended_at,
                loaded: haul.loaded,
                sequence,
                latitude: call.site.point().latitude,
                longitude: call.site.point().longitude,
                early_at: Timestamp::from_secs(call.early),
                late_at: call.late.map(Timestamp::from_secs),
                arrived_at: Timestamp::from_secs(call.arrival),
                left_at: Timestamp::from_secs(call.departure),
            });
            stops.collect()
        })
    }
}

fn status(haul: &Haul, now: Timestamp) -> Option<MovementStatus> {
    Some(match haul.standing(secs(now))? {
        Standing::Available => MovementStatus::Available,
        Standing::Covered => MovementStatus::Covered,
        Standing::InProgress => MovementStatus::InProgress,
        Standing::Delivered => MovementStatus::Delivered,
        Standing::Void => MovementStatus::Void,
    })
}

const fn secs(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}
