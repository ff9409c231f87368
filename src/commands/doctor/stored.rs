//! The database, who polls into it, how its feeds go, and whether clocks agree.

use std::time::Duration;

use super::{Check, Database, Facts};
use crate::model::{FeedStatus, Leader, SetAside, Timestamp};
use crate::rules::age;

/// A clock may be this far from the poller's.
const APART: Duration = Duration::from_mins(2);

/// The checks, in this order: the file, its clock, the poller, the feeds, what was set aside.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let Some(database) = &facts.database else { return Vec::new() };
    let database = match database {
        Ok(database) => database,
        Err(why) => {
            let unread = Check::failed("database", "file", why, "see that, then ask again");
            return vec![unread, poller(facts.leader.as_ref(), facts.now)];
        }
    };
    let mut checks =
        vec![file(database), clock(database, facts.now), poller(facts.leader.as_ref(), facts.now)];
    let feeds = &database.fleet.feeds;
    if feeds.is_empty() {
        let remedy = "configure an upstream and let a poller run; config.example.toml shows how";
        checks.push(Check::failed("feed", "all", "no feed was read yet", remedy));
    }
    checks.extend(feeds.iter().map(|read| feed(read, facts.leader.is_some(), facts.now)));
    checks.extend(database.examined.set_aside.iter().map(|what| set_aside(what, facts.now)));
    checks
}

fn file(Database { url, fleet, examined }: &Database) -> Check {
    match &examined.damage {
        None => Check::ok("database", url, format!("is whole, schema {}", fleet.totals.schema)),
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

fn poller(leader: Option<&Leader>, now: Timestamp) -> Check {
    match leader {
        Some(Leader { pid, host, since_at }) => Check::ok(
            "poller",
            format!("process {pid} on {host}"),
            format!("polls, for {}", age::since(Some(*since_at), now)),
        ),
        None => Check::failed(
            "poller",
            "nobody",
            "polls: nothing here gets any newer",
            "start `backhaul --sync-only` (best as a service), or `backhaul`",
        ),
    }
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
            Check::failed("feed", subject, message, remedy(error, &feed.account))
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

/// What mends an error, by how it begins.
fn remedy(error: &str, account: &str) -> String {
    let begins = |start: &str| error.starts_with(start);
    if begins("credentials refused") {
        format!(
            "put a credential of {account} that works into the configuration; it is tried every 5 minutes"
        )
    } else if begins("the account must be linked again") {
        format!("link {account} anew at the provider; it is tried every 5 minutes")
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
        "see the poller's log".to_owned()
    }
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
