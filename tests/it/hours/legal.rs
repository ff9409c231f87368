//! Whether a plan is legal, from its segments alone: what was done when, never the planner's clocks.

use backhaul::model::{DutyStatus, Timestamp};
use backhaul::rules::hours::{Cycle, Note, Plan, Request, Segment, SegmentKind, Task};
use jiff::ToSpan;

const HOUR: i64 = 3600;
const BREAK: i64 = 1800;

/// What is wrong with `plan` as an answer to `request`, if anything.
pub fn fault(request: &Request, plan: &Plan) -> Option<String> {
    let now = seconds(request.now);
    let mut at = now;
    for segment in &plan.segments {
        if seconds(segment.start_at) != at || seconds(segment.end_at) <= at {
            return Some(format!("a gap, or no time, at {}", segment.start_at));
        }
        at = seconds(segment.end_at);
    }
    if seconds(plan.arrival_at) != at {
        return Some(format!("arrives at {}, after its last segment", plan.arrival_at));
    }
    if let Some(fault) = tasks(request, plan) {
        return Some(fault);
    }
    let as_is = hours(request, &plan.segments, None);
    let fault = as_is.clone()?;
    // A split may be used with any one rest that is its second half.
    let split = request.split.filter(|_| request.shift_left_s.is_some());
    let used = |rest: &Rest| {
        let split = split.as_ref().unwrap();
        let gap = rest.start - seconds(split.ended_at);
        let berth = split.sleeper_s >= 7 * HOUR || rest.berth >= 7 * HOUR;
        let together = rest.end - rest.start + split.rest_s >= 10 * HOUR;
        let enough = rest.end - rest.start >= 2 * HOUR && together && berth && gap >= 0;
        enough && hours(request, &plan.segments, Some(rest.end)).is_none()
    };
    let legal = split.is_some() && rests(request, &plan.segments).iter().any(used);
    (!legal).then_some(fault)
}

/// Driving, and driving before an interruption, left at the arrival, where no split is used.
pub fn left(request: &Request, plan: &Plan) -> (i64, Option<i64>) {
    let (mut drive, mut since) = (request.drive_left_s, request.break_left_s.map(|left| 8 * HOUR - left));
    let (mut rest, mut still) = (request.rested_s, request.rested_s);
    let whole = plan.segments.iter().map(|s| (s.kind, seconds(s.end_at) - seconds(s.start_at)));
    for (kind, length) in std::iter::once((SegmentKind::Rest, 0)).chain(whole) {
        match kind {
            SegmentKind::Drive => {
                (rest, still) = (0, 0);
                drive -= length;
                since = since.map(|since| since + length);
            }
            SegmentKind::Work => (rest, still) = (0, still + length),
            SegmentKind::Rest | SegmentKind::Wait => (rest, still) = (rest + length, still + length),
        }
        if rest >= 10 * HOUR {
            drive = 11 * HOUR;
        }
        if still >= BREAK {
            since = since.map(|_| 0);
        }
    }
    (drive, since.map(|since| 8 * HOUR - since))
}

fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}

/// Tasks whole and in order, appointments at their time.
fn tasks(request: &Request, plan: &Plan) -> Option<String> {
    let duty: Vec<&Segment> = plan.segments.iter().filter(|segment| on_duty(segment)).collect();
    let mut duty = duty.into_iter().map(|s| (s.kind, seconds(s.start_at), seconds(s.end_at))).peekable();
    let late: Vec<(usize, i64)> = plan
        .notes
        .iter()
        .filter_map(|note| match note {
            Note::AppointmentMissed { appointment, met_at, .. } => Some((*appointment, seconds(*met_at))),
            Note::RecapUnknown | Note::HistoryDisagrees | Note::ClocksOdd(_) => None,
        })
        .collect();
    let (mut at, mut appointment, mut bound) = (seconds(request.now), 0, None);
    let tasks: Vec<&Task> =
        request.tasks.iter().filter(|task| !matches!(task, Task::Drive(0) | Task::Work(0))).collect();
    for (index, task) in tasks.iter().enumerate() {
        match **task {
            Task::Drive(length) => {
                let mut left = length;
                while left > 0 {
                    match duty.next() {
                        Some((SegmentKind::Drive, start, end)) if end - start <= left => {
                            left -= end - start;
                            at = end;
                        }
                        other => return Some(format!("{left} s of drive {index} left, but {other:?}")),
                    }
                }
            }
            Task::Work(length) => match duty.next() {
                Some((SegmentKind::Work, start, end)) if end - start == length => {
                    if bound.take().is_some_and(|(earliest, latest)| start < earliest || start > latest) {
                        return Some(format!("work {index} does not begin at its appointment"));
                    }
                    at = end;
                }
                other => return Some(format!("work {index} of {length} s, but {other:?}")),
            },
            Task::Appointment { earliest, latest } => {
                appointment += 1;
                let earliest = earliest.map_or(i64::MIN, seconds).max(at);
                let mut latest = latest.map_or(i64::MAX, seconds);
                if let Some((_, met_at)) = late.iter().find(|(which, _)| *which == appointment) {
                    if *met_at <= latest {
                        return Some(format!("appointment {appointment} is said to be missed in time"));
                    }
                    latest = *met_at;
                }
                let next = duty.peek().map_or(seconds(plan.arrival_at), |(_, start, _)| *start);
                if earliest > latest || earliest > next {
                    return Some(format!("appointment {appointment} is not met"));
                }
                at = earliest;
                bound = matches!(tasks.get(index + 1), Some(Task::Work(_))).then_some((earliest, latest));
            }
        }
    }
    duty.next().map(|more| format!("duty nobody asked for: {more:?}"))
}

const fn on_duty(segment: &Segment) -> bool {
    matches!(segment.kind, SegmentKind::Drive | SegmentKind::Work)
}

struct Rest {
    start: i64,
    end: i64,
    berth: i64,
}

/// The off-duty runs, the one under way with what went before.
fn rests(request: &Request, segments: &[Segment]) -> Vec<Rest> {
    let now = seconds(request.now);
    let told = if request.status == DutyStatus::Sleeper { request.rested_s } else { 0 };
    let mut runs = vec![Rest { start: now - request.rested_s, end: now, berth: told }];
    for segment in segments.iter().filter(|segment| !on_duty(segment)) {
        let (start, end) = (seconds(segment.start_at), seconds(segment.end_at));
        match runs.last_mut() {
            Some(last) if last.end == start => {
                last.end = end;
                last.berth += end - start;
            }
            _ => runs.push(Rest { start, end, berth: end - start }),
        }
    }
    runs
}

/// The first limit that is broken, where the split is used at the end of the rest that ends at `split`.
fn hours(request: &Request, segments: &[Segment], split: Option<i64>) -> Option<String> {
    let now = seconds(request.now);
    let runs = rests(request, segments);
    let (limit, days) = match request.cycle {
        Cycle::SeventyInEight => (70 * HOUR, 8),
        Cycle::SixtyInSeven => (60 * HOUR, 7),
    };
    let duty: Vec<(bool, i64, i64)> = segments
        .iter()
        .filter(|segment| on_duty(segment))
        .map(|s| (s.kind == SegmentKind::Drive, seconds(s.start_at), seconds(s.end_at)))
        .collect();
    let driven = |from: i64, to: i64| -> i64 {
        duty.iter().filter(|(drive, ..)| *drive).map(|(_, a, b)| (to.min(*b) - from.max(*a)).max(0)).sum()
    };
    for &(drive, start, end) in &duty {
        if !drive {
            continue;
        }
        // 11 and 14 hours since the last run of ten hours off duty.
        let rested = runs.iter().rev().find(|run| run.end <= start && run.end - run.start >= 10 * HOUR);
        let (mut drive_most, mut window) = if let Some(rest) = rested {
            let began = duty.iter().map(|duty| duty.1).find(|at| *at >= rest.end).unwrap_or(start);
            (11 * HOUR - driven(rest.end, end), began + 14 * HOUR)
        } else {
            let first = duty.first().map_or(start, |duty| duty.1);
            let window = request.shift_left_s.map_or(first + 14 * HOUR, |left| now + left);
            (request.drive_left_s - driven(now, end), window)
        };
        if let (None, Some(used), Some(first)) = (rested, split, &request.split)
            && start >= used
        {
            let run = runs.iter().find(|run| run.end == used).unwrap();
            drive_most = 11 * HOUR - first.drive_since_s - driven(now, end);
            window = used + 14 * HOUR - (run.start - seconds(first.ended_at));
        }
        if drive_most < 0 {
            return Some(format!("more than 11 hours driven by {end}"));
        }
        if end > window {
            return Some(format!("driving at {end}, {} s after the window", end - window));
        }
        if request.break_left_s.is_some() && since_break(request, &duty, start, end) > 8 * HOUR {
            return Some(format!("more than 8 hours without an interruption by {end}"));
        }
    }
    cycle(request, &duty, &runs, limit, days)
}

/// Driven at `end` since the last run of half an hour in which nobody drove.
fn since_break(request: &Request, duty: &[(bool, i64, i64)], start: i64, end: i64) -> i64 {
    let now = seconds(request.now);
    let full = request.break_left_s.map_or(0, |left| 8 * HOUR - left);
    let (mut still_since, mut driven) = (now - request.rested_s, full);
    for &(drive, from, to) in duty {
        if !drive {
            continue;
        }
        if from - still_since >= BREAK {
            driven = 0;
        }
        if from > start {
            break;
        }
        driven += to.min(end) - from;
        still_since = to;
    }
    driven
}

/// On-duty time of each day of the carrier's, since the last run of 34 hours off.
fn cycle(
    request: &Request,
    duty: &[(bool, i64, i64)],
    runs: &[Rest],
    limit: i64,
    days: usize,
) -> Option<String> {
    let now = seconds(request.now);
    let starts = day_starts(request, duty.last().map_or(now, |duty| duty.2));
    let today = starts.iter().rposition(|start| *start <= now).unwrap();
    let told = request.on_duty_days_s.clone().filter(|told| {
        let left = (limit - told.iter().sum::<i64>()).max(0);
        (left - request.cycle_left_s).abs() <= 60 * i64::try_from(days).unwrap()
    });
    let told = told.unwrap_or_else(|| vec![limit - request.cycle_left_s]);
    for &(drive, start, end) in duty {
        if !drive {
            continue;
        }
        let restart = runs.iter().rev().find(|run| run.end <= start && run.end - run.start >= 34 * HOUR);
        let since = restart.map_or(i64::MIN, |run| run.end);
        // At the end of each day's part of it there is the most.
        let ends = starts.iter().copied().filter(|day| start < *day && *day < end).chain([end]);
        for until in ends {
            let day = starts.iter().rposition(|day| *day < until).unwrap();
            let oldest = starts[(day + 1).saturating_sub(days)];
            let planned: i64 =
                duty.iter().map(|(_, a, b)| ((*b).min(until) - (*a).max(oldest).max(since)).max(0)).sum();
            let before: i64 = if restart.is_some() {
                0
            } else {
                let counted = (days - 1).checked_sub(day - today).map_or(0, |last| last + 1);
                told.iter().take(counted).sum()
            };
            if planned + before > limit {
                return Some(format!("{} s on duty in {days} days by {until}", planned + before));
            }
        }
    }
    None
}

/// The beginnings of the carrier's days from well before now to `until`.
pub fn day_starts(request: &Request, until: i64) -> Vec<i64> {
    let zoned = |at: i64| jiff::Timestamp::from_second(at).unwrap().to_zoned(request.zone.clone());
    let mut date = zoned(seconds(request.now)).date().checked_sub(12.days()).unwrap();
    let mut starts = Vec::new();
    loop {
        let start = date.to_datetime(request.day_start).to_zoned(request.zone.clone()).unwrap();
        let start = start.timestamp().as_second();
        starts.push(start);
        if start > until {
            return starts;
        }
        date = date.tomorrow().unwrap();
    }
}
