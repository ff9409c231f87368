//! Which loads will be late, or may be, the worst first; and of how many nobody knows, and why.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use super::freshness::{Freshness, Standing, movement_at, standing};
use super::itinerary::is_to_be_driven;
use super::only::{self, About, Only};
use super::{queue, trip, uncovered};
use crate::model::{Arrival, EtaSource, Fleet, Judgement, Keyed, Movement, Reason, Risk, Stop, Timestamp};

/// A load in trouble.
#[derive(Clone, Debug)]
pub struct LateLoad<'a> {
    /// The load as of now.
    pub movement: Movement,
    /// Its class, and why.
    pub standing: Standing,
    /// What was made of it.
    pub judgement: &'a Judgement,
    /// The stop that the class is about; of a part of the fleet the worst of those that are of it.
    pub stop: Option<&'a Stop>,
    /// When that is reached.
    pub arrival: Option<&'a Arrival>,
    /// When its window closes.
    pub deadline_at: Option<Timestamp>,
}

impl LateLoad<'_> {
    /// Who worked out the road that its lateness and its times rest on.
    pub fn eta_source(&self) -> Option<EtaSource> {
        self.arrival.and_then(|arrival| arrival.eta_source)
    }

    /// Until when the driver can stay off duty and still make it to that stop, where that was worked out for it.
    pub fn leave_by_at(&self) -> Option<Timestamp> {
        let is_it = self.stop.map(|stop| &stop.tms.id) == self.judgement.stop_id.as_ref();
        self.judgement.leave_by_at.filter(|_| is_it)
    }
}

/// All loads in trouble.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    /// The worst first: by class; then by how late, or how little there is to spare; then by whose window
    /// closes first.
    pub loads: Vec<LateLoad<'a>>,
    /// How many loads nobody can tell of, by what is missing.
    pub unknown: BTreeMap<Option<Reason>, usize>,
    /// Of how many more in trouble nobody can tell whether they are of the part that was asked about.
    pub part_unknown: usize,
}

impl Report<'_> {
    /// How many of the loads stand on the board as pickups that are not covered, and not as late; in a sentence without an
    /// end mark, where there are any.
    pub fn uncovered_words(&self, fleet: &Fleet) -> Option<String> {
        let uncovered: BTreeSet<_> = fleet
            .exceptions
            .iter()
            .filter(|row| row.is_open() && uncovered::is_uncovered(row))
            .filter_map(|row| queue::load_of(row))
            .collect();
        let count = self.loads.iter().filter(|load| uncovered.contains(&load.movement.key())).count();
        let stand = if count == 1 { "stands" } else { "stand" };
        (count > 0).then(|| {
            format!(
                "{count} of these loads {stand} on the board as uncovered pickups: nobody is assigned, or cannot legally \
                 be there in time"
            )
        })
    }
}

/// Which loads are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Those too that are in time with little to spare.
    pub tight: bool,
    /// Only these, by every stop that is in trouble.
    pub only: &'a Only,
    /// Only what is due until then, or at a time that nobody knows.
    pub until: Option<Timestamp>,
}

impl Wanted<'_> {
    const fn is_all(&self) -> bool {
        self.only.is_all() && self.until.is_none()
    }

    /// Whether a load is wanted by this stop of it; `None` where that is not known.
    fn has(&self, movement: &Movement, stop: Option<&Stop>, fleet: &Fleet) -> Option<bool> {
        let due_at = stop.and_then(Stop::closes_at);
        if self.until.zip(due_at).is_some_and(|(until, due_at)| due_at > until) {
            return Some(false);
        }
        self.only.has(&About::load(movement, stop), fleet)
    }

    /// The same by any stop that is left.
    fn has_any(&self, movement: &Movement, fleet: &Fleet) -> Option<bool> {
        let mut left = trip::left(movement, fleet.stops_of(&movement.key())).peekable();
        if left.peek().is_none() {
            return self.has(movement, None, fleet);
        }
        only::any(left.map(|stop| self.has(movement, Some(stop), fleet)))
    }

    /// How bad this is, the worst least; `None` where it is no trouble that is asked about.
    const fn trouble(&self, risk: Risk) -> Option<u8> {
        match risk {
            Risk::Late => Some(0),
            Risk::AtRisk => Some(1),
            Risk::Tight if self.tight => Some(2),
            Risk::Tight | Risk::Ok | Risk::Unknown => None,
        }
    }

    /// Of a load in trouble that is asked about in part, the worst stop that is in trouble and of that part, as the load
    /// stands by it. Fails with whether that is not known.
    fn worst<'a>(&self, load: LateLoad<'a>, fleet: &'a Fleet) -> Result<LateLoad<'a>, Option<bool>> {
        let movement = &load.movement;
        let Some(critical) = load.stop else {
            let next = trip::left(movement, fleet.stops_of(&movement.key())).next();
            return match self.has(movement, next, fleet) {
                Some(true) => Ok(load),
                has => Err(has),
            };
        };
        let left = trip::left(movement, fleet.stops_of(&movement.key()));
        let arrival_at = |stop: &Stop| load.judgement.arrivals.iter().find(|one| one.stop_id == stop.tms.id);
        let in_trouble = left.filter_map(|stop| {
            let arrival = arrival_at(stop);
            let risk = arrival.map(|one| one.risk).filter(|_| stop.tms.id != critical.tms.id);
            let rank = self.trouble(risk.unwrap_or(load.standing.risk))?;
            // What it stands by comes first of those that are as bad.
            let late_s = arrival.and_then(|one| one.late_s).filter(|_| rank == 0);
            Some(((rank, Reverse(late_s), stop.tms.id != critical.tms.id), stop, arrival))
        });
        let mut in_trouble: Vec<_> = in_trouble.collect();
        let unknown = only::keep(&mut in_trouble, |(_, stop, _)| self.has(movement, Some(stop), fleet));
        let Some((_, stop, arrival)) = in_trouble.into_iter().min_by_key(|(rank, ..)| *rank) else {
            return Err((unknown == 0).then_some(false));
        };
        if stop.tms.id == critical.tms.id {
            return Ok(load);
        }
        let (risk, late_s) = arrival.map_or((Risk::Unknown, None), |one| (one.risk, one.late_s));
        Ok(LateLoad {
            standing: Standing { risk, reason: None, ..load.standing },
            movement: Movement { risk, reason: None, late_s, ..load.movement },
            stop: Some(stop),
            arrival,
            deadline_at: stop.closes_at(),
            ..load
        })
    }
}

/// Loads of ours that are `late` or `at_risk` as of `now`; those that are `tight` too where asked.
pub fn late<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp, with_tight: bool) -> Report<'a> {
    late_of(fleet, fresh, now, &Wanted { tight: with_tight, only: &Only::default(), until: None })
}

/// The same of a part of the fleet.
pub fn late_of<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp, wanted: &Wanted<'_>) -> Report<'a> {
    let mut report = Report::default();
    for movement in fleet.movements.iter().filter(|movement| is_to_be_driven(movement)) {
        let standing = standing(movement, fleet, fresh, now);
        if standing.risk == Risk::Unknown {
            if wanted.is_all() || wanted.has_any(movement, fleet) != Some(false) {
                *report.unknown.entry(standing.reason).or_default() += 1;
            }
            continue;
        }
        let judgement = fleet.judgements.get(&movement.key());
        let Some(judgement) = judgement.filter(|_| wanted.trouble(standing.risk).is_some()) else { continue };
        let load = load(movement_at(movement, fleet, fresh, now), standing, judgement, fleet);
        match if wanted.is_all() { Ok(load) } else { wanted.worst(load, fleet) } {
            Ok(load) => report.loads.push(load),
            Err(None) => report.part_unknown += 1,
            Err(Some(_)) => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Exception, ExceptionKind, ExceptionState, Touches};

    #[test]
    fn what_the_board_has_as_uncovered_is_told_of_those_that_are_late() {
        let judgement = Judgement::default();
        let late = |id: &str| {
            let mut movement = Movement::default();
            (movement.tms.id, movement.tms.company_id) = (id.into(), "TMS".into());
            let standing = Standing { risk: Risk::Late, reason: Some(Reason::NoDriver), oldest: None };
            LateLoad {
                movement,
                standing,
                judgement: &judgement,
                stop: None,
                arrival: None,
                deadline_at: None,
            }
        };
        let report = Report { loads: vec![late("1"), late("2"), late("3")], ..Report::default() };
        let row = |load: &str, kind, state| Exception {
            id: format!("{load} {kind:?}"),
            kind,
            state,
            touches: Touches {
                company_id: Some("TMS".into()),
                movement_id: Some(load.into()),
                ..Touches::default()
            },
            ..Exception::default()
        };
        let mut fleet = Fleet::default();
        assert_eq!(report.uncovered_words(&fleet), None);
        fleet.exceptions = [
            row("1", ExceptionKind::UnassignedPickup, ExceptionState::Open),
            row("2", ExceptionKind::Late, ExceptionState::Open),
            row("3", ExceptionKind::InfeasiblePickup, ExceptionState::Watched),
            row("4", ExceptionKind::InfeasiblePickup, ExceptionState::Open),
        ]
        .into_iter()
        .collect();
        let told = report.uncovered_words(&fleet).unwrap();
        assert!(told.starts_with("1 of these loads stands on the board as uncovered"), "{told}");
    }
}
