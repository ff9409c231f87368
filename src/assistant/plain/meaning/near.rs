//! Who or what is around a place: "who's near Dallas with 5 hours", "trailers at Waco", "trucks within 50 miles of it".

use serde_json::{Map, json};

use super::{Asked, THIS};
use crate::assistant::plain::words::{NOUNS, is_of};
use crate::assistant::plain::{Meant, NO_HERE, NOTHING_SELECTED};
use crate::assistant::tools::Tool;
use crate::rules::only::states::State;

/// Who and what may be somewhere.
const THINGS: &[&str] = &[
    "anybody", "anyone", "drivers", "empties", "tractor", "tractors", "trailer", "trailers", "truck",
    "trucks", "who", "who's",
];
/// What stands behind "in" or "at" and is no place.
const NO_PLACE: &[&str] = &[
    "a",
    "afternoon",
    "all",
    "charge",
    "evening",
    "last",
    "least",
    "morning",
    "my",
    "next",
    "once",
    "risk",
    "trouble",
    "way",
];
/// What ends the name of a place.
const ENDS: &str = "and at available by empty for free has having in now right that who with within without";
/// What is said behind the name of a place.
const BEHIND: &[&str] = &["area", "region", "terminal", "yard"];
/// So many miles around a place are at it.
const AT_MI: f64 = 25.0;

impl Asked<'_> {
    /// Who is near what is named.
    pub(super) fn near(&self) -> Option<Meant> {
        let (from, miles) = self.around()?;
        let states = self.states(from);
        let (name, place) = match (&states, self.place(from)?) {
            (Some(states), _) => ("only", states.clone()),
            (None, Ok(place)) => ("place", place),
            (None, Err(why)) => return Some(Meant::Refused(why)),
        };
        let mut arguments = Map::from_iter([(name.to_owned(), json!(place))]);
        if let Some(hours) = self.hours_left() {
            arguments.insert("drive_hours".to_owned(), json!(hours));
        }
        let miles = self.amount(&["miles", "mile", "mi"]).or(miles);
        if let Some(miles) = miles.filter(|_| states.is_none()) {
            arguments.insert("miles".to_owned(), json!(miles));
        }
        if self.has(&["empty", "empties"]) {
            arguments.insert("empty".to_owned(), json!(true));
        }
        if self.has(&["available", "free"]) {
            arguments.insert("free".to_owned(), json!(true));
        }
        if let Some(kind) = self.kind() {
            arguments.insert("kind".to_owned(), json!(kind));
        }
        Some(Meant::LookUp(Tool::Near, arguments)).filter(|_| !place.is_empty())
    }

    /// The states that something is asked to be in, as a part of the fleet: "in texas or ok". Nothing is near to one.
    fn states(&self, from: usize) -> Option<String> {
        let mut before = self.words.get(..from)?.iter().rev().filter(|word| **word != "the");
        let lead = before.next();
        if !self.has(THINGS) || !lead.is_some_and(|lead| ["in", "inside", "within"].contains(lead)) {
            return None;
        }
        let place = self.place_words(from)?;
        let state = |words: &[&str]| Some(format!("state {}", State::named(&words.join(" "))?.name));
        state(place).or_else(|| {
            let each: Option<Vec<String>> = place.split(|word| *word == "or").map(state).collect();
            Some(each?.join(", "))
        })
    }

    /// The words of the place that begins there.
    fn place_words(&self, from: usize) -> Option<&[&str]> {
        let rest = self.words.get(from..)?;
        let length = rest.iter().position(|word| is_of(ENDS, word)).unwrap_or(rest.len());
        Some(match rest.get(..length)? {
            [name @ .., last] if BEHIND.contains(last) && !name.is_empty() => name,
            whole => whole,
        })
    }

    /// The place that begins there. Fails with a sentence where what stands there is none.
    fn place(&self, from: usize) -> Option<Result<String, String>> {
        let place = self.place_words(from)?;
        let lead = from.checked_sub(1).and_then(|at| self.words.get(at));
        let named = match place {
            [this] | [this, _]
                if THIS.contains(this) && place.iter().skip(1).all(|word| is_of(NOUNS, word)) =>
            {
                self.selected.whereabouts().map(str::to_owned).ok_or_else(|| NOTHING_SELECTED.to_owned())
            }
            ["me"] if lead != Some(&"in") => Err(NO_HERE.to_owned()),
            named => match state_among(named) {
                Some(state) => Err(format!("{}.", state.is_no_town())),
                None => Ok(named.join(" ")),
            },
        };
        Some(named)
    }

    /// How many hours of driving whoever is there is to have left. "In 5 hours" says when, not how many, and "less than 5"
    /// asks for the others.
    fn hours_left(&self) -> Option<f64> {
        const OTHERS: &str = "below coming following in most next under within";
        let before = |at: usize, back: usize| at.checked_sub(back).map_or("", |at| self.words[at]);
        let is_other = |at: usize| {
            is_of(OTHERS, before(at, 1)) || before(at, 1) == "than" && is_of("fewer less", before(at, 2))
        };
        let mut counts = (0..self.words.len()).filter(|at| !is_other(*at));
        counts.find_map(|at| self.amount_at(at, &["hours", "hour", "hrs", "h"]))
    }

    /// Where the place begins, and how far around it is asked by the words alone.
    fn around(&self) -> Option<(usize, Option<f64>)> {
        if let Some(at) = self.after(&["near", "around", "nearby"]) {
            return Some((at, None));
        }
        let close = self.after(&["close", "closest", "nearest"]);
        let close =
            close.and_then(|at| Some(at + self.words.get(at..)?.iter().position(|word| *word == "to")? + 1));
        let counted = self.words.windows(2).position(|pair| {
            ["miles", "mile", "mi"].iter().any(|unit| pair[0].ends_with(unit))
                && ["of", "from"].contains(&pair[1])
        });
        if let Some(at) = close.or(counted.map(|at| at + 2)) {
            return Some((at, None));
        }
        if !self.has(THINGS) || self.number().is_some() {
            return None;
        }
        let goes = self.words.windows(2).position(|pair| pair == ["get", "to"]).map(|at| at + 2);
        if let Some(at) = goes.or_else(|| self.after(&["reach"])) {
            return Some((at, None));
        }
        // "Who is in trouble" is no place, "in the next 4 hours" neither.
        let is_place =
            |word: &&str| !NO_PLACE.contains(word) && !word.starts_with(|first: char| first.is_ascii_digit());
        let behind = |before: usize| before + 1 + usize::from(self.words.get(before + 1) == Some(&"the"));
        let leads = |at: &usize| self.words.get(*at).is_some_and(|word| ["at", "in"].contains(word));
        let mut places = (0..self.words.len()).rev().filter(leads).map(behind);
        let at = places.find(|at| self.words.get(*at).is_some_and(is_place))?;
        Some((at, Some(AT_MI)))
    }

    /// The one kind that is asked for.
    fn kind(&self) -> Option<&'static str> {
        let (trailers, trucks, drivers) = (
            self.has(&["trailers", "trailer", "empties"]),
            self.has(&["trucks", "tractors", "truck", "tractor"]),
            self.has(&["drivers", "who", "who's", "driver", "anyone", "anybody", "whos"]),
        );
        match (trailers, trucks, drivers) {
            (true, false, false) => Some("trailer"),
            (false, true, false) => Some("tractor"),
            _ => None,
        }
    }
}

/// The state that stands in the place of a town: "texas", "tx or ok", but not "portland or".
fn state_among(place: &[&str]) -> Option<State> {
    let whole = State::named(&place.join(" "));
    whole.or_else(|| {
        let mut each = place.split(|word| *word == "or").filter(|_| place.last() != Some(&"or"));
        each.find_map(|one| State::named(&one.join(" ")))
    })
}
