//! How old something is, in the few characters a column has, and when a feed's data is too old.

use std::time::Duration;

use crate::model::{FeedStatus, Gives, Timestamp};

/// "4s", "12m", "3h05", "2d04": never rounded up, so that nothing looks fresher than it is
/// by more than its last unit.
pub fn words(age: Duration) -> String {
    let secs = age.as_secs();
    match secs {
        0..60 => format!("{secs}s"),
        60..3600 => format!("{}m", secs / 60),
        3600..86_400 => format!("{}h{:02}", secs / 3600, secs % 3600 / 60),
        _ => format!("{}d{:02}", secs / 86_400, secs % 86_400 / 3600),
    }
}

/// The age of `at` in words, "-" where there is none.
pub fn since(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "-".to_owned(), |at| words(now.since(at)))
}

/// Whether a feed is behind: in trouble, or silent. What its provider does not have is not waited for.
pub fn is_behind(feed: &FeedStatus, now: Timestamp) -> bool {
    !feed.is_unsupported() && (feed.error.is_some() || is_silent(feed, now))
}

/// Whether nothing has come of a feed for two of its intervals: what rests on it is not known any more.
/// One try that failed is no silence yet.
pub fn is_silent(feed: &FeedStatus, now: Timestamp) -> bool {
    if matches!(feed.gives(), Gives::Travel | Gives::Talk) {
        return false;
    }
    feed.last_ok_at.is_none_or(|read| now.secs_since(read) > patience_s(feed.interval_s))
}

/// How long nothing may come, in seconds, of what comes so often: two intervals, or one and half a minute of
/// grace, since a slow answer at a short interval is not an outage.
pub fn patience_s(every_s: i64) -> i64 {
    (every_s * 2).max(every_s + 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_fits_a_column() {
        let check = |secs, expected: &str| assert_eq!(words(Duration::from_secs(secs)), expected);
        check(0, "0s");
        check(59, "59s");
        check(3599, "59m");
        check(2 * 3600 + 14 * 60, "2h14");
        check(86_400 * 3 + 3600 * 5, "3d05");
    }
}
