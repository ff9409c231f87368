//! Hours of service: the lines of drivers' logs, and what their clocks say is left.

use std::collections::HashMap;

use serde::Deserialize;

use super::answer::{read, rows};
use super::memory::Duty;
use super::scalar::{Number, Reference, Text, instant, number, referred, word};
use super::span::seconds;
use crate::http::Error;
use crate::model::{Batch, Change, Clocks, DutyStatus, Reject, Timestamp, Unread};

use serde_json::value::RawValue;
use std::time::Duration;

/// A log may be this far ahead of our clock.
const AHEAD: Duration = Duration::from_mins(2);
/// So long after the feed told of a newer line, an older one among the clocks is taken to have been answered
/// before that; after it, the newer one was annulled.
const OVERTAKEN: Duration = Duration::from_mins(1);

/// The statuses that a driver can be in. `WT`, waiting at a well, is on duty.
pub(super) const STATUSES: [&str; 7] = ["ON", "OFF", "D", "SB", "PC", "YM", "WT"];

/// A `DutyStatusLog`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogRow<'a> {
    #[serde(borrow)]
    driver: Option<Reference<'a>>,
    date_time: Option<Text<'a>>,
    status: Option<Text<'a>>,
    state: Option<Text<'a>>,
    event_record_status: Option<Number>,
    is_ignored: Option<bool>,
    id: Option<Text<'a>>,
}

impl LogRow<'_> {
    /// Whether the line stands: it was neither changed, nor only asked for, nor rejected.
    fn stands(&self) -> bool {
        let is_active = self.state.as_ref().is_some_and(|state| state.0 == "Active");
        // 1 is active (49 CFR 395, subpart B, appendix A, 7.23).
        let record =
            number(self.event_record_status).is_none_or(|status| (status - 1.0).abs() < f64::EPSILON);
        is_active && record && self.is_ignored != Some(true)
    }

    /// What the line says, where it says anything of duty.
    fn line(&self) -> Option<Result<Line, &'static str>> {
        let (status, continues) = duty_status(&self.status.as_ref()?.0)?;
        let since_at = instant(self.date_time.as_ref()).ok_or("the log has no readable time");
        self.stands().then(|| Ok(Line { status, continues, since_at: since_at? }))
    }
}

#[derive(Clone, Copy)]
struct Line {
    status: DutyStatus,
    /// It only says that what began before goes on.
    continues: bool,
    since_at: Timestamp,
}

/// Every other word (a login, a certification, the engine's power …) says nothing of duty.
fn duty_status(word: &str) -> Option<(DutyStatus, bool)> {
    Some(match word {
        "D" => (DutyStatus::Driving, false),
        "ON" | "WT" => (DutyStatus::OnDuty, false),
        "OFF" => (DutyStatus::OffDuty, false),
        "SB" => (DutyStatus::Sleeper, false),
        "YM" => (DutyStatus::YardMove, false),
        "PC" => (DutyStatus::PersonalConveyance, false),
        "INT_D" => (DutyStatus::Driving, true),
        "INT_PC" => (DutyStatus::PersonalConveyance, true),
        _ => return None,
    })
}

/// A page of the log: of each driver on it the newest line. Returns how many rows it had.
pub(super) fn log(
    list: &str,
    now: Timestamp,
    duty: &mut HashMap<String, Duty>,
) -> Result<(Batch, usize), Error> {
    let rows = rows::<LogRow<'_>>(list)?;
    let count = rows.len();
    let (mut batch, mut lines) = (Batch::default(), Vec::new());
    batch.unread = Unread::of(&rows);
    for row in rows {
        match row.and_then(|row| logged(&row, now)) {
            Ok(line) => lines.extend(line),
            Err(reject) => batch.rejects.push(reject),
        }
    }
    lines.sort_by_key(|(_, line)| line.since_at);
    let mut newest: HashMap<&str, Line> = HashMap::new();
    for (driver, line) in &lines {
        let before = duty.get(driver).map(|known| (known.status, known.since_at));
        let before = newest.get(driver.as_str()).map(|line| (line.status, line.since_at)).or(before);
        let counts = match before {
            // Since when he drives, the line says that began it, not the one that goes on with it.
            _ if line.continues => {
                before.is_some_and(|(status, at)| status != line.status && at <= line.since_at)
            }
            Some((_, at)) => at <= line.since_at,
            None => true,
        };
        if counts {
            newest.insert(driver, *line);
        }
    }
    let mut newest: Vec<_> = newest.into_iter().collect();
    newest.sort_unstable_by_key(|(driver, _)| *driver);
    for (driver, Line { status, since_at, .. }) in newest {
        duty.insert(driver.to_owned(), Duty { status, since_at, heard_at: now });
        batch.changes.push(Change::Duty { external_id: driver.to_owned(), status, since_at });
    }
    Ok((batch, count))
}

/// A row's driver and line; `None` where it is nobody's, or says nothing of duty.
fn logged(row: &LogRow<'_>, now: Timestamp) -> Result<Option<(String, Line)>, Reject> {
    let reject = |reason: &str| Reject {
        external_id: word(row.id.as_ref()).unwrap_or_default(),
        reason: reason.to_owned(),
    };
    let Some(line) = row.line().transpose().map_err(reject)? else { return Ok(None) };
    let Some(driver) = referred(row.driver.as_ref()) else {
        return if row.driver.is_some() { Ok(None) } else { Err(reject("the log names no driver")) };
    };
    if line.since_at > now.plus(AHEAD) {
        return Err(reject("the log is from the future"));
    }
    Ok(Some((driver, line)))
}

/// A `DutyStatusAvailability`. All durations are what is left.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Availability<'a> {
    #[serde(borrow)]
    driver: Option<Reference<'a>>,
    driving: Option<Text<'a>>,
    duty: Option<Text<'a>>,
    workday: Option<Text<'a>>,
    cycle: Option<Text<'a>>,
    /// Until a break must be taken: the break's clock, whatever its name.
    rest: Option<Text<'a>>,
}

/// The clocks of `drivers`, and for each of them the line of the log that holds now: two results a driver, in
/// their order.
pub(super) fn clocks(
    results: &str,
    drivers: &[&str],
    now: Timestamp,
    duty: &HashMap<String, Duty>,
) -> Result<Batch, Error> {
    let results: Vec<Option<&RawValue>> = read(results)?;
    if results.len() != drivers.len() * 2 {
        return Err(Error::malformed("the results are not as many as the calls"));
    }
    let mut batch = Batch::default();
    for (driver, pair) in drivers.iter().zip(results.chunks(2)) {
        let list = |index: usize| pair.get(index).copied().flatten().map_or("[]", RawValue::get);
        match driver_clocks(driver, list(0), list(1), now, duty.get(*driver)) {
            Ok(change) => batch.changes.extend(change),
            Err(reason) => batch.rejects.push(Reject { external_id: (*driver).to_owned(), reason }),
        }
    }
    Ok(batch)
}

fn driver_clocks(
    driver: &str,
    left: &str,
    log: &str,
    now: Timestamp,
    told: Option<&Duty>,
) -> Result<Option<Change>, String> {
    let row = |error: Error| error.message;
    let current = current(log, driver, now).map_err(row)?;
    // A line that the feed brought while this was being answered is not undone by what was true before.
    let current = current.filter(|line| {
        told.is_none_or(|told| told.since_at <= line.since_at || now.since(told.heard_at) > OVERTAKEN)
    });
    let Some(left) = rows::<Availability<'_>>(left).map_err(row)?.pop() else {
        return Ok(current.map(|line| Change::Duty {
            external_id: driver.to_owned(),
            status: line.status,
            since_at: line.since_at,
        }));
    };
    let left = left.map_err(|reject| reject.reason)?;
    if referred(left.driver.as_ref()).is_some_and(|about| about != driver) {
        return Err("the clocks are another driver's".to_owned());
    }
    let shift = match (span(left.workday.as_ref())?, span(left.duty.as_ref())?) {
        (Some(workday), Some(duty)) => Some(workday.min(duty)),
        (workday, duty) => workday.or(duty),
    };
    let clocks = Clocks {
        status: current.map(|line| line.status),
        status_since_at: current.map(|line| line.since_at),
        drive_left_s: span(left.driving.as_ref())?,
        shift_left_s: shift,
        break_left_s: span(left.rest.as_ref())?,
        cycle_left_s: span(left.cycle.as_ref())?,
        // What `cycleAvailabilities` counts is not documented, and a known answer has less for tomorrow than for today.
        cycle_tomorrow_s: None,
        // The answer does not say; it is worked out when asked for.
        as_of_at: now,
    };
    Ok(Some(Change::Clocks { external_id: driver.to_owned(), clocks }))
}

/// The line of a driver's log that holds now.
fn current(log: &str, driver: &str, now: Timestamp) -> Result<Option<Line>, Error> {
    let rows = rows::<LogRow<'_>>(log)?;
    let his = |row: &&LogRow<'_>| referred(row.driver.as_ref()).is_none_or(|about| about == driver);
    let lines = rows.iter().flatten().filter(his).filter_map(|row| row.line()?.ok());
    let lines = lines.filter(|line| !line.continues && line.since_at <= now.plus(AHEAD));
    Ok(lines.max_by_key(|line| line.since_at))
}

/// What is left by a clock: unknown where it is not told, and an error where that is not understood, since
/// the others would then say more than is true.
fn span(text: Option<&Text<'_>>) -> Result<Option<i64>, String> {
    text.map(|text| seconds(&text.0).ok_or_else(|| "a clock is not a duration".to_owned())).transpose()
}
