//! Which driver is on which tractor, and which tractor has which trailer, when accounts differ; and what their own trackers
//! say of a tractor and the trailer that is said to be behind it.

use super::sanity;
use crate::model::{Claim, Sighting, Tractor, Trailer};

/// A tractor that is with a trailer is this near to it when both are seen at the same time …
const WITH_MI: f64 = 1.0;
/// … and farther by what it drives between the two sightings.
const ROAD_MPH: f64 = 80.0;
/// Sightings farther apart in time say nothing of each other.
const APART_S: i64 = 900;
/// A degree of latitude is no shorter than this.
const DEGREE_MI: f64 = 68.5;

/// What is heard of a tractor and of the trailer that is said to be behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing that speaks against that.
    AsPaired,
    /// At about the same time they were at different places: the one does not have the other.
    Apart,
    /// The trailer was elsewhere after the tractor was heard last. Either that has it still, unheard, or has it no more.
    Either,
}

impl Heard {
    /// What is to be said beside a tractor's number, where that it has the trailer is not known.
    pub const fn doubt(self) -> Option<&'static str> {
        match self {
            Self::AsPaired => None,
            Self::Apart => Some("which was heard elsewhere at that time: it does not have it"),
            Self::Either => {
                Some("which was heard last elsewhere before: it has it still, its tracker silent, or no more")
            }
        }
    }
}

/// What is heard of `tractor` and of `trailer`, which is said to be behind it. A trailer that was heard before its tractor
/// speaks against nothing: its tracker wakes twice a day.
pub fn heard(tractor: &Tractor, trailer: &Trailer) -> Heard {
    let own = Sighting::of(tractor.latitude, tractor.longitude, tractor.observed_at);
    let seen = Sighting::of(trailer.latitude, trailer.longitude, trailer.observed_at);
    let Some((own, seen)) = own.zip(seen) else { return Heard::AsPaired };
    match together(Some(own), seen) {
        Some(false) => Heard::Apart,
        None if seen.observed_at > own.observed_at && !is_there(own, seen) => Heard::Either,
        Some(true) | None => Heard::AsPaired,
    }
}

/// Whether two sightings are of one place, as far as a tractor and its trailer go.
pub(super) fn is_there(own: Sighting, seen: Sighting) -> bool {
    sanity::miles(own, seen) <= WITH_MI
}

/// Whether a tractor that was seen at `own` may be with what was seen; `None` where it was not seen at about
/// that time.
pub(super) fn together(own: Option<Sighting>, seen: Sighting) -> Option<bool> {
    let own = own?;
    let apart_s = own.observed_at.secs_since(seen.observed_at).abs();
    if apart_s > APART_S {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most a quarter of an hour")]
    let hours = apart_s as f64 / 3600.0;
    let near_mi = WITH_MI + ROAD_MPH * hours;
    // Most are ruled out by their latitude alone, which needs no trigonometry.
    let is_abreast = (own.latitude - seen.latitude).abs() * DEGREE_MI <= near_mi;
    Some(is_abreast && sanity::miles(own, seen) <= near_mi)
}

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

    #[test]
    fn a_pairing_is_in_doubt_once_the_trailer_is_heard_elsewhere_after_its_tractor() {
        let check = |minutes_later: i64, degrees_off: f64, expected| {
            let noon = Timestamp::from_secs(1_000_000);
            let tractor = Tractor {
                latitude: Some(35.0),
                longitude: Some(-100.0),
                observed_at: Some(noon),
                ..Tractor::default()
            };
            let trailer = Trailer {
                latitude: Some(35.0 + degrees_off),
                longitude: Some(-100.0),
                observed_at: Some(Timestamp::from_millis(noon.millis() + minutes_later * 60_000)),
                ..Trailer::default()
            };
            assert_eq!(heard(&tractor, &trailer), expected, "{minutes_later} {degrees_off}");
        };
        check(5, 0.0, Heard::AsPaired);
        check(5, 0.05, Heard::AsPaired);
        check(5, 1.0, Heard::Apart);
        check(60, 0.0, Heard::AsPaired);
        check(60, 1.0, Heard::Either);
        check(-60, 1.0, Heard::AsPaired);
        assert_eq!(heard(&Tractor::default(), &Trailer::default()), Heard::AsPaired);
    }

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
