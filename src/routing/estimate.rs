//! Travel times without a service: the straight line, made longer by what roads are, at a truck's pace.

use crate::model::{EtaSource, Leg, Point, Position, Route, Timestamp};

/// The way from `position` through `stops`, by great circle × 1.2 at 50 mph. `None` without a stop.
///
/// These are a truck's times already: no truck factor belongs on them.
pub fn estimate(position: &Position, stops: &[Point], now: Timestamp) -> Option<Route> {
    let starts = std::iter::once(position.point).chain(stops.iter().copied());
    let legs: Vec<Leg> = starts.zip(stops).map(|(from, to)| Leg::straight(from, *to)).collect();
    (!legs.is_empty()).then(|| Route {
        source: EtaSource::Estimate,
        asked_at: now,
        origin: *position,
        legs,
        violations: Vec::new(),
        incidents: Vec::new(),
        snapped_m: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Motion;

    #[test]
    fn a_hundred_miles_of_straight_line_are_two_hours_and_twenty_four_minutes() {
        let here = Point { latitude: 35.0, longitude: -100.0 };
        let position = Position {
            point: here,
            motion: Motion::Moving,
            speed_mph: None,
            heading_deg: None,
            observed_at: Timestamp::from_secs(0),
        };
        // One degree of latitude is 69.09 miles on this sphere.
        let there = Point { latitude: 35.0 + 100.0 / 69.0933, longitude: -100.0 };
        let now = Timestamp::from_secs(60);
        let route = estimate(&position, &[there, here], now).unwrap();
        let minutes: Vec<_> = route.legs.iter().map(|leg| (leg.seconds / 60.0).round()).collect();
        assert_eq!(minutes, [144.0, 144.0]);
        assert_eq!((route.source, route.asked_at, route.origin), (EtaSource::Estimate, now, position));
        assert!((route.legs[0].meters - 120.0 * 1609.344).abs() < 100.0);
        assert_eq!(estimate(&position, &[], now), None);
    }
}
