//! `status`: who polls, who looks on, how old every feed is and what is wrong with it.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::{Format, LISTED, Layout, grid, listed};
use crate::model::{Conflict, FeedStatus, Fleet, Leader, Timestamp, Viewer, Waiting};
use crate::rules::{age, watching};

/// What `status` is told.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The fleet.
    pub fleet: &'a Fleet,
    /// Who polls.
    pub leader: Option<&'a Leader>,
    /// The database, as configured.
    pub url: &'a str,
    /// After how long without a key a console does not count as watching; `None`: never.
    pub viewer_timeout: Option<Duration>,
    /// Entries of `[[link]]`s that no record answers to yet.
    pub waiting: &'a [Waiting],
    /// Accounts that this configuration leaves off, with the reason.
    pub off: &'a [(String, String)],
    /// Now.
    pub now: Timestamp,
}

/// Prints it. There is no CSV of an object: that prints JSON.
pub fn print(facts: &Facts<'_>, format: &Format, out: &mut dyn Write) -> io::Result<()> {
    let status = Status::of(facts);
    match format {
        Format::Json | Format::Csv => {
            serde_json::to_writer_pretty(&mut *out, &status)?;
            writeln!(out)
        }
        Format::Text(layout) => print_text(&status, facts, layout, out),
    }
}

#[derive(Serialize)]
struct Status<'a> {
    leader: Option<&'a Leader>,
    viewers: usize,
    people: Vec<&'a Viewer>,
    mode: &'static str,
    feeds: Vec<Feed<'a>>,
    units: Units,
    conflicts: usize,
    waiting: &'a [Waiting],
    rejected: i64,
    off: Vec<Off<'a>>,
    database: Database<'a>,
}

#[derive(Serialize)]
struct Feed<'a> {
    #[serde(flatten)]
    feed: &'a FeedStatus,
    age_s: Option<i64>,
}

#[derive(Serialize)]
struct Units {
    tractors: usize,
    trailers: usize,
    drivers: usize,
    movements: usize,
}

#[derive(Serialize)]
struct Off<'a> {
    account: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Database<'a> {
    url: &'a str,
    bytes: u64,
    schema: u32,
}

impl<'a> Status<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        let (fleet, now) = (facts.fleet, facts.now);
        let people: Vec<_> = fleet.viewers.iter().filter(|viewer| viewer.is_here(now)).collect();
        let watched = watching::anybody(&fleet.viewers, facts.viewer_timeout, now);
        // The poller may have what this process lacks: an account that is being read is not off.
        let is_read = |account: &str| {
            fleet.feeds.iter().any(|feed| feed.account == account && !age::is_behind(feed, now))
        };
        Self {
            leader: facts.leader,
            viewers: people.len(),
            mode: if watched { "active" } else { "idle" },
            people,
            feeds: fleet
                .feeds
                .iter()
                .map(|feed| Feed { feed, age_s: feed.last_ok_at.map(|at| now.secs_since(at).max(0)) })
                .collect(),
            units: Units {
                tractors: fleet.tractors.len(),
                trailers: fleet.trailers.len(),
                drivers: fleet.drivers.len(),
                movements: fleet.movements.len(),
            },
            conflicts: fleet.conflicts.len(),
            waiting: facts.waiting,
            rejected: fleet.totals.rejected,
            off: (facts.off.iter())
                .filter(|(account, _)| !is_read(account))
                .map(|(account, reason)| Off { account, reason })
                .collect(),
            database: Database { url: facts.url, bytes: fleet.totals.bytes, schema: fleet.totals.schema },
        }
    }
}

fn print_text(
    status: &Status<'_>,
    facts: &Facts<'_>,
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (conflicts, now) = (&facts.fleet.conflicts, facts.now);
    match status.leader {
        Some(Leader { pid, host, since_at }) => {
            writeln!(out, "poller     pid {pid} on {host}, for {}", age::since(Some(*since_at), now))?;
        }
        None => writeln!(out, "poller     none: start `backhaul` or `backhaul --sync-only`")?,
    }
    writeln!(out, "mode       {}, {} open", status.mode, counted(status.viewers, "console"))?;
    for Viewer { user, host, pid, view, since_at, .. } in &status.people {
        writeln!(
            out,
            "           {user}@{host}, pid {pid}, {view}, for {}",
            age::since(Some(*since_at), now)
        )?;
    }
    let Units { tractors, trailers, drivers, movements } = status.units;
    writeln!(
        out,
        "units      {}, {}, {}, {}",
        counted(tractors, "tractor"),
        counted(trailers, "trailer"),
        counted(drivers, "driver"),
        counted(movements, "movement")
    )?;
    writeln!(out, "set aside  {}, {} rejected", counted(conflicts.len(), "conflict"), status.rejected)?;
    for Conflict { kind, records, reason } in conflicts.iter().take(LISTED) {
        writeln!(out, "           {} {}: {reason}", kind.word(), listed(records))?;
    }
    if let Some(more) = conflicts.len().checked_sub(LISTED).filter(|more| *more > 0) {
        writeln!(
            out,
            "           and {more} more: `backhaul doctor --json` lists all, with what settles each"
        )?;
    }
    for Waiting { kind, unit, reason } in facts.waiting {
        writeln!(out, "link waits {} {unit}: {reason}", kind.word())?;
    }
    let Database { url, bytes, schema } = status.database;
    writeln!(out, "database   {url}, {}, schema {schema}", size(bytes))?;
    for Off { account, reason } in &status.off {
        writeln!(out, "off        {account}: {reason}")?;
    }
    if status.feeds.is_empty() {
        return writeln!(out, "\nNo feed was read yet.");
    }
    writeln!(out)?;
    let titles = ["ACCOUNT", "RESOURCE", "EVERY", "AGE", "CALLS", "LEFT", "TROUBLE"];
    let rows: Vec<_> = status.feeds.iter().map(|feed| feed_cells(feed.feed, now)).collect();
    grid::print(&titles, &rows, layout, out)
}

fn feed_cells(feed: &FeedStatus, now: Timestamp) -> Vec<String> {
    let every = Duration::from_secs(u64::try_from(feed.interval_s).unwrap_or(0));
    let trouble = feed.error.as_ref().map(|error| {
        let mut words = format!("{error}, for {}", age::since(feed.error_since_at, now));
        if let Some(next) = feed.next_try_at {
            words = format!("{words}, next try in {}", age::words(next.since(now)));
        }
        words
    });
    vec![
        feed.account.clone(),
        feed.resource.clone(),
        age::words(every),
        age::since(feed.last_ok_at, now),
        feed.calls.to_string(),
        feed.tokens_left.map_or_else(|| "-".to_owned(), |left| left.to_string()),
        trouble.unwrap_or_default(),
    ]
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// "812 KiB", "1.4 GiB".
fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..0x10_0000 => format!("{} KiB", bytes / KIB),
        0x10_0000..0x4000_0000 => format!("{} MiB", tenths(0x10_0000)),
        _ => format!("{} GiB", tenths(0x4000_0000)),
    }
}
