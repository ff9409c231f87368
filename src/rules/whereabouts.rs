//! Where a place is that somebody names: coordinates, a unit, a driver, a stop, a load, or a city. Looks nothing up outside; what
//! it cannot tell it says.

use crate::model::land::{Country, Land, Town};
use crate::model::{
    Fleet, Keyed, Movement, Places, Point, RowText, Stop, StopType, Timestamp, UnitId, folded,
};
use crate::rules::called::{self, Said};
use crate::rules::only::states::State;
use crate::rules::{age, find, trailer, trip};

/// A place that was named.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Where.
    pub point: Point,
    /// What it is: "Dallas TX", "tractor 412".
    pub label: String,
    /// When that was so, of a unit.
    pub observed_at: Option<Timestamp>,
    /// That it was taken, where another place may be meant: one of that name, where the truck of a load is, or a unit that
    /// goes by more than was said.
    pub taken: Option<String>,
}

/// Finds the place that `text` means. Fails with a sentence that says what it could be, or what can be
/// said instead.
pub fn locate(fleet: &Fleet, places: &Places, text: &str) -> Result<Spot, String> {
    let text = text.trim();
    if let Some(found) = degrees(text) {
        return found.map(|point| Spot { point, label: text.to_owned(), observed_at: None, taken: None });
    }
    let named = |text: &str| {
        [whole(units(fleet, text), text), drivers(fleet, text), stops(fleet, places, text)].concat()
    };
    let mut found = named(text);
    if found.is_empty() {
        found = loads(fleet, places, text)?;
    }
    if found.is_empty()
        && let Some(state) = State::named(&folded(text))
    {
        return Err(no_town(state));
    }
    if found.is_empty()
        && let Some((kinds, name)) = kinds(text)
    {
        let is_of = |one: &Named| kinds == LOAD || kinds.iter().any(|kind| one.label.starts_with(kind));
        found = if kinds == LOAD { loads(fleet, places, name)? } else { named(name) };
        found.retain(is_of);
        if found.is_empty() {
            found = nearly(units(fleet, name).into_iter().filter(|(_, unit)| is_of(unit)).collect());
        }
    }
    if found.is_empty() {
        found = nearly(units(fleet, text));
    }
    match found.as_slice() {
        [] => town_named(fleet, places, text),
        [only] => only.spot(),
        several => {
            let each: Vec<_> = several.iter().map(|one| format!("{} ({})", one.label, one.id)).collect();
            Err(format!("{text:?} is {}: say which by its id", each.join(" and ")))
        }
    }
}

const LOAD: &[&str] = &["load"];

/// Of which kind it is said to be, as labels begin, and the rest: "truck 412".
fn kinds(text: &str) -> Option<(&'static [&'static str], &str)> {
    let (kind, name) = text.split_once(char::is_whitespace)?;
    let kinds: &[&str] = match kind.to_lowercase().as_str() {
        "tractor" | "truck" => &["tractor"],
        "trailer" => &["trailer"],
        "unit" => &["tractor", "trailer"],
        "driver" => &["driver"],
        "stop" => &["the stop"],
        "load" => LOAD,
        _ => return None,
    };
    Some((kinds, name.trim()))
}

/// "lat,lon"; an error where that is no place on earth.
fn degrees(text: &str) -> Option<Result<Point, String>> {
    let (latitude, longitude) = text.split_once(',')?;
    let (latitude, longitude) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    let wrong =
        || format!("{text:?} is no place: give degrees north, then degrees east (negative in America)");
    Some(Point::new(latitude, longitude).ok_or_else(wrong))
}

#[derive(Clone)]
struct Named {
    label: String,
    id: String,
    point: Option<Point>,
    observed_at: Option<Timestamp>,
    taken: Option<String>,
}

impl Named {
    fn spot(&self) -> Result<Spot, String> {
        let (label, observed_at, taken) = (self.label.clone(), self.observed_at, self.taken.clone());
        let point = self.point.ok_or_else(|| format!("nobody has seen where {label} is"))?;
        Ok(Spot { point, label, observed_at, taken })
    }
}

fn point(latitude: Option<f64>, longitude: Option<f64>) -> Option<Point> {
    Point::new(latitude?, longitude?)
}

/// Units that go by `text`, each with how much of its number that is; an id is all of it.
fn units(fleet: &Fleet, text: &str) -> Vec<(Said, Named)> {
    let said = |id: &UnitId, number: &str| {
        if id.0 == text { Some(Said::Whole) } else { called::said(number, text) }
    };
    let tractors = fleet.tractors.iter().filter_map(|row| {
        let named = Named {
            label: format!("tractor {}", row.unit_number),
            id: row.id.to_string(),
            point: point(row.latitude, row.longitude),
            observed_at: row.observed_at,
            taken: called::taken(&row.unit_number, text),
        };
        Some((said(&row.id, &row.unit_number)?, named))
    });
    let trailers = fleet.trailers.iter().filter_map(|row| {
        let said = said(&row.id, &row.unit_number)?;
        let (label, id) = (format!("trailer {}", row.unit_number), row.id.to_string());
        let taken = called::taken(&row.unit_number, text);
        let named = match trailer::rides_with(fleet, row) {
            Some(truck) => Named {
                label: format!("{label} {}", trailer::with_words(truck)),
                id,
                point: point(truck.latitude, truck.longitude),
                observed_at: truck.observed_at,
                taken,
            },
            None => Named {
                label,
                id,
                point: point(row.latitude, row.longitude),
                observed_at: row.observed_at,
                taken,
            },
        };
        Some((said, named))
    });
    tractors.chain(trailers).collect()
}

/// Those of `units` of which all of the number was said.
fn whole(units: Vec<(Said, Named)>, text: &str) -> Vec<Named> {
    let whole = units.into_iter().filter(|(said, _)| *said == Said::Whole);
    by_id_first(whole.map(|(_, unit)| unit).collect(), text)
}

/// Those of `units` of whose number the most was said.
fn nearly(units: Vec<(Said, Named)>) -> Vec<Named> {
    let best = units.iter().map(|(said, _)| *said).min();
    units.into_iter().filter(|(said, _)| Some(*said) == best).map(|(_, unit)| unit).collect()
}

fn drivers(fleet: &Fleet, text: &str) -> Vec<Named> {
    let is_meant = |id: &UnitId, name: &str| id.0 == text || folded(name) == folded(text);
    let found = fleet.drivers.iter().filter(|row| is_meant(&row.id, &row.name)).map(|row| {
        let tractor = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        let own = point(row.latitude, row.longitude).map(|point| (point, row.observed_at));
        let trucks = tractor.and_then(|row| Some((point(row.latitude, row.longitude)?, row.observed_at)));
        let seen = own.or(trucks);
        Named {
            label: format!("driver {}", row.name),
            id: row.id.to_string(),
            point: seen.map(|(point, _)| point),
            observed_at: seen.and_then(|(_, at)| at),
            taken: None,
        }
    });
    by_id_first(found.collect(), text)
}

fn stops(fleet: &Fleet, places: &Places, text: &str) -> Vec<Named> {
    let found = fleet.stops.iter().filter(|stop| stop.tms.id == text).map(|stop| Named {
        label: format!("the stop at {}", trip::place(stop)),
        id: format!("company {}", stop.tms.company_id),
        point: places.of(stop),
        observed_at: None,
        taken: None,
    });
    found.collect()
}

/// The open load of that number, or of COMPANY/ID. Fails where two companies have one of that number.
fn loads(fleet: &Fleet, places: &Places, text: &str) -> Result<Vec<Named>, String> {
    let is_meant =
        |row: &&Movement| row.tms.status.is_open() && (row.tms.id == text || find::full_id(row) == text);
    let found: Vec<&Movement> = fleet.movements.iter().map(AsRef::as_ref).filter(is_meant).collect();
    match found.as_slice() {
        [] => Ok(Vec::new()),
        [only] => Ok(vec![load(fleet, places, only)]),
        several => Err(find::ambiguous(text, several)),
    }
}

/// A load is where its truck is, once that has it, or where its trailer was heard elsewhere; until then the truck may be on
/// another, states away.
fn load(fleet: &Fleet, places: &Places, row: &Movement) -> Named {
    let (name, id) = (format!("load {}", row.tms.id), find::full_id(row));
    if let Some(stop) = waits_at(fleet, row) {
        let place = trip::place(stop);
        let (what, yet) = waiting(stop);
        return Named {
            label: format!("the {what} of {name} at {place}"),
            id,
            point: places.of(stop),
            observed_at: None,
            taken: Some(format!("{name} {yet}: its {what} at {place} was taken, and not where its truck is")),
        };
    }
    let tractor = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    if let Some(trailer) = trailer::of_load(fleet, row) {
        let number = &trailer.unit_number;
        return Named {
            label: format!("trailer {number} of {name}"),
            id,
            point: point(trailer.latitude, trailer.longitude),
            observed_at: trailer.observed_at,
            taken: Some(format!("{number} was taken, which was heard elsewhere than the truck of {name}")),
        };
    }
    Named {
        label: name,
        id,
        point: tractor.and_then(|row| point(row.latitude, row.longitude)),
        observed_at: tractor.and_then(|row| row.observed_at),
        taken: None,
    }
}

/// What the stop is at which a load waits, and what has not happened there.
const fn waiting(stop: &Stop) -> (&'static str, &'static str) {
    match stop.tms.kind {
        StopType::Pickup => ("pickup", "is not picked up yet"),
        StopType::Delivery | StopType::Other => ("first stop", "is not begun yet"),
    }
}

/// Where that is: "its pickup, Dallas TX".
pub(super) fn waiting_place(stop: &Stop) -> String {
    format!("its {}, {}", waiting(stop).0, trip::place(stop))
}

/// Where a load waits that nobody is known to have left with: its first pickup, or the stop that it begins at.
pub(super) fn waits_at<'a>(fleet: &'a Fleet, row: &Movement) -> Option<&'a Stop> {
    let stops = fleet.stops_of(&row.key());
    let first = |is_it: fn(StopType) -> bool| stops.iter().position(|stop| is_it(stop.tms.kind));
    let begins =
        first(|kind| kind == StopType::Pickup).or_else(|| first(|kind| kind != StopType::Delivery))?;
    let (begins, later) = stops.get(begins..)?.split_first()?;
    let is_left = begins.tms.done
        || begins.tms.actual_departure_at.is_some()
        || fleet.stay_of(row, begins).is_some_and(|stay| stay.observed.departed_at.is_some());
    // Whoever came to a later stop has been here, whether or not anybody told.
    let was_at = |stop: &Stop| {
        stop.tms.done || stop.tms.actual_arrival_at.is_some() || fleet.stay_of(row, stop).is_some()
    };
    (!is_left && !later.iter().any(|stop| was_at(stop))).then_some(begins.as_ref())
}

/// An id is nobody else's; a number may be.
fn by_id_first(found: Vec<Named>, text: &str) -> Vec<Named> {
    match found.iter().find(|one| one.id == text) {
        Some(one) => vec![one.clone()],
        None => found,
    }
}

/// The town that `text` names, alone or before its state, and nothing else that goes by that. Fails as [`locate`] does.
pub(super) fn town_named(fleet: &Fleet, places: &Places, text: &str) -> Result<Spot, String> {
    if let Some(state) = State::named(&folded(text)) {
        return Err(no_town(state));
    }
    let found = city(fleet, places, text);
    match lettered(text) {
        Some(text) if found.is_err() => city(fleet, places, &text).or(found),
        _ => found,
    }
}

/// That a state is no place that anything is near to. Towns are called as states are, some far from them.
fn no_town(state: State) -> String {
    let wanted = words(state.name);
    let town =
        Land::towns().iter().filter(|town| is_called(town, &wanted)).max_by_key(|town| town.population);
    let town = town.map(|town| format!("; the town of that name is {:?}", named(town)));
    state.is_no_town() + &town.unwrap_or_default()
}

/// A town before the name of its state, with the letters of that instead: "waco tx" of "Waco, Texas".
fn lettered(text: &str) -> Option<String> {
    let words = words(text);
    (1..words.len()).find_map(|at| {
        let (name, state) = words.split_at(at);
        Some(format!("{} {}", name.join(" "), State::named(&state.join(" "))?.letters))
    })
}

/// A city: the town of that name on the map, so that everybody measures from one point, whichever loads there are; one that
/// our stops lie in before others. A city that the map does not have is in the middle of our stops there.
fn city(fleet: &Fleet, places: &Places, text: &str) -> Result<Spot, String> {
    let wanted = words(text);
    let in_city = |stop: &&Stop| {
        let city = words(stop.tms.city.as_deref().unwrap_or_default());
        let state = words(stop.tms.state.as_deref().unwrap_or_default());
        !city.is_empty() && (wanted == city || (!state.is_empty() && wanted == [city, state].concat()))
    };
    let stops: Vec<&Stop> = fleet.stops.iter().map(AsRef::as_ref).filter(in_city).collect();
    let mut states: Vec<RowText> = stops.iter().filter_map(|stop| stop.tms.state.clone()).collect();
    states.sort_unstable();
    states.dedup();
    if states.len() > 1 {
        return Err(which(text, states.iter().map(RowText::as_str)));
    }
    let towns: Vec<&'static Town> = Land::towns().iter().filter(|town| is_called(town, &wanted)).collect();
    let Some(stop) = stops.first() else { return town(text, &towns) };
    let ours = |town: &&&Town| states.first().is_some_and(|state| is_in(town, state));
    if let Some(town) = towns.iter().find(ours) {
        return Ok(Spot { taken: taken(town, &towns), ..spot_of(town)? });
    }
    let points: Vec<Point> = stops.iter().filter_map(|stop| places.of(stop)).collect();
    match middle(&points) {
        Some(point) => Ok(Spot { point, label: trip::place(stop), observed_at: None, taken: None }),
        None => Err(format!(
            "{}: our stops there have no coordinates; give \"lat,lon\", a unit or another stop",
            trip::place(stop)
        )),
    }
}

/// A town that no stop of ours lies in: the only one of that name, or the one that is by far the largest.
fn town(text: &str, towns: &[&'static Town]) -> Result<Spot, String> {
    match towns {
        [] => Err(format!(
            "{text:?} is no unit, driver or stop of ours, and no town on the map; give \"lat,lon\""
        )),
        [only] => spot_of(only),
        [largest, next, ..] if largest.population >= RENOWN * next.population => spot_of(largest),
        several => Err(which(text, several.iter().take(MOST).map(|town| town.state_or_country()))),
    }
}

/// Asks which of the places of one name is meant.
fn which<'a>(text: &str, states: impl Iterator<Item = &'a str>) -> String {
    let mut states: Vec<&str> = states.collect();
    states.dedup();
    let first = states.first().copied().unwrap_or_default();
    format!("there is a {text:?} in {}: say which, as {text} {first}", states.join(" and "))
}

/// Says that a town was taken for what was typed, where another of that name may have been meant: one that more people
/// know, or nearly as many.
fn taken(town: &Town, towns: &[&Town]) -> Option<String> {
    let other = towns.iter().find(|other| {
        (other.name, other.state_or_country()) != (town.name, town.state_or_country())
            && RENOWN * other.population > town.population
    })?;
    Some(format!("{} was taken, where our stops are, and not {}", named(town), named(other)))
}

/// A town so many times as large as the next of its name is the one that people mean.
const RENOWN: u32 = 5;

/// So many places of one name are told of.
const MOST: usize = 5;

fn named(town: &Town) -> String {
    format!("{} {}", town.name, town.state_or_country())
}

fn spot_of(town: &Town) -> Result<Spot, String> {
    let point = Point::new(town.latitude.into(), town.longitude.into());
    let point = point.ok_or_else(|| format!("nobody knows where {} is", named(town)))?;
    Ok(Spot { point, label: named(town), observed_at: None, taken: None })
}

/// Whether a town is in this state of our stops; the map has none for those of Mexico.
fn is_in(town: &Town, state: &str) -> bool {
    let is_northern = || Land::towns().iter().any(|other| other.state.eq_ignore_ascii_case(state));
    town.state.eq_ignore_ascii_case(state) || (town.country == Country::Mexico && !is_northern())
}

/// Whether these words name a town, alone or before its state.
fn is_called(town: &Town, wanted: &[String]) -> bool {
    let is_name = |wanted: &[String]| {
        let parts = town.name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        let mut parts = parts.map(short);
        let is_next = |word: &String| parts.next().is_some_and(|part| part.eq_ignore_ascii_case(word));
        !wanted.is_empty() && wanted.iter().all(is_next) && parts.next().is_none()
    };
    let is_state = |word: &String| word.eq_ignore_ascii_case(town.state_or_country());
    match wanted {
        [name @ .., state] if is_state(state) && is_name(name) => true,
        _ => is_name(wanted),
    }
}

/// The words of a name as they are compared: folded, and without what people put between them.
fn words(text: &str) -> Vec<String> {
    let folded = folded(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| short(word).to_owned()).collect()
}

/// A word of a town's name as people shorten it: "ft worth", "st louis".
fn short(word: &str) -> &str {
    const LONG: [(&str, &str); 3] = [("fort", "ft"), ("saint", "st"), ("mount", "mt")];
    LONG.iter().find(|(long, _)| word.eq_ignore_ascii_case(long)).map_or(word, |(_, short)| short)
}

/// The middle one in each direction: a single stop that lies elsewhere does not move it.
fn middle(points: &[Point]) -> Option<Point> {
    let median = |of: fn(&Point) -> f64| {
        let mut values: Vec<f64> = points.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Point::new(median(|point| point.latitude)?, median(|point| point.longitude)?)
}

/// What is to be known of a place that was named, for whoever asked about what is near it: how old it is, of a unit; which
/// was taken, where another may be meant. `None` of a place that stays and is the only one.
pub fn doubt(spot: &Spot, now: Timestamp) -> Option<String> {
    let seen = |at| format!("{} was seen there {} ago", spot.label, age::words(now.since(at)));
    let said: Vec<String> = spot.taken.clone().into_iter().chain(spot.observed_at.map(seen)).collect();
    (!said.is_empty()).then(|| said.join("; "))
}
