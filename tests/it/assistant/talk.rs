//! Conversations with a service that does what the real one was seen to do: what goes back, what is tried again,
//! what a person is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::assistant::{
    Answer, Assistant, Budget, Chat, Conversation, Event, Forgetful, Gemini, Kind, Ledger, Settings, Spent,
    Told,
};
use backhaul::commands::ask::on_event;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::made::{DALLAS, Made, NOON};
use super::service::{Script, Service, Then, event, refuses, says, sends};
use super::{KEY, ask, assistant};

fn fleet() -> backhaul::model::Fleet {
    let mut made = Made::new();
    made.rig("418", DALLAS);
    made.rig("77", DALLAS);
    made.fleet()
}

const TWO_CALLS: &str = r#"{"functionCall" : {"name":"get_driver_location","args":{"driver":"418","x":1.0},"id":"k3v9"}, "thoughtSignature":"Q0FM+/=="},{"functionCall":{"name":"no_such_tool","id":"p0s8"}}"#;

async fn answered(scripts: Vec<Script>) -> (Answer, Vec<Event>, Service) {
    let service = Service::start(scripts).await;
    let (answer, events) =
        ask(&mut Conversation::default(), &assistant(&service.url, fleet()), "where is 418").await;
    (answer.unwrap(), events, service)
}

async fn failed(scripts: Vec<Script>) -> (Kind, String, Service) {
    let service = Service::start(scripts).await;
    let (answer, events) =
        ask(&mut Conversation::default(), &assistant(&service.url, fleet()), "where is 418").await;
    let failure = answer.unwrap_err();
    assert_eq!(events.last(), Some(&Event::Failed(failure.clone())));
    (failure.trouble.kind, failure.sentence, service)
}

/// The parts of the content at `index` of a request, as they were sent.
fn parts(asked: &super::service::Asked, index: usize) -> Vec<Value> {
    asked.body["contents"][index]["parts"].as_array().unwrap().clone()
}

#[tokio::test]
async fn calls_go_back_as_they_came_and_all_results_in_one_turn_of_ours() {
    let calls = sends(&(event(TWO_CALLS, "") + &event(r#"{"text":""}"#, "STOP")));
    let (answer, events, service) = answered(vec![calls, says("Driver 418 is at where 418 is.")]).await;
    let asked = service.asked();
    assert_eq!(asked.len(), 2);
    let contents = asked[1].body["contents"].as_array().unwrap();
    let roles: Vec<_> = contents.iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "model", "user"]);
    let model = parts(&asked[1], 1);
    assert_eq!(model[0]["thoughtSignature"], "Q0FM+/==");
    assert!(model[1].get("thoughtSignature").is_none());
    assert_eq!(model[2], json!({ "text": "" }), "the empty part stays");
    let results = parts(&asked[1], 2);
    let names: Vec<_> = results.iter().map(|one| &one["functionResponse"]).collect();
    assert_eq!(
        (names[0]["name"].as_str(), names[0]["id"].as_str()),
        (Some("get_driver_location"), Some("k3v9"))
    );
    assert_eq!((names[1]["name"].as_str(), names[1]["id"].as_str()), (Some("no_such_tool"), Some("p0s8")));
    assert!(names[0]["response"]["output"]["data"]["summary"].as_str().unwrap().contains("tractor 418"));
    assert!(names[1]["response"]["error"]["data"].as_str().unwrap().contains("there is no tool"));
    assert!(asked[0].head.starts_with("POST /v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse "));
    assert!(asked[0].head.to_lowercase().contains("x-goog-api-key"));
    assert!(!asked[0].head.lines().next().unwrap().contains(KEY));
    assert_eq!(
        asked[0].body["generationConfig"]["thinkingConfig"]["thinkingLevel"], "LOW",
        "MINIMAL is a 400"
    );
    assert!(asked[0].body["generationConfig"].get("temperature").is_none());
    assert!(answer.is_complete);
    assert_eq!(answer.oldest_at, Some(super::made::hence(-1)));
    assert_eq!(
        answer.citations.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(),
        ["Driver 418", "418"]
    );
    assert_eq!(answer.usage.prompt_token_count, 2000, "of two streams the last words, added");
    let kinds: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::ToolStarted { call, .. } => format!("started {call}"),
            Event::ToolDone { call, is_ok, .. } => format!("done {call} {is_ok}"),
            Event::TextDelta(_) => "text".to_owned(),
            Event::Done(_) => "end".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["started 0", "started 1", "done 0 true", "done 1 false", "text", "end"]);
}

#[tokio::test]
async fn a_model_that_calls_for_ever_is_made_to_answer() {
    let call =
        || sends(&event(r#"{"functionCall":{"name":"sync_health"},"thoughtSignature":"eA=="}"#, "STOP"));
    let mut scripts: Vec<_> = (0..5).map(|_| call()).collect();
    scripts.push(says("so"));
    let (answer, _, service) = answered(scripts).await;
    assert_eq!(answer.text, "so");
    let modes: Vec<_> = (service.asked().iter())
        .map(|one| one.body["toolConfig"]["functionCallingConfig"]["mode"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(modes, ["AUTO", "AUTO", "AUTO", "AUTO", "AUTO", "NONE"]);
}

#[tokio::test]
async fn a_question_that_was_blocked_is_not_told_again() {
    let blocked = sends("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n");
    let service = Service::start(vec![says("fine"), blocked, says("fine again")]).await;
    let assistant = assistant(&service.url, fleet());
    let mut conversation = Conversation::default();
    ask(&mut conversation, &assistant, "one").await.0.unwrap();
    assert_eq!(ask(&mut conversation, &assistant, "two").await.0.unwrap_err().trouble.kind, Kind::Blocked);
    ask(&mut conversation, &assistant, "three").await.0.unwrap();
    let last = &service.asked()[2].body["contents"];
    let words: Vec<_> =
        last.as_array().unwrap().iter().map(|one| one["parts"][0]["text"].as_str().unwrap()).collect();
    assert_eq!(words, ["one", "fine", "three"]);
    assert_eq!(last[1]["parts"][1]["thoughtSignature"], "ZW5k", "an earlier turn goes back as it came");
    assert_eq!(conversation.len(), 2);
}

#[tokio::test]
async fn what_was_held_back_is_shown_as_far_as_it_came_and_dropped() {
    let held = sends(&event(r#"{"text":"half of"}"#, "SAFETY"));
    let service = Service::start(vec![held, says("fine")]).await;
    let assistant = assistant(&service.url, fleet());
    let mut conversation = Conversation::default();
    let answer = ask(&mut conversation, &assistant, "one").await.0.unwrap();
    assert_eq!((answer.text.as_str(), answer.is_complete), ("half of", false));
    assert!(answer.notice.unwrap().contains("SAFETY"));
    assert!(conversation.is_empty());
}

#[tokio::test]
async fn an_answer_cut_at_its_length_is_marked_and_told_again_in_words() {
    let cut = sends(&event(r#"{"text":"half of","thoughtSignature":"eA=="}"#, "MAX_TOKENS"));
    let service = Service::start(vec![cut, says("fine")]).await;
    let assistant = assistant(&service.url, fleet());
    let mut conversation = Conversation::default();
    let answer = ask(&mut conversation, &assistant, "one").await.0.unwrap();
    assert!(!answer.is_complete && answer.notice.unwrap().contains("cut"));
    ask(&mut conversation, &assistant, "two").await.0.unwrap();
    assert_eq!(service.asked()[1].body["contents"][1]["parts"], json!([{ "text": "half of" }]));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_again_once_words_were_shown() {
    let begun = event(r#"{"text":"418 is"}"#, "");
    let error = "{\n \"error\": {\n  \"code\": 503,\n  \"status\": \"UNAVAILABLE\"\n }\n}\n";
    let (answer, _, service) = answered(vec![sends(&(begun.clone() + error)), says("never")]).await;
    assert_eq!((answer.text.as_str(), answer.is_complete, service.asked().len()), ("418 is", false, 1));
    let broke = Script { then: Then::Break, ..sends(&begun) };
    let (answer, _, _) = answered(vec![broke, says("never")]).await;
    assert!(!answer.is_complete && answer.notice.unwrap().contains("broke off"));
}

#[tokio::test]
async fn what_shows_nothing_is_tried_again() {
    let down = refuses(503, r#"{"error":{"code":503,"status":"UNAVAILABLE"}}"#);
    let (answer, events, service) = answered(vec![down, says("so")]).await;
    assert_eq!((answer.text.as_str(), service.asked().len()), ("so", 2));
    assert!(matches!(&events[0], Event::Waiting { .. }));
    let empty = sends(&event(r#"{"text":""}"#, "STOP"));
    assert_eq!(answered(vec![empty, says("so")]).await.0.text, "so");
    let nothing = sends("");
    assert_eq!(answered(vec![nothing, says("so")]).await.0.text, "so");
    let garbled = sends(&event("", "MALFORMED_FUNCTION_CALL"));
    assert_eq!(answered(vec![garbled, says("so")]).await.0.text, "so");
}

#[tokio::test]
async fn another_model_is_asked_from_the_question_on_with_earlier_turns_in_words() {
    let gone =
        || refuses(404, r#"{"error":{"code":404,"status":"NOT_FOUND","message":"models/x is not found"}}"#);
    let call = sends(&event(r#"{"functionCall":{"name":"sync_health"},"thoughtSignature":"eA=="}"#, "STOP"));
    let service = Service::start(vec![says("fine"), call, gone(), says("so")]).await;
    let assistant = assistant(&service.url, fleet());
    let mut conversation = Conversation::default();
    ask(&mut conversation, &assistant, "one").await.0.unwrap();
    let answer = ask(&mut conversation, &assistant, "two").await.0.unwrap();
    assert_eq!(answer.model.as_deref(), Some("gemini-3.5-flash-lite"));
    let last = service.asked().pop().unwrap();
    assert!(last.head.contains("gemini-3.5-flash-lite"));
    let text = last.body["contents"].to_string();
    assert!(!text.contains("thoughtSignature") && !text.contains("functionCall"), "{text}");
    assert_eq!(last.body["contents"].as_array().unwrap().len(), 3);
    assert_eq!(last.body["generationConfig"]["thinkingConfig"]["thinkingLevel"], "MINIMAL");
}

#[tokio::test]
async fn calls_are_counted_on_when_another_model_is_asked_and_that_is_said() {
    let call =
        || sends(&event(r#"{"functionCall":{"name":"sync_health"},"thoughtSignature":"eA=="}"#, "STOP"));
    let (answer, events, _) = answered(vec![call(), refuses(404, ""), call(), says("so")]).await;
    assert_eq!((answer.text.as_str(), answer.tools.len()), ("so", 1));
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::ToolStarted { call, .. } => Some(format!("started {call}")),
            Event::ToolDone { call, .. } => Some(format!("done {call}")),
            Event::Waiting { why, .. } => Some(why.clone()),
            _ => None,
        })
        .collect();
    let waits = r#"there is no model "gemini-3.8-flash" (HTTP 404): asking gemini-3.5-flash-lite instead"#;
    assert_eq!(told, ["started 0", "done 0", waits, "started 1", "done 1"]);
}

#[tokio::test]
async fn what_was_found_before_stands_between_the_marks_that_the_model_is_told() {
    let call =
        || sends(&event(r#"{"functionCall":{"name":"sync_health"},"thoughtSignature":"eA=="}"#, "STOP"));
    let service = Service::start(vec![call(), says("fine"), call(), says("fine again"), says("so")]).await;
    let assistant = assistant(&service.url, fleet());
    let mut conversation = Conversation::default();
    ask(&mut conversation, &assistant, "one").await.0.unwrap();
    ask(&mut conversation, &assistant, "two").await.0.unwrap();
    let marks = |asked: &super::service::Asked| {
        let system = asked.body["systemInstruction"].to_string();
        let contents = asked.body["contents"].as_array().unwrap().clone();
        let found = contents.iter().flat_map(|one| one["parts"].as_array().unwrap());
        let begin = |part: &Value| {
            part["functionResponse"]["response"]["output"]["begin"].as_str().map(str::to_owned)
        };
        let begins: Vec<String> = found.filter_map(begin).collect();
        assert!(begins.iter().all(|mark| system.contains(mark.as_str())), "{begins:?} {system}");
        begins
    };
    let asked = service.asked();
    let both = marks(&asked[3]);
    assert_eq!((both.len(), &both[0]), (2, &both[1]));
    ask(&mut Conversation::default(), &assistant, "three").await.0.unwrap();
    let other = service.asked()[4].body["systemInstruction"].to_string();
    assert!(!other.contains(&both[0]), "another conversation has another");
}

#[tokio::test]
async fn refusals_are_one_clear_line_each_and_never_hold_the_key() {
    let key = format!(
        r#"{{"error":{{"code":400,"message":"API key not valid: {KEY}","status":"INVALID_ARGUMENT","details":[{{"reason":"API_KEY_INVALID"}}]}}}}"#
    );
    let (kind, line, service) = failed(vec![refuses(400, &key)]).await;
    assert_eq!((kind, service.asked().len()), (Kind::Key, 1));
    assert!(line.contains("[gemini] api_key") && !line.contains(KEY), "{line}");
    let day = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}]}}"#;
    let (kind, line, service) = failed(vec![refuses(429, day), refuses(429, day)]).await;
    assert_eq!((kind, service.asked().len()), (Kind::QuotaGone, 2), "the other model has a quota of its own");
    assert!(line.contains("midnight Pacific"), "{line}");
    let ours = r#"{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"Unknown name \"x\""}}"#;
    let (kind, _, service) = failed(vec![refuses(400, ours)]).await;
    assert_eq!((kind, service.asked().len()), (Kind::OurMistake, 1));
    let (kind, line, _) = failed(vec![refuses(404, ""), refuses(404, "")]).await;
    assert_eq!(kind, Kind::NoModel);
    assert!(line.contains("gemini-3.5-flash-lite") && line.contains("fallback_model"), "{line}");
}

/// An assistant whose Gemini is given up soon.
fn impatient(url: &str) -> Assistant {
    let mut assistant = assistant(url, fleet());
    let settings = Settings {
        base_url: url,
        api_key: &secrecy::SecretString::from(KEY.to_owned()),
        ca_file: None,
        silence: Duration::from_millis(60),
    };
    assistant.model.as_mut().unwrap().gemini = Gemini::new(&settings).unwrap();
    assistant
}

#[tokio::test]
async fn a_service_that_hangs_is_said_to_then_given_up_and_another_model_is_asked_at_once() {
    let service = Service::start(vec![]).await;
    let (answer, events) = ask(&mut Conversation::default(), &impatient(&service.url), "late").await;
    let failure = answer.unwrap_err();
    assert_eq!(failure.trouble.kind, Kind::Silent);
    assert!(failure.sentence.ends_with(": ask again"), "{}", failure.sentence);
    let told: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Silence { time, most } => format!("{} of {} ms", time.as_millis(), most.as_millis()),
            Event::Waiting { why, time } => format!("{} {}", time.is_zero(), why.contains("instead")),
            Event::Failed(_) => "end".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    let silent: Vec<_> = (1..6).map(|spell| format!("{} of 60 ms", spell * 10)).collect();
    let elsewhere = ["true true".to_owned()];
    assert_eq!(told, [&silent[..], &elsewhere, &silent, &["end".to_owned()]].concat());
    let line = on_event(&events[0], &mut Vec::new()).unwrap().unwrap();
    assert!(line.contains("has said nothing") && line.contains("Ctrl-C"), "{line}");
}

#[tokio::test]
async fn the_day_s_budget_stops_it_before_anything_goes_out() {
    let service = Service::start(vec![says("so"), says("never")]).await;
    let mut assistant = assistant(&service.url, fleet());
    let ledger = Arc::new(Forgetful::default());
    // The first answer costs 1000 x 0.75 + 100 x 3.75 dollars a million.
    assistant.budget = Budget { micro_usd: Some(1125), zone: TimeZone::UTC, ledger: ledger.clone() };
    let mut conversation = Conversation::default();
    assert_eq!(ask(&mut conversation, &assistant, "one").await.0.unwrap().micro_usd, 1125);
    let failure = ask(&mut conversation, &assistant, "two").await.0.unwrap_err();
    assert_eq!((failure.trouble.kind, service.asked().len()), (Kind::Budget, 1));
    assert!(failure.sentence.contains("daily_budget_usd"), "{}", failure.sentence);
    assert_eq!(ledger.spent("2026-03-03"), 1125);
    let error = Spent { day: "2026-03-04".into(), micro_usd: 1, at: NOON, error: Some("x".into()) };
    ledger.add(error).unwrap();
}

#[tokio::test]
async fn a_question_that_is_cancelled_or_breaks_off_is_paid_for() {
    let silent = Script { then: Then::Silence, ..sends(&event(r#"{"text":"old"}"#, "")) };
    let broken = r#"data: {"candidates":[{"content":{"role":"model","parts":[{"text":"418 is"}]}}]}"#;
    let broken = Script { then: Then::Break, ..sends(&format!("{broken}\n\n")) };
    let demo = r#"data: {"modelVersion":"backhaul-demo-model","usageMetadata":{"promptTokenCount":9}}"#;
    let demo = sends(&(format!("{demo}\n\n") + &event(r#"{"text":"so"}"#, "STOP")));
    let refused = refuses(400, r#"{"error":{"code":400,"status":"INVALID_ARGUMENT"}}"#);
    let service = Service::start(vec![silent, broken, demo, refused]).await;
    let mut assistant = assistant(&service.url, fleet());
    let ledger = Arc::new(Forgetful::default());
    assistant.budget = Budget { micro_usd: None, zone: TimeZone::UTC, ledger: ledger.clone() };
    let spent = || ledger.spent("2026-03-03");
    let mut conversation = Conversation::default();
    let (sender, mut told) = mpsc::unbounded_channel();
    let mut tell = move |event| drop(sender.send(event));
    tokio::select! {
        answered = conversation.ask(&assistant, "one", None, &mut tell) => panic!("{answered:?}"),
        first = told.recv() => assert_eq!(first, Some(Event::TextDelta("old".into()))),
    }
    let cancelled = spent();
    assert!(cancelled > 4096 * 3, "as much as the longest answer costs: {cancelled}");
    let answer = ask(&mut conversation, &assistant, "two").await.0.unwrap();
    assert_eq!((answer.is_complete, spent()), (false, cancelled + answer.micro_usd));
    assert!(answer.micro_usd > 4096 * 3, "{}", answer.micro_usd);
    let before = spent();
    assert_eq!(ask(&mut conversation, &assistant, "three").await.0.unwrap().micro_usd, 0);
    assert_eq!(spent(), before, "the demo model costs nothing");
    ask(&mut conversation, &assistant, "four").await.0.unwrap_err();
    assert_eq!(spent(), before, "what is refused is not billed");
}

#[tokio::test]
async fn names_do_not_leave_the_box_and_are_back_in_the_answer() {
    let call = r#"{"functionCall":{"name":"get_driver_location","args":{"driver":"person-1"}},"thoughtSignature":"eA=="}"#;
    let reply =
        sends(&(event(r#"{"text":"Per"}"#, "") + &event(r#"{"text":"son-2 is at where 418 is"}"#, "STOP")));
    let service = Service::start(vec![sends(&event(call, "STOP")), reply]).await;
    let mut made = Made::new();
    made.rig("418", DALLAS).name = "Ray Ortiz".into();
    let mut assistant = assistant(&service.url, made.fleet());
    assistant.hides_names = true;
    let answer = ask(&mut Conversation::default(), &assistant, "where is ortiz").await.0.unwrap();
    assert_eq!(answer.text, "Ray Ortiz is at where 418 is");
    assert_eq!(answer.tools[0].arguments, json!({ "driver": "ortiz" }));
    assert!(answer.tools[0].result.to_string().contains("Ray Ortiz"));
    for asked in service.asked() {
        let text = asked.body.to_string().to_lowercase();
        assert!(!text.contains("ortiz"), "{text}");
    }
}

#[tokio::test]
async fn a_name_that_several_have_does_not_leave_in_the_answer_that_asks_which() {
    let call = r#"{"functionCall":{"name":"get_driver_location","args":{"driver":"Person-1"}},"thoughtSignature":"eA=="}"#;
    let service = Service::start(vec![sends(&event(call, "STOP")), says("Which one, Person-2?")]).await;
    let mut made = Made::new();
    made.rig("418", DALLAS).name = "Ann Smith".into();
    made.rig("77", DALLAS).name = "Bob Smith".into();
    let mut assistant = assistant(&service.url, made.fleet());
    assistant.hides_names = true;
    let answer = ask(&mut Conversation::default(), &assistant, "what are Smith's hours").await.0.unwrap();
    assert!(answer.tools[0].result["error"].as_str().unwrap().contains("by \"Smith\": "), "{answer:?}");
    assert!(answer.text.ends_with("Smith?"), "{}", answer.text);
    assert_eq!(service.asked().len(), 2);
    for asked in service.asked() {
        let text = asked.body.to_string().to_lowercase();
        assert!(!text.contains("smith"), "{text}");
    }
}

#[tokio::test]
async fn numbers_that_no_tool_returned_are_marked_and_hidden_characters_are_gone() {
    let (answer, _, _) = answered(vec![says("418 is 37 mi away\u{1b}c\u{202e}")]).await;
    let marked: Vec<_> = answer.unsupported.iter().map(|range| &answer.text[range.clone()]).collect();
    assert_eq!((answer.text.as_str(), marked), ("418 is 37 mi awayc", vec!["37"]));
}

#[tokio::test]
async fn a_late_piece_of_a_cancelled_answer_changes_nothing() {
    let begun = Script { then: Then::Silence, ..sends(&event(r#"{"text":"old"}"#, "")) };
    let service = Service::start(vec![begun, says("new")]).await;
    let (sender, mut told) = mpsc::unbounded_channel::<Told>();
    let (kept, mut after) = mpsc::unbounded_channel();
    let chat = Chat::start(
        assistant(&service.url, fleet()),
        Conversation::default(),
        move |one| drop(sender.send(one)),
        move |question, conversation| kept.send((question, conversation.len())).unwrap(),
    );
    let old = chat.ask("one", None);
    let first = told.recv().await.unwrap();
    assert_eq!((first.question, &first.event), (old, &Event::TextDelta("old".into())));
    assert!(chat.is_current(&first));
    chat.cancel();
    assert!(!chat.is_current(&first));
    let new = chat.ask("two", None);
    let mut words = String::new();
    let answer = loop {
        let Told { question, event } = told.recv().await.unwrap();
        assert_eq!(question, new);
        match event {
            Event::TextDelta(text) => words.push_str(&text),
            Event::Done(answer) => break answer,
            _ => {}
        }
    };
    assert_eq!((words.as_str(), answer.text.as_str()), ("new", "new"));
    let contents = service.asked()[1].body["contents"].as_array().unwrap().len();
    assert_eq!(contents, 1, "the cancelled question is forgotten");
    assert_eq!(after.recv().await, Some((new, 1)), "and is none of what is kept");
    chat.new_conversation();
}

#[tokio::test]
async fn without_a_model_a_number_is_looked_up_once_as_what_it_is() {
    let mut made = Made::new();
    made.rig("418", DALLAS);
    made.trailer("53012", None, backhaul::model::Loaded::Empty);
    made.load("4471", Some("418"));
    made.stop("s1", "4471", "DALLAS", DALLAS, 0);
    let mut assistant = assistant("http://127.0.0.1:9", made.fleet());
    assistant.model = None;
    let expected = [
        ("where's 4471", "get_movement_status"),
        ("where's 418", "get_driver_location"),
        ("where's 53012", "trailer_where"),
        ("where's 99999", "find"),
    ];
    for (question, tool) in expected {
        let (answer, events) = ask(&mut Conversation::default(), &assistant, question).await;
        let names: Vec<_> = answer.unwrap().tools.into_iter().map(|run| run.name).collect();
        assert_eq!(names, [tool], "{question}");
        let started = events.iter().filter(|event| matches!(event, Event::ToolStarted { .. })).count();
        assert_eq!(started, 1, "{question}");
    }
}

#[tokio::test]
async fn an_empty_question_is_not_sent() {
    let service = Service::start(vec![]).await;
    let answer =
        ask(&mut Conversation::default(), &assistant(&service.url, fleet()), " \u{200b} ").await.0.unwrap();
    assert!(answer.text.starts_with("I do not understand"), "{}", answer.text);
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn facts_that_cannot_be_read_are_said_and_nothing_goes_out() {
    let service = Service::start(vec![]).await;
    let mut assistant = assistant(&service.url, fleet());
    assistant.library = Arc::new(|_| Err("there is no database yet at /x".to_owned()));
    let asked = Mutex::new(0);
    let failure =
        Conversation::default().ask(&assistant, "late", None, &mut |_| *asked.lock().unwrap() += 1).await;
    assert_eq!(failure.unwrap_err().trouble.kind, Kind::NoFacts);
    assert_eq!((*asked.lock().unwrap(), service.asked().len()), (1, 0));
}
