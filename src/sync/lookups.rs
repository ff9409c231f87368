//! Look-ups of people who wait: an account's positions read now, where they are older than the cache allows, within
//! its bucket. Only who polls has accounts here; in any other process nothing is read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::gate::Gate;
use crate::providers::FeedSpec;

/// Nobody is kept waiting for longer.
const PATIENCE: Duration = Duration::from_secs(6);

/// What came of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The account's positions were read just now.
    Read,
    /// They were read so short a time ago that they are not read again.
    Recent,
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
    ended: watch::Sender<Reads>,
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
    trouble: Option<String>,
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
        let mut ended = counter.ended.subscribe();
        match standing(&ended.borrow(), now, now) {
            Some(Ok(())) => return Looked::Recent,
            // It is tried again at its own time.
            Some(Err(why)) => return Looked::Kept(why),
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
                    return Err("polling ended".to_owned());
                }
            }
        };
        match timeout(PATIENCE, read).await {
            Ok(Ok(())) => Looked::Read,
            Ok(Err(why)) => Looked::Kept(why),
            Err(_elapsed) => Looked::Kept(format!("it did not answer within {} s", PATIENCE.as_secs())),
        }
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
        let (ended, _) = watch::channel(reads.collect());
        let counter = Counter { gate: Arc::clone(gate), asked, ended: ended.clone() };
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

/// How `reads` answer who asked at `asked`: positions are there, or cannot be had; `None` as long as a read is
/// awaited.
fn standing(reads: &Reads, asked: Instant, now: Instant) -> Option<Result<(), String>> {
    let mut trouble = reads.is_empty().then(|| "it tells no positions".to_owned());
    for Read { rests, ended } in reads.values() {
        let Ended { began, at, trouble: why } = ended.as_ref()?;
        if why.is_none() && *began < asked && now.duration_since(*at) >= *rests {
            return None;
        }
        // Which units a feed would have told of nobody knows: what fails may concern who is asked about.
        trouble = trouble.or_else(|| why.clone());
    }
    Some(trouble.map_or(Ok(()), Err))
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
    pub fn ended(&self, resource: &'static str, began: Instant, trouble: Option<String>) {
        self.ended.send_modify(|reads| {
            if let Some(read) = reads.get_mut(resource) {
                read.ended = Some(Ended { began, at: Instant::now(), trouble });
            }
        });
    }
}
