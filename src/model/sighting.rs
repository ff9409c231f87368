//! Where and when a unit was seen, and what may be made of that: what judging a fix is asked with,
//! and what it answers.

use super::{Fix, Timestamp};

/// A place and a time. Latitude and longitude are WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The device's time.
    pub observed_at: Timestamp,
}

impl Sighting {
    /// Of a row's three columns, where none of them is missing.
    pub fn of(latitude: Option<f64>, longitude: Option<f64>, observed_at: Option<Timestamp>) -> Option<Self> {
        Some(Self { latitude: latitude?, longitude: longitude?, observed_at: observed_at? })
    }
}

impl From<&Fix> for Sighting {
    fn from(fix: &Fix) -> Self {
        Self { latitude: fix.latitude, longitude: fix.longitude, observed_at: fix.observed_at }
    }
}

/// What may be made of a fix. The reasons are a fixed set of words, so that they can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It moves the unit, and clears it of what was in doubt.
    Moves,
    /// It moves the unit, and bears out the fix that was in doubt: both are true.
    BearsOut,
    /// It is the one we have: a confirmation.
    Same,
    /// It is sound, but older than the one we have: history.
    Older(&'static str),
    /// Only the next one can tell whether it is true: it is set aside, and remembered.
    Doubtful(&'static str),
    /// It is the one in doubt, told again: that proves nothing.
    StillDoubtful,
    /// It cannot be true.
    Unsound(&'static str),
}
