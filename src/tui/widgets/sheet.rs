//! A page of headings, named fields and plain lines, scrolled by lines. It knows nothing of what it tells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{Span, put_line, width, wrap};
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::{Role, Theme};

/// Columns for the names of fields.
const NAMES: u16 = 16;

/// A page, from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What it is about.
    pub title: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Heading(String),
    Field { name: String, value: Span, note: String },
    Line(Span),
}

impl Sheet {
    /// An empty page about `title`.
    pub fn about(title: impl Into<String>) -> Self {
        Self { title: title.into(), parts: Vec::new() }
    }

    /// Begins a part of the page, with a blank line before it.
    pub fn heading(&mut self, text: impl Into<String>) {
        if !self.parts.is_empty() {
            self.parts.push(Part::Line((String::new(), Role::Text)));
        }
        self.parts.push(Part::Heading(text.into()));
    }

    /// A fact.
    pub fn field(&mut self, name: &str, value: impl Into<String>) {
        self.judged(name, value, Role::Text, "");
    }

    /// A fact with its age and source, or whatever else is said of it in passing.
    pub fn noted(&mut self, name: &str, value: impl Into<String>, note: impl Into<String>) {
        self.judged(name, value, Role::Text, note);
    }

    /// A fact that is good or bad.
    pub fn judged(&mut self, name: &str, value: impl Into<String>, role: Role, note: impl Into<String>) {
        let value = (value.into(), role);
        self.parts.push(Part::Field { name: name.to_owned(), value, note: note.into() });
    }

    /// A line as it is.
    pub fn line(&mut self, text: impl Into<String>, role: Role) {
        self.parts.push(Part::Line((text.into(), role)));
    }

    /// How many lines it has when `room` columns wide.
    pub fn height(&self, room: u16) -> usize {
        self.lines(room).len()
    }

    /// Draws what is at `top` and below.
    pub fn draw(&self, top: usize, area: Rect, buf: &mut Buffer, theme: Theme, glyphs: Glyphs) {
        for (y, line) in area.rows().map(|row| row.y).zip(self.lines(area.width).iter().skip(top)) {
            put_line(buf, (area.x, y), area.width, line, theme, glyphs);
        }
    }

    fn lines(&self, room: u16) -> Vec<Vec<Span>> {
        self.parts.iter().flat_map(|part| part.lines(room)).collect()
    }
}

impl Part {
    fn lines(&self, room: u16) -> Vec<Vec<Span>> {
        match self {
            Self::Heading(text) => vec![vec![(text.clone(), Role::Title)]],
            Self::Line((text, role)) => {
                wrap(text, room).into_iter().map(|text| vec![(text, *role)]).collect()
            }
            Self::Field { name, value: (value, role), note } => {
                let indent = NAMES.min(room / 2);
                let beside = room.saturating_sub(indent);
                let mut lines: Vec<Vec<Span>> = wrap(value, beside)
                    .into_iter()
                    .map(|text| vec![(" ".repeat(indent.into()), Role::Text), (text, *role)])
                    .collect();
                if let Some(named) = lines.first_mut().and_then(|line| line.first_mut()) {
                    *named = (format!("{name:<indent$}", indent = usize::from(indent)), Role::Muted);
                }
                if !note.is_empty() {
                    lines.last_mut().into_iter().for_each(|line| append(line, note, room));
                }
                lines
            }
        }
    }
}

/// A note is cut rather than wrapped: it is there if there is room.
fn append(line: &mut Vec<Span>, note: &str, room: u16) {
    let taken = super::text::width_of(line);
    if taken.saturating_add(width(note)).saturating_add(2) <= room || taken + 8 < room {
        line.push((format!("  {note}"), Role::Muted));
    }
}
