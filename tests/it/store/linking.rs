//! One unit, one row: what joins, what splits, and what stays the same meanwhile.

use backhaul::model::{
    Batch, Change, Clocks, DutyStatus, Pairing, PairingSource, Profile, Reject, Tie, UnitKind,
};
use backhaul::store::{Commit, Health};

use super::{Bench, driver, fix, tractor};

const VIN: &str = "1M8GDM9AXKP042788";

fn with_vin(external_id: &str, name: &str, vin: &str) -> Change {
    let mut profile = Profile::new(UnitKind::Tractor, external_id, name);
    profile.vin = Some(vin.into());
    Change::Profile(Box::new(profile))
}

#[tokio::test]
async fn the_older_id_stays_and_the_tms_spelling_shows() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![with_vin("9", "truck 412", VIN)]).await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at)]).await;
    bench.tell("mcleod", "tractors", vec![with_vin("0412", "0412", VIN)]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.tractors.len(), 1);
    let row = &fleet.tractors.at(0).unwrap();
    assert_eq!(
        (row.id.0.as_str(), row.unit_number.as_str(), row.latitude),
        ("samsara:9", "0412", Some(35.0))
    );
}

/// Commits a page of a roster that goes on in another.
async fn first_page(bench: &mut Bench, account: &str, resource: &'static str, changes: Vec<Change>) {
    bench.later(1);
    let batch = Batch { changes, ..Batch::default() };
    let (account, health, now) = (account.into(), Health::default(), bench.now);
    let commit = Commit { account, resource, batch, read_rev: None, health, now };
    bench.store.apply(commit).await.unwrap();
}

fn names(bench: &Bench) -> Vec<String> {
    bench.fleet().tractors.iter().map(|row| row.unit_number.to_string()).collect()
}

#[tokio::test]
async fn what_changed_on_an_earlier_page_of_a_roster_shows_at_its_end() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "A"), tractor("2", "B")]).await;
    first_page(&mut bench, "samsara", "vehicles", vec![tractor("1", "renamed")]).await;
    assert_eq!(names(&bench), ["A", "B"], "a roster of many pages is linked once");
    bench.tell("samsara", "vehicles", vec![tractor("2", "B")]).await;
    assert_eq!(names(&bench), ["renamed", "B"]);
}

#[tokio::test]
async fn a_roster_that_broke_off_shows_as_soon_as_its_account_tells_of_a_unit() {
    let mut bench = Bench::new();
    bench.tell("motive", "vehicles", vec![tractor("7", "C")]).await;
    bench.tell("samsara", "vehicles", vec![tractor("1", "A")]).await;
    first_page(&mut bench, "samsara", "vehicles", vec![tractor("1", "renamed"), tractor("2", "new")]).await;
    let at = bench.now;
    bench.tell("motive", "locations", vec![fix("7", 36.0, at)]).await;
    assert_eq!(names(&bench), ["C", "A"], "what another account tells goes to the right unit all the same");
    first_page(&mut bench, "samsara", "vehicle_stats", vec![fix("2", 35.0, at)]).await;
    assert_eq!(names(&bench), ["C", "renamed", "new"]);
    assert_eq!(bench.fleet().tractors.at(2).unwrap().latitude, Some(35.0));
}

#[tokio::test]
async fn two_rows_that_turn_out_to_be_one_are_folded_with_the_newest_position() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A")]).await;
    bench.tell("motive", "vehicles", vec![tractor("1", "B")]).await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at)]).await;
    bench.tell("motive", "locations", vec![fix("1", 36.0, at.plus(std::time::Duration::from_secs(1)))]).await;
    assert_eq!(bench.fleet().tractors.len(), 2);
    bench.tell("samsara", "vehicles", vec![with_vin("9", "A", VIN)]).await;
    bench.tell("motive", "vehicles", vec![with_vin("1", "B", VIN)]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.tractors.len(), 1);
    let row = &fleet.tractors.at(0).unwrap();
    assert_eq!(
        (row.id.0.as_str(), row.latitude, row.source.as_deref()),
        ("samsara:9", Some(36.0), Some("motive"))
    );

    // The VIN was a typing error: both are there again, each with what its own account told.
    bench.tell("motive", "vehicles", vec![with_vin("1", "B", "1FUJGLDR5CLBP8834")]).await;
    let fleet = bench.fleet();
    let rows: Vec<_> = fleet
        .tractors
        .iter()
        .map(|row| (row.id.0.as_str(), row.unit_number.as_str(), row.latitude))
        .collect();
    assert_eq!(rows, [("motive:1", "B", Some(36.0)), ("samsara:9", "A", Some(35.0))]);
}

#[tokio::test]
async fn a_tie_is_listed_as_a_conflict_until_it_is_gone() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "101"), tractor("2", "0101")]).await;
    bench.tell("mcleod", "tractors", vec![tractor("101", "101")]).await;
    assert_eq!(bench.fleet().tractors.len(), 3);
    assert_eq!(bench.fleet().conflicts[0].records, ["mcleod:101", "samsara:1", "samsara:2"]);
    let rest = Batch { changes: vec![tractor("1", "101")], complete: true, ..Batch::default() };
    bench.tell_batch("samsara", "vehicles", rest).await;
    let fleet = bench.fleet();
    assert!(fleet.conflicts.is_empty());
    assert_eq!(fleet.tractors.len(), 1);
}

#[tokio::test]
async fn a_first_fix_before_the_roster_is_not_lost() {
    let mut bench = Bench::new();
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at)]).await;
    bench.tell("samsara", "vehicles", vec![tractor("9", "T-9")]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.tractors.len(), 1);
    assert_eq!(
        (fleet.tractors.at(0).unwrap().unit_number.as_str(), fleet.tractors.at(0).unwrap().latitude),
        ("T-9", Some(35.0))
    );
}

#[tokio::test]
async fn who_left_is_neither_listed_nor_joined() {
    let mut bench = Bench::new();
    let mut left = Profile::new(UnitKind::Driver, "8", "John Smith");
    left.active = false;
    bench.tell("samsara", "drivers", vec![Change::Profile(Box::new(left)), driver("5", "John Smith")]).await;
    bench.tell("mcleod", "drivers", vec![driver("SMITHJO", "JOHN SMITH")]).await;
    let at = bench.now;
    let clocks = |external_id: &str| Change::Clocks {
        external_id: external_id.into(),
        clocks: Clocks { status: Some(DutyStatus::Driving), as_of_at: at, ..Clocks::default() },
    };
    bench.tell("samsara", "hos_clocks", vec![clocks("8"), clocks("5")]).await;
    let fleet = bench.fleet();
    let rows: Vec<_> =
        fleet.drivers.iter().map(|row| (row.id.0.as_str(), row.name.as_str(), row.hos_status)).collect();
    assert_eq!(rows, [("samsara:5", "JOHN SMITH", DutyStatus::Driving)]);
}

#[tokio::test]
async fn a_deactivated_record_that_was_joined_moves_the_unit_no_more() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![with_vin("9", "A", VIN)]).await;
    bench.tell("motive", "vehicles", vec![with_vin("1", "B", VIN)]).await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at)]).await;
    let mut left = Profile::new(UnitKind::Tractor, "1", "B");
    (left.vin, left.active) = (Some(VIN.into()), false);
    bench.tell("motive", "vehicles", vec![Change::Profile(Box::new(left))]).await;
    bench.tell("motive", "locations", vec![fix("1", 47.0, at.plus(std::time::Duration::from_secs(2)))]).await;
    let fleet = bench.fleet();
    assert_eq!((fleet.tractors.len(), fleet.tractors.at(0).unwrap().latitude), (1, Some(35.0)));
}

#[tokio::test]
async fn what_referred_to_a_folded_row_refers_to_the_one_that_stays() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A")]).await;
    bench.tell("mcleod", "tractors", vec![tractor("0412", "0412")]).await;
    let mut over = super::movement("10", None);
    over.status = backhaul::model::MovementStatus::Delivered;
    let assignment = backhaul::model::Assignment {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        tractor: Some("0412".into()),
        ..backhaul::model::Assignment::default()
    };
    bench
        .tell("mcleod", "assignments", vec![Change::Movement(Box::new(over)), Change::Assignment(assignment)])
        .await;
    assert_eq!(bench.fleet().movements.at(0).unwrap().tractor_id.as_ref().unwrap().0, "mcleod:0412");
    bench.tell("samsara", "vehicles", vec![with_vin("9", "A", VIN)]).await;
    bench.tell("mcleod", "tractors", vec![with_vin("0412", "0412", VIN)]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.tractors.len(), 1);
    assert_eq!(fleet.movements.at(0).unwrap().tractor_id.as_ref().unwrap().0, "samsara:9");
}

#[tokio::test]
async fn what_a_list_names_and_nobody_understands_is_not_gone() {
    let mut bench = Bench::new();
    let whole = |units: &[&str], rejects: &[&str]| Batch {
        changes: units.iter().map(|unit| tractor(unit, unit)).collect(),
        rejects: rejects
            .iter()
            .map(|id| Reject { external_id: (*id).to_owned(), reason: "row not understood".to_owned() })
            .collect(),
        complete: true,
        ..Batch::default()
    };
    let left = |bench: &Bench| bench.fleet().tractors.iter().map(|row| row.id.0.clone()).collect::<Vec<_>>();
    bench.tell_batch("samsara", "vehicles", whole(&["1", "2", "3"], &[])).await;
    bench.tell_batch("samsara", "vehicles", whole(&["1"], &["2"])).await;
    assert_eq!(left(&bench), ["samsara:1", "samsara:2"], "3 is gone, 2 was named");
    bench.tell_batch("samsara", "vehicles", whole(&["1"], &[""])).await;
    assert_eq!(left(&bench), ["samsara:1", "samsara:2"], "and what was named may be 2");
    bench.tell_batch("samsara", "vehicles", whole(&["1"], &[])).await;
    assert_eq!(left(&bench), ["samsara:1"]);
}

#[tokio::test]
async fn two_drivers_of_one_phone_are_in_doubt_as_long_as_they_are_on_one_truck() {
    let with_phone = |external_id: &str, name: &str| {
        let mut profile = Profile::new(UnitKind::Driver, external_id, name);
        profile.phone = Some("(912) 555-0100".into());
        Change::Profile(Box::new(profile))
    };
    let logs_in = |left: &str, right: &str| {
        Change::Pairing(Pairing {
            tie: Tie::DriverTractor,
            left: left.into(),
            right: Some(right.into()),
            by: PairingSource::Eld,
            since_at: None,
        })
    };
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("8", "A"), tractor("9", "B")]).await;
    bench.tell("samsara", "drivers", vec![with_phone("1", "Ann Lee"), with_phone("2", "Annie Lee")]).await;
    bench.tell("samsara", "assignments", vec![logs_in("1", "9"), logs_in("2", "8")]).await;
    assert!(bench.fleet().conflicts.is_empty());
    bench.tell("samsara", "assignments", vec![logs_in("2", "9")]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.drivers.len(), 2, "it is only reported");
    let [conflict] = fleet.conflicts.as_slice() else { panic!("{:?}", fleet.conflicts) };
    assert_eq!((conflict.kind, conflict.records.join(" ")), (UnitKind::Driver, "samsara:1 samsara:2".into()));
    assert!(conflict.reason.contains("one phone number"), "{}", conflict.reason);
    bench.tell("samsara", "assignments", vec![logs_in("2", "8")]).await;
    assert!(bench.fleet().conflicts.is_empty());
}
