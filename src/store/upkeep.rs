//! What is over goes after a while, in slices small enough that nobody waits.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};

use super::StoreError;
use super::apply::{mark_one, next_revision};
use crate::model::Timestamp;

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
/// Rows a slice takes: a few milliseconds of the write lock.
const SLICE: i64 = 500;

/// Throws away one slice. True when there is more.
pub(super) fn throw_away(
    connection: &mut Connection,
    keep: Retention,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let positions = sql.execute(
        "DELETE FROM positions WHERE (observed_at, kind, unit_id, source) IN
             (SELECT observed_at, kind, unit_id, source FROM positions WHERE observed_at < ?1 LIMIT ?2)",
        params![now.minus(keep.positions).millis(), SLICE],
    )?;
    let movements = sql.execute(
        "DELETE FROM movements WHERE (company_id, id) IN
             (SELECT company_id, id FROM movements
              WHERE status IN ('delivered', 'void') AND ended_at < iif(status = 'void', ?1, ?2) LIMIT ?3)",
        params![now.minus(VOID.min(keep.movements)).millis(), now.minus(keep.movements).millis(), SLICE],
    )?;
    if movements > 0 {
        let rev = next_revision(&sql)?;
        let over = now.minus(keep.movements).millis();
        for (table, of_movement) in [("stops", "movement_id"), ("orders", "movement_id")] {
            sql.execute(
                &format!(
                    "DELETE FROM {table} WHERE synced_at < ?1 AND {of_movement} IS NOT NULL AND NOT EXISTS
                         (SELECT 1 FROM movements m WHERE m.company_id = {table}.company_id AND m.id = {of_movement})"
                ),
                [over],
            )?;
            mark_one(&sql, table, rev, true)?;
        }
        mark_one(&sql, "movements", rev, true)?;
    }
    sql.commit()?;
    let slice = usize::try_from(SLICE).unwrap_or(usize::MAX);
    Ok(positions >= slice || movements >= slice)
}
