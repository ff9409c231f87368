//! Rate limits as the services keep them: a bucket for every endpoint, refilled evenly. Pure: told
//! what time it is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The buckets of one service.
#[derive(Debug, Default)]
pub struct Limits {
    /// Tokens left and when that was so.
    buckets: Mutex<HashMap<&'static str, (f64, Instant)>>,
}

impl Limits {
    /// Takes a call out of `bucket`, which holds and refills `per_second`; else how long to wait.
    pub fn take(&self, bucket: &'static str, per_second: f64, now: Instant) -> Result<(), Duration> {
        self.take_of(bucket, per_second, per_second, now)
    }

    /// The same of a bucket that holds `most` at once.
    pub fn take_of(
        &self,
        bucket: &'static str,
        most: f64,
        per_second: f64,
        now: Instant,
    ) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = buckets.entry(bucket).or_insert((most, now));
        let refilled = now.saturating_duration_since(*since).as_secs_f64() * per_second;
        *left = (*left + refilled).min(most);
        *since = now;
        if *left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - *left) / per_second));
        }
        *left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_second_are_five_a_second() {
        let (limits, start) = (Limits::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(limits.take("trailers", 5.0, start), Ok(()));
        }
        let wait = limits.take("trailers", 5.0, start).unwrap_err();
        assert!((0.19..=0.2).contains(&wait.as_secs_f64()), "{wait:?}");
        assert_eq!(limits.take("drivers", 5.0, start), Ok(()));
        assert_eq!(limits.take("trailers", 5.0, start + Duration::from_millis(201)), Ok(()));
    }
}
