//! Answers as Samsara does, from pages that were made and compressed beforehand. A reader goes at its
//! own pace: which read of the fleet it is in stands in its cursor.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{Response, Uri, header};
use axum::routing::get;
use backhaul::model::Timestamp;
use flate2::{Compression, write::GzEncoder};

use super::{Change, READS, WARM_UP};

/// Rows to a page.
const PAGE: usize = 512;
/// Reads of the fleet that differ; later ones are the last again.
const TICKS: usize = (READS + WARM_UP) as usize + 4;

/// Serves on a free port, printed first, until killed.
pub fn run(units: usize, change: Change) {
    let start = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let fleet = Fleet { units, change, start: i64::try_from(start.as_secs()).expect("before 2262") - 120 };
    let pages = Arc::new(fleet.pages());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        println!("http://{}", listener.local_addr().expect("its address"));
        let app = axum::Router::new().fallback(get(answer)).with_state(pages);
        axum::serve(listener, app).await.expect("serving");
    });
}

type Pages = HashMap<(&'static str, usize, usize), Bytes>;

async fn answer(
    State(pages): State<Arc<Pages>>,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
) -> Response<Body> {
    let after = query.get("after").map_or("0.0", String::as_str);
    let (tick, page) = after.split_once('.').unwrap_or(("0", "0"));
    let (tick, page) = (tick.parse().unwrap_or(0_usize).min(TICKS - 1), page.parse().unwrap_or(0));
    let kind = match uri.path() {
        "/fleet/vehicles" => "vehicles",
        "/fleet/trailers" => "trailers",
        "/fleet/drivers" if query.get("driverActivationStatus").is_some_and(|word| word == "active") => {
            "drivers"
        }
        "/fleet/vehicles/stats/feed" => "vehicle_stats",
        "/fleet/trailers/stats/feed" => "trailer_stats",
        "/fleet/hos/clocks" => "clocks",
        _ => "nothing",
    };
    let body = pages.get(&(kind, tick, page)).or_else(|| pages.get(&("nothing", 0, 0)));
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip")
        .body(Body::from(body.cloned().unwrap_or_default()))
        .expect("a response")
}

struct Fleet {
    units: usize,
    change: Change,
    /// Unix seconds of the first read.
    start: i64,
}

impl Fleet {
    fn pages(&self) -> Pages {
        let mut pages = Pages::new();
        pages.insert(
            ("nothing", 0, 0),
            gzip(r#"{"data":[],"pagination":{"endCursor":"","hasNextPage":false}}"#),
        );
        let all: Vec<usize> = (0..self.units).collect();
        Self::list(&mut pages, "vehicles", 0, &all, &|unit, out| {
            let _ = write!(
                out,
                r#"{{"id":"{}","name":"T{unit:05}","vin":"1XKYD49X{unit:09}","licensePlate":"P{unit:06}","make":"KENWORTH","model":"T680","year":"2022"}}"#,
                id(0, unit)
            );
        });
        Self::list(&mut pages, "trailers", 0, &all, &|unit, out| {
            let _ = write!(out, r#"{{"id":"{}","name":"R{unit:05}"}}"#, id(1, unit));
        });
        Self::list(&mut pages, "drivers", 0, &all, &|unit, out| {
            let _ = write!(
                out,
                r#"{{"id":"{}","name":"Driver N{unit}","username":"d{unit}","phone":"5550100","timezone":"America/Chicago"}}"#,
                id(2, unit)
            );
        });
        for tick in 0..TICKS {
            let moved: Vec<usize> = all.iter().copied().filter(|unit| self.is_new(*unit, tick)).collect();
            Self::list(&mut pages, "vehicle_stats", tick, &moved, &|unit, out| self.vehicle(unit, tick, out));
            // The trailers' feed lists those too that have no news.
            Self::list(&mut pages, "trailer_stats", tick, &all, &|unit, out| self.trailer(unit, tick, out));
            Self::list(&mut pages, "clocks", tick, &all, &|unit, out| self.clocks(unit, tick, out));
        }
        pages
    }

    fn is_new(&self, unit: usize, tick: usize) -> bool {
        match self.change {
            Change::All => true,
            Change::Tenth => tick == 0 || (unit + tick).is_multiple_of(10),
        }
    }

    fn list(
        pages: &mut Pages,
        kind: &'static str,
        tick: usize,
        units: &[usize],
        row: &dyn Fn(usize, &mut String),
    ) {
        let count = units.len().div_ceil(PAGE).max(1);
        for page in 0..count {
            let mut text = String::from(r#"{"data":["#);
            for (place, unit) in units.iter().skip(page * PAGE).take(PAGE).enumerate() {
                if place > 0 {
                    text.push(',');
                }
                row(*unit, &mut text);
            }
            let more = page + 1 < count;
            let (next_tick, next_page) = if more { (tick, page + 1) } else { (tick + 1, 0) };
            let _ = write!(
                text,
                r#"],"pagination":{{"endCursor":"{next_tick}.{next_page}","hasNextPage":{more}}}}}"#
            );
            pages.insert((kind, tick, page), gzip(&text));
        }
    }

    /// RFC 3339 of a read; every unit's clock ticks at its own millisecond.
    fn time(&self, unit: usize, tick: usize) -> String {
        let millis = (self.start + 5 * whole(tick)) * 1000 + whole(unit % 997) + 1;
        Timestamp::from_millis(millis).to_string()
    }

    /// Where a unit is: at 60 mph on its own parallel.
    fn place(unit: usize, tick: usize) -> (f64, f64) {
        let (unit, tick) = (small(unit), small(tick));
        (28.0 + unit % 97.0 * 0.2, -120.0 + unit % 409.0 * 0.1 + tick * 0.0015)
    }

    fn vehicle(&self, unit: usize, tick: usize, out: &mut String) {
        let ((latitude, longitude), time) = (Self::place(unit, tick), self.time(unit, tick));
        let _ = write!(
            out,
            concat!(
                r#"{{"id":"{id}","name":"T{unit:05}","externalIds":{{"samsara.serial":"G{unit:09}","samsara.vin":"1XKYD49X{unit:09}"}},"#,
                r#""gps":[{{"time":"{time}","latitude":{latitude:.8},"longitude":{longitude:.8},"headingDegrees":{heading},"speedMilesPerHour":62.137,"#,
                r#""reverseGeo":{{"formattedLocation":"I-{road}, Exit {exit}, Des Moines, IA"}},"isEcuSpeed":true}}],"#,
                r#""engineStates":[{{"time":"{time}","value":"On"}}],"fuelPercents":[{{"time":"{time}","value":{fuel}}}]}}"#
            ),
            id = id(0, unit),
            unit = unit,
            time = time,
            latitude = latitude,
            longitude = longitude,
            heading = unit % 360,
            road = 10 + unit % 80,
            exit = (unit + tick) % 300,
            fuel = 100 - tick,
        );
    }

    fn trailer(&self, unit: usize, tick: usize, out: &mut String) {
        let _ = write!(out, r#"{{"id":"{}","name":"R{unit:05}","gps":["#, id(1, unit));
        if self.is_new(unit, tick) {
            let ((latitude, longitude), time) = (Self::place(unit, tick), self.time(unit, tick));
            let _ = write!(
                out,
                concat!(
                    r#"{{"time":"{}","latitude":{:.8},"longitude":{:.8},"headingDegrees":{},"speedMilesPerHour":62,"#,
                    r#""reverseGeo":{{"formattedLocation":"I-{}, Exit {}, Des Moines, IA"}}}}"#
                ),
                time,
                latitude,
                longitude,
                unit % 360,
                10 + unit % 80,
                (unit + tick) % 300,
            );
        }
        out.push_str("]}");
    }

    /// A driver at the wheel has a little less of everything at each read.
    fn clocks(&self, unit: usize, tick: usize, out: &mut String) {
        // How often this driver's clocks have changed by now.
        let changes = (1..=tick).filter(|tick| self.is_new(unit, *tick)).count();
        let spent = whole(changes) * 5000;
        let _ = write!(
            out,
            concat!(
                r#"{{"driver":{{"id":"{driver}","name":"Driver N{unit}"}},"currentDutyStatus":{{"hosStatusType":"driving"}},"#,
                r#""currentVehicle":{{"id":"{vehicle}","name":"T{unit:05}","externalIds":{{"samsara.serial":"G{unit:09}"}}}},"#,
                r#""clocks":{{"break":{{"timeUntilBreakDurationMs":{rest}}},"drive":{{"driveRemainingDurationMs":{drive}}},"#,
                r#""shift":{{"shiftRemainingDurationMs":{shift}}},"cycle":{{"cycleRemainingDurationMs":{cycle},"#,
                r#""cycleStartedAtTime":"2026-01-01T05:00:00Z","cycleTomorrowDurationMs":252000000}}}},"#,
                r#""violations":{{"shiftDrivingViolationDurationMs":0,"cycleViolationDurationMs":0}}}}"#
            ),
            driver = id(2, unit),
            unit = unit,
            vehicle = id(0, unit),
            rest = 28_800_000 - spent,
            drive = 39_600_000 - spent,
            shift = 50_400_000 - spent,
            cycle = 252_000_000 - spent,
        );
    }
}

fn id(kind: usize, unit: usize) -> String {
    format!("{}", 281_474_976_000_000 + kind * 100_000_000 + unit * 7919)
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).expect("a small number")
}

#[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
fn small(number: usize) -> f64 {
    number as f64
}

fn gzip(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("writing to memory");
    encoder.finish().expect("writing to memory").into()
}
