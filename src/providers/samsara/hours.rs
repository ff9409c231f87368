//! Hours of service: what each driver's clocks say, which truck the driver is logged in to, and since when he rests
//! by his log.

use std::time::Duration;

use serde::Deserialize;

use super::wire::{Mention, Number, Text, instant, mentioned, number};
use crate::model::{
    Batch, Change, Clocks, DutyStatus, LogEnd, Pairing, PairingSource, Reject, Since, Tie, Timestamp,
};

/// Lines of a log join where one begins so soon after the end of another.
const SEAM: Duration = Duration::from_mins(1);

/// A row of `/fleet/hos/clocks`. All durations are numbers of milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriverClocks<'a> {
    #[serde(borrow)]
    driver: Option<Mention<'a>>,
    current_duty_status: Option<CurrentDutyStatus<'a>>,
    current_vehicle: Option<Mention<'a>>,
    clocks: Option<Told>,
    violations: Option<Violations>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrentDutyStatus<'a> {
    #[serde(borrow)]
    hos_status_type: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
struct Told {
    #[serde(rename = "break")]
    rest: Option<Break>,
    drive: Option<Drive>,
    shift: Option<Shift>,
    cycle: Option<Cycle>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Break {
    time_until_break_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Drive {
    drive_remaining_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shift {
    shift_remaining_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cycle {
    cycle_remaining_duration_ms: Option<Number>,
    cycle_tomorrow_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Violations {
    shift_driving_violation_duration_ms: Option<Number>,
    cycle_violation_duration_ms: Option<Number>,
}

/// Deactivated drivers come too; whether one still counts is the roster's word. The answer does not
/// say when it was true, so that is `now`.
pub(super) fn driver(row: &DriverClocks<'_>, now: Timestamp, batch: &mut Batch) {
    let Some(id) = mentioned(row.driver.as_ref()) else {
        let reason = "the row has no driver id".to_owned();
        batch.rejects.push(Reject { external_id: String::new(), reason });
        return;
    };
    let clocks = clocks(row, now);
    batch.changes.push(Change::Clocks { external_id: id.clone(), clocks });
    batch.changes.push(Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: id,
        right: mentioned(row.current_vehicle.as_ref()),
        by: PairingSource::Eld,
        since_at: None,
    }));
}

fn clocks(row: &DriverClocks<'_>, now: Timestamp) -> Clocks {
    let nothing = Told::default();
    let told = row.clocks.as_ref().unwrap_or(&nothing);
    let cycle = told.cycle.as_ref();
    let over = |duration: fn(&Violations) -> Option<Number>| {
        row.violations.as_ref().and_then(|told| number(duration(told))).is_some_and(|millis| millis > 0.0)
    };
    let drive = told.drive.as_ref().and_then(|drive| seconds(drive.drive_remaining_duration_ms));
    let cycle_left = cycle.and_then(|cycle| seconds(cycle.cycle_remaining_duration_ms));
    let status = row.current_duty_status.as_ref().and_then(|status| status.hos_status_type.as_ref());
    Clocks {
        status: Some(status.map_or(DutyStatus::Unknown, |word| duty_status(&word.0))),
        status_since_at: None,
        // In spite of its name this is driving past the 11 hours, which says nothing of the 14.
        drive_left_s: if over(|told| told.shift_driving_violation_duration_ms) { Some(0) } else { drive },
        shift_left_s: told.shift.as_ref().and_then(|shift| seconds(shift.shift_remaining_duration_ms)),
        break_left_s: told.rest.as_ref().and_then(|rest| seconds(rest.time_until_break_duration_ms)),
        cycle_left_s: if over(|told| told.cycle_violation_duration_ms) { Some(0) } else { cycle_left },
        cycle_tomorrow_s: cycle.and_then(|cycle| seconds(cycle.cycle_tomorrow_duration_ms)),
        as_of_at: now,
    }
}

/// A row of `/fleet/hos/logs`: some lines of a driver's log, in any order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriverLog<'a> {
    #[serde(borrow)]
    driver: Option<Mention<'a>>,
    hos_logs: Option<Vec<LogLine<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogLine<'a> {
    #[serde(borrow)]
    hos_status_type: Option<Text<'a>>,
    log_start_time: Option<Text<'a>>,
    log_end_time: Option<Text<'a>>,
}

/// A line that is understood.
#[derive(Clone, Copy)]
struct Line {
    status: DutyStatus,
    from: Timestamp,
    /// `None` where it is open.
    to: Option<Timestamp>,
}

/// How a log ends, read up to `until`. One without an open line tells nothing: it may go on elsewhere.
pub(super) fn log(row: &DriverLog<'_>, until: Timestamp, batch: &mut Batch) {
    let Some(external_id) = mentioned(row.driver.as_ref()) else {
        let reason = "the row has no driver id".to_owned();
        batch.rejects.push(Reject { external_id: String::new(), reason });
        return;
    };
    let told = row.hos_logs.as_deref().unwrap_or_default();
    let line = |line: &LogLine<'_>| {
        let word = line.hos_status_type.as_ref().map_or("", |word| &word.0);
        let from = instant(line.log_start_time.as_ref())?;
        Some(Line { status: duty_status(word), from, to: instant(line.log_end_time.as_ref()) })
    };
    // A line without a beginning may lie anywhere, in the rest too.
    let Some(mut lines) = told.iter().map(line).collect::<Option<Vec<_>>>() else {
        batch.rejects.push(Reject { external_id, reason: "a line of the log has no beginning".to_owned() });
        return;
    };
    lines.retain(|line| line.from <= until);
    lines.sort_by_key(|line| line.from);
    if let Some(end) = log_end(&lines, until) {
        batch.changes.push(Change::LogEnd { external_id, end });
    }
}

/// The status that is open at the end of these lines, which are in order, and since when it and a rest hold.
fn log_end(lines: &[Line], until: Timestamp) -> Option<LogEnd> {
    let (last, before) = lines.split_last()?;
    // One that is under way may end where the question did.
    let is_open = last.to.is_none_or(|to| to.plus(SEAM) >= until);
    if !is_open || last.status == DutyStatus::Unknown {
        return None;
    }
    let since = |holds: &dyn Fn(DutyStatus) -> bool| since(last.from, before, holds);
    let held = since(&|status| status == last.status);
    let rested = if last.status.is_rest() { since(&DutyStatus::is_rest) } else { held };
    Some(LogEnd { status: last.status, held, rested })
}

/// Back from a line that `holds` over those `before` it, as far as they join.
fn since(from: Timestamp, before: &[Line], holds: &dyn Fn(DutyStatus) -> bool) -> Since {
    let (mut at, mut next, mut joined) = (from, from, true);
    for line in before.iter().rev() {
        // One that is open, or overlaps, ends where the next begins.
        let ended_at = line.to.map_or(next, |to| to.min(next));
        if !holds(line.status) {
            return Since { at, not_before: Some(ended_at) };
        }
        joined &= ended_at.plus(SEAM) >= next;
        next = line.from;
        if joined {
            at = line.from;
        }
    }
    Since { at, not_before: None }
}

/// An empty word means that the driver's app is not connected.
fn duty_status(word: &str) -> DutyStatus {
    match word {
        "offDuty" => DutyStatus::OffDuty,
        "sleeperBed" => DutyStatus::Sleeper,
        "driving" => DutyStatus::Driving,
        "onDuty" => DutyStatus::OnDuty,
        "yardMove" => DutyStatus::YardMove,
        "personalConveyance" => DutyStatus::PersonalConveyance,
        _ => DutyStatus::Unknown,
    }
}

/// Milliseconds as whole seconds, rounded; a clock in the red is at nought.
fn seconds(millis: Option<Number>) -> Option<i64> {
    let seconds = (number(millis)? / 1000.0).round().max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and `as` saturates")]
    Some(seconds as i64)
}
