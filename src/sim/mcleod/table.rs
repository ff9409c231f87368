//! What a McLeod table is: columns by kind, rows by key, and how one becomes JSON.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::super::world::World;
use super::dates;
use super::search::Criteria;

/// What a search looks at: the world at an instant.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The world.
    pub world: &'a World,
    /// Unix seconds.
    pub now: i64,
}

/// One value of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Left out of the row.
    Null,
    /// Text or a code.
    Text(String),
    /// A number with decimals.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
    /// A date with a time of day, in Unix seconds.
    Instant(i64),
    /// A date, in Unix seconds.
    Day(i64),
}

impl Cell {
    /// Text, as a cell.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The cell of what may be absent.
    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, cell)
    }

    fn json(&self) -> Option<Value> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Whole(number) => json!(number),
            Self::Flag(flag) => json!(flag),
            Self::Instant(at) => json!(dates::wire(*at)),
            Self::Day(at) => json!(dates::wire_day(*at)),
        })
    }

    /// How two cells sort: nulls first.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (Self::Flag(one), Self::Flag(two)) => one.cmp(two),
            _ => self.magnitude().total_cmp(&other.magnitude()),
        }
    }

    /// A number or date as a number.
    pub fn magnitude(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Whole(whole) | Self::Instant(whole) | Self::Day(whole) => *whole as f64,
            Self::Null | Self::Text(_) | Self::Flag(_) => 0.0,
        }
    }
}

/// The columns of a table, by kind.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// Text and codes.
    pub text: &'static [&'static str],
    /// Numbers.
    pub number: &'static [&'static str],
    /// Yes or no.
    pub flag: &'static [&'static str],
    /// Dates with a time.
    pub instant: &'static [&'static str],
    /// Dates.
    pub day: &'static [&'static str],
}

/// What a column holds, as far as a search must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Flag,
    Date,
}

impl Columns {
    /// What a column holds; `None` when there is no such column.
    pub fn kind(&self, column: &str) -> Option<Kind> {
        let lists = [
            (self.text, Kind::Text),
            (self.number, Kind::Number),
            (self.flag, Kind::Flag),
            (self.instant, Kind::Date),
            (self.day, Kind::Date),
        ];
        lists.iter().find(|(list, _)| list.contains(&column)).map(|(_, kind)| *kind)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.text, self.number, self.flag, self.instant, self.day].into_iter().flatten().copied()
    }
}

/// A table that can be searched.
pub trait Table {
    /// Names one row.
    type Key: Copy;
    /// The `__type` of its rows, and the prefix of its own columns.
    const NAME: &'static str;
    /// Its columns.
    const COLUMNS: Columns;
    /// The columns of tables joined to it, by prefix.
    const JOINS: &'static [(&'static str, Columns)] = &[];

    /// The rows that may match; a table with many looks for a short cut in the criteria.
    fn keys(view: View<'_>, criteria: &Criteria) -> Vec<Self::Key>;
    /// A column's value.
    fn cell(view: View<'_>, key: Self::Key, column: &str) -> Cell;
    /// A joined table's column's value.
    fn joined(_view: View<'_>, _key: Self::Key, _prefix: &str, _column: &str) -> Cell {
        Cell::Null
    }
    /// When the row was added.
    fn added(view: View<'_>, key: Self::Key) -> i64;
    /// When the row was last changed.
    fn changed(view: View<'_>, key: Self::Key) -> i64;
    /// What a search shows besides the columns.
    fn extend(_view: View<'_>, _key: Self::Key, _row: &mut Map<String, Value>) {}
}

/// One row as JSON: null columns are left out.
pub fn row<T: Table>(view: View<'_>, key: T::Key) -> Map<String, Value> {
    let mut row = Map::from_iter([("__type".to_owned(), json!(T::NAME))]);
    let cells =
        T::COLUMNS.names().filter_map(|name| Some((name.to_owned(), T::cell(view, key, name).json()?)));
    row.extend(cells);
    row
}

/// The same as a child of another row, under that name.
pub fn child<T: Table>(view: View<'_>, key: T::Key, name: &str) -> Value {
    let mut row = row::<T>(view, key);
    row.insert("__name".to_owned(), json!(name));
    Value::Object(row)
}
