//! The simulated Gemini refuses what the original refuses, and plays in its framing.

use std::sync::Arc;
use std::time::Duration;

use backhaul::model::Timestamp;
use backhaul::sim::{Fault, Options, Sim, Upstream};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_secs(1_795_521_600);

struct Played {
    sim: Sim,
    http: reqwest::Client,
}

impl Played {
    async fn new() -> Self {
        let sim = Sim::start(Options { units: 3, ..Options::new(Arc::new(|| NOW)) }).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { sim, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> (u16, String) {
        let request =
            self.http.post(format!("{}/v1beta/models/{path}", self.sim.gemini_url())).body(body.to_string());
        let request = key.into_iter().fold(request, |request, key| request.header("x-goog-api-key", key));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// What is said against `body`; empty where nothing is.
    async fn refusal(&self, body: &Value) -> String {
        let (status, text) =
            self.post("gemini-3.8-flash:generateContent", Some(self.sim.gemini_key()), body).await;
        if status == 200 {
            return String::new();
        }
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &error["error"]["status"]), (400, &json!("INVALID_ARGUMENT")), "{text}");
        error["error"]["message"].as_str().unwrap().to_owned()
    }
}

fn asked(question: &str) -> Value {
    json!({
        "contents": [{ "role": "user", "parts": [{ "text": question }] }],
        "tools": [{ "functionDeclarations": backhaul::assistant::declarations() }]
    })
}

/// A question with `value` at `path`.
fn with(path: &str, value: Value) -> Value {
    let mut body = asked("late");
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match name.parse::<usize>() {
        Ok(index) => parent[index] = value,
        Err(_) => parent[name] = value,
    }
    body
}

#[tokio::test]
async fn the_key_is_wanted_in_its_header() {
    let played = Played::new().await;
    let body = asked("late");
    let (status, text) = played.post("gemini-3.8-flash:generateContent", Some("wrong"), &body).await;
    assert_eq!(status, 400);
    assert!(text.contains("API_KEY_INVALID"));
    let key = played.sim.gemini_key();
    assert_eq!(played.post(&format!("gemini-3.8-flash:generateContent?key={key}"), None, &body).await.0, 403);
    assert_eq!(played.post("gemini-2.0-flash:generateContent", Some(key), &body).await.0, 404);
}

#[tokio::test]
async fn a_call_that_comes_back_without_its_signature_is_refused() {
    let played = Played::new().await;
    let key = played.sim.gemini_key();
    let mut body = asked("what is late and why");
    let (status, text) = played.post("gemini-3.8-flash:generateContent", Some(key), &body).await;
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let said = answer["candidates"][0]["content"].clone();
    let calls: Vec<&Value> =
        said["parts"].as_array().unwrap().iter().filter(|part| part.get("functionCall").is_some()).collect();
    assert_eq!(calls.len(), 2, "side by side");
    assert!(calls[0].get("thoughtSignature").is_some() && calls[1].get("thoughtSignature").is_none());
    let result = |call: &Value| {
        let call = &call["functionCall"];
        json!({ "functionResponse": { "id": call["id"], "name": call["name"], "response": { "output": { "summary": "fine" } } } })
    };
    let results = json!({ "role": "user", "parts": [result(calls[0]), result(calls[1])] });
    let contents = body["contents"].as_array_mut().unwrap();
    contents.extend([said.clone(), results]);
    assert_eq!(played.refusal(&body).await, "");
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut body = body.clone();
        edit(&mut body["contents"]);
        body
    };
    let missing =
        edited(&|contents| drop(contents[1]["parts"][0].as_object_mut().unwrap().remove("thoughtSignature")));
    assert!(played.refusal(&missing).await.contains("missing a thought_signature"));
    let altered =
        edited(&|contents| contents[1]["parts"][0]["functionCall"]["args"] = json!({ "tight": true }));
    assert!(played.refusal(&altered).await.contains("not valid"));
    let copied = edited(&|contents| {
        let signature = contents[1]["parts"][0]["thoughtSignature"].clone();
        contents[1]["parts"][1]["thoughtSignature"] = signature;
    });
    assert!(played.refusal(&copied).await.contains("not valid"));
    let half = edited(&|contents| drop(contents[2]["parts"].as_array_mut().unwrap().pop()));
    assert!(played.refusal(&half).await.contains("number of function response parts"));
    let bare = edited(&|contents| contents[2]["parts"][0]["functionResponse"]["response"] = json!("fine"));
    assert!(played.refusal(&bare).await.contains("expected an object"));
    let other_model = played.post("gemini-3.5-flash-lite:generateContent", Some(key), &body).await;
    assert_eq!(other_model.0, 400, "a signature is its model's own");
}

#[tokio::test]
async fn requests_that_the_original_refuses_are_refused() {
    let played = Played::new().await;
    let first = "/tools/0/functionDeclarations/0/parameters";
    let level = |level: &str| json!({ "thinkingConfig": { "thinkingLevel": level } });
    let both = json!({ "thinkingConfig": { "thinkingLevel": "LOW", "thinkingBudget": 5 } });
    let cases = [
        ("/contents".to_owned(), json!([]), "contents is not specified"),
        ("/temprature".to_owned(), json!(1), "Unknown name \"temprature\""),
        ("/contents/0/role".to_owned(), json!("model"), "alternate"),
        ("/contents/0/parts".to_owned(), json!([{ "text": "" }]), "empty text"),
        ("/generationConfig".to_owned(), level("MINIMAL"), "'minimal' is not a supported"),
        ("/generationConfig".to_owned(), both, "only one of"),
        (format!("{first}/required"), json!(["nobody"]), "property is not defined"),
        (format!("{first}/properties/driver/enum"), json!([1]), "expected strings"),
        (first.to_owned(), json!({ "type": "OBJECT", "properties": {} }), "non-empty"),
    ];
    for (path, value, expected) in cases {
        let refusal = played.refusal(&with(&path, value)).await;
        assert!(refusal.contains(expected), "{refusal:?} / {expected}");
    }
    let few = with("/generationConfig", json!({ "maxOutputTokens": 100 }));
    let (_, text) =
        played.post("gemini-3.8-flash:generateContent", Some(played.sim.gemini_key()), &few).await;
    assert!(text.contains("MAX_TOKENS") && !text.contains("\"text\""), "{text}");
}

#[tokio::test]
async fn without_sse_the_stream_is_a_list_that_is_read_all_the_same() {
    let played = Played::new().await;
    let key = Some(played.sim.gemini_key());
    let path = "gemini-3.8-flash:streamGenerateContent";
    let body = asked("hello");
    let read = |text: &str| {
        let mut reading = backhaul::assistant::Reading::default();
        reading.take(text.as_bytes());
        reading.end(None).0
    };
    let list = read(&played.post(path, key, &body).await.1);
    let events = read(&played.post(&format!("{path}?alt=sse"), key, &body).await.1);
    assert!(events.text.contains("demo model"));
    assert_eq!((list.text, list.content.parts.len()), (events.text, events.content.parts.len()));
    assert_eq!(list.model.as_deref(), Some("backhaul-demo-model"));
}

#[tokio::test]
async fn an_answer_that_drips_is_the_same_answer() {
    let played = Played::new().await;
    let path = "gemini-3.8-flash:streamGenerateContent?alt=sse";
    let body = asked("late");
    let answer = || played.post(path, Some(played.sim.gemini_key()), &body);
    let at_once = answer().await;
    played.sim.faults().set(Upstream::Gemini, "", Fault::Drip(Duration::from_millis(1)));
    assert_eq!((at_once.0, answer().await), (200, at_once));
}
