//! Lines of pieces, broken by columns: each piece keeps what it means.

use unicode_width::UnicodeWidthChar;

use super::Line;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Span, width_of};

/// `runs` in lines of at most `room` columns, broken between words where there are any; "\n" ends a line.
pub fn wrap_spans(runs: &[Span], room: u16) -> Vec<Line> {
    let mut lines = Lines::of(room);
    let (mut word, mut gap) = (Line::new(), false);
    for (text, role) in runs {
        for c in text.chars() {
            match c {
                ' ' | '\n' => {
                    gap = !lines.word(std::mem::take(&mut word), gap) && gap || c == ' ';
                    if c == '\n' {
                        lines.end();
                        gap = false;
                    }
                }
                _ => add(&mut word, c, *role),
            }
        }
    }
    lines.word(word, gap);
    lines.end();
    lines.done
}

/// `runs` in lines of at most `room` columns, broken where there is no more room, spaces as they are.
pub fn hard(runs: &[Span], room: u16) -> Vec<Line> {
    let mut lines = Lines::of(room);
    for (text, role) in runs {
        for c in text.chars() {
            if c == '\n' { lines.end() } else { lines.put(c, *role) }
        }
    }
    if !lines.line.is_empty() {
        lines.end();
    }
    lines.done
}

struct Lines {
    room: u16,
    done: Vec<Line>,
    line: Line,
    taken: u16,
}

impl Lines {
    fn of(room: u16) -> Self {
        Self { room: room.max(1), done: Vec::new(), line: Line::new(), taken: 0 }
    }

    /// Adds a word, with a space before it where there is a `gap`. Whether there was one to add.
    fn word(&mut self, word: Line, gap: bool) -> bool {
        let Some((_, next)) = word.first() else { return false };
        let space = u16::from(gap && self.taken > 0);
        if self.taken > 0 && self.taken + space + width_of(&word) > self.room {
            self.end();
        } else if space > 0 {
            // Between two bold words the space is bold as well: one piece.
            let role = self.line.last().map(|(_, role)| *role).filter(|role| role == next);
            self.put(' ', role.unwrap_or_default());
        }
        for (text, role) in word {
            text.chars().for_each(|c| self.put(c, role));
        }
        true
    }

    fn put(&mut self, c: char, role: Role) {
        let wide = u16::try_from(c.width().unwrap_or(0)).unwrap_or(0);
        if self.taken + wide > self.room && self.taken > 0 {
            self.end();
        }
        add(&mut self.line, c, role);
        self.taken += wide;
    }

    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.taken = 0;
    }
}

fn add(line: &mut Line, c: char, role: Role) {
    match line.last_mut() {
        Some((text, last)) if *last == role => text.push(c),
        _ => line.push((c.to_string(), role)),
    }
}
