//! What the records of a unit say of it, written into its row.

use rusqlite::params;

use super::table;
use crate::model::UnitKind;
use crate::store::apply::Work;
use crate::store::rows::TMS_ACCOUNT;

/// Writes what the records say into the units' rows: the TMS's word first, then the oldest ELD's. Looks at
/// units that are new, and at those with a record that changed in revision `since` or later.
pub(in crate::store) fn describe(work: &mut Work<'_>, kind: UnitKind, since: i64) -> rusqlite::Result<()> {
    let columns = described_columns(kind);
    let list = |each: &dyn Fn(&str, &str) -> String| {
        columns.iter().map(|(ours, theirs)| each(ours, theirs)).collect::<Vec<_>>().join(", ")
    };
    let table = table(kind);
    // CROSS JOIN fixes the order: from a unit's few links to their records, never the other way round.
    let records = "FROM unit_links l CROSS JOIN profiles p
         ON p.kind = l.kind AND p.account = l.account AND p.external_id = l.external_id
         WHERE l.kind = ?1 AND l.unit_id = u.id";
    let sql = format!(
        "WITH told AS MATERIALIZED (SELECT u.id AS told_id, {selected},
                 coalesce((SELECT max(p.active) {records}), 1) AS told_active
             FROM {table} u
             WHERE u.rev = ?3 OR u.id IN
                 (SELECT l.unit_id FROM profiles p CROSS JOIN unit_links l
                  ON l.kind = p.kind AND l.account = p.account AND l.external_id = p.external_id
                  WHERE p.kind = ?1 AND p.rev >= ?5))
         UPDATE {table} SET {assigned}, active = told_active, updated_at = ?2, rev = ?3
         FROM told
         WHERE told_id = id AND told_{first} IS NOT NULL AND ({mine}, active) IS NOT ({theirs}, told_active)
         RETURNING active",
        selected = list(&|ours, theirs| {
            format!(
            "(SELECT p.{theirs} {records} AND p.{theirs} IS NOT NULL
              ORDER BY p.active DESC, l.account <> ?4, p.name = p.external_id, p.first_at, p.account, p.external_id, p.resource LIMIT 1)
             AS told_{ours}"
        )
        }),
        assigned = list(&|ours, _| format!("{ours} = told_{ours}")),
        first = columns.first().map_or("id", |(ours, _)| ours),
        mine = list(&|ours, _| ours.to_owned()),
        theirs = list(&|ours, _| format!("told_{ours}")),
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let described: Vec<bool> = statement
        .query_map(params![kind.word(), work.now.millis(), work.rev, TMS_ACCOUNT, since], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if !described.is_empty() {
        work.touched.unit(kind);
    }
    if described.contains(&false) {
        // A unit that was deactivated leaves the screen, which only a whole read shows.
        work.touched.unit_gone(kind);
    }
    Ok(())
}

/// Our columns that profiles fill, with the profile's.
const fn described_columns(kind: UnitKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        UnitKind::Tractor => &[
            ("unit_number", "name"),
            ("vin", "vin"),
            ("plate", "plate"),
            ("make", "make"),
            ("model", "model"),
            ("year", "year"),
            ("fleet", "fleet"),
            ("dispatcher", "dispatcher"),
        ],
        UnitKind::Trailer => {
            &[("unit_number", "name"), ("vin", "vin"), ("plate", "plate"), ("trailer_type", "trailer_type")]
        }
        UnitKind::Driver => &[
            ("name", "name"),
            ("phone", "phone"),
            ("timezone", "timezone"),
            ("ruleset", "ruleset"),
            ("dispatcher", "dispatcher"),
        ],
    }
}
