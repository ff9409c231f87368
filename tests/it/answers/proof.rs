//! `detention --proof`: what is said of who came and went, and what it comes to.

use backhaul::commands::Format;
use backhaul::commands::proof::print;
use backhaul::model::{Confidence, Evidence, Fleet, ObservedStay, Proof, Stay, Timestamp, UnitId};
use backhaul::rules::freshness::Freshness;
use backhaul::rules::{detention, proof};

use super::made::{DALLAS, Made, NOON, WACO, hence, office};
use super::{json, text};

/// A truck that the TMS has in Dallas from 200 minutes before noon on, where it was expected 180 before.
fn told() -> Made {
    let mut made = Made::new();
    made.rig("1", DALLAS);
    made.load("L1", Some("1"));
    let stop = made.stop("s1", "L1", "DALLAS", DALLAS, -180);
    (stop.tms.actual_arrival_at, stop.tms.name) = (Some(hence(-200)), Some("=ACME, Inc".into()));
    made.stop("s2", "L1", "WACO", WACO, 600);
    made
}

/// The truck was seen to come 150 minutes before noon, and to leave.
fn seen(departed_at: Option<Timestamp>, amended: i64) -> Fleet {
    let fix = |minutes: i64, miles: f64| Proof {
        at: hence(minutes),
        distance_mi: miles,
        speed_mph: Some(0.0),
        account: "samsara".into(),
    };
    let evidence = Evidence {
        entered: fix(-149, 0.3),
        stood: fix(-148, 0.1),
        last: departed_at.map(|_| fix(-21, 0.1)),
        left: departed_at.map(|_| fix(-18, 1.2)),
        fixes: 90,
        visits: 1,
        shared: false,
        assigned_later: false,
    };
    let mut fleet = told().fleet();
    fleet.stays = [Stay {
        company_id: "TMS".into(),
        stop_id: "s1".into(),
        movement_id: "L1".into(),
        tractor_id: UnitId("samsara:t1".into()),
        observed: ObservedStay {
            arrived_at: hence(-150),
            arrived_after_at: Some(hence(-151)),
            arrived_by_at: hence(-149),
            departed_at,
            departed_after_at: departed_at.map(|_| hence(-21)),
            departed_by_at: departed_at.map(|_| hence(-18)),
            confidence: Confidence::High,
            evidence,
        },
        amended,
        computed_at: NOON,
    }]
    .into_iter()
    .collect();
    fleet
}

#[test]
fn time_is_free_for_two_hours_from_the_later_of_arrival_and_appointment_and_ends_when_it_left() {
    let check = |fleet: &Fleet, held: i64, beyond: i64, by: detention::Evidence, fixes: usize| {
        let case = proof::of_stop(fleet, "s1", NOON).unwrap();
        let minutes = |seconds: Option<i64>| seconds.map(|seconds| seconds / 60);
        assert_eq!((minutes(case.held_s(NOON)), minutes(case.beyond_s(NOON))), (Some(held), Some(beyond)));
        assert_eq!((case.arrived_by, case.fixes().len()), (by, fixes));
    };
    check(&told().fleet(), 180, 60, detention::Evidence::Tms, 0);
    check(&seen(None, 0), 150, 30, detention::Evidence::Observed, 2);
    // Let go by the TMS it is held no longer, wherever it stands.
    let mut told_gone = seen(None, 0);
    let mut stop = told_gone.stops.iter().find(|stop| stop.tms.id == "s1").unwrap().as_ref().clone();
    stop.tms.actual_departure_at = Some(hence(-70));
    told_gone.stops = told_gone.stops.with(vec![stop]);
    told_gone.index();
    check(&told_gone, 80, 0, detention::Evidence::Observed, 2);
    check(&seen(Some(hence(-20)), 0), 130, 10, detention::Evidence::Observed, 4);
    let mut gone = told();
    gone.stops[0].tms.actual_departure_at = Some(hence(-70));
    check(&gone.fleet(), 110, 0, detention::Evidence::Tms, 0);
    // A departure that lies ahead, or before the arrival, is a slip of the pen.
    for slip in [30, -300] {
        gone.stops[0].tms.actual_departure_at = Some(hence(slip));
        let fleet = gone.fleet();
        let case = proof::of_stop(&fleet, "s1", NOON).unwrap();
        assert_eq!((case.departed_at, case.departed_by), (None, None));
        // Whether it is there is settled by one rule.
        let fresh = Freshness::of(&fleet.feeds, NOON);
        let held = detention::of_load(&fleet, &fresh, case.movement, NOON);
        assert_eq!(case.held_s(NOON).is_some(), held.is_some());
    }
}

#[test]
fn what_was_corrected_says_so_and_nothing_is_charged_without_a_rate() {
    let fleet = seen(Some(hence(-20)), 2);
    let case = proof::of_stop(&fleet, "s1", NOON).unwrap();
    let zone = office().zone;
    let told = json(|format, out| print(&case, &fleet, format, &zone, NOON, out));
    assert_eq!((&told["corrected"], &told["corrections"]), (&true.into(), &2.into()));
    assert!(told["amount"].is_null() && told["departed_by"] == "observed");
    assert_eq!(told["fixes"][3]["proves"], "seen away from it");
    let shown = text(200, |format, out| print(&case, &fleet, format, &zone, NOON, out));
    for part in [
        "2026-03-03 09:30 CST  2026-03-03T15:30:00Z",
        "corrected 2 times, by fixes that came late; between 2026-03-03 09:29 CST and 2026",
        "arrived, as the TMS has it    2026-03-03 08:40 CST",
        "no rate per hour is configured: hours only",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let mut csv = Vec::new();
    print(&case, &fleet, &Format::Csv, &zone, NOON, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("WHAT,TIME,UTC,VALUE,BY,NOTE\r\n"), "{csv}");
    assert!(csv.contains("stop,,,\"'=ACME, Inc, Dallas TX\",,s1\r\n"), "a name is no formula: {csv}");
}

#[test]
fn what_cannot_be_proved_says_why() {
    let why = |fleet: &Fleet, stop: &str| proof::of_stop(fleet, stop, NOON).unwrap_err();
    let fleet = told().fleet();
    assert!(why(&fleet, "s9").starts_with("there is no stop \"s9\""));
    assert!(why(&fleet, "s2").contains("nobody says that a truck came"));
}
