//! An old position: whoever polls has it read anew before it is told, within the cache and the bucket; nobody else
//! asks an upstream anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use backhaul::assistant::{Answer, Assistant, Conversation, Refreshed};
use backhaul::config::Config;
use backhaul::daemon;
use backhaul::model::{Leader, Timestamp};
use backhaul::sim::{Fault, Options, Sim, Upstream};
use backhaul::store::{Access, Lease, Reader, Scope};
use backhaul::sync::{Clock, Looked, Lookups, Pulse};
use tokio::sync::watch;

use super::made::{DALLAS, Made, WACO};
use super::{assistant, facts};
use crate::processes::LIMIT;

/// A simulated Samsara whose time stands until it is moved, and its fleet as it was read once.
struct Office {
    sim: Sim,
    config: Config,
    hours: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Office {
    async fn open() -> Self {
        let days_ago = Clock::system().now().minus(Duration::from_hours(50));
        let hours = Arc::new(AtomicI64::new(0));
        let gone_by = Arc::clone(&hours);
        let clock = move || {
            let hours = u64::try_from(gone_by.load(Ordering::SeqCst)).unwrap();
            days_ago.plus(Duration::from_hours(hours))
        };
        let options = Options { units: 3, elds: vec![Upstream::Samsara], ..Options::new(Arc::new(clock)) };
        let sim = Sim::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("b.db").display());
        let (eld, _) =
            sim.config_toml(Some(&url)).split_once("[gemini]").map(|(a, b)| (a.to_owned(), b.len())).unwrap();
        let slow = "[polling]\nactive = \"1h\"\nidle = \"1h\"\n[cache]\nlocations = \"0s\"\n";
        let config = Config::from_toml(&format!("{eld}{slow}")).unwrap();
        Self { sim, config, hours, folder }
    }

    /// Time goes on out there.
    fn later(&self) {
        self.hours.fetch_add(11, Ordering::SeqCst);
    }

    /// How often positions were read.
    fn reads(&self) -> usize {
        let calls = self.sim.calls().into_iter();
        calls
            .filter(|call| call.upstream == Upstream::Samsara && call.path.contains("vehicles/stats"))
            .count()
    }

    /// A driver in a truck that was seen, and when that was.
    fn driver(&self) -> Option<(String, Timestamp)> {
        let now = Clock::system().now();
        let fleet = Reader::open(&self.folder.path().join("b.db"), Scope::Whole).ok()?.fleet(now).ok()?;
        let is_one = |name: &str| fleet.drivers.iter().filter(|row| row.name == name).count() == 1;
        fleet.drivers.iter().filter(|row| is_one(&row.name)).find_map(|row| {
            let seen_at = fleet.tractors.get(row.tractor_id.as_ref()?)?.observed_at?;
            Some((row.name.to_string(), seen_at))
        })
    }
}

async fn asked(assistant: &Assistant, name: &str) -> Answer {
    let question = format!("where is {name}");
    Conversation::default().ask(assistant, &question, None, &mut |_| {}).await.unwrap()
}

/// Asks until that is said: Samsara wants to be left alone for five seconds after each read.
async fn told(assistant: &Assistant, name: &str, what: &str) -> Answer {
    let began = Instant::now();
    loop {
        let answer = asked(assistant, name).await;
        if answer.text.contains(what) {
            return answer;
        }
        assert!(began.elapsed() < LIMIT, "{}", answer.text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_position_is_read_anew_by_who_polls_and_by_nobody_else() {
    let office = Office::open().await;
    let me = || Leader { pid: 1, host: "here".into(), since_at: Timestamp::from_secs(0) };
    let lease = Lease::try_take(&office.config.database.path, Access::Owner, me).unwrap().unwrap();
    let (lookups, (stop, stopped)) = (Lookups::default(), watch::channel(false));
    let polling = daemon::poll(&office.config, &lease, stopped, Pulse::default(), lookups.clone(), |_| {});
    let asking = async {
        let began = Instant::now();
        while office.driver().is_none() || office.reads() == 0 {
            assert!(began.elapsed() < LIMIT, "the fleet was never read");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let ours = daemon::assistant(&office.config, lookups.clone()).unwrap();
        let viewers = daemon::assistant(&office.config, Lookups::default()).unwrap();
        let (name, _) = office.driver().unwrap();
        // Once the first read is over in the poller's own books too.
        while lookups.positions("samsara").await != Looked::Read {
            assert!(began.elapsed() < LIMIT, "positions were never read for who asks");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (before, reads) = (office.driver().unwrap().1, office.reads());
        office.later();
        let answer = asked(&viewers, &name).await;
        assert_eq!((answer.oldest_at, office.reads()), (Some(before), reads), "a viewer asks nobody");
        assert!(!answer.text.contains("anew"), "{}", answer.text);

        let answer = told(&ours, &name, "Positions of samsara were read anew for this.").await;
        assert!(answer.oldest_at.unwrap() > before, "{} {before}", answer.text);
        assert!(office.reads() > reads);

        office.later();
        office.sim.faults().set(Upstream::Samsara, "", Fault::Status { code: 503, retry_after: None });
        let before = office.driver().unwrap().1;
        let answer = told(&ours, &name, "read anew: ").await;
        // All but the vehicles may have ended well: then it is told apart, and never as if all were read.
        let is_owned_up_to =
            ["NOT read anew: ", "NOT all read anew: "].iter().any(|said| answer.text.contains(said));
        assert!(is_owned_up_to && !answer.text.contains("were read anew"), "{}", answer.text);
        assert_eq!(answer.oldest_at, Some(before));
        stop.send(true).unwrap();
    };
    let (ended, ()) = tokio::join!(polling, asking);
    ended.unwrap();
    assert_eq!(lookups.positions("samsara").await, Looked::NotOurs, "nobody polls any more");
}

#[tokio::test]
async fn what_was_read_is_told_with_what_could_not_be() {
    let fleet = |at: (f64, f64), place: &str| {
        let mut made = Made::new();
        made.rig("418", at);
        made.tractors[0].place = Some(place.to_owned());
        made.fleet()
    };
    let (old, new) = (fleet(DALLAS, "Dallas"), fleet(WACO, "Waco"));
    let is_read = Arc::new(AtomicBool::new(false));
    let mut assistant = Assistant { model: None, ..assistant("http://127.0.0.1:1", old.clone()) };
    let known = Arc::clone(&is_read);
    assistant.library = Arc::new(move |now| {
        let fleet = if known.load(Ordering::SeqCst) { &new } else { &old };
        Ok(Arc::new(facts(fleet.clone(), now)))
    });
    assistant.refresh = Arc::new(move |_account| {
        is_read.store(true, Ordering::SeqCst);
        Box::pin(std::future::ready(Refreshed::Partly("trailer_stats: no permission".to_owned())))
    });
    let answer = asked(&assistant, "Driver 418").await;
    assert!(answer.text.contains("Waco") && !answer.text.contains("Dallas"), "{}", answer.text);
    let beside = "Positions of samsara were NOT all read anew: trailer_stats: no permission.";
    assert!(answer.text.contains(beside), "{}", answer.text);
}
