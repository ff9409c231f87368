//! How long a dispatcher waits for an answer about the whole fleet: 10,000 drivers with their trucks, half of
//! them on a load. Prints; asserts nothing, since the machine may be busy.
//!
//! `cargo bench --bench answers`

use std::time::{Duration, Instant};

use backhaul::model::{
    Driver, DutyHistory, DutyStatus, FeedStatus, Fleet, Motion, Movement, MovementStatus, Places, Point,
    Stop, StopType, Timestamp, Tractor, UnitId,
};
use backhaul::rules::basis::Basis;
use backhaul::rules::best::best;
use backhaul::rules::eta::Office;
use backhaul::rules::find::find;
use backhaul::rules::hours::Cycle;
use backhaul::rules::near::{Wanted, near};
use jiff::civil::Time;
use jiff::tz::TimeZone;

const RIGS: i64 = 10_000;
const NOW: Timestamp = Timestamp::from_secs(1_772_560_800);

fn main() {
    let fleet = fleet();
    let (history, places) = (DutyHistory::new(), Places::default());
    let office = Office {
        zone: TimeZone::UTC,
        cycle: Cycle::SeventyInEight,
        day_start: Time::midnight(),
        dwell: Duration::from_hours(2),
        warning: Duration::from_mins(30),
        truck_per_mille: 1070,
    };
    let basis = Basis::new(&fleet, &history, &places, &office, NOW);
    for (name, id) in [("best, picked up in 4 hours", "soon"), ("best, picked up tomorrow", "tomorrow")] {
        let load = fleet.movements.iter().find(|row| row.tms.id == id);
        let began = Instant::now();
        let choices = load.and_then(|load| best(&basis, load, 10).ok()).unwrap_or_default();
        let planned = choices.iter().filter(|choice| choice.judgement.is_some()).count();
        println!("{name:<28} {:>8.1?}   {planned} of {} planned", began.elapsed(), choices.len());
    }
    let began = Instant::now();
    let place = Point { latitude: 35.0, longitude: -95.0 };
    let around = near(&basis, &Wanted { place, miles: 100.0, drive_s: None, empty: false });
    println!("{:<28} {:>8.1?}   {} found", "near, 100 miles", began.elapsed(), around.found.len());
    let began = Instant::now();
    let found = find(&fleet, "99", NOW).len();
    println!("{:<28} {:>8.1?}   {found} found", "find", began.elapsed());
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + minutes * 60_000)
}

/// Spread over the country in a grid; hours from none to all, and half of the cycles used up.
fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    let (mut movements, mut stops) = (Vec::new(), Vec::new());
    for rig in (0..RIGS).filter(|rig| rig % 2 == 0) {
        let key = format!("M{rig}");
        movements.push(load(&key, Some(rig)));
        stops.push(stop(&key, 0, place(rig + 57), 300 + rig % 600));
        stops.push(stop(&key, 1, place(rig + 999), 1500 + rig % 600));
    }
    for (key, opens) in [("soon", 240), ("tomorrow", 1440)] {
        movements.push(load(key, None));
        stops.push(stop(key, 0, (35.0, -95.0), opens));
        stops.push(stop(key, 1, (41.0, -88.0), opens + 1500));
    }
    fleet.tractors = (0..RIGS).map(tractor).collect();
    fleet.drivers = (0..RIGS).map(driver).collect();
    fleet.movements = movements.into_iter().collect();
    fleet.stops = stops.into_iter().collect();
    let feed = |resource: &str| FeedStatus {
        account: "samsara".into(),
        resource: resource.into(),
        interval_s: 60,
        last_ok_at: Some(NOW),
        ..FeedStatus::default()
    };
    fleet.feeds = vec![feed("vehicle_stats"), feed("hos_clocks")];
    fleet.index();
    fleet
}

#[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
fn place(rig: i64) -> (f64, f64) {
    let (row, column) = (rig % RIGS / 100, rig % 100);
    (30.0 + row as f64 * 0.15, -115.0 + column as f64 * 0.35)
}

fn id(kind: &str, rig: i64) -> UnitId {
    UnitId(format!("samsara:{kind}{rig}").into())
}

fn tractor(rig: i64) -> Tractor {
    let (latitude, longitude) = place(rig);
    Tractor {
        id: id("t", rig),
        unit_number: rig.to_string().into(),
        latitude: Some(latitude),
        longitude: Some(longitude),
        state: Motion::Stopped,
        source: Some("samsara".into()),
        observed_at: Some(at(-1)),
        ..Tractor::default()
    }
}

fn driver(rig: i64) -> Driver {
    let cycle_h = if rig % 4 < 2 { 70 } else { 4 + rig % 9 };
    Driver {
        id: id("d", rig),
        name: format!("Driver {rig}").into(),
        ruleset: Some("USA 70 hour / 8 day".into()),
        hos_status: DutyStatus::OnDuty,
        hos_status_since_at: Some(at(-10)),
        drive_left_s: Some(rig % 12 * 3300),
        shift_left_s: Some(rig % 12 * 3300 + 7200),
        break_left_s: Some(4 * 3600),
        cycle_left_s: Some(cycle_h * 3600),
        hos_as_of_at: Some(at(-1)),
        tractor_id: Some(id("t", rig)),
        source: Some("samsara".into()),
        ..Driver::default()
    }
}

fn load(key: &str, rig: Option<i64>) -> Movement {
    let mut row = Movement {
        driver_id: rig.map(|rig| id("d", rig)),
        tractor_id: rig.map(|rig| id("t", rig)),
        ..Movement::default()
    };
    row.tms.id = key.into();
    row.tms.status = if rig.is_some() { MovementStatus::InProgress } else { MovementStatus::Available };
    row
}

fn stop(of: &str, sequence: i64, (latitude, longitude): (f64, f64), opens: i64) -> Stop {
    let mut row = Stop::default();
    (row.tms.id, row.tms.movement_id, row.tms.sequence) =
        (format!("{of}-{sequence}").into(), Some(of.into()), sequence);
    row.tms.kind = if sequence == 0 { StopType::Pickup } else { StopType::Delivery };
    (row.tms.latitude, row.tms.longitude) = (Some(latitude), Some(longitude));
    (row.tms.scheduled_early_at, row.tms.scheduled_late_at) = (Some(at(opens)), Some(at(opens + 120)));
    row
}
