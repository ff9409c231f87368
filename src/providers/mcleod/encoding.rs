//! From the bytes of an answer to text, by its byte order mark or its XML declaration. A stray byte of
//! an old database must not cost the page.

use std::borrow::Cow;

use crate::http;
use crate::model::clean;

/// An XML declaration ends within so many bytes, if it is one.
const DECLARATION: usize = 200;
/// Windows-1252 from 0x80 to 0x9F; what it leaves open is as in ISO-8859-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The body as text, without a byte order mark; UTF-8 where nothing says otherwise.
///
/// Fails when it is in an encoding that we do not read.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, http::Error> {
    match body {
        [0xEF, 0xBB, 0xBF, rest @ ..] => return Ok(String::from_utf8_lossy(rest)),
        [0xFF, 0xFE, rest @ ..] => return Ok(Cow::Owned(utf_16(rest, u16::from_le_bytes))),
        [0xFE, 0xFF, rest @ ..] => return Ok(Cow::Owned(utf_16(rest, u16::from_be_bytes))),
        // Without a mark, a `<` says the same.
        [b'<', 0, ..] => return Ok(Cow::Owned(utf_16(body, u16::from_le_bytes))),
        [0, b'<', ..] => return Ok(Cow::Owned(utf_16(body, u16::from_be_bytes))),
        _ => {}
    }
    let Some(declared) = declared(body) else { return Ok(String::from_utf8_lossy(body)) };
    match declared.as_str() {
        // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
        "utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16" => Ok(String::from_utf8_lossy(body)),
        // What calls itself Latin 1 is Windows' in practice, which only adds to it.
        "iso-8859-1" | "iso_8859-1" | "latin1" | "windows-1252" | "cp1252" => {
            Ok(body.iter().copied().map(windows_1252).collect::<String>().into())
        }
        _ if body.is_ascii() => Ok(String::from_utf8_lossy(body)),
        other => {
            let why = format!("it is in the encoding `{}`, which is not read", clean(other, 20));
            Err(http::Error::malformed(why))
        }
    }
}

/// The encoding that an XML declaration names, in small letters.
fn declared(body: &[u8]) -> Option<String> {
    let declaration = body.trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = String::from_utf8_lossy(declaration.get(..DECLARATION).unwrap_or(declaration));
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let (name, _) = value.strip_prefix(quote)?.split_once(quote)?;
    Some(name.trim().to_ascii_lowercase())
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect();
    let text = String::from_utf16_lossy(&units);
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

fn windows_1252(byte: u8) -> char {
    let high = usize::from(byte).checked_sub(0x80).and_then(|place| WINDOWS_1252.get(place));
    high.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8], expected: &str) {
        assert_eq!(text(body).unwrap(), expected, "{body:?}");
    }

    #[test]
    fn utf_8_is_what_nothing_else_is_said_of() {
        check("Peña".as_bytes(), "Peña");
        check(b"\xEF\xBB\xBF<list/>", "<list/>");
        check(b"a\xFFb", "a\u{fffd}b");
        check(
            "<?xml version='1.0' encoding='UTF-8'?>ñ".as_bytes(),
            "<?xml version='1.0' encoding='UTF-8'?>ñ",
        );
    }

    #[test]
    fn a_declared_encoding_is_read() {
        for name in ["ISO-8859-1", "windows-1252", "Latin1"] {
            let head = format!("<?xml version=\"1.0\" encoding = \"{name}\" ?>");
            let body = [head.as_bytes(), b"Pe\xF1a \x80 \x96"].concat();
            check(&body, &format!("{head}Peña € –"));
        }
    }

    #[test]
    fn utf_16_is_known_by_its_mark_or_its_first_character() {
        let units: Vec<u16> = "<a>ñ</a>".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        check(&little, "<a>ñ</a>");
        check(&big, "<a>ñ</a>");
        check(&[b"\xFF\xFE", little.as_slice()].concat(), "<a>ñ</a>");
        check(&[b"\xFE\xFF", big.as_slice()].concat(), "<a>ñ</a>");
    }

    #[test]
    fn an_encoding_that_is_not_read_is_refused_by_name_unless_it_does_not_matter() {
        let said = text(b"<?xml version='1.0' encoding='Shift_JIS'?>\x83\x5c").unwrap_err().to_string();
        assert_eq!(said, "answer not understood (it is in the encoding `shift_jis`, which is not read)");
        check(
            b"<?xml version='1.0' encoding='Shift_JIS'?><a/>",
            "<?xml version='1.0' encoding='Shift_JIS'?><a/>",
        );
        // The word further on in the text declares nothing.
        check(b"<list name='encoding=\"koi8-r\"'/>", "<list name='encoding=\"koi8-r\"'/>");
    }
}
