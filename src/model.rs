//! The nouns: units, drivers, hours, freight, feeds. Plain data: no I/O, no clock, no terminal, no SQL.
//!
//! Two families live here. *Facts* ([`Change`], [`Profile`], [`Fix`] …) are what one account told
//! us, named by that account's own ids. *Rows* ([`Tractor`], [`Driver`], [`Movement`] …) are what
//! we believe about one real thing, named by our ids; a [`Fleet`] holds all of them at one revision.

mod change;
mod feeds;
mod fleet;
mod freight;
mod hours;
mod judgement;
mod link;
mod nearest;
mod place;
mod route;
mod sighting;
mod text;
mod time;
mod trail;
mod units;
mod words;

pub use change::{Assignment, Batch, Change, Pairing, PairingSource, Profile, Reject, Tie, Want};
pub use feeds::{Conflict, FeedStatus, Gives, Leader, Notice, SetAside, Totals, UNSUPPORTED, Viewer};
pub use fleet::{Fleet, Keyed, Rows};
pub use freight::{
    EtaSource, Loaded, Movement, MovementKey, MovementStatus, Order, OrderKey, Risk, Stop, StopKey, StopType,
    TmsMovement, TmsOrder, TmsStop,
};
pub use hours::{Clocks, Driver, DutyDay, DutyHistory, DutySource, DutyStatus, DutyTotal};
pub use judgement::{Arrival, Input, Judgement, Oldest, Reason, RunsOut};
pub use link::{Claim, HoursWord, Linked, Record, RecordName, Waiting, Wish};
pub use nearest::nearest;
pub use place::{Address, Confidence, Geocoded, Place, Places};
pub use route::{Incident, Leg, Point, Position, Route, Truck, Violation};
pub use sighting::{Sighting, Verdict};
pub use text::{clean, clean_opt, licence_key};
pub use time::Timestamp;
pub use trail::TrailPoint;
pub use units::{Engine, Fix, LinkRule, Motion, Telemetry, Tractor, Trailer, UnitId, UnitKind, UnitLink};
