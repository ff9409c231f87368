//! What is known of every load's road, and which load is asked about next. Lives in memory only, as the
//! terms of who answers want it. Asks nobody itself.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::model::{Address, Leg, Motion, MovementKey, Point, Position, Route, Timestamp, UnitId};
use crate::routing::{Asked, Attempt, Due, Error, Look, Wish, due, estimate};

/// How long an answer is waited for before the straight line has to do.
const MOMENTS: Duration = Duration::from_mins(1);

/// A place that was looked up by its address.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Where; `None` where nothing was found that can be trusted.
    pub point: Option<Point>,
    /// Whether a person has to confirm it.
    pub is_unsure: bool,
}

/// The loads that are under way or planned, and their roads.
#[derive(Debug, Default)]
pub struct Roads {
    loads: HashMap<MovementKey, Load>,
    places: HashMap<Address, Spot>,
    unplaced: VecDeque<Address>,
    /// The same, to be found in at once.
    awaited: HashSet<Address>,
    /// When a person asked for fresh times last.
    wanted_at: Option<Timestamp>,
}

/// An answer this young is fresh enough for whoever asks: a load that is about to arrive is asked no more
/// often.
const FRESH: Duration = Duration::from_mins(2);

/// A load, as it was last looked at.
#[derive(Debug)]
struct Load {
    /// The tractor that has it: what was told of another one's way says nothing of this one's.
    tractor: UnitId,
    position: Position,
    stops: Vec<Point>,
    to_next_stop: Option<Duration>,
    asked: Option<Asked>,
    route: Option<Route>,
    /// Why there is no road through the stops that it has now.
    no_road: Option<Error>,
    looked_at: Timestamp,
    /// Since when its stops are these.
    changed_at: Timestamp,
    /// When a question came to nothing because of the service.
    failed_at: Option<Timestamp>,
}

/// What to ask of a service.
#[derive(Clone, Debug)]
pub struct Errand {
    /// For which load.
    pub key: MovementKey,
    /// By which tractor.
    pub tractor: UnitId,
    /// Where that is.
    pub position: Position,
    /// Its stops.
    pub stops: Vec<Point>,
    /// How to begin.
    pub attempt: Attempt,
}

impl Roads {
    /// Takes in where a load stands and which tractor has it, and answers by which route its times are told: the
    /// one that was asked for this tractor last, as far as it leads by the stops that there are now, else the
    /// straight line. `None` without a stop.
    pub fn look(
        &mut self,
        key: &MovementKey,
        tractor: &UnitId,
        position: Position,
        stops: &[Point],
        now: Timestamp,
    ) -> Option<Route> {
        let begun = || Load::begun(tractor, position, now);
        let load = self.loads.entry(key.clone()).or_insert_with(begun);
        if load.tractor != *tractor {
            *load = begun();
        }
        if load.stops != stops {
            load.route = load.route.take().and_then(|route| carried_on(route, &load.stops, stops));
            load.stops = stops.to_vec();
            load.no_road = None;
            load.changed_at = now;
        }
        (load.position, load.looked_at) = (position, now);
        load.route.clone().or_else(|| estimate(&position, stops, now))
    }

    /// Whether an answer for the stops that a load has now is only moments away: until then it is better to let
    /// stand what was told of it than to show what the straight line makes of it for a second.
    pub fn awaits(&self, key: &MovementKey, now: Timestamp) -> bool {
        self.loads.get(key).is_some_and(|load| {
            let is_answered = load.asked.as_ref().is_some_and(|asked| asked.stops == load.stops);
            !is_answered && load.failed_at.is_none() && now.since(load.changed_at) < MOMENTS
        })
    }

    /// Another number whenever a load's road was told anew; of one that was never asked about, also when a place
    /// was found, which may be that of its stop.
    pub fn version(&self, key: &MovementKey) -> u64 {
        let asked_at = self.loads.get(key).and_then(|load| load.asked.as_ref()).map(|asked| asked.at);
        asked_at.map_or(self.places.len() as u64, |at| at.millis().unsigned_abs())
    }

    /// Why a load's times are by the straight line though its road was asked for.
    pub fn no_road(&self, key: &MovementKey) -> Option<&Error> {
        self.loads.get(key)?.no_road.as_ref()
    }

    /// How many loads are still to be asked about now.
    pub fn unasked(&self, now: Timestamp) -> usize {
        self.loads.iter().filter(|(key, load)| load.is_due(key, self.wanted_at, now)).count()
    }

    /// Takes in how long the truck still drives to its next stop.
    pub fn takes(&mut self, key: &MovementKey, to_next_stop: Duration) {
        if let Some(load) = self.loads.get_mut(key) {
            load.to_next_stop = Some(to_next_stop);
        }
    }

    /// Takes in that a load's truck has others to finish first: it is as far away as can be. Its road is asked
    /// about as seldom as any, and after all others.
    pub fn waits(&mut self, key: &MovementKey) {
        self.takes(key, Duration::MAX);
    }

    /// Takes in that a person asked for fresh times: what is older than two minutes by then is due at once,
    /// even of a truck that stands (mapbox.md §5).
    pub fn want(&mut self, at: Timestamp) {
        self.wanted_at = self.wanted_at.max(Some(at));
    }

    /// Notes that a load is still to be driven, though nobody may know just now where its truck is: what was
    /// told of its road holds until the truck is seen again.
    pub fn keep(&mut self, key: &MovementKey, now: Timestamp) {
        if let Some(load) = self.loads.get_mut(key) {
            load.looked_at = now;
        }
    }

    /// Forgets loads that are over: nobody has looked at them, or kept them, since then.
    pub fn forget(&mut self, since: Timestamp) {
        self.loads.retain(|_, load| load.looked_at >= since);
    }

    /// What to ask now: first what was never asked, then the load that is nearest to its next stop.
    /// Trucks that stand wait until those that roll were asked.
    pub fn next(&self, now: Timestamp) -> Option<Errand> {
        let due = self.loads.iter().filter(|(key, load)| load.is_due(key, self.wanted_at, now));
        let (key, load) = due.min_by_key(|(key, load)| {
            let stands = load.position.motion != Motion::Moving;
            (
                load.failed_at,
                load.asked.is_some(),
                stands,
                load.to_next_stop.unwrap_or(Duration::MAX),
                (*key).clone(),
            )
        })?;
        let attempt = Attempt::opening(&load.position, &load.stops, load.asked.as_ref(), now);
        let (tractor, stops) = (load.tractor.clone(), load.stops.clone());
        Some(Errand { key: key.clone(), tractor, position: load.position, stops, attempt })
    }

    /// Takes in an answer; without a road, why, and the straight line stands until the load is due again.
    /// What was asked for a tractor that has the load no more is no answer.
    pub fn answered(
        &mut self,
        errand: &Errand,
        attempt: Attempt,
        answer: Result<Route, Error>,
        now: Timestamp,
    ) {
        let Some(load) = self.asked_for(errand) else { return };
        load.asked = Some(Asked::now(&errand.position, &errand.stops, attempt, load.asked.as_ref(), now));
        load.failed_at = None;
        if load.stops == errand.stops {
            (load.route, load.no_road) = match answer {
                Ok(route) => (Some(route), None),
                Err(why) => (None, Some(why)),
            };
        }
    }

    /// Notes that the service failed at a load's question: others go first, and those that failed longest
    /// ago before those that failed lately.
    pub fn failed(&mut self, errand: &Errand, now: Timestamp) {
        if let Some(load) = self.asked_for(errand) {
            load.failed_at = Some(now);
        }
    }

    /// The load that was asked about, while the same tractor has it.
    fn asked_for(&mut self, errand: &Errand) -> Option<&mut Load> {
        self.loads.get_mut(&errand.key).filter(|load| load.tractor == errand.tractor)
    }

    /// How many loads there are.
    pub fn len(&self) -> usize {
        self.loads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.loads.is_empty()
    }

    /// Where an address is; it is looked up where that is not known yet.
    pub fn place(&mut self, address: &Address) -> Option<Spot> {
        let known = self.places.get(address).copied();
        if known.is_none() && self.awaited.insert(address.clone()) {
            self.unplaced.push_back(address.clone());
        }
        known
    }

    /// Takes in where addresses are.
    pub fn placed(&mut self, places: impl IntoIterator<Item = (Address, Spot)>) {
        self.places.extend(places);
        self.unplaced.retain(|address| !self.places.contains_key(address));
        self.awaited.retain(|address| !self.places.contains_key(address));
    }

    /// Addresses to be looked up, at most so many.
    pub fn unplaced(&self, most: usize) -> Vec<Address> {
        self.unplaced.iter().take(most).cloned().collect()
    }
}

/// What a route still says where `stops` have taken the place of those that it was asked for: a stop was
/// made, or one was added behind. Until it is asked anew the straight line would make a jump of each.
fn carried_on(route: Route, before: &[Point], stops: &[Point]) -> Option<Route> {
    let leads_on = |made: &usize| {
        let mut pairs = before.iter().skip(*made).zip(stops);
        *made < route.legs.len().min(before.len()) && pairs.all(|(one, other)| one == other)
    };
    let made = (0..before.len()).find(leads_on)?;
    let legs: Vec<Leg> = route.legs.iter().skip(made).take(stops.len()).copied().collect();
    let Some(last_made) = made.checked_sub(1).and_then(|last| route.legs.get(last)) else {
        return Some(Route { legs, ..route });
    };
    // It goes on from the stop that was made last.
    let origin = Position { point: last_made.to, ..route.origin };
    Some(Route { origin, legs, snapped_m: None, ..route })
}

impl Load {
    /// One that nothing was asked of yet.
    fn begun(tractor: &UnitId, position: Position, now: Timestamp) -> Self {
        Self {
            tractor: tractor.clone(),
            position,
            stops: Vec::new(),
            to_next_stop: None,
            asked: None,
            route: None,
            no_road: None,
            looked_at: now,
            changed_at: now,
            failed_at: None,
        }
    }

    fn is_due(&self, key: &MovementKey, wanted_at: Option<Timestamp>, now: Timestamp) -> bool {
        let id = format!("{}/{}", key.company_id, key.id);
        let is_old =
            |wanted: Timestamp| self.asked.as_ref().is_some_and(|asked| asked.at.plus(FRESH) <= wanted);
        let look = Look {
            load: &id,
            position: &self.position,
            stops: &self.stops,
            to_next_stop: self.to_next_stop,
            wish: if wanted_at.is_some_and(is_old) { Wish::Now } else { Wish::None },
        };
        due(self.asked.as_ref(), &look, now) == Due::Now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EtaSource;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_secs(1_795_500_000 + minutes * 60)
    }

    fn point(latitude: f64) -> Point {
        Point { latitude, longitude: -97.0 }
    }

    /// A truck that stands.
    fn position() -> Position {
        Position {
            point: point(35.0),
            motion: Motion::Stopped,
            speed_mph: None,
            heading_deg: None,
            observed_at: at(0),
        }
    }

    fn key() -> MovementKey {
        MovementKey { company_id: "TMS".into(), id: "1".into() }
    }

    #[test]
    fn a_load_that_another_truck_gets_is_asked_anew_and_what_comes_for_the_first_is_not_taken() {
        let (first, second) = (UnitId("t1".into()), UnitId("t2".into()));
        let told =
            Route { source: EtaSource::Mapbox, ..estimate(&position(), &[point(36.0)], at(0)).unwrap() };
        let mut roads = Roads::default();
        let source = |roads: &mut Roads, tractor: &UnitId, minute| {
            roads.look(&key(), tractor, position(), &[point(36.0)], at(minute)).unwrap().source
        };
        assert_eq!(source(&mut roads, &first, 0), EtaSource::Estimate);
        let errand = roads.next(at(0)).unwrap();
        roads.answered(&errand, errand.attempt, Ok(told.clone()), at(0));
        assert_eq!(source(&mut roads, &first, 1), EtaSource::Mapbox);
        assert_eq!(source(&mut roads, &second, 2), EtaSource::Estimate);
        // One that was asked before comes only now.
        roads.answered(&errand, errand.attempt, Ok(told.clone()), at(2));
        roads.failed(&errand, at(2));
        assert_eq!(source(&mut roads, &second, 2), EtaSource::Estimate);
        let errand = roads.next(at(2)).unwrap();
        assert_eq!(errand.tractor, second);
        roads.answered(&errand, errand.attempt, Ok(told), at(3));
        assert_eq!(source(&mut roads, &second, 3), EtaSource::Mapbox);
        assert_eq!(source(&mut roads, &first, 4), EtaSource::Estimate);
    }

    #[test]
    fn what_is_not_asked_yet_is_counted_and_why_there_is_no_road_holds_for_these_stops() {
        let mut roads = Roads::default();
        let look = |roads: &mut Roads, stop| {
            roads.look(&key(), &UnitId("t".into()), position(), &[point(stop)], at(0));
        };
        look(&mut roads, 36.0);
        assert_eq!((roads.unasked(at(0)), roads.no_road(&key())), (1, None));
        let errand = roads.next(at(0)).unwrap();
        roads.answered(&errand, errand.attempt, Err(Error::NoRoute), at(0));
        assert_eq!((roads.unasked(at(0)), roads.no_road(&key())), (0, Some(&Error::NoRoute)));
        look(&mut roads, 37.0);
        assert_eq!((roads.unasked(at(0)), roads.no_road(&key())), (1, None));
    }

    #[test]
    fn a_place_that_is_found_has_a_load_looked_at_again() {
        let mut roads = Roads::default();
        let before = roads.version(&key());
        let address = Address { street: "1 DOCK RD".into(), city: Some("X".into()), state: None, zip: None };
        assert_eq!(roads.place(&address), None);
        roads.placed([(address, Spot { point: Some(point(36.0)), is_unsure: false })]);
        assert_ne!(roads.version(&key()), before);
    }

    #[test]
    fn a_load_that_waits_for_others_of_its_truck_is_asked_about_seldom() {
        let rolls = |minute: i64| Position {
            point: point(30.0 + 0.01 * f64::from(i32::try_from(minute).unwrap())),
            motion: Motion::Moving,
            ..position()
        };
        let asked_within_an_hour = |take: fn(&mut Roads)| {
            let (mut roads, mut asked) = (Roads::default(), 0);
            for minute in 0..60 {
                roads.look(&key(), &UnitId("t".into()), rolls(minute), &[point(36.0)], at(minute));
                take(&mut roads);
                if let Some(errand) = roads.next(at(minute)) {
                    asked += 1;
                    roads.answered(&errand, errand.attempt, Err(Error::NoRoute), at(minute));
                }
            }
            asked
        };
        let near = asked_within_an_hour(|roads| roads.takes(&key(), Duration::from_mins(20)));
        let waiting = asked_within_an_hour(|roads| roads.waits(&key()));
        assert!(near > 25 && waiting <= 5, "{near} and {waiting}");
    }

    #[test]
    fn a_person_who_asks_has_a_parked_trucks_road_asked_anew_but_not_twice() {
        let mut roads = Roads::default();
        roads.look(&key(), &UnitId("t".into()), position(), &[point(36.0)], at(0));
        let errand = roads.next(at(0)).unwrap();
        roads.answered(&errand, errand.attempt, Err(Error::NoRoute), at(0));
        assert!(roads.next(at(60)).is_none(), "it stands, and nobody asks");
        roads.want(at(1));
        assert!(roads.next(at(60)).is_none(), "what was fresh enough then");
        roads.want(at(2));
        let errand = roads.next(at(60)).unwrap();
        roads.answered(&errand, errand.attempt, Err(Error::NoRoute), at(60));
        assert!(roads.next(at(120)).is_none());
    }
}
