//! Random questions, all of them in multiples of a slot, and the planner held against brute force.

use backhaul::model::{DutyStatus, Timestamp};
use backhaul::rules::hours::{Cycle, Plan, Request, Ruleset, Split, Task, plan};
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::brute::{Answer, Brute};
use super::legal;

pub const HOUR: i64 = 3600;
const SLOT: i64 = 1800;

#[test]
fn random_plans_are_those_of_brute_force() {
    agree(1, 1500, SLOT, 8);
}

#[test]
fn random_plans_of_short_work_are_those_of_brute_force() {
    agree(2, 500, SLOT / 2, 5);
}

#[test]
#[ignore = "by hand, in release: cargo test --release --test it many_random -- --ignored --nocapture"]
fn many_random_plans_are_those_of_brute_force() {
    let count = std::env::var("CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(50_000);
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(3);
    agree(seed, count * 4 / 5, SLOT, 15);
    agree(seed + 1000, count / 5, SLOT / 2, 12);
}

/// Holds `count` plans against brute force; no more than `hours` of driving in any.
pub fn agree(seed: u64, count: u64, slot: i64, hours: i64) {
    for case in 0..count {
        let mut chance = Chance::of(seed.wrapping_mul(0x9E37_79B9).wrapping_add(case));
        let request = request(&mut chance, slot, hours);
        let found = plan(&request).unwrap_or_else(|refusal| panic!("{seed}/{case}: {refusal}\n{request:#?}"));
        if let Some(fault) = disagreement(&request, &found, slot) {
            panic!("case {case} of {seed}: {fault}\n{request:#?}\n{found:#?}");
        }
    }
}

/// How brute force answers another way than the planner, if it does.
pub fn disagreement(request: &Request, found: &Plan, slot: i64) -> Option<String> {
    if let Some(fault) = legal::fault(request, found) {
        return Some(format!("not legal: {fault}"));
    }
    let now = seconds(request.now);
    let took = seconds(found.arrival_at) - now;
    let midnights = legal::day_starts(request, seconds(found.arrival_at) + 3 * 24 * HOUR);
    let mut brute = Brute::new(request, slot, midnights);
    let slots = i32::try_from(took.div_euclid(slot)).unwrap();
    let missed = brute.relax(slots);
    let said = found.notes.iter().filter(|note| note.to_string().starts_with("appointment_missed:")).count();
    if missed.len() != said {
        return Some(format!("missed are {missed:?}"));
    }
    let told = |answer: Answer| {
        let Answer { at, cycle, drive, break_left } = answer;
        let of = |slots: i32| i64::from(slots) * slot;
        (of(at), of(cycle.max(0)), of(drive), request.break_left_s.map(|_| of(break_left)))
    };
    let expected = brute.answer(0, slots).map(told);
    let left = match request.split {
        None => legal::left(request, found),
        // Which rest was the second half, the segments do not say.
        Some(_) => expected.map_or_else(Default::default, |(.., drive, break_left)| (drive, break_left)),
    };
    let planned = (took, found.cycle_left_s, left.0, left.1);
    if expected != Some(planned) {
        return Some(format!("brute force: {expected:?}, planner {planned:?}"));
    }
    let closing = brute.gates.iter().any(|gate| gate.1 < i32::MAX / 2);
    match found.latest_departure_at {
        None if closing && missed.is_empty() => Some("no latest departure".to_owned()),
        Some(_) if !closing || !missed.is_empty() => Some("a latest departure for nothing".to_owned()),
        None => None,
        Some(at) => {
            let idle = seconds(at) - now;
            let slots = i32::try_from(idle.div_euclid(slot)).unwrap();
            let exact = idle % slot == 0 && brute.meets(slots) && !brute.meets(slots + 1);
            (!exact).then(|| {
                format!("latest departure after {idle} s: {} {}", brute.meets(slots), brute.meets(slots + 1))
            })
        }
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}

/// A small generator: the same seed is the same case.
pub struct Chance(u64);

impl Chance {
    pub fn of(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..8).for_each(|_| {
            chance.next();
        });
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, most: i64) -> i64 {
        i64::try_from((self.next() >> 16) % u64::try_from(most).unwrap()).unwrap()
    }

    /// From `low` to `high`, both among them, a multiple of `slot`.
    fn slots(&mut self, low: i64, high: i64, slot: i64) -> i64 {
        low + self.below((high - low).max(0) / slot + 1) * slot
    }

    fn one_in(&mut self, many: i64) -> bool {
        self.below(many) == 0
    }

    pub fn one<T: Copy>(&mut self, any: &[T]) -> T {
        any[usize::try_from(self.below(i64::try_from(any.len()).unwrap())).unwrap()]
    }
}

/// Any driver's clocks and up to six stops, with no more than `hours` of driving.
pub fn request(chance: &mut Chance, slot: i64, hours: i64) -> Request {
    let zone = chance.one(&["America/Chicago", "America/New_York", "America/Los_Angeles", "America/Phoenix"]);
    // Ordinary weeks, and those in which summer time begins and ends.
    let date =
        chance.one(&["2026-01-12", "2026-07-07", "2026-03-06", "2026-03-07", "2026-10-30", "2026-10-31"]);
    let date: Timestamp = Timestamp::parse(&format!("{date}T06:00:00Z")).unwrap();
    let now = Timestamp::from_secs(seconds(date) + chance.slots(0, 36 * HOUR, slot));
    let cycle = chance.one(&[Cycle::SeventyInEight, Cycle::SixtyInSeven]);
    let (limit, days) = if cycle == Cycle::SeventyInEight { (70 * HOUR, 8) } else { (60 * HOUR, 7) };
    let mut request = Request {
        now,
        zone: TimeZone::get(zone).unwrap(),
        day_start: Time::new(chance.one(&[0, 0, 4, 12]), 0, 0, 0).unwrap(),
        ruleset: Ruleset::named(Ruleset::US_PROPERTY).unwrap(),
        cycle,
        status: DutyStatus::Driving,
        rested_s: 0,
        drive_left_s: 11 * HOUR,
        shift_left_s: None,
        break_left_s: Some(8 * HOUR),
        cycle_left_s: limit,
        on_duty_days_s: None,
        split: None,
        tasks: Vec::new(),
    };
    shift(chance, slot, &mut request);
    history(chance, slot, &mut request, limit, days);
    if request.shift_left_s.is_some() && request.rested_s < 10 * HOUR && chance.one_in(4) {
        request.split = Some(first_half(chance, slot, &request));
    }
    if chance.one_in(12) {
        request.break_left_s = None;
    }
    tasks(chance, slot, hours, &mut request);
    request
}

/// Mid-shift, resting, fresh or restarting.
fn shift(chance: &mut Chance, slot: i64, request: &mut Request) {
    let driven = chance.slots(0, 11 * HOUR, slot);
    let elapsed = driven + chance.slots(0, 14 * HOUR - driven, slot);
    let since = chance.slots(0, driven.min(8 * HOUR), slot);
    request.drive_left_s = 11 * HOUR - driven;
    request.shift_left_s = Some(14 * HOUR - elapsed);
    request.break_left_s = Some(8 * HOUR - since);
    let resting = [DutyStatus::OffDuty, DutyStatus::Sleeper];
    match chance.below(6) {
        0 | 1 => request.status = chance.one(&[DutyStatus::Driving, DutyStatus::OnDuty]),
        2 => {
            request.status = chance.one(&resting);
            request.rested_s = chance.slots(0, 10 * HOUR, slot);
        }
        3 => {
            request.status = chance.one(&resting);
            request.rested_s = chance.slots(10 * HOUR, 20 * HOUR, slot);
            request.shift_left_s = None;
            (request.drive_left_s, request.break_left_s) = (11 * HOUR, Some(8 * HOUR));
        }
        4 => {
            request.status = chance.one(&resting);
            request.rested_s = chance.slots(20 * HOUR, 36 * HOUR, slot);
        }
        _ => {
            request.status = chance.one(&resting);
            request.rested_s = chance.slots(0, 12 * HOUR, slot);
            request.shift_left_s = None;
        }
    }
}

/// On-duty days that bind, that do not, that are past the limit, or that nobody told.
fn history(chance: &mut Chance, slot: i64, request: &mut Request, limit: i64, days: usize) {
    let heavy = chance.one(&[4, 9, 11, 12]) * HOUR;
    let mut told: Vec<i64> =
        (0..days).map(|_| if chance.one_in(5) { 0 } else { chance.slots(heavy / 2, heavy, slot) }).collect();
    told[0] = chance.slots(0, 11 * HOUR, slot);
    let sum: i64 = told.iter().sum();
    if chance.one_in(2) {
        // Just below the limit, where hours that come back decide.
        let over = sum - limit + chance.slots(-2 * HOUR, 5 * HOUR, slot);
        let day = 1 + usize::try_from(chance.below(i64::try_from(days).unwrap() - 1)).unwrap();
        told[day] = (told[day] - over).clamp(0, 16 * HOUR);
    }
    request.cycle_left_s = (limit - told.iter().sum::<i64>()).clamp(0, limit);
    match chance.below(12) {
        0 => {}
        1 => {
            request.on_duty_days_s = Some(told);
            request.cycle_left_s = chance.slots(0, limit, slot);
        }
        _ => request.on_duty_days_s = Some(told),
    }
}

fn first_half(chance: &mut Chance, slot: i64, request: &Request) -> Split {
    let ago = request.rested_s + chance.slots(0, 8 * HOUR, slot);
    let rest_s = chance.one(&[2, 3, 3, 4, 7, 8, 10]) * HOUR;
    Split {
        ended_at: Timestamp::from_secs(seconds(request.now) - ago),
        rest_s,
        sleeper_s: if chance.one_in(2) { rest_s } else { 0 },
        drive_since_s: chance.slots(0, (ago - request.rested_s).min(11 * HOUR), slot),
    }
}

fn tasks(chance: &mut Chance, slot: i64, hours: i64, request: &mut Request) {
    let mut left = chance.slots(slot, hours * HOUR, slot);
    let mut at = seconds(request.now);
    let stops = chance.one(&[4, 4, 4, 7]);
    for _ in 0..chance.below(stops) {
        let drive = chance.slots(0, left, slot);
        left -= drive;
        at += drive + chance.slots(0, 2 * HOUR, slot);
        request.tasks.push(Task::Drive(drive));
        if !chance.one_in(3) {
            let opens = at + chance.slots(-2 * HOUR, 14 * HOUR, slot);
            let wide = chance.one(&[0, 1, 4, 24]) * HOUR;
            let closes = opens + chance.slots(0, wide, slot);
            let open = |at: i64| Some(Timestamp::from_secs(at));
            let earliest = if chance.one_in(6) { None } else { open(opens) };
            let latest = if chance.one_in(4) { None } else { open(closes) };
            request.tasks.push(Task::Appointment { earliest, latest });
            at = at.max(opens);
        }
        if !chance.one_in(4) {
            let long = chance.one(&[1, 2, 4]) * HOUR;
            let work = chance.slots(slot, long, slot);
            request.tasks.push(Task::Work(work));
            at += work;
        }
    }
    request.tasks.push(Task::Drive(left));
}
