//! Whether a row passes one term: yes, no, perhaps, or nobody knows.

use super::split::Compare;
use super::{Asked, Field, Kind, Scene, Value, Verdict};
use crate::model::folded;
use crate::rules::whereabouts::Spot;

/// One term.
pub struct Term<R: Asked> {
    pub negated: bool,
    pub test: Test<R>,
}

/// What it tests.
pub enum Test<R: Asked> {
    /// The row has this text somewhere; folded.
    Holds(String),
    /// The field is one of these, or begins with one unless it must be it exactly.
    OneOf { field: &'static Field<R>, any: Vec<Choice>, exactly: bool },
    /// The field is more or less than this.
    Compared { field: &'static Field<R>, compare: Compare, amount: f64 },
    /// The row is around a place.
    Within { field: &'static Field<R>, spot: Spot, miles: f64 },
}

/// One thing that a field may be.
pub enum Choice {
    Word(&'static str),
    /// Folded.
    Text(String),
    /// Nobody knows what, or there is none.
    Unknown,
}

impl<R: Asked> Term<R> {
    /// The field that it names.
    pub fn field(&self) -> Option<&'static str> {
        match &self.test {
            Test::Holds(_) => None,
            Test::OneOf { field, .. } | Test::Compared { field, .. } | Test::Within { field, .. } => {
                Some(field.name)
            }
        }
    }

    /// The place that it names, and how many miles around it.
    pub fn spot(&self) -> Option<(&Spot, f64)> {
        match &self.test {
            Test::Within { spot, miles, .. } => Some((spot, *miles)),
            _ => None,
        }
    }

    pub fn verdict(&self, row: &R, scene: &Scene<'_>, holds: &mut dyn FnMut(&str) -> bool) -> Verdict {
        let verdict = match &self.test {
            Test::Holds(text) => decided(holds(text)),
            Test::OneOf { field, any, exactly } => {
                let value = (field.of)(row, scene);
                let each = any.iter().map(|choice| is(&value, choice, *exactly, field.name));
                each.max().unwrap_or(Verdict::Fails)
            }
            Test::Compared { field, compare, amount } => match (field.of)(row, scene) {
                Value::Amount(value) => decided(compares(value, *compare, *amount, field.kind)),
                Value::Between(least, most) => {
                    let passes = |value| compares(value, *compare, *amount, field.kind);
                    match (passes(least), passes(most.unwrap_or(f64::INFINITY))) {
                        (true, true) => Verdict::Passes,
                        (false, false) if !is_between(*amount, least, most) => Verdict::Fails,
                        _ => Verdict::Perhaps(field.name),
                    }
                }
                Value::Nothing => Verdict::Fails,
                _ => Verdict::Unknown(field.name),
            },
            Test::Within { field, spot, miles } => match (field.of)(row, scene) {
                Value::At(point) => decided(point.miles_to(spot.point) <= *miles),
                _ => Verdict::Unknown("place"),
            },
        };
        match verdict {
            Verdict::Fails if self.negated => Verdict::Passes,
            Verdict::Passes if self.negated => Verdict::Fails,
            verdict => verdict,
        }
    }
}

/// Whether a value that lies somewhere between two others may be just so much.
fn is_between(amount: f64, least: f64, most: Option<f64>) -> bool {
    least <= amount && most.is_none_or(|most| amount <= most)
}

const fn decided(passes: bool) -> Verdict {
    if passes { Verdict::Passes } else { Verdict::Fails }
}

fn compares(value: f64, compare: Compare, amount: f64, kind: Kind) -> bool {
    // Equal is what is written alike: the screen shows whole minutes, miles and per cents.
    let shown = |amount: f64| if kind == Kind::Length { (amount / 60.0).floor() } else { amount.round() };
    match compare {
        Compare::Less => value < amount,
        Compare::AtMost => value <= amount,
        Compare::More => value > amount,
        Compare::AtLeast => value >= amount,
        Compare::Is | Compare::Equals | Compare::Differs => (shown(value) - shown(amount)).abs() < 0.5,
    }
}

fn is(value: &Value<'_>, choice: &Choice, exactly: bool, name: &'static str) -> Verdict {
    match (value, choice) {
        (Value::Unknown | Value::Nothing, Choice::Unknown) => Verdict::Passes,
        (Value::Word(word), Choice::Word(wanted)) => decided(word == wanted),
        (Value::Text(text), Choice::Text(wanted)) => decided(has(text, wanted, exactly)),
        (Value::Trailer { number, freight }, Choice::Unknown) => {
            decided(number.is_none() || freight.is_none())
        }
        (Value::Trailer { freight: Some(freight), .. }, Choice::Word(wanted)) => decided(freight == wanted),
        // Whether it is empty can be asked on the phone, unless only what is certain was wanted.
        (Value::Trailer { freight: None, .. }, Choice::Word(_)) => {
            if exactly {
                Verdict::Unknown(name)
            } else {
                Verdict::Perhaps(name)
            }
        }
        (Value::Trailer { number: Some(number), .. }, Choice::Text(wanted)) => {
            decided(has(number, wanted, exactly))
        }
        (Value::Unknown, _) | (Value::Trailer { number: None, .. }, Choice::Text(_)) => {
            Verdict::Unknown(name)
        }
        _ => Verdict::Fails,
    }
}

/// Whether `text` is `wanted`, or, unless it must be exactly that, a word in it begins so.
fn has(text: &str, wanted: &str, exactly: bool) -> bool {
    let small = folded(text);
    if exactly {
        return small == wanted;
    }
    let begins = |(at, _): (usize, &str)| {
        small.get(..at).is_none_or(|before| !before.ends_with(char::is_alphanumeric))
    };
    small.match_indices(wanted).any(begins)
}
