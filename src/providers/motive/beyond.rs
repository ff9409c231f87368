//! What the list of all vehicles tells beyond that of those with a gateway, as far as it is known: who is in which truck,
//! when it is read next, and what a read without it may say. Pure: it knows no page and calls nobody.

use std::time::Duration;

use crate::http::Kind;
use crate::model::{Pairing, Timestamp};

/// How often it is read where it tells of more than the other: its positions change no faster.
const ADDS: Duration = Duration::from_mins(1);
/// The same where it told of nothing more; and the longest that a read of it is put off for its length.
const ADDS_NOTHING: Duration = Duration::from_mins(10);
/// It is left alone for this many times as long as it took: a fifth of the account's calls are enough for it.
const SHARE: u32 = 4;
/// For how long it is left alone after a failure.
const FAILED: Duration = Duration::from_mins(3);
/// A list that may not be read is not asked for again soon …
const FORBIDDEN: Duration = Duration::from_hours(1);
/// … and one that is not found a little sooner: a proxy may have said so.
const NOT_FOUND: Duration = Duration::from_mins(10);
/// A refusal is believed once it was said so often: a proxy may have said it the first time.
const BELIEVED: u32 = 2;
/// For how long it may fail before what it told last does not count any more.
pub(super) const MISSED: Duration = Duration::from_mins(15);

/// What is said where it fails …
const FAILS: &str = "where vehicles without a Vehicle Gateway are cannot be read now (v1/vehicle_locations)";
/// … for too long …
const LOST: &str = "where vehicles without a Vehicle Gateway are is not known any more (v1/vehicle_locations was out for 15 minutes)";
/// … and where it may not be read.
const REFUSED: &str = "where vehicles without a Vehicle Gateway are may not be read (v1/vehicle_locations)";

/// For how long a list is left alone that was refused so; `None` where that was no refusal of it.
pub(super) const fn refused_for(kind: Kind) -> Option<Duration> {
    match kind {
        Kind::Forbidden => Some(FORBIDDEN),
        Kind::NotFound => Some(NOT_FOUND),
        _ => None,
    }
}

/// What is known of the list.
#[derive(Debug, Default)]
pub(super) struct Beyond {
    /// Who is in which truck, as it alone told; `None` until that is known.
    seats: Option<Vec<Pairing>>,
    /// Not before then is it read behind the other.
    due_at: Option<Timestamp>,
    /// Since when it was asked and not read whole.
    short_since: Option<Timestamp>,
    /// How often it was refused since it was read.
    refusals: u32,
    /// What it told last does not count any more: it is refused, or was out for too long.
    lost: bool,
    /// What was said of its trouble.
    said: Option<&'static str>,
}

/// One read of the list, at its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// Who is in which truck by what came of it, and by it alone.
    pub(super) told: Vec<Pairing>,
    /// Of those it told before, whom neither this read nor the other list speaks of now.
    pub(super) untold: Vec<Pairing>,
    /// It told of more than the other.
    pub(super) adds: bool,
    /// How long it took.
    pub(super) took: Duration,
}

impl Beyond {
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.due_at.is_none_or(|due_at| due_at <= now)
    }

    /// Who is in which truck beyond what the other list tells: a read of that alone names everybody together with these.
    /// `None` where that is not known yet, and nobody may be let go.
    pub(super) fn seats(&self) -> Option<&[Pairing]> {
        self.seats.as_deref()
    }

    /// The other list has told since of whom, or of which truck, it told these: they do not come back by what it told before.
    pub(super) fn forget(&mut self, is_told: impl Fn(&Pairing) -> bool) {
        if let Some(seats) = &mut self.seats {
            seats.retain(|seat| !is_told(seat));
        }
    }

    /// Whether where its trucks are is not known any more, nor who is in them.
    pub(super) const fn is_lost(&self) -> bool {
        self.lost
    }

    /// It was read to its end; `whole` unless rows may have slipped from one page to another meanwhile.
    pub(super) fn was_read(&mut self, read: Read, whole: bool, now: Timestamp) {
        let usual = if read.adds { ADDS } else { ADDS_NOTHING };
        self.due_at = Some(now.plus(pause(usual, read.took)));
        self.refusals = 0;
        if whole {
            (self.seats, self.short_since, self.lost, self.said) = (Some(read.told), None, false, None);
        } else {
            self.fell_short(read, now);
        }
    }

    /// It could not be read, or not to its end. Returns what to say of that, when it begins; that calls come too fast the
    /// account says itself.
    pub(super) fn failed(&mut self, read: Read, kind: Kind, now: Timestamp) -> Option<&'static str> {
        let refused_for = refused_for(kind);
        self.refusals += u32::from(refused_for.is_some());
        let usual = match (refused_for, kind) {
            (Some(refused_for), _) if self.is_refused() => refused_for,
            (_, Kind::Throttled { retry_after: Some(wait) }) => FAILED.max(wait),
            _ => FAILED,
        };
        self.due_at = Some(now.plus(pause(usual, read.took)));
        self.fell_short(read, now);
        if matches!(kind, Kind::Throttled { .. }) {
            return None;
        }
        let says = match () {
            () if self.is_refused() => REFUSED,
            () if self.lost => LOST,
            () => FAILS,
        };
        (self.said.replace(says) != Some(says)).then_some(says)
    }

    const fn is_refused(&self) -> bool {
        self.refusals >= BELIEVED
    }

    /// Whom it told before counts until it has failed for too long: then only whom it told just now.
    fn fell_short(&mut self, read: Read, now: Timestamp) {
        let since = *self.short_since.get_or_insert(now);
        self.lost = self.is_refused() || now.since(since) > MISSED;
        if self.lost {
            self.seats = Some(read.told);
        } else if let Some(seats) = &mut self.seats {
            *seats = [read.untold, read.told].concat();
        }
    }
}

fn pause(usual: Duration, took: Duration) -> Duration {
    usual.max(took.saturating_mul(SHARE).min(ADDS_NOTHING))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PairingSource, Tie};

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_secs(1_000_000).plus(Duration::from_mins(minutes))
    }

    fn seat(driver: &str, truck: &str) -> Pairing {
        Pairing {
            tie: Tie::DriverTractor,
            left: driver.to_owned(),
            right: Some(truck.to_owned()),
            by: PairingSource::Eld,
            since_at: None,
        }
    }

    /// A read that told of these, and not of those.
    fn read(told: &[&str], untold: &[&str]) -> Read {
        let seats = |drivers: &[&str]| drivers.iter().map(|driver| seat(driver, "t")).collect();
        Read { told: seats(told), untold: seats(untold), adds: true, ..Read::default() }
    }

    fn drivers(beyond: &Beyond) -> Option<Vec<&str>> {
        Some(beyond.seats()?.iter().map(|seat| seat.left.as_str()).collect())
    }

    /// When it is due, in whole minutes.
    fn due(beyond: &Beyond) -> Option<u64> {
        (0..200).find(|minutes| beyond.is_due(at(*minutes)))
    }

    const OUT: Kind = Kind::Unavailable { retry_after: None };

    #[test]
    fn nobody_is_let_go_before_it_was_read_or_has_failed_for_long() {
        let mut beyond = Beyond::default();
        assert!(beyond.is_due(at(0)) && !beyond.is_lost());
        assert_eq!(beyond.failed(read(&[], &[]), OUT, at(0)), Some(FAILS));
        assert_eq!((drivers(&beyond), due(&beyond)), (None, Some(3)));
        for minutes in [3, 6, 9, 12, 15] {
            assert_eq!(beyond.failed(read(&[], &[]), OUT, at(minutes)), None, "it was said");
            assert!(drivers(&beyond).is_none() && !beyond.is_lost());
        }
        assert_eq!(beyond.failed(read(&[], &[]), Kind::Malformed, at(18)), Some(LOST));
        assert_eq!((drivers(&beyond), beyond.is_lost()), (Some(vec![]), true));
        assert_eq!(beyond.failed(read(&[], &[]), OUT, at(21)), None);
        beyond.was_read(read(&["ann"], &[]), true, at(24));
        assert_eq!((drivers(&beyond), beyond.is_lost()), (Some(vec!["ann"]), false));
        assert_eq!(beyond.failed(read(&[], &[]), OUT, at(60)), Some(FAILS), "it begins anew");
    }

    #[test]
    fn whom_it_told_stays_where_he_is_while_it_fails_for_a_short_time() {
        let mut beyond = Beyond::default();
        beyond.was_read(read(&["ann", "bob"], &[]), true, at(0));
        for kind in [OUT, Kind::Rejected, Kind::TooLarge, Kind::Timeout, Kind::Malformed] {
            beyond.failed(read(&[], &["ann", "bob"]), kind, at(1));
            assert_eq!((drivers(&beyond), due(&beyond)), (Some(vec!["ann", "bob"]), Some(4)), "{kind:?}");
        }
        // It failed on its second page: the first told that Cy is in Ann's truck.
        beyond.failed(read(&["cy"], &["bob"]), OUT, at(4));
        assert_eq!(drivers(&beyond).unwrap(), ["bob", "cy"]);
        beyond.failed(read(&["cy"], &["bob"]), OUT, at(16));
        assert_eq!((drivers(&beyond).unwrap(), beyond.is_lost()), (vec!["bob", "cy"], false));
        // For too long: only what it tells still.
        beyond.failed(read(&["cy"], &["bob"]), OUT, at(17));
        assert_eq!((drivers(&beyond).unwrap(), beyond.is_lost()), (vec!["cy"], true));
    }

    #[test]
    fn a_refusal_is_believed_when_it_is_said_twice() {
        for (kind, again) in [(Kind::NotFound, 10), (Kind::Forbidden, 60)] {
            let mut beyond = Beyond::default();
            beyond.was_read(read(&["ann"], &[]), true, at(0));
            assert_eq!(beyond.failed(read(&[], &["ann"]), kind, at(1)), Some(FAILS));
            assert_eq!((drivers(&beyond), due(&beyond)), (Some(vec!["ann"]), Some(4)));
            assert!(!beyond.is_lost());
            // What is no refusal says nothing of that.
            assert_eq!(beyond.failed(read(&[], &["ann"]), OUT, at(4)), None);
            assert_eq!(drivers(&beyond), Some(vec!["ann"]));
            assert_eq!(beyond.failed(read(&[], &["ann"]), kind, at(7)), Some(REFUSED));
            assert_eq!((drivers(&beyond), due(&beyond)), (Some(vec![]), Some(7 + again)));
            assert!(beyond.is_lost());
            assert_eq!(beyond.failed(read(&[], &[]), kind, at(67)), None);
            beyond.was_read(read(&["ann"], &[]), true, at(130));
            beyond.failed(read(&[], &["ann"]), kind, at(131));
            assert_eq!(drivers(&beyond), Some(vec!["ann"]), "it counts anew");
        }
    }

    #[test]
    fn a_list_that_changed_while_it_was_read_lets_nobody_go_unless_it_always_does() {
        let mut beyond = Beyond::default();
        beyond.was_read(read(&["ann"], &[]), false, at(0));
        assert_eq!((drivers(&beyond), due(&beyond)), (None, Some(1)));
        beyond.was_read(read(&["ann", "bob"], &[]), true, at(1));
        beyond.was_read(read(&["ann"], &["bob"]), false, at(2));
        assert_eq!(drivers(&beyond).unwrap(), ["bob", "ann"]);
        beyond.was_read(read(&["ann"], &["bob"]), false, at(18));
        assert_eq!(drivers(&beyond).unwrap(), ["ann"]);
    }

    #[test]
    fn it_is_read_as_often_as_it_brings_something_and_takes_a_fifth_of_the_calls_at_most() {
        let check = |adds: bool, took_s: u64, pause_s: u64| {
            let mut beyond = Beyond::default();
            let read = Read { adds, took: Duration::from_secs(took_s), ..Read::default() };
            beyond.was_read(read, true, at(0));
            let (before, due) = (Duration::from_secs(pause_s - 1), Duration::from_secs(pause_s));
            assert!(!beyond.is_due(at(0).plus(before)) && beyond.is_due(at(0).plus(due)), "{adds} {took_s}");
        };
        check(true, 0, 60);
        check(true, 15, 60);
        check(true, 50, 200);
        check(true, 3600, 600);
        check(false, 0, 600);
        check(false, 50, 600);
    }

    #[test]
    fn it_is_left_alone_for_as_long_as_it_asks() {
        let mut beyond = Beyond::default();
        let asks = |minutes| Kind::Throttled { retry_after: Some(Duration::from_mins(minutes)) };
        assert_eq!(beyond.failed(Read::default(), asks(1), at(0)), None);
        assert_eq!(due(&beyond), Some(3));
        beyond.failed(Read::default(), asks(20), at(0));
        assert_eq!(due(&beyond), Some(20));
        let long = Read { took: Duration::from_mins(2), ..Read::default() };
        assert_eq!((beyond.failed(long, OUT, at(0)), due(&beyond)), (Some(FAILS), Some(8)));
    }
}
