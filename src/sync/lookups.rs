//! Look-ups of people who wait: an account's positions read now, where they are older than the cache allows, within
//! its bucket. Only who polls has accounts here; in any other process nothing is read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::feed::Trouble;
use super::gate::Gate;
use crate::providers::{FeedSpec, Kind};

/// Nobody is kept waiting for longer.
const PATIENCE: Duration = Duration::from_secs(6);

/// What came of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The account's positions were read just now.
    Read,
    /// They were read so short a time ago that they are not read again.
    Recent,
    /// Some of them are as new as they can be had; why not all, in words.
    Partly(String),
    /// They were not read; why, in words.
    Kept(String),
    /// This process does not read that account.
    NotOurs,
}

/// The accounts that this process reads. Clones are the same.
#[derive(Clone, Default)]
pub struct Lookups(Arc<Mutex<BTreeMap<String, Counter>>>);

/// Where people ask for one account.
#[derive(Clone)]
struct Counter {
    gate: Arc<Gate>,
    asked: watch::Sender<Option<Instant>>,
    ended: watch::Receiver<Reads>,
}

/// Each feed of positions.
type Reads = BTreeMap<&'static str, Read>;

/// How a feed was last read.
#[derive(Clone, Debug)]
struct Read {
    /// It is not read again so soon: by the cache, or by the provider's own pause.
    rests: Duration,
    ended: Option<Ended>,
}

/// The end of a read.
#[derive(Clone, Debug)]
struct Ended {
    began: Instant,
    at: Instant,
    outcome: Outcome,
}

/// What came of a read.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Positions, as many as there are.
    Told,
    /// The service has none to give: nobody waits for them.
    Lacking,
    /// Trouble, in words.
    Failed(String),
}

impl Outcome {
    /// By how the feed's read ended.
    pub fn of(read: &Result<usize, Trouble>) -> Self {
        match read {
            Ok(_) => Self::Told,
            Err(Trouble::Upstream(error)) if error.kind == Kind::Unsupported => Self::Lacking,
            Err(Trouble::Upstream(error)) => Self::Failed(error.to_string()),
            Err(Trouble::Store(error)) => Self::Failed(error.to_string()),
        }
    }
}

/// The poller's side of one account. Clones are of the same.
#[derive(Clone)]
pub struct Window {
    asked: watch::Receiver<Option<Instant>>,
    ended: watch::Sender<Reads>,
}

impl Lookups {
    /// Has the positions of `account` read, unless they were a short time ago. Returns once they are, or why they are not.
    pub async fn positions(&self, account: &str) -> Looked {
        let Some(counter) = self.lock().get(account).cloned() else { return Looked::NotOurs };
        let now = Instant::now();
        let mut ended = counter.ended;
        match standing(&ended.borrow(), now, now) {
            Some(Looked::Read) => return Looked::Recent,
            // What failed is tried again at its own time.
            Some(looked) => return looked,
            None => {}
        }
        if counter.gate.is_refused() {
            return Looked::Kept("its credential is refused".to_owned());
        }
        if counter.gate.budget(now).0 == 0 {
            return Looked::Kept("its calls of this minute are used up".to_owned());
        }
        counter.asked.send_replace(Some(now));
        let read = async {
            loop {
                if let Some(done) = standing(&ended.borrow_and_update(), now, Instant::now()) {
                    return done;
                }
                if ended.changed().await.is_err() {
                    return Looked::Kept("polling ended".to_owned());
                }
            }
        };
        if let Ok(looked) = timeout(PATIENCE, read).await {
            return looked;
        }
        let why = format!("it did not answer within {} s", PATIENCE.as_secs());
        if was_told_since(&ended.borrow(), now) { Looked::Partly(why) } else { Looked::Kept(why) }
    }

    /// Takes in an account with these feeds of positions.
    pub(super) fn open(
        &self,
        account: &str,
        positions: impl Iterator<Item = &'static FeedSpec>,
        gate: &Arc<Gate>,
        time_to_live: Duration,
    ) -> Window {
        let (asked, asking) = watch::channel(None);
        let reads =
            positions.map(|spec| (spec.resource, Read { rests: time_to_live.max(spec.pause), ended: None }));
        let (ended, ending) = watch::channel(reads.collect());
        let counter = Counter { gate: Arc::clone(gate), asked, ended: ending };
        self.lock().insert(account.to_owned(), counter);
        Window { asked: asking, ended }
    }

    /// Nothing is read any more.
    pub(super) fn close(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Counter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How `reads` answer who asked at `asked`; `None` as long as a read is awaited.
fn standing(reads: &Reads, asked: Instant, now: Instant) -> Option<Looked> {
    let (mut is_told, mut trouble) = (false, None);
    for (resource, Read { rests, ended }) in reads {
        let Ended { began, at, outcome } = ended.as_ref()?;
        match outcome {
            Outcome::Told if *began < asked && now.duration_since(*at) >= *rests => return None,
            Outcome::Told => is_told = true,
            Outcome::Lacking => {}
            // Which units a feed would have told of nobody knows: what fails may concern who is asked about.
            Outcome::Failed(why) => trouble = trouble.or_else(|| Some(format!("{resource}: {why}"))),
        }
    }
    Some(match (is_told, trouble) {
        (true, None) => Looked::Read,
        (true, Some(why)) => Looked::Partly(why),
        (false, trouble) => Looked::Kept(trouble.unwrap_or_else(|| "it tells no positions".to_owned())),
    })
}

/// Whether any of `reads` brought positions since `asked`.
fn was_told_since(reads: &Reads, asked: Instant) -> bool {
    let mut ended = reads.values().filter_map(|read| read.ended.as_ref());
    ended.any(|ended| ended.at >= asked && matches!(ended.outcome, Outcome::Told))
}

impl Window {
    /// Whether somebody asked after `began`.
    pub fn is_asked_since(&mut self, began: Instant) -> bool {
        self.asked.borrow_and_update().is_some_and(|asked| asked > began)
    }

    /// Returns when somebody asks; never, once nobody can.
    pub async fn asked(&mut self) {
        if self.asked.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// A read of positions has ended.
    pub fn ended(&self, resource: &'static str, began: Instant, outcome: Outcome) {
        self.ended.send_modify(|reads| {
            if let Some(read) = reads.get_mut(resource) {
                read.ended = Some(Ended { began, at: Instant::now(), outcome });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Cadence;
    use crate::sync::bucket::Bucket;

    const fn feed(resource: &'static str) -> FeedSpec {
        FeedSpec { resource, cadence: Cadence::Positions, pause: Duration::ZERO, limit: None, wants: None }
    }

    const FEEDS: &[FeedSpec] = &[feed("quick"), feed("slow")];

    fn opened() -> (Lookups, Window) {
        let (lookups, gate) = (Lookups::default(), Gate::new(Bucket::new(100, Instant::now())));
        let window = lookups.open("one", FEEDS.iter(), &Arc::new(gate), Duration::from_secs(30));
        (lookups, window)
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_feed_tells_in_time_is_told_though_another_is_slow() {
        let (lookups, mut window) = opened();
        let tells = async {
            window.asked().await;
            window.ended("quick", Instant::now(), Outcome::Told);
        };
        let (looked, ()) = tokio::join!(lookups.positions("one"), tells);
        assert_eq!(looked, Looked::Partly("it did not answer within 6 s".to_owned()));
        assert_eq!(lookups.positions("one").await, Looked::Kept("it did not answer within 6 s".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_polling_that_ended() {
        let (lookups, mut window) = opened();
        let ends = async move {
            window.asked().await;
            drop(window);
        };
        let (looked, ()) = tokio::join!(lookups.positions("one"), ends);
        assert_eq!(looked, Looked::Kept("polling ended".to_owned()));
    }
}
