//! McLeod's dates: fourteen digits, perhaps an offset or zone letters. Reading the digits only; whether
//! the offset is to be believed at a stop is the setting `stop_time_basis`, applied in `border`.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// A date as written: wall-clock digits and, where one was written, how far from UTC they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The digits.
    pub(super) digits: DateTime,
    /// From `-0500` or `CST`.
    pub(super) offset: Option<Offset>,
}

impl Written {
    /// Reads `20260310081500`, `20260310081500-0500`, `20260310081500CST`, or a bare `20260310`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (digits, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let digits = match digits.len() {
            8 => date(digits)?.at(0, 0, 0, 0),
            14 => {
                let (day, clock) = digits.split_at_checked(8)?;
                let clock: i32 = clock.parse().ok()?;
                let part = |number: i32| i8::try_from(number % 100).ok();
                let (hour, minute, second) = (part(clock / 10_000)?, part(clock / 100)?, part(clock)?);
                let day = date(day)?;
                DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, 0).ok()?
            }
            _ => return None,
        };
        let rest = rest.trim();
        let offset = if rest.is_empty() { None } else { Some(offset(rest)?) };
        Some(Self { digits, offset })
    }

    /// The instant these digits name: by their own offset, else as wall clock in `zone`.
    pub(super) fn instant(self, zone: &TimeZone) -> Option<Timestamp> {
        match self.offset {
            Some(offset) => offset.to_timestamp(self.digits).ok(),
            None => self.wall_clock(zone),
        }
    }

    /// The instant at which a clock on the wall in `zone` shows these digits, whatever offset was written.
    pub(super) fn wall_clock(self, zone: &TimeZone) -> Option<Timestamp> {
        self.digits.to_zoned(zone.clone()).ok().map(|zoned: Zoned| zoned.timestamp())
    }
}

/// The calendar day of a date-only column. It may come as midnight with an offset, so that only its
/// first eight digits mean anything.
pub(super) fn date(text: &str) -> Option<Date> {
    let digits: i32 = text.get(..8)?.parse().ok()?;
    let part = |number: i32| i8::try_from(number % 100).ok();
    Date::new(i16::try_from(digits / 10_000).ok()?, part(digits / 100)?, part(digits)?).ok()
}

/// `-0500`, `-05:00`, `Z` or zone letters, which say themselves whether it is summer.
fn offset(text: &str) -> Option<Offset> {
    if let Some((sign, digits)) = text
        .strip_prefix('-')
        .map(|digits| (-1, digits))
        .or_else(|| text.strip_prefix('+').map(|digits| (1, digits)))
    {
        let digits: String = digits.chars().filter(|c| *c != ':').collect();
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: i32 = digits.parse().ok()?;
        return Offset::from_seconds(sign * ((number / 100) * 3600 + (number % 100) * 60)).ok();
    }
    let quarter_hours = match text.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" => 0,
        "NDT" => -10,
        "ADT" => -12,
        "NST" => -14,
        "AST" | "EDT" => -16,
        "EST" | "CDT" => -20,
        "CST" | "MDT" => -24,
        "MST" | "PDT" => -28,
        "PST" | "AKDT" => -32,
        "AKST" | "HDT" => -36,
        "HST" => -40,
        _ => return None,
    };
    Offset::from_seconds(quarter_hours * 900).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chicago() -> TimeZone {
        TimeZone::get("America/Chicago").unwrap()
    }

    #[test]
    fn a_date_has_an_offset_or_letters_or_the_servers_zone() {
        let check = |text: &str, expected: Option<&str>| {
            let instant = Written::parse(text).and_then(|written| written.instant(&chicago()));
            assert_eq!(instant.map(|instant| instant.to_string()).as_deref(), expected, "{text}");
        };
        check("20260310081500-0500", Some("2026-03-10T13:15:00Z"));
        check("20260310081500+0100", Some("2026-03-10T07:15:00Z"));
        check("20260310081500-05:00", Some("2026-03-10T13:15:00Z"));
        check("20260310081500", Some("2026-03-10T13:15:00Z"));
        check("20260110081500", Some("2026-01-10T14:15:00Z"));
        check("20191001000000CST", Some("2019-10-01T06:00:00Z"));
        check("20191001000000cdt", Some("2019-10-01T05:00:00Z"));
        check("20260310081500 EDT", Some("2026-03-10T12:15:00Z"));
        check("20260310081500AKST", Some("2026-03-10T17:15:00Z"));
        check("20260310081500HST", Some("2026-03-10T18:15:00Z"));
        check("20260310081500NST", Some("2026-03-10T11:45:00Z"));
        check("20260310", Some("2026-03-10T05:00:00Z"));
        for nonsense in [
            "",
            "...",
            "2026",
            "20261301000000",
            "20260310250000",
            "20260310081500-5",
            "20260310081500XYZ",
            "99999999999999",
        ] {
            check(nonsense, None);
        }
    }

    #[test]
    fn a_date_only_column_is_its_first_eight_digits() {
        let check = |text: &str, expected: Option<Date>| assert_eq!(date(text), expected, "{text}");
        check("20251126000000-0800", Some(Date::constant(2025, 11, 26)));
        check("20251126", Some(Date::constant(2025, 11, 26)));
        check("2025112", None);
        check("...", None);
        check("ÄÖÜäöü", None);
    }
}
