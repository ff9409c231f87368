//! Tractors and trailers, where they are, and which provider ids are the same unit.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

use super::{Driver, Keyed, Loaded, RowText, Timestamp};

/// Our id of a unit or driver: `ACCOUNT:EXTERNAL_ID` of whoever told us first. Opaque, never reused.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct UnitId(pub RowText);

impl UnitId {
    /// The id a unit gets when `account` is the first to tell of it.
    pub fn first_told(account: &str, external_id: &str) -> Self {
        Self(format!("{account}:{external_id}").into())
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of real thing a provider's record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A power unit.
    Tractor,
    /// Anything pulled.
    Trailer,
    /// A person who drives.
    Driver,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Tractor, Self::Trailer, Self::Driver];

    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tractor => "tractor",
            Self::Trailer => "trailer",
            Self::Driver => "driver",
        }
    }
}

/// One observed position. Latitude and longitude are WGS 84 degrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east (negative in America).
    pub longitude: f64,
    /// Miles an hour.
    pub speed_mph: Option<f64>,
    /// The tracker's own word on whether it rolls: what goes where it tells no speed.
    pub says: Option<Says>,
    /// Degrees clockwise from north, 0 to 360.
    pub heading_deg: Option<f64>,
    /// The provider's own words for the place.
    pub place: Option<String>,
    /// The device's time.
    pub observed_at: Timestamp,
}

/// What a tracker says of a unit's motion beside its speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    /// Whether it rolls.
    pub rolls: bool,
    /// Since when it rolls, or stands, at the latest.
    pub since_at: Option<Timestamp>,
}

/// What the engine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Not running.
    Off,
    /// Running and driving.
    On,
    /// Running and standing.
    Idle,
}

impl Engine {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Idle => "idle",
        }
    }
}

/// Readings other than the position, each with the time it was taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// Engine state and when that state began.
    pub engine: Option<(Engine, Timestamp)>,
    /// Fuel level, per cent.
    pub fuel_pct: Option<(f64, Timestamp)>,
    /// Odometer, miles.
    pub odometer_mi: Option<(f64, Timestamp)>,
}

/// Whether a unit moves, as judged from its fixes and its engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// Rolling.
    Moving,
    /// Standing with the engine on.
    Idle,
    /// Standing.
    Stopped,
    /// No fix for longer than its source's normal, or never one.
    #[default]
    Dark,
}

impl Motion {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Moving => "moving",
            Self::Idle => "idle",
            Self::Stopped => "stopped",
            Self::Dark => "dark",
        }
    }
}

/// Why an account's record is taken to be this unit (contract §3, in order of strength).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRule {
    /// The first record of the unit: nothing to be linked to.
    First,
    /// A person's `[[link]]`.
    User,
    /// Same VIN.
    Vin,
    /// The TMS number equals the ELD's name or number.
    UnitNumber,
    /// Same licence plate.
    Plate,
    /// The TMS driver id stands in the ELD's external id, username or employee number.
    DriverRef,
    /// Same licence state and number.
    Licence,
    /// Same full name, and nobody else has it.
    FullName,
}

impl LinkRule {
    /// The word used in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::User => "user",
            Self::Vin => "vin",
            Self::UnitNumber => "unit_number",
            Self::Plate => "plate",
            Self::DriverRef => "driver_ref",
            Self::Licence => "licence",
            Self::FullName => "full_name",
        }
    }
}

/// One provider record that is this unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLink {
    /// Of what.
    pub kind: UnitKind,
    /// Our id.
    pub unit_id: UnitId,
    /// The account that knows it.
    pub account: String,
    /// By which id that account knows it.
    pub external_id: String,
    /// Why we think so.
    pub rule: LinkRule,
}

/// A power unit: one row of `tractors`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tractor {
    /// Our id.
    pub id: UnitId,
    /// In the TMS's spelling where it knows the unit, else the ELD's.
    pub unit_number: RowText,
    /// Vehicle identification number.
    pub vin: Option<RowText>,
    /// Licence plate.
    pub plate: Option<RowText>,
    /// Maker.
    pub make: Option<RowText>,
    /// Model.
    pub model: Option<RowText>,
    /// Model year, as told.
    pub year: Option<RowText>,
    /// The TMS's fleet.
    pub fleet: Option<RowText>,
    /// The TMS's dispatcher of the unit.
    pub dispatcher: Option<RowText>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// Miles an hour.
    pub speed_mph: Option<f64>,
    /// Where that is, in words.
    pub place: Option<String>,
    /// Moving or not when last seen; ask `rules::motion` for what holds *now*.
    pub state: Motion,
    /// Since when that state.
    pub state_since_at: Option<Timestamp>,
    /// When it was first seen to stand where it stands, or where it rolled to without a speed being told; `None` of one
    /// that rolls by the speed it tells, or was not seen since this is noted.
    /// Its state may be called idle, stopped or dark meanwhile.
    pub stood_since_at: Option<Timestamp>,
    /// When it was last seen rolling or elsewhere before that; `None` where nobody saw it before.
    pub stood_after_at: Option<Timestamp>,
    /// Who drives it.
    pub driver_id: Option<UnitId>,
    /// What it pulls.
    pub trailer_id: Option<UnitId>,
    /// The load it is on.
    pub movement_id: Option<RowText>,
    /// Engine state.
    pub engine: Option<Engine>,
    /// When that engine state began.
    pub engine_at: Option<Timestamp>,
    /// Fuel, per cent.
    pub fuel_pct: Option<f64>,
    /// When the fuel was read.
    pub fuel_at: Option<Timestamp>,
    /// Odometer, miles.
    pub odometer_mi: Option<f64>,
    /// When the odometer was read.
    pub odometer_at: Option<Timestamp>,
    /// The account whose observation this position is.
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

/// Anything pulled: one row of `trailers`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trailer {
    /// Our id.
    pub id: UnitId,
    /// In the TMS's spelling where it knows the unit, else the ELD's.
    pub unit_number: RowText,
    /// Vehicle identification number.
    pub vin: Option<RowText>,
    /// Licence plate.
    pub plate: Option<RowText>,
    /// The TMS's trailer type (van, reefer …), as told.
    pub trailer_type: Option<RowText>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// Miles an hour.
    pub speed_mph: Option<f64>,
    /// Where that is, in words.
    pub place: Option<String>,
    /// Moving or not when last seen; ask `rules::motion` for what holds *now*.
    pub state: Motion,
    /// Since when that state.
    pub state_since_at: Option<Timestamp>,
    /// When it was first seen to stand where it stands, or where it rolled to without a speed being told; `None` of one
    /// that rolls by the speed it tells, or was not seen since this is noted.
    /// Its state may be called idle, stopped or dark meanwhile.
    pub stood_since_at: Option<Timestamp>,
    /// When it was last seen rolling or elsewhere before that; `None` where nobody saw it before.
    pub stood_after_at: Option<Timestamp>,
    /// What pulls it.
    pub tractor_id: Option<UnitId>,
    /// How we know what pulls it.
    pub attached_by: Option<RowText>,
    /// Who had it last.
    pub driver_id: Option<UnitId>,
    /// What pulled it last, where it is known to pull it no more.
    pub dropped_by: Option<UnitId>,
    /// When that was told: it was let go by then.
    pub dropped_at: Option<Timestamp>,
    /// The load it is on.
    pub movement_id: Option<RowText>,
    /// Full or empty.
    pub loaded: Loaded,
    /// The account whose observation this position is.
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

macro_rules! keyed_by_unit_id {
    ($($row:ty),*) => {$(
        impl Keyed for $row {
            type Key = UnitId;
            fn key(&self) -> UnitId {
                self.id.clone()
            }
            fn cmp_key(&self, key: &UnitId) -> Ordering {
                self.id.cmp(key)
            }
            fn cmp_row(&self, other: &Self) -> Ordering {
                self.id.cmp(&other.id)
            }
        }
    )*};
}
keyed_by_unit_id!(Tractor, Trailer, Driver);
