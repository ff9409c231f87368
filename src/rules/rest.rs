//! Since when a driver's duty status holds and since when he rests, by what is told of it word by word. What
//! a rest is good for is the planner's to say.
//!
//! Off duty and sleeper berth make one rest where nothing else is between them (49 CFR
//! 395.1(g)(1)(i)(A) to (C)). A rest that may not have happened is none: over a time in which nobody told
//! anything no rest is carried on, however likely it is, unless the clocks bear witness that nobody worked.

use super::age;
use crate::model::{Duty, DutyStatus, DutyWord, LogEnd, Since, Timestamp, WorkLeft};

/// Over a longer silence clocks bear no witness: a whole rest fits in, and gives back what work took.
const WITNESS_S: i64 = 10 * 3600;

/// A change of status is seen at the next look, which may come so much later.
const SEEN_LATE_S: i64 = 10 * 60;

/// What is known once `word` was told.
pub fn heard(before: Duty, word: DutyWord) -> Duty {
    match word {
        // The logs tell his status: the clocks are no word on it.
        DutyWord::Now { status: None, at, left, .. } => Duty { heard_at: Some(at), left, ..before },
        DutyWord::Now { status: Some(status), since_at, at, every_s, left } => {
            let look = Look { at, patience_s: age::patience_s(every_s), left };
            seen(before, status, since_at, look)
        }
        DutyWord::Line { status, since_at } => {
            let rests_on = before.rest_since_at.filter(|_| before.status.is_rest());
            let rest = rests_on.map_or(since_at, |rest| rest.min(since_at));
            let rest_since_at = status.is_rest().then_some(rest);
            Duty { status, since_at: Some(since_at), rest_since_at, ..before }
        }
        DutyWord::End(end) => logged(before, end),
        DutyWord::Past { status, since_at } => {
            let was_broken = !status.is_rest() && before.rest_since_at.is_some_and(|rest| rest <= since_at);
            if !was_broken {
                return before;
            }
            // The rest began after it, with the status that holds now at the latest.
            let after = before.since_at.filter(|since| *since > since_at);
            Duty { rest_since_at: after.or(before.heard_at), ..before }
        }
    }
}

/// What is known once the end of a log was read. The clocks know what the log does not know yet: where they tell
/// another status, or were seen to change later than it says, it says nothing.
fn logged(before: Duty, end: LogEnd) -> Duty {
    let is_behind = before.since_at.is_some_and(|seen| seen.secs_since(end.held.at) > SEEN_LATE_S);
    if end.status != before.status || is_behind {
        return before;
    }
    // Whoever watched for longer than the log reaches knows more, but not from before the log has something else.
    let earlier = |watched: Option<Timestamp>, logged: Since| {
        let is_possible = |watched: &Timestamp| logged.not_before.is_none_or(|bound| *watched >= bound);
        watched.filter(is_possible).map_or(logged.at, |watched| watched.min(logged.at))
    };
    Duty {
        since_at: Some(earlier(before.since_at, end.held)),
        rest_since_at: end.status.is_rest().then(|| earlier(before.rest_since_at, end.rested)),
        ..before
    }
}

/// A look at a driver.
#[derive(Clone, Copy)]
struct Look {
    at: Timestamp,
    /// So long after the one before it may come.
    patience_s: i64,
    left: WorkLeft,
}

/// What is known after a look.
fn seen(before: Duty, status: DutyStatus, told_since: Option<Timestamp>, look: Look) -> Duty {
    let Look { at, patience_s, left } = look;
    let is_unheard =
        |until: Timestamp| before.heard_at.is_none_or(|heard| until.secs_since(heard) > patience_s);
    let is_same = status == before.status;
    let since_at = match told_since {
        Some(told) => Some(told),
        None if is_unheard(at) => None,
        None if is_same => before.since_at,
        // Nobody says when it changed; we know only that it was between two looks.
        None => Some(at),
    };
    // At the latest.
    let began_at = told_since.unwrap_or(at);
    // The same status that is told to have begun anew had another between.
    let began_anew = is_same && told_since.is_some() && told_since != before.since_at;
    let rests_on = before.rest_since_at.filter(|_| before.status.is_rest() && !began_anew);
    let rests_on = rests_on.filter(|_| !is_unheard(began_at) || nobody_worked(before, look));
    let rest = rests_on.map_or(began_at, |rest| rest.min(began_at));
    Duty { status, since_at, rest_since_at: status.is_rest().then_some(rest), heard_at: Some(at), left }
}

/// Whether the clocks say that a driver who was silent did not work meanwhile: driving takes from the one, all
/// duty from the other, and only a day's beginning gives any of that back, never to the second as much as was
/// taken.
fn nobody_worked(before: Duty, look: Look) -> bool {
    let is_short = before.heard_at.is_some_and(|heard| look.at.secs_since(heard) < WITNESS_S);
    let drove = before.left.drive_s.zip(look.left.drive_s).is_none_or(|(before, left)| left < before);
    let cycle = before.left.cycle_s.zip(look.left.cycle_s);
    is_short && !drove && cycle.is_some_and(|(before, left)| left == before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DutyStatus::{Driving, OffDuty, OnDuty, PersonalConveyance, Sleeper, YardMove};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_secs(1_795_500_000 + minutes * 60)
    }

    /// Heard at minute 0, with clocks that come each minute.
    fn duty(status: DutyStatus, since: Option<i64>, rest: Option<i64>) -> Duty {
        let left = WorkLeft::default();
        Duty { status, since_at: since.map(at), rest_since_at: rest.map(at), heard_at: Some(at(0)), left }
    }

    fn now(status: DutyStatus, since: Option<i64>, minute: i64) -> DutyWord {
        let left = WorkLeft::default();
        DutyWord::Now { status: Some(status), since_at: since.map(at), at: at(minute), every_s: 60, left }
    }

    /// Since when he rests, and since when the status holds, after the word.
    fn check(before: Duty, word: DutyWord, rest: Option<i64>, since: Option<i64>) {
        let after = heard(before, word);
        assert_eq!(
            (after.rest_since_at, after.since_at),
            (rest.map(at), since.map(at)),
            "{before:?} {word:?}"
        );
    }

    #[test]
    fn off_duty_and_sleeper_are_one_rest_and_work_ends_it() {
        let off = duty(OffDuty, Some(-240), Some(-300));
        check(off, now(Sleeper, None, 1), Some(-300), Some(1));
        check(off, now(Sleeper, Some(1), 1), Some(-300), Some(1));
        check(off, now(PersonalConveyance, Some(0), 1), Some(-300), Some(0));
        check(off, now(OffDuty, None, 1), Some(-300), Some(-240));
        check(off, now(OffDuty, Some(-240), 1), Some(-300), Some(-240));
        for work in [Driving, OnDuty, YardMove, DutyStatus::Unknown] {
            check(off, now(work, Some(1), 1), None, Some(1));
            check(duty(work, Some(-60), None), now(Sleeper, Some(1), 1), Some(1), Some(1));
            check(off, DutyWord::Line { status: work, since_at: at(1) }, None, Some(1));
        }
        check(off, DutyWord::Line { status: Sleeper, since_at: at(1) }, Some(-300), Some(1));
    }

    #[test]
    fn over_a_silence_no_rest_is_carried_on() {
        let off = duty(OffDuty, Some(-240), Some(-240));
        check(off, now(OffDuty, None, 2), Some(-240), Some(-240));
        check(off, now(OffDuty, None, 3), Some(3), None);
        check(off, now(Sleeper, None, 3), Some(3), None);
        // Who tells since when has heard what we have not …
        check(off, now(OffDuty, Some(-240), 600), Some(-240), Some(-240));
        check(off, now(Sleeper, Some(1), 600), Some(-240), Some(1));
        // … but not what was before that.
        check(off, now(Sleeper, Some(60), 600), Some(60), Some(60));
        // He rested at both ends of it, and has begun anew.
        check(off, now(OffDuty, Some(1), 1), Some(1), Some(1));
        check(Duty::default(), now(OffDuty, None, 0), Some(0), None);
        check(Duty::default(), now(OffDuty, Some(-90), 0), Some(-90), Some(-90));
        // What is read each five minutes may be silent for ten.
        let left = WorkLeft::default();
        let seldom = DutyWord::Now { status: Some(OffDuty), since_at: None, at: at(10), every_s: 300, left };
        check(off, seldom, Some(-240), Some(-240));
    }

    #[test]
    fn clocks_that_stood_still_say_that_a_silent_driver_slept_on() {
        let left = |drive_s, cycle_s| WorkLeft { drive_s: Some(drive_s), cycle_s: Some(cycle_s) };
        let asleep = |left| Duty { left, ..duty(Sleeper, Some(-240), Some(-300)) };
        let told = |status, minute, left| {
            let at = at(minute);
            DutyWord::Now { status: Some(status), since_at: None, at, every_s: 60, left }
        };
        let had = left(7200, 90_000);
        check(asleep(had), told(Sleeper, 60, had), Some(-300), None);
        check(asleep(had), told(OffDuty, 60, had), Some(-300), None);
        // A full rest gives driving back.
        check(asleep(had), told(Sleeper, 500, left(39_600, 90_000)), Some(-300), None);
        // He drove; he worked; a day began, and who knows what it hides; too long; nobody told.
        check(asleep(had), told(Sleeper, 60, left(7140, 90_000)), Some(60), None);
        check(asleep(had), told(Sleeper, 60, left(7200, 89_940)), Some(60), None);
        check(asleep(had), told(Sleeper, 60, left(7200, 98_000)), Some(60), None);
        check(asleep(had), told(Sleeper, 600, had), Some(600), None);
        let half_told = WorkLeft { drive_s: Some(7200), cycle_s: None };
        check(asleep(half_told), told(Sleeper, 60, half_told), Some(60), None);
        // Who is not at rest now does not rest.
        check(asleep(had), told(OnDuty, 60, had), None, None);
    }

    #[test]
    fn the_end_of_a_log_tells_the_rest_that_nobody_watched() {
        let since = |minute, bound: Option<i64>| Since { at: at(minute), not_before: bound.map(at) };
        let told = |status, (held, other), (rested, worked)| {
            DutyWord::End(LogEnd { status, held: since(held, other), rested: since(rested, worked) })
        };
        // Right before it is something else.
        let end = |status, held, rested| told(status, (held, Some(held)), (rested, Some(rested)));
        let first_seen = duty(Sleeper, None, Some(0));
        check(first_seen, end(Sleeper, -200, -540), Some(-540), Some(-200));
        // He worked while nobody looked.
        check(duty(OffDuty, Some(-400), Some(-400)), end(OffDuty, -30, -30), Some(-30), Some(-30));
        // What the clocks were seen to do between, the log does not know yet; a look comes a little late.
        check(duty(OffDuty, Some(-5), Some(-5)), end(OffDuty, -540, -540), Some(-5), Some(-5));
        check(duty(OffDuty, Some(-5), Some(-5)), end(OffDuty, -9, -9), Some(-9), Some(-9));
        // A log that begins within the rest says nothing of how long it is.
        let watched = duty(Sleeper, Some(-300), Some(-720));
        check(watched, told(Sleeper, (-300, None), (-300, None)), Some(-720), Some(-300));
        check(watched, told(Sleeper, (-200, None), (-200, None)), Some(-720), Some(-300));
        check(first_seen, told(Sleeper, (-200, None), (-540, None)), Some(-540), Some(-200));
        // One that has work in what was watched, and then nothing for a time: he has worked.
        check(watched, told(Sleeper, (-200, Some(-250)), (-200, Some(-250))), Some(-200), Some(-200));
        check(watched, told(Sleeper, (-200, Some(-750)), (-200, Some(-750))), Some(-720), Some(-300));
        // Another rest between parts the status, and not the rest.
        check(watched, told(Sleeper, (-200, Some(-200)), (-260, None)), Some(-720), Some(-200));
        check(duty(OnDuty, None, None), end(OnDuty, -45, -45), None, Some(-45));
        // The clocks are ahead of the log.
        check(duty(Driving, None, None), end(Sleeper, -200, -540), None, None);
        check(duty(OffDuty, Some(0), Some(0)), end(Sleeper, -200, -540), Some(0), Some(0));
    }

    #[test]
    fn a_line_that_comes_late_breaks_the_rest_that_it_lies_in() {
        let past = |status, minute| DutyWord::Past { status, since_at: at(minute) };
        let asleep = duty(Sleeper, Some(-60), Some(-300));
        check(asleep, past(Driving, -120), Some(-60), Some(-60));
        check(asleep, past(Driving, -300), Some(-60), Some(-60));
        check(asleep, past(Driving, -301), Some(-300), Some(-60));
        check(asleep, past(OffDuty, -120), Some(-300), Some(-60));
        check(duty(Sleeper, None, Some(-300)), past(Driving, -120), Some(0), None);
        check(duty(Driving, Some(-60), None), past(OnDuty, -120), None, Some(-60));
        let left = WorkLeft { drive_s: Some(60), cycle_s: None };
        let clocks = DutyWord::Now { status: None, since_at: None, at: at(99), every_s: 60, left };
        assert_eq!(heard(asleep, clocks), Duty { heard_at: Some(at(99)), left, ..asleep });
    }
}
