//! What is read of every unit where only few of them are read whole: a few words each, straight from the
//! rows. Who is worth a whole row is decided by whoever asks.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::rows::{Columns, text};
use crate::model::{Driven, DutyStatus, Motion, Muster, Post, Rolling, Sighting, UnitId};

/// Every tractor of the fleet.
pub(super) fn muster(sql: &Connection) -> rusqlite::Result<Muster> {
    let mut statement = sql.prepare_cached(
        "SELECT latitude, longitude, observed_at, state, unit_number, source FROM tractors WHERE active = 1",
    )?;
    let mut rows = statement.query([])?;
    let mut muster = Muster::default();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        muster.call(Post {
            seen: seen(&mut columns)?,
            state: columns.word(Motion::from_word)?.unwrap_or_default(),
            unit_number: text(row, 4)?.unwrap_or_default(),
            source: text(row, 5)?,
        });
    }
    Ok(muster)
}

/// The trailers that move and that `pick` picks.
pub(super) fn trailers(
    sql: &Connection,
    pick: impl Fn(&Rolling) -> bool,
) -> rusqlite::Result<BTreeSet<UnitId>> {
    let mut statement = sql.prepare_cached(
        "SELECT t.latitude, t.longitude, t.observed_at, u.latitude, u.longitude, u.observed_at, u.id IS NOT NULL, t.id
         FROM trailers t LEFT JOIN tractors u ON u.id = t.tractor_id AND u.active = 1
         WHERE t.active = 1 AND t.state = ?1",
    )?;
    let mut rows = statement.query([Motion::Moving.word()])?;
    let mut picked = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let (own, pulls) = (seen(&mut columns)?, seen(&mut columns)?);
        let is_paired: bool = columns.take()?;
        let Some(own) = own else { continue };
        if pick(&Rolling { seen: own, tractor: is_paired.then_some(pulls) }) {
            picked.insert(columns.id()?);
        }
    }
    Ok(picked)
}

/// The tractors of which `pick` picks one of the drivers.
pub(super) fn driven(sql: &Connection, pick: impl Fn(Driven) -> bool) -> rusqlite::Result<BTreeSet<UnitId>> {
    let mut statement = sql.prepare_cached(
        "SELECT d.hos_status, u.state, u.id FROM drivers d CROSS JOIN tractors u ON u.id = d.tractor_id
         WHERE d.active = 1 AND u.active = 1",
    )?;
    let mut rows = statement.query([])?;
    let mut picked = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let driven = Driven {
            log: columns.word(DutyStatus::from_word)?.unwrap_or_default(),
            truck: columns.word(Motion::from_word)?.unwrap_or_default(),
        };
        if pick(driven) {
            picked.insert(columns.id()?);
        }
    }
    Ok(picked)
}

/// Three columns, where none of them is missing.
fn seen(columns: &mut Columns<'_>) -> rusqlite::Result<Option<Sighting>> {
    Ok(Sighting::of(columns.take()?, columns.take()?, columns.at_opt()?))
}
