//! The simulated Samsara.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use backhaul::model::Timestamp;
use serde_json::Value;

use super::World;

#[tokio::test]
async fn only_the_token_opens_it() {
    let world = World::of(5).await;
    let url = format!("{}/me", world.sim.samsara_url());
    for headers in
        [vec![], vec![("authorization", "Bearer wrong")], vec![("authorization", world.sim.samsara_token())]]
    {
        let reply = world.get(&url, &headers).await;
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["message"], "invalid token");
        assert!(reply.json()["requestId"].is_string());
        assert!(reply.headers.contains_key("request-id"));
    }
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let world = World::of(5).await;
    let check = async |path: &str, status: u16, words: &str| {
        let reply = world.samsara(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{path}: {message}");
    };
    check("/fleet/vehicle", 404, "not found").await;
    check("/fleet/vehicles?limit=0", 400, "limit").await;
    check("/fleet/vehicles?limit=513", 400, "limit").await;
    check("/fleet/vehicles?vehicleIds=1", 400, "vehicleIds").await;
    check("/fleet/vehicles?after=", 400, "cursor").await;
    check("/fleet/vehicles?updatedAfterTime=yesterday", 400, "RFC 3339").await;
    check("/fleet/vehicles/stats", 400, "types").await;
    check("/fleet/vehicles/stats?types=bogusType", 400, "Invalid stat type(s): bogusType").await;
    check("/fleet/vehicles/stats?types=gps,engineStates,fuelPercents,obdOdometerMeters", 400, "3").await;
    check("/fleet/vehicles/stats?types=gps&limit=10", 400, "limit").await;
    check("/fleet/vehicles/stats/feed?types=gps&after=abc", 400, "cursor").await;
    check("/assets?limit=10", 400, "limit").await;
    check("/assets/location-and-speed/stream", 400, "Need to include asset IDs to filter by.").await;
    let ids = vec!["1"; 51].join(",");
    check(&format!("/assets/location-and-speed/stream?ids={ids}"), 400, "50 or less").await;
    check("/fleet/drivers?driverActivationStatus=all", 400, "driverActivationStatus").await;
    check("/fleet/driver-vehicle-assignments", 400, "filterBy").await;
    check("/driver-trailer-assignments", 400, "driverIds").await;
}

#[tokio::test]
async fn a_cursor_of_one_list_is_refused_by_another() {
    let world = World::of(5).await;
    let cursor = world.samsara("/fleet/vehicles?limit=2").await.json()["pagination"]["endCursor"].clone();
    let cursor = cursor.as_str().unwrap();
    assert_eq!(world.samsara(&format!("/fleet/vehicles?limit=2&after={cursor}")).await.status, 200);
    assert_eq!(world.samsara(&format!("/fleet/drivers?limit=2&after={cursor}")).await.status, 400);
}

#[tokio::test]
async fn five_a_second_are_enforced_with_a_fractional_retry_after() {
    let world = World::of(5).await;
    let mut refused = None;
    for _ in 0..12 {
        let reply = world.samsara_once("/fleet/trailers").await;
        if reply.status == 429 {
            refused = Some(reply);
        }
    }
    let refused = refused.expect("twelve calls at once are more than five a second");
    let wait: f64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(wait > 0.0 && wait <= 0.2, "{wait}");
    assert_eq!(refused.json()["message"], "Exceeded rate limit.");
}

#[tokio::test]
async fn paging_to_the_end_gives_every_unit_once() {
    let world = World::of(1200).await;
    for (path, count) in [
        ("/fleet/vehicles?limit=500", 1200),
        ("/fleet/vehicles/stats?types=gps", 1200),
        ("/fleet/hos/clocks", 1380),
        ("/fleet/drivers", 1379),
        ("/fleet/drivers?driverActivationStatus=deactivated", 1),
    ] {
        let rows = world.all(path).await;
        let ids: HashSet<String> = rows.iter().map(id).collect();
        assert_eq!((rows.len(), ids.len()), (count, count), "{path}");
    }
}

#[tokio::test]
async fn pages_have_the_sizes_of_the_real_service() {
    let world = World::of(1200).await;
    let size = async |path: &str| world.samsara(path).await.json()["data"].as_array().unwrap().len();
    assert_eq!(size("/fleet/vehicles").await, 512);
    assert_eq!(size("/assets").await, 300);
    assert_eq!(size("/fleet/driver-vehicle-assignments?filterBy=drivers&limit=512").await, 50);
}

#[tokio::test]
async fn snapshot_keys_are_singular_and_feed_keys_are_lists() {
    let world = World::of(20).await;
    let types = "types=gps,engineStates,fuelPercents";
    let snapshot = world.all(&format!("/fleet/vehicles/stats?{types}")).await;
    assert!(snapshot[0]["engineState"]["value"].is_string() && snapshot[0]["fuelPercent"]["value"].is_i64());
    assert!(snapshot[0].get("engineStates").is_none());
    let feed = world.samsara(&format!("/fleet/vehicles/stats/feed?{types}")).await.json();
    assert!(feed["data"][0]["engineStates"].is_array() && feed["data"][0]["gps"][0]["time"].is_string());
}

#[tokio::test]
async fn a_feed_gives_only_news_and_misses_none() {
    let world = World::of(60).await;
    let path = "/fleet/vehicles/stats/feed?types=gps,engineStates";
    let mut cursor = String::new();
    let mut seen: HashMap<String, Vec<String>> = HashMap::new();
    for round in 0..40 {
        let after = if cursor.is_empty() { String::new() } else { format!("&after={cursor}") };
        let body = world.samsara(&format!("{path}{after}")).await.json();
        let rows = body["data"].as_array().unwrap();
        assert!(
            if round == 0 { rows.len() == 60 } else { rows.len() < 60 },
            "{} in round {round}",
            rows.len()
        );
        for row in rows {
            for point in row["gps"].as_array().into_iter().flatten() {
                let times = seen.entry(id(row)).or_default();
                let time = point["time"].as_str().unwrap().to_owned();
                assert!(times.last().is_none_or(|last| *last < time), "{time} came twice or late");
                times.push(time);
            }
        }
        body["pagination"]["endCursor"].as_str().unwrap().clone_into(&mut cursor);
        world.pass(60);
    }
    // What the snapshot of the end knows came through the feed as well.
    world.pass(-60);
    for row in world.all("/fleet/vehicles/stats?types=gps").await {
        assert_eq!(seen[&id(&row)].last().unwrap(), row["gps"]["time"].as_str().unwrap());
    }
    let again = world.samsara(&format!("{path}&after={cursor}")).await.json();
    assert_eq!(again["data"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_large_feed_has_pages_and_each_vehicle_once() {
    let world = World::of(1100).await;
    let path = "/fleet/vehicles/stats/feed?types=gps";
    let first = world.samsara(path).await.json();
    assert_eq!(first["pagination"]["hasNextPage"], true);
    assert_eq!(first["data"].as_array().unwrap().len(), 500);
    let ids: HashSet<String> = world.all(path).await.iter().map(id).collect();
    assert_eq!(ids.len(), 1100);
}

#[tokio::test]
async fn trailer_feeds_list_every_trailer_with_whole_numbers() {
    let world = World::of(60).await;
    let body = world.samsara("/fleet/trailers/stats/feed?types=gps").await.json();
    let cursor = body["pagination"]["endCursor"].as_str().unwrap();
    assert!(body["data"].as_array().unwrap().iter().all(|row| row["gps"].is_array()));
    // A trailer without a tracker has a row, and nothing in it.
    let points = body["data"].as_array().unwrap().iter().filter_map(|row| row["gps"].get(0));
    let speeds: Vec<_> = points.map(|point| point["speedMilesPerHour"].as_i64()).collect();
    assert!(speeds.iter().all(Option::is_some) && speeds.iter().any(|speed| *speed > Some(0)), "{speeds:?}");
    let news = world.samsara(&format!("/fleet/trailers/stats/feed?types=gps&after={cursor}")).await.json();
    assert_eq!(news["data"].as_array().unwrap().len(), body["data"].as_array().unwrap().len());
    assert!(news["data"].as_array().unwrap().iter().all(|row| row["gps"].as_array().unwrap().is_empty()));
}

#[tokio::test]
async fn the_asset_stream_speaks_metres_a_second_and_only_when_asked() {
    let world = World::of(20).await;
    let assets = world.all("/assets?type=trailer").await;
    let ids: Vec<String> = assets.iter().take(20).map(id).collect();
    let path = format!(
        "/assets/location-and-speed/stream?ids={}&startTime=2026-11-24T11:00:00Z&endTime=2026-11-24T12:00:00Z",
        ids.join(",")
    );
    let without = world.all(&path).await;
    assert!(!without.is_empty() && without.iter().all(|row| row.get("speed").is_none()));
    let with = world.all(&format!("{path}&includeSpeed=true&limit=7")).await;
    assert_eq!(with.len(), without.len());
    let fastest =
        with.iter().filter_map(|row| row["speed"]["gpsSpeedMetersPerSecond"].as_f64()).fold(0.0, f64::max);
    assert!((24.0..31.0).contains(&fastest), "{fastest}");
}

#[tokio::test]
async fn rosters_are_odd_where_real_ones_are() {
    let world = World::of(60).await;
    let vehicles = world.all("/fleet/vehicles").await;
    assert_eq!(vehicles.iter().filter(|row| row.get("gateway").is_none()).count(), 1);
    assert!(vehicles.iter().any(|row| row["name"] == "412"));
    let trailers: HashSet<String> = world.all("/fleet/trailers").await.iter().map(id).collect();
    let assets: HashSet<String> = world.all("/assets?type=trailer").await.iter().map(id).collect();
    assert!(assets.is_superset(&trailers) && assets.len() > trailers.len());
    let names: Vec<String> =
        world.all("/fleet/drivers").await.iter().map(|row| row["name"].to_string()).collect();
    assert_eq!(names.len() - names.iter().collect::<HashSet<_>>().len(), 1, "two share a name");
    let clocks = world.all("/fleet/hos/clocks").await;
    assert_eq!(clocks.iter().filter(|row| row["currentDutyStatus"]["hosStatusType"] == "").count(), 1);
    assert!(
        clocks
            .iter()
            .filter(|row| row["currentDutyStatus"]["hosStatusType"] == "offDuty")
            .all(|row| row.get("currentVehicle").is_none())
    );
    assert!(clocks.iter().all(|row| row["currentVehicle"].get("externalIds").is_none()));
}

#[tokio::test]
async fn clocks_agree_with_the_driving_in_the_log() {
    let world = World::of(30).await;
    world.pass(3 * 3600);
    let now = Timestamp::from_secs(super::NOON + 3 * 3600);
    let logs = world.all("/fleet/hos/logs?startTime=2026-11-22T00:00:00Z").await;
    let clocks: BTreeMap<String, Value> = world
        .all("/fleet/hos/clocks")
        .await
        .into_iter()
        .map(|row| (row["driver"]["id"].to_string(), row))
        .collect();
    let mut compared = 0;
    for log in &logs {
        let clock = &clocks[&log["driver"]["id"].to_string()];
        let (mut driven, mut off) = (0, 0);
        for entry in log["hosLogs"].as_array().unwrap() {
            let start = Timestamp::parse(entry["logStartTime"].as_str().unwrap()).unwrap();
            let end = entry["logEndTime"].as_str().map_or(now, |end| Timestamp::parse(end).unwrap());
            let length = end.secs_since(start);
            match entry["hosStatusType"].as_str().unwrap() {
                "driving" => (driven, off) = (driven + length, 0),
                "onDuty" => off = 0,
                _ => off += length,
            }
            if off >= 36_000 {
                driven = 0;
            }
        }
        // The driver who rides along keeps a log of sleeping only.
        if driven > 0 {
            let left = clock["clocks"]["drive"]["driveRemainingDurationMs"].as_i64().unwrap() / 1000;
            assert_eq!(left, 11 * 3600 - driven, "{}", clock["driver"]);
            compared += 1;
        }
    }
    assert!(compared >= 5, "{compared}");
}

#[tokio::test]
async fn answers_have_the_keys_that_the_vendor_requires() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/fixtures/specs/samsara-openapi-dispatch-subset.json");
    let Ok(text) = std::fs::read_to_string(&spec) else {
        eprintln!("skipped: the vendor's document is not here");
        return;
    };
    let spec: Value = serde_json::from_str(&text).unwrap();
    let world = World::of(40).await;
    let trailers = world.all("/assets?type=trailer").await;
    let stream = format!(
        "/assets/location-and-speed/stream?includeSpeed=true&startTime=2026-11-24T09:00:00Z&ids={}",
        trailers.iter().take(30).map(id).collect::<Vec<_>>().join(",")
    );
    for path in [
        "/me",
        "/fleet/vehicles",
        "/fleet/vehicles/stats?types=gps,engineStates,fuelPercents",
        "/fleet/vehicles/stats/feed?types=gps,engineStates,obdOdometerMeters",
        "/fleet/trailers",
        "/fleet/trailers/stats?types=gps,gpsOdometerMeters",
        "/fleet/trailers/stats/feed?types=gps",
        "/assets",
        &stream,
        "/fleet/drivers",
        "/fleet/hos/clocks",
        "/fleet/hos/logs?startTime=2026-11-23T00:00:00Z",
        "/fleet/driver-vehicle-assignments?filterBy=vehicles",
        "/driver-trailer-assignments?driverIds=51000001,51000002",
    ] {
        let bare = path.split('?').next().unwrap();
        let schema = &spec["paths"][bare]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{bare} is not in the document");
        let body = world.samsara(path).await.json();
        let mut wrong = Vec::new();
        compare(&spec, schema, &body, bare, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// Notes every required key that is missing, every key that is not in the schema, and every type
/// that differs.
pub fn compare(spec: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = &whole(spec, schema);
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !fits {
        wrong.push(format!("{at} should be {}: {value}", schema["type"]));
    }
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(required).is_none() {
            wrong.push(format!("{at} lacks {required}"));
        }
    }
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, field) in fields {
            match properties.get(name) {
                Some(schema) => compare(spec, schema, field, &format!("{at}.{name}"), wrong),
                None => wrong.push(format!("{at} has {name}, which is not documented")),
            }
        }
    }
    if let (Some(items), Some(rows)) = (schema.get("items"), value.as_array()) {
        for row in rows.iter().take(40) {
            compare(spec, items, row, &format!("{at}[]"), wrong);
        }
    }
}

/// A schema with what it refers to and is composed of written into it.
fn whole(spec: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        return whole(spec, &spec["components"]["schemas"][name]);
    }
    let mut schema = schema.clone();
    for part in schema["allOf"].take().as_array().into_iter().flatten() {
        let Value::Object(part) = whole(spec, part) else { continue };
        for (key, value) in part {
            match (&mut schema[&key], value) {
                (Value::Object(known), Value::Object(more)) => known.extend(more),
                (Value::Array(known), Value::Array(more)) => known.extend(more),
                (known, value) => *known = value,
            }
        }
    }
    schema
}

fn id(row: &Value) -> String {
    let id = if row["id"].is_string() { &row["id"] } else { &row["driver"]["id"] };
    id.as_str().unwrap().to_owned()
}
