//! Samsara: what its answers mean, and what it is asked.

mod feeds;
mod paging;
mod traps;

use backhaul::http::Error;
use backhaul::model::{Batch, Fix, Pairing, PairingSource, Profile, Tie, Timestamp, UnitKind};
use backhaul::providers::{Ask, Page, samsara};

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
    samsara::normalise(ask(resource), text.as_bytes())
}

/// The facts of an answer that is the only one of its read.
fn batch(resource: &'static str, text: &str) -> Batch {
    let page = normalise(resource, text).unwrap();
    assert_eq!(page.next, None);
    page.batch
}

fn rows(rows: &str) -> String {
    format!(r#"{{"data":[{rows}],"pagination":{{"endCursor":"","hasNextPage":false}}}}"#)
}

fn named(kind: UnitKind, id: &str, name: &str) -> Profile {
    Profile::new(kind, id, name)
}

fn pairing(tie: Tie, left: &str, right: Option<&str>, by: PairingSource, since: Option<&str>) -> Pairing {
    Pairing { tie, left: left.into(), right: right.map(str::to_owned), by, since_at: since.map(at) }
}

fn fix(latitude: f64, longitude: f64, mph: f64, heading: f64, place: Option<&str>, time: &str) -> Fix {
    Fix {
        latitude,
        longitude,
        says: None,
        speed_mph: Some(mph),
        heading_deg: Some(heading),
        place: place.map(str::to_owned),
        observed_at: at(time),
    }
}
