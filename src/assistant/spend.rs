//! What an answer costs, and whether the day has money left for another. Prices are the list's, never lower than
//! what is billed: what a cache saves is not taken off.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;
use tokio::task::spawn_blocking;

use super::trouble::{Kind, Trouble};
use super::wire::Usage;
use crate::model::Timestamp;
pub use crate::store::Grant;

/// What the simulated service says it is.
pub const DEMO: &str = "backhaul-demo-model";

/// Millionths of a dollar.
pub const MICRO: i64 = 1_000_000;

/// 2027-01-01: the introductory price of 3.6 to 3.8 Flash ends.
const FLASH_RISES: Timestamp = Timestamp::from_secs(1_798_761_600);

/// Thousandths of a dollar for a million tokens in, and out: thoughts are paid for as words are.
///
/// A model that is not listed costs what the dearest does: a budget must not be passed for want of a price.
pub fn price(model: &str, now: Timestamp) -> (i64, i64) {
    let flash = if now < FLASH_RISES { (750, 3_750) } else { (1_500, 7_500) };
    match model {
        "gemini-3.8-flash" | "gemini-3.7-flash" | "gemini-3.6-flash" => flash,
        "gemini-3.5-flash" => (1_500, 9_000),
        "gemini-3.5-flash-lite" => (300, 2_500),
        "gemini-3.1-flash-lite" => (250, 1_500),
        "gemini-4-hydrogen" => (1_500, 7_500),
        "gemini-3.1-pro-preview" => (2_000, 12_000),
        DEMO => (0, 0),
        "gemini-3-flash-preview" => (500, 3_000),
        _ => (4_000, 20_000),
    }
}

/// What it costs, in millionths of a dollar, rounded up.
pub fn micro_usd(model: &str, usage: &Usage, now: Timestamp) -> i64 {
    let (dear_in, dear_out) = price(model, now);
    let tokens = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 100_000);
    let inward = tokens(usage.prompt_token_count.saturating_add(usage.tool_use_prompt_token_count));
    let outward = tokens(usage.candidates_token_count.saturating_add(usage.thoughts_token_count));
    // Thousandths of a dollar a million tokens are thousandths of a millionth a token.
    inward.saturating_mul(dear_in).saturating_add(outward.saturating_mul(dear_out)).saturating_add(999) / 1000
}

/// One call, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The office's day, `2026-11-28`.
    pub day: String,
    /// Millionths of a dollar beyond what was set aside; less than nothing where that was more.
    pub micro_usd: i64,
    /// When the call ended.
    pub at: Timestamp,
    /// Why it brought nothing; `None` where it did.
    pub error: Option<String>,
}

/// Where what was spent is written down, by day. May block for some milliseconds.
pub trait Ledger: Send + Sync {
    /// Sets so much aside for a call, unless `limit` is reached: nobody else can ask in between.
    fn set_aside(&self, day: &str, micro_usd: i64, limit: Option<i64>) -> Result<Grant, String>;
    /// Adds what a call cost beyond that.
    fn add(&self, spent: Spent) -> Result<(), String>;
}

/// One that is forgotten with the process.
#[derive(Debug, Default)]
pub struct Forgetful(Mutex<BTreeMap<String, i64>>);

impl Forgetful {
    /// Millionths of a dollar of that day.
    pub fn spent(&self, day: &str) -> i64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(day).copied().unwrap_or(0)
    }
}

impl Ledger for Forgetful {
    fn set_aside(&self, day: &str, micro_usd: i64, limit: Option<i64>) -> Result<Grant, String> {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = days.entry(day.to_owned()).or_default();
        if limit.is_some_and(|limit| *spent >= limit) {
            return Ok(Grant::Spent(*spent));
        }
        *spent += micro_usd;
        Ok(Grant::Given)
    }

    fn add(&self, spent: Spent) -> Result<(), String> {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *days.entry(spent.day).or_default() += spent.micro_usd;
        Ok(())
    }
}

/// What was set aside for one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    day: String,
    /// Millionths of a dollar.
    pub micro_usd: i64,
}

/// How much may be spent on a day of the office.
#[derive(Clone)]
pub struct Budget {
    /// Millionths of a dollar; `None`: no limit.
    pub micro_usd: Option<i64>,
    /// Whose midnight ends the day.
    pub zone: TimeZone,
    /// Where it is written down.
    pub ledger: Arc<dyn Ledger>,
}

impl std::fmt::Debug for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").field("micro_usd", &self.micro_usd).finish_non_exhaustive()
    }
}

impl Budget {
    /// Sets `micro_usd` aside for a call that begins at `now`; whoever drops the call has paid so much. Fails where
    /// the day's money is spent, or where nobody can tell.
    pub async fn set_aside(&self, micro_usd: i64, now: Timestamp) -> Result<Aside, Trouble> {
        let (ledger, day, limit) = (Arc::clone(&self.ledger), self.day(now), self.micro_usd);
        let aside = Aside { day: day.clone(), micro_usd };
        let granted = spawn_blocking(move || ledger.set_aside(&day, micro_usd, limit)).await;
        match (granted.unwrap_or_else(|panic| Err(panic.to_string())), limit) {
            (Ok(Grant::Given), _) => Ok(aside),
            (Ok(Grant::Spent(spent)), limit) => {
                let limit = dollars(limit.unwrap_or_default());
                let words = format!("the day's budget of {limit} is spent ({})", dollars(spent));
                Err(Trouble::new(Kind::Budget, &words))
            }
            (Err(why), Some(_)) => {
                let words = format!("what was spent today cannot be read ({why}), and there is a budget");
                Err(Trouble::new(Kind::Budget, &words))
            }
            (Err(why), None) => {
                tracing::warn!("what the assistant spends cannot be written down: {why}");
                Ok(Aside { micro_usd: 0, ..aside })
            }
        }
    }

    /// Writes down what a call cost that ended at `now`, having brought something or failed. Fails where it cannot
    /// be written: then what was set aside stands.
    pub async fn settle(
        &self,
        aside: Aside,
        micro_usd: i64,
        error: Option<String>,
        now: Timestamp,
    ) -> Result<(), String> {
        let ledger = Arc::clone(&self.ledger);
        let beyond = micro_usd.saturating_sub(aside.micro_usd);
        let spent = Spent { day: aside.day, micro_usd: beyond, at: now, error };
        spawn_blocking(move || ledger.add(spent)).await.unwrap_or_else(|panic| Err(panic.to_string()))
    }

    fn day(&self, now: Timestamp) -> String {
        let day = now.calendar().map(|at| at.to_zoned(self.zone.clone()).date().to_string());
        day.unwrap_or_else(|| now.to_string())
    }
}

/// "$0.02", "$0.0004".
pub fn dollars(micro_usd: i64) -> String {
    let whole = micro_usd / MICRO;
    let part = format!("{:06}", micro_usd % MICRO);
    let digits = part.trim_end_matches('0').len().max(2);
    format!("${whole}.{}", part.get(..digits).unwrap_or(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_paid_for_like_words() {
        let now = Timestamp::parse("2026-11-28T12:00:00Z").unwrap();
        let usage = Usage {
            prompt_token_count: 1_000_000,
            cached_content_token_count: 900_000,
            candidates_token_count: 100_000,
            thoughts_token_count: 100_000,
            tool_use_prompt_token_count: 0,
        };
        assert_eq!(micro_usd("gemini-3.8-flash", &usage, now), 750_000 + 750_000);
        let later = Timestamp::parse("2027-01-01T00:00:00Z").unwrap();
        assert_eq!(micro_usd("gemini-3.8-flash", &usage, later), 1_500_000 + 1_500_000);
        assert_eq!(micro_usd("gemini-9", &usage, now), 4_000_000 + 4_000_000);
        let one = Usage { prompt_token_count: 1, ..Usage::default() };
        assert_eq!(micro_usd("gemini-3.8-flash", &one, now), 1, "never for nothing");
    }

    #[tokio::test]
    async fn the_budget_is_the_offices_day() {
        let ledger = Arc::new(Forgetful::default());
        let budget = Budget {
            micro_usd: Some(1_000),
            zone: TimeZone::get("America/Chicago").unwrap(),
            ledger: Arc::<Forgetful>::clone(&ledger),
        };
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let evening = at("2026-11-29T05:30:00Z");
        let aside = budget.set_aside(5_000, evening).await.unwrap();
        let trouble = budget.set_aside(5_000, evening).await.unwrap_err();
        assert_eq!(
            trouble.words, "the day's budget of $0.001 is spent ($0.005)",
            "nobody passes who asks meanwhile"
        );
        let morning = at("2026-11-29T06:30:00Z");
        budget.settle(aside, 1_000, None, morning).await.unwrap();
        assert_eq!(ledger.spent("2026-11-28"), 1_000, "of the day on which it began");
        assert!(budget.set_aside(1, evening).await.is_err());
        assert!(budget.set_aside(1, morning).await.is_ok());
        assert!(Budget { micro_usd: None, ..budget }.set_aside(1, evening).await.is_ok());
    }

    #[test]
    fn the_demo_model_costs_nothing() {
        let usage = Usage { prompt_token_count: 5_000, ..Usage::default() };
        assert_eq!(micro_usd(DEMO, &usage, Timestamp::from_secs(0)), 0);
    }

    #[test]
    fn dollars_show_what_there_is() {
        assert_eq!(dollars(5_000_000), "$5.00");
        assert_eq!(dollars(420), "$0.00042");
        assert_eq!(dollars(12_340_000), "$12.34");
    }
}
