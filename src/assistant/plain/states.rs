//! States in questions. Some go by letters that are words too ("in", "or", "me", "ok", "mi"): where they stand tells. Pure.

use super::words::{ARTICLES, BEFORE_PLACE, is_of};
use crate::rules::only::states::{STATES, State};

/// Letters that lead a place or join two, too.
const LEADS: &str = "in on or";
/// What leads a place that somebody is in, and not near to.
const WITHIN: &str = "in into inside through";
/// What may follow the last of a list of places.
const ENDS: &str = "and are dark for is late now that today tonight who";

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// In no list of places.
    Apart,
    /// Behind what leads a place.
    Led,
    /// Behind what joins a place to the next.
    Joined,
    /// Behind a place.
    Behind,
}

/// Which of `words` are a state's letters: all that `is_plain` does not say to mean something else, and of those what
/// stands in a list of places.
pub fn lettered(words: &[&str], is_plain: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut stands = Stands::Apart;
    let mut found = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let is_plain = is_plain(at);
        let is_state = is_letters(word) && (!is_plain || is_meant(words, at, stands));
        stands = match stands {
            _ if is_state => Stands::Behind,
            _ if is_of(BEFORE_PLACE, word) => Stands::Led,
            Stands::Led | Stands::Joined if is_of(ARTICLES, word) => stands,
            Stands::Behind if ["or", "and"].contains(word) => Stands::Joined,
            Stands::Led | Stands::Joined | Stands::Behind if !is_plain => Stands::Behind,
            _ => Stands::Apart,
        };
        found.push(is_state);
    }
    found
}

/// Whether a word that has another meaning is a state there.
fn is_meant(words: &[&str], at: usize, stands: Stands) -> bool {
    let word = words[at];
    let next = words.get(at + 1);
    let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at]);
    let ends = |at: usize| words.get(at).is_none_or(|next| is_of(ENDS, next));
    let is_last = ends(at + 1) || word != "or" && next == Some(&"or");
    match (stands, word) {
        (Stands::Apart, _) => false,
        (Stands::Led, "me") => is_of(WITHIN, before(1)),
        (Stands::Joined, "me") => State::named(before(2)).is_some(),
        // "In or near Dallas" leads a place once more.
        (Stands::Led, _) if is_of(LEADS, word) => !next
            .is_some_and(|next| is_of(BEFORE_PLACE, next) && !ends(at + 2) || ["out", "the"].contains(next)),
        (Stands::Joined, "in" | "on") => is_last,
        (Stands::Behind, _) if is_of(LEADS, word) => is_last,
        _ => true,
    }
}

fn is_letters(word: &str) -> bool {
    STATES.iter().any(|(letters, _)| letters.eq_ignore_ascii_case(word))
}
