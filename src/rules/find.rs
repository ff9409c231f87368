//! One box for any name or number that people say on the phone: what it could be, the likeliest first, and
//! where that is. Also settles which load is meant by what somebody typed.

mod wanted;

use std::cmp::Ordering;

pub use self::wanted::Fit;
use self::wanted::{Wanted, number_behind};
use super::{locality, motion, trailer, trip, whereabouts};
use crate::model::{
    Driver, Fleet, Keyed, Movement, MovementKey, Order, Stop, Timestamp, Tractor, Trailer, UnitId, UnitKind,
    nearest,
};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A power unit.
    Tractor,
    /// Anything pulled.
    Trailer,
    /// A person who drives.
    Driver,
    /// A load.
    Movement,
    /// A customer's order.
    Order,
    /// A stop.
    Stop,
}

impl Kind {
    /// The word used in JSON and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tractor => "tractor",
            Self::Trailer => "trailer",
            Self::Driver => "driver",
            Self::Movement => "movement",
            Self::Order => "order",
            Self::Stop => "stop",
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// The TMS company, of a load, an order or a stop.
    pub company_id: Option<String>,
    /// What people call it.
    pub label: String,
    /// How it stands: moving, off duty, under way, done.
    pub state: String,
    /// Where it is, in words: a unit's as [`locality::place`] has it.
    pub place: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// When that was so.
    pub observed_at: Option<Timestamp>,
    /// The load it belongs to.
    pub movement_id: Option<String>,
    /// Whether that load is known. Of a load that was over, or never ours, when the TMS was first read there are stops and
    /// orders and nothing else, so that nobody can say how it stands.
    pub load_is_known: bool,
    /// Which of its names fits: `unit_number`, `name`, `phone`, `po`.
    pub matched: &'static str,
    /// How well.
    pub fit: Fit,
}

/// Everything that `text` can mean: what fits exactly before what begins with it before what has it
/// somewhere.
pub fn find(fleet: &Fleet, text: &str, now: Timestamp) -> Vec<Found> {
    let found = as_written(fleet, text, now);
    // "PO 4471": some write the word into the number, most do not.
    let Some(number) = number_behind(text).filter(|_| found.is_empty()) else { return found };
    let mut found = as_written(fleet, number, now);
    found.retain(|one| one.fit == Fit::Exact);
    found
}

fn as_written(fleet: &Fleet, text: &str, now: Timestamp) -> Vec<Found> {
    let Some(wanted) = Wanted::of(text) else { return Vec::new() };
    let mut found = Vec::new();
    found.extend(fleet.tractors.iter().filter_map(|row| tractor(row, &wanted, now)));
    found.extend(fleet.trailers.iter().filter_map(|row| trailer(fleet, row, &wanted, now)));
    found.extend(fleet.drivers.iter().filter_map(|row| driver(fleet, row, &wanted)));
    found.extend(fleet.movements.iter().filter_map(|row| movement(fleet, row, &wanted)));
    found.extend(fleet.orders.iter().filter_map(|row| order(fleet, row, &wanted)));
    found.extend(fleet.stops.iter().filter_map(|row| stop(fleet, row, &wanted)));
    found.sort_by(|a, b| {
        (a.fit, a.kind)
            .cmp(&(b.fit, b.kind))
            .then_with(|| by_number(&a.label, &b.label))
            .then_with(|| a.id.cmp(&b.id))
    });
    found
}

/// Settles which load `text` means: its id, COMPANY/ID, or else the number of an order that it carries. An open load of
/// that order goes before one of that id that is over. Fails with a sentence that says what it could be.
pub fn load<'a>(fleet: &'a Fleet, text: &str) -> Result<&'a Movement, String> {
    let found = meant(fleet, text);
    let found = match number_behind(text).filter(|_| found.is_empty()) {
        Some(number) => meant(fleet, number),
        None => found,
    };
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(unknown(fleet, text.trim())),
        several => Err(ambiguous(text.trim(), several)),
    }
}

/// The loads that `text` can mean as a load's number or an order's, as [`load`] reads it; each once.
pub(super) fn meant<'a>(fleet: &'a Fleet, text: &str) -> Vec<&'a Movement> {
    let text = text.trim();
    if let Some(row) = by_key(fleet, text) {
        return vec![row];
    }
    let by_id = |is_meant: &dyn Fn(&Movement) -> bool| -> Vec<&'a Movement> {
        fleet.movements.iter().map(AsRef::as_ref).filter(|row| is_meant(row)).collect()
    };
    let mut found = by_id(&|row| row.tms.id == text);
    if !found.iter().any(|row| row.tms.status.is_open()) {
        let mut carried = by_order(fleet, text);
        carried.retain(|row| found.is_empty() || row.tms.status.is_open());
        if !carried.is_empty() {
            found = carried;
        }
    }
    if found.is_empty() {
        let zeros = |text: &str| text.trim_start_matches('0').to_lowercase();
        found = by_id(&|row| zeros(&row.tms.id) == zeros(text));
    }
    found.sort_by_key(|row| row.key());
    found.dedup_by_key(|row| row.key());
    found
}

/// The load of COMPANY/ID, which is one load whatever else goes by its number.
pub(super) fn by_key<'a>(fleet: &'a Fleet, text: &str) -> Option<&'a Movement> {
    let (company, id) = text.trim().split_once('/')?;
    let key = MovementKey { company_id: company.into(), id: id.into() };
    fleet.movements.get(&key).map(AsRef::as_ref)
}

/// As many loads are named where a number is that of several.
const NAMED: usize = 5;

/// Says which loads `text` could be, as they can be asked for.
pub(super) fn ambiguous(text: &str, several: &[&Movement]) -> String {
    let names = several.iter().take(NAMED).map(|row| {
        let order = row.tms.order_id.as_ref().map(|order| format!(" (order {order})"));
        format!("{}{}", full_id(row), order.unwrap_or_default())
    });
    let more = several.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" or {more} more") } else { String::new() };
    format!("{text:?} is several loads: say which, as {}{more}", names.collect::<Vec<_>>().join(" or "))
}

/// COMPANY/ID: what one load alone is called.
pub(super) fn full_id(row: &Movement) -> String {
    format!("{}/{}", row.tms.company_id, row.tms.id)
}

/// Says that nothing goes by `text`, and what is called alike.
pub(super) fn unknown(fleet: &Fleet, text: &str) -> String {
    match nearest(text, fleet.movements.iter().map(|row| row.tms.id.as_str())) {
        Some(near) => format!("there is no load or order {text:?}; did you mean {near:?}?"),
        None => format!("there is no load or order {text:?}: give a movement's id, or an order's"),
    }
}

/// Says what else `text` is the number of, where it was taken for that of `load`: an order that another load carries, or
/// a load that is over.
pub fn also_an_order(fleet: &Fleet, load: &Movement, text: &str) -> Option<String> {
    let text = text.trim();
    let is_other = |other: &&Movement| other.key() != load.key();
    if let Some(other) = by_order(fleet, text).into_iter().find(is_other) {
        return Some(format!(
            "{text} was taken for a load; order {text} is carried by load {}",
            other.tms.id
        ));
    }
    let mut loads = fleet.movements.iter().map(AsRef::as_ref);
    let other = loads.find(|other: &&Movement| other.tms.id == text && is_other(other))?;
    let (mine, word) = (&load.tms.id, other.tms.status.word().replace('_', " "));
    (load.tms.id != text)
        .then(|| format!("{text} was taken for an order, which load {mine} carries; load {text} is {word}"))
}

/// The load that a unit's or a driver's row names, which has him or it: loads of two companies may have one id. Of several
/// one that is open; none of what is no unit.
pub fn of_unit<'a>(fleet: &'a Fleet, kind: Kind, id: &UnitId) -> Option<&'a Movement> {
    let named = match kind {
        Kind::Tractor => &fleet.tractors.get(id)?.movement_id,
        Kind::Trailer => &fleet.trailers.get(id)?.movement_id,
        Kind::Driver => &fleet.drivers.get(id)?.movement_id,
        Kind::Movement | Kind::Order | Kind::Stop => return None,
    };
    let named = named.as_deref()?;
    let has = |row: &Movement| match kind {
        Kind::Tractor => row.tractor_id.as_ref() == Some(id),
        Kind::Trailer => row.trailer_id.as_ref() == Some(id),
        Kind::Driver => row.driver_id.as_ref() == Some(id) || row.driver2_id.as_ref() == Some(id),
        Kind::Movement | Kind::Order | Kind::Stop => false,
    };
    let loads = fleet.movements.iter().map(AsRef::as_ref);
    loads
        .filter(|row: &&Movement| row.tms.id == named && has(row))
        .min_by_key(|row| !row.tms.status.is_open())
}

/// The loads that carry an order of that number.
fn by_order<'a>(fleet: &'a Fleet, number: &str) -> Vec<&'a Movement> {
    let orders = fleet.orders.iter().filter(|order| order.tms.id == number);
    let keys: Vec<MovementKey> = orders
        .filter_map(|order| {
            Some(MovementKey { company_id: order.tms.company_id.clone(), id: order.tms.movement_id.clone()? })
        })
        .collect();
    let named = fleet.movements.iter().filter(|row| row.tms.order_id.as_deref() == Some(number));
    // An order that was moved on names the load that it is on now.
    if keys.is_empty() {
        return named.map(AsRef::as_ref).collect();
    }
    keys.iter().filter_map(|key| fleet.movements.get(key)).map(AsRef::as_ref).collect()
}

/// "7" before "101", "T2" before "T10".
pub fn by_number(a: &str, b: &str) -> Ordering {
    (a.len(), a).cmp(&(b.len(), b))
}

fn tractor(row: &Tractor, wanted: &Wanted, now: Timestamp) -> Option<Found> {
    let (fit, matched) = wanted.best(&[
        ("unit_number", Some(&row.unit_number)),
        ("id", Some(&row.id.0)),
        ("vin", row.vin.as_deref()),
        ("plate", row.plate.as_deref()),
    ])?;
    let state = motion::at(UnitKind::Tractor, row.state, row.observed_at, now);
    let seen = Seen::of(row);
    Some(Found {
        kind: Kind::Tractor,
        id: row.id.to_string(),
        company_id: None,
        label: row.unit_number.to_string(),
        state: state.word().to_owned(),
        place: seen.place,
        latitude: seen.latitude,
        longitude: seen.longitude,
        observed_at: seen.observed_at,
        movement_id: row.movement_id.as_ref().map(Into::into),
        load_is_known: true,
        matched,
        fit,
    })
}

/// One without a tracker is where its truck is.
fn trailer(fleet: &Fleet, row: &Trailer, wanted: &Wanted, now: Timestamp) -> Option<Found> {
    let (fit, matched) = wanted.best(&[
        ("unit_number", Some(&row.unit_number)),
        ("id", Some(&row.id.0)),
        ("vin", row.vin.as_deref()),
        ("plate", row.plate.as_deref()),
    ])?;
    let state = motion::at(UnitKind::Trailer, row.state, row.observed_at, now);
    let seen = trailer::seen(fleet, row);
    Some(Found {
        kind: Kind::Trailer,
        id: row.id.to_string(),
        company_id: None,
        label: row.unit_number.to_string(),
        state: state.word().to_owned(),
        place: locality::place(seen.place, seen.latitude, seen.longitude),
        latitude: seen.latitude,
        longitude: seen.longitude,
        observed_at: seen.observed_at,
        movement_id: row.movement_id.as_ref().map(Into::into),
        load_is_known: true,
        matched,
        fit,
    })
}

/// Where something is, when it was seen there.
#[derive(Default)]
struct Seen {
    place: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    observed_at: Option<Timestamp>,
}

impl Seen {
    fn of(tractor: &Tractor) -> Self {
        Self {
            place: locality::place(tractor.place.as_deref(), tractor.latitude, tractor.longitude),
            latitude: tractor.latitude,
            longitude: tractor.longitude,
            observed_at: tractor.observed_at,
        }
    }
}

fn driver(fleet: &Fleet, row: &Driver, wanted: &Wanted) -> Option<Found> {
    let names = [("name", Some(row.name.as_str())), ("id", Some(&row.id.0)), ("phone", row.phone.as_deref())];
    let (fit, matched) = wanted.best(&names)?;
    let own = Seen {
        place: locality::place(row.place.as_deref(), row.latitude, row.longitude),
        latitude: row.latitude,
        longitude: row.longitude,
        observed_at: row.observed_at,
    };
    let tractor = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let seen = match tractor {
        Some(tractor) if own.latitude.is_none() => Seen::of(tractor),
        _ => own,
    };
    Some(Found {
        kind: Kind::Driver,
        id: row.id.to_string(),
        company_id: None,
        label: row.name.to_string(),
        state: row.hos_status.word().to_owned(),
        place: seen.place,
        latitude: seen.latitude,
        longitude: seen.longitude,
        observed_at: seen.observed_at,
        movement_id: row.movement_id.as_ref().map(Into::into),
        load_is_known: true,
        matched,
        fit,
    })
}

/// A load is where its truck is, once that has it, or where its trailer was heard elsewhere; until then where it waits.
fn seen_of(fleet: &Fleet, row: &Movement) -> Seen {
    if !row.tms.status.is_open() {
        return Seen::default();
    }
    if let Some(stop) = whereabouts::waits_at(fleet, row) {
        let (latitude, longitude) =
            fleet.places.of(stop).map(|point| (point.latitude, point.longitude)).unzip();
        let place = Some(whereabouts::waiting_place(stop));
        return Seen { place, latitude, longitude, observed_at: None };
    }
    if let Some(trailer) = trailer::of_load(fleet, row) {
        let place = locality::place(trailer.place.as_deref(), trailer.latitude, trailer.longitude);
        let (latitude, longitude) = (trailer.latitude, trailer.longitude);
        let place = place.map(|place| format!("its trailer, {place}"));
        return Seen { place, latitude, longitude, observed_at: trailer.observed_at };
    }
    let tractor = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    tractor.map(|tractor| Seen::of(tractor)).unwrap_or_default()
}

fn movement(fleet: &Fleet, row: &Movement, wanted: &Wanted) -> Option<Found> {
    let names = [("id", Some(row.tms.id.as_str()))];
    let (fit, matched) = wanted.best(&names)?;
    let seen = seen_of(fleet, row);
    let trip = trip::of(row, fleet.stops_of(&row.key()));
    let ends = [trip.origin, trip.destination].into_iter().flatten().map(trip::place);
    let label = std::iter::once(row.tms.id.to_string()).chain(Some(ends.collect::<Vec<_>>().join(" to ")));
    Some(Found {
        kind: Kind::Movement,
        id: row.tms.id.to_string(),
        company_id: Some(row.tms.company_id.to_string()),
        label: label.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        state: row.tms.status.word().to_owned(),
        place: seen.place,
        latitude: seen.latitude,
        longitude: seen.longitude,
        observed_at: seen.observed_at,
        movement_id: Some(row.tms.id.to_string()),
        load_is_known: true,
        matched,
        fit,
    })
}

fn order(fleet: &Fleet, row: &Order, wanted: &Wanted) -> Option<Found> {
    let (fit, matched) = wanted.best(&[
        ("id", Some(&row.tms.id)),
        ("po", row.tms.po.as_deref()),
        ("bol", row.tms.bol.as_deref()),
        ("consignee_ref", row.tms.consignee_ref.as_deref()),
        ("customer", row.customer.as_deref()),
    ])?;
    let key =
        row.tms.movement_id.clone().map(|id| MovementKey { company_id: row.tms.company_id.clone(), id });
    let load = key.and_then(|key| fleet.movements.get(&key));
    let seen = load.map(|load| seen_of(fleet, load)).unwrap_or_default();
    let customer = row.customer.as_ref().map(|customer| format!(" {customer}")).unwrap_or_default();
    Some(Found {
        kind: Kind::Order,
        id: row.tms.id.to_string(),
        company_id: Some(row.tms.company_id.to_string()),
        label: format!("{}{customer}", row.tms.id),
        state: row.tms.status.word().to_owned(),
        place: seen.place,
        latitude: seen.latitude,
        longitude: seen.longitude,
        observed_at: seen.observed_at,
        movement_id: row.tms.movement_id.as_ref().map(Into::into),
        load_is_known: load.is_some() || row.tms.movement_id.is_none(),
        matched,
        fit,
    })
}

fn stop(fleet: &Fleet, row: &Stop, wanted: &Wanted) -> Option<Found> {
    let (fit, matched) = wanted.best(&[
        ("id", Some(&row.tms.id)),
        ("name", row.tms.name.as_deref()),
        ("phone", row.tms.phone.as_deref()),
    ])?;
    let key =
        row.tms.movement_id.clone().map(|id| MovementKey { company_id: row.tms.company_id.clone(), id });
    let load_is_known = key.is_none_or(|key| fleet.movements.get(&key).is_some());
    let state = match (row.tms.done, row.tms.actual_departure_at, row.tms.actual_arrival_at) {
        (true, ..) | (_, Some(_), _) => "done",
        _ if !load_is_known => "unknown",
        (.., Some(_)) => "arrived",
        (..) => "open",
    };
    Some(Found {
        kind: Kind::Stop,
        id: row.tms.id.to_string(),
        company_id: Some(row.tms.company_id.to_string()),
        label: row.tms.name.as_ref().map_or_else(|| trip::place(row), Into::into),
        state: state.to_owned(),
        place: Some(trip::place(row)),
        latitude: row.tms.latitude,
        longitude: row.tms.longitude,
        observed_at: None,
        movement_id: row.tms.movement_id.as_ref().map(Into::into),
        load_is_known,
        matched,
        fit,
    })
}
