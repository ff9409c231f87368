//! Drivers and their hours-of-service clocks, as an ELD reports them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{RowText, Timestamp, UnitId};

/// A driver's duty status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyStatus {
    /// At the wheel (49 CFR 395.8).
    Driving,
    /// On duty, not driving.
    OnDuty,
    /// Off duty.
    OffDuty,
    /// In the sleeper berth.
    Sleeper,
    /// On duty, moving in a yard.
    YardMove,
    /// Off duty, driving for oneself.
    PersonalConveyance,
    /// The ELD does not say.
    #[default]
    Unknown,
}

impl DutyStatus {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Driving => "driving",
            Self::OnDuty => "on_duty",
            Self::OffDuty => "off_duty",
            Self::Sleeper => "sleeper",
            Self::YardMove => "yard_move",
            Self::PersonalConveyance => "personal_conveyance",
            Self::Unknown => "unknown",
        }
    }
}

impl DutyStatus {
    /// Whether he rests: off duty, in the sleeper, or on the road for himself, which is off duty too.
    pub const fn is_rest(self) -> bool {
        match self {
            Self::OffDuty | Self::Sleeper | Self::PersonalConveyance => true,
            Self::Driving | Self::OnDuty | Self::YardMove | Self::Unknown => false,
        }
    }
}

/// What is known of a driver's duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    /// His status.
    pub status: DutyStatus,
    /// Since when that; `None` where nobody told.
    pub since_at: Option<Timestamp>,
    /// Since when he has rested, in one status of rest or another, without anything between; `None` while he
    /// does not rest. He may have rested for longer than anybody can tell.
    pub rest_since_at: Option<Timestamp>,
    /// When his status was told last.
    pub heard_at: Option<Timestamp>,
    /// What was left then.
    pub left: WorkLeft,
}

/// What is left of the clocks that work takes from, in seconds; `None` where nobody told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkLeft {
    /// Of the 11 hours: driving takes from it.
    pub drive_s: Option<i64>,
    /// Of 60/7 or 70/8: everything on duty takes from it.
    pub cycle_s: Option<i64>,
}

/// What is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyWord {
    /// His status at an instant, along with his clocks.
    Now {
        /// The status; `None` where the logs alone tell it.
        status: Option<DutyStatus>,
        /// Since when that, where it is told.
        since_at: Option<Timestamp>,
        /// The instant.
        at: Timestamp,
        /// Seconds between two such words, as a rule.
        every_s: i64,
        /// What was left at that instant.
        left: WorkLeft,
    },
    /// The newest line of his log.
    Line {
        /// The status.
        status: DutyStatus,
        /// Since when.
        since_at: Timestamp,
    },
    /// The end of his log, whole: it counts where the clocks tell the same status.
    End(LogEnd),
    /// A line that comes late: another that followed it was told before.
    Past {
        /// The status.
        status: DutyStatus,
        /// Since when.
        since_at: Timestamp,
    },
}

/// How a driver's log ends: the status that is open in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// The status.
    pub status: DutyStatus,
    /// Since when it holds.
    pub held: Since,
    /// Since when he rests, in one status of rest or another; as `held` where he does not.
    pub rested: Since,
}

/// Since when something holds, by a log that may not reach back to its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Since then without anything between.
    pub at: Timestamp,
    /// The end of what the log last has that is something else: it began no earlier. Time that no line tells of
    /// may lie between. `None` where the log has nothing else.
    pub not_before: Option<Timestamp>,
}

/// What an ELD says is left, in whole seconds; `None` where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Duty status; `None` where this source tells it apart, by [`Change::Duty`](super::Change::Duty).
    pub status: Option<DutyStatus>,
    /// Since when that status, where told.
    pub status_since_at: Option<Timestamp>,
    /// Driving left of the 11 hours (49 CFR 395.3(a)(3)(i)).
    pub drive_left_s: Option<i64>,
    /// Time left of the 14-hour window (395.3(a)(2)).
    pub shift_left_s: Option<i64>,
    /// Driving left before a 30-minute interruption (395.3(a)(3)(ii)).
    pub break_left_s: Option<i64>,
    /// On-duty time left of 60/7 or 70/8 (395.3(b)).
    pub cycle_left_s: Option<i64>,
    /// What of the cycle will be there tomorrow.
    pub cycle_tomorrow_s: Option<i64>,
    /// When this was true: the provider's word, else when it answered.
    pub as_of_at: Timestamp,
}

/// Where totals of a day come from, most trusted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DutySource {
    /// The day's log, added up by duty status.
    Log,
    /// What counts against the cycle, as told beside the clocks.
    Recap,
}

impl DutySource {
    /// The word used in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Recap => "recap",
        }
    }
}

/// What a driver did on one day, in whole seconds; `None` where this source does not say.
///
/// The day is one of the driver's home terminal, named as it was told. Time on duty is in one of two
/// fields, by whether the time at the wheel is in it: no source tells both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyDay {
    /// Which day.
    pub date: Date,
    /// At the wheel.
    pub driving_s: Option<i64>,
    /// On duty and not driving (line 4 of the log, 49 CFR 395.8(h)): add `driving_s` for what counts
    /// against the cycle.
    pub on_duty_not_driving_s: Option<i64>,
    /// On duty, driving included (49 CFR 395.2): what counts against the cycle.
    pub on_duty_s: Option<i64>,
    /// Off duty.
    pub off_duty_s: Option<i64>,
    /// In the sleeper berth.
    pub sleeper_s: Option<i64>,
    /// Waiting at a well site, which is off duty for some drivers only (395.1(d)(2)): on duty for whoever
    /// cannot tell.
    pub waiting_s: Option<i64>,
}

impl DutyDay {
    /// A day of which nothing is told.
    pub const fn untold(date: Date) -> Self {
        Self {
            date,
            driving_s: None,
            on_duty_not_driving_s: None,
            on_duty_s: None,
            off_duty_s: None,
            sleeper_s: None,
            waiting_s: None,
        }
    }
}

/// What counts against a driver's cycle on one day of his home terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutyTotal {
    /// The day, named as it was told.
    pub date: Date,
    /// Seconds on duty, the wheel included (49 CFR 395.2).
    pub on_duty_s: i64,
}

/// Every driver's days, newest first, as far as anybody tells them.
pub type DutyHistory = BTreeMap<UnitId, Vec<DutyTotal>>;

/// A person who drives: one row of `drivers`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Driver {
    /// Our id.
    pub id: UnitId,
    /// "First Last", in the TMS's spelling where it knows the driver, else the ELD's.
    pub name: RowText,
    /// Phone, as told.
    pub phone: Option<RowText>,
    /// IANA zone of the home terminal.
    pub timezone: Option<RowText>,
    /// The rule set the ELD applies, in its words.
    pub ruleset: Option<RowText>,
    /// The TMS's dispatcher or fleet manager of the driver.
    pub dispatcher: Option<RowText>,
    /// Duty status.
    pub hos_status: DutyStatus,
    /// Since when that status.
    pub hos_status_since_at: Option<Timestamp>,
    /// Since when he rests, in one status of rest or another; see [`Duty::rest_since_at`].
    #[serde(skip)]
    pub hos_rest_since_at: Option<Timestamp>,
    /// Seconds of driving left.
    pub drive_left_s: Option<i64>,
    /// Seconds of the 14-hour window left.
    pub shift_left_s: Option<i64>,
    /// Seconds of driving left before the break.
    pub break_left_s: Option<i64>,
    /// Seconds of the cycle left.
    pub cycle_left_s: Option<i64>,
    /// Seconds of the cycle left tomorrow.
    pub cycle_tomorrow_s: Option<i64>,
    /// When the clocks were true.
    pub hos_as_of_at: Option<Timestamp>,
    /// Degrees north: of the tractor, where there is one.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Where that is, in words.
    pub place: Option<String>,
    /// The tractor.
    pub tractor_id: Option<UnitId>,
    /// The load.
    pub movement_id: Option<RowText>,
    /// The account whose clocks these are.
    pub source: Option<RowText>,
    /// The device's time of the position.
    pub observed_at: Option<Timestamp>,
    /// When the row's content last changed here.
    pub updated_at: Timestamp,
    /// When an upstream last confirmed it.
    pub synced_at: Timestamp,
    /// When what we work out ourselves was last worked out.
    pub computed_at: Option<Timestamp>,
}
