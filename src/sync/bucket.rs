//! A token bucket that is told the time. Its whole state is one instant, so it can be saved and
//! handed to the next poller (GCRA: the "theoretical arrival time").

use std::time::Duration;

use tokio::time::Instant;

/// The window that a limit is counted over, with a second to spare: calls that left us a minute
/// apart may arrive a little closer.
const WINDOW: Duration = Duration::from_secs(61);

/// Never more than so many calls in any minute: a tenth of them at once, the rest spread.
#[derive(Clone, Debug)]
pub struct Bucket {
    step: Duration,
    burst: u32,
    /// When it will be full again; in the past when it is.
    full_at: Instant,
}

impl Bucket {
    /// A bucket for `calls_per_minute` (at least 1), full again at `full_at`.
    pub fn new(calls_per_minute: u32, full_at: Instant) -> Self {
        let limit = calls_per_minute.max(1);
        let burst = (limit / 10).max(1);
        // The burst and what trickles in after it must fit into one window together.
        let spread = (limit - burst).max(1);
        Self { step: WINDOW / spread, burst, full_at }
    }

    /// Takes a token, or says how long until there is one.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let next = self.full_at.max(now) + self.step;
        let earliest = next - self.step * self.burst;
        if earliest > now {
            return Err(earliest - now);
        }
        self.full_at = next;
        Ok(())
    }

    /// No token before `until`, and no burst right after it: the upstream asked for calm.
    pub fn drain(&mut self, until: Instant) {
        self.full_at = self.full_at.max(until + self.step * self.burst.saturating_sub(1));
    }

    /// Tokens there are now.
    pub fn left(&self, now: Instant) -> u32 {
        let owed = self.full_at.saturating_duration_since(now);
        let used = owed.as_nanos().div_ceil(self.step.as_nanos().max(1));
        self.burst.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
    }

    /// When it will be full again.
    pub const fn full_at(&self) -> Instant {
        self.full_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a caller that is always ready gets its tokens, in milliseconds.
    fn taken(bucket: &mut Bucket, start: Instant, count: usize) -> Vec<u128> {
        let mut now = start;
        let mut at = Vec::new();
        while at.len() < count {
            match bucket.take(now) {
                Ok(()) => at.push((now - start).as_millis()),
                Err(wait) => now += wait,
            }
        }
        at
    }

    #[test]
    fn no_minute_holds_more_than_the_limit() {
        let start = Instant::now();
        for limit in [1, 2, 3, 9, 10, 60, 240, 1000] {
            let at = taken(&mut Bucket::new(limit, start), start, 3 * limit as usize + 5);
            for (index, first) in at.iter().enumerate() {
                let within = at[index..].iter().take_while(|at| **at < first + 60_000).count();
                assert!(within <= limit as usize, "{within} calls in a minute of {limit}");
            }
        }
    }

    #[test]
    fn a_tenth_goes_at_once_and_the_rest_is_spread() {
        let start = Instant::now();
        let at = taken(&mut Bucket::new(240, start), start, 26);
        assert!(at[..24].iter().all(|at| *at == 0));
        assert_eq!((at[24], at[25]), (282, 564));
    }

    #[test]
    fn after_a_request_for_calm_there_is_no_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::new(600, start);
        bucket.drain(start + Duration::from_secs(2));
        let at = taken(&mut bucket, start, 3);
        assert_eq!(at[0], 2000);
        assert!(at[1] > 2100 && at[2] > 2200);
        assert_eq!(bucket.left(start), 0);
        assert_eq!(bucket.left(start + Duration::from_secs(70)), 60);
    }
}
