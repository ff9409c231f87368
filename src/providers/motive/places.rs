//! Where vehicles are is told by two lists: one of those with a Vehicle Gateway, in full, and one of all, whatever tracks
//! them. What goes from the one to the other, what the second adds to the first, and when which of them is left out. It
//! calls nobody.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::paging::Place;
use crate::http::{Error, Kind};
use crate::model::{Batch, Change, Reject, Timestamp};
use crate::providers::Page;

/// A list that may not be read is not asked for again at once …
const FORBIDDEN: Duration = Duration::from_hours(1);
/// … and one that is not found a little sooner: a proxy may have said so.
const NOT_FOUND: Duration = Duration::from_mins(10);
/// For how long the list of all is left alone after any other failure.
const FAILED: Duration = Duration::from_mins(3);
/// How often the list of all is read where it tells of more than the other: its positions change no faster.
const ADDS: Duration = Duration::from_mins(1);
/// The same where it told of nothing more.
const ADDS_NOTHING: Duration = Duration::from_mins(10);
/// For how long it may fail while it knows more: behind that, where its trucks are is not known any more, and the feed
/// must not look as if it were.
const MISSED: Duration = Duration::from_mins(15);
/// A truck that was not seen for so long is no reason to ask again soon.
const LONG_AGO: Duration = Duration::from_hours(24);
/// What is said where the list of all may not be read.
const ONLY_GATEWAYS: &str =
    "where vehicles without a Vehicle Gateway are may not be read (v1/vehicle_locations)";
/// What is said where the list of those with a gateway may not be read.
const NO_GATEWAYS: &str =
    "engines and fuel of vehicles with a Vehicle Gateway may not be read (v3/vehicle_locations)";

/// What is known of the two lists.
#[derive(Debug, Default)]
pub(super) struct Lists(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Until when the list of those with a gateway is taken to be refused.
    gateways_refused_until: Option<Timestamp>,
    /// Not before then is the list of all read behind the other.
    all_due_at: Option<Timestamp>,
    /// The list of those with a gateway is all there is, as far as that of all was read.
    is_all: bool,
    /// When the list of all last told of more than the other, unless it has told of nothing more since.
    added_at: Option<Timestamp>,
    /// What the list of those with a gateway told of in this read: trucks by their fixes, trucks and drivers by who is in
    /// which.
    told: BTreeSet<String>,
    /// The list of all told of more in this read.
    adds: bool,
}

impl Lists {
    /// The place at which a read begins.
    pub(super) fn begin(&self, place: Place, now: Timestamp) -> Place {
        let is_first = place.page == 1 && place.others.is_none() && !place.refused;
        let is_refused = || self.known().gateways_refused_until.is_some_and(|until| now < until);
        if is_first && is_refused() { place.to_all() } else { place }
    }

    /// The page behind which the list of all is read too, if this was the last of those with a gateway and it is due; of
    /// the list of all, what it adds.
    pub(super) fn go_on(&self, place: &Place, mut page: Page, now: Timestamp) -> Page {
        let mut known = self.known();
        if let Some(gateways) = &place.others {
            if gateways.read {
                known.add(&mut page.batch, now);
            }
            page.batch.complete &= gateways.whole;
            page.batch.bare &= gateways.bare;
            if gateways.read && page.next.is_none() {
                known.is_all = !known.adds;
                known.added_at = known.adds.then_some(now);
                let pause = if known.adds { ADDS } else { ADDS_NOTHING };
                known.all_due_at = Some(place.begun_at().plus(pause));
            }
            return page;
        }
        if place.page == 1 {
            (known.told, known.adds) = (BTreeSet::new(), false);
        }
        known.told.extend(page.batch.changes.iter().flat_map(tells).flatten());
        if page.next.is_none() {
            let (whole, bare) = (page.batch.complete, page.batch.bare);
            // Who is in a truck that only the other list knows is not out of it.
            page.batch.complete &= known.is_all;
            page.batch.bare &= known.is_all;
            if known.all_due_at.is_none_or(|due_at| due_at <= now) {
                (page.batch.complete, page.batch.bare) = (false, false);
                page.next = Some(place.to_the_others(whole, bare).token());
            }
        }
        page
    }

    /// What to make of a list that cannot be read; `None` where that fails the read.
    pub(super) fn without(&self, place: &Place, error: &Error, now: Timestamp) -> Option<Page> {
        let mut known = self.known();
        let refused_for = match error.kind {
            Kind::Forbidden => Some(FORBIDDEN),
            Kind::NotFound => Some(NOT_FOUND),
            _ => None,
        };
        match &place.others {
            None => {
                known.gateways_refused_until = Some(now.plus(refused_for?));
                let batch = Batch { rejects: vec![reject(NO_GATEWAYS, error)], ..Batch::default() };
                Some(Page { batch, next: Some(place.to_all().token()), ..Page::default() })
            }
            Some(gateways) if gateways.read && !error.kind.is_of_the_account() => {
                if refused_for.is_some() {
                    (known.is_all, known.added_at) = (true, None);
                }
                if known.added_at.is_some_and(|at| now.since(at) > MISSED) {
                    return None;
                }
                known.all_due_at = Some(now.plus(refused_for.unwrap_or(FAILED)));
                let (complete, bare) = (gateways.whole && known.is_all, gateways.bare && known.is_all);
                let rejects = vec![reject(ONLY_GATEWAYS, error)];
                Some(Page { batch: Batch { rejects, complete, bare, ..Batch::default() }, ..Page::default() })
            }
            Some(_) => {
                // Neither: the next read begins with the first again.
                refused_for?;
                known.gateways_refused_until = None;
                None
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Leaves of a page of all vehicles what those with a gateway did not tell.
    fn add(&mut self, batch: &mut Batch, now: Timestamp) {
        let is_told = |name: &str| self.told.contains(name);
        batch.changes.retain(|change| !concerns(change).into_iter().flatten().any(|name| is_told(&name)));
        batch.rejects.retain(|reject| !is_told(&place_of(&reject.external_id)));
        self.adds |= batch.changes.iter().any(|change| match change {
            Change::Fix { fix, .. } => now.since(fix.observed_at) < LONG_AGO,
            Change::Pairing(_) => true,
            _ => false,
        });
    }
}

fn reject(what: &str, error: &Error) -> Reject {
    Reject { external_id: String::new(), reason: format!("{what}: {}", error.message) }
}

/// What a change of the list of those with a gateway tells of.
fn tells(change: &Change) -> [Option<String>; 2] {
    match change {
        Change::Fix { external_id, .. } => [Some(place_of(external_id)), None],
        Change::Pairing(pairing) => {
            [pairing.right.as_deref().map(crew_of), Some(format!("driver {}", pairing.left))]
        }
        _ => [None, None],
    }
}

/// By which of these a change of the list of all is no news. Of a truck that was seen, who is in it is told too, if
/// anybody is.
fn concerns(change: &Change) -> [Option<String>; 3] {
    let [first, second] = tells(change);
    match change {
        Change::Telemetry { external_id, .. } => [Some(place_of(external_id)), None, None],
        Change::Pairing(pairing) => [first, second, pairing.right.as_deref().map(place_of)],
        _ => [first, second, None],
    }
}

/// Vehicles and drivers are numbered each by themselves.
fn place_of(vehicle: &str) -> String {
    format!("place of {vehicle}")
}

fn crew_of(vehicle: &str) -> String {
    format!("crew of {vehicle}")
}
