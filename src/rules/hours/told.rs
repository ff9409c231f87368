//! A way through the search, as it is told: segments without gaps, and what made it stop or wait.

use super::node::{Node, Rest, Step, Wait};
use super::request::{Halt, Limit, Segment, SegmentKind};
use super::search::Search;
use super::stages::Stage;
use super::state::State;
use crate::model::Timestamp;

/// What is done when, from the first node to the last; `now` in seconds since the epoch.
pub(super) fn segments(path: &[Node], now: i64) -> Vec<Segment> {
    let at = |seconds: i64| Timestamp::from_secs(now + seconds);
    let mut told: Vec<(Segment, usize)> = Vec::new();
    for (before, node) in path.iter().zip(path.iter().skip(1)) {
        let Some((kind, why)) = words(node.step) else { continue };
        let segment = Segment { kind, start_at: at(before.state.at), end_at: at(node.state.at), why };
        if segment.start_at == segment.end_at {
            continue;
        }
        match told.last_mut() {
            Some((last, stage)) if goes_on(last, &segment, *stage == before.stage) => {
                last.end_at = segment.end_at;
                (last.kind, last.why) = (segment.kind, segment.why);
            }
            Some(_) | None => told.push((segment, before.stage)),
        }
    }
    told.into_iter().map(|(segment, _)| segment).collect()
}

/// Whether two that follow one another are one: the same drive, and a rest with what led up to it.
fn goes_on(last: &Segment, next: &Segment, same_stage: bool) -> bool {
    match (last.kind, next.kind) {
        (SegmentKind::Drive, SegmentKind::Drive) => same_stage,
        (SegmentKind::Rest | SegmentKind::Wait, SegmentKind::Rest) => true,
        (SegmentKind::Wait, SegmentKind::Wait) => last.why == next.why,
        _ => false,
    }
}

const fn words(step: Step) -> Option<(SegmentKind, &'static str)> {
    Some(match step {
        Step::Start | Step::Meet | Step::UseSplit => return None,
        Step::Drive(_) => (SegmentKind::Drive, "drive"),
        Step::Work => (SegmentKind::Work, "work"),
        Step::Dock => (SegmentKind::Work, "work at the appointment"),
        Step::Rest(Rest::Break, _) => (SegmentKind::Rest, "30-minute break"),
        Step::Rest(Rest::Split, _) => (SegmentKind::Rest, "second half of the split, in the berth"),
        Step::Rest(Rest::Full, _) => (SegmentKind::Rest, "10-hour rest"),
        Step::Rest(Rest::Restart, _) => (SegmentKind::Rest, "34-hour restart"),
        Step::Wait(Wait::Gate, _) => (SegmentKind::Wait, "until the appointment opens"),
        Step::Wait(Wait::Day, _) => (SegmentKind::Wait, "until hours come back at the day's start"),
        Step::Hold(why, _) if why.gate => (SegmentKind::Wait, "leave later: the appointment opens later"),
        Step::Hold(_, _) => (SegmentKind::Wait, "leave later: hours come back at the day's start"),
    })
}

/// What the plan stops or waits for, stretch by stretch, in order.
pub(super) fn halts(search: &mut Search, path: &[Node], now: i64) -> Vec<Halt> {
    let at = |seconds: i64| Timestamp::from_secs(now + seconds);
    let mut halts = Vec::new();
    let mut next = 0;
    while let Some(first) = path.get(next) {
        let steps = path.get(next + 1..).unwrap_or_default();
        let length = steps.iter().take_while(|node| !is_duty(node.step)).count();
        let stretch = steps.get(..length).unwrap_or_default();
        if let Some(last) = stretch.last().filter(|last| last.state.at > first.state.at) {
            let drives = matches!(steps.get(length).map(|node| node.step), Some(Step::Drive(_)));
            halts.push(Halt {
                start_at: at(first.state.at),
                end_at: at(last.state.at),
                limits: limits_of(search, first, stretch, drives),
            });
        }
        next += length + 1;
    }
    halts
}

/// What made the plan stop or wait, each once, in order.
pub(super) fn binding(halts: &[Halt]) -> Vec<Limit> {
    let mut binding = Vec::new();
    for limit in halts.iter().flat_map(|halt| &halt.limits) {
        if !binding.contains(limit) {
            binding.push(*limit);
        }
    }
    binding
}

const fn is_duty(step: Step) -> bool {
    matches!(step, Step::Drive(_) | Step::Work | Step::Dock)
}

/// What one off-duty stretch was for.
fn limits_of(search: &mut Search, first: &Node, stretch: &[Node], drives: bool) -> Vec<Limit> {
    let steps = || stretch.iter().map(|node| node.step);
    let gate = steps().any(|step| matches!(step, Step::Wait(Wait::Gate, 1..)) || held(step).0);
    let cycle = steps()
        .any(|step| matches!(step, Step::Wait(Wait::Day, _) | Step::Rest(Rest::Restart, _)) || held(step).1);
    let mut limits = if drives { at_zero(search, &first.state) } else { Vec::new() };
    limits.extend(gate.then_some(Limit::Appointment));
    limits.extend(cycle.then_some(Limit::Cycle));
    if limits.is_empty() {
        limits.extend(would_stop(search, first));
    }
    limits
}

const fn held(step: Step) -> (bool, bool) {
    match step {
        Step::Hold(why, _) => (why.gate, why.day),
        _ => (false, false),
    }
}

fn at_zero(search: &Search, state: &State) -> Vec<Limit> {
    let limits = [
        (state.drive <= 0, Limit::Drive),
        (state.window <= state.at, Limit::Window),
        (state.break_left <= 0, Limit::Break),
        (search.hours.cycle_left(state) <= 0, Limit::Cycle),
    ];
    limits.into_iter().filter_map(|(zero, limit)| zero.then_some(limit)).collect()
}

/// The limit that would have stopped the truck first, had it gone on; without one, the appointment that it would have
/// waited for.
fn would_stop(search: &mut Search, from: &Node) -> Option<Limit> {
    let (mut state, mut waits) = (from.state, false);
    let stages: Vec<Stage> = search.stages.iter().skip(from.stage).copied().collect();
    for (index, stage) in stages.into_iter().enumerate() {
        match stage {
            Stage::Drive { seconds } => {
                let left = if index == 0 { from.left } else { seconds };
                if search.hours.drive(&mut state, left) < left {
                    return at_zero(search, &state).first().copied();
                }
            }
            Stage::Work { seconds } => search.hours.work(&mut state, seconds),
            Stage::Gate { opens, .. } => {
                let wait = (opens - state.at).max(0);
                waits |= wait > 0;
                search.hours.off(&mut state, wait);
            }
            Stage::Dock { opens, seconds, .. } => {
                let wait = (opens - state.at).max(0);
                waits |= wait > 0;
                search.hours.off(&mut state, wait);
                search.hours.work(&mut state, seconds);
            }
        }
    }
    waits.then_some(Limit::Appointment)
}
