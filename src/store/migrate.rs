//! Schema versions: numbered steps, only ever added. `PRAGMA user_version` says which are done, and the table
//! `readers` which older programs may still read.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::StoreError;

const STEPS: &[&str] = &[
    include_str!("001_fleet.sql"),
    include_str!("002_words.sql"),
    include_str!("003_suspects.sql"),
    include_str!("004_duty_days.sql"),
    include_str!("005_stays.sql"),
    include_str!("006_judgement.sql"),
    include_str!("007_exceptions.sql"),
    include_str!("008_rests.sql"),
    include_str!("009_placed.sql"),
    include_str!("010_pairings.sql"),
    include_str!("011_stands.sql"),
    include_str!("012_spend.sql"),
    include_str!("013_audit.sql"),
    include_str!("014_readers.sql"),
    include_str!("015_newer.sql"),
];

/// The version this program writes.
#[expect(clippy::cast_possible_truncation, reason = "steps are written by hand")]
pub const SCHEMA: u32 = STEPS.len() as u32;

/// How a file's version stands to [`SCHEMA`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is nothing in it yet.
    Empty,
    /// An older program wrote it.
    Older(u32),
    /// It is ours.
    Ours,
    /// A newer program wrote it; this one may read it where that one said so.
    Newer { found: u32, readable: bool },
}

/// How this file stands to us.
pub(super) fn standing(sql: &Connection) -> rusqlite::Result<Standing> {
    Ok(match version(sql)? {
        0 => Standing::Empty,
        found if found < SCHEMA => Standing::Older(found),
        SCHEMA => Standing::Ours,
        found => Standing::Newer { found, readable: is_readable(sql) },
    })
}

/// Begins to write: alone, and only into a file of our own version. A newer program may have brought it up
/// since it was opened, and what we would write then need not be right.
pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match standing(&transaction)? {
        Standing::Newer { found, readable } => Err(StoreError::Newer { found, known: SCHEMA, readable }),
        Standing::Empty | Standing::Older(_) | Standing::Ours => Ok(transaction),
    }
}

/// Brings a file of version `from` up to [`SCHEMA`]: all steps, or none. Safe when several processes start at once.
///
/// Fails when the file is newer than this program, and where another process made it of a version that is older
/// than ours and not `from`: of that there is no copy.
/// And where an unnumbered file holds tables: then they are another program's.
pub(super) fn migrate(connection: &mut Connection, from: u32) -> Result<(), StoreError> {
    if standing(connection)? == Standing::Ours {
        return Ok(());
    }
    // Asked again inside: another process may have done it meanwhile.
    let transaction = begin(connection)?;
    let found = version(&transaction)?;
    if found == SCHEMA {
        return Ok(());
    }
    if found != from {
        return Err(StoreError::Older { found });
    }
    if found == 0 && holds_something(&transaction)? {
        return Err(StoreError::Foreign(transaction.path().unwrap_or_default().into()));
    }
    for step in STEPS.iter().skip(from as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    Ok(transaction.commit()?)
}

/// Whether there is anything in it.
pub(super) fn holds_something(sql: &Connection) -> rusqlite::Result<bool> {
    sql.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// The version a file has; 0 for an empty one.
pub(super) fn version(sql: &Connection) -> rusqlite::Result<u32> {
    sql.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))
}

/// Whether a newer program that wrote this file says that we read it right.
fn is_readable(sql: &Connection) -> bool {
    let oldest = sql.query_row("SELECT max(oldest) FROM readers", [], |row| row.get::<_, Option<u32>>(0));
    matches!(oldest, Ok(Some(oldest)) if oldest <= SCHEMA)
}
