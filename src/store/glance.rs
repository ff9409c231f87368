//! What the first frame shows, read in a few milliseconds however large the fleet is. What is not in it may well
//! be in the database.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::open::{StoreError, readable};
use super::read::all;
use super::rows::FromRow;
use crate::model::{Exception, Extent, Fleet, Keyed, Rows, Timestamp, UnitId, Viewer};

/// Exceptions whose units are read: more than there are lines on any screen, since several may be of one load.
const ABOUT: usize = 300;

/// The queue, the feeds and who looks on, and the units that the first of the queue are about.
pub fn glance(path: &Path, now: Timestamp) -> Result<Fleet, StoreError> {
    let connection = readable(path)?;
    let sql = connection.unchecked_transaction()?;
    let mut fleet = Fleet::default();
    (fleet.extent, fleet.read_at) = (Extent::Glance, now);
    fleet.exceptions = open(&sql)?;
    let queue = fleet.queue();
    let touched: Vec<_> = queue.into_iter().take(ABOUT).map(|row| row.touches.clone()).collect();
    fleet.tractors = units(&sql, touched.iter().filter_map(|row| row.tractor_id.as_ref()))?;
    fleet.trailers = units(&sql, touched.iter().filter_map(|row| row.trailer_id.as_ref()))?;
    fleet.drivers = units(&sql, touched.iter().filter_map(|row| row.driver_id.as_ref()))?;
    fleet.feeds = all(&sql, "account, resource")?;
    fleet.viewers = all(&sql, "since_at, id")?;
    fleet.viewers.retain(|viewer: &Viewer| viewer.is_here(now));
    Ok(fleet)
}

fn open(sql: &Connection) -> rusqlite::Result<Rows<Exception>> {
    let (columns, table) = (Exception::COLUMNS, Exception::TABLE);
    let mut statement = sql.prepare(&format!("SELECT {columns} FROM {table} WHERE state = 'open'"))?;
    statement.query_map([], Exception::from_row)?.collect()
}

fn units<'a, T: FromRow + Keyed<Key = UnitId>>(
    sql: &Connection,
    ids: impl Iterator<Item = &'a UnitId>,
) -> rusqlite::Result<Rows<T>> {
    let (columns, table, shown) = (T::COLUMNS, T::TABLE, T::SHOWN);
    let mut statement = sql.prepare(&format!("SELECT {columns} FROM {table} WHERE id = ?1 AND {shown}"))?;
    let ids: BTreeSet<&UnitId> = ids.collect();
    ids.into_iter()
        .filter_map(|id| statement.query_row([&id.0], T::from_row).optional().transpose())
        .collect()
}
