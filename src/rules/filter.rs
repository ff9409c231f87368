//! The filter that a person types over a table, or gives a command: `near:dallas<100 drive>=5h
//! trailer:empty`. Every term must hold. What a row can be asked is data on its type ([`fields`]), so a
//! mistake can name what there is. It draws nothing and knows no table.

mod amount;
pub mod fields;
mod read;
mod split;
mod test;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

pub use self::amount::seconds;
use super::committed::Committed;
use super::dwell::Dwell;
use super::freshness::Freshness;
use super::locality;
use super::whereabouts::Spot;
use crate::model::{Fleet, Point, Timestamp};

/// Miles around a place where none are said, as `backhaul near` has it.
pub const DEFAULT_MILES: f64 = 100.0;

/// What a row is judged by beside itself.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Everything that is known.
    pub fleet: &'a Fleet,
    /// What still comes.
    pub fresh: &'a Freshness,
    /// Who has loads to do: worked out when it is asked for the first time, since it looks at every load.
    pub committed: &'a OnceLock<Committed>,
    /// Now.
    pub now: Timestamp,
    /// Whether a bare distance or speed is in kilometres.
    pub metric: bool,
}

impl<'a> Scene<'a> {
    /// Who has loads to do.
    pub fn committed(&self) -> &'a Committed {
        self.committed.get_or_init(|| Committed::of(self.fleet, self.now))
    }
}

/// A kind of row that can be asked.
pub trait Asked: Sized + 'static {
    /// What it can be asked.
    const FIELDS: &'static [Field<Self>];
}

/// Something that a row can be asked.
pub struct Field<R: 'static> {
    /// What it is called.
    pub name: &'static str,
    /// What else people call it.
    pub aliases: &'static [&'static str],
    /// What its values are, and so what can be said of them.
    pub kind: Kind,
    /// What it means, for the help.
    pub means: &'static str,
    /// Its value of a row.
    pub of: for<'a> fn(&'a R, &Scene<'a>) -> Value<'a>,
}

/// Words that a state can be: what is said, and which word it stands for.
pub type Words = &'static [(&'static str, &'static str)];

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names, places: `driver:smith`.
    Text,
    /// One of a few words: `state:moving`.
    State(Words),
    /// A unit with the state of its freight: `trailer:53012`, `trailer:empty`.
    Trailer(Words),
    /// Seconds: `drive>=5h`.
    Length,
    /// Miles an hour: `speed>60`.
    Speed,
    /// Per cent: `fuel<25`.
    Percent,
    /// A count: `calls>100`.
    Count,
    /// Around a place: `near:dallas<100`.
    Near,
}

/// A field's value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nobody knows. It passes no comparison: an unknown number is not zero.
    Unknown,
    /// It is known that there is none: nobody has this load.
    Nothing,
    /// In the unit of the field's kind.
    Amount(f64),
    /// The same, known only to lie between these; without an end where nobody knows that.
    Between(f64, Option<f64>),
    /// A state.
    Word(&'static str),
    /// A name.
    Text(Cow<'a, str>),
    /// A trailer with its freight; either may not be known.
    Trailer {
        /// Its number.
        number: Option<&'a str>,
        /// "loaded" or "empty".
        freight: Option<&'static str>,
    },
    /// Where it is.
    At(Point),
}

impl<'a> Value<'a> {
    /// A name, or that there is none.
    pub fn text(text: Option<&'a str>) -> Self {
        text.filter(|text| !text.is_empty()).map_or(Self::Nothing, |text| Self::Text(Cow::Borrowed(text)))
    }

    /// Where something is, in the words that it is shown by and those of its provider, such as the name of a yard; or
    /// that there are none.
    pub fn place(told: Option<&str>, latitude: Option<f64>, longitude: Option<f64>) -> Self {
        locality::place(told, latitude, longitude).filter(|place| !place.is_empty()).map_or(
            Self::Nothing,
            |place| {
                let named = locality::told_apart(told, &place).filter(|told| !locality::is_measured(told));
                let apart = named.map(|told| format!("{place}, {told}"));
                Self::Text(Cow::Owned(apart.unwrap_or(place)))
            },
        )
    }

    /// Seconds, where they are known.
    pub fn seconds(seconds: Option<i64>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "seconds of some years at most")]
        seconds.map_or(Self::Unknown, |seconds| Self::Amount(seconds as f64))
    }

    /// A number, where it is known and one.
    pub fn amount(amount: Option<f64>) -> Self {
        amount.filter(|amount| amount.is_finite()).map_or(Self::Unknown, Self::Amount)
    }

    /// How long ago that was, where it is known.
    pub fn ago(at: Option<Timestamp>, now: Timestamp) -> Self {
        Self::seconds(at.map(|at| now.secs_since(at).max(0)))
    }

    /// How long something stood, where that is known: one length, or between which two.
    pub fn dwell(stood: Option<Dwell>) -> Self {
        stood.map_or(Self::Unknown, |stood| match stood.exact() {
            Some(exact) => Self::Amount(exact.as_secs_f64()),
            None => Self::Between(stood.least.as_secs_f64(), stood.most.map(|most| most.as_secs_f64())),
        })
    }

    /// Where something is, where that is known.
    pub fn at(latitude: Option<f64>, longitude: Option<f64>) -> Self {
        let point = latitude.zip(longitude).and_then(|(latitude, longitude)| Point::new(latitude, longitude));
        point.map_or(Self::Unknown, Self::At)
    }
}

/// Whether a row passes, from the worst to the best: of several terms the worst counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does not.
    Fails,
    /// Nobody knows, for want of this field: it is left out, and counted apart.
    Unknown(&'static str),
    /// It is shown with a `?`, for want of this field: whether a trailer is empty can be asked on the phone.
    Perhaps(&'static str),
    /// It does.
    Passes,
}

/// What is wrong with a term, and what can be said instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Bytes of the text that it is about.
    pub span: Range<usize>,
    /// A sentence.
    pub text: String,
}

/// A filter that was read. A term that cannot be read is complained of and left out; the others hold.
pub struct Filter<R: Asked> {
    terms: Vec<test::Term<R>>,
    /// What could not be read, from left to right.
    pub complaints: Vec<Complaint>,
    /// The places that it names.
    pub spots: Vec<Spot>,
    /// The first of them, and how many miles around it.
    pub around: Option<(Point, f64)>,
}

impl<R: Asked> Filter<R> {
    /// Reads `text`. Never fails as a whole: it is read while it is typed.
    pub fn read(text: &str, scene: &Scene<'_>) -> Self {
        let mut filter = Self { terms: Vec::new(), complaints: Vec::new(), spots: Vec::new(), around: None };
        for piece in split::pieces(text) {
            match read::term(&piece, scene) {
                Ok(Some(term)) => {
                    if let Some((spot, miles)) = term.spot() {
                        filter.around.get_or_insert((spot.point, miles));
                        filter.spots.push(spot.clone());
                    }
                    filter.terms.push(term);
                }
                Ok(None) => {}
                Err(complaint) => filter.complaints.push(complaint),
            }
        }
        filter
    }

    /// The fields that it names.
    pub fn fields(&self) -> Vec<&'static str> {
        self.terms.iter().filter_map(test::Term::field).collect()
    }

    /// Whether it lets everything pass.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether `row` passes. `holds` says whether the row has a folded text anywhere.
    pub fn verdict(&self, row: &R, scene: &Scene<'_>, holds: &mut dyn FnMut(&str) -> bool) -> Verdict {
        let mut worst = Verdict::Passes;
        for term in &self.terms {
            worst = worst.min(term.verdict(row, scene, holds));
            if worst == Verdict::Fails {
                break;
            }
        }
        worst
    }
}

/// How many rows a filter hid, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// All that are not shown.
    pub rows: usize,
    /// Of those, how many for want of which field.
    pub unknown: BTreeMap<&'static str, usize>,
    /// How many are shown though this field is not known.
    pub perhaps: BTreeMap<&'static str, usize>,
}

impl Hidden {
    /// Counts one more row. Says whether it is shown.
    pub fn count(&mut self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Passes => return true,
            Verdict::Perhaps(field) => {
                *self.perhaps.entry(field).or_default() += 1;
                return true;
            }
            Verdict::Unknown(field) => *self.unknown.entry(field).or_default() += 1,
            Verdict::Fails => {}
        }
        self.rows += 1;
        false
    }

    /// "12 hidden, 3 of them because drive is not known; 2 shown with trailer ?".
    pub fn words(&self) -> String {
        let unknown: usize = self.unknown.values().sum();
        let names =
            |counts: &BTreeMap<&'static str, usize>| counts.keys().copied().collect::<Vec<_>>().join(" or ");
        let unknown = match unknown {
            0 => String::new(),
            _ => format!(", {unknown} of them because {} is not known", names(&self.unknown)),
        };
        let perhaps: usize = self.perhaps.values().sum();
        let perhaps = match perhaps {
            0 => String::new(),
            _ => format!("; {perhaps} shown with {} ?", names(&self.perhaps)),
        };
        format!("{} hidden{unknown}{perhaps}", self.rows)
    }
}

#[cfg(test)]
mod tests;
