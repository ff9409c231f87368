//! A driver's hours at one instant of a plan, and how duty and rest move them. Whole seconds throughout; what
//! to do next is the search's to choose.

use super::days::{Calendar, NEVER};
use super::request::{Request, whole_secs};
use super::ruleset::{CycleLimit, Ruleset};
use crate::model::DutyStatus;

/// The most days a cycle looks back on.
const DAYS: usize = 8;

/// Where the hours stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Seconds after the request's `now`.
    pub at: i64,
    /// Driving left of the shift.
    pub drive: i64,
    /// When the window ends; [`NEVER`] while it has not started.
    pub window: i64,
    /// Driving left before an interruption; huge for short haul.
    pub break_left: i64,
    /// Off duty, or in the berth, without a gap.
    pub rest: i64,
    /// Not driving, without a gap.
    pub still: i64,
    /// The number of today in the calendar.
    pub day: u32,
    /// On duty today, yesterday …
    pub days: [i32; DAYS],
    /// Whether the first half of a split may still be used.
    pub pending: bool,
    /// Driven since that half ended.
    pub since_first: i64,
    /// How much of `rest` was not in the berth.
    pub out_of_berth: i64,
}

/// The first half of a split, as far as a second one asks.
#[derive(Clone, Copy, Debug)]
struct FirstHalf {
    ended: i64,
    /// The least a second half must last.
    second: i64,
    /// The least of it that must be in the berth.
    berth: i64,
}

/// The limits that hold in one plan, and its calendar.
#[derive(Clone, Debug)]
pub(super) struct Hours {
    pub rules: &'static Ruleset,
    pub limit: CycleLimit,
    pub calendar: Calendar,
    /// `break_after_s`, or huge for short haul.
    full_break: i64,
    first_half: Option<FirstHalf>,
}

/// Longer than any plan, and far from overflow.
const UNBOUND: i64 = i64::MAX / 4;

/// Whether the days of a request count, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    Known,
    Unknown,
    Disagrees,
}

impl Hours {
    /// The hours of a request that has been checked, as they stand at its `now`.
    pub(super) fn of(request: &Request, limit: CycleLimit) -> (Self, State, History) {
        let rules = request.ruleset;
        let now = whole_secs(request.now);
        let (days, history) = days_of(request, limit);
        let first_half = request.split.filter(|_| request.shift_left_s.is_some()).map(|split| FirstHalf {
            ended: whole_secs(split.ended_at) - now,
            second: rules.split.shorter_s.max(rules.split.together_s - split.rest_s),
            berth: if split.sleeper_s >= rules.split.berth_s { 0 } else { rules.split.berth_s },
        });
        let full_break = if request.break_left_s.is_some() { rules.break_after_s } else { UNBOUND };
        let hours = Self {
            rules,
            limit,
            calendar: Calendar::new(&request.zone, request.day_start, now),
            full_break,
            first_half,
        };
        // Beyond a restart, rest has no more to give.
        let rested = request.rested_s.min(rules.restart_s);
        let mut state = State {
            at: 0,
            drive: request.drive_left_s,
            window: request.shift_left_s.unwrap_or(NEVER),
            break_left: request.break_left_s.unwrap_or(UNBOUND),
            rest: rested,
            still: rested,
            day: 0,
            days,
            pending: first_half.is_some(),
            since_first: request.split.map_or(0, |split| split.drive_since_s),
            out_of_berth: if request.status == DutyStatus::Sleeper { 0 } else { rested },
        };
        hours.credit(&mut state);
        (hours, state, history)
    }

    /// On-duty time left of the cycle; negative once past it.
    pub(super) fn cycle_left(&self, state: &State) -> i64 {
        self.limit.limit_s - state.days.iter().take(self.limit.days).map(|day| i64::from(*day)).sum::<i64>()
    }

    /// Whether the driver may be at the wheel.
    pub(super) fn may_drive(&self, state: &State) -> bool {
        state.drive > 0 && state.at < state.window && state.break_left > 0 && self.cycle_left(state) > 0
    }

    /// Whether an interruption would bring back break time.
    pub(super) const fn break_is_full(&self, state: &State) -> bool {
        state.break_left >= self.full_break
    }

    /// Off duty for so long.
    pub(super) fn off(&mut self, state: &mut State, seconds: i64) {
        state.at += seconds;
        state.rest += seconds;
        state.still += seconds;
        self.turn_days(state);
        self.credit(state);
    }

    /// On duty, not driving, for so long: always legal.
    pub(super) fn work(&mut self, state: &mut State, seconds: i64) {
        if seconds == 0 {
            return;
        }
        self.start_window(state);
        let end = state.at + seconds;
        while state.at < end {
            let step = end.min(self.calendar.start(state.day + 1)) - state.at;
            state.at += step;
            state.still += step;
            self.count_today(state, step);
        }
        state.rest = 0;
        state.out_of_berth = 0;
        self.credit(state);
    }

    /// Drives up to so long, and stops where a limit says so. Returns how long that was.
    pub(super) fn drive(&mut self, state: &mut State, seconds: i64) -> i64 {
        let began = state.at;
        let most = seconds.min(state.drive).min(state.break_left);
        if most <= 0 || !self.may_drive(state) {
            return 0;
        }
        self.start_window(state);
        let end = (began + most).min(state.window);
        while state.at < end {
            let until = end.min(self.calendar.start(state.day + 1));
            let step = (until - state.at).min(self.cycle_left(state));
            if step <= 0 {
                break;
            }
            state.at += step;
            self.count_today(state, step);
        }
        let driven = state.at - began;
        state.drive -= driven;
        state.break_left -= driven;
        state.since_first += driven;
        state.rest = 0;
        state.still = 0;
        state.out_of_berth = 0;
        driven
    }

    /// Was at the wheel for so long, whatever the limits said of it.
    pub(super) fn drive_past_limits(&mut self, state: &mut State, seconds: i64) {
        // Counted as on duty; but at the wheel nothing interrupts.
        let break_left = state.break_left;
        self.work(state, seconds);
        state.drive = (state.drive - seconds).max(0);
        state.break_left = (break_left - seconds).max(0);
        state.since_first += seconds;
        state.still = if seconds > 0 { 0 } else { state.still };
    }

    /// How much rest completes the split, were it taken now; `None` without a first half to go with it.
    pub(super) fn completes_at(&self, state: &State) -> Option<i64> {
        let first = self.first_half.filter(|_| state.pending)?;
        // A rest that began before the first half ended is that half, not another.
        if state.at - state.rest < first.ended {
            return None;
        }
        let berth = if first.berth > 0 { first.berth + state.out_of_berth } else { 0 };
        Some(first.second.max(berth)).filter(|needed| *needed < self.rules.rest_s)
    }

    /// The hours after the split is used: 11 and 14 hours counted from the end of its first half, the second
    /// half not counted (49 CFR 395.1(g)(1)(iii)). `None` where this rest does not complete it.
    pub(super) fn with_split_used(&self, state: &State) -> Option<State> {
        let first = self.first_half?;
        if self.completes_at(state)? > state.rest {
            return None;
        }
        let between = state.at - state.rest - first.ended;
        Some(State {
            drive: self.rules.drive_s - state.since_first,
            window: state.at + self.rules.window_s - between,
            pending: false,
            ..*state
        })
    }

    fn start_window(&self, state: &mut State) {
        if state.window == NEVER {
            state.window = state.at + self.rules.window_s;
        }
    }

    fn count_today(&mut self, state: &mut State, seconds: i64) {
        state.days[0] = state.days[0].saturating_add(i32::try_from(seconds).unwrap_or(i32::MAX));
        self.turn_days(state);
    }

    /// What was on duty the longest ago drops at every beginning of a day.
    fn turn_days(&mut self, state: &mut State) {
        if state.at < self.calendar.start(state.day + 1) {
            return;
        }
        let day = self.calendar.number(state.at, state.day);
        let turned = (day - state.day) as usize;
        state.day = day;
        let kept = DAYS.saturating_sub(turned);
        state.days.copy_within(..kept, DAYS - kept);
        state.days.iter_mut().take(DAYS - kept).for_each(|day| *day = 0);
        state.days.iter_mut().skip(self.limit.days).for_each(|day| *day = 0);
    }

    /// What a rest, or a time of not driving, has brought back.
    fn credit(&self, state: &mut State) {
        if state.still >= self.rules.break_s {
            state.break_left = self.full_break;
        }
        if state.rest >= self.rules.rest_s {
            state.drive = self.rules.drive_s;
            state.window = NEVER;
            state.pending = false;
        }
        if state.rest >= self.rules.restart_s {
            state.days = [0; DAYS];
        }
    }
}

/// On-duty time by day: as told where that adds up, else all of it today's, so that nothing comes back early.
fn days_of(request: &Request, limit: CycleLimit) -> ([i32; DAYS], History) {
    const TOLERANCE_S: i64 = 60;
    let mut days = [0; DAYS];
    let history = match &request.on_duty_days_s {
        None => History::Unknown,
        Some(told) => {
            let left = (limit.limit_s - told.iter().sum::<i64>()).max(0);
            let most = TOLERANCE_S * i64::try_from(limit.days).unwrap_or(0);
            if (left - request.cycle_left_s).abs() <= most {
                days.iter_mut().zip(told).for_each(|(day, told)| *day = i32::try_from(*told).unwrap_or(0));
                return (days, History::Known);
            }
            History::Disagrees
        }
    };
    days[0] = i32::try_from(limit.limit_s - request.cycle_left_s).unwrap_or(0);
    (days, history)
}
