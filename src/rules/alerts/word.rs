//! Stops of which the TMS says one thing and the truck did another. What they disagree in is found where
//! stays are judged (`rules::stay`); here it is made known.

use std::time::Duration;

use super::Alert;
use super::condition::{Condition, touched_by};
use super::settle::Absence;
use super::sight::{Call, Load, Sight};
use crate::model::{Exception, ExceptionKind, Fact, Keyed, Severity, Sighting, Subject, SubjectKind};
use crate::rules::stay::{Disagreement, disagreement};
use crate::rules::{age, trip};

pub(super) struct Word;

impl Alert for Word {
    fn topic(&self) -> &'static str {
        ExceptionKind::TmsDisagrees.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        // What the TMS does not tell any more it may have put right.
        if sight.is_freight_silent() {
            return;
        }
        for load in &sight.loads {
            let truck = whereabouts(sight, load);
            for call in &load.calls {
                let place = sight.fleet.places.sure_of(call.stop);
                let differs = disagreement(&call.stop.tms, place, call.stay, truck, sight.now);
                let differs = differs.filter(|differs| !rests_on(sight, load, *differs));
                found.extend(differs.map(|differs| about(load, call, differs)));
            }
        }
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        match sight.over(row) {
            Some(over) => over,
            None if sight.is_freight_silent() => Absence::Unknown,
            None => Absence::Eased("the TMS and the truck agree".into()),
        }
    }
}

/// Paperwork takes this long before a driver whom a dock let go goes off duty there.
const SETTLES_WITHIN: Duration = Duration::from_mins(30);

/// Whether the truck is still there because its driver, let go, has rested since: then both words are true. Where no logs
/// come, his last word stands: that they do not come is news of another kind.
fn rests_on(sight: &Sight<'_>, load: &Load<'_>, differs: Disagreement) -> bool {
    let Disagreement::StillThere { departed_at } = differs else { return false };
    let driver = load.movement.driver_id.as_ref().and_then(|id| sight.fleet.drivers.get(id));
    let rests = driver.filter(|driver| driver.hos_status.is_rest());
    let since_at = rests.and_then(|driver| driver.hos_rest_since_at.or(driver.hos_status_since_at));
    since_at.is_some_and(|since_at| since_at <= departed_at.plus(SETTLES_WITHIN))
}

/// Where the load's truck was seen last, while its account is heard.
fn whereabouts(sight: &Sight<'_>, load: &Load<'_>) -> Option<Sighting> {
    let truck = load.tractor.filter(|truck| sight.fresh.knows_where(truck, sight.now))?;
    Sighting::of(truck.latitude, truck.longitude, truck.observed_at)
}

fn about(load: &Load<'_>, call: &Call<'_>, differs: Disagreement) -> Condition {
    let place = trip::place(call.stop);
    let told = &call.stop.tms;
    let apart = |seconds: i64, what: &str| {
        let by = age::words(std::time::Duration::from_secs(seconds.unsigned_abs()));
        let way = if seconds < 0 { "before" } else { "after" };
        format!("the TMS has the {what} {by} {way} the truck was seen to")
    };
    let (words, since) = match differs {
        Disagreement::Elsewhere { .. } => {
            ("the TMS has the truck here, it is elsewhere".to_owned(), told.actual_arrival_at)
        }
        Disagreement::NotMarkedArrived { since_at } => {
            ("the truck is here, the TMS has it under way".to_owned(), Some(since_at))
        }
        Disagreement::NotMarkedDeparted { since_at } => {
            ("the truck has left, the TMS does not say so".to_owned(), Some(since_at))
        }
        Disagreement::StillThere { departed_at } => {
            ("the TMS has the truck gone, it is still here".to_owned(), Some(departed_at))
        }
        Disagreement::ArrivalsApart { seconds } => (apart(seconds, "arrival"), told.actual_arrival_at),
        Disagreement::DeparturesApart { seconds } => (apart(seconds, "departure"), told.actual_departure_at),
    };
    let miles = match differs {
        // To the mile: a truck that drives on is no news at every fix.
        Disagreement::Elsewhere { miles } => Some(Fact::Number(miles.round())),
        _ => None,
    };
    let subject = Subject::of_company(SubjectKind::Stop, &call.stop.key());
    let summary = format!("{place}: {words}");
    let seen = call.stay.map(|stay| &stay.observed);
    Condition::new(ExceptionKind::TmsDisagrees, Severity::Low, subject, summary)
        .touching(touched_by(load.movement, Some(&told.id)))
        .since(since)
        .text("place", place)
        .text("differs", in_short(differs))
        .with("miles", miles)
        .at("tms_arrival_at", told.actual_arrival_at)
        .at("tms_departure_at", told.actual_departure_at)
        .at("seen_arrival_at", seen.map(|seen| seen.arrived_at))
        .at("seen_departure_at", seen.and_then(|seen| seen.departed_at))
}

/// The same for a line of the board.
fn in_short(differs: Disagreement) -> String {
    let apart = |what: &str, seconds: i64| {
        format!("{what} {} apart", age::words(Duration::from_secs(seconds.unsigned_abs())))
    };
    match differs {
        Disagreement::Elsewhere { .. } => "has it here, it is not".to_owned(),
        Disagreement::NotMarkedArrived { .. } => "lacks the arrival".to_owned(),
        Disagreement::NotMarkedDeparted { .. } => "lacks the departure".to_owned(),
        Disagreement::StillThere { .. } => "has it gone, it is here".to_owned(),
        Disagreement::ArrivalsApart { seconds } => apart("arrival", seconds),
        Disagreement::DeparturesApart { seconds } => apart("departure", seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{DutyStatus, MovementStatus, StopType};

    #[test]
    fn what_the_tms_and_the_truck_disagree_in_is_made_known_and_ends_when_they_agree() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "q", StopType::Delivery, -60, 60);
        yard.stay("q", -47, None);
        let row = yard.raised(&Word);
        assert_eq!(row.summary, "Memphis TN: the truck is here, the TMS has it under way");
        assert_eq!((row.id.as_str(), row.severity), ("word:TMS:q", Severity::Low));
        assert_eq!(row.since_at, minutes(-47));
        yard.silence("mcleod");
        assert_eq!(yard.find(&Word), []);
        assert_eq!(yard.absence(&Word, &row), Absence::Unknown);
        yard.hear("mcleod");
        yard.change_stop("q", |stop| stop.tms.actual_arrival_at = Some(minutes(-40)));
        assert_eq!(yard.find(&Word), []);
        assert_eq!(yard.absence(&Word, &row), Absence::Eased("the TMS and the truck agree".into()));
    }

    #[test]
    fn a_truck_that_was_let_go_is_still_there_by_right_while_its_driver_rests() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "q", StopType::Delivery, -300, -180);
        yard.stay("q", -250, None);
        let place = (Some(35.19), Some(-101.85));
        yard.change_stop("q", |stop| {
            (stop.tms.latitude, stop.tms.longitude) = place;
            stop.tms.actual_arrival_at = Some(minutes(-250));
            stop.tms.actual_departure_at = Some(minutes(-100));
        });
        let said = |yard: &Yard| yard.find(&Word).first().map(|one| one.summary.clone());
        let still_there = Some("Memphis TN: the TMS has the truck gone, it is still here".to_owned());
        assert_eq!(said(&yard), still_there);
        let rest = |yard: &mut Yard, since: Option<i64>| {
            yard.change_driver("1", |driver| {
                driver.hos_status = DutyStatus::Sleeper;
                driver.hos_rest_since_at = since.map(minutes);
            });
            said(yard)
        };
        assert_eq!(rest(&mut yard, Some(-400)), None);
        assert_eq!(rest(&mut yard, Some(-70)), None);
        yard.change_driver("1", |driver| driver.hos_as_of_at = Some(minutes(-61)));
        assert_eq!(said(&yard), None, "that no logs come raises nothing");
        // He was on duty there for longer than papers take; or nobody knows.
        assert_eq!(rest(&mut yard, Some(-69)), still_there);
        assert_eq!(rest(&mut yard, None), still_there);
    }

    #[test]
    fn times_that_lie_apart_are_told_by_how_much() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "q", StopType::Delivery, -60, 60);
        yard.stay("q", -120, None);
        yard.change_stop("q", |stop| stop.tms.actual_arrival_at = Some(minutes(-80)));
        let found = yard.find(&Word);
        assert_eq!(found[0].summary, "Memphis TN: the TMS has the arrival 40m after the truck was seen to");
    }
}
