//! Which units go by a number as people say it: all of it, else the digits in it, else its end. Joins no records:
//! only whole numbers do that (`link`).

use super::link::unit_number;

/// How much of a unit's number was said; the better is the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// All of it, but for case, spaces and leading zeros.
    Whole,
    /// The digits in it: "53012" of V53012.
    Digits,
    /// Its last digits: "012" of V53012.
    End,
}

/// Fewer last digits than this mean nothing.
const END: usize = 3;

/// How much of `number` somebody said by `text`; `None` where it is no part that anybody would ask by.
pub fn said(number: &str, text: &str) -> Option<Said> {
    let (whole, wanted) = (unit_number(number), unit_number(text));
    if wanted.is_empty() {
        return None;
    }
    if whole == wanted {
        return Some(Said::Whole);
    }
    let (text, digits) = (text.trim(), number.trim_matches(|c: char| !c.is_ascii_digit()));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(text) || !are_digits(digits) {
        return None;
    }
    if unit_number(digits) == wanted {
        return Some(Said::Digits);
    }
    (text.len() >= END && digits.ends_with(text)).then_some(Said::End)
}

/// Those of `units` that `text` means, each with its number: of several the ones of whose number the most was said.
pub fn meant<'a, T>(units: impl Iterator<Item = (T, &'a str)>, text: &str) -> Vec<T> {
    let fits: Vec<(Said, T)> = units.filter_map(|(unit, number)| Some((said(number, text)?, unit))).collect();
    let best = fits.iter().map(|(said, _)| *said).min();
    fits.into_iter().filter(|(said, _)| Some(*said) == best).map(|(_, unit)| unit).collect()
}

/// Says that a part of a number was taken for all of it.
pub fn taken(number: &str, text: &str) -> Option<String> {
    let is_part = said(number, text).is_some_and(|said| said != Said::Whole);
    is_part.then(|| format!("{} was taken for {number}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_goes_by_its_digits_and_by_its_end() {
        let check =
            |number: &str, text: &str, expected| assert_eq!(said(number, text), expected, "{number} {text}");
        check("V53012", "v53012", Some(Said::Whole));
        check("053012", "53012", Some(Said::Whole));
        check("V53012", " 53012 ", Some(Said::Digits));
        check("V0412", "412", Some(Said::Digits));
        check("53012R", "53012", Some(Said::Digits));
        check("V53012", "012", Some(Said::End));
        check("V53012", "12", None);
        check("V53012", "530", None);
        check("V53-012", "53012", None);
        check("V53012", "V012", None);
        check("V53012", "0", None);
        check("", "412", None);
    }

    #[test]
    fn the_most_of_a_number_counts_and_of_several_none_is_chosen() {
        let meant = |text: &str| {
            let units = ["412", "V412", "R412", "9412", "V0077"];
            meant(units.into_iter().map(|number| (number, number)), text)
        };
        assert_eq!(meant("412"), ["412"]);
        assert_eq!(meant("0412"), ["412"]);
        assert_eq!(meant("77"), ["V0077"]);
        assert_eq!(meant("077"), ["V0077"]);
        assert_eq!(meant("12"), Vec::<&str>::new());
        assert_eq!(taken("V0077", "77").as_deref(), Some("77 was taken for V0077"));
        assert_eq!(taken("0077", "77"), None);
    }

    #[test]
    fn what_two_units_end_in_means_both() {
        let units = [("V53012", "V53012"), ("R53012", "R53012")];
        assert_eq!(meant(units.into_iter(), "53012").len(), 2);
    }
}
