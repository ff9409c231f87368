//! Where units are, what their readings say, and what drivers' clocks say. A late answer never
//! moves anything back in time.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::apply::{Late, Work};
use super::hours::{self, Word};
use super::links;
use crate::model::{Clocks, DutyStatus, Engine, Fix, Motion, Telemetry, Timestamp, UnitKind};

/// The last history point of each unit.
pub(super) type Kept = HashMap<(UnitKind, String), Point>;

/// One point of history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    at: Timestamp,
    latitude: f64,
    longitude: f64,
    state: Motion,
}

/// History keeps a point a mile on the move …
const KEEP_DEGREES: f64 = 1.0 / 69.0;
/// … but never two within this …
const KEEP_NOT_WITHIN_MS: i64 = 30_000;
/// … and one at least this often, moving or not.
const KEEP_EVERY_MS: i64 = 15 * 60_000;

/// The history points kept before this transaction, and those it adds.
type Points<'a> = (&'a Kept, &'a mut Kept);

/// What a unit's row says of where it was last.
struct Seen {
    rowid: i64,
    unit_id: String,
    latest: Option<Timestamp>,
    state: Motion,
    since: Option<i64>,
    engine: Option<Engine>,
    source: Option<String>,
}

/// The row of the unit that this account calls `external_id`, where it takes part.
fn seen(work: &Work<'_>, kind: UnitKind, external_id: &str) -> rusqlite::Result<Option<Seen>> {
    let (table, engine) = match kind {
        UnitKind::Tractor => ("tractors", "u.engine"),
        UnitKind::Trailer => ("trailers", "NULL"),
        UnitKind::Driver => return Ok(None),
    };
    work.sql
        .prepare_cached(&format!(
            "SELECT u.rowid, u.id, u.observed_at, u.state, u.state_since_at, {engine}, u.source
             FROM unit_links l CROSS JOIN {table} u ON u.id = l.unit_id
             WHERE l.kind = ?1 AND l.account = ?2 AND l.external_id = ?3
               AND (SELECT coalesce(max(active), 1) FROM profiles p
                    WHERE p.kind = ?1 AND p.account = ?2 AND p.external_id = ?3) = 1"
        ))?
        .query_row(params![kind.word(), work.account, external_id], |row| {
            let text =
                |column| -> rusqlite::Result<Option<&str>> { Ok(row.get_ref(column)?.as_str_or_null()?) };
            Ok(Seen {
                rowid: row.get(0)?,
                unit_id: row.get(1)?,
                latest: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_millis),
                state: text(3)?.and_then(Motion::from_word).unwrap_or_default(),
                since: row.get(4)?,
                engine: text(5)?.and_then(Engine::from_word),
                source: row.get(6)?,
            })
        })
        .optional()
}

/// Takes in one fix.
pub(super) fn fix(
    work: &mut Work<'_>,
    points: Points<'_>,
    kind: UnitKind,
    external_id: &str,
    fix: &Fix,
) -> rusqlite::Result<()> {
    let mut unit = seen(work, kind, external_id)?;
    if unit.is_none() && links::unit_or_stub(work, kind, external_id)?.is_some() {
        unit = seen(work, kind, external_id)?;
    }
    let Some(unit) = unit else { return Ok(()) };
    let shown = (work.judge.motion)(fix, unit.engine);
    match (work.judge.sane)(fix, unit.latest, work.now) {
        Ok(()) => {}
        Err(Late::Unsound(reason)) => {
            work.reject(external_id, reason);
            return Ok(());
        }
        Err(Late::Same) => {
            work.sql
                .prepare_cached(&format!(
                    "UPDATE {} SET synced_at = ?2 WHERE rowid = ?1",
                    links::table(kind)
                ))?
                .execute(params![unit.rowid, work.now.millis()])?;
            return Ok(());
        }
        Err(Late::Older(reason)) => {
            // That another account saw the unit earlier is no fault of anybody's.
            if unit.source.as_deref() == Some(work.account) {
                work.reject(external_id, reason);
            }
            // It moves nothing, and still belongs into the history.
            return keep(work, points, kind, unit.unit_id, fix, shown);
        }
    }
    move_to(work, kind, &unit, fix, shown)?;
    keep(work, points, kind, unit.unit_id, fix, shown)
}

/// Moves the unit to where it was seen.
fn move_to(
    work: &mut Work<'_>,
    kind: UnitKind,
    unit: &Seen,
    fix: &Fix,
    shown: Motion,
) -> rusqlite::Result<()> {
    let lasts = unit.state == shown && unit.since.is_some();
    let since = if lasts { unit.since } else { Some(fix.observed_at.millis()) };
    work.sql
        .prepare_cached(&format!(
            "UPDATE {} SET latitude = ?2, longitude = ?3, heading_deg = ?4, speed_mph = ?5, place = ?6,
                 observed_at = ?7, source = ?8, state = ?9, state_since_at = ?10, computed_at = ?11,
                 updated_at = ?11, synced_at = ?11, rev = ?12
             WHERE rowid = ?1",
            links::table(kind)
        ))?
        .execute(params![
            unit.rowid,
            fix.latitude,
            fix.longitude,
            fix.heading_deg,
            fix.speed_mph,
            fix.place,
            fix.observed_at.millis(),
            work.account,
            shown.word(),
            since,
            work.now.millis(),
            work.rev,
        ])?;
    work.touched.unit(kind);
    work.touched.moved |= kind == UnitKind::Tractor;
    Ok(())
}

/// Writes a history point where the thinning wants one.
fn keep(
    work: &Work<'_>,
    (kept, added): Points<'_>,
    kind: UnitKind,
    unit_id: String,
    fix: &Fix,
    state: Motion,
) -> rusqlite::Result<()> {
    let point = Point { at: fix.observed_at, latitude: fix.latitude, longitude: fix.longitude, state };
    let key = (kind, unit_id);
    if added.get(&key).or_else(|| kept.get(&key)).is_some_and(|last| !worth_keeping(last, &point)) {
        return Ok(());
    }
    work.sql
        .prepare_cached("INSERT OR IGNORE INTO positions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            kind.word(),
            key.1,
            fix.latitude,
            fix.longitude,
            fix.speed_mph,
            fix.heading_deg,
            fix.observed_at.millis(),
            work.account,
        ])?;
    added.insert(key, point);
    Ok(())
}

fn worth_keeping(last: &Point, point: &Point) -> bool {
    let apart = point.at.millis_since(last.at).abs();
    if apart < KEEP_NOT_WITHIN_MS {
        return false;
    }
    let moved = (point.latitude - last.latitude).abs().max((point.longitude - last.longitude).abs());
    apart >= KEEP_EVERY_MS || moved >= KEEP_DEGREES || point.state != last.state
}

/// Takes in a tractor's readings, each where it is newer than the one we have.
pub(super) fn telemetry(work: &mut Work<'_>, external_id: &str, told: &Telemetry) -> rusqlite::Result<()> {
    let Some(unit_id) = links::unit_or_stub(work, UnitKind::Tractor, external_id)? else { return Ok(()) };
    let mut told = told.clone();
    let times =
        [told.engine.map(|(_, at)| at), told.fuel_pct.map(|(_, at)| at), told.odometer_mi.map(|(_, at)| at)];
    for at in times.into_iter().flatten() {
        if let Err(reason) = (work.judge.timely)(at, work.now) {
            work.reject(external_id, reason);
        }
    }
    let timely = |at: Timestamp| (work.judge.timely)(at, work.now).is_ok();
    told.engine = told.engine.filter(|(_, at)| timely(*at));
    told.fuel_pct = told.fuel_pct.filter(|(_, at)| timely(*at));
    told.odometer_mi = told.odometer_mi.filter(|(_, at)| timely(*at));
    let (engine, engine_at) = split(told.engine.map(|(engine, at)| (engine.word(), at)));
    let (fuel, fuel_at) = split(told.fuel_pct);
    let (odometer, odometer_at) = split(told.odometer_mi);
    let changed = work
        .sql
        .prepare_cached(
            "UPDATE tractors SET
                 engine = iif(?3 >= coalesce(engine_at, ?3), ?2, engine), engine_at = max(?3, coalesce(engine_at, ?3)),
                 updated_at = ?4, synced_at = ?4, rev = ?5
             WHERE id = ?1 AND ?3 >= coalesce(engine_at, ?3) AND (engine, engine_at) IS NOT (?2, ?3)",
        )?
        .execute(params![unit_id, engine, engine_at, work.now.millis(), work.rev])?
        + newer(work, &unit_id, "fuel_pct", "fuel_at", fuel, fuel_at)?
        + newer(work, &unit_id, "odometer_mi", "odometer_at", odometer, odometer_at)?;
    if changed > 0 {
        work.touched.tractors = true;
    }
    Ok(())
}

fn newer(
    work: &Work<'_>,
    unit_id: &str,
    column: &str,
    at_column: &str,
    value: Option<f64>,
    at: Option<i64>,
) -> rusqlite::Result<usize> {
    if value.is_none() {
        return Ok(0);
    }
    work.sql
        .prepare_cached(&format!(
            "UPDATE tractors SET {column} = ?2, {at_column} = ?3, updated_at = ?4, synced_at = ?4, rev = ?5
             WHERE id = ?1 AND ({at_column} IS NULL OR {at_column} < ?3)"
        ))?
        .execute(params![unit_id, value, at, work.now.millis(), work.rev])
}

fn split<T>(reading: Option<(T, Timestamp)>) -> (Option<T>, Option<i64>) {
    reading.map_or((None, None), |(value, at)| (Some(value), Some(at.millis())))
}

/// Takes in a driver's clocks, where they are not older than those we have.
pub(super) fn clocks(work: &mut Work<'_>, external_id: &str, told: &Clocks) -> rusqlite::Result<()> {
    // An ELD lists the clocks of people who left; only the roster says who is with us.
    let Some(driver_id) = links::unit(work, UnitKind::Driver, external_id)? else { return Ok(()) };
    if hours::told(work, &driver_id, external_id, Word::Clocks(told))? {
        return Ok(());
    }
    let before = work
        .sql
        .prepare_cached(
            "SELECT hos_status, hos_status_since_at, hos_as_of_at, source FROM drivers WHERE id = ?1",
        )?
        .query_row([&driver_id], |row| {
            let status = row.get::<_, String>(0)?;
            Ok((DutyStatus::from_word(&status).unwrap_or_default(), row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some(before) = before else { return Ok(()) };
    let (status, since, as_of, source): (DutyStatus, Option<i64>, Option<i64>, Option<String>) = before;
    // Of one account the later word is the newer one, whatever our clock, which may have been set
    // back, made of "as of".
    let other = source.as_deref().is_some_and(|source| source != work.account);
    if other && as_of.is_some_and(|as_of| as_of > told.as_of_at.millis()) {
        return Ok(());
    }
    let told_status = told.status.unwrap_or(status);
    let since = match told.status_since_at {
        Some(told) => Some(told.millis()),
        None if told_status == status => since,
        // Nobody says when it changed; we know only that it was between two looks.
        None => as_of.map(|_| told.as_of_at.millis()),
    };
    work
        .sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = ?2, hos_status_since_at = ?3, drive_left_s = ?4, shift_left_s = ?5,
                 break_left_s = ?6, cycle_left_s = ?7, cycle_tomorrow_s = ?8, source = ?9, updated_at = ?10
             WHERE id = ?1 AND (hos_status, hos_status_since_at, drive_left_s, shift_left_s, break_left_s,
                 cycle_left_s, cycle_tomorrow_s, source) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            driver_id,
            told_status.word(),
            since,
            told.drive_left_s,
            told.shift_left_s,
            told.break_left_s,
            told.cycle_left_s,
            told.cycle_tomorrow_s,
            work.account,
            work.now.millis(),
        ])?;
    // As of when is no content, but the age on every screen: it moves `rev`, not `updated_at`.
    work.sql
        .prepare_cached("UPDATE drivers SET hos_as_of_at = ?2, synced_at = ?3, rev = ?4 WHERE id = ?1")?
        .execute(params![driver_id, told.as_of_at.millis(), work.now.millis(), work.rev])?;
    work.touched.drivers = true;
    Ok(())
}

/// Takes in a duty status from a log, whose lines may come late and in any order: the newest counts.
pub(super) fn duty(
    work: &mut Work<'_>,
    external_id: &str,
    status: DutyStatus,
    since_at: Timestamp,
) -> rusqlite::Result<()> {
    if (work.judge.timely)(since_at, work.now).is_err() {
        return Ok(());
    }
    let Some(driver_id) = links::unit(work, UnitKind::Driver, external_id)? else { return Ok(()) };
    if hours::told(work, &driver_id, external_id, Word::Duty(status, since_at))? {
        return Ok(());
    }
    // Another account's clocks say what holds as of when it told them; its own, only since when.
    let changed = work
        .sql
        .prepare_cached(
            "UPDATE drivers SET hos_status = ?2, hos_status_since_at = ?3, source = coalesce(source, ?4),
                 updated_at = ?5, rev = ?6
             WHERE id = ?1 AND (hos_status, hos_status_since_at) IS NOT (?2, ?3)
               AND ?3 >= coalesce(iif(coalesce(source, ?4) = ?4, hos_status_since_at, hos_as_of_at), ?3)",
        )?
        .execute(params![
            driver_id,
            status.word(),
            since_at.millis(),
            work.account,
            work.now.millis(),
            work.rev
        ])?;
    work.touched.drivers |= changed > 0;
    Ok(())
}

/// A driver is where the tractor is. Worked out, so `computed_at` moves and `updated_at` does not.
pub(super) fn drivers_follow(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let moved = work
        .sql
        .prepare_cached(
            "UPDATE drivers SET latitude = t.latitude, longitude = t.longitude, place = t.place,
                 observed_at = t.observed_at, computed_at = ?1, rev = ?2
             FROM tractors t
             WHERE t.id = drivers.tractor_id
               AND (drivers.latitude, drivers.longitude, drivers.place, drivers.observed_at)
                   IS NOT (t.latitude, t.longitude, t.place, t.observed_at)",
        )?
        .execute(params![work.now.millis(), work.rev])?;
    work.touched.drivers |= moved > 0;
    Ok(())
}
