//! Who drives what and pulls what, by assignments that are open now. Positions are not consulted.

use serde::Deserialize;

use super::wire::{Mention, Text, Turn, each, instant, mentioned, word};
use crate::http::Error;
use crate::model::{Batch, Change, Pairing, PairingSource, Reject, Tie, Timestamp};

/// A row of `/fleet/driver-vehicle-assignments`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToVehicle<'a> {
    #[serde(borrow)]
    driver: Option<Mention<'a>>,
    vehicle: Option<Mention<'a>>,
    start_time: Option<Text<'a>>,
    end_time: Option<Text<'a>>,
    assignment_type: Option<Text<'a>>,
    is_passenger: Option<bool>,
}

/// The trucks that drivers have now: of each driver's rows on the page the one known best.
pub(super) fn vehicles(text: &str, now: Timestamp) -> Result<(Batch, Turn), Error> {
    let mut held = Vec::new();
    let (mut batch, turn) = each(text, |row: &ToVehicle<'_>, batch| {
        // A passenger's or co-driver's truck is somebody else's to drive.
        if row.is_passenger == Some(true) {
            return;
        }
        let told = Told {
            tie: Tie::DriverTractor,
            left: mentioned(row.driver.as_ref()),
            right: mentioned(row.vehicle.as_ref()),
            trust: row.assignment_type.as_ref().map_or(Trust::Other, |word| trust(&word.0)),
            start: row.start_time.as_ref(),
            end: row.end_time.as_ref(),
        };
        told.take_into(&mut held, batch, now);
    })?;
    settle(held, &mut batch);
    Ok((batch, turn))
}

/// A row of `/driver-trailer-assignments`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToTrailer<'a> {
    #[serde(borrow)]
    driver: Option<TrailersDriver<'a>>,
    trailer: Option<DriversTrailer<'a>>,
    start_time: Option<Text<'a>>,
    end_time: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrailersDriver<'a> {
    #[serde(borrow)]
    driver_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DriversTrailer<'a> {
    #[serde(borrow)]
    trailer_id: Option<Text<'a>>,
}

/// The trailers that drivers have now: of each trailer's rows on the page the latest.
pub(super) fn trailers(text: &str, now: Timestamp) -> Result<(Batch, Turn), Error> {
    let mut held = Vec::new();
    let (mut batch, turn) = each(text, |row: &ToTrailer<'_>, batch| {
        let told = Told {
            tie: Tie::TrailerDriver,
            left: word(row.trailer.as_ref().and_then(|trailer| trailer.trailer_id.as_ref())),
            right: word(row.driver.as_ref().and_then(|driver| driver.driver_id.as_ref())),
            trust: Trust::Other,
            start: row.start_time.as_ref(),
            end: row.end_time.as_ref(),
        };
        told.take_into(&mut held, batch, now);
    })?;
    settle(held, &mut batch);
    Ok((batch, turn))
}

/// One assignment, of whatever to whomever.
struct Told<'a> {
    tie: Tie,
    left: Option<String>,
    right: Option<String>,
    trust: Trust,
    start: Option<&'a Text<'a>>,
    end: Option<&'a Text<'a>>,
}

impl Told<'_> {
    /// Holds it with the others, or sets it aside.
    fn take_into(self, held: &mut Vec<(Trust, Pairing)>, batch: &mut Batch, now: Timestamp) {
        match self.at(now) {
            Ok(pairing) => held.extend(pairing),
            Err(reject) => batch.rejects.push(reject),
        }
    }

    /// The pairing, if it holds now: rows that merely touch the window are told too.
    fn at(self, now: Timestamp) -> Result<Option<(Trust, Pairing)>, Reject> {
        let reject = |id: Option<String>, reason: &str| {
            Err(Reject { external_id: id.unwrap_or_default(), reason: reason.to_owned() })
        };
        let (Some(left), Some(right)) = (&self.left, &self.right) else {
            return reject(self.left.or(self.right), "the assignment names only one side, or none");
        };
        let since_at = instant(self.start);
        let end = self.end.filter(|end| !end.0.is_empty());
        let end_at = instant(end);
        if end.is_some() && end_at.is_none() {
            return reject(self.left, "the assignment's end is not a time");
        }
        if since_at.is_some_and(|start| start > now) || end_at.is_some_and(|end| end <= now) {
            return Ok(None);
        }
        let by = match self.trust {
            Trust::LoggedIn | Trust::Other => PairingSource::Assigned,
            Trust::Static => PairingSource::Static,
        };
        let (left, right) = (left.clone(), Some(right.clone()));
        Ok(Some((self.trust, Pairing { tie: self.tie, left, right, by, since_at })))
    }
}

/// How well an assignment is known, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// The driver said so: by logging in.
    LoggedIn,
    /// Somebody or something else did.
    Other,
    /// A standing assignment, which the day may have overtaken.
    Static,
}

fn trust(assignment_type: &str) -> Trust {
    match assignment_type {
        "HOS" | "driverApp" => Trust::LoggedIn,
        "static" => Trust::Static,
        _ => Trust::Other,
    }
}

/// One pairing for each left one: the most trusted, of equals the latest.
fn settle(mut held: Vec<(Trust, Pairing)>, batch: &mut Batch) {
    held.sort_by(|(a_trust, a), (b_trust, b)| {
        (&a.left, a_trust).cmp(&(&b.left, b_trust)).then_with(|| b.since_at.cmp(&a.since_at))
    });
    held.dedup_by(|(_, later), (_, first)| later.left == first.left);
    batch.changes.extend(held.into_iter().map(|(_, pairing)| Change::Pairing(pairing)));
}
