//! Reads one feed to its end: page by page, each behind the gate, each committed before the next.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff;
use super::clock::Clock;
use super::gate::{Gate, Priority};
use crate::http::{Error, Kind};
use crate::model::{Batch, Timestamp};
use crate::providers::{Ask, FeedSpec, Page, Provider};
use crate::store::{Commit, Failure, Health, Store, StoreError};

/// A read that goes on for longer than this many calls is going round in circles.
const MOST_CALLS: usize = 20_000;
/// Ids handed to a feed that asks one by one, in one read: the rest come with the next.
const MOST_ONE_BY_ONE: usize = 40;

/// One feed of one account, with all it needs to be read.
pub struct Feed<P> {
    /// The account's name.
    pub account: Arc<str>,
    /// The service.
    pub provider: Arc<P>,
    /// What is read.
    pub spec: &'static FeedSpec,
    /// Tells one credential of the account from another, and nothing else of it.
    pub fingerprint: Arc<str>,
    /// The account's gate.
    pub gate: Arc<Gate>,
    /// Where it is written.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where to go on; what the store remembers.
    pub cursor: Option<String>,
}

/// Why a read ended before its end.
#[derive(Debug)]
pub enum Trouble {
    /// The upstream's.
    Upstream(Error),
    /// Ours: nothing can be written.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<P: Provider> Feed<P> {
    /// Reads to the end. What was committed before trouble stays; the next read takes up from the
    /// last cursor. Returns how many ids were asked for, where the feed wants ids.
    pub async fn read(&mut self, interval: Duration, priority: Priority) -> Result<usize, Trouble> {
        let began_at = self.clock.now();
        let wanted = match self.spec.wants {
            None => Vec::new(),
            Some(want) => {
                let limit = if want.is_one_by_one() { MOST_ONE_BY_ONE } else { usize::MAX };
                self.store.wanted(&self.account, want, limit, began_at).await?
            }
        };
        if self.spec.wants.is_some() && wanted.is_empty() {
            let nothing = Page { batch: Batch { complete: true, ..Batch::default() }, next: None };
            self.commit(nothing, began_at, interval, 0).await?;
            return Ok(0);
        }
        let (mut page, mut restart) = (None::<String>, false);
        for _ in 0..MOST_CALLS {
            self.gate.turn(self.spec, priority).await;
            let ask = Ask {
                resource: self.spec.resource,
                cursor: self.cursor.as_deref(),
                page: page.as_deref(),
                restart,
                wanted: &wanted,
                now: self.clock.now(),
            };
            match self.provider.fetch(ask).await {
                Ok(told) => {
                    self.gate.accepted();
                    page.clone_from(&told.next);
                    self.commit(told, began_at, interval, 1).await?;
                    if page.is_none() {
                        return Ok(wanted.len());
                    }
                }
                Err(error) if error.kind == Kind::Rejected && page.is_none() && self.cursor.is_some() => {
                    // The cursor went stale: once from the beginning, and what then fails has failed.
                    self.store.forget_cursor(&self.account, self.spec.resource).await?;
                    (self.cursor, restart) = (None, true);
                }
                Err(error) => return Err(Trouble::Upstream(error)),
            }
        }
        Err(Trouble::Upstream(Error::malformed("the read has no end: thousands of pages")))
    }

    /// How many ids the feed still wants.
    pub async fn wanted_left(&self) -> Result<usize, StoreError> {
        let Some(want) = self.spec.wants else { return Ok(0) };
        Ok(self.store.wanted(&self.account, want, usize::MAX, self.clock.now()).await?.len())
    }

    async fn commit(
        &mut self,
        page: Page,
        read_began_at: Timestamp,
        interval: Duration,
        calls: i64,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let health = Health { done: page.next.is_none(), ..self.health(now, interval, calls) };
        let cursor = page.batch.cursor.clone();
        let (account, resource) = (self.account.to_string(), self.spec.resource);
        let commit = Commit { account, resource, batch: page.batch, read_began_at, health, now };
        let applied = self.store.apply(commit).await?;
        if applied.rejected > 0 {
            tracing::debug!(account = %self.account, resource, rejected = applied.rejected, "rows set aside");
        }
        if cursor.is_some() {
            self.cursor = cursor;
        }
        Ok(())
    }

    /// Writes down what went wrong, and returns how long to stay away: by the feed's `interval`, or by
    /// `patience` where somebody waits for the read.
    pub async fn note(
        &self,
        error: &Error,
        failures: u32,
        interval: Duration,
        patience: Duration,
    ) -> Result<Duration, StoreError> {
        let wait = backoff::delay(error, failures, patience, backoff::roll());
        match error.kind {
            Kind::Unauthorized => self.gate.refused(),
            Kind::Throttled { retry_after } => self.gate.slow_down(self.spec, retry_after.unwrap_or(wait)),
            _ => {}
        }
        let now = self.clock.now();
        let failure = Failure {
            account: self.account.to_string(),
            resource: self.spec.resource,
            refused: (error.kind == Kind::Unauthorized).then(|| self.fingerprint.to_string()),
            error: error.to_string(),
            next_try_at: now.plus(wait),
            health: self.health(now, interval, 1),
            now,
        };
        self.store.fail(failure).await?;
        tracing::warn!(account = %self.account, resource = self.spec.resource, wait_s = wait.as_secs(), "{error}");
        Ok(wait)
    }

    fn health(&self, now: Timestamp, interval: Duration, calls: i64) -> Health {
        let (left, full_at) = self.gate.budget(Instant::now());
        Health {
            interval_s: i64::try_from(interval.as_secs()).unwrap_or(i64::MAX),
            calls,
            tokens_left: i64::from(left),
            bucket_full_at: now.plus(full_at.saturating_duration_since(Instant::now())),
            done: false,
        }
    }
}
