//! The earliest legal plan: appointments that cannot be kept, the latest departure, and the words around it.

use super::days::NEVER;
use super::lint::{ShiftClocks, oddities};
use super::node::{Node, Step};
use super::request::{Note, Plan, Refusal, Request, whole_secs};
use super::ruleset::CycleLimit;
use super::search::{Search, Wanted};
use super::stages::stages_of;
use super::state::{History, Hours, State};
use super::told;
use crate::model::Timestamp;

/// As much is never planned at once: duty in all, or how far ahead a gate opens.
const MOST_S: i64 = 1000 * 3600;

/// The plan that does all tasks first, by the rules of 49 CFR Part 395; among equals the one that leaves the
/// most cycle, then drive, then break time.
///
/// An appointment that can be kept is kept. One that cannot is met as early as can be, those before it first.
pub fn plan(request: &Request) -> Result<Plan, Refusal> {
    worked_out(request, Departure::Latest)
}

/// The same plan without its latest departure: most of the search is spent on that, and who only asks when
/// somebody arrives has no use for it.
pub fn soonest(request: &Request) -> Result<Plan, Refusal> {
    worked_out(request, Departure::NotAsked)
}

/// Whether the latest departure is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Departure {
    Latest,
    NotAsked,
}

fn worked_out(request: &Request, departure: Departure) -> Result<Plan, Refusal> {
    let limit = request.check()?;
    let (stages, appointments) = stages_of(request);
    let opens = stages.iter().map(|stage| stage.open().0).max().unwrap_or(0);
    if request.duty_s() >= MOST_S || opens >= MOST_S {
        return Err(Refusal::SearchLimit);
    }
    let (hours, start, history) = Hours::of(request, limit);
    let mut search = Search::new(hours, stages);
    let goal = search.stages.len();
    let (end, missed) = match search.run(start, goal, Wanted::Best)? {
        Some(end) => (end, Vec::new()),
        None => relaxed(&mut search, start, &appointments)?,
    };
    let path = search.path(end);
    let arrival = path.last().map_or(start, |node| node.state);
    let halts = told::halts(&mut search, &path, whole_secs(request.now));
    let segments = told::segments(&path, whole_secs(request.now));
    let latest_departure = match departure {
        Departure::Latest if missed.is_empty() => latest_departure(&mut search, start, &path)?,
        Departure::Latest | Departure::NotAsked => None,
    };
    let at = |seconds: i64| Timestamp::from_secs(whole_secs(request.now) + seconds);
    let mut notes = notes_of(request, limit, &start, history);
    notes.extend(missed.into_iter().map(|missed| Note::AppointmentMissed {
        appointment: missed.appointment,
        latest: at(missed.latest),
        met_at: at(missed.met_at),
    }));
    Ok(Plan {
        arrival_at: at(arrival.at),
        segments,
        binding: told::binding(&halts),
        halts,
        legal: true,
        latest_departure_at: latest_departure.map(at),
        cycle_left_s: search.hours.cycle_left(&arrival).max(0),
        notes,
    })
}

/// An appointment that is met too late.
struct Missed {
    /// Counted from 1.
    appointment: usize,
    latest: i64,
    met_at: i64,
}

/// The plan where not every appointment can be kept: each in order put off to the earliest instant at which it
/// can be met, where that is past its own.
fn relaxed(search: &mut Search, start: State, appointments: &[usize]) -> Result<(u32, Vec<Missed>), Refusal> {
    let mut missed = Vec::new();
    for (index, &stage) in appointments.iter().enumerate() {
        let Some(&appointment) = search.stages.get(stage) else { continue };
        let (opens, closes) = appointment.open();
        if closes == NEVER {
            continue;
        }
        // What comes before can be done: its appointments have been put off as far as that takes.
        let there = search.run(start, stage, Wanted::Best)?.ok_or(Refusal::SearchLimit)?;
        let arrival = search.nodes.get(there as usize).map_or(start.at, |node| node.state.at);
        let met_at = arrival.max(opens);
        if met_at > closes {
            missed.push(Missed { appointment: index + 1, latest: closes, met_at });
            search.put_off(stage, met_at);
        }
    }
    let goal = search.stages.len();
    let end = search.run(start, goal, Wanted::Best)?.ok_or(Refusal::SearchLimit)?;
    Ok((end, missed))
}

/// The last second until which the driver can stay off duty from now on and every gate still be met; `None`
/// where none closes. Staying on is always possible, so what can be met later can be met now.
fn latest_departure(search: &mut Search, start: State, path: &[Node]) -> Result<Option<i64>, Refusal> {
    let closing = search.stages.iter().rposition(|stage| stage.open().1 != NEVER);
    let Some(last) = closing else { return Ok(None) };
    let goal = last + 1;
    let (mut good, mut bad) = (0, search.due(goal).saturating_add(1));
    // Mostly it is one of these to the second, and the search between them is over before it begins.
    let slack = slack(search, path).min(bad - 1);
    for guess in [bad - 1, slack, slack + 1] {
        try_departure(search, start, goal, guess, (&mut good, &mut bad))?;
    }
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        try_departure(search, start, goal, middle, (&mut good, &mut bad))?;
    }
    Ok(Some(good))
}

/// Narrows what is between a departure that is early enough and one that is not.
fn try_departure(
    search: &mut Search,
    start: State,
    goal: usize,
    at: i64,
    (good, bad): (&mut i64, &mut i64),
) -> Result<(), Refusal> {
    if *good < at && at < *bad {
        let mut rested = start;
        search.hours.off(&mut rested, at);
        let met = search.run(rested, goal, Wanted::Any)?.is_some();
        *(if met { good } else { bad }) = at;
    }
    Ok(())
}

/// How much later this very plan could have begun, its waits shrinking, were there no hours of service.
fn slack(search: &Search, path: &[Node]) -> i64 {
    let (mut waits, mut slack) = (0, NEVER);
    for (before, node) in path.iter().zip(path.iter().skip(1)) {
        match node.step {
            Step::Wait(_, seconds) | Step::Hold(_, seconds) => waits += seconds,
            Step::Meet | Step::Dock => {
                let closes = search.closes(before.stage);
                slack = if closes == NEVER { slack } else { slack.min(closes - before.state.at + waits) };
            }
            Step::Start | Step::Drive(_) | Step::Work | Step::Rest(..) | Step::UseSplit => {}
        }
    }
    slack
}

fn notes_of(request: &Request, limit: CycleLimit, start: &State, history: History) -> Vec<Note> {
    let mut notes = Vec::new();
    match history {
        History::Known => {}
        History::Unknown => notes.push(Note::RecapUnknown),
        History::Disagrees => notes.push(Note::HistoryDisagrees),
    }
    // Of one shift under way and with no split; a rest that is long enough mends every clock but the cycle.
    if request.split.is_none() && start.window != NEVER {
        let clocks = ShiftClocks {
            drive_s: start.drive,
            shift_s: start.window,
            break_s: request.break_left_s.map(|_| start.break_left),
            cycle_s: request.cycle_left_s,
        };
        notes.extend(oddities(clocks, request.ruleset, limit).into_iter().map(Note::ClocksOdd));
    }
    notes
}
