//! What feeds of positions and hours call units and drivers whom no roster has named: by which number they are shown and
//! joined, and what a roster makes of it.

use backhaul::model::{Batch, Called, Change, Clocks, DutyStatus, Profile, UnitKind};
use backhaul::providers::Ask;
use backhaul::providers::motive::normalise;
use rusqlite::Connection;

use super::{Bench, driver, fix, tractor};

const VIN: &str = "1M8GDM9AXKP042788";

fn called(kind: UnitKind, external_id: &str, name: &str, vin: Option<&str>, refs: &[&str]) -> Change {
    let (external_id, name, vin) = (external_id.to_owned(), name.to_owned(), vin.map(str::to_owned));
    let refs = refs.iter().map(|&id| id.to_owned()).collect();
    Change::Called(Box::new(Called { kind, external_id, name, active: true, vin, refs }))
}

fn truck(external_id: &str, name: &str) -> Change {
    called(UnitKind::Tractor, external_id, name, None, &[])
}

/// Every tractor by its number, and how far north it is.
fn board(bench: &Bench) -> Vec<String> {
    let fleet = bench.fleet();
    let row =
        |latitude: Option<f64>| latitude.map_or_else(|| "nowhere".to_owned(), |north| north.to_string());
    let mut rows: Vec<_> =
        fleet.tractors.iter().map(|unit| format!("{} {}", unit.unit_number, row(unit.latitude))).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_unit_that_only_a_feed_names_bears_the_number_that_the_feed_tells_and_is_joined_by_it() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("504", "504"), tractor("T-304", "T-304")]).await;
    let at = bench.now;
    // Before anybody had called it anything, it was shown by its id.
    bench.tell("motive", "vehicle_locations", vec![fix("504", 36.0, at)]).await;
    assert_eq!(board(&bench), ["504 36", "504 nowhere", "T-304 nowhere"]);
    let seen = vec![truck("504", "T-304"), fix("504", 36.0, at), truck("77", "X-77"), fix("77", 37.0, at)];
    bench.tell("motive", "vehicle_locations", seen).await;
    assert_eq!(board(&bench), ["504 nowhere", "T-304 36", "X-77 37"]);
    let renamed = vec![truck("77", "504"), fix("77", 37.0, at)];
    bench.tell("motive", "vehicle_locations", renamed).await;
    assert_eq!(board(&bench), ["504 37", "T-304 36"]);
}

/// What Motive answers, read as it is when that comes.
fn motive(bench: &Bench, resource: &'static str, text: &str) -> Batch {
    let ask = Ask { resource, cursor: None, page: None, restart: false, wanted: &[], now: bench.now };
    normalise(ask, text.as_bytes()).unwrap().batch
}

#[tokio::test]
async fn a_motive_truck_that_its_roster_does_not_list_is_the_tms_truck_of_its_number() {
    let mut bench = Bench::new();
    // The answers are of the 20th.
    bench.later(3 * 24 * 3600);
    let of_the_tms = ["T-301", "504", "T-304"].map(|number| tractor(number, number));
    bench.tell("mcleod", "tractors", of_the_tms.to_vec()).await;
    let roster = motive(&bench, "vehicles", include_str!("../../data/motive/vehicles_v1.json"));
    bench.tell_batch("motive", "vehicles", roster).await;
    let seen =
        motive(&bench, "vehicle_locations", include_str!("../../data/motive/vehicle_locations_v3_list.json"));
    bench.tell_batch("motive", "vehicle_locations", seen).await;
    assert_eq!(board(&bench), ["504 nowhere", "T-301 39.5296", "T-304 36.1147"]);
}

#[tokio::test]
async fn two_trucks_of_one_number_and_other_vins_are_two() {
    let mut bench = Bench::new();
    let mut of_the_tms = Profile::new(UnitKind::Tractor, "504", "504");
    of_the_tms.vin = Some(VIN.into());
    bench.tell("mcleod", "tractors", vec![Change::Profile(Box::new(of_the_tms))]).await;
    let at = bench.now;
    let other = called(UnitKind::Tractor, "9", "504", Some("1FUJGLDR5CLBP8834"), &[]);
    bench.tell("motive", "vehicle_locations", vec![other, fix("9", 36.0, at)]).await;
    assert_eq!(board(&bench), ["504 36", "504 nowhere"]);
    assert_eq!(bench.fleet().conflicts.len(), 1, "and that is said");
}

#[tokio::test]
async fn where_a_roster_has_told_what_a_feed_calls_a_unit_changes_nothing() {
    let mut bench = Bench::new();
    let at = bench.now;
    let seen = |name: &str| vec![truck("9", name), fix("9", 36.0, at)];
    let roster = |changes| Batch { changes, complete: true, ..Batch::default() };
    bench.tell("motive", "vehicle_locations", seen("T-9")).await;
    bench.tell_batch("motive", "vehicles", roster(vec![tractor("9", "T-9 new"), tractor("8", "T-8")])).await;
    assert_eq!(board(&bench), ["T-8 nowhere", "T-9 new 36"]);
    for name in ["T-9", "T-9 old"] {
        bench.tell("motive", "vehicle_locations", seen(name)).await;
        assert_eq!(board(&bench), ["T-8 nowhere", "T-9 new 36"], "{name}");
    }
    // The roster names it no more: no feed brings it back, by whatever number.
    bench.tell_batch("motive", "vehicles", roster(vec![tractor("8", "T-8")])).await;
    for name in ["T-9", "T-9 old", "T-9 older"] {
        bench.tell("motive", "vehicle_locations", seen(name)).await;
        assert_eq!(board(&bench), ["T-8 nowhere"], "{name}");
    }
    bench.tell_batch("motive", "vehicles", roster(vec![tractor("8", "T-8"), tractor("9", "T-9")])).await;
    assert_eq!(board(&bench), ["T-8 nowhere", "T-9 36"]);
}

#[tokio::test]
async fn a_whole_roster_that_does_not_list_a_unit_yet_ends_nothing_of_it() {
    let mut bench = Bench::new();
    let at = bench.now;
    let seen = Batch {
        changes: vec![truck("9", "T-9"), fix("9", 36.0, at)],
        // Who is logged in to none of these is logged in nowhere: that is all that such a list is whole of.
        complete: true,
        ..Batch::default()
    };
    bench.tell_batch("motive", "vehicle_locations", seen.clone()).await;
    let roster = Batch { changes: vec![tractor("8", "T-8")], complete: true, ..Batch::default() };
    bench.tell_batch("motive", "vehicles", roster.clone()).await;
    bench.tell_batch("motive", "vehicle_locations", seen).await;
    bench.tell_batch("motive", "vehicles", roster).await;
    let none = Batch { complete: true, ..Batch::default() };
    bench.tell_batch("motive", "vehicle_locations", none).await;
    assert_eq!(board(&bench), ["T-8 nowhere", "T-9 36"]);
}

#[tokio::test]
async fn what_is_called_as_before_is_not_written_again() {
    let mut bench = Bench::new();
    let at = bench.now;
    let seen = |names: [&str; 2]| {
        let [nine, eight] = names;
        vec![truck("9", nine), fix("9", 36.0, at), truck("8", eight), fix("8", 36.0, at)]
    };
    bench.tell("motive", "vehicles", vec![tractor("8", "T-8")]).await;
    bench.tell("motive", "vehicle_locations", seen(["T-9", "T-8"])).await;
    let written = |bench: &Bench| {
        let sql = Connection::open(bench.path()).unwrap();
        let all = "SELECT external_id || ' ' || resource || ' ' || name || ' ' || seen_rev FROM profiles";
        let mut statement = sql.prepare(all).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let before = written(&bench);
    assert_eq!(before.len(), 2);
    bench.tell("motive", "vehicle_locations", seen(["T-9", "T-8"])).await;
    bench.tell("motive", "vehicle_locations", seen(["T-9", "other"])).await;
    assert_eq!(written(&bench), before);
    bench.tell("motive", "vehicle_locations", seen(["T-9 b", "T-8"])).await;
    assert_ne!(written(&bench), before);
}

#[tokio::test]
async fn an_account_that_comes_back_without_its_roster_has_its_units_by_their_numbers_again() {
    let mut bench = Bench::new();
    let at = bench.now;
    let seen = || vec![truck("9", "T-9"), fix("9", 36.0, at)];
    bench.tell("motive", "vehicle_locations", seen()).await;
    bench.later(3 * 24 * 3600);
    bench.store.keep_accounts(Vec::new(), bench.now).await.unwrap();
    assert_eq!(board(&bench), Vec::<String>::new());
    bench.tell("motive", "vehicle_locations", seen()).await;
    assert_eq!(board(&bench), ["T-9 36"]);
}

#[tokio::test]
async fn hours_of_a_driver_whom_no_roster_names_are_his_by_the_name_that_they_come_with() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "drivers", vec![driver("REYESAN", "REYES ANA")]).await;
    let at = bench.now;
    let hours = |named: Option<Change>| {
        let clocks = Clocks { status: Some(DutyStatus::Driving), as_of_at: at, ..Clocks::default() };
        named.into_iter().chain([Change::Clocks { external_id: "800001".into(), clocks }]).collect()
    };
    let drivers = |bench: &Bench| {
        let row = |row: &backhaul::model::Driver| format!("{} {}", row.name, row.hos_status.word());
        bench.fleet().drivers.iter().map(|driver| row(driver)).collect::<Vec<_>>()
    };
    bench.tell("motive", "available_time", hours(None)).await;
    assert_eq!(drivers(&bench), ["REYES ANA unknown"], "nobody knows whose they are");
    let ana = |active| {
        let Change::Called(called) = called(UnitKind::Driver, "800001", "Ana Reyes", None, &["REYESAN"])
        else {
            unreachable!()
        };
        Change::Called(Box::new(Called { active, ..*called }))
    };
    bench.tell("motive", "available_time", hours(Some(ana(true)))).await;
    assert_eq!(drivers(&bench), ["REYES ANA driving"]);
    // She has left that company, whose word on her hours counts no more.
    bench.tell("motive", "available_time", vec![ana(false)]).await;
    bench.later(60);
    bench.tell("motive", "available_time", hours(None)).await;
    let sql = Connection::open(bench.path()).unwrap();
    let active = "SELECT active FROM profiles WHERE kind = 'driver' AND account = 'motive'";
    assert!(!sql.query_row(active, [], |row| row.get::<_, bool>(0)).unwrap());
    assert_eq!(bench.fleet().drivers.len(), 1);
}
