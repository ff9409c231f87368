//! Where a trailer without a tracker was last known to be: where its truck was while it still had it. It is a
//! place with an age and no source, so that nobody takes it for the word of a tracker, or for what is so now.

use rusqlite::{OptionalExtension, params};

use super::apply::Work;
use crate::model::Motion;

/// How far the history is searched for where a truck stood: what let a trailer go longer ago is not found by it.
const LOOK_BACK_MS: i64 = 2 * 24 * 3_600_000;
/// A truck that is slower stands, as far as its reports can tell.
const STANDS_MPH: f64 = 3.0;

/// A place, and when a truck was there.
struct Place {
    latitude: f64,
    longitude: f64,
    words: Option<String>,
    at: i64,
}

/// `truck` no longer has this trailer. One with a tracker is where that says.
pub(super) fn stays_where_last_known(work: &Work<'_>, trailer: &str, truck: &str) -> rusqlite::Result<()> {
    let Some(place) = last_known(work, truck)? else { return Ok(()) };
    work.sql
        .prepare_cached(
            "UPDATE trailers SET latitude = ?2, longitude = ?3, place = ?4, observed_at = ?5, heading_deg = NULL,
                 speed_mph = NULL, state = ?6, state_since_at = NULL, computed_at = ?7
             WHERE id = ?1 AND (observed_at IS NULL OR source IS NULL)",
        )?
        .execute(params![
            trailer,
            place.latitude,
            place.longitude,
            place.words,
            place.at,
            Motion::Dark.word(),
            work.now.millis(),
        ])?;
    Ok(())
}

/// Something has the trailer again: without a tracker it is where that is.
pub(super) fn goes_along(work: &Work<'_>, trailer: &str) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(
            "UPDATE trailers SET latitude = NULL, longitude = NULL, place = NULL, observed_at = NULL, computed_at = ?2
             WHERE id = ?1 AND observed_at IS NOT NULL AND source IS NULL",
        )?
        .execute(params![trailer, work.now.millis()])?;
    Ok(())
}

/// Where a truck that let a trailer go was last known to have it. None is let go while it rolls: of a truck that has
/// driven off by the time we are told, it is where that stood last.
fn last_known(work: &Work<'_>, truck: &str) -> rusqlite::Result<Option<Place>> {
    let now = work
        .sql
        .prepare_cached(
            "SELECT latitude, longitude, place, observed_at, state FROM tractors
             WHERE id = ?1 AND latitude IS NOT NULL AND longitude IS NOT NULL AND observed_at IS NOT NULL",
        )?
        .query_row([truck], |row| Ok((place(row, row.get(2)?)?, row.get::<_, String>(4)?)))
        .optional()?;
    let Some((now, state)) = now else { return Ok(None) };
    if state != Motion::Moving.word() {
        return Ok(Some(now));
    }
    let stood = work
        .sql
        .prepare_cached(
            "SELECT latitude, longitude, NULL, observed_at FROM positions
             WHERE kind = 'tractor' AND unit_id = ?1 AND observed_at > ?2 AND observed_at <= ?3 AND speed_mph < ?4
             ORDER BY observed_at DESC LIMIT 1",
        )?
        .query_row(params![truck, now.at - LOOK_BACK_MS, now.at, STANDS_MPH], |row| place(row, None))
        .optional()?;
    Ok(Some(stood.unwrap_or(now)))
}

fn place(row: &rusqlite::Row<'_>, words: Option<String>) -> rusqlite::Result<Place> {
    Ok(Place { latitude: row.get(0)?, longitude: row.get(1)?, words, at: row.get(3)? })
}
