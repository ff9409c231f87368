//! What was made of loads, written beside what the TMS says of them: only what differs, and without
//! moving a row's `updated_at`. Judges nothing.

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::StoreError;
use super::apply::{mark_one, next_revision};
use super::migrate::begin;
use super::rows::{Columns, FromRow};
use crate::model::{Arrival, EtaSource, Judgement, MovementKey, Reason, Risk, RunsOut, Timestamp};

/// Writes judgements, and takes away those of `over`: loads of which nothing is left to say.
pub(super) fn write(
    connection: &mut Connection,
    judgements: &[Judgement],
    over: &[MovementKey],
) -> Result<(), StoreError> {
    if judgements.is_empty() && over.is_empty() {
        return Ok(());
    }
    let sql = begin(connection)?;
    let rev = next_revision(&sql)?;
    for judgement in judgements {
        write_one(&sql, judgement, rev)?;
    }
    for key in over {
        take_away(&sql, key, rev)?;
    }
    mark_one(&sql, "judgements", rev, !over.is_empty())?;
    mark_one(&sql, "movements", rev, false)?;
    mark_one(&sql, "stops", rev, false)?;
    sql.commit()?;
    Ok(())
}

fn write_one(sql: &Connection, row: &Judgement, rev: i64) -> Result<(), StoreError> {
    sql.prepare_cached(
        "INSERT INTO judgements VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT DO UPDATE SET rev = ?3, tractor_id = ?4, driver_id = ?5, risk = ?6, reason = ?7, stop_id = ?8,
             late_s = ?9, arrivals = ?10, latest_departure_at = ?11, drive_s = ?12, runs_out = ?13, routed_at = ?14, notes = ?15, computed_at = ?16, leave_by_at = ?17",
    )?
    .execute(params![
        row.company_id,
        row.movement_id,
        rev,
        row.tractor_id.as_ref().map(|id| &id.0),
        row.driver_id.as_ref().map(|id| &id.0),
        row.risk.word(),
        row.reason.map(Reason::word),
        row.stop_id,
        row.late_s,
        arrivals_to_json(&row.arrivals),
        row.latest_departure_at.map(Timestamp::millis),
        row.drive_s,
        row.runs_out.as_ref().map(runs_out_to_json),
        row.routed_at.map(Timestamp::millis),
        Value::from(row.notes.clone()).to_string(),
        row.computed_at.millis(),
        row.leave_by_at.map(Timestamp::millis),
    ])?;
    let next = row.arrivals.first();
    sql.prepare_cached(
        "UPDATE movements SET eta_at = ?3, legal_eta_at = ?4, late_s = ?5, risk = ?6, reason = ?7, computed_at = ?8, rev = ?9
         WHERE company_id = ?1 AND id = ?2",
    )?
    .execute(params![
        row.company_id,
        row.movement_id,
        next.and_then(|next| next.eta_at).map(Timestamp::millis),
        next.and_then(|next| next.legal_eta_at).map(Timestamp::millis),
        row.late_s,
        row.risk.word(),
        row.reason.map(Reason::word),
        row.computed_at.millis(),
        rev,
    ])?;
    write_stops(sql, row, rev)
}

/// Writes the times of the remaining stops; those that are done keep none.
fn write_stops(sql: &Connection, row: &Judgement, rev: i64) -> Result<(), StoreError> {
    for arrival in &row.arrivals {
        sql.prepare_cached(
            "UPDATE stops SET eta_at = ?3, legal_eta_at = ?4, eta_source = ?5, computed_at = ?6, rev = ?7
             WHERE company_id = ?1 AND id = ?2 AND (eta_at, legal_eta_at, eta_source) IS NOT (?3, ?4, ?5)",
        )?
        .execute(params![
            row.company_id,
            arrival.stop_id,
            arrival.eta_at.map(Timestamp::millis),
            arrival.legal_eta_at.map(Timestamp::millis),
            arrival.eta_source.map(EtaSource::word),
            row.computed_at.millis(),
            rev,
        ])?;
    }
    let done: Vec<String> = sql
        .prepare_cached(
            "SELECT id FROM stops WHERE company_id = ?1 AND movement_id = ?2 AND eta_at IS NOT NULL",
        )?
        .query_map([&row.company_id, &row.movement_id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in done.iter().filter(|id| row.arrivals.iter().all(|arrival| arrival.stop_id != **id)) {
        clear_stop(sql, &row.company_id, id, rev)?;
    }
    Ok(())
}

fn clear_stop(sql: &Connection, company_id: &str, id: &str, rev: i64) -> rusqlite::Result<()> {
    sql.prepare_cached(
        "UPDATE stops SET eta_at = NULL, legal_eta_at = NULL, eta_source = NULL, rev = ?3
         WHERE company_id = ?1 AND id = ?2",
    )?
    .execute(params![company_id, id, rev])?;
    Ok(())
}

/// Nothing is left to say of a load that is over.
fn take_away(sql: &Connection, key: &MovementKey, rev: i64) -> rusqlite::Result<()> {
    let ids = [&key.company_id, &key.id];
    sql.prepare_cached("DELETE FROM judgements WHERE company_id = ?1 AND movement_id = ?2")?.execute(ids)?;
    sql.prepare_cached(
        "UPDATE movements SET eta_at = NULL, legal_eta_at = NULL, late_s = NULL, risk = 'unknown', reason = NULL, rev = ?3
         WHERE company_id = ?1 AND id = ?2",
    )?
    .execute(params![key.company_id, key.id, rev])?;
    sql.prepare_cached(
        "UPDATE stops SET eta_at = NULL, legal_eta_at = NULL, eta_source = NULL, rev = ?3
         WHERE company_id = ?1 AND movement_id = ?2 AND eta_at IS NOT NULL",
    )?
    .execute(params![key.company_id, key.id, rev])?;
    Ok(())
}

impl FromRow for Judgement {
    const TABLE: &'static str = "judgements";
    const COLUMNS: &'static str = "company_id, movement_id, tractor_id, driver_id, risk, reason, stop_id, late_s, arrivals, \
        latest_departure_at, drive_s, runs_out, routed_at, notes, computed_at, leave_by_at";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut c = Columns::of(row);
        let mut judgement = Self {
            company_id: c.take()?,
            movement_id: c.take()?,
            tractor_id: c.id_opt()?,
            driver_id: c.id_opt()?,
            risk: c.word(Risk::from_word)?.unwrap_or_default(),
            reason: c.word(Reason::from_word)?,
            stop_id: c.take()?,
            late_s: c.take()?,
            arrivals: arrivals_from_json(&c.take::<String>()?),
            latest_departure_at: c.at_opt()?,
            drive_s: c.take()?,
            runs_out: c.take::<Option<String>>()?.and_then(|json| runs_out_from_json(&json)),
            ..Self::default()
        };
        judgement.routed_at = c.at_opt()?;
        judgement.notes = serde_json::from_str(&c.take::<String>()?).unwrap_or_default();
        judgement.computed_at = c.at()?;
        judgement.leave_by_at = c.at_opt()?;
        Ok(judgement)
    }
}

fn arrivals_to_json(arrivals: &[Arrival]) -> String {
    let rows = arrivals.iter().map(|arrival| {
        serde_json::json!({
            "stop_id": arrival.stop_id,
            "eta_at": arrival.eta_at.map(Timestamp::millis),
            "legal_eta_at": arrival.legal_eta_at.map(Timestamp::millis),
            "eta_source": arrival.eta_source.map(EtaSource::word),
            "late_s": arrival.late_s,
            "risk": arrival.risk.word(),
        })
    });
    Value::Array(rows.collect()).to_string()
}

fn arrivals_from_json(json: &str) -> Vec<Arrival> {
    let rows: Vec<Value> = serde_json::from_str(json).unwrap_or_default();
    rows.iter().filter_map(arrival_from_json).collect()
}

fn arrival_from_json(row: &Value) -> Option<Arrival> {
    let at = |key: &str| row.get(key).and_then(Value::as_i64).map(Timestamp::from_millis);
    let word = |key: &str| row.get(key).and_then(Value::as_str);
    Some(Arrival {
        stop_id: word("stop_id")?.into(),
        eta_at: at("eta_at"),
        legal_eta_at: at("legal_eta_at"),
        eta_source: word("eta_source").and_then(EtaSource::from_word),
        late_s: row.get("late_s").and_then(Value::as_i64),
        risk: word("risk").and_then(Risk::from_word).unwrap_or_default(),
    })
}

fn runs_out_to_json(runs_out: &RunsOut) -> String {
    serde_json::json!({
        "limit": runs_out.limit.word(),
        "at": runs_out.at.millis(),
        "latitude": runs_out.latitude,
        "longitude": runs_out.longitude,
        "short_of_s": runs_out.short_of_s,
        "at_supposed": runs_out.at_supposed,
        "place_supposed": runs_out.place_supposed,
    })
    .to_string()
}

fn runs_out_from_json(json: &str) -> Option<RunsOut> {
    let row: Value = serde_json::from_str(json).ok()?;
    let is_set = |key: &str| row.get(key).and_then(Value::as_bool).unwrap_or_default();
    Some(RunsOut {
        limit: row.get("limit")?.as_str().and_then(Reason::from_word)?,
        at: Timestamp::from_millis(row.get("at")?.as_i64()?),
        latitude: row.get("latitude")?.as_f64()?,
        longitude: row.get("longitude")?.as_f64()?,
        short_of_s: row.get("short_of_s")?.as_i64()?,
        at_supposed: is_set("at_supposed"),
        place_supposed: is_set("place_supposed"),
    })
}
