//! Loads that are asked for one by one: one that the service cannot answer holds up no other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::http::{Error, Kind};
use backhaul::model::{Assignment, Batch, Change, MovementStatus, TmsMovement, Want};
use backhaul::providers::{Ask, Cadence, FeedSpec, Page, Provider};
use backhaul::sync::{Account, read_once};

use super::{Bench, POLLING, feed};

const FEEDS: &[FeedSpec] = &[
    feed("movements", Cadence::Movements, Duration::ZERO),
    FeedSpec {
        wants: Some(Want::MovementsToHydrate),
        ..feed("assignments", Cadence::Movements, Duration::ZERO)
    },
];

/// A TMS with ten loads, of which one cannot be read.
#[derive(Clone, Default)]
struct Tms {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider for Tms {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        let changes = match ask.wanted.first() {
            None => (0..10).map(|n| Change::Movement(Box::new(load(&n.to_string())))).collect(),
            Some(id) => {
                self.asked.lock().unwrap().push(id.clone());
                if id == "9" {
                    let kind = Kind::Unavailable { retry_after: None };
                    return Err(Error::new(kind, "HTTP 500"));
                }
                let assignment =
                    Assignment { company_id: "TMS".into(), movement_id: id.clone(), ..Assignment::default() };
                vec![Change::Movement(Box::new(load(id))), Change::Assignment(assignment)]
            }
        };
        Ok(Page { batch: Batch { changes, ..Batch::default() }, ..Page::default() })
    }
}

fn load(id: &str) -> TmsMovement {
    TmsMovement {
        id: id.into(),
        company_id: "TMS".into(),
        status: MovementStatus::InProgress,
        ..TmsMovement::default()
    }
}

#[tokio::test(start_paused = true)]
async fn one_unreadable_load_holds_up_no_other_and_is_counted() {
    let (bench, tms) = (Bench::new(), Tms::default());
    let account = Account {
        name: "mcleod".into(),
        provider: tms.clone(),
        calls_per_minute: 1000,
        fingerprint: String::new(),
    };
    let store = bench.store();
    let failed = read_once(account, &store, &POLLING, &bench.clock).await.unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    let mut asked = tms.asked.lock().unwrap().clone();
    asked.sort();
    assert_eq!(asked, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    let raw = rusqlite::Connection::open(bench.path()).unwrap();
    let count = |sql: &str| raw.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM movements WHERE hydrated_at IS NOT NULL"), 9);
    assert_eq!(count("SELECT sum(count) FROM reject_counts"), 1);
}
