//! What names mean in a small fleet, and what is of the parts that they name.

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
            only.has(&About::load(load, stop), &fleet) == Some(true)
        });
        let found: Vec<&str> = found.map(|load| load.tms.id.as_str()).collect();
        assert_eq!((found.as_slice(), only.words("its stop").unwrap().as_str()), (expected, words), "{text}");
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
    assert!(Only::is_named(&fleet, "klee", true) && !Only::is_named(&fleet, "bob", true), "by klee, in bob");
    assert!(Only::read(&fleet, " ").unwrap().is_all());
}

fn words(fleet: &Fleet, text: &str) -> String {
    Only::read(fleet, text).unwrap().words("there").unwrap()
}

fn with_namesakes() -> Fleet {
    let mut fleet = fleet();
    let driver =
        |id: &str, name: &str| Driver { id: UnitId(id.into()), name: name.into(), ..Driver::default() };
    fleet.drivers =
        [driver("a", "Ann Smith"), driver("c", "Austin"), driver("d", "Reed, Dallas")].into_iter().collect();
    let mut load = Movement::default();
    (load.tms.id, load.tms.company_id, load.tms.dispatcher) = ("9".into(), "TMS".into(), Some("AL".into()));
    fleet.movements = fleet.movements.with(vec![load]);
    fleet
}

#[test]
fn a_name_is_of_the_kind_that_it_is_said_to_be_and_of_no_other() {
    let fleet = with_namesakes();
    for text in ["dispatcher AL", "Dispatcher al", "for AL", "AL's", "for dispatcher AL's"] {
        assert_eq!(words(&fleet, text), "Only of dispatcher AL", "{text}");
    }
    for text in ["in AL", "state AL", "alabama"] {
        assert_eq!(words(&fleet, text), "Only in Alabama (there)", "{text}");
    }
    assert_eq!(words(&fleet, "in Austin"), "Only within 25 mi of Austin TX (there)");
    assert_eq!(words(&fleet, "near austin"), "Only within 25 mi of Austin TX (there)");
    for text in ["austin", "Driver austin", "for austin"] {
        assert_eq!(words(&fleet, text), "Only of driver Austin", "{text}");
    }
    for text in ["driver texas", "customer klee", "state dallas", "dispatcher harbor paper", "driver klee"] {
        let why = Only::read(&fleet, text).unwrap_err();
        assert!(why.starts_with("UNKNOWN: "), "{text}: {why}");
    }
    assert_eq!(words(&fleet, "at harbor paper"), "Only for customer or stop HARBOR PAPER");
}

#[test]
fn what_a_name_was_taken_for_is_said_where_it_means_another_thing_too() {
    let fleet = with_namesakes();
    let doubts =
        |text: &str| Only::read(&fleet, text).unwrap().doubts(Timestamp::from_secs(0)).collect::<Vec<_>>();
    assert_eq!(doubts("AL"), ["\"AL\" was taken for the state; there is \"dispatcher AL\" too"]);
    assert_eq!(doubts("dallas"), ["\"dallas\" was taken for the town; there is \"driver dallas\" too"]);
    assert_eq!(
        doubts("austin"),
        ["\"austin\" was taken for the driver; there is \"town austin\" too"],
        "a town that only the map has"
    );
    for text in ["in AL", "dispatcher AL", "in dallas", "driver dallas", "texas"] {
        assert!(doubts(text).is_empty(), "{text}");
    }
}

#[test]
fn a_name_may_have_commas_in_it() {
    let mut fleet = with_namesakes();
    let mut order = Order { customer: Some("BOLT & NUT, INC".into()), ..Order::default() };
    (order.tms.id, order.tms.company_id) = ("10".into(), "TMS".into());
    order.tms.movement_id = Some("4471".into());
    fleet.orders = [order].into_iter().collect();
    for (text, expected) in [
        ("Dallas, TX", "Only within 25 mi of Dallas TX (there)"),
        ("in Dallas, texas", "Only within 25 mi of Dallas TX (there)"),
        ("dallas texas", "Only within 25 mi of Dallas TX (there)"),
        ("Waco, TX", "Only within 25 mi of Waco TX (there)"),
        ("Indiana, PA", "Only within 25 mi of Indiana PA (there)"),
        ("oregon, wisconsin", "Only in Oregon (there) or in Wisconsin (there)"),
        ("TX, OK", "Only in Texas (there) or in Oklahoma (there)"),
        ("32.5, -96.8", "Only within 25 mi of 32.5, -96.8 (there)"),
        ("Bolt & Nut, Inc", "Only for customer or stop BOLT & NUT, INC"),
        ("Reed, Dallas", "Only of driver Reed, Dallas"),
        ("klee, Dallas, TX", "Only within 25 mi of Dallas TX (there), of dispatcher klee"),
        (
            "dallas, utah, klee",
            "Only within 25 mi of Dallas TX (there) or in Utah (there), of dispatcher klee",
        ),
    ] {
        assert_eq!(words(&fleet, text), expected, "{text}");
    }
    assert!(Only::read(&fleet, &["texas"; 13].join(",")).is_err());
}

#[test]
fn what_is_not_known_is_neither_in_a_part_nor_out_of_it() {
    let fleet = fleet();
    let has = |text: &str, about: &About<'_>| Only::read(&fleet, text).unwrap().has(about, &fleet);
    let truck = Tractor::default();
    let unseen = About { tractor: Some(&truck), ..About::default() };
    assert_eq!(has("texas", &unseen), None);
    assert_eq!(has("dallas", &unseen), None);
    assert_eq!(has("klee", &unseen), Some(false));
    assert_eq!(has("texas, klee", &unseen), Some(false), "whose it is is enough to leave it out");
    let mut stop = Stop::default();
    stop.tms.kind = StopType::Delivery;
    let load = fleet.movements.iter().next().unwrap();
    assert_eq!(has("texas", &About::load(load, Some(&stop))), None);
    assert_eq!(has("deliveries", &About::load(load, Some(&stop))), Some(true));
    assert_eq!(has("deliveries", &About::load(load, None)), None);
    assert_eq!(has("klee", &About::default()), None, "an account is nobody's");
    let trailer = Trailer { latitude: Some(32.78), longitude: Some(-96.8), ..Trailer::default() };
    assert_eq!(has("texas", &About { trailer: Some(&trailer), ..About::default() }), Some(true));
    let only = Only::read(&fleet, "texas").unwrap();
    let mut rows = vec![None, Some(true), Some(false), None];
    assert_eq!((keep(&mut rows, |has| *has), rows.len()), (2, 1));
    assert_eq!(only.unknown_words(2).unwrap(), "Of 2 more the place is NOT KNOWN");
    assert_eq!(only.unknown_words(0), None);
}
