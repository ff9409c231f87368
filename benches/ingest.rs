//! P9: fixes a second through the store, as a ratio to a bare SQLite upsert-where-newer of the same
//! fixes in the same run. Prints; asserts nothing, since the machine may be busy.
//!
//! `cargo bench --bench ingest`

use std::path::Path;
use std::time::{Duration, Instant};

use backhaul::model::{Batch, Change, Fix, Profile, Timestamp, UnitKind};
use backhaul::store::{Access, Commit, Health, Store};
use backhaul::sync::JUDGE;

const UNITS: usize = 10_000;
/// Rows a transaction, on both sides.
const PAGE: usize = 1000;
const ROUNDS: i64 = 12;
const START: Timestamp = Timestamp::from_secs(1_795_000_000);

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    let mut floor = Floor::new(&folder.path().join("floor.db"));
    let (store, _) =
        Store::open(&folder.path().join("ours.db"), Access::Owner, JUDGE, START).expect("a store");
    runtime.block_on(async {
        let profiles = (0..UNITS)
            .map(|unit| Change::Profile(Box::new(Profile::new(UnitKind::Tractor, id(unit), id(unit)))));
        store.apply(commit(profiles.collect(), START)).await.expect("the roster");
        // Alternating, so that what else the machine does falls on both alike.
        for round in 0..ROUNDS {
            let now = START.plus(Duration::from_secs(5 * (round.unsigned_abs() + 1)));
            let began = Instant::now();
            floor.round(now);
            bare.push(began.elapsed());
            let pages: Vec<_> =
                (0..UNITS).step_by(PAGE).map(|first| commit(fixes(first, now), now)).collect();
            let began = Instant::now();
            for page in pages {
                store.apply(page).await.expect("a page");
            }
            ours.push(began.elapsed());
        }
    });
    let (bare, ours) = (rows_a_second(&mut bare), rows_a_second(&mut ours));
    println!("bare upsert-where-newer  {bare:>9.0} rows/s");
    println!("through the store        {ours:>9.0} rows/s   ratio {:.2} (goal P9: 0.60)", ours / bare);
}

#[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
fn rows_a_second(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    UNITS as f64 / median.as_secs_f64()
}

fn id(unit: usize) -> String {
    format!("2814749{unit:08}")
}

fn fix(unit: usize, now: Timestamp) -> Fix {
    #[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
    let spread = unit as f64 / 1000.0;
    Fix {
        latitude: 30.0 + spread,
        longitude: -120.0 + spread,
        says: None,
        speed_mph: Some(62.0),
        heading_deg: Some(264.0),
        place: Some("I 80 West, Reno, NV".to_owned()),
        observed_at: now,
    }
}

fn fixes(first: usize, now: Timestamp) -> Vec<Change> {
    (first..first + PAGE)
        .map(|unit| Change::Fix { kind: UnitKind::Tractor, external_id: id(unit), fix: fix(unit, now) })
        .collect()
}

fn commit(changes: Vec<Change>, now: Timestamp) -> Commit {
    let batch = Batch { changes, ..Batch::default() };
    let health = Health { done: true, ..Health::default() };
    Commit { account: "samsara".into(), resource: "vehicle_stats", batch, read_rev: None, health, now }
}

/// The least that could be done: one prepared statement, one table.
struct Floor(rusqlite::Connection);

impl Floor {
    fn new(path: &Path) -> Self {
        let sql = rusqlite::Connection::open(path).expect("a database");
        sql.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE tractors (id TEXT PRIMARY KEY, name TEXT, vin TEXT, status TEXT, driver_id TEXT, movement_id TEXT,
                 lat REAL, lon REAL, heading REAL, speed REAL, place TEXT, odometer REAL, fuel REAL, engine TEXT, updated_at INTEGER)",
        )
        .expect("the floor's table");
        Self(sql)
    }

    fn round(&mut self, now: Timestamp) {
        for first in (0..UNITS).step_by(PAGE) {
            let transaction = self.0.transaction().expect("a transaction");
            for unit in first..first + PAGE {
                let fix = fix(unit, now);
                transaction
                    .prepare_cached(
                        "INSERT INTO tractors VALUES (?1, ?1, 'VIN', 'active', 'd', 'm', ?2, ?3, ?4, ?5, ?6, 1.0, 54.0, 'on', ?7)
                         ON CONFLICT (id) DO UPDATE SET lat = excluded.lat, lon = excluded.lon, heading = excluded.heading,
                             speed = excluded.speed, place = excluded.place, odometer = excluded.odometer,
                             fuel = excluded.fuel, engine = excluded.engine, updated_at = excluded.updated_at
                         WHERE excluded.updated_at > tractors.updated_at",
                    )
                    .expect("the floor's statement")
                    .execute(rusqlite::params![
                        id(unit),
                        fix.latitude,
                        fix.longitude,
                        fix.heading_deg,
                        fix.speed_mph,
                        fix.place,
                        now.millis()
                    ])
                    .expect("a row");
            }
            transaction.commit().expect("a commit");
        }
    }
}
