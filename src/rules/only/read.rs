//! Which part of the fleet a name means. What it is said to be it is, or nothing; of what it can mean besides, it says so.

use std::collections::BTreeSet;

use super::states::State;
use super::{Only, Part};
use crate::model::{Driver, Fleet, MovementKey, Stop, StopType, folded};
use crate::rules::{trip, whereabouts};

/// A customer goes by no fewer letters.
const SHORTEST: usize = 3;
/// So many names are read.
const MOST: usize = 12;
/// A name has so many commas in it at the most, and one more piece.
const PIECES: usize = 3;

/// What a name can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Stops,
    State,
    Dispatcher,
    /// A town that stops of ours lie in.
    Town,
    Customer,
    Driver,
    /// Any place: a town, a unit, a load.
    Place,
}

impl Kind {
    /// What a name is said to be by this word before it.
    const fn word(self) -> &'static str {
        match self {
            Self::Stops => "stops",
            Self::State => "state",
            Self::Dispatcher => "dispatcher",
            Self::Town => "town",
            Self::Customer => "customer",
            Self::Driver => "driver",
            Self::Place => "place",
        }
    }
}

/// What a name is looked for as, in this order, where nobody says what it is.
const BARE: &[Kind] =
    &[Kind::Stops, Kind::State, Kind::Dispatcher, Kind::Town, Kind::Customer, Kind::Driver, Kind::Place];
/// The same of somebody's: "for klee", "klee's".
const WHOSE: &[Kind] =
    &[Kind::Dispatcher, Kind::Customer, Kind::Driver, Kind::State, Kind::Town, Kind::Place];
/// The same of where: "in Austin", "at Harbor Paper".
const WHERE: &[Kind] = &[Kind::State, Kind::Town, Kind::Customer, Kind::Place];

/// A name, and what it can be by what is said before it or behind it.
#[derive(Clone, Copy, Debug)]
struct Said<'a> {
    kinds: &'static [Kind],
    name: &'a str,
    /// With the word of its kind before it, where that can be a part of the name: "city steel".
    whole: Option<&'a str>,
}

impl<'a> Said<'a> {
    fn of(text: &'a str) -> Self {
        if let Some(name) = ["'s", "’s"].iter().find_map(|end| text.strip_suffix(end)) {
            return Self::of(name).among(WHOSE);
        }
        let bare = Self { kinds: BARE, name: text, whole: None };
        let Some((lead, name)) = text.split_once(char::is_whitespace) else { return bare };
        let kinds: &[Kind] = match folded(lead).as_str() {
            "in" | "at" | "near" | "around" => return Self::of(name.trim()).among(WHERE),
            "for" => return Self::of(name.trim()).among(WHOSE),
            "state" | "province" => &[Kind::State],
            "town" | "city" | "place" => &[Kind::Town, Kind::Place],
            "customer" => &[Kind::Customer],
            "dispatcher" => &[Kind::Dispatcher],
            "driver" => &[Kind::Driver],
            _ => return bare,
        };
        Self { kinds, name: name.trim(), whole: Some(text) }
    }

    /// Of these kinds, where no other word says what it is.
    fn among(self, kinds: &'static [Kind]) -> Self {
        if self.kinds == BARE { Self { kinds, ..self } } else { self }
    }
}

/// Reads `text` as [`Only::read`] does. A name may have commas in it: "Dallas, TX", "Harbor Paper, Inc".
pub(super) fn read(fleet: &Fleet, text: &str) -> Result<Only, String> {
    let pieces: Vec<&str> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if pieces.len() > MOST {
        return Err(format!("a part of the fleet is asked for by {MOST} names at the most"));
    }
    let mut only = Only::default();
    let mut left = pieces.as_slice();
    while let [first, ..] = left {
        let longest = PIECES.min(left.len());
        let several = (2..=longest).rev().find_map(|count| {
            let (name, rest) = left.split_at(count);
            Some((joined(fleet, name)?, rest))
        });
        let (part, rest) = if let Some(found) = several {
            found
        } else {
            let (part, also) = part(fleet, Said::of(first))?;
            only.taken.extend(also);
            (part, left.get(1..).unwrap_or_default())
        };
        only.parts.push(part);
        left = rest;
    }
    only.parts.sort_by_key(Part::kind);
    Ok(only)
}

pub(super) fn is_named(fleet: &Fleet, name: &str, is_place: bool) -> bool {
    let said = Said::of(name);
    // Behind "by" stands a dispatcher as often as a place.
    let not = if is_place { Kind::Driver } else { Kind::Place };
    let mut kinds = said.kinds.iter().filter(|kind| **kind != not);
    kinds.any(|kind| matches!(find(fleet, *kind, said.name), Some(Ok(_))))
}

/// One name that has commas between its `pieces`: a town before its state, degrees, or all of a name.
fn joined(fleet: &Fleet, pieces: &[&str]) -> Option<Part> {
    let text = pieces.join(", ");
    let Said { kinds, name, .. } = Said::of(&text);
    let has = |kind| kinds.contains(&kind);
    let is_degrees = pieces.iter().all(|piece| piece.parse::<f64>().is_ok());
    if pieces.len() == 2 && has(Kind::Place) && (is_degrees || is_town_in_state(name)) {
        let spot = if is_degrees {
            whereabouts::locate(fleet, &fleet.places, name)
        } else {
            whereabouts::town_named(fleet, &fleet.places, name)
        };
        if let Ok(spot) = spot {
            return Some(Part::Around(spot));
        }
    }
    let named = [Kind::Dispatcher, Kind::Customer, Kind::Driver];
    named.into_iter().filter(|kind| has(*kind)).find_map(|kind| find(fleet, kind, name)?.ok())
}

/// Whether it is a town with its state behind a comma, and not two states by name, of which either is meant.
fn is_town_in_state(name: &str) -> bool {
    let Some((town, state)) = name.split_once(',') else { return false };
    let (town, state) = (folded(town.trim()), folded(state.trim()));
    State::named(&state).is_some() && (state.len() == 2 || State::named(&town).is_none())
}

/// What a name means, of what it can be the first; and what else it means, in a sentence without an end mark.
fn part(fleet: &Fleet, said: Said<'_>) -> Result<(Part, Option<String>), String> {
    let Said { kinds, name, whole } = said;
    if let Some(part) = whole.and_then(|whole| customer(fleet, &folded(whole))) {
        return Ok((part, None));
    }
    let ours = kinds.iter().filter(|kind| **kind != Kind::Place);
    let mut found = ours.filter_map(|kind| Some((*kind, find(fleet, *kind, name)?)));
    let Some((kind, part)) = found.next() else {
        let place = kinds.contains(&Kind::Place).then(|| find(fleet, Kind::Place, name)).flatten();
        return place.and_then(Result::ok).map(|part| (part, None)).ok_or_else(|| unknown(said));
    };
    let part = part?;
    let is_person = matches!(kind, Kind::Dispatcher | Kind::Customer | Kind::Driver);
    let is_town = || whereabouts::town_named(fleet, &fleet.places, name).is_ok();
    let mut others: Vec<Kind> = found
        .filter(|(other, part)| part.is_ok() && !(kinds == WHERE && *other == Kind::Customer))
        .map(|(other, _)| other)
        .collect();
    if is_person && kinds == BARE && !others.contains(&Kind::Town) && is_town() {
        others.push(Kind::Town);
    }
    let others: Vec<String> = others.iter().map(|other| format!("\"{} {name}\"", other.word())).collect();
    let also = (!others.is_empty()).then(|| {
        format!("{name:?} was taken for the {}; there is {} too", kind.word(), others.join(" and "))
    });
    Ok((part, also))
}

fn unknown(said: Said<'_>) -> String {
    let Said { kinds, name, .. } = said;
    let what = match kinds {
        [Kind::Town, Kind::Place] => "no town or place".to_owned(),
        [only] => format!("no {}", only.word()),
        _ if kinds == WHERE => "no state, place or customer".to_owned(),
        _ => "no state, place, customer, dispatcher or driver".to_owned(),
    };
    format!("UNKNOWN: {name:?} is {what} that we know. Without it, this is asked of the whole fleet")
}

/// What of this kind `name` means. Fails where that is several places.
fn find(fleet: &Fleet, kind: Kind, name: &str) -> Option<Result<Part, String>> {
    let wanted = folded(name);
    let part = match kind {
        Kind::Stops => kind_of_stop(&wanted),
        Kind::State => State::named(&wanted).map(Part::State),
        Kind::Dispatcher => dispatcher(fleet, &wanted),
        Kind::Customer => customer(fleet, &wanted),
        Kind::Driver => drivers(fleet, &wanted),
        Kind::Town => {
            fleet.stops.iter().find(|stop| is_city(stop, &wanted))?;
            return Some(whereabouts::town_named(fleet, &fleet.places, name).map(Part::Around));
        }
        Kind::Place => {
            let town = whereabouts::town_named(fleet, &fleet.places, name);
            let spot = town.or_else(|_no_town| whereabouts::locate(fleet, &fleet.places, name));
            return Some(spot.map(Part::Around));
        }
    };
    part.map(Ok)
}

fn kind_of_stop(wanted: &str) -> Option<Part> {
    match wanted {
        "pickup" | "pickups" | "shipper" | "shippers" => Some(Part::Stops(StopType::Pickup)),
        "deliver" | "delivers" | "delivering" | "delivery" | "deliveries" | "drop" | "drops" | "receiver"
        | "receivers" | "consignee" => Some(Part::Stops(StopType::Delivery)),
        _ => None,
    }
}

fn dispatcher(fleet: &Fleet, wanted: &str) -> Option<Part> {
    let loads = fleet.movements.iter().filter_map(|row| row.tms.dispatcher.as_deref());
    let drivers = fleet.drivers.iter().filter_map(|row| row.dispatcher.as_deref());
    let tractors = fleet.tractors.iter().filter_map(|row| row.dispatcher.as_deref());
    let mut all = loads.chain(drivers).chain(tractors);
    all.find(|name| folded(name) == wanted).map(|name| Part::Dispatcher(name.to_owned()))
}

fn is_city(stop: &Stop, wanted: &str) -> bool {
    stop.tms.city.as_deref().is_some_and(|city| folded(city) == wanted)
        || folded(&trip::place(stop)) == *wanted
}

/// Who pays for a load, or has a stop of it, by whole words of his name.
fn customer(fleet: &Fleet, wanted: &str) -> Option<Part> {
    if wanted.chars().count() < SHORTEST {
        return None;
    }
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let wanted = words(wanted);
    let is_meant = |name: &&str| words(&folded(name)).windows(wanted.len().max(1)).any(|some| some == wanted);
    let (mut names, mut loads) = (BTreeSet::new(), BTreeSet::new());
    for order in &fleet.orders {
        let Some(name) = order.customer.as_deref().filter(is_meant) else { continue };
        names.insert(name.to_owned());
        let company_id = order.tms.company_id.clone();
        loads.extend(order.tms.movement_id.clone().map(|id| MovementKey { company_id, id }));
    }
    for stop in &fleet.stops {
        let Some(name) = stop.tms.name.as_deref().filter(is_meant) else { continue };
        names.insert(name.to_owned());
        let company_id = stop.tms.company_id.clone();
        loads.extend(stop.tms.movement_id.clone().map(|id| MovementKey { company_id, id }));
    }
    (!names.is_empty()).then_some(Part::Customer { names, loads })
}

/// Whoever is called so, by all of his name or else by a word of it.
fn drivers(fleet: &Fleet, wanted: &str) -> Option<Part> {
    let called = |is_it: &dyn Fn(&str) -> bool| -> Vec<&Driver> {
        fleet.drivers.iter().map(AsRef::as_ref).filter(|row: &&Driver| is_it(&folded(&row.name))).collect()
    };
    let mut found = called(&|name| name == wanted);
    if found.is_empty() {
        found = called(&|name| name.split_whitespace().any(|word| word == wanted));
    }
    let names = found.iter().map(|row| row.name.to_string()).collect();
    let ids = found.iter().map(|row| row.id.clone()).collect();
    (!found.is_empty()).then_some(Part::Drivers { names, ids })
}
