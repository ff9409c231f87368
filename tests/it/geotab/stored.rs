//! What a fleet looks like in the database, read feed by feed from a scripted Geotab.

use backhaul::model::{Batch, DutyStatus, Fleet, Motion};
use backhaul::providers::geotab::Geotab;
use backhaul::providers::{Ask, Provider};
use backhaul::store::{Commit, Health};
use serde_json::{Value, json};

use super::server::{Reply, Upstream, ok};
use super::{DEVICES, feed, now, result};
use crate::store::Bench;

/// Ann drives T-15 with TRL-5301 behind it; Bob has no rule set.
fn at_work(name: &str, params: &Value) -> Reply {
    let first = params["sort"]["offset"].is_null() && params["fromVersion"].is_null();
    ok(match name {
        "Get Device" if first => result(DEVICES),
        "Get Trailer" => include_str!("../../data/geotab/trailers.json").to_owned(),
        "Get User" if first => result(
            r#"[{"id":"b3A","name":"ann","firstName":"Ann","lastName":"Reyes","isDriver":true,"hosRuleSet":"America8Day"},
                {"id":"b3B","name":"bob","firstName":"Bob","lastName":"Stone","isDriver":true,"hosRuleSet":"None"}]"#,
        ),
        "GetFeed LogRecord" if first => feed(
            r#"{"device":{"id":"b15"},"dateTime":"2026-11-20T15:03:00.000Z","latitude":39.5,"longitude":-119.8,"speed":104.607},
               {"device":{"id":"b15"},"dateTime":"2026-11-20T15:04:00.000Z","latitude":39.5,"longitude":-119.82,"speed":104.607}"#,
            "0000000000000001",
        ),
        "Get DeviceStatusInfo" => include_str!("../../data/geotab/device_status.json").to_owned(),
        "GetFeed DutyStatusLog" if first => feed(
            r#"{"driver":{"id":"b3A"},"dateTime":"2026-11-20T12:00:00.000Z","status":"D","state":"Active"},
               {"driver":{"id":"b3B"},"dateTime":"2026-11-20T11:00:00.000Z","status":"OFF","state":"Active"}"#,
            "0000000000000001",
        ),
        "ExecuteMultiCall" => {
            assert_eq!(params["calls"].as_array().unwrap().len(), 2, "one driver is under hours");
            let recorded: Value =
                serde_json::from_str(include_str!("../../data/geotab/availability.json")).unwrap();
            // The line of the feed was annulled: he is on duty since eleven.
            let log = json!([{"driver": {"id": "b3A"}, "dateTime": "2026-11-20T11:00:00.000Z", "status": "ON",
                "state": "Active"}]);
            result(&json!([recorded["result"][0], log]).to_string())
        }
        "Get TrailerAttachment" => include_str!("../../data/geotab/attachments.json").to_owned(),
        _ if name.starts_with("GetFeed") => feed("", "0000000000000002"),
        _ => result("[]"),
    })
}

/// The same after Ann has gone home.
fn after_work(name: &str, params: &Value) -> Reply {
    match name {
        "Get DeviceStatusInfo" => {
            let text = include_str!("../../data/geotab/device_status.json");
            let mut statuses: Value = serde_json::from_str(text).unwrap();
            statuses["result"][0]["driver"] = json!("UnknownDriverId");
            ok(statuses.to_string())
        }
        _ => at_work(name, params),
    }
}

/// Reads every feed once, each page a transaction, from where the database remembers.
async fn read_all(bench: &mut Bench, geotab: &Geotab) {
    for spec in geotab.feeds() {
        let resource = spec.resource;
        let cursor = bench.store.remembered("geotab", resource).await.unwrap().cursor;
        let wanted = match spec.wants {
            Some(want) => bench.store.wanted("geotab", want, usize::MAX, bench.now).await.unwrap(),
            None => Vec::new(),
        };
        let (mut page, mut read_rev) = (None::<String>, None);
        loop {
            let (cursor, now) = (cursor.as_deref(), bench.now);
            let ask = Ask { resource, cursor, page: page.as_deref(), restart: false, wanted: &wanted, now };
            let told = geotab.fetch(ask).await.unwrap();
            let done = told.next.is_none();
            let health = Health { interval_s: 5, calls: 1, done, ..Health::default() };
            read_rev = Some(commit(bench, resource, told.batch, read_rev, health).await);
            page = told.next;
            if done {
                break;
            }
        }
    }
}

async fn commit(
    bench: &Bench,
    resource: &'static str,
    batch: Batch,
    read_rev: Option<i64>,
    health: Health,
) -> i64 {
    let commit = Commit { account: "geotab".to_owned(), resource, batch, read_rev, health, now: bench.now };
    let applied = bench.store.apply(commit).await.unwrap();
    read_rev.unwrap_or(applied.revision)
}

fn tractor_of(fleet: &Fleet, driver: &str) -> Option<String> {
    let driver = fleet.drivers.iter().find(|row| row.name == driver).unwrap();
    driver.tractor_id.as_ref().map(ToString::to_string)
}

#[tokio::test]
async fn a_fleet_is_in_the_database_as_it_is_on_the_road() {
    let upstream = Upstream::start(at_work).await;
    let mut bench = Bench::new();
    bench.now = now();
    let geotab = upstream.client();
    read_all(&mut bench, &geotab).await;
    let fleet = bench.fleet();

    let truck = fleet.tractors.iter().find(|row| row.unit_number == "T-15").unwrap();
    assert_eq!(
        truck.observed_at,
        Some(super::at("2026-11-20T15:04:00Z")),
        "the GPS's time, not the status's"
    );
    assert!((truck.speed_mph.unwrap() - 65.0).abs() < 1e-3);
    assert!((truck.heading_deg.unwrap() - 270.0).abs() < 0.1, "{:?}", truck.heading_deg);
    assert_eq!(tractor_of(&fleet, "Ann Reyes").as_deref(), Some("geotab:b15"));

    let trailers: Vec<_> =
        fleet.trailers.iter().map(|row| (row.unit_number.as_str(), row.tractor_id.is_some())).collect();
    assert_eq!(trailers, [("TRL-5302 reefer", false), ("TRL-5301", true)], "each once");

    let ann = fleet.drivers.iter().find(|row| row.name == "Ann Reyes").unwrap();
    assert_eq!((ann.drive_left_s, ann.break_left_s), (Some(21_600), Some(12_600)));
    let bob = fleet.drivers.iter().find(|row| row.name == "Bob Stone").unwrap();
    assert_eq!((bob.hos_status, bob.drive_left_s), (DutyStatus::OffDuty, None));
    // In the minute in which the feed told of a newer line, that one holds; then what was corrected.
    assert_eq!(ann.hos_status, DutyStatus::Driving);
    bench.later(120);
    read_all(&mut bench, &geotab).await;
    let fleet = bench.fleet();
    let ann = fleet.drivers.iter().find(|row| row.name == "Ann Reyes").unwrap();
    assert_eq!(
        (ann.hos_status, ann.hos_status_since_at),
        (DutyStatus::OnDuty, Some(super::at("2026-11-20T11:00:00Z")))
    );
    assert_eq!(fleet.feeds.iter().filter(|feed| feed.account == "geotab").count(), 8);
}

#[tokio::test]
async fn a_driver_who_went_home_while_nobody_polled_is_on_no_truck() {
    let upstream = Upstream::start(at_work).await;
    let mut bench = Bench::new();
    bench.now = now();
    read_all(&mut bench, &upstream.client()).await;
    assert!(tractor_of(&bench.fleet(), "Ann Reyes").is_some());
    upstream.answer(after_work);
    bench.later(600);
    read_all(&mut bench, &upstream.client()).await;
    assert_eq!(tractor_of(&bench.fleet(), "Ann Reyes"), None);
}

/// The same when the truck has driven on, and its speed cannot be read.
fn on_the_road(name: &str, params: &Value) -> Reply {
    match name {
        "Get DeviceStatusInfo" => {
            let text = include_str!("../../data/geotab/device_status.json");
            let mut statuses: Value = serde_json::from_str(text).unwrap();
            let truck = &mut statuses["result"][0];
            (truck["dateTime"], truck["latitude"]) = (json!("2026-11-20T15:14:00.000Z"), json!(39.6));
            (truck["speed"], truck["isDriving"]) = (json!("NaN"), json!(true));
            ok(statuses.to_string())
        }
        _ => at_work(name, params),
    }
}

/// A mile on, by a log whose speeds cannot be read.
fn rolls_by_the_log(name: &str, params: &Value) -> Reply {
    match name {
        "GetFeed LogRecord" => ok(feed(
            r#"{"device":{"id":"b15"},"dateTime":"2026-11-20T15:15:00.000Z","latitude":39.615,"longitude":-119.8138,"speed":"NaN"}"#,
            "0000000000000003",
        )),
        _ => on_the_road(name, params),
    }
}

/// Another mile on, and there still two minutes later.
fn stands_by_the_log(name: &str, params: &Value) -> Reply {
    match name {
        "GetFeed LogRecord" => ok(feed(
            r#"{"device":{"id":"b15"},"dateTime":"2026-11-20T15:16:00.000Z","latitude":39.63,"longitude":-119.8138,"speed":"NaN"},
               {"device":{"id":"b15"},"dateTime":"2026-11-20T15:18:00.000Z","latitude":39.63,"longitude":-119.8138,"speed":"NaN"}"#,
            "0000000000000004",
        )),
        _ => on_the_road(name, params),
    }
}

#[tokio::test]
async fn a_truck_that_is_driving_is_not_shown_to_stand_because_its_speed_cannot_be_read() {
    let upstream = Upstream::start(at_work).await;
    let mut bench = Bench::new();
    bench.now = now();
    read_all(&mut bench, &upstream.client()).await;
    upstream.answer(on_the_road);
    bench.later(600);
    read_all(&mut bench, &upstream.client()).await;
    let fleet = bench.fleet();
    let truck = fleet.tractors.iter().find(|row| row.unit_number == "T-15").unwrap();
    assert_eq!(truck.observed_at, Some(super::at("2026-11-20T15:14:00Z")));
    assert_eq!((truck.speed_mph, truck.state, truck.stood_since_at), (None, Motion::Moving, None));
    // The log tells neither a speed nor a word: the way that it came does, and then that it came none.
    upstream.answer(rolls_by_the_log);
    bench.later(60);
    read_all(&mut bench, &upstream.client()).await;
    let truck = bench.fleet().tractors.iter().find(|row| row.unit_number == "T-15").unwrap().clone();
    assert_eq!((truck.speed_mph, truck.state), (None, Motion::Moving));
    upstream.answer(stands_by_the_log);
    bench.later(180);
    read_all(&mut bench, &upstream.client()).await;
    let truck = bench.fleet().tractors.iter().find(|row| row.unit_number == "T-15").unwrap().clone();
    let came = super::at("2026-11-20T15:16:00Z");
    assert_eq!((truck.state, truck.stood_since_at), (Motion::Stopped, Some(came)));
}

#[tokio::test]
async fn a_truck_that_says_for_how_long_it_has_stood_has_stood_since_then() {
    let upstream = Upstream::start(at_work).await;
    let mut bench = Bench::new();
    bench.now = now();
    read_all(&mut bench, &upstream.client()).await;
    let fleet = bench.fleet();
    let truck = fleet.tractors.iter().find(|row| row.unit_number == "T-16").unwrap();
    // A day, three hours and some minutes.
    let since = truck.state_since_at.unwrap();
    assert_eq!((truck.state, bench.now.since(since).as_secs()), (Motion::Stopped, 97_964));
}
