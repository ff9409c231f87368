//! Terminal: what its answers mean, what it is asked, and what its errors lead to.

mod calls;
mod facts;
mod refusals;
pub(crate) mod server;
mod stored;
mod traps;

use backhaul::http::Error;
use backhaul::model::{Batch, Change, Pairing, PairingSource, Tie, Timestamp};
use backhaul::providers::{Ask, Page, terminal};

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

fn normalise(resource: &'static str, text: &str) -> Result<Page, Error> {
    terminal::normalise(ask(resource), text.as_bytes())
}

/// The facts of an answer that is the only one of its read.
fn batch(resource: &'static str, text: &str) -> Batch {
    let page = normalise(resource, text).unwrap();
    assert_eq!(page.next, None);
    page.batch
}

fn rows(rows: &str) -> String {
    format!(r#"{{"results":[{rows}]}}"#)
}

fn pairings(batch: &Batch) -> Vec<&Pairing> {
    let changes = batch.changes.iter();
    changes
        .filter_map(|change| if let Change::Pairing(pairing) = change { Some(pairing) } else { None })
        .collect()
}

fn pairing(driver: &str, vehicle: &str, by: PairingSource, since: Option<&str>) -> Pairing {
    Pairing {
        tie: Tie::DriverTractor,
        left: driver.into(),
        right: Some(vehicle.into()),
        by,
        since_at: since.map(at),
    }
}
