//! Where the TMS's word on a stop and what was observed there do not go together. Says what, not how
//! bad: ranking and raising it is the exception queue's.

use std::time::Duration;

use crate::model::{Point, Sighting, Stay, Timestamp, TmsStop};
use crate::rules::sanity::miles;

/// A time typed by people is this far from what was seen before anybody is told.
const ARRIVALS_APART: Duration = Duration::from_mins(15);
/// The same of departures: paperwork takes longer than the gate.
const DEPARTURES_APART: Duration = Duration::from_mins(30);
/// The TMS has this long to be told.
const TOLD_WITHIN: Duration = Duration::from_mins(15);
/// A truck this far from a stop that the TMS has it at is elsewhere, whatever the stop's coordinates.
const ELSEWHERE_MI: f64 = 2.0;
/// A position older than this says nothing of where the truck is.
const FRESH: Duration = Duration::from_mins(15);

/// Where the truck was seen last, by a fix of its own.
pub type Whereabouts = Sighting;

/// What does not go together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Disagreement {
    /// The TMS says arrived; the truck is elsewhere and was not seen at the stop.
    Elsewhere {
        /// Miles between the truck and the stop.
        miles: f64,
    },
    /// The truck is at the stop; the TMS says en route.
    NotMarkedArrived {
        /// Since when.
        since_at: Timestamp,
    },
    /// The truck has left; the TMS has it at the stop, or not even that.
    NotMarkedDeparted {
        /// Since when.
        since_at: Timestamp,
    },
    /// The TMS says departed; the truck is at the stop.
    StillThere {
        /// When the TMS says it left.
        departed_at: Timestamp,
    },
    /// Both know the arrival, at different times.
    ArrivalsApart {
        /// The TMS's minus the observed: seconds beyond what the observation leaves open.
        seconds: i64,
    },
    /// Both know the departure, at different times.
    DeparturesApart {
        /// The TMS's minus the observed: seconds beyond what the observation leaves open.
        seconds: i64,
    },
}

/// What the TMS's word on a stop and the stay observed there disagree in; the weightiest where it is
/// several things. `place` is where the stop is, `truck` where the movement's tractor was seen last: a stale position, or none,
/// proves nothing. Nor does a time of the TMS's that lies in the future.
pub fn disagreement(
    tms: &TmsStop,
    place: Option<Point>,
    observed: Option<&Stay>,
    truck: Option<Whereabouts>,
    now: Timestamp,
) -> Option<Disagreement> {
    let past = |at: Option<Timestamp>| at.filter(|at| *at <= now);
    let (arrived, departed) = (past(tms.actual_arrival_at), past(tms.actual_departure_at));
    let miles = truck.zip(place).and_then(|(truck, place)| miles_from(place, truck, now));
    let Some(stay) = observed else {
        let miles = miles.filter(|miles| *miles > ELSEWHERE_MI)?;
        // Once it has left by the TMS's word, elsewhere is where it should be.
        return (arrived.is_some() && departed.is_none()).then_some(Disagreement::Elsewhere { miles });
    };
    let seen = &stay.observed;
    match (seen.departed_at, departed) {
        (None, Some(departed_at)) if miles.is_some_and(|miles| miles <= ELSEWHERE_MI) => {
            let is_still_there = truck.is_some_and(|truck| truck.observed_at > departed_at.plus(TOLD_WITHIN));
            if is_still_there {
                return Some(Disagreement::StillThere { departed_at });
            }
        }
        (Some(since_at), None) if is_overdue(seen.departed_by_at, now) => {
            return Some(Disagreement::NotMarkedDeparted { since_at });
        }
        (None, None) if arrived.is_none() && is_overdue(Some(seen.arrived_by_at), now) => {
            return Some(Disagreement::NotMarkedArrived { since_at: seen.arrived_at });
        }
        _ => {}
    }
    let arrivals =
        arrived.and_then(|arrived| apart(arrived, seen.arrived_after_at, seen.arrived_by_at, ARRIVALS_APART));
    if let Some(seconds) = arrivals {
        return Some(Disagreement::ArrivalsApart { seconds });
    }
    let seconds = apart(departed?, seen.departed_after_at, seen.departed_by_at?, DEPARTURES_APART)?;
    Some(Disagreement::DeparturesApart { seconds })
}

/// How far the truck is from the stop, where the position is fresh.
fn miles_from(place: Point, truck: Sighting, now: Timestamp) -> Option<f64> {
    let Point { latitude, longitude } = place;
    let place = Sighting { latitude, longitude, observed_at: truck.observed_at };
    (now.since(truck.observed_at) <= FRESH).then(|| miles(place, truck))
}

fn is_overdue(by: Option<Timestamp>, now: Timestamp) -> bool {
    by.is_some_and(|by| now.since(by) > TOLD_WITHIN)
}

/// Seconds by which a time lies outside of what was observed, where that is more than `enough`.
fn apart(told: Timestamp, after: Option<Timestamp>, by: Timestamp, enough: Duration) -> Option<i64> {
    let early = after.filter(|after| told < *after).map(|after| told.secs_since(after));
    let late = (told > by).then(|| told.secs_since(by));
    early.or(late).filter(|seconds| seconds.unsigned_abs() > enough.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample;

    const NOON: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(NOON.millis() + minutes * 60_000)
    }

    fn told(arrival: Option<i64>, departure: Option<i64>) -> TmsStop {
        TmsStop {
            actual_arrival_at: arrival.map(at),
            actual_departure_at: departure.map(at),
            ..TmsStop::default()
        }
    }

    /// Seen to arrive by then, from five minutes before, and to leave likewise.
    fn stay(arrived: i64, left: Option<i64>) -> Stay {
        let before = |minutes: i64| Some(at(minutes - 5));
        let mut stay = sample::stay(at(arrived));
        let seen = &mut stay.observed;
        (seen.arrived_at, seen.arrived_after_at) = (at(arrived - 2), before(arrived));
        seen.departed_at = left.map(|left| at(left - 2));
        (seen.departed_after_at, seen.departed_by_at) = (left.and_then(before), left.map(at));
        stay
    }

    const PLACE: Option<Point> = Some(Point { latitude: 35.0, longitude: -100.0 });

    fn seen(miles: f64, minute: i64) -> Sighting {
        Sighting { latitude: 35.0 + miles / 69.09, longitude: -100.0, observed_at: at(minute) }
    }

    #[test]
    fn a_truck_elsewhere_has_not_arrived_whatever_the_tms_says() {
        let check_at = |place, tms, truck, expected| {
            let found = disagreement(&tms, place, None, truck, at(0));
            assert_eq!(found.map(|found| matches!(found, Disagreement::Elsewhere { .. })), expected);
        };
        let check = |tms, truck, expected| check_at(PLACE, tms, truck, expected);
        check(told(Some(-20), None), Some(seen(40.0, -1)), Some(true));
        check(told(Some(-20), None), Some(seen(1.0, -1)), None);
        check(told(Some(-20), None), Some(seen(40.0, -16)), None);
        check(told(Some(-20), None), None, None);
        check(told(Some(20), None), Some(seen(40.0, -1)), None);
        check(told(Some(-90), Some(-60)), Some(seen(40.0, -1)), None);
        check(told(None, None), Some(seen(40.0, -1)), None);
        check_at(None, told(Some(-20), None), Some(seen(40.0, -1)), None);
    }

    #[test]
    fn what_the_tms_was_not_told_shows_after_a_quarter_of_an_hour() {
        let check = |tms, stay: Stay, truck, expected| {
            assert_eq!(disagreement(&tms, PLACE, Some(&stay), truck, at(0)), expected);
        };
        check(told(None, None), stay(-15, None), Some(seen(0.0, -1)), None);
        let since_at = at(-49);
        check(
            told(None, None),
            stay(-47, None),
            Some(seen(0.0, -1)),
            Some(Disagreement::NotMarkedArrived { since_at }),
        );
        check(told(Some(-50), None), stay(-47, None), Some(seen(0.0, -1)), None);
        let since_at = at(-22);
        check(
            told(Some(-90), None),
            stay(-90, Some(-20)),
            None,
            Some(Disagreement::NotMarkedDeparted { since_at }),
        );
        check(told(Some(-90), None), stay(-90, Some(-14)), None, None);
        let departed_at = at(-30);
        check(
            told(Some(-90), Some(-30)),
            stay(-90, None),
            Some(seen(0.1, -1)),
            Some(Disagreement::StillThere { departed_at }),
        );
        check(told(Some(-90), Some(-30)), stay(-90, None), Some(seen(0.1, -20)), None);
        check(told(Some(-90), Some(-30)), stay(-90, None), None, None);
    }

    #[test]
    fn times_are_apart_by_what_lies_outside_of_the_range() {
        let check = |arrival, departure, expected| {
            let tms = told(Some(arrival), Some(departure));
            assert_eq!(disagreement(&tms, PLACE, Some(&stay(-200, Some(-100))), None, at(0)), expected);
        };
        check(-200, -100, None);
        check(-220, -130, None);
        check(-221, -100, Some(Disagreement::ArrivalsApart { seconds: -16 * 60 }));
        check(-185, -70, None);
        check(-184, -70, Some(Disagreement::ArrivalsApart { seconds: 16 * 60 }));
        check(-200, -69, Some(Disagreement::DeparturesApart { seconds: 31 * 60 }));
        check(-200, -136, Some(Disagreement::DeparturesApart { seconds: -31 * 60 }));
    }
}
