//! One table's settings, each with where it came from. Asking for a key that the table of keys does
//! not have is a bug, and every load asks for all of them.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::keys::Key;
use super::value::{Given, Value};
use super::{Environment, Problem, Secret};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// A line of the configuration file, counted from 1.
    File(Arc<PathBuf>, usize),
    /// An environment variable.
    Environment(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One key's value.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) key: &'static Key,
    pub(super) value: Option<Value>,
    /// The value as TOML would have it, a credential as `***`; `None` where there is no value.
    pub(super) shown: Option<String>,
    pub(super) origin: Origin,
}

/// The settings of one table, in the order of its keys.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// As its keys are called in messages: `polling`, `eld.samsara`.
    pub(super) name: String,
    pub(super) keys: &'static [Key],
    pub(super) settings: Vec<Setting>,
    /// Where the table itself stands.
    pub(super) origin: Origin,
}

impl Table {
    /// The table with nothing but its defaults.
    pub(super) fn new(name: impl Into<String>, keys: &'static [Key], environment: Environment<'_>) -> Self {
        let settings = keys
            .iter()
            .map(|key| {
                let given = key.default.map(|text| key.kind.given(text));
                let value =
                    given.map(|given| key.kind.read(given, environment).expect("a test reads every default"));
                let shown = given.zip(value.as_ref()).map(|(given, value)| shown(given, value));
                Setting { key, value, shown, origin: Origin::Default }
            })
            .collect();
        Self { name: name.into(), keys, settings, origin: Origin::Default }
    }

    /// Sets a key, if it is one of the table's and takes the value.
    pub(super) fn set(
        &mut self,
        key: &str,
        given: Given<'_>,
        origin: Origin,
        environment: Environment<'_>,
    ) -> Result<(), Problem> {
        let name = format!("{}.{key}", self.name);
        let Some(setting) = self.settings.iter_mut().find(|setting| setting.key.name == key) else {
            let known = self.keys.iter().map(|key| key.name);
            return Err(Problem::unknown(origin, &name, key, known));
        };
        match setting.key.kind.read(given, environment) {
            Ok(value) => {
                setting.shown = Some(shown(given, &value));
                (setting.value, setting.origin) = (Some(value), origin);
                Ok(())
            }
            Err(message) => Err(Problem { origin, key: name, message }),
        }
    }

    /// As [`Table::set`], from plain text.
    pub(super) fn set_text(
        &mut self,
        key: &str,
        text: &str,
        origin: Origin,
        environment: Environment<'_>,
    ) -> Result<(), Problem> {
        let kind = self.keys.iter().find(|known| known.name == key).map(|known| known.kind);
        let given = kind.map_or(Given::Text(text), |kind| kind.given(text));
        self.set(key, given, origin, environment)
    }

    /// The setting of a key.
    pub(super) fn setting(&self, key: &str) -> &Setting {
        self.settings.iter().find(|setting| setting.key.name == key).expect("asked for a key of the table")
    }

    /// A text that may be absent; an empty one is.
    pub(super) fn text_opt(&self, key: &str) -> Option<String> {
        match &self.setting(key).value {
            Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// A text, "" where there is none.
    pub(super) fn text(&self, key: &str) -> String {
        self.text_opt(key).unwrap_or_default()
    }

    pub(super) fn duration(&self, key: &str) -> Duration {
        match self.setting(key).value {
            Some(Value::Duration(duration)) => duration,
            _ => unreachable!("{key} is a duration with a default"),
        }
    }

    pub(super) fn whole(&self, key: &str) -> u32 {
        match self.setting(key).value {
            Some(Value::Whole(number)) => number,
            _ => unreachable!("{key} is a whole number with a default"),
        }
    }

    pub(super) fn number(&self, key: &str) -> f64 {
        match self.setting(key).value {
            Some(Value::Number(number)) => number,
            _ => unreachable!("{key} is a number with a default"),
        }
    }

    pub(super) fn zone(&self, key: &str) -> TimeZone {
        match &self.setting(key).value {
            Some(Value::Zone(zone)) => zone.clone(),
            _ => unreachable!("{key} is a time zone with a default"),
        }
    }

    pub(super) fn time(&self, key: &str) -> Time {
        match self.setting(key).value {
            Some(Value::Time(time)) => time,
            _ => unreachable!("{key} is a time of day with a default"),
        }
    }

    /// A credential; empty where there is none.
    pub(super) fn secret(&self, key: &str) -> Secret {
        match &self.setting(key).value {
            Some(Value::Secret(secret)) => secret.clone(),
            _ => Secret::default(),
        }
    }

    /// Whether anybody gave this key, even if only as a reference to nothing.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.setting(key).origin != Origin::Default
    }

    /// Why the first of these keys is not usable; `None` when all are.
    pub(super) fn lacks(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| match &self.setting(key).value {
            Some(Value::Secret(secret)) => secret.missing().map(|why| format!("{key}: {why}")),
            Some(Value::Text(text)) if text.is_empty() => Some(format!("{key} is empty")),
            Some(_) => None,
            None => Some(format!("{key} is not set")),
        })
    }
}

/// A value as TOML would have it, never a credential.
fn shown(given: Given<'_>, value: &Value) -> String {
    match (value, given) {
        (Value::Secret(secret), _) => format!("\"{}\"", if secret.missing().is_some() { "" } else { "***" }),
        (_, Given::Text(text) | Given::Other(text)) => format!("{text:?}"),
        (_, Given::Whole(number)) => number.to_string(),
        (_, Given::Number(number)) => number.to_string(),
    }
}
