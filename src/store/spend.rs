//! What the assistant spent, by day, and how its calls went: written by whoever asks, poller or not.

use rusqlite::{OptionalExtension, params};

use super::StoreError;
use super::apply::{mark_one, next_revision};
use super::migrate::begin;
use super::people::People;
use crate::model::Timestamp;

/// What `feeds` calls it.
const RESOURCE: &str = "generate_content";
/// Days that are remembered.
const KEPT: i64 = 400;

/// Whether a call may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// It may, and what it may cost is written down.
    Given,
    /// The day's money is spent: so many millionths of a dollar.
    Spent(i64),
}

/// One call of the assistant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssistantCall {
    /// The account, by its name in the configuration.
    pub account: String,
    /// The office's day, `2026-11-28`.
    pub day: String,
    /// Millionths of a dollar that it cost beyond what was set aside for it; less than nothing where that was more.
    pub micro_usd: i64,
    /// When it ended.
    pub at: Timestamp,
    /// Why it brought nothing; `None` where it did.
    pub error: Option<String>,
}

impl People {
    /// Sets `micro_usd` aside for a call on that day, unless `limit` is reached: nobody else can ask in between.
    pub fn set_aside(&mut self, day: &str, micro_usd: i64, limit: Option<i64>) -> Result<Grant, StoreError> {
        let sql = begin(self.connection()?)?;
        let query = "SELECT micro_usd FROM assistant_days WHERE day = ?1";
        let spent = sql.query_row(query, [day], |row| row.get(0)).optional()?.unwrap_or(0);
        if limit.is_some_and(|limit| spent >= limit) {
            return Ok(Grant::Spent(spent));
        }
        sql.execute(
            "INSERT INTO assistant_days VALUES (?1, 1, ?2)
             ON CONFLICT DO UPDATE SET calls = calls + 1, micro_usd = micro_usd + ?2",
            params![day, micro_usd],
        )?;
        sql.commit()?;
        Ok(Grant::Given)
    }

    /// Writes down how a call ended: what it cost beyond what was set aside, and in `feeds` how it went.
    pub fn spend(&mut self, call: &AssistantCall) -> Result<(), StoreError> {
        let AssistantCall { account, day, micro_usd, at, error } = call;
        let sql = begin(self.connection()?)?;
        sql.execute(
            "UPDATE assistant_days SET micro_usd = micro_usd + ?2 WHERE day = ?1",
            params![day, micro_usd],
        )?;
        sql.execute(
            "DELETE FROM assistant_days WHERE day NOT IN
                 (SELECT day FROM assistant_days ORDER BY day DESC LIMIT ?1)",
            [KEPT],
        )?;
        let ok_at = error.is_none().then_some(at.millis());
        sql.execute(
            "INSERT INTO feeds (account, resource, last_try_at, last_ok_at, calls, error, error_since_at)
             VALUES (?1, ?2, ?3, ?4, 1, ?5, iif(?5 IS NULL, NULL, ?3))
             ON CONFLICT DO UPDATE SET calls = calls + 1, last_try_at = ?3,
                 last_ok_at = coalesce(?4, last_ok_at), error = ?5,
                 error_since_at = iif(?5 IS NULL, NULL, coalesce(error_since_at, ?3))",
            params![account, RESOURCE, at.millis(), ok_at, error],
        )?;
        let rev = next_revision(&sql)?;
        mark_one(&sql, "feeds", rev, false)?;
        sql.commit()?;
        Ok(())
    }
}
