//! The whole fleet in a few words a unit, for the rules that have to look at every unit there is: whether
//! anybody is with a trailer that rolls, how many trucks an account that fails makes unseen. Who judges loads
//! holds the rows of units with loads alone, and this beside them. Judges nothing.

use std::collections::BTreeSet;

use super::{DutyStatus, Motion, Sighting, Tractor, UnitId};

/// One tractor at the roll call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Post<'a> {
    /// The number that it is called by.
    pub unit_number: &'a str,
    /// The account whose observation its place is.
    pub source: Option<&'a str>,
    /// Moving or not when last seen.
    pub state: Motion,
    /// Where and when it was last seen.
    pub seen: Option<Sighting>,
}

impl<'a> From<&'a Tractor> for Post<'a> {
    fn from(row: &'a Tractor) -> Self {
        Self {
            unit_number: &row.unit_number,
            source: row.source.as_deref(),
            state: row.state,
            seen: Sighting::of(row.latitude, row.longitude, row.observed_at),
        }
    }
}

/// Every tractor, in as little room as that takes.
#[derive(Clone, Debug, Default)]
pub struct Muster {
    /// All numbers, one after the other.
    numbers: String,
    sources: Vec<Box<str>>,
    called: Vec<Called>,
}

#[derive(Clone, Copy, Debug)]
struct Called {
    /// Where its number begins and ends.
    number: (u32, u32),
    source: Option<u16>,
    state: Motion,
    seen: Option<Sighting>,
}

impl Muster {
    /// Takes one in.
    pub fn call(&mut self, post: Post<'_>) {
        let begins = self.numbers.len();
        self.numbers.push_str(post.unit_number);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let called = Called {
            number: (place(begins), place(self.numbers.len())),
            source: post.source.and_then(|source| self.source(source)),
            state: post.state,
            seen: post.seen,
        };
        self.called.push(called);
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Post<'_>> {
        self.called.iter().map(|called| Post {
            unit_number: self.numbers.get(called.number.0 as usize..called.number.1 as usize).unwrap_or(""),
            source: called.source.and_then(|at| self.sources.get(usize::from(at))).map(|name| &**name),
            state: called.state,
            seen: called.seen,
        })
    }

    fn source(&mut self, name: &str) -> Option<u16> {
        let known = self.sources.iter().position(|known| &**known == name);
        let place = known.unwrap_or_else(|| {
            self.sources.push(name.into());
            self.sources.len() - 1
        });
        u16::try_from(place).ok()
    }
}

/// A trailer that was moving when last seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rolling {
    /// Where and when that was.
    pub seen: Sighting,
    /// The tractor that is said to pull it, if any, and where that was seen.
    pub tractor: Option<Option<Sighting>>,
}

/// A driver on a truck: what his log says, and what the truck did when last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Driven {
    /// By his log.
    pub log: DutyStatus,
    /// The truck.
    pub truck: Motion,
}

/// Units that are judged though no load leads to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    /// Tractors, and with them whoever drives them.
    pub tractors: BTreeSet<UnitId>,
    /// Trailers, and with them what is said to pull them.
    pub trailers: BTreeSet<UnitId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn whoever_is_called_is_there_as_he_was_called() {
        let seen = |latitude| Sighting { latitude, longitude: -101.0, observed_at: Timestamp::from_secs(9) };
        let posts = [
            Post {
                unit_number: "418",
                source: Some("samsara"),
                state: Motion::Moving,
                seen: Some(seen(35.0)),
            },
            Post { unit_number: "", source: None, state: Motion::Dark, seen: None },
            Post { unit_number: "Ü-7", source: Some("motive"), state: Motion::Idle, seen: Some(seen(36.0)) },
            Post { unit_number: "9", source: Some("samsara"), state: Motion::Stopped, seen: None },
        ];
        let mut muster = Muster::default();
        for post in posts {
            muster.call(post);
        }
        assert_eq!(muster.iter().collect::<Vec<_>>(), posts);
    }
}
