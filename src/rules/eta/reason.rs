//! Why a load stands in its class: the one thing that, if it went away, would put it into a better one.

use super::Office;
use super::errand::{Errand, Pace, Without};
use super::windows::class;
use crate::model::{Reason, Risk, Timestamp};
use crate::rules::hours::Limit;

/// The reason for the class that the `nth` call is in; `None` for one that is in time.
pub(super) fn of(errand: &Errand<'_>, nth: usize, risk: Risk, office: &Office) -> Option<Reason> {
    match risk {
        Risk::Ok | Risk::Unknown => return None,
        Risk::Tight | Risk::AtRisk | Risk::Late => {}
    }
    let (legal, practical) = (errand.straight_to(nth, Pace::Legal), errand.straight_to(nth, Pace::Practical));
    if class(legal, practical, errand.closes(nth), office.warning) >= risk {
        return Some(Reason::Distance);
    }
    let pace = if risk == Risk::Late { Pace::Legal } else { Pace::Practical };
    let (binding, first) = errand.reach(nth, pace).map_or_else(
        |_| (Vec::new(), Vec::new()),
        |plan| {
            let first = plan.halts.into_iter().map(|halt| halt.limits).find(|limits| !limits.is_empty());
            (plan.binding, first.unwrap_or_default())
        },
    );
    let better = |without| without_it(errand, nth, without, office).filter(|(class, _)| *class < risk);
    // A night that begins where the half hour was due names that, though it is the night that is needed.
    let limits = binding.iter().copied().chain(Limit::ALL);
    let limits = limits.filter_map(|limit| Some((better(Without::Limit(limit))?, word(limit))));
    // Of several that would each do, the one that costs the most.
    if let Some((_, reason)) = limits.min_by_key(|(left, _)| *left) {
        return Some(reason);
    }
    if better(Without::Dwell).is_some() {
        return Some(Reason::Dwell);
    }
    // Where only several together would do, the first that is met; of several met at once the one that costs the most.
    let costs = |limit: Limit| Some((without_it(errand, nth, Without::Limit(limit), office)?.1, word(limit)));
    let dearest = first.into_iter().filter_map(costs).min_by_key(|(left, _)| *left);
    Some(dearest.map_or(Reason::Distance, |(_, reason)| reason))
}

/// The class that the call would be in without that, and when the truck would be there.
fn without_it(
    errand: &Errand<'_>,
    nth: usize,
    without: Without,
    office: &Office,
) -> Option<(Risk, Timestamp)> {
    let legal = errand.reach_without(nth, Pace::Legal, without).ok()?.arrival_at;
    let practical = errand.eta(&errand.reach_without(nth, Pace::Practical, without).ok()?).max(legal);
    Some((class(legal, practical, errand.closes(nth), office.warning), practical))
}

/// The reason code of a limit.
pub(super) const fn word(limit: Limit) -> Reason {
    match limit {
        Limit::Drive => Reason::Drive,
        Limit::Window => Reason::Shift,
        Limit::Break => Reason::Break,
        Limit::Cycle => Reason::Cycle,
        Limit::Appointment => Reason::ApptWait,
    }
}
