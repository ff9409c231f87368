//! What we make of a load: when it can be where, by which plan, what stands in the way, and how old the
//! oldest thing is that this rests on. Worked out in `rules`, never told by anybody.

use std::cmp::Ordering;

use serde::Serialize;

use super::{EtaSource, Keyed, MovementKey, Risk, RowText, Timestamp, UnitId};

/// The one thing that, if it went away, would put a load into a better class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It is too far: even without hours of service the truck would not be there.
    Distance,
    /// The 11 hours of driving (49 CFR 395.3(a)(3)(i)).
    Drive,
    /// The 14-hour window (395.3(a)(2)).
    Shift,
    /// The 30-minute interruption (395.3(a)(3)(ii)).
    Break,
    /// 60/7 or 70/8 (395.3(b)).
    Cycle,
    /// Waiting for a gate to open at a stop before.
    ApptWait,
    /// Loading or unloading at a stop before.
    Dwell,
    /// Where the truck is is not known, or not any more.
    StaleGps,
    /// The driver's hours are not known, not any more, or follow rules that we do not plan by.
    StaleHos,
    /// Nobody is to drive it, or nothing to drive it with.
    NoDriver,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Distance,
        Self::Drive,
        Self::Shift,
        Self::Break,
        Self::Cycle,
        Self::ApptWait,
        Self::Dwell,
        Self::StaleGps,
        Self::StaleHos,
        Self::NoDriver,
    ];

    /// The code used in the database, in JSON and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Distance => "DISTANCE",
            Self::Drive => "11H",
            Self::Shift => "14H",
            Self::Break => "BREAK",
            Self::Cycle => "CYCLE",
            Self::ApptWait => "APPT_WAIT",
            Self::Dwell => "DWELL",
            Self::StaleGps => "STALE_GPS",
            Self::StaleHos => "STALE_HOS",
            Self::NoDriver => "NO_DRIVER",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// A thing that a judgement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Where the truck is.
    Position,
    /// The driver's hours.
    Hours,
    /// The travel time.
    Route,
    /// What the TMS says of the load.
    Load,
}

impl Input {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Hours => "hours",
            Self::Route => "route",
            Self::Load => "load",
        }
    }
}

/// The oldest thing that a judgement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Oldest {
    /// Which.
    pub input: Input,
    /// When it was true.
    pub at: Timestamp,
}

/// When a remaining stop is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// The stop.
    pub stop_id: RowText,
    /// Practically: with the truck's own speed, paperwork and fuel.
    pub eta_at: Option<Timestamp>,
    /// Legally, at the earliest.
    pub legal_eta_at: Option<Timestamp>,
    /// Who worked out the travel time.
    pub eta_source: Option<EtaSource>,
    /// Seconds past the window's end, practically; negative is time to spare. `None` without a window.
    pub late_s: Option<i64>,
    /// Whether it makes its window.
    pub risk: Risk,
}

/// Where a driver's hours end on the present plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RunsOut {
    /// Which limit.
    pub limit: Reason,
    /// When.
    pub at: Timestamp,
    /// Degrees north: a point on the straight line between the stops, in proportion to the time driven.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Driving left to the next stop from there, in seconds.
    pub short_of_s: i64,
    /// Whether the limit and the instant hold only if the half hour is due as the plan has it: the ELD does not tell.
    pub at_supposed: bool,
    /// The same of the place and of how far short it is.
    pub place_supposed: bool,
}

/// One row of `judgements`: what we make of one load.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Judgement {
    /// The TMS company.
    pub company_id: RowText,
    /// The movement.
    pub movement_id: RowText,
    /// The tractor it was worked out for.
    pub tractor_id: Option<UnitId>,
    /// The driver it was worked out for.
    pub driver_id: Option<UnitId>,
    /// The worst class among the remaining stops.
    pub risk: Risk,
    /// Why.
    pub reason: Option<Reason>,
    /// The stop that the class and the reason are about.
    pub stop_id: Option<RowText>,
    /// That, practically, in seconds past its window's end; negative is time to spare.
    pub late_s: Option<i64>,
    /// Every remaining stop, in the order they are driven.
    pub arrivals: Vec<Arrival>,
    /// Until when the driver can stay off duty and still meet every window, legally.
    pub latest_departure_at: Option<Timestamp>,
    /// Until when he can stay off duty and still meet the window of `stop_id`, legally; only of one that is tight or
    /// at risk there.
    pub leave_by_at: Option<Timestamp>,
    /// Driving left to the last stop, in seconds, practically.
    pub drive_s: Option<i64>,
    /// Where the driver's hours end before the work does.
    pub runs_out: Option<RunsOut>,
    /// When its travel times were told.
    pub routed_at: Option<Timestamp>,
    /// What else there is to say: sentences, each of which begins with a code.
    pub notes: Vec<String>,
    /// When it was worked out.
    pub computed_at: Timestamp,
}

impl Keyed for Judgement {
    type Key = MovementKey;

    fn key(&self) -> MovementKey {
        MovementKey { company_id: self.company_id.clone(), id: self.movement_id.clone() }
    }

    fn cmp_key(&self, key: &MovementKey) -> Ordering {
        (&self.company_id, &self.movement_id).cmp(&(&key.company_id, &key.id))
    }

    fn cmp_row(&self, other: &Self) -> Ordering {
        (&self.company_id, &self.movement_id).cmp(&(&other.company_id, &other.movement_id))
    }
}
