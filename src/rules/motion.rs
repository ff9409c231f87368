//! Whether a unit moves, stands or has gone dark.

use std::time::Duration;

use super::sanity;
use crate::model::{Engine, Fix, Motion, Sighting, Timestamp, UnitKind};

/// Slower than this is standing: a parked unit's fixes drift by a mile or two an hour.
const ROLLING_MPH: f64 = 3.0;
/// A truck that rolls no faster than this is being shunted: that alone says nothing against its driver's log.
pub const SHUNTED_MPH: f64 = 5.0;

/// The fixes of what is parked drift by less.
const DRIFT_MI: f64 = 0.1;
/// Over a longer time the distance between two fixes tells that a unit was moved, not that it rolls yet.
const SPOKE_WITHIN: Duration = Duration::from_hours(1);

/// What a fix shows, with what the engine last did. Where its tracker tells no speed, its word on whether it rolls does;
/// without that, how far the unit came since it was seen `before`.
pub fn shown_by(fix: &Fix, before: Option<Sighting>, engine: Option<Engine>) -> Motion {
    let rolls = match fix.speed_mph {
        Some(speed) => speed >= ROLLING_MPH,
        None => fix.says.map_or_else(|| before.is_some_and(|before| rolled(before, fix)), |says| says.rolls),
    };
    match engine {
        _ if rolls => Motion::Moving,
        Some(Engine::On | Engine::Idle) => Motion::Idle,
        Some(Engine::Off) | None => Motion::Stopped,
    }
}

/// Whether a unit rolled from where it was seen before to `fix`, a short time ago.
fn rolled(before: Sighting, fix: &Fix) -> bool {
    let took = fix.observed_at.since(before.observed_at);
    let miles = sanity::miles(before, fix.into());
    // Of two fixes in the wrong order, or at once, the distance tells nothing.
    !took.is_zero()
        && took <= SPOKE_WITHIN
        && miles > DRIFT_MI
        && miles >= ROLLING_MPH * took.as_secs_f64() / 3600.0
}

/// What holds now: what was last shown, unless the unit has been silent for longer than is normal
/// for its kind in that state. Devices report every few seconds on the move and rarely when parked.
pub fn at(kind: UnitKind, shown: Motion, observed_at: Option<Timestamp>, now: Timestamp) -> Motion {
    match observed_at {
        Some(observed_at) if now.since(observed_at) <= patience(kind, shown) => shown,
        _ => Motion::Dark,
    }
}

/// How long silence is normal.
pub const fn patience(kind: UnitKind, shown: Motion) -> Duration {
    match (kind, shown) {
        (UnitKind::Trailer, Motion::Moving) => Duration::from_hours(1),
        // Trailer trackers on battery wake once or twice a day.
        (UnitKind::Trailer, _) => Duration::from_hours(50),
        (_, Motion::Moving) => Duration::from_mins(15),
        // At a dock with the engine on: some services hear of what stands every 25 minutes.
        (_, Motion::Idle) => Duration::from_mins(30),
        (_, Motion::Stopped | Motion::Dark) => Duration::from_hours(26),
    }
}

/// How a silence compares with what is normal for the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// As ever.
    Usual,
    /// Longer than one expects of what moves or idles; it is not given up yet.
    Long,
    /// It has gone dark, or was never heard.
    TooLong,
}

/// How the silence of a unit that was last shown so compares with what is normal for it. What is parked is
/// silent for hours; what moves reports every few minutes, whatever its service.
pub fn silence(kind: UnitKind, shown: Motion, observed_at: Option<Timestamp>, now: Timestamp) -> Silence {
    let Some(observed_at) = observed_at else { return Silence::TooLong };
    let (silent, normal) = (now.since(observed_at), patience(kind, shown));
    match shown {
        _ if silent > normal => Silence::TooLong,
        Motion::Moving | Motion::Idle if silent > normal / 3 => Silence::Long,
        Motion::Moving | Motion::Idle | Motion::Stopped | Motion::Dark => Silence::Usual,
    }
}

/// The compass letter of a heading in degrees: "N", "NE" …
pub fn compass(heading_deg: f64) -> &'static str {
    const POINTS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    let eighth = (heading_deg.rem_euclid(360.0) / 45.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 8 by construction")]
    POINTS.get(eighth as usize % 8).copied().unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Says;

    #[test]
    fn speed_beats_engine_and_engine_beats_nothing() {
        let fix = |speed| Fix {
            latitude: 0.0,
            longitude: 0.0,
            says: None,
            speed_mph: speed,
            heading_deg: None,
            place: None,
            observed_at: Timestamp::from_secs(0),
        };
        assert_eq!(shown_by(&fix(Some(55.0)), None, Some(Engine::Off)), Motion::Moving);
        assert_eq!(shown_by(&fix(Some(0.0)), None, Some(Engine::Idle)), Motion::Idle);
        assert_eq!(shown_by(&fix(Some(1.0)), None, Some(Engine::Off)), Motion::Stopped);
        assert_eq!(shown_by(&fix(None), None, None), Motion::Stopped);
    }

    #[test]
    fn without_a_speed_the_trackers_word_tells_whether_it_rolls() {
        let fix = |rolls: Option<bool>, speed_mph| Fix {
            latitude: 35.0,
            longitude: -100.0,
            speed_mph,
            says: rolls.map(|rolls| Says { rolls, since_at: None }),
            heading_deg: None,
            place: None,
            observed_at: Timestamp::from_secs(100_000),
        };
        let five_miles_off = Sighting {
            latitude: 35.07,
            observed_at: Timestamp::from_secs(99_700),
            ..(&fix(None, None)).into()
        };
        let check = |fix: Fix, before, engine, expected| assert_eq!(shown_by(&fix, before, engine), expected);
        check(fix(Some(true), None), None, None, Motion::Moving);
        check(fix(Some(true), None), None, Some(Engine::Idle), Motion::Moving);
        check(fix(Some(false), None), Some(five_miles_off), None, Motion::Stopped);
        check(fix(Some(false), None), None, Some(Engine::On), Motion::Idle);
        check(fix(None, None), Some(five_miles_off), None, Motion::Moving);
        // A speed is more than a word.
        check(fix(Some(true), Some(0.0)), None, None, Motion::Stopped);
        check(fix(Some(false), Some(60.0)), None, None, Motion::Moving);
    }

    #[test]
    fn without_a_speed_the_way_since_the_last_fix_tells_whether_it_rolls() {
        let fix = |miles: f64, speed_mph| Fix {
            latitude: 35.0 + miles / 69.09,
            longitude: -100.0,
            says: None,
            speed_mph,
            heading_deg: None,
            place: None,
            observed_at: Timestamp::from_secs(100_000),
        };
        let check = |miles, seconds: i64, expected| {
            let before = Sighting {
                observed_at: Timestamp::from_secs(100_000 - seconds),
                ..Sighting::from(&fix(0.0, None))
            };
            assert_eq!(shown_by(&fix(miles, None), Some(before), None), expected, "{miles} {seconds}");
            // What it tells goes before.
            assert_eq!(shown_by(&fix(miles, Some(0.0)), Some(before), None), Motion::Stopped);
        };
        check(10.0, 600, Motion::Moving);
        check(0.5, 60, Motion::Moving);
        check(50.0, 3600, Motion::Moving);
        // It was moved meanwhile: whether it rolls yet nobody knows, and twelve hours on it hardly does.
        check(50.0, 3601, Motion::Stopped);
        // Drift.
        check(0.09, 10, Motion::Stopped);
        check(0.2, 600, Motion::Stopped);
        check(0.0, 600, Motion::Stopped);
        // At once, or in the wrong order.
        check(10.0, 0, Motion::Stopped);
        check(10.0, -600, Motion::Stopped);
    }

    #[test]
    fn silence_longer_than_normal_is_dark() {
        let now = Timestamp::from_secs(1_000_000);
        let ago = |minutes: u64| Some(now.minus(Duration::from_secs(minutes * 60)));
        assert_eq!(at(UnitKind::Tractor, Motion::Moving, ago(14), now), Motion::Moving);
        assert_eq!(at(UnitKind::Tractor, Motion::Moving, ago(16), now), Motion::Dark);
        assert_eq!(at(UnitKind::Tractor, Motion::Stopped, ago(600), now), Motion::Stopped);
        assert_eq!(at(UnitKind::Trailer, Motion::Stopped, ago(24 * 60), now), Motion::Stopped);
        assert_eq!(at(UnitKind::Tractor, Motion::Stopped, None, now), Motion::Dark);
    }

    #[test]
    fn what_is_parked_may_be_silent_for_hours_and_what_moves_may_not() {
        let now = Timestamp::from_secs(1_000_000);
        let check = |kind, shown, minutes: u64, expected| {
            let seen = Some(now.minus(Duration::from_secs(minutes * 60)));
            assert_eq!(silence(kind, shown, seen, now), expected, "{kind:?} {shown:?} {minutes}");
        };
        check(UnitKind::Trailer, Motion::Stopped, 6 * 60, Silence::Usual);
        check(UnitKind::Tractor, Motion::Stopped, 10 * 60, Silence::Usual);
        check(UnitKind::Tractor, Motion::Moving, 4, Silence::Usual);
        check(UnitKind::Tractor, Motion::Moving, 10, Silence::Long);
        check(UnitKind::Tractor, Motion::Moving, 16, Silence::TooLong);
        check(UnitKind::Trailer, Motion::Moving, 10, Silence::Usual);
        check(UnitKind::Trailer, Motion::Moving, 30, Silence::Long);
        check(UnitKind::Trailer, Motion::Stopped, 51 * 60, Silence::TooLong);
        assert_eq!(silence(UnitKind::Tractor, Motion::Moving, None, now), Silence::TooLong);
    }

    #[test]
    fn headings_have_eight_names() {
        let names: Vec<_> = [0.0, 44.0, 91.0, 200.0, 337.0, 359.0, -90.0].map(compass).into();
        assert_eq!(names, ["N", "NE", "E", "S", "NW", "N", "W"]);
    }
}
