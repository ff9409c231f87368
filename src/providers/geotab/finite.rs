//! JSON that is none: a server may write `NaN` and `Infinity` where a number is unknown. Here they
//! become `null`; what stands in strings is left alone.

use std::borrow::Cow;

/// What JSON has no number for, longest first.
const BARE: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// `text` with every bare `NaN` and `Infinity` as `null`; as it was, uncopied, where there is none.
pub(super) fn readable(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains("NaN") && !text.contains("Infinity") {
        return text;
    }
    match replaced(&text) {
        Some(replaced) => Cow::Owned(replaced),
        None => text,
    }
}

fn replaced(text: &str) -> Option<String> {
    let mut out = String::new();
    let (mut rest, mut kept_from) = (text, 0);
    // Alternately outside a string and inside one.
    while !rest.is_empty() {
        let outside = rest.find('"').unwrap_or(rest.len());
        let start = text.len() - rest.len();
        let mut at = start;
        while at < start + outside {
            let here = text.get(at..start + outside)?;
            let Some((found, word)) = first(here) else { break };
            out.push_str(text.get(kept_from..at + found)?);
            out.push_str("null");
            at += found + word.len();
            kept_from = at;
        }
        rest = rest.get(outside..)?;
        rest = rest.get(string_length(rest)..)?;
    }
    if kept_from == 0 {
        return None;
    }
    out.push_str(text.get(kept_from..)?);
    Some(out)
}

/// Where the first bare word begins, and which it is.
fn first(text: &str) -> Option<(usize, &'static str)> {
    BARE.iter().filter_map(|word| Some((text.find(word)?, *word))).min_by_key(|(at, _)| *at)
}

/// The length of the string that `text` begins with, its quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_become_null_and_strings_are_left_alone() {
        let check = |text: &str, expected: &str| {
            assert_eq!(readable(Cow::Borrowed(text)), expected, "{text}");
        };
        check(r#"{"speed":NaN,"b":-1}"#, r#"{"speed":null,"b":-1}"#);
        check("[NaN, -Infinity,Infinity,NaN]", "[null, null,null,null]");
        check(r#"{"name":"NaN","x":NaN}"#, r#"{"name":"NaN","x":null}"#);
        check(
            r#"{"a":"\"NaN","b":"\\","c":NaN,"d":"Peña NaN"}"#,
            r#"{"a":"\"NaN","b":"\\","c":null,"d":"Peña NaN"}"#,
        );
        check(r#"{"a":"NaN"#, r#"{"a":"NaN"#);
        check("NaN", "null");
    }

    #[test]
    fn a_body_without_them_is_not_copied() {
        for text in [r#"{"speed":1}"#, r#"{"name":"Infinity Freight"}"#] {
            assert!(matches!(readable(Cow::Borrowed(text)), Cow::Borrowed(_)), "{text}");
        }
    }
}
