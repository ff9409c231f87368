//! A tractor's readings: they carry no source, so they go along only where everything that could have
//! told them did.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params};

use super::Change;
use crate::store::apply::Work;

/// A reading's column; when it was taken stands in `…_at`.
const READINGS: [(&str, &str); 3] =
    [("engine", "engine_at"), ("fuel_pct", "fuel_at"), ("odometer_mi", "odometer_at")];

/// Shows of each affected tractor the newest readings that are certainly its own.
pub(super) fn carry(work: &Work<'_>, change: &Change<'_>) -> rusqlite::Result<()> {
    for (value, at) in READINGS {
        let mut told = Vec::new();
        for (unit, _) in change.units_before() {
            let reading = work
                .sql
                .prepare_cached(&format!(
                    "SELECT {at}, {value} FROM tractors WHERE id = ?1 AND {at} IS NOT NULL"
                ))?
                .query_row([unit], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Value>(1)?)))
                .optional()?;
            told.extend(reading.map(|reading| (unit, reading)));
        }
        for (unit, _) in change.units() {
            let own = told.iter().filter(|(from, _)| change.eld_went(from, unit));
            let newest = own.max_by_key(|(_, (at, _))| *at).map(|(_, reading)| reading);
            work.sql
                .prepare_cached(&format!(
                    "UPDATE tractors SET {value} = ?2, {at} = ?3, updated_at = ?4, rev = ?5
                     WHERE id = ?1 AND ({value}, {at}) IS NOT (?2, ?3)"
                ))?
                .execute(params![
                    unit,
                    newest.map(|(_, value)| value),
                    newest.map(|(at, _)| at),
                    work.now.millis(),
                    work.rev
                ])?;
        }
    }
    Ok(())
}
