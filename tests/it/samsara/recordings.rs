//! Other people's recordings and the vendor's own examples, read where they lie: every page of an
//! endpoint that we read is understood. Skipped where they are not at hand.

use std::fs;
use std::path::Path;

use backhaul::providers::{Ask, Provider};
use url::Url;

use super::paging::{LAST, Upstream, read};
use super::{ask, normalise};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/public/samsara");

const SPECIFICATION: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/specs/samsara-openapi-dispatch-subset.json");

/// Each recording with the feed it belongs to, its facts, and its rejects.
const RECORDINGS: &[(&str, &str, usize, usize)] = &[
    ("vehicles.json", "vehicles", 2, 0),
    ("wiremock/fleet_vehicles.json", "vehicles", 2, 0),
    ("drivers.json", "drivers", 2, 0),
    ("wiremock/fleet_drivers.json", "drivers", 2, 0),
    ("capture_samsara_drivers__drivers_page_response_json.json", "drivers", 3, 0),
    ("capture_samsara_drivers__drivers_terminal_response_json.json", "drivers", 1, 0),
    ("trailers.json", "trailers", 1, 0),
    ("wiremock/fleet_trailers.json", "trailers", 1, 0),
    // The example asset is "uncategorized".
    ("assets.json", "assets", 0, 1),
    ("wiremock/assets.json", "assets", 0, 1),
    // Its times are the word "time".
    ("wiremock/fleet_vehicles_stats.json", "vehicle_stats", 0, 2),
    ("capture_samsara_engine_states__engine_states_page_response_json.json", "vehicle_stats", 2, 0),
    ("capture_samsara_engine_states__engine_states_terminal_response_json.json", "vehicle_stats", 1, 0),
    ("wiremock/fleet_vehicles_stats.json", "odometers", 0, 0),
    ("wiremock/fleet_trailers_stats.json", "trailer_stats", 1, 0),
    ("wiremock/fleet_trailers_stats_feed.json", "trailer_stats", 1, 0),
    ("assets_location_and_speed_stream.json", "asset_locations", 1, 0),
    ("wiremock/assets_location-and-speed_stream.json", "asset_locations", 1, 0),
    ("hos_clocks.json", "hos_clocks", 2, 0),
    ("wiremock/fleet_hos_clocks.json", "hos_clocks", 2, 0),
    // The example assignments are long over.
    ("driver_vehicle_assignments.json", "driver_vehicle_assignments", 0, 0),
    ("wiremock/fleet_driver-vehicle-assignments.json", "driver_vehicle_assignments", 0, 0),
    ("driver_trailer_assignments.json", "driver_trailer_assignments", 0, 0),
    // Its times are the word "endTime".
    ("wiremock/driver-trailer-assignments.json", "driver_trailer_assignments", 0, 2),
];

#[test]
fn every_recording_of_an_endpoint_that_we_read_is_understood() {
    if !Path::new(FOLDER).exists() {
        eprintln!("skipped: no recordings at {FOLDER}");
        return;
    }
    let mut odd = Vec::new();
    for (file, resource, changes, rejects) in RECORDINGS {
        let text = fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
        let page = normalise(resource, &text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let found = (page.batch.changes.len(), page.batch.rejects.len());
        if found != (*changes, *rejects) {
            odd.push((file, resource, found));
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn an_error_body_is_no_page() {
    let Ok(text) = fs::read_to_string(
        Path::new(FOLDER).join("capture_samsara_drivers__drivers_status_error_response_json.json"),
    ) else {
        eprintln!("skipped: no recordings at {FOLDER}");
        return;
    };
    assert!(normalise("drivers", &text).is_err());
}

#[tokio::test]
async fn every_question_is_one_that_the_vendors_specification_knows() {
    let Ok(text) = fs::read_to_string(SPECIFICATION) else {
        eprintln!("skipped: no specification at {SPECIFICATION}");
        return;
    };
    let specification: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (upstream, samsara) = Upstream::start(|_| (200, LAST)).await;
    let wanted = ["1".to_owned()];
    for feed in samsara.feeds() {
        for restart in [false, true] {
            read(&samsara, Ask { restart, wanted: &wanted, ..ask(feed.resource) }).await;
        }
    }
    for asked in upstream.asked() {
        let url = Url::parse("http://127.0.0.1").unwrap().join(&asked).unwrap();
        let parameters = specification["paths"][url.path()]["get"]["parameters"].as_array().unwrap();
        let sent: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        for name in &sent {
            assert!(parameters.iter().any(|known| known["name"] == name.as_str()), "{name} of {asked}");
        }
        for required in parameters.iter().filter(|known| known["required"] == true) {
            assert!(sent.iter().any(|name| required["name"] == name.as_str()), "{required} for {asked}");
        }
    }
}
