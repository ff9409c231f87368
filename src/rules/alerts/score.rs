//! What it is worth to look at an exception now. The queue is sorted by this.

use std::time::Duration;

use crate::model::{Severity, Timestamp};

/// Time left to act, in minutes at most, and how much that urges.
const STEPS: [(i64, i64); 6] = [(30, 10), (60, 8), (120, 7), (240, 5), (480, 4), (720, 2)];
/// More time than any step.
const LATER: i64 = 1;
/// Too late to prevent it: people must still be told, but what can be saved goes first.
const PASSED: i64 = 3;
/// Nobody knows by when.
const UNKNOWN: i64 = 6;
/// A deadline must move away by more than this before it urges less: an arrival that is worked out anew
/// every minute must not move a row up and down.
const SLACK: Duration = Duration::from_mins(10);

/// Severity × time left to act: 1, 3, 9, 27 from low to critical, times
///
/// | left | ≤ 30 min | ≤ 1 h | ≤ 2 h | unknown | ≤ 4 h | ≤ 8 h | passed | ≤ 12 h | more |
/// |---|---|---|---|---|---|---|---|---|---|
/// | × | 10 | 8 | 7 | 6 | 5 | 4 | 3 | 2 | 1 |
///
/// In steps, so that rows change places only when an hour's difference is made, not at every second.
/// `before` is the score, with its severity, that the exception had until now.
pub fn score(
    severity: Severity,
    deadline: Option<Timestamp>,
    before: Option<(i64, Severity)>,
    now: Timestamp,
) -> i64 {
    let before = before.map(|(score, severity)| score / weight(severity));
    weight(severity) * urgency(deadline, before, now)
}

const fn weight(severity: Severity) -> i64 {
    match severity {
        Severity::Low => 1,
        Severity::Medium => 3,
        Severity::High => 9,
        Severity::Critical => 27,
    }
}

fn urgency(deadline: Option<Timestamp>, before: Option<i64>, now: Timestamp) -> i64 {
    let Some(deadline) = deadline else { return UNKNOWN };
    let nearly = step(deadline.minus(SLACK).millis_since(now));
    match before {
        Some(before) if before == nearly => before,
        _ => step(deadline.millis_since(now)),
    }
}

fn step(left_ms: i64) -> i64 {
    if left_ms <= 0 {
        return PASSED;
    }
    STEPS.iter().find(|(minutes, _)| left_ms <= minutes * 60_000).map_or(LATER, |(_, urges)| *urges)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    #[expect(clippy::unnecessary_wraps, reason = "a deadline is an option")]
    fn minutes(left: i64) -> Option<Timestamp> {
        Some(Timestamp::from_secs(1_000_000 + left * 60))
    }

    #[test]
    fn what_can_still_be_saved_soon_goes_first_and_what_is_lost_after_it() {
        let check = |severity, left, expected| {
            assert_eq!(score(severity, left, None, NOW), expected, "{severity:?} {left:?}");
        };
        check(Severity::Critical, minutes(30), 270);
        check(Severity::Critical, minutes(31), 216);
        check(Severity::Critical, minutes(0), 81);
        check(Severity::High, minutes(60), 72);
        check(Severity::High, minutes(120), 63);
        check(Severity::High, None, 54);
        check(Severity::High, minutes(240), 45);
        check(Severity::Medium, minutes(480), 12);
        check(Severity::Medium, minutes(720), 6);
        check(Severity::Low, minutes(721), 1);
    }

    #[test]
    fn a_deadline_that_wavers_moves_nothing_and_one_that_nears_does_at_once() {
        let then =
            |before: i64, left| score(Severity::Low, minutes(left), Some((before, Severity::Low)), NOW);
        assert_eq!([61, 60, 61, 70, 71].map(|left| then(8, left)), [8, 8, 8, 8, 7]);
        assert_eq!([61, 60].map(|left| then(7, left)), [7, 8]);
        // Passed stays passed until there clearly is time again.
        assert_eq!([0, 1, 10, 11].map(|left| then(3, left)), [3, 3, 3, 10]);
        assert_eq!(then(10, 0), 3);
    }

    #[test]
    fn a_change_of_severity_keeps_the_step_of_time() {
        let high = score(Severity::High, minutes(61), Some((8, Severity::Low)), NOW);
        assert_eq!(high, 72);
    }
}
