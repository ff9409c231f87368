//! How times, hours, distances and sizes are written. Unknown is "-", never 0.

use std::time::Duration;

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::facts::Facts;
use crate::model::{Stop, Timestamp};
pub use crate::rules::moment::span as minutes;
use crate::rules::{self, locality, zone};

/// What stands for what is not known.
pub const UNKNOWN: &str = "-";

/// The mark of a time that is the office's because the stop's zone is not known.
pub const OFFICE_TIME: &str = "*";

/// From a hundred days on nobody asks for the hours, and a column has no room for them.
const LONG_S: u64 = 100 * 86_400;
/// A day.
const DAY_S: i64 = 86_400;

/// An age in words that do not change each second: "<10s", "<30s", "<1m", then "3m", "2h14", "3d05".
pub fn age(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| UNKNOWN.to_owned(), |at| span(now.since(at)))
}

/// A length of time, in the words of [`age`].
pub fn span(length: Duration) -> String {
    match length.as_secs() {
        0..10 => "<10s".to_owned(),
        10..30 => "<30s".to_owned(),
        30..60 => "<1m".to_owned(),
        LONG_S.. => format!("{}d", length.as_secs() / 86_400),
        _ => rules::age::words(length),
    }
}

/// The text, "-" where there is none.
pub fn or_unknown(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or(UNKNOWN).to_owned()
}

/// What is known, as one sentence.
pub fn sentence(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ") + "."
}

/// Hours left as "7:05", rounded down.
pub fn hours(seconds: Option<i64>) -> String {
    seconds.map_or_else(
        || UNKNOWN.to_owned(),
        |left| format!("{}:{:02}", left.max(0) / 3600, left.max(0) % 3600 / 60),
    )
}

/// "14:05" in `zone`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    or_unknown(zone::clock(at, zone).as_deref())
}

/// "14:05" today, "Wed 14:05" on the days around it, else "03-22 14:05".
pub fn time(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    or_unknown(zone::time(at, zone, now).as_deref())
}

/// The letters of the zone a stop's times are in just then, "EST"; `None` where it is not known.
pub fn zone_letters(stop: &Stop, at: Timestamp) -> Option<String> {
    zone::letters_at(stop, at)
}

/// What `zone` calls itself just then: "CST".
pub fn letters(at: Timestamp, zone: &TimeZone) -> String {
    or_unknown(zone::letters(at, zone).as_deref())
}

/// A time at a stop: the stop's own, or the office's with a mark where its zone is not known.
pub fn time_at(stop: &Stop, at: Option<Timestamp>, facts: &Facts) -> String {
    let Some(at) = at else { return UNKNOWN.to_owned() };
    match zone::of_stop(stop) {
        Some(zone) => time(at, &zone, facts.now),
        None => time(at, &facts.zone, facts.now) + OFFICE_TIME,
    }
}

/// A stop's window: "14:00-16:00", "Wed 08:00", "by 16:00"; over a midnight "22:15-00:30", where that is less than a day.
pub fn window(stop: &Stop, facts: &Facts) -> String {
    let own = zone::of_stop(stop);
    let (zone, mark) = own.as_ref().map_or((&facts.zone, OFFICE_TIME), |zone| (zone, ""));
    let words = |at| time(at, zone, facts.now);
    let Some(closes) = stop.closes_at() else { return UNKNOWN.to_owned() };
    match stop.opens_at() {
        None => format!("by {}{mark}", words(closes)),
        Some(opens) if opens == closes => format!("{}{mark}", words(closes)),
        Some(opens) if same_day(opens, closes, zone) || is_over_a_night(opens, closes, zone) => {
            format!("{}-{}{mark}", words(opens), clock(closes, zone))
        }
        Some(opens) => format!("{}-{}{mark}", words(opens), words(closes)),
    }
}

/// When a stop's window closes, for where the window has no room: "to Wed 12:00*"; "by 16:00" is one that has no opening.
/// A window that fits there is given whole.
pub fn deadline(stop: &Stop, facts: &Facts) -> String {
    const ROOM: usize = 13;
    let whole = window(stop, facts);
    match stop.closes_at() {
        Some(closes) if whole.len() > ROOM => {
            let word = if stop.opens_at().is_some_and(|opens| opens < closes) { "to" } else { "by" };
            format!("{word} {}", time_at(stop, Some(closes), facts))
        }
        _ => whole,
    }
}

/// "63" or "101": a speed as a whole number of the unit in use.
pub fn speed(mph: f64, metric: bool) -> String {
    format!("{:.0}", if metric { mph * 1.609_344 } else { mph })
}

/// "412 mi" or "663 km".
pub fn distance(miles: f64, metric: bool) -> String {
    if metric { format!("{:.0} km", miles * 1.609_344) } else { format!("{miles:.0} mi") }
}

/// "12.4 MB".
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

/// Where a unit is, in the words of every door.
pub fn place(told: Option<&str>, latitude: Option<f64>, longitude: Option<f64>) -> String {
    locality::place(told, latitude, longitude).unwrap_or_else(|| UNKNOWN.to_owned())
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    at.calendar().map(|at| at.to_zoned(zone.clone()))
}

fn same_day(a: Timestamp, b: Timestamp, zone: &TimeZone) -> bool {
    zoned(a, zone).map(|at| at.date()) == zoned(b, zone).map(|at| at.date())
}

/// Whether the clock alone tells that it closes on the day after it opens.
fn is_over_a_night(opens: Timestamp, closes: Timestamp, zone: &TimeZone) -> bool {
    let is_short = (1..DAY_S).contains(&closes.secs_since(opens));
    is_short && clock(closes, zone) < clock(opens, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60;

    #[test]
    fn words_say_no_more_than_is_known() {
        assert_eq!(hours(None), "-");
        assert_eq!(hours(Some(7 * 3600 + 5 * 60 + 59)), "7:05");
        assert_eq!(hours(Some(-1)), "0:00");
        assert_eq!(minutes(-35 * MINUTE), "35m");
        assert_eq!(minutes(80 * MINUTE), "1h20");
        assert_eq!(place(None, Some(35.1992), None), "-");
        assert_eq!(place(None, Some(35.1992), Some(-101.845)), "Amarillo TX");
        assert_eq!(place(None, Some(35.1992), Some(12.0)), "35.199,12.000");
        assert_eq!(bytes(12_449_000), "12.4 MB");
        assert_eq!([speed(62.6, false), speed(62.6, true)], ["63", "101"]);
    }

    #[test]
    fn an_age_under_a_minute_has_three_words() {
        let check = |secs, expected: &str| {
            assert_eq!(age(Some(Timestamp::from_secs(0)), Timestamp::from_secs(secs)), expected);
        };
        check(9, "<10s");
        check(29, "<30s");
        check(59, "<1m");
        check(185, "3m");
        check(86_400 * 99 + 3600 * 5, "99d05");
        check(86_400 * 266, "266d");
    }

    #[test]
    fn a_time_says_its_day_unless_it_is_today() {
        let now = Timestamp::parse("2026-03-02T18:00:00Z").unwrap();
        let zone = TimeZone::get("America/Chicago").unwrap();
        let check = |at: &str, expected: &str| {
            assert_eq!(time(Timestamp::parse(at).unwrap(), &zone, now), expected);
        };
        check("2026-03-02T20:05:00Z", "14:05");
        check("2026-03-04T20:05:00Z", "Wed 14:05");
        check("2026-03-22T20:05:00Z", "03-22 15:05");
    }

    #[test]
    fn a_stop_of_untold_zone_lives_by_its_state_if_that_has_one_zone() {
        let at = Timestamp::parse("2026-07-02T18:00:00Z").unwrap();
        let check = |zone: Option<&str>, state: &str, expected: Option<&str>, letters: Option<&str>| {
            let mut stop = Stop::default();
            stop.tms.timezone = zone.map(Into::into);
            stop.tms.state = Some(state.into());
            assert_eq!(zone::of_stop(&stop).map(|zone| clock(at, &zone)).as_deref(), expected, "{state}");
            assert_eq!(zone_letters(&stop, at).as_deref(), letters, "{state}");
        };
        check(None, "GA", Some("14:00"), Some("EDT"));
        check(None, "TX", None, None);
        check(Some("MDT"), "TX", Some("12:00"), Some("MDT"));
        check(Some("America/Denver"), "GA", Some("12:00"), Some("MDT"));
        check(Some("Mars"), "GA", Some("14:00"), Some("EDT"));
    }

    #[test]
    fn letters_are_an_offset_and_names_are_a_place() {
        let at = Timestamp::parse("2026-01-02T18:00:00Z").unwrap();
        let check = |name: &str, expected: Option<&str>| {
            let mut stop = Stop::default();
            stop.tms.timezone = Some(name.into());
            assert_eq!(zone::of_stop(&stop).map(|zone| clock(at, &zone)).as_deref(), expected, "{name}");
        };
        check("CDT", Some("13:00"));
        check("America/Chicago", Some("12:00"));
        check("HST", Some("08:00"));
        check("Mars", None);
    }
}
