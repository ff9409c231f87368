//! When the devices of the simulated fleet report: often on the move, seldom when parked, and some
//! hardly ever.

use super::super::atlas::Point;
use super::super::chance::Chance;
use super::super::freight::Site;
use super::super::roster::{DARK, SHOP};
use super::super::showcase::Show;
use super::super::week::Activity;
use super::World;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A trailer at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// Where it is.
    pub point: Point,
    /// Miles an hour.
    pub mph: f64,
    /// Degrees.
    pub heading: f64,
    /// The lane of the truck that pulls it.
    pub lane: Option<usize>,
    /// Since when it is pulled by that truck, or stands unhooked.
    pub since: i64,
}

impl World {
    /// Whether a truck's device reports hardly ever.
    fn is_seldom_heard(&self, tractor: usize) -> bool {
        matches!(tractor, SHOP | DARK) || self.show(tractor) == Some(Show::Dark)
    }

    /// When a truck's device last reported before or at `now`.
    pub fn last_fix(&self, tractor: usize, now: i64) -> i64 {
        if tractor == SHOP {
            return now / (120 * DAY) * (120 * DAY) - 60 * DAY;
        }
        let heard = match self.show(tractor) {
            _ if tractor == DARK => (now - 5 * HOUR) / (19 * HOUR) * (19 * HOUR),
            Some(show) => show.heard(now),
            None => now,
        };
        let seen = self.truck(tractor, heard);
        let every = reporting(seen.stretch.activity);
        seen.since + (heard - seen.since) / every * every
    }

    /// The reports of a truck later than `since`, up to `now`: oldest first, the newest `most`.
    pub fn fixes(&self, tractor: usize, since: i64, now: i64, most: usize) -> Vec<i64> {
        let mut at = self.last_fix(tractor, now);
        if self.is_seldom_heard(tractor) {
            // What such a device tells is old when it comes, so it is new if it was not known before.
            return if at == self.last_fix(tractor, since) { Vec::new() } else { vec![at] };
        }
        let mut fixes = Vec::new();
        while at > since && fixes.len() < most {
            fixes.push(at);
            at = self.last_fix(tractor, at - 1);
        }
        fixes.reverse();
        fixes
    }

    /// What a truck did up to `now`, oldest first: each activity with its beginning, from the one
    /// that held at `since` on, but never more than the last sixty.
    pub fn activities(&self, tractor: usize, since: i64, now: i64) -> Vec<(i64, Activity)> {
        let mut activities = Vec::new();
        let mut at = now;
        while activities.len() < 60 {
            let seen = self.truck(tractor, at);
            activities.push((seen.since, seen.stretch.activity));
            if seen.since <= since {
                break;
            }
            at = seen.since - 1;
        }
        activities.reverse();
        activities
    }

    /// When another make of device, one that reports every `every` seconds on the move, last did so
    /// before or at `now`: by a clock of its own, and when the truck stops or sets out. So two
    /// devices in one truck hardly ever tell of the same instant.
    pub fn last_report(&self, tractor: usize, now: i64, every: i64) -> i64 {
        if self.is_seldom_heard(tractor) {
            return self.last_fix(tractor, now);
        }
        let seen = self.truck(tractor, now);
        let every = if seen.stretch.activity == Activity::Drive { every } else { 20 * every };
        let own = (tractor as i64 * 7919).rem_euclid(every);
        ((now - own).div_euclid(every) * every + own).max(seen.since)
    }

    /// The same device's reports from `since` to `now`: newest first, at most `most`.
    pub fn reports(&self, tractor: usize, since: i64, now: i64, every: i64, most: usize) -> Vec<i64> {
        let mut reports = Vec::new();
        let mut at = self.last_report(tractor, now, every);
        while at >= since && reports.len() < most {
            reports.push(at);
            at = self.last_report(tractor, at - 1, every);
        }
        reports
    }

    /// A trailer at `now`.
    pub fn trailer(&self, trailer: usize, now: i64) -> Carried {
        let lane = self.roster.tractor_of(trailer).unwrap_or(self.roster.tractors);
        if lane == SHOP {
            return parked(self.yard(lane), trailer, 0);
        }
        let seen = self.truck(lane, now);
        let stray = lane == self.roster.tractors;
        if stray || self.roster.trailer_of(lane, seen.week_number) == trailer {
            return Carried {
                point: seen.point,
                mph: seen.mph,
                heading: seen.heading,
                lane: Some(lane),
                since: seen.week.begin,
            };
        }
        parked(self.yard(lane), trailer, seen.week.begin)
    }

    /// When a trailer's tracker last reported before or at `now`.
    pub fn last_trailer_fix(&self, trailer: usize, now: i64) -> i64 {
        let Some(lane) = self.trailer(trailer, now).lane else {
            // On battery: twice a day, each at its own time.
            let own = (trailer as i64 * 7919) % (12 * HOUR);
            return (now - own).div_euclid(12 * HOUR) * (12 * HOUR) + own;
        };
        let seen = self.truck(lane, now);
        let every = if seen.stretch.activity == Activity::Drive { 180 } else { 6 * HOUR };
        seen.since + (now - seen.since) / every * every
    }

    /// The reports of a trailer later than `since`, up to `now`: oldest first, the newest `most`.
    pub fn trailer_fixes(&self, trailer: usize, since: i64, now: i64, most: usize) -> Vec<i64> {
        let mut fixes = Vec::new();
        let mut at = self.last_trailer_fix(trailer, now);
        while at > since && fixes.len() < most {
            fixes.push(at);
            at = self.last_trailer_fix(trailer, at - 1);
        }
        fixes.reverse();
        fixes
    }
}

const fn reporting(activity: Activity) -> i64 {
    match activity {
        Activity::Drive => 10,
        Activity::Inspect | Activity::Dock | Activity::Wait | Activity::Break => 120,
        Activity::Sleep | Activity::Restart => 2 * HOUR,
    }
}

/// In its own place in the yard.
fn parked(yard: Site, trailer: usize, since: i64) -> Carried {
    let mut chance = Chance::of(&[31, trailer as u64]);
    let gate = yard.point();
    let (north, east) = (chance.fraction() - 0.5, chance.fraction() - 0.5);
    let point = Point { latitude: gate.latitude + north * 0.002, longitude: gate.longitude + east * 0.002 };
    Carried { point, mph: 0.0, heading: 0.0, lane: None, since }
}
