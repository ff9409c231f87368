//! What can go wrong between us and Gemini, what to do about it, and how a dispatcher is told. Pure.

use std::time::Duration;

use super::wire::{ApiError, Chunk};
use crate::http::{self, Refusal};
use crate::model::clean;

/// A wait that a person will not sit through.
const TOO_LONG: Duration = Duration::from_mins(5);
/// How much of the service's own words is shown.
const SHOWN: usize = 200;

/// Why there is no answer, or no whole one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Of which kind.
    pub kind: Kind,
    /// The service's words, or ours, cleaned; never a credential.
    pub words: String,
}

/// Of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key is wrong: a 400 of Gemini's, or a 401.
    Key,
    /// The key may not do this: restricted, not enabled, or a country without billing.
    Forbidden,
    /// There is no such model, or not any more.
    NoModel,
    /// Too many questions just now.
    Busy {
        /// As long as the service asks for.
        wait: Option<Duration>,
    },
    /// The quota of the day is used up, or there never was one.
    QuotaGone,
    /// The service is in trouble (5xx).
    Down,
    /// It cannot be reached.
    Unreachable,
    /// It says itself that it took too long.
    Late,
    /// It fell silent: as long as is sensible was waited already.
    Silent,
    /// The answer broke off.
    BrokeOff,
    /// It answered nothing.
    Empty,
    /// What it wrote is no answer: a call that cannot be read, say.
    Garbled,
    /// It refuses the question.
    Blocked,
    /// The conversation is too long for it.
    TooLong,
    /// Our request is wrong, which is a mistake of ours.
    OurMistake,
    /// The day's budget is spent.
    Budget,
    /// The facts cannot be read.
    NoFacts,
}

impl Trouble {
    /// With these words, cleaned and cut.
    pub fn new(kind: Kind, words: &str) -> Self {
        Self { kind, words: clean(words, SHOWN) }
    }

    /// From a refusal.
    pub fn of_refusal(refusal: &Refusal) -> Self {
        let text = String::from_utf8_lossy(&refusal.body);
        let error = error_in(&text).unwrap_or_default();
        let mut trouble = Self::of_status(Some(refusal.status), &error);
        if let Kind::Busy { wait: wait @ None } = &mut trouble.kind {
            *wait = refusal.retry_after;
        }
        if trouble.words.is_empty() {
            trouble.words = format!("HTTP {}", refusal.status);
        }
        trouble
    }

    /// From an error inside an answer that HTTP called a success.
    pub fn of_error(error: &ApiError) -> Self {
        let code = error.code.as_ref().and_then(serde_json::Value::as_u64);
        Self::of_status(code.and_then(|code| u16::try_from(code).ok()), error)
    }

    /// From a connection that failed.
    pub fn of_http(error: &http::Error) -> Self {
        let kind = match error.kind {
            http::Kind::Malformed | http::Kind::TooLarge => Kind::Garbled,
            _ => Kind::Unreachable,
        };
        Self::new(kind, &error.message)
    }

    /// By the status and the code; never by the words, which change.
    fn of_status(status: Option<u16>, error: &ApiError) -> Self {
        let words = error.message.as_deref().unwrap_or_default();
        let code = error.status.as_deref().unwrap_or_default();
        let kind = match (status.unwrap_or_default(), code) {
            (429, _) | (_, "RESOURCE_EXHAUSTED") => busy(error),
            (400, _) if has_reason(error, "API_KEY_INVALID") => Kind::Key,
            (401, _) | (_, "UNAUTHENTICATED") => Kind::Key,
            (403, _) | (400, "FAILED_PRECONDITION") | (_, "PERMISSION_DENIED") => Kind::Forbidden,
            (404, _) | (_, "NOT_FOUND") => Kind::NoModel,
            (413, _) => Kind::TooLong,
            (408 | 504, _) | (_, "DEADLINE_EXCEEDED") => Kind::Late,
            (499 | 300..=399 | 500.., _) | (_, "CANCELLED" | "INTERNAL" | "UNAVAILABLE") => Kind::Down,
            _ => Kind::OurMistake,
        };
        Self::new(kind, words)
    }

    /// Whether the same question may well be answered a little later.
    pub const fn may_pass(&self) -> bool {
        match self.kind {
            Kind::Busy { .. }
            | Kind::Down
            | Kind::Unreachable
            | Kind::Late
            | Kind::Silent
            | Kind::BrokeOff
            | Kind::Empty
            | Kind::Garbled => true,
            Kind::Key
            | Kind::Forbidden
            | Kind::NoModel
            | Kind::QuotaGone
            | Kind::Blocked
            | Kind::TooLong
            | Kind::OurMistake
            | Kind::Budget
            | Kind::NoFacts => false,
        }
    }

    /// Whether it comes of a call that may be paid for, though it brought nothing: one that was not refused.
    pub const fn may_be_billed(&self) -> bool {
        matches!(self.kind, Kind::Late | Kind::Silent | Kind::BrokeOff | Kind::Empty | Kind::Garbled)
    }

    /// Whether another model may answer where this one does not.
    pub const fn may_pass_elsewhere(&self) -> bool {
        // A quota is a model's; a network that does not reach one model reaches none.
        (self.may_pass() || matches!(self.kind, Kind::NoModel | Kind::QuotaGone))
            && !matches!(self.kind, Kind::Unreachable)
    }

    /// One line for a dispatcher: what, and what to do.
    pub fn sentence(&self, model: &str) -> String {
        let what = self.what(model);
        let advice = self.advice();
        if advice.is_empty() { what } else { format!("{what}: {advice}") }
    }

    /// What went wrong, for whoever has to do nothing about it.
    pub fn what(&self, model: &str) -> String {
        let what = match self.kind {
            Kind::Key => "Gemini refuses the key".to_owned(),
            Kind::Forbidden => "the key may not use Gemini".to_owned(),
            Kind::NoModel => format!("there is no model {model:?}"),
            Kind::Busy { .. } => "Gemini is asked too often".to_owned(),
            Kind::QuotaGone => format!("the quota of {model} is used up"),
            Kind::Down => "Gemini is in trouble".to_owned(),
            Kind::Unreachable => "Gemini cannot be reached".to_owned(),
            Kind::Late | Kind::Silent => "Gemini did not answer in time".to_owned(),
            Kind::BrokeOff => "the answer broke off".to_owned(),
            Kind::Empty => return "Gemini answered nothing".to_owned(),
            Kind::Garbled => "what Gemini answered cannot be read".to_owned(),
            Kind::Blocked => "Gemini does not answer this".to_owned(),
            Kind::TooLong => "the conversation is too long".to_owned(),
            Kind::OurMistake => "Gemini refuses the request".to_owned(),
            Kind::Budget => return self.words.clone(),
            Kind::NoFacts => "the fleet cannot be read".to_owned(),
        };
        if self.words.is_empty() { what } else { format!("{what} ({})", self.words) }
    }

    /// What to do about it; "" where nothing can be done.
    pub fn advice(&self) -> String {
        let advice = match self.kind {
            Kind::Key => "check [gemini] api_key",
            Kind::Forbidden => "see its project in Google AI Studio",
            Kind::NoModel => "set another as [gemini] model or fallback_model",
            Kind::Busy { wait: Some(wait) } if wait > TOO_LONG => {
                return format!(
                    "ask again in {} min, or set [gemini] fallback_model",
                    wait.as_secs().div_ceil(60)
                );
            }
            Kind::Busy { wait: Some(wait) } => return format!("ask again in {} s", wait.as_secs().max(1)),
            Kind::Busy { wait: None } => "ask again in a minute",
            Kind::QuotaGone => "it renews at midnight Pacific time, or set [gemini] fallback_model",
            Kind::Down => "ask again in a few minutes",
            Kind::Unreachable => "check the network",
            Kind::Late | Kind::Silent | Kind::Garbled => "ask again",
            Kind::Empty => "ask again, or in other words",
            Kind::Blocked => "ask in other words",
            Kind::TooLong => "begin a new one",
            Kind::OurMistake => "this is a mistake of backhaul's",
            Kind::Budget => "raise [gemini] daily_budget_usd, or ask tomorrow",
            Kind::BrokeOff | Kind::NoFacts => "",
        };
        advice.to_owned()
    }
}

/// The error that `text` is, alone or in a list of one.
pub fn error_in(text: &str) -> Option<ApiError> {
    if let Ok(Chunk { error: Some(error), .. }) = serde_json::from_str(text) {
        return Some(error);
    }
    let listed: Vec<Chunk> = serde_json::from_str(text).ok()?;
    listed.into_iter().find_map(|one| one.error)
}

/// A 429: to be waited for, or not.
fn busy(error: &ApiError) -> Kind {
    let details = error.details.as_deref().unwrap_or_default();
    let of_type = |name: &'static str| {
        details.iter().filter(move |one| one["@type"].as_str().is_some_and(|kind| kind.ends_with(name)))
    };
    let mut violations =
        of_type("google.rpc.QuotaFailure").filter_map(|one| one["violations"].as_array()).flatten();
    let is_of_the_day = violations.any(|one| one["quotaId"].as_str().is_some_and(|id| id.contains("PerDay")));
    let message = error.message.as_deref().unwrap_or_default();
    let told = of_type("google.rpc.RetryInfo").find_map(|one| seconds(one["retryDelay"].as_str()?));
    let wait = told.or_else(|| seconds(message.split("retry in ").nth(1)?.split_whitespace().next()?));
    // No time to wait for is told by a limit of nothing.
    let has_none = message
        .split("limit: ")
        .skip(1)
        .any(|rest| rest.split(|c: char| !c.is_ascii_digit()).next() == Some("0"));
    if is_of_the_day || has_none {
        return Kind::QuotaGone;
    }
    Kind::Busy { wait }
}

/// Protobuf's text of a duration: "48s", "34.074824224s".
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches('.').strip_suffix('s')?;
    Duration::try_from_secs_f64(digits.parse().ok()?).ok()
}

fn has_reason(error: &ApiError, reason: &str) -> bool {
    error.details.iter().flatten().any(|one| one["reason"] == reason)
}

/// What to do next, after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the same again after this.
    Wait(Duration),
    /// Say so.
    GiveUp,
}

/// How an answer stands when something fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// How often the same was tried before.
    pub tries: u32,
    /// Words of this answer were shown: nothing is asked again behind a person's back.
    pub has_shown: bool,
    /// It is the other model that is asked: nobody waits a second time.
    pub is_elsewhere: bool,
}

/// Times to wait for the second, third and fourth try; a person sits and waits.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(8)];
/// The longest wait that the service may ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// Decides what to do after `trouble`. `chance`, from 0 to 1, spreads those who wait at the same time.
pub fn next(trouble: &Trouble, standing: Standing, chance: f64) -> Next {
    if standing.has_shown || standing.is_elsewhere {
        return Next::GiveUp;
    }
    let tries = match trouble.kind {
        Kind::Silent => 0,
        Kind::Empty | Kind::Late => 1,
        Kind::Garbled => 2,
        _ => PAUSES.len(),
    };
    let pause = PAUSES.get(standing.tries as usize).filter(|_| (standing.tries as usize) < tries);
    let told = match trouble.kind {
        Kind::Busy { wait } => wait,
        _ => None,
    };
    match (trouble.may_pass(), pause, told) {
        (true, Some(pause), told) if told.is_none_or(|told| told <= LONGEST) => {
            let spread = Duration::from_secs_f64(chance.clamp(0.0, 1.0));
            Next::Wait(told.map_or(*pause, |told| told.max(*pause)) + spread)
        }
        _ => Next::GiveUp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Trouble {
        Trouble::of_refusal(&Refusal { status, retry_after: None, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn a_wrong_key_is_told_as_one_though_it_is_a_400() {
        let body = r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":
            "INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#;
        let trouble = of(400, body);
        assert_eq!(trouble.kind, Kind::Key);
        assert!(trouble.sentence("m").contains("api_key"), "{}", trouble.sentence("m"));
        assert_eq!(of(400, r#"{"error":{"code":400,"status":"INVALID_ARGUMENT"}}"#).kind, Kind::OurMistake);
    }

    #[test]
    fn errors_come_as_an_object_as_a_list_as_html_and_as_nothing() {
        let check = |status, body: &str, kind: Kind| assert_eq!(of(status, body).kind, kind, "{body}");
        check(503, r#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#, Kind::Down);
        check(503, r#"[{"error":{"code":503,"message":"overloaded"}}]"#, Kind::Down);
        check(502, "<html>Bad gateway</html>", Kind::Down);
        check(404, "", Kind::NoModel);
        check(403, "", Kind::Forbidden);
        check(401, "", Kind::Key);
        check(413, "", Kind::TooLong);
        check(504, "", Kind::Late);
        assert_eq!(of(404, "").words, "HTTP 404");
        assert!(of(404, "").sentence("gemini-9").contains("gemini-9"));
    }

    #[test]
    fn a_quota_of_the_day_is_not_waited_for_and_one_of_the_minute_is() {
        let body = |id: &str, message: &str, delay: &str| {
            format!(
                r#"{{"error":{{"code":429,"message":"{message}","status":"RESOURCE_EXHAUSTED","details":[
                {{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{{"quotaId":"{id}"}}]}}
                {delay}]}}}}"#
            )
        };
        let info = |delay: &str| {
            format!(r#",{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{delay}"}}"#)
        };
        let check = |body: &str, kind: Kind| assert_eq!(of(429, body).kind, kind, "{body}");
        let busy = |millis| Kind::Busy { wait: Some(Duration::from_millis(millis)) };
        check(&body("RequestsPerMinute", "slow down", &info("34.5s")), busy(34_500));
        check(&body("GenerateRequestsPerDayPerProject", "slow down", &info("34s")), Kind::QuotaGone);
        check(&body("RequestsPerMinute", "quota, limit: 0, model x", ""), Kind::QuotaGone);
        check(&body("RequestsPerMinute", "quota, limit: 20, model x", ""), Kind::Busy { wait: None });
        // Such as a spend limit over ten minutes.
        check(&body("SpendPerTenMinutes", "slow", &info("601s")), busy(601_000));
        let later = of(429, &body("SpendPerTenMinutes", "slow", &info("601s")));
        assert_eq!(later.advice(), "ask again in 11 min, or set [gemini] fallback_model");
        check(r#"{"error":{"code":429,"message":"Please retry in 48.9s."}}"#, busy(48_900));
        check("", Kind::Busy { wait: None });
    }

    #[test]
    fn what_may_pass_is_tried_again_then_elsewhere_and_never_once_words_were_shown() {
        let check = |kind, tries, has_shown, expected| {
            let standing = Standing { tries, has_shown, is_elsewhere: false };
            assert_eq!(next(&Trouble::new(kind, ""), standing, 0.0), expected, "{kind:?} {standing:?}");
        };
        let wait = |secs| Next::Wait(Duration::from_secs(secs));
        check(Kind::Down, 0, false, wait(1));
        check(Kind::Down, 2, false, wait(8));
        check(Kind::Down, 3, false, Next::GiveUp);
        check(Kind::Down, 0, true, Next::GiveUp);
        let elsewhere = Standing { is_elsewhere: true, ..Standing::default() };
        assert_eq!(next(&Trouble::new(Kind::Down, ""), elsewhere, 0.0), Next::GiveUp);
        check(Kind::Empty, 1, false, Next::GiveUp);
        check(Kind::Late, 0, false, wait(1));
        check(Kind::Late, 1, false, Next::GiveUp);
        check(Kind::Silent, 0, false, Next::GiveUp);
        check(Kind::Garbled, 1, false, wait(3));
        check(Kind::Garbled, 2, false, Next::GiveUp);
        check(Kind::Key, 0, false, Next::GiveUp);
        check(Kind::NoModel, 0, false, Next::GiveUp);
        check(Kind::QuotaGone, 0, false, Next::GiveUp);
        check(Kind::Unreachable, 3, false, Next::GiveUp);
        check(Kind::Busy { wait: Some(Duration::from_secs(20)) }, 0, false, wait(20));
        check(Kind::Busy { wait: Some(Duration::from_secs(90)) }, 0, false, Next::GiveUp);
        check(Kind::OurMistake, 0, false, Next::GiveUp);
        let elsewhere = |kind| Trouble::new(kind, "").may_pass_elsewhere();
        let busy = Kind::Busy { wait: Some(Duration::from_secs(90)) };
        assert!(
            [Kind::Down, Kind::Silent, Kind::Garbled, Kind::NoModel, Kind::QuotaGone, busy]
                .into_iter()
                .all(elsewhere)
        );
        assert!(![Kind::Key, Kind::Unreachable, Kind::OurMistake].into_iter().any(elsewhere));
    }

    #[test]
    fn what_is_said_while_it_is_tried_again_asks_nobody_to_do_anything() {
        let down = Trouble::new(Kind::Down, "overloaded");
        assert_eq!(down.what("m"), "Gemini is in trouble (overloaded)");
        assert_eq!(down.sentence("m"), "Gemini is in trouble (overloaded): ask again in a few minutes");
        assert_eq!(Trouble::new(Kind::BrokeOff, "").sentence("m"), "the answer broke off");
        let spent = Trouble::new(Kind::Budget, "the day's budget of $1.00 is spent");
        let expected = "the day's budget of $1.00 is spent: raise [gemini] daily_budget_usd, or ask tomorrow";
        assert_eq!(spent.sentence("m"), expected);
    }
}
