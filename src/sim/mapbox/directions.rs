//! The simulated Directions' answers: a question that has passed, written down as legs.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::ask::{Answer, Ask};
use super::super::atlas::{CITIES, Point};
use super::super::chance::Chance;
use super::invalid;
use super::options::{self, Geometries, Options, Overview};
use super::roads::{Limit, Piece, Roads, Snapped, Turned, turn_meters, turned, usual_seconds};

/// The longest way of a driving profile.
const LONGEST_M: f64 = 10_000_000.0;
/// A point of the drawn line every so often.
const POINT_EVERY_M: f64 = 8000.0;
const METERS_A_MILE: f64 = 1609.344;

/// Answers `rest`, the path after `/directions/v5/`, with the traffic of `now`, in Unix seconds.
pub fn answer(roads: &Roads, now: i64, ask: &Ask, rest: &str) -> Result<Answer, Answer> {
    let options = options::read(ask, rest)?;
    let Some(places) = snapped(&options) else { return Ok(without_route("NoSegment")) };
    let ways: Vec<Vec<Piece>> = places.windows(2).map(|pair| roads.way(pair[0], pair[1])).collect();
    let mut back = Vec::with_capacity(ways.len());
    for (place, way) in ways.iter().enumerate() {
        // Where it stops it may turn as it likes, unless it is told how it stands.
        let bearing = options.bearings[place];
        let turn = if place > 0 && bearing.is_none() {
            Turned::Right
        } else {
            turned(places[place], &way[0], bearing)
        };
        match turn {
            Turned::Across => return Ok(without_route("NoSegment")),
            turn => back.push(turn == Turned::Back),
        }
    }
    if ways.iter().flatten().map(Piece::meters).sum::<f64>() > LONGEST_M {
        return Err(invalid("Total distance between all consecutive coordinates must not exceed 10000 km"));
    }
    if ways.iter().flatten().any(|piece| is_closed(roads, piece, &options)) {
        return Ok(without_route("NoRoute"));
    }
    let told = Told { roads, options: &options, places: &places, now };
    Ok(Answer::json(StatusCode::OK, &told.answer(&ways, &back)))
}

/// Every coordinate on a road within its radius; `None` where one is on none.
fn snapped(options: &Options) -> Option<Vec<Snapped>> {
    let coordinates = options.coordinates.iter().zip(&options.radiuses);
    coordinates
        .map(|(point, radius)| {
            let place = Roads::snap(*point)?;
            (beside_m(&place) <= radius.unwrap_or(f64::INFINITY)).then_some(place)
        })
        .collect()
}

fn beside_m(place: &Snapped) -> f64 {
    place.asked.miles_to(place.point) * METERS_A_MILE
}

/// Whether a limit leaves no way.
fn is_closed(roads: &Roads, piece: &Piece, options: &Options) -> bool {
    match roads.limit(piece.road) {
        Some(Limit::Height(most)) => options.height > most,
        Some(Limit::Weight(most)) => options.weight > most,
        Some(Limit::Width(_)) | None => false,
    }
}

fn without_route(code: &str) -> Answer {
    let message = match code {
        "NoRoute" => "No route found",
        _ => "Could not find a matching segment for input coordinates",
    };
    Answer::json(StatusCode::OK, &json!({ "code": code, "message": message, "routes": [] }))
}

/// What an answer is written from.
struct Told<'a> {
    roads: &'a Roads,
    options: &'a Options,
    places: &'a [Snapped],
    now: i64,
}

impl Told<'_> {
    fn answer(&self, ways: &[Vec<Piece>], back: &[bool]) -> Value {
        let legs: Vec<Map<String, Value>> =
            ways.iter().zip(back).map(|(way, back)| self.leg(way, *back)).collect();
        let sum = |name: &str| legs.iter().filter_map(|leg| leg.get(name)?.as_f64()).sum::<f64>();
        let mut route = Map::new();
        for name in ["duration", "distance", "weight", "duration_typical", "weight_typical"] {
            if self.options.traffic || !name.ends_with("typical") {
                route.insert(name.to_owned(), json!(rounded(sum(name))));
            }
        }
        route.insert("weight_name".to_owned(), json!("auto"));
        if self.options.overview != Overview::None {
            route.insert("geometry".to_owned(), self.geometry(ways));
        }
        route.insert("legs".to_owned(), Value::Array(legs.into_iter().map(Value::Object).collect()));
        let waypoints: Vec<Value> = self.places.iter().map(waypoint).collect();
        let uuid = format!("sim-{:016x}", Chance::of(&[337, self.now as u64, ways.len() as u64]).throw());
        let mut answer = json!({ "code": "Ok", "uuid": uuid });
        if self.options.waypoints_per_route {
            route.insert("waypoints".to_owned(), Value::Array(waypoints));
        } else {
            answer["waypoints"] = Value::Array(waypoints);
        }
        answer["routes"] = json!([route]);
        answer
    }

    fn leg(&self, way: &[Piece], back: bool) -> Map<String, Value> {
        let turn = if back { turn_meters() } else { 0.0 };
        let meters = turn + way.iter().map(Piece::meters).sum::<f64>();
        let typical = usual_seconds(meters);
        let seconds = if self.options.traffic {
            usual_seconds(turn) + way.iter().map(|piece| piece.seconds(self.now)).sum::<f64>()
        } else {
            typical
        };
        // Seconds with penalties for turns: like seconds, and none.
        let weight = |seconds: f64| rounded(seconds * 1.14 + 30.0);
        let mut leg = Map::new();
        let mut put = |name: &str, value: Value| leg.insert(name.to_owned(), value);
        put("duration", json!(rounded(seconds)));
        put("distance", json!(rounded(meters)));
        put("weight", json!(weight(seconds)));
        if self.options.traffic {
            put("duration_typical", json!(rounded(typical)));
            put("weight_typical", json!(weight(typical)));
        }
        put("summary", json!(summary(way)));
        put("steps", json!([]));
        put("via_waypoints", json!([]));
        put("admins", json!([{ "iso_3166_1": "US", "iso_3166_1_alpha3": "USA" }]));
        let incidents = if self.options.traffic { self.incidents(way) } else { Vec::new() };
        if !incidents.is_empty() {
            put("incidents", Value::Array(incidents));
        }
        let notifications = if self.options.notifications { self.notifications(way) } else { Vec::new() };
        if !notifications.is_empty() {
            put("notifications", Value::Array(notifications));
        }
        if !self.options.annotations.is_empty() {
            put("annotation", self.annotation(way));
        }
        leg
    }

    fn incidents(&self, way: &[Piece]) -> Vec<Value> {
        let told = |(place, piece): (usize, &Piece)| {
            json!({
                "id": format!("{:016}", Chance::of(&[347, u64::from(piece.road), self.now as u64 / 21_600]).throw() >> 12),
                "type": "construction",
                "description": format!("{}: lane closed towards {}", piece.name(), CITIES[piece.city].name),
                "closed": false,
                "congestion": { "value": 40 },
                "geometry_index_start": place,
                "geometry_index_end": place + 1,
            })
        };
        way.iter().enumerate().filter(|(_, piece)| piece.incident(self.now)).map(told).collect()
    }

    /// Borders of states, and limits that are broken.
    fn notifications(&self, way: &[Piece]) -> Vec<Value> {
        let states: Vec<&str> = way.iter().map(|piece| CITIES[piece.city].state).collect();
        let borders = states.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let alert = json!({ "type": "alert", "subtype": "stateBorderCrossing", "refresh_type": "static" });
        let broken = way.iter().filter_map(|piece| match self.roads.limit(piece.road) {
            Some(Limit::Width(most)) if self.options.width > most => Some(json!({
                "type": "violation",
                "subtype": "maxWidth",
                "refresh_type": "static",
                "details": {
                    "requested_value": format!("{:.2}", self.options.width),
                    "actual_value": format!("{most:.2}"),
                    "unit": "meters",
                    "message": "The route has a segment that is narrower than the vehicle",
                },
            })),
            _ => None,
        });
        std::iter::repeat_n(alert, borders).chain(broken).collect()
    }

    /// One entry a piece of the drawn line.
    fn annotation(&self, way: &[Piece]) -> Value {
        let mut annotation = Map::new();
        for name in &self.options.annotations {
            let values = way.iter().flat_map(|piece| {
                let parts = parts(piece, self.options.overview);
                let (meters, seconds) =
                    (piece.meters() / parts as f64, piece.seconds(self.now) / parts as f64);
                let value = match name.as_str() {
                    "distance" => json!(rounded(meters)),
                    "duration" => json!(rounded(seconds)),
                    "speed" => json!(rounded(if seconds > 0.0 { meters / seconds } else { 0.0 })),
                    "maxspeed" => json!({ "speed": 70, "unit": "mph" }),
                    "congestion" if self.options.traffic => json!("low"),
                    "congestion" => json!("unknown"),
                    "congestion_numeric" if self.options.traffic => json!(5),
                    _ => Value::Null,
                };
                std::iter::repeat_n(value, parts)
            });
            annotation.insert(name.clone(), values.collect());
        }
        Value::Object(annotation)
    }

    fn geometry(&self, ways: &[Vec<Piece>]) -> Value {
        let pieces: Vec<&Piece> = ways.iter().flatten().collect();
        let mut line: Vec<Point> = pieces.first().map(|piece| piece.line.from()).into_iter().collect();
        for piece in pieces {
            let parts = parts(piece, self.options.overview);
            line.extend((1..=parts).map(|part| piece.line.at(part as f64 / parts as f64).0));
        }
        match self.options.geometries {
            Geometries::Polyline => json!(encoded(&line, 1e5)),
            Geometries::Polyline6 => json!(encoded(&line, 1e6)),
            Geometries::GeoJson => {
                let pairs: Vec<[f64; 2]> =
                    line.iter().map(|point| [point.longitude, point.latitude]).collect();
                json!({ "type": "LineString", "coordinates": pairs })
            }
        }
    }
}

fn parts(piece: &Piece, overview: Overview) -> usize {
    if overview == Overview::Full { (piece.meters() / POINT_EVERY_M).ceil().max(1.0) as usize } else { 1 }
}

fn waypoint(place: &Snapped) -> Value {
    let six = |degrees: f64| (degrees * 1e6).round() / 1e6;
    json!({
        "name": "",
        "location": [six(place.point.longitude), six(place.point.latitude)],
        "distance": rounded(beside_m(place)),
    })
}

/// The roads of a way, each once.
fn summary(way: &[Piece]) -> String {
    let mut names: Vec<&str> = way.iter().map(Piece::name).collect();
    names.dedup();
    names.join(", ")
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Google's encoded polyline.
fn encoded(line: &[Point], scale: f64) -> String {
    let (mut text, mut before) = (String::new(), (0, 0));
    for point in line {
        let here = ((point.latitude * scale).round() as i64, (point.longitude * scale).round() as i64);
        for delta in [here.0 - before.0, here.1 - before.1] {
            let mut rest = if delta < 0 { !(delta << 1) } else { delta << 1 };
            while rest >= 32 {
                text.push(char::from(((rest & 31) | 32) as u8 + 63));
                rest >>= 5;
            }
            text.push(char::from(rest as u8 + 63));
        }
        before = here;
    }
    text
}
