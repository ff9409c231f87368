//! McLeod's dates: the wire pattern in the server's zone, and what people may write in a search.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A date somebody wrote, as an instant and, where no time of day was given, the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Unix seconds.
    pub at: i64,
    /// The day's end, where only a day was written.
    pub day_end: Option<i64>,
}

/// The server's zone.
pub fn zone() -> TimeZone {
    TimeZone::get(super::ZONE).expect("the zone is in the bundled database")
}

/// `yyyyMMddHHmmssZ` in the server's zone.
pub fn wire(at: i64) -> String {
    let instant = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    instant.to_zoned(zone()).strftime("%Y%m%d%H%M%S%z").to_string()
}

/// The same for a column that has a date only: midnight.
pub fn wire_day(at: i64) -> String {
    let instant = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = instant.to_zoned(zone()).date();
    midnight(day).map_or_else(|| wire(at), wire)
}

/// Reads what a search may say: `t`, `t-7 0800`, `n`, `me`, `07/16/26`, or the wire pattern with or
/// without an offset. ISO 8601 is not among them.
pub fn read(text: &str, now: i64) -> Option<Written> {
    let text = text.trim();
    if text.as_bytes().first()?.is_ascii_alphabetic() {
        return shortcut(text, now);
    }
    let (head, time) = text.split_once(' ').map_or((text, None), |(head, time)| (head, Some(time)));
    if head.contains('/') {
        return whole_or_at(american(head)?, time);
    }
    if time.is_some() {
        return None;
    }
    pattern(head)
}

fn shortcut(text: &str, now: i64) -> Option<Written> {
    if text.eq_ignore_ascii_case("n") {
        return Some(Written { at: now, day_end: None });
    }
    let (head, time) = text.split_once(' ').map_or((text, None), |(head, time)| (head, Some(time)));
    let letters = head.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(head.len());
    let (word, number) = head.split_at_checked(letters)?;
    let days: i64 = if number.is_empty() { 0 } else { number.trim_start_matches('+').parse().ok()? };
    let today = Timestamp::from_second(now).ok()?.to_zoned(zone()).date();
    let quarter = (today.month() - 1) / 3 * 3 + 1;
    let week_start =
        today.checked_sub(Span::new().days(i64::from(today.weekday().since(Weekday::Sunday)))).ok()?;
    let day = match word.to_ascii_lowercase().as_str() {
        "t" => today,
        "m" => today.first_of_month(),
        "w" => week_start,
        "q" => Date::new(today.year(), quarter, 1).ok()?,
        "y" => today.first_of_year(),
        "me" => today.last_of_month(),
        "we" => week_start.checked_add(Span::new().days(6)).ok()?,
        "qe" => Date::new(today.year(), quarter + 2, 1).ok()?.last_of_month(),
        "ye" => today.last_of_year(),
        _ => return None,
    };
    whole_or_at(day.checked_add(Span::new().try_days(days).ok()?).ok()?, time)
}

fn american(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i16 = match (year.len(), year.parse::<i16>().ok()?) {
        (2, short) => 2000 + short,
        (4, long) => long,
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

fn pattern(text: &str) -> Option<Written> {
    let (digits, offset) = text.split_at_checked(14)?;
    let local = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    let at = if offset.is_empty() {
        local.to_zoned(zone()).ok()?.timestamp()
    } else {
        Timestamp::strptime("%Y%m%d%H%M%S%z", text).ok()?
    };
    Some(Written { at: at.as_second(), day_end: None })
}

fn whole_or_at(day: Date, time: Option<&str>) -> Option<Written> {
    let Some(time) = time else {
        let next = day.tomorrow().ok()?;
        return Some(Written { at: midnight(day)?, day_end: Some(midnight(next)? - 1) });
    };
    let (hours, minutes) = time.split_at_checked(2).filter(|_| time.len() == 4)?;
    let time = Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()?;
    let at = day.to_datetime(time).to_zoned(zone()).ok()?.timestamp().as_second();
    Some(Written { at, day_end: None })
}

fn midnight(day: Date) -> Option<i64> {
    Some(day.to_zoned(zone()).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-10 15:52 in Chicago, two days after the clocks went forward.
    const NOW: i64 = 1_773_175_920;

    #[test]
    fn dates_are_written_in_the_zone_of_the_server_summer_and_winter() {
        assert_eq!(wire(NOW), "20260310155200-0500");
        assert_eq!(wire(NOW - 7 * 86_400), "20260303145200-0600");
        assert_eq!(wire_day(NOW), "20260310000000-0500");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(read(text, NOW).map(|written| wire(written.at)).as_deref(), expected, "{text}");
        };
        check("n", Some("20260310155200-0500"));
        check("t", Some("20260310000000-0500"));
        check("t1", Some("20260311000000-0500"));
        check("t-7", Some("20260303000000-0600"));
        check("t1 1330", Some("20260311133000-0500"));
        check("m", Some("20260301000000-0600"));
        check("qe", Some("20260331000000-0500"));
        check("03/09/26", Some("20260309000000-0500"));
        check("03/09/2026", Some("20260309000000-0500"));
        check("20260310081500-0500", Some("20260310081500-0500"));
        check("20260310081500", Some("20260310081500-0500"));
        check("20260310131500+0000", Some("20260310081500-0500"));
        check("20260310131500 0000", None);
        check("2026-03-10T08:15:00Z", None);
        check("tomorrow", None);
        check("13/41/26", None);
    }
}
