//! Where vehicles are is told by two lists: one of those with a Vehicle Gateway, in full, and one of all, whatever tracks
//! them. What goes from the one to the other, what the second adds to the first, and how a read ends in which one of them
//! is left out. What that may say of the trucks of the second, `beyond` decides. It calls nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::beyond::{Beyond, MISSED, Read, refused_for};
use super::paging::{Gateways, Place};
use crate::http::{Error, Kind};
use crate::model::{Batch, Change, Pairing, Reject, Telemetry, Timestamp, UnitKind};
use crate::providers::Page;

/// A truck that was not seen for so long is no reason to ask again soon.
const LONG_AGO: Duration = Duration::from_hours(24);
/// What is told again without a change is not written down each time: what was told now may be written as told before, by
/// less than this.
const SLACK: Duration = Duration::from_mins(1);
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
    beyond: Beyond,
    /// What the list of those with a gateway told of in this read: trucks by their fixes, trucks and drivers by who is in
    /// which.
    told: BTreeSet<String>,
    /// Which readings it told of which truck in this read. Odometers are told by the list of all alone.
    readings: BTreeMap<String, Readings>,
    /// Whom it put into which truck in this read …
    seated: Vec<Pairing>,
    /// … and in the one before.
    seated_before: Vec<Pairing>,
    /// What the list of all told of beyond that in this read, whom it put into which truck, and whether it told anything
    /// of late.
    told_beyond: BTreeSet<String>,
    seated_beyond: Vec<Pairing>,
    adds: bool,
}

/// Engine, fuel, odometer: whether each was told.
type Readings = [bool; 3];

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
        match &place.others {
            None => known.of_gateways(place, &mut page, now),
            Some(gateways) if gateways.read => known.of_all(gateways, &mut page, now),
            // It is all there is; once the other is back, what it tells beyond that is to be read first.
            Some(_) => known.beyond = Beyond::default(),
        }
        page
    }

    /// What to make of a list that cannot be read; `None` where that fails the read.
    pub(super) fn without(&self, place: &Place, error: &Error, now: Timestamp) -> Option<Page> {
        let mut known = self.known();
        let refused_for = refused_for(error.kind);
        match &place.others {
            None => {
                let until = Some(now.plus(refused_for?));
                let begins = std::mem::replace(&mut known.gateways_refused_until, until).is_none();
                let rejects = begins.then(|| reject(NO_GATEWAYS)).into_iter().collect();
                let batch = Batch { rejects, ..Batch::default() };
                Some(Page { batch, next: Some(place.to_all().token()), ..Page::default() })
            }
            Some(gateways) if gateways.read && !error.kind.is_of_the_account() => {
                let read = known.read_of_all(gateways, now);
                let says = known.beyond.failed(read, error.kind, now);
                tracing::warn!("the list of all Motive vehicles was not read: {error}");
                // That calls come too fast concerns the whole account, which must hear it; the next read does without.
                if matches!(error.kind, Kind::Throttled { .. }) {
                    return None;
                }
                let mut batch = Batch { rejects: says.map(reject).into_iter().collect(), ..Batch::default() };
                (batch.complete, batch.bare) = (gateways.whole, gateways.bare);
                known.end_without(place, &mut batch, now);
                Some(Page { batch, ..Page::default() })
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
    /// Takes in a page of those with a gateway.
    fn of_gateways(&mut self, place: &Place, page: &mut Page, now: Timestamp) {
        if place.page == 1 {
            self.seated_before = std::mem::take(&mut self.seated);
            (self.told, self.told_beyond) = Default::default();
            self.readings.clear();
            (self.seated_beyond, self.adds) = Default::default();
        }
        self.gateways_refused_until = None;
        self.told.extend(page.batch.changes.iter().flat_map(tells).flatten());
        self.readings.extend(page.batch.changes.iter().filter_map(reads));
        self.seated.extend(seats(&page.batch));
        if page.next.is_some() {
            return;
        }
        let told = &self.told;
        self.beyond.forget(|seat| concern(seat).iter().flatten().any(|name| told.contains(name)));
        let (whole, bare) = (page.batch.complete, page.batch.bare);
        if whole && self.beyond.seats().is_none() {
            self.let_go(&mut page.batch);
        }
        if self.beyond.is_due(now) {
            (page.batch.complete, page.batch.bare) = (false, false);
            page.next = Some(place.to_the_others(whole, bare, now).token());
        } else {
            self.end_without(place, &mut page.batch, now);
        }
    }

    /// Takes in a page of all vehicles, of which is left what those with a gateway did not tell.
    fn of_all(&mut self, gateways: &Gateways, page: &mut Page, now: Timestamp) {
        let (batch, told) = (&mut page.batch, &self.told);
        let is_told = |name: &str| told.contains(name);
        let readings = &self.readings;
        batch.changes.retain_mut(|change| match change {
            Change::Telemetry { external_id, telemetry } => {
                let told = readings.get(external_id).copied().unwrap_or_default();
                leave_beyond(told, telemetry);
                *telemetry != Telemetry::default()
            }
            _ => !concerns(change).into_iter().flatten().any(|name| is_told(&name)),
        });
        batch.rejects.retain(|reject| !is_told(&place_of(&reject.external_id)));
        self.adds |= batch.changes.iter().any(|change| match change {
            Change::Fix { fix, .. } => now.since(fix.observed_at) < LONG_AGO,
            Change::Pairing(_) => true,
            _ => false,
        });
        self.told_beyond.extend(batch.changes.iter().flat_map(tells).flatten());
        self.seated_beyond.extend(seats(batch));
        if page.next.is_none() {
            let is_whole = batch.complete;
            batch.complete &= gateways.whole;
            batch.bare &= gateways.bare;
            let read = self.read_of_all(gateways, now);
            self.beyond.was_read(read, is_whole, now);
        }
    }

    /// What came of the list of all, up to here.
    fn read_of_all(&mut self, gateways: &Gateways, now: Timestamp) -> Read {
        Read {
            untold: self.untold(),
            told: std::mem::take(&mut self.seated_beyond),
            adds: self.adds,
            took: now.since(gateways.ended_at()),
        }
    }

    /// Whom the list of all put into a truck before, and of whom and which no list has told anything since.
    fn untold(&self) -> Vec<Pairing> {
        let is_told = |name: &String| self.told_beyond.contains(name);
        let seats = self.beyond.seats().unwrap_or_default().iter();
        seats.filter(|seat| !concern(seat).iter().flatten().any(is_told)).cloned().collect()
    }

    /// Ends a read that has nothing, or not all, of the list of all. Who was in a truck by that is so still, as far as it
    /// is known; then the read tells of everybody.
    fn end_without(&self, place: &Place, batch: &mut Batch, now: Timestamp) {
        let Some(seats) = self.beyond.seats() else {
            (batch.complete, batch.bare) = (false, false);
            return;
        };
        // A fleet without gateways has none in every read, and that is no fault.
        if batch.bare && !seats.is_empty() {
            (batch.complete, batch.bare) = (false, false);
            return;
        }
        batch.changes.extend(self.untold().into_iter().map(Change::Pairing));
        if batch.complete && self.beyond.is_lost() {
            let before = now.minus(MISSED).min(place.begun_at().minus(SLACK));
            batch.changes.push(Change::Unheard { kind: UnitKind::Tractor, before });
        }
    }

    /// Whoever was in a truck that is told of without him is out of it, also where the read does not tell of everybody.
    fn let_go(&self, batch: &mut Batch) {
        let is_out = |seat: &&Pairing| {
            let [_, driver, place] = concern(seat);
            let is_told = |name: Option<String>| name.is_some_and(|name| self.told.contains(&name));
            is_told(place) && !is_told(driver)
        };
        let left = self.seated_before.iter().filter(is_out).cloned();
        batch.changes.extend(left.map(|seat| Change::Pairing(Pairing { right: None, ..seat })));
    }
}

fn reject(reason: &str) -> Reject {
    Reject { external_id: String::new(), reason: reason.to_owned() }
}

/// Whom a page puts into which truck.
fn seats(batch: &Batch) -> impl Iterator<Item = Pairing> {
    batch.changes.iter().filter_map(|change| match change {
        Change::Pairing(pairing) => Some(pairing.clone()),
        _ => None,
    })
}

/// What a change of a list tells of.
fn tells(change: &Change) -> [Option<String>; 2] {
    match change {
        Change::Fix { external_id, .. } => [Some(place_of(external_id)), None],
        Change::Pairing(pairing) => {
            let [crew, driver, _] = concern(pairing);
            [crew, driver]
        }
        _ => [None, None],
    }
}

/// Which readings a change of a list tells of which truck.
fn reads(change: &Change) -> Option<(String, Readings)> {
    let Change::Telemetry { external_id, telemetry: Telemetry { engine, fuel_pct, odometer_mi } } = change
    else {
        return None;
    };
    Some((external_id.clone(), [engine.is_some(), fuel_pct.is_some(), odometer_mi.is_some()]))
}

/// Leaves of the readings of the list of all what the other did not tell.
fn leave_beyond([engine, fuel, odometer]: Readings, read: &mut Telemetry) {
    read.engine.take_if(|_| engine);
    read.fuel_pct.take_if(|_| fuel);
    read.odometer_mi.take_if(|_| odometer);
}

/// By which of these a change of the list of all is no news.
fn concerns(change: &Change) -> [Option<String>; 3] {
    match change {
        Change::Fix { external_id, .. } => [Some(place_of(external_id)), None, None],
        Change::Called(called) => [Some(place_of(&called.external_id)), None, None],
        Change::Pairing(pairing) => concern(pairing),
        _ => [None, None, None],
    }
}

/// The same of who is in which truck: of a truck that was seen, who is in it is told too, if anybody is.
fn concern(pairing: &Pairing) -> [Option<String>; 3] {
    let truck = pairing.right.as_deref();
    [truck.map(crew_of), Some(format!("driver {}", pairing.left)), truck.map(place_of)]
}

/// Vehicles and drivers are numbered each by themselves.
fn place_of(vehicle: &str) -> String {
    format!("place of {vehicle}")
}

fn crew_of(vehicle: &str) -> String {
    format!("crew of {vehicle}")
}
