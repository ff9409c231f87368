//! P12: plans a second on one core, where the cycle does not bind and where it does, and the slowest of the
//! largest requests that must be answered. Prints; asserts nothing, since the machine may be busy.
//!
//! `cargo bench --bench planner`

use std::hint::black_box;
use std::time::{Duration, Instant};

use backhaul::model::{DutyStatus, Timestamp};
use backhaul::rules::hours::{Cycle, Request, Ruleset, Task, plan};
use jiff::civil::Time;
use jiff::tz::TimeZone;

const HOUR: i64 = 3600;
/// Mon 2026-01-12 08:00 in Chicago.
const NOW: i64 = 1_768_226_400;
const ROUND: Duration = Duration::from_millis(200);
const ROUNDS: usize = 9;

fn main() {
    let roomy = [0, 9, 9, 0, 0, 0, 0, 0];
    let tight = [0, 11, 11, 11, 10, 10, 9, 8];
    let free: Vec<Request> = trips().into_iter().map(|tasks| request(&roomy, tasks)).collect();
    let bound: Vec<Request> = trips().into_iter().map(|tasks| request(&tight, tasks)).collect();
    println!("cycle does not bind  {:>9.0} plans/s (goal P12: 50,000)", plans_a_second(&free));
    println!("cycle binds          {:>9.0} plans/s (goal P12: 2,000)", plans_a_second(&bound));
    let slowest = (0..40).map(|shape| slowest(&request(&tight, fortnight(shape)))).max();
    println!(
        "20 tasks, 14 days    {:>9.1} ms, the slowest of 40 (goal: 2,000)",
        millis(slowest.unwrap_or_default())
    );
}

/// A driver of two hours' driving this shift, with what was on duty on which day, in hours.
fn request(days: &[i64], tasks: Vec<Task>) -> Request {
    let mut days: Vec<i64> = days.iter().map(|hours| hours * HOUR).collect();
    if let Some(today) = days.first_mut() {
        *today = 2 * HOUR;
    }
    Request {
        now: Timestamp::from_secs(NOW),
        zone: TimeZone::get("America/Chicago").expect("a zone"),
        day_start: Time::midnight(),
        ruleset: Ruleset::named(Ruleset::US_PROPERTY).expect("the rules"),
        cycle: Cycle::SeventyInEight,
        status: DutyStatus::Driving,
        rested_s: 0,
        drive_left_s: 9 * HOUR,
        shift_left_s: Some(11 * HOUR),
        break_left_s: Some(6 * HOUR),
        cycle_left_s: (70 * HOUR - days.iter().sum::<i64>()).max(0),
        on_duty_days_s: Some(days),
        split: None,
        tasks,
    }
}

/// What dispatchers ask: a leg, a delivery, two stops, two days.
fn trips() -> Vec<Vec<Task>> {
    vec![
        vec![Task::Drive(4 * HOUR + 1800)],
        vec![Task::Drive(3 * HOUR), gate(4, 8), Task::Work(2 * HOUR)],
        vec![Task::Drive(2 * HOUR), gate(3, 5), Task::Work(HOUR), Task::Drive(7 * HOUR), gate(20, 30)],
        vec![Task::Drive(20 * HOUR), gate(30, 60), Task::Work(2 * HOUR)],
    ]
}

/// Twenty tasks spread over fourteen days, windows wide and narrow.
fn fortnight(shape: i64) -> Vec<Task> {
    let apart = 336 / 7;
    let stops = (0..6).flat_map(|stop| {
        let opens = 5 + stop * apart + (shape * 7 + stop * 5) % 24;
        let wide = [1, 4, 24, 120][usize::try_from((shape + stop) % 4).unwrap_or(0)];
        [Task::Drive((6 + (shape + stop) % 9) * HOUR + 777), gate(opens, opens + wide), Task::Work(HOUR)]
    });
    stops.chain([Task::Drive(3 * HOUR), gate(330, 336)]).collect()
}

fn gate(opens: i64, closes: i64) -> Task {
    let at = |hours: i64| Some(Timestamp::from_secs(NOW + hours * HOUR));
    Task::Appointment { earliest: at(opens), latest: at(closes) }
}

#[expect(clippy::cast_precision_loss, reason = "a count of plans")]
fn plans_a_second(requests: &[Request]) -> f64 {
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (began, mut plans) = (Instant::now(), 0_u64);
            while began.elapsed() < ROUND {
                for request in requests {
                    black_box(plan(black_box(request))).expect("a plan");
                    plans += 1;
                }
            }
            plans as f64 / began.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn slowest(request: &Request) -> Duration {
    let began = Instant::now();
    black_box(plan(black_box(request))).expect("a plan");
    began.elapsed()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
