//! What is written on plates and licences: which text is none at all, and in what form the rest is kept.
//! It joins nothing: what two that look alike come to is the business of linking.

use ring::digest::{SHA256, digest};

/// What people write where they have nothing to write: letters and digits only, upper case.
const NOTHING: &[&str] = &[
    "ABC",
    "APPLIED",
    "APPLIEDFOR",
    "ASDF",
    "BLANK",
    "CDL",
    "DEFAULT",
    "DL",
    "EMPTY",
    "EXPIRED",
    "FILE",
    "INVALID",
    "LICENCE",
    "LICENSE",
    "MISSING",
    "NA",
    "NEEDED",
    "NEW",
    "NIL",
    "NODATA",
    "NOLICENCE",
    "NOLICENSE",
    "NONE",
    "NOPLATE",
    "NOTAPPLICABLE",
    "NOTAVAILABLE",
    "NOTONFILE",
    "NOTSET",
    "NULL",
    "ONFILE",
    "PENDING",
    "PLATE",
    "REQUESTED",
    "SEEFILE",
    "SEENOTES",
    "TBA",
    "TBC",
    "TBD",
    "TEMPORARY",
    "UNASSIGNED",
    "UNAVAILABLE",
    "UNDEFINED",
    "UNK",
    "UNKN",
    "UNKNOWN",
    "UNREGISTERED",
    "UPDATE",
];
/// Of these people have several, and number them.
const NUMBERED: &[&str] = &["DUMMY", "NONE", "SAMPLE", "TEMP", "TEST", "UNKNOWN"];

/// Whether this stands for nothing: "NONE", "TBD", "TEST 2", one character over and over, or the digits in their order. Two
/// that have it in common have nothing in common.
pub fn is_placeholder(text: &str) -> bool {
    // Of other letters than ours nothing is left below.
    if text.chars().any(|c| !c.is_ascii() && c.is_alphabetic()) {
        return false;
    }
    let folded = letters_and_digits(text);
    let word = folded.trim_end_matches(|c: char| c.is_ascii_digit());
    folded.chars().all(|c| folded.starts_with(c))
        || NOTHING.contains(&folded.as_str())
        || NUMBERED.contains(&word)
        || counts_up(&folded)
}

/// "123", "0123", "1234567890": what is typed to get past a field that must be filled in.
fn counts_up(text: &str) -> bool {
    let follows =
        |pair: &[u8]| matches!(pair, [a, b] if a.is_ascii_digit() && *b == b'0' + (a - b'0' + 1) % 10);
    text.len() >= 3 && text.starts_with(['0', '1']) && text.as_bytes().windows(2).all(follows)
}

/// The least letters and digits of a licence: no state has shorter ones on the road.
const LICENCE: usize = 4;

/// A driver's licence as a digest: enough to compare, and nothing that is read at a glance. It is no
/// protection against somebody who has the database and tries numbers.
/// Case, spaces and dashes do not matter, nor the country before the state. `None` when either part is missing or stands for
/// nothing: every licence has a digit. A state that is not two letters makes none either: "Texas" and "TX" would be two
/// licences of one driver, and part him.
pub fn licence_key(state: &str, number: &str) -> Option<String> {
    let (state, number) = (state_letters(state)?, letters_and_digits(number));
    let is_number = number.len() >= LICENCE && number.bytes().any(|byte| byte.is_ascii_digit());
    if !is_number || is_placeholder(&number) {
        return None;
    }
    let hash = digest(&SHA256, format!("{state}:{number}").as_bytes());
    let half = u128::from_be_bytes(hash.as_ref().first_chunk().copied()?);
    Some(format!("{half:032x}"))
}

/// A plate with its state behind it, "CD1234 (TX)": two states give out one number to two trucks. Without a state that is
/// two letters, the number alone.
pub fn plate(number: String, state: Option<&str>) -> String {
    let state = state.and_then(state_letters);
    // The bracket is read back, so that the number's own must not be taken for it.
    match (state, plate_parts(&number)) {
        (Some(state), (_, None)) => format!("{number} ({state})"),
        _ => number,
    }
}

/// The number of a plate, and its state where that is known: what [`plate`] put together.
pub fn plate_parts(plate: &str) -> (&str, Option<&str>) {
    let parts = plate.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match parts {
        Some((number, state)) if state_letters(state).is_some() => (number, Some(state)),
        _ => (plate, None),
    }
}

/// "TX" of "tx" and "US-TX". A name in full is no state here: taken for another than its letters, it would part one truck, or
/// one driver.
fn state_letters(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let letters = text.rsplit_once('-').map_or(text.as_str(), |(_, letters)| letters);
    let is_state = letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_state && !is_placeholder(letters)).then(|| letters.to_owned())
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_compares_without_its_spelling_and_never_shows_its_number() {
        let key = licence_key("nv", "d000-0001").unwrap();
        assert_eq!(Some(&key), licence_key("NV", "D0000001").as_ref());
        assert!(!key.contains("0000001"));
        assert_eq!(licence_key("", "D1000"), None);
    }

    #[test]
    fn a_licence_is_one_however_its_state_is_written() {
        let key = licence_key("TX", "20481177");
        for state in ["tx", " Tx ", "US-TX", "us-tx"] {
            assert_eq!(licence_key(state, "20481177"), key, "{state}");
        }
        assert_ne!(licence_key("OK", "20481177"), key);
        // A name in full is no other state: nothing is known of it.
        for state in ["Texas", "Tex.", "USA", "48"] {
            assert_eq!(licence_key(state, "20481177"), None, "{state}");
        }
    }

    #[test]
    fn what_stands_for_nothing_is_no_licence() {
        for number in [
            "",
            "-",
            "NONE",
            "none ",
            "N/A",
            "NA",
            "0",
            "00000000",
            "99999999",
            "TBD",
            "PENDING",
            "Unknown",
            "X",
            "xxxx",
            "TEST",
            "test 1",
            "TEMP",
            "TEMP002",
            "SEE FILE",
            "on file",
            "ask him",
            "12",
            "123",
            "12345678",
            "1234567890",
        ] {
            assert_eq!(licence_key("TX", number), None, "{number}");
        }
        for state in ["N/A", "XX", "none", "--", "0", "Unknown"] {
            assert_eq!(licence_key(state, "20481177"), None, "{state}");
        }
        for number in
            ["20481177", "D0000001", "T64235789012", "WDLABCD456DG", "1000", "NA204811", "123-456-789-1"]
        {
            assert!(licence_key("TX", number).is_some(), "{number}");
        }
    }

    #[test]
    fn a_plate_is_kept_with_its_state_and_read_back() {
        let check = |number: &str, state: Option<&str>, kept: &str, parts: (&str, Option<&str>)| {
            assert_eq!(plate(number.to_owned(), state), kept);
            assert_eq!(plate_parts(kept), parts);
        };
        check("CD1234", Some("TX"), "CD1234 (TX)", ("CD1234", Some("TX")));
        check("cd-12 34", Some(" us-tx "), "cd-12 34 (TX)", ("cd-12 34", Some("TX")));
        check("CD1234", None, "CD1234", ("CD1234", None));
        check("CD1234", Some("Texas"), "CD1234", ("CD1234", None));
        check("CD1234", Some("N/A"), "CD1234", ("CD1234", None));
        check("CD1234", Some("XX"), "CD1234", ("CD1234", None));
        check("AB (1234)", None, "AB (1234)", ("AB (1234)", None));
        // Written so by hand already.
        check("CD1234 (TX)", Some("CA"), "CD1234 (TX)", ("CD1234", Some("TX")));
    }
}
