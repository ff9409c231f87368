//! The simulated Geocoding: the batch form, over the streets that the world's places of business are in.
//!
//! How sure it is depends on what is asked, as with the original (a wrong zip: medium; a wrong number: low;
//! a wrong state is put right without a word), and where all is right on the city: two thirds are exact,
//! some are known by interpolation only (medium), some only by their street (low).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::ask::{Answer, Ask};
use super::super::atlas::{CITIES, Point};
use super::super::freight::Site;
use super::invalid;

/// Queries that a batch may have.
const MOST: usize = 1000;
const NOTICE: &str = "NOTICE: made up for a simulation. This response may be retained by its client.";

/// The parts of an address in the structured form.
const PARTS: &[&str] = &[
    "address_line1",
    "address_number",
    "street",
    "block",
    "place",
    "region",
    "postcode",
    "locality",
    "neighborhood",
    "country",
];
const OPTIONS: &[&str] =
    &["autocomplete", "bbox", "format", "language", "limit", "proximity", "types", "worldview", "q"];

/// The queries of a batch that has passed.
pub fn queries(ask: &Ask) -> Result<Vec<Map<String, Value>>, Answer> {
    let unknown = ask.query.iter().find(|(name, _)| !matches!(name.as_str(), "access_token" | "permanent"));
    if let Some((name, _)) = unknown {
        return Err(invalid(format!("Unknown option: {name}")));
    }
    let permanent = ask.parameter("permanent").unwrap_or("false");
    if !matches!(permanent, "true" | "false") {
        return Err(invalid("permanent must be true or false"));
    }
    let body: Result<Vec<Map<String, Value>>, _> = serde_json::from_slice(&ask.body);
    let Ok(queries) = body else { return Err(invalid("The body must be an array of objects")) };
    if queries.is_empty() || queries.len() > MOST {
        return Err(invalid(format!("A batch must have from 1 to {MOST} queries")));
    }
    match queries.iter().find_map(wrong) {
        Some(why) => Err(invalid(why)),
        None => Ok(queries),
    }
}

/// What is wrong with a query.
fn wrong(query: &Map<String, Value>) -> Option<String> {
    let known = |name: &str| PARTS.contains(&name) || OPTIONS.contains(&name);
    if let Some(name) = query.keys().find(|name| !known(name)) {
        return Some(format!("Unknown option: {name}"));
    }
    if query.contains_key("q") {
        return Some("q is not simulated; use the structured form".to_owned());
    }
    if let Some(name) = PARTS.iter().find(|name| query.get(**name).is_some_and(|part| !part.is_string())) {
        return Some(format!("{name} must be a string"));
    }
    if query.get("limit").is_some_and(|limit| !limit.as_u64().is_some_and(|limit| (1..=10).contains(&limit)))
    {
        return Some("limit must be from 1 to 10".to_owned());
    }
    if query.get("autocomplete").is_some_and(|flag| !flag.is_boolean()) {
        return Some("autocomplete must be a boolean".to_owned());
    }
    (!query.keys().any(|name| PARTS.contains(&name.as_str())))
        .then(|| "A query must ask for something".to_owned())
}

/// The answer, in the order of the queries.
pub fn answer(queries: &[Map<String, Value>]) -> Answer {
    let batch: Vec<Value> = queries
        .iter()
        .map(|query| json!({ "type": "FeatureCollection", "features": features(query), "attribution": NOTICE }))
        .collect();
    Answer::json(StatusCode::OK, &json!({ "batch": batch }))
}

fn features(query: &Map<String, Value>) -> Vec<Value> {
    let part = |name: &str| query.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_uppercase();
    if !matches!(part("country").as_str(), "" | "US") {
        return Vec::new();
    }
    let (place, zip) = (part("place"), part("postcode"));
    let Some(city) = CITIES
        .iter()
        .position(|city| if place.is_empty() { city.zip == zip } else { city.name.to_uppercase() == place })
    else {
        return Vec::new();
    };
    let line = match part("address_line1") {
        line if line.is_empty() => format!("{} {}", part("address_number"), part("street")),
        line => line,
    };
    let split =
        |line: &str| line.split_once(' ').map(|(number, street)| (number.to_owned(), street.to_owned()));
    let truth = split(&Site::by_address(city).street());
    let (Some((number, street)), Some((house, road))) = (split(line.trim()), truth) else {
        return vec![feature(city, &Found::Town)];
    };
    if street.replace("PARKWAY", "PKWY") != road {
        return vec![feature(city, &Found::Town)];
    }
    let matched = Matched { number: number == house, zip: zip_match(&zip, city), region: part("region") };
    vec![feature(city, &Found::Door(matched))]
}

fn zip_match(zip: &str, city: usize) -> &'static str {
    match zip {
        "" => "inferred",
        zip if zip == CITIES[city].zip => "matched",
        _ => "unmatched",
    }
}

/// What was found.
enum Found {
    /// The city.
    Town,
    /// The address.
    Door(Matched),
}

/// How well an address fits.
struct Matched {
    number: bool,
    zip: &'static str,
    region: String,
}

impl Matched {
    fn confidence(&self, city: usize) -> &'static str {
        let region = self.region_code(city);
        match (self.number, city % 9) {
            (false, _) | (true, 8) => "low",
            (true, 5) => "medium",
            _ if self.zip == "unmatched" || region == "unmatched" => "medium",
            _ if self.zip == "inferred" => "high",
            _ => "exact",
        }
    }

    fn region_code(&self, city: usize) -> &'static str {
        match self.region.as_str() {
            "" => "inferred",
            region if region == CITIES[city].state => "matched",
            _ => "unmatched",
        }
    }
}

fn feature(city: usize, found: &Found) -> Value {
    let told = &CITIES[city];
    let gate = Site::by_address(city).point();
    let six = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let place_formatted = format!("{}, {} {}, United States", told.name, told.state, told.zip);
    let context = json!({
        "country": { "name": "United States", "country_code": "US", "country_code_alpha_3": "USA" },
        "region": { "region_code": told.state, "region_code_full": format!("US-{}", told.state) },
        "postcode": { "name": told.zip },
        "place": { "name": told.name },
    });
    let (point, properties) = match found {
        Found::Town => {
            let centre = told.point();
            (
                centre,
                json!({
                    "feature_type": "place",
                    "name": told.name,
                    "full_address": place_formatted,
                    "coordinates": { "longitude": six(centre.longitude), "latitude": six(centre.latitude) },
                    "context": context,
                }),
            )
        }
        Found::Door(matched) => {
            // The roof lies behind the gate.
            let roof = Point { latitude: gate.latitude + 0.002, ..gate };
            let name = Site::by_address(city).street().replace("INDUSTRIAL PKWY", "Industrial Parkway");
            (
                roof,
                json!({
                    "feature_type": if matched.number { "address" } else { "street" },
                    "name": name,
                    "full_address": format!("{name}, {place_formatted}"),
                    "coordinates": {
                        "longitude": six(roof.longitude),
                        "latitude": six(roof.latitude),
                        "accuracy": if city % 9 == 5 { "interpolated" } else { "rooftop" },
                        "routable_points": [{
                            "name": "default", "longitude": six(gate.longitude), "latitude": six(gate.latitude),
                        }],
                    },
                    "context": context,
                    "match_code": {
                        "address_number": if matched.number { "matched" } else { "unmatched" },
                        "street": "matched",
                        "postcode": matched.zip,
                        "place": "matched",
                        "region": matched.region_code(city),
                        "locality": "not_applicable",
                        "country": "inferred",
                        "confidence": matched.confidence(city),
                    },
                }),
            )
        }
    };
    json!({
        "type": "Feature",
        "id": format!("sim.address.{city}"),
        "geometry": { "type": "Point", "coordinates": [six(point.longitude), six(point.latitude)] },
        "properties": properties,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tms_has_by_address_alone_is_found_at_its_gate() {
        let mut told = std::collections::BTreeMap::new();
        for (city, written) in CITIES.iter().enumerate() {
            let site = Site::by_address(city);
            if site.is_on_the_map() {
                continue;
            }
            let query = json!({
                "address_line1": site.street(),
                "place": written.name.to_uppercase(),
                "region": written.state,
                "postcode": written.zip,
            });
            let found = features(query.as_object().unwrap());
            let properties = &found[0]["properties"];
            let gate = &properties["coordinates"]["routable_points"][0];
            assert!((gate["latitude"].as_f64().unwrap() - site.point().latitude).abs() < 1e-6);
            let confidence = properties["match_code"]["confidence"].as_str().unwrap().to_owned();
            *told.entry(confidence).or_insert(0) += 1;
        }
        assert!(["exact", "medium", "low"].iter().all(|word| told[*word] > 3), "{told:?}");
    }
}
