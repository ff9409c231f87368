//! The nouns: units, drivers, hours, freight, feeds. Plain data: no I/O, no clock, no terminal, no SQL.
//!
//! Two families live here. *Facts* ([`Change`], [`Profile`], [`Fix`] …) are what one account told
//! us, named by that account's own ids. *Rows* ([`Tractor`], [`Driver`], [`Movement`] …) are what
//! we believe about one real thing, named by our ids; a [`Fleet`] holds all of them at one revision.

mod change;
mod exception;
mod feeds;
mod fleet;
mod freight;
mod handling;
mod hours;
mod judgement;
pub mod land;
mod link;
mod muster;
mod nearest;
pub mod overlay;
mod papers;
mod place;
mod route;
mod row_text;
mod shelves;
mod sighting;
mod stay;
mod text;
mod time;
mod trail;
mod units;
mod words;

pub use change::{
    Assignment, Batch, Called, Change, NOT_UNDERSTOOD, Pairing, PairingSource, Profile, Reject, Tie, Unread,
    Want,
};
pub use exception::{
    Exception, ExceptionKind, ExceptionState, Fact, Facts, Severity, Step, Subject, SubjectKind, Touches,
    Trend,
};
pub use feeds::{Conflict, FeedStatus, Gives, Leader, Notice, Polled, SetAside, Totals, UNSUPPORTED, Viewer};
pub use fleet::{Extent, Fleet, Keyed, Rows};
pub use freight::{
    EtaSource, Loaded, Movement, MovementKey, MovementStatus, Named, Order, OrderKey, Risk, Stop, StopKey,
    StopType, TmsMovement, TmsOrder, TmsStop,
};
pub use handling::{Act, Deed, Handled, Handling, Mark, Seen, Snooze};
pub use hours::{
    Clocks, Driver, Duty, DutyDay, DutyHistory, DutySource, DutyStatus, DutyTotal, DutyWord, LogEnd, Since,
    WorkLeft,
};
pub use judgement::{Arrival, Input, Judgement, Oldest, Reason, RunsOut};
pub use link::{Claim, HoursWord, Linked, Record, RecordName, Waiting, Wish};
pub use muster::{Concern, Driven, Muster, Post, Rolling};
pub use nearest::nearest;
pub use papers::{is_placeholder, licence_key, plate, plate_parts};
pub use place::{Address, Fit, Geocoded, Located, Places, Trust};
pub use route::{Incident, Leg, METERS_A_MILE, Point, Position, Route, Truck, Violation};
pub use row_text::{RowText, SharedTexts};
pub use shelves::{Difference, Iter};
pub use sighting::{Sighting, Verdict};
pub use stay::{Cell, Confidence, Evidence, Grain, ObservedStay, PlannedStop, Proof, Stay};
pub use text::{clean, clean_lines, clean_opt, folded, plain_letter};
pub use time::Timestamp;
pub use trail::TrailPoint;
pub use units::{
    Engine, Fix, LinkRule, Motion, Says, Telemetry, Tractor, Trailer, UnitId, UnitKind, UnitLink,
};
