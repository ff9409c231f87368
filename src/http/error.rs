//! What went wrong with a request, and whether asking again can help.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use crate::model::{Timestamp, clean};

/// How much of an error page is read.
pub(super) const BODY_SHOWN: usize = 8 * 1024;
/// How much of its text is kept in a message.
const MESSAGE_SHOWN: usize = 160;
/// How the message of a 500 begins.
const FAULT: &str = "HTTP 500";
/// A server that asks for more than this is asked again after this.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// A request that brought no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure.
    pub kind: Kind,
    /// The upstream's words or ours, cleaned; never a credential.
    pub message: String,
    /// Whether the upstream said anything at all.
    pub answered: bool,
}

/// What the caller may decide on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The credential is refused (401).
    Unauthorized,
    /// The credential is good, but not for this (403).
    Forbidden,
    /// No such thing, or no such endpoint (404, 410, 501).
    NotFound,
    /// Too many calls (429); with how long to stay away, where the upstream says.
    Throttled {
        /// From the answer's `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Not reachable, or in trouble itself (5xx, refused, reset, no such host).
    Unavailable {
        /// From the answer's `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// No answer in time.
    Timeout,
    /// An answer that is not what this endpoint answers.
    Malformed,
    /// More bytes, or more pages, than a sane answer has.
    TooLarge,
    /// The request itself is refused (any other 4xx): a bug of ours, or a cursor gone stale.
    Rejected,
}

impl Kind {
    /// Whether the same request may well succeed later without anybody changing anything.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Unavailable { .. } | Self::Timeout | Self::Malformed => true,
            Self::Unauthorized | Self::Forbidden | Self::NotFound | Self::TooLarge | Self::Rejected => false,
        }
    }
}

impl Error {
    /// An answer that could not be understood; `why` must not repeat the body.
    pub fn malformed(why: impl fmt::Display) -> Self {
        Self { kind: Kind::Malformed, message: clean(&why.to_string(), MESSAGE_SHOWN), answered: true }
    }

    /// Whether the server fell over at this very request (500), as some do at one they do not like;
    /// not an outage (502, 503, unreachable), which has nothing to do with what was asked.
    pub fn is_fault(&self) -> bool {
        matches!(self.kind, Kind::Unavailable { .. }) && self.message.starts_with(FAULT)
    }

    pub(super) fn too_large(cap: usize) -> Self {
        Self {
            kind: Kind::TooLarge,
            message: format!("the answer is larger than {} MiB", cap >> 20),
            answered: true,
        }
    }

    /// From an answer that was not 2xx. `body` is shown by its first sentence, cleaned.
    pub(super) fn from_status(status: u16, retry_after: Option<Duration>, body: &str) -> Self {
        let kind = match status {
            401 => Kind::Unauthorized,
            403 => Kind::Forbidden,
            404 | 410 | 501 => Kind::NotFound,
            408 => Kind::Timeout,
            429 => Kind::Throttled { retry_after },
            500.. => Kind::Unavailable { retry_after },
            // Redirects among them: one that was not followed leads to another host.
            _ => Kind::Rejected,
        };
        let reason = StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or("");
        let mut message = format!("HTTP {status} {reason}").trim_end().to_owned();
        if (300..400).contains(&status) {
            message.push_str(", a redirect to another host, which is not followed");
        }
        let said = first_words(body);
        if !said.is_empty() {
            message = format!("{message}: {said}");
        }
        Self { kind, message, answered: true }
    }

    pub(super) fn from_reqwest(error: &reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            Kind::Timeout
        } else if is_garbled(error) {
            Kind::Malformed
        } else if error.is_redirect() {
            // Within the same host, or it would not have been followed: a loop of the server's own.
            Kind::Rejected
        } else {
            Kind::Unavailable { retry_after: None }
        };
        Self { kind, message: clean(&deepest(error), MESSAGE_SHOWN), answered: false }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Unauthorized => write!(f, "credentials refused ({}); check the token", self.message),
            Kind::Forbidden => {
                write!(f, "not allowed ({}); the token lacks a permission for this", self.message)
            }
            Kind::NotFound => write!(f, "not offered by this server ({})", self.message),
            Kind::Throttled { .. } => write!(f, "asked to slow down ({})", self.message),
            Kind::Unavailable { .. } => write!(f, "not available ({})", self.message),
            Kind::Timeout => write!(f, "no answer in time ({})", self.message),
            Kind::Malformed => write!(f, "answer not understood ({})", self.message),
            Kind::TooLarge | Kind::Rejected => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

/// Reads a `Retry-After`: seconds, whole or fractional (Samsara: `0.40235`), or an HTTP date.
/// Never longer than an hour.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        let seconds = seconds.is_finite().then_some(seconds)?.clamp(0.0, LONGEST_WAIT.as_secs_f64());
        return Some(Duration::from_secs_f64(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    let at = Timestamp::from_millis(date.timestamp().as_millisecond());
    Some(at.since(now).min(LONGEST_WAIT))
}

fn is_garbled(error: &reqwest::Error) -> bool {
    // A stream that breaks off is the network's fault; one that cannot be inflated is the server's.
    // reqwest calls both "decode" as soon as the body is compressed, so the cause must tell.
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData)
        {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// The innermost cause: "Connection refused" rather than "error sending request for url (…)".
pub(super) fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // reqwest's own text names the URL, and with it perhaps a token in its query.
    if std::ptr::addr_eq(cause, error) { "request failed".to_owned() } else { cause.to_string() }
}

/// The first sentence of an error body: the `message` of a JSON object, else text without markup.
fn first_words(body: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Said {
        message: Option<String>,
        error: Option<serde_json::Value>,
        #[serde(rename = "requestId")]
        request_id: Option<String>,
    }
    let text = match serde_json::from_str::<Said>(body) {
        Ok(said) => {
            let words =
                said.message.or_else(|| said.error.and_then(|error| error.as_str().map(str::to_owned)));
            let request = said.request_id.map(|id| format!("(request {id})"));
            [words, request].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Err(_) => without_markup(body),
    };
    clean(&text, MESSAGE_SHOWN)
}

fn without_markup(body: &str) -> String {
    let mut inside = 0_u32;
    let mut text = String::new();
    for c in body.chars() {
        match c {
            '<' => inside += 1,
            '>' if inside > 0 => {
                inside -= 1;
                text.push(' ');
            }
            _ if inside == 0 => text.push(c),
            _ => {}
        }
    }
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let now = Timestamp::parse("2026-11-20T15:00:00Z").unwrap();
        let check = |value: &str, millis: Option<u128>| {
            assert_eq!(retry_after(value, now).map(|wait| wait.as_millis()), millis, "{value}");
        };
        check("7", Some(7000));
        check("0.40235", Some(402));
        check("Fri, 20 Nov 2026 15:00:30 GMT", Some(30_000));
        check("Fri, 20 Nov 2026 14:00:00 GMT", Some(0));
        check("999999", Some(3_600_000));
        check("-3", Some(0));
        check("soon", None);
        check("NaN", None);
    }

    #[test]
    fn the_upstreams_words_are_kept_short_and_without_markup() {
        let check = |status, body: &str, expected: &str| {
            assert_eq!(Error::from_status(status, None, body).message, expected);
        };
        check(
            401,
            r#"{"message":"invalid token","requestId":"aa-bb"}"#,
            "HTTP 401 Unauthorized: invalid token (request aa-bb)",
        );
        check(502, "<html><body>\n<h1>Bad gateway</h1></body></html>", "HTTP 502 Bad Gateway: Bad gateway");
        check(503, "context deadline exceeded", "HTTP 503 Service Unavailable: context deadline exceeded");
        check(404, "null", "HTTP 404 Not Found: null");
    }

    #[test]
    fn a_fault_of_the_server_is_no_outage() {
        let check = |status, fault| {
            assert_eq!(Error::from_status(status, None, "oh").is_fault(), fault, "{status}");
        };
        check(500, true);
        for status in [400, 401, 429, 502, 503, 504] {
            check(status, false);
        }
        assert!(!Error::malformed("HTTP 500").is_fault());
    }

    #[test]
    fn only_what_may_pass_is_worth_asking_again() {
        let check = |status, passes| {
            assert_eq!(Error::from_status(status, None, "").kind.may_pass(), passes, "{status}");
        };
        for status in [408, 429, 500, 502, 503, 504] {
            check(status, true);
        }
        for status in [302, 400, 401, 403, 404, 405, 501] {
            check(status, false);
        }
    }
}
