//! Clocks that contradict one another: a reason for less trust, not for a refusal.

use std::fmt;

use super::ruleset::{CycleLimit, Ruleset};

/// The clocks of one shift that is under way, with no split, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftClocks {
    /// Driving left of the 11 hours.
    pub drive_s: i64,
    /// What is left of the 14-hour window.
    pub shift_s: i64,
    /// Driving left before the interruption; `None` for a short-haul driver.
    pub break_s: Option<i64>,
    /// On-duty time left of the cycle.
    pub cycle_s: i64,
}

/// One contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// More was driven since the last break than in the shift.
    BreakBelowDrive,
    /// More was driven in the shift than it has lasted.
    ShiftAboveDrive,
    /// The cycle has more left than this shift's driving allows.
    CycleAboveDrive,
    /// Tomorrow's cycle is below today's.
    CycleTomorrowBelow,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BreakBelowDrive => "more driving since the last break than in this shift",
            Self::ShiftAboveDrive => "more driving in this shift than time since it began",
            Self::CycleAboveDrive => "more of the cycle left than this shift's driving allows",
            Self::CycleTomorrowBelow => "less of the cycle tomorrow than today",
        })
    }
}

/// Every contradiction in `clocks`.
pub fn oddities(clocks: ShiftClocks, rules: &Ruleset, limit: CycleLimit) -> Vec<Oddity> {
    let driven = rules.drive_s - clocks.drive_s;
    let driven_since_break = clocks.break_s.map_or(0, |left| rules.break_after_s - left);
    let checks = [
        (driven_since_break > driven, Oddity::BreakBelowDrive),
        (driven > rules.window_s - clocks.shift_s, Oddity::ShiftAboveDrive),
        (clocks.cycle_s > limit.limit_s - driven, Oddity::CycleAboveDrive),
    ];
    checks.into_iter().filter_map(|(odd, which)| odd.then_some(which)).collect()
}

/// Whether tomorrow's cycle can be trusted: hours come back at a day's start, none go.
pub fn tomorrow_oddity(cycle_s: i64, tomorrow_s: i64) -> Option<Oddity> {
    (tomorrow_s < cycle_s).then_some(Oddity::CycleTomorrowBelow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::hours::ruleset::Cycle;

    const H: i64 = 3600;

    fn check(drive: i64, shift: i64, break_left: i64, cycle: i64, expected: &[Oddity]) {
        let rules = Ruleset::named(Ruleset::US_PROPERTY).unwrap();
        let limit = rules.limit(Cycle::SeventyInEight).unwrap();
        let clocks =
            ShiftClocks { drive_s: drive, shift_s: shift, break_s: Some(break_left), cycle_s: cycle };
        assert_eq!(oddities(clocks, rules, limit), expected);
    }

    #[test]
    fn clocks_of_one_shift_obey_one_another() {
        check(8 * H, 11 * H, 5 * H, 67 * H, &[]);
        check(8 * H, 11 * H, 5 * H - 1, 67 * H, &[Oddity::BreakBelowDrive]);
        check(8 * H, 11 * H + 1, 5 * H, 67 * H, &[Oddity::ShiftAboveDrive]);
        check(8 * H, 11 * H, 5 * H, 67 * H + 1, &[Oddity::CycleAboveDrive]);
    }

    #[test]
    fn tomorrow_has_never_less() {
        assert_eq!(tomorrow_oddity(H, H), None);
        assert_eq!(tomorrow_oddity(H, H - 1), Some(Oddity::CycleTomorrowBelow));
    }
}
