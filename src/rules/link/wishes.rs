//! What people's `[[link]]`s come to: which records they make one, which they keep apart, which
//! entries wait for a record, and where one contradicts another.

use std::collections::BTreeSet;

use super::{names, unit_number};
use crate::model::{Conflict, Record, RecordName, UnitKind, Wish};

/// Nobody told of it yet, or it was deactivated.
const NOBODYS: &str = "no active record of that account has this id or name";
/// The name alone does not say which.
const SEVERAL: &str = "several active records of that account have this name; give the id of one";

/// What the wishes of one kind come to.
pub(super) struct Wishes {
    /// Sets of records that are one. No two share a record.
    pub(super) together: Vec<BTreeSet<usize>>,
    /// Pairs that are never one, the smaller index first.
    pub(super) apart: BTreeSet<(usize, usize)>,
    pub(super) conflicts: Vec<Conflict>,
    /// The wish's index, its entry, and why it waits.
    pub(super) waiting: Vec<(usize, RecordName, &'static str)>,
}

/// Reads the wishes. Of a wish with an entry that waits the other entries hold already.
pub(super) fn read(kind: UnitKind, records: &[Record], wishes: &[Wish]) -> Wishes {
    let mut read =
        Wishes { together: Vec::new(), apart: BTreeSet::new(), conflicts: Vec::new(), waiting: Vec::new() };
    for (number, wish) in wishes.iter().enumerate().filter(|(_, wish)| wish.kind == kind) {
        let mut named = BTreeSet::new();
        for entry in &wish.units {
            match find(records, entry) {
                Ok(index) => drop(named.insert(index)),
                Err(why) => read.waiting.push((number, entry.clone(), why)),
            }
        }
        if wish.same {
            merge(&mut read.together, named);
        } else {
            let pairs = named.iter().flat_map(|&a| named.range(a + 1..).map(move |&b| (a, b)));
            read.apart.extend(pairs);
        }
    }
    let apart = &read.apart;
    let contradicted = |together: &BTreeSet<usize>| -> Option<(usize, usize)> {
        apart.iter().copied().find(|(a, b)| together.contains(a) && together.contains(b))
    };
    // Nobody knows which of the two is the mistake: what is kept apart stays so, nothing is joined.
    let conflicts = read.together.iter().filter(|set| contradicted(set).is_some()).map(|set| Conflict {
        kind,
        records: names(records, set),
        reason: "one [[link]] says that they are one, another that some of them never are".to_owned(),
    });
    read.conflicts = conflicts.collect();
    read.together.retain(|set| set.len() > 1 && contradicted(set).is_none());
    read
}

/// The record an entry names: by the account's id, else by a number or name that only one has.
fn find(records: &[Record], entry: &RecordName) -> Result<usize, &'static str> {
    let of_account = || records.iter().enumerate().filter(|(_, record)| record.account == entry.account);
    if let Some((index, _)) = of_account().find(|(_, record)| record.external_id == entry.id) {
        return Ok(index);
    }
    let name = unit_number(&entry.id);
    let mut alike = of_account().filter(|(_, record)| !name.is_empty() && unit_number(&record.name) == name);
    match (alike.next(), alike.next()) {
        (Some((index, _)), None) => Ok(index),
        (None, _) => Err(NOBODYS),
        (Some(_), Some(_)) => Err(SEVERAL),
    }
}

/// Adds a set, with every set that it shares a record with.
fn merge(sets: &mut Vec<BTreeSet<usize>>, mut set: BTreeSet<usize>) {
    sets.retain(|other| {
        let apart = other.is_disjoint(&set);
        if !apart {
            set.extend(other);
        }
        apart
    });
    sets.push(set);
}
