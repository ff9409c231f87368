//! A table of any kind of row: chooses columns by width, sorts, filters, and keeps the selection on
//! the row, not on the line. Only the lines in sight are ever built.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::text::{put, width, wrap};
use crate::model::Fleet;
use crate::tui::app::Mode;
use crate::tui::facts::Facts;
use crate::tui::panels::{Go, Panel, Subject};
use crate::tui::theme::{Role, Theme};

/// A kind of row that can be listed.
pub trait Listed: Sized + 'static {
    /// What the panel is called.
    const TITLE: &'static str;
    /// What can be shown of a row, from left to right.
    const COLUMNS: &'static [Column<Self>];
    /// The column it is sorted by at first.
    const SORTED_BY: usize;

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
}

/// One column.
pub struct Column<T> {
    /// Its heading.
    pub title: &'static str,
    /// How many columns of the screen it takes.
    pub width: Width,
    /// The highest goes first where there is no room for all.
    pub rank: u8,
    /// The lowest is widened first where there is room to spare.
    pub grows: u8,
    /// What it says of a row.
    pub cell: fn(&T, &Facts) -> Cell,
    /// What it sorts a row by.
    pub order: fn(&T, &Facts) -> Order,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug)]
pub enum Width {
    /// Always the same.
    Fixed(u16),
    /// At least, and at most: text that is the better the less it is cut.
    Text(u16, u16),
    /// One or the other: cells that have a long form.
    Either(u16, u16),
}

impl Width {
    const fn least(self) -> u16 {
        match self {
            Self::Fixed(least) | Self::Text(least, _) | Self::Either(least, _) => least,
        }
    }

    /// What it takes of the columns to spare.
    fn gain(self, spare: u16) -> u16 {
        match self {
            Self::Fixed(_) => 0,
            Self::Text(least, most) => spare.min(most - least),
            Self::Either(short, long) => Some(long - short).filter(|gain| *gain <= spare).unwrap_or(0),
        }
    }
}

/// What a column says of a row.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    /// The same with more to it, where there is room.
    wide: Option<String>,
    role: Role,
}

impl Cell {
    /// With a meaning.
    pub const fn of(text: String, role: Role) -> Self {
        Self { text, wide: None, role }
    }

    /// With more to say where there is room.
    #[must_use]
    pub fn or_wide(mut self, wide: String) -> Self {
        self.wide = Some(wide);
        self
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::of(text, Role::Text)
    }
}

/// What a row is sorted by. What is not known comes last, either way round.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// By amount.
    Number(i64),
    /// By letters.
    Text(String),
    /// Not at all.
    Unknown,
}

impl Order {
    /// By amount where there is one.
    pub fn number(amount: Option<i64>) -> Self {
        amount.map_or(Self::Unknown, Self::Number)
    }

    /// By amount where the text is one ("9" before "10"), else by letters of either case.
    pub fn text(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) if text.is_empty() || text == crate::tui::words::UNKNOWN => Self::Unknown,
            Err(_) => Self::Text(text.to_lowercase()),
        }
    }

    fn compare(&self, other: &Self, reversed: bool) -> Ordering {
        match (self == &Self::Unknown, other == &Self::Unknown) {
            (false, false) if reversed => other.cmp(self),
            _ => self.cmp(other),
        }
    }
}

/// Rows of one kind: which are shown, in which order, and where the cursor is.
pub struct Table<T> {
    /// Indexes into the fleet's rows, of those that pass the filter, in the order shown.
    shown: Vec<usize>,
    arranged: bool,
    total: usize,
    sorted_by: usize,
    reversed: bool,
    /// What every row shown must hold, in small letters.
    words: Vec<String>,
    cursor: usize,
    top: usize,
    /// The row under the cursor; none until a key was pressed here, so that a first sync does
    /// not carry the cursor down with whatever came first.
    chosen: Option<Subject>,
    size: Size,
    row: std::marker::PhantomData<fn() -> T>,
}

impl<T: Listed> Table<T> {
    /// Empty until it is arranged.
    pub fn new() -> Self {
        Self {
            shown: Vec::new(),
            arranged: false,
            total: 0,
            sorted_by: T::SORTED_BY,
            reversed: false,
            words: Vec::new(),
            cursor: 0,
            top: 0,
            chosen: None,
            size: Size::new(80, 20),
            row: std::marker::PhantomData,
        }
    }

    fn selected<'a>(&self, facts: &'a Facts) -> Option<&'a T> {
        self.shown.get(self.cursor).and_then(|index| T::at(&facts.fleet, *index))
    }

    fn passes(&self, row: &T, facts: &Facts, line: &mut String) -> bool {
        if self.words.is_empty() {
            return true;
        }
        line.clear();
        for column in T::COLUMNS {
            let cell = (column.cell)(row, facts);
            line.push_str(&cell.wide.unwrap_or(cell.text).to_lowercase());
            line.push('\n');
        }
        self.words.iter().all(|word| line.contains(word))
    }

    /// Keeps the cursor on its row and, where that can be, the row on its line of the screen.
    fn follow(&mut self, facts: &Facts) {
        let line = self.cursor.saturating_sub(self.top);
        let found = self.chosen.as_ref().and_then(|chosen| {
            self.shown.iter().position(|index| T::at(&facts.fleet, *index).is_some_and(|row| row.is(chosen)))
        });
        match found {
            Some(position) => {
                self.cursor = position;
                self.top = position.saturating_sub(line);
            }
            None if self.chosen.is_none() => (self.cursor, self.top) = (0, 0),
            None => {
                self.cursor = self.cursor.min(self.shown.len().saturating_sub(1));
                self.chosen = self.selected(facts).map(T::subject);
            }
        }
        self.scroll();
    }

    fn scroll(&mut self) {
        let page = self.page();
        self.top = self.top.min(self.shown.len().saturating_sub(page));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(page), self.cursor);
    }

    /// Lines for rows: all but the headings'.
    fn page(&self) -> usize {
        usize::from(self.size.height.saturating_sub(1)).max(1)
    }

    /// The columns there is room for, each with its width.
    fn columns(&self) -> Vec<(usize, u16)> {
        let room = self.size.width;
        let mut by_rank: Vec<usize> = (0..T::COLUMNS.len()).collect();
        by_rank.sort_by_key(|index| T::COLUMNS.get(*index).map(|column| column.rank));
        let (mut taken, mut chosen) = (0, Vec::new());
        for index in by_rank {
            let Some(column) = T::COLUMNS.get(index) else { continue };
            let needs = column.width.least() + u16::from(!chosen.is_empty());
            // One too wide ends it: a lesser one in its place would come and go with the width.
            if taken + needs > room && !chosen.is_empty() {
                break;
            }
            taken += needs;
            chosen.push((index, column.width.least()));
        }
        chosen.sort_unstable();
        widen::<T>(&mut chosen, room.saturating_sub(taken));
        chosen
    }
}

/// Hands out the room left, to those first that make most of it.
fn widen<T: Listed>(columns: &mut [(usize, u16)], mut spare: u16) {
    let mut by_use: Vec<(&Column<T>, &mut u16)> =
        columns.iter_mut().filter_map(|(index, width)| Some((T::COLUMNS.get(*index)?, width))).collect();
    by_use.sort_by_key(|(column, _)| column.grows);
    for (column, width) in by_use {
        let gain = column.width.gain(spare);
        *width += gain;
        spare -= gain;
    }
}

impl<T: Listed> Panel for Table<T> {
    fn spoil(&mut self) {
        self.arranged = false;
    }

    fn arrange(&mut self, facts: &Facts) {
        if std::mem::replace(&mut self.arranged, true) {
            return;
        }
        let fleet = &facts.fleet;
        self.total = T::count(fleet);
        let by = T::COLUMNS.get(self.sorted_by).map(|column| column.order);
        let mut line = String::new();
        let mut keyed: Vec<(Order, usize)> = (0..self.total)
            .filter_map(|index| T::at(fleet, index).map(|row| (row, index)))
            .filter(|(row, _)| self.passes(row, facts, &mut line))
            .map(|(row, index)| (by.map_or(Order::Unknown, |order| order(row, facts)), index))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| a.compare(b, self.reversed));
        self.shown = keyed.into_iter().map(|(_, index)| index).collect();
        self.follow(facts);
    }

    fn fit(&mut self, size: Size) {
        if self.size != size {
            self.size = size;
            self.scroll();
        }
    }

    fn go(&mut self, go: Go, facts: &Facts) {
        let last = self.shown.len().saturating_sub(1);
        self.cursor = match go {
            Go::Stay => self.cursor,
            Go::Up => self.cursor.saturating_sub(1),
            Go::Down => (self.cursor + 1).min(last),
            Go::PageUp => self.cursor.saturating_sub(self.page()),
            Go::PageDown => (self.cursor + self.page()).min(last),
            Go::First => 0,
            Go::Last => last,
        };
        self.chosen = self.selected(facts).map(T::subject);
        self.scroll();
    }

    fn select(&mut self, subject: &Subject, facts: &Facts) -> bool {
        let is_it = |index: &usize| T::at(&facts.fleet, *index).is_some_and(|row| row.is(subject));
        let Some(position) = self.shown.iter().position(is_it) else { return false };
        (self.cursor, self.chosen) = (position, Some(subject.clone()));
        self.scroll();
        true
    }

    fn sort_by(&mut self, title: &str) {
        if let Some(index) = T::COLUMNS.iter().position(|column| column.title == title) {
            (self.sorted_by, self.reversed, self.arranged) = (index, false, false);
        }
    }

    fn filter(&mut self, text: &str) {
        self.words = text.split_whitespace().map(str::to_lowercase).collect();
        self.arranged = false;
    }

    fn sort(&mut self) {
        let columns = self.columns();
        let next = columns.iter().map(|(index, _)| *index).find(|index| *index > self.sorted_by);
        self.sorted_by = next.or_else(|| columns.first().map(|(index, _)| *index)).unwrap_or(0);
        self.reversed = false;
        self.arranged = false;
    }

    fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.arranged = false;
    }

    fn headline(&self, facts: &Facts) -> String {
        let count = match self.shown.len() {
            shown if shown == self.total => shown.to_string(),
            shown => format!("{shown} of {}", self.total),
        };
        let by = T::COLUMNS.get(self.sorted_by).map_or("", |column| column.title);
        let arrow = facts.glyphs.order(self.reversed);
        format!("{} {count}, by {} {arrow}", T::TITLE, by.to_lowercase())
    }

    fn subject(&self, facts: &Facts) -> Option<Subject> {
        self.selected(facts).map(T::subject)
    }

    fn sentence(&self, facts: &Facts) -> Option<String> {
        self.selected(facts).map(|row| row.sentence(facts))
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
        let columns = self.columns();
        let mut lines = area.rows().map(|row| row.y);
        let Some(head) = lines.next() else { return };
        let mut x = area.x;
        for (index, room) in &columns {
            let title = T::COLUMNS.get(*index).map_or("", |column| column.title);
            put(buf, (x, head), *room, title, theme.style(Role::Muted), facts.glyphs);
            x += room + 1;
        }
        if self.shown.is_empty() {
            let words =
                if self.total == 0 { nothing(facts) } else { "no row holds every word of the filter" };
            for (y, line) in lines.zip(wrap(words, area.width)) {
                put(buf, (area.x, y), area.width, &line, theme.style(Role::Muted), facts.glyphs);
            }
            return;
        }
        for (line, (position, index)) in lines.zip(self.shown.iter().enumerate().skip(self.top)) {
            let Some(row) = T::at(&facts.fleet, *index) else { continue };
            let selected = position == self.cursor;
            draw_row(row, &columns, (area.x, line), selected, buf, facts, theme);
        }
    }
}

/// Why there are no rows at all, and what to do about it.
pub fn nothing(facts: &Facts) -> &'static str {
    match (facts.mode, facts.fleet.feeds.is_empty()) {
        (Mode::View, true) if facts.leader.is_none() => {
            "nothing is known yet: no upstream was ever read, and nobody polls this database. Put the \
             credentials of an ELD or the TMS into the file that `backhaul config path` names, then start \
             `backhaul` again; `backhaul --demo` shows a simulated fleet."
        }
        (_, true) => "nothing is known yet: no upstream has answered so far",
        (_, false) if facts.fleet.feeds.iter().any(|feed| feed.last_ok_at.is_none()) => {
            "nothing of this kind is known, and not every feed was read yet: Health says which, and why"
        }
        (_, false) => "nothing of this kind is known: no upstream has told of any",
    }
}

fn draw_row<T: Listed>(
    row: &T,
    columns: &[(usize, u16)],
    (mut x, y): (u16, u16),
    selected: bool,
    buf: &mut Buffer,
    facts: &Facts,
    theme: Theme,
) {
    if selected {
        let across = columns.iter().map(|(_, room)| room + 1).sum::<u16>().saturating_sub(1);
        buf.set_style(Rect::new(x, y, across, 1).intersection(buf.area), theme.style(Role::Selected));
    }
    for (index, room) in columns {
        let Some(column) = T::COLUMNS.get(*index) else { continue };
        let cell = (column.cell)(row, facts);
        let text = cell.wide.filter(|wide| width(wide) <= *room).unwrap_or(cell.text);
        // One style along the selected row: the fewest bytes for the key pressed most.
        let role = if selected { Role::Selected } else { cell.role };
        put(buf, (x, y), *room, &text, theme.style(role), facts.glyphs);
        x += room + 1;
    }
}
