//! Whose hours end before his work does: on the plan that he has, else by his clocks if he drives on. Where,
//! when, and how far short of which stop. A break that the plan has time for is none of these.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::freshness::{Freshness, standing};
use super::itinerary::{self, is_to_be_driven};
use super::near::{left_known, left_out};
use super::{hours, locality, trip};
use crate::model::{
    Driver, DutyStatus, Fleet, Judgement, Keyed, Movement, Point, Reason, Risk, RunsOut, Stop, Timestamp,
    UnitId,
};

/// By what it is told when somebody's hours end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The plan of the load that he is on.
    Plan,
    /// His clocks, should he drive on: no plan of his is known.
    Clocks,
}

/// How somebody's hours end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ends {
    /// Then, if he goes on.
    At(Timestamp),
    /// He rests, as the plan has it, though his clock has time left.
    Rests,
    /// They have; since when, nobody tells.
    Ended,
}

/// How hours end at `now` that a plan ends at `end`. It may rest sooner than it must, where that costs nothing: while
/// the clock has a minute left the hours have not ended. A clock that nobody knows has none.
pub fn ends(end: RunsOut, driver: Option<&Driver>, now: Timestamp) -> Ends {
    if end.at > now {
        return Ends::At(end.at);
    }
    let left = driver.and_then(|driver| Some((driver, hours::left_at(driver, now).of(end.limit)?)));
    match left.filter(|(_, left_s)| *left_s >= 60) {
        Some((driver, _)) if driver.hos_status.is_rest() => Ends::Rests,
        Some((_, left_s)) => Ends::At(now.plus(Duration::from_secs(left_s.unsigned_abs()))),
        None => Ends::Ended,
    }
}

/// What an end of hours is told with that may not be so: what the plan has for the half hour, of which the ELD does not
/// tell.
pub const IF_DUE: &str = "if the half hour is due";

/// The end as it stands, of which only that is supposed which is: a clock that has ended, or that says when it will,
/// supposes no half hour.
pub fn as_it_stands(end: RunsOut, ends: Ends) -> RunsOut {
    let by_clock = match ends {
        Ends::At(at) => at != end.at,
        Ends::Rests => false,
        // A clock of the half hour that ended would have been told.
        Ends::Ended => end.limit != Reason::Break,
    };
    RunsOut { at_supposed: end.at_supposed && !by_clock, ..end }
}

/// A driver whose hours end.
#[derive(Clone, Debug)]
pub struct Limit<'a> {
    /// Who.
    pub driver: &'a Driver,
    /// By what that is told.
    pub by: By,
    /// Which limit.
    pub limit: &'static str,
    /// When it ends his driving, or that it has.
    pub ends: Ends,
    /// Whether that holds only if the half hour is due as the plan has it: the ELD does not tell.
    pub at_supposed: bool,
    /// The same of the place and of how far short it is.
    pub place_supposed: bool,
    /// Where that is, in words; of somebody who is told by his clocks nobody knows.
    pub place: Option<String>,
    /// Seconds of driving from there to the stop that he does not reach.
    pub short_of_s: Option<i64>,
    /// That stop.
    pub stop: Option<&'a Stop>,
    /// The load it is of.
    pub load: Option<&'a Movement>,
    /// How that load stands.
    pub risk: Risk,
}

impl Ends {
    /// The instant, of hours that have not ended.
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Rests | Self::Ended => None,
        }
    }

    fn is_within(self, until: Timestamp) -> bool {
        self.at().is_none_or(|at| at <= until)
    }
}

impl Limit<'_> {
    /// The stop that he does not reach, in words.
    pub fn stop_place(&self) -> Option<String> {
        self.stop.map(trip::place)
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Limits<'a> {
    /// Whose hours end first comes first; after them those who rest, then those whose hours have ended.
    pub drivers: Vec<Limit<'a>>,
    /// How many at work could not be looked at: their hours are not known, or not any more.
    pub hours_unknown: usize,
}

impl Limits<'_> {
    /// What "about" stands for, in a sentence without an end mark; `None` where nothing is told so.
    pub fn about(&self) -> Option<&'static str> {
        let supposes = |one: &Limit<'_>| one.at_supposed || one.place_supposed;
        self.drivers.iter().any(supposes).then_some(
            "\"about\" and \"may have\" hold if the half hour is due as the plan has it: the ELD does not tell",
        )
    }

    /// Who could not be looked at, in a sentence without an end mark.
    pub fn left_out(&self) -> Option<String> {
        left_out(self.hours_unknown, " at work")
    }
}

/// Whose hours end within `horizon` of `now`.
pub fn limits<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp, horizon: Duration) -> Limits<'a> {
    let until = now.plus(horizon);
    let mut plans = plans(fleet, fresh, now);
    let mut found = Limits::default();
    for driver in fleet.drivers.iter().map(AsRef::as_ref) {
        match plans.remove(&driver.id) {
            Some(Plan { load, judgement, risk }) => {
                let out = judgement.runs_out.map(|end| (end, ends(end, Some(driver), now)));
                if let Some((end, ends)) = out.filter(|(_, ends)| ends.is_within(until)) {
                    let plan = Plan { load, judgement, risk };
                    let short = short_of(fleet, load, judgement, end, now);
                    found.drivers.extend(short.map(|short| by_plan(driver, &plan, end, ends, short)));
                }
            }
            None if is_at_work(driver) => match by_clocks(driver, fresh, now) {
                Some(limit) if limit.ends.is_within(until) => found.drivers.push(limit),
                Some(_) => {}
                None => found.hours_unknown += 1,
            },
            None => {}
        }
    }
    found.drivers.sort_by(|a, b| {
        let rank = |one: &Limit<'_>| (one.ends, Reverse(one.risk), one.by);
        rank(a).cmp(&rank(b)).then_with(|| a.driver.id.cmp(&b.driver.id))
    });
    found
}

/// Whether he works now, by his ELD.
pub const fn is_at_work(driver: &Driver) -> bool {
    match driver.hos_status {
        DutyStatus::Driving | DutyStatus::OnDuty | DutyStatus::YardMove => true,
        DutyStatus::OffDuty | DutyStatus::Sleeper | DutyStatus::PersonalConveyance | DutyStatus::Unknown => {
            false
        }
    }
}

/// A load that was planned for a driver.
struct Plan<'a> {
    load: &'a Movement,
    judgement: &'a Judgement,
    risk: Risk,
}

/// The plan of every driver that has one. Of several loads the one under way, then the one that is due first;
/// but what ends the hours is on the first that they do not reach.
fn plans<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> BTreeMap<UnitId, Plan<'a>> {
    let turn = |plan: &Plan<'_>| {
        let next = trip::left(plan.load, fleet.stops_of(&plan.load.key())).next();
        let goes_on = plan.judgement.runs_out.is_none();
        (goes_on, plan.load.tms.status, next.and_then(Stop::window_at), plan.load.key())
    };
    let mut plans: BTreeMap<UnitId, Plan<'a>> = BTreeMap::new();
    for load in fleet.movements.iter().map(AsRef::as_ref).filter(|load| is_to_be_driven(load)) {
        let Some(judgement) = fleet.judgements.get(&load.key()) else { continue };
        let risk = standing(load, fleet, fresh, now).risk;
        let Some(driver) = judgement.driver_id.clone().filter(|_| risk != Risk::Unknown) else { continue };
        let plan = Plan { load, judgement, risk };
        if plans.get(&driver).is_none_or(|other| turn(&plan) < turn(other)) {
            plans.insert(driver, plan);
        }
    }
    plans
}

/// A stop that is not reached before the hours end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short<'a> {
    /// Which.
    pub stop: &'a Stop,
    /// Seconds of driving from where they end to it; `None` where that was worked out for a stop that was reached since.
    pub seconds: Option<i64>,
}

/// No truck drives faster than this for long: a shorter time than that takes is the way to a nearer stop.
const ROAD_MPH: f64 = 85.0;
/// Where the hours end is known no better than this.
const NEAR_MI: f64 = 1.0;

/// Which stop of `load` is not reached before the hours end at `end`, by the plan of `judgement`: the first ahead of the
/// truck that the plan comes to after that. `None` where it stands at the last, or has left it: then nothing is left to drive.
pub(super) fn short_of<'a>(
    fleet: &'a Fleet,
    load: &Movement,
    judgement: &Judgement,
    end: RunsOut,
    now: Timestamp,
) -> Option<Short<'a>> {
    let ahead = itinerary::ahead(fleet, load, now);
    let planned = |stop: &&&Stop| {
        let arrival = judgement.arrivals.iter().find(|next| next.stop_id == stop.tms.id);
        arrival.is_some_and(|next| next.eta_at.is_none_or(|eta| eta > end.at))
    };
    let stop = *ahead.iter().find(planned).or(ahead.last())?;
    let from = Point::new(end.latitude, end.longitude);
    let straight = from.zip(fleet.places.of(stop)).map(|(from, to)| from.miles_to(to));
    #[expect(clippy::cast_precision_loss, reason = "seconds of a trip")]
    let reaches_mi = ROAD_MPH * end.short_of_s as f64 / 3600.0;
    let seconds = Some(end.short_of_s).filter(|_| straight.is_none_or(|miles| miles <= reaches_mi + NEAR_MI));
    Some(Short { stop, seconds })
}

fn by_plan<'a>(driver: &'a Driver, plan: &Plan<'a>, end: RunsOut, ends: Ends, short: Short<'a>) -> Limit<'a> {
    let Plan { load, risk, .. } = *plan;
    Limit {
        driver,
        by: By::Plan,
        limit: end.limit.word(),
        ends,
        at_supposed: as_it_stands(end, ends).at_supposed,
        place_supposed: end.place_supposed,
        place: locality::place(None, Some(end.latitude), Some(end.longitude)),
        short_of_s: short.seconds,
        stop: Some(short.stop),
        load: Some(load),
        risk,
    }
}

/// When his first clock ends, should he drive on from now; `None` where nobody knows his clocks.
fn by_clocks<'a>(driver: &'a Driver, fresh: &Freshness, now: Timestamp) -> Option<Limit<'a>> {
    let (limit, left_s) = left_known(driver, fresh, now).first_to_bite()?;
    Some(Limit {
        driver,
        by: By::Clocks,
        limit,
        ends: if left_s > 0 {
            Ends::At(now.plus(Duration::from_secs(left_s.unsigned_abs())))
        } else {
            Ends::Ended
        },
        at_supposed: false,
        place_supposed: false,
        place: None,
        short_of_s: None,
        stop: None,
        load: None,
        risk: Risk::Unknown,
    })
}
