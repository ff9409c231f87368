//! A unit's history, and which records are which unit. For whoever asks about one unit; the screen
//! asks for neither.

use std::path::Path;

use rusqlite::{Connection, Row, params};

use super::open::{StoreError, readable};
use crate::model::{LinkRule, Timestamp, TrailPoint, UnitId, UnitKind, UnitLink};

/// Every record of every account with the unit it stands for, deactivated ones among them.
pub fn links(path: &Path) -> Result<Vec<UnitLink>, StoreError> {
    let connection = readable(path)?;
    let sql = "SELECT kind, unit_id, account, external_id, rule FROM unit_links";
    Ok(connection
        .prepare(sql)?
        .query_map([], link)?
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?)
}

/// Where a unit was seen since then, oldest first, by each account that is linked to it now.
///
/// A point stands under the id its unit had at that time, so those of the records that were linked
/// later are found under their own; a record that was linked then and is not any more is left out.
/// Reads the history of that time whole, and no more: a day of 10,000 units is 6.6 million points and
/// about a second. An index by unit would make that 20 ms; but it made points six times as slow to
/// write and the history two thirds larger, for a question that is asked now and then.
pub fn trail(
    path: &Path,
    kind: UnitKind,
    unit_id: &UnitId,
    since: Timestamp,
) -> Result<Vec<TrailPoint>, StoreError> {
    let connection = readable(path)?;
    let (mut ids, mut accounts) = (vec![unit_id.to_string()], Vec::new());
    for UnitLink { account, external_id, .. } in links_of(&connection, kind, unit_id)? {
        ids.push(UnitId::first_told(&account, &external_id).0.into());
        accounts.push(account);
    }
    let one_of = |values: &[String], first: usize| {
        let marks: Vec<_> = (first..first + values.len()).map(|at| format!("?{at}")).collect();
        marks.join(", ")
    };
    let sql = format!(
        "SELECT observed_at, latitude, longitude, speed_mph, heading_deg, source FROM positions
         WHERE observed_at >= ?1 AND kind = ?2 AND unit_id IN ({}) AND source IN ({})
         ORDER BY observed_at, source, unit_id",
        one_of(&ids, 3),
        one_of(&accounts, 3 + ids.len()),
    );
    let (since, kind) = (since.millis(), kind.word());
    let mut bound: Vec<&dyn rusqlite::ToSql> = vec![&since, &kind];
    bound.extend(ids.iter().chain(&accounts).map(|text| text as &dyn rusqlite::ToSql));
    let mut statement = connection.prepare(&sql)?;
    let mut seen = statement.query_map(bound.as_slice(), sighting)?.collect::<Result<Vec<_>, _>>()?;
    // One account's point under two ids is one point.
    seen.dedup_by(|a, b| (a.observed_at, &a.source) == (b.observed_at, &b.source));
    Ok(seen)
}

fn links_of(sql: &Connection, kind: UnitKind, unit_id: &UnitId) -> rusqlite::Result<Vec<UnitLink>> {
    let mut statement = sql.prepare(
        "SELECT kind, unit_id, account, external_id, rule FROM unit_links WHERE kind = ?1 AND unit_id = ?2",
    )?;
    let rows = statement.query_map(params![kind.word(), unit_id.0], link)?;
    rows.filter_map(Result::transpose).collect()
}

/// `None` for a kind that a newer version wrote.
fn link(row: &Row<'_>) -> rusqlite::Result<Option<UnitLink>> {
    let (kind, rule): (String, String) = (row.get(0)?, row.get(4)?);
    let Some(kind) = UnitKind::from_word(&kind) else { return Ok(None) };
    Ok(Some(UnitLink {
        kind,
        unit_id: UnitId(row.get(1)?),
        account: row.get(2)?,
        external_id: row.get(3)?,
        rule: LinkRule::from_word(&rule).unwrap_or(LinkRule::First),
    }))
}

fn sighting(row: &Row<'_>) -> rusqlite::Result<TrailPoint> {
    Ok(TrailPoint {
        observed_at: Timestamp::from_millis(row.get(0)?),
        latitude: row.get(1)?,
        longitude: row.get(2)?,
        speed_mph: row.get(3)?,
        heading_deg: row.get(4)?,
        source: row.get(5)?,
    })
}
