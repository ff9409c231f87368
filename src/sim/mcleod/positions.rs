//! `/mcmessages/positions`: the newest position of every unit, in batches, with the longitudes of
//! the western half of the world positive, as this tenant's database has them.

use serde_json::{Value, json};

use super::super::atlas::CITIES;
use super::super::roster::{Roster, SHOP};
use super::search::Criteria;
use super::table::{Cell, Columns, Table, View};

/// Positions come in batches, so many seconds apart.
const BATCH: i64 = 630;

/// `mc_position`.
pub struct Position;

impl Table for Position {
    type Key = usize;
    const NAME: &'static str = "mc_position";
    const COLUMNS: Columns = Columns {
        text: &[
            "company_id",
            "id",
            "mc_unit_no",
            "mc_unit_type",
            "driver_id",
            "movement_id",
            "direction",
            "near_b_city",
            "near_s_city",
            "position_type",
        ],
        number: &["latitude", "longitude", "speed", "odometer", "fuel_level"],
        flag: &["ignition_on_flag"],
        instant: &["position_date"],
        day: &[],
    };

    fn keys(view: View<'_>, _: &Criteria) -> Vec<usize> {
        (0..view.world.roster.tractors).filter(|tractor| *tractor != SHOP).collect()
    }

    fn cell(view: View<'_>, tractor: usize, column: &str) -> Cell {
        let at = observed(view, tractor);
        let seen = view.world.truck(tractor, at);
        let city = &CITIES[seen.stretch.city];
        let from = city.point();
        let direction = compass(seen.heading);
        match column {
            "company_id" => Cell::text(super::COMPANY),
            "id" => Cell::Text(format!("zz1p{at:012}{tractor:05}SIMLM1")),
            // Some units go by the number of their device: only the tractor beside them says whose they are.
            "mc_unit_no" if tractor % 5 == 2 => Cell::Text(format!("1070{tractor:04}")),
            "mc_unit_no" => Cell::Text(Roster::number(tractor)),
            "mc_unit_type" => match tractor % 5 {
                2 => Cell::text("PNET"),
                3 => Cell::text("QC"),
                4 => Cell::Null,
                _ => Cell::text("T"),
            },
            "driver_id" => Cell::Text(view.world.roster.driver_id(tractor)),
            "movement_id" => Cell::of(view.world.current(tractor, at), |key| Cell::Text(view.id(key))),
            "position_date" => Cell::Instant(at),
            "latitude" => Cell::Number((seen.point.latitude * 1e4).round() / 1e4),
            "longitude" => Cell::Number((-seen.point.longitude * 1e4).round() / 1e4),
            "speed" => Cell::Whole(seen.mph.round() as i64),
            "direction" if seen.mph > 0.0 => Cell::text(direction),
            "odometer" => Cell::Number(seen.odometer.round()),
            "ignition_on_flag" => Cell::Flag(seen.mph > 0.0),
            "near_b_city" => {
                let (miles, course) = (from.miles_to(seen.point), compass(from.heading_to(seen.point)));
                Cell::Text(format!("{miles:.0} {course} {} {}", city.name.to_uppercase(), city.state))
            }
            "position_type" => Cell::text("R"),
            _ => Cell::Null,
        }
    }

    fn added(view: View<'_>, tractor: usize) -> i64 {
        observed(view, tractor)
    }

    fn changed(view: View<'_>, tractor: usize) -> i64 {
        observed(view, tractor)
    }
}

/// The tractor or driver beside a position, by their key columns alone.
pub fn in_brief(table: &str, id: &str) -> Value {
    json!({ "__type": table, "__name": table, "company_id": super::COMPANY, "id": id })
}

/// To the minute.
fn observed(view: View<'_>, tractor: usize) -> i64 {
    view.world.last_fix(tractor, view.now / BATCH * BATCH) / 60 * 60
}

fn compass(heading: f64) -> &'static str {
    const POINTS: [&str; 16] =
        ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];
    POINTS[(heading / 22.5).round() as usize % 16]
}
