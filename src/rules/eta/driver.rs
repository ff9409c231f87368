//! A driver's hours as the planner takes them: counted down to now, clamped to what the rules know, with
//! the days they add up from. What cannot be planned with is refused with the reason.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Office;
use crate::model::{Driver, DutyStatus, DutyTotal, Timestamp};
use crate::rules::cycle::{self, Told};
use crate::rules::hours::{self, AgedHours, Confidence, Cycle, Refusal, Request, Ruleset, Task};

/// Clocks of a driver at work that are older than this say nothing of now (hos.md §2.2).
pub const TOO_OLD: Duration = Duration::from_hours(1);
/// Days that add up to the cycle within this are its days: a log is told minutes after a clock.
const LAG_S: i64 = 30 * 60;
/// The longest day: 24 hours and one of summer time's end.
const LONGEST_DAY_S: i64 = 25 * 3600;

/// The driver's hours at `now`, without tasks, and what is to be known of them.
pub(super) fn request(
    driver: &Driver,
    days: &[DutyTotal],
    office: &Office,
    now: Timestamp,
) -> Result<(Request, Vec<String>), String> {
    let (snapshot, mut notes) = snapshot(driver, days, office, now)?;
    let aged =
        hours::aged(&snapshot, driver.hos_status_since_at, now).map_err(|refusal| refused(&refusal))?;
    if aged.from_future {
        notes.push("clocks_ahead: the clocks claim to be from later than now".to_owned());
    }
    match aged.hours {
        AgedHours::Likely { mut request, confidence } => {
            if confidence == Confidence::Low {
                notes.push(format!("hours_aged: the clocks are of {}", snapshot.now));
            }
            request.tasks.clear();
            Ok((*request, notes))
        }
        AgedHours::Between { .. } => {
            Err(format!("hours_old: the clocks of a driver at work are of {}", snapshot.now))
        }
    }
}

/// What the planner refuses, in its own word.
pub(super) fn refused(refusal: &Refusal) -> String {
    format!("{}: {refusal}", refusal.code())
}

/// The driver's hours as the ELD told them last, clamped to what the rules know.
fn snapshot(
    driver: &Driver,
    days: &[DutyTotal],
    office: &Office,
    now: Timestamp,
) -> Result<(Request, Vec<String>), String> {
    let cycle = cycle_of(driver, office)?;
    let missing = || "hours_missing: the ELD does not tell this driver's clocks".to_owned();
    let as_of = driver.hos_as_of_at.ok_or_else(missing)?;
    let status = match driver.hos_status {
        DutyStatus::YardMove => DutyStatus::OnDuty,
        DutyStatus::PersonalConveyance => DutyStatus::OffDuty,
        DutyStatus::Unknown => return Err("status_unknown: the ELD does not tell the duty status".to_owned()),
        known => known,
    };
    let unknown_rules = || "unsupported_ruleset: the rules of 49 CFR Part 395 are not known".to_owned();
    let ruleset = Ruleset::named(Ruleset::US_PROPERTY).ok_or_else(unknown_rules)?;
    let limit = ruleset.limit(cycle).ok_or_else(unknown_rules)?;
    let clock =
        |left_s: Option<i64>, most_s: i64| left_s.map(|left_s| left_s.clamp(0, most_s)).ok_or_else(missing);
    let drive_left_s = clock(driver.drive_left_s, ruleset.drive_s)?;
    let cycle_left_s = clock(driver.cycle_left_s, limit.limit_s)?;
    let shift_left_s = clock(driver.shift_left_s, ruleset.window_s)?;
    let rests = status.is_rest();
    let run_s = rest_since(driver).map_or(0, |since| as_of.secs_since(since).max(0));
    let mut notes = Vec::new();
    let rested_s = if rests { proven_rest(driver, run_s, ruleset, limit.limit_s, &mut notes) } else { 0 };
    let break_left_s = driver.break_left_s.map(|left_s| left_s.clamp(0, ruleset.break_after_s));
    let break_left_s = break_left_s.unwrap_or_else(|| {
        notes.push(
            "break_unknown: the ELD does not tell when the half hour is due; taken as if there had been none"
                .to_owned(),
        );
        (ruleset.break_after_s - (ruleset.drive_s - drive_left_s)).max(0)
    });
    let zone = driver.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
    let zone = zone.unwrap_or_else(|| office.zone.clone());
    let used_s = limit.limit_s - cycle_left_s;
    // A clock from the future is counted from now on: it adds no hours.
    let today = home_day(&zone, office, as_of.min(now));
    let request = Request {
        now: as_of,
        on_duty_days_s: today.and_then(|today| history(days, used_s, limit.days, today)),
        zone,
        day_start: office.day_start,
        ruleset,
        cycle,
        status,
        rested_s,
        drive_left_s,
        shift_left_s: Some(shift_left_s).filter(|left_s| !rests || *left_s < ruleset.window_s),
        break_left_s: Some(break_left_s),
        cycle_left_s,
        split: None,
        // A question needs something to be done; what that is comes later.
        tasks: vec![Task::Drive(0)],
    };
    Ok((request, notes))
}

/// Whether a driver's clocks say something of now. Those of one at rest do until he gets up, which a log
/// tells; those of one at work run.
pub fn clocks_hold(driver: &Driver, now: Timestamp) -> bool {
    let rests = driver.hos_status.is_rest();
    driver.hos_as_of_at.is_some_and(|as_of| rests || now.since(as_of) <= TOO_OLD)
}

/// Since when he rests: for as long as he is in his status of rest at least.
fn rest_since(driver: &Driver) -> Option<Timestamp> {
    driver.hos_rest_since_at.or(driver.hos_status_since_at)
}

/// The rest so far, as far as the clocks bear it out: after ten hours a shift's are full, after 34 the
/// cycle's is. A rest that they deny was broken while nobody looked; then nothing of it is credited.
fn proven_rest(driver: &Driver, run_s: i64, ruleset: &Ruleset, cycle_s: i64, notes: &mut Vec<String>) -> i64 {
    if rest_since(driver).is_none() {
        notes.push(
            "rest_unknown: the ELD does not tell since when the driver rests; none is credited".to_owned(),
        );
    }
    let shift_is_full = driver.drive_left_s.is_some_and(|left_s| left_s >= ruleset.drive_s)
        && driver.shift_left_s.is_some_and(|left_s| left_s >= ruleset.window_s);
    let cycle_is_full = driver.cycle_left_s.is_some_and(|left_s| left_s >= cycle_s);
    if run_s >= ruleset.rest_s && !shift_is_full {
        notes
            .push("clocks_odd: a rest of ten hours that the clocks do not know; none is credited".to_owned());
        return 0;
    }
    if run_s >= ruleset.restart_s && !cycle_is_full {
        notes.push("clocks_odd: a restart that the cycle does not know; ten hours are credited".to_owned());
        return ruleset.rest_s;
    }
    run_s
}

fn cycle_of(driver: &Driver, office: &Office) -> Result<Cycle, String> {
    let Some(word) = driver.ruleset.as_deref() else { return Ok(office.cycle) };
    match cycle::told(word) {
        Told::SeventyInEight => Ok(Cycle::SeventyInEight),
        Told::SixtyInSeven => Ok(Cycle::SixtyInSeven),
        Told::Other => {
            Err(format!("unsupported_ruleset: the driver is on `{word}`: clocks only, no forecast"))
        }
    }
}

/// The home terminal's day that `now` lies in.
fn home_day(zone: &TimeZone, office: &Office, now: Timestamp) -> Option<Date> {
    let local = now.calendar()?.to_zoned(zone.clone());
    if local.time() >= office.day_start { Some(local.date()) } else { local.date().yesterday().ok() }
}

/// What was on duty on each of the last `count` days, today first; `None` where nobody tells any.
///
/// Days before a restart do not count any more: where the newest days alone add up to what is used of
/// the cycle, the older ones are 0. A log is told a little later than the clock it adds up to: the
/// difference is today's.
fn history(days: &[DutyTotal], used_s: i64, count: usize, today: Date) -> Option<Vec<i64>> {
    let told = |back: usize| -> Option<i64> {
        let date = today.checked_sub(i64::try_from(back).ok()?.days()).ok()?;
        days.iter().find(|day| day.date == date).map(|day| day.on_duty_s.clamp(0, LONGEST_DAY_S))
    };
    let known: Vec<Option<i64>> = (0..count).map(told).collect();
    // Today may not have a row yet; any other gap is a day that nobody knows of.
    if known.iter().all(Option::is_none) {
        return None;
    }
    let mut history: Vec<i64> = known.iter().map(|day| day.unwrap_or(0)).collect();
    let mut sum_s = 0;
    for back in 0..count {
        sum_s += history.get(back)?;
        let first = history.first()? + used_s - sum_s;
        if (used_s - sum_s).abs() <= LAG_S && (0..=LONGEST_DAY_S).contains(&first) {
            history.iter_mut().skip(back + 1).for_each(|before| *before = 0);
            *history.first_mut()? = first;
            break;
        }
    }
    Some(history)
}
