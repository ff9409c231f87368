//! McLeod's movements, and what ties them to their orders and equipment.

use serde_json::{Map, Value, json};

use super::super::atlas::CITIES;
use super::super::freight::{Fate, Haul, Standing};
use super::super::roster::Roster;
use super::super::world::Key;
use super::fleet::{DRIVER, Driver, TRACTOR, TRAILER, Tractor, Trailer};
use super::orders::Orders;
use super::search::Criteria;
use super::stops::{STOP, Stop, stops};
use super::table::{Cell, Columns, Table, View, child};

/// What a search for movements shows of their orders.
const OF_AN_ORDER: [&str; 7] = ["__type", "__name", "company_id", "id", "status", "customer_id", "blnum"];

/// `movement`.
pub struct Movement;
/// `movement_order`.
pub struct MovementOrder;
/// `equipment_item`.
pub struct EquipmentItem;

impl Table for Movement {
    type Key = Key;
    const NAME: &'static str = "movement";
    const COLUMNS: Columns = Columns {
        text: &[
            "company_id",
            "id",
            "status",
            "brokerage_status",
            "operational_status",
            "loaded",
            "movement_type",
            "origin_stop_id",
            "dest_stop_id",
            "equipment_group_id",
            "dispatcher_user_id",
            "operations_user",
            "fleet_manager",
            "move_distance_um",
            "override_payee_id",
            "override_driver_nm",
            "override_drvr_cell",
            "carrier_tractor",
            "carrier_trailer",
            "carrier_phone",
            "manifest_id",
            "recurring_movement_id",
            "locked_user_id",
            // A column of this tenant's own.
            "cfsim_lane",
        ],
        number: &["move_distance", "fuel_distance", "pay_distance", "preassign_sequence", "linked_id"],
        flag: &["brokerage", "authorized", "priority", "ltl", "is_local_mile", "missed_call_sent"],
        instant: &["next_sched_call", "xmitted2driver", "xfer2settle_date"],
        day: &[],
    };
    const JOINS: &'static [(&'static str, Columns)] = &[
        ("origin", STOP),
        ("destination", STOP),
        ("driver1", DRIVER),
        ("driver2", DRIVER),
        ("tractor", TRACTOR),
        ("trailer1", TRAILER),
    ];

    fn keys(view: View<'_>, criteria: &Criteria) -> Vec<Key> {
        if let Some(id) = criteria.equal("id") {
            return view.movement(id).into_iter().collect();
        }
        view.world.movements(view.now)
    }

    fn cell(view: View<'_>, key: Key, column: &str) -> Cell {
        view.world.haul(key, |haul| movement_cell(view, key, haul, column))
    }

    fn joined(view: View<'_>, key: Key, prefix: &str, column: &str) -> Cell {
        let last = view.world.haul(key, |haul| haul.calls.len() - 1);
        let Some(crew) = view.crew(key) else {
            return match prefix {
                "origin" => Stop::cell(view, (key, 0), column),
                "destination" => Stop::cell(view, (key, last), column),
                _ => Cell::Null,
            };
        };
        match prefix {
            "origin" => Stop::cell(view, (key, 0), column),
            "destination" => Stop::cell(view, (key, last), column),
            "driver1" => Driver::cell(view, crew.driver, column),
            "driver2" => Cell::of(crew.second, |driver| Driver::cell(view, driver, column)),
            "tractor" => Tractor::cell(view, crew.tractor, column),
            "trailer1" => Trailer::cell(view, crew.trailer, column),
            _ => Cell::Null,
        }
    }

    fn added(view: View<'_>, key: Key) -> i64 {
        view.world.haul(key, |haul| haul.entered)
    }

    fn changed(view: View<'_>, key: Key) -> i64 {
        view.world.haul(key, |haul| haul.changed(view.now))
    }

    fn extend(view: View<'_>, key: Key, row: &mut Map<String, Value>) {
        row.insert("__statusDescr".to_owned(), json!(description(view.standing(key))));
        row.insert("stops".to_owned(), stops(view, key));
        if view.world.haul(key, |haul| haul.loaded) {
            let mut order = child::<Orders>(view, key, "orders");
            if let Some(order) = order.as_object_mut() {
                order.retain(|column, _| OF_AN_ORDER.contains(&column.as_str()));
            }
            row.insert("orders".to_owned(), json!([order]));
        }
    }
}

/// What `GET /movements/{id}` shows besides: who does it.
pub fn extend_whole(view: View<'_>, key: Key, row: &mut Map<String, Value>) {
    Movement::extend(view, key, row);
    if row.contains_key("orders") {
        row.insert("orders".to_owned(), json!([child::<Orders>(view, key, "orders")]));
    }
    let Some(crew) = view.crew(key) else { return };
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("__tractor_id", json!(Roster::number(crew.tractor)));
    put("__driver1_id", json!(view.world.roster.driver_id(crew.driver)));
    put("__trailer1_id", json!(Roster::trailer_number(crew.trailer)));
    put("tractor", child::<Tractor>(view, crew.tractor, "tractor"));
    put("driver1", child::<Driver>(view, crew.driver, "driver1"));
    put("trailer1", child::<Trailer>(view, crew.trailer, "trailer1"));
    if let Some(second) = crew.second {
        put("__driver2_id", json!(view.world.roster.driver_id(second)));
        put("driver2", child::<Driver>(view, second, "driver2"));
    }
}

fn movement_cell(view: View<'_>, key: Key, haul: &Haul, column: &str) -> Cell {
    let Some(standing) = haul.standing(view.now) else { return Cell::Null };
    let begun = matches!(standing, Standing::InProgress | Standing::Delivered);
    let brokered = matches!(haul.fate, Fate::Brokered { covered } if covered <= view.now);
    let carrier = |text: &str| if brokered { Cell::text(text) } else { Cell::Null };
    match column {
        "company_id" => Cell::text(super::COMPANY),
        "id" => Cell::Text(view.id(key)),
        "status" => Cell::text(letter(standing)),
        "brokerage" => Cell::Flag(brokered),
        "brokerage_status" => carrier(if begun { "PROGRESS" } else { "COVERED" }),
        "loaded" => Cell::text(if haul.loaded { "L" } else { "E" }),
        "movement_type" => Cell::text("TKLD"),
        "origin_stop_id" => Cell::Text(view.stop_id(key, 0)),
        "dest_stop_id" => Cell::Text(view.stop_id(key, haul.calls.len() - 1)),
        "equipment_group_id" if begun && view.world.tractor_of(key).is_some() => {
            Cell::Text(view.group_id(key))
        }
        "dispatcher_user_id" if begun => Cell::text(dispatcher(key.lane)),
        "operations_user" => Cell::text("ops1"),
        "fleet_manager" if view.world.tractor_of(key).is_some() => Cell::text(dispatcher(key.lane)),
        "move_distance" | "fuel_distance" => Cell::Number((haul.miles() * 10.0).round() / 10.0),
        "move_distance_um" => Cell::text("MI"),
        "pay_distance" => Cell::Number(0.0),
        "preassign_sequence" if begun => Cell::Null,
        "preassign_sequence" if view.crew(key).is_some() => Cell::Whole(1 + key.haul as i64),
        "preassign_sequence" => Cell::Whole(0),
        "authorized" => Cell::Flag(true),
        "priority" | "ltl" | "is_local_mile" | "missed_call_sent" => Cell::Flag(false),
        "xmitted2driver" if begun && view.world.tractor_of(key).is_some() => Cell::Instant(haul.started),
        "next_sched_call" if standing == Standing::InProgress => {
            Cell::Instant(haul.changed(view.now) + 4 * 3600)
        }
        "override_payee_id" => carrier("BLUETRGA"),
        "override_driver_nm" => carrier("SAM TEST"),
        "override_drvr_cell" => carrier("912-555-0177"),
        "carrier_tractor" => carrier("TBD"),
        "carrier_trailer" => carrier("V9901"),
        "carrier_phone" => carrier("912-555-0100"),
        "cfsim_lane" => {
            let (from, to) = (&CITIES[haul.first().site.city], &CITIES[haul.last().site.city]);
            Cell::Text(format!("{}-{}", from.code, to.code))
        }
        _ => Cell::Null,
    }
}

impl Table for MovementOrder {
    type Key = Key;
    const NAME: &'static str = "movement_order";
    const COLUMNS: Columns = Columns {
        text: &["company_id", "id", "movement_id", "order_id"],
        number: &["sequence"],
        flag: &["on_at_move_origin", "on_at_move_dest"],
        instant: &[],
        day: &[],
    };

    fn keys(view: View<'_>, criteria: &Criteria) -> Vec<Key> {
        let found = match (criteria.equal("movement_id"), criteria.equal("order_id")) {
            (Some(id), _) => view.movement(id).into_iter().collect(),
            (_, Some(id)) => view.order(id).into_iter().collect(),
            _ => view.world.movements(view.now),
        };
        found.into_iter().filter(|key| view.world.haul(*key, |haul| haul.loaded)).collect()
    }

    fn cell(view: View<'_>, key: Key, column: &str) -> Cell {
        match column {
            "company_id" => Cell::text(super::COMPANY),
            "id" => Cell::Text(format!("zz1m{:012}SIMLM1", view.world.number(key))),
            "movement_id" => Cell::Text(view.id(key)),
            "order_id" => Cell::Text(view.order_id(key)),
            "sequence" => Cell::Whole(1),
            _ => Cell::Flag(false),
        }
    }

    fn added(view: View<'_>, key: Key) -> i64 {
        Movement::added(view, key)
    }

    fn changed(view: View<'_>, key: Key) -> i64 {
        Movement::added(view, key)
    }
}

/// The code of a standing.
pub const fn letter(standing: Standing) -> &'static str {
    match standing {
        Standing::Available => "A",
        Standing::Covered => "C",
        Standing::InProgress => "P",
        Standing::Delivered => "D",
        Standing::Void => "V",
    }
}

/// Its word.
pub const fn description(standing: Standing) -> &'static str {
    match standing {
        Standing::Available => "Available",
        Standing::Covered => "Covered",
        Standing::InProgress => "In progress",
        Standing::Delivered => "Delivered",
        Standing::Void => "Void",
    }
}

/// The dispatcher of a lane.
pub fn dispatcher(lane: usize) -> &'static str {
    ["jdoe", "mroe", "klee"][lane % 3]
}
