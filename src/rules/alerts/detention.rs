//! Trucks held at a stop beyond its free time, and those that soon will be. Who is held, and from when
//! that counts, [`crate::rules::detention`] says.

use std::time::Duration;

use super::Alert;
use super::condition::{Condition, Hold, touched_by};
use super::settle::Absence;
use super::sight::{Call, Load, Sight};
use crate::model::{Exception, ExceptionKind, Fact, Keyed, Severity, Subject, SubjectKind};
use crate::rules::detention::{self, FREE_TIME, Free};
use crate::rules::trip;

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
        let was_seen_to_leave = |call: &Call<'_>| call.stay.is_some_and(|stay| !stay.is_open());
        let call = sight.call(row);
        match sight.over(row) {
            Some(over) => over,
            None if call.is_some_and(was_seen_to_leave) => Absence::Eased("left the stop".into()),
            None if call.is_some_and(Call::is_told_made) => {
                Absence::Eased("the TMS has the stop made".into())
            }
            None => Absence::Eased("it is not held there, as things look now".into()),
        }
    }
}

/// Who told of its arrival.
fn told_by(held: &detention::Held<'_>) -> String {
    if held.evidence == detention::Evidence::Observed { "positions".to_owned() } else { held.by() }
}

/// The stop a load's truck is at, where that is or soon will be beyond its free time.
fn held(sight: &Sight<'_>, load: &Load<'_>) -> Option<Condition> {
    let held = detention::of_load(sight.fleet, sight.fresh, load.movement, sight.now)?;
    let (stop, free_until) = (held.stop, held.free_until_at);
    let place = trip::place(stop);
    let (severity, until, summary) = match held.free(sight.now) {
        Free::Left(_) if sight.now < free_until.minus(WARNING) => return None,
        Free::Left(_) => (Severity::Low, Some(free_until), format!("Free time at {place} is about to end")),
        Free::Over(_) => (Severity::Medium, None, format!("Held at {place} beyond its free time")),
        Free::Unknown => {
            let summary =
                format!("Free time at {place} ended while nobody could tell whether the truck was there");
            (Severity::Low, None, summary)
        }
    };
    let subject = Subject::of_company(SubjectKind::Stop, &stop.key());
    let condition = Condition::new(ExceptionKind::Detention, severity, subject, summary)
        .touching(touched_by(load.movement, Some(&stop.tms.id)))
        // Where all of what told that it is there is silent, it may have left: nothing new is said of it.
        .held(if held.comes { Hold::Holds } else { Hold::Lingers })
        .since(Some(held.since_at))
        .until(until)
        .text("place", place)
        .text("truck", held.seen_word())
        .text("arrival_by", told_by(&held))
        .at("arrived_at", Some(held.arrived_at))
        .at("scheduled_early_at", stop.opens_at())
        .at("free_until_at", Some(free_until))
        .with("free_s", i64::try_from(FREE_TIME.as_secs()).ok().map(Fact::Seconds));
    let condition = match held.stay {
        Some(stay) => condition.text("confidence", stay.observed.confidence.word()),
        None => condition,
    };
    let came_late = stop.closes_at().is_some_and(|closes| held.arrived_at > closes);
    Some(if came_late {
        condition.text("note", "came after the window: may not be billable")
    } else {
        condition
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{DutyStatus, MovementStatus, StopType};

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
    fn who_was_let_go_is_not_held_wherever_he_stands_and_rests() {
        let mut yard = yard(-300, -130);
        let tell = |yard: &mut Yard, departed: i64| {
            yard.change_stop("p", |stop| stop.tms.actual_departure_at = Some(minutes(departed)));
        };
        // What is told of the future is no departure, nor one from before it was seen to come.
        for departed in [5, -131] {
            tell(&mut yard, departed);
            assert_eq!(found(&yard), Some((Severity::Medium, -130, None)), "{departed}");
        }
        let row = yard.raised(&Detention);
        tell(&mut yard, -60);
        assert_eq!(found(&yard), None, "on duty the two disagree, which is said elsewhere");
        yard.change_driver("1", |driver| driver.hos_status = DutyStatus::Sleeper);
        assert_eq!(found(&yard), None);
        assert_eq!(yard.absence(&Detention, &row), Absence::Eased("the TMS has the stop made".into()));
    }

    #[test]
    fn a_stop_that_is_made_since_nobody_says_when_holds_who_is_seen_there_at_work() {
        let mut yard = yard(-300, -130);
        yard.change_stop("p", |stop| stop.tms.done = true);
        assert!(found(&yard).is_some());
        yard.change_driver("1", |driver| driver.hos_status = DutyStatus::OffDuty);
        assert_eq!(found(&yard), None);
        // That no logs come raises nothing: his last word stands.
        yard.change_driver("1", |driver| driver.hos_as_of_at = Some(minutes(-61)));
        assert_eq!(found(&yard), None);
        yard.change_driver("1", |driver| driver.hos_status = DutyStatus::OnDuty);
        assert!(found(&yard).is_some());
        yard.silence("samsara");
        assert_eq!(found(&yard), None);
    }

    #[test]
    fn who_rests_at_a_dock_that_did_not_let_him_go_is_held() {
        let mut yard = yard(-300, -130);
        yard.change_driver("1", |driver| driver.hos_status = DutyStatus::Sleeper);
        assert_eq!(found(&yard), Some((Severity::Medium, -130, None)));
    }

    #[test]
    fn a_truck_seen_miles_away_is_not_held_though_its_stay_is_open() {
        let mut yard = yard(-300, -130);
        let place = |mi: f64| (Some(35.0 + mi / 69.09), Some(-101.0));
        yard.change_stop("p", |stop| (stop.tms.latitude, stop.tms.longitude) = place(0.0));
        yard.change_tractor("1", |truck| (truck.latitude, truck.longitude) = place(4.0));
        assert!(found(&yard).is_some());
        yard.change_tractor("1", |truck| (truck.latitude, truck.longitude) = place(6.0));
        assert_eq!(found(&yard), None);
    }

    #[test]
    fn a_stop_to_be_made_by_a_time_counts_from_the_arrival() {
        let mut yard = yard(0, -130);
        yard.change_stop("p", |stop| {
            (stop.tms.scheduled_early_at, stop.tms.scheduled_late_at) = (None, Some(minutes(60)));
        });
        assert_eq!(found(&yard), Some((Severity::Medium, -130, None)));
    }

    #[test]
    fn what_the_tms_types_of_a_stop_far_away_does_not_end_it() {
        let mut yard = yard(-300, -130);
        let place = |mi: f64| (Some(35.0 + mi / 69.09), Some(-101.0));
        yard.change_stop("p", |stop| (stop.tms.latitude, stop.tms.longitude) = place(0.0));
        yard.change_tractor("1", |truck| (truck.latitude, truck.longitude) = place(0.0));
        yard.stop("1", "q", StopType::Delivery, 600, 700);
        yard.change_stop("q", |stop| {
            (stop.tms.latitude, stop.tms.longitude) = place(60.0);
            stop.tms.actual_arrival_at = Some(minutes(-10));
        });
        assert_eq!(found(&yard), Some((Severity::Medium, -130, None)));
    }

    #[test]
    fn what_was_only_warned_of_is_not_said_to_be_held_once_nobody_can_tell() {
        let mut yard = yard(-300, -110);
        let warning = yard.raised(&Detention);
        yard.silence("samsara");
        yard.stay("p", -130, None);
        let said = |yard: &Yard| {
            let found = yard.find(&Detention);
            found.first().map(|one| (one.severity, one.hold, one.summary.clone()))
        };
        yard.queue(warning.clone());
        let unknown = "Free time at Memphis TN ended while nobody could tell whether the truck was there";
        assert_eq!(said(&yard), Some((Severity::Low, Hold::Lingers, unknown.into())));
        yard.queue(Exception { severity: Severity::Medium, ..warning });
        let held = "Held at Memphis TN beyond its free time";
        assert_eq!(said(&yard), Some((Severity::Medium, Hold::Lingers, held.into())));
    }

    #[test]
    fn a_truck_that_is_not_heard_is_held_and_said_not_to_be_seen() {
        let mut yard = yard(-300, -130);
        let said = |yard: &Yard| {
            yard.find(&Detention).first().map(|one| (one.hold, one.facts.get("truck").cloned()))
        };
        // Where that stop is nobody knows for sure.
        let not_seen = |hold| Some((hold, Some(Fact::Text("not known if there".into()))));
        // It is dark by itself.
        yard.change_tractor("1", |truck| truck.observed_at = Some(minutes(-200)));
        assert_eq!(said(&yard), not_seen(Hold::Holds));
        // Its whole account is silent: that raises nothing.
        yard.silence("samsara");
        assert_eq!(said(&yard), not_seen(Hold::Lingers));
        // Where only the TMS told that it is there, and tells no more, nothing new is said.
        yard.change_stop("p", |stop| stop.tms.actual_arrival_at = Some(minutes(-200)));
        yard.unseen("p");
        assert_eq!(said(&yard).map(|(hold, _)| hold), Some(Hold::Holds));
        yard.silence("mcleod");
        assert_eq!(said(&yard).map(|(hold, _)| hold), Some(Hold::Lingers));
    }
}
