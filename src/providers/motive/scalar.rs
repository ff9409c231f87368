//! Scalars that bear whatever comes: no description of this API that a program could trust is to be
//! had, so a field in disorder must not cost its row. What is in order is read as everywhere else.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::super::json;

/// Text, as text, as a number or as a truth value. What is none of these is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    /// Whether it says so; "" and anything else do not.
    pub(super) fn is(&self, word: &str) -> bool {
        self.0.trim().eq_ignore_ascii_case(word)
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A number, as a number or as text. What cannot be read as one is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(Option<f64>);

/// A number that is one.
pub(super) fn number(number: Option<Number>) -> Option<f64> {
    number?.0
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
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if matches!(raw, "true" | "false") {
            return Ok(Self(Cow::Borrowed(raw)));
        }
        Ok(serde_json::from_str(raw).map_or_else(|_disorder| Self::default(), |json::Text(text)| Self(text)))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(json::number(serde_json::from_str(raw).ok())))
    }
}

#[cfg(test)]
mod tests {
    use super::json::word;
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
