//! The queue of exceptions as it lies in the file, and what people did about each, folded into its row
//! by whoever reads. Judges nothing: the steps are handed in.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::{Map, Value};

use super::StoreError;
use super::apply::{mark_one, next_revision};
use super::migrate::begin;
use super::rows::{Columns, FromRow};
use crate::model::{
    Act, Deed, Exception, ExceptionKind, ExceptionState, Fact, Facts, Handling, RowText, Seen, Severity,
    Snooze, Step, Subject, SubjectKind, Timestamp, Touches, Trend, clean,
};

/// Writes what became of exceptions. What people did about them lies elsewhere and is not touched.
pub(super) fn write(connection: &mut Connection, steps: &[Step]) -> Result<(), StoreError> {
    if steps.is_empty() {
        return Ok(());
    }
    let sql = begin(connection)?;
    let rev = next_revision(&sql)?;
    let mut some_went = false;
    for step in steps {
        match step {
            Step::Forget(id) => {
                some_went = true;
                sql.prepare_cached("DELETE FROM exceptions WHERE id = ?1")?.execute([id])?;
            }
            _ => step.row().map_or(Ok(()), |row| write_one(&sql, row, rev))?,
        }
    }
    mark_one(&sql, Exception::TABLE, rev, some_went)?;
    sql.commit()?;
    Ok(())
}

fn write_one(sql: &Connection, row: &Exception, rev: i64) -> rusqlite::Result<()> {
    sql.prepare_cached(
        "INSERT OR REPLACE INTO exceptions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
             ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
    )?
    .execute(params![
        row.id,
        rev,
        row.kind.word(),
        row.severity.word(),
        row.subject.kind.word(),
        row.touches.company_id,
        row.subject.id,
        row.touches.movement_id,
        row.touches.order_id,
        row.touches.stop_id,
        row.touches.tractor_id.as_ref().map(|id| &id.0),
        row.touches.trailer_id.as_ref().map(|id| &id.0),
        row.touches.driver_id.as_ref().map(|id| &id.0),
        row.touches.account,
        row.since_at.millis(),
        row.deadline_at.map(Timestamp::millis),
        row.measure_s,
        row.score,
        row.summary,
        facts_to_json(&row.facts),
        row.state.word(),
        row.trend.map(|(trend, _)| trend.word()),
        row.trend.map(|(_, at)| at.millis()),
        row.count,
        row.first_raised_at.map(Timestamp::millis),
        row.raised_at.map(Timestamp::millis),
        row.worsened_at.map(Timestamp::millis),
        row.cleared_at.map(Timestamp::millis),
        row.cleared_because,
        row.computed_at.millis(),
    ])?;
    Ok(())
}

/// The longest note, in characters.
const NOTE: usize = 1000;

/// Writes what a person did about an exception, with how it was handled before and after, and tells readers of it.
/// Kept even where the exception is gone: what people say is never dropped.
pub(super) fn act(connection: &mut Connection, exception_id: &str, act: &Act) -> Result<(), StoreError> {
    let mut act = Act { user: clean(&act.user, 64), host: clean(&act.host, 64), ..act.clone() };
    let snooze = match &mut act.deed {
        Deed::Note(text) => {
            *text = clean(text, NOTE);
            Snooze::default()
        }
        Deed::Snooze(snooze) => *snooze,
        Deed::Ack | Deed::Unack | Deed::Claim | Deed::Unclaim | Deed::Unsnooze | Deed::Accept => {
            Snooze::default()
        }
    };
    let text = if let Deed::Note(text) = &act.deed { Some(text.as_str()) } else { None };
    let sql = begin(connection)?;
    let (about, touches, before) = standing(&sql, exception_id)?;
    let mut after = before.clone();
    after.take(act.clone());
    sql.prepare_cached(
        "INSERT INTO actions (at, user, host, verb, kind, subject_id, text, until_at, seen_kind, seen_severity,
             seen_count, seen_badness_s, worse_by_s, about, company_id, movement_id, handled_before, handled_after)
         VALUES (?1, ?2, ?3, ?4, 'exception', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        act.at.millis(),
        act.user,
        act.host,
        act.deed.word(),
        exception_id,
        text,
        snooze.until_at.map(Timestamp::millis),
        act.seen.kind.word(),
        act.seen.severity.word(),
        act.seen.count,
        act.seen.badness_s,
        snooze.worse_by_s,
        about,
        touches.company_id,
        touches.movement_id,
        summed_up(&before),
        summed_up(&after),
    ])?;
    let rev = next_revision(&sql)?;
    sql.prepare_cached("UPDATE exceptions SET rev = ?2 WHERE id = ?1")?
        .execute(params![exception_id, rev])?;
    mark_one(&sql, Exception::TABLE, rev, false)?;
    sql.commit()?;
    Ok(())
}

/// How an exception is described, what it concerns, and how it is handled; nothing where it is gone.
fn standing(sql: &Connection, exception_id: &str) -> rusqlite::Result<(Option<String>, Touches, Handling)> {
    let select = format!("SELECT {} FROM exceptions WHERE id = ?1", Exception::COLUMNS);
    let found = sql.prepare_cached(&select)?.query_row([exception_id], Exception::from_row).optional()?;
    Ok(found.map_or_else(Default::default, |row| (Some(row.summary), row.touches, row.handling)))
}

fn summed_up(handling: &Handling) -> String {
    serde_json::to_string(&handling.summed_up()).expect("names and numbers can be written")
}

/// Throws away a slice of what has been over since before `old`. What people did stays.
pub(super) fn throw_away(sql: &Transaction<'_>, old: i64, slice: i64) -> rusqlite::Result<usize> {
    sql.prepare_cached(
        "DELETE FROM exceptions WHERE id IN
             (SELECT id FROM exceptions WHERE state <> 'open' AND coalesce(cleared_at, computed_at) < ?1 LIMIT ?2)",
    )?
    .execute([old, slice])
}

impl FromRow for Exception {
    const TABLE: &'static str = "exceptions";
    const LIVE: &'static str = "(state <> 'cleared' OR cleared_at > ?2)";
    const LIVE_ALL: &'static str = Self::LIVE;
    // The last column is what people did in this spell, in the order they did it.
    const COLUMNS: &'static str = "id, kind, severity, subject_kind, company_id, subject_id, movement_id, order_id, stop_id, \
        tractor_id, trailer_id, driver_id, account, since_at, deadline_at, measure_s, score, summary, facts, state, trend, \
        trend_at, count, first_raised_at, raised_at, worsened_at, cleared_at, cleared_because, computed_at, \
        (SELECT json_group_array(json_array(a.at, a.user, a.host, a.verb, a.text, a.until_at, a.worse_by_s, a.seen_kind, \
            a.seen_severity, a.seen_count, a.seen_badness_s) ORDER BY a.id) FROM actions a \
         WHERE a.kind = 'exception' AND a.subject_id = exceptions.id AND a.at >= exceptions.first_raised_at)";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut c = Columns::of(row);
        let mut exception = Self {
            id: c.take()?,
            kind: c.word(ExceptionKind::from_word)?.unwrap_or_default(),
            severity: c.word(Severity::from_word)?.unwrap_or_default(),
            subject: Subject {
                kind: c.word(SubjectKind::from_word)?.unwrap_or_default(),
                ..Subject::default()
            },
            touches: Touches { company_id: c.take()?, ..Touches::default() },
            ..Self::default()
        };
        if matches!(exception.subject.kind, SubjectKind::Movement | SubjectKind::Stop) {
            exception.subject.company_id.clone_from(&exception.touches.company_id);
        }
        exception.subject.id = c.take()?;
        exception.touches = touches(&mut c, exception.touches.company_id)?;
        exception = Self {
            since_at: c.at()?,
            deadline_at: c.at_opt()?,
            measure_s: c.take()?,
            score: c.take()?,
            summary: c.take()?,
            facts: facts_from_json(&c.take::<String>()?),
            state: c.word(ExceptionState::from_word)?.unwrap_or_default(),
            ..exception
        };
        let trend = c.word(Trend::from_word)?;
        exception.trend = trend.zip(c.at_opt()?);
        exception.count = c.take()?;
        exception.first_raised_at = c.at_opt()?;
        exception.raised_at = c.at_opt()?;
        exception.worsened_at = c.at_opt()?;
        exception.cleared_at = c.at_opt()?;
        exception.cleared_because = c.take()?;
        exception.computed_at = c.at()?;
        exception.handling = handling_from_json(&c.take::<String>()?);
        Ok(exception)
    }
}

fn touches(c: &mut Columns<'_>, company_id: Option<RowText>) -> rusqlite::Result<Touches> {
    Ok(Touches {
        company_id,
        movement_id: c.take()?,
        order_id: c.take()?,
        stop_id: c.take()?,
        tractor_id: c.id_opt()?,
        trailer_id: c.id_opt()?,
        driver_id: c.id_opt()?,
        account: c.take()?,
    })
}

fn facts_to_json(facts: &Facts) -> String {
    let value = |fact: &Fact| match fact {
        Fact::At(at) => at.millis().into(),
        Fact::Seconds(number) | Fact::Count(number) => (*number).into(),
        Fact::Number(number) => (*number).into(),
        Fact::Text(text) => text.as_str().into(),
        Fact::List(texts) => texts.as_slice().into(),
    };
    let object: Map<String, Value> = facts.iter().map(|(name, fact)| (name.clone(), value(fact))).collect();
    Value::Object(object).to_string()
}

/// A number's meaning is in the end of its name, as everywhere in the file.
fn facts_from_json(json: &str) -> Facts {
    let object: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let fact = |name: &str, value: Value| match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) if name.ends_with("_at") => Some(Fact::At(Timestamp::from_millis(whole))),
            Some(whole) if name.ends_with("_s") => Some(Fact::Seconds(whole)),
            Some(whole) => Some(Fact::Count(whole)),
            None => number.as_f64().map(Fact::Number),
        },
        Value::String(text) => Some(Fact::Text(text)),
        Value::Array(texts) => {
            Some(Fact::List(texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    };
    object.into_iter().filter_map(|(name, value)| Some((name.clone(), fact(&name, value)?))).collect()
}

fn handling_from_json(json: &str) -> Handling {
    let acts: Vec<ActRow> = serde_json::from_str(json).unwrap_or_default();
    Handling::of(acts.into_iter().filter_map(act_from_row))
}

/// One of `actions`, as the columns are selected.
type ActRow = (
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

/// `None` for a verb of a newer version.
fn act_from_row(row: ActRow) -> Option<Act> {
    let (at, user, host, verb, text, until_at, worse_by_s, kind, severity, count, badness_s) = row;
    let snooze = Snooze { until_at: until_at.map(Timestamp::from_millis), worse_by_s };
    let deed = match verb.as_str() {
        "ack" => Deed::Ack,
        "unack" => Deed::Unack,
        "claim" => Deed::Claim,
        "unclaim" => Deed::Unclaim,
        "snooze" => Deed::Snooze(snooze),
        "unsnooze" => Deed::Unsnooze,
        "note" => Deed::Note(text.unwrap_or_default()),
        "accept" => Deed::Accept,
        _ => return None,
    };
    let seen = Seen {
        kind: kind.as_deref().and_then(ExceptionKind::from_word).unwrap_or_default(),
        severity: severity.as_deref().and_then(Severity::from_word).unwrap_or_default(),
        count: count.unwrap_or_default(),
        badness_s: badness_s.unwrap_or_default(),
    };
    Some(Act { at: Timestamp::from_millis(at), user, host, deed, seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_as_they_were_written() {
        let facts: Facts = [
            ("seen_at", Fact::At(Timestamp::from_secs(9))),
            ("short_of_s", Fact::Seconds(-40)),
            ("units", Fact::Count(200)),
            ("latitude", Fact::Number(35.0)),
            ("stop", Fact::Text("Memphis TN".into())),
            ("loads", Fact::List(vec!["0091".into(), "0092".into()])),
        ]
        .into_iter()
        .map(|(name, fact)| (name.to_owned(), fact))
        .collect();
        assert_eq!(facts_from_json(&facts_to_json(&facts)), facts);
    }

    #[test]
    fn a_verb_of_a_newer_version_is_passed_over() {
        let handling = handling_from_json(
            r#"[[1,"ann","box","escalate",null,null,null,"late","high",1,60],[2,"bob","box","claim",null,null,null,"late","high",1,60]]"#,
        );
        assert_eq!(handling.claim.map(|mark| mark.user).as_deref(), Some("bob"));
    }
}
