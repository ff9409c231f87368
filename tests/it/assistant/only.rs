//! What a look-up of a part of the fleet says of what nobody knows, and of what is of no such part.

use backhaul::assistant::{Args, Tool};
use backhaul::model::{
    DutyStatus, Exception, ExceptionKind, ExceptionState, Fleet, Order, Touches, Tractor, UnitId,
};
use serde_json::{Map, Value, json};

use super::facts;
use super::made::{DALLAS, HOUSTON, Made, NOON, WACO};

const DENVER: (f64, f64) = (39.74, -104.99);

fn run(tool: Tool, arguments: &Value, fleet: Fleet) -> Result<String, String> {
    let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
    tool.run(Args(&arguments), &facts(fleet, NOON)).map(|found| found.says.join("\n"))
}

fn two() -> Made {
    let mut made = Made::new();
    made.rig("1", DALLAS).name = "Ann Smith".into();
    made.rig("2", WACO).name = "Bob Smith".into();
    made.rig("3", WACO).name = "Cy Stone".into();
    made
}

#[test]
fn a_load_that_is_late_at_several_stops_is_found_by_each() {
    let mut made = two();
    made.load("4471", Some("1"));
    made.stop("p", "4471", "DALLAS", DALLAS, 0);
    made.stop("w", "4471", "WACO", WACO, 30);
    made.stop("d", "4471", "DENVER", DENVER, 400).tms.state = Some("CO".into());
    let fleet = made.fleet();
    let late = |arguments: Value| run(Tool::LateLoads, &arguments, fleet.clone()).unwrap();
    assert!(late(json!({})).contains("Load 4471 to Denver CO: late by"), "{}", late(json!({})));
    for only in ["texas", "waco"] {
        let said = late(json!({ "only": only }));
        assert!(
            said.contains("1 load is in trouble") && said.contains("Load 4471 to Waco TX: late by"),
            "{said}"
        );
    }
    assert!(late(json!({ "within_hours": 4 })).contains("Load 4471 to Waco TX: late by"));
    assert!(late(json!({ "only": "colorado" })).contains("Load 4471 to Denver CO: late by"));
    assert!(late(json!({ "only": "utah" })).contains("No load is known to be late"));
}

#[test]
fn drivers_and_trucks_are_no_pickups_and_no_deliveries() {
    for tool in [Tool::HoursRunningOut, Tool::WhyDark] {
        let why = run(tool, &json!({ "only": "deliveries" }), two().fleet()).unwrap_err();
        assert!(why.contains("pickups and deliveries are stops of loads"), "{why}");
    }
}

#[test]
fn who_is_at_no_place_that_is_known_is_counted() {
    let mut made = two();
    made.drivers[0].hos_status = DutyStatus::Driving;
    made.drivers[0].drive_left_s = Some(1800);
    let truck = &mut made.tractors[0];
    (truck.latitude, truck.longitude, truck.place) = (None, None, None);
    let hours = run(Tool::HoursRunningOut, &json!({ "only": "texas" }), made.fleet()).unwrap();
    assert!(hours.contains("Of 1 more the place is NOT KNOWN."), "{hours}");
    made.tractors[0].observed_at = Some(super::made::hence(-3000));
    let dark = run(Tool::WhyDark, &json!({ "only": "texas" }), made.fleet()).unwrap();
    assert!(dark.contains("Of 1 more the place is NOT KNOWN."), "{dark}");
}

#[test]
fn the_board_is_narrowed_by_a_trailers_own_place_and_a_calls_next_stop_and_counts_what_has_none() {
    let mut made = two();
    made.trailer("53", None, backhaul::model::Loaded::Empty);
    made.trailer("54", None, backhaul::model::Loaded::Empty);
    let trailer = &mut made.trailers[0];
    (trailer.latitude, trailer.longitude) = (Some(DALLAS.0), Some(DALLAS.1));
    trailer.observed_at = Some(NOON);
    made.load("4471", Some("1")).tms.next_call_at = Some(super::made::hence(30));
    made.stop("p", "4471", "DALLAS", DALLAS, 600);
    let ids: Vec<UnitId> = made.trailers.iter().map(|row| row.id.clone()).collect();
    let of = |touches: Touches, number: usize| Exception {
        id: format!("trailer_alone:{number}"),
        kind: ExceptionKind::TrailerAlone,
        state: ExceptionState::Open,
        summary: format!("trouble {number}"),
        touches,
        ..Exception::default()
    };
    let trailer = |at: usize| Touches { trailer_id: Some(ids[at].clone()), ..Touches::default() };
    let account = Touches { account: Some("samsara".into()), ..Touches::default() };
    let mut fleet = made.fleet();
    fleet.exceptions = [of(trailer(0), 0), of(trailer(1), 1), of(account, 2)].into_iter().collect();
    let board = |only: &str| run(Tool::OpenExceptions, &json!({ "only": only }), fleet.clone()).unwrap();
    let texas = board("texas");
    assert!(texas.contains("1 thing stands open on the board") && texas.contains("trouble 0"), "{texas}");
    assert!(texas.contains("check call on load 4471"), "{texas}");
    assert!(texas.contains("Of 2 more the place is NOT KNOWN."), "{texas}");
    let utah = board("utah");
    assert!(
        utah.contains("Nothing stands open") && utah.contains("Of 2 more the place is NOT KNOWN."),
        "{utah}"
    );
    assert!(!utah.contains("check call"), "{utah}");
}

#[test]
fn who_rests_without_driving_left_is_of_his_load_and_whose_hours_nobody_knows_is_counted() {
    let mut made = two();
    made.load("4471", Some("1"));
    made.stop("p", "4471", "DALLAS", DALLAS, 900);
    made.stop("d", "4471", "HOUSTON", HOUSTON, 2000);
    let mut order = Order { customer: Some("HARBOR PAPER".into()), ..Order::default() };
    (order.tms.id, order.tms.company_id) = ("O1".into(), "TMS".into());
    order.tms.movement_id = Some("4471".into());
    made.orders.push(order);
    made.drivers[0].drive_left_s = Some(0);
    made.drivers[2].hos_as_of_at = None;
    let of =
        |only: &str| run(Tool::HoursRunningOut, &json!({ "out": true, "only": only }), made.fleet()).unwrap();
    let said = of("harbor paper");
    assert!(said.contains("1 more with no driving left"), "{said}");
    assert!(said.contains("Ann Smith (off duty)") && !said.contains("not at work"), "{said}");
    let said = of("texas");
    assert!(said.contains("Of 1 driver not at work, or not known to be, NOBODY CAN TELL"), "{said}");
}

#[test]
fn a_state_is_no_place_to_be_near_to() {
    let near = |place: &str| run(Tool::Near, &json!({ "place": place }), two().fleet());
    for (place, why) in [
        ("Indiana", "Indiana is a state: name a town in it; the town of that name is \"Indiana PA\""),
        ("ontario", "Ontario is a province: name a town in it; the town of that name is \"Ontario CA\""),
        ("LA", "Louisiana is a state: name a town in it"),
    ] {
        let refused = near(place).unwrap_err();
        assert!(refused.starts_with(why), "{place}: {refused}");
    }
    for state in ["Alabama", "Florida", "iowa", "Washington", "Delaware", "Wyoming"] {
        assert!(near(state).is_err(), "{state}");
    }
    assert!(near("Indiana PA").unwrap().starts_with("Within 100 mi of Indiana PA"));
    assert!(near("Waco Texas").unwrap().starts_with("Within 100 mi of Waco TX"));
}

#[test]
fn a_load_by_a_drivers_name_says_which_drivers_or_that_he_has_none() {
    let status = |movement: &str| run(Tool::MovementStatus, &json!({ "movement": movement }), two().fleet());
    let why = status("smith").unwrap_err();
    assert!(why.starts_with("AMBIGUOUS: 2 drivers could be meant by \"smith\""), "{why}");
    assert_eq!(status("cy stone").unwrap_err(), "Cy Stone has no load that we know of");
    assert!(status("nobody").unwrap_err().starts_with("UNKNOWN: "));
}

#[test]
fn a_part_that_is_no_text_is_read_or_refused_and_never_the_whole_fleet() {
    let late = |only: Value| run(Tool::LateLoads, &json!({ "only": only }), two().fleet());
    assert!(late(json!(["texas", "utah"])).unwrap().starts_with("Only in Texas"));
    for only in [json!({ "state": "texas" }), json!(true), json!(["texas", 7]), json!("x".repeat(90))] {
        assert!(late(only.clone()).unwrap_err().starts_with("`only`"), "{only}");
    }
    let names = ["texas"; 11].join(", ") + ", atlantis-on-the-very-long-river-of-the-far-north";
    assert!(late(json!(names)).unwrap_err().contains("atlantis"), "the last of many is read too");
}

#[test]
fn what_is_in_a_state_is_told_by_where_it_was_last_seen_and_what_is_silent_as_that() {
    let mut made = two();
    made.rig("4", DENVER);
    made.tractors[1].observed_at = Some(super::made::hence(-1800));
    made.tractors.push(Tractor {
        id: UnitId("samsara:t5".into()),
        unit_number: "5".into(),
        ..Tractor::default()
    });
    made.load("4471", Some("1"));
    let fleet = made.fleet();
    let near = |arguments: Value| run(Tool::Near, &arguments, fleet.clone());
    let said = near(json!({ "only": "state Texas", "kind": "tractor" })).unwrap();
    assert!(said.starts_with("Only in Texas (by where the truck was last seen"), "{said}");
    assert!(said.contains("3 tractors there."), "{said}");
    assert!(said.contains("1 of them is DARK: it was last seen there, and where it is now is NOT KNOWN."));
    assert!(said.contains("tractor 2 (Bob Smith): ") && said.contains("seen 1d06 ago, dark"), "{said}");
    assert!(said.contains("Of 1 more the place is NOT KNOWN."), "{said}");
    assert!(said.find("tractor 3").unwrap() < said.find("tractor 2").unwrap(), "the silent last: {said}");
    let free = near(json!({ "only": "texas", "kind": "tractor", "free": true })).unwrap();
    assert!(free.contains("2 tractors there."), "{free}");
    let both = near(json!({ "only": "state Texas, state Colorado" })).unwrap();
    assert!(both.contains("4 drivers and trucks there."), "{both}");
    assert!(near(json!({})).unwrap_err().contains("`place`"));
    // Around a town the silent one is said to be that too.
    let waco = near(json!({ "place": "Waco", "miles": 25, "kind": "tractor" })).unwrap();
    assert!(
        waco.contains("1 of them is DARK") && waco.contains("(DARK: last seen there 1d06 ago)"),
        "{waco}"
    );
}
