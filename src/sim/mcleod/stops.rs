//! McLeod's stops: where a movement calls, when it was promised, and when it was there.

use serde_json::{Map, Value, json};

use super::super::atlas::CITIES;
use super::super::freight::{Call, Fate, Haul, Purpose};
use super::super::world::Key;
use super::loads::Movement;
use super::parties::location_id;
use super::search::Criteria;
use super::table::{Cell, Columns, Table, View, child};

/// 2215: a typing error that some rows carry.
const CENTURIES: i64 = 7_731_000_000;

/// `stop`.
pub struct Stop;

/// The columns of `stop`.
pub const STOP: Columns = Columns {
    text: &[
        "company_id",
        "id",
        "movement_id",
        "order_id",
        "stop_type",
        "status",
        "location_id",
        "location_name",
        "address",
        "address2",
        "city_name",
        "state",
        "zip_code",
        "zone_id",
        "driver_load_unload",
        "contact_name",
        "phone",
        "refno",
        "seal",
        "ponum",
        "late_route_status",
        "move_dist_from_previous_um",
    ],
    number: &[
        "movement_sequence",
        "order_sequence",
        "city_id",
        "latitude",
        "longitude",
        "cases",
        "weight",
        "move_dist_from_previous",
        "eta_distance",
        "hub",
    ],
    flag: &[
        "appt_required",
        "confirmed",
        "late_eta_colorcode",
        "eta_late",
        "eta_oor",
        "prior_uncleared_stops",
    ],
    instant: &[
        "sched_arrive_early",
        "sched_arrive_late",
        "orig_sched_early",
        "orig_sched_late",
        "actual_arrival",
        "actual_departure",
        "eta",
        "projected_arrival",
        "planned_arrival_time",
    ],
    day: &["service_date"],
};

impl Table for Stop {
    type Key = (Key, usize);
    const NAME: &'static str = "stop";
    const COLUMNS: Columns = STOP;

    fn keys(view: View<'_>, criteria: &Criteria) -> Vec<(Key, usize)> {
        let movements =
            match (criteria.equal("movement_id"), criteria.equal("order_id"), criteria.equal("id")) {
                (Some(id), ..) => view.movement(id).into_iter().collect(),
                (_, Some(id), _) => view.order(id).into_iter().collect(),
                (.., Some(id)) => view.stop(id).map(|(key, _)| key).into_iter().collect(),
                _ => view.world.movements(view.now),
            };
        let stops = |key| (0..view.world.haul(key, |haul| haul.calls.len())).map(move |at| (key, at));
        movements.into_iter().flat_map(stops).collect()
    }

    fn cell(view: View<'_>, (key, at): (Key, usize), column: &str) -> Cell {
        view.world.haul(key, |haul| stop_cell(view, key, haul, at, column))
    }

    fn added(view: View<'_>, (key, _): (Key, usize)) -> i64 {
        Movement::added(view, key)
    }

    fn changed(view: View<'_>, (key, at): (Key, usize)) -> i64 {
        view.world.haul(key, |haul| {
            if matches!(haul.fate, Fate::Void { .. }) {
                return haul.entered;
            }
            let call = &haul.calls[at];
            let times = [call.arrival, call.departure, estimated(haul, at)];
            times.into_iter().filter(|at| *at <= view.now).max().unwrap_or(haul.entered).max(haul.entered)
        })
    }

    fn extend(_: View<'_>, _: (Key, usize), row: &mut Map<String, Value>) {
        let done = row.get("status").is_some_and(|status| status == "D");
        row.insert("__statusDescr".to_owned(), json!(if done { "Done" } else { "Available" }));
    }
}

/// When the TMS works out when a stop will be reached: on leaving the one before.
fn estimated(haul: &Haul, at: usize) -> i64 {
    if at == 0 { haul.started } else { haul.calls[at - 1].departure }
}

fn stop_cell(view: View<'_>, key: Key, haul: &Haul, at: usize, column: &str) -> Cell {
    let call = &haul.calls[at];
    let city = &CITIES[call.site.city];
    let happens = !matches!(haul.fate, Fate::Void { .. });
    let past = |at: i64| happens && at <= view.now;
    let placed = call.site.is_on_the_map();
    match column {
        "company_id" => Cell::text(super::COMPANY),
        "id" => Cell::Text(view.stop_id(key, at)),
        "movement_id" => Cell::Text(view.id(key)),
        "movement_sequence" => Cell::Whole(at as i64 + 1),
        "order_id" if haul.loaded => Cell::Text(view.order_id(key)),
        "order_sequence" if haul.loaded => Cell::Whole(at as i64 + 1),
        "stop_type" => Cell::text(kind(call.purpose)),
        "status" => Cell::text(if past(call.departure) { "D" } else { "A" }),
        "location_id" => Cell::Text(location_id(call.site)),
        "location_name" => Cell::Text(call.site.name().to_uppercase()),
        "address" => Cell::Text(call.site.street()),
        "city_id" => Cell::Whole(10_001 + call.site.city as i64),
        "city_name" => Cell::Text(city.name.to_uppercase()),
        "state" => Cell::text(city.state),
        "zip_code" => Cell::text(city.zip),
        "zone_id" => Cell::Text(format!("{}1", city.state)),
        "latitude" if placed => Cell::Number((call.site.point().latitude * 1e6).round() / 1e6),
        "longitude" if placed => Cell::Number((call.site.point().longitude * 1e6).round() / 1e6),
        "sched_arrive_early" | "orig_sched_early" => Cell::Instant(call.early),
        "sched_arrive_late" | "orig_sched_late" => Cell::of(call.late, Cell::Instant),
        "actual_arrival" if past(call.arrival) => Cell::Instant(call.arrival),
        "actual_departure" => departure(view, key, at, call, past(call.departure)),
        "eta" | "projected_arrival" | "late_eta_colorcode" | "eta_late" => eta(view, key, haul, at, column),
        "appt_required" | "confirmed" => Cell::Flag(haul.loaded),
        "prior_uncleared_stops" => Cell::Flag(haul.calls[..at].iter().any(|prior| !past(prior.departure))),
        "driver_load_unload" => Cell::text("N"),
        "phone" => Cell::Text(format!("713-555-01{:02}", call.site.city)),
        "contact_name" if haul.loaded => Cell::text("RECEIVING"),
        "cases" => Cell::Whole(0),
        "move_dist_from_previous" => Cell::Number((call.miles * 10.0).round() / 10.0),
        "move_dist_from_previous_um" => Cell::text("MI"),
        _ => Cell::Null,
    }
}

/// Mostly the truth; on a few stops a year two centuries on.
fn departure(view: View<'_>, key: Key, at: usize, call: &Call, left: bool) -> Cell {
    if left && key.lane == 3 && at == 0 && key.haul % 4 == 1 {
        return Cell::Instant(CENTURIES);
    }
    // The forgotten movement's own departure lies ahead and was written down all the same.
    if left || call.departure > view.now + 100 * 365 * 86_400 {
        Cell::Instant(call.departure)
    } else {
        Cell::Null
    }
}

/// The TMS's own estimate: for about half of the stops, and none too good.
fn eta(view: View<'_>, key: Key, haul: &Haul, at: usize, column: &str) -> Cell {
    let call = &haul.calls[at];
    let happens = !matches!(haul.fate, Fate::Void { .. });
    let under_way = (estimated(haul, at)..call.arrival).contains(&view.now);
    let known = happens && under_way && (key.haul + at).is_multiple_of(2);
    let error = (view.world.number(key) % 41) as i64 - 20;
    let eta = call.arrival + error * 60;
    match column {
        "late_eta_colorcode" | "eta_late" => Cell::Flag(known && eta > call.late.unwrap_or(call.early)),
        _ if known => Cell::Instant(eta),
        _ => Cell::Null,
    }
}

/// All stops of a movement, as its children.
pub fn stops(view: View<'_>, key: Key) -> Value {
    let count = view.world.haul(key, |haul| haul.calls.len());
    let rows = (0..count).map(|at| {
        let mut row = child::<Stop>(view, (key, at), "stops");
        if let Some(row) = row.as_object_mut() {
            Stop::extend(view, (key, at), row);
        }
        row
    });
    rows.collect()
}

const fn kind(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Pickup => "PU",
        Purpose::Delivery => "SO",
        Purpose::Split => "SP",
        Purpose::EmptyStart => "VA",
        Purpose::EmptyEnd => "VP",
    }
}
