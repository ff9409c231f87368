//! What can legally be done: the plan of a load, whether a driver can be somewhere, who can take a load.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::freight::{cite, doubt_number, load, meant, names, rig_words, standing_words, stops_named};
use super::who;
use super::words::{ago, count, lateness, when, when_at};
use crate::model::{Driver, Keyed, Movement, Reason, Risk, Stop, Timestamp};
use crate::rules::basis::Basis;
use crate::rules::best::{self, Choice, Verdict};
use crate::rules::find::{self, Kind};
use crate::rules::itinerary::Call;
use crate::rules::load_plan::words::{assumptions, limit_words, notes, said, why_not};
use crate::rules::load_plan::{self, LoadPlan, NoPlan};
use crate::rules::near::{drivable_s, left_now};
use crate::rules::{called, hours, locality, moment, trip, whereabouts, zone};

/// Characters of why there is no plan.
const LONGEST: usize = 300;

/// `plan_legal_arrival`: of a load, or of a driver to a place.
pub(super) fn legal_arrival(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let place = args.text_opt("place");
    if let Some(text) = args.text_opt("movement") {
        let movement = meant(facts, &text)?;
        let mut found = of_load(movement, place.as_deref(), args, facts)?;
        doubt_number(&mut found, args, facts, movement);
        return Ok(found);
    }
    let named = args
        .text("driver")
        .map_err(|_missing| "say which `movement`, or which `driver` and to which `place`".to_owned())?;
    // A load's number is said without the word as well.
    let by_number = find::load(&facts.fleet, &named).ok();
    let driver = match (who::driver(facts, &named), by_number) {
        (Ok(driver), None) => driver,
        (Err(_), Some(movement)) => return of_load(movement, place.as_deref(), args, facts),
        (Err(why), None) => return Err(why),
        (Ok(driver), Some(movement)) if movement.driver_id.as_ref() == Some(&driver.id) => driver,
        (Ok(driver), Some(movement)) => {
            return Err(format!(
                "AMBIGUOUS: {named:?} is load {} and means {} too. Which one?",
                movement.tms.id, driver.name
            ));
        }
    };
    let basis = facts.basis();
    let rig = basis.rig(driver);
    let is_there = |load: &&&Movement| {
        let stops = facts.fleet.stops_of(&load.key());
        place.as_ref().is_none_or(|place| {
            stops.iter().enumerate().any(|(index, stop)| !stop.tms.done && names(stop, index, place))
        })
    };
    let own = place.as_ref().and_then(|place| find::load(&facts.fleet, load_number(place)).ok());
    let own = own.filter(|own| rig.loads.iter().any(|load| load.key() == own.key()));
    let mut found = match (own, rig.loads.iter().find(is_there), &place) {
        // A load that is his is what he does anyway, not something to do after it.
        (Some(own), ..) => of_load(own, None, args, facts)?,
        // Where he goes anyway, that is what is meant.
        (None, Some(movement), place) => of_load(movement, place.as_deref(), args, facts)?,
        (None, None, Some(place)) => to_place(driver, place, args, facts)?,
        (None, None, None) => return Err(format!("{} has no load; say to which `place`", driver.name)),
    };
    let tractor = driver.tractor_id.as_ref().and_then(|id| facts.fleet.tractors.get(id));
    let by_unit = tractor.filter(|_| by_number.is_none());
    found.doubt(by_unit.and_then(|row| called::taken(&row.unit_number, &named)));
    Ok(found)
}

/// "0412" of "load 0412".
pub(super) fn load_number(place: &str) -> &str {
    let word = place.split_whitespace().next().filter(|word| word.eq_ignore_ascii_case("load"));
    word.and_then(|word| place.trim_start().get(word.len()..)).unwrap_or(place)
}

fn of_load(movement: &Movement, place: Option<&str>, args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let basis = facts.basis();
    let meant = place.map(|place| stops_named(facts, movement, place)).transpose()?;
    let mut found = match load_plan::plan(&basis, movement) {
        Ok(plan) => planned(&plan, movement, meant.as_deref(), args, facts)?,
        Err(none) => not_planned(&none, movement, facts),
    };
    let fleet = &facts.fleet;
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    found.rest_on(tractor.and_then(|row| row.observed_at));
    found.rest_on(driver.and_then(|row| row.hos_as_of_at));
    found.rest_on(basis.fresh.freight().0);
    cite(&mut found, facts, movement);
    Ok(found)
}

fn planned(
    plan: &LoadPlan<'_>,
    movement: &Movement,
    meant: Option<&[&Stop]>,
    args: Args<'_>,
    facts: &Facts,
) -> Result<Found, String> {
    let is_meant = |stop: &Stop| meant.is_none_or(|all| all.iter().any(|one| one.key() == stop.key()));
    let asked = match meant {
        Some(_) => plan.stops.iter().find(|(stop, _)| is_meant(stop)),
        None => plan.stops.last(),
    };
    let Some((stop, arrival)) = asked else {
        let what = meant.and_then(|all| all.first()).map(|stop| trip::place(stop));
        return Err(match what {
            Some(place) => format!("load {} is through with its stop {place}", movement.tms.id),
            None => format!("load {} has no stop left", movement.tms.id),
        });
    };
    let mut found = Found::saying(format!(
        "Load {}, {} in tractor {}, to {}:",
        movement.tms.id,
        plan.driver.name,
        plan.tractor.unit_number,
        trip::place(stop)
    ));
    let at = |at: Option<Timestamp>| at.map_or_else(|| "unknown".to_owned(), |at| when_at(stop, at, facts));
    let late = arrival.late_s.map(|late_s| format!(", {}", lateness(late_s))).unwrap_or_default();
    found.say(format!(
        "legally at the earliest {}, likely {}{late}; the load is {}.",
        at(arrival.legal_eta_at),
        at(arrival.eta_at),
        standing_words(&plan.standing, plan.judgement.late_s)
    ));
    if let Some(legal) = arrival.legal_eta_at {
        by_words(&mut found, args, legal, arrival.eta_at, stop, facts)?;
    }
    if let Some(outlook) = &plan.outlook {
        let binding: Vec<_> = outlook.legal.binding.iter().map(|limit| limit_words(*limit)).collect();
        if !binding.is_empty() {
            found.say(format!("What binds: {}.", binding.join(", ")));
        }
        if let Some(leave) = outlook.latest_departure_at {
            found
                .say(format!("He can stay off duty until {} and still be in time legally.", at(Some(leave))));
        }
        for segment in &outlook.legal.segments {
            found.rows.push(row([
                ("from", json!(at(Some(segment.start_at)))),
                ("to", json!(at(Some(segment.end_at)))),
                ("what", json!(segment.why)),
            ]));
        }
    }
    let basis = facts.basis();
    found.say(format!("It assumes {}.", assumptions(&basis, plan).join("; ")));
    for note in notes(plan) {
        found.say(format!("Note: {}.", said(&note, &facts.zone, facts.now)));
    }
    found.say(format!(
        "Hours told {}, position seen {}.",
        ago(plan.driver.hos_as_of_at, facts.now),
        ago(plan.tractor.observed_at, facts.now)
    ));
    Ok(found)
}

/// Why there is none: a refusal that cannot be read as a time.
fn not_planned(none: &NoPlan, movement: &Movement, facts: &Facts) -> Found {
    let (code, message) = why_not(none, LONGEST);
    let mut found = Found::saying(format!(
        "CANNOT PLAN load {}, {}: {message} ({code}). There is no time to give.",
        movement.tms.id,
        rig_words(&facts.fleet, movement)
    ));
    if let Some((one, other)) = none.bounds {
        found.say(format!(
            "If he stopped when his hours were last told it would be legal at {}, if he worked on at {}.",
            when(one, facts),
            when(other, facts)
        ));
    }
    let driver = movement.driver_id.as_ref().and_then(|id| facts.fleet.drivers.get(id));
    if let Some(driver) = driver {
        found.say(format!("His hours were told {}.", ago(driver.hos_as_of_at, facts.now)));
        if let Some(rules) = driver.ruleset.as_ref().filter(|_| code.starts_with("unsupported")) {
            found.say(format!("His ELD applies the rules {rules:?}: only US property rules are planned by."));
        }
    }
    found
}

/// A driver to a place that none of his loads goes to, after what he has to do.
fn to_place(driver: &Driver, place: &str, args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let basis = facts.basis();
    let spot = whereabouts::locate(&facts.fleet, &facts.fleet.places, place)?;
    let rig = basis.rig(driver);
    let mut stop = Stop::default();
    (stop.tms.latitude, stop.tms.longitude) = (Some(spot.point.latitude), Some(spot.point.longitude));
    // Its times are those of where it is.
    stop.tms.state = locality::of(spot.point).map(|near| near.town.state.into());
    let call = Call { stop: &stop, arrived_at: None, dwell: None };
    let itinerary = basis.itinerary(&rig, &rig.loads, vec![call]);
    let legal = basis.legal_at(&rig, &itinerary);
    let mut found = Found::default();
    let after: Vec<_> = rig.loads.iter().map(|load| load.tms.id.as_str()).collect();
    let after = if after.is_empty() { String::new() } else { format!(" after load {}", after.join(" and ")) };
    match legal {
        Ok(at) => {
            found.say(format!(
                "{} can legally be at {}{after} at {} at the earliest, by the straight line.",
                driver.name,
                spot.label,
                when_at(&stop, at, facts)
            ));
            by_words(&mut found, args, at, None, &stop, facts)?;
        }
        Err(missing) => {
            let none = NoPlan { missing, bounds: None };
            let (code, message) = why_not(&none, LONGEST);
            found.say(format!(
                "CANNOT PLAN {} to {}: {message} ({code}). There is no time to give.",
                driver.name, spot.label
            ));
        }
    }
    found.say(format!(
        "Hours told {}, position seen {}.",
        ago(driver.hos_as_of_at, facts.now),
        ago(rig.tractor.and_then(|row| row.observed_at), facts.now)
    ));
    found.rest_on(driver.hos_as_of_at);
    found.rest_on(rig.tractor.and_then(|row| row.observed_at));
    found.rest_on(spot.observed_at);
    found.cite(Kind::Driver, &driver.id.0, &driver.name, driver.hos_as_of_at);
    for load in &rig.loads {
        cite(&mut found, facts, load);
    }
    Ok(found)
}

/// Answers "by 14:00", where that was asked.
fn by_words(
    found: &mut Found,
    args: Args<'_>,
    legal: Timestamp,
    likely: Option<Timestamp>,
    stop: &Stop,
    facts: &Facts,
) -> Result<(), String> {
    let Some(text) = args.text_opt("by") else { return Ok(()) };
    let zone = zone::of_stop(stop).unwrap_or_else(|| facts.zone.clone());
    let by = time_of_day(&text)
        .and_then(|times| next_of(&times, &zone, facts.now))
        .ok_or_else(|| format!("`by` {text:?} is no time of day such as 14:00 or 2pm"))?;
    let at = when_at(stop, by, facts);
    let verdict = match (legal <= by, likely.map(|likely| likely <= by)) {
        (false, _) => "NO, not legally",
        (true, Some(false)) => "legally yes, but likely NOT",
        (true, Some(true)) => "YES",
        (true, None) => "YES, legally",
    };
    found.say(format!("By {at} (taken for {text:?}): {verdict}."));
    Ok(())
}

/// The times of day, in minutes, that "2", "2pm", "14:00" can mean.
fn time_of_day(text: &str) -> Option<Vec<i64>> {
    let text = text.trim().to_lowercase().replace(' ', "");
    let (clock, half) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(clock), _) => (clock, Some(12)),
        (_, Some(clock)) => (clock, Some(0)),
        (None, None) => (text.as_str(), None),
    };
    let (hour, minute) = clock.split_once(':').unwrap_or((clock, "0"));
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    Some(match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => vec![(hour % 12 + half) * 60 + minute],
        // "By 2" is said of either half of the day.
        None if (1..12).contains(&hour) && !clock.contains(':') => {
            vec![hour * 60 + minute, (hour + 12) * 60 + minute]
        }
        None => vec![hour * 60 + minute],
    })
}

/// The first of them that comes.
fn next_of(minutes: &[i64], zone: &jiff::tz::TimeZone, now: Timestamp) -> Option<Timestamp> {
    let today = now.calendar()?.to_zoned(zone.clone()).date();
    let days = [today, today.tomorrow().ok()?];
    let at = |day: jiff::civil::Date, minute: i64| {
        let time =
            jiff::civil::Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0)
                .ok()?;
        let zoned = day.to_datetime(time).to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    };
    let all = days.into_iter().flat_map(|day| minutes.iter().filter_map(move |minute| at(day, *minute)));
    all.filter(|at| *at > now).min()
}

/// `best_drivers`.
pub(super) fn best_drivers(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    const MOST: usize = 5;
    let movement = load(args, facts)?;
    let basis = facts.basis();
    let choices = best::best(&basis, movement, best::TOP)?;
    let fit: Vec<_> = choices.iter().filter(|choice| choice.verdict == Verdict::Fits).take(MOST).collect();
    let mut found = Found::default();
    found.say(match fit.len() {
        0 => format!("NOBODY is known to be able to take load {} legally and in time.", movement.tms.id),
        all => format!(
            "For load {} the best {}, by the straight line:",
            movement.tms.id,
            count(all, "choice is", "choices are")
        ),
    });
    for choice in &fit {
        add_choice(&mut found, choice, &basis, facts);
    }
    rejected(&mut found, &choices);
    let unknown = choices.iter().filter(|choice| is_unknown(&choice.verdict)).count();
    if unknown > 0 {
        found.say(format!(
            "Of {} the place or the hours are not known now.",
            count(unknown, "driver", "drivers")
        ));
    }
    found.rest_on(basis.fresh.freight().0);
    let named = movement.driver_id.as_ref().and_then(|id| facts.fleet.drivers.get(id));
    found.say(format!("It now has {}.", named.map_or("nobody", |row| row.name.as_str())));
    cite(&mut found, facts, movement);
    doubt_number(&mut found, args, facts, movement);
    Ok(found)
}

/// Says why the others cannot: of those that come nearest to it each, of all how many for which reason.
fn rejected(found: &mut Found, choices: &[Choice<'_>]) {
    const NAMED: usize = 3;
    let why = choices.iter().filter_map(|choice| match &choice.verdict {
        Verdict::Rejected(why) => Some((choice, why)),
        Verdict::Fits => None,
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, why) in why.clone() {
        *counts.entry(why.word()).or_default() += 1;
    }
    if counts.is_empty() {
        return;
    }
    let nearest = why.take(NAMED).map(|(choice, why)| {
        let late_s = choice.judgement.as_ref().and_then(|one| one.late_s).filter(|late_s| *late_s > 0);
        let late = late_s.map(|late_s| format!(", {}", lateness(late_s))).unwrap_or_default();
        format!("{} ({}{late})", choice.rig.driver.name, why.word())
    });
    let nearest: Vec<_> = nearest.collect();
    let each: Vec<_> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    found.say(format!(
        "Not chosen, the nearest to it first: {}; in all {}.",
        nearest.join(", "),
        each.join(", ")
    ));
}

/// A driver who can take the load.
fn add_choice(found: &mut Found, choice: &Choice<'_>, basis: &Basis<'_>, facts: &Facts) {
    let judgement = choice.judgement.as_ref();
    let legal = judgement.and_then(|one| one.arrivals.first()).and_then(|one| one.legal_eta_at);
    let left = left_now(basis, choice.rig.driver);
    let tractor = choice.rig.tractor;
    let risk = judgement.map_or(Risk::Unknown, |one| one.risk);
    let suffers: Vec<_> = choice
        .suffers
        .iter()
        .map(|(load, risk, late_s)| {
            let late = late_s.filter(|late_s| *late_s > 0);
            let would_be = late.map_or_else(|| risk.word().replace('_', " "), lateness);
            format!("load {} would be {would_be}", load.tms.id)
        })
        .collect();
    let first: Vec<_> = choice.done_first().map(|load| load.tms.id.as_str()).collect();
    let after =
        if first.is_empty() { String::new() } else { format!(", after load {}", first.join(" and ")) };
    let harm = if suffers.is_empty() { "no other load suffers".to_owned() } else { suffers.join(", ") };
    found.say(format!(
        "{} in tractor {}, {} mi away, legally there {}{after}, {}; {harm}.",
        choice.rig.driver.name,
        tractor.map_or("-", |row| row.unit_number.as_str()),
        choice.miles.map_or_else(|| "?".to_owned(), |miles| format!("{miles:.0}")),
        legal.map_or_else(|| "at a time not known".to_owned(), |at| when(at, facts)),
        risk.word().replace('_', " "),
    ));
    found.rows.push(row([
        ("driver", json!(choice.rig.driver.name)),
        ("tractor", json!(tractor.map(|row| row.unit_number.as_str()))),
        ("miles", json!(choice.miles.map(f64::round))),
        ("legally_there", json!(legal.map(|at| when(at, facts)))),
        ("after", json!(first)),
        ("suffers", json!(suffers)),
        ("risk", json!(risk.word())),
        ("late_minutes", json!(judgement.and_then(|one| one.late_s).map(|late_s| late_s / 60))),
        ("drivable", json!(drivable_s(&left).map(moment::span))),
        ("hours_age", json!(ago(choice.rig.driver.hos_as_of_at, facts.now))),
        ("position_age", json!(ago(tractor.and_then(|row| row.observed_at), facts.now))),
    ]));
    found.rest_on(choice.rig.driver.hos_as_of_at);
    found.rest_on(tractor.and_then(|row| row.observed_at));
    found.cite(
        Kind::Driver,
        &choice.rig.driver.id.0,
        &choice.rig.driver.name,
        choice.rig.driver.hos_as_of_at,
    );
    if let Some(row) = tractor {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
}

const fn is_unknown(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Rejected(best::Why::Reason(Reason::StaleGps | Reason::StaleHos, _)))
}

/// Clocks in words: "drive 5h10, shift 7h00, break 2h00, cycle 45h00".
pub(super) fn clocks(left: &hours::Left) -> String {
    let all =
        [("drive", left.drive_s), ("shift", left.shift_s), ("break", left.break_s), ("cycle", left.cycle_s)];
    let words: Vec<_> = all
        .into_iter()
        .map(|(name, left)| format!("{name} {}", left.map_or_else(|| "?".to_owned(), hours_words)))
        .collect();
    words.join(", ")
}

/// "45h00": hours are not told in days.
pub(super) fn hours_words(left_s: i64) -> String {
    format!("{}h{:02}", left_s / 3600, left_s % 3600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_next_that_is_meant() {
        let now = Timestamp::parse("2026-03-10T17:00:00Z").unwrap();
        let zone = jiff::tz::TimeZone::get("America/Chicago").unwrap();
        let check = |text: &str, expected: Option<&str>| {
            let found = time_of_day(text).and_then(|times| next_of(&times, &zone, now));
            assert_eq!(found.map(|at| at.to_string()).as_deref(), expected, "{text}");
        };
        // It is noon in Chicago.
        check("2", Some("2026-03-10T19:00:00Z"));
        check("14:00", Some("2026-03-10T19:00:00Z"));
        check("2 pm", Some("2026-03-10T19:00:00Z"));
        check("2am", Some("2026-03-11T07:00:00Z"));
        check("11:30", Some("2026-03-11T16:30:00Z"));
        check("12am", Some("2026-03-11T05:00:00Z"));
        check("25:00", None);
        check("13pm", None);
        check("soon", None);
    }
}
