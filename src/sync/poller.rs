//! The poller: one task a feed, one gate an account, one look at who is watching.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::board::{self, Board};
use super::bucket::Bucket;
use super::cadence::{Last, Mode, Polling, Wish, wait};
use super::clock::Clock;
use super::feed::{Feed, Trouble};
use super::gate::{Gate, Priority};
use super::lookups::{Lookups, Outcome, Window};
use crate::model::{Timestamp, Viewer};
use crate::providers::{Cadence, FeedSpec, Provider};
use crate::store::{Retention, Store, StoreError, Watch};

/// What people's consoles want of the poller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Whether anybody looks.
    pub mode: Mode,
    /// When somebody last asked for fresh data.
    pub asked_at: Option<Timestamp>,
    /// When somebody last began to look, where nobody had been looking.
    pub woke_at: Option<Timestamp>,
}

impl Demand {
    /// What people have wished for of a feed since it was last read.
    fn wish(&self, cadence: Cadence, began_at: Timestamp) -> Wish {
        let since = |at: Option<Timestamp>| at.is_some_and(|at| at > began_at);
        if cadence == Cadence::Positions && since(self.woke_at) {
            Wish::Now
        } else if since(self.asked_at.max(self.woke_at)) {
            Wish::Fresh
        } else {
            Wish::None
        }
    }
}

/// An account to be polled.
pub struct Account<P> {
    /// Its name.
    pub name: String,
    /// The service.
    pub provider: P,
    /// Never more calls than this in any minute.
    pub calls_per_minute: u32,
    /// Another for another credential or address, so that a mended one is tried at once; a digest that
    /// neither can be read back from.
    pub fingerprint: String,
}

/// What the database is kept in order by.
#[derive(Clone, Debug)]
pub struct Upkeep {
    /// How long what is over stays.
    pub retention: Retention,
    /// Every account of the configuration, also those that cannot be polled now.
    pub accounts: Vec<String>,
}

/// When polling last gave a sign of life: the worker ran and the database's thread answered, if only that it
/// must wait. Clones are the same.
pub type Pulse = watch::Sender<Option<Instant>>;

/// Everything that polls. The caller holds the lease.
pub struct Poller {
    store: Store,
    polling: Polling,
    clock: Clock,
    demand: watch::Sender<Demand>,
    pulse: Pulse,
    lookups: Lookups,
    tasks: JoinSet<Result<(), StoreError>>,
}

impl Poller {
    /// A poller of nothing yet. Must be called within a runtime.
    pub fn new(store: Store, polling: Polling, clock: Clock) -> Self {
        let (demand, _) = watch::channel(Demand::default());
        let (pulse, lookups) = (Pulse::default(), Lookups::default());
        Self { store, polling, clock, demand, pulse, lookups, tasks: JoinSet::new() }
    }

    /// Gives signs of life there.
    pub fn beat(&mut self, pulse: Pulse) {
        self.pulse = pulse;
    }

    /// Reads for people who ask there; for accounts that are added from now on.
    pub fn serve(&mut self, lookups: Lookups) {
        self.lookups = lookups;
    }

    /// Starts polling an account.
    pub async fn add<P: Provider>(&mut self, account: Account<P>) -> Result<(), StoreError> {
        let feeds = feeds(account, &self.store, &self.clock).await?;
        let Some(one) = feeds.first() else { return Ok(()) };
        let positions = feeds.iter().map(|feed| feed.spec).filter(|spec| spec.cadence == Cadence::Positions);
        let window = self.lookups.open(
            &one.account,
            positions,
            &one.gate,
            self.polling.time_to_live(Cadence::Positions),
        );
        let rosters =
            feeds.iter().filter(|feed| feed.spec.cadence == Cadence::Roster && feed.spec.wants.is_none());
        let (tried, rosters_left) = watch::channel(rosters.count());
        let tried = Arc::new(tried);
        for (place, feed) in (0_u32..).zip(feeds) {
            let turns = Turns {
                polling: self.polling,
                demand: self.demand.subscribe(),
                tried: Arc::clone(&tried),
                rosters_left: rosters_left.clone(),
                window: window.clone(),
                // Staggered, so that a start is no stampede.
                first: Duration::from_millis(40) * place,
            };
            self.tasks.spawn(poll(feed, turns));
        }
        Ok(())
    }

    /// Starts judging loads by what is polled.
    pub fn judge(&mut self, board: Board) {
        self.tasks.spawn(board::judge_on(board, self.store.clone(), self.clock.clone()));
    }

    /// Polls until `stop` is true, or the database fails. Then no task is left, what was being written is
    /// committed, and the store is closed.
    pub async fn run(
        mut self,
        watch: Watch,
        upkeep: Upkeep,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let lookout = Lookout {
            store: self.store.clone(),
            polling: self.polling,
            clock: self.clock.clone(),
            pulse: self.pulse.clone(),
        };
        self.tasks.spawn(lookout.look(watch, self.demand.clone()));
        self.tasks.spawn(keep_up(self.store.clone(), upkeep, self.clock.clone()));
        let ended = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => Ok(()),
            ended = self.tasks.join_next() => match ended {
                Some(Ok(Err(error))) => Err(error),
                Some(Err(panic)) if panic.is_panic() => Err(StoreError::Broken(panic.to_string())),
                _ => Ok(()),
            },
        };
        self.lookups.close();
        self.tasks.shutdown().await;
        self.store.close().await;
        ended
    }
}

/// The account's feeds, ready to be read from where the store remembers.
pub(super) async fn feeds<P: Provider>(
    account: Account<P>,
    store: &Store,
    clock: &Clock,
) -> Result<Vec<Feed<P>>, StoreError> {
    let now = clock.now();
    let budget = store.budget(&account.name, &account.fingerprint).await?;
    let full_at = budget.full_at.map_or(Duration::ZERO, |full_at| full_at.since(now));
    // A clock that was set back must not close the gate for longer than a bucket takes to fill.
    let full_at = Instant::now() + full_at.min(Duration::from_secs(61));
    let gate = Arc::new(Gate::new(Bucket::new(account.calls_per_minute, full_at)));
    if let Some(until) = budget.refused_until.filter(|until| *until > now) {
        gate.refused_for(until.since(now));
    }
    let (name, provider): (Arc<str>, _) = (account.name.into(), Arc::new(account.provider));
    let fingerprint: Arc<str> = account.fingerprint.into();
    store.announce_feeds(&name, provider.feeds().iter().map(|spec| spec.resource).collect()).await?;
    let mut feeds = Vec::new();
    for spec in provider.feeds() {
        feeds.push(Feed {
            account: Arc::clone(&name),
            provider: Arc::clone(&provider),
            spec,
            fingerprint: Arc::clone(&fingerprint),
            gate: Arc::clone(&gate),
            store: store.clone(),
            clock: clock.clone(),
            cursor: store.remembered(&name, spec.resource).await?.cursor,
        });
    }
    Ok(feeds)
}

/// When a feed's turn comes.
struct Turns {
    polling: Polling,
    demand: watch::Receiver<Demand>,
    tried: Arc<watch::Sender<usize>>,
    rosters_left: watch::Receiver<usize>,
    window: Window,
    first: Duration,
}

impl Turns {
    /// When a feed may be read for the first time. On a first start nothing refers to what no roster
    /// has named yet: rosters go first. And the pause after the last read holds whoever made it.
    async fn wait_for_the_first<P: Provider>(&mut self, feed: &Feed<P>) -> Result<(), StoreError> {
        sleep(self.first).await;
        if let Some(want) = feed.spec.wants {
            // Until somebody has said what there is, nothing can be wanted of it; nor does a person wait for that where
            // who should say it is in trouble.
            let list = want.depends_on();
            loop {
                let listed = persist(|| feed.store.remembered(&feed.account, list)).await?;
                if listed.last_ok_at.is_some() {
                    break;
                }
                if let Some(why) = listed.error {
                    let outcome = Outcome::Failed(format!("{list} could not be read: {why}"));
                    self.window.ended(feed.spec.resource, Instant::now(), outcome);
                }
                sleep(LOOK_AGAIN).await;
            }
        }
        let remembered = persist(|| feed.store.remembered(&feed.account, feed.spec.resource)).await?;
        let Some(read_at) = remembered.last_ok_at else {
            if !is_roster(feed.spec) {
                let _ = self.rosters_left.wait_for(|left| *left == 0).await;
            }
            return Ok(());
        };
        sleep(feed.spec.pause.saturating_sub(feed.clock.now().since(read_at))).await;
        Ok(())
    }

    fn interval(&self, spec: &FeedSpec) -> Duration {
        self.polling.interval(spec.cadence, self.demand.borrow().mode)
    }
}

/// How often is looked whether what a feed depends on was read.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

const fn is_roster(spec: &FeedSpec) -> bool {
    matches!(spec.cadence, Cadence::Roster) && spec.wants.is_none()
}

/// Reads one feed for ever.
async fn poll<P: Provider>(mut feed: Feed<P>, mut turns: Turns) -> Result<(), StoreError> {
    turns.wait_for_the_first(&feed).await?;
    let (mut failures, mut first, mut priority) = (0, true, Priority::Routine);
    loop {
        let (began, began_at) = (Instant::now(), feed.clock.now());
        let result = feed.read(turns.interval(feed.spec), priority).await;
        if std::mem::take(&mut first) && is_roster(feed.spec) {
            turns.tried.send_modify(|left| *left = left.saturating_sub(1));
        }
        turns.window.ended(feed.spec.resource, began, Outcome::of(&result));
        match result {
            Ok(_) => {
                if std::mem::take(&mut failures) > 0 {
                    tracing::info!(account = %feed.account, resource = feed.spec.resource, "answers again");
                }
                priority = rest(&feed, &mut turns, began, began_at).await;
            }
            Err(Trouble::Store(error)) => {
                // A page that was not written is read again: nothing of it was committed.
                wait_out(error).await?;
                priority = rest(&feed, &mut turns, began, began_at).await;
            }
            Err(Trouble::Upstream(error)) => {
                failures += 1;
                let interval = turns.interval(feed.spec);
                sleep(persist(|| feed.note(&error, failures, interval, interval)).await?).await;
                priority = Priority::Routine;
            }
        }
    }
}

/// How long a database that is locked, or a disk that is full, is given before the next try.
const LOCKED: Duration = Duration::from_secs(2);

/// Does it again until it works, as long as what stands in the way may go by itself.
async fn persist<T, F>(mut work: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match work().await {
            Err(error) => wait_out(error).await?,
            done => return done,
        }
    }
}

/// Waits where waiting may help; else the error.
async fn wait_out(error: StoreError) -> Result<(), StoreError> {
    if !error.may_pass() {
        return Err(error);
    }
    tracing::warn!("{error}; trying again");
    sleep(LOCKED).await;
    Ok(())
}

/// Waits until a feed that is well is due again, listening for people meanwhile.
async fn rest<P: Provider>(
    feed: &Feed<P>,
    turns: &mut Turns,
    began: Instant,
    began_at: Timestamp,
) -> Priority {
    let ended = Instant::now();
    loop {
        let demand = *turns.demand.borrow_and_update();
        let mut wish = demand.wish(feed.spec.cadence, began_at);
        if feed.spec.cadence == Cadence::Positions && turns.window.is_asked_since(began) {
            wish = wish.max(Wish::Fresh);
        }
        let last = Last { since_began: began.elapsed(), since_ended: ended.elapsed(), wish };
        let interval = turns.polling.interval(feed.spec.cadence, demand.mode);
        let left = wait(last, interval, turns.polling.time_to_live(feed.spec.cadence), feed.spec.pause);
        if left.is_zero() {
            return if wish == Wish::None { Priority::Routine } else { Priority::Person };
        }
        tokio::select! {
            () = sleep(left) => {}
            changed = turns.demand.changed() => if changed.is_err() { sleep(left).await },
            () = turns.window.asked() => {}
        }
    }
}

/// Looks who is watching.
struct Lookout {
    store: Store,
    polling: Polling,
    clock: Clock,
    pulse: Pulse,
}

impl Lookout {
    async fn look(self, mut watch: Watch, demand: watch::Sender<Demand>) -> Result<(), StoreError> {
        loop {
            persist(|| self.store.still_there()).await?;
            let viewers = persist(|| self.asked()).await?;
            let now = self.clock.now();
            let mode = self.polling.mode(&viewers, now);
            let asked = viewers.iter().filter_map(|viewer| viewer.refresh_at).max();
            demand.send_if_modified(|known| {
                let woke = mode == Mode::Active && known.mode == Mode::Idle;
                let woke_at = if woke { Some(now) } else { known.woke_at };
                let fresh = Demand { mode, asked_at: asked.max(known.asked_at), woke_at };
                std::mem::replace(known, fresh) != fresh
            });
            // Nobody commits when a console dies; that shows only by looking.
            tokio::select! { () = watch.written() => {}, () = sleep(Duration::from_secs(1)) => {} }
        }
    }

    /// The open consoles. That the database answered at all is the sign of life.
    async fn asked(&self) -> Result<Vec<Viewer>, StoreError> {
        let viewers = self.store.viewers().await;
        self.pulse.send_replace(Some(Instant::now()));
        viewers
    }
}

/// How often what is silent is called dark.
const DARKEN_EVERY: Duration = Duration::from_mins(1);
/// In so many of those rounds what is over is thrown away once.
const ROUNDS: u32 = 10;

/// Keeps the database in order while it is polled.
async fn keep_up(store: Store, upkeep: Upkeep, clock: Clock) -> Result<(), StoreError> {
    for round in (0..ROUNDS).cycle() {
        if round == 0 {
            persist(|| store.keep_accounts(upkeep.accounts.clone(), clock.now())).await?;
            while persist(|| store.throw_away(upkeep.retention, clock.now())).await? {
                sleep(Duration::from_millis(200)).await;
            }
        }
        persist(|| store.darken(clock.now())).await?;
        sleep(DARKEN_EVERY).await;
    }
    Ok(())
}
