//! What counts as rest: what is told of it still, of a truck that stands.

use super::*;

#[test]
fn a_rest_that_nobody_tells_of_any_more_is_not_carried_on() {
    let silent_for = |minutes: i64| {
        with(&[at(1.0, -1.0, 48.0)], |driver| {
            (driver.drive_left_s, driver.shift_left_s) = (Some(0), Some(0));
            driver.hos_status = DutyStatus::OffDuty;
            driver.hos_status_since_at = Some(ahead(-9 * HOUR - minutes * MINUTE));
            driver.hos_as_of_at = Some(ahead(-minutes * MINUTE));
        })
    };
    let legal = |minutes| judged(&silent_for(minutes)).arrivals[0].legal_eta_at;
    assert_eq!(legal(0), Some(ahead(2 * HOUR)), "an hour of rest, an hour of road");
    assert_eq!(legal(60), Some(ahead(HOUR)));
    for minutes in [61, 300, 3000] {
        let judgement = check(&silent_for(minutes), Risk::Unknown, Some(Reason::StaleHos));
        assert!(judgement.notes[0].starts_with("hours_old: the driver was at rest"), "{judgement:#?}");
    }
}

fn seen_before(given: &mut Given) {
    given.tractor.as_mut().unwrap().observed_at = Some(ahead(-5 * MINUTE));
}

#[test]
fn a_truck_that_rolls_gives_its_driver_no_rest_whatever_his_log_says() {
    let rolls = |status, mph: f64, change: fn(&mut Given)| {
        let mut given = with(&[at(1.0, -1.0, 48.0)], |driver| {
            (driver.drive_left_s, driver.shift_left_s) = (Some(0), Some(0));
            driver.hos_status = status;
            driver.hos_status_since_at = Some(ahead(-9 * HOUR));
        });
        given.tractor.as_mut().unwrap().speed_mph = Some(mph);
        change(&mut given);
        let judgement = judged(&given);
        let is_odd =
            judgement.notes.iter().any(|note| note.starts_with("clocks_odd: log and truck disagree"));
        (judgement.arrivals[0].legal_eta_at.unwrap().secs_since(NOW) / HOUR, is_odd)
    };
    let (rested, driving) = ((2, false), (11, true));
    assert_eq!(rolls(DutyStatus::OffDuty, 5.1, |_| {}), driving);
    assert_eq!(rolls(DutyStatus::Sleeper, 60.0, |_| {}), driving);
    assert_eq!(rolls(DutyStatus::OffDuty, 5.0, |_| {}), rested, "it is being shunted");
    assert_eq!(rolls(DutyStatus::PersonalConveyance, 60.0, |_| {}), rested);
    assert_eq!(rolls(DutyStatus::OffDuty, 60.0, seen_before), driving);
    // It rolled until he went off duty, and no later fix has come.
    let since = |given: &mut Given| {
        seen_before(given);
        let driver = given.driver.as_mut().unwrap();
        driver.hos_rest_since_at = driver.hos_status_since_at;
        driver.hos_status_since_at = Some(ahead(-4 * MINUTE));
    };
    assert_eq!(rolls(DutyStatus::OffDuty, 60.0, since), rested);
    let stands = |given: &mut Given| given.tractor.as_mut().unwrap().state = Motion::Stopped;
    assert_eq!(rolls(DutyStatus::OffDuty, 60.0, stands), rested);
}
