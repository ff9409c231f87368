//! The poller's own look at the board: reads what was committed, has it judged, writes what differs, and
//! has roads asked for. Wires `judging`, `asking` and the store; judges nothing itself.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use super::asking::{Asking, Router};
use super::clock::Clock;
use super::judging::{Judging, Verdicts};
use super::roads::Roads;
use crate::model::{Concern, Muster, Step, Timestamp};
use crate::rules::alerts;
use crate::rules::eta::Office;
use crate::rules::freshness::Freshness;
use crate::store::{Reader, Scope, Store, StoreError};

/// What was committed is judged after this at the latest.
const LOOK: Duration = Duration::from_secs(5);
/// After an answer so long is waited for more of them: a start brings many.
const GATHER: Duration = Duration::from_secs(1);
/// Every unit there is, those too that no load leads to, is looked over this often. What shows only so has to last
/// for a minute before anybody is told, and may be told half a minute later for that.
const LOOK_OUT: Duration = Duration::from_secs(30);
/// What drivers did on the days before changes with their logs, which come every few minutes.
const HISTORY: Duration = Duration::from_mins(2);
/// Who waits for the end of `--once` waits no longer than this for travel times.
const ONCE: Duration = Duration::from_secs(60);

/// What judging needs to know of the world.
pub struct Board {
    /// The database.
    pub database: PathBuf,
    /// How the office plans.
    pub office: Office,
    /// Who tells travel times; `None`: the straight line does.
    pub router: Option<Router>,
}

/// The reading end and the memory, handed to a thread that may block, and back.
struct Desk {
    reader: Reader,
    judging: Judging,
    muster: Muster,
    looked_out_at: Option<Timestamp>,
    remembered_at: Option<Timestamp>,
}

impl Desk {
    fn open(board: &Board, roads: Arc<Mutex<Roads>>) -> Result<Self, StoreError> {
        let reader = Reader::open(&board.database, Scope::Judged)?;
        let judging = Judging::new(board.office.clone(), roads);
        Ok(Self { reader, judging, muster: Muster::default(), looked_out_at: None, remembered_at: None })
    }

    fn pass(&mut self, now: Timestamp) -> Result<Verdicts, StoreError> {
        if is_due(self.remembered_at, HISTORY, now) {
            self.judging.remember(self.reader.duty_history()?);
            self.remembered_at = Some(now);
        }
        let fleet = self.reader.fleet(now)?;
        Ok(self.judging.pass(&fleet, now))
    }

    /// What becomes of the exceptions, by what was just judged.
    fn look_over(&mut self, now: Timestamp) -> Result<Vec<Step>, StoreError> {
        let mut fleet = self.reader.fleet(now)?;
        let fresh = Freshness::of(&fleet.feeds, now);
        if is_due(self.looked_out_at, LOOK_OUT, now) {
            // Nobody else holds these rows then, and they are replaced in their places.
            drop(fleet);
            self.muster = look_out(&mut self.reader, &fresh)?;
            self.looked_out_at = Some(now);
            fleet = self.reader.fleet(now)?;
        }
        Ok(alerts::look(&fleet, &self.muster, &fresh, now))
    }
}

/// Whether what was last done at `at` is to be done again; also where the clock has been set back since.
fn is_due(at: Option<Timestamp>, every: Duration, now: Timestamp) -> bool {
    at.is_none_or(|at| now < at || now.since(at) >= every)
}

/// Looks at every unit, and has `reader` heed those that only such a look leads to.
pub fn look_out(reader: &mut Reader, fresh: &Freshness) -> Result<Muster, StoreError> {
    let muster = reader.muster()?;
    let roads = alerts::Roads::of(&muster, fresh);
    let trailers = reader.trailers_that(|trailer| roads.may_be_alone(trailer))?;
    let tractors = reader.tractors_whose(alerts::may_disagree)?;
    drop(roads);
    reader.heed(Concern { tractors, trailers });
    Ok(muster)
}

/// Judges for ever.
pub(super) async fn judge_on(board: Board, store: Store, clock: Clock) -> Result<(), StoreError> {
    let roads = Arc::new(Mutex::new(Roads::default()));
    let mut desk = Desk::open(&board, Arc::clone(&roads))?;
    let (judged, answered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let judging = async {
        loop {
            desk = pass(desk, &store, &clock).await?;
            judged.notify_one();
            if timeout(LOOK, answered.notified()).await.is_ok() {
                sleep(GATHER).await;
            }
        }
    };
    match board.router {
        None => judging.await,
        Some(router) => {
            let asking = Asking::new(router, roads, store.clone(), clock.clone()).await?;
            tokio::try_join!(judging, asking.ask_on(Arc::clone(&judged), Arc::clone(&answered)))
                .map(|((), ())| ())
        }
    }
}

/// Judges every load once, with travel times as far as they come within a minute. Returns what failed of the
/// service, and logs what was left undone though nothing did.
pub async fn judge_once(board: Board, store: &Store, clock: &Clock) -> Result<Vec<String>, StoreError> {
    let roads = Arc::new(Mutex::new(Roads::default()));
    let mut desk = Desk::open(&board, Arc::clone(&roads))?;
    let Some(router) = board.router else {
        pass(desk, store, clock).await?;
        return Ok(Vec::new());
    };
    // It knows the places of stops that were looked up before, without which their loads have no road to ask for.
    let mut asking = Asking::new(router, roads, store.clone(), clock.clone()).await?;
    desk = pass(desk, store, clock).await?;
    let until = Instant::now() + ONCE;
    loop {
        let has_placed = asking.ask_all(until).await?;
        desk.judging.look_again();
        desk = pass(desk, store, clock).await?;
        if !has_placed {
            break;
        }
    }
    let ended = asking.ended();
    if let Some(left) = ended.left {
        tracing::warn!("{left}");
    }
    Ok(ended.failed)
}

/// Judges, and then looks for trouble in what that came to.
async fn pass(desk: Desk, store: &Store, clock: &Clock) -> Result<Desk, StoreError> {
    let now = clock.now();
    let (desk, Verdicts { judged, over }) = at_the_desk(desk, move |desk| desk.pass(now)).await?;
    store.judge(judged, over).await?;
    let (desk, steps) = at_the_desk(desk, move |desk| desk.look_over(now)).await?;
    if !steps.is_empty() {
        store.write_exceptions(steps).await?;
    }
    Ok(desk)
}

/// Work that reads the database and may take a while, off the runtime's threads.
async fn at_the_desk<T: Send + 'static>(
    mut desk: Desk,
    work: impl FnOnce(&mut Desk) -> Result<T, StoreError> + Send + 'static,
) -> Result<(Desk, T), StoreError> {
    let done = spawn_blocking(move || work(&mut desk).map(|found| (desk, found))).await;
    done.unwrap_or_else(|panic| Err(StoreError::Broken(panic.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_now_and_then_is_done_again_in_time_and_when_the_clock_goes_back() {
        let at = |secs| Timestamp::from_secs(1_795_000_000 + secs);
        let check = |last: Option<i64>, now, expected| {
            assert_eq!(is_due(last.map(at), LOOK_OUT, at(now)), expected, "{last:?} {now}");
        };
        check(None, 0, true);
        check(Some(0), 29, false);
        check(Some(0), 30, true);
        check(Some(0), -1, true);
        check(Some(0), -3600, true);
    }
}
