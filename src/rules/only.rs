//! A part of the fleet that a question is only about, as people name it: "texas", "klee", "union valley meats",
//! "pickups". Looks nothing up outside; what a name was taken for it says, and what it cannot tell is an error: nobody
//! is to get the whole fleet who asked for a part.

pub(crate) mod states;

use std::collections::BTreeSet;

use self::states::STATES;
use super::whereabouts::{self, Spot};
use super::{locality, trip};
use crate::model::{
    Driver, Fleet, Keyed, Movement, MovementKey, Point, Stop, StopType, Timestamp, Tractor, UnitId, folded,
};

/// So many miles around it are still the place that was named.
pub const AROUND_MI: f64 = 25.0;
/// A customer goes by no fewer letters.
const SHORTEST: usize = 3;
/// So many of several are named.
const NAMED: usize = 3;

/// A part of the fleet: of several names of one kind either, of several kinds each. Without any it is all of it.
#[derive(Clone, Debug, Default)]
pub struct Only(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    /// Letters and name of a state or province.
    State(&'static str, &'static str),
    Around(Spot),
    Customer {
        names: BTreeSet<String>,
        loads: BTreeSet<MovementKey>,
    },
    Dispatcher(String),
    Drivers {
        names: BTreeSet<String>,
        ids: BTreeSet<UnitId>,
    },
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
}

impl<'a> About<'a> {
    /// A load, by this stop of it.
    pub const fn load(load: &'a Movement, stop: Option<&'a Stop>) -> Self {
        Self { load: Some(load), stop, driver: None, tractor: None }
    }
}

impl Only {
    /// Reads names with commas between them. Fails with a sentence that says which is none.
    pub fn read(fleet: &Fleet, text: &str) -> Result<Self, String> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut parts = names.map(|name| part(fleet, name, true)).collect::<Result<Vec<_>, _>>()?;
        parts.sort_by_key(Part::kind);
        Ok(Self(parts))
    }

    /// Whether `name` names a part of this fleet. A town that only the map has is meant where a place was asked for.
    pub fn is_named(fleet: &Fleet, name: &str, is_place: bool) -> bool {
        part(fleet, name, is_place).is_ok()
    }

    /// Whether it is all of the fleet.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it has this.
    pub fn has(&self, about: &About<'_>, fleet: &Fleet) -> bool {
        self.of_a_kind().all(|parts| parts.iter().any(|part| part.has(about, fleet)))
    }

    /// "only in Texas (by WHERE), of dispatcher klee", where it is not all; `place` says whose place counts.
    pub fn words(&self, place: &str) -> Option<String> {
        let either =
            |parts: &[Part]| parts.iter().map(|part| part.words(place)).collect::<Vec<_>>().join(" or ");
        let each: Vec<String> = self.of_a_kind().map(either).collect();
        (!each.is_empty()).then(|| format!("Only {}", each.join(", ")))
    }

    fn of_a_kind(&self) -> impl Iterator<Item = &[Part]> {
        self.0.chunk_by(|a, b| a.kind() == b.kind())
    }

    /// What is to be known of the places that were taken.
    pub fn doubts(&self, now: Timestamp) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(move |part| match part {
            Part::Around(spot) => whereabouts::doubt(spot, now),
            _ => None,
        })
    }
}

/// What `name` means: a stop's kind, a state, a dispatcher, a city of our stops, a customer, a driver; at last, where
/// `with_map`, any other place.
fn part(fleet: &Fleet, name: &str, with_map: bool) -> Result<Part, String> {
    let kinds = ["dispatcher ", "customer "];
    let name = kinds.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name);
    let wanted = folded(name);
    let located = || whereabouts::locate(fleet, &fleet.places, name).map(Part::Around);
    let sure = kind_of_stop(&wanted).or_else(|| state(&wanted)).or_else(|| dispatcher(fleet, &wanted));
    if let Some(part) = sure {
        return Ok(part);
    }
    if fleet.stops.iter().any(|stop| is_city(stop, &wanted)) {
        return located();
    }
    if let Some(part) = customer(fleet, &wanted).or_else(|| drivers(fleet, &wanted)) {
        return Ok(part);
    }
    let unknown = || {
        format!(
            "UNKNOWN: {name:?} is no state, place, customer, dispatcher or driver that we know. Without it, this \
             is asked of the whole fleet"
        )
    };
    if with_map { located().map_err(|_no_place| unknown()) } else { Err(unknown()) }
}

fn kind_of_stop(wanted: &str) -> Option<Part> {
    match wanted {
        "pickup" | "pickups" | "shipper" | "shippers" => Some(Part::Stops(StopType::Pickup)),
        "deliver" | "delivers" | "delivering" | "delivery" | "deliveries" | "drop" | "drops" | "receiver"
        | "receivers" | "consignee" => Some(Part::Stops(StopType::Delivery)),
        _ => None,
    }
}

fn state(wanted: &str) -> Option<Part> {
    let is = |(letters, name): &&(&str, &str)| {
        wanted.eq_ignore_ascii_case(letters) || wanted.eq_ignore_ascii_case(name)
    };
    STATES.iter().find(is).map(|(letters, name)| Part::State(letters, name))
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

impl Part {
    /// Of what it is a part.
    const fn kind(&self) -> u8 {
        match self {
            Self::Stops(_) => 0,
            Self::State(..) | Self::Around(_) => 1,
            Self::Customer { .. } => 2,
            Self::Dispatcher(_) => 3,
            Self::Drivers { .. } => 4,
        }
    }

    fn has(&self, about: &About<'_>, fleet: &Fleet) -> bool {
        match self {
            Self::State(letters, _) => {
                state_of(about, fleet).is_some_and(|state| state.eq_ignore_ascii_case(letters))
            }
            Self::Around(spot) => {
                let is_there = |point: Point| point.miles_to(spot.point) <= AROUND_MI;
                let by_name =
                    || about.stop.is_some_and(|stop| folded(&trip::place(stop)) == folded(&spot.label));
                place_of(about, fleet).map_or_else(by_name, is_there)
            }
            Self::Customer { loads, .. } => about.load.is_some_and(|load| loads.contains(&load.key())),
            Self::Dispatcher(name) => {
                dispatcher_of(about, fleet).is_some_and(|his| folded(his) == folded(name))
            }
            Self::Drivers { ids, .. } => {
                let on =
                    about.load.into_iter().flat_map(|load| [&load.driver_id, &load.driver2_id]).flatten();
                about.driver.map(|row| &row.id).into_iter().chain(on).any(|id| ids.contains(id))
            }
            Self::Stops(kind) => about.stop.is_some_and(|stop| stop.tms.kind == *kind),
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
            Self::State(_, name) => format!("in {name} ({place})"),
            Self::Around(spot) => format!("within {AROUND_MI:.0} mi of {} ({place})", spot.label),
            Self::Customer { names, .. } => format!("for customer or stop {}", listed(names)),
            Self::Dispatcher(name) => format!("of dispatcher {name}"),
            Self::Drivers { names, .. } => format!("of driver {}", listed(names)),
            Self::Stops(StopType::Pickup) => "pickups".to_owned(),
            Self::Stops(StopType::Delivery | StopType::Other) => "deliveries".to_owned(),
        }
    }
}

/// Where a row is: at its stop, else where its truck or its driver is.
fn place_of(about: &About<'_>, fleet: &Fleet) -> Option<Point> {
    let point = |latitude: Option<f64>, longitude: Option<f64>| Point::new(latitude?, longitude?);
    if let Some(stop) = about.stop {
        return fleet.places.of(stop);
    }
    let truck = about.tractor.and_then(|row| point(row.latitude, row.longitude));
    truck.or_else(|| about.driver.and_then(|row| point(row.latitude, row.longitude)))
}

fn state_of<'a>(about: &About<'a>, fleet: &Fleet) -> Option<&'a str> {
    if let Some(state) = about.stop.and_then(|stop| stop.tms.state.as_deref()) {
        return Some(state);
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
mod tests {
    use super::*;
    use crate::model::Order;

    fn fleet() -> Fleet {
        let mut fleet = Fleet::default();
        let stop = |id: &str, load: &str, city: &str, state: &str, name: &str, kind| {
            let mut stop = Stop::default();
            (stop.tms.id, stop.tms.company_id) = (id.into(), "TMS".into());
            (stop.tms.movement_id, stop.tms.kind) = (Some(load.into()), kind);
            (stop.tms.city, stop.tms.state) = (Some(city.into()), Some(state.into()));
            stop.tms.name = Some(name.into());
            stop
        };
        fleet.stops = [
            stop("1", "4471", "DALLAS", "TX", "HARBOR PAPER", StopType::Delivery),
            stop("2", "4472", "MADISON", "WI", "COBALT STEEL", StopType::Pickup),
        ]
        .into_iter()
        .collect();
        let load = |id: &str, dispatcher: &str, driver: &str| {
            let mut load = Movement::default();
            (load.tms.id, load.tms.company_id) = (id.into(), "TMS".into());
            load.tms.dispatcher = Some(dispatcher.into());
            load.driver_id = Some(UnitId(driver.into()));
            load
        };
        fleet.movements = [load("4471", "klee", "a"), load("4472", "JDoe", "b")].into_iter().collect();
        let driver =
            |id: &str, name: &str| Driver { id: UnitId(id.into()), name: name.into(), ..Driver::default() };
        fleet.drivers = [driver("a", "Ann Smith"), driver("b", "Bob Stone")].into_iter().collect();
        let mut order = Order { customer: Some("UNION VALLEY MEATS".into()), ..Order::default() };
        (order.tms.id, order.tms.company_id) = ("9".into(), "TMS".into());
        order.tms.movement_id = Some("4472".into());
        fleet.orders = [order].into_iter().collect();
        fleet.index();
        fleet
    }

    #[test]
    fn a_part_is_named_by_its_place_its_customer_its_dispatcher_and_its_driver() {
        let fleet = fleet();
        let check = |text: &str, expected: &[&str], words: &str| {
            let only = Only::read(&fleet, text).unwrap();
            let found = fleet.movements.iter().filter(|load| {
                let stop = fleet.stops_of(&load.key()).first().map(AsRef::as_ref);
                only.has(&About::load(load, stop), &fleet)
            });
            let found: Vec<&str> = found.map(|load| load.tms.id.as_str()).collect();
            assert_eq!(
                (found.as_slice(), only.words("its stop").unwrap().as_str()),
                (expected, words),
                "{text}"
            );
        };
        check("texas", &["4471"], "Only in Texas (its stop)");
        check("TX", &["4471"], "Only in Texas (its stop)");
        check("Madison", &["4472"], "Only within 25 mi of Madison WI (its stop)");
        check("dallas tx", &["4471"], "Only within 25 mi of Dallas TX (its stop)");
        check("KLEE", &["4471"], "Only of dispatcher klee");
        check("dispatcher jdoe", &["4472"], "Only of dispatcher JDoe");
        check("jdoe", &["4472"], "Only of dispatcher JDoe");
        check("union valley", &["4472"], "Only for customer or stop UNION VALLEY MEATS");
        check("harbor paper", &["4471"], "Only for customer or stop HARBOR PAPER");
        check("bob", &["4472"], "Only of driver Bob Stone");
        check("ann smith", &["4471"], "Only of driver Ann Smith");
        check("deliveries", &["4471"], "Only deliveries");
        check("jdoe, texas", &[], "Only in Texas (its stop), of dispatcher JDoe");
        check("klee, jdoe", &["4471", "4472"], "Only of dispatcher klee or of dispatcher JDoe");
    }

    #[test]
    fn what_is_no_part_is_no_whole_either() {
        let fleet = fleet();
        let why = Only::read(&fleet, "home depot").unwrap_err();
        assert!(why.starts_with("UNKNOWN: \"home depot\" is no state"), "{why}");
        assert!(Only::read(&fleet, "texas, atlantis").is_err());
        assert!(Only::read(&fleet, "meat").is_err(), "a piece of a word is none");
        assert!(!Only::is_named(&fleet, "memphis", false), "only the map has it");
        assert!(Only::is_named(&fleet, "memphis", true) && Only::is_named(&fleet, "dallas", false));
        assert!(Only::read(&fleet, " ").unwrap().is_all());
    }
}
