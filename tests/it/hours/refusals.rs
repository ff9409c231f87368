//! What is refused, and by which code: one thing wrong at a time.

use backhaul::commands::plan::read;
use backhaul::rules::hours::plan;
use serde_json::{Value, json};

/// A driver off duty for two hours, mid-shift.
fn request() -> Value {
    json!({
        "now": "2026-03-02T10:00:00-06:00", "timezone": "America/Chicago", "day_start": "00:00",
        "cycle": "70/8", "status": "off_duty", "rested_s": 7200,
        "drive_left_s": 18000, "shift_left_s": 25200, "break_left_s": 7200, "cycle_left_s": 163_800,
        "on_duty_days_s": [23400, 32400, 32400, 0, 0, 0, 0, 0],
        "split": {"ended_at": "2026-03-02T04:00:00-06:00", "rest_s": 10800, "sleeper_s": 0, "drive_since_s": 7200},
        "tasks": [{"drive_s": 16200}, {"appointment": {"earliest": "2026-03-02T12:00:00-06:00", "latest": null}}]
    })
}

/// The code with which `request` is refused; "" for a plan.
fn code(request: &Value) -> &'static str {
    match read(&request.to_string()).and_then(|request| plan(&request)) {
        Ok(_) => "",
        Err(refusal) => refusal.code(),
    }
}

/// `request` with the value at a JSON pointer replaced, or with the key removed.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut request = request();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = request.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(object), Some(value)) => drop(object.insert(key.to_owned(), value)),
        (Value::Object(object), None) => assert!(object.remove(key).is_some(), "{pointer}"),
        (Value::Array(array), Some(value)) => array[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    request
}

#[track_caller]
fn check(expected: &str, changes: &[(&str, Value)]) {
    for (pointer, value) in changes {
        assert_eq!(code(&with(pointer, Some(value.clone()))), expected, "{pointer} = {value}");
    }
}

#[test]
fn the_request_that_is_spoilt_below_is_sound() {
    assert_eq!(code(&request()), "");
}

#[test]
fn what_may_be_left_out_is_null_or_absent() {
    for key in ["day_start", "rested_s", "on_duty_days_s", "split"] {
        check("", &[(&format!("/{key}"), Value::Null)]);
        assert_eq!(code(&with(&format!("/{key}"), None)), "", "{key}");
    }
    check("", &[("/short_haul", Value::Null), ("/ruleset", Value::Null), ("/ruleset", json!("us_property"))]);
    check("", &[("/short_haul", json!(true)), ("/short_haul", json!(false)), ("/shift_left_s", Value::Null)]);
    check("", &[("/tasks/1", json!({"appointment": {}})), ("/tasks/0", json!({"drive_s": 0}))]);
    let mut short_haul = with("/short_haul", Some(json!(true)));
    short_haul["break_left_s"] = Value::Null;
    assert_eq!(code(&short_haul), "");
}

#[test]
fn what_is_needed_is_needed() {
    let needed = [
        "now",
        "timezone",
        "cycle",
        "status",
        "drive_left_s",
        "shift_left_s",
        "break_left_s",
        "cycle_left_s",
        "tasks",
    ];
    for key in needed {
        assert_eq!(code(&with(&format!("/{key}"), None)), "invalid_input", "{key}");
        if key != "shift_left_s" {
            check("invalid_input", &[(&format!("/{key}"), Value::Null)]);
        }
    }
    for key in ["ended_at", "rest_s", "sleeper_s", "drive_since_s"] {
        assert_eq!(code(&with(&format!("/split/{key}"), None)), "invalid_input", "{key}");
    }
}

#[test]
fn a_key_or_type_or_word_that_is_not_known_is_invalid_input() {
    check(
        "invalid_input",
        &[
            ("/vehicle", json!("412")),
            ("/split/extra", json!(1)),
            ("/tasks/1/appointment/extra", json!(1)),
            ("/now", json!(1_772_467_200)),
            ("/now", json!("2026-03-02T10:00:00")),
            ("/now", json!("2026-03-02")),
            ("/now", json!("2026-03-02T10:00-06:00")),
            ("/now", json!("2026-02-30T10:00:00-06:00")),
            ("/timezone", json!("America/Springfield")),
            ("/timezone", json!("")),
            ("/day_start", json!("4:00")),
            ("/day_start", json!("24:00")),
            ("/day_start", json!("00:60")),
            ("/day_start", json!(4)),
            ("/cycle", json!(70)),
            ("/status", json!("personal_conveyance")),
            ("/status", json!("OFF")),
            ("/rested_s", json!("7200")),
            ("/drive_left_s", json!(18000.5)),
            ("/drive_left_s", json!(18000.0)),
            ("/drive_left_s", json!(true)),
            ("/shift_left_s", json!("none")),
            ("/break_left_s", json!([])),
            ("/on_duty_days_s", json!({})),
            ("/on_duty_days_s", json!([0, 0, 0, 0, 0, 0, 0])),
            ("/on_duty_days_s", json!([0, 0, 0, 0, 0, 0, 0, 0, 0])),
            ("/on_duty_days_s/3", json!(1.5)),
            ("/short_haul", json!("yes")),
            ("/split", json!(true)),
            ("/split", json!(["2026-03-02T04:00:00-06:00", 10800, 0, 7200])),
            ("/ruleset", json!(1)),
        ],
    );
}

#[test]
fn a_time_at_the_end_of_the_calendar_is_answered_not_a_crash() {
    let at = |now: &str| {
        let mut request = with("/now", Some(json!(now)));
        request["split"] = Value::Null;
        request["tasks"] = json!([{"drive_s": 360_000}, {"appointment": {"latest": "9999-12-30T00:00:00Z"}}]);
        code(&request)
    };
    assert_eq!((at("9999-12-31T00:00:00Z"), at("0001-01-01T00:00:00Z")), ("invalid_input", "invalid_input"));
    assert_eq!((at("2999-12-31T00:00:00Z"), at("1900-01-01T00:00:00Z")), ("", ""));
}

#[test]
fn tasks_that_make_no_sense_are_invalid_input() {
    check(
        "invalid_input",
        &[
            ("/tasks", json!([])),
            ("/tasks", json!({"drive_s": 1})),
            ("/tasks/0", json!({})),
            ("/tasks/0", json!("drive_s")),
            ("/tasks/0", json!({"drive_s": 1, "work_s": 1})),
            ("/tasks/0", json!({"drive_s": -1})),
            ("/tasks/0", json!({"work_s": -1})),
            ("/tasks/0", json!({"work_s": 0.5})),
            ("/tasks/0", json!({"drive_s": null})),
            ("/tasks/0", json!({"drive_s": 3600, "work_s": null})),
            ("/tasks/0", json!({"walk_s": 1})),
            ("/tasks/1", json!({"appointment": null})),
            ("/tasks/1", json!({"appointment": ["2026-03-02T12:00:00-06:00", null]})),
            ("/tasks/1/appointment/earliest", json!("noon")),
            ("/tasks/1/appointment/latest", json!("2026-03-02T11:59:59-06:00")),
        ],
    );
}

#[test]
fn clocks_that_no_driver_can_have_are_invalid_clocks() {
    check(
        "invalid_clocks",
        &[
            ("/rested_s", json!(-1)),
            ("/drive_left_s", json!(-1)),
            ("/drive_left_s", json!(39601)),
            ("/shift_left_s", json!(-1)),
            ("/shift_left_s", json!(50401)),
            ("/break_left_s", json!(-1)),
            ("/break_left_s", json!(28801)),
            ("/cycle_left_s", json!(-1)),
            ("/cycle_left_s", json!(252_001)),
            ("/on_duty_days_s/3", json!(-1)),
            ("/on_duty_days_s/3", json!(90001)),
            ("/status", json!("driving")),
            ("/status", json!("on_duty")),
            ("/split/rest_s", json!(7199)),
            ("/split/rest_s", json!(-1)),
            ("/split/sleeper_s", json!(10801)),
            ("/split/sleeper_s", json!(-1)),
            ("/split/drive_since_s", json!(39601)),
            ("/split/drive_since_s", json!(-1)),
            ("/split/drive_since_s", json!(21601)),
            ("/split/ended_at", json!("2026-03-02T10:00:01-06:00")),
        ],
    );
    let mut not_started = with("/status", Some(json!("driving")));
    not_started["rested_s"] = json!(0);
    assert_eq!(code(&not_started), "");
    not_started["shift_left_s"] = Value::Null;
    assert_eq!(code(&not_started), "invalid_clocks");
    let mut sixty = with("/cycle", Some(json!("60/7")));
    sixty["on_duty_days_s"] = Value::Null;
    assert_eq!(code(&sixty), "");
    sixty["cycle_left_s"] = json!(216_001);
    assert_eq!(code(&sixty), "invalid_clocks");
}

#[test]
fn clocks_at_their_bounds_are_sound() {
    check(
        "",
        &[
            ("/drive_left_s", json!(39600)),
            ("/shift_left_s", json!(50400)),
            ("/break_left_s", json!(28800)),
            ("/cycle_left_s", json!(252_000)),
            ("/on_duty_days_s/3", json!(90000)),
            ("/split/rest_s", json!(86400)),
            ("/split/sleeper_s", json!(10800)),
            ("/split/drive_since_s", json!(21600)),
            ("/rested_s", json!(i64::MAX)),
        ],
    );
}

#[test]
fn a_task_that_is_none_is_told_by_its_number_and_what_it_may_be() {
    for task in [json!({}), json!({"drive_s": 1, "work_s": 1})] {
        let refused = read(&with("/tasks/1", Some(task.clone())).to_string()).unwrap_err();
        let expected = "tasks[1]: a task has one of drive_s, work_s and appointment, and nothing beside it";
        assert_eq!(refused.to_string(), expected, "{task}");
    }
}

#[test]
fn rules_that_we_do_not_plan_by_are_named() {
    check(
        "unsupported_ruleset",
        &[("/cycle", json!("70/7")), ("/cycle", json!("120/14")), ("/cycle", json!(""))],
    );
    check("unsupported_ruleset", &[("/ruleset", json!("canada_south")), ("/ruleset", json!("US_PROPERTY"))]);
}

#[test]
fn a_thousand_hours_are_more_than_is_planned() {
    let hours = |hours: i64| json!({"drive_s": hours * 3600});
    check("search_limit", &[("/tasks/0", hours(1000)), ("/tasks/0", json!({"work_s": 3_600_000}))]);
    check(
        "search_limit",
        &[("/tasks/0", json!({"drive_s": i64::MAX})), ("/tasks/0", json!({"drive_s": u64::MAX}))],
    );
    check("search_limit", &[("/tasks", json!([hours(400), hours(300), {"work_s": 300 * 3600}]))]);
    check("", &[("/tasks/0", hours(100))]);
}
