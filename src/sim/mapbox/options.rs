//! What may be asked of the simulated Directions: every option's name, range and number of entries, as the
//! documentation has them. Nothing here knows a road.

use axum::http::StatusCode;
use serde_json::json;

use super::super::ask::{Answer, Ask};
use super::super::atlas::Point;
use super::invalid;

/// Coordinates that a question may have.
const MOST: usize = 25;

/// A question that has passed.
#[derive(Debug)]
pub struct Options {
    /// With today's traffic.
    pub traffic: bool,
    /// In the order to be driven.
    pub coordinates: Vec<Point>,
    /// Heading and range in degrees, by coordinate.
    pub bearings: Vec<Option<(f64, f64)>>,
    /// Meters, by coordinate.
    pub radiuses: Vec<Option<f64>>,
    /// Meters; the defaults are a car's.
    pub height: f64,
    /// Meters.
    pub width: f64,
    /// Metric tons.
    pub weight: f64,
    /// How the road is drawn.
    pub overview: Overview,
    /// How that is written.
    pub geometries: Geometries,
    /// Which annotations are wanted.
    pub annotations: Vec<String>,
    /// Waypoints inside the route instead of beside it.
    pub waypoints_per_route: bool,
    /// Borders and broken limits are told.
    pub notifications: bool,
}

/// How the road is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overview {
    /// Every point.
    Full,
    /// The most important ones.
    Simplified,
    /// Not at all.
    None,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Geometries {
    /// Encoded, five places.
    Polyline,
    /// Encoded, six places.
    Polyline6,
    /// As a `LineString`.
    GeoJson,
}

/// Options that are known, other than those that need turn instructions.
const KNOWN: &[&str] = &[
    "access_token",
    "alternatives",
    "annotations",
    "approaches",
    "arrive_by",
    "avoid_maneuver_radius",
    "bearings",
    "continue_straight",
    "depart_at",
    "exclude",
    "geometries",
    "include",
    "language",
    "max_height",
    "max_weight",
    "max_width",
    "notifications",
    "overview",
    "radiuses",
    "snapping_include_closures",
    "snapping_include_static_closures",
    "steps",
    "waypoints_per_route",
];
/// Options that want `steps=true`, which is not simulated.
const WITH_STEPS: &[&str] = &[
    "banner_instructions",
    "roundabout_exits",
    "voice_instructions",
    "voice_units",
    "waypoint_names",
    "waypoint_targets",
    "waypoints",
];
const ANNOTATIONS: &[&str] =
    &["closure", "congestion", "congestion_numeric", "distance", "duration", "maxspeed", "speed"];
const EXCLUDES: &[&str] =
    &["cash_only_tolls", "country_border", "ferry", "motorway", "state_border", "toll", "tunnel", "unpaved"];

/// Checks `rest`, the path after `/directions/v5/`, and the options.
pub fn read(ask: &Ask, rest: &str) -> Result<Options, Answer> {
    let (profile, coordinates) = rest.rsplit_once('/').unwrap_or((rest, ""));
    let traffic = match profile {
        "mapbox/driving-traffic" => true,
        "mapbox/driving" => false,
        // The other two exist, and know neither trucks nor traffic: nothing here asks for them.
        _ => {
            let body = json!({ "message": "Profile not found", "code": "ProfileNotFound" });
            return Err(Answer::json(StatusCode::NOT_FOUND, &body));
        }
    };
    let coordinates = points(coordinates.strip_suffix(".json").unwrap_or(coordinates))?;
    names(ask)?;
    let count = coordinates.len();
    let asked = Asked { ask, count };
    let overview = match asked.word("overview", &["full", "simplified", "false"])? {
        Some("full") => Overview::Full,
        Some("false") => Overview::None,
        _ => Overview::Simplified,
    };
    let annotations = asked.list("annotations", ANNOTATIONS)?;
    if !annotations.is_empty() && overview != Overview::Full {
        return Err(invalid("annotations must be combined with overview=full"));
    }
    asked.unused(traffic)?;
    Ok(Options {
        traffic,
        bearings: asked.entries("bearings", bearing)?,
        radiuses: asked.entries("radiuses", radius)?,
        height: asked.number("max_height", 10.0)?.unwrap_or(1.6),
        width: asked.number("max_width", 10.0)?.unwrap_or(1.9),
        weight: asked.number("max_weight", 100.0)?.unwrap_or(2.5),
        overview,
        geometries: match asked.word("geometries", &["polyline", "polyline6", "geojson"])? {
            Some("polyline6") => Geometries::Polyline6,
            Some("geojson") => Geometries::GeoJson,
            _ => Geometries::Polyline,
        },
        annotations,
        waypoints_per_route: asked.flag("waypoints_per_route")?,
        notifications: asked.word("notifications", &["all", "none"])? != Some("none"),
        coordinates,
    })
}

/// `lon,lat;lon,lat`.
fn points(text: &str) -> Result<Vec<Point>, Answer> {
    let pairs: Vec<&str> = text.split(';').collect();
    if pairs.len() > MOST {
        return Err(invalid(format!("Too many coordinates; maximum number of coordinates is {MOST}.")));
    }
    if pairs.len() < 2 {
        return Err(invalid("Not enough coordinates; minimum number of coordinates is 2."));
    }
    let point = |pair: &&str| {
        let (longitude, latitude) = pair.split_once(',')?;
        let (longitude, latitude): (f64, f64) = (longitude.parse().ok()?, latitude.parse().ok()?);
        let exists = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
        exists.then_some(Point { latitude, longitude })
    };
    let all = pairs.iter().map(|pair| point(pair).ok_or(*pair)).collect::<Result<Vec<_>, _>>();
    all.map_err(|pair| invalid(format!("Coordinate is invalid: {pair}")))
}

/// Every option is known and there once.
fn names(ask: &Ask) -> Result<(), Answer> {
    for (place, (name, _)) in ask.query.iter().enumerate() {
        if WITH_STEPS.contains(&name.as_str()) {
            return Err(invalid(format!("{name} wants steps=true, which is not simulated")));
        }
        if !KNOWN.contains(&name.as_str()) {
            return Err(invalid(format!("Unknown option: {name}")));
        }
        if ask.query[..place].iter().any(|(before, _)| before == name) {
            return Err(invalid(format!("{name} is given twice")));
        }
    }
    Ok(())
}

/// The options of a question with so many coordinates.
struct Asked<'a> {
    ask: &'a Ask,
    count: usize,
}

impl<'a> Asked<'a> {
    fn word(&self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Answer> {
        match self.ask.parameter(name) {
            Some(word) if !words.contains(&word) => {
                Err(invalid(format!("{name} value must be one of {}", words.join(", "))))
            }
            word => Ok(word),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, Answer> {
        Ok(self.word(name, &["true", "false"])? == Some("true"))
    }

    fn list(&self, name: &str, words: &[&str]) -> Result<Vec<String>, Answer> {
        let given: Vec<String> = self.ask.parameter(name).map_or_else(Vec::new, split);
        let known = |word: &String| words.contains(&word.as_str()) || (name == "exclude" && is_point(word));
        if given.iter().all(known) {
            return Ok(given);
        }
        Err(invalid(format!("{name} value must be one of {}", words.join(", "))))
    }

    fn number(&self, name: &str, most: f64) -> Result<Option<f64>, Answer> {
        let Some(text) = self.ask.parameter(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (0.0..=most).contains(number));
        number.map(Some).ok_or_else(|| invalid(format!("{name} should be >= 0 and <= {most}")))
    }

    /// One entry a coordinate, each perhaps empty.
    fn entries<T>(&self, name: &str, read: fn(&str) -> Option<T>) -> Result<Vec<Option<T>>, Answer> {
        let Some(text) = self.ask.parameter(name) else { return Ok((0..self.count).map(|_| None).collect()) };
        let entries: Vec<&str> = text.split(';').collect();
        if entries.len() != self.count {
            return Err(invalid(format!("{name} must have as many entries as there are coordinates")));
        }
        let entry = |text: &&str| match *text {
            "" => Ok(None),
            text => read(text).map(Some).ok_or_else(|| invalid(format!("{name} is invalid: {text}"))),
        };
        entries.iter().map(entry).collect()
    }

    /// What has no bearing on a made-up road is checked all the same.
    fn unused(&self, traffic: bool) -> Result<(), Answer> {
        self.flag("alternatives")?;
        self.flag("continue_straight")?;
        if self.flag("steps")? {
            return Err(invalid("steps are not simulated"));
        }
        self.list("exclude", EXCLUDES)?;
        self.list("include", &["hov2", "hov3", "hot"])?;
        self.entries("approaches", |text| matches!(text, "unrestricted" | "curb").then_some(()))?;
        for name in ["snapping_include_closures", "snapping_include_static_closures"] {
            self.entries(name, |text| matches!(text, "true" | "false").then_some(()))?;
        }
        let radius = self.number("avoid_maneuver_radius", 1000.0)?;
        if radius.is_some_and(|radius| radius < 1.0) {
            return Err(invalid("avoid_maneuver_radius should be >= 1"));
        }
        for name in ["depart_at", "arrive_by"] {
            if self.ask.parameter(name).is_some_and(|text| !is_time(text)) {
                return Err(invalid(format!("{name} must be an ISO 8601 time")));
            }
        }
        if traffic && self.ask.parameter("arrive_by").is_some() {
            return Err(invalid("arrive_by is for mapbox/driving only"));
        }
        Ok(())
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn is_point(word: &str) -> bool {
    word.strip_prefix("point(").and_then(|rest| rest.strip_suffix(')')).is_some_and(|pair| {
        pair.split_once(' ').is_some_and(|(longitude, latitude)| {
            longitude.parse::<f64>().is_ok() && latitude.parse::<f64>().is_ok()
        })
    })
}

/// With an offset, or by the clock of the place: `2026-11-24T06:00`.
fn is_time(text: &str) -> bool {
    text == "now"
        || text.parse::<jiff::Timestamp>().is_ok()
        || (text.len() == 16 && text.parse::<jiff::civil::DateTime>().is_ok())
}

fn bearing(text: &str) -> Option<(f64, f64)> {
    let (angle, range) = text.split_once(',')?;
    let (angle, range): (f64, f64) = (angle.parse().ok()?, range.parse().ok()?);
    ((0.0..=360.0).contains(&angle) && (0.0..=180.0).contains(&range)).then_some((angle, range))
}

fn radius(text: &str) -> Option<f64> {
    if text == "unlimited" {
        return Some(f64::INFINITY);
    }
    text.parse().ok().filter(|meters| *meters > 0.0)
}
