//! What `doctor` and whoever looks at one unit want to know of the file beyond the fleet: whether it is
//! whole, what was set aside of which unit, which links are in force, how records are called.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::open::{self, StoreError, readable};
use super::{backup, links};
use crate::model::{Conflict, SetAside, Timestamp, UnitId, UnitKind, Waiting, Wish};

/// The file, looked through.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// What is broken in it; `None` when nothing is. The history is not looked through.
    pub damage: Option<String>,
    /// Copies of it that were made before it was brought up, the newest first.
    pub copies: Vec<PathBuf>,
    /// When it was last written to by a poller, by that one's clock.
    pub written_at: Option<Timestamp>,
    /// The `[[link]]`s that are in force.
    pub wishes: Vec<Wish>,
    /// Entries of them that no record answers to.
    pub waiting: Vec<Waiting>,
    /// How the records that conflict are called, by kind and `account:external_id`.
    pub names: BTreeMap<(UnitKind, String), String>,
    /// What was set aside most often.
    pub set_aside: Vec<SetAside>,
}

/// So many units are named as the worst.
const WORST: i64 = 10;

/// Looks through a database that must be there.
pub fn examine(path: &Path) -> Result<Examination, StoreError> {
    let sql = readable(path)?;
    let damage = match open::check_integrity(&sql) {
        Ok(()) => None,
        Err(StoreError::Damaged(why)) => Some(why),
        Err(other) => return Err(other),
    };
    if damage.is_some() {
        return Ok(Examination { damage, ..Examination::default() });
    }
    let written_at: Option<i64> =
        sql.query_row("SELECT max(last_try_at) FROM feeds", [], |row| row.get(0))?;
    Ok(Examination {
        damage,
        copies: backup::copies(path),
        written_at: written_at.map(Timestamp::from_millis),
        wishes: links::wishes(&sql)?,
        waiting: super::read::all::<Waiting>(&sql, "kind, unit, reason")?,
        names: names(&sql)?,
        set_aside: set_aside(&sql, "1", &[])?,
    })
}

/// What was set aside of one unit, most often first, by every account that is linked to it.
pub fn set_aside_of(path: &Path, kind: UnitKind, unit_id: &UnitId) -> Result<Vec<SetAside>, StoreError> {
    let sql = readable(path)?;
    let of_unit = "EXISTS (SELECT 1 FROM unit_links l WHERE l.kind = ?1 AND l.unit_id = ?2
         AND l.account = r.account AND l.external_id = r.external_id)";
    Ok(set_aside(&sql, of_unit, &[kind.word(), &unit_id.0])?)
}

/// An account may give a tractor and a driver the same id: then it is called by both their names.
fn set_aside(sql: &Connection, of: &str, bound: &[&str]) -> rusqlite::Result<Vec<SetAside>> {
    let mut statement = sql.prepare(&format!(
        "SELECT account, external_id, reason, sum(count), max(last_at),
             (SELECT group_concat(DISTINCT p.kind || ' ' || p.name) FROM profiles p
              WHERE p.account = r.account AND p.external_id = r.external_id)
         FROM reject_units r WHERE {of}
         GROUP BY account, external_id, reason ORDER BY 4 DESC, 5 DESC, 1, 2, 3 LIMIT {WORST}"
    ))?;
    let rows = statement.query_map(rusqlite::params_from_iter(bound), |row| {
        Ok(SetAside {
            account: row.get(0)?,
            external_id: row.get(1)?,
            reason: row.get(2)?,
            count: row.get(3)?,
            last_at: Timestamp::from_millis(row.get(4)?),
            name: row.get(5)?,
        })
    })?;
    rows.collect()
}

fn names(sql: &Connection) -> rusqlite::Result<BTreeMap<(UnitKind, String), String>> {
    let mut names = BTreeMap::new();
    let mut find = sql.prepare(
        "SELECT name FROM profiles WHERE kind = ?1 AND account = ?2 AND external_id = ?3
         ORDER BY active DESC, first_at LIMIT 1",
    )?;
    let conflicts: Vec<Conflict> = super::read::all(sql, "kind, records")?;
    for Conflict { kind, records, .. } in conflicts {
        for record in records {
            let Some((account, external_id)) = record.split_once(':') else { continue };
            let mut found = find.query_map(params![kind.word(), account, external_id], |row| row.get(0))?;
            if let Some(name) = found.next().transpose()? {
                names.insert((kind, record), name);
            }
        }
    }
    Ok(names)
}
