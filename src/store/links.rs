//! One real thing, one row: keeps `unit_links` and the rows of units as linking says they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{OptionalExtension, params};

use super::apply::Work;
use super::profiles::BETWEEN_REFS;
use super::rows::TMS_ACCOUNT;
use crate::model::{LinkRule, Record, UnitId, UnitKind};

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
    Ok(Some(id.0))
}

/// Links again every kind whose records changed, and brings the rows of units in line.
pub(super) fn relink(work: &mut Work<'_>) -> rusqlite::Result<()> {
    for kind in UnitKind::ALL {
        if work.touched.identities.get(kind as usize).copied().unwrap_or(false) {
            relink_kind(work, kind)?;
            describe(work, kind)?;
            work.touched.ties = true;
        }
    }
    Ok(())
}

fn relink_kind(work: &mut Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
    let records = records(work, kind)?;
    let linked = (work.judge.link)(kind, &records, &[]);
    let links = links(work, kind)?;
    let created = created(work, kind)?;
    let key =
        |index: usize| records.get(index).map(|record| (record.account.clone(), record.external_id.clone()));
    let owners = owners(&linked.groups, &records, &links);
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (number, group) in linked.groups.iter().enumerate() {
        let members: Vec<_> = group.iter().filter_map(|(index, rule)| Some((key(*index)?, *rule))).collect();
        let Some(((account, external_id), _)) = members.first() else { continue };
        let mine = members
            .iter()
            .filter_map(|(key, _)| links.get(key))
            .filter(|id| owners.get(*id) == Some(&number));
        // The unit that has been here longest keeps its id; the others are folded into it.
        let id = mine
            .min_by_key(|id| (created.get(*id).copied().unwrap_or(i64::MAX), (*id).clone()))
            .cloned()
            .unwrap_or_else(|| UnitId::first_told(account, external_id).0);
        if !created.contains_key(&id) && !taken.contains(&id) {
            create(work, kind, &id, external_id)?;
        }
        taken.insert(id.clone());
        for ((account, external_id), rule) in &members {
            let before = links.get(&(account.clone(), external_id.clone()));
            if before != Some(&id) {
                move_word(work, kind, account, before.map(String::as_str), &id)?;
            }
            link_record(work, kind, &id, account, external_id, *rule)?;
        }
    }
    drop_folded(work, kind)?;
    write_conflicts(work, kind, &linked.conflicts)
}

/// Which group may keep each unit id: the one that holds the record the id is named after, else the
/// first with a record linked to it.
fn owners(
    groups: &[Vec<(usize, LinkRule)>],
    records: &[Record],
    links: &BTreeMap<(String, String), String>,
) -> HashMap<String, usize> {
    let mut owners = HashMap::new();
    let mut named = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        for (index, _) in group {
            let Some(record) = records.get(*index) else { continue };
            let own = UnitId::first_told(&record.account, &record.external_id).0;
            let Some(linked) = links.get(&(record.account.clone(), record.external_id.clone())) else {
                continue;
            };
            if *linked == own {
                named.insert(linked.clone(), number);
            }
            owners.entry(linked.clone()).or_insert(number);
        }
    }
    owners.extend(named);
    owners
}

/// Active records, oldest first; several resources of one account that name the same id are one.
fn records(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<Vec<Record>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT p.account, p.external_id, p.name, p.vin, p.plate, p.licence, p.refs
         FROM profiles p
         WHERE p.kind = ?1 AND p.active = 1
         ORDER BY (SELECT min(first_at) FROM profiles o
                   WHERE o.kind = p.kind AND o.account = p.account AND o.external_id = p.external_id),
                  p.account, p.external_id, p.first_at, p.resource",
    )?;
    let mut rows = statement.query([kind.word()])?;
    let mut records: Vec<Record> = Vec::new();
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
        };
        match records.last_mut() {
            Some(last) if last.account == next.account && last.external_id == next.external_id => {
                last.vin = last.vin.take().or(next.vin);
                last.plate = last.plate.take().or(next.plate);
                last.licence = last.licence.take().or(next.licence);
                last.refs.extend(next.refs);
            }
            _ => records.push(next),
        }
    }
    Ok(records)
}

fn links(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<BTreeMap<(String, String), String>> {
    let mut statement =
        work.sql.prepare_cached("SELECT account, external_id, unit_id FROM unit_links WHERE kind = ?1")?;
    let rows = statement.query_map([kind.word()], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    rows.collect()
}

fn created(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<HashMap<String, i64>> {
    let mut statement = work.sql.prepare_cached(&format!("SELECT id, created_at FROM {}", table(kind)))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
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

/// A record went from one unit to another: what it told last goes along. Both are described anew.
fn move_word(
    work: &mut Work<'_>,
    kind: UnitKind,
    account: &str,
    from: Option<&str>,
    to: &str,
) -> rusqlite::Result<()> {
    let Some(from) = from else { return Ok(()) };
    match kind {
        UnitKind::Tractor | UnitKind::Trailer => carry_position(work, kind, account, from, to)?,
        UnitKind::Driver => carry_clocks(work, account, from, to)?,
    }
    work.sql
        .prepare_cached(&format!("UPDATE {} SET rev = ?2 WHERE id = ?1", table(kind)))?
        .execute(params![from, work.rev])?;
    work.touched.unit(kind);
    work.touched.moved = true;
    Ok(())
}

/// How far the history is searched for where a unit was before; further back is not worth the search.
const LOOK_BACK_MS: i64 = 2 * 24 * 3_600_000;

/// Moves the live position with the record it came from: into `to` where it is the newer one, and
/// out of `from`, which then shows what its own records last told.
fn carry_position(
    work: &Work<'_>,
    kind: UnitKind,
    account: &str,
    from: &str,
    to: &str,
) -> rusqlite::Result<()> {
    let table = table(kind);
    let (now, rev) = (work.now.millis(), work.rev);
    work.sql
        .prepare_cached(&format!(
            "UPDATE {table} SET latitude = f.latitude, longitude = f.longitude, heading_deg = f.heading_deg,
                 speed_mph = f.speed_mph, place = f.place, observed_at = f.observed_at, source = f.source,
                 state = f.state, state_since_at = f.state_since_at, computed_at = ?4, updated_at = ?4, rev = ?5
             FROM {table} f
             WHERE {table}.id = ?2 AND f.id = ?1 AND f.source = ?3
               AND f.observed_at > coalesce({table}.observed_at, 0)"
        ))?
        .execute(params![from, to, account, now, rev])?;
    work.sql
        .prepare_cached(&format!(
            "UPDATE {table} SET (latitude, longitude, heading_deg, speed_mph, observed_at, source) =
                 (SELECT latitude, longitude, heading_deg, speed_mph, observed_at, source FROM positions
                  WHERE kind = ?2 AND unit_id = ?1 AND source <> ?3 AND observed_at > ?4 - {LOOK_BACK_MS}
                  ORDER BY observed_at DESC LIMIT 1),
                 place = NULL, state = 'dark', state_since_at = NULL, computed_at = ?4, updated_at = ?4, rev = ?5
             WHERE id = ?1 AND source = ?3"
        ))?
        .execute(params![from, kind.word(), account, now, rev])?;
    Ok(())
}

/// Moves a driver's clocks with the record they came from; the next poll brings the other's back.
fn carry_clocks(work: &Work<'_>, account: &str, from: &str, to: &str) -> rusqlite::Result<()> {
    let (now, rev) = (work.now.millis(), work.rev);
    work.sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = f.hos_status, hos_status_since_at = f.hos_status_since_at,
                 drive_left_s = f.drive_left_s, shift_left_s = f.shift_left_s, break_left_s = f.break_left_s,
                 cycle_left_s = f.cycle_left_s, cycle_tomorrow_s = f.cycle_tomorrow_s,
                 hos_as_of_at = f.hos_as_of_at, source = f.source, updated_at = ?4, rev = ?5
             FROM drivers f
             WHERE drivers.id = ?2 AND f.id = ?1 AND f.source = ?3
               AND f.hos_as_of_at > coalesce(drivers.hos_as_of_at, 0)",
        )?
        .execute(params![from, to, account, now, rev])?;
    work.sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = 'unknown', hos_status_since_at = NULL, drive_left_s = NULL,
                 shift_left_s = NULL, break_left_s = NULL, cycle_left_s = NULL, cycle_tomorrow_s = NULL,
                 hos_as_of_at = NULL, source = NULL, updated_at = ?3, rev = ?4
             WHERE id = ?1 AND source = ?2",
        )?
        .execute(params![from, account, now, rev])?;
    Ok(())
}

/// Takes away rows that no record is linked to any more; what refers to them refers to the unit they
/// were folded into.
fn drop_folded(work: &mut Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
    let table = table(kind);
    let folded: Vec<(String, Option<String>)> = work
        .sql
        .prepare_cached(&format!(
            "SELECT u.id, (SELECT l.unit_id FROM unit_links l WHERE l.kind = ?1 AND l.account || ':' || l.external_id = u.id)
             FROM {table} u WHERE u.id NOT IN (SELECT unit_id FROM unit_links WHERE kind = ?1)"
        ))?
        .query_map([kind.word()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (id, kept) in &folded {
        for (referring, column) in references(kind) {
            work.sql
                .prepare_cached(&format!(
                    "UPDATE {referring} SET {column} = ?2, updated_at = ?3, rev = ?4 WHERE {column} = ?1"
                ))?
                .execute(params![id, kept, work.now.millis(), work.rev])?;
        }
        if let Some(kept) = kept {
            work.sql
                .prepare_cached("UPDATE actions SET subject_id = ?3 WHERE kind = ?1 AND subject_id = ?2")?
                .execute(params![kind.word(), id, kept])?;
        }
        work.sql.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?.execute([id])?;
    }
    if !folded.is_empty() {
        for kind in UnitKind::ALL {
            work.touched.unit(kind);
        }
        work.touched.movements = true;
        work.touched.unit_gone(kind);
    }
    Ok(())
}

/// Where other rows name units of a kind.
const fn references(kind: UnitKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        UnitKind::Tractor => {
            &[("movements", "tractor_id"), ("drivers", "tractor_id"), ("trailers", "tractor_id")]
        }
        UnitKind::Trailer => &[("movements", "trailer_id"), ("tractors", "trailer_id")],
        UnitKind::Driver => &[
            ("movements", "driver_id"),
            ("movements", "driver2_id"),
            ("tractors", "driver_id"),
            ("trailers", "driver_id"),
        ],
    }
}

fn write_conflicts(
    work: &mut Work<'_>,
    kind: UnitKind,
    conflicts: &[crate::model::Conflict],
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

/// Writes what the records say into the units' rows: the TMS's word first, then the oldest ELD's.
fn describe(work: &mut Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
    let columns = described_columns(kind);
    let list = |each: &dyn Fn(&str, &str) -> String| {
        columns.iter().map(|(ours, theirs)| each(ours, theirs)).collect::<Vec<_>>().join(", ")
    };
    let table = table(kind);
    // CROSS JOIN fixes the order: from a unit's few links to their records, never the other way round.
    let records = "FROM unit_links l CROSS JOIN profiles p
         ON p.kind = l.kind AND p.account = l.account AND p.external_id = l.external_id
         WHERE l.kind = ?1 AND l.unit_id = u.id";
    let sql = format!(
        "WITH told AS MATERIALIZED (SELECT u.id AS told_id, {selected},
                 coalesce((SELECT max(p.active) {records}), 1) AS told_active
             FROM {table} u
             WHERE u.rev = ?3 OR u.id IN
                 (SELECT l.unit_id FROM profiles p CROSS JOIN unit_links l
                  ON l.kind = p.kind AND l.account = p.account AND l.external_id = p.external_id
                  WHERE p.kind = ?1 AND p.rev = ?3))
         UPDATE {table} SET {assigned}, active = told_active, updated_at = ?2, rev = ?3
         FROM told
         WHERE told_id = id AND told_{first} IS NOT NULL AND ({mine}, active) IS NOT ({theirs}, told_active)
         RETURNING active",
        selected = list(&|ours, theirs| {
            format!(
            "(SELECT p.{theirs} {records} AND p.{theirs} IS NOT NULL
              ORDER BY p.active DESC, l.account <> ?4, p.name = p.external_id, p.first_at, p.account, p.external_id, p.resource LIMIT 1)
             AS told_{ours}"
        )
        }),
        assigned = list(&|ours, _| format!("{ours} = told_{ours}")),
        first = columns.first().map_or("id", |(ours, _)| ours),
        mine = list(&|ours, _| ours.to_owned()),
        theirs = list(&|ours, _| format!("told_{ours}")),
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let described: Vec<bool> = statement
        .query_map(params![kind.word(), work.now.millis(), work.rev, TMS_ACCOUNT], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if !described.is_empty() {
        work.touched.unit(kind);
    }
    if described.contains(&false) {
        // A unit that was deactivated leaves the screen, which only a whole read shows.
        work.touched.unit_gone(kind);
    }
    Ok(())
}

/// Our columns that profiles fill, with the profile's.
const fn described_columns(kind: UnitKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        UnitKind::Tractor => &[
            ("unit_number", "name"),
            ("vin", "vin"),
            ("plate", "plate"),
            ("make", "make"),
            ("model", "model"),
            ("year", "year"),
            ("fleet", "fleet"),
            ("dispatcher", "dispatcher"),
        ],
        UnitKind::Trailer => {
            &[("unit_number", "name"), ("vin", "vin"), ("plate", "plate"), ("trailer_type", "trailer_type")]
        }
        UnitKind::Driver => &[
            ("name", "name"),
            ("phone", "phone"),
            ("timezone", "timezone"),
            ("ruleset", "ruleset"),
            ("dispatcher", "dispatcher"),
        ],
    }
}
