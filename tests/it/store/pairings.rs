//! Who goes with whom, by the words of a feed that names everybody each time.

use backhaul::model::{Batch, Change, Concern, Pairing, PairingSource, Tie, UnitId};
use backhaul::store::{Access, Reader, Scope, Store, examine};
use backhaul::sync::JUDGE;

use super::{Bench, driver, tractor};

fn word(left: &str, right: &str) -> Change {
    Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: left.into(),
        right: Some(right.into()),
        by: PairingSource::Standing,
        since_at: None,
    })
}

async fn tell_all(bench: &mut Bench, changes: Vec<Change>) {
    bench.tell_batch("samsara", "pairs", Batch { changes, complete: true, ..Batch::default() }).await;
}

/// Which tractor each driver has.
fn pairs(bench: &Bench) -> Vec<(String, Option<String>)> {
    let fleet = bench.fleet();
    let tractor = |id: &UnitId| id.0.replace("samsara:", "");
    fleet.drivers.iter().map(|row| (row.name.to_string(), row.tractor_id.as_ref().map(tractor))).collect()
}

fn pair(name: &str, tractor: Option<&str>) -> (String, Option<String>) {
    (name.to_owned(), tractor.map(str::to_owned))
}

#[tokio::test]
async fn a_word_that_a_complete_read_does_not_name_is_over_though_the_writer_was_started_anew() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1"), tractor("2", "T-2")]).await;
    bench.tell("samsara", "drivers", vec![driver("a", "Ann"), driver("b", "Bob")]).await;
    for _ in 0..2 {
        tell_all(&mut bench, vec![word("a", "1"), word("b", "2")]).await;
        assert_eq!(pairs(&bench), [pair("Ann", Some("1")), pair("Bob", Some("2"))]);
    }
    tell_all(&mut bench, vec![word("b", "1")]).await;
    assert_eq!(pairs(&bench), [pair("Ann", None), pair("Bob", Some("1"))]);

    let path = bench.path();
    bench.store = Store::open(&path, Access::Owner, JUDGE, bench.now).unwrap().0;
    tell_all(&mut bench, vec![word("a", "2")]).await;
    assert_eq!(pairs(&bench), [pair("Ann", Some("2")), pair("Bob", None)]);
}

#[tokio::test]
async fn a_list_of_trucks_that_is_empty_unseats_nobody_and_says_so() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    bench.tell("samsara", "drivers", vec![driver("a", "Ann")]).await;
    let bare = || Batch { complete: true, bare: true, ..Batch::default() };
    let said = |bench: &Bench| {
        let aside = examine(&bench.path()).unwrap().set_aside;
        aside.into_iter().map(|aside| (aside.reason, aside.count)).collect::<Vec<_>>()
    };
    // An account that never had one is not at fault.
    bench.tell_batch("samsara", "pairs", bare()).await;
    assert_eq!(said(&bench), []);
    tell_all(&mut bench, vec![word("a", "1")]).await;
    bench.tell_batch("samsara", "pairs", bare()).await;
    assert_eq!(pairs(&bench), [pair("Ann", Some("1"))]);
    let empty = "the list is empty, and was not before: what it named is kept";
    assert_eq!(said(&bench), [(empty.to_owned(), 1)]);
    // It is said when it begins, not at every read.
    bench.tell_batch("samsara", "pairs", bare()).await;
    assert_eq!((pairs(&bench), said(&bench)), (vec![pair("Ann", Some("1"))], vec![(empty.to_owned(), 1)]));
    tell_all(&mut bench, vec![word("a", "1")]).await;
    bench.tell_batch("samsara", "pairs", bare()).await;
    assert_eq!(said(&bench), [(empty.to_owned(), 2)]);
    // Trucks without a driver are the end of the day.
    tell_all(&mut bench, Vec::new()).await;
    assert_eq!(pairs(&bench), [pair("Ann", None)]);
}

#[tokio::test]
async fn who_judges_loads_reads_no_text_that_says_nothing_of_them() {
    let mut bench = Bench::new();
    let mut truck = backhaul::model::Profile::new(backhaul::model::UnitKind::Tractor, "1", "T-1");
    truck.vin = Some("1FUJGLDR0CLBP8834".into());
    bench.tell("samsara", "vehicles", vec![Change::Profile(Box::new(truck))]).await;
    let read = |scope| {
        let mut reader = Reader::open(&bench.path(), scope).unwrap();
        let tractors = [UnitId::first_told("samsara", "1")].into();
        reader.heed(Concern { tractors, ..Concern::default() });
        let fleet = reader.fleet(bench.now).unwrap();
        let row = fleet.tractors.at(0).unwrap().clone();
        (row.unit_number.clone(), row.vin.clone())
    };
    assert_eq!(read(Scope::Live), ("T-1".into(), Some("1FUJGLDR0CLBP8834".into())));
    assert_eq!(read(Scope::Judged), ("T-1".into(), None));
}
