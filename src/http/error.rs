//! What went wrong with a request, and whether asking again can help.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use crate::model::{Timestamp, UNSUPPORTED, clean};

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
    /// The status of an answer that was not 2xx.
    pub status: Option<u16>,
    /// The word by which the error's JSON body names it (`connection_disconnected`, `invalid_grant`).
    pub code: Option<String>,
    /// When the window of a rate limit begins anew, where `X-Rate-Limit-Reset` says so as a Unix time
    /// (Mapbox); services that write something else there say `Retry-After` as well.
    pub renews_at: Option<Timestamp>,
}

/// What the caller may decide on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The credential is refused (401).
    Unauthorized,
    /// The credential is good, but what it leads to has to be linked anew by a person.
    Relink,
    /// The credential is good, but not for this (403).
    Forbidden,
    /// No such thing, or no such endpoint (404, 410, 501).
    NotFound,
    /// What stands behind this service does not have it, and will not have it in an hour.
    Unsupported,
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
            Self::Unauthorized
            | Self::Relink
            | Self::Forbidden
            | Self::NotFound
            | Self::Unsupported
            | Self::TooLarge
            | Self::Rejected => false,
        }
    }

    /// Whether it holds for the whole account, so that nothing else of it need be tried.
    pub const fn is_of_the_account(self) -> bool {
        matches!(self, Self::Unauthorized | Self::Relink)
    }
}

impl Error {
    /// An answer that was no success, though HTTP may have called it one. `why` is cleaned and cut.
    pub fn new(kind: Kind, why: impl fmt::Display) -> Self {
        let message = clean(&why.to_string(), MESSAGE_SHOWN);
        Self { kind, message, answered: true, status: None, code: None, renews_at: None }
    }

    /// What went wrong without the upstream's own words, so that what fails alike is counted alike.
    pub fn in_brief(&self) -> String {
        match (self.status, self.kind) {
            (Some(status), _) => format!("it cannot be read by itself: HTTP {status}"),
            (None, Kind::Malformed) => "it cannot be read by itself: its answer is not understood".to_owned(),
            (None, _) => "it cannot be read by itself".to_owned(),
        }
    }

    /// An answer that could not be understood; `why` must not repeat the body.
    pub fn malformed(why: impl fmt::Display) -> Self {
        Self::new(Kind::Malformed, why)
    }

    /// Whether the server fell over at this very request (500), as some do at one they do not like;
    /// not an outage (502, 503, unreachable), which has nothing to do with what was asked.
    pub fn is_fault(&self) -> bool {
        matches!(self.kind, Kind::Unavailable { .. }) && self.message.starts_with(FAULT)
    }

    pub(super) fn too_large(cap: usize) -> Self {
        Self::new(Kind::TooLarge, format_args!("the answer is larger than {} MiB", cap >> 20))
    }

    /// From an answer that was not 2xx. `body` is shown by its first sentence, cleaned.
    pub(super) fn from_status(status: u16, retry_after: Option<Duration>, body: &str) -> Self {
        let Said { words: said, code, retry_after: said_wait } = first_words(body);
        let retry_after = retry_after.or(said_wait);
        let kind = match status {
            401 => Kind::Unauthorized,
            403 => Kind::Forbidden,
            404 | 410 | 501 => Kind::NotFound,
            408 => Kind::Timeout,
            429 => Kind::Throttled { retry_after },
            // A redirect that was not followed leads to another host: a captive portal, a service that moves.
            300..=399 | 500.. => Kind::Unavailable { retry_after },
            _ => Kind::Rejected,
        };
        let reason = StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or("");
        let mut message = format!("HTTP {status} {reason}").trim_end().to_owned();
        if (300..400).contains(&status) {
            message.push_str(", a redirect to another host, which is not followed");
        }
        if !said.is_empty() {
            message = format!("{message}: {said}");
        }
        Self { kind, message, answered: true, status: Some(status), code, renews_at: None }
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
        Self { answered: false, ..Self::new(kind, deepest(error)) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Unauthorized => write!(f, "credentials refused ({}); check the credential", self.message),
            Kind::Relink => write!(f, "the account must be linked again ({})", self.message),
            Kind::Unsupported => write!(f, "{UNSUPPORTED} ({})", self.message),
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
        return sane_wait(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    let at = Timestamp::from_millis(date.timestamp().as_millisecond());
    Some(at.since(now).min(LONGEST_WAIT))
}

/// Reads an `X-Rate-Limit-Reset` that is a Unix time in seconds, whole or fractional; a number of seconds
/// to wait, as other services write it, is none.
pub(super) fn unix_time(value: &str) -> Option<Timestamp> {
    const Y2001: f64 = 1e9;
    const Y2286: f64 = 1e10;
    let seconds: f64 = value.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to lie in this and the next centuries")]
    (Y2001..Y2286).contains(&seconds).then(|| Timestamp::from_millis((seconds * 1000.0) as i64))
}

fn sane_wait(seconds: f64) -> Option<Duration> {
    let seconds = seconds.is_finite().then_some(seconds)?.clamp(0.0, LONGEST_WAIT.as_secs_f64());
    Some(Duration::from_secs_f64(seconds))
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

/// What an error body says.
#[derive(Default)]
struct Said {
    /// Its first sentence.
    words: String,
    /// The word that names the error.
    code: Option<String>,
    /// How long to stay away, where no header says it (Terminal).
    retry_after: Option<Duration>,
}

/// The `message` of a JSON object and what goes with it, else text without markup.
fn first_words(body: &str) -> Said {
    /// As the services write it: Samsara and Terminal, Motive, an OAuth server (RFC 6749 §5.2).
    #[derive(serde::Deserialize)]
    struct Told {
        #[serde(alias = "error_message", alias = "error_description")]
        message: Option<String>,
        error: Option<serde_json::Value>,
        code: Option<serde_json::Value>,
        detail: Option<serde_json::Value>,
        #[serde(rename = "requestId")]
        request_id: Option<String>,
        #[serde(rename = "retryAfter")]
        retry_after: Option<serde_json::Value>,
    }
    let Ok(told) = serde_json::from_str::<Told>(body) else {
        return Said { words: clean(&without_markup(body), MESSAGE_SHOWN), ..Said::default() };
    };
    let word = |value: Option<serde_json::Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let error = word(told.error);
    let code = word(told.code).or_else(|| error.clone()).map(|code| clean(&code, MESSAGE_SHOWN));
    let detail = told.detail.as_ref().and_then(detail).map(|detail| format!("({detail})"));
    let request = told.request_id.map(|id| format!("(request {id})"));
    let text = [told.message.or(error), detail, request].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let retry_after = told.retry_after.and_then(|seconds| sane_wait(seconds.as_f64()?));
    Said { words: clean(&text, MESSAGE_SHOWN), code, retry_after }
}

/// What exactly is wrong: a sentence, or a list of things that each have one (Terminal writes both).
fn detail(detail: &serde_json::Value) -> Option<&str> {
    match detail {
        serde_json::Value::Array(several) => several.first()?.get("message")?.as_str(),
        one => one.as_str(),
    }
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
    fn a_windows_end_is_a_unix_time_or_nothing() {
        let check = |value: &str, secs: Option<i64>| {
            assert_eq!(unix_time(value), secs.map(Timestamp::from_secs), "{value}");
        };
        check("1795334460", Some(1_795_334_460));
        check(" 1795334460.0 ", Some(1_795_334_460));
        for other in ["58", "1795334460000", "-1795334460", "soon", "NaN", ""] {
            check(other, None);
        }
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
        check(401, r#"{"error_message":"invalid API key"}"#, "HTTP 401 Unauthorized: invalid API key");
        check(502, "<html><body>\n<h1>Bad gateway</h1></body></html>", "HTTP 502 Bad Gateway: Bad gateway");
        check(503, "context deadline exceeded", "HTTP 503 Service Unavailable: context deadline exceeded");
        check(404, "null", "HTTP 404 Not Found: null");
    }

    #[test]
    fn an_errors_own_name_is_kept() {
        let check = |body: &str, expected: Option<&str>| {
            assert_eq!(Error::from_status(422, None, body).code.as_deref(), expected, "{body}");
        };
        check(
            r#"{"code":"connection_disconnected","message":"re-link","detail":[]}"#,
            Some("connection_disconnected"),
        );
        check(r#"{"error":"invalid_grant","error_description":"used up"}"#, Some("invalid_grant"));
        check(r#"{"code":-32000}"#, None);
        check("<html>invalid_grant</html>", None);
    }

    #[test]
    fn detail_is_a_sentence_or_a_list_of_them() {
        let check = |detail: &str, expected: &str| {
            let body = format!(r#"{{"code":"x","message":"no","detail":{detail}}}"#);
            assert_eq!(Error::from_status(400, None, &body).message, expected, "{detail}");
        };
        check(r#""ask less""#, "HTTP 400 Bad Request: no (ask less)");
        check(
            r#"[{"message":"ask less","path":"q"},{"message":"2"}]"#,
            "HTTP 400 Bad Request: no (ask less)",
        );
        for nothing in ["[]", "null", "{}", "[3]"] {
            check(nothing, "HTTP 400 Bad Request: no");
        }
    }

    #[test]
    fn the_header_says_how_long_to_wait_and_else_the_body() {
        let check = |header: Option<u64>, body: &str, millis: Option<u128>| {
            let error = Error::from_status(429, header.map(Duration::from_millis), body);
            let Kind::Throttled { retry_after } = error.kind else { panic!("{error:?}") };
            assert_eq!(retry_after.map(|wait| wait.as_millis()), millis, "{body}");
        };
        check(Some(620), r#"{"retryAfter":60,"message":"slow"}"#, Some(620));
        check(None, r#"{"retryAfter":60,"message":"slow"}"#, Some(60_000));
        check(None, r#"{"retryAfter":1e9}"#, Some(3_600_000));
        check(None, r#"{"retryAfter":"later"}"#, None);
        check(None, "{}", None);
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
        for status in [302, 408, 429, 500, 502, 503, 504] {
            check(status, true);
        }
        for status in [400, 401, 403, 404, 405, 501] {
            check(status, false);
        }
    }
}
