//! Each known trap of this API, by the fact that it is avoided by. Trap 5, the refresh token that works
//! once, has files of its own.

use backhaul::http::Kind;
use backhaul::model::{Change, Engine, Pairing, Telemetry};
use backhaul::providers::{Ask, motive};

use super::{ask, assets, at, batch, clocks, fixes, normalise, users, vehicles, wrapped};

fn telemetry(location: &str) -> Option<Telemetry> {
    let text = vehicles(&[&format!(r#"{{"id":1,"metric_units":false,"current_location":{location}}}"#)]);
    let mut changes = batch("vehicle_locations", &text).changes.into_iter();
    changes.find_map(
        |change| {
            if let Change::Telemetry { telemetry, .. } = change { Some(telemetry) } else { None }
        },
    )
}

fn pairings(text: &str) -> Vec<(String, Option<String>)> {
    let changes = batch("vehicle_locations", text).changes.into_iter();
    changes
        .filter_map(|change| {
            let Change::Pairing(Pairing { left, right, .. }) = change else { return None };
            Some((left, right))
        })
        .collect()
}

#[test]
fn trap_1_the_list_of_another_endpoint_is_no_answer() {
    let check = |resource: &'static str, text: &str| {
        let error = normalise(resource, text).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed, "{resource}");
    };
    let history = r#"{"vehicle_locations":[{"vehicle_location":{"id":"d261","lat":1,"lon":2}}]}"#;
    check("vehicle_locations", history);
    check("available_time", r#"{"available_time":[]}"#);
    check("asset_locations", r#"{"asset_locations":[]}"#);
    check("hours_of_service", r#"{"hours_of_service":[]}"#);
    check("vehicles", &users(&[r#"{"id":1}"#]));
    for resource in [
        "vehicles",
        "drivers",
        "assets",
        "vehicle_locations",
        "asset_locations",
        "available_time",
        "hours_of_service",
    ] {
        for text in ["{}", "[]", "null", "<html>busy</html>", r#"{"error_message":"no"}"#] {
            check(resource, text);
        }
    }
    // A row that is not wrapped is not one.
    let page = normalise("vehicles", r#"{"vehicles":[{"id":1,"number":"T-1"}]}"#).unwrap();
    assert_eq!((page.batch.changes.len(), page.batch.rejects.len()), (0, 1));
}

#[test]
fn trap_2_a_page_past_the_end_is_an_empty_end() {
    let past_the_end = include_str!("../../data/motive/page_past_end.json");
    let page = normalise("vehicles", past_the_end).unwrap();
    assert_eq!((page.next, page.batch.changes.len(), page.batch.rejects.len()), (None, 0, 0));
}

#[test]
fn trap_4_hours_are_seconds_and_clocks_that_are_not_told_are_not_nought() {
    let text = users(&[
        r#"{"id":1,"duty_status":"driving","available_time":{"drive":3600,"shift":-60,"cycle":7199.6,"break":null}}"#,
        r#"{"id":2,"duty_status":"off_duty","available_time":null}"#,
        r#"{"id":3,"duty_status":"sleeper"}"#,
    ]);
    let told = batch("available_time", &text);
    let told: Vec<_> = clocks(&told)
        .into_iter()
        .map(|clocks| [clocks.drive_left_s, clocks.shift_left_s, clocks.cycle_left_s, clocks.break_left_s])
        .collect();
    assert_eq!(told, [[Some(3600), Some(0), Some(7200), None], [None; 4], [None; 4]]);
}

#[test]
fn a_status_has_the_time_of_its_own_line_in_the_log_only() {
    let since = |status: &str, logged: &str, time: &str| {
        let last = format!(r#"{{"status":"{logged}","time":"{time}"}}"#);
        let row = format!(r#"{{"id":1,"duty_status":{status},"last_hos_status":{last}}}"#);
        let told = batch("available_time", &users(&[&row]));
        let clocks = clocks(&told)[0];
        (clocks.status.unwrap().word(), clocks.status_since_at)
    };
    let time = "2026-11-20T07:40:00Z";
    assert_eq!(since(r#""on_duty""#, "on_duty", time), ("on_duty", Some(at(time))));
    assert_eq!(since(r#""off_duty""#, "on_duty", time), ("off_duty", None));
    assert_eq!(since("null", "sleeper", time), ("sleeper", Some(at(time))));
    assert_eq!(since(r#""driving""#, "driving", "2027-01-01T00:00:00Z"), ("driving", None));
    assert_eq!(since(r#""driving""#, "driving", "this morning"), ("driving", None));
}

#[test]
fn trap_6_65_miles_an_hour_are_65_by_whatever_name_and_unit() {
    let mph = |vehicle: &str, location: &str| {
        let place = r#""lat":39.5,"lon":-119.8,"located_at":"2026-11-20T15:04:10Z""#;
        let row = format!(r#"{{"id":1{vehicle},"current_location":{{{place}{location}}}}}"#);
        fixes(&batch("vehicle_locations", &vehicles(&[&row])))[0].speed_mph
    };
    let (metric, ours) = (r#","metric_units":true"#, r#","metric_units":false"#);
    let check = |vehicle: &str, location: &str| {
        let read = mph(vehicle, location).unwrap();
        assert!((read - 65.0).abs() < 0.001, "{vehicle}{location}: {read}");
    };
    check(ours, r#","kph":104.607"#);
    check(metric, r#","kph":104.607"#);
    check("", r#","kph":"104.607""#);
    check(ours, r#","speed":65"#);
    check(metric, r#","speed":104.607"#);
    check("", r#","speed":65.0"#);
    check(r#","metric_units":null"#, r#","speed":65.0"#);
    // What names its unit is believed first.
    check(metric, r#","kph":104.607,"speed":65"#);
    assert_eq!(mph(ours, ""), None);
    assert_eq!(mph(ours, r#","kph":-1"#), None);
    assert_eq!(mph(ours, r#","speed":900"#), None);
}

#[test]
fn trap_6_the_place_is_named_in_one_of_several_ways() {
    let place = |words: &str| {
        let at = r#""lat":39.5,"lon":-119.8,"located_at":"2026-11-20T15:04:10Z""#;
        let row = format!(r#"{{"id":1,"current_location":{{{at}{words}}}}}"#);
        fixes(&batch("vehicle_locations", &vehicles(&[&row])))[0].place.clone()
    };
    let check =
        |words: &str, expected: Option<&str>| assert_eq!(place(words).as_deref(), expected, "{words}");
    let town = r#","city":"Reno","state":"NV""#;
    check(&format!(r#","description":"a","current_location":"b"{town}"#), Some("a"));
    check(&format!(r#","description":null,"current_location":"b"{town}"#), Some("b"));
    check(&format!(r#","description":"","current_location":{{}}{town}"#), Some("Reno, NV"));
    check(r#","city":null,"state":"NV""#, Some("NV"));
    // A town that is told to be miles away is not where it is.
    check(&format!(r#"{town},"rg_km":3.4"#), Some("Reno, NV"));
    check(&format!(r#"{town},"rg_km":190.2"#), None);
    check(
        &format!(r#","current_location":"118 mi E of Reno, NV"{town},"rg_km":190.2"#),
        Some("118 mi E of Reno, NV"),
    );
    check("", None);
}

#[test]
fn trap_7_retired_trucks_and_people_are_listed_and_not_active() {
    let active = |resource: &'static str, text: &str| -> Vec<bool> {
        let changes = batch(resource, text).changes.into_iter();
        changes
            .filter_map(
                |change| {
                    if let Change::Profile(profile) = change { Some(profile.active) } else { None }
                },
            )
            .collect()
    };
    let rows = ["active", "deactivated", "inactive", "hibernating"]
        .map(|s| format!(r#"{{"id":"{s}","status":"{s}"}}"#));
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    let expected = [true, false, false, true];
    assert_eq!(active("vehicles", &vehicles(&rows)), expected);
    assert_eq!(active("drivers", &users(&rows)), expected);
    assert_eq!(active("assets", &assets(&rows)), expected);
    // Who has left is at no wheel, whatever the truck still says.
    let text = vehicles(&[r#"{"id":1,"current_driver":{"id":104,"status":"deactivated"}}"#]);
    assert_eq!(pairings(&text), []);
}

#[test]
fn trap_8_ids_are_the_same_as_numbers_and_as_text() {
    let number = vehicles(&[r#"{"id":501,"number":301}"#]);
    let text = vehicles(&[r#"{"id":"501","number":"301"}"#]);
    assert_eq!(batch("vehicles", &number), batch("vehicles", &text));
    // The id of a location is not the vehicle's.
    let told = batch("vehicle_locations", include_str!("../../data/motive/vehicle_locations_v1_list.json"));
    assert!(matches!(&told.changes[1], Change::Fix { external_id, .. } if external_id == "501"));
}

#[test]
fn trap_9_fuel_ever_burnt_is_no_level() {
    let fuel = |location: &str| {
        let place = r#""lat":39.5,"lon":-119.8,"located_at":"2026-11-20T15:04:10Z""#;
        telemetry(&format!("{{{place}{location}}}")).and_then(|told| told.fuel_pct)
    };
    assert_eq!(fuel(r#","fuel":54.0"#), None);
    let seen_at = at("2026-11-20T15:04:10Z");
    assert_eq!(fuel(r#","fuel":45210.9,"fuel_primary_remaining_percentage":54.0"#), Some((54.0, seen_at)));
    assert_eq!(fuel(r#","fuel_primary_remaining_percentage":45210.9"#), None);
    assert_eq!(fuel(r#","fuel_primary_remaining_percentage":null"#), None);
}

#[test]
fn trap_10_what_is_null_when_parked_stays_unknown() {
    let row = r#"{"id":1,"current_driver":null,"current_location":{"lat":36.1,"lon":-115.1,
        "located_at":"2026-11-20T15:04:10Z","bearing":null,"kph":null,"speed":null,"fuel":null,
        "odometer":null,"vehicle_state":null,"city":null,"state":null,"current_location":null}}"#;
    let told = batch("vehicle_locations", &vehicles(&[row]));
    assert_eq!(told.changes.len(), 1, "{told:?}");
    let fix = fixes(&told)[0];
    assert_eq!((fix.heading_deg, fix.speed_mph, &fix.place), (None, None, &None));
    // Never reported is nowhere, and no fault.
    let never = batch("vehicle_locations", &vehicles(&[r#"{"id":1,"current_location":null}"#]));
    assert_eq!((never.changes.len(), never.rejects.len()), (0, 0));
}

#[test]
fn trap_11_an_unset_year_or_make_is_none() {
    let text =
        vehicles(&[r#"{"id":1,"year":"0","make":"","model":" "}"#, r#"{"id":2,"year":0,"make":null}"#]);
    for change in batch("vehicles", &text).changes {
        let Change::Profile(profile) = change else { panic!("{change:?}") };
        assert_eq!((profile.year, profile.make, profile.model), (None, None, None));
    }
}

#[test]
fn trap_12_an_assets_location_is_found_in_either_place() {
    let told = |row: &str| {
        let batch = batch("asset_locations", &assets(&[row]));
        fixes(&batch)
            .into_iter()
            .map(|fix| (fix.latitude, fix.place.clone(), fix.speed_mph))
            .collect::<Vec<_>>()
    };
    let at = r#""lon":-119.8,"located_at":"2026-11-20T03:04:10Z""#;
    let gateway = format!(
        r#"{{"id":1,"asset_gateway":{{"last_location":{{"lat":39,{at},"formatted_address":"Reno","ground_speed_kph":104.607}}}}}}"#
    );
    let found = told(&gateway);
    assert_eq!((found[0].0, found[0].1.as_deref()), (39.0, Some("Reno")));
    assert!((found[0].2.unwrap() - 65.0).abs() < 0.001);
    let current = format!(
        r#"{{"id":1,"asset_gateway":{{"last_location":null}},"current_location":{{"lat":40,{at},"description":"Elko","speed":65}}}}"#
    );
    // In which unit that speed is nobody says.
    assert_eq!(told(&current), [(40.0, Some("Elko".to_owned()), None)]);
    assert_eq!(told(r#"{"id":1,"asset_gateway":{"id":71}}"#), []);
    assert_eq!(told(r#"{"id":1}"#), []);
}

#[test]
fn the_engine_runs_idles_or_is_off() {
    let engine = |rest: &str| {
        telemetry(&format!(r#"{{"lat":1,"lon":2,"located_at":"2026-11-20T15:04:10Z"{rest}}}"#))
            .and_then(|told| told.engine)
            .map(|(engine, _)| engine)
    };
    assert_eq!(engine(r#","vehicle_state":"on","kph":80"#), Some(Engine::On));
    assert_eq!(engine(r#","vehicle_state":"on","kph":0"#), Some(Engine::Idle));
    assert_eq!(engine(r#","vehicle_state":"on""#), Some(Engine::On));
    assert_eq!(engine(r#","vehicle_state":"off","kph":0"#), Some(Engine::Off));
    assert_eq!(engine(r#","vehicle_state":"sleeping","kph":0"#), None);
    assert_eq!(engine(r#","kph":0"#), None);
}

#[test]
fn of_two_trucks_that_name_one_driver_the_one_seen_later_is_told_last() {
    let row = |id: u32, time: &str| {
        format!(
            r#"{{"id":{id},"current_driver":{{"id":9}},"current_location":{{"lat":1,"lon":2,"located_at":"{time}"}}}}"#
        )
    };
    let (newer, older) = (row(1, "2026-11-20T15:04:10Z"), row(2, "2026-11-20T11:00:00Z"));
    let silent = r#"{"id":3,"current_driver":{"id":9},"current_location":null}"#;
    let told = pairings(&vehicles(&[&newer, &older, silent]));
    let trucks: Vec<_> = told.iter().map(|(_, truck)| truck.as_deref().unwrap()).collect();
    assert_eq!(trucks, ["3", "2", "1"]);
}

#[test]
fn an_impossible_position_is_set_aside_alone() {
    let row = |lat: &str, time: &str| {
        format!(
            r#"{{"id":7,"current_driver":{{"id":9}},"current_location":{{"lat":{lat},"lon":-119.8,"located_at":{time}}}}}"#
        )
    };
    let check = |lat: &str, time: &str, reason: &str| {
        let told = batch("vehicle_locations", &vehicles(&[&row(lat, time), r#"{"id":8}"#]));
        let [reject] = told.rejects.as_slice() else { panic!("{:?}", told.rejects) };
        assert_eq!((reject.external_id.as_str(), reject.reason.as_str()), ("7", reason));
        assert_eq!(told.changes.len(), 1, "the driver is at the wheel all the same");
    };
    let time = r#""2026-11-20T15:04:10Z""#;
    check("122.142", time, "position is not a place on earth");
    check("null", time, "the position has no latitude or longitude");
    check(r#""north""#, time, "the position has no latitude or longitude");
    check("39.5", r#""soon""#, "the position has no readable time");
    check("39.5", "null", "the position has no readable time");
}

#[test]
fn a_list_with_an_unreadable_row_retires_nobody_but_still_ends_pairings() {
    let complete = |resource: &'static str, text: &str| batch(resource, text).complete;
    let (good, bad) = (r#"{"id":1}"#, r#"{"number":"T-2"}"#);
    assert!(complete("vehicles", &vehicles(&[good])));
    assert!(!complete("vehicles", &vehicles(&[good, bad])));
    assert!(!complete("drivers", &users(&[good, bad])));
    assert!(!complete("assets", &assets(&[good, bad])));
    assert!(complete("vehicle_locations", &vehicles(&[good, bad])));
}

#[test]
fn a_list_that_changed_between_its_pages_is_not_complete() {
    let page = |first: u32, rows: u32, total: u32| {
        let rows = (first..first + rows).map(|id| format!(r#"{{"vehicle":{{"id":{id}}}}}"#));
        let rows = rows.collect::<Vec<_>>().join(",");
        format!(r#"{{"vehicles":[{rows}],"pagination":{{"per_page":100,"page_no":1,"total":{total}}}}}"#)
    };
    let second = |resource: &'static str, total: u32| {
        let first = normalise(resource, &page(1, 100, 150)).unwrap();
        let ask = Ask { page: first.next.as_deref(), ..ask(resource) };
        let second = motive::normalise(ask, page(101, total - 100, total).as_bytes()).unwrap();
        assert_eq!((first.batch.complete, second.next), (false, None));
        second.batch.complete
    };
    for resource in ["vehicles", "vehicle_locations"] {
        assert!(second(resource, 150));
        // A row went away before the second page was asked for: another may have slipped past.
        assert!(!second(resource, 149));
    }
}

#[test]
fn a_broken_row_of_every_feed_is_a_reject_with_its_id() {
    let check = |resource: &'static str, text: &str| {
        let told = batch(resource, text);
        let [reject] = told.rejects.as_slice() else { panic!("{resource}: {told:?}") };
        assert_eq!(reject.external_id, "7", "{resource}");
        assert_eq!(told.changes.len(), 1, "{resource}");
    };
    check("vehicles", &vehicles(&[r#"{"id":7,"external_ids":"none"}"#, r#"{"id":8}"#]));
    check("drivers", &users(&[r#"{"id":"7","external_ids":[3]}"#, r#"{"id":8}"#]));
    check("assets", &assets(&[r#"{"id":7,"external_ids":{"a":1}}"#, r#"{"id":8}"#]));
    let fine = r#"{"id":8,"current_location":{"lat":1,"lon":2,"located_at":"2026-11-20T15:04:10Z"}}"#;
    check("vehicle_locations", &vehicles(&[r#"{"id":7,"current_location":"here"}"#, fine]));
    check("asset_locations", &assets(&[r#"{"id":7,"asset_gateway":"none"}"#, fine]));
    check("available_time", &users(&[r#"{"id":7,"available_time":"plenty"}"#, r#"{"id":8}"#]));
    // Whose day it is, not the day's own number.
    let (odd, fine) = (
        r#"{"id":47,"date":"2026-11-20","driver":{"id":7,"status":"active"},"driving_duration":1e9}"#,
        r#"{"id":48,"date":"2026-11-20","driver":{"id":8},"driving_duration":60}"#,
    );
    check("hours_of_service", &wrapped("hours_of_service", &[odd, fine]));
}

#[test]
fn a_name_that_would_move_the_cursor_is_made_harmless() {
    let text = vehicles(&["{\"id\":1,\"number\":\"T-\\u001b[2J\\u202e101\"}"]);
    let changes = batch("vehicles", &text).changes;
    assert!(matches!(&changes[0], Change::Profile(profile) if profile.name == "T-101"), "{changes:?}");
}
