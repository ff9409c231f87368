//! `plan --stdin` from outside: what comes back for what is asked, and with which exit code.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The answer and the exit code; nothing is configured and there is no home.
fn ask(question: &[u8]) -> (Value, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_backhaul"))
        .args(["plan", "--stdin"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(question).unwrap();
    let output = child.wait_with_output().unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code().unwrap())
}

fn request() -> Value {
    json!({
        "now": "2026-01-12T08:00:00-06:00", "timezone": "America/Chicago", "cycle": "70/8", "status": "driving",
        "drive_left_s": 18000, "shift_left_s": 25200, "break_left_s": 7200, "cycle_left_s": 163_800,
        "tasks": [{"drive_s": 16200}]
    })
}

#[test]
fn one_request_has_one_answer_with_exactly_these_keys() {
    let (answer, code) = ask(request().to_string().as_bytes());
    assert_eq!(code, 0);
    let segment = |kind: &str, why: &str, from: &str, to: &str| json!({"kind": kind, "start_at": from, "end_at": to, "why": why});
    let note =
        "recap_unknown: no on-duty time per day was given, so no hours come back but by a 34-hour restart";
    let expected = json!({
        "arrival_at": "2026-01-12T19:00:00Z",
        "segments": [
            segment("drive", "drive", "2026-01-12T14:00:00Z", "2026-01-12T16:00:00Z"),
            segment("rest", "30-minute break", "2026-01-12T16:00:00Z", "2026-01-12T16:30:00Z"),
            segment("drive", "drive", "2026-01-12T16:30:00Z", "2026-01-12T19:00:00Z"),
        ],
        "binding": ["break"],
        "legal": true,
        "latest_departure_at": null,
        "cycle_left_s": 147_600,
        "notes": [note],
    });
    assert_eq!(answer, expected);
}

#[test]
fn an_array_is_answered_in_its_order_errors_among_the_answers() {
    let mut wrong = request();
    wrong["drive_left_s"] = json!(40_000);
    let (answer, code) = ask(json!([wrong, request(), 5]).to_string().as_bytes());
    assert_eq!(code, 0);
    assert_eq!(answer[0]["error"]["code"], "invalid_clocks");
    assert!(answer[0]["error"]["message"].as_str().unwrap().contains("drive_left_s"));
    assert_eq!(answer[1]["arrival_at"], "2026-01-12T19:00:00Z");
    assert_eq!(answer[2]["error"]["code"], "invalid_input");
    assert_eq!(answer.as_array().unwrap().len(), 3);
    assert_eq!(ask(b"[]"), (json!([]), 0));
}

#[test]
fn json_that_is_no_request_is_answered_and_what_is_no_json_is_wrong_usage() {
    for (question, expected) in [
        (&b"{}"[..], 0),
        (b"5", 0),
        (b"null", 0),
        (b"", 2),
        (b"{", 2),
        (b"{} {}", 2),
        (b"drive on", 2),
        (b"\"\xff\"", 2),
    ] {
        let (answer, code) = ask(question);
        let question = String::from_utf8_lossy(question);
        assert_eq!((answer["error"]["code"].as_str(), code), (Some("invalid_input"), expected), "{question}");
    }
}

#[test]
fn a_key_given_twice_is_refused_and_so_is_hostile_text() {
    let twice = request().to_string().replacen('{', "{\"drive_left_s\": 39600,", 1);
    let (answer, code) = ask(twice.as_bytes());
    assert_eq!((answer["error"]["code"].as_str(), code), (Some("invalid_input"), 0));
    let mut hostile = request();
    hostile["status"] = json!("\u{1b}[31m\u{202e}".repeat(1000));
    let (answer, _) = ask(hostile.to_string().as_bytes());
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.len() < 2000 && !message.contains(['\u{1b}', '\u{202e}']), "{message}");
}
