//! Which loads will be late, or may be, the worst first; and of how many nobody knows, and why.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use super::freshness::{Freshness, Standing, movement_at, standing};
use super::itinerary::is_to_be_driven;
use super::trip;
use crate::model::{Arrival, Fleet, Judgement, Keyed, Movement, Reason, Risk, Stop, Timestamp};

/// A load in trouble.
#[derive(Clone, Debug)]
pub struct LateLoad<'a> {
    /// The load as of now.
    pub movement: Movement,
    /// Its class, and why.
    pub standing: Standing,
    /// What was made of it.
    pub judgement: &'a Judgement,
    /// The stop that the class is about.
    pub stop: Option<&'a Stop>,
    /// When that is reached.
    pub arrival: Option<&'a Arrival>,
    /// When its window closes.
    pub deadline_at: Option<Timestamp>,
}

/// All loads in trouble.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    /// The worst first: by class; then by how late, or how little there is to spare; then by whose window
    /// closes first.
    pub loads: Vec<LateLoad<'a>>,
    /// How many loads nobody can tell of, by what is missing.
    pub unknown: BTreeMap<Option<Reason>, usize>,
}

/// Loads of ours that are `late` or `at_risk` as of `now`; those that are `tight` too where asked.
pub fn late<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp, with_tight: bool) -> Report<'a> {
    let mut report = Report::default();
    for movement in fleet.movements.iter().filter(|movement| is_to_be_driven(movement)) {
        let standing = standing(movement, fleet, fresh, now);
        match standing.risk {
            Risk::Unknown => *report.unknown.entry(standing.reason).or_default() += 1,
            Risk::Ok => {}
            Risk::Tight if !with_tight => {}
            Risk::Tight | Risk::AtRisk | Risk::Late => {
                let Some(judgement) = fleet.judgements.get(&movement.key()) else { continue };
                let shown = movement_at(movement, fleet, fresh, now);
                report.loads.push(load(shown, standing, judgement, fleet));
            }
        }
    }
    report.loads.sort_by(worst_first);
    report
}

fn load<'a>(
    movement: Movement,
    standing: Standing,
    judgement: &'a Judgement,
    fleet: &'a Fleet,
) -> LateLoad<'a> {
    let stop = critical(&movement, fleet);
    let arrival = stop.and_then(|stop| judgement.arrivals.iter().find(|one| one.stop_id == stop.tms.id));
    let deadline_at = stop.and_then(Stop::closes_at);
    LateLoad { movement, standing, judgement, stop, arrival, deadline_at }
}

/// The stop that the class of a load, its lateness and its reason are about; `None` where that is done by now, or gone:
/// what was made of it then holds for no other.
pub fn critical<'a>(movement: &Movement, fleet: &'a Fleet) -> Option<&'a Stop> {
    let judgement = fleet.judgements.get(&movement.key())?;
    critical_of(judgement, trip::left(movement, fleet.stops_of(&movement.key())))
}

/// The stop that `judgement` is about, of those that are `left`.
pub fn critical_of<'a>(judgement: &Judgement, mut left: impl Iterator<Item = &'a Stop>) -> Option<&'a Stop> {
    left.find(|stop| Some(&stop.tms.id) == judgement.stop_id.as_ref())
}

fn worst_first(a: &LateLoad<'_>, b: &LateLoad<'_>) -> Ordering {
    let rank = |load: &LateLoad<'_>| {
        let deadline = load.deadline_at.map_or(i64::MAX, Timestamp::millis);
        (Reverse(load.standing.risk), Reverse(load.movement.late_s), deadline, load.movement.key())
    };
    rank(a).cmp(&rank(b))
}
