//! McLeod's orders: the freight side of a movement.

use serde_json::{Map, Value, json};

use super::super::freight::{Haul, Standing};
use super::super::world::Key;
use super::loads::{Movement, description, letter};
use super::parties::{CUSTOMER, Customer, customer_id};
use super::search::Criteria;
use super::stops::{STOP, Stop, stops};
use super::table::{Cell, Columns, Table, View, child};

/// `orders`.
pub struct Orders;

impl Table for Orders {
    type Key = Key;
    const NAME: &'static str = "orders";
    const COLUMNS: Columns = Columns {
        text: &[
            "company_id",
            "id",
            "status",
            "operational_status",
            "customer_id",
            "shipper_stop_id",
            "consignee_stop_id",
            "curr_movement_id",
            "blnum",
            "consignee_refno",
            "cust_order_no",
            "pick_up_no",
            "ponum",
            "shipment_id",
            "booking_no",
            "commodity_id",
            "commodity",
            "weight_um",
            "equipment_type_id",
            "order_type_id",
            "revenue_code_id",
            "order_mode",
            "entered_user_id",
            "operations_user",
            "planning_comment",
            "seal_number",
            "hold_reason",
            "preload_trailer_id",
            "bill_distance_um",
        ],
        number: &[
            "weight",
            "pieces",
            "pallets_how_many",
            "temperature_min",
            "temperature_max",
            "bill_distance",
            "freight_charge",
            "total_charge",
            "extra_pickups",
            "extra_deliveries",
        ],
        flag: &["hazmat", "high_value", "teams_required", "preloaded", "on_hold", "ready_to_bill"],
        instant: &["ordered_date", "bill_date"],
        day: &[],
    };
    const JOINS: &'static [(&'static str, Columns)] =
        &[("shipper", STOP), ("consignee", STOP), ("customer", CUSTOMER)];

    fn keys(view: View<'_>, criteria: &Criteria) -> Vec<Key> {
        let found = match criteria.equal("id") {
            Some(id) => view.order(id).into_iter().collect(),
            None => view.world.movements(view.now),
        };
        found.into_iter().filter(|key| view.world.haul(*key, |haul| haul.loaded)).collect()
    }

    fn cell(view: View<'_>, key: Key, column: &str) -> Cell {
        view.world.haul(key, |haul| order_cell(view, key, haul, column))
    }

    fn joined(view: View<'_>, key: Key, prefix: &str, column: &str) -> Cell {
        let (last, customer) = view.world.haul(key, |haul| (haul.calls.len() - 1, haul.customer));
        match prefix {
            "shipper" => Stop::cell(view, (key, 0), column),
            "consignee" => Stop::cell(view, (key, last), column),
            _ => Customer::cell(view, customer, column),
        }
    }

    fn added(view: View<'_>, key: Key) -> i64 {
        Movement::added(view, key)
    }

    fn changed(view: View<'_>, key: Key) -> i64 {
        Movement::changed(view, key)
    }

    fn extend(view: View<'_>, key: Key, row: &mut Map<String, Value>) {
        extend_order(view, key, row, "movement");
    }
}

/// What an order shows besides its columns; its movements under that key.
pub fn extend_order(view: View<'_>, key: Key, row: &mut Map<String, Value>, movements: &str) {
    let customer = view.world.haul(key, |haul| haul.customer);
    row.insert("__statusDescr".to_owned(), json!(description(view.standing(key))));
    row.insert("customer".to_owned(), child::<Customer>(view, customer, "customer"));
    row.insert("stops".to_owned(), stops(view, key));
    row.insert(movements.to_owned(), json!([child::<Movement>(view, key, movements)]));
}

fn order_cell(view: View<'_>, key: Key, haul: &Haul, column: &str) -> Cell {
    let Some(standing) = haul.standing(view.now) else { return Cell::Null };
    let number = view.world.number(key);
    let reefer = haul.customer.is_multiple_of(3);
    match column {
        "company_id" => Cell::text(super::COMPANY),
        "id" => Cell::Text(view.order_id(key)),
        "status" => Cell::text(if standing == Standing::Covered { "A" } else { letter(standing) }),
        "customer_id" => Cell::Text(customer_id(haul.customer)),
        "shipper_stop_id" => Cell::Text(view.stop_id(key, 0)),
        "consignee_stop_id" => Cell::Text(view.stop_id(key, haul.calls.len() - 1)),
        "curr_movement_id" => Cell::Text(view.id(key)),
        "blnum" => Cell::Text(format!("BL-{number:06}")),
        "consignee_refno" | "ponum" => Cell::Text(format!("45{number:08}")),
        "cust_order_no" if !number.is_multiple_of(4) => Cell::Text(format!("SO{number}")),
        "commodity_id" => Cell::text(if reefer { "FOOD" } else { "DRYGDS" }),
        "commodity" => Cell::text(if reefer { "REFRIGERATED FOODS" } else { "DRY GOODS" }),
        "weight" => Cell::Number(18_000.0 + (number % 24) as f64 * 1000.0),
        "weight_um" => Cell::text("LB"),
        "pieces" | "pallets_how_many" => Cell::Whole(10 + (number % 16) as i64),
        "equipment_type_id" if !number.is_multiple_of(5) => Cell::text(if reefer { "R" } else { "V" }),
        "temperature_min" if reefer => Cell::Whole(34),
        "temperature_max" if reefer => Cell::Whole(38),
        "order_type_id" => Cell::text("TL"),
        "order_mode" => Cell::text("T"),
        "entered_user_id" => Cell::text("csr1"),
        "operations_user" => Cell::text("ops1"),
        "bill_distance" => Cell::Number((haul.miles() * 10.0).round() / 10.0),
        "bill_distance_um" => Cell::text("MI"),
        "freight_charge" | "total_charge" => Cell::Number((haul.miles() * 2.4).round()),
        "extra_pickups" => Cell::Whole(0),
        "extra_deliveries" => Cell::Whole(haul.calls.len() as i64 - 2),
        "hazmat" | "high_value" | "teams_required" | "preloaded" | "on_hold" | "ready_to_bill" => {
            Cell::Flag(false)
        }
        "ordered_date" => Cell::Instant(haul.entered),
        _ => Cell::Null,
    }
}
