//! The simulated world without its services: what really happened, for whoever checks what was made of
//! what the services told of it. A function of the time asked for; nothing is served and nothing waits.

use super::Upstream;
use super::freight::{Fate, Haul, Purpose, Standing};
use super::roster::{DARK, Part, Roster, SHOP};
use super::shift::DutyStatus as Duty;
use super::spread::Spread;
use super::week::Activity;
use super::world::{Key, World};
use crate::model::{DutyStatus, Fix, MovementStatus, Timestamp};

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

/// A driver, and what his log comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct TrueDriver {
    /// First and last name, as the TMS has it.
    pub name: String,
    /// What he does.
    pub status: DutyStatus,
    /// Driving left of the 11 hours, in seconds.
    pub drive_left_s: i64,
    /// Left of the 14-hour window.
    pub shift_left_s: i64,
    /// Driving left before the half hour.
    pub break_left_s: i64,
    /// On duty left in the 70 hours.
    pub cycle_left_s: i64,
}

/// A trailer.
#[derive(Clone, Debug, PartialEq)]
pub struct TrueTrailer {
    /// Its number.
    pub number: String,
    /// Where it is.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Since when it stands there; `None` while it rolls.
    pub stands_since: Option<Timestamp>,
    /// When its tracker reported last.
    pub heard_at: Timestamp,
}

impl Truth {
    /// The same world, so many seconds later ([`super::Options::later_by_s`]).
    #[must_use]
    pub fn later_by(self, seconds: i64) -> Self {
        Self { world: self.world.later_by(seconds) }
    }

    /// A tractor's number, as the TMS has it.
    pub fn number(&self, tractor: usize) -> String {
        Roster::number(tractor)
    }

    /// A movement's id, as the TMS has it.
    pub fn movement_id(&self, movement: u64) -> String {
        format!("{movement:0width$}", width = self.world.digits())
    }

    /// When a tractor's device was heard last.
    pub fn heard_at(&self, tractor: usize, now: Timestamp) -> Timestamp {
        Timestamp::from_secs(self.world.last_fix(tractor, secs(now)))
    }

    /// The driver of a tractor; the first of two.
    pub fn driver(&self, tractor: usize, now: Timestamp) -> TrueDriver {
        debug_assert_eq!(self.world.roster.part(tractor), Part::Solo);
        let (first, last) = self.world.roster.person(tractor);
        let is = self.world.driver(tractor, secs(now));
        TrueDriver {
            name: format!("{first} {last}"),
            status: match is.duty {
                Duty::Driving => DutyStatus::Driving,
                Duty::OnDuty => DutyStatus::OnDuty,
                Duty::OffDuty => DutyStatus::OffDuty,
                Duty::Sleeper => DutyStatus::Sleeper,
            },
            drive_left_s: is.drive.into(),
            shift_left_s: is.shift.into(),
            break_left_s: is.until_break.into(),
            cycle_left_s: is.cycle.into(),
        }
    }

    /// The trailer that a tractor pulls.
    pub fn trailer_of(&self, tractor: usize, now: Timestamp) -> TrueTrailer {
        let (world, at) = (&self.world, secs(now));
        let trailer = world.roster.trailer_of(tractor, world.truck(tractor, at).week_number);
        let is = world.trailer(trailer, at);
        let mut stands_since = None;
        let mut seen = world.truck(tractor, at);
        while seen.stretch.activity != Activity::Drive {
            stands_since = Some(Timestamp::from_secs(seen.since));
            seen = world.truck(tractor, seen.since - 1);
        }
        TrueTrailer {
            number: Roster::trailer_number(trailer),
            latitude: is.point.latitude,
            longitude: is.point.longitude,
            stands_since,
            heard_at: Timestamp::from_secs(world.last_trailer_fix(trailer, at)),
        }
    }

    /// The pickups of loads that nobody of the fleet was given and no other carrier took by `now`: the movement by
    /// its number, and when the window opens and closes.
    pub fn ungiven(&self, now: Timestamp) -> Vec<(u64, Timestamp, Timestamp)> {
        let open = self.world.movements(secs(now)).into_iter().filter_map(|key| {
            self.world.haul(key, |haul| {
                let given = matches!(haul.fate, Fate::Driven { planned } if planned <= secs(now));
                let first = haul.first();
                let waits = haul.standing(secs(now)) == Some(Standing::Available) && !given;
                let pickup = waits && first.purpose == Purpose::Pickup;
                let window = [first.early, first.late.unwrap_or(first.early)].map(Timestamp::from_secs);
                pickup.then(|| (self.world.number(key), window[0], window[1]))
            })
        });
        open.collect()
    }

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
            says: None,
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
