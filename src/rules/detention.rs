//! Who is at a stop, since when, and how much of the free time is left. What a minute beyond it costs is
//! not known here.

use std::time::Duration;

use super::freshness::Freshness;
use super::itinerary::is_to_be_driven;
use super::presence;
use crate::model::{Fleet, Keyed, Movement, Stay, Stop, Timestamp};

/// What a customer has before waiting costs money: the usual two hours, until rates per customer are known.
pub const FREE_TIME: Duration = Duration::from_hours(2);

/// Who says that a truck is at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The truck's own positions.
    Observed,
    /// The TMS.
    Tms,
}

impl Evidence {
    /// The word used in JSON and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Tms => "tms",
        }
    }
}

/// A truck at a stop.
#[derive(Clone, Debug)]
pub struct Held<'a> {
    /// The load.
    pub movement: &'a Movement,
    /// Where it is.
    pub stop: &'a Stop,
    /// When it came.
    pub arrived_at: Timestamp,
    /// Who says so.
    pub evidence: Evidence,
    /// What its own positions show, where they are the evidence.
    pub stay: Option<&'a Stay>,
    /// From when its time counts: the arrival or the opening of the window, whichever is later.
    pub since_at: Timestamp,
    /// Until when that is free.
    pub free_until_at: Timestamp,
    /// Whether the truck is seen there now; `None` where nobody sees it.
    pub is_seen_there: Option<bool>,
}

impl Held<'_> {
    /// Free time left, in seconds; negative beyond it.
    pub fn free_left_s(&self, now: Timestamp) -> i64 {
        self.free_until_at.secs_since(now)
    }
}

/// Every truck that is at a stop now, the one held longest beyond its free time first.
pub fn held<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Vec<Held<'a>> {
    let open = fleet.movements.iter().filter(|movement| movement.tms.status.is_open());
    let mut held: Vec<Held<'a>> = open.filter_map(|movement| of_load(fleet, fresh, movement, now)).collect();
    held.sort_by_key(|held| (held.free_until_at, held.stop.key()));
    held
}

/// The stop that a load's truck is at now. Where it came last is where it is: an earlier stop was left,
/// whether or not anybody said so.
pub fn of_load<'a>(
    fleet: &'a Fleet,
    fresh: &Freshness,
    movement: &'a Movement,
    now: Timestamp,
) -> Option<Held<'a>> {
    let view = View::of(fleet, fresh, movement, now);
    let calls = fleet.stops_of(&movement.key()).iter();
    let arrivals = calls.filter_map(|stop| {
        let stay = fleet.stay_of(movement, stop);
        Some((view.arrived_at(stop, stay)?, stop, stay))
    });
    let (arrived_at, stop, stay) =
        arrivals.max_by_key(|(arrived_at, stop, _)| (*arrived_at, stop.tms.sequence))?;
    let is_seen_there = view.sees_at(stop);
    let is_told_made = stop.tms.done || stop.tms.actual_departure_at.is_some();
    let is_there = match stay {
        Some(stay) if !stay.is_open() => false,
        // Its own positions go before the TMS's word, as long as they come.
        Some(_) => is_seen_there != Some(false) && (!is_told_made || view.is_heard),
        None => !is_told_made,
    };
    let since_at = stop.opens_at().map_or(arrived_at, |opens| opens.max(arrived_at));
    is_there.then(|| Held {
        movement,
        stop,
        arrived_at,
        evidence: match stay {
            Some(stay) if stay.observed.arrived_at == arrived_at => Evidence::Observed,
            Some(_) | None => Evidence::Tms,
        },
        stay,
        since_at,
        free_until_at: since_at.plus(FREE_TIME),
        is_seen_there,
    })
}

/// What is known of where the truck of a load is.
struct View<'a> {
    fleet: &'a Fleet,
    movement: &'a Movement,
    now: Timestamp,
    /// Whether its positions come.
    is_heard: bool,
}

impl<'a> View<'a> {
    fn of(fleet: &'a Fleet, fresh: &Freshness, movement: &'a Movement, now: Timestamp) -> Self {
        let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        let is_heard =
            is_to_be_driven(movement) && tractor.is_some_and(|tractor| fresh.knows_where(tractor, now));
        Self { fleet, movement, now, is_heard }
    }

    /// When the truck came: as it was seen, else by the TMS. What the TMS says of the future is no arrival,
    /// nor what it says of a truck that is seen elsewhere.
    fn arrived_at(&self, stop: &Stop, stay: Option<&Stay>) -> Option<Timestamp> {
        let told = stop.tms.actual_arrival_at.filter(|_| self.sees_at(stop) != Some(false));
        stay.map(|stay| stay.arrived_at(told)).or(told).filter(|arrived_at| *arrived_at <= self.now)
    }

    /// Whether the truck is seen at a stop now; `None` where nobody sees it.
    fn sees_at(&self, stop: &Stop) -> Option<bool> {
        if !self.is_heard {
            return None;
        }
        presence::is_near(self.fleet, self.movement, stop)
    }
}
