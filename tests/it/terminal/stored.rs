//! What becomes of a carrier's answers in the database, read whole through the poller's own steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backhaul::model::{DutyStatus, Fleet, Timestamp, UnitId};
use backhaul::providers::terminal::Terminal;
use backhaul::store::{Access, Reader, Scope, Store};
use backhaul::sync::{Account, Clock, JUDGE, Polling, read_once};
use tempfile::TempDir;

use super::server::{Answer, LAST, ok, refused, start};
use super::{now, rows};

const INTERVAL: Duration = Duration::from_secs(60);
const POLLING: Polling = Polling {
    active: INTERVAL,
    idle: INTERVAL,
    hours_active: INTERVAL,
    hours_idle: INTERVAL,
    movements_active: INTERVAL,
    movements_idle: INTERVAL,
    roster: INTERVAL,
    viewer_timeout: None,
    fresh_locations: INTERVAL,
    fresh_hours: INTERVAL,
    fresh_profiles: INTERVAL,
};

/// Reads every feed once at `at`; the feeds that failed, and the fleet then.
async fn read(
    folder: &TempDir,
    terminal: Terminal,
    at: Timestamp,
) -> (Vec<(&'static str, String)>, Arc<Fleet>) {
    let path = folder.path().join("b.db");
    let (store, _) = Store::open(&path, Access::Owner, JUDGE, at).unwrap();
    let account = Account {
        name: "terminal".into(),
        provider: terminal,
        calls_per_minute: 1000,
        fingerprint: String::new(),
    };
    let failed = read_once(account, &store, &POLLING, &Clock::from_runtime(at)).await.unwrap();
    (failed, Reader::open(&path, Scope::Whole).unwrap().fleet(at).unwrap())
}

/// A carrier of one truck and two drivers.
fn carrier(path: &str, driver: &str, logged: &str) -> Answer {
    let path = path.split('?').next().unwrap();
    ok(match path {
        "/connections/current" => r#"{"id":"conn_1","status":"connected"}"#.to_owned(),
        "/vehicles" => rows(r#"{"id":"v1","name":"T-1","status":"active"}"#),
        "/drivers" => {
            rows(r#"{"id":"d1","firstName":"Ann","lastName":"Reyes"},{"id":"d2","lastName":"Stone"}"#)
        }
        "/vehicles/locations" => rows(&format!(
            r#"{{"vehicle":"v1",{driver}"locatedAt":"2026-11-20T15:04:10Z","location":{{"latitude":39.5,"longitude":-119.8}}}}"#
        )),
        "/hos/available-time" => {
            rows(r#"{"driver":"d1","currentStatus":"driving","availableTime":{"drive":3600000}}"#)
        }
        "/hos/logs" => rows(logged),
        _ => LAST.to_owned(),
    })
}

#[tokio::test]
async fn who_is_in_a_truck_is_whom_the_last_whole_read_names() {
    // An hour-old log of whoever drives first; a copy, which must not say what he does.
    const LOG: &str = r#"{"id":"l","driver":"d1","vehicle":"v1","status":"sleeper_bed","startedAt":"2026-11-20T14:00:00Z"}"#;
    const OVER: &str = r#"{"id":"l","driver":"d1","vehicle":"v1","status":"sleeper_bed",
        "startedAt":"2026-11-20T14:00:00Z","endedAt":"2026-11-20T14:30:00Z"}"#;
    let phase = Arc::new(AtomicUsize::new(0));
    let folder = tempfile::tempdir().unwrap();
    let read = async |step: u64| {
        let phase = Arc::clone(&phase);
        let (_, terminal) = start(move |path: String| {
            let (driver, logged) = match phase.load(Ordering::SeqCst) {
                0 => (r#""driver":"d1","#, LOG),
                1 => ("", LOG),
                2 => (r#""driver":"d2","#, OVER),
                _ => ("", OVER),
            };
            std::future::ready(carrier(&path, driver, logged))
        })
        .await;
        let (failed, fleet) =
            read(&folder, terminal, now().plus(INTERVAL * 20 * u32::try_from(step).unwrap())).await;
        assert!(failed.is_empty(), "{failed:?}");
        fleet
    };
    let of_truck = |fleet: &Fleet| fleet.tractors.iter().next().unwrap().driver_id.clone();
    let of_ann =
        |fleet: &Fleet| fleet.drivers.iter().find(|driver| driver.name == "Ann Reyes").unwrap().clone();
    let (ann, stone) = (UnitId::first_told("terminal", "d1"), UnitId::first_told("terminal", "d2"));

    let fleet = read(0).await;
    assert_eq!((of_truck(&fleet), of_ann(&fleet).hos_status), (Some(ann.clone()), DutyStatus::Driving));
    // The position no longer names anybody; the log, which is still open, does.
    phase.store(1, Ordering::SeqCst);
    let fleet = read(1).await;
    assert_eq!(of_truck(&fleet), Some(ann));
    phase.store(2, Ordering::SeqCst);
    let fleet = read(2).await;
    assert_eq!((of_truck(&fleet), of_ann(&fleet).tractor_id.clone()), (Some(stone), None));
    phase.store(3, Ordering::SeqCst);
    let fleet = read(3).await;
    assert_eq!(
        (fleet.tractors.len(), of_truck(&fleet)),
        (1, None),
        "the truck is not gone, its driver not known"
    );
}

#[tokio::test]
async fn what_the_carriers_provider_does_not_offer_is_no_failure() {
    let (_, terminal) = start(async |path: String| {
        if path.starts_with("/hos") {
            return refused(501, r#"{"code":"not_implemented","message":"Not Implemented"}"#);
        }
        carrier(&path, "", "")
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let (failed, fleet) = read(&folder, terminal, now()).await;
    assert!(failed.is_empty(), "{failed:?}");
    let hours = fleet.feeds.iter().find(|feed| feed.resource == "available_time").unwrap();
    let expected = "not supported (this carrier's provider does not offer hours of service)";
    assert_eq!(hours.error.as_deref(), Some(expected));
    assert_eq!(fleet.tractors.len(), 1);
}
