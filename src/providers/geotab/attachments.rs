//! Which trailer is behind which truck, by attachments that are open now.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::answer::rows;
use super::memory::Units;
use super::scalar::{Reference, Text, instant, referred, word};
use crate::http::Error;
use crate::model::{Batch, Change, Pairing, PairingSource, Reject, Tie, Timestamp, Unread};

/// An attachment without an end is written as one that ends in 2050 or later.
const OPEN: Duration = Duration::from_hours(365 * 24);

/// A `TrailerAttachment`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    device: Option<Reference<'a>>,
    trailer: Option<Reference<'a>>,
    active_from: Option<Text<'a>>,
    active_to: Option<Text<'a>>,
}

/// The attachments that hold now: of each trailer's the latest. A trailer is named by the device that
/// stands for it, where there is one.
pub(super) fn attachments(list: &str, now: Timestamp, units: &Units) -> Result<Batch, Error> {
    let rows = rows::<Attachment<'_>>(list)?;
    let mut batch = Batch { unread: Unread::of(&rows), ..Batch::default() };
    let mut behind: BTreeMap<String, Pairing> = BTreeMap::new();
    for row in rows {
        match row.and_then(|row| attached(&row, now, units)) {
            Ok(None) => {}
            Ok(Some(pairing)) => {
                let held = behind.entry(pairing.left.clone()).or_insert_with(|| pairing.clone());
                if pairing.since_at > held.since_at {
                    *held = pairing;
                }
            }
            Err(reject) => batch.rejects.push(reject),
        }
    }
    batch.changes.extend(behind.into_values().map(Change::Pairing));
    Ok(batch)
}

fn attached(row: &Attachment<'_>, now: Timestamp, units: &Units) -> Result<Option<Pairing>, Reject> {
    let reject = |reason: &str| {
        Err(Reject { external_id: word(row.id.as_ref()).unwrap_or_default(), reason: reason.to_owned() })
    };
    let (Some(trailer), Some(device)) = (&row.trailer, &row.device) else {
        return reject("the attachment names only one side, or none");
    };
    let since_at = instant(row.active_from.as_ref());
    let until = instant(row.active_to.as_ref());
    if row.active_to.is_some() && until.is_none() {
        return reject("the attachment's end is not a time");
    }
    let is_open = until.is_none_or(|until| until > now.plus(OPEN));
    if !is_open || since_at.is_some_and(|since| since > now) {
        return Ok(None);
    }
    let (Some(trailer), Some(device)) = (referred(Some(trailer)), referred(Some(device))) else {
        // Attached to nothing.
        return Ok(None);
    };
    Ok(Some(Pairing {
        tie: Tie::TrailerTractor,
        left: units.device_of(&trailer).unwrap_or(&trailer).to_owned(),
        right: Some(device),
        by: PairingSource::Assigned,
        since_at,
    }))
}
