//! How an answer is taken apart: the envelope, rows one by one where the page as a whole does not
//! fit, and scalars that bear what the API has been seen to send. It knows no endpoint.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::http::Error;
use crate::model::{Batch, Reject, Timestamp, clean_opt};

/// The longest id, name, plate … that is kept.
const WORD: usize = 64;

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
    let page: Envelope<'a, &'a RawValue> = serde_json::from_str(text)
        .map_err(|error| Error::malformed(format_args!("the body is not a page: {}", why(&error))))?;
    let turn = page.turn()?;
    for raw in page.data.unwrap_or_default() {
        match serde_json::from_str(raw.get()) {
            Ok(row) => take(&row, &mut batch),
            Err(error) => batch.rejects.push(Reject {
                external_id: id_of(raw.get()),
                reason: format!("row not understood: {}", why(&error)),
            }),
        }
    }
    Ok((batch, turn))
}

/// What every answer is wrapped in.
#[derive(serde::Deserialize)]
struct Envelope<'a, T> {
    data: Option<Vec<T>>,
    #[serde(borrow)]
    pagination: Option<Pagination<'a>>,
}

#[derive(serde::Deserialize)]
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
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow, alias = "driverId")]
        id: Option<Text<'a>>,
    }
    #[derive(serde::Deserialize)]
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

/// serde's words without the offending value, which may be personal.
fn why(error: &serde_json::Error) -> String {
    let words = error.to_string();
    if !error.is_data() || words.starts_with("missing field") {
        return words;
    }
    match words.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => format!("at line {} column {}", error.line(), error.column()),
    }
}

/// Text, as text or as a number: ids are strings in most places and integers in some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

/// At most [`WORD`] characters of clean text; `None` when nothing is left.
pub(super) fn word(text: Option<&Text<'_>>) -> Option<String> {
    clean_opt(&text?.0, WORD)
}

/// An instant in RFC 3339; `None` when it is not one.
pub(super) fn instant(text: Option<&Text<'_>>) -> Option<Timestamp> {
    Timestamp::parse(&text?.0)
}

/// A number, as a number or as text. What cannot be read as one is NaN, so that a field in
/// disorder does not cost the row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(f64);

/// A number that is one.
pub(super) fn number(number: Option<Number>) -> Option<f64> {
    Some(number?.0).filter(|number| number.is_finite())
}

/// One thing or a list of them: a snapshot gives one where the feed gives a list.
#[derive(Debug)]
pub(super) struct Series<T>(pub(super) Vec<T>);

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Ids given by other systems, by the name of the system.
pub(super) type ExternalIds<'a> = BTreeMap<Text<'a>, Option<Text<'a>>>;

/// A vehicle, driver … as other rows mention it.
#[derive(serde::Deserialize)]
pub(super) struct Mention<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
}

/// The id of what is mentioned.
pub(super) fn mentioned(mention: Option<&Mention<'_>>) -> Option<String> {
    word(mention?.id.as_ref())
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor(PhantomData))
    }
}

struct TextVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for TextVisitor<'a> {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
        Ok(Number(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "degrees, metres and milliseconds stay far below 2^53")]
    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "degrees, metres and milliseconds stay far below 2^53")]
    fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Number, E> {
        Ok(Number(text.trim().parse().unwrap_or(f64::NAN)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Series<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeriesVisitor(PhantomData))
    }
}

struct SeriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SeriesVisitor<T> {
    type Value = Series<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of them")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Series::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Option<T>>()? {
            items.extend(item);
        }
        Ok(Series(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let item = T::deserialize(MapAccessDeserializer::new(map)).map_err(A::Error::custom)?;
        Ok(Series(vec![item]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
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
    fn plain_text_is_borrowed_from_the_body() {
        let text: Text<'_> = serde_json::from_str(r#""T-101""#).unwrap();
        assert!(matches!(text.0, Cow::Borrowed("T-101")));
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

    #[test]
    fn a_series_is_one_or_many_or_nothing() {
        let check = |text: &str, count: usize| {
            let series: Series<Row<'_>> = serde_json::from_str(text).unwrap();
            assert_eq!(series.0.len(), count, "{text}");
        };
        check(r#"{"id":"1"}"#, 1);
        check(r#"[{"id":"1"},null,{"id":"2"}]"#, 2);
        check("null", 0);
    }
}
