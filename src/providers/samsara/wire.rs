//! How an answer is taken apart: the envelope, and how a row mentions others. It knows no endpoint.

use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use super::super::json::{ExternalIds, Number, Series, Text, instant, number, word};
use super::super::json::{each_alone, not_an_answer};
use crate::http::Error;
use crate::model::Batch;

/// How an answer ends.
#[derive(Debug, PartialEq)]
pub(super) struct Turn {
    /// There is another page now.
    pub(super) more: bool,
    /// What to pass as `after`; the empty one of a last page is none.
    pub(super) cursor: Option<String>,
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
        for row in page.data.iter().flatten() {
            take(row, &mut batch);
        }
        return Ok((batch, turn));
    }
    let page: Envelope<'a, &'a RawValue> =
        serde_json::from_str(text).map_err(|error| not_an_answer(text, &error))?;
    let turn = page.turn()?;
    each_alone(page.data.unwrap_or_default(), id_of, &mut batch, take);
    Ok((batch, turn))
}

/// What every answer is wrapped in.
#[derive(Deserialize)]
struct Envelope<'a, T> {
    data: Option<Vec<T>>,
    #[serde(borrow)]
    pagination: Option<Pagination<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination<'a> {
    #[serde(borrow)]
    end_cursor: Option<Text<'a>>,
    has_next_page: Option<bool>,
}

impl<T> Envelope<'_, T> {
    fn turn(&self) -> Result<Turn, Error> {
        // An empty object is not an empty fleet.
        if self.data.is_none() && self.pagination.is_none() {
            return Err(Error::malformed("the body is not a page: it has neither rows nor paging"));
        }
        let pagination = self.pagination.as_ref();
        Ok(Turn {
            more: pagination.and_then(|page| page.has_next_page).unwrap_or(false),
            cursor: pagination
                .and_then(|page| page.end_cursor.as_ref())
                .map(|cursor| cursor.0.clone().into_owned())
                .filter(|cursor| !cursor.is_empty()),
            rows: self.data.as_ref().map_or(0, Vec::len),
        })
    }
}

/// The id of a row that could not be decoded, "" when not even that can be read.
fn id_of(raw: &str) -> String {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow, alias = "driverId")]
        id: Option<Text<'a>>,
    }
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        id: Option<Text<'a>>,
        driver: Option<Named<'a>>,
        asset: Option<Named<'a>>,
    }
    let Ok(row) = serde_json::from_str::<Row<'_>>(raw) else { return String::new() };
    let named = row.driver.or(row.asset).and_then(|named| named.id);
    word(named.or(row.id).as_ref()).unwrap_or_default()
}

/// A vehicle, driver … as other rows mention it.
#[derive(Deserialize)]
pub(super) struct Mention<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
}

/// The id of what is mentioned.
pub(super) fn mentioned(mention: Option<&Mention<'_>>) -> Option<String> {
    word(mention?.id.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reject;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        id: Text<'a>,
    }

    fn ids(text: &str) -> Result<(Vec<String>, Vec<Reject>, Turn), Error> {
        let mut ids = Vec::new();
        let (batch, turn) = each(text, |row: &Row<'_>, _: &mut Batch| ids.push(row.id.0.to_string()))?;
        Ok((ids, batch.rejects, turn))
    }

    #[test]
    fn a_bad_row_is_a_reject_and_the_others_live() {
        let (ids, rejects, turn) =
            ids(r#"{"data":[{"id":"1"},{"id":["Ann Reyes"]},7,{"id":2}],"pagination":{"endCursor":"c"}}"#)
                .unwrap();
        assert_eq!(ids, ["1", "2"]);
        assert_eq!(rejects.len(), 2);
        assert!(rejects.iter().all(|reject| !reject.reason.contains("Ann")), "{rejects:?}");
        assert_eq!(turn, Turn { more: false, cursor: Some("c".into()), rows: 4 });
    }

    #[test]
    fn what_is_no_page_is_an_error_and_an_empty_one_is_not() {
        for text in ["", "null", "[]", "{}", r#"{"message":"hi"}"#, "<html>", r#"{"data":[{"id":"1"}"#] {
            assert!(ids(text).is_err(), "{text}");
        }
        for text in [r#"{"data":[]}"#, r#"{"data":null,"pagination":{"endCursor":"","hasNextPage":false}}"#] {
            assert_eq!(
                ids(text),
                Ok((vec![], vec![], Turn { more: false, cursor: None, rows: 0 })),
                "{text}"
            );
        }
    }
}
