//! The office of a fast-forwarded day: real providers that read the simulated upstreams over HTTP, a real
//! database, the simulated Mapbox, and the judge that the poller runs. Time goes on by hand, in steps; who is
//! asked when is decided here and not by `sync`'s clockwork, which has tests of its own.

use std::collections::VecDeque;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use backhaul::config::Config;
use backhaul::daemon::{AnyAccount, accounts, board};
use backhaul::http::Kind;
use backhaul::model::{Address, Fleet, Muster, Post, Timestamp};
use backhaul::providers::{Ask, Cadence, FeedSpec, Provider};
use backhaul::routing::{Mapbox, Next, PER_BATCH, Question, next};
use backhaul::rules::alerts::{self, Condition};
use backhaul::rules::freshness::Freshness;
use backhaul::sim::{Clock, Options, Sim};
use backhaul::store::{Access, Commit, Failure, Health, Reader, Scope, Store};
use backhaul::sync::{Account, JUDGE, Judging, Roads, Spot, look_out};
use tempfile::TempDir;

use super::rough::Rough;

/// How often each kind of feed is read, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub positions: i64,
    pub hours: i64,
    pub movements: i64,
    pub reads: Reads,
}

/// What is read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// What loads rest on.
    WhatLoadsNeed,
    /// Every feed there is.
    Everything,
}

/// Rosters hardly change in a day.
const ROSTERS: i64 = 8 * 3600;
/// Loads rest on none of these.
const IDLE_FEEDS: &[&str] = &[
    "assets",
    "trailers",
    "trailer_stats",
    "trailer_locations",
    "asset_locations",
    "driver_trailer_assignments",
    "odometers",
    "attachments",
    "orders",
    "customers",
    // The TMS's own idea of where trucks are, which comes from the ELDs.
    "positions",
];
/// A read that goes on for longer goes round in circles.
const MOST_PAGES: usize = 500;

/// Where everything is that a day needs.
pub struct Desk {
    pub sim: Sim,
    folder: TempDir,
    path: PathBuf,
    clock: Arc<AtomicI64>,
    store: Store,
    reader: Reader,
    judging: Judging,
    roads: Arc<Mutex<Roads>>,
    mapbox: Mapbox,
    lines: Vec<Box<dyn Reading>>,
    pub rough: Rough,
    pub calls: Calls,
    looks: u32,
    /// While this is held, time stands still but for [`Desk::go_on`].
    _time: mpsc::Sender<()>,
}

/// What was asked in a day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    pub upstream: usize,
    pub failed: usize,
    pub routes: usize,
    pub judged: usize,
}

impl Desk {
    /// Of a fleet of so many as it is.
    pub async fn open(units: usize, seed: u64, pace: Pace, start: Timestamp) -> Self {
        let world = |now| Options { units, seed, ..Options::new(now) };
        Self::of(world, pace, start).await
    }

    /// Of the world that is made by this clock.
    pub async fn of(world: impl FnOnce(Clock) -> Options, pace: Pace, start: Timestamp) -> Self {
        // The runtime's clock is paused and would leap ahead whenever everybody waits for a socket. A
        // blocking task that never ends keeps it from that.
        let (time, held) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || held.recv());
        let clock = Arc::new(AtomicI64::new(start.millis()));
        let read = Arc::clone(&clock);
        let now = Arc::new(move || Timestamp::from_millis(read.load(Ordering::Relaxed)));
        let options = world(now);
        let seed = options.seed;
        let sim = Sim::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backhaul.db");
        let config =
            Config::from_toml(&sim.config_toml(Some(&format!("sqlite:{}", path.display())))).unwrap();
        let store = Store::open(&path, Access::Owner, JUDGE, start).unwrap().0;
        let board = board(&config).unwrap();
        let roads = Arc::new(Mutex::new(Roads::default()));
        Self {
            rough: Rough::new(seed, start),
            lines: accounts(&config).unwrap().into_iter().map(|account| line(account, pace)).collect(),
            judging: Judging::new(board.office, Arc::clone(&roads)),
            reader: Reader::open(&path, Scope::Judged).unwrap(),
            mapbox: board.router.unwrap().mapbox,
            calls: Calls::default(),
            looks: 0,
            folder,
            path,
            _time: time,
            sim,
            clock,
            store,
            roads,
        }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::Relaxed))
    }

    /// Lets time pass for everybody.
    pub async fn go_on(&mut self, by: Duration) {
        self.clock.store(self.now().plus(by).millis(), Ordering::Relaxed);
        tokio::time::advance(by).await;
    }

    /// Reads what is due, asks for roads, judges, and reads back what then stands in the database.
    pub async fn look(&mut self) -> Arc<Fleet> {
        let now = self.now();
        self.rough.set(&self.sim, now);
        let mut lines = std::mem::take(&mut self.lines);
        for line in &mut lines {
            line.read(&self.store, &mut self.rough, &mut self.calls, now).await;
        }
        self.lines = lines;
        self.store.darken(now).await.unwrap();
        if self.looks.is_multiple_of(5) {
            self.judging.remember(self.reader.duty_history().unwrap());
        }
        self.looks += 1;
        let fleet = self.reader.fleet(now).unwrap();
        let verdicts = self.judging.pass(&fleet, now);
        self.calls.judged += verdicts.judged.len();
        self.store.judge(verdicts.judged, verdicts.over).await.unwrap();
        self.ask_for_roads(now).await;
        self.reader.fleet(now).unwrap()
    }

    /// Looks for trouble as the poller does, and writes down what becomes of it.
    pub async fn look_over(&mut self) {
        let now = self.now();
        let fresh = Freshness::of(&self.reader.fleet(now).unwrap().feeds, now);
        let muster = look_out(&mut self.reader, &fresh).unwrap();
        let steps = alerts::look(&self.reader.fleet(now).unwrap(), &muster, &fresh, now);
        self.store.write_exceptions(steps).await.unwrap();
    }

    /// Has everything read at the next look, due or not.
    pub fn hurry(&mut self) {
        self.lines.iter_mut().for_each(|line| line.hurry());
    }

    /// Ends it. The database stays, in a folder that lives as long as the first of these.
    pub async fn close(self) -> (TempDir, PathBuf) {
        self.store.close().await;
        (self.folder, self.path)
    }

    /// What is wrong: as the poller finds it, which reads few units whole, and as who reads all of them would.
    pub fn wrong(&mut self) -> [Vec<Condition>; 2] {
        let now = self.now();
        let whole = Reader::open(&self.path, Scope::Whole).unwrap().fleet(now).unwrap();
        let fresh = Freshness::of(&whole.feeds, now);
        let muster = look_out(&mut self.reader, &fresh).unwrap();
        let judged = self.reader.fleet(now).unwrap();
        let mut all = Muster::default();
        whole.tractors.iter().for_each(|row| all.call(Post::from(&**row)));
        [(judged, muster), (whole, all)]
            .map(|(fleet, muster)| alerts::conditions(&fleet, &muster, &fresh, now))
    }

    /// The answers are there for the next look: two minutes are no time on a road.
    async fn ask_for_roads(&mut self, now: Timestamp) {
        let unplaced = self.roads.lock().unwrap().unplaced(PER_BATCH);
        if !unplaced.is_empty() {
            self.find(unplaced, now).await;
        }
        loop {
            let Some(errand) = self.roads.lock().unwrap().next(now) else { break };
            let question = Question { position: &errand.position, stops: &errand.stops };
            let mut attempt = errand.attempt;
            let route = loop {
                self.calls.routes += 1;
                match self.mapbox.route(&question, attempt, now).await {
                    Ok(route) => break Ok(Ok(route)),
                    Err(error) => match next(attempt, error) {
                        Next::Ask(again) => attempt = again,
                        Next::Estimate(why) => break Ok(Err(why)),
                        Next::Later(error) | Next::Stop(error) => break Err(error),
                    },
                }
            };
            // What was refused is asked for again at the next look.
            let Ok(route) = route else { break };
            self.roads.lock().unwrap().answered(&errand, attempt, route, now);
        }
    }

    async fn find(&mut self, addresses: Vec<Address>, now: Timestamp) {
        use backhaul::model::Geocoded;
        let Ok(found) = self.mapbox.geocode(&addresses, now).await else { return };
        let spot = |found: Geocoded| match found {
            Geocoded::Found(place) => Spot { point: Some(place.point), is_unsure: false },
            Geocoded::ToConfirm(place) => Spot { point: Some(place.point), is_unsure: true },
            Geocoded::Rejected(_) | Geocoded::NoMatch => Spot { point: None, is_unsure: false },
        };
        self.roads.lock().unwrap().placed(addresses.into_iter().zip(found.into_iter().map(spot)));
    }
}

/// An account whose feeds are read when they are due, whatever service it is.
trait Reading {
    fn read<'a>(
        &'a mut self,
        store: &'a Store,
        rough: &'a mut Rough,
        calls: &'a mut Calls,
        now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

    /// Has every feed due at once.
    fn hurry(&mut self);
}

fn line(account: AnyAccount, pace: Pace) -> Box<dyn Reading> {
    match account {
        AnyAccount::Samsara(account) => Box::new(AccountLine::new(account, pace)),
        AnyAccount::Geotab(account) => Box::new(AccountLine::new(*account, pace)),
        AnyAccount::Motive(account) => Box::new(AccountLine::new(account, pace)),
        AnyAccount::Terminal(account) => Box::new(AccountLine::new(account, pace)),
        AnyAccount::McLeod(account) => Box::new(AccountLine::new(account, pace)),
    }
}

struct AccountLine<P> {
    name: String,
    provider: P,
    feeds: VecDeque<FeedLine>,
}

struct FeedLine {
    spec: &'static FeedSpec,
    cursor: Option<String>,
    every: i64,
    due_at: Timestamp,
}

impl<P: Provider> AccountLine<P> {
    fn new(account: Account<P>, pace: Pace) -> Self {
        let all = pace.reads == Reads::Everything;
        let feeds =
            account.provider.feeds().iter().filter(|spec| all || !IDLE_FEEDS.contains(&spec.resource));
        let feeds = feeds.map(|spec| FeedLine {
            spec,
            cursor: None,
            every: match spec.cadence {
                Cadence::Positions => pace.positions,
                Cadence::Hours => pace.hours,
                Cadence::Movements => pace.movements,
                Cadence::Roster => ROSTERS,
            },
            due_at: Timestamp::from_secs(0),
        });
        Self { feeds: feeds.collect(), name: account.name, provider: account.provider }
    }
}

impl<P: Provider> Reading for AccountLine<P> {
    fn read<'a>(
        &'a mut self,
        store: &'a Store,
        rough: &'a mut Rough,
        calls: &'a mut Calls,
        now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            for feed in self.feeds.iter_mut().filter(|feed| feed.due_at <= now) {
                feed.due_at = now.plus(Duration::from_secs(feed.every.unsigned_abs()));
                feed.read(&self.name, &self.provider, store, (rough, calls), now).await;
            }
        })
    }

    fn hurry(&mut self) {
        self.feeds.iter_mut().for_each(|feed| feed.due_at = Timestamp::from_secs(0));
    }
}

impl FeedLine {
    async fn read<P: Provider>(
        &mut self,
        account: &str,
        provider: &P,
        store: &Store,
        (rough, calls): (&mut Rough, &mut Calls),
        now: Timestamp,
    ) {
        let mut wanted = vec![Vec::new()];
        if let Some(want) = self.spec.wants {
            let ids = store.wanted(account, want, usize::MAX, now).await.unwrap();
            wanted =
                if want.is_one_by_one() { ids.into_iter().map(|id| vec![id]).collect() } else { vec![ids] };
            wanted.retain(|ids| !ids.is_empty());
        }
        let last = wanted.len();
        let mut read_rev = None;
        for (number, ids) in wanted.iter().enumerate() {
            let (mut page, mut restart) = (None::<String>, false);
            for turn in 0.. {
                assert!(turn < MOST_PAGES, "{account} {} has no end", self.spec.resource);
                if let (Some(want), [id]) =
                    (self.spec.wants.filter(|want| want.is_one_by_one()), ids.as_slice())
                {
                    store.asked(want, id, now).await.unwrap();
                }
                let ask = Ask {
                    resource: self.spec.resource,
                    cursor: self.cursor.as_deref(),
                    page: page.as_deref(),
                    restart,
                    wanted: ids,
                    now,
                };
                calls.upstream += 1;
                let mut told = match provider.fetch(ask).await {
                    Ok(told) => told,
                    Err(error) if error.kind == Kind::Rejected && !restart && self.cursor.is_some() => {
                        store.forget_cursor(account, self.spec.resource).await.unwrap();
                        (self.cursor, page, restart) = (None, None, true);
                        continue;
                    }
                    Err(error) => {
                        calls.failed += 1;
                        return self.fail(account, store, error.to_string(), now).await;
                    }
                };
                page.clone_from(&told.next);
                if told.is_step && page.is_some() {
                    continue;
                }
                rough.spoil(account, &mut told.batch.changes, now);
                let cursor = told.batch.cursor.clone();
                let health = self.health(page.is_none() && number + 1 == last, now);
                let (account, resource) = (account.to_owned(), self.spec.resource);
                let commit = Commit { account, resource, batch: told.batch, read_rev, health, now };
                let applied = store.apply(commit).await.unwrap();
                read_rev.get_or_insert(applied.revision);
                self.cursor = cursor.or(self.cursor.take());
                if page.is_none() {
                    break;
                }
            }
        }
    }

    async fn fail(&mut self, account: &str, store: &Store, error: String, now: Timestamp) {
        let failure = Failure {
            rests_all: false,
            account: account.to_owned(),
            resource: self.spec.resource,
            refused: None,
            error,
            next_try_at: self.due_at,
            health: self.health(false, now),
            now,
        };
        store.fail(failure).await.unwrap();
    }

    fn health(&self, done: bool, now: Timestamp) -> Health {
        Health { interval_s: self.every, calls: 1, tokens_left: 1, bucket_full_at: now, done }
    }
}
