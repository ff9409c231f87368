//! Instants. What time it is now is always an argument; nothing here reads a clock.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since the Unix epoch, UTC: the unit of every `…_at` field and column.
///
/// Kept so that an `Option` of it takes no more room than itself, since rows have many: with the sign turned over,
/// which keeps the order and leaves zero for nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

/// What turns the sign over.
const SIGN: u64 = 1 << 63;

impl Timestamp {
    /// From milliseconds since the epoch. The earliest number there is becomes the one after it.
    pub const fn from_millis(millis: i64) -> Self {
        match NonZeroU64::new(millis.cast_unsigned() ^ SIGN) {
            Some(turned) => Self(turned),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// From whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self::from_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        (self.0.get() ^ SIGN).cast_signed()
    }

    /// Reads RFC 3339 with any offset and any number of fractional digits.
    pub fn parse(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.trim().parse().ok()?;
        Some(Self::from_millis(instant.as_millisecond()))
    }

    /// Milliseconds from `earlier` to this; negative when this is the earlier one.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.millis().saturating_sub(earlier.millis())
    }

    /// Whole seconds from `earlier` to this, rounded towards zero.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.millis_since(earlier) / 1000
    }

    /// How long this lies after `earlier`; zero when it does not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.millis_since(earlier)).unwrap_or(0))
    }

    /// This instant moved later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self::from_millis(self.millis().saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant moved earlier.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self::from_millis(self.millis().saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The calendar view, or `None` outside the years jiff knows.
    pub fn calendar(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_millisecond(self.millis()).ok()
    }
}

/// The epoch.
impl Default for Timestamp {
    fn default() -> Self {
        Self::from_millis(0)
    }
}

/// As a number of milliseconds.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.millis()).finish()
    }
}

/// RFC 3339 in UTC, with milliseconds only where there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.calendar() {
            Some(instant) => write!(f, "{instant}"),
            None => write!(f, "{}ms", self.millis()),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// As [`Timestamp::parse`] reads it.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_rfc_3339() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Timestamp::parse(text).map(|at| at.to_string()).as_deref(), Some(expected));
        };
        check("2026-11-20T15:04:10Z", "2026-11-20T15:04:10Z");
        check("2026-11-20T05:00:00.123Z", "2026-11-20T05:00:00.123Z");
        check("2026-03-02T10:00:00-06:00", "2026-03-02T16:00:00Z");
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn none_takes_no_room_and_every_instant_is_kept_in_its_place() {
        assert_eq!(size_of::<Option<Timestamp>>(), size_of::<i64>());
        let instants = [i64::MIN + 1, -1_000, -1, 0, 1, 1_800_000_000_000, i64::MAX];
        for (millis, next) in instants.into_iter().zip(instants.into_iter().skip(1)) {
            assert!(Timestamp::from_millis(millis) < Timestamp::from_millis(next), "{millis} {next}");
        }
        for millis in instants {
            assert_eq!(Timestamp::from_millis(millis).millis(), millis);
        }
        assert_eq!(Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MIN + 1));
        assert_eq!(Timestamp::default().millis(), 0);
        assert_eq!(format!("{:?}", Timestamp::from_secs(-2)), "Timestamp(-2000)");
    }

    #[test]
    fn differences_have_a_sign_and_durations_do_not() {
        let (early, late) = (Timestamp::from_secs(10), Timestamp::from_secs(40));
        assert_eq!(late.secs_since(early), 30);
        assert_eq!(early.secs_since(late), -30);
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
