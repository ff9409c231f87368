//! Where a unit is shown: the newest that its own records told, live or in the history.

use rusqlite::{OptionalExtension, params};

use super::super::records::RecordKey;
use super::super::table;
use super::Change;
use crate::model::{Engine, Fix, Motion, Timestamp, UnitId, UnitKind};
use crate::store::apply::Work;

/// How far the history is searched for where a unit was before; further back is not worth the search.
const LOOK_BACK_MS: i64 = 2 * 24 * 3_600_000;

/// A position as a row shows it.
#[derive(Clone, Debug)]
pub(super) struct Position {
    fix: Fix,
    source: String,
    /// The state's word and since when; worked out anew for a point of the history, which has none.
    state: Option<(String, Option<i64>)>,
}

/// Shows each affected unit where its records last saw it.
pub(super) fn carry(work: &Work<'_>, change: &Change<'_>) -> rusqlite::Result<()> {
    let mut live = Vec::new();
    for (unit, records) in change.units_before() {
        if let Some(position) = shown(work, change.kind, unit)? {
            remember(work, change.kind, &position, records)?;
            live.push((unit, position));
        }
    }
    for (unit, records) in change.units() {
        let came: Vec<_> =
            live.iter().filter(|(from, position)| change.went(from, &position.source, unit)).collect();
        let mut newest = came.iter().map(|(_, position)| position.clone()).max_by_key(|p| p.fix.observed_at);
        for record in records {
            let Some(from) = change.unit_before(record) else { continue };
            let told = remembered(work, change.kind, record)?;
            newest = newest.into_iter().chain(told).max_by_key(|p| p.fix.observed_at);
            // Nothing in the history is newer than what was shown live.
            if !live.iter().any(|(unit, _)| *unit == from) || came.iter().any(|(unit, _)| *unit == from) {
                continue;
            }
            let point = last_point(work, change, record, from)?;
            // Of two words for one moment the remembered one knows more.
            newest = point.into_iter().chain(newest).max_by_key(|p| p.fix.observed_at);
        }
        show(work, change.kind, unit, newest.as_ref())?;
    }
    Ok(())
}

fn shown(work: &Work<'_>, kind: UnitKind, unit: &str) -> rusqlite::Result<Option<Position>> {
    work.sql
        .prepare_cached(&format!(
            "SELECT latitude, longitude, speed_mph, heading_deg, observed_at, source, place, state, state_since_at
             FROM {} WHERE id = ?1 AND observed_at IS NOT NULL AND latitude IS NOT NULL
                 AND longitude IS NOT NULL AND source IS NOT NULL",
            table(kind)
        ))?
        .query_row([unit], whole)
        .optional()
}

/// Notes where a unit is shown as the word of the record that told it; nobody's, where several of its
/// account could have.
fn remember(
    work: &Work<'_>,
    kind: UnitKind,
    position: &Position,
    records: &[RecordKey],
) -> rusqlite::Result<()> {
    let mut of_source = records.iter().filter(|(account, _)| *account == position.source);
    let (Some((account, external_id)), None) = (of_source.next(), of_source.next()) else { return Ok(()) };
    let Position { fix, state: Some((state, since)), .. } = position else { return Ok(()) };
    work.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO positions_told VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            kind.word(),
            account,
            external_id,
            fix.latitude,
            fix.longitude,
            fix.speed_mph,
            fix.heading_deg,
            fix.observed_at.millis(),
            fix.place,
            state,
            since,
        ])?;
    Ok(())
}

/// What was noted of a record.
fn remembered(
    work: &Work<'_>,
    kind: UnitKind,
    (account, external_id): &RecordKey,
) -> rusqlite::Result<Option<Position>> {
    work.sql
        .prepare_cached(
            "SELECT latitude, longitude, speed_mph, heading_deg, observed_at, account, place, state, state_since_at
             FROM positions_told WHERE kind = ?1 AND account = ?2 AND external_id = ?3",
        )?
        .query_row([kind.word(), account, external_id], whole)
        .optional()
}

/// The last point of the history that a record told, and no other record of its account.
fn last_point(
    work: &Work<'_>,
    change: &Change<'_>,
    (account, external_id): &RecordKey,
    from: &str,
) -> rusqlite::Result<Option<Position>> {
    let own = UnitId::first_told(account, external_id).0;
    let shared_since = change.shared_since(&(account.clone(), external_id.clone()));
    // Under the unit that it shared, a point may be the other record's.
    let (unit, until) = match shared_since {
        Some(since) if own == from => (from, since),
        Some(_) => (own.as_str(), i64::MAX),
        None => (from, i64::MAX),
    };
    work.sql
        .prepare_cached(
            "SELECT latitude, longitude, speed_mph, heading_deg, observed_at, source FROM positions
             WHERE kind = ?1 AND unit_id IN (?2, ?3) AND source = ?4 AND observed_at > ?5 AND observed_at < ?6
             ORDER BY observed_at DESC LIMIT 1",
        )?
        .query_row(
            params![change.kind.word(), unit, own, account, work.now.millis() - LOOK_BACK_MS, until],
            position,
        )
        .optional()
}

fn position(row: &rusqlite::Row<'_>) -> rusqlite::Result<Position> {
    let fix = Fix {
        latitude: row.get(0)?,
        longitude: row.get(1)?,
        says: None,
        speed_mph: row.get(2)?,
        heading_deg: row.get(3)?,
        observed_at: Timestamp::from_millis(row.get(4)?),
        place: None,
    };
    Ok(Position { fix, source: row.get(5)?, state: None })
}

/// The same with its place and state.
fn whole(row: &rusqlite::Row<'_>) -> rusqlite::Result<Position> {
    let mut position = position(row)?;
    position.fix.place = row.get(6)?;
    position.state = Some((row.get(7)?, row.get(8)?));
    Ok(position)
}

fn show(work: &Work<'_>, kind: UnitKind, unit: &str, position: Option<&Position>) -> rusqlite::Result<()> {
    let fix = position.map(|position| &position.fix);
    let at = fix.map(|fix| fix.observed_at.millis());
    let (state, since) = match position {
        None => ("dark".to_owned(), None),
        Some(Position { state: Some((state, since)), .. }) => (state.clone(), *since),
        Some(Position { fix, state: None, .. }) => {
            let motion = (work.judge.motion)(fix, None, engine(work, kind, unit)?);
            (motion.word().to_owned(), at)
        }
    };
    work.sql
        .prepare_cached(&format!(
            "UPDATE {} SET latitude = ?2, longitude = ?3, heading_deg = ?4, speed_mph = ?5, place = ?6,
                 observed_at = ?7, source = ?8, state = ?9, state_since_at = ?10, stood_since_at = iif(?9 IN (?13, ?14), ?10, NULL), stood_after_at = NULL, computed_at = ?11,
                 updated_at = ?11, rev = ?12
             WHERE id = ?1 AND (observed_at, source) IS NOT (?7, ?8)",
            table(kind)
        ))?
        .execute(params![
            unit,
            fix.map(|fix| fix.latitude),
            fix.map(|fix| fix.longitude),
            fix.and_then(|fix| fix.heading_deg),
            fix.and_then(|fix| fix.speed_mph),
            fix.and_then(|fix| fix.place.clone()),
            at,
            position.map(|position| position.source.as_str()),
            state,
            since,
            work.now.millis(),
            work.rev,
            Motion::Stopped.word(),
            Motion::Idle.word(),
        ])?;
    Ok(())
}

fn engine(work: &Work<'_>, kind: UnitKind, unit: &str) -> rusqlite::Result<Option<Engine>> {
    if kind != UnitKind::Tractor {
        return Ok(None);
    }
    let engine: Option<String> = work
        .sql
        .prepare_cached("SELECT engine FROM tractors WHERE id = ?1")?
        .query_row([unit], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(engine.as_deref().and_then(Engine::from_word))
}
