//! Trailers: which of several a truck pulls, and what is known of one without a tracker once nothing has it.

use std::time::Duration;

use backhaul::model::{
    Assignment, Batch, Change, Fix, Loaded, Motion, MovementStatus, Pairing, PairingSource, Profile, Tie,
    Timestamp, TmsMovement, TmsStop, Trailer, UnitId, UnitKind,
};
use backhaul::rules::trailer;
use backhaul::store::{Access, Retention, Store};
use backhaul::sync::JUDGE;

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

#[tokio::test]
async fn what_a_load_named_behind_its_first_trailer_goes_a_day_after_it_is_over() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    let units: Vec<Change> = ["R53", "PUP2"].iter().flat_map(|id| stands(id, None)).collect();
    roster(&mut bench, units).await;
    bench
        .tell("mcleod", "assignments", vec![load(MovementStatus::InProgress), pulls(&["R53", "PUP2"])])
        .await;
    let kept = |bench: &Bench| -> i64 {
        let raw = rusqlite::Connection::open(bench.path()).unwrap();
        raw.query_row("SELECT count(*) FROM pairings WHERE source = 'load'", [], |row| row.get(0)).unwrap()
    };
    let month = Duration::from_hours(720);
    let keep = Retention { movements: month, positions: month };
    bench.later(2 * 86_400);
    bench.store.throw_away(keep, bench.now).await.unwrap();
    assert_eq!(kept(&bench), 1, "the load is under way");
    bench.tell("mcleod", "movements", vec![load(MovementStatus::Delivered)]).await;
    bench.store.throw_away(keep, bench.now).await.unwrap();
    assert_eq!(kept(&bench), 1, "it may yet be opened again");
    bench.later(2 * 86_400);
    bench.store.throw_away(keep, bench.now).await.unwrap();
    assert_eq!(kept(&bench), 0);
}

fn seen(mph: f64, latitude: f64, at: Timestamp) -> Change {
    let Change::Fix { kind, external_id, fix } = fix("4471", latitude, at) else { panic!() };
    Change::Fix {
        kind,
        external_id,
        fix: Fix { speed_mph: Some(mph), place: Some("Saint Louis MO".into()), ..fix },
    }
}

#[tokio::test]
async fn a_trailer_without_a_tracker_is_nowhere_that_its_truck_was_when_we_were_told_that_it_was_left() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    roster(&mut bench, stands("R53", Some("4471"))).await;
    let start = bench.now;
    let at = |minutes: u64| start.plus(Duration::from_mins(minutes));
    // Left at the first place; the truck rolls two hundred miles, waits in traffic, parks, and then it is told.
    let drives = [
        (0, 60.0, 35.0),
        (10, 0.0, 35.2),
        (20, 0.0, 35.2),
        (100, 1.0, 36.2),
        (180, 60.0, 37.8),
        (190, 0.0, 38.0),
    ];
    for (minutes, mph, latitude) in drives {
        bench.now = at(minutes);
        bench.tell("mcleod", "positions", vec![seen(mph, latitude, at(minutes))]).await;
    }
    assert_eq!(row(&bench, "R53").observed_at, None, "it is where its truck is");
    roster(&mut bench, stands("R53", None)).await;
    let left = row(&bench, "R53");
    assert_eq!(
        (left.latitude, left.longitude, left.place.as_ref(), left.observed_at),
        (None, None, None, None)
    );
    assert_eq!((left.state, left.tractor_id.as_ref()), (Motion::Dark, None));
    assert_eq!(left.dropped_by, Some(UnitId::first_told("mcleod", "4471")));
    let fleet = bench.fleet();
    let said = trailer::told(&fleet, &left, bench.now).sentence(&left, |_| "17:00".to_owned());
    let begins = "where it is: NOT KNOWN (no tracker); dropped by: tractor 4471 (told 17:00); ";
    assert!(said.starts_with(begins), "{said}");
}

#[tokio::test]
async fn a_load_that_is_over_tells_when_its_last_stop_was_left_and_the_trailer_has_no_place_by_that() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    roster(&mut bench, vec![unit("R53")]).await;
    let left_at = bench.now;
    let stop = TmsStop {
        id: "s1".into(),
        company_id: "TMS".into(),
        movement_id: Some("10".into()),
        city: Some("Saint Louis".into()),
        state: Some("MO".into()),
        scheduled_early_at: Some(left_at),
        actual_departure_at: Some(left_at),
        ..TmsStop::default()
    };
    bench.tell("mcleod", "stops", vec![Change::Stop(Box::new(stop))]).await;
    bench.tell("mcleod", "assignments", vec![load(MovementStatus::InProgress), pulls(&["R53"])]).await;
    bench.later(3 * 3600);
    let now = bench.now;
    bench.tell("mcleod", "positions", vec![seen(0.0, 38.6, now)]).await;
    bench.tell("mcleod", "movements", vec![load(MovementStatus::Delivered)]).await;
    let left = row(&bench, "R53");
    assert_eq!((left.tractor_id.as_ref(), left.latitude, left.observed_at), (None, None, None));
    let fleet = bench.fleet();
    let told = trailer::told(&fleet, &left, bench.now);
    let words = "no tracker; load 10 left its last stop, Saint Louis MO, at 14:00 by the TMS";
    assert_eq!(told.lost(|at| if at == left_at { "14:00" } else { "?" }.to_owned()).as_deref(), Some(words));
}

fn open_anew(bench: &mut Bench) {
    bench.store = Store::open(&bench.path(), Access::Owner, JUDGE, bench.now).unwrap().0;
}

/// A place of a trailer that nobody told: where its truck was, as an earlier version wrote it.
fn place_of_nobody(bench: &Bench, at: Timestamp) {
    let raw = rusqlite::Connection::open(bench.path()).unwrap();
    let sql =
        "UPDATE trailers SET latitude = 38.6, longitude = -100.0, place = 'Saint Louis MO', observed_at = ?1";
    assert_eq!(raw.execute(sql, [at.millis()]).unwrap(), 1);
}

#[tokio::test]
async fn a_tracker_that_comes_later_is_not_judged_by_a_place_that_nobody_told() {
    for minutes in [0, 10] {
        let mut bench = Bench::new();
        roster(&mut bench, vec![unit("R53")]).await;
        place_of_nobody(&bench, bench.now.minus(Duration::from_mins(5)));
        open_anew(&mut bench);
        // Older than that, or too far from it for the time.
        let at = bench.now.minus(Duration::from_mins(10 - minutes));
        let Change::Fix { fix: own, .. } = fix("R53", 30.0, at) else { panic!() };
        let own = Change::Fix { kind: UnitKind::Trailer, external_id: "R53".into(), fix: own };
        bench.tell("mcleod", "positions", vec![own]).await;
        let row = row(&bench, "R53");
        assert_eq!((row.latitude, row.source.as_deref()), (Some(30.0), Some("mcleod")), "{minutes}");
    }
}

#[tokio::test]
async fn a_place_that_nobody_told_is_forgotten_and_one_that_a_tracker_told_is_not() {
    let mut bench = Bench::new();
    roster(&mut bench, vec![unit("R53")]).await;
    place_of_nobody(&bench, bench.now);
    open_anew(&mut bench);
    assert_eq!(row(&bench, "R53").latitude, Some(38.6));
    bench.store.darken(bench.now).await.unwrap();
    let gone = row(&bench, "R53");
    assert_eq!((gone.latitude, gone.place, gone.observed_at), (None, None, None));
    let Change::Fix { fix: own, .. } = fix("R53", 30.0, bench.now) else { panic!() };
    let own = Change::Fix { kind: UnitKind::Trailer, external_id: "R53".into(), fix: own };
    bench.tell("mcleod", "positions", vec![own]).await;
    bench.store.darken(bench.now).await.unwrap();
    assert_eq!(row(&bench, "R53").latitude, Some(30.0));
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
}
