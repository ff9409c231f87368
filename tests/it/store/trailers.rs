//! Trailers: which of several a truck pulls, and where one without a tracker is once nothing has it.

use std::time::Duration;

use backhaul::model::{
    Assignment, Batch, Change, Fix, Loaded, Motion, MovementStatus, Pairing, PairingSource, Profile, Tie,
    TmsMovement, Trailer, UnitId, UnitKind,
};
use backhaul::rules::trailer;

use super::{Bench, fix, movement, tractor};

fn unit(id: &str) -> Change {
    Change::Profile(Box::new(Profile::new(UnitKind::Trailer, id, id)))
}

fn load(status: MovementStatus) -> Change {
    Change::Movement(Box::new(TmsMovement { status, loaded: Loaded::Loaded, ..movement("10", None) }))
}

fn pulls(trailers: &[&str]) -> Change {
    let mut trailers = trailers.iter().map(|id| (*id).to_owned());
    Change::Assignment(Assignment {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        tractor: Some("4471".into()),
        trailer: trailers.next(),
        more_trailers: trailers.collect(),
        ..Assignment::default()
    })
}

/// The TMS's roster, which names what pulls a trailer only by its standing pairing.
fn stands(trailer: &str, with: Option<&str>) -> Vec<Change> {
    let pairing = Pairing {
        tie: Tie::TrailerTractor,
        left: trailer.into(),
        right: with.map(str::to_owned),
        by: PairingSource::Standing,
        since_at: None,
    };
    vec![unit(trailer), Change::Pairing(pairing)]
}

/// A whole read of the trailers.
async fn roster(bench: &mut Bench, changes: Vec<Change>) {
    bench.tell_batch("mcleod", "trailers", Batch { changes, complete: true, ..Batch::default() }).await;
}

fn row(bench: &Bench, id: &str) -> Trailer {
    Trailer::clone(bench.fleet().trailers.get(&UnitId::first_told("mcleod", id)).unwrap())
}

fn with(bench: &Bench, id: &str) -> (Option<String>, Option<String>, Loaded) {
    let row = row(bench, id);
    let tractor = row.tractor_id.map(|id| id.0.trim_start_matches("mcleod:").to_owned());
    (tractor, row.movement_id.map(Into::into), row.loaded)
}

fn on_load() -> (Option<String>, Option<String>, Loaded) {
    (Some("4471".into()), Some("10".into()), Loaded::Loaded)
}

#[tokio::test]
async fn a_truck_pulls_every_trailer_that_its_load_names_and_is_shown_with_the_first() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    // By name the second goes before the first.
    let units: Vec<Change> = ["R53", "PUP2"].iter().flat_map(|id| stands(id, None)).collect();
    roster(&mut bench, units).await;
    bench.tell("mcleod", "movements", vec![load(MovementStatus::InProgress)]).await;
    for _ in 0..2 {
        let told = vec![load(MovementStatus::InProgress), pulls(&["R53", "PUP2"])];
        bench.tell("mcleod", "assignments", told).await;
        assert_eq!((with(&bench, "R53"), with(&bench, "PUP2")), (on_load(), on_load()));
        let fleet = bench.fleet();
        let truck = fleet.tractors.at(0).unwrap();
        assert_eq!(truck.trailer_id, Some(UnitId::first_told("mcleod", "R53")));
        assert_eq!(row(&bench, "PUP2").attached_by.as_deref(), Some("load"));
    }
    let told = vec![load(MovementStatus::InProgress), pulls(&["R53"])];
    bench.tell("mcleod", "assignments", told).await;
    assert_eq!((with(&bench, "R53"), with(&bench, "PUP2").0), (on_load(), None), "it was let go");
    bench
        .tell("mcleod", "assignments", vec![load(MovementStatus::InProgress), pulls(&["R53", "PUP2"])])
        .await;
    bench.tell("mcleod", "movements", vec![load(MovementStatus::Delivered)]).await;
    assert_eq!((with(&bench, "R53").0, with(&bench, "PUP2").0), (None, None), "the load is over");
}

fn seen(mph: f64, latitude: f64, at: backhaul::model::Timestamp) -> Change {
    let Change::Fix { kind, external_id, fix } = fix("4471", latitude, at) else { panic!() };
    Change::Fix {
        kind,
        external_id,
        fix: Fix { speed_mph: Some(mph), place: Some("Saint Louis MO".into()), ..fix },
    }
}

#[tokio::test]
async fn a_trailer_without_a_tracker_stays_known_where_its_truck_last_had_it_and_is_never_live() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471"), tractor("9", "9")]).await;
    roster(&mut bench, stands("R53", Some("4471"))).await;
    let at = bench.now;
    bench.tell("mcleod", "positions", vec![seen(0.0, 38.6, at)]).await;
    assert_eq!(row(&bench, "R53").observed_at, None, "it is where its truck is");
    bench.later(180);
    roster(&mut bench, stands("R53", None)).await;
    let left = row(&bench, "R53");
    assert_eq!((left.latitude, left.longitude, left.observed_at), (Some(38.6), Some(-100.0), Some(at)));
    assert_eq!((left.place.as_deref(), left.source.as_deref()), (Some("Saint Louis MO"), None));
    assert_eq!((left.state, left.speed_mph, left.tractor_id.as_ref()), (Motion::Dark, None, None));
    assert_eq!(left.dropped_by, Some(UnitId::first_told("mcleod", "4471")));
    assert!(trailer::is_left(&left));
    // Where the truck goes now is no news of it.
    bench.later(600);
    let now = bench.now;
    bench.tell("mcleod", "positions", vec![seen(60.0, 38.7, now)]).await;
    assert_eq!(row(&bench, "R53").observed_at, Some(at));
    // Another truck has it: it is where that is.
    roster(&mut bench, stands("R53", Some("9"))).await;
    let hooked = row(&bench, "R53");
    assert_eq!((hooked.latitude, hooked.place, hooked.observed_at), (None, None, None));
}

#[tokio::test]
async fn a_trailer_is_left_where_its_truck_stood_last_and_not_where_that_rolls_when_we_hear_of_it() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    roster(&mut bench, stands("R53", Some("4471"))).await;
    let start = bench.now;
    let at = |minutes: u64| start.plus(Duration::from_mins(minutes));
    for (minutes, mph, latitude) in [(0, 60.0, 38.4), (10, 0.0, 38.6), (20, 0.0, 38.6), (25, 55.0, 38.65)] {
        bench.now = at(minutes);
        bench.tell("mcleod", "positions", vec![seen(mph, latitude, at(minutes))]).await;
    }
    roster(&mut bench, stands("R53", None)).await;
    let left = row(&bench, "R53");
    assert_eq!(left.latitude, Some(38.6));
    assert!(left.observed_at.is_some_and(|seen| seen < at(25)), "{left:?}");
}

#[tokio::test]
async fn a_trailer_with_a_tracker_is_where_that_says_whoever_lets_it_go() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    roster(&mut bench, stands("R53", Some("4471"))).await;
    let at = bench.now;
    let Change::Fix { fix: own, .. } = fix("R53", 30.0, at) else { panic!() };
    let own = Change::Fix { kind: UnitKind::Trailer, external_id: "R53".into(), fix: own };
    bench.tell("mcleod", "positions", vec![seen(0.0, 38.6, at), own]).await;
    roster(&mut bench, stands("R53", None)).await;
    let row = row(&bench, "R53");
    assert_eq!((row.latitude, row.source.as_deref()), (Some(30.0), Some("mcleod")));
    assert!(!trailer::is_left(&row));
}
