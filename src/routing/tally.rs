//! How many calls were made lately, and for how many loads: what people are shown of the budget.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::cadence::hash;
use crate::model::Timestamp;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// The calls of the last hour.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// When, and a digest of the load it was for; oldest first.
    calls: VecDeque<(Timestamp, u64)>,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Calls in the last minute.
    pub last_minute: usize,
    /// Calls in the last hour.
    pub last_hour: usize,
    /// Loads asked about in that hour.
    pub loads: usize,
    /// Calls of that hour for a load: on average.
    pub per_load: f64,
    /// And for the one with the most.
    pub most: usize,
}

impl Tally {
    /// Counts a call that is made now for `load`.
    pub fn count(&mut self, load: &str, now: Timestamp) {
        self.forget(now);
        self.calls.push_back((now, hash(load)));
    }

    /// What was spent up to now.
    pub fn spent(&mut self, now: Timestamp) -> Spent {
        self.forget(now);
        let mut by_load: HashMap<u64, usize> = HashMap::new();
        for (_, load) in &self.calls {
            *by_load.entry(*load).or_default() += 1;
        }
        let last_minute = self.calls.iter().rev().take_while(|(at, _)| now.since(*at) < MINUTE).count();
        let (last_hour, loads) = (self.calls.len(), by_load.len());
        #[expect(clippy::cast_precision_loss, reason = "an hour's calls are thousands")]
        let per_load = if loads == 0 { 0.0 } else { last_hour as f64 / loads as f64 };
        Spent { last_minute, last_hour, loads, per_load, most: by_load.into_values().max().unwrap_or(0) }
    }

    fn forget(&mut self, now: Timestamp) {
        while self.calls.front().is_some_and(|(at, _)| now.since(*at) >= HOUR) {
            self.calls.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_and_the_last_hour_are_counted_and_no_more() {
        let mut tally = Tally::default();
        let at = Timestamp::from_secs;
        assert_eq!(tally.spent(at(0)), Spent::default());
        tally.count("A", at(0));
        tally.count("A", at(3590));
        tally.count("A", at(3595));
        tally.count("B", at(3599));
        let all = Spent { last_minute: 3, last_hour: 4, loads: 2, per_load: 2.0, most: 3 };
        assert_eq!(tally.spent(at(3599)), all);
        let without_the_first = Spent { last_hour: 3, per_load: 1.5, most: 2, ..all };
        assert_eq!(tally.spent(at(3600)), without_the_first);
        assert_eq!(tally.spent(at(3657)).last_minute, 1);
        assert_eq!(tally.spent(at(8000)), Spent::default());
    }
}
