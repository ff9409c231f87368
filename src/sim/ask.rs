//! One question and its answer, free of any connection, so that a service is a function of them.

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

/// What a service is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The verb.
    pub method: Method,
    /// The path below the service's base, decoded, with its leading `/`.
    pub path: String,
    /// The query's pairs in order, decoded.
    pub query: Vec<(String, String)>,
    /// The request's headers.
    pub headers: HeaderMap,
    /// What was posted.
    pub body: Vec<u8>,
    /// Now, in Unix milliseconds.
    pub millis: i64,
    /// Now, for rate limits: those run by real time, whatever the world's clock says.
    pub instant: Instant,
}

impl Ask {
    /// A plain question at one instant, for tests of what a service answers.
    #[cfg(test)]
    pub fn get(path: &str, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| {
            let value = value.parse().expect("a test writes plain headers");
            (axum::http::HeaderName::from_static(name), value)
        });
        Self {
            method: Method::GET,
            path: path.to_owned(),
            query: Vec::new(),
            headers: headers.collect(),
            body: Vec::new(),
            millis: 1_795_521_600_000,
            instant: Instant::now(),
        }
    }

    /// Now, in Unix seconds.
    pub const fn now(&self) -> i64 {
        self.millis.div_euclid(1000)
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// Other headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The body goes out in pieces that are cut anywhere, by this chance; `None`: in one.
    pub pieces: Option<u64>,
}

impl Answer {
    /// JSON.
    pub fn json(status: StatusCode, value: &Value) -> Self {
        Self::raw_json(status, value.to_string())
    }

    /// What is called JSON and may be none.
    pub fn raw_json(status: StatusCode, text: String) -> Self {
        Self {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            body: text.into_bytes(),
            pieces: None,
        }
    }

    /// Plain text.
    pub fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self { content_type: "text/plain", ..Self::raw_json(status, text.into()) }
    }

    /// Events as they stream, in pieces that are cut by this chance.
    pub fn events(text: String, pieces: u64) -> Self {
        Self {
            content_type: "text/event-stream",
            pieces: Some(pieces),
            ..Self::raw_json(StatusCode::OK, text)
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
