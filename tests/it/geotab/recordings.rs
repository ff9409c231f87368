//! An answer of each feed against the whole batch that it must become, and recorded answers read in place.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use backhaul::model::{Batch, Change, Pairing, PairingSource, Profile, Reject, Tie, UnitKind, licence_key};
use backhaul::providers::geotab::Memory;

use super::{ask, at, drives, feed, knowing_devices, knowing_track, now, read, result, saying, seen, told};

const KM: f64 = 1.609_344;

#[test]
fn devices_are_trucks_or_trailers_and_archived_ones_are_not_active() {
    let rows = r#"[{"id":"b20","name":" Demo - 32 ","licensePlate":"DEMO32","licenseState":"ON","vehicleIdentificationNumber":"WMAR62ZZ3LT034488",
         "groups":[{"id":"b27AB"}],"activeFrom":"2025-12-29T15:57:02.320Z","activeTo":"2050-01-01T00:00:00.000Z"},
        {"id":"b21","name":"Old","licensePlate":"","vehicleIdentificationNumber":"?","groups":[],
         "engineVehicleIdentificationNumber":"4SYNTHV1N00000017","activeTo":"2021-11-05T13:35:43.215Z"},
        {"id":"b9A4","name":"TRL-7","vehicleIdentificationNumber":"","engineVehicleIdentificationNumber":"?",
         "groups":[{"id":"b77"}],"deviceType":"None","tmpTrailerId":"aTmp7"},
        {"id":["x"]}]"#;
    let groups = r#"[{"id":"GroupTrailerId","children":[{"id":"b77"}]}]"#;
    let answers = [result(groups), result(rows), result("[]")];
    let batches = read(&Memory::default(), ask("devices"), &answers.each_ref().map(String::as_str));
    // The last row has no id to go on behind, which the next call would tell.
    assert!(batches.unwrap_err().message.contains("no id"));

    let rows = rows.replace(r#"{"id":["x"]}"#, r#"{"id":"b9A5","groups":7}"#);
    let answers = [result(groups), result(&rows), result("[]")];
    let batches = read(&Memory::default(), ask("devices"), &answers.each_ref().map(String::as_str)).unwrap();
    let expected = Batch {
        changes: vec![
            Change::Profile(Box::new(Profile {
                vin: Some("WMAR62ZZ3LT034488".into()),
                plate: Some("DEMO32 (ON)".into()),
                ..Profile::new(UnitKind::Tractor, "b20", "Demo - 32")
            })),
            Change::Profile(Box::new(Profile {
                active: false,
                vin: Some("4SYNTHV1N00000017".into()),
                ..Profile::new(UnitKind::Tractor, "b21", "Old")
            })),
            Change::Profile(Box::new(Profile {
                refs: vec!["aTmp7".into()],
                ..Profile::new(UnitKind::Trailer, "b9A4", "TRL-7")
            })),
        ],
        rejects: vec![Reject {
            external_id: "b9A5".into(),
            reason: "row not understood: expected a sequence".into(),
        }],
        ..Batch::default()
    };
    assert_eq!(batches, [Batch::default(), expected, Batch { complete: true, ..Batch::default() }]);
}

#[test]
fn a_legacy_trailer_that_a_device_stands_for_does_not_appear_twice() {
    let batches =
        read(&knowing_devices(), ask("trailers"), &[include_str!("../../data/geotab/trailers.json")])
            .unwrap();
    let expected = Batch {
        changes: vec![
            Change::Profile(Box::new(Profile {
                active: false,
                ..Profile::new(UnitKind::Trailer, "b2", "TRL-5301")
            })),
            Change::Profile(Box::new(Profile::new(UnitKind::Trailer, "b3", "TRL-5302 reefer"))),
        ],
        complete: true,
        ..Batch::default()
    };
    assert_eq!(batches, [expected]);
}

#[test]
fn users_are_drivers_with_their_logins_licences_and_rule_sets() {
    let rows = r#"[{"id":"b3A","name":"ann@acme.example","firstName":"Ann","lastName":"Reyes","isDriver":true,
         "hosRuleSet":"America8Day","licenseNumber":"D-4471","licenseProvince":"NV","phoneNumber":"775 555 0101",
         "employeeNo":"4471","timeZoneId":"America/Los_Angeles","activeTo":"2050-01-01T00:00:00.000Z"},
        {"id":"b3B","name":"bob","firstName":"","lastName":"","isDriver":true,"hosRuleSet":"None","phoneNumber":"",
         "employeeNo":"bob","activeTo":"2024-01-01T00:00:00.000Z"},
        {"id":"b3C","name":"clerk","isDriver":false}]"#;
    let batches = read(&Memory::default(), ask("users"), &[&result(rows), &result("[]")]).unwrap();
    let expected = Batch {
        changes: vec![
            Change::Profile(Box::new(Profile {
                licence: licence_key("NV", "D4471"),
                refs: vec!["ann@acme.example".into(), "4471".into()],
                phone: Some("775 555 0101".into()),
                timezone: Some("America/Los_Angeles".into()),
                ruleset: Some("America8Day".into()),
                ..Profile::new(UnitKind::Driver, "b3A", "Ann Reyes")
            })),
            Change::Profile(Box::new(Profile {
                active: false,
                refs: vec!["bob".into()],
                ..Profile::new(UnitKind::Driver, "b3B", "bob")
            })),
        ],
        rejects: vec![Reject { external_id: "b3C".into(), reason: "a user who is not a driver".into() }],
        ..Batch::default()
    };
    assert_eq!(batches, [expected, Batch { complete: true, ..Batch::default() }]);
}

#[test]
fn a_track_is_fixes_in_the_order_of_time_with_the_course_over_ground() {
    let rows = r#"{"dateTime":"2026-11-20T15:01:00.000Z","device":{"id":"b15"},"id":"b2","latitude":39.51,"longitude":-119.8,"speed":105},
        {"dateTime":"2026-11-20T15:00:00.000Z","device":{"id":"b15"},"id":"b1","latitude":39.5,"longitude":-119.8,"speed":0},
        {"dateTime":"2026-11-20T15:00:30.000Z","device":{"id":"b99"},"id":"b3","latitude":39.5,"longitude":-119.8,"speed":0},
        {"dateTime":"soon","device":{"id":"b16"},"id":"b4","latitude":39.5,"longitude":-119.8,"speed":0}"#;
    let batches = read(&knowing_devices(), ask("log_records"), &[&feed(rows, "00000000000014a1")]).unwrap();
    let reject = |id: &str, reason: &str| Reject { external_id: id.into(), reason: reason.into() };
    let expected = Batch {
        changes: vec![
            seen("b15", (39.5, -119.8), Some(0.0), None, "2026-11-20T15:00:00Z"),
            seen("b15", (39.51, -119.8), Some(105.0 / KM), Some(0.0), "2026-11-20T15:01:00Z"),
        ],
        rejects: vec![
            reject("b16", "the position has no readable time"),
            reject("b99", "a device that the list of devices does not name"),
        ],
        cursor: Some("00000000000014a1".into()),
        ..Batch::default()
    };
    assert_eq!(batches, [expected]);
}

#[test]
fn a_snapshot_of_statuses_is_fixes_and_all_who_are_logged_in() {
    let memory = knowing_track("");
    let version = feed("", "0000000000a1b2c2");
    let caught_up = feed("", "0000000000a1b2c3");
    let snapshot = include_str!("../../data/geotab/device_status.json");
    let batches = read(&memory, ask("device_status"), &[&version, snapshot, &caught_up]).unwrap();
    // As of now, so that no more is claimed than has passed; and never later than it was seen so.
    let for_seconds = |seconds| Some(now().minus(Duration::from_secs(seconds)));
    let expected = Batch {
        changes: vec![
            saying(
                false,
                Some(at("2026-08-02T09:11:51Z")),
                seen("b17", (36.1147, -115.1728), None, None, "2026-08-02T09:11:51Z"),
            ),
            saying(
                false,
                for_seconds(97_964),
                seen("b16", (37.3822, -122.0526), Some(0.0), None, "2026-11-20T14:58:02.113Z"),
            ),
            drives("b3A", Some("b15")),
            saying(
                true,
                for_seconds(7749),
                seen("b15", (39.5296, -119.8138), Some(102.0 / KM), Some(264.0), "2026-11-20T15:04:10.584Z"),
            ),
        ],
        cursor: Some("0000000000a1b2c2".into()),
        complete: true,
        ..Batch::default()
    };
    let last = Batch { cursor: Some("0000000000a1b2c3".into()), ..Batch::default() };
    assert_eq!(batches, [Batch::default(), expected, last]);
}

#[test]
fn open_attachments_are_pairings_by_the_device_that_stands_for_the_trailer() {
    let text = include_str!("../../data/geotab/attachments.json");
    let pairing = |trailer: &str| {
        Change::Pairing(Pairing {
            tie: Tie::TrailerTractor,
            left: trailer.into(),
            right: Some("b15".into()),
            by: PairingSource::Assigned,
            since_at: Some(at("2026-11-20T12:05:00Z")),
        })
    };
    let batches = read(&knowing_devices(), ask("attachments"), &[text]).unwrap();
    assert_eq!(batches, [Batch { changes: vec![pairing("b91")], complete: true, ..Batch::default() }]);

    let bare = text.replace(
        r#"{
    "id": "b2"
   }"#,
        r#""b91""#,
    );
    assert_ne!(bare, text);
    assert_eq!(told(&knowing_devices(), ask("attachments"), &[&bare]), [pairing("b91")]);
}

#[test]
fn of_a_trailers_open_attachments_the_latest_counts() {
    let row = |device: &str, from: &str, to: &str| {
        format!(r#"{{"id":"a","device":"{device}","trailer":"b3","activeFrom":"{from}","activeTo":"{to}"}}"#)
    };
    let rows = [
        row("b15", "2026-11-19T00:00:00.000Z", "9999-12-31T23:59:59.999Z"),
        row("b16", "2026-11-20T00:00:00.000Z", "2050-01-01T00:00:00.000Z"),
        row("b17", "2026-11-20T01:00:00.000Z", "2026-11-20T02:00:00.000Z"),
        row("b18", "2026-11-21T00:00:00.000Z", "2050-01-01T00:00:00.000Z"),
        row("NoDeviceId", "2026-11-20T02:00:00.000Z", "2050-01-01T00:00:00.000Z"),
    ];
    let text = result(&format!("[{}]", rows.join(",")));
    let changes = told(&knowing_devices(), ask("attachments"), &[&text]);
    assert_eq!(super::pairings(&changes), [("b3", Some("b16"))]);
}

/// Live answers that may not be copied.
fn recorded(name: &str) -> Option<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/public/geotab");
    let path = PathBuf::from(folder).join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(fs::read_to_string(path).unwrap())
}

#[test]
fn recorded_lists_of_devices_and_users_are_understood_to_the_last_row() {
    let pages = ["seek_page_1", "seek_page_2", "seek_terminal"]
        .map(|page| recorded(&format!("capture_geotab_devices__{page}_response_json.json")));
    let [Some(first), Some(second), Some(end)] = pages else { return };
    let memory = Memory::default();
    let batches = read(&memory, ask("devices"), &[&result("[]"), &first, &second, &end]).unwrap();
    assert!(batches.iter().all(|batch| batch.rejects.is_empty()), "{batches:?}");
    let profiles: Vec<_> = batches
        .iter()
        .flat_map(|batch| &batch.changes)
        .map(|change| match change {
            Change::Profile(profile) => (profile.name.as_str(), profile.active),
            other => panic!("{other:?}"),
        })
        .collect();
    let active: Vec<_> = profiles.iter().filter(|(_, active)| *active).map(|(name, _)| *name).collect();
    assert_eq!((profiles.len(), active), (6, vec!["synthetic-unit-003", "synthetic-unit-004"]));

    let Some(users) = recorded("capture_geotab_users__users_response_json.json") else { return };
    let batches = read(&memory, ask("users"), &[&users, &end]).unwrap();
    let under_hours = batches.iter().flat_map(|batch| &batch.changes).filter(
        |change| matches!(change, Change::Profile(profile) if profile.ruleset.is_some() && profile.licence.is_some()),
    );
    assert_eq!((under_hours.count(), batches[0].rejects.len()), (4, 3));
}

#[test]
fn recorded_rows_of_a_demonstration_database_are_understood() {
    let (Some(status), Some(record)) =
        (recorded("demo_DeviceStatusInfo_Current_State_1.json"), recorded("demo_LogRecord_GPS_Point_1.json"))
    else {
        return;
    };
    let memory = Memory::default();
    let devices = r#"[{"id":"b15","name":"Demo - 15"},{"id":"b28","name":"Demo - 28"}]"#;
    told(&memory, ask("devices"), &[&result("[]"), &result(devices), &result("[]")]);
    let mut ask_then = ask("log_records");
    ask_then.now = at("2026-01-28T06:46:00Z");
    let changes = told(&memory, ask_then, &[&feed(&record, "1")]);
    assert_eq!(super::fixes(&changes).len(), 1);
    ask_then.resource = "device_status";
    let snapshot = result(&format!("[{status}]"));
    let changes = told(&memory, ask_then, &[&feed("", "1"), &snapshot, &feed("", "1")]);
    assert_eq!(super::fixes(&changes)[0].1.heading_deg, Some(79.0));
}
