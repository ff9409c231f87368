//! Trucks held at a stop beyond its free time, and those that soon will be. The clock starts when the
//! truck is there and the appointment has come, whichever is later.

use std::time::Duration;

use super::Alert;
use super::condition::{Condition, Hold, touched_by};
use super::settle::Absence;
use super::sight::{Call, Load, Sight, closes_at, opens_at};
use crate::model::{Exception, ExceptionKind, Fact, Keyed, Severity, Sighting, Subject, SubjectKind};
use crate::rules::{sanity, trip};

/// What a customer has before waiting costs money: the usual two hours, until rates per customer are known.
pub const FREE_TIME: Duration = Duration::from_hours(2);
/// Somebody is told this long before that ends.
const WARNING: Duration = Duration::from_mins(15);
/// A truck this far from a stop is not there.
const ELSEWHERE_MI: f64 = 5.0;

pub(super) struct Detention;

impl Alert for Detention {
    fn topic(&self) -> &'static str {
        ExceptionKind::Detention.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        found.extend(sight.loads.iter().filter_map(|load| held(sight, load)));
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        let left = |call: &Call<'_>| call.is_told_made() || call.stay.is_some_and(|stay| !stay.is_open());
        match sight.over(row) {
            Some(over) => over,
            None if sight.call(row).is_some_and(left) => Absence::Eased("left the stop".into()),
            None => Absence::Eased("it is not held there, as things look now".into()),
        }
    }
}

/// The stop a load's truck is at, where that is or soon will be beyond its free time.
fn held(sight: &Sight<'_>, load: &Load<'_>) -> Option<Condition> {
    // Where it came last is where it is: an earlier stop was left, whether or not anybody saw that.
    let arrivals = load.calls.iter().filter_map(|call| Some((call, call.arrived_at(sight.now)?)));
    let (call, arrived_at) =
        arrivals.max_by_key(|(call, arrived_at)| (*arrived_at, call.stop.tms.sequence))?;
    if !is_there(sight, load, call) {
        return None;
    }
    let stop = call.stop;
    let counts_from = opens_at(stop).map_or(arrived_at, |opens| opens.max(arrived_at));
    let free_until = counts_from.plus(FREE_TIME);
    if sight.now < free_until.minus(WARNING) {
        return None;
    }
    let place = trip::place(stop);
    let (severity, until, summary) = if sight.now < free_until {
        (Severity::Low, Some(free_until), format!("Free time at {place} is about to end"))
    } else {
        (Severity::Medium, None, format!("Held at {place} beyond its free time"))
    };
    let subject = Subject::of_company(SubjectKind::Stop, &stop.key());
    let condition = Condition::new(ExceptionKind::Detention, severity, subject, summary)
        .touching(touched_by(load.movement, Some(&stop.tms.id)))
        .held(hold(sight, load, call))
        .since(Some(counts_from))
        .until(until)
        .text("place", place)
        .text("arrival_by", call.stay.map_or("tms", |_| "positions"))
        .at("arrived_at", Some(arrived_at))
        .at("scheduled_early_at", opens_at(stop))
        .at("free_until_at", Some(free_until))
        .with("free_s", i64::try_from(FREE_TIME.as_secs()).ok().map(Fact::Seconds));
    let condition = match call.stay {
        Some(stay) => condition.text("confidence", stay.observed.confidence.word()),
        None => condition,
    };
    let came_late = closes_at(stop).is_some_and(|closes| arrived_at > closes);
    Some(if came_late {
        condition.text("note", "came after the window: may not be billable")
    } else {
        condition
    })
}

/// Whether the truck is still at a stop it came to. Its own positions go before the TMS's word, as long
/// as they come.
fn is_there(sight: &Sight<'_>, load: &Load<'_>, call: &Call<'_>) -> bool {
    match call.stay {
        Some(stay) if !stay.is_open() => false,
        Some(_) if call.is_told_made() => knows_where(sight, load),
        Some(_) => true,
        None => !call.is_told_made() && !is_elsewhere(sight, load, call),
    }
}

/// A truck that is not heard may have left, and so may one of which only a silent TMS tells: nothing new
/// is said of them.
fn hold(sight: &Sight<'_>, load: &Load<'_>, call: &Call<'_>) -> Hold {
    let is_seen = load.movement.tractor_id.is_none() || knows_where(sight, load);
    let is_told = call.stay.is_some() || !sight.is_freight_silent();
    if is_seen && is_told { Hold::Holds } else { Hold::Lingers }
}

fn knows_where(sight: &Sight<'_>, load: &Load<'_>) -> bool {
    load.tractor.is_some_and(|truck| sight.fresh.knows_where(truck, sight.now))
}

/// Whether the truck is known to be somewhere else, whatever the TMS says.
fn is_elsewhere(sight: &Sight<'_>, load: &Load<'_>, call: &Call<'_>) -> bool {
    let Some(truck) = load.tractor.filter(|_| knows_where(sight, load)) else { return false };
    let sighting = |place: Option<(f64, f64)>| {
        let (latitude, longitude) = place?;
        Some(Sighting { latitude, longitude, observed_at: sight.now })
    };
    let truck = sighting(truck.latitude.zip(truck.longitude));
    let place = sight.fleet.places.sure_of(call.stop);
    let stop = sighting(place.map(|place| (place.latitude, place.longitude)));
    truck.zip(stop).is_some_and(|(truck, stop)| sanity::miles(truck, stop) > ELSEWHERE_MI)
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{MovementStatus, StopType};

    /// A stop whose window is from `opens` to two hours later, with the truck there since `arrived`.
    fn yard(opens: i64, arrived: i64) -> Yard {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "p", StopType::Pickup, opens, opens + 120);
        yard.stay("p", arrived, None);
        yard
    }

    fn found(yard: &Yard) -> Option<(Severity, i64, Option<i64>)> {
        let from_now = |at: crate::model::Timestamp| at.secs_since(minutes(0)) / 60;
        let found = yard.find(&Detention);
        let one = found.first()?;
        Some((one.severity, from_now(one.since_at?), one.deadline_at.map(from_now)))
    }

    #[test]
    fn the_clock_counts_from_the_later_of_arrival_and_appointment() {
        // Early by an hour: the appointment starts it.
        assert_eq!(found(&yard(-104, -164)), None);
        assert_eq!(found(&yard(-105, -165)), Some((Severity::Low, -105, Some(15))));
        assert_eq!(found(&yard(-119, -180)), Some((Severity::Low, -119, Some(1))));
        assert_eq!(found(&yard(-120, -180)), Some((Severity::Medium, -120, None)));
        // Within the window: the arrival does.
        assert_eq!(found(&yard(-180, -104)), None);
        assert_eq!(found(&yard(-180, -120)), Some((Severity::Medium, -120, None)));
        // Before the appointment nothing counts, however long it stands.
        assert_eq!(found(&yard(30, -600)), None);
    }

    #[test]
    fn without_positions_the_tms_tells_and_the_positions_go_first() {
        let mut yard = yard(-300, -130);
        yard.change_stop("p", |stop| stop.tms.actual_arrival_at = Some(minutes(-200)));
        assert_eq!(found(&yard), Some((Severity::Medium, -130, None)));
        yard.unseen("p");
        assert_eq!(found(&yard), Some((Severity::Medium, -200, None)));
        // Twenty miles away it is not held there, whatever is typed.
        let place = |mi: f64| (Some(35.0 + mi / 69.09), Some(-101.0));
        yard.change_stop("p", |stop| (stop.tms.latitude, stop.tms.longitude) = place(0.0));
        yard.change_tractor("1", |truck| (truck.latitude, truck.longitude) = place(20.0));
        assert_eq!(found(&yard), None);
        yard.change_tractor("1", |truck| (truck.latitude, truck.longitude) = place(1.0));
        assert!(found(&yard).is_some());
        yard.change_stop("p", |stop| stop.tms.actual_arrival_at = Some(minutes(5)));
        assert_eq!(found(&yard), None);
    }

    #[test]
    fn it_ends_when_the_truck_was_seen_to_leave_or_came_elsewhere() {
        let mut yard = yard(-300, -130);
        let row = yard.raised(&Detention);
        yard.stay("p", -130, Some(-1));
        assert_eq!(found(&yard), None);
        assert_eq!(yard.absence(&Detention, &row), Absence::Eased("left the stop".into()));
        yard.stay("p", -130, None);
        yard.stop("1", "q", StopType::Delivery, 600, 700);
        yard.stay("q", -2, None);
        assert_eq!(found(&yard), None);
    }

    #[test]
    fn the_tms_saying_departed_ends_it_only_where_the_truck_is_not_seen_there() {
        let mut yard = yard(-300, -130);
        yard.change_stop("p", |stop| stop.tms.actual_departure_at = Some(minutes(-60)));
        assert!(found(&yard).is_some());
        yard.silence("samsara");
        assert_eq!(found(&yard), None);
    }

    #[test]
    fn of_a_truck_that_is_not_heard_nothing_new_is_said() {
        let mut yard = yard(-300, -130);
        yard.silence("samsara");
        assert_eq!(yard.find(&Detention).first().map(|one| one.hold), Some(Hold::Lingers));
    }
}
