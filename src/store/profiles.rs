//! What each account says of a unit or driver, kept apart from what we make of it.

use rusqlite::{OptionalExtension, params};

use super::apply::Work;
use super::brought;
use crate::model::{Profile, UnitKind};

/// Separates the refs of a profile in their column; `clean` never lets one into a ref.
pub(super) const BETWEEN_REFS: char = '\n';

/// The resource of a record that no roster has told: feeds of positions or hours named it.
pub(super) const BY_NO_ROSTER: &str = "";

/// Whether a roster of this account ever named it, as active or not.
pub(super) fn is_listed(work: &Work<'_>, kind: UnitKind, external_id: &str) -> rusqlite::Result<bool> {
    work.sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM profiles
                 WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource <> ?4)",
        )?
        .query_row(params![kind.word(), work.account, external_id, BY_NO_ROSTER], |row| row.get(0))
}

/// Notes what the account says. Content that has not changed is confirmed, not rewritten.
pub(super) fn upsert(work: &mut Work<'_>, told: &Profile) -> rusqlite::Result<()> {
    let Some(told) = brought::beside_the_roster(work, told)? else { return Ok(()) };
    let told = &*told;
    let before = match before(work, told)? {
        None if takes_over(work, told)? => before(work, told)?,
        before => before,
    };
    let changed = write(work, told)?;
    work.sql
        .prepare_cached(
            "UPDATE profiles SET synced_at = ?5, seen_rev = ?6
             WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource = ?4",
        )?
        .execute(params![
            told.kind.word(),
            work.account,
            told.external_id,
            work.resource,
            work.now.millis(),
            work.rev,
        ])?;
    if changed {
        if before.as_ref().is_some_and(|before| before.identity == Identity::of(told)) {
            work.touched.description(told.kind);
        } else {
            work.touched.identity(told.kind);
        }
        let group = before.and_then(|before| before.equipment_group);
        if group != told.equipment_group {
            group_changed(work, [group.as_deref(), told.equipment_group.as_deref()])?;
        }
    }
    confirm_unit(work, told.kind, &told.external_id)
}

/// Writes a profile where it says something else than it did. True when it does.
fn write(work: &Work<'_>, told: &Profile) -> rusqlite::Result<bool> {
    let refs = joined(&told.refs);
    let changed = work
        .sql
        .prepare_cached(
            "INSERT INTO profiles (kind, account, external_id, resource, name, active, vin, plate, licence, refs, make,
                 model, year, phone, timezone, ruleset, dispatcher, fleet, trailer_type, equipment_group, first_at, synced_at, rev, seen_rev)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?21, ?22, ?22)
             ON CONFLICT DO UPDATE SET name = ?5, active = ?6, vin = ?7, plate = ?8, licence = ?9, refs = ?10, make = ?11,
                 model = ?12, year = ?13, phone = ?14, timezone = ?15, ruleset = ?16, dispatcher = ?17, fleet = ?18,
                 trailer_type = ?19, equipment_group = ?20, rev = ?22
             WHERE (name, active, vin, plate, licence, refs, make, model, year, phone, timezone, ruleset, dispatcher,
                    fleet, trailer_type, equipment_group)
                 IS NOT (?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        )?
        .execute(params![
            told.kind.word(),
            work.account,
            told.external_id,
            work.resource,
            told.name,
            told.active,
            told.vin,
            told.plate,
            told.licence,
            refs,
            told.make,
            told.model,
            told.year,
            told.phone,
            told.timezone,
            told.ruleset,
            told.dispatcher,
            told.fleet,
            told.trailer_type,
            told.equipment_group,
            work.now.millis(),
            work.rev,
        ])?;
    Ok(changed > 0)
}

/// What is said of a list of nothing that named something before.
pub(super) const EMPTY: &str = "the list is empty, and was not before: what it named is kept";

/// Records that a complete read of this resource did not name are no longer active there. A list
/// of nothing is taken for a fault of the service, never for the end of the fleet.
pub(super) fn retire_unconfirmed(work: &mut Work<'_>) -> rusqlite::Result<()> {
    if !confirm_rejected(work)? {
        return Ok(());
    }
    for kind in UnitKind::ALL {
        let of_this = "kind = ?1 AND account = ?2 AND resource = ?3";
        let named: bool = work
            .sql
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM profiles WHERE {of_this} AND seen_rev >= ?4)"
            ))?
            .query_row(params![kind.word(), work.account, work.resource, work.read_rev], |row| row.get(0))?;
        let listed: bool = work
            .sql
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM profiles WHERE {of_this} AND active = 1)"
            ))?
            .query_row(params![kind.word(), work.account, work.resource], |row| row.get(0))?;
        if !named {
            if listed {
                work.reject("", EMPTY);
            }
            continue;
        }
        let retired = work
            .sql
            .prepare_cached(&format!(
                "UPDATE profiles SET active = 0, rev = ?5 WHERE {of_this} AND active = 1 AND seen_rev < ?4"
            ))?
            .execute(params![kind.word(), work.account, work.resource, work.read_rev, work.rev])?;
        if retired > 0 {
            work.touched.identity(kind);
        }
    }
    Ok(())
}

/// What a record said before.
struct Before {
    identity: Identity,
    equipment_group: Option<String>,
}

/// All of a record that linking goes by.
#[derive(PartialEq)]
struct Identity {
    name: String,
    active: bool,
    vin: Option<String>,
    plate: Option<String>,
    licence: Option<String>,
    refs: String,
}

impl Identity {
    fn of(told: &Profile) -> Self {
        Self {
            name: told.name.clone(),
            active: told.active,
            vin: told.vin.clone(),
            plate: told.plate.clone(),
            licence: told.licence.clone(),
            refs: joined(&told.refs),
        }
    }
}

fn joined(refs: &[String]) -> String {
    refs.join(&BETWEEN_REFS.to_string())
}

/// A roster names it for the first time: what was known of it without one is the roster's record now, as old as it was.
fn takes_over(work: &Work<'_>, told: &Profile) -> rusqlite::Result<bool> {
    let taken = work
        .sql
        .prepare_cached(
            "UPDATE profiles SET resource = ?4
             WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource = ?5 AND ?4 <> ?5",
        )?
        .execute(params![told.kind.word(), work.account, told.external_id, work.resource, BY_NO_ROSTER])?;
    Ok(taken > 0)
}

fn before(work: &Work<'_>, told: &Profile) -> rusqlite::Result<Option<Before>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT name, active, vin, plate, licence, refs, equipment_group FROM profiles
         WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource = ?4",
    )?;
    let record = params![told.kind.word(), work.account, told.external_id, work.resource];
    let before = statement.query_row(record, |row| {
        let identity = Identity {
            name: row.get(0)?,
            active: row.get(1)?,
            vin: row.get(2)?,
            plate: row.get(3)?,
            licence: row.get(4)?,
            refs: row.get(5)?,
        };
        Ok(Before { identity, equipment_group: row.get(6)? })
    });
    before.optional()
}

/// A unit went into or out of a movement's equipment: what the movement said of itself is in doubt.
fn group_changed(work: &mut Work<'_>, groups: [Option<&str>; 2]) -> rusqlite::Result<()> {
    for group in groups.into_iter().flatten() {
        let doubted = work
            .sql
            .prepare_cached(
                "UPDATE movements SET needs_hydration = 1, rev = ?2,
                     hydrated_at = iif(coalesce(tms_driver, tms_driver2, tms_tractor, tms_trailer) IS NULL, NULL, hydrated_at)
                 WHERE equipment_group = ?1 AND status IN ('available', 'covered', 'in_progress')",
            )?
            .execute(params![group, work.rev])?;
        work.touched.movements |= doubted > 0;
    }
    work.touched.loads = true;
    Ok(())
}

/// The unit this record belongs to was confirmed.
fn confirm_unit(work: &Work<'_>, kind: UnitKind, external_id: &str) -> rusqlite::Result<()> {
    let table = super::links::table(kind);
    work.sql
        .prepare_cached(&format!(
            "UPDATE {table} SET synced_at = ?4 WHERE id =
                 (SELECT unit_id FROM unit_links WHERE kind = ?1 AND account = ?2 AND external_id = ?3)"
        ))?
        .execute(params![kind.word(), work.account, external_id, work.now.millis()])?;
    Ok(())
}

/// What this read named and nobody understood is there all the same. False where not even what was named
/// is known: then nothing can be called gone.
fn confirm_rejected(work: &Work<'_>) -> rusqlite::Result<bool> {
    let mut named: Vec<String> = work.rejects.iter().map(|reject| reject.external_id.clone()).collect();
    let mut statement = work.sql.prepare_cached(
        "SELECT external_id FROM rejects WHERE account = ?1 AND resource = ?2 AND rev >= ?3",
    )?;
    let earlier =
        statement.query_map(params![work.account, work.resource, work.read_rev], |row| row.get(0))?;
    named.extend(earlier.collect::<Result<Vec<_>, _>>()?);
    for external_id in &named {
        work.sql
            .prepare_cached(
                "UPDATE profiles SET seen_rev = ?4 WHERE account = ?1 AND resource = ?2 AND external_id = ?3",
            )?
            .execute(params![work.account, work.resource, external_id, work.rev])?;
    }
    Ok(!named.iter().any(String::is_empty))
}
