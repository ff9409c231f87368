//! How one load gets to its last stop: the legal plan, when that will likely be, and what it rests on.
//! Ends when every screen says it does, since it is made from the times that were told for its stops.

pub mod words;

use super::basis::{Basis, Rig};
use super::eta::{Case, Missing, Outlook, Road, judge, legal_between, outlook, told_road, unmanned};
use super::freshness::{Standing, rests_on, standing};
use super::itinerary::Itinerary;
use super::late;
use crate::model::{Arrival, Driver, EtaSource, Judgement, Keyed, Movement, Point, Stop, Timestamp, Tractor};

/// One load's way.
#[derive(Clone, Debug)]
pub struct LoadPlan<'a> {
    /// Who drives it.
    pub driver: &'a Driver,
    /// With what.
    pub tractor: &'a Tractor,
    /// How it stands now.
    pub standing: Standing,
    /// What was made of it.
    pub judgement: Judgement,
    /// Its stops that are not done, with when each is reached.
    pub stops: Vec<(&'a Stop, Arrival)>,
    /// Loads that its truck has to finish first.
    pub first: Vec<&'a Movement>,
    /// The plan; `None` where the truck stands at the last stop.
    pub outlook: Option<Outlook>,
}

impl LoadPlan<'_> {
    /// When the plan is at each of its stops: at the earliest that is legal, or later, where being there sooner gains
    /// nothing at the last.
    pub fn planned(&self) -> Vec<Option<Timestamp>> {
        let outlook = self.outlook.as_ref();
        let reached = outlook.map(|outlook| outlook.reached.as_slice()).unwrap_or_default();
        let begins = outlook.and_then(|outlook| outlook.legal.segments.first()).map(|first| first.start_at);
        let before = reached.len().saturating_sub(self.stops.len());
        let at = |(index, (_, arrival)): (usize, &(&Stop, Arrival))| {
            let is_there = arrival.legal_eta_at <= begins;
            reached.get(before + index).copied().filter(|_| !is_there).or(arrival.legal_eta_at)
        };
        self.stops.iter().enumerate().map(at).collect()
    }

    /// Whether it is at some stop later than it could be: then its times are not those of the soonest arrivals.
    pub fn leaves_later(&self) -> bool {
        let later = |(planned, (_, arrival)): (Option<Timestamp>, &(&Stop, Arrival))| {
            let by_s =
                planned.zip(arrival.legal_eta_at).map(|(planned, soonest)| planned.secs_since(soonest));
            by_s.is_some_and(|by_s| by_s >= 60)
        };
        self.planned().into_iter().zip(&self.stops).any(later)
    }

    /// The stop that its class, its lateness and the reason are about; the plan goes on to the last.
    pub fn critical(&self) -> Option<&Stop> {
        let critical = late::critical_of(&self.judgement, self.stops.iter().map(|(stop, _)| *stop));
        critical.filter(|_| self.judgement.late_s.is_some())
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoPlan {
    /// What is missing.
    pub missing: Missing,
    /// Where a working driver's clocks are too old to plan with: the legal arrival if he has stopped
    /// when they were told, and if he has worked on since.
    pub bounds: Option<(Timestamp, Timestamp)>,
}

/// Plans what is left of `movement`.
pub fn plan<'a>(basis: &Basis<'a>, movement: &'a Movement) -> Result<LoadPlan<'a>, NoPlan> {
    let lacks =
        |note: &str| NoPlan { missing: Missing { reason: None, note: Some(note.to_owned()) }, bounds: None };
    if !movement.tms.status.is_open() {
        return Err(lacks("over: the load is delivered or void"));
    }
    if movement.tms.brokered {
        return Err(lacks("brokered: an outside carrier moves it, whose hours nobody tells"));
    }
    let itinerary = basis.queues.itinerary(movement);
    if itinerary.own.is_empty() {
        return Err(lacks("done: no stop is left"));
    }
    let fleet = basis.fleet;
    let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)).map(AsRef::as_ref);
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id)).map(AsRef::as_ref);
    let (Some(driver), Some(tractor)) = (driver, tractor) else {
        return Err(NoPlan { missing: unmanned(movement, driver, tractor), bounds: None });
    };
    let rig = Rig { driver, tractor: Some(tractor), trailer: None, loads: Vec::new() };
    let (judgement, outlook) = way(basis, &rig, movement, &itinerary)
        .map_err(|missing| NoPlan { bounds: bounds(basis, &rig, movement, &itinerary), missing })?;
    let told =
        |stop: &Stop| judgement.arrivals.iter().find(|arrival| arrival.stop_id == stop.tms.id).cloned();
    let stops = itinerary.own.iter().map(|call| (call.stop, told(call.stop).unwrap_or_default())).collect();
    let stands = itinerary.before.is_empty() && itinerary.own.len() == 1;
    let has_arrived = stands && itinerary.own.iter().all(|call| call.arrived_at.is_some());
    let first = basis.queues.before(movement).into_iter();
    Ok(LoadPlan {
        driver,
        tractor,
        standing: Standing {
            risk: judgement.risk,
            reason: judgement.reason,
            oldest: rests_on(&judgement, fleet, &basis.fresh),
        },
        stops,
        first: first.filter(|load| !basis.queues.calls_of(load).is_empty()).collect(),
        outlook: Some(outlook).filter(|_| !has_arrived),
        judgement,
    })
}

/// What was made of the load, and the plan that goes with it: by the times told for its stops, or by the
/// straight line where none were told yet.
fn way<'a>(
    basis: &Basis<'a>,
    rig: &Rig<'a>,
    movement: &Movement,
    itinerary: &Itinerary<'a>,
) -> Result<(Judgement, Outlook), Missing> {
    let (fresh, office, now) = (&basis.fresh, basis.office, basis.now);
    let road = basis.straight(rig, itinerary);
    let case = basis.case(rig, movement, itinerary, road.as_ref());
    let stands = usize::from(itinerary.calls().next().is_some_and(|call| call.arrived_at.is_some()));
    let told: Option<Vec<Timestamp>> =
        itinerary.calls().skip(stands).map(|call| call.stop.legal_eta_at).collect();
    let stored = basis.fleet.judgements.get(&movement.key());
    let holds = standing(movement, basis.fleet, fresh, now).has_times();
    let (Some(told), Some(stored), true) = (told, stored, holds) else {
        let outlook = outlook(&case, fresh, office, now)?;
        return Ok((judge(&case, fresh, office, now), outlook));
    };
    let sources: Vec<_> = itinerary.calls().skip(stands).map(|call| call.stop.eta_source).collect();
    let source = sources.first().copied().flatten().unwrap_or(EtaSource::Estimate);
    // What the points are makes no difference to a plan, only how many there are.
    let from = Point { latitude: 0.0, longitude: 0.0 };
    let (to, nothing) = (vec![from; told.len()], vec![0; told.len()]);
    let road = Road {
        left_s: &nothing,
        from,
        to: &to,
        source,
        told: sources.iter().take_while(|one| **one == Some(source)).count(),
        asked_at: stored.computed_at,
    };
    let left_s = told_road(&Case { road: Some(road), ..case }, &told, fresh, office, now)?;
    let case = Case { road: Some(Road { left_s: &left_s, ..road }), ..case };
    Ok((Judgement::clone(stored), outlook(&case, fresh, office, now)?))
}

/// The legal arrivals between which the truth lies, where the clocks of a driver at work are too old.
fn bounds<'a>(
    basis: &Basis<'a>,
    rig: &Rig<'a>,
    movement: &Movement,
    itinerary: &Itinerary<'a>,
) -> Option<(Timestamp, Timestamp)> {
    let road = basis.straight(rig, itinerary);
    let case = basis.case(rig, movement, itinerary, road.as_ref());
    legal_between(&case, &basis.fresh, basis.office, basis.now)
}
