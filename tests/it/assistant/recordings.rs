//! Recordings of the real service, cut at every byte: each is read the same, and as its small reader read it.

use std::fs;
use std::path::{Path, PathBuf};

use backhaul::assistant::{Conversation, Ending, Kind, Reading, Reply, Trouble};
use serde_json::Value;

use super::service::{Script, Service, Then};

/// Ours, and those of others, which are read where they lie.
fn recordings() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        [root.join("tests/data/gemini"), shared().join("own/gemini"), shared().join("public/gemini")];
    let mut found: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "sse"))
        .collect();
    found.sort();
    found
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures")
}

/// Everything that is read out of an answer, as text.
fn told(reply: &Reply, shown: &str) -> String {
    let content = serde_json::to_string(&reply.content).unwrap();
    format!("{content}\n{shown}\n{}\n{:?}\n{:?}\n{:?}", reply.text, reply.calls, reply.ending, reply.usage)
}

fn read(bytes: &[u8]) -> (Reply, String) {
    let mut reading = Reading::default();
    let mut shown = reading.take(bytes);
    let (reply, rest) = reading.end(None);
    shown.push_str(&rest);
    (reply, shown)
}

#[test]
fn every_recording_is_read_the_same_wherever_it_is_cut() {
    let found = recordings();
    assert!(!found.is_empty());
    for path in found {
        let bytes = fs::read(&path).unwrap();
        let (whole, all) = read(&bytes);
        let expected = told(&whole, &all);
        // What came before the cut is read once for all cuts.
        let (mut before, mut shown) = (Reading::default(), String::new());
        for (at, byte) in bytes.iter().enumerate() {
            let (mut after, mut rest) = (before.clone(), shown.clone());
            rest.push_str(&after.take(&bytes[at..]));
            let (reply, end) = after.end(None);
            assert_eq!(told(&reply, &(rest + &end)), expected, "{} cut at {at}", path.display());
            shown.push_str(&before.take(&[*byte]));
        }
        let (reply, end) = before.end(None);
        assert_eq!(told(&reply, &(shown + &end)), expected, "{} byte by byte", path.display());
    }
}

#[test]
fn recordings_hold_what_another_reader_found_in_them() {
    let Ok(expected) = fs::read(shared().join("own/gemini/EXPECT.json")) else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut checked = 0;
    for path in recordings() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(known) = expected.get(name).filter(|known| known["error"].is_null()) else { continue };
        let (reply, shown) = read(&fs::read(&path).unwrap());
        assert_eq!(shown, reply.text, "{name}");
        assert_eq!(reply.text.chars().count() as u64, known["text_chars"].as_u64().unwrap(), "{name}");
        assert!(reply.text.starts_with(known["text_head"].as_str().unwrap()), "{name}");
        let calls: Vec<_> = reply.calls.iter().map(|call| call.name.as_str()).collect();
        let known_calls: Vec<_> = known["function_calls"].as_array().unwrap().iter().collect();
        assert_eq!(calls, known_calls.iter().map(|call| call["name"].as_str().unwrap()).collect::<Vec<_>>());
        for (call, known) in reply.calls.iter().zip(&known_calls) {
            assert_eq!(call.id.as_deref(), known["id"].as_str(), "{name}");
            assert_eq!(Value::Object(call.args.clone().unwrap_or_default()), known["args"], "{name}");
        }
        let used = &known["usage_last"];
        assert_eq!(reply.usage.prompt_token_count, used["promptTokenCount"].as_u64().unwrap_or(0), "{name}");
        let signed =
            reply.content.parts.iter().filter(|part| part.get().contains("thoughtSignature")).count();
        assert_eq!(signed as u64, known["signature_parts"].as_u64().unwrap(), "{name}");
        let blocked =
            known["block_reason"].as_str().map(|reason| Ending::Failed(Trouble::new(Kind::Blocked, reason)));
        match (blocked, calls.is_empty()) {
            (Some(blocked), _) => assert_eq!(reply.ending, blocked, "{name}"),
            (None, false) => assert_eq!(reply.ending, Ending::Calls, "{name}"),
            (None, true) => assert_eq!(reply.ending, Ending::Answered, "{name}"),
        }
        checked += 1;
    }
    assert!(checked >= 8, "{checked}");
}

#[tokio::test]
async fn a_recording_over_http_is_shown_the_same_in_pieces_of_every_size() {
    let body = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"15°C in Peña Blanca \"}]}}]}\r\n\r\n\
                data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"– 東京\"}]},\"finishReason\":\"STOP\"}]}\r\n\r\n";
    for size in [1, 2, 3, 5, 7, 64, 1000] {
        let pieces = body.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let service = Service::start(vec![Script { status: 200, pieces, then: Then::End }]).await;
        let assistant = super::assistant(&service.url, super::made::Made::new().fleet());
        let (answered, events) = super::ask(&mut Conversation::default(), &assistant, "how warm").await;
        assert_eq!(answered.unwrap().text, "15°C in Peña Blanca – 東京", "{size}");
        assert!(events.len() >= 2);
    }
}
