//! What a tool found: small, every number with its unit, every fact with its age, and what may be cited.

use serde_json::{Map, Value, json};

use crate::model::{Timestamp, clean};
use crate::rules::age;
use crate::rules::find::Kind;
use crate::rules::only::Only;

/// The most that goes to the model of one result.
const LARGEST: usize = 4000;
/// The most of one name or place.
pub(super) const CELL: usize = 80;
/// So many of a list are named beside those that sentences are about.
const NAMED: usize = 20;
/// The most of one sentence.
const SENTENCE: usize = 600;

/// A thing that an answer may name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Citation {
    /// What it is.
    pub kind: Kind,
    /// Its id; of a load, an order or a stop that of the TMS.
    pub id: String,
    /// The TMS company, of a load, an order or a stop.
    #[serde(skip)]
    pub company_id: Option<String>,
    /// What people call it.
    pub label: String,
    /// How old what was told of it is.
    pub observed_at: Option<Timestamp>,
}

/// What a tool found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In sentences that may be read out as they are.
    pub says: Vec<String>,
    /// One object a thing.
    pub rows: Vec<Value>,
    /// What there was no room for.
    pub left_out: usize,
    /// The oldest thing that it rests on.
    pub oldest_at: Option<Timestamp>,
    /// What may be cited.
    pub cites: Vec<Citation>,
    /// The accounts whose positions it tells, of one thing that was asked about.
    pub seen_by: Vec<String>,
}

impl Found {
    /// With one sentence.
    pub(super) fn saying(sentence: impl Into<String>) -> Self {
        let mut found = Self::default();
        found.say(sentence);
        found
    }

    /// Adds a sentence.
    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.says.push(clean(&sentence.into(), SENTENCE));
    }

    /// Adds what is to be known beside the answer, where there is something.
    pub fn doubt(&mut self, doubt: Option<String>) {
        if let Some(doubt) = doubt {
            let stop = if doubt.ends_with('?') { "" } else { "." };
            self.say(format!("{doubt}{stop}"));
        }
    }

    /// Names those of a list that are not told of in sentences, as only the first `said` are: a short answer is not to be
    /// taken for a short list.
    pub(super) fn unsaid<'a>(&mut self, names: impl Iterator<Item = &'a str>, said: usize) {
        let rest: Vec<&str> = names.skip(said).collect();
        if rest.is_empty() {
            return;
        }
        let first = rest.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = rest.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} others") } else { String::new() };
        self.say(format!("And {} more: {first}{more}.", rest.len()));
    }

    /// Says first of which part of the fleet all of it is, where that is not all; `place` says whose place counts.
    pub(super) fn of_only(&mut self, only: &Only, place: &str, now: Timestamp) {
        self.doubt(only.words(place));
        for doubt in only.doubts(now) {
            self.doubt(Some(doubt));
        }
    }

    /// Rests on something that was true at `at`.
    pub(super) fn rest_on(&mut self, at: Option<Timestamp>) {
        self.oldest_at = match (self.oldest_at, at) {
            (Some(oldest), Some(at)) => Some(oldest.min(at)),
            (oldest, at) => oldest.or(at),
        };
    }

    /// May be cited.
    pub(super) fn cite(&mut self, kind: Kind, id: &str, label: &str, observed_at: Option<Timestamp>) {
        self.cite_of(None, kind, id, label, observed_at);
    }

    /// May be cited, a load, an order or a stop of this company.
    pub(super) fn cite_of(
        &mut self,
        company: Option<&str>,
        kind: Kind,
        id: &str,
        label: &str,
        observed_at: Option<Timestamp>,
    ) {
        if !self.cites.iter().any(|one| (one.kind, one.id.as_str()) == (kind, id)) {
            self.cites.push(Citation {
                kind,
                id: id.to_owned(),
                company_id: company.map(str::to_owned),
                label: label.to_owned(),
                observed_at,
            });
        }
    }

    /// All of it in one line.
    pub fn line(&self) -> String {
        self.says.join(" ")
    }

    /// As the model reads it, and as `--json` prints it. Rows that have no room are counted, not shown.
    pub fn data(&self, now: Timestamp) -> Value {
        let mut rows = self.rows.clone();
        let mut says: Vec<&str> = self.says.iter().map(String::as_str).collect();
        loop {
            let left_out = self.left_out + self.rows.len() - rows.len() + self.says.len() - says.len();
            let data = json!({
                "summary": says.join("\n"),
                "rows": rows,
                "left_out": left_out,
                "oldest_input_at": self.oldest_at,
                "oldest_input_age": self.oldest_at.map(|at| age::words(now.since(at))),
                "now_at": now,
            });
            if data.to_string().len() <= LARGEST || (rows.pop().is_none() && says.len() < 2) {
                return data;
            }
            if rows.is_empty() {
                says.pop();
            }
        }
    }
}

/// A row: members that are null are left out, texts are cut.
pub(super) fn row<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        members
            .map(|(name, value)| match value {
                Value::String(text) => (name.to_owned(), Value::String(clean(&text, CELL))),
                value => (name.to_owned(), value),
            })
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_small_and_says_what_it_left_out() {
        let mut found = Found::saying("Nine hundred trucks.");
        found.rows = (0..900).map(|number| row([("tractor", json!(format!("T{number}")))])).collect();
        let data = found.data(Timestamp::from_secs(100));
        assert!(data.to_string().len() <= LARGEST);
        let shown = data["rows"].as_array().unwrap().len();
        assert!(shown > 50, "{shown}");
        assert_eq!(data["left_out"], 900 - shown);
        found.says = vec!["word ".repeat(100); 40];
        found.rows.clear();
        assert!(found.data(Timestamp::from_secs(100)).to_string().len() <= LARGEST);
    }

    #[test]
    fn what_a_provider_wrote_is_cut_and_cleaned() {
        let row = row([("place", json!(format!("\u{1b}[2J{}", "x".repeat(200)))), ("age", Value::Null)]);
        assert_eq!(row["place"].as_str().unwrap().len(), CELL);
        assert!(row.get("age").is_none());
    }

    #[test]
    fn it_rests_on_the_oldest() {
        let mut found = Found::default();
        found.rest_on(Some(Timestamp::from_secs(9)));
        found.rest_on(None);
        found.rest_on(Some(Timestamp::from_secs(5)));
        assert_eq!(found.oldest_at, Some(Timestamp::from_secs(5)));
    }
}
