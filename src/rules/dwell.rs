//! For how long a unit has stood where it stands: as sure as its fixes make it. A tracker on battery wakes twice a day,
//! so that is a range; and what was not heard since is not known to stand there still.

use std::time::Duration;

use super::trail::STOOD_MI;
use super::{age, motion, sanity};
use crate::model::{Engine, Motion, Sighting, Timestamp, Tractor, Trailer, UnitKind};

/// Two ends closer than this are one: who asks how long something stood does not mean the minute.
const EXACT: Duration = Duration::from_mins(15);

/// For how long a unit has stood, by all that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dwell {
    /// It was seen to stand for so long: from its first fix there to its last.
    pub least: Duration,
    /// It has stood for no longer, even if it came right after it was last seen elsewhere and is there still;
    /// `None` where nobody saw it elsewhere.
    pub most: Option<Duration>,
    /// It was not heard for so long: it may have left since.
    pub unheard: Duration,
}

impl Dwell {
    /// The one length that it is to within a quarter of an hour, where both ends are so close: as if it is there still.
    pub fn exact(&self) -> Option<Duration> {
        let most = self.most?;
        (most.saturating_sub(self.least) <= EXACT).then_some(self.least + self.unheard)
    }

    /// Whether it was not heard for so long that it may well have left since.
    pub fn may_have_left(&self) -> bool {
        self.unheard > EXACT
    }

    /// "2h14", "9h43 to 14h10", "9h43 or longer", "not known".
    pub fn words(&self) -> String {
        match (self.exact(), self.most) {
            (Some(exact), _) => age::words(exact),
            (None, Some(most)) => format!("{} to {}", whole(self.least), whole(up(most))),
            (None, None) if self.least.is_zero() => "not known".to_owned(),
            (None, None) => format!("{} or longer", whole(self.least)),
        }
    }

    /// The same in eight columns: "2h14", "9h-14h", "9h43+", "?".
    pub fn short(&self) -> String {
        match (self.exact(), self.most) {
            (Some(exact), _) => age::words(exact),
            (None, Some(most)) => format!("{}-{}", unit(self.least), unit_up(most)),
            (None, None) if self.least.is_zero() => "?".to_owned(),
            (None, None) => format!("{}+", whole(self.least)),
        }
    }
}

/// For how long a unit idles that was first seen to at the one time of `idled`, and last rolling or elsewhere at the
/// other. An engine that says it idles tells when that began; a word from before the unit stood there tells nothing, nor
/// does that the engine runs.
fn idles(
    engine: (Option<Engine>, Option<Timestamp>),
    (since, after): (Option<Timestamp>, Option<Timestamp>),
    observed_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Dwell> {
    let told = engine.1.filter(|_| engine.0 == Some(Engine::Idle));
    let Some(began) = told.filter(|began| after.is_none_or(|after| after <= *began)) else {
        return dwell(Motion::Idle, (since, after), observed_at, now);
    };
    let heard = observed_at?.max(began);
    Some(Dwell { least: heard.since(began), most: Some(now.since(began)), unheard: now.since(heard) })
}

/// For how long a trailer has stood where it was last seen, as of `now`; `None` of one that rolls or was never seen
/// to stand. One that has gone dark stood there too, as far as anybody saw.
pub fn of_trailer(row: &Trailer, now: Timestamp) -> Option<Dwell> {
    let stood = (row.stood_since_at, row.stood_after_at);
    dwell(motion::at(UnitKind::Trailer, row.state, row.observed_at, now), stood, row.observed_at, now)
}

/// The same of a tractor. One that idles stands: that its engine runs, or stops, ends nothing and begins nothing.
pub fn of_tractor(row: &Tractor, now: Timestamp) -> Option<Dwell> {
    let state = motion::at(UnitKind::Tractor, row.state, row.observed_at, now);
    dwell(state, (row.stood_since_at, row.stood_after_at), row.observed_at, now)
}

/// For how long a tractor is in its state: of one that idles, for how long it does that.
pub fn state_of_tractor(row: &Tractor, now: Timestamp) -> Option<Dwell> {
    let state = motion::at(UnitKind::Tractor, row.state, row.observed_at, now);
    let stood = (row.stood_since_at, row.stood_after_at);
    lasts((state, row.state_since_at), stood, (row.engine, row.engine_at), row.observed_at, now)
}

/// For how long a unit does what it does `now`, that being to stand or to idle: it was first seen to at the one time of
/// `does`; where it stands, and last elsewhere, it was seen at those of `stood`. `None` of what rolls; what has gone dark
/// stood there, as far as anybody saw.
pub fn lasts(
    (state, since): (Motion, Option<Timestamp>),
    stood: (Option<Timestamp>, Option<Timestamp>),
    engine: (Option<Engine>, Option<Timestamp>),
    observed_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Dwell> {
    match state {
        Motion::Idle => idles(engine, (since, stood.1), observed_at, now),
        Motion::Moving | Motion::Stopped | Motion::Dark => dwell(state, stood, observed_at, now),
    }
}

/// For how long a unit has stood that does so `now`: it was first seen where it stands at the one time of `stood`, and
/// last rolling or elsewhere at the other.
pub fn dwell(
    state: Motion,
    (since, after): (Option<Timestamp>, Option<Timestamp>),
    observed_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Dwell> {
    let (since, seen) = (since?, observed_at?);
    (state != Motion::Moving).then(|| Dwell {
        least: seen.since(since),
        most: after.map(|after| now.since(after)),
        unheard: now.since(seen),
    })
}

/// Whether a unit that stood at one place and stands at another has stayed where it was: a yard is no larger, and the
/// fixes of what is parked drift by less.
pub fn stays_put(stood: Sighting, stands: Sighting) -> bool {
    sanity::miles(stood, stands) <= STOOD_MI
}

/// Nothing is known to the second.
fn whole(length: Duration) -> String {
    if length.as_secs() < 60 { "0m".to_owned() } else { age::words(length) }
}

/// The end of a range is rounded up as its beginning is rounded down, to the last unit that is written.
fn up(length: Duration) -> Duration {
    let step = if length.as_secs() < 86_400 { 60 } else { 3600 };
    Duration::from_secs(length.as_secs().next_multiple_of(step))
}

fn unit(length: Duration) -> String {
    match length.as_secs() {
        secs @ 0..3600 => format!("{}m", secs / 60),
        secs @ 3600..172_800 => format!("{}h", secs / 3600),
        secs => format!("{}d", secs / 86_400),
    }
}

fn unit_up(length: Duration) -> String {
    match length.as_secs() {
        secs @ 0..=3540 => format!("{}m", secs.div_ceil(60)),
        secs @ 3541..=169_200 => format!("{}h", secs.div_ceil(3600)),
        secs => format!("{}d", secs.div_ceil(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(10_000_000);

    fn ago(minutes: u64) -> Timestamp {
        NOW.minus(Duration::from_mins(minutes))
    }

    #[test]
    fn how_long_it_stood_is_a_range_where_its_tracker_seldom_speaks() {
        let check = |since, after: Option<u64>, seen, words: &str, short: &str| {
            let found = dwell(Motion::Stopped, (Some(ago(since)), after.map(ago)), Some(ago(seen)), NOW);
            let found = found.unwrap();
            assert_eq!((found.words().as_str(), found.short().as_str()), (words, short));
        };
        // Pings every two minutes: one length.
        check(134, Some(136), 1, "2h14", "2h14");
        // Seen there 10 h 43 and 1 h ago, elsewhere 14 h 10 ago.
        check(643, Some(850), 60, "9h43 to 14h10", "9h-15h");
        // Heard once, 11 h 24 ago: nobody saw it stand for any time at all.
        check(684, Some(1400), 684, "0m to 23h20", "0m-24h");
        check(684, None, 684, "not known", "?");
        check(684, None, 100, "9h44 or longer", "9h44+");
        check(5000, Some(5030), 30, "3d10 to 3d12", "3d-4d");
    }

    #[test]
    fn the_ends_never_claim_more_than_is_known() {
        let second = Duration::from_secs(1);
        assert_eq!(up(Duration::from_secs(3601)), Duration::from_secs(3660));
        assert_eq!(up(Duration::from_secs(86_401)), Duration::from_hours(25));
        assert_eq!(
            (unit_up(Duration::from_mins(59)), unit_up(Duration::from_mins(59) + second)),
            ("59m".into(), "1h".into())
        );
        assert_eq!(unit_up(Duration::from_hours(47) + second), "2d");
    }

    #[test]
    fn idling_is_as_long_as_the_engine_says_or_a_range() {
        let check = |engine, began: u64, after: Option<u64>, expected: &str| {
            let idled = (Some(ago(20)), after.map(ago));
            let found = idles((engine, Some(ago(began))), idled, Some(ago(2)), NOW);
            assert_eq!(found.unwrap().words(), expected, "{engine:?} {began} {after:?}");
        };
        check(Some(Engine::Idle), 50, Some(55), "50m");
        check(Some(Engine::Idle), 1, Some(55), "1m");
        // It drove since, or merely runs.
        check(Some(Engine::Idle), 90, Some(55), "18m to 55m");
        check(Some(Engine::On), 50, Some(55), "18m to 55m");
        check(Some(Engine::On), 50, None, "18m or longer");
        assert_eq!(idles((None, None), (None, None), Some(ago(2)), NOW), None);
    }

    #[test]
    fn what_idles_does_so_for_as_long_as_it_does_and_what_stands_for_as_long_as_that() {
        let check = |state, expected: Option<&str>| {
            let stood = (Some(ago(134)), Some(ago(136)));
            let engine = (Some(Engine::Idle), Some(ago(50)));
            let found = lasts((state, Some(ago(20))), stood, engine, Some(ago(1)), NOW);
            assert_eq!(found.map(|found| found.words()).as_deref(), expected, "{state:?}");
        };
        check(Motion::Idle, Some("50m"));
        check(Motion::Stopped, Some("2h14"));
        check(Motion::Dark, Some("2h14"));
        check(Motion::Moving, None);
    }

    #[test]
    fn a_truck_that_idles_where_it_stood_has_stood_since_it_came() {
        let row = |state| Tractor {
            state,
            state_since_at: Some(ago(3)),
            stood_since_at: Some(ago(24)),
            stood_after_at: Some(ago(25)),
            engine: Some(Engine::Idle),
            engine_at: Some(ago(3)),
            observed_at: Some(NOW),
            ..Tractor::default()
        };
        let (idles, stands) = (row(Motion::Idle), row(Motion::Stopped));
        assert_eq!(of_tractor(&idles, NOW), of_tractor(&stands, NOW));
        assert_eq!(of_tractor(&idles, NOW).map(|stood| stood.words()).as_deref(), Some("24m"));
        assert_eq!(state_of_tractor(&idles, NOW).map(|idled| idled.words()).as_deref(), Some("3m"));
        assert_eq!(of_tractor(&row(Motion::Moving), NOW), None);
    }

    #[test]
    fn what_rolls_or_was_not_seen_to_stand_stands_for_no_time() {
        let stood = (Some(ago(10)), None);
        assert_eq!(dwell(Motion::Moving, stood, Some(ago(1)), NOW), None);
        assert_eq!(dwell(Motion::Stopped, (None, None), Some(ago(1)), NOW), None);
        assert!(dwell(Motion::Dark, stood, Some(ago(1)), NOW).is_some());
    }
}
