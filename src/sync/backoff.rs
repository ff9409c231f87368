//! How long to stay away after a failure. Pure: the dice are thrown by the caller.

use std::time::Duration;

use crate::providers::{Error, Kind};

/// An outage is looked at again at least this often.
pub const CEILING: Duration = Duration::from_mins(1);
/// Never sooner than this, however the dice fall.
const FLOOR: Duration = Duration::from_secs(1);
/// A service that asks for less than this means "not at once".
const SOONEST: Duration = Duration::from_millis(100);
/// What only a person can mend (a credential, a scope, an address) is tried again after this.
pub const REFUSED: Duration = Duration::from_mins(5);

/// What a provider does not have is looked for again after this: providers learn, but not within the hour.
pub const UNSUPPORTED: Duration = Duration::from_hours(6);

/// The wait after the `failures`-th failure in a row of a feed read every `every`; `roll` is
/// uniform in 0 to 1. Exponential with full jitter, but never less than the upstream asks for.
pub fn delay(error: &Error, failures: u32, every: Duration, roll: f64) -> Duration {
    let asked = match error.kind {
        Kind::Throttled { retry_after } | Kind::Unavailable { retry_after } => retry_after,
        Kind::Unauthorized
        | Kind::Relink
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::Unsupported
        | Kind::Timeout
        | Kind::Malformed
        | Kind::TooLarge
        | Kind::Rejected => None,
    };
    // One odd answer may be a proxy's, or a server's that is being restarted: a second proves it.
    let odd = matches!(error.kind, Kind::NotFound | Kind::TooLarge | Kind::Rejected) && failures < 2;
    if error.kind == Kind::Unsupported {
        return UNSUPPORTED;
    }
    if !error.kind.may_pass() && !odd {
        return REFUSED;
    }
    let base = every.clamp(FLOOR, CEILING);
    let ceiling = base.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(CEILING);
    let roll = roll.clamp(0.0, 1.0);
    match asked {
        // The upstream knows best; a little later, so that not all of its callers come back together.
        Some(asked) => asked.max(SOONEST) + ceiling.min(FLOOR * failures.min(8)).mul_f64(roll),
        None => ceiling.mul_f64(roll).max(FLOOR),
    }
}

/// A uniform number in 0 to 1, from the randomness that hash maps are seeded with.
pub fn roll() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let bits = RandomState::new().hash_one(0_u8) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind) -> Error {
        Error::new(kind, "")
    }

    #[test]
    fn the_ceiling_doubles_and_stops() {
        let lost = error(Kind::Unavailable { retry_after: None });
        let every = Duration::from_secs(5);
        let ceilings: Vec<_> = (1..=6).map(|n| delay(&lost, n, every, 1.0).as_secs()).collect();
        assert_eq!(ceilings, [5, 10, 20, 40, 60, 60]);
        assert_eq!(delay(&lost, u32::MAX, every, 1.0), CEILING);
        assert_eq!(delay(&lost, 4, every, 0.5), Duration::from_secs(20), "full jitter: anywhere below");
        assert_eq!(delay(&lost, 4, every, 0.0), FLOOR);
        assert_eq!(delay(&lost, 1, Duration::from_mins(5), 1.0), CEILING);
    }

    #[test]
    fn what_the_upstream_asks_for_is_kept() {
        let every = Duration::from_secs(60);
        let asks = |millis| Kind::Throttled { retry_after: Some(Duration::from_millis(millis)) };
        assert_eq!(delay(&error(asks(402)), 1, every, 0.0), Duration::from_millis(402));
        assert!(delay(&error(asks(402)), 1, every, 1.0) < Duration::from_secs(2), "and no minute on top");
        let wait = Some(Duration::from_secs(90));
        let later = delay(&error(Kind::Unavailable { retry_after: wait }), 1, every, 1.0);
        assert!(later >= Duration::from_secs(90) && later < Duration::from_secs(100));
    }

    #[test]
    fn what_only_a_person_can_mend_is_tried_every_five_minutes() {
        for kind in [
            Kind::Unauthorized,
            Kind::Relink,
            Kind::Forbidden,
            Kind::NotFound,
            Kind::Rejected,
            Kind::TooLarge,
        ] {
            assert_eq!(delay(&error(kind), 2, Duration::from_secs(5), 0.1), REFUSED);
        }
        for kind in [Kind::Unauthorized, Kind::Relink, Kind::Forbidden] {
            assert_eq!(delay(&error(kind), 1, Duration::from_secs(5), 0.1), REFUSED);
        }
    }

    #[test]
    fn one_odd_answer_is_no_reason_to_stay_away_for_long() {
        for kind in [Kind::NotFound, Kind::Rejected, Kind::TooLarge] {
            assert!(delay(&error(kind), 1, Duration::from_secs(5), 1.0) <= Duration::from_secs(5));
        }
    }

    #[test]
    fn the_dice_are_between_nought_and_one() {
        let rolls: Vec<_> = (0..100).map(|_| roll()).collect();
        assert!(rolls.iter().all(|roll| (0.0..1.0).contains(roll)));
        assert!(rolls.iter().any(|roll| *roll < 0.5) && rolls.iter().any(|roll| *roll >= 0.5));
    }
}
