//! What drivers did day by day: the totals of their logs, and the recap beside their clocks.

use backhaul::model::{Batch, Change, DutyDay, DutySource};
use backhaul::providers::{Ask, motive};

use super::{ask, batch, clocks, duty_days, normalise, recap_day, users, wrapped};

/// A day of the log: driving, on duty, off duty, in the sleeper.
fn logged(driver: &str, date: &str, [driving, on_duty, off_duty, sleeper]: [i64; 4]) -> Change {
    let day = DutyDay {
        driving_s: Some(driving),
        on_duty_not_driving_s: Some(on_duty),
        off_duty_s: Some(off_duty),
        sleeper_s: Some(sleeper),
        waiting_s: Some(0),
        ..DutyDay::untold(date.parse().unwrap())
    };
    Change::DutyDays { external_id: driver.into(), source: DutySource::Log, days: vec![day] }
}

fn reasons(batch: &Batch) -> Vec<(&str, &str)> {
    let rejects = batch.rejects.iter();
    rejects.map(|reject| (reject.external_id.as_str(), reject.reason.as_str())).collect()
}

#[test]
fn a_row_is_one_day_of_its_driver_and_who_has_left_has_none() {
    let expected = Batch {
        changes: vec![
            logged("800001", "2026-11-19", [30_600, 5400, 36_000, 14_400]),
            logged("800001", "2026-11-20", [9000, 1800, 19_800, 23_710]),
        ],
        ..Batch::default()
    };
    assert_eq!(batch("hours_of_service", include_str!("../../data/motive/hours_of_service.json")), expected);
}

#[test]
fn a_total_that_is_not_told_is_not_nought() {
    let text = wrapped(
        "hours_of_service",
        &[
            r#"{"date":"2026-11-20","driver":{"id":7},"driving_duration":null,"on_duty_duration":"soon"}"#,
            r#"{"date":"2026-11-20","driver":{"id":8},"driving_duration":0,"on_duty_duration":"3600"}"#,
        ],
    );
    let told = batch("hours_of_service", &text);
    let days: Vec<_> = duty_days(&told)
        .into_iter()
        .map(|(driver, _, day)| (driver, day.driving_s, day.on_duty_not_driving_s, day.sleeper_s))
        .collect();
    assert_eq!(days, [("7", None, None, None), ("8", Some(0), Some(3600), None)]);
}

#[test]
fn a_day_that_cannot_be_is_set_aside_and_the_others_live() {
    let text = wrapped(
        "hours_of_service",
        &[
            r#"{"id":1,"date":"2026-11-31","driver":{"id":7},"driving_duration":60}"#,
            r#"{"id":2,"driver":{"id":7},"driving_duration":60}"#,
            r#"{"id":3,"date":"2026-11-20","driver":{"id":7},"driving_duration":-60}"#,
            // On duty with the driving in it, or no seconds: either way not what it says.
            r#"{"id":4,"date":"2026-11-20","driver":{"id":7},"driving_duration":39600,"on_duty_duration":50400,
                "off_duty_duration":7200}"#,
            r#"{"id":5,"date":"2026-11-20","driver":null,"driving_duration":60}"#,
            r#"{"id":6,"date":"2026-11-20","driver":"Ann Lee","driving_duration":60}"#,
            r#"{"id":7,"date":"2026-11-20","driver":{"id":8},"driving_duration":60}"#,
        ],
    );
    let told = batch("hours_of_service", &text);
    assert_eq!(duty_days(&told).len(), 1);
    assert_eq!(
        reasons(&told),
        [
            ("7", "a day without its date"),
            ("7", "a day without its date"),
            ("7", "hours that no day has"),
            ("7", "its hours are more than a day has"),
            ("", "the row has no id"),
            ("", "row not understood: expected struct Mention"),
        ]
    );
}

#[test]
fn a_page_may_begin_with_the_driver_whom_the_one_before_began_with() {
    let page = |date: &str, drivers: std::ops::Range<u32>| {
        let rows: Vec<String> = drivers
            .map(|driver| format!(r#"{{"date":"{date}","driver":{{"id":{driver}}},"driving_duration":60}}"#))
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        wrapped("hours_of_service", &rows).replace(&format!(r#""total":{}"#, rows.len()), r#""total":150"#)
    };
    let first = normalise("hours_of_service", &page("2026-11-19", 0..100)).unwrap();
    let then = |text: &str| {
        let ask = Ask { page: first.next.as_deref(), ..ask("hours_of_service") };
        motive::normalise(ask, text.as_bytes())
    };
    let second = then(&page("2026-11-20", 0..50)).unwrap();
    assert_eq!((second.next, duty_days(&second.batch).len()), (None, 50));
    assert!(then(&page("2026-11-19", 0..50)).is_err(), "the very same page is a loop");
}

#[test]
fn a_recap_is_days_and_what_is_wrong_with_it_costs_no_clock() {
    let told = |recap: &str| {
        let row = format!(r#"{{"id":7,"available_time":{{"drive":60}},"recap":{recap}}}"#);
        let told = batch("available_time", &users(&[&row]));
        assert_eq!(clocks(&told)[0].drive_left_s, Some(60), "{recap}");
        told
    };
    let days = told(
        r#"{"on_duty_duration":[{"date":"2026-11-20","duration":1200.4},{"date":"soon","duration":1}],
            "driving_duration":[{"date":"2026-11-20","duration":0},{"date":"2026-11-19","duration":null}]}"#,
    );
    let expected = recap_day("2026-11-20", 0, 1200);
    assert_eq!(duty_days(&days), [("7", DutySource::Recap, &expected)]);
    assert_eq!(reasons(&days), [("7", "recap: a day without its date")]);
    for nothing in ["null", "{}", r#"{"on_duty_duration":null,"driving_duration":[]}"#] {
        let told = told(nothing);
        assert_eq!((told.changes.len(), told.rejects.len()), (1, 0), "{nothing}");
    }
    for odd in
        [r#""Ann Lee""#, "[7]", r#"{"on_duty_duration":"Ann Lee"}"#, r#"{"on_duty_duration":["Ann Lee"]}"#]
    {
        let told = told(odd);
        let [("7", reason)] = reasons(&told)[..] else { panic!("{odd}: {told:?}") };
        assert!(reason.starts_with("recap not understood: ") && !reason.contains("Ann"), "{reason}");
    }
}
