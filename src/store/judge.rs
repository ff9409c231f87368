//! The judgements that writing needs, handed in so that the store holds none of its own.

use std::time::Duration;

use crate::model::{
    Cell, Claim, Duty, DutyWord, Engine, Fix, HoursWord, Linked, Motion, ObservedStay, PlannedStop, Point,
    Record, Sighting, StopKey, Timestamp, TrailPoint, UnitKind, Verdict, Wish,
};

/// The judgements that writing needs, handed in so that the store holds none of its own.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    /// What may be made of a fix.
    pub sane: Sane,
    /// Whether a reading may be from then: the reason why not, where it may not.
    pub timely: fn(Timestamp, Timestamp) -> Result<(), &'static str>,
    /// What a fix shows after the one before it, where it tells no speed, and the engine.
    pub motion: fn(&Fix, Option<Sighting>, Option<Engine>) -> Motion,
    /// Whether a unit that stood at one place and stands at another has stayed where it was.
    pub stays_put: fn(Sighting, Sighting) -> bool,
    /// How long a unit in that state may be silent before it is dark.
    pub patience: fn(UnitKind, Motion) -> Duration,
    /// Which records are one unit.
    pub link: fn(UnitKind, &[Record], &[Wish]) -> Linked,
    /// What is known of a driver's duty once something was told of it.
    pub duty: fn(Duty, DutyWord) -> Duty,
    /// Which account is believed about a driver's hours.
    pub believe: fn(&[HoursWord], Timestamp) -> Option<usize>,
    /// Which claim holds for each left one.
    pub settle: for<'a> fn(Vec<Claim<'a>>) -> Vec<Claim<'a>>,
    /// Where a fix belongs among those that a tractor's stays are judged by; the places are its stops'.
    pub cell: fn(&[Point], &Fix) -> Cell,
    /// When a tractor was at which of its stops.
    pub stays: Stays,
}

/// Judges a tractor's stays by the fixes that were kept, in any order.
pub type Stays = fn(&[PlannedStop], &[TrailPoint]) -> Vec<(StopKey, ObservedStay)>;

/// Judges a fix against the one its unit is shown at, the one in doubt, and now.
pub type Sane = fn(Sighting, Option<Sighting>, Option<Sighting>, Timestamp) -> Verdict;
