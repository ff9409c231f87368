//! Drivers' names for the dispatcher, tokens for the model: where a person has asked for it, no name of a driver
//! leaves the box. Pure.
//!
//! A word of the question that is a part of any driver's name goes as a token too, "Dallas" among them where a
//! driver is called so; what the model calls tools with is put back before they run, so nothing is lost by it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Fleet, plain_letter};

/// How a token begins; a number follows.
const TOKEN: &str = "Person-";
/// Words that a question is made of, though somebody may be called so: alone they name nobody.
const PLAIN: &[&str] = &[
    "will", "may", "can", "the", "and", "for", "who", "how", "late", "long", "near", "make", "load", "van",
    "out", "has", "his", "her", "its", "what", "where", "when", "why", "with", "take", "else", "good",
    "empty", "trailer", "truck", "tractor", "driver", "hours", "time", "miles", "this", "that", "not", "any",
    "does", "did", "get",
];
/// Shorter words are not looked at.
const SHORTEST: usize = 3;

/// A cut text ends in a piece of a name where at least so many characters of it stand there.
const TAIL: usize = 3;
/// Texts that are shorter were not cut.
const CUT: usize = 80;

/// Which token stands for what, in one conversation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Names {
    texts: Vec<String>,
    numbers: BTreeMap<Vec<char>, usize>,
}

impl From<Vec<String>> for Names {
    fn from(texts: Vec<String>) -> Self {
        let numbers = texts.iter().enumerate().map(|(number, text)| (spaced(text), number)).collect();
        Self { texts, numbers }
    }
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        names.texts
    }
}

impl Names {
    /// `question` as it may leave the box: whole names first, then every word that is a part of one.
    pub fn hide_question(&mut self, question: &str, fleet: &Fleet) -> String {
        let known = self.known(fleet);
        let parts: BTreeSet<Vec<char>> =
            fleet.drivers.iter().flat_map(|row| Folded::of(&row.name).words()).collect();
        let text = Folded::of(question);
        let mut spans = text.named(&known);
        for word in text.word_spans() {
            let Some(word) = text.name_of(word, &parts) else { continue };
            if !overlaps(&spans, &word) {
                spans.push(word);
            }
        }
        spans.sort_unstable_by_key(|span| span.start);
        // "Ray Ortiz" is one.
        let joined = spans.into_iter().fold(Vec::<Range<usize>>::new(), |mut all, span| {
            match all.last_mut() {
                Some(last) if last.end + 1 == span.start && text.at(last.end) == Some(' ') => {
                    last.end = span.end;
                }
                _ => all.push(span),
            }
            all
        });
        self.put(&text, joined)
    }

    /// What a tool found as it may leave the box: every driver's name in it, wherever it stands.
    pub fn hide_data(&mut self, data: &Value, fleet: &Fleet) -> Value {
        let known = self.known(fleet);
        self.hide_value(data, &known)
    }

    fn hide_value(&mut self, data: &Value, known: &[Vec<char>]) -> Value {
        match data {
            Value::String(text) => Value::String(self.hide_known(text, known)),
            Value::Array(all) => all.iter().map(|one| self.hide_value(one, known)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (name.clone(), self.hide_value(value, known))).collect(),
            ),
            other => other.clone(),
        }
    }

    /// The same of a text.
    pub fn hide_text(&mut self, text: &str, fleet: &Fleet) -> String {
        let known = self.known(fleet);
        self.hide_known(text, &known)
    }

    fn hide_known(&mut self, text: &str, known: &[Vec<char>]) -> String {
        let text = Folded::of(text);
        let mut spans = text.named(known);
        spans.sort_unstable_by_key(|span| span.start);
        self.put(&text, spans)
    }

    /// All that has to be hidden, the longest first: "Ann Lee" stands in "Ann Lee Wood". What a question said goes
    /// too, since tools repeat it.
    fn known(&self, fleet: &Fleet) -> Vec<Vec<char>> {
        let names = fleet.drivers.iter().map(|row| row.name.as_str());
        let texts = names.chain(self.texts.iter().map(String::as_str));
        let mut known: Vec<Vec<char>> = texts.map(spaced).filter(|name| !name.is_empty()).collect();
        known.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        known.dedup();
        known
    }

    /// `text` with a token for each of `spans`, which are in order.
    fn put(&mut self, text: &Folded<'_>, spans: Vec<Range<usize>>) -> String {
        let mut hidden = String::new();
        let mut done = 0;
        for span in spans {
            hidden.push_str(text.original(done..span.start));
            hidden.push_str(&self.token(text.original(span.clone())));
            done = span.end;
        }
        hidden + text.original(done..text.len())
    }

    fn token(&mut self, text: &str) -> String {
        let next = self.texts.len();
        let number = *self.numbers.entry(spaced(text)).or_insert(next);
        if number == next {
            self.texts.push(text.to_owned());
        }
        format!("{TOKEN}{}", number + 1)
    }

    /// `text` with its names back.
    pub fn show(&self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        while let Some(at) = token_in(rest) {
            let (before, token) = rest.split_at(at);
            let after = token.get(TOKEN.len()..).unwrap_or_default();
            let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let number: Option<usize> = after.get(..digits).and_then(|digits| digits.parse().ok());
            let name = number.and_then(|number| self.texts.get(number.checked_sub(1)?));
            shown.push_str(before);
            match name {
                Some(name) => shown.push_str(name),
                None => shown.push_str(token.get(..TOKEN.len() + digits).unwrap_or_default()),
            }
            rest = after.get(digits..).unwrap_or_default();
        }
        shown + rest
    }

    /// The same of every text in `data`.
    pub fn show_data(&self, data: &Value) -> Value {
        match data {
            Value::String(text) => Value::String(self.show(text)),
            Value::Array(all) => all.iter().map(|one| self.show_data(one)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (name.clone(), self.show_data(value))).collect(),
            ),
            other => other.clone(),
        }
    }
}

/// Puts names back into text that comes in pieces: a token may be cut in two.
#[derive(Clone, Debug, Default)]
pub struct Unveil(String);

impl Unveil {
    /// Takes a piece; returns what is certain.
    pub fn take(&mut self, piece: &str, names: &Names) -> String {
        self.0.push_str(piece);
        let certain = self.0.len() - open_token(&self.0);
        let rest = self.0.split_off(certain);
        names.show(&std::mem::replace(&mut self.0, rest))
    }

    /// No more comes.
    pub fn end(&mut self, names: &Names) -> String {
        names.show(&std::mem::take(&mut self.0))
    }
}

/// Bytes at the end of `text` that may be the beginning of a token.
fn open_token(text: &str) -> usize {
    let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let head = text.len() - digits;
    if head
        .checked_sub(TOKEN.len())
        .and_then(|at| text.get(at..head))
        .is_some_and(|head| head.eq_ignore_ascii_case(TOKEN))
    {
        return TOKEN.len() + digits;
    }
    let is_head = |length: &usize| {
        let end = text.len().checked_sub(*length).and_then(|at| text.get(at..));
        end.is_some_and(|end| TOKEN.get(..*length).is_some_and(|head| end.eq_ignore_ascii_case(head)))
    };
    (1..TOKEN.len()).rev().find(is_head).unwrap_or(0)
}

/// Where a token begins; a model writes it in any case.
fn token_in(text: &str) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .find(|at| text.get(*at..at + TOKEN.len()).is_some_and(|head| head.eq_ignore_ascii_case(TOKEN)))
}

/// A text letter by letter without its case and accents, each beside where it stands in the original.
struct Folded<'a> {
    text: &'a str,
    letters: Vec<(usize, char)>,
}

impl<'a> Folded<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, letters: text.char_indices().map(|(at, c)| (at, folded(c))).collect() }
    }

    const fn len(&self) -> usize {
        self.letters.len()
    }

    fn at(&self, index: usize) -> Option<char> {
        self.letters.get(index).map(|(_, c)| *c)
    }

    fn original(&self, span: Range<usize>) -> &'a str {
        let byte = |index: usize| self.letters.get(index).map_or(self.text.len(), |(at, _)| *at);
        self.text.get(byte(span.start)..byte(span.end)).unwrap_or_default()
    }

    /// Where any of `known` stands, the longest first, and where a cut text ends in the beginning of one.
    fn named(&self, known: &[Vec<char>]) -> Vec<Range<usize>> {
        let starts: Vec<usize> = (0..self.len()).filter(|at| self.begins_word(*at)).collect();
        let mut spans = Vec::new();
        for name in known {
            let found = starts.iter().filter_map(|start| {
                let end = self.after(*start, name)?;
                self.ends_word(end).then_some(*start..end)
            });
            for span in found.collect::<Vec<_>>() {
                if !overlaps(&spans, &span) {
                    spans.push(span);
                }
            }
        }
        if self.len() >= CUT {
            let tails = starts.iter().filter_map(|start| self.tail(*start, known));
            for span in tails.collect::<Vec<_>>() {
                if !overlaps(&spans, &span) {
                    spans.push(span);
                }
            }
        }
        spans
    }

    /// Where `name` ends that begins at `start`; a space of it stands for any number of them.
    fn after(&self, start: usize, name: &[char]) -> Option<usize> {
        let mut at = start;
        for letter in name {
            if self.at(at)? != *letter {
                return None;
            }
            at += 1;
            while *letter == ' ' && self.at(at) == Some(' ') {
                at += 1;
            }
        }
        Some(at)
    }

    /// The piece of a name that begins at `start` and was cut: at the end of a line, or of what is quoted.
    fn tail(&self, start: usize, known: &[Vec<char>]) -> Option<Range<usize>> {
        let is_end = |c: Option<char>| c.is_none_or(|c| "\n\")\u{2026}".contains(c));
        let longest = known.first()?.len();
        let end = (start..=start + longest).find(|at| is_end(self.at(*at)))?;
        let piece: Vec<char> = spaced(self.original(start..end));
        let is_cut = self.at(start) != Some(' ')
            && piece.len() >= TAIL
            && known.iter().any(|name| name.starts_with(&piece));
        is_cut.then_some(start..end)
    }

    fn begins_word(&self, at: usize) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !is_letter(self.at(at)) || !at.checked_sub(1).is_some_and(|before| is_letter(self.at(before)))
    }

    /// Nothing follows but an `s`: "the Smiths".
    fn ends_word(&self, at: usize) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !is_letter(self.at(at)) || (self.at(at) == Some('s') && !is_letter(self.at(at + 1)))
    }

    fn word_spans(&self) -> Vec<Range<usize>> {
        let is_part = |at: usize| self.at(at).is_some_and(|c| c.is_alphabetic() || c == '\'');
        let starts = (0..self.len()).filter(|at| is_part(*at) && !at.checked_sub(1).is_some_and(is_part));
        let end = |start: usize| (start..self.len()).find(|at| !is_part(*at)).unwrap_or(self.len());
        starts.map(|start| start..end(start)).collect()
    }

    fn words(&self) -> Vec<Vec<char>> {
        self.word_spans().into_iter().map(|span| self.letters_of(span)).collect()
    }

    fn letters_of(&self, span: Range<usize>) -> Vec<char> {
        self.letters.get(span).into_iter().flatten().map(|(_, c)| *c).collect()
    }

    /// What of a word is a part of a name: "Smith" of "Smith's", "'smith'" and "Smiths".
    fn name_of(&self, word: Range<usize>, parts: &BTreeSet<Vec<char>>) -> Option<Range<usize>> {
        let is_name = |span: &Range<usize>| {
            let letters = self.letters_of(span.clone());
            let text: String = letters.iter().collect();
            letters.len() >= SHORTEST && !is_word(&text) && parts.contains(&letters)
        };
        let quoted = |at: usize| self.at(at) == Some('\'');
        let Range { mut start, mut end } = word;
        if is_name(&(start..end)) {
            return Some(start..end);
        }
        while start < end && quoted(start) {
            start += 1;
        }
        while start < end && quoted(end - 1) {
            end -= 1;
        }
        let stem = end.checked_sub(1).filter(|last| self.at(*last) == Some('s'));
        let owned = stem.and_then(|last| last.checked_sub(1)).filter(|at| quoted(*at));
        let ends = [Some(end), owned, stem].into_iter().flatten().filter(|end| *end > start);
        ends.map(|end| start..end).find(is_name)
    }
}

/// Whether a word that questions are made of is nobody's name on its own.
pub fn is_word(word: &str) -> bool {
    PLAIN.contains(&word)
}

fn overlaps(spans: &[Range<usize>], one: &Range<usize>) -> bool {
    spans.iter().any(|span| span.start < one.end && one.start < span.end)
}

/// A letter without its case and accent; apostrophes and spaces are written in several ways.
fn folded(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
        '\n' => c,
        c if c.is_whitespace() => ' ',
        c => plain_letter(c),
    }
}

/// A name without its case and accents, with one space between its words.
fn spaced(name: &str) -> Vec<char> {
    let words = name.split_whitespace().map(|word| word.chars().map(folded).collect::<Vec<char>>());
    words.collect::<Vec<_>>().join(&' ')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Driver, UnitId};

    fn fleet() -> Fleet {
        let names = ["Ray Ortiz", "Ann Smith", "Bob Smith", "Will Dallas"];
        let drivers = names.iter().map(|name| Driver {
            id: UnitId(format!("m:{name}").into()),
            name: (*name).into(),
            ..Driver::default()
        });
        let mut fleet = Fleet::default();
        fleet.drivers = drivers.collect();
        fleet
    }

    #[test]
    fn no_name_of_the_question_leaves_and_each_comes_back() {
        let check = |question: &str, expected: &str| {
            let mut names = Names::default();
            let hidden = names.hide_question(question, &fleet());
            assert_eq!(hidden, expected);
            assert_eq!(names.show(&hidden), question);
        };
        check("can smith make Memphis by 2", "can Person-1 make Memphis by 2");
        check("where is Ray Ortiz, and Ann?", "where is Person-1, and Person-2?");
        check("who's near Dallas with 5 hours", "who's near Person-1 with 5 hours");
        check("will it be late", "will it be late");
        check("Ray Ortiz Smith Ortiz", "Person-1");
        check("what are Smith's hours", "what are Person-1's hours");
        check("what are Smith\u{2019}s hours", "what are Person-1\u{2019}s hours");
        check("where are the 'Smiths'", "where are the 'Person-1s'");
        check("", "");
    }

    #[test]
    fn a_whole_name_goes_whatever_words_it_is_made_of() {
        let mut fleet = fleet();
        let driver = |name: &str| Driver {
            id: UnitId(format!("m:{name}").into()),
            name: name.into(),
            ..Driver::default()
        };
        let others = ["Will May", "Al", "Se\u{e1}n O'Brien"].map(driver);
        fleet.drivers = fleet.drivers.iter().map(|row| Driver::clone(row)).chain(others).collect();
        let mut names = Names::default();
        assert_eq!(names.hide_question("can will  MAY make it", &fleet), "can Person-1 make it");
        assert_eq!(names.hide_question("where is al", &fleet), "where is Person-2");
        assert_eq!(names.hide_question("may it be late", &fleet), "may it be late");
        let text = "SE\u{c1}N O\u{2019}BRIEN's log, \"o'brien\"; not Willa Mayer";
        let hidden = names.hide_text(text, &fleet);
        assert_eq!(hidden, "Person-3's log, \"o'brien\"; not Willa Mayer");
        assert_eq!(names.hide_question("o\u{2019}brien\u{2019}s log", &fleet), "Person-4\u{2019}s log");
        assert_eq!(names.hide_text("\"O'Briens\"", &fleet), "\"Person-4s\"");
        assert_eq!(names.show("Person-1"), "will  MAY");
    }

    #[test]
    fn what_a_question_said_does_not_leave_in_what_repeats_it() {
        let mut names = Names::default();
        assert_eq!(names.hide_question("what are Smith's hours", &fleet()), "what are Person-1's hours");
        let hidden = names.hide_text("2 drivers by \"smith\": Ann SMITH; Bob Smith. Smithfield", &fleet());
        assert_eq!(hidden, "2 drivers by \"Person-1\": Person-2; Person-3. Smithfield");
    }

    #[test]
    fn a_name_that_was_cut_in_two_does_not_leave() {
        let mut names = Names::default();
        let long = "x ".repeat(40);
        let mut check = |text: String, expected: &str| {
            let hidden = names.hide_text(&text, &fleet());
            assert_eq!(hidden.strip_prefix(&long), Some(expected));
            assert_eq!(names.show(&hidden), text);
        };
        check(format!("{long}Ray Or"), "Person-1");
        check(format!("{long}by \"ann sm\": no"), "by \"Person-2\": no");
        check(format!("{long}Bob\nnext"), "Person-3\nnext");
        check(format!("{long}Ra"), "Ra");
        assert_eq!(names.hide_text("of a will", &fleet()), "of a will", "nothing was cut");
    }

    #[test]
    fn a_name_is_the_same_token_wherever_it_stands() {
        let mut names = Names::default();
        assert_eq!(names.hide_question("ray ortiz", &fleet()), "Person-1");
        let data =
            json!({ "summary": "14H of Ray Ortiz ends", "rows": [{ "driver": "Ann Smith", "miles": 3 }] });
        let hidden = names.hide_data(&data, &fleet());
        assert_eq!(
            hidden,
            json!({ "summary": "14H of Person-1 ends", "rows": [{ "driver": "Person-2", "miles": 3 }] })
        );
        assert_eq!(names.show("person-2 and PERSON-1"), "Ann Smith and ray ortiz");
        assert_eq!(
            names.show_data(&json!({ "driver": "Person-2", "x": "Person-9" })),
            json!({ "driver": "Ann Smith", "x": "Person-9" })
        );
    }

    #[test]
    fn text_in_pieces_gets_its_names_back_wherever_it_is_cut() {
        let mut names = Names::default();
        (1..=11).for_each(|number| drop(names.token(&format!("Nr {number}"))));
        let text = "Person-1 and Person-11, Pers. Person-";
        let expected = names.show(text);
        for cut in 0..=text.len() {
            for second in cut..=text.len() {
                let mut unveil = Unveil::default();
                let pieces = [0..cut, cut..second, second..text.len()].map(|piece| text.get(piece).unwrap());
                let shown: String = pieces.iter().map(|piece| unveil.take(piece, &names)).collect();
                assert_eq!(shown + &unveil.end(&names), expected, "{cut} {second}");
            }
        }
    }
}
