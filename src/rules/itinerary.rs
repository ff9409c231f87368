//! What a truck still has to do for a load: its stops that are not done, and before them those of the
//! loads it has to finish first. Says nothing of when.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::crew::{Aboard, Crew};
use super::presence;
use crate::model::{
    Confidence, Fleet, Keyed, Loaded, Movement, MovementStatus, Point, Stay, Stop, Timestamp, UnitId,
};

/// A stop that is not done.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The stop.
    pub stop: &'a Stop,
    /// When the truck came there, if it stands there now.
    pub arrived_at: Option<Timestamp>,
    /// How long the work there takes, where that is known; else as long as the office plans for. None at all
    /// at the ends of an empty move: no dock and no gate hold the truck up there, and where freight comes on,
    /// that is a stop of the next load.
    pub dwell: Option<Duration>,
}

/// The calls of one load, in the order they are made.
#[derive(Clone, Debug, Default)]
pub struct Itinerary<'a> {
    /// Those of loads before it on the same truck.
    pub before: Vec<Call<'a>>,
    /// Its own.
    pub own: Vec<Call<'a>>,
    /// Who drives.
    pub crew: Crew,
}

impl<'a> Itinerary<'a> {
    /// All calls.
    pub fn calls(&self) -> impl Iterator<Item = &Call<'a>> {
        self.before.iter().chain(&self.own)
    }
}

/// Which loads each tractor has, in the order it does them. Made once for many loads.
pub struct Queues<'a> {
    fleet: &'a Fleet,
    loads: HashMap<&'a UnitId, Vec<&'a Movement>>,
    drivers: HashMap<&'a UnitId, Vec<&'a Movement>>,
    /// Tractors that several drivers are on.
    shared: HashSet<&'a UnitId>,
}

impl<'a> Queues<'a> {
    /// Of the loads of `fleet` that are not over.
    pub fn of(fleet: &'a Fleet) -> Self {
        let mut loads: HashMap<_, Vec<&Movement>> = HashMap::new();
        let mut drivers: HashMap<_, Vec<&Movement>> = HashMap::new();
        for movement in fleet.movements.iter().map(AsRef::as_ref).filter(|movement| is_to_be_driven(movement))
        {
            if let Some(tractor) = &movement.tractor_id {
                loads.entry(tractor).or_default().push(movement);
            }
            for driver in [&movement.driver_id, &movement.driver2_id].into_iter().flatten() {
                drivers.entry(driver).or_default().push(movement);
            }
        }
        for queue in loads.values_mut() {
            in_turn(fleet, queue);
        }
        let mut driven = HashSet::new();
        let on = fleet.drivers.iter().filter_map(|driver| driver.tractor_id.as_ref());
        let shared = on.filter(|tractor| !driven.insert(*tractor)).collect();
        Self { fleet, loads, drivers, shared }
    }

    /// The loads that a tractor or its driver has, in the order they are done: who has either is taken.
    pub fn loads_of(&self, tractor: Option<&UnitId>, driver: Option<&UnitId>) -> Vec<&'a Movement> {
        let tractors = tractor.and_then(|tractor| self.loads.get(tractor));
        let drivers = driver.and_then(|driver| self.drivers.get(driver));
        let mut loads: Vec<&Movement> = tractors.into_iter().chain(drivers).flatten().copied().collect();
        in_turn(self.fleet, &mut loads);
        loads.dedup_by_key(|movement| movement.key());
        loads
    }

    /// The stops of a load that are not done.
    pub fn calls_of(&self, movement: &Movement) -> Vec<Call<'a>> {
        left_of(self.fleet, movement)
    }

    /// What is left of `movement`, and of what its tractor has to finish before it.
    pub fn itinerary(&self, movement: &'a Movement) -> Itinerary<'a> {
        let own = left_of(self.fleet, movement);
        let queue = movement.tractor_id.as_ref().and_then(|tractor| self.loads.get(tractor));
        let key = movement.key();
        let earlier = queue.into_iter().flatten().take_while(|other| other.key() != key);
        let mut loads: Vec<&Movement> = earlier.copied().collect();
        let before = loads.iter().flat_map(|other| left_of(self.fleet, other)).collect();
        loads.push(movement);
        Itinerary { before, own, crew: self.crew_of(movement.tractor_id.as_ref(), &loads) }
    }

    /// Who drives a tractor that has these loads to do.
    pub fn crew_of(&self, tractor: Option<&UnitId>, loads: &[&Movement]) -> Crew {
        let is_shared = tractor.is_some_and(|tractor| self.shared.contains(tractor));
        Crew::of(loads, if is_shared { Aboard::Several } else { Aboard::OneAtMost })
    }
}

fn in_turn(fleet: &Fleet, loads: &mut [&Movement]) {
    loads.sort_by_cached_key(|movement| (turn(movement), begins(fleet, movement), movement.key()));
    before_their_loads(fleet, loads);
}

/// Whether a truck of ours has, or is to get, this load.
pub fn is_to_be_driven(movement: &Movement) -> bool {
    movement.tms.status.is_open() && !movement.tms.brokered
}

/// The load under way goes first.
fn turn(movement: &Movement) -> u8 {
    match movement.tms.status {
        MovementStatus::InProgress => 0,
        MovementStatus::Covered => 1,
        MovementStatus::Available | MovementStatus::Unknown => 2,
        MovementStatus::Delivered | MovementStatus::Void => 3,
    }
}

/// When its first stop that is left may be made; what nobody knows comes last.
fn begins(fleet: &Fleet, movement: &Movement) -> Timestamp {
    let first = left_of(fleet, movement).into_iter().next();
    let early = first.and_then(|call| call.stop.window_at());
    early.unwrap_or(Timestamp::from_millis(i64::MAX))
}

/// Puts an empty move right before the load that it brings the truck to. Its own times are only what somebody
/// expected, and the load's window may have been open for hours by then.
fn before_their_loads(fleet: &Fleet, queue: &mut [&Movement]) {
    for place in 1..queue.len() {
        let Some((earlier, rest)) = queue.split_at_checked(place) else { return };
        let ends = rest.first().filter(|movement| movement.tms.loaded == Loaded::Empty);
        let Some(ends) = ends.and_then(|empty| fleet.stops_of(&empty.key()).last()) else { continue };
        let is_brought_to = |load: &&&Movement| {
            turn(load) > 0
                && load.tms.loaded != Loaded::Empty
                && fleet.stops_of(&load.key()).first().is_some_and(|begins| is_same_place(begins, ends))
        };
        if let Some(load) = earlier.iter().position(|load| is_brought_to(&load))
            && let Some(span) = queue.get_mut(load..=place)
        {
            span.rotate_right(1);
        }
    }
}

/// Two stops closer to each other than this are at one place: meters.
const SAME_PLACE_M: f64 = 500.0;

fn is_same_place(one: &Stop, other: &Stop) -> bool {
    let place =
        |stop: &Stop| stop.tms.latitude.zip(stop.tms.longitude).and_then(|(lat, lon)| Point::new(lat, lon));
    if let (Some(one), Some(other)) = (place(one), place(other)) {
        return one.meters_to(other) <= SAME_PLACE_M;
    }
    let address = |stop: &Stop| (stop.tms.address.clone(), stop.tms.city.clone(), stop.tms.state.clone());
    one.tms.address.is_some() && address(one) == address(other)
}

/// The stops of `movement` that are not done: by the TMS, or because its truck was seen to leave.
fn left_of<'a>(fleet: &'a Fleet, movement: &Movement) -> Vec<Call<'a>> {
    let stops = fleet.stops_of(&movement.key());
    // A stop before one that the truck was seen at is behind it, whether or not anybody saw it there.
    let reached = stops.iter().rposition(|stop| stay(fleet, movement, stop).is_some()).unwrap_or(0);
    let ahead = stops.iter().skip(reached);
    let open = ahead.filter(|stop| !stop.tms.done && stop.tms.actual_departure_at.is_none());
    open.filter_map(|stop| call(fleet, movement, stop)).collect()
}

/// When the truck that has the load now was at a stop of it.
fn stay<'a>(fleet: &'a Fleet, movement: &Movement, stop: &Stop) -> Option<&'a Stay> {
    let stay = fleet.stays.get(&stop.key())?;
    (Some(&stay.tractor_id) == movement.tractor_id.as_ref()).then_some(stay)
}

/// A stop as it stands for the truck that has the load now; `None` once that was seen to leave.
fn call<'a>(fleet: &'a Fleet, movement: &Movement, stop: &'a Stop) -> Option<Call<'a>> {
    let dwell = (movement.tms.loaded == Loaded::Empty).then_some(Duration::ZERO);
    let Some(stay) = stay(fleet, movement, stop) else {
        let told =
            stop.tms.actual_arrival_at.filter(|_| presence::is_near(fleet, movement, stop) != Some(false));
        return Some(Call { stop, arrived_at: told, dwell });
    };
    // One fix alone proves no departure that ends the work on a stop.
    let has_left = !stay.is_open() && stay.observed.confidence > Confidence::Low;
    let arrived_at = Some(stay.observed.arrived_at).filter(|_| stay.is_open());
    (!has_left).then_some(Call { stop, arrived_at, dwell })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Address, Tractor, Trust};

    fn movement(id: &str, status: MovementStatus) -> Movement {
        let mut movement = Movement { tractor_id: Some(UnitId("t".into())), ..Movement::default() };
        (movement.tms.id, movement.tms.status) = (id.into(), status);
        movement
    }

    fn stop(movement: &str, id: &str, early: i64, done: bool) -> Stop {
        let mut stop = Stop::default();
        (stop.tms.id, stop.tms.movement_id, stop.tms.done) = (id.into(), Some(movement.into()), done);
        stop.tms.scheduled_early_at = Some(Timestamp::from_secs(early));
        stop.tms.sequence = early;
        stop
    }

    #[test]
    fn an_empty_move_goes_before_the_load_that_it_leads_to() {
        let at = |mut stop: Stop, longitude| {
            (stop.tms.latitude, stop.tms.longitude) = (Some(35.0), Some(longitude));
            stop
        };
        let mut empty = movement("2", MovementStatus::Covered);
        empty.tms.loaded = Loaded::Empty;
        let mut fleet = Fleet::default();
        fleet.movements =
            [movement("1", MovementStatus::Covered), empty, movement("3", MovementStatus::Covered)]
                .into_iter()
                .collect();
        // Its pickup has been open since long before anybody thought the truck would set out for it.
        fleet.stops = [
            at(stop("3", "3a", 100, false), -99.0),
            at(stop("3", "3b", 900, false), -95.0),
            at(stop("2", "2a", 500, false), -100.0),
            at(stop("2", "2b", 600, false), -99.001),
            at(stop("1", "1a", 700, false), -101.0),
        ]
        .into_iter()
        .collect();
        fleet.index_stops();
        let queues = Queues::of(&fleet);
        let calls = |id: &str| {
            let load = fleet.movements.iter().find(|movement| movement.tms.id == id).unwrap();
            ids(&queues.itinerary(load).calls().copied().collect::<Vec<_>>())
        };
        assert_eq!(calls("2"), ["2a", "2b"]);
        assert_eq!(calls("3"), ["2a", "2b", "3a", "3b"]);
        assert_eq!(calls("1"), ["2a", "2b", "3a", "3b", "1a"]);
        assert!(
            queues.itinerary(fleet.movements.iter().nth(1).unwrap()).own[0].dwell == Some(Duration::ZERO)
        );
    }

    fn ids(calls: &[Call<'_>]) -> Vec<String> {
        calls.iter().map(|call| call.stop.tms.id.clone()).collect()
    }

    #[test]
    fn a_truck_that_is_elsewhere_by_the_address_has_not_arrived_whatever_the_tms_says() {
        let mut load = movement("1", MovementStatus::InProgress);
        load.tms.company_id = String::new();
        let mut told = stop("1", "1a", 100, false);
        told.tms.actual_arrival_at = Some(Timestamp::from_secs(90));
        (told.tms.address, told.tms.city) = (Some("1 Main Street".into()), Some("TYLER".into()));
        let address = Address::of(&told.tms).unwrap();
        let mut fleet = Fleet::default();
        fleet.movements = [load].into_iter().collect();
        fleet.stops = [told].into_iter().collect();
        let truck = |latitude| Tractor {
            id: UnitId("t".into()),
            latitude: Some(latitude),
            longitude: Some(-95.0),
            ..Tractor::default()
        };
        fleet.index_stops();
        let mut check = |latitude: f64, trust, expected: bool| {
            fleet.tractors = [truck(latitude)].into_iter().collect();
            let place = Point { latitude: 32.0, longitude: -95.0 };
            fleet.places = Arc::new(std::iter::once((address.clone(), place, trust)).collect());
            let queues = Queues::of(&fleet);
            let calls = queues.calls_of(fleet.movements.iter().next().unwrap());
            assert_eq!(calls[0].arrived_at.is_some(), expected, "{latitude} {trust:?}");
        };
        check(32.0, Trust::Sure, true);
        check(33.0, Trust::Sure, false);
        check(33.0, Trust::ToConfirm, true);
    }

    #[test]
    fn a_load_waits_for_what_its_truck_has_to_finish_first() {
        let mut fleet = Fleet::default();
        fleet.movements = [
            movement("1", MovementStatus::Covered),
            movement("2", MovementStatus::InProgress),
            movement("3", MovementStatus::Covered),
            movement("4", MovementStatus::Delivered),
        ]
        .into_iter()
        .collect();
        fleet.stops = [
            stop("1", "1a", 900, false),
            stop("2", "2a", 100, true),
            stop("2", "2b", 1000, false),
            stop("3", "3a", 500, false),
            stop("4", "4a", 10, false),
        ]
        .into_iter()
        .collect();
        fleet.index_stops();
        let queues = Queues::of(&fleet);
        let check = |id: &str, before: &[&str], own: &[&str]| {
            let load = fleet.movements.iter().find(|movement| movement.tms.id == id).unwrap();
            let itinerary = queues.itinerary(load);
            assert_eq!(
                (ids(&itinerary.before), ids(&itinerary.own)),
                (
                    before.iter().map(|id| (*id).to_owned()).collect(),
                    own.iter().map(|id| (*id).to_owned()).collect()
                )
            );
        };
        check("2", &[], &["2b"]);
        check("3", &["2b"], &["3a"]);
        check("1", &["2b", "3a"], &["1a"]);
    }
}
