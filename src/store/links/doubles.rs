//! Drivers who are on one truck, as they are now: who they are bears on which of them may be one and were not joined, and
//! changes without any roster. Joins nobody.

use super::records;
use crate::model::UnitKind;
use crate::store::apply::Work;
use crate::store::memory::Memory;

/// Who shares a truck, and by which phone he is called. One line a driver and none a pair: a truck that stands for "none yet"
/// may have thousands.
const SHARING: &str = "SELECT tractor_id || char(10) || id || char(10) || phone FROM
         (SELECT tractor_id, id, phone, count(*) OVER (PARTITION BY tractor_id) AS drivers FROM drivers
          WHERE tractor_id IS NOT NULL AND phone IS NOT NULL)
     WHERE drivers > 1 ORDER BY tractor_id, id";

/// Writes anew what looks alike among drivers, where others share a truck, or have other numbers, than when this was last
/// looked at.
pub(in crate::store) fn look(work: &mut Work<'_>, memory: &mut Memory) -> rusqlite::Result<()> {
    let mut statement = work.sql.prepare_cached(SHARING)?;
    let sharing = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    if memory.sharing.as_ref() == Some(&sharing) {
        return Ok(());
    }
    memory.sharing = Some(sharing);
    let records = records::records(work, UnitKind::Driver)?;
    let linked = (work.judge.link)(UnitKind::Driver, &records, &records::wishes(work.sql)?);
    records::write_conflicts(work, UnitKind::Driver, &linked.conflicts)
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, StatementStatus, params};

    use super::*;
    use crate::store::migrate::migrate;

    /// So many drivers, so many of them on each truck: how many share one, and how many steps the database took to tell.
    fn looked_at(drivers: usize, on_each: usize) -> (usize, i32) {
        let mut sql = Connection::open_in_memory().unwrap();
        migrate(&mut sql, 0).unwrap();
        let begun = sql.transaction().unwrap();
        for driver in 0..drivers {
            begun
                .prepare_cached(
                    "INSERT INTO drivers (id, rev, name, tractor_id, phone, created_at, updated_at, synced_at)
                     VALUES (?1, 1, ?1, ?2, '7135550130', 0, 0, 0)",
                )
                .unwrap()
                .execute(params![format!("d{driver:05}"), format!("t{:05}", driver / on_each)])
                .unwrap();
        }
        begun.commit().unwrap();
        let mut statement = sql.prepare(SHARING).unwrap();
        let sharing = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().count();
        (sharing, statement.get_status(StatementStatus::VmStep))
    }

    #[test]
    fn who_shares_a_truck_is_told_in_steps_that_grow_as_the_drivers_do() {
        // Each alone, two and two, and all on the one truck that stands for none yet.
        for (few, many) in [(1, 1), (2, 2), (1_000, 10_000)] {
            let (shared, steps) = looked_at(1_000, few);
            let (shared_by_all, steps_of_all) = looked_at(10_000, many);
            assert_eq!((shared, shared_by_all), if few == 1 { (0, 0) } else { (1_000, 10_000) });
            assert!(steps_of_all < 15 * steps, "{steps_of_all} steps for ten times as many as took {steps}");
        }
    }

    #[test]
    fn who_has_no_phone_shares_nothing() {
        let mut sql = Connection::open_in_memory().unwrap();
        migrate(&mut sql, 0).unwrap();
        sql.execute_batch(
            "INSERT INTO drivers (id, rev, name, tractor_id, phone, created_at, updated_at, synced_at) VALUES
                 ('a', 1, 'a', 't', '1', 0, 0, 0), ('b', 1, 'b', 't', NULL, 0, 0, 0), ('c', 1, 'c', NULL, '1', 0, 0, 0),
                 ('d', 1, 'd', 'u', '1', 0, 0, 0), ('e', 1, 'e', 'u', '2', 0, 0, 0)",
        )
        .unwrap();
        let mut statement = sql.prepare(SHARING).unwrap();
        let sharing: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
        assert_eq!(sharing, ["u\nd\n1", "u\ne\n2"]);
    }
}
