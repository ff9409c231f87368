//! What is said of a load's plan beside its times: the same words at every door.

use jiff::tz::TimeZone;

use super::{LoadPlan, NoPlan};
use crate::model::{EtaSource, Reason, Timestamp, clean};
use crate::rules::age;
use crate::rules::basis::Basis;
use crate::rules::hours::Limit;
use crate::rules::{trip, zone};

/// What is to be known of it, each a sentence that begins with a code.
pub fn notes(plan: &LoadPlan<'_>) -> Vec<String> {
    let Some(outlook) = &plan.outlook else {
        return vec!["arrived: the truck is at its last stop".to_owned()];
    };
    let of_plan = outlook.notes.iter().cloned().chain(outlook.legal.notes.iter().map(ToString::to_string));
    let of_plan: Vec<String> = of_plan.collect();
    // What was judged a while ago is said again by the plan itself, as of now.
    let is_said_again = |note: &String| of_plan.iter().any(|other| code(other) == code(note));
    let of_judgement = plan.judgement.notes.iter().filter(|note| !is_said_again(note)).cloned();
    of_judgement.chain(of_plan.iter().cloned()).collect()
}

/// The code that programs know a note by, and what it says.
fn coded(note: &str) -> Option<(&str, &str)> {
    let is_code = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    note.split_once(": ").filter(|(code, _)| is_code(code))
}

/// What two notes of the same matter share.
fn code(note: &str) -> &str {
    coded(note).map_or(note, |(code, _)| code)
}

/// A note as it is said to people: without its code, and its instants by the clock of `zone`.
pub fn said(note: &str, zone: &TimeZone, now: Timestamp) -> String {
    let text = coded(note).map_or(note, |(_, text)| text);
    let word = |word: &str| {
        let instant = word.trim_end_matches([',', ';', '.']);
        let Some(at) = Timestamp::parse(instant) else { return word.to_owned() };
        let told = zone::time(at, zone, now).zip(zone::letters(at, zone));
        let told = told.map_or_else(|| instant.to_owned(), |(time, letters)| format!("{time} {letters}"));
        told + word.strip_prefix(instant).unwrap_or_default()
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
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

/// What the times of the plan and those of its stops have to do with each other, where the plan is at some of them later
/// than it could be; `None` where they are the same.
pub fn two_times(plan: &LoadPlan<'_>) -> Option<String> {
    let (last, _) = plan.stops.last().filter(|_| plan.leaves_later())?;
    Some(format!(
        "PLAN: when this plan is there; none is sooner at {}. LEGAL, LIKELY: the soonest at each stop by itself, leaving \
         now.",
        trip::place(last)
    ))
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
    if let Some((code, message)) = none.missing.note.as_deref().and_then(coded) {
        return (code.to_owned(), clean(message, longest));
    }
    let (code, message) = match none.missing.reason {
        Some(Reason::NoDriver) => ("no_driver", "nobody is to drive it, or nothing to drive it with"),
        Some(Reason::StaleGps) => {
            ("stale_gps", "where the truck is now is not known: it is silent, or its account is not read")
        }
        Some(Reason::StaleHos) => {
            ("stale_hos", "the driver's hours are not known now: none came, or his account is not read")
        }
        _ => ("unknown", "no time can be told"),
    };
    (code.to_owned(), message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_without_its_code_and_by_the_office_s_clock() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let now = Timestamp::parse("2026-11-29T00:36:00Z").unwrap();
        let check = |note: &str, expected: &str| assert_eq!(said(note, &zone, now), expected);
        check(
            "appointment_missed: appointment 1 cannot be met by 2026-11-29T04:15:00Z; the earliest legal time is 2026-11-29T07:22:03Z",
            "appointment 1 cannot be met by 22:15 CST; the earliest legal time is Sun 01:22 CST",
        );
        check("recap_unknown: no hours come back: none was told", "no hours come back: none was told");
        check("The TMS says: 14:00", "The TMS says: 14:00");
    }
}
