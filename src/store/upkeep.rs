//! What is over goes after a while, in slices small enough that nobody waits; what was silent for
//! too long is called dark; what an account that is gone told takes no part any more.

use std::time::Duration;

use rusqlite::{Connection, Transaction, params};

use super::apply::{Work, mark, mark_one, next_revision};
use super::migrate::begin;
use super::{StoreError, Writer, duty_days, exceptions, links, pairings, stays};
use crate::model::{Motion, PairingSource, Timestamp, UnitKind};

/// How long what is over stays.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Delivered movements, with their orders and stops.
    pub movements: Duration,
    /// Position history.
    pub positions: Duration,
}

/// Void movements stay this long (contract §2).
const VOID: Duration = Duration::from_hours(7 * 24);
/// A movement that is over for longer is not opened again, or is worth reading again.
const REOPENED: Duration = Duration::from_hours(24);
/// Rows a slice takes: a few milliseconds of the write lock.
const SLICE: i64 = 500;
/// An account that is not configured is taken to be gone for good after this: a variable that was
/// forgotten once must not empty the screen.
const MISSED: Duration = Duration::from_hours(24);

/// Throws away one slice of everything that is over. True when there is more.
pub(super) fn throw_away(
    connection: &mut Connection,
    keep: Retention,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = begin(connection)?;
    let old = now.minus(keep.movements).millis();
    let void = now.minus(VOID.min(keep.movements)).millis();
    let positions = sql.execute(
        "DELETE FROM positions WHERE (observed_at, kind, unit_id, source) IN
             (SELECT observed_at, kind, unit_id, source FROM positions WHERE observed_at < ?1 LIMIT ?2)",
        params![now.minus(keep.positions).millis(), SLICE],
    )?;
    let movements = slice(
        &sql,
        "movements",
        "status IN ('delivered', 'void') AND ended_at < iif(status = 'void', ?1, ?2)",
        void,
        old,
    )?;
    // Whatever no movement holds any more, and no read names.
    let orphan = |table: &str| {
        format!(
            "synced_at < ?2 AND ?1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM movements m
                 WHERE m.company_id = {table}.company_id AND m.id = {table}.movement_id)"
        )
    };
    let stops = slice(&sql, "stops", &orphan("stops"), void, old)?;
    let orders = slice(&sql, "orders", &orphan("orders"), void, old)?;
    let customers = "synced_at < ?2 AND ?1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders o
         WHERE o.company_id = customers.company_id AND o.customer_id = customers.id)";
    let customers = slice(&sql, "customers", customers, void, old)?;
    let inquiries = slice_of_inquiries(&sql, old)?;
    let rejects = slice_of_rejects(&sql, now.minus(keep.positions).millis())?;
    let days = duty_days::throw_away(&sql, now, SLICE)?;
    let stays = if movements + stops > 0 { sql.execute(stays::GONE, [])? } else { 0 };
    let assigned = slice_of_assigned(&sql)? + slice_of_more_trailers(&sql, now.minus(REOPENED).millis())?;
    let exceptions = exceptions::throw_away(&sql, old, SLICE)?;
    if movements + stops + orders + exceptions > 0 {
        let rev = next_revision(&sql)?;
        let shown = [
            ("movements", movements),
            ("stops", stops),
            ("orders", orders),
            ("stays", stays),
            ("exceptions", exceptions),
        ];
        for (table, gone) in shown {
            if gone > 0 {
                mark_one(&sql, table, rev, true)?;
            }
        }
    }
    sql.commit()?;
    let full = usize::try_from(SLICE).unwrap_or(usize::MAX);
    Ok([positions, movements, stops, orders, customers, inquiries, rejects, days, assigned, exceptions]
        .into_iter()
        .any(|gone| gone >= full))
}

fn slice(sql: &Transaction<'_>, table: &str, over: &str, void: i64, old: i64) -> rusqlite::Result<usize> {
    sql.execute(
        &format!(
            "DELETE FROM {table} WHERE (company_id, id) IN
                 (SELECT company_id, id FROM {table} WHERE {over} LIMIT ?3)"
        ),
        params![void, old, SLICE],
    )
}

/// Who was on movements that are no more.
fn slice_of_assigned(sql: &Transaction<'_>) -> rusqlite::Result<usize> {
    sql.execute(
        "DELETE FROM tractors_assigned WHERE (company_id, movement_id, tractor_id) IN
             (SELECT company_id, movement_id, tractor_id FROM tractors_assigned a WHERE NOT EXISTS
                 (SELECT 1 FROM movements m WHERE m.company_id = a.company_id AND m.id = a.movement_id) LIMIT ?1)",
        [SLICE],
    )
}

/// The trailers behind the first ones of movements that are over since before `over`, or no more: each time that it is
/// worked out who goes with whom all are read, and such a movement is read anew when it is opened again.
fn slice_of_more_trailers(sql: &Transaction<'_>, over: i64) -> rusqlite::Result<usize> {
    sql.execute(
        "DELETE FROM pairings WHERE (account, tie, left_id, source, resource) IN
             (SELECT account, tie, left_id, source, resource FROM pairings WHERE source = ?1
                  AND resource NOT IN (SELECT 'movements/' || id FROM movements
                      WHERE status NOT IN ('delivered', 'void') OR ended_at IS NULL OR ended_at >= ?3) LIMIT ?2)",
        params![PairingSource::Load.word(), SLICE, over],
    )
}

fn slice_of_inquiries(sql: &Transaction<'_>, old: i64) -> rusqlite::Result<usize> {
    sql.execute(
        "DELETE FROM inquiries WHERE (want, id) IN (SELECT want, id FROM inquiries WHERE not_before < ?1 LIMIT ?2)",
        params![old, SLICE],
    )
}

/// Counts of what was set aside, kept for this many things of an account: those it happened to last.
const REJECTED_KEPT: i64 = 2000;

/// Forgets what was set aside of a unit as long ago as positions are kept, and of each account what is
/// more than can be looked through: an upstream may name as many things as it likes.
fn slice_of_rejects(sql: &Transaction<'_>, old: i64) -> rusqlite::Result<usize> {
    let over = "SELECT account, external_id, resource, reason FROM
        (SELECT account, external_id, resource, reason, last_at,
             row_number() OVER (PARTITION BY account ORDER BY last_at DESC, external_id, resource, reason) AS place
         FROM reject_units)
        WHERE last_at < ?1 OR place > ?2 LIMIT ?3";
    sql.execute(
        &format!("DELETE FROM reject_units WHERE (account, external_id, resource, reason) IN ({over})"),
        params![old, REJECTED_KEPT, SLICE],
    )
}

/// Writes "dark" into the rows of units that have been silent too long, for whoever reads the file.
/// Worked out, so only `computed_at` moves.
pub(super) fn darken(writer: &mut Writer, now: Timestamp) -> Result<(), StoreError> {
    let judge = writer.judge;
    let sql = begin(&mut writer.connection)?;
    // Taken only if something darkens: a minute without news must wake nobody.
    let rev =
        1 + sql.query_row("SELECT rev FROM revisions WHERE name = 'all'", [], |row| row.get::<_, i64>(0))?;
    let mut any = false;
    for (kind, table) in [(UnitKind::Tractor, "tractors"), (UnitKind::Trailer, "trailers")] {
        let mut darkened = 0;
        for shown in [Motion::Moving, Motion::Idle, Motion::Stopped] {
            let since = now.minus((judge.patience)(kind, shown)).millis();
            darkened += sql
                .prepare_cached(&format!(
                    "UPDATE {table} SET state = 'dark', state_since_at = observed_at, computed_at = ?3, rev = ?4
                     WHERE state = ?1 AND observed_at < ?2"
                ))?
                .execute(params![shown.word(), since, now.millis(), rev])?;
        }
        if kind == UnitKind::Trailer {
            darkened += forget_what_nobody_told(&sql, now, rev)?;
        }
        if darkened > 0 {
            mark_one(&sql, table, rev, false)?;
            any = true;
        }
    }
    if any {
        next_revision(&sql)?;
        sql.commit()?;
    }
    Ok(())
}

/// A trailer's place without a source is where a truck was that may have had it then: an earlier version wrote such.
fn forget_what_nobody_told(sql: &Transaction<'_>, now: Timestamp, rev: i64) -> rusqlite::Result<usize> {
    sql.prepare_cached(
        "UPDATE trailers SET latitude = NULL, longitude = NULL, place = NULL, observed_at = NULL, computed_at = ?1, rev = ?2
         WHERE observed_at IS NOT NULL AND source IS NULL",
    )?
    .execute(params![now.millis(), rev])
}

/// Deletes the feeds of accounts that are not in `accounts`, and retires what those told that nobody
/// has confirmed for [`MISSED`].
pub(super) fn keep_accounts(
    writer: &mut Writer,
    accounts: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = begin(&mut writer.connection)?;
    let gone = |all: &str| -> rusqlite::Result<Vec<String>> {
        let known: Vec<String> =
            sql.prepare(all)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(known.into_iter().filter(|account| !accounts.contains(account)).collect())
    };
    let unread = gone("SELECT DISTINCT account FROM feeds")?;
    let retired = gone(&format!(
        "SELECT account FROM profiles GROUP BY account
         HAVING max(active) = 1 AND max(synced_at) < {}",
        now.minus(MISSED).millis()
    ))?;
    if unread.is_empty() && retired.is_empty() {
        return Ok(());
    }
    let rev = next_revision(&sql)?;
    for account in &unread {
        sql.execute("DELETE FROM feeds WHERE account = ?1", [account])?;
    }
    mark_one(&sql, "feeds", rev, true)?;
    for account in &retired {
        sql.execute("UPDATE profiles SET active = 0, rev = ?2 WHERE account = ?1", params![account, rev])?;
        sql.execute("DELETE FROM pairings WHERE account = ?1", [account])?;
        writer.memory.told.forget(account);
        writer.memory.callings.forget();
    }
    if !retired.is_empty() {
        let mut work = Work::of_nobody(&sql, writer.judge, rev, now);
        for kind in UnitKind::ALL {
            links::relink(&mut work, kind, rev)?;
        }
        writer.memory.begin_anew(rev);
        let open = writer.ties.and(work.touched, rev);
        pairings::resolve(&mut work, &mut writer.memory, open.loads_since)?;
        writer.memory.stays.forget();
        stays::settle(&mut work, &mut writer.memory.stays)?;
        mark(&sql, rev, work.touched)?;
    }
    sql.commit()?;
    Ok(())
}
