//! The database, who polls into it, how its feeds go, and whether clocks agree.

use std::time::Duration;

use super::{Check, Database, Facts};
use crate::model::{FeedStatus, Leader, SetAside, Timestamp};
use crate::rules::age;
use crate::store::SCHEMA;

/// A clock may be this far from the poller's.
const APART: Duration = Duration::from_mins(2);
/// What was asked so long ago says what it is like now.
const LATELY: Duration = Duration::from_mins(10);

/// What comes of an account that refused the poller and does not refuse us.
const SOON: &str = "the poller asks again within 5 minutes, and at once after a change of its configuration; if it is refused again, \
                    it runs with another credential than this";

/// The checks, in this order: the file, its clock, the poller, the feeds, what was set aside.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let Some(database) = &facts.database else { return Vec::new() };
    let database = match database {
        Ok(database) => database,
        Err(why) => {
            let unread = Check::failed("database", "file", why, "see that, then ask again");
            return vec![unread, poller(facts)];
        }
    };
    let mut checks = vec![file(database), clock(database, facts.now), poller(facts)];
    let feeds = &database.fleet.feeds;
    if feeds.is_empty() {
        let remedy = "connect an upstream (`backhaul init`), and let a poller run";
        checks.push(Check::failed("feed", "all", "no feed was read yet", remedy));
    }
    checks.extend(accounts(facts, feeds));
    let own = feeds.iter().filter(|feed| !feed.error.as_deref().is_some_and(is_of_the_account));
    checks.extend(own.map(|read| feed(read, facts.leader.is_some(), facts.now)));
    checks.extend(database.examined.set_aside.iter().map(|what| set_aside(what, facts.now)));
    checks
}

fn file(Database { url, fleet, examined }: &Database) -> Check {
    let schema = fleet.totals.schema;
    match &examined.damage {
        None if schema > SCHEMA => Check::failed(
            "database",
            url,
            format!("has schema {schema}, this program knows {SCHEMA}: it is only read"),
            "use the newer backhaul that wrote it",
        ),
        None => {
            let names = examined.copies.iter().filter_map(|copy| copy.file_name());
            let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
            let copies =
                if names.is_empty() { String::new() } else { format!(", beside it {}", names.join(", ")) };
            Check::ok("database", url, format!("is whole, schema {schema}{copies}"))
        }
        Some(why) => Check::failed(
            "database",
            url,
            format!("is damaged ({why})"),
            "start the poller again: it moves the file aside and rebuilds it, people's notes and all",
        ),
    }
}

fn clock(database: &Database, now: Timestamp) -> Check {
    let ahead = database.examined.written_at.map(|at| at.since(now)).unwrap_or_default();
    if ahead <= APART {
        return Check::ok("clock", "this machine", "agrees with the poller's");
    }
    Check::failed(
        "clock",
        "this machine",
        format!("the database was last written {} in the future", age::words(ahead)),
        "set this machine's clock by the network (timedatectl set-ntp true), or the poller's",
    )
}

fn poller(facts: &Facts) -> Check {
    match &facts.leader {
        Some(Leader { pid, host, since_at }) => Check::ok(
            "poller",
            format!("process {pid} on {host}"),
            format!("polls, for {}", age::since(Some(*since_at), facts.now)),
        ),
        None => Check::failed(
            "poller",
            "nobody",
            "polls: nothing here gets any newer",
            if facts.can_poll {
                "start `backhaul --sync-only` (best as a service), or `backhaul`"
            } else {
                "connect an upstream first (`backhaul init`): by this configuration none can be polled; or have whoever \
                 polls start the service"
            },
        ),
    }
}

/// What is wrong with all feeds of an account is said once, and not again where its trial said so just now.
fn accounts(facts: &Facts, feeds: &[FeedStatus]) -> Vec<Check> {
    let was_said = |account: &str| {
        facts.tried.iter().any(|tried| {
            let why = tried.outcome.as_ref().err().map(|(why, _)| why.as_str());
            tried.account == account && why.is_some_and(is_of_the_account)
        })
    };
    let refused = |feed: &&FeedStatus| feed.error.as_deref().is_some_and(is_of_the_account);
    let mut refused: Vec<&FeedStatus> = feeds.iter().filter(refused).collect();
    refused.retain(|feed| !was_said(&feed.account));
    refused.sort_by_key(|feed| &feed.account);
    let of_one = refused.chunk_by(|a, b| a.account == b.account);
    of_one.filter_map(|feeds| account(feeds, facts)).collect()
}

fn account(feeds: &[&FeedStatus], facts: &Facts) -> Option<Check> {
    let now = facts.now;
    let first = feeds.iter().min_by_key(|feed| feed.error_since_at)?;
    let error = first.error.as_deref()?;
    let read = match feeds.iter().filter_map(|feed| feed.last_ok_at).max() {
        Some(at) => format!("last read {} ago", age::since(Some(at), now)),
        None => "never read".to_owned(),
    };
    let all = if feeds.len() == 1 { "1 feed".to_owned() } else { format!("{} feeds", feeds.len()) };
    if facts.tried.iter().any(|tried| tried.account == first.account && tried.outcome.is_ok()) {
        let asked_at = feeds.iter().filter_map(|feed| feed.last_try_at).max().or(first.error_since_at);
        let message = format!(
            "it answers now; {} ago, when the poller last asked, it was: {error}; {all}, {read}",
            age::since(asked_at, now)
        );
        return Some(Check::failed("feed", &first.account, message, SOON));
    }
    let message = format!("{error}, for {}; {all}, {read}", age::since(first.error_since_at, now));
    let remedy = remedy(error, &first.account).unwrap_or_else(|| "see the poller's log".to_owned());
    Some(Check::failed("feed", &first.account, message, remedy + "; it is tried every 5 minutes"))
}

fn feed(feed: &FeedStatus, polled: bool, now: Timestamp) -> Check {
    let subject = format!("{} {}", feed.account, feed.resource);
    let read = match feed.last_ok_at {
        Some(at) => format!("read {} ago", age::since(Some(at), now)),
        None => "never read".to_owned(),
    };
    match &feed.error {
        // What stands behind the service does not have it: nobody's fault, and nothing to be mended.
        Some(error) if feed.is_unsupported() => Check::ok("feed", subject, error),
        Some(error) => {
            let message = format!("{error}, for {}; {read}", age::since(feed.error_since_at, now));
            let remedy = remedy(error, &feed.account).unwrap_or_else(|| "see the poller's log".to_owned());
            Check::failed("feed", subject, message, remedy)
        }
        None if !age::is_behind(feed, now) => Check::ok("feed", subject, read),
        None if !polled => Check::failed("feed", subject, read, "let a poller run"),
        None => {
            let every = age::words(Duration::from_secs(u64::try_from(feed.interval_s).unwrap_or(0)));
            let message = format!("{read}, and is due every {every}");
            let remedy = "see the poller's log; it may wait for calls_per_minute, or be just starting";
            Check::failed("feed", subject, message, remedy)
        }
    }
}

/// Whether somebody asked an account not long ago and was not refused.
pub(super) fn is_asked(facts: &Facts, account: &str) -> bool {
    let Some(Ok(database)) = &facts.database else { return false };
    database.fleet.feeds.iter().filter(|feed| feed.account == account).any(|feed| {
        let lately = feed.last_try_at.is_some_and(|at| facts.now.since(at) <= LATELY);
        lately && !feed.error.as_deref().is_some_and(is_of_the_account)
    })
}

/// Whether an error holds for the whole account, so that it is tried but seldom.
fn is_of_the_account(error: &str) -> bool {
    ["credentials refused", "the account must be linked again"].iter().any(|start| error.starts_with(start))
}

/// What mends an error of an account, by how it begins; `None` where nothing is known to.
pub fn remedy(error: &str, account: &str) -> Option<String> {
    let begins = |start: &str| error.starts_with(start);
    Some(if begins("credentials refused") {
        format!("put a credential of {account} that works into the configuration")
    } else if begins("the account must be linked again") {
        format!("link {account} anew at the provider")
    } else if begins("not allowed") {
        format!("give the credential of {account} the permission for this at the provider")
    } else if begins("not offered") {
        format!("check base_url of {account}: this server has no such thing")
    } else if begins("asked to slow down") {
        format!("lower calls_per_minute of {account}, or see what else calls with its credential")
    } else if begins("not available") || begins("no answer in time") {
        "it is tried again by itself; if others work, see the provider's status page, else the network"
            .to_owned()
    } else if begins("answer not understood") {
        "it is tried again by itself; if it stays, the service has changed: report it".to_owned()
    } else {
        return None;
    })
}

fn set_aside(what: &SetAside, now: Timestamp) -> Check {
    let SetAside { account, external_id, name, reason, count, last_at } = what;
    let id = if external_id.is_empty() { "(no id)" } else { external_id };
    let subject = match name {
        Some(name) => format!("{name} ({account}:{id})"),
        None => format!("{account}:{id}"),
    };
    let last = age::since(Some(*last_at), now);
    Check::ok("set_aside", subject, format!("{count} set aside: {reason}, last {last} ago"))
}
