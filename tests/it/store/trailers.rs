//! Trailers: which of several a truck pulls.

use backhaul::model::{
    Assignment, Batch, Change, Loaded, MovementStatus, Pairing, PairingSource, Profile, Tie, TmsMovement, Trailer, UnitId,
    UnitKind,
};

use super::{Bench, movement, tractor};

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
