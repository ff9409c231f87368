//! How tools put times, ages and places: the words of the commands.

use super::super::facts::Facts;
use crate::model::{Motion, Named, Stop, Timestamp, Tractor, UnitKind};
use crate::rules::dwell::{self, Dwell};
use crate::rules::{age, locality, moment, motion};

/// "Tue 14:05 CST" in the office's zone.
pub(super) fn when(at: Timestamp, facts: &Facts) -> String {
    moment::words(at, &facts.zone, facts.now).unwrap_or_else(|| at.to_string())
}

/// The same in a stop's own.
pub(super) fn when_at(stop: &Stop, at: Timestamp, facts: &Facts) -> String {
    moment::at_stop(stop, at, &facts.zone, facts.now).unwrap_or_else(|| at.to_string())
}

/// "2m ago", "at no time known".
pub(super) fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "at no time known".to_owned(), |at| format!("{} ago", age::words(now.since(at))))
}

/// "25m late", "1h10 to spare".
pub(super) fn lateness(late_s: i64) -> String {
    let span = moment::span(late_s);
    if late_s > 0 { format!("{span} late") } else { format!("{span} to spare") }
}

/// Where it is, or that nobody knows.
pub(super) fn place(told: Option<&str>, latitude: Option<f64>, longitude: Option<f64>) -> String {
    locality::place(told, latitude, longitude).unwrap_or_else(|| "an unknown place".to_owned())
}

/// "for 2h14", "for 9h43 to 14h10", "for 9h43 or longer".
pub(super) fn for_so_long(dwell: Option<Dwell>) -> String {
    match dwell.filter(|dwell| dwell.most.is_some() || !dwell.least.is_zero()) {
        Some(dwell) => format!("for {}", dwell.words()),
        None => "for how long is not known".to_owned(),
    }
}

/// "moving NE at 63 mph", "stopped for 2h14", "dark".
pub(super) fn motion_of(tractor: &Tractor, now: Timestamp) -> String {
    let state = motion::at(UnitKind::Tractor, tractor.state, tractor.observed_at, now);
    match state {
        Motion::Moving => {
            let course = tractor.heading_deg.map(|heading| format!(" {}", motion::compass(heading)));
            let speed = tractor.speed_mph.map(|speed| format!(" at {speed:.0} mph"));
            format!("moving{}{}", course.unwrap_or_default(), speed.unwrap_or_default())
        }
        Motion::Idle | Motion::Stopped => {
            format!("{} {}", state.word(), for_so_long(dwell::state_of_tractor(tractor, now)))
        }
        Motion::Dark => "dark (silent for longer than is normal: where it is now is not known)".to_owned(),
    }
}

/// "PLACE, seen 2m ago", with a warning where that says nothing of now.
pub(super) fn seen(tractor: &Tractor, now: Timestamp) -> String {
    let at = place(tractor.place.as_deref(), tractor.latitude, tractor.longitude);
    let seen = ago(tractor.observed_at, now);
    let motion = motion_of(tractor, now);
    format!("{at}, seen {seen}, {motion}")
}

/// "1 load", "3 loads".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Whether a load has no driver, or tractor, or one whom we do not know.
pub(super) const fn lacking(named: Named) -> &'static str {
    match named {
        Named::Nobody => "no",
        Named::Somebody | Named::Unread => "an unknown",
    }
}
