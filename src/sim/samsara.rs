//! The simulated Samsara: checks what it is asked as the real one documents it, then writes down
//! what the world shows. `rosters`, `stats`, `hours` and `assets` hold the endpoints.

mod assets;
mod hours;
mod rosters;
mod stats;

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Upstream;
use super::ask::{Answer, Ask};
use super::chance::Chance;
use super::cursor;
use super::limits::Limits;
use super::server::Service;
use super::spread::Share;
use super::world::World;
use crate::model::Timestamp;

/// Calls a second that a token has for everything together.
const GLOBAL: f64 = 150.0;
/// What an endpoint without a documented limit of its own takes.
const UNSAID: f64 = 50.0;
/// The most a page holds, and holds when no `limit` is given.
const LIMIT: usize = 512;

/// The service.
#[derive(Debug)]
pub struct Samsara {
    world: Arc<World>,
    share: Share,
    token: String,
    limits: Limits,
}

/// A refusal: status and message.
type Refusal = (StatusCode, String);

/// One readable path.
struct Endpoint {
    path: &'static str,
    per_second: f64,
    parameters: &'static [&'static str],
    read: fn(&Samsara, &Ask) -> Result<Value, Refusal>,
}

const TAGS: [&str; 2] = ["tagIds", "parentTagIds"];

const ENDPOINTS: &[Endpoint] = &[
    Endpoint { path: "/me", per_second: UNSAID, parameters: &[], read: rosters::me },
    Endpoint {
        path: "/fleet/vehicles",
        per_second: 25.0,
        parameters: &[
            "limit",
            "after",
            TAGS[0],
            TAGS[1],
            "attributeValueIds",
            "attributes",
            "updatedAfterTime",
            "createdAfterTime",
        ],
        read: rosters::vehicles,
    },
    Endpoint {
        path: "/fleet/vehicles/stats",
        per_second: UNSAID,
        parameters: &["types", "after", "time", TAGS[0], TAGS[1], "vehicleIds"],
        read: stats::snapshot,
    },
    Endpoint {
        path: "/fleet/vehicles/stats/feed",
        per_second: UNSAID,
        parameters: &["types", "after", TAGS[0], TAGS[1], "vehicleIds", "decorations"],
        read: stats::feed,
    },
    Endpoint {
        path: "/fleet/trailers",
        per_second: 5.0,
        parameters: &["limit", "after", TAGS[0], TAGS[1]],
        read: rosters::trailers,
    },
    Endpoint {
        path: "/fleet/trailers/stats",
        per_second: 25.0,
        parameters: &["types", "after", "time", TAGS[0], TAGS[1], "trailerIds"],
        read: stats::trailer_snapshot,
    },
    Endpoint {
        path: "/fleet/trailers/stats/feed",
        per_second: 25.0,
        parameters: &["types", "after", TAGS[0], TAGS[1], "trailerIds", "decorations"],
        read: stats::trailer_feed,
    },
    Endpoint {
        path: "/assets",
        per_second: 5.0,
        parameters: &[
            "type",
            "after",
            "updatedAfterTime",
            "includeExternalIds",
            "includeTags",
            TAGS[0],
            TAGS[1],
            "ids",
            "externalIds",
            "attributeValueIds",
            "attributes",
        ],
        read: assets::assets,
    },
    Endpoint {
        path: "/assets/location-and-speed/stream",
        per_second: 10.0,
        parameters: &[
            "after",
            "limit",
            "startTime",
            "endTime",
            "ids",
            "includeSpeed",
            "includeReverseGeo",
            "includeGeofenceLookup",
            "includeHighFrequencyLocations",
            "includeExternalIds",
        ],
        read: assets::stream,
    },
    Endpoint {
        path: "/fleet/drivers",
        per_second: UNSAID,
        parameters: &[
            "driverActivationStatus",
            "limit",
            "after",
            TAGS[0],
            TAGS[1],
            "attributeValueIds",
            "attributes",
            "updatedAfterTime",
            "createdAfterTime",
        ],
        read: rosters::drivers,
    },
    Endpoint {
        path: "/fleet/hos/clocks",
        per_second: UNSAID,
        parameters: &[TAGS[0], TAGS[1], "driverIds", "after", "limit"],
        read: hours::clocks,
    },
    Endpoint {
        path: "/fleet/hos/logs",
        per_second: 5.0,
        parameters: &[TAGS[0], TAGS[1], "driverIds", "startTime", "endTime", "after"],
        read: hours::logs,
    },
    Endpoint {
        path: "/fleet/driver-vehicle-assignments",
        per_second: 5.0,
        parameters: &[
            "filterBy",
            "startTime",
            "endTime",
            "driverIds",
            "vehicleIds",
            "driverTagIds",
            "vehicleTagIds",
            "after",
            "assignmentType",
            // Not documented, sent by many, and without effect.
            "limit",
        ],
        read: hours::vehicle_assignments,
    },
    Endpoint {
        path: "/driver-trailer-assignments",
        per_second: 5.0,
        parameters: &["driverIds", "after", "includeExternalIds"],
        read: hours::trailer_assignments,
    },
];

impl Samsara {
    /// A Samsara that tells of this world to whoever has the token.
    pub fn new(world: Arc<World>, token: String) -> Self {
        let share = world.spread.share(Upstream::Samsara, &world.roster);
        Self { world, share, token, limits: Limits::default() }
    }

    fn checked(&self, ask: &Ask) -> Result<Value, (Refusal, Option<String>)> {
        let refuse = |status, message: &str| Err(((status, message.to_owned()), None));
        let authorized = ask.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        if authorized != Some(self.token.as_str()) {
            return refuse(StatusCode::UNAUTHORIZED, "invalid token");
        }
        let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| endpoint.path == ask.path) else {
            return refuse(StatusCode::NOT_FOUND, "Object not found.");
        };
        if ask.method != Method::GET {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.");
        }
        let taken = self.limits.take("token", GLOBAL, ask.instant);
        let taken = taken.and_then(|()| self.limits.take(endpoint.path, endpoint.per_second, ask.instant));
        if let Err(wait) = taken {
            let refusal = (StatusCode::TOO_MANY_REQUESTS, "Exceeded rate limit.".to_owned());
            return Err((refusal, Some(format!("{:.5}", wait.as_secs_f64()))));
        }
        for (at, (name, _)) in ask.query.iter().enumerate() {
            if !endpoint.parameters.contains(&name.as_str()) {
                return refuse(StatusCode::BAD_REQUEST, &format!("Unknown parameter: {name}"));
            }
            if ask.query[..at].iter().any(|(other, _)| other == name) {
                return refuse(StatusCode::BAD_REQUEST, &format!("Parameter given more than once: {name}"));
            }
        }
        (endpoint.read)(self, ask).map_err(|refusal| (refusal, None))
    }
}

impl Service for Samsara {
    fn upstream(&self) -> Upstream {
        Upstream::Samsara
    }

    fn prefix(&self) -> &'static str {
        "/samsara"
    }

    fn answer(&self, ask: &Ask) -> Answer {
        let mut chance = Chance::of(&[ask.millis as u64, ask.path.len() as u64, ask.query.len() as u64]);
        let request = format!("{:08x}-{:08x}", chance.throw() >> 32, chance.throw() >> 32);
        let answer = match self.checked(ask) {
            Ok(value) => Answer::json(StatusCode::OK, &value),
            Err(((status, message), wait)) => {
                let answer = Answer::json(status, &json!({ "message": message, "requestId": request }));
                match wait {
                    Some(wait) => answer.with("retry-after", wait),
                    None => answer,
                }
            }
        };
        answer.with("request-id", request)
    }
}

/// A 400 with this message.
fn bad<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err((StatusCode::BAD_REQUEST, message.into()))
}

/// Names of cursors, so that one endpoint's is refused by another.
#[derive(Clone, Copy)]
enum Book {
    Vehicles = 1,
    Trailers,
    Drivers,
    Assets,
    Clocks,
    Logs,
    VehicleAssignments,
    TrailerAssignments,
    Snapshot,
    TrailerSnapshot,
    Feed,
    TrailerFeed,
    Stream,
}

/// A page of `rows` from where `after` says, and the paging object.
fn page<T: Copy>(ask: &Ask, book: Book, rows: &[T], size: usize) -> Result<(Vec<T>, Value), Refusal> {
    let start = match ask.parameter("after") {
        None => 0,
        Some(after) => match cursor::read::<1>(book as u64, after) {
            Some([start]) => usize::try_from(start).unwrap_or(usize::MAX).min(rows.len()),
            None => return bad("Invalid pagination cursor."),
        },
    };
    let end = (start + size).min(rows.len());
    let more = end < rows.len();
    let cursor = if more { cursor::write(book as u64, &[end as i64]) } else { String::new() };
    Ok((rows[start..end].to_vec(), json!({ "endCursor": cursor, "hasNextPage": more })))
}

/// `limit`, where an endpoint has one.
fn limit(ask: &Ask) -> Result<usize, Refusal> {
    match ask.parameter("limit").map(str::parse::<usize>) {
        None => Ok(LIMIT),
        Some(Ok(limit @ 1..=LIMIT)) => Ok(limit),
        Some(_) => bad("Invalid value for parameter limit: must be between 1 and 512."),
    }
}

/// A comma-separated parameter's values, or `None` where it was not given.
fn list<'a>(ask: &'a Ask, name: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
    let Some(text) = ask.parameter(name) else { return Ok(None) };
    let values: Vec<&str> = text.split(',').collect();
    if values.iter().any(|value| value.is_empty()) {
        return bad(format!("Invalid value for parameter {name}."));
    }
    Ok(Some(values))
}

/// A flag parameter.
fn flag(ask: &Ask, name: &str) -> Result<bool, Refusal> {
    match ask.parameter(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => bad(format!("Invalid value for parameter {name}: must be true or false.")),
    }
}

/// An RFC 3339 parameter, in Unix seconds.
fn instant(ask: &Ask, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = ask.parameter(name) else { return Ok(None) };
    match Timestamp::parse(text) {
        Some(at) => Ok(Some(at.millis().div_euclid(1000))),
        None => bad(format!("Invalid value for parameter {name}: must be in RFC 3339 format.")),
    }
}

/// No unit of the simulation has a tag, so a filter by tags lets none through.
fn tagged(ask: &Ask) -> bool {
    TAGS.iter().any(|tags| ask.parameter(tags).is_some())
}

/// Unix seconds as Samsara writes them.
fn written(at: i64) -> String {
    Timestamp::from_secs(at).to_string()
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

fn vehicle_id(tractor: usize) -> String {
    (281_474_977_000_005 + tractor as u64 * 17).to_string()
}

fn driver_id(driver: usize) -> String {
    (51_000_001 + driver as u64).to_string()
}

fn trailer_id(trailer: usize) -> String {
    (281_475_000_000_001 + trailer as u64).to_string()
}

/// How Samsara knows a trailer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// As a trailer, with a tracker.
    Tracked,
    /// As a trailer, without one.
    Named,
    /// As an asset only.
    AssetOnly,
    /// Not at all.
    Unknown,
}

impl Samsara {
    /// How a trailer of its share is known.
    fn known(&self, trailer: usize) -> Known {
        match trailer {
            stray if stray == self.world.roster.stray() => Known::Tracked,
            other if other % 13 == 5 => Known::Unknown,
            other if other % 17 == 3 => Known::AssetOnly,
            other if other % 19 == 7 => Known::Named,
            _ => Known::Tracked,
        }
    }
}
