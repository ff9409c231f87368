//! A recorded answer of each feed against the whole batch that it must become.

use backhaul::model::{
    Batch, Called, Change, Clocks, DutyStatus, Engine, PairingSource, Profile, Reject, Telemetry, Tie,
    UnitKind, licence_key,
};
use backhaul::providers::{Ask, samsara};

use super::{at, batch, fix, named, now, pairing};

fn called(kind: UnitKind, id: &str, name: &str) -> Change {
    let (external_id, name) = (id.to_owned(), name.to_owned());
    Change::Called(Box::new(Called { kind, external_id, name, active: true, vin: None, refs: Vec::new() }))
}

#[test]
fn vehicles_are_profiles_with_their_standing_drivers() {
    let truck = |id: &str, name: &str, vin: &str, plate: &str| {
        Change::Profile(Box::new(Profile {
            vin: Some(vin.into()),
            plate: Some(plate.into()),
            make: Some("FREIGHTLINER".into()),
            model: Some("Cascadia".into()),
            year: Some("2022".into()),
            ..named(UnitKind::Tractor, id, name)
        }))
    };
    let drives = |driver: &str, truck: &str| {
        Change::Pairing(pairing(Tie::DriverTractor, driver, Some(truck), PairingSource::Static, None))
    };
    let expected = Batch {
        changes: vec![
            truck("281474977075805", "T-101", "1FUJGLDR5CLBP8834", "P5805"),
            drives("51000001", "281474977075805"),
            truck("212014918732717", "T-102", "3AKJHHDR7JSJV5521", "P2717"),
            drives("51000002", "212014918732717"),
            // Its gateway was pulled, and yet it is a truck of the fleet.
            truck("281474977075806", "T-103 (shop)", "1XKYD49X5NJ456321", "P5806"),
        ],
        complete: true,
        ..Batch::default()
    };
    assert_eq!(batch("vehicles", include_str!("../../data/samsara/vehicles.json")), expected);
}

#[test]
fn drivers_are_profiles_active_or_not_by_the_pass_that_lists_them() {
    let active = include_str!("../../data/samsara/drivers.json");
    let first = super::normalise("drivers", active).unwrap();
    let ana = Profile {
        licence: licence_key("NV", "D0000001"),
        refs: vec!["ana.reyes".into()],
        phone: Some("7755550101".into()),
        timezone: Some("America/Los_Angeles".into()),
        ..named(UnitKind::Driver, "51000001", "Ana Reyes")
    };
    let bob = Profile {
        refs: vec!["bobs".into()],
        timezone: Some("America/Denver".into()),
        ..named(UnitKind::Driver, "51000002", "Bob Stone")
    };
    let expected = Batch {
        changes: vec![Change::Profile(Box::new(ana)), Change::Profile(Box::new(bob))],
        ..Batch::default()
    };
    assert_eq!(first.batch, expected);

    let deactivated = include_str!("../../data/samsara/drivers_deactivated.json");
    let ask = Ask { page: first.next.as_deref(), ..super::ask("drivers") };
    let second = samsara::normalise(ask, deactivated.as_bytes()).unwrap();
    let old = Profile {
        active: false,
        refs: vec!["old.driver".into(), "DRV9".into(), "4471".into()],
        ruleset: Some("USA 70 hour / 8 day".into()),
        ..named(UnitKind::Driver, "51000009", "Old Driver")
    };
    let expected =
        Batch { changes: vec![Change::Profile(Box::new(old))], complete: true, ..Batch::default() };
    assert_eq!((second.batch, second.next), (expected, None));
}

#[test]
fn trailers_are_profiles_and_a_serial_number_is_a_vin_only_if_it_looks_like_one() {
    let expected = Batch {
        changes: vec![
            Change::Profile(Box::new(Profile {
                vin: Some("1JJV532D8KL123456".into()),
                plate: Some("4TR5301".into()),
                ..named(UnitKind::Trailer, "281475000000001", "TRL-5301")
            })),
            Change::Profile(Box::new(Profile {
                vin: Some("1UYVS2538M2345678".into()),
                refs: vec!["5302".into()],
                ..named(UnitKind::Trailer, "281475000000002", "TRL-5302 reefer")
            })),
        ],
        complete: true,
        ..Batch::default()
    };
    assert_eq!(batch("trailers", include_str!("../../data/samsara/trailers.json")), expected);
}

#[test]
fn assets_are_trailers_and_a_vehicle_among_them_is_set_aside() {
    let expected = Batch {
        changes: vec![Change::Profile(Box::new(Profile {
            vin: Some("1JJV532D8KL123456".into()),
            plate: Some("4TR5301".into()),
            make: Some("WABASH".into()),
            model: Some("DuraPlate".into()),
            year: Some("2019".into()),
            refs: vec!["5301".into()],
            ..named(UnitKind::Trailer, "281475000000001", "TRL-5301")
        }))],
        rejects: vec![Reject {
            external_id: "281474977075805".into(),
            reason: "an asset that is not a trailer".into(),
        }],
        complete: true,
        ..Batch::default()
    };
    assert_eq!(batch("assets", include_str!("../../data/samsara/assets.json")), expected);
}

#[test]
fn the_stats_feed_brings_readings_and_fixes_and_where_to_go_on() {
    let seen = |id: &str, fix| Change::Fix { kind: UnitKind::Tractor, external_id: id.into(), fix };
    let (first, second) = ("281474977075805", "212014918732717");
    let reno = Some("I 80 West, Reno, NV");
    let expected = Batch {
        changes: vec![
            Change::Telemetry {
                external_id: first.into(),
                telemetry: Telemetry {
                    engine: Some((Engine::On, at("2026-11-20T12:01:44Z"))),
                    fuel_pct: Some((54.0, at("2026-11-20T15:03:59Z"))),
                    odometer_mi: None,
                },
            },
            seen(first, fix(39.5296, -119.8138, 63.4, 264.0, reno, "2026-11-20T15:04:10Z")),
            seen(first, fix(39.5299, -119.8151, 63.9, 265.0, reno, "2026-11-20T15:04:15Z")),
            called(UnitKind::Tractor, first, "T-101"),
            Change::Telemetry {
                external_id: second.into(),
                telemetry: Telemetry {
                    engine: Some((Engine::Off, at("2026-11-20T15:01:12Z"))),
                    ..Telemetry::default()
                },
            },
            seen(
                second,
                fix(
                    37.3822,
                    -122.0526,
                    0.0,
                    0.0,
                    Some("Butano Avenue, Sunnyvale, CA"),
                    "2026-11-20T14:58:02Z",
                ),
            ),
            called(UnitKind::Tractor, second, "T-102"),
        ],
        cursor: Some("5d2f9c2a-1".into()),
        ..Batch::default()
    };
    assert_eq!(batch("vehicle_stats", include_str!("../../data/samsara/vehicles_stats_feed.json")), expected);
}

#[test]
fn odometers_are_miles_by_the_dash_or_else_by_the_tracker() {
    let odometer = |id: &str, metres: f64, time: &str| Change::Telemetry {
        external_id: id.into(),
        telemetry: Telemetry { odometer_mi: Some((metres / 1609.344, at(time))), ..Telemetry::default() },
    };
    let expected = Batch {
        changes: vec![
            odometer("281474977075805", 845_209_000.0, "2026-11-20T15:04:09Z"),
            odometer("212014918732717", 120_340_112.0, "2026-11-20T14:58:02Z"),
        ],
        ..Batch::default()
    };
    assert_eq!(batch("odometers", include_str!("../../data/samsara/vehicles_stats.json")), expected);
}

#[test]
fn the_trailer_feed_brings_fixes_and_trailers_without_news_say_nothing() {
    let expected = Batch {
        changes: vec![
            Change::Fix {
                kind: UnitKind::Trailer,
                external_id: "281475000000001".into(),
                fix: fix(39.5296, -119.8138, 63.0, 264.0, None, "2026-11-20T15:00:00Z"),
            },
            called(UnitKind::Trailer, "281475000000001", "TRL-5301"),
        ],
        cursor: Some("trl-1".into()),
        ..Batch::default()
    };
    assert_eq!(batch("trailer_stats", include_str!("../../data/samsara/trailers_stats_feed.json")), expected);
}

#[test]
fn the_asset_stream_brings_fixes_and_remembers_where_its_window_ended() {
    let expected = Batch {
        changes: vec![Change::Fix {
            kind: UnitKind::Trailer,
            external_id: "281475000000001".into(),
            fix: fix(39.5296, -119.8138, 28.3 * (3600.0 / 1609.344), 264.0, None, "2026-11-20T15:00:03Z"),
        }],
        cursor: Some("2026-11-20T15:05:15Z".into()),
        ..Batch::default()
    };
    let text = include_str!("../../data/samsara/assets_location_and_speed_stream.json");
    assert_eq!(batch("asset_locations", text), expected);
}

#[test]
fn clocks_are_whole_seconds_as_of_now_with_the_truck_that_is_logged_in_to() {
    let clocks = |status, left: [i64; 5]| Clocks {
        status: Some(status),
        status_since_at: None,
        drive_left_s: Some(left[0]),
        shift_left_s: Some(left[1]),
        break_left_s: Some(left[2]),
        cycle_left_s: Some(left[3]),
        cycle_tomorrow_s: Some(left[4]),
        as_of_at: now(),
    };
    let told = |id: &str, clocks, truck| {
        [
            Change::Clocks { external_id: id.into(), clocks },
            Change::Pairing(pairing(Tie::DriverTractor, id, truck, PairingSource::Eld, None)),
        ]
    };
    let expected = Batch {
        changes: [
            told(
                "51000001",
                clocks(DutyStatus::Driving, [21_600, 30_600, 12_600, 180_000, 158_400]),
                Some("281474977075805"),
            ),
            told("51000002", clocks(DutyStatus::Sleeper, [0, 0, 28_800, 7200, 39_600]), None),
            told("51000009", clocks(DutyStatus::Unknown, [39_600, 50_400, 28_800, 252_000, 252_000]), None),
        ]
        .concat(),
        ..Batch::default()
    };
    assert_eq!(batch("hos_clocks", include_str!("../../data/samsara/hos_clocks.json")), expected);
}

#[test]
fn open_assignments_are_pairings_and_closed_ones_are_none() {
    let expected = Batch {
        changes: vec![Change::Pairing(pairing(
            Tie::DriverTractor,
            "51000001",
            Some("281474977075805"),
            PairingSource::Assigned,
            Some("2026-11-20T12:00:00Z"),
        ))],
        complete: true,
        ..Batch::default()
    };
    let text = include_str!("../../data/samsara/driver_vehicle_assignments.json");
    assert_eq!(batch("driver_vehicle_assignments", text), expected);

    let expected = Batch {
        changes: vec![Change::Pairing(pairing(
            Tie::TrailerDriver,
            "281475000000001",
            Some("51000001"),
            PairingSource::Assigned,
            Some("2026-11-20T12:05:00Z"),
        ))],
        complete: true,
        ..Batch::default()
    };
    let text = include_str!("../../data/samsara/driver_trailer_assignments.json");
    assert_eq!(batch("driver_trailer_assignments", text), expected);
}
