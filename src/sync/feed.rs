//! Reads one feed to its end: page by page, each behind the gate, each committed before the next.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff;
use super::clock::Clock;
use super::gate::{Gate, Priority};
use crate::model::{Batch, Reject, Timestamp, Unread, Want};
use crate::providers::{Ask, Error, FeedSpec, Kind, Page, Provider};
use crate::store::{Commit, Failure, Health, Store, StoreError};

/// A read that goes on for longer than this many calls is going round in circles.
const MOST_CALLS: usize = 20_000;
/// Ids handed to a feed that asks one by one, in one read: the rest come with the next.
const MOST_ONE_BY_ONE: usize = 40;

/// Where one feed's answer keeps all of an account away for so long, each of them is told to be kept.
const NOTICED: Duration = Duration::from_secs(10);

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

/// From so many changes on it is told that not one was understood.
const FEW_CHANGES: usize = 3;
/// So many ids in a row that bring nothing are no longer their own fault.
const MOST_IN_VAIN: u32 = 3;

/// One read under way.
struct Read {
    interval: Duration,
    priority: Priority,
    /// The revision of its first page.
    first_rev: Option<i64>,
    /// Whether the pages now read are its last.
    last: bool,
    /// Calls made on the way to the next page.
    steps: i64,
    /// Whether a page brought anything, or at least nothing that was not understood.
    told: bool,
    /// Rows of lists of which not one was understood, and what is wrong with the first.
    unread: Option<Unread>,
}

impl Read {
    const fn new(interval: Duration, priority: Priority) -> Self {
        Self { interval, priority, first_rev: None, last: true, steps: 0, told: false, unread: None }
    }

    /// Takes note of what a page came to.
    fn note(&mut self, batch: &Batch) {
        self.told |= batch.unread.is_none() || !batch.changes.is_empty();
        match (&mut self.unread, &batch.unread) {
            (Some(all), Some(unread)) => all.rows += unread.rows,
            (all @ None, unread) => all.clone_from(unread),
            (Some(_), None) => {}
        }
    }

    /// Why a read that ends here is no good one: it had rows, and nobody understood any. Of changes, of which there may
    /// be one in a minute, one odd row is no sign that all are written another way.
    fn understood_nothing(&self, is_of_changes: bool) -> Option<Error> {
        let unread = self.unread.as_ref().filter(|_| !self.told)?;
        let least = if is_of_changes { FEW_CHANGES } else { 1 };
        let Unread { rows, why } = unread;
        (*rows >= least).then(|| Error::malformed(format_args!("not one of its {rows} rows: {why}")))
    }
}

/// Whether an error may be about the one thing asked for, rather than about the service.
const fn concerns_one(error: &Error) -> bool {
    error.answered && !error.kind.is_of_the_account() && !matches!(error.kind, Kind::Throttled { .. })
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
        let Some(want) = self.spec.wants else {
            self.read_pages(&[], &mut Read::new(interval, priority)).await?;
            return Ok(0);
        };
        let limit = if want.is_one_by_one() { MOST_ONE_BY_ONE } else { usize::MAX };
        let wanted = self.store.wanted(&self.account, want, limit, self.clock.now()).await?;
        let mut read = Read::new(interval, priority);
        if wanted.is_empty() {
            // Nothing wanted is a success only once somebody has said what there is.
            if self.store.remembered(&self.account, want.depends_on()).await?.last_ok_at.is_none() {
                return Ok(0);
            }
            let nothing = Page { batch: Batch { complete: true, ..Batch::default() }, ..Page::default() };
            self.commit(nothing, &mut read, 0).await?;
        } else if want.is_one_by_one() {
            self.read_each(want, &wanted, &mut read).await?;
        } else {
            self.read_pages(&wanted, &mut read).await?;
        }
        Ok(wanted.len())
    }

    /// Asks for each id by itself. One that the service cannot answer is asked for again later, and
    /// holds up no other; several in a row are the service's trouble.
    async fn read_each(&mut self, want: Want, wanted: &[String], read: &mut Read) -> Result<(), Trouble> {
        let mut in_vain = 0;
        for (index, id) in wanted.iter().enumerate() {
            self.store.asked(want, id, self.clock.now()).await?;
            read.last = index + 1 == wanted.len();
            (read.told, read.unread) = (false, None);
            match self.read_pages(std::slice::from_ref(id), read).await {
                Ok(()) => in_vain = 0,
                Err(Trouble::Upstream(error)) if concerns_one(&error) && in_vain < MOST_IN_VAIN => {
                    tracing::warn!(account = %self.account, resource = self.spec.resource, id, "{error}");
                    in_vain += 1;
                    let reject = Reject { external_id: id.clone(), reason: error.in_brief() };
                    let page = Page {
                        batch: Batch { rejects: vec![reject], ..Batch::default() },
                        ..Page::default()
                    };
                    self.commit(page, read, 1).await?;
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    async fn read_pages(&mut self, wanted: &[String], read: &mut Read) -> Result<(), Trouble> {
        let (mut page, mut restart) = (None::<String>, false);
        let is_of_changes = self.cursor.is_some();
        for _ in 0..MOST_CALLS {
            self.gate.turn(self.spec, read.priority).await;
            let ask = Ask {
                resource: self.spec.resource,
                cursor: self.cursor.as_deref(),
                page: page.as_deref(),
                restart,
                wanted,
                now: self.clock.now(),
            };
            let told = self.provider.fetch(ask).await;
            self.note_standing(&told);
            match told {
                Ok(told) => {
                    page.clone_from(&told.next);
                    if told.is_step && page.is_some() {
                        // Nothing is known yet, not even that the account is well again.
                        read.steps += 1;
                        continue;
                    }
                    read.note(&told.batch);
                    if page.is_none()
                        && let Some(error) = read.understood_nothing(is_of_changes)
                    {
                        return Err(Trouble::Upstream(error));
                    }
                    let calls = 1 + std::mem::take(&mut read.steps);
                    self.commit(told, read, calls).await?;
                    if page.is_none() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind == Kind::Rejected && !restart && self.cursor.is_some() => {
                    // The cursor went stale: once from the beginning, and what then fails has failed.
                    self.store.forget_cursor(&self.account, self.spec.resource).await?;
                    (self.cursor, page, restart) = (None, None, true);
                }
                Err(error) => return Err(Trouble::Upstream(error)),
            }
        }
        Err(Trouble::Upstream(Error::malformed("the read has no end: thousands of pages")))
    }

    /// Tells the gate what a call says of the account's credential.
    fn note_standing(&self, told: &Result<Page, Error>) {
        match told {
            Ok(page) if page.is_step => self.gate.undecided(),
            Ok(_) => self.gate.accepted(),
            Err(error) if error.kind.is_of_the_account() => self.gate.refused(),
            Err(_) => self.gate.undecided(),
        }
    }

    /// How many ids the feed still wants.
    pub async fn wanted_left(&self) -> Result<usize, StoreError> {
        let Some(want) = self.spec.wants else { return Ok(0) };
        Ok(self.store.wanted(&self.account, want, usize::MAX, self.clock.now()).await?.len())
    }

    async fn commit(&mut self, page: Page, read: &mut Read, calls: i64) -> Result<(), StoreError> {
        let now = self.clock.now();
        let health =
            Health { done: page.next.is_none() && read.last, ..self.health(now, read.interval, calls) };
        let cursor = page.batch.cursor.clone();
        let (account, resource) = (self.account.to_string(), self.spec.resource);
        let commit = Commit { account, resource, batch: page.batch, read_rev: read.first_rev, health, now };
        let applied = self.store.apply(commit).await?;
        read.first_rev.get_or_insert(applied.revision);
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
        let mut rests_all = false;
        if let Kind::Throttled { retry_after } = error.kind {
            let calm = retry_after.unwrap_or(wait);
            self.gate.slow_down(self.spec, calm);
            rests_all = self.spec.limit.is_none() && calm >= NOTICED;
        }
        let now = self.clock.now();
        let failure = Failure {
            account: self.account.to_string(),
            resource: self.spec.resource,
            refused: error.kind.is_of_the_account().then(|| self.fingerprint.to_string()),
            rests_all,
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
            // What a provider wants to be left alone for is longer than what people may have set.
            interval_s: i64::try_from(interval.max(self.spec.pause).as_secs()).unwrap_or(i64::MAX),
            calls,
            tokens_left: i64::from(left),
            bucket_full_at: now.plus(full_at.saturating_duration_since(Instant::now())),
            done: false,
        }
    }
}
