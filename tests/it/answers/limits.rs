//! `hours`: when somebody's hours end, that they have, and that a rest which is planned is neither.

use std::time::Duration;

use backhaul::commands::hours::print;
use backhaul::model::{Driver, DutyStatus, Fleet, Reason, RunsOut};
use backhaul::rules::freshness::Freshness;
use backhaul::rules::limits::{Ends, Limits, ends, limits};

use super::made::{DALLAS, EL_PASO, Made, NOON, hence};
use super::{json, text};

/// Somebody bound from Dallas for El Paso, 13 and a half hours off, with so many minutes left of each clock.
fn bound(status: DutyStatus, drive: i64, shift: i64) -> Fleet {
    let mut made = Made::new();
    let driver = made.rig("1", DALLAS);
    (driver.hos_status, driver.hos_status_since_at) = (status, Some(hence(-60)));
    (driver.drive_left_s, driver.shift_left_s) = (Some(drive * 60), Some(shift * 60));
    driver.hos_as_of_at = Some(NOON);
    made.load("L", Some("1"));
    made.stop("s", "L", "EL PASO", EL_PASO, 6000);
    made.fleet()
}

fn found(fleet: &Fleet) -> Limits<'_> {
    limits(fleet, &Freshness::of(&fleet.feeds, NOON), NOON, Duration::from_hours(12))
}

fn check(status: DutyStatus, drive: i64, shift: i64, expected: Ends) {
    let fleet = bound(status, drive, shift);
    let limits = found(&fleet);
    let ends: Vec<Ends> = limits.drivers.iter().map(|one| one.ends).collect();
    assert_eq!(ends, [expected], "{status:?} {drive} {shift}");
}

#[test]
fn who_drives_on_comes_to_the_end_of_his_clock() {
    check(DutyStatus::Driving, 300, 600, Ends::At(hence(300)));
}

#[test]
fn hours_have_ended_when_the_clock_has() {
    check(DutyStatus::OffDuty, 0, 0, Ends::Ended);
    check(DutyStatus::Driving, 0, 300, Ends::Ended);
}

#[test]
fn hours_that_have_ended_are_told_no_time_for() {
    let fleet = bound(DutyStatus::OffDuty, 0, 0);
    let limits = found(&fleet);
    let rows = json(|format, out| print(&limits, &fleet, format, NOON, out));
    assert_eq!((&rows[0]["ended"], &rows[0]["left_s"]), (&true.into(), &0.into()), "{rows}");
    assert!(rows[0]["ends_at"].is_null() && rows[0]["rests"] == false, "{rows}");
    let shown = text(200, |format, out| print(&limits, &fleet, format, NOON, out));
    assert!(shown.contains(" -  ") && shown.contains("ended"), "{shown}");
}

#[test]
fn a_plan_that_rests_at_once_does_not_end_hours_that_are_left() {
    let check = |status: DutyStatus, shift_left_s: Option<i64>, expected: Ends| {
        let out =
            RunsOut { limit: Reason::Shift, at: NOON, latitude: 32.0, longitude: -96.0, short_of_s: 6300 };
        let driver =
            Driver { hos_status: status, shift_left_s, hos_as_of_at: Some(NOON), ..Driver::default() };
        assert_eq!(ends(out, Some(&driver), NOON), expected, "{status:?} {shift_left_s:?}");
        let later = RunsOut { at: hence(30), ..out };
        assert_eq!(ends(later, Some(&driver), NOON), Ends::At(hence(30)), "what the plan drives stands");
    };
    check(DutyStatus::OffDuty, Some(7942), Ends::Rests);
    check(DutyStatus::Sleeper, Some(7942), Ends::Rests);
    check(DutyStatus::OnDuty, Some(7920), Ends::At(hence(132)));
    check(DutyStatus::Driving, Some(7920), Ends::At(hence(132)));
    check(DutyStatus::OffDuty, Some(0), Ends::Ended);
    check(DutyStatus::OffDuty, None, Ends::Ended);
}
