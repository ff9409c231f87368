//! Whether a fix may move a unit. What may not is counted and set aside, never shown.

use std::cmp::Ordering;
use std::time::Duration;

use crate::model::{Fix, Timestamp};

/// A device clock may be this far ahead of ours (contract §3).
pub const AHEAD: Duration = Duration::from_mins(2);

/// Why a fix was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insane {
    /// Not a place on earth.
    NotAPlace,
    /// (0, 0): a device that does not know.
    NullIsland,
    /// From more than [`AHEAD`] in the future.
    Future,
    /// As old as the one we have: it is that one.
    Same,
    /// Older than the one we have.
    Older,
}

impl Insane {
    /// The reason, for the reject log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotAPlace => "position is not a place on earth",
            Self::NullIsland => "position is 0,0",
            Self::Future => "position is from the future",
            Self::Same => "position is the one we have",
            Self::Older => "position is older than the one we have",
        }
    }
}

/// Whether a reading may be from `at`; why not, where it may not.
pub fn timely(at: Timestamp, now: Timestamp) -> Result<(), &'static str> {
    if at > now.plus(AHEAD) { Err("reading is from the future") } else { Ok(()) }
}

/// Judges `fix` against the time and the fix we have.
pub fn check(fix: &Fix, latest: Option<Timestamp>, now: Timestamp) -> Result<(), Insane> {
    let on_earth = fix.latitude.abs() <= 90.0 && fix.longitude.abs() <= 180.0;
    // Written so that NaN fails too.
    if !on_earth {
        return Err(Insane::NotAPlace);
    }
    if fix.latitude.abs() < 1e-4 && fix.longitude.abs() < 1e-4 {
        return Err(Insane::NullIsland);
    }
    if fix.observed_at > now.plus(AHEAD) {
        return Err(Insane::Future);
    }
    match latest.map(|latest| fix.observed_at.cmp(&latest)) {
        Some(Ordering::Less) => Err(Insane::Older),
        Some(Ordering::Equal) => Err(Insane::Same),
        Some(Ordering::Greater) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sane_newer_fix_moves_a_unit() {
        let now = Timestamp::from_secs(1000);
        let check = |latitude, longitude, at, expected| {
            let fix = Fix {
                latitude,
                longitude,
                speed_mph: None,
                heading_deg: None,
                place: None,
                observed_at: Timestamp::from_secs(at),
            };
            assert_eq!(check(&fix, Some(Timestamp::from_secs(900)), now), expected);
        };
        check(39.5, -119.8, 950, Ok(()));
        check(39.5, -119.8, 1120, Ok(()));
        check(39.5, -119.8, 1121, Err(Insane::Future));
        check(39.5, -119.8, 900, Err(Insane::Same));
        check(39.5, -119.8, 899, Err(Insane::Older));
        check(122.142, -93.3, 950, Err(Insane::NotAPlace));
        check(f64::NAN, 0.0, 950, Err(Insane::NotAPlace));
        check(0.0, 0.0, 950, Err(Insane::NullIsland));
    }
}
