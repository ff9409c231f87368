//! The columns of a table: what each says of a row, sorts it by and takes of the screen; and which of them
//! there is room for.

use std::cmp::Ordering;

use crate::tui::facts::Facts;
use crate::tui::theme::Role;

/// Columns of this rank and above give way to the long forms of the others.
pub const LUXURY: u8 = 20;

/// One column.
pub struct Column<T> {
    /// Its heading.
    pub title: &'static str,
    /// How many columns of the screen it takes.
    pub width: Width,
    /// The highest goes first where there is no room for all. From [`LUXURY`] on it is shown only once all
    /// others are as wide as they like.
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
    /// At least.
    pub const fn least(self) -> u16 {
        match self {
            Self::Fixed(least) | Self::Text(least, _) | Self::Either(least, _) => least,
        }
    }

    /// What it takes of the columns to spare.
    pub fn gain(self, spare: u16) -> u16 {
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
    /// What is written.
    pub text: String,
    /// The same with more to it, where there is room.
    pub wide: Option<String>,
    /// What it means.
    pub role: Role,
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

    /// How it compares with another, either way round.
    pub fn compare(&self, other: &Self, reversed: bool) -> Ordering {
        match (self == &Self::Unknown, other == &Self::Unknown) {
            (false, false) if reversed => other.cmp(self),
            _ => self.cmp(other),
        }
    }
}

/// The columns of `offered` that there is room for, in their order, each with its width. Those in `first` go
/// before all others: they answer what was asked.
pub fn choose<T>(columns: &[Column<T>], offered: &[usize], first: &[usize], room: u16) -> Vec<(usize, u16)> {
    let rank = |index: &usize| {
        let rank = columns.get(*index).map_or(u8::MAX, |column| column.rank);
        if first.contains(index) { 0 } else { rank }
    };
    let mut by_rank: Vec<(usize, &Column<T>)> =
        offered.iter().filter_map(|index| Some((*index, columns.get(*index)?))).collect();
    by_rank.sort_by_key(|(index, _)| rank(index));
    let (mut taken, mut chosen) = (0, Vec::new());
    for (luxury, of) in [(false, 0..LUXURY), (true, LUXURY..u8::MAX)] {
        for (index, column) in by_rank.iter().filter(|(index, _)| of.contains(&rank(index))) {
            let needs = column.width.least() + u16::from(!chosen.is_empty());
            // One too wide ends it: a lesser one in its place would come and go with the width.
            if taken + needs > room && !chosen.is_empty() {
                break;
            }
            taken += needs;
            chosen.push((*index, column.width.least()));
        }
        if !luxury {
            taken += widen(columns, &mut chosen, room.saturating_sub(taken));
        }
    }
    chosen.sort_unstable();
    chosen
}

/// Hands out the room left, to those first that make most of it. Says how much of it they took.
fn widen<T>(columns: &[Column<T>], chosen: &mut [(usize, u16)], spare: u16) -> u16 {
    let mut left = spare;
    let mut by_use: Vec<(&Column<T>, &mut u16)> =
        chosen.iter_mut().filter_map(|(index, width)| Some((columns.get(*index)?, width))).collect();
    by_use.sort_by_key(|(column, _)| column.grows);
    for (column, width) in by_use {
        let gain = column.width.gain(left);
        *width += gain;
        left -= gain;
    }
    spare - left
}
