//! Where units were last by their own GPS, and what follows from it: the course over ground, which
//! records do not tell, and whether a status record, whose time is not the GPS's, says something new.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::Timestamp;

/// So far apart, two points tell a course …
const COURSE_METRES: f64 = 100.0;
/// … if no more time lies between them.
const COURSE_WITHIN: Duration = Duration::from_mins(3);
/// A driving unit writes a point at least every 200 s. One whose track is younger than this, seen from
/// its status, is told of by its track, which knows the GPS's own time.
const TRACKED: Duration = Duration::from_mins(5);
/// About a metre.
const SAME_PLACE_DEGREES: f64 = 1e-5;
/// How far ahead of ours a device's clock may be and still be believed.
const AHEAD: Duration = Duration::from_mins(2);
/// So many failures in a row, and the track is no longer waited for.
const GIVEN_UP: u32 = 3;
const EARTH_METRES: f64 = 6_371_000.0;

/// The newest points of all units.
#[derive(Debug, Default)]
pub(super) struct Track {
    units: HashMap<String, Trail>,
    /// What units wrote lately is known, be it that nothing was told before.
    known: bool,
    caught_up: bool,
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) at: Timestamp,
}

#[derive(Debug)]
struct Trail {
    newest: Point,
    /// Where the next course is taken from.
    from: Point,
}

impl Track {
    /// Notes a point. Returns the course that leads to it, in degrees, where one can be told.
    pub(super) fn note(&mut self, unit: &str, point: Point, now: Timestamp) -> Option<f64> {
        if point.at > now.plus(AHEAD) {
            return None;
        }
        let Some(trail) = self.units.get_mut(unit) else {
            self.units.insert(unit.to_owned(), Trail { newest: point, from: point });
            return None;
        };
        if point.at <= trail.newest.at {
            return None;
        }
        trail.newest = point;
        let far = metres(trail.from, point) > COURSE_METRES;
        let soon = point.at.since(trail.from.at) <= COURSE_WITHIN;
        let course = (far && soon).then(|| course(trail.from, point));
        if far || !soon {
            trail.from = point;
        }
        course
    }

    /// Whether a status record brings a position that the track does not tell better.
    pub(super) fn adds(&self, unit: &str, point: Point, is_driving: bool) -> bool {
        let Some(Trail { newest, .. }) = self.units.get(unit) else { return true };
        if point.at <= newest.at.plus(TRACKED) {
            return false;
        }
        // Of a unit that moves, the place it was at long ago is no news: its GPS has not spoken since.
        let same = (point.latitude - newest.latitude).abs() < SAME_PLACE_DEGREES
            && (point.longitude - newest.longitude).abs() < SAME_PLACE_DEGREES;
        !(is_driving && same)
    }

    /// Whether the track is still being caught up with: what it tells is older than what a status says,
    /// and must come first.
    pub(super) fn is_behind(&self) -> bool {
        !self.caught_up && self.failures < GIVEN_UP
    }

    /// A page of the track was read; `more` lies behind it.
    pub(super) fn turned(&mut self, more: bool) {
        (self.caught_up, self.failures) = (!more, 0);
        self.known |= !more;
    }

    /// Whether what units wrote lately is known.
    pub(super) const fn is_known(&self) -> bool {
        self.known
    }

    /// What units wrote lately has been read.
    pub(super) const fn is_now_known(&mut self) {
        self.known = true;
    }

    /// A page of the track could not be read, which may pass or not.
    pub(super) fn failed(&mut self, may_pass: bool) {
        self.failures = if may_pass { self.failures.saturating_add(1) } else { GIVEN_UP };
    }
}

/// The distance on a sphere; good to half a per cent.
fn metres(from: Point, to: Point) -> f64 {
    let (north, east) = (to.latitude - from.latitude, to.longitude - from.longitude);
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord = half(north) + from.latitude.to_radians().cos() * to.latitude.to_radians().cos() * half(east);
    2.0 * EARTH_METRES * chord.sqrt().min(1.0).asin()
}

/// The direction in which `to` lies, in degrees clockwise from north.
fn course(from: Point, to: Point) -> f64 {
    let (south, north) = (from.latitude.to_radians(), to.latitude.to_radians());
    let east = (to.longitude - from.longitude).to_radians();
    let x = east.sin() * north.cos();
    let y = south.cos() * north.sin() - south.sin() * north.cos() * east.cos();
    x.atan2(y).to_degrees().rem_euclid(360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(100_000);

    fn point(latitude: f64, longitude: f64, seconds: i64) -> Point {
        Point { latitude, longitude, at: Timestamp::from_secs(seconds) }
    }

    #[test]
    fn a_course_is_told_once_a_unit_has_moved_far_enough() {
        let mut track = Track::default();
        let mut check = |latitude, longitude, at, expected: Option<f64>| {
            let course = track.note("t", point(latitude, longitude, at), NOW);
            assert_eq!(course.map(f64::round), expected, "{latitude} {longitude} {at}");
        };
        check(39.5, -119.8, 0, None);
        // 86 m east, then as much again.
        check(39.5, -119.799, 20, None);
        check(39.5, -119.798, 40, Some(90.0));
        check(39.51, -119.798, 60, Some(0.0));
        check(39.5, -119.811, 100, Some(225.0));
        // Older than what we have.
        check(39.4, -119.8, 90, None);
        // After a long silence nobody knows which way it went.
        check(39.6, -119.811, 1000, None);
        check(39.5, -119.811, 1060, Some(180.0));
        // A device whose clock is ahead moves nothing.
        check(39.4, -119.811, 200_000, None);
        check(39.4, -119.811, 1100, Some(180.0));
    }

    #[test]
    fn a_mile_is_a_mile() {
        let mile = metres(point(39.5, -119.8, 0), point(39.5, -119.8 + 1609.344 / 85_800.0, 0));
        assert!((mile - 1609.344).abs() < 8.0, "{mile}");
    }

    #[test]
    fn a_status_adds_a_position_only_where_the_track_is_silent() {
        let mut track = Track::default();
        let check = |track: &Track, at, moved, driving, expected| {
            let latitude = if moved { 39.6 } else { 39.5 };
            assert_eq!(
                track.adds("t", point(latitude, -119.8, at), driving),
                expected,
                "{at} {moved} {driving}"
            );
        };
        check(&track, 0, false, true, true);
        track.note("t", point(39.5, -119.8, 1000), NOW);
        check(&track, 900, true, true, false);
        check(&track, 1200, true, true, false);
        check(&track, 1200, false, false, false);
        check(&track, 1301, false, true, false);
        check(&track, 1301, false, false, true);
        check(&track, 1301, true, true, true);
    }

    #[test]
    fn the_track_is_waited_for_until_it_is_caught_up_with_or_fails() {
        let mut track = Track::default();
        assert!(track.is_behind());
        track.turned(true);
        assert!(track.is_behind());
        track.turned(false);
        assert!(!track.is_behind());
        let mut track = Track::default();
        for _ in 0..GIVEN_UP {
            assert!(track.is_behind());
            track.failed(true);
        }
        assert!(!track.is_behind());
        track.turned(true);
        assert!(track.is_behind());
        track.failed(false);
        assert!(!track.is_behind());
    }
}
