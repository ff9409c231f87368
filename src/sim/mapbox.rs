//! The simulated Mapbox: Directions v5 over the roads that the world's trucks really drive, and the batch
//! form of Geocoding v6 over its places. `options` checks a question, `roads` knows the way and how long it
//! takes, `directions` and `geocode` write answers down.
//!
//! As strict as the original: any option it does not know is refused, and what is not simulated (steps, the
//! POST form, other services of Mapbox) is refused too, so that nobody leans on it.

mod directions;
mod geocode;
mod options;
mod roads;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use self::roads::Roads;
use super::Upstream;
use super::ask::{Answer, Ask};
use super::server::Service;

/// Requests a minute: of Directions, whatever the number of coordinates; of Geocoding, where every query of
/// a batch is one.
const DIRECTIONS: usize = 300;
const GEOCODING: usize = 1000;
/// What the limits are counted over.
const WINDOW: Duration = Duration::from_secs(60);

/// The service.
#[derive(Debug)]
pub struct Mapbox {
    token: String,
    roads: Roads,
    /// So many seconds later than by itself its traffic comes, as the world does.
    later_by_s: i64,
    /// The window that runs, by service.
    windows: Mutex<HashMap<&'static str, (Instant, usize)>>,
}

impl Mapbox {
    /// A Mapbox for whoever has the token, with the traffic of a world that is so many seconds later.
    pub fn new(token: String, later_by_s: i64) -> Self {
        Self { token, roads: Roads::new(), later_by_s, windows: Mutex::default() }
    }

    fn checked(&self, ask: &Ask) -> Result<Answer, Answer> {
        match ask.parameter("access_token") {
            None | Some("") => return Err(unauthorized("No Token")),
            Some(token) if token != self.token => return Err(unauthorized("Invalid Token")),
            Some(_) => {}
        }
        if let Some(rest) = ask.path.strip_prefix("/directions/v5/") {
            let answer = || directions::answer(&self.roads, ask.now() - self.later_by_s, ask, rest);
            let get = if ask.method == Method::GET { answer } else { return Err(not_found()) };
            return self.within(ask, "directions", DIRECTIONS, 1, get);
        }
        if ask.path == "/search/geocode/v6/batch" && ask.method == Method::POST {
            let queries = geocode::queries(ask)?;
            return self.within(ask, "geocoding", GEOCODING, queries.len(), || Ok(geocode::answer(&queries)));
        }
        Err(not_found())
    }

    /// The answer, if the minute has room for so many requests; with the headers that tell of it.
    fn within(
        &self,
        ask: &Ask,
        service: &'static str,
        limit: usize,
        requests: usize,
        answer: impl FnOnce() -> Result<Answer, Answer>,
    ) -> Result<Answer, Answer> {
        let (fits, left) = {
            let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
            let (since, used) = windows.entry(service).or_insert((ask.instant, 0));
            if ask.instant.saturating_duration_since(*since) >= WINDOW {
                (*since, *used) = (ask.instant, 0);
            }
            *used += requests;
            (*used <= limit, WINDOW.saturating_sub(ask.instant.saturating_duration_since(*since)))
        };
        let reset = ask.now() + left.as_secs_f64().ceil() as i64;
        let told = |answer: Answer| {
            answer
                .with("x-rate-limit-interval", WINDOW.as_secs().to_string())
                .with("x-rate-limit-limit", limit.to_string())
                .with("x-rate-limit-reset", reset.to_string())
        };
        if !fits {
            let message = json!({ "message": "Too Many Requests" });
            return Err(told(Answer::json(StatusCode::TOO_MANY_REQUESTS, &message)));
        }
        answer().map(told).map_err(told)
    }
}

impl Service for Mapbox {
    fn upstream(&self) -> Upstream {
        Upstream::Mapbox
    }

    fn prefix(&self) -> &'static str {
        "/mapbox"
    }

    fn answer(&self, ask: &Ask) -> Answer {
        self.checked(ask).unwrap_or_else(|refusal| refusal)
    }
}

fn unauthorized(why: &str) -> Answer {
    Answer::json(StatusCode::UNAUTHORIZED, &json!({ "message": format!("Not Authorized - {why}") }))
}

fn not_found() -> Answer {
    Answer::json(StatusCode::NOT_FOUND, &json!({ "message": "Not Found" }))
}

/// 422 in the words of Directions.
fn invalid(message: impl Into<String>) -> Answer {
    let body = json!({ "message": message.into(), "code": "InvalidInput" });
    Answer::json(StatusCode::UNPROCESSABLE_ENTITY, &body)
}
