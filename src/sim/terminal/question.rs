//! What Terminal may be asked: the parameters and their forms, and paging. A cursor holds for the
//! question it was given for, and for three days.

use axum::http::StatusCode;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::ask::{Answer, Ask};
use super::super::chance::Chance;
use super::super::cursor;
use super::{DAY, Endpoint, refusal};
use crate::model::Timestamp;

/// Rows to a page where nothing is asked for. There is no upper limit.
const LIMIT: usize = 100;
/// Ids to a list of them.
const IDS: usize = 50;
/// Seconds that a cursor holds.
const HOLDS: i64 = 3 * DAY;

/// A parameter: its name and form.
pub type Parameter = (&'static str, Kind);

/// The form of a parameter.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// RFC 3339.
    Instant,
    /// `YYYY-MM-DD`.
    Day,
    /// Up to fifty ids with this prefix, with commas.
    Ids(&'static str),
}

/// The days of a daily log.
pub const DATES: [Parameter; 2] = [("startDate", Kind::Day), ("endDate", Kind::Day)];

/// Refuses what an endpoint does not take.
pub fn check(endpoint: &Endpoint, ask: &Ask) -> Result<(), Answer> {
    for (at, (name, value)) in ask.query.iter().enumerate() {
        if ask.query[..at].iter().any(|(other, _)| other == name) {
            return Err(bad(name, "must be given once"));
        }
        let fits = match name.as_str() {
            "cursor" => !value.is_empty(),
            "limit" => value.parse::<usize>().is_ok_and(|limit| limit > 0),
            "raw" => is_flag(value),
            "expand" => {
                let wanted: Vec<&str> = value.split(',').collect();
                let once = |(at, word): (usize, &&str)| !wanted[..at].contains(word);
                wanted.iter().all(|word| endpoint.expand.contains(word))
                    && wanted.iter().enumerate().all(once)
            }
            other => match endpoint.parameters.iter().find(|(known, _)| *known == other) {
                Some((_, kind)) => kind.fits(value),
                None => return Err(bad(name, "is not expected to be here")),
            },
        };
        if !fits {
            return Err(bad(name, "must be valid"));
        }
    }
    Ok(())
}

impl Kind {
    fn fits(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Flag => is_flag(value),
            Self::Instant => Timestamp::parse(value).is_some(),
            Self::Day => value.parse::<Date>().is_ok(),
            Self::Ids(prefix) => {
                let is_id = |id: &str| id.strip_prefix(prefix).is_some_and(|ulid| ulid.len() == 26);
                value.split(',').count() <= IDS && value.split(',').all(is_id)
            }
        }
    }
}

fn is_flag(value: &str) -> bool {
    matches!(value, "true" | "false")
}

/// A 400 about one parameter: its detail is a list.
pub fn bad(name: &str, what: &str) -> Answer {
    let detail = json!([{
        "message": format!("'{name}' property {what}"),
        "path": format!("{{requestQuery}}.{name}"),
        "suggestion": format!("Please ensure you submit a valid '{name}' property"),
        "context": {},
    }]);
    refusal(StatusCode::BAD_REQUEST, "bad_request", "Invalid request query", &detail)
}

/// Whether a flag was given as true.
pub fn flag(ask: &Ask, name: &str) -> bool {
    ask.parameter(name) == Some("true")
}

/// Whether a key is to be written out.
pub fn expands(ask: &Ask, key: &str) -> bool {
    ask.parameter("expand").is_some_and(|keys| keys.split(',').any(|other| other == key))
}

/// An instant parameter, in Unix seconds.
pub fn instant(ask: &Ask, name: &str) -> Option<i64> {
    Some(Timestamp::parse(ask.parameter(name)?)?.millis().div_euclid(1000))
}

/// Whether a row changed at `at` is within `modifiedAfter` and `modifiedBefore`.
pub fn modified(ask: &Ask, at: i64) -> bool {
    instant(ask, "modifiedAfter").is_none_or(|after| at >= after)
        && instant(ask, "modifiedBefore").is_none_or(|before| at < before)
}

/// The rows that a page may hold.
pub fn limit(ask: &Ask) -> usize {
    ask.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(LIMIT)
}

/// Where a page begins: in the list, and within what stands there. `blank` asks for an empty page
/// first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct From {
    pub place: usize,
    pub offset: usize,
    pub blank: bool,
}

/// Where the question's cursor points; the beginning without one.
pub fn from(ask: &Ask) -> Result<From, Answer> {
    let Some(text) = ask.parameter("cursor") else { return Ok(From::default()) };
    let parts = text.strip_suffix("+=").and_then(|text| cursor::read::<4>(question(ask), text));
    match parts {
        Some([place, offset, blank, since]) if ask.now() - since <= HOLDS => {
            Ok(From { place: place as usize, offset: offset as usize, blank: blank != 0 })
        }
        _ => Err(bad("cursor", "must be valid")),
    }
}

/// The cursor for a page. It must be written with percent signs in a URL, as any text.
pub fn next(ask: &Ask, from: From) -> String {
    let parts = [from.place as i64, from.offset as i64, i64::from(from.blank), ask.now()];
    format!("{}+=", cursor::write(question(ask), &parts))
}

/// A number for the question without its place in the list.
fn question(ask: &Ask) -> u64 {
    let mut pairs: Vec<&(String, String)> =
        ask.query.iter().filter(|(name, _)| name != "cursor" && name != "limit").collect();
    pairs.sort_unstable();
    let words = pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let bytes = std::iter::once(ask.path.as_str()).chain(words).flat_map(str::bytes);
    Chance::of(&bytes.map(u64::from).collect::<Vec<_>>()).throw()
}

/// The page of `all` that is asked for. Before the second, the fifth … page comes an empty one: its
/// rows took the provider too long.
pub fn page<T: Copy>(ask: &Ask, all: &[T], write: impl FnMut(T) -> Value) -> Result<Value, Answer> {
    let from = from(ask)?;
    if from.blank {
        return Ok(results(Vec::new(), Some(next(ask, From { blank: false, ..from }))));
    }
    let limit = limit(ask);
    let start = from.place.min(all.len());
    let end = start.saturating_add(limit).min(all.len());
    let more = (end < all.len())
        .then(|| next(ask, From { place: end, offset: 0, blank: (start / limit).is_multiple_of(3) }));
    Ok(results(all[start..end].iter().copied().map(write).collect(), more))
}

/// The whole answer. At the end there is no `next`.
pub fn results(rows: Vec<Value>, next: Option<String>) -> Value {
    let rows = ("results".to_owned(), Value::Array(rows));
    let next = next.map(|next| ("next".to_owned(), Value::String(next)));
    Value::Object(std::iter::once(rows).chain(next).collect())
}
