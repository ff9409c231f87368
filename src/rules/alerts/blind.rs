//! Loads of the next hours that nobody can judge, for a cause that no other exception names: one
//! exception a cause. An account that is down, a tractor that is dark and a load without a driver are
//! told by themselves.

use std::collections::BTreeMap;

use super::Alert;
use super::condition::Condition;
use super::settle::Absence;
use super::sight::{Load, Sight, closes_at};
use super::silence::is_dark;
use crate::model::{Exception, ExceptionKind, Reason, Risk, Severity, Subject, SubjectKind};

pub(super) struct Blind;

/// The cause of a load that was not judged at all, or without a reason.
const UNJUDGED: &str = "UNJUDGED";

impl Alert for Blind {
    fn topic(&self) -> &'static str {
        ExceptionKind::Blind.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        let mut causes: BTreeMap<&str, Vec<&Load<'_>>> = BTreeMap::new();
        for load in &sight.loads {
            if let Some(cause) = cause(sight, load) {
                causes.entry(cause).or_default().push(load);
            }
        }
        found.extend(causes.into_iter().map(|(cause, loads)| blind(sight, cause, &loads)));
    }

    fn absence(&self, _: &Sight<'_>, _: &Exception) -> Absence {
        Absence::Eased("all of them can be judged, or are told by themselves".into())
    }
}

fn next_window(sight: &Sight<'_>, load: &Load<'_>) -> Option<crate::model::Timestamp> {
    let next = load.stops.iter().find(|stop| !sight.is_made(stop));
    next.filter(|stop| sight.is_soon(stop)).and_then(|stop| closes_at(stop))
}

/// Why a load that is due soon cannot be judged; `None` where it can, or where something else tells.
fn cause(sight: &Sight<'_>, load: &Load<'_>) -> Option<&'static str> {
    if load.standing.risk != Risk::Unknown || sight.is_freight_silent() {
        return None;
    }
    next_window(sight, load)?;
    let driver = load.movement.driver_id.as_ref().and_then(|id| sight.fleet.drivers.get(id));
    let is_silent = driver
        .is_some_and(|driver| driver.source.as_deref().is_some_and(|source| !sight.fresh.hours(source)));
    let unseen = |tractor| sight.is_unheard(tractor) || is_dark(sight, tractor);
    let is_unseen = sight.tractor(load.movement).is_some_and(unseen);
    match load.standing.reason {
        Some(Reason::NoDriver) => None,
        Some(Reason::StaleGps) if is_unseen => None,
        Some(Reason::StaleHos) if is_silent => None,
        Some(reason) => Some(reason.word()),
        None if load.movement.driver_id.is_none() || load.movement.tractor_id.is_none() => None,
        None => Some(UNJUDGED),
    }
}

fn blind(sight: &Sight<'_>, cause: &str, loads: &[&Load<'_>]) -> Condition {
    let what = match cause {
        "STALE_GPS" => "where the truck is, is not known",
        "STALE_HOS" => "the driver's hours are not known, or follow rules that are not planned by",
        _ => "they were not judged",
    };
    let summary = match loads.len() {
        1 => format!("1 load of the next 12 hours cannot be judged: {what}"),
        many => format!("{many} loads of the next 12 hours cannot be judged: {what}"),
    };
    let subject = Subject::plain(SubjectKind::Cause, cause);
    Condition::new(ExceptionKind::Blind, Severity::High, subject, summary)
        .until(loads.iter().filter_map(|load| next_window(sight, load)).min())
        .text("cause", cause)
        .count("loads", loads.len())
        .list("movements", loads.iter().map(|load| load.key.id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{Fact, Motion, MovementStatus, StopType};

    fn yard(reason: Option<Reason>) -> Yard {
        let mut yard = Yard::new();
        for (id, opens) in [("1", 60), ("2", 700), ("3", 721)] {
            yard.load(id, MovementStatus::InProgress);
            yard.stop(id, &format!("q{id}"), StopType::Delivery, opens, opens + 60);
            yard.judge(id, &format!("q{id}"), Risk::Unknown, reason, 0);
        }
        yard
    }

    #[test]
    fn loads_that_cannot_be_judged_are_one_exception_a_cause() {
        let mut yard = yard(Some(Reason::StaleHos));
        yard.judge("2", "q2", Risk::Unknown, None, 0);
        let found = yard.find(&Blind);
        let found: Vec<_> = found.iter().map(|one| (one.id.as_str(), one.facts.get("loads"))).collect();
        let one = Some(&Fact::Count(1));
        assert_eq!(found, [("blind:STALE_HOS", one), ("blind:UNJUDGED", one)]);
        yard.judge("2", "q2", Risk::Unknown, Some(Reason::StaleHos), 0);
        let found = yard.find(&Blind);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts.get("loads"), Some(&Fact::Count(2)));
        assert_eq!(found[0].deadline_at, Some(minutes(120)));
    }

    #[test]
    fn what_another_exception_tells_is_not_told_twice() {
        assert_eq!(yard(Some(Reason::NoDriver)).find(&Blind), []);
        let mut hours = yard(Some(Reason::StaleHos));
        hours.silence("motive");
        assert_eq!(hours.find(&Blind), []);
        let mut places = yard(Some(Reason::StaleGps));
        assert_eq!(places.find(&Blind).len(), 1);
        for id in ["1", "2"] {
            places.change_tractor(id, |tractor| {
                (tractor.state, tractor.observed_at) = (Motion::Moving, Some(minutes(-40)));
            });
        }
        assert_eq!(places.find(&Blind), []);
    }
}
