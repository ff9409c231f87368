//! Schema versions: numbered steps, only ever added. `PRAGMA user_version` says which are done.

use rusqlite::{Connection, TransactionBehavior};

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
];

/// The version this program writes.
#[expect(clippy::cast_possible_truncation, reason = "steps are written by hand")]
pub(super) const SCHEMA: u32 = STEPS.len() as u32;

/// Brings the file up to [`SCHEMA`]. Safe when several processes start at once.
///
/// Fails when the file is newer than this program.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    loop {
        let done = version(connection)?;
        if done == SCHEMA {
            return Ok(());
        }
        // Immediate, and asked again inside: another process may have done the step meanwhile.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = version(&transaction)?;
        if done > SCHEMA {
            return Err(StoreError::Newer { found: done, known: SCHEMA });
        }
        let Some(step) = STEPS.get(done as usize) else { return Ok(()) };
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", done + 1)?;
        transaction.commit()?;
    }
}

/// The version a file has; 0 for an empty one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
