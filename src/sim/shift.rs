//! Hours of service as the simulated drivers keep them (US property, 70/8): what an activity costs
//! and how long may still be driven. Seconds throughout; no calendar, no clock.

/// What a stretch of time counts as in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyStatus {
    /// At the wheel.
    Driving,
    /// Working, not driving.
    OnDuty,
    /// Resting, not in the berth.
    OffDuty,
    /// Resting in the berth.
    Sleeper,
}

/// Driving between two rests of ten hours.
pub const DRIVE: i32 = 11 * 3600;
/// The window in which it may be driven.
pub const WINDOW: i32 = 14 * 3600;
/// Driving before a break of thirty minutes.
pub const BREAK: i32 = 8 * 3600;
/// On duty between two restarts: no simulated week is long enough for a day to drop off.
pub const CYCLE: i32 = 70 * 3600;
/// A break.
pub const PAUSE: i32 = 30 * 60;
/// A rest.
pub const REST: i32 = 10 * 3600;
/// A restart.
pub const RESTART: i32 = 34 * 3600;

/// The four clocks of a driver, and the runs that reset them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Driving left.
    pub drive: i32,
    /// When the window ends, on the caller's own second count; `None` while it has not begun.
    pub window_end: Option<i32>,
    /// Driving left before the break.
    pub until_break: i32,
    /// On duty left.
    pub cycle: i32,
    /// Not driving for so long.
    still: i32,
    /// Off duty or in the berth for so long.
    off: i32,
}

impl Hours {
    /// After a restart.
    pub const FRESH: Self = Self {
        drive: DRIVE,
        window_end: None,
        until_break: BREAK,
        cycle: CYCLE,
        still: RESTART,
        off: RESTART,
    };

    /// What is left after `duty` from `start` for `seconds`.
    #[must_use]
    pub fn after(mut self, duty: DutyStatus, start: i32, seconds: i32) -> Self {
        if seconds <= 0 {
            return self;
        }
        match duty {
            DutyStatus::Driving => {
                self.window_end.get_or_insert(start + WINDOW);
                self.drive -= seconds;
                self.until_break -= seconds;
                self.cycle -= seconds;
                (self.still, self.off) = (0, 0);
            }
            DutyStatus::OnDuty => {
                self.window_end.get_or_insert(start + WINDOW);
                self.cycle -= seconds;
                self.still = self.still.saturating_add(seconds);
                self.off = 0;
            }
            DutyStatus::OffDuty | DutyStatus::Sleeper => {
                self.still = self.still.saturating_add(seconds);
                self.off = self.off.saturating_add(seconds);
            }
        }
        if self.still >= PAUSE {
            self.until_break = BREAK;
        }
        if self.off >= REST {
            (self.drive, self.window_end) = (DRIVE, None);
        }
        if self.off >= RESTART {
            self.cycle = CYCLE;
        }
        self
    }

    /// How long may be driven without pause from `now`; never negative.
    pub fn may_drive(&self, now: i32) -> i32 {
        self.drive.min(self.until_break).min(self.cycle).min(self.window(now)).max(0)
    }

    /// What is left of the window at `now`: whole while it has not begun, never negative.
    pub fn window(&self, now: i32) -> i32 {
        self.window_end.map_or(WINDOW, |end| (end - now).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_hours_of_driving_want_a_break_and_eleven_want_a_rest() {
        let driven = Hours::FRESH.after(DutyStatus::Driving, 0, BREAK);
        assert_eq!(driven.may_drive(BREAK), 0);
        let rested = driven.after(DutyStatus::OnDuty, BREAK, PAUSE);
        assert_eq!(rested.may_drive(BREAK + PAUSE), 3 * 3600);
        let spent = rested.after(DutyStatus::Driving, BREAK + PAUSE, 3 * 3600);
        assert_eq!(spent.may_drive(DRIVE + PAUSE), 0);
        assert_eq!(spent.after(DutyStatus::Sleeper, DRIVE + PAUSE, REST - 1).drive, 0);
        assert_eq!(spent.after(DutyStatus::Sleeper, DRIVE + PAUSE, REST).drive, DRIVE);
    }

    #[test]
    fn the_window_runs_through_breaks() {
        let hours =
            Hours::FRESH.after(DutyStatus::OnDuty, 0, 3600).after(DutyStatus::OffDuty, 3600, 5 * 3600);
        assert_eq!(hours.window(6 * 3600), 8 * 3600);
        assert_eq!(hours.cycle, CYCLE - 3600);
    }
}
