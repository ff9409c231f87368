//! The store on real files: what is committed is seen, by whom, and what a crash or damage leaves.

mod accounts;
mod audit;
mod called;
mod damage;
mod duty_days;
mod exceptions;
mod freight;
mod heeded;
mod judgements;
mod linking;
mod listed;
mod pairings;
mod rest;
mod sanity;
mod spend;
mod stands;
mod stays;
mod trail;
mod trailers;
mod upgrade;
mod wishes;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backhaul::model::{
    Batch, Change, Clocks, DutyStatus, Fix, Fleet, Pairing, PairingSource, Profile, Tie, Timestamp,
    TmsMovement, TmsOrder, TmsStop, UnitId, UnitKind,
};
use backhaul::store::{Access, Commit, Health, Reader, Scope, Store, StoreError};
use backhaul::sync::JUDGE;
use tempfile::TempDir;

/// A store in a folder of its own, written at a time that the test sets.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
    pub(crate) now: Timestamp,
}

pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_000_000);

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, notice) = Store::open(&folder.path().join("b.db"), Access::Owner, JUDGE, START).unwrap();
        assert_eq!(notice, None);
        Self { folder, store, now: START }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("b.db")
    }

    pub(crate) fn later(&mut self, secs: i64) {
        self.now = Timestamp::from_millis(self.now.millis() + secs * 1000);
    }

    pub(crate) async fn tell(&mut self, account: &str, resource: &'static str, changes: Vec<Change>) {
        self.tell_batch(account, resource, Batch { changes, ..Batch::default() }).await;
    }

    pub(crate) async fn tell_batch(&mut self, account: &str, resource: &'static str, batch: Batch) {
        self.later(1);
        let commit = Commit {
            account: account.into(),
            resource,
            batch,
            read_rev: None,
            health: Health { interval_s: 5, calls: 1, tokens_left: 9, bucket_full_at: self.now, done: true },
            now: self.now,
        };
        self.store.apply(commit).await.unwrap();
    }

    pub(crate) fn fleet(&self) -> Arc<Fleet> {
        Reader::open(&self.path(), Scope::Whole).unwrap().fleet(self.now).unwrap()
    }
}

pub(crate) fn tractor(external_id: &str, name: &str) -> Change {
    Change::Profile(Box::new(Profile::new(UnitKind::Tractor, external_id, name)))
}

pub(crate) fn driver(external_id: &str, name: &str) -> Change {
    Change::Profile(Box::new(Profile::new(UnitKind::Driver, external_id, name)))
}

pub(crate) fn fix(external_id: &str, latitude: f64, at: Timestamp) -> Change {
    let fix = Fix {
        latitude,
        longitude: -100.0,
        says: None,
        speed_mph: Some(60.0),
        heading_deg: Some(90.0),
        place: Some("I-40".into()),
        observed_at: at,
    };
    Change::Fix { kind: UnitKind::Tractor, external_id: external_id.into(), fix }
}

pub(crate) fn movement(id: &str, order: Option<&str>) -> TmsMovement {
    TmsMovement {
        id: id.into(),
        company_id: "TMS".into(),
        order_id: order.map(Into::into),
        status: backhaul::model::MovementStatus::InProgress,
        ..TmsMovement::default()
    }
}

#[tokio::test]
async fn what_one_connection_commits_another_sees_at_once_and_only_what_changed() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1"), tractor("2", "T-2")]).await;
    let mut reader = Reader::open(&bench.path(), Scope::Whole).unwrap();
    let before = reader.fleet(bench.now).unwrap();
    assert!(reader.fleet_if_changed(bench.now).unwrap().is_none());
    let seen_at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("2", 35.0, seen_at)]).await;
    let after = reader.fleet_if_changed(bench.now).unwrap().unwrap();
    let id = |n: &str| UnitId(format!("samsara:{n}").into());
    assert!(Arc::ptr_eq(before.tractors.get(&id("1")).unwrap(), after.tractors.get(&id("1")).unwrap()));
    let moved = after.tractors.get(&id("2")).unwrap();
    assert_eq!((moved.latitude, moved.observed_at), (Some(35.0), Some(seen_at)));
    assert_eq!(moved.source.as_deref(), Some("samsara"));
    assert!(
        after.feeds.iter().any(|feed| feed.resource == "vehicle_stats" && feed.last_ok_at == Some(bench.now))
    );
}

#[tokio::test]
async fn an_older_future_or_impossible_fix_moves_nothing() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("1", 35.0, at)]).await;
    let hour = std::time::Duration::from_hours(1);
    let others = vec![
        fix("1", 36.0, at.minus(hour)),
        fix("1", 37.0, at.plus(hour)),
        fix("1", 122.0, at.plus(hour / 3600)),
    ];
    bench.tell("samsara", "vehicle_stats", others).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.tractors.at(0).unwrap().latitude, Some(35.0));
    assert_eq!(fleet.totals.rejected, 3, "and all three are counted");
}

#[tokio::test]
async fn telling_the_same_again_moves_synced_at_and_never_updated_at() {
    let mut bench = Bench::new();
    let mut stop = TmsStop {
        id: "s1".into(),
        company_id: "TMS".into(),
        movement_id: Some("10".into()),
        ..TmsStop::default()
    };
    stop.order_id = Some("007".into());
    let order = TmsOrder {
        id: "007".into(),
        company_id: "TMS".into(),
        customer_id: Some("ACME".into()),
        ..TmsOrder::default()
    };
    let clocks = |at| Clocks {
        status: Some(DutyStatus::OffDuty),
        drive_left_s: Some(39_600),
        as_of_at: at,
        ..Clocks::default()
    };
    let pairing = Pairing {
        tie: Tie::DriverTractor,
        left: "d".into(),
        right: Some("1".into()),
        by: PairingSource::Eld,
        since_at: None,
    };
    let at = bench.now;
    let mut rows = Vec::new();
    for _ in 0..2 {
        bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
        bench.tell("samsara", "drivers", vec![driver("d", "Ann Lee")]).await;
        bench.tell("samsara", "vehicle_stats", vec![fix("1", 35.0, at)]).await;
        let clocks = clocks(bench.now);
        bench
            .tell(
                "samsara",
                "hos_clocks",
                vec![Change::Clocks { external_id: "d".into(), clocks }, Change::Pairing(pairing.clone())],
            )
            .await;
        bench
            .tell(
                "mcleod",
                "movements",
                vec![Change::Movement(Box::new(movement("10", None))), Change::Stop(Box::new(stop.clone()))],
            )
            .await;
        bench.tell("mcleod", "orders", vec![Change::Order(Box::new(order.clone()))]).await;
        let fleet = bench.fleet();
        let times = |row: (Timestamp, Timestamp)| row;
        rows.push([
            times((fleet.tractors.at(0).unwrap().updated_at, fleet.tractors.at(0).unwrap().synced_at)),
            times((fleet.drivers.at(0).unwrap().updated_at, fleet.drivers.at(0).unwrap().synced_at)),
            times((fleet.movements.at(0).unwrap().updated_at, fleet.movements.at(0).unwrap().synced_at)),
            times((fleet.orders.at(0).unwrap().updated_at, fleet.orders.at(0).unwrap().synced_at)),
            times((fleet.stops.at(0).unwrap().updated_at, fleet.stops.at(0).unwrap().synced_at)),
        ]);
        bench.later(15);
    }
    for (first, second) in rows[0].iter().zip(&rows[1]) {
        assert_eq!(first.0, second.0, "content did not change");
        assert!(first.1 < second.1, "but it was confirmed");
    }
    let fleet = bench.fleet();
    assert_eq!(
        fleet.movements.at(0).unwrap().tms.order_id.as_deref(),
        Some("007"),
        "the stop says which order it is"
    );
    assert_eq!(fleet.orders.at(0).unwrap().tms.movement_id.as_deref(), Some("10"));
    assert_eq!(fleet.drivers.at(0).unwrap().tractor_id, Some(UnitId("samsara:1".into())));
    assert_eq!(fleet.drivers.at(0).unwrap().latitude, Some(35.0), "a driver is where the tractor is");
}

#[tokio::test]
async fn what_changes_nothing_but_an_age_is_written_down_four_times_a_minute_and_what_changes_at_once() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    bench.tell("samsara", "drivers", vec![driver("d", "Ann Lee")]).await;
    let at = bench.now;
    let mut written = Vec::new();
    for round in 0..10 {
        bench.later(3);
        // In the seventh round, when nothing is due, the truck moves and the clock runs.
        let (latitude, seen_at, left) = if round < 7 {
            (35.0, at, 39_600)
        } else {
            (35.005, START.plus(Duration::from_secs(30)), 39_540)
        };
        let clocks = Clocks { drive_left_s: Some(left), as_of_at: bench.now, ..Clocks::default() };
        let told = vec![fix("1", latitude, seen_at), Change::Clocks { external_id: "d".into(), clocks }];
        bench.tell("samsara", "vehicle_stats", told).await;
        let fleet = bench.fleet();
        let (truck, driver) = (&fleet.tractors.at(0).unwrap(), &fleet.drivers.at(0).unwrap());
        let secs = |at: Timestamp| at.secs_since(START);
        written.push((secs(truck.synced_at), driver.hos_as_of_at.map(secs), driver.drive_left_s));
    }
    let synced: Vec<_> = written.iter().map(|row| row.0).collect();
    assert_eq!(synced, [6, 6, 6, 6, 22, 22, 22, 34, 34, 34]);
    let as_of: Vec<_> = written.iter().filter_map(|row| row.1).collect();
    assert_eq!(as_of, [5, 5, 5, 5, 21, 21, 21, 33, 33, 33]);
    assert_eq!(written[6].2, Some(39_600));
    assert_eq!(written[7].2, Some(39_540));
}

#[tokio::test]
async fn a_complete_read_retires_what_it_does_not_name() {
    let mut bench = Bench::new();
    let all = |changes| Batch { changes, complete: true, ..Batch::default() };
    bench.tell_batch("samsara", "vehicles", all(vec![tractor("1", "T-1"), tractor("2", "T-2")])).await;
    bench.tell_batch("samsara", "vehicles", all(vec![tractor("2", "T-2")])).await;
    let numbers =
        |fleet: &Fleet| fleet.tractors.iter().map(|row| row.unit_number.clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&bench.fleet()), ["T-2"]);
    bench.tell_batch("samsara", "vehicles", all(vec![tractor("1", "T-1"), tractor("2", "T-2")])).await;
    assert_eq!(numbers(&bench.fleet()), ["T-1", "T-2"], "it came back under its old id");
    assert_eq!(bench.fleet().tractors.at(0).unwrap().id.0, "samsara:1");
}

#[tokio::test]
async fn an_empty_list_is_a_fault_of_the_service_and_not_the_end_of_the_fleet() {
    let mut bench = Bench::new();
    let all = |changes| Batch { changes, complete: true, ..Batch::default() };
    bench.tell_batch("samsara", "vehicles", all(vec![tractor("1", "T-1")])).await;
    bench.tell_batch("samsara", "vehicles", all(Vec::new())).await;
    let fleet = bench.fleet();
    assert_eq!((fleet.tractors.len(), fleet.totals.rejected), (1, 1));
}

#[tokio::test]
async fn a_clock_that_is_set_back_takes_no_unit_away_and_stops_no_hours() {
    let mut bench = Bench::new();
    let all = |changes| Batch { changes, complete: true, ..Batch::default() };
    let clocks = |left, at| Change::Clocks {
        external_id: "d".into(),
        clocks: Clocks {
            status: Some(DutyStatus::Driving),
            drive_left_s: Some(left),
            as_of_at: at,
            ..Clocks::default()
        },
    };
    bench.tell_batch("samsara", "vehicles", all(vec![tractor("1", "T-1")])).await;
    bench.tell("samsara", "drivers", vec![driver("d", "Ann Lee")]).await;
    let at = bench.now;
    bench.tell("samsara", "hos_clocks", vec![clocks(36_000, at)]).await;
    bench.later(-1800);
    bench.tell_batch("samsara", "vehicles", all(vec![tractor("1", "T-1")])).await;
    let at = bench.now;
    bench.tell("samsara", "hos_clocks", vec![clocks(600, at)]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.tractors.len(), 1);
    assert_eq!(fleet.drivers.at(0).unwrap().drive_left_s, Some(600));
}

#[tokio::test]
async fn an_account_that_left_the_configuration_takes_no_part_after_a_day() {
    let mut bench = Bench::new();
    bench.tell("motive", "vehicles", vec![tractor("1", "M-1")]).await;
    bench.tell("samsara", "vehicles", vec![tractor("1", "S-1")]).await;
    let keep =
        async |bench: &Bench| bench.store.keep_accounts(vec!["samsara".into()], bench.now).await.unwrap();
    keep(&bench).await;
    assert!(bench.fleet().feeds.iter().all(|feed| feed.account == "samsara"));
    assert_eq!(bench.fleet().tractors.len(), 2, "a variable that was forgotten once empties no screen");
    bench.later(25 * 3600);
    keep(&bench).await;
    let fleet = bench.fleet();
    let numbers: Vec<_> = fleet.tractors.iter().map(|row| row.unit_number.as_str()).collect();
    assert_eq!(numbers, ["S-1"]);
}

#[tokio::test]
async fn a_silent_unit_is_called_dark_for_whoever_reads_the_file() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("1", 35.0, at)]).await;
    let before = bench.fleet();
    bench.later(3600);
    bench.store.darken(bench.now).await.unwrap();
    let fleet = bench.fleet();
    let row = &fleet.tractors.at(0).unwrap();
    assert_eq!((row.state.word(), row.state_since_at), ("dark", Some(at)));
    assert_eq!(row.updated_at, before.tractors.at(0).unwrap().updated_at);
}

#[tokio::test]
async fn a_movement_names_its_units_and_they_name_it() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    bench.tell("mcleod", "drivers", vec![driver("SMITHJO", "JOHN SMITH")]).await;
    bench
        .tell(
            "mcleod",
            "trailers",
            vec![Change::Profile(Box::new(Profile::new(UnitKind::Trailer, "R53", "R53")))],
        )
        .await;
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("10", Some("007"))))]).await;
    assert_eq!(bench.fleet().movements.at(0).unwrap().tractor_id, None);
    let wanted =
        bench.store.wanted("mcleod", backhaul::model::Want::MovementsToHydrate, 9, bench.now).await.unwrap();
    assert_eq!(wanted, ["10"]);
    let assignment = backhaul::model::Assignment {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        driver: Some("SMITHJO".into()),
        tractor: Some("4471".into()),
        trailer: Some("R53".into()),
        more_trailers: Vec::new(),
        driver2: None,
    };
    bench
        .tell(
            "mcleod",
            "assignments",
            vec![Change::Movement(Box::new(movement("10", Some("007")))), Change::Assignment(assignment)],
        )
        .await;
    let wanted =
        bench.store.wanted("mcleod", backhaul::model::Want::MovementsToHydrate, 9, bench.now).await.unwrap();
    assert!(wanted.is_empty());
    let fleet = bench.fleet();
    let (movement, tractor) = (&fleet.movements.at(0).unwrap(), &fleet.tractors.at(0).unwrap());
    assert_eq!(movement.driver_id.as_ref().unwrap().0, "mcleod:SMITHJO");
    assert_eq!(tractor.driver_id, movement.driver_id);
    assert_eq!(tractor.trailer_id, movement.trailer_id);
    assert_eq!(tractor.movement_id.as_deref(), Some("10"));
    assert_eq!(fleet.trailers.at(0).unwrap().attached_by.as_deref(), Some("load"));
    bench
        .tell(
            "mcleod",
            "assignments",
            vec![Change::MovementGone { company_id: "TMS".into(), id: "10".into() }],
        )
        .await;
    let fleet = bench.fleet();
    assert_eq!(fleet.movements.at(0).unwrap().tms.status.word(), "void");
    assert_eq!(fleet.tractors.at(0).unwrap().movement_id, None);
}

#[tokio::test]
async fn nobody_polls_into_a_newer_file() {
    let bench = Bench::new();
    let raw = rusqlite::Connection::open(bench.path()).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let refused = Store::open(&bench.path(), Access::Owner, JUDGE, START).err().unwrap();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused}");
}

#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/b.db");
    let (_store, _) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join("new/deep/b.db-wal")), 0o600);
    assert_eq!(mode(&folder.path().join("new/deep")), 0o700);
}

#[test]
fn a_group_of_the_configuration_gets_the_folder_and_the_files() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared/b.db");
    // Our own group: the only one that everybody may give files to.
    let group = folder.path().metadata().unwrap().gid();
    let (_store, _) = Store::open(&path, Access::Group(group), JUDGE, START).unwrap();
    let check = |name: &str, mode: u32| {
        let meta = folder.path().join(name).metadata().unwrap();
        assert_eq!((meta.permissions().mode() & 0o7777, meta.gid()), (mode, group), "{name}");
    };
    check("shared", 0o2770);
    check("shared/b.db", 0o660);
    check("shared/b.db-wal", 0o660);
}

#[test]
fn eight_processes_worth_of_openers_migrate_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.db");
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || backhaul::store::People::open(&path, Access::Owner).map(drop))
        })
        .collect();
    for opener in openers {
        opener.join().unwrap().unwrap();
    }
}
