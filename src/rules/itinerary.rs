//! What a truck still has to do for a load: its stops that are not done, and before them those of the
//! loads it has to finish first. Says nothing of when.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::crew::{Aboard, Crew, is_anothers};
use super::presence;
use crate::model::{Confidence, Fleet, Keyed, Loaded, Movement, MovementStatus, Stop, Timestamp, UnitId};

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
    /// Those of loads that its truck, or its driver, has before it.
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

/// A window that closed longer ago than this is a load that nobody closed in the TMS, not one to save, nor one
/// that its truck has still to do.
pub const FORGOTTEN: Duration = Duration::from_hours(24);

/// Which loads each tractor has, in the order it does them. Made once for many loads.
pub struct Queues<'a> {
    scene: Scene<'a>,
    loads: HashMap<&'a UnitId, Vec<&'a Movement>>,
    drivers: HashMap<&'a UnitId, Vec<&'a Movement>>,
    /// Tractors that several drivers are on.
    shared: HashSet<&'a UnitId>,
}

impl<'a> Queues<'a> {
    /// Of the loads of `fleet` that are not over as of `now`, without those that nobody closed ([`FORGOTTEN`]).
    pub fn of(fleet: &'a Fleet, now: Timestamp) -> Self {
        let scene = Scene { fleet, now };
        let mut loads: HashMap<_, Vec<&Movement>> = HashMap::new();
        let mut drivers: HashMap<_, Vec<&Movement>> = HashMap::new();
        let open = fleet.movements.iter().map(AsRef::as_ref).filter(|movement| is_to_be_driven(movement));
        for movement in open.filter(|movement| !scene.is_forgotten(movement)) {
            if let Some(tractor) = &movement.tractor_id {
                loads.entry(tractor).or_default().push(movement);
            }
            for driver in [&movement.driver_id, &movement.driver2_id].into_iter().flatten() {
                drivers.entry(driver).or_default().push(movement);
            }
        }
        for queue in loads.values_mut() {
            scene.in_turn(queue);
        }
        let mut driven = HashSet::new();
        let on = fleet.drivers.iter().filter_map(|driver| driver.tractor_id.as_ref());
        let shared = on.filter(|tractor| !driven.insert(*tractor)).collect();
        Self { scene, loads, drivers, shared }
    }

    /// The loads that a tractor or its driver has, in the order they are done: who has either is taken.
    pub fn loads_of(&self, tractor: Option<&UnitId>, driver: Option<&UnitId>) -> Vec<&'a Movement> {
        let tractors = tractor.and_then(|tractor| self.loads.get(tractor));
        let drivers = driver.and_then(|driver| self.drivers.get(driver));
        let mut loads: Vec<&Movement> = tractors.into_iter().flatten().copied().collect();
        let on_tractor = loads.len();
        let is_elsewhere =
            |load: &&Movement| load.tractor_id.is_none() || load.tractor_id.as_ref() != tractor;
        loads.extend(drivers.into_iter().flatten().copied().filter(is_elsewhere));
        if loads.len() > on_tractor {
            self.scene.in_turn(&mut loads);
        }
        loads
    }

    /// The stops of a load that are not done.
    pub fn calls_of(&self, movement: &Movement) -> Vec<Call<'a>> {
        self.scene.left_of(movement)
    }

    /// The loads that the tractor or the driver of `movement` has to finish before it: of one that nobody closed,
    /// all that they have.
    pub fn before(&self, movement: &Movement) -> Vec<&'a Movement> {
        let mut loads = self.loads_of(movement.tractor_id.as_ref(), movement.driver_id.as_ref());
        let key = movement.key();
        let place = loads.iter().position(|other| other.key() == key);
        loads.truncate(place.unwrap_or(loads.len()));
        loads
    }

    /// What is left of `movement`, and of what its tractor and its driver have to finish before it.
    pub fn itinerary(&self, movement: &'a Movement) -> Itinerary<'a> {
        let own = self.calls_of(movement);
        let mut loads = self.before(movement);
        let before = loads.iter().flat_map(|other| self.calls_of(other)).collect();
        loads.push(movement);
        let crew = self.crew_of(movement.tractor_id.as_ref(), movement.driver_id.as_ref(), &loads);
        Itinerary { before, own, crew }
    }

    /// Who drives where this driver, with this tractor, has these loads to do.
    pub fn crew_of(&self, tractor: Option<&UnitId>, driver: Option<&UnitId>, loads: &[&Movement]) -> Crew {
        let is_shared = tractor.is_some_and(|tractor| self.shared.contains(tractor));
        let crew = Crew::of(loads, if is_shared { Aboard::Several } else { Aboard::OneAtMost });
        let mut others = loads.iter().filter(|load| is_anothers(load, tractor, driver));
        if crew == Crew::Alone && others.any(|load| !self.calls_of(load).is_empty()) {
            return Crew::Handover;
        }
        crew
    }
}

/// The stops of a load that its truck has still to come to, in their order: none that it stands at or has left, however
/// that is known. Where it stands is also told by where it is: a dock that it is at for another load it has reached.
pub(super) fn ahead<'a>(fleet: &'a Fleet, movement: &Movement, now: Timestamp) -> Vec<&'a Stop> {
    let calls = Scene { fleet, now }.left_of(movement);
    let reached = calls.iter().rposition(|call| call.arrived_at.is_some()).map_or(0, |last| last + 1);
    let ahead = calls.into_iter().skip(reached).map(|call| call.stop);
    ahead.skip_while(|stop| presence::is_at(fleet, movement, stop)).collect()
}

/// Whether a truck of ours has, or is to get, this load.
pub fn is_to_be_driven(movement: &Movement) -> bool {
    movement.tms.status.is_open() && !movement.tms.brokered
}

/// Everything that is known at one moment.
#[derive(Clone, Copy)]
struct Scene<'a> {
    fleet: &'a Fleet,
    now: Timestamp,
}

impl<'a> Scene<'a> {
    fn in_turn(self, loads: &mut [&Movement]) {
        loads.sort_by_cached_key(|movement| (turn(movement), self.begins(movement), movement.key()));
        before_their_loads(self.fleet, loads);
    }

    /// When its first stop that is left may be made; what nobody knows comes last.
    fn begins(self, movement: &Movement) -> Timestamp {
        let first = self.left_of(movement).into_iter().next();
        let early = first.and_then(|call| call.stop.window_at());
        early.unwrap_or(Timestamp::from_millis(i64::MAX))
    }

    /// Whether all that is left of a load closed so long ago that nobody drives it any more: its truck is at none
    /// of its stops. A stop without a window may yet be driven to.
    fn is_forgotten(self, movement: &Movement) -> bool {
        let since = self.now.minus(FORGOTTEN);
        let closed = |stop: &Stop| stop.closes_at().is_some_and(|closes| closes < since);
        if !self.fleet.stops_of(&movement.key()).last().is_some_and(|last| closed(last)) {
            return false;
        }
        let left = self.left_of(movement);
        !left.is_empty() && left.iter().all(|call| call.arrived_at.is_none() && closed(call.stop))
    }

    /// The stops of `movement` that are not done: by the TMS, or because its truck was seen to leave.
    fn left_of(self, movement: &Movement) -> Vec<Call<'a>> {
        let stops = self.fleet.stops_of(&movement.key());
        // A stop before one that the truck was seen at is behind it, whether or not anybody saw it there.
        let reached =
            stops.iter().rposition(|stop| self.fleet.stay_of(movement, stop).is_some()).unwrap_or(0);
        let is_left = |stop: &Stop| stop.tms.actual_departure_at.is_some_and(|told| told <= self.now);
        let ahead = stops.iter().skip(reached);
        let open = ahead.filter(|stop| !stop.tms.done && !is_left(stop));
        open.filter_map(|stop| self.call(movement, stop)).collect()
    }

    /// A stop as it stands for the truck that has the load now; `None` once that was seen to leave. What the TMS
    /// says of the future is no arrival, and no departure either.
    fn call(self, movement: &Movement, stop: &'a Stop) -> Option<Call<'a>> {
        let dwell = (movement.tms.loaded == Loaded::Empty).then_some(Duration::ZERO);
        let Some(stay) = self.fleet.stay_of(movement, stop) else {
            let told = stop.tms.actual_arrival_at.filter(|told| *told <= self.now);
            let told = told.filter(|_| presence::is_near(self.fleet, movement, stop) != Some(false));
            let came = presence::came(self.fleet, movement, stop, None, told);
            return Some(Call { stop, arrived_at: came.map(|came| came.at), dwell });
        };
        // One fix alone proves no departure that ends the work on a stop.
        let has_left = !stay.is_open() && stay.observed.confidence > Confidence::Low;
        let told = stop.tms.actual_arrival_at;
        let came = presence::came(self.fleet, movement, stop, Some(stay).filter(|stay| stay.is_open()), told);
        let arrived_at = came.filter(|_| stay.is_open()).map(|came| came.at);
        (!has_left).then_some(Call { stop, arrived_at, dwell })
    }
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
                && fleet
                    .stops_of(&load.key())
                    .first()
                    .is_some_and(|begins| is_same_place(fleet, begins, ends))
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

fn is_same_place(fleet: &Fleet, one: &Stop, other: &Stop) -> bool {
    if let (Some(one), Some(other)) = (fleet.places.sure_of(one), fleet.places.sure_of(other)) {
        return one.meters_to(other) <= SAME_PLACE_M;
    }
    let address = |stop: &Stop| (stop.tms.address.clone(), stop.tms.city.clone(), stop.tms.state.clone());
    one.tms.address.is_some() && address(one) == address(other)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Address, Point, Tractor, Trust};

    const NOW: Timestamp = Timestamp::from_secs(1000);

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
        fleet.index();
        let queues = Queues::of(&fleet, NOW);
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
        calls.iter().map(|call| call.stop.tms.id.to_string()).collect()
    }

    #[test]
    fn a_truck_that_is_elsewhere_by_the_address_has_not_arrived_whatever_the_tms_says() {
        let mut load = movement("1", MovementStatus::InProgress);
        load.tms.company_id = "".into();
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
        fleet.index();
        let mut check = |latitude: f64, trust, expected: bool| {
            fleet.tractors = [truck(latitude)].into_iter().collect();
            let place = Point { latitude: 32.0, longitude: -95.0 };
            fleet.places = Arc::new(std::iter::once((address.clone(), place, trust)).collect());
            let queues = Queues::of(&fleet, NOW);
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
        fleet.index();
        let queues = Queues::of(&fleet, NOW);
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

    fn fleet(movements: Vec<Movement>, stops: Vec<Stop>) -> Fleet {
        let mut fleet = Fleet::default();
        fleet.movements = movements.into_iter().collect();
        fleet.stops = stops.into_iter().collect();
        fleet.index();
        fleet
    }

    /// What is driven for a load at `now`, and by whom.
    fn driven(fleet: &Fleet, id: &str, now: Timestamp) -> (Vec<String>, Crew) {
        let load = fleet.movements.iter().find(|movement| movement.tms.id == id).unwrap();
        let queues = Queues::of(fleet, now);
        let itinerary = queues.itinerary(load);
        (ids(&itinerary.calls().copied().collect::<Vec<_>>()), itinerary.crew)
    }

    #[test]
    fn a_load_behind_another_drivers_or_on_another_truck_is_a_handover() {
        let load = |id: &str, status, tractor: &str, driver: &str| Movement {
            tractor_id: Some(UnitId(tractor.into())),
            driver_id: Some(UnitId(driver.into())),
            ..movement(id, status)
        };
        let check = |tractor: &str, driver: &str, is_done: bool, expected: (&[&str], Crew)| {
            let first = load("1", MovementStatus::InProgress, tractor, driver);
            let second = load("2", MovementStatus::Covered, "t", "d");
            let fleet =
                fleet(vec![first, second], vec![stop("1", "1a", 100, is_done), stop("2", "2a", 900, false)]);
            let (calls, crew) = driven(&fleet, "2", NOW);
            assert_eq!((calls.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), crew), expected);
            assert_eq!(driven(&fleet, "1", NOW).1, Crew::Alone, "nothing is before it");
        };
        check("t", "d", false, (&["1a", "2a"], Crew::Alone));
        check("t", "e", false, (&["1a", "2a"], Crew::Handover));
        check("u", "d", false, (&["1a", "2a"], Crew::Handover));
        check("u", "e", false, (&["2a"], Crew::Alone));
        check("t", "e", true, (&["2a"], Crew::Alone));
    }

    #[test]
    fn a_load_that_nobody_closed_stands_before_none() {
        let left_open = || {
            fleet(
                vec![movement("1", MovementStatus::InProgress), movement("2", MovementStatus::Covered)],
                vec![stop("1", "1a", 50, false), stop("1", "1b", 100, false), stop("2", "2a", 90_000, false)],
            )
        };
        let check = |fleet: &Fleet, now: i64, expected: &[&str]| {
            assert_eq!(driven(fleet, "2", Timestamp::from_secs(now)).0, expected);
        };
        let day = 24 * 3600;
        check(&left_open(), day + 100, &["1a", "1b", "2a"]);
        check(&left_open(), day + 101, &["2a"]);
        assert_eq!(driven(&left_open(), "1", Timestamp::from_secs(day + 101)).0, ["2a", "1a", "1b"]);
        // Its truck stands there, however late, or its last stop may be made at any time.
        let change = |change: fn(&mut Stop)| {
            let mut fleet = left_open();
            let stops: Vec<Stop> = fleet
                .stops
                .iter()
                .map(|stop| {
                    let mut stop = Stop::clone(stop);
                    if stop.tms.id == "1b" {
                        change(&mut stop);
                    }
                    stop
                })
                .collect();
            fleet.stops = stops.into_iter().collect();
            fleet.index();
            fleet
        };
        let there = change(|stop| stop.tms.actual_arrival_at = Some(Timestamp::from_secs(200)));
        check(&there, day + 101, &["1a", "1b", "2a"]);
        check(&change(|stop| stop.tms.scheduled_early_at = None), day + 101, &["1a", "1b", "2a"]);
        check(&change(|stop| stop.tms.scheduled_late_at = Some(NOW)), day + 101, &["1a", "1b", "2a"]);
    }

    #[test]
    fn what_the_tms_says_of_the_future_has_not_happened() {
        let told = |arrived: i64, left: Option<i64>| {
            let mut told = stop("1", "1a", 100, false);
            told.tms.actual_arrival_at = Some(Timestamp::from_secs(arrived));
            told.tms.actual_departure_at = left.map(Timestamp::from_secs);
            let fleet = fleet(vec![movement("1", MovementStatus::InProgress)], vec![told]);
            let load = fleet.movements.iter().next().unwrap();
            let calls = Queues::of(&fleet, NOW).calls_of(load);
            calls.first().map(|call| call.arrived_at.is_some())
        };
        assert_eq!(told(1000, None), Some(true));
        assert_eq!(told(1001, None), Some(false));
        assert_eq!(told(900, Some(1001)), Some(true));
        assert_eq!(told(900, Some(1000)), None);
    }
}
