//! The simulated Terminal.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use backhaul::model::Timestamp;
use backhaul::sim::Upstream;
use serde_json::{Value, json};

use super::samsara::compare;
use super::{NOON, World};

/// A fleet of which Terminal has all.
async fn all(units: usize) -> World {
    World::over(units, &[Upstream::Terminal]).await
}

fn at(value: &Value) -> i64 {
    Timestamp::parse(value.as_str().unwrap()).unwrap().millis() / 1000
}

#[tokio::test]
async fn a_key_opens_the_application_and_a_token_one_connection() {
    let world = all(5).await;
    let url = |path: &str| format!("{}{path}", world.sim.terminal_url());
    let key = format!("Bearer {}", world.sim.terminal().api_key);
    let reply = world.get(&url("/vehicles"), &[("authorization", "Bearer sk_wrong")]).await;
    assert_eq!((reply.status, reply.json()["code"].as_str()), (401, Some("unauthorized")));
    assert!(reply.json()["detail"].is_string());
    for (token, status, code) in [
        (None, 400, "bad_request"),
        (Some("token"), 400, "bad_request"),
        (Some("con_tkn_other"), 403, "forbidden"),
    ] {
        let mut headers = vec![("authorization", key.as_str())];
        headers.extend(token.map(|token| ("connection-token", token)));
        let reply = world.get(&url("/vehicles"), &headers).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{token:?}");
        assert_eq!(reply.json()["detail"].is_array(), status == 400);
        // What is of the application needs none.
        for path in ["/providers", "/connections"] {
            assert_eq!(world.get(&url(path), &headers).await.status, 200, "{path} with {token:?}");
        }
    }
    assert_eq!(world.terminal("/vehicles").await.status, 200);
}

#[tokio::test]
async fn a_lost_connection_must_be_linked_anew() {
    let world = all(5).await;
    let key = format!("Bearer {}", world.sim.terminal().api_key);
    let headers = [
        ("authorization", key.as_str()),
        ("connection-token", world.sim.terminal().lost_connection_token.as_str()),
    ];
    let get = async |path: &str| world.get(&format!("{}{path}", world.sim.terminal_url()), &headers).await;
    for path in ["/vehicles/locations", "/trailers/locations", "/hos/available-time"] {
        let reply = get(path).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (422, Some("connection_disconnected")));
        assert_eq!(reply.json()["detail"], json!([]));
    }
    let state = get("/connections/current").await.json();
    assert_eq!(state["status"], "disconnected");
    assert!(state["linkUrl"].as_str().unwrap().starts_with("https://"));
    assert_eq!(get("/vehicles").await.json(), json!({ "results": [] }));
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let world = all(5).await;
    let check = async |path: &str, status: u16, words: &str| {
        let reply = world.terminal(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
        assert!(reply.body.contains(words), "{path}: {}", reply.body);
    };
    check("/vehicles/locations/latest", 404, "not_found").await;
    check("/vehicles/vcl_01D8ZQFGHVJ858NBF2Q7DV9MNC/locations", 404, "not_found").await;
    check("/vehicles?page=2", 400, "'page' property").await;
    check("/vehicles?limit=0", 400, "{requestQuery}.limit").await;
    check("/vehicles?limit=1&limit=2", 400, "'limit' property").await;
    check("/vehicles?cursor=", 400, "cursor").await;
    check("/vehicles?cursor=abc", 400, "cursor").await;
    check("/vehicles?hidden=yes", 400, "hidden").await;
    check("/vehicles?modifiedAfter=2026-11-24", 400, "modifiedAfter").await;
    check("/vehicles?expand=driver", 400, "expand").await;
    check("/vehicles?expand=groups,groups", 400, "expand").await;
    check("/trailers?hidden=true", 400, "hidden").await;
    check("/trailers/locations?trailerIds=x", 400, "trailerIds").await;
    check("/vehicles/locations?vehicleIds=12", 400, "vehicleIds").await;
    let ids = vec!["vcl_01D8ZQFGHVJ858NBF2Q7DV9MNC"; 51].join(",");
    check(&format!("/vehicles/locations?vehicleIds={ids}"), 400, "vehicleIds").await;
    check(&format!("/vehicles/locations?vehicleIds={}", "vcl_01D8ZQFGHVJ858NBF2Q7DV9MNC"), 200, "[]").await;
    check("/hos/daily-logs?startDate=today", 400, "startDate").await;
    let key = format!("Bearer {}", world.sim.terminal().api_key);
    let post =
        world.client.post(format!("{}/vehicles", world.sim.terminal_url())).header("authorization", &key);
    assert_eq!(post.send().await.unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn an_empty_page_is_not_the_end_and_every_row_comes_once() {
    let world = all(230).await;
    for (path, count) in [
        ("/vehicles?limit=30", 230),
        ("/vehicles?limit=100000", 230),
        ("/drivers?limit=30", 263),
        ("/vehicles/locations?limit=30", 229),
        ("/hos/available-time?limit=30", 263),
        ("/trailers?limit=30", 416),
    ] {
        let (rows, empty) = world.terminal_rows(path).await;
        let ids: HashSet<&str> = rows
            .iter()
            .map(|row| ["id", "vehicle", "driver"].iter().find_map(|key| row[*key].as_str()).unwrap())
            .collect();
        assert_eq!((rows.len(), ids.len()), (count, count), "{path}");
        assert_eq!(empty > 0, !path.contains("100000"), "{path} had {empty} empty pages");
    }
}

#[tokio::test]
async fn a_cursor_holds_for_its_own_question_and_three_days() {
    let world = all(60).await;
    let next =
        world.terminal("/vehicles?limit=10&hidden=true").await.json()["next"].as_str().unwrap().to_owned();
    assert!(next.contains('+'), "a cursor is no plain text in a URL");
    let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let status = async |path: &str| world.terminal(path).await.status;
    assert_eq!(status(&format!("/vehicles?limit=10&hidden=true&cursor={encoded}")).await, 200);
    assert_eq!(status(&format!("/vehicles?limit=20&hidden=true&cursor={encoded}")).await, 200);
    assert_eq!(status(&format!("/vehicles?limit=10&cursor={encoded}")).await, 400);
    assert_eq!(status(&format!("/drivers?limit=10&hidden=true&cursor={encoded}")).await, 400);
    assert_eq!(status(&format!("/vehicles?limit=10&hidden=true&cursor={next}")).await, 400);
    world.pass(3 * 24 * 3600 + 1);
    assert_eq!(status(&format!("/vehicles?limit=10&hidden=true&cursor={encoded}")).await, 400);
}

#[tokio::test]
async fn hidden_and_deleted_rows_come_only_when_asked_for() {
    let world = all(60).await;
    for (path, plain, hidden, deleted) in [("/vehicles", 60, 61, 61), ("/drivers", 68, 70, 69)] {
        let count = async |query: &str| world.terminal_rows(&format!("{path}?{query}")).await.0.len();
        assert_eq!(count("limit=500").await, plain, "{path}");
        assert_eq!(count("hidden=true").await, hidden, "{path}");
        assert_eq!(count("deleted=true").await, deleted, "{path}");
    }
    let (rows, _) = world.terminal_rows("/vehicles?deleted=true").await;
    let gone = rows.iter().find(|row| row["metadata"]["visibility"] == "deleted").unwrap();
    assert!(gone["metadata"]["deletedAt"].is_string());
    // It has the number and VIN of the record that counts.
    let twins = rows.iter().filter(|row| row["vin"] == gone["vin"] && row["name"] == gone["name"]);
    assert_eq!(twins.count(), 2);
}

#[tokio::test]
async fn speeds_are_kilometres_an_hour_and_agree_with_other_makes_of_device() {
    let world = World::over(60, &[Upstream::Samsara, Upstream::Terminal]).await;
    let stats = world.all("/fleet/vehicles/stats?types=gps").await;
    let speeds: HashMap<String, f64> = stats
        .iter()
        .map(|row| {
            (
                row["externalIds"]["samsara.vin"].as_str().unwrap().to_owned(),
                row["gps"]["speedMilesPerHour"].as_f64().unwrap(),
            )
        })
        .collect();
    let (rows, _) = world.terminal_rows("/vehicles/locations?expand=vehicle,driver").await;
    let (mut both, mut rolling) = (0, 0);
    for row in &rows {
        let speed = row["speed"].as_f64().unwrap_or_default();
        assert!(speed == 0.0 || (80.0..112.0).contains(&speed), "{row}");
        rolling += usize::from(speed > 0.0);
        let vin = row["vehicle"]["vin"].as_str().unwrap_or_default().replace(' ', "").to_uppercase();
        if let Some(mph) = speeds.get(&vin).filter(|mph| **mph > 0.0 && speed > 0.0) {
            assert!((mph * 1.609_344 - speed).abs() < 2.0 * 1.609_344, "{mph} mph and {speed} km/h");
            both += 1;
        }
    }
    assert!(rolling >= 5 && both >= 1, "{rolling} roll, {both} of them with two devices");
    assert!(rows.iter().any(|row| row["driver"]["id"].is_string()));
    assert!(rows.iter().any(|row| row.get("driver").is_none()));
    for optional in ["speed", "heading", "odometer", "fuel", "engineState", "engineRuntime", "address"] {
        assert!(rows.iter().any(|row| row.get(optional).is_none()), "{optional} is never missing");
        assert!(rows.iter().any(|row| row.get(optional).is_some()), "{optional} is always missing");
    }
    // The device of one truck was taken out: it is listed and is nowhere.
    assert_eq!(world.terminal_rows("/vehicles").await.0.len(), rows.len() + 1);
}

#[tokio::test]
async fn a_truck_can_be_asked_for_by_its_own_or_its_drivers_id() {
    let world = all(60).await;
    let (rows, _) = world.terminal_rows("/vehicles/locations").await;
    let row = rows.iter().find(|row| row["driver"].is_string()).unwrap();
    for name in ["vehicle", "driver"] {
        let path = format!("/vehicles/locations?{name}Ids={}", row[name].as_str().unwrap());
        assert_eq!(world.terminal_rows(&path).await.0, std::slice::from_ref(row), "{path}");
    }
    let path = format!("/vehicles/{}/locations?limit=50", row["vehicle"].as_str().unwrap());
    let (points, _) = world.terminal_rows(&path).await;
    assert!(points.len() > 50 && points.is_sorted_by_key(|point| at(&point["locatedAt"])));
    // What is stored is as old as the last sync.
    let newest = at(&points.last().unwrap()["locatedAt"]);
    assert!((NOON - 2 * 7200..=NOON).contains(&newest), "{newest}");
}

#[tokio::test]
async fn clocks_are_milliseconds_and_a_missing_one_is_not_none_left() {
    let world = all(60).await;
    let (rows, _) = world.terminal_rows("/hos/available-time").await;
    let drive = |row: &Value| row["availableTime"]["drive"].as_i64();
    assert!(rows.iter().filter_map(drive).all(|left| (0..=39_600_000).contains(&left)));
    assert!(rows.iter().filter_map(drive).any(|left| left > 3_600_000 && left < 39_600_000));
    assert!(rows.iter().any(|row| row["availableTime"] == json!({})));
    assert!(rows.iter().any(|row| drive(row).is_some() && row["availableTime"].get("break").is_none()));
    assert!(rows.iter().any(|row| row.get("currentStatus").is_none()));
}

#[tokio::test]
async fn logs_are_those_of_the_last_sync_and_agree_with_the_days() {
    let world = all(30).await;
    let (lines, _) = world.terminal_rows("/hos/logs?limit=37").await;
    let ids: HashSet<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), lines.len());
    let over = at(&world.terminal("/connections/current").await.json()["lastSync"]["completedAt"]);
    assert!((NOON - 7200..=NOON).contains(&over));
    assert!(
        lines
            .iter()
            .all(|line| at(&line["startedAt"]) <= over && at(&line["metadata"]["modifiedAt"]) <= over + 7200)
    );
    let mut open: HashMap<&str, i64> = HashMap::new();
    let mut rolled: HashMap<&str, i64> = HashMap::new();
    for line in &lines {
        let (driver, start) = (line["driver"].as_str().unwrap(), at(&line["startedAt"]));
        let end = line.get("endedAt").map_or(over, at);
        *open.entry(driver).or_default() += i64::from(line.get("endedAt").is_none());
        if line["status"] == "driving" {
            let midnight = NOON - 12 * 3600;
            *rolled.entry(driver).or_default() += (end - start.max(midnight)).max(0) * 1000;
        }
    }
    assert!(open.values().all(|open| *open == 1), "{open:?}");
    let (days, _) = world.terminal_rows("/hos/daily-logs?startDate=2026-11-24&endDate=2026-11-24").await;
    for day in days {
        let told = day["statusDurations"]["driving"].as_i64().unwrap();
        assert_eq!(told, rolled.get(day["driver"].as_str().unwrap()).copied().unwrap_or_default(), "{day}");
    }
    assert!(rolled.values().any(|millis| *millis > 3_600_000));
    // News alone, for whoever asks from where the last read began.
    let path = format!("/hos/logs?modifiedAfter={}", Timestamp::from_secs(over));
    let (news, _) = world.terminal_rows(&path).await;
    assert!(!news.is_empty() && news.len() < lines.len() / 4, "{} of {}", news.len(), lines.len());
}

#[tokio::test]
async fn answers_have_the_keys_and_types_that_the_vendor_documents() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/specs/terminal-openapi.json");
    let Ok(text) = std::fs::read_to_string(&spec) else {
        eprintln!("skipped: the vendor's document is not here");
        return;
    };
    let spec: Value = serde_json::from_str(&text).unwrap();
    let world = all(60).await;
    let vehicle = world.terminal("/vehicles").await.json()["results"][2]["id"].as_str().unwrap().to_owned();
    for path in [
        "/vehicles?raw=true",
        "/vehicles?hidden=true&deleted=true&expand=devices",
        "/vehicles/locations?raw=true",
        &format!("/vehicles/{vehicle}/locations"),
        "/trailers?raw=true",
        "/trailers/locations",
        "/drivers?hidden=true&deleted=true&raw=true",
        "/hos/available-time",
        "/hos/logs",
        "/hos/daily-logs",
        "/groups",
        "/devices",
        "/connections",
        "/connections/current",
        "/providers",
    ] {
        let bare = path.split('?').next().unwrap().replace(&vehicle, "{vehicleId}");
        let schema =
            &spec["paths"][&bare]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{bare} is not in the document");
        let mut wrong = Vec::new();
        compare(&spec, schema, &world.terminal(path).await.json(), &bare, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
