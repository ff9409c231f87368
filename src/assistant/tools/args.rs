//! What a model says a tool is to be run with: what it means is taken, what it cannot mean is refused in words
//! that let it try again.

use std::time::Duration;

use serde_json::{Map, Value};

use super::super::facts::Facts;
use crate::rules::only::Only;

/// Longer than any name or number that somebody would ask by.
const LONGEST: usize = 80;

/// The arguments of one call.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a>(pub &'a Map<String, Value>);

impl Args<'_> {
    /// A text that must be there. A unit number may have come as a number.
    pub(super) fn text(self, name: &str) -> Result<String, String> {
        self.text_opt(name).ok_or_else(|| format!("`{name}` is missing"))
    }

    /// A text, where one is given.
    pub(super) fn text_opt(self, name: &str) -> Option<String> {
        let text = match self.0.get(name)? {
            Value::String(text) => crate::model::clean(text, LONGEST),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The part of the fleet that is asked about: names with commas between them, or a list of names; all of it where none
    /// is named. Fails where that is none we know, and where it is no names at all.
    pub(super) fn only(self, facts: &Facts) -> Result<Only, String> {
        let wrong = || "`only` must be names with commas between them".to_owned();
        let text = match self.0.get("only") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Array(names)) => {
                let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                names.ok_or_else(wrong)?.join(", ")
            }
            Some(Value::Bool(_) | Value::Object(_)) => return Err(wrong()),
        };
        if let Some(long) = text.split(',').find(|name| name.trim().chars().count() > LONGEST) {
            let start: String = long.trim().chars().take(20).collect();
            return Err(format!("`only`: no part of the fleet has so long a name as \"{start}…\""));
        }
        let names: Vec<String> = text.split(',').map(|name| crate::model::clean(name, LONGEST)).collect();
        Only::read(&facts.fleet, &names.join(", "))
    }

    /// The same of drivers and trucks, which are no pickups and no deliveries.
    pub(super) fn only_of_units(self, facts: &Facts) -> Result<Only, String> {
        let only = self.only(facts)?;
        if only.is_of_stops() {
            return Err(
                "`only`: pickups and deliveries are stops of loads, and this is asked of drivers and \
                        trucks. Without them, it can be answered"
                    .to_owned(),
            );
        }
        Ok(only)
    }

    /// A number from `least` to `most`, where one is given; models write numbers as strings now and then.
    pub(super) fn number(self, name: &str, least: f64, most: f64) -> Result<Option<f64>, String> {
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        let sane = number.filter(|number| (least..=most).contains(number));
        sane.map(Some).ok_or_else(|| format!("`{name}` must be a number from {least} to {most}"))
    }

    /// How far ahead, where that is said.
    pub(super) fn within(self) -> Result<Option<Duration>, String> {
        let hours = self.number("within_hours", 0.5, 72.0)?;
        Ok(hours.map(|hours| Duration::from_secs_f64(hours * 3600.0)))
    }

    /// A yes; anything else is no.
    pub(super) fn is_set(self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }
}
