//! The session that all feeds of an account share: it is made by one login at the configured server,
//! leads to the server that the database lives on, and is kept over restarts. When to log in is the
//! caller's to say; that it is never done twice at once, nor too often, is seen to here.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::super::TokenFile;
use super::answer::{self, Cause, Fault};
use super::finite::readable;
use super::request::{self, Call};
use super::scalar::Text;
use super::server;
use crate::http::{self, Body, Client, Error, Kind, Limits};
use crate::model::Timestamp;

/// The one path there is.
const PATH: &str = "apiv1";
/// A page of a feed takes the server a while, and is large.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    read: Duration::from_secs(60),
    total: Duration::from_secs(180),
    body: http::BODY_CAP,
};
/// Logins that a user may make …
const LOGINS: usize = 10;
/// … in this time.
const LOGINS_WITHIN: Duration = Duration::from_mins(1);
/// So long a refusal is handed to whoever asks, without asking again; shorter than the time after which
/// an account that was refused is tried again.
const REFUSED_FOR: Duration = Duration::from_mins(2);

/// How to log in.
pub(super) struct Login {
    pub(super) base_url: String,
    pub(super) database: String,
    pub(super) username: String,
    pub(super) password: SecretString,
    pub(super) ca_file: Option<PathBuf>,
}

/// A session and the server that knows it.
pub(super) struct Session {
    client: Client,
    kept: Kept,
    /// It is with another server than the one we log in at.
    was_sent_on: bool,
}

impl Session {
    /// Makes `call` and gives `take` its result.
    pub(super) async fn ask<T>(
        &self,
        call: Call,
        now: Timestamp,
        take: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<T, Fault> {
        let body = call.body(self.credentials());
        let told = post(&self.client, &body, self.kept.session_id.expose_secret(), now, take).await;
        told.map_err(|fault| {
            let nobody = !fault.error.answered && matches!(fault.error.kind, Kind::Unavailable { .. });
            if nobody && self.was_sent_on { Fault { cause: Cause::Moved, ..fault } } else { fault }
        })
    }

    /// As they were given to us: they may be written otherwise than we did.
    fn credentials(&self) -> Value {
        let Kept { database, user_name, session_id, .. } = &self.kept;
        json!({"database": database, "userName": user_name, "sessionId": session_id.expose_secret()})
    }
}

/// The account's session, or the way to one.
pub(super) struct Sessions {
    login: Login,
    root: Client,
    credential: String,
    file: TokenFile,
    state: Mutex<State>,
    renewing: Semaphore,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Session>>,
    /// The file was read: what is in it now is what we wrote, or is not to be used.
    looked: bool,
    /// The ids of sessions that were given up: whatever the file holds, not again.
    given_up: Vec<SecretString>,
    /// How the last login failed, and when it was begun.
    failed: Option<(Timestamp, Error)>,
    /// Logins that have ended, well or not.
    ended: u64,
    /// When the last logins were made.
    logins: VecDeque<Timestamp>,
}

impl Sessions {
    /// Fails with a sentence when the server's address cannot be used.
    pub(super) fn new(login: Login, file: TokenFile) -> Result<Self, String> {
        let root = Client::new(&login.base_url, &[], login.ca_file.as_deref(), &LIMITS)?;
        let credential = digest(&login);
        let (state, renewing) = (Mutex::default(), Semaphore::new(1));
        Ok(Self { login, root, credential, file, state, renewing })
    }

    /// The session there is: in memory, or the first time in the file.
    pub(super) async fn current(&self) -> Option<Arc<Session>> {
        {
            let state = self.lock();
            if state.looked {
                return state.current.clone();
            }
        }
        let kept = self.kept().await;
        let mut state = self.lock();
        if !std::mem::replace(&mut state.looked, true) && state.current.is_none() {
            state.current = kept.map(Arc::new);
        }
        state.current.clone()
    }

    /// Gives `used` up, unless another has taken its place meanwhile.
    pub(super) fn give_up(&self, used: &Arc<Session>) {
        let mut state = self.lock();
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, used)) {
            state.current = None;
            state.given_up.push(used.kept.session_id.clone());
        }
    }

    /// Logs in, where nobody else did so meanwhile. Whoever waited for a login that failed, or comes right
    /// after one that was refused, is told how it ended, and makes none.
    pub(super) async fn renew(&self, now: Timestamp) -> Result<(), Error> {
        let ended = self.lock().ended;
        let _one_at_a_time = self.renewing.acquire().await.expect("the semaphore is never closed");
        if let Some(ended) = self.outcome(ended, now) {
            return ended;
        }
        // Another process of the same account may have been quicker. One that cannot keep a session can
        // still make one.
        let _over_processes = self.file.renewing().await.map_err(|error| tracing::warn!("{error}"));
        let found = self.kept().await;
        {
            let mut state = self.lock();
            state.looked = true;
            if let Some(found) = found.filter(|found| !state.gave_up(found)) {
                state.current = Some(Arc::new(found));
                return Ok(());
            }
            state.count_login(now)?;
        }
        let made = self.log_in(now).await;
        if let Ok(session) = &made {
            self.keep(session).await;
        }
        let mut state = self.lock();
        state.ended += 1;
        match made {
            Ok(session) => {
                (state.current, state.failed) = (Some(Arc::new(session)), None);
                // What is kept now is this one.
                state.given_up.clear();
                Ok(())
            }
            Err(error) => {
                state.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    /// How the login ended that whoever knew of `ended` logins waited for, or that was refused just now;
    /// `None` where one is to be made.
    fn outcome(&self, ended: u64, now: Timestamp) -> Option<Result<(), Error>> {
        let state = self.lock();
        if state.current.is_some() {
            return Some(Ok(()));
        }
        let (at, error) = state.failed.as_ref()?;
        (state.ended != ended || holds(error, *at, now)).then(|| Err(error.clone()))
    }

    async fn log_in(&self, now: Timestamp) -> Result<Session, Error> {
        let Login { base_url, database, username, password, .. } = &self.login;
        let password = password.expose_secret();
        let body = request::authenticate(database, username, password);
        let told = post(&self.root, &body, password, now, |result| {
            let LoggedIn { path, credentials } = answer::read(result)?;
            let path = path.map_or_else(String::new, |path| path.0.into_owned());
            Ok((path, credentials.database, credentials.user_name, credentials.session_id))
        });
        let (path, database, user_name, session_id) = told.await.map_err(refusal)?;
        let server = server::named(base_url, &path).map_err(Error::malformed)?;
        let session_id = SecretString::from(session_id);
        let kept = Kept { server, database, user_name, session_id, credential: self.credential.clone() };
        self.session(kept).map_err(Error::malformed)
    }

    /// The session of the file, if it was made by the login that is configured now.
    async fn kept(&self) -> Option<Session> {
        let text = self.file.read().await.map_err(|error| tracing::warn!("{error}")).ok()??;
        let kept: KeptText = serde_json::from_str(&text).ok()?;
        if kept.credential != self.credential || !server::may_follow(&self.login.base_url, &kept.server) {
            return None;
        }
        let KeptText { server, database, user_name, session_id, credential } = kept;
        let session_id = SecretString::from(session_id);
        self.session(Kept { server, database, user_name, session_id, credential }).ok()
    }

    async fn keep(&self, session: &Session) {
        let Kept { server, database, user_name, session_id, credential } = &session.kept;
        let text = serde_json::to_string(&KeptText {
            server: server.clone(),
            database: database.clone(),
            user_name: user_name.clone(),
            session_id: session_id.expose_secret().to_owned(),
            credential: credential.clone(),
        });
        let text = text.expect("text is always JSON");
        if let Err(error) = self.file.write(text).await {
            tracing::warn!("{error}; the session will not outlive this process");
        }
    }

    fn session(&self, kept: Kept) -> Result<Session, String> {
        let was_sent_on = kept.server != self.login.base_url;
        let client = if was_sent_on {
            Client::new(&kept.server, &[], self.login.ca_file.as_deref(), &LIMITS)?
        } else {
            // The same connections.
            self.root.clone()
        };
        Ok(Session { client, kept, was_sent_on })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn gave_up(&self, session: &Session) -> bool {
        let id = session.kept.session_id.expose_secret();
        self.given_up.iter().any(|given_up| given_up.expose_secret() == id)
    }

    /// Counts a login; `Err` where there were too many in the last minute.
    fn count_login(&mut self, now: Timestamp) -> Result<(), Error> {
        self.logins.retain(|at| apart(*at, now) < LOGINS_WITHIN);
        if let Some(first) = self.logins.front().filter(|_| self.logins.len() >= LOGINS) {
            let retry_after = Some(LOGINS_WITHIN.saturating_sub(apart(*first, now)));
            let too_many =
                Error::new(Kind::Throttled { retry_after }, "ten logins in a minute are all that may be");
            // Where they failed, why they did is what somebody has to see to.
            return Err(self.failed.as_ref().map_or(too_many, |(_, error)| error.clone()));
        }
        self.logins.push_back(now);
        Ok(())
    }
}

/// Whether how a login failed at `at` still holds.
fn holds(error: &Error, at: Timestamp, now: Timestamp) -> bool {
    let span = match error.kind {
        Kind::Unauthorized => REFUSED_FOR,
        Kind::Throttled { retry_after } => retry_after.unwrap_or(LOGINS_WITHIN),
        _ => Duration::ZERO,
    };
    apart(at, now) < span
}

/// How far apart two instants are; our clock may have been put back between them.
fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

/// What a login that failed means. One that was understood and not granted is for a person to mend.
fn refusal(fault: Fault) -> Error {
    let kind = match fault.cause {
        Cause::Session => Kind::Unauthorized,
        Cause::Call if fault.error.status.is_none() => Kind::Unauthorized,
        Cause::Call | Cause::Database | Cause::Moved | Cause::Limit | Cause::Server => fault.error.kind,
    };
    // Not as a stale cursor would be told: the feed that happened to log in has none.
    let kind = if kind == Kind::Rejected { Kind::NotFound } else { kind };
    Error { kind, ..fault.error }
}

/// Posts `body` and gives `take` the result. `secret` is struck from what the server says.
async fn post<T>(
    client: &Client,
    body: &str,
    secret: &str,
    now: Timestamp,
    take: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Fault> {
    let call = http::Call {
        path: PATH,
        accept: "application/json",
        body: Some(Body::Json(body)),
        secrets: &[secret],
        ..Default::default()
    };
    let answer = client.send(call, now).await.map_err(plain)?;
    let text = readable(String::from_utf8_lossy(&answer.body));
    take(answer::result(&text, answer.retry_after, secret)?).map_err(plain)
}

/// A failure that the service did not name: no word on the call, and no reason to begin a feed anew.
fn plain(error: Error) -> Fault {
    let (cause, kind) = match error.kind {
        Kind::Rejected => (Cause::Call, Kind::NotFound),
        kind => (Cause::Server, kind),
    };
    Fault { cause, error: Error { kind, ..error }, sub_call: None }
}

/// Tells one login from another. Eight bytes of a digest: enough to see a change, too little to try
/// guesses against.
fn digest(login: &Login) -> String {
    let Login { base_url, database, username, password, .. } = login;
    let text = [base_url, database, username, password.expose_secret()].join("\n");
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let head: [u8; 8] = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(head))
}

/// The result of Authenticate.
#[derive(Deserialize)]
struct LoggedIn<'a> {
    #[serde(borrow)]
    path: Option<Text<'a>>,
    credentials: Credentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    database: String,
    user_name: String,
    session_id: String,
}

/// What is kept of a login.
struct Kept {
    /// The base URL of the server that knows the session.
    server: String,
    database: String,
    user_name: String,
    session_id: SecretString,
    /// The digest of the login that made it.
    credential: String,
}

/// As it lies in the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptText {
    server: String,
    database: String,
    user_name: String,
    session_id: String,
    credential: String,
}
