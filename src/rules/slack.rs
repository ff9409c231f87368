//! How a load stands against the end of the window that it is judged by, as of now. It plans nothing: when the load arrives
//! was worked out before, or the TMS says so.

use super::detention::View;
use super::freshness::{self, Freshness, Standing};
use super::{late, trip};
use crate::model::{EtaSource, Fleet, Keyed, Movement, Reason, Risk, Stop, Timestamp};

/// An arrival that was due this long ago and was not reported says nothing of what comes.
const OVERDUE_S: i64 = 30 * 60;

/// How a load stands against the end of a window, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slack {
    /// At the stop since.
    Here(i64),
    /// The window closed so long ago, and nobody says where the load is in time.
    Past(i64),
    /// It cannot legally come before the window closes, and comes so long after it.
    Late(i64),
    /// It comes so long after the window closes, unless all goes better than usual, or only the TMS says so.
    Risk(i64),
    /// So much to spare.
    Spare(i64),
    /// It was known, and what it rests on does not come any more.
    Blind(Reason),
    /// Nobody knows.
    Unknown,
}

impl Slack {
    /// Seconds to spare, fewer than none where it is late; `None` where there is nothing to spare or to lose,
    /// or nobody knows.
    pub const fn seconds(self) -> Option<i64> {
        match self {
            Self::Past(seconds) | Self::Late(seconds) | Self::Risk(seconds) => Some(seconds.saturating_neg()),
            Self::Spare(seconds) => Some(seconds),
            Self::Here(_) | Self::Blind(_) | Self::Unknown => None,
        }
    }

    /// Whether it is counted from an arrival to come.
    const fn is_counted(self) -> bool {
        matches!(self, Self::Late(_) | Self::Risk(_) | Self::Spare(_))
    }
}

/// The next stop of a load; `None` where none is left.
pub fn next<'a>(row: &Movement, fleet: &'a Fleet) -> Option<&'a Stop> {
    trip::of(row, fleet.stops_of(&row.key())).next
}

/// When a load will be at `stop`, one of its own, and who says so: ours if there is one and what it rests on
/// still comes, else the TMS's.
pub fn eta(stop: &Stop, standing: &Standing) -> Option<(Timestamp, Option<EtaSource>)> {
    let ours = stop.eta_at.map(|at| (at, stop.eta_source));
    let theirs = stop.tms.tms_eta_at.map(|at| (at, Some(EtaSource::Tms)));
    ours.filter(|_| standing.has_times()).or(theirs)
}

/// A load against the one window that it is judged by: its class, its slack and its reason are all about that.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The stop whose window that is: the one that its class is about, else the next.
    pub stop: &'a Stop,
    /// How many stops further on than the next that is.
    pub ahead: usize,
    /// How it stands against that.
    pub slack: Slack,
    /// Who told the arrival that this is counted from, where it is counted from one.
    pub source: Option<EtaSource>,
}

/// How a load stands as of `now`, and at which stop; `None` where no stop is left.
pub fn judged<'a>(row: &Movement, fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Option<Judged<'a>> {
    let next = next(row, fleet)?;
    let standing = freshness::standing(row, fleet, fresh, now);
    let of_class = row.late_s.filter(|_| standing.has_times()).zip(late::critical(row, fleet));
    // How late it is for one stop, and of what class that is, holds for no other.
    let (ours, stop) = of_class.map_or((None, next), |(late, stop)| (Some(late), stop));
    let mut left = trip::left(row, fleet.stops_of(&row.key()));
    let ahead = left.position(|one| one.tms.id == stop.tms.id).unwrap_or(0);
    let late = ours.filter(|late| *late > 0);
    let is_legal = ours.is_none() || standing.risk != Risk::Late;
    let is_late = |late| if is_legal { Slack::Risk(late) } else { Slack::Late(late) };
    if let Some(arrived) = arrived_at(row, next, fleet, fresh, now) {
        let view = View::of(fleet, fresh, row, now);
        let stay = fleet.stay_of(row, next).filter(|stay| stay.is_open());
        // Once what told of it is silent nobody knows whether it is here.
        let slack = match (view.is_there_still(next, stay, fresh), view.is_heard()) {
            (true, _) => Slack::Here(now.secs_since(arrived).max(0)),
            (false, false) => Slack::Blind(Reason::StaleGps),
            (false, true) => Slack::Unknown,
        };
        // That it stands here hides nothing of what it will be late for.
        let here = Judged { stop: next, ahead: 0, slack, source: None };
        return Some(late.map_or(here, |late| {
            let source = stop.eta_source;
            Judged { stop, ahead, slack: is_late(late), source }
        }));
    }
    let closes = stop.closes_at();
    let blind = standing.reason.filter(|reason| matches!(reason, Reason::StaleGps | Reason::StaleHos));
    // Where that is why it cannot be judged, an arrival that the TMS has on file makes neither spare time nor a risk of it:
    // nobody knows whether its truck comes that far, nor its driver may.
    let blind = blind.filter(|_| standing.risk == Risk::Unknown);
    let coming = eta(stop, &standing).filter(|(at, _)| blind.is_none() && now.secs_since(*at) < OVERDUE_S);
    let against = ours.or_else(|| Some(coming?.0.secs_since(closes?)));
    let source = if ours.is_some() { stop.eta_source } else { coming.and_then(|(_, source)| source) };
    let slack = match (against, closes.map(|closes| now.secs_since(closes))) {
        (Some(late @ 1..), _) => is_late(late),
        (_, Some(past @ 1..)) => Slack::Past(past),
        (Some(early), _) => Slack::Spare(early.saturating_neg()),
        (None, _) => blind.map_or(Slack::Unknown, Slack::Blind),
    };
    let source = source.filter(|_| slack.is_counted());
    Some(Judged { stop, ahead, slack, source })
}

/// How a load stands as of `now`.
pub fn slack(row: &Movement, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Slack {
    judged(row, fleet, fresh, now).map_or(Slack::Unknown, |judged| judged.slack)
}

/// When the truck came to `stop`, one of the load's own: as its own positions show it, where it was not seen to leave, else by
/// the TMS. What the TMS says of the future is no arrival, nor what it says of a truck that is seen elsewhere.
pub fn arrived_at(
    row: &Movement,
    stop: &Stop,
    fleet: &Fleet,
    fresh: &Freshness,
    now: Timestamp,
) -> Option<Timestamp> {
    let stay = fleet.stay_of(row, stop).filter(|stay| stay.is_open());
    View::of(fleet, fresh, row, now).came(stop, stay).map(|came| came.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FeedStatus, Judgement, MovementStatus, Tractor, UnitId};
    use crate::rules::sample;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn ahead(minutes: i64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() + minutes * 60_000)
    }

    /// A load with a stop in an hour and one in five; of class `risk`, which is about the second.
    fn fleet(risk: Risk, late_s: i64) -> Fleet {
        let mut fleet = Fleet::default();
        let (truck, man) = (UnitId("t".into()), UnitId("d".into()));
        let mut load =
            Movement { tractor_id: Some(truck.clone()), driver_id: Some(man.clone()), ..Movement::default() };
        (load.tms.id, load.tms.status, load.late_s) = ("1".into(), MovementStatus::InProgress, Some(late_s));
        let stop = |id: &str, closes| {
            let mut stop = Stop::default();
            (stop.tms.id, stop.tms.movement_id, stop.tms.sequence) = (id.into(), Some("1".into()), closes);
            stop.tms.scheduled_late_at = Some(ahead(closes));
            stop.eta_at = Some(ahead(closes + if id == "b" { late_s / 60 } else { -30 }));
            stop
        };
        fleet.stops = [stop("a", 60), stop("b", 300)].into_iter().collect();
        fleet.index();
        let judgement = Judgement {
            movement_id: "1".into(),
            tractor_id: Some(truck.clone()),
            driver_id: Some(man.clone()),
            risk,
            stop_id: Some("b".into()),
            late_s: Some(late_s),
            ..Judgement::default()
        };
        fleet.judgements = [judgement].into_iter().collect();
        fleet.movements = [load].into_iter().collect();
        let seen = Some(NOW);
        fleet.tractors =
            [Tractor { id: truck, source: Some("eld".into()), observed_at: seen, ..Tractor::default() }]
                .into_iter()
                .map(|row| Tractor { state: crate::model::Motion::Stopped, ..row })
                .collect();
        fleet.drivers =
            [crate::model::Driver { id: man, source: Some("eld".into()), ..crate::model::Driver::default() }]
                .into_iter()
                .collect();
        let feed = |resource: &str| FeedStatus {
            account: "eld".into(),
            resource: resource.into(),
            interval_s: 60,
            last_ok_at: seen,
            ..FeedStatus::default()
        };
        fleet.feeds = vec![feed("vehicle_locations"), feed("available_time")];
        fleet
    }

    fn judged_of(fleet: &Fleet) -> (String, usize, Slack) {
        let row = fleet.movements.iter().next().unwrap();
        let found = judged(row, fleet, &Freshness::of(&fleet.feeds, NOW), NOW).unwrap();
        (found.stop.tms.id.to_string(), found.ahead, found.slack)
    }

    #[test]
    fn slack_speaks_of_the_stop_that_the_class_is_about() {
        assert_eq!(judged_of(&fleet(Risk::Late, 2400)), ("b".into(), 1, Slack::Late(2400)));
        assert_eq!(judged_of(&fleet(Risk::Tight, -600)), ("b".into(), 1, Slack::Spare(600)));
        // Nobody knows any more: only the next stop's own window and the TMS's word are left.
        let mut blind = fleet(Risk::Late, 2400);
        blind.feeds.clear();
        assert_eq!(judged_of(&blind).0, "a");
    }

    #[test]
    fn what_the_tms_expects_is_no_slack_where_nobody_can_judge_the_load() {
        let told = |minutes: i64, change: fn(&mut Fleet)| {
            let mut fleet = fleet(Risk::Tight, -600);
            let stop = |stop: &Stop| {
                let mut stop = stop.clone();
                stop.tms.tms_eta_at = Some(ahead(minutes));
                stop
            };
            fleet.stops = fleet.stops.iter().map(|row| stop(row)).collect();
            fleet.index();
            change(&mut fleet);
            let row = fleet.movements.iter().next().unwrap();
            let fresh = Freshness::of(&fleet.feeds, NOW);
            let found = judged(row, &fleet, &fresh, NOW).unwrap();
            let expected = eta(found.stop, &freshness::standing(row, &fleet, &fresh, NOW));
            assert_eq!(expected, Some((ahead(minutes), Some(EtaSource::Tms))), "whose it is, is said");
            found.slack
        };
        let old_hours = |fleet: &mut Fleet| drop(fleet.feeds.pop());
        let dark = |fleet: &mut Fleet| drop(fleet.feeds.remove(0));
        let unjudged = |fleet: &mut Fleet| fleet.judgements = std::iter::empty::<Judgement>().collect();
        for early_or_late in [10, 110] {
            assert_eq!(told(early_or_late, old_hours), Slack::Blind(Reason::StaleHos));
            assert_eq!(told(early_or_late, dark), Slack::Blind(Reason::StaleGps));
        }
        // One that nobody has judged yet is not said to be blind: what the TMS says is all there is.
        assert_eq!(told(70, unjudged), Slack::Risk(600));
    }

    #[test]
    fn an_arrival_by_the_tms_is_none_that_lies_ahead_or_of_a_truck_that_is_seen_elsewhere() {
        let slack_as = |status, told: i64, degrees_off: f64, is_heard: bool| {
            let mut fleet = fleet(Risk::Tight, -600);
            let mut load = Movement::clone(fleet.movements.at(0).unwrap());
            load.tms.status = status;
            fleet.movements = [load].into_iter().collect();
            fleet.feeds.retain(|_| is_heard);
            let tractor = Tractor::clone(fleet.tractors.at(0).unwrap());
            let (latitude, longitude) = (Some(35.0 + degrees_off), Some(-100.0));
            fleet.tractors = [Tractor { latitude, longitude, ..tractor }].into_iter().collect();
            let stop = |stop: &Stop| {
                let mut stop = stop.clone();
                (stop.tms.latitude, stop.tms.longitude) = (Some(35.0), Some(-100.0));
                stop.tms.actual_arrival_at = Some(ahead(told)).filter(|_| stop.tms.id == "a");
                stop
            };
            fleet.stops = fleet.stops.iter().map(|row| stop(row)).collect();
            fleet.index();
            judged_of(&fleet).2
        };
        let slack = |told, degrees_off| slack_as(MovementStatus::InProgress, told, degrees_off, true);
        assert_eq!(slack(-20, 0.0), Slack::Here(1200));
        assert_eq!(slack(20, 0.0), Slack::Spare(600));
        assert_eq!(slack(-20, 1.0), Slack::Spare(600));
        // Of a load that nobody has yet, only what is seen there is there.
        let available = |is_heard| slack_as(MovementStatus::Available, -20, 0.0, is_heard);
        assert_eq!(available(true), Slack::Here(1200));
        assert!(!matches!(available(false), Slack::Here(_)), "{:?}", available(false));
    }

    #[test]
    fn time_at_a_stop_is_not_counted_on_once_what_told_of_it_is_silent() {
        let slack_of = |is_seen: bool, silent: &str| {
            let (at, long_ago) = (ahead(-20), Some(ahead(-60)));
            let mut fleet = sample::under_way(NOW, |_, stop, _| {
                stop.tms.actual_arrival_at = Some(at).filter(|_| !is_seen);
            });
            fleet.stays = Some(sample::stay(at)).filter(|_| is_seen).into_iter().collect();
            let of_tms = |resource: &str| FeedStatus { resource: resource.into(), ..sample::positions(NOW) };
            fleet.feeds.extend(["movements", "stops"].map(of_tms).map(|mut feed| {
                feed.account = "mcleod".into();
                feed
            }));
            for feed in fleet.feeds.iter_mut().filter(|feed| silent.contains(feed.account.as_str())) {
                feed.last_ok_at = long_ago;
            }
            judged_of(&fleet).2
        };
        assert_eq!(slack_of(true, ""), Slack::Here(1200));
        assert_eq!(slack_of(true, "mcleod"), Slack::Here(1200));
        assert_eq!(slack_of(true, "eld"), Slack::Blind(Reason::StaleGps));
        assert_eq!(slack_of(false, "eld"), Slack::Here(1200), "the TMS tells of it still");
        assert_eq!(slack_of(false, "eld mcleod"), Slack::Blind(Reason::StaleGps));
    }

    #[test]
    fn how_late_a_load_is_for_one_stop_is_never_said_of_another() {
        let mut done = fleet(Risk::Late, 2400);
        done.stops = done
            .stops
            .iter()
            .map(|stop| Stop::clone(stop))
            .map(|mut stop| {
                stop.tms.done = stop.tms.id == "b";
                stop
            })
            .collect();
        done.index();
        assert_eq!(judged_of(&done), ("a".into(), 0, Slack::Spare(1800)));
        // The next stop's own arrival may be late, which is not what the class is about.
        let mut gone = fleet(Risk::Late, 2400);
        let mut only = Stop::clone(gone.stops.iter().next().unwrap());
        only.eta_at = Some(ahead(70));
        gone.stops = [only].into_iter().collect();
        gone.index();
        assert_eq!(judged_of(&gone), ("a".into(), 0, Slack::Risk(600)));
        let row = gone.movements.iter().next().unwrap();
        assert_eq!(late::critical(row, &gone).map(|stop| &stop.tms.id), None);
    }

    #[test]
    fn only_what_cannot_legally_be_in_time_is_late() {
        assert_eq!(judged_of(&fleet(Risk::AtRisk, 420)).2, Slack::Risk(420));
        assert_eq!(judged_of(&fleet(Risk::Late, 420)).2, Slack::Late(420));
        assert_eq!(Slack::Risk(420).seconds(), Some(-420));
    }
}
