//! One truck, one driver, three accounts: whose word is shown, and what is counted against whom.

use std::time::Duration;

use backhaul::model::{
    Change, Clocks, DutyStatus, Pairing, PairingSource, Profile, Reject, Tie, Timestamp, UnitKind,
};
use backhaul::store::Retention;

use super::{Bench, driver, fix, tractor};

const VIN: &str = "1M8GDM9AXKP042788";

async fn one_truck() -> Bench {
    let mut bench = Bench::new();
    let profile = |external_id: &str, name: &str| {
        let mut profile = Profile::new(UnitKind::Tractor, external_id, name);
        profile.vin = Some(VIN.into());
        Change::Profile(Box::new(profile))
    };
    bench.tell("samsara", "vehicles", vec![profile("9", "A")]).await;
    bench.tell("motive", "vehicles", vec![profile("1", "B")]).await;
    bench.tell("mcleod", "tractors", vec![profile("0412", "0412")]).await;
    assert_eq!(bench.fleet().tractors.len(), 1);
    bench
}

#[tokio::test]
async fn the_newest_sane_observation_of_any_account_is_shown_and_says_whose() {
    let mut bench = one_truck().await;
    let start = bench.now;
    let at = |secs: u64| start.plus(Duration::from_secs(secs));
    bench.later(60);
    let seen = |bench: &Bench| {
        let fleet = bench.fleet();
        let row = &fleet.tractors.at(0).unwrap();
        (row.latitude.unwrap(), row.source.clone().unwrap(), row.observed_at.unwrap())
    };
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at(10))]).await;
    bench.tell("motive", "locations", vec![fix("1", 35.002, at(20))]).await;
    assert_eq!(seen(&bench), (35.002, "motive".into(), at(20)));
    // Told later, seen earlier.
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.001, at(15))]).await;
    bench.tell("mcleod", "positions", vec![fix("0412", 35.0, at(1))]).await;
    assert_eq!(seen(&bench), (35.002, "motive".into(), at(20)));
    bench.tell("motive", "locations", vec![fix("1", 0.0, at(3600)), fix("1", 95.0, at(25))]).await;
    assert_eq!(seen(&bench), (35.002, "motive".into(), at(20)));
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.004, at(30))]).await;
    assert_eq!(seen(&bench), (35.004, "samsara".into(), at(30)));
    assert_eq!(bench.fleet().totals.rejected, 2, "that another account was earlier is nobody's fault");
}

fn log_in(driver: &str, tractor: Option<&str>) -> Change {
    Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: driver.into(),
        right: tractor.map(str::to_owned),
        by: PairingSource::Eld,
        since_at: None,
    })
}

fn clocks(external_id: &str, status: Option<DutyStatus>, drive_left_s: i64, at: Timestamp) -> Change {
    let clocks = Clocks { status, drive_left_s: Some(drive_left_s), as_of_at: at, ..Clocks::default() };
    Change::Clocks { external_id: external_id.into(), clocks }
}

async fn one_driver() -> Bench {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A"), driver("d1", "Ann Lee")]).await;
    bench.tell("motive", "vehicles", vec![tractor("1", "B"), driver("d2", "Ann Lee")]).await;
    bench.tell("mcleod", "drivers", vec![driver("LEEANN", "ANN LEE")]).await;
    assert_eq!(bench.fleet().drivers.len(), 1);
    bench
}

fn hours(bench: &Bench) -> (String, i64, String) {
    let fleet = bench.fleet();
    let row = &fleet.drivers.at(0).unwrap();
    (
        row.hos_status.word().into(),
        row.drive_left_s.unwrap_or(-1),
        row.source.clone().unwrap_or_default().into(),
    )
}

#[tokio::test]
async fn a_driver_whom_two_accounts_know_is_believed_where_he_works_at_every_poll() {
    let mut bench = one_driver().await;
    let driving = ("driving".to_owned(), 7200, "samsara".to_owned());
    for _ in 0..4 {
        bench.later(30);
        let at = bench.now;
        let here = clocks("d1", Some(DutyStatus::Driving), 7200, at);
        bench.tell("samsara", "hos_clocks", vec![log_in("d1", Some("9")), here]).await;
        assert_eq!(hours(&bench), driving);
        let at = bench.now;
        bench.tell("motive", "hos_clocks", vec![clocks("d2", Some(DutyStatus::OffDuty), 39_600, at)]).await;
        assert_eq!(hours(&bench), driving, "he idles there, however fresh that answer is");
    }
    // He leaves that truck for one with the other device.
    let at = bench.now;
    let left = clocks("d1", Some(DutyStatus::OffDuty), 7200, at);
    bench.tell("samsara", "hos_clocks", vec![log_in("d1", None), left]).await;
    assert_eq!(hours(&bench), ("off_duty".into(), 7200, "samsara".into()));
    let at = bench.now;
    let there = clocks("d2", Some(DutyStatus::OnDuty), 39_000, at);
    bench.tell("motive", "hos_clocks", vec![log_in("d2", Some("1")), there]).await;
    assert_eq!(hours(&bench), ("on_duty".into(), 39_000, "motive".into()));
}

#[tokio::test]
async fn the_hours_in_the_tms_are_a_copy_and_count_only_where_the_eld_has_fallen_silent() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![driver("d1", "Ann Lee")]).await;
    bench.tell("mcleod", "drivers", vec![driver("LEEANN", "ANN LEE")]).await;
    let (driving, start) = (Some(DutyStatus::Driving), bench.now);
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", driving, 7200, start)]).await;
    for minutes in [1, 14] {
        let at = start.plus(Duration::from_mins(minutes));
        bench.now = at;
        bench.tell("mcleod", "drivers", vec![clocks("LEEANN", driving, 7000, at)]).await;
        assert_eq!(hours(&bench), ("driving".into(), 7200, "samsara".into()), "{minutes} minutes newer");
    }
    let at = start.plus(Duration::from_mins(15));
    bench.now = at;
    bench.tell("mcleod", "drivers", vec![clocks("LEEANN", driving, 6300, at)]).await;
    assert_eq!(hours(&bench), ("driving".into(), 6300, "mcleod".into()));
    let at = start.plus(Duration::from_mins(16));
    bench.now = at;
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", driving, 6240, at)]).await;
    assert_eq!(hours(&bench), ("driving".into(), 6240, "samsara".into()));
}

#[tokio::test]
async fn a_status_and_clocks_of_two_accounts_are_never_mixed() {
    let mut bench = one_driver().await;
    let at = bench.now;
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", Some(DutyStatus::OffDuty), 39_600, at)]).await;
    // A source that tells the status apart from the clocks, as a log does.
    let (minute, at) = (Duration::from_mins(1), bench.now);
    bench.tell("motive", "hos_clocks", vec![clocks("d2", None, 7200, at)]).await;
    assert_eq!(hours(&bench), ("off_duty".into(), 39_600, "samsara".into()));
    let since_at = at.minus(minute * 10);
    let log = Change::Duty { external_id: "d2".into(), status: DutyStatus::Driving, since_at };
    bench.tell("motive", "logs", vec![log]).await;
    assert_eq!(hours(&bench), ("driving".into(), 7200, "motive".into()));
    assert_eq!(bench.fleet().drivers.at(0).unwrap().hos_status_since_at, Some(since_at));
}

#[tokio::test]
async fn what_is_set_aside_is_counted_for_each_unit_and_forgotten_with_the_history() {
    let mut bench = one_truck().await;
    for _ in 0..3 {
        let at = bench.now;
        bench.tell("samsara", "vehicle_stats", vec![fix("9", 0.0, at), fix("9", 95.0, at)]).await;
    }
    let rejects = (0..2100)
        .map(|n| Reject { external_id: format!("x{n}"), reason: "latitude is missing".into() })
        .collect();
    let batch = backhaul::model::Batch { rejects, ..backhaul::model::Batch::default() };
    bench.tell_batch("motive", "locations", batch).await;
    let counts = |sql: &str| -> i64 {
        let raw = rusqlite::Connection::open(bench.path()).unwrap();
        raw.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let of_nine = "SELECT sum(count) FROM reject_units WHERE account = 'samsara' AND external_id = '9'";
    assert_eq!(counts(of_nine), 3);
    assert_eq!(counts("SELECT count(*) FROM reject_units WHERE account = 'motive'"), 2100);
    let keep = Retention { movements: Duration::from_hours(720), positions: Duration::from_hours(720) };
    bench.store.throw_away(keep, bench.now).await.unwrap();
    assert_eq!(counts("SELECT count(*) FROM reject_units WHERE account = 'motive'"), 2000);
    assert_eq!(counts(of_nine), 3);
    let much_later = bench.now.plus(Duration::from_hours(721));
    while bench.store.throw_away(keep, much_later).await.unwrap() {}
    assert_eq!(counts("SELECT count(*) FROM reject_units"), 0);
}

#[tokio::test]
async fn a_device_that_repeats_an_old_fix_adds_nothing_to_the_history() {
    let mut bench = one_truck().await;
    let old = bench.now;
    let points = |bench: &Bench| -> i64 {
        let sql = rusqlite::Connection::open(bench.path()).unwrap();
        sql.query_row("SELECT count(*) FROM positions", [], |row| row.get(0)).unwrap()
    };
    bench.later(3600);
    for _ in 0..20 {
        bench.later(5);
        let now = bench.now;
        bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, now)]).await;
        bench.tell("motive", "locations", vec![fix("1", 35.0, old)]).await;
    }
    assert_eq!(points(&bench), 2, "one of each device");
}
