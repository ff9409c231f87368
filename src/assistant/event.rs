//! What happens while a question is answered, for whoever shows it: a pane, or `backhaul ask`.

use std::ops::Range;
use std::time::Duration;

use super::tools::Citation;
use super::trouble::Trouble;
use super::wire::Usage;
use crate::model::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// More of the answer, cleaned: to be appended.
    TextDelta(String),
    /// A tool began to run.
    ToolStarted {
        /// Which of this answer's.
        call: usize,
        /// Its name.
        name: String,
        /// With what, in one line.
        arguments: String,
    },
    /// It has ended.
    ToolDone {
        /// Which of this answer's.
        call: usize,
        /// What it found, or why it found nothing, in one line.
        line: String,
        /// Whether it found something.
        is_ok: bool,
    },
    /// Nothing went out yet: it is tried again after this.
    Waiting {
        /// Why, in one line.
        why: String,
        /// For how long.
        time: Duration,
    },
    /// The model has said nothing for a while; it is waited for.
    Silence {
        /// For how long.
        time: Duration,
        /// After how long it is given up.
        most: Duration,
    },
    /// The answer is there, whole or cut.
    Done(Box<Answer>),
    /// There is none.
    Failed(Failure),
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// All of its text.
    pub text: String,
    /// Nothing of it was cut or held back.
    pub is_complete: bool,
    /// What is to be known beside it, in one line: why it is not complete, or that no model wrote it.
    pub notice: Option<String>,
    /// Which model wrote it; `None` where none did.
    pub model: Option<String>,
    /// What it used up, of all rounds.
    pub usage: Usage,
    /// What that costs at list prices, in millionths of a dollar.
    pub micro_usd: i64,
    /// What was looked up, in order.
    pub tools: Vec<ToolRun>,
    /// What it names.
    pub citations: Vec<Citation>,
    /// The oldest thing that it may rest on.
    pub oldest_at: Option<Timestamp>,
    /// Where in `text` numbers stand that no tool returned, in bytes.
    pub unsupported: Vec<Range<usize>>,
}

impl Answer {
    /// Whether it is whole and rests on something that was looked up and found: words alone answer nothing.
    pub fn is_answered(&self) -> bool {
        self.is_complete && self.tools.iter().any(ToolRun::has_found)
    }
}

/// A tool that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolRun {
    /// Its name.
    pub name: String,
    /// With what.
    pub arguments: serde_json::Value,
    /// What it found; `{"error": "…"}` where it found nothing.
    pub result: serde_json::Value,
}

impl ToolRun {
    /// Whether it found something.
    pub fn has_found(&self) -> bool {
        self.result.get("error").is_none()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub trouble: Trouble,
    /// That in one line, with what to do.
    pub sentence: String,
}
