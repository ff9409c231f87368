//! How loads stand: one, its times at its stops, those in trouble, those held at a stop.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::words::{ago, count, lacking, lateness, place, seen, when, when_at};
use super::{queue, who};
use crate::model::{EtaSource, Fleet, Keyed, Movement, Reason, Risk, Stop, StopType, Timestamp, folded};
use crate::rules::basis::Basis;
use crate::rules::detention::{self, Free, Held};
use crate::rules::find::{self, Fit, Kind};
use crate::rules::freshness::{Standing, movement_at, standing, stop_at};
use crate::rules::late::{self as late_rules, LateLoad, Wanted};
use crate::rules::only::{About, keep};
use crate::rules::{age, moment, say, slack, trailer, trip, uncovered};

/// So many of a list are told in sentences.
const SAID: usize = 5;
/// So many in rows.
const ROWS: usize = 12;

/// The load that `movement` means.
pub(super) fn load<'a>(args: Args<'_>, facts: &'a Facts) -> Result<&'a Movement, String> {
    meant(facts, &args.text("movement")?)
}

/// Says what else the number is that the load was asked for by, as the commands do.
pub(super) fn doubt_number(found: &mut Found, args: Args<'_>, facts: &Facts, movement: &Movement) {
    let text = args.text_opt("movement");
    found.doubt(
        text.and_then(|text| find::also_an_order(&facts.fleet, movement, &text))
            .map(|also| format!("{also}: if that is meant, ask for it by the number of its load")),
    );
}

/// The load that `text` means, as `say` settles it; else that of the driver who is called so.
pub(super) fn meant<'a>(facts: &'a Facts, text: &str) -> Result<&'a Movement, String> {
    let why = match say::load(&facts.fleet, text, facts.now) {
        Ok(load) => return Ok(load),
        Err(why) => why,
    };
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let his = (!has_digit).then(|| who::driver(facts, text)).map(|driver| {
        let driver = driver?;
        let load = facts.basis().rig(driver).loads.first().copied();
        load.ok_or_else(|| format!("{} has no load that we know of", driver.name))
    });
    if let Some(Ok(load)) = his {
        return Ok(load);
    }
    let found = find::find(&facts.fleet, text, facts.now).into_iter();
    let loads: BTreeSet<_> = found
        .filter(|one| one.fit == Fit::Exact)
        .filter_map(|one| Some((one.company_id, one.movement_id?)))
        .collect();
    match his {
        _ if loads.len() > 1 => Err(format!("AMBIGUOUS: {why}")),
        Some(Err(whose)) if !whose.starts_with("UNKNOWN") => Err(whose),
        _ => Err(format!("UNKNOWN: {why}")),
    }
}

/// Says of a load what may be cited.
pub(super) fn cite(found: &mut Found, facts: &Facts, movement: &Movement) {
    let fleet = &facts.fleet;
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let seen_at = tractor.and_then(|row| row.observed_at);
    let company = Some(movement.tms.company_id.as_str());
    found.cite_of(company, Kind::Movement, &movement.tms.id, &movement.tms.id, seen_at);
    if let Some(row) = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)) {
        found.cite(Kind::Driver, &row.id.0, &row.name, row.hos_as_of_at);
    }
    if let Some(row) = tractor {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
    if let Some(row) = movement.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id)) {
        found.cite(Kind::Trailer, &row.id.0, &row.unit_number, row.observed_at);
    }
}

/// Who drives it and with what: "Ray Ortiz in tractor 418".
pub(super) fn rig_words(fleet: &Fleet, movement: &Movement) -> String {
    let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    match (driver, tractor) {
        (Some(driver), Some(tractor)) => format!("{} in tractor {}", driver.name, tractor.unit_number),
        (Some(driver), None) => format!("{}, {} tractor", driver.name, lacking(movement.tractor_named)),
        (None, Some(tractor)) => {
            format!("tractor {}, {} driver", tractor.unit_number, lacking(movement.driver_named))
        }
        (None, None) => {
            let [driver, tractor] = [movement.driver_named, movement.tractor_named].map(lacking);
            format!("{driver} driver and {tractor} tractor")
        }
    }
}

/// "late by 25m (14H)", or why nobody can tell.
pub(super) fn standing_words(standing: &Standing, late_s: Option<i64>) -> String {
    let why = standing.reason.map(|reason| format!(" ({})", reason.word())).unwrap_or_default();
    match (standing.risk, late_s) {
        (Risk::Unknown, _) => {
            let what = match standing.reason {
                Some(Reason::StaleGps) => "where the truck is is not known, or not any more",
                Some(Reason::StaleHos) => {
                    "the driver's hours are too old or not known, or follow other rules"
                }
                Some(Reason::NoDriver) => "nobody is to drive it, or nothing to drive it with",
                _ => "it has not been judged",
            };
            format!("CANNOT SAY whether it will be in time{why}: {what}")
        }
        (Risk::Late, Some(late_s @ 1..)) => format!("late by {}{why}", moment::span(late_s)),
        (risk, Some(late_s)) => format!("{}, {}{why}", risk.word().replace('_', " "), lateness(late_s)),
        (risk, None) => format!("{}{why}", risk.word().replace('_', " ")),
    }
}

/// Whether it will be in time, in a sentence.
fn judged_words(movement: &Movement, standing: &Standing, late_s: Option<i64>) -> String {
    if movement.tms.brokered {
        return "CANNOT SAY whether it will be in time: an outside carrier moves it, whose truck and hours \
                nobody tells."
            .to_owned();
    }
    match standing.risk {
        Risk::Unknown => format!("{}.", standing_words(standing, late_s)),
        _ => format!("The load is {}.", standing_words(standing, late_s)),
    }
}

/// `get_movement_status`.
pub(super) fn status(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let movement = load(args, facts)?;
    let (fleet, now, basis) = (&facts.fleet, facts.now, facts.basis());
    let stands = standing(movement, fleet, &basis.fresh, now);
    let shown = movement_at(movement, fleet, &basis.fresh, now);
    let trip = trip::of(movement, fleet.stops_of(&movement.key()));
    let order = movement.tms.order_id.as_ref().map(|order| format!(", order {order}")).unwrap_or_default();
    let ends: Vec<_> = [trip.origin, trip.destination].into_iter().flatten().map(trip::place).collect();
    let mut found = Found::saying(format!(
        "Load {}{order}, {}: {}, {}.",
        movement.tms.id,
        ends.join(" to "),
        movement.tms.status.word().replace('_', " "),
        rig_words(fleet, movement)
    ));
    let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    if let Some(row) = tractor.filter(|_| movement.tms.status.is_open()) {
        found.say(format!("The truck is at {}.", seen(row, now)));
        heard_apart(&mut found, movement, facts);
        found.seen_by.extend(row.source.as_ref().map(String::from));
    }
    let held = detention::of_load(fleet, &basis.fresh, movement, now);
    if let Some(held) = &held {
        found.say(held_words(held, facts));
    }
    if let Some(stop) = trip.next {
        found.say(format!(
            "Next stop {}: {}.",
            stop_words(stop, facts),
            arrival_words(movement, stop, &basis, facts)
        ));
        found.say(judged_words(movement, &stands, shown.late_s));
    }
    queue::on_the_board(&mut found, movement, facts);
    doubt_number(&mut found, args, facts, movement);
    found.rows.push(row([
        ("load", json!(movement.tms.id)),
        ("order", json!(movement.tms.order_id)),
        ("status", json!(movement.tms.status.word())),
        ("risk", json!(stands.risk.word())),
        ("reason", json!(stands.reason.map(Reason::word))),
        ("late_minutes", json!(shown.late_s.map(|late_s| late_s / 60))),
        ("loaded", json!(movement.tms.loaded.word())),
        (
            "rests_on",
            json!(stands.oldest.map(|oldest| format!(
                "{} {}",
                oldest.input.word(),
                ago(Some(oldest.at), now)
            ))),
        ),
    ]));
    found.rest_on(stands.oldest.map(|oldest| oldest.at));
    found.rest_on(tractor.and_then(|row| row.observed_at));
    found.rest_on(basis.fresh.freight().0);
    cite(&mut found, facts, movement);
    Ok(found)
}

/// That the trailer of a load was heard elsewhere than its truck, where so it is.
fn heard_apart(found: &mut Found, movement: &Movement, facts: &Facts) {
    let Some(trailer) = trailer::of_load(&facts.fleet, movement) else { return };
    let at = place(trailer.place.as_deref(), trailer.latitude, trailer.longitude);
    let heard = ago(trailer.observed_at, facts.now);
    let number = &trailer.unit_number;
    found.say(format!(
        "Its trailer {number} was at {at} {heard}, elsewhere than the truck: which of the two has the freight is NOT KNOWN."
    ));
}

/// "Memphis TN (delivery at ACME), window Tue 14:00 CST to Tue 16:00 CST".
pub(super) fn stop_words(stop: &Stop, facts: &Facts) -> String {
    let name = stop.tms.name.as_ref().map(|name| format!(" at {name}")).unwrap_or_default();
    let window = match (stop.opens_at(), stop.closes_at()) {
        (_, None) => "no appointment known".to_owned(),
        (Some(opens), Some(closes)) if opens == closes => {
            format!("appointment {}", when_at(stop, closes, facts))
        }
        (Some(opens), Some(closes)) => {
            format!("window {} to {}", when_at(stop, opens, facts), when_at(stop, closes, facts))
        }
        (None, Some(closes)) => format!("open until {}", when_at(stop, closes, facts)),
    };
    format!("{} ({}{name}), {window}", trip::place(stop), stop.tms.kind.word())
}

/// "likely Tue 14:20 CST, legally at the earliest Tue 13:55 CST, by the straight line", or when it came there.
pub(super) fn arrival_words(movement: &Movement, stop: &Stop, basis: &Basis<'_>, facts: &Facts) -> String {
    let (fleet, now) = (&facts.fleet, facts.now);
    if stop.tms.done {
        return match stop.tms.actual_arrival_at.filter(|at| *at <= now) {
            Some(at) => format!("done; arrived {} by the TMS", when_at(stop, at, facts)),
            None => "done; when it arrived is not known".to_owned(),
        };
    }
    if let Some(at) = slack::arrived_at(movement, stop, fleet, &basis.fresh, now) {
        return format!("arrived {}", when_at(stop, at, facts));
    }
    let told = stop_at(stop, fleet, &basis.fresh, now);
    let Some(eta) = ahead(told.eta_at, now) else { return "NO ETA is known".to_owned() };
    let legal = ahead(told.legal_eta_at, now)
        .map(|at| format!(", legally at the earliest {}", when_at(stop, at, facts)));
    let source = told.eta_source.map_or("", EtaSource::clause);
    format!("likely {}{}{source}", when_at(stop, eta, facts), legal.unwrap_or_default())
}

/// What was expected for a time that has passed is no expectation any more.
fn ahead(at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    at.filter(|at| *at > now)
}

/// The stops of a load that `text` means; fails with those it has.
pub(super) fn stops_named<'a>(
    facts: &'a Facts,
    movement: &Movement,
    text: &str,
) -> Result<Vec<&'a Stop>, String> {
    let stops = facts.fleet.stops_of(&movement.key());
    let named = stops.iter().enumerate().filter(|(index, stop)| names(stop, *index, text));
    let named: Vec<&Stop> = named.map(|(_, stop)| stop.as_ref()).collect();
    if named.is_empty() {
        let known: Vec<_> = stops.iter().map(|stop| trip::place(stop)).collect();
        return Err(format!(
            "load {} has no stop {text:?}; its stops are {}",
            movement.tms.id,
            known.join(", ")
        ));
    }
    Ok(named)
}

/// `get_eta`.
pub(super) fn eta(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let movement = load(args, facts)?;
    let (fleet, now, basis) = (&facts.fleet, facts.now, facts.basis());
    let stands = standing(movement, fleet, &basis.fresh, now);
    let stops = fleet.stops_of(&movement.key());
    let wanted: Vec<&Stop> = match args.text_opt("stop") {
        None => stops.iter().map(AsRef::as_ref).filter(|stop| !stop.tms.done).collect(),
        Some(text) => stops_named(facts, movement, &text)?,
    };
    if wanted.is_empty() {
        let status = movement.tms.status.word();
        return Err(format!("load {} has no stop left: it is {status}", movement.tms.id));
    }
    let shown = movement_at(movement, fleet, &basis.fresh, now);
    let judged = fleet.judgements.get(&movement.key()).filter(|_| stands.has_times());
    let mut found = Found::saying(format!("Load {}, {}.", movement.tms.id, rig_words(fleet, movement)));
    for stop in &wanted {
        let told = stop_at(stop, fleet, &basis.fresh, now);
        let arrival =
            judged.and_then(|one| one.arrivals.iter().find(|arrival| arrival.stop_id == stop.tms.id));
        let late_s = arrival.and_then(|arrival| arrival.late_s);
        let late = late_s.map(|late_s| format!(", {}", lateness(late_s))).unwrap_or_default();
        found.say(format!(
            "{}: {}{late}.",
            stop_words(stop, facts),
            arrival_words(movement, stop, &basis, facts)
        ));
        found.rows.push(row([
            ("stop", json!(trip::place(stop))),
            ("type", json!(stop.tms.kind.word())),
            ("closes", json!(stop.closes_at().map(|at| when_at(stop, at, facts)))),
            ("eta", json!(ahead(told.eta_at, now).map(|at| when_at(stop, at, facts)))),
            ("legal_eta", json!(ahead(told.legal_eta_at, now).map(|at| when_at(stop, at, facts)))),
            ("eta_source", json!(told.eta_source.map(EtaSource::word))),
            ("late_minutes", json!(late_s.map(|late_s| late_s / 60))),
            ("risk", json!(arrival.map(|arrival| arrival.risk.word()))),
        ]));
    }
    found.say(judged_words(movement, &stands, shown.late_s));
    doubt_number(&mut found, args, facts, movement);
    found.rest_on(stands.oldest.map(|oldest| oldest.at));
    found.rest_on(basis.fresh.freight().0);
    cite(&mut found, facts, movement);
    Ok(found)
}

/// Whether `text` means this stop: its id, its number on the trip, its city, its name, or what happens there.
pub(super) fn names(stop: &Stop, index: usize, text: &str) -> bool {
    let text = folded(text.trim());
    let is = |name: &str| folded(name) == text;
    let has = |name: Option<&str>| text.len() >= 3 && name.is_some_and(|name| folded(name).contains(&text));
    is(&stop.tms.id)
        || text.parse() == Ok(index + 1)
        || is(&trip::place(stop))
        || stop.tms.city.as_deref().is_some_and(is)
        || has(stop.tms.name.as_deref())
        || (stop.tms.kind != StopType::Other && is(stop.tms.kind.word()))
}

/// `late_loads`.
pub(super) fn late(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let (fleet, now, basis) = (&facts.fleet, facts.now, facts.basis());
    let only = args.only(facts)?;
    let within = args.within()?.map(|within| now.plus(within));
    let until = within.or_else(|| args.is_set("today").then(|| end_of_day(facts)).flatten());
    let wanted = Wanted { tight: args.is_set("tight"), only: &only, until };
    let report = late_rules::late_of(fleet, &basis.fresh, now, &wanted);
    let mut found = Found::default();
    found.of_only(&only, "by the stops that each is in trouble at", now);
    found.doubt(until.map(|until| format!("Only what is due until {}", when(until, facts))));
    let (late, at_risk): (Vec<_>, Vec<_>) =
        report.loads.iter().partition(|load| load.standing.risk == Risk::Late);
    found.say(match report.loads.len() {
        0 => "No load is known to be late or at risk.".to_owned(),
        all => format!(
            "{} in trouble, the worst first: {} late, {} at risk.",
            count(all, "load is", "loads are"),
            late.len(),
            at_risk.len()
        ),
    });
    found.doubt(report.uncovered_words(fleet));
    for load in report.loads.iter().take(ROWS) {
        if found.rows.len() < SAID {
            found.say(late_words(load, facts));
        }
        found.rows.push(late_row(load, facts));
        found.rest_on(load.standing.oldest.map(|oldest| oldest.at));
        cite(&mut found, facts, &load.movement);
    }
    found.left_out = report.loads.len().saturating_sub(ROWS);
    found.unsaid(report.loads.iter().map(|load| load.movement.tms.id.as_str()), SAID);
    let unknown: usize = report.unknown.values().sum();
    if unknown > 0 {
        let causes: Vec<_> = (report.unknown.iter())
            .map(|(reason, count)| format!("{count} {}", reason.map_or("not judged", Reason::word)))
            .collect();
        found.say(format!(
            "Of {} NOBODY CAN TELL: {}.",
            count(unknown, "other load", "other loads"),
            causes.join(", ")
        ));
    }
    found.doubt(only.unknown_words(report.part_unknown));
    blind(&mut found, facts);
    found.rest_on(basis.fresh.freight().0);
    Ok(found)
}

/// When the day of the office ends.
fn end_of_day(facts: &Facts) -> Option<Timestamp> {
    let end = facts.now.calendar()?.to_zoned(facts.zone.clone()).end_of_day().ok()?;
    Some(Timestamp::from_millis(end.timestamp().as_millisecond()))
}

/// Says which accounts do not come, so that a short list is not taken for a good one.
pub(super) fn blind(found: &mut Found, facts: &Facts) {
    if let Some(why) = uncovered::blind(&facts.fleet, facts.now) {
        let why = why.replacen("blind", "BLIND", 1);
        found.say(format!("{why}: what rests on that is not in here."));
    }
}

pub(super) fn late_words(load: &LateLoad<'_>, facts: &Facts) -> String {
    let movement = &load.movement;
    let stop = load.stop.map_or_else(|| "its stop".to_owned(), trip::place);
    let closes =
        load.deadline_at.zip(load.stop).map(|(at, stop)| format!(", due {}", when_at(stop, at, facts)));
    format!(
        "Load {} to {stop}: {}{}{}, {}.",
        movement.tms.id,
        standing_words(&load.standing, movement.late_s),
        load.eta_source().map_or("", EtaSource::clause),
        closes.unwrap_or_default(),
        rig_words(&facts.fleet, movement)
    )
}

fn late_row(load: &LateLoad<'_>, facts: &Facts) -> serde_json::Value {
    let movement = &load.movement;
    let at = |at| load.stop.map(|stop| when_at(stop, at, facts));
    row([
        ("load", json!(movement.tms.id)),
        ("risk", json!(load.standing.risk.word())),
        ("late_minutes", json!(movement.late_s.map(|late_s| late_s / 60))),
        ("reason", json!(load.standing.reason.map(Reason::word))),
        ("stop", json!(load.stop.map(trip::place))),
        ("due", json!(load.deadline_at.and_then(at))),
        ("eta", json!(load.arrival.and_then(|one| ahead(one.eta_at, facts.now)).and_then(at))),
        ("eta_source", json!(load.eta_source().map(EtaSource::word))),
        ("leave_by", json!(load.leave_by_at().and_then(at))),
        ("who", json!(rig_words(&facts.fleet, movement))),
        (
            "oldest",
            json!(load.standing.oldest.map(|one| format!(
                "{} {}",
                one.input.word(),
                age::words(facts.now.since(one.at))
            ))),
        ),
    ])
}

/// `detention`.
pub(super) fn detention(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let (fleet, now, basis) = (&facts.fleet, facts.now, facts.basis());
    let only = args.only(facts)?;
    let mut held = detention::held(fleet, &basis.fresh, now);
    let unknown = keep(&mut held, |one| only.has(&About::load(one.movement, Some(one.stop)), fleet));
    let mut found = Found::default();
    found.of_only(&only, "by the stop", now);
    let over = held.iter().filter(|one| one.is_over(now)).count();
    let trucks: BTreeSet<_> = held.iter().filter_map(|one| one.movement.tractor_id.as_ref()).collect();
    found.say(match held.len() {
        0 => "No truck is known to be at a stop.".to_owned(),
        all => format!(
            "{} at a stop{}, {over} beyond the free time of {}.",
            count(trucks.len(), "truck is", "trucks are"),
            if all == trucks.len() { String::new() } else { format!(" for {all} loads") },
            age::words(detention::FREE_TIME)
        ),
    });
    for one in held.iter().take(ROWS) {
        if found.rows.len() < SAID {
            found.say(format!("Load {}: {}", one.movement.tms.id, held_words(one, facts)));
        }
        found.rows.push(row([
            ("load", json!(one.movement.tms.id)),
            ("stop", json!(trip::place(one.stop))),
            ("name", json!(one.stop.tms.name)),
            ("arrived", json!(when_at(one.stop, one.arrived_at, facts))),
            ("counts_from", json!(when_at(one.stop, one.since_at, facts))),
            ("free_left_minutes", json!(one.free_left_s(now).map(|left_s| left_s.div_euclid(60)))),
            ("evidence", json!(one.by())),
            ("seen_there", json!(one.is_seen_there)),
            ("who", json!(rig_words(fleet, one.movement))),
        ]));
        let tractor = one.movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        found.rest_on(tractor.and_then(|row| row.observed_at));
        cite(&mut found, facts, one.movement);
    }
    found.left_out = held.len().saturating_sub(ROWS);
    found.unsaid(held.iter().map(|one| one.movement.tms.id.as_str()), SAID);
    found.doubt(only.unknown_words(unknown));
    found.say("What a minute beyond the free time costs is not known here.");
    found.rest_on(basis.fresh.freight().0);
    Ok(found)
}

fn held_words(held: &Held<'_>, facts: &Facts) -> String {
    let free = match held.free(facts.now) {
        Free::Left(left_s) => format!("{} of free time left", moment::span(left_s)),
        Free::Over(over_s) => format!("{} beyond the free time", moment::span(over_s)),
        Free::Unknown => "and whether it left before its free time ended nobody knows".to_owned(),
    };
    let seen = match held.is_seen_there {
        Some(true) => String::new(),
        Some(false) | None => format!(" (it is {})", held.seen_words(facts.now)),
    };
    format!(
        "at {} since {} by {}{seen}, counted from {}, {free}.",
        trip::place(held.stop),
        when_at(held.stop, held.arrived_at, facts),
        match (held.evidence, held.other_load) {
            (detention::Evidence::Observed, _) => "its own positions".to_owned(),
            (detention::Evidence::TmsOfOtherLoad, Some(load)) => format!("the TMS, of load {load} there"),
            (detention::Evidence::Tms | detention::Evidence::TmsOfOtherLoad, _) => "the TMS".to_owned(),
        },
        when_at(held.stop, held.since_at, facts)
    )
}
