//! Travel times: Mapbox, and the straight-line estimate where there is none.
//!
//! One call per invocation, and whoever calls decides what next: [`next`] says what that is, [`due`] when
//! to ask anew, [`remaining`] what is left of a route between two calls. All of that is pure; only
//! [`Mapbox`] speaks to the network. Nothing here sleeps, retries or writes: a route lives in memory only,
//! as the terms of the service want it.

mod attempt;
mod cadence;
mod error;
mod estimate;
mod geocode;
mod mapbox;
mod progress;
mod refusals;
mod tally;

pub use self::attempt::{Attempt, Limits, Next, Snap, Try, next};
pub use self::cadence::{Asked, Due, Look, Wish, due, interval};
pub use self::error::Error;
pub use self::estimate::estimate;
pub use self::geocode::{MOST_AT_ONCE, PER_BATCH};
pub use self::mapbox::{MOST_STOPS, Mapbox, Profile, Question, Settings, read_places, read_route};
pub use self::progress::{Left, remaining, steady};
pub use self::refusals::Refusals;
pub use self::tally::{Spent, Tally};
