//! Places for stops that have only an address: Geocoding v6, structured and permanent, since what was
//! found is kept with the stop. Pure: what is asked, and what an answer means.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Error;
use crate::http;
use crate::model::{Address, Fit, Geocoded, Located, Point, clean, clean_opt};

/// The most addresses that one call takes.
pub const MOST_AT_ONCE: usize = 1000;
/// The addresses that one call should hold: each counts as a call of its own against a limit of some
/// hundreds a minute.
pub const PER_BATCH: usize = 100;

/// The longest part of an address that is sent.
const PART: usize = 100;
/// Things with a door. All else is the middle of something.
const DOORS: [&str; 4] = ["address", "secondary_address", "block", "street"];

/// The body of the question, in the order of `addresses`.
pub(super) fn request(addresses: &[Address]) -> String {
    Value::Array(addresses.iter().map(query).collect()).to_string()
}

/// The structured form gives better match codes than a line of text; completing what is typed is switched
/// off, since an address is not being typed.
fn query(address: &Address) -> Value {
    let mut query = Map::new();
    let mut put = |name: &str, part: Option<&str>| {
        // A semicolon separates questions in the service's other forms.
        let part = part.and_then(|part| clean_opt(&part.replace(';', " "), PART));
        query.extend(part.map(|part| (name.to_owned(), Value::String(part))));
    };
    put("address_line1", Some(&address.street));
    put("place", address.city.as_deref());
    put("region", address.state.as_deref());
    put("postcode", address.zip.as_deref());
    put("country", address.state.as_deref().and_then(country));
    query.insert("limit".to_owned(), json!(1));
    query.insert("autocomplete".to_owned(), json!(false));
    Value::Object(query)
}

/// The country that a state's or province's two letters are of, where they are of one only.
fn country(state: &str) -> Option<&'static str> {
    const PROVINCES: &str = "AB BC MB NB NL NS NT NU ON PE QC SK YT";
    const STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT \
                          NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR";
    let state = state.trim().to_uppercase();
    let among = |all: &str| all.split(' ').any(|known| known == state);
    if among(STATES) {
        return Some("us");
    }
    among(PROVINCES).then_some("ca")
}

#[derive(Deserialize)]
struct WireBatch {
    batch: Option<Vec<Value>>,
}

/// Reads `body`, the answer for `addresses`.
pub(super) fn read(addresses: &[Address], body: &[u8]) -> Result<Vec<Geocoded>, Error> {
    let malformed = |why: &str| Error::Service(http::Error::malformed(why));
    let answer: WireBatch =
        serde_json::from_slice(body).map_err(|_values| malformed("not a Geocoding batch answer"))?;
    let found = answer.batch.ok_or_else(|| malformed("an answer without a batch"))?;
    if found.len() != addresses.len() {
        return Err(Error::Misfit(format!("{} places for {} addresses", found.len(), addresses.len())));
    }
    Ok(addresses.iter().zip(&found).map(|(address, found)| judge(address, found)).collect())
}

/// What became of one address.
fn judge(address: &Address, found: &Value) -> Geocoded {
    let Some(features) = found["features"].as_array() else {
        return Geocoded::Rejected("the answer is not understood".to_owned());
    };
    let Some(feature) = features.first() else { return Geocoded::NoMatch };
    let properties = &feature["properties"];
    let name = name(properties);
    let what = properties["feature_type"].as_str().unwrap_or_default();
    if !DOORS.contains(&what) {
        return Geocoded::Rejected(format!("only the {} was found: {name}", clean(what, PART)));
    }
    if let Some(state) = wrong_state(address, properties) {
        return Geocoded::Rejected(format!("found in another state ({state}): {name}"));
    }
    let Some(point) = point(feature) else {
        return Geocoded::Rejected(format!("found without a place on the map: {name}"));
    };
    let told = properties["match_code"]["confidence"].as_str();
    let accuracy = properties["coordinates"]["accuracy"].as_str().and_then(|text| clean_opt(text, PART));
    let place = |confidence| Located { point, name: name.clone(), confidence, accuracy };
    match told {
        Some("exact") => Geocoded::Found(place(Fit::Exact)),
        Some("high") => Geocoded::Found(place(Fit::High)),
        // What does not say how well it fits has to be looked at.
        Some("medium") | None => Geocoded::ToConfirm(place(Fit::Medium)),
        Some(other) => Geocoded::Rejected(format!("confidence is {}: {name}", clean(other, PART))),
    }
}

fn name(properties: &Value) -> String {
    let text = properties["full_address"].as_str().or_else(|| properties["name"].as_str());
    clean(text.unwrap_or_default(), 2 * PART)
}

/// The state where it was found, if that is not the one asked for: a wrong one is put right without a word,
/// and the place is then another.
fn wrong_state(address: &Address, properties: &Value) -> Option<String> {
    let asked = address.state.as_deref()?.trim();
    let region = &properties["context"]["region"];
    let (code, name) = (region["region_code"].as_str(), region["name"].as_str());
    let unmatched = properties["match_code"]["region"] == "unmatched";
    let differs =
        asked.len() == 2 && code.is_some_and(|code| code.len() == 2 && !code.eq_ignore_ascii_case(asked));
    (unmatched || differs).then(|| clean(code.or(name).unwrap_or("unknown"), PART))
}

/// Where a truck is to go: the first point on a road, else the place itself.
fn point(feature: &Value) -> Option<Point> {
    let coordinates = &feature["properties"]["coordinates"];
    let pair = |object: &Value| Point::new(object["latitude"].as_f64()?, object["longitude"].as_f64()?);
    let in_geometry = || {
        let pair = &feature["geometry"]["coordinates"];
        Point::new(pair[1].as_f64()?, pair[0].as_f64()?)
    };
    pair(&coordinates["routable_points"][0]).or_else(|| pair(coordinates)).or_else(in_geometry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(state: &str) -> Address {
        Address {
            street: "110 INDUSTRIAL PKWY; DOCK 4".into(),
            city: Some("MEMPHIS".into()),
            state: Some(state.into()),
            zip: None,
        }
    }

    fn feature(extra: &Value) -> Value {
        let mut properties = json!({
            "feature_type": "address",
            "full_address": "110 Industrial Parkway, Memphis, Tennessee 38118, United States",
            "coordinates": {
                "latitude": 35.2, "longitude": -90.1, "accuracy": "rooftop",
                "routable_points": [{"name": "default", "latitude": 35.21, "longitude": -90.11}],
            },
            "context": {"region": {"region_code": "TN", "name": "Tennessee"}},
            "match_code": {"confidence": "exact", "region": "matched"},
        });
        let extra = extra.as_object().unwrap().clone();
        properties.as_object_mut().unwrap().extend(extra);
        json!({"type": "Feature", "properties": properties,
               "geometry": {"type": "Point", "coordinates": [-90.3, 35.3]}})
    }

    fn judged(state: &str, extra: &Value) -> Geocoded {
        judge(&address(state), &json!({"features": [feature(extra)]}))
    }

    #[test]
    fn an_address_is_asked_in_its_parts() {
        let asked: Value = serde_json::from_str(&request(&[address("TN"), address("QC")])).unwrap();
        let expected = json!({
            "address_line1": "110 INDUSTRIAL PKWY DOCK 4", "place": "MEMPHIS", "region": "TN",
            "country": "us", "limit": 1, "autocomplete": false,
        });
        assert_eq!(asked[0], expected);
        assert_eq!(asked[1]["country"], "ca");
        assert_eq!([country("tx"), country("NLE"), country("")], [Some("us"), None, None]);
    }

    #[test]
    fn confidence_decides() {
        let with = |word: &str| json!({"match_code": {"confidence": word}});
        let kind = |word: &str| match judged("TN", &with(word)) {
            Geocoded::Found(place) => format!("found {}", place.confidence.word()),
            Geocoded::ToConfirm(_) => "to confirm".to_owned(),
            Geocoded::Rejected(why) => why,
            Geocoded::NoMatch => "none".to_owned(),
        };
        assert_eq!(kind("exact"), "found exact");
        assert_eq!(kind("high"), "found high");
        assert_eq!(kind("medium"), "to confirm");
        assert!(kind("low").starts_with("confidence is low: 110 Industrial Parkway"));
        assert!(kind("splendid").starts_with("confidence is splendid"));
        assert!(matches!(judged("TN", &json!({"match_code": null})), Geocoded::ToConfirm(_)));
    }

    #[test]
    fn a_truck_goes_to_the_entrance() {
        let at = |extra: &Value| match judged("TN", extra) {
            Geocoded::Found(place) => (place.point.latitude, place.point.longitude),
            other => panic!("{other:?}"),
        };
        assert_eq!(at(&json!({})), (35.21, -90.11));
        let here = json!({"coordinates": {"latitude": 35.2, "longitude": -90.1, "routable_points": []}});
        assert_eq!(at(&here), (35.2, -90.1));
        assert_eq!(at(&json!({"coordinates": null})), (35.3, -90.3));
    }

    #[test]
    fn another_state_or_the_middle_of_a_town_is_not_it() {
        let rejected = |state: &str, extra: &Value| match judged(state, extra) {
            Geocoded::Rejected(why) => why.split(':').next().unwrap().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(rejected("MS", &json!({})), "found in another state (TN)");
        let unmatched = json!({"match_code": {"confidence": "high", "region": "unmatched"}});
        assert_eq!(rejected("TN", &unmatched), "found in another state (TN)");
        assert_eq!(rejected("TN", &json!({"feature_type": "place"})), "only the place was found");
        assert!(matches!(judged("tn", &json!({})), Geocoded::Found(_)));
        assert!(matches!(judged("TENNESSEE", &json!({})), Geocoded::Found(_)));
    }

    #[test]
    fn nothing_found_is_no_error_and_a_wrong_count_is() {
        let read = |body: &str| read(&[address("TN")], body.as_bytes());
        assert_eq!(read(r#"{"batch":[{"features":[]}]}"#), Ok(vec![Geocoded::NoMatch]));
        assert!(matches!(read(r#"{"batch":[{"message":"no"}]}"#).unwrap()[..], [Geocoded::Rejected(_)]));
        assert!(matches!(read(r#"{"batch":[]}"#), Err(Error::Misfit(_))));
        assert!(matches!(read(r#"{"batch":null}"#), Err(Error::Service(_))));
        assert!(matches!(read("<html>"), Err(Error::Service(_))));
    }
}
