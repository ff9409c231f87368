//! From a body to rows, and from rows to facts. The one place that knows the answers are JSON: another
//! representation would feed the same rows of `wire`, whose columns may as well all be strings.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::border::Border;
use super::scalar::Scalar;
use crate::http;
use crate::model::{Batch, Reject};

/// A row type: how to recognise it, and what it tells.
pub(super) trait Row<'a>: Deserialize<'a> {
    /// What it is called in a reject's reason.
    const NAME: &'static str;

    /// Its `company_id` and `id`.
    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>);

    /// Its facts. `id` is the row's own, kept. `Err` says why there are none.
    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str>;
}

/// What one page brought, and what paging must know of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    /// Facts and rejects.
    pub(super) batch: Batch,
    /// Rows, of whatever company and however broken.
    pub(super) rows: usize,
    /// Rows that told something.
    pub(super) ours: usize,
    /// Rows that could not be understood.
    pub(super) broken: usize,
    /// The first row's id.
    pub(super) first: Option<String>,
    /// The last row's id.
    pub(super) last: Option<String>,
}

/// Reads a list in any of the shapes a list has: an array, one bare object, `null`, nothing at all.
pub(super) fn read<'a, R: Row<'a>>(body: &'a str, border: &Border<'_>) -> Result<Told, http::Error> {
    let mut told = Told::default();
    for raw in rows(body)? {
        told.rows += 1;
        let Some(row) = serde_json::from_str::<R>(raw.get()).ok().filter(|_| is_object(raw)) else {
            told.broken += 1;
            let external_id = bare_id(raw).unwrap_or_default();
            told.batch.rejects.push(Reject { external_id, reason: format!("not a {} row", R::NAME) });
            continue;
        };
        let (company, id) = row.key();
        let Some(id) = id.id() else {
            told.broken += 1;
            let reason = format!("a {} row without an id", R::NAME);
            told.batch.rejects.push(Reject { external_id: String::new(), reason });
            continue;
        };
        if told.first.is_none() {
            told.first = Some(id.clone());
        }
        told.last = Some(id.clone());
        let reason = match border.admit(company, true) {
            Ok(()) => match row.tell(&id, border, &mut told.batch) {
                Ok(()) => {
                    told.ours += 1;
                    continue;
                }
                Err(reason) => {
                    told.broken += 1;
                    reason.to_owned()
                }
            },
            Err(reason) => reason,
        };
        told.batch.rejects.push(Reject { external_id: id, reason: format!("{} {reason}", R::NAME) });
    }
    Ok(told)
}

/// The body as text: a stray byte of an old database must not cost the page.
pub(super) fn text(body: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(body)
}

fn rows(body: &str) -> Result<Vec<&RawValue>, http::Error> {
    let body = body.trim_start_matches('\u{feff}').trim();
    match body.bytes().next() {
        None => Ok(Vec::new()),
        Some(b'<') => Err(http::Error::malformed("markup where JSON was asked for; is `base_url` right?")),
        Some(b'[') => serde_json::from_str(body).map_err(|e| not_json(&e)),
        Some(b'{') => {
            let raw: &RawValue = serde_json::from_str(body).map_err(|e| not_json(&e))?;
            // An error in an object's clothes must not pass for a list of one.
            bare_id(raw)
                .map(|_id| vec![raw])
                .ok_or_else(|| http::Error::malformed("an object that is no row"))
        }
        Some(_) if body == "null" => Ok(Vec::new()),
        Some(_) => Err(http::Error::malformed("neither a list nor a row")),
    }
}

/// Where the JSON breaks; never what stands there.
fn not_json(error: &serde_json::Error) -> http::Error {
    let what = if error.is_eof() { "JSON that breaks off" } else { "not JSON" };
    http::Error::malformed(format!("{what} at line {} column {}", error.line(), error.column()))
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn bare_id(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(bound(deserialize = "'de: 'a"))]
    struct Id<'a> {
        id: Scalar<'a>,
    }
    serde_json::from_str::<Id<'_>>(raw.get()).ok().filter(|_| is_object(raw))?.id.id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_in_five_shapes() {
        let check = |body: &str, count: Option<usize>| {
            assert_eq!(rows(body).ok().map(|rows| rows.len()), count, "{body:?}");
        };
        check(r#"[{"id":"1"},{"id":"2"}]"#, Some(2));
        check(r#"{"id":"1"}"#, Some(1));
        check("\u{feff} null\n", Some(0));
        check("[]", Some(0));
        check("", Some(0));
        check("  \n", Some(0));
        check(r#"{"error":"no licence"}"#, None);
        check("<list></list>", None);
        check("[{\"id\":", None);
        check("\"ok\"", None);
    }

    #[test]
    fn a_broken_answer_is_described_without_repeating_it() {
        let said = rows("[{\"social_security_no\":\"123-45-6789\"").unwrap_err().to_string();
        assert_eq!(said, "answer not understood (JSON that breaks off at line 1 column 36)");
    }
}
