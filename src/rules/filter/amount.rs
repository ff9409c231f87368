//! Lengths of time and numbers as people write them in a filter. Errors are sentences that say what can be
//! written.

/// Longer than anybody asks for, and safe to count with.
const TOO_LONG_S: f64 = 4e9;

/// Seconds in "5h", "1h20", "90m", "2d4h", "5:30", "-30m": the forms that the screen writes, too.
pub fn seconds(text: &str) -> Result<i64, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let seconds = match digits.split_once(':') {
        Some((hours, minutes)) => clock(hours, minutes).ok_or_else(|| no_length(text))?,
        None => counted(digits).map_err(|wrong| match wrong {
            Wrong::Bare => format!("{text} of what? Say {text}h, {text}m, {text}d or {text}:30"),
            Wrong::Unit(unit) => format!("`{unit}` is no length of time; there are d, h, m, s, and 5:30"),
            Wrong::Number => no_length(text),
        })?,
    };
    if seconds > TOO_LONG_S {
        return Err(format!("{text} is longer than anything here"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "some years at most")]
    Ok((sign * seconds).round() as i64)
}

fn no_length(text: &str) -> String {
    format!("`{text}` is no length of time: say 5h, 30m, 2d, 1h20 or 5:30")
}

enum Wrong {
    Bare,
    Unit(String),
    Number,
}

/// "5:30".
fn clock(hours: &str, minutes: &str) -> Option<f64> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(hours) || minutes.len() != 2 || !is_digits(minutes) {
        return None;
    }
    let (hours, minutes): (f64, f64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60.0).then_some(hours * 3600.0 + minutes * 60.0)
}

/// "2d4h", "1h20".
fn counted(text: &str) -> Result<f64, Wrong> {
    let (mut rest, mut total, mut last) = (text, 0.0, None);
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at_checked(end).ok_or(Wrong::Number)?;
        let number: f64 = number.parse().map_err(|_no_number| Wrong::Number)?;
        let end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(end).ok_or(Wrong::Number)?;
        let each = match (unit, last) {
            // "1h20" is written on the screen, and so is "3d05".
            ("", Some(3600)) if tail.is_empty() => 60,
            ("", Some(86_400)) if tail.is_empty() => 3600,
            ("", None) if number == 0.0 && tail.is_empty() => 1,
            ("", _) if tail.is_empty() => return Err(Wrong::Bare),
            ("", _) => return Err(Wrong::Number),
            _ => unit_s(unit).ok_or_else(|| Wrong::Unit(unit.to_owned()))?,
        };
        total += number * f64::from(each);
        if tail.is_empty() {
            return Ok(total);
        }
        (rest, last) = (tail, Some(each));
    }
}

fn unit_s(unit: &str) -> Option<u32> {
    Some(match unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" => 1,
        "m" | "min" | "mins" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    })
}

/// Kilometres in a mile.
const KM: f64 = 1.609_344;

/// Miles in "100", "100mi", "160km"; bare is in the office's unit.
pub fn miles(text: &str, metric: bool) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no distance: say 100, 100mi or 160km");
    let (number, unit) = with_unit(text).ok_or_else(wrong)?;
    match unit.as_str() {
        "" if metric => Ok(number / KM),
        "km" => Ok(number / KM),
        "" | "mi" | "mile" | "miles" => Ok(number),
        _ => Err(wrong()),
    }
}

/// Miles an hour in "60", "60mph", "100km/h"; bare is in the office's unit.
pub fn mph(text: &str, metric: bool) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no speed: say 60, 60mph or 100kmh");
    let (number, unit) = with_unit(text).ok_or_else(wrong)?;
    match unit.as_str() {
        "" if metric => Ok(number / KM),
        "km/h" | "kmh" | "kph" => Ok(number / KM),
        "" | "mph" => Ok(number),
        _ => Err(wrong()),
    }
}

/// "25" or "25%".
pub fn percent(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no percentage: say 25 or 25%");
    match with_unit(text).ok_or_else(wrong)? {
        (number, unit) if unit.is_empty() || unit == "%" => Ok(number),
        _ => Err(wrong()),
    }
}

/// "100".
pub fn count(text: &str) -> Result<f64, String> {
    match with_unit(text) {
        Some((number, unit)) if unit.is_empty() => Ok(number),
        _ => Err(format!("`{text}` is no count: say a number, such as 100")),
    }
}

fn with_unit(text: &str) -> Option<(f64, String)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let number: f64 = number.parse().ok()?;
    number.is_finite().then(|| (number, unit.trim().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_the_screen_writes_them_or_as_people_do() {
        let check = |text: &str, expected: i64| assert_eq!(seconds(text), Ok(expected), "{text}");
        check("5h", 18_000);
        check("30m", 1800);
        check("2d", 172_800);
        check("90s", 90);
        check("1h20", 4800);
        check("1h20m", 4800);
        check("3d05", 277_200);
        check("2d4h", 187_200);
        check("5:30", 19_800);
        check("70:00", 252_000);
        check("1.5h", 5400);
        check("45min", 2700);
        check("0", 0);
        check("-30m", -1800);
        check("+1h20", 4800);
    }

    #[test]
    fn what_is_no_length_is_said_in_a_sentence() {
        let check = |text: &str, expected: &str| {
            let error = seconds(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        };
        check("5", "5 of what? Say 5h, 5m, 5d or 5:30");
        check("5x", "`x` is no length of time; there are d, h, m, s, and 5:30");
        check("5mi", "`mi` is no length of time");
        check("5:3", "`5:3` is no length of time");
        check("5:60", "`5:60` is no length of time");
        check("", "`` is no length of time");
        check("h", "`h` is no length of time");
        check("99999999999d", "longer than anything here");
        check("1.2.3h", "is no length of time");
    }

    #[test]
    fn distances_and_speeds_are_in_the_offices_unit_unless_said() {
        assert_eq!(miles("100", false), Ok(100.0));
        assert_eq!(miles("100mi", true), Ok(100.0));
        assert!((miles("160km", false).unwrap() - 99.42).abs() < 0.01);
        assert_eq!(miles("160", true), miles("160km", false));
        assert_eq!(mph("60", false), Ok(60.0));
        assert_eq!(mph("100", true), mph("100km/h", false));
        assert_eq!(percent("25%"), Ok(25.0));
        assert!(percent("25h").is_err() && miles("5h", false).is_err() && mph("60mi", false).is_err());
        assert!(count("5h").is_err() && miles(".", false).is_err() && miles("", false).is_err());
    }
}
