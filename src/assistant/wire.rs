//! Requests and answers of Gemini's `generateContent` as they are written. Decides nothing.
//!
//! What the model said goes back to it byte for byte, signatures and members unknown to us among it, or the
//! next request is refused: so parts are kept as they came, and only looked into.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// One turn of one speaker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Content {
    /// Who speaks.
    pub role: Role,
    /// What is said, as it is written.
    pub parts: Vec<Box<RawValue>>,
}

/// Who speaks. Results of tools are the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// We.
    User,
    /// Gemini.
    Model,
}

impl Content {
    /// Our words.
    pub fn user(text: &str) -> Self {
        Self { role: Role::User, parts: text_part(text).into_iter().collect() }
    }

    /// Words of the model that it need not recognise: an earlier turn, told to another model.
    pub fn retold(text: &str) -> Self {
        Self { role: Role::Model, parts: text_part(text).into_iter().collect() }
    }

    /// Bytes that it takes in a request.
    pub fn size(&self) -> usize {
        self.parts.iter().map(|part| part.get().len() + 1).sum()
    }
}

/// A part of text; `None` for empty text, which some versions refuse.
fn text_part(text: &str) -> Option<Box<RawValue>> {
    #[derive(Serialize)]
    struct Text<'a> {
        text: &'a str,
    }
    if text.is_empty() { None } else { serde_json::value::to_raw_value(&Text { text }).ok() }
}

/// What is asked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    /// The conversation so far, the newest last.
    pub contents: Vec<&'a Content>,
    /// Who the model is to be.
    pub system_instruction: System<'a>,
    /// What it may call.
    pub tools: [Tools<'a>; 1],
    /// Whether it may call just now.
    pub tool_config: ToolConfig,
    /// How it is to answer.
    pub generation_config: Generation,
}

/// The system's text.
#[derive(Debug, Serialize)]
pub struct System<'a> {
    /// One part.
    pub parts: [Text<'a>; 1],
}

/// A text.
#[derive(Debug, Serialize)]
pub struct Text<'a> {
    /// The text.
    pub text: &'a str,
}

/// Declarations of tools.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tools<'a> {
    /// As they are written.
    pub function_declarations: &'a [serde_json::Value],
}

/// Whether tools may be called.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolConfig {
    /// The mode.
    pub function_calling_config: Calling,
}

/// Whether tools may be called.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Calling {
    /// The mode.
    pub mode: Mode,
}

/// Whether tools may be called. `ANY`, which must call, is not here: a loop with it never ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// As the model likes.
    Auto,
    /// No: it must answer.
    None,
}

/// How to answer. Temperature and its kin are ignored by current models, so they are not sent.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Generation {
    /// Thinking counts: with few, nothing is answered.
    pub max_output_tokens: u32,
    /// How much to think.
    pub thinking_config: Thinking,
}

/// How much to think.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Thinking {
    /// The level.
    pub thinking_level: Level,
}

/// How much to think. Not every model has every level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Hardly.
    Minimal,
    /// Little.
    Low,
    /// More.
    Medium,
    /// Much.
    High,
    /// Very much.
    Xhigh,
}

impl Level {
    /// By the configuration's word.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "minimal" => Some(Self::Minimal),
            "low" => Some(Self::Low),
            "medium" => Some(Self::Medium),
            "high" => Some(Self::High),
            "xhigh" => Some(Self::Xhigh),
            _ => None,
        }
    }

    /// How long it may be silent over its thoughts: up to a minute is normal for who thinks little.
    pub const fn silence(self) -> Duration {
        match self {
            Self::Minimal | Self::Low => Duration::from_mins(1),
            Self::Medium | Self::High | Self::Xhigh => Duration::from_mins(2),
        }
    }

    /// The nearest level that `model` takes: another is a 400.
    #[must_use]
    pub fn of(self, model: &str) -> Self {
        let has_no_minimal =
            ["gemini-3.7", "gemini-3.8", "gemini-4"].iter().any(|one| model.starts_with(one))
                || model.contains("pro");
        match self {
            Self::Minimal if has_no_minimal => Self::Low,
            Self::Xhigh if !model.starts_with("gemini-4") => Self::High,
            level => level,
        }
    }
}

/// One piece of an answer. Everything in it is optional, and has been seen missing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chunk {
    /// What is said; one, since no more are asked for.
    pub candidates: Option<Vec<Candidate>>,
    /// Why nothing is.
    pub prompt_feedback: Option<Feedback>,
    /// Tokens so far.
    pub usage_metadata: Option<Usage>,
    /// Which model answers.
    pub model_version: Option<String>,
    /// An error that came after HTTP 200.
    pub error: Option<ApiError>,
}

/// What is said.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The words.
    pub content: Option<Said>,
    /// Why it ends, in the last piece.
    pub finish_reason: Option<String>,
    /// To go on, where an answer was cut for its length (Gemini 4).
    pub continuation_token: Option<String>,
}

/// The words.
#[derive(Debug, Default, Deserialize)]
pub struct Said {
    /// As they are written.
    pub parts: Option<Vec<Box<RawValue>>>,
}

/// Why a question was not answered at all.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    /// The code.
    pub block_reason: Option<String>,
}

/// What we look at in a part.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Words.
    pub text: Option<String>,
    /// The words are a thought, not an answer.
    pub thought: Option<bool>,
    /// A tool is called.
    pub function_call: Option<FunctionCall>,
}

/// A tool is called.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct FunctionCall {
    /// By which its answer is told from others; older models give none.
    pub id: Option<String>,
    /// Which.
    #[serde(default)]
    pub name: String,
    /// With what; absent is nothing.
    #[serde(default, deserialize_with = "arguments")]
    pub args: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What is no object names nothing; the tool then says what it lacks, and the model may try again.
fn arguments<'de, D: Deserializer<'de>>(
    told: D,
) -> Result<Option<serde_json::Map<String, serde_json::Value>>, D::Error> {
    Ok(match serde_json::Value::deserialize(told)? {
        serde_json::Value::Object(arguments) => Some(arguments),
        _ => None,
    })
}

/// A count as a number or as text; what is none counts for nothing, since no answer is worth less for it.
fn count<'de, D: Deserializer<'de>>(told: D) -> Result<u64, D::Error> {
    let told = serde_json::Value::deserialize(told)?;
    let number = told.as_f64().or_else(|| told.as_str()?.trim().parse().ok()).unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    Ok(number as u64)
}

/// What was used up. Values of a stream are cumulative: the last ones count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Of the question.
    #[serde(deserialize_with = "count")]
    pub prompt_token_count: u64,
    /// Of those, found in a cache.
    #[serde(deserialize_with = "count")]
    pub cached_content_token_count: u64,
    /// Of the answer.
    #[serde(deserialize_with = "count")]
    pub candidates_token_count: u64,
    /// Of thinking, which is paid for like an answer.
    #[serde(deserialize_with = "count")]
    pub thoughts_token_count: u64,
    /// Of results of tools that the service itself ran.
    #[serde(deserialize_with = "count")]
    pub tool_use_prompt_token_count: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: &Self) -> Self {
        Self {
            prompt_token_count: self.prompt_token_count.saturating_add(other.prompt_token_count),
            cached_content_token_count: self
                .cached_content_token_count
                .saturating_add(other.cached_content_token_count),
            candidates_token_count: self.candidates_token_count.saturating_add(other.candidates_token_count),
            thoughts_token_count: self.thoughts_token_count.saturating_add(other.thoughts_token_count),
            tool_use_prompt_token_count: self
                .tool_use_prompt_token_count
                .saturating_add(other.tool_use_prompt_token_count),
        }
    }
}

/// An error's body.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApiError {
    /// An HTTP status.
    pub code: Option<serde_json::Value>,
    /// Words.
    pub message: Option<String>,
    /// A code such as `RESOURCE_EXHAUSTED`.
    pub status: Option<String>,
    /// What else there is to know, of many types.
    pub details: Option<Vec<serde_json::Value>>,
}

/// The result of a tool, for the call it belongs to.
pub fn function_response(call: &FunctionCall, response: &serde_json::Value) -> Option<Box<RawValue>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Wrapped<'a> {
        function_response: Result<'a>,
    }
    #[derive(Serialize)]
    struct Result<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        name: &'a str,
        response: &'a serde_json::Value,
    }
    let response = Result { id: call.id.as_deref(), name: &call.name, response };
    serde_json::value::to_raw_value(&Wrapped { function_response: response }).ok()
}
