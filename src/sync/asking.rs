//! Asks Mapbox, one question at a time behind the account's gate, and says so in `feeds`. What comes next
//! after a failure is `routing`'s to say, which load is next is `roads`'.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::backoff;
use super::bucket::Bucket;
use super::clock::Clock;
use super::gate::{Gate, Priority};
use super::judging::lock;
use super::roads::{Errand, Roads, Spot};
use crate::model::{Address, Batch, Geocoded, Timestamp};
use crate::providers::{Cadence, Error, FeedSpec};
use crate::routing::{self, Mapbox, Next, Question, Tally};
use crate::store::{Commit, Failure, Health, Place, Store, StoreError};

/// The account's name in `feeds`.
const ACCOUNT: &str = "mapbox";
const DIRECTIONS: FeedSpec = feed("directions");
const GEOCODING: FeedSpec = feed("geocoding");

const fn feed(resource: &'static str) -> FeedSpec {
    FeedSpec { resource, cadence: Cadence::Positions, pause: Duration::ZERO, limit: None, wants: None }
}

/// Calls are told to the database so often at most: each time is a commit that consoles look at.
const TOLD_EVERY: Duration = Duration::from_secs(15);
/// How long is waited for a load that becomes due, where nobody says that one did.
const LOOK: Duration = Duration::from_secs(2);
/// What the waits after a failure grow from.
const PATIENCE: Duration = Duration::from_secs(5);
/// Addresses looked up at once: few, so that travel times need not wait for long.
const BATCH: usize = 10;

/// A Mapbox account.
pub struct Router {
    /// The service.
    pub mapbox: Mapbox,
    /// Never more calls than this in any minute.
    pub calls_per_minute: u32,
    /// Another for another token or address.
    pub fingerprint: String,
}

/// The one who asks.
pub(super) struct Asking {
    router: Router,
    gate: Gate,
    roads: Arc<Mutex<Roads>>,
    store: Store,
    clock: Clock,
    tally: Tally,
    /// Calls that are not told to the database yet, by resource.
    untold: [(&'static str, i64); 2],
    told_at: Option<Instant>,
    failures: u32,
    /// How many addresses are looked up at once.
    batch: usize,
    /// Whether the next question is about addresses.
    finds_next: bool,
    /// What went wrong last, until something goes well.
    trouble: Option<(&'static str, String)>,
}

impl Asking {
    /// Ready to ask, from where the account's budget stands.
    pub(super) async fn new(
        router: Router,
        roads: Arc<Mutex<Roads>>,
        store: Store,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let now = clock.now();
        let budget = store.budget(ACCOUNT, &router.fingerprint).await?;
        let full_at = budget.full_at.map_or(Duration::ZERO, |full_at| full_at.since(now));
        // A clock that was set back must not close the gate for longer than a bucket takes to fill.
        let full_at = Instant::now() + full_at.min(Duration::from_secs(61));
        let gate = Gate::new(Bucket::new(router.calls_per_minute, full_at));
        if let Some(until) = budget.refused_until.filter(|until| *until > now) {
            gate.refused_for(until.since(now));
        }
        store.announce_feeds(ACCOUNT, vec![DIRECTIONS.resource, GEOCODING.resource]).await?;
        let places = store.places().await?;
        lock(&roads).placed(places.into_iter().map(|place| (place.address.clone(), spot(&place))));
        let untold = [(DIRECTIONS.resource, 0), (GEOCODING.resource, 0)];
        let tally = Tally::default();
        Ok(Self {
            router,
            gate,
            roads,
            store,
            clock,
            tally,
            untold,
            told_at: None,
            failures: 0,
            batch: BATCH,
            finds_next: false,
            trouble: None,
        })
    }

    /// Asks for ever; `judged` is rung when there may be something new to ask, `answered` when there is
    /// an answer.
    pub(super) async fn ask_on(
        mut self,
        judged: Arc<Notify>,
        answered: Arc<Notify>,
    ) -> Result<(), StoreError> {
        loop {
            if self.ask_one().await? {
                answered.notify_one();
            } else {
                let _ = timeout(LOOK, judged.notified()).await;
            }
            self.tell(TOLD_EVERY).await?;
        }
    }

    /// Asks what is due now and for no longer than `at_most`; for who waits for the end. Returns what
    /// failed, as (resource, why).
    pub(super) async fn ask_all(
        &mut self,
        at_most: Duration,
    ) -> Result<Option<(&'static str, String)>, StoreError> {
        let until = Instant::now() + at_most;
        while Instant::now() < until && !self.gate.is_refused() && self.ask_one().await? {}
        self.tell(Duration::ZERO).await?;
        Ok(self.trouble.take())
    }

    /// One question, with all that it takes to have it answered. False where there is nothing to ask.
    async fn ask_one(&mut self) -> Result<bool, StoreError> {
        let (errand, addresses) = {
            let roads = lock(&self.roads);
            (roads.next(self.clock.now()), roads.unplaced(self.batch))
        };
        let has_addresses = !addresses.is_empty();
        // In turns, so that neither waits for the end of the other.
        self.finds_next = has_addresses && (!self.finds_next || errand.is_none());
        match errand {
            _ if self.finds_next => self.find(addresses).await?,
            Some(errand) => self.route(errand).await?,
            None => return Ok(false),
        }
        Ok(true)
    }

    async fn route(&mut self, errand: Errand) -> Result<(), StoreError> {
        let question = Question { position: &errand.position, stops: &errand.stops };
        let mut attempt = errand.attempt;
        loop {
            self.gate.turn(&DIRECTIONS, Priority::Routine).await;
            let now = self.clock.now();
            self.tally.count(&format!("{}/{}", errand.key.company_id, errand.key.id), now);
            self.count(DIRECTIONS.resource);
            let answer = self.router.mapbox.route(&question, attempt, now).await;
            let error = match answer {
                Ok(route) => {
                    self.went_well();
                    lock(&self.roads).answered(&errand, attempt, Some(route), self.clock.now());
                    return Ok(());
                }
                Err(error) => error,
            };
            match routing::next(attempt, error) {
                Next::Ask(again) => {
                    self.gate.undecided();
                    attempt = again;
                }
                Next::Estimate(why) => {
                    self.went_well();
                    tracing::info!(load = %errand.key.id, "{why}: the straight line stands");
                    lock(&self.roads).answered(&errand, attempt, None, self.clock.now());
                    return Ok(());
                }
                Next::Later(error) | Next::Stop(error) => {
                    lock(&self.roads).failed(&errand, self.clock.now());
                    return self.note(&DIRECTIONS, &error).await;
                }
            }
        }
    }

    /// Looks up where addresses are, and keeps it.
    async fn find(&mut self, addresses: Vec<Address>) -> Result<(), StoreError> {
        // Each of them counts as one call.
        for _ in &addresses {
            // A turn that no call of its own follows must not leave the credential's try open.
            self.gate.undecided();
            self.gate.turn(&GEOCODING, Priority::Routine).await;
            self.count(GEOCODING.resource);
        }
        let now = self.clock.now();
        match self.router.mapbox.geocode(&addresses, now).await {
            Ok(found) => {
                self.went_well();
                self.batch = BATCH;
                let places: Vec<Place> =
                    addresses.into_iter().zip(found).map(|(address, found)| place(address, found)).collect();
                self.store.keep_places(places.clone(), now).await?;
                lock(&self.roads)
                    .placed(places.into_iter().map(|place| (place.address.clone(), spot(&place))));
                Ok(())
            }
            Err(routing::Error::Service(error)) => self.note(&GEOCODING, &error).await,
            // One of them may be the reason: each by itself.
            Err(_) if addresses.len() > 1 => {
                self.gate.undecided();
                self.batch = 1;
                Ok(())
            }
            Err(why) => {
                self.gate.undecided();
                tracing::warn!("the address of a stop cannot be looked up: {why}");
                let unknown = Spot { point: None, is_unsure: false };
                lock(&self.roads).placed(addresses.into_iter().map(|address| (address, unknown)));
                Ok(())
            }
        }
    }

    fn went_well(&mut self) {
        self.gate.accepted();
        self.failures = 0;
        self.trouble = None;
    }

    /// Writes down what went wrong, and stays away for a while.
    async fn note(&mut self, feed: &FeedSpec, error: &Error) -> Result<(), StoreError> {
        self.failures += 1;
        self.trouble = Some((feed.resource, error.to_string()));
        let wait = backoff::delay(error, self.failures, PATIENCE, backoff::roll());
        if error.kind.is_of_the_account() {
            self.gate.refused();
        } else {
            self.gate.undecided();
            self.gate.slow_down(feed, wait);
        }
        let now = self.clock.now();
        let calls = self.take_untold(feed.resource);
        let failure = Failure {
            account: ACCOUNT.to_owned(),
            resource: feed.resource,
            refused: error.kind.is_of_the_account().then(|| self.router.fingerprint.clone()),
            error: error.to_string(),
            next_try_at: now.plus(wait),
            health: self.health(calls, false, now),
            now,
        };
        tracing::warn!(account = ACCOUNT, resource = feed.resource, wait_s = wait.as_secs(), "{error}");
        self.store.fail(failure).await
    }

    fn count(&mut self, resource: &str) {
        for (of, calls) in &mut self.untold {
            *calls += i64::from(*of == resource);
        }
    }

    fn take_untold(&mut self, resource: &str) -> i64 {
        let counter = self.untold.iter_mut().find(|(of, _)| *of == resource);
        counter.map_or(0, |(_, calls)| std::mem::take(calls))
    }

    /// Tells the database of calls that went well, unless it was told within `every`.
    async fn tell(&mut self, every: Duration) -> Result<(), StoreError> {
        if self.told_at.is_some_and(|at| at.elapsed() < every) || self.failures > 0 {
            return Ok(());
        }
        for resource in [DIRECTIONS.resource, GEOCODING.resource] {
            let calls = self.take_untold(resource);
            if calls == 0 {
                continue;
            }
            let now = self.clock.now();
            let spent = self.tally.spent(now);
            tracing::debug!(
                last_minute = spent.last_minute,
                last_hour = spent.last_hour,
                loads = spent.loads,
                "travel times asked"
            );
            let health = self.health(calls, true, now);
            let (account, batch) = (ACCOUNT.to_owned(), Batch::default());
            self.store.apply(Commit { account, resource, batch, read_rev: None, health, now }).await?;
        }
        self.told_at = Some(Instant::now());
        Ok(())
    }

    fn health(&self, calls: i64, done: bool, now: Timestamp) -> Health {
        let (left, full_at) = self.gate.budget(Instant::now());
        Health {
            // It is asked as loads need it, not by the clock.
            interval_s: 0,
            calls,
            tokens_left: i64::from(left),
            bucket_full_at: now.plus(full_at.saturating_duration_since(Instant::now())),
            done,
        }
    }
}

/// What is kept of an address that was looked up.
fn place(address: Address, found: Geocoded) -> Place {
    let (found, is_unsure) = match found {
        Geocoded::Found(place) => (Some(place), false),
        Geocoded::ToConfirm(place) => (Some(place), true),
        Geocoded::Rejected(_) | Geocoded::NoMatch => (None, false),
    };
    Place { address, point: found.as_ref().map(|place| place.point), is_unsure }
}

fn spot(place: &Place) -> Spot {
    Spot { point: place.point, is_unsure: place.is_unsure }
}
