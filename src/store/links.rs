//! One real thing, one row: keeps `unit_links` and the rows of units as linking says they are.

mod carry;
mod describe;
pub(super) mod doubles;
mod fold;
mod records;

use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension, params};

pub(super) use self::carry::Change;
pub(super) use self::describe::describe;
use self::records::Links;
pub(super) use self::records::{RecordKey, wishes};
use super::apply::{Work, mark, next_revision};
use super::migrate::begin;
use super::{StoreError, Writer, fixes, pairings, stays};
use crate::model::{LinkRule, Record, Timestamp, UnitId, UnitKind, Wish};

/// The table that holds units of a kind.
pub(super) const fn table(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Tractor => "tractors",
        UnitKind::Trailer => "trailers",
        UnitKind::Driver => "drivers",
    }
}

/// Our id of what this account calls `external_id`, if we know it and it is not deactivated there.
pub(super) fn unit(work: &Work<'_>, kind: UnitKind, external_id: &str) -> rusqlite::Result<Option<String>> {
    work.sql
        .prepare_cached(
            "SELECT unit_id FROM unit_links l WHERE kind = ?1 AND account = ?2 AND external_id = ?3
                 AND (SELECT coalesce(max(active), 1) FROM profiles p
                      WHERE p.kind = ?1 AND p.account = ?2 AND p.external_id = ?3) = 1",
        )?
        .query_row(params![kind.word(), work.account, external_id], |row| row.get(0))
        .optional()
}

/// As [`unit`]; a unit that no roster has named yet gets a row, so that its first fix is not lost.
/// `None` for one that the roster calls deactivated.
pub(super) fn unit_or_stub(
    work: &mut Work<'_>,
    kind: UnitKind,
    external_id: &str,
) -> rusqlite::Result<Option<String>> {
    if let Some(id) = unit(work, kind, external_id)? {
        return Ok(Some(id));
    }
    let listed: bool = work
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM profiles WHERE kind = ?1 AND account = ?2 AND external_id = ?3)",
        )?
        .query_row(params![kind.word(), work.account, external_id], |row| row.get(0))?;
    if listed {
        return Ok(None);
    }
    let id = UnitId::first_told(work.account, external_id);
    create(work, kind, &id.0, external_id)?;
    link_record(work, kind, &id.0, work.account, external_id, LinkRule::First)?;
    // A load, or a partner, may have been told of it before.
    work.touched.loads = true;
    Ok(Some(id.0.into()))
}

/// Links the records of a kind again, those that changed in revision `since` or later among them, and
/// brings the rows of units in line.
pub(super) fn relink(work: &mut Work<'_>, kind: UnitKind, since: i64) -> rusqlite::Result<()> {
    relink_kind(work, kind)?;
    describe(work, kind, since)?;
    work.touched.loads = true;
    Ok(())
}

/// Takes on the people's wishes. Where they are others than those applied last, every kind is linked
/// again; what a wish joined or kept apart that is there no more is as if it had never been.
pub(super) fn take_on(writer: &mut Writer, wishes: &[Wish], now: Timestamp) -> Result<(), StoreError> {
    let sql = begin(&mut writer.connection)?;
    let rev = next_revision(&sql)?;
    let mut work = Work::of_nobody(&sql, writer.judge, rev, now);
    if records::wishes(work.sql)? == wishes {
        return Ok(());
    }
    records::write_wishes(&work, wishes)?;
    for kind in UnitKind::ALL {
        relink(&mut work, kind, rev)?;
    }
    writer.memory.begin_anew(rev);
    let open = writer.ties.and(work.touched, rev);
    pairings::resolve(&mut work, &mut writer.memory, open.loads_since)?;
    fixes::drivers_follow(&mut work)?;
    writer.memory.stays.forget();
    stays::settle(&mut work, &mut writer.memory.stays)?;
    mark(&sql, rev, work.touched)?;
    sql.commit()?;
    Ok(())
}

fn relink_kind(work: &mut Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
    let records = records::records(work, kind)?;
    let linked = (work.judge.link)(kind, &records, &records::wishes(work.sql)?);
    let links = records::links(work, kind)?;
    let created = records::created(work, kind)?;
    let key =
        |index: usize| records.get(index).map(|record| (record.account.clone(), record.external_id.clone()));
    let owners = owners(&linked.groups, &records, &links);
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut moves = Vec::new();
    for (number, group) in linked.groups.iter().enumerate() {
        let members: Vec<_> = group.iter().filter_map(|(index, rule)| Some((key(*index)?, *rule))).collect();
        let Some(((account, external_id), _)) = members.first() else { continue };
        let mine = members
            .iter()
            .filter_map(|(key, _)| links.get(key).map(|link| &link.unit_id))
            .filter(|id| owners.get(id.as_str()) == Some(&number));
        // The unit that has been here longest keeps its id; the others are folded into it.
        let id = mine
            .min_by_key(|id| (created.get(*id).copied().unwrap_or(i64::MAX), (*id).clone()))
            .cloned()
            .unwrap_or_else(|| UnitId::first_told(account, external_id).0.into());
        if !created.contains_key(&id) && made.insert(id.clone()) {
            create(work, kind, &id, external_id)?;
        }
        for (record, rule) in &members {
            let before = links.get(record);
            if before.is_some_and(|before| before.unit_id == id && before.rule == Some(*rule)) {
                continue;
            }
            link_record(work, kind, &id, &record.0, &record.1, *rule)?;
            if let Some(before) = before.filter(|before| before.unit_id != id) {
                moves.push(Move { record: record.clone(), from: before.unit_id.clone(), to: id.clone() });
            }
        }
    }
    if !moves.is_empty() {
        carry::carry(work, kind, &links, &moves)?;
        fold::send_back_actions(work, kind)?;
        fold::drop_folded(work, kind)?;
    }
    records::write_waiting(work, kind, &linked.waiting)?;
    records::write_conflicts(work, kind, &linked.conflicts)
}

/// A record went from one unit to another.
#[derive(Debug)]
struct Move {
    record: RecordKey,
    from: String,
    to: String,
}

/// Which group may keep each unit id: the one that holds the record the id is named after, else the
/// first with a record linked to it.
fn owners<'a>(
    groups: &[Vec<(usize, LinkRule)>],
    records: &[Record],
    links: &'a Links,
) -> HashMap<&'a str, usize> {
    let mut owners = HashMap::with_capacity(links.len());
    let members = || {
        let numbered = groups.iter().enumerate();
        let members =
            numbered.flat_map(|(number, group)| group.iter().map(move |(index, _)| (number, *index)));
        members.filter_map(|(number, index)| {
            let record = records.get(index)?;
            let link = links.get(&(record.account.clone(), record.external_id.clone()))?;
            Some((number, record, link.unit_id.as_str()))
        })
    };
    for (number, _, unit_id) in members() {
        owners.entry(unit_id).or_insert(number);
    }
    for (number, record, unit_id) in members() {
        if unit_id == UnitId::first_told(&record.account, &record.external_id).0 {
            owners.insert(unit_id, number);
        }
    }
    owners
}

fn create(work: &mut Work<'_>, kind: UnitKind, id: &str, name: &str) -> rusqlite::Result<()> {
    let name_column = if kind == UnitKind::Driver { "name" } else { "unit_number" };
    work.sql
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO {} (id, rev, {name_column}, created_at, updated_at, synced_at) VALUES (?1, ?2, ?3, ?4, ?4, ?4)",
            table(kind)
        ))?
        .execute(params![id, work.rev, name, work.now.millis()])?;
    work.touched.unit(kind);
    Ok(())
}

fn link_record(
    work: &Work<'_>,
    kind: UnitKind,
    unit_id: &str,
    account: &str,
    external_id: &str,
    rule: LinkRule,
) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(
            "INSERT INTO unit_links VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET unit_id = ?2, rule = ?5, linked_at = ?6 WHERE (unit_id, rule) IS NOT (?2, ?5)",
        )?
        .execute(params![kind.word(), unit_id, account, external_id, rule.word(), work.now.millis()])?;
    Ok(())
}
