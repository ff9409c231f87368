//! Where vehicles are is told by two lists: one of those with a Vehicle Gateway, in full, and one of all, whatever tracks
//! them. What goes from the one to the other, and what the second adds to the first. Pure, but for the note of which of
//! them is refused.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::paging::{Gateways, Place};
use crate::http::{Error, Kind};
use crate::model::{Batch, Change, Reject, Timestamp};
use crate::providers::Page;

/// A list that is refused is not asked for again at once.
const RETRY: Duration = Duration::from_hours(1);
/// What is said where the list of all may not be read.
const ONLY_GATEWAYS: &str =
    "where vehicles without a Vehicle Gateway are may not be read (v1/vehicle_locations)";

/// Until when each list is taken to be refused.
#[derive(Debug, Default)]
pub(super) struct Refused {
    gateways: AtomicI64,
    all: AtomicI64,
}

impl Refused {
    /// The place at which a read begins.
    pub(super) fn begin(&self, place: Place, now: Timestamp) -> Place {
        let is_first = place.page == 1 && place.others.is_none() && !place.refused;
        if is_first && self.gateways.load(Ordering::Relaxed) > now.millis() { place.to_all() } else { place }
    }

    /// The page behind which the list of all others is read too, if this was the last of those with a gateway.
    pub(super) fn go_on(&self, place: &Place, mut page: Page, now: Timestamp) -> Result<Page, Error> {
        if place.others.is_some() {
            return Ok(page);
        }
        let told = named(&page.batch);
        match page.next.as_deref() {
            Some(token) => {
                let mut next = Place::resume(token)?;
                place.note(told, &mut next);
                page.next = Some(next.token());
            }
            None if self.all.load(Ordering::Relaxed) > now.millis() => {}
            None => {
                let (whole, bare) = (page.batch.complete, page.batch.bare);
                (page.batch.complete, page.batch.bare) = (false, false);
                page.next = Some(place.to_the_others(told, whole, bare).token());
            }
        }
        Ok(page)
    }

    /// What to make of a list that is not there for us; `None` where that fails the read.
    pub(super) fn without(&self, place: &Place, error: &Error, now: Timestamp) -> Option<Page> {
        if !matches!(error.kind, Kind::Forbidden | Kind::NotFound) {
            return None;
        }
        let until = now.plus(RETRY).millis();
        match &place.others {
            None => {
                self.gateways.store(until, Ordering::Relaxed);
                Some(Page::step(place.to_all().token()))
            }
            Some(gateways) if gateways.read => {
                self.all.store(until, Ordering::Relaxed);
                let reason = format!("{ONLY_GATEWAYS}: {}", error.message);
                let rejects = vec![Reject { external_id: String::new(), reason }];
                let (complete, bare) = (gateways.whole, gateways.bare);
                Some(Page { batch: Batch { rejects, complete, bare, ..Batch::default() }, ..Page::default() })
            }
            Some(_) => {
                // Neither: the next read begins with the first again.
                self.gateways.store(0, Ordering::Relaxed);
                None
            }
        }
    }
}

/// What a page of all vehicles adds to what those with a gateway told.
pub(super) fn add(gateways: &Gateways, batch: &mut Batch) {
    let is_told = |id: &str| gateways.told.contains(id);
    batch.changes.retain(|change| !names(change).into_iter().flatten().any(|name| is_told(&name)));
    batch.rejects.retain(|reject| !is_told(&vehicle(&reject.external_id)));
    batch.complete &= gateways.whole;
    batch.bare &= gateways.bare;
}

/// Whom and what a page tells of.
fn named(batch: &Batch) -> BTreeSet<String> {
    batch.changes.iter().flat_map(names).flatten().collect()
}

fn names(change: &Change) -> [Option<String>; 2] {
    match change {
        Change::Fix { external_id, .. } | Change::Telemetry { external_id, .. } => {
            [Some(vehicle(external_id)), None]
        }
        Change::Pairing(pairing) => {
            [pairing.right.as_deref().map(vehicle), Some(format!("d{}", pairing.left))]
        }
        _ => [None, None],
    }
}

/// Vehicles and drivers are numbered each by themselves.
fn vehicle(id: &str) -> String {
    format!("v{id}")
}
