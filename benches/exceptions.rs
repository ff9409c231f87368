//! One look for exceptions over 10,000 loads and 30,000 units, of which a tenth are in trouble. Prints;
//! asserts nothing, since the machine may be busy. The goal is "well under 100 ms".
//!
//! `cargo bench --bench exceptions`

use std::time::{Duration, Instant};

use backhaul::model::{
    Arrival, Driver, DutyStatus, FeedStatus, Fleet, Judgement, Motion, Movement, MovementStatus, Muster,
    Named, Post, Reason, Risk, RowText, Stop, StopType, Timestamp, Tractor, Trailer, UnitId,
};
use backhaul::rules::alerts;
use backhaul::rules::freshness::Freshness;

const LOADS: usize = 10_000;
const ROUNDS: usize = 20;
const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn main() {
    let mut fleet = fleet();
    let fresh = Freshness::of(&fleet.feeds, NOW);
    let mut muster = Muster::default();
    fleet.tractors.iter().for_each(|row| muster.call(Post::from(&**row)));
    let first = alerts::look(&fleet, &muster, &fresh, NOW);
    let rows = first.iter().filter_map(|step| step.row()).cloned();
    fleet.exceptions = rows.collect();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            let steps = alerts::look(&fleet, &muster, &fresh, NOW);
            assert!(steps.is_empty(), "the same again makes no step");
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times.get(ROUNDS / 2).copied().unwrap_or_default();
    println!("{} exceptions in {LOADS} loads and {} units", first.len(), 3 * LOADS);
    println!("a look                   {median:>9.1?}   (goal: well under 100 ms)");
}

fn id(account: &str, unit: usize) -> UnitId {
    UnitId::first_told(account, &format!("{unit:08}"))
}

fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    let feed = |account: &str, resource: &str| FeedStatus {
        account: account.into(),
        resource: resource.into(),
        interval_s: 30,
        last_ok_at: Some(NOW),
        ..FeedStatus::default()
    };
    fleet.feeds =
        vec![feed("samsara", "vehicle_stats"), feed("motive", "available_time"), feed("mcleod", "movements")];
    fleet.tractors = (0..LOADS).map(tractor).collect();
    fleet.trailers = (0..LOADS).map(trailer).collect();
    fleet.drivers = (0..LOADS).map(driver).collect();
    fleet.movements = (0..LOADS).map(movement).collect();
    fleet.stops = (0..3 * LOADS).map(stop).collect();
    fleet.judgements = (0..LOADS).map(judgement).collect();
    fleet.index();
    fleet
}

/// Every tenth is dark, and every trailer without its tractor.
fn tractor(unit: usize) -> Tractor {
    let ago = if unit % 10 == 3 { Duration::from_hours(1) } else { Duration::ZERO };
    Tractor {
        id: id("samsara", unit),
        unit_number: unit.to_string().into(),
        latitude: Some(latitude(unit)),
        longitude: Some(-100.0),
        state: Motion::Moving,
        state_since_at: Some(NOW.minus(Duration::from_hours(2))),
        observed_at: Some(NOW.minus(ago)),
        source: Some("samsara".into()),
        ..Tractor::default()
    }
}

#[expect(clippy::cast_precision_loss, reason = "ten thousand fits")]
fn latitude(unit: usize) -> f64 {
    30.0 + unit as f64 / LOADS as f64 * 15.0
}

fn trailer(unit: usize) -> Trailer {
    Trailer {
        id: id("samsara", LOADS + unit),
        unit_number: unit.to_string().into(),
        latitude: Some(latitude(unit)),
        longitude: Some(if unit % 10 == 4 { -90.0 } else { -100.0 }),
        state: Motion::Moving,
        observed_at: Some(NOW),
        tractor_id: unit.is_multiple_of(2).then(|| id("samsara", unit)),
        source: Some("samsara".into()),
        ..Trailer::default()
    }
}

fn driver(unit: usize) -> Driver {
    Driver {
        id: id("motive", unit),
        name: format!("Driver {unit}").into(),
        hos_status: DutyStatus::Driving,
        hos_as_of_at: Some(NOW),
        tractor_id: Some(id("samsara", unit)),
        source: Some("motive".into()),
        ..Driver::default()
    }
}

fn movement(number: usize) -> Movement {
    let is_assigned = number % 10 != 5;
    let mut movement = Movement {
        driver_named: Named::Nobody,
        tractor_named: Named::Nobody,
        driver_id: is_assigned.then(|| id("motive", number)),
        tractor_id: is_assigned.then(|| id("samsara", number)),
        ..Movement::default()
    };
    movement.tms.company_id = "TMS".into();
    movement.tms.id = format!("{number:08}").into();
    movement.tms.status = MovementStatus::InProgress;
    movement
}

fn stop(number: usize) -> Stop {
    let mut stop = Stop::default();
    stop.tms.company_id = "TMS".into();
    stop.tms.id = format!("{number:08}").into();
    stop.tms.movement_id = Some(format!("{:08}", number / 3).into());
    stop.tms.sequence = i64::try_from(number % 3).unwrap_or_default();
    stop.tms.kind = if number.is_multiple_of(3) { StopType::Pickup } else { StopType::Delivery };
    stop.tms.city = Some("MEMPHIS".into());
    stop.tms.scheduled_early_at = Some(NOW.plus(Duration::from_hours(2)));
    stop.tms.scheduled_late_at = Some(NOW.plus(Duration::from_hours(4)));
    stop
}

fn judgement(number: usize) -> Judgement {
    let risk = if number % 10 == 6 { Risk::Late } else { Risk::Ok };
    let stop_id = RowText::from(format!("{:08}", 3 * number + 1));
    let arrival = Arrival { stop_id: stop_id.clone(), late_s: Some(600), risk, ..Arrival::default() };
    Judgement {
        company_id: "TMS".into(),
        movement_id: format!("{number:08}").into(),
        tractor_id: Some(id("samsara", number)),
        driver_id: Some(id("motive", number)),
        risk,
        reason: Some(Reason::Shift),
        stop_id: Some(stop_id),
        late_s: Some(600),
        arrivals: vec![arrival],
        ..Judgement::default()
    }
}
