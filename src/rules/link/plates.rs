//! Which records have a plate in common. Two states give out one number to two trucks, and not everybody says of which
//! state a plate is.

use std::collections::{BTreeMap, BTreeSet};

use super::folded;
use super::groups::Groups;
use crate::model::{Record, is_placeholder, plate_parts};

/// A plate and its state, where both are told.
pub(super) fn with_state(record: &Record) -> Option<String> {
    let (number, state) = read(record)?;
    state.map(|state| format!("{number} ({state})"))
}

/// Who holds each number that is known of several states; none where somebody's state is not known, who is judged by
/// [`holders`].
pub(super) fn of_many_states(records: &[Record], groups: &Groups<'_>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut holders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        if let Some((number, _)) = read(record) {
            holders.entry(number).or_default().insert(index);
        }
    }
    let is_known = |number: &str, who: &BTreeSet<usize>| {
        who.iter().all(|&index| !states_in(groups.with(index), |plate| plate == number).is_empty())
    };
    holders.retain(|number, who| is_known(number, who));
    holders
}

/// Who holds each plate. One whose state nobody knows may be of any that is known for its number.
pub(super) fn holders(records: &[Record], groups: &Groups<'_>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut states: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (number, state) in records.iter().filter_map(read) {
        states.entry(number).or_default().extend(state);
    }
    let mut holders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let Some((number, _)) = read(record) else { continue };
        let own = states_in(groups.with(index), |plate| plate == number);
        let may_be = if own.is_empty() { states.get(&number) } else { Some(&own) };
        for state in may_be.into_iter().flatten() {
            holders.entry(format!("{number} ({state})")).or_default().insert(index);
        }
        if may_be.is_none_or(BTreeSet::is_empty) {
            holders.entry(number).or_default().insert(index);
        }
    }
    holders
}

/// The states that these give for such a plate.
pub(super) fn states_in<'a>(
    records: impl Iterator<Item = &'a Record>,
    is_it: impl Fn(&str) -> bool,
) -> BTreeSet<&'a str> {
    records.filter_map(read).filter(|(number, _)| is_it(number)).filter_map(|(_, state)| state).collect()
}

/// The number by which a plate is compared, and its state.
fn read(record: &Record) -> Option<(String, Option<&str>)> {
    let (number, state) = plate_parts(record.plate.as_deref()?);
    let number = folded(number);
    (number.len() >= 3 && !is_placeholder(&number)).then_some((number, state))
}
