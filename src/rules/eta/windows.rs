//! What class an arrival at a window makes. When that opens and closes the [`crate::model::Stop`] knows.

use std::time::Duration;

use crate::model::{Risk, Timestamp};

/// The class of an arrival, legal at the earliest and practical, at a window that closes then.
pub(super) fn class(
    legal: Timestamp,
    practical: Timestamp,
    closes: Option<Timestamp>,
    warning: Duration,
) -> Risk {
    match closes {
        Some(closes) if legal > closes => Risk::Late,
        Some(closes) if practical > closes => Risk::AtRisk,
        Some(closes) if practical > closes.minus(warning) => Risk::Tight,
        Some(_) | None => Risk::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_a_matter_of_two_arrivals_and_one_window() {
        let check = |legal, practical, closes: Option<i64>, expected| {
            let at = |minutes: i64| Timestamp::from_secs(minutes * 60);
            let found = class(at(legal), at(practical), closes.map(at), Duration::from_mins(30));
            assert_eq!(found, expected, "{legal} {practical} {closes:?}");
        };
        check(10, 20, None, Risk::Ok);
        check(10, 20, Some(50), Risk::Ok);
        check(10, 21, Some(50), Risk::Tight);
        check(10, 50, Some(50), Risk::Tight);
        check(10, 51, Some(50), Risk::AtRisk);
        check(50, 51, Some(50), Risk::AtRisk);
        check(51, 51, Some(50), Risk::Late);
    }
}
