//! Hours of service: what each driver has left, asked in real time, and the logs, a copy that is hours old.
//!
//! Logs do not tell the duty status, nor since when: whoever was off duty when the copy was made may be at
//! the wheel now, and rest that was not taken must not be counted. They tell only which truck.

use serde::Deserialize;

use super::wire::{Number, Reference, Text, instant, number, referred};
use crate::model::{
    Batch, Change, Clocks, DutyStatus, Pairing, PairingSource, Reject, Tie, Timestamp, clean_opt,
};

/// A row of `/hos/available-time`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeftRow<'a> {
    #[serde(borrow)]
    driver: Option<Reference<'a>>,
    current_status: Option<Text<'a>>,
    available_time: Option<Left>,
}

/// Milliseconds. One that is missing is not known, which is not nought.
#[derive(Deserialize)]
struct Left {
    cycle: Option<Number>,
    shift: Option<Number>,
    drive: Option<Number>,
    #[serde(rename = "break")]
    rest: Option<Number>,
}

/// The answer does not say when it was true, so that is `now`.
pub(super) fn left(row: &LeftRow<'_>, now: Timestamp, batch: &mut Batch) {
    let Some(external_id) = driver(row.driver.as_ref(), batch) else { return };
    let left = |clock: fn(&Left) -> Option<Number>| seconds(clock(row.available_time.as_ref()?));
    let clocks = Clocks {
        // Nobody else tells it, so one that is missing is unknown, and not what it was.
        status: Some(row.current_status.as_ref().map_or(DutyStatus::Unknown, |word| duty_status(&word.0))),
        status_since_at: None,
        drive_left_s: left(|left| left.drive),
        shift_left_s: left(|left| left.shift),
        break_left_s: left(|left| left.rest),
        cycle_left_s: left(|left| left.cycle),
        // Neither the rules nor the home terminal's days are told, so that nothing says what comes back.
        cycle_tomorrow_s: None,
        as_of_at: now,
    };
    batch.changes.push(Change::Clocks { external_id, clocks });
}

/// A row of `/hos/logs`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogRow<'a> {
    #[serde(borrow)]
    driver: Option<Reference<'a>>,
    vehicle: Option<Reference<'a>>,
    status: Option<Text<'a>>,
    started_at: Option<Text<'a>>,
    ended_at: Option<Text<'a>>,
}

/// The truck of a log that is still open. Weaker than the log-in that positions tell of.
pub(super) fn log(row: &LogRow<'_>, batch: &mut Batch) {
    let Some(left) = driver(row.driver.as_ref(), batch) else { return };
    let is_over = row.ended_at.as_ref().is_some_and(|end| clean_opt(&end.0, 1).is_some());
    let status = row.status.as_ref().map_or(DutyStatus::Unknown, |word| duty_status(&word.0));
    // Off duty one may be anywhere, and a log names the truck of before.
    if is_over || matches!(status, DutyStatus::OffDuty | DutyStatus::Unknown) {
        return;
    }
    let Some(right) = referred(row.vehicle.as_ref()) else { return };
    batch.changes.push(Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left,
        right: Some(right),
        by: PairingSource::Assigned,
        // Should two be open, the one that began last counts.
        since_at: instant(row.started_at.as_ref()),
    }));
}

fn duty_status(word: &str) -> DutyStatus {
    match word {
        "off_duty" => DutyStatus::OffDuty,
        "sleeper_bed" => DutyStatus::Sleeper,
        "driving" => DutyStatus::Driving,
        // Waiting at a well site is off duty on paper (49 CFR 395.1(d)(2)), but not rest to plan with.
        "on_duty" | "waiting_time" => DutyStatus::OnDuty,
        "yard_move" => DutyStatus::YardMove,
        "personal_conveyance" => DutyStatus::PersonalConveyance,
        _ => DutyStatus::Unknown,
    }
}

/// Milliseconds as whole seconds, rounded; a clock in the red is at nought.
fn seconds(millis: Option<Number>) -> Option<i64> {
    let seconds = (number(millis)? / 1000.0).round().max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and `as` saturates")]
    Some(seconds as i64)
}

fn driver(reference: Option<&Reference<'_>>, batch: &mut Batch) -> Option<String> {
    let driver = referred(reference);
    if driver.is_none() {
        let reason = "the row has no driver id".to_owned();
        batch.rejects.push(Reject { external_id: String::new(), reason });
    }
    driver
}
