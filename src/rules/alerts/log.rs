//! Drivers whose log says one thing while their truck does another: the plan is wrong now, and there may
//! be driving that nobody stands for. The rule is hos.md §2.1 (4), over what 49 CFR 395.8 asks of a log.

use std::collections::HashMap;
use std::time::Duration;

use super::Alert;
use super::condition::Condition;
use super::settle::Absence;
use super::sight::Sight;
use crate::model::{
    Driven, Driver, DutyStatus, Exception, ExceptionKind, Motion, Severity, Subject, SubjectKind, Timestamp,
    Touches, Tractor, UnitId,
};
use crate::rules::motion::SHUNTED_MPH;

/// A truck whose driver is driving stands for this long before anybody is told.
const STANDS: Duration = Duration::from_mins(20);
/// An ELD goes over to driving by itself as the truck rolls; what it told before that proves nothing.
const SWITCHES: Duration = Duration::from_mins(2);

pub(super) struct Log;

impl Alert for Log {
    fn topic(&self) -> &'static str {
        ExceptionKind::LogDisagrees.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        let mut crews: HashMap<&UnitId, Vec<&Driver>> = HashMap::new();
        for driver in &sight.fleet.drivers {
            if let Some(tractor) = &driver.tractor_id {
                crews.entry(tractor).or_default().push(driver);
            }
        }
        for tractor in &sight.fleet.tractors {
            if let Some(crew) = crews.get(&tractor.id) {
                found.extend(disagrees(sight, tractor, crew));
            }
        }
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        let tractor = row.touches.tractor_id.as_ref().and_then(|id| sight.fleet.tractors.get(id));
        let Some(tractor) = tractor else { return Absence::Over("no longer in the fleet".into()) };
        let driver = row.touches.driver_id.as_ref().and_then(|id| sight.fleet.drivers.get(id));
        let is_told = driver.is_none_or(|driver| is_told(sight, driver));
        if !is_told || !sight.fresh.knows_where(tractor, sight.now) {
            return Absence::Unknown;
        }
        Absence::Eased("log and truck agree".into())
    }
}

fn is_told(sight: &Sight<'_>, driver: &Driver) -> bool {
    driver.source.as_deref().is_some_and(|source| sight.fresh.hours(source))
}

fn disagrees(sight: &Sight<'_>, tractor: &Tractor, crew: &[&Driver]) -> Option<Condition> {
    // Of a team one drives and the other rests: all must be known, and all must be at rest.
    if !sight.fresh.knows_where(tractor, sight.now) || !crew.iter().all(|driver| is_told(sight, driver)) {
        return None;
    }
    match sight.motion(tractor) {
        Motion::Moving => moves_unlogged(tractor, crew),
        Motion::Idle | Motion::Stopped => crew.iter().find_map(|driver| stands_logged(tractor, driver)),
        Motion::Dark => None,
    }
}

/// Whether the row of a truck is worth reading for what its driver's log says: the two may disagree.
pub const fn may_disagree(driven: Driven) -> bool {
    match driven.truck {
        Motion::Moving => rests(driven.log),
        Motion::Idle | Motion::Stopped => matches!(driven.log, DutyStatus::Driving),
        Motion::Dark => false,
    }
}

const fn rests(log: DutyStatus) -> bool {
    matches!(log, DutyStatus::OffDuty | DutyStatus::Sleeper)
}

/// The truck moves, and all of its drivers are off duty or in the sleeper.
fn moves_unlogged(tractor: &Tractor, crew: &[&Driver]) -> Option<Condition> {
    let all_rest = crew.iter().all(|driver| rests(driver.hos_status));
    if tractor.speed_mph.is_none_or(|speed| speed <= SHUNTED_MPH) || !all_rest {
        return None;
    }
    let seen = tractor.observed_at?;
    let rolls_since = tractor.state_since_at;
    // Both sides must be of the time after it began to roll and after the last of them went to rest.
    let is_proved = crew.iter().all(|driver| {
        let told = driver.hos_as_of_at;
        let after_rolling = rolls_since.zip(told).is_some_and(|(rolls, told)| told >= rolls.plus(SWITCHES));
        after_rolling && driver.hos_status_since_at.is_none_or(|rests| rests < seen)
    });
    let driver = *crew.first()?;
    let summary = format!(
        "{} moves while the log of {} says {}",
        tractor.unit_number,
        driver.name,
        spoken(driver.hos_status)
    );
    is_proved.then(|| about(tractor, driver, summary, rolls_since))
}

/// The truck stands, and this driver is driving.
fn stands_logged(tractor: &Tractor, driver: &Driver) -> Option<Condition> {
    if driver.hos_status != DutyStatus::Driving {
        return None;
    }
    let since = tractor.state_since_at?.max(driver.hos_status_since_at.unwrap_or_default());
    // Only what both have told since then counts: a parked truck reports rarely.
    let until = tractor.observed_at?.min(driver.hos_as_of_at?);
    let unknown_since = driver.hos_status_since_at.is_none();
    let stood = until.millis_since(since) > i64::try_from(STANDS.as_millis()).ok()?;
    let summary = format!("{} stands while the log of {} says driving", tractor.unit_number, driver.name);
    let condition = about(tractor, driver, summary, (!unknown_since).then_some(since));
    // Where nobody tells since when he drives, we must have seen it for as long ourselves.
    stood.then(|| condition.lasting(unknown_since.then_some(STANDS)))
}

fn about(tractor: &Tractor, driver: &Driver, summary: String, since: Option<Timestamp>) -> Condition {
    let subject = Subject::plain(SubjectKind::Tractor, tractor.id.0.clone());
    Condition::new(ExceptionKind::LogDisagrees, Severity::Medium, subject, summary)
        .touching(Touches {
            movement_id: tractor.movement_id.clone(),
            tractor_id: Some(tractor.id.clone()),
            driver_id: Some(driver.id.clone()),
            account: driver.source.clone(),
            ..Touches::default()
        })
        .since(since)
        .text("hos_status", driver.hos_status.word())
        .at("hos_status_since_at", driver.hos_status_since_at)
        .text("state", tractor.state.word())
        .at("state_since_at", tractor.state_since_at)
}

const fn spoken(status: DutyStatus) -> &'static str {
    match status {
        DutyStatus::Driving => "driving",
        DutyStatus::OnDuty => "on duty",
        DutyStatus::OffDuty => "off duty",
        DutyStatus::Sleeper => "sleeper",
        DutyStatus::YardMove => "yard move",
        DutyStatus::PersonalConveyance => "personal conveyance",
        DutyStatus::Unknown => "nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::MovementStatus;

    /// A truck in `state` since then, last seen `seen`; a driver on `status` since then, told `told`.
    fn yard(state: (Motion, i64, i64), status: (DutyStatus, Option<i64>, i64)) -> Yard {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.change_tractor("1", |tractor| {
            (tractor.state, tractor.state_since_at) = (state.0, Some(minutes(state.1)));
            (tractor.observed_at, tractor.speed_mph) = (Some(minutes(state.2)), Some(55.0));
        });
        yard.change_driver("1", |driver| {
            (driver.hos_status, driver.hos_status_since_at) = (status.0, status.1.map(minutes));
            driver.hos_as_of_at = Some(minutes(status.2));
        });
        yard
    }

    fn found(yard: &Yard) -> Option<String> {
        yard.find(&Log).first().map(|one| one.summary.clone())
    }

    #[test]
    fn a_log_that_says_driving_while_the_truck_stood_for_twenty_minutes_disagrees() {
        let check = |state, status, expected: bool| {
            let found = found(&yard(state, status));
            let words = "418 stands while the log of Lee says driving".to_owned();
            assert_eq!(found, expected.then_some(words), "{state:?} {status:?}");
        };
        let driving = |since, told| (DutyStatus::Driving, Some(since), told);
        check((Motion::Stopped, -22, 0), driving(-90, 0), true);
        check((Motion::Idle, -22, 0), driving(-90, 0), true);
        check((Motion::Stopped, -20, 0), driving(-90, 0), false);
        // He began to drive only a moment ago, or the truck was last seen long ago.
        check((Motion::Stopped, -300, 0), driving(-5, 0), false);
        check((Motion::Stopped, -300, -295), driving(-320, 0), false);
        check((Motion::Stopped, -300, 0), driving(-320, -295), false);
        check((Motion::Stopped, -300, 0), (DutyStatus::OnDuty, Some(-320), 0), false);
    }

    #[test]
    fn since_when_he_drives_is_seen_where_it_is_not_told() {
        let found = yard((Motion::Stopped, -60, 0), (DutyStatus::Driving, None, 0)).find(&Log);
        assert_eq!((found[0].lasting, found[0].since_at), (Some(STANDS), None));
    }

    #[test]
    fn a_truck_that_moves_while_its_driver_rests_disagrees_once_the_log_had_its_time() {
        let check = |state, status, expected: bool| {
            assert_eq!(found(&yard(state, status)).is_some(), expected, "{state:?} {status:?}");
        };
        check((Motion::Moving, -5, 0), (DutyStatus::Sleeper, Some(-300), 0), true);
        check((Motion::Moving, -5, 0), (DutyStatus::OffDuty, None, -3), true);
        check((Motion::Moving, -5, 0), (DutyStatus::OffDuty, None, -4), false);
        // He went to rest after the truck was last seen to move.
        check((Motion::Moving, -5, -2), (DutyStatus::OffDuty, Some(-1), 0), false);
        for other in
            [DutyStatus::Driving, DutyStatus::PersonalConveyance, DutyStatus::YardMove, DutyStatus::Unknown]
        {
            check((Motion::Moving, -5, 0), (other, Some(-300), 0), false);
        }
        let mut slow = yard((Motion::Moving, -5, 0), (DutyStatus::OffDuty, Some(-300), 0));
        slow.change_tractor("1", |tractor| tractor.speed_mph = Some(5.0));
        assert_eq!(found(&slow), None);
    }

    #[test]
    fn of_a_team_one_may_rest_and_what_does_not_come_says_nothing() {
        let mut yard = yard((Motion::Moving, -5, 0), (DutyStatus::Sleeper, Some(-300), 0));
        assert_eq!(found(&yard).as_deref(), Some("418 moves while the log of Lee says sleeper"));
        let row = yard.raised(&Log);
        yard.silence("motive");
        assert_eq!(found(&yard), None);
        assert_eq!(yard.absence(&Log, &row), Absence::Unknown);
        yard.hear("motive");
        yard.load("2", MovementStatus::Available);
        yard.change_driver("2", |driver| {
            driver.hos_status = DutyStatus::Driving;
            driver.tractor_id = Some(UnitId("samsara:1".into()));
        });
        assert_eq!(found(&yard), None);
        assert_eq!(yard.absence(&Log, &row), Absence::Eased("log and truck agree".into()));
    }
}
