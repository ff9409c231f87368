//! One tractor's stays, worked out anew from its kept fixes and written where they differ.

use rusqlite::{Row, params};

use super::{LATITUDE, LONGITUDE, PLACED, SPOKEN_FOR, WATCHED, is_watched};
use crate::model::{MovementStatus, ObservedStay, PlannedStop, Point, StopKey, Timestamp, TrailPoint};
use crate::store::apply::Work;

/// A stop that a tractor is watched for.
pub(super) struct Planned {
    pub(super) stop: PlannedStop,
    why: Why,
}

/// Why a tractor's visits to a stop are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// It is on the load.
    Own,
    /// Another tractor is now: what this one began there is followed to its end.
    Begun,
    /// The load is over, and what was seen there stands; the visit is not another stop's.
    Over,
}

/// Whether the tractor is at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    Yes,
    No,
}

/// The stops that a tractor is watched for.
pub(super) fn planned(work: &Work<'_>, tractor: &str) -> rusqlite::Result<Vec<Planned>> {
    let mut statement = work.sql.prepare_cached(&format!(
        "SELECT s.company_id, s.id, m.id, m.status, s.sequence, {LATITUDE}, {LONGITUDE}, a.since_at,
             s.scheduled_early_at, s.scheduled_late_at, coalesce(
                 (SELECT o.departed_at FROM stays o
                  WHERE o.company_id = s.company_id AND o.stop_id = s.id AND o.tractor_id <> ?1),
                 s.actual_departure_at), m.ended_at, m.tractor_id IS ?1, {watched}
         FROM tractors_assigned a
         CROSS JOIN movements m ON m.company_id = a.company_id AND m.id = a.movement_id
         CROSS JOIN stops s ON s.company_id = m.company_id AND s.movement_id = m.id
         {PLACED}
         LEFT JOIN stays y ON y.company_id = s.company_id AND y.stop_id = s.id AND y.tractor_id = ?1
         WHERE a.tractor_id = ?1
           AND iif({watched}, m.tractor_id = ?1 OR y.stop_id IS NOT NULL,
                   coalesce(y.departed_by_at, y.arrived_by_at) > ?3)",
        watched = is_watched("?2"),
    ))?;
    let since = [WATCHED, SPOKEN_FOR].map(|time| work.now.minus(time).millis());
    let rows = statement.query_map(params![tractor, since[0], since[1]], planned_stop)?;
    rows.collect()
}

/// Where a tractor's fixes are looked at closely.
pub(super) fn places(planned: &[Planned]) -> Box<[Point]> {
    let watched = planned.iter().filter(|planned| planned.why != Why::Over);
    watched.filter_map(|planned| planned.stop.place).collect()
}

fn planned_stop(row: &Row<'_>) -> rusqlite::Result<Planned> {
    let at =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis));
    let stop = PlannedStop {
        key: StopKey { company_id: row.get(0)?, id: row.get(1)? },
        movement_id: row.get(2)?,
        status: MovementStatus::from_word(&row.get::<_, String>(3)?).unwrap_or_default(),
        sequence: row.get(4)?,
        place: place(row.get(5)?, row.get(6)?),
        assigned_at: Timestamp::from_millis(row.get(7)?),
        early_at: at(8)?,
        late_at: at(9)?,
        told_left_at: at(10)?,
        ended_at: at(11)?,
    };
    let why = match (row.get(12)?, row.get(13)?) {
        (_, false) => Why::Over,
        (true, true) => Why::Own,
        (false, true) => Why::Begun,
    };
    Ok(Planned { stop, why })
}

fn place(latitude: Option<f64>, longitude: Option<f64>) -> Option<Point> {
    Some(Point { latitude: latitude?, longitude: longitude? })
}

/// Works out and writes the stays of a tractor at its planned stops.
pub(super) fn judge(work: &mut Work<'_>, tractor: &str, planned: &[Planned]) -> rusqlite::Result<Open> {
    if planned.iter().all(|planned| planned.why == Why::Over) {
        return Ok(Open::No);
    }
    let stops: Vec<PlannedStop> = planned.iter().map(|planned| planned.stop.clone()).collect();
    let stays = (work.judge.stays)(&stops, &fixes(work, tractor)?);
    let mut open = Open::No;
    for Planned { stop, why } in planned.iter().filter(|planned| planned.why != Why::Over) {
        let Some((_, stay)) = stays.iter().find(|(key, _)| *key == stop.key) else {
            take_back(work, tractor, &stop.key)?;
            continue;
        };
        write(work, (tractor, *why), stop, stay)?;
        if stay.departed_at.is_none() {
            open = Open::Yes;
        }
    }
    Ok(open)
}

fn fixes(work: &Work<'_>, tractor: &str) -> rusqlite::Result<Vec<TrailPoint>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT observed_at, latitude, longitude, speed_mph, source FROM stay_fixes WHERE tractor_id = ?1",
    )?;
    let rows = statement.query_map([tractor], |row| {
        Ok(TrailPoint {
            observed_at: Timestamp::from_millis(row.get(0)?),
            latitude: row.get(1)?,
            longitude: row.get(2)?,
            speed_mph: row.get(3)?,
            heading_deg: None,
            source: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// Writes a stay where it says something new. What another tractor has begun and ended there stays.
fn write(
    work: &mut Work<'_>,
    (tractor, why): (&str, Why),
    stop: &PlannedStop,
    stay: &ObservedStay,
) -> rusqlite::Result<()> {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::millis);
    let evidence = serde_json::to_string(&stay.evidence)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let changed = work
        .sql
        .prepare_cached(
            "INSERT INTO stays (company_id, stop_id, rev, movement_id, tractor_id, arrived_at, arrived_after_at,
                 arrived_by_at, departed_at, departed_after_at, departed_by_at, confidence, evidence, computed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT DO UPDATE SET rev = ?3, movement_id = ?4, tractor_id = ?5, arrived_at = ?6,
                 arrived_after_at = ?7, arrived_by_at = ?8, departed_at = ?9, departed_after_at = ?10,
                 departed_by_at = ?11, confidence = ?12, evidence = ?13, computed_at = ?14,
                 amended = amended + (arrived_at <> ?6 OR (departed_at IS NOT NULL AND departed_at IS NOT ?9))
             WHERE (tractor_id = ?5 OR (departed_at IS NULL AND ?15))
               AND (movement_id, tractor_id, arrived_at, arrived_after_at, arrived_by_at, departed_at, departed_after_at,
                    departed_by_at, confidence, evidence)
                   IS NOT (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            stop.key.company_id,
            stop.key.id,
            work.rev,
            stop.movement_id,
            tractor,
            stay.arrived_at.millis(),
            millis(stay.arrived_after_at),
            stay.arrived_by_at.millis(),
            millis(stay.departed_at),
            millis(stay.departed_after_at),
            millis(stay.departed_by_at),
            stay.confidence.word(),
            evidence,
            work.now.millis(),
            why == Why::Own,
        ])?;
    work.touched.stays |= changed > 0;
    Ok(())
}

/// Late fixes showed that it was not there.
fn take_back(work: &mut Work<'_>, tractor: &str, stop: &StopKey) -> rusqlite::Result<()> {
    let gone = work
        .sql
        .prepare_cached("DELETE FROM stays WHERE company_id = ?1 AND stop_id = ?2 AND tractor_id = ?3")?
        .execute([&stop.company_id, &stop.id, tractor])?;
    work.touched.stays |= gone > 0;
    work.touched.stays_gone |= gone > 0;
    Ok(())
}
