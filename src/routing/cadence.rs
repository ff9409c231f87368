//! When a load's route is asked anew (mapbox.md §5). Pure: few calls, spread, and none for a truck that
//! stands. How many calls may be made at all is the account's bucket's affair.

use std::time::Duration;

use super::attempt::{Attempt, Limits, Snap};
use super::mapbox::bearing;
use crate::model::{Motion, Point, Position, Timestamp};

/// Nearer to its last question than this, a tractor has not moved.
const MOVED_M: f64 = 500.0;
/// A truck's limits that led nowhere are tried again after this, as the truck is somewhere else by then.
const LIMITS_REST: Duration = Duration::from_hours(1);

/// What a load was last asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub from: Point,
    /// The stops that remained then.
    pub stops: Vec<Point>,
    /// With which limits an answer came.
    pub limits: Limits,
    /// When all limits were last asked for.
    pub in_full_at: Timestamp,
}

impl Asked {
    /// After `attempt` was the last one of a question that began from `position` at `now`; `before` is
    /// what had been asked last.
    pub fn now(
        position: &Position,
        stops: &[Point],
        attempt: Attempt,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let opened_in_full = Attempt::opening(position, stops, before, now).limits == Limits::All;
        let in_full_at = before.filter(|_| !opened_in_full).map_or(now, |before| before.in_full_at);
        Self { at: now, from: position.point, stops: stops.to_vec(), limits: attempt.limits, in_full_at }
    }
}

impl Attempt {
    /// How a question is begun: by the heading, if that says anything; with all limits, unless it was
    /// found within the hour that they lead nowhere on this trip.
    pub fn opening(position: &Position, stops: &[Point], before: Option<&Asked>, now: Timestamp) -> Self {
        let known =
            before.filter(|before| before.stops == stops && now.since(before.in_full_at) < LIMITS_REST);
        let limits = known.map_or(Limits::All, |before| before.limits);
        let snap = if bearing(position, now).is_some() { Snap::Heading } else { Snap::Anywhere };
        Self { limits, snap, ..Self::default() }
    }
}

/// A load as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Its id, in any form that stays: loads are spread over time by it.
    pub load: &'a str,
    /// The tractor.
    pub position: &'a Position,
    /// The stops that remain.
    pub stops: &'a [Point],
    /// Driving left to the first of them; `None` while nobody knows.
    pub to_next_stop: Option<Duration>,
    /// Whether a person wants it now.
    pub wish: Wish,
}

/// Whether a person wants a route now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nobody does.
    #[default]
    None,
    /// Somebody does.
    Now,
}

/// When to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Now.
    Now,
    /// At this instant, if the truck still rolls then.
    At(Timestamp),
    /// When the truck has moved, its stops have changed or a person asks; not by the clock.
    WhenChanged,
    /// Never: no stop remains.
    Never,
}

/// When the route of a load is to be asked, `last` being what it was asked last.
///
/// At once when it was never asked, when its stops changed or a person asks. Never for a truck that
/// stands or has moved less than 500 m. Else by the time to the next stop, see [`interval`].
pub fn due(last: Option<&Asked>, look: &Look<'_>, now: Timestamp) -> Due {
    if look.stops.is_empty() {
        return Due::Never;
    }
    let Some(last) = last else { return Due::Now };
    if look.wish == Wish::Now || last.stops != look.stops {
        return Due::Now;
    }
    let stands = look.position.motion != Motion::Moving;
    if stands || last.from.meters_to(look.position.point) < MOVED_M {
        return Due::WhenChanged;
    }
    let at = own_turn(look.load, last.at, interval(look.to_next_stop));
    if at <= now { Due::Now } else { Due::At(at) }
}

/// How often a rolling truck's route is asked: under an hour to its next stop every 2 minutes, up to
/// four hours every 5, beyond that every 15.
pub fn interval(to_next_stop: Option<Duration>) -> Duration {
    const HOUR: Duration = Duration::from_hours(1);
    match to_next_stop {
        Some(left) if left < HOUR => Duration::from_mins(2),
        Some(left) if left > 4 * HOUR => Duration::from_mins(15),
        Some(_) | None => Duration::from_mins(5),
    }
}

/// The load's own turn after `last`: every load has its own second of the interval, so that they never
/// come all at once. The first turn that is not right after `last`, so at least half an interval later and
/// less than one and a half; from then on, evenly.
fn own_turn(load: &str, last: Timestamp, every: Duration) -> Timestamp {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let soonest = last.millis() + every / 2;
    let own = i64::try_from(hash(load) >> 1).unwrap_or(0) % every;
    Timestamp::from_millis(soonest + (own - soonest).rem_euclid(every))
}

/// FNV-1a and a final mixing, so that ids that follow each other do not: the same in every process and
/// version, unlike the standard library's.
pub(super) fn hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Try;

    const STOP: Point = Point { latitude: 35.1, longitude: -90.0 };
    const HERE: Point = Point { latitude: 35.0, longitude: -95.0 };
    const ASKED_AT: Timestamp = Timestamp::from_secs(1_795_500_000);

    fn position(motion: Motion, meters_east: f64) -> Position {
        let longitude = HERE.longitude + meters_east / 91_085.0;
        Position {
            point: Point { longitude, ..HERE },
            motion,
            speed_mph: Some(60.0),
            heading_deg: Some(90.0),
            observed_at: ASKED_AT,
        }
    }

    fn asked() -> Asked {
        Asked::now(&position(Motion::Moving, 0.0), &[STOP], Attempt::default(), None, ASKED_AT)
    }

    fn look<'a>(position: &'a Position, stops: &'a [Point], left: Duration) -> Look<'a> {
        Look { load: "TMS/0412233", position, stops, to_next_stop: Some(left), wish: Wish::None }
    }

    #[test]
    fn the_nearer_the_stop_the_more_often() {
        let check = |left: Option<u64>, minutes: u64| {
            let left = left.map(Duration::from_secs);
            assert_eq!(interval(left), Duration::from_mins(minutes), "{left:?}");
        };
        check(Some(0), 2);
        check(Some(3599), 2);
        check(Some(3600), 5);
        check(Some(4 * 3600), 5);
        check(Some(4 * 3600 + 1), 15);
        check(None, 5);
    }

    #[test]
    fn a_rolling_truck_is_asked_about_once_an_interval() {
        let far = position(Motion::Moving, 40_000.0);
        for hours in [0, 2, 6] {
            let left = Duration::from_hours(hours);
            let (every, mut last) = (interval(Some(left)), asked());
            let mut gaps = Vec::new();
            for _ in 0..10 {
                let Due::At(at) = due(Some(&last), &look(&far, &[STOP], left), last.at) else { panic!() };
                assert_eq!(due(Some(&last), &look(&far, &[STOP], left), at), Due::Now);
                gaps.push(at.since(last.at));
                last.at = at;
            }
            assert!(gaps[0] >= every / 2 && gaps[0] < every * 3 / 2, "{:?}", gaps[0]);
            assert!(gaps[1..].iter().all(|gap| *gap == every), "{gaps:?}");
        }
    }

    #[test]
    fn a_truck_that_stands_costs_no_call_however_long() {
        let later = ASKED_AT.plus(Duration::from_hours(10));
        let check = |motion, meters: f64, expected| {
            let at = position(motion, meters);
            assert_eq!(
                due(Some(&asked()), &look(&at, &[STOP], Duration::from_mins(20)), later),
                expected,
                "{motion:?} {meters}"
            );
        };
        check(Motion::Moving, 499.0, Due::WhenChanged);
        check(Motion::Moving, 501.0, Due::Now);
        check(Motion::Stopped, 0.0, Due::WhenChanged);
        check(Motion::Stopped, 30_000.0, Due::WhenChanged);
        check(Motion::Idle, 30_000.0, Due::WhenChanged);
        check(Motion::Dark, 30_000.0, Due::WhenChanged);
    }

    #[test]
    fn what_is_new_is_asked_at_once_even_of_a_parked_truck() {
        let parked = position(Motion::Stopped, 0.0);
        let left = Duration::from_hours(6);
        assert_eq!(due(None, &look(&parked, &[STOP], left), ASKED_AT), Due::Now);
        assert_eq!(due(Some(&asked()), &look(&parked, &[STOP, HERE], left), ASKED_AT), Due::Now);
        assert_eq!(due(Some(&asked()), &look(&parked, &[HERE], left), ASKED_AT), Due::Now);
        let wished = Look { wish: Wish::Now, ..look(&parked, &[STOP], left) };
        assert_eq!(due(Some(&asked()), &wished, ASKED_AT), Due::Now);
        assert_eq!(due(None, &look(&parked, &[], left), ASKED_AT), Due::Never);
    }

    #[test]
    fn loads_are_spread_over_the_interval() {
        let every = Duration::from_mins(2);
        let mut seconds = [0; 120];
        for number in 0..6000 {
            let at = own_turn(&format!("TMS/{:07}", 412_000 + number), ASKED_AT, every);
            seconds[usize::try_from(at.since(ASKED_AT).as_secs()).unwrap() % 120] += 1;
        }
        let (least, most) = (seconds.iter().min().unwrap(), seconds.iter().max().unwrap());
        assert!(*least > 25 && *most < 80, "{least} to {most} of fifty in one second");
    }

    #[test]
    fn limits_that_led_nowhere_rest_for_an_hour_or_until_the_trip_changes() {
        let here = position(Motion::Moving, 0.0);
        let relaxed = Attempt { limits: Limits::NoWeight, ..Attempt::default() };
        let first = Asked::now(&here, &[STOP], relaxed, None, ASKED_AT);
        let opening =
            |before: &Asked, stops: &[Point], at| Attempt::opening(&here, stops, Some(before), at).limits;
        let soon = ASKED_AT.plus(Duration::from_mins(40));
        assert_eq!(opening(&first, &[STOP], soon), Limits::NoWeight);
        assert_eq!(opening(&first, &[HERE], soon), Limits::All);
        let second = Asked::now(&here, &[STOP], relaxed, Some(&first), soon);
        assert_eq!(second.in_full_at, ASKED_AT, "only what was asked in full counts");
        let later = ASKED_AT.plus(Duration::from_mins(60));
        assert_eq!(opening(&second, &[STOP], later), Limits::All);
        assert_eq!(Asked::now(&here, &[STOP], relaxed, Some(&second), later).in_full_at, later);
    }

    #[test]
    fn a_question_begins_by_the_heading_of_a_truck_at_speed() {
        let opening = |position: &Position, now| Attempt::opening(position, &[STOP], None, now);
        let rolling = position(Motion::Moving, 0.0);
        assert_eq!(opening(&rolling, ASKED_AT), Attempt::default());
        let anywhere = Attempt { limits: Limits::All, snap: Snap::Anywhere, number: Try::First };
        assert_eq!(opening(&rolling, ASKED_AT.plus(Duration::from_mins(10))), anywhere);
        let slow = Position { speed_mph: Some(10.0), ..rolling };
        assert_eq!(opening(&slow, ASKED_AT), anywhere);
    }
}
