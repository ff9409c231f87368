//! Which tractors, drivers and trailers are around a place, and when each can legally be there after what
//! it has to finish first.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::basis::{Basis, Rig};
use super::eta::{Missing, clocks_hold};
use super::freshness::Freshness;
use super::hours::{self, Left};
use super::itinerary::Call;
use super::load_plan::words::said;
use super::{locality, motion};
use crate::model::{Driver, Loaded, Motion, Point, Stop, Timestamp, Tractor, Trailer, UnitId, UnitKind};

/// So many of whom no time is told for one reason are named.
const NAMED: usize = 5;
/// The 30-minute interruption (49 CFR 395.3(a)(3)(ii)), and the driving it is good for.
const BREAK_S: i64 = 30 * 60;
const AFTER_BREAK_S: i64 = 8 * 3600;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Around here.
    pub place: Point,
    /// So many miles along the great circle.
    pub miles: f64,
    /// Seconds of driving that must be left, at least.
    pub drive_s: Option<i64>,
    /// Leave out what has freight on.
    pub empty: bool,
}

/// A unit or driver around the place.
#[derive(Clone, Debug)]
pub struct Near<'a> {
    /// What it is.
    pub kind: UnitKind,
    /// Its id.
    pub id: &'a UnitId,
    /// What people call it.
    pub label: &'a str,
    /// Miles along the great circle.
    pub miles: f64,
    /// Where it is.
    pub here: Here<'a>,
    /// When it was seen there.
    pub observed_at: Option<Timestamp>,
    /// When it can legally be at the place, after its loads; or what is missing to tell.
    pub legal_arrival: Result<Timestamp, Missing>,
    /// The hours of its driver now; all `None` where they are not known, or not any more.
    pub left: Left,
    /// Its driver.
    pub driver: Option<&'a Driver>,
    /// Its tractor.
    pub tractor: Option<&'a Tractor>,
    /// Its trailer.
    pub trailer: Option<&'a Trailer>,
    /// The load it is on, or is to do next.
    pub movement_id: Option<&'a str>,
}

/// Where something is: in words of whoever told it, degrees north, degrees east.
pub type Here<'a> = (Option<&'a str>, Option<f64>, Option<f64>);

/// When each unit and driver around a place can legally be there, where that is known.
pub type There = std::collections::HashMap<(UnitKind, UnitId), Timestamp>;

/// When everything within so many miles of `place` can legally be there: the same times as [`near`] gives, by unit.
pub fn there(basis: &Basis<'_>, place: Point, miles: f64) -> There {
    let around = near(basis, &Wanted { place, miles, drive_s: None, empty: false });
    let known = around.found.into_iter();
    known.filter_map(|row| Some(((row.kind, row.id.clone()), row.legal_arrival.ok()?))).collect()
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Around<'a> {
    /// Who is there first, legally; then those of whom that is not known, the nearest first. Where an empty trailer is
    /// asked for, whose trailer is known to be empty goes before all others.
    pub found: Vec<Near<'a>>,
    /// How many were left out only because their hours are not known.
    pub hours_unknown: usize,
    /// Where an empty trailer was asked for: how many rigs and trailers stand last because nobody knows of one.
    pub empty_unknown: usize,
}

impl Around<'_> {
    /// Who was left out only because of what nobody knows: "2 drivers are left out: their hours are not known now".
    pub fn left_out(&self) -> Option<String> {
        left_out(self.hours_unknown, "")
    }

    /// Of whom no legal time is told, and why, where more is known than a code: "Ann Lee: no legal time: the hours of two
    /// drivers are not planned yet". Each reason once.
    pub fn untold(&self, zone: &TimeZone, now: Timestamp) -> Vec<String> {
        let mut untold: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.found.iter().filter(|row| row.leads()) {
            if let Some(note) = row.legal_arrival.as_ref().err().and_then(|missing| missing.note.as_deref()) {
                untold.entry(said(note, zone, now)).or_default().push(row.called());
            }
        }
        let words = untold.into_iter().map(|(why, who)| {
            let more = who.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = who.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            format!("{named}{more}: no legal time: {why}")
        });
        words.collect()
    }

    /// How many are listed of whom nobody knows whether they have what was asked for: "5 are listed last: whether …".
    pub fn empty_not_known(&self) -> Option<String> {
        let count = self.empty_unknown;
        let (are, they) = if count == 1 { ("is", "it has") } else { ("are", "they have") };
        (count > 0)
            .then(|| format!("{count} {are} listed last: whether {they} an empty trailer is NOT KNOWN"))
    }
}

/// How many drivers, of those that `who` says, are left out of an answer for want of their hours.
pub(super) fn left_out(count: usize, who: &str) -> Option<String> {
    let drivers = if count == 1 { "driver" } else { "drivers" };
    let are = if count == 1 { "is" } else { "are" };
    (count > 0).then(|| format!("{count} {drivers}{who} {are} left out: their hours are not known now"))
}

impl Near<'_> {
    /// Where it is, in words.
    pub fn place(&self) -> Option<String> {
        let (told, latitude, longitude) = self.here;
        locality::place(told, latitude, longitude)
    }

    /// Whether it stands for its whole rig: whoever drives stands for his truck and what it pulls.
    pub fn leads(&self) -> bool {
        self.kind == UnitKind::Driver || self.driver.is_none()
    }

    /// Whether it has been silent for longer than is normal: then it was there, and where it is now nobody knows.
    pub fn is_dark(&self, now: Timestamp) -> bool {
        let own = self.trailer.filter(|row| self.kind == UnitKind::Trailer && row.latitude.is_some());
        let (kind, state) = match (own, self.tractor) {
            (Some(row), _) => (UnitKind::Trailer, row.state),
            (None, tractor) => (UnitKind::Tractor, tractor.map_or(Motion::Stopped, |row| row.state)),
        };
        motion::at(kind, state, self.observed_at, now) == Motion::Dark
    }

    /// Whether its trailer is known to be empty.
    pub fn is_empty(&self) -> bool {
        self.trailer.is_some_and(|trailer| trailer.loaded == Loaded::Empty)
    }

    /// What it is called, with its kind where it is no driver: "tractor 418".
    pub fn called(&self) -> String {
        match self.kind {
            UnitKind::Driver => self.label.to_owned(),
            kind => format!("{} {}", kind.word(), self.label),
        }
    }
}

/// Looks around a place.
pub fn near<'a>(basis: &Basis<'a>, wanted: &Wanted) -> Around<'a> {
    let target = meeting(wanted.place);
    let mut around = Around::default();
    let mut driven: Vec<(&UnitId, usize)> = Vec::new();
    for driver in basis.fleet.drivers.iter().map(AsRef::as_ref) {
        let rig = basis.rig(driver);
        let Some(miles) = miles_of(&rig, wanted.place) else { continue };
        if miles > wanted.miles {
            continue;
        }
        let row = row_of(basis, &rig, miles, &target);
        if let Some(tractor) = rig.tractor {
            driven.push((&tractor.id, around.found.len()));
            around.found.push(Near {
                kind: UnitKind::Tractor,
                id: &tractor.id,
                label: &tractor.unit_number,
                here: here_of(tractor),
                observed_at: tractor.observed_at,
                ..row.clone()
            });
        }
        around.found.push(row);
    }
    driven.sort_by_key(|(id, _)| *id);
    let second = second_rows(basis, &driven, &around.found);
    around.found = std::mem::take(&mut around.found)
        .into_iter()
        .enumerate()
        .filter(|(index, _)| !second.contains(index))
        .map(|(_, row)| row)
        .collect();
    undriven(basis, wanted, &driven, &mut around.found);
    trailers(basis, wanted, &mut around.found);
    choose(wanted, &mut around);
    around
}

/// Driving that is left before a long rest, by every clock: the interruption does not end the day, it only
/// takes half an hour of the window.
pub fn drivable_s(left: &Left) -> Option<i64> {
    let (drive_s, shift_s, cycle_s) = (left.drive_s?, left.shift_s?, left.cycle_s?);
    let most = drive_s.min(cycle_s);
    let Some(break_s) = left.break_s else { return Some(most.min(shift_s)) };
    let before = most.min(shift_s).min(break_s);
    let after = most.min(shift_s - BREAK_S).min(break_s + AFTER_BREAK_S);
    Some(before.max(after).max(0))
}

/// A place as a stop that nothing is done at.
pub(super) fn meeting(place: Point) -> Stop {
    let mut stop = Stop::default();
    (stop.tms.latitude, stop.tms.longitude) = (Some(place.latitude), Some(place.longitude));
    stop
}

fn miles_of(rig: &Rig<'_>, place: Point) -> Option<f64> {
    let own = || Point::new(rig.driver.latitude?, rig.driver.longitude?);
    let here = match rig.tractor {
        Some(tractor) => Point::new(tractor.latitude?, tractor.longitude?)?,
        None => own()?,
    };
    Some(here.miles_to(place))
}

fn here_of(tractor: &Tractor) -> Here<'_> {
    (tractor.place.as_deref(), tractor.latitude, tractor.longitude)
}

fn row_of<'a>(basis: &Basis<'a>, rig: &Rig<'a>, miles: f64, target: &Stop) -> Near<'a> {
    let Rig { driver, tractor, trailer, ref loads } = *rig;
    let call = Call { stop: target, arrived_at: None, dwell: None };
    let itinerary = basis.itinerary(rig, loads, vec![call]);
    let (here, observed_at) = match tractor {
        Some(tractor) => (here_of(tractor), tractor.observed_at),
        None => ((driver.place.as_deref(), driver.latitude, driver.longitude), driver.observed_at),
    };
    Near {
        kind: UnitKind::Driver,
        id: &driver.id,
        label: &driver.name,
        miles,
        here,
        observed_at,
        legal_arrival: basis.legal_at(rig, &itinerary),
        left: left_now(basis, driver),
        driver: Some(driver),
        tractor,
        trailer,
        movement_id: loads.first().map(|load| load.tms.id.as_str()),
    }
}

/// A driver's hours now; all `None` where they are not known, or not any more.
pub fn left_now(basis: &Basis<'_>, driver: &Driver) -> Left {
    left_known(driver, &basis.fresh, basis.now)
}

/// The same, for who has no more than this to go by.
pub fn left_known(driver: &Driver, fresh: &Freshness, now: Timestamp) -> Left {
    let comes = driver.source.as_deref().is_some_and(|source| fresh.hours(source));
    if comes && clocks_hold(driver, now) { hours::left_at(driver, now) } else { Left::default() }
}

/// The second rows of trucks that two drivers are on: a truck is one truck. It is shown with the driver whom
/// its loads name, else with the one of the two who is there first.
fn second_rows(basis: &Basis<'_>, driven: &[(&UnitId, usize)], found: &[Near<'_>]) -> Vec<usize> {
    let mut second = Vec::new();
    for pair in driven.chunk_by(|a, b| a.0 == b.0).filter(|pair| pair.len() > 1) {
        let loads = basis.queues.loads_of(pair.first().map(|(tractor, _)| *tractor), None);
        let is_named = |row: &Near<'_>| {
            let his = row.driver.map(|driver| &driver.id);
            loads.iter().any(|load| [load.driver_id.as_ref(), load.driver2_id.as_ref()].contains(&his))
        };
        let choice = |index: usize| {
            let row = found.get(index);
            let legal = row.and_then(|row| row.legal_arrival.as_ref().ok());
            (!row.is_some_and(is_named), legal.map_or(i64::MAX, |at| at.millis()), index)
        };
        let first = pair.iter().map(|(_, index)| *index).min_by_key(|index| choice(*index));
        second.extend(pair.iter().map(|(_, index)| *index).filter(|index| Some(*index) != first));
    }
    second
}

/// Trucks that nobody drives.
fn undriven<'a>(basis: &Basis<'a>, wanted: &Wanted, driven: &[(&UnitId, usize)], found: &mut Vec<Near<'a>>) {
    for tractor in basis.fleet.tractors.iter().map(AsRef::as_ref) {
        let here = tractor.latitude.zip(tractor.longitude).and_then(|(lat, lon)| Point::new(lat, lon));
        let Some(miles) = here.map(|here| here.miles_to(wanted.place)) else { continue };
        if miles > wanted.miles || driven.binary_search_by_key(&&tractor.id, |(id, _)| id).is_ok() {
            continue;
        }
        let trailer = tractor.trailer_id.as_ref().and_then(|id| basis.fleet.trailers.get(id));
        let loads = basis.queues.loads_of(Some(&tractor.id), None);
        found.push(Near {
            kind: UnitKind::Tractor,
            id: &tractor.id,
            label: &tractor.unit_number,
            miles,
            here: here_of(tractor),
            observed_at: tractor.observed_at,
            legal_arrival: Err(Missing { reason: Some(crate::model::Reason::NoDriver), note: None }),
            left: Left::default(),
            driver: None,
            tractor: Some(tractor),
            trailer: trailer.map(AsRef::as_ref),
            movement_id: loads.first().map(|load| load.tms.id.as_str()),
        });
    }
}

/// Trailers; one that is pulled is there when its truck is.
fn trailers<'a>(basis: &Basis<'a>, wanted: &Wanted, found: &mut Vec<Near<'a>>) {
    let rigs: std::collections::BTreeMap<&UnitId, Near<'a>> = found
        .iter()
        .filter(|row| row.kind == UnitKind::Tractor)
        .filter_map(|row| Some((&row.tractor?.id, row.clone())))
        .collect();
    for trailer in basis.fleet.trailers.iter().map(AsRef::as_ref) {
        let pulled = trailer.tractor_id.as_ref().and_then(|id| rigs.get(id));
        let here = trailer.latitude.zip(trailer.longitude).and_then(|(lat, lon)| Point::new(lat, lon));
        let miles = here.map(|here| here.miles_to(wanted.place)).or_else(|| Some(pulled?.miles));
        let Some(miles) = miles.filter(|miles| *miles <= wanted.miles) else { continue };
        let nobody = || Err(Missing { reason: Some(crate::model::Reason::NoDriver), note: None });
        // Without a tracker of its own it is seen where its truck is.
        let own = (trailer.place.as_deref(), trailer.latitude, trailer.longitude);
        let seen = here.is_some().then_some((own, trailer.observed_at));
        let (here, observed_at) =
            seen.or_else(|| pulled.map(|row| (row.here, row.observed_at))).unwrap_or_default();
        found.push(Near {
            kind: UnitKind::Trailer,
            id: &trailer.id,
            label: &trailer.unit_number,
            miles,
            here,
            observed_at,
            legal_arrival: pulled.map_or_else(nobody, |row| row.legal_arrival.clone()),
            left: pulled.map(|row| row.left).unwrap_or_default(),
            driver: pulled.and_then(|row| row.driver),
            tractor: pulled.and_then(|row| row.tractor),
            trailer: Some(trailer),
            movement_id: trailer.movement_id.as_deref().or_else(|| pulled.and_then(|row| row.movement_id)),
        });
    }
}

/// Keeps what is wanted, and ranks it.
fn choose(wanted: &Wanted, around: &mut Around<'_>) {
    let mut hours_unknown = 0;
    around.found.retain(|row| {
        if wanted.empty && row.trailer.is_some_and(|trailer| trailer.loaded == Loaded::Loaded) {
            return false;
        }
        let Some(least_s) = wanted.drive_s else { return true };
        // A trailer has no hours of its own, and whoever has is listed.
        if row.kind == UnitKind::Trailer {
            return false;
        }
        let known = drivable_s(&row.left);
        hours_unknown += usize::from(known.is_none() && row.kind == UnitKind::Driver);
        known.is_some_and(|left_s| left_s >= least_s)
    });
    around.hours_unknown = hours_unknown;
    let is_doubtful = |row: &Near<'_>| wanted.empty && !row.is_empty();
    around.empty_unknown = around.found.iter().filter(|row| row.leads() && is_doubtful(row)).count();
    around.found.sort_by(|a, b| {
        let legal = |row: &Near<'_>| row.legal_arrival.as_ref().map_or(i64::MAX, |at| at.millis());
        (is_doubtful(a).cmp(&is_doubtful(b)))
            .then(legal(a).cmp(&legal(b)))
            .then(a.miles.total_cmp(&b.miles))
            .then(rank(a.kind).cmp(&rank(b.kind)))
            .then(a.id.cmp(b.id))
    });
}

/// A driver before his truck, a truck before what it pulls.
const fn rank(kind: UnitKind) -> u8 {
    match kind {
        UnitKind::Driver => 0,
        UnitKind::Tractor => 1,
        UnitKind::Trailer => 2,
    }
}
