//! The same from outside, over a database that a store wrote: exit codes, JSON, and what a frozen feed does.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backhaul::model::{Assignment, Change, Clocks, DutyStatus, Fix, Timestamp, TmsStop, UnitKind};
use backhaul::sync::{Judging, Roads};
use serde_json::Value;

use super::made::{DALLAS, WACO, office};
use crate::cli::{backhaul, code, home, stderr, stdout};
use crate::store::{Bench, driver, movement, tractor};

fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// A truck in Dallas that should have been in Waco an hour ago, as last told then.
async fn late_by_an_hour(told_at: Timestamp) -> Bench {
    let mut bench = Bench::new();
    bench.now = told_at;
    let clocks = Clocks {
        status: Some(DutyStatus::OffDuty),
        status_since_at: Some(told_at.minus(Duration::from_hours(11))),
        drive_left_s: Some(11 * 3600),
        shift_left_s: Some(14 * 3600),
        break_left_s: Some(8 * 3600),
        cycle_left_s: Some(70 * 3600),
        cycle_tomorrow_s: None,
        as_of_at: told_at,
    };
    let fix = Fix {
        latitude: DALLAS.0,
        longitude: DALLAS.1,
        says: None,
        speed_mph: Some(0.0),
        heading_deg: None,
        place: Some("Dallas, TX".into()),
        observed_at: told_at,
    };
    bench.tell("samsara", "vehicles", vec![tractor("t1", "418")]).await;
    bench.tell("samsara", "drivers", vec![driver("d1", "Ann Lee")]).await;
    bench.tell("mcleod", "tractors", vec![tractor("418", "418")]).await;
    bench.tell("mcleod", "drivers", vec![driver("lee", "Ann Lee")]).await;
    bench
        .tell(
            "samsara",
            "vehicle_stats",
            vec![Change::Fix { kind: UnitKind::Tractor, external_id: "t1".into(), fix }],
        )
        .await;
    bench.tell("samsara", "hos_clocks", vec![Change::Clocks { external_id: "d1".into(), clocks }]).await;
    let stop = TmsStop {
        id: "S1".into(),
        company_id: "TMS".into(),
        movement_id: Some("9001".into()),
        sequence: 1,
        city: Some("WACO".into()),
        state: Some("TX".into()),
        latitude: Some(WACO.0),
        longitude: Some(WACO.1),
        scheduled_early_at: Some(told_at.minus(Duration::from_hours(2))),
        scheduled_late_at: Some(told_at.minus(Duration::from_hours(1))),
        ..TmsStop::default()
    };
    let given = Assignment {
        company_id: "TMS".into(),
        movement_id: "9001".into(),
        driver: Some("lee".into()),
        driver2: None,
        tractor: Some("418".into()),
        trailer: None,
        more_trailers: Vec::new(),
    };
    let load = vec![
        Change::Movement(Box::new(movement("9001", Some("500")))),
        Change::Stop(Box::new(stop)),
        Change::Assignment(given),
    ];
    bench.tell("mcleod", "movements", load).await;
    bench.tell("mcleod", "stops", Vec::new()).await;
    let fleet = bench.fleet();
    let judged = Judging::new(office(), Arc::new(Mutex::new(Roads::default()))).pass(&fleet, bench.now);
    bench.store.judge(judged.judged, judged.over).await.unwrap();
    bench
}

#[tokio::test]
async fn the_commands_agree_with_one_another_and_with_the_exit_code() {
    // A little ahead, so that the answers stay fresh however busy this machine is.
    let bench = late_by_an_hour(clock().plus(Duration::from_secs(60))).await;
    let (home, database) = (home(), format!("sqlite:{}", bench.path().display()));
    let run = |arguments: &[&str]| backhaul(home.path(), &[arguments, &["--database", &database]].concat());
    let read = |arguments: &[&str]| -> Value {
        let output = run(arguments);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let loads = read(&["movements", "--json"]);
    let late = read(&["late", "--json"]);
    let plan = read(&["plan", "500", "--json"]);
    assert_eq!((loads[0]["risk"].as_str(), loads[0]["reason"].as_str()), (Some("late"), Some("DISTANCE")));
    for field in ["id", "risk", "reason", "eta_at", "legal_eta_at", "late_s", "next_stop_id"] {
        assert_eq!(late[0][field], loads[0][field], "{field}");
    }
    let second = |value: &Value| Timestamp::parse(value.as_str().unwrap()).unwrap().millis() / 1000;
    assert_eq!(second(&plan["arrival_at"]), second(&loads[0]["legal_eta_at"]));
    assert_eq!(plan["eta_at"], loads[0]["eta_at"]);
    assert_eq!(read(&["stops", "--json"])[0]["eta_at"], loads[0]["eta_at"]);
    assert_eq!(read(&["find", "418", "--json"])[0]["kind"], "tractor");
    assert_eq!(read(&["near", "waco tx", "--json"])[0]["movement_id"], "9001");
    assert_eq!(read(&["best", "9001", "--json"]), serde_json::json!([]));
    assert_eq!(read(&["detention", "--json"]), serde_json::json!([]));
    assert_eq!(code(&run(&["late", "--exit-code"])), 3);
    assert_eq!(code(&run(&["late", "--fresh", "1h"])), 0);
    let output = run(&["plan", "77"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
    assert!(stderr(&output).contains("there is no load or order \"77\""));
    let output = run(&["find", "zeppelin"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, ""));
    assert!(stderr(&output).contains("no unit, driver, load, order or stop goes by that"));
    let output = run(&["near", "paris"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
    assert_eq!(code(&run(&["near", "waco", "--drive", "<5h"])), 2);
}

#[tokio::test]
async fn a_frozen_feed_is_no_answer_though_nobody_polls() {
    let bench = late_by_an_hour(clock().minus(Duration::from_mins(10))).await;
    let (home, database) = (home(), format!("sqlite:{}", bench.path().display()));
    let run = |arguments: &[&str]| backhaul(home.path(), &[arguments, &["--database", &database]].concat());
    let output = run(&["late", "--exit-code", "--json"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, "[]\n"));
    let output = run(&["late", "--exit-code", "--fresh", "1m"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (4, ""));
    let told = stderr(&output);
    assert!(told.contains("1 load is unknown: 1 STALE_GPS") && told.contains("blind: "), "{told}");
    let loads: Value = serde_json::from_str(&stdout(&run(&["movements", "--json"]))).unwrap();
    assert_eq!(
        (loads[0]["risk"].as_str(), loads[0]["reason"].as_str()),
        (Some("unknown"), Some("STALE_GPS"))
    );
    assert!(loads[0]["eta_at"].is_null());
    let output = run(&["plan", "9001"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).starts_with("Load 9001: no plan (STALE_GPS): "), "{}", stdout(&output));
    let near: Value = serde_json::from_str(&stdout(&run(&["near", "418", "--json"]))).unwrap();
    assert!(near[0]["legal_arrival_at"].is_null() && near[0]["drive_left_s"].is_null());
}
