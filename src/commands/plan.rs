//! `plan --stdin`: the earliest legal arrival and the plan that gets there, as JSON. The rules are
//! `rules::hours`. A load's own plan is [`load`]'s.

pub mod load;

mod wire;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::clean;
use crate::rules::hours::{self, Plan, Refusal, Request};

/// Characters of what a refusal may quote.
const LONGEST_MESSAGE: usize = 300;

/// How a question was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// As JSON: answered, be it by an error object.
    Json,
    /// As something else: answered by an error object, and wrong usage.
    NotJson,
}

/// Answers the request, or each of the array of requests, in `question`.
pub fn answer(question: &[u8], out: &mut dyn Write) -> io::Result<Asked> {
    let parsed: &RawValue = match serde_json::from_slice(question) {
        Ok(parsed) => parsed,
        Err(error) => {
            let refusal = Refusal::InvalidInput(format!("not JSON: {error}"));
            writeln!(out, "{}", words(Err(&refusal))?)?;
            return Ok(Asked::NotJson);
        }
    };
    match serde_json::from_str::<Vec<&RawValue>>(parsed.get()) {
        Ok(requests) => {
            let answers: Vec<String> =
                requests.into_iter().map(|request| answered(request.get())).collect::<Result<_, _>>()?;
            super::print_array(&answers, out)?;
        }
        Err(_) => writeln!(out, "{}", answered(parsed.get())?)?,
    }
    Ok(Asked::Json)
}

/// Reads one request as it is written in JSON. Fails with what is wrong in it.
pub fn read(request: &str) -> Result<Request, Refusal> {
    wire::request(request)
}

fn answered(request: &str) -> serde_json::Result<String> {
    let plan = read(request).and_then(|request| hours::plan(&request));
    words(plan.as_ref())
}

/// Why there is no plan.
#[derive(Serialize)]
struct Because {
    code: String,
    message: String,
}

fn words(plan: Result<&Plan, &Refusal>) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Refused {
        error: Because,
    }
    match plan {
        Ok(plan) => serde_json::to_string(plan),
        Err(refusal) => {
            let message = clean(&refusal.to_string(), LONGEST_MESSAGE);
            serde_json::to_string(&Refused { error: Because { code: refusal.code().to_owned(), message } })
        }
    }
}
