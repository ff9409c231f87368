//! A table of a text: columns as wide as there is room for, cells wrapped rather than cut, since a number that is cut
//! reads as another. Where columns would be too narrow, a line a cell.

use pulldown_cmark::Alignment;

use super::{Line, wrap_spans};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Span, width_of};

/// Columns of the screen that a column has at least, where it wants them.
const LEAST: u16 = 8;
/// Between two columns.
const GAP: u16 = 2;

/// A table, its first row the titles.
pub struct Table {
    sides: Vec<Alignment>,
    rows: Vec<Vec<Vec<Span>>>,
}

impl Table {
    /// An empty one with so many columns.
    pub const fn of(sides: Vec<Alignment>) -> Self {
        Self { sides, rows: Vec::new() }
    }

    /// Begins a row.
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Adds a cell to it.
    pub fn cell(&mut self, mut text: Vec<Span>) {
        let is_title = self.rows.len() == 1;
        for (_, role) in text.iter_mut().filter(|(_, role)| is_title && *role == Role::Text) {
            *role = Role::Title;
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(text);
        }
    }

    /// It in lines of at most `room` columns.
    pub fn lines(&self, room: u16) -> Vec<Line> {
        match self.widths(room) {
            Some(widths) => self.rows.iter().flat_map(|row| self.side_by_side(row, &widths)).collect(),
            None => self.one_by_one(room),
        }
    }

    /// How wide each column is; `None` where one would be too narrow.
    fn widths(&self, room: u16) -> Option<Vec<u16>> {
        let widest = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width_of(cell)).max().unwrap_or(0)
        };
        let mut widths: Vec<u16> = (0..self.sides.len()).map(widest).collect();
        let gaps = GAP.checked_mul(u16::try_from(widths.len().saturating_sub(1)).ok()?)?;
        let room = room.checked_sub(gaps)?;
        while widths.iter().copied().fold(0, u16::saturating_add) > room {
            *widths.iter_mut().max().filter(|widest| **widest > LEAST)? -= 1;
        }
        Some(widths)
    }

    fn side_by_side(&self, row: &[Vec<Span>], widths: &[u16]) -> Vec<Line> {
        let cells: Vec<Vec<Line>> =
            row.iter().zip(widths).map(|(cell, wide)| wrap_spans(cell, *wide)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |y: usize| {
            let mut line = Line::new();
            let mut due = 0;
            for (column, wide) in widths.iter().enumerate() {
                let part = cells.get(column).and_then(|cell| cell.get(y)).cloned().unwrap_or_default();
                let left = wide.saturating_sub(width_of(&part));
                let is_right = self.sides.get(column) == Some(&Alignment::Right);
                let (before, after) = if is_right { (left, 0) } else { (0, left) };
                if part.is_empty() {
                    due += wide + GAP;
                    continue;
                }
                line.push((" ".repeat((due + before).into()), Role::Text));
                line.extend(part);
                due = after + GAP;
            }
            line.retain(|(text, _)| !text.is_empty());
            line
        };
        (0..height).map(line).collect()
    }

    fn one_by_one(&self, room: u16) -> Vec<Line> {
        let Some((titles, rows)) = self.rows.split_first() else { return Vec::new() };
        let mut lines = Vec::new();
        for row in rows {
            if !lines.is_empty() {
                lines.push(Line::new());
            }
            for (title, cell) in titles.iter().zip(row) {
                let colon = [(": ".to_owned(), Role::Title)];
                let runs: Vec<Span> = title.iter().chain(&colon).chain(cell).cloned().collect();
                lines.extend(wrap_spans(&runs, room));
            }
        }
        lines
    }
}
