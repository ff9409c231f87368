//! Units that only loads bring along, where no roster of the TMS has them: records of their own, which give way to
//! the roster's and end with the loads. Knows nothing of who drives what.

use std::borrow::Cow;
use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::apply::Work;
use super::freight::ASSIGNMENTS;
use super::rows::TMS_ACCOUNT;
use crate::model::{Profile, UnitKind};

/// How long a unit that only loads bring along is kept after the last of them: it may be between two.
const BETWEEN_LOADS: Duration = Duration::from_hours(7 * 24);

/// Whether this work is on what loads bring along.
pub(super) fn is_of_loads(work: &Work<'_>) -> bool {
    work.account == TMS_ACCOUNT && work.resource == ASSIGNMENTS
}

/// What is to be written of `told`. The roster's word takes the place of what loads said; where it has spoken, be it
/// that the unit is gone, loads say nothing. Their rows may be cut short: what one leaves out is as it was.
pub(super) fn beside_the_roster<'a>(
    work: &Work<'_>,
    told: &'a Profile,
) -> rusqlite::Result<Option<Cow<'a, Profile>>> {
    if work.account != TMS_ACCOUNT {
        return Ok(Some(Cow::Borrowed(told)));
    }
    let record = params![told.kind.word(), work.account, told.external_id, ASSIGNMENTS];
    if work.resource != ASSIGNMENTS {
        work.sql
            .prepare_cached(
                "DELETE FROM profiles WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource = ?4",
            )?
            .execute(record)?;
        return Ok(Some(Cow::Borrowed(told)));
    }
    let is_listed: bool = work
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM profiles
                 WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource <> ?4)",
        )?
        .query_row(record, |row| row.get(0))?;
    if is_listed {
        return Ok(None);
    }
    let mut filled = told.clone();
    let parts = [
        &mut filled.vin,
        &mut filled.plate,
        &mut filled.make,
        &mut filled.model,
        &mut filled.year,
        &mut filled.phone,
        &mut filled.dispatcher,
        &mut filled.fleet,
        &mut filled.trailer_type,
    ];
    work.sql
        .prepare_cached(
            "SELECT vin, plate, make, model, year, phone, dispatcher, fleet, trailer_type FROM profiles
             WHERE kind = ?1 AND account = ?2 AND external_id = ?3 AND resource = ?4",
        )?
        .query_row(record, |row| {
            for (column, part) in parts.into_iter().enumerate() {
                if part.is_none() {
                    *part = row.get(column)?;
                }
            }
            Ok(())
        })
        .optional()?;
    Ok(Some(Cow::Owned(filled)))
}

/// Takes off the screen what no load has named for long, of what only loads bring along.
pub(super) fn retire(work: &mut Work<'_>) -> rusqlite::Result<()> {
    for kind in UnitKind::ALL {
        let (named, behind) = match kind {
            UnitKind::Driver => (["tms_driver", "tms_driver2"].as_slice(), ""),
            UnitKind::Tractor => (["tms_tractor"].as_slice(), ""),
            UnitKind::Trailer => (
                ["tms_trailer"].as_slice(),
                "AND NOT EXISTS (SELECT 1 FROM pairings q WHERE q.account = p.account AND q.tie = 'trailer_tractor'
                     AND q.left_id = p.external_id AND q.source = 'load')",
            ),
        };
        // The loads are gone through once for all units.
        let of_loads = named.iter().map(|column| {
            format!(
                "SELECT {column} FROM movements WHERE {column} IS NOT NULL AND status <> 'void'
                     AND (ended_at IS NULL OR ended_at > ?5)"
            )
        });
        let of_loads = of_loads.collect::<Vec<_>>().join(" UNION ");
        let retired = work
            .sql
            .prepare_cached(&format!(
                "UPDATE profiles AS p SET active = 0, rev = ?4
                 WHERE kind = ?1 AND account = ?2 AND resource = ?3 AND active = 1 AND seen_rev < ?4
                     AND external_id NOT IN ({of_loads}) {behind}"
            ))?
            .execute(params![
                kind.word(),
                work.account,
                work.resource,
                work.rev,
                work.now.minus(BETWEEN_LOADS).millis(),
            ])?;
        if retired > 0 {
            work.touched.identity(kind);
        }
    }
    Ok(())
}
