//! A unit's trail out of the history: under all of its ids, by the accounts that are linked to it now.

use std::time::Duration;

use backhaul::model::{RecordName, Timestamp, TrailPoint, UnitId, UnitKind, Wish};
use backhaul::store;

use super::{Bench, fix, tractor};

fn trail(bench: &Bench, id: &str, since: Timestamp) -> Vec<String> {
    let seen = store::trail(&bench.path(), UnitKind::Tractor, &UnitId(id.into()), since).unwrap();
    let words = |seen: &TrailPoint| format!("{} by {}", seen.latitude, seen.source);
    seen.iter().map(words).collect()
}

#[tokio::test]
async fn a_trail_goes_back_to_before_its_records_were_joined_and_leaves_out_what_came_apart() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A")]).await;
    bench.tell("motive", "vehicles", vec![tractor("1", "B")]).await;
    let start = bench.now;
    let at = |minutes: u64| start.plus(Duration::from_mins(minutes));
    bench.later(3600);
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at(1))]).await;
    bench.tell("motive", "locations", vec![fix("1", 36.0, at(2))]).await;
    assert_eq!(trail(&bench, "samsara:9", start), ["35 by samsara"]);
    let one = Wish {
        kind: UnitKind::Tractor,
        units: vec![RecordName::parse("samsara:9").unwrap(), RecordName::parse("motive:1").unwrap()],
        same: true,
    };
    bench.store.take_on(vec![one], bench.now).await.unwrap();
    bench.tell("motive", "locations", vec![fix("1", 36.02, at(3))]).await;
    assert_eq!(trail(&bench, "samsara:9", start), ["35 by samsara", "36 by motive", "36.02 by motive"]);
    assert_eq!(trail(&bench, "samsara:9", at(3)), ["36.02 by motive"], "and no further back than asked");
    bench.store.take_on(Vec::new(), bench.now).await.unwrap();
    assert_eq!(trail(&bench, "samsara:9", start), ["35 by samsara"], "the other truck was elsewhere");
    assert_eq!(trail(&bench, "motive:1", start), ["36 by motive"]);
}
