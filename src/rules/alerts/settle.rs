//! From what holds now to what becomes of the queue: raised after it lasted, cleared after it was gone
//! for a while, raised again with a count. Pure: all that is remembered stands in the rows.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

#[cfg(test)]
mod tests;

use super::condition::{Condition, Hold};
use super::score::score;
use crate::model::{Exception, ExceptionKind, ExceptionState, Step, Timestamp, Trend};

/// Why an open exception was not found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// What it was about is over: nothing can bring it back.
    Over(String),
    /// It holds no more, as things look: that must last.
    Eased(String),
    /// Nobody can tell, since what it is found by does not come: it stays as it is.
    Unknown,
}

/// What is raised again within this after it was cleared goes on where it was: it is counted, and claims
/// and notes stand. After it, it is something new.
pub const SPELL: Duration = Duration::from_hours(12);

/// A measure that changed by less than this is no news.
const NEWS_S: i64 = 60;

/// How long a condition must last before its exception is raised or becomes worse.
pub const fn raised_after(kind: ExceptionKind) -> Duration {
    match kind {
        // Free time ends at its minute. Silence has lasted already, and a feed was waited for twice.
        ExceptionKind::Detention => Duration::ZERO,
        ExceptionKind::Dark | ExceptionKind::FeedDown | ExceptionKind::TrailerAlone => Duration::from_mins(1),
        // A load is often given its driver and its tractor one after the other.
        ExceptionKind::UnassignedPickup | ExceptionKind::InfeasiblePickup | ExceptionKind::Late => {
            Duration::from_mins(2)
        }
        ExceptionKind::LogDisagrees | ExceptionKind::AtRisk => Duration::from_mins(3),
        ExceptionKind::RunsOut | ExceptionKind::TmsDisagrees | ExceptionKind::Blind => Duration::from_mins(5),
    }
}

/// How long it must be gone, or less, before its exception is cleared or eased.
pub const fn cleared_after(kind: ExceptionKind) -> Duration {
    match kind {
        ExceptionKind::UnassignedPickup => Duration::from_mins(1),
        ExceptionKind::Dark | ExceptionKind::FeedDown | ExceptionKind::Detention => Duration::from_mins(2),
        ExceptionKind::Late
        | ExceptionKind::AtRisk
        | ExceptionKind::InfeasiblePickup
        | ExceptionKind::RunsOut
        | ExceptionKind::LogDisagrees
        | ExceptionKind::TmsDisagrees
        | ExceptionKind::Blind => Duration::from_mins(5),
        ExceptionKind::TrailerAlone => Duration::from_mins(10),
    }
}

/// What becomes of the `known` exceptions, and of new ones, at `now`. `conditions` hold each id once;
/// `absence` is asked about open ones that are not among them. The same again on what comes of the steps
/// makes no step.
pub fn settle<'a>(
    known: impl IntoIterator<Item = &'a Exception>,
    conditions: &[Condition],
    absence: impl Fn(&Exception) -> Absence,
    now: Timestamp,
) -> Vec<Step> {
    let holding: HashMap<&str, &Condition> =
        conditions.iter().map(|condition| (condition.id.as_str(), condition)).collect();
    let mut met = HashSet::new();
    let mut steps = Vec::new();
    for row in known {
        let condition = holding.get(row.id.as_str()).copied();
        met.extend(condition.map(|condition| condition.id.as_str()));
        steps.extend(match (row.state, condition) {
            (ExceptionState::Open, Some(condition)) => still_open(row, condition, now),
            (ExceptionState::Open, None) => missed(row, absence(row), now),
            (ExceptionState::Watched, Some(condition)) if condition.hold == Hold::Holds => {
                watched(row, condition, now)
            }
            (ExceptionState::Watched, _) => Some(unwatched(row, now)),
            (ExceptionState::Cleared, Some(condition)) if condition.hold == Hold::Holds => {
                Some(begin(Some(row), condition, now))
            }
            (ExceptionState::Cleared, _) => None,
        });
    }
    let fresh = conditions.iter().filter(|condition| !met.contains(condition.id.as_str()));
    steps.extend(fresh.filter(|new| new.hold == Hold::Holds).map(|new| begin(None, new, now)));
    steps
}

/// Something begins to hold, for the first time or again.
fn begin(before: Option<&Exception>, condition: &Condition, now: Timestamp) -> Step {
    let is_spell = |row: &&Exception| row.cleared_at.is_some_and(|cleared| now.since(cleared) <= SPELL);
    let mut row = match before.filter(is_spell) {
        Some(before) => before.clone(),
        None => Exception { id: condition.id.clone(), ..Exception::default() },
    };
    row.since_at = now;
    row = described(&row, condition, now);
    (row.kind, row.severity) = (condition.kind, condition.severity);
    row.trend = Some((Trend::Worse, now));
    row.state = ExceptionState::Watched;
    row.score = score(row.severity, row.deadline_at, None, now);
    if lasting(condition).is_zero() { raise(row, now) } else { Step::Watch(row) }
}

fn watched(row: &Exception, condition: &Condition, now: Timestamp) -> Option<Step> {
    let (_, since) = row.trend?;
    if now.since(since) < lasting(condition) {
        return None;
    }
    let mut row = described(row, condition, now);
    (row.kind, row.severity) = (condition.kind, condition.severity);
    row.score = score(row.severity, row.deadline_at, None, now);
    Some(raise(row, now))
}

fn raise(mut row: Exception, now: Timestamp) -> Step {
    row.state = ExceptionState::Open;
    row.trend = None;
    row.count += 1;
    row.first_raised_at = row.first_raised_at.or(Some(now));
    (row.raised_at, row.worsened_at) = (Some(now), Some(now));
    Step::Raise(row)
}

/// It went before it had lasted.
fn unwatched(row: &Exception, now: Timestamp) -> Step {
    if row.was_raised() {
        let state = ExceptionState::Cleared;
        Step::Update(Exception { state, trend: None, computed_at: now, ..row.clone() })
    } else {
        Step::Forget(row.id.clone())
    }
}

/// It holds on: as before, worse or less, which must last.
fn still_open(before: &Exception, condition: &Condition, now: Timestamp) -> Option<Step> {
    let mut row = described(before, condition, now);
    let way = match condition.severity.cmp(&before.severity) {
        _ if condition.hold == Hold::Lingers => None,
        Ordering::Greater => Some((Trend::Worse, lasting(condition))),
        Ordering::Less => Some((Trend::Better, cleared_after(before.kind))),
        Ordering::Equal => {
            row.kind = condition.kind;
            None
        }
    };
    let turned = row.turn(way, now);
    if turned {
        (row.kind, row.severity) = (condition.kind, condition.severity);
    }
    row.score = score(row.severity, row.deadline_at, Some((before.score, before.severity)), now);
    match (turned, way) {
        (true, Some((Trend::Worse, _))) => {
            row.worsened_at = Some(now);
            Some(Step::Worsen(row))
        }
        (true, _) => Some(Step::Ease(row)),
        (false, _) => is_news(before, &row).then_some(Step::Update(row)),
    }
}

/// It was not found any more.
fn missed(before: &Exception, absence: Absence, now: Timestamp) -> Option<Step> {
    let mut row = Exception { computed_at: now, ..before.clone() };
    let (why, gone) = match absence {
        Absence::Over(why) => (why, Some((Trend::Gone, Duration::ZERO))),
        Absence::Eased(why) => (why, Some((Trend::Gone, cleared_after(before.kind)))),
        Absence::Unknown => (String::new(), Some((Trend::Blind, Duration::MAX))),
    };
    if row.turn(gone, now) {
        row.state = ExceptionState::Cleared;
        (row.cleared_at, row.cleared_because) = (Some(now), Some(why));
        return Some(Step::Clear(row));
    }
    row.score = score(row.severity, row.deadline_at, Some((before.score, before.severity)), now);
    is_news(before, &row).then_some(Step::Update(row))
}

fn lasting(condition: &Condition) -> Duration {
    condition.lasting.unwrap_or_else(|| raised_after(condition.kind))
}

/// The row with what the condition says now. Its kind and severity are for the caller to move: that takes
/// time, and the words must be true meanwhile.
fn described(row: &Exception, condition: &Condition, now: Timestamp) -> Exception {
    Exception {
        subject: condition.subject.clone(),
        touches: condition.touches.clone(),
        since_at: condition.since_at.unwrap_or(row.since_at),
        deadline_at: condition.deadline_at,
        measure_s: condition.measure_s,
        summary: condition.summary.clone(),
        facts: condition.facts.clone(),
        computed_at: now,
        ..row.clone()
    }
}

/// Whether readers must be told.
fn is_news(before: &Exception, now: &Exception) -> bool {
    let change = before.measure_s.zip(now.measure_s).map(|(then, now)| (then - now).abs());
    let small = change.is_some_and(|change| change < NEWS_S);
    let told = if small { before.measure_s } else { now.measure_s };
    let as_before = Exception { measure_s: told, computed_at: before.computed_at, ..now.clone() };
    as_before != *before
}

trait Turn {
    /// Goes on towards `way`, or stops where that is none. True, and the turn is over, once it has lasted.
    fn turn(&mut self, way: Option<(Trend, Duration)>, now: Timestamp) -> bool;
}

impl Turn for Exception {
    fn turn(&mut self, way: Option<(Trend, Duration)>, now: Timestamp) -> bool {
        let Some((trend, lasts)) = way else {
            self.trend = None;
            return false;
        };
        let since = self.trend.filter(|(before, _)| *before == trend).map_or(now, |(_, since)| since);
        let is_over = now.since(since) >= lasts;
        self.trend = (!is_over).then_some((trend, since));
        is_over
    }
}
