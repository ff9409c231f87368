//! Samsara's hours of service, and who drives and pulls what.

use serde_json::{Value, json};

use super::super::ask::Ask;
use super::super::roster::{Part, Roster};
use super::super::shift::DutyStatus;
use super::super::week::Activity;
use super::super::world::Condition;
use super::stats::chosen;
use super::{
    Book, Known, Refusal, Samsara, bad, driver_id, flag, instant, limit, list, page, rounded, tagged,
    trailer_id, vehicle_id, written,
};

const DAY: i64 = 24 * 3600;
/// Rows to a page of assignments, whatever is asked.
const ASSIGNMENTS: usize = 50;
/// Drivers to a page of logs.
const LOGS: usize = 100;

pub fn clocks(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let size = limit(ask)?;
    let (rows, pagination) = page(ask, Book::Clocks, &samsara.wanted_drivers(ask)?, size)?;
    let rows: Vec<Value> = rows.into_iter().map(|driver| samsara.clock(driver, ask.now())).collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

pub fn logs(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let now = ask.now();
    let (start, end) = span(ask)?;
    let (rows, pagination) = page(ask, Book::Logs, &samsara.wanted_drivers(ask)?, LOGS)?;
    let rows: Vec<Value> = rows
        .into_iter()
        .filter_map(|driver| {
            let mut lines = samsara.world.log(driver, start.max(now - 40 * DAY), now);
            lines.retain(|line| line.start <= end);
            let lines: Vec<Value> = lines
                .iter()
                .map(|line| {
                    let mut entry = json!({
                        "hosStatusType": status(line.duty),
                        "logStartTime": written(line.start),
                        "logRecordedLocation": { "latitude": rounded(line.point.latitude), "longitude": rounded(line.point.longitude) },
                    });
                    if let Some(end) = line.end {
                        entry["logEndTime"] = json!(written(end));
                    }
                    if let Some(tractor) = samsara.world.seat(driver) {
                        entry["vehicle"] = json!({ "id": vehicle_id(tractor), "name": Roster::name(tractor) });
                    }
                    entry
                })
                .collect();
            (!lines.is_empty()).then(|| json!({ "driver": samsara.name(driver), "hosLogs": lines }))
        })
        .collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

pub fn vehicle_assignments(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    match ask.parameter("filterBy") {
        Some("drivers" | "vehicles") => {}
        Some(_) => return bad("Invalid value for parameter filterBy: must be one of drivers, vehicles."),
        None => return bad("Missing required parameter: filterBy"),
    }
    let (start, end) = span(ask)?;
    let vehicles = list(ask, "vehicleIds")?;
    let kind = ask.parameter("assignmentType");
    let by_tag = ask.parameter("driverTagIds").is_some() || ask.parameter("vehicleTagIds").is_some();
    let seated: Vec<usize> = samsara
        .wanted_drivers(ask)?
        .into_iter()
        .filter(|driver| {
            !by_tag
                && kind.is_none_or(|kind| kind == "HOS")
                && samsara.is_seated(*driver, start, end, ask.now())
        })
        .filter(|driver| {
            let id = samsara.world.seat(*driver).map(vehicle_id).unwrap_or_default();
            vehicles.as_ref().is_none_or(|wanted| wanted.contains(&id.as_str()))
        })
        .collect();
    let (rows, pagination) = page(ask, Book::VehicleAssignments, &seated, ASSIGNMENTS)?;
    let rows: Vec<Value> =
        rows.into_iter().filter_map(|driver| samsara.assignment(driver, ask.now())).collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

pub fn trailer_assignments(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    if ask.parameter("driverIds").is_none() {
        return bad("Missing required parameter: driverIds");
    }
    flag(ask, "includeExternalIds")?;
    let pulling: Vec<(usize, usize, i64)> = samsara
        .wanted_drivers(ask)?
        .into_iter()
        .filter(|driver| samsara.world.roster.part(*driver) == Part::Solo)
        .filter_map(|driver| {
            let tractor = samsara.world.seat(driver)?;
            let seen = samsara.world.truck(tractor, ask.now());
            let trailer = samsara.world.roster.trailer_of(tractor, seen.week_number);
            let known = matches!(samsara.known(trailer), Known::Tracked | Known::Named);
            known.then_some((driver, trailer, seen.week.begin))
        })
        .collect();
    let (rows, pagination) = page(ask, Book::TrailerAssignments, &pulling, ASSIGNMENTS)?;
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(driver, trailer, since)| {
            json!({
                "id": format!("{driver:08x}{trailer:08x}{since:016x}"),
                "driver": { "driverId": driver_id(driver) },
                "trailer": { "trailerId": trailer_id(trailer) },
                "startTime": written(since),
                "createdAtTime": written(since),
                "updatedAtTime": written(since),
            })
        })
        .collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

impl Samsara {
    fn wanted_drivers(&self, ask: &Ask) -> Result<Vec<usize>, Refusal> {
        let all = if tagged(ask) { Vec::new() } else { self.share.drivers.clone() };
        chosen(ask, "driverIds", all, driver_id)
    }

    fn name(&self, driver: usize) -> Value {
        let (first, last) = self.world.roster.person(driver);
        json!({ "id": driver_id(driver), "name": format!("{first} {last}") })
    }

    fn clock(&self, driver: usize, now: i64) -> Value {
        let is = self.world.driver(driver, now);
        let connected = self.world.roster.part(driver) != Part::Disconnected;
        let millis = |seconds: i32| i64::from(seconds) * 1000;
        let mut row = json!({
            "driver": self.name(driver),
            "currentDutyStatus": { "hosStatusType": if connected { status(is.duty) } else { "" } },
            "clocks": {
                "break": { "timeUntilBreakDurationMs": millis(is.until_break) },
                "cycle": {
                    "cycleRemainingDurationMs": millis(is.cycle),
                    "cycleStartedAtTime": written(is.cycle_began),
                    "cycleTomorrowDurationMs": millis(is.cycle),
                },
                "drive": { "driveRemainingDurationMs": millis(is.drive) },
                "shift": { "shiftRemainingDurationMs": millis(is.shift) },
            },
            "violations": { "cycleViolationDurationMs": 0, "shiftDrivingViolationDurationMs": 0 },
        });
        if let Condition { tractor: Some(tractor), .. } = is {
            row["currentVehicle"] = json!({
                "id": vehicle_id(tractor),
                "name": Roster::name(tractor),
                "ExternalIds": { "samsara.vin": self.world.roster.vin(tractor) },
            });
        }
        row
    }

    /// Whether a driver was in his truck at some time of the span: all week but for the restart.
    fn is_seated(&self, driver: usize, start: i64, end: i64, now: i64) -> bool {
        let Some(tractor) = self.world.seat(driver) else { return false };
        let seen = self.world.truck(tractor, now);
        let over = seen.stretch.activity == Activity::Restart;
        seen.week.begin <= end && (!over || seen.since >= start)
    }

    fn assignment(&self, driver: usize, now: i64) -> Option<Value> {
        let tractor = self.world.seat(driver)?;
        let seen = self.world.truck(tractor, now);
        let mut row = json!({
            "driver": self.name(driver),
            "vehicle": { "id": vehicle_id(tractor), "name": Roster::name(tractor), "externalIds": { "samsara.vin": self.world.roster.vin(tractor) } },
            "startTime": written(seen.week.begin),
            "assignedAtTime": "",
            "assignmentType": "HOS",
            "isPassenger": self.world.roster.part(driver) == Part::Second,
        });
        if seen.stretch.activity == Activity::Restart {
            row["endTime"] = json!(written(seen.since));
        }
        Some(row)
    }
}

/// `startTime` and `endTime`, now where they are not given.
fn span(ask: &Ask) -> Result<(i64, i64), Refusal> {
    let start = instant(ask, "startTime")?.unwrap_or(ask.now());
    let end = instant(ask, "endTime")?.unwrap_or(ask.now());
    if end < start {
        return bad("Invalid value for parameter endTime: must not be before startTime.");
    }
    Ok((start, end))
}

const fn status(duty: DutyStatus) -> &'static str {
    match duty {
        DutyStatus::Driving => "driving",
        DutyStatus::OnDuty => "onDuty",
        DutyStatus::OffDuty => "offDuty",
        DutyStatus::Sleeper => "sleeperBed",
    }
}
