//! Untrusted text, made safe once at the border: providers call [`clean`] on everything they keep.

/// Removes escape sequences, control, bidi and zero-width characters, folds white space, trims,
/// and cuts after `max` characters. What is left is safe to store, print and count columns of.
pub fn clean(text: &str, max: usize) -> String {
    if is_plain(text.as_bytes(), max) {
        return text.to_owned();
    }
    // The 8-bit forms of CSI and OSC open a sequence just as ESC does.
    let seven_bit =
        text.replace(['\t', '\n', '\r'], " ").replace('\u{9b}', "\u{1b}[").replace('\u{9d}', "\u{1b}]");
    let stripped = strip_ansi_escapes::strip_str(seven_bit);
    let mut out = String::with_capacity(stripped.len().min(max * 4));
    let mut kept = 0;
    let mut gap = false;
    for c in stripped.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if is_hidden(c) {
            continue;
        }
        if std::mem::take(&mut gap) && !out.is_empty() {
            if kept + 1 >= max {
                break;
            }
            out.push(' ');
            kept += 1;
        }
        if kept == max {
            break;
        }
        out.push(c);
        kept += 1;
    }
    out
}

/// Whether there is nothing to clean: printed ASCII with single spaces inside, as nearly all text is.
fn is_plain(text: &[u8], max: usize) -> bool {
    let mut gap = true;
    for byte in text {
        match byte {
            b' ' if gap => return false,
            b' ' => gap = true,
            b'!'..=b'~' => gap = false,
            _ => return false,
        }
    }
    text.len() <= max && (!gap || text.is_empty())
}

/// As [`clean`]; nothing left is `None`.
pub fn clean_opt(text: &str, max: usize) -> Option<String> {
    Some(clean(text, max)).filter(|left| !left.is_empty())
}

/// A name as people type it: in small letters and without accents, so that "jose" is José. What is typed and what it is
/// looked for in are compared in this form.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().filter(|c| !is_accent(*c)).map(plain_letter).collect()
}

/// The same of one letter; an accent that follows its letter stays.
pub fn plain_letter(c: char) -> char {
    let small = c.to_lowercase().next().unwrap_or(c);
    match small {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ð' | 'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// An accent that stands behind the letter it is on.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Text of several lines, such as a model writes: every control, bidi and zero-width character goes, line ends
/// stay. Works character by character, so that text in pieces comes out the same wherever it was cut.
pub fn clean_lines(text: &str) -> String {
    let kept = text.chars().filter_map(|c| match c {
        '\n' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        _ if is_hidden(c) => None,
        _ => Some(c),
    });
    kept.collect()
}

/// Characters that change how text looks, or where it goes, without being seen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_hidden_survives() {
        let check = |text: &str, expected: &str| assert_eq!(clean(text, 40), expected, "{text:?}");
        check("  T-101  ", "T-101");
        check("a\tb\r\nc", "a b c");
        check("\u{1b}[31mred\u{1b}[0m", "red");
        check("\u{1b}]0;title\u{7}T1", "T1");
        check("\u{9b}31mT1", "T1");
        check("ab\u{202e}cd\u{200b}ef\u{feff}", "abcdef");
        check("Peña 東京", "Peña 東京");
        assert_eq!(clean("abcdef", 3), "abc");
        assert_eq!(clean("ab cd", 3), "ab");
        assert_eq!(clean_opt(" \u{200b} ", 9), None);
    }

    #[test]
    fn a_name_is_compared_without_its_case_and_accents() {
        let check = |text: &str, expected: &str| assert_eq!(folded(text), expected, "{text}");
        check("José PEÑA-Núñez", "jose pena-nunez");
        check("Jose\u{301}", "jose");
        check("Łukasz Øster Şahin", "lukasz oster sahin");
        check("Montréal QC", "montreal qc");
        check("東京", "東京");
        check("ABC 12", "abc 12");
    }

    #[test]
    fn lines_stay_lines_and_lose_what_is_hidden() {
        let text = "a\tb\r\nc\u{2028}d\u{1b}[31me\u{202e}f\u{200b}15\u{b0}";
        assert_eq!(clean_lines(text), "a b\nc\nd[31mef15\u{b0}");
        let in_pieces: String = text.chars().map(|c| clean_lines(&c.to_string())).collect();
        assert_eq!(in_pieces, clean_lines(text));
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_one_lead_to_the_same(text in "[ -~]{0,12}", max in 0_usize..14) {
            // A hidden character forces the long way, and leaves nothing behind.
            prop_assert_eq!(clean(&text, max), clean(&format!("{text}\u{200b}"), max));
        }
    }
}
