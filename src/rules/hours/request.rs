//! What the planner is asked, and what it can answer: shapes and the checks of their sense. No search.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use super::ruleset::{Cycle, CycleLimit, Ruleset};
use crate::model::{DutyStatus, Timestamp};

/// One driver's hours at one instant, and what is to be done. All durations are whole seconds.
#[derive(Clone, Debug)]
pub struct Request {
    /// The instant at which all of this is true. A fraction of a second is dropped.
    pub now: Timestamp,
    /// The zone of the home terminal.
    pub zone: TimeZone,
    /// When the carrier's days begin there (49 CFR 395.2).
    pub day_start: Time,
    /// The limits.
    pub ruleset: &'static Ruleset,
    /// Which of its cycles.
    pub cycle: Cycle,
    /// What the driver is doing.
    pub status: DutyStatus,
    /// Consecutive time off duty or in the berth so far; 0 on duty.
    pub rested_s: i64,
    /// Driving left of the shift's 11 hours.
    pub drive_left_s: i64,
    /// What is left of the 14-hour window; `None` where it has not started.
    pub shift_left_s: Option<i64>,
    /// Driving left before the 30-minute interruption; `None` for a short-haul driver, who needs none.
    pub break_left_s: Option<i64>,
    /// On-duty time left of the cycle; 0 when over it.
    pub cycle_left_s: i64,
    /// On-duty time of each carrier's day since the last restart, today first; `None` where not told.
    pub on_duty_days_s: Option<Vec<i64>>,
    /// The first half of a split rest; `None`: no split in the plan.
    pub split: Option<Split>,
    /// What is to be done, in this order.
    pub tasks: Vec<Task>,
}

/// The first period of a rest in two (49 CFR 395.1(g)(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long it was, in seconds.
    pub rest_s: i64,
    /// Seconds of it in the berth.
    pub sleeper_s: i64,
    /// Seconds driven since it ended.
    pub drive_since_s: i64,
}

/// One thing to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Seconds at the wheel; rests may cut it.
    Drive(i64),
    /// Seconds on duty, in one piece.
    Work(i64),
    /// An instant from `earliest` to `latest`, each open where `None`. Work right behind begins at it.
    Appointment {
        /// Not before.
        earliest: Option<Timestamp>,
        /// Not after, where that can still be had.
        latest: Option<Timestamp>,
    },
}

/// The earliest legal way to do all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// When the last task is done.
    pub arrival_at: Timestamp,
    /// What is done when: without gaps from now to the arrival.
    pub segments: Vec<Segment>,
    /// What made the plan stop or wait, each once, in order.
    pub binding: Vec<Limit>,
    /// Each stretch off duty, in order, and what it is for.
    #[serde(skip)]
    pub halts: Vec<Halt>,
    /// Always: what is not legal is not planned.
    pub legal: bool,
    /// Until when the driver can stay off duty and still meet every `latest`; `None` without one, or when
    /// one is missed.
    pub latest_departure_at: Option<Timestamp>,
    /// On-duty time left of the cycle at the arrival, not below 0.
    pub cycle_left_s: i64,
    /// What is to be known of this plan.
    pub notes: Vec<Note>,
}

/// A stretch of time in which one thing is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// What.
    pub kind: SegmentKind,
    /// From when.
    pub start_at: Timestamp,
    /// Until when.
    pub end_at: Timestamp,
    /// Why, in words.
    pub why: &'static str,
}

/// A stretch off duty with no duty in it, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// From when.
    pub start_at: Timestamp,
    /// Until when.
    pub end_at: Timestamp,
    /// What made the plan stop or wait there, each once.
    pub limits: Vec<Limit>,
}

/// What a driver does in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// At the wheel.
    Drive,
    /// On duty, not driving.
    Work,
    /// Off duty, for a limit.
    Rest,
    /// Off duty, for a time of day.
    Wait,
}

/// What can make a plan stop or wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Limit {
    /// 11 hours of driving.
    #[serde(rename = "11_hour")]
    Drive,
    /// The 14-hour window.
    #[serde(rename = "14_hour")]
    Window,
    /// 8 hours without an interruption.
    #[serde(rename = "break")]
    Break,
    /// 60/7 or 70/8.
    #[serde(rename = "cycle")]
    Cycle,
    /// A gate that is not open yet.
    #[serde(rename = "appointment")]
    Appointment,
}

impl Limit {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Drive, Self::Window, Self::Break, Self::Cycle, Self::Appointment];
}

/// A sentence that begins with its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// No day-by-day history was given.
    RecapUnknown,
    /// The days given do not add up to the cycle.
    HistoryDisagrees,
    /// The appointment, counted from 1, is met later than its `latest`.
    AppointmentMissed {
        /// Which appointment, counted from 1.
        appointment: usize,
        /// Its `latest`.
        latest: Timestamp,
        /// When it is met.
        met_at: Timestamp,
    },
    /// The clocks contradict one another.
    ClocksOdd(super::lint::Oddity),
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RecapUnknown => f.write_str(
                "recap_unknown: no on-duty time per day was given, so no hours come back but by a 34-hour restart",
            ),
            Self::HistoryDisagrees => f.write_str(
                "history_disagrees: the on-duty days do not add up to cycle_left_s, so no hours come back but by a 34-hour restart",
            ),
            Self::AppointmentMissed { appointment, latest, met_at } => write!(
                f,
                "appointment_missed: appointment {appointment} cannot be met by {latest}; the earliest legal time is {met_at}"
            ),
            Self::ClocksOdd(oddity) => write!(f, "clocks_odd: {oddity}"),
        }
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A set of rules we do not plan by.
    #[error("{0}")]
    UnsupportedRuleset(String),
    /// Clocks that no driver can have.
    #[error("{0}")]
    InvalidClocks(String),
    /// A question that makes no sense.
    #[error("{0}")]
    InvalidInput(String),
    /// More than can be searched in time.
    #[error("too much to plan at once: ask for fewer hours or fewer tasks")]
    SearchLimit,
}

impl Refusal {
    /// The code of the contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedRuleset(_) => "unsupported_ruleset",
            Self::InvalidClocks(_) => "invalid_clocks",
            Self::InvalidInput(_) => "invalid_input",
            Self::SearchLimit => "search_limit",
        }
    }
}

/// From 1900 to 2999, in seconds since the epoch: calendars reach well past any plan begun then.
const YEARS: std::ops::Range<i64> = -2_208_988_800..32_503_680_000;

/// The longest day: 24 hours and one of summer time's end.
const LONGEST_DAY_S: i64 = 25 * 3600;

impl Request {
    /// Seconds of duty asked for.
    pub(super) fn duty_s(&self) -> i64 {
        let seconds = self.tasks.iter().map(|task| match *task {
            Task::Drive(seconds) | Task::Work(seconds) => seconds,
            Task::Appointment { .. } => 0,
        });
        seconds.fold(0, i64::saturating_add)
    }

    /// The limit of the request's cycle, once everything in it has been found to make sense.
    pub(super) fn check(&self) -> Result<CycleLimit, Refusal> {
        let limit = self.ruleset.limit(self.cycle).ok_or_else(|| {
            let (cycle, name) = (self.cycle.word(), self.ruleset.name);
            Refusal::UnsupportedRuleset(format!("{name} has no cycle {cycle}"))
        })?;
        if !YEARS.contains(&whole_secs(self.now)) {
            return Err(Refusal::InvalidInput("now: must be from 1900 to 2999".to_owned()));
        }
        self.check_tasks()?;
        self.check_status()?;
        self.check_clocks(limit)?;
        if let Some(days) = &self.on_duty_days_s {
            check_days(days, limit.days)?;
        }
        if let Some(split) = &self.split {
            split.check(self.now, self.ruleset)?;
        }
        Ok(limit)
    }

    fn check_tasks(&self) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::InvalidInput(message.to_owned()));
        if self.tasks.is_empty() {
            return refuse("tasks: at least one is needed");
        }
        for task in &self.tasks {
            match *task {
                Task::Drive(..0) | Task::Work(..0) => return refuse("tasks: a duration is negative"),
                Task::Appointment { earliest: Some(earliest), latest: Some(latest) } if latest < earliest => {
                    return refuse("tasks: an appointment's latest is before its earliest");
                }
                Task::Drive(_) | Task::Work(_) | Task::Appointment { .. } => {}
            }
        }
        Ok(())
    }

    fn check_status(&self) -> Result<(), Refusal> {
        let resting = match self.status {
            DutyStatus::OffDuty | DutyStatus::Sleeper => true,
            DutyStatus::Driving | DutyStatus::OnDuty => false,
            DutyStatus::YardMove | DutyStatus::PersonalConveyance | DutyStatus::Unknown => {
                return Err(Refusal::UnsupportedRuleset(format!(
                    "no plan from status {}: clocks only",
                    self.status.word()
                )));
            }
        };
        if resting || (self.rested_s == 0 && self.shift_left_s.is_some()) {
            return Ok(());
        }
        Err(invalid(if self.rested_s == 0 {
            "shift_left_s: null means not started, which only a driver off duty can be"
        } else {
            "rested_s: must be 0 while driving or on duty"
        }))
    }

    fn check_clocks(&self, limit: CycleLimit) -> Result<(), Refusal> {
        let rules = self.ruleset;
        let clocks = [
            ("rested_s", Some(self.rested_s), i64::MAX),
            ("drive_left_s", Some(self.drive_left_s), rules.drive_s),
            ("shift_left_s", self.shift_left_s, rules.window_s),
            ("break_left_s", self.break_left_s, rules.break_after_s),
            ("cycle_left_s", Some(self.cycle_left_s), limit.limit_s),
        ];
        for (name, clock, most) in clocks {
            match clock {
                Some(..0) => return Err(invalid(&format!("{name}: is negative"))),
                Some(clock) if clock > most => {
                    return Err(invalid(&format!("{name}: {clock} is more than the {most} there are")));
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}

fn check_days(days: &[i64], expected: usize) -> Result<(), Refusal> {
    if days.len() != expected {
        let message = format!("on_duty_days_s: {} days, where the cycle has {expected}", days.len());
        return Err(Refusal::InvalidInput(message));
    }
    match days.iter().find(|day| !(0..=LONGEST_DAY_S).contains(*day)) {
        Some(day) => Err(invalid(&format!("on_duty_days_s: no day has {day} seconds on duty"))),
        None => Ok(()),
    }
}

impl Split {
    fn check(&self, now: Timestamp, rules: &Ruleset) -> Result<(), Refusal> {
        let since = whole_secs(now) - whole_secs(self.ended_at);
        let wrong = if self.rest_s < rules.split.shorter_s {
            "rest_s: the first half is at least 2 hours"
        } else if self.sleeper_s < 0 || self.sleeper_s > self.rest_s {
            "sleeper_s: must be from 0 to rest_s"
        } else if self.drive_since_s < 0 || self.drive_since_s > rules.drive_s {
            "drive_since_s: must be from 0 to 11 hours"
        } else if self.drive_since_s > since {
            "drive_since_s: is more than the time since ended_at"
        } else {
            return Ok(());
        };
        Err(invalid(&format!("split.{wrong}")))
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::InvalidClocks(message.to_owned())
}

/// Seconds since the epoch, a fraction dropped.
pub(super) const fn whole_secs(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}
