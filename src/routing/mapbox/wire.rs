//! The Directions v5 answer, taken apart. Lenient: what is not needed may be missing, null, new or of
//! another kind; what is needed must be sane. A 200 is no success before its `code` says so.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Question;
use crate::http;
use crate::model::{EtaSource, Incident, Leg, Point, Route, Timestamp, Violation, clean, clean_opt};
use crate::routing::Error;
use crate::routing::attempt::{Attempt, Limits};

/// The longest word of the service that is kept, and the longest sentence.
const WORD: usize = 40;
const SENTENCE: usize = 120;
/// The limits of a truck, among all that may be violated.
const TRUCK_LIMITS: [&str; 3] = ["maxHeight", "maxWidth", "maxWeight"];

#[derive(Deserialize)]
struct WireAnswer {
    code: Option<String>,
    message: Option<String>,
    routes: Option<Vec<WireRoute>>,
    #[serde(default, deserialize_with = "soft")]
    waypoints: Option<Vec<WireWaypoint>>,
}

#[derive(Deserialize)]
struct WireRoute {
    legs: Option<Vec<WireLeg>>,
    #[serde(default, deserialize_with = "soft")]
    waypoints: Option<Vec<WireWaypoint>>,
}

#[derive(Deserialize)]
struct WireLeg {
    duration: Option<f64>,
    distance: Option<f64>,
    #[serde(default, deserialize_with = "soft")]
    duration_typical: Option<f64>,
    #[serde(default, deserialize_with = "soft")]
    incidents: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "soft")]
    notifications: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct WireWaypoint {
    #[serde(default, deserialize_with = "soft")]
    location: Option<[f64; 2]>,
    #[serde(default, deserialize_with = "soft")]
    distance: Option<f64>,
}

/// A member that does not matter: null, or of a kind that we do not know, is as if it were missing.
fn soft<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// Reads `body`, the answer to `question` asked by `attempt`.
pub(super) fn read(
    question: &Question<'_>,
    attempt: Attempt,
    now: Timestamp,
    body: &[u8],
) -> Result<Route, Error> {
    let answer: WireAnswer = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let route = first_route(answer.code.as_deref(), answer.message.as_deref(), answer.routes)?;
    let stops = question.asked();
    let legs = route.legs.unwrap_or_default();
    if legs.len() != stops.len() {
        return Err(Error::Misfit(format!("{} legs for {} stops", legs.len(), stops.len())));
    }
    // They stand in either place; those of another question are none.
    let fits = |all: &Vec<WireWaypoint>| all.len() == stops.len() + 1;
    let waypoints = answer.waypoints.filter(fits).or_else(|| route.waypoints.filter(fits));
    let snapped = |place: usize, asked: Point| waypoints.as_ref()?.get(place)?.snapped_m(asked);
    let (violations, incidents) = (violations(&legs), incidents(&legs));
    let legs = legs.iter().zip(stops).enumerate().map(|(place, (leg, to))| {
        let leg = leg.read(*to)?;
        Ok(Leg { snapped_m: snapped(place + 1, *to), ..leg })
    });
    let origin = *question.position;
    Ok(Route {
        source: source(attempt, &violations),
        asked_at: now,
        origin,
        legs: legs.collect::<Result<_, Error>>()?,
        violations,
        incidents,
        snapped_m: snapped(0, origin.point),
    })
}

/// The body is not what this endpoint answers: a proxy's page, or half of an answer.
fn malformed(error: &serde_json::Error) -> Error {
    // Without serde's own words, which may repeat what was there.
    let why = if error.is_data() { "not a Directions answer" } else { "the answer is no JSON" };
    Error::Service(http::Error::malformed(why))
}

fn first_route(
    code: Option<&str>,
    message: Option<&str>,
    routes: Option<Vec<WireRoute>>,
) -> Result<WireRoute, Error> {
    let said = || clean(message.unwrap_or_default(), SENTENCE);
    match code {
        // Without any route it is as if it had said so.
        Some("Ok") => routes.unwrap_or_default().into_iter().next().ok_or(Error::NoRoute),
        Some("NoRoute") => Err(Error::NoRoute),
        Some("NoSegment") => Err(Error::NoSegment),
        Some(code) => Err(Error::Question(format!("{}: {}", clean(code, WORD), said()))),
        None => {
            Err(Error::Service(http::Error::malformed(format_args!("an answer without a code: {}", said()))))
        }
    }
}

/// A route that breaks a limit of the truck's is no truck's route.
fn source(attempt: Attempt, violations: &[Violation]) -> EtaSource {
    let breaks_a_limit = violations.iter().any(|violation| TRUCK_LIMITS.contains(&violation.what.as_str()));
    if breaks_a_limit { Attempt { limits: Limits::None, ..attempt }.source() } else { attempt.source() }
}

impl WireLeg {
    fn read(&self, to: Point) -> Result<Leg, Error> {
        let sane = |value: Option<f64>| value.filter(|value| value.is_finite() && *value >= 0.0);
        let missing = |what: &str| Error::Misfit(format!("a leg without a {what}"));
        Ok(Leg {
            to,
            seconds: sane(self.duration).ok_or_else(|| missing("duration"))?,
            meters: sane(self.distance).ok_or_else(|| missing("distance"))?,
            typical_s: sane(self.duration_typical),
            snapped_m: None,
        })
    }
}

impl WireWaypoint {
    /// How far from the place that was asked for.
    fn snapped_m(&self, asked: Point) -> Option<f64> {
        let told = self.distance.filter(|distance| *distance >= 0.0);
        let [longitude, latitude] = self.location.unwrap_or([f64::NAN; 2]);
        told.or_else(|| Some(Point::new(latitude, longitude)?.meters_to(asked)))
    }
}

/// What is broken, each once. Alerts (borders, tunnels, tolls) are everyday and left out: the same word may
/// be either, so the type decides.
fn violations(legs: &[WireLeg]) -> Vec<Violation> {
    let all = legs.iter().flat_map(|leg| leg.notifications.iter().flatten());
    let mut violations = Vec::new();
    for notification in all.filter(|notification| notification["type"] == "violation") {
        let details = &notification["details"];
        let violation = Violation {
            what: word(&notification["subtype"]).unwrap_or_else(|| "unknown".to_owned()),
            wanted: word(&details["requested_value"]),
            actual: word(&details["actual_value"]),
            unit: word(&details["unit"]),
        };
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
    violations
}

fn incidents(legs: &[WireLeg]) -> Vec<Incident> {
    let of_leg = |(leg, wire): (usize, &WireLeg)| -> Vec<Incident> {
        let read = |incident: &Value| Incident {
            leg,
            kind: word(&incident["type"]).unwrap_or_else(|| "unknown".to_owned()),
            description: incident["description"].as_str().and_then(|text| clean_opt(text, SENTENCE)),
            is_closed: incident["closed"] == true,
        };
        wire.incidents.iter().flatten().filter(|incident| incident.is_object()).map(read).collect()
    };
    legs.iter().enumerate().flat_map(of_leg).collect()
}

/// A word, also one that is a number: limits of trucks are told as text, those of batteries as numbers.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => clean_opt(text, WORD),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
