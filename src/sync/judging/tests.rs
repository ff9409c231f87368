//! One truck on its way to one stop: what is made of it from look to look.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::super::roads::Errand;
use super::*;
use crate::model::{DutyStatus, FeedStatus, Leg, MovementStatus, Named, Route};
use crate::routing::Attempt;
use crate::rules::hours::Cycle;

const START: Timestamp = Timestamp::from_secs(1_795_500_000);
const HERE: Point = Point { latitude: 35.0, longitude: -101.0 };
const STOP: Point = Point { latitude: 35.0, longitude: -100.0 };
const OTHER: Point = Point { latitude: 35.5, longitude: -100.5 };

/// An office, and what it looks at.
struct World {
    judging: Judging,
    roads: Arc<Mutex<Roads>>,
    fleet: Fleet,
}

impl World {
    /// A truck that rolls to a stop whose window closes so many minutes after the start.
    fn new(closes: u64) -> Self {
        let roads = Arc::new(Mutex::new(Roads::default()));
        let office = Office {
            zone: TimeZone::UTC,
            cycle: Cycle::SeventyInEight,
            day_start: Time::midnight(),
            dwell: Duration::from_hours(2),
            warning: Duration::from_mins(30),
            truck_per_mille: 1000,
        };
        let mut movement = Movement {
            tractor_id: Some(UnitId("t".into())),
            driver_id: Some(UnitId("d".into())),
            ..Movement::default()
        };
        (movement.tms.id, movement.tms.status) = ("m".into(), MovementStatus::InProgress);
        let mut fleet = Fleet::default();
        fleet.movements = [movement].into_iter().collect();
        fleet.stops = [stop("s", 2, STOP, Some(minutes(closes)))].into_iter().collect();
        fleet.index();
        Self { judging: Judging::new(office, Arc::clone(&roads)), roads, fleet }
    }

    /// What everybody tells at `now`: the truck rolls, and its driver has hours.
    fn tell(&mut self, now: Timestamp) {
        let (tractor, driver) = (UnitId("t".into()), UnitId("d".into()));
        let tractor = Tractor {
            id: tractor,
            latitude: Some(HERE.latitude),
            longitude: Some(HERE.longitude),
            state: Motion::Moving,
            observed_at: Some(now),
            source: Some("eld".into()),
            ..Tractor::default()
        };
        let driver = Driver {
            id: driver,
            hos_status: DutyStatus::Driving,
            hos_status_since_at: Some(START),
            drive_left_s: Some(10 * 3600),
            shift_left_s: Some(13 * 3600),
            break_left_s: Some(7 * 3600),
            cycle_left_s: Some(60 * 3600),
            hos_as_of_at: Some(now),
            source: Some("eld".into()),
            ..Driver::default()
        };
        let feed = |resource: &str| FeedStatus {
            account: "eld".into(),
            resource: resource.into(),
            interval_s: 60,
            last_ok_at: Some(now),
            ..FeedStatus::default()
        };
        self.fleet.tractors = [tractor].into_iter().collect();
        self.fleet.drivers = [driver].into_iter().collect();
        self.fleet.feeds = vec![feed("vehicle_locations"), feed("available_time")];
    }

    /// The service says how many minutes it is to the stop.
    fn answer(&mut self, minutes: u32, now: Timestamp) {
        self.answer_snapped(minutes, [None, None], now);
    }

    /// The same, with the meters from the truck and from the stop to the road taken for them.
    fn answer_snapped(&mut self, minutes: u32, snapped_m: [Option<f64>; 2], now: Timestamp) {
        let motion = Motion::Moving;
        let position = Position {
            point: HERE,
            motion,
            speed_mph: Some(60.0),
            heading_deg: Some(90.0),
            observed_at: now,
        };
        let key = self.fleet.movements.iter().next().unwrap().key();
        let errand = Errand {
            key,
            tractor: UnitId("t".into()),
            position,
            stops: vec![STOP],
            attempt: Attempt::default(),
        };
        let leg = Leg {
            to: STOP,
            seconds: f64::from(minutes) * 60.0,
            meters: 91_000.0,
            typical_s: None,
            snapped_m: snapped_m[1],
        };
        let route = Route {
            source: EtaSource::Mapbox,
            asked_at: now,
            origin: position,
            legs: vec![leg],
            violations: Vec::new(),
            incidents: Vec::new(),
            snapped_m: snapped_m[0],
        };
        lock(&self.roads).answered(&errand, Attempt::default(), Ok(route), now);
    }

    /// Looks, and notes what is found; how the load then stands.
    fn look(&mut self, now: Timestamp) -> Judgement {
        for judged in self.judging.pass(&self.fleet, now).judged {
            self.fleet.judgements = [judged].into_iter().collect();
        }
        self.fleet.judgements.iter().next().map(|judgement| (**judgement).clone()).unwrap()
    }
}

fn stop(id: &str, sequence: i64, place: Point, closes: Option<Timestamp>) -> Stop {
    let mut stop = Stop::default();
    (stop.tms.id, stop.tms.movement_id, stop.tms.sequence) = (id.into(), Some("m".into()), sequence);
    (stop.tms.latitude, stop.tms.longitude) = (Some(place.latitude), Some(place.longitude));
    stop.tms.scheduled_late_at = closes;
    stop
}

fn minutes(minutes: u64) -> Timestamp {
    START.plus(Duration::from_mins(minutes))
}

/// What is noted of the load itself, and not of its driver's hours.
fn notes(judgement: &Judgement) -> Vec<String> {
    judgement.notes.iter().filter(|note| !note.starts_with("recap_unknown: ")).cloned().collect()
}

fn source(judgement: &Judgement) -> Option<EtaSource> {
    judgement.arrivals.iter().find_map(|arrival| arrival.eta_source)
}

#[test]
fn a_load_gets_into_a_better_class_only_where_it_would_with_some_minutes_more_to_go() {
    // In time by so many minutes, two minutes after it was late by one.
    for (spare, expected) in [(0, Risk::Late), (3, Risk::Late), (4, Risk::Late), (5, Risk::Tight)] {
        let mut world = World::new(100);
        world.tell(START);
        world.look(START);
        world.answer(101, START);
        assert_eq!(world.look(START).risk, Risk::Late);
        let now = minutes(2);
        world.tell(now);
        world.answer(98 - spare, now);
        let found = world.look(now);
        assert_eq!(found.risk, expected, "{spare} minutes to spare: {found:#?}");
        let late_s = found.late_s.unwrap();
        assert_eq!(found.risk == Risk::Late, late_s > 0, "a class goes with its times: {late_s}");
    }
}

#[test]
fn a_road_that_ends_far_from_a_place_is_told() {
    let check = |snapped_m: [Option<f64>; 2], expected: &[&str]| {
        let mut world = World::new(300);
        world.tell(START);
        world.look(START);
        world.answer_snapped(90, snapped_m, START);
        let found = world.look(START);
        assert_eq!(
            (source(&found), notes(&found)),
            (Some(EtaSource::Mapbox), expected.iter().map(|note| (*note).to_owned()).collect())
        );
    };
    check([Some(500.0), Some(4.0)], &[]);
    check([None, None], &[]);
    check(
        [Some(804.7), None],
        &["road_far: the truck is 0.5 miles from the road that its times are for; check where it is"],
    );
    check(
        [None, Some(3219.0)],
        &["road_far: stop s is 2.0 miles from the road that its times are for; check where it is"],
    );
}

#[test]
fn without_a_road_a_load_says_why() {
    let check = |why: routing::Error, expected: &str| {
        let mut world = World::new(300);
        world.tell(START);
        world.look(START);
        let errand = lock(&world.roads).next(START).unwrap();
        lock(&world.roads).answered(&errand, errand.attempt, Err(why), START);
        let found = world.look(START);
        assert_eq!((source(&found), notes(&found)), (Some(EtaSource::Estimate), vec![expected.to_owned()]));
    };
    check(
        routing::Error::NoRoute,
        "no_road: no road leads there for this truck; its times are by the straight line",
    );
    check(
        routing::Error::Astray { place: 1, far: "61 miles".to_owned() },
        "road_far: stop s is 61 miles from the nearest road, so its times are by the straight line; check where it is",
    );
}

#[test]
fn a_stop_that_is_not_placed_yet_says_so_until_it_is() {
    let mut world = World::new(300);
    let mut stop = stop("s", 2, STOP, Some(minutes(300)));
    (stop.tms.latitude, stop.tms.longitude) = (None, None);
    (stop.tms.address, stop.tms.city) = (Some("1 DOCK RD".into()), Some("X".into()));
    let address = Address::of(&stop.tms).unwrap();
    world.fleet.stops = [stop].into_iter().collect();
    world.fleet.index();
    world.tell(START);
    let told = |note: &str| {
        vec![format!("place_unknown: stop X has no coordinates, and its address was not {note}")]
    };
    assert_eq!(world.look(START).notes, told("looked up yet"));
    lock(&world.roads).placed([(address, Spot { point: Some(STOP), is_unsure: false })]);
    let found = world.look(START);
    assert_eq!((source(&found), notes(&found)), (Some(EtaSource::Estimate), Vec::new()), "at once");
}

#[test]
fn a_load_gets_into_a_worse_class_at_once() {
    let mut world = World::new(100);
    world.tell(START);
    world.look(START);
    world.answer(90, START);
    assert_eq!(world.look(START).risk, Risk::Tight);
    world.tell(minutes(2));
    world.answer(99, minutes(2));
    assert_eq!(world.look(minutes(2)).risk, Risk::Late);
}

#[test]
fn what_a_service_told_stands_for_a_moment_while_it_is_asked_of_other_stops() {
    let mut world = World::new(300);
    world.tell(START);
    world.look(START);
    world.answer(90, START);
    assert_eq!(source(&world.look(START)), Some(EtaSource::Mapbox));
    // Another stop is put before it.
    let stops = [stop("first", 1, OTHER, None), stop("s", 2, STOP, Some(minutes(300)))];
    world.fleet.stops = stops.into_iter().collect();
    world.fleet.index();
    world.tell(minutes(2));
    assert_eq!(source(&world.look(minutes(2))), Some(EtaSource::Mapbox), "an answer is about to come");
    world.tell(minutes(3));
    let found = world.look(minutes(3));
    assert_eq!((source(&found), found.arrivals.len()), (Some(EtaSource::Estimate), 2), "none has come");
}

#[test]
fn a_stop_that_was_added_behind_is_by_the_straight_line_until_its_road_is_told() {
    let mut world = World::new(300);
    world.tell(START);
    world.look(START);
    world.answer(90, START);
    let stops = [stop("s", 1, STOP, Some(minutes(300))), stop("added", 2, OTHER, None)];
    world.fleet.stops = stops.into_iter().collect();
    world.fleet.index();
    world.tell(minutes(3));
    let found = world.look(minutes(3));
    let sources: Vec<_> = found.arrivals.iter().map(|arrival| arrival.eta_source).collect();
    assert_eq!(sources, [Some(EtaSource::Mapbox), Some(EtaSource::Estimate)]);
}

#[test]
fn a_road_is_remembered_while_nobody_hears_of_the_truck() {
    let mut world = World::new(300);
    world.tell(START);
    world.look(START);
    world.answer(90, START);
    world.look(START);
    for minute in 1..20 {
        world.look(minutes(minute));
    }
    assert_eq!(world.look(minutes(20)).risk, Risk::Unknown);
    world.tell(minutes(21));
    assert_eq!(source(&world.look(minutes(21))), Some(EtaSource::Mapbox));
    // One that is over is forgotten.
    world.fleet.movements = std::iter::empty::<Movement>().collect();
    world.judging.pass(&world.fleet, minutes(30));
    assert!(lock(&world.roads).is_empty());
}

#[test]
fn after_an_outage_what_stood_before_it_does_not_stand_in_for_an_answer() {
    for (away, expected) in [(4, EtaSource::Mapbox), (6, EtaSource::Estimate), (480, EtaSource::Estimate)] {
        let mut world = World::new(100);
        world.tell(START);
        world.look(START);
        world.answer(60, START);
        assert_eq!(source(&world.look(START)), Some(EtaSource::Mapbox));
        // Another process takes over, and has asked nobody yet.
        let office = world.judging.office.clone();
        world.roads = Arc::new(Mutex::new(Roads::default()));
        world.judging = Judging::new(office, Arc::clone(&world.roads));
        let now = minutes(away);
        world.tell(now);
        assert_eq!(source(&world.look(now)), Some(expected), "{away} minutes");
    }
}

#[test]
fn what_was_looked_at_a_minute_ago_stands_in_for_an_answer_though_it_was_written_long_ago() {
    let mut world = World::new(400);
    world.tell(START);
    world.look(START);
    world.answer(60, START);
    let written = Judgement { computed_at: START.minus(HOLDS * 10), ..world.look(START) };
    world.fleet.judgements = [written].into_iter().collect();
    world.fleet.stops = [stop("s", 2, OTHER, Some(minutes(400)))].into_iter().collect();
    world.fleet.index();
    world.tell(minutes(1));
    assert_eq!(source(&world.look(minutes(1))), Some(EtaSource::Mapbox));
}

#[test]
fn a_load_that_nobody_drives_gets_later_as_time_goes_on() {
    let mut world = World::new(10);
    let mut movement = Movement::clone(world.fleet.movements.iter().next().unwrap());
    (movement.tractor_id, movement.driver_id) = (None, None);
    (movement.tractor_named, movement.driver_named) = (Named::Nobody, Named::Nobody);
    world.fleet.movements = [movement].into_iter().collect();
    for (now, late_m) in [(20, 10), (21, 10), (22, 12), (73, 63)] {
        let found = world.look(minutes(now));
        assert_eq!((found.risk, found.late_s), (Risk::Late, Some(late_m * 60)), "{now} minutes on");
    }
}
