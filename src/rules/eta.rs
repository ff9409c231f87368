//! When a load gets where it is going, by the rules and by how things really go, and whether that is in
//! time. Knows no service and no table: travel times and hours are handed in.

mod driver;
mod ends;
mod errand;
mod outlook;
mod reason;
mod unmanned;
mod windows;

use std::cmp::Reverse;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

pub use self::driver::{TOO_OLD, clocks_hold};
use self::errand::{Errand, Pace};
pub use self::outlook::{Outlook, legal_at, legal_between, misses, outlook, told_road};
pub use self::unmanned::unmanned;
use super::freshness::Freshness;
use super::hours::{Cycle, Plan};
use super::itinerary::{Call, Itinerary};
use crate::model::{
    Arrival, Driver, DutyTotal, EtaSource, Judgement, Movement, Point, Reason, Risk, Timestamp, Tractor,
};

/// How the office plans.
#[derive(Clone, Debug)]
pub struct Office {
    /// The home terminal's zone where the ELD does not say.
    pub zone: TimeZone,
    /// The cycle where the ELD does not say.
    pub cycle: Cycle,
    /// When a day begins at the home terminal (49 CFR 395.2).
    pub day_start: Time,
    /// Planned dwell at a stop.
    pub dwell: Duration,
    /// A practical arrival closer than this to a window's end is tight.
    pub warning: Duration,
    /// A truck takes so many thousandths of the time that a car does.
    pub truck_per_mille: i64,
}

/// Travel times from where the truck is now.
#[derive(Clone, Copy, Debug)]
pub struct Road<'a> {
    /// Seconds of driving left to each call that is not reached yet, in order; a car's, unless estimated.
    pub left_s: &'a [i64],
    /// Where the truck is.
    pub from: Point,
    /// Where those calls are.
    pub to: &'a [Point],
    /// Who says so.
    pub source: EtaSource,
    /// Of how many of those calls they do: to the rest it is the straight line.
    pub told: usize,
    /// When they said it.
    pub asked_at: Timestamp,
}

/// Everything that one load is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The load.
    pub movement: &'a Movement,
    /// What its truck has still to do for it.
    pub itinerary: &'a Itinerary<'a>,
    /// Its truck.
    pub tractor: Option<&'a Tractor>,
    /// Its driver.
    pub driver: Option<&'a Driver>,
    /// What the driver did on the days before, newest first.
    pub days: &'a [DutyTotal],
    /// Travel times; `None` where a stop's place is not known.
    pub road: Option<Road<'a>>,
}

/// Judges a load as of `now`. What is missing or too old makes it unknown, and says which.
pub fn judge(case: &Case<'_>, fresh: &Freshness, office: &Office, now: Timestamp) -> Judgement {
    let blank = blank(case, now);
    if case.itinerary.own.is_empty() {
        return Judgement { risk: Risk::Ok, ..blank };
    }
    match errand(case, fresh, office, now) {
        Ok(errand) => planned(blank, &errand, case, office),
        Err(Missing { reason, note }) => unknown(blank, reason, note, case, now),
    }
}

/// What no time can be told without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// As a reason code, where it is one.
    pub reason: Option<Reason>,
    /// More of it: a sentence that begins with a code.
    pub note: Option<String>,
}

impl Missing {
    /// What is missing, in a word.
    pub fn word(&self) -> &'static str {
        self.reason.map_or("PLACE_UNKNOWN", Reason::word)
    }
}

/// The work of a case, where all is known that it takes to plan it.
fn errand<'a>(
    case: &Case<'a>,
    fresh: &Freshness,
    office: &Office,
    now: Timestamp,
) -> Result<Errand<'a>, Missing> {
    let Seen { tractor, driver, road } = seen(case, fresh, now)?;
    let hours = driver::request(driver, tractor, case.days, office, now);
    let errand = hours.and_then(|hours| Errand::new(case, road, hours, office));
    errand.map_err(|why| Missing { reason: blamed(&why), note: Some(why) })
}

/// Who drives a load, and where: all of it seen lately.
struct Seen<'a> {
    tractor: &'a Tractor,
    driver: &'a Driver,
    road: Road<'a>,
}

/// The truck, the driver and the road of a case, where all of them are known and come.
fn seen<'a>(case: &Case<'a>, fresh: &Freshness, now: Timestamp) -> Result<Seen<'a>, Missing> {
    let lacks = |reason, note: Option<String>| Missing { reason, note };
    let (Some(tractor), Some(driver)) = (case.tractor, case.driver) else {
        return Err(unmanned(case.movement, case.driver, case.tractor));
    };
    if !fresh.knows_where(tractor, now) {
        return Err(lacks(Some(Reason::StaleGps), None));
    }
    if let Some(note) = case.itinerary.crew.refusal() {
        return Err(lacks(Some(Reason::StaleHos), Some(note)));
    }
    let Some(road) = case.road else {
        let note = "place_unknown: a stop has neither coordinates nor an address".to_owned();
        return Err(lacks(None, Some(note)));
    };
    if !driver.source.as_deref().is_some_and(|source| fresh.hours(source)) {
        return Err(lacks(Some(Reason::StaleHos), driver::hours_of_another(driver, fresh)));
    }
    Ok(Seen { tractor, driver, road })
}

/// What a refusal is to be blamed on, by the code it begins with: not every one is the hours' fault.
fn blamed(why: &str) -> Option<Reason> {
    let code = why.split(':').next().unwrap_or_default();
    let hours = ["hours_missing", "hours_old", "status_unknown", "invalid_clocks", "unsupported_ruleset"];
    hours.contains(&code).then_some(Reason::StaleHos)
}

/// What is said of a load in any case.
fn blank(case: &Case<'_>, now: Timestamp) -> Judgement {
    Judgement {
        company_id: case.movement.tms.company_id.clone(),
        movement_id: case.movement.tms.id.clone(),
        tractor_id: case.movement.tractor_id.clone(),
        driver_id: case.movement.driver_id.clone(),
        routed_at: case.road.map(|road| road.asked_at),
        computed_at: now,
        ..Judgement::default()
    }
}

/// A load of which no time can be told. One that nobody drives is late once its window has closed.
fn unknown(
    blank: Judgement,
    reason: Option<Reason>,
    note: Option<String>,
    case: &Case<'_>,
    now: Timestamp,
) -> Judgement {
    let first = case.itinerary.own.first();
    let closed = first.filter(|call| call.arrived_at.is_none()).and_then(|call| call.stop.closes_at());
    let late_s = closed.map(|closed| now.secs_since(closed)).filter(|late_s| *late_s > 0);
    let is_late = reason == Some(Reason::NoDriver) && late_s.is_some();
    let arrivals = case.itinerary.own.iter().map(|call| Arrival {
        stop_id: call.stop.tms.id.clone(),
        risk: Risk::Unknown,
        ..Arrival::default()
    });
    Judgement {
        risk: if is_late { Risk::Late } else { Risk::Unknown },
        reason,
        stop_id: first.map(|call| call.stop.tms.id.clone()),
        late_s: late_s.filter(|_| is_late),
        arrivals: arrivals.collect(),
        notes: note.into_iter().collect(),
        ..blank
    }
}

/// A load whose times can be told.
fn planned(blank: Judgement, errand: &Errand<'_>, case: &Case<'_>, office: &Office) -> Judgement {
    let before = case.itinerary.before.len();
    let mut arrivals = Vec::new();
    let mut last = None;
    for (number, call) in case.itinerary.own.iter().enumerate() {
        let place = before + number;
        match reached(errand, call, place, office) {
            Ok((arrival, plan)) => {
                last = plan.map(|plan| (place, plan)).or(last);
                arrivals.push(arrival);
            }
            // The hours of this driver cannot be planned with; the planner says why.
            Err(why) => return unknown(blank, blamed(&why), Some(why), case, errand.now()),
        }
    }
    let worst = worst(&arrivals);
    let reason =
        worst.and_then(|(number, arrival)| reason::of(errand, before + number, arrival.risk, office));
    let leave_by = worst.filter(|(_, arrival)| matches!(arrival.risk, Risk::Tight | Risk::AtRisk));
    let leave_by = leave_by.and_then(|(number, _)| errand.latest_departure_for(before + number));
    let (worst, risk) = (worst.map(|(_, arrival)| arrival), worst.map_or(Risk::Ok, |(_, one)| one.risk));
    let mut notes = errand.notes();
    notes.extend(last.iter().flat_map(|(_, plan)| plan.notes.iter().map(ToString::to_string)));
    notes.dedup();
    Judgement {
        risk,
        reason,
        stop_id: worst.map(|arrival| arrival.stop_id.clone()),
        late_s: worst.and_then(|arrival| arrival.late_s),
        latest_departure_at: errand.latest_departure(),
        leave_by_at: leave_by,
        drive_s: Some(errand.drive_s(Pace::Practical)),
        runs_out: last.as_ref().and_then(|(place, plan)| ends::runs_out(plan, errand, *place)),
        arrivals,
        notes,
        ..blank
    }
}

/// When a call is reached, and the practical plan that gets there; none where the truck is there already.
fn reached(
    errand: &Errand<'_>,
    call: &Call<'_>,
    place: usize,
    office: &Office,
) -> Result<(Arrival, Option<Plan>), String> {
    let stop_id = call.stop.tms.id.clone();
    if let Some(arrived_at) = errand.stands_at(place) {
        let there = Some(arrived_at);
        let arrival = Arrival { stop_id, eta_at: there, legal_eta_at: there, ..Arrival::default() };
        return Ok((Arrival { risk: Risk::Ok, ..arrival }, None));
    }
    let legal = errand.reach(place, Pace::Legal)?;
    let practical = errand.reach(place, Pace::Practical)?;
    let eta_at = errand.eta(&practical).max(legal.arrival_at);
    let closes = call.stop.closes_at();
    let arrival = Arrival {
        stop_id,
        eta_at: Some(eta_at),
        legal_eta_at: Some(legal.arrival_at),
        eta_source: Some(errand.source_to(place)),
        late_s: closes.map(|closes| eta_at.secs_since(closes)),
        risk: windows::class(legal.arrival_at, eta_at, closes, office.warning),
    };
    Ok((arrival, Some(practical)))
}

/// The stop that a load's class is about: the worst. Of several that it is late at, the one that it is latest at; of
/// others the first, for which something is to be done first.
fn worst(arrivals: &[Arrival]) -> Option<(usize, &Arrival)> {
    let windows = arrivals.iter().enumerate().filter(|(_, arrival)| arrival.late_s.is_some());
    windows.min_by_key(|(number, arrival)| {
        let late_s = arrival.late_s.filter(|_| arrival.risk == Risk::Late);
        (Reverse(arrival.risk), Reverse(late_s), *number)
    })
}

#[cfg(test)]
mod tests;
