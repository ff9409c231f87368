//! A table of any kind of row: chooses columns by width, sorts, filters, groups, and keeps the selection on
//! the row, not on the line. Only the lines in sight are ever built.

mod column;
mod draw;
mod group;
mod listing;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

pub use column::{Cell, Column, LUXURY, Order, Width};
pub use draw::nothing;
pub use group::{Group, State};
pub use listing::{Arrangement, Choice, Listing, Rows};

use crate::model::{Fleet, Point, folded};
use crate::rules::filter::{Asked, Filter, Hidden};
use crate::rules::near::{self, There};
use crate::rules::whereabouts;
use crate::tui::facts::Facts;
use crate::tui::panels::{Go, Panel, Subject};
use crate::tui::theme::Theme;
use group::{Heading, Line};

/// A kind of row that can be listed.
pub trait Listed: Asked {
    /// What the panel is called.
    const TITLE: &'static str;
    /// What can be shown of a row, from left to right.
    const COLUMNS: &'static [Column<Self>];
    /// The column it is sorted by at first.
    const SORTED_BY: usize;
    /// The column of miles to the place that the filter names; it is offered only then.
    const MILES: Option<usize> = None;
    /// The column of when a row can legally be at that place; offered only then, and what is then sorted by.
    const THERE: Option<usize> = None;
    /// Columns that answer fields of the filter that they are not called after: (field, heading).
    const ANSWERS: &'static [(&'static str, &'static str)] = &[];
    /// What rows can be grouped by.
    const GROUPS: &'static [Group<Self>] = &[];

    /// How many rows there are.
    fn count(fleet: &Fleet) -> usize;
    /// One of them.
    fn at(fleet: &Fleet, index: usize) -> Option<&Self>;
    /// What identifies the row.
    fn subject(&self) -> Subject;
    /// Whether the row is the one identified.
    fn is(&self, subject: &Subject) -> bool;
    /// The row as a sentence, to be sent to somebody.
    fn sentence(&self, facts: &Facts) -> String;
    /// What is not as it should be about the row: the worst of a group stands in its heading.
    fn state(&self, _facts: &Facts) -> Option<State> {
        None
    }
}

/// Rows of one kind: which are shown, in which order, and where the cursor is.
pub struct Table<T: Listed> {
    /// The rows that pass the filter in the order shown, with the headings of their groups.
    lines: Vec<Line>,
    headings: Vec<Heading>,
    arranged: bool,
    /// Which rows there are, and their order, do not change with the time alone: all, by name.
    is_timeless: bool,
    total: usize,
    hidden: Hidden,
    /// The column chosen by a person; none as long as nobody did.
    sorted_by: Option<usize>,
    reversed: bool,
    /// The columns picked by a person, in the order of all; none as long as nobody did.
    picked: Option<Vec<usize>>,
    grouped_by: Option<usize>,
    filter: String,
    /// What is wrong with the filter, and how old the places are that it names.
    complaints: Vec<String>,
    notes: Vec<String>,
    /// The place that the filter names.
    near: Option<Point>,
    /// When what is around it can legally be there, and of how many drivers, which minute and surroundings that is.
    there: Arc<There>,
    there_of: Option<(usize, i64, Point, f64)>,
    /// The columns that answer the filter.
    answers: Vec<usize>,
    cursor: usize,
    top: usize,
    /// The row under the cursor; none until a key was pressed here, so that a first sync does
    /// not carry the cursor down with whatever came first.
    chosen: Option<Subject>,
    /// The row that was drawn under the cursor: what a key is pressed for.
    seen: Option<Subject>,
    size: Size,
    row: std::marker::PhantomData<fn() -> T>,
}

impl<T: Listed> Table<T> {
    /// Empty until it is arranged.
    pub fn new() -> Self {
        Self {
            lines: Vec::new(),
            headings: Vec::new(),
            arranged: false,
            is_timeless: false,
            total: 0,
            hidden: Hidden::default(),
            sorted_by: None,
            reversed: false,
            picked: None,
            grouped_by: None,
            filter: String::new(),
            complaints: Vec::new(),
            notes: Vec::new(),
            near: None,
            there: Arc::default(),
            there_of: None,
            answers: Vec::new(),
            cursor: 0,
            top: 0,
            chosen: None,
            seen: None,
            size: Size::new(80, 20),
            row: std::marker::PhantomData,
        }
    }

    fn row_at<'a>(&self, line: usize, facts: &'a Facts) -> Option<&'a T> {
        match self.lines.get(line)? {
            Line::Row(index) => T::at(&facts.fleet, *index),
            Line::Heading(_) => None,
        }
    }

    fn selected<'a>(&self, facts: &'a Facts) -> Option<&'a T> {
        self.row_at(self.cursor, facts)
    }

    /// The column it is sorted by: of what is near somewhere those first who can legally be there first.
    fn sort_column(&self) -> usize {
        let nearest = T::THERE.or(T::MILES).filter(|_| self.near.is_some());
        self.sorted_by.or(nearest).unwrap_or(T::SORTED_BY)
    }

    /// Reads the filter again: what it means changes with the fleet and the time.
    fn read(&mut self, facts: &Facts) -> Filter<T> {
        let filter = Filter::<T>::read(&self.filter, &facts.scene());
        self.complaints = filter.complaints.iter().map(|complaint| complaint.text.clone()).collect();
        self.notes = filter.spots.iter().filter_map(|spot| whereabouts::doubt(spot, facts.now)).collect();
        self.near = filter.spots.first().map(|spot| spot.point);
        self.plan_there(filter.around, facts);
        let fields = filter.fields();
        let is_answer = |title: &str| {
            let named = fields.iter().any(|field| title.eq_ignore_ascii_case(field));
            let answers = |(field, heading): &(&str, &str)| *heading == title && fields.contains(field);
            named || T::ANSWERS.iter().any(answers)
        };
        let columns = T::COLUMNS.iter().enumerate();
        self.answers =
            columns.filter(|(_, column)| is_answer(column.title)).map(|(index, _)| index).collect();
        filter
    }

    /// Works out when what is around a place can legally be there: once a minute, since it plans for every driver, and
    /// at once where drivers came or went.
    fn plan_there(&mut self, around: Option<(Point, f64)>, facts: &Facts) {
        let of = around.filter(|_| T::THERE.is_some()).map(|(place, miles)| {
            (facts.fleet.drivers.len(), facts.now.millis().div_euclid(60_000), place, miles)
        });
        if self.there_of == of {
            return;
        }
        let there = of.map(|(_, _, place, miles)| near::there(&facts.basis(), place, miles));
        (self.there, self.there_of) = (Arc::new(there.unwrap_or_default()), of);
    }

    /// Whether a column is one of those that there are only beside a place.
    fn is_of_place(index: usize) -> bool {
        T::MILES == Some(index) || T::THERE == Some(index)
    }

    /// The rows that pass the filter, each with what it is sorted by, in that order.
    fn sorted(&mut self, facts: &Facts) -> Vec<usize> {
        let filter = self.read(facts);
        let facts = &self.near(facts);
        let scene = facts.scene();
        let mut hidden = Hidden::default();
        let mut text = String::new();
        let mut passes = |row: &T| {
            if filter.is_empty() {
                return true;
            }
            text.clear();
            let verdict = filter.verdict(row, &scene, &mut |wanted| {
                if text.is_empty() {
                    write_out(row, facts, &mut text);
                }
                text.contains(wanted)
            });
            hidden.count(verdict)
        };
        let by = T::COLUMNS.get(self.sort_column()).map(|column| column.order);
        let mut keyed: Vec<(Order, usize)> = (0..T::count(&facts.fleet))
            .filter_map(|index| T::at(&facts.fleet, index).map(|row| (row, index)))
            .filter(|(row, _)| passes(row))
            .map(|(row, index)| (by.map_or(Order::Unknown, |order| order(row, facts)), index))
            .collect();
        self.hidden = hidden;
        let is_name = |(order, _): &(Order, usize)| matches!(order, Order::Text(_));
        let by_name = self.sort_column() == T::SORTED_BY && keyed.iter().all(is_name);
        self.is_timeless = filter.is_empty() && self.grouped_by.is_none() && by_name;
        keyed.sort_by(|(a, _), (b, _)| a.compare(b, self.reversed));
        keyed.into_iter().map(|(_, index)| index).collect()
    }

    /// The facts as this table sees them: with the place that its filter names.
    fn near(&self, facts: &Facts) -> Facts {
        facts.beside(self.near, Arc::clone(&self.there))
    }

    /// Keeps the cursor on its row and, where that can be, the row on its line of the screen.
    fn follow(&mut self, facts: &Facts) {
        let line = self.cursor.saturating_sub(self.top);
        let found = self.chosen.as_ref().and_then(|chosen| {
            (0..self.lines.len()).find(|line| self.row_at(*line, facts).is_some_and(|row| row.is(chosen)))
        });
        match found {
            Some(position) => {
                self.cursor = position;
                self.top = position.saturating_sub(line);
            }
            None if self.chosen.is_none() => {
                self.top = 0;
                self.cursor = self.nearest_row(0);
            }
            None => {
                self.cursor = self.nearest_row(self.cursor);
                self.chosen = self.selected(facts).map(T::subject);
            }
        }
        self.scroll();
    }

    /// The first row at or after a line, else the last before it: a heading cannot be selected.
    fn nearest_row(&self, line: usize) -> usize {
        let is_row = |line: &usize| matches!(self.lines.get(*line), Some(Line::Row(_)));
        let line = line.min(self.lines.len().saturating_sub(1));
        (line..self.lines.len()).find(is_row).or_else(|| (0..line).rev().find(is_row)).unwrap_or(0)
    }

    /// The last row at or before a line, else the first after it.
    fn row_before(&self, line: usize) -> usize {
        let is_row = |line: &usize| matches!(self.lines.get(*line), Some(Line::Row(_)));
        (0..=line).rev().find(is_row).unwrap_or_else(|| self.nearest_row(line))
    }

    fn scroll(&mut self) {
        let page = self.page();
        self.top = self.top.min(self.lines.len().saturating_sub(page));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(page), self.cursor);
        // A group's first row shows whose it is.
        let above = self.top.checked_sub(1).filter(|_| self.top == self.cursor && page > 1);
        if let Some(above) = above.filter(|above| matches!(self.lines.get(*above), Some(Line::Heading(_)))) {
            self.top = above;
        }
    }

    /// Lines for rows: all but the headings'.
    fn page(&self) -> usize {
        usize::from(self.size.height.saturating_sub(1)).max(1)
    }

    /// The columns there is room for, each with its width.
    fn columns(&self) -> Vec<(usize, u16)> {
        let is_picked = |index: &usize| self.picked.as_ref().is_none_or(|picked| picked.contains(index));
        let is_offered = |index: &usize| {
            if Self::is_of_place(*index) { self.near.is_some() } else { is_picked(index) }
        };
        let offered: Vec<usize> = (0..T::COLUMNS.len()).filter(is_offered).collect();
        // Whoever picked them wants them all, whatever their rank.
        let first = self.picked.as_ref().unwrap_or(&self.answers);
        column::choose(T::COLUMNS, &offered, first, self.size.width)
    }
}

/// All that the columns say of a row, folded as what a filter asks for.
fn write_out<T: Listed>(row: &T, facts: &Facts, text: &mut String) {
    for column in T::COLUMNS {
        let cell = (column.cell)(row, facts);
        text.push_str(&folded(&cell.wide.unwrap_or(cell.text)));
        text.push('\n');
    }
}

impl<T: Listed> Panel for Table<T> {
    fn spoil(&mut self) {
        self.arranged = false;
    }

    fn turn(&mut self) {
        self.arranged &= self.is_timeless;
    }

    fn arrange(&mut self, facts: &Facts) {
        if !std::mem::replace(&mut self.arranged, true) {
            self.total = T::count(&facts.fleet);
            let rows = self.sorted(facts);
            (self.lines, self.headings) = group::lines::<T>(rows, self.grouped_by, facts);
            self.follow(facts);
        }
    }

    fn hold(&mut self) {
        if self.chosen.is_none() {
            self.chosen.clone_from(&self.seen);
        }
    }

    fn drawn(&mut self, facts: &Facts) {
        self.seen = self.selected(facts).map(T::subject);
    }

    fn fit(&mut self, size: Size) {
        if self.size != size {
            self.size = size;
            self.scroll();
        }
    }

    fn go(&mut self, go: Go, facts: &Facts) {
        let last = self.lines.len().saturating_sub(1);
        self.cursor = match go {
            Go::Stay => self.cursor,
            Go::Up => self.row_before(self.cursor.saturating_sub(1)),
            Go::Down => self.nearest_row((self.cursor + 1).min(last)),
            Go::PageUp => self.row_before(self.cursor.saturating_sub(self.page())),
            Go::PageDown => self.nearest_row((self.cursor + self.page()).min(last)),
            Go::First => self.nearest_row(0),
            Go::Last => self.row_before(last),
        };
        self.chosen = self.selected(facts).map(T::subject);
        self.scroll();
    }

    fn select(&mut self, subject: &Subject, facts: &Facts) -> bool {
        let is_it = |line: &usize| self.row_at(*line, facts).is_some_and(|row| row.is(subject));
        let Some(position) = (0..self.lines.len()).find(is_it) else { return false };
        (self.cursor, self.chosen) = (position, Some(subject.clone()));
        self.scroll();
        true
    }

    fn point(&mut self, line: u16, facts: &Facts) {
        // The first line is the headings'.
        let Some(line) = usize::from(line).checked_sub(1).map(|line| self.top + line) else { return };
        if let Some(row) = self.row_at(line, facts) {
            (self.cursor, self.chosen) = (line, Some(row.subject()));
        }
    }

    fn filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.arranged = false;
    }

    fn sort(&mut self) {
        let (columns, by) = (self.columns(), self.sort_column());
        let next = columns.iter().map(|(index, _)| *index).find(|index| *index > by);
        self.sorted_by = next.or_else(|| columns.first().map(|(index, _)| *index));
        self.reversed = false;
        self.arranged = false;
    }

    fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.arranged = false;
    }

    fn headline(&self, facts: &Facts) -> String {
        let shown = self.total - self.hidden.rows.min(self.total);
        let count =
            if shown == self.total { shown.to_string() } else { format!("{shown} of {}", self.total) };
        let by = T::COLUMNS.get(self.sort_column()).map_or("", |column| column.title);
        let arrow = facts.glyphs.order(self.reversed);
        let group = self.grouped_by.and_then(|by| T::GROUPS.get(by));
        let group = group.map(|group| format!(", per {}", group.name)).unwrap_or_default();
        format!("{} {count}, by {} {arrow}{group}", T::TITLE, by.to_lowercase())
    }

    fn subject(&self, facts: &Facts) -> Option<Subject> {
        self.selected(facts).map(T::subject)
    }

    fn sentence(&self, facts: &Facts) -> Option<String> {
        self.selected(facts).map(|row| row.sentence(facts))
    }

    fn listing(&self) -> Option<&dyn Listing> {
        Some(self)
    }

    fn listing_mut(&mut self) -> Option<&mut dyn Listing> {
        Some(self)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
        self.paint(area, buf, &self.near(facts), theme);
    }
}
