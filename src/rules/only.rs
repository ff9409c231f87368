//! A part of the fleet that a question is only about, as people name it: "texas", "klee", "union valley meats",
//! "pickups". Looks nothing up outside; what a name was taken for it says, and what it cannot tell is an error: nobody
//! is to get the whole fleet who asked for a part.

mod read;
pub(crate) mod states;

use std::collections::BTreeSet;

use self::states::State;
use super::whereabouts::{self, Spot};
use super::{locality, trip};
use crate::model::{
    Driver, Fleet, Keyed, Movement, MovementKey, Point, Stop, StopType, Timestamp, Tractor, Trailer, UnitId,
    folded,
};

/// So many miles around it are still the place that was named.
pub const AROUND_MI: f64 = 25.0;
/// So many of several are named.
const NAMED: usize = 3;

/// A part of the fleet: of several names of one kind either, of several kinds each. Without any it is all of it.
#[derive(Clone, Debug, Default)]
pub struct Only {
    parts: Vec<Part>,
    /// What names were taken for that mean another thing too.
    taken: Vec<String>,
}

#[derive(Clone, Debug)]
enum Part {
    State(State),
    Around(Spot),
    Customer { names: BTreeSet<String>, loads: BTreeSet<MovementKey> },
    Dispatcher(String),
    Drivers { names: BTreeSet<String>, ids: BTreeSet<UnitId> },
    Stops(StopType),
}

/// What one row of an answer is about, each where there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The load.
    pub load: Option<&'a Movement>,
    /// The stop: where the row happens. Without one that is where the truck or its driver is.
    pub stop: Option<&'a Stop>,
    /// Who drives.
    pub driver: Option<&'a Driver>,
    /// The truck.
    pub tractor: Option<&'a Tractor>,
    /// The trailer.
    pub trailer: Option<&'a Trailer>,
}

impl<'a> About<'a> {
    /// A load, by this stop of it.
    pub const fn load(load: &'a Movement, stop: Option<&'a Stop>) -> Self {
        Self { load: Some(load), stop, driver: None, tractor: None, trailer: None }
    }

    /// Whether it is about no part of the fleet more than about another.
    const fn is_of_all(&self) -> bool {
        self.load.is_none()
            && self.stop.is_none()
            && self.driver.is_none()
            && self.tractor.is_none()
            && self.trailer.is_none()
    }
}

impl Only {
    /// Reads names with commas between them, each alone or behind what it is said to be: "texas", "in Austin", "driver
    /// Austin", "klee's". Fails with a sentence that says which is none.
    pub fn read(fleet: &Fleet, text: &str) -> Result<Self, String> {
        read::read(fleet, text)
    }

    /// Whether `name` names a part of this fleet. Where a place was asked for, it is one, though only the map has it.
    pub fn is_named(fleet: &Fleet, name: &str, is_place: bool) -> bool {
        read::is_named(fleet, name, is_place)
    }

    /// Whether it is all of the fleet.
    pub const fn is_all(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether it is of pickups or deliveries alone, which only loads have.
    pub fn is_of_stops(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Stops(_)))
    }

    /// Whether it has this; `None` where that is not known.
    pub fn has(&self, about: &About<'_>, fleet: &Fleet) -> Option<bool> {
        if about.is_of_all() && !self.is_all() {
            return None;
        }
        let lacks = |parts: &[Part]| any(parts.iter().map(|part| part.has(about, fleet))).map(|has| !has);
        any(self.of_a_kind().map(lacks)).map(|lacks| !lacks)
    }

    /// "Only in Texas (by WHERE), of dispatcher klee", where it is not all; `place` says whose place counts.
    pub fn words(&self, place: &str) -> Option<String> {
        let either =
            |parts: &[Part]| parts.iter().map(|part| part.words(place)).collect::<Vec<_>>().join(" or ");
        let each: Vec<String> = self.of_a_kind().map(either).collect();
        (!each.is_empty()).then(|| format!("Only {}", each.join(", ")))
    }

    /// That it is not known of so many whether it has them, in a sentence without an end mark.
    pub fn unknown_words(&self, unknown: usize) -> Option<String> {
        let is_place = |part: &Part| matches!(part, Part::State(_) | Part::Around(_));
        let what = match (self.parts.iter().any(is_place), self.is_of_stops()) {
            (true, false) => "the place",
            (true, true) => "the place or the stop",
            (false, true) => "the stop",
            (false, false) => "which part of the fleet that is of",
        };
        (unknown > 0).then(|| format!("Of {unknown} more {what} is NOT KNOWN"))
    }

    fn of_a_kind(&self) -> impl Iterator<Item = &[Part]> {
        self.parts.chunk_by(|a, b| a.kind() == b.kind())
    }

    /// What is to be known of what the names were taken for.
    pub fn doubts(&self, now: Timestamp) -> impl Iterator<Item = String> {
        let places = self.parts.iter().filter_map(move |part| match part {
            Part::Around(spot) => whereabouts::doubt(spot, now),
            _ => None,
        });
        places.chain(self.taken.iter().cloned())
    }
}

/// Whether any of them holds; `None` where none is known to, and some are not known.
pub fn any(of: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for one in of {
        match one {
            Some(true) => return one,
            Some(false) => {}
            None => any = None,
        }
    }
    any
}

/// Keeps of `rows` what is known to be of a part, as `has` tells; returns of how many more nobody knows.
pub fn keep<T>(rows: &mut Vec<T>, mut has: impl FnMut(&T) -> Option<bool>) -> usize {
    let mut unknown = 0;
    rows.retain(|row| {
        let has = has(row);
        unknown += usize::from(has.is_none());
        has == Some(true)
    });
    unknown
}

impl Part {
    /// Of what it is a part.
    const fn kind(&self) -> u8 {
        match self {
            Self::Stops(_) => 0,
            Self::State(_) | Self::Around(_) => 1,
            Self::Customer { .. } => 2,
            Self::Dispatcher(_) => 3,
            Self::Drivers { .. } => 4,
        }
    }

    fn has(&self, about: &About<'_>, fleet: &Fleet) -> Option<bool> {
        match self {
            Self::State(state) => Some(state_of(about, fleet)?.eq_ignore_ascii_case(state.letters)),
            Self::Around(spot) => {
                let is_called = |stop: &Stop| folded(&trip::place(stop)) == folded(&spot.label);
                match place_of(about, fleet) {
                    Some(point) => Some(point.miles_to(spot.point) <= AROUND_MI),
                    None => about.stop.is_some_and(is_called).then_some(true),
                }
            }
            Self::Customer { loads, .. } => Some(about.load.is_some_and(|load| loads.contains(&load.key()))),
            Self::Dispatcher(name) => {
                Some(dispatcher_of(about, fleet).is_some_and(|his| folded(his) == folded(name)))
            }
            Self::Drivers { ids, .. } => {
                let of_load = about.load.into_iter().flat_map(|load| [&load.driver_id, &load.driver2_id]);
                let of_tractor = about.tractor.map(|row| &row.driver_id);
                let of_trailer = about.trailer.map(|row| &row.driver_id);
                let on = of_load.chain(of_tractor).chain(of_trailer).flatten();
                Some(about.driver.map(|row| &row.id).into_iter().chain(on).any(|id| ids.contains(id)))
            }
            Self::Stops(kind) => match (about.stop, about.load) {
                (Some(stop), _) => Some(stop.tms.kind == *kind),
                (None, Some(_)) => None,
                (None, None) => Some(false),
            },
        }
    }

    fn words(&self, place: &str) -> String {
        let listed = |names: &BTreeSet<String>| {
            let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
            let more = names.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" or {more} more") } else { String::new() };
            format!("{}{more}", named.join(" or "))
        };
        match self {
            Self::State(state) => format!("in {} ({place})", state.name),
            Self::Around(spot) => format!("within {AROUND_MI:.0} mi of {} ({place})", spot.label),
            Self::Customer { names, .. } => format!("for customer or stop {}", listed(names)),
            Self::Dispatcher(name) => format!("of dispatcher {name}"),
            Self::Drivers { names, .. } => format!("of driver {}", listed(names)),
            Self::Stops(StopType::Pickup) => "pickups".to_owned(),
            Self::Stops(StopType::Delivery | StopType::Other) => "deliveries".to_owned(),
        }
    }
}

/// Where a row is: at its stop, else where its truck, its driver or its trailer is.
fn place_of(about: &About<'_>, fleet: &Fleet) -> Option<Point> {
    let point = |latitude: Option<f64>, longitude: Option<f64>| Point::new(latitude?, longitude?);
    if let Some(stop) = about.stop {
        return fleet.places.of(stop);
    }
    let truck = about.tractor.and_then(|row| point(row.latitude, row.longitude));
    let driver = || about.driver.and_then(|row| point(row.latitude, row.longitude));
    let trailer = || about.trailer.and_then(|row| point(row.latitude, row.longitude));
    truck.or_else(driver).or_else(trailer)
}

fn state_of<'a>(about: &About<'a>, fleet: &Fleet) -> Option<&'a str> {
    if let Some(state) = about.stop.and_then(|stop| stop.tms.state.as_deref()) {
        return Some(State::named(&folded(state)).map_or(state, |state| state.letters));
    }
    Some(locality::of(place_of(about, fleet)?)?.town.state)
}

/// Whose it is: the load's dispatcher, else that of who drives it or of the truck.
fn dispatcher_of<'a>(about: &About<'a>, fleet: &'a Fleet) -> Option<&'a str> {
    let own = about.load.and_then(|load| load.tms.dispatcher.as_deref());
    let load_driver = || Some(fleet.drivers.get(about.load?.driver_id.as_ref()?)?.as_ref());
    let driver = || about.driver.or_else(load_driver)?.dispatcher.as_deref();
    own.or_else(driver).or_else(|| about.tractor?.dispatcher.as_deref())
}

#[cfg(test)]
mod tests;
