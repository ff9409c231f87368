//! When to ask whom. Providers do not wait or retry, the store does not judge: that is decided
//! here, by pure functions that are told the time, and carried out by one task a feed.

mod asking;
mod backoff;
mod board;
mod bucket;
mod cadence;
mod clock;
mod feed;
mod gate;
mod judge;
mod judging;
mod lookups;
mod once;
mod poller;
mod roads;

pub use self::asking::Router;
pub use self::board::{Board, judge_once, look_out};
pub use self::bucket::Bucket;
pub use self::cadence::{Mode, Polling};
pub use self::clock::Clock;
pub use self::judge::JUDGE;
pub use self::judging::{Judging, Verdicts};
pub use self::lookups::{Looked, Lookups};
pub use self::once::read_once;
pub use self::poller::{Account, Demand, Poller, Pulse, Upkeep};
pub use self::roads::{Roads, Spot};
