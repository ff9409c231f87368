//! The simulated Motive: checks what it is asked as the real one does, then writes down what the
//! world shows. `vehicles`, `users`, `hours` and `assets` hold the endpoints, `oauth` the tokens.
//!
//! What the real one leaves open is refused here, so that a client cannot lean on it: parameters
//! that are not documented, and `X-Time-Zone`, which moves the borders of days.

mod assets;
mod hours;
mod oauth;
mod users;
mod vehicles;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{Method, StatusCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

pub use self::oauth::Credentials;
use self::oauth::Grants;
use self::users::User;
use self::vehicles::Vehicle;
use super::Upstream;
use super::ask::{Answer, Ask};
use super::chance::Chance;
use super::limits::Limits;
use super::server::Service;
use super::spread::Share;
use super::world::World;
use crate::model::Timestamp;

/// Calls a second that are let through in the long run, and how many at once. The real numbers are
/// not published.
const PER_SECOND: f64 = 5.0;
const AT_ONCE: f64 = 25.0;
/// Rows to a page where nothing is asked for, and the most there are.
const PER_PAGE: usize = 25;
const MOST_PER_PAGE: usize = 100;
const COMPANY: u64 = 4200;
const DAY: i64 = 24 * 3600;
const KILOMETRES: f64 = 1.609_344;

/// The service.
#[derive(Debug)]
pub struct Motive {
    world: Arc<World>,
    share: Share,
    /// All it lists, by ascending id.
    vehicles: Vec<Vehicle>,
    /// All it lists, by ascending id.
    users: Vec<User>,
    credentials: Credentials,
    grants: Grants,
    limits: Limits,
    refused: AtomicU32,
}

/// One readable path.
struct Endpoint {
    /// `{id}` stands for a number.
    path: &'static str,
    parameters: &'static [&'static str],
    read: fn(&Motive, &Ask) -> Result<Value, Answer>,
}

const ENDPOINTS: &[Endpoint] = &[
    Endpoint { path: "/v1/companies", parameters: &["per_page", "page_no"], read: users::companies },
    Endpoint { path: "/v1/groups", parameters: &["per_page", "page_no"], read: users::groups },
    Endpoint { path: "/v1/users", parameters: &["per_page", "page_no", "role"], read: users::users },
    Endpoint {
        path: "/v1/driver_locations",
        parameters: &["per_page", "page_no", "driver_ids[]", "driver_ids"],
        read: users::locations,
    },
    Endpoint {
        path: "/v1/vehicles",
        parameters: &["per_page", "page_no", "updated_after", "driver_ids[]", "driver_ids", "fuel_type"],
        read: vehicles::vehicles,
    },
    Endpoint { path: "/v1/vehicle_locations", parameters: vehicles::FILTERS, read: vehicles::locations },
    Endpoint { path: "/v2/vehicle_locations", parameters: vehicles::FILTERS, read: vehicles::locations },
    Endpoint {
        path: "/v3/vehicle_locations",
        parameters: vehicles::FILTERS,
        read: vehicles::gateway_locations,
    },
    Endpoint {
        path: "/v3/vehicle_locations/{id}",
        parameters: &["start_date", "end_date"],
        read: vehicles::history,
    },
    Endpoint {
        path: "/v1/available_time",
        parameters: &["per_page", "page_no", "driver_ids[]", "driver_ids"],
        read: hours::available_time,
    },
    Endpoint {
        path: "/v1/hours_of_service",
        parameters: &["per_page", "page_no", "driver_ids[]", "driver_ids", "start_date", "end_date"],
        read: hours::hours_of_service,
    },
    Endpoint { path: "/v1/assets", parameters: &["per_page", "page_no"], read: assets::assets },
    Endpoint { path: "/v1/asset_locations", parameters: &["per_page", "page_no"], read: assets::locations },
];

impl Motive {
    /// A Motive that tells of this world to whoever has the key, or a token of its own making.
    pub fn new(world: Arc<World>, credentials: Credentials, seed: u64) -> Self {
        let share = world.spread.share(Upstream::Motive, &world.roster);
        Self {
            vehicles: vehicles::listed(&share),
            users: users::listed(&share),
            world,
            share,
            credentials,
            grants: Grants::new(seed),
            limits: Limits::default(),
            refused: AtomicU32::new(0),
        }
    }

    fn checked(&self, ask: &Ask) -> Result<Value, Answer> {
        let path = ask.path.strip_suffix(".json").unwrap_or(&ask.path);
        if self.limits.take_of("company", AT_ONCE, PER_SECOND, ask.instant).is_err() {
            return Err(self.too_many());
        }
        if path == "/oauth/token" && ask.method == Method::POST {
            return self.grants.token(&self.credentials, ask);
        }
        self.authorized(ask)?;
        let template = match path.rsplit_once('/') {
            Some((list, id)) if id.parse::<u64>().is_ok() => format!("{list}/{{id}}"),
            _ => path.to_owned(),
        };
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.path == template);
        let Some(endpoint) = endpoint.filter(|_| ask.method == Method::GET) else { return Err(no_page()) };
        if ask.header("x-time-zone").is_some() {
            return Err(bad("X-Time-Zone is not simulated: it moves the borders of days"));
        }
        if let Some((name, _)) =
            ask.query.iter().find(|(name, _)| !endpoint.parameters.contains(&name.as_str()))
        {
            return Err(bad(format!("{name} is not a parameter of {}", endpoint.path)));
        }
        (endpoint.read)(self, ask)
    }

    fn authorized(&self, ask: &Ask) -> Result<(), Answer> {
        if let Some(token) = ask.header("authorization").and_then(|header| header.strip_prefix("Bearer ")) {
            return self.grants.check(token, ask.now());
        }
        if ask.header("x-api-key") == Some(self.credentials.api_key.as_str()) {
            return Ok(());
        }
        Err(refusal(StatusCode::UNAUTHORIZED, "invalid API key"))
    }

    /// Every other refusal says how long to wait.
    fn too_many(&self) -> Answer {
        let answer = refusal(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
        if self.refused.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return answer.with("retry-after", "1".to_owned());
        }
        answer
    }
}

impl Service for Motive {
    fn upstream(&self) -> Upstream {
        Upstream::Motive
    }

    fn prefix(&self) -> &'static str {
        "/motive"
    }

    fn answer(&self, ask: &Ask) -> Answer {
        match self.checked(ask) {
            Ok(value) => Answer::json(StatusCode::OK, &value),
            Err(refusal) => refusal,
        }
    }
}

/// A refusal in Motive's own form.
fn refusal(status: StatusCode, message: impl Into<String>) -> Answer {
    Answer::json(status, &json!({ "error_message": message.into() }))
}

fn bad(message: impl Into<String>) -> Answer {
    refusal(StatusCode::BAD_REQUEST, message)
}

/// What the site answers where nothing is: a page for people.
fn no_page() -> Answer {
    Answer {
        content_type: "text/html; charset=utf-8",
        ..Answer::text(StatusCode::NOT_FOUND, "<!DOCTYPE html><html><body><h1>404</h1></body></html>")
    }
}

/// Which page was asked for.
struct Page {
    per_page: usize,
    page_no: usize,
}

impl Page {
    fn of(ask: &Ask) -> Result<Self, Answer> {
        let number = |name: &str, usual: usize| match last(ask, name).map(str::parse::<usize>) {
            None => Ok(usual),
            Some(Ok(number @ 1..)) => Ok(number),
            Some(_) => Err(bad(format!("{name} must be a number from 1"))),
        };
        Ok(Self {
            per_page: number("per_page", PER_PAGE)?.min(MOST_PER_PAGE),
            page_no: number("page_no", 1)?,
        })
    }

    /// The rows of the page; past the end there are none.
    fn rows<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let (start, end) = self.span(all.len());
        &all[start..end]
    }

    fn span(&self, total: usize) -> (usize, usize) {
        let start = (self.page_no - 1).saturating_mul(self.per_page).min(total);
        (start, (start + self.per_page).min(total))
    }

    /// The whole answer: every row wrapped once more, and where it stands.
    fn answer(&self, names: (&str, &str), rows: Vec<Value>, total: usize) -> Value {
        let wrapped = |row| Value::Object(Map::from_iter([(names.1.to_owned(), row)]));
        let rows = Value::Array(rows.into_iter().map(wrapped).collect());
        let place = json!({ "per_page": self.per_page, "page_no": self.page_no, "total": total });
        Value::Object(Map::from_iter([(names.0.to_owned(), rows), ("pagination".to_owned(), place)]))
    }
}

/// A parameter's value. Of several the last counts.
fn last<'a>(ask: &'a Ask, name: &str) -> Option<&'a str> {
    ask.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The ids of a list parameter, ascending; `None` where it was not given. Without the brackets only
/// the last value counts.
fn ids(ask: &Ask, name: &str) -> Result<Option<Vec<u64>>, Answer> {
    let bracketed = format!("{name}[]");
    let mut texts: Vec<&str> =
        ask.query.iter().filter(|(key, _)| *key == bracketed).map(|(_, value)| value.as_str()).collect();
    if texts.is_empty() {
        texts.extend(last(ask, name));
    }
    if texts.is_empty() {
        return Ok(None);
    }
    let ids: Option<Vec<u64>> = texts.iter().map(|text| text.parse().ok()).collect();
    let mut ids = ids.ok_or_else(|| bad(format!("{name} must be numbers")))?;
    ids.sort_unstable();
    Ok(Some(ids))
}

/// The span of whole days from `start_date` to `end_date`, both included, in Unix seconds.
fn days(ask: &Ask) -> Result<Option<(i64, i64)>, Answer> {
    let day = |name: &str| match last(ask, name) {
        None => Ok(None),
        Some(text) => match text.parse::<Date>().ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
            Some(midnight) => Ok(Some(midnight.timestamp().as_second())),
            None => Err(bad(format!("{name} must be YYYY-MM-DD"))),
        },
    };
    match (day("start_date")?, day("end_date")?) {
        (None, None) => Ok(None),
        (Some(start), Some(end)) if start <= end => Ok(Some((start, end + DAY))),
        _ => Err(bad("start_date and end_date must be given together and in order")),
    }
}

/// Unix seconds as Motive writes them: some with microseconds.
fn written(at: i64, microseconds: bool) -> String {
    let text = Timestamp::from_secs(at).to_string();
    if microseconds { text.replace('Z', ".000000Z") } else { text }
}

/// The day of an instant, as a date.
fn date(at: i64) -> String {
    Timestamp::from_secs(at).to_string().chars().take(10).collect()
}

/// An id that is none of ours but always the same.
fn uuid(unit: usize, at: i64) -> String {
    let mut chance = Chance::of(&[61, unit as u64, at as u64]);
    let (high, low) = (chance.throw(), chance.throw());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        low >> 48 & 0xFFF,
        low & 0xFFFF_FFFF_FFFF
    )
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
    fn more_than_the_secret_limit_is_refused_and_not_always_with_a_wait() {
        let world = Arc::new(World::new(5, 1, Spread::over(&[Upstream::Motive])));
        let motive = Motive::new(world, Credentials::of(1), 1);
        let ask = Ask::get("/v1/groups", &[("x-api-key", &motive.credentials.api_key)]);
        let answers: Vec<Answer> = (0..29).map(|_| motive.answer(&ask)).collect();
        let (taken, refused) = answers.split_at(25);
        assert!(taken.iter().all(|answer| answer.status == StatusCode::OK));
        assert!(refused.iter().all(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS));
        let waits: Vec<usize> = refused.iter().map(|answer| answer.headers.len()).collect();
        assert_eq!(waits, [1, 0, 1, 0]);
        let later = Ask { instant: ask.instant + std::time::Duration::from_millis(201), ..ask };
        assert_eq!(motive.answer(&later).status, StatusCode::OK);
    }

    #[test]
    fn sixty_five_miles_an_hour_are_a_hundred_and_four_point_six_kilometres() {
        assert!((rounded(65.0 * KILOMETRES, 1) - 104.6).abs() < 1e-9);
    }

    #[test]
    fn a_page_past_the_end_is_empty() {
        let page = Page { per_page: 25, page_no: 9 };
        assert!(page.rows(&[0; 30]).is_empty());
        assert_eq!(Page { per_page: 25, page_no: 2 }.rows(&[0; 30]).len(), 5);
    }
}
