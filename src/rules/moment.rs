//! Instants and lengths of time in the few words that commands print and the assistant says.

use jiff::tz::TimeZone;

use super::zone;
use crate::model::{Stop, Timestamp};

/// "Tue 14:05 CST" on the days around today, else "2026-03-22 14:05 CST", in `zone`; `None` outside the years
/// that a calendar knows.
pub fn words(at: Timestamp, zone: &TimeZone, now: Timestamp) -> Option<String> {
    lettered(at, zone, None, now)
}

/// The same in a stop's own time, where its zone is known, else in `office`; the letters say which it is.
pub fn at_stop(stop: &Stop, at: Timestamp, office: &TimeZone, now: Timestamp) -> Option<String> {
    let zone = zone::of_stop(stop).unwrap_or_else(|| office.clone());
    lettered(at, &zone, zone::letters_at(stop, at), now)
}

/// "35m", "2h06", "1d04", "12d": how much time, whichever way, rounded down.
pub fn span(seconds: i64) -> String {
    match seconds.unsigned_abs() / 60 {
        minutes @ 0..60 => format!("{minutes}m"),
        minutes @ 60..1440 => format!("{}h{:02}", minutes / 60, minutes % 60),
        minutes @ 1440..14_400 => format!("{}d{:02}", minutes / 1440, minutes % 1440 / 60),
        minutes => format!("{}d", minutes / 1440),
    }
}

/// How much lacks, in words; `None` where that is less than the minute that clocks are told to: then nothing does. Whether
/// something is short and by how much is one decision.
pub fn shortage(short_s: i64) -> Option<String> {
    (short_s >= 60).then(|| span(short_s))
}

/// How long a part of a plan is. What takes less than a minute takes some time all the same: "<1m".
pub fn part(seconds: i64) -> String {
    if matches!(seconds, 1..60) { "<1m".to_owned() } else { span(seconds) }
}

fn lettered(at: Timestamp, zone: &TimeZone, letters: Option<String>, now: Timestamp) -> Option<String> {
    let zoned = |at: Timestamp| Some(at.calendar()?.to_zoned(zone.clone()));
    let (at, now) = (zoned(at)?, zoned(now)?);
    let format = if zone::is_around(&at, &now) { "%a %H:%M" } else { "%Y-%m-%d %H:%M" };
    let letters = letters.unwrap_or_else(|| at.strftime("%Z").to_string());
    Some(format!("{} {letters}", at.strftime(format)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_part_of_a_plan_is_no_part_of_no_time() {
        assert_eq!([0, 1, 59, 60, 3660].map(part), ["0m", "<1m", "<1m", "1m", "1h01"]);
    }
}
