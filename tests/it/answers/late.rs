//! `late`: the order, what is left out, and that silence is not good news.

use std::time::Duration;

use backhaul::commands::late::{beside, print};
use backhaul::commands::rows;
use backhaul::model::{Fleet, Keyed, MovementStatus, Timestamp};
use backhaul::rules::freshness::Freshness;
use backhaul::rules::late::late;
use backhaul::rules::slack::{self, Slack};

use super::made::{DALLAS, EL_PASO, HOUSTON, Made, NOON, WACO, hence};
use super::{json, text};

/// From Dallas: Waco is 2 h 5 min off by the straight line, Houston 5 h 25 min, El Paso 13 h 36 min.
fn made() -> Made {
    let mut made = Made::new();
    for name in ["1", "2", "3", "4", "5"] {
        made.rig(name, DALLAS);
    }
    for (load, rig) in [("L-ok", "1"), ("L-tight", "2"), ("L-late", "3"), ("L-later", "4")] {
        made.load(load, Some(rig));
    }
    made.stop("s1", "L-ok", "WACO", WACO, 150);
    made.stop("s2", "L-tight", "WACO", WACO, 105);
    made.stop("s3", "L-late", "WACO", WACO, 30);
    made.stop("s4", "L-later", "EL PASO", EL_PASO, 600);
    made.load("L-nobody", None);
    made.stop("s5", "L-nobody", "HOUSTON", HOUSTON, 600);
    made.load("L-missed", None);
    made.stop("s6", "L-missed", "HOUSTON", HOUSTON, -600);
    made.load("L-carrier", None).tms.brokered = true;
    made.stop("s7", "L-carrier", "HOUSTON", HOUSTON, -600);
    made
}

fn ids(fleet: &Fleet, now: Timestamp, with_tight: bool) -> Vec<String> {
    let report = late(fleet, &Freshness::of(&fleet.feeds, now), now, with_tight);
    report.loads.iter().map(|load| load.movement.tms.id.to_string()).collect()
}

#[test]
fn the_worst_comes_first_and_what_is_in_time_is_not_listed() {
    let fleet = made().fleet();
    // The straight line to Waco takes the truck beyond one window and past another's half hour.
    assert_eq!(ids(&fleet, NOON, false), ["L-later", "L-missed", "L-late"]);
    let all = ids(&fleet, NOON, true);
    assert_eq!(all, ["L-later", "L-missed", "L-late", "L-tight"]);
}

#[test]
fn json_tells_the_load_the_stop_and_what_it_rests_on() {
    let fleet = made().fleet();
    let report = late(&fleet, &Freshness::of(&fleet.feeds, NOON), NOON, false);
    let rows = json(|format, out| print(&report, &fleet, format, NOON, out));
    let row = &rows[2];
    let check = |field: &str, expected: serde_json::Value| assert_eq!(row[field], expected, "{field}");
    check("id", "L-late".into());
    check("risk", "late".into());
    check("reason", "DISTANCE".into());
    check("driver", "Driver 3".into());
    check("critical_stop_id", "s3".into());
    check("critical_stop", "Waco TX".into());
    check("place", "Dallas TX".into());
    check("critical_eta_source", "estimate".into());
    check("eta_source", "estimate".into());
    check("oldest_input", "hours".into());
    check("oldest_age_s", 120.into());
    assert!(row["late_s"].as_i64().unwrap() > 0);
    assert_eq!(row["critical_legal_eta_at"], row["legal_eta_at"]);
    assert_eq!(rows.as_array().unwrap().len(), report.loads.len());
}

#[test]
fn people_read_it_in_eighty_columns() {
    let fleet = made().fleet();
    let report = late(&fleet, &Freshness::of(&fleet.feeds, NOON), NOON, false);
    let shown = text(80, |format, out| print(&report, &fleet, format, NOON, out));
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(shown.starts_with("LOAD      RISK  LATE BY    REASON"), "{shown}");
    assert!(shown.contains("L-missed  late  9h00       NO_DRIVER"), "{shown}");
    // That these rest on the straight line stands beside the lateness, which no width takes away.
    assert!(shown.lines().any(|line| line.starts_with("L-late    late  1h05 est")), "{shown}");
    let tight = late(&fleet, &Freshness::of(&fleet.feeds, NOON), NOON, true);
    let shown = text(80, |format, out| print(&tight, &fleet, format, NOON, out));
    assert!(shown.lines().any(|line| line.starts_with("L-tight") && line.contains(" spare est ")), "{shown}");
    let movements =
        |width| text(width, |format, out| rows::print(&fleet, rows::Table::Movements, format, NOON, out));
    for width in [80, 100, 120] {
        let shown = movements(width);
        let line = shown.lines().find(|line| line.starts_with("L-tight")).unwrap();
        assert!(line.contains(" CST est"), "{shown}");
    }
    let empty = Fleet::default();
    let none = late(&empty, &Freshness::default(), NOON, true);
    assert_eq!(text(80, |format, out| print(&none, &fleet, format, NOON, out)), "");
}

#[test]
fn a_silent_feed_makes_unknown_what_it_told_and_is_named() {
    let fleet = made().fleet();
    let words = |now| {
        let report = late(&fleet, &Freshness::of(&fleet.feeds, now), now, true);
        (ids(&fleet, now, true), beside(&report, &fleet, now))
    };
    // Two intervals of 30 s have passed, and not one second more.
    let (loads, lines) = words(NOON.plus(Duration::from_secs(60)));
    assert_eq!(loads.len(), 4);
    assert_eq!(lines, ["1 load is unknown: 1 NO_DRIVER"]);
    let (loads, lines) = words(NOON.plus(Duration::from_secs(61)));
    assert_eq!(loads, ["L-missed"], "nobody has to be seen for what nobody drives");
    assert_eq!(
        lines,
        [
            "5 loads are unknown: 4 STALE_GPS, 1 NO_DRIVER",
            "blind: samsara vehicle_stats, read 1m ago; samsara hos_clocks, read 1m ago; \
             mcleod movements, read 1m ago; mcleod stops, read 1m ago"
        ]
    );
}

#[test]
fn a_truck_that_came_for_two_loads_at_one_dock_is_in_time_for_both() {
    let mut made = Made::new();
    made.rig("1", WACO);
    made.load("L-now", Some("1")).tms.status = MovementStatus::InProgress;
    made.stop("s1", "L-now", "WACO", WACO, -90).tms.actual_arrival_at = Some(hence(-60));
    made.load("L-next", Some("1"));
    made.stop("s2", "L-next", "WACO", WACO, -40).tms.actual_arrival_at = Some(hence(-60));
    made.stop("s3", "L-next", "DALLAS", DALLAS, 600);
    let fleet = made.fleet();
    // An hour of work is left on the load before it, and its window closes in twenty minutes.
    assert_eq!(ids(&fleet, NOON, true), [] as [&str; 0]);
    let next = fleet.movements.iter().find(|load| load.tms.id == "L-next").unwrap();
    let judged = slack::judged(next, &fleet, &Freshness::of(&fleet.feeds, NOON), NOON).unwrap();
    assert_eq!((judged.stop.tms.id.as_str(), judged.slack), ("s2", Slack::Here(3600)));
    // What it drives to after that comes after the work on both.
    let arrivals = &fleet.judgements.get(&next.key()).unwrap().arrivals;
    assert_eq!(arrivals[0].legal_eta_at, Some(hence(-60)));
    assert!(arrivals[1].legal_eta_at.unwrap() > hence(60 + 120 + 60));
}
