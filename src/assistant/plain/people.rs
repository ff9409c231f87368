//! Whom a question names, by the names of the fleet's drivers: where words alone do not tell a name from what follows
//! it. Pure.

use std::collections::BTreeSet;
use std::ops::Range;

use super::words;
use crate::model::{Fleet, folded};

/// Shorter words name nobody on their own.
const SHORTEST: usize = 3;
/// Words that name nobody on their own, though somebody may be called so.
const PLAIN: &[&str] = &[
    "will", "may", "can", "long", "late", "near", "van", "early", "good", "best", "west", "east", "north",
    "south", "free", "day", "love", "way", "price", "driver", "truck", "trailer", "load", "open", "data",
    "home", "short", "where", "who", "what", "when", "why", "how", "does", "did", "has", "make", "the",
    "and", "for", "out", "with",
];

/// The names of the fleet's drivers, each by its words.
#[derive(Clone, Debug, Default)]
pub struct People(BTreeSet<Vec<String>>);

impl People {
    /// Those of a fleet.
    pub fn of(fleet: &Fleet) -> Self {
        Self::called(fleet.drivers.iter().map(|row| row.name.as_str()))
    }

    /// Those of these names.
    pub fn called<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let words = |name: &str| folded(name).split_whitespace().map(str::to_owned).collect();
        Self(names.map(words).filter(|words: &Vec<String>| !words.is_empty()).collect())
    }

    /// Where in `words` somebody is named: the longest run that is a part of one name; of two as long, the first. What
    /// stands beside a part of a name and is no plain word belongs to it: "bob jones" is nobody where there is a Bob Stone.
    pub fn named(&self, words: &[&str]) -> Option<Range<usize>> {
        let plain: Vec<String> = words.iter().map(|word| folded(owner(word))).collect();
        let runs = (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| from..to));
        let found = runs.filter(|run| plain.get(run.clone()).is_some_and(|run| self.are(run)));
        let mut run = found.max_by_key(|run| (run.len(), std::cmp::Reverse(run.start)))?;
        let is_whole = plain.get(run.clone()).is_some_and(|run| self.0.contains(run));
        let goes_on = |at: usize| {
            plain.get(at).is_some_and(|word| {
                !words::is_plain(word)
                    && !PLAIN.contains(&word.as_str())
                    && word.chars().all(char::is_alphabetic)
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
            [word] => word.chars().count() >= SHORTEST && !PLAIN.contains(&word.as_str()),
            _ => true,
        };
        is_name && self.0.iter().any(|name| name.windows(run.len()).any(|part| part == run))
    }
}

/// Whether a word names nobody on its own.
pub fn is_nobody(word: &str) -> bool {
    PLAIN.contains(&word)
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
}
