//! Loads that will not make their windows, or only with luck; and pickups that nobody is to make, or
//! nobody can. One load is one exception: it goes from unassigned over at risk to late.

use std::time::Duration;

use super::condition::{Condition, Hold, touched_by};
use super::settle::Absence;
use super::sight::{Call, Load, Sight};
use super::{Alert, ahead_words};
use crate::model::{
    Arrival, EtaSource, Exception, ExceptionKind, Judgement, Reason, Risk, Severity, Stop, Subject,
    SubjectKind, Timestamp,
};
use crate::rules::{age, trip};

/// A load at risk must have this much to spare before it is on time again.
const SPARE_S: i64 = 600;

pub(super) struct Schedule;

impl Alert for Schedule {
    fn topic(&self) -> &'static str {
        ExceptionKind::Late.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        for load in &sight.loads {
            found.extend(unassigned(sight, load).or_else(|| judged(sight, load)));
        }
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        if let Some(over) = sight.over(row) {
            return over;
        }
        let Some(load) = sight.load(row) else { return Absence::Unknown };
        if row.kind == ExceptionKind::UnassignedPickup {
            return match load.lacks() {
                (false, false) => Absence::Eased("assigned".into()),
                _ => Absence::Eased(format!("no pickup without a truck within {} any more", ahead_words())),
            };
        }
        if sight.call(row).is_some_and(Call::is_made) {
            return Absence::Eased("the stop is made".into());
        }
        match load.standing.risk {
            Risk::Unknown => Absence::Unknown,
            Risk::Ok | Risk::Tight | Risk::AtRisk | Risk::Late => Absence::Eased("on time again".into()),
        }
    }
}

/// A pickup within 12 hours for which the TMS names no driver or no tractor.
fn unassigned(sight: &Sight<'_>, load: &Load<'_>) -> Option<Condition> {
    let (lacks, what) = match load.lacks() {
        (false, false) => return None,
        (true, false) => ("has no driver", "driver"),
        (false, true) => ("has no tractor", "tractor"),
        (true, true) => ("has neither driver nor tractor", "both"),
    };
    // Of a load that is picked up and stands somewhere without a driver, the stop that is next.
    let next = || load.next_call().filter(|call| call.arrived_at(sight.now).is_none()).map(|call| call.stop);
    let stop = load.pickup(sight.now).or_else(next).filter(|stop| sight.is_soon(stop))?;
    let summary = format!("The {} at {} {lacks}", stop.tms.kind.word(), trip::place(stop));
    // One that was not made is late for certain.
    let is_over = stop.closes_at().is_some_and(|closes| closes < sight.now);
    let severity = if is_over { Severity::Critical } else { Severity::High };
    let condition = about(load, ExceptionKind::UnassignedPickup, severity, stop, summary);
    // What the TMS does not tell any more may have been assigned since.
    let hold = if sight.is_freight_silent() { Hold::Lingers } else { Hold::Holds };
    Some(condition.until(stop.closes_at()).held(hold).text("lacks", what))
}

/// A load that is judged late, at risk or nearly so.
fn judged(sight: &Sight<'_>, load: &Load<'_>) -> Option<Condition> {
    let risk = load.standing.risk;
    if !matches!(risk, Risk::Late | Risk::AtRisk | Risk::Tight) {
        return None;
    }
    let judgement = load.judgement?;
    if load.standing.reason == Some(Reason::NoDriver) {
        let stop = load.call(judgement.stop_id.as_deref()?)?.stop;
        // Who drives it was not read yet or is nobody of ours; or it is a load that nobody ever closed.
        let is_undriven = load.lacks() != (false, false) && sight.is_soon(stop);
        return is_undriven.then(|| in_time_or_not(load, judgement)).flatten();
    }
    let infeasible = (risk == Risk::Late).then(|| infeasible(sight, load, judgement)).flatten();
    infeasible.or_else(|| in_time_or_not(load, judgement))
}

/// A pickup within 12 hours that whoever is assigned cannot legally be at in time.
fn infeasible(sight: &Sight<'_>, load: &Load<'_>, judgement: &Judgement) -> Option<Condition> {
    let pickup = load.pickup(sight.now).filter(|pickup| sight.is_soon(pickup))?;
    let arrival = judgement.arrivals.iter().find(|arrival| arrival.stop_id == pickup.tms.id)?;
    if arrival.risk != Risk::Late {
        return None;
    }
    let (place, why) = (trip::place(pickup), why(load));
    let by = arrival.eta_source.map_or("", EtaSource::clause);
    let summary = format!("Whoever is assigned cannot legally be at the pickup at {place} in time{by}{why}");
    let condition = about(load, ExceptionKind::InfeasiblePickup, Severity::Critical, pickup, summary);
    Some(timed(condition, load, arrival).until(pickup.closes_at()))
}

/// The stop that the load's class is about; of one that is only tight, while there is little to spare.
fn in_time_or_not(load: &Load<'_>, judgement: &Judgement) -> Option<Condition> {
    let stop_id = judgement.stop_id.as_deref()?;
    let stop = load.call(stop_id)?.stop;
    let late_s = judgement.late_s;
    let (kind, severity, hold) = match load.standing.risk {
        Risk::Late => (ExceptionKind::Late, Severity::Critical, Hold::Holds),
        Risk::AtRisk => (ExceptionKind::AtRisk, Severity::High, Hold::Holds),
        Risk::Tight if late_s > Some(-SPARE_S) => (ExceptionKind::AtRisk, Severity::High, Hold::Lingers),
        Risk::Tight | Risk::Ok | Risk::Unknown => return None,
    };
    let at = format!("at {} ({})", trip::place(stop), stop.tms.kind.word());
    let arrival = judgement.arrivals.iter().find(|arrival| arrival.stop_id == stop_id);
    let by = arrival.and_then(|arrival| arrival.eta_source).map_or("", EtaSource::clause);
    let words = late_s.map(|late_s| age::words(Duration::from_secs(late_s.unsigned_abs())));
    let fact = match (kind, words) {
        (ExceptionKind::Late, Some(late)) if late_s > Some(0) => format!("{late} late {at}{by}"),
        (ExceptionKind::Late, _) => format!("Late {at}"),
        (_, Some(late)) if late_s > Some(0) => {
            format!("{late} late {at} unless all goes better than usual{by}")
        }
        (_, Some(spare)) => format!("{spare} to spare {at}{by}"),
        (_, None) => format!("At risk {at}"),
    };
    let condition = about(load, kind, severity, stop, format!("{fact}{}", why(load)));
    let condition = match arrival {
        Some(arrival) => timed(condition, load, arrival),
        None => condition,
    };
    // Leaving later than this makes it late there; of a load that is late anyway the window is what is left.
    let until = judgement.leave_by_at.or_else(|| stop.closes_at());
    Some(condition.held(hold).until(until).measured(late_s))
}

fn why(load: &Load<'_>) -> String {
    load.standing.reason.map_or_else(String::new, |reason| format!(": {}", reason.word()))
}

fn about(
    load: &Load<'_>,
    kind: ExceptionKind,
    severity: Severity,
    stop: &Stop,
    summary: String,
) -> Condition {
    let subject = Subject::of_company(SubjectKind::Movement, &load.key);
    Condition::new(kind, severity, subject, summary)
        .touching(touched_by(load.movement, Some(&stop.tms.id)))
        .text("place", trip::place(stop))
        .text("stop_type", stop.tms.kind.word())
        .at("scheduled_early_at", stop.opens_at())
        .at("scheduled_late_at", stop.closes_at())
}

fn timed(condition: Condition, load: &Load<'_>, arrival: &Arrival) -> Condition {
    let minute =
        |at: Option<Timestamp>| at.map(|at| Timestamp::from_secs(at.millis().div_euclid(60_000) * 60));
    let condition = match load.standing.reason {
        Some(reason) => condition.text("reason", reason.word()),
        None => condition,
    };
    let condition = match arrival.eta_source {
        Some(source) => condition.text("eta_source", source.word()),
        None => condition,
    };
    condition
        .measured(arrival.late_s)
        .at("eta_at", minute(arrival.eta_at))
        .at("legal_eta_at", minute(arrival.legal_eta_at))
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{MovementStatus, Named, StopType};

    #[test]
    fn a_judged_load_is_what_its_class_says() {
        let check = |risk, late_s, expected: Option<(ExceptionKind, Severity, Hold, &str)>| {
            let mut yard = Yard::new();
            yard.load("1", MovementStatus::InProgress);
            yard.stop("1", "d", StopType::Delivery, 60, 120);
            yard.judge("1", "d", risk, Some(Reason::Shift), late_s);
            let found = yard.find(&Schedule);
            let found = found.first().map(|one| (one.kind, one.severity, one.hold, one.summary.as_str()));
            assert_eq!(found, expected);
        };
        let late = (ExceptionKind::Late, Severity::Critical, Hold::Holds);
        let risky = (ExceptionKind::AtRisk, Severity::High, Hold::Holds);
        check(Risk::Late, 2520, Some((late.0, late.1, late.2, "42m late at Memphis TN (delivery): 14H")));
        check(Risk::Late, -60, Some((late.0, late.1, late.2, "Late at Memphis TN (delivery): 14H")));
        check(
            Risk::AtRisk,
            300,
            Some((
                risky.0,
                risky.1,
                risky.2,
                "5m late at Memphis TN (delivery) unless all goes better than usual: 14H",
            )),
        );
        check(
            Risk::Tight,
            -599,
            Some((risky.0, risky.1, Hold::Lingers, "9m to spare at Memphis TN (delivery): 14H")),
        );
        check(Risk::Tight, -600, None);
        check(Risk::Ok, -9000, None);
        check(Risk::Unknown, 9000, None);
    }

    #[test]
    fn what_rests_on_the_straight_line_says_so() {
        let check = |risk, late_s, expected: &str| {
            let mut yard = Yard::new();
            yard.load("1", MovementStatus::InProgress);
            yard.stop("1", "d", StopType::Delivery, 60, 120);
            yard.judge("1", "d", risk, Some(Reason::Shift), late_s);
            yard.change_judgement("1", |one| one.arrivals[0].eta_source = Some(EtaSource::Estimate));
            assert_eq!(yard.find(&Schedule)[0].summary, expected);
            yard
        };
        let yard = check(Risk::Late, 2520, "42m late at Memphis TN (delivery), by the straight line: 14H");
        assert_eq!(yard.raised(&Schedule).eta_source(), Some(EtaSource::Estimate));
        check(Risk::Tight, -480, "8m to spare at Memphis TN (delivery), by the straight line: 14H");
    }

    #[test]
    fn what_nobody_can_judge_any_more_stays_open_and_what_is_delivered_does_not() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "d", StopType::Delivery, 60, 120);
        yard.judge("1", "d", Risk::Late, Some(Reason::Shift), 2520);
        let row = yard.raised(&Schedule);
        assert_eq!(row.kind, ExceptionKind::Late);
        yard.silence("samsara");
        assert_eq!(yard.find(&Schedule), []);
        assert_eq!(yard.absence(&Schedule, &row), Absence::Unknown);
        yard.hear("samsara");
        yard.judge("1", "d", Risk::Ok, None, -9000);
        assert_eq!(yard.absence(&Schedule, &row), Absence::Eased("on time again".into()));
        yard.load("1", MovementStatus::Delivered);
        assert_eq!(yard.absence(&Schedule, &row), Absence::Over("delivered".into()));
    }

    #[test]
    fn a_pickup_within_twelve_hours_without_a_driver_or_a_tractor_is_unassigned() {
        let check = |driver: bool, tractor: bool, opens: i64, expected: Option<&str>| {
            let mut yard = Yard::new();
            yard.load("1", MovementStatus::Available);
            yard.change("1", |row| {
                row.driver_id = row.driver_id.take().filter(|_| driver);
                row.tractor_id = row.tractor_id.take().filter(|_| tractor);
                (row.driver_named, row.tractor_named) = (Named::Nobody, Named::Nobody);
            });
            yard.stop("1", "p", StopType::Pickup, opens, opens + 60);
            let found = yard.find(&Schedule);
            assert_eq!(found.first().map(|one| one.summary.as_str()), expected, "{driver} {tractor} {opens}");
        };
        check(true, true, 60, None);
        check(false, true, 60, Some("The pickup at Memphis TN has no driver"));
        check(true, false, 60, Some("The pickup at Memphis TN has no tractor"));
        check(false, false, 720, Some("The pickup at Memphis TN has neither driver nor tractor"));
        check(false, false, 721, None);
        // Missed, and still there to be dealt with; and one that nobody ever closed.
        check(false, false, -300, Some("The pickup at Memphis TN has neither driver nor tractor"));
        check(false, false, -1501, None);
    }

    #[test]
    fn a_pickup_that_nobody_made_is_critical_and_one_that_nobody_closed_is_forgotten() {
        let check = |opens: i64, expected: Option<Severity>| {
            let mut yard = Yard::new();
            yard.load("1", MovementStatus::Available);
            yard.change("1", |row| (row.driver_id, row.driver_named) = (None, Named::Nobody));
            yard.stop("1", "p", StopType::Pickup, opens, opens + 60);
            yard.judge("1", "p", Risk::Late, Some(Reason::NoDriver), 60 * (-opens - 60));
            yard.change_judgement("1", |judgement| judgement.driver_id = None);
            assert_eq!(yard.find(&Schedule).first().map(|one| one.severity), expected, "{opens}");
        };
        check(-60, Some(Severity::High));
        check(-61, Some(Severity::Critical));
        check(-1500, Some(Severity::Critical));
        check(-1501, None);
    }

    #[test]
    fn a_load_that_is_picked_up_brokered_or_not_told_any_more_is_not_unassigned() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::Available);
        yard.change("1", |row| (row.driver_id, row.driver_named) = (None, Named::Nobody));
        yard.stop("1", "p", StopType::Pickup, 60, 120);
        let row = yard.raised(&Schedule);
        yard.silence("mcleod");
        assert_eq!(yard.find(&Schedule).first().map(|one| one.hold), Some(Hold::Lingers));
        yard.hear("mcleod");
        yard.change_stop("p", |stop| stop.tms.actual_arrival_at = Some(minutes(-5)));
        assert_eq!(yard.find(&Schedule), []);
        yard.change_stop("p", |stop| stop.tms.actual_arrival_at = None);
        yard.change("1", |row| row.tms.brokered = true);
        assert_eq!(yard.find(&Schedule), []);
        let gone = Absence::Over("the load went to an outside carrier".into());
        assert_eq!(yard.absence(&Schedule, &row), gone);
        yard.load("1", MovementStatus::Covered);
        assert_eq!(yard.absence(&Schedule, &row), Absence::Eased("assigned".into()));
    }

    #[test]
    fn a_load_that_stands_somewhere_without_a_driver_is_told_by_its_next_stop() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.change("1", |row| (row.driver_id, row.driver_named) = (None, Named::Nobody));
        yard.stop("1", "p", StopType::Pickup, -300, -200);
        yard.stop("1", "q", StopType::Delivery, 300, 400);
        yard.change_stop("p", |stop| stop.tms.done = true);
        assert_eq!(yard.find(&Schedule)[0].summary, "The delivery at Memphis TN has no driver");
        yard.change_stop("q", |stop| stop.tms.actual_arrival_at = Some(minutes(-1)));
        assert_eq!(yard.find(&Schedule), []);
    }

    #[test]
    fn a_load_whose_units_were_not_read_or_are_not_ours_is_not_called_unassigned() {
        for named in [Named::Unread, Named::Somebody] {
            let mut yard = Yard::new();
            yard.load("1", MovementStatus::Covered);
            yard.stop("1", "p", StopType::Pickup, -90, -60);
            yard.change("1", |row| (row.driver_id, row.driver_named) = (None, named));
            yard.judge("1", "p", Risk::Late, Some(Reason::NoDriver), 3600);
            yard.change_judgement("1", |judgement| judgement.driver_id = None);
            assert_eq!(yard.find(&Schedule), [], "{named:?}");
        }
    }

    #[test]
    fn who_cannot_be_at_the_pickup_is_infeasible_rather_than_late() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::Covered);
        yard.stop("1", "p", StopType::Pickup, 60, 120);
        yard.stop("1", "q", StopType::Delivery, 600, 660);
        yard.judge("1", "q", Risk::Late, Some(Reason::Cycle), 36_000);
        assert_eq!(yard.find(&Schedule).first().map(|one| one.kind), Some(ExceptionKind::Late));
        yard.judge("1", "p", Risk::Late, Some(Reason::Cycle), 3600);
        let found = yard.find(&Schedule);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].measure_s), (ExceptionKind::InfeasiblePickup, Some(3600)));
        assert_eq!(found[0].deadline_at, Some(minutes(120)));
        yard.change_stop("p", |stop| stop.tms.done = true);
        assert_eq!(yard.find(&Schedule).first().map(|one| one.kind), Some(ExceptionKind::Late));
    }
}
