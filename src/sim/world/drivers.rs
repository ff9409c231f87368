//! The simulated drivers at an instant: duty status, clocks and log, all from what their trucks did.

use super::super::atlas::Point;
use super::super::roster::{Part, SHOP, TEAM};
use super::super::shift::{BREAK, CYCLE, DRIVE, DutyStatus, WINDOW};
use super::World;

/// A driver at an instant. Durations are seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// What the log says now.
    pub duty: DutyStatus,
    /// Since when.
    pub since: i64,
    /// Driving left.
    pub drive: i32,
    /// Of the window left.
    pub shift: i32,
    /// Driving left before the break.
    pub until_break: i32,
    /// On duty left in the cycle.
    pub cycle: i32,
    /// When the cycle began.
    pub cycle_began: i64,
    /// The truck he is in.
    pub tractor: Option<usize>,
}

/// One line of a driver's log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogEntry {
    /// What it counts as.
    pub duty: DutyStatus,
    /// It begins.
    pub start: i64,
    /// It ends; `None` while it lasts.
    pub end: Option<i64>,
    /// Where it began.
    pub point: Point,
}

/// Seconds of each duty status within a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// At the wheel.
    pub driving: i64,
    /// Working, not driving.
    pub on_duty: i64,
    /// Resting, not in the berth.
    pub off_duty: i64,
    /// In the berth.
    pub sleeper: i64,
}

impl Totals {
    /// What a log says of the span from `start` to `end`. What it does not cover is off duty.
    pub fn of(log: &[LogEntry], start: i64, end: i64) -> Self {
        let mut totals = Self { off_duty: (end - start).max(0), ..Self::default() };
        for entry in log {
            let length = (entry.end.unwrap_or(end).min(end) - entry.start.max(start)).max(0);
            let total = match entry.duty {
                DutyStatus::Driving => &mut totals.driving,
                DutyStatus::OnDuty => &mut totals.on_duty,
                DutyStatus::Sleeper => &mut totals.sleeper,
                DutyStatus::OffDuty => continue,
            };
            *total += length;
            totals.off_duty -= length;
        }
        totals
    }
}

impl World {
    /// A driver at `now`.
    pub fn driver(&self, driver: usize, now: i64) -> Condition {
        let Some(tractor) = self.seat(driver) else { return resting(now) };
        let seen = self.truck(tractor, now);
        let duty = self.duty(driver, seen.stretch.activity.duty());
        let since = self.log(driver, now - 3 * 24 * 3600, now).last().map_or(seen.since, |entry| entry.start);
        let cycle_began = seen.week.begin;
        let at_the_wheel = (duty != DutyStatus::OffDuty).then_some(tractor);
        if self.roster.part(driver) == Part::Second {
            return Condition { duty, since, cycle_began, tractor: at_the_wheel, ..resting(now) };
        }
        let (hours, at) = seen.hours(now);
        let is = Condition {
            duty,
            since,
            drive: hours.drive.max(0),
            shift: hours.window(at),
            until_break: hours.until_break.max(0),
            cycle: hours.cycle.max(0),
            cycle_began,
            tractor: at_the_wheel,
        };
        self.show(tractor).map_or(is, |show| show.clocks(is))
    }

    /// The truck a driver belongs to.
    pub fn seat(&self, driver: usize) -> Option<usize> {
        match self.roster.part(driver) {
            Part::Solo if driver != SHOP => Some(driver),
            Part::Second => Some(TEAM),
            Part::Solo | Part::Gone | Part::Namesake | Part::Disconnected | Part::Home => None,
        }
    }

    /// The driver's log: the entries that touch the time from `since` to `now`, oldest first.
    pub fn log(&self, driver: usize, since: i64, now: i64) -> Vec<LogEntry> {
        let Some(tractor) = self.seat(driver) else { return Vec::new() };
        let mut log: Vec<LogEntry> = Vec::new();
        for number in self.week_number(tractor, since)..=self.week_number(tractor, now) {
            let week = self.week(tractor, number);
            for stretch in &week.stretches {
                let (start, end) =
                    (week.begin + i64::from(stretch.start), week.begin + i64::from(stretch.end));
                if end <= since || start > now {
                    continue;
                }
                let duty = self.duty(driver, stretch.activity.duty());
                let end = (end <= now).then_some(end);
                match log.last_mut() {
                    Some(last) if last.duty == duty => last.end = end,
                    _ => log.push(LogEntry { duty, start, end, point: stretch.line.from() }),
                }
            }
        }
        log
    }

    /// The second driver sleeps while the first one drives.
    fn duty(&self, driver: usize, duty: DutyStatus) -> DutyStatus {
        match (self.roster.part(driver), duty) {
            (Part::Second, DutyStatus::Driving) => DutyStatus::Sleeper,
            (Part::Second, DutyStatus::OnDuty) => DutyStatus::OffDuty,
            (_, duty) => duty,
        }
    }
}

/// At home for long.
fn resting(now: i64) -> Condition {
    const DAY: i64 = 24 * 3600;
    Condition {
        duty: DutyStatus::OffDuty,
        since: now / (9 * DAY) * (9 * DAY) - 2 * DAY,
        drive: DRIVE,
        shift: WINDOW,
        until_break: BREAK,
        cycle: CYCLE,
        cycle_began: now / (9 * DAY) * (9 * DAY),
        tractor: None,
    }
}
