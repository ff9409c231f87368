//! The questions of an hour, answered without any model: plain patterns choose the look-up, and what it found is
//! the answer as it stands. What it does not understand it says; it never guesses.

mod examples;
mod hours;
mod meaning;
mod people;
mod rest;
mod selected;
mod states;
mod words;

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;

use self::meaning::meaning;
use self::people::People;
use self::rest::{Behind, Rest};
use self::selected::Selected;
use super::asking::Assistant;
use super::conversation::{Tell, one_line};
use super::event::{Answer, Event, ToolRun};
use super::facts::Facts;
use super::grounding;
use super::lookup;
use super::tools::Tool;
use crate::model::clean;
use crate::rules::find::{self, Fit, Kind};
use crate::rules::only::Only;

/// What a question asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Meant {
    /// To look this up.
    LookUp(Tool, Map<String, Value>),
    /// Where this is, whatever it is.
    Where(String),
    /// What cannot be answered, and why.
    Refused(String),
    /// It is not understood.
    Unclear,
}

const NO_WRITING: &str = "I only look things up: nothing can be assigned, moved, sent or changed from here. And no \
                          driver may go on past his hours of service.";
const NO_FORECAST: &str =
    "I do not know what traffic or weather will be: travel times are as they were told last.";
const NO_PRIVATE: &str = "I do not know anybody's home address or private life, and would not tell it.";
const NO_RULES: &str = "I only answer questions about the fleet.";
const NO_HERE: &str = "I do not know where you are: name a town, a driver or a unit.";
const NOTHING_SELECTED: &str = "Nothing is selected on the screen that this can mean: name the load, the driver or the \
                                unit.";

/// Answers `question` from `facts`.
pub async fn answer(
    assistant: &Assistant,
    facts: &Arc<Facts>,
    question: &str,
    selected: Option<&str>,
    tell: &mut Tell<'_>,
) -> Answer {
    let why = if assistant.model.is_none() {
        "no model is configured ([gemini] api_key)"
    } else {
        "nothing was asked"
    };
    let mut answer = Answer {
        is_complete: true,
        notice: Some(format!("answered by backhaul's own parser, not by a model: {why}")),
        ..Answer::default()
    };
    let selected = selected.map(Selected::read).unwrap_or_default();
    let text = match understood(facts, question.to_owned(), selected).await {
        Understood::Said(text) => text,
        Understood::LookUp { tool, arguments, left_out } => {
            let text = look_up(assistant, tool, arguments, facts, &mut answer, tell).await;
            left_out.into_iter().chain([text]).collect::<Vec<_>>().join("\n")
        }
    };
    tell(Event::TextDelta(text.clone()));
    answer.citations = grounding::cited(&text, &answer.citations);
    answer.text = text;
    answer
}

/// What a question comes to in a fleet.
enum Understood {
    /// Nothing is looked up for it.
    Said(String),
    /// To look this up; of a question that says more, what the answer leaves out, to stand before it.
    LookUp { tool: Tool, arguments: Map<String, Value>, left_out: Option<String> },
}

/// What `question` comes to, on a thread that may block.
async fn understood(facts: &Arc<Facts>, question: String, selected: Selected) -> Understood {
    let facts = Arc::clone(facts);
    let read = spawn_blocking(move || {
        let (tool, mut arguments) = match meaning(&question, &selected, &People::of(&facts.fleet)) {
            Meant::Refused(why) => return Understood::Said(why),
            Meant::Unclear => return Understood::Said(examples::asked_like(&facts.fleet)),
            Meant::LookUp(tool, arguments) => (tool, arguments),
            Meant::Where(what) => {
                let (tool, name) = place_of(&facts, &what);
                (tool, Map::from_iter([(name.to_owned(), json!(what))]))
            }
        };
        let left = rest::left(&question, tool, &arguments, &selected);
        let left_out = honoured(&facts, tool, &mut arguments, left);
        Understood::LookUp { tool, arguments, left_out }
    });
    read.await.unwrap_or_else(|panic| Understood::Said(format!("the question could not be read: {panic}")))
}

/// Puts what is left over of a question into `arguments`, where the look-up can be asked of a part of the fleet and that
/// names one; says what is still left out.
fn honoured(
    facts: &Facts,
    tool: Tool,
    arguments: &mut Map<String, Value>,
    left: Vec<Rest>,
) -> Option<String> {
    let is_part = tool.takes_only(arguments) && !left.iter().any(|rest| rest.is_turned);
    let (mut only, mut over) = (Vec::new(), Vec::new());
    for rest in left {
        match part_named(facts, &rest).filter(|_| is_part) {
            Some(name) => only.push(name),
            None => over.push(rest),
        }
    }
    let whole = match (tool.takes_only(arguments), only.is_empty()) {
        (true, true) => "This is the whole fleet:",
        (true, false) => "This is without it:",
        (false, _) => "This is the answer without it:",
    };
    if !only.is_empty() {
        let before = arguments.get("only").and_then(serde_json::Value::as_str).map(str::to_owned);
        only.splice(..0, before);
        arguments.insert("only".to_owned(), json!(only.join(", ")));
    }
    if over.is_empty() {
        return None;
    }
    let past = if over.iter().any(|rest| rest.is_over) { " I only know how things stand now." } else { "" };
    let said: Vec<String> = over.iter().map(|rest| format!("{:?}", rest.said)).collect();
    Some(format!("Not understood: {}.{past} {whole}", said.join(", ")))
}

/// The part of the fleet that words which were left over name, as `only` reads it: "in Austin" is a town, whoever else is
/// called so.
fn part_named(facts: &Facts, rest: &Rest) -> Option<String> {
    let name = rest.name.as_deref().filter(|name| !people::is_nobody(name))?;
    let is_place = match rest.behind {
        Behind::Origin => return None,
        Behind::Place | Behind::By => true,
        Behind::Other => false,
    };
    let led = (rest.behind == Behind::Place).then(|| format!("in {name}"));
    let mut names = led.into_iter().chain([name.to_owned()]);
    names.find(|name| Only::is_named(&facts.fleet, name, is_place))
}

/// The tool for what goes by this, by all of its number or else by the digits in it, with the name of its argument: a load before a driver before a unit, what
/// people ask about most. Of several loads that tool says which there are.
fn place_of(facts: &Facts, what: &str) -> (Tool, &'static str) {
    let found = find::find(&facts.fleet, what, facts.now);
    let best = found.first().map(|one| one.fit).filter(|fit| *fit <= Fit::Digits);
    let exact = |kinds: &[Kind]| found.iter().any(|one| Some(one.fit) == best && kinds.contains(&one.kind));
    let is_driven = || {
        let units = found.iter().filter(|one| Some(one.fit) == best && one.kind == Kind::Tractor);
        let mut ids = units.map(|one| one.id.as_str());
        ids.any(|id| {
            facts.fleet.drivers.iter().any(|row| row.tractor_id.as_ref().is_some_and(|own| own.0 == id))
        })
    };
    let is_load = find::load(&facts.fleet, what).is_ok() || exact(&[Kind::Movement, Kind::Order, Kind::Stop]);
    if is_load {
        (Tool::MovementStatus, "movement")
    } else if exact(&[Kind::Driver]) || is_driven() {
        (Tool::DriverLocation, "driver")
    } else if exact(&[Kind::Trailer]) {
        (Tool::TrailerWhere, "trailer")
    } else {
        (Tool::Find, "text")
    }
}

async fn look_up(
    assistant: &Assistant,
    tool: Tool,
    arguments: Map<String, Value>,
    facts: &Arc<Facts>,
    answer: &mut Answer,
    tell: &mut Tell<'_>,
) -> String {
    let call = answer.tools.len();
    let given = Value::Object(arguments.clone());
    let name = tool.name().to_owned();
    tell(Event::ToolStarted { call, name: name.clone(), arguments: one_line(&given) });
    let (found, facts) = lookup::look_up(assistant.clone(), Arc::clone(facts), tool, arguments).await;
    let line = clean(&found.as_ref().map_or_else(Clone::clone, super::tools::Found::line), 200);
    tell(Event::ToolDone { call, line, is_ok: found.is_ok() });
    let (text, result) = match found {
        Ok(found) => {
            answer.oldest_at = found.oldest_at;
            let result = found.data(facts.now);
            answer.citations = found.cites;
            (found.says.join("\n"), result)
        }
        Err(why) => {
            let result = json!({ "error": why });
            (why, result)
        }
    };
    answer.tools.push(ToolRun { name, arguments: given, result });
    text
}
