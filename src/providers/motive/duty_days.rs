//! What drivers did day by day: the totals of their logs, and the recap that stands beside their clocks.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::json::why;
use super::scalar::{Number, Text, number};
use super::wire::{Mention, Row, still_here};
use crate::model::{Batch, Change, DutyDay, DutySource, Reject, Timestamp};

/// Days back that are asked for. A cycle has eight, today among them; and while it is tomorrow in UTC
/// already, the home terminal's eight begin a day earlier.
const BACK: i64 = 8;
/// Seconds of the longest day there is, on which clocks are put back.
const LONGEST_DAY: i64 = 25 * 3600;

/// The first and the last day that a read which began then asks for, as `YYYY-MM-DD`.
pub(super) fn asked(begun_at: Timestamp) -> [String; 2] {
    let today = begun_at.calendar().unwrap_or_default().to_zoned(TimeZone::UTC).date();
    [today.saturating_sub(BACK.days()), today].map(|day| day.to_string())
}

/// A row of `/v1/hours_of_service`: one day of one driver. All durations are numbers of seconds.
#[derive(Deserialize)]
pub(super) struct Logged<'a> {
    #[serde(borrow)]
    date: Option<Text<'a>>,
    driver: Option<Mention<'a>>,
    driving_duration: Option<Number>,
    on_duty_duration: Option<Number>,
    off_duty_duration: Option<Number>,
    sleeper_duration: Option<Number>,
    waiting_duration: Option<Number>,
}

impl Row for Logged<'_> {
    /// The driver's. The row's own means nothing elsewhere.
    fn id(&self) -> Option<&Text<'_>> {
        self.driver.as_ref()?.id.as_ref()
    }

    fn mark(&self, driver: &str) -> String {
        // A driver's days may begin one page and the next.
        format!("{driver} {}", self.date.as_ref().map_or("", |date| &date.0))
    }
}

/// One day's totals.
pub(super) fn logged(id: String, row: &Logged<'_>, batch: &mut Batch) {
    if still_here(row.driver.as_ref()).is_none() {
        return;
    }
    match row.day() {
        Ok(day) => {
            batch.changes.push(Change::DutyDays {
                external_id: id,
                source: DutySource::Log,
                days: vec![day],
            });
        }
        Err(reason) => batch.rejects.push(Reject { external_id: id, reason: reason.to_owned() }),
    }
}

impl Logged<'_> {
    /// Each status is a line of its own: `on_duty_duration` is less than `driving_duration` on a day of
    /// much driving, so it leaves that out.
    fn day(&self) -> Result<DutyDay, &'static str> {
        let day = DutyDay {
            driving_s: total(self.driving_duration)?,
            on_duty_not_driving_s: total(self.on_duty_duration)?,
            off_duty_s: total(self.off_duty_duration)?,
            sleeper_s: total(self.sleeper_duration)?,
            waiting_s: total(self.waiting_duration)?,
            ..DutyDay::untold(date(self.date.as_ref())?)
        };
        // Waiting is left out of it: whether it stands in one of the others too is not documented.
        let lines = [day.driving_s, day.on_duty_not_driving_s, day.off_duty_s, day.sleeper_s];
        if lines.into_iter().flatten().sum::<i64>() > LONGEST_DAY {
            return Err("its hours are more than a day has");
        }
        Ok(day)
    }
}

/// The `recap` of a row of `/v1/available_time`.
#[derive(Deserialize)]
struct Recap<'a> {
    #[serde(borrow)]
    on_duty_duration: Option<Vec<Spent<'a>>>,
    driving_duration: Option<Vec<Spent<'a>>>,
}

#[derive(Deserialize)]
struct Spent<'a> {
    #[serde(borrow)]
    date: Option<Text<'a>>,
    duration: Option<Number>,
}

/// The days of driver `id` that count against the cycle. They stand beside the clocks, so that what is
/// wrong with them costs no clock.
pub(super) fn recap(id: &str, told: &RawValue, batch: &mut Batch) {
    let mut reject = |reason: String| batch.rejects.push(Reject { external_id: id.to_owned(), reason });
    let recap = match serde_json::from_str::<Recap<'_>>(told.get()) {
        Ok(recap) => recap,
        Err(error) => return reject(format!("recap not understood: {}", why(&error))),
    };
    let mut by_day = |list: &Option<Vec<Spent<'_>>>| {
        let mut seconds = BTreeMap::new();
        for spent in list.iter().flatten() {
            match (date(spent.date.as_ref()), total(spent.duration)) {
                (Ok(date), Ok(Some(total))) => drop(seconds.insert(date, total)),
                (Ok(_), Ok(None)) => {}
                (Err(reason), _) | (_, Err(reason)) => reject(format!("recap: {reason}")),
            }
        }
        seconds
    };
    let (on_duty, driving) = (by_day(&recap.on_duty_duration), by_day(&recap.driving_duration));
    let days = days(&on_duty, &driving);
    if !days.is_empty() {
        let (external_id, source) = (id.to_owned(), DutySource::Recap);
        batch.changes.push(Change::DutyDays { external_id, source, days });
    }
}

/// Both lists as one, by day.
///
/// What counts against a cycle has the driving in it, and on days of nothing but driving both lists say
/// the same. One day on which less is on duty than driving shows that this company's leave it out: then
/// more is on duty than it says, on every day.
fn days(on_duty: &BTreeMap<Date, i64>, driving: &BTreeMap<Date, i64>) -> Vec<DutyDay> {
    let leaves_it_out =
        driving.iter().any(|(date, driving)| on_duty.get(date).is_some_and(|on| on < driving));
    let mut days: BTreeMap<Date, DutyDay> = BTreeMap::new();
    for (&date, &seconds) in driving {
        days.entry(date).or_insert_with(|| DutyDay::untold(date)).driving_s = Some(seconds);
    }
    for (&date, &seconds) in on_duty {
        let day = days.entry(date).or_insert_with(|| DutyDay::untold(date));
        let told = if leaves_it_out { &mut day.on_duty_not_driving_s } else { &mut day.on_duty_s };
        *told = Some(seconds);
    }
    days.into_values().collect()
}

/// A day, written in full and nothing else: an instant would be one of another zone's day.
fn date(told: Option<&Text<'_>>) -> Result<Date, &'static str> {
    let text = told.map_or("", |told| told.0.trim());
    text.parse().ok().filter(|date: &Date| date.to_string() == text).ok_or("a day without its date")
}

/// Whole seconds of a day, rounded; `None` where it is not said.
fn total(told: Option<Number>) -> Result<Option<i64>, &'static str> {
    let Some(seconds) = number(told) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and `as` saturates")]
    let seconds = seconds.round() as i64;
    // Not cut to fit: it would be in another unit, or no duration at all.
    (0..=LONGEST_DAY).contains(&seconds).then_some(Some(seconds)).ok_or("hours that no day has")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(days: &[(&str, i64)]) -> BTreeMap<Date, i64> {
        days.iter().map(|(date, seconds)| (date.parse().unwrap(), *seconds)).collect()
    }

    #[test]
    fn a_recaps_time_on_duty_has_the_driving_in_it_unless_one_day_shows_that_it_has_not() {
        let check = |on_duty: &[(&str, i64)], driving: &[(&str, i64)], expected: &[[Option<i64>; 3]]| {
            let days = days(&told(on_duty), &told(driving));
            let found: Vec<_> =
                days.iter().map(|day| [day.driving_s, day.on_duty_s, day.on_duty_not_driving_s]).collect();
            assert_eq!(found, expected);
        };
        let (first, second) = ("2026-11-19", "2026-11-20");
        check(
            &[(first, 1200), (second, 0)],
            &[(first, 1200), (second, 0)],
            &[[Some(1200), Some(1200), None], [Some(0), Some(0), None]],
        );
        check(
            &[(first, 7200), (second, 900)],
            &[(first, 3600), (second, 1800)],
            &[[Some(3600), None, Some(7200)], [Some(1800), None, Some(900)]],
        );
        // What one list does not name is not known, and shows nothing.
        check(&[(first, 60)], &[(second, 90)], &[[None, Some(60), None], [Some(90), None, None]]);
        check(&[], &[], &[]);
    }

    #[test]
    fn a_day_is_named_in_full_or_not_at_all() {
        let check = |text: &'static str, is_one: bool| {
            assert_eq!(date(Some(&Text(text.into()))).is_ok(), is_one, "{text:?}");
        };
        check("2026-11-20", true);
        check(" 2026-11-20 ", true);
        for other in ["", "2026-11-31", "20261120", "26-11-20", "2026-11-20T00:00:00", "2026-11-20T00:00:00Z"]
        {
            check(other, false);
        }
        assert!(date(None).is_err());
    }

    #[test]
    fn a_total_is_a_part_of_a_day() {
        let check = |text: &str, expected: Result<Option<i64>, ()>| {
            assert_eq!(total(serde_json::from_str(text).unwrap()).map_err(drop), expected, "{text}");
        };
        check("1200.0", Ok(Some(1200)));
        check("0", Ok(Some(0)));
        check("90000", Ok(Some(90_000)));
        check("null", Ok(None));
        check(r#""most of it""#, Ok(None));
        check("90001", Err(()));
        check("-1", Err(()));
        check("7200000", Err(()));
    }

    #[test]
    fn the_eight_days_of_a_cycle_are_asked_for_wherever_the_home_terminal_is() {
        let days = |at: &str| asked(Timestamp::parse(at).unwrap());
        assert_eq!(days("2026-11-20T23:59:59Z"), ["2026-11-12", "2026-11-20"]);
        // Still the 20th in America, whose eight days begin on the 13th.
        assert_eq!(days("2026-11-21T00:00:00Z"), ["2026-11-13", "2026-11-21"]);
        assert_eq!(days("2028-03-02T12:00:00Z"), ["2028-02-23", "2028-03-02"]);
    }
}
