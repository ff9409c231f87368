//! What is wrong or about to be, as the commands `hours`, `uncovered` and `handoff` have it.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::freight::{blind, cite, late_words};
use super::words::{ago, count, when, when_at};
use crate::model::{
    Driver, EtaSource, Exception, ExceptionKind, Fleet, Keyed, Movement, MovementKey, Reason, StopKey, UnitId,
};
use crate::rules::alerts::{self, AHEAD};
use crate::rules::basis::Basis;
use crate::rules::find::{self, Kind};
use crate::rules::handoff::{self, Handoff, Line, What};
use crate::rules::limits::{self, By, Ends, IF_DUE, Limit};
use crate::rules::near::{drivable_s, left_known};
use crate::rules::only::{self, About, Only, keep};
use crate::rules::uncovered::{self, Uncovered};
use crate::rules::{age, blindness, moment, queue, trailer, trip};

/// So many of a list are told in sentences, and in rows.
const SAID: usize = 5;
const ROWS: usize = 12;

/// `hours_running_out`: whose hours end on his present plan before the work does.
pub(super) fn hours_running_out(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let (fleet, within, only) = (&facts.fleet, args.within()?.unwrap_or(AHEAD), args.only_of_units(facts)?);
    let basis = facts.basis();
    let mut limits = limits::limits(fleet, &basis.fresh, facts.now, within);
    let listed: BTreeSet<_> = limits.drivers.iter().map(|limit| limit.driver.id.clone()).collect();
    let mut unknown =
        keep(&mut limits.drivers, |limit| only.has(&at_work(limit.driver, limit.load, &basis), fleet));
    let has_ended = |limit: &Limit<'_>| limit.ends == Ends::Ended;
    // Half an hour off, and he drives on.
    let is_out = |limit: &Limit<'_>| has_ended(limit) && limit.limit != Reason::Break.word();
    let out = limits.drivers.iter().filter(|limit| is_out(limit)).count();
    let mut found = Found::default();
    found.of_only(&only, "by where the truck was last seen, to the nearest town", facts.now);
    let (hours, asks_out) = (age::words(within), args.is_set("out"));
    let mut spent = if asks_out { spent(&listed, &basis) } else { Vec::new() };
    unknown += keep(&mut spent, |driver| only.has(&at_work(driver, None, &basis), fleet));
    if asks_out {
        limits.drivers.sort_by_key(|limit| (!is_out(limit), !has_ended(limit)));
    }
    found.say(match limits.drivers.len() {
        all if asks_out => format!(
            "OUT OF HOURS NOW: {out} whose work is cut short by it, and {} more with no driving left. Only RUNNING OUT \
             within {hours}: {}.",
            spent.len(),
            all - out
        ),
        0 => format!("Within {hours} nobody is known to run out of hours before his work ends."),
        all => format!(
            "Within {hours} {} out of hours, the first first and last whose hours have ended: {out} OUT NOW, {} only \
             running out.",
            count(all, "driver is or will be", "drivers are or will be"),
            all - out
        ),
    });
    for limit in limits.drivers.iter().take(ROWS) {
        add_limit(&mut found, limit, facts);
    }
    found.unsaid(limits.drivers.iter().map(|limit| limit.driver.name.as_str()), SAID);
    name_spent(&mut found, &spent);
    found.left_out = limits.drivers.len().saturating_sub(ROWS);
    if limits.hours_unknown > 0 {
        let of_all = if only.is_all() { "" } else { " in the whole fleet" };
        found.say(format!(
            "Of {} at work{of_all} NOBODY CAN TELL: the hours are not known now.",
            count(limits.hours_unknown, "driver", "drivers")
        ));
    }
    let resting = if asks_out { resting_unknown(&only, &basis) } else { 0 };
    if resting > 0 {
        found.say(format!(
            "Of {} not at work, or not known to be, NOBODY CAN TELL whether any driving is left.",
            count(resting, "driver", "drivers")
        ));
    }
    found.doubt(only.unknown_words(unknown));
    blind(&mut found, facts);
    Ok(found)
}

/// A driver where his truck is, with this load or else his first.
fn at_work<'a>(driver: &'a Driver, load: Option<&'a Movement>, basis: &Basis<'a>) -> About<'a> {
    let rig = basis.rig(driver);
    let load = load.or_else(|| rig.loads.first().copied());
    About { load, driver: Some(driver), tractor: rig.tractor, ..About::default() }
}

/// Who has no driving left by his clocks, of those who are not `listed` as those whose work is cut short by it: most of
/// them rest.
fn spent<'a>(listed: &BTreeSet<UnitId>, basis: &Basis<'a>) -> Vec<&'a Driver> {
    let is_spent = |driver: &Driver| {
        drivable_s(&left_known(driver, &basis.fresh, basis.now)).is_some_and(|left_s| left_s < 60)
    };
    let drivers = basis.fleet.drivers.iter().map(AsRef::as_ref);
    drivers.filter(|driver: &&Driver| !listed.contains(&driver.id) && is_spent(driver)).collect()
}

/// Of how many drivers who are not at work nobody can tell whether any driving is left.
fn resting_unknown(only: &Only, basis: &Basis<'_>) -> usize {
    let is_unknown = |driver: &&Driver| {
        !limits::is_at_work(driver) && drivable_s(&left_known(driver, &basis.fresh, basis.now)).is_none()
    };
    let drivers = basis.fleet.drivers.iter().map(AsRef::as_ref).filter(is_unknown);
    drivers.filter(|driver| only.has(&at_work(driver, None, basis), basis.fleet) != Some(false)).count()
}

fn name_spent(found: &mut Found, spent: &[&Driver]) {
    if spent.is_empty() {
        return;
    }
    let named =
        spent.iter().take(SAID).map(|driver| format!("{} ({})", driver.name, driver.hos_status.word()));
    let more = spent.len().saturating_sub(SAID);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = named.collect::<Vec<_>>().join(", ").replace('_', " ");
    found.say(format!(
        "No driving left either, so that a rest comes first, by the clocks alone: {named}{more}."
    ));
    for driver in spent {
        found.rest_on(driver.hos_as_of_at);
    }
    for driver in spent.iter().take(SAID) {
        found.cite(Kind::Driver, &driver.id.0, &driver.name, driver.hos_as_of_at);
    }
}

fn add_limit(found: &mut Found, limit: &Limit<'_>, facts: &Facts) {
    let driver = limit.driver;
    let ends = match limit.ends {
        Ends::At(at) if limit.at_supposed => format!("ends about {} {IF_DUE}", when(at, facts)),
        Ends::At(at) => format!("ends {}", when(at, facts)),
        Ends::Rests => "would not last, so he rests first".to_owned(),
        Ends::Ended if limit.at_supposed => "may be due NOW: the ELD does not tell".to_owned(),
        Ends::Ended if limit.limit == Reason::Break.word() => "is due NOW".to_owned(),
        Ends::Ended => "has ended: OUT NOW".to_owned(),
    };
    let load = limit.load.map(|load| load.tms.id.as_str());
    let short = limit.short_of_s.and_then(moment::shortage);
    if found.rows.len() < SAID {
        let on = load.map(|load| format!(" on load {load}")).unwrap_or_default();
        let about = limit.place.as_ref().map(|place| format!(" about {place}")).unwrap_or_default();
        let stop = limit.stop_place().unwrap_or_else(|| "its stop".to_owned());
        let short = short.as_ref().map(|short| format!(", {short} of driving short of {stop}"));
        let by = match limit.by {
            By::Clocks => ", by his clocks: no plan of his is known",
            By::Plan => "",
        };
        let short = short.unwrap_or_default();
        let place = match format!("{about}{short}") {
            place if limit.place_supposed && !place.is_empty() => {
                format!(",{} {IF_DUE}", place.trim_start_matches(','))
            }
            place => place,
        };
        found.say(format!("{}{on}: {} {ends}{place}{by}.", driver.name, limit.limit));
    }
    found.rows.push(row([
        ("driver", json!(driver.name)),
        ("load", json!(load)),
        ("limit", json!(limit.limit)),
        ("ends", json!(ends)),
        ("about", json!(limit.place)),
        ("short_of_stop", json!(short)),
        ("place_only", json!(limit.place_supposed.then_some(IF_DUE))),
        ("stop", json!(limit.stop_place())),
        ("risk", json!(limit.load.map(|_| limit.risk.word()))),
        ("hours_age", json!(ago(driver.hos_as_of_at, facts.now))),
    ]));
    found.rest_on(driver.hos_as_of_at);
    found.cite(Kind::Driver, &driver.id.0, &driver.name, driver.hos_as_of_at);
    if let Some(load) = limit.load {
        cite(found, facts, load);
    }
}

/// `uncovered_pickups`: what picks up soon without a driver who can legally be there.
pub(super) fn uncovered_pickups(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let (within, only) = (args.within()?.unwrap_or(AHEAD), args.only(facts)?);
    if within > AHEAD {
        let most = alerts::ahead_words();
        return Err(format!("`within_hours`: pickups are judged {most} ahead, no further"));
    }
    let unassigned = args.is_set("unassigned");
    let mut rows = uncovered::uncovered(&facts.fleet, facts.now, within);
    rows.retain(|one| !unassigned || one.exception.kind == ExceptionKind::UnassignedPickup);
    let about = |one: &Uncovered<'_>| {
        only.has(&About { stop: one.stop, ..of_exception(one.exception, &facts.fleet) }, &facts.fleet)
    };
    let unknown = keep(&mut rows, about);
    let mut found = Found::default();
    found.of_only(&only, "by the pickup", facts.now);
    found.doubt(unassigned.then(|| "Only pickups that nobody is assigned to".to_owned()));
    let hours = age::words(within);
    found.say(match rows.len() {
        0 if blindness::not_yet(&facts.fleet).is_some() => {
            format!("NOBODY CAN TELL yet whether a pickup within {hours} is not covered.")
        }
        0 => format!("Within {hours} no pickup is known that is not covered."),
        all => format!(
            "Within {hours} {} not covered, that with the least time left first.",
            count(all, "pickup is", "pickups are")
        ),
    });
    for one in rows.iter().take(ROWS) {
        add_uncovered(&mut found, one, facts);
    }
    found.left_out = rows.len().saturating_sub(ROWS);
    let load_of = |one: &Uncovered<'_>| one.load.map(|load| load.tms.id.to_string());
    let loads: Vec<String> =
        rows.iter().map(|one| load_of(one).unwrap_or_else(|| one.exception.id.clone())).collect();
    found.unsaid(loads.iter().map(String::as_str), SAID);
    found.doubt(only.unknown_words(unknown));
    unsettled(&mut found, facts);
    blind(&mut found, facts);
    found.rest_on(facts.basis().fresh.freight().0);
    Ok(found)
}

fn add_uncovered(found: &mut Found, one: &Uncovered<'_>, facts: &Facts) {
    let exception = one.exception;
    let at = |at| match one.stop {
        Some(stop) => when_at(stop, at, facts),
        None => when(at, facts),
    };
    let load = one.load.map(|load| load.tms.id.as_str()).or(exception.touches.movement_id.as_deref());
    let pickup = one.stop.map(trip::place);
    let why = if exception.kind == ExceptionKind::UnassignedPickup {
        "nobody is assigned".to_owned()
    } else {
        let by = exception.eta_source().map_or("", EtaSource::clause);
        let legal = one.legal_eta_at.map(|legal| format!(", at the earliest {}{by}", at(legal)));
        let reason = one.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("its driver cannot legally be there in time{}{reason}", legal.unwrap_or_default())
    };
    if found.rows.len() < SAID {
        found.say(format!(
            "Load {} at {}, {}: {why}.",
            load.unwrap_or("?"),
            pickup.as_deref().unwrap_or("an unknown place"),
            one.closes_at
                .map_or_else(|| "no time known".to_owned(), |closes| format!("closes {}", at(closes)))
        ));
    }
    let claim = exception.handling.claim.as_ref();
    found.rows.push(row([
        ("load", json!(load)),
        ("pickup", json!(pickup)),
        ("opens", json!(one.opens_at.map(at))),
        ("closes", json!(one.closes_at.map(at))),
        ("why", json!(why)),
        ("claimed_by", json!(claim.map(|mark| mark.user.as_str()))),
    ]));
    found.rest_on(Some(exception.computed_at));
    if let Some(load) = one.load {
        cite(found, facts, load);
    }
}

/// What an exception is about: its stop, load and units, and the load that a unit of it has.
fn of_exception<'a>(row: &Exception, fleet: &'a Fleet) -> About<'a> {
    let touches = &row.touches;
    let company_id = || touches.company_id.clone();
    let load = company_id().zip(touches.movement_id.clone());
    let stop = company_id().zip(touches.stop_id.clone());
    let load = load.and_then(|(company_id, id)| fleet.movements.get(&MovementKey { company_id, id }));
    let stop = stop.and_then(|(company_id, id)| fleet.stops.get(&StopKey { company_id, id }));
    let driver = touches.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    let units = [
        (Kind::Driver, &touches.driver_id),
        (Kind::Tractor, &touches.tractor_id),
        (Kind::Trailer, &touches.trailer_id),
    ];
    let units_load = || units.into_iter().find_map(|(kind, id)| find::of_unit(fleet, kind, id.as_ref()?));
    let trailer = touches.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id)).map(AsRef::as_ref);
    let tractor_id = touches.tractor_id.as_ref().or_else(|| load?.tractor_id.as_ref());
    let tractor = tractor_id.and_then(|id| fleet.tractors.get(id)).map(AsRef::as_ref);
    About {
        load: load.map(AsRef::as_ref).or_else(units_load),
        stop: stop.map(AsRef::as_ref),
        driver: driver.map(AsRef::as_ref),
        // A trailer may have been left behind by the truck of its load.
        tractor: match trailer.filter(|_| touches.tractor_id.is_none()) {
            Some(trailer) => trailer::rides_with(fleet, trailer),
            None => tractor,
        },
        trailer,
    }
}

/// A load by its next stop, and where its truck is.
fn of_load<'a>(load: &'a Movement, fleet: &'a Fleet) -> About<'a> {
    let tractor = load.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id)).map(AsRef::as_ref);
    let next = trip::left(load, fleet.stops_of(&load.key())).next();
    About { tractor, ..About::load(load, next) }
}

/// Says what stands on the board of a load, and who sees to it.
pub(super) fn on_the_board(found: &mut Found, movement: &Movement, facts: &Facts) {
    let open = queue::open(&facts.fleet, &facts.basis().fresh, facts.now);
    let mut lines = queue::lines(open, |row| *row).into_iter();
    let key = movement.key();
    let line = lines.find(|line| line.first().and_then(|row| queue::load_of(row)).as_ref() == Some(&key));
    let Some((worst, more)) = line.as_ref().and_then(|line| line.split_first()) else {
        let yet = if blindness::not_yet(&facts.fleet).is_some() { " yet" } else { "" };
        found.say(format!("Nothing of it stands on the board{yet}, so that nobody has claimed it."));
        return;
    };
    let all: Vec<String> = std::iter::once(worst)
        .chain(more)
        .map(|row| format!("{} ({})", row.summary, claim_words(row, facts)))
        .collect();
    found.say(format!("On the board: {}.", all.join("; ")));
}

/// Who sees to an exception, and since when.
fn claim_words(row: &Exception, facts: &Facts) -> String {
    match handoff::owner(row) {
        Some(mark) => format!("claimed by {} {}", mark.user, ago(Some(mark.at), facts.now)),
        None => handoff::UNOWNED.to_owned(),
    }
}

/// `open_exceptions`: the sheet of a change of shift.
pub(super) fn open_exceptions(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let (fleet, only) = (&facts.fleet, args.only(facts)?);
    let mut sheet = handoff::handoff(fleet, &facts.basis().fresh, facts.now);
    let unknown = narrow(&mut sheet, &only, fleet);
    let mut found = Found::default();
    found.of_only(&only, "by the stop, or else the truck", facts.now);
    found.say(match sheet.open.len() {
        0 if sheet.unsettled.is_some() => "Nothing stands open on the board YET.".to_owned(),
        0 => "Nothing stands open on the board.".to_owned(),
        all => format!(
            "{} open on the board: {} unowned, {} accepted in this shift.",
            count(all, "thing stands", "things stand"),
            sheet.unowned(),
            sheet.accepted()
        ),
    });
    for one in sheet.open.iter().take(ROWS) {
        add_open(&mut found, one, facts);
    }
    found.left_out = sheet.open.len().saturating_sub(ROWS);
    let abouts: Vec<String> =
        sheet.open.iter().map(|line| handoff::about(line.worst, &facts.fleet)).collect();
    found.unsaid(abouts.iter().map(String::as_str), SAID);
    add_promises(&mut found, &sheet, facts);
    if !sheet.at_risk.is_empty() {
        let all = count(sheet.at_risk.len(), "load is", "loads are");
        let ahead = alerts::ahead_words();
        found.say(format!("In the next {ahead} {all} late, at risk or tight, the worst first:"));
    }
    for load in sheet.at_risk.iter().take(SAID) {
        found.say(late_words(load, facts));
        cite(&mut found, facts, &load.movement);
    }
    if sheet.unknown > 0 {
        let of_all = if only.is_all() { "" } else { " in the whole fleet" };
        found.say(format!("Of {}{of_all} NOBODY CAN TELL.", count(sheet.unknown, "load", "loads")));
    }
    found.doubt(only.unknown_words(unknown));
    unsettled(&mut found, facts);
    blind(&mut found, facts);
    Ok(found)
}

/// Keeps of a sheet what `only` has; returns of how many of its lines that is not known.
fn narrow(sheet: &mut Handoff<'_>, only: &Only, fleet: &Fleet) -> usize {
    let has = |row: &Exception| only.has(&of_exception(row, fleet), fleet);
    keep(&mut sheet.open, |line| only::any(line.rows().map(has)))
        + keep(&mut sheet.at_risk, |load| {
            let about = of_load(&load.movement, fleet);
            only.has(&About { stop: load.stop.or(about.stop), ..about }, fleet)
        })
        + keep(&mut sheet.promises, |promise| match &promise.what {
            What::LookAgain { exception, .. } => has(exception),
            What::CheckCall { load } => only.has(&of_load(load, fleet), fleet),
        })
}

fn add_open(found: &mut Found, line: &Line<'_>, facts: &Facts) {
    let (fleet, one) = (&facts.fleet, line.worst);
    let who = line.owner(str::to_owned);
    let also: Vec<&str> = line.more.iter().map(|row| row.summary.as_str()).collect();
    if found.rows.len() < SAID {
        let kind = one.kind.word().replace('_', " ");
        let all = std::iter::once(one.summary.as_str()).chain(also.iter().copied());
        let all = all.collect::<Vec<_>>().join("; also: ");
        let about = handoff::about(one, fleet);
        found.say(format!("{} {kind}, {about}: {all} ({who}).", one.severity.word()));
    }
    found.rows.push(row([
        ("kind", json!(one.kind.word())),
        ("severity", json!(one.severity.word())),
        ("about", json!(handoff::about(one, fleet))),
        ("what", json!(one.summary)),
        ("also", json!(also)),
        ("load", json!(one.touches.movement_id)),
        ("owner", json!(who)),
        ("since", json!(when(one.since_at, facts))),
    ]));
    found.rest_on(Some(one.computed_at));
    if let Some(load) = &one.touches.movement_id {
        found.cite_of(one.touches.company_id.as_deref(), Kind::Movement, load, load, None);
    }
    if let Some(row) = one.touches.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)) {
        found.cite(Kind::Driver, &row.id.0, &row.name, row.hos_as_of_at);
    }
    if let Some(row) = one.touches.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id)) {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
}

/// What was promised for a time.
fn add_promises(found: &mut Found, sheet: &Handoff<'_>, facts: &Facts) {
    if sheet.promises.is_empty() {
        return;
    }
    found.say(format!("{} promised for a time:", count(sheet.promises.len(), "thing was", "things were")));
    for promise in sheet.promises.iter().take(SAID) {
        let what = match &promise.what {
            What::LookAgain { exception, by } => {
                format!("{} looks again at {}", by.user, handoff::about(exception, &facts.fleet))
            }
            What::CheckCall { load } => format!("check call on load {}", load.tms.id),
        };
        let overdue = if promise.is_overdue(facts.now) { " (overdue)" } else { "" };
        found.say(format!("{}{overdue}: {what}.", when(promise.due_at, facts)));
    }
}

/// Says which of the board's rows may be missing or gone.
fn unsettled(found: &mut Found, facts: &Facts) {
    if let Some(why) = blindness::Unsettled::of(&facts.fleet).words() {
        found.say(format!("Not all of it is settled: {why}."));
    }
}
