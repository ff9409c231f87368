//! What each driver's clocks say.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::json::instant;
use super::duty_days;
use super::roster::full_name;
use super::scalar::{Number, Text, number};
use super::wire::{is_active, refs, rows};
use crate::model::{Batch, Called, Change, Clocks, DutyStatus, Timestamp, UnitKind};

/// A row of `/v1/available_time`. All durations are numbers of seconds.
#[derive(Deserialize)]
pub(super) struct Driver<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    first_name: Option<Text<'a>>,
    last_name: Option<Text<'a>>,
    username: Option<Text<'a>>,
    #[serde(rename = "driver_company_id")]
    company_id: Option<Text<'a>>,
    status: Option<Text<'a>>,
    role: Option<Text<'a>>,
    duty_status: Option<Text<'a>>,
    available_time: Option<Available>,
    last_hos_status: Option<LastStatus<'a>>,
    /// Taken apart by itself.
    recap: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Available {
    drive: Option<Number>,
    shift: Option<Number>,
    #[serde(rename = "break")]
    rest: Option<Number>,
    cycle: Option<Number>,
}

#[derive(Deserialize)]
struct LastStatus<'a> {
    #[serde(borrow)]
    status: Option<Text<'a>>,
    time: Option<Text<'a>>,
}

rows!(Driver);

/// The clocks are worked out when they are asked for, so they are as of `now`.
pub(super) fn driver(id: &str, row: &Driver<'_>, now: Timestamp, batch: &mut Batch) {
    batch.changes.extend(called(id, row));
    // People who left are listed too, and have no hours.
    if !is_active(row.status.as_ref()) {
        return;
    }
    let nothing = Available::default();
    let left = row.available_time.as_ref().unwrap_or(&nothing);
    let (status, status_since_at) = status(row, now);
    let clocks = Clocks {
        status: Some(status),
        status_since_at,
        drive_left_s: seconds(left.drive),
        shift_left_s: seconds(left.shift),
        break_left_s: seconds(left.rest),
        cycle_left_s: seconds(left.cycle),
        // The days of a recap and of the totals are those of UTC: what comes back when the home terminal's begins is not in
        // them.
        cycle_tomorrow_s: None,
        as_of_at: now,
    };
    batch.changes.push(Change::Clocks { external_id: id.to_owned(), clocks });
    if let Some(recap) = row.recap {
        duty_days::recap(id, recap, batch);
    }
}

/// Who it is, should the roster of drivers not be read, or not yet. People who left come with clocks too: only who is said
/// to be with us, and by a name, is taken for somebody whom a load may be given to.
fn called(id: &str, row: &Driver<'_>) -> Option<Change> {
    let status = row.status.as_ref()?;
    let active = status.is("active");
    let has_left = !is_active(Some(status));
    let may_drive = row.role.as_ref().is_none_or(|role| role.is("driver"));
    if !may_drive || !active && !has_left {
        return None;
    }
    let name = full_name(row.first_name.as_ref(), row.last_name.as_ref());
    let name = name.or_else(|| has_left.then(|| id.to_owned()))?;
    let refs = refs(&[row.username.as_ref(), row.company_id.as_ref()], &None);
    let (kind, external_id) = (UnitKind::Driver, id.to_owned());
    Some(Change::Called(Box::new(Called { kind, external_id, name, active, vin: None, refs })))
}

/// The duty status, and since when. The last line of the log may be an older one than the status:
/// its time is only that of its own.
fn status(row: &Driver<'_>, now: Timestamp) -> (DutyStatus, Option<Timestamp>) {
    let logged = row.last_hos_status.as_ref();
    let logged_word = logged.and_then(|last| last.status.as_ref());
    let word = row.duty_status.as_ref().filter(|word| !word.is("")).or(logged_word);
    let status = duty_status(word);
    let since = logged
        .filter(|_| duty_status(logged_word) == status)
        .and_then(|last| instant(last.time.as_ref()))
        .filter(|since| *since <= now);
    (status, since)
}

fn duty_status(told: Option<&Text<'_>>) -> DutyStatus {
    let word = told.map(|told| told.0.trim().to_ascii_lowercase()).unwrap_or_default();
    match word.as_str() {
        "driving" => DutyStatus::Driving,
        // Waiting at a well site may be off duty; as work it never promises too much.
        "on_duty" | "waiting" => DutyStatus::OnDuty,
        "off_duty" => DutyStatus::OffDuty,
        "sleeper" | "sleeper_berth" => DutyStatus::Sleeper,
        "ym" => DutyStatus::YardMove,
        "pc" => DutyStatus::PersonalConveyance,
        // Their names vary: `yard_move`, `on_duty_yard_move`, `off_duty_personal_conveyance` …
        other if other.contains("yard") => DutyStatus::YardMove,
        other if other.contains("personal") => DutyStatus::PersonalConveyance,
        _ => DutyStatus::Unknown,
    }
}

/// Whole seconds, rounded; a clock in the red is at nought.
fn seconds(told: Option<Number>) -> Option<i64> {
    let seconds = number(told)?.round().max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and `as` saturates")]
    Some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn every_word_for_a_duty_status_is_one_of_ours_or_unknown() {
        let check = |word: &'static str, expected| {
            assert_eq!(duty_status(Some(&Text(Cow::Borrowed(word)))), expected, "{word}");
        };
        check("driving", DutyStatus::Driving);
        check("on_duty", DutyStatus::OnDuty);
        check("waiting", DutyStatus::OnDuty);
        check(" Off_Duty ", DutyStatus::OffDuty);
        check("sleeper", DutyStatus::Sleeper);
        check("yard_move", DutyStatus::YardMove);
        check("on_duty_yard_moves", DutyStatus::YardMove);
        check("ym", DutyStatus::YardMove);
        check("personal_conveyance", DutyStatus::PersonalConveyance);
        check("off_duty_personal_use", DutyStatus::PersonalConveyance);
        check("pc", DutyStatus::PersonalConveyance);
        check("hovering", DutyStatus::Unknown);
        check("", DutyStatus::Unknown);
        assert_eq!(duty_status(None), DutyStatus::Unknown);
    }

    #[test]
    fn a_clock_is_whole_seconds_and_never_below_nought() {
        let check = |told: &str, expected| {
            assert_eq!(seconds(serde_json::from_str(told).unwrap()), expected, "{told}");
        };
        check("39600", Some(39_600));
        check("1199.6", Some(1200));
        check("-900", Some(0));
        check("0", Some(0));
        check("null", None);
        check(r#""soon""#, None);
    }
}
