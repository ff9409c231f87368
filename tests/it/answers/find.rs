//! `find TEXT`: what fits best comes first, whatever it is.

use backhaul::commands::find::print;
use backhaul::model::{Fleet, Loaded, Order};
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
fn a_load_is_where_its_truck_is() {
    let rows = json(|format, out| print(&find(&fleet(), "b9", NOON), format, NOON, out));
    let row = &rows[0];
    assert_eq!(
        (row["kind"].as_str(), row["movement_id"].as_str(), row["place"].as_str(), row["latitude"].as_f64()),
        (Some("order"), Some("88123"), Some("where 418 is"), Some(DALLAS.0))
    );
    for field in ["id", "label", "state", "longitude", "observed_at"] {
        assert!(row.get(field).is_some(), "{field}");
    }
    assert_eq!(json(|format, out| print(&[], format, NOON, out)), serde_json::json!([]));
    let shown = text(80, |format, out| print(&find(&fleet(), "smith", NOON), format, NOON, out));
    assert!(shown.starts_with("KIND    WHAT"), "{shown}");
}
