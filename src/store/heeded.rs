//! The units that who judges loads reads: those that a load, something wrong, or a look at all units leads
//! to. Of a fleet of ten thousand that are few rows beside all of them, and the poller holds them for ever.
//! Decides nothing about any.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::read::{Marks, Scope, UNREAD, columns};
use super::rows::FromRow;
use crate::model::{Concern, Driver, Fleet, Keyed, Rows, Tractor, Trailer, UnitId};

/// Brings the units of `fleet` up to date, whose loads and exceptions are. True when they changed.
pub(super) fn refresh(
    sql: &Connection,
    fleet: &mut Fleet,
    seen: i64,
    concern: &Concern,
    marks: &Marks,
) -> rusqlite::Result<bool> {
    let mut ids = led_to(fleet, concern);
    let mut changed = take(sql, &mut fleet.trailers, &ids.trailers, seen, marks)?;
    ids.tractors.extend(fleet.trailers.iter().filter_map(|row| row.tractor_id.clone()));
    changed |= take(sql, &mut fleet.tractors, &ids.tractors, seen, marks)?;
    add_crews(sql, &mut ids)?;
    changed |= take(sql, &mut fleet.drivers, &ids.drivers, seen, marks)?;
    Ok(changed)
}

/// Whose rows are read.
#[derive(Default)]
struct Ids {
    tractors: BTreeSet<UnitId>,
    trailers: BTreeSet<UnitId>,
    drivers: BTreeSet<UnitId>,
}

impl Ids {
    fn add(&mut self, tractor: Option<&UnitId>, trailer: Option<&UnitId>, driver: Option<&UnitId>) {
        self.tractors.extend(tractor.cloned());
        self.trailers.extend(trailer.cloned());
        self.drivers.extend(driver.cloned());
    }
}

fn led_to(fleet: &Fleet, concern: &Concern) -> Ids {
    let mut ids = Ids {
        tractors: concern.tractors.clone(),
        trailers: concern.trailers.clone(),
        drivers: BTreeSet::new(),
    };
    for load in &fleet.movements {
        ids.add(load.tractor_id.as_ref(), load.trailer_id.as_ref(), load.driver_id.as_ref());
        ids.add(None, None, load.driver2_id.as_ref());
    }
    for row in &fleet.judgements {
        ids.add(row.tractor_id.as_ref(), None, row.driver_id.as_ref());
    }
    for row in &fleet.exceptions {
        let touches = &row.touches;
        ids.add(touches.tractor_id.as_ref(), touches.trailer_id.as_ref(), touches.driver_id.as_ref());
    }
    ids
}

/// Whoever is on one of the tractors: of two drivers each may be at the wheel.
fn add_crews(sql: &Connection, ids: &mut Ids) -> rusqlite::Result<()> {
    let mut statement = sql.prepare_cached("SELECT id FROM drivers WHERE tractor_id = ?1 AND active = 1")?;
    for tractor in &ids.tractors {
        for id in statement.query_map([&tractor.0], |row| row.get(0))? {
            ids.drivers.insert(UnitId(id?));
        }
    }
    Ok(())
}

/// A kind of unit.
trait Unit: FromRow + Keyed<Key = UnitId> {}
impl Unit for Tractor {}
impl Unit for Trailer {}
impl Unit for Driver {}

/// Makes `rows` those of `ids`, as they are now.
fn take<T: Unit>(
    sql: &Connection,
    rows: &mut Rows<T>,
    ids: &BTreeSet<UnitId>,
    seen: i64,
    marks: &Marks,
) -> rusqlite::Result<bool> {
    let mark = marks.of(T::TABLE);
    let whole = mark.full_rev > seen;
    let mut changed = rows.retain(|row| !whole && ids.contains(&row.key()));
    let asked: Vec<(&UnitId, i64)> = ids
        .iter()
        .map(|id| (id, if rows.get(id).is_some() { seen } else { UNREAD }))
        .filter(|(_, since)| mark.rev > *since)
        .collect();
    let (columns, table, shown) = (columns::<T>(Scope::Judged), T::TABLE, T::SHOWN);
    let mut statement =
        sql.prepare_cached(&format!("SELECT {columns} FROM {table} WHERE id = ?1 AND rev > ?2 AND {shown}"))?;
    let newer = asked.into_iter().filter_map(|(id, since)| {
        let row = statement.query_row(params![id.0, since], T::from_row).optional().transpose();
        changed |= row.is_some();
        row
    });
    rows.put(newer)?;
    Ok(changed)
}
