//! What is made of an answer's body: a composed one in full, and the odd ones that the documentation and
//! other people's reports name.

use backhaul::model::{EtaSource, Motion, Point, Position, Route, Timestamp};
use backhaul::routing::{Attempt, Error, Limits, Question, read_route};
use serde_json::{Value, json};

const COMPOSED: &str = include_str!("../../data/mapbox/directions_3legs.json");
const HERE: Point = Point { latitude: 35.1987, longitude: -101.8804 };

/// Reads `body` as the answer for so many stops, all at one place.
fn read(body: &str, stops: usize) -> Result<Route, Error> {
    let position = Position {
        point: HERE,
        motion: Motion::Stopped,
        speed_mph: None,
        heading_deg: None,
        observed_at: Timestamp::from_secs(0),
    };
    let stops = vec![Point { latitude: 35.4676, longitude: -97.5164 }; stops];
    let question = Question { position: &position, stops: &stops };
    read_route(&question, Attempt::default(), Timestamp::from_secs(60), body.as_bytes())
}

/// An answer with one leg, which `change` alters.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut answer = json!({
        "code": "Ok",
        "routes": [{ "duration": 100, "distance": 2000, "weight": 999, "legs": [
            { "duration": 100, "distance": 2000, "weight": 999, "summary": "", "steps": [] },
        ] }],
        "waypoints": [
            { "name": "", "location": [-101.8804, 35.1987], "distance": 3 },
            { "name": "", "location": [-97.5164, 35.4676], "distance": 4.5 },
        ],
    });
    change(&mut answer);
    answer.to_string()
}

fn leg(extra: &Value) -> String {
    changed(|answer| {
        let leg = answer["routes"][0]["legs"][0].as_object_mut().unwrap();
        leg.extend(extra.as_object().unwrap().clone());
    })
}

#[test]
fn the_composed_answer_is_read_in_full() {
    let route = read(COMPOSED, 3).unwrap();
    let numbers: Vec<_> = route
        .legs
        .iter()
        .map(|leg| (leg.seconds, leg.meters, leg.typical_s.unwrap(), leg.snapped_m.unwrap()))
        .collect();
    let expected = [
        (14302.7, 418_402.6, 13770.1, 9.9),
        (19190.4, 548_113.9, 18655.0, 21.4),
        (7725.3, 219_874.2, 7701.8, 3.0),
    ];
    assert_eq!(
        format!("{numbers:?}"),
        format!("{expected:?}"),
        "and weight, which looks like seconds, is not"
    );
    assert_eq!((route.source, route.snapped_m), (EtaSource::Mapbox, Some(4.2)));
    assert!(route.violations.is_empty() && route.incidents.is_empty());
}

#[test]
fn a_success_that_is_none_is_not_taken_for_one() {
    let check = |body: &str, expected: Error| assert_eq!(read(body, 1), Err(expected), "{body}");
    check(r#"{"code":"NoRoute","message":"No route found","routes":[]}"#, Error::NoRoute);
    check(r#"{"code":"NoSegment","message":"Could not find","routes":[]}"#, Error::NoSegment);
    check(r#"{"code":"Ok","routes":[]}"#, Error::NoRoute);
    check(r#"{"code":"Ok","routes":null}"#, Error::NoRoute);
    check(r#"{"code":"Ok"}"#, Error::NoRoute);
    check(r#"{"code":"Strange","message":"what?"}"#, Error::Question("Strange: what?".to_owned()));
}

#[test]
fn legs_must_be_as_many_as_stops_and_sane() {
    let misfit = |body: &str, stops, words: &str| {
        let Err(Error::Misfit(why)) = read(body, stops) else { panic!("{body}") };
        assert_eq!(why, words);
    };
    misfit(COMPOSED, 2, "3 legs for 2 stops");
    misfit(COMPOSED, 4, "3 legs for 4 stops");
    misfit(&changed(|answer| answer["routes"][0]["legs"] = Value::Null), 1, "0 legs for 1 stops");
    misfit(&leg(&json!({ "duration": null })), 1, "a leg without a duration");
    misfit(&leg(&json!({ "duration": -1 })), 1, "a leg without a duration");
    misfit(&leg(&json!({ "distance": null })), 1, "a leg without a distance");
    assert!(matches!(read(&leg(&json!({ "duration": "soon" })), 1), Err(Error::Service(_))));
}

#[test]
fn what_is_null_new_or_of_another_kind_does_not_cost_the_route() {
    for extra in [
        json!({ "duration_typical": null, "incidents": null, "notifications": null, "annotation": null }),
        json!({ "duration_typical": "100", "incidents": {}, "notifications": [null, 3, "x", {}] }),
        json!({ "incidents": [null, 7], "closures": [{}], "tolls": [1], "steps": null }),
    ] {
        let route = read(&leg(&extra), 1).unwrap();
        assert_eq!((route.legs[0].typical_s, route.source), (None, EtaSource::Mapbox));
        assert!(route.violations.is_empty() && route.incidents.is_empty());
    }
    let without_waypoints = changed(|answer| answer["waypoints"] = json!("none"));
    assert_eq!(read(&without_waypoints, 1).unwrap().snapped_m, None);
    let inside = changed(|answer| {
        let waypoints = answer["waypoints"].take();
        answer["routes"][0]["waypoints"] = waypoints;
    });
    assert_eq!(read(&inside, 1).unwrap().snapped_m, Some(3.0));
    let both = changed(|answer| {
        let waypoints = answer["waypoints"].take();
        answer["routes"][0]["waypoints"] = waypoints;
        answer["waypoints"] = json!([]);
    });
    assert_eq!(
        read(&both, 1).unwrap().legs[0].snapped_m,
        Some(4.5),
        "where they are all told they are taken"
    );
}

#[test]
fn less_than_usual_is_normal() {
    let route = read(&leg(&json!({ "duration_typical": 140.5 })), 1).unwrap();
    assert_eq!(route.legs[0].typical_s, Some(140.5));
    assert!(route.legs[0].seconds < 140.5);
}

#[test]
fn a_truck_put_on_a_road_far_away_is_told() {
    let far = |meters: Value| {
        let body = changed(|answer| answer["waypoints"][0]["distance"] = meters);
        read(&body, 1).unwrap().put_beyond(Route::FAR_FROM_THE_ROAD_M).next().is_some()
    };
    assert_eq!([far(json!(592.4)), far(json!(500)), far(json!(null))], [true, false, false]);
    let stop = changed(|answer| answer["waypoints"][1]["distance"] = json!(98_000));
    let route = read(&stop, 1).unwrap();
    assert!(route.put_beyond(Route::FAR_FROM_THE_ROAD_M).next().is_some(), "a stop is a place too");
    assert_eq!(route.put_beyond(Route::ASTRAY_M).collect::<Vec<_>>(), [(1, 98_000.0)]);
    let moved = changed(|answer| {
        answer["waypoints"][0] = json!({ "name": "", "location": [-101.8804, 35.2050] });
    });
    let route = read(&moved, 1).unwrap();
    assert!(
        route.put_beyond(Route::FAR_FROM_THE_ROAD_M).next().is_some(),
        "where no distance is told it is measured"
    );
    assert!((route.snapped_m.unwrap() - 700.0).abs() < 2.0);
}

#[test]
fn a_violation_is_told_by_its_type_and_an_alert_of_the_same_name_is_not() {
    let notification = |kind: &str, subtype: &str, wanted: Value| {
        json!({ "type": kind, "subtype": subtype, "refresh_type": "static",
                "details": { "requested_value": wanted, "actual_value": "4.00", "unit": "meters" } })
    };
    let with = |all: Value| read(&leg(&json!({ "notifications": all })), 1).unwrap();
    let alerts = with(
        json!([notification("alert", "maxHeight", json!("4.12")), { "type": "alert", "subtype": "toll" }]),
    );
    assert_eq!((alerts.violations.len(), alerts.source), (0, EtaSource::Mapbox));
    let low = notification("violation", "maxHeight", json!("4.12"));
    let too_low = with(json!([low, low, notification("violation", "evMinChargeAtDestination", json!(6000))]));
    assert_eq!(too_low.source, EtaSource::MapboxCar, "a truck does not fit");
    let told: Vec<_> =
        too_low.violations.iter().map(|v| (v.what.as_str(), v.wanted.as_deref().unwrap())).collect();
    assert_eq!(told, [("maxHeight", "4.12"), ("evMinChargeAtDestination", "6000")]);
    let tolled = with(json!([{ "type": "violation", "subtype": "toll" }, { "type": "violation" }]));
    assert_eq!(tolled.source, EtaSource::Mapbox, "no limit of the truck's");
    assert_eq!(tolled.violations[1].what, "unknown");
}

#[test]
fn words_that_nobody_knows_and_words_that_do_harm_are_kept_clean() {
    let incidents = json!([
        { "id": "1", "type": "moon_landing", "geometry_index_start": 0, "geometry_index_end": 1 },
        { "id": "2", "type": "accident", "description": "I 40 \u{1b}[31mclosed\u{202e}", "closed": true, "impact": "vast" },
    ]);
    let route = read(&leg(&json!({ "incidents": incidents })), 1).unwrap();
    let told: Vec<_> = route
        .incidents
        .iter()
        .map(|incident| {
            (incident.leg, incident.kind.as_str(), incident.description.as_deref(), incident.is_closed)
        })
        .collect();
    assert_eq!(told, [(0, "moon_landing", None, false), (0, "accident", Some("I 40 closed"), true)]);
    assert!(read(r#"{"code":"\u001b[31mX"}"#, 1).unwrap_err().to_string().contains(": X: "));
}

#[test]
fn only_a_route_with_all_limits_is_a_trucks() {
    let position = Position {
        point: HERE,
        motion: Motion::Stopped,
        speed_mph: None,
        heading_deg: None,
        observed_at: Timestamp::from_secs(0),
    };
    let stops = [HERE];
    let question = Question { position: &position, stops: &stops };
    let body = changed(|_| {});
    for (limits, source) in [
        (Limits::All, EtaSource::Mapbox),
        (Limits::NoWeight, EtaSource::MapboxCar),
        (Limits::None, EtaSource::MapboxCar),
    ] {
        let attempt = Attempt { limits, ..Attempt::default() };
        let route = read_route(&question, attempt, Timestamp::from_secs(60), body.as_bytes()).unwrap();
        assert_eq!(route.source, source);
    }
}
