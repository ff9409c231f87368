//! Days of the simulated world, whose truth is known: every arrival and departure is found within what
//! the fixes leave open, and none that did not happen, at whatever time one looks.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use backhaul::model::{Cell, Fix, ObservedStay, PlannedStop, Point, StopKey, Timestamp, TrailPoint};
use backhaul::rules::stay;
use backhaul::sim::{TrueStop, Truth};

const BEGIN: Timestamp = Timestamp::from_secs(1_795_500_000);
const DAY: i64 = 24 * 3600;
/// A truck crosses the fence half a minute before it stands at the gate, in the simulated world.
const GATE_S: i64 = 90;
const MILE: f64 = 1.0 / 69.09;

fn after(secs: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN.millis() + secs * 1000)
}

/// How a fleet's devices report.
#[derive(Clone, Copy, Debug)]
struct Reception {
    /// Of a hundred fixes so many are lost.
    lost: u64,
    /// At most one fix in so many seconds.
    every: i64,
    /// Receivers err by this.
    scatter_mi: f64,
}

/// A number that looks like chance, the same for the same fix.
fn chance(fix: &Fix, salt: u64) -> u64 {
    let mut x =
        fix.observed_at.millis().unsigned_abs().wrapping_add(salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x ^ (x >> 27)) >> 16
}

fn received(fixes: Vec<Fix>, reception: Reception, tractor: u64) -> Vec<Fix> {
    let mut last = i64::MIN;
    let mut received = Vec::new();
    for mut fix in fixes {
        let at = fix.observed_at.millis() / 1000;
        if chance(&fix, tractor) % 100 < reception.lost || at - reception.every < last {
            continue;
        }
        last = at;
        #[expect(clippy::cast_precision_loss, reason = "below a thousand")]
        let error = |salt: u64| {
            let share = (chance(&fix, tractor + salt) % 1000) as f64 / 500.0 - 1.0;
            share * reception.scatter_mi * MILE
        };
        (fix.latitude, fix.longitude) = (fix.latitude + error(1), fix.longitude + error(2));
        received.push(fix);
    }
    received
}

fn key(stop: &TrueStop) -> StopKey {
    StopKey { company_id: "TMS".into(), id: format!("{}.{}", stop.movement, stop.sequence).into() }
}

fn planned(stop: &TrueStop) -> PlannedStop {
    PlannedStop {
        key: key(stop),
        movement_id: stop.movement.to_string(),
        status: stop.status,
        sequence: stop.sequence,
        place: Some(Point { latitude: stop.latitude, longitude: stop.longitude }),
        assigned_at: stop.planned_at,
        early_at: Some(stop.early_at),
        late_at: stop.late_at,
        told_left_at: None,
        ended_at: stop.ended_at,
    }
}

/// What the store keeps of these fixes.
fn kept(places: &[Point], fixes: &[Fix]) -> Vec<TrailPoint> {
    let mut kept: BTreeMap<Cell, &Fix> = BTreeMap::new();
    for fix in fixes {
        let entry = kept.entry(stay::cell(places, fix)).or_insert(fix);
        if fix.observed_at < entry.observed_at {
            *entry = fix;
        }
    }
    let point = |fix: &Fix| TrailPoint {
        observed_at: fix.observed_at,
        latitude: fix.latitude,
        longitude: fix.longitude,
        speed_mph: fix.speed_mph,
        heading_deg: None,
        source: "samsara".into(),
    };
    kept.into_values().map(point).collect()
}

/// How many arrivals and departures were there to be found.
#[derive(Debug, Default)]
struct Found {
    arrivals: usize,
    departures: usize,
}

/// A truck's day, looked at every half hour.
struct Day<'a> {
    truth: &'a Truth,
    tractor: usize,
    /// All that its device saw, undisturbed.
    seen: Vec<Fix>,
    /// What of that came.
    fixes: Vec<Fix>,
}

impl Day<'_> {
    fn look(&self, now: Timestamp, found: &mut Found) {
        let ended_since = |stop: &TrueStop, hours: u64| {
            let since = now.minus(Duration::from_hours(hours));
            stop.ended_at.is_none_or(|ended_at| ended_at > since)
        };
        let mut stops = self.truth.stops(self.tractor, now);
        stops.retain(|stop| ended_since(stop, 72));
        let planned: Vec<_> = stops.iter().map(planned).collect();
        let places: Vec<_> = planned.iter().filter_map(|stop| stop.place).collect();
        let known: Vec<_> = self.fixes.iter().filter(|fix| fix.observed_at <= now).cloned().collect();
        let mut shuffled = known.clone();
        shuffled.sort_by_key(|fix| chance(fix, 7));
        let stays = stay::judge(&planned, &kept(&places, &known));
        assert_eq!(stays, stay::judge(&planned, &kept(&places, &shuffled)));
        let stays: HashMap<StopKey, ObservedStay> = stays.into_iter().collect();
        for stop in stops.iter().filter(|stop| ended_since(stop, 12)) {
            self.check(stop, &stops, stays.get(&key(stop)), now, found);
        }
    }

    /// From when to when the truck was at the place of a stop without leaving, by the truth: other stops
    /// there may come directly before and after, and the driver may sleep there once the work is done.
    fn presence(&self, stop: &TrueStop, all: &[TrueStop]) -> (Timestamp, Timestamp) {
        let (mut from, mut to) = (stop.arrived_at, stop.left_at);
        let here = |other: &&TrueStop| (other.latitude, other.longitude) == (stop.latitude, stop.longitude);
        for _ in 0..all.len() {
            for other in all.iter().filter(here) {
                if other.left_at >= from && other.arrived_at <= to {
                    (from, to) = (from.min(other.arrived_at), to.max(other.left_at));
                }
            }
        }
        let is_here = |fix: &&Fix| {
            (fix.latitude - stop.latitude).abs().max((fix.longitude - stop.longitude).abs()) < 0.01 * MILE
        };
        let later = self.seen.iter().skip_while(|fix| fix.observed_at < to);
        (from, later.take_while(is_here).last().map_or(to, |last| last.observed_at))
    }

    fn check(
        &self,
        stop: &TrueStop,
        all: &[TrueStop],
        stay: Option<&ObservedStay>,
        now: Timestamp,
        found: &mut Found,
    ) {
        let (from, to) = self.presence(stop, all);
        let what = format!("truck {} at {:?} {stop:?} {stay:?}", self.tractor, now);
        if let Some(stay) = stay {
            // It really stood there, at that time.
            let there = self.truth.seen(self.tractor, stay.evidence.stood.at);
            let off = (there.latitude - stop.latitude).abs().max((there.longitude - stop.longitude).abs());
            assert!(off < MILE * 0.8 && there.speed_mph < Some(3.0), "false arrival: {what}");
        }
        // The ends of empty moves have no time of their own in the truth, and what began before is cut off.
        if !stop.loaded || from < BEGIN {
            return;
        }
        let fixes = |from: Timestamp, to: Timestamp| {
            self.fixes.iter().filter(move |fix| (from..=to).contains(&fix.observed_at))
        };
        let first = fixes(from, now).next().map(|fix| fix.observed_at);
        match stay {
            // Two fixes prove it, some minutes apart; of a truck that may be there for the stop before,
            // those that it is there by when this one is about to be due.
            None => {
                let due = from.max(stop.early_at.minus(Duration::from_hours(2)));
                let stood: Vec<_> = fixes(due, now.min(to)).map(|fix| fix.observed_at).collect();
                let proven = stood
                    .first()
                    .zip(stood.last())
                    .is_some_and(|(first, last)| last.secs_since(*first) >= 300);
                assert!(!proven, "not found: {what}");
            }
            Some(stay) => {
                found.arrivals += 1;
                assert!(Some(stay.arrived_by_at) <= first, "arrival found late: {what}");
                assert!(from.secs_since(stay.arrived_by_at) <= GATE_S, "arrival found early: {what}");
                assert!(stay.arrived_after_at.is_none_or(|after| after <= from), "range: {what}");
                self.check_departure(stay, (from, to), now, found, &what);
            }
        }
    }

    fn check_departure(
        &self,
        stay: &ObservedStay,
        (_, to): (Timestamp, Timestamp),
        now: Timestamp,
        found: &mut Found,
        what: &str,
    ) {
        let away: Vec<_> = self
            .fixes
            .iter()
            .filter(|fix| fix.observed_at.secs_since(to) >= GATE_S && fix.observed_at <= now)
            .map(|fix| fix.observed_at)
            .collect();
        let Some(by) = stay.departed_by_at else {
            let proven =
                away.first().zip(away.last()).is_some_and(|(first, last)| last.secs_since(*first) >= 300);
            assert!(!proven, "departure not found: {what}");
            return;
        };
        found.departures += 1;
        assert!(by >= to, "false departure: {what}");
        assert!(away.first().is_none_or(|first| by <= *first), "departure found late: {what}");
        assert!(stay.departed_after_at.is_some_and(|after| after.secs_since(to) <= GATE_S), "range: {what}");
    }
}

fn check(days: i64, units: usize, reception: Reception, at_least: usize) {
    let truth = Truth::new(units, 3);
    let mut found = Found::default();
    for tractor in truth.tractors() {
        let seen = truth.fixes(tractor, BEGIN, after(days * DAY));
        let fixes = received(seen.clone(), reception, tractor as u64);
        let day = Day { truth: &truth, tractor, seen, fixes };
        for look in 1..=days * 8 {
            day.look(after(look * 3 * 3600), &mut found);
        }
    }
    println!("{reception:?}: {found:?} looked at");
    assert!(found.arrivals >= at_least && found.departures >= at_least, "too few to tell: {found:?}");
}

#[test]
fn every_arrival_and_departure_of_a_day_is_found_and_no_other() {
    check(1, 30, Reception { lost: 0, every: 0, scatter_mi: 0.0 }, 50);
}

#[test]
fn lost_and_scattered_fixes_make_none_that_was_not() {
    check(1, 30, Reception { lost: 60, every: 0, scatter_mi: 0.037 }, 50);
}

#[test]
fn trucks_seen_every_five_minutes_are_found_within_five() {
    check(2, 30, Reception { lost: 10, every: 300, scatter_mi: 0.037 }, 50);
}

#[test]
fn trucks_seen_every_half_hour_are_found_within_that() {
    check(3, 30, Reception { lost: 0, every: 1800, scatter_mi: 0.037 }, 50);
}
