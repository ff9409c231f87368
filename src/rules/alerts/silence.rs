//! What is not heard: accounts whose feeds do not come, and single tractors that are silent while their
//! account is not. An account that fails is one exception, however many units it makes unseen.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Alert;
use super::condition::{Condition, touched_by};
use super::settle::Absence;
use super::sight::{Load, Sight};
use crate::model::{
    Exception, ExceptionKind, FeedStatus, Gives, Motion, MovementStatus, Post, Severity, Stop, Subject,
    SubjectKind, Timestamp, Tractor, UnitId, UnitKind,
};
use crate::rules::{age, locality, motion};

/// Single tractors.
pub(super) struct Silence;

/// Accounts.
pub(super) struct Feeds;

impl Alert for Silence {
    fn topic(&self) -> &'static str {
        ExceptionKind::Dark.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        // A tractor with several loads is dark once: for the one that is due first.
        let mut first: HashMap<&UnitId, (&Load<'_>, &Tractor)> = HashMap::new();
        for load in sight.loads.iter().filter(|load| needs_its_truck(sight, load)) {
            let Some(tractor) = load.tractor.filter(|one| is_dark(sight, one)) else {
                continue;
            };
            let due = |load: &Load<'_>| (due_at(load).is_none(), due_at(load), load.key.clone());
            match first.get(&tractor.id) {
                Some((other, _)) if due(other) <= due(load) => {}
                _ => drop(first.insert(&tractor.id, (load, tractor))),
            }
        }
        found.extend(first.into_values().map(|(load, tractor)| dark(load, tractor)));
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        let tractor = row.touches.tractor_id.as_ref().and_then(|id| sight.fleet.tractors.get(id));
        let Some(tractor) = tractor else { return Absence::Over("no longer in the fleet".into()) };
        if sight.is_unheard(tractor.source.as_deref()) {
            let account = tractor.source.as_deref().unwrap_or_default();
            return Absence::Over(format!("counted with {account}, whose positions do not come"));
        }
        if sight.motion(tractor) == Motion::Dark {
            return Absence::Eased("it has no load that needs it any more".into());
        }
        Absence::Eased("heard again".into())
    }
}

/// Whether it was heard once and is silent for longer than is normal, and its account is heard.
pub(super) fn is_dark(sight: &Sight<'_>, tractor: &Tractor) -> bool {
    tractor.observed_at.is_some()
        && !sight.is_unheard(tractor.source.as_deref())
        && sight.motion(tractor) == Motion::Dark
}

/// Whether a load is under way, or is to be picked up soon.
fn needs_its_truck(sight: &Sight<'_>, load: &Load<'_>) -> bool {
    load.movement.tms.status == MovementStatus::InProgress
        || load.next().is_some_and(|stop| sight.is_soon(stop))
}

fn due_at(load: &Load<'_>) -> Option<Timestamp> {
    load.next().and_then(Stop::closes_at)
}

fn dark(load: &Load<'_>, tractor: &Tractor) -> Condition {
    let place = locality::place(tractor.place.as_deref(), tractor.latitude, tractor.longitude);
    let place = place.map_or_else(String::new, |place| format!(", last at {place}"));
    let summary = format!("{} is silent{place}", tractor.unit_number);
    let subject = Subject::plain(SubjectKind::Tractor, tractor.id.0.clone());
    let mut touches = touched_by(load.movement, load.next().map(|stop| stop.tms.id.as_str()));
    touches.account.clone_from(&tractor.source);
    Condition::new(ExceptionKind::Dark, Severity::Medium, subject, summary)
        .touching(touches)
        .since(tractor.observed_at)
        .until(due_at(load))
        .text("movement", &load.movement.tms.id)
        .at("observed_at", tractor.observed_at)
}

impl Alert for Feeds {
    fn topic(&self) -> &'static str {
        ExceptionKind::FeedDown.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        let mut accounts: BTreeMap<&str, Vec<&FeedStatus>> = BTreeMap::new();
        for feed in sight.fleet.feeds.iter().filter(|feed| is_down(feed, sight.now)) {
            accounts.entry(&feed.account).or_default().push(feed);
        }
        found.extend(accounts.into_iter().map(|(account, feeds)| down(sight, account, &feeds)));
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        let account = row.touches.account.as_deref();
        if sight.fleet.feeds.iter().any(|feed| Some(feed.account.as_str()) == account) {
            Absence::Eased("its feeds come again".into())
        } else {
            Absence::Over("no longer configured".into())
        }
    }
}

/// Trouble that lasts this long does not pass by itself.
const TROUBLE: Duration = Duration::from_mins(5);

/// Whether a feed that is read at all does not come. One that is not read by the clock is nobody's to wait
/// for, nor is what a provider does not have.
fn is_down(feed: &FeedStatus, now: Timestamp) -> bool {
    if feed.gives() == Gives::Travel {
        // Nobody waits for it by the clock: it is down once it has been in trouble for a while.
        return feed.error_since_at.is_some_and(|since| now.since(since) >= TROUBLE);
    }
    feed.interval_s > 0 && !feed.is_unsupported() && age::is_silent(feed, now)
}

fn down(sight: &Sight<'_>, account: &str, feeds: &[&FeedStatus]) -> Condition {
    let is_vital = |feed: &&FeedStatus| match feed.gives() {
        Gives::Positions | Gives::AllPositions | Gives::Hours | Gives::Movements | Gives::Stops => true,
        Gives::Trackers | Gives::Logs | Gives::Orders | Gives::Travel | Gives::Talk | Gives::Rest => false,
    };
    let severity = if feeds.iter().any(is_vital) { Severity::High } else { Severity::Low };
    let names: Vec<_> = feeds.iter().map(|feed| feed.resource.as_str()).collect();
    let summary = format!("{account} is silent: {}", names.join(", "));
    let of_it = |source: Option<&str>| source == Some(account) && sight.is_unheard(source);
    let unseen: Vec<_> = sight.muster.iter().filter(|post| of_it(post.source)).collect();
    let is_dark = |post: &&Post<'_>| {
        let seen_at = post.seen.map(|seen| seen.observed_at);
        motion::at(UnitKind::Tractor, post.state, seen_at, sight.now) == Motion::Dark
    };
    let dark = unseen.iter().filter(is_dark).count();
    let has_unseen = |load: &&Load<'_>| load.tractor.is_some_and(|one| of_it(one.source.as_deref()));
    let loads = sight.loads.iter().filter(has_unseen);
    let since = feeds.iter().filter_map(|feed| feed.error_since_at.or(feed.last_ok_at)).min();
    let mut condition = Condition::new(
        ExceptionKind::FeedDown,
        severity,
        Subject::plain(SubjectKind::Account, account),
        summary,
    )
    .since(since)
    .list("feeds", names)
    .count("tractors_unseen", unseen.len())
    .count("tractors_dark", dark)
    .count("loads_unseen", loads.count())
    .at("last_ok_at", feeds.iter().filter_map(|feed| feed.last_ok_at).max());
    condition.touches.account = Some(account.into());
    match feeds.iter().find_map(|feed| feed.error.as_deref()) {
        Some(error) => condition.text("error", error),
        None => condition,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{Fact, StopType};

    fn yard(shown: Motion, heard: i64) -> Yard {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.stop("1", "q", StopType::Delivery, 60, 120);
        yard.change_tractor("1", |tractor| {
            (tractor.state, tractor.observed_at) = (shown, Some(minutes(heard)));
        });
        yard
    }

    #[test]
    fn a_tractor_with_a_load_is_dark_after_more_silence_than_is_normal() {
        let check = |shown, heard, expected| {
            assert_eq!(yard(shown, heard).find(&Silence).len(), expected, "{shown:?} {heard}");
        };
        check(Motion::Moving, -15, 0);
        check(Motion::Moving, -16, 1);
        check(Motion::Stopped, -26 * 60, 0);
        check(Motion::Stopped, -26 * 60 - 1, 1);
        check(Motion::Dark, -20, 1);
        let found = yard(Motion::Moving, -40).find(&Silence);
        assert_eq!(found[0].summary, "418 is silent, last at Amarillo TX");
        assert_eq!((found[0].since_at, found[0].deadline_at), (Some(minutes(-40)), Some(minutes(120))));
    }

    #[test]
    fn a_tractor_without_a_load_that_needs_it_or_that_never_was_heard_is_not_dark() {
        let mut yard = yard(Motion::Moving, -40);
        yard.load("1", MovementStatus::Covered);
        assert_eq!(yard.find(&Silence).len(), 1);
        yard.change_stop("q", |stop| {
            (stop.tms.scheduled_early_at, stop.tms.scheduled_late_at) = (Some(minutes(800)), None);
        });
        assert_eq!(yard.find(&Silence).len(), 0);
        yard.load("1", MovementStatus::InProgress);
        yard.change_tractor("1", |tractor| tractor.observed_at = None);
        assert_eq!(yard.find(&Silence).len(), 0);
    }

    #[test]
    fn two_loads_of_one_dark_tractor_are_one_exception_about_the_first_due() {
        let mut yard = yard(Motion::Moving, -40);
        yard.load("2", MovementStatus::InProgress);
        yard.stop("2", "r", StopType::Delivery, 10, 20);
        yard.change("2", |row| row.tractor_id = Some(UnitId("samsara:1".into())));
        let found = yard.find(&Silence);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].touches.movement_id.as_deref(), Some("2"));
    }

    #[test]
    fn an_account_that_fails_is_one_exception_with_its_units_counted() {
        let mut yard = Yard::new();
        for n in 1..=200 {
            yard.load(&n.to_string(), MovementStatus::InProgress);
            yard.change_tractor(&n.to_string(), |tractor| {
                let heard = if n <= 50 { -40 } else { -1 };
                (tractor.state, tractor.observed_at) = (Motion::Moving, Some(minutes(heard)));
            });
        }
        assert_eq!(yard.find(&Silence).len(), 50);
        let row = yard.raised(&Silence);
        yard.silence("samsara");
        assert_eq!(yard.find(&Silence).len(), 0);
        let found = yard.find(&Feeds);
        assert_eq!(found.len(), 1);
        let count = |name: &str| found[0].facts.get(name).cloned();
        assert_eq!(count("tractors_unseen"), Some(Fact::Count(200)));
        assert_eq!(count("tractors_dark"), Some(Fact::Count(50)));
        assert_eq!(count("loads_unseen"), Some(Fact::Count(200)));
        assert_eq!((found[0].id.as_str(), found[0].severity), ("feed:samsara", Severity::High));
        let folded = Absence::Over("counted with samsara, whose positions do not come".into());
        assert_eq!(yard.absence(&Silence, &row), folded);
    }

    #[test]
    fn what_is_not_read_by_the_clock_or_not_supported_is_never_down_and_a_roster_is_a_small_thing() {
        let mut yard = Yard::new();
        assert_eq!(yard.find(&Feeds), []);
        let feed = |resource: &str, interval_s, error: Option<&str>| FeedStatus {
            account: "x".into(),
            resource: resource.into(),
            interval_s,
            error: error.map(str::to_owned),
            ..FeedStatus::default()
        };
        let mut check = |feed: FeedStatus, expected: Option<Severity>| {
            yard.change_feeds(|feeds| feeds.push(feed));
            assert_eq!(yard.find(&Feeds).first().map(|one| one.severity), expected);
            yard.change_feeds(|feeds| drop(feeds.pop()));
        };
        check(feed("chat", 0, Some("refused")), None);
        check(feed("hos_clocks", 30, Some("not supported by this system")), None);
        check(feed("vehicles", 300, Some("HTTP 500")), Some(Severity::Low));
        check(feed("hos_clocks", 30, None), Some(Severity::High));
    }
}
