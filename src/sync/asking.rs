//! Asks Mapbox, one question at a time behind the account's gate, and says so in `feeds`. What comes next
//! after a failure is `routing`'s to say, which load is next is `roads`'.

mod ended;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

use self::ended::Ended;
use super::backoff;
use super::bucket::Bucket;
use super::clock::Clock;
use super::gate::{Gate, Priority};
use super::judging::lock;
use super::roads::{Errand, Roads, Spot};
use crate::model::{Address, Batch, Geocoded, Timestamp};
use crate::providers::{Cadence, Error, FeedSpec};
use crate::routing::{self, Attempt, Mapbox, Next, Question, Refusals, Tally};
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
    refusals: Refusals,
    /// What went wrong last, by resource, until something of it goes well.
    trouble: BTreeMap<&'static str, String>,
    /// Until when the service wants no calls.
    rests_until: Option<Instant>,
    /// Who waits for the end waits no longer than this.
    until: Option<Instant>,
    /// Whether a place was found since it was last asked.
    has_placed: bool,
    /// What stood against directions before any call of ours, until one is made.
    stood: Option<String>,
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
        let stood = store.remembered(ACCOUNT, DIRECTIONS.resource).await?.error;
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
            refusals: Refusals::default(),
            trouble: BTreeMap::new(),
            rests_until: None,
            until: None,
            has_placed: false,
            stood,
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

    /// Asks what is due now and not after `until`; for who waits for the end. Whether places were found: then
    /// there may be more to ask once loads were looked at again.
    pub(super) async fn ask_all(&mut self, until: Instant) -> Result<bool, StoreError> {
        self.until = Some(until);
        self.has_placed = false;
        if self.gate.is_refused() && self.trouble.is_empty() {
            let why = "not asked, since its credential was refused less than five minutes ago";
            self.trouble.insert(DIRECTIONS.resource, why.to_owned());
        }
        while Instant::now() < until && !self.is_over(until) && self.ask_one().await? {}
        self.tell(Duration::ZERO).await?;
        Ok(self.has_placed)
    }

    /// Whether no call can be made until then.
    fn is_over(&self, until: Instant) -> bool {
        self.gate.is_refused() || self.rests_until.is_some_and(|rests_until| rests_until >= until)
    }

    /// What came of it all, for who waited for the end.
    pub(super) fn ended(&self) -> Ended {
        let (loads, addresses) = {
            let roads = lock(&self.roads);
            (roads.unasked(self.clock.now()), roads.unplaced(usize::MAX).len())
        };
        Ended::of(&self.trouble, (loads, addresses), self.stood.as_deref(), self.router.calls_per_minute)
    }

    /// Waits for a turn. False where it would come too late for who waits for the end.
    async fn turn(&self, feed: &FeedSpec) -> bool {
        let turn = self.gate.turn(feed, Priority::Routine);
        if let Some(until) = self.until {
            return timeout_at(until, turn).await.is_ok();
        }
        turn.await;
        true
    }

    /// One question, with all that it takes to have it answered. False where there is nothing to ask, or no time.
    async fn ask_one(&mut self) -> Result<bool, StoreError> {
        let (errand, addresses) = {
            let roads = lock(&self.roads);
            (roads.next(self.clock.now()), roads.unplaced(self.batch))
        };
        let has_addresses = !addresses.is_empty();
        // In turns, so that neither waits for the end of the other.
        self.finds_next = has_addresses && (!self.finds_next || errand.is_none());
        match errand {
            _ if self.finds_next => self.find(addresses).await,
            Some(errand) => self.route(errand).await,
            None => Ok(false),
        }
    }

    /// Asks for one road. False where it is too late to.
    async fn route(&mut self, errand: Errand) -> Result<bool, StoreError> {
        let question = Question { position: &errand.position, stops: &errand.stops };
        let mut attempt = errand.attempt;
        loop {
            if !self.turn(&DIRECTIONS).await {
                return Ok(false);
            }
            let now = self.clock.now();
            self.tally.count(&named(&errand), now);
            self.count(DIRECTIONS.resource);
            self.stood = None;
            let answer = self.router.mapbox.route(&question, attempt, now).await;
            let error = match answer {
                Ok(route) => {
                    self.refusals.answered();
                    self.went_well(&DIRECTIONS);
                    lock(&self.roads).answered(&errand, attempt, Ok(route), self.clock.now());
                    return Ok(true);
                }
                Err(error) => error,
            };
            match routing::next(attempt, error) {
                Next::Ask(again) => {
                    self.gate.undecided();
                    attempt = again;
                }
                Next::Estimate(why) => return self.estimate(&errand, attempt, why).await,
                Next::Later(error) | Next::Stop(error) => {
                    lock(&self.roads).failed(&errand, self.clock.now());
                    return self.note(&DIRECTIONS, &error).await;
                }
            }
        }
    }

    /// Lets the straight line stand for one load, and looks whether the reason for it is the load's own.
    async fn estimate(
        &mut self,
        errand: &Errand,
        attempt: Attempt,
        why: routing::Error,
    ) -> Result<bool, StoreError> {
        tracing::info!(load = %errand.key.id, "{why}: the straight line stands");
        let (load, said, is_refusal) = (named(errand), why.to_string(), why.is_refusal());
        let loads = {
            let mut roads = lock(&self.roads);
            roads.answered(errand, attempt, Err(why), self.clock.now());
            roads.len()
        };
        if !is_refusal {
            self.refusals.answered();
            self.went_well(&DIRECTIONS);
        } else if self.refusals.refused(&load, loads) {
            self.gate.accepted();
            self.note_refusals(said).await?;
        } else {
            self.gate.accepted();
        }
        Ok(true)
    }

    /// Writes down that the service refuses what it is asked, whoever's load it is about. It is asked on, each
    /// load when it is due: nobody knows which question it would take.
    async fn note_refusals(&mut self, why: String) -> Result<(), StoreError> {
        let is_told = self.told_at.is_some_and(|at| at.elapsed() < TOLD_EVERY);
        if self.trouble.insert(DIRECTIONS.resource, why.clone()).is_some() && is_told {
            return Ok(());
        }
        self.told_at = Some(Instant::now());
        tracing::warn!(account = ACCOUNT, resource = DIRECTIONS.resource, "{why}");
        self.write_down(&DIRECTIONS, why, None, Duration::ZERO).await
    }

    /// Looks up where addresses are, and keeps it. False where it is too late to.
    async fn find(&mut self, addresses: Vec<Address>) -> Result<bool, StoreError> {
        // Each of them is one call of the service's limit.
        for _ in &addresses {
            // A turn that no call of its own follows must not leave the credential's try open.
            self.gate.undecided();
            if !self.turn(&GEOCODING).await {
                return Ok(false);
            }
        }
        for _ in &addresses {
            self.count(GEOCODING.resource);
        }
        let now = self.clock.now();
        match self.router.mapbox.geocode(&addresses, now).await {
            Ok(found) => {
                self.went_well(&GEOCODING);
                (self.batch, self.has_placed) = (BATCH, true);
                let places: Vec<Place> =
                    addresses.into_iter().zip(found).map(|(address, found)| place(address, found)).collect();
                self.store.keep_places(places.clone(), now).await?;
                lock(&self.roads)
                    .placed(places.into_iter().map(|place| (place.address.clone(), spot(&place))));
                Ok(true)
            }
            Err(routing::Error::Service(error)) => self.note(&GEOCODING, &error).await,
            // One of them may be the reason: each by itself.
            Err(_) if addresses.len() > 1 => {
                self.gate.undecided();
                self.batch = 1;
                Ok(true)
            }
            Err(why) => {
                self.gate.undecided();
                tracing::warn!("the address of a stop cannot be looked up: {why}");
                let unknown = Spot { point: None, is_unsure: false };
                lock(&self.roads).placed(addresses.into_iter().map(|address| (address, unknown)));
                Ok(true)
            }
        }
    }

    fn went_well(&mut self, feed: &FeedSpec) {
        self.gate.accepted();
        self.trouble.remove(feed.resource);
        (self.failures, self.rests_until) = (0, None);
    }

    /// Writes down what went wrong, and stays away for a while.
    async fn note(&mut self, feed: &FeedSpec, error: &Error) -> Result<bool, StoreError> {
        self.failures += 1;
        self.trouble.insert(feed.resource, error.to_string());
        let wait = backoff::delay(error, self.failures, PATIENCE, backoff::roll());
        if error.kind.is_of_the_account() {
            self.gate.refused();
        } else {
            self.gate.undecided();
            self.gate.slow_down(feed, wait);
            self.rests_until = Some(Instant::now() + wait);
        }
        tracing::warn!(account = ACCOUNT, resource = feed.resource, wait_s = wait.as_secs(), "{error}");
        let refused = error.kind.is_of_the_account().then(|| self.router.fingerprint.clone());
        self.write_down(feed, error.to_string(), refused, wait).await?;
        Ok(true)
    }

    async fn write_down(
        &mut self,
        feed: &FeedSpec,
        error: String,
        refused: Option<String>,
        wait: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let calls = self.take_untold(feed.resource);
        let failure = Failure {
            rests_all: false,
            account: ACCOUNT.to_owned(),
            resource: feed.resource,
            refused,
            error,
            next_try_at: now.plus(wait),
            health: self.health(calls, false, now),
            now,
        };
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
        if self.told_at.is_some_and(|at| at.elapsed() < every) {
            return Ok(());
        }
        for resource in [DIRECTIONS.resource, GEOCODING.resource] {
            if self.trouble.contains_key(resource) {
                continue;
            }
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

/// A load's name in counts.
fn named(errand: &Errand) -> String {
    format!("{}/{}", errand.key.company_id, errand.key.id)
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
