//! The poller with a scripted service, a real store and a paused clock: hours in milliseconds.

mod lookups;
mod one_by_one;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::http::{Error, Kind};
use backhaul::model::{Batch, Change, Profile, Reject, Timestamp, UnitKind, Unread, Viewer};
use backhaul::providers::{Ask, Cadence, FeedSpec, Page, Provider};
use backhaul::store::{Access, People, Reader, Retention, Scope, Store, StoreError, Watch};
use backhaul::sync::{Account, Clock, JUDGE, Lookups, Poller, Polling, Upkeep, read_once};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);
const START: Timestamp = Timestamp::from_secs(1_795_000_000);

const fn feed(resource: &'static str, cadence: Cadence, pause: Duration) -> FeedSpec {
    FeedSpec { resource, cadence, pause, limit: None, wants: None }
}

const FEEDS: &[FeedSpec] = &[
    feed("roster", Cadence::Roster, Duration::ZERO),
    feed("positions", Cadence::Positions, Duration::from_secs(5)),
    feed("assets", Cadence::Positions, Duration::from_mins(5)),
];

type Answer = Arc<dyn Fn(u64) -> Result<Page, Kind> + Send + Sync>;

/// What was asked for, at which second, from which cursor.
type Asked = (&'static str, u64, Option<String>);

/// Answers by script and writes down when it was asked what.
#[derive(Clone)]
struct Fake {
    began: Instant,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<HashMap<&'static str, Answer>>,
    feeds: &'static [FeedSpec],
}

impl Fake {
    fn new(script: impl IntoIterator<Item = (&'static str, Answer)>) -> Self {
        Self {
            began: Instant::now(),
            asked: Arc::default(),
            answer: Arc::new(script.into_iter().collect()),
            feeds: FEEDS,
        }
    }

    /// Seconds at which a resource was asked for.
    fn times(&self, resource: &str) -> Vec<u64> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|(asked, ..)| *asked == resource)
            .map(|(_, at, _)| *at)
            .collect()
    }

    fn cursors(&self, resource: &str) -> Vec<Option<String>> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(asked, ..)| *asked == resource).map(|(.., cursor)| cursor.clone()).collect()
    }
}

impl Provider for Fake {
    fn feeds(&self) -> &'static [FeedSpec] {
        self.feeds
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        let at = self.began.elapsed().as_secs();
        self.asked.lock().unwrap().push((ask.resource, at, ask.cursor.map(str::to_owned)));
        let answer = self.answer.get(ask.resource).map_or_else(|| Ok(Page::default()), |answer| answer(at));
        answer.map_err(|kind| Error::new(kind, "scripted"))
    }
}

struct Bench {
    folder: TempDir,
    clock: Clock,
    lookups: Lookups,
    calls_per_minute: u32,
}

impl Bench {
    fn new() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::from_runtime(START));
        Self { folder, clock, lookups: Lookups::default(), calls_per_minute: 1000 }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("b.db")
    }

    fn store(&self) -> Store {
        Store::open(&self.path(), Access::Owner, JUDGE, START).unwrap().0
    }

    /// Polls these accounts while `during` runs.
    async fn poll(&self, accounts: &[(&str, Fake)], during: impl Future<Output = ()>) {
        self.poll_to_the_end(accounts, during).await.unwrap();
    }

    /// The same, and how it ended.
    async fn poll_to_the_end(
        &self,
        accounts: &[(&str, Fake)],
        during: impl Future<Output = ()>,
    ) -> Result<(), StoreError> {
        let mut poller = Poller::new(self.store(), POLLING, self.clock.clone());
        poller.serve(self.lookups.clone());
        for (name, provider) in accounts {
            let account = Account {
                name: (*name).to_owned(),
                provider: provider.clone(),
                calls_per_minute: self.calls_per_minute,
                fingerprint: String::new(),
            };
            poller.add(account).await.unwrap();
        }
        let (stop, stopped) = watch::channel(false);
        let keep = Retention { movements: SECOND * 86_400, positions: SECOND * 86_400 };
        let names = accounts.iter().map(|(name, _)| (*name).to_owned()).collect();
        let upkeep = Upkeep { retention: keep, accounts: names };
        let run = tokio::spawn(poller.run(Watch::new(&self.path()).unwrap(), upkeep, stopped));
        during.await;
        // It may have ended by itself.
        let _ = stop.send(true);
        run.await.unwrap()
    }

    fn error(&self, account: &str, resource: &str) -> Option<String> {
        let fleet = Reader::open(&self.path(), Scope::Whole).unwrap().fleet(self.clock.now()).unwrap();
        let feed = fleet.feeds.iter().find(|feed| feed.account == account && feed.resource == resource);
        feed.and_then(|feed| feed.error.clone())
    }
}

const POLLING: Polling = Polling {
    active: Duration::from_secs(5),
    idle: Duration::from_mins(1),
    hours_active: Duration::from_secs(30),
    hours_idle: Duration::from_mins(1),
    movements_active: Duration::from_secs(30),
    movements_idle: Duration::from_mins(1),
    roster: Duration::from_mins(5),
    viewer_timeout: Some(Duration::from_mins(15)),
    fresh_locations: Duration::from_secs(30),
    fresh_hours: Duration::from_mins(1),
    fresh_profiles: Duration::from_mins(5),
};

fn fails_until(second: u64, kind: Kind) -> Answer {
    Arc::new(move |at| if at < second { Err(kind) } else { Ok(Page::default()) })
}

fn with_cursor(cursor: &str) -> Page {
    let tractor = Profile::new(UnitKind::Tractor, "1", "T-1");
    let batch = Batch {
        changes: vec![Change::Profile(Box::new(tractor))],
        cursor: Some(cursor.into()),
        ..Batch::default()
    };
    Page { batch, ..Page::default() }
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_and_feeds_are_read_at_the_idle_interval() {
    let (bench, fake) = (Bench::new(), Fake::new([]));
    bench.poll(&[("fake", fake.clone())], sleep(SECOND * 605)).await;
    assert_eq!(fake.times("roster"), [0, 300, 600]);
    assert_eq!(fake.times("positions").len(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_failing_account_never_slows_another_and_recovers_by_itself() {
    let bench = Bench::new();
    let down = Fake::new([("positions", fails_until(400, Kind::Unavailable { retry_after: None }))]);
    let well = Fake::new([]);
    let accounts = [("down", down.clone()), ("well", well.clone())];
    bench
        .poll(&accounts, async {
            sleep(SECOND * 390).await;
            assert!(bench.error("down", "positions").unwrap().contains("not available"));
            assert_eq!(bench.error("well", "positions"), None);
            sleep(SECOND * 215).await;
        })
        .await;
    assert_eq!(well.times("positions").len(), 11);
    assert_eq!(bench.error("down", "positions"), None, "it recovered");
    let tries = down.times("positions").into_iter().filter(|at| *at < 400).count();
    assert!((6..60).contains(&tries), "backs off, and does not give up: {tries} tries in 400 s");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_and_the_whole_account_is_calm_meanwhile() {
    let bench = Bench::new();
    let wait = Kind::Throttled { retry_after: Some(SECOND * 90) };
    let fake = Fake::new([("positions", fails_until(60, wait))]);
    bench.poll(&[("fake", fake.clone())], sleep(SECOND * 200)).await;
    let times = fake.times("positions");
    assert_eq!(times[0], 0);
    assert!(times[1] >= 90, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_stands_on_every_feed_and_is_tried_every_five_minutes() {
    let bench = Bench::new();
    let refuse = || fails_until(700, Kind::Unauthorized);
    let fake = Fake::new([("positions", refuse()), ("roster", refuse())]);
    bench
        .poll(&[("fake", fake.clone())], async {
            sleep(SECOND * 650).await;
            assert!(bench.error("fake", "roster").unwrap().contains("credentials refused"));
            let calls = fake.times("positions").len() + fake.times("roster").len();
            assert!(calls <= 4, "{calls} calls with a bad credential in eleven minutes");
            sleep(SECOND * 650).await;
        })
        .await;
    assert_eq!(bench.error("fake", "roster"), None);
    assert_eq!(bench.error("fake", "positions"), None);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_kept_over_a_restart_and_dropped_once_when_it_is_rejected() {
    let bench = Bench::new();
    let first = Fake::new([("positions", Arc::new(|_| Ok(with_cursor("c1"))) as Answer)]);
    bench.poll(&[("fake", first)], sleep(SECOND * 2)).await;
    let asked = Arc::new(Mutex::new(0));
    let answer: Answer = Arc::new(move |_| {
        *asked.lock().unwrap() += 1;
        if *asked.lock().unwrap() == 1 { Err(Kind::Rejected) } else { Ok(with_cursor("c2")) }
    });
    let second = Fake::new([("positions", answer)]);
    bench.poll(&[("fake", second.clone())], sleep(SECOND * 70)).await;
    assert_eq!(second.cursors("positions"), [Some("c1".into()), None, Some("c2".into())]);
    assert_eq!(bench.error("fake", "positions"), None);
}

#[tokio::test(start_paused = true)]
async fn somebody_looking_makes_positions_come_at_the_active_interval_at_once() {
    let (bench, fake) = (Bench::new(), Fake::new([]));
    bench
        .poll(&[("fake", fake.clone())], async {
            sleep(SECOND * 20).await;
            let mut people = People::open(&bench.path(), Access::Owner).unwrap();
            for _ in 0..15 {
                let now = bench.clock.now();
                let viewer = Viewer { id: "v".into(), key_at: now, ..Viewer::default() };
                people.announce(&viewer, now).unwrap();
                sleep(SECOND * 2).await;
            }
        })
        .await;
    let times = fake.times("positions");
    assert!(times[1] <= 21, "within a second of the look: {times:?}");
    assert!(times.len() >= 7 && times.windows(2).skip(1).all(|two| two[1] - two[0] <= 6), "{times:?}");
    assert_eq!(fake.times("roster"), [0]);
}

#[tokio::test(start_paused = true)]
async fn once_reads_every_feed_once_and_names_what_failed() {
    let bench = Bench::new();
    let store = bench.store();
    let fake = Fake::new([("positions", fails_until(9999, Kind::Forbidden))]);
    let account = Account {
        name: "fake".into(),
        provider: fake.clone(),
        calls_per_minute: 1000,
        fingerprint: String::new(),
    };
    let failed = read_once(account, &store, &POLLING, &bench.clock).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].0 == "positions" && failed[0].1.contains("permission"), "{failed:?}");
    assert_eq!((fake.times("roster").len(), fake.times("positions").len()), (1, 1));
}

/// A page of so many rows, of which not one was understood.
fn unread(rows: usize) -> Page {
    let why = "missing field `vehicle`".to_owned();
    let rejects = vec![Reject { external_id: String::new(), reason: format!("row not understood: {why}") }];
    Page {
        batch: Batch { rejects, unread: Some(Unread { rows, why }), ..Batch::default() },
        ..Page::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_of_which_no_row_is_understood_is_trouble_and_one_odd_change_is_not() {
    let bench = Bench::new();
    let began = Page { next: Some("2".into()), ..unread(5) };
    let pages = Arc::new(Mutex::new(vec![unread(1), began]));
    let two_pages: Answer = Arc::new(move |_| Ok(pages.lock().unwrap().pop().unwrap_or_default()));
    let odd_change: Answer = Arc::new(|at| Ok(if at < 30 { with_cursor("c1") } else { unread(2) }));
    let all_changes: Answer = Arc::new(|at| Ok(if at < 30 { with_cursor("c1") } else { unread(3) }));
    let fake = Fake::new([("roster", two_pages), ("positions", odd_change)]);
    let other = Fake::new([("positions", all_changes)]);
    bench
        .poll(&[("fake", fake.clone()), ("other", other)], async {
            sleep(SECOND).await;
            let said = "answer not understood (not one of its 6 rows: missing field `vehicle`)";
            assert_eq!(bench.error("fake", "roster").as_deref(), Some(said));
            sleep(SECOND * 100).await;
            assert_eq!(bench.error("fake", "roster"), None, "it is read well again");
            assert_eq!(bench.error("fake", "positions"), None);
            let said = "answer not understood (not one of its 3 rows: missing field `vehicle`)";
            assert_eq!(bench.error("other", "positions").as_deref(), Some(said));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn once_asks_a_service_that_refuses_the_credential_only_once() {
    let bench = Bench::new();
    let store = bench.store();
    let refuse = || fails_until(9999, Kind::Unauthorized);
    let fake = Fake::new([("roster", refuse()), ("positions", refuse())]);
    let account = Account {
        name: "fake".into(),
        provider: fake.clone(),
        calls_per_minute: 1000,
        fingerprint: String::new(),
    };
    let failed = read_once(account, &store, &POLLING, &bench.clock).await.unwrap();
    assert_eq!((failed.len(), fake.times("roster").len(), fake.times("positions").len()), (3, 1, 0));
    assert!(failed[1].0 == "positions" && failed[1].1.contains("not tried"), "{failed:?}");
}

#[tokio::test(start_paused = true)]
async fn once_waits_for_no_service_that_asks_for_minutes_of_calm() {
    let bench = Bench::new();
    let store = bench.store();
    let calm = Kind::Throttled { retry_after: Some(SECOND * 400) };
    let fake = Fake::new([("roster", fails_until(9999, calm))]);
    let account = Account {
        name: "fake".into(),
        provider: fake.clone(),
        calls_per_minute: 1000,
        fingerprint: String::new(),
    };
    let begun = tokio::time::Instant::now();
    let failed = read_once(account, &store, &POLLING, &bench.clock).await.unwrap();
    assert!(begun.elapsed() < SECOND * 60, "{:?}", begun.elapsed());
    assert_eq!((failed.len(), fake.times("roster").len(), fake.times("positions").len()), (3, 1, 0));
    assert!(failed[1].1.contains("not tried") && failed[1].1.contains("slow down"), "{failed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_rests_because_of_another_says_so_until_one_of_them_is_answered() {
    let bench = Bench::new();
    let calm = Kind::Throttled { retry_after: Some(SECOND * 60) };
    let fake = Fake::new([("positions", fails_until(30, calm))]);
    let accounts = [("fake", fake.clone())];
    bench
        .poll(&accounts, async {
            sleep(SECOND * 20).await;
            let kept_away = bench.error("fake", "roster").unwrap();
            assert!(
                kept_away.contains("slow down") && kept_away.ends_with("(asked for positions)"),
                "{kept_away}"
            );
            assert!(!bench.error("fake", "positions").unwrap().contains("asked for positions"));
            sleep(SECOND * 120).await;
            assert_eq!((bench.error("fake", "roster"), bench.error("fake", "positions")), (None, None));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn polling_ends_where_the_file_is_taken_away() {
    let bench = Bench::new();
    let fake = Fake::new([]);
    let lock = backhaul::store::lock_path(&bench.path());
    std::fs::write(&lock, "").unwrap();
    for file in [lock, bench.path()] {
        let taken_away = async {
            sleep(SECOND * 10).await;
            std::fs::rename(&file, file.with_extension("gone")).unwrap();
            sleep(SECOND * 30).await;
        };
        let ended = bench.poll_to_the_end(&[("fake", fake.clone())], taken_away).await;
        let error = ended.unwrap_err().to_string();
        assert!(error.contains(&*file.to_string_lossy()), "{error}");
        assert!(
            error.contains("taken away or replaced") && error.contains("start the poller again"),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_is_not_tried_again_by_a_restart_but_a_changed_one_is() {
    let bench = Bench::new();
    let refuse = || fails_until(9999, Kind::Unauthorized);
    let fake = Fake::new([("roster", refuse()), ("positions", refuse())]);
    bench.poll(&[("fake", fake.clone())], sleep(SECOND * 10)).await;
    bench.poll(&[("fake", fake.clone())], sleep(SECOND * 60)).await;
    assert_eq!(fake.times("roster").len() + fake.times("positions").len(), 1);

    let account = |fingerprint: &str| Account {
        name: "fake".into(),
        provider: fake.clone(),
        calls_per_minute: 1000,
        fingerprint: fingerprint.into(),
    };
    let failed = read_once(account(""), &bench.store(), &POLLING, &bench.clock).await.unwrap();
    assert!(failed.iter().all(|(_, why)| why.contains("refused")), "{failed:?}");
    assert_eq!(fake.times("roster").len(), 1);
    read_once(account("another"), &bench.store(), &POLLING, &bench.clock).await.unwrap();
    assert_eq!(fake.times("roster").len(), 2);
}
