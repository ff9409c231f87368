//! The nearest known word to a mistyped one.

/// The known word that `typed` most likely meant; `None` when nothing is near.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let within = 2.max(typed.chars().count() / 3);
    known
        .into_iter()
        .map(|word| (distance(typed, word), word))
        .filter(|(distance, _)| *distance <= within)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Levenshtein's distance: letters to insert, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(from != *to)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["active", "idle", "hours_active", "calls_per_minute"];
        let check =
            |typed: &str, expected: Option<&str>| assert_eq!(nearest(typed, known), expected, "{typed}");
        check("activ", Some("active"));
        check("iddle", Some("idle"));
        check("call_per_min", Some("calls_per_minute"));
        check("colour", None);
    }

    #[test]
    fn the_distance_is_levenshteins() {
        let check = |a: &str, b: &str, expected| assert_eq!(distance(a, b), expected, "{a} {b}");
        check("kitten", "sitting", 3);
        check("", "abc", 3);
        check("abc", "", 3);
        check("same", "same", 0);
    }
}
