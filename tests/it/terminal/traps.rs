//! Each known trap of this API, by the fact that it is avoided by.

use backhaul::http::Kind;
use backhaul::model::{Change, DutyStatus};
use backhaul::providers::{Ask, Provider, terminal};

use super::server::{LAST, ok, read, refused, start};
use super::{ask, batch, normalise, rows};

#[tokio::test]
async fn trap_1_an_empty_page_is_not_the_end_and_a_missing_next_is() {
    let (asked, terminal) = start(async |path: String| {
        ok(match path.rsplit_once("cursor=") {
            None => r#"{"results":[{"id":"1"}],"next":"c 1&"}"#,
            Some((_, "c%201%26")) => r#"{"results":[],"next":"c2"}"#,
            Some(_) => r#"{"results":[{"id":"2"}],"next":""}"#,
        })
    })
    .await;
    let pages = read(&terminal, ask("vehicles")).await;
    let counts: Vec<_> = pages.iter().map(|page| (page.batch.changes.len(), page.batch.complete)).collect();
    assert_eq!(counts, [(1, false), (0, false), (1, true)]);
    assert_eq!(
        asked.take(),
        ["/vehicles?limit=1000", "/vehicles?limit=1000&cursor=c%201%26", "/vehicles?limit=1000&cursor=c2"]
    );
}

#[test]
fn trap_2_kilometres_are_made_miles_and_milliseconds_seconds() {
    let text = rows(
        r#"{"vehicle":"1","locatedAt":"2026-11-20T15:00:00Z","location":{"latitude":1,"longitude":2},
            "speed":100,"odometer":1609.344}"#,
    );
    let changes = batch("vehicle_locations", &text).changes;
    let [Change::Telemetry { telemetry, .. }, Change::Fix { fix, .. }] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert!((telemetry.odometer_mi.unwrap().0 - 1000.0).abs() < 1e-9);
    assert!((fix.speed_mph.unwrap() - 62.137).abs() < 1e-3);

    let text = rows(r#"{"driver":"1","availableTime":{"drive":1499.6,"cycle":-5000}}"#);
    let changes = batch("available_time", &text).changes;
    let Change::Clocks { clocks, .. } = &changes[0] else { panic!("{changes:?}") };
    assert_eq!((clocks.drive_left_s, clocks.cycle_left_s), (Some(1), Some(0)), "in the red is at nought");
}

#[tokio::test]
async fn trap_3_the_latest_positions_are_asked_for_under_their_own_path() {
    let (asked, terminal) = start(async |_| ok(LAST)).await;
    read(&terminal, ask("vehicle_locations")).await;
    read(&terminal, ask("trailer_locations")).await;
    assert_eq!(asked.take(), ["/vehicles/locations?limit=1000", "/trailers/locations?limit=1000"]);
}

#[tokio::test]
async fn trap_4_an_errors_detail_is_a_sentence_or_a_list() {
    let check = async |body: &'static str, expected: &str| {
        let (_, terminal) = start(async |_| refused(400, body)).await;
        let error = terminal.fetch(ask("vehicles")).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (Kind::Rejected, Some("bad_request")));
        assert_eq!(error.message, expected);
    };
    check(
        r#"{"code":"bad_request","message":"no","detail":"ask less"}"#,
        "HTTP 400 Bad Request: no (ask less)",
    )
    .await;
    check(
        r#"{"code":"bad_request","message":"no","detail":[{"message":"ask less","path":"q","context":{}}]}"#,
        "HTTP 400 Bad Request: no (ask less)",
    )
    .await;
}

#[tokio::test]
async fn trap_5_a_422_is_the_connections_trouble_and_not_the_questions() {
    let body = r#"{"code":"unprocessable_entity","message":"Connection must be connected","detail":[]}"#;
    let (_, terminal) = start(async |_| refused(422, body)).await;
    for feed in terminal.feeds().iter().filter(|feed| feed.resource != "connection") {
        assert_eq!(terminal.fetch(ask(feed.resource)).await.unwrap_err().kind, Kind::Relink);
    }
    // Not even in the middle of a listing, where a 400 would begin it anew.
    let first = normalise("vehicles", r#"{"results":[],"next":"c"}"#).unwrap();
    let middle = Ask { page: first.next.as_deref(), ..ask("vehicles") };
    assert_eq!(terminal.fetch(middle).await.unwrap_err().kind, Kind::Relink);
}

#[test]
fn trap_6_a_clock_or_status_that_is_missing_is_unknown_and_not_nought() {
    let text = rows(r#"{"driver":"1","availableTime":{"drive":0,"break":null}},{"driver":"2"}"#);
    let changes = batch("available_time", &text).changes;
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            let Change::Clocks { clocks, .. } = change else { panic!("{change:?}") };
            assert_eq!(clocks.status, Some(DutyStatus::Unknown));
            (clocks.drive_left_s, clocks.break_left_s, clocks.shift_left_s, clocks.cycle_left_s)
        })
        .collect();
    assert_eq!(told, [(Some(0), None, None, None), (None, None, None, None)]);
}

#[test]
fn trap_7_a_vehicle_without_a_position_is_not_gone() {
    let text =
        rows(r#"{"vehicle":"1","locatedAt":"2026-11-20T15:00:00Z","location":{"latitude":1,"longitude":2}}"#);
    let positions = batch("vehicle_locations", &text);
    let says_who_there_is =
        positions.changes.iter().any(|change| matches!(change, Change::Profile(_) | Change::Pairing(_)));
    assert!(!says_who_there_is, "profiles are the roster's alone, and so is their end: {positions:?}");
}

#[test]
fn trap_8_ids_are_terminals_own_and_its_providers_are_no_word_of_the_tms() {
    let changes = batch("drivers", &rows(r#"{"id":"drv_1","sourceId":"4471","username":"ana"}"#)).changes;
    let Change::Profile(profile) = &changes[0] else { panic!("{changes:?}") };
    assert_eq!(
        (profile.external_id.as_str(), profile.refs.as_slice()),
        ("drv_1", ["ana".to_owned()].as_slice())
    );
}

#[test]
fn trap_9_whoever_lacks_a_name_goes_by_the_next_best() {
    let name = |resource, row: &str| {
        let changes = batch(resource, &rows(row)).changes;
        let Change::Profile(profile) = changes.into_iter().next().unwrap() else { panic!() };
        profile.name
    };
    assert_eq!(name("vehicles", r#"{"id":"v","name":" ","sourceId":"b12"}"#), "b12");
    assert_eq!(name("trailers", r#"{"id":"t","name":null}"#), "t");
    // As the TMS spells it: a middle name would keep the two apart.
    assert_eq!(
        name("drivers", r#"{"id":"d","firstName":"Mike","middleName":"B","lastName":"Miller"}"#),
        "Mike Miller"
    );
    assert_eq!(name("drivers", r#"{"id":"d","middleName":"B","lastName":"Miller"}"#), "B Miller");
    assert_eq!(name("drivers", r#"{"id":"d","username":"mike","sourceId":"9"}"#), "mike");
    assert_eq!(name("drivers", r#"{"id":"d","sourceId":"9"}"#), "9");
    assert_eq!(name("drivers", r#"{"id":"d"}"#), "d");
}

#[tokio::test]
async fn trap_10_a_next_that_is_always_there_ends_with_an_error_and_the_rows_stay() {
    let (asked, terminal) = start(async |_| ok(r#"{"results":[{"id":"1"}],"next":"cD0y"}"#)).await;
    let first = terminal.fetch(ask("vehicles")).await.unwrap();
    let second = terminal.fetch(Ask { page: first.next.as_deref(), ..ask("vehicles") }).await.unwrap();
    assert_eq!((first.batch.changes.len(), second.batch.changes.len()), (1, 1));
    assert!(!first.batch.complete && !second.batch.complete, "nothing is gone for want of an end");
    let third = terminal.fetch(Ask { page: second.next.as_deref(), ..ask("vehicles") }).await;
    assert_eq!(third.unwrap_err().message, "paging goes in a circle: the same cursor came twice");
    assert_eq!(asked.take().len(), 2);
}

#[test]
fn a_reference_may_be_expanded() {
    let plain = rows(
        r#"{"vehicle":"v","driver":"d","locatedAt":"2026-11-20T15:00:00Z","location":{"latitude":1,"longitude":2}}"#,
    );
    let expanded = rows(
        r#"{"vehicle":{"id":"v","name":"T-1","devices":[{"id":"x"}]},"driver":{"id":"d","firstName":"Ann"},
            "locatedAt":"2026-11-20T15:00:00Z","location":{"latitude":1,"longitude":2}}"#,
    );
    assert_eq!(batch("vehicle_locations", &plain), batch("vehicle_locations", &expanded));
}

#[test]
fn an_answer_of_another_kind_is_no_empty_fleet() {
    let check = |resource, text: &str| {
        let error = terminal::normalise(ask(resource), text.as_bytes()).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed, "{resource}: {text}");
    };
    for text in ["[]", "{}", "null", "<html>", r#"{"code":"x","message":"y"}"#] {
        check("vehicles", text);
        check("available_time", text);
    }
    // A connection may leave out what it likes, but is an object.
    for text in ["[]", "null", "<html>"] {
        check("connection", text);
    }
}
