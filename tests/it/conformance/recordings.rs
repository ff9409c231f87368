//! Other people's recordings and the vendors' own examples: every one that concerns a console is
//! understood, and of every other it is said why it does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use backhaul::http::{Error, Kind};
use backhaul::model::{
    Batch, Change, Clocks, DutyStatus, Engine, Fix, PairingSource, Profile, Reject, Tie, Timestamp, UnitKind,
    licence_key,
};
use backhaul::providers::{Ask, Page, Provider, samsara, terminal};

use super::{ask, shared};
use crate::terminal::server::{refused, start};

/// What a recording is to us.
enum Meaning {
    /// An answer to a feed, with the facts and the rejects that it brings.
    Page(&'static str, usize, usize),
    /// No page, but what comes with a status that is no success.
    Refusal,
    /// Nothing that a dispatcher's screen shows.
    NotOurs(&'static str),
}

use Meaning::{NotOurs, Refusal};

const fn page(resource: &'static str, facts: usize, rejects: usize) -> Meaning {
    Meaning::Page(resource, facts, rejects)
}

const OLD_LOCATIONS: Meaning =
    NotOurs("the locations endpoints of before stats, which tell the same and more");
const LEGACY: Meaning = NotOurs("the first version of the API, which current endpoints replace");
const DAILY_LOGS: Meaning = NotOurs("days past: what is left of the cycle comes from hos/clocks");
const ORGANISATION: Meaning = NotOurs("who the token belongs to");

/// A file may be the answer to several feeds.
const OF_SAMSARA: &[(&str, Meaning)] = &[
    ("vehicles.json", page("vehicles", 2, 0)),
    ("wiremock/fleet_vehicles.json", page("vehicles", 2, 0)),
    ("drivers.json", page("drivers", 2, 0)),
    ("wiremock/fleet_drivers.json", page("drivers", 2, 0)),
    ("capture_samsara_drivers__drivers_page_response_json.json", page("drivers", 3, 0)),
    ("capture_samsara_drivers__drivers_terminal_response_json.json", page("drivers", 1, 0)),
    ("capture_samsara_drivers__drivers_status_error_response_json.json", Refusal),
    ("trailers.json", page("trailers", 1, 0)),
    ("wiremock/fleet_trailers.json", page("trailers", 1, 0)),
    // The example asset is "uncategorized".
    ("assets.json", page("assets", 0, 1)),
    ("wiremock/assets.json", page("assets", 0, 1)),
    // Its times are the word "time".
    ("wiremock/fleet_vehicles_stats.json", page("vehicle_stats", 0, 2)),
    ("wiremock/fleet_vehicles_stats.json", page("odometers", 0, 0)),
    // Beside what each told, what it is called.
    ("capture_samsara_engine_states__engine_states_page_response_json.json", page("vehicle_stats", 4, 0)),
    ("capture_samsara_engine_states__engine_states_terminal_response_json.json", page("vehicle_stats", 2, 0)),
    ("wiremock/fleet_trailers_stats.json", page("trailer_stats", 2, 0)),
    ("wiremock/fleet_trailers_stats_feed.json", page("trailer_stats", 2, 0)),
    ("assets_location_and_speed_stream.json", page("asset_locations", 1, 0)),
    ("wiremock/assets_location-and-speed_stream.json", page("asset_locations", 1, 0)),
    ("hos_clocks.json", page("hos_clocks", 2, 0)),
    ("wiremock/fleet_hos_clocks.json", page("hos_clocks", 2, 0)),
    // The example assignments are long over.
    ("driver_vehicle_assignments.json", page("driver_vehicle_assignments", 0, 0)),
    ("wiremock/fleet_driver-vehicle-assignments.json", page("driver_vehicle_assignments", 0, 0)),
    ("driver_trailer_assignments.json", page("driver_trailer_assignments", 0, 0)),
    // Its times are the word "endTime".
    ("wiremock/driver-trailer-assignments.json", page("driver_trailer_assignments", 0, 2)),
    ("vehicles_locations.json", OLD_LOCATIONS),
    ("vehicles_locations_feed.json", OLD_LOCATIONS),
    ("wiremock/fleet_vehicles_locations.json", OLD_LOCATIONS),
    ("wiremock/fleet_vehicles_locations_feed.json", OLD_LOCATIONS),
    ("v1_assets_locations.json", LEGACY),
    ("v1_trailers_assignments.json", LEGACY),
    ("hos_logs.json", page("hos_logs", 0, 0)),
    ("hos_daily_logs.json", DAILY_LOGS),
    ("wiremock/fleet_hos_logs.json", page("hos_logs", 0, 0)),
    ("me.json", ORGANISATION),
    ("wiremock/me.json", ORGANISATION),
    (
        "wiremock/fleet_assets_associations.json",
        NotOurs("a beta, whose answers may change from one day to the next"),
    ),
];

const OF_TERMINAL: &[(&str, Meaning)] = &[
    ("vehicles.json", page("vehicles", 1, 0)),
    ("trailers.json", page("trailers", 1, 0)),
    ("drivers.json", page("drivers", 1, 0)),
    // Readings, a fix, and who drives.
    ("vehicles_locations.json", page("vehicle_locations", 3, 0)),
    ("trailers_locations.json", page("trailer_locations", 1, 0)),
    ("hos_available_time.json", page("available_time", 1, 0)),
    // The example log is over.
    ("hos_logs.json", page("hos_logs", 0, 0)),
    ("connections_current.json", NotOurs("no page: told by a test of its own, below")),
    ("error_400.json", Refusal),
    ("error_401.json", Refusal),
    ("error_403.json", Refusal),
    ("error_422.json", Refusal),
    ("error_429.json", Refusal),
    ("error_500.json", Refusal),
    ("error_501.json", Refusal),
    ("error_502.json", Refusal),
    ("error_504.json", Refusal),
    ("connections.json", NotOurs("all carriers of an application; an account here is one")),
    ("providers.json", NotOurs("what could be had; what cannot is told by a 501")),
    ("devices.json", NotOurs("the boxes in the trucks")),
    ("groups.json", NotOurs("how the carrier sorts its units")),
    ("hos_daily_logs.json", NotOurs("days past")),
    ("issues.json", NotOurs("for who runs the application, not for who runs the trucks")),
    ("syncs.json", NotOurs("the last one stands in the connection")),
    ("vehicles_id_locations.json", NotOurs("where one truck was; we keep that ourselves")),
];

type Normalise = fn(Ask<'_>, &[u8]) -> Result<Page, Error>;

#[test]
fn every_recording_of_samsara_is_understood_or_said_not_to_concern_us() {
    check("public/samsara", OF_SAMSARA, samsara::normalise);
}

#[test]
fn every_recording_of_terminal_is_understood_or_said_not_to_concern_us() {
    check("public/terminal", OF_TERMINAL, terminal::normalise);
}

fn check(folder: &str, recordings: &[(&str, Meaning)], normalise: Normalise) {
    let Some(folder) = shared(folder) else { return };
    let listed: BTreeSet<String> = recordings.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(files(&folder), listed, "each file has its line, and each line its file");
    let mut odd = Vec::new();
    for (file, meaning) in recordings {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        match meaning {
            Meaning::Page(resource, facts, rejects) => {
                let page = normalise(ask(resource), text.as_bytes())
                    .unwrap_or_else(|error| panic!("{file}: {error}"));
                let found = (page.batch.changes.len(), page.batch.rejects.len());
                if found != (*facts, *rejects) {
                    odd.push((file, resource, found));
                }
                about_its_own_rows(file, &text, &page.batch);
            }
            Refusal => assert!(normalise(ask("drivers"), text.as_bytes()).is_err(), "{file} is no page"),
            NotOurs(reason) => assert!(!reason.is_empty()),
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

/// Whatever is told is about something that stands in the file.
fn about_its_own_rows(file: &str, text: &str, batch: &Batch) {
    let told = batch.changes.iter().map(|change| match change {
        Change::Profile(profile) => &profile.external_id,
        Change::Called(called) => &called.external_id,
        Change::Fix { external_id, .. }
        | Change::Telemetry { external_id, .. }
        | Change::Clocks { external_id, .. } => external_id,
        Change::Pairing(pairing) => &pairing.left,
        other => panic!("{file}: {other:?}"),
    });
    for id in told.chain(batch.rejects.iter().map(|Reject { external_id, .. }| external_id)) {
        assert!(!id.is_empty() && text.contains(id.as_str()), "{file}: `{id}`");
    }
}

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

#[test]
fn terminals_examples_are_decoded_to_what_they_say() {
    let Some(folder) = shared("public/terminal") else { return };
    let changes = |file: &str, resource| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        terminal::normalise(ask(resource), text.as_bytes()).unwrap().batch.changes
    };
    let id = |prefix: &str| format!("{prefix}_01D8ZQFGHVJ858NBF2Q7DV9MNC");
    // The examples bear a time of deletion and are visible all the same: who asks for none of the deleted is told
    // of none.
    let truck = Profile {
        vin: Some("1HGCM82633A004352".into()),
        plate: Some("ABC-1234 (AL)".into()),
        make: Some("Peterbilt".into()),
        model: Some("Model 579".into()),
        year: Some("2016".into()),
        ..Profile::new(UnitKind::Tractor, id("vcl"), "Big Red")
    };
    assert_eq!(changes("vehicles.json", "vehicles"), [Change::Profile(Box::new(truck))]);
    let driver = Profile {
        licence: licence_key("AL", "123-456-789-0"),
        refs: vec!["driver123".into()],
        phone: Some("+19058084567".into()),
        ..Profile::new(UnitKind::Driver, id("drv"), "Mike Miller")
    };
    assert_eq!(changes("drivers.json", "drivers"), [Change::Profile(Box::new(driver))]);
    let clocks = Clocks {
        status: Some(DutyStatus::OffDuty),
        drive_left_s: Some(11 * 3600),
        shift_left_s: Some(14 * 3600),
        break_left_s: Some(8 * 3600),
        cycle_left_s: Some(70 * 3600),
        as_of_at: ask("available_time").now,
        ..Clocks::default()
    };
    let expected = Change::Clocks { external_id: id("drv"), clocks };
    assert_eq!(changes("hos_available_time.json", "available_time"), [expected]);

    let located = changes("vehicles_locations.json", "vehicle_locations");
    let [Change::Telemetry { telemetry, .. }, Change::Fix { fix, .. }, Change::Pairing(pairing)] =
        located.as_slice()
    else {
        panic!("{located:?}")
    };
    let at = Timestamp::parse("2021-01-06T03:24:53Z").unwrap();
    assert_eq!((telemetry.engine, telemetry.fuel_pct), (Some((Engine::On, at)), Some((50.0, at))));
    assert!((telemetry.odometer_mi.unwrap().0 - 62.137).abs() < 1e-3);
    let Fix { latitude, longitude, speed_mph, says: _, heading_deg, place, observed_at } = fix;
    assert!((latitude - 37.774_929_5).abs() < 1e-9 && (longitude + 122.419_415_5).abs() < 1e-9);
    assert!((speed_mph.unwrap() - 59.235).abs() < 1e-3);
    assert_eq!((*heading_deg, *observed_at), (Some(25.0), at));
    assert_eq!(place.as_deref(), Some("1.5 miles from Austin, TX"));
    assert_eq!((pairing.tie, pairing.by), (Tie::DriverTractor, PairingSource::Eld));
    assert_eq!((&pairing.left, &pairing.right), (&id("drv"), &Some(id("vcl"))));
}

#[test]
fn terminals_example_connection_is_connected_however_old_its_copy() {
    let Some(path) = shared("public/terminal/connections_current.json") else { return };
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(terminal::normalise(ask("connection"), text.as_bytes()), Ok(Page::default()));
    let gone = text.replace("\"connected\"", "\"disconnected\"");
    let error = terminal::normalise(ask("connection"), gone.as_bytes()).unwrap_err();
    assert_eq!(error.kind, Kind::Relink);
    assert!(error.message.starts_with("open https://link.withterminal.com/connection/"), "{error}");
}

#[tokio::test]
async fn terminals_example_errors_lead_to_what_they_ask_for() {
    let Some(folder) = shared("public/terminal") else { return };
    let retry_after = None;
    let unavailable = Kind::Unavailable { retry_after };
    for (status, kind) in [
        (400, Kind::Rejected),
        (401, Kind::Unauthorized),
        (403, Kind::Unauthorized),
        (422, Kind::Relink),
        (429, Kind::Throttled { retry_after: Some(std::time::Duration::from_secs(60)) }),
        (500, unavailable),
        (501, Kind::Unsupported),
        (502, unavailable),
        (504, unavailable),
    ] {
        let body = fs::read_to_string(folder.join(format!("error_{status}.json"))).unwrap();
        let (_, terminal) = start(move |_| std::future::ready(refused(status, &body))).await;
        let error = terminal.fetch(ask("vehicle_locations")).await.unwrap_err();
        assert_eq!((error.kind, error.status), (kind, Some(status)), "{error}");
        assert!(error.code.is_some(), "{error:?}");
    }
}
