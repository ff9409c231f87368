//! The simulated Terminal: checks what it is asked as the real one does, then writes down what the
//! world shows. `units`, `people`, `positions`, `hours` and `connections` hold the endpoints,
//! `question` what may be asked, `ids` how things are named.
//!
//! Its copies of rosters and logs are as old as its last sync; positions and clocks are of now.

mod connections;
mod hours;
mod ids;
mod people;
mod positions;
mod question;
mod units;

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

pub use self::connections::Credentials;
use self::people::Driver;
use self::question::{DATES, Kind, Parameter};
use self::units::Vehicle;
use super::Upstream;
use super::ask::{Answer, Ask};
use super::limits::Limits;
use super::roster::SHOP;
use super::server::Service;
use super::spread::Share;
use super::world::World;
use crate::model::Timestamp;

/// Calls a second of one connection.
const PER_SECOND: f64 = 100.0;
/// The service that the connection leads to.
const PROVIDER: &str = "omnitracs_es";
const DAY: i64 = 24 * 3600;
/// Seconds between two syncs, and when the first one of a day is over.
const SYNC: i64 = 2 * 3600;
const SYNC_AT: i64 = 1140;
const KILOMETRES: f64 = 1.609_344;

/// The service.
#[derive(Debug)]
pub struct Terminal {
    world: Arc<World>,
    share: Share,
    /// Everything the connection has, hidden and deleted rows as well.
    vehicles: Vec<Vehicle>,
    drivers: Vec<Driver>,
    /// Places of the vehicles whose position is known.
    located: Vec<usize>,
    index: ids::Index,
    credentials: Credentials,
    limits: Limits,
}

/// One readable path.
struct Endpoint {
    /// `{id}` stands for a vehicle's id.
    path: &'static str,
    /// What it may be asked beside `cursor`, `limit` and `raw`.
    parameters: &'static [Parameter],
    expand: &'static [&'static str],
    scope: Scope,
    read: fn(&Terminal, &Ask) -> Result<Value, Answer>,
}

/// What an answer is about, and where it comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Of the application: no connection token.
    Application,
    /// The state of a connection.
    Connection,
    /// Stored rows of a connection.
    Synced,
    /// Fetched while the caller waits.
    RealTime,
}

const MODIFIED: [Parameter; 2] = [("modifiedAfter", Kind::Instant), ("modifiedBefore", Kind::Instant)];
const DELETED: Parameter = ("deleted", Kind::Flag);
const HIDDEN: Parameter = ("hidden", Kind::Flag);
const VEHICLES: Parameter = ("vehicleIds", Kind::Ids("vcl_"));
const DRIVERS: Parameter = ("driverIds", Kind::Ids("drv_"));

const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/vehicles",
        parameters: &[MODIFIED[0], MODIFIED[1], HIDDEN, DELETED],
        expand: &["groups", "devices"],
        scope: Scope::Synced,
        read: units::vehicles,
    },
    Endpoint {
        path: "/vehicles/locations",
        parameters: &[VEHICLES, DRIVERS],
        expand: &["vehicle", "driver"],
        scope: Scope::RealTime,
        read: positions::vehicles,
    },
    Endpoint {
        path: "/vehicles/{id}/locations",
        parameters: &[("startAt", Kind::Instant), ("endAt", Kind::Instant)],
        expand: &[],
        scope: Scope::Synced,
        read: positions::history,
    },
    Endpoint {
        path: "/trailers",
        parameters: &[MODIFIED[0], MODIFIED[1], DELETED],
        expand: &["groups"],
        scope: Scope::Synced,
        read: units::trailers,
    },
    Endpoint {
        path: "/trailers/locations",
        parameters: &[],
        expand: &["trailer"],
        scope: Scope::RealTime,
        read: positions::trailers,
    },
    Endpoint {
        path: "/drivers",
        parameters: &[MODIFIED[0], MODIFIED[1], HIDDEN, DELETED],
        expand: &["groups"],
        scope: Scope::Synced,
        read: people::drivers,
    },
    Endpoint {
        path: "/hos/available-time",
        parameters: &[DRIVERS],
        expand: &["driver"],
        scope: Scope::RealTime,
        read: hours::available_time,
    },
    Endpoint {
        path: "/hos/logs",
        parameters: &[
            MODIFIED[0],
            MODIFIED[1],
            DRIVERS,
            ("startedAfter", Kind::Instant),
            ("startedBefore", Kind::Instant),
        ],
        expand: &["driver", "vehicle", "codrivers"],
        scope: Scope::Synced,
        read: hours::logs,
    },
    Endpoint {
        path: "/hos/daily-logs",
        parameters: &[MODIFIED[0], MODIFIED[1], DRIVERS, DATES[0], DATES[1]],
        expand: &["driver"],
        scope: Scope::Synced,
        read: hours::daily_logs,
    },
    Endpoint {
        path: "/groups",
        parameters: &[MODIFIED[0], MODIFIED[1], DELETED],
        expand: &["parent"],
        scope: Scope::Synced,
        read: units::groups,
    },
    Endpoint {
        path: "/devices",
        parameters: &[MODIFIED[0], MODIFIED[1], DELETED],
        expand: &["vehicle"],
        scope: Scope::Synced,
        read: units::devices,
    },
    Endpoint {
        path: "/connections/current",
        parameters: &[],
        expand: &[],
        scope: Scope::Connection,
        read: connections::current,
    },
    Endpoint {
        path: "/connections",
        parameters: &[
            ("status", Kind::Text),
            ("provider", Kind::Text),
            ("externalId", Kind::Text),
            ("dotNumber", Kind::Text),
            ("tag", Kind::Text),
            ("updatedAfter", Kind::Instant),
            ("updatedBefore", Kind::Instant),
        ],
        expand: &[],
        scope: Scope::Application,
        read: connections::list,
    },
    Endpoint {
        path: "/providers",
        parameters: &[],
        expand: &[],
        scope: Scope::Application,
        read: connections::providers,
    },
];

impl Terminal {
    /// A Terminal whose one live connection tells of this world.
    pub fn new(world: Arc<World>, credentials: Credentials) -> Self {
        let share = world.spread.share(Upstream::Terminal, &world.roster);
        // The device of the first truck that went over to another service was taken out.
        let second = |tractor: &usize| world.spread.is_second(Upstream::Terminal, *tractor);
        let taken_out = share.tractors.iter().position(second);
        let silent = |place: &usize| Some(*place) == taken_out || share.tractors[*place] == SHOP;
        Self {
            located: (0..share.tractors.len()).filter(|place| !silent(place)).collect(),
            vehicles: units::listed(&share),
            drivers: people::listed(&share),
            index: ids::Index::of(&share),
            world,
            share,
            credentials,
            limits: Limits::default(),
        }
    }

    fn checked(&self, ask: &Ask) -> Result<Value, Answer> {
        let authorized = ask.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        if authorized != Some(self.credentials.api_key.as_str()) {
            let detail = json!("Please ensure you have a valid API key");
            return Err(refusal(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized Request", &detail));
        }
        if let Err(wait) = self.limits.take("connection", PER_SECOND, ask.instant) {
            return Err(too_many(wait.as_secs_f64()));
        }
        let template =
            match ask.path.strip_prefix("/vehicles/").and_then(|rest| rest.strip_suffix("/locations")) {
                Some(_) => "/vehicles/{id}/locations",
                None => &ask.path,
            };
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.path == template);
        let Some(endpoint) = endpoint.filter(|_| ask.method == Method::GET) else {
            return Err(not_found("The requested resource does not exist"));
        };
        question::check(endpoint, ask)?;
        if endpoint.scope != Scope::Application && !self.connected(ask)? {
            match endpoint.scope {
                Scope::RealTime => return Err(connections::lost()),
                // What was stored of it is gone.
                Scope::Synced => return Ok(json!({ "results": [] })),
                Scope::Connection | Scope::Application => {}
            }
        }
        (endpoint.read)(self, ask)
    }
}

impl Service for Terminal {
    fn upstream(&self) -> Upstream {
        Upstream::Terminal
    }

    fn prefix(&self) -> &'static str {
        "/terminal/tsp/v1"
    }

    fn answer(&self, ask: &Ask) -> Answer {
        match self.checked(ask) {
            Ok(value) => Answer::json(StatusCode::OK, &value),
            Err(refusal) => refusal,
        }
    }
}

/// A refusal in Terminal's own form.
fn refusal(status: StatusCode, code: &str, message: &str, detail: &Value) -> Answer {
    Answer::json(status, &json!({ "code": code, "message": message, "detail": detail }))
}

fn not_found(detail: &str) -> Answer {
    refusal(StatusCode::NOT_FOUND, "not_found", "Not Found", &json!(detail))
}

/// The header has fractions of a second, the body has not.
fn too_many(wait: f64) -> Answer {
    let body = json!({
        "code": "too_many_requests",
        "retryAfter": wait.ceil() as i64,
        "message": "Too Many Requests",
        "detail": "You have exceeded your rate limit. Please try again later.",
    });
    Answer::json(StatusCode::TOO_MANY_REQUESTS, &body).with("retry-after", format!("{wait:.2}"))
}

/// When the last sync before or at `at` was over.
const fn synced(at: i64) -> i64 {
    (at - SYNC_AT).div_euclid(SYNC) * SYNC + SYNC_AT
}

/// When the first sync at or after `at` is over: what happened then is stored from there on.
const fn stored(at: i64) -> i64 {
    synced(at - 1) + SYNC
}

/// Unix seconds as Terminal writes them.
fn written(at: i64) -> String {
    Timestamp::from_secs(at).to_string().replace('Z', ".000Z")
}

/// An object without its nulls: what is not known is not there.
fn present(mut row: Value) -> Value {
    if let Some(row) = row.as_object_mut() {
        row.retain(|_, value| !value.is_null());
    }
    row
}

/// To that many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::super::spread::Spread;
    use super::*;

    #[test]
    fn a_hundred_a_second_are_enforced_with_fractions_in_the_header_only() {
        let world = Arc::new(World::new(5, 1, Spread::over(&[Upstream::Terminal])));
        let terminal = Terminal::new(world, Credentials::of(1));
        let key = format!("Bearer {}", terminal.credentials.api_key);
        let ask = Ask::get("/providers", &[("authorization", &key)]);
        assert!((0..100).all(|_| terminal.answer(&ask).status == StatusCode::OK));
        let refused = terminal.answer(&ask);
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers, [("retry-after", "0.01".to_owned())]);
        let body: Value = serde_json::from_slice(&refused.body).unwrap();
        assert_eq!((&body["code"], &body["retryAfter"]), (&json!("too_many_requests"), &json!(1)));
    }

    #[test]
    fn what_happened_is_stored_by_the_next_sync() {
        assert_eq!(synced(SYNC_AT + SYNC), SYNC_AT + SYNC);
        assert_eq!(stored(SYNC_AT + SYNC), SYNC_AT + SYNC);
        assert_eq!(stored(SYNC_AT + SYNC + 1), SYNC_AT + 2 * SYNC);
        assert_eq!(written(1_795_521_600), "2026-11-24T12:00:00.000Z");
    }
}
