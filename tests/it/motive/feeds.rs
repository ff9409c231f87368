//! An answer of each feed against the whole batch that it must become.

use backhaul::model::{
    Batch, Called, Change, Clocks, DutySource, DutyStatus, Engine, Fix, Pairing, PairingSource, Profile,
    Says, Telemetry, Tie, UnitKind, licence_key,
};

use super::{at, batch, now, recap_day, users, vehicles};

fn named(kind: UnitKind, id: &str, name: &str) -> Profile {
    Profile::new(kind, id, name)
}

fn called(kind: UnitKind, id: &str, name: &str, vin: Option<&str>) -> Change {
    let (external_id, name, vin) = (id.to_owned(), name.to_owned(), vin.map(str::to_owned));
    Change::Called(Box::new(Called { kind, external_id, name, active: true, vin, refs: Vec::new() }))
}

fn drives(driver: &str, truck: &str, by: PairingSource) -> Change {
    let (left, right) = (driver.to_owned(), Some(truck.to_owned()));
    Change::Pairing(Pairing { tie: Tie::DriverTractor, left, right, by, since_at: None })
}

#[test]
fn vehicles_are_profiles_and_a_sold_one_is_not_active() {
    let expected = Batch {
        changes: vec![
            Change::Profile(Box::new(Profile {
                vin: Some("1FUJGLDR5CLBP8834".into()),
                plate: Some("P301 (NV)".into()),
                make: Some("Freightliner".into()),
                model: Some("Cascadia".into()),
                year: Some("2021".into()),
                refs: vec!["TMS-301".into()],
                ..named(UnitKind::Tractor, "501", "T-301")
            })),
            Change::Profile(Box::new(Profile {
                active: false,
                ..named(UnitKind::Tractor, "502", "T-302 (sold)")
            })),
        ],
        complete: true,
        ..Batch::default()
    };
    assert_eq!(batch("vehicles", include_str!("../../data/motive/vehicles_v1.json")), expected);
}

#[test]
fn a_vehicles_permanent_driver_is_a_standing_pairing_while_both_are_with_us() {
    let row = |status: &str, driver: &str| {
        let driver = format!(r#"{{"id":9,"status":"{driver}","role":"driver"}}"#);
        vehicles(&[&format!(r#"{{"id":1,"status":"{status}","permanent_driver":{driver}}}"#)])
    };
    let pairings = |text: &str| batch("vehicles", text).changes.split_off(1);
    assert_eq!(pairings(&row("active", "active")), [drives("9", "1", PairingSource::Static)]);
    assert_eq!(pairings(&row("deactivated", "active")), []);
    assert_eq!(pairings(&row("active", "deactivated")), []);
}

#[test]
fn drivers_are_profiles_with_all_that_others_may_know_them_by() {
    let text = users(&[
        r#"{"id":800001,"first_name":" Ana","last_name":"Reyes ","username":"areyes","driver_company_id":10001,
            "external_ids":[{"external_id":"DRV1","integration_name":"tms"},{"external_id":"areyes"}],
            "status":"active","role":"driver","phone":"775-555-0101","time_zone":"Pacific Time (US & Canada)",
            "cycle":"70_8","drivers_license_state":"NV","drivers_license_number":"D0000001"}"#,
        r#"{"id":800004,"first_name":"Old","last_name":null,"username":null,"driver_company_id":null,
            "external_ids":null,"status":"deactivated","role":"driver","time_zone":"Moon","cycle":null,
            "drivers_license_state":"NV","drivers_license_number":null}"#,
        r#"{"id":800005,"first_name":"","last_name":"","username":"bob.s","role":"driver"}"#,
        r#"{"id":800006,"first_name":"Dee","last_name":"Patch","status":"active","role":"fleet_user"}"#,
    ]);
    let told = batch("drivers", &text);
    let expected = [
        Profile {
            licence: licence_key("NV", "D0000001"),
            refs: vec!["areyes".into(), "10001".into(), "DRV1".into()],
            phone: Some("775-555-0101".into()),
            timezone: Some("America/Los_Angeles".into()),
            ruleset: Some("70_8".into()),
            ..named(UnitKind::Driver, "800001", "Ana Reyes")
        },
        Profile { active: false, ..named(UnitKind::Driver, "800004", "Old") },
        Profile { refs: vec!["bob.s".into()], ..named(UnitKind::Driver, "800005", "bob.s") },
    ];
    assert_eq!(told.changes, expected.map(|profile| Change::Profile(Box::new(profile))));
    let [reject] = told.rejects.as_slice() else { panic!("{:?}", told.rejects) };
    assert_eq!(
        (reject.external_id.as_str(), reject.reason.as_str()),
        ("800006", "a user who is not a driver")
    );
    assert!(told.complete, "who is no driver does not make the list unreadable");
}

#[test]
fn assets_are_trailers() {
    let expected = Batch {
        changes: vec![
            Change::Profile(Box::new(Profile {
                vin: Some("8V8WD530FLN016251".into()),
                plate: Some("7TYP290 (NV)".into()),
                make: Some("Wabash".into()),
                model: Some("DuraPlate".into()),
                year: Some("2020".into()),
                ..named(UnitKind::Trailer, "9001", "TRL-5301")
            })),
            Change::Profile(Box::new(named(UnitKind::Trailer, "9002", "TRL-DRY-17"))),
        ],
        complete: true,
        ..Batch::default()
    };
    assert_eq!(batch("assets", include_str!("../../data/motive/assets_v1.json")), expected);
}

#[test]
fn vehicle_locations_are_fixes_engines_and_who_is_at_the_wheel() {
    let seen = |id: &str, fix| Change::Fix { kind: UnitKind::Tractor, external_id: id.into(), fix };
    let engine = |id: &str, engine, time: &str| Change::Telemetry {
        external_id: id.into(),
        telemetry: Telemetry { engine: Some((engine, at(time))), ..Telemetry::default() },
    };
    let (on_the_road, parked) = ("2026-11-20T15:04:10Z", "2026-08-02T09:11:51Z");
    let expected = Batch {
        changes: vec![
            engine("501", Engine::On, on_the_road),
            seen(
                "501",
                Fix {
                    latitude: 39.5296,
                    longitude: -119.8138,
                    says: None,
                    speed_mph: Some(102.0 / 1.609_344),
                    heading_deg: Some(264.0),
                    place: Some("2.1 mi W of Reno, NV".into()),
                    observed_at: at(on_the_road),
                },
            ),
            called(UnitKind::Tractor, "501", "T-301", Some("1FUJGLDR5CLBP8834")),
            engine("504", Engine::Off, parked),
            seen(
                "504",
                Fix {
                    latitude: 36.1147,
                    longitude: -115.1728,
                    says: None,
                    speed_mph: Some(0.0),
                    heading_deg: None,
                    place: Some("Las Vegas, NV".into()),
                    observed_at: at(parked),
                },
            ),
            // The list of vehicles beside it does not have this one: 504 is nothing that anybody calls it by.
            called(UnitKind::Tractor, "504", "T-304", None),
            drives("800001", "501", PairingSource::Eld),
        ],
        // The driver of 504 has got off: a whole list that does not name a pairing ends it.
        complete: true,
        ..Batch::default()
    };
    let text = include_str!("../../data/motive/vehicle_locations_v3_list.json");
    assert_eq!(batch("vehicle_locations", text), expected);
}

#[test]
fn the_older_shape_of_vehicle_locations_is_understood_too() {
    let (id, time) = ("501", at("2026-11-20T15:04:10Z"));
    let expected = Batch {
        changes: vec![
            Change::Telemetry {
                external_id: id.into(),
                telemetry: Telemetry { odometer_mi: Some((525_189.2, time)), ..Telemetry::default() },
            },
            Change::Fix {
                kind: UnitKind::Tractor,
                external_id: id.into(),
                fix: Fix {
                    latitude: 39.5296,
                    longitude: -119.8138,
                    says: Some(Says { rolls: true, since_at: None }),
                    speed_mph: Some(63.4),
                    heading_deg: Some(264.0),
                    place: Some("2.1 mi W of Reno, NV".into()),
                    observed_at: time,
                },
            },
            called(UnitKind::Tractor, id, "T-301", Some("1FUJGLDR5CLBP8834")),
            drives("800001", id, PairingSource::Eld),
        ],
        complete: true,
        ..Batch::default()
    };
    let text = include_str!("../../data/motive/vehicle_locations_v1_list.json");
    assert_eq!(batch("vehicle_locations", text), expected);
}

#[test]
fn asset_locations_are_fixes_of_trailers_and_one_without_a_gateway_says_nothing() {
    let expected = Batch {
        changes: vec![
            Change::Fix {
                kind: UnitKind::Trailer,
                external_id: "9001".into(),
                fix: Fix {
                    latitude: 39.5296,
                    longitude: -119.8138,
                    says: Some(Says { rolls: false, since_at: None }),
                    speed_mph: Some(0.0),
                    heading_deg: None,
                    place: Some("I-80, Reno, NV".into()),
                    observed_at: at("2026-11-20T03:04:10Z"),
                },
            },
            called(UnitKind::Trailer, "9001", "TRL-5301", Some("8V8WD530FLN016251")),
        ],
        ..Batch::default()
    };
    assert_eq!(batch("asset_locations", include_str!("../../data/motive/asset_locations_v1.json")), expected);
}

#[test]
fn available_time_is_clocks_as_of_now_and_a_recap_and_who_has_left_has_none() {
    let expected = Batch {
        changes: vec![
            Change::Called(Box::new(Called {
                kind: UnitKind::Driver,
                external_id: "800001".into(),
                name: "Ana Reyes".into(),
                active: true,
                vin: None,
                refs: vec!["areyes".into(), "10001".into()],
            })),
            Change::Clocks {
                external_id: "800001".into(),
                clocks: Clocks {
                    status: Some(DutyStatus::Driving),
                    status_since_at: Some(at("2026-11-20T12:34:00Z")),
                    drive_left_s: Some(21_600),
                    shift_left_s: Some(30_600),
                    break_left_s: Some(12_600),
                    cycle_left_s: Some(180_000),
                    cycle_tomorrow_s: None,
                    as_of_at: now(),
                },
            },
            Change::DutyDays {
                external_id: "800001".into(),
                source: DutySource::Recap,
                days: vec![recap_day("2026-11-20", 9000, 10_800)],
            },
            Change::Called(Box::new(Called {
                kind: UnitKind::Driver,
                external_id: "800004".into(),
                name: "Old Driver".into(),
                active: false,
                vin: None,
                refs: Vec::new(),
            })),
        ],
        ..Batch::default()
    };
    assert_eq!(batch("available_time", include_str!("../../data/motive/available_time.json")), expected);
}

#[test]
fn whose_clocks_they_are_is_told_of_who_is_said_to_drive_for_us() {
    let check = |more: &str, expected: Option<&str>| {
        let row =
            format!(r#"{{"id":9,"first_name":"Ann","last_name":"Lee","duty_status":"off_duty"{more}}}"#);
        let mut changes = batch("available_time", &users(&[&row])).changes;
        assert!(matches!(changes.pop(), Some(Change::Clocks { .. })), "{more}");
        let name = changes.pop().map(|change| match change {
            Change::Called(called) => called.name,
            other => panic!("{other:?}"),
        });
        assert_eq!(name.as_deref(), expected, "{more}");
    };
    check(r#","status":"active","role":"driver""#, Some("Ann Lee"));
    check(r#","status":"active""#, Some("Ann Lee"));
    // Those who left are listed too, and not every answer says which these are.
    check("", None);
    check(r#","status":null,"role":"driver""#, None);
    check(r#","status":"active","role":"fleet_user""#, None);
}
