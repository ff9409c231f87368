//! Other people's recordings and the vendor's own examples, read where they lie: every page of an
//! endpoint that we read is understood. Skipped where they are not at hand.

use std::fs;
use std::path::Path;

use backhaul::model::{Change, DutySource, DutyStatus};

use super::{at, clocks, duty_days, fixes, normalise, recap_day};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/public/motive");

/// Each recording with the feed it belongs to, its facts, its rejects, and whether there is more.
const RECORDINGS: &[(&str, &str, usize, usize, bool)] = &[
    // An administrator and a dispatcher are among them.
    ("capture_motive_users__users_page_1_response_json.json", "drivers", 1, 1, true),
    ("capture_motive_users__users_page_2_response_json.json", "drivers", 1, 1, true),
    ("official2017_users_1.json", "drivers", 1, 0, false),
    ("official2017_vehicles_1.json", "vehicles", 1, 0, false),
    // A fix, an odometer and the unit number; the driver has left.
    ("official2017_vehicle_locations_1.json", "vehicle_locations", 3, 0, false),
    // Clocks and a recap of two drivers.
    ("official2017_available_time_1.json", "available_time", 4, 0, false),
    ("official2017_hours_of_service_1.json", "hours_of_service", 1, 0, false),
];

/// Answers to other questions, which are no page of ours.
const OTHERS: &[(&str, &str)] = &[
    ("official2017_users_2.json", "drivers"),
    ("official2017_vehicles_2.json", "vehicles"),
    ("official2017_vehicle_locations_2.json", "vehicle_locations"),
    ("official2017_hours_of_service_1.json", "available_time"),
    ("official2017_available_time_1.json", "hours_of_service"),
    ("official2017_groups_1.json", "drivers"),
];

fn recording(file: &str) -> Option<String> {
    if !Path::new(FOLDER).exists() {
        eprintln!("skipped: no recordings at {FOLDER}");
        return None;
    }
    Some(fs::read_to_string(Path::new(FOLDER).join(file)).unwrap())
}

#[test]
fn every_recording_of_an_endpoint_that_we_read_is_understood() {
    for (file, resource, changes, rejects, more) in RECORDINGS {
        let Some(text) = recording(file) else { return };
        let page = normalise(resource, &text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let found = (page.batch.changes.len(), page.batch.rejects.len(), page.next.is_some());
        assert_eq!(found, (*changes, *rejects, *more), "{file}");
    }
}

#[test]
fn an_answer_to_another_question_is_no_page() {
    for (file, resource) in OTHERS {
        let Some(text) = recording(file) else { return };
        assert!(normalise(resource, &text).is_err(), "{file}");
    }
}

#[test]
fn the_vendors_own_examples_say_what_they_say() {
    let Some(text) = recording("official2017_vehicle_locations_1.json") else { return };
    let page = normalise("vehicle_locations", &text).unwrap();
    let fix = fixes(&page.batch)[0];
    assert_eq!((fix.speed_mph, fix.heading_deg), (Some(65.1), Some(90.0)));
    assert_eq!((fix.place.as_deref(), fix.observed_at), (Some("Seattle, WA"), at("2016-03-17T12:12:07Z")));

    let Some(text) = recording("official2017_available_time_1.json") else { return };
    let page = normalise("available_time", &text).unwrap();
    let told = clocks(&page.batch);
    // Off duty by now: the line of 07:40 in the log, on duty, is an older one.
    assert_eq!((told[0].status, told[0].status_since_at), (Some(DutyStatus::OffDuty), None));
    assert_eq!(told[1].status_since_at, Some(at("2016-07-18T07:40:00Z")));
    for clocks in told {
        assert_eq!((clocks.drive_left_s, clocks.shift_left_s), (Some(39_600), Some(50_400)));
        assert_eq!((clocks.break_left_s, clocks.cycle_left_s), (Some(28_800), Some(252_000)));
    }

    let mut days = duty_days(&page.batch);
    assert_eq!(days.len(), 14, "seven of each");
    let (driver, source, newest) = days.remove(6);
    assert_eq!((driver, source), ("161", DutySource::Recap));
    assert_eq!(*newest, recap_day("2016-07-18", 1200, 1200), "driving is duty");

    let Some(text) = recording("official2017_hours_of_service_1.json") else { return };
    let page = normalise("hours_of_service", &text).unwrap();
    let [(driver, source, day)] = duty_days(&page.batch)[..] else { panic!("{page:?}") };
    assert_eq!((driver, source, day.date.to_string().as_str()), ("11", DutySource::Log, "2016-11-22"));
    // More driving than time on duty: that is the rest of it.
    assert_eq!((day.driving_s, day.on_duty_not_driving_s, day.on_duty_s), (Some(21_600), Some(7200), None));
    assert_eq!((day.off_duty_s, day.sleeper_s, day.waiting_s), (Some(43_200), Some(0), Some(0)));

    let Some(text) = recording("capture_motive_users__users_page_1_response_json.json") else { return };
    let page = normalise("drivers", &text).unwrap();
    let Some(Change::Profile(driver)) = page.batch.changes.first() else { panic!("{:?}", page.batch) };
    assert_eq!(driver.refs, ["synthetic.driver001", "10001-SYN"]);
    assert_eq!(driver.timezone.as_deref(), Some("America/Chicago"));
    assert!(driver.licence.is_some());
}
