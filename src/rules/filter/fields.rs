//! What each kind of row can be asked, and how its values are found: as of now, and never a guess.

mod drivers;
mod feeds;
mod movements;
mod tractors;
mod trailers;

use super::{Scene, Value, Words};
use crate::model::{Driver, Engine, Loaded, Motion, Timestamp, Tractor, Trailer, UnitId, UnitKind};
use crate::rules::{dwell, motion};

const FREIGHT: Words = &[("empty", "empty"), ("loaded", "loaded")];

const MOTION: Words = &[("moving", "moving"), ("idle", "idle"), ("stopped", "stopped"), ("dark", "dark")];

fn driver<'a>(id: Option<&UnitId>, scene: &Scene<'a>) -> Option<&'a Driver> {
    scene.fleet.drivers.get(id?).map(AsRef::as_ref)
}

fn tractor<'a>(id: Option<&UnitId>, scene: &Scene<'a>) -> Option<&'a Tractor> {
    scene.fleet.tractors.get(id?).map(AsRef::as_ref)
}

fn trailer<'a>(id: Option<&UnitId>, scene: &Scene<'a>) -> Option<&'a Trailer> {
    scene.fleet.trailers.get(id?).map(AsRef::as_ref)
}

fn name_of<'a>(id: Option<&UnitId>, scene: &Scene<'a>) -> Value<'a> {
    Value::text(driver(id, scene).map(|driver| driver.name.as_str()))
}

fn number_of<'a>(id: Option<&UnitId>, scene: &Scene<'a>) -> Value<'a> {
    Value::text(tractor(id, scene).map(|tractor| tractor.unit_number.as_str()))
}

/// A trailer with its freight, either of which may not be known.
fn pulled<'a>(id: Option<&UnitId>, scene: &Scene<'a>) -> Value<'a> {
    let trailer = trailer(id, scene);
    Value::Trailer {
        number: trailer.map(|trailer| trailer.unit_number.as_str()),
        freight: trailer.and_then(|trailer| freight(trailer.loaded)),
    }
}

const fn freight(loaded: Loaded) -> Option<&'static str> {
    match loaded {
        Loaded::Loaded | Loaded::Empty => Some(loaded.word()),
        Loaded::Unknown => None,
    }
}

/// What is known of where a unit is, of either kind.
struct Unit {
    kind: UnitKind,
    state: Motion,
    since: Option<Timestamp>,
    /// When it was first seen to stand where it stands, and last before that rolling or elsewhere.
    stood: (Option<Timestamp>, Option<Timestamp>),
    /// What its engine does, and since when.
    engine: (Option<Engine>, Option<Timestamp>),
    observed_at: Option<Timestamp>,
    speed_mph: Option<f64>,
}

impl Unit {
    fn motion(&self, now: Timestamp) -> Motion {
        motion::at(self.kind, self.state, self.observed_at, now)
    }

    fn state(&self, now: Timestamp) -> Value<'static> {
        Value::Word(self.motion(now).word())
    }

    /// How long it does what it does; of one gone dark, how long that is.
    fn lasts(&self, now: Timestamp) -> Value<'static> {
        match self.motion(now) {
            Motion::Moving => Value::ago(self.since, now),
            state @ (Motion::Idle | Motion::Stopped) => {
                let does = (state, self.since);
                Value::dwell(dwell::lasts(does, self.stood, self.engine, self.observed_at, now))
            }
            Motion::Dark => Value::ago(self.observed_at, now),
        }
    }

    /// How long it has stood: not heard of is not standing still.
    fn stands(&self, now: Timestamp) -> Value<'static> {
        match self.motion(now) {
            Motion::Moving => Value::Nothing,
            state @ (Motion::Idle | Motion::Stopped) => {
                Value::dwell(dwell::dwell(state, self.stood, self.observed_at, now))
            }
            Motion::Dark => Value::Unknown,
        }
    }

    /// How fast it is now: what stands is not, whatever its last fix says.
    fn speed(&self, now: Timestamp) -> Value<'static> {
        match self.motion(now) {
            Motion::Moving => Value::amount(self.speed_mph),
            Motion::Idle | Motion::Stopped => Value::Amount(0.0),
            Motion::Dark => Value::Unknown,
        }
    }
}
