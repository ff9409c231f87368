//! What an answer rests on: which things it names, and which of its numbers no tool returned. Pure functions of
//! the answer and of what was found.

use std::collections::BTreeSet;
use std::ops::Range;

use super::tools::Citation;

/// Those of `known` that `answer` names, by label or id, in the order they are named; none twice.
pub fn cited(answer: &str, known: &[Citation]) -> Vec<Citation> {
    let answer = answer.to_lowercase();
    let mut found: Vec<(usize, &Citation)> = known
        .iter()
        .filter_map(|one| {
            let names = [one.label.to_lowercase(), one.id.to_lowercase()];
            let at = names.iter().filter_map(|name| whole(&answer, name)).min()?;
            Some((at, one))
        })
        .collect();
    found.sort_by_key(|(at, one)| (*at, one.kind));
    let mut seen = BTreeSet::new();
    found.retain(|(_, one)| seen.insert((one.kind, one.id.clone())));
    found.into_iter().map(|(_, one)| one.clone()).collect()
}

/// Where `name` stands in `text` by itself, not inside a longer word or number.
fn whole(text: &str, name: &str) -> Option<usize> {
    let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if name.is_empty() {
        return None;
    }
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !is_inside(before) && !is_inside(after)
    })
}

/// Numbers in `answer` that stand in none of `sources`: results of tools, and the question. A number is
/// supported by the same one, by one that rounds to it, and, of a length of time, by its hours or minutes
/// ("2h06": "2 hours 6 minutes"); minutes support no hours. Digits of any script are digits. Numbers of a list's lines
/// count for nothing.
pub fn unsupported(answer: &str, sources: &[&str]) -> Vec<Range<usize>> {
    let mut known = Known::default();
    for text in sources {
        known.take(text);
    }
    let mut found = Vec::new();
    for token in tokens(answer) {
        let text = plain(answer.get(token.clone()).unwrap_or_default());
        if text.contains(char::is_numeric)
            && !is_list_mark(answer, &token)
            && !known.supports(&text, Unit::around(answer, &token))
        {
            found.push(token);
        }
    }
    found
}

/// What a number counts, where it is a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Unit {
    /// By the word that says so, in the token of a number, behind it, or in the name of its JSON key.
    fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => Self::Seconds,
            "m" | "min" | "mins" | "minute" | "minutes" => Self::Minutes,
            "h" | "hr" | "hrs" | "hour" | "hours" => Self::Hours,
            "d" | "day" | "days" => Self::Days,
            _ => return None,
        })
    }

    /// Of a number that is a token of `text`: "2292h", "2292 hours", `"late_minutes":2292`.
    fn around(text: &str, token: &Range<usize>) -> Option<Self> {
        let number = text.get(token.clone())?;
        let own = number.trim_start_matches(|c: char| c.is_numeric() || ".,".contains(c));
        if !own.is_empty() {
            return Self::named(own);
        }
        let after = text.get(token.end..)?.trim_start_matches([' ', '\u{a0}', '-']);
        let word = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let key = || {
            let key = text.get(..token.start)?.trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
            Self::named(key.rsplit(|c: char| !c.is_alphanumeric()).next()?)
        };
        Self::named(word).or_else(key)
    }
}

/// Where the ten digits of a script begin (Unicode, general category Nd).
const ZEROS: [char; 20] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{ff10}',
];

/// A token with the digits of other scripts as our own. What is numeric and no digit, such as "½", stays.
fn plain(token: &str) -> String {
    let digit = |c: char| {
        let value =
            ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|n| *n < 10));
        value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
    };
    token.chars().map(digit).collect()
}

/// A value, how many decimals it is told with, and what it counts where that is a time.
type Number = (f64, usize, Option<Unit>);

#[derive(Default)]
struct Known {
    tokens: BTreeSet<String>,
    values: Vec<Number>,
}

impl Known {
    fn take(&mut self, text: &str) {
        for range in tokens(text) {
            let token = plain(text.get(range.clone()).unwrap_or_default());
            if !token.contains(char::is_numeric) {
                continue;
            }
            let unit = Unit::around(text, &range);
            // A bare number is told by what it counts, and a name by itself.
            if unit.is_none() || token.contains(char::is_alphabetic) {
                self.tokens.insert(folded(&token));
            }
            // The parts of an instant or of a time of day are no numbers to count with.
            if !token.contains(':') {
                self.values.extend(numbers(&token, unit));
            }
        }
    }

    fn supports(&self, token: &str, unit: Option<Unit>) -> bool {
        if self.tokens.contains(&folded(token)) {
            return true;
        }
        if token.contains(':') {
            return false;
        }
        // "V53041" is a name, not the number in it.
        let is_name = token.starts_with(|c: char| c.is_alphabetic()) && !token.contains(['-', '/']);
        let mut parts = numbers(token, unit).into_iter().peekable();
        let is_odd = token.contains(|c: char| c.is_numeric() && !c.is_ascii_digit());
        !is_name && !is_odd && parts.peek().is_some() && parts.all(|part| self.has(part))
    }

    fn has(&self, (value, decimals, unit): Number) -> bool {
        let half = 0.5 / 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
        let is_of_it = |of: Option<Unit>| of.zip(unit).is_none_or(|(one, other)| one == other);
        self.values.iter().filter(|(.., of)| is_of_it(*of)).any(|(known, told, _)| {
            let is_same = (known - value).abs() < 1e-9;
            is_same || (*told > decimals && (known - value).abs() <= half)
        })
    }
}

fn folded(token: &str) -> String {
    token.to_lowercase().replace(',', "")
}

/// Runs of letters and digits, with what may stand inside a number or a name: "1,200", "14:05", "I-40", "2h06".
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let holds = c.is_alphanumeric()
            || (start.is_some() && ".,:-/".contains(c) && next.is_some_and(char::is_alphanumeric));
        match (holds, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| from..text.len()));
    found
}

/// The numbers in a token: each counts what its letters say, else what follows from the one before it ("5h40"), else
/// `unit`.
fn numbers(token: &str, unit: Option<Unit>) -> Vec<Number> {
    let plain = token.replace(',', "");
    let is_of_number = |c: char| c.is_ascii_digit() || c == '.';
    let (mut found, mut rest, mut before) = (Vec::new(), plain.as_str(), None);
    while let Some(start) = rest.find(is_of_number) {
        let behind = rest.get(start..).unwrap_or_default();
        let (number, after) = behind.split_at(behind.find(|c| !is_of_number(c)).unwrap_or(behind.len()));
        let letters = after.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let smaller = match before {
            Some(Unit::Days) => Some(Unit::Hours),
            Some(Unit::Hours) => Some(Unit::Minutes),
            Some(Unit::Minutes) => Some(Unit::Seconds),
            Some(Unit::Seconds) | None => unit,
        };
        before = if letters.is_empty() { smaller } else { Unit::named(letters) };
        let number = number.trim_matches('.');
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        found.extend(number.parse().ok().map(|value| (value, decimals, before)));
        rest = after;
    }
    found
}

/// "1." or "2)" at the beginning of a line.
fn is_list_mark(text: &str, token: &Range<usize>) -> bool {
    let line_before =
        text.get(..token.start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    let after = text.get(token.end..).unwrap_or_default();
    let is_number =
        text.get(token.clone()).is_some_and(|text| plain(text).bytes().all(|byte| byte.is_ascii_digit()));
    is_number
        && text.get(token.clone()).is_some_and(|text| text.chars().count() <= 2)
        && line_before.chars().all(|c| c.is_whitespace() || "*#>_-".contains(c))
        && after.starts_with(['.', ')'])
        && after.get(1..).is_none_or(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::find::Kind;

    fn marked<'a>(answer: &'a str, sources: &[&str]) -> Vec<&'a str> {
        unsupported(answer, sources).into_iter().filter_map(|range| answer.get(range)).collect()
    }

    #[test]
    fn a_number_that_no_tool_returned_is_marked() {
        let source = r#"{"miles":34.7,"eta":"Tue 14:05 CST","late":"2h06","load":"0261391","at":"2026-03-10T18:00:00Z","n":1200}"#;
        let check =
            |answer: &str, expected: &[&str]| assert_eq!(marked(answer, &[source]), expected, "{answer}");
        check("34.7 mi, about 35 mi", &[]);
        check("34 mi", &["34"]);
        check("there at 14:05, not 14:50", &["14:50"]);
        check("2h06 late, that is 2 hours 6 minutes", &[]);
        check("load 0261391, 1,200 lb", &[]);
        check("load 261392", &["261392"]);
        check("5 loads", &["5"]);
        // A part of an instant supports nothing.
        check("18 loads in 2026", &["18", "2026"]);
        check("1. first\n2) second\n 3. third", &[]);
        check("I-40 mile 231", &["I-40", "231"]);
        check("no number at all", &[]);
        check("V34 is near", &["V34"]);
    }

    #[test]
    fn digits_of_any_script_are_digits() {
        let source = r#"{"late":"2h06","eta":"14:05","miles":47}"#;
        let check =
            |answer: &str, expected: &[&str]| assert_eq!(marked(answer, &[source]), expected, "{answer}");
        check("४७ मील, ETA १४:०५", &[]);
        check("९९ मील, ETA १४:३७", &["९९", "१४:३७"]);
        check("٤٢ ميل", &["٤٢"]);
        check("４７ miles, ½ of it", &["½"]);
        check("१. पहला", &[]);
    }

    #[test]
    fn minutes_support_no_hours() {
        let source = r#"{"late_minutes":2292,"drive":"5h40","dwell": "38 min","loads":7,"limit":"11 hours","away_s":1800}"#;
        let check =
            |answer: &str, expected: &[&str]| assert_eq!(marked(answer, &[source]), expected, "{answer}");
        check("late by 2292 minutes", &[]);
        check("late by 2292", &[]);
        check("late by 2292h, that is 2292 days", &["2292h", "2292"]);
        check("5 hours 40 minutes, 5h40, 5 h", &[]);
        check("38 minutes, not 38 hours", &["38"]);
        check("40 hours left, or 5 minutes, or 40h05", &["40", "5", "40h05"]);
        check("7 loads in 7 days", &[]);
        check("an 11-hour limit, 11h", &[]);
        check("1800 seconds, 1800 minutes", &["1800"]);
    }

    #[test]
    fn the_question_is_a_source_too() {
        assert_eq!(
            marked("418 cannot make 2 more hours", &["make 418 drive 2 more hours"]),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn what_is_named_by_itself_is_cited_once_and_in_order() {
        let one = |kind, id: &str, label: &str| Citation {
            kind,
            id: id.into(),
            company_id: None,
            label: label.into(),
            observed_at: None,
        };
        let known = [
            one(Kind::Tractor, "m:9", "418"),
            one(Kind::Driver, "m:1", "Ray Ortiz"),
            one(Kind::Driver, "m:2", "Ray"),
            one(Kind::Movement, "4180", "4180"),
            one(Kind::Trailer, "m:3", "53012"),
        ];
        let ids = |answer: &str| cited(answer, &known).into_iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids("Load 4180: ray ortiz in 418."), ["4180", "m:1", "m:2", "m:9"]);
        assert_eq!(ids("trailer X53012"), Vec::<String>::new());
        assert_eq!(ids("53012 and 53012"), ["m:3"]);
    }
}
