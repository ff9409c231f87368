//! The tools of one round: run side by side, each with its time, their results in the order of the calls.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::asking::Assistant;
use super::conversation::{Tell, one_line};
use super::event::{Answer, Event, ToolRun};
use super::facts::Facts;
use super::fence::Fence;
use super::lookup::look_up;
use super::names::Names;
use super::tools::{Citation, Found, Tool};
use super::trouble::{Kind, Trouble};
use super::wire::{Content, FunctionCall, Role, function_response};
use crate::model::{Timestamp, clean};

/// No look-up takes longer.
const IN_TIME: Duration = Duration::from_secs(8);
/// More at once is a model that has lost its way; every call is answered all the same.
const AT_ONCE: usize = 8;
/// Of what a tool found, in one line.
const LINE: usize = 200;

/// What was looked up for one question.
#[derive(Clone, Debug, Default)]
pub struct Bench {
    /// Whose name is which token.
    pub names: Names,
    /// What may be cited.
    pub cites: Vec<Citation>,
    /// The oldest thing that was found.
    pub oldest_at: Option<Timestamp>,
    /// How many tools were called, by whichever model.
    pub called: usize,
    /// What the model said, in its own words, with tokens for names.
    pub told: Vec<String>,
}

/// The facts of now, read on a thread that may block.
pub async fn facts(assistant: &Assistant) -> Result<Arc<Facts>, String> {
    let (library, now) = (Arc::clone(&assistant.library), (assistant.now)());
    spawn_blocking(move || library(now)).await.unwrap_or_else(|panic| Err(panic.to_string()))
}

impl Bench {
    /// Nothing looked up yet.
    pub fn new(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// Begins anew, for another model; calls are counted on.
    pub fn clear(&mut self) {
        (self.cites, self.oldest_at, self.told) = (Vec::new(), None, Vec::new());
    }

    /// Runs `calls`; returns what goes back: every call answered, all in one turn of ours.
    pub async fn run(
        &mut self,
        assistant: &Assistant,
        fence: &Fence,
        calls: &[FunctionCall],
        answer: &mut Answer,
        tell: &mut Tell<'_>,
    ) -> Result<Content, Trouble> {
        let facts = facts(assistant).await.map_err(|why| Trouble::new(Kind::NoFacts, &why))?;
        let first = self.called;
        self.called += calls.len();
        let mut running = Vec::new();
        for (index, call) in calls.iter().enumerate() {
            let given = Value::Object(call.args.clone().unwrap_or_default());
            // What it was told in tokens it may name so once names are open again.
            let arguments = self.names.show_data(&given);
            let name = clean(&call.name, 80);
            tell(Event::ToolStarted {
                call: first + index,
                name: name.clone(),
                arguments: one_line(&arguments),
            });
            let task = spawn(assistant, &name, &arguments, &facts, index);
            running.push((call, name, arguments, task));
        }
        let mut parts = Vec::new();
        for (index, (call, name, arguments, task)) in running.into_iter().enumerate() {
            let failed = |why: String| (Err(why), Arc::clone(&facts));
            let (found, facts) = match task {
                Err(why) => failed(why),
                Ok(task) => match timeout(IN_TIME, task).await {
                    Ok(Ok(found)) => found,
                    Ok(Err(panic)) => failed(format!("the look-up failed: {panic}")),
                    Err(_elapsed) => failed(format!("the look-up took longer than {} s", IN_TIME.as_secs())),
                },
            };
            let (line, is_ok) = match &found {
                Ok(found) => (clean(&found.line(), LINE), true),
                Err(why) => (clean(why, LINE), false),
            };
            tell(Event::ToolDone { call: first + index, line, is_ok });
            let (response, result) = self.taken(assistant, fence, &facts, found);
            parts.extend(function_response(call, &response));
            answer.tools.push(ToolRun { name, arguments, result });
        }
        Ok(Content { role: Role::User, parts })
    }

    /// Keeps what may be cited; returns what the model reads and what a person reads.
    fn taken(
        &mut self,
        assistant: &Assistant,
        fence: &Fence,
        facts: &Facts,
        found: Result<Found, String>,
    ) -> (Value, Value) {
        match found {
            Ok(found) => {
                let data = found.data(facts.now);
                self.oldest_at = match (self.oldest_at, found.oldest_at) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
                self.cites.extend(found.cites);
                let hidden = assistant.hides_names.then(|| self.names.hide_data(&data, &facts.fleet));
                (fence.output(hidden.as_ref().unwrap_or(&data)), data)
            }
            Err(why) => {
                let why = clean(&why, 800);
                let hidden = assistant.hides_names.then(|| self.names.hide_text(&why, &facts.fleet));
                (fence.error(hidden.as_ref().unwrap_or(&why)), json!({ "error": why }))
            }
        }
    }
}

type Running = tokio::task::JoinHandle<(Result<Found, String>, Arc<Facts>)>;

fn spawn(
    assistant: &Assistant,
    name: &str,
    arguments: &Value,
    facts: &Arc<Facts>,
    index: usize,
) -> Result<Running, String> {
    if index >= AT_ONCE {
        return Err(format!("more than {AT_ONCE} calls at once: call this one again"));
    }
    let Some(tool) = Tool::named(name) else {
        let known: Vec<_> = Tool::ALL.iter().map(|tool| tool.name()).collect();
        return Err(format!("there is no tool {name:?}; there are {}", known.join(", ")));
    };
    let members: Map<String, Value> = arguments.as_object().cloned().unwrap_or_default();
    Ok(tokio::spawn(look_up(assistant.clone(), Arc::clone(facts), tool, members)))
}
