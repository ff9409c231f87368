//! What all alerts look at: the fleet, what comes, where open loads stand, and the time.

use std::sync::Arc;

use crate::model::{
    Confidence, Exception, Fleet, Judgement, Keyed, Motion, Movement, MovementKey, MovementStatus, Muster,
    Named, Stay, Stop, StopType, Timestamp, Tractor, UnitKind,
};
use crate::rules::alerts::AHEAD;
use crate::rules::alerts::settle::Absence;
use crate::rules::freshness::{self, Freshness, Standing};
use crate::rules::itinerary::{FORGOTTEN, is_to_be_driven};
use crate::rules::motion;

pub(super) struct Sight<'a> {
    /// The loads, and the rows of the units that they, or what is wrong, lead to. Other units may be missing.
    pub(super) fleet: &'a Fleet,
    /// Every tractor.
    pub(super) muster: &'a Muster,
    pub(super) fresh: &'a Freshness,
    pub(super) now: Timestamp,
    /// Loads that are not over and that a truck of ours has, or is to get.
    pub(super) loads: Vec<Load<'a>>,
}

/// An open load, with what is looked at more than once.
pub(super) struct Load<'a> {
    pub(super) key: MovementKey,
    pub(super) movement: &'a Movement,
    pub(super) tractor: Option<&'a Tractor>,
    pub(super) judgement: Option<&'a Judgement>,
    /// Its stops, in the order they are driven.
    pub(super) calls: Vec<Call<'a>>,
    pub(super) standing: Standing,
}

/// A stop, and what was seen there of the tractor that has the load now.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) stop: &'a Stop,
    pub(super) stay: Option<&'a Stay>,
}

impl Call<'_> {
    /// Whether the TMS has the truck gone from here.
    pub(super) const fn is_told_made(&self) -> bool {
        self.stop.tms.done || self.stop.tms.actual_departure_at.is_some()
    }

    /// Whether the truck has left: by the TMS, or because it was seen to. One fix alone proves nothing.
    pub(super) fn is_made(&self) -> bool {
        let seen =
            self.stay.is_some_and(|stay| !stay.is_open() && stay.observed.confidence > Confidence::Low);
        seen || self.is_told_made()
    }

    /// When the truck came: as it was seen, else by the TMS. What the TMS says of the future is no arrival.
    pub(super) fn arrived_at(&self, now: Timestamp) -> Option<Timestamp> {
        let told = self.stop.tms.actual_arrival_at.filter(|told| *told <= now);
        self.stay.map(|stay| stay.arrived_at(told)).or(told)
    }
}

impl<'a> Load<'a> {
    fn of(fleet: &'a Fleet, movement: &'a Movement, fresh: &Freshness, now: Timestamp) -> Self {
        let key = movement.key();
        let calls = fleet
            .stops_of(&key)
            .iter()
            .map(|stop| Call { stop, stay: fleet.stay_of(movement, stop) })
            .collect();
        let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id)).map(Arc::as_ref);
        let judgement = fleet.judgements.get(&key).map(Arc::as_ref);
        let standing = freshness::standing(movement, fleet, fresh, now);
        Self { key, movement, tractor, judgement, calls, standing }
    }

    /// The stop with this id.
    pub(super) fn call(&self, stop_id: &str) -> Option<&Call<'a>> {
        self.calls.iter().find(|call| call.stop.tms.id == stop_id)
    }

    /// The first stop that the truck has not left.
    pub(super) fn next_call(&self) -> Option<&Call<'a>> {
        self.calls.iter().find(|call| !call.is_made())
    }

    /// The same, without what was seen there.
    pub(super) fn next(&self) -> Option<&'a Stop> {
        self.next_call().map(|call| call.stop)
    }

    /// The pickup that is still to be come to, before anything is delivered.
    pub(super) fn pickup(&self, now: Timestamp) -> Option<&'a Stop> {
        let left = self.calls.iter().filter(|call| !call.is_made());
        let mut before = left.take_while(|call| call.stop.tms.kind != StopType::Delivery);
        let pickup =
            before.find(|call| call.stop.tms.kind == StopType::Pickup && call.arrived_at(now).is_none());
        pickup.map(|call| call.stop)
    }

    /// Whether we know both its driver and its tractor.
    pub(super) const fn is_known(&self) -> bool {
        self.movement.driver_id.is_some() && self.movement.tractor_id.is_some()
    }

    /// Whether the TMS is known to name no driver for it, and no tractor.
    pub(super) fn lacks(&self) -> (bool, bool) {
        let lacks = |named, known: bool| named == Named::Nobody && !known;
        (
            lacks(self.movement.driver_named, self.movement.driver_id.is_some()),
            lacks(self.movement.tractor_named, self.movement.tractor_id.is_some()),
        )
    }
}

impl<'a> Sight<'a> {
    pub(super) fn of(fleet: &'a Fleet, muster: &'a Muster, fresh: &'a Freshness, now: Timestamp) -> Self {
        let open = fleet.movements.iter().filter(|movement| is_to_be_driven(movement));
        let loads = open.map(|movement| Load::of(fleet, movement, fresh, now)).collect();
        Self { fleet, muster, fresh, now, loads }
    }

    /// Whether a stop's window opens soon enough, and closed recently enough, for somebody to be told.
    pub(super) fn is_soon(&self, stop: &Stop) -> bool {
        let window = stop.window_at().zip(stop.closes_at());
        window.is_some_and(|(opens, closes)| {
            opens <= self.now.plus(AHEAD) && closes >= self.now.minus(FORGOTTEN)
        })
    }

    /// Whether a tractor does what at `now`.
    pub(super) fn motion(&self, tractor: &Tractor) -> Motion {
        motion::at(UnitKind::Tractor, tractor.state, tractor.observed_at, self.now)
    }

    /// Whether the account that tells where a tractor is has stopped telling; `false` where none does.
    pub(super) fn is_unheard(&self, source: Option<&str>) -> bool {
        source.is_some_and(|source| !self.fresh.positions(source))
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

    /// The stop of an open load that an exception is about or touches.
    pub(super) fn call(&self, row: &Exception) -> Option<&Call<'a>> {
        self.load(row)?.call(row.touches.stop_id.as_deref()?)
    }
}
