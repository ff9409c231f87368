//! Looks at every load again when something it rests on has changed, and each minute since time itself
//! is one of those things. Decides nothing: `rules::eta` does. Writes what differs, and nothing else.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::roads::{Roads, Spot};
use crate::model::{
    Address, Driver, DutyHistory, Fleet, Judgement, Keyed, Movement, MovementKey, Point, Position, Stop,
    Timestamp, Tractor, UnitKind,
};
use crate::routing::{estimate, remaining, steady};
use crate::rules::eta::{Case, Office, Road, judge};
use crate::rules::freshness::Freshness;
use crate::rules::itinerary::{Itinerary, Queues, is_to_be_driven};
use crate::rules::motion;

/// A load is looked at again after this though nothing has changed: gates close, clocks run.
const AGAIN: Duration = Duration::from_mins(1);
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
        let queues = Queues::of(fleet);
        let roads = Arc::clone(&self.roads);
        let mut verdicts = Verdicts::default();
        for movement in fleet.movements.iter().filter(|movement| is_to_be_driven(movement)) {
            let key = movement.key();
            let itinerary = queues.itinerary(movement);
            let mut inputs = Inputs::of(fleet, movement, &itinerary, &fresh, now);
            inputs.digest ^= lock(&roads).version(&key);
            if !self.is_due(&key, inputs.digest, now) {
                continue;
            }
            let judgement = self.judge(&key, &inputs, &itinerary, &mut lock(&roads), &fresh, now);
            let stands = fleet.judgements.get(&key);
            let judgement =
                stands.map_or_else(|| judgement.clone(), |stands| settled(&judgement, stands, now));
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
        roads: &mut Roads,
        fresh: &Freshness,
        now: Timestamp,
    ) -> Judgement {
        let stands = usize::from(itinerary.calls().next().is_some_and(|call| call.arrived_at.is_some()));
        let mut unsure = None;
        let mut points = Vec::new();
        for call in itinerary.calls().skip(stands) {
            let spot = place(call.stop, roads);
            if spot.is_some_and(|spot| spot.is_unsure) {
                unsure.get_or_insert(&call.stop.tms.id);
            }
            points.push(spot.and_then(|spot| spot.point));
        }
        let points: Option<Vec<Point>> = points.into_iter().collect();
        let route = inputs.position.zip(points).and_then(|(position, points)| {
            if points.is_empty() {
                return Some((position, points, Vec::new(), None));
            }
            let route = roads.look(key, position, &points, now)?;
            let mut left: Vec<i64> =
                remaining(&route, &position, now).iter().map(|left| whole(left.seconds)).collect();
            // A service answers for so many stops and no more: the straight line goes on from there.
            let beyond = estimate(&position, &points, now)?.legs.into_iter().skip(left.len());
            left.extend(beyond.map(|leg| whole(leg.seconds)));
            Some((position, points, left, Some((route.source, route.asked_at))))
        });
        if let Some(first) = route.as_ref().and_then(|(_, _, left, _)| left.first()) {
            roads.takes(key, Duration::from_secs(first.unsigned_abs()));
        }
        let road = route.as_ref().map(|(position, points, left, asked)| Road {
            left_s: left,
            from: position.point,
            to: points,
            source: asked.map_or(crate::model::EtaSource::Estimate, |(source, _)| source),
            asked_at: asked.map_or(now, |(_, at)| at),
        });
        let days = inputs.driver.and_then(|driver| self.history.get(&driver.id));
        let case = Case {
            movement: inputs.movement,
            itinerary,
            tractor: inputs.tractor,
            driver: inputs.driver,
            days: days.map(Vec::as_slice).unwrap_or_default(),
            road,
        };
        let mut judgement = judge(&case, fresh, &self.office, now);
        if let Some(stop) = unsure {
            judgement.notes.push(format!(
                "place_unsure: stop {stop} was placed by an address that only partly fits; confirm it"
            ));
        }
        judgement
    }
}

/// Everything of the fleet that one load rests on.
struct Inputs<'a> {
    movement: &'a Movement,
    tractor: Option<&'a Tractor>,
    driver: Option<&'a Driver>,
    position: Option<Position>,
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
        (&movement.tractor_id, &movement.driver_id).hash(&mut digest);
        for call in itinerary.calls() {
            (&call.stop.tms.id, call.stop.updated_at, call.arrived_at).hash(&mut digest);
        }
        if let Some(tractor) = tractor {
            (tractor.observed_at, fresh.knows_where(tractor, now)).hash(&mut digest);
        }
        if let Some(driver) = driver {
            let hours = driver.source.as_deref().is_some_and(|source| fresh.hours(source));
            (driver.hos_status, driver.hos_status_since_at, hours).hash(&mut digest);
            (driver.drive_left_s, driver.shift_left_s, driver.break_left_s, driver.cycle_left_s)
                .hash(&mut digest);
        }
        Self { movement, tractor, driver, position, digest: digest.finish() }
    }
}

/// Where a stop is: by the TMS, else by its address.
fn place(stop: &Stop, roads: &mut Roads) -> Option<Spot> {
    let told = stop.tms.latitude.zip(stop.tms.longitude).and_then(|(lat, lon)| Point::new(lat, lon));
    match told {
        Some(point) => Some(Spot { point: Some(point), is_unsure: false }),
        None => roads.place(&Address::of(&stop.tms)?),
    }
}

/// `fresh` with the times that are shown where they have hardly moved, so that a screen does not flicker.
fn settled(fresh: &Judgement, stands: &Judgement, now: Timestamp) -> Judgement {
    let mut settled = fresh.clone();
    if (fresh.risk, fresh.reason, &fresh.stop_id) != (stands.risk, stands.reason, &stands.stop_id) {
        return settled;
    }
    for arrival in &mut settled.arrivals {
        let Some(before) = stands.arrivals.iter().find(|before| before.stop_id == arrival.stop_id) else {
            continue;
        };
        let shown = before.eta_at.zip(arrival.eta_at);
        // A class is always told by the times it was made of.
        if before.risk == arrival.risk
            && shown.is_some_and(|(shown, eta)| {
                steady(Some(shown), eta, crate::model::Motion::Moving, now) == shown
            })
        {
            *arrival = before.clone();
        }
    }
    let worst = settled.arrivals.iter().find(|arrival| Some(&arrival.stop_id) == settled.stop_id.as_ref());
    if let Some(worst) = worst.filter(|worst| worst.late_s.is_some()) {
        settled.late_s = worst.late_s;
    }
    settled
}

/// Whether a person would see a difference.
fn differs(fresh: &Judgement, stands: &Judgement) -> bool {
    let rest = |judgement: &Judgement| {
        let limit = judgement.runs_out.map(|runs_out| runs_out.limit);
        let ids = (judgement.tractor_id.clone(), judgement.driver_id.clone());
        (judgement.risk, judgement.reason, judgement.stop_id.clone(), ids, limit)
    };
    rest(fresh) != rest(stands)
        || fresh.notes != stands.notes
        || fresh.arrivals != stands.arrivals
        || moved(fresh.latest_departure_at, stands.latest_departure_at)
        || moved(fresh.runs_out.map(|out| out.at), stands.runs_out.map(|out| out.at))
}

fn moved(fresh: Option<Timestamp>, stands: Option<Timestamp>) -> bool {
    match (fresh, stands) {
        (Some(fresh), Some(stands)) => fresh.since(stands).max(stands.since(fresh)) >= NOTICED,
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
