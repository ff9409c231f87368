//! How Geotab writes ids, dates, durations and references.

use serde_json::{Value, json};

use super::super::atlas::Point;
use crate::model::Timestamp;

/// What stands where a date has no end.
pub const ALWAYS: &str = "2050-01-01T00:00:00.000Z";
/// What stands where nothing ever happened.
pub const NEVER: &str = "0001-01-01T00:00:00.000Z";
/// A speed that is no number, written bare as no JSON allows: put in when the text is whole.
pub const BARE_NAN: &str = "\u{1}NaN\u{1}";

/// An entity's id. Devices and users count alike, so one's id may be another's.
pub fn id(number: usize) -> String {
    format!("b{number:X}")
}

/// The number in an id; `None` when it is none of ours.
pub fn number(id: &str) -> Option<usize> {
    let number = usize::from_str_radix(id.strip_prefix('b')?, 16).ok()?;
    (self::id(number) == id).then_some(number)
}

/// A reference to an entity.
pub fn reference(number: usize) -> Value {
    json!({ "id": id(number) })
}

/// A reference to a driver, or the word for nobody.
pub fn driver(number: Option<usize>) -> Value {
    number.map_or_else(|| json!("UnknownDriverId"), |number| json!({ "id": id(number), "isDriver": true }))
}

/// Unix seconds, with the milliseconds that belong to `unit`.
pub fn date(at: i64, unit: usize) -> String {
    let millis = at * 1000 + (unit * 37 % 1000) as i64;
    let instant = Timestamp::from_millis(millis).calendar().unwrap_or_default();
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Seconds as a .NET `TimeSpan`: `[d.]hh:mm:ss`.
pub fn span(seconds: i64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days > 0 { format!("{days}.{time}") } else { time }
}

/// Degrees as the devices round them.
pub fn degrees(value: f64) -> f64 {
    (value * 1e7).round() / 1e7
}

/// A place: x is east.
pub fn coordinate(point: Point) -> Value {
    json!({ "x": degrees(point.longitude), "y": degrees(point.latitude) })
}

/// Kilometres an hour, whole.
pub fn kmh(mph: f64) -> i64 {
    (mph * 1.609_344).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_milliseconds_and_spans_have_days() {
        assert_eq!(date(1_795_521_600, 0), "2026-11-24T12:00:00.000Z");
        assert_eq!(date(1_795_521_600, 1), "2026-11-24T12:00:00.037Z");
        assert_eq!(span(2 * 3600 + 9 * 60 + 9), "02:09:09");
        assert_eq!(span(4 * 86_400 + 16 * 3600 + 41 * 60 + 16), "4.16:41:16");
    }

    #[test]
    fn only_our_own_way_of_writing_an_id_is_read() {
        assert_eq!(number(&id(0x3A)), Some(0x3A));
        assert_eq!(number("b3a"), None);
        assert_eq!(number("b03A"), None);
        assert_eq!(number("NoDeviceId"), None);
    }
}
