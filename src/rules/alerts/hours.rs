//! Drivers whose hours end on the present plan before the work does: where, when, and short of which stop.

use std::collections::HashMap;
use std::time::Duration;

use super::condition::{Condition, Hold, touched_by};
use super::settle::Absence;
use super::sight::{Load, Sight};
use super::{AHEAD, Alert};
use crate::model::{
    Exception, ExceptionKind, Fact, Judgement, Risk, RunsOut, Severity, Stop, Subject, SubjectKind,
    Timestamp, UnitId,
};
use crate::rules::limits::{Ends, IF_DUE, Short, as_it_stands, ends, short_of};
use crate::rules::{age, trip};

/// Past the 12 hours by no more than this it is still listed, once it was.
const MARGIN: Duration = Duration::from_mins(30);
/// This near to the stop something can often be done, whatever the load's class.
const NEARLY_S: i64 = 3600;

pub(super) struct Hours;

impl Alert for Hours {
    fn topic(&self) -> &'static str {
        ExceptionKind::RunsOut.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        // A driver with several loads runs out once: on the first of them that his hours do not reach.
        let mut drivers: HashMap<&UnitId, (&Load<'_>, &Judgement, RunsOut)> = HashMap::new();
        for load in &sight.loads {
            let Some((judgement, end)) = runs_out(sight, load) else { continue };
            let Some(driver) = &judgement.driver_id else { continue };
            let turn = |load: &Load<'_>| (load.movement.tms.status, load.next().and_then(Stop::window_at));
            match drivers.get(driver) {
                Some((other, ..)) if turn(other) <= turn(load) => {}
                _ => drop(drivers.insert(driver, (load, judgement, end))),
            }
        }
        found.extend(drivers.into_iter().filter_map(|(driver, (load, judgement, end))| {
            let short = short_of(sight.fleet, load.movement, judgement, end, sight.now)?;
            Some(about(sight, driver, load, end, short))
        }));
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        if let Some(over) = sight.over(row) {
            return over;
        }
        let load = sight.load(row);
        if load.is_none_or(|load| load.standing.risk == Risk::Unknown) {
            return Absence::Unknown;
        }
        // Without a deadline the hours had ended: that no long rest is left does not make them last.
        let has_ended = row.deadline_at.is_none_or(|ended_at| ended_at <= sight.now);
        let why =
            if has_ended { "the rest is over or nearly so" } else { "the hours last on the present plan" };
        Absence::Eased(why.into())
    }
}

/// Where the hours of a load's driver end, within the time that somebody is to be told; or have ended, as
/// long as a long rest is what the plan has first.
fn runs_out<'a>(sight: &Sight<'_>, load: &Load<'a>) -> Option<(&'a Judgement, RunsOut)> {
    let judgement = load.judgement?;
    let end = judgement.runs_out?;
    let is_near = end.at <= sight.now.plus(AHEAD).plus(MARGIN);
    (load.standing.risk != Risk::Unknown && is_near).then_some((judgement, end))
}

fn about(
    sight: &Sight<'_>,
    driver: &UnitId,
    load: &Load<'_>,
    end: RunsOut,
    short_of: Short<'_>,
) -> Condition {
    // A rest that was planned is no news; that the hours ended is, to whoever was told that they would.
    let ends = ends(end, sight.fleet.drivers.get(driver).map(AsRef::as_ref), sight.now);
    let is_ahead = ends.at().is_some_and(|at| at <= sight.now.plus(AHEAD));
    let hold = if is_ahead { Hold::Holds } else { Hold::Lingers };
    let who = sight.fleet.drivers.get(driver).map_or("the driver", |driver| driver.name.as_str());
    let place = trip::place(short_of.stop);
    let short = short_of.seconds.map(|left_s| age::words(Duration::from_secs(left_s.unsigned_abs())));
    let short = short.map_or_else(|| "before".to_owned(), |short| format!("{short} short of"));
    let limit = end.limit.word();
    let end = as_it_stands(end, ends);
    let summary = match ends {
        // Without its instant, what it says is where.
        Ends::At(_) if end.place_supposed => format!("{limit} of {who} ends {short} {place} {IF_DUE}"),
        Ends::At(_) => format!("{limit} of {who} ends {short} {place}"),
        Ends::Rests => format!("{limit} of {who} would not last: he rests first, {short} {place}"),
        Ends::Ended if end.at_supposed => {
            format!("{limit} of {who} may have ended {short} {place}: the ELD does not tell")
        }
        Ends::Ended => format!("{limit} of {who} has ended {short} {place}: a rest comes first"),
    };
    // While he rests the plan ends the hours at every new present.
    let ends_at = ends.at();
    let subject = Subject::plain(SubjectKind::Driver, driver.0.clone());
    Condition::new(ExceptionKind::RunsOut, severity(load.standing.risk, short_of.seconds), subject, summary)
        .touching(touched_by(load.movement, Some(&short_of.stop.tms.id)))
        .held(hold)
        .until(ends_at)
        .measured(short_of.seconds)
        .text("limit", limit)
        .text("place", place)
        // To the minute, and to a few hundred yards: what is worked out anew is no news below that.
        .at("runs_out_at", ends_at.map(|at| Timestamp::from_secs(at.millis().div_euclid(60_000) * 60)))
        .with("rests", (ends == Ends::Rests).then(|| Fact::Text("first".to_owned())))
        .with("at_supposed", end.at_supposed.then(|| Fact::Text(IF_DUE.to_owned())))
        .with("place_supposed", end.place_supposed.then(|| Fact::Text(IF_DUE.to_owned())))
        .with("short_of_s", short_of.seconds.map(Fact::Seconds))
        .with("latitude", Some(Fact::Number(hundredth(end.latitude))))
        .with("longitude", Some(Fact::Number(hundredth(end.longitude))))
}

/// By consequence: a rest that the load has time for is good to know, no more.
const fn severity(risk: Risk, short_of_s: Option<i64>) -> Severity {
    match risk {
        Risk::Late | Risk::AtRisk => Severity::High,
        Risk::Tight => Severity::Medium,
        Risk::Ok | Risk::Unknown if matches!(short_of_s, Some(..=NEARLY_S)) => Severity::Medium,
        Risk::Ok | Risk::Unknown => Severity::Low,
    }
}

fn hundredth(degrees: f64) -> f64 {
    (degrees * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{MovementStatus, Reason, StopType};

    fn yard(risk: Risk, in_minutes: i64, short_of_s: i64) -> Yard {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "p", StopType::Pickup, 30, 60);
        yard.stop("1", "q", StopType::Delivery, 600, 660);
        yard.judge("1", "q", risk, Some(Reason::Shift), -600);
        yard.change_judgement("1", |judgement| {
            judgement.arrivals.insert(
                0,
                crate::model::Arrival {
                    stop_id: "p".into(),
                    eta_at: Some(minutes(20)),
                    ..Default::default()
                },
            );
            judgement.runs_out = Some(RunsOut {
                limit: Reason::Shift,
                at: minutes(in_minutes),
                latitude: 35.123_456,
                longitude: -101.5,
                short_of_s,
                at_supposed: false,
                place_supposed: false,
            });
        });
        yard
    }

    #[test]
    fn the_plan_tells_where_when_and_short_of_which_stop() {
        let found = yard(Risk::AtRisk, 290, 2400).find(&Hours);
        assert_eq!(found[0].summary, "14H of Lee ends 40m short of Memphis TN");
        assert_eq!(found[0].touches.stop_id.as_deref(), Some("q"));
        assert_eq!((found[0].deadline_at, found[0].measure_s), (Some(minutes(290)), Some(2400)));
        assert_eq!(found[0].facts.get("latitude"), Some(&Fact::Number(35.12)));
    }

    #[test]
    fn twelve_hours_ahead_and_no_more_ranked_by_consequence() {
        let check = |risk, in_minutes, short, expected: Option<(Severity, Hold)>| {
            let found = yard(risk, in_minutes, short).find(&Hours);
            assert_eq!(found.first().map(|one| (one.severity, one.hold)), expected, "{in_minutes} {short}");
        };
        check(Risk::Late, 720, 9000, Some((Severity::High, Hold::Holds)));
        check(Risk::Tight, 720, 9000, Some((Severity::Medium, Hold::Holds)));
        check(Risk::Ok, 720, 3600, Some((Severity::Medium, Hold::Holds)));
        check(Risk::Ok, 720, 3601, Some((Severity::Low, Hold::Holds)));
        check(Risk::Late, 721, 9000, Some((Severity::High, Hold::Lingers)));
        check(Risk::Late, 751, 9000, None);
        check(Risk::Late, 0, 9000, Some((Severity::High, Hold::Lingers)));
        check(Risk::Unknown, 300, 9000, None);
    }

    #[test]
    fn hours_that_have_ended_are_said_to_have_until_he_may_drive_again() {
        let found = yard(Risk::AtRisk, -5, 2400).find(&Hours);
        assert_eq!(found[0].summary, "14H of Lee has ended 40m short of Memphis TN: a rest comes first");
        assert_eq!((found[0].hold, found[0].deadline_at), (Hold::Lingers, None));
        assert_eq!(found[0].facts.get("runs_out_at"), None);
    }

    #[test]
    fn a_driver_with_two_loads_runs_out_once_on_the_one_under_way() {
        let mut yard = yard(Risk::AtRisk, 290, 2400);
        yard.load("0", MovementStatus::Covered);
        yard.stop("0", "x", StopType::Delivery, 10, 20);
        yard.judge("0", "x", Risk::Late, Some(Reason::Shift), 600);
        let end = RunsOut {
            limit: Reason::Shift,
            at: minutes(290),
            latitude: 35.0,
            longitude: -101.0,
            short_of_s: 2400,
            at_supposed: false,
            place_supposed: false,
        };
        yard.change_judgement("0", |judgement| {
            judgement.driver_id = Some(UnitId("motive:1".into()));
            judgement.runs_out = Some(end);
        });
        let found = yard.find(&Hours);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].id.as_str(), found[0].touches.movement_id.as_deref()),
            ("hours:motive:1", Some("1"))
        );
    }

    #[test]
    fn hours_that_do_not_come_any_more_clear_nothing() {
        let mut yard = yard(Risk::AtRisk, 300, 2400);
        let row = yard.raised(&Hours);
        yard.silence("motive");
        assert_eq!(yard.absence(&Hours, &row), Absence::Unknown);
        yard.hear("motive");
        yard.change_judgement("1", |judgement| judgement.runs_out = None);
        assert_eq!(yard.absence(&Hours, &row), Absence::Eased("the hours last on the present plan".into()));
        let ended = Exception { deadline_at: None, ..row };
        assert_eq!(yard.absence(&Hours, &ended), Absence::Eased("the rest is over or nearly so".into()));
    }
}
