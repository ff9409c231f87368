//! Which driver is on which tractor, and which tractor has which trailer, when accounts differ.

use crate::model::Claim;

/// Picks each left one's partner: the most trusted claim, and of equals the latest. A claim of "none"
/// ends what its own source and weaker standing ones would say only when nothing stronger speaks.
///
/// Sorted by `left`, one claim each.
pub fn settle(mut claims: Vec<Claim<'_>>) -> Vec<Claim<'_>> {
    // "None" from a log-in says only that nobody is logged in now, so any partner beats it.
    claims.sort_by(|a, b| {
        (&a.left, a.right.is_none(), a.by)
            .cmp(&(&b.left, b.right.is_none(), b.by))
            .then_with(|| b.since_at.cmp(&a.since_at))
            .then_with(|| a.right.cmp(&b.right))
    });
    claims.dedup_by(|later, first| later.left == first.left);
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PairingSource, Timestamp};

    fn claim<'a>(left: &'a str, right: Option<&'a str>, by: PairingSource, since: Option<i64>) -> Claim<'a> {
        Claim { left, right, by, since_at: since.map(Timestamp::from_secs) }
    }

    #[test]
    fn the_log_in_beats_the_load_and_the_load_beats_what_stands() {
        let settled = settle(vec![
            claim("ann", Some("t1"), PairingSource::Standing, None),
            claim("ann", Some("t2"), PairingSource::Load, None),
            claim("ann", Some("t3"), PairingSource::Eld, None),
            claim("bob", None, PairingSource::Eld, None),
            claim("bob", Some("t4"), PairingSource::Load, None),
            claim("cy", Some("t5"), PairingSource::Assigned, Some(10)),
            claim("cy", Some("t6"), PairingSource::Assigned, Some(20)),
        ]);
        let partners: Vec<_> = settled.iter().map(|claim| claim.right.unwrap()).collect();
        assert_eq!(partners, ["t3", "t4", "t6"]);
    }
}
