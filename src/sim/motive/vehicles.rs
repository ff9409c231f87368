//! Motive's vehicles and where they are: the roster, the latest positions in both forms, and one
//! vehicle's history.
//!
//! Beside the fleet it lists three that nobody drives: the first truck's record from before it was
//! entered anew (same number and VIN, deactivated), one that was sold, and a spare that never
//! reported.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::alias::Unit;
use super::super::ask::{Answer, Ask};
use super::super::atlas::{CITIES, near};
use super::super::roster::{ENTERED, Roster, SHOP};
use super::super::spread::Share;
use super::super::week::Activity;
use super::super::world::Seen;
use super::{COMPANY, DAY, KILOMETRES, Motive, Page, bad, days, ids, last, refusal, rounded, uuid, written};
use crate::model::Timestamp;

/// Seconds between two reports on the move.
pub const EVERY: i64 = 75;
/// Points that a history has at most: a truck that drives all day makes about a thousand.
const POINTS: usize = 100_000;
/// Days of history at once: three months.
const LONGEST: i64 = 92 * DAY;
/// When the record from before was closed.
const CLOSED: i64 = 1_734_715_200;
const MILES_A_GALLON: f64 = 6.5;

/// What the lists of positions may be asked with. Dates are taken and change nothing.
pub const FILTERS: &[&str] =
    &["per_page", "page_no", "vehicle_ids[]", "vehicle_ids", "vehicle_status", "start_date", "end_date"];

/// A row of the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vehicle {
    /// The first truck's record from before.
    Former(usize),
    /// Sold.
    Sold,
    /// Bought, never used.
    Spare,
    /// In the fleet, at this place.
    Fleet(usize),
}

/// All rows, by ascending id.
pub fn listed(share: &Share) -> Vec<Vehicle> {
    let former = share.tractors.first().map(|first| Vehicle::Former(*first));
    let odd = former.into_iter().chain([Vehicle::Sold, Vehicle::Spare]);
    odd.chain((0..share.tractors.len()).map(Vehicle::Fleet)).collect()
}

pub fn vehicles(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let since = match last(ask, "updated_after").map(Timestamp::parse) {
        None => None,
        Some(Some(at)) => Some(at.millis() / 1000),
        Some(None) => return Err(bad("updated_after must be a time")),
    };
    let drivers = ids(ask, "driver_ids")?;
    let fuel = last(ask, "fuel_type").is_none_or(|fuel| fuel.eq_ignore_ascii_case("diesel"));
    let wanted = |vehicle: &Vehicle| {
        let driver = || motive.current_driver(*vehicle, ask.now()).map(super::users::driver_id);
        fuel && since.is_none_or(|since| motive.updated(*vehicle, ask.now()) > since)
            && drivers.as_ref().is_none_or(|ids| driver().is_some_and(|id| ids.contains(&id)))
    };
    let all: Vec<Vehicle> = motive.vehicles.iter().copied().filter(wanted).collect();
    let rows = page.rows(&all).iter().map(|vehicle| motive.vehicle(*vehicle, ask)).collect();
    Ok(page.answer(("vehicles", "vehicle"), rows, all.len()))
}

/// The latest positions, of every kind of device and every status.
pub fn locations(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let all = motive.wanted_vehicles(ask, |_| true)?;
    let rows = page
        .rows(&all)
        .iter()
        .map(|vehicle| {
            let mut row = motive.head(*vehicle);
            // Who says nothing of units means the usual ones.
            if vehicle.place() % 7 != 6 || vehicle.metric(ask) {
                row["metric_units"] = json!(vehicle.metric(ask));
            }
            row["current_location"] = motive.location(*vehicle, ask);
            row["current_driver"] = motive.driver_of(*vehicle, ask.now());
            row
        })
        .collect();
    Ok(page.answer(("vehicles", "vehicle"), rows, all.len()))
}

/// The latest positions of active vehicles with a gateway.
pub fn gateway_locations(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let all = motive.wanted_vehicles(ask, |vehicle| motive.has_gateway(vehicle))?;
    let rows = page
        .rows(&all)
        .iter()
        .map(|vehicle| {
            let mut row = motive.head(*vehicle);
            row["metric_units"] = json!(vehicle.metric(ask));
            row["current_location"] = motive.gateway_location(*vehicle, ask.now());
            row["current_driver"] = motive.driver_of(*vehicle, ask.now());
            row
        })
        .collect();
    Ok(page.answer(("vehicles", "vehicle"), rows, all.len()))
}

/// Where one vehicle was, oldest first and all at once.
pub fn history(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let path = ask.path.strip_suffix(".json").unwrap_or(&ask.path);
    let id: u64 = path.rsplit('/').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    let found = motive.vehicles.binary_search_by_key(&id, |vehicle| motive.vehicle_id(*vehicle));
    let Ok(found) = found else { return Err(refusal(StatusCode::NOT_FOUND, "vehicle not found")) };
    let Some((start, end)) = days(ask)? else { return Err(bad("start_date and end_date are required")) };
    if end - start > LONGEST {
        return Err(bad("Date range cannot be greater than 3 months"));
    }
    let vehicle = motive.vehicles[found];
    let until = (end - 1).min(ask.now());
    let mut points = match motive.tractor(vehicle) {
        Some(tractor) if tractor != SHOP => motive.world.reports(tractor, start, until, EVERY, POINTS),
        _ => Vec::new(),
    };
    points.reverse();
    let rows: Vec<Value> = points
        .into_iter()
        .map(|at| json!({ "vehicle_location": motive.history_point(vehicle, at, vehicle.metric(ask)) }))
        .collect();
    Ok(json!({ "vehicle_locations": rows }))
}

impl Vehicle {
    /// Where it stands among the fleet; the others count as the first.
    fn place(self) -> usize {
        if let Self::Fleet(place) = self { place } else { 0 }
    }

    /// The unit of its speeds and odometer in this answer. The header decides, and of one in eleven
    /// trucks the profile does whatever the header says.
    fn metric(self, ask: &Ask) -> bool {
        let Self::Fleet(place) = self else { return false };
        let profile = place % 11 == 8;
        match ask.header("x-metric-units") {
            Some("false") => profile,
            Some("true") => true,
            _ => profile || place % 4 == 1,
        }
    }

    const fn status(self) -> &'static str {
        match self {
            Self::Former(_) | Self::Sold => "deactivated",
            Self::Spare => "inactive",
            Self::Fleet(_) => "active",
        }
    }
}

impl Motive {
    pub(super) fn vehicle_id(&self, vehicle: Vehicle) -> u64 {
        match vehicle {
            Vehicle::Former(_) => 400_101,
            Vehicle::Sold => 400_102,
            Vehicle::Spare => 400_103,
            Vehicle::Fleet(place) => 500_003 + self.share.tractors[place] as u64 * 3,
        }
    }

    /// The truck of the world behind a row.
    fn tractor(&self, vehicle: Vehicle) -> Option<usize> {
        let Vehicle::Fleet(place) = vehicle else { return None };
        Some(self.share.tractors[place])
    }

    fn entered(&self, vehicle: Vehicle) -> Unit {
        let roster = &self.world.roster;
        match vehicle {
            Vehicle::Former(tractor) => Unit::tractor(roster, tractor, 0),
            Vehicle::Sold => Unit { number: Some("399 (sold)".to_owned()), vin: None, plate: None },
            Vehicle::Spare => Unit { number: Some("SPARE".to_owned()), vin: None, plate: None },
            Vehicle::Fleet(place) => Unit::tractor(roster, self.share.tractors[place], place),
        }
    }

    /// What every list says of a vehicle. Here a number is a must, unlike elsewhere.
    pub(super) fn head(&self, vehicle: Vehicle) -> Value {
        let entered = self.entered(vehicle);
        let tractor = self.tractor(vehicle);
        let number = entered.number.or_else(|| tractor.map(Roster::number));
        let (make, model) = match (vehicle, vehicle.place() % 7) {
            (Vehicle::Sold, _) | (_, 5) => (json!(""), json!("")),
            (_, 6) => (Value::Null, Value::Null),
            _ => (json!(Roster::make(tractor.unwrap_or(0))), json!("Cascadia")),
        };
        let year = match (vehicle, vehicle.place() % 7) {
            (Vehicle::Sold, _) | (_, 3) => json!("0"),
            (_, 5) => json!(""),
            (_, 6) => Value::Null,
            _ => json!((2021 + tractor.unwrap_or(0) % 4).to_string()),
        };
        json!({
            "id": self.vehicle_id(vehicle),
            "number": number,
            "year": year,
            "make": make,
            "model": model,
            "vin": entered.vin,
        })
    }

    fn vehicle(&self, vehicle: Vehicle, ask: &Ask) -> Value {
        let (entered, tractor, place) = (self.entered(vehicle), self.tractor(vehicle), vehicle.place());
        let mut row = self.head(vehicle);
        let device = tractor.filter(|_| self.has_gateway(vehicle)).map(|tractor| {
            json!({ "id": 3_001 + tractor, "identifier": format!("AABL36QK{tractor:06}"), "model": "lbb-3.6ca" })
        });
        let service = if tractor == Some(SHOP) { "out_of_service" } else { "in_service" };
        let number = tractor.filter(|_| place.is_multiple_of(6)).map(Roster::number);
        let external =
            number.map(|number| json!([{ "external_id": number, "integration_name": "generic_tms" }]));
        let more = json!({
            "company_id": COMPANY,
            "status": vehicle.status(),
            "ifta": vehicle.status() == "active",
            "license_plate_state": entered.plate.as_ref().map(|_| "TX"),
            "license_plate_number": entered.plate,
            "license_plate_country_code": null,
            "metric_units": vehicle.metric(ask),
            "fuel_type": if place.is_multiple_of(2) { json!("diesel") } else { json!("Diesel") },
            "prevent_auto_odometer_entry": false,
            "notes": if vehicle == Vehicle::Sold { json!("sold 12/2024") } else { Value::Null },
            "driver_facing_camera": -1,
            "incab_audio_recording": -1,
            "group_ids": tractor.map_or(json!([]), |tractor| json!([super::users::group_of(tractor)])),
            "created_at": written(ENTERED, false),
            "updated_at": written(self.updated(vehicle, ask.now()), place % 4 == 2),
            "permanent_driver": self.permanent_driver(vehicle),
            "availability_details": (place % 3 != 1).then(|| json!({ "availability_status": service, "updated_at": written(ENTERED, false) })),
            "eld_device": device,
            "current_driver": self.driver_of(vehicle, ask.now()),
            "external_ids": if place % 5 == 4 { json!([]) } else { json!(external) },
        });
        if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
            row.extend(more);
        }
        row
    }

    /// When a row last changed: some are touched every day.
    fn updated(&self, vehicle: Vehicle, now: i64) -> i64 {
        match vehicle {
            Vehicle::Former(_) | Vehicle::Sold => CLOSED,
            Vehicle::Fleet(place) if place.is_multiple_of(10) => {
                now / DAY * DAY - DAY + (self.share.tractors[place] % 24) as i64 * 3600
            }
            Vehicle::Spare | Vehicle::Fleet(_) => ENTERED,
        }
    }

    fn has_gateway(&self, vehicle: Vehicle) -> bool {
        self.tractor(vehicle).is_some_and(|tractor| tractor != SHOP)
    }

    fn permanent_driver(&self, vehicle: Vehicle) -> Value {
        let own = self.tractor(vehicle).filter(|_| vehicle.place().is_multiple_of(2));
        own.and_then(|tractor| self.share.drivers.binary_search(&tractor).ok())
            .map_or(Value::Null, |place| self.summary(place))
    }

    /// The driver at a vehicle's wheel or in its berth, if he keeps his log here.
    fn current_driver(&self, vehicle: Vehicle, now: i64) -> Option<usize> {
        let tractor = self.tractor(vehicle)?;
        self.share.drivers.binary_search(&tractor).ok()?;
        (self.world.driver(tractor, now).tractor == Some(tractor)).then_some(tractor)
    }

    fn driver_of(&self, vehicle: Vehicle, now: i64) -> Value {
        let driver = self.current_driver(vehicle, now);
        driver
            .and_then(|driver| self.share.drivers.binary_search(&driver).ok())
            .map_or(Value::Null, |place| self.summary(place))
    }

    fn wanted_vehicles(&self, ask: &Ask, shown: impl Fn(Vehicle) -> bool) -> Result<Vec<Vehicle>, Answer> {
        let ids = ids(ask, "vehicle_ids")?;
        let status = last(ask, "vehicle_status");
        if status.is_some_and(|status| !["active", "inactive", "deactivated"].contains(&status)) {
            return Err(bad("vehicle_status must be active, inactive or deactivated"));
        }
        let wanted = |vehicle: &Vehicle| {
            shown(*vehicle)
                && status.is_none_or(|status| status == vehicle.status())
                && ids.as_ref().is_none_or(|ids| ids.binary_search(&self.vehicle_id(*vehicle)).is_ok())
        };
        Ok(self.vehicles.iter().copied().filter(wanted).collect())
    }

    /// The form of the first and second version: `description`, and `speed` in the profile's unit.
    fn location(&self, vehicle: Vehicle, ask: &Ask) -> Value {
        match vehicle {
            Vehicle::Spare | Vehicle::Sold => Value::Null,
            // Where it stood when it was closed.
            Vehicle::Former(tractor) => {
                let at = self.world.last_fix(tractor, CLOSED);
                self.point(vehicle, tractor, at, false)
            }
            Vehicle::Fleet(place) => {
                let tractor = self.share.tractors[place];
                self.point(
                    vehicle,
                    tractor,
                    self.world.last_report(tractor, ask.now(), EVERY),
                    vehicle.metric(ask),
                )
            }
        }
    }

    fn point(&self, vehicle: Vehicle, tractor: usize, at: i64, metric: bool) -> Value {
        let (seen, place) = (self.world.truck(tractor, at), vehicle.place());
        let rolls = seen.mph > 0.0;
        let unit = if metric { KILOMETRES } else { 1.0 };
        // Standing, some devices say 0 and some say nothing.
        let speed = (rolls || place.is_multiple_of(3)).then(|| rounded(seen.mph * unit, 1));
        json!({
            "id": uuid(tractor, at),
            "lat": rounded(seen.point.latitude, 6),
            "lon": rounded(seen.point.longitude, 6),
            "description": (place % 9 != 4).then(|| near(seen.point, seen.stretch.city)),
            "located_at": written(at, place % 4 == 2),
            "bearing": rolls.then(|| rounded(seen.heading, 1)),
            "type": kind(&seen, at),
            "speed": speed,
            "engine_hours": rounded(seen.odometer / 45.0, 2),
            "fuel": rolls.then(|| rounded(seen.odometer / MILES_A_GALLON, 2)),
            "odometer": rounded(seen.odometer * unit, 2),
        })
    }

    /// The form of the third version: `kph`, and the place in pieces.
    fn gateway_location(&self, vehicle: Vehicle, now: i64) -> Value {
        let Some(tractor) = self.tractor(vehicle) else { return Value::Null };
        let (at, place) = (self.world.last_report(tractor, now, EVERY), vehicle.place());
        let seen = self.world.truck(tractor, at);
        let (rolls, city) = (seen.mph > 0.0, &CITIES[seen.stretch.city]);
        let mut row = json!({
            "lat": rounded(seen.point.latitude, 6),
            "lon": rounded(seen.point.longitude, 6),
            "bearing": rolls.then(|| seen.heading.round()),
            "located_at": written(at, place % 4 == 2),
            "city": city.name,
            "state": city.state,
            "rg_km": rounded(city.point().miles_to(seen.point) * KILOMETRES, 1),
            "rg_brg": city.point().heading_to(seen.point).round(),
            "rg_match": true,
            "kph": rounded(seen.mph * KILOMETRES, 1),
            "vehicle_state": if matches!(seen.stretch.activity, Activity::Sleep | Activity::Restart) { "off" } else { "on" },
        });
        if place % 9 != 4 {
            row["current_location"] = json!(near(seen.point, seen.stretch.city));
        }
        row
    }

    fn history_point(&self, vehicle: Vehicle, at: i64, metric: bool) -> Value {
        let tractor = self.tractor(vehicle).unwrap_or_default();
        let mut row = self.point(vehicle, tractor, at, metric);
        row["driver"] = self.driver_of(vehicle, at);
        let odometer = self.world.truck(tractor, at).odometer;
        row["fuel_primary_remaining_percentage"] = json!(rounded(97.0 - (odometer % 700.0) / 10.0, 1));
        row
    }
}

/// What made the device report.
fn kind(seen: &Seen, at: i64) -> &'static str {
    match (seen.stretch.activity, at == seen.since) {
        (Activity::Drive, true) => "engine_start",
        (Activity::Drive, false) => "vehicle_moving",
        (Activity::Sleep | Activity::Restart, true) => "ignition_off",
        (_, true) => "vehicle_stopped",
        (_, false) => "breadcrumb",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Upstream;
    use super::super::super::spread::Spread;
    use super::*;

    #[test]
    fn the_first_truck_is_listed_twice_and_ids_ascend() {
        let roster = Roster::new(60, 1);
        let share = Spread::over(Upstream::ELDS).share(Upstream::Motive, &roster);
        let listed = listed(&share);
        assert_eq!(listed.len(), share.tractors.len() + 3);
        assert_eq!(listed.first(), Some(&Vehicle::Former(share.tractors[0])));
    }
}
