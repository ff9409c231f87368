//! The search grammar: criteria whose operators stand inside the value, order, paging, and the
//! change feed. It knows tables only by their columns.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::ask::Ask;
use super::dates;
use super::table::{Cell, Kind, Table, View, row};

/// Rows of a page at most, whatever is asked.
pub const MAX_SEARCH: usize = 100;

/// Runs a search; the error is the text of a 400.
pub fn search<T: Table>(view: View<'_>, ask: &Ask, descending: bool) -> Result<Vec<Value>, String> {
    let criteria = Criteria::of::<T>(view, ask)?;
    let mut found: Vec<T::Key> =
        T::keys(view, &criteria).into_iter().filter(|key| criteria.keep::<T>(view, *key)).collect();
    let default = [Order { prefix: String::new(), column: "id".to_owned(), descending }];
    let orders = if criteria.orders.is_empty() { &default[..] } else { &criteria.orders[..] };
    found.sort_by_cached_key(|key| {
        let cells = orders
            .iter()
            .map(|order| (value::<T>(view, *key, &order.prefix, &order.column), order.descending));
        Sorted(cells.collect())
    });
    let page = found.into_iter().skip(criteria.offset).take(criteria.length);
    let rows = page.map(|key| {
        let mut row = row::<T>(view, key);
        T::extend(view, key, &mut row);
        Value::Object(row)
    });
    Ok(rows.collect())
}

fn value<T: Table>(view: View<'_>, key: T::Key, prefix: &str, column: &str) -> Cell {
    if prefix.is_empty() { T::cell(view, key, column) } else { T::joined(view, key, prefix, column) }
}

#[derive(PartialEq)]
struct Sorted(Vec<(Cell, bool)>);

impl Eq for Sorted {}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> Ordering {
        let both = self.0.iter().zip(&other.0);
        let orders = both.map(|((one, descending), (two, _))| {
            let order = one.order(two);
            if *descending { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

/// All that a search asks for.
#[derive(Default)]
pub struct Criteria {
    tests: Vec<Criterion>,
    orders: Vec<Order>,
    length: usize,
    offset: usize,
    changed_after: Option<(i64, Change)>,
}

struct Criterion {
    prefix: String,
    column: String,
    test: Test,
}

struct Order {
    prefix: String,
    column: String,
    descending: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Any,
    Added,
    Updated,
}

impl Criteria {
    fn of<T: Table>(view: View<'_>, ask: &Ask) -> Result<Self, String> {
        let mut criteria = Self { length: MAX_SEARCH, ..Self::default() };
        for (name, value) in &ask.query {
            match name.as_str() {
                "orderBy" => criteria.orders = orders::<T>(value)?,
                "recordLength" => {
                    let length: usize = value
                        .parse()
                        .ok()
                        .filter(|length| *length > 0)
                        .ok_or_else(|| format!("recordLength {value} is not valid"))?;
                    criteria.length = length.min(MAX_SEARCH);
                }
                "recordOffset" => {
                    criteria.offset =
                        value.parse().ok().ok_or_else(|| format!("recordOffset {value} is not valid"))?;
                }
                "changedAfterDate" => {
                    let at = dates::read(value, view.now)
                        .ok_or_else(|| format!("{value} is not a valid date"))?
                        .at;
                    criteria.changed_after = Some((at, change(ask.parameter("changedAfterType"))?));
                }
                "changedAfterType" => {}
                column => {
                    let (prefix, column, kind) = field::<T>(column)?;
                    criteria.tests.push(Criterion { prefix, column, test: Test::of(kind, value, view.now)? });
                }
            }
        }
        Ok(criteria)
    }

    /// The text that a column of the main table must equal, where one is asked for.
    pub fn equal(&self, column: &str) -> Option<&str> {
        self.tests.iter().find_map(|criterion| match &criterion.test {
            Test::Equal(Operand::Text(text)) if criterion.prefix.is_empty() && criterion.column == column => {
                Some(text.as_str())
            }
            _ => None,
        })
    }

    fn keep<T: Table>(&self, view: View<'_>, key: T::Key) -> bool {
        let changed = self.changed_after.is_none_or(|(after, change)| {
            let (added, changed) = (T::added(view, key), T::changed(view, key));
            match change {
                Change::Any => changed >= after,
                Change::Added => added >= after,
                Change::Updated => changed >= after && changed > added,
            }
        });
        let holds = |criterion: &Criterion| {
            criterion.test.holds(&value::<T>(view, key, &criterion.prefix, &criterion.column))
        };
        changed && self.tests.iter().all(holds)
    }
}

fn change(word: Option<&str>) -> Result<Change, String> {
    match word {
        None => Ok(Change::Any),
        Some("Add") => Ok(Change::Added),
        Some("Update") => Ok(Change::Updated),
        Some(other) => Err(format!("changedAfterType {other} is not valid")),
    }
}

fn field<T: Table>(name: &str) -> Result<(String, String, Kind), String> {
    let unknown = || format!("{name} is not a valid field");
    let (prefix, column) = name.split_once('.').unwrap_or(("", name));
    if prefix.is_empty() || prefix == T::NAME {
        let kind = T::COLUMNS.kind(column).ok_or_else(unknown)?;
        return Ok((String::new(), column.to_owned(), kind));
    }
    let (_, columns) = T::JOINS.iter().find(|(join, _)| *join == prefix).ok_or_else(unknown)?;
    let kind = columns.kind(column).ok_or_else(unknown)?;
    Ok((prefix.to_owned(), column.to_owned(), kind))
}

fn orders<T: Table>(text: &str) -> Result<Vec<Order>, String> {
    let one = |part: &str| {
        let mut words = part.split_whitespace();
        let (prefix, column, _) = field::<T>(words.next().unwrap_or_default())?;
        let descending = match words.next().map(str::to_ascii_uppercase).as_deref() {
            None | Some("ASC") => false,
            Some("DESC") => true,
            Some(other) => return Err(format!("{other} is not a valid sort order")),
        };
        if words.next().is_some() {
            return Err(format!("{part} is not a valid orderBy"));
        }
        Ok(Order { prefix, column, descending })
    };
    text.split(',').map(one).collect()
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Text(String),
    Number(f64),
    Flag(bool),
    Date(dates::Written),
}

enum Test {
    Null,
    Wildcard(String),
    Equal(Operand),
    NotEqual(Operand),
    Less { than: Operand, or_equal: bool },
    More { than: Operand, or_equal: bool },
    Range(Operand, Operand),
}

impl Test {
    fn of(kind: Kind, value: &str, now: i64) -> Result<Self, String> {
        let operand = |text: &str| Operand::of(kind, text, now);
        if value == "=" {
            return Ok(Self::Null);
        }
        if let Some(rest) = value.strip_prefix("<>") {
            return Ok(Self::NotEqual(operand(rest)?));
        }
        if let Some(rest) = value.strip_prefix(">=") {
            return Ok(Self::More { than: operand(rest)?, or_equal: true });
        }
        if let Some(rest) = value.strip_prefix("<=") {
            return Ok(Self::Less { than: operand(rest)?, or_equal: true });
        }
        if let Some(rest) = value.strip_prefix('>') {
            return Ok(Self::More { than: operand(rest)?, or_equal: false });
        }
        if let Some(rest) = value.strip_prefix('<') {
            return Ok(Self::Less { than: operand(rest)?, or_equal: false });
        }
        if let Some(rest) = value.strip_prefix('=') {
            return Ok(Self::Equal(operand(rest)?));
        }
        if kind == Kind::Text && value.contains('*') {
            return Ok(Self::Wildcard(value.to_owned()));
        }
        match value.split_once(':') {
            Some((low, high)) if kind != Kind::Flag => Ok(Self::Range(operand(low)?, operand(high)?)),
            _ => Ok(Self::Equal(operand(value)?)),
        }
    }

    fn holds(&self, cell: &Cell) -> bool {
        if *cell == Cell::Null {
            // As in SQL: nothing but the question for null finds a null.
            return matches!(self, Self::Null);
        }
        match self {
            Self::Null => false,
            Self::Wildcard(pattern) => matches!(cell, Cell::Text(text) if matches_wildcard(pattern, text)),
            Self::Equal(operand) => operand.covers(cell),
            Self::NotEqual(operand) => !operand.covers(cell),
            Self::Less { than, or_equal } => match than.against(cell) {
                Ordering::Less => true,
                Ordering::Equal => *or_equal,
                Ordering::Greater => false,
            },
            Self::More { than, or_equal } => match than.against(cell) {
                Ordering::Greater => true,
                Ordering::Equal => *or_equal,
                Ordering::Less => false,
            },
            Self::Range(low, high) => {
                low.against(cell) != Ordering::Less
                    && (high.against(cell) != Ordering::Greater || high.covers(cell))
            }
        }
    }
}

impl Operand {
    fn of(kind: Kind, text: &str, now: i64) -> Result<Self, String> {
        match kind {
            Kind::Text => Ok(Self::Text(text.to_owned())),
            Kind::Number => text
                .trim()
                .parse()
                .ok()
                .map(Self::Number)
                .ok_or_else(|| format!("{text} is not a valid number")),
            Kind::Flag => {
                let yes = ["y", "yes", "t", "true", "1", "on"];
                Ok(Self::Flag(yes.contains(&text.trim().to_ascii_lowercase().as_str())))
            }
            Kind::Date => {
                dates::read(text, now).map(Self::Date).ok_or_else(|| format!("{text} is not a valid date"))
            }
        }
    }

    /// How a cell lies to this: `Less` is below it.
    fn against(&self, cell: &Cell) -> Ordering {
        match (self, cell) {
            (Self::Text(text), Cell::Text(cell)) => cell.as_str().cmp(text),
            (Self::Number(number), cell) => cell.magnitude().total_cmp(number),
            (Self::Flag(flag), Cell::Flag(cell)) => cell.cmp(flag),
            (Self::Date(date), Cell::Instant(cell) | Cell::Day(cell)) => cell.cmp(&date.at),
            _ => Ordering::Less,
        }
    }

    /// Whether a cell equals this; a day equals all its instants.
    fn covers(&self, cell: &Cell) -> bool {
        match (self, cell) {
            (
                Self::Date(dates::Written { at, day_end: Some(end) }),
                Cell::Instant(cell) | Cell::Day(cell),
            ) => (at..=end).contains(&cell),
            _ => self.against(cell) == Ordering::Equal,
        }
    }
}

fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        if at + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}
