//! `find TEXT`: what fits best comes first, whatever it is.

use backhaul::commands::find::{beside, print};
use backhaul::model::{Fleet, Loaded, Motion, Order, Stop, Tractor, Trailer};
use backhaul::rules::find::{Fit, find};

use super::made::{DALLAS, Made, NOON, WACO};
use super::{json, text};

fn fleet() -> Fleet {
    let mut made = Made::new();
    let smith = made.rig("418", DALLAS);
    (smith.name, smith.phone) = ("John Smith".into(), Some("+1 (214) 555-0142".into()));
    made.rig("4180", WACO).name = "Ann Blacksmith".into();
    made.trailer("053012", None, Loaded::Unknown);
    made.load("88123", Some("418")).tms.order_id = Some("O-1".into());
    made.stop("S-1", "88123", "WACO", WACO, 60).tms.name = Some("Smith & Sons".into());
    let mut order = Order::default();
    (order.tms.id, order.tms.company_id, order.tms.movement_id) =
        ("O-1".into(), "TMS".into(), Some("88123".into()));
    (order.tms.po, order.tms.bol) = (Some("PO-77 4180".into()), Some("B9".into()));
    made.orders.push(order);
    made.fleet()
}

fn found(text: &str) -> Vec<(String, String, Fit)> {
    let found = find(&fleet(), text, NOON).into_iter();
    found.map(|one| (format!("{} {}", one.kind.word(), one.label), one.matched.to_owned(), one.fit)).collect()
}

fn check(text: &str, expected: &[(&str, &str, Fit)]) {
    let found = found(text);
    let found: Vec<_> = found.iter().map(|(what, by, fit)| (what.as_str(), by.as_str(), *fit)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn exact_comes_before_a_beginning_and_that_before_a_part() {
    check(
        "418",
        &[
            ("tractor 418", "unit_number", Fit::Exact),
            ("tractor 4180", "unit_number", Fit::Prefix),
            ("order O-1", "po", Fit::Prefix),
            ("driver John Smith", "id", Fit::Substring),
            ("driver Ann Blacksmith", "id", Fit::Substring),
        ],
    );
    check(
        "smith",
        &[
            ("driver John Smith", "name", Fit::Prefix),
            ("stop Smith & Sons", "name", Fit::Prefix),
            ("driver Ann Blacksmith", "name", Fit::Substring),
        ],
    );
    check("53012", &[("trailer 053012", "unit_number", Fit::Exact)]);
    check("b9", &[("order O-1", "bol", Fit::Exact)]);
    check("2145550142", &[("driver John Smith", "phone", Fit::Exact)]);
    check("555-0142", &[("driver John Smith", "phone", Fit::Prefix)]);
    check("po-77", &[("order O-1", "po", Fit::Prefix)]);
    check("88123", &[("movement 88123 Waco TX", "id", Fit::Exact)]);
    check("nothing", &[]);
    check("  ", &[]);
}

#[test]
fn a_load_that_waits_is_where_it_waits_and_not_where_its_truck_is() {
    let fleet = fleet();
    for asked in ["88123", "b9"] {
        let found = find(&fleet, asked, NOON);
        let row = &json(|format, out| print(&found, &fleet, format, NOON, out))[0];
        assert_eq!(
            (row["place"].as_str(), row["latitude"].as_f64(), row["observed_at"].as_str()),
            (Some("its pickup, Waco TX"), Some(WACO.0), None)
        );
        let shown = text(120, |format, out| print(&found, &fleet, format, NOON, out));
        assert!(shown.contains("its pickup, Waco TX") && !shown.contains("Dallas TX"), "{shown}");
    }
}

#[test]
fn a_place_that_its_provider_has_no_words_for_is_told_in_ours_to_people_and_to_scripts() {
    let mut fleet = fleet();
    let wordless = fleet.tractors.iter().map(|row| Tractor { place: None, ..Tractor::clone(row) });
    fleet.tractors = wordless.collect::<Vec<_>>().into_iter().collect();
    let found = find(&fleet, "418", NOON);
    let rows = json(|format, out| print(&found, &fleet, format, NOON, out));
    assert_eq!(rows[0]["place"], "Dallas TX");
    let shown = text(200, |format, out| print(&found, &fleet, format, NOON, out));
    assert!(shown.contains("Dallas TX"), "{shown}");
}

#[test]
fn a_load_is_where_its_truck_is_once_it_is_picked_up() {
    let mut fleet = fleet();
    let left = fleet.stops.iter().map(|row| {
        let mut row = Stop::clone(row);
        row.tms.actual_departure_at = Some(NOON);
        row
    });
    fleet.stops = left.collect::<Vec<_>>().into_iter().collect();
    fleet.index();
    let fleet = || fleet.clone();
    let rows = json(|format, out| print(&find(&fleet(), "b9", NOON), &fleet(), format, NOON, out));
    let row = &rows[0];
    assert_eq!(
        (row["kind"].as_str(), row["movement_id"].as_str(), row["place"].as_str(), row["latitude"].as_f64()),
        (Some("order"), Some("88123"), Some("Dallas TX"), Some(DALLAS.0))
    );
    for field in ["id", "label", "state", "longitude", "observed_at"] {
        assert!(row.get(field).is_some(), "{field}");
    }
    assert_eq!(json(|format, out| print(&[], &fleet(), format, NOON, out)), serde_json::json!([]));
    let shown = text(80, |format, out| print(&find(&fleet(), "smith", NOON), &fleet(), format, NOON, out));
    assert!(shown.starts_with("KIND    WHAT"), "{shown}");
}

#[test]
fn a_trailer_that_was_heard_twice_a_day_has_stood_for_a_range_of_time() {
    let ago = |minutes: u64| Some(NOON.minus(std::time::Duration::from_mins(minutes)));
    let mut fleet = fleet();
    let trailers = fleet.trailers.iter().map(|row| {
        let mut row = Trailer::clone(row);
        (row.state, row.observed_at) = (Motion::Stopped, ago(60));
        (row.stood_since_at, row.stood_after_at) = (ago(643), ago(850));
        row
    });
    fleet.trailers = trailers.collect::<Vec<_>>().into_iter().collect();
    let shown = text(200, |format, out| print(&find(&fleet, "53012", NOON), &fleet, format, NOON, out));
    assert!(shown.contains("stopped 9h43 to 14h10"), "{shown}");
    assert!(shown.contains("not heard for 1h00: it may have left since"), "{shown}");
    assert!(shown.contains("dropped by: not known"), "{shown}");
    let rows = json(|format, out| print(&find(&fleet, "53012", NOON), &fleet, format, NOON, out));
    assert_eq!(
        (rows[0]["dwell_least_s"].as_u64(), rows[0]["dwell_most_s"].as_u64()),
        (Some(34_980), Some(51_000))
    );
}

#[test]
fn a_trailer_without_a_tracker_is_where_its_truck_is_as_text_and_as_json() {
    let mut made = Made::new();
    made.rig("418", DALLAS);
    made.trailer("53012", Some("418"), Loaded::Unknown);
    let fleet = made.fleet();
    let found = find(&fleet, "53012", NOON);
    let shown = text(200, |format, out| print(&found, &fleet, format, NOON, out));
    assert!(shown.contains("with 418  Dallas TX  1m "), "{shown}");
    let rows = json(|format, out| print(&found, &fleet, format, NOON, out));
    assert_eq!(
        (rows[0]["place"].as_str(), rows[0]["latitude"].as_f64(), rows[0]["observed_at"].as_str()),
        (Some("Dallas TX"), Some(DALLAS.0), Some("2026-03-03T17:59:00Z"))
    );
    assert_eq!(rows[0]["rides_with"], fleet.tractors.at(0).unwrap().id.0.as_str());
}

#[test]
fn why_a_truck_is_dark_and_what_a_trailer_is_wanted_for_is_told_to_who_gave_the_whole_number() {
    let mut made = Made::new();
    made.rig("418", DALLAS);
    made.tractors[0].observed_at = Some(NOON.minus(std::time::Duration::from_hours(9)));
    made.tractors[0].state = Motion::Moving;
    made.trailer("4188", None, Loaded::Unknown);
    let trailer_id = Some(made.trailers[0].id.clone());
    made.load("L1", Some("418")).trailer_id = trailer_id;
    let fleet = made.fleet();
    let told = |text: &str, at: usize| {
        let rows = json(|format, out| print(&find(&fleet, text, NOON), &fleet, format, NOON, out));
        (!rows[at]["why_dark"].as_array().unwrap().is_empty(), rows[at]["next_movement_id"].clone())
    };
    assert_eq!(told("418", 0), (true, serde_json::Value::Null));
    assert_eq!(told("418", 1), (false, serde_json::Value::Null));
    assert_eq!(told("41", 0), (false, serde_json::Value::Null));
    assert_eq!(told("4188", 0), (false, "L1".into()));
}

#[test]
fn a_bill_of_lading_is_found_without_its_dash() {
    let mut made = Made::new();
    let mut order = Order::default();
    (order.tms.id, order.tms.company_id, order.tms.bol) =
        ("O-1".into(), "TMS".into(), Some("BL-263693".into()));
    made.orders.push(order);
    let fleet = made.fleet();
    for text in ["BL-263693", "BL263693", "bl 263693"] {
        let fits: Vec<Fit> = find(&fleet, text, NOON).iter().map(|one| one.fit).collect();
        assert_eq!(fits, [Fit::Exact], "{text}");
    }
    assert_eq!(find(&fleet, "BL263694", NOON), []);
}

#[test]
fn a_stop_whose_load_is_known_to_nobody_says_so_and_is_not_open() {
    let mut made = Made::new();
    made.load("1", None);
    made.stop("S-7", "1", "WACO", WACO, 60);
    made.stop("S-70", "2", "WACO", WACO, 60);
    made.stop("S-71", "2", "WACO", WACO, 60).tms.done = true;
    let fleet = made.fleet();
    let found = find(&fleet, "S-7", NOON);
    let stands: Vec<_> =
        found.iter().map(|one| (one.id.as_str(), one.state.as_str(), one.load_is_known)).collect();
    assert_eq!(stands, [("S-7", "open", true), ("S-70", "unknown", false), ("S-71", "done", false)]);
    let shown = text(120, |format, out| print(&found, &fleet, format, NOON, out));
    assert_eq!(shown.matches("2, not read").count(), 2, "{shown}");
    let why = beside(&found).unwrap();
    assert!(why.starts_with("loads that are not read are in no `backhaul movements`: "), "{why}");
    assert_eq!(beside(&found[..1]), None);
}
