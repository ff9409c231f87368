//! Geotab: what its answers mean, what it is asked, and how its sessions are come by.

mod feeds;
mod hours;
mod recordings;
mod server;
mod sessions;
mod stored;
mod traps;

use backhaul::http::Error;
use backhaul::model::{Batch, Change, Fix, Pairing, PairingSource, Says, Tie, Timestamp, UnitKind};
use backhaul::providers::geotab::{self, Memory};
use backhaul::providers::{Ask, Page};

/// A minute after the newest observation in the test data.
fn now() -> Timestamp {
    at("2026-11-20T15:05:15Z")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn ask(resource: &'static str) -> Ask<'static> {
    Ask { resource, cursor: None, page: None, restart: false, wanted: &[], now: now() }
}

fn result(result: &str) -> String {
    format!(r#"{{"result":{result},"jsonrpc":"2.0"}}"#)
}

fn feed(rows: &str, version: &str) -> String {
    result(&format!(r#"{{"data":[{rows}],"toVersion":"{version}"}}"#))
}

/// The facts of all pages of a read that is answered so; the answers must be as many as the calls.
fn read(memory: &Memory, ask: Ask<'_>, answers: &[&str]) -> Result<Vec<Batch>, Error> {
    let (mut batches, mut next) = (Vec::new(), None::<String>);
    for (index, answer) in answers.iter().enumerate() {
        let ask = Ask { page: next.as_deref(), ..ask };
        let page: Page = geotab::normalise(memory, ask, answer.as_bytes())?;
        assert_eq!(page.next.is_some(), index + 1 < answers.len(), "after answer {index}");
        batches.push(page.batch);
        next = page.next;
    }
    Ok(batches)
}

/// What all pages of a read brought.
fn told(memory: &Memory, ask: Ask<'_>, answers: &[&str]) -> Vec<Change> {
    read(memory, ask, answers).unwrap().into_iter().flat_map(|batch| batch.changes).collect()
}

/// The devices of the test data, as their list tells them.
const DEVICES: &str = r#"[{"id":"b15","name":"T-15","groups":[{"id":"GroupVehicleId"}]},{"id":"b16","name":"T-16"},
    {"id":"b17","name":"T-17"},{"id":"b18","name":"T-18"},
    {"id":"b91","name":"TRL-5301","groups":["GroupTrailerId"],"tmpTrailerId":"b2"}]"#;

/// A memory that has seen the list of devices.
fn knowing_devices() -> Memory {
    let memory = Memory::default();
    told(&memory, ask("devices"), &[&result("[]"), &result(DEVICES), &result("[]")]);
    memory
}

/// A memory that has seen the list of devices, and a track of these points to its end.
fn knowing_track(rows: &str) -> Memory {
    let memory = knowing_devices();
    told(&memory, ask("log_records"), &[&feed(rows, "0000000000000001")]);
    memory
}

fn fixes(changes: &[Change]) -> Vec<(&str, &Fix)> {
    let mut found = Vec::new();
    for change in changes {
        if let Change::Fix { external_id, fix, .. } = change {
            found.push((external_id.as_str(), fix));
        }
    }
    found
}

fn pairings(changes: &[Change]) -> Vec<(&str, Option<&str>)> {
    let mut found = Vec::new();
    for change in changes {
        if let Change::Pairing(pairing) = change {
            found.push((pairing.left.as_str(), pairing.right.as_deref()));
        }
    }
    found
}

fn drives(driver: &str, truck: Option<&str>) -> Change {
    Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: driver.into(),
        right: truck.map(str::to_owned),
        by: PairingSource::Eld,
        since_at: None,
    })
}

/// The same, with the device's word on whether it is driving, and since when.
fn saying(rolls: bool, since_at: Option<Timestamp>, mut seen: Change) -> Change {
    if let Change::Fix { fix, .. } = &mut seen {
        fix.says = Some(Says { rolls, since_at });
    }
    seen
}

fn seen(id: &str, place: (f64, f64), mph: Option<f64>, heading: Option<f64>, time: &str) -> Change {
    let fix = Fix {
        latitude: place.0,
        longitude: place.1,
        says: None,
        speed_mph: mph,
        heading_deg: heading,
        place: None,
        observed_at: at(time),
    };
    Change::Fix { kind: UnitKind::Tractor, external_id: id.into(), fix }
}
