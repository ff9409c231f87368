//! What whoever waited for the end of asking is told: what failed, and what was left undone. Pure.

use std::collections::BTreeMap;

use super::{ACCOUNT, DIRECTIONS};

/// How asking until the end went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sync) struct Ended {
    /// What failed, in sentences that name the feed.
    pub(in crate::sync) failed: Vec<String>,
    /// What was left undone though nothing failed, as a sentence.
    pub(in crate::sync) left: Option<String>,
}

impl Ended {
    /// By the `trouble` of each feed, the loads and the addresses that nobody was asked about yet, and what `stood`
    /// against the feed before, where it was not asked at all.
    pub(super) fn of(
        trouble: &BTreeMap<&'static str, String>,
        (loads, addresses): (usize, usize),
        stood: Option<&str>,
        calls_per_minute: u32,
    ) -> Self {
        let mut left = Vec::new();
        if loads > 0 {
            left.push(counted(loads, "load was not routed", "loads were not routed"));
        }
        if addresses > 0 {
            left.push(counted(addresses, "address was not looked up", "addresses were not looked up"));
        }
        let left = left.join(" and ");
        let failed: Vec<String> = trouble
            .iter()
            .map(|(resource, why)| format!("{ACCOUNT} {resource}: {why}"))
            .chain((!left.is_empty() && !trouble.is_empty()).then(|| format!("{ACCOUNT}: {left}")))
            .collect();
        if !failed.is_empty() || left.is_empty() {
            return Self { failed, left: None };
        }
        match stood {
            Some(stood) => {
                let why = format!(
                    "{ACCOUNT} {}: {left} within a minute: it still rests after: {stood}",
                    DIRECTIONS.resource
                );
                Self { failed: vec![why], left: None }
            }
            None => Self {
                failed,
                left: Some(format!(
                    "{ACCOUNT}: {left} within a minute, for want of calls (calls_per_minute is {calls_per_minute}): \
                     their times are by the straight line, or not known"
                )),
            },
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_undone_is_told_and_is_a_failure_only_of_a_feed_that_failed() {
        let check = |trouble: &[(&'static str, &str)], left, stood, failed: &[&str], told: Option<&str>| {
            let trouble = trouble.iter().map(|(resource, why)| (*resource, (*why).to_owned())).collect();
            let ended = Ended::of(&trouble, left, stood, 10);
            assert_eq!(
                (&ended.failed[..], ended.left.as_deref()),
                (&failed.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()[..], told)
            );
        };
        check(&[], (0, 0), None, &[], None);
        check(&[], (0, 0), Some("HTTP 403"), &[], None);
        check(
            &[],
            (23, 1),
            None,
            &[],
            Some(
                "mapbox: 23 loads were not routed and 1 address was not looked up within a minute, for want of \
                 calls (calls_per_minute is 10): their times are by the straight line, or not known",
            ),
        );
        check(
            &[],
            (1, 0),
            Some("HTTP 403"),
            &["mapbox directions: 1 load was not routed within a minute: it still rests after: HTTP 403"],
            None,
        );
        check(
            &[("directions", "no")],
            (2, 0),
            None,
            &["mapbox directions: no", "mapbox: 2 loads were not routed"],
            None,
        );
    }
}
