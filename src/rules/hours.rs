//! Hours of service: what is left now of clocks that were true a while ago, and the earliest legal time at
//! which work can be done (49 CFR Part 395). Nothing here knows where anything is.

pub mod lint;

mod aged;
mod days;
mod node;
mod plan;
mod postpone;
mod request;
mod ruleset;
mod search;
mod stages;
mod state;
mod told;

pub use aged::{Aged, AgedHours, Confidence, aged};
pub use plan::{plan, soonest};
pub use request::{Halt, Limit, Note, Plan, Refusal, Request, Segment, SegmentKind, Split, Task};
pub use ruleset::{Cycle, CycleLimit, Ruleset, SplitLimits};

use crate::model::{Driver, DutyStatus, Reason, Timestamp};

/// A shift clock at or above this has not started: 14 h (49 CFR 395.3(a)(2)).
const FULL_SHIFT_S: i64 = 14 * 3600;

/// What is left now, in seconds; `None` where the ELD did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Of the 11 hours.
    pub drive_s: Option<i64>,
    /// Of the 14-hour window.
    pub shift_s: Option<i64>,
    /// Before the 30-minute interruption.
    pub break_s: Option<i64>,
    /// Of 60/7 or 70/8.
    pub cycle_s: Option<i64>,
}

impl Left {
    /// The clock behind a reason; `None` where it is not known, and of a reason that no clock is behind.
    pub const fn of(&self, reason: Reason) -> Option<i64> {
        match reason {
            Reason::Drive => self.drive_s,
            Reason::Shift => self.shift_s,
            Reason::Break => self.break_s,
            Reason::Cycle => self.cycle_s,
            _ => None,
        }
    }

    /// The clock that ends driving first, with its name; `None` when none is known.
    pub fn first_to_bite(&self) -> Option<(&'static str, i64)> {
        let clocks =
            [("11H", self.drive_s), ("14H", self.shift_s), ("BREAK", self.break_s), ("CYCLE", self.cycle_s)];
        clocks.into_iter().filter_map(|(name, left)| Some((name, left?))).min_by_key(|(_, left)| *left)
    }
}

/// A driver's clocks counted down from when they were true to `now`, by the rule each follows in
/// the present duty status; never below zero. This is what screens show beside the ELD's own word, so rest
/// is not credited: that is the ELD's to say. What a plan starts from is [`aged`].
pub fn left_at(driver: &Driver, now: Timestamp) -> Left {
    let gone = driver.hos_as_of_at.map_or(0, |as_of| now.secs_since(as_of).max(0));
    let (driving, on_duty) = match driver.hos_status {
        DutyStatus::Driving => (gone, gone),
        DutyStatus::OnDuty | DutyStatus::YardMove => (0, gone),
        DutyStatus::OffDuty | DutyStatus::Sleeper | DutyStatus::PersonalConveyance | DutyStatus::Unknown => {
            (0, 0)
        }
    };
    // The 14-hour window does not stop for a break, but it starts only with work.
    let window = match driver.shift_left_s {
        Some(left) if left >= FULL_SHIFT_S => on_duty,
        _ => gone,
    };
    let less = |clock: Option<i64>, by: i64| clock.map(|left| (left - by).max(0));
    Left {
        drive_s: less(driver.drive_left_s, driving),
        shift_s: less(driver.shift_left_s, window),
        break_s: less(driver.break_left_s, driving),
        cycle_s: less(driver.cycle_left_s, on_duty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(status: DutyStatus, shift: i64, minutes: i64) -> [Option<i64>; 4] {
        let driver = Driver {
            hos_status: status,
            drive_left_s: Some(3600),
            shift_left_s: Some(shift),
            break_left_s: Some(1800),
            cycle_left_s: None,
            hos_as_of_at: Some(Timestamp::from_secs(0)),
            ..Driver::default()
        };
        let left = left_at(&driver, Timestamp::from_secs(minutes * 60));
        [left.drive_s, left.shift_s, left.break_s, left.cycle_s]
    }

    #[test]
    fn each_clock_counts_down_by_its_own_rule() {
        assert_eq!(left(DutyStatus::Driving, 7200, 40), [Some(1200), Some(4800), Some(0), None]);
        assert_eq!(left(DutyStatus::OnDuty, 7200, 40), [Some(3600), Some(4800), Some(1800), None]);
        assert_eq!(left(DutyStatus::OffDuty, 7200, 40), [Some(3600), Some(4800), Some(1800), None]);
        assert_eq!(left(DutyStatus::OffDuty, FULL_SHIFT_S, 40)[1], Some(FULL_SHIFT_S));
    }

    #[test]
    fn the_first_limit_to_bite_is_named() {
        let some = Left { drive_s: Some(10), shift_s: Some(5), break_s: None, cycle_s: Some(9) };
        assert_eq!(some.first_to_bite(), Some(("14H", 5)));
        assert_eq!(Left::default().first_to_bite(), None);
    }
}
