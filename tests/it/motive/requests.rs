//! What is asked, page after page, and what is made of refusals, seen from a server on the loopback
//! that writes it down.

use std::time::Duration;

use backhaul::http::Kind;
use backhaul::model::{Batch, Change};
use backhaul::providers::motive::{Credential, Motive};
use backhaul::providers::{Ask, Cadence, Provider};
use secrecy::SecretString;

use super::server::{NOTHING, Server, read, say};
use super::{ask, at, now};

/// A page of a hundred and one rows of every list, by the page that is asked for.
fn hundred_and_one(line: &str) -> String {
    let rows = if line.ends_with("page_no=1") { 1..101 } else { 101..102 };
    let list = |name: &str| {
        let rows = rows.clone().map(|id| format!(r#"{{"{name}":{{"id":{id}}}}}"#));
        format!(r#""{name}s":[{}]"#, rows.collect::<Vec<_>>().join(","))
    };
    let pagination = r#""pagination":{"per_page":100,"page_no":1,"total":101}"#;
    let lists = ["vehicle", "user", "asset", "hours_of_service"].map(list).join(",");
    format!("{{{lists},{pagination}}}")
}

#[tokio::test]
async fn every_feed_is_read_page_by_page_with_all_filters() {
    let server = Server::start(|asked| say(200, hundred_and_one(&asked.line))).await;
    let motive = server.by_key();
    // Where vehicles are is read of those with a gateway, and then of all.
    let batches = read(&motive, "vehicle_locations", now()).await.unwrap();
    let asked =
        |version: u32, page: u32| format!("/v{version}/vehicle_locations?per_page=100&page_no={page}");
    assert_eq!(server.lines(), [asked(3, 1), asked(3, 2), asked(1, 1), asked(1, 2)]);
    assert_eq!(batches.iter().map(|batch| batch.complete).collect::<Vec<_>>(), [false, false, false, true]);
    let check = async |resource, path: &str, filters: &str| {
        let batches = read(&motive, resource, now()).await.unwrap();
        let asked = |page: u32| format!("/{path}?{filters}per_page=100&page_no={page}");
        assert_eq!(server.lines(), [asked(1), asked(2)], "{resource}");
        batches.iter().map(|batch| batch.complete).collect::<Vec<_>>()
    };
    assert_eq!(check("vehicles", "v1/vehicles", "").await, [false, true]);
    assert_eq!(check("drivers", "v1/users", "role=driver&").await, [false, true]);
    assert_eq!(check("assets", "v1/assets", "").await, [false, true]);
    assert_eq!(check("available_time", "v1/available_time", "").await, [false, false]);
    assert_eq!(check("asset_locations", "v1/asset_locations", "").await, [false, false]);
    let days = "start_date=2026-11-12&end_date=2026-11-20&";
    assert_eq!(check("hours_of_service", "v1/hours_of_service", days).await, [false, false]);
}

#[tokio::test]
async fn all_pages_of_a_read_ask_for_the_same_days_even_over_midnight() {
    let server = Server::start(|asked| say(200, hundred_and_one(&asked.line))).await;
    let motive = server.by_key();
    let before = Ask { now: at("2026-11-20T23:59:59Z"), ..ask("hours_of_service") };
    let first = motive.fetch(before).await.unwrap();
    let after = Ask { page: first.next.as_deref(), now: at("2026-11-21T00:00:01Z"), ..before };
    motive.fetch(after).await.unwrap();
    motive.fetch(Ask { page: None, ..after }).await.unwrap();
    let asked = |days: &str, page: u32| format!("/v1/hours_of_service?{days}&per_page=100&page_no={page}");
    let (old, new) =
        ("start_date=2026-11-12&end_date=2026-11-20", "start_date=2026-11-13&end_date=2026-11-21");
    assert_eq!(server.lines(), [asked(old, 1), asked(old, 2), asked(new, 1)]);
}

#[tokio::test]
async fn a_request_carries_the_key_and_asks_for_miles_and_utc() {
    let server = Server::start(|_| say(200, NOTHING)).await;
    read(&server.by_key(), "vehicles", now()).await.unwrap();
    let headers = &server.asked()[0].headers;
    assert_eq!(headers["x-api-key"], "key-hush");
    assert_eq!(headers["x-metric-units"], "false");
    assert_eq!(headers["accept"], "application/json");
    assert!(!headers.contains_key("x-time-zone"), "days and times stay those of UTC");
    assert!(!headers.contains_key("authorization"));
}

#[tokio::test]
async fn trap_3_drivers_are_never_named_in_a_query_that_would_keep_only_the_last() {
    let server = Server::start(|_| say(200, NOTHING)).await;
    let motive = server.by_key();
    for feed in motive.feeds() {
        read(&motive, feed.resource, now()).await.unwrap();
    }
    let lines = server.lines();
    // Where vehicles are is told by two lists.
    assert_eq!(lines.len(), motive.feeds().len() + 1);
    assert!(lines.iter().all(|line| !line.contains("ids")), "{lines:?}");
}

#[tokio::test]
async fn a_refusal_concerns_what_it_says_it_does() {
    let refused = async |status, body: &'static str, resource| {
        let server = Server::start(move |_| say(status, body)).await;
        let error = server.by_key().fetch(ask(resource)).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        (error.kind, error.message)
    };
    let (kind, message) = refused(401, r#"{"error_message":"invalid API key"}"#, "vehicles").await;
    assert_eq!((kind, message.as_str()), (Kind::Unauthorized, "HTTP 401 Unauthorized: invalid API key"));
    let (kind, _) = refused(403, "<html>no</html>", "available_time").await;
    assert_eq!(kind, Kind::Forbidden);
    assert!(!kind.is_of_the_account(), "a scope that is missing concerns its own feed only");
    for resource in ["assets", "asset_locations"] {
        let (kind, message) = refused(404, "<html>no</html>", resource).await;
        assert_eq!((kind, message.as_str()), (Kind::Unsupported, "this company has no asset tracking"));
    }
    for status in [403, 404] {
        let (kind, message) = refused(status, r#"{"error_message":"no"}"#, "hours_of_service").await;
        assert_eq!(kind, Kind::Unsupported, "the recaps have days too");
        assert_eq!(message, "daily totals may not be read: the recaps are all there is");
    }
    assert_eq!(
        refused(502, "<html>busy</html>", "vehicles").await.0,
        Kind::Unavailable { retry_after: None }
    );
}

#[tokio::test]
async fn a_throttle_that_names_no_time_means_half_a_minute() {
    let kind = async |wait: Option<&'static str>| {
        let server = Server::start(move |_| {
            let mut answer = say(429, r#"{"error_message":"Too many requests"}"#);
            if let Some(wait) = wait {
                answer.headers_mut().insert("retry-after", wait.parse().unwrap());
            }
            answer
        });
        server.await.by_key().fetch(ask("vehicles")).await.unwrap_err().kind
    };
    let throttled = |seconds| Kind::Throttled { retry_after: Some(Duration::from_secs(seconds)) };
    assert_eq!(kind(None).await, throttled(30));
    assert_eq!(kind(Some("7")).await, throttled(7));
}

#[test]
fn positions_are_not_asked_for_more_often_than_they_change() {
    let motive =
        Motive::new("https://api.gomotive.com", Credential::ApiKey(SecretString::from("key-hush")), None)
            .unwrap();
    let pauses: Vec<_> = motive
        .feeds()
        .iter()
        .filter(|feed| feed.cadence == Cadence::Positions)
        .map(|feed| (feed.resource, feed.pause.as_secs()))
        .collect();
    assert_eq!(pauses, [("vehicle_locations", 15), ("asset_locations", 300)]);
    assert!(!format!("{motive:?}").contains("hush"));
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_without_being_repeated() {
    for key in ["", "  ", "key\nhush"] {
        let credential = Credential::ApiKey(SecretString::from(key));
        let error = Motive::new("https://api.gomotive.com", credential, None).unwrap_err();
        assert!(!error.contains("hush"), "{error}");
    }
}

/// A truck with a gateway, in which Ann is, and what the list of all says of it and of one with another tracker.
pub fn both_lists(line: &str) -> String {
    let truck = |id: u32, lat: f64, driver: u32| {
        format!(
            r#"{{"vehicle":{{"id":{id},"current_location":{{"lat":{lat},"lon":-97,"located_at":"2026-11-20T15:00:00Z","speed":0}},
                "current_driver":{{"id":{driver},"status":"active"}}}}}}"#
        )
    };
    let rows = if line.starts_with("/v3/") {
        vec![truck(501, 30.0, 801)]
    } else {
        // Of the one with a gateway it says other things, and of Ann too.
        vec![truck(501, 31.0, 802), truck(502, 32.0, 803), truck(503, 33.0, 801)]
    };
    format!(
        r#"{{"vehicles":[{}],"pagination":{{"per_page":100,"page_no":1,"total":{}}}}}"#,
        rows.join(","),
        rows.len()
    )
}

/// Where trucks are and who drives them, as one read tells it, and whether it told of all.
pub fn told(batches: &[Batch]) -> (Vec<String>, bool) {
    let mut told = Vec::new();
    for change in batches.iter().flat_map(|batch| &batch.changes) {
        match change {
            Change::Fix { external_id, fix, .. } => told.push(format!("{external_id} at {}", fix.latitude)),
            Change::Pairing(pairing) => {
                told.push(format!("{} in {}", pairing.left, pairing.right.as_deref().unwrap_or("none")));
            }
            _ => {}
        }
    }
    (told, batches.last().is_some_and(|batch| batch.complete))
}

#[tokio::test]
async fn a_truck_without_a_gateway_is_told_of_by_the_list_of_all() {
    let server = Server::start(|asked| say(200, both_lists(&asked.line))).await;
    let batches = read(&server.by_key(), "vehicle_locations", now()).await.unwrap();
    let (told, whole) = told(&batches);
    assert_eq!(told, ["501 at 30", "801 in 501", "502 at 32", "503 at 33", "803 in 502"]);
    assert!(whole);
}

#[tokio::test]
async fn where_one_of_the_two_lists_is_not_there_the_other_tells_what_it_knows() {
    let but = async |refused: &'static str, status, minutes: u64| {
        let server = Server::start(move |asked| {
            let is_refused = asked.line.starts_with(refused);
            if is_refused { say(status, "no") } else { say(200, both_lists(&asked.line)) }
        });
        let server = server.await;
        let motive = server.by_key();
        let after = |seconds: u64| now().plus(Duration::from_secs(60 * minutes + seconds));
        if minutes > 0 {
            read(&motive, "vehicle_locations", now()).await.unwrap();
            server.lines();
        }
        let first = read(&motive, "vehicle_locations", after(0)).await.unwrap();
        let rejects: Vec<_> = first.iter().flat_map(|batch| &batch.rejects).cloned().collect();
        let (first, before) = (told(&first), server.lines().len());
        // It is not asked for again at once, but in an hour.
        assert_eq!(told(&read(&motive, "vehicle_locations", after(0)).await.unwrap()), first);
        assert_eq!((before, server.lines().len()), (2, 1));
        let again = read(&motive, "vehicle_locations", after(3601)).await.unwrap();
        assert_eq!((told(&again), server.lines().len()), (first.clone(), 2));
        assert!(again.iter().all(|batch| batch.rejects.is_empty()), "it was said");
        (first, rejects)
    };
    for status in [403, 404] {
        let ((told, whole), rejects) = but("/v3/", status, 0).await;
        assert_eq!(told, ["501 at 31", "502 at 32", "503 at 33", "802 in 501", "803 in 502", "801 in 503"]);
        assert!(whole && rejects.len() == 1, "{rejects:?}");
        // It is so once it was said twice.
        let ((told, whole), rejects) = but("/v1/vehicle_locations", status, 3).await;
        assert_eq!(told, ["501 at 30", "801 in 501"]);
        assert!(whole);
        assert!(rejects[0].reason.contains("without a Vehicle Gateway are may not be read"), "{rejects:?}");
    }
    let server = Server::start(|_| say(404, "")).await;
    let error = read(&server.by_key(), "vehicle_locations", now()).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

#[tokio::test]
async fn an_empty_list_of_vehicles_is_said_to_be_one() {
    let server = Server::start(|_| say(200, NOTHING)).await;
    let batches = read(&server.by_key(), "vehicle_locations", now()).await.unwrap();
    let flags: Vec<_> = batches.iter().map(|batch| (batch.complete, batch.bare)).collect();
    assert_eq!(flags, [(false, false), (true, true)]);
    let server = Server::start(|asked| {
        let is_all = asked.line.starts_with("/v1/");
        say(200, if is_all { both_lists(&asked.line) } else { NOTHING.to_owned() })
    });
    // A fleet without gateways has none in every read: the list of all alone lets go.
    let motive = server.await.by_key();
    for (seconds, complete) in [(0, vec![false, true]), (20, vec![false]), (60, vec![false, true])] {
        let batches =
            read(&motive, "vehicle_locations", now().plus(Duration::from_secs(seconds))).await.unwrap();
        let flags: Vec<_> = batches.iter().map(|batch| (batch.complete, batch.bare)).collect();
        assert_eq!(flags, complete.iter().map(|whole| (*whole, false)).collect::<Vec<_>>(), "{seconds}");
    }
}
