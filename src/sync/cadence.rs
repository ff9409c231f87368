//! How often each feed is read, and whether anybody is looking. Pure.

use std::time::Duration;

use crate::model::{Timestamp, Viewer};
use crate::providers::Cadence;
use crate::rules::watching;

/// The configured intervals.
#[derive(Clone, Copy, Debug)]
pub struct Polling {
    /// Positions while somebody looks.
    pub active: Duration,
    /// Positions while nobody does.
    pub idle: Duration,
    /// Hours of service while somebody looks.
    pub hours_active: Duration,
    /// Hours of service while nobody does.
    pub hours_idle: Duration,
    /// The TMS while somebody looks.
    pub movements_active: Duration,
    /// The TMS while nobody does.
    pub movements_idle: Duration,
    /// Profiles.
    pub roster: Duration,
    /// A console without a key press for this long no longer counts as watching; `None`: never.
    pub viewer_timeout: Option<Duration>,
    /// How old positions may be before a person's refresh goes upstream.
    pub fresh_locations: Duration,
    /// The same for hours.
    pub fresh_hours: Duration,
    /// The same for profiles.
    pub fresh_profiles: Duration,
}

/// Whether anybody is looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A live view is open somewhere.
    Active,
    /// None is.
    #[default]
    Idle,
}

impl Polling {
    /// How often a feed is read.
    pub const fn interval(&self, cadence: Cadence, mode: Mode) -> Duration {
        match (cadence, mode) {
            (Cadence::Positions, Mode::Active) => self.active,
            (Cadence::Positions, Mode::Idle) => self.idle,
            (Cadence::Hours, Mode::Active) => self.hours_active,
            (Cadence::Hours, Mode::Idle) => self.hours_idle,
            (Cadence::Movements, Mode::Active) => self.movements_active,
            (Cadence::Movements, Mode::Idle) => self.movements_idle,
            (Cadence::Roster, _) => self.roster,
        }
    }

    /// How old an answer may be before a look-up goes upstream again: younger ones are the cache.
    pub const fn time_to_live(&self, cadence: Cadence) -> Duration {
        match cadence {
            Cadence::Positions | Cadence::Movements => self.fresh_locations,
            Cadence::Hours => self.fresh_hours,
            Cadence::Roster => self.fresh_profiles,
        }
    }

    /// What the open consoles make of it.
    pub fn mode(&self, viewers: &[Viewer], now: Timestamp) -> Mode {
        if watching::anybody(viewers, self.viewer_timeout, now) { Mode::Active } else { Mode::Idle }
    }
}

/// What bears on when a feed is read next, as spans before now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Last {
    /// Since its last read began.
    pub since_began: Duration,
    /// Since that read ended.
    pub since_ended: Duration,
    /// What people have wished for since then.
    pub wish: Wish,
}

/// What people wish for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// Nothing beyond the clock.
    #[default]
    None,
    /// Data no older than a look-up may be.
    Fresh,
    /// To be read at once: somebody began to look.
    Now,
}

/// How long a feed that is well may still wait; zero when it is due. `pause` is the provider's own
/// rest after a read that caught up, which nobody's wish shortens.
pub fn wait(last: Last, interval: Duration, time_to_live: Duration, pause: Duration) -> Duration {
    let rest = pause.saturating_sub(last.since_ended);
    let wanted = interval.saturating_sub(last.since_began);
    let wished = match last.wish {
        Wish::None => wanted,
        Wish::Fresh => time_to_live.saturating_sub(last.since_ended),
        Wish::Now => Duration::ZERO,
    };
    wanted.min(wished).max(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn polling(viewer_timeout: Option<Duration>) -> Polling {
        Polling {
            active: SECOND * 5,
            idle: SECOND * 60,
            hours_active: SECOND * 30,
            hours_idle: SECOND * 60,
            movements_active: SECOND * 30,
            movements_idle: SECOND * 60,
            roster: SECOND * 300,
            viewer_timeout,
            fresh_locations: SECOND * 30,
            fresh_hours: SECOND * 60,
            fresh_profiles: SECOND * 300,
        }
    }

    #[test]
    fn somebody_looks_while_a_console_renews_its_row_and_is_used() {
        let now = Timestamp::from_secs(10_000);
        let viewer = |seen: u64, key: u64| Viewer {
            seen_at: now.minus(SECOND * u32::try_from(seen).unwrap()),
            key_at: now.minus(SECOND * u32::try_from(key).unwrap()),
            ..Viewer::default()
        };
        let check = |timeout: u32, viewers: &[Viewer], mode| {
            assert_eq!(
                polling(Some(SECOND * timeout).filter(|timeout| !timeout.is_zero())).mode(viewers, now),
                mode
            );
        };
        check(900, &[], Mode::Idle);
        check(900, &[viewer(2, 10)], Mode::Active);
        check(900, &[viewer(7, 10)], Mode::Idle);
        check(900, &[viewer(2, 901)], Mode::Idle);
        check(0, &[viewer(2, 9001)], Mode::Active);
        check(900, &[viewer(2, 901), viewer(1, 3)], Mode::Active);
    }

    #[test]
    fn a_feed_is_due_by_its_interval_by_a_wish_and_never_within_its_pause() {
        let check = |began: u32, ended: u32, wish, pause: u32, expected: u32| {
            let last = Last { since_began: SECOND * began, since_ended: SECOND * ended, wish };
            assert_eq!(wait(last, SECOND * 60, SECOND * 30, SECOND * pause), SECOND * expected);
        };
        check(10, 9, Wish::None, 5, 50);
        check(60, 59, Wish::None, 5, 0);
        check(60, 3, Wish::None, 5, 2);
        check(10, 9, Wish::Fresh, 5, 21);
        check(40, 31, Wish::Fresh, 5, 0);
        check(40, 31, Wish::Fresh, 40, 9);
        check(2, 1, Wish::Now, 5, 4);
        check(2, 1, Wish::Now, 0, 0);
    }
}
