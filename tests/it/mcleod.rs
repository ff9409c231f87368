//! McLeod: recorded answers in, facts out; and whole reads against a server with a server's quirks.

mod assignments;
mod company;
mod facts;
mod formats;
mod paging;
mod rough;
mod secrets;
mod server;
mod traps;
mod xml;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use backhaul::model::{Batch, Change, Timestamp, TmsMovement, TmsOrder, TmsStop};
use backhaul::providers::Ask;
use backhaul::providers::mcleod::{Account, Credential, Format, McLeod, StopTimeBasis};
use jiff::tz::TimeZone;

/// The afternoon on which the recorded answers were given.
fn now() -> Timestamp {
    at("2026-03-10T20:55:00Z")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn account(base_url: &str) -> Account {
    Account {
        base_url: base_url.to_owned(),
        credential: Credential::Token("0f7c-token".into()),
        company_id: "TMS".to_owned(),
        company_header: "X-com.mcleodsoftware.CompanyID".to_owned(),
        format: Format::Json,
        ca_file: None,
        stop_time_basis: StopTimeBasis::ServerInstant,
        server_zone: TimeZone::get("America/Chicago").unwrap(),
    }
}

/// A client that asks nobody, made once: loading the system's certificates takes its time.
static MCLEOD: LazyLock<McLeod> =
    LazyLock::new(|| McLeod::new(account("https://tms.example.com/ws")).unwrap());

fn recorded(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mcleod").join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn normalise(resource: &str, body: &str) -> Batch {
    MCLEOD.normalise(resource, body, now()).unwrap()
}

fn ask(resource: &'static str) -> Ask<'static> {
    Ask { resource, cursor: None, page: None, restart: false, wanted: &[], now: now() }
}

fn movements(batch: &Batch) -> Vec<&TmsMovement> {
    batch
        .changes
        .iter()
        .filter_map(|c| if let Change::Movement(row) = c { Some(&**row) } else { None })
        .collect()
}

fn orders(batch: &Batch) -> Vec<&TmsOrder> {
    batch
        .changes
        .iter()
        .filter_map(|c| if let Change::Order(row) = c { Some(&**row) } else { None })
        .collect()
}

fn stops(batch: &Batch) -> Vec<&TmsStop> {
    batch.changes.iter().filter_map(|c| if let Change::Stop(row) = c { Some(&**row) } else { None }).collect()
}
