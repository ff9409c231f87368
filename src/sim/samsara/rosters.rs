//! Samsara's rosters: the organisation, vehicles, trailers and drivers.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::Upstream;
use super::super::ask::Ask;
use super::super::atlas::CITIES;
use super::super::roster::{ENTERED, Part, Roster, SHOP};
use super::{
    Book, Known, Refusal, Samsara, bad, driver_id, instant, limit, page, tagged, trailer_id, vehicle_id,
    written,
};

#[expect(clippy::unnecessary_wraps, reason = "endpoints have one shape")]
pub fn me(_: &Samsara, _: &Ask) -> Result<Value, Refusal> {
    let carrier = json!({ "carrierName": "Example Freight Lines", "dotNumber": 999_999, "mainOfficeAddress": "1 Yard Rd, Dallas, TX 75212" });
    Ok(json!({ "data": { "id": "990001", "name": "Example Freight Lines", "carrierSettings": carrier } }))
}

pub fn vehicles(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let size = limit(ask)?;
    let all = if changed(ask)? { samsara.share.tractors.clone() } else { Vec::new() };
    let (rows, pagination) = page(ask, Book::Vehicles, &all, size)?;
    let rows: Vec<Value> = rows.into_iter().map(|tractor| vehicle(samsara, tractor)).collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

fn vehicle(samsara: &Samsara, tractor: usize) -> Value {
    let roster = &samsara.world.roster;
    let vin = roster.vin(tractor);
    let (first, last) = roster.person(tractor);
    let mut row = json!({
        "id": vehicle_id(tractor),
        "name": Roster::name(tractor),
        "vin": vin,
        "make": Roster::make(tractor),
        "model": "Cascadia",
        "year": (2021 + tractor % 4).to_string(),
        "licensePlate": Roster::plate(tractor, 'P'),
        "vehicleRegulationMode": "regulated",
        "createdAtTime": written(ENTERED),
        "updatedAtTime": written(ENTERED),
        "notes": "",
        "harshAccelerationSettingType": "automatic",
        "externalIds": { "samsara.vin": vin },
    });
    // A truck whose gateway was pulled stays listed, without it.
    if tractor != SHOP {
        let serial = format!("GSIM-{:03}-{:03}", tractor / 1000, tractor % 1000);
        row["externalIds"]["samsara.serial"] = json!(serial.replace('-', ""));
        row["serial"] = json!(serial);
        row["gateway"] = json!({ "model": "VG54NA", "serial": serial });
        // Of a driver who keeps his log elsewhere it knows nothing.
        if !samsara.world.spread.is_second(Upstream::Samsara, tractor) {
            row["staticAssignedDriver"] =
                json!({ "id": driver_id(tractor), "name": format!("{first} {last}") });
        }
    }
    row
}

pub fn trailers(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let size = limit(ask)?;
    let (rows, pagination) = page(ask, Book::Trailers, &samsara.trailers(ask), size)?;
    let rows: Vec<Value> = rows.into_iter().map(|trailer| samsara.trailer(trailer)).collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

impl Samsara {
    /// Those it has as trailers, unless the question filters by tag.
    pub fn trailers(&self, ask: &Ask) -> Vec<usize> {
        let all = if tagged(ask) { [].as_slice() } else { &self.share.trailers };
        let as_trailer = |trailer: &usize| matches!(self.known(*trailer), Known::Tracked | Known::Named);
        all.iter().copied().filter(as_trailer).collect()
    }

    fn trailer(&self, trailer: usize) -> Value {
        let mut row = json!({
            "id": trailer_id(trailer),
            "name": Roster::trailer_number(trailer),
            "trailerSerialNumber": self.world.roster.trailer_vin(trailer),
            "licensePlate": Roster::plate(trailer, 'T'),
            "enabledForMobile": true,
        });
        if self.known(trailer) == Known::Tracked {
            row["installedGateway"] = json!({ "model": "AG26", "serial": format!("GTRL-{trailer:05}") });
        }
        row
    }
}

pub fn drivers(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let wanted_gone = match ask.parameter("driverActivationStatus") {
        None | Some("active") => false,
        Some("deactivated") => true,
        Some(_) => {
            return bad("Invalid value for driverActivationStatus. Can only be 'active' or 'deactivated'");
        }
    };
    let size = limit(ask)?;
    let roster = &samsara.world.roster;
    let mut all = if changed(ask)? { samsara.share.drivers.clone() } else { Vec::new() };
    all.retain(|driver| (roster.part(*driver) == Part::Gone) == wanted_gone);
    let (rows, pagination) = page(ask, Book::Drivers, &all, size)?;
    let rows: Vec<Value> = rows.into_iter().map(|driver| person(samsara, driver)).collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

fn person(samsara: &Samsara, driver: usize) -> Value {
    let world = &samsara.world;
    let (first, last) = world.roster.person(driver);
    let (licence, state) = Roster::licence(driver);
    let gone = world.roster.part(driver) == Part::Gone;
    let yard = world.seat(driver).map_or(0, |tractor| world.yard(tractor).city);
    let mut row = json!({
        "id": driver_id(driver),
        "name": format!("{first} {last}"),
        "username": format!("{first}.{last}{driver}").to_lowercase(),
        "driverActivationStatus": if gone { "deactivated" } else { "active" },
        "phone": Roster::phone(driver).replace('-', ""),
        "licenseNumber": licence,
        "licenseState": state,
        "timezone": CITIES[yard].zone,
        "createdAtTime": written(ENTERED),
        "updatedAtTime": written(ENTERED),
        "eldExempt": false,
        "tags": [],
        "carrierSettings": { "carrierName": "Example Freight Lines", "dotNumber": 999_999, "homeTerminalName": format!("{} Yard", CITIES[yard].name) },
        "eldSettings": { "rulesets": [{
            "cycle": "USA 70 hour / 8 day",
            "shift": "US Interstate Property",
            "restart": "34-hour Restart",
            "break": "Property (off-duty/sleeper)",
        }] },
    });
    if gone {
        row["isDeactivated"] = json!(true);
    }
    // Offices forget it for some, but not where they have two of one name.
    if driver % 4 != 1 || world.roster.shares_name(driver) {
        row["externalIds"] = json!({ "mcleodId": world.roster.driver_id(driver) });
    }
    if let Some(tractor) = world.seat(driver) {
        row["staticAssignedVehicle"] = json!({ "id": vehicle_id(tractor), "name": Roster::name(tractor) });
    }
    row
}

/// Whether the time filters and tags of the question let an unchanged row through.
fn changed(ask: &Ask) -> Result<bool, Refusal> {
    let after = [instant(ask, "updatedAfterTime")?, instant(ask, "createdAfterTime")?];
    Ok(!tagged(ask) && after.into_iter().flatten().all(|after| ENTERED > after))
}

/// The refusal of an id that is none of ours.
pub fn unknown_id(name: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, format!("Invalid value for parameter {name}."))
}
