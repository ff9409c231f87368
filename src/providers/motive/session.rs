//! The access token of OAuth 2: kept in the account's token file, renewed a little before it ends or
//! once it was refused. A refresh token works once, so its successor is on the disk before it is used,
//! and nobody, in this process or another, renews beside somebody else.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::super::{TokenFile, tokens};
use super::calm;
use crate::http::{Body, Call, Client, Error, Kind, Limits};
use crate::model::Timestamp;

/// An access token is renewed when so little of its life is left.
const MARGIN: Duration = Duration::from_mins(5);
/// How long one lasts where the answer does not say.
const LIFE: Duration = Duration::from_hours(2);
/// What is believed of an answer that does.
const SHORTEST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(30 * 24);
/// For so long one that failed is held against every feed, so that not each tries the endpoint itself.
const HELD_AGAINST: Duration = Duration::from_secs(10);
/// An exchange that takes longer is no exchange.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the token endpoint calls a refresh token that does not work any more (RFC 6749 §5.2).
const USED_UP: &str = "invalid_grant";

/// Our application, as Motive knows it, and what a person authorised it by.
#[derive(Debug)]
pub struct Application {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// The first refresh token. Those that follow are kept in `tokens`; another one here takes the
    /// place of what was kept.
    pub refresh_token: SecretString,
    /// Where tokens are exchanged.
    pub token_url: String,
    /// Where what Motive hands out is kept.
    pub tokens: TokenFile,
}

/// What a call may go with.
pub(super) enum Pass {
    /// This access token.
    Token(String),
    /// Nothing yet: the one call there was went to the token endpoint.
    Renewed,
}

/// The access token in use, and how to come by the next.
pub(super) struct Session {
    client: Client,
    application: Application,
    /// Tells what was kept for this first refresh token from what was kept for another.
    seed: String,
    /// One renews; those who wait are handed what came of it.
    turn: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The access token that was refused last.
    refused: Option<String>,
    /// How often renewing failed, and how the last time.
    failures: u64,
    failure: Option<(Timestamp, Error)>,
    /// Handed out, and not yet on the disk.
    unsaved: Option<Kept>,
    /// What was kept is no longer good: the first refresh token is tried next.
    from_first: bool,
    /// The first refresh token was used by this process.
    first_tried: bool,
}

struct Held {
    access_token: String,
    renew_at: Timestamp,
}

/// The token file.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    access_token: String,
    refresh_token: String,
    /// Milliseconds.
    expires_at: i64,
    /// Digest of the configured refresh token that it all began with.
    seed: String,
}

/// How to come by an access token.
enum Next {
    /// Somebody has renewed it already.
    Use(Kept),
    /// By this refresh token.
    Exchange(String),
}

impl Session {
    pub(super) fn new(application: Application, ca_file: Option<&Path>) -> Result<Self, String> {
        for (name, text) in [
            ("client_id", application.client_id.as_str()),
            ("client_secret", application.client_secret.expose_secret()),
            ("refresh_token", application.refresh_token.expose_secret()),
        ] {
            if text.trim().is_empty() {
                return Err(format!("the Motive {name} is empty"));
            }
        }
        let limits = Limits { total: PATIENCE, ..Limits::default() };
        let client = Client::new(&application.token_url, &[], ca_file, &limits)
            .map_err(|reason| format!("token_url: {reason}"))?;
        let seed = seed(application.refresh_token.expose_secret());
        Ok(Self { client, application, seed, turn: Semaphore::new(1), state: Mutex::default() })
    }

    /// What the next call may go with: the access token there is, or else a new one, for which at
    /// most one call is made.
    pub(super) async fn pass(self: &Arc<Self>, now: Timestamp) -> Result<Pass, Error> {
        let failures = {
            let state = self.state();
            if let Some(token) = state.token(now) {
                return Ok(Pass::Token(token));
            }
            state.failures
        };
        let _turn = self.turn.acquire().await.expect("it is never closed");
        {
            let state = self.state();
            if let Some(token) = state.token(now) {
                return Ok(Pass::Token(token));
            }
            if let Some((at, error)) = &state.failure
                && (state.failures != failures || now.since(*at) < HELD_AGAINST)
            {
                return Err(error.clone());
            }
        }
        let renewed = self.renew(now).await;
        let mut state = self.state();
        match &renewed {
            Ok(_) => state.failure = None,
            Err(error) => {
                state.failures += 1;
                state.failure = Some((now, error.clone()));
            }
        }
        drop(state);
        renewed
    }

    /// Motive does not accept this access token, whatever its age.
    pub(super) fn refused(&self, access_token: &str) {
        self.state().refused(access_token);
    }

    async fn renew(self: &Arc<Self>, now: Timestamp) -> Result<Pass, Error> {
        let renewing = self.application.tokens.renewing().await.map_err(|error| not_kept(&error))?;
        let unsaved = self.state().unsaved.clone();
        if let Some(kept) = unsaved {
            self.save(kept).await?;
        }
        let text = self.read().await?;
        let next = self.next(text.as_deref().and_then(parsed), now);
        match next {
            Next::Use(kept) => {
                let renew_at = kept.expires_at().minus(MARGIN);
                self.state().held = Some(Held { access_token: kept.access_token.clone(), renew_at });
                Ok(Pass::Token(kept.access_token))
            }
            Next::Exchange(refresh_token) => {
                // A folder or a disk that takes nothing shows here, before a token is used up.
                let text = text.unwrap_or_default();
                self.write(text.clone()).await?;
                let session = Arc::clone(self);
                // Whoever waits for it may be stopped; what the old token was given for must still be kept.
                tokens::to_the_end(async move {
                    let _renewing = renewing;
                    match session.exchange(&refresh_token, now).await {
                        Err(error) if error.code.as_deref() == Some(USED_UP) => session.used_up(&text).await,
                        outcome => outcome,
                    }
                })
                .await
            }
        }
    }

    fn next(&self, kept: Option<Kept>, now: Timestamp) -> Next {
        let mut state = self.state();
        let first = self.application.refresh_token.expose_secret().trim();
        let from_first = std::mem::take(&mut state.from_first);
        let Some(kept) = kept.filter(|kept| kept.seed == self.seed && !from_first) else {
            state.first_tried = true;
            return Next::Exchange(first.to_owned());
        };
        let is_good =
            state.refused.as_ref() != Some(&kept.access_token) && kept.expires_at().minus(MARGIN) > now;
        if is_good {
            return Next::Use(kept);
        }
        state.first_tried |= kept.refresh_token == first;
        Next::Exchange(kept.refresh_token)
    }

    /// Gives `refresh_token` for a new pair of tokens.
    async fn exchange(&self, refresh_token: &str, now: Timestamp) -> Result<Pass, Error> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", self.application.client_id.trim()),
            ("client_secret", self.application.client_secret.expose_secret().trim()),
        ];
        let call = Call { accept: "application/json", body: Some(Body::Form(&fields)), ..Call::default() };
        let answer = self.client.send(call, now).await.map_err(refusal)?;
        let granted: Granted = serde_json::from_slice(&answer.body)
            .ok()
            .filter(|granted: &Granted| !granted.access_token.is_empty())
            .ok_or_else(|| Error::malformed("the token endpoint's answer has no access_token"))?;
        let life = granted.life();
        let kept = Kept {
            access_token: granted.access_token,
            refresh_token: granted
                .refresh_token
                .filter(|token| !token.is_empty())
                .unwrap_or_else(|| refresh_token.to_owned()),
            expires_at: now.plus(life).millis(),
            seed: self.seed.clone(),
        };
        let access_token = kept.access_token.clone();
        self.state().unsaved = Some(kept.clone());
        self.save(kept).await?;
        // One that lasts for less than the margin is used for half its life, not renewed at every call.
        let renew_at = now.plus(life.saturating_sub(MARGIN).max(life / 2));
        self.state().held = Some(Held { access_token, renew_at });
        Ok(Pass::Renewed)
    }

    /// The refresh token was used before, or taken back. What is left to try is tried by the next
    /// call; `text` is what was kept when this one began.
    async fn used_up(&self, text: &str) -> Result<Pass, Error> {
        // Somebody who does not wait for the lock was faster: what he wrote is good.
        if self.read().await?.is_some_and(|now| now != text) {
            return Ok(Pass::Renewed);
        }
        let mut state = self.state();
        if !state.first_tried {
            state.from_first = true;
            return Ok(Pass::Renewed);
        }
        let why = "connect Motive anew: its refresh token is used up or was taken back; authorize the \
                   application again and configure the new refresh_token";
        Err(Error { code: Some(USED_UP.to_owned()), ..Error::new(Kind::Relink, why) })
    }

    /// Puts what was handed out on the disk, from where alone it may be used.
    async fn save(&self, kept: Kept) -> Result<(), Error> {
        let text = serde_json::to_string(&kept).expect("numbers and text are always JSON");
        self.write(text).await?;
        self.state().unsaved = None;
        Ok(())
    }

    async fn read(&self) -> Result<Option<String>, Error> {
        self.application.tokens.read().await.map_err(|error| not_kept(&error))
    }

    async fn write(&self, text: String) -> Result<(), Error> {
        self.application.tokens.write(text).await.map_err(|error| not_kept(&error))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("application", &self.application).finish_non_exhaustive()
    }
}

impl State {
    fn token(&self, now: Timestamp) -> Option<String> {
        let held = self.held.as_ref().filter(|held| held.renew_at > now)?;
        Some(held.access_token.clone())
    }

    fn refused(&mut self, access_token: &str) {
        // A late answer about a token that was given up already says nothing of the one in use.
        if let Some(held) = self.held.take_if(|held| held.access_token == access_token) {
            self.refused = Some(held.access_token);
        }
    }
}

impl Kept {
    const fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.expires_at)
    }
}

/// What the token endpoint answers.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<serde_json::Value>,
}

impl Granted {
    fn life(&self) -> Duration {
        let told = self.expires_in.as_ref();
        let seconds = told.and_then(|told| told.as_u64().or_else(|| told.as_str()?.trim().parse().ok()));
        seconds.map_or(LIFE, Duration::from_secs).clamp(SHORTEST, LONGEST)
    }
}

/// What was kept; `None` for anything else, such as the empty file of an exchange that broke off.
fn parsed(text: &str) -> Option<Kept> {
    let kept: Kept = serde_json::from_str(text).ok()?;
    (!kept.access_token.is_empty() && !kept.refresh_token.is_empty()).then_some(kept)
}

/// Half a digest: enough to tell one token from another.
fn seed(refresh_token: &str) -> String {
    let hash = digest(&SHA256, refresh_token.trim().as_bytes());
    let half: [u8; 16] = hash.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(half))
}

/// The token endpoint's refusal, in our words: its own may repeat what it was sent.
fn refusal(error: Error) -> Error {
    let Some(status) = error.status else {
        return Error { message: format!("token endpoint: {}", error.message), ..error };
    };
    let known = [
        USED_UP,
        "invalid_request",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ];
    let code = error.code.filter(|code| known.contains(&code.as_str()));
    let is_refused = matches!(error.kind, Kind::Unauthorized | Kind::Forbidden)
        || matches!(code.as_deref(), Some("invalid_client" | "unauthorized_client"));
    let kind = if is_refused { Kind::Unauthorized } else { error.kind };
    let named = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    let hint = if is_refused { ": client_id or client_secret is not accepted" } else { "" };
    let why = format!("the token endpoint answered HTTP {status}{named}{hint}");
    calm(Error { status: Some(status), code, ..Error::new(kind, why) })
}

/// Without a place to keep tokens none is asked for: the next one would be lost, and with it the way in.
fn not_kept(error: &std::io::Error) -> Error {
    let why = format!("Motive's tokens cannot be kept; make this writable: {error}");
    Error { answered: false, ..Error::new(Kind::Rejected, why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_refusal_of_an_older_token_does_not_hide_that_of_the_newer() {
        let now = Timestamp::from_secs(0);
        let held = Held { access_token: "newer".to_owned(), renew_at: now.plus(LIFE) };
        let mut state = State { held: Some(held), ..State::default() };
        state.refused("older");
        assert_eq!((state.token(now).as_deref(), state.refused.as_deref()), (Some("newer"), None));
        state.refused("newer");
        state.refused("older");
        assert_eq!((state.token(now), state.refused.as_deref()), (None, Some("newer")));
    }

    #[test]
    fn a_life_that_is_no_number_is_two_hours_and_an_absurd_one_is_cut() {
        let check = |told: &str, expected: Duration| {
            let granted = format!(r#"{{"access_token":"a","expires_in":{told}}}"#);
            assert_eq!(serde_json::from_str::<Granted>(&granted).unwrap().life(), expected, "{told}");
        };
        check("7200", LIFE);
        check(r#"" 3600 ""#, Duration::from_hours(1));
        check("0", SHORTEST);
        check("18446744073709551615", LONGEST);
        for odd in ["null", "-5", r#""soon""#, "[]"] {
            check(odd, LIFE);
        }
    }
}
