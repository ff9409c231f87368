//! Whom a question names, by the names of the fleet's drivers: where words alone do not tell a name from what follows
//! it. Pure.

use std::collections::BTreeSet;
use std::ops::{Bound, Range};

use super::words;
use crate::assistant::names;
use crate::model::{Fleet, folded};

/// Shorter words name nobody on their own.
const SHORTEST: usize = 3;
/// Surnames that a question without a model has as words more often. For a model they are names still, and hidden.
const WORDS: &str = "best data day early east free home love north open price short south way west";

/// The names of the fleet's drivers.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Each by its words.
    names: BTreeSet<Vec<String>>,
    /// The same from each of their words on, so that what begins with some words stands together.
    ends: BTreeSet<Vec<String>>,
    /// The longest has so many words.
    longest: usize,
}

impl People {
    /// Those of a fleet.
    pub fn of(fleet: &Fleet) -> Self {
        Self::called(fleet.drivers.iter().map(|row| row.name.as_str()))
    }

    /// Those of these names.
    pub fn called<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let words = |name: &str| folded(name).split_whitespace().map(str::to_owned).collect();
        let names: BTreeSet<Vec<String>> =
            names.map(words).filter(|words: &Vec<String>| !words.is_empty()).collect();
        let from_each =
            |name: &Vec<String>| (0..name.len()).map(|at| name[at..].to_vec()).collect::<Vec<_>>();
        let ends = names.iter().flat_map(from_each).collect();
        let longest = names.iter().map(Vec::len).max().unwrap_or_default();
        Self { names, ends, longest }
    }

    /// Where in `words` somebody is named: the longest run that is a part of one name; of two as long, the first. What
    /// stands beside a part of a name and is no plain word belongs to it: "bob jones" is nobody where there is a Bob Stone.
    pub fn named(&self, words: &[&str]) -> Option<Range<usize>> {
        let plain: Vec<String> = words.iter().map(|word| folded(owner(word))).collect();
        let end = |from: usize| words.len().min(from + self.longest);
        let runs = (0..words.len()).flat_map(|from| (from + 1..=end(from)).map(move |to| from..to));
        let found = runs.filter(|run| plain.get(run.clone()).is_some_and(|run| self.are(run)));
        let mut run = found.max_by_key(|run| (run.len(), std::cmp::Reverse(run.start)))?;
        let is_whole = plain.get(run.clone()).is_some_and(|run| self.names.contains(run));
        let goes_on = |at: usize| {
            plain.get(at).is_some_and(|word| {
                !words::is_plain(word) && !is_nobody(word) && word.chars().all(char::is_alphabetic)
            })
        };
        if !is_whole {
            while run.start > 0
                && goes_on(run.start - 1)
                && owner(words[run.start - 1]) == words[run.start - 1]
            {
                run.start -= 1;
            }
            while goes_on(run.end) && owner(words[run.end - 1]) == words[run.end - 1] {
                run.end += 1;
            }
        }
        Some(run)
    }

    fn are(&self, run: &[String]) -> bool {
        let is_name = match run {
            [] => return false,
            [word] => word.chars().count() >= SHORTEST && !is_nobody(word),
            _ => true,
        };
        let mut from = self.ends.range::<[String], _>((Bound::Included(run), Bound::Unbounded));
        is_name && from.next().is_some_and(|end| end.starts_with(run))
    }
}

/// Whether a word names nobody on its own.
pub fn is_nobody(word: &str) -> bool {
    names::is_word(word) || words::is_of(WORDS, word)
}

/// "klee" of "klee's".
pub fn owner(word: &str) -> &str {
    word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_longest_part_of_one_and_no_plain_word() {
        let people =
            People::called(["QUINN IVERSON", "Bob Stone", "Will Long", "Jos\u{e9} de la Cruz"].into_iter());
        let check = |question: &str, expected: Option<&str>| {
            let words: Vec<&str> = question.split(' ').collect();
            let found = people.named(&words).map(|run| words[run].join(" "));
            assert_eq!(found.as_deref(), expected, "{question}");
        };
        check("where's quinn iverson going", Some("quinn iverson"));
        check("what did bob do", Some("bob"));
        check("is stone's truck late", Some("stone's"));
        check("will it take long", None);
        check("where is will long now", Some("will long"));
        check("can jose de la cruz make it", Some("jose de la cruz"));
        check("where is de la cruz", Some("de la cruz"));
        check("what is late", None);
        check("where is bob jones going", Some("bob jones"));
        check("is young bob late", Some("young bob"));
        check("bob's detention", Some("bob's"));
    }

    #[test]
    fn the_end_of_one_name_among_thousands_is_found_in_a_long_question() {
        let names: Vec<String> = (0..5000).map(|number| format!("Ann{number} de la Cruz")).collect();
        let people = People::called(names.iter().map(String::as_str));
        assert_eq!(people.longest, 4, "no longer run of words is looked up");
        let words: Vec<&str> = ["1"; 500].into_iter().chain(["de", "la", "cruz", "2", "la", "1"]).collect();
        assert_eq!(people.named(&words), Some(500..503));
    }

    #[test]
    fn no_word_stands_in_both_lists() {
        assert!(WORDS.split(' ').all(|word| !names::is_word(word)));
    }
}
