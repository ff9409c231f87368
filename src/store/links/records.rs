//! What linking is asked with, and where its answer on conflicts goes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, params};

use super::table;
use crate::model::{Conflict, LinkRule, Record, RecordName, UnitKind, Wish};
use crate::store::apply::Work;
use crate::store::profiles::BETWEEN_REFS;
use crate::store::rows::TMS_ACCOUNT;

/// A record: its account, and what that calls it.
pub(in crate::store) type RecordKey = (String, String);

/// Which unit each record stands for.
pub(super) type Links = BTreeMap<RecordKey, Link>;

/// The unit a record stands for.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) unit_id: String,
    pub(super) rule: Option<LinkRule>,
    pub(super) linked_at: i64,
}

/// Active records, oldest first; several resources of one account that name the same id are one.
pub(super) fn records(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<Vec<Record>> {
    // Only people are asked for what no rule goes by.
    let person = if kind == UnitKind::Driver {
        "p.phone, (SELECT d.tractor_id FROM unit_links l JOIN drivers d ON d.id = l.unit_id
                   WHERE l.kind = p.kind AND l.account = p.account AND l.external_id = p.external_id)"
    } else {
        "NULL, NULL"
    };
    let mut statement = work.sql.prepare_cached(&format!(
        "SELECT p.account, p.external_id, p.name, p.vin, p.plate, p.licence, p.refs, {person}
         FROM profiles p
         WHERE p.kind = ?1 AND p.active = 1
         ORDER BY (SELECT min(first_at) FROM profiles o
                   WHERE o.kind = p.kind AND o.account = p.account AND o.external_id = p.external_id),
                  p.account, p.external_id, p.first_at, p.resource",
    ))?;
    // Of ten thousand no more room than they need: growing, they would take two and a half times as much.
    let count: usize = work
        .sql
        .prepare_cached("SELECT count(*) FROM profiles WHERE kind = ?1 AND active = 1")?
        .query_row([kind.word()], |row| row.get::<_, i64>(0))?
        .try_into()
        .unwrap_or(0);
    let mut rows = statement.query([kind.word()])?;
    let mut records: Vec<Record> = Vec::with_capacity(count);
    while let Some(row) = rows.next()? {
        let account: String = row.get(0)?;
        let refs: String = row.get(6)?;
        let next = Record {
            is_tms: account == TMS_ACCOUNT,
            account,
            external_id: row.get(1)?,
            name: row.get(2)?,
            vin: row.get(3)?,
            plate: row.get(4)?,
            licence: row.get(5)?,
            refs: refs.split(BETWEEN_REFS).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            phone: row.get(7)?,
            tractor_id: row.get(8)?,
        };
        match records.last_mut() {
            Some(last) if last.account == next.account && last.external_id == next.external_id => {
                last.vin = last.vin.take().or(next.vin);
                last.plate = last.plate.take().or(next.plate);
                last.licence = last.licence.take().or(next.licence);
                last.refs.extend(next.refs);
                last.phone = last.phone.take().or(next.phone);
            }
            _ => records.push(next),
        }
    }
    Ok(records)
}

/// Which unit each record stands for so far.
pub(super) fn links(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<Links> {
    let mut statement = work.sql.prepare_cached(
        "SELECT account, external_id, unit_id, rule, linked_at FROM unit_links WHERE kind = ?1",
    )?;
    let rows = statement.query_map([kind.word()], |row| {
        let rule = LinkRule::from_word(row.get_ref(3)?.as_str()?);
        Ok(((row.get(0)?, row.get(1)?), Link { unit_id: row.get(2)?, rule, linked_at: row.get(4)? }))
    })?;
    rows.collect()
}

/// When each unit's row was made.
pub(super) fn created(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<HashMap<String, i64>> {
    let mut statement = work.sql.prepare_cached(&format!("SELECT id, created_at FROM {}", table(kind)))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The people's wishes that are in force.
pub(in crate::store) fn wishes(sql: &Connection) -> rusqlite::Result<Vec<Wish>> {
    let mut statement = sql.prepare_cached("SELECT kind, units, same FROM wishes ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut wishes = Vec::new();
    while let Some(row) = rows.next()? {
        let (kind, units): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(kind) = UnitKind::from_word(&kind) else { continue };
        let units = units.lines().filter_map(RecordName::parse).collect();
        wishes.push(Wish { kind, units, same: row.get(2)? });
    }
    Ok(wishes)
}

/// Writes the wishes that are in force from now on.
pub(super) fn write_wishes(work: &Work<'_>, wishes: &[Wish]) -> rusqlite::Result<()> {
    work.sql.execute("DELETE FROM wishes", [])?;
    let mut insert = work.sql.prepare_cached("INSERT INTO wishes (kind, units, same) VALUES (?1, ?2, ?3)")?;
    for wish in wishes {
        let units: Vec<_> = wish.units.iter().map(ToString::to_string).collect();
        insert.execute(params![wish.kind.word(), units.join("\n"), wish.same])?;
    }
    Ok(())
}

/// Notes which entries of wishes are nobody's.
pub(super) fn write_waiting(
    work: &mut Work<'_>,
    kind: UnitKind,
    waiting: &[(usize, RecordName, &'static str)],
) -> rusqlite::Result<()> {
    work.sql.prepare_cached("DELETE FROM wishes_waiting WHERE kind = ?1")?.execute([kind.word()])?;
    for (_, unit, reason) in waiting {
        work.sql
            .prepare_cached("INSERT OR IGNORE INTO wishes_waiting VALUES (?1, ?2, ?3)")?
            .execute(params![kind.word(), unit.to_string(), reason])?;
    }
    Ok(())
}

/// Writes what looked alike and was not joined.
pub(super) fn write_conflicts(
    work: &mut Work<'_>,
    kind: UnitKind,
    conflicts: &[Conflict],
) -> rusqlite::Result<()> {
    let wanted: BTreeSet<(String, String)> =
        conflicts.iter().map(|conflict| (conflict.records.join("\n"), conflict.reason.clone())).collect();
    let present: BTreeSet<(String, String)> = work
        .sql
        .prepare_cached("SELECT records, reason FROM conflicts WHERE kind = ?1")?
        .query_map([kind.word()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if wanted == present {
        return Ok(());
    }
    work.sql.execute("DELETE FROM conflicts WHERE kind = ?1", [kind.word()])?;
    for (records, reason) in wanted {
        work.sql
            .execute("INSERT INTO conflicts VALUES (?1, ?2, ?3)", params![kind.word(), records, reason])?;
    }
    work.touched.conflicts = true;
    Ok(())
}
