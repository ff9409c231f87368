//! Geotab's feeds: each record once, in the order of arrival.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::Desk;

const FEEDS: [&str; 9] = [
    "LogRecord",
    "StatusData",
    "DutyStatusLog",
    "DriverChange",
    "Trailer",
    "TrailerAttachment",
    "Device",
    "User",
    "DeviceStatusInfo",
];

/// Reads a feed to its end, so many rows at a time.
async fn drain(desk: &Desk, kind: &str, mut version: String, limit: usize) -> (Vec<Value>, String) {
    let mut rows = Vec::new();
    loop {
        let (page, next) = desk.feed(kind, json!({ "fromVersion": version, "resultsLimit": limit })).await;
        assert!(page.len() <= limit);
        assert!(!page.is_empty() || next == version, "nothing new has the version of before");
        version = next;
        let is_last = page.len() < limit;
        rows.extend(page);
        if is_last {
            return (rows, version);
        }
    }
}

#[tokio::test]
async fn a_feed_begins_now_with_nothing() {
    let desk = Desk::of(20).await;
    for kind in FEEDS {
        let (rows, version) = desk.feed(kind, json!({})).await;
        assert!(rows.is_empty(), "{kind}");
        assert!(version.len() == 16 && u64::from_str_radix(&version, 16).is_ok(), "{version}");
        let (rows, same) = desk.feed(kind, json!({ "fromVersion": version })).await;
        assert_eq!((rows.len(), &same), (0, &version), "{kind}");
    }
}

#[tokio::test]
async fn in_pieces_or_at_once_every_record_comes_and_none_twice() {
    let desk = Desk::of(16).await;
    let starts = {
        let mut starts = HashMap::new();
        for kind in FEEDS {
            starts.insert(kind, desk.feed(kind, json!({})).await.1);
        }
        starts
    };
    let mut pieces: HashMap<&str, Vec<Value>> = HashMap::new();
    let mut versions = starts.clone();
    for minutes in [1, 2, 7, 30, 45, 1, 120, 240] {
        desk.world.pass(minutes * 60);
        for kind in FEEDS {
            let limit = if kind == "LogRecord" { 997 } else { 53 };
            let (rows, version) = drain(&desk, kind, versions[kind].clone(), limit).await;
            pieces.entry(kind).or_default().extend(rows);
            versions.insert(kind, version);
        }
    }
    for kind in FEEDS {
        let (once, version) = drain(&desk, kind, starts[kind].clone(), 50_000).await;
        let pieces = &pieces[kind];
        let by_id = |rows: &[Value]| -> BTreeMap<String, Value> {
            rows.iter().map(|row| (row["id"].to_string(), row.clone())).collect()
        };
        assert_eq!(version, versions[kind], "{kind}");
        if ["LogRecord", "StatusData", "DriverChange"].contains(&kind) {
            assert_eq!(pieces, &once, "{kind}: these never change");
            assert_eq!(by_id(pieces).len(), pieces.len(), "{kind}");
        } else if kind == "DeviceStatusInfo" {
            let ids = |rows: &[Value]| by_id(rows).into_keys().collect::<Vec<_>>();
            assert_eq!(ids(pieces), ids(&once));
        } else {
            assert_eq!(by_id(pieces), by_id(&once), "{kind}: the last of each is how it is now");
            let mut told: Vec<(String, String)> =
                pieces.iter().map(|row| (row["id"].to_string(), row["version"].to_string())).collect();
            told.sort();
            let before = told.len();
            told.dedup();
            assert_eq!(told.len(), before, "{kind} told a version twice");
        }
        assert_eq!(kind == "Trailer", pieces.is_empty(), "{kind}");
    }
    let logs = &pieces["DutyStatusLog"];
    let again = logs.iter().any(|log| logs.iter().filter(|other| other["id"] == log["id"]).count() > 1);
    assert!(again, "an edited log comes again under its id");
}

#[tokio::test]
async fn what_comes_in_late_stands_behind_what_is_newer() {
    let desk = Desk::of(30).await;
    let from = json!({ "search": { "fromDate": "2026-11-24T07:00:00.000Z" } });
    let (rows, _) = desk.feed("LogRecord", from).await;
    let mut newest: HashMap<String, String> = HashMap::new();
    let mut late = 0;
    for row in &rows {
        let at = row["dateTime"].as_str().unwrap().to_owned();
        let known = newest.entry(row["device"]["id"].to_string()).or_default();
        if at < *known {
            late += 1;
        } else {
            *known = at;
        }
    }
    assert!(rows.len() > 1000 && late > 10, "{late} of {}", rows.len());
    assert!(rows.iter().all(|row| row["speed"].is_i64() && row.get("version").is_none()));
}

#[tokio::test]
async fn a_version_is_of_one_type_and_does_not_outlive_a_restored_database() {
    let desk = Desk::of(5).await;
    let (_, version) = desk.feed("LogRecord", json!({})).await;
    let check = async |kind: &str, version: &str| {
        desk.refused("GetFeed", json!({ "typeName": kind, "fromVersion": version })).await
    };
    for bad in ["", "5", "zzzzzzzzzzzzzzzz", "ffffffffffffffff", &version[1..]] {
        assert_eq!(check("LogRecord", bad).await, "ArgumentException", "{bad}");
    }
    assert_eq!(check("StatusData", &version).await, "ArgumentException");
    desk.world.sim.restore_geotab();
    assert_eq!(check("LogRecord", &version).await, "ArgumentException");
    let (_, version) = desk.feed("LogRecord", json!({})).await;
    // Once there is a version, the search is not even read.
    let both = json!({ "fromVersion": version, "search": { "nonsense": true } });
    desk.feed("LogRecord", both).await;
}
