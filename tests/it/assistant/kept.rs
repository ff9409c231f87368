//! Conversations that outlast the console: written down and read again they go on byte for byte as they were.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use backhaul::assistant::Conversation;

use super::made::{DALLAS, Made};
use super::service::{Service, event, says, sends};
use super::{ask, assistant};
use crate::processes::Office;
use crate::pty::Pty;

fn fleet() -> backhaul::model::Fleet {
    let mut made = Made::new();
    made.rig("418", DALLAS);
    made.fleet()
}

/// Written as no writer of ours would.
const CALL: &str = r#"{"functionCall" : {"name":"get_driver_location","args":{"driver":"418","x":1.0},"id":"k3v9"}, "thoughtSignature":"Q0FM+/==" ,"news": 1e2}"#;

#[tokio::test]
async fn a_conversation_that_was_written_down_goes_on_byte_for_byte() {
    let scripts = || vec![sends(&event(CALL, "STOP")), says("Driver 418 is there."), says("so")];
    let (one, other) = (Service::start(scripts()).await, Service::start(vec![says("so")]).await);
    let mut conversation = Conversation::default();
    ask(&mut conversation, &assistant(&one.url, fleet()), "where is 418").await.0.unwrap();
    let written = serde_json::to_string(&conversation).unwrap();
    assert!(written.contains(CALL), "{written}");
    let mut again: Conversation = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    ask(&mut conversation, &assistant(&one.url, fleet()), "and now").await.0.unwrap();
    ask(&mut again, &assistant(&other.url, fleet()), "and now").await.0.unwrap();
    let (told, retold) = (one.asked()[2].body.clone(), other.asked()[0].body.clone());
    assert_eq!(told["contents"], retold["contents"]);
    assert_eq!(told["contents"].as_array().map(Vec::len), Some(5));
    assert_eq!(told["systemInstruction"], retold["systemInstruction"], "the marks around data are the same");
}

#[tokio::test]
async fn names_that_were_told_once_do_not_go_out_again_after_the_switch() {
    let service = Service::start(vec![says("Driver 418 is there."), says("so"), says("so")]).await;
    let mut open = assistant(&service.url, fleet());
    let mut conversation = Conversation::default();
    ask(&mut conversation, &open, "where is Driver 418").await.0.unwrap();
    open.hides_names = true;
    ask(&mut conversation, &open, "where is Driver 418").await.0.unwrap();
    let again: Conversation = serde_json::from_str(&serde_json::to_string(&conversation).unwrap()).unwrap();
    let mut again = again;
    ask(&mut again, &open, "and now").await.0.unwrap();
    for asked in service.asked().iter().skip(1) {
        let text = asked.body["contents"].to_string();
        assert!(!text.contains("Driver 418"), "{text}");
    }
    let contents = &service.asked()[2].body["contents"];
    assert_eq!(contents[0]["parts"][0]["text"], "where is Person-1", "{contents}");
}

#[tokio::test]
async fn a_token_of_before_is_understood_once_names_are_open_again() {
    let call = r#"{"functionCall":{"name":"get_driver_location","args":{"driver":"Person-1"}},"thoughtSignature":"eA=="}"#;
    let service = Service::start(vec![says("so"), sends(&event(call, "STOP")), says("There.")]).await;
    let mut open = assistant(&service.url, fleet());
    open.hides_names = true;
    let mut conversation = Conversation::default();
    ask(&mut conversation, &open, "where is Driver 418").await.0.unwrap();
    open.hides_names = false;
    let mut again: Conversation =
        serde_json::from_str(&serde_json::to_string(&conversation).unwrap()).unwrap();
    let answer = ask(&mut again, &open, "and now").await.0.unwrap();
    assert_eq!(answer.tools[0].arguments["driver"], "Driver 418");
    assert!(answer.tools[0].result.get("error").is_none(), "{}", answer.tools[0].result);
}

/// The files of conversations in the office's home.
fn files(office: &Office) -> Vec<PathBuf> {
    let folders = fs::read_dir(office.folder.path().join(".local/state/backhaul/chats"));
    let folders = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
}

fn leave(mut console: Pty) {
    console.press("\u{1b}");
    console.wait_for("enter open");
    console.press("q");
    assert!(console.ended().success());
}

#[test]
fn a_conversation_is_there_when_the_console_is_opened_again_and_goes_on() {
    let office = Office::frozen(3);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    let open = || {
        let mut console = Pty::console(&office, &["--view-only"], 50, 160);
        console.wait_for("tractors");
        console.press("c");
        console.wait_for("Ask in plain words");
        console
    };
    let mut console = open();
    console.press("is the data good\r");
    console.wait_for("oldest data");
    leave(console);
    let [file] = <[PathBuf; 1]>::try_from(files(&office)).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("thoughtSignature") && text.contains("is the data good"), "{text}");
    assert!(!text.contains(office.sim.gemini_key()), "a key is written nowhere");

    let mut console = open();
    console.wait_for("Chat 2 of 2");
    console.press("\u{f}");
    console.wait_for("> is the data good");
    console.wait_for("oldest data");
    console.press("who runs out of hours tonight\r");
    // The service refuses a turn of before that is not told as it was.
    console.wait_for("hours running out");
    console.wait_for("esc close");
    leave(console);
    assert_eq!(files(&office), std::slice::from_ref(&file), "it is one conversation still");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("is the data good") && text.contains("who runs out of hours tonight"), "{text}");
}
