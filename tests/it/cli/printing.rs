//! What the reading commands print of a fleet that is made here.

use std::sync::Arc;
use std::time::Duration;

use backhaul::commands::rows::{self, Table};
use backhaul::commands::{Format, Layout, status};
use backhaul::model::{
    Address, Conflict, Driver, DutyStatus, Engine, FeedStatus, Fleet, Judgement, Leader, Loaded, Motion,
    Movement, MovementStatus, Point, Risk, Stop, StopType, Timestamp, TmsMovement, TmsStop, Totals, Tractor,
    Trailer, Trust, UnitId, UnitKind, Viewer, Waiting,
};
use jiff::tz::TimeZone;

/// Tuesday, 3 March 2026, 12:00 in Chicago.
const NOON: Timestamp = Timestamp::from_secs(1_772_560_800);

#[test]
fn people_read_names_ages_and_the_offices_time() {
    let fleet = fleet();
    let check = |table, width, expected: &str| {
        assert_eq!(printed(&fleet, table, &text(width)), expected.replace("\n        ", "\n"));
    };
    check(
        Table::Tractors,
        None,
        "UNIT  STATE         AGE   PLACE                         DRIVER    TRAILER  LOAD  SOURCE
        7     dark 1h00     1h00  -                             -         -        -     samsara
        101   moving NE 63  4s    I-40, 12 mi E of Amarillo TX  Ann Peña  T9       M1    samsara\n",
    );
    check(
        Table::Tractors,
        Some(60),
        "UNIT  STATE         AGE   PLACE            DRIVER    TRAILER
        7     dark 1h00     1h00  -                -         -
        101   moving NE 63  4s    I-40, 12 mi E …  Ann Peña  T9\n",
    );
    check(
        Table::Trailers,
        None,
        "UNIT  STATE  AGE  PLACE  TRACTOR  LOADED  LOAD  SOURCE
        T9    dark   -    -      -        loaded  -     -\n",
    );
    check(
        Table::Drivers,
        None,
        "NAME      STATUS   DRIVE  SHIFT  BREAK  CYCLE  AGE  TRACTOR  LOAD  PLACE  SEEN
        Ann Peña  driving  2:50   4:50   -      39:50  10m  101      M1    -      -\n",
    );
    check(
        Table::Movements,
        None,
        "LOAD  STATUS       RISK   NEXT STOP  ETA            DRIVER    TRACTOR  TRAILER  FROM         TO         REASON
        M1    in_progress  tight  Dallas TX  Tue 14:05 CST  Ann Peña  101      -        Amarillo TX  Dallas TX  -\n",
    );
    check(Table::Orders, None, "ORDER  STATUS  CUSTOMER  LOAD  BOL  PO  COMMODITY\n");
    check(
        Table::Stops,
        None,
        "LOAD  STOP  TYPE      PLACE        WINDOW         UNTIL  ETA  ARRIVED  NAME
        M1    S1    pickup    Amarillo TX  Tue 14:00 CST  -      -    -        =Acme, \"Dock\" 4
        M1    S2    delivery  Dallas TX    Tue 14:00 CST  -      -    -        =Acme, \"Dock\" 4\n",
    );
}

#[test]
fn json_is_one_array_with_the_state_as_of_now() {
    let fleet = fleet();
    assert_eq!(printed(&fleet, Table::Orders, &Format::Json), "[]\n");
    let rows: serde_json::Value =
        serde_json::from_str(&printed(&fleet, Table::Tractors, &Format::Json)).unwrap();
    let field = |row: usize, name: &str| rows[row][name].as_str().unwrap_or("null").to_owned();
    assert_eq!(
        [
            field(0, "state"),
            field(0, "state_since_at"),
            field(1, "state"),
            field(1, "state_since_at"),
            field(1, "vin")
        ],
        ["moving", "2026-03-03T15:46:00Z", "dark", "2026-03-03T17:00:00Z", "null"]
    );
    assert_eq!(
        printed(&fleet, Table::Movements, &Format::Json),
        "[\n{\"id\":\"M1\",\"company_id\":\"TMS\",\"order_id\":null,\"status\":\"in_progress\",\"tms_status\":null,\
         \"loaded\":\"unknown\",\"brokered\":false,\"dispatcher\":null,\"distance_mi\":null,\"next_call_at\":null,\
         \"driver_id\":\"samsara:9\",\"driver2_id\":null,\"tractor_id\":\"samsara:101\",\"trailer_id\":null,\
         \"eta_at\":\"2026-03-03T20:05:00Z\",\"legal_eta_at\":null,\"late_s\":null,\"risk\":\"tight\",\"reason\":null,\
         \"updated_at\":\"1970-01-01T00:00:00Z\",\"synced_at\":\"1970-01-01T00:00:00Z\",\"computed_at\":null,\
         \"origin\":\"Amarillo TX\",\"destination\":\"Dallas TX\",\"next_stop_id\":\"S2\",\"next_stop\":\"Dallas TX\",\
         \"critical_stop_id\":null,\"critical_stop\":null,\"eta_source\":null}\n]\n"
    );
}

#[test]
fn what_a_silent_feed_told_is_not_shown_as_true() {
    let field = |fleet: &Fleet, table, row: usize, name: &str| -> serde_json::Value {
        let rows: serde_json::Value = serde_json::from_str(&printed(fleet, table, &Format::Json)).unwrap();
        rows[row][name].clone()
    };
    let check = |resource: &str, reason: &str| {
        let mut fleet = fleet();
        let mut stop = fleet.stops.at(1).unwrap().as_ref().clone();
        stop.eta_at = Some(NOON.plus(Duration::from_mins(125)));
        fleet.stops = fleet.stops.with(vec![stop]);
        assert!(field(&fleet, Table::Stops, 1, "eta_at").is_string());
        let silent = fleet.feeds.iter_mut().find(|feed| feed.resource == resource).unwrap();
        silent.last_ok_at = Some(ago(36));
        let of_load = |name: &str| field(&fleet, Table::Movements, 0, name);
        assert_eq!((of_load("risk"), of_load("reason")), ("unknown".into(), reason.into()));
        for time in ["eta_at", "legal_eta_at", "late_s"] {
            assert!(of_load(time).is_null(), "{time}");
        }
        assert!(field(&fleet, Table::Stops, 1, "eta_at").is_null());
        let text = printed(&fleet, Table::Movements, &text(None));
        assert!(text.contains("unknown  Dallas TX  -") && text.contains(reason), "{text}");
    };
    check("vehicle_stats", "STALE_GPS");
    check("hos_clocks", "STALE_HOS");
}

#[test]
fn a_stop_without_coordinates_is_where_its_address_was_looked_up_and_says_who_found_it() {
    let mut fleet = fleet();
    let stop = |id: &str, street: &str, latitude: Option<f64>| {
        let mut stop = fleet.stops.at(0).unwrap().as_ref().clone();
        stop.tms.id = id.into();
        (stop.tms.address, stop.tms.zip) = (Some(street.into()), Some("79101".into()));
        (stop.tms.latitude, stop.tms.longitude) = (latitude, latitude.map(|_| -101.0));
        stop
    };
    let stops =
        [stop("S3", "1 Sure St", None), stop("S4", "2 Maybe St", None), stop("S5", "1 Sure St", Some(35.0))];
    let place =
        |stop: &Stop, trust| (Address::of(&stop.tms).unwrap(), Point::new(36.0, -102.0).unwrap(), trust);
    let places = [place(&stops[0], Trust::Sure), place(&stops[1], Trust::ToConfirm)];
    fleet.places = Arc::new(places.into_iter().collect());
    fleet.stops = fleet.stops.with(stops.to_vec());
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&printed(&fleet, Table::Stops, &Format::Json)).unwrap();
    let place_of = |id: &str| {
        let row = rows.iter().find(|row| row["id"] == id).unwrap();
        (row["latitude"].as_f64(), row["longitude"].as_f64(), row["located_by"].as_str())
    };
    assert_eq!(place_of("S3"), (Some(36.0), Some(-102.0), Some("mapbox")));
    assert_eq!(place_of("S4"), (None, None, None), "that a person has to confirm");
    assert_eq!(place_of("S5"), (Some(35.0), Some(-101.0), Some("tms")));
}

#[test]
fn csv_has_a_header_even_without_rows_and_runs_in_no_spreadsheet() {
    assert_eq!(
        printed(&fleet(), Table::Orders, &Format::Csv),
        "id,company_id,movement_id,customer_id,status,tms_status,bol,po,consignee_ref,commodity,weight_lb,\
         pieces,equipment_type,customer,updated_at,synced_at\r\n"
    );
    let stops = printed(&fleet(), Table::Stops, &Format::Csv);
    let second = stops.lines().nth(2).unwrap();
    assert!(
        second.starts_with("S2,TMS,,M1,2,delivery,,,false,\"'=Acme, \"\"Dock\"\" 4\",,DALLAS,TX,"),
        "{second}"
    );
}

#[test]
fn rows_are_as_old_as_the_oldest_read_behind_them() {
    let mut fleet = fleet();
    fleet.feeds.clear();
    let age = |fleet: &Fleet, table| rows::age(fleet, table, NOON).map(|age| age.as_secs());
    assert_eq!(age(&fleet, Table::Tractors), None, "no feed");
    fleet.feeds = vec![
        feed("samsara", "vehicle_stats", Some(ago(4))),
        feed("west", "vehicle_stats", Some(ago(90))),
        feed("samsara", "vehicles", Some(ago(280))),
        feed("samsara", "hos_clocks", None),
    ];
    assert_eq!(age(&fleet, Table::Tractors), Some(90));
    assert_eq!(age(&fleet, Table::Drivers), None, "never read");
}

#[test]
fn status_is_read_at_a_glance() {
    assert_eq!(
        status(&text(None)),
        "poller     pid 4242 on box, for 2h14\n\
         mode       active, 1 console open\n\
         \x20          ann@box, pid 77, board, for 12m\n\
         units      2 tractors, 1 trailer, 1 driver, 1 movement\n\
         set aside  0 conflicts, 14 rejected\n\
         link waits tractor mcleod:9: nobody has it\n\
         database   sqlite:/x.db, 12.3 MiB, schema 3\n\
         off        mapbox: token is not set\n\
         \n\
         ACCOUNT  RESOURCE       EVERY  AGE  CALLS  LEFT  TROUBLE\n\
         samsara  vehicle_stats  5s     4s   1200   95\n\
         mcleod   movements      5s     3m   1200   95    HTTP 503 Service Unavailable, for 2m, next try in 40s\n"
    );
}

#[test]
fn status_in_json_has_the_contracts_fields() {
    let status: serde_json::Value = serde_json::from_str(&status(&Format::Json)).unwrap();
    let expected = serde_json::json!({
        "leader": {"pid": 4242, "host": "box", "since_at": "2026-03-03T15:46:00Z"},
        "viewers": 1,
        "people": [
            {"user": "ann", "host": "box", "pid": 77, "view": "board", "since_at": "2026-03-03T17:48:00Z"}
        ],
        "mode": "active",
        "feeds": [
            {"account": "samsara", "resource": "vehicle_stats", "interval_s": 5,
             "last_try_at": "2026-03-03T17:59:56Z", "last_ok_at": "2026-03-03T17:59:56Z", "age_s": 4,
             "calls": 1200, "tokens_left": 95, "error": null, "error_since_at": null, "next_try_at": null},
            {"account": "mcleod", "resource": "movements", "interval_s": 5,
             "last_try_at": "2026-03-03T17:59:56Z", "last_ok_at": "2026-03-03T17:56:50Z", "age_s": 190,
             "calls": 1200, "tokens_left": 95, "error": "HTTP 503 Service Unavailable",
             "error_since_at": "2026-03-03T17:57:50Z", "next_try_at": "2026-03-03T18:00:40Z"}
        ],
        "units": {"tractors": 2, "trailers": 1, "drivers": 1, "movements": 1},
        "conflicts": 0,
        "waiting": [{"kind": "tractor", "unit": "mcleod:9", "reason": "nobody has it"}],
        "rejected": 14,
        "off": [{"account": "mapbox", "reason": "token is not set"}],
        "database": {"url": "sqlite:/x.db", "bytes": 12_900_000, "schema": 3}
    });
    assert_eq!(status, expected);
}

#[test]
fn a_tractor_idles_for_as_long_as_its_engine_says_and_stands_since_it_came_whatever_that_does() {
    let rows = |engine_at| {
        let idle = Tractor {
            engine: Some(Engine::Idle),
            engine_at,
            state_since_at: Some(ago(1200)),
            stood_since_at: Some(ago(7200)),
            stood_after_at: Some(ago(7260)),
            ..tractor("7", Motion::Idle, ago(60))
        };
        let mut fleet = Fleet::default();
        fleet.tractors = [idle].into_iter().collect();
        let told: serde_json::Value =
            serde_json::from_str(&printed(&fleet, Table::Tractors, &Format::Json)).unwrap();
        let told = (told[0]["dwell_least_s"].as_u64(), told[0]["dwell_most_s"].as_u64());
        (printed(&fleet, Table::Tractors, &text(None)), told)
    };
    let (shown, told) = rows(Some(ago(3000)));
    assert!(shown.contains("idle 50m "), "{shown}");
    assert_eq!(told, (Some(7140), Some(7260)));
    // What its engine said before it stood there tells nothing.
    let (shown, told) = rows(Some(ago(9000)));
    assert!(shown.contains("idle 19m to 2h01 "), "{shown}");
    assert_eq!(told, (Some(7140), Some(7260)));
}

#[test]
fn a_trailer_without_a_tracker_is_where_its_truck_is_as_rows_and_as_a_table() {
    let truck = Tractor {
        place: Some("Elko NV".into()),
        latitude: Some(40.83),
        longitude: Some(-115.76),
        ..tractor("7", Motion::Stopped, ago(300))
    };
    let trailer = |number: &str, seen: Option<Timestamp>| Trailer {
        id: id(&format!("mcleod:{number}")),
        unit_number: number.into(),
        tractor_id: Some(truck.id.clone()),
        observed_at: seen,
        place: seen.map(|_| "Reno NV".into()),
        ..Trailer::default()
    };
    let mut fleet = Fleet::default();
    fleet.trailers = [trailer("T1", None), trailer("T2", Some(ago(900)))].into_iter().collect();
    fleet.tractors = [truck].into_iter().collect();
    let told: serde_json::Value =
        serde_json::from_str(&printed(&fleet, Table::Trailers, &Format::Json)).unwrap();
    let where_is = |row: usize| {
        let row = &told[row];
        serde_json::json!([row["place"], row["latitude"], row["observed_at"], row["rides_with"]])
    };
    assert_eq!(where_is(0), serde_json::json!(["Elko NV", 40.83, ago(300), "samsara:7"]));
    assert_eq!(where_is(1), serde_json::json!(["Reno NV", null, ago(900), null]));
    let shown = printed(&fleet, Table::Trailers, &text(None));
    assert!(shown.lines().nth(1).unwrap().contains("Elko NV"), "{shown}");
}

fn id(id: &str) -> UnitId {
    UnitId(id.into())
}

fn ago(secs: u64) -> Timestamp {
    NOON.minus(Duration::from_secs(secs))
}

fn tractor(number: &str, state: Motion, seen: Timestamp) -> Tractor {
    Tractor {
        id: id(&format!("samsara:{number}")),
        unit_number: number.into(),
        state,
        state_since_at: Some(ago(8040)),
        observed_at: Some(seen),
        source: Some("samsara".into()),
        ..Tractor::default()
    }
}

fn stop(id: &str, sequence: i64, kind: StopType, city: &str, done: bool) -> Stop {
    let tms = TmsStop {
        id: id.into(),
        company_id: "TMS".into(),
        movement_id: Some("M1".into()),
        sequence,
        kind,
        done,
        name: Some("=Acme, \"Dock\" 4".into()),
        city: Some(city.into()),
        state: Some("TX".into()),
        scheduled_early_at: Some(NOON.plus(Duration::from_hours(2))),
        ..TmsStop::default()
    };
    Stop { tms, ..Stop::default() }
}

/// One of everything: a moving tractor and one gone dark, a trailer, a driver, a movement.
fn fleet() -> Fleet {
    let moving = Tractor {
        heading_deg: Some(45.0),
        speed_mph: Some(63.4),
        place: Some("I-40, 12 mi E of Amarillo TX".to_owned()),
        driver_id: Some(id("samsara:9")),
        trailer_id: Some(id("mcleod:T9")),
        movement_id: Some("M1".into()),
        ..tractor("101", Motion::Moving, ago(4))
    };
    let driver = Driver {
        id: id("samsara:9"),
        name: "Ann Peña".into(),
        hos_status: DutyStatus::Driving,
        drive_left_s: Some(3 * 3600),
        shift_left_s: Some(5 * 3600),
        cycle_left_s: Some(40 * 3600),
        hos_as_of_at: Some(ago(600)),
        tractor_id: Some(id("samsara:101")),
        source: Some("samsara".into()),
        ..Driver::default()
    };
    let movement = Movement {
        tms: TmsMovement {
            id: "M1".into(),
            company_id: "TMS".into(),
            status: MovementStatus::InProgress,
            ..TmsMovement::default()
        },
        driver_id: Some(id("samsara:9")),
        tractor_id: Some(id("samsara:101")),
        eta_at: Some(NOON.plus(Duration::from_mins(125))),
        risk: Risk::Tight,
        ..Movement::default()
    };
    let trailer = Trailer {
        id: id("mcleod:T9"),
        unit_number: "T9".into(),
        loaded: Loaded::Loaded,
        ..Trailer::default()
    };
    let mut fleet = Fleet::default();
    fleet.tractors = [moving, tractor("7", Motion::Moving, ago(3600))].into_iter().collect();
    fleet.trailers = [trailer].into_iter().collect();
    fleet.drivers = [driver].into_iter().collect();
    fleet.movements = [movement].into_iter().collect();
    fleet.stops = [
        stop("S1", 1, StopType::Pickup, "AMARILLO", true),
        stop("S2", 2, StopType::Delivery, "DALLAS", false),
    ]
    .into_iter()
    .collect();
    fleet.index();
    let judgement = Judgement {
        company_id: "TMS".into(),
        movement_id: "M1".into(),
        tractor_id: Some(id("samsara:101")),
        driver_id: Some(id("samsara:9")),
        risk: Risk::Tight,
        ..Judgement::default()
    };
    fleet.judgements = [judgement].into_iter().collect();
    fleet.feeds =
        vec![feed("samsara", "vehicle_stats", Some(ago(4))), feed("samsara", "hos_clocks", Some(ago(4)))];
    fleet
}

fn text(width: Option<usize>) -> Format {
    Format::Text(Layout { width, ascii: false, zone: TimeZone::get("America/Chicago").unwrap() })
}

fn printed(fleet: &Fleet, table: Table, format: &Format) -> String {
    let mut out = Vec::new();
    rows::print(fleet, table, format, NOON, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn feed(account: &str, resource: &str, read: Option<Timestamp>) -> FeedStatus {
    FeedStatus {
        account: account.to_owned(),
        resource: resource.to_owned(),
        interval_s: 5,
        last_try_at: Some(ago(4)),
        last_ok_at: read,
        calls: 1200,
        tokens_left: Some(95),
        ..FeedStatus::default()
    }
}

fn status(format: &Format) -> String {
    status_of(fleet(), format)
}

fn status_of(mut fleet: Fleet, format: &Format) -> String {
    let error = FeedStatus {
        error: Some("HTTP 503 Service Unavailable".to_owned()),
        error_since_at: Some(ago(130)),
        next_try_at: Some(NOON.plus(Duration::from_secs(40))),
        ..feed("mcleod", "movements", Some(ago(190)))
    };
    fleet.feeds = vec![feed("samsara", "vehicle_stats", Some(ago(4))), error];
    let viewer = |user: &str, seen, key| Viewer {
        user: user.to_owned(),
        host: "box".to_owned(),
        pid: 77,
        view: "board".to_owned(),
        since_at: ago(720),
        seen_at: ago(seen),
        key_at: ago(key),
        ..Viewer::default()
    };
    fleet.viewers = vec![viewer("ann", 1, 60), viewer("gone", 60, 60)];
    fleet.totals = Totals { rejected: 14, bytes: 12_900_000, schema: 3 };
    let facts = status::Facts {
        fleet: &fleet,
        leader: Some(&Leader { pid: 4242, host: "box".to_owned(), since_at: ago(8040) }),
        url: "sqlite:/x.db",
        viewer_timeout: Some(Duration::from_mins(15)),
        waiting: &[Waiting {
            kind: UnitKind::Tractor,
            unit: "mcleod:9".to_owned(),
            reason: "nobody has it".to_owned(),
        }],
        off: &[
            ("samsara".to_owned(), "api_token is not set".to_owned()),
            ("mapbox".to_owned(), "token is not set".to_owned()),
        ],
        now: NOON,
    };
    let mut out = Vec::new();
    status::print(&facts, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn status_lists_ten_conflicts_and_tells_where_the_others_are() {
    let mut fleet = fleet();
    fleet.conflicts = (0..12)
        .map(|unit| Conflict {
            kind: UnitKind::Driver,
            records: (0..6).map(|record| format!("motive:{unit}-{record}")).collect(),
            reason: "several".into(),
        })
        .collect();
    let status = status_of(fleet, &text(None));
    assert!(status.contains("set aside  12 conflicts, 14 rejected\n"));
    assert!(
        status.contains(
            "           driver motive:0-0, motive:0-1, motive:0-2, motive:0-3 and 2 more: several\n"
        )
    );
    assert_eq!(status.matches(": several").count(), 10);
    assert!(
        status
            .contains("           and 2 more: `backhaul doctor --json` lists all, with what settles each\n")
    );
}
