//! Where a driver's hours end before his work does, by a plan, and what of that only holds if a half hour is due that
//! no ELD tells of. Plans nothing of its own but what it compares with.

use super::errand::{Errand, NIGHT, Pace};
use crate::model::{Point, Reason, RunsOut};
use crate::rules::hours::{Halt, Limit, Plan, Segment, SegmentKind};

/// Where the hours end before the work does on a plan to the `nth` call: at the first stop on the road that a limit makes
/// the driver rest for. What of it would be otherwise, were the half hour due later than is planned, is supposed.
pub(super) fn runs_out(plan: &Plan, errand: &Errand<'_>, nth: usize) -> Option<RunsOut> {
    let end = first_end(plan, errand)?;
    let Some(later) = errand.with_latest_break() else { return Some(end) };
    let first = |errand: &Errand<'_>| first_end(&errand.reach(nth, Pace::Practical).ok()?, errand);
    // The 14 hours end when they do, whatever is driven and rested in them.
    let is_window = |end: &RunsOut| end.limit == Reason::Shift && errand.window_ends() == Some(end.at);
    let other = first(&later).filter(|other| other.limit == end.limit);
    let at_supposed = !is_window(&end) && other.is_none_or(|other| other.at != end.at);
    // A night where half an hour more would not do is supposed too: it must not hide an end that comes in any case.
    let hidden =
        (at_supposed && end.limit == Reason::Break).then(|| first(&errand.with_break(None))).flatten();
    if let Some(window) = hidden.filter(is_window) {
        return Some(RunsOut { place_supposed: true, ..window });
    }
    let place_supposed = other.is_none_or(|other| other.short_of_s != end.short_of_s);
    Some(RunsOut { at_supposed, place_supposed, ..end })
}

/// Where the hours end first on a plan.
fn first_end(plan: &Plan, errand: &Errand<'_>) -> Option<RunsOut> {
    let is_under_way = |halt: &Halt| errand.rests() && halt.start_at <= errand.now();
    let ended_by = |halt: &Halt| ended_by(halt, is_under_way(halt), has_night(plan, halt));
    let (halt, limit) = plan.halts.iter().find_map(|halt| Some((halt, ended_by(halt)?)))?;
    let drives = plan.segments.iter().filter(|segment| segment.kind == SegmentKind::Drive);
    let before = drives.filter(|segment| segment.end_at <= halt.start_at);
    let driven_s = before.map(|segment| segment.end_at.secs_since(segment.start_at)).sum();
    let (place, short_of_s) = errand.on_the_road(driven_s)?;
    let Point { latitude, longitude } = place;
    let at = halt.start_at;
    Some(RunsOut { limit, at, latitude, longitude, short_of_s, at_supposed: false, place_supposed: false })
}

/// The limit that ends the hours where a halt begins; none where it is no end of them. Of a rest under way only a
/// long remainder is one: a driver who has nearly rested has his hours before him.
fn ended_by(halt: &Halt, is_under_way: bool, is_night: bool) -> Option<Reason> {
    let hard = halt.limits.iter().find_map(|limit| match limit {
        Limit::Drive => Some(Reason::Drive),
        Limit::Window => Some(Reason::Shift),
        Limit::Cycle => Some(Reason::Cycle),
        Limit::Break | Limit::Appointment => None,
    });
    // Where half an hour more would not do, the night is taken when the half hour is due.
    let soft = halt.limits.contains(&Limit::Break).then_some(Reason::Break);
    hard.filter(|_| is_night || !is_under_way).or_else(|| soft.filter(|_| is_night))
}

/// Whether a halt has a long rest in it; what is waited beside it is none.
fn has_night(plan: &Plan, halt: &Halt) -> bool {
    let within = |segment: &&Segment| segment.start_at >= halt.start_at && segment.end_at <= halt.end_at;
    let mut rests = plan.segments.iter().filter(within).filter(|segment| segment.kind == SegmentKind::Rest);
    rests.any(|rest| rest.end_at.since(rest.start_at) >= NIGHT)
}
