//! The least that could be done with the same answers: fetch, decode what is needed and borrow it,
//! write where it is newer; clocks that are as they were are known by a hash.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::time::Duration;

use backhaul::model::Timestamp;
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::{READS, WARM_UP, cpu_ms, report};

const ENDPOINTS: [&str; 3] = ["fleet/vehicles/stats/feed", "fleet/trailers/stats/feed", "fleet/hos/clocks"];

/// Reads the fleet every 5 s into a database in `folder`, and says what that cost.
pub fn run(base: &str, folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut store = Store::new(&folder.join("floor.db"));
    let client = reqwest::Client::builder().gzip(true).no_proxy().build().expect("a client");
    runtime.block_on(async {
        let mut tick = tokio::time::interval(Duration::from_secs(5));
        let mut cursors = [const { String::new() }; 3];
        let mut before = 0.0;
        for read in 0..WARM_UP + READS {
            tick.tick().await;
            if read == WARM_UP {
                before = cpu_ms();
            }
            for (kind, cursor) in cursors.iter_mut().enumerate() {
                loop {
                    let url = format!("{base}/{}?after={cursor}", ENDPOINTS[kind]);
                    let answer = client.get(url).send().await.expect("an answer");
                    let body = answer.bytes().await.expect("a body");
                    let more = store.page(kind, &body, cursor);
                    if !more {
                        break;
                    }
                }
            }
        }
        report(before);
    });
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    data: Vec<Row<'a>>,
    #[serde(borrow)]
    pagination: Pagination<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination<'a> {
    end_cursor: &'a str,
    has_next_page: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: Option<&'a str>,
    #[serde(default, borrow)]
    gps: Vec<Gps<'a>>,
    #[serde(default)]
    engine_states: Vec<Reading<&'a str>>,
    #[serde(default)]
    fuel_percents: Vec<Reading<i64>>,
    driver: Option<Driver<'a>>,
    clocks: Option<Clocks>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gps<'a> {
    time: &'a str,
    latitude: f64,
    longitude: f64,
    heading_degrees: f64,
    speed_miles_per_hour: f64,
    #[serde(borrow)]
    reverse_geo: Option<ReverseGeo<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReverseGeo<'a> {
    #[serde(borrow)]
    formatted_location: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Reading<V> {
    value: V,
}

#[derive(Deserialize)]
struct Driver<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
struct Clocks {
    r#break: Left,
    drive: Left,
    shift: Left,
    cycle: Left,
}

#[derive(Deserialize)]
struct Left {
    #[serde(
        alias = "timeUntilBreakDurationMs",
        alias = "driveRemainingDurationMs",
        alias = "shiftRemainingDurationMs",
        alias = "cycleRemainingDurationMs"
    )]
    millis: i64,
}

struct Store {
    sql: Connection,
    hasher: RandomState,
    clocks: HashMap<u64, u64>,
}

impl Store {
    fn new(path: &Path) -> Self {
        let sql = Connection::open(path).expect("a database");
        sql.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL").expect("pragmas");
        for table in ["tractors", "trailers"] {
            sql.execute_batch(&format!(
                "CREATE TABLE {table} (id TEXT PRIMARY KEY, lat REAL, lon REAL, heading REAL, speed REAL, place TEXT,
                     fuel INTEGER, engine TEXT, updated_at INTEGER) STRICT"
            ))
            .expect("a table");
        }
        sql.execute_batch(
            "CREATE TABLE drivers (id TEXT PRIMARY KEY, rest INTEGER, drive INTEGER, shift INTEGER, cycle INTEGER) STRICT",
        )
        .expect("a table");
        Self { sql, hasher: RandomState::new(), clocks: HashMap::new() }
    }

    /// Writes a page. True when there is another; `cursor` then names it.
    fn page(&mut self, kind: usize, body: &[u8], cursor: &mut String) -> bool {
        let page: Page<'_> = serde_json::from_slice(body).expect("a page");
        page.pagination.end_cursor.clone_into(cursor);
        let transaction = self.sql.transaction().expect("a transaction");
        if kind == 2 {
            let mut upsert = transaction
                .prepare_cached(
                    "INSERT INTO drivers VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (id) DO UPDATE SET rest = ?2, drive = ?3, shift = ?4, cycle = ?5",
                )
                .expect("a statement");
            for row in &page.data {
                let (Some(driver), Some(clocks)) = (&row.driver, &row.clocks) else { continue };
                let left =
                    [&clocks.r#break, &clocks.drive, &clocks.shift, &clocks.cycle].map(|left| left.millis);
                let mut hash = self.hasher.build_hasher();
                left.iter().for_each(|left| hash.write_i64(*left));
                let hash = hash.finish();
                if self.clocks.insert(self.hasher.hash_one(driver.id), hash) != Some(hash) {
                    let row = params![driver.id, left[0], left[1], left[2], left[3]];
                    upsert.execute(row).expect("a row");
                }
            }
        } else {
            let table = ["tractors", "trailers"][kind];
            let mut upsert = transaction
                .prepare_cached(&format!(
                    "INSERT INTO {table} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                     ON CONFLICT (id) DO UPDATE SET lat = ?2, lon = ?3, heading = ?4, speed = ?5, place = ?6,
                         fuel = ?7, engine = ?8, updated_at = ?9 WHERE ?9 > updated_at"
                ))
                .expect("a statement");
            for row in &page.data {
                let (Some(id), Some(gps)) = (row.id, row.gps.last()) else { continue };
                let place = gps.reverse_geo.as_ref().map(|geo| &*geo.formatted_location);
                let fuel = row.fuel_percents.last().map(|reading| reading.value);
                let engine = row.engine_states.last().map(|reading| reading.value);
                let at = Timestamp::parse(gps.time).expect("a time").millis();
                let (heading, speed) = (gps.heading_degrees, gps.speed_miles_per_hour);
                upsert
                    .execute(params![
                        id,
                        gps.latitude,
                        gps.longitude,
                        heading,
                        speed,
                        place,
                        fuel,
                        engine,
                        at
                    ])
                    .expect("a row");
            }
        }
        transaction.commit().expect("a commit");
        page.pagination.has_next_page
    }
}
