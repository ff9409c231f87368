//! How the reading of feeds goes: what failed and since when, when it is tried again, how often was called and how
//! many calls are left. Of whole accounts too. Not what they told.

use rusqlite::{Connection, Transaction, params};

use super::apply::{mark_one, next_revision};
use super::migrate::begin;
use super::{StoreError, Writer, seal};
use crate::model::Timestamp;

/// How reading a feed goes.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Seconds between reads, as things stand.
    pub interval_s: i64,
    /// Upstream calls made since the last word of this feed.
    pub calls: i64,
    /// Calls the account may make at once now.
    pub tokens_left: i64,
    /// When the account's bucket is full again.
    pub bucket_full_at: Timestamp,
    /// Whether the read reached its end with this page.
    pub done: bool,
}

/// A read that brought nothing.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The account.
    pub account: String,
    /// The feed.
    pub resource: &'static str,
    /// The fingerprint of a credential that was refused; the error then stands on every feed.
    pub refused: Option<String>,
    /// Whether the account's other feeds are kept away with it.
    pub rests_all: bool,
    /// What went wrong, for people.
    pub error: String,
    /// When it will be tried again.
    pub next_try_at: Timestamp,
    /// The feed's health.
    pub health: Health,
    /// Now.
    pub now: Timestamp,
}

/// Notes a failure.
pub(super) fn fail(writer: &mut Writer, failure: &Failure) -> Result<(), StoreError> {
    // It takes its time, which nobody must wait for who wants to write.
    let sealed = failure.refused.as_deref().and_then(seal::sealed);
    let sql = begin(&mut writer.connection)?;
    let rev = next_revision(&sql)?;
    sql.prepare_cached(
        "INSERT INTO feeds (account, resource, interval_s, last_try_at, next_try_at, calls, tokens_left, error, error_since_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?4)
         ON CONFLICT DO UPDATE SET interval_s = ?3, last_try_at = ?4, next_try_at = ?5, calls = calls + ?6,
             tokens_left = ?7, error = ?8, error_since_at = coalesce(error_since_at, ?4), whole_account = 0",
    )?
    .execute(params![
        failure.account,
        failure.resource,
        failure.health.interval_s,
        failure.now.millis(),
        failure.next_try_at.millis(),
        failure.health.calls,
        failure.health.tokens_left,
        failure.error,
    ])?;
    save_bucket(&sql, &failure.account, failure.health.bucket_full_at)?;
    if failure.refused.is_some() {
        sql.prepare_cached("UPDATE buckets SET refused_until = ?2, fingerprint = ?3 WHERE account = ?1")?
            .execute(params![failure.account, failure.next_try_at.millis(), sealed])?;
        sql.prepare_cached(
            "UPDATE feeds SET error = ?2, error_since_at = coalesce(error_since_at, ?3), next_try_at = ?4, whole_account = 1
             WHERE account = ?1",
        )?
        .execute(params![failure.account, failure.error, failure.now.millis(), failure.next_try_at.millis()])?;
    }
    if failure.rests_all {
        // Its own trouble stays with the feed until it answers; that of the others is over when the time is.
        sql.prepare_cached(
            "UPDATE feeds SET error = ?2, error_since_at = ?3, next_try_at = ?4, whole_account = 2
             WHERE account = ?1 AND resource <> ?5 AND error IS NULL",
        )?
        .execute(params![
            failure.account,
            format!("{} (asked for {})", failure.error, failure.resource),
            failure.now.millis(),
            failure.next_try_at.millis(),
            failure.resource,
        ])?;
    }
    mark_one(&sql, "feeds", rev, false)?;
    sql.commit()?;
    writer.memory.follow(rev);
    Ok(())
}

/// Gives every feed of an account its row, so that what is wrong with the account can stand on each,
/// and takes away rows of feeds that the account no longer has.
pub(super) fn announce_feeds(
    connection: &mut Connection,
    account: &str,
    resources: &[&'static str],
) -> Result<(), StoreError> {
    let sql = begin(connection)?;
    let known: Vec<String> = sql
        .prepare_cached("SELECT resource FROM feeds WHERE account = ?1")?
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if known.len() == resources.len()
        && resources.iter().all(|resource| known.iter().any(|known| known == resource))
    {
        return Ok(());
    }
    let rev = next_revision(&sql)?;
    for resource in known.iter().filter(|known| !resources.contains(&known.as_str())) {
        sql.execute("DELETE FROM feeds WHERE account = ?1 AND resource = ?2", [account, resource])?;
    }
    for resource in resources {
        sql.execute("INSERT OR IGNORE INTO feeds (account, resource) VALUES (?1, ?2)", [account, resource])?;
    }
    mark_one(&sql, "feeds", rev, true)?;
    sql.commit()?;
    Ok(())
}

/// The feed was read: a page of it, or to its end.
pub(super) fn read(
    sql: &Transaction<'_>,
    account: &str,
    resource: &str,
    cursor: Option<&str>,
    health: &Health,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let done = health.done.then_some(now.millis());
    sql.prepare_cached(
        "INSERT INTO feeds (account, resource, cursor, interval_s, last_try_at, last_ok_at, calls, tokens_left)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET cursor = coalesce(?3, cursor), interval_s = ?4, last_try_at = ?5,
             last_ok_at = coalesce(?6, last_ok_at), calls = calls + ?7, tokens_left = ?8,
             error = iif(?6 IS NULL, error, NULL), error_since_at = iif(?6 IS NULL, error_since_at, NULL),
             next_try_at = iif(?6 IS NULL, next_try_at, NULL)",
    )?
    .execute(params![account, resource, cursor, health.interval_s, now.millis(), done, health.calls, health.tokens_left])?;
    // An answer to one call is the credential's for all. One to a call that was under way when calm was asked for says
    // nothing of that (2): it is over when its time is.
    sql.prepare_cached(
        "UPDATE feeds SET error = NULL, error_since_at = NULL, next_try_at = NULL, whole_account = 0
         WHERE account = ?1 AND (whole_account = 1 OR whole_account = 2 AND next_try_at <= ?2)",
    )?
    .execute(params![account, now.millis()])?;
    save_bucket(sql, account, health.bucket_full_at)
}

fn save_bucket(sql: &Transaction<'_>, account: &str, full_at: Timestamp) -> rusqlite::Result<()> {
    sql.prepare_cached(
        "INSERT INTO buckets (account, full_at) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET full_at = max(full_at, ?2), refused_until = NULL, fingerprint = NULL",
    )?
    .execute(params![account, full_at.millis()])?;
    Ok(())
}
