//! The simulated Motive.

mod days;

use std::collections::{HashMap, HashSet};

use backhaul::sim::Upstream;
use serde_json::{Value, json};

use super::{NOON, Reply, World};

const ELDS: [Upstream; 2] = [Upstream::Samsara, Upstream::Motive];

/// A fleet of which Motive has all.
async fn all(units: usize) -> World {
    World::over(units, &[Upstream::Motive]).await
}

async fn token(world: &World, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = world
        .client
        .post(world.sim.motive_token_url())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, body: response.text().await.unwrap() }
}

async fn refreshed(world: &World, refresh_token: &str) -> Reply {
    let app = world.sim.motive();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.as_str()),
    ];
    token(world, &fields).await
}

#[tokio::test]
async fn only_the_key_or_a_token_opens_it() {
    let world = all(5).await;
    let url = format!("{}/v1/companies", world.sim.motive_url());
    for headers in [vec![], vec![("x-api-key", "wrong")], vec![("authorization", "Token x")]] {
        let reply = world.get(&url, &headers).await;
        assert_eq!((reply.status, reply.json()), (401, json!({ "error_message": "invalid API key" })));
    }
    let reply = world.get(&url, &[("authorization", "Bearer x")]).await;
    assert_eq!((reply.status, reply.json()["error"].as_str()), (401, Some("invalid_token")));
    assert_eq!(world.motive("/v1/companies").await.status, 200);
    assert_eq!(world.motive("/v1/companies.json").await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_an_access_token_for_two_hours() {
    let world = all(5).await;
    let first = world.sim.motive().refresh_token.clone();
    let reply = refreshed(&world, &first).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let granted = reply.json();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(7200)));
    assert_eq!(granted["created_at"], NOON);
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    let url = format!("{}/v1/companies", world.sim.motive_url());
    let ask = async || world.get(&url, &[("authorization", &bearer)]).await;
    assert_eq!(ask().await.status, 200);

    let again = refreshed(&world, &first).await;
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_grant")));
    // What the first use brought is none the worse for it.
    assert_eq!(ask().await.status, 200);
    assert_eq!(refreshed(&world, granted["refresh_token"].as_str().unwrap()).await.status, 200);

    world.pass(7199);
    assert_eq!(ask().await.status, 200);
    world.pass(1);
    let late = ask().await;
    assert_eq!((late.status, late.json()["error"].as_str()), (401, Some("invalid_token")));
}

#[tokio::test]
async fn the_token_endpoint_wants_a_form_of_the_right_app() {
    let world = all(5).await;
    let app = world.sim.motive().clone();
    let with = async |id: &str, secret: &str, grant: &str| {
        let fields = [
            ("grant_type", grant),
            ("refresh_token", &app.refresh_token),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let reply = token(&world, &fields).await;
        (reply.status, reply.json()["error"].as_str().unwrap().to_owned())
    };
    assert_eq!(with(&app.client_id, "wrong", "refresh_token").await, (401, "invalid_client".to_owned()));
    assert_eq!(
        with(&app.client_id, &app.client_secret, "password").await,
        (400, "unsupported_grant_type".to_owned())
    );
    let json =
        world.client.post(world.sim.motive_token_url()).header("content-type", "application/json").body("{}");
    assert_eq!(json.send().await.unwrap().status().as_u16(), 400);
    assert_eq!(world.get(&world.sim.motive_token_url(), &[]).await.status, 401);
    // None of it used the token up.
    assert_eq!(refreshed(&world, &app.refresh_token).await.status, 200);
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let world = all(5).await;
    let check = async |path: &str, status: u16, words: &str| {
        let reply = world.motive(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
        assert!(reply.body.contains(words), "{path}: {}", reply.body);
    };
    check("/v1/vehicle", 404, "<html>").await;
    check("/v4/vehicle_locations", 404, "<html>").await;
    check("/v1/vehicles?limit=10", 400, "limit").await;
    check("/v1/vehicles?page_no=0", 400, "page_no").await;
    check("/v1/vehicles?updated_after=yesterday", 400, "updated_after").await;
    check("/v1/vehicle_locations?vehicle_status=sold", 400, "vehicle_status").await;
    check("/v1/users?role=dog", 400, "role").await;
    check("/v3/vehicle_locations/1?start_date=2026-11-24&end_date=2026-11-24", 404, "not found").await;
    let dates = "start_date=2026-10-01&end_date=2026-11-24";
    check(&format!("/v1/hours_of_service?{dates}"), 400, "Date range cannot be greater than 30 days").await;
    let key = world.sim.motive().api_key.as_str();
    let url = format!("{}/v1/vehicles", world.sim.motive_url());
    let reply = world.get(&url, &[("x-api-key", key), ("x-time-zone", "Pacific Time (US & Canada)")]).await;
    assert_eq!(reply.status, 400);
    let post = world.client.post(&url).header("x-api-key", key).send().await.unwrap();
    assert_eq!(post.status().as_u16(), 404);
}

#[tokio::test]
async fn pages_are_counted_from_one_and_end_with_an_empty_one() {
    let world = all(230).await;
    let page = async |query: &str| world.motive(&format!("/v1/vehicles?{query}")).await.json();
    let usual = page("").await;
    assert_eq!(usual["vehicles"].as_array().unwrap().len(), 25);
    assert_eq!(usual["pagination"], json!({ "per_page": 25, "page_no": 1, "total": 233 }));
    // More than a hundred is not honoured, and the answer says so.
    let large = page("per_page=500").await;
    assert_eq!(large["vehicles"].as_array().unwrap().len(), 100);
    assert_eq!(large["pagination"]["per_page"], 100);
    assert_eq!(page("per_page=100&page_no=3").await["vehicles"].as_array().unwrap().len(), 33);
    assert!(page("per_page=100&page_no=4").await["vehicles"].as_array().unwrap().is_empty());
    let ids: HashSet<String> =
        world.motive_rows("/v1/vehicles").await.iter().map(|row| row["id"].to_string()).collect();
    assert_eq!(ids.len(), 233);
}

#[tokio::test]
async fn lists_wrap_every_row_in_a_name_that_need_not_match_the_path() {
    let world = all(40).await;
    for (path, list, row) in [
        ("/v1/companies", "companies", "company"),
        ("/v1/groups", "groups", "group"),
        ("/v1/vehicles", "vehicles", "vehicle"),
        ("/v1/vehicle_locations", "vehicles", "vehicle"),
        ("/v2/vehicle_locations", "vehicles", "vehicle"),
        ("/v3/vehicle_locations", "vehicles", "vehicle"),
        ("/v1/users", "users", "user"),
        ("/v1/driver_locations", "users", "user"),
        ("/v1/available_time", "users", "user"),
        ("/v1/hours_of_service", "hours_of_services", "hours_of_service"),
        ("/v1/assets", "assets", "asset"),
        ("/v1/asset_locations", "assets", "asset"),
    ] {
        let body = world.motive(path).await.json();
        let rows = body[list].as_array().unwrap_or_else(|| panic!("{path}: {body}"));
        assert!(!rows.is_empty() && rows.iter().all(|wrapped| wrapped[row]["id"].is_u64()), "{path}");
    }
}

#[tokio::test]
async fn retired_vehicles_are_listed_and_only_active_ones_have_a_gateway() {
    let world = all(60).await;
    let vehicles = world.motive_rows("/v1/vehicles").await;
    let statuses: HashSet<&str> = vehicles.iter().filter_map(|row| row["status"].as_str()).collect();
    assert_eq!(statuses, HashSet::from(["active", "inactive", "deactivated"]));
    // A record from before has the number and VIN of the one that counts.
    let closed = &vehicles[0];
    let twin = vehicles.iter().find(|row| row["vin"] == closed["vin"] && row["status"] == "active").unwrap();
    assert_eq!((&closed["status"], &closed["number"]), (&json!("deactivated"), &twin["number"]));
    for unset in [json!("0"), json!(""), Value::Null] {
        assert!(vehicles.iter().any(|row| row["year"] == unset), "no year is {unset}");
    }
    let all = world.motive_rows("/v1/vehicle_locations").await;
    let active = world.motive_rows("/v3/vehicle_locations?start_date=2020-01-01").await;
    // The truck in the shop has no gateway.
    assert_eq!((all.len(), active.len()), (63, 59));
    assert!(all.iter().any(|row| row["current_location"].is_null()));
    assert!(active.iter().all(|row| row["current_location"]["kph"].is_number()));
    let one = active[3]["id"].as_u64().unwrap();
    let named = world
        .motive_rows(&format!("/v3/vehicle_locations?vehicle_ids%5B%5D={one}&vehicle_ids%5B%5D=1"))
        .await;
    assert_eq!((named.len(), named[0]["id"].as_u64()), (1, Some(one)));
}

#[tokio::test]
async fn both_forms_tell_of_one_truck_in_their_own_units() {
    let world = all(60).await;
    let gateway: HashMap<String, Value> = by_id(world.motive_rows("/v3/vehicle_locations").await);
    let (mut rolling, mut metric) = (0, 0);
    for row in world.motive_rows("/v1/vehicle_locations?vehicle_status=active").await {
        let Some(other) = gateway.get(&row["id"].to_string()) else { continue };
        let (place, other) = (&row["current_location"], &other["current_location"]);
        assert_eq!((&place["lat"], &place["located_at"]), (&other["lat"], &other["located_at"]));
        let kph = other["kph"].as_f64().unwrap();
        if kph == 0.0 {
            assert!(place["bearing"].is_null() && other["bearing"].is_null());
            assert!(place["speed"].is_null() || place["speed"] == 0.0);
            continue;
        }
        let speed = place["speed"].as_f64().unwrap();
        let unit = if row["metric_units"] == true { 1.0 } else { 1.609_344 };
        assert!((speed * unit - kph).abs() < 0.15, "{speed} and {kph}: {row}");
        assert!((80.0..112.0).contains(&kph), "{kph}");
        rolling += 1;
        metric += usize::from(row["metric_units"] == true);
    }
    assert!(rolling >= 8, "{rolling}");
    assert!(metric >= 1, "one in eleven is metric whatever the header says");
    // Without the header the profiles decide, and more of them are metric.
    let (key, url) =
        (world.sim.motive().api_key.as_str(), format!("{}/v1/vehicles?per_page=100", world.sim.motive_url()));
    let count = async |headers: &[(&str, &str)]| {
        let body = world.get(&url, headers).await.json();
        let rows = body["vehicles"].as_array().unwrap();
        rows.iter().filter(|row| row["vehicle"]["metric_units"] == true).count()
    };
    let unsaid = count(&[("x-api-key", key)]).await;
    assert!(unsaid > count(&[("x-api-key", key), ("x-metric-units", "false")]).await);
}

#[tokio::test]
async fn a_history_ends_where_the_list_says_the_truck_is() {
    let world = all(30).await;
    let row = world.motive_rows("/v1/vehicle_locations?vehicle_status=active").await.swap_remove(2);
    let path = format!("/v3/vehicle_locations/{}?start_date=2026-11-23&end_date=2026-11-24", row["id"]);
    let body = world.motive(&path).await.json();
    assert!(body.get("pagination").is_none());
    let points = body["vehicle_locations"].as_array().unwrap();
    let times: Vec<&str> =
        points.iter().map(|point| point["vehicle_location"]["located_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted() && times.len() > 50, "{}", times.len());
    assert_eq!(points.last().unwrap()["vehicle_location"]["lat"], row["current_location"]["lat"]);
}

#[tokio::test]
async fn clocks_are_seconds_and_agree_with_the_days() {
    let world = all(40).await;
    let clocks = world.motive_rows("/v1/available_time").await;
    assert!(clocks.iter().any(|row| row["available_time"].is_null() && row.get("available_time").is_some()));
    assert!(clocks.iter().any(|row| row.get("available_time").is_none()));
    let today: HashMap<String, Value> = world
        .motive_rows("/v1/hours_of_service")
        .await
        .into_iter()
        .map(|row| (row["driver"]["id"].to_string(), row))
        .collect();
    let mut driven = 0.0;
    for row in clocks.iter().filter(|row| row["available_time"].is_object()) {
        let drive = row["available_time"]["drive"].as_i64().unwrap();
        assert!((0..=39_600).contains(&drive), "{drive}");
        let day = &today[&row["id"].to_string()];
        assert_eq!(day["date"], "2026-11-24");
        let parts = ["off_duty", "on_duty", "sleeper", "driving"]
            .map(|part| day[format!("{part}_duration")].as_i64().unwrap());
        assert_eq!(parts.iter().sum::<i64>(), 12 * 3600, "{day}");
        let recap = row["recap"]["driving_duration"][0]["duration"].as_f64().unwrap();
        assert_eq!(format!("{recap:.0}"), parts[3].to_string());
        driven += recap;
    }
    assert!(driven > 10.0 * 3600.0, "{driven}");
    let words: HashSet<&str> = clocks.iter().filter_map(|row| row["duty_status"].as_str()).collect();
    assert!(words.is_superset(&HashSet::from(["driving", "off_duty", "sleeper"])), "{words:?}");
}

#[tokio::test]
async fn drivers_are_listed_with_those_who_left_and_office_people_have_fewer_keys() {
    let world = all(60).await;
    let users = world.motive_rows("/v1/users").await;
    let drivers = world.motive_rows("/v1/users?role=driver").await;
    assert_eq!(users.len() - drivers.len(), 2);
    assert!(users.iter().filter(|row| row["role"] != "driver").all(|row| row.get("duty_status").is_none()));
    assert!(drivers.iter().all(|row| row.get("cycle").is_some()));
    let left: Vec<&Value> = drivers.iter().filter(|row| row["status"] == "deactivated").collect();
    assert_eq!(left.len(), 2, "who came back, and who is gone");
    let locations = world.motive_rows("/v1/driver_locations").await;
    assert!(
        locations
            .iter()
            .filter(|row| row["status"] == "deactivated")
            .all(|row| row["current_location"].is_null())
    );
    let seated: HashMap<String, Value> = world
        .motive_rows("/v1/vehicle_locations")
        .await
        .into_iter()
        .filter(|row| row["current_driver"].is_object())
        .map(|row| (row["current_driver"]["id"].to_string(), row))
        .collect();
    let mut agreed = 0;
    for row in locations.iter().filter(|row| row["current_vehicle"].is_object()) {
        if let Some(vehicle) = seated.get(&row["id"].to_string()) {
            assert_eq!(row["current_vehicle"]["number"], vehicle["number"]);
            agreed += 1;
        }
    }
    assert!(agreed >= 10, "{agreed}");
    // Without brackets only the last value counts.
    let ids = [&drivers[5]["id"], &drivers[6]["id"]];
    let bracketed = format!("/v1/available_time?driver_ids%5B%5D={}&driver_ids%5B%5D={}", ids[0], ids[1]);
    assert_eq!(world.motive_rows(&bracketed).await.len(), 2);
    let bare =
        world.motive_rows(&format!("/v1/available_time?driver_ids={}&driver_ids={}", ids[0], ids[1])).await;
    assert_eq!((bare.len(), &bare[0]["id"]), (1, ids[1]));
}

#[tokio::test]
async fn assets_are_where_their_gateways_were_and_some_have_none() {
    let world = all(60).await;
    let rows = world.motive_rows("/v1/asset_locations").await;
    assert_eq!(rows.len(), world.motive_rows("/v1/assets").await.len());
    let count = |is: fn(&Value) -> bool| rows.iter().filter(|row| is(row)).count();
    assert!(count(|row| row["asset_gateway"].is_null()) > 10);
    assert!(count(|row| row["current_location"].is_object()) > 5);
    assert!(count(|row| row["asset_gateway"]["last_location"]["formatted_address"].is_string()) > 5);
    let located: Vec<&Value> = rows
        .iter()
        .map(|row| &row["asset_gateway"]["last_location"])
        .filter(|place| place.is_object())
        .collect();
    assert!(
        located
            .iter()
            .any(|place| place["moving"] == true && place["ground_speed_kph"].as_f64().unwrap() > 80.0)
    );
    let hours_old = |place: &&Value| {
        let at = backhaul::model::Timestamp::parse(place["located_at"].as_str().unwrap()).unwrap();
        (NOON - at.millis() / 1000) / 3600
    };
    let oldest = located.iter().map(hours_old).max().unwrap();
    assert!((6..=12).contains(&oldest), "{oldest}");
}

#[tokio::test]
async fn a_company_without_trailers_has_no_asset_tracking() {
    let world = World::over(1, &ELDS).await;
    let reply = world.motive("/v1/asset_locations").await;
    assert_eq!(reply.status, 404);
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(world.motive_rows("/v1/assets").await.is_empty());
}

/// The keys that the page's samples have.
#[tokio::test]
async fn rows_have_the_keys_of_the_samples() {
    let world = all(60).await;
    let keys = |value: &Value| {
        value.as_object().map(|row| row.keys().cloned().collect::<HashSet<_>>()).unwrap_or_default()
    };
    let check = async |path: &str, at: &str, wanted: &[&str]| {
        let rows = world.motive_rows(path).await;
        let row = rows.iter().find(|row| row.pointer(at).is_some_and(Value::is_object)).unwrap();
        let found = keys(row.pointer(at).unwrap());
        for key in wanted {
            assert!(found.contains(*key), "{path} {at} lacks {key}: {found:?}");
        }
    };
    check(
        "/v1/vehicle_locations",
        "/current_location",
        &[
            "id",
            "lat",
            "lon",
            "description",
            "located_at",
            "bearing",
            "type",
            "speed",
            "engine_hours",
            "fuel",
            "odometer",
        ],
    )
    .await;
    check(
        "/v3/vehicle_locations",
        "/current_location",
        &[
            "lat",
            "lon",
            "bearing",
            "located_at",
            "city",
            "state",
            "rg_km",
            "rg_brg",
            "rg_match",
            "kph",
            "vehicle_state",
            "current_location",
        ],
    )
    .await;
    check(
        "/v1/vehicle_locations",
        "/current_driver",
        &["id", "first_name", "last_name", "username", "email", "driver_company_id", "status", "role"],
    )
    .await;
    check("/v1/driver_locations", "/current_vehicle", &["id", "number", "status", "make", "model"]).await;
    check("/v1/available_time", "/available_time", &["drive", "shift", "cycle", "break"]).await;
    check("/v1/available_time", "/last_cycle_reset", &["type", "start_time", "end_time"]).await;
    check(
        "/v1/asset_locations",
        "/asset_gateway/last_location",
        &["lat", "lon", "address", "located_at", "moving", "bearing", "ground_speed_kph"],
    )
    .await;
}

fn by_id(rows: Vec<Value>) -> HashMap<String, Value> {
    rows.into_iter().map(|row| (row["id"].to_string(), row)).collect()
}
