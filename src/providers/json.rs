//! JSON as services really write it: rows that may be broken, ids that are numbers here and text there,
//! numbers in quotation marks. It knows no service and no envelope.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Error;
use crate::model::{Batch, NOT_UNDERSTOOD, Reject, Timestamp, Unread, clean_opt};

/// The longest id, name, plate … that is kept.
const WORD: usize = 64;

/// Takes each of `rows` that is a `T`, in order. One that is not becomes a reject, under the id that
/// `id_of` finds in it.
pub(super) fn each_alone<'a, T: Deserialize<'a>>(
    rows: Vec<&'a RawValue>,
    id_of: fn(&str) -> String,
    batch: &mut Batch,
    mut take: impl FnMut(&T, &mut Batch),
) {
    let read = |raw: &'a RawValue| {
        serde_json::from_str::<T>(raw.get()).map_err(|error| Reject {
            external_id: id_of(raw.get()),
            reason: format!("{NOT_UNDERSTOOD}{}", why(&error)),
        })
    };
    let rows: Vec<Result<T, Reject>> = rows.into_iter().map(read).collect();
    batch.unread = Unread::of(&rows);
    for row in rows {
        match row {
            Ok(row) => take(&row, batch),
            Err(reject) => batch.rejects.push(reject),
        }
    }
}

/// Why a whole body is none of the answers that were asked for.
pub(super) fn not_an_answer(body: &str, error: &serde_json::Error) -> Error {
    if body.trim_start().starts_with('<') {
        return Error::malformed("it is a web page, and no data: a proxy or a login may stand between");
    }
    Error::malformed(format_args!("the body is not what was asked for: {}", why(error)))
}

/// serde's words without the offending value, which may be personal.
pub(super) fn why(error: &serde_json::Error) -> String {
    let words = error.to_string();
    if !error.is_data() || words.starts_with("missing field") {
        return words;
    }
    match words.rsplit_once("expected ") {
        // Without the place either: rejects are counted by their reason.
        Some((_, expected)) => format!("expected {}", expected.split(" at line").next().unwrap_or(expected)),
        None => "a value of another kind".to_owned(),
    }
}

/// Text, as text or as a number: ids are strings in most places and integers in some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// At most [`WORD`] characters of clean text; `None` when nothing is left.
pub(super) fn word(text: Option<&impl AsRef<str>>) -> Option<String> {
    clean_opt(text?.as_ref(), WORD)
}

/// An instant in RFC 3339; `None` when it is not one.
pub(super) fn instant(text: Option<&impl AsRef<str>>) -> Option<Timestamp> {
    Timestamp::parse(text?.as_ref())
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

    #[derive(Debug, serde::Deserialize)]
    struct Row<'a> {
        #[serde(borrow, rename = "id")]
        _id: Text<'a>,
    }

    #[test]
    fn plain_text_is_borrowed_from_the_body() {
        let text: Text<'_> = serde_json::from_str(r#""T-101""#).unwrap();
        assert!(matches!(text.0, Cow::Borrowed("T-101")));
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
