//! One place and one truck: from when to when the truck was there. Knows no loads.
//!
//! A road may pass a gate at a few yards, with a traffic light before it. So being inside is no arrival:
//! the truck has to come to rest, for longer than a light is red.

use std::time::Duration;

use super::{BEYOND, STANDING_MPH};
use crate::model::{Point, Sighting, Timestamp, TrailPoint};
use crate::rules::sanity::miles;

/// At rest on one spot for so long: no traffic light is red for longer.
const REST: Duration = Duration::from_mins(3);
/// One spot, with what receivers scatter by.
const SPOT_MI: f64 = 0.15;
/// At rest whenever it was seen, though not always on one spot: it was moved from dock to dock.
const STOOD: Duration = Duration::from_mins(10);
/// Inside for so long at whatever speed. Nobody takes that long for a mile, …
const DWELL: Duration = Duration::from_mins(20);
/// … provided that it was looked at this often.
const CLOSELY: Duration = Duration::from_mins(10);
/// One fix alone proves a visit, or an absence, where the truck had so much time for it: seldom seen, it
/// may be seen but once.
const ROOM: Duration = Duration::from_mins(15);
/// What a truck is at least as fast as on the way to or from where it was seen, and by how much a road
/// is longer than the straight line.
const ON_THE_WAY_MPH: f64 = 55.0;
const WINDING: f64 = 1.15;
/// Away for so long: a single stray fix ends nothing.
const GONE: Duration = Duration::from_mins(2);
/// On its way, rather than parked at the fence.
const LEAVING_MPH: f64 = 5.0;
/// A single fix away counts for an absence only this far from the place.
const FAR_AWAY_MI: f64 = 2.0;

/// A place as large as one facility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Site {
    pub(super) place: Point,
    pub(super) radius_mi: f64,
}

impl Site {
    pub(super) fn miles_to(&self, other: Point) -> f64 {
        let sighting = |place: Point| Sighting {
            latitude: place.latitude,
            longitude: place.longitude,
            observed_at: Timestamp::default(),
        };
        miles(sighting(self.place), sighting(other))
    }
}

/// A truck's fixes in the order of time, each with its distance from a site.
pub(super) struct Track<'a> {
    pub(super) site: Site,
    fixes: Vec<(&'a TrailPoint, f64)>,
}

/// A time at a site. The numbers are places in the track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    /// The first fix inside.
    pub(super) entered: usize,
    /// The fix that proved that it came to stay.
    pub(super) stood: usize,
    /// The last fix there.
    pub(super) last: usize,
    /// The first of the fixes that prove that it left.
    pub(super) left: Option<usize>,
    /// One fix alone proves that it stood there.
    pub(super) lone: bool,
}

/// Where a fix lies. Between inside and away nothing changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    Inside,
    Fence,
    Away,
}

/// Inside, and not known yet to stay.
#[derive(Clone, Copy)]
struct Candidate {
    entered: usize,
    last: usize,
    /// Since when it has been at rest on one spot.
    spot: Option<usize>,
    /// Since when it has been at rest.
    rest: Option<usize>,
    /// It was seen at rest.
    stood: bool,
    /// It was looked at closely all the time.
    closely: bool,
}

enum State {
    Away,
    Near(Candidate),
    /// With the first of the fixes away, where the last ones were.
    Here(Visit, Option<usize>),
}

impl<'a> Track<'a> {
    /// `fixes` must be in the order of time.
    pub(super) fn of(site: Site, fixes: &[&'a TrailPoint]) -> Self {
        let with_miles = |fix: &&'a TrailPoint| {
            (*fix, site.miles_to(Point { latitude: fix.latitude, longitude: fix.longitude }))
        };
        Self { site, fixes: fixes.iter().map(with_miles).collect() }
    }

    /// The fix at a place of the track, and its miles from the site.
    pub(super) fn fix(&self, at: usize) -> Option<(&'a TrailPoint, f64)> {
        self.fixes.get(at).copied()
    }

    /// When that fix was seen.
    pub(super) fn at(&self, at: usize) -> Timestamp {
        self.fix(at).map_or_else(Timestamp::default, |(fix, _)| fix.observed_at)
    }

    /// How many fixes of a visit, up to `to`, were not away.
    pub(super) fn count(&self, from: usize, to: usize) -> usize {
        (from..=to).filter(|at| self.zone(*at) != Zone::Away).count()
    }

    /// Every visit, in the order of time. Only the last may not have ended.
    pub(super) fn visits(&self) -> Vec<Visit> {
        let mut visits = Vec::new();
        let mut state = State::Away;
        for at in 0..self.fixes.len() {
            state = self.step(state, at, &mut visits);
        }
        if let State::Here(visit, _) = state {
            visits.push(visit);
        }
        visits
    }

    fn step(&self, state: State, at: usize, visits: &mut Vec<Visit>) -> State {
        match (state, self.zone(at)) {
            (State::Away, Zone::Inside) => State::Near(self.begin(at)),
            (State::Away, Zone::Fence | Zone::Away) => State::Away,
            (State::Near(candidate), Zone::Away) => {
                if self.had_room_to_stay(candidate, at) {
                    State::Here(candidate.visit(candidate.last, true), Some(at))
                } else {
                    State::Away
                }
            }
            (State::Near(candidate), Zone::Inside | Zone::Fence) => {
                let candidate = self.go_on(candidate, at);
                if self.is_staying(candidate, at) {
                    State::Here(candidate.visit(at, false), None)
                } else {
                    State::Near(candidate)
                }
            }
            (State::Here(visit, Some(left)), zone @ (Zone::Inside | Zone::Fence))
                if self.had_room_to_go(visit, left, at) =>
            {
                visits.push(Visit { left: Some(left), ..visit });
                if zone == Zone::Inside { State::Near(self.begin(at)) } else { State::Away }
            }
            (State::Here(visit, _), Zone::Inside | Zone::Fence) => {
                State::Here(Visit { last: at, ..visit }, None)
            }
            (State::Here(visit, left), Zone::Away) => {
                let left = left.unwrap_or(at);
                if self.is_gone(visit, left, at) {
                    visits.push(Visit { left: Some(left), ..visit });
                    State::Away
                } else {
                    State::Here(visit, Some(left))
                }
            }
        }
    }

    fn zone(&self, at: usize) -> Zone {
        match self.fix(at) {
            Some((_, miles)) if miles <= self.site.radius_mi => Zone::Inside,
            Some((_, miles)) if miles <= self.site.radius_mi * BEYOND => Zone::Fence,
            _ => Zone::Away,
        }
    }

    fn speed(&self, at: usize) -> Option<f64> {
        self.fix(at)?.0.speed_mph
    }

    /// Miles between two fixes.
    fn apart(&self, one: usize, other: usize) -> f64 {
        let (Some((one, _)), Some((other, _))) = (self.fix(one), self.fix(other)) else { return f64::MAX };
        miles(sighting(one), sighting(other))
    }

    fn time(&self, from: usize, to: usize) -> Duration {
        self.at(to).since(self.at(from))
    }

    fn begin(&self, at: usize) -> Candidate {
        let fresh = Candidate { entered: at, last: at, spot: None, rest: None, stood: false, closely: true };
        self.go_on(fresh, at)
    }

    fn go_on(&self, mut candidate: Candidate, at: usize) -> Candidate {
        candidate.closely &= self.time(candidate.last, at) <= CLOSELY;
        candidate.last = at;
        let on_spot = candidate.spot.filter(|spot| self.apart(*spot, at) <= SPOT_MI);
        match self.speed(at) {
            Some(speed) if speed >= STANDING_MPH => (candidate.spot, candidate.rest) = (None, None),
            Some(_) => {
                candidate.spot = on_spot.or(Some(at));
                candidate.rest = candidate.rest.or(Some(at));
                candidate.stood = true;
            }
            // Nobody says how fast: only that it does not get on tells that it stands.
            None => (candidate.spot, candidate.rest) = (on_spot.or(Some(at)), None),
        }
        candidate
    }

    fn is_staying(&self, candidate: Candidate, at: usize) -> bool {
        let since = |from: Option<usize>| from.map_or(Duration::ZERO, |from| self.time(from, at));
        since(candidate.spot) >= REST
            || since(candidate.rest) >= STOOD
            || (candidate.closely && self.time(candidate.entered, at) >= DWELL)
    }

    /// Whether a truck that was seen at rest inside, and next seen away at `next`, must have been there
    /// for a while, or may have only waited at a light.
    fn had_room_to_stay(&self, candidate: Candidate, next: usize) -> bool {
        let Some(before) = candidate.entered.checked_sub(1).filter(|_| candidate.stood) else {
            return false;
        };
        let on_the_way = self.way(before) + self.way(next);
        self.time(before, next) >= ROOM + on_the_way
    }

    /// Whether a truck that was seen here before and after, and far away at `left`, was really gone.
    fn had_room_to_go(&self, visit: Visit, left: usize, next: usize) -> bool {
        let miles = self.fix(left).map_or(0.0, |(_, miles)| miles);
        miles >= FAR_AWAY_MI && self.time(visit.last, next) >= ROOM + self.way(left) * 2
    }

    /// How long it takes from the site to where that fix was, or back.
    fn way(&self, at: usize) -> Duration {
        let miles = self.fix(at).map_or(0.0, |(_, miles)| miles);
        Duration::from_secs_f64((miles * WINDING / ON_THE_WAY_MPH * 3600.0).clamp(0.0, 1e9))
    }

    /// Whether the fixes from `left` to `at`, all of them away, prove that it left.
    fn is_gone(&self, visit: Visit, left: usize, at: usize) -> bool {
        let rolls = |at| self.speed(at).is_some_and(|speed| speed >= LEAVING_MPH);
        self.time(left, at) >= GONE
            && ((left..=at).any(rolls) || self.apart(self.last_stand(visit), at) >= self.site.radius_mi)
    }

    /// The last fix of a visit at which the truck was not on its way: one caught at the fence as it drives to
    /// a gate across the street is nearer to that gate than the dock it comes from.
    fn last_stand(&self, visit: Visit) -> usize {
        let rolls = |at: &usize| self.speed(*at).is_some_and(|speed| speed >= LEAVING_MPH);
        let there = |at: &usize| self.zone(*at) != Zone::Away && !rolls(at);
        (visit.entered..=visit.last).rev().find(there).unwrap_or(visit.last)
    }
}

impl Candidate {
    const fn visit(self, stood: usize, lone: bool) -> Visit {
        Visit { entered: self.entered, stood, last: self.last, left: None, lone }
    }
}

fn sighting(fix: &TrailPoint) -> Sighting {
    Sighting { latitude: fix.latitude, longitude: fix.longitude, observed_at: fix.observed_at }
}
