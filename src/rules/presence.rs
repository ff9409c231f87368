//! Whether a truck is near a stop of its load, by where it was heard last, and when it came there. How fresh the one is the
//! caller judges; what the other rests on is judged in [`super::stay`].

use super::stay::RADIUS_MI;
use crate::model::{Fleet, Keyed, Movement, MovementKey, Point, Stay, Stop, Timestamp};

/// A truck further than this from a stop is not there, though nobody told that it left: five miles, as
/// McLeod's own detention module has it.
const GONE_MI: f64 = 5.0;

/// Whether the truck of `movement` is near `stop`; `None` where nobody knows the place of either.
pub fn is_near(fleet: &Fleet, movement: &Movement, stop: &Stop) -> Option<bool> {
    Some(miles_from(fleet, movement, stop)? <= GONE_MI)
}

/// Whether it was heard last within the circle of the stop.
pub fn is_at(fleet: &Fleet, movement: &Movement, stop: &Stop) -> bool {
    miles_from(fleet, movement, stop).is_some_and(|miles| miles <= RADIUS_MI)
}

fn miles_from(fleet: &Fleet, movement: &Movement, stop: &Stop) -> Option<f64> {
    let tractor = fleet.tractors.get(movement.tractor_id.as_ref()?)?;
    let truck = Point::new(tractor.latitude?, tractor.longitude?)?;
    Some(truck.miles_to(fleet.places.sure_of(stop)?))
}

/// An arrival, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came<'a> {
    /// When.
    pub at: Timestamp,
    /// Whether the truck's own positions show it; else the TMS says so.
    pub is_seen: bool,
    /// The load that this was told or seen for, where that is another that the truck stands at the same place for.
    pub other_load: Option<&'a str>,
}

/// When the truck of `movement` came to `stop`, as it was seen in `stay` or as the TMS has `told` it; `None` where nobody
/// says that it came.
///
/// A truck that stands at one place for several loads that it has to do came there once: whoever has it come to one of
/// them while it stood there for another has told when the work began.
pub fn came<'a>(
    fleet: &'a Fleet,
    movement: &Movement,
    stop: &Stop,
    stay: Option<&Stay>,
    told: Option<Timestamp>,
) -> Option<Came<'a>> {
    let by_tms = told.map(|at| Came { at, is_seen: false, other_load: None });
    let own = stay.map(|stay| arrival(stay, told)).or(by_tms)?;
    // All other stays were looked at when this one was judged.
    let may_share = stay.is_none_or(|stay| stay.observed.evidence.shared);
    let truck = movement.tractor_id.as_ref().filter(|_| may_share);
    let Some((truck, place)) = truck.zip(fleet.places.sure_of(stop)) else { return Some(own) };
    let elsewhere_at = stay.and_then(|stay| stay.observed.arrived_after_at);
    let visits = fleet.stays_of(truck).iter().filter_map(|other| {
        let came = while_there(fleet, other, place, own.at)?;
        let other_load = Some(other.movement_id.as_str()).filter(|_| other.key() != stop.key());
        let is_of_this = elsewhere_at.is_none_or(|elsewhere_at| came.at >= elsewhere_at);
        is_of_this.then_some(Came { other_load, ..came })
    });
    // What is said of this stop itself goes before the same said of another.
    visits.chain([own]).min_by_key(|came| (came.at, !came.is_seen, came.other_load.is_some()))
}

/// The arrival of another stay at `place`, of a load that is not over, where the truck stood there at `at` for all that
/// anybody tells: neither seen nor told to have left.
fn while_there<'a>(fleet: &Fleet, other: &Stay, place: Point, at: Timestamp) -> Option<Came<'a>> {
    let key = MovementKey { company_id: other.company_id.clone(), id: other.movement_id.clone() };
    let is_open = fleet.movements.get(&key).is_some_and(|load| load.tms.status.is_open());
    let its = fleet.stops.get(&other.key()).filter(|_| is_open)?;
    let is_here = fleet.places.sure_of(its)?.miles_to(place) <= RADIUS_MI;
    let came = arrival(other, its.tms.actual_arrival_at);
    let left = [other.observed.departed_at, its.tms.actual_departure_at].into_iter().flatten().min();
    (is_here && came.at <= at && left.is_none_or(|left| at <= left)).then_some(came)
}

fn arrival<'a>(stay: &Stay, told: Option<Timestamp>) -> Came<'a> {
    let at = stay.arrived_at(told);
    Came { at, is_seen: at == stay.observed.arrived_at, other_load: None }
}
