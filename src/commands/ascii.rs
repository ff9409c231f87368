//! Text for a terminal that is said to know only ASCII. A letter with an accent is written without it; of everything else
//! that is not ASCII a question mark stands for each column, so that columns stay where they are.

use std::io::{self, Write};
use std::iter::{RepeatN, repeat_n};

use unicode_width::UnicodeWidthChar;

use crate::model::plain_letter;

/// Writes nothing but ASCII, whatever it is given.
pub(super) struct Ascii<W: Write> {
    out: W,
    /// The beginning of a character of which the rest is still to come.
    begun: Vec<u8>,
}

impl<W: Write> Ascii<W> {
    /// To `out`.
    pub(super) const fn new(out: W) -> Self {
        Self { out, begun: Vec::new() }
    }
}

impl<W: Write> Write for Ascii<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut given = std::mem::take(&mut self.begun);
        given.extend_from_slice(bytes);
        let mut text = String::with_capacity(given.len());
        let mut chunks = given.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.extend(chunk.valid().chars().flat_map(plain));
            match (chunk.invalid(), chunks.peek()) {
                ([], _) => {}
                (rest, None) if rest.len() < LONGEST => self.begun = rest.to_vec(),
                _ => text.push('?'),
            }
        }
        self.out.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.begun).is_empty() {
            self.out.write_all(b"?")?;
        }
        self.out.flush()
    }
}

/// Bytes of the longest character.
const LONGEST: usize = 4;

/// One character, as ASCII of the same width.
fn plain(c: char) -> RepeatN<char> {
    let letter = plain_letter(c);
    let ascii = match c {
        _ if c.is_ascii() => c,
        _ if letter.is_ascii() && c.is_uppercase() => letter.to_ascii_uppercase(),
        _ if letter.is_ascii() => letter,
        '\u{2010}'..='\u{2015}' | '\u{b7}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2026}' => '~',
        _ => '?',
    };
    repeat_n(ascii, if c.is_ascii() { 1 } else { c.width().unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn written(pieces: &[&[u8]]) -> String {
        let mut out = Ascii::new(Vec::new());
        for piece in pieces {
            out.write_all(piece).unwrap();
        }
        out.flush().unwrap();
        String::from_utf8(out.out).unwrap()
    }

    #[test]
    fn names_lose_their_accents_and_columns_stay_where_they_are() {
        let check = |text: &str, expected: &str| {
            assert_eq!(written(&[text.as_bytes()]), expected);
            assert_eq!(expected.width(), text.width(), "{text}");
        };
        check("José Peña: «gate 4» – 7 km…", "Jose Pena: ?gate 4? - 7 km~");
        check("Łukasz ÉTÉ", "Lukasz ETE");
        check("Jose\u{301} 東京|", "Jose ????|");
        check("plain\n", "plain\n");
    }

    #[test]
    fn a_letter_that_comes_in_pieces_is_one_letter() {
        assert_eq!(written(&[b"Jos\xc3", b"\xa9 Pe\xc3", b"\xb1a"]), "Jose Pena");
        assert_eq!(written(&[b"a\xe6\x9d", b"\xb1b"]), "a??b");
        assert_eq!(written(&[b"a\xffb\xc3"]), "a?b?");
    }
}
