//! Reading what is remembered of units and drivers from the rows of the file.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::{Account, Driver, Hours, Known, Memory, News, Stood, Suspect, Unit};
use crate::model::{DutyStatus, Engine, Fix, Motion, Sighting, Timestamp, UnitKind};
use crate::store::apply::Work;
use crate::store::links;
use crate::store::rows::text;

impl Memory {
    /// Reads the units of a kind that any account knows, or the one that this account calls `only`.
    pub(super) fn load_units(
        &mut self,
        work: &Work<'_>,
        kind: UnitKind,
        only: Option<&str>,
        known: &mut Known<Unit>,
    ) -> rusqlite::Result<()> {
        let (table, readings) = match kind {
            UnitKind::Tractor => {
                ("tractors", "u.engine, u.engine_at, u.fuel_pct, u.fuel_at, u.odometer_mi, u.odometer_at")
            }
            UnitKind::Trailer => ("trailers", "NULL, NULL, NULL, NULL, NULL, NULL"),
            UnitKind::Driver => return Ok(()),
        };
        let mut suspects = suspects(work, kind)?;
        let one =
            if only.is_some() { "AND l.account = ?2 AND l.external_id = ?3" } else { "AND ?2 IS NOT ?3" };
        let mut statement = work.sql.prepare_cached(&format!(
            "SELECT {NAMED}, u.observed_at, u.latitude, u.longitude, u.state, u.state_since_at, u.source, u.id, {readings}, u.synced_at,
                 u.stood_since_at, u.stood_after_at, u.speed_mph IS NOT NULL
             FROM unit_links l CROSS JOIN {table} u ON u.id = l.unit_id WHERE l.kind = ?1 {one}"
        ))?;
        let mut rows = statement.query(params![kind.word(), work.account, only])?;
        // Of all rows at once; they are not worth their room afterwards, when one row is looked for in a while.
        let mut places = HashMap::new();
        while let Some(row) = rows.next()? {
            let account = self.account(text(row, 0)?.unwrap_or_default());
            let source = text(row, 9)?.map(|source| self.account(source));
            let rowid: i64 = row.get(3)?;
            let is_at = match only {
                None => places.get(&rowid).copied(),
                Some(_) => {
                    (0..).zip(&known.rows).find(|(_, unit)| unit.rowid == rowid).map(|(place, _)| place)
                }
            };
            let place = known.add(account, row, is_at, || {
                let id = text(row, 10)?.unwrap_or_default();
                let (lat, lon, seen) = (row.get(5)?, row.get(6)?, at(row, 4)?);
                Ok(Unit {
                    rowid,
                    id: id.into(),
                    // A place that nobody told is none that a fix could be too far from, or older than.
                    shown: source.and_then(|_| Sighting::of(lat, lon, seen)),
                    has_speed: row.get(20)?,
                    source,
                    state: text(row, 7)?.and_then(Motion::from_word).unwrap_or_default(),
                    since: row.get(8)?,
                    stood: stood(row)?,
                    engine: text(row, 11)?.and_then(Engine::from_word).zip(at(row, 12)?),
                    fuel: row.get::<_, Option<f64>>(13)?.zip(at(row, 14)?),
                    odometer: row.get::<_, Option<f64>>(15)?.zip(at(row, 16)?),
                    suspect: suspects.remove(id).map(Box::new),
                    news: News::default(),
                    synced: row.get(17)?,
                })
            })?;
            if only.is_none() {
                places.extend(place.map(|place| (rowid, place)));
            }
        }
        Ok(())
    }

    pub(super) fn load_drivers(&mut self, work: &Work<'_>) -> rusqlite::Result<Known<Driver>> {
        let mut known = Known::default();
        let mut statement = work.sql.prepare_cached(&format!(
            "SELECT {NAMED}, {HOURS}, u.id
             FROM unit_links l CROSS JOIN drivers u ON u.id = l.unit_id WHERE l.kind = ?1"
        ))?;
        let mut rows = statement.query([UnitKind::Driver.word()])?;
        let mut places = HashMap::new();
        while let Some(row) = rows.next()? {
            let account = self.account(text(row, 0)?.unwrap_or_default());
            let source = text(row, 12)?.map(|source| self.account(source));
            let rowid: i64 = row.get(3)?;
            let place = known.add(account, row, places.get(&rowid).copied(), || {
                let id = text(row, 15)?.unwrap_or_default().into();
                Ok(Driver { id, hours: hours(row, source)? })
            })?;
            places.extend(place.map(|place| (rowid, place)));
        }
        known.rows.shrink_to_fit();
        Ok(known)
    }

    /// The driver that this account calls `external_id` was written past this memory.
    pub(in crate::store) fn read_again(
        &mut self,
        work: &Work<'_>,
        external_id: &str,
    ) -> rusqlite::Result<()> {
        let Some(rowid) = self.driver(work, external_id)?.map(|hours| hours.rowid) else { return Ok(()) };
        let mut statement = work.sql.prepare_cached(&format!(
            "SELECT NULL, NULL, NULL, u.rowid, {HOURS} FROM drivers u WHERE u.rowid = ?1"
        ))?;
        let fresh = statement.query_row([rowid], |row| {
            let source = text(row, 12)?.map(|source| self.account(source));
            hours(row, source)
        })?;
        if let Some(known) = self.driver(work, external_id)? {
            *known = fresh;
        }
        Ok(())
    }
}

/// A driver's hours, after four columns of other things.
const HOURS: &str = "u.hos_status, u.hos_status_since_at, u.drive_left_s, u.shift_left_s, u.break_left_s,
     u.cycle_left_s, u.cycle_tomorrow_s, u.hos_as_of_at, u.source,
     (SELECT count(DISTINCT o.account) FROM unit_links o WHERE o.kind = 'driver' AND o.unit_id = u.id) > 1,
     u.hos_rest_since_at";

/// Reads them.
fn hours(row: &Row<'_>, source: Option<Account>) -> rusqlite::Result<Hours> {
    Ok(Hours {
        rowid: row.get(3)?,
        status: text(row, 4)?.and_then(DutyStatus::from_word).unwrap_or_default(),
        since: row.get(5)?,
        rest_since: row.get(14)?,
        left: [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?],
        as_of: row.get(11)?,
        written_as_of: row.get(11)?,
        source,
        is_shared: row.get(13)?,
    })
}

/// What every row begins with: who calls it what, whether it takes part there, and which row it is.
pub(super) const NAMED: &str = "l.account, l.external_id, (SELECT coalesce(max(active), 1) FROM profiles p
         WHERE p.kind = l.kind AND p.account = l.account AND p.external_id = l.external_id), u.rowid";

/// The fixes in doubt, by unit. Those of units that were folded into others are forgotten.
fn suspects(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<HashMap<String, Suspect>> {
    let table = links::table(kind);
    work.sql
        .prepare_cached(&format!(
            "DELETE FROM suspects WHERE kind = ?1 AND NOT EXISTS (SELECT 1 FROM {table} u WHERE u.id = unit_id)"
        ))?
        .execute([kind.word()])?;
    let mut statement = work.sql.prepare_cached(
        "SELECT unit_id, latitude, longitude, speed_mph, heading_deg, observed_at, source
         FROM suspects WHERE kind = ?1",
    )?;
    let rows = statement.query_map([kind.word()], |row| {
        let fix = Fix {
            latitude: row.get(1)?,
            longitude: row.get(2)?,
            says: None,
            speed_mph: row.get(3)?,
            heading_deg: row.get(4)?,
            place: None,
            observed_at: Timestamp::from_millis(row.get(5)?),
        };
        Ok((row.get(0)?, Suspect { fix, source: row.get(6)? }))
    })?;
    rows.collect()
}

fn stood(row: &Row<'_>) -> rusqlite::Result<Option<Stood>> {
    let Some(since) = row.get(18)? else { return Ok(None) };
    Ok(Some(Stood { since, after: row.get(19)? }))
}

fn at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}
