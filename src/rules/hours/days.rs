//! When the carrier's days begin (49 CFR 395.2): instants of the home terminal's zone, summer time included.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// An instant that never comes.
pub(super) const NEVER: i64 = i64::MAX;

/// Beginnings this far ahead are worked out when asked for, not kept.
const KEPT: u32 = 200;

/// The beginnings of days, in seconds after an origin, numbered from the day the origin lies in.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: TimeZone,
    day_start: Time,
    /// Seconds since the epoch.
    origin: i64,
    first: Date,
    /// Of day 0, day 1 …, as far as they were needed.
    known: Vec<i64>,
}

impl Calendar {
    /// Numbers the days from the one that `origin`, in seconds since the epoch, lies in.
    pub(super) fn new(zone: &TimeZone, day_start: Time, origin: i64) -> Self {
        let local = jiff::Timestamp::from_second(origin)
            .map_or(Date::ZERO, |instant| zone.to_datetime(instant).date());
        let mut calendar = Self { zone: zone.clone(), day_start, origin, first: local, known: Vec::new() };
        // What comes twice counts the first time, and what is skipped begins later: a date either side may
        // be the one. A boundary belongs to the new day.
        let tomorrow = local.tomorrow().unwrap_or(local);
        if calendar.begins(tomorrow) <= 0 {
            calendar.first = tomorrow;
        } else if calendar.begins(local) > 0 {
            calendar.first = local.yesterday().unwrap_or(local);
        }
        calendar
    }

    /// When day `number` begins; [`NEVER`] beyond the years that jiff knows.
    pub(super) fn start(&mut self, number: u32) -> i64 {
        if number > KEPT {
            return self.begins_in(number);
        }
        let index = number as usize;
        while self.known.len() <= index {
            let next = u32::try_from(self.known.len()).unwrap_or(KEPT);
            self.known.push(self.begins_in(next));
        }
        self.known.get(index).copied().unwrap_or(NEVER)
    }

    /// The number of the day that `at` lies in, no less than `from`.
    pub(super) fn number(&mut self, at: i64, from: u32) -> u32 {
        let mut number = from;
        let far = (at - self.start(from)) / (24 * 3600) - 4;
        if far > i64::from(KEPT) {
            number += u32::try_from(far).unwrap_or(0);
        }
        while self.start(number + 1) <= at {
            number += 1;
        }
        number
    }

    fn begins_in(&self, number: u32) -> i64 {
        self.first.checked_add(i64::from(number).days()).map_or(NEVER, |date| self.begins(date))
    }

    fn begins(&self, date: Date) -> i64 {
        // Compatible: skipped is later by the gap, twice is the first time.
        let instant = self.zone.to_ambiguous_timestamp(date.to_datetime(self.day_start)).compatible();
        instant.map_or(NEVER, |instant| instant.as_second() - self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    const H: i64 = 3600;

    /// The first beginnings of days after `origin`, in hours.
    fn check(zone: &str, day_start: Time, origin: &str, expected: [i64; 4]) {
        let zone = TimeZone::get(zone).unwrap();
        let origin: jiff::Timestamp = origin.parse().unwrap();
        let mut days = Calendar::new(&zone, day_start, origin.as_second());
        let starts = [0, 1, 2, 3].map(|number| days.start(number));
        assert_eq!(starts, expected.map(|hours| hours * H));
    }

    #[test]
    fn a_boundary_belongs_to_the_new_day() {
        check("America/Chicago", Time::midnight(), "2026-01-12T00:00:00-06:00", [0, 24, 48, 72]);
        check("America/Chicago", time(12, 0, 0, 0), "2026-01-12T11:00:00-06:00", [-23, 1, 25, 49]);
    }

    #[test]
    fn summer_time_makes_days_of_23_and_25_hours() {
        check("America/Chicago", Time::midnight(), "2026-03-07T12:00:00-06:00", [-12, 12, 35, 59]);
        check("America/Chicago", Time::midnight(), "2026-10-31T12:00:00-05:00", [-12, 12, 37, 61]);
        // 02:00 is skipped on the first, and comes once on the other; 01:00 comes twice there.
        check("America/Chicago", time(2, 0, 0, 0), "2026-03-07T02:00:00-06:00", [0, 24, 47, 71]);
        check("America/Chicago", time(1, 0, 0, 0), "2026-10-31T01:00:00-05:00", [0, 24, 49, 73]);
        // Between the two of them, the day that began at the first.
        check("America/Chicago", time(1, 30, 0, 0), "2026-11-01T01:30:00-05:00", [0, 25, 49, 73]);
    }

    #[test]
    fn a_far_day_has_the_number_that_counting_gives() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let mut days = Calendar::new(&zone, time(4, 0, 0, 0), 1_768_226_400);
        for at in [0, 20 * H, 250 * 24 * H, 999 * 24 * H + 1] {
            let number = days.number(at, 0);
            assert!(days.start(number) <= at && at < days.start(number + 1));
        }
    }
}
