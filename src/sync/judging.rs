//! Looks at every load again when something it rests on has changed, and each minute since time itself
//! is one of those things. Decides nothing: `rules::eta` does. Writes what differs, and nothing else.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::roads::{Roads, Spot};
use crate::model::{
    Address, Arrival, Driver, DutyHistory, EtaSource, Fleet, Judgement, Keyed, METERS_A_MILE, Motion,
    Movement, MovementKey, Point, Position, Risk, Route, Stop, Timestamp, Tractor, UnitId, UnitKind,
};
use crate::routing::{self, estimate, remaining, steady};
use crate::rules::eta::{Case, Office, Road, judge};
use crate::rules::freshness::Freshness;
use crate::rules::itinerary::{Itinerary, Queues, is_to_be_driven};
use crate::rules::{motion, trip};

/// A load is looked at again after this though nothing has changed: gates close, clocks run.
const AGAIN: Duration = Duration::from_mins(1);
/// A load gets into a better class only where it would with this much more on the road: a service changes its
/// mind by minutes, and at the edge of a window, or of a driver's hours, each would be another class.
const DOUBT_S: i64 = 5 * 60;
/// What was told of a load may stand in for an answer that is about to come only if it was looked at within this:
/// after an outage it is of another hour, and may be of another road.
const HOLDS: Duration = Duration::from_mins(5);
/// A time that moved by less is not written: every write is drawn by every console.
const NOTICED: Duration = Duration::from_mins(2);

/// What a pass found.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Judgements that differ from what stands in the database.
    pub judged: Vec<Judgement>,
    /// Loads that are over, and of which something still stands there.
    pub over: Vec<MovementKey>,
}

/// The memory of the one who judges.
pub struct Judging {
    office: Office,
    roads: Arc<Mutex<Roads>>,
    history: DutyHistory,
    looked: HashMap<MovementKey, Looked>,
}

/// When a load was last looked at, and a digest of what it rested on then.
#[derive(Clone, Copy, Debug)]
struct Looked {
    at: Timestamp,
    digest: u64,
}

impl Judging {
    /// Begins with nothing in mind.
    pub fn new(office: Office, roads: Arc<Mutex<Roads>>) -> Self {
        Self { office, roads, history: DutyHistory::new(), looked: HashMap::new() }
    }

    /// Takes in what drivers did on the days before.
    pub fn remember(&mut self, history: DutyHistory) {
        self.history = history;
    }

    /// Looks at every load in the next pass, changed or not.
    pub fn look_again(&mut self) {
        self.looked.clear();
    }

    /// Judges every load of which something has changed, and every one that was not looked at for a minute.
    pub fn pass(&mut self, fleet: &Fleet, now: Timestamp) -> Verdicts {
        let fresh = Freshness::of(&fleet.feeds, now);
        let queues = Queues::of(fleet, now);
        let roads = Arc::clone(&self.roads);
        // A console's clock may be ahead: nobody asks for fresh times in the future.
        if let Some(wanted) = fleet.viewers.iter().filter_map(|viewer| viewer.refresh_at).max() {
            lock(&roads).want(wanted.min(now));
        }
        let mut verdicts = Verdicts::default();
        for movement in fleet.movements.iter().filter(|movement| is_to_be_driven(movement)) {
            let key = movement.key();
            lock(&roads).keep(&key, now);
            let itinerary = queues.itinerary(movement);
            let mut inputs = Inputs::of(fleet, movement, &itinerary, &fresh, now);
            inputs.digest ^= lock(&roads).version(&key);
            let looked_at = self.looked.get(&key).map(|looked| looked.at);
            if !self.is_due(&key, inputs.digest, now) {
                continue;
            }
            let stands = fleet.judgements.get(&key).map(Arc::as_ref);
            let judgement = self.judge(&key, &inputs, &itinerary, stands, &fresh, now);
            let may_stand = |stands: &Judgement| {
                let held_at = looked_at.max(Some(stands.computed_at));
                falls_back(&judgement, stands) && held_at.is_some_and(|at| now.since(at) <= HOLDS)
            };
            if stands.is_some_and(may_stand) && lock(&roads).awaits(&key, now) {
                continue;
            }
            let judgement = match stands {
                Some(stands) => settled(&judgement, stands, now),
                None => judgement,
            };
            if stands.is_none_or(|stands| differs(&judgement, stands)) {
                verdicts.judged.push(judgement);
            }
        }
        for judgement in &fleet.judgements {
            let key = judgement.key();
            if !fleet.movements.get(&key).is_some_and(|movement| is_to_be_driven(movement)) {
                verdicts.over.push(key);
            }
        }
        let forgotten = now.minus(AGAIN * 3);
        self.looked.retain(|_, looked| looked.at >= forgotten);
        lock(&roads).forget(forgotten);
        verdicts
    }

    fn is_due(&mut self, key: &MovementKey, digest: u64, now: Timestamp) -> bool {
        let fresh = Looked { at: now, digest };
        match self.looked.get_mut(key) {
            Some(looked) if looked.digest == digest && now.since(looked.at) < AGAIN => false,
            Some(looked) => {
                *looked = fresh;
                true
            }
            None => {
                self.looked.insert(key.clone(), fresh);
                true
            }
        }
    }

    fn judge(
        &self,
        key: &MovementKey,
        inputs: &Inputs<'_>,
        itinerary: &Itinerary<'_>,
        stands: Option<&Judgement>,
        fresh: &Freshness,
        now: Timestamp,
    ) -> Judgement {
        let way = inputs.way(key, itinerary, &mut lock(&self.roads), now);
        let days = inputs.driver.and_then(|driver| self.history.get(&driver.id));
        let case = Case {
            movement: inputs.movement,
            itinerary,
            tractor: inputs.tractor,
            driver: inputs.driver,
            days: days.map(Vec::as_slice).unwrap_or_default(),
            road: way.as_ref().map(Way::road),
        };
        let mut judgement = judge(&case, fresh, &self.office, now);
        if let (Some(way), true) = (&way, stands.is_some_and(|stands| gets_better(&judgement, stands))) {
            let left_s = way.held_up();
            let road = Some(Road { left_s: &left_s, ..way.road() });
            let doubted = judge(&Case { road, ..case }, fresh, &self.office, now);
            if stands.is_some_and(|stands| !gets_better(&doubted, stands)) {
                judgement = doubted;
            }
        }
        match way {
            Some(way) => judgement.notes.extend(way.notes),
            None => name_the_place(&mut judgement.notes, itinerary, &mut lock(&self.roads)),
        }
        judgement
    }
}

/// A load's way as it is now.
struct Way {
    from: Point,
    to: Vec<Point>,
    left_s: Vec<i64>,
    source: EtaSource,
    /// Of how many stops it tells the way.
    told: usize,
    asked_at: Timestamp,
    /// What is to be known of it: sentences that begin with a code.
    notes: Vec<String>,
}

impl Way {
    fn road(&self) -> Road<'_> {
        let Self { from, to, left_s, source, told, asked_at, .. } = self;
        Road { left_s, from: *from, to, source: *source, told: *told, asked_at: *asked_at }
    }

    /// The travel times of a truck that is held up once on its way.
    fn held_up(&self) -> Vec<i64> {
        let held = std::iter::once(DOUBT_S).chain(std::iter::repeat(0));
        self.left_s.iter().zip(held).map(|(left_s, held_s)| left_s + held_s).collect()
    }
}

/// Everything of the fleet that one load rests on.
struct Inputs<'a> {
    movement: &'a Movement,
    tractor: Option<&'a Tractor>,
    driver: Option<&'a Driver>,
    position: Option<Position>,
    /// Whether a travel time would be of any use: there is a driver with clocks, and a truck that is heard.
    can_be_planned: bool,
    digest: u64,
}

impl<'a> Inputs<'a> {
    fn of(
        fleet: &'a Fleet,
        movement: &'a Movement,
        itinerary: &Itinerary<'_>,
        fresh: &Freshness,
        now: Timestamp,
    ) -> Self {
        let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id)).map(Arc::as_ref);
        let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)).map(Arc::as_ref);
        let motion =
            tractor.map(|tractor| motion::at(UnitKind::Tractor, tractor.state, tractor.observed_at, now));
        let position = tractor.zip(motion).and_then(|(tractor, motion)| Position::of(tractor, motion));
        let mut digest = DefaultHasher::new();
        movement.updated_at.hash(&mut digest);
        (&movement.tractor_id, &movement.driver_id, itinerary.crew).hash(&mut digest);
        for call in itinerary.calls() {
            (&call.stop.tms.id, call.stop.updated_at, call.arrived_at).hash(&mut digest);
        }
        if let Some(tractor) = tractor {
            (tractor.observed_at, fresh.knows_where(tractor, now)).hash(&mut digest);
        }
        if let Some(driver) = driver {
            let hours = driver.source.as_deref().is_some_and(|source| fresh.hours(source));
            (driver.hos_status, driver.hos_status_since_at, driver.hos_rest_since_at, hours)
                .hash(&mut digest);
            (driver.drive_left_s, driver.shift_left_s, driver.break_left_s, driver.cycle_left_s)
                .hash(&mut digest);
        }
        let is_seen = tractor.is_some_and(|tractor| fresh.knows_where(tractor, now));
        let has_clocks = driver.is_some_and(|driver| driver.drive_left_s.is_some());
        let can_be_planned = is_seen && has_clocks;
        Self { movement, tractor, driver, position, can_be_planned, digest: digest.finish() }
    }
}

impl Inputs<'_> {
    /// The way through the stops that are left, asked for where the load can be judged at all. `None`
    /// where the place of the truck, or of a stop, is not known.
    fn way(
        &self,
        key: &MovementKey,
        itinerary: &Itinerary<'_>,
        roads: &mut Roads,
        now: Timestamp,
    ) -> Option<Way> {
        let (tractor, position) = self.tractor.zip(self.position)?;
        let stands = usize::from(itinerary.calls().next().is_some_and(|call| call.arrived_at.is_some()));
        let (mut to, mut unsure) = (Vec::new(), None);
        for call in itinerary.calls().skip(stands) {
            let spot = place(call.stop, roads)?;
            if spot.is_unsure {
                unsure.get_or_insert_with(|| trip::place(call.stop));
            }
            to.push(spot.point?);
        }
        let straight = estimate(&position, &to, now);
        let look = |roads: &mut Roads| roads.look(key, &tractor.id, position, &to, now);
        let asked = self.can_be_planned.then(|| look(roads)).flatten();
        let route = asked.as_ref().or(straight.as_ref());
        let stops: Vec<String> = itinerary.calls().skip(stands).map(|call| trip::place(call.stop)).collect();
        let mut notes: Vec<String> = unsure.iter().map(|stop| unsure_note(stop)).collect();
        notes.extend(road_notes(asked.as_ref(), roads.no_road(key).filter(|_| asked.is_some()), &stops));
        let left = route.map(|route| remaining(route, &position, now)).unwrap_or_default();
        let mut left_s: Vec<i64> = left.iter().map(|left| whole(left.seconds)).collect();
        // A service answers for so many stops and no more, and a stop that was added is asked about in a moment:
        // the straight line goes on from there.
        let told = left_s.len();
        let beyond = straight.iter().flat_map(|straight| &straight.legs).skip(left_s.len());
        left_s.extend(beyond.map(|leg| whole(leg.seconds)));
        if !itinerary.before.is_empty() {
            roads.waits(key);
        } else if let Some(first) = left_s.first() {
            roads.takes(key, Duration::from_secs(first.unsigned_abs()));
        }
        let source = route.map_or(EtaSource::Estimate, |route| route.source);
        let asked_at = route.map_or(now, |route| route.asked_at);
        Some(Way { from: position.point, to, left_s, source, told, asked_at, notes })
    }
}

fn unsure_note(stop: &str) -> String {
    format!("place_unsure: stop {stop} was placed by an address that only partly fits; confirm it")
}

/// What is to be known of a road that was asked for: places that are not where it leads (mapbox.md §9.6), or why there is
/// none. `stops` are those that it leads through.
fn road_notes(route: Option<&Route>, no_road: Option<&routing::Error>, stops: &[String]) -> Vec<String> {
    let name = |place: usize| {
        let stop = place.checked_sub(1).and_then(|number| stops.get(number));
        stop.map_or_else(|| "the truck".to_owned(), |stop| format!("stop {stop}"))
    };
    let far = route.into_iter().flat_map(|route| route.put_beyond(Route::FAR_FROM_THE_ROAD_M));
    let far = far.map(|(place, meters)| {
        let (what, miles) = (name(place), meters / METERS_A_MILE);
        format!(
            "road_far: {what} is {miles:.1} miles from the road that its times are for; check where it is"
        )
    });
    let none = no_road.map(|why| match why {
        routing::Error::Astray { place, far } => format!(
            "road_far: {} is {far} from the nearest road, so its times are by the straight line; check where it is",
            name(*place)
        ),
        why => format!("no_road: {why}; its times are by the straight line"),
    });
    far.chain(none).collect()
}

/// Has a note of an unknown place say which stop's it is, and whether it has an address at all.
fn name_the_place(notes: &mut [String], itinerary: &Itinerary<'_>, roads: &mut Roads) {
    const CODE: &str = "place_unknown: ";
    let Some(note) = notes.iter_mut().find(|note| note.starts_with(CODE)) else { return };
    let is_unplaced =
        |stop: &Stop, roads: &mut Roads| place(stop, roads).is_none_or(|spot| spot.point.is_none());
    let calls = itinerary.calls().filter(|call| call.arrived_at.is_none());
    let Some(stop) = calls.map(|call| call.stop).find(|stop| is_unplaced(stop, roads)) else { return };
    let named = trip::place(stop);
    *note = match (Address::of(&stop.tms), place(stop, roads)) {
        (None, _) => format!("{CODE}stop {named} has neither coordinates nor an address"),
        (Some(_), None) => {
            format!("{CODE}stop {named} has no coordinates, and its address was not looked up yet")
        }
        (Some(_), Some(_)) => format!("{CODE}stop {named} has no coordinates, and its address was not found"),
    };
}

/// Where a stop is: by the TMS, else by its address.
fn place(stop: &Stop, roads: &mut Roads) -> Option<Spot> {
    let told = stop.tms.latitude.zip(stop.tms.longitude).and_then(|(lat, lon)| Point::new(lat, lon));
    match told {
        Some(point) => Some(Spot { point: Some(point), is_unsure: false }),
        None => roads.place(&Address::of(&stop.tms)?),
    }
}

/// Whether `fresh` would put the same truck's load into a better class than it is shown in.
fn gets_better(fresh: &Judgement, stands: &Judgement) -> bool {
    let is_told = |judgement: &Judgement| judgement.risk != Risk::Unknown;
    whose(fresh) == whose(stands) && is_told(fresh) && is_told(stands) && fresh.risk < stands.risk
}

/// Whether `fresh` has but the straight line for what a service told before.
fn falls_back(fresh: &Judgement, stands: &Judgement) -> bool {
    let told = |judgement: &Judgement| judgement.arrivals.iter().find_map(|arrival| arrival.eta_source);
    whose(fresh) == whose(stands)
        && told(fresh) == Some(EtaSource::Estimate)
        && told(stands).is_some_and(|source| source != EtaSource::Estimate)
}

fn whose(judgement: &Judgement) -> (Option<&UnitId>, Option<&UnitId>) {
    (judgement.tractor_id.as_ref(), judgement.driver_id.as_ref())
}

/// `fresh` with what is shown where that has hardly moved: times, and with them the class that they made,
/// so that a load on the edge of its window does not change its class with every breath of traffic.
fn settled(fresh: &Judgement, stands: &Judgement, now: Timestamp) -> Judgement {
    let mut settled = fresh.clone();
    if whose(fresh) != whose(stands) {
        return settled;
    }
    let still = |arrival: &Arrival| {
        let before = stands.arrivals.iter().find(|before| before.stop_id == arrival.stop_id)?;
        has_hardly_moved(before, arrival, now).then(|| before.clone())
    };
    let kept: Vec<Option<Arrival>> = fresh.arrivals.iter().map(still).collect();
    if kept.len() == stands.arrivals.len() && kept.iter().all(Option::is_some) {
        // Everything stands: so does what is made of it.
        settled.arrivals = kept.into_iter().flatten().collect();
        (settled.risk, settled.reason) = (stands.risk, stands.reason);
        (settled.stop_id, settled.late_s) = (stands.stop_id.clone(), stands.late_s);
        return settled;
    }
    // A class is always told by the times it was made of.
    for (arrival, before) in settled.arrivals.iter_mut().zip(kept) {
        if let Some(before) = before.filter(|before| before.risk == arrival.risk) {
            *arrival = before;
        }
    }
    let worst = settled.arrivals.iter().find(|arrival| Some(&arrival.stop_id) == settled.stop_id.as_ref());
    if let Some(worst) = worst.filter(|worst| worst.late_s.is_some()) {
        settled.late_s = worst.late_s;
    }
    settled
}

/// Whether an arrival is shown well enough by what was shown before: both of its times are nearly the same,
/// and its window is the same.
fn has_hardly_moved(before: &Arrival, fresh: &Arrival, now: Timestamp) -> bool {
    let stays = |before: Option<Timestamp>, fresh: Option<Timestamp>| match (before, fresh) {
        (Some(before), Some(fresh)) => steady(Some(before), fresh, Motion::Moving, now) == before,
        (before, fresh) => before == fresh,
    };
    let closes = |arrival: &Arrival| {
        // To the second: what is told in seconds is cut off below them.
        arrival.eta_at.zip(arrival.late_s).map(|(eta_at, late_s)| eta_at.millis() / 1000 - late_s)
    };
    let same_window = match (closes(before), closes(fresh)) {
        (Some(before), Some(fresh)) => before.abs_diff(fresh) <= 1,
        (before, fresh) => before == fresh,
    };
    let is_told = |arrival: &Arrival| arrival.risk != Risk::Unknown;
    (is_told(before) && is_told(fresh) && before.eta_source == fresh.eta_source)
        && same_window
        && stays(before.eta_at, fresh.eta_at)
        && stays(before.legal_eta_at, fresh.legal_eta_at)
}

/// Whether a person would see a difference.
fn differs(fresh: &Judgement, stands: &Judgement) -> bool {
    let rest = |judgement: &Judgement| {
        let limit = judgement.runs_out.map(|out| (out.limit, out.at_supposed, out.place_supposed));
        let ids = (judgement.tractor_id.clone(), judgement.driver_id.clone());
        (judgement.risk, judgement.reason, judgement.stop_id.clone(), ids, limit)
    };
    rest(fresh) != rest(stands)
        || fresh.notes != stands.notes
        || fresh.arrivals != stands.arrivals
        || grown(fresh.late_s, stands.late_s)
        || moved(fresh.routed_at, stands.routed_at)
        || moved(fresh.latest_departure_at, stands.latest_departure_at)
        || moved(fresh.leave_by_at, stands.leave_by_at)
        || moved(fresh.runs_out.map(|out| out.at), stands.runs_out.map(|out| out.at))
}

fn moved(fresh: Option<Timestamp>, stands: Option<Timestamp>) -> bool {
    match (fresh, stands) {
        (Some(fresh), Some(stands)) => fresh.since(stands).max(stands.since(fresh)) >= NOTICED,
        (fresh, stands) => fresh.is_some() != stands.is_some(),
    }
}

/// The same of a lateness, which of a load that nobody drives is all that changes.
fn grown(fresh: Option<i64>, stands: Option<i64>) -> bool {
    match (fresh, stands) {
        (Some(fresh), Some(stands)) => Duration::from_secs(fresh.abs_diff(stands)) >= NOTICED,
        (fresh, stands) => fresh.is_some() != stands.is_some(),
    }
}

/// Whole seconds; a route's are not.
fn whole(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a trip; what is no number is 0")]
    let whole = seconds.max(0.0).ceil() as i64;
    whole
}

pub(super) fn lock(roads: &Mutex<Roads>) -> MutexGuard<'_, Roads> {
    roads.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
