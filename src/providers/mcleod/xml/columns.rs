//! An element as a row for serde: its attributes and its children by name are the row's keys, as in the
//! JSON of the same row. So a row type names its columns once, for both.

use std::borrow::Cow;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::{Element, unescaped};

/// The attribute that says under which name a child stands.
const NAME: &str = "__name";
/// An element that only holds others.
pub(in super::super) const LIST: &str = "list";

impl<'a> Element<'a> {
    /// Reads the element as a row of this type. Columns the row does not name are never decoded.
    pub(in super::super) fn row<'r, R: de::Deserialize<'r>>(&'r self) -> Option<R> {
        R::deserialize(self).ok()
    }

    /// The name under which it stands in its parent.
    fn key(&self) -> Cow<'_, str> {
        let named = self.columns().filter_map(Result::ok).find(|(column, _)| *column == NAME);
        named.map(|(_, name)| unescaped(name)).filter(|name| !name.is_empty()).unwrap_or(self.name().into())
    }

    /// Its columns, then its children by their names.
    fn entries(&self) -> Result<Vec<(Cow<'_, str>, Value<'_, 'a>)>, Error> {
        let mut entries = Vec::new();
        for column in self.columns() {
            let (name, value) = column.map_err(|_malformed| de::Error::custom("a malformed attribute"))?;
            entries.push((Cow::Borrowed(name), Value::Column(value)));
        }
        let mut children: Vec<(Cow<'_, str>, &Self)> =
            self.children.iter().map(|child| (child.key(), child)).collect();
        // Stable: children of one name stay in their order.
        children.sort_by(|(one, _), (other, _)| one.cmp(other));
        for same in children.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((name, _)) = same.first() else { continue };
            let elements = same.iter().map(|(_, element)| *element).collect();
            entries.push((name.clone(), Value::Children(elements)));
        }
        Ok(entries)
    }
}

impl<'de> Deserializer<'de> for &'de Element<'_> {
    type Error = Error;

    /// A list is a sequence, an element of nothing but text is its text, anything else a map.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.name() == LIST {
            return visitor.visit_seq(SeqDeserializer::new(self.children.iter()));
        }
        let is_text =
            self.children.is_empty() && self.columns().all(|column| matches!(column, Ok((NAME, _))));
        if !is_text {
            return visitor.visit_map(MapDeserializer::new(self.entries()?.into_iter()));
        }
        match &self.text {
            text if text.trim().is_empty() => visitor.visit_unit(),
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_borrowed_str(text),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Element<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// What stands under one key of a row.
enum Value<'de, 'a> {
    /// An attribute's value, still escaped.
    Column(Cow<'de, str>),
    /// The children of one name, one at least.
    Children(Vec<&'de Element<'a>>),
}

impl<'de> Deserializer<'de> for Value<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Column(value) => match unescaped(value) {
                Cow::Borrowed(value) => visitor.visit_borrowed_str(value),
                Cow::Owned(value) => visitor.visit_string(value),
            },
            Self::Children(elements) => match elements.as_slice() {
                [element] => element.deserialize_any(visitor),
                _ => visitor.visit_seq(SeqDeserializer::new(elements.into_iter())),
            },
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

impl<'de> IntoDeserializer<'de, Error> for Value<'de, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
