//! `ask`: the assistant's answer as it comes, or as one JSON object; and what is to be known beside it.

use std::io::{self, Write};

use serde::Serialize;

use crate::assistant::{Answer, Citation, Event, Failure, dollars};
use crate::model::Timestamp;
use crate::rules::age;

/// Prints the words of an answer as they come; what is said beside them is returned as a line of talk.
pub fn on_event(event: &Event, out: &mut dyn Write) -> io::Result<Option<String>> {
    match event {
        Event::TextDelta(text) => {
            out.write_all(text.as_bytes())?;
            out.flush()?;
            Ok(None)
        }
        Event::ToolStarted { name, arguments, .. } if arguments.is_empty() => {
            Ok(Some(format!("looking up {name}")))
        }
        Event::ToolStarted { name, arguments, .. } => Ok(Some(format!("looking up {name} ({arguments})"))),
        Event::ToolDone { line, is_ok: false, .. } => Ok(Some(format!("not answered: {line}"))),
        Event::Waiting { why, time } if time.is_zero() => Ok(Some(why.clone())),
        Event::Waiting { why, time } => {
            Ok(Some(format!("{why}; trying again in {} s", time.as_secs().max(1))))
        }
        Event::Silence { time, most } => Ok(Some(format!(
            "Gemini has said nothing for {} s, it may be thinking; after {} s it is given up (Ctrl-C does it now)",
            time.as_secs(),
            most.as_secs()
        ))),
        Event::ToolDone { .. } | Event::Done(_) | Event::Failed(_) => Ok(None),
    }
}

/// Why an answer is none, or not all of it; or what else the model's service has to say of it.
pub fn reasons(answer: &Answer) -> Vec<String> {
    let rests_on_nothing = answer.is_complete && !answer.is_answered();
    let no_answer = rests_on_nothing.then_some("this is no answer: nothing was found that it could rest on");
    answer.notice.as_deref().into_iter().chain(no_answer).map(str::to_owned).collect()
}

/// What is to be known beside an answer, a line each.
pub fn beside(answer: &Answer, now: Timestamp) -> Vec<String> {
    let mut lines = reasons(answer);
    if let Some(at) = answer.oldest_at {
        lines.push(format!("the oldest data behind it is {} old", age::words(now.since(at))));
    }
    let marked: Vec<&str> =
        answer.unsupported.iter().filter_map(|range| answer.text.get(range.clone())).collect();
    if !marked.is_empty() {
        lines.push(format!("NOT from the data: {}", marked.join(", ")));
    }
    if answer.micro_usd > 0 {
        lines.push(format!("cost: {} at list prices", dollars(answer.micro_usd)));
    }
    lines
}

#[derive(Serialize)]
struct Object<'a> {
    answer: &'a str,
    complete: bool,
    tools: Vec<Tool<'a>>,
    citations: &'a [Citation],
    oldest_at: Option<Timestamp>,
    oldest_age_s: Option<i64>,
    model: Option<&'a str>,
    usage: Usage,
    cost_usd: f64,
    /// Numbers of the answer that no tool returned.
    not_from_data: Vec<&'a str>,
    notice: Option<String>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    arguments: &'a serde_json::Value,
    result: &'a serde_json::Value,
}

#[derive(Serialize)]
struct Usage {
    #[serde(rename = "prompt_tokens")]
    prompt: u64,
    #[serde(rename = "cached_tokens")]
    cached: u64,
    #[serde(rename = "answer_tokens")]
    answer: u64,
    #[serde(rename = "thought_tokens")]
    thought: u64,
}

/// Prints an answer, or why there is none, as one JSON object.
pub fn print_json(
    answered: Result<&Answer, &Failure>,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let nothing = Answer::default();
    let (answer, notices) = match answered {
        Ok(answer) => (answer, reasons(answer)),
        Err(failure) => (&nothing, vec![failure.sentence.clone()]),
    };
    let tools = answer.tools.iter();
    #[expect(clippy::cast_precision_loss, reason = "no answer costs as much as that")]
    let cost_usd = answer.micro_usd as f64 / 1e6;
    let object = Object {
        answer: &answer.text,
        complete: answer.is_answered(),
        tools: tools
            .map(|run| Tool { name: &run.name, arguments: &run.arguments, result: &run.result })
            .collect(),
        citations: &answer.citations,
        oldest_at: answer.oldest_at,
        oldest_age_s: answer.oldest_at.map(|at| now.secs_since(at).max(0)),
        model: answer.model.as_deref(),
        usage: Usage {
            prompt: answer.usage.prompt_token_count,
            cached: answer.usage.cached_content_token_count,
            answer: answer.usage.candidates_token_count,
            thought: answer.usage.thoughts_token_count,
        },
        cost_usd,
        not_from_data: answer.unsupported.iter().filter_map(|range| answer.text.get(range.clone())).collect(),
        notice: (!notices.is_empty()).then(|| notices.join("; ")),
    };
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)
}
