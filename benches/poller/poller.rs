//! The real poller over the real Samsara client and the real store, judging what it reads, in a process of
//! its own.

use std::path::Path;
use std::time::Duration;

use backhaul::config::Config;
use backhaul::daemon::office;
use backhaul::http::Error;
use backhaul::providers::samsara::Samsara;
use backhaul::providers::{Ask, FeedSpec, Page, Provider};
use backhaul::store::{Access, Retention, Store, Watch};
use backhaul::sync::{Account, Board, Clock, JUDGE, Poller, Polling, Upkeep};
use secrecy::SecretString;
use tokio::sync::watch;

use super::{READS, WARM_UP, cpu_ms, report};

/// Polls `base` into a database in `folder`, and says what that cost.
pub fn run(base: &str, folder: &Path) {
    // With one worker, as the program has.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(poll(base, &folder.join("b.db")));
}

async fn poll(base: &str, path: &Path) {
    let clock = Clock::system();
    let (store, _) = Store::open(path, Access::Owner, JUDGE, clock.now()).expect("a store");
    let token = SecretString::from("a-token");
    let provider = Fast(Samsara::new(base, &token, None).expect("a client"));
    let account = Account {
        name: "samsara".to_owned(),
        provider,
        calls_per_minute: 100_000,
        fingerprint: String::new(),
    };
    let mut poller = Poller::new(store, polling(), clock);
    poller.add(account).await.expect("an account");
    let config = Config::from_toml("[database]\nurl = \"sqlite:b.db\"\n").expect("a configuration");
    poller.judge(Board { database: path.to_owned(), office: office(&config), router: None });
    let (stop, stopped) = watch::channel(false);
    let retention = Retention { movements: Duration::MAX, positions: Duration::from_hours(24) };
    let upkeep = Upkeep { retention, accounts: vec!["samsara".to_owned()] };
    let running = tokio::spawn(poller.run(Watch::new(path).expect("a watch"), upkeep, stopped));
    reads(path, WARM_UP).await;
    let before = cpu_ms();
    reads(path, WARM_UP + READS).await;
    report(before);
    let _ = stop.send(true);
    running.await.expect("no panic").expect("a poller that ended well");
}

/// Returns when the vehicles' stats have been read so often.
async fn reads(path: &Path, count: u32) {
    let sql = rusqlite::Connection::open(path).expect("the database");
    // Prepared once, and asked seldom: what looking costs is counted with what the poller does.
    let mut question =
        sql.prepare("SELECT last_ok_at FROM feeds WHERE resource = 'vehicle_stats'").expect("a question");
    let mut seen = None::<i64>;
    let mut done = 0;
    while done < count {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let last: Option<i64> = question.query_row([], |row| row.get(0)).unwrap_or_default();
        if last != seen {
            (seen, done) = (last, done + 1);
        }
    }
}

fn polling() -> Polling {
    let (often, seldom) = (Duration::from_secs(5), Duration::from_mins(5));
    Polling {
        active: often,
        idle: often,
        hours_active: often,
        hours_idle: often,
        movements_active: often,
        movements_idle: often,
        roster: seldom,
        viewer_timeout: None,
        fresh_locations: seldom,
        fresh_hours: seldom,
        fresh_profiles: seldom,
    }
}

/// Samsara without the feeds that its own limits keep from being read every 5 s.
struct Fast(Samsara);

impl Provider for Fast {
    fn feeds(&self) -> &'static [FeedSpec] {
        const READ: [&str; 6] =
            ["vehicles", "drivers", "trailers", "vehicle_stats", "trailer_stats", "hos_clocks"];
        let read = self.0.feeds().iter().copied().filter(|spec| READ.contains(&spec.resource));
        // Asked for a handful of times in a process that ends soon.
        Vec::leak(read.map(|spec| FeedSpec { limit: None, ..spec }).collect())
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        self.0.fetch(ask).await
    }
}
