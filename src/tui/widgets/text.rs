//! Text in cells: measured, cut and wrapped by columns, not by characters.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::glyphs::Glyphs;
use crate::tui::theme::{Role, Theme};

/// A piece of a line, and what it means.
pub type Span = (String, Role);

/// Columns that `text` takes.
pub fn width(text: &str) -> u16 {
    // Most of a fleet's text; the tables of widths need not be asked about it.
    let columns = if is_plain(text) { text.len() } else { text.width() };
    u16::try_from(columns).unwrap_or(u16::MAX)
}

/// Whether each byte of `text` takes one column.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Columns that a line takes.
pub fn width_of(line: &[Span]) -> u16 {
    line.iter().map(|(text, _)| width(text)).fold(0, u16::saturating_add)
}

/// `text` in at most `room` columns; what is cut off leaves a mark.
pub fn fit(text: &str, room: u16, glyphs: Glyphs) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let mut left = usize::from(room.saturating_sub(1));
    let kept: String = text
        .chars()
        .take_while(|c| {
            let columns = c.width().unwrap_or(0);
            let fits = columns <= left;
            left = left.saturating_sub(columns);
            fits
        })
        .collect();
    Cow::Owned(if room == 0 { kept } else { kept + glyphs.more() })
}

/// Wipes what lies under `area`.
pub fn blank(area: Rect, buf: &mut Buffer, theme: Theme) {
    for position in area.intersection(buf.area).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(theme.style(Role::Text));
        }
    }
}

/// Writes `text` at (`x`, `y`) in at most `room` columns, within the buffer. Says where it ends.
pub fn put(buf: &mut Buffer, (x, y): (u16, u16), room: u16, text: &str, style: Style, glyphs: Glyphs) -> u16 {
    let area = buf.area;
    if !area.contains((x, y).into()) {
        return x;
    }
    let room = room.min(area.right() - x);
    let text = fit(text, room, glyphs);
    buf.set_stringn(x, y, &text, room.into(), style).0
}

/// Writes a line from (`x`, `y`) in at most `room` columns.
pub fn put_line(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    line: &[Span],
    theme: Theme,
    glyphs: Glyphs,
) {
    let end = x.saturating_add(room);
    let mut at = x;
    for (text, role) in line {
        at = put(buf, (at, y), end.saturating_sub(at), text, theme.style(*role), glyphs);
    }
}

/// `text` as lines of at most `room` columns, broken between words where there are any.
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = usize::from(room.max(1));
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= room {
            line.extend(std::iter::repeat_n(' ', gap));
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if line.width() + c.width().unwrap_or(0) > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_and_says_so() {
        let check = |text: &str, room, expected: &str| {
            let fitted = fit(text, room, Glyphs::Ascii);
            assert_eq!(fitted, expected);
            assert!(width(&fitted) <= room);
        };
        check("Amarillo TX", 11, "Amarillo TX");
        check("Amarillo TX", 9, "Amarillo~");
        check("東京運輸", 8, "東京運輸");
        check("東京運輸", 6, "東京~");
        check("東京運輸", 1, "~");
        check("東京運輸", 0, "");
    }

    #[test]
    fn lines_break_between_words_and_long_words_anywhere() {
        assert_eq!(wrap("dock 4, ring bell", 8), ["dock 4,", "ring", "bell"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("東京運輸", 4), ["東京", "運輸"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
