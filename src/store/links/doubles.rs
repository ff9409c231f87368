//! Drivers who are on one truck, as they are now: who they are bears on which of them may be one and were not joined, and
//! changes without any roster. Joins nobody.

use super::records;
use crate::model::UnitKind;
use crate::store::apply::Work;
use crate::store::memory::Memory;

/// Writes anew what looks alike among drivers, where others share a truck, or have other numbers, than when this was last
/// looked at.
pub(in crate::store) fn look(work: &mut Work<'_>, memory: &mut Memory) -> rusqlite::Result<()> {
    // Of ten thousand drivers few share a truck: the index tells who.
    let mut statement = work.sql.prepare_cached(
        "SELECT a.tractor_id || char(10) || a.id || char(10) || a.phone || char(10) || b.id || char(10) || b.phone
         FROM drivers a JOIN drivers b ON b.tractor_id = a.tractor_id AND b.id > a.id
         WHERE a.tractor_id IS NOT NULL AND a.phone IS NOT NULL AND b.phone IS NOT NULL ORDER BY 1",
    )?;
    let pairs = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    if memory.sharing.as_ref() == Some(&pairs) {
        return Ok(());
    }
    memory.sharing = Some(pairs);
    let records = records::records(work, UnitKind::Driver)?;
    let linked = (work.judge.link)(UnitKind::Driver, &records, &records::wishes(work.sql)?);
    records::write_conflicts(work, UnitKind::Driver, &linked.conflicts)
}
