//! Tolerant readers for a wire whose spelling is not certain: live servers send native numbers and
//! booleans, the documentation shows strings and Y/N. Says what a column holds, not what it means.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{clean, clean_opt};

/// Longest id kept; McLeod's longest key is 40 characters.
const ID_LENGTH: usize = 64;

/// One column's value, in whichever JSON type it came. Reading one never fails: what cannot be a
/// column (an object, a list) is [`Scalar::Absent`], so an odd column never costs the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar<'a> {
    /// Left out, `null`, or not a scalar.
    #[default]
    Absent,
    Flag(bool),
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    /// The value as text without the padding of char columns; nothing left is `None`.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        let text = match self {
            Self::Absent => return None,
            Self::Flag(true) => "Y".into(),
            Self::Flag(false) => "N".into(),
            Self::Integer(number) => number.to_string().into(),
            Self::Real(number) => number.to_string().into(),
            Self::Text(text) => Cow::Borrowed(text.trim()),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Text to keep, made safe, of at most `max` characters.
    pub(super) fn kept(&self, max: usize) -> Option<String> {
        clean_opt(&self.text()?, max)
    }

    /// An id, kept as text: leading zeros matter.
    pub(super) fn id(&self) -> Option<String> {
        self.kept(ID_LENGTH)
    }

    /// A short code in capitals.
    pub(super) fn code(&self) -> Option<String> {
        Some(clean(&self.text()?, ID_LENGTH).to_uppercase()).filter(|code| !code.is_empty())
    }

    /// Yes or no; `None` for what is neither.
    pub(super) fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self {
            return Some(*flag);
        }
        match self.text()?.to_ascii_lowercase().as_str() {
            "y" | "yes" | "t" | "true" | "1" | "on" => Some(true),
            "n" | "no" | "f" | "false" | "0" | "off" => Some(false),
            _ => None,
        }
    }

    /// A finite number, native or as a string.
    pub(super) fn number(&self) -> Option<f64> {
        self.text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A whole number, native or as a string; a fraction is cut off.
    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self {
            return Some(*number);
        }
        let number = self.number()?.trunc();
        // Beyond this a float no longer names one integer, and no column counts that far.
        #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
        (number.abs() < 9e15).then_some(number as i64)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor(PhantomData))
    }
}

struct ScalarVisitor<'a>(PhantomData<Scalar<'a>>);

impl<'de: 'a, 'a> Visitor<'de> for ScalarVisitor<'a> {
    type Value = Scalar<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column's value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number)
            .map_or_else(|_too_large| Scalar::Text(number.to_string().into()), Scalar::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Real(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Absent)
    }
}

/// The children of one name: a list, one bare object, or nothing, whichever the server chose.
#[derive(Clone, Debug)]
pub(super) struct Children<T>(pub(super) Vec<T>);

impl<T> Default for Children<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Children<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChildrenVisitor(PhantomData))
    }
}

struct ChildrenVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ChildrenVisitor<T> {
    type Value = Children<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("child rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        Ok(Children(vec![T::deserialize(MapAccessDeserializer::new(object))?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(Children(mut element)) = list.next_element::<Self::Value>()? {
            rows.append(&mut element);
        }
        Ok(Children(rows))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Children::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Children::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Children::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Children::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Children::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Children::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_flag_is_native_or_a_letter_or_a_word() {
        let check = |json: &str, flag: Option<bool>| assert_eq!(scalar(json).flag(), flag, "{json}");
        for yes in ["true", "\"Y\"", "\"y \"", "\"true\"", "1", "\"1\"", "\"ON\""] {
            check(yes, Some(true));
        }
        for no in ["false", "\"N\"", "\"false\"", "0", "\"0\"", "\"off\""] {
            check(no, Some(false));
        }
        for neither in ["null", "\"\"", "\"A\"", "7", "\"...\"", "[]", "{\"a\":1}"] {
            check(neither, None);
        }
    }

    #[test]
    fn a_number_is_native_or_a_string() {
        let check = |json: &str, number: Option<f64>| assert_eq!(scalar(json).number(), number, "{json}");
        check("668.4", Some(668.4));
        check("\"668.4\"", Some(668.4));
        check("\" -86.8783 \"", Some(-86.8783));
        check("41", Some(41.0));
        check("null", None);
        check("\"...\"", None);
        check("\"NaN\"", None);
        check("\"1e999\"", None);
        assert_eq!(scalar("\"2.0\"").integer(), Some(2));
        assert_eq!(scalar("\"1e300\"").integer(), None);
    }

    #[test]
    fn an_id_is_text_with_its_leading_zeros_and_without_its_padding() {
        let check = |json: &str, id: Option<&str>| assert_eq!(scalar(json).id().as_deref(), id, "{json}");
        check("\"0138811\"", Some("0138811"));
        check("\"4471    \"", Some("4471"));
        check("4471", Some("4471"));
        check("18446744073709551615", Some("18446744073709551615"));
        check("\"   \"", None);
        check("null", None);
        check("\"a\\u0000b\\u202e\"", Some("ab"));
    }

    #[test]
    fn children_are_a_list_or_one_object_or_nothing() {
        #[derive(serde::Deserialize)]
        struct Child {
            n: i64,
        }
        let check = |json: &str, expected: &[i64]| {
            let children: Children<Child> = serde_json::from_str(json).unwrap();
            assert_eq!(children.0.iter().map(|child| child.n).collect::<Vec<_>>(), expected, "{json}");
        };
        check("[{\"n\":1},{\"n\":2}]", &[1, 2]);
        check("{\"n\":1}", &[1]);
        check("[]", &[]);
        check("null", &[]);
        check("\"ACMEBIAL\"", &[]);
        check("[null,{\"n\":3},7]", &[3]);
    }
}
