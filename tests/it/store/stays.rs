//! Stays in the store: committed with the fixes that prove them, the same whatever order those come in,
//! and across a restart.

use std::time::Duration;

use backhaul::model::{
    Address, Assignment, Batch, Change, Fix, MovementStatus, Point, RecordName, Stay, StopKey, Timestamp,
    TmsMovement, TmsStop, UnitKind, Wish,
};
use backhaul::store::{Access, Commit, Health, Place, Reader, Retention, Scope, Store};
use backhaul::sync::JUDGE;

use super::{Bench, START, movement, tractor};

const MILE: f64 = 1.0 / 69.09;

fn at(minutes: f64) -> Timestamp {
    START.plus(Duration::from_secs_f64(minutes * 60.0))
}

/// Seen so many miles north of the first stop.
fn seen(external_id: &str, minutes: f64, miles: f64, mph: f64) -> Change {
    let fix = Fix {
        latitude: 35.0 + miles * MILE,
        longitude: -100.0,
        says: None,
        speed_mph: Some(mph),
        heading_deg: None,
        place: None,
        observed_at: at(minutes),
    };
    Change::Fix { kind: UnitKind::Tractor, external_id: external_id.into(), fix }
}

fn stop(id: &str, sequence: i64, miles: f64, early: f64) -> Change {
    Change::Stop(Box::new(TmsStop {
        id: id.into(),
        company_id: "TMS".into(),
        movement_id: Some("10".into()),
        sequence,
        latitude: Some(35.0 + miles * MILE),
        longitude: Some(-100.0),
        scheduled_early_at: Some(at(early)),
        ..TmsStop::default()
    }))
}

fn assigned(movement: &str, tractor: &str) -> Change {
    Change::Assignment(Assignment {
        company_id: "TMS".into(),
        movement_id: movement.into(),
        tractor: Some(tractor.into()),
        ..Assignment::default()
    })
}

/// Load 10, from mile 0 in an hour to mile 60 in four, on tractor 4471, which Samsara calls 1.
async fn loaded() -> Bench {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "4471"), tractor("2", "4472")]).await;
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471"), tractor("4472", "4472")]).await;
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("10", None)))]).await;
    bench.tell("mcleod", "stops", vec![stop("a", 1, 0.0, 60.0), stop("b", 2, 60.0, 240.0)]).await;
    bench.tell("mcleod", "assignments", vec![assigned("10", "4471")]).await;
    bench
}

/// Ten miles to the shipper, an hour there, an hour to the receiver and half an hour there, and away;
/// a fix a minute.
fn day(external_id: &str) -> Vec<Change> {
    let mut fixes = Vec::new();
    let mut minute = 20.0;
    let mut drive = |from: f64, to: f64, stand: i32| {
        let mut miles = from;
        while miles < to {
            fixes.push(seen(external_id, minute, miles, 60.0));
            (minute, miles) = (minute + 1.0, miles + 1.0);
        }
        for _ in 0..stand {
            fixes.push(seen(external_id, minute, to, 0.0));
            minute += 1.0;
        }
    };
    drive(-10.0, 0.0, 60);
    drive(1.0, 60.0, 30);
    drive(61.0, 70.0, 0);
    fixes
}

fn moment(change: &Change) -> Timestamp {
    match change {
        Change::Fix { fix, .. } => fix.observed_at,
        _ => START,
    }
}

/// Tells each fix as it is seen.
async fn live(bench: &mut Bench, fixes: &[Change]) {
    for fix in fixes {
        bench.now = bench.now.max(moment(fix));
        bench.tell("samsara", "vehicle_stats", vec![fix.clone()]).await;
    }
}

fn stays(bench: &Bench) -> Vec<Stay> {
    bench.fleet().stays.iter().map(|stay| Stay::clone(stay)).collect()
}

/// What is said of each stop: arrived by, departed by, in minutes.
fn told(bench: &Bench) -> Vec<(String, i64, Option<i64>)> {
    let minutes = |at: Timestamp| at.secs_since(START) / 60;
    let words = |stay: Stay| {
        (stay.stop_id.into(), minutes(stay.observed.arrived_by_at), stay.observed.departed_by_at.map(minutes))
    };
    stays(bench).into_iter().map(words).collect()
}

fn expect(bench: &Bench, expected: &[(&str, i64, Option<i64>)]) {
    let told = told(bench);
    let told: Vec<_> = told.iter().map(|(stop, by, left)| (stop.as_str(), *by, *left)).collect();
    assert_eq!(told, expected);
}

/// The same stays, whenever they were worked out and however often.
fn same(stays: Vec<Stay>) -> Vec<Stay> {
    stays.into_iter().map(|stay| Stay { amended: 0, computed_at: START, ..stay }).collect()
}

const WHOLE_DAY: &[(&str, i64, Option<i64>)] = &[("a", 30, Some(90)), ("b", 149, Some(179))];

#[tokio::test]
async fn a_stay_is_committed_with_the_fix_that_proves_it_and_touches_no_other_row() {
    let mut bench = loaded().await;
    let mut reader = Reader::open(&bench.path(), Scope::Live).unwrap();
    let before = reader.fleet(bench.now).unwrap();
    let day = day("1");
    live(&mut bench, &day[..13]).await;
    assert_eq!(told(&bench), []);
    live(&mut bench, &day[13..14]).await;
    expect(&bench, &[("a", 30, None)]);
    let after = reader.fleet(bench.now).unwrap();
    let stay = after.stays.get(&StopKey { company_id: "TMS".into(), id: "a".into() }).unwrap();
    assert_eq!((stay.movement_id.as_str(), stay.amended, stay.is_open()), ("10", 0, true));
    assert_eq!(stay.computed_at, bench.now);
    for (before, after) in before.stops.iter().zip(&after.stops) {
        assert_eq!(before, after);
    }
    for (before, after) in before.movements.iter().zip(&after.movements) {
        assert_eq!(before, after);
    }
    // An hour at the dock writes nothing more of it.
    live(&mut bench, &day[14..68]).await;
    assert_eq!(stays(&bench), [Stay::clone(stay)]);
    live(&mut bench, &day[68..]).await;
    expect(&bench, WHOLE_DAY);
    assert!(stays(&bench).iter().all(|stay| stay.amended == 0));
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_stay_changes_nothing() {
    let (mut whole, mut broken) = (loaded().await, loaded().await);
    let day = day("1");
    live(&mut whole, &day).await;
    for part in day.chunks(17) {
        live(&mut broken, part).await;
        let Bench { folder, store, now } = broken;
        drop(store);
        let (store, _) = Store::open(&folder.path().join("b.db"), Access::Owner, JUDGE, now).unwrap();
        broken = Bench { folder, store, now };
    }
    assert_eq!(stays(&broken), stays(&whole));
    expect(&broken, WHOLE_DAY);
}

#[tokio::test]
async fn fixes_that_come_late_amend_a_stay_to_what_it_would_have_been() {
    let (mut in_time, mut late) = (loaded().await, loaded().await);
    let day = day("1");
    live(&mut in_time, &day).await;
    // The device was out of reach from before it arrived until it had stood there for half an hour.
    live(&mut late, &[&day[..7], &day[40..]].concat()).await;
    expect(&late, &[("a", 60, Some(90)), ("b", 149, Some(179))]);
    let mut missed = day[7..40].to_vec();
    missed.reverse();
    let (ones, others) = missed.split_at(11);
    late.tell("samsara", "vehicle_stats", others.to_vec()).await;
    late.tell("samsara", "vehicle_stats", ones.to_vec()).await;
    expect(&late, WHOLE_DAY);
    assert_eq!(same(stays(&late)), same(stays(&in_time)));
    assert!(stays(&late)[0].amended > 0);
}

#[tokio::test]
async fn any_order_and_any_batches_give_the_same_stays() {
    let mut in_time = loaded().await;
    let day = day("1");
    live(&mut in_time, &day).await;
    let expected = same(stays(&in_time));
    for (step, batch) in [(5, 1), (31, 5), (97, 40), (101, 1000)] {
        // Steps that have no divisor in common with the number of fixes reach each of them once.
        let shuffled: Vec<_> = (0..day.len()).map(|n| day[n * step % day.len()].clone()).collect();
        let mut bench = loaded().await;
        bench.now = at(200.0);
        for page in shuffled.chunks(batch) {
            bench.tell("samsara", "vehicle_stats", page.to_vec()).await;
        }
        assert_eq!(same(stays(&bench)), expected, "steps of {step}, {batch} at once");
    }
}

#[tokio::test]
async fn a_load_given_to_a_truck_that_is_at_its_shipper_already_has_arrived() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "4471")]).await;
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    live(&mut bench, &day("1")[..50]).await;
    assert_eq!(told(&bench), []);
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("10", None)))]).await;
    bench.tell("mcleod", "stops", vec![stop("a", 1, 0.0, 60.0)]).await;
    bench.tell("mcleod", "assignments", vec![assigned("10", "4471")]).await;
    // Before the load was known, one fix in five minutes was kept.
    expect(&bench, &[("a", 34, None)]);
    // The place turns out to be another.
    bench.tell("mcleod", "stops", vec![stop("a", 1, 3.0, 60.0)]).await;
    assert_eq!(told(&bench), []);
}

#[tokio::test]
async fn what_one_truck_did_stays_when_another_takes_the_load_over() {
    let mut bench = loaded().await;
    let day_of_1 = day("1");
    live(&mut bench, &day_of_1[..40]).await;
    bench.tell("mcleod", "assignments", vec![assigned("10", "4472")]).await;
    expect(&bench, &[("a", 30, None)]);
    // Its departure is seen to, though the load is another's; that one delivers.
    live(&mut bench, &day_of_1[40..80]).await;
    expect(&bench, &[("a", 30, Some(90))]);
    live(&mut bench, &day("2")[80..]).await;
    expect(&bench, WHOLE_DAY);
    let tractors: Vec<_> = stays(&bench).into_iter().map(|stay| stay.tractor_id.0).collect();
    assert_eq!(tractors, ["samsara:1", "samsara:2"]);
}

#[tokio::test]
async fn both_devices_of_a_truck_count_and_what_is_set_aside_does_not() {
    let mut bench = loaded().await;
    bench.tell("motive", "vehicles", vec![tractor("9", "")]).await;
    let one = Wish {
        kind: UnitKind::Tractor,
        units: vec![RecordName::parse("samsara:1").unwrap(), RecordName::parse("motive:9").unwrap()],
        same: true,
    };
    live(&mut bench, &day("1")[..9]).await;
    for fix in &day("9")[9..40] {
        bench.now = bench.now.max(moment(fix));
        bench.tell("motive", "locations", vec![fix.clone()]).await;
    }
    assert_eq!(told(&bench), [], "they are two trucks");
    bench.store.take_on(vec![one], bench.now).await.unwrap();
    expect(&bench, &[("a", 34, None)]);
    let account = &stays(&bench)[0].observed.evidence.entered.account;
    assert_eq!(account, "motive");
    // A jump that nothing bears out, and a place that is none.
    let nowhere = [seen("1", 61.0, 400.0, 60.0), seen("1", 61.5, -35.0 / MILE, 0.0)];
    live(&mut bench, &nowhere).await;
    live(&mut bench, &day("1")[42..]).await;
    expect(&bench, &[("a", 34, Some(90)), ("b", 149, Some(179))]);
}

#[tokio::test]
async fn a_stay_goes_with_its_stop_and_with_its_movement() {
    let mut bench = loaded().await;
    live(&mut bench, &day("1")).await;
    let stops = |ids: &[&str]| -> Vec<Change> {
        let stop = |id: &&str| stop(id, 2, 60.0, 240.0);
        std::iter::once(Change::Movement(Box::new(movement("10", None))))
            .chain(ids.iter().map(stop))
            .collect()
    };
    bench.tell("mcleod", "assignments", [stops(&["b"]), vec![assigned("10", "4471")]].concat()).await;
    expect(&bench, &[("b", 149, Some(179))]);
    let over = TmsMovement { status: MovementStatus::Delivered, ..movement("10", None) };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(over))]).await;
    let hours = |hours: u64| bench.now.plus(Duration::from_hours(hours));
    let live_at = |at| Reader::open(&bench.path(), Scope::Live).unwrap().fleet(at).unwrap().stays.len();
    assert_eq!((live_at(hours(11)), live_at(hours(13))), (1, 0));
    let retention = Retention { movements: Duration::from_hours(48), positions: Duration::from_hours(48) };
    for at in [hours(49), hours(50)] {
        while bench.store.throw_away(retention, at).await.unwrap() {}
    }
    assert_eq!(told(&bench), []);
}

#[tokio::test]
async fn a_load_closed_at_the_dock_is_watched_until_the_truck_leaves() {
    let mut bench = loaded().await;
    let day = day("1");
    live(&mut bench, &day[..150]).await;
    let over = TmsMovement { status: MovementStatus::Delivered, ..movement("10", None) };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(over))]).await;
    expect(&bench, &[("a", 30, Some(90)), ("b", 149, None)]);
    live(&mut bench, &day[150..]).await;
    expect(&bench, WHOLE_DAY);
}

#[tokio::test]
async fn the_next_load_from_a_place_does_not_take_the_last_one_s_visit_for_its_own() {
    let mut bench = loaded().await;
    let of = |movement: &str, id: &str, miles, early| match stop(id, 1, miles, early) {
        Change::Stop(stop) => Change::Stop(Box::new(TmsStop { movement_id: Some(movement.into()), ..*stop })),
        other => other,
    };
    // Load 20 picks up in the night where load 10 is delivered; load 30 is one that nobody closes.
    let loads = ["20", "30"].map(|id| Change::Movement(Box::new(movement(id, None))));
    bench.tell("mcleod", "movements", loads.to_vec()).await;
    bench.tell("mcleod", "stops", vec![of("20", "c", 60.0, 860.0), of("30", "d", 0.0, 60.0)]).await;
    bench.tell("mcleod", "assignments", vec![assigned("20", "4471"), assigned("30", "4471")]).await;
    live(&mut bench, &day("1")).await;
    let over = TmsMovement { status: MovementStatus::Delivered, ..movement("10", None) };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(over))]).await;
    let all = [("a", 30, Some(90)), ("b", 149, Some(179)), ("d", 30, Some(90))];
    expect(&bench, &all);
    for hour in 4..18 {
        let minutes = f64::from(hour) * 60.0;
        live(&mut bench, &[seen("1", minutes, 61.5, 0.0), seen("1", minutes + 10.0, 61.5, 0.0)]).await;
        expect(&bench, &all);
    }
    live(&mut bench, &[seen("1", 1100.0, 60.0, 0.0), seen("1", 1110.0, 60.0, 0.0)]).await;
    expect(&bench, &[all[0], all[1], ("c", 1100, None), all[2]]);
}

#[tokio::test]
async fn what_no_stay_hangs_on_is_thrown_away_within_the_day() {
    let mut bench = loaded().await;
    live(&mut bench, &day("1")).await;
    let expected = stays(&bench);
    // Two days on the road, seen every ten minutes, the load never closed.
    for step in 0..288 {
        let minutes = 200.0 + f64::from(step) * 10.0;
        live(&mut bench, &[seen("1", minutes, 80.0 + f64::from(step), 6.0)]).await;
    }
    let sql = rusqlite::Connection::open(bench.path()).unwrap();
    let kept: i64 = sql.query_row("SELECT count(*) FROM stay_fixes", [], |row| row.get(0)).unwrap();
    assert!(kept < 330, "{kept}");
    assert_eq!(stays(&bench), expected);
    // A page of the whole back-fill changes nothing of what is known.
    let commit = Commit {
        account: "samsara".into(),
        resource: "vehicle_stats",
        batch: Batch { changes: day("1"), ..Batch::default() },
        read_rev: None,
        health: Health { done: true, ..Health::default() },
        now: bench.now,
    };
    bench.store.apply(commit).await.unwrap();
    assert_eq!(same(stays(&bench)), same(expected));
}

/// Load 10 again, whose stops the TMS has addresses of only.
async fn addressed() -> Bench {
    let mut bench = loaded().await;
    let by_address = [("a", 1, 60.0), ("b", 2, 240.0)].map(|(id, sequence, early)| {
        let Change::Stop(mut row) = stop(id, sequence, 0.0, early) else { panic!("a stop") };
        (row.latitude, row.longitude) = (None, None);
        (row.address, row.city) = (Some(format!("1 {id} Street").into()), Some("AMARILLO".into()));
        Change::Stop(row)
    });
    bench.tell("mcleod", "stops", by_address.into()).await;
    bench
}

/// What a geocoder says of one of those stops.
async fn find(bench: &mut Bench, id: &str, miles: f64, is_unsure: bool) {
    bench.later(1);
    let address = Address {
        street: format!("1 {id} Street").into(),
        city: Some("AMARILLO".into()),
        state: None,
        zip: None,
    };
    let point = Point::new(35.0 + miles * MILE, -100.0);
    bench.store.keep_places(vec![Place { address, point, is_unsure }], bench.now).await.unwrap();
}

#[tokio::test]
async fn a_stop_that_was_found_by_its_address_has_stays_like_any_other() {
    let mut bench = addressed().await;
    find(&mut bench, "a", 0.0, false).await;
    find(&mut bench, "b", 60.0, false).await;
    assert_eq!(bench.fleet().places.sure_of(bench.fleet().stops.at(0).unwrap()), Point::new(35.0, -100.0));
    live(&mut bench, &day("1")).await;
    expect(&bench, WHOLE_DAY);
}

#[tokio::test]
async fn a_place_that_is_found_late_shows_who_was_there_by_the_fixes_that_are_kept() {
    let mut bench = addressed().await;
    let day = day("1");
    let (first, rest) = day.split_at(120);
    live(&mut bench, first).await;
    expect(&bench, &[]);
    let mut reader = Reader::open(&bench.path(), Scope::Whole).unwrap();
    reader.fleet(bench.now).unwrap();
    find(&mut bench, "a", 0.0, false).await;
    // Far from every known stop one fix in five minutes was kept: it is known to so much.
    let [(stop, by, Some(left))] = &told(&bench)[..] else { panic!("{:?}", told(&bench)) };
    assert!(stop == "a" && (30..=35).contains(by) && (90..=95).contains(left), "{by} {left}");
    let fleet = reader.fleet_if_changed(bench.now).unwrap().unwrap();
    assert_eq!(fleet.stays.len(), 1, "and whoever looks on is told");
    // From then on it is watched closely, after a restart too.
    bench.store = Store::open(&bench.path(), Access::Owner, JUDGE, bench.now).unwrap().0;
    find(&mut bench, "b", 60.0, false).await;
    live(&mut bench, rest).await;
    assert_eq!(told(&bench)[1], ("b".into(), 149, Some(179)));
}

#[tokio::test]
async fn nobody_arrives_at_a_place_that_a_person_has_to_confirm() {
    let mut bench = addressed().await;
    find(&mut bench, "a", 0.0, true).await;
    live(&mut bench, &day("1")).await;
    expect(&bench, &[]);
    let fleet = bench.fleet();
    let row = &fleet.stops.at(0).unwrap();
    assert_eq!((fleet.places.of(row), fleet.places.sure_of(row)), (Point::new(35.0, -100.0), None));
    // The TMS's own coordinates go before any address.
    find(&mut bench, "a", 40.0, false).await;
    bench.tell("mcleod", "stops", vec![stop("a", 1, 0.0, 60.0)]).await;
    assert_eq!(told(&bench).len(), 1);
}
