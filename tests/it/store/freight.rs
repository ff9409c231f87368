//! Loads in the store: their units, their stops, and which of them a screen shows.

use std::time::Duration;

use backhaul::model::{Assignment, Batch, Change, MovementStatus, TmsStop, Want};
use backhaul::store::{Reader, Scope};

use super::{Bench, driver, movement, tractor};

fn assignment(movement: &str, driver: &str, tractor: &str) -> Change {
    Change::Assignment(Assignment {
        company_id: "TMS".into(),
        movement_id: movement.into(),
        driver: Some(driver.into()),
        tractor: Some(tractor.into()),
        ..Assignment::default()
    })
}

fn stop(id: &str, movement: &str, sequence: i64) -> TmsStop {
    TmsStop {
        id: id.into(),
        company_id: "TMS".into(),
        movement_id: Some(movement.into()),
        sequence,
        ..TmsStop::default()
    }
}

fn delivered(id: &str) -> Change {
    let mut over = movement(id, None);
    over.status = MovementStatus::Delivered;
    Change::Movement(over)
}

#[tokio::test]
async fn a_delivered_load_names_who_drove_it() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    bench.tell("mcleod", "drivers", vec![driver("SMITHJO", "JOHN SMITH")]).await;
    bench.tell("mcleod", "movements", vec![delivered("10")]).await;
    bench.tell("mcleod", "assignments", vec![delivered("10"), assignment("10", "SMITHJO", "4471")]).await;
    let fleet = bench.fleet();
    let row = &fleet.movements.as_slice()[0];
    assert_eq!(row.driver_id.as_ref().map(|id| id.0.as_str()), Some("mcleod:SMITHJO"));
    assert_eq!(fleet.tractors.as_slice()[0].movement_id, None, "but it no longer has the truck");
    bench.tell("mcleod", "assignments", vec![delivered("10"), assignment("10", "SMITHJO", "4471")]).await;
    assert_eq!(bench.fleet().movements.as_slice()[0].updated_at, row.updated_at);
}

#[tokio::test]
async fn a_stop_that_the_movement_itself_no_longer_names_is_gone() {
    let mut bench = Bench::new();
    let stops = |ids: &[&str]| ids.iter().map(|id| Change::Stop(stop(id, "10", 1))).collect::<Vec<_>>();
    let load = || Change::Movement(movement("10", None));
    bench.tell("mcleod", "movements", vec![load()]).await;
    bench.tell("mcleod", "stops", stops(&["a", "ghost", "b"])).await;
    let mut told = vec![load()];
    told.extend(stops(&["a", "b"]));
    told.push(assignment("10", "X", "Y"));
    bench.tell("mcleod", "assignments", told).await;
    let fleet = bench.fleet();
    let left: Vec<_> = fleet.stops.iter().map(|stop| stop.tms.id.as_str()).collect();
    assert_eq!(left, ["a", "b"]);
}

#[tokio::test]
async fn what_was_asked_in_vain_is_asked_again_later_and_holds_up_nothing() {
    let mut bench = Bench::new();
    let loads = ["10", "11"].map(|id| Change::Movement(movement(id, None)));
    bench.tell("mcleod", "movements", loads.into()).await;
    let want = Want::MovementsToHydrate;
    let wanted = async |bench: &Bench| bench.store.wanted("mcleod", want, 9, bench.now).await.unwrap();
    assert_eq!(wanted(&bench).await, ["11", "10"]);
    bench.store.asked(want, "11", bench.now).await.unwrap();
    assert_eq!(wanted(&bench).await, ["10"]);
    bench.later(61);
    assert_eq!(wanted(&bench).await.len(), 2);
    bench.store.asked(want, "11", bench.now).await.unwrap();
    bench.later(61);
    assert_eq!(wanted(&bench).await, ["10"], "and each time later");
    let mut changed = movement("11", None);
    changed.dispatcher = Some("jdoe".into());
    bench.tell("mcleod", "movements", vec![Change::Movement(changed)]).await;
    assert_eq!(wanted(&bench).await.len(), 2, "a change asks at once");
}

#[tokio::test]
async fn a_screen_reads_open_loads_and_what_has_just_ended() {
    let mut bench = Bench::new();
    let long_ago = bench.now.minus(Duration::from_secs(13 * 3600));
    let mut old = stop("old", "1", 1);
    old.actual_departure_at = Some(long_ago);
    let mut recent = stop("recent", "2", 1);
    recent.actual_departure_at = Some(bench.now);
    bench
        .tell(
            "mcleod",
            "stops",
            vec![Change::Stop(old), Change::Stop(recent), Change::Stop(stop("open", "3", 1))],
        )
        .await;
    let mut screen = Reader::open(&bench.path(), Scope::Live).unwrap();
    assert!(screen.fleet(bench.now).unwrap().stops.is_empty(), "of no movement yet");
    let loads = vec![delivered("1"), delivered("2"), Change::Movement(movement("3", None))];
    bench.tell_batch("mcleod", "movements", Batch { changes: loads, ..Batch::default() }).await;
    let fleet = screen.fleet(bench.now).unwrap();
    let ids: Vec<_> = fleet.movements.iter().map(|row| row.tms.id.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
    let stops: Vec<_> = fleet.stops.iter().map(|row| row.tms.id.as_str()).collect();
    assert_eq!(stops, ["open", "recent"], "they came into view with their movements");
    assert_eq!(bench.fleet().movements.len(), 3, "commands read everything");
}
