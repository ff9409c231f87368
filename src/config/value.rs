//! What may stand behind a key: reading one value and saying what was expected instead.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::{Environment, Secret};
use crate::model::nearest;

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// An account's name: it stands before the colon of unit ids.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A duration of at least `least`, or, where `or_zero`, none.
    Duration { least: Duration, or_zero: bool },
    /// A whole number.
    Whole { least: u32, most: u32 },
    /// A number.
    Number { least: f64, most: f64 },
    /// Where an upstream is.
    Url,
    /// Where the database is.
    Database,
    /// An IANA time zone.
    Zone,
    /// `HH:MM`.
    TimeOfDay,
    /// A credential, or a reference to one.
    Secret,
}

/// A value as it was given, before its key is asked what it takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given<'a> {
    Text(&'a str),
    Whole(i64),
    Number(f64),
    /// Something no key takes, in words.
    Other(&'static str),
}

/// A value that its key takes.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Duration(Duration),
    Whole(u32),
    Number(f64),
    Zone(TimeZone),
    Time(Time),
    Secret(Secret),
}

impl Kind {
    /// The value, or what was expected instead. A credential is never repeated.
    pub(super) fn read(self, given: Given<'_>, environment: Environment<'_>) -> Result<Value, String> {
        match self {
            Self::Text => text(given, "text").map(|text| Value::Text(text.to_owned())),
            Self::Name => name(text(given, "a name like \"samsara\"")?),
            Self::Word(words) => word(text(given, &one_of(words))?, words),
            Self::Duration { least, or_zero } => bounded_duration(given, least, or_zero),
            Self::Whole { least, most } => whole(given, least, most),
            Self::Number { least, most } => number(given, least, most),
            Self::Url => upstream_url(text(given, "a URL like \"https://host\"")?),
            Self::Database => {
                let url = text(given, "a URL like \"sqlite:/path/backhaul.db\"")?;
                database_path(url).map(|_| Value::Text(url.to_owned()))
            }
            Self::Zone => zone(text(given, "a time zone like \"America/Chicago\"")?),
            Self::TimeOfDay => time_of_day(text(given, "a time of day like \"00:00\"")?),
            Self::Secret => match given {
                Given::Text(written) => Ok(Value::Secret(Secret::read(written, environment))),
                Given::Whole(_) | Given::Number(_) => {
                    Err("expected text, found a number: put it in quotes".into())
                }
                Given::Other(found) => Err(format!("expected text, found {found}")),
            },
        }
    }

    /// A value given as plain text (the environment, a flag, a default) in the form the key takes.
    pub(super) fn given(self, text: &str) -> Given<'_> {
        let number = text.trim();
        match self {
            Self::Whole { .. } => number.parse().map_or(Given::Text(text), Given::Whole),
            Self::Number { .. } => number.parse().map_or(Given::Text(text), Given::Number),
            _ => Given::Text(text),
        }
    }
}

/// Reads `90s`, `30m`, `1h30m`, `30d`, `250ms`: whole numbers, each with its unit.
///
/// Fails with a sentence that says what was expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("expected a duration like \"5s\", found {text:?}");
    let mut rest = text.trim();
    let mut millis: u64 = 0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, tail) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters).ok_or_else(wrong)?;
        let in_millis: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        let count: u64 = count.parse().map_err(|_not_a_count| wrong())?;
        let part = count.checked_mul(in_millis).ok_or_else(wrong)?;
        millis = millis.checked_add(part).ok_or_else(wrong)?;
        rest = tail;
    }
    Ok(Duration::from_millis(millis))
}

/// The file behind a database URL: `sqlite:/abs/path`, `sqlite:relative`, `sqlite://…`.
pub(super) fn database_path(url: &str) -> Result<&str, String> {
    let known = "known are \"sqlite:/path/backhaul.db\" and \"sqlite:relative.db\"";
    let Some(path) = url.strip_prefix("sqlite:") else {
        let scheme = url.split(':').next().unwrap_or_default();
        return Err(format!("cannot keep a database in `{scheme}`; {known}"));
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err(format!("names no file; {known}"));
    }
    if path == ":memory:" {
        return Err(format!("a database in memory cannot be shared with other consoles; {known}"));
    }
    if path.contains('?') {
        return Err(format!("parameters after `?` are not known; {known}"));
    }
    Ok(path)
}

fn text<'a>(given: Given<'a>, expected: &str) -> Result<&'a str, String> {
    match given {
        Given::Text(text) => Ok(text),
        other => Err(format!("expected {expected}, found {}", found(other))),
    }
}

fn name(text: &str) -> Result<Value, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || text.len() > 32 || !text.chars().all(plain) {
        return Err(format!("expected 1 to 32 letters, digits, `-` or `_`, found {text:?}"));
    }
    if matches!(text, "mcleod" | "mapbox" | "gemini") {
        return Err(format!("{text:?} is the name of another upstream; choose another"));
    }
    Ok(Value::Text(text.to_owned()))
}

fn word(text: &str, words: &[&'static str]) -> Result<Value, String> {
    if words.contains(&text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let mut message = format!("expected {}, found {text:?}", one_of(words));
    if let Some(near) = nearest(text, words.iter().copied()) {
        let _ = write!(message, "; did you mean {near:?}?");
    }
    Err(message)
}

fn bounded_duration(given: Given<'_>, least: Duration, or_zero: bool) -> Result<Value, String> {
    let duration = parse_duration(text(given, "a duration like \"5s\"")?)?;
    if duration < least && !(or_zero && duration.is_zero()) {
        return Err(format!("must be at least {}", in_words(least)));
    }
    Ok(Value::Duration(duration))
}

fn whole(given: Given<'_>, least: u32, most: u32) -> Result<Value, String> {
    let Given::Whole(number) = given else {
        return Err(format!("expected a whole number like {least}, found {}", found(given)));
    };
    match u32::try_from(number) {
        Ok(number) if (least..=most).contains(&number) => Ok(Value::Whole(number)),
        _ => Err(format!("must be from {least} to {most}, is {number}")),
    }
}

fn number(given: Given<'_>, least: f64, most: f64) -> Result<Value, String> {
    let number = match given {
        Given::Number(number) => number,
        // Beyond 32 bits no key takes it anyway.
        Given::Whole(whole) => i32::try_from(whole).map_or(f64::INFINITY, f64::from),
        Given::Text(_) | Given::Other(_) => {
            return Err(format!("expected a number like {least}, found {}", found(given)));
        }
    };
    if !(least..=most).contains(&number) {
        return Err(format!("must be from {least} to {most}"));
    }
    Ok(Value::Number(number))
}

fn upstream_url(text: &str) -> Result<Value, String> {
    // Not repeated before this is ruled out: it would be a credential.
    if text.contains('@') {
        return Err("a URL must not hold a user name or a password".to_owned());
    }
    let url =
        url::Url::parse(text).map_err(|e| format!("{text:?} is not a URL like \"https://host\": {e}"))?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(format!("{text:?} names no host")),
    };
    match url.scheme() {
        "https" => Ok(Value::Text(text.to_owned())),
        "http" if loopback => Ok(Value::Text(text.to_owned())),
        "http" => Err(format!("plain http is accepted for loopback addresses only; use https in {text:?}")),
        other => Err(format!("cannot speak {other}; use https in {text:?}")),
    }
}

fn zone(text: &str) -> Result<Value, String> {
    TimeZone::get(text)
        .map(Value::Zone)
        .map_err(|_unknown| format!("{text:?} is not a time zone like \"America/Chicago\""))
}

fn time_of_day(text: &str) -> Result<Value, String> {
    let wrong = || format!("expected a time of day like \"00:00\", found {text:?}");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let part = |text: &str| text.parse::<i8>().ok().filter(|_| text.len() == 2);
    let (hour, minute) = part(hour).zip(part(minute)).ok_or_else(wrong)?;
    Time::new(hour, minute, 0, 0).map(Value::Time).map_err(|_out_of_range| wrong())
}

fn found(given: Given<'_>) -> String {
    match given {
        Given::Text(text) => format!("{text:?}"),
        Given::Whole(number) => number.to_string(),
        Given::Number(number) => number.to_string(),
        Given::Other(words) => words.to_owned(),
    }
}

fn one_of(words: &[&str]) -> String {
    words.join(" | ")
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        secs if secs >= 86_400 && secs % 86_400 == 0 => format!("{}d", secs / 86_400),
        secs if secs >= 3600 && secs % 3600 == 0 => format!("{}h", secs / 3600),
        secs => format!("{secs}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counts_with_units() {
        let check = |text: &str, millis| {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        };
        check("5s", 5000);
        check("250ms", 250);
        check("1h30m", 5_400_000);
        check("30d", 30 * 86_400_000);
        check("0s", 0);
        for text in ["", "5", "s", "5 s", "5x", "-5s", "1.5h", "99999999999999999999s", "9999999999999999d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_database_url_names_one_file() {
        let check = |url: &str, path: &str| assert_eq!(database_path(url), Ok(path), "{url}");
        check("sqlite:/var/lib/backhaul.db", "/var/lib/backhaul.db");
        check("sqlite:backhaul.db", "backhaul.db");
        check("sqlite:///var/x.db", "/var/x.db");
        check("sqlite://x.db", "x.db");
        for url in ["postgres://h/db", "backhaul.db", "sqlite:", "sqlite::memory:", "sqlite:x?mode=ro", ""] {
            assert!(database_path(url).is_err(), "{url}");
        }
    }

    #[test]
    fn plain_http_and_passwords_in_urls_are_refused() {
        let check = |url: &str, ok: bool| assert_eq!(upstream_url(url).is_ok(), ok, "{url}");
        check("https://tms.example.com/ws", true);
        check("http://127.0.0.1:8080/ws", true);
        check("http://[::1]:8080", true);
        check("http://tms.example.com", false);
        check("ftp://tms.example.com", false);
        check("tms.example.com", false);
        check("mailto:tms", false);
        let error = upstream_url("https://joe:s3cret@tms.example.com").unwrap_err();
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        for (text, ok) in
            [("00:00", true), ("23:59", true), ("24:00", false), ("7:00", false), ("noon", false)]
        {
            assert_eq!(time_of_day(text).is_ok(), ok, "{text}");
        }
    }
}
