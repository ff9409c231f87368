//! Whether a fix may move a unit. What may not is counted and set aside, never shown; what only the
//! next fix can prove waits for it.

use std::cmp::Ordering;
use std::time::Duration;

use crate::model::{Sighting, Timestamp, Verdict};

/// A device clock may be this far ahead of ours (contract §3).
pub const AHEAD: Duration = Duration::from_mins(2);
/// No truck is faster between two fixes …
const FASTEST_MPH: f64 = 120.0;
/// … beyond what receivers scatter by …
const SCATTER_MI: f64 = 0.1;
/// … and the clocks of two devices in one truck make of one place, however near in time.
const SAME_PLACE_MI: f64 = 0.25;

const NOT_A_PLACE: &str = "position is not a place on earth";
const NULL_ISLAND: &str = "position is 0,0";
const FUTURE: &str = "position is from the future";
const OLDER: &str = "position is older than the one we have";
const JUMP: &str = "position jumps: no truck is that fast";

/// Whether a reading may be from `at`; why not, where it may not.
pub fn timely(at: Timestamp, now: Timestamp) -> Result<(), &'static str> {
    if at > now.plus(AHEAD) { Err("reading is from the future") } else { Ok(()) }
}

/// Judges `fix` against the one its unit is shown at, and the one that was set aside as a jump from
/// there. Two that agree with each other prove a jump, whoever told them: the one shown was wrong.
pub fn check(fix: Sighting, shown: Option<Sighting>, suspect: Option<Sighting>, now: Timestamp) -> Verdict {
    // Written so that NaN fails too.
    let on_earth = fix.latitude.abs() <= 90.0 && fix.longitude.abs() <= 180.0;
    if !on_earth {
        return Verdict::Unsound(NOT_A_PLACE);
    }
    if fix.latitude.abs() < 1e-4 && fix.longitude.abs() < 1e-4 {
        return Verdict::Unsound(NULL_ISLAND);
    }
    if fix.observed_at > now.plus(AHEAD) {
        return Verdict::Unsound(FUTURE);
    }
    let Some(shown) = shown else { return Verdict::Moves };
    let reachable = may_follow(shown, fix);
    match (fix.observed_at.cmp(&shown.observed_at), suspect) {
        (Ordering::Equal, _) => Verdict::Same,
        (Ordering::Less, _) if reachable => Verdict::Older(OLDER),
        (Ordering::Less, _) => Verdict::Unsound(JUMP),
        (Ordering::Greater, _) if reachable => Verdict::Moves,
        (Ordering::Greater, None) => Verdict::Doubtful(JUMP),
        (Ordering::Greater, Some(suspect)) => against(suspect, fix),
    }
}

/// Judges a fix that cannot follow the one shown against the one in doubt.
fn against(suspect: Sighting, fix: Sighting) -> Verdict {
    match fix.observed_at.cmp(&suspect.observed_at) {
        Ordering::Greater if may_follow(suspect, fix) => Verdict::BearsOut,
        Ordering::Greater => Verdict::Doubtful(JUMP),
        Ordering::Equal if fix == suspect => Verdict::StillDoubtful,
        Ordering::Equal | Ordering::Less => Verdict::Unsound(JUMP),
    }
}

/// Whether a truck can have been at both.
fn may_follow(one: Sighting, other: Sighting) -> bool {
    // A degree of latitude is 69 miles: what differs by less than this needs no trigonometry.
    let near = SAME_PLACE_MI / 69.2 / 2.0;
    let (north, east) = ((one.latitude - other.latitude).abs(), (one.longitude - other.longitude).abs());
    if north < near && east < near {
        return true;
    }
    #[expect(clippy::cast_precision_loss, reason = "the milliseconds of a century fit")]
    let hours = one.observed_at.millis_since(other.observed_at).abs() as f64 / 3_600_000.0;
    let miles = miles(one, other);
    miles <= SAME_PLACE_MI || miles <= SCATTER_MI + FASTEST_MPH * hours
}

/// Along the great circle (haversine).
pub(super) fn miles(one: Sighting, other: Sighting) -> f64 {
    const EARTH_RADIUS_MI: f64 = 3958.8;
    let half_chord = |a: f64, b: f64| ((a - b).to_radians() / 2.0).sin().powi(2);
    let scale = one.latitude.to_radians().cos() * other.latitude.to_radians().cos();
    let square =
        half_chord(one.latitude, other.latitude) + scale * half_chord(one.longitude, other.longitude);
    2.0 * EARTH_RADIUS_MI * square.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(100_000);

    fn at(latitude: f64, longitude: f64, secs: i64) -> Sighting {
        Sighting { latitude, longitude, observed_at: Timestamp::from_secs(secs) }
    }

    #[test]
    fn only_a_sane_newer_fix_moves_a_unit() {
        let shown = at(39.5, -119.8, 99_900);
        let check = |latitude, longitude, secs, expected| {
            assert_eq!(check(at(latitude, longitude, secs), Some(shown), None, NOW), expected);
        };
        check(39.5, -119.8, 99_950, Verdict::Moves);
        check(39.5, -119.8, 100_120, Verdict::Moves);
        check(39.5, -119.8, 100_121, Verdict::Unsound(FUTURE));
        check(39.5, -119.8, 99_900, Verdict::Same);
        check(39.5, -119.8, 99_899, Verdict::Older(OLDER));
        check(38.5, -119.8, 99_899, Verdict::Unsound(JUMP));
        check(122.142, -93.3, 99_950, Verdict::Unsound(NOT_A_PLACE));
        check(f64::NAN, 0.0, 99_950, Verdict::Unsound(NOT_A_PLACE));
        check(0.0, 0.0, 99_950, Verdict::Unsound(NULL_ISLAND));
    }

    #[test]
    fn a_jump_is_what_no_truck_can_drive() {
        let shown = at(40.0, -100.0, 60_000);
        let check = |miles_north: f64, secs: i64, expected| {
            let fix = at(40.0 + miles_north / 69.09, -100.0, 60_000 + secs);
            assert_eq!(check(fix, Some(shown), None, NOW), expected, "{miles_north} miles in {secs} s");
        };
        check(1.0, 60, Verdict::Moves);
        check(2.0, 60, Verdict::Moves);
        check(2.2, 60, Verdict::Doubtful(JUMP));
        check(0.24, 1, Verdict::Moves);
        check(0.4, 1, Verdict::Doubtful(JUMP));
        check(900.0, 8 * 3600, Verdict::Moves);
        check(1000.0, 8 * 3600, Verdict::Doubtful(JUMP));
    }

    #[test]
    fn the_next_fix_tells_which_of_two_places_is_true() {
        let (shown, suspect) = (at(40.0, -100.0, 90_000), at(45.0, -90.0, 90_060));
        let check = |fix, expected| assert_eq!(check(fix, Some(shown), Some(suspect), NOW), expected);
        check(at(45.0, -90.0, 90_090), Verdict::BearsOut);
        check(at(40.0, -100.0, 90_090), Verdict::Moves);
        check(at(30.0, -80.0, 90_090), Verdict::Doubtful(JUMP));
        check(suspect, Verdict::StillDoubtful);
        // Late, and no proof: what comes after the one in doubt must agree with it.
        check(at(45.0, -90.0, 90_050), Verdict::Unsound(JUMP));
        check(at(45.001, -90.0, 90_060), Verdict::Unsound(JUMP));
    }

    #[test]
    fn the_date_line_and_the_pole_are_no_jump() {
        let moves = |from, to| assert_eq!(check(to, Some(from), None, NOW), Verdict::Moves);
        moves(at(52.0, 179.999, 90_000), at(52.0, -179.999, 90_010));
        moves(at(89.999, 0.0, 90_000), at(89.999, 180.0, 90_010));
    }

    /// What a dispatcher sees: where a unit is shown after each fix.
    #[derive(Default)]
    struct Screen {
        shown: Option<Sighting>,
        suspect: Option<Sighting>,
        refused: usize,
    }

    impl Screen {
        fn take(&mut self, fix: Sighting) {
            match check(fix, self.shown, self.suspect, NOW) {
                Verdict::Moves | Verdict::BearsOut => (self.shown, self.suspect) = (Some(fix), None),
                Verdict::Doubtful(_) => {
                    self.suspect = Some(fix);
                    self.refused += 1;
                }
                Verdict::Unsound(_) => self.refused += 1,
                Verdict::Same | Verdict::Older(_) | Verdict::StillDoubtful => {}
            }
        }
    }

    /// A drive north at up to 80 mph: seconds between fixes, speed, and how far east the receiver errs.
    fn drive() -> impl Strategy<Value = Vec<Sighting>> {
        let leg = (1_i64..600, 0.0..80.0_f64, -0.1..0.1_f64);
        proptest::collection::vec(leg, 4..40).prop_map(|legs| {
            let (mut latitude, mut secs) = (35.0, 50_000);
            let mut fixes = Vec::new();
            for (wait, mph, error) in legs {
                secs += wait;
                latitude += mph * f64::from(i32::try_from(wait).unwrap()) / 3600.0 / 69.2;
                fixes.push(at(latitude, -100.0 + error / 57.0, secs));
            }
            fixes
        })
    }

    proptest! {
        #[test]
        fn an_honest_truck_is_never_refused(fixes in drive()) {
            let mut screen = Screen::default();
            for fix in fixes {
                screen.take(fix);
                prop_assert_eq!(screen.shown, Some(fix));
            }
            prop_assert_eq!(screen.refused, 0);
        }

        #[test]
        fn a_single_outlier_never_shows(fixes in drive(), place in 1_usize..40, far in 60.0..120.0_f64) {
            let place = place.min(fixes.len() - 1);
            let mut screen = Screen::default();
            for (index, fix) in fixes.iter().enumerate() {
                if index == place {
                    let before = fixes[index - 1].observed_at;
                    let observed_at = before.plus(fix.observed_at.since(before) / 2);
                    let outlier = Sighting { longitude: -100.0 + far, observed_at, ..*fix };
                    screen.take(outlier);
                    prop_assert!(screen.shown != Some(outlier));
                }
                screen.take(*fix);
                prop_assert_eq!(screen.shown, Some(*fix));
            }
        }

        #[test]
        fn a_real_move_shows_after_two(fixes in drive(), place in 1_usize..38, far in 60.0..120.0_f64) {
            let place = place.min(fixes.len() - 2);
            let mut screen = Screen::default();
            for (index, fix) in fixes.iter().enumerate() {
                let there = if index < place { *fix } else { Sighting { longitude: fix.longitude + far, ..*fix } };
                screen.take(there);
                prop_assert_eq!(screen.shown == Some(there), index != place);
            }
        }
    }
}
