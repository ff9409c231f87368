//! A small fleet that tests of alerts change by the word.

use std::sync::Arc;
use std::time::Duration;

use super::{Absence, Alert, Condition, Sight, settle};
use crate::model::{
    Arrival, Driver, DutyStatus, EtaSource, Exception, FeedStatus, Fleet, Judgement, Keyed, Motion, Movement,
    MovementKey, MovementStatus, Muster, Post, Reason, Risk, Rows, Stay, Stop, StopType, Timestamp, Tractor,
    Trailer, UnitId,
};
use crate::rules::freshness::Freshness;
use crate::rules::sample;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

/// So many minutes from now.
pub(super) fn minutes(from_now: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + from_now * 60_000)
}

/// Loads "1", "2" … of company "TMS", each with a driver and a tractor of its own: 418 and Lee have "1".
/// Positions come from samsara, hours from motive, loads from mcleod.
pub(super) struct Yard {
    fleet: Fleet,
}

fn key(id: &str) -> MovementKey {
    MovementKey { company_id: "TMS".into(), id: id.into() }
}

fn unit(account: &str, id: &str) -> UnitId {
    UnitId::first_told(account, id)
}

fn changed<T: Keyed + Clone>(rows: &Rows<T>, key: &T::Key, change: impl FnOnce(&mut T)) -> Rows<T> {
    let mut row = T::clone(rows.get(key).unwrap());
    change(&mut row);
    rows.with(vec![row])
}

impl Yard {
    pub(super) fn new() -> Self {
        let feed = |account: &str, resource: &str| FeedStatus {
            account: account.into(),
            resource: resource.into(),
            interval_s: 30,
            last_ok_at: Some(NOW),
            ..FeedStatus::default()
        };
        let mut fleet = Fleet::default();
        fleet.feeds = vec![
            feed("samsara", "vehicle_stats"),
            feed("motive", "available_time"),
            feed("mcleod", "movements"),
            feed("mcleod", "stops"),
        ];
        Self { fleet }
    }

    /// Puts a load in, or puts it back as it was first but for its status.
    pub(super) fn load(&mut self, id: &str, status: MovementStatus) {
        let (tractor, driver) = (unit("samsara", id), unit("motive", id));
        let mut movement = Movement {
            driver_id: Some(driver.clone()),
            tractor_id: Some(tractor.clone()),
            ..Movement::default()
        };
        (movement.tms.company_id, movement.tms.id, movement.tms.status) = ("TMS".into(), id.into(), status);
        self.fleet.movements = self.fleet.movements.with(vec![movement]);
        if self.fleet.tractors.get(&tractor).is_some() {
            return;
        }
        let is_first = id == "1";
        let row = Tractor {
            id: tractor.clone(),
            unit_number: if is_first { "418".into() } else { format!("T{id}").into() },
            place: Some("Amarillo TX".into()),
            latitude: Some(35.19),
            longitude: Some(-101.85),
            state: Motion::Moving,
            state_since_at: Some(minutes(-60)),
            observed_at: Some(NOW),
            source: Some("samsara".into()),
            ..Tractor::default()
        };
        self.fleet.tractors = self.fleet.tractors.with(vec![row]);
        let row = Driver {
            id: driver,
            name: if is_first { "Lee".into() } else { format!("D{id}").into() },
            hos_status: DutyStatus::OnDuty,
            hos_as_of_at: Some(NOW),
            source: Some("motive".into()),
            tractor_id: Some(tractor),
            ..Driver::default()
        };
        self.fleet.drivers = self.fleet.drivers.with(vec![row]);
    }

    /// Puts a stop in Memphis into a load, with its window in minutes from now.
    pub(super) fn stop(&mut self, movement: &str, id: &str, kind: StopType, opens: i64, closes: i64) {
        let mut stop = Stop::default();
        (stop.tms.company_id, stop.tms.id, stop.tms.kind) = ("TMS".into(), id.into(), kind);
        stop.tms.movement_id = Some(movement.into());
        stop.tms.sequence = i64::try_from(self.fleet.stops.len()).unwrap();
        (stop.tms.city, stop.tms.state) = (Some("MEMPHIS".into()), Some("TN".into()));
        stop.tms.scheduled_early_at = Some(minutes(opens));
        stop.tms.scheduled_late_at = Some(minutes(closes));
        self.fleet.stops = self.fleet.stops.with(vec![stop]);
        self.fleet.index();
    }

    pub(super) fn judge(&mut self, id: &str, stop: &str, risk: Risk, reason: Option<Reason>, late_s: i64) {
        let eta_at = Some(minutes(300));
        let arrival = Arrival {
            stop_id: stop.into(),
            eta_at,
            legal_eta_at: eta_at,
            eta_source: Some(EtaSource::Mapbox),
            late_s: Some(late_s),
            risk,
        };
        let judgement = Judgement {
            company_id: "TMS".into(),
            movement_id: id.into(),
            tractor_id: Some(unit("samsara", id)),
            driver_id: Some(unit("motive", id)),
            risk,
            reason,
            stop_id: Some(stop.into()),
            late_s: Some(late_s),
            arrivals: vec![arrival],
            computed_at: NOW,
            ..Judgement::default()
        };
        self.fleet.judgements = self.fleet.judgements.with(vec![judgement]);
    }

    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Movement)) {
        self.fleet.movements = changed(&self.fleet.movements, &key(id), change);
    }

    pub(super) fn change_stop(&mut self, id: &str, change: impl FnOnce(&mut Stop)) {
        self.fleet.stops = changed(&self.fleet.stops, &key(id), change);
        self.fleet.index();
    }

    pub(super) fn change_judgement(&mut self, id: &str, change: impl FnOnce(&mut Judgement)) {
        self.fleet.judgements = changed(&self.fleet.judgements, &key(id), change);
    }

    pub(super) fn change_tractor(&mut self, id: &str, change: impl FnOnce(&mut Tractor)) {
        self.fleet.tractors = changed(&self.fleet.tractors, &unit("samsara", id), change);
    }

    pub(super) fn change_driver(&mut self, id: &str, change: impl FnOnce(&mut Driver)) {
        self.fleet.drivers = changed(&self.fleet.drivers, &unit("motive", id), change);
    }

    pub(super) fn change_feeds(&mut self, change: impl FnOnce(&mut Vec<FeedStatus>)) {
        change(&mut self.fleet.feeds);
    }

    /// Changes a trailer, which is put in if it is new.
    pub(super) fn trailer(&mut self, id: &str, change: impl FnOnce(&mut Trailer)) {
        let new = || Trailer { id: unit("samsara", id), unit_number: id.into(), ..Trailer::default() };
        let mut row =
            self.fleet.trailers.get(&unit("samsara", id)).map_or_else(new, |row| Trailer::clone(row));
        change(&mut row);
        self.fleet.trailers = self.fleet.trailers.with(vec![row]);
    }

    /// The account has not been read for an hour.
    pub(super) fn silence(&mut self, account: &str) {
        self.read(account, minutes(-60));
    }

    /// It is read again.
    pub(super) fn hear(&mut self, account: &str) {
        self.read(account, NOW);
    }

    fn read(&mut self, account: &str, at: Timestamp) {
        for feed in self.fleet.feeds.iter_mut().filter(|feed| feed.account == account) {
            feed.last_ok_at = Some(at);
        }
    }

    /// The truck was seen at a stop, from and to so many minutes from now.
    pub(super) fn stay(&mut self, stop: &str, from: i64, to: Option<i64>) {
        let movement = self.fleet.stops.get(&key(stop)).unwrap().tms.movement_id.clone().unwrap();
        let mut stay = Stay {
            company_id: "TMS".into(),
            stop_id: stop.into(),
            tractor_id: unit("samsara", &movement),
            movement_id: movement,
            computed_at: NOW,
            ..sample::stay(minutes(from))
        };
        let left_at = to.map(minutes);
        let seen = &mut stay.observed;
        (seen.departed_at, seen.departed_after_at, seen.departed_by_at) = (left_at, left_at, left_at);
        self.fleet.stays = self.fleet.stays.with(vec![stay]);
        self.fleet.index();
    }

    pub(super) fn unseen(&mut self, stop: &str) {
        let others = self.fleet.stays.iter().filter(|stay| stay.stop_id != stop);
        self.fleet.stays = others.map(|stay| Stay::clone(stay)).collect();
    }

    /// Puts a row into the queue.
    pub(super) fn queue(&mut self, row: Exception) {
        self.fleet.exceptions = self.fleet.exceptions.with(vec![row]);
    }

    fn muster(&self) -> Muster {
        let mut muster = Muster::default();
        self.fleet.tractors.iter().for_each(|row| muster.call(Post::from(&**row)));
        muster
    }

    /// What one alert finds, by id.
    pub(super) fn find(&self, alert: &dyn Alert) -> Vec<Condition> {
        let fresh = Freshness::of(&self.fleet.feeds, NOW);
        let mut found = Vec::new();
        let muster = self.muster();
        alert.find(&Sight::of(&self.fleet, &muster, &fresh, NOW), &mut found);
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    /// The exception that the first thing it finds comes to.
    pub(super) fn raised(&self, alert: &dyn Alert) -> Exception {
        let found = self.find(alert);
        let mut row: Option<Exception> = None;
        for at in [NOW, NOW.plus(Duration::from_hours(1))] {
            let steps = settle(row.as_ref(), &found[..1], |_| Absence::Unknown, at);
            row = steps.first().and_then(|step| step.row()).cloned().or(row);
        }
        row.filter(Exception::is_open).unwrap()
    }

    pub(super) fn absence(&self, alert: &dyn Alert, row: &Exception) -> Absence {
        let fresh = Freshness::of(&self.fleet.feeds, NOW);
        let muster = self.muster();
        alert.absence(&Sight::of(&self.fleet, &muster, &fresh, NOW), row)
    }
}

#[test]
fn every_kind_is_raised_by_the_alert_of_its_topic_and_each_topic_has_one() {
    use crate::model::ExceptionKind as Kind;
    let kinds = [
        Kind::Blind,
        Kind::AtRisk,
        Kind::Late,
        Kind::UnassignedPickup,
        Kind::InfeasiblePickup,
        Kind::RunsOut,
        Kind::Detention,
        Kind::Dark,
        Kind::TrailerAlone,
        Kind::LogDisagrees,
        Kind::FeedDown,
        Kind::TmsDisagrees,
    ];
    for kind in kinds {
        let alerts = super::ALERTS.iter().filter(|alert| alert.topic() == kind.topic());
        assert_eq!(alerts.count(), 1, "{kind:?}");
    }
}

#[test]
fn a_look_raises_what_lasts_and_the_next_look_at_the_same_changes_nothing() {
    let mut yard = Yard::new();
    yard.load("1", MovementStatus::InProgress);
    yard.stop("1", "q", StopType::Delivery, 60, 120);
    yard.judge("1", "q", Risk::Late, Some(Reason::Shift), 2520);
    let mut rows: Rows<Exception> = Rows::default();
    let mut counts = Vec::new();
    for at in [NOW, NOW, minutes(2), minutes(2)] {
        yard.fleet.exceptions = rows.clone();
        for account in ["samsara", "motive", "mcleod"] {
            yard.read(account, at);
        }
        let fresh = Freshness::of(&yard.fleet.feeds, at);
        let steps = super::look(&yard.fleet, &yard.muster(), &fresh, at);
        counts.push(steps.len());
        rows = rows.with(steps.iter().filter_map(|step| step.row()).cloned());
    }
    assert_eq!(counts, [1, 0, 1, 0]);
    yard.fleet.exceptions = rows;
    let queue: Vec<_> = yard.fleet.queue().into_iter().map(|row| Arc::clone(row).id.clone()).collect();
    assert_eq!(queue, ["schedule:TMS:1"]);
}
