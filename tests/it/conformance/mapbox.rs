//! Other people's recordings of Mapbox, read where they lie, against what was written down of them by hand.

use std::fs;

use backhaul::model::{Address, Geocoded, Motion, Point, Position, Route, Timestamp};
use backhaul::routing::{Attempt, Error, Question, read_places, read_route};
use serde_json::Value;

use super::shared;

/// Where the first coordinate of a recorded answer was put.
fn first_waypoint(answer: &Value) -> Point {
    let location = &answer["waypoints"][0]["location"];
    Point { latitude: location[1].as_f64().unwrap_or(1.0), longitude: location[0].as_f64().unwrap_or(1.0) }
}

fn read(body: &str, stops: usize) -> Result<backhaul::model::Route, Error> {
    let answer: Value = serde_json::from_str(body).unwrap();
    let position = Position {
        point: first_waypoint(&answer),
        motion: Motion::Stopped,
        speed_mph: None,
        heading_deg: None,
        observed_at: Timestamp::from_secs(0),
    };
    let stops = vec![position.point; stops];
    let question = Question { position: &position, stops: &stops };
    read_route(&question, Attempt::default(), Timestamp::from_secs(60), body.as_bytes())
}

#[test]
fn every_recorded_way_is_read_as_it_was_written_down() {
    let (Some(expected), Some(folder)) = (shared("own/mapbox/EXPECT.json"), shared("public/mapbox")) else {
        return;
    };
    let expected: Value = serde_json::from_str(&fs::read_to_string(expected).unwrap()).unwrap();
    let mut read_whole = 0;
    for (name, expected) in expected.as_object().unwrap() {
        let file = folder.join(name);
        let Some(route) = expected["routes"].as_array().and_then(|routes| routes.first()) else { continue };
        if !file.exists() {
            continue;
        }
        let body = fs::read_to_string(file).unwrap();
        let legs = route["leg_durations_s"].as_array().unwrap();
        let told = read(&body, legs.len()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let sum = |of: fn(&backhaul::model::Leg) -> f64| told.legs.iter().map(of).sum::<f64>();
        for (leg, seconds) in told.legs.iter().zip(legs) {
            assert!((leg.seconds - seconds.as_f64().unwrap()).abs() < 1e-6, "{name}");
        }
        assert!((sum(|leg| leg.meters) - route["distance_m"].as_f64().unwrap()).abs() < 1.0, "{name}");
        let typical = route["duration_typical_s"].as_f64();
        assert_eq!(told.legs[0].typical_s.is_some(), typical.is_some(), "{name}");
        assert_eq!(
            told.incidents.len(),
            usize::try_from(route["incidents"].as_u64().unwrap()).unwrap(),
            "{name}"
        );
        assert!(told.violations.is_empty(), "{name}");
        read_whole += 1;
    }
    assert!(read_whole >= 8, "{read_whole}");
}

#[test]
fn a_recorded_way_with_a_silent_stop_does_not_fit_its_stops() {
    let Some(file) = shared("public/mapbox/directions_200_silent_waypoint_1leg.json") else { return };
    let body = fs::read_to_string(file).unwrap();
    assert_eq!(read(&body, 2), Err(Error::Misfit("1 legs for 2 stops".to_owned())));
}

#[test]
fn recorded_dead_ends_are_told_apart() {
    let check = |name: &str, expected: Error| {
        let Some(file) = shared(name) else { return };
        assert_eq!(read(&fs::read_to_string(file).unwrap(), 1), Err(expected), "{name}");
    };
    check("public/mapbox/directions_200_NoRoute.json", Error::NoRoute);
    check("public/mapbox/quoted_directions_200_NoSegment.json", Error::NoSegment);
    let too_many = "InvalidInput: Too many coordinates; maximum number of coordinates is 25.";
    check(
        "public/mapbox/quoted_directions_422_too_many_coordinates.json",
        Error::Question(too_many.to_owned()),
    );
}

#[test]
fn a_yard_whose_road_is_six_hundred_meters_away_is_seen() {
    let Some(file) = shared("public/mapbox/directions_200_incidents_110km.json") else { return };
    let route = read(&fs::read_to_string(file).unwrap(), 1).unwrap();
    assert!(route.put_beyond(Route::FAR_FROM_THE_ROAD_M).next().is_some());
    let kinds: Vec<_> = route.incidents.iter().map(|incident| incident.kind.as_str()).collect();
    assert_eq!(kinds, ["miscellaneous", "construction", "construction"]);
    assert!(route.incidents.iter().all(|incident| incident.description.is_some()));
}

#[test]
fn the_recorded_batch_of_places_is_judged() {
    let Some(file) = shared("public/mapbox/geocode6_200_batch.json") else { return };
    let address = |street: &str, state: &str| Address {
        street: street.into(),
        city: Some("Washington".into()),
        state: Some(state.into()),
        zip: None,
    };
    let body = fs::read(file).unwrap();
    let asked = ["DC", "DC", "DC"].map(|state| address("1600 Pennsylvania Avenue NW", state));
    let found = read_places(&asked, &body).unwrap();
    let Geocoded::Found(place) = &found[0] else { panic!("{:?}", found[0]) };
    assert!(
        (place.point.latitude - 38.89768).abs() < 1e-9 && (place.point.longitude + 77.03655).abs() < 1e-9
    );
    assert_eq!(place.accuracy.as_deref(), Some("rooftop"));
    assert!(
        matches!(&found[1], Geocoded::Rejected(why) if why == "only the country was found: United States")
    );
    assert_eq!(found[2], Geocoded::NoMatch);
    let elsewhere = ["VA", "DC", "DC"].map(|state| address("1600 Pennsylvania Avenue NW", state));
    assert!(matches!(&read_places(&elsewhere, &body).unwrap()[0], Geocoded::Rejected(_)));
    assert!(matches!(read_places(&asked[..2], &body), Err(Error::Misfit(_))));
}
