//! How well names fit what was typed. A matcher of its own: people type the beginnings of numbers and names, and the
//! number that begins so must come first, which a matcher made for file names cannot promise.

use crate::model::folded;

/// What was typed, in small letters without accents.
#[derive(Debug, Default)]
pub struct Query {
    whole: String,
    words: Vec<String>,
}

/// How well something fits; the better is the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The whole of a name, but for leading zeros.
    Exact,
    /// A name begins with it.
    Begins,
    /// A word of a name begins with it.
    Word,
    /// A name has it somewhere.
    Within,
    /// Its words are all there, each somewhere.
    Words,
    /// Its letters are there in their order, close together.
    Letters,
}

/// Letters are looked for one by one from so many on: fewer are in everything.
const LETTERS: usize = 3;

impl Query {
    /// What `text` asks for.
    pub fn of(text: &str) -> Self {
        let whole = folded(text.trim());
        Self { words: whole.split_whitespace().map(str::to_owned).collect(), whole }
    }

    /// Whether nothing is asked for.
    pub const fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// How well names, a line each and folded as what was typed, fit. Single letters are looked for in the first alone,
    /// which is what people call it.
    pub fn fit(&self, names: &str) -> Option<Fit> {
        let best = names.split('\n').filter_map(|name| name_fit(name, &self.whole)).min();
        if best.is_some() {
            return best;
        }
        if self.words.len() > 1 {
            return self.words.iter().all(|word| names.contains(word.as_str())).then_some(Fit::Words);
        }
        let first = names.split('\n').next().unwrap_or_default();
        (self.whole.len() >= LETTERS && has_letters(first, &self.whole)).then_some(Fit::Letters)
    }

    /// Whether each of its words is somewhere in `text`, which is folded.
    pub fn is_in(&self, text: &str) -> bool {
        self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

fn name_fit(name: &str, typed: &str) -> Option<Fit> {
    let (at, _) = name.match_indices(typed).next()?;
    let plain = name.trim_start_matches('0');
    if name == typed || plain == typed {
        return Some(Fit::Exact);
    }
    if at == 0 || plain.starts_with(typed) {
        return Some(Fit::Begins);
    }
    let begins_word =
        |at: usize| name.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    let is_word = name.match_indices(typed).any(|(at, _)| begins_word(at));
    Some(if is_word { Fit::Word } else { Fit::Within })
}

/// Whether the letters of `typed` are in `name` in their order, the first at the beginning of a word, and with no more
/// between them than there are of them.
fn has_letters(name: &str, typed: &str) -> bool {
    let starts = name
        .char_indices()
        .filter(|(at, _)| name.get(..*at).is_some_and(|before| !before.ends_with(char::is_alphanumeric)));
    let count = typed.chars().count();
    starts.map(|(at, _)| name.get(at..).unwrap_or_default()).any(|rest| {
        let mut wanted = typed.chars().peekable();
        let needed = rest.chars().take_while(|c| {
            if wanted.peek() == Some(c) {
                wanted.next();
            }
            wanted.peek().is_some()
        });
        // The last letter ends the count before it is counted.
        let needed = needed.count() + 1;
        wanted.peek().is_none() && rest.starts_with(|c| typed.starts_with(c)) && needed <= 2 * count
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_so_comes_before_what_has_it() {
        let check = |typed: &str, names: &str, expected: Option<Fit>| {
            assert_eq!(Query::of(typed).fit(names), expected, "{typed} in {names:?}");
        };
        check("418", "418", Some(Fit::Exact));
        check("91", "0091\ntms:91", Some(Fit::Exact));
        check(" 9 ", "0091", Some(Fit::Begins));
        check("41", "418", Some(Fit::Begins));
        check("SMITH", "ann smith", Some(Fit::Word));
        check("18", "418", Some(Fit::Within));
        check("po-7", "ord 12\npo-77", Some(Fit::Begins));
        check("smith ann", "ann smith", Some(Fit::Words));
        check("nxl", "next late", Some(Fit::Letters));
        check("pgd", "page down", Some(Fit::Letters));
        check("ltp", "last panel", Some(Fit::Letters));
        check("xl", "next late", None);
        check("late", "lubbock at noon east", None);
        check("419", "418", None);
        check("peña", "ann pena", Some(Fit::Word));
        check("a  b", "b\na", Some(Fit::Words));
    }
}
