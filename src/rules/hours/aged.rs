//! Hours as they stood a while ago, brought to now: what the clocks of a snapshot have become, and how far that
//! can be trusted. It guesses no change of status; where one is likely it gives both ends.

use super::days::NEVER;
use super::request::{Refusal, Request, whole_secs};
use super::state::{History, Hours, State};
use crate::model::{DutyStatus, Timestamp};

/// A snapshot brought to now.
#[derive(Clone, Debug)]
pub struct Aged {
    /// The hours now.
    pub hours: AgedHours,
    /// Whether the snapshot claims to be from later than now: then no time has passed, and a clock is wrong.
    pub from_future: bool,
}

/// The hours, or the two ends between which they lie.
#[derive(Clone, Debug)]
pub enum AgedHours {
    /// The status has gone on.
    Likely {
        /// The hours now.
        request: Box<Request>,
        /// How far to trust them.
        confidence: Confidence,
    },
    /// Too long ago to say what a driver on duty has done since: no arrival follows from one of these.
    Between {
        /// Had the status gone on until now.
        went_on: Box<Request>,
        /// Had the driver gone off duty at once.
        stopped: Box<Request>,
    },
}

/// How far clocks can be trusted, by their age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Up to an hour old, or older and off duty all the while as far as is known: shown with "≈".
    Low,
    /// Up to 20 minutes.
    Medium,
    /// Up to 5 minutes.
    High,
}

const MINUTE: i64 = 60;

/// The hours of `snapshot`, true at its own `now`, as they are at `now`. `since` is when its status began,
/// where that is known: an on-duty run of 30 minutes is an interruption.
///
/// Fails where the snapshot itself makes no sense.
pub fn aged(snapshot: &Request, since: Option<Timestamp>, now: Timestamp) -> Result<Aged, Refusal> {
    let limit = snapshot.check()?;
    let (mut hours, state, history) = Hours::of(snapshot, limit);
    let passed = whole_secs(now) - whole_secs(snapshot.now);
    let seconds = passed.max(0);
    let mut to = |status: DutyStatus| {
        let mut state = state;
        match status {
            DutyStatus::Driving => hours.drive_past_limits(&mut state, seconds),
            DutyStatus::OnDuty => {
                let run = since.map_or(0, |since| whole_secs(snapshot.now) - whole_secs(since));
                state.still = state.still.max(run.max(0));
                hours.work(&mut state, seconds);
            }
            DutyStatus::OffDuty
            | DutyStatus::Sleeper
            | DutyStatus::YardMove
            | DutyStatus::PersonalConveyance
            | DutyStatus::Unknown => hours.off(&mut state, seconds),
        }
        Box::new(request_of(&hours, &state, history, snapshot, status, now))
    };
    let on_duty = matches!(snapshot.status, DutyStatus::Driving | DutyStatus::OnDuty);
    let hours = if on_duty && seconds > 60 * MINUTE {
        AgedHours::Between { went_on: to(snapshot.status), stopped: to(DutyStatus::OffDuty) }
    } else {
        let confidence = match seconds {
            ..=300 => Confidence::High,
            301..=1200 => Confidence::Medium,
            1201.. => Confidence::Low,
        };
        AgedHours::Likely { request: to(snapshot.status), confidence }
    };
    Ok(Aged { hours, from_future: passed < 0 })
}

/// The request that a state answers to.
fn request_of(
    hours: &Hours,
    state: &State,
    history: History,
    snapshot: &Request,
    status: DutyStatus,
    now: Timestamp,
) -> Request {
    let started = state.window != NEVER;
    let days = || state.days.iter().take(hours.limit.days).map(|day| i64::from(*day)).collect();
    // The split goes with the window: after a full rest there is neither.
    let split = snapshot.split.filter(|_| started).map(|mut split| {
        split.drive_since_s = state.since_first;
        split
    });
    Request {
        now,
        status,
        rested_s: state.rest,
        drive_left_s: state.drive,
        shift_left_s: started.then(|| (state.window - state.at).max(0)),
        break_left_s: snapshot.break_left_s.map(|_| state.break_left),
        cycle_left_s: hours.cycle_left(state).max(0),
        on_duty_days_s: (history == History::Known).then(days),
        split,
        ..snapshot.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::hours::{Cycle, Ruleset, Task, plan};
    use jiff::civil::Time;
    use jiff::tz::TimeZone;

    const H: i64 = 3600;

    /// 21:00 in Chicago, three hours before the day ends; 5 h of the cycle are today's.
    fn snapshot(status: DutyStatus) -> Request {
        Request {
            now: Timestamp::parse("2026-01-12T21:00:00-06:00").unwrap(),
            zone: TimeZone::get("America/Chicago").unwrap(),
            day_start: Time::midnight(),
            ruleset: Ruleset::named(Ruleset::US_PROPERTY).unwrap(),
            cycle: Cycle::SeventyInEight,
            status,
            rested_s: 0,
            drive_left_s: 6 * H,
            shift_left_s: Some(9 * H),
            break_left_s: Some(3 * H),
            cycle_left_s: 5 * H,
            on_duty_days_s: Some([5, 10, 10, 10, 10, 10, 5, 5].map(|hours| hours * H).to_vec()),
            split: None,
            tasks: vec![Task::Drive(H)],
        }
    }

    fn after(snapshot: &Request, minutes: i64) -> AgedHours {
        let now = Timestamp::from_secs(whole_secs(snapshot.now) + minutes * MINUTE);
        aged(snapshot, None, now).unwrap().hours
    }

    fn likely(hours: AgedHours) -> (Request, Confidence) {
        match hours {
            AgedHours::Likely { request, confidence } => (*request, confidence),
            AgedHours::Between { .. } => panic!("two ends"),
        }
    }

    /// Drive, shift, break and cycle left, in minutes.
    fn clocks(request: &Request) -> [i64; 4] {
        let shift = request.shift_left_s.unwrap_or(-MINUTE);
        [request.drive_left_s, shift, request.break_left_s.unwrap(), request.cycle_left_s].map(|s| s / MINUTE)
    }

    #[test]
    fn each_status_moves_its_own_clocks() {
        let check = |status, minutes, expected: [i64; 4], rested: i64| {
            let (request, _) = likely(after(&snapshot(status), minutes));
            assert_eq!((clocks(&request), request.rested_s / MINUTE), (expected, rested), "{status:?}");
            assert!(plan(&request).is_ok());
        };
        check(DutyStatus::Driving, 60, [300, 480, 120, 240], 0);
        check(DutyStatus::OnDuty, 29, [360, 511, 180, 271], 0);
        check(DutyStatus::OnDuty, 30, [360, 510, 480, 270], 0);
        check(DutyStatus::OffDuty, 29, [360, 511, 180, 300], 29);
        check(DutyStatus::Sleeper, 30, [360, 510, 480, 300], 30);
        // At midnight the oldest five hours come back; after ten hours there is a new shift.
        check(DutyStatus::Sleeper, 180, [360, 360, 480, 600], 180);
        check(DutyStatus::OffDuty, 600, [660, -1, 480, 600], 600);
    }

    #[test]
    fn an_on_duty_run_counts_from_when_it_began() {
        let snapshot = snapshot(DutyStatus::OnDuty);
        let at = |minutes: i64| Timestamp::from_secs(whole_secs(snapshot.now) + minutes * MINUTE);
        let (request, _) = likely(aged(&snapshot, Some(at(-20)), at(10)).unwrap().hours);
        assert_eq!(request.break_left_s, Some(8 * H));
    }

    #[test]
    fn trust_falls_with_age_and_after_an_hour_on_duty_there_are_two_ends() {
        let snapshot = snapshot(DutyStatus::Driving);
        for (minutes, expected) in
            [(5, Confidence::High), (20, Confidence::Medium), (60, Confidence::Low), (6, Confidence::Medium)]
        {
            assert_eq!(likely(after(&snapshot, minutes)).1, expected, "{minutes}");
        }
        let AgedHours::Between { went_on, stopped } = after(&snapshot, 90) else { panic!("one end") };
        assert_eq!(clocks(&went_on), [270, 450, 90, 210]);
        assert_eq!((clocks(&stopped), stopped.rested_s), ([360, 450, 480, 300], 5400));
        assert_eq!(stopped.status, DutyStatus::OffDuty);
    }

    #[test]
    fn clocks_that_have_run_out_stand_at_zero() {
        let AgedHours::Between { went_on, .. } = after(&snapshot(DutyStatus::Driving), 12 * 60) else {
            panic!("one end")
        };
        assert_eq!(clocks(&went_on), [0, 0, 0, 0]);
    }

    #[test]
    fn a_snapshot_from_the_future_gains_nothing_and_is_flagged() {
        let snapshot = snapshot(DutyStatus::Sleeper);
        let now = Timestamp::from_secs(whole_secs(snapshot.now) - 300);
        let aged = aged(&snapshot, None, now).unwrap();
        assert!(aged.from_future);
        let (request, _) = likely(aged.hours);
        assert_eq!((clocks(&request), request.rested_s, request.now), ([360, 540, 180, 300], 0, now));
    }
}
