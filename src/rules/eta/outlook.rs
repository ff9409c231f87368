//! A load's whole way as a plan that can be read: what is driven, rested and waited until its last stop.
//! The class is not judged here.

use std::cmp::Reverse;

use super::driver::Known;
use super::errand::{Errand, Pace};
use super::reason::word;
use super::{Case, Missing, Office, Seen, driver, errand, seen};
use crate::model::{EtaSource, Reason, Timestamp};
use crate::rules::freshness::Freshness;
use crate::rules::hours::{Halt, Limit, Plan};

/// How a load's last stop is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// By the rules alone, at the earliest.
    pub legal: Plan,
    /// When that plan is at each stop, in their order, those of loads before it first.
    pub reached: Vec<Timestamp>,
    /// When that will be, as things really go.
    pub likely_at: Timestamp,
    /// Until when the driver can stay off duty and still meet every window, legally.
    pub latest_departure_at: Option<Timestamp>,
    /// Who worked out the travel times.
    pub source: EtaSource,
    /// What is to be known of the hours.
    pub notes: Vec<String>,
}

/// The way to the last stop of `case`, which must have one; what is missing where no time can be told.
pub fn outlook(
    case: &Case<'_>,
    fresh: &Freshness,
    office: &Office,
    now: Timestamp,
) -> Result<Outlook, Missing> {
    let errand = errand(case, fresh, office, now)?;
    let last = last_of(&errand)?;
    let legal = errand.reach(last, Pace::Legal).map_err(unplanned)?;
    let practical = errand.reach(last, Pace::Practical).map_err(unplanned)?;
    Ok(Outlook {
        likely_at: errand.eta(&practical).max(legal.arrival_at),
        reached: errand.reached_by(&legal),
        legal,
        latest_departure_at: errand.latest_departure(),
        source: errand.source_to(last),
        notes: errand.notes(),
    })
}

/// When the last stop of `case` is reached, legally at the earliest.
pub fn legal_at(
    case: &Case<'_>,
    fresh: &Freshness,
    office: &Office,
    now: Timestamp,
) -> Result<Timestamp, Missing> {
    let errand = errand(case, fresh, office, now)?;
    let last = last_of(&errand)?;
    Ok(errand.reach(last, Pace::Legal).map_err(unplanned)?.arrival_at)
}

/// The legal arrivals at the last stop of `case` between which the truth lies where the clocks of a driver at work
/// are too old: had he gone off duty at once, and had he worked on. `None` where that is not what is missing.
pub fn legal_between(
    case: &Case<'_>,
    fresh: &Freshness,
    office: &Office,
    now: Timestamp,
) -> Option<(Timestamp, Timestamp)> {
    let Seen { tractor, driver, road } = seen(case, fresh, now).ok()?;
    let arrival = |hours| {
        let known = Known { request: hours, notes: Vec::new(), break_most_s: None };
        let errand = Errand::new(case, road, known, office).ok()?;
        Some(errand.reach(last_of(&errand).ok()?, Pace::Legal).ok()?.arrival_at)
    };
    let [stopped, went_on] = driver::ends(driver, tractor, case.days, office, now)?;
    let (one, other) = (arrival(stopped)?, arrival(went_on)?);
    Some((one.min(other), one.max(other)))
}

/// What stops the truck for longest on its way to a stop of `case` whose window is missed even by the rules alone;
/// `None` where every window is met. Far cheaper than a judgement, and says no more.
pub fn misses(
    case: &Case<'_>,
    fresh: &Freshness,
    office: &Office,
    now: Timestamp,
) -> Result<Option<Reason>, Missing> {
    let errand = errand(case, fresh, office, now)?;
    let before = case.itinerary.before.len();
    for (place, call) in (before..).zip(&case.itinerary.own) {
        let Some(closes) = call.stop.closes_at() else { continue };
        if errand.stands_at(place).is_some() {
            continue;
        }
        let plan = errand.reach(place, Pace::Legal).map_err(unplanned)?;
        if plan.arrival_at > closes {
            let is_far = errand.straight_to(place, Pace::Legal) > closes;
            return Ok(Some(costliest(&plan).filter(|_| !is_far).map_or(Reason::Distance, word)));
        }
    }
    Ok(None)
}

/// What the longest halt of a plan is for; the cycle, where that is among it: nothing else takes longer.
fn costliest(plan: &Plan) -> Option<Limit> {
    let length_s = |halt: &&Halt| Reverse(halt.end_at.secs_since(halt.start_at));
    let halt = plan.halts.iter().filter(|halt| !halt.limits.is_empty()).min_by_key(length_s)?;
    halt.limits.iter().find(|limit| **limit == Limit::Cycle).or(halt.limits.first()).copied()
}

/// Travel times, in whole seconds, by which the stops of `case` are reached at the legal times that were
/// told for them: `told` has one for each call not reached yet, in order. Who judged the loads asked a service for
/// these, which nobody else may; so a plan made anywhere ends when every screen says it does.
///
/// The road of `case` must be one of as many stops; its times are not used.
pub fn told_road(
    case: &Case<'_>,
    told: &[Timestamp],
    fresh: &Freshness,
    office: &Office,
    now: Timestamp,
) -> Result<Vec<i64>, Missing> {
    let mut errand = errand(case, fresh, office, now)?;
    let reached = errand.calls().len().saturating_sub(told.len());
    let mut left_s = vec![0; errand.calls().len()];
    for (place, told) in (reached..).zip(told) {
        let (mut most, mut least) = (now_to(now, *told), 0);
        // The longest drive that still ends by then: more driving never ends sooner.
        while least < most {
            let middle = most - (most - least) / 2;
            set(&mut left_s, place, middle);
            errand = errand.driven(&left_s, office);
            let plan = errand.reach(place, Pace::Legal).map_err(unplanned)?;
            if plan.arrival_at <= *told { least = middle } else { most = middle - 1 }
        }
        set(&mut left_s, place, least);
    }
    Ok(left_s.split_off(reached))
}

fn set(left_s: &mut [i64], place: usize, seconds: i64) {
    if let Some(slot) = left_s.get_mut(place) {
        *slot = seconds;
    }
}

/// Whole seconds from now to then, as the planner counts: from the whole second that now lies in.
fn now_to(now: Timestamp, then: Timestamp) -> i64 {
    (then.millis().div_euclid(1000) - now.millis().div_euclid(1000)).max(0)
}

fn last_of(errand: &Errand<'_>) -> Result<usize, Missing> {
    let nothing = || Missing { reason: None, note: Some("done: no stop is left".to_owned()) };
    errand.calls().len().checked_sub(1).ok_or_else(nothing)
}

fn unplanned(why: String) -> Missing {
    Missing { reason: Some(Reason::StaleHos), note: Some(why) }
}
