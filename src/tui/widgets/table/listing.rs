//! What can be asked of any table, whatever its rows are: its columns, groups and filter, and its rows as text.

use super::{Listed, Table};
use crate::tui::facts::Facts;
use crate::tui::widgets::text::width;

/// A table, whatever it lists.
pub trait Listing {
    /// Groups by the next thing there is to group by, at last by nothing. Says by what.
    fn group(&mut self) -> Option<&'static str>;
    /// Whether there is anything to group by.
    fn has_groups(&self) -> bool;
    /// What its filter can ask of a row, by all names that go for it.
    fn fields(&self) -> Vec<&'static str>;
    /// What is wrong with the filter.
    fn complaints(&self) -> &[String];
    /// What the filter hid and why, and how old the places are that it names.
    fn told(&self) -> String;
    /// Every column that can be picked.
    fn choices(&self) -> Vec<Choice>;
    /// Shows a column, or hides it.
    fn toggle(&mut self, column: usize);
    /// Leaves the choice of columns to the width again.
    fn unpick(&mut self);
    /// Sorts by a column; by the one it is sorted by, the other way round.
    fn sort_by(&mut self, column: usize);
    /// How it is arranged.
    fn arrangement(&self) -> Arrangement;
    /// Arranges it so; what it does not have is left out.
    fn arrange_as(&mut self, arrangement: &Arrangement);
    /// The rows shown, with every column there is.
    fn rows(&self, facts: &Facts) -> Rows;
}

/// A column to be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its index, for the other questions.
    pub index: usize,
    /// Its heading.
    pub title: &'static str,
    /// Whether it is wanted, by a person or by its rank.
    pub wanted: bool,
    /// Whether there was room for it.
    pub in_sight: bool,
    /// Whether the rows are sorted by it, and which way round.
    pub sorted: Option<bool>,
}

/// How a table is arranged, by the names of its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The heading it is sorted by.
    pub sort: Option<String>,
    /// Whether that is turned round.
    pub reversed: bool,
    /// The headings picked; none where the width chooses.
    pub columns: Option<Vec<String>>,
    /// What it is grouped by.
    pub group: Option<String>,
}

/// Rows as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The panel they are of.
    pub title: &'static str,
    /// The headings.
    pub columns: Vec<&'static str>,
    /// What each says, as long as it can be said.
    pub cells: Vec<Vec<String>>,
    /// How many rows the filter hid, and why; empty where there is none.
    pub hidden: String,
}

impl<T: Listed> Listing for Table<T> {
    fn group(&mut self) -> Option<&'static str> {
        let next = self.grouped_by.map_or(0, |by| by + 1);
        self.grouped_by = Some(next).filter(|next| *next < T::GROUPS.len());
        self.arranged = false;
        self.grouped_by.and_then(|by| T::GROUPS.get(by)).map(|group| group.name)
    }

    fn has_groups(&self) -> bool {
        !T::GROUPS.is_empty()
    }

    fn complaints(&self) -> &[String] {
        &self.complaints
    }

    fn told(&self) -> String {
        let hidden = if self.filter.trim().is_empty() { String::new() } else { self.hidden.words() };
        let parts: Vec<_> = std::iter::once(hidden).chain(self.notes.iter().cloned()).collect();
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }

    fn choices(&self) -> Vec<Choice> {
        let sight: Vec<usize> = self.columns().into_iter().map(|(index, _)| index).collect();
        let offered = (0..T::COLUMNS.len()).filter(|index| !Self::is_of_place(*index));
        offered
            .filter_map(|index| {
                let in_sight = sight.contains(&index);
                Some(Choice {
                    index,
                    title: T::COLUMNS.get(index)?.title,
                    wanted: self.picked.as_ref().map_or(in_sight, |picked| picked.contains(&index)),
                    in_sight,
                    sorted: (index == self.sort_column()).then_some(self.reversed),
                })
            })
            .collect()
    }

    fn toggle(&mut self, column: usize) {
        let sight = || self.columns().into_iter().map(|(index, _)| index).collect();
        let mut picked: Vec<usize> = self.picked.clone().unwrap_or_else(sight);
        picked.retain(|index| !Self::is_of_place(*index));
        match picked.iter().position(|index| *index == column) {
            // A table of nothing says nothing.
            Some(_) if picked.len() == 1 => {}
            Some(at) => drop(picked.remove(at)),
            None => picked.push(column),
        }
        picked.sort_unstable();
        self.picked = Some(picked);
    }

    fn unpick(&mut self) {
        self.picked = None;
    }

    fn sort_by(&mut self, column: usize) {
        self.reversed = self.sort_column() == column && !self.reversed;
        self.sorted_by = Some(column);
        self.arranged = false;
    }

    fn fields(&self) -> Vec<&'static str> {
        T::FIELDS
            .iter()
            .flat_map(|field| std::iter::once(field.name).chain(field.aliases.iter().copied()))
            .collect()
    }

    fn arrangement(&self) -> Arrangement {
        let title = |index: &usize| T::COLUMNS.get(*index).map(|column| column.title.to_owned());
        Arrangement {
            sort: self.sorted_by.as_ref().and_then(title),
            reversed: self.reversed,
            columns: self.picked.as_ref().map(|picked| picked.iter().filter_map(title).collect()),
            group: self.grouped_by.and_then(|by| T::GROUPS.get(by)).map(|group| group.name.to_owned()),
        }
    }

    fn arrange_as(&mut self, arrangement: &Arrangement) {
        let index = |title: &String| T::COLUMNS.iter().position(|column| column.title == title);
        self.sorted_by = arrangement.sort.as_ref().and_then(index);
        self.reversed = arrangement.reversed;
        let picked = arrangement.columns.as_ref().map(|titles| {
            let mut picked: Vec<usize> = titles.iter().filter_map(index).collect();
            picked.sort_unstable();
            picked.dedup();
            picked
        });
        self.picked = picked.filter(|picked| !picked.is_empty());
        let group = arrangement.group.as_ref();
        self.grouped_by = group.and_then(|name| T::GROUPS.iter().position(|group| group.name == name));
        self.arranged = false;
    }

    fn rows(&self, facts: &Facts) -> Rows {
        let facts = &self.near(facts);
        let is_offered = |index: &usize| !Self::is_of_place(*index) || self.near.is_some();
        let columns: Vec<_> =
            (0..T::COLUMNS.len()).filter(is_offered).filter_map(|index| T::COLUMNS.get(index)).collect();
        let rows = (0..self.lines.len()).filter_map(|line| self.row_at(line, facts));
        let cells = |row: &T| {
            let cell = |column: &&super::Column<T>| {
                let cell = (column.cell)(row, facts);
                let whole = cell.wide.filter(|wide| width(wide) >= width(&cell.text)).unwrap_or(cell.text);
                whole.trim().to_owned()
            };
            columns.iter().map(cell).collect()
        };
        Rows {
            title: T::TITLE,
            columns: columns.iter().map(|column| column.title).collect(),
            cells: rows.map(cells).collect(),
            hidden: self.told(),
        }
    }
}
