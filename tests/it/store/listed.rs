//! Places told without a kind, and units that only loads name: what the roster of the account says goes first.

use std::time::Duration;

use backhaul::model::{
    Assignment, Batch, Change, Fix, MovementStatus, Named, Profile, TmsMovement, UnitKind,
};

use super::{Bench, driver, fix, movement, tractor};

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

/// A load that names these, and brings along what its children say of them.
async fn load(bench: &mut Bench, id: &str, status: MovementStatus, brought: Vec<Change>) {
    let row = Change::Movement(Box::new(TmsMovement { status, ..movement(id, None) }));
    let named = Change::Assignment(Assignment {
        company_id: "TMS".into(),
        movement_id: id.into(),
        driver: Some("D1".into()),
        tractor: Some("4001".into()),
        ..Assignment::default()
    });
    bench.tell("mcleod", "assignments", [vec![row], brought, vec![named]].concat()).await;
}

fn ann(active: bool, phone: Option<&str>) -> Change {
    let phone = phone.map(str::to_owned);
    Change::Profile(Box::new(Profile { active, phone, ..Profile::new(UnitKind::Driver, "D1", "ANN LEE") }))
}

/// Name and phone of each driver who is with us.
fn people(bench: &Bench) -> Vec<(String, Option<String>)> {
    let fleet = bench.fleet();
    let drivers = fleet.drivers.iter();
    drivers.map(|row| (row.name.to_string(), row.phone.as_ref().map(ToString::to_string))).collect()
}

/// Who drives the only load, and whether the TMS names somebody.
fn driven(bench: &Bench) -> (Option<String>, Named) {
    let fleet = bench.fleet();
    let row = fleet.movements.at(0).unwrap();
    (row.driver_id.as_ref().map(|id| id.0.to_string()), row.driver_named)
}

#[tokio::test]
async fn who_is_in_no_roster_is_known_by_the_load_that_brings_him_along() {
    let mut bench = Bench::new();
    let under_way = MovementStatus::InProgress;
    load(&mut bench, "10", under_way, vec![]).await;
    assert_eq!(driven(&bench), (None, Named::Somebody), "named, and nobody says who that is");
    load(&mut bench, "10", under_way, vec![ann(true, Some("1"))]).await;
    assert_eq!(driven(&bench), (Some("mcleod:D1".into()), Named::Somebody));
    load(&mut bench, "10", under_way, vec![ann(true, None)]).await;
    assert_eq!(people(&bench), [("ANN LEE".into(), Some("1".into()))], "a row that was cut short");
    // Nothing is wanted of the feed: that ends nobody, and is no fault.
    bench.tell_batch("mcleod", "assignments", Batch { complete: true, ..Batch::default() }).await;
    assert_eq!((people(&bench).len(), bench.fleet().totals.rejected), (1, 0));
    load(&mut bench, "10", MovementStatus::Delivered, vec![]).await;
    bench.later(6 * 24 * 3600);
    bench.tell("mcleod", "assignments", vec![]).await;
    assert_eq!(people(&bench).len(), 1, "between two loads");
    bench.later(2 * 24 * 3600);
    bench.tell("mcleod", "assignments", vec![]).await;
    assert_eq!(people(&bench), []);
}

#[tokio::test]
async fn a_load_overrules_no_roster_and_brings_back_nobody_whom_it_has_ended() {
    let mut bench = Bench::new();
    let under_way = MovementStatus::InProgress;
    load(&mut bench, "10", under_way, vec![ann(true, Some("1"))]).await;
    bench.tell("mcleod", "drivers", vec![driver("D1", "ANNE LEE")]).await;
    let listed = ("ANNE LEE".to_owned(), None);
    assert_eq!(people(&bench), std::slice::from_ref(&listed), "the roster's word takes its place");
    load(&mut bench, "10", under_way, vec![ann(true, Some("1"))]).await;
    load(&mut bench, "10", under_way, vec![ann(false, None)]).await;
    assert_eq!(people(&bench), [listed]);
    let ended = |active: bool| {
        vec![Change::Profile(Box::new(Profile {
            active,
            ..Profile::new(UnitKind::Driver, "D1", "ANNE LEE")
        }))]
    };
    bench.tell("mcleod", "drivers", ended(false)).await;
    load(&mut bench, "10", under_way, vec![ann(true, None)]).await;
    assert_eq!(people(&bench), []);
    assert_eq!(driven(&bench).1, Named::Somebody);
    let week = Duration::from_hours(7 * 24);
    bench.later(week.as_secs().try_into().unwrap());
    bench.tell("mcleod", "drivers", ended(true)).await;
    assert_eq!(people(&bench).len(), 1);
}
