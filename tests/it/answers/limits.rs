//! `hours`: when somebody's hours end, that they have, and that a rest which is planned is neither.

use std::time::Duration;

use backhaul::commands::hours::print;
use backhaul::model::{Driver, DutyStatus, Fleet, MovementStatus, Reason, RunsOut};
use backhaul::rules::freshness::Freshness;
use backhaul::rules::limits::{Ends, Limits, ends, limits};

use super::made::{DALLAS, EL_PASO, Made, NOON, WACO, hence};
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
fn an_end_behind_a_half_hour_that_nobody_tells_of_is_told_as_supposed_and_the_window_s_as_a_fact() {
    let shown = |drive: i64, shift: i64| {
        let mut made = Made::new();
        let driver = made.rig("1", DALLAS);
        (driver.hos_status, driver.hos_status_since_at) = (DutyStatus::Driving, Some(hence(-60)));
        (driver.drive_left_s, driver.shift_left_s) = (Some(drive * 60), Some(shift * 60));
        (driver.break_left_s, driver.hos_as_of_at) = (None, Some(NOON));
        made.load("L", Some("1"));
        made.stop("s", "L", "EL PASO", EL_PASO, 6000);
        let fleet = made.fleet();
        let limits = found(&fleet);
        let rows = json(|format, out| print(&limits, &fleet, format, NOON, out));
        let text = text(200, |format, out| print(&limits, &fleet, format, NOON, out));
        assert!(limits.about().is_some());
        let end = limits.drivers[0].ends.at().unwrap();
        (end, rows[0]["ends_supposed"] == true, rows[0]["place_supposed"] == true, text)
    };
    let (at, ends, place, text) = shown(180, 600);
    assert_eq!((at, ends, place), (hence(210), true, false));
    assert!(text.contains("about Tue 15:30") && text.contains("about 3h30"), "{text}");
    let (at, ends, place, text) = shown(300, 180);
    assert_eq!((at, ends, place), (hence(180), false, true));
    assert!(
        text.contains("  Tue 15:00") && text.contains("  about ") && !text.contains("about Tue"),
        "{text}"
    );
}

#[test]
fn a_plan_that_rests_at_once_does_not_end_hours_that_are_left() {
    let check = |status: DutyStatus, shift_left_s: Option<i64>, expected: Ends| {
        let out = RunsOut {
            limit: Reason::Shift,
            at: NOON,
            latitude: 32.0,
            longitude: -96.0,
            short_of_s: 6300,
            at_supposed: false,
            place_supposed: false,
        };
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

/// Who stands at a dock in Dallas for a load to Waco, to be delivered there, and for a second one to El Paso: his hours end
/// now, as the plan has it.
fn at_a_dock(change: impl FnOnce(&mut Made)) -> Vec<(String, Option<String>, Option<i64>)> {
    let mut made = Made::new();
    let driver = made.rig("1", DALLAS);
    (driver.hos_status, driver.hos_status_since_at) = (DutyStatus::OnDuty, Some(hence(-60)));
    (driver.drive_left_s, driver.shift_left_s) = (Some(5 * 60), Some(5 * 60));
    driver.hos_as_of_at = Some(NOON);
    made.load("A", Some("1")).tms.status = MovementStatus::InProgress;
    made.stop("a", "A", "WACO", WACO, -600).tms.done = true;
    made.stop("b", "A", "DALLAS", DALLAS, -60).tms.actual_arrival_at = Some(hence(-30));
    made.load("B", Some("1"));
    made.stop("c", "B", "DALLAS", DALLAS, 60);
    made.stop("d", "B", "EL PASO", EL_PASO, 6000);
    change(&mut made);
    let fleet = made.fleet();
    let limits = found(&fleet);
    let said = limits.drivers.iter().map(|one| {
        let load = one.load.map(|load| load.tms.id.to_string()).unwrap_or_default();
        (load, one.stop.map(|stop| stop.tms.id.to_string()), one.short_of_s)
    });
    said.collect()
}

#[test]
fn a_stop_that_he_stands_at_is_none_that_he_does_not_reach() {
    let named = |change: fn(&mut Made)| -> Vec<(String, Option<String>)> {
        at_a_dock(change).into_iter().map(|(load, stop, _)| (load, stop)).collect()
    };
    let beyond = [("B".to_owned(), Some("d".to_owned()))];
    assert_eq!(named(|_| {}), beyond, "the second load is picked up where he delivers the first");
    let told: fn(&mut Made) = |made| made.stops[2].tms.actual_arrival_at = Some(hence(-30));
    assert_eq!(named(told), beyond);
    // Half a mile on is another dock.
    let next_door: fn(&mut Made) = |made| made.stops[2].tms.latitude = Some(DALLAS.0 + 0.02);
    assert_eq!(named(next_door), [("B".to_owned(), Some("c".to_owned()))]);
}

#[test]
fn how_far_short_he_is_is_not_said_of_a_stop_further_on_than_it_was_worked_out_for() {
    let mut made = Made::new();
    let driver = made.rig("1", DALLAS);
    (driver.drive_left_s, driver.shift_left_s) = (Some(60 * 60), Some(60 * 60));
    (driver.hos_status, driver.hos_as_of_at) = (DutyStatus::Driving, Some(NOON));
    made.load("L", Some("1")).tms.status = MovementStatus::InProgress;
    made.stop("s", "L", "WACO", WACO, 600);
    made.stop("z", "L", "EL PASO", EL_PASO, 6000);
    let mut fleet = made.fleet();
    let said = |fleet: &Fleet| {
        let limits = found(fleet);
        let one = limits.drivers.first().unwrap();
        (one.stop.unwrap().tms.id.to_string(), one.short_of_s.is_some())
    };
    assert_eq!(said(&fleet), ("s".to_owned(), true));
    // He came there since it was worked out.
    let mut stop = backhaul::model::Stop::clone(fleet.stops.at(0).unwrap());
    stop.tms.done = true;
    fleet.stops = fleet.stops.with(vec![stop]);
    fleet.index();
    assert_eq!(said(&fleet), ("z".to_owned(), false));
}
