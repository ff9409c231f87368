//! Hours of service: what each driver's clocks say, and which truck the driver is logged in to.

use serde::Deserialize;

use super::wire::{Mention, Number, Text, mentioned, number};
use crate::model::{Batch, Change, Clocks, DutyStatus, Pairing, PairingSource, Reject, Tie, Timestamp};

/// A row of `/fleet/hos/clocks`. All durations are numbers of milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriverClocks<'a> {
    #[serde(borrow)]
    driver: Option<Mention<'a>>,
    current_duty_status: Option<CurrentDutyStatus<'a>>,
    current_vehicle: Option<Mention<'a>>,
    clocks: Option<Told>,
    violations: Option<Violations>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrentDutyStatus<'a> {
    #[serde(borrow)]
    hos_status_type: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
struct Told {
    #[serde(rename = "break")]
    rest: Option<Break>,
    drive: Option<Drive>,
    shift: Option<Shift>,
    cycle: Option<Cycle>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Break {
    time_until_break_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Drive {
    drive_remaining_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shift {
    shift_remaining_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cycle {
    cycle_remaining_duration_ms: Option<Number>,
    cycle_tomorrow_duration_ms: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Violations {
    shift_driving_violation_duration_ms: Option<Number>,
    cycle_violation_duration_ms: Option<Number>,
}

/// Deactivated drivers come too; whether one still counts is the roster's word. The answer does not
/// say when it was true, so that is `now`.
pub(super) fn driver(row: &DriverClocks<'_>, now: Timestamp, batch: &mut Batch) {
    let Some(id) = mentioned(row.driver.as_ref()) else {
        let reason = "the row has no driver id".to_owned();
        batch.rejects.push(Reject { external_id: String::new(), reason });
        return;
    };
    let clocks = clocks(row, now);
    batch.changes.push(Change::Clocks { external_id: id.clone(), clocks });
    batch.changes.push(Change::Pairing(Pairing {
        tie: Tie::DriverTractor,
        left: id,
        right: mentioned(row.current_vehicle.as_ref()),
        by: PairingSource::Eld,
        since_at: None,
    }));
}

fn clocks(row: &DriverClocks<'_>, now: Timestamp) -> Clocks {
    let nothing = Told::default();
    let told = row.clocks.as_ref().unwrap_or(&nothing);
    let cycle = told.cycle.as_ref();
    let over = |duration: fn(&Violations) -> Option<Number>| {
        row.violations.as_ref().and_then(|told| number(duration(told))).is_some_and(|millis| millis > 0.0)
    };
    let shift = told.shift.as_ref().and_then(|shift| seconds(shift.shift_remaining_duration_ms));
    let cycle_left = cycle.and_then(|cycle| seconds(cycle.cycle_remaining_duration_ms));
    let status = row.current_duty_status.as_ref().and_then(|status| status.hos_status_type.as_ref());
    Clocks {
        status: Some(status.map_or(DutyStatus::Unknown, |word| duty_status(&word.0))),
        status_since_at: None,
        drive_left_s: told.drive.as_ref().and_then(|drive| seconds(drive.drive_remaining_duration_ms)),
        shift_left_s: if over(|told| told.shift_driving_violation_duration_ms) { Some(0) } else { shift },
        break_left_s: told.rest.as_ref().and_then(|rest| seconds(rest.time_until_break_duration_ms)),
        cycle_left_s: if over(|told| told.cycle_violation_duration_ms) { Some(0) } else { cycle_left },
        cycle_tomorrow_s: cycle.and_then(|cycle| seconds(cycle.cycle_tomorrow_duration_ms)),
        as_of_at: now,
    }
}

/// An empty word means that the driver's app is not connected.
fn duty_status(word: &str) -> DutyStatus {
    match word {
        "offDuty" => DutyStatus::OffDuty,
        "sleeperBed" => DutyStatus::Sleeper,
        "driving" => DutyStatus::Driving,
        "onDuty" => DutyStatus::OnDuty,
        "yardMove" => DutyStatus::YardMove,
        "personalConveyance" => DutyStatus::PersonalConveyance,
        _ => DutyStatus::Unknown,
    }
}

/// Milliseconds as whole seconds, rounded; a clock in the red is at nought.
fn seconds(millis: Option<Number>) -> Option<i64> {
    let seconds = (number(millis)? / 1000.0).round().max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and `as` saturates")]
    Some(seconds as i64)
}
