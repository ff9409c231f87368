//! An answer of each feed against the whole batch that it must become.

use backhaul::model::{
    Batch, Change, Clocks, DutyStatus, Engine, Fix, PairingSource, Profile, Reject, Telemetry, UnitKind,
    licence_key,
};

use super::{at, batch, normalise, now, pairing, pairings, rows};

const FIRST_TRUCK: &str = "vcl_01D8ZQFGHVJ858NBF2Q7DV9MNA";
const SECOND_TRUCK: &str = "vcl_01D8ZQFGHVJ858NBF2Q7DV9MNB";
const ANA: &str = "drv_01D8ZQFGHVJ858NBF2Q7DV9MNA";
const STONE: &str = "drv_01D8ZQFGHVJ858NBF2Q7DV9MNB";
const TRAILER: &str = "trl_01D8ZQFGHVJ858NBF2Q7DV9MNA";

#[test]
fn vehicles_are_profiles_and_an_inactive_one_says_so() {
    let first = Profile {
        vin: Some("1FUJGLDR5CLBP8834".into()),
        plate: Some("P201 (NV)".into()),
        make: Some("Freightliner".into()),
        model: Some("Cascadia".into()),
        year: Some("2021".into()),
        ..Profile::new(UnitKind::Tractor, FIRST_TRUCK, "T-201")
    };
    // It has no name, and goes by what its provider calls it.
    let second = Profile { active: false, ..Profile::new(UnitKind::Tractor, SECOND_TRUCK, "b13") };
    let changes = vec![Change::Profile(Box::new(first)), Change::Profile(Box::new(second))];
    let expected = Batch { changes, complete: true, ..Batch::default() };
    assert_eq!(batch("vehicles", include_str!("../../data/terminal/vehicles.json")), expected);
}

#[test]
fn trailers_are_profiles_and_a_serial_number_is_a_vin_only_if_it_looks_like_one() {
    let first = Change::Profile(Box::new(Profile::new(UnitKind::Trailer, TRAILER, "TRL-5301")));
    let expected = Batch { changes: vec![first], complete: true, ..Batch::default() };
    assert_eq!(batch("trailers", include_str!("../../data/terminal/trailers.json")), expected);

    let vin = |row: &str| {
        let changes = batch("trailers", &rows(row)).changes;
        let Change::Profile(profile) = changes.into_iter().next().unwrap() else { panic!() };
        profile.vin
    };
    assert_eq!(vin(r#"{"id":"t","serialNumber":"1JJV532D8KL123456"}"#).as_deref(), Some("1JJV532D8KL123456"));
    assert_eq!(vin(r#"{"id":"t","serialNumber":"004352"}"#), None);
    assert_eq!(vin(r#"{"id":"t","vin":"V","serialNumber":"1JJV532D8KL123456"}"#).as_deref(), Some("V"));
}

#[test]
fn drivers_are_profiles_by_first_and_last_name() {
    let ana = Profile {
        licence: licence_key("NV", "D0000001"),
        refs: vec!["ana.reyes".into()],
        phone: Some("+17755550101".into()),
        ..Profile::new(UnitKind::Driver, ANA, "Ana Reyes")
    };
    let stone = Profile::new(UnitKind::Driver, STONE, "Stone");
    let changes = vec![Change::Profile(Box::new(ana)), Change::Profile(Box::new(stone))];
    let expected = Batch { changes, complete: true, ..Batch::default() };
    assert_eq!(batch("drivers", include_str!("../../data/terminal/drivers.json")), expected);
}

#[test]
fn whoever_is_deleted_or_hidden_no_longer_takes_part() {
    let active = |row: &str| {
        let changes = batch("drivers", &rows(&format!(r#"{{"id":"d",{row}}}"#))).changes;
        let Change::Profile(profile) = changes.into_iter().next().unwrap() else { panic!() };
        profile.active
    };
    assert!(active(r#""status":"active","metadata":{"visibility":"visible","deletedAt":null}"#));
    assert!(active(r#""status":"on_leave""#), "a word we do not know ends nothing");
    assert!(!active(r#""status":"inactive","metadata":{"visibility":"visible"}"#));
    assert!(!active(r#""status":"active","metadata":{"visibility":"hidden_by_exclude_list"}"#));
    assert!(!active(r#""status":"active","metadata":{"visibility":"deleted"}"#));
    let deleted = r#""deletedAt":"2026-11-01T00:00:00.000Z""#;
    assert!(!active(&format!(r#""status":"active","metadata":{{{deleted}}}"#)));
    let contradictory = format!(r#""status":"active","metadata":{{"visibility":"visible",{deleted}}}"#);
    assert!(active(&contradictory), "the published examples are so");
    assert!(active(r#""status":"active","metadata":{"visibility":"shared"}"#), "nor one for who sees it");
}

#[test]
fn locations_bring_readings_fixes_and_who_drives() {
    let page = batch("vehicle_locations", include_str!("../../data/terminal/vehicles_locations.json"));
    let seen = at("2026-11-20T15:04:10Z");
    let [readings, first, second, driver] = page.changes.as_slice() else { panic!("{page:?}") };
    let Change::Telemetry { external_id, telemetry } = readings else { panic!("{readings:?}") };
    let Telemetry { engine, fuel_pct, odometer_mi } = telemetry;
    assert_eq!((external_id.as_str(), *engine), (FIRST_TRUCK, Some((Engine::On, seen))));
    assert_eq!(*fuel_pct, Some((54.0, seen)));
    let (miles, read_at) = odometer_mi.unwrap();
    assert!((miles - 525_188.5).abs() < 0.1 && read_at == seen, "{miles}");

    let Change::Fix { kind: UnitKind::Tractor, external_id, fix } = first else { panic!("{first:?}") };
    assert_eq!(external_id, FIRST_TRUCK);
    let speed = fix.speed_mph.unwrap();
    assert!((speed - 63.4).abs() < 0.01, "{speed}");
    let place = Some("2 mi W of Reno, NV".to_owned());
    let (latitude, longitude, heading_deg) = (39.5296, -119.8138, Some(264.0));
    let expected = Fix {
        latitude,
        longitude,
        says: None,
        speed_mph: Some(speed),
        heading_deg,
        place,
        observed_at: seen,
    };
    assert_eq!(*fix, expected);

    let parked = Fix {
        latitude: 36.1147,
        longitude: -115.1728,
        says: None,
        speed_mph: None,
        heading_deg: None,
        place: None,
        observed_at: at("2026-08-02T09:11:51Z"),
    };
    let expected = Change::Fix { kind: UnitKind::Tractor, external_id: SECOND_TRUCK.into(), fix: parked };
    assert_eq!(*second, expected);
    let expected = Change::Pairing(pairing(ANA, FIRST_TRUCK, PairingSource::Eld, None));
    assert_eq!(*driver, expected, "and of the second truck nobody knows who drives it");
}

#[test]
fn a_driver_is_in_the_truck_seen_last_whatever_page_it_is_on() {
    let row = |vehicle: &str, time: &str| {
        format!(
            r#"{{"vehicle":"{vehicle}","driver":"d","locatedAt":"{time}","location":{{"latitude":1,"longitude":2}}}}"#
        )
    };
    let (left_behind, now_in) = (row("old", "2026-11-18T15:00:00Z"), row("new", "2026-11-20T15:00:00Z"));
    let in_the_new = pairing("d", "new", PairingSource::Eld, None);
    for text in [format!("{left_behind},{now_in}"), format!("{now_in},{left_behind}")] {
        assert_eq!(pairings(&batch("vehicle_locations", &rows(&text))), [&in_the_new]);
    }

    let first = normalise("vehicle_locations", &format!(r#"{{"results":[{now_in}],"next":"c"}}"#)).unwrap();
    let rest = backhaul::providers::Ask { page: first.next.as_deref(), ..super::ask("vehicle_locations") };
    let second = backhaul::providers::terminal::normalise(rest, rows(&left_behind).as_bytes()).unwrap();
    assert_eq!(pairings(&first.batch), [&in_the_new]);
    assert!(pairings(&second.batch).is_empty());
    // A whole read says who drives what: a driver whom no truck names any more is in none of them.
    assert_eq!((first.batch.complete, second.batch.complete), (false, true));
}

#[test]
fn trailer_locations_bring_fixes_and_end_nothing() {
    let page = batch("trailer_locations", include_str!("../../data/terminal/trailers_locations.json"));
    let [Change::Fix { kind: UnitKind::Trailer, external_id, fix }] = page.changes.as_slice() else {
        panic!("{page:?}")
    };
    assert_eq!((external_id.as_str(), fix.observed_at), (TRAILER, at("2026-11-20T15:00:00Z")));
    assert!((fix.speed_mph.unwrap() - 63.007).abs() < 1e-3);
    assert!(!page.complete);
}

#[test]
fn clocks_are_whole_seconds_as_of_now() {
    let clocks = |id: &str, clocks| Change::Clocks { external_id: id.into(), clocks };
    let ana = Clocks {
        status: Some(DutyStatus::Driving),
        drive_left_s: Some(21_600),
        shift_left_s: Some(30_600),
        break_left_s: Some(12_600),
        cycle_left_s: Some(180_000),
        as_of_at: now(),
        ..Clocks::default()
    };
    let stone = Clocks {
        status: Some(DutyStatus::Unknown),
        drive_left_s: Some(0),
        shift_left_s: Some(0),
        as_of_at: now(),
        ..Clocks::default()
    };
    let expected = Batch { changes: vec![clocks(ANA, ana), clocks(STONE, stone)], ..Batch::default() };
    assert_eq!(
        batch("available_time", include_str!("../../data/terminal/hos_available_time.json")),
        expected
    );
}

#[test]
fn every_duty_status_has_a_word_and_a_new_one_is_unknown() {
    let check = |word: &str, expected| {
        let text = rows(&format!(r#"{{"driver":"d","currentStatus":"{word}","availableTime":{{}}}}"#));
        let changes = batch("available_time", &text).changes;
        let Change::Clocks { clocks, .. } = &changes[0] else { panic!("{changes:?}") };
        assert_eq!(clocks.status, Some(expected), "{word}");
    };
    check("off_duty", DutyStatus::OffDuty);
    check("sleeper_bed", DutyStatus::Sleeper);
    check("driving", DutyStatus::Driving);
    check("on_duty", DutyStatus::OnDuty);
    check("yard_move", DutyStatus::YardMove);
    check("personal_conveyance", DutyStatus::PersonalConveyance);
    // No rest that a plan may count on.
    check("waiting_time", DutyStatus::OnDuty);
    check("hibernating", DutyStatus::Unknown);
}

#[test]
fn open_logs_tell_the_truck_and_no_log_tells_the_status() {
    let row = |driver: &str, status: &str, rest: &str| {
        format!(
            r#"{{"id":"l","driver":"{driver}","status":"{status}","vehicle":"v","startedAt":"2026-11-20T12:00:00.000Z"{rest}}}"#
        )
    };
    let text = rows(
        &[
            row("open", "driving", ""),
            row("null", "sleeper_bed", r#","endedAt":null"#),
            row("over", "driving", r#","endedAt":"2026-11-20T13:00:00.000Z""#),
            row("home", "off_duty", ""),
            r#"{"id":"l","driver":"afoot","status":"on_duty","startedAt":"2026-11-20T12:00:00.000Z"}"#.into(),
        ]
        .join(","),
    );
    let page = batch("hos_logs", &text);
    let since = Some("2026-11-20T12:00:00Z");
    let by = PairingSource::Assigned;
    let (open, asleep) = (pairing("open", "v", by, since), pairing("null", "v", by, since));
    assert_eq!(pairings(&page), [&open, &asleep]);
    // The copy is hours old: who was off duty then may be driving now.
    assert_eq!(page.changes.len(), 2, "{page:?}");
    assert!(page.complete);
}

#[test]
fn a_broken_row_of_every_feed_is_a_reject_with_its_id() {
    let check = |resource: &'static str, row: &str| {
        let good = batch(resource, &rows(row));
        let Batch { changes, rejects, .. } = good;
        assert!(changes.is_empty(), "{resource}: {changes:?}");
        let [Reject { external_id, reason }] = rejects.as_slice() else { panic!("{resource}: {rejects:?}") };
        assert_eq!(external_id, "7", "{resource}");
        assert!(!reason.contains("Ann"), "{reason}");
    };
    check("vehicles", r#"{"id":7,"licensePlate":"Ann"}"#);
    check("trailers", r#"{"id":"7","name":{}}"#);
    check("drivers", r#"{"id":"7","firstName":["Ann"]}"#);
    check("vehicle_locations", r#"{"vehicle":{"id":"7"},"location":"here"}"#);
    check("vehicle_locations", r#"{"vehicle":"7","location":{"latitude":91,"longitude":2}}"#);
    check(
        "trailer_locations",
        r#"{"trailer":"7","location":{"latitude":1,"longitude":2},"locatedAt":"today"}"#,
    );
    check("available_time", r#"{"driver":"7","availableTime":"none"}"#);
    check("hos_logs", r#"{"driver":{"id":"7"},"startedAt":{}}"#);
    for resource in ["vehicles", "trailers", "drivers", "vehicle_locations", "trailer_locations", "hos_logs"]
    {
        let rejects = batch(resource, &rows("{}")).rejects;
        assert_eq!((rejects.len(), rejects[0].external_id.as_str()), (1, ""), "{resource}");
    }
}

#[test]
fn a_name_that_would_move_the_cursor_is_made_harmless() {
    let text = rows("{\"id\":\"1\",\"name\":\"T-\\u001b[2J\\u202e101\"}");
    let changes = batch("vehicles", &text).changes;
    assert!(matches!(&changes[0], Change::Profile(profile) if profile.name == "T-101"), "{changes:?}");
}
