//! Every feed of an account read once, for `--once`: a person or a cron job waits for its end.

use std::time::Duration;

use tokio::time::sleep;

use super::backoff::CEILING;
use super::cadence::{Mode, Polling};
use super::clock::Clock;
use super::feed::{Feed, Trouble};
use super::gate::Priority;
use super::poller::{Account, feeds};
use crate::model::Want;
use crate::providers::{Error, Kind, Provider};
use crate::store::{Store, StoreError};

/// How often what may pass by itself is tried.
const TRIES: u32 = 3;
/// What the waits between tries grow from.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest pause that a provider itself asks for (Samsara, after a feed that caught up).
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// After so many feeds in a row that got no answer at all, the host is taken to be down.
const SILENT: usize = 2;

/// Reads every feed of an account once, in their order. Returns what failed, as (resource, why);
/// feeds that were not tried because the account cannot be read are among them.
pub async fn read_once<P: Provider>(
    account: Account<P>,
    store: &Store,
    polling: &Polling,
    clock: &Clock,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut failed = Vec::new();
    let mut given_up = None::<String>;
    // What asked to be left alone for longer than anybody waits here: one limit of its own, or all of it.
    let mut calm: Vec<(Option<&str>, String)> = Vec::new();
    let mut silent = 0;
    for mut feed in feeds(account, store, clock).await? {
        let resource = feed.spec.resource;
        if feed.gate.is_refused() && failed.is_empty() {
            given_up = Some("its credential was refused less than five minutes ago".to_owned());
        }
        if let Some(why) = &given_up {
            failed.push((resource, format!("not tried, since the account is not reached: {why}")));
            continue;
        }
        let limit = feed.spec.limit.map(|limit| limit.of);
        if let Some((_, why)) = calm.iter().find(|(of, _)| of.is_none() || *of == limit) {
            failed.push((resource, format!("not tried, since calls to it rest: {why}")));
            continue;
        }
        // The provider's own pause holds over processes; longer ones are ours, and not for who waits.
        let read_at = store.remembered(&feed.account, resource).await?.last_ok_at;
        let since = read_at.map_or(Duration::MAX, |read_at| clock.now().since(read_at));
        sleep(feed.spec.pause.min(LONGEST_PAUSE).saturating_sub(since)).await;
        let Some(error) = read_whole(&mut feed, polling, if silent > 0 { 1 } else { TRIES }).await? else {
            silent = 0;
            continue;
        };
        silent = if error.answered { 0 } else { silent + 1 };
        if error.kind == Kind::Unsupported {
            // Nothing is amiss: the feed's state says what there is not.
            continue;
        }
        if error.kind.is_of_the_account() || silent == SILENT {
            given_up = Some(error.to_string());
        }
        if matches!(error.kind, Kind::Throttled { retry_after: Some(wait) } if wait > CEILING) {
            calm.push((limit, error.to_string()));
        }
        failed.push((resource, error.to_string()));
    }
    Ok(failed)
}

/// Reads a feed until it has nothing more to ask for. Returns why it could not.
async fn read_whole<P: Provider>(
    feed: &mut Feed<P>,
    polling: &Polling,
    tries: u32,
) -> Result<Option<Error>, StoreError> {
    let interval = polling.interval(feed.spec.cadence, Mode::Idle);
    let (mut failures, mut before) = (0, usize::MAX);
    loop {
        match feed.read(interval, Priority::Routine).await {
            // A feed that asks one by one takes some at a time; no fewer than before is all there is.
            Ok(asked) if feed.spec.wants.is_some_and(Want::is_one_by_one) && asked > 0 => {
                let left = feed.wanted_left().await?;
                if left == 0 || left >= before {
                    return Ok(None);
                }
                // A calls-a-minute budget may make this minutes; who waits should see why.
                tracing::info!(account = %feed.account, resource = feed.spec.resource, left, "asking one by one");
                before = left;
            }
            Ok(_) => return Ok(None),
            Err(Trouble::Store(error)) => return Err(error),
            Err(Trouble::Upstream(error)) => {
                failures += 1;
                let wait = feed.note(&error, failures, interval, PATIENCE).await?;
                if !error.kind.may_pass() || failures >= tries || wait > CEILING {
                    return Ok(Some(error));
                }
                sleep(wait).await;
            }
        }
    }
}
