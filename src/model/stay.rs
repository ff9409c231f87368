//! When a truck was at a stop, as its positions show it. What the TMS says of the same stop stays in
//! [`super::TmsStop`], beside this and untouched by it.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::freight::closes_at;
use super::{Keyed, MovementStatus, Point, RowText, StopKey, Timestamp, UnitId};

/// How sure an arrival and a departure are: the surer of two is the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One fix alone proves it, nobody saw the truck come, or the load was given to it only afterwards.
    #[default]
    Low,
    /// It was there, at a time known to half an hour; or one visit served several stops of one place.
    Medium,
    /// It was seen to come, to stand and, where it left, to leave, each to five minutes.
    High,
}

impl Confidence {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A stop that a tractor is to make, with all that its arrival is judged by.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStop {
    /// Which.
    pub key: StopKey,
    /// The movement it is driven in.
    pub movement_id: String,
    /// Where that movement stands.
    pub status: MovementStatus,
    /// Place in the movement.
    pub sequence: i64,
    /// Where it is; `None` while nobody knows, so that no visit can be told to be one to it.
    pub place: Option<Point>,
    /// When the tractor was first known to be on the movement.
    pub assigned_at: Timestamp,
    /// Window opens.
    pub early_at: Option<Timestamp>,
    /// Window closes.
    pub late_at: Option<Timestamp>,
    /// When it was left, as others have it: another tractor's stay, else the TMS. No visit of this tractor
    /// follows from that, only which stop comes next.
    pub told_left_at: Option<Timestamp>,
    /// When the movement was over.
    pub ended_at: Option<Timestamp>,
}

impl PlannedStop {
    /// When its window closes, by the same rule as [`super::Stop::closes_at`].
    pub fn closes_at(&self) -> Option<Timestamp> {
        closes_at(self.early_at, self.late_at)
    }
}

/// Which of a tractor's fixes are kept to judge its stays by: of all in one cell, the earliest. So what
/// is kept does not depend on the order in which fixes come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// How closely is looked.
    pub grain: Grain,
    /// Which span of that grain, counted from the epoch.
    pub number: i64,
}

/// How closely a tractor is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// Far from every stop it is to make.
    Far,
    /// Near one, and standing.
    Standing,
    /// Near one, and rolling, or nobody says.
    Rolling,
}

impl Grain {
    /// Its number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Far => 0,
            Self::Standing => 1,
            Self::Rolling => 2,
        }
    }
}

/// A fix that proves something about a stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// The device's time.
    pub at: Timestamp,
    /// Miles from the stop.
    pub distance_mi: f64,
    /// Miles an hour.
    pub speed_mph: Option<f64>,
    /// The account that told it.
    pub account: String,
}

/// What a stay is concluded from. Kept small: a handful of fixes stand for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The first fix at the place.
    pub entered: Proof,
    /// The fix that proved that the truck had come to stay.
    pub stood: Proof,
    /// The last fix at the place, once it has left.
    pub last: Option<Proof>,
    /// The first fix away from it.
    pub left: Option<Proof>,
    /// Fixes at the place: up to the proof of arrival, and all of them once it has left. Of a truck that
    /// stands one a minute is counted.
    pub fixes: u32,
    /// How often it came: it may have been sent away and told to come back.
    pub visits: u32,
    /// Another stop of the same place is served by the same visit: the fixes cannot tell when the one
    /// ended and the other began.
    pub shared: bool,
    /// It was there before it was known to be on the load.
    pub assigned_later: bool,
}

/// What the fixes show of one stop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObservedStay {
    /// Best estimate of the arrival.
    pub arrived_at: Timestamp,
    /// It arrived after this; `None` where nobody saw it elsewhere before.
    pub arrived_after_at: Option<Timestamp>,
    /// It had arrived by this.
    pub arrived_by_at: Timestamp,
    /// Best estimate of the departure; `None` while nothing proves that it left. Silence proves nothing.
    pub departed_at: Option<Timestamp>,
    /// It left after this.
    pub departed_after_at: Option<Timestamp>,
    /// It had left by this.
    pub departed_by_at: Option<Timestamp>,
    /// How sure all of this is.
    pub confidence: Confidence,
    /// What it is concluded from.
    pub evidence: Evidence,
}

/// One row of `stays`: a stop that a tractor of ours was seen at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stay {
    /// The TMS company.
    pub company_id: RowText,
    /// The stop.
    pub stop_id: RowText,
    /// The movement it was driven in.
    pub movement_id: RowText,
    /// The tractor that was there.
    pub tractor_id: UnitId,
    /// When, and how that is known.
    #[serde(flatten)]
    pub observed: ObservedStay,
    /// How often fixes that came late changed what had been said before.
    pub amended: i64,
    /// When this was worked out.
    pub computed_at: Timestamp,
}

impl Stay {
    /// Whether the truck is still there, as far as anybody can tell.
    pub const fn is_open(&self) -> bool {
        self.observed.departed_at.is_none()
    }

    /// When the truck came, where the TMS says `told`. A truck that nobody saw elsewhere before may have been there
    /// for long when it was first seen: then an earlier arrival by the TMS stands.
    pub fn arrived_at(&self, told: Option<Timestamp>) -> Timestamp {
        let seen = self.observed.arrived_at;
        told.filter(|told| self.observed.arrived_after_at.is_none() && *told < seen).unwrap_or(seen)
    }
}

impl Keyed for Stay {
    type Key = StopKey;
    fn key(&self) -> StopKey {
        StopKey { company_id: self.company_id.clone(), id: self.stop_id.clone() }
    }
    fn cmp_key(&self, key: &StopKey) -> Ordering {
        (&self.company_id, &self.stop_id).cmp(&(&key.company_id, &key.id))
    }
    fn cmp_row(&self, other: &Self) -> Ordering {
        (&self.company_id, &self.stop_id).cmp(&(&other.company_id, &other.stop_id))
    }
}
