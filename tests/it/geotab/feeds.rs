//! What is asked, call after call, and what is made of errors that HTTP calls a success.

use std::time::Duration;

use backhaul::http::Kind;
use backhaul::model::{Batch, Change};
use backhaul::providers::geotab::Geotab;
use backhaul::providers::{Ask, Provider};
use serde_json::{Value, json};

use super::server::{Reply, Upstream, ok, read};
use super::{DEVICES, ask, feed, result};

/// A small fleet: its devices, and nothing else anywhere.
fn quiet(name: &str, params: &Value) -> Reply {
    ok(match name {
        "Get Device" if params["sort"]["offset"].is_null() => result(DEVICES),
        "ExecuteMultiCall" => {
            let calls = params["calls"].as_array().unwrap();
            assert!(calls.len() <= 50, "{} calls", calls.len());
            result(&json!(calls.iter().map(|_| json!([])).collect::<Vec<_>>()).to_string())
        }
        _ if name.starts_with("GetFeed") => feed("", "00000000000014a1"),
        _ => result("[]"),
    })
}

async fn logged_in(upstream: &Upstream) -> Geotab {
    let geotab = upstream.client();
    read(&geotab, ask("devices")).await.unwrap();
    upstream.asked();
    geotab
}

/// The parameters of a recorded request, without its credentials.
fn params(text: &str) -> Value {
    let mut request: Value = serde_json::from_str(text).unwrap();
    request["params"].as_object_mut().unwrap().remove("credentials");
    request["params"].take()
}

/// A feed is asked for fewer rows than it may be; the recorded requests ask for all.
fn at_its_most(asked: &mut Value) {
    assert_eq!(asked["resultsLimit"], 25_000);
    asked["resultsLimit"] = json!(50_000);
}

#[tokio::test]
async fn what_is_asked_is_as_the_service_documents_it() {
    let upstream = Upstream::start(quiet).await;
    let geotab = logged_in(&upstream).await;
    let check = async |ask: Ask<'_>, expected: &str, edit: fn(&mut Value)| {
        geotab.fetch(ask).await.unwrap();
        let (_, _, mut asked) = upstream.asked().remove(0);
        asked.as_object_mut().unwrap().remove("credentials");
        edit(&mut asked);
        assert_eq!(asked, params(expected), "{}", ask.resource);
    };
    let same = |_: &mut Value| {};
    check(ask("users"), include_str!("../../data/geotab/users_request.json"), same).await;
    check(ask("log_records"), include_str!("../../data/geotab/log_records_request.json"), |asked| {
        // A day back, where the recorded one began at midnight.
        assert_eq!(asked["search"]["fromDate"], "2026-11-19T15:05:15Z");
        asked["search"]["fromDate"] = json!("2026-11-20T00:00:00.000Z");
        at_its_most(asked);
    })
    .await;
    let go_on = Ask { cursor: Some("00000000000014a1"), ..ask("log_records") };
    check(go_on, include_str!("../../data/geotab/log_records_next_request.json"), at_its_most).await;
    check(ask("attachments"), include_str!("../../data/geotab/attachments_request.json"), |asked| {
        assert_eq!(asked["search"]["activeFrom"], "2026-11-20T15:05:15Z");
        asked["search"]["activeFrom"] = json!("2026-11-20T15:05:00.000Z");
    })
    .await;
    let wanted = ["b3A".to_owned(), "b3B".to_owned()];
    let clocks = Ask { wanted: &wanted, ..ask("availability") };
    check(clocks, include_str!("../../data/geotab/availability_request.json"), |asked| {
        // Besides the clocks the log of each driver is asked for.
        let calls = asked["calls"].as_array_mut().unwrap();
        let log = calls.remove(1);
        assert_eq!(calls.remove(2)["params"]["typeName"], "DutyStatusLog");
        let search = json!({"userSearch": {"id": "b3A"}, "fromDate": "2026-11-20T15:05:15Z",
            "toDate": "2026-11-20T15:05:15Z", "includeBoundaryLogs": true,
            "statuses": ["ON", "OFF", "D", "SB", "PC", "YM", "WT"]});
        assert_eq!(log["params"], json!({"typeName": "DutyStatusLog", "search": search}));
    })
    .await;
}

#[tokio::test]
async fn a_login_is_asked_for_as_documented() {
    let upstream = Upstream::start(quiet).await;
    upstream.client().fetch(ask("users")).await.unwrap();
    let (_, _, asked) = upstream.asked().remove(0);
    assert_eq!(asked, params(include_str!("../../data/geotab/authenticate_request.json")));
}

/// 12,003 devices, given 5,000 at a time without a word about the rest.
fn many_devices(name: &str, params: &Value) -> Reply {
    if name != "Get Device" {
        return ok(result("[]"));
    }
    let limit = params["resultsLimit"].as_u64().unwrap().min(5000);
    let offset = params["sort"]["offset"]
        .as_str()
        .map_or(0, |id| id.trim_start_matches('b').parse::<u64>().unwrap() + 1);
    let ids = (offset..12_003).take(usize::try_from(limit).unwrap());
    let rows: Vec<_> = ids.map(|id| format!(r#"{{"id":"b{id:05}","name":"T-{id}"}}"#)).collect();
    ok(result(&format!("[{}]", rows.join(","))))
}

#[tokio::test]
async fn a_list_is_read_until_it_is_empty() {
    let upstream = Upstream::start(many_devices).await;
    let batches = read(&upstream.client(), ask("devices")).await.unwrap();
    let counts: Vec<_> = batches.iter().map(|batch| (batch.changes.len(), batch.complete)).collect();
    assert_eq!(counts, [(0, false), (5000, false), (5000, false), (2003, false), (0, true)]);
    let offsets: Vec<_> = upstream
        .asked()
        .into_iter()
        .filter(|(_, name, _)| name == "Get Device")
        .map(|(_, _, params)| params["sort"]["offset"].clone())
        .collect();
    assert_eq!(offsets, [Value::Null, "b04999".into(), "b09999".into(), "b12002".into()]);
}

#[tokio::test]
async fn what_refers_to_devices_reads_their_list_first_where_nobody_has() {
    let upstream = Upstream::start(quiet).await;
    let geotab = upstream.client();
    read(&geotab, ask("attachments")).await.unwrap();
    let listing = ["Get Group", "Get Device", "Get Device"];
    assert_eq!(
        upstream.names(),
        ["Authenticate", "Get Group", "Get Device", "Get Device", "Get TrailerAttachment"]
    );
    read(&geotab, ask("log_records")).await.unwrap();
    assert_eq!(upstream.names(), ["GetFeed LogRecord"]);
    read(&geotab, ask("devices")).await.unwrap();
    assert_eq!(upstream.names(), listing);
}

#[tokio::test]
async fn who_may_not_see_groups_still_reads_devices() {
    let upstream = Upstream::start(|name, params| match name {
        "Get Group" => ok(include_str!("../../data/geotab/method_not_found.json")),
        _ => quiet(name, params),
    })
    .await;
    let batches = read(&upstream.client(), ask("devices")).await.unwrap();
    assert_eq!(batches.iter().map(|batch| batch.changes.len()).sum::<usize>(), 5);
}

#[tokio::test]
async fn a_feed_goes_on_until_a_page_is_not_full_and_tells_its_version_on_every_page() {
    let upstream = Upstream::start(|name, params| {
        if name != "GetFeed LogRecord" {
            return quiet(name, params);
        }
        let limit = usize::try_from(params["resultsLimit"].as_u64().unwrap()).unwrap();
        let row = r#"{"device":{"id":"b15"},"dateTime":"2026-11-20T15:00:00.000Z","latitude":1,"longitude":2,"speed":3}"#;
        ok(match params["fromVersion"].as_str() {
            None => feed(&vec![row; limit].join(","), "00000000000000ff"),
            Some(version) => {
                assert_eq!(version, "00000000000000ff");
                assert!(params["search"].is_null());
                feed(row, "0000000000000100")
            }
        })
    })
    .await;
    let geotab = logged_in(&upstream).await;
    let batches = read(&geotab, ask("log_records")).await.unwrap();
    let told: Vec<_> = batches.iter().map(|batch| (batch.changes.len(), batch.cursor.as_deref())).collect();
    assert_eq!(told, [(25_000, Some("00000000000000ff")), (1, Some("0000000000000100"))]);
}

#[tokio::test]
async fn all_seats_are_told_at_the_start_of_a_process_and_whenever_some_were_not_written() {
    let upstream = Upstream::start(|name, params| match name {
        "Get DeviceStatusInfo" => ok(include_str!("../../data/geotab/device_status.json")),
        _ => quiet(name, params),
    })
    .await;
    let geotab = logged_in(&upstream).await;
    read(&geotab, ask("log_records")).await.unwrap();
    upstream.names();
    let whole = ["GetFeed DeviceStatusInfo", "Get DeviceStatusInfo", "GetFeed DeviceStatusInfo"];
    let batches =
        read(&geotab, Ask { cursor: Some("0000000000000007"), ..ask("device_status") }).await.unwrap();
    assert_eq!(upstream.names(), whole);
    assert!(batches[1].complete && batches[1].cursor.is_some());

    let go_on = Ask { cursor: batches[2].cursor.as_deref(), ..ask("device_status") };
    read(&geotab, go_on).await.unwrap();
    assert_eq!(upstream.names(), [whole[0]]);
    read(&geotab, Ask { cursor: Some("0000000000000007"), ..ask("device_status") }).await.unwrap();
    assert_eq!(upstream.names(), whole);
}

#[tokio::test]
async fn positions_of_the_status_wait_for_the_track_and_seats_do_not() {
    let upstream = Upstream::start(|name, params| match name {
        "Get DeviceStatusInfo" => ok(include_str!("../../data/geotab/device_status.json")),
        _ => quiet(name, params),
    })
    .await;
    let geotab = logged_in(&upstream).await;
    let read_status = async || {
        let batches = read(&geotab, ask("device_status")).await.unwrap();
        let changes: Vec<Change> = batches.iter().flat_map(|batch| batch.changes.clone()).collect();
        let cursor = batches.iter().rev().find_map(|batch| batch.cursor.clone());
        (super::fixes(&changes).len(), super::pairings(&changes).len(), cursor.is_some())
    };
    assert_eq!(read_status().await, (0, 1, false));
    read(&geotab, ask("log_records")).await.unwrap();
    assert_eq!(read_status().await, (3, 1, true));
}

#[tokio::test]
async fn the_driver_at_whom_a_multi_call_fails_is_set_aside_and_the_others_are_told() {
    let upstream = Upstream::start(|name, params| {
        if name != "ExecuteMultiCall" {
            return quiet(name, params);
        }
        let calls = params["calls"].as_array().unwrap();
        if calls.len() > 2 {
            // The second driver's log.
            let fault = include_str!("../../data/geotab/multicall_error.json");
            return ok(fault.replace(r#""requestIndex": 1"#, r#""requestIndex": 3"#));
        }
        assert_eq!(calls[0]["params"]["search"]["userSearch"]["id"], "b3A");
        ok(result(r#"[[{"driving":"01:00:00"}],[]]"#))
    })
    .await;
    let geotab = logged_in(&upstream).await;
    let wanted = ["b3A".to_owned(), "b3B".to_owned()];
    let batches = read(&geotab, Ask { wanted: &wanted, ..ask("availability") }).await.unwrap();
    let rejects: Vec<_> = batches.iter().flat_map(|batch: &Batch| &batch.rejects).collect();
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0].external_id, "b3B");
    assert_eq!(rejects[0].reason, "the service cannot work out this driver's hours");
    assert_eq!(batches.last().unwrap().changes.len(), 1);
}

#[tokio::test]
async fn drivers_are_asked_for_twenty_five_at_a_time_and_slowly_enough() {
    let upstream = Upstream::start(quiet).await;
    let geotab = logged_in(&upstream).await;
    let wanted: Vec<String> = (0..60).map(|number| format!("d{number:02}")).collect();
    read(&geotab, Ask { wanted: &wanted, ..ask("availability") }).await.unwrap();
    let calls: Vec<_> =
        upstream.asked().iter().map(|(_, _, params)| params["calls"].as_array().unwrap().len()).collect();
    assert_eq!(calls, [50, 50, 20]);
    let limit = geotab.feeds().iter().find(|spec| spec.resource == "availability").unwrap().limit.unwrap();
    assert!(limit.calls_per_second * 60.0 * 25.0 <= 600.0 + 1e-9, "{limit:?}");
    read(&geotab, ask("availability")).await.unwrap();
    assert_eq!(upstream.asked(), [], "nobody is asked for");
}

#[tokio::test]
async fn an_error_inside_a_success_is_an_error() {
    let upstream = Upstream::start(quiet).await;
    let geotab = logged_in(&upstream).await;
    let check = async |script, expected| {
        upstream.answer(script);
        let go_on = Ask { cursor: Some("0000000000000007"), ..ask("log_records") };
        assert_eq!(geotab.fetch(go_on).await.unwrap_err().kind, expected);
    };
    let wait = Some(Duration::from_secs(58));
    check(
        |_, _| (200, Some("58"), include_str!("../../data/geotab/over_limit.json").to_owned()),
        Kind::Throttled { retry_after: wait },
    )
    .await;
    check(|_, _| ok(include_str!("../../data/geotab/method_not_found.json")), Kind::Rejected).await;
    check(
        |_, _| ok(r#"{"error":{"message":"x","data":{"type":"GenericException"}}}"#),
        Kind::Unavailable { retry_after: None },
    )
    .await;
    check(|_, _| (503, None, "<html>busy</html>".to_owned()), Kind::Unavailable { retry_after: None }).await;
    check(
        |_, _| (429, Some("7"), "<html/>".to_owned()),
        Kind::Throttled { retry_after: Some(Duration::from_secs(7)) },
    )
    .await;
    check(|_, _| ok("pong"), Kind::Malformed).await;
    check(|_, _| ok(result("{}")), Kind::Malformed).await;
}

#[tokio::test]
async fn a_version_that_is_refused_is_told_and_a_restart_begins_with_a_day() {
    let upstream = Upstream::start(|name, params| {
        if params["fromVersion"].is_null() {
            return quiet(name, params);
        }
        ok(r#"{"error":{"message":"Invalid version","data":{"type":"ArgumentException"}}}"#)
    })
    .await;
    let geotab = logged_in(&upstream).await;
    let stale = Ask { cursor: Some("ffff"), ..ask("log_records") };
    assert_eq!(read(&geotab, stale).await.unwrap_err().kind, Kind::Rejected);
    upstream.asked();
    let batches = read(&geotab, Ask { restart: true, cursor: None, ..stale }).await.unwrap();
    assert_eq!(batches[0].cursor.as_deref(), Some("00000000000014a1"));
    assert_eq!(upstream.asked()[0].2["search"]["fromDate"], "2026-11-19T15:05:15Z");
}

#[test]
fn all_get_feed_calls_share_one_limit_and_keep_well_below_it() {
    let feeds = ["log_records", "device_status", "duty_status_logs"];
    let geotab = Geotab::new(backhaul::providers::geotab::Account {
        base_url: "https://my.geotab.com".to_owned(),
        database: "acme".to_owned(),
        username: "svc".to_owned(),
        password: "x".to_owned().into(),
        ca_file: None,
        tokens: "unused".into(),
        name: "geotab".to_owned(),
    })
    .unwrap();
    let specs: Vec<_> = geotab.feeds().iter().filter(|spec| feeds.contains(&spec.resource)).collect();
    assert_eq!(specs.len(), 3);
    assert!(
        specs.iter().all(|spec| spec
            .limit
            .is_some_and(|limit| limit.of == "GetFeed" && limit.calls_per_second <= 1.0))
    );
    let a_minute: f64 = specs.iter().map(|spec| 60.0 / spec.pause.as_secs_f64()).sum();
    assert!(a_minute <= 40.0, "{a_minute}");
}
