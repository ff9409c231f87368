//! What is left of a route between two calls: the ETA moves with the truck along its road, and stands
//! with the clock when the truck stands. Pure, and without memory but for what is shown.

use std::time::Duration;

use crate::model::{Leg, Motion, Point, Position, Route, Timestamp};

/// A fix of a truck on the move is good for this long: what it drove since is taken off, up to here.
const ROLLS_ON: Duration = Duration::from_mins(15);
/// A change smaller than this is one of the service's mind, not of the road (mapbox.md §9.14).
const FLIP: Duration = Duration::from_mins(2);

/// What is left to drive of one leg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// Seconds, in the measure of the route's source: no truck factor on them.
    pub seconds: f64,
    /// Meters.
    pub meters: f64,
}

/// What is left to drive at `now` of each leg of `route`, the truck being last seen at `position`.
///
/// The first leg is cut to what lies ahead of the truck, in proportion to the great circle that is left. The time since the fix is taken off only from a truck that
/// was moving (mapbox.md §9.8). The legs after it are whole: it has to stop first.
pub fn remaining(route: &Route, position: &Position, now: Timestamp) -> Vec<Left> {
    let whole = |leg: &Leg| Left { seconds: leg.seconds, meters: leg.meters };
    let mut left: Vec<Left> = route.legs.iter().map(whole).collect();
    if let (Some(first), Some(leg)) = (left.first_mut(), route.legs.first()) {
        *first = rolled_on(ahead(route, leg, position.point), position, now);
    }
    left
}

/// The part of the first leg that lies ahead of `here`.
fn ahead(route: &Route, leg: &Leg, here: Point) -> Left {
    let share = share_left(route.origin.point, leg.to, here).min(share_by_driven(route, leg, here));
    // The other way, it first has to come back: as an estimate, since nobody was asked.
    let astray = (here.meters_to(leg.to) - route.origin.point.meters_to(leg.to)).max(0.0) * Leg::DETOUR;
    let back = if share < 1.0 { 0.0 } else { astray };
    Left { seconds: leg.seconds * share + back / Leg::METERS_A_SECOND, meters: leg.meters * share + back }
}

/// What is left of the leg, 0 to 1, by great circle.
fn share_left(origin: Point, to: Point, here: Point) -> f64 {
    let whole = origin.meters_to(to);
    if whole > 0.0 { (here.meters_to(to) / whole).clamp(0.0, 1.0) } else { 1.0 }
}

/// The most of the leg that can be left, 0 to 1, of a truck that has kept to its road: all but the straight line
/// that it has come. A road that begins by leading past its goal brings no truck nearer at first, and the circle
/// alone would have it stand. Of a truck that is further off than the whole road reaches nothing can be told so:
/// it is on another.
fn share_by_driven(route: &Route, leg: &Leg, here: Point) -> f64 {
    let origin = route.origin.point;
    let (come, to_go) = (origin.meters_to(here), here.meters_to(leg.to));
    if leg.meters > 0.0 && come + to_go <= leg.meters { 1.0 - come / leg.meters } else { 1.0 }
}

/// What is left after the truck rolled on since it was seen.
fn rolled_on(left: Left, position: &Position, now: Timestamp) -> Left {
    if position.motion != Motion::Moving || left.seconds <= 0.0 {
        return left;
    }
    let since = now.since(position.observed_at).min(ROLLS_ON).as_secs_f64();
    let share = ((left.seconds - since) / left.seconds).clamp(0.0, 1.0);
    Left { seconds: left.seconds * share, meters: left.meters * share }
}

/// The ETA to show, where `shown` is what is shown and `fresh` what was worked out now: a change of less
/// than two minutes is not shown, or routes that take turns would make it flicker. What stands has an ETA
/// that moves with the clock, and what is past is no ETA.
pub fn steady(shown: Option<Timestamp>, fresh: Timestamp, motion: Motion, now: Timestamp) -> Timestamp {
    match shown {
        Some(shown) if motion == Motion::Moving && shown >= now => {
            let change = shown.since(fresh).max(fresh.since(shown));
            if change < FLIP { shown } else { fresh }
        }
        Some(_) | None => fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EtaSource;

    const START: Point = Point { latitude: 35.0, longitude: -95.0 };
    const FIRST: Point = Point { latitude: 36.0, longitude: -94.0 };
    const SECOND: Point = Point { latitude: 36.0, longitude: -93.0 };
    const THEN: Timestamp = Timestamp::from_secs(1_795_500_000);

    fn position(point: Point, motion: Motion, observed_at: Timestamp) -> Position {
        Position { point, motion, speed_mph: Some(60.0), heading_deg: Some(90.0), observed_at }
    }

    /// Two hours to the first stop, one to the second.
    fn route() -> Route {
        let leg = |to, seconds, meters| Leg { to, seconds, meters, typical_s: None, snapped_m: None };
        Route {
            source: EtaSource::Mapbox,
            asked_at: THEN,
            origin: position(START, Motion::Moving, THEN),
            legs: vec![leg(FIRST, 7200.0, 202_300.0), leg(SECOND, 3600.0, 90_000.0)],
            violations: Vec::new(),
            incidents: Vec::new(),
            snapped_m: None,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a trip of hours")]
    fn minutes(route: &Route, position: &Position, after: u64) -> Vec<i64> {
        let now = THEN.plus(Duration::from_secs(after));
        remaining(route, position, now).iter().map(|left| (left.seconds / 60.0).round() as i64).collect()
    }

    /// Part of the way along the great circle to the first stop.
    fn along(share: f64) -> Point {
        let between = |from: f64, to: f64| from + (to - from) * share;
        Point {
            latitude: between(START.latitude, FIRST.latitude),
            longitude: between(START.longitude, FIRST.longitude),
        }
    }

    #[test]
    fn the_first_leg_shrinks_with_the_circle_that_is_left_and_the_others_are_whole() {
        let check = |share, expected: i64| {
            let left = minutes(&route(), &position(along(share), Motion::Stopped, THEN), 0);
            assert!((left[0] - expected).abs() <= 1, "{left:?}");
            assert_eq!(left[1], 60);
        };
        check(0.0, 120);
        check(0.25, 90);
        check(0.5, 60);
        check(1.0, 0);
    }

    #[test]
    fn a_road_that_leads_past_its_goal_at_first_is_driven_all_the_same() {
        // It goes round a corner: 60 km of 202 bring the truck nearer by 17 only.
        let there = Point { longitude: -94.342, ..START };
        let left = minutes(&route(), &position(there, Motion::Stopped, THEN), 0)[0];
        assert!((84..=86).contains(&left), "{left}");
        // Further off than the whole road reaches: it is on another.
        let astray = Point { latitude: 36.0, longitude: -95.5 };
        assert!(minutes(&route(), &position(astray, Motion::Stopped, THEN), 0)[0] >= 110);
    }

    #[test]
    fn a_truck_that_goes_the_other_way_has_further_to_go() {
        let away = position(Point { longitude: -96.0, ..START }, Motion::Stopped, THEN);
        let left = minutes(&route(), &away, 0);
        // 91 km west are some 72 km further from the stop, and that × 1.2 at 50 mph is an hour and more.
        assert!((170..200).contains(&left[0]), "{left:?}");
    }

    #[test]
    fn what_stands_moves_its_eta_with_the_clock_and_what_rolls_keeps_it() {
        let route = route();
        let stands = position(along(0.5), Motion::Stopped, THEN);
        let rolls = position(along(0.5), Motion::Moving, THEN);
        let (first, later) = (minutes(&route, &stands, 0)[0], minutes(&route, &stands, 600)[0]);
        assert_eq!(first, later, "ten minutes later there is still as much to drive");
        assert_eq!(minutes(&route, &rolls, 0)[0] - minutes(&route, &rolls, 600)[0], 10);
        assert_eq!(minutes(&route, &rolls, 0)[0] - minutes(&route, &rolls, 7200)[0], 15, "not for ever");
        assert_eq!(minutes(&route, &position(FIRST, Motion::Moving, THEN), 600), [0, 60]);
    }

    #[test]
    fn the_eta_of_a_truck_that_keeps_its_pace_does_not_move() {
        let whole = route();
        for step in 0..=115_u32 {
            // A minute behind: fixes are never of now.
            let point = along(f64::from(step) / 120.0);
            let seen = THEN.plus(Duration::from_mins(step.into()));
            let now = seen.plus(Duration::from_mins(1));
            let left = remaining(&whole, &position(point, Motion::Moving, seen), now)[0].seconds;
            let eta = now.since(THEN).as_secs_f64() + left;
            assert!((eta - 7200.0).abs() < 20.0, "{eta} after {step} minutes");
        }
    }

    #[test]
    fn an_empty_leg_and_a_stop_that_is_here_are_no_trouble() {
        let mut here = route();
        here.origin.point = FIRST;
        (here.legs[0].seconds, here.legs[0].meters) = (0.0, 0.0);
        let left = remaining(&here, &position(FIRST, Motion::Moving, THEN), THEN);
        assert!(left[0].seconds.abs() < 1e-9 && left[0].meters.abs() < 1e-9 && left[1].seconds > 3599.0);
        here.legs.clear();
        assert_eq!(remaining(&here, &position(FIRST, Motion::Moving, THEN), THEN), []);
    }

    #[test]
    fn changes_of_less_than_two_minutes_are_not_shown() {
        let at =
            |minutes: i64, seconds: i64| Timestamp::from_secs(THEN.millis() / 1000 + minutes * 60 + seconds);
        let check = |shown, fresh, motion, expected| {
            assert_eq!(steady(shown, fresh, motion, THEN), expected, "{shown:?} {fresh:?}");
        };
        check(None, at(60, 0), Motion::Moving, at(60, 0));
        check(Some(at(60, 0)), at(61, 59), Motion::Moving, at(60, 0));
        check(Some(at(60, 0)), at(58, 1), Motion::Moving, at(60, 0));
        check(Some(at(60, 0)), at(62, 0), Motion::Moving, at(62, 0));
        check(Some(at(60, 0)), at(58, 0), Motion::Moving, at(58, 0));
        check(Some(at(60, 0)), at(60, 40), Motion::Stopped, at(60, 40));
        check(Some(at(-1, 0)), at(0, 20), Motion::Moving, at(0, 20));
    }
}
