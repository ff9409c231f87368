//! What all alerts look at: the fleet, what comes, what was seen at stops, and the time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    Exception, Fleet, Keyed, Motion, Movement, MovementKey, MovementStatus, Stop, StopKey, StopType,
    Timestamp, Tractor, UnitKind,
};
use crate::rules::alerts::settle::Absence;
use crate::rules::freshness::{self, Freshness, Standing};
use crate::rules::motion;

/// How far ahead somebody is to be told.
pub(super) const AHEAD: Duration = Duration::from_hours(12);
/// A window that closed longer ago than this is a load that nobody closed in the TMS, not one to save.
const FORGOTTEN: Duration = Duration::from_hours(24);

/// What was observed at stops, by stop.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// When the truck was there.
    pub seen: HashMap<StopKey, Visit>,
    /// What the TMS says otherwise.
    pub mismatches: HashMap<StopKey, Mismatch>,
}

/// When a truck was at a stop, by its own positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Best estimate.
    pub arrived_at: Timestamp,
    /// `None` while nothing proves that it left.
    pub departed_at: Option<Timestamp>,
}

/// The TMS's word on a stop and what was observed there do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What each says, without any age: "the TMS has it en route, the truck is in the yard".
    pub words: String,
    /// Since when, where that is known.
    pub since_at: Option<Timestamp>,
}

pub(super) struct Sight<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) fresh: &'a Freshness,
    pub(super) visits: &'a Visits,
    pub(super) now: Timestamp,
    /// Loads that are not over and that a truck of ours has, or is to get.
    pub(super) loads: Vec<Load<'a>>,
}

/// An open load, with what is looked at more than once.
pub(super) struct Load<'a> {
    pub(super) key: MovementKey,
    pub(super) movement: &'a Movement,
    pub(super) stops: &'a [Arc<Stop>],
    pub(super) standing: Standing,
}

impl<'a> Sight<'a> {
    pub(super) fn of(fleet: &'a Fleet, fresh: &'a Freshness, visits: &'a Visits, now: Timestamp) -> Self {
        let open = fleet.movements.iter().filter(|row| row.tms.status.is_open() && !row.tms.brokered);
        let loads = open.map(|movement| {
            let key = movement.key();
            let standing = freshness::standing(movement, fleet, fresh, now);
            Load { stops: fleet.stops_of(&key), key, movement, standing }
        });
        Self { fleet, fresh, visits, now, loads: loads.collect() }
    }

    pub(super) fn visit(&self, stop: &Stop) -> Option<Visit> {
        if self.visits.seen.is_empty() {
            return None;
        }
        self.visits.seen.get(&stop.key()).copied()
    }

    /// Whether the truck has left a stop: by the TMS, or because it was seen to.
    pub(super) fn is_made(&self, stop: &Stop) -> bool {
        let told = stop.tms.done || stop.tms.actual_departure_at.is_some();
        told || self.visit(stop).is_some_and(|visit| visit.departed_at.is_some())
    }

    /// When the truck came to a stop: as it was seen, else by the TMS.
    pub(super) fn arrival(&self, stop: &Stop) -> Option<Timestamp> {
        let told = || stop.tms.actual_arrival_at.filter(|told| *told <= self.now);
        self.visit(stop).map(|visit| visit.arrived_at).or_else(told)
    }

    /// The pickup that is still to be come to, before anything is delivered.
    pub(super) fn pickup(&self, load: &Load<'a>) -> Option<&'a Stop> {
        let left = load.stops.iter().map(Arc::as_ref).filter(|stop| !self.is_made(stop));
        let pickup = left.take_while(|stop| stop.tms.kind != StopType::Delivery);
        pickup.into_iter().find(|stop| stop.tms.kind == StopType::Pickup && self.arrival(stop).is_none())
    }

    /// Whether a stop's window opens soon enough, and closed recently enough, for somebody to be told.
    pub(super) fn is_soon(&self, stop: &Stop) -> bool {
        let window = opens_at(stop).zip(closes_at(stop));
        window.is_some_and(|(opens, closes)| {
            opens <= self.now.plus(AHEAD) && closes >= self.now.minus(FORGOTTEN)
        })
    }

    /// The tractor of a load.
    pub(super) fn tractor(&self, movement: &Movement) -> Option<&'a Tractor> {
        self.fleet.tractors.get(movement.tractor_id.as_ref()?).map(Arc::as_ref)
    }

    /// Whether a tractor does what at `now`.
    pub(super) fn motion(&self, tractor: &Tractor) -> Motion {
        motion::at(UnitKind::Tractor, tractor.state, tractor.observed_at, self.now)
    }

    /// Whether the account that tells where a tractor is has stopped telling; `false` where none does.
    pub(super) fn is_unheard(&self, tractor: &Tractor) -> bool {
        tractor.source.as_deref().is_some_and(|source| !self.fresh.positions(source))
    }

    /// Whether the TMS's loads do not come.
    pub(super) const fn is_freight_silent(&self) -> bool {
        self.fresh.freight().1
    }

    /// The movement that an exception is about or touches.
    pub(super) fn movement(&self, row: &Exception) -> Option<&'a Movement> {
        let key = MovementKey {
            company_id: row.touches.company_id.clone().unwrap_or_default(),
            id: row.touches.movement_id.clone()?,
        };
        self.fleet.movements.get(&key).map(Arc::as_ref)
    }

    /// The open load that an exception is about or touches.
    pub(super) fn load(&self, row: &Exception) -> Option<&Load<'a>> {
        let movement = self.movement(row)?;
        // Loads stand in the order of their keys, as movements do.
        let place = self.loads.binary_search_by(|load| load.movement.cmp_row(movement)).ok()?;
        self.loads.get(place)
    }

    /// Why an exception about a load is over because the load is; `None` while it is open.
    pub(super) fn over(&self, row: &Exception) -> Option<Absence> {
        let over = |why: &str| Some(Absence::Over(why.to_owned()));
        let Some(movement) = self.movement(row) else { return over("the load is gone from the TMS") };
        match movement.tms.status {
            MovementStatus::Delivered => over("delivered"),
            MovementStatus::Void => over("the load was cancelled"),
            _ if movement.tms.brokered => over("the load went to an outside carrier"),
            MovementStatus::Available
            | MovementStatus::Covered
            | MovementStatus::InProgress
            | MovementStatus::Unknown => None,
        }
    }

    /// The stop that an exception is about or touches.
    pub(super) fn stop(&self, row: &Exception) -> Option<&'a Stop> {
        let key = StopKey {
            company_id: row.touches.company_id.clone().unwrap_or_default(),
            id: row.touches.stop_id.clone()?,
        };
        self.fleet.stops.get(&key).map(Arc::as_ref)
    }
}

/// When a stop's window opens; a fixed appointment is one instant.
pub(super) fn opens_at(stop: &Stop) -> Option<Timestamp> {
    stop.tms.scheduled_early_at.or(stop.tms.scheduled_late_at)
}

/// When it closes.
pub(super) fn closes_at(stop: &Stop) -> Option<Timestamp> {
    stop.tms.scheduled_late_at.or(stop.tms.scheduled_early_at)
}
