//! `say`: which load is meant, and what may be said of it.

use backhaul::commands::rows;
use backhaul::commands::say::print;
use backhaul::model::{Fleet, MovementStatus, Order, Tractor, UnitId};
use backhaul::rules::filter::{Filter, Scene, Verdict};
use backhaul::rules::find::{self, Kind};
use backhaul::rules::freshness::Freshness;
use backhaul::rules::say;

use super::made::{DALLAS, Made, NOON, WACO, office};
use super::{json, text};

fn made() -> Made {
    let mut made = Made::new();
    made.rig("1", DALLAS);
    for (load, order) in [("L1", "55001"), ("L2", "55002"), ("L3", "55003")] {
        made.load(load, Some("1")).tms.order_id = Some(order.into());
        made.stop(&format!("s{load}"), load, "WACO", WACO, 240);
        let mut row = Order::default();
        (row.tms.id, row.tms.company_id, row.tms.movement_id) =
            (order.into(), "TMS".into(), Some(load.into()));
        (row.tms.po, row.tms.bol) = (Some("PO-88123".into()), Some(format!("BL-{load}").into()));
        made.orders.push(row);
    }
    made.movements[0].tms.status = MovementStatus::InProgress;
    made.movements[1].tms.status = MovementStatus::Delivered;
    made.orders[2].tms.po = Some("PO-88124".into());
    made
}

#[test]
fn a_number_that_somebody_has_at_hand_is_one_load_or_says_which_it_could_be() {
    let fleet = made().fleet();
    let load = |text: &str| say::load(&fleet, text, NOON).map(|load| load.tms.id.as_str());
    for (text, expected) in [
        ("L1", "L1"),
        ("55003", "L3"),
        ("PO-88124", "L3"),
        ("bl-l2", "L2"),
        // Of two the one that is open.
        ("po-88123", "L1"),
        // The number of an order with the word for what it is.
        ("order 55003", "L3"),
        ("PO#55003", "L3"),
    ] {
        assert_eq!(load(text), Ok(expected), "{text}");
    }
    assert!(load("PO-1").unwrap_err().contains("there is no load or order"));
    let mut idle = made();
    idle.rig("77", WACO);
    assert_eq!(
        say::load(&idle.fleet(), "77", NOON).unwrap_err(),
        "tractor 77 has no load: `backhaul find 77` says where it is"
    );
    let mut twice = made();
    twice.movements[1].tms.status = MovementStatus::Covered;
    let fleet = twice.fleet();
    let why = say::load(&fleet, "PO-88123", NOON).unwrap_err();
    assert_eq!(
        why,
        "\"PO-88123\" is several loads: say which, as TMS/L1 (order 55001) or TMS/L2 (order 55002)"
    );
}

#[test]
fn an_open_load_of_an_order_goes_before_one_of_that_number_that_is_over() {
    let mut made = made();
    made.load("55001", None).tms.status = MovementStatus::Delivered;
    let load_of = |made: &Made| {
        let fleet = made.fleet();
        let load = say::load(&fleet, "55001", NOON).unwrap();
        (load.tms.id.clone(), find::also_an_order(&fleet, load, "55001"))
    };
    let note = "55001 was taken for an order, which load L1 carries; load 55001 is delivered";
    assert_eq!(load_of(&made), ("L1".into(), Some(note.to_owned())));
    let note = "55001 was taken for a load; order 55001 is carried by load L1";
    made.movements.last_mut().unwrap().tms.status = MovementStatus::Available;
    assert_eq!(load_of(&made), ("55001".into(), Some(note.to_owned())));
    // Neither is open: the number is the load's.
    made.movements.last_mut().unwrap().tms.status = MovementStatus::Delivered;
    made.movements[0].tms.status = MovementStatus::Delivered;
    assert_eq!(load_of(&made).0, "55001");
}

/// Two companies' loads of one id; the truck of that number is on the second's.
fn twins() -> Made {
    let mut made = Made::new();
    made.rig("0418", DALLAS);
    made.load("0418", None).tms.company_id = "T1".into();
    made.load("0777", None).tms.company_id = "T1".into();
    made.load("0777", Some("0418")).tms.company_id = "T2".into();
    made.tractors[0].movement_id = Some("0777".into());
    made
}

#[test]
fn a_unit_whose_load_is_not_the_one_of_its_number_is_told_from_that() {
    let mut made = twins();
    let fleet = made.fleet();
    let load = |fleet: &Fleet, text: &str| {
        say::load(fleet, text, NOON).map(|load| format!("{}/{}", load.tms.company_id, load.tms.id))
    };
    for text in ["0418", "418"] {
        assert_eq!(
            load(&fleet, text),
            Err(format!(
                "{text:?} is load T1/0418, and tractor 0418 is on load T2/0777: say which, as T1/0418 or T2/0777"
            ))
        );
    }
    assert_eq!(load(&fleet, "T1/0418"), Ok("T1/0418".into()));
    let both = "\"0777\" is several loads: say which, as T1/0777 or T2/0777".to_owned();
    assert_eq!(load(&fleet, "0777"), Err(both));
    // No load goes by it: the unit's own is meant, of whichever company has the unit.
    made.movements.remove(0);
    assert_eq!(load(&made.fleet(), "418"), Ok("T2/0777".into()));
    // A unit that is on that load, or on one that is over, stands in nobody's way.
    made.load("0418", None).tms.company_id = "T1".into();
    made.movements[1].tms.status = MovementStatus::Delivered;
    assert_eq!(load(&made.fleet(), "0418"), Ok("T1/0418".into()));
}

#[test]
fn the_load_of_a_unit_is_the_one_of_that_id_that_has_it() {
    let mut made = twins();
    let id = made.tractors[0].id.clone();
    let company = |made: &Made| {
        let fleet = made.fleet();
        find::of_unit(&fleet, Kind::Tractor, &id).map(|load| load.tms.company_id.clone())
    };
    assert_eq!(company(&made).as_deref(), Some("T2"));
    made.movements[1].tractor_id = Some(id.clone());
    made.movements[1].tms.status = MovementStatus::Delivered;
    assert_eq!(company(&made).as_deref(), Some("T2"), "the one that is open");
    made.movements.pop();
    made.movements.remove(1);
    assert_eq!(company(&made), None);
    assert!(find::of_unit(&made.fleet(), Kind::Movement, &id).is_none());
}

#[test]
fn the_sentence_has_the_place_and_the_time_and_no_name() {
    let fleet: Fleet = made().fleet();
    let load = say::load(&fleet, "L1", NOON).unwrap();
    let saying = say::of(load, &fleet, &Freshness::of(&fleet.feeds, NOON), &office().zone, NOON);
    let shown = text(80, |format, out| print(load, &saying, format, NOON, out));
    assert!(shown.starts_with("Load L1 was at Dallas TX at 11:59 CST; expected at Waco TX "), "{shown}");
    assert!(shown.trim_end().ends_with("; as of 12:00 CST."), "{shown}");
    assert!(!shown.contains("Driver 1") && !shown.contains("hours"), "{shown}");
    let told = json(|format, out| print(load, &saying, format, NOON, out));
    assert_eq!(told["sentence"].as_str(), Some(shown.trim_end()));
    assert_eq!((told["movement_id"].as_str(), told["order_id"].as_str()), (Some("L1"), Some("55001")));
    assert!(told["soonest_at"].as_str() <= told["likely_at"].as_str() && told["planned_at"].is_null());
}

#[test]
fn every_door_calls_a_place_the_same_whatever_its_account_says_of_it() {
    let mut made = made();
    (made.tractors[0].latitude, made.tractors[0].longitude) = (Some(35.08), Some(-106.90));
    made.tractors[0].place = Some("263.5 mi E of Flagstaff, AZ".into());
    let mut in_a_yard = made.tractors[0].clone();
    (in_a_yard.id, in_a_yard.place) = (UnitId("yard".into()), Some("Mesa yard, gate 2".into()));
    made.tractors.push(in_a_yard);
    let fleet = made.fleet();
    let fresh = Freshness::of(&fleet.feeds, NOON);
    let load = say::load(&fleet, "L1", NOON).unwrap();
    let place = say::of(load, &fleet, &fresh, &office().zone, NOON).place.unwrap();
    assert!(place.contains("Albuquerque NM"), "{place}");
    let found = find::find(&fleet, "1", NOON).into_iter().find(|one| one.kind == Kind::Tractor).unwrap();
    assert_eq!(found.place.as_deref(), Some(place.as_str()));
    let table = text(200, |format, out| rows::print(&fleet, rows::Table::Tractors, format, NOON, out));
    assert!(table.contains(&place) && !table.contains("Flagstaff"), "{table}");
    let committed = std::sync::OnceLock::new();
    let scene = Scene { fleet: &fleet, fresh: &fresh, committed: &committed, now: NOON, metric: false };
    let passes = |text: &str| {
        let filter = Filter::<Tractor>::read(text, &scene);
        let passes = |row: &Tractor| filter.verdict(row, &scene, &mut |_| false) == Verdict::Passes;
        fleet.tractors.iter().filter(|row| passes(row)).map(|row| row.id.0.to_string()).collect::<Vec<_>>()
    };
    let first = fleet.tractors.at(0).unwrap().id.0.to_string();
    assert_eq!(passes("place:albuquerque"), [first.as_str(), "yard"]);
    assert_eq!(passes("place:flagstaff"), [] as [&str; 0], "it is not there");
    assert_eq!(passes("place:\"mesa yard\""), ["yard"]);
}
