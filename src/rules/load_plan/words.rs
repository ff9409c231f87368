//! What is said of a load's plan beside its times: the same words at every door.

use super::{LoadPlan, NoPlan};
use crate::model::{EtaSource, Reason, clean};
use crate::rules::age;
use crate::rules::basis::Basis;
use crate::rules::hours::Limit;

/// What is to be known of it, each a sentence that begins with a code.
pub fn notes(plan: &LoadPlan<'_>) -> Vec<String> {
    let Some(outlook) = &plan.outlook else {
        return vec!["arrived: the truck is at its last stop".to_owned()];
    };
    let of_plan = outlook.notes.iter().cloned().chain(outlook.legal.notes.iter().map(ToString::to_string));
    let of_plan: Vec<String> = of_plan.collect();
    let code = |note: &str| note.split(':').next().unwrap_or_default().to_owned();
    // What was judged a while ago is said again by the plan itself, as of now.
    let is_said_again = |note: &String| of_plan.iter().any(|other| code(other) == code(note));
    let of_judgement = plan.judgement.notes.iter().filter(|note| !is_said_again(note)).cloned();
    of_judgement.chain(of_plan.iter().cloned()).collect()
}

/// What was taken for granted.
pub fn assumptions(basis: &Basis<'_>, plan: &LoadPlan<'_>) -> Vec<String> {
    let office = basis.office;
    let mut assumed = vec![format!("{} of work at each stop", age::words(office.dwell))];
    match plan.outlook.as_ref().map(|outlook| outlook.source) {
        Some(EtaSource::Estimate) => {
            assumed.push("the road is the straight line x 1.2 at 50 mph".to_owned());
        }
        Some(source) => assumed.push(format!(
            "the road is {}'s; a truck takes {} times as long as a car",
            source.word(),
            thousandths(office.truck_per_mille)
        )),
        None => {}
    }
    if plan.driver.ruleset.is_none() {
        assumed.push(format!("{}, since the ELD does not say", office.cycle.word()));
    }
    if plan.driver.timezone.is_none() {
        assumed.push("the driver's days begin by the office's clock, since the ELD does not say".to_owned());
    }
    assumed
}

fn thousandths(per_mille: i64) -> String {
    let text = format!("{}.{:03}", per_mille / 1000, per_mille % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A limit, as people call it.
pub const fn limit_words(limit: Limit) -> &'static str {
    match limit {
        Limit::Drive => "11 hours of driving",
        Limit::Window => "the 14-hour window",
        Limit::Break => "the 30-minute break",
        Limit::Cycle => "the cycle",
        Limit::Appointment => "an appointment",
    }
}

/// Why there is no plan, in a code and in words of at most `longest` characters: the note's own where there is one, else the
/// reason's.
pub fn why_not(none: &NoPlan, longest: usize) -> (String, String) {
    if let Some((code, message)) = none.missing.note.as_deref().and_then(|note| note.split_once(": ")) {
        return (code.to_owned(), clean(message, longest));
    }
    let (code, message) = match none.missing.reason {
        Some(Reason::NoDriver) => ("no_driver", "nobody is to drive it, or nothing to drive it with"),
        Some(Reason::StaleGps) => ("stale_gps", "where the truck is is not known, or not any more"),
        Some(Reason::StaleHos) => ("stale_hos", "the driver's hours are not known, or not any more"),
        _ => ("unknown", "no time can be told"),
    };
    (code.to_owned(), message.to_owned())
}
