//! Geotab's rate limits: so many calls a minute for every method and type, counted from the first
//! one on. Pure: told what time it is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What is counted.
const PERIOD: Duration = Duration::from_secs(60);

/// The counts.
#[derive(Debug, Default)]
pub struct Quotas {
    /// By what is called: since when, and how many calls.
    counted: Mutex<HashMap<String, (Instant, u32)>>,
}

/// Where a call leaves its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Calls left.
    pub calls: u32,
    /// Until all of them are back.
    pub reset: Duration,
}

impl Quotas {
    /// Counts a call of `what`, of which there may be so many a minute; else how long to wait.
    pub fn take(&self, what: &str, a_minute: u32, now: Instant) -> Result<Left, Duration> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, calls) = counted.entry(what.to_owned()).or_insert((now, 0));
        if now.saturating_duration_since(*since) >= PERIOD {
            (*since, *calls) = (now, 0);
        }
        let reset = PERIOD.saturating_sub(now.saturating_duration_since(*since));
        if *calls >= a_minute {
            return Err(reset);
        }
        *calls += 1;
        Ok(Left { calls: a_minute - *calls, reset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_minute_are_ten_a_minute_and_each_thing_has_its_own() {
        let (quotas, start) = (Quotas::default(), Instant::now());
        for left in (0..10).rev() {
            assert_eq!(quotas.take("Authenticate", 10, start).unwrap().calls, left);
        }
        let later = start + Duration::from_secs(2);
        assert_eq!(quotas.take("Authenticate", 10, later), Err(Duration::from_secs(58)));
        assert!(quotas.take("GetFeed/LogRecord", 60, later).is_ok());
        assert!(quotas.take("Authenticate", 10, start + PERIOD).is_ok());
    }
}
