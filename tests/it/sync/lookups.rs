//! What a person who waits has read: through the cache, within the bucket, and only by who polls.

use std::time::Duration;

use backhaul::http::Kind;
use backhaul::model::{UnitKind, Want};
use backhaul::providers::{Cadence, FeedSpec};
use backhaul::sync::Looked;
use tokio::time::{Instant, sleep};

use super::{Bench, Fake, SECOND, fails_until, feed};

#[tokio::test(start_paused = true)]
async fn positions_are_read_for_who_asks_unless_they_were_a_short_time_ago() {
    let (bench, fake) = (Bench::new(), Fake::new([]));
    bench
        .poll(&[("fake", fake.clone())], async {
            sleep(SECOND * 10).await;
            assert_eq!(bench.lookups.positions("fake").await, Looked::Recent);
            assert_eq!(fake.times("positions").len(), 1);
            sleep(SECOND * 35).await;
            let both = tokio::join!(bench.lookups.positions("fake"), bench.lookups.positions("fake"));
            assert_eq!(both, (Looked::Read, Looked::Read));
            assert_eq!(fake.times("positions").len(), 2, "one read is for both");
            assert_eq!(bench.lookups.positions("fake").await, Looked::Recent);
            assert_eq!(fake.times("roster").len(), 1, "nothing else is read");
            // A feed that its provider wants left alone for longer keeps nobody waiting.
            sleep(SECOND * 40).await;
            assert_eq!(fake.times("assets").len(), 1);
            assert_eq!(bench.lookups.positions("fake").await, Looked::Read);
            assert_eq!(fake.times("assets").len(), 1);
            assert_eq!(bench.lookups.positions("another").await, Looked::NotOurs);
        })
        .await;
    assert_eq!(bench.lookups.positions("fake").await, Looked::NotOurs, "nobody polls any more");
}

#[tokio::test(start_paused = true)]
async fn an_account_in_trouble_or_without_a_call_left_is_said_to_be_so() {
    let bench = Bench { calls_per_minute: 10, ..Bench::new() };
    let fails = || fails_until(400, Kind::Unavailable { retry_after: None });
    let down = Fake::new([("positions", fails()), ("assets", fails())]);
    let well = Fake::new([]);
    let kept = |looked: Looked| match looked {
        Looked::Kept(why) => why,
        other => panic!("{other:?}"),
    };
    bench
        .poll(&[("down", down.clone()), ("well", well.clone())], async {
            sleep(SECOND * 50).await;
            let why = kept(bench.lookups.positions("down").await);
            assert!(why.contains("not available"), "{why}");
            // The roster was read just now, and took the only call there was.
            while well.times("roster").len() < 2 {
                sleep(SECOND).await;
            }
            let before = well.times("positions").len();
            let why = kept(bench.lookups.positions("well").await);
            assert!(why.contains("used up"), "{why}");
            assert_eq!(well.times("positions").len(), before);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_the_service_lacks_keeps_nobody_waiting() {
    let lacking = || fails_until(u64::MAX, Kind::Unsupported);
    let bench = Bench::new();
    let (fake, none) =
        (Fake::new([("assets", lacking())]), Fake::new([("assets", lacking()), ("positions", lacking())]));
    bench
        .poll(&[("fake", fake.clone()), ("none", none.clone())], async {
            sleep(SECOND * 10).await;
            assert_eq!(bench.lookups.positions("fake").await, Looked::Recent);
            sleep(SECOND * 35).await;
            assert_eq!(bench.lookups.positions("fake").await, Looked::Read);
            assert_eq!((fake.times("positions").len(), fake.times("assets").len()), (2, 1));
            let why = "it tells no positions".to_owned();
            assert_eq!(bench.lookups.positions("none").await, Looked::Kept(why));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_can_be_read_is_read_though_another_feed_fails() {
    let bench = Bench::new();
    let fake = Fake::new([("assets", fails_until(u64::MAX, Kind::Forbidden))]);
    bench
        .poll(&[("fake", fake.clone())], async {
            for reads in 1..3 {
                sleep(SECOND * if reads == 1 { 10 } else { 35 }).await;
                match bench.lookups.positions("fake").await {
                    Looked::Partly(why) => {
                        assert!(why.starts_with("assets: ") && why.contains("permission"), "{why}");
                    }
                    other => panic!("{other:?}"),
                }
                assert_eq!(fake.times("positions").len(), reads);
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_feed_whose_list_is_refused_for_good_keeps_nobody_waiting() {
    const LISTED: &[FeedSpec] = &[
        feed("assets", Cadence::Roster, Duration::ZERO),
        feed("positions", Cadence::Positions, Duration::from_secs(5)),
        FeedSpec {
            wants: Some(Want::Units { kind: UnitKind::Trailer, listed_by: "assets", not_in: None }),
            ..feed("asset_positions", Cadence::Positions, Duration::ZERO)
        },
    ];
    let bench = Bench::new();
    let refused = Fake::new([("assets", fails_until(u64::MAX, Kind::Forbidden))]);
    let fake = Fake { feeds: LISTED, ..refused };
    bench
        .poll(&[("fake", fake.clone())], async {
            sleep(SECOND * 45).await;
            let asked = Instant::now();
            match bench.lookups.positions("fake").await {
                Looked::Partly(why) => {
                    assert!(why.starts_with("asset_positions: assets could not be read: "), "{why}");
                    assert!(why.contains("permission"), "{why}");
                }
                other => panic!("{other:?}"),
            }
            assert!(asked.elapsed() < SECOND, "waited {:?}", asked.elapsed());
            assert_eq!((fake.times("positions").len(), fake.times("asset_positions").len()), (2, 0));
        })
        .await;
}
