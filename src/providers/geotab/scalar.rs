//! The small things that rows are made of, each bearing what the API has been seen to send: text,
//! numbers, references that are objects or bare words, instants with their open ends.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

pub(super) use super::super::json::{Number, Text, number, word};
use crate::model::Timestamp;

/// The last millisecond of the year 9999, which is how .NET writes "for ever".
const FOR_EVER: Timestamp = Timestamp::from_millis(253_402_300_799_999);

/// An instant; `None` when it is not one. The year 9999 is beyond what the calendar knows, and is
/// still an instant here.
pub(super) fn instant(text: Option<&Text<'_>>) -> Option<Timestamp> {
    let text = text?.0.trim();
    if text.starts_with("9999-") { Some(FOR_EVER) } else { Timestamp::parse(text) }
}

/// Whether `now` lies between the two ends of what is active; an end that is not told is open.
pub(super) fn is_active(from: Option<&Text<'_>>, to: Option<&Text<'_>>, now: Timestamp) -> bool {
    instant(from).is_none_or(|from| from <= now) && instant(to).is_none_or(|to| now < to)
}

/// What another row is called by: `{"id":"b15"}` or the bare word.
#[derive(Clone, Debug)]
pub(super) struct Reference<'a>(Option<Text<'a>>);

impl Reference<'_> {
    /// The id as it stands, be it a thing's or a word for none.
    pub(super) fn told(&self) -> &str {
        self.0.as_ref().map_or("", |text| &text.0)
    }
}

/// The id of a thing; `None` also for the words that stand for none (`UnknownDriverId`, `NoDeviceId`).
pub(super) fn referred(reference: Option<&Reference<'_>>) -> Option<String> {
    let text = reference?.0.as_ref()?;
    // Ids of things begin with a small letter; what the system itself named is a word that ends so.
    let is_the_systems = text.0.ends_with("Id") && text.0.starts_with(|c: char| c.is_ascii_uppercase());
    if is_the_systems { None } else { word(Some(text)) }
}

impl<'de: 'a, 'a> Deserialize<'de> for Reference<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor(PhantomData))
    }
}

struct ReferenceVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for ReferenceVisitor<'a> {
    type Value = Reference<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reference")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Reference(Some(Text(Cow::Borrowed(text)))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Reference(Some(Text(Cow::Owned(text.to_owned())))))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        #[derive(serde::Deserialize)]
        struct Entity<'a> {
            #[serde(borrow)]
            id: Option<Text<'a>>,
        }
        Ok(Reference(Entity::deserialize(MapAccessDeserializer::new(map))?.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_an_object_or_a_bare_word_and_a_word_for_none_refers_to_nothing() {
        let check = |text: &str, expected: Option<&str>| {
            let reference: Option<Reference<'_>> = serde_json::from_str(text).unwrap();
            assert_eq!(referred(reference.as_ref()).as_deref(), expected, "{text}");
        };
        check(r#"{"id":"b15","isDriver":true}"#, Some("b15"));
        check(r#""b15""#, Some("b15"));
        check(r#""aTrXZlA5KUSeASivVfmw0Id""#, Some("aTrXZlA5KUSeASivVfmw0Id"));
        check(r#""UnknownDriverId""#, None);
        check(r#"{"id":"NoDeviceId"}"#, None);
        check("{}", None);
        check("null", None);
    }

    #[test]
    fn plain_text_is_borrowed_from_the_body() {
        let reference: Reference<'_> = serde_json::from_str(r#"{"id":"b15"}"#).unwrap();
        assert!(matches!(reference.0, Some(Text(Cow::Borrowed("b15")))));
    }

    #[test]
    fn what_is_active_lies_between_its_ends() {
        let now = Timestamp::parse("2026-11-20T15:05:00Z").unwrap();
        let text = |text: &'static str| (!text.is_empty()).then_some(Text(Cow::Borrowed(text)));
        let check = |from, to, expected| {
            assert_eq!(is_active(text(from).as_ref(), text(to).as_ref(), now), expected, "{from}..{to}");
        };
        check("2025-01-01T00:00:00.000Z", "2050-01-01T00:00:00.000Z", true);
        check("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", true);
        check("", "", true);
        check("2025-01-01T00:00:00.000Z", "2026-11-20T15:05:00.000Z", false);
        check("2026-12-01T00:00:00.000Z", "2050-01-01T00:00:00.000Z", false);
    }
}
