//! A row whose records all went to another unit: it goes, and what referred to it follows them. What a
//! person did to it remembers where, so that it can go back.

use rusqlite::params;

use super::table;
use crate::model::UnitKind;
use crate::store::apply::Work;
use crate::store::stays;

/// The unit that the record which `id` is named after stands for now; of the kind `?1`.
fn heir(id: &str) -> String {
    format!(
        "(SELECT l.unit_id FROM unit_links l WHERE l.kind = ?1 AND l.account = substr({id}, 1, instr({id}, ':') - 1)
          AND l.external_id = substr({id}, instr({id}, ':') + 1))"
    )
}

/// That no record stands for `id` any more.
fn is_folded(id: &str) -> String {
    format!("{id} NOT IN (SELECT unit_id FROM unit_links WHERE kind = ?1)")
}

/// Gives people's actions back to the unit they were noted on, where that is one again.
pub(super) fn send_back_actions(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
    let heir = heir("noted_on");
    work.sql
        .prepare_cached(&format!(
            "UPDATE actions SET subject_id = {heir}
             WHERE kind = ?1 AND noted_on IS NOT NULL AND coalesce({heir}, subject_id) <> subject_id"
        ))?
        .execute([kind.word()])?;
    Ok(())
}

/// Takes away rows that no record is linked to any more; what refers to them refers to the unit they
/// were folded into.
pub(super) fn drop_folded(work: &mut Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(&format!(
            "UPDATE actions SET noted_on = coalesce(noted_on, subject_id), subject_id = {}
             WHERE kind = ?1 AND {} AND {} IS NOT NULL",
            heir("subject_id"),
            is_folded("subject_id"),
            heir("subject_id"),
        ))?
        .execute([kind.word()])?;
    for (referring, column) in references(kind) {
        let (heir, is_folded) = (heir(column), is_folded(column));
        work.sql
            .prepare_cached(&format!(
                "UPDATE {referring} SET {column} = {heir}, updated_at = ?2, rev = ?3
                 WHERE {column} IS NOT NULL AND {is_folded}"
            ))?
            .execute(params![kind.word(), work.now.millis(), work.rev])?;
    }
    if kind == UnitKind::Tractor {
        for (from, to) in folded_tractors(work)? {
            stays::fold(work, &from, &to)?;
        }
    }
    let dropped = work
        .sql
        .prepare_cached(&format!("DELETE FROM {} WHERE {}", table(kind), is_folded("id")))?
        .execute([kind.word()])?;
    if dropped > 0 {
        for kind in UnitKind::ALL {
            work.touched.unit(kind);
        }
        work.touched.unit_gone(kind);
    }
    Ok(())
}

/// The tractors that no record is linked to any more, each with the one it was folded into.
fn folded_tractors(work: &Work<'_>) -> rusqlite::Result<Vec<(String, String)>> {
    let (heir, is_folded) = (heir("id"), is_folded("id"));
    let mut statement = work.sql.prepare_cached(&format!(
        "SELECT id, {heir} FROM tractors WHERE {is_folded} AND {heir} IS NOT NULL"
    ))?;
    let rows = statement.query_map([UnitKind::Tractor.word()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Where other units' rows name units of a kind. Movements are worked out anew from the TMS's ids.
const fn references(kind: UnitKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        UnitKind::Tractor => &[("drivers", "tractor_id"), ("trailers", "tractor_id")],
        UnitKind::Trailer => &[("tractors", "trailer_id")],
        UnitKind::Driver => &[("tractors", "driver_id"), ("trailers", "driver_id")],
    }
}
