//! What drivers did day by day, as each account says. Nothing is chosen or added up here.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Transaction, params};

use super::apply::Work;
use crate::model::{DutyDay, DutyHistory, DutySource, DutyTotal, RowText, Timestamp, UnitId};

/// Days: a cycle of eight, and a week to look back.
const KEPT: i64 = 15;
/// A row that stays the same says so this often. Recaps come every minute and hardly ever change:
/// to write each of them down again would be most of what is written at all.
const CONFIRMED_EVERY: Duration = Duration::from_mins(15);

/// Takes in what a driver did on some days, in place of what the same source said of them.
pub(super) fn take_in(
    work: &mut Work<'_>,
    external_id: &str,
    source: DutySource,
    days: &[DutyDay],
) -> rusqlite::Result<()> {
    let Some(oldest) = oldest(work.now) else { return Ok(()) };
    // No home terminal is more than a day ahead of UTC.
    let newest = oldest.saturating_add((KEPT + 1).days());
    for day in days {
        if day.date > newest {
            work.reject(external_id, "a day that has not begun");
        } else if day.date >= oldest {
            write(work, external_id, source, day)?;
        }
    }
    Ok(())
}

fn write(work: &Work<'_>, external_id: &str, source: DutySource, day: &DutyDay) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(
            "INSERT INTO duty_days VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)
             ON CONFLICT DO UPDATE SET driving_s = ?5, on_duty_not_driving_s = ?6, on_duty_s = ?7,
                 off_duty_s = ?8, sleeper_s = ?9, waiting_s = ?10, synced_at = ?11,
                 updated_at = iif((driving_s, on_duty_not_driving_s, on_duty_s, off_duty_s, sleeper_s, waiting_s)
                     IS (?5, ?6, ?7, ?8, ?9, ?10), updated_at, ?11)
             WHERE synced_at NOT BETWEEN ?12 AND ?11
                 OR (driving_s, on_duty_not_driving_s, on_duty_s, off_duty_s, sleeper_s, waiting_s)
                     IS NOT (?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            work.account,
            external_id,
            day.date.to_string(),
            source.word(),
            day.driving_s,
            day.on_duty_not_driving_s,
            day.on_duty_s,
            day.off_duty_s,
            day.sleeper_s,
            day.waiting_s,
            work.now.millis(),
            work.now.minus(CONFIRMED_EVERY).millis(),
        ])?;
    Ok(())
}

/// Every driver's days that are kept, newest first: by the account whose clocks are shown, and its log
/// before its recap.
pub(super) fn all(sql: &Connection) -> rusqlite::Result<DutyHistory> {
    // `min` also says of which row the other columns are: "log" comes before "recap".
    let mut statement = sql.prepare_cached(
        "SELECT d.id, t.date, min(t.source),
             coalesce(t.on_duty_s, t.on_duty_not_driving_s + t.driving_s + coalesce(t.waiting_s, 0))
         FROM drivers d
         JOIN unit_links u ON u.kind = 'driver' AND u.unit_id = d.id AND u.account = d.source
         JOIN duty_days t ON t.account = u.account AND t.external_id = u.external_id
         WHERE coalesce(t.on_duty_s, t.on_duty_not_driving_s + t.driving_s) IS NOT NULL
         GROUP BY d.id, t.date ORDER BY d.id, t.date DESC",
    )?;
    let mut history = DutyHistory::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, date): (RowText, String) = (row.get(0)?, row.get(1)?);
        let Ok(date) = date.parse() else { continue };
        history.entry(UnitId(id)).or_default().push(DutyTotal { date, on_duty_s: row.get(3)? });
    }
    Ok(history)
}

/// Throws away a slice of the days that are over for longer than they are kept.
pub(super) fn throw_away(sql: &Transaction<'_>, now: Timestamp, slice: i64) -> rusqlite::Result<usize> {
    let Some(oldest) = oldest(now) else { return Ok(0) };
    sql.execute(
        "DELETE FROM duty_days WHERE (account, external_id, date, source) IN
             (SELECT account, external_id, date, source FROM duty_days WHERE date < ?1 LIMIT ?2)",
        params![oldest.to_string(), slice],
    )
}

/// The oldest day that is kept; `None` outside the years of a calendar.
fn oldest(now: Timestamp) -> Option<Date> {
    let today = now.calendar()?.to_zoned(TimeZone::UTC).date();
    today.checked_sub(KEPT.days()).ok()
}
