//! Which units are read by who judges loads: those with loads, those that something wrong is about, those
//! he was told to heed, and whoever and whatever goes with them; no others, and none for longer than that.

use std::collections::BTreeSet;

use backhaul::model::{
    Assignment, Change, Clocks, Concern, Driven, DutyStatus, Fix, Fleet, Motion, Pairing, PairingSource,
    Profile, Rolling, Tie, Timestamp, UnitId, UnitKind,
};
use backhaul::rules::freshness::Freshness;
use backhaul::store::{Reader, Scope};
use backhaul::sync::look_out;

use super::{Bench, driver, fix, movement, tractor};

fn id(id: &str) -> UnitId {
    UnitId(format!("samsara:{id}").into())
}

fn ids(names: &[&str]) -> BTreeSet<UnitId> {
    names.iter().map(|name| id(name)).collect()
}

fn trailer(external_id: &str) -> Change {
    Change::Profile(Box::new(Profile::new(UnitKind::Trailer, external_id, format!("R-{external_id}"))))
}

fn pair(tie: Tie, left: &str, right: Option<&str>) -> Change {
    Change::Pairing(Pairing {
        tie,
        left: left.into(),
        right: right.map(str::to_owned),
        by: PairingSource::Eld,
        since_at: None,
    })
}

/// Three of each: driver a is on tractor 1, b and c on tractor 2, trailer x behind tractor 3.
async fn yard() -> Bench {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", ["1", "2", "3"].map(|id| tractor(id, &format!("T-{id}"))).into()).await;
    bench.tell("samsara", "trailers", ["x", "y", "z"].map(trailer).into()).await;
    bench
        .tell("samsara", "drivers", ["a", "b", "c"].map(|id| driver(id, &format!("Driver {id}"))).into())
        .await;
    let pairs = [("a", "1"), ("b", "2"), ("c", "2")];
    let pairs = pairs.map(|(driver, tractor)| pair(Tie::DriverTractor, driver, Some(tractor)));
    bench.tell("samsara", "hos_clocks", pairs.into()).await;
    bench.tell("samsara", "trailer_stats", vec![pair(Tie::TrailerTractor, "x", Some("3"))]).await;
    bench
}

/// Tractors, trailers and drivers, by what the account calls them.
fn names(fleet: &Fleet) -> [String; 3] {
    let name = |id: &UnitId| id.0.trim_start_matches("samsara:").to_owned();
    [
        fleet.tractors.iter().map(|row| name(&row.id)).collect(),
        fleet.trailers.iter().map(|row| name(&row.id)).collect(),
        fleet.drivers.iter().map(|row| name(&row.id)).collect(),
    ]
}

fn concern(tractors: &[&str], trailers: &[&str]) -> Concern {
    Concern { tractors: ids(tractors), trailers: ids(trailers) }
}

async fn assign(bench: &mut Bench, tractor: Option<&str>) {
    let assignment = Assignment {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        tractor: tractor.map(str::to_owned),
        ..Assignment::default()
    };
    let changes = vec![Change::Movement(Box::new(movement("10", None))), Change::Assignment(assignment)];
    bench.tell("mcleod", "assignments", changes).await;
}

#[tokio::test]
async fn units_come_and_go_with_the_loads_that_lead_to_them_and_bring_their_crews() {
    let mut bench = yard().await;
    let mcleods = ["1", "2", "3"].map(|id| tractor(id, &format!("T-{id}")));
    bench.tell("mcleod", "tractors", mcleods.into()).await;
    let mut reader = Reader::open(&bench.path(), Scope::Judged).unwrap();
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["", "", ""]);
    assign(&mut bench, Some("2")).await;
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["2", "", "bc"]);
    // Whoever climbs aboard later is read, though his truck has not changed; whoever leaves is not.
    let moved = vec![
        pair(Tie::DriverTractor, "a", Some("2")),
        pair(Tie::DriverTractor, "b", None),
        pair(Tie::DriverTractor, "c", Some("2")),
    ];
    bench.tell("samsara", "hos_clocks", moved).await;
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["2", "", "ac"]);
    // A truck that has not changed for long is read when it gets the load, and as it is later on.
    assign(&mut bench, Some("3")).await;
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["3", "", ""]);
    bench.tell("samsara", "vehicle_stats", vec![fix("3", 35.0, bench.now), fix("1", 36.0, bench.now)]).await;
    let fleet = reader.fleet(bench.now).unwrap();
    assert_eq!(fleet.tractors.get(&id("3")).unwrap().latitude, Some(35.0));
    assert_eq!(names(&fleet), ["3", "", ""]);
    assign(&mut bench, None).await;
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["", "", ""]);
}

#[tokio::test]
async fn what_is_heeded_is_read_with_what_goes_with_it_until_it_is_not_any_more() {
    let mut bench = yard().await;
    let mut reader = Reader::open(&bench.path(), Scope::Judged).unwrap();
    reader.heed(concern(&["1", "nobody"], &["x"]));
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["13", "x", "a"]);
    reader.heed(concern(&[], &["y"]));
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["", "y", ""]);
    // One that is taken out of service is gone.
    let mut sold = Profile::new(UnitKind::Trailer, "y", "R-y");
    sold.active = false;
    bench.tell("samsara", "trailers", vec![Change::Profile(Box::new(sold))]).await;
    assert_eq!(names(&reader.fleet(bench.now).unwrap()), ["", "", ""]);
}

fn trailer_fix(external_id: &str, latitude: f64, speed_mph: f64, at: Timestamp) -> Change {
    let fix = Fix {
        latitude,
        longitude: -100.0,
        says: None,
        speed_mph: Some(speed_mph),
        heading_deg: None,
        place: None,
        observed_at: at,
    };
    Change::Fix { kind: UnitKind::Trailer, external_id: external_id.into(), fix }
}

#[tokio::test]
async fn a_look_at_all_units_sees_each_as_its_row_is() {
    let mut bench = yard().await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("1", 35.0, at), fix("3", 40.0, at)]).await;
    let rolls = vec![
        trailer_fix("x", 40.1, 60.0, at),
        trailer_fix("y", 30.0, 60.0, at),
        trailer_fix("z", 31.0, 0.0, at),
    ];
    bench.tell("samsara", "trailer_stats", rolls).await;
    let reader = Reader::open(&bench.path(), Scope::Judged).unwrap();
    let muster = reader.muster().unwrap();
    let mut called: Vec<_> = muster
        .iter()
        .map(|post| (post.unit_number, post.source, post.state, post.seen.map(|seen| seen.latitude)))
        .collect();
    called.sort_by_key(|(number, ..)| *number);
    let samsara = Some("samsara");
    let expected = [
        ("T-1", samsara, Motion::Moving, Some(35.0)),
        ("T-2", None, Motion::Dark, None),
        ("T-3", samsara, Motion::Moving, Some(40.0)),
    ];
    assert_eq!(called, expected);

    let mut seen = std::cell::RefCell::new(Vec::new());
    let picked = reader.trailers_that(|trailer: &Rolling| {
        let pulls = trailer.tractor.map(|tractor| tractor.map(|seen| seen.latitude));
        seen.borrow_mut().push((trailer.seen.latitude, trailer.seen.observed_at, pulls));
        trailer.tractor.is_none()
    });
    assert_eq!(picked.unwrap(), ids(&["y"]));
    seen.get_mut().sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(
        *seen.get_mut(),
        [(30.0, at, None), (40.1, at, Some(Some(40.0)))],
        "one that stands is not asked of"
    );

    let driven = |log, truck| Driven { log, truck };
    let is_seen = |one: Driven| reader.tractors_whose(|driven| driven == one).unwrap();
    assert_eq!(is_seen(driven(DutyStatus::default(), Motion::Moving)), ids(&["1"]));
    assert_eq!(is_seen(driven(DutyStatus::default(), Motion::Dark)), ids(&["2"]));
}

/// Of units without any load: trailer y rolls alone, z with tractor 1; driver b drives a truck that stands.
#[tokio::test]
async fn a_look_at_all_units_leads_to_the_few_that_something_is_wrong_with() {
    let mut bench = yard().await;
    let at = bench.now;
    let standing = Fix { speed_mph: Some(0.0), ..truck_fix(36.0, at) };
    let trucks = vec![
        fix("1", 35.0, at),
        Change::Fix { kind: UnitKind::Tractor, external_id: "2".into(), fix: standing },
        fix("3", 40.0, at),
    ];
    bench.tell("samsara", "vehicle_stats", trucks).await;
    let rolls = vec![
        trailer_fix("x", 40.0, 60.0, at),
        trailer_fix("y", 30.0, 60.0, at),
        trailer_fix("z", 35.0, 60.0, at),
    ];
    bench.tell("samsara", "trailer_stats", rolls).await;
    let clocks = |status| Clocks { status: Some(status), as_of_at: at, ..Clocks::default() };
    let told = vec![
        Change::Clocks { external_id: "a".into(), clocks: clocks(DutyStatus::Driving) },
        Change::Clocks { external_id: "b".into(), clocks: clocks(DutyStatus::Driving) },
    ];
    bench.tell("samsara", "hos_clocks", told).await;
    let mut reader = Reader::open(&bench.path(), Scope::Judged).unwrap();
    let fresh = Freshness::of(&reader.fleet(bench.now).unwrap().feeds, bench.now);
    look_out(&mut reader, &fresh).unwrap();
    let [tractors, trailers, drivers] = names(&reader.fleet(bench.now).unwrap());
    assert_eq!((tractors.as_str(), trailers.as_str()), ("2", "y"));
    assert!(drivers.contains('b'), "{drivers}");
}

fn truck_fix(latitude: f64, at: Timestamp) -> Fix {
    Fix {
        latitude,
        longitude: -100.0,
        says: None,
        speed_mph: None,
        heading_deg: None,
        place: None,
        observed_at: at,
    }
}
