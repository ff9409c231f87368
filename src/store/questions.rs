//! The small questions the poller asks between two reads: where it was, what it may ask next.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::rows::{Columns, FromRow};
use super::{Budget, Remembered, seal};
use crate::model::{Timestamp, Viewer, Want};

type Result<T> = rusqlite::Result<T>;

pub(super) fn remembered(sql: &Connection, account: &str, resource: &str) -> Result<Remembered> {
    let found = sql
        .prepare_cached("SELECT cursor, last_ok_at, error FROM feeds WHERE account = ?1 AND resource = ?2")?
        .query_row([account, resource], |row| {
            let mut c = Columns::of(row);
            Ok(Remembered { cursor: c.take()?, last_ok_at: c.at_opt()?, error: c.take()? })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Asked in vain once, an id is asked for again after this; then after twice as long, and so on …
const ASK_AGAIN_MS: i64 = 60_000;
/// … up to this many doublings: about four hours.
const MOST_DOUBLINGS: i64 = 8;

/// Notes that an id was asked for. What is told of it takes it off the list of what is wanted; this
/// says when it may be asked for again while it stands there.
pub(super) fn asked(sql: &Connection, want: &str, id: &str, now: Timestamp) -> Result<()> {
    sql.prepare_cached(
        "INSERT INTO inquiries VALUES (?1, ?2, 1, ?3 + ?4)
         ON CONFLICT DO UPDATE SET tries = tries + 1, not_before = ?3 + ?4 * (1 << min(tries, ?5))",
    )?
    .execute(params![want, id, now.millis(), ASK_AGAIN_MS, MOST_DOUBLINGS])?;
    Ok(())
}

/// What was asked for was told: the next time it is wanted it is asked for at once.
pub(super) fn told(sql: &Connection, want: &str, id: &str) -> Result<()> {
    sql.prepare_cached("DELETE FROM inquiries WHERE want = ?1 AND id = ?2")?.execute([want, id])?;
    Ok(())
}

/// What is remembered of the calls of an account that is reached by the credential with this fingerprint.
pub(super) fn budget(sql: &Connection, account: &str, fingerprint: &str) -> Result<Budget> {
    let found = sql
        .prepare_cached("SELECT full_at, refused_until, fingerprint FROM buckets WHERE account = ?1")?
        .query_row([account], |row| {
            let mut c = Columns::of(row);
            let (full_at, until, sealed) = (c.at_opt()?, c.at_opt()?, c.take::<Option<String>>()?);
            let refused_until =
                until.filter(|_| sealed.is_some_and(|sealed| seal::is_of(&sealed, fingerprint)));
            Ok(Budget { full_at, refused_until })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// An open movement that no read has confirmed for this long is asked for by itself: it may be gone.
/// Longer than the time between two whole reads of the TMS.
const UNCONFIRMED: Duration = Duration::from_mins(20);

/// Who drove a load is asked for once, and for no load that was over longer ago: each is a call.
const JUST_OVER: Duration = Duration::from_hours(12);

pub(super) fn viewers(sql: &Connection) -> Result<Vec<Viewer>> {
    let mut statement = sql.prepare_cached(&format!("SELECT {} FROM viewers", Viewer::COLUMNS))?;
    let rows = statement.query_map([], Viewer::from_row)?;
    rows.collect()
}

/// The ids that are wanted, at most `limit`.
pub(super) fn wanted(
    sql: &Connection,
    account: &str,
    want: Want,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<String>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ago = |span| now.minus(span).millis();
    match want {
        Want::Units { kind, listed_by, not_in } => {
            ids(sql, UNITS, params![kind.word(), account, listed_by, not_in, limit])
        }
        Want::DriversUnderHours { listed_by } => {
            ids(sql, DRIVERS_UNDER_HOURS, params![account, listed_by, limit])
        }
        Want::MovementsToHydrate => {
            let bounds = params![limit, ago(UNCONFIRMED), ago(JUST_OVER), ago(UNCONFIRMED * 2), now.millis()];
            ids(sql, MOVEMENTS_TO_HYDRATE, bounds)
        }
        Want::CustomersToName => ids(sql, CUSTOMERS_TO_NAME, params![limit, now.millis()]),
    }
}

fn ids(sql: &Connection, question: &str, bounds: &[&dyn ToSql]) -> Result<Vec<String>> {
    let mut statement = sql.prepare_cached(question)?;
    let rows = statement.query_map(bounds, |row| row.get(0))?;
    rows.collect()
}

const UNITS: &str = "SELECT external_id FROM profiles p
     WHERE kind = ?1 AND account = ?2 AND resource = ?3 AND active = 1
       AND NOT EXISTS (SELECT 1 FROM profiles o WHERE o.kind = p.kind AND o.account = p.account
                       AND o.external_id = p.external_id AND o.resource = ?4)
     ORDER BY external_id LIMIT ?5";

const DRIVERS_UNDER_HOURS: &str = "SELECT external_id FROM profiles
     WHERE kind = 'driver' AND account = ?1 AND resource = ?2 AND active = 1 AND ruleset IS NOT NULL
     ORDER BY external_id LIMIT ?3";

/// Those that were never read come first. Then, in turns, one that changed and one that nobody confirmed for long,
/// each the one that was read longest ago; and these take at most half of a read, since a server may say of all its
/// loads that they changed.
const MOVEMENTS_TO_HYDRATE: &str = "SELECT id FROM (
     SELECT *, row_number() OVER (PARTITION BY hydrated_at IS NULL ORDER BY turn, needs_hydration DESC) AS place FROM (
     SELECT id, status, hydrated_at, needs_hydration,
         row_number() OVER (PARTITION BY hydrated_at IS NULL, needs_hydration ORDER BY hydrated_at, id DESC) AS turn
     FROM movements m
     WHERE (needs_hydration = 1 AND NOT brokered
            AND (status IN ('covered', 'in_progress', 'unknown')
                 OR status = 'available' AND preassigned IS NOT 0
                 OR status = 'delivered' AND ?3 < (SELECT max(coalesce(actual_departure_at, actual_arrival_at))
                    FROM stops s WHERE s.company_id = m.company_id AND s.movement_id = m.id))
            OR status IN ('available', 'covered', 'in_progress', 'unknown')
               AND (synced_at < ?2 OR EXISTS (SELECT 1 FROM stops s WHERE s.company_id = m.company_id
                    AND s.movement_id = m.id AND s.synced_at < ?4)))
       AND NOT EXISTS (SELECT 1 FROM inquiries i WHERE i.want = 'movement' AND i.id = m.id AND i.not_before > ?5)))
     WHERE hydrated_at IS NULL OR place <= max(1, ?1 / 2)
     ORDER BY hydrated_at IS NOT NULL, iif(hydrated_at IS NULL, 0, place), status <> 'in_progress', status <> 'covered',
         id DESC LIMIT ?1";

const CUSTOMERS_TO_NAME: &str = "SELECT DISTINCT customer_id FROM orders o
     WHERE customer_id IS NOT NULL AND status IN ('available', 'covered', 'in_progress')
       AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.company_id = o.company_id AND c.id = o.customer_id)
       AND NOT EXISTS (SELECT 1 FROM inquiries i WHERE i.want = 'customer' AND i.id = o.customer_id
                       AND i.not_before > ?2)
     ORDER BY customer_id LIMIT ?1";
