//! The simulated Gemini: `generateContent` and its stream in the real framing, behind it a few simple rules in
//! place of a model. It says that it is the demo model.
//!
//! As strict about a request as the original: `check` refuses what it refuses, a missing or altered thought
//! signature among it. `rules` choose what is called and said, `write` puts it into pieces.

mod check;
mod only;
mod rules;
mod write;

use axum::http::{Method, StatusCode};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::Upstream;
use super::ask::{Answer, Ask};
use super::server::Service;

/// What it calls itself: nobody is to take it for Gemini.
pub const DEMO: &str = "backhaul-demo-model";

/// Models that there are.
const MODELS: &[&str] =
    &["gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-3.6-flash", "gemini-4-hydrogen"];

/// The service.
#[derive(Debug)]
pub struct Gemini {
    key: String,
    seed: u64,
}

/// A refusal: status, code, words, details.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Value,
}

impl Refusal {
    /// The request is wrong.
    fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "INVALID_ARGUMENT",
            message: message.into(),
            details: Value::Null,
        }
    }

    fn answer(self) -> Answer {
        let mut error = json!({ "code": self.status.as_u16(), "message": self.message, "status": self.code });
        if !self.details.is_null() {
            error["details"] = self.details;
        }
        let body = json!({ "error": error });
        // Pretty, as the original writes its errors.
        Answer::raw_json(self.status, format!("{body:#}\n"))
    }
}

impl Gemini {
    /// A Gemini for whoever has the key.
    pub fn new(key: String, seed: u64) -> Self {
        Self { key, seed }
    }

    fn checked(&self, ask: &Ask) -> Result<Answer, Refusal> {
        self.known(ask)?;
        let rest = ask.path.strip_prefix("/v1beta/models").ok_or_else(not_found)?;
        if ask.method == Method::GET {
            return listed(rest);
        }
        let call = rest.strip_prefix('/').and_then(|rest| rest.split_once(':'));
        let Some((model, how)) = call.filter(|_| ask.method == Method::POST) else { return Err(not_found()) };
        if !MODELS.contains(&model) {
            return Err(Refusal { message: no_model(model), ..not_found() });
        }
        let asked: Value = serde_json::from_slice(&ask.body)
            .map_err(|_not_json| Refusal::invalid("Invalid JSON payload received."))?;
        let signer = Signer { seed: self.seed, model };
        check::request(&asked, model, &signer)?;
        let said = rules::said(&asked);
        let chunks = write::chunks(&said, &asked, &signer);
        match (how, ask.parameter("alt")) {
            ("generateContent", _) => Ok(Answer::json(StatusCode::OK, &write::whole(&chunks))),
            ("streamGenerateContent", Some("sse")) => {
                let body =
                    chunks.iter().fold(String::new(), |body, chunk| body + &format!("data: {chunk}\r\n\r\n"));
                Ok(Answer::events(body, self.seed ^ ask.body.len() as u64))
            }
            ("streamGenerateContent", _) => {
                let all: Vec<String> = chunks.iter().map(|chunk| format!("{chunk:#}")).collect();
                Ok(Answer::raw_json(StatusCode::OK, format!("[{}\n]\n", all.join("\n,\n"))))
            }
            _ => Err(not_found()),
        }
    }

    /// The key counts in its header alone: one in an address ends in somebody's log.
    fn known(&self, ask: &Ask) -> Result<(), Refusal> {
        match ask.header("x-goog-api-key") {
            Some(key) if key == self.key => Ok(()),
            Some(_) => Err(Refusal {
                details: json!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com"
                }]),
                ..Refusal::invalid("API key not valid. Please pass a valid API key.")
            }),
            None => Err(Refusal {
                status: StatusCode::FORBIDDEN,
                code: "PERMISSION_DENIED",
                message: "Method doesn't allow unregistered callers (callers without established identity)."
                    .to_owned(),
                details: Value::Null,
            }),
        }
    }
}

impl Service for Gemini {
    fn upstream(&self) -> Upstream {
        Upstream::Gemini
    }

    fn prefix(&self) -> &'static str {
        "/gemini"
    }

    fn answer(&self, ask: &Ask) -> Answer {
        self.checked(ask).unwrap_or_else(Refusal::answer)
    }
}

/// Signs what a model said, as only this model can.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    seed: u64,
    model: &'a str,
}

impl Signer<'_> {
    /// The signature of a part's own member.
    fn of(&self, part: &Value) -> String {
        let text = format!("{} {} {part}", self.seed, self.model);
        let hash = digest(&SHA256, text.as_bytes());
        hash.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

fn listed(rest: &str) -> Result<Answer, Refusal> {
    let described = |model: &str| {
        json!({
            "name": format!("models/{model}"),
            "displayName": format!("{model}, played by the demo model"),
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent"],
            "thinking": true
        })
    };
    match rest.strip_prefix('/') {
        None if rest.is_empty() => {
            let models: Vec<_> = MODELS.iter().map(|model| described(model)).collect();
            Ok(Answer::json(StatusCode::OK, &json!({ "models": models })))
        }
        Some(model) if MODELS.contains(&model) => Ok(Answer::json(StatusCode::OK, &described(model))),
        _ => Err(not_found()),
    }
}

fn no_model(model: &str) -> String {
    format!("models/{model} is not found for API version v1beta, or is not supported for generateContent.")
}

fn not_found() -> Refusal {
    Refusal {
        status: StatusCode::NOT_FOUND,
        code: "NOT_FOUND",
        message: "Requested entity was not found.".to_owned(),
        details: Value::Null,
    }
}
