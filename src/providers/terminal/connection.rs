//! The connection itself: whether the carrier's account is still linked, and how fresh the copy is that
//! rosters and logs are read from. It decides what is worth a word, and says none itself.

use std::time::Duration;

use serde::Deserialize;

use super::super::json::why;
use super::refusal;
use super::wire::{Text, instant, word};
use crate::http::Error;
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

/// Whether the connection is connected: an error says where to link the account anew.
///
/// A body that does not say is no error: what is behind the connection is read by other feeds, which say
/// for themselves how that went.
pub(super) fn check(text: &str) -> Result<(), Error> {
    let connection: Connection<'_> = serde_json::from_str(text)
        .map_err(|error| Error::malformed(format_args!("the body is no connection: {}", why(&error))))?;
    let status = word(connection.status.as_ref()).filter(|_| connection.id.is_some());
    // Only the words that are known to end it: a new one must not shut the account.
    match status.as_deref() {
        Some(status @ ("disconnected" | "archived" | "pending_deletion")) => {
            let said = format!("Terminal says that it is {}", status.replace('_', " "));
            Err(refusal::relink(link_of(&connection).as_deref(), &said))
        }
        _ => Ok(()),
    }
}

/// Whether the server does not have this endpoint, which is nothing against the connection.
pub(super) fn is_unknown(error: &Error) -> bool {
    matches!(error.status, Some(400 | 404 | 405 | 501))
}

/// What is wrong with the copy, in words that stay the same for as long as that does.
pub(super) fn trouble(body: &[u8], now: Timestamp) -> Option<String> {
    let connection = parsed(body)?;
    connection.last_sync.as_ref()?.trouble(connection.sync_mode.as_ref(), now)
}

/// Where a person links the account anew.
pub(super) fn link(body: &[u8]) -> Option<String> {
    link_of(&parsed(body)?)
}

impl Sync<'_> {
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
        (now.since(last) > STALE)
            .then(|| format!("Terminal's copy of rosters and logs was last renewed at {last}"))
    }
}

fn parsed(body: &[u8]) -> Option<Connection<'_>> {
    serde_json::from_slice(body).ok()
}

fn link_of(connection: &Connection<'_>) -> Option<String> {
    refusal::address(&connection.link_url.as_ref()?.0)
}
