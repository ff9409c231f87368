//! What drivers' clocks say. An older word never takes the place of a newer one.

use std::collections::BTreeMap;

use rusqlite::params;

use super::apply::Work;
use super::memory::{CONFIRM_MS, Hours, Memory};
use super::rows::TMS_ACCOUNT;
use super::testimony::{self, Word};
use crate::model::{Change, Clocks, Duty, DutyStatus, DutyWord, LogEnd, Timestamp, UnitKind, WorkLeft};

/// The TMS has its hours from the ELDs, every quarter of an hour and without their breaks. Such a copy takes the
/// place of what an ELD told only once that is older by so much: nobody there tells any more.
const HELD_FOR_MS: i64 = 15 * 60_000;

/// Takes in the clocks and duty statuses of a page.
pub(super) fn take_in(work: &mut Work<'_>, memory: &mut Memory, changes: &[Change]) -> rusqlite::Result<()> {
    let mut confirmed = Confirmed::default();
    for change in changes {
        match change {
            Change::Clocks { external_id, clocks } => {
                self::clocks(work, memory, &mut confirmed, external_id, clocks)?;
            }
            Change::Duty { external_id, status, since_at } => {
                duty(work, memory, external_id, *status, *since_at)?;
            }
            Change::LogEnd { external_id, end } => log_end(work, memory, external_id, *end)?,
            _ => {}
        }
    }
    confirmed.write(work)
}

/// Takes in a driver's clocks, where they are not older than those we have.
fn clocks(
    work: &mut Work<'_>,
    memory: &mut Memory,
    confirmed: &mut Confirmed,
    external_id: &str,
    told: &Clocks,
) -> rusqlite::Result<()> {
    // Stamped ahead of our clock, they are of now at the latest: no newer than what is heard next.
    let is_timely = (work.judge.timely)(told.as_of_at, work.now);
    let is_ahead = told.as_of_at > work.now;
    let told = &Clocks { as_of_at: told.as_of_at.min(work.now), ..*told };
    let account = memory.account(work.account);
    if is_weighed(work, memory, external_id, Word::Clocks(told))? {
        return Ok(());
    }
    let Some(before) = memory.driver(work, external_id)? else { return Ok(()) };
    // Of one account the later word is the newer one, whatever our clock, which may have been set
    // back, made of "as of".
    let other = before.source.is_some_and(|source| source != account);
    let is_copy = work.account == TMS_ACCOUNT;
    let held_for = if is_copy { HELD_FOR_MS } else { 0 };
    if other && before.as_of.is_some_and(|as_of| as_of + held_for > told.as_of_at.millis()) {
        return Ok(());
    }
    let duty = (work.judge.duty)(before.duty(), now(work, told));
    let left =
        [told.drive_left_s, told.shift_left_s, told.break_left_s, told.cycle_left_s, told.cycle_tomorrow_s];
    // Told again with a stamp from the future they are as old as they were: nobody knows that they still hold.
    if is_ahead && !other && before.as_of.is_some() && (before.left, before.status) == (left, duty.status) {
        return Ok(());
    }
    if let Err(reason) = is_timely {
        work.reject(external_id, &format!("{reason}: hours are taken to be of when they came"));
    }
    let as_of = Some(told.as_of_at.millis());
    let mut after = Hours { left, as_of, source: Some(account), ..before.with(duty) };
    if (Hours { as_of: before.as_of, ..after }) == *before {
        if after.lags() {
            confirmed.0.insert(after.rowid, told.as_of_at.millis());
            after.written_as_of = as_of;
        }
    } else {
        after.written_as_of = as_of;
        confirmed.0.remove(&after.rowid);
        write(work, &after)?;
        work.touched.drivers = true;
    }
    *before = after;
    Ok(())
}

/// What clocks tell of a driver's duty.
pub(super) fn now(work: &Work<'_>, told: &Clocks) -> DutyWord {
    DutyWord::Now {
        status: told.status,
        since_at: told.status_since_at.filter(|since_at| *since_at <= told.as_of_at),
        at: told.as_of_at,
        // Read anew from the file, what was heard last is told up to so much too early.
        every_s: work.every_s + CONFIRM_MS / 1000,
        left: WorkLeft { drive_s: told.drive_left_s, cycle_s: told.cycle_left_s },
    }
}

impl Hours {
    /// What is known of the driver's duty.
    fn duty(&self) -> Duty {
        let at = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        Duty {
            status: self.status,
            since_at: at(self.since),
            rest_since_at: at(self.rest_since),
            heard_at: at(self.as_of),
            left: WorkLeft { drive_s: self.left[0], cycle_s: self.left[3] },
        }
    }

    /// Whether what the row says of their age is worth writing down again. A clock that was set back counts too.
    fn lags(&self) -> bool {
        let lag = self.as_of.zip(self.written_as_of).map(|(as_of, written)| as_of.abs_diff(written));
        lag.is_none_or(|lag| lag >= CONFIRM_MS.unsigned_abs())
    }

    /// The same hours with what is known of the duty now.
    fn with(self, duty: Duty) -> Self {
        let millis = |at: Option<Timestamp>| at.map(Timestamp::millis);
        let (since, rest_since) = (millis(duty.since_at), millis(duty.rest_since_at));
        Self { status: duty.status, since, rest_since, ..self }
    }
}

/// Where several accounts speak of a driver, a word is weighed against the others' rather than written.
fn is_weighed(
    work: &mut Work<'_>,
    memory: &mut Memory,
    external_id: &str,
    said: Word<'_>,
) -> rusqlite::Result<bool> {
    if !memory.driver(work, external_id)?.is_some_and(|hours| hours.is_shared) {
        return Ok(false);
    }
    let Some(driver_id) = memory.id(UnitKind::Driver, work.account, external_id) else { return Ok(false) };
    let weighed = testimony::told(work, driver_id, external_id, said)?;
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
                 updated_at = ?11, synced_at = ?11, rev = ?12, hos_rest_since_at = ?13
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
            hours.rest_since,
        ])?;
    Ok(())
}

/// Drivers whose clocks have been as they were for a while, by their rows, and as of when. That is no content, but
/// the age on every screen: it moves `rev`, not `updated_at`.
#[derive(Default)]
struct Confirmed(BTreeMap<i64, i64>);

impl Confirmed {
    /// Writes them, a run of neighbours at a time.
    fn write(self, work: &mut Work<'_>) -> rusqlite::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        work.touched.drivers = true;
        let mut statement = work.sql.prepare_cached(
            "UPDATE drivers SET hos_as_of_at = ?3, synced_at = ?4, rev = ?5 WHERE rowid BETWEEN ?1 AND ?2",
        )?;
        let rows: Vec<(i64, i64)> = self.0.into_iter().collect();
        let are_neighbours = |one: &(i64, i64), next: &(i64, i64)| one.0 + 1 == next.0 && one.1 == next.1;
        for run in rows.chunk_by(are_neighbours) {
            let [(first, as_of), ..] = run else { continue };
            let last = run.last().map_or(first, |(last, _)| last);
            statement.execute(params![first, last, as_of, work.now.millis(), work.rev])?;
        }
        Ok(())
    }
}

/// Takes in a duty status from a log, whose lines may come late and in any order: the newest counts.
fn duty(
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
    if (hours.status, hours.since) == (status, since) {
        return Ok(());
    }
    let said = if newest > since {
        DutyWord::Past { status, since_at }
    } else {
        DutyWord::Line { status, since_at }
    };
    let after = Hours { source: Some(source), ..hours.with((work.judge.duty)(hours.duty(), said)) };
    if (Hours { source: hours.source, ..after }) == *hours {
        return Ok(());
    }
    *hours = after;
    write_duty(work, hours)
}

/// Takes in how a log ends, from an account whose clocks the row shows.
fn log_end(work: &mut Work<'_>, memory: &mut Memory, external_id: &str, end: LogEnd) -> rusqlite::Result<()> {
    if (work.judge.timely)(end.held.at, work.now).is_err() {
        return Ok(());
    }
    let account = memory.account(work.account);
    if is_weighed(work, memory, external_id, Word::End(end))? {
        return Ok(());
    }
    let Some(hours) = memory.driver(work, external_id)?.filter(|hours| hours.source == Some(account)) else {
        return Ok(());
    };
    let after = hours.with((work.judge.duty)(hours.duty(), DutyWord::End(end)));
    if after == *hours {
        return Ok(());
    }
    *hours = after;
    write_duty(work, hours)
}

/// Writes a status, since when it holds, and since when he rests.
fn write_duty(work: &mut Work<'_>, hours: &Hours) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = ?2, hos_status_since_at = ?3, source = coalesce(source, ?4),
                 updated_at = ?5, rev = ?6, hos_rest_since_at = ?7
             WHERE rowid = ?1",
        )?
        .execute(params![
            hours.rowid,
            hours.status.word(),
            hours.since,
            work.account,
            work.now.millis(),
            work.rev,
            hours.rest_since,
        ])?;
    work.touched.drivers = true;
    Ok(())
}
