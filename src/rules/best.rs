//! Who can take a load: every driver, the best first, and of each other why not. Nobody is booked twice: what
//! he has to do comes first, or it is looked at what becomes of it.

use std::cmp::Reverse;

use super::basis::{Basis, Rig};
use super::eta::{Missing, judge, misses};
use super::itinerary::{Call, Itinerary};
use super::near::meeting;
use super::{trip, whereabouts};
use crate::model::{
    Judgement, Keyed, Movement, MovementStatus, Point, Reason, Risk, Stop, StopType, Timestamp, Tractor,
};

/// A trailer changes trucks in as long as this, on duty: found, dropped, hooked, looked over.
const SWAP: std::time::Duration = std::time::Duration::from_mins(30);

/// A driver, and whether he can take the load.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// He, his truck, and what they have to do.
    pub rig: Rig<'a>,
    /// Miles along the great circle from where he is, or will be once his loads are done, to where he takes it
    /// over; `None` where that is not known.
    pub miles: Option<f64>,
    /// Whether he can.
    pub verdict: Verdict,
    /// What would be made of the load with him; `None` where that was not worked out.
    pub judgement: Option<Judgement>,
    /// Loads of his own that he would do only after it.
    pub put_off: Vec<&'a Movement>,
    /// Those of them that would be in trouble, and how late they would be.
    pub suffers: Vec<(&'a Movement, Risk, Option<i64>)>,
}

impl<'a> Choice<'a> {
    /// Loads of his own that he does before it.
    pub fn done_first(&self) -> impl Iterator<Item = &'a Movement> {
        let first = self.rig.loads.len().saturating_sub(self.put_off.len());
        self.rig.loads.iter().copied().take(first)
    }
}

/// Whether a driver can take a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// He can, legally, and in time.
    Fits,
    /// He cannot.
    Rejected(Why),
}

/// Why a driver cannot take a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It would be late, or no time can be told; as in a judgement.
    Reason(Reason, Option<String>),
    /// He has no truck.
    NoTruck,
    /// Where one of the stops is is not known, the load's own or one that he has to make first: which, and what to do.
    PlaceUnknown(Option<String>),
    /// It would be late because of what he has to do first; done the other way round, that would be.
    Committed,
    /// Nearer ones fit.
    Farther,
}

impl Why {
    /// Whether it would be late with him, whatever he has to do first.
    const fn is_late(&self) -> bool {
        match self {
            Self::Reason(Reason::StaleGps | Reason::StaleHos | Reason::NoDriver, _)
            | Self::NoTruck
            | Self::PlaceUnknown(_)
            | Self::Committed
            | Self::Farther => false,
            Self::Reason(..) => true,
        }
    }

    /// The code used in JSON and on the screen.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Reason(reason, _) => reason.word(),
            Self::NoTruck => "NO_TRUCK",
            Self::PlaceUnknown(_) => "PLACE_UNKNOWN",
            Self::Committed => "COMMITTED",
            Self::Farther => "FARTHER",
        }
    }

    /// More of it, in a sentence without an end mark.
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Reason(_, note) | Self::PlaceUnknown(note) => note.as_deref(),
            Self::NoTruck | Self::Committed | Self::Farther => None,
        }
    }
}

/// As many that fit are found, and as many that do not are judged, unless other numbers are asked for: every door asks for
/// the same, so that all name the same.
pub const TOP: usize = 10;

/// So many that may fit are looked at closely, the nearest first, unless more are asked for: one who is further
/// away than all of these is hardly ever the better choice.
const MOST_WEIGHED: usize = 500;

/// Every driver for a load, but who has it now: those that fit, the best first, then the others.
///
/// Those that fit are ranked by class, then by when they can legally be where the load is taken over. Once
/// `top` are in time with room to spare and no other can be there sooner, or the nearest 500 who can be there in
/// time were looked at, the rest is not planned. Of the others the one that would be the least late comes first, then the nearest.
///
/// Fails with a sentence where nothing of the load is left to be taken.
pub fn best<'a>(basis: &Basis<'a>, load: &'a Movement, top: usize) -> Result<Vec<Choice<'a>>, String> {
    let task = Task::of(basis, load)?;
    let mut candidates: Vec<(i64, Choice<'a>)> = basis
        .fleet
        .drivers
        .iter()
        .map(AsRef::as_ref)
        .filter(|driver| !task.has_it(basis, &driver.id))
        .map(|driver| approach(basis, &task, basis.rig(driver)))
        .collect();
    candidates.sort_by(|(a, left), (b, right)| (a, &left.rig.driver.id).cmp(&(b, &right.rig.driver.id)));
    let mut choices = Vec::with_capacity(candidates.len());
    let mut good: Vec<Timestamp> = Vec::new();
    let (mut weighed, mut late) = (0, 0);
    for (drive_s, mut choice) in candidates {
        let soonest = basis.now.plus(std::time::Duration::from_secs(drive_s.unsigned_abs()));
        let is_beaten = good.get(top.saturating_sub(1)).is_some_and(|last| soonest > *last);
        match &choice.verdict {
            Verdict::Fits if is_beaten || weighed >= MOST_WEIGHED.max(top) => {
                choice.verdict = Verdict::Rejected(Why::Farther);
            }
            Verdict::Fits => sift(basis, &task, &mut choice),
            Verdict::Rejected(_) => {}
        }
        match &choice.verdict {
            Verdict::Fits => {
                weighed += 1;
                weigh(basis, &task, &mut choice);
                let judgement = choice.judgement.as_ref().filter(|one| one.risk == Risk::Ok);
                if let (Verdict::Fits, Some(there)) = (&choice.verdict, judgement.and_then(first_legal)) {
                    let place = good.partition_point(|other| *other <= there);
                    good.insert(place, there);
                }
            }
            // How late he would be is worked out of the nearest only.
            Verdict::Rejected(why) if late < top && why.is_late() => {
                late += 1;
                let judgement = with(basis, &task, &choice.rig, &choice.rig.loads);
                if let (Risk::Late, Some(reason)) = (judgement.risk, judgement.reason) {
                    choice.verdict = Verdict::Rejected(Why::Reason(reason, None));
                    choice.judgement = Some(judgement);
                }
            }
            Verdict::Rejected(_) => {}
        }
        choices.push(choice);
    }
    choices.sort_by_cached_key(|choice| rank(choice));
    Ok(choices)
}

/// What is to be taken over.
struct Task<'a> {
    load: &'a Movement,
    /// The same without who has it now: who comes in his place comes alone.
    alone: Movement,
    /// Where the truck that has the load now stands, once the freight is on it.
    meeting: Option<Stop>,
    left: Vec<Call<'a>>,
    /// What is said of a stop that nobody can place; `None` where all are known.
    unplaced: Option<String>,
}

impl<'a> Task<'a> {
    fn of(basis: &Basis<'a>, load: &'a Movement) -> Result<Self, String> {
        if !load.tms.status.is_open() {
            return Err(format!("load {} is over", load.tms.id));
        }
        let left = basis.queues.calls_of(load);
        if left.is_empty() {
            return Err(format!("nothing of load {} is left to be done", load.tms.id));
        }
        let unplaced = unplaced(basis, &left).map(|stop| unplaced_words(load, stop, &name_of(basis, stop)));
        let stops = basis.fleet.stops_of(&load.key());
        let alone = Movement { driver_id: None, driver2_id: None, tractor_id: None, ..load.clone() };
        let is_left = |stop: &Stop| left.iter().any(|call| call.stop.tms.id == stop.tms.id);
        let is_picked_up = stops.iter().any(|stop| stop.tms.kind != StopType::Delivery && !is_left(stop));
        // By the TMS, or because its truck was seen to leave the pickup, whatever the TMS still calls it.
        if !is_picked_up {
            // Whoever comes begins where the load does: that another truck is there already is no help.
            let left = left.into_iter().map(|call| Call { arrived_at: None, ..call }).collect();
            return Ok(Self { load, alone, meeting: None, left, unplaced });
        }
        let Some(truck) = &load.tractor_id else {
            return Err(format!("load {} is picked up, and nobody says by which truck", load.tms.id));
        };
        let has_it = basis.fleet.tractors.get(truck);
        let here = has_it.filter(|tractor| basis.fresh.knows_where(tractor, basis.now));
        let here = here.and_then(|tractor| place_of(tractor));
        let Some(here) = here else {
            return Err(format!(
                "load {} is on a truck that nobody sees now, so that it cannot be met",
                load.tms.id
            ));
        };
        let left = left.into_iter().map(|call| Call { arrived_at: None, ..call }).collect();
        Ok(Self { load, alone, meeting: Some(meeting(here)), left, unplaced })
    }

    /// Whether the driver has the load now.
    fn has_it(&self, basis: &Basis<'_>, driver: &crate::model::UnitId) -> bool {
        let row = basis.fleet.drivers.get(driver);
        let same_truck = row
            .and_then(|row| row.tractor_id.as_ref())
            .is_some_and(|tractor| Some(tractor) == self.load.tractor_id.as_ref());
        same_truck || [&self.load.driver_id, &self.load.driver2_id].contains(&&Some(driver.clone()))
    }

    fn calls(&self) -> Vec<Call<'_>> {
        let swap = self.meeting.as_ref().map(|stop| Call { stop, arrived_at: None, dwell: Some(SWAP) });
        swap.into_iter().chain(self.left.iter().copied()).collect()
    }
}

/// That nobody can place a stop that is to be made: of the load itself, or of one that he has first.
fn lost(basis: &Basis<'_>, task: &Task<'_>, rig: &Rig<'_>) -> Why {
    let of = |load: &&Movement| {
        Some(unplaced_words(load, unplaced(basis, &basis.queues.calls_of(load))?, ANYWHERE))
    };
    Why::PlaceUnknown(task.unplaced.clone().or_else(|| rig.loads.iter().find_map(of)))
}

/// The first of these calls that nobody can place.
fn unplaced<'a>(basis: &Basis<'_>, calls: &[Call<'a>]) -> Option<&'a Stop> {
    calls.iter().map(|call| call.stop).find(|stop| basis.places.of(stop).is_none())
}

/// What stands for a place that has no name.
const ANYWHERE: &str = "LAT,LON";

/// What to do about a stop of `load` that nobody can place, and what to ask `near` until then.
fn unplaced_words(load: &Movement, stop: &Stop, near: &str) -> String {
    let (load, id, city) = (&load.tms.id, &stop.tms.id, trip::place(stop));
    let name = stop.tms.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
    format!(
        "load {load} stops at {city} (stop {id}{name}), which has no coordinates, and no address that is found: put that \
         right in the TMS; until then `backhaul near {near} 100` says who is around"
    )
}

/// How to ask about what is around a stop of the load: it is looked up among all that has a name, so once a question.
fn name_of(basis: &Basis<'_>, stop: &Stop) -> String {
    let city = trip::place(stop);
    let is_known = whereabouts::locate(basis.fleet, basis.places, &city).is_ok();
    if is_known { format!("{city:?}") } else { ANYWHERE.to_owned() }
}

fn place_of(tractor: &Tractor) -> Option<Point> {
    Point::new(tractor.latitude?, tractor.longitude?)
}

/// How far the driver has to go if he never stops, in seconds; and what that alone rules out.
fn approach<'a>(basis: &Basis<'a>, task: &Task<'_>, rig: Rig<'a>) -> (i64, Choice<'a>) {
    let reject = |rig, why| Choice {
        rig,
        miles: None,
        verdict: Verdict::Rejected(why),
        judgement: None,
        put_off: Vec::new(),
        suffers: Vec::new(),
    };
    let Some(tractor) = rig.tractor else { return (i64::MAX, reject(rig, Why::NoTruck)) };
    if !basis.fresh.knows_where(tractor, basis.now) {
        return (i64::MAX, reject(rig, Why::Reason(Reason::StaleGps, None)));
    }
    let calls = task.calls();
    let Some(first) = calls.first().copied() else { return (i64::MAX, reject(rig, Why::PlaceUnknown(None))) };
    let itinerary = basis.itinerary(&rig, &rig.loads, vec![first]);
    let before = basis.straight(&rig, &itinerary);
    let Some(drive_s) = before.map(|road| road.drive_s()) else {
        let why = lost(basis, task, &rig);
        return (i64::MAX, reject(rig, why));
    };
    let miles = miles_to(basis, tractor, &itinerary, first);
    // With nothing to do first, the straight line alone may be too long.
    let is_free = rig.loads.is_empty();
    let closes = first.stop.closes_at();
    let soonest = basis.now.plus(std::time::Duration::from_secs(drive_s.unsigned_abs()));
    let verdict = match closes {
        Some(closes) if is_free && soonest > closes => Verdict::Rejected(Why::Reason(Reason::Distance, None)),
        _ => Verdict::Fits,
    };
    (drive_s, Choice { rig, miles, verdict, judgement: None, put_off: Vec::new(), suffers: Vec::new() })
}

/// Rejects whoever cannot be in time by the rules alone: a plan a stop, where a judgement takes dozens.
fn sift<'a>(basis: &Basis<'a>, task: &Task<'a>, choice: &mut Choice<'a>) {
    let begun = begun(&choice.rig);
    let (under_way, _) = choice.rig.loads.split_at(begun);
    let missed = match misses_with(basis, task, &choice.rig, &choice.rig.loads) {
        Ok(None) => return,
        Ok(Some(reason)) => Why::Reason(reason, None),
        Err(Missing { reason: Some(reason), note }) => Why::Reason(reason, note),
        Err(Missing { reason: None, .. }) => lost(basis, task, &choice.rig),
    };
    let is_in_time = |first: &[&'a Movement]| misses_with(basis, task, &choice.rig, first) == Ok(None);
    let is_taken = missed.is_late() && !choice.rig.loads.is_empty();
    if is_taken && begun < choice.rig.loads.len() && is_in_time(under_way) {
        // He fits if what has not begun can wait; that is looked at closely.
        return;
    }
    // Is it what he has to do first, or the way?
    let why = if is_taken && is_in_time(&[]) { Why::Committed } else { missed };
    choice.verdict = Verdict::Rejected(why);
}

/// Why the load would be late if this driver did it after `first`; `None` where it would not be.
fn misses_with<'a>(
    basis: &Basis<'a>,
    task: &Task<'a>,
    rig: &Rig<'a>,
    first: &[&'a Movement],
) -> Result<Option<Reason>, Missing> {
    let itinerary = basis.itinerary(rig, first, task.calls());
    let road = basis.straight(rig, &itinerary);
    let case = basis.case(rig, &task.alone, &itinerary, road.as_ref());
    misses(&case, &basis.fresh, basis.office, basis.now)
}

/// How many of a rig's loads are under way.
fn begun(rig: &Rig<'_>) -> usize {
    rig.loads.iter().take_while(|load| load.tms.status == MovementStatus::InProgress).count()
}

/// Works out what becomes of the load with this driver.
fn weigh<'a>(basis: &Basis<'a>, task: &Task<'a>, choice: &mut Choice<'a>) {
    let judgement = with(basis, task, &choice.rig, &choice.rig.loads);
    choice.verdict = verdict(basis, task, &choice.rig, &judgement);
    let is_late = judgement.risk == Risk::Late;
    choice.judgement = Some(judgement);
    if is_late {
        put_off(basis, task, choice);
    }
}

/// What it comes to if what is under way is finished first, and what has not begun is put off.
fn put_off<'a>(basis: &Basis<'a>, task: &Task<'a>, choice: &mut Choice<'a>) {
    let (begun, waiting) = choice.rig.loads.split_at(begun(&choice.rig));
    if waiting.is_empty() {
        return;
    }
    let sooner = with(basis, task, &choice.rig, begun);
    if verdict(basis, task, &choice.rig, &sooner) != Verdict::Fits {
        return;
    }
    choice.suffers = suffering(basis, task, &choice.rig, begun, waiting);
    choice.put_off = waiting.to_vec();
    choice.judgement = Some(sooner);
    // He comes from where he is then, as the arrival has it.
    if let (Some(tractor), Some(call)) = (choice.rig.tractor, task.calls().first().copied()) {
        choice.miles = miles_to(basis, tractor, &basis.itinerary(&choice.rig, begun, vec![call]), call);
    }
    let is_hurt = choice.suffers.iter().any(|(_, risk, _)| matches!(risk, Risk::Late | Risk::Unknown));
    choice.verdict = if is_hurt { Verdict::Rejected(Why::Committed) } else { Verdict::Fits };
}

/// Miles in a straight line to a stop from where the truck is before: at the last stop that it does first, or where it was
/// seen. `None` where a place is not known.
fn miles_to(basis: &Basis<'_>, tractor: &Tractor, itinerary: &Itinerary<'_>, call: Call<'_>) -> Option<f64> {
    let from = itinerary.before.last().map(|before| before.stop);
    let from = from.map_or_else(|| place_of(tractor), |stop| basis.places.of(stop));
    from.zip(basis.places.of(call.stop)).map(|(from, to)| from.miles_to(to))
}

/// The load, if this driver does it after `first`.
fn with<'a>(basis: &Basis<'a>, task: &Task<'a>, rig: &Rig<'a>, first: &[&'a Movement]) -> Judgement {
    let itinerary = basis.itinerary(rig, first, task.calls());
    let road = basis.straight(rig, &itinerary);
    let case = basis.case(rig, &task.alone, &itinerary, road.as_ref());
    judge(&case, &basis.fresh, basis.office, basis.now)
}

/// What becomes of the loads that wait for this one.
fn suffering<'a>(
    basis: &Basis<'a>,
    task: &Task<'a>,
    rig: &Rig<'a>,
    begun: &[&'a Movement],
    waiting: &[&'a Movement],
) -> Vec<(&'a Movement, Risk, Option<i64>)> {
    let mut suffers = Vec::new();
    for (number, load) in waiting.iter().enumerate() {
        let mut before: Vec<Call<'_>> = basis.calls(begun);
        before.extend(task.calls());
        before.extend(basis.calls(waiting.get(..number).unwrap_or_default()));
        let tractor = rig.tractor.map(|tractor| &tractor.id);
        let crew = basis.queues.crew_of(tractor, Some(&rig.driver.id), &rig.loads);
        let itinerary = Itinerary { before, own: basis.queues.calls_of(load), crew };
        let road = basis.straight(rig, &itinerary);
        let case = basis.case(rig, load, &itinerary, road.as_ref());
        let judgement = judge(&case, &basis.fresh, basis.office, basis.now);
        if matches!(judgement.risk, Risk::AtRisk | Risk::Late | Risk::Unknown) {
            suffers.push((*load, judgement.risk, judgement.late_s));
        }
    }
    suffers
}

fn verdict(basis: &Basis<'_>, task: &Task<'_>, rig: &Rig<'_>, judgement: &Judgement) -> Verdict {
    let note = judgement.notes.first().cloned();
    match (judgement.risk, judgement.reason) {
        (Risk::Ok | Risk::Tight | Risk::AtRisk, _) => Verdict::Fits,
        (Risk::Late, reason) => Verdict::Rejected(Why::Reason(reason.unwrap_or(Reason::Distance), None)),
        (Risk::Unknown, Some(reason)) => Verdict::Rejected(Why::Reason(reason, note)),
        (Risk::Unknown, None) => Verdict::Rejected(lost(basis, task, rig)),
    }
}

/// When the load is taken over, legally at the earliest.
pub fn first_legal(judgement: &Judgement) -> Option<Timestamp> {
    judgement.arrivals.first().and_then(|arrival| arrival.legal_eta_at)
}

type Rank = (bool, Reverse<bool>, Option<Risk>, i64, i64, crate::model::UnitId);

fn rank(choice: &Choice<'_>) -> Rank {
    let judged = choice.judgement.as_ref().filter(|judgement| judgement.risk != Risk::Unknown);
    let fits = choice.verdict == Verdict::Fits;
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand miles at most, in hundredths")]
    let miles = choice.miles.map_or(i64::MAX, |miles| (miles * 100.0) as i64);
    let time = judged.map_or(i64::MAX, |judgement| {
        let late_s = judgement.late_s.unwrap_or(i64::MAX);
        if fits { first_legal(judgement).map_or(i64::MAX, Timestamp::millis) } else { late_s }
    });
    let class = judged.map(|judgement| judgement.risk).filter(|_| fits);
    (!fits, Reverse(judged.is_some()), class, time, miles, choice.rig.driver.id.clone())
}
