//! The assistant: what Gemini sends is read whatever the network does to it, what goes back is what it demands,
//! and an answer says what the panels and commands say.

mod anew;
mod demo;
mod kept;
mod only;
mod parts;
mod recordings;
mod service;
mod strict;
mod talk;
mod traps;

use std::sync::Arc;
use std::time::Duration;

use backhaul::assistant::{
    Answer, Assistant, Budget, Conversation, Event, Facts, Failure, Forgetful, Gemini, Level, Library, Model,
    Pace, Settings, polls_nothing,
};
use backhaul::model::{DutyHistory, Fleet, Timestamp};
use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::answers::made;

/// The key that tests use.
pub const KEY: &str = "AIzaSyTEST-0123456789";

/// Facts of this fleet at that time.
pub fn facts(fleet: Fleet, now: Timestamp) -> Facts {
    Facts {
        fleet: Arc::new(fleet),
        history: DutyHistory::new(),
        office: made::office(),
        zone: made::office().zone,
        leader: None,
        now,
    }
}

/// An assistant that asks the service at `url` and answers from `fleet`.
pub fn assistant(url: &str, fleet: Fleet) -> Assistant {
    let settings = Settings {
        base_url: url,
        api_key: &SecretString::from(KEY.to_owned()),
        ca_file: None,
        silence: Duration::from_secs(60),
    };
    let facts = Arc::new(facts(fleet, made::NOON));
    let library: Library = Arc::new(move |_| Ok(Arc::clone(&facts)));
    Assistant {
        model: Some(Model {
            gemini: Gemini::new(&settings).unwrap(),
            name: "gemini-3.8-flash".to_owned(),
            fallback: Some("gemini-3.5-flash-lite".to_owned()),
            level: Level::Minimal,
            calls_per_minute: 1000,
        }),
        library,
        budget: Budget { micro_usd: None, zone: TimeZone::UTC, ledger: Arc::new(Forgetful::default()) },
        hides_names: false,
        refresh: polls_nothing(),
        now: Arc::new(|| made::NOON),
        pace: Arc::new(Pace::default()),
    }
}

/// A question in a conversation, and all that happened.
pub async fn ask(
    conversation: &mut Conversation,
    assistant: &Assistant,
    question: &str,
) -> (Result<Answer, Failure>, Vec<Event>) {
    let mut events = Vec::new();
    let answered = conversation.ask(assistant, question, None, &mut |event| events.push(event)).await;
    (answered, events)
}
