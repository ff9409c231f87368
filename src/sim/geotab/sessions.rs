//! Geotab's login: one service account, whose names the server writes in its own way, and the
//! sessions that it has.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::super::chance::Chance;
use super::params::Params;
use super::refusal::{Exception, Refusal};

/// The database, as people write it.
pub const DATABASE: &str = "BackhaulSim";
/// The service account, as people write it.
pub const USER: &str = "Dispatch@Example.Invalid";
/// How long a session lasts: about a fortnight.
const LIFE: i64 = 14 * 24 * 3600;
/// How many a user may have.
const MOST: usize = 100;

/// The account and its sessions.
#[derive(Debug)]
pub struct Sessions {
    password: String,
    /// The sessions there are, oldest first, and how many there ever were.
    open: Mutex<(VecDeque<Session>, u64)>,
}

#[derive(Debug)]
struct Session {
    id: String,
    until: i64,
}

impl Sessions {
    /// No session yet.
    pub fn new(password: String) -> Self {
        Self { password, open: Mutex::default() }
    }

    /// The password that opens one.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Opens a session: the `credentials` that later calls carry.
    pub fn open(&self, params: Option<&Value>, now: i64) -> Result<Value, Refusal> {
        let params = Params::of(params, &["database", "userName", "password"])?;
        let (database, user) = (params.needed("database")?, params.needed("userName")?);
        let password = params.needed("password")?;
        if !database.eq_ignore_ascii_case(DATABASE) {
            return Err(Refusal::new(Exception::DbUnavailable, format!("UnknownDatabase '{database}'")));
        }
        if !user.eq_ignore_ascii_case(USER) || password != self.password {
            return Err(wrong_login());
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (sessions, issued) = &mut *open;
        *issued += 1;
        let mut chance = Chance::of(&[601, *issued, now as u64]);
        let id = format!("{:016x}{:06x}", chance.throw(), chance.throw() & 0xFF_FFFF);
        if sessions.len() == MOST {
            sessions.pop_front();
        }
        sessions.push_back(Session { id: id.clone(), until: now + LIFE });
        let (database, user) = (DATABASE.to_lowercase(), USER.to_lowercase());
        Ok(json!({ "database": database, "userName": user, "sessionId": id }))
    }

    /// Lets a call in that carries `credentials` exactly as they were handed out.
    pub fn check(&self, credentials: Option<&Value>, now: i64) -> Result<(), Refusal> {
        let known = ["database", "userName", "sessionId"];
        let credentials = Params::of(credentials, &known)?;
        if !credentials.is_given() {
            return Err(wrong_login());
        }
        let database = credentials.needed("database")?;
        let (user, id) = (credentials.needed("userName")?, credentials.needed("sessionId")?);
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let live = open.0.iter().any(|session| session.id == id && now < session.until);
        if live && database == DATABASE.to_lowercase() && user == USER.to_lowercase() {
            return Ok(());
        }
        Err(Refusal::new(Exception::InvalidUser, format!("Invalid session @ '{database}'")))
    }

    /// Ends all sessions, as a change of the password does.
    pub fn expire(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
    }
}

fn wrong_login() -> Refusal {
    Refusal::new(Exception::InvalidUser, "Incorrect login credentials")
}
