//! Motive: what its answers mean, what it is asked, how its tokens are renewed, and that recorded
//! answers are understood.

mod account;
mod duty_days;
mod feeds;
mod oauth;
mod places;
mod recordings;
mod requests;
mod seats;
mod server;
mod tokens;
mod traps;

use backhaul::http::Error;
use backhaul::model::{Batch, Change, Clocks, DutyDay, DutySource, Fix, Timestamp};
use backhaul::providers::{Ask, Page, motive};

/// A minute after the newest observation in the test data.
fn now() -> Timestamp {
    at("2026-11-20T15:05:10Z")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn ask(resource: &'static str) -> Ask<'static> {
    Ask { resource, cursor: None, page: None, restart: false, wanted: &[], now: now() }
}

fn normalise(resource: &'static str, text: &str) -> Result<Page, Error> {
    motive::normalise(ask(resource), text.as_bytes())
}

/// The facts of an answer that is the only one of its read.
fn batch(resource: &'static str, text: &str) -> Batch {
    let page = normalise(resource, text).unwrap();
    assert_eq!(page.next, None);
    page.batch
}

fn vehicles(rows: &[&str]) -> String {
    wrapped("vehicle", rows)
}

fn users(rows: &[&str]) -> String {
    wrapped("user", rows)
}

fn assets(rows: &[&str]) -> String {
    wrapped("asset", rows)
}

/// The only page of a list, each row wrapped in its singular.
fn wrapped(name: &str, rows: &[&str]) -> String {
    let (count, rows) = (rows.len(), rows.iter().map(|row| format!(r#"{{"{name}":{row}}}"#)));
    let rows = rows.collect::<Vec<_>>().join(",");
    format!(r#"{{"{name}s":[{rows}],"pagination":{{"per_page":100,"page_no":1,"total":{count}}}}}"#)
}

fn fixes(batch: &Batch) -> Vec<&Fix> {
    let changes = batch.changes.iter();
    changes.filter_map(|change| if let Change::Fix { fix, .. } = change { Some(fix) } else { None }).collect()
}

fn clocks(batch: &Batch) -> Vec<&Clocks> {
    let changes = batch.changes.iter();
    changes
        .filter_map(|change| if let Change::Clocks { clocks, .. } = change { Some(clocks) } else { None })
        .collect()
}

/// A day with so much driving and, driving included, on duty, as a recap has it.
fn recap_day(date: &str, driving: i64, on_duty: i64) -> DutyDay {
    let (driving_s, on_duty_s) = (Some(driving), Some(on_duty));
    DutyDay { driving_s, on_duty_s, ..DutyDay::untold(date.parse().unwrap()) }
}

/// Every day that is told of, with whose it is and where it comes from.
fn duty_days(batch: &Batch) -> Vec<(&str, DutySource, &DutyDay)> {
    let mut found = Vec::new();
    for change in &batch.changes {
        if let Change::DutyDays { external_id, source, days } = change {
            found.extend(days.iter().map(|day| (external_id.as_str(), *source, day)));
        }
    }
    found
}
