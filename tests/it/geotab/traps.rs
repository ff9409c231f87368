//! Each known trap of this API that a pure reading shows, by the fact that it is avoided by. Those of
//! sessions, limits and lists (1 to 5, 14, 15, 19) are in `sessions` and `feeds`.

use std::fs;

use backhaul::http::Kind;
use backhaul::model::{Change, UnitKind};
use backhaul::providers::geotab::{self, Memory};
use backhaul::providers::{Ask, Provider};
use serde_json::Value;

use super::server::{Upstream, ok, read as read_live};
use super::{
    ask, at, drives, feed, fixes, knowing_devices, knowing_track, pairings, read, result, saying, seen, told,
};

fn record(device: &str, time: &str, place: (f64, f64), speed: &str) -> String {
    format!(
        r#"{{"id":"r","device":{{"id":"{device}"}},"dateTime":"{time}","latitude":{},"longitude":{},"speed":{speed}}}"#,
        place.0, place.1
    )
}

fn status(device: &str, time: &str, place: (f64, f64), rest: &str) -> String {
    format!(
        r#"{{"device":{{"id":"{device}"}},"dateTime":"{time}","latitude":{},"longitude":{}{rest}}}"#,
        place.0, place.1
    )
}

/// The changes of a page of statuses, to a memory that has seen a snapshot of none.
fn status_feed(memory: &Memory, rows: &str) -> Vec<Change> {
    let ask = ask("device_status");
    // Of a device that never reported: a list of nothing would be asked for again.
    let never = status("b18", "0001-01-01T00:00:00.000Z", (0.0, 0.0), "");
    let snapshot = [feed("", "1"), result(&format!("[{never}]")), feed(rows, "2")];
    told(memory, ask, &snapshot.each_ref().map(String::as_str))
}

#[test]
fn trap_1_an_error_in_a_success_brings_no_empty_page() {
    let text = include_str!("../../data/geotab/over_limit.json");
    let memory = knowing_devices();
    for resource in ["trailers", "users", "log_records", "attachments", "duty_status_logs"] {
        let error = read(&memory, ask(resource), &[text]).unwrap_err();
        assert_eq!(error.kind, Kind::Throttled { retry_after: None }, "{resource}");
    }
}

#[test]
fn trap_2_what_a_session_that_ran_out_and_a_bad_password_share_is_unauthorized() {
    let error = read(&knowing_devices(), ask("users"), &[super::server::REFUSED]).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.message.contains("request 00000000-0000-0000-0000-000000000001"), "{error}");
}

#[tokio::test]
async fn trap_3_the_redirect_of_a_login_is_followed() {
    let upstream = Upstream::start(|_, _| ok(result("[]"))).await;
    upstream.move_to(upstream.elsewhere.trim_start_matches("http://"));
    read_live(&upstream.client(), ask("users")).await.unwrap();
    let asked = upstream.asked();
    assert_eq!((asked[0].0, asked[1].0), ("root", "elsewhere"));
}

#[test]
fn trap_4_a_short_page_of_a_list_is_not_its_end() {
    let page =
        geotab::normalise(&knowing_devices(), ask("users"), result(r#"[{"id":"b1"}]"#).as_bytes()).unwrap();
    assert!(page.next.is_some() && !page.batch.complete);
}

#[test]
fn trap_5_a_feed_that_is_caught_up_says_so_by_a_short_page() {
    let text = include_str!("../../data/geotab/log_records_caught_up.json");
    let memory = knowing_track("");
    let batches = read(&memory, Ask { cursor: Some("0"), ..ask("log_records") }, &[text]).unwrap();
    assert_eq!(batches[0].cursor.as_deref(), Some("00000000000014a1"));
}

#[test]
fn trap_6_a_version_is_kept_to_the_letter() {
    let batches = read(&knowing_devices(), ask("log_records"), &[&feed("", "00000000FFFFffff")]).unwrap();
    assert_eq!(batches[0].cursor.as_deref(), Some("00000000FFFFffff"));
    let error = read(&knowing_devices(), ask("log_records"), &[&feed("", "")]).unwrap_err();
    assert_eq!(error.message, "the feed does not say where to go on");
}

#[test]
fn trap_7_a_bare_word_for_nobody_is_nobody() {
    let memory = knowing_track("");
    let rows = |driver: &str| {
        status("b15", "2026-11-20T15:00:00.000Z", (39.5, -119.8), &format!(r#","driver":{driver}"#))
    };
    let with = |driver| pairings(&status_feed(&memory, &rows(driver))).len();
    assert_eq!((with(r#""UnknownDriverId""#), with(r#"{"id":"UnknownDriverId"}"#), with("null")), (0, 0, 0));
    assert_eq!((with(r#""b3A""#), with(r#"{"id":"b3A"}"#)), (1, 1));
}

#[test]
fn trap_8_a_span_may_have_days() {
    let wanted = ["b1".to_owned()];
    let text = result(r#"[[{"cycle":"2.02:00:00","driving":"00:00:59.9999999"}],[]]"#);
    let changes = told(&Memory::default(), Ask { wanted: &wanted, ..ask("availability") }, &[&text]);
    let Some(Change::Clocks { clocks, .. }) = changes.first() else { panic!("{changes:?}") };
    assert_eq!((clocks.cycle_left_s, clocks.drive_left_s), (Some(180_000), Some(59)));
}

#[test]
fn trap_9_a_speed_that_is_no_number_and_a_bearing_of_minus_one_are_unknown() {
    let memory = knowing_track("");
    for speed in ["NaN", "\"NaN\"", "null", "Infinity", "-Infinity", "-1"] {
        let rest = format!(r#","speed":{speed},"bearing":-1"#);
        let changes = status_feed(&memory, &status("b15", "2026-11-20T15:00:00.000Z", (39.5, -119.8), &rest));
        let unknown = || seen("b15", (39.5, -119.8), None, None, "2026-11-20T15:00:00Z");
        assert_eq!(changes, [unknown()], "{speed}");
        // That it is driving is told beside it.
        for rolls in [true, false] {
            let rest = format!(r#"{rest},"isDriving":{rolls}"#);
            let row = status("b15", "2026-11-20T15:00:00.000Z", (39.5, -119.8), &rest);
            assert_eq!(status_feed(&memory, &row), [saying(rolls, None, unknown())], "{speed}");
        }
    }
    let name = result(r#"[{"id":"b1","name":"NaN","firstName":"Infinity","lastName":NaN}]"#);
    let page = geotab::normalise(&memory, ask("users"), name.as_bytes()).unwrap();
    let Change::Profile(profile) = &page.batch.changes[0] else { panic!("{page:?}") };
    assert_eq!((profile.name.as_str(), profile.refs[0].as_str()), ("Infinity", "NaN"));
}

#[test]
fn trap_10_no_place_is_read_from_a_pair_of_x_and_y() {
    // Logs carry such pairs; where a truck is comes from fields that name what they are.
    let log = r#"{"id":"b1","driver":{"id":"b3A"},"dateTime":"2026-11-20T15:00:00.000Z","status":"ON","state":"Active",
        "location":{"location":{"x":-119.8,"y":39.5}}}"#;
    let changes = told(&Memory::default(), ask("duty_status_logs"), &[&feed(log, "1")]);
    assert_eq!((changes.len(), fixes(&changes).len()), (1, 0));
}

#[test]
fn trap_11_archived_devices_and_former_users_are_not_active() {
    let gone = r#"[{"id":"b1","activeTo":"2021-11-05T13:35:43.215Z"}]"#;
    let active = |resource, answers: &[&str]| {
        let changes = told(&Memory::default(), ask(resource), answers);
        matches!(&changes[..], [Change::Profile(profile)] if profile.active)
    };
    let here = result(r#"[{"id":"b1","activeTo":"2050-01-01T00:00:00.000Z"}]"#);
    let (gone, none) = (result(gone), result("[]"));
    assert!(!active("devices", &[&none, &gone, &none]) && active("devices", &[&none, &here, &none]));
    assert!(!active("users", &[&gone, &none]) && active("users", &[&here, &none]));
}

#[test]
fn trap_12_who_drove_last_is_not_who_is_logged_in_and_leaves_the_truck() {
    let memory = knowing_track("");
    let told_at = |time, rest| status_feed_on(&memory, &status("b15", time, (39.5, -119.8), rest));
    status_feed(&memory, "");
    let driver = r#","driver":{"id":"b3A","isDriver":true}"#;
    let changes = told_at("2026-11-20T14:00:00.000Z", driver);
    assert!(changes.contains(&drives("b3A", Some("b15"))), "{changes:?}");
    let historic = format!(r#"{driver},"isHistoricLastDriver":true"#);
    let changes = told_at("2026-11-20T15:00:00.000Z", &historic);
    assert!(changes.contains(&drives("b3A", None)), "{changes:?}");
    assert_eq!(pairings(&told_at("2026-11-20T15:01:00.000Z", &historic)), []);
}

/// A further page of the feed that [`status_feed`] began.
fn status_feed_on(memory: &Memory, rows: &str) -> Vec<Change> {
    told(memory, Ask { cursor: Some("2"), ..ask("device_status") }, &[&feed(rows, "2")])
}

#[test]
fn trap_13_the_time_of_a_status_is_not_taken_for_that_of_a_position_the_track_knows() {
    let place = (39.5, -119.8);
    let memory = knowing_track(&record("b15", "2026-11-20T14:50:00.000Z", place, "100"));
    let driving = r#","isDriving":true,"speed":100"#;
    let fix = |time, place, rest| fixes(&status_feed(&memory, &status("b15", time, place, rest))).len();
    // A fault came in at 15:00, and the GPS has said nothing since 14:50.
    assert_eq!(fix("2026-11-20T15:00:00.000Z", place, driving), 0);
    // It spoke, and its track will say when.
    assert_eq!(fix("2026-11-20T14:52:00.000Z", (39.6, -119.8), driving), 0);
    // Its track is silent.
    assert_eq!(fix("2026-11-20T15:00:00.000Z", (39.6, -119.8), driving), 1);
    // Whoever stands is still there.
    assert_eq!(fix("2026-11-20T15:00:00.000Z", place, r#","isDriving":false,"speed":0"#), 1);
}

#[test]
fn trap_13_holds_for_a_process_that_goes_on_where_another_ended() {
    let memory = knowing_devices();
    let row = record("b15", "2026-11-20T14:59:00.000Z", (39.5, -119.8), "100");
    let ask = Ask { cursor: Some("2"), ..ask("log_records") };
    // What was told before is learnt and not told again; then the feed goes on.
    assert_eq!(told(&memory, ask, &[&feed(&row, "2"), &feed("", "2")]), []);
    let driving = r#","isDriving":true,"speed":100"#;
    let status = status("b15", "2026-11-20T15:00:00.000Z", (39.51, -119.8), driving);
    assert_eq!(fixes(&status_feed(&memory, &status)).len(), 0);
}

#[test]
fn trap_14_a_limit_of_rows_is_not_a_limit_of_calls() {
    let text = r#"{"error":{"message":"Supplied results limit (50001) exceeds maximum limit (50000).",
        "data":{"type":"OverLimitException"}}}"#;
    assert_eq!(read(&knowing_devices(), ask("attachments"), &[text]).unwrap_err().kind, Kind::TooLarge);
}

#[test]
fn trap_15_one_driver_does_not_cost_the_others_their_clocks() {
    let wanted = ["b3A".to_owned(), "b3B".to_owned()];
    let fault = include_str!("../../data/geotab/multicall_error.json");
    let others = result(r#"[[{"driving":"01:00:00"}],[]]"#);
    let batches =
        read(&Memory::default(), Ask { wanted: &wanted, ..ask("availability") }, &[fault, &others]).unwrap();
    assert_eq!(batches[0].rejects[0].external_id, "b3A");
    assert!(matches!(&batches[1].changes[..], [Change::Clocks { external_id, .. }] if external_id == "b3B"));
}

#[test]
fn trap_16_a_kilometre_per_hour_is_0_62_mph_and_no_other_unit_is_read() {
    let row = record("b15", "2026-11-20T15:00:00.000Z", (39.5, -119.8), "104.607");
    let changes = told(&knowing_devices(), ask("log_records"), &[&feed(&row, "1")]);
    let mph = fixes(&changes)[0].1.speed_mph.unwrap();
    assert!((mph - 65.0).abs() < 1e-3, "{mph}");
}

#[test]
fn trap_17_rest_is_the_clock_of_the_break() {
    let wanted = ["b3A".to_owned(), "b3B".to_owned()];
    // As answered to two calls for clocks; ours has two for logs among them.
    let recorded: Value = serde_json::from_str(include_str!("../../data/geotab/availability.json")).unwrap();
    let text = result(&format!("[{},[],{},[]]", recorded["result"][0], recorded["result"][1]));
    let changes = told(&Memory::default(), Ask { wanted: &wanted, ..ask("availability") }, &[&text]);
    let [Change::Clocks { external_id, clocks }] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(
        (external_id.as_str(), clocks.break_left_s, clocks.drive_left_s),
        ("b3A", Some(12_600), Some(21_600))
    );
}

#[test]
fn trap_18_a_position_has_no_words_for_its_place() {
    let row = record("b15", "2026-11-20T15:00:00.000Z", (39.5, -119.8), "0");
    let changes = told(&knowing_devices(), ask("log_records"), &[&feed(&row, "1")]);
    assert_eq!(fixes(&changes)[0].1.place, None);
}

#[tokio::test]
async fn trap_19_the_password_is_kept_for_the_next_login_and_nowhere_else() {
    let upstream = Upstream::start(|_, _| ok(result("[]"))).await;
    let geotab = upstream.client();
    for _ in 0..3 {
        read_live(&geotab, ask("users")).await.unwrap();
        upstream.expire();
    }
    let passwords: Vec<Value> = upstream
        .asked()
        .into_iter()
        .filter(|(_, name, _)| name == "Authenticate")
        .map(|(_, _, params)| params["password"].clone())
        .collect();
    assert_eq!(passwords, ["not-a-real-password"; 3]);
    for entry in fs::read_dir(upstream.tokens()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("not-a-real-password"));
    }
    assert_eq!(geotab.feeds().len(), 8);
}

#[test]
fn what_was_never_reported_is_neither_a_position_nor_a_reject() {
    let memory = knowing_track("");
    let rows = [
        status("b15", "0001-01-01T00:00:00.000Z", (0.0, 0.0), ""),
        status("b16", "2026-11-20T15:00:00.000Z", (0.0, 0.0), ""),
        status("b17", "0001-01-01T00:00:00.000Z", (39.5, -119.8), ""),
    ];
    let version = feed("", "1");
    let answers = [version.clone(), result("[]"), feed(&rows.join(","), "2")];
    let batches = read(&memory, ask("device_status"), &answers.each_ref().map(String::as_str)).unwrap();
    assert_eq!((batches[2].changes.len(), batches[2].rejects.len()), (0, 0));
}

#[test]
fn a_tracked_trailer_is_a_trailer_and_has_no_driver() {
    let memory = knowing_track("");
    let rest = r#","driver":{"id":"b3A"},"isDriving":false"#;
    let changes = status_feed(&memory, &status("b91", "2026-11-20T15:00:00.000Z", (39.5, -119.8), rest));
    let [Change::Fix { kind, external_id, .. }] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((*kind, external_id.as_str()), (UnitKind::Trailer, "b91"));
}

#[test]
fn a_broken_row_of_every_feed_is_a_reject() {
    let check = |resource: &'static str, answers: &[&str]| {
        let batches = read(&knowing_track(""), ask(resource), answers).unwrap();
        let rejects: Vec<_> = batches.iter().flat_map(|batch| &batch.rejects).collect();
        assert_eq!(rejects.len(), 1, "{resource}: {rejects:?}");
        assert_eq!(rejects[0].external_id, "7", "{resource}");
        assert!(batches.iter().all(|batch| batch.changes.is_empty()), "{resource}");
    };
    let (none, version) = (result("[]"), feed("", "1"));
    check("devices", &[&none, &result(r#"[{"id":"7","groups":"all"}]"#), &none]);
    check("trailers", &[&result(r#"[{"id":7,"name":{}}]"#)]);
    check("users", &[&result(r#"[{"id":"7","isDriver":"perhaps"}]"#), &none]);
    check("log_records", &[&feed(r#"{"id":"7","latitude":{}}"#, "1")]);
    check("device_status", &[&version, &result(r#"[{"id":"7","isDriving":3}]"#), &version]);
    check("duty_status_logs", &[&feed(r#"{"id":"7","driver":4}"#, "1")]);
    check("attachments", &[&result(r#"[{"id":"7","device":"b15"}]"#)]);
}

#[test]
fn the_latest_of_two_trucks_that_name_a_driver_has_him() {
    let memory = knowing_track("");
    let row = |device, time| status(device, time, (39.5, -119.8), r#","driver":{"id":"b3A"}"#);
    let rows = [row("b16", "2026-11-20T15:00:00.000Z"), row("b15", "2026-11-20T14:00:00.000Z")];
    let pairs = status_feed(&memory, &rows.join(","));
    assert_eq!(pairings(&pairs).last(), Some(&("b3A", Some("b16"))));
    assert_eq!(fixes(&pairs).last().unwrap().1.observed_at, at("2026-11-20T15:00:00Z"));
}
