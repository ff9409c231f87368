//! Who is at a stop, since when, and how much of the free time is left. What a minute beyond it costs is
//! not known here.

pub use super::alerts::FREE_TIME;
use super::freshness::Freshness;
use super::itinerary::{Queues, is_to_be_driven};
use crate::model::{Fleet, Keyed, Movement, Point, Stop, Timestamp};

/// A truck seen further from a stop than this has left it, though nobody told (as McLeod's own detention
/// module has it: it ends when the truck has moved more than five miles).
const GONE_MI: f64 = 5.0;

/// Who says that a truck is at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The truck's own positions.
    Observed,
    /// The TMS.
    Tms,
}

impl Evidence {
    /// The word used in JSON and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Tms => "tms",
        }
    }
}

/// A truck at a stop.
#[derive(Clone, Debug)]
pub struct Held<'a> {
    /// The load.
    pub movement: &'a Movement,
    /// Where it is.
    pub stop: &'a Stop,
    /// When it came.
    pub arrived_at: Timestamp,
    /// Who says so.
    pub evidence: Evidence,
    /// From when its time counts: the arrival or the appointment, whichever is later.
    pub since_at: Timestamp,
    /// Until when that is free.
    pub free_until_at: Timestamp,
    /// Whether the truck is seen there now; `None` where nobody sees it.
    pub is_seen_there: Option<bool>,
}

impl Held<'_> {
    /// Free time left, in seconds; negative beyond it.
    pub fn free_left_s(&self, now: Timestamp) -> i64 {
        self.free_until_at.secs_since(now)
    }
}

/// Every truck that is at a stop now, the one held longest beyond its free time first.
pub fn held<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Vec<Held<'a>> {
    let queues = Queues::of(fleet, now);
    let open = fleet.movements.iter().filter(|movement| movement.tms.status.is_open());
    let mut held: Vec<Held<'a>> = open
        .filter_map(|movement| {
            let (stop, arrived_at, evidence) = presence(fleet, &queues, movement)?;
            let is_seen_there = seen_there(fleet, fresh, movement, stop, now);
            let since_at = stop.tms.scheduled_early_at.map_or(arrived_at, |early| early.max(arrived_at));
            let free_until_at = since_at.plus(FREE_TIME);
            Some(Held { movement, stop, arrived_at, evidence, since_at, free_until_at, is_seen_there })
        })
        .filter(|held| held.arrived_at <= now && held.is_seen_there != Some(false))
        .collect();
    held.sort_by_key(|held| (held.free_until_at, held.stop.key()));
    held
}

/// When a truck came to the stop where it is, and who says so. What was seen goes before what the TMS says;
/// of several stops it is at the one it came to last, since an earlier one was left whether or not anybody
/// said so.
fn presence<'a>(
    fleet: &Fleet,
    queues: &Queues<'a>,
    movement: &Movement,
) -> Option<(&'a Stop, Timestamp, Evidence)> {
    let calls = queues.calls_of(movement);
    let there = calls.iter().filter_map(|call| Some((call.arrived_at?, call.stop)));
    let (arrived_at, stop) = there.max_by_key(|(arrived_at, stop)| (*arrived_at, stop.tms.sequence))?;
    let stay = fleet.stays.get(&stop.key());
    let is_seen = stay.is_some_and(|stay| {
        Some(&stay.tractor_id) == movement.tractor_id.as_ref() && stay.observed.arrived_at == arrived_at
    });
    Some((stop, arrived_at, if is_seen { Evidence::Observed } else { Evidence::Tms }))
}

fn seen_there(
    fleet: &Fleet,
    fresh: &Freshness,
    movement: &Movement,
    stop: &Stop,
    now: Timestamp,
) -> Option<bool> {
    if !is_to_be_driven(movement) {
        return None;
    }
    let tractor = fleet.tractors.get(movement.tractor_id.as_ref()?)?;
    if !fresh.knows_where(tractor, now) {
        return None;
    }
    let here = Point::new(tractor.latitude?, tractor.longitude?)?;
    let there = fleet.places.sure_of(stop)?;
    Some(here.miles_to(there) <= GONE_MI)
}
