//! P13: the risk of ten thousand active loads after a poll that moved two thousand of their trucks, on one
//! core, beside its floor: reading the rows that changed. Every minute all of them are looked at, since time
//! itself is an input; that is printed too. Prints; asserts nothing, since the machine may be busy.
//!
//! `cargo bench --bench risk`

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backhaul::model::{
    Assignment, Batch, Change, Clocks, DutyDay, DutySource, DutyStatus, Fix, Fleet, MovementStatus, Profile,
    Risk, Timestamp, TmsMovement, TmsStop, UnitKind,
};
use backhaul::rules::eta::Office;
use backhaul::rules::hours::Cycle;
use backhaul::store::{Access, Commit, Health, Reader, Scope, Store};
use backhaul::sync::{JUDGE, Judging, Roads};
use jiff::ToSpan;
use jiff::civil::Time;
use jiff::tz::TimeZone;

const LOADS: usize = 10_000;
const MOVED: usize = 2_000;
const PAGE: usize = 1000;
const ROUNDS: usize = 9;
const COMPANY: &str = "TMS";
/// Mon 2026-01-12 08:00 in Chicago.
const START: Timestamp = Timestamp::from_secs(1_768_226_400);
/// Between two polls.
const POLL: Duration = Duration::from_secs(5);

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("risk.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(measure(&path));
}

async fn measure(path: &Path) {
    let (store, _) = Store::open(path, Access::Owner, JUDGE, START).expect("a store");
    fill(&store).await;
    let mut reader = Reader::open(path, Scope::Judged).expect("a reader");
    let mut judging = Judging::new(office(), Arc::new(Mutex::new(Roads::default())));
    judging.remember(reader.duty_history().expect("days"));
    let fleet = reader.fleet(START).expect("a fleet");
    let began = Instant::now();
    let first = judging.pass(&fleet, START);
    println!("{} loads for the first time   {:>8.0} ms", first.judged.len(), millis(began.elapsed()));
    let classes = [Risk::Ok, Risk::Tight, Risk::AtRisk, Risk::Late, Risk::Unknown].map(|risk| {
        let count = first.judged.iter().filter(|judgement| judgement.risk == risk).count();
        format!("{count} {}", risk.word())
    });
    println!("  {}", classes.join(", "));
    store.judge(first.judged, first.over).await.expect("written");
    let (mut reads, mut passes) = (Vec::new(), Vec::new());
    let (mut now, mut written) = (START, 0);
    for round in 0..ROUNDS {
        now = now.plus(POLL);
        move_on(&store, round, now).await;
        let began = Instant::now();
        let fleet = reader.fleet(now).expect("a fleet");
        reads.push(began.elapsed());
        let began = Instant::now();
        let verdicts = judging.pass(&fleet, now);
        passes.push(began.elapsed());
        written += verdicts.judged.len();
        store.judge(verdicts.judged, verdicts.over).await.expect("written");
        reader.fleet(now).expect("what was written");
    }
    println!("floor: reading what changed {:>8.0} ms", median(&mut reads));
    let goal = "(goal P13: 1,000)";
    println!("judging {MOVED} of {LOADS} loads {:>8.0} ms {goal}", median(&mut passes));
    println!("  of them {} a round came to something else", written / ROUNDS);
    let fleet = reader.fleet(now).expect("a fleet");
    println!("all of them, once a minute  {:>8.0} ms", whole(&mut judging, &fleet, now));
}

fn whole(judging: &mut Judging, fleet: &Fleet, now: Timestamp) -> f64 {
    let began = Instant::now();
    judging.look_again();
    judging.pass(fleet, now);
    millis(began.elapsed())
}

fn office() -> Office {
    Office {
        zone: TimeZone::get("America/Chicago").expect("a zone"),
        cycle: Cycle::SeventyInEight,
        day_start: Time::midnight(),
        dwell: Duration::from_hours(2),
        warning: Duration::from_mins(30),
        truck_per_mille: 1070,
    }
}

/// The fleet: every truck has a load under way, to one stop or to two.
async fn fill(store: &Store) {
    let units = || (0..LOADS).collect::<Vec<_>>();
    for page in units().chunks(PAGE) {
        let named = |kind, prefix: &str, unit: &usize| {
            Change::Profile(Box::new(Profile::new(
                kind,
                format!("{prefix}{unit}"),
                format!("{prefix}{unit}"),
            )))
        };
        let tractors = page.iter().map(|unit| named(UnitKind::Tractor, "T", unit)).collect();
        apply(store, "vehicles", tractors, START).await;
        let drivers = page.iter().map(|unit| named(UnitKind::Driver, "D", unit)).collect();
        apply(store, "drivers", drivers, START).await;
        apply(store, "vehicle_stats", page.iter().map(|unit| fix(*unit, 0, START)).collect(), START).await;
        apply(store, "hos_clocks", page.iter().flat_map(|unit| hours(*unit)).collect(), START).await;
        apply(store, "movements", page.iter().map(|unit| movement(*unit)).collect(), START).await;
        apply(store, "stops", page.iter().flat_map(|unit| stops(*unit)).collect(), START).await;
        apply(store, "assignments", page.iter().map(|unit| assignment(*unit)).collect(), START).await;
    }
}

/// A poll that moves every fifth truck, another fifth each time.
async fn move_on(store: &Store, round: usize, now: Timestamp) {
    let moved: Vec<_> = (0..MOVED).map(|number| fix(number * 5 + round % 5, round + 1, now)).collect();
    for page in moved.chunks(PAGE) {
        apply(store, "vehicle_stats", page.to_vec(), now).await;
    }
    for resource in ["hos_clocks", "movements", "stops"] {
        apply(store, resource, Vec::new(), now).await;
    }
}

async fn apply(store: &Store, resource: &'static str, changes: Vec<Change>, now: Timestamp) {
    let health = Health { interval_s: 60, done: true, ..Health::default() };
    let batch = Batch { changes, ..Batch::default() };
    // The TMS's account tells all: of another's drivers and trucks its loads would know nothing, and every load
    // would be unknown in no time.
    let commit = Commit { account: "mcleod".into(), resource, batch, read_rev: None, health, now };
    store.apply(commit).await.expect("a page");
}

/// Some 62 mph northwards.
fn fix(unit: usize, round: usize, now: Timestamp) -> Change {
    #[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
    let (spread, driven) = (unit as f64 / 1000.0, round as f64 * 0.001_2);
    let fix = Fix {
        latitude: 30.0 + spread / 2.0 + driven,
        longitude: -100.0 + spread,
        says: None,
        speed_mph: Some(62.0),
        heading_deg: Some(0.0),
        place: None,
        observed_at: now,
    };
    Change::Fix { kind: UnitKind::Tractor, external_id: format!("T{unit}"), fix }
}

/// Fresh, in the middle of a shift, or with little left; one in eight with a cycle that binds.
fn hours(unit: usize) -> [Change; 2] {
    const HOUR: i64 = 3600;
    let tight = unit.is_multiple_of(8);
    let driven = i64::try_from(unit % 10).unwrap_or(0);
    let before: [i64; 7] = if tight { [11, 11, 11, 10, 10, 9, 0] } else { [9, 9, 8, 0, 0, 0, 0] };
    let used = before.iter().sum::<i64>() + driven;
    let clocks = Clocks {
        status: Some(DutyStatus::Driving),
        status_since_at: Some(START.minus(Duration::from_mins(20))),
        drive_left_s: Some((11 - driven) * HOUR),
        shift_left_s: Some((13 - driven) * HOUR),
        break_left_s: Some((8 - driven % 8) * HOUR),
        cycle_left_s: Some((70 - used).max(0) * HOUR),
        cycle_tomorrow_s: None,
        as_of_at: START,
    };
    let today = jiff::civil::date(2026, 1, 12);
    let days = std::iter::once(driven).chain(before).zip(0_i64..).map(|(hours, back)| DutyDay {
        on_duty_s: Some(hours * HOUR),
        ..DutyDay::untold(today.saturating_sub(back.days()))
    });
    let external_id = format!("D{unit}");
    [
        Change::Clocks { external_id: external_id.clone(), clocks },
        Change::DutyDays { external_id, source: DutySource::Recap, days: days.collect() },
    ]
}

fn movement(unit: usize) -> Change {
    Change::Movement(Box::new(TmsMovement {
        id: format!("M{unit}").into(),
        company_id: COMPANY.into(),
        status: MovementStatus::InProgress,
        ..TmsMovement::default()
    }))
}

/// One to fifteen hours away, with windows that are met, just met or missed; every third has a second stop.
fn stops(unit: usize) -> Vec<Change> {
    let count = if unit.is_multiple_of(3) { 2 } else { 1 };
    let stop = |number: usize| {
        #[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
        let (spread, away) = (unit as f64 / 1000.0, (1 + unit % 12 + number * 4) as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours")]
        let opens = START.plus(Duration::from_secs((away * 4500.0) as u64 + (unit % 7) as u64 * 1800));
        Change::Stop(Box::new(TmsStop {
            id: format!("S{unit}.{number}").into(),
            company_id: COMPANY.into(),
            movement_id: Some(format!("M{unit}").into()),
            sequence: i64::try_from(number).unwrap_or(0) + 1,
            latitude: Some(30.0 + spread / 2.0 + away * 0.7),
            longitude: Some(-100.0 + spread),
            scheduled_early_at: Some(opens),
            scheduled_late_at: Some(opens.plus(Duration::from_hours(2))),
            ..TmsStop::default()
        }))
    };
    (0..count).map(stop).collect()
}

fn assignment(unit: usize) -> Change {
    Change::Assignment(Assignment {
        company_id: COMPANY.into(),
        movement_id: format!("M{unit}"),
        driver: Some(format!("D{unit}")),
        tractor: Some(format!("T{unit}")),
        ..Assignment::default()
    })
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    millis(times.get(times.len() / 2).copied().unwrap_or_default())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
