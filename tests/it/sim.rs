//! The simulated upstreams, asked over HTTP as anybody would: that they are as strict as the real
//! ones, complete, and agree with themselves.

mod fleet;
mod geotab;
mod mapbox;
mod mcleod;
mod mcleod_xml;
mod motive;
mod samsara;
mod terminal;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use backhaul::http;
use backhaul::model::Timestamp;
use backhaul::sim::{Fault, Options, Sim, Upstream};
use serde_json::Value;

/// 2026-11-24T12:00:00Z.
const NOON: i64 = 1_795_521_600;

/// A running simulation whose clock stands until it is moved.
struct World {
    sim: Sim,
    clock: Arc<AtomicI64>,
    client: reqwest::Client,
}

/// What came back.
struct Reply {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

impl World {
    /// A fleet that is wholly with Samsara.
    async fn of(units: usize) -> Self {
        Self::over(units, &[Upstream::Samsara]).await
    }

    async fn over(units: usize, elds: &[Upstream]) -> Self {
        let clock = Arc::new(AtomicI64::new(NOON));
        let read = Arc::clone(&clock);
        let clock_now = Arc::new(move || Timestamp::from_secs(read.load(Ordering::Relaxed)));
        let sim =
            Sim::start(Options { units, elds: elds.to_vec(), ..Options::new(clock_now) }).await.unwrap();
        // Installs the process-wide TLS provider, which reqwest wants even for plain HTTP.
        let _ = http::Client::new("http://127.0.0.1:1", &[], None, &http::Limits::default()).unwrap();
        Self { sim, clock, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.client.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.unwrap() }
    }

    /// Asks Samsara; a rate limit is let pass.
    async fn samsara(&self, path: &str) -> Reply {
        loop {
            let reply = self.samsara_once(path).await;
            if reply.status != 429 {
                return reply;
            }
            let wait: f64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
            pass_by(Duration::from_secs_f64(wait)).await;
        }
    }

    async fn samsara_once(&self, path: &str) -> Reply {
        let token = format!("Bearer {}", self.sim.samsara_token());
        self.get(&format!("{}{path}", self.sim.samsara_url()), &[("authorization", &token)]).await
    }

    /// Every row of a paged list.
    async fn all(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut cursors, mut after) = (Vec::new(), HashSet::new(), String::new());
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let page = if after.is_empty() { path.to_owned() } else { format!("{path}{join}after={after}") };
            let reply = self.samsara(&page).await;
            assert_eq!(reply.status, 200, "{page}: {}", reply.body);
            let body = reply.json();
            rows.extend(body["data"].as_array().unwrap().iter().cloned());
            body["pagination"]["endCursor"].as_str().unwrap().clone_into(&mut after);
            if body["pagination"]["hasNextPage"] == false {
                return rows;
            }
            assert!(cursors.insert(after.clone()), "{path} repeats its cursor");
        }
    }

    /// Asks Motive by its key; a rate limit is let pass.
    async fn motive(&self, path: &str) -> Reply {
        let url = format!("{}{path}", self.sim.motive_url());
        loop {
            let key = self.sim.motive().api_key.as_str();
            let reply = self.get(&url, &[("x-api-key", key), ("x-metric-units", "false")]).await;
            if reply.status != 429 {
                return reply;
            }
            pass_by(Duration::from_secs(5)).await;
        }
    }

    /// Every row of one of Motive's lists, out of both wrappings.
    async fn motive_rows(&self, path: &str) -> Vec<Value> {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut rows = Vec::new();
        for page in 1.. {
            let reply = self.motive(&format!("{path}{join}per_page=100&page_no={page}")).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            let Value::Object(body) = reply.json() else { panic!("{path}: {}", reply.body) };
            let (_, list) = body.iter().find(|(name, _)| *name != "pagination").unwrap();
            let list = list.as_array().unwrap();
            if list.is_empty() {
                return rows;
            }
            rows.extend(list.iter().flat_map(|row| row.as_object().unwrap().values().cloned()));
        }
        unreachable!("pages end")
    }

    /// Asks Terminal about its connection; a rate limit is let pass.
    async fn terminal(&self, path: &str) -> Reply {
        loop {
            let reply = self.terminal_once(path).await;
            if reply.status != 429 {
                return reply;
            }
            let wait: f64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
            pass_by(Duration::from_secs_f64(wait + 0.01)).await;
        }
    }

    async fn terminal_once(&self, path: &str) -> Reply {
        let key = format!("Bearer {}", self.sim.terminal().api_key);
        let token = self.sim.terminal().connection_token.as_str();
        let headers = [("authorization", key.as_str()), ("connection-token", token)];
        self.get(&format!("{}{path}", self.sim.terminal_url()), &headers).await
    }

    /// Every row of one of Terminal's lists, and how many pages of it were empty.
    async fn terminal_rows(&self, path: &str) -> (Vec<Value>, usize) {
        let join = if path.contains('?') { '&' } else { '?' };
        let (mut rows, mut empty, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let url =
                if cursor.is_empty() { path.to_owned() } else { format!("{path}{join}cursor={cursor}") };
            let reply = self.terminal(&url).await;
            assert_eq!(reply.status, 200, "{url}: {}", reply.body);
            let body = reply.json();
            let page = body["results"].as_array().unwrap();
            empty += usize::from(page.is_empty());
            rows.extend(page.iter().cloned());
            let Some(next) = body.get("next") else { return (rows, empty) };
            cursor = url::form_urlencoded::byte_serialize(next.as_str().unwrap().as_bytes()).collect();
        }
    }

    /// Asks McLeod for JSON.
    async fn mcleod(&self, path: &str) -> Reply {
        let token = format!("Token {}", self.sim.mcleod_token());
        let headers = [("authorization", token.as_str()), ("accept", "application/json")];
        self.get(&format!("{}{path}", self.sim.mcleod_url()), &headers).await
    }

    /// The rows of a search, whatever its shape.
    async fn search(&self, path: &str) -> Vec<Value> {
        let reply = self.mcleod(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        match reply.json() {
            Value::Null => Vec::new(),
            Value::Array(rows) => rows,
            row => vec![row],
        }
    }
}

/// Lets the runtime's time pass at once: nobody waits.
async fn pass_by(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_status_fault_carries_its_retry_after_and_is_mended_by_clear() {
    let world = World::of(5).await;
    let fault = Fault::Status { code: 503, retry_after: Some("7".to_owned()) };
    world.sim.faults().set(Upstream::Samsara, "/fleet/vehicles", fault);
    let reply = world.samsara("/fleet/vehicles").await;
    assert_eq!((reply.status, reply.headers["retry-after"].to_str().unwrap()), (503, "7"));
    assert_eq!(world.samsara("/me").await.status, 200);
    assert_eq!(world.mcleod("/users/current").await.status, 200);
    world.sim.faults().clear(Upstream::Samsara);
    assert_eq!(world.samsara("/fleet/vehicles").await.status, 200);
}

#[tokio::test]
async fn garbage_and_truncated_answers_are_no_json() {
    let world = World::of(5).await;
    for fault in [Fault::Garbage, Fault::Truncated] {
        world.sim.faults().set(Upstream::Samsara, "", fault);
        let reply = world.samsara("/fleet/vehicles").await;
        assert_eq!(reply.status, 200);
        assert!(serde_json::from_str::<Value>(&reply.body).is_err());
    }
}

#[tokio::test]
async fn an_error_in_the_services_own_words_can_be_set() {
    let world = World::of(5).await;
    let fault = Fault::Refusal { code: 422, json: r#"{"code":"invalid_credentials"}"#.to_owned() };
    world.sim.faults().set(Upstream::Samsara, "/me", fault);
    let reply = world.samsara("/me").await;
    assert_eq!((reply.status, reply.json()["code"].as_str()), (422, Some("invalid_credentials")));
}

#[tokio::test]
async fn a_token_can_run_out_after_so_many_calls() {
    let world = World::of(5).await;
    let fault = Fault::Status { code: 401, retry_after: None };
    world.sim.faults().set_after(2, Upstream::Samsara, "", fault);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.samsara("/me").await.status);
    }
    assert_eq!(statuses, [200, 200, 401, 401]);
}

#[tokio::test]
async fn a_redirect_leads_elsewhere() {
    let world = World::of(5).await;
    let elsewhere = "http://portal.example/login";
    world.sim.faults().set(Upstream::Samsara, "", Fault::Redirect(elsewhere.to_owned()));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let answer = client.build().unwrap().get(format!("{}/me", world.sim.samsara_url())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (307, elsewhere));
}

#[tokio::test]
async fn an_answer_that_is_cut_promises_more_than_it_brings() {
    let world = World::of(5).await;
    let url = format!("{}/me", world.sim.samsara_url());
    let token = format!("Bearer {}", world.sim.samsara_token());
    let whole = world.get(&url, &[("authorization", &token)]).await.body.len();
    world.sim.faults().set(Upstream::Samsara, "", Fault::Cut);
    let answer = world.client.get(&url).header("authorization", &token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.content_length(), Some(whole as u64));
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn a_huge_answer_is_made_while_it_is_sent() {
    let world = World::of(5).await;
    world.sim.faults().set(Upstream::Samsara, "", Fault::Huge(3_000_000));
    let mut answer = world.client.get(format!("{}/me", world.sim.samsara_url())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.content_length()), (200, None));
    let mut bytes = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        bytes += piece.len();
    }
    assert_eq!(bytes, 3_000_000);
    // One that nobody could hold is begun at once all the same.
    world.sim.faults().set(Upstream::Samsara, "", Fault::Huge(u64::MAX));
    let mut endless = world.client.get(format!("{}/me", world.sim.samsara_url())).send().await.unwrap();
    assert!(endless.chunk().await.unwrap().is_some());
}

#[tokio::test]
async fn a_reset_closes_the_connection_without_an_answer() {
    let world = World::of(5).await;
    world.sim.faults().set(Upstream::McLeod, "/movements", Fault::Reset);
    let url = format!("{}/movements/search", world.sim.mcleod_url());
    let error = world.client.get(url).send().await.unwrap_err();
    assert!(error.is_request() && !error.is_status(), "{error:?}");
    let call = world.sim.calls().pop().unwrap();
    assert_eq!((call.upstream, call.path.as_str(), call.status), (Upstream::McLeod, "/movements/search", 0));
}

#[tokio::test]
async fn a_hanging_upstream_never_answers() {
    let world = World::of(5).await;
    world.sim.faults().set(Upstream::Samsara, "/me", Fault::Hang);
    let ask = world.client.get(format!("{}/me", world.sim.samsara_url())).timeout(Duration::from_mins(1));
    let waiting = tokio::spawn(ask.send());
    while world.sim.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    pass_by(Duration::from_secs(61)).await;
    assert!(waiting.await.unwrap().unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_slow_upstream_answers_in_the_end() {
    let world = World::of(5).await;
    world.sim.faults().set(Upstream::McLeod, "", Fault::Slow(Duration::from_millis(1)));
    assert_eq!(world.mcleod("/users/current").await.status, 200);
}

#[tokio::test]
async fn calls_are_remembered_with_their_query_and_status() {
    let world = World::of(5).await;
    world.samsara("/fleet/vehicles/stats?types=gps,fuelPercents").await;
    world.samsara("/fleet/vehicles/stats").await;
    let calls = world.sim.calls();
    let seen: Vec<(&str, &str, u16)> =
        calls.iter().map(|call| (call.path.as_str(), call.query.as_str(), call.status)).collect();
    let path = "/fleet/vehicles/stats";
    assert_eq!(seen, [(path, "types=gps,fuelPercents", 200), (path, "", 400)]);
    assert_eq!(calls.first().unwrap().at, Timestamp::from_secs(NOON));
}

#[tokio::test]
async fn a_dropped_simulation_is_gone() {
    let world = World::of(5).await;
    assert_eq!(world.samsara("/me").await.status, 200);
    let url = world.sim.samsara_url();
    drop(world.sim);
    tokio::task::yield_now().await;
    assert!(world.client.get(format!("{url}/me")).send().await.is_err());
}

#[tokio::test]
async fn the_config_names_both_upstreams_and_the_database() {
    let world = World::of(5).await;
    let config: toml::Table = world.sim.config_toml(Some("sqlite:/tmp/demo.db")).parse().unwrap();
    assert_eq!(config["database"]["url"].as_str(), Some("sqlite:/tmp/demo.db"));
    assert_eq!(config["eld"][0]["base_url"].as_str(), Some(world.sim.samsara_url().as_str()));
    assert_eq!(config["eld"][0]["api_token"].as_str(), Some(world.sim.samsara_token()));
    assert_eq!(config["mcleod"]["base_url"].as_str(), Some(world.sim.mcleod_url().as_str()));
    assert_eq!(config["mcleod"]["server_timezone"].as_str(), Some("America/Chicago"));
    assert_eq!(config["mcleod"]["format"].as_str(), Some("json"));
    assert!(!world.sim.config_toml(None).contains("[database]"));
}

#[tokio::test]
async fn the_config_names_every_eld_there_is() {
    let world = World::over(5, &[Upstream::Geotab, Upstream::Samsara]).await;
    let config: toml::Table = world.sim.config_toml(None).parse().unwrap();
    let geotab = &config["eld"][0];
    assert_eq!(geotab["provider"].as_str(), Some("geotab"));
    assert_eq!(geotab["base_url"].as_str(), Some(world.sim.geotab_url().as_str()));
    assert_eq!(geotab["database"].as_str(), Some(world.sim.geotab_database()));
    assert_eq!(geotab["username"].as_str(), Some(world.sim.geotab_user()));
    assert_eq!(geotab["password"].as_str(), Some(world.sim.geotab_password()));
    assert_eq!(config["eld"][1]["provider"].as_str(), Some("samsara"));
    let whole = world.sim.config_toml(Some("sqlite:/tmp/demo.db"));
    let checked = backhaul::config::Config::from_toml(&whole);
    assert!(checked.is_ok(), "{checked:?}");
}

#[tokio::test]
async fn the_config_lists_each_eld_under_its_own_name() {
    let world = World::over(5, Upstream::ELDS).await;
    let config: toml::Table = world.sim.config_toml(None).parse().unwrap();
    let elds = config["eld"].as_array().unwrap();
    assert_eq!(elds.len(), Upstream::ELDS.len());
    let of = |name: &str| elds.iter().find(|eld| eld["name"].as_str() == Some(name)).unwrap();
    let text = |eld: &toml::Value, key: &str| eld[key].as_str().unwrap().to_owned();
    assert_eq!(text(of("motive"), "api_key"), world.sim.motive().api_key);
    assert_eq!(text(of("motive"), "base_url"), world.sim.motive_url());
    assert_eq!(text(of("terminal"), "connection_token"), world.sim.terminal().connection_token);
    assert_eq!(text(of("terminal"), "base_url"), world.sim.terminal_url());
}

#[tokio::test]
async fn a_restarted_simulation_goes_on_where_the_clock_says() {
    let (before, after) = (World::of(20).await, World::of(20).await);
    let path = "/fleet/vehicles/stats/feed?types=gps";
    let first = before.samsara(path).await.json();
    assert_eq!(first, after.samsara(path).await.json());
    let cursor = first["pagination"]["endCursor"].as_str().unwrap();
    before.pass(300);
    after.pass(300);
    let next = format!("{path}&after={cursor}");
    let news = before.samsara(&next).await.json();
    assert!(!news["data"].as_array().unwrap().is_empty());
    assert_eq!(news, after.samsara(&next).await.json());
    assert_eq!(before.mcleod("/movements/search").await.body, after.mcleod("/movements/search").await.body);
}

#[tokio::test]
async fn the_smallest_fleet_has_everything_too() {
    let world = World::of(1).await;
    assert_eq!(world.all("/fleet/vehicles").await.len(), 1);
    assert_eq!(world.mcleod("/mcmessages/positions").await.status, 200);
    for table in ["movements", "orders", "stop", "drivers", "tractors", "trailers", "equipment_item"] {
        assert!(!world.search(&format!("/{table}/search")).await.is_empty(), "{table}");
    }
}
