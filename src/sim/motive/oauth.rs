//! Motive's keys and tokens. A refresh token is good once and is replaced by the next; whoever uses
//! one twice is told `invalid_grant` and nothing more. Tokens say themselves what they are good for,
//! so those of a simulation that was restarted are still good.

use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::ask::{Answer, Ask};
use super::super::chance::Chance;

/// Seconds that an access token lives.
const LIFETIME: i64 = 7200;
const SCOPES: &str = "companies.read users.read vehicles.read assets.read locations.vehicle_locations_list \
    locations.vehicle_locations_single hos_logs.available_time hos_logs.hours_of_service groups.read";

/// What opens the simulated Motive: the key, or the app with its first refresh token.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// For `X-Api-Key`.
    pub api_key: String,
    /// The app.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The first refresh token.
    pub refresh_token: String,
}

impl Credentials {
    /// Those of a seed: they open nothing but a simulation of the same seed.
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::of(&[seed, 101]);
        let mut word = || format!("{:016x}{:016x}", chance.throw(), chance.throw());
        Self {
            api_key: format!("motive-sim-{}", word()),
            client_id: word(),
            client_secret: word(),
            refresh_token: Token { kind: Kind::Refresh, turn: 0, until: 0 }.written(seed),
        }
    }
}

/// What was handed out.
#[derive(Debug)]
pub struct Grants {
    seed: u64,
    /// The first turn whose refresh token was not used yet.
    next: Mutex<u64>,
}

#[derive(Clone, Copy)]
enum Kind {
    Refresh,
    Access,
}

/// A token: the turn it was handed out in, and when it ends.
struct Token {
    kind: Kind,
    turn: u64,
    until: i64,
}

impl Grants {
    /// Nothing handed out yet.
    pub const fn new(seed: u64) -> Self {
        Self { seed, next: Mutex::new(0) }
    }

    /// Whether an access token is good at `now`.
    pub fn check(&self, token: &str, now: i64) -> Result<(), Answer> {
        let why = match Token::read(Kind::Access, token, self.seed) {
            Some(token) if now < token.until => return Ok(()),
            Some(_) => "The access token expired",
            None => "The access token is invalid",
        };
        let body = json!({ "error": "invalid_token", "error_description": why, "state": "unauthorized" });
        Err(Answer::json(StatusCode::UNAUTHORIZED, &body))
    }

    /// Answers `POST /oauth/token`.
    pub fn token(&self, credentials: &Credentials, ask: &Ask) -> Result<Value, Answer> {
        let form = ask
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !form {
            return Err(denied(StatusCode::BAD_REQUEST, "invalid_request", "The request is not a form."));
        }
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&ask.body).into_owned().collect();
        let field = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let client = (field("client_id"), field("client_secret"));
        if client != (Some(&credentials.client_id), Some(&credentials.client_secret)) {
            let why = "Client authentication failed due to unknown client.";
            return Err(denied(StatusCode::UNAUTHORIZED, "invalid_client", why));
        }
        match field("grant_type") {
            Some("refresh_token") => self.refresh(field("refresh_token").unwrap_or_default(), ask.now()),
            // No browser stands behind the simulation, so no code was ever handed out.
            Some("authorization_code") => Err(no_grant()),
            _ => {
                let why = "The authorization grant type is not supported by the authorization server.";
                Err(denied(StatusCode::BAD_REQUEST, "unsupported_grant_type", why))
            }
        }
    }

    fn refresh(&self, token: &str, now: i64) -> Result<Value, Answer> {
        let used = Token::read(Kind::Refresh, token, self.seed).ok_or_else(no_grant)?;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if used.turn < *next {
            return Err(no_grant());
        }
        *next = used.turn + 1;
        let access = Token { kind: Kind::Access, turn: *next, until: now + LIFETIME };
        let refresh = Token { kind: Kind::Refresh, turn: *next, until: 0 };
        Ok(json!({
            "access_token": access.written(self.seed),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "refresh_token": refresh.written(self.seed),
            "scope": SCOPES,
            "created_at": now,
        }))
    }
}

impl Token {
    fn written(&self, seed: u64) -> String {
        let parts = [seed, 103 + self.kind as u64, self.turn, self.until.cast_unsigned()];
        let seal = Chance::of(&parts).throw();
        format!("{:x}-{:x}-{seal:016x}", self.turn, self.until)
    }

    fn read(kind: Kind, text: &str, seed: u64) -> Option<Self> {
        let mut pieces = text.split('-');
        let turn = u64::from_str_radix(pieces.next()?, 16).ok()?;
        let until = i64::from_str_radix(pieces.next()?, 16).ok()?;
        let token = Self { kind, turn, until };
        (token.written(seed) == text).then_some(token)
    }
}

fn no_grant() -> Answer {
    let why = "The provided authorization grant is invalid, expired, revoked, does not match the \
        redirection URI used in the authorization request, or was issued to another client.";
    denied(StatusCode::BAD_REQUEST, "invalid_grant", why)
}

fn denied(status: StatusCode, error: &str, why: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "error_description": why }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_is_good_once_and_the_next_one_still_after_a_restart() {
        let first = Credentials::of(7).refresh_token;
        let grants = Grants::new(7);
        let answer = grants.refresh(&first, 1_795_521_600).unwrap();
        let body = String::from_utf8(grants.refresh(&first, 1_795_521_600).unwrap_err().body).unwrap();
        assert!(body.contains("invalid_grant"));
        let second = answer["refresh_token"].as_str().unwrap();
        assert!(Grants::new(7).refresh(second, 1_795_521_600).is_ok());
        assert!(Grants::new(8).refresh(second, 1_795_521_600).is_err());
    }

    #[test]
    fn an_access_token_lives_two_hours() {
        let grants = Grants::new(7);
        let answer = grants.refresh(&Credentials::of(7).refresh_token, 1_795_521_600).unwrap();
        let token = answer["access_token"].as_str().unwrap();
        assert!(grants.check(token, 1_795_521_600 + LIFETIME - 1).is_ok());
        assert!(grants.check(token, 1_795_521_600 + LIFETIME).is_err());
        assert!(grants.check(answer["refresh_token"].as_str().unwrap(), 1_795_521_600).is_err());
    }
}
