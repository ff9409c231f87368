//! What a fix may do to a unit, through the store: jumps wait to be borne out, across restarts and
//! accounts, and what is remembered between two commits never contradicts the file.

use std::time::Duration;

use backhaul::model::{Batch, Change, Fix, Pairing, PairingSource, Profile, Tie, Timestamp, UnitKind};
use backhaul::store::{Access, Store};
use backhaul::sync::JUDGE;

use super::{Bench, driver, fix, tractor};

const MINUTE: Duration = Duration::from_mins(1);

async fn one_truck() -> Bench {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    bench
}

/// Tells that truck 1 is at `latitude` now, a minute after the last word.
async fn seen(bench: &mut Bench, latitude: f64) -> Option<f64> {
    bench.later(59);
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("1", latitude, at)]).await;
    shown(bench)
}

fn shown(bench: &Bench) -> Option<f64> {
    bench.fleet().tractors.at(0).unwrap().latitude
}

fn history(bench: &Bench) -> Vec<f64> {
    let sql = rusqlite::Connection::open(bench.path()).unwrap();
    let mut statement = sql.prepare("SELECT latitude FROM positions ORDER BY observed_at").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn reopened(bench: Bench) -> Bench {
    let Bench { folder, store, now } = bench;
    drop(store);
    let (store, _) = Store::open(&folder.path().join("b.db"), Access::Owner, JUDGE, now).unwrap();
    Bench { folder, store, now }
}

#[tokio::test]
async fn a_single_jump_is_set_aside_and_counted_and_leaves_no_trace() {
    let mut bench = one_truck().await;
    assert_eq!(seen(&mut bench, 35.0).await, Some(35.0));
    assert_eq!(seen(&mut bench, 45.0).await, Some(35.0));
    assert_eq!(seen(&mut bench, 35.02).await, Some(35.02));
    assert_eq!(seen(&mut bench, 45.0).await, Some(35.02), "the first one is forgotten and proves nothing");
    assert_eq!(history(&bench), [35.0, 35.02]);
    assert_eq!(bench.fleet().totals.rejected, 2);
}

#[tokio::test]
async fn a_jump_that_the_next_fix_bears_out_moves_the_unit_and_both_are_history() {
    let mut bench = one_truck().await;
    for (latitude, expected) in [(35.0, 35.0), (45.0, 35.0), (45.02, 45.02), (45.04, 45.04)] {
        assert_eq!(seen(&mut bench, latitude).await, Some(expected));
    }
    assert_eq!(history(&bench), [35.0, 45.0, 45.02, 45.04]);
}

#[tokio::test]
async fn a_jump_told_again_and_again_proves_nothing_and_is_counted_once() {
    let mut bench = one_truck().await;
    seen(&mut bench, 35.0).await;
    bench.later(60);
    let at = bench.now;
    for _ in 0..3 {
        bench.tell("samsara", "vehicle_stats", vec![fix("1", 45.0, at)]).await;
        assert_eq!(shown(&bench), Some(35.0));
    }
    assert_eq!(bench.fleet().totals.rejected, 1);
}

#[tokio::test]
async fn a_fix_in_doubt_is_remembered_by_the_next_process() {
    let mut bench = one_truck().await;
    seen(&mut bench, 35.0).await;
    seen(&mut bench, 45.0).await;
    let mut bench = reopened(bench);
    assert_eq!(seen(&mut bench, 45.02).await, Some(45.02));
    assert_eq!(history(&bench), [35.0, 45.0, 45.02]);
    let mut bench = reopened(bench);
    assert_eq!(seen(&mut bench, 60.0).await, Some(45.02), "and forgotten once it is borne out");
}

#[tokio::test]
async fn one_account_may_bear_out_what_another_told() {
    let mut bench = one_truck().await;
    let vin = |id: &str| {
        let mut profile = Profile::new(UnitKind::Tractor, id, "T-1");
        profile.vin = Some("1M8GDM9AXKP042788".into());
        Change::Profile(Box::new(profile))
    };
    bench.tell("samsara", "vehicles", vec![vin("1")]).await;
    bench.tell("motive", "vehicles", vec![vin("m")]).await;
    seen(&mut bench, 35.0).await;
    seen(&mut bench, 45.0).await;
    let at = bench.now.plus(Duration::from_millis(500));
    bench.tell("motive", "vehicle_locations", vec![fix("m", 45.001, at)]).await;
    let fleet = bench.fleet();
    let row = &fleet.tractors.at(0).unwrap();
    assert_eq!(
        (fleet.tractors.len(), row.latitude, row.source.as_deref()),
        (1, Some(45.001), Some("motive"))
    );
}

#[tokio::test]
async fn a_page_is_judged_in_the_order_of_time() {
    let mut bench = one_truck().await;
    let start = bench.now;
    let drive = |minutes: u32| fix("1", 35.0 + f64::from(minutes) / 69.0, start.plus(MINUTE * minutes));
    bench.later(600);
    bench.tell("samsara", "vehicle_stats", [9, 3, 0, 6].map(drive).into()).await;
    assert_eq!(shown(&bench), Some(35.0 + 9.0 / 69.0));
    assert_eq!((history(&bench).len(), bench.fleet().totals.rejected), (4, 0));
}

#[tokio::test]
async fn a_late_point_that_fits_is_history_and_one_that_does_not_is_set_aside() {
    let mut bench = one_truck().await;
    seen(&mut bench, 35.0).await;
    let late = bench.now.minus(MINUTE * 30);
    let points = vec![fix("1", 35.2, late), fix("1", 50.0, late.plus(MINUTE))];
    bench.tell("samsara", "vehicle_stats", points).await;
    assert_eq!((shown(&bench), history(&bench)), (Some(35.0), vec![35.2, 35.0]));
}

#[tokio::test]
async fn a_jump_of_a_unit_that_no_roster_named_is_judged_all_the_same() {
    let mut bench = Bench::new();
    assert_eq!(seen(&mut bench, 35.0).await, Some(35.0));
    assert_eq!(seen(&mut bench, 45.0).await, Some(35.0));
    assert_eq!(seen(&mut bench, 45.0).await, Some(45.0));
}

#[tokio::test]
async fn what_another_commit_changed_meanwhile_is_read_anew() {
    let mut bench = one_truck().await;
    seen(&mut bench, 35.0).await;
    bench.later(3600);
    bench.store.darken(bench.now).await.unwrap();
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("1", 35.0, at)]).await;
    let row = bench.fleet().tractors.at(0).unwrap().clone();
    assert_eq!((row.state.word(), row.state_since_at), ("moving", Some(at)), "it was dark in between");
    assert_eq!(history(&bench).len(), 2);
}

#[tokio::test]
async fn trailers_move_by_their_own_fixes_and_drivers_by_their_tractors() {
    let mut bench = one_truck().await;
    bench.tell("samsara", "drivers", vec![driver("d", "Ann Lee")]).await;
    bench.tell("samsara", "hos_clocks", vec![logged_in("d", Some("1"))]).await;
    bench.later(60);
    let at = bench.now;
    let Change::Fix { fix: place, .. } = fix("1", 36.0, at) else { unreachable!() };
    let trailer = Change::Fix {
        kind: UnitKind::Trailer,
        external_id: "9".into(),
        fix: Fix { latitude: 37.0, ..place },
    };
    bench.tell("samsara", "vehicle_stats", vec![fix("1", 36.0, at), trailer]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.trailers.at(0).unwrap().latitude, Some(37.0));
    let driver = &fleet.drivers.at(0).unwrap();
    assert_eq!((driver.latitude, driver.observed_at), (Some(36.0), Some(at)));
}

fn logged_in(left: &str, right: Option<&str>) -> Change {
    Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: left.into(),
        right: right.map(str::to_owned),
        by: PairingSource::Eld,
        since_at: None,
    })
}

#[tokio::test]
async fn a_word_told_again_stands_and_one_not_told_again_falls_with_a_complete_read() {
    let mut bench = one_truck().await;
    bench.tell("samsara", "drivers", vec![driver("d", "Ann Lee"), driver("e", "Bo Ray")]).await;
    let all = |changes| Batch { changes, complete: true, ..Batch::default() };
    let paired = |bench: &Bench| -> Vec<bool> {
        bench.fleet().drivers.iter().map(|driver| driver.tractor_id.is_some()).collect()
    };
    let both = || vec![logged_in("d", Some("1")), logged_in("e", Some("1"))];
    for _ in 0..3 {
        bench.tell_batch("samsara", "assignments", all(both())).await;
        assert_eq!(paired(&bench), [true, true]);
        // Somebody else's commit in between takes nothing away.
        bench.later(3600);
        bench.store.darken(bench.now).await.unwrap();
    }
    bench.tell_batch("samsara", "assignments", all(vec![logged_in("e", Some("1"))])).await;
    assert_eq!(paired(&bench), [false, true]);
    bench.tell_batch("samsara", "assignments", all(both())).await;
    assert_eq!(paired(&bench), [true, true], "and it may come back");
    let mut bench = reopened(bench);
    bench.tell("samsara", "assignments", vec![logged_in("d", None)]).await;
    assert_eq!(paired(&bench), [false, true], "a new word takes the place of the old");
}

#[tokio::test]
async fn an_hour_of_parking_is_a_handful_of_points() {
    let mut bench = one_truck().await;
    let start = bench.now;
    for minute in 0..60_u32 {
        let at = start.plus(MINUTE * minute);
        bench.now = Timestamp::from_millis(at.millis());
        bench.tell("samsara", "vehicle_stats", vec![fix("1", 35.0, at)]).await;
        bench.store.darken(bench.now).await.unwrap();
    }
    assert_eq!(history(&bench).len(), 4, "one every quarter of an hour");
}
