//! A damaged file is moved aside whole and rebuilt from the upstreams; what people wrote, which
//! no upstream has, is carried over as far as it can be read.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::access::{Access, prepare_files};
use super::beside;
use super::open::{StoreError, checked};
use crate::model::{Notice, Timestamp};

/// Moves `path` aside and opens a fresh file in its place.
pub(super) fn repair(
    path: &Path,
    access: Access,
    why: &str,
    now: Timestamp,
) -> Result<(Connection, Option<Notice>), StoreError> {
    let aside = free_name(path, now);
    // The log first: killed in between, it must not lie beside a new file that it does not belong to.
    for suffix in ["-wal", "-shm", ""] {
        let (from, to) = (beside(path, suffix), beside(&aside, suffix));
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let reason = format!("damaged ({why}), and cannot be moved aside: {error}");
                return Err(StoreError::File { path: from, reason });
            }
        }
    }
    prepare_files(path, access)?;
    let (mut fresh, _) = checked(path)?;
    let saved = salvage(&aside, &mut fresh);
    let people = match saved {
        Ok(0) => "There were no people's notes in it".to_owned(),
        Ok(count) => format!("{count} of people's notes and actions were carried over"),
        Err(error) => format!("People's notes in it could not be read ({error})"),
    };
    let text = format!(
        "The database was damaged ({why}). It was moved to {} and is being rebuilt from the upstreams. {people}.",
        aside.display()
    );
    Ok((fresh, Some(Notice { at: now, text })))
}

/// Copies `actions`, row by row from both ends towards the damage. Returns how many.
fn salvage(aside: &Path, fresh: &mut Connection) -> rusqlite::Result<usize> {
    let damaged = Connection::open_with_flags(aside, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let transaction = fresh.transaction()?;
    let mut count = 0;
    let mut failure = None;
    for order in ["ASC", "DESC"] {
        let mut select = damaged.prepare(&format!("SELECT * FROM actions ORDER BY id {order}"))?;
        // An older file has fewer of them.
        let columns = select.column_count();
        let names = select.column_names().collect::<Vec<_>>().join(", ");
        let marks = vec!["?"; columns].join(", ");
        let mut rows = select.query([])?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let values: Vec<Value> =
                        (0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?;
                    count += transaction
                        .prepare_cached(&format!("INSERT OR IGNORE INTO actions ({names}) VALUES ({marks})"))?
                        .execute(params_from_iter(values))?;
                }
                Ok(None) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
    }
    transaction.commit()?;
    match failure {
        Some(error) if count == 0 => Err(error),
        _ => Ok(count),
    }
}

/// `NAME.damaged-TIME`, with a number when that is taken.
fn free_name(path: &Path, now: Timestamp) -> PathBuf {
    let stamp = now
        .calendar()
        .map_or_else(|| now.millis().to_string(), |at| at.strftime("%Y%m%dT%H%M%SZ").to_string());
    let plain = beside(path, &format!(".damaged-{stamp}"));
    let numbered = (1..1000).map(|n| beside(&plain, &format!(".{n}")));
    std::iter::once(plain.clone()).chain(numbered).find(|name| !name.exists()).unwrap_or(plain)
}
