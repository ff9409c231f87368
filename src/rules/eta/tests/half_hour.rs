//! Ends of hours of a driver whose ELD does not tell when the half hour is due. Plans nothing of its own.

use super::*;

#[test]
fn what_an_end_of_hours_supposes_of_a_half_hour_that_nobody_tells_of_is_told() {
    let on_a_road = |hours: f64, change: fn(&mut Driver)| {
        let judgement = judged(&with(&[at(hours, 0.0, 40.0)], |driver| {
            driver.break_left_s = None;
            change(driver);
        }));
        let out = judgement.runs_out.unwrap();
        (out.limit, out.at.secs_since(NOW) / MINUTE, out.at_supposed, out.place_supposed)
    };
    let end = |change| on_a_road(9.5, change);
    // Eight hours of driving are behind him: the half hour is taken at once, and the 11 hours end that much later.
    let eight = |driver: &mut Driver| driver.drive_left_s = Some(3 * HOUR);
    assert_eq!(end(eight), (Reason::Drive, 210, true, false));
    // The 14 hours end when they do; how far he comes in them is another matter. The second sleeps when the half hour
    // is due, as half an hour more would not do.
    let window =
        |driver: &mut Driver| (driver.drive_left_s, driver.shift_left_s) = (Some(9 * HOUR), Some(8 * HOUR));
    assert_eq!(end(window), (Reason::Shift, 480, false, true));
    let night =
        |driver: &mut Driver| (driver.drive_left_s, driver.shift_left_s) = (Some(5 * HOUR), Some(3 * HOUR));
    assert_eq!(end(night), (Reason::Shift, 180, false, true));
    // Were it not due he would be there before the window ends.
    let night = |driver: &mut Driver| {
        (driver.drive_left_s, driver.shift_left_s) = (Some(4 * HOUR), Some(150 * MINUTE));
    };
    assert_eq!(on_a_road(2.0, night), (Reason::Break, 60, true, true));
    // The half hour comes after the window.
    let later =
        |driver: &mut Driver| (driver.drive_left_s, driver.shift_left_s) = (Some(9 * HOUR), Some(5 * HOUR));
    assert_eq!(end(later), (Reason::Shift, 300, false, false));
    // He has not left the wheel for all of what he has driven.
    let on = |driver: &mut Driver| {
        (driver.drive_left_s, driver.hos_status_since_at) = (Some(5 * HOUR), Some(ahead(-6 * HOUR)));
    };
    assert_eq!(end(on), (Reason::Break, 120, false, false));
    // He has a half hour behind him; and somebody tells.
    let rested = |driver: &mut Driver| {
        (driver.drive_left_s, driver.shift_left_s) = (Some(3 * HOUR), Some(6 * HOUR));
        (driver.hos_status, driver.hos_status_since_at) = (DutyStatus::OffDuty, Some(ahead(-HOUR)));
    };
    assert_eq!(end(rested), (Reason::Drive, 0, false, false));
    let told = |driver: &mut Driver| (driver.drive_left_s, driver.break_left_s) = (Some(3 * HOUR), Some(0));
    assert_eq!(end(told), (Reason::Drive, 210, false, false));
}
