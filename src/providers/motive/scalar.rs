//! Scalars that bear whatever comes: no description of this API that a program could trust is to be
//! had, so a field in disorder must not cost its row.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{Timestamp, clean_opt};

/// The longest id, name, plate … that is kept.
const WORD: usize = 64;

/// Text, as text, as a number or as a truth value. What is none of these is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    /// Whether it says so; "" and anything else do not.
    pub(super) fn is(&self, word: &str) -> bool {
        self.0.trim().eq_ignore_ascii_case(word)
    }
}

/// At most [`WORD`] characters of clean text; `None` when nothing is left.
pub(super) fn word(text: Option<&Text<'_>>) -> Option<String> {
    clean_opt(&text?.0, WORD)
}

/// An instant in RFC 3339; `None` when it is not one.
pub(super) fn instant(text: Option<&Text<'_>>) -> Option<Timestamp> {
    Timestamp::parse(&text?.0)
}

/// A number, as a number or as text. What cannot be read as one is NaN.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(f64);

/// A number that is one.
pub(super) fn number(number: Option<Number>) -> Option<f64> {
    Some(number?.0).filter(|number| number.is_finite())
}

/// How many; `None` for what is no count.
pub(super) fn count(told: Option<Number>) -> Option<usize> {
    let told = number(told).filter(|told| *told >= 0.0)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and `as` saturates"
    )]
    Some(told as usize)
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

    fn visit_bool<E>(self, is_so: bool) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(if is_so { "true" } else { "false" })))
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

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| Text::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map).map(|_| Text::default())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
        Ok(Number(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "degrees, miles and seconds stay far below 2^53")]
    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "degrees, miles and seconds stay far below 2^53")]
    fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Number, E> {
        Ok(Number(text.trim().parse().unwrap_or(f64::NAN)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
        Ok(Number(f64::NAN))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Number, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| Number(f64::NAN))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Number, A::Error> {
        IgnoredAny.visit_map(map).map(|_| Number(f64::NAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_in_disorder_is_none_and_plain_text_is_borrowed_from_the_body() {
        let text: Text<'_> = serde_json::from_str(r#""T-101""#).unwrap();
        assert!(matches!(text.0, Cow::Borrowed("T-101")));
        for odd in ["{}", r#"{"a":[1]}"#, "[1,[2]]", r#""""#, r#"" \u200b""#] {
            let text: Text<'_> = serde_json::from_str(odd).unwrap();
            assert_eq!(word(Some(&text)), None, "{odd}");
            let told: Number = serde_json::from_str(odd).unwrap();
            assert_eq!(number(Some(told)), None, "{odd}");
        }
        let check = |text: &str, expected| {
            assert_eq!(number(serde_json::from_str(text).unwrap()), expected, "{text}");
        };
        check("-1.5", Some(-1.5));
        check(r#"" 63.4 ""#, Some(63.4));
        check("1e9", Some(1e9));
        check("true", None);
        check("null", None);
    }
}
