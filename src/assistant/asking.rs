//! One assistant: how it reaches Gemini, what it may look up, what it may spend. Many conversations share it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::client::Gemini;
use super::facts::Library;
use super::lookup::Refresh;
use super::spend::Budget;
use super::wire::Level;
use crate::model::Timestamp;

/// Tells the time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Whom to ask, and how.
#[derive(Clone, Debug)]
pub struct Model {
    /// Gemini.
    pub gemini: Gemini,
    /// Asked first.
    pub name: String,
    /// Asked when that one cannot answer; `None`: nobody.
    pub fallback: Option<String>,
    /// How much it thinks.
    pub level: Level,
    /// Never more calls in a minute.
    pub calls_per_minute: u32,
}

/// The assistant.
#[derive(Clone)]
pub struct Assistant {
    /// Whom to ask; `None`: questions are answered by backhaul's own parser, as far as it understands them.
    pub model: Option<Model>,
    /// What tools answer from.
    pub library: Library,
    /// What may be spent.
    pub budget: Budget,
    /// Drivers' names do not leave the box.
    pub hides_names: bool,
    /// Has an account's positions read anew.
    pub refresh: Refresh,
    /// The time.
    pub now: Now,
    /// When calls went out, of this process.
    pub pace: Arc<Pace>,
}

impl std::fmt::Debug for Assistant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assistant")
            .field("model", &self.model)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// When calls went out.
#[derive(Debug, Default)]
pub struct Pace(Mutex<VecDeque<Timestamp>>);

impl Pace {
    /// Counts a call at `now`, or says how long to wait before it: in no minute are there more than `most`.
    pub fn take(&self, most: u32, now: Timestamp) -> Result<(), Duration> {
        const MINUTE: Duration = Duration::from_mins(1);
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back would hold everything up.
        calls.retain(|at| now.since(*at) < MINUTE && *at <= now);
        match calls.front() {
            Some(first) if calls.len() >= most.max(1) as usize => Err(first.plus(MINUTE).since(now)),
            _ => {
                calls.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_no_minute_are_there_more_calls_than_allowed() {
        let pace = Pace::default();
        let at = Timestamp::from_secs;
        assert_eq!(pace.take(2, at(100)), Ok(()));
        assert_eq!(pace.take(2, at(110)), Ok(()));
        assert_eq!(pace.take(2, at(120)), Err(Duration::from_secs(40)));
        assert_eq!(pace.take(2, at(160)), Ok(()));
        assert_eq!(pace.take(2, at(165)), Err(Duration::from_secs(5)));
        assert_eq!(pace.take(2, at(50)), Ok(()), "the clock was set back");
    }
}
