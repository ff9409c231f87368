//! `best MOVEMENT`: who is ranked how, why the others cannot, and that nobody is booked twice.

use backhaul::commands::best::{Answer, beside, print};
use backhaul::model::{
    Confidence, Evidence, Fleet, MovementStatus, ObservedStay, Proof, Risk, Stay, Stop, UnitId,
};
use backhaul::rules::best::{Verdict, Why, best};
use backhaul::rules::find::load;
use backhaul::rules::near::left_now;

use super::made::{DALLAS, EL_PASO, HOUSTON, Made, NOON, WACO, hence, with_basis};
use super::{json, text};

/// A load from Dallas, picked up in an hour or two, to Houston by tomorrow night.
fn made() -> Made {
    let mut made = Made::new();
    made.load("L", None);
    made.stop("p", "L", "DALLAS", DALLAS, 60);
    made.stop("d", "L", "HOUSTON", HOUSTON, 1440);
    made
}

/// Drivers with "yes", or why not, and the loads that suffer.
fn ranked(fleet: &Fleet, top: usize) -> Vec<(String, String, Vec<String>)> {
    with_basis(fleet, NOON, |basis| {
        let choices = best(basis, load(fleet, "L").unwrap(), top).unwrap();
        let rows = choices.iter().map(|choice| {
            let word = match &choice.verdict {
                Verdict::Fits => choice.judgement.as_ref().map_or("fits", |one| one.risk.word()),
                Verdict::Rejected(why) => why.word(),
            };
            let suffers = choice.suffers.iter().map(|(load, ..)| load.tms.id.to_string()).collect();
            (choice.rig.driver.name.to_string(), word.to_owned(), suffers)
        });
        rows.collect()
    })
}

fn check(fleet: &Fleet, top: usize, expected: &[(&str, &str)]) {
    let found = ranked(fleet, top);
    let found: Vec<_> = found.iter().map(|(name, word, _)| (name.as_str(), word.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_one_who_is_there_first_is_the_best_and_everybody_else_has_a_reason() {
    let mut made = made();
    made.rig("near", (32.9, -96.8));
    made.rig("here", DALLAS);
    made.rig("far", EL_PASO);
    let spent = made.rig("spent", (32.79, -96.8));
    (spent.drive_left_s, spent.hos_status_since_at) = (Some(0), Some(hence(-1)));
    made.rig("canadian", DALLAS).ruleset = Some("Canada South 70/7".into());
    made.rig("unheard", DALLAS).source = Some("motive".into());
    made.rig("walker", DALLAS).tractor_id = None;
    made.rig("dark", DALLAS);
    made.tractors.last_mut().unwrap().observed_at = Some(hence(-60 * 27));
    check(
        &made.fleet(),
        10,
        &[
            ("Driver here", "ok"),
            ("Driver near", "ok"),
            ("Driver spent", "11H"),
            ("Driver far", "DISTANCE"),
            ("Driver canadian", "STALE_HOS"),
            ("Driver unheard", "STALE_HOS"),
            ("Driver dark", "STALE_GPS"),
            ("Driver walker", "NO_TRUCK"),
        ],
    );
    check(
        &made.fleet(),
        1,
        &[
            ("Driver here", "ok"),
            ("Driver far", "DISTANCE"),
            ("Driver canadian", "STALE_HOS"),
            ("Driver unheard", "STALE_HOS"),
            ("Driver spent", "FARTHER"),
            ("Driver near", "FARTHER"),
            ("Driver dark", "STALE_GPS"),
            ("Driver walker", "NO_TRUCK"),
        ],
    );
}

#[test]
fn people_read_that_the_road_is_the_straight_line() {
    let mut made = made();
    made.rig("here", DALLAS);
    let fleet = made.fleet();
    let shown = with_basis(&fleet, NOON, |basis| {
        let choices = best(basis, load(&fleet, "L").unwrap(), 10).unwrap();
        let left: Vec<_> = choices.iter().map(|choice| left_now(basis, choice.rig.driver)).collect();
        let answer = Answer { choices: &choices, left: &left, top: 10, now: NOON };
        text(120, |format, out| print(&answer, format, out))
    });
    let row = shown.lines().nth(1).unwrap();
    assert!(row.contains(" spare est ") && row.contains(" CST est "), "{shown}");
}

#[test]
fn who_has_the_load_is_not_among_them() {
    let mut made = made();
    made.rig("1", DALLAS);
    made.rig("2", DALLAS);
    let row = &mut made.movements[0];
    (row.driver_id, row.tractor_id) = (Some(made.drivers[0].id.clone()), Some(made.tractors[0].id.clone()));
    check(&made.fleet(), 10, &[("Driver 2", "ok")]);
}

#[test]
fn nobody_is_booked_twice_and_what_would_suffer_is_named() {
    let mut made = made();
    // He has a load to Waco that can wait until tomorrow, and one that cannot.
    made.rig("patient", DALLAS);
    made.load("M-soft", Some("patient"));
    made.stop("m1", "M-soft", "WACO", WACO, 2000);
    made.rig("bound", DALLAS);
    made.load("M-hard", Some("bound"));
    made.stop("m2", "M-hard", "WACO", WACO, 120);
    let fleet = made.fleet();
    let found = ranked(&fleet, 10);
    assert_eq!(found[0], ("Driver patient".into(), "ok".into(), Vec::new()));
    assert_eq!(found[1], ("Driver bound".into(), "COMMITTED".into(), vec!["M-hard".into()]));
    with_basis(&fleet, NOON, |basis| {
        let choices = best(basis, load(&fleet, "L").unwrap(), 10).unwrap();
        let put_off: Vec<_> = choices[0].put_off.iter().map(|load| load.tms.id.as_str()).collect();
        assert_eq!(put_off, ["M-soft"]);
        assert_eq!(choices[1].suffers[0].1, Risk::Late);
        let left: Vec<_> = choices.iter().map(|choice| left_now(basis, choice.rig.driver)).collect();
        let answer = Answer { choices: &choices, left: &left, top: 10, now: NOON };
        let rows = json(|format, out| print(&answer, format, out));
        assert_eq!((rows[0]["fits"].as_bool(), rows[1]["reason"].as_str()), (Some(true), Some("COMMITTED")));
        assert_eq!(rows[1]["suffers"][0]["movement_id"], "M-hard");
    });
    // What is under way is never put off.
    made.movements.iter_mut().find(|row| row.tms.id == "M-soft").unwrap().tms.status =
        MovementStatus::InProgress;
    assert_eq!(
        ranked(&made.fleet(), 10).iter().find(|row| row.0 == "Driver patient").unwrap().1,
        "COMMITTED"
    );
}

#[test]
fn a_load_under_way_is_met_where_its_truck_is() {
    let mut made = made();
    made.rig("now", WACO);
    made.rig("waco", WACO);
    made.rig("dallas", DALLAS);
    let row = &mut made.movements[0];
    (row.driver_id, row.tractor_id) = (Some(made.drivers[0].id.clone()), Some(made.tractors[0].id.clone()));
    row.driver2_id = Some(UnitId("samsara:dco".into()));
    row.tms.status = MovementStatus::InProgress;
    made.stops[0].tms.done = true;
    check(&made.fleet(), 10, &[("Driver waco", "ok"), ("Driver dallas", "ok")]);
    made.tractors[0].observed_at = Some(hence(-60 * 27));
    let fleet = made.fleet();
    let error = with_basis(&fleet, NOON, |basis| best(basis, load(&fleet, "L").unwrap(), 10).unwrap_err());
    assert_eq!(error, "load L is on a truck that nobody sees now, so that it cannot be met");
}

#[test]
fn nobody_of_a_team_takes_a_load_by_his_own_hours_alone() {
    let mut made = made();
    made.rig("one", DALLAS);
    made.rig("two", DALLAS);
    let teams = made.rig("three", DALLAS).id.clone();
    made.load("M", Some("two")).driver2_id = Some(teams);
    made.stop("m1", "M", "DALLAS", DALLAS, 10);
    let fleet = made.fleet();
    check(&fleet, 10, &[("Driver one", "ok"), ("Driver three", "STALE_HOS"), ("Driver two", "STALE_HOS")]);
    with_basis(&fleet, NOON, |basis| {
        let choices = best(basis, load(&fleet, "L").unwrap(), 10).unwrap();
        let Verdict::Rejected(Why::Reason(_, note)) = &choices[1].verdict else { panic!("{choices:?}") };
        assert!(note.as_ref().unwrap().starts_with("team: "), "{note:?}");
    });
}

#[test]
fn a_load_that_was_seen_to_be_picked_up_is_met_on_the_road_though_the_tms_is_behind() {
    let mut made = made();
    made.rig("now", WACO);
    made.rig("waco", WACO);
    made.rig("dallas", DALLAS);
    let row = &mut made.movements[0];
    (row.driver_id, row.tractor_id) = (Some(made.drivers[0].id.clone()), Some(made.tractors[0].id.clone()));
    row.tms.status = MovementStatus::Covered;
    let truck = made.tractors[0].id.clone();
    // Nearer to the pickup.
    check(&made.fleet(), 10, &[("Driver dallas", "ok"), ("Driver waco", "DISTANCE")]);
    let mut seen = |truck, confidence| {
        made.stays = vec![left(&made.stops[0], truck, confidence)];
        ranked(&made.fleet(), 10)[0].0.clone()
    };
    assert_eq!(seen(truck.clone(), Confidence::High), "Driver waco", "where the truck is now");
    assert_eq!(seen(truck, Confidence::Low), "Driver dallas", "one fix alone proves nothing");
    let other = UnitId("samsara:other".into());
    assert_eq!(seen(other, Confidence::High), "Driver dallas", "another truck does not have it");
    made.stays.clear();
    made.stops[0].tms.done = true;
    made.movements[0].tractor_id = None;
    let fleet = made.fleet();
    let error = with_basis(&fleet, NOON, |basis| best(basis, load(&fleet, "L").unwrap(), 10).unwrap_err());
    assert_eq!(error, "load L is picked up, and nobody says by which truck");
}

/// The truck was at the stop for an hour, until half an hour ago.
fn left(stop: &Stop, tractor_id: UnitId, confidence: Confidence) -> Stay {
    let proof = |minutes| Proof {
        at: hence(minutes),
        distance_mi: 0.1,
        speed_mph: Some(0.0),
        account: "samsara".into(),
    };
    let evidence = Evidence {
        entered: proof(-90),
        stood: proof(-85),
        last: Some(proof(-31)),
        left: Some(proof(-29)),
        fixes: 60,
        visits: 1,
        shared: false,
        assigned_later: false,
    };
    let observed = ObservedStay {
        arrived_at: hence(-90),
        arrived_after_at: Some(hence(-91)),
        arrived_by_at: hence(-89),
        departed_at: Some(hence(-30)),
        departed_after_at: Some(hence(-31)),
        departed_by_at: Some(hence(-29)),
        confidence,
        evidence,
    };
    Stay {
        company_id: stop.tms.company_id.clone(),
        stop_id: stop.tms.id.clone(),
        movement_id: stop.tms.movement_id.clone().unwrap(),
        tractor_id,
        observed,
        amended: 0,
        computed_at: hence(-29),
    }
}

#[test]
fn a_stop_that_nobody_can_place_is_named_with_what_to_do_and_what_to_ask_instead() {
    let said = |made: &Made| {
        let fleet = made.fleet();
        with_basis(&fleet, NOON, |basis| {
            let choices = best(basis, load(&fleet, "L").unwrap(), 10).unwrap();
            let left: Vec<_> = choices.iter().map(|choice| left_now(basis, choice.rig.driver)).collect();
            beside(&Answer { choices: &choices, left: &left, top: 10, now: NOON })
        })
    };
    let mut made = made();
    made.rig("one", DALLAS);
    made.rig("two", WACO);
    assert_eq!(said(&made), [] as [String; 0]);
    let lost = |stop: &mut Stop| (stop.tms.latitude, stop.tms.longitude) = (None, None);
    lost(&mut made.stops[1]);
    let why = "which has no coordinates, and no address that is found: put that right in the TMS; until then";
    assert_eq!(
        said(&made),
        [format!(
            "PLACE_UNKNOWN: load L stops at Houston TX (stop d), {why} `backhaul near \"Houston TX\" 100` says who is around"
        )]
    );
    (made.stops[1].tms.latitude, made.stops[1].tms.longitude) = (Some(HOUSTON.0), Some(HOUSTON.1));
    made.load("F", Some("two"));
    let first = made.stop("f", "F", "NOWHERE AT ALL", WACO, -60);
    lost(first);
    assert_eq!(
        said(&made),
        [format!(
            "PLACE_UNKNOWN: load F stops at Nowhere At All TX (stop f), {why} `backhaul near LAT,LON 100` says who is around"
        )]
    );
}
