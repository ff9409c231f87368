//! Loads of the next hours that nobody can judge, for a cause that no other exception names: one
//! exception a cause. An account that is down, a tractor that is dark and a load without a driver are
//! told by themselves.

use std::collections::BTreeMap;

use super::condition::Condition;
use super::settle::Absence;
use super::sight::{Load, Sight};
use super::silence::is_dark;
use super::{Alert, ahead_words};
use crate::model::{
    Exception, ExceptionKind, Named, Reason, Risk, Severity, Stop, Subject, SubjectKind, Timestamp, Tractor,
};

pub(super) struct Blind;

/// The cause of a load that was not judged at all, or without a reason.
const UNJUDGED: &str = "UNJUDGED";
/// A stop is nowhere.
const NO_PLACE: &str = "place_unknown";
/// Notes that are no reason.
const NO_REASON: [&str; 3] = ["place_unsure", "road_far", "no_road"];

impl Alert for Blind {
    fn topic(&self) -> &'static str {
        ExceptionKind::Blind.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        let mut causes: BTreeMap<&str, (&str, Vec<&Load<'_>>)> = BTreeMap::new();
        for load in &sight.loads {
            if let Some((code, words)) = cause(sight, load) {
                causes.entry(code).or_insert_with(|| (words, Vec::new())).1.push(load);
            }
        }
        found.extend(causes.into_iter().map(|(code, (words, loads))| blind(sight, (code, words), &loads)));
    }

    fn absence(&self, _: &Sight<'_>, _: &Exception) -> Absence {
        Absence::Eased("all of them can be judged, or are told by themselves".into())
    }
}

fn next_window(sight: &Sight<'_>, load: &Load<'_>) -> Option<Timestamp> {
    load.next().filter(|stop| sight.is_soon(stop)).and_then(Stop::closes_at)
}

/// Why a load that is due soon cannot be judged, in a code and a sentence; `None` where it can, or where
/// something else tells.
fn cause<'a>(sight: &Sight<'_>, load: &Load<'a>) -> Option<(&'a str, &'a str)> {
    if load.standing.risk != Risk::Unknown || sight.is_freight_silent() {
        return None;
    }
    next_window(sight, load)?;
    let driver = load.movement.driver_id.as_ref().and_then(|id| sight.fleet.drivers.get(id));
    let is_silent = driver
        .is_some_and(|driver| driver.source.as_deref().is_some_and(|source| !sight.fresh.hours(source)));
    let unseen = |tractor: &Tractor| sight.is_unheard(tractor.source.as_deref()) || is_dark(sight, tractor);
    let is_unseen = load.tractor.is_some_and(unseen);
    match load.standing.reason {
        // Told as a pickup without a driver or a tractor, or as late.
        Some(Reason::NoDriver) if load.lacks() != (false, false) => return None,
        Some(Reason::NoDriver) => return Some(unknown_units(load)),
        Some(Reason::StaleGps) if is_unseen => return None,
        Some(Reason::StaleHos) if is_silent => return None,
        None if !load.is_known() => {
            let is_judged = load.judgement.is_some_and(|row| row.risk == Risk::Unknown);
            return (is_judged && load.lacks() == (false, false)).then(|| unknown_units(load));
        }
        _ => {}
    }
    // A judgement says in a note why it could not be made.
    let judgement = load.judgement.filter(|row| row.risk == Risk::Unknown);
    let notes = judgement.into_iter().flat_map(|judgement| &judgement.notes);
    // Each names its own stop, which is not that of the others.
    let mut told = notes.filter_map(|note| note.split_once(": ")).map(|(code, words)| match code {
        NO_PLACE => (code, "where a stop of theirs is, is not known"),
        _ => (code, words),
    });
    let told = told.find(|(code, _)| !NO_REASON.contains(code));
    let known = load.standing.reason.map(|reason| match reason {
        Reason::StaleGps => (reason.word(), "where the truck is, is not known"),
        Reason::StaleHos => (reason.word(), "the driver's hours are not known"),
        _ => (reason.word(), "something it rests on is not known"),
    });
    Some(told.or(known).unwrap_or((UNJUDGED, "they were not judged")))
}

/// Why nobody knows who drives a load, or with what.
fn unknown_units(load: &Load<'_>) -> (&'static str, &'static str) {
    if [load.movement.driver_named, load.movement.tractor_named].contains(&Named::Unread) {
        ("UNITS_UNREAD", "their driver and tractor were not read from the TMS yet")
    } else {
        ("UNITS_UNKNOWN", "the TMS names a driver or a tractor that nobody else knows")
    }
}

fn blind(sight: &Sight<'_>, (cause, what): (&str, &str), loads: &[&Load<'_>]) -> Condition {
    let summary = match loads.len() {
        1 => format!("1 load of the next {} cannot be judged: {what}", ahead_words()),
        many => format!("{many} loads of the next {} cannot be judged: {what}", ahead_words()),
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
    fn a_judgement_that_says_why_it_could_not_be_made_is_folded_by_that() {
        let mut yard = yard(Some(Reason::StaleHos));
        yard.change_judgement("1", |row| {
            row.notes =
                vec!["place_unsure: x".into(), "unsupported_ruleset: the driver is on `Canada`".into()];
        });
        let found = yard.find(&Blind);
        let ids: Vec<_> = found.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["blind:STALE_HOS", "blind:unsupported_ruleset"]);
        let words = "1 load of the next 12 hours cannot be judged: the driver is on `Canada`";
        assert_eq!(found[1].summary, words);
    }

    #[test]
    fn what_another_exception_tells_is_not_told_twice() {
        let mut lacking = yard(Some(Reason::NoDriver));
        for (named, told) in [
            (Named::Nobody, None),
            (Named::Unread, Some("blind:UNITS_UNREAD")),
            (Named::Somebody, Some("blind:UNITS_UNKNOWN")),
        ] {
            for id in ["1", "2"] {
                lacking.change(id, |row| {
                    (row.driver_id, row.driver_named) = (None, named);
                    row.tractor_named = Named::Somebody;
                });
                lacking.change_judgement(id, |row| row.driver_id = None);
            }
            let found = lacking.find(&Blind);
            assert_eq!(found.first().map(|one| one.id.as_str()), told);
        }
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
