//! The line on top of every screen: is what I am looking at true right now?

use super::app::Mode;
use super::facts::Facts;
use super::glyphs::Glyphs;
use super::theme::Role;
use super::widgets::text::{Span, fit, width, width_of};
use super::words;
use crate::model::{Extent, FeedStatus};
use crate::rules::age::is_behind;

/// Columns an account's trouble gets at least, however many are in trouble.
const LEAST: u16 = 8;
/// Columns below which nothing of a cause can be read.
const CAUSE: u16 = 20;
/// Columns for those that are well where there is not room for all.
const OTHERS: u16 = 18;

/// The header in `room` columns: mode, age per account, counts, the office clock. What does not
/// fit goes in this order: the counts' words, the counts, the clock's zone, the ends of long troubles, accounts that
/// are well; how many is said.
pub fn line(facts: &Facts, room: u16) -> Vec<Span> {
    let clock = words::clock(facts.now, &facts.zone);
    let zoned = format!("{clock} {}", words::letters(facts.now, &facts.zone));
    let start = vec![mode(facts)];
    let accounts = accounts(facts);
    let with = |accounts: &[Span], counts: &str| {
        let counts = (!counts.is_empty()).then(|| (counts.to_owned(), Role::Text));
        spaced(start.iter().chain(accounts).cloned().chain(counts), "  ")
    };
    let beside = |clock: &str| room.saturating_sub(width(clock) + 1);
    let whole = [(Style::Long, &zoned), (Style::Short, &zoned), (Style::None, &zoned), (Style::None, &clock)]
        .into_iter()
        .map(|(style, clock)| (with(&accounts, &counts(facts, style)), clock))
        .find(|(line, clock)| width_of(line) <= beside(clock));
    let (line, clock) = whole.unwrap_or_else(|| {
        let shorter = shorten(accounts.clone(), beside(&clock).saturating_sub(width_of(&start)), facts);
        let line = with(&shorter, "");
        let fits = width_of(&line) <= beside(&clock);
        (if fits { line } else { few(&start, accounts, beside(&clock), facts) }, &clock)
    });
    let mut line = cut(line, beside(clock), facts);
    let gap = room.saturating_sub(width_of(&line) + width(clock));
    line.push((" ".repeat(gap.into()), Role::Text));
    line.push((clock.clone(), Role::Title));
    line
}

/// The accounts in `room` columns: those in trouble share what the others leave.
fn shorten(accounts: Vec<Span>, room: u16, facts: &Facts) -> Vec<Span> {
    let ill = accounts.iter().filter(|(_, role)| *role == Role::Bad).count();
    let share = room.saturating_sub(well(&accounts)) / u16::try_from(ill).unwrap_or(u16::MAX).max(1);
    accounts
        .into_iter()
        .map(|(text, role)| match role {
            Role::Bad => (trouble_in(&text, share.saturating_sub(2).max(LEAST), facts.glyphs), role),
            _ => (text, role),
        })
        .collect()
}

/// An account's trouble in `room` columns: where there is none for its cause, since when, and where there is none for that
/// either, that it is down. Half a word tells nothing.
fn trouble_in(text: &str, room: u16, glyphs: Glyphs) -> String {
    let is_in = |text: &String| width(text) <= room;
    let briefly = || [3, 2].into_iter().map(|words| brief(text, words)).find(is_in);
    Some(text.to_owned())
        .filter(is_in)
        .or_else(|| if room < CAUSE { briefly() } else { None })
        .unwrap_or_else(|| fit(text, room, glyphs).into_owned())
}

/// What is in trouble first, then as many others as there is room for, and how many more: "LIVE 5s MOT down 3m +2". Why
/// something is down gives way before anything in trouble is left out.
fn few(start: &[Span], mut accounts: Vec<Span>, room: u16, facts: &Facts) -> Vec<Span> {
    accounts.sort_by_key(|(_, role)| match role {
        Role::Bad => 0,
        Role::Warn => 1,
        _ => 2,
    });
    let ill = accounts.iter().filter(|(_, role)| is_in_trouble(*role)).count();
    let briefly = |is_brief: fn(Role) -> bool, words: usize| -> Vec<Span> {
        let brief =
            |(text, role): &Span| (if is_brief(*role) { brief(text, words) } else { text.clone() }, *role);
        accounts.iter().map(brief).collect()
    };
    // What is down has what is left for its cause.
    let shared = |accounts: Vec<Span>| {
        let late = columns(&accounts, |role| role == Role::Warn);
        let others = columns(&accounts, |role| !is_in_trouble(role)).min(OTHERS);
        let left = room.saturating_sub(width_of(start) + others + late);
        let well = well(&accounts);
        shorten(accounts, left + well, facts)
    };
    let ways = [
        shared(accounts.clone()),
        shared(briefly(|role| role == Role::Warn, 3)),
        briefly(is_in_trouble, 3),
        briefly(is_in_trouble, 2),
    ];
    let mut laid = ways.iter().map(|way| as_many(start, way, room));
    if let Some((_, line)) = laid.find(|(shown, _)| *shown >= ill) {
        return line;
    }
    let (troubles, others) = accounts.split_at(ill);
    let groups = grouped(troubles);
    let count = groups.len();
    let (shown, line) = as_many(start, &[groups, others.to_vec()].concat(), room);
    // By the piece it is at least said how many are not named.
    if shown >= count { line } else { as_many(start, &briefly(is_in_trouble, 2), room).1 }
}

const fn is_in_trouble(role: Role) -> bool {
    matches!(role, Role::Bad | Role::Warn)
}

/// Columns that those of some role need.
fn columns(accounts: &[Span], is_counted: fn(Role) -> bool) -> u16 {
    accounts.iter().filter(|(_, role)| is_counted(*role)).map(|(text, _)| width(text) + 1).sum()
}

/// As many of the accounts, from the first on, as fit into `room`, and how many more there are.
fn as_many(start: &[Span], accounts: &[Span], room: u16) -> (usize, Vec<Span>) {
    let shown = |count: usize| {
        let more = accounts.get(count..).unwrap_or_default();
        // One that is left out is in trouble only where there is no room for all that are.
        let role = more.first().map_or(Role::Text, |(_, role)| *role);
        let more = (!more.is_empty()).then(|| (format!("+{}", more.len()), role));
        spaced(start.iter().chain(accounts.iter().take(count)).cloned().chain(more), " ")
    };
    let fits = |count: &usize| width_of(&shown(*count)) <= room;
    let count = (0..=accounts.len()).rev().find(fits).unwrap_or(0);
    (count, shown(count))
}

/// Those in trouble by what they have in common: "down MOT", "late GEO MCL".
fn grouped(accounts: &[Span]) -> Vec<Span> {
    let mut groups: Vec<(String, Role)> = Vec::new();
    for (text, role) in accounts {
        let brief = brief(text, 2);
        let (name, state) = brief.split_once(' ').unwrap_or((&brief, ""));
        match groups.iter_mut().find(|(group, _)| group.split_once(' ').is_some_and(|(own, _)| state == own))
        {
            Some((group, _)) => *group = format!("{group} {name}"),
            None => groups.push((format!("{state} {name}"), *role)),
        }
    }
    groups
}

/// The first words of an account's trouble: its name, what, since when.
fn brief(text: &str, words: usize) -> String {
    // There is no since when of it.
    if let Some((name, _)) = text.split_once(" never read") {
        return format!("{name} unread");
    }
    let words: Vec<&str> = text.split(' ').take(words).collect();
    words.join(" ").trim_end_matches([',', ':']).to_owned()
}

/// Columns that those need that are not in trouble.
fn well(accounts: &[Span]) -> u16 {
    accounts.iter().filter(|(_, role)| *role != Role::Bad).map(|(text, _)| width(text) + 2).sum()
}

fn mode(facts: &Facts) -> Span {
    // Whatever the ages say by then: nothing here gets newer.
    match (facts.is_unpolled, facts.read_only.is_some()) {
        (true, true) => return ("NOBODY POLLS, READ ONLY".to_owned(), Role::Bad),
        (true, false) => return ("NOBODY POLLS".to_owned(), Role::Bad),
        (false, true) => return ("READ ONLY".to_owned(), Role::Warn),
        (false, false) => {}
    }
    match facts.mode {
        Mode::Live { every_s } => (format!("LIVE {every_s}s"), Role::Good),
        Mode::Idle { every_s } => (format!("IDLE {every_s}s"), Role::Title),
        Mode::View => ("VIEW".to_owned(), Role::Title),
    }
}

/// One word or sentence for each account.
fn accounts(facts: &Facts) -> Vec<Span> {
    let feeds = &facts.fleet.feeds;
    let groups: Vec<&[FeedStatus]> = feeds.chunk_by(|a, b| a.account == b.account).collect();
    let names: Vec<String> = groups.iter().filter_map(|group| Some(short(&group.first()?.account))).collect();
    let known = |name: &String| names.iter().filter(|other| *other == name).count();
    groups
        .iter()
        .zip(&names)
        .filter_map(|(group, name)| {
            // Two accounts of one provider look alike in three letters.
            let name = if known(name) > 1 { group.first()?.account.clone() } else { name.clone() };
            let (state, role) = state(group, facts);
            Some((format!("{name} {state}"), role))
        })
        .collect()
}

/// "SAM" for "samsara".
fn short(account: &str) -> String {
    account.chars().filter(|c| c.is_alphanumeric()).take(3).flat_map(char::to_uppercase).collect()
}

/// Whether a feed is told of as down.
pub fn is_ill(feed: &FeedStatus) -> bool {
    feed.error.is_some() && !feed.is_unsupported()
}

/// What is worst about an account's feeds; else the age of its fastest.
fn state(feeds: &[FeedStatus], facts: &Facts) -> (String, Role) {
    let ill: Vec<&FeedStatus> = feeds.iter().filter(|feed| is_ill(feed)).collect();
    if let Some(first) = ill.iter().min_by_key(|feed| feed.error_since_at) {
        let since = words::age(first.error_since_at, facts.now);
        let which = if ill.len() < feeds.len() { format!(", {}", first.resource) } else { String::new() };
        let error = first.error.as_deref().unwrap_or_default();
        return (format!("down {since}{which}: {error}"), Role::Bad);
    }
    let polled = feeds.iter().filter(|feed| feed.interval_s > 0);
    let Some(fastest) = polled.clone().map(|feed| feed.interval_s).min() else {
        return ("ok".to_owned(), Role::Text);
    };
    if let Some(late) =
        polled.clone().filter(|feed| is_behind(feed, facts.now)).min_by_key(|feed| feed.last_ok_at)
    {
        return match late.last_ok_at {
            Some(_) => {
                (format!("late {}, {}", words::age(late.last_ok_at, facts.now), late.resource), Role::Warn)
            }
            None => (format!("never read, {}", late.resource), Role::Warn),
        };
    }
    let read = polled.filter(|feed| feed.interval_s == fastest).filter_map(|feed| feed.last_ok_at).min();
    (words::age(read, facts.now), Role::Text)
}

#[derive(Clone, Copy)]
enum Style {
    Long,
    Short,
    None,
}

fn counts(facts: &Facts, style: Style) -> String {
    let fleet = &facts.fleet;
    if fleet.extent == Extent::Glance && !matches!(style, Style::None) {
        return "reading the fleet".to_owned();
    }
    let counts = [fleet.tractors.len(), fleet.trailers.len(), fleet.drivers.len(), facts.open_loads];
    let names = match style {
        Style::Long => [" tractors", " trailers", " drivers", " open loads"],
        Style::Short => [" trc", " trl", " drv", " open"],
        Style::None => return String::new(),
    };
    let parts: Vec<String> = counts.iter().zip(names).map(|(count, name)| format!("{count}{name}")).collect();
    parts.join(", ")
}

fn spaced(parts: impl Iterator<Item = Span>, gap: &str) -> Vec<Span> {
    let mut line = Vec::new();
    for part in parts {
        if !line.is_empty() {
            line.push((gap.to_owned(), Role::Text));
        }
        line.push(part);
    }
    line
}

/// The line in at most `room` columns.
fn cut(line: Vec<Span>, room: u16, facts: &Facts) -> Vec<Span> {
    let mut left = room;
    line.into_iter()
        .map_while(|(text, role)| {
            let text = (left > 0).then(|| fit(&text, left, facts.glyphs).into_owned())?;
            left = left.saturating_sub(width(&text));
            Some((text, role))
        })
        .collect()
}
