//! What visits say of a stop: the times, how closely they are known, and the fixes that prove them.

use std::time::Duration;

use super::STANDING_MPH;
use super::itinerary::Served;
use super::visit::{Track, Visit};
use crate::model::{Confidence, Evidence, ObservedStay, Proof, Timestamp, TrailPoint};

/// Seen both sides of the fence within this, the fix itself is the time.
const AT_ONCE: Duration = Duration::from_mins(1);
/// A truck's pace from place to place, along roads that are longer than the straight line by this.
const PACE_MPH: f64 = 50.0;
const WINDING: f64 = 1.2;
/// A time known to this is known well …
const CLOSE: Duration = Duration::from_mins(5);
/// … and to this, tolerably.
const ROUGH: Duration = Duration::from_mins(30);
/// Fewer fixes than this are little to go by.
const FEW: u32 = 3;

/// The stay that these visits make; `None` for none.
pub(super) fn of(track: &Track<'_>, served: &Served) -> Option<ObservedStay> {
    let (first, last) = (served.visits.first()?, served.visits.last()?);
    let arrival = Crossing::arrival(track, *first)?;
    let departure = last.left.and_then(|left| Crossing::departure(track, *last, left));
    let left = departure.as_ref().and(last.left);
    let fixes = match left {
        Some(_) => served.visits.iter().map(|visit| track.count(visit.entered, visit.last)).sum(),
        None => track.count(first.entered, first.stood),
    };
    let evidence = Evidence {
        entered: proof(track, first.entered)?,
        stood: proof(track, first.stood)?,
        last: left.and_then(|_| proof(track, last.last)),
        left: left.and_then(|left| proof(track, left)),
        fixes: u32::try_from(fixes).unwrap_or(u32::MAX),
        visits: u32::try_from(served.visits.len()).unwrap_or(u32::MAX),
        shared: served.shared,
        assigned_later: served.assigned_later,
    };
    Some(ObservedStay {
        confidence: confidence(&arrival, departure.as_ref(), *first, &evidence),
        arrived_at: arrival.at,
        arrived_after_at: arrival.after,
        arrived_by_at: arrival.by,
        departed_at: departure.as_ref().map(|departure| departure.at),
        departed_after_at: departure.as_ref().and_then(|departure| departure.after),
        departed_by_at: departure.as_ref().map(|departure| departure.by),
        evidence,
    })
}

/// The fence was crossed: after one fix, by another.
struct Crossing {
    after: Option<Timestamp>,
    by: Timestamp,
    at: Timestamp,
}

impl Crossing {
    fn arrival(track: &Track<'_>, visit: Visit) -> Option<Self> {
        let (inside, _) = track.fix(visit.entered)?;
        let by = inside.observed_at;
        let Some((before, miles)) = visit.entered.checked_sub(1).and_then(|before| track.fix(before)) else {
            return Some(Self { after: None, by, at: by });
        };
        let after = before.observed_at;
        // One that still rolls has only just come.
        let at = if by.since(after) <= AT_ONCE || rolls(inside) {
            by
        } else {
            let soonest = after.plus(way(track, miles)).min(by);
            if rolls(before) { soonest } else { middle(soonest, by) }
        };
        Some(Self { after: Some(after), by, at })
    }

    fn departure(track: &Track<'_>, visit: Visit, left: usize) -> Option<Self> {
        let ((inside, _), (away, miles)) = (track.fix(visit.last)?, track.fix(left)?);
        let (after, by) = (inside.observed_at, away.observed_at);
        let at = if by.since(after) <= AT_ONCE {
            by
        } else if rolls(inside) {
            after
        } else {
            let latest = by.minus(way(track, miles)).max(after);
            if rolls(away) { latest } else { middle(after, latest) }
        };
        Some(Self { after: Some(after), by, at })
    }

    fn confidence(&self) -> Confidence {
        match self.after.map(|after| self.by.since(after)) {
            Some(known_to) if known_to <= CLOSE => Confidence::High,
            Some(known_to) if known_to <= ROUGH => Confidence::Medium,
            _ => Confidence::Low,
        }
    }
}

fn confidence(
    arrival: &Crossing,
    departure: Option<&Crossing>,
    first: Visit,
    evidence: &Evidence,
) -> Confidence {
    if first.lone || evidence.assigned_later {
        return Confidence::Low;
    }
    let most = if evidence.shared || evidence.fixes < FEW { Confidence::Medium } else { Confidence::High };
    let departure = departure.map_or(Confidence::High, Crossing::confidence);
    most.min(arrival.confidence()).min(departure)
}

/// One that does not say is taken to stand.
fn rolls(fix: &TrailPoint) -> bool {
    fix.speed_mph.is_some_and(|speed| speed >= STANDING_MPH)
}

/// How long it takes from `miles` away to the fence.
fn way(track: &Track<'_>, miles: f64) -> Duration {
    let miles = (miles - track.site.radius_mi).max(0.0) * WINDING;
    Duration::from_secs_f64((miles / PACE_MPH * 3600.0).clamp(0.0, 1e9).round())
}

fn middle(from: Timestamp, to: Timestamp) -> Timestamp {
    from.plus(to.since(from) / 2)
}

fn proof(track: &Track<'_>, at: usize) -> Option<Proof> {
    let (fix, miles) = track.fix(at)?;
    Some(Proof {
        at: fix.observed_at,
        distance_mi: (miles * 1000.0).round() / 1000.0,
        speed_mph: fix.speed_mph,
        account: fix.source.clone(),
    })
}
