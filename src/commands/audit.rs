//! `audit`: what every person did, when, and how a thing was handled before and after.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Format, Layout, csv, grid, table};
use crate::model::Timestamp;
use crate::rules::moment;
use crate::store::Done;

/// The fields, in their order.
#[derive(Serialize)]
struct Row<'a> {
    at: Timestamp,
    user: &'a str,
    host: &'a str,
    verb: &'a str,
    kind: &'a str,
    subject_id: &'a str,
    company_id: Option<&'a str>,
    movement_id: Option<&'a str>,
    about: Option<&'a str>,
    text: Option<&'a str>,
    until_at: Option<Timestamp>,
    worse_by_s: Option<i64>,
    seen_kind: Option<&'a str>,
    seen_severity: Option<&'a str>,
    before: Option<&'a RawValue>,
    after: Option<&'a RawValue>,
}

/// Fails, and says how to ask for one, where they are about loads of two companies that go by `asked`.
pub fn one_load(done: &[Done], asked: &str) -> Result<(), String> {
    let loads: BTreeSet<_> = done
        .iter()
        .filter_map(|one| Some((one.company_id.as_deref()?, one.movement_id.as_deref()?)))
        .collect();
    if loads.len() < 2 {
        return Ok(());
    }
    let names: Vec<_> = loads.iter().map(|(company, id)| format!("{company}/{id}")).collect();
    Err(format!("{asked:?} is several loads: say which, as {}", names.join(" or ")))
}

/// Prints them in the order they were done.
pub fn print(done: &[Done], format: &Format, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let rows =
        || done.iter().map(|one| serde_json::to_string(&row(one))).collect::<serde_json::Result<Vec<_>>>();
    match format {
        Format::Json => super::print_array(&rows()?, out),
        Format::Csv => {
            let fields = |row: &String| serde_json::from_str::<csv::Fields>(row);
            let rows = rows()?.iter().map(fields).collect::<serde_json::Result<Vec<_>>>()?;
            csv::print(&FIELDS.map(str::to_owned), &rows, out)
        }
        Format::Text(layout) => {
            if done.is_empty() {
                return Ok(());
            }
            let cells = done.iter().map(|one| {
                vec![
                    table::moment(Some(one.at), layout, now),
                    one.user.clone(),
                    said(one, layout, now),
                    table::or_none(one.movement_id.as_deref()),
                    table::or_none(one.about.as_deref()),
                    handled(one.before.as_deref()),
                    handled(one.after.as_deref()),
                    one.host.clone(),
                ]
            });
            let titles = ["WHEN", "WHO", "DID", "LOAD", "ABOUT", "BEFORE", "AFTER", "HOST"];
            grid::print_whole(&titles, &["WHEN"], &cells.collect::<Vec<_>>(), layout, out)
        }
    }
}

/// The header of the CSV, which stands there without a row too.
const FIELDS: [&str; 16] = [
    "at",
    "user",
    "host",
    "verb",
    "kind",
    "subject_id",
    "company_id",
    "movement_id",
    "about",
    "text",
    "until_at",
    "worse_by_s",
    "seen_kind",
    "seen_severity",
    "before",
    "after",
];

fn row(done: &Done) -> Row<'_> {
    Row {
        at: done.at,
        user: &done.user,
        host: &done.host,
        verb: &done.verb,
        kind: &done.kind,
        subject_id: &done.subject_id,
        company_id: done.company_id.as_deref(),
        movement_id: done.movement_id.as_deref(),
        about: done.about.as_deref(),
        text: done.text.as_deref(),
        until_at: done.until_at,
        worse_by_s: done.worse_by_s,
        seen_kind: done.seen_kind.as_deref(),
        seen_severity: done.seen_severity.as_deref(),
        before: done.before.as_deref().and_then(|json| serde_json::from_str(json).ok()),
        after: done.after.as_deref().and_then(|json| serde_json::from_str(json).ok()),
    }
}

/// What was done: "note: calls back", "snooze until Tue 14:05 CST or 30m worse".
fn said(done: &Done, layout: &Layout, now: Timestamp) -> String {
    let until = done.until_at.map(|at| table::moment(Some(at), layout, now));
    let worse = done.worse_by_s.map(|seconds| format!("{} worse", moment::span(seconds)));
    let until = until.into_iter().chain(worse).collect::<Vec<_>>().join(" or ");
    let until = if until.is_empty() { until } else { format!(" until {until}") };
    let text = done.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("{}{until}{text}", done.verb)
}

/// How a thing was handled, in words.
fn handled(json: Option<&str>) -> String {
    let Some(Value::Object(handled)) = json.and_then(|json| serde_json::from_str(json).ok()) else {
        return "not written down".to_owned();
    };
    let names = |key: &str| match handled.get(key) {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let by = [
        ("claimed_by", "claimed by"),
        ("accepted_by", "accepted by"),
        ("acked_by", "seen by"),
        ("snoozed_by", "snoozed by"),
    ];
    let mut words: Vec<String> = by
        .into_iter()
        .map(|(key, verb)| (names(key), verb))
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, verb)| format!("{verb} {names}"))
        .collect();
    match handled.get("notes").and_then(Value::as_u64) {
        None | Some(0) => {}
        Some(1) => words.push("1 note".to_owned()),
        Some(count) => words.push(format!("{count} notes")),
    }
    if words.is_empty() { "nobody".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handling_is_told_in_words() {
        assert_eq!(handled(None), "not written down");
        let none = r#"{"claimed_by":null,"accepted_by":null,"acked_by":[],"snoozed_by":[],"notes":0}"#;
        assert_eq!(handled(Some(none)), "nobody");
        let all = r#"{"claimed_by":"ann","accepted_by":null,"acked_by":["ann","bob"],"snoozed_by":["cy"],"notes":2}"#;
        assert_eq!(handled(Some(all)), "claimed by ann, seen by ann bob, snoozed by cy, 2 notes");
    }

    #[test]
    fn until_when_something_was_put_off_is_told() {
        let now = Timestamp::parse("2026-03-10T18:00:00Z").unwrap();
        let layout = Layout { width: None, ascii: false, zone: jiff::tz::TimeZone::UTC };
        let check = |until_at: Option<&str>, worse_by_s, text: Option<&str>, expected: &str| {
            let done = Done {
                at: now,
                user: "ann".into(),
                host: "box".into(),
                verb: "snooze".into(),
                kind: "exception".into(),
                subject_id: "late".into(),
                company_id: None,
                movement_id: None,
                about: None,
                text: text.map(Into::into),
                until_at: until_at.and_then(Timestamp::parse),
                worse_by_s,
                seen_kind: None,
                seen_severity: None,
                before: None,
                after: None,
            };
            assert_eq!(said(&done, &layout, now), expected);
        };
        check(Some("2026-03-10T19:05:00Z"), None, None, "snooze until Tue 19:05 UTC");
        check(None, Some(1800), None, "snooze until 30m worse");
        check(Some("2026-03-10T19:05:00Z"), Some(1800), None, "snooze until Tue 19:05 UTC or 30m worse");
        check(None, None, Some("calls back"), "snooze: calls back");
    }
}
