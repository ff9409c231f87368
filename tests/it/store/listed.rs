//! Places told without a kind, and units that only loads name: what the roster of the account says goes first.

use backhaul::model::{Change, Fix, Profile, UnitKind};

use super::{Bench, driver, fix, tractor};

/// Something called `id` was seen at `latitude`.
fn seen(bench: &Bench, id: &str, latitude: f64) -> Change {
    let Change::Fix { fix, .. } = fix(id, latitude, bench.now) else { unreachable!() };
    Change::FixOfUnit { external_id: id.into(), fix: Fix { ..fix } }
}

fn unit(kind: UnitKind, id: &str, active: bool) -> Change {
    Change::Profile(Box::new(Profile { active, ..Profile::new(kind, id, id) }))
}

#[tokio::test]
async fn a_place_told_without_a_kind_is_that_of_what_the_roster_has_by_its_number_and_of_nothing_else() {
    let mut bench = Bench::new();
    let both = unit(UnitKind::Trailer, "77", true);
    bench.tell("mcleod", "drivers", vec![driver("D6", "Ann Lee")]).await;
    let gone = unit(UnitKind::Tractor, "13", false);
    bench.tell("mcleod", "tractors", vec![tractor("4002", "4002"), tractor("77", "77"), gone]).await;
    bench.tell("mcleod", "trailers", vec![unit(UnitKind::Trailer, "R53", true), both]).await;
    let places = ["4002", "R53", "77", "13", "D6", "99887"].map(|id| seen(&bench, id, 35.0));
    bench.tell("mcleod", "positions", places.into()).await;
    let fleet = bench.fleet();
    let tractors: Vec<_> =
        fleet.tractors.iter().map(|row| (row.unit_number.to_string(), row.latitude)).collect();
    assert_eq!(
        tractors,
        [("4002".to_owned(), Some(35.0)), ("77".to_owned(), None)],
        "no truck that nobody has"
    );
    let trailers: Vec<_> =
        fleet.trailers.iter().map(|row| (row.unit_number.to_string(), row.latitude)).collect();
    assert_eq!(trailers, [("77".to_owned(), None), ("R53".to_owned(), Some(35.0))]);
    assert_eq!(fleet.totals.rejected, 3);
}
