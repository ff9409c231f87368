//! Where addresses are that were looked up for good, and what becomes of the stops there. Knows nothing of
//! who looks them up.

use rusqlite::{Connection, params};

use super::apply::{Work, mark, mark_one, next_revision};
use super::migrate::begin;
use super::{StoreError, Writer, stays};
use crate::model::{Address, Places, Point, RowText, Timestamp, Trust};

/// An address that was looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The address, as the TMS writes it.
    pub address: Address,
    /// Where it is; `None` where nothing was found that can be trusted.
    pub point: Option<Point>,
    /// Whether a person has to confirm it.
    pub is_unsure: bool,
}

/// What was not found is looked up again after this: maps are mended too.
const AGAIN_MS: i64 = 30 * 24 * 3600 * 1000;

/// Keeps what was found, and judges anew who was at the stops that are placed by it: by the fixes that are
/// kept, as if it had been known all along.
pub(super) fn keep(writer: &mut Writer, found: &[Place], now: Timestamp) -> Result<(), StoreError> {
    let kept = write(writer, found, now);
    if kept.is_err() {
        writer.memory.stays.forget();
    }
    kept
}

fn write(writer: &mut Writer, found: &[Place], now: Timestamp) -> Result<(), StoreError> {
    let sql = begin(&mut writer.connection)?;
    let old = now.millis() - AGAIN_MS;
    sql.execute("DELETE FROM places WHERE latitude IS NULL AND asked_at < ?1", [old])?;
    for Place { address, point, is_unsure } in found {
        let part = |text: &Option<RowText>| text.clone().unwrap_or_default();
        sql.prepare_cached(
            "INSERT INTO places VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET latitude = ?5, longitude = ?6, is_unsure = ?7, asked_at = ?8",
        )?
        .execute(params![
            address.street,
            part(&address.city),
            part(&address.state),
            part(&address.zip),
            point.map(|point| point.latitude),
            point.map(|point| point.longitude),
            is_unsure,
            now.millis(),
        ])?;
    }
    let rev = next_revision(&sql)?;
    let mut work = Work::of_nobody(&sql, writer.judge, rev, now);
    stays::placed(&work, &mut writer.memory.stays)?;
    stays::settle(&mut work, &mut writer.memory.stays)?;
    mark(&sql, rev, work.touched)?;
    mark_one(&sql, "places", rev, false)?;
    sql.commit()?;
    writer.memory.follow(rev);
    Ok(())
}

/// Where addresses are, as far as that was found.
pub(super) fn known(sql: &Connection) -> rusqlite::Result<Places> {
    let trust = |is_unsure| if is_unsure { Trust::ToConfirm } else { Trust::Sure };
    let found = all(sql)?.into_iter();
    Ok(found.filter_map(|place| Some((place.address, place.point?, trust(place.is_unsure)))).collect())
}

pub(super) fn all(sql: &Connection) -> rusqlite::Result<Vec<Place>> {
    let mut statement =
        sql.prepare("SELECT street, city, state, zip, latitude, longitude, is_unsure FROM places")?;
    let rows = statement.query_map([], |row| {
        let part = |column: usize| -> rusqlite::Result<Option<RowText>> {
            Ok(Some(row.get::<_, RowText>(column)?).filter(|text| !text.is_empty()))
        };
        let (latitude, longitude): (Option<f64>, Option<f64>) = (row.get(4)?, row.get(5)?);
        Ok(Place {
            address: Address { street: row.get(0)?, city: part(1)?, state: part(2)?, zip: part(3)? },
            point: latitude.zip(longitude).and_then(|(latitude, longitude)| Point::new(latitude, longitude)),
            is_unsure: row.get(6)?,
        })
    })?;
    rows.collect()
}
