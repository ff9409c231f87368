//! The connection itself: whether the carrier's account is still linked, and how fresh the copy is that
//! rosters and logs are read from.

use std::time::Duration;

use serde::Deserialize;

use super::super::json::why;
use super::refusal;
use super::wire::{Text, instant, word};
use crate::http::{Error, Kind};
use crate::model::{Timestamp, clean_opt};

/// Synchronised about every two hours; three times that is no longer a delay.
const STALE: Duration = Duration::from_hours(6);
/// The longest reason that is kept.
const REASON: usize = 80;

/// The body of `/connections/current`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    status: Option<Text<'a>>,
    link_url: Option<Text<'a>>,
    sync_mode: Option<Text<'a>>,
    last_sync: Option<Sync<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sync<'a> {
    #[serde(borrow)]
    status: Option<Text<'a>>,
    failure_reason: Option<Text<'a>>,
    requested_at: Option<Text<'a>>,
    completed_at: Option<Text<'a>>,
}

/// Whether the connection is connected, and its copy fresh: an error says what is wrong, and where to mend
/// it.
pub(super) fn check(text: &str, now: Timestamp) -> Result<(), Error> {
    let connection: Connection<'_> = serde_json::from_str(text)
        .map_err(|error| Error::malformed(format_args!("the body is no connection: {}", why(&error))))?;
    let Some(status) = word(connection.status.as_ref()).filter(|_| connection.id.is_some()) else {
        return Err(Error::malformed("the body is no connection: it has no id or no status"));
    };
    // Only the words that are known to end it: a new one must not shut the account.
    if matches!(status.as_str(), "disconnected" | "archived" | "pending_deletion") {
        let said = format!("Terminal says that it is {}", status.replace('_', " "));
        return Err(refusal::relink(link_of(&connection).as_deref(), &said));
    }
    match connection.last_sync.as_ref().and_then(|sync| sync.trouble(connection.sync_mode.as_ref(), now)) {
        Some(trouble) => Err(Error::new(Kind::Unavailable { retry_after: None }, trouble)),
        None => Ok(()),
    }
}

impl Sync<'_> {
    /// What is wrong with the copy, in words.
    fn trouble(&self, mode: Option<&Text<'_>>, now: Timestamp) -> Option<String> {
        let status = word(self.status.as_ref()).unwrap_or_default();
        if status == "failed" {
            let reason = self.failure_reason.as_ref().and_then(|reason| clean_opt(&reason.0, REASON));
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            return Some(format!("Terminal could not renew its copy of rosters and logs{reason}"));
        }
        // Where a person starts each one, nobody knows how old is too old.
        if mode.is_some_and(|mode| mode.0 == "manual") {
            return None;
        }
        let completed = instant(self.completed_at.as_ref()).filter(|_| status == "completed");
        let last = completed.or(instant(self.requested_at.as_ref()))?;
        let age = now.since(last);
        (age > STALE).then(|| {
            let hours = age.as_secs() / 3600;
            format!("Terminal's copy of rosters and logs was last renewed {hours} h ago")
        })
    }
}

/// Where a person links the account anew.
pub(super) fn link(body: &[u8]) -> Option<String> {
    link_of(&serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?)
}

fn link_of(connection: &Connection<'_>) -> Option<String> {
    refusal::address(&connection.link_url.as_ref()?.0)
}
