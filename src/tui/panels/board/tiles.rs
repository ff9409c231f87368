//! The lines over the board's rows: how much of what is wrong, and what nobody can tell.

use std::collections::BTreeSet;

use super::line;
use crate::model::{Exception, ExceptionKind, ExceptionState};
use crate::rules::blindness::{Sight, Silence};
use crate::tui::facts::Facts;
use crate::tui::header::is_ill;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Span, fit, width_of, wrap};
use crate::tui::words;

/// How much of what is counted is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing was read yet.
    Nothing,
    /// The loads are still being read.
    Reading,
    /// So many loads are not judged yet.
    But { unjudged: usize },
    /// As much as there is.
    All,
}

impl Known {
    /// Why it is not all there is; `None` where it is.
    fn words(self, short: bool) -> Option<String> {
        match self {
            Self::All | Self::Reading => None,
            Self::Nothing => Some("nothing read yet".to_owned()),
            Self::But { unjudged } if short => Some(format!("{unjudged} not judged")),
            Self::But { unjudged: 1 } => Some("1 load not judged yet".to_owned()),
            Self::But { unjudged } => Some(format!("{unjudged} loads not judged yet")),
        }
    }
}

/// The counts, each with its word in full and in short, and the kinds it counts.
const TILES: &[(&str, &str, &[ExceptionKind])] = &[
    ("late", "late", &[ExceptionKind::Late]),
    ("at risk", "risk", &[ExceptionKind::AtRisk]),
    ("uncovered", "uncov", &[ExceptionKind::UnassignedPickup, ExceptionKind::InfeasiblePickup]),
    ("run out", "hours", &[ExceptionKind::RunsOut]),
    ("detained", "held", &[ExceptionKind::Detention]),
    ("dark", "dark", &[ExceptionKind::Dark]),
    (FEEDS, "feed", &[ExceptionKind::FeedDown]),
    (
        OTHER,
        OTHER,
        &[
            ExceptionKind::Blind,
            ExceptionKind::TrailerAlone,
            ExceptionKind::LogDisagrees,
            ExceptionKind::TmsDisagrees,
        ],
    ),
];

/// What has no count of its own; said only where there is something of it.
const OTHER: &str = "other";

/// Accounts, and not single feeds.
const FEEDS: &str = "feed down";

/// What is told of loads only once they are judged.
const JUDGED: [&str; 4] = ["late", "at risk", "uncovered", "run out"];

/// What cannot be counted before it is known.
const UNTOLD: &str = words::UNKNOWN;

/// A count over the rows.
struct Tile {
    count: usize,
    /// Whether it is the count, and not what is known of it so far: nothing is no number where nobody has looked, or where
    /// something holds and is watched until it has lasted.
    is_told: bool,
    long: &'static str,
    short: &'static str,
}

/// The open exceptions counted by kind, in `room` columns, how many this console's person snoozed, and what is not known
/// yet: all counts, else those that are not nothing, else those in short words.
pub fn line(known: Known, facts: &Facts, room: u16) -> Vec<Span> {
    let rows = facts.fleet.exceptions.iter().map(AsRef::as_ref);
    let open: Vec<&Exception> = rows.clone().filter(|row: &&Exception| facts.holds(row)).collect();
    let watched: Vec<&Exception> = rows.filter(|row| row.state == ExceptionState::Watched).collect();
    let tiles = tiles(known, &open, &watched, facts);
    let snoozed = open.iter().filter(|row| row.is_snoozed_for(&facts.user, facts.now)).count();
    let untold = tiles.iter().any(|tile| !tile.is_told && tile.long != OTHER);
    let just_began = (untold && known == Known::All).then(|| format!("{} just began", watched.len()));
    let tail = |short: bool| {
        let snoozed = (snoozed > 0).then(|| (format!("({snoozed} snoozed)"), Role::Muted));
        let why = known.words(short).or_else(|| just_began.clone());
        why.map(|why| (format!("({why}) "), Role::Warn)).into_iter().chain(snoozed)
    };
    let whole = |zeros, short| spans(&tiles, zeros, short).into_iter().chain(tail(short)).collect::<Vec<_>>();
    let dashes = untold.then_some((true, true));
    let ways = [Some((true, false)), dashes, Some((false, false)), Some((false, true))];
    let mut lines = ways.into_iter().flatten().map(|(zeros, short)| whole(zeros, short));
    // What is said behind the counts stands under the rows too.
    lines.find(|line| width_of(line) <= room).unwrap_or_else(|| spans(&tiles, false, true))
}

fn tiles(known: Known, open: &[&Exception], watched: &[&Exception], facts: &Facts) -> Vec<Tile> {
    let counts = |row: &Exception| row.kind != ExceptionKind::Detention || line::is_held(row, facts);
    let tile = |(long, short, kinds): &(&'static str, &'static str, &[ExceptionKind])| {
        let rows = open.iter().filter(|row| kinds.contains(&row.kind) && counts(row));
        let count = if *long == FEEDS { down(rows, facts) } else { rows.count() };
        let is_known = match known {
            Known::All => true,
            Known::Reading | Known::But { .. } => !JUDGED.contains(long),
            Known::Nothing => *long == FEEDS,
        };
        let is_watched = watched.iter().any(|row| kinds.contains(&row.kind) && counts(row));
        Tile { count, is_told: count > 0 || is_known && !is_watched, long, short }
    };
    TILES.iter().map(tile).collect()
}

/// The counts in long words or in short ones, all of them or those that are not nothing.
fn spans(tiles: &[Tile], zeros: bool, short: bool) -> Vec<Span> {
    let shown = tiles.iter().filter(|tile| tile.count > 0 || (zeros && tile.long != OTHER));
    let span = |tile: &Tile| {
        let role = match (tile.count, tile.long) {
            (0, _) => Role::Muted,
            (_, "late" | FEEDS) => Role::Bad,
            (_, OTHER) => Role::Text,
            _ => Role::Warn,
        };
        let count = if tile.is_told { tile.count.to_string() } else { UNTOLD.to_owned() };
        (format!("{count} {}", if short { tile.short } else { tile.long }), role)
    };
    shown.flat_map(|tile| [span(tile), ("  ".to_owned(), Role::Text)]).collect()
}

/// How many accounts have a feed that is down: those on the board, and those that the header says so of before they
/// were down for long enough to be there.
fn down<'a>(rows: impl Iterator<Item = &'a &'a Exception>, facts: &Facts) -> usize {
    let on_board = rows.filter_map(|row| row.touches.account.as_deref());
    let in_header = facts.fleet.feeds.iter().filter(|feed| is_ill(feed)).map(|feed| feed.account.as_str());
    on_board.chain(in_header).collect::<BTreeSet<_>>().len()
}

/// Lines for one thing over the rows, at most.
const LINES: usize = 2;

/// A sentence over the rows in lines of `room` columns; what does not fit is marked as cut.
pub fn lines(text: &str, room: u16, facts: &Facts) -> Vec<String> {
    let mut lines = wrap(text, room);
    if lines.len() > LINES {
        let rest = lines.split_off(LINES - 1).join(" ");
        lines.push(fit(&rest, room, facts.glyphs).into_owned());
    }
    lines
}

/// What nobody can tell, in lines of `room` columns; none where everything comes. Every account that is silent is named before
/// anything is said of what it told, and since when goes after that.
pub fn blind(sight: &Sight, room: u16, facts: &Facts) -> Vec<String> {
    let silent = match sight {
        Sight::Clear { .. } => return Vec::new(),
        Sight::Nothing => {
            return lines("BLIND: nothing was ever read of loads, positions or hours", room, facts);
        }
        Sight::Blind(silent) => silent,
    };
    let whole = |detailed: usize| {
        let told = silent.iter().enumerate().map(|(at, one)| silence(one, at < detailed, facts));
        format!("BLIND: {}", told.collect::<Vec<_>>().join("; "))
    };
    let accounts: Vec<&str> = silent.iter().map(|one| one.account.as_str()).collect();
    let named = |count: usize| {
        let more = accounts.len() - count;
        let more = if more > 0 { format!(", +{more} more") } else { String::new() };
        format!("BLIND to {}{more}", accounts.get(..count).unwrap_or_default().join(", "))
    };
    let is_in = |text: &String| wrap(text, room).len() <= LINES;
    let ways = (0..=silent.len()).rev().map(whole).chain((1..=accounts.len()).rev().map(named));
    lines(&ways.into_iter().find(is_in).unwrap_or_else(|| named(1)), room, facts)
}

/// "motive silent 11m (positions, hours)"; what it told only where that is `detailed`.
fn silence(one: &Silence, detailed: bool, facts: &Facts) -> String {
    let of = if detailed { format!(" ({})", one.of.join(", ")) } else { String::new() };
    match one.since {
        Some(since) => format!("{} silent {}{of}", one.account, words::age(Some(since), facts.now)),
        None => format!("{} never read{of}", one.account),
    }
}
