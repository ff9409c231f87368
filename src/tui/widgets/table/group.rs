//! Rows under the heading of what they have in common: whose they are, how many, and the worst of them.

use super::Listed;
use crate::tui::facts::Facts;
use crate::tui::theme::Role;

/// Something that rows can have in common.
pub struct Group<T> {
    /// What it is called.
    pub name: &'static str,
    /// Which group a row is of; `None` where nobody says.
    pub of: fn(&T, &Facts) -> Option<String>,
}

/// What is not as it should be about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The higher the worse.
    pub rank: u8,
    /// "late", "dark".
    pub word: &'static str,
    /// How it looks.
    pub role: Role,
}

/// A line of a table: a row by its index in the fleet, or a heading by its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Row(usize),
    Heading(usize),
}

/// Over the rows of a group.
#[derive(Clone, Debug)]
pub struct Heading {
    /// Whose they are; `None` where nobody says.
    pub name: Option<String>,
    pub rows: usize,
    /// The worst state among them, and how many are in it.
    pub worst: Option<(State, usize)>,
}

/// Rows as lines: by group, and in a group in the order they come in.
pub fn lines<T: Listed>(rows: Vec<usize>, by: Option<usize>, facts: &Facts) -> (Vec<Line>, Vec<Heading>) {
    let Some(group) = by.and_then(|by| T::GROUPS.get(by)) else {
        return (rows.into_iter().map(Line::Row).collect(), Vec::new());
    };
    let name = |index: usize| T::at(&facts.fleet, index).and_then(|row| (group.of)(row, facts));
    let mut named: Vec<_> = rows.into_iter().map(|index| (name(index), index)).collect();
    // Whose nobody knows stand last.
    named.sort_by_cached_key(|(name, _)| (name.is_none(), name.as_ref().map(|name| name.to_lowercase())));
    let (mut lines, mut headings) = (Vec::new(), Vec::new());
    for group in named.chunk_by(|(a, _), (b, _)| a == b) {
        lines.push(Line::Heading(headings.len()));
        lines.extend(group.iter().map(|(_, index)| Line::Row(*index)));
        let states = group.iter().filter_map(|(_, index)| T::at(&facts.fleet, *index)?.state(facts));
        headings.push(Heading {
            name: group.first().and_then(|(name, _)| name.clone()),
            rows: group.len(),
            worst: worst(states),
        });
    }
    (lines, headings)
}

fn worst(states: impl Iterator<Item = State>) -> Option<(State, usize)> {
    states.fold(None, |worst, state| match worst {
        Some((worst, count)) if worst.rank == state.rank => Some((worst, count + 1)),
        Some((worst, count)) if worst.rank > state.rank => Some((worst, count)),
        Some(_) | None => Some((state, 1)),
    })
}
