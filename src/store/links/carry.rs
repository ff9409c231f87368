//! What a record told goes where the record goes: the live position, the readings and the hours of
//! units that became one, or two again. What two records told together, and nobody can tell apart any
//! more, is shown by neither of them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::records::{Links, RecordKey};
use super::{Move, table};
use crate::model::UnitKind;
use crate::store::apply::Work;
use crate::store::rows::TMS_ACCOUNT;
use crate::store::{pairings, testimony};

mod position;
mod readings;

/// Who stood for which unit before, and who does now, of the units that gave or got a record.
pub(in crate::store) struct Change<'a> {
    kind: UnitKind,
    before: &'a Links,
    /// The records of each affected unit before.
    had: BTreeMap<String, Vec<RecordKey>>,
    /// The records of each affected unit now; none where it was folded.
    has: BTreeMap<String, Vec<RecordKey>>,
}

/// Brings the affected units' rows in line with the records they have now.
pub(super) fn carry(
    work: &mut Work<'_>,
    kind: UnitKind,
    before: &Links,
    moves: &[Move],
) -> rusqlite::Result<()> {
    let change = Change::of(kind, before, moves);
    match kind {
        UnitKind::Tractor => {
            position::carry(work, &change)?;
            readings::carry(work, &change)?;
        }
        UnitKind::Trailer => position::carry(work, &change)?,
        UnitKind::Driver => {
            testimony::carry(work, &change)?;
            forget_last_drivers(work, &change)?;
        }
    }
    for unit in change.has.keys() {
        work.sql
            .prepare_cached(&format!("UPDATE {} SET rev = ?2 WHERE id = ?1", table(kind)))?
            .execute(params![unit, work.rev])?;
    }
    work.touched.unit(kind);
    work.touched.moved = true;
    // Those that are over too: they are worked out at no other time.
    pairings::movements(work, 0)
}

/// Who had a trailer last is known by his unit alone: of one that came apart nobody knows which half
/// it was. What is claimed now is settled after this.
fn forget_last_drivers(work: &mut Work<'_>, change: &Change<'_>) -> rusqlite::Result<()> {
    for unit in change.had.keys().filter(|unit| change.came_apart(unit)) {
        work.sql
            .prepare_cached(
                "UPDATE trailers SET driver_id = NULL, updated_at = ?2, rev = ?3 WHERE driver_id = ?1",
            )?
            .execute(params![unit, work.now.millis(), work.rev])?;
        work.touched.trailers = true;
    }
    Ok(())
}

impl<'a> Change<'a> {
    fn of(kind: UnitKind, before: &'a Links, moves: &[Move]) -> Self {
        let affected: BTreeSet<&str> =
            moves.iter().flat_map(|moved| [moved.from.as_str(), moved.to.as_str()]).collect();
        let none = || affected.iter().map(|unit| ((*unit).to_owned(), Vec::new())).collect();
        let (mut had, mut has): (BTreeMap<String, Vec<RecordKey>>, BTreeMap<_, Vec<RecordKey>>) =
            (none(), none());
        let went: BTreeMap<&RecordKey, &str> =
            moves.iter().map(|moved| (&moved.record, moved.to.as_str())).collect();
        for (record, link) in before {
            if let Some(records) = had.get_mut(&link.unit_id) {
                records.push(record.clone());
            }
            let now = went.get(record).copied().unwrap_or(&link.unit_id);
            if let Some(records) = has.get_mut(now) {
                records.push(record.clone());
            }
        }
        Self { kind, before, had, has }
    }

    /// The affected units that still are, each with its records.
    pub(in crate::store) fn units(&self) -> impl Iterator<Item = (&str, &[RecordKey])> {
        let has = self.has.iter().filter(|(_, records)| !records.is_empty());
        has.map(|(unit, records)| (unit.as_str(), records.as_slice()))
    }

    /// The affected units as they were, each with the records it had.
    pub(in crate::store) fn units_before(&self) -> impl Iterator<Item = (&str, &[RecordKey])> {
        self.had.iter().map(|(unit, records)| (unit.as_str(), records.as_slice()))
    }

    /// The unit a record stood for before.
    pub(super) fn unit_before(&self, record: &RecordKey) -> Option<&str> {
        self.before.get(record).map(|link| link.unit_id.as_str())
    }

    /// Whether everything that told of `unit` before tells of `of` now.
    fn all_went(&self, unit: &str, of: &str, tells: impl Fn(&RecordKey) -> bool) -> bool {
        let (had, has) = (self.had.get(unit), self.has.get(of));
        let (Some(had), Some(has)) = (had, has) else { return false };
        let mut tellers = had.iter().filter(|record| tells(record)).peekable();
        tellers.peek().is_some() && tellers.all(|record| has.contains(record))
    }

    /// Whether what `account` told of `unit` before is now what it tells of `of`.
    pub(super) fn went(&self, unit: &str, account: &str, of: &str) -> bool {
        self.all_went(unit, of, |record| record.0 == account)
    }

    /// Whether what any ELD told of `unit` before is now told of `of`.
    pub(super) fn eld_went(&self, unit: &str, of: &str) -> bool {
        self.all_went(unit, of, |record| record.0 != TMS_ACCOUNT)
    }

    /// When the first of the account's other records came to a record's unit; `None` where it had none.
    pub(super) fn shared_since(&self, record: &RecordKey) -> Option<i64> {
        let unit = self.unit_before(record)?;
        let others = self.had.get(unit)?.iter().filter(|other| *other != record && other.0 == record.0);
        others.filter_map(|other| self.before.get(other).map(|link| link.linked_at)).min()
    }

    fn came_apart(&self, unit: &str) -> bool {
        let stayed = self.has.get(unit).is_some_and(|records| !records.is_empty());
        let left = self.had.get(unit).into_iter().flatten();
        let has = self.has.get(unit);
        stayed && left.into_iter().any(|record| has.is_none_or(|has| !has.contains(record)))
    }
}
