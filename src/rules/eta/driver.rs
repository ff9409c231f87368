//! A driver's hours as the planner takes them: counted down to now, clamped to what the rules know, with
//! the days they add up from. What cannot be planned with is refused with the reason.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Office;
use crate::model::{Driver, DutyStatus, DutyTotal, Motion, Timestamp, Tractor, UnitKind};
use crate::rules::cycle::{self, Told};
use crate::rules::freshness::Freshness;
use crate::rules::hours::{self, Aged, AgedHours, Confidence, Cycle, Refusal, Request, Ruleset, Task};
use crate::rules::motion::{self, SHUNTED_MPH};

/// Clocks that are older than this say nothing of now: not of a driver at work (hos.md §2.2), and not of one
/// at rest either, since a rest that nobody tells of any more may be over.
pub const TOO_OLD: Duration = Duration::from_hours(1);
/// Days that add up to the cycle within this are its days: a log is told minutes after a clock.
const LAG_S: i64 = 30 * 60;
/// A cycle clock past its limit by more than this is no rounding.
const ODD_S: i64 = 60;
/// The longest day: 24 hours and one of summer time's end.
const LONGEST_DAY_S: i64 = 25 * 3600;

/// Hours to plan with.
pub(super) struct Known {
    /// Without tasks.
    pub request: Request,
    /// What is to be known of them.
    pub notes: Vec<String>,
    /// What may be left before the half hour is due, in seconds, where it is planned as due sooner because nobody
    /// tells.
    pub break_most_s: Option<i64>,
}

/// The driver's hours at `now`.
pub(super) fn request(
    driver: &Driver,
    tractor: &Tractor,
    days: &[DutyTotal],
    office: &Office,
    now: Timestamp,
) -> Result<Known, String> {
    let Known { request: snapshot, mut notes, break_most_s } = snapshot(driver, tractor, days, office, now)?;
    let aged = brought_to(&snapshot, driver, now)?;
    if aged.from_future {
        notes.push("clocks_ahead: the clocks claim to be from later than now".to_owned());
    }
    match aged.hours {
        AgedHours::Likely { request, confidence } if clocks_hold(driver, now) => {
            if confidence == Confidence::Low {
                notes.push(format!("hours_aged: the clocks are of {}", snapshot.now));
            }
            let request = without_tasks(*request);
            let break_most_s = break_most_s.and_then(|most_s| break_at_most(most_s, &snapshot, driver, now));
            let break_most_s =
                break_most_s.filter(|most_s| request.break_left_s.is_some_and(|s| s < *most_s));
            Ok(Known { request, notes, break_most_s })
        }
        AgedHours::Likely { .. } => Err(format!(
            "hours_old: the driver was at rest at {}, and nobody has told of him since",
            snapshot.now
        )),
        AgedHours::Between { .. } => {
            Err(format!("hours_old: the clocks of a driver at work are of {}", snapshot.now))
        }
    }
}

/// The two ends between which the hours of a driver lie who was at work when he was heard of too long ago,
/// without tasks: had he gone off duty at once, and had he worked on. `None` for every other driver.
pub(super) fn ends(
    driver: &Driver,
    tractor: &Tractor,
    days: &[DutyTotal],
    office: &Office,
    now: Timestamp,
) -> Option<[Request; 2]> {
    let told = snapshot(driver, tractor, days, office, now).ok()?;
    match brought_to(&told.request, driver, now).ok()?.hours {
        AgedHours::Between { went_on, stopped } => Some([*stopped, *went_on].map(without_tasks)),
        AgedHours::Likely { .. } => None,
    }
}

fn brought_to(snapshot: &Request, driver: &Driver, now: Timestamp) -> Result<Aged, String> {
    hours::aged(snapshot, driver.hos_status_since_at, now).map_err(|refusal| refused(&refusal))
}

/// What is left now before the half hour, had there been so much when the clocks were told.
fn break_at_most(most_s: i64, snapshot: &Request, driver: &Driver, now: Timestamp) -> Option<i64> {
    let told = Request { break_left_s: Some(most_s), ..snapshot.clone() };
    match brought_to(&told, driver, now).ok()?.hours {
        AgedHours::Likely { request, .. } => request.break_left_s,
        AgedHours::Between { .. } => None,
    }
}

fn without_tasks(request: Request) -> Request {
    Request { tasks: Vec::new(), ..request }
}

/// What the planner refuses, in its own word.
pub(super) fn refused(refusal: &Refusal) -> String {
    format!("{}: {refusal}", refusal.code())
}

/// The driver's hours as the ELD told them last, clamped to what the rules know.
fn snapshot(
    driver: &Driver,
    tractor: &Tractor,
    days: &[DutyTotal],
    office: &Office,
    now: Timestamp,
) -> Result<Known, String> {
    let cycle = cycle_of(driver, office)?;
    let missing = || missing(driver);
    let as_of = driver.hos_as_of_at.ok_or_else(missing)?;
    let mut notes = Vec::new();
    let status = status_of(driver, tractor, &mut notes, now)?;
    let unknown_rules = || "unsupported_ruleset: the rules of 49 CFR Part 395 are not known".to_owned();
    let ruleset = Ruleset::named(Ruleset::US_PROPERTY).ok_or_else(unknown_rules)?;
    let limit = ruleset.limit(cycle).ok_or_else(unknown_rules)?;
    let clock =
        |left_s: Option<i64>, most_s: i64| left_s.map(|left_s| left_s.clamp(0, most_s)).ok_or_else(missing);
    let drive_left_s = clock(driver.drive_left_s, ruleset.drive_s)?;
    let cycle_left_s = clock(driver.cycle_left_s, limit.limit_s)?;
    if driver.cycle_left_s.is_some_and(|left_s| left_s > limit.limit_s + ODD_S) {
        return Err(format!(
            "invalid_clocks: the cycle clock has more left than the {} h of the rules that the driver is planned \
             by: he is on others",
            limit.limit_s / 3600
        ));
    }
    let shift_left_s = clock(driver.shift_left_s, ruleset.window_s)?;
    let rests = status.is_rest();
    let run_s = rest_since(driver).map_or(0, |since| as_of.secs_since(since).max(0));
    let rested_s = if rests { proven_rest(driver, run_s, ruleset, limit.limit_s, &mut notes) } else { 0 };
    let driven_s = ruleset.drive_s - drive_left_s;
    let told = driver.break_left_s.map(|left_s| left_s.clamp(0, ruleset.break_after_s));
    let break_most_s = told.is_none().then(|| {
        notes.push(
            "break_unknown: the ELD does not tell when the half hour is due; taken as if there had been none"
                .to_owned(),
        );
        // Of what he drives now nothing lies before a break that he has had.
        let drives_since = driver.hos_status_since_at.filter(|_| status == DutyStatus::Driving);
        let least_s = drives_since.map_or(0, |since| as_of.secs_since(since).clamp(0, driven_s));
        (ruleset.break_after_s - least_s).max(0)
    });
    let break_left_s = told.unwrap_or_else(|| (ruleset.break_after_s - driven_s).max(0));
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
    Ok(Known { request, notes, break_most_s })
}

/// That a driver has clocks, but none of an ELD's: a TMS keeps some of its own, too few to plan by.
pub(super) fn hours_of_another(driver: &Driver, fresh: &Freshness) -> Option<String> {
    let account = driver.source.as_deref().filter(|account| fresh.has_no_hours(account))?;
    driver.hos_as_of_at?;
    Some(format!(
        "hours_missing: no ELD tells this driver's hours; those that {account} has of him are not planned by"
    ))
}

/// Which of the clocks that it takes to plan the ELD does not tell. That of the half hour is done without.
fn missing(driver: &Driver) -> String {
    let clocks =
        [("drive", driver.drive_left_s), ("shift", driver.shift_left_s), ("cycle", driver.cycle_left_s)];
    let untold: Vec<&str> =
        clocks.iter().filter(|(_, left_s)| left_s.is_none()).map(|(clock, _)| *clock).collect();
    match untold.as_slice() {
        [] => "hours_missing: the ELD does not tell of when this driver's clocks are".to_owned(),
        untold if untold.len() == clocks.len() => {
            "hours_missing: the ELD does not tell this driver's clocks".to_owned()
        }
        untold => format!(
            "hours_missing: the ELD does not tell this driver's {} clock, but only the others",
            untold.join(" and ")
        ),
    }
}

/// The status that the driver is planned with. What his truck does goes before what his log says: driving
/// that nobody logs is no rest (hos.md §2.1 (4)).
fn status_of(
    driver: &Driver,
    tractor: &Tractor,
    notes: &mut Vec<String>,
    now: Timestamp,
) -> Result<DutyStatus, String> {
    match driver.hos_status {
        DutyStatus::YardMove => Ok(DutyStatus::OnDuty),
        DutyStatus::PersonalConveyance => Ok(DutyStatus::OffDuty),
        DutyStatus::Unknown => Err("status_unknown: the ELD does not tell the duty status".to_owned()),
        DutyStatus::OffDuty | DutyStatus::Sleeper if rolls_unlogged(driver, tractor, now) => {
            notes.push(
                "clocks_odd: log and truck disagree: the truck rolls and its driver is logged at rest; no rest \
                 is credited"
                    .to_owned(),
            );
            Ok(DutyStatus::Driving)
        }
        known @ (DutyStatus::OffDuty | DutyStatus::Sleeper | DutyStatus::OnDuty | DutyStatus::Driving) => {
            Ok(known)
        }
    }
}

/// Whether the truck was seen to roll since its driver went to rest, and rolls yet for all that is known.
fn rolls_unlogged(driver: &Driver, tractor: &Tractor, now: Timestamp) -> bool {
    let state = motion::at(UnitKind::Tractor, tractor.state, tractor.observed_at, now);
    let is_fast = tractor.speed_mph.is_some_and(|speed| speed > SHUNTED_MPH);
    let is_since = |seen: Timestamp| driver.hos_status_since_at.is_none_or(|rests_since| rests_since < seen);
    state == Motion::Moving && is_fast && tractor.observed_at.is_some_and(is_since)
}

/// Whether a driver's clocks say something of now, whether he was at work or at rest.
pub fn clocks_hold(driver: &Driver, now: Timestamp) -> bool {
    driver.hos_as_of_at.is_some_and(|as_of| now.since(as_of) <= TOO_OLD)
}

/// Since when he rests: for as long as he is in his status of rest at least.
fn rest_since(driver: &Driver) -> Option<Timestamp> {
    driver.hos_rest_since_at.or(driver.hos_status_since_at)
}

/// The rest so far, as far as the clocks bear it out: after ten hours a shift's are full, after 34 the
/// cycle's is. A rest that they deny was broken while nobody looked; then nothing of it is credited.
fn proven_rest(driver: &Driver, run_s: i64, ruleset: &Ruleset, cycle_s: i64, notes: &mut Vec<String>) -> i64 {
    let unknown = "rest_unknown: the ELD does not tell since when the driver rests";
    if rest_since(driver).is_none() {
        notes.push(format!("{unknown}; none is credited"));
    } else if driver.hos_status_since_at.is_none() && run_s < ruleset.rest_s {
        notes.push(format!("{unknown}; it is counted from when he was first seen to"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FeedStatus;

    #[test]
    fn a_clock_that_is_missing_is_named() {
        let office = Office {
            zone: TimeZone::UTC,
            cycle: Cycle::SeventyInEight,
            day_start: jiff::civil::Time::midnight(),
            dwell: Duration::ZERO,
            warning: Duration::ZERO,
            truck_per_mille: 1000,
        };
        let check = |told: [Option<i64>; 3], as_of: Option<i64>, expected: &str| {
            let [drive_left_s, shift_left_s, cycle_left_s] = told;
            let clocks = Driver { drive_left_s, shift_left_s, cycle_left_s, ..Driver::default() };
            let driver = Driver {
                hos_as_of_at: as_of.map(Timestamp::from_secs),
                hos_status: DutyStatus::OnDuty,
                ..clocks
            };
            let told = snapshot(&driver, &Tractor::default(), &[], &office, Timestamp::from_secs(60));
            assert_eq!(told.map_or_else(|why| why, |_| String::new()), expected);
        };
        let full = Some(3600);
        check([full; 3], Some(0), "");
        let none = "hours_missing: the ELD does not tell this driver's clocks";
        check([None; 3], Some(0), none);
        check([None; 3], None, none);
        let cycle = "hours_missing: the ELD does not tell this driver's cycle clock, but only the others";
        check([full, full, None], Some(0), cycle);
        let two =
            "hours_missing: the ELD does not tell this driver's drive and shift clock, but only the others";
        check([None, None, full], Some(0), two);
        check([full; 3], None, "hours_missing: the ELD does not tell of when this driver's clocks are");
    }

    #[test]
    fn clocks_that_only_the_tms_has_are_said_to_be_its() {
        let feed = |resource: &str| FeedStatus {
            account: "x".into(),
            resource: resource.into(),
            ..FeedStatus::default()
        };
        let why = |feeds: &[FeedStatus]| {
            let now = Timestamp::from_secs(0);
            let driver = Driver { source: Some("x".into()), hos_as_of_at: Some(now), ..Driver::default() };
            hours_of_another(&driver, &Freshness::of(feeds, now))
        };
        let tms = why(&[feed("drivers"), feed("movements")]).unwrap();
        assert!(tms.ends_with("those that x has of him are not planned by"), "{tms}");
        assert_eq!(why(&[feed("drivers"), feed("available_time")]), None, "an ELD that is silent");
        assert_eq!(why(&[]), None, "nobody knows what it tells");
    }

    #[test]
    fn a_rest_that_nobody_told_the_beginning_of_is_said_to_be_counted_from_when_it_was_seen() {
        let rules = Ruleset::named(Ruleset::US_PROPERTY).unwrap();
        let at = Timestamp::from_secs;
        let check = |since: Option<i64>, rest: Option<i64>, expected: &str| {
            let driver = Driver {
                hos_status_since_at: since.map(at),
                hos_rest_since_at: rest.map(at),
                ..Driver::default()
            };
            let mut notes = Vec::new();
            assert_eq!(proven_rest(&driver, 3600, rules, 70 * 3600, &mut notes), 3600);
            let said = notes.iter().map(|note| note.rsplit("; ").next().unwrap_or_default());
            assert_eq!(said.collect::<Vec<_>>().join(" "), expected);
        };
        check(Some(0), Some(0), "");
        check(Some(900), Some(0), "");
        check(None, Some(0), "it is counted from when he was first seen to");
        check(None, None, "none is credited");
    }
}
