//! Which of a truck's stops a visit serves. Stops at different places may be made in any order, but one
//! out of turn only near its window: a night parked at the delivery site before the pickup delivers
//! nothing. Those at one place are told apart by their sequence.
//!
//! Kept simple enough to be told to a dispatcher: a visit serves the next stop of that place that was
//! due. Another one there is served by the same visit if it comes directly after it in the same movement
//! (two orders at one dock), or in another one (drop and hook) if the truck was still there when that one
//! was about to be due. A truck that comes back
//! within some hours, without having been to another stop, goes on with the stop it was at.

use std::time::Duration;

use super::RADIUS_MI;
use super::visit::{Site, Track, Visit};
use crate::model::{MovementStatus, PlannedStop, Timestamp};

/// A truck may come this long before the window opens: it spends the night at the gate.
const EARLY: Duration = Duration::from_hours(12);
/// One that left longer before the window opens than this had not come for the stop, if it comes back.
const ATTENDS: Duration = Duration::from_hours(1);
/// A truck that is at the place for the stop before is there for the next one too, this long before that
/// one's window opens.
const SHARES: Duration = Duration::from_hours(2);
/// One that was there before it was known to be on the load counts until this long after the window
/// closes: the TMS is told late.
const LATE: Duration = Duration::from_hours(6);
/// A visit that begins this long after the movement was over serves another.
const OVER: Duration = Duration::from_hours(12);
/// A truck that comes back within this was sent away to wait.
const RETURNS: Duration = Duration::from_hours(6);

/// A truck's stops in the order in which they are to be made, and the places where they are.
pub(super) struct Itinerary<'a> {
    pub(super) stops: Vec<&'a PlannedStop>,
    /// The place of each stop, where it is known.
    site_of: Vec<Option<usize>>,
    pub(super) sites: Vec<Site>,
}

/// A stop and the visits that serve it.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) stop: usize,
    pub(super) site: usize,
    pub(super) visits: Vec<Visit>,
    pub(super) shared: bool,
    pub(super) assigned_later: bool,
}

/// A visit with its times.
#[derive(Clone, Copy)]
struct Call {
    site: usize,
    visit: Visit,
    entered_at: Timestamp,
    last_at: Timestamp,
}

impl<'a> Itinerary<'a> {
    pub(super) fn of(stops: &'a [PlannedStop]) -> Self {
        let begins = |stop: &PlannedStop| {
            let same = |other: &&PlannedStop| {
                (&other.key.company_id, &other.movement_id) == (&stop.key.company_id, &stop.movement_id)
            };
            stops.iter().filter(same).filter_map(|stop| stop.early_at).min()
        };
        let mut keyed: Vec<_> = stops.iter().map(|stop| (order(stop, begins(stop)), stop)).collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        let stops: Vec<_> = keyed.into_iter().map(|(_, stop)| stop).collect();
        let (mut sites, mut site_of) = (Vec::<Site>::new(), Vec::new());
        for stop in &stops {
            let Some(place) = stop.place else {
                site_of.push(None);
                continue;
            };
            let known = sites.iter().position(|site| site.miles_to(place) <= RADIUS_MI);
            site_of.push(known.or(Some(sites.len())));
            if known.is_none() {
                sites.push(Site { place, radius_mi: RADIUS_MI });
            }
        }
        keep_apart(&mut sites);
        Self { stops, site_of, sites }
    }

    /// Which stops were served, by which visits. `tracks` and `visits` are those of [`Self::sites`].
    pub(super) fn serve(&self, tracks: &[Track<'_>], visits: &[Vec<Visit>]) -> Vec<Served> {
        let calls = in_time(tracks, visits);
        let mut served: Vec<Served> = Vec::new();
        // Those that the visit before this one served.
        let mut before: Option<(Call, Vec<usize>)> = None;
        for (number, call) in calls.iter().enumerate() {
            let returned = before
                .take()
                .filter(|(last, _)| last.site == call.site && call.entered_at.since(last.last_at) <= RETURNS);
            let next = calls.get(number + 1).filter(|next| next.site == call.site);
            let takers = self.takers(call, next, returned.is_some(), &served);
            let stops = match returned {
                Some((_, stops)) if takers.is_empty() => {
                    for served in served.iter_mut().filter(|served| stops.contains(&served.stop)) {
                        let ended_at = self.stops.get(served.stop).and_then(|stop| stop.ended_at);
                        if ended_at.is_none_or(|ended_at| call.entered_at <= ended_at) {
                            served.visits.push(call.visit);
                        }
                    }
                    stops
                }
                _ => {
                    let shared = takers.len() > 1;
                    served.extend(takers.iter().filter_map(|stop| {
                        let assigned_later = call.last_at < self.stops.get(*stop)?.assigned_at;
                        let (stop, site, visits) = (*stop, call.site, vec![call.visit]);
                        Some(Served { stop, site, visits, shared, assigned_later })
                    }));
                    takers
                }
            };
            before = Some((*call, stops));
        }
        served
    }

    /// The stops not yet served that this visit serves. `next` is the visit after it, where that is at
    /// the same place; `is_return` says that the one before it was, lately.
    fn takers(&self, call: &Call, next: Option<&Call>, is_return: bool, served: &[Served]) -> Vec<usize> {
        let mut takers: Vec<usize> = Vec::new();
        for (place, stop) in self.stops.iter().enumerate() {
            let is_here = self.site_of.get(place) == Some(&Some(call.site));
            if !is_here || served.iter().any(|served| served.stop == place) {
                continue;
            }
            match takers.last() {
                None => {
                    let waits = !attends(stop, call)
                        && next.is_some_and(|next| {
                            next.entered_at.since(call.last_at) > RETURNS && is_due(stop, next)
                        });
                    let in_turn = !self.is_ahead_of_others(place, call, served) || is_near_window(stop, call);
                    if is_due(stop, call) && !waits && in_turn && (!is_return || attends(stop, call)) {
                        takers.push(place);
                    }
                }
                Some(&first) if self.shares(first, place, call) => takers.push(place),
                Some(_) => {}
            }
        }
        takers
    }

    /// Whether an earlier stop of the same movement at another place is still to be made when this visit
    /// ends: it was not seen to be served, and nobody else has it left by then.
    fn is_ahead_of_others(&self, number: usize, call: &Call, served: &[Served]) -> bool {
        let Some(stop) = self.stops.get(number) else { return false };
        let movement = |stop: &'a PlannedStop| (&stop.key.company_id, &stop.movement_id);
        let earlier = self.stops.iter().zip(&self.site_of).enumerate().take(number);
        let mut elsewhere = earlier
            .filter(|(_, (other, site))| movement(other) == movement(stop) && **site != Some(call.site));
        elsewhere.any(|(number, (other, _))| {
            let is_served = served.iter().any(|served| served.stop == number);
            !is_served && other.told_left_at.is_none_or(|left_at| left_at > call.last_at)
        })
    }

    /// Whether no stop elsewhere comes between the two.
    fn follows(&self, first: usize, then: usize) -> bool {
        let between = self.site_of.get(first..=then).unwrap_or_default();
        between.windows(2).all(|pair| pair.first() == pair.last())
    }

    /// Whether a visit that serves `first` serves `then` too. Of one movement the next stop is: the
    /// sequence says so. Of two, that which is due while the truck is there.
    fn shares(&self, first: usize, then: usize, call: &Call) -> bool {
        let (Some(one), Some(other)) = (self.stops.get(first), self.stops.get(then)) else { return false };
        let movement = |stop: &'a PlannedStop| (&stop.key.company_id, &stop.movement_id);
        let goes_on = if movement(one) == movement(other) {
            self.follows(first, then)
        } else {
            other.early_at.is_some_and(|early| call.last_at >= early.minus(SHARES))
        };
        goes_on && call.last_at >= other.assigned_at && is_due(other, call)
    }
}

/// Done before under way before waiting; then by when they begin, and by their own order.
fn order(stop: &PlannedStop, begins: Option<Timestamp>) -> (u8, i64, &str, &str, i64, &str) {
    let rank = match stop.status {
        MovementStatus::Delivered | MovementStatus::Void => 0,
        MovementStatus::InProgress => 1,
        MovementStatus::Covered | MovementStatus::Available | MovementStatus::Unknown => 2,
    };
    let begins = begins.map_or(i64::MAX, Timestamp::millis);
    (rank, begins, &stop.key.company_id, &stop.movement_id, stop.sequence, &stop.key.id)
}

/// Places whose circles overlap are made smaller, so that a truck is at one of them.
fn keep_apart(sites: &mut [Site]) {
    let all = sites.to_vec();
    for (number, site) in sites.iter_mut().enumerate() {
        for (_, other) in all.iter().enumerate().filter(|(other, _)| *other != number) {
            site.radius_mi = site.radius_mi.min(site.miles_to(other.place) / 2.0);
        }
    }
}

/// The visits of all places in the order of time.
fn in_time(tracks: &[Track<'_>], visits: &[Vec<Visit>]) -> Vec<Call> {
    let mut calls = Vec::new();
    for (site, (track, visits)) in tracks.iter().zip(visits).enumerate() {
        calls.extend(visits.iter().map(|visit| Call {
            site,
            visit: *visit,
            entered_at: track.at(visit.entered),
            last_at: track.at(visit.last),
        }));
    }
    calls.sort_by_key(|call| (call.entered_at, call.site));
    calls
}

/// Whether the visit falls into the time in which the stop may be made.
fn is_due(stop: &PlannedStop, call: &Call) -> bool {
    let opens = stop.early_at.map_or(stop.assigned_at, |early| early.minus(EARLY));
    let closed = stop.ended_at.is_some_and(|ended| call.entered_at > ended.plus(OVER));
    if closed || call.last_at < opens {
        return false;
    }
    let told_late = stop.early_at.is_some_and(|early| {
        let until = stop.closes_at().unwrap_or(early);
        call.last_at >= early.minus(ATTENDS) && call.entered_at <= until.plus(LATE)
    });
    call.last_at >= stop.assigned_at || told_late
}

/// Whether the truck was still there when the stop was about to be due, or came later.
fn attends(stop: &PlannedStop, call: &Call) -> bool {
    stop.early_at.is_none_or(|early| call.last_at >= early.minus(ATTENDS))
}

/// Whether the truck was there when the stop's window was about to open, or later. Of a stop without any
/// time nothing says that.
fn is_near_window(stop: &PlannedStop, call: &Call) -> bool {
    stop.early_at.or(stop.closes_at()).is_some_and(|window| call.last_at >= window.minus(ATTENDS))
}
