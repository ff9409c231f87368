//! The parameters of a call, read as a typed deserialiser reads them: a value of another kind and a
//! name that nobody knows are errors. Null is absent.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::model::Timestamp;

/// An object whose names are known.
#[derive(Clone, Copy)]
pub struct Params<'a>(Option<&'a Map<String, Value>>);

impl<'a> Params<'a> {
    /// These, of which only `known` may be there.
    pub fn of(value: Option<&'a Value>, known: &[&str]) -> Result<Self, Refusal> {
        let object = match value {
            None | Some(Value::Null) => return Ok(Self(None)),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(Refusal::serializer("Expected an object")),
        };
        match object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::argument(format!("The property '{name}' is not known"))),
            None => Ok(Self(Some(object))),
        }
    }

    /// Whether anything was given.
    pub const fn is_given(self) -> bool {
        self.0.is_some()
    }

    /// A value as it is.
    pub fn value(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    /// Text.
    pub fn text(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.read(name, "a string", Value::as_str)
    }

    /// Text that must be there.
    pub fn needed(self, name: &str) -> Result<&'a str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::argument(format!("'{name}' is required")))
    }

    /// A number of rows.
    pub fn whole(self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(number) = self.read(name, "an integer", Value::as_i64)? else { return Ok(None) };
        match usize::try_from(number) {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Refusal::argument(format!("'{name}' must not be negative"))),
        }
    }

    /// Yes or no.
    pub fn flag(self, name: &str) -> Result<Option<bool>, Refusal> {
        self.read(name, "a boolean", Value::as_bool)
    }

    /// An instant, in Unix seconds.
    pub fn instant(self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match Timestamp::parse(text) {
            Some(at) => Ok(Some(at.millis().div_euclid(1000))),
            None => Err(Refusal::serializer(format!("'{name}' is not a date: {text}"))),
        }
    }

    /// An object within.
    pub fn object(self, name: &str, known: &[&str]) -> Result<Self, Refusal> {
        Self::of(self.value(name), known)
    }

    /// The `id` of an object within, such as `deviceSearch`.
    pub fn id_in(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let within = self.object(name, &["id"])?;
        if within.is_given() { within.needed("id").map(Some) } else { Ok(None) }
    }

    /// A list.
    pub fn list(self, name: &str) -> Result<Option<&'a [Value]>, Refusal> {
        self.read(name, "an array", |value| value.as_array().map(Vec::as_slice))
    }

    fn read<T>(
        self,
        name: &str,
        kind: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Refusal::serializer(format!("'{name}' must be {kind}")))
    }
}
