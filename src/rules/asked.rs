//! What somebody typed who asks who is near a place: "near dallas 100 drive>=5h trailer:empty". Looks nothing
//! up: what the place is, [`super::whereabouts`] says.

use super::filter::{DEFAULT_MILES, seconds};

/// A question as it was meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The place, in the words that were typed.
    pub place: String,
    /// So many miles around it.
    pub miles: f64,
    /// Seconds of driving that must be left, at least.
    pub drive_s: Option<i64>,
    /// Leave out what has freight on.
    pub empty: bool,
}

/// How it is asked.
pub const FORM: &str = "near PLACE [MILES] [drive>=5h] [trailer:empty]";

/// Whether `text` asks who is near a place: the word itself, and not the filter `near:dallas`.
pub fn is_asked(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("near")) && words.next().is_some()
}

/// Reads it. Fails with a sentence that says what was not understood.
pub fn read(text: &str) -> Result<Asked, String> {
    let mut asked = Asked { place: String::new(), miles: DEFAULT_MILES, drive_s: None, empty: false };
    let mut place: Vec<&str> = Vec::new();
    for word in text.split_whitespace().skip(1) {
        let small = word.to_lowercase();
        let drive = ["drive>=", "drive\u{2265}", "drive:>="].iter().find_map(|with| small.strip_prefix(with));
        if let Some(length) = drive {
            asked.drive_s = Some(seconds(length).map_err(|why| format!("drive: {why}"))?);
        } else if matches!(small.as_str(), "trailer:empty" | "empty") {
            asked.empty = true;
        } else if small.starts_with("trailer:") || small.starts_with("drive") {
            return Err(format!("`{word}` is not understood; ask {FORM}"));
        } else {
            place.push(word);
        }
    }
    // A town may have a number in its name, but not as its only word.
    if let [.., before, last] = place.as_slice()
        && !goes_on(before)
        && let Some(miles) = last.strip_suffix("mi").unwrap_or(last).parse::<f64>().ok()
    {
        if !(miles.is_finite() && miles > 0.0) {
            return Err(format!("`{last}` miles around it are none; ask {FORM}"));
        }
        asked.miles = miles;
        place.pop();
    }
    asked.place = place.join(" ");
    if asked.place.is_empty() { Err(format!("near what? Ask {FORM}")) } else { Ok(asked) }
}

/// Whether the number after this word is a part of the place: degrees east, or the number of a unit.
fn goes_on(word: &str) -> bool {
    word.ends_with(',') || matches!(word.to_lowercase().as_str(), "tractor" | "trailer" | "truck" | "unit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_in_any_order_and_a_wrong_one_says_how_to_ask() {
        let check = |text: &str, place: &str, miles: f64, drive_s: Option<i64>, empty: bool| {
            assert_eq!(read(text), Ok(Asked { place: place.to_owned(), miles, drive_s, empty }), "{text}");
        };
        check("near dallas 100 drive>=5h trailer:empty", "dallas", 100.0, Some(18_000), true);
        check("NEAR Portland OR drive>=1h30 empty", "Portland OR", 100.0, Some(5400), true);
        check("near trailer:empty 32.7,-96.8 50mi", "32.7,-96.8", 50.0, None, true);
        check("near 412", "412", 100.0, None, false);
        check("near 32.7, -96.8", "32.7, -96.8", 100.0, None, false);
        check("near 32.7, -96.8 50", "32.7, -96.8", 50.0, None, false);
        for unit in ["tractor", "Trailer", "truck", "unit"] {
            check(&format!("near {unit} 412"), &format!("{unit} 412"), 100.0, None, false);
            check(&format!("near {unit} 412 50mi"), &format!("{unit} 412"), 50.0, None, false);
        }
        for wrong in
            ["near", "near drive>=5h", "near dallas drive<5h", "near dallas trailer:x", "near dallas 0"]
        {
            assert!(read(wrong).unwrap_err().contains("near PLACE"), "{wrong}");
        }
        assert!(read("near dallas drive>=soon").unwrap_err().starts_with("drive: "));
    }

    #[test]
    fn a_filter_is_no_question() {
        assert!(is_asked("near dallas"));
        assert!(!is_asked("near"));
        assert!(!is_asked("near:dallas<100"));
        assert!(!is_asked("nearby dallas"));
    }
}
