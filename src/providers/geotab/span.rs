//! Durations as .NET writes them: `[-][d.]hh:mm:ss[.fffffff]`.

/// The whole seconds of a span, rounded down. One below nought is nought: nothing is left of it.
/// `None` when it is not a span.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut parts = text.split(':');
    let (head, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = head.split_once('.').unwrap_or(("0", head));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    digits(fraction)?;
    let total = digits(days)?
        .checked_mul(24)?
        .checked_add(digits(hours)?)?
        .checked_mul(60)?
        .checked_add(digits(minutes)?)?
        .checked_mul(60)?
        .checked_add(digits(seconds)?)?;
    Some(if negative { 0 } else { total })
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_may_have_days_a_fraction_and_a_sign() {
        let check = |text: &str, expected| assert_eq!(seconds(text), expected, "{text}");
        check("02:09:09", Some(7749));
        check("4.16:41:16", Some(4 * 86_400 + 16 * 3600 + 41 * 60 + 16));
        check("00:03:42.9999999", Some(222));
        check("2.02:00:00", Some(180_000));
        check("110.05:52:19", Some(9_525_139));
        check("00:00:00", Some(0));
        check("-00:12:00", Some(0));
        check("-1.00:00:00.5", Some(0));
        check("", None);
        check("6", None);
        check("1:2", None);
        check("1:2:3:4", None);
        check("+1:00:00", None);
        check("a:00:00", None);
        check("::", None);
        check("9999999999999999.00:00:00", None);
    }
}
