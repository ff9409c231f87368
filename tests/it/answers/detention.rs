//! `detention`: from when time counts, and who is not there any more.

use backhaul::commands::detention::print;
use backhaul::model::{
    Confidence, Evidence, Exception, ExceptionKind, ExceptionState, Fleet, MovementStatus, ObservedStay,
    Proof, Severity, Stay, StopKey, Subject, SubjectKind, UnitId,
};
use backhaul::rules::detention::{self, Free, held};
use backhaul::rules::freshness::Freshness;

use super::made::{DALLAS, Made, NOON, WACO, hence};
use super::{json, text};

/// A truck in Dallas at a stop that opens so many minutes after noon, where it came so many after noon.
fn at_stop(opens: i64, arrived: i64) -> Made {
    let mut made = Made::new();
    made.rig("1", DALLAS);
    made.load("L1", Some("1"));
    made.stop("s1", "L1", "DALLAS", DALLAS, opens).tms.actual_arrival_at = Some(hence(arrived));
    made.stop("s2", "L1", "WACO", WACO, 600);
    made
}

fn minutes_left(fleet: &Fleet) -> Vec<i64> {
    let held = held(fleet, &Freshness::of(&fleet.feeds, NOON), NOON);
    held.iter().filter_map(|one| Some(one.free_left_s(NOON)? / 60)).collect()
}

#[test]
fn what_an_outside_carrier_moves_is_nobody_of_ours_who_is_held() {
    let mut made = at_stop(-180, -200);
    made.movements[0].tms.brokered = true;
    (made.movements[0].tractor_id, made.movements[0].driver_id) = (None, None);
    made.movements[0].tms.status = MovementStatus::InProgress;
    assert_eq!(minutes_left(&made.fleet()), [] as [i64; 0]);
}

#[test]
fn free_time_that_ended_while_nobody_could_tell_holds_nobody_but_who_was_said_to_be_held() {
    let mut made = at_stop(-180, -200);
    for feed in &mut made.feeds[2..] {
        feed.last_ok_at = Some(hence(-90));
    }
    let mut fleet = made.fleet();
    let told = |fleet: &Fleet| {
        let held = held(fleet, &Freshness::of(&fleet.feeds, NOON), NOON);
        let shown = text(80, |format, out| print(&held, fleet, format, NOON, out));
        (held[0].free(NOON), held[0].is_over(NOON), shown)
    };
    let (free, is_over, shown) = told(&fleet);
    assert_eq!((free, is_over), (Free::Unknown, false));
    assert!(shown.contains("not known"), "{shown}");
    let key = StopKey { company_id: "TMS".into(), id: "s1".into() };
    let subject = Subject::of_company(SubjectKind::Stop, &key);
    let mut free_once_said = |severity| {
        let said = Exception {
            id: subject.exception_id(ExceptionKind::Detention),
            kind: ExceptionKind::Detention,
            severity,
            state: ExceptionState::Open,
            subject: subject.clone(),
            ..Exception::default()
        };
        fleet.exceptions = [said].into_iter().collect();
        told(&fleet).0
    };
    assert_eq!(free_once_said(Severity::Low), Free::Unknown, "it was only about to end");
    assert_eq!(free_once_said(Severity::Medium), Free::Over(3600));
}

#[test]
fn time_counts_from_the_later_of_arrival_and_appointment() {
    let check = |opens, arrived, expected: &[i64]| {
        assert_eq!(minutes_left(&at_stop(opens, arrived).fleet()), expected, "{opens} {arrived}");
    };
    check(-180, -200, &[-60]);
    check(-180, -130, &[-10]);
    check(-60, -130, &[60]);
    check(30, -10, &[150]);
    check(-180, 10, &[]);
}

#[test]
fn who_has_left_is_not_held_whoever_says_so() {
    let mut made = at_stop(-180, -200);
    made.stops[0].tms.actual_departure_at = Some(hence(-5));
    assert!(minutes_left(&made.fleet()).is_empty());
    let mut made = at_stop(-180, -200);
    made.tractors[0].latitude = Some(DALLAS.0 + 0.1);
    assert!(minutes_left(&made.fleet()).is_empty(), "seven miles away");
    let mut made = at_stop(-180, -200);
    made.feeds[0].last_ok_at = Some(hence(-5));
    let fleet = made.fleet();
    let rows = json(|format, out| {
        print(&held(&fleet, &Freshness::of(&fleet.feeds, NOON), NOON), &fleet, format, NOON, out)
    });
    assert_eq!((rows[0]["seen_there"].is_null(), rows[0]["evidence"].as_str()), (true, Some("tms")));
    // It went on to the next stop, and nobody told that it had left the one before.
    let mut made = at_stop(-180, -200);
    made.stops[1].tms.actual_arrival_at = Some(hence(-30));
    (made.tractors[0].latitude, made.tractors[0].longitude) = (Some(WACO.0), Some(WACO.1));
    assert_eq!(minutes_left(&made.fleet()), [720]);
}

#[test]
fn what_the_truck_shows_goes_before_what_the_tms_says() {
    let proof = Proof { at: hence(-200), distance_mi: 0.1, speed_mph: Some(0.0), account: "samsara".into() };
    let evidence = Evidence {
        entered: proof.clone(),
        stood: proof,
        last: None,
        left: None,
        fixes: 9,
        visits: 1,
        shared: false,
        assigned_later: false,
    };
    let stay = |departed_at| Stay {
        company_id: "TMS".into(),
        stop_id: "s1".into(),
        movement_id: "L1".into(),
        tractor_id: UnitId("samsara:t1".into()),
        observed: ObservedStay {
            arrived_at: hence(-150),
            arrived_after_at: Some(hence(-151)),
            arrived_by_at: hence(-149),
            departed_at,
            departed_after_at: None,
            departed_by_at: None,
            confidence: Confidence::High,
            evidence: evidence.clone(),
        },
        amended: 0,
        computed_at: NOON,
    };
    let seen = |stay: Stay| {
        let mut fleet = at_stop(-180, -200).fleet();
        fleet.stays = [stay].into_iter().collect();
        let held = held(&fleet, &Freshness::of(&fleet.feeds, NOON), NOON);
        held.iter().map(|one| (one.arrived_at, one.evidence)).collect::<Vec<_>>()
    };
    assert_eq!(seen(stay(None)), [(hence(-150), detention::Evidence::Observed)]);
    assert_eq!(seen(stay(Some(hence(-20)))), []);
    // It stood there when it was first seen at all: since when, only the TMS can say.
    let mut found = stay(None);
    found.observed.arrived_after_at = None;
    assert_eq!(seen(found), [(hence(-200), detention::Evidence::Tms)]);
}

#[test]
fn people_and_scripts_read_the_same() {
    let fleet = at_stop(-180, -200).fleet();
    let held = held(&fleet, &Freshness::of(&fleet.feeds, NOON), NOON);
    let row = &json(|format, out| print(&held, &fleet, format, NOON, out))[0];
    assert_eq!(
        (
            row["since_at"].as_str(),
            row["free_s"].as_i64(),
            row["free_left_s"].as_i64(),
            row["held_s"].as_i64()
        ),
        (Some(hence(-180).to_string().as_str()), Some(7200), Some(-3600), Some(10_800))
    );
    let shown = text(80, |format, out| print(&held, &fleet, format, NOON, out));
    assert!(shown.contains("L1    Dallas TX  1h00 over  Tue 09:00 CST  Tue 08:40 CST"), "{shown}");
    assert_eq!(text(80, |format, out| print(&[], &fleet, format, NOON, out)), "");
}
