//! Stops of which the TMS says one thing and the truck did another. What they disagree in is found where
//! stays are judged; here it is only made known.

use super::Alert;
use super::condition::{Condition, touched_by};
use super::settle::Absence;
use super::sight::Sight;
use crate::model::{Exception, ExceptionKind, MovementKey, Severity, Subject, SubjectKind};
use crate::rules::trip;

pub(super) struct Word;

impl Alert for Word {
    fn topic(&self) -> &'static str {
        ExceptionKind::TmsDisagrees.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        for (key, mismatch) in &sight.visits.mismatches {
            let Some(stop) = sight.fleet.stops.get(key) else { continue };
            let movement = stop.tms.movement_id.as_ref().and_then(|id| {
                let key = MovementKey { company_id: key.company_id.clone(), id: id.clone() };
                sight.fleet.movements.get(&key)
            });
            let Some(movement) = movement else { continue };
            let place = trip::place(stop);
            let subject = Subject::of_company(SubjectKind::Stop, key);
            let summary = format!("{place}: {}", mismatch.words);
            let condition = Condition::new(ExceptionKind::TmsDisagrees, Severity::Low, subject, summary)
                .touching(touched_by(movement, Some(&stop.tms.id)))
                .since(mismatch.since_at)
                .text("place", place);
            found.push(condition);
        }
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        match sight.over(row) {
            Some(Absence::Over(why)) if why != "delivered" => Absence::Over(why),
            _ => Absence::Eased("the TMS and the truck agree".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{MovementStatus, StopType};

    #[test]
    fn a_disagreement_is_made_known_also_of_a_load_that_is_delivered() {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::Delivered);
        yard.stop("1", "q", StopType::Delivery, -60, 60);
        yard.mismatch("q", "the TMS has it en route, the truck is in the yard");
        let row = yard.raised(&Word);
        assert_eq!(row.summary, "Memphis TN: the TMS has it en route, the truck is in the yard");
        assert_eq!((row.id.as_str(), row.severity), ("word:TMS:q", Severity::Low));
        yard.clear_mismatches();
        assert_eq!(yard.absence(&Word, &row), Absence::Eased("the TMS and the truck agree".into()));
    }
}
