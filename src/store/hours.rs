//! What drivers' clocks say. An older word never takes the place of a newer one.

use rusqlite::params;

use super::apply::Work;
use super::memory::{Hours, Memory};
use super::testimony::{self, Word};
use crate::model::{Clocks, DutyStatus, Timestamp};

/// Takes in a driver's clocks, where they are not older than those we have.
pub(super) fn clocks(
    work: &mut Work<'_>,
    memory: &mut Memory,
    external_id: &str,
    told: &Clocks,
) -> rusqlite::Result<()> {
    let account = memory.account(work.account);
    if is_weighed(work, memory, external_id, Word::Clocks(told))? {
        return Ok(());
    }
    let Some(before) = memory.driver(work, external_id)? else { return Ok(()) };
    // Of one account the later word is the newer one, whatever our clock, which may have been set
    // back, made of "as of".
    let other = before.source.is_some_and(|source| source != account);
    if other && before.as_of.is_some_and(|as_of| as_of > told.as_of_at.millis()) {
        return Ok(());
    }
    let status = told.status.unwrap_or(before.status);
    let since = match told.status_since_at {
        Some(told) => Some(told.millis()),
        None if status == before.status => before.since,
        // Nobody says when it changed; we know only that it was between two looks.
        None => before.as_of.map(|_| told.as_of_at.millis()),
    };
    let left =
        [told.drive_left_s, told.shift_left_s, told.break_left_s, told.cycle_left_s, told.cycle_tomorrow_s];
    let as_of = Some(told.as_of_at.millis());
    let after = Hours { status, since, left, as_of, source: Some(account), ..*before };
    // As of when is no content, but the age on every screen: it moves `rev`, not `updated_at`.
    if (Hours { as_of: before.as_of, ..after }) == *before {
        work.sql
            .prepare_cached(
                "UPDATE drivers SET hos_as_of_at = ?2, synced_at = ?3, rev = ?4 WHERE rowid = ?1",
            )?
            .execute(params![after.rowid, as_of, work.now.millis(), work.rev])?;
    } else {
        write(work, &after)?;
    }
    *before = after;
    work.touched.drivers = true;
    Ok(())
}

/// Where several accounts speak of a driver, a word is weighed against the others' rather than written.
fn is_weighed(
    work: &mut Work<'_>,
    memory: &mut Memory,
    external_id: &str,
    word: Word<'_>,
) -> rusqlite::Result<bool> {
    let Some(hours) = memory.driver(work, external_id)?.filter(|hours| hours.is_shared) else {
        return Ok(false);
    };
    let driver_id: String = work
        .sql
        .prepare_cached("SELECT id FROM drivers WHERE rowid = ?1")?
        .query_row([hours.rowid], |row| row.get(0))?;
    let weighed = testimony::told(work, &driver_id, external_id, word)?;
    if weighed {
        memory.read_again(work, external_id)?;
    }
    Ok(weighed)
}

fn write(work: &Work<'_>, hours: &Hours) -> rusqlite::Result<()> {
    let [drive, shift, rest, cycle, cycle_tomorrow] = hours.left;
    work.sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = ?2, hos_status_since_at = ?3, drive_left_s = ?4, shift_left_s = ?5,
                 break_left_s = ?6, cycle_left_s = ?7, cycle_tomorrow_s = ?8, hos_as_of_at = ?9, source = ?10,
                 updated_at = ?11, synced_at = ?11, rev = ?12
             WHERE rowid = ?1",
        )?
        .execute(params![
            hours.rowid,
            hours.status.word(),
            hours.since,
            drive,
            shift,
            rest,
            cycle,
            cycle_tomorrow,
            hours.as_of,
            work.account,
            work.now.millis(),
            work.rev,
        ])?;
    Ok(())
}

/// Takes in a duty status from a log, whose lines may come late and in any order: the newest counts.
pub(super) fn duty(
    work: &mut Work<'_>,
    memory: &mut Memory,
    external_id: &str,
    status: DutyStatus,
    since_at: Timestamp,
) -> rusqlite::Result<()> {
    if (work.judge.timely)(since_at, work.now).is_err() {
        return Ok(());
    }
    let account = memory.account(work.account);
    if is_weighed(work, memory, external_id, Word::Duty(status, since_at))? {
        return Ok(());
    }
    let Some(hours) = memory.driver(work, external_id)? else { return Ok(()) };
    // Another account's clocks say what holds as of when it told them; its own, only since when.
    let source = hours.source.unwrap_or(account);
    let newest = if source == account { hours.since } else { hours.as_of };
    let since = Some(since_at.millis());
    if newest > since || (hours.status, hours.since) == (status, since) {
        return Ok(());
    }
    (hours.status, hours.since, hours.source) = (status, since, Some(source));
    work.sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = ?2, hos_status_since_at = ?3, source = coalesce(source, ?4),
                 updated_at = ?5, rev = ?6
             WHERE rowid = ?1",
        )?
        .execute(params![hours.rowid, status.word(), since, work.account, work.now.millis(), work.rev])?;
    work.touched.drivers = true;
    Ok(())
}
