//! Trucks held at a stop beyond its free time, and those that soon will be. The clock starts when the
//! truck is there and the appointment has come, whichever is later.

use std::sync::Arc;
use std::time::Duration;

use super::Alert;
use super::condition::{Condition, Hold, touched_by};
use super::settle::Absence;
use super::sight::{Load, Sight, closes_at, opens_at};
use crate::model::{Exception, ExceptionKind, Fact, Keyed, Severity, Stop, Subject, SubjectKind};
use crate::rules::trip;

/// What a customer has before waiting costs money: the usual two hours, until rates per customer are known.
pub const FREE_TIME: Duration = Duration::from_hours(2);
/// Somebody is told this long before that ends.
const WARNING: Duration = Duration::from_mins(15);

pub(super) struct Detention;

impl Alert for Detention {
    fn topic(&self) -> &'static str {
        ExceptionKind::Detention.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        found.extend(sight.loads.iter().filter_map(|load| held(sight, load)));
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        let left = sight.stop(row).is_some_and(|stop| sight.is_made(stop));
        match sight.over(row) {
            Some(over) => over,
            None if left => Absence::Eased("left the stop".into()),
            None => Absence::Eased("it is not held there, as things look now".into()),
        }
    }
}

/// The stop a load's truck is at, where that is or soon will be beyond its free time.
fn held(sight: &Sight<'_>, load: &Load<'_>) -> Option<Condition> {
    // Where it came last is where it is: an earlier stop was left, whether or not anybody saw that.
    let (stop, arrived_at) = load
        .stops
        .iter()
        .map(Arc::as_ref)
        .filter_map(|stop| Some((stop, sight.arrival(stop)?)))
        .max_by_key(|(stop, arrived_at)| (*arrived_at, stop.tms.sequence))?;
    if !is_there(sight, load, stop) {
        return None;
    }
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
    let observed = sight.visit(stop).is_some();
    let known = load.movement.tractor_id.is_none()
        || sight.tractor(load.movement).is_some_and(|tractor| sight.fresh.knows_where(tractor, sight.now));
    let told = observed || !sight.is_freight_silent();
    let came_late = closes_at(stop).is_some_and(|closes| arrived_at > closes);
    let condition = Condition::new(
        ExceptionKind::Detention,
        severity,
        Subject::of_company(SubjectKind::Stop, &stop.key()),
        summary,
    )
    .touching(touched_by(load.movement, Some(&stop.tms.id)))
    // A truck that is not heard may have left: nothing new is said of it.
    .held(if known && told { Hold::Holds } else { Hold::Lingers })
    .since(Some(counts_from))
    .until(until)
    .text("place", place)
    .text("arrival_by", if observed { "positions" } else { "tms" })
    .at("arrived_at", Some(arrived_at))
    .at("scheduled_early_at", opens_at(stop))
    .at("free_until_at", Some(free_until))
    .with("free_s", i64::try_from(FREE_TIME.as_secs()).ok().map(Fact::Seconds));
    Some(if came_late {
        condition.text("note", "came after the window: may not be billable")
    } else {
        condition
    })
}

/// Whether the truck is still at a stop it came to. Its own positions go before the TMS's word, as long
/// as they come.
fn is_there(sight: &Sight<'_>, load: &Load<'_>, stop: &Stop) -> bool {
    let told_left = stop.tms.done || stop.tms.actual_departure_at.is_some();
    match sight.visit(stop) {
        Some(visit) if visit.departed_at.is_some() => false,
        Some(_) if !told_left => true,
        Some(_) => {
            sight.tractor(load.movement).is_some_and(|truck| sight.fresh.knows_where(truck, sight.now))
        }
        None => !told_left,
    }
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
        yard.visit("p", arrived, None);
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
        yard.unvisit("p");
        assert_eq!(found(&yard), Some((Severity::Medium, -200, None)));
        yard.change_stop("p", |stop| stop.tms.actual_arrival_at = Some(minutes(5)));
        assert_eq!(found(&yard), None);
    }

    #[test]
    fn it_ends_when_the_truck_was_seen_to_leave_or_came_elsewhere() {
        let mut yard = yard(-300, -130);
        let row = yard.raised(&Detention);
        yard.visit("p", -130, Some(-1));
        assert_eq!(found(&yard), None);
        assert_eq!(yard.absence(&Detention, &row), Absence::Eased("left the stop".into()));
        yard.visit("p", -130, None);
        yard.stop("1", "q", StopType::Delivery, 600, 700);
        yard.visit("q", -2, None);
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
