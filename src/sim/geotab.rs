//! The simulated Geotab: one path that takes every call, who may make it, how often, and on which of
//! its servers. `get` and `feed` answer; the other files write down what there is.
//!
//! The database lives on another server than the one that everybody knows: who logs in is told
//! where, and is refused here.

mod duty;
mod feed;
mod fleet;
mod get;
mod pairing;
mod params;
mod people;
mod quota;
mod records;
mod refusal;
mod sessions;
mod status;
mod units;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use self::fleet::Fleet;
use self::get::Entity;
use self::params::Params;
use self::quota::{Left, Quotas};
use self::refusal::{Exception, Refusal};
use self::sessions::Sessions;
use super::Upstream;
use super::ask::{Answer, Ask};
use super::chance::Chance;
use super::server::Service;
use super::world::World;
use crate::model::Timestamp;

pub use self::sessions::{DATABASE, USER};

/// The path of every call.
const PATH: &str = "/apiv1";
/// Calls that one call may hold.
const CALLS: usize = 100;
/// Parameters of `Get` and of `GetFeed`.
const GET: &[&str] = &["typeName", "search", "resultsLimit", "sort", "credentials"];
const GET_FEED: &[&str] = &["typeName", "fromVersion", "search", "resultsLimit", "credentials"];

/// The account behind every server: its data, its sessions, its counts.
#[derive(Debug)]
pub struct Account {
    fleet: Fleet,
    sessions: Sessions,
    quotas: Quotas,
    /// The host and port of the server that the database lives on.
    home: String,
    /// How often the database was restored from a copy.
    restored: AtomicU64,
    is_starting: AtomicBool,
}

impl Account {
    /// An account that tells of this world, at home on `home`, a host and port.
    pub fn new(world: Arc<World>, password: String, home: String) -> Self {
        Self {
            fleet: Fleet::new(world),
            sessions: Sessions::new(password),
            quotas: Quotas::default(),
            home,
            restored: AtomicU64::default(),
            is_starting: AtomicBool::default(),
        }
    }

    /// The password of [`USER`].
    pub fn password(&self) -> &str {
        self.sessions.password()
    }

    /// Ends every session.
    pub fn expire_sessions(&self) {
        self.sessions.expire();
    }

    /// While true, the database is starting and answers nothing, not even a login.
    pub fn set_starting(&self, is_starting: bool) {
        self.is_starting.store(is_starting, Ordering::Relaxed);
    }

    /// Makes every version told so far void.
    pub fn restore(&self) {
        self.restored.fetch_add(1, Ordering::Relaxed);
    }
}

/// One server.
#[derive(Debug)]
pub struct Geotab {
    account: Arc<Account>,
    at: Place,
}

/// Which of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one that everybody knows.
    Root,
    /// The one that the database lives on.
    Home,
}

/// Where the database's own server has its place on the simulation.
pub const HOME: &str = "/geotab-my3";

impl Geotab {
    /// That server of the account.
    pub const fn new(account: Arc<Account>, at: Place) -> Self {
        Self { account, at }
    }

    /// The result, and what is left of the calls of this kind.
    fn result(&self, ask: &Ask) -> Result<(Value, Option<Left>), Refusal> {
        let json = ask.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        let body: Value = match serde_json::from_slice(&ask.body) {
            Ok(body) if json => body,
            _ => return Err(Refusal::serializer("The request is not JSON")),
        };
        let call = Params::of(Some(&body), &["method", "params", "id", "jsonrpc"])?;
        let (method, params) = (call.needed("method")?, call.value("params"));
        if self.account.is_starting.load(Ordering::Relaxed) {
            let why = format!("Initializing database '{}'", DATABASE.to_lowercase());
            return Err(Refusal::new(Exception::DbUnavailable, why));
        }
        if method == "Authenticate" {
            return self.authenticate(params, ask);
        }
        let given = params.and_then(|params| params.get("credentials"));
        if self.at == Place::Root {
            let why = format!("UnknownDatabase '{}'", DATABASE.to_lowercase());
            return Err(Refusal::new(Exception::DbUnavailable, why));
        }
        self.account.sessions.check(given, ask.now())?;
        if method == "ExecuteMultiCall" {
            return Ok((self.several(params, ask)?, None));
        }
        self.account.call(method, params, ask).map(|(result, left)| (result, Some(left)))
    }

    fn authenticate(&self, params: Option<&Value>, ask: &Ask) -> Result<(Value, Option<Left>), Refusal> {
        let left = self.account.count("Authenticate", 10, ask)?;
        let credentials = self.account.sessions.open(params, ask.now())?;
        let path = match self.at {
            Place::Root => self.account.home.as_str(),
            Place::Home => "ThisServer",
        };
        Ok((json!({ "path": path, "credentials": credentials }), Some(left)))
    }

    /// Several calls, of which the first that fails ends them all.
    fn several(&self, params: Option<&Value>, ask: &Ask) -> Result<Value, Refusal> {
        let calls = Params::of(params, &["calls", "credentials"])?.list("calls")?;
        let calls = calls.ok_or_else(|| Refusal::argument("'calls' is required"))?;
        if calls.len() > CALLS {
            return Err(Refusal::argument(format!("There may be no more than {CALLS} calls")));
        }
        let results = calls.iter().enumerate().map(|(index, call)| {
            let call = Params::of(Some(call), &["method", "params"])?;
            let done = self.account.call(call.needed("method")?, call.value("params"), ask);
            done.map(|(result, _)| result).map_err(|refusal| Refusal { index, ..refusal })
        });
        results.collect()
    }
}

impl Account {
    /// One call that is neither a login nor several.
    fn call(&self, method: &str, params: Option<&Value>, ask: &Ask) -> Result<(Value, Left), Refusal> {
        let (now, restored) = (ask.now(), self.restored.load(Ordering::Relaxed));
        let counted =
            |entity: Entity, a_minute| self.count(&format!("{method}/{}", entity as usize), a_minute, ask);
        match method {
            "Get" => {
                let params = Params::of(params, GET)?;
                let entity = Entity::of(params)?;
                let a_minute = if entity == Entity::DeviceStatusInfo { 900 } else { 650 };
                let left = counted(entity, a_minute)?;
                Ok((get::get(&self.fleet, entity, params, restored, now)?, left))
            }
            "GetFeed" => {
                let params = Params::of(params, GET_FEED)?;
                let entity = Entity::of(params)?;
                if !entity.has_feed() {
                    return Err(Refusal::argument("This type has no feed"));
                }
                let left = counted(entity, 60)?;
                Ok((feed::feed(&self.fleet, entity, params, restored, now)?, left))
            }
            "GetCountOf" => {
                let entity = Entity::of(Params::of(params, &["typeName", "search", "credentials"])?)?;
                let left = counted(entity, 100)?;
                Ok((get::count(&self.fleet, entity)?, left))
            }
            // The one that changes nothing and answers nothing.
            "ExtendSession" => Ok((Value::Null, self.count(method, 650, ask)?)),
            _ => Err(Refusal::new(Exception::MissingMethod, "The method could not be found")),
        }
    }

    fn count(&self, what: &str, a_minute: u32, ask: &Ask) -> Result<Left, Refusal> {
        self.quotas.take(what, a_minute, ask.instant).map_err(|wait| {
            let why = format!("API calls quota exceeded. Maximum admitted {a_minute} per 1m.");
            let retry_after = Some(wait.as_secs_f64().ceil() as u64);
            Refusal { retry_after, ..Refusal::new(Exception::OverLimit, why) }
        })
    }
}

impl Service for Geotab {
    fn upstream(&self) -> Upstream {
        Upstream::Geotab
    }

    fn prefix(&self) -> &'static str {
        match self.at {
            Place::Root => "/geotab",
            Place::Home => HOME,
        }
    }

    /// The method, and the type where it has one: "/apiv1/GetFeed/LogRecord".
    fn route(&self, ask: &Ask) -> String {
        let body: Value = serde_json::from_slice(&ask.body).unwrap_or_default();
        let parts = [&body["method"], &body["params"]["typeName"]];
        parts.iter().filter_map(|part| part.as_str()).fold(ask.path.clone(), |path, part| path + "/" + part)
    }

    fn answer(&self, ask: &Ask) -> Answer {
        if ask.path != PATH {
            return page(StatusCode::NOT_FOUND);
        }
        if ask.method != Method::POST {
            return page(StatusCode::METHOD_NOT_ALLOWED);
        }
        let mut chance = Chance::of(&[ask.millis as u64, ask.body.len() as u64]);
        match self.result(ask) {
            Ok((result, left)) => {
                let text = json!({ "result": result, "jsonrpc": "2.0" }).to_string();
                limits(json_answer(bare(text)), left, ask)
            }
            Err(refusal) => {
                let request =
                    format!("{:08x}-0000-0000-0000-{:012x}", chance.throw() >> 32, chance.throw() >> 16);
                let answer = json_answer(refusal.body(&request).to_string());
                match refusal.retry_after {
                    Some(wait) => answer.with("retry-after", wait.to_string()),
                    None => answer,
                }
            }
        }
    }
}

/// Every answer is a success to HTTP.
fn json_answer(text: String) -> Answer {
    Answer { content_type: "application/json", ..Answer::text(StatusCode::OK, text) }
}

/// What the load balancer says.
fn page(status: StatusCode) -> Answer {
    let text = format!("<html><body><h1>{status}</h1></body></html>");
    Answer { content_type: "text/html", ..Answer::text(status, text) }
}

/// Puts numbers that are none where they belong, bare.
fn bare(text: String) -> String {
    // As the writer of JSON has written it.
    let quoted = json!(words::BARE_NAN).to_string();
    if text.contains(&quoted) { text.replace(&quoted, "NaN") } else { text }
}

fn limits(answer: Answer, left: Option<Left>, ask: &Ask) -> Answer {
    let Some(left) = left else { return answer };
    let reset = Timestamp::from_millis(ask.millis).plus(left.reset.min(Duration::from_secs(60)));
    answer
        .with("x-rate-limit-limit", "1m".to_owned())
        .with("x-rate-limit-remaining", left.calls.to_string())
        .with("x-rate-limit-reset", reset.to_string())
}
