//! The least that could be done with the same answers: fetch, decode every fact that the poller takes
//! from them and borrow it, write where it is newer; clocks that are as they were are known by a hash.
//! Nothing is joined, judged, kept as history or remembered of how the reading goes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
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
    let _ = rustls::crypto::ring::default_provider().install_default();
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
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    gps: Vec<Gps<'a>>,
    #[serde(default)]
    engine_states: Vec<Reading<'a, &'a str>>,
    #[serde(default)]
    fuel_percents: Vec<Reading<'a, i64>>,
    driver: Option<Mention<'a>>,
    current_vehicle: Option<Mention<'a>>,
    current_duty_status: Option<DutyStatus<'a>>,
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
struct Reading<'a, V> {
    time: &'a str,
    value: V,
}

#[derive(Deserialize)]
struct Mention<'a> {
    id: &'a str,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DutyStatus<'a> {
    hos_status_type: &'a str,
}

#[derive(Deserialize)]
struct Clocks {
    r#break: Left,
    drive: Left,
    shift: Left,
    cycle: Cycle,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cycle {
    cycle_remaining_duration_ms: i64,
    cycle_tomorrow_duration_ms: i64,
}

#[derive(Deserialize)]
struct Left {
    #[serde(
        alias = "timeUntilBreakDurationMs",
        alias = "driveRemainingDurationMs",
        alias = "shiftRemainingDurationMs"
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
                "CREATE TABLE {table} (id TEXT PRIMARY KEY, name TEXT, lat REAL, lon REAL, heading REAL, speed REAL,
                     place TEXT, engine TEXT, engine_at INTEGER, fuel INTEGER, fuel_at INTEGER, updated_at INTEGER) STRICT"
            ))
            .expect("a table");
        }
        sql.execute_batch(
            "CREATE TABLE drivers (id TEXT PRIMARY KEY, name TEXT, status TEXT, tractor TEXT, rest INTEGER, drive INTEGER,
                 shift INTEGER, cycle INTEGER, tomorrow INTEGER, updated_at INTEGER) STRICT",
        )
        .expect("a table");
        Self { sql, hasher: RandomState::new(), clocks: HashMap::new() }
    }

    /// Writes a page. True when there is another; `cursor` then names it.
    fn page(&mut self, kind: usize, body: &[u8], cursor: &mut String) -> bool {
        let page: Page<'_> = serde_json::from_slice(body).expect("a page");
        page.pagination.end_cursor.clone_into(cursor);
        if kind == 2 {
            self.clocks(&page);
        } else {
            self.positions(["tractors", "trailers"][kind], &page);
        }
        page.pagination.has_next_page
    }

    fn positions(&mut self, table: &str, page: &Page<'_>) {
        let transaction = self.sql.transaction().expect("a transaction");
        let mut upsert = transaction
            .prepare_cached(&format!(
                "INSERT INTO {table} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (id) DO UPDATE SET name = ?2, lat = ?3, lon = ?4, heading = ?5, speed = ?6, place = ?7,
                     engine = ?8, engine_at = ?9, fuel = ?10, fuel_at = ?11, updated_at = ?12 WHERE ?12 > updated_at"
            ))
            .expect("a statement");
        let instant = |time: &str| Timestamp::parse(time).expect("a time").millis();
        for row in &page.data {
            let (Some(id), Some(gps)) = (row.id, row.gps.last()) else { continue };
            let (engine, fuel) = (row.engine_states.last(), row.fuel_percents.last());
            let row = params![
                id,
                row.name,
                gps.latitude,
                gps.longitude,
                gps.heading_degrees,
                gps.speed_miles_per_hour,
                gps.reverse_geo.as_ref().map(|geo| &*geo.formatted_location),
                engine.map(|reading| reading.value),
                engine.map(|reading| instant(reading.time)),
                fuel.map(|reading| reading.value),
                fuel.map(|reading| instant(reading.time)),
                instant(gps.time),
            ];
            upsert.execute(row).expect("a row");
        }
        drop(upsert);
        transaction.commit().expect("a commit");
    }

    fn clocks(&mut self, page: &Page<'_>) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let now = i64::try_from(now.as_millis()).expect("before 2262");
        let transaction = self.sql.transaction().expect("a transaction");
        let mut upsert = transaction
            .prepare_cached(
                "INSERT INTO drivers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (id) DO UPDATE SET name = ?2, status = ?3, tractor = ?4, rest = ?5, drive = ?6, shift = ?7,
                     cycle = ?8, tomorrow = ?9, updated_at = ?10",
            )
            .expect("a statement");
        for row in &page.data {
            let (Some(driver), Some(clocks)) = (&row.driver, &row.clocks) else { continue };
            let tractor = row.current_vehicle.as_ref().map(|vehicle| vehicle.id);
            let status = row.current_duty_status.as_ref().map(|status| status.hos_status_type);
            let left = [&clocks.r#break, &clocks.drive, &clocks.shift].map(|left| left.millis);
            let [rest, drive, shift] = left;
            let (cycle, tomorrow) =
                (clocks.cycle.cycle_remaining_duration_ms, clocks.cycle.cycle_tomorrow_duration_ms);
            let hash = self.hasher.hash_one((tractor, status, left, cycle, tomorrow));
            if self.clocks.insert(self.hasher.hash_one(driver.id), hash) == Some(hash) {
                continue;
            }
            let row =
                params![driver.id, driver.name, status, tractor, rest, drive, shift, cycle, tomorrow, now];
            upsert.execute(row).expect("a row");
        }
        drop(upsert);
        transaction.commit().expect("a commit");
    }
}
