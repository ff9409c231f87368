//! How an answer is taken apart: the envelope, and how a row refers to others. It knows no endpoint.

use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use super::super::json::{Number, Text, instant, number, word};
use super::super::json::{each_alone, not_an_answer};
use crate::http::Error;
use crate::model::Batch;

/// How an answer ends.
#[derive(Debug, PartialEq)]
pub(super) struct Turn {
    /// What to pass as `cursor` for the next page; without one there is none. Absent, null and empty are
    /// the same.
    pub(super) next: Option<String>,
    /// Rows on this page, of whatever quality.
    pub(super) rows: usize,
}

/// Takes every row of an answer, in order. A row that is not a `T` becomes a reject.
pub(super) fn each<'a, T: Deserialize<'a>>(
    text: &'a str,
    mut take: impl FnMut(&T, &mut Batch),
) -> Result<(Batch, Turn), Error> {
    let mut batch = Batch::default();
    // Whole pages decode without a detour; only a page with a bad row pays for looking at each.
    if let Ok(page) = serde_json::from_str::<Envelope<'a, T>>(text) {
        let turn = page.turn()?;
        for row in page.results.iter().flatten() {
            take(row, &mut batch);
        }
        return Ok((batch, turn));
    }
    let page: Envelope<'a, &'a RawValue> =
        serde_json::from_str(text).map_err(|error| not_an_answer(text, &error))?;
    let turn = page.turn()?;
    each_alone(page.results.unwrap_or_default(), id_of, &mut batch, take);
    Ok((batch, turn))
}

/// What every list is wrapped in.
#[derive(Deserialize)]
struct Envelope<'a, T> {
    results: Option<Vec<T>>,
    #[serde(borrow)]
    next: Option<Text<'a>>,
}

impl<T> Envelope<'_, T> {
    fn turn(&self) -> Result<Turn, Error> {
        let next = self.next.as_ref().map(|next| next.0.clone().into_owned()).filter(|next| !next.is_empty());
        // An object without a list, such as an error's, is not an empty fleet.
        if self.results.is_none() && next.is_none() {
            return Err(Error::malformed("the body is not a page: it has no `results`"));
        }
        Ok(Turn { next, rows: self.results.as_ref().map_or(0, Vec::len) })
    }
}

/// A vehicle, trailer or driver as another row refers to it: its id, or, where the answer was asked to
/// expand it, the whole thing.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Reference<'a> {
    /// Its id.
    Id(#[serde(borrow)] Text<'a>),
    /// The thing, of which the id is enough.
    Whole {
        /// Its id.
        #[serde(borrow)]
        id: Option<Text<'a>>,
    },
}

/// The id of what is referred to.
pub(super) fn referred(reference: Option<&Reference<'_>>) -> Option<String> {
    match reference? {
        Reference::Id(id) => word(Some(id)),
        Reference::Whole { id } => word(id.as_ref()),
    }
}

/// The id of a row that could not be decoded, or of what it is about; "" when not even that can be read.
fn id_of(raw: &str) -> String {
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        id: Option<Text<'a>>,
        vehicle: Option<Reference<'a>>,
        trailer: Option<Reference<'a>>,
        driver: Option<Reference<'a>>,
    }
    let Ok(row) = serde_json::from_str::<Row<'_>>(raw) else { return String::new() };
    let about = row.vehicle.or(row.trailer).or(row.driver);
    word(row.id.as_ref()).or_else(|| referred(about.as_ref())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        id: Text<'a>,
    }

    fn ids(text: &str) -> Result<(Vec<String>, usize, Turn), Error> {
        let mut ids = Vec::new();
        let (batch, turn) = each(text, |row: &Row<'_>, _: &mut Batch| ids.push(row.id.0.to_string()))?;
        Ok((ids, batch.rejects.len(), turn))
    }

    #[test]
    fn the_end_is_where_no_next_is_named() {
        let check = |rest: &str, next: Option<&str>| {
            let (_, _, turn) = ids(&format!(r#"{{"results":[]{rest}}}"#)).unwrap();
            assert_eq!(turn, Turn { next: next.map(str::to_owned), rows: 0 }, "{rest}");
        };
        check("", None);
        check(r#","next":null"#, None);
        check(r#","next":"""#, None);
        check(r#","next":"c1""#, Some("c1"));
    }

    #[test]
    fn what_is_no_page_is_an_error() {
        for text in ["", "null", "[]", "{}", r#"{"code":"x","message":"hi"}"#, "<html>", r#"{"results":{}}"#]
        {
            assert!(ids(text).is_err(), "{text}");
        }
        let bad = r#"{"results":[{"id":"1"},{"id":["Ann"]},7],"next":"c"}"#;
        let expected = (vec!["1".to_owned()], 2, Turn { next: Some("c".into()), rows: 3 });
        assert_eq!(ids(bad), Ok(expected));
    }

    #[test]
    fn a_reference_is_an_id_or_the_whole_thing() {
        let check = |text: &str, id: Option<&str>| {
            let reference: Option<Reference<'_>> = serde_json::from_str(text).unwrap();
            assert_eq!(referred(reference.as_ref()).as_deref(), id, "{text}");
        };
        check(r#""vcl_1""#, Some("vcl_1"));
        check(r#"{"id":"vcl_1","name":"T-1","devices":[]}"#, Some("vcl_1"));
        check("null", None);
        check("{}", None);
        check(r#""""#, None);
    }
}
