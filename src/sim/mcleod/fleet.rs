//! McLeod's fleet tables: driver, tractor, trailer, and the equipment groups that tie them to work.

use serde_json::{Map, Value, json};

use super::super::atlas::CITIES;
use super::super::freight::Standing;
use super::super::roster::{Part, Roster, SHOP, TEAM};
use super::super::shift::DutyStatus;
use super::super::world::Key;
use super::loads::{EquipmentItem, dispatcher};
use super::search::Criteria;
use super::table::{Cell, Columns, Table, View};

/// When the fleet was entered.
const ENTERED: i64 = 1_706_000_000;
/// How often the ELD's hours are written onto driver rows.
const HOURS_EVERY: i64 = 15 * 60;

/// `driver`.
pub struct Driver;
/// `tractor`.
pub struct Tractor;
/// `trailer`.
pub struct Trailer;

/// The columns of `driver`.
pub const DRIVER: Columns = Columns {
    text: &[
        "company_id",
        "id",
        "name",
        "first_name",
        "name_mid_initial",
        "cell_phone",
        "phone",
        "email",
        "type_of",
        "fleet_manager",
        "group_id",
        "tractor_id",
        "address",
        "city",
        "state",
        "zip",
        "currenteqpgrpid",
        "cmove",
        "event_status",
        "status_code",
        "planning_comment",
        "home_location_id",
        "license_no",
        "license_state",
        "social_security_no",
        "team_status",
    ],
    number: &["avl_drive_hours", "avl_onduty_hours", "avl_hours", "city_id", "latitude", "longitude"],
    flag: &["is_active", "hazmat_certified", "logbook_required"],
    instant: &["avl_as_of_date", "event_date", "last_34_hour_start_date", "last_break_date", "pta_date"],
    day: &[
        "birth_date",
        "hire_date",
        "license_date",
        "medical_cert_expire",
        "last_home_date",
        "next_home_date",
    ],
};

/// The columns of `tractor`.
pub const TRACTOR: Columns = Columns {
    text: &[
        "company_id",
        "id",
        "service_status",
        "status",
        "type_of",
        "fleet_id",
        "dispatcher",
        "driver1_id",
        "driver2_id",
        "current_stop_id",
        "currenteqpgrpid",
        "make",
        "model",
        "model_year",
        "serial_number",
        "owner",
        "tag",
        "tag_state",
        "planning_comment",
    ],
    number: &["current_hub", "fuel_level", "city_id"],
    flag: &["is_local", "phantom"],
    instant: &[],
    day: &["avail_date", "outservice_date", "inservice_date"],
};

/// The columns of `trailer`.
pub const TRAILER: Columns = Columns {
    text: &[
        "company_id",
        "id",
        "is_active",
        "trailer_type",
        "trailer_group",
        "type_of",
        "tractor_id",
        "currenteqpgrpid",
        "statuscode",
        "disposition_code",
        "length_of_um",
        "make",
        "model_year",
        "serial_number",
        "license_no",
        "license_state",
        "planning_comment",
    ],
    number: &["length_of", "odometer"],
    flag: &["is_hooked", "empty"],
    instant: &[],
    day: &["inspection_date", "outservice_date"],
};

impl Table for Driver {
    type Key = usize;
    const NAME: &'static str = "driver";
    const COLUMNS: Columns = DRIVER;

    fn keys(view: View<'_>, _: &Criteria) -> Vec<usize> {
        (0..view.world.roster.drivers).collect()
    }

    fn cell(view: View<'_>, driver: usize, column: &str) -> Cell {
        driver_cell(view, driver, column)
    }

    fn added(_: View<'_>, _: usize) -> i64 {
        ENTERED
    }

    fn changed(view: View<'_>, driver: usize) -> i64 {
        let moved = view.world.seat(driver).map_or(ENTERED, |tractor| work_changed(view, tractor));
        view.hours_of(driver).map_or(ENTERED, |(as_of, _)| as_of).max(moved)
    }

    fn extend(view: View<'_>, driver: usize, row: &mut Map<String, Value>) {
        row.insert("__typeOfDescr".to_owned(), json!("Company"));
        if let Some(key) = view.world.seat(driver).and_then(|tractor| view.world.current(tractor, view.now)) {
            row.insert("__currentMovementId".to_owned(), json!(view.id(key)));
        }
    }
}

fn driver_cell(view: View<'_>, driver: usize, column: &str) -> Cell {
    let roster = &view.world.roster;
    let (first, last) = roster.person(driver);
    let seat = view.world.seat(driver);
    let home = &CITIES[view.world.yard(seat.unwrap_or(driver % roster.tractors)).city];
    let current = || seat.and_then(|tractor| view.world.current(tractor, view.now));
    let hours = |cell: fn(&super::super::world::Condition, i64) -> Cell| {
        Cell::of(view.hours_of(driver), |(as_of, is)| cell(&is, as_of))
    };
    let tenths = |seconds: i32| Cell::Number((f64::from(seconds) / 36.0).round() / 100.0);
    match column {
        "company_id" => Cell::text(super::COMPANY),
        "id" => Cell::Text(roster.driver_id(driver)),
        "name" => Cell::Text(last.to_uppercase()),
        "first_name" => Cell::Text(first.to_uppercase()),
        "cell_phone" => Cell::Text(Roster::phone(driver)),
        "email" => Cell::Text(format!("driver{driver}@example.invalid")),
        "social_security_no" => Cell::Text(format!("000-00-{:04}", driver % 10_000)),
        "license_no" => Cell::Text(Roster::licence(driver).0),
        "license_state" => Cell::text(Roster::licence(driver).1),
        "birth_date" => Cell::Day(0),
        "hire_date" => Cell::Day(ENTERED),
        "license_date" => Cell::Day(1_861_920_000),
        "medical_cert_expire" => Cell::Day(1_830_384_000),
        "is_active" => Cell::Flag(roster.part(driver) != Part::Gone),
        "type_of" => Cell::text("C"),
        "fleet_manager" => Cell::text(dispatcher(driver)),
        "tractor_id" => Cell::of(seat, |tractor| Cell::Text(Roster::number(tractor))),
        "city" => Cell::Text(home.name.to_uppercase()),
        "state" => Cell::text(home.state),
        "zip" => Cell::text(home.zip),
        "hazmat_certified" => Cell::Flag(driver.is_multiple_of(3)),
        "logbook_required" => Cell::Flag(true),
        "cmove" => Cell::of(current(), |key| Cell::Text(view.id(key))),
        "currenteqpgrpid" => Cell::of(current(), |key| Cell::Text(view.group_id(key))),
        "event_status" => hours(|is, _| Cell::text(event(is.duty))),
        "event_date" => hours(|is, _| Cell::Instant(is.since)),
        "avl_as_of_date" => hours(|_, as_of| Cell::Instant(as_of)),
        "last_34_hour_start_date" => hours(|is, _| Cell::Instant(is.cycle_began - 34 * 3600)),
        "avl_drive_hours" => Cell::of(view.hours_of(driver), |(_, is)| tenths(is.drive)),
        "avl_onduty_hours" => Cell::of(view.hours_of(driver), |(_, is)| tenths(is.shift)),
        "avl_hours" => hours(|is, _| Cell::Whole(i64::from(is.cycle / 3600))),
        _ => Cell::Null,
    }
}

const fn event(duty: DutyStatus) -> &'static str {
    match duty {
        DutyStatus::Driving => "DRIVING",
        DutyStatus::OnDuty => "ON DUTY",
        DutyStatus::OffDuty => "OFF DUTY",
        DutyStatus::Sleeper => "SLEEPER",
    }
}

impl Table for Tractor {
    type Key = usize;
    const NAME: &'static str = "tractor";
    const COLUMNS: Columns = TRACTOR;

    fn keys(view: View<'_>, _: &Criteria) -> Vec<usize> {
        (0..view.world.roster.tractors).collect()
    }

    fn cell(view: View<'_>, tractor: usize, column: &str) -> Cell {
        tractor_cell(view, tractor, column)
    }

    fn added(_: View<'_>, _: usize) -> i64 {
        ENTERED
    }

    fn changed(view: View<'_>, tractor: usize) -> i64 {
        work_changed(view, tractor)
    }

    fn extend(_: View<'_>, tractor: usize, row: &mut Map<String, Value>) {
        let description = if tractor == SHOP { "In shop" } else { "In service" };
        row.insert("__serviceStatusDescr".to_owned(), json!(description));
    }
}

fn tractor_cell(view: View<'_>, tractor: usize, column: &str) -> Cell {
    let roster = &view.world.roster;
    let current = || view.world.current(tractor, view.now);
    match column {
        "company_id" => Cell::text(super::COMPANY),
        "id" => Cell::Text(Roster::number(tractor)),
        "service_status" => Cell::text(if tractor == SHOP { "S" } else { "A" }),
        "type_of" => Cell::text("S"),
        "fleet_id" => Cell::text(if tractor.is_multiple_of(2) { "SOUTH" } else { "NORTH" }),
        "dispatcher" => Cell::text(dispatcher(tractor + 1)),
        "driver1_id" if tractor != SHOP => Cell::Text(roster.driver_id(tractor)),
        "driver2_id" if tractor == TEAM => Cell::Text(roster.driver_id(roster.tractors)),
        "current_stop_id" => Cell::of(current(), |key| Cell::Text(view.stop_id(key, view.stop_reached(key)))),
        "currenteqpgrpid" => Cell::of(current(), |key| Cell::Text(view.group_id(key))),
        "make" => Cell::text(Roster::make(tractor)),
        "model" => Cell::text("CASCADIA"),
        "model_year" => Cell::Text((2021 + tractor % 4).to_string()),
        // The office never typed it in for some.
        "serial_number" if tractor % 9 != 4 => Cell::Text(roster.vin(tractor)),
        "tag" => Cell::Text(Roster::plate(tractor, 'P')),
        "tag_state" => Cell::text("TX"),
        "current_hub" if tractor != SHOP => {
            Cell::Whole(view.world.truck(tractor, work_changed(view, tractor)).odometer as i64)
        }
        "planning_comment" if tractor % 10 == 6 => Cell::text("Tires < 4/32\" & due\nask <shop>"),
        "is_local" | "phantom" => Cell::Flag(false),
        "inservice_date" => Cell::Day(ENTERED),
        _ => Cell::Null,
    }
}

impl Table for Trailer {
    type Key = usize;
    const NAME: &'static str = "trailer";
    const COLUMNS: Columns = TRAILER;

    fn keys(view: View<'_>, _: &Criteria) -> Vec<usize> {
        (0..view.world.roster.trailers).collect()
    }

    fn cell(view: View<'_>, trailer: usize, column: &str) -> Cell {
        trailer_cell(view, trailer, column)
    }

    fn added(_: View<'_>, _: usize) -> i64 {
        ENTERED
    }

    fn changed(view: View<'_>, trailer: usize) -> i64 {
        if trailer == view.world.roster.stray() {
            return ENTERED;
        }
        let carried = view.world.trailer(trailer, view.now);
        let moved = carried.lane.map_or(ENTERED, |tractor| work_changed(view, tractor));
        carried.since.max(moved).max(ENTERED)
    }

    fn extend(_: View<'_>, trailer: usize, row: &mut Map<String, Value>) {
        row.insert(
            "__trailerTypeDescr".to_owned(),
            json!(if trailer.is_multiple_of(3) { "Reefer" } else { "Van" }),
        );
    }
}

fn trailer_cell(view: View<'_>, trailer: usize, column: &str) -> Cell {
    let reefer = trailer.is_multiple_of(3);
    let stray = trailer == view.world.roster.stray();
    // Of the stray the office knows nothing.
    let puller = || if stray { None } else { view.world.trailer(trailer, view.now).lane };
    let current = || puller().and_then(|tractor| view.world.current(tractor, view.now));
    match column {
        "company_id" => Cell::text(super::COMPANY),
        "id" => Cell::Text(Roster::trailer_number(trailer)),
        "is_active" => Cell::text("A"),
        "trailer_type" => Cell::text(if reefer { "R" } else { "V" }),
        "trailer_group" => Cell::text(if reefer { "REEF53" } else { "VAN53" }),
        "is_hooked" => Cell::Flag(puller().is_some()),
        "empty" => Cell::Flag(!current().is_some_and(|key| view.is_laden(key))),
        "tractor_id" => Cell::of(puller(), |tractor| Cell::Text(Roster::number(tractor))),
        "currenteqpgrpid" => Cell::of(current(), |key| Cell::Text(view.group_id(key))),
        "length_of" => Cell::Number(53.0),
        "length_of_um" => Cell::text("FT"),
        "make" => Cell::text("UTILITY"),
        "model_year" => Cell::Text((2021 + trailer % 4).to_string()),
        "serial_number" if trailer % 5 != 2 => Cell::Text(view.world.roster.trailer_vin(trailer)),
        "license_no" => Cell::Text(Roster::plate(trailer, 'T')),
        "license_state" => Cell::text("TN"),
        _ => Cell::Null,
    }
}

impl Table for EquipmentItem {
    type Key = (Key, usize);
    const NAME: &'static str = "equipment_item";
    const COLUMNS: Columns = Columns {
        text: &["company_id", "id", "equipment_group_id", "equipment_type_id", "equipment_id"],
        number: &["type_sequence"],
        flag: &[],
        instant: &[],
        day: &[],
    };

    fn keys(view: View<'_>, criteria: &Criteria) -> Vec<(Key, usize)> {
        let movements = match criteria.equal("equipment_group_id") {
            Some(id) => view.group(id).into_iter().collect(),
            None => view.world.movements(view.now),
        };
        let begun = |key: &Key| matches!(view.standing(*key), Standing::InProgress | Standing::Delivered);
        let crewed = movements.into_iter().filter(begun).filter_map(|key| Some((key, view.crew(key)?)));
        crewed
            .flat_map(|(key, crew)| (0..3 + usize::from(crew.second.is_some())).map(move |at| (key, at)))
            .collect()
    }

    fn cell(view: View<'_>, (key, at): (Key, usize), column: &str) -> Cell {
        let Some(crew) = view.crew(key) else { return Cell::Null };
        let roster = &view.world.roster;
        match (column, at) {
            ("company_id", _) => Cell::text(super::COMPANY),
            ("id", _) => Cell::Text(format!("zz1e{:010}{at:02}SIMLM1", view.world.number(key))),
            ("equipment_group_id", _) => Cell::Text(view.group_id(key)),
            ("equipment_type_id", 0) => Cell::text("T"),
            ("equipment_type_id", 2) => Cell::text("L"),
            ("equipment_type_id", _) => Cell::text("D"),
            ("equipment_id", 0) => Cell::Text(Roster::number(crew.tractor)),
            ("equipment_id", 1) => Cell::Text(roster.driver_id(crew.driver)),
            ("equipment_id", 2) => Cell::Text(Roster::trailer_number(crew.trailer)),
            ("equipment_id", _) => Cell::of(crew.second, |driver| Cell::Text(roster.driver_id(driver))),
            (_, at) => Cell::Whole(i64::from(at == 3)),
        }
    }

    fn added(view: View<'_>, (key, _): (Key, usize)) -> i64 {
        view.world.haul(key, |haul| haul.started)
    }

    fn changed(view: View<'_>, key: (Key, usize)) -> i64 {
        Self::added(view, key)
    }
}

/// When a tractor's work last changed: a movement begun, a stop reached or left.
fn work_changed(view: View<'_>, tractor: usize) -> i64 {
    let begun = |key: &Key| matches!(view.standing(*key), Standing::InProgress | Standing::Delivered);
    let keys = view.world.movements_of(tractor, view.now).into_iter().filter(begun);
    keys.map(|key| view.world.haul(key, |haul| haul.changed(view.now))).max().unwrap_or(ENTERED)
}

impl View<'_> {
    /// A driver's hours as last written onto his row, and when that was.
    fn hours_of(self, driver: usize) -> Option<(i64, super::super::world::Condition)> {
        self.world.seat(driver)?;
        let is = self.world.driver(driver, self.now);
        let as_of = is.since.max(self.now / HOURS_EVERY * HOURS_EVERY);
        Some((as_of, self.world.driver(driver, as_of)))
    }

    /// The last stop that a movement's truck has reached, the first where it has reached none.
    fn stop_reached(self, key: Key) -> usize {
        self.world.haul(key, |haul| haul.calls.iter().rposition(|call| call.arrival <= self.now).unwrap_or(0))
    }

    /// Whether a movement's freight is in the trailer.
    fn is_laden(self, key: Key) -> bool {
        self.world.haul(key, |haul| {
            haul.loaded && haul.first().departure <= self.now && self.now < haul.last().departure
        })
    }
}
