//! What nobody can tell any more, because what it rests on has stopped coming: an empty queue says that
//! nothing is wrong only where all of that comes. Tells what is silent, not what becomes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::age::is_silent;
use super::itinerary::is_to_be_driven;
use crate::model::{ExceptionState, FeedStatus, Fleet, Gives, Keyed, Timestamp};

/// What can be seen of the fleet now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// No feed that the queue rests on was ever read.
    Nothing,
    /// Some of it does not come.
    Blind(Vec<Silence>),
    /// All of it comes: the account that was read longest ago, and when.
    Clear {
        /// The account.
        account: String,
        /// What of it.
        of: &'static str,
        /// When it was read.
        read_at: Timestamp,
    },
}

/// What one account does not tell any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Which account.
    pub account: String,
    /// What is not known because of that: "positions", "hours", "loads", "stops".
    pub of: Vec<&'static str>,
    /// When the last of it came; `None` where nothing ever did.
    pub since: Option<Timestamp>,
}

/// What can be seen at `now`, by every feed's health. What a provider does not have at all is not waited for.
pub fn sight(feeds: &[FeedStatus], now: Timestamp) -> Sight {
    let mut told: BTreeMap<(&str, &'static str), Told> = BTreeMap::new();
    for feed in feeds.iter().filter(|feed| !feed.is_unsupported()) {
        if let Some(of) = vital(feed.gives()) {
            told.entry((&feed.account, of)).or_default().take(feed, now);
        }
    }
    if told.values().all(|told| told.read_at.is_none()) {
        return Sight::Nothing;
    }
    let mut silent: Vec<Silence> = Vec::new();
    for ((account, of), told) in told.iter().filter(|(_, told)| !told.comes) {
        if let Some(last) = silent.last_mut().filter(|last| last.account == *account) {
            last.of.push(of);
            last.since = last.since.max(told.read_at);
        } else {
            let account = (*account).to_owned();
            silent.push(Silence { account, of: vec![of], since: told.read_at });
        }
    }
    let oldest = told.iter().filter_map(|(key, told)| Some((told.read_at?, key))).min();
    match oldest {
        Some((read_at, (account, of))) if silent.is_empty() => {
            Sight::Clear { account: (*account).to_owned(), of, read_at }
        }
        Some(_) | None => Sight::Blind(silent),
    }
}

/// What is wrong is told once it has lasted some two minutes; by then it is, with room for a slow first read.
const BEGINNING: Duration = Duration::from_mins(5);

/// What an empty queue does not speak of yet. Just after a start, and after every change, it is short because nobody
/// has looked, or because what is wrong has not lasted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// Loads of ours that nobody has judged yet.
    pub unjudged: usize,
    /// What holds, and is watched until it has lasted long enough for somebody to be told.
    pub watched: usize,
}

impl Unsettled {
    /// Of this fleet.
    pub fn of(fleet: &Fleet) -> Self {
        let loads = fleet.movements.iter().filter(|row| is_to_be_driven(row));
        let watched = fleet.exceptions.iter().filter(|row| row.state == ExceptionState::Watched);
        Self {
            unjudged: loads.filter(|row| fleet.judgements.get(&row.key()).is_none()).count(),
            watched: watched.count(),
        }
    }

    /// Whether judging has just begun: who polls does so not for long, and more is to come than the `stands` rows that
    /// there are. Later something always begins, and is no sign of that.
    pub fn has_just_begun(self, stands: usize, polls_since: Timestamp, now: Timestamp) -> bool {
        now.since(polls_since) < BEGINNING && self.unjudged + self.watched > stands
    }

    /// Why an empty queue is no all-clear; `None` where it is one.
    pub fn words(self) -> Option<String> {
        let loads = |count| if count == 1 { "1 load is".to_owned() } else { format!("{count} loads are") };
        let unjudged = (self.unjudged > 0).then(|| format!("{} not judged yet", loads(self.unjudged)));
        let watched =
            (self.watched > 0).then(|| format!("{} that just began are shown if they last", self.watched));
        let why: Vec<String> = [unjudged, watched].into_iter().flatten().collect();
        (!why.is_empty()).then(|| why.join("; "))
    }
}

/// Why the queue of `fleet` is not all there will be, for who asks by a command; `None` where it is.
pub fn not_yet(fleet: &Fleet) -> Option<String> {
    Unsettled::of(fleet).words().map(|why| format!("not yet judged in full: {why}"))
}

/// The same of what is made of the loads themselves, which waits for nothing to last.
pub fn unjudged(fleet: &Fleet) -> Option<String> {
    let unsettled = Unsettled { watched: 0, ..Unsettled::of(fleet) };
    unsettled.words().map(|why| format!("not yet judged in full: {why}"))
}

/// How one thing that an account tells comes.
#[derive(Default)]
struct Told {
    comes: bool,
    read_at: Option<Timestamp>,
}

impl Told {
    /// Any feed of a kind will do: a unit is shown at the newest of what they tell.
    fn take(&mut self, feed: &FeedStatus, now: Timestamp) {
        self.comes |= !is_silent(feed, now);
        self.read_at = self.read_at.max(feed.last_ok_at);
    }
}

/// What the queue cannot be without.
const fn vital(gives: Gives) -> Option<&'static str> {
    match gives {
        Gives::Positions | Gives::AllPositions => Some("positions"),
        Gives::Hours => Some("hours"),
        Gives::Movements => Some("loads"),
        Gives::Stops => Some("stops"),
        Gives::Trackers | Gives::Logs | Gives::Orders | Gives::Travel | Gives::Talk | Gives::Rest => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Exception, Judgement, Movement, MovementStatus};

    #[test]
    fn an_empty_queue_is_no_all_clear_while_loads_are_not_judged_or_something_just_began() {
        let mut load = Movement::default();
        (load.tms.id, load.tms.status) = ("1".into(), MovementStatus::Covered);
        let mut fleet = Fleet::default();
        fleet.movements = [load.clone()].into_iter().collect();
        assert_eq!(Unsettled::of(&fleet).words().as_deref(), Some("1 load is not judged yet"));
        assert_eq!(unjudged(&fleet).as_deref(), Some("not yet judged in full: 1 load is not judged yet"));
        fleet.judgements =
            [Judgement { movement_id: "1".into(), ..Judgement::default() }].into_iter().collect();
        assert_eq!(Unsettled::of(&fleet).words(), None);
        load.tms.id = "2".into();
        load.tms.brokered = true;
        fleet.movements = fleet.movements.with(vec![load]);
        let watched = |id: &str| Exception { id: id.into(), ..Exception::default() };
        fleet.exceptions = [watched("a"), watched("b")].into_iter().collect();
        let expected = "2 that just began are shown if they last";
        assert_eq!(
            Unsettled::of(&fleet).words().as_deref(),
            Some(expected),
            "a carrier's load is not ours to judge"
        );
        assert_eq!(not_yet(&fleet), Some(format!("not yet judged in full: {expected}")));
        assert_eq!(unjudged(&fleet), None);
        let two = Unsettled::of(&fleet);
        let begun = |stands, secs| two.has_just_begun(stands, at(0), at(secs));
        assert!(begun(1, 60) && !begun(2, 60), "what is to come is most of it, or is not");
        assert!(!begun(1, 600), "what begins later is no beginning of the judging");
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    fn feed(account: &str, resource: &str, read: Option<i64>) -> FeedStatus {
        FeedStatus {
            account: account.into(),
            resource: resource.into(),
            interval_s: 60,
            last_ok_at: read.map(at),
            ..FeedStatus::default()
        }
    }

    #[test]
    fn it_is_clear_only_while_all_that_matters_comes() {
        let mut feeds = vec![
            feed("mcleod", "movements", Some(-30)),
            feed("mcleod", "stops", Some(-40)),
            feed("samsara", "vehicle_stats", Some(-2)),
            feed("samsara", "drivers", None),
            feed("mapbox", "directions", None),
        ];
        let clear = Sight::Clear { account: "mcleod".into(), of: "stops", read_at: at(-40) };
        assert_eq!(sight(&feeds, at(0)), clear);
        assert_eq!(sight(&feeds, at(80)), clear, "two intervals are waited for");
        let silence = |of: &[&'static str], account: &str, since: Option<i64>| Silence {
            account: account.into(),
            of: of.to_vec(),
            since: since.map(at),
        };
        assert_eq!(sight(&feeds, at(81)), Sight::Blind(vec![silence(&["stops"], "mcleod", Some(-40))]));
        assert_eq!(
            sight(&feeds, at(100)),
            Sight::Blind(vec![silence(&["loads", "stops"], "mcleod", Some(-30))])
        );
        feeds.push(feed("samsara", "hos_clocks", None));
        assert_eq!(sight(&feeds, at(0)), Sight::Blind(vec![silence(&["hours"], "samsara", None)]));
    }

    #[test]
    fn before_anything_was_read_nothing_can_be_seen() {
        assert_eq!(sight(&[], at(0)), Sight::Nothing);
        assert_eq!(sight(&[feed("mcleod", "movements", None)], at(0)), Sight::Nothing);
        assert_eq!(sight(&[feed("mapbox", "directions", Some(0))], at(0)), Sight::Nothing);
    }

    #[test]
    fn one_of_two_feeds_of_positions_will_do_and_what_there_is_not_is_not_missed() {
        let mut hours = feed("terminal", "hours_of_service", None);
        hours.error = Some("not supported by this ELD".into());
        let mut clocks = feed("terminal", "availability", None);
        clocks.error = Some("not supported by this ELD".into());
        let feeds = [
            feed("terminal", "positions", Some(-5)),
            feed("geotab", "log_records", Some(-500)),
            feed("geotab", "device_status", Some(-9)),
            hours,
            clocks,
        ];
        let clear = Sight::Clear { account: "geotab".into(), of: "positions", read_at: at(-9) };
        assert_eq!(sight(&feeds, at(0)), clear);
    }
}
