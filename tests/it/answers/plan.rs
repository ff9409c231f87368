//! `plan MOVEMENT`: it ends when every screen says it does, and says why where it cannot be made.

use std::time::Duration;

use backhaul::commands::plan::load::print;
use backhaul::model::{DutyStatus, EtaSource, Fleet, Timestamp};
use backhaul::rules::basis::Basis;
use backhaul::rules::find::load;
use backhaul::rules::hours::SegmentKind;
use backhaul::rules::load_plan::{LoadPlan, NoPlan, plan};
use serde_json::Value;

use super::made::{DALLAS, EL_PASO, HOUSTON, Made, NOON, WACO, hence, told_by_mapbox, with_basis};
use super::{json, text};

fn made() -> Made {
    let mut made = Made::new();
    made.rig("1", DALLAS);
    made.load("L1", Some("1"));
    made.stop("s1", "L1", "WACO", WACO, 150);
    made.stop("s2", "L1", "EL PASO", EL_PASO, 1800);
    made
}

fn planned<T>(
    fleet: &Fleet,
    id: &str,
    now: Timestamp,
    look: impl FnOnce(&Basis<'_>, Result<&LoadPlan<'_>, &NoPlan>) -> T,
) -> T {
    with_basis(fleet, now, |basis| look(basis, plan(basis, load(fleet, id).unwrap()).as_ref()))
}

fn object(fleet: &Fleet, id: &str, now: Timestamp) -> Value {
    planned(fleet, id, now, |basis, answer| {
        json(|format, out| print(basis, load(fleet, id).unwrap(), answer, format, out))
    })
}

#[test]
fn a_plan_ends_when_the_stop_is_said_to_be_reached() {
    let check = |fleet: &Fleet, now: Timestamp, source| {
        let told = fleet.stops.iter().find(|stop| stop.tms.id == "s2").unwrap().legal_eta_at.unwrap();
        planned(fleet, "L1", now, |_, answer| {
            let outlook = answer.unwrap().outlook.clone().unwrap();
            assert_eq!(outlook.legal.arrival_at.millis() / 1000, told.millis() / 1000);
            assert_eq!(outlook.source, source);
            let first = outlook.legal.segments.first().unwrap();
            assert_eq!(first.start_at.millis() / 1000, now.millis() / 1000);
        });
    };
    let mut fleet = made().fleet();
    check(&fleet, NOON, EtaSource::Estimate);
    told_by_mapbox(&mut fleet, 110);
    check(&fleet, NOON, EtaSource::Mapbox);
    // A while later the same was told, since nothing has changed.
    check(&fleet, NOON.plus(Duration::from_millis(40_500)), EtaSource::Mapbox);
}

#[test]
fn the_object_has_the_fields_of_the_contract_and_the_loads_own() {
    let fleet = made().fleet();
    let object = object(&fleet, "L1", NOON);
    for field in
        ["arrival_at", "segments", "binding", "legal", "latest_departure_at", "cycle_left_s", "notes"]
    {
        assert!(object.get(field).is_some(), "{field}");
    }
    assert_eq!(object["arrival_at"], object["legal_eta_at"]);
    assert_eq!(object["stops"][1]["stop_id"], "s2");
    assert_eq!(object["hos_as_of_at"], hence(-2).to_string());
    assert_eq!(object["observed_at"], hence(-1).to_string());
    assert_eq!(object["eta_source"], "estimate");
    let likely = Timestamp::parse(object["eta_at"].as_str().unwrap()).unwrap();
    assert!(likely > Timestamp::parse(object["arrival_at"].as_str().unwrap()).unwrap());
    // A rest of ten hours lies on the way; the plan has no gap.
    let segments = object["segments"].as_array().unwrap();
    assert!(segments.iter().any(|segment| segment["why"] == "10-hour rest"));
    assert!(segments.windows(2).all(|pair| pair[0]["end_at"] == pair[1]["start_at"]));
}

#[test]
fn people_read_both_times_and_what_they_rest_on() {
    let fleet = made().fleet();
    let shown = planned(&fleet, "L1", NOON, |basis, answer| {
        text(80, |format, out| print(basis, load(&fleet, "L1").unwrap(), answer, format, out))
    });
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "Load L1: Driver 1, tractor 1");
    assert!(
        lines[1].starts_with("El Paso TX: legal Wed 1") && lines[1].contains(" · likely Wed 1"),
        "{shown}"
    );
    assert!(lines[2].starts_with("latest departure "), "{shown}");
    assert!(shown.contains("rests on: position 1m, hours 2m, ETA 0s old"), "{shown}");
    assert!(shown.contains("straight line x 1.2 at 50 mph"), "{shown}");
    assert!(shown.contains("the legal plan stops for: "), "{shown}");
}

/// When the pieces of driving of a plan end.
fn driven_to(object: &Value) -> Vec<&str> {
    let segments = object["segments"].as_array().unwrap().iter();
    segments.filter(|one| one["kind"] == "drive").filter_map(|one| one["end_at"].as_str()).collect()
}

#[test]
fn the_stops_have_the_times_of_the_plan_that_is_printed_beside_the_soonest() {
    // Waco is two hours away and opens in ten: who goes there now only waits, with his day running.
    let mut made = Made::new();
    made.rig("1", DALLAS);
    made.load("L1", Some("1"));
    made.stop("s1", "L1", "WACO", WACO, 600);
    made.stop("s2", "L1", "EL PASO", EL_PASO, 1800);
    let fleet = made.fleet();
    let object = object(&fleet, "L1", NOON);
    let (first, last) = (&object["stops"][0], &object["stops"][1]);
    assert!(first["legal_eta_at"].as_str().unwrap() < first["planned_at"].as_str().unwrap(), "{first}");
    let driven = driven_to(&object);
    assert!(driven.contains(&first["planned_at"].as_str().unwrap()), "{driven:?} {first}");
    assert_eq!(
        (&last["planned_at"], driven.last().copied()),
        (&object["arrival_at"], last["planned_at"].as_str())
    );
    let shown = planned(&fleet, "L1", NOON, |basis, answer| {
        text(120, |format, out| print(basis, load(&fleet, "L1").unwrap(), answer, format, out))
    });
    let titles = shown.lines().find(|line| line.starts_with("STOP ")).unwrap();
    assert!(
        titles.split_whitespace().eq(["STOP", "PLAN", "LEGAL", "LIKELY", "CLOSES", "RISK", "LATE", "BY"])
    );
    let stop = shown.lines().find(|line| line.starts_with("Waco TX  ")).unwrap();
    assert!(stop.starts_with("Waco TX     Tue 22:00 CST  Tue 1"), "{shown}");
    assert!(shown.contains("PLAN: when this plan is there; none is sooner at El Paso TX"), "{shown}");
}

#[test]
fn where_the_plan_is_at_each_stop_as_soon_as_can_be_one_time_is_told() {
    let mut made = made();
    made.stops[0].tms.scheduled_early_at = None;
    let fleet = made.fleet();
    let object = object(&fleet, "L1", NOON);
    for stop in object["stops"].as_array().unwrap() {
        assert_eq!(stop["planned_at"], stop["legal_eta_at"], "{stop}");
    }
    let shown = planned(&fleet, "L1", NOON, |basis, answer| {
        text(120, |format, out| print(basis, load(&fleet, "L1").unwrap(), answer, format, out))
    });
    assert!(!shown.contains("PLAN"), "{shown}");
}

#[test]
fn what_cannot_be_planned_says_why() {
    let code = |made: &Made, id: &str, now| object(&made.fleet(), id, now)["error"]["code"].clone();
    let mut made = made();
    made.load("L2", None);
    made.stop("s3", "L2", "HOUSTON", HOUSTON, 600);
    made.load("L3", Some("1")).tms.status = backhaul::model::MovementStatus::Delivered;
    made.load("L4", Some("1")).tms.brokered = true;
    let minute = Duration::from_mins(1);
    assert_eq!(code(&made, "L2", NOON), "no_driver");
    assert_eq!(code(&made, "L3", NOON), "over");
    assert_eq!(code(&made, "L4", NOON), "brokered");
    assert_eq!(code(&made, "L1", NOON.plus(minute + Duration::from_secs(1))), "stale_gps");
    made.drivers[0].ruleset = Some("Canada South 70/7".into());
    assert_eq!(code(&made, "L1", NOON), "unsupported_ruleset");
    made.drivers[0].hos_status = DutyStatus::Unknown;
    made.drivers[0].ruleset = None;
    assert_eq!(code(&made, "L1", NOON), "status_unknown");
    made.feeds[1].last_ok_at = Some(hence(-5));
    assert_eq!(code(&made, "L1", NOON), "stale_hos");
}

#[test]
fn clocks_that_are_too_old_give_two_bounds_and_no_time() {
    let mut made = made();
    let driver = &mut made.drivers[0];
    (driver.hos_status, driver.hos_as_of_at) = (DutyStatus::Driving, Some(hence(-61)));
    driver.shift_left_s = Some(13 * 3600);
    let object = object(&made.fleet(), "L1", NOON);
    assert_eq!(
        (object["error"]["code"].as_str(), object["reason"].as_str()),
        (Some("hours_old"), Some("STALE_HOS"))
    );
    let bound = |index: usize| Timestamp::parse(object["legal_between"][index].as_str().unwrap()).unwrap();
    assert!(bound(0) <= bound(1));
    made.drivers[0].hos_as_of_at = Some(hence(-60));
    assert!(self::object(&made.fleet(), "L1", NOON)["error"].is_null());
}

#[test]
fn a_truck_at_its_last_stop_has_arrived() {
    let mut made = made();
    made.stops[0].tms.done = true;
    made.stops[1].tms.actual_arrival_at = Some(hence(-20));
    let row = &mut made.tractors[0];
    (row.latitude, row.longitude) = (Some(EL_PASO.0), Some(EL_PASO.1));
    let object = object(&made.fleet(), "L1", NOON);
    assert_eq!(
        (object["arrival_at"].as_str(), object["segments"].as_array().unwrap().len()),
        (Some(hence(-20).to_string().as_str()), 0)
    );
}

#[test]
fn a_load_waits_for_the_one_before_it() {
    let mut made = made();
    made.load("L2", Some("1"));
    made.stop("s3", "L2", "HOUSTON", HOUSTON, 3 * 1440);
    let fleet = made.fleet();
    planned(&fleet, "L2", NOON, |_, answer| {
        let plan = answer.unwrap();
        let first: Vec<_> = plan.first.iter().map(|load| load.tms.id.as_str()).collect();
        assert_eq!(first, ["L1"]);
        let segments = &plan.outlook.as_ref().unwrap().legal.segments;
        assert!(segments.iter().filter(|segment| segment.kind == SegmentKind::Work).count() >= 2);
    });
}

#[test]
fn a_load_is_meant_by_its_id_before_an_order_is() {
    let mut made = made();
    made.movements[0].tms.order_id = Some("777".into());
    made.load("777", None);
    made.load("0042", None).tms.order_id = Some("9".into());
    let fleet = made.fleet();
    let check = |text: &str, expected: Result<&str, &str>| {
        let found = load(&fleet, text).map(|row| row.tms.id.as_str());
        assert_eq!(found, expected.map_err(str::to_owned), "{text}");
    };
    check("L1", Ok("L1"));
    check(" L1 ", Ok("L1"));
    check("TMS/L1", Ok("L1"));
    check("777", Ok("777"));
    check("9", Ok("0042"));
    check("42", Ok("0042"));
    check("L2", Err("there is no load or order \"L2\"; did you mean \"L1\"?"));
    let row = load(&fleet, "777").unwrap();
    let note = backhaul::rules::find::also_an_order(&fleet, row, "777");
    assert_eq!(note.as_deref(), Some("777 was taken for a load; order 777 is carried by load L1"));
    let mut twin = backhaul::model::Movement::clone(load(&fleet, "0042").unwrap());
    twin.tms.company_id = "TWO".into();
    let mut both = fleet.clone();
    both.movements = both.movements.with(vec![twin]);
    let error = load(&both, "0042").unwrap_err();
    assert_eq!(error, "\"0042\" is several loads: say which, as TMS/0042 (order 9) or TWO/0042 (order 9)");
}

#[test]
fn a_load_that_waits_for_a_teams_is_no_more_planned_than_that_one() {
    let mut made = made();
    let teams = made.rig("2", WACO).id.clone();
    made.load("L2", Some("1"));
    made.stop("t1", "L2", "EL PASO", EL_PASO, 3000);
    let note = |fleet: &Fleet, id: &str| {
        let answer = planned(fleet, id, NOON, |_, answer| answer.map(|_| ()).map_err(NoPlan::clone));
        answer.err().and_then(|no_plan| no_plan.missing.note)
    };
    assert_eq!(note(&made.fleet(), "L2"), None);
    made.movements[0].driver2_id = Some(teams);
    let fleet = made.fleet();
    let refusal = Some("team: the hours of two drivers are not planned yet".to_owned());
    assert_eq!((note(&fleet, "L1"), note(&fleet, "L2")), (refusal.clone(), refusal));
}
