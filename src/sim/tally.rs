//! The calls that were made, counted for people: how many of whom, how many over a limit, and how they
//! were spread over the minute. Pure; what a limit is, the services know.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Call, Upstream};

/// A minute is shown in so many parts.
const PARTS: usize = 12;
const PART_MS: i64 = 5000;
const MINUTE_MS: i64 = 60_000;

/// A table of these calls, a line for each upstream that was called.
pub fn tally(calls: &[Call]) -> String {
    let mut table = format!(
        "{:<10}{:>8}{:>10}{:>12}   its busiest minute, by 5 s\n",
        "calls", "in all", "too many", "a minute"
    );
    for upstream in Upstream::ELDS.iter().chain([&Upstream::McLeod, &Upstream::Mapbox, &Upstream::Gemini]) {
        let its: Vec<_> = calls.iter().filter(|call| call.upstream == *upstream).collect();
        if its.is_empty() {
            continue;
        }
        let mut times: Vec<i64> = its.iter().map(|call| call.at.millis()).collect();
        times.sort_unstable();
        let busiest = busiest(&times);
        let too_many = its.iter().filter(|call| call.too_many).count();
        let parts: Vec<_> = parts(busiest).iter().map(ToString::to_string).collect();
        let _ = writeln!(
            table,
            "{:<10}{:>8}{:>10}{:>12}   {}",
            upstream.name(),
            its.len(),
            too_many,
            busiest.len(),
            parts.join(" ")
        );
        for (path, count) in most_called(&its) {
            let _ = writeln!(table, "{count:>18}  {path}");
        }
    }
    table
}

/// The minute, begun by one of these times, that holds the most of them; the first of those.
fn busiest(times: &[i64]) -> &[i64] {
    let mut best: &[i64] = &[];
    for begin in 0..times.len() {
        let from = times.get(begin..).unwrap_or_default();
        let end = from.partition_point(|at| from.first().is_some_and(|first| at - first < MINUTE_MS));
        let minute = from.get(..end).unwrap_or_default();
        if minute.len() > best.len() {
            best = minute;
        }
    }
    best
}

/// How many of a minute's times lie in each of its parts.
fn parts(minute: &[i64]) -> [usize; PARTS] {
    let mut parts = [0; PARTS];
    for at in minute {
        let since = at - minute.first().copied().unwrap_or_default();
        if let Some(part) = usize::try_from(since / PART_MS).ok().and_then(|part| parts.get_mut(part)) {
            *part += 1;
        }
    }
    parts
}

/// The paths that were called, the most called first. Where ids stand in paths, only the first few.
fn most_called<'a>(calls: &[&'a Call]) -> Vec<(&'a str, usize)> {
    const SHOWN: usize = 8;
    let mut counts = BTreeMap::<&str, usize>::new();
    for call in calls {
        *counts.entry(call.path.as_str()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(SHOWN);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn call(upstream: Upstream, seconds: i64, too_many: bool) -> Call {
        let (path, query) = ("/a".to_owned(), String::new());
        Call { at: Timestamp::from_secs(seconds), upstream, path, query, status: 200, too_many }
    }

    #[test]
    fn the_busiest_minute_is_shown_in_its_parts() {
        let mut calls: Vec<_> = [0, 1, 2, 70, 71, 76, 129].map(|at| call(Upstream::Geotab, at, false)).into();
        calls.push(call(Upstream::McLeod, 5, true));
        let table = tally(&calls);
        let line = |name: &str| {
            let line = table.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(line("geotab"), "geotab 7 0 4 2 1 0 0 0 0 0 0 0 0 0 1");
        assert_eq!(line("mcleod"), "mcleod 1 1 1 1 0 0 0 0 0 0 0 0 0 0 0");
        assert!(!table.contains("samsara"), "{table}");
    }

    #[test]
    fn a_call_a_minute_later_is_in_the_next_minute() {
        assert_eq!(busiest(&[0, 60_000]), [0]);
        assert_eq!(busiest(&[0, 59_999]), [0, 59_999]);
        assert!(busiest(&[]).is_empty());
    }
}
