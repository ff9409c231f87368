//! What was set aside of what an account told: the last of it to be read, all of it counted.

use rusqlite::params;

use super::apply::Work;
use crate::model::Reject;

/// How many rejects of an account are kept to be read; all are counted.
const REJECTS_KEPT: i64 = 1000;
/// Reasons counted of each account: they are a fixed set of words, but for a slip of ours.
const REASONS_KEPT: i64 = 100;

/// What is set aside again within this time is the same trouble still.
const GOES_ON_MS: i64 = 60 * 60 * 1000;

/// Writes what this page had set aside, and throws away what is more than is kept.
pub(super) fn log(work: &Work<'_>) -> rusqlite::Result<()> {
    if work.rejects.is_empty() {
        return Ok(());
    }
    let at = work.now.millis();
    for Reject { external_id, reason } in &work.rejects {
        work.sql
            // Once while it goes on: a row that is odd at each read would push out all that came only once.
            .prepare_cached(
                "INSERT INTO rejects (at, account, resource, external_id, reason, rev) SELECT ?1, ?2, ?3, ?4, ?5, ?6
                 WHERE NOT EXISTS (SELECT 1 FROM reject_units WHERE account = ?2 AND external_id = ?4
                     AND resource = ?3 AND reason = ?5 AND last_at > ?7)",
            )?
            .execute(params![at, work.account, work.resource, external_id, reason, work.rev, at - GOES_ON_MS])?;
        work.sql
            .prepare_cached(
                "INSERT INTO reject_counts VALUES (?1, ?2, 1, ?3) ON CONFLICT DO UPDATE SET count = count + 1, last_at = ?3",
            )?
            .execute(params![work.account, reason, at])?;
        work.sql
            .prepare_cached(
                "INSERT INTO reject_units VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5)
                 ON CONFLICT DO UPDATE SET count = count + 1, last_at = ?5",
            )?
            .execute(params![work.account, external_id, work.resource, reason, at])?;
    }
    work.sql
        .prepare_cached(
            "DELETE FROM rejects WHERE account = ?1 AND id <=
                 (SELECT id FROM rejects WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![work.account, REJECTS_KEPT])?;
    work.sql
        .prepare_cached(
            "DELETE FROM reject_counts WHERE account = ?1 AND reason NOT IN
                 (SELECT reason FROM reject_counts WHERE account = ?1 ORDER BY last_at DESC, reason LIMIT ?2)",
        )?
        .execute(params![work.account, REASONS_KEPT])?;
    Ok(())
}
