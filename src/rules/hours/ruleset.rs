//! The limits themselves, as rows of a table with the dates from which they hold. No arithmetic: what the
//! limits do to a plan is the planner's.

use crate::model::Timestamp;

/// One set of limits, in whole seconds.
#[derive(Debug, PartialEq, Eq)]
pub struct Ruleset {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// From when these numbers hold.
    pub from: Timestamp,
    /// Driving in a shift: 49 CFR 395.3(a)(3)(i).
    pub drive_s: i64,
    /// The window in which a shift's driving must lie: 395.3(a)(2).
    pub window_s: i64,
    /// Driving between two interruptions: 395.3(a)(3)(ii).
    pub break_after_s: i64,
    /// How long an interruption must be to count: 395.3(a)(3)(ii).
    pub break_s: i64,
    /// The rest that a shift begins after: 395.3(a)(1).
    pub rest_s: i64,
    /// The rest that ends a cycle: 395.3(c).
    pub restart_s: i64,
    /// On-duty limits over a number of days: 395.3(b).
    pub cycles: &'static [CycleLimit],
    /// A rest in two periods: 395.1(g)(1).
    pub split: SplitLimits,
}

/// On-duty time that may not be exceeded at the wheel: 49 CFR 395.3(b).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CycleLimit {
    /// Which.
    pub cycle: Cycle,
    /// On-duty time, in seconds.
    pub limit_s: i64,
    /// In so many consecutive days, today among them.
    pub days: usize,
}

/// What two periods of rest must be to count as one: 49 CFR 395.1(g)(1)(i)(E), (ii).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitLimits {
    /// The shorter one, at least.
    pub shorter_s: i64,
    /// One of them, in the berth, at least.
    pub berth_s: i64,
    /// Both together, at least.
    pub together_s: i64,
}

/// Which days the carrier operates on, hence which cycle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cycle {
    /// 70 hours in 8 days: a carrier that operates every day, 395.3(b)(2).
    SeventyInEight,
    /// 60 hours in 7 days: any other, 395.3(b)(1).
    SixtyInSeven,
}

impl Cycle {
    /// The word used in configuration and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SeventyInEight => "70/8",
            Self::SixtyInSeven => "60/7",
        }
    }

    /// The cycle that `word` means.
    pub fn of(word: &str) -> Option<Self> {
        [Self::SeventyInEight, Self::SixtyInSeven].into_iter().find(|cycle| cycle.word() == word)
    }
}

const HOUR: i64 = 3600;

/// Every set of limits that is known, the newest of a name first. A set that is not here is refused, not guessed.
const RULESETS: &[Ruleset] = &[Ruleset {
    name: Ruleset::US_PROPERTY,
    // 85 FR 33396, effective 2020-09-29.
    from: Timestamp::from_secs(1_601_337_600),
    drive_s: 11 * HOUR,
    window_s: 14 * HOUR,
    break_after_s: 8 * HOUR,
    break_s: HOUR / 2,
    rest_s: 10 * HOUR,
    restart_s: 34 * HOUR,
    cycles: &[
        CycleLimit { cycle: Cycle::SeventyInEight, limit_s: 70 * HOUR, days: 8 },
        CycleLimit { cycle: Cycle::SixtyInSeven, limit_s: 60 * HOUR, days: 7 },
    ],
    split: SplitLimits { shorter_s: 2 * HOUR, berth_s: 7 * HOUR, together_s: 10 * HOUR },
}];

impl Ruleset {
    /// Property-carrying vehicles in the United States: 49 CFR Part 395.
    pub const US_PROPERTY: &'static str = "us_property";

    /// The newest set of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RULESETS.iter().find(|rules| rules.name == name)
    }

    /// The limit of a cycle; `None` where this set does not have it.
    pub fn limit(&self, cycle: Cycle) -> Option<CycleLimit> {
        self.cycles.iter().copied().find(|limit| limit.cycle == cycle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_known_by_their_words() {
        assert_eq!(Cycle::of("70/8"), Some(Cycle::SeventyInEight));
        assert_eq!(Cycle::of("60/7"), Some(Cycle::SixtyInSeven));
        assert_eq!(Cycle::of("70/7"), None);
    }

    #[test]
    fn only_rules_in_the_table_are_known() {
        assert!(Ruleset::named("us_property").is_some());
        assert!(Ruleset::named("canada_south").is_none());
    }
}
