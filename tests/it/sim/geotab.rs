//! The simulated Geotab.

mod facts;
mod feeds;
mod lists;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Reply, World, pass_by};
use backhaul::sim::{Fault, Upstream};

/// Somebody who is logged in.
struct Desk {
    world: World,
    url: String,
    credentials: Value,
}

impl Desk {
    async fn of(units: usize) -> Self {
        let world = World::over(units, &[Upstream::Geotab]).await;
        let reply = login(&world, &world.sim.geotab_url()).await.json()["result"].clone();
        let url = format!("http://{}", reply["path"].as_str().unwrap());
        Self { world, url, credentials: reply["credentials"].clone() }
    }

    /// Calls as anybody would; a rate limit is let pass.
    async fn call(&self, method: &str, mut params: Value) -> Reply {
        params["credentials"] = self.credentials.clone();
        loop {
            let reply = post(&self.world, &self.url, method, &params).await;
            match reply.headers.get("retry-after") {
                Some(wait) => pass_by(Duration::from_secs(wait.to_str().unwrap().parse().unwrap())).await,
                None => return reply,
            }
        }
    }

    async fn result(&self, method: &str, params: Value) -> Value {
        let reply = self.call(method, params).await;
        let mut body = Reply { body: reply.body.replace(":NaN", ":\"bare\""), ..reply }.json();
        assert!(body.get("error").is_none(), "{body}");
        body["result"].take()
    }

    async fn get(&self, kind: &str, search: Value) -> Vec<Value> {
        let result = self.result("Get", json!({ "typeName": kind, "search": search })).await;
        result.as_array().unwrap().clone()
    }

    /// One page of a feed: its rows and its version.
    async fn feed(&self, kind: &str, mut params: Value) -> (Vec<Value>, String) {
        params["typeName"] = json!(kind);
        let result = self.result("GetFeed", params).await;
        (result["data"].as_array().unwrap().clone(), result["toVersion"].as_str().unwrap().to_owned())
    }

    /// The exception that a call ends in.
    async fn refused(&self, method: &str, params: Value) -> String {
        exception(&self.call(method, params).await)
    }
}

async fn post(world: &World, url: &str, method: &str, params: &Value) -> Reply {
    let body = json!({ "method": method, "params": params }).to_string();
    raw(world, url, body).await
}

async fn raw(world: &World, url: &str, body: String) -> Reply {
    let request = world.client.post(format!("{url}/apiv1")).header("content-type", "application/json");
    let response = request.body(body).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, body: response.text().await.unwrap() }
}

async fn login(world: &World, url: &str) -> Reply {
    let sim = &world.sim;
    let params = json!({
        "database": sim.geotab_database(), "userName": sim.geotab_user(), "password": sim.geotab_password()
    });
    post(world, url, "Authenticate", &params).await
}

fn exception(reply: &Reply) -> String {
    let body = reply.json();
    assert_eq!(reply.status, 200, "errors are successes to HTTP");
    assert_eq!(body["error"]["errors"][0]["name"], body["error"]["data"]["type"]);
    body["error"]["data"]["type"].as_str().unwrap_or_else(|| panic!("no error: {body}")).to_owned()
}

#[tokio::test]
async fn a_login_is_sent_on_and_the_server_spells_the_names() {
    let world = World::over(5, &[Upstream::Geotab]).await;
    let reply = login(&world, &world.sim.geotab_url()).await;
    let result = &reply.json()["result"];
    assert_eq!(world.sim.geotab_home_url(), format!("http://{}", result["path"].as_str().unwrap()));
    assert_eq!(result["credentials"]["database"], "backhaulsim");
    assert_eq!(result["credentials"]["userName"], "dispatch@example.invalid");
    assert_eq!(reply.headers["x-rate-limit-limit"], "1m");
    assert_eq!(reply.headers["x-rate-limit-remaining"], "9");

    let params = |credentials: &Value| json!({ "typeName": "Device", "credentials": credentials });
    let elsewhere =
        post(&world, &world.sim.geotab_url(), "GetCountOf", &params(&result["credentials"])).await;
    assert_eq!(exception(&elsewhere), "DbUnavailableException");
    let home = world.sim.geotab_home_url();
    let here = post(&world, &home, "GetCountOf", &params(&result["credentials"])).await.json();
    assert!(here["result"].as_i64().unwrap() > 5);
    let mut misspelt = result["credentials"].clone();
    misspelt["userName"] = json!(world.sim.geotab_user());
    assert_eq!(
        exception(&post(&world, &home, "GetCountOf", &params(&misspelt)).await),
        "InvalidUserException"
    );
    assert_eq!(login(&world, &home).await.json()["result"]["path"], "ThisServer");
}

#[tokio::test]
async fn a_wrong_password_and_a_session_that_ended_are_one_exception() {
    let desk = Desk::of(5).await;
    let sim = &desk.world.sim;
    let wrong = json!({ "database": "backhaulsim", "userName": sim.geotab_user(), "password": "guessed" });
    let reply = post(&desk.world, &sim.geotab_url(), "Authenticate", &wrong).await;
    assert_eq!(exception(&reply), "InvalidUserException");
    assert_eq!(reply.json()["error"]["message"], "Incorrect login credentials");
    let unknown = json!({ "database": "other", "userName": sim.geotab_user(), "password": "x" });
    let reply = post(&desk.world, &sim.geotab_url(), "Authenticate", &unknown).await;
    assert_eq!(exception(&reply), "DbUnavailableException");

    sim.expire_geotab_sessions();
    let reply = desk.call("GetCountOf", json!({ "typeName": "User" })).await;
    assert_eq!(exception(&reply), "InvalidUserException");
    assert_eq!(reply.json()["error"]["message"], "Invalid session @ 'backhaulsim'");
    let none = post(&desk.world, &desk.url, "GetCountOf", &json!({ "typeName": "User" })).await;
    assert_eq!(exception(&none), "InvalidUserException");
}

#[tokio::test]
async fn the_hundred_and_first_session_ends_the_oldest_and_a_fortnight_every_one() {
    let desk = Desk::of(1).await;
    let mut newest = Value::Null;
    for number in 1..=100 {
        if number == 100 {
            desk.result("GetCountOf", json!({ "typeName": "User" })).await;
        }
        let mut reply = login(&desk.world, &desk.url).await;
        if reply.headers.contains_key("retry-after") {
            pass_by(Duration::from_secs(60)).await;
            reply = login(&desk.world, &desk.url).await;
        }
        newest = reply.json()["result"]["credentials"].clone();
    }
    assert_eq!(desk.refused("GetCountOf", json!({ "typeName": "User" })).await, "InvalidUserException");
    let desk = Desk { credentials: newest, ..desk };
    desk.result("GetCountOf", json!({ "typeName": "User" })).await;
    desk.world.pass(14 * 24 * 3600);
    assert_eq!(desk.refused("GetCountOf", json!({ "typeName": "User" })).await, "InvalidUserException");
}

#[tokio::test]
async fn limits_are_by_method_and_type_and_said_inside_a_success() {
    let desk = Desk::of(1).await;
    let params = |kind: &str| json!({ "typeName": kind, "credentials": desk.credentials });
    for left in (0..60).rev() {
        let reply = post(&desk.world, &desk.url, "GetFeed", &params("LogRecord")).await;
        assert_eq!(reply.headers["x-rate-limit-remaining"].to_str().unwrap(), left.to_string());
    }
    let reply = post(&desk.world, &desk.url, "GetFeed", &params("LogRecord")).await;
    assert_eq!(exception(&reply), "OverLimitException");
    let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(reply.json()["error"]["message"], "API calls quota exceeded. Maximum admitted 60 per 1m.");
    let other = post(&desk.world, &desk.url, "GetFeed", &params("DutyStatusLog")).await;
    assert!(other.json().get("result").is_some());
    for _ in 0..9 {
        login(&desk.world, &desk.world.sim.geotab_url()).await;
    }
    assert_eq!(exception(&login(&desk.world, &desk.url).await), "OverLimitException");
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let desk = Desk::of(5).await;
    let check = async |method: &str, params: Value, expected: &str| {
        assert_eq!(desk.refused(method, params.clone()).await, expected, "{method} {params}");
    };
    check("get", json!({ "typeName": "Device" }), "MissingMethodException").await;
    check("Get", json!({ "typeName": "device" }), "MissingMethodException").await;
    check("Get", json!({}), "MissingMethodException").await;
    check("Get", json!({ "typeName": "Driver" }), "MissingMethodException").await;
    check("Get", json!({ "typeName": 5 }), "JsonSerializerException").await;
    check("Get", json!({ "typeName": "Device", "resultsLimit": "10" }), "JsonSerializerException").await;
    check("Get", json!({ "typeName": "Device", "search": [] }), "JsonSerializerException").await;
    check("Get", json!({ "typeName": "Device", "limit": 10 }), "ArgumentException").await;
    check("Get", json!({ "typeName": "Device", "search": { "vin": "x" } }), "ArgumentException").await;
    check(
        "Get",
        json!({ "typeName": "Device", "sort": { "sortBy": "id", "offset": "x9" } }),
        "ArgumentException",
    )
    .await;
    check("Get", json!({ "typeName": "DutyStatusAvailability" }), "ArgumentException").await;
    check(
        "Get",
        json!({ "typeName": "LogRecord", "search": { "fromDate": "yesterday" } }),
        "JsonSerializerException",
    )
    .await;
    check("GetFeed", json!({ "typeName": "DutyStatusAvailability" }), "ArgumentException").await;
    check("GetFeed", json!({ "typeName": "LogRecord", "fromVersion": 5 }), "JsonSerializerException").await;
    let until = json!({ "typeName": "LogRecord", "search": { "toDate": "2026-11-24T00:00:00.000Z" } });
    check("GetFeed", until, "ArgumentException").await;
    check("ExecuteMultiCall", json!({}), "ArgumentException").await;
    check("TrailerAttachment", json!({}), "MissingMethodException").await;
    let many = desk.call("Get", json!({ "typeName": "TrailerAttachment", "resultsLimit": 50_001 })).await;
    assert_eq!(exception(&many), "OverLimitException");
    assert!(!many.headers.contains_key("retry-after"), "it is no limit of the rate");
    assert_eq!(exception(&raw(&desk.world, &desk.url, "{".to_owned()).await), "JsonSerializerException");
    let got = desk.world.get(&format!("{}/apiv1", desk.url), &[]).await;
    assert_eq!((got.status, got.headers["content-type"].to_str().unwrap()), (405, "text/html"));
}

#[tokio::test]
async fn several_calls_are_answered_in_order_or_not_at_all() {
    let desk = Desk::of(5).await;
    let users = json!({ "method": "Get", "params": { "typeName": "User", "search": { "id": "bFFFF" } } });
    let count = json!({ "method": "GetCountOf", "params": { "typeName": "Group" } });
    let extend = json!({ "method": "ExtendSession" });
    let result = desk.result("ExecuteMultiCall", json!({ "calls": [users, count, extend] })).await;
    assert_eq!(result, json!([[], 6, null]));
    let bad = json!({ "method": "Get", "params": { "typeName": "Nonsense" } });
    let reply = desk.call("ExecuteMultiCall", json!({ "calls": [count, bad, count] })).await;
    assert_eq!(exception(&reply), "MissingMethodException");
    assert_eq!(reply.json()["error"]["data"]["requestIndex"], 1);
    assert_eq!(reply.json()["requestIndex"], 1);
    let calls: Vec<&Value> = (0..101).map(|_| &count).collect();
    assert_eq!(desk.refused("ExecuteMultiCall", json!({ "calls": calls })).await, "ArgumentException");
    // Each of them counts.
    let calls: Vec<&Value> = (0..100).map(|_| &count).collect();
    let params = json!({ "calls": calls, "credentials": desk.credentials });
    let reply = post(&desk.world, &desk.url, "ExecuteMultiCall", &params).await;
    assert_eq!(exception(&reply), "OverLimitException");
}

#[tokio::test]
async fn a_database_that_starts_answers_nothing_and_a_path_tells_the_method() {
    let desk = Desk::of(5).await;
    desk.world.sim.set_geotab_starting(true);
    assert_eq!(exception(&login(&desk.world, &desk.url).await), "DbUnavailableException");
    assert_eq!(desk.refused("Get", json!({ "typeName": "User" })).await, "DbUnavailableException");
    desk.world.sim.set_geotab_starting(false);
    desk.get("User", json!({})).await;
    let paths: Vec<String> = desk.world.sim.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(paths, ["/apiv1/Authenticate", "/apiv1/Authenticate", "/apiv1/Get/User", "/apiv1/Get/User"]);
    let out = Fault::Status { code: 502, retry_after: None };
    desk.world.sim.faults().set(Upstream::Geotab, "/apiv1/GetFeed/LogRecord", out);
    assert_eq!(desk.call("GetFeed", json!({ "typeName": "LogRecord" })).await.status, 502);
    assert_eq!(desk.call("GetFeed", json!({ "typeName": "Trailer" })).await.status, 200);
}
