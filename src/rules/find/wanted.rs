//! How well the names of things fit what somebody typed. Pure; knows no fleet.

use crate::model::{folded, plate_parts};
use crate::rules::called::{self, Said};
use crate::rules::link::unit_number;

/// How well it fits; the better is the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The whole of it, but for case, spaces, leading zeros, and the dashes of a number.
    Exact,
    /// Of a unit's number the digits in it: "53012" of V53012.
    Digits,
    /// It begins with that, or one of its words does; of a phone's or a unit's number, its end.
    Prefix,
    /// It has that somewhere.
    Substring,
}

/// What was typed, in the forms it is compared in.
pub struct Wanted {
    text: String,
    number: String,
    /// Its digits, where it is written as a phone number is.
    digits: Option<String>,
    /// Its letters and digits alone, where it is the number of something: "BL263693" is "BL-263693".
    bare: Option<String>,
}

/// Fewer letters and digits than this begin too many numbers.
const BARE: usize = 4;

/// A phone number has at least so many digits that somebody would ask by.
const PHONE_DIGITS: usize = 4;

impl Wanted {
    /// `None` of nothing but spaces.
    pub fn of(text: &str) -> Option<Self> {
        let text = folded(text.trim());
        if text.is_empty() {
            return None;
        }
        let is_phone = text.chars().all(|c| c.is_ascii_digit() || " -+().".contains(c));
        let digits = digits(&text);
        let digits = Some(digits).filter(|digits| is_phone && digits.len() >= PHONE_DIGITS);
        let bare = Some(bare(&text)).filter(|bare| bare.contains(|c: char| c.is_ascii_digit()));
        Some(Self { number: unit_number(&text).to_lowercase(), text, digits, bare })
    }

    /// The best of a row's names.
    pub fn best(&self, names: &[(&'static str, Option<&str>)]) -> Option<(Fit, &'static str)> {
        let fits = names.iter().filter_map(|(field, name)| {
            let name = name.filter(|name| !name.is_empty())?;
            let fit = match *field {
                "phone" => self.phone(name),
                "unit_number" => self.word(name).into_iter().chain(self.part(name)).min(),
                // Who asks by a plate says its number, and perhaps its state.
                "plate" => self.word(plate_parts(name).0).into_iter().chain(self.word(name)).min(),
                _ => self.word(name),
            };
            Some((fit?, *field))
        });
        fits.min_by_key(|(fit, _)| *fit)
    }

    fn word(&self, name: &str) -> Option<Fit> {
        let name = folded(name);
        if name == self.text || (!self.number.is_empty() && unit_number(&name).to_lowercase() == self.number)
        {
            return Some(Fit::Exact);
        }
        // Of two that are written alike but for a dash both are meant: nobody says the dash.
        let alike = self.bare.as_ref().map(|wanted| (wanted, bare(&name)));
        if alike.as_ref().is_some_and(|(wanted, bare)| *wanted == bare) {
            return Some(Fit::Exact);
        }
        if alike.is_some_and(|(wanted, bare)| wanted.len() >= BARE && bare.starts_with(wanted.as_str())) {
            return Some(Fit::Prefix);
        }
        let starts = |part: &str| part.starts_with(&self.text);
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        if starts(&name) || starts(name.trim_start_matches('0')) || words.any(starts) {
            return Some(Fit::Prefix);
        }
        name.contains(&self.text).then_some(Fit::Substring)
    }

    /// A unit's number by a part of it.
    fn part(&self, number: &str) -> Option<Fit> {
        Some(match called::said(number, &self.text)? {
            Said::Whole => Fit::Exact,
            Said::Digits => Fit::Digits,
            Said::End => Fit::Prefix,
        })
    }

    fn phone(&self, phone: &str) -> Option<Fit> {
        let (wanted, known) = (self.digits.as_ref()?, digits(phone));
        // The country's 1 is said or not.
        let plain = |digits: &str| match digits.strip_prefix('1') {
            Some(rest) if digits.len() == 11 => rest.to_owned(),
            _ => digits.to_owned(),
        };
        if plain(wanted) == plain(&known) {
            return Some(Fit::Exact);
        }
        if known.ends_with(wanted.as_str()) {
            return Some(Fit::Prefix);
        }
        known.contains(wanted.as_str()).then_some(Fit::Substring)
    }
}

/// Shorter ones are the numbers of too much.
const LEAST: usize = 3;
/// What is said before a number to tell what it is of.
const OF: [&str; 8] = ["purchase order", "po", "bol", "pro", "order", "load", "movement", "shipment"];

/// The number behind the word for what it is of: "4471" of "PO 4471", "po#4471" and "PO-4471".
pub fn number_behind(text: &str) -> Option<&str> {
    let text = text.trim();
    let behind = OF.into_iter().find_map(|word| {
        let rest = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word))?;
        text.get(rest.len()..)
    })?;
    let number = behind.trim_start_matches(|c: char| " #-:.".contains(c));
    // "Polk" is no number of anything, nor is "PO" alone.
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && number.len() >= LEAST;
    is_number.then_some(number)
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_is_found_by_its_number_with_and_without_its_state() {
        let check = |typed: &str, expected: Option<Fit>| {
            let fit = Wanted::of(typed).unwrap().best(&[("plate", Some("CD-1234 (TX)"))]);
            assert_eq!(fit.map(|(fit, _)| fit), expected, "{typed}");
        };
        check("CD1234", Some(Fit::Exact));
        check("cd-1234", Some(Fit::Exact));
        check("cd1234 tx", Some(Fit::Exact));
        check("CD-1234 (TX)", Some(Fit::Exact));
        check("CD12", Some(Fit::Prefix));
        check("CD12345", None);
    }

    #[test]
    fn a_number_is_found_with_and_without_its_dashes() {
        let check = |typed: &str, name: &str, expected: Option<Fit>| {
            let fit = Wanted::of(typed).unwrap().best(&[("bol", Some(name))]).map(|(fit, _)| fit);
            assert_eq!(fit, expected, "{typed} {name}");
        };
        check("BL263693", "BL-263693", Some(Fit::Exact));
        check("bl 263693", "BL-263693", Some(Fit::Exact));
        check("BL-263693", "BL263693", Some(Fit::Exact));
        check("BL2636", "BL-263693", Some(Fit::Prefix));
        check("45-00263693", "4500263693", Some(Fit::Exact));
        check("B-2", "BL-263693", None);
        check("BL263694", "BL-263693", None);
        check("acmeco", "ACME CO", None);
    }
}
