//! A person's `[[link]]` in the store: what becomes one, what becomes two again, and that a second
//! time does the same.

use std::time::Duration;

use backhaul::model::{
    Assignment, Change, Clocks, DutyStatus, Engine, Fleet, MovementStatus, Pairing, PairingSource, Profile,
    RecordName, Telemetry, Tie, Timestamp, UnitKind, Wish,
};
use backhaul::store::{Access, Store};
use backhaul::sync::JUDGE;

use super::{Bench, driver, fix, tractor};

fn wish(kind: UnitKind, units: &[&str]) -> Wish {
    Wish { kind, units: units.iter().map(|unit| RecordName::parse(unit).unwrap()).collect(), same: true }
}

impl Bench {
    async fn wish(&mut self, wishes: &[Wish]) {
        self.later(1);
        self.store.take_on(wishes.to_vec(), self.now).await.unwrap();
    }

    fn subjects(&self) -> Vec<(String, String)> {
        let raw = rusqlite::Connection::open(self.path()).unwrap();
        let mut select = raw.prepare("SELECT text, subject_id FROM actions ORDER BY id").unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn note(&self, kind: &str, subject: &str) {
        let raw = rusqlite::Connection::open(self.path()).unwrap();
        let insert = "INSERT INTO actions (at, user, host, verb, kind, subject_id, text) VALUES (1, 'ann', 'box', 'note', ?1, ?2, ?2)";
        raw.execute(insert, [kind, subject]).unwrap();
    }
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

fn clocks(external_id: &str, status: DutyStatus, drive_left_s: i64, at: Timestamp) -> Change {
    let clocks =
        Clocks { status: Some(status), drive_left_s: Some(drive_left_s), as_of_at: at, ..Clocks::default() };
    Change::Clocks { external_id: external_id.into(), clocks }
}

fn readings(external_id: &str, fuel: f64, at: Timestamp) -> Change {
    let telemetry =
        Telemetry { engine: Some((Engine::On, at)), fuel_pct: Some((fuel, at)), odometer_mi: None };
    Change::Telemetry { external_id: external_id.into(), telemetry }
}

fn tractors(fleet: &Fleet) -> Vec<String> {
    let rows = fleet.tractors.iter().map(|row| {
        let at = row.latitude.map_or("nowhere".to_owned(), |latitude| format!("{latitude}"));
        let source = row.source.as_deref().unwrap_or("-");
        let fuel = row.fuel_pct.map_or("-".to_owned(), |fuel| fuel.to_string());
        format!("{} {} at {at} by {source}, {}, fuel {fuel}", row.id, row.unit_number, row.state.word())
    });
    rows.collect()
}

fn drives(fleet: &Fleet) -> Vec<String> {
    let who = |row: &backhaul::model::Driver| {
        format!("{} on {}", row.id, row.tractor_id.as_ref().map_or("-", |id| id.0.as_str()))
    };
    fleet.drivers.iter().map(|row| who(row)).collect()
}

#[tokio::test]
async fn rows_become_one_and_come_apart_again_with_all_that_is_theirs_every_time() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A"), driver("d1", "Ann Lee")]).await;
    bench.tell("motive", "vehicles", vec![tractor("1", "B"), driver("d2", "Bob Ray")]).await;
    bench.tell("mcleod", "tractors", vec![tractor("0412", "0412")]).await;
    let at = bench.now;
    let second = Duration::from_secs(1);
    bench
        .tell(
            "samsara",
            "vehicle_stats",
            vec![fix("9", 35.0, at), readings("9", 50.0, at), log_in("d1", Some("9"))],
        )
        .await;
    bench
        .tell(
            "motive",
            "locations",
            vec![fix("1", 36.0, at.plus(second)), readings("1", 70.0, at), log_in("d2", Some("1"))],
        )
        .await;
    let mut over = super::movement("10", None);
    over.status = MovementStatus::Delivered;
    let assignment = Assignment {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        tractor: Some("0412".into()),
        ..Assignment::default()
    };
    bench
        .tell("mcleod", "assignments", vec![Change::Movement(Box::new(over)), Change::Assignment(assignment)])
        .await;
    for subject in ["samsara:9", "motive:1", "mcleod:0412"] {
        bench.note("tractor", subject);
    }
    let movement = |fleet: &Fleet| fleet.movements.at(0).unwrap().tractor_id.as_ref().unwrap().0.clone();
    let apart = [
        "mcleod:0412 0412 at nowhere by -, dark, fuel -",
        "motive:1 B at 36 by motive, moving, fuel 70",
        "samsara:9 A at 35 by samsara, moving, fuel 50",
    ];
    assert_eq!(tractors(&bench.fleet()), apart);
    for _ in 0..2 {
        bench.wish(&[wish(UnitKind::Tractor, &["mcleod:0412", "motive:1", "samsara:9"])]).await;
        let fleet = bench.fleet();
        assert_eq!(tractors(&fleet), ["samsara:9 0412 at 36 by motive, moving, fuel 50"]);
        assert_eq!(movement(&fleet), "samsara:9");
        assert_eq!(drives(&fleet), ["motive:d2 on samsara:9", "samsara:d1 on samsara:9"]);
        assert!(bench.subjects().iter().all(|(_, subject)| subject == "samsara:9"), "{:?}", bench.subjects());

        bench.wish(&[]).await;
        let fleet = bench.fleet();
        // Readings carry no source: of a unit that came apart nobody knows whose they were.
        assert_eq!(
            tractors(&fleet),
            [
                "mcleod:0412 0412 at nowhere by -, dark, fuel -",
                "motive:1 B at 36 by motive, moving, fuel -",
                "samsara:9 A at 35 by samsara, moving, fuel -",
            ]
        );
        assert_eq!(movement(&fleet), "mcleod:0412");
        assert_eq!(drives(&fleet), ["motive:d2 on motive:1", "samsara:d1 on samsara:9"]);
        assert!(bench.subjects().iter().all(|(noted, subject)| noted == subject), "{:?}", bench.subjects());
        let at = bench.now;
        bench.tell("samsara", "vehicle_stats", vec![readings("9", 50.0, at)]).await;
    }
}

#[tokio::test]
async fn two_records_of_one_account_come_apart_without_a_position_that_may_be_the_others() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "412"), tractor("2", "412 new")]).await;
    let (at, minute) = (bench.now, Duration::from_mins(1));
    bench.tell("samsara", "vehicle_stats", vec![fix("1", 31.0, at), fix("2", 32.0, at)]).await;
    bench.later(6 * 3600 + 300);
    bench.wish(&[wish(UnitKind::Tractor, &["samsara:1", "samsara:2"])]).await;
    bench.tell("samsara", "vehicle_stats", vec![fix("2", 33.0, at.plus(minute * 366))]).await;
    assert_eq!(tractors(&bench.fleet()), ["samsara:1 412 at 33 by samsara, moving, fuel -"]);
    bench.wish(&[]).await;
    assert_eq!(
        tractors(&bench.fleet()),
        [
            "samsara:1 412 at 31 by samsara, moving, fuel -",
            "samsara:2 412 new at 32 by samsara, moving, fuel -"
        ]
    );
}

#[tokio::test]
async fn a_drivers_hours_go_back_to_the_account_that_told_them() {
    let mut bench = Bench::new();
    bench.tell("samsara", "drivers", vec![driver("d1", "Ann Lee")]).await;
    bench.tell("motive", "users", vec![driver("d2", "A. Lee")]).await;
    let at = bench.now;
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", DutyStatus::OffDuty, 39_600, at)]).await;
    bench.tell("motive", "hos_clocks", vec![clocks("d2", DutyStatus::Driving, 7200, at)]).await;
    let shown = |bench: &Bench| -> Vec<String> {
        let fleet = bench.fleet();
        let rows = fleet.drivers.iter().map(|row| {
            let (source, left) = (row.source.as_deref().unwrap_or("-"), row.drive_left_s.unwrap_or(-1));
            format!("{} {} {left} by {source}", row.id, row.hos_status.word())
        });
        rows.collect()
    };
    let apart = ["motive:d2 driving 7200 by motive", "samsara:d1 off_duty 39600 by samsara"];
    assert_eq!(shown(&bench), apart);
    for _ in 0..2 {
        bench.wish(&[wish(UnitKind::Driver, &["samsara:d1", "motive:d2"])]).await;
        assert_eq!(shown(&bench), ["samsara:d1 driving 7200 by motive"]);
        bench.wish(&[]).await;
        assert_eq!(shown(&bench), apart);
    }
}

#[tokio::test]
async fn a_link_waits_for_its_record_and_the_changed_file_counts_at_the_next_start() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A")]).await;
    let wishes = [wish(UnitKind::Tractor, &["samsara:9", "mcleod:412"])];
    bench.wish(&wishes).await;
    let waiting =
        backhaul::store::Reader::open(&bench.path(), backhaul::store::Scope::Whole).unwrap().waiting();
    let waiting: Vec<_> = waiting.unwrap().into_iter().map(|waiting| (waiting.kind, waiting.unit)).collect();
    assert_eq!(waiting, [(UnitKind::Tractor, "mcleod:412".to_owned())]);
    // Another process polls from here on; it is told the same, and the record comes.
    bench.store = Store::open(&bench.path(), Access::Owner, JUDGE, bench.now).unwrap().0;
    bench.wish(&wishes).await;
    let before = bench.fleet().revision;
    bench.wish(&wishes).await;
    assert_eq!(bench.fleet().revision, before, "the same links are no commit");
    bench.tell("mcleod", "tractors", vec![tractor("0412", "0412")]).await;
    assert_eq!(tractors(&bench.fleet()), ["samsara:9 0412 at nowhere by -, dark, fuel -"]);
    let reader = backhaul::store::Reader::open(&bench.path(), backhaul::store::Scope::Whole).unwrap();
    assert!(reader.waiting().unwrap().is_empty());
    bench.wish(&[]).await;
    assert_eq!(bench.fleet().tractors.len(), 2);
}

#[tokio::test]
async fn what_a_person_keeps_apart_splits_what_a_rule_joined() {
    let mut bench = Bench::new();
    let vin = |external_id: &str, name: &str| {
        let mut profile = Profile::new(UnitKind::Tractor, external_id, name);
        profile.vin = Some("1M8GDM9AXKP042788".into());
        Change::Profile(Box::new(profile))
    };
    bench.tell("samsara", "vehicles", vec![vin("9", "A")]).await;
    bench.tell("motive", "vehicles", vec![vin("1", "B")]).await;
    assert_eq!(bench.fleet().tractors.len(), 1);
    bench.wish(&[Wish { same: false, ..wish(UnitKind::Tractor, &["samsara:9", "motive:1"]) }]).await;
    let fleet = bench.fleet();
    assert_eq!((fleet.tractors.len(), fleet.conflicts.len()), (2, 0));
}
