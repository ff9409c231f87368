//! Worked examples, each met to the second: those of the shared pages where they are at hand, and our own.

use std::fs;
use std::path::Path;

use backhaul::commands::plan::read;
use backhaul::model::Timestamp;
use backhaul::rules::hours::{Limit, plan};
use serde::Deserialize;
use serde_json::Value;

use super::legal;

#[derive(Deserialize)]
struct Example {
    name: String,
    input: Value,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    arrival_at: String,
    binding: Option<Vec<String>>,
    /// "none": there must be none.
    latest_departure_at: Option<String>,
    /// Their codes.
    notes: Option<Vec<String>>,
}

#[test]
fn the_shared_examples_are_met_to_the_second() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/hos-examples.json");
    let Ok(text) = fs::read_to_string(shared) else {
        eprintln!("skipped: the shared pages are not beside this");
        return;
    };
    assert_eq!(check_all(&text), 12);
}

#[test]
fn our_own_examples_are_met_to_the_second() {
    assert!(check_all(include_str!("../../data/hours/cases.json")) > 30);
}

fn check_all(text: &str) -> usize {
    let examples: Vec<Example> = serde_json::from_str(text).unwrap();
    examples.iter().for_each(check);
    examples.len()
}

fn check(example: &Example) {
    let Example { name, input, expected } = example;
    let request = read(&input.to_string()).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    let found = plan(&request).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    assert_eq!(legal::fault(&request, &found), None, "{name}");
    let at = |text: &String| Timestamp::parse(text).unwrap();
    assert_eq!(found.arrival_at, at(&expected.arrival_at), "{name}");
    if let Some(expected) = &expected.binding {
        let word = |limit: &Limit| serde_json::to_value(limit).unwrap().as_str().unwrap().to_owned();
        let mut told: Vec<String> = found.binding.iter().map(word).collect();
        let mut expected = expected.clone();
        told.sort();
        expected.sort();
        assert_eq!(told, expected, "{name}");
    }
    if let Some(expected) = &expected.latest_departure_at {
        assert_eq!(found.latest_departure_at, Timestamp::parse(expected), "{name}");
        assert_eq!(found.latest_departure_at.is_none(), expected == "none", "{name}");
    }
    if let Some(expected) = &expected.notes {
        let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), expected.len(), "{name}: {notes:?}");
        assert!(notes.iter().zip(expected).all(|(note, code)| note.starts_with(code)), "{name}: {notes:?}");
    }
}
