//! One file (or folder) per outside service, each behind [`Provider`]. Wire types stay in there;
//! a pure `normalise` makes them facts. A provider neither sleeps, retries nor keeps a clock.

pub mod geotab;
mod json;
pub mod mcleod;
pub mod motive;
mod readings;
pub mod samsara;
pub mod terminal;
mod tokens;

use std::time::Duration;

pub use self::tokens::{Renewing, TokenFile, settled};
use crate::http;
pub use crate::http::{Error, Kind};
use crate::model::{Batch, Timestamp, Want};

/// A service that can be asked for facts about the fleet.
pub trait Provider: Send + Sync + 'static {
    /// What can be read, in the order in which a first read should take it: rosters before what
    /// refers to them.
    fn feeds(&self) -> &'static [FeedSpec];

    /// Makes *one* call upstream and turns its answer into facts.
    fn fetch(&self, ask: Ask<'_>) -> impl Future<Output = Result<Page, http::Error>> + Send;
}

/// One readable resource of a service.
#[derive(Clone, Copy, Debug)]
pub struct FeedSpec {
    /// Its name: the `resource` of `feeds`, `status` and the Health panel.
    pub resource: &'static str,
    /// Which of the configured intervals it is read at.
    pub cadence: Cadence,
    /// Never read again sooner than this after a read that reached the end, whoever waits.
    pub pause: Duration,
    /// What the provider allows for this endpoint, where that is less than for the account.
    pub limit: Option<Limit>,
    /// Ids it must be told. With none there is nothing to ask, and that is a success.
    pub wants: Option<Want>,
}

/// A limit that a provider documents for one endpoint or method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What is limited: feeds that name the same share it.
    pub of: &'static str,
    /// Calls a second; 0.5 is one every two seconds.
    pub calls_per_second: f64,
}

/// Which of the configured intervals a feed follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// `polling.active` / `polling.idle`.
    Positions,
    /// `polling.hours_active` / `hours_idle`.
    Hours,
    /// `polling.movements_active` / `movements_idle`.
    Movements,
    /// `polling.roster`.
    Roster,
}

/// What to ask for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// One of [`Provider::feeds`].
    pub resource: &'static str,
    /// Where the last whole read ended, as this provider wrote it into [`Batch::cursor`].
    pub cursor: Option<&'a str>,
    /// Where in the present read we are: the last [`Page::next`]; `None` begins one.
    pub page: Option<&'a str>,
    /// The cursor was rejected: begin from the snapshot, where the service has one.
    pub restart: bool,
    /// The ids that [`FeedSpec::wants`] asked for, the same for all pages of a read.
    pub wanted: &'a [String],
    /// Now.
    pub now: Timestamp,
}

/// One call's worth of facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The facts.
    pub batch: Batch,
    /// What to pass as [`Ask::page`] for the rest of this read; `None` when it is done.
    pub next: Option<String>,
    /// Only a step on the way (a session that ran out, a path that moved): it brought nothing, and does
    /// not prove that the credential is good.
    pub is_step: bool,
}

impl Page {
    /// A step on the way to the page that `next` names.
    pub fn step(next: String) -> Self {
        Self { next: Some(next), is_step: true, ..Self::default() }
    }
}
