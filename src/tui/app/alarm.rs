//! When to call a person who looks elsewhere: for what is newly critical, seldom enough that nobody turns it off.

use std::collections::{HashSet, VecDeque};

use jiff::civil::Time;

use crate::model::{Severity, Timestamp};
use crate::tui::facts::Facts;
use crate::tui::panels::exception_number;

/// Calls in an hour at most: more are not heard any more.
const AN_HOUR: usize = 5;
const HOUR_S: i64 = 3600;

/// Seconds between two calls at least.
const APART_S: i64 = 60;

/// When the console may call, and when it is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Never.
    Off,
    /// When something is newly critical, but not from the first to the second of these by the office's clock; at any
    /// hour where they are the same.
    On {
        /// From when it is quiet.
        quiet_from: Time,
        /// Until when.
        quiet_until: Time,
    },
}

/// What was called about, and when.
#[derive(Debug)]
pub struct Alarm {
    calls: Calls,
    /// The critical exceptions that a person was told of, or that were there before the console; none before the
    /// first fleet.
    known: Option<HashSet<String>>,
    called: VecDeque<Timestamp>,
}

impl Alarm {
    pub const fn new(calls: Calls) -> Self {
        Self { calls, known: None, called: VecDeque::new() }
    }

    /// What to call about now, in a sentence. What comes while it must not call again is called about later, if it is
    /// still there; what comes in quiet hours never is.
    pub fn call(&mut self, facts: &Facts) -> Option<String> {
        let Calls::On { quiet_from, quiet_until } = self.calls else { return None };
        let critical = facts.fleet.exceptions.iter().filter(|row| {
            row.is_open()
                && row.severity == Severity::Critical
                && row.handling.claim.is_none()
                && !row.is_snoozed_for(&facts.user, facts.now)
        });
        let mut critical: Vec<_> = critical.collect();
        critical.sort_unstable_by(|a, b| a.cmp_rank(b));
        let all: HashSet<String> = critical.iter().map(|row| row.id.clone()).collect();
        let Some(known) = &mut self.known else {
            self.known = Some(all);
            return None;
        };
        known.retain(|id| all.contains(id));
        critical.retain(|row| !known.contains(&row.id));
        let first = critical.first()?;
        if is_quiet(quiet_from, quiet_until, facts) {
            known.extend(all);
            return None;
        }
        while self.called.front().is_some_and(|at| facts.now.secs_since(*at) >= HOUR_S) {
            self.called.pop_front();
        }
        let too_soon = self.called.back().is_some_and(|at| facts.now.secs_since(*at) < APART_S);
        if too_soon || self.called.len() >= AN_HOUR {
            return None;
        }
        self.called.push_back(facts.now);
        known.extend(all);
        let more = match critical.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        Some(format!("{}: {}{more}", exception_number(first, facts), first.summary))
    }
}

fn is_quiet(from: Time, until: Time, facts: &Facts) -> bool {
    let Some(now) = facts.now.calendar().map(|at| at.to_zoned(facts.zone.clone()).time()) else {
        return false;
    };
    if from <= until { (from..until).contains(&now) } else { now >= from || now < until }
}
