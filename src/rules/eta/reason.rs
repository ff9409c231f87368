//! Why a load stands in its class: the one thing that, if it went away, would put it into a better one.

use super::Office;
use super::errand::{Errand, Pace, Without};
use super::windows::class;
use crate::model::{Reason, Risk};
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
    let binding = errand.reach(nth, pace).map(|plan| plan.binding).unwrap_or_default();
    let limits = binding.iter().map(|limit| (Without::Limit(*limit), word(*limit)));
    let mut candidates = limits.chain([(Without::Dwell, Reason::Dwell)]);
    let alone = candidates.find(|(without, _)| improves(errand, nth, *without, risk, office));
    // Where only several together would do, the first that is met.
    let first = binding.first().map_or(Reason::Distance, |limit| word(*limit));
    Some(alone.map_or(first, |(_, reason)| reason))
}

/// Whether the call would be in a better class without that.
fn improves(errand: &Errand<'_>, nth: usize, without: Without, risk: Risk, office: &Office) -> bool {
    let plan = |pace| errand.reach_without(nth, pace, without);
    let (Ok(legal), Ok(practical)) = (plan(Pace::Legal), plan(Pace::Practical)) else { return false };
    let (legal, practical) = (legal.arrival_at, errand.eta(&practical));
    class(legal, practical.max(legal), errand.closes(nth), office.warning) < risk
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
