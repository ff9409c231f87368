//! The hours of a driver whom several accounts know: each account's last word is kept apart, and the
//! row in `drivers` shows that of the one that is believed. Of a driver known to one account only,
//! nothing is kept here.

use rusqlite::{OptionalExtension, Row, params};

use super::apply::Work;
use super::hours;
use super::links::{Change, RecordKey};
use super::rows::TMS_ACCOUNT;
use crate::model::{Clocks, Duty, DutyStatus, DutyWord, HoursWord, LogEnd, Timestamp, WorkLeft};

/// What an account told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word<'a> {
    /// Clocks.
    Clocks(&'a Clocks),
    /// A duty status and since when.
    Duty(DutyStatus, Timestamp),
    /// How a log ends.
    End(LogEnd),
}

/// Takes in a word on a driver whom several accounts know. False, and nothing done, for any other.
pub(super) fn told(
    work: &mut Work<'_>,
    driver_id: &str,
    external_id: &str,
    told: Word<'_>,
) -> rusqlite::Result<bool> {
    let records = tellers(work, driver_id)?;
    if records.len() < 2 {
        return Ok(false);
    }
    remember_shown(work, driver_id, &records)?;
    let teller = (work.account.to_owned(), external_id.to_owned());
    note(work, &teller, told)?;
    let believed = believe(work, &records)?;
    if believed.as_ref() == Some(&teller) {
        show(work, driver_id, Some(&teller))?;
    }
    Ok(true)
}

/// Drivers became one, or two again: each shows what its own accounts told.
pub(super) fn carry(work: &mut Work<'_>, change: &Change<'_>) -> rusqlite::Result<()> {
    for (driver, records) in change.units_before() {
        remember_shown(work, driver, records)?;
    }
    let units: Vec<_> = change.units().map(|(driver, _)| driver.to_owned()).collect();
    for driver in units {
        let records = tellers(work, &driver)?;
        let believed = believe(work, &records)?;
        show(work, &driver, believed.as_ref())?;
        if let [only] = records.as_slice() {
            work.sql
                .prepare_cached("DELETE FROM hours_told WHERE account = ?1 AND external_id = ?2")?
                .execute([&only.0, &only.1])?;
        }
    }
    Ok(())
}

/// The active records of a driver in ELD accounts.
fn tellers(work: &Work<'_>, driver_id: &str) -> rusqlite::Result<Vec<RecordKey>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT account, external_id FROM unit_links l
         WHERE kind = 'driver' AND unit_id = ?1 AND account <> ?2
           AND (SELECT coalesce(max(active), 1) FROM profiles p
                WHERE p.kind = l.kind AND p.account = l.account AND p.external_id = l.external_id) = 1",
    )?;
    let rows = statement.query_map([driver_id, TMS_ACCOUNT], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Notes what the row shows as the word of the record it is from, where no newer one is noted. Where
/// several records of its account could have told it, nobody's.
fn remember_shown(work: &Work<'_>, driver_id: &str, records: &[RecordKey]) -> rusqlite::Result<()> {
    let source: Option<String> = work
        .sql
        .prepare_cached("SELECT source FROM drivers WHERE id = ?1")?
        .query_row([driver_id], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(source) = source else { return Ok(()) };
    let mut of_source = records.iter().filter(|(account, _)| *account == source);
    let (Some((account, external_id)), None) = (of_source.next(), of_source.next()) else { return Ok(()) };
    work.sql
        .prepare_cached(
            "INSERT INTO hours_told
             SELECT ?2, ?3, hos_status, hos_status_since_at, drive_left_s, shift_left_s, break_left_s, cycle_left_s,
                 cycle_tomorrow_s, hos_as_of_at, 1, hos_rest_since_at
             FROM drivers WHERE id = ?1
             ON CONFLICT DO UPDATE SET status = excluded.status, status_since_at = excluded.status_since_at,
                 rest_since_at = excluded.rest_since_at,
                 drive_left_s = excluded.drive_left_s, shift_left_s = excluded.shift_left_s,
                 break_left_s = excluded.break_left_s, cycle_left_s = excluded.cycle_left_s,
                 cycle_tomorrow_s = excluded.cycle_tomorrow_s, as_of_at = excluded.as_of_at
             -- Told while it was the only one, after what is noted.
             WHERE excluded.as_of_at > coalesce(as_of_at, 0)",
        )?
        .execute([driver_id, account.as_str(), external_id.as_str()])?;
    Ok(())
}

/// Notes an account's word beside what it said before.
fn note(work: &Work<'_>, record: &RecordKey, told: Word<'_>) -> rusqlite::Result<()> {
    let before = noted(work, record)?;
    let said = match told {
        Word::Clocks(clocks) => hours::now(work, clocks),
        Word::Duty(status, since_at) if before.since_at > Some(since_at) => {
            DutyWord::Past { status, since_at }
        }
        Word::Duty(status, since_at) => DutyWord::Line { status, since_at },
        Word::End(end) => DutyWord::End(end),
    };
    let duty = (work.judge.duty)(before, said);
    let millis = |at: Option<Timestamp>| at.map(Timestamp::millis);
    work.sql
        .prepare_cached(
            "INSERT INTO hours_told (account, external_id, status, status_since_at, rest_since_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET status = ?3, status_since_at = ?4, rest_since_at = ?5",
        )?
        .execute(params![
            record.0,
            record.1,
            duty.status.word(),
            millis(duty.since_at),
            millis(duty.rest_since_at)
        ])?;
    let Word::Clocks(clocks) = told else { return Ok(()) };
    work.sql
        .prepare_cached(
            "UPDATE hours_told SET drive_left_s = ?3, shift_left_s = ?4, break_left_s = ?5, cycle_left_s = ?6,
                 cycle_tomorrow_s = ?7, as_of_at = ?8
             WHERE account = ?1 AND external_id = ?2",
        )?
        .execute(params![
            record.0,
            record.1,
            clocks.drive_left_s,
            clocks.shift_left_s,
            clocks.break_left_s,
            clocks.cycle_left_s,
            clocks.cycle_tomorrow_s,
            clocks.as_of_at.millis(),
        ])?;
    Ok(())
}

/// What an account has told of a driver's duty so far.
fn noted(work: &Work<'_>, (account, external_id): &RecordKey) -> rusqlite::Result<Duty> {
    let at = |row: &Row<'_>, column| {
        Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
    };
    let noted = work
        .sql
        .prepare_cached(
            "SELECT status, status_since_at, rest_since_at, as_of_at, drive_left_s, cycle_left_s FROM hours_told
             WHERE account = ?1 AND external_id = ?2",
        )?
        .query_row([account, external_id], |row| {
            Ok(Duty {
                status: DutyStatus::from_word(&row.get::<_, String>(0)?).unwrap_or_default(),
                since_at: at(row, 1)?,
                rest_since_at: at(row, 2)?,
                heard_at: at(row, 3)?,
                left: WorkLeft { drive_s: row.get(4)?, cycle_s: row.get(5)? },
            })
        })
        .optional()?;
    Ok(noted.unwrap_or_default())
}

/// Which of these records is believed; notes it. `None` where none of them told anything.
fn believe(work: &Work<'_>, records: &[RecordKey]) -> rusqlite::Result<Option<RecordKey>> {
    let mut heard = Vec::new();
    for record in records {
        let said = work
            .sql
            .prepare_cached(
                "SELECT status, as_of_at, believed, EXISTS (SELECT 1 FROM pairings p WHERE p.account = ?1
                     AND p.tie = 'driver_tractor' AND p.left_id = ?2 AND p.source = 'eld' AND p.right_id <> '')
                 FROM hours_told WHERE account = ?1 AND external_id = ?2",
            )?
            .query_row([&record.0, &record.1], word)
            .optional()?;
        heard.extend(said.map(|said| (record, said)));
    }
    let words: Vec<_> = heard.iter().map(|(_, word)| *word).collect();
    let believed = (work.judge.believe)(&words, work.now).and_then(|index| heard.get(index));
    for (record, word) in &heard {
        let is_believed = believed.is_some_and(|(believed, _)| believed == record);
        if word.believed != is_believed {
            work.sql
                .prepare_cached(
                    "UPDATE hours_told SET believed = ?3 WHERE account = ?1 AND external_id = ?2",
                )?
                .execute(params![record.0, record.1, is_believed])?;
        }
    }
    Ok(believed.map(|(record, _)| (*record).clone()))
}

fn word(row: &Row<'_>) -> rusqlite::Result<HoursWord> {
    let status: String = row.get(0)?;
    Ok(HoursWord {
        status: DutyStatus::from_word(&status).unwrap_or_default(),
        as_of_at: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis),
        believed: row.get(2)?,
        logged_in: row.get(3)?,
    })
}

/// Writes a record's word into the driver's row; without one, that nobody told anything.
fn show(work: &mut Work<'_>, driver_id: &str, record: Option<&RecordKey>) -> rusqlite::Result<()> {
    let (account, external_id) = record.map(|(account, external_id)| (account, external_id)).unzip();
    work.sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = n.status, hos_status_since_at = n.status_since_at,
                 hos_rest_since_at = n.rest_since_at, drive_left_s = n.drive_left_s, shift_left_s = n.shift_left_s, break_left_s = n.break_left_s,
                 cycle_left_s = n.cycle_left_s, cycle_tomorrow_s = n.cycle_tomorrow_s, source = n.account,
                 updated_at = iif((hos_status, hos_status_since_at, drivers.drive_left_s, drivers.shift_left_s,
                         drivers.break_left_s, drivers.cycle_left_s, drivers.cycle_tomorrow_s, source)
                     IS (n.status, n.status_since_at, n.drive_left_s, n.shift_left_s, n.break_left_s, n.cycle_left_s,
                         n.cycle_tomorrow_s, n.account), updated_at, ?4),
                 hos_as_of_at = n.as_of_at, synced_at = ?4, rev = ?5
             FROM (SELECT coalesce(h.status, 'unknown') AS status, h.*
                   FROM (SELECT 1) LEFT JOIN hours_told h ON h.account = ?2 AND h.external_id = ?3) n
             WHERE drivers.id = ?1",
        )?
        .execute(params![driver_id, account, external_id, work.now.millis(), work.rev])?;
    work.touched.drivers = true;
    Ok(())
}
