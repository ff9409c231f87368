//! The gate every call of one account goes through: its token bucket, its endpoints' own limits,
//! and a credential that was refused. Waiters go in order; those a person waits for go first.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::backoff::REFUSED;
use super::bucket::Bucket;
use crate::providers::FeedSpec;

/// Whose call it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// A person waits for it.
    Person,
    /// The clock asks for it.
    #[default]
    Routine,
}

/// One account's gate.
pub struct Gate {
    state: Mutex<State>,
    /// One waiter at a time may ask the bucket; the rest stand in line behind it, in order.
    people: Semaphore,
    routine: Semaphore,
    people_waiting: AtomicUsize,
    /// The credential's standing changed.
    judged: Notify,
}

struct State {
    bucket: Bucket,
    /// When what has a limit of its own may be called again.
    endpoints: HashMap<&'static str, Instant>,
    credential: Credential,
}

/// What is known of the account's credential.
#[derive(Clone, Copy)]
enum Credential {
    /// Nothing yet: whoever comes first tries it for all.
    Untried,
    /// Somebody's call is under way with it.
    Trying,
    /// Nothing speaks against it.
    Usable,
    /// It was refused, and rests until then; whoever comes first after it tries for all.
    Refused(Instant),
}

impl Gate {
    /// A gate with this bucket.
    pub fn new(bucket: Bucket) -> Self {
        Self {
            state: Mutex::new(State { bucket, endpoints: HashMap::new(), credential: Credential::Untried }),
            people: Semaphore::new(1),
            routine: Semaphore::new(1),
            people_waiting: AtomicUsize::new(0),
            judged: Notify::new(),
        }
    }

    /// Waits until this feed may make one call.
    pub async fn turn(&self, feed: &FeedSpec, priority: Priority) {
        loop {
            // Not in the line: who waits for one endpoint must not stand before those of others; nor may
            // it be the one that tries the credential for all.
            if let Some(wait) = self.endpoint_rest(feed, Instant::now()) {
                sleep(wait).await;
                continue;
            }
            let trying = self.wait_for_the_credential().await;
            let _counted = (priority == Priority::Person).then(|| Waiting::counted(&self.people_waiting));
            let line = if priority == Priority::Person { &self.people } else { &self.routine };
            let _place = line.acquire().await;
            if self.take_token(feed, priority).await {
                trying.inspect(Trying::goes_on);
                return;
            }
        }
    }

    /// The first in line waits for a token. False when meanwhile the endpoint is to be left alone.
    async fn take_token(&self, feed: &FeedSpec, priority: Priority) -> bool {
        loop {
            let now = Instant::now();
            if self.endpoint_rest(feed, now).is_some() {
                return false;
            }
            let wait = match priority {
                Priority::Routine if self.people_waiting.load(Ordering::Relaxed) > 0 => Err(YIELD),
                Priority::Person | Priority::Routine => self.lock().bucket.take(now),
            };
            match wait {
                Ok(()) => break,
                Err(wait) => sleep(wait).await,
            }
        }
        if let Some(limit) = feed.limit {
            // A little slower than allowed: what leaves us evenly may arrive unevenly.
            let next = Instant::now() + Duration::from_secs_f64(1.1 / limit.calls_per_second);
            self.lock().endpoints.insert(limit.of, next);
        }
        true
    }

    /// How long this feed's endpoint is still to be left alone.
    fn endpoint_rest(&self, feed: &FeedSpec, now: Instant) -> Option<Duration> {
        let limit = feed.limit?;
        self.lock().endpoints.get(limit.of).filter(|next| **next > now).map(|next| *next - now)
    }

    /// The upstream asked for calm. A limit of one endpoint's own concerns only that endpoint.
    pub fn slow_down(&self, feed: &FeedSpec, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.lock();
        if let Some(limit) = feed.limit {
            state.endpoints.insert(limit.of, until);
        } else {
            state.bucket.drain(until);
        }
    }

    /// The credential was refused: nobody calls for a while, then one tries for all.
    pub fn refused(&self) {
        self.refused_for(REFUSED);
    }

    /// The credential was refused some time ago, and may be tried again after `rest`.
    pub fn refused_for(&self, rest: Duration) {
        self.judge(Credential::Refused(Instant::now() + rest.min(REFUSED)));
    }

    /// Whether the credential counts as refused now.
    pub fn is_refused(&self) -> bool {
        matches!(self.lock().credential, Credential::Refused(until) if until > Instant::now())
    }

    /// The credential is good.
    pub fn accepted(&self) {
        self.judge(Credential::Usable);
    }

    /// A first call ended without a word on the credential. Everybody may call: an outage is for each
    /// feed to see.
    pub fn undecided(&self) {
        if matches!(self.lock().credential, Credential::Trying) {
            self.judge(Credential::Usable);
        }
    }

    fn judge(&self, credential: Credential) {
        self.lock().credential = credential;
        self.judged.notify_waiters();
    }

    /// The mark of the one who tries it, where that is this one.
    async fn wait_for_the_credential(&self) -> Option<Trying<'_>> {
        loop {
            let judged = self.judged.notified();
            let wait = {
                let mut state = self.lock();
                let now = Instant::now();
                match state.credential {
                    Credential::Usable => return None,
                    Credential::Trying => None,
                    Credential::Refused(until) if until > now => Some(until - now),
                    // This one is the try; the others go on waiting for how it ends.
                    Credential::Untried | Credential::Refused(_) => {
                        let before = std::mem::replace(&mut state.credential, Credential::Trying);
                        return Some(Trying { gate: self, before, goes_on: Cell::new(false) });
                    }
                }
            };
            match wait {
                Some(wait) => drop(timeout(wait, judged).await),
                None => judged.await,
            }
        }
    }

    /// Calls the account may make at once now, and when the bucket is full again.
    pub fn budget(&self, now: Instant) -> (u32, Instant) {
        let state = self.lock();
        (state.bucket.left(now), state.bucket.full_at())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long routine calls stand back for people's before they look again.
const YIELD: Duration = Duration::from_millis(20);

/// Held by who tries the credential for all until the call is made. One that is given up before, or must
/// wait for something else first, leaves the try to others.
struct Trying<'a> {
    gate: &'a Gate,
    before: Credential,
    goes_on: Cell<bool>,
}

impl Trying<'_> {
    /// The call is made: how it ends is told to the gate.
    fn goes_on(&self) {
        self.goes_on.set(true);
    }
}

impl Drop for Trying<'_> {
    fn drop(&mut self) {
        if !self.goes_on.get() {
            self.gate.judge(self.before);
        }
    }
}

/// Counts a waiting person, also when the wait is given up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn counted(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::providers::{Cadence, Limit};

    const FEED: FeedSpec = FeedSpec {
        resource: "a",
        cadence: Cadence::Positions,
        pause: Duration::ZERO,
        limit: None,
        wants: None,
    };

    #[tokio::test(start_paused = true)]
    async fn a_person_goes_before_the_routine_that_waits() {
        let gate = Arc::new(Gate::new(Bucket::new(10, Instant::now())));
        gate.turn(&FEED, Priority::Routine).await;
        gate.accepted();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        for (name, priority) in
            [("routine", Priority::Routine), ("routine", Priority::Routine), ("person", Priority::Person)]
        {
            let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
            tasks.spawn(async move {
                gate.turn(&FEED, priority).await;
                order.lock().unwrap().push(name);
            });
            tokio::task::yield_now().await;
        }
        tasks.join_all().await;
        assert_eq!(*order.lock().unwrap(), ["person", "routine", "routine"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoints_own_limit_holds_and_stops_no_other() {
        let gate = Gate::new(Bucket::new(1000, Instant::now()));
        gate.accepted();
        let slow =
            FeedSpec { resource: "slow", limit: Some(Limit { of: "slow", calls_per_second: 5.0 }), ..FEED };
        let start = Instant::now();
        for _ in 0..11 {
            gate.turn(&slow, Priority::Routine).await;
        }
        assert!(start.elapsed() >= Duration::from_secs(2));
        let before = Instant::now();
        gate.slow_down(&slow, Duration::from_mins(1));
        gate.turn(&FEED, Priority::Routine).await;
        assert_eq!(before.elapsed(), Duration::ZERO);
        // Nor does one that waits for its endpoint stand in the way of others.
        let waiting = gate.turn(&slow, Priority::Routine);
        let other = async {
            sleep(Duration::from_secs(1)).await;
            gate.turn(&FEED, Priority::Routine).await;
            before.elapsed()
        };
        let ((), other_after) = tokio::join!(waiting, other);
        assert_eq!(other_after, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_untried_credential_is_tried_by_one_for_all() {
        for (outcome, calls) in [(Gate::refused as fn(&Gate), 1), (Gate::undecided, 8), (Gate::accepted, 8)] {
            let gate = Arc::new(Gate::new(Bucket::new(1000, Instant::now())));
            let tries = Arc::new(AtomicUsize::new(0));
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..8 {
                let (gate, tries) = (Arc::clone(&gate), Arc::clone(&tries));
                tasks.spawn(async move {
                    gate.turn(&FEED, Priority::Routine).await;
                    tries.fetch_add(1, Ordering::Relaxed);
                });
            }
            sleep(Duration::from_secs(10)).await;
            assert_eq!(tries.load(Ordering::Relaxed), 1, "the others wait for how the first one ends");
            outcome(&gate);
            sleep(Duration::from_secs(10)).await;
            assert_eq!(tries.load(Ordering::Relaxed), calls);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_before_the_call_leaves_the_try_to_others() {
        let gate = Gate::new(Bucket::new(1, Instant::now()));
        gate.turn(&FEED, Priority::Routine).await;
        gate.refused_for(Duration::from_secs(1));
        // It has the try, waits a minute for a token, and is given up.
        assert!(timeout(Duration::from_secs(10), gate.turn(&FEED, Priority::Routine)).await.is_err());
        let after = timeout(Duration::from_mins(2), gate.turn(&FEED, Priority::Routine)).await;
        assert!(after.is_ok(), "the account is closed for ever");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_credential_is_tried_once_every_five_minutes_by_one_for_all() {
        let gate = Arc::new(Gate::new(Bucket::new(1000, Instant::now())));
        gate.refused();
        let tries = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (gate, tries) = (Arc::clone(&gate), Arc::clone(&tries));
            tasks.spawn(async move {
                gate.turn(&FEED, Priority::Routine).await;
                tries.fetch_add(1, Ordering::Relaxed);
            });
        }
        sleep(Duration::from_secs(299)).await;
        assert_eq!(tries.load(Ordering::Relaxed), 0);
        sleep(Duration::from_secs(200)).await;
        assert_eq!(tries.load(Ordering::Relaxed), 1);
        gate.accepted();
        tasks.join_all().await;
        assert_eq!(tries.load(Ordering::Relaxed), 8);
    }
}
