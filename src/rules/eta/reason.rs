//! Why a load stands in its class: the one thing that, if it went away, would put it into a better one.

use super::Office;
use super::errand::{Errand, Pace, Without};
use super::windows::class;
use crate::model::{Reason, Risk, Timestamp};
use crate::rules::hours::{Limit, Plan};

/// The reason for the class that the call at `place` is in; `None` for one that is in time.
pub(super) fn of(errand: &Errand<'_>, place: usize, risk: Risk, office: &Office) -> Option<Reason> {
    match risk {
        Risk::Ok | Risk::Unknown => return None,
        Risk::Tight | Risk::AtRisk | Risk::Late => {}
    }
    let (legal, practical) =
        (errand.straight_to(place, Pace::Legal), errand.straight_to(place, Pace::Practical));
    if class(legal, practical, errand.closes(place), office.warning) >= risk {
        return Some(Reason::Distance);
    }
    let pace = if risk == Risk::Late { Pace::Legal } else { Pace::Practical };
    let binding = errand.reach(place, pace).map(|plan| plan.binding).unwrap_or_default();
    let limits = binding.iter().map(|limit| (Without::Limit(*limit), word(*limit)));
    let mut candidates = limits.chain([(Without::Dwell, Reason::Dwell)]);
    let alone = candidates.find(|(without, _)| improves(errand, place, *without, risk, office));
    // Where only several together would do, the first that is met.
    let first = binding.first().map_or(Reason::Distance, |limit| word(*limit));
    Some(alone.map_or(first, |(_, reason)| reason))
}

/// Whether the call would be in a better class without that.
fn improves(errand: &Errand<'_>, place: usize, without: Without, risk: Risk, office: &Office) -> bool {
    let at = |pace, arrival: fn(&Errand<'_>, &Plan) -> Timestamp| {
        errand.reach_without(place, pace, without).map(|plan| arrival(errand, &plan))
    };
    let (Ok(legal), Ok(practical)) =
        (at(Pace::Legal, |_, plan| plan.arrival_at), at(Pace::Practical, |errand, plan| errand.eta(plan)))
    else {
        return false;
    };
    class(legal, practical.max(legal), errand.closes(place), office.warning) < risk
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
