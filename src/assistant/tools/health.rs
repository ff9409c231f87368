//! Whether what is shown can be believed: every account's feeds, and one unit that is silent.

use std::cmp::Reverse;

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::who;
use super::words::{ago, count, place, seen};
use crate::model::{FeedStatus, Fleet, Gives, Tractor};
use crate::rules::find::{self, Kind};
use crate::rules::only::{About, keep};
use crate::rules::{age, called, dark};

/// `sync_health`.
pub(super) fn sync_health(facts: &Facts) -> Found {
    let (fleet, now) = (&facts.fleet, facts.now);
    // Together as many as `status` lists: whoever counts compares.
    let (lacking, feeds): (Vec<&FeedStatus>, Vec<_>) =
        fleet.feeds.iter().partition(|feed| feed.is_unsupported());
    let mut found = Found::default();
    let (behind, well): (Vec<&FeedStatus>, Vec<_>) = feeds.iter().partition(|feed| age::is_behind(feed, now));
    found.say(match &facts.leader {
        Some(leader) => format!("Process {} on {} polls.", leader.pid, leader.host),
        None => "NOBODY POLLS: nothing is being read from any provider.".to_owned(),
    });
    found.say(match (feeds.len(), behind.len()) {
        (0, _) => "No feed was ever read.".to_owned(),
        (all, 0) if facts.leader.is_none() => {
            format!("{} came as they should while somebody polled.", count(all, "feed", "feeds"))
        }
        (all, 0) => format!("All {} come as they should.", count(all, "feed", "feeds")),
        (all, late) => {
            let are = if late == 1 { "is" } else { "are" };
            format!("{late} of {} {are} in trouble:", count(all, "feed", "feeds"))
        }
    });
    for feed in &behind {
        let why = feed.error.clone().unwrap_or_else(|| "nothing comes".to_owned());
        found.say(format!(
            "{} {}, last read {}: {why}.",
            feed.account,
            feed.resource,
            ago(feed.last_ok_at, now)
        ));
    }
    for feed in behind.iter().chain(&well).chain(&lacking) {
        found.rows.push(row([
            ("account", json!(feed.account)),
            ("resource", json!(feed.resource)),
            ("last_read", json!(ago(feed.last_ok_at, now))),
            ("every_s", json!(feed.interval_s)),
            ("error", json!(feed.error)),
        ]));
        // Those are asked as they are needed, and not behind when they are not.
        if !feed.is_unsupported() && !matches!(feed.gives(), Gives::Travel | Gives::Talk) {
            found.rest_on(feed.last_ok_at);
        }
    }
    if !lacking.is_empty() {
        let feeds = count(
            lacking.len(),
            "feed is not offered by its service",
            "feeds are not offered by their services",
        );
        found.say(format!("{feeds}, and not waited for."));
    }
    if !fleet.conflicts.is_empty() {
        let records = count(fleet.conflicts.len(), "pair of records", "pairs of records");
        found.say(format!("{records} could not be joined; `backhaul doctor` lists them."));
    }
    found
}

/// What the verdict is called among what is said; it stands first here.
const VERDICT: &str = "why dark";

/// `why_dark`: whether it is the unit, or all of its account; without a unit, which are dark.
pub(super) fn why_dark(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let Some(unit) = args.text_opt("unit") else { return all_dark(args, facts) };
    let tractor = who::tractor(facts, &unit)?;
    let (fleet, now) = (&facts.fleet, facts.now);
    let number = &tractor.unit_number;
    let mut found = Found::default();
    found.doubt(called::taken(number, &unit));
    if tractor.observed_at.is_none() {
        found
            .say(format!("Tractor {number} was never heard: no ELD account that we read knows where it is."));
        return Ok(found);
    }
    found.seen_by.extend(tractor.source.as_ref().map(String::from));
    found.rest_on(tractor.observed_at);
    found.cite(Kind::Tractor, &tractor.id.0, number, tractor.observed_at);
    let fresh = facts.basis().fresh;
    let Some(dark) = dark::why(fleet, tractor, &fresh, now) else {
        found.say(format!("Tractor {number} is not dark: it is at {}.", seen(tractor, now)));
        if let Some(account) = tractor.source.as_deref().filter(|account| !fresh.positions(account)) {
            found.say(format!("Its account {account} does not tell any positions now."));
        }
        return Ok(found);
    };
    found.say(format!(
        "Tractor {number} is DARK, last heard {} at {}: {}.",
        ago(Some(dark.seen_at), now),
        place(tractor.place.as_deref(), tractor.latitude, tractor.longitude),
        dark.verdict()
    ));
    for (name, said, age) in dark.said(tractor, now).into_iter().filter(|(name, ..)| *name != VERDICT) {
        let aged = if age.is_empty() { String::new() } else { format!(" ({age})") };
        found.say(format!("{name}: {said}{aged}."));
    }
    if let Some(driver) = dark.driver {
        found.rest_on(driver.hos_as_of_at);
        found.cite(Kind::Driver, &driver.id.0, &driver.name, driver.hos_as_of_at);
    }
    if let Some(trailer) = dark.trailer {
        found.cite(Kind::Trailer, &trailer.id.0, &trailer.unit_number, trailer.observed_at);
    }
    Ok(found)
}

/// Every tractor that is dark, whoever was heard last first.
fn all_dark(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    const SAID: usize = 5;
    const ROWS: usize = 12;
    let (fleet, now) = (&facts.fleet, facts.now);
    let (fresh, only) = (facts.basis().fresh, args.only_of_units(facts)?);
    let tractors = fleet.tractors.iter().map(AsRef::as_ref);
    let mut all: Vec<(&Tractor, dark::Dark<'_>)> =
        tractors.filter_map(|row: &Tractor| Some((row, dark::why(fleet, row, &fresh, now)?))).collect();
    let unknown = keep(&mut all, |(row, _)| only.has(&truck(row, fleet), fleet));
    all.sort_by_key(|(row, dark)| (Reverse(dark.seen_at), &row.id));
    let mut found = Found::default();
    found.of_only(&only, "by where it was last seen, to the nearest town", now);
    found.say(match all.len() {
        0 => "No tractor that was ever heard is dark.".to_owned(),
        dark => format!("{} dark, the last heard first:", count(dark, "tractor is", "tractors are")),
    });
    for (row, dark) in all.iter().take(ROWS) {
        let at = place(row.place.as_deref(), row.latitude, row.longitude);
        if found.rows.len() < SAID {
            let heard = ago(Some(dark.seen_at), now);
            found.say(format!(
                "Tractor {}, last heard {heard} at {at}: {}.",
                row.unit_number,
                dark.verdict()
            ));
        }
        found.rows.push(self::row([
            ("tractor", json!(row.unit_number)),
            ("last_heard", json!(ago(Some(dark.seen_at), now))),
            ("place", json!(at)),
            ("verdict", json!(dark.verdict())),
        ]));
        found.rest_on(Some(dark.seen_at));
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, Some(dark.seen_at));
    }
    found.left_out = all.len().saturating_sub(ROWS);
    found.unsaid(all.iter().map(|(row, _)| row.unit_number.as_str()), SAID);
    found.doubt(only.unknown_words(unknown));
    Ok(found)
}

/// A truck with who drives it and the load that it is on.
fn truck<'a>(tractor: &'a Tractor, fleet: &'a Fleet) -> About<'a> {
    let driver = tractor.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)).map(AsRef::as_ref);
    let load = find::of_unit(fleet, Kind::Tractor, &tractor.id);
    About { load, driver, tractor: Some(tractor), ..About::default() }
}
