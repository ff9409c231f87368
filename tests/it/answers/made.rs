//! A small fleet in the middle of Texas, judged as the poller judges it. Everything of it is this test's own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::model::{
    Driver, DutyHistory, DutyStatus, EtaSource, FeedStatus, Fleet, Judgement, Keyed, Loaded, Motion,
    Movement, MovementStatus, Named, Order, Places, Stay, Stop, StopType, Timestamp, Tractor, Trailer,
    UnitId,
};
use backhaul::rules::basis::Basis;
use backhaul::rules::eta::Office;
use backhaul::rules::hours::Cycle;
use backhaul::sync::{Judging, Roads};
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// Tuesday, 3 March 2026, 12:00 in Chicago.
pub const NOON: Timestamp = Timestamp::from_secs(1_772_560_800);

pub const DALLAS: (f64, f64) = (32.78, -96.80);
pub const WACO: (f64, f64) = (31.55, -97.15);
pub const HOUSTON: (f64, f64) = (29.76, -95.37);
pub const EL_PASO: (f64, f64) = (31.76, -106.49);

pub fn hence(minutes: i64) -> Timestamp {
    Timestamp::from_millis(NOON.millis() + minutes * 60_000)
}

pub fn office() -> Office {
    Office {
        zone: TimeZone::get("America/Chicago").unwrap(),
        cycle: Cycle::SeventyInEight,
        day_start: Time::midnight(),
        dwell: Duration::from_hours(2),
        warning: Duration::from_mins(30),
        truck_per_mille: 1070,
    }
}

/// What a fleet is made of.
#[derive(Default)]
pub struct Made {
    pub tractors: Vec<Tractor>,
    pub trailers: Vec<Trailer>,
    pub drivers: Vec<Driver>,
    pub movements: Vec<Movement>,
    pub orders: Vec<Order>,
    pub stops: Vec<Stop>,
    pub stays: Vec<Stay>,
    pub feeds: Vec<FeedStatus>,
}

fn id(kind: &str, name: &str) -> UnitId {
    UnitId(format!("samsara:{kind}{name}").into())
}

impl Made {
    /// Nothing yet, and every feed read just now.
    pub fn new() -> Self {
        let feed = |account: &str, resource: &str| FeedStatus {
            account: account.into(),
            resource: resource.into(),
            interval_s: 30,
            last_try_at: Some(NOON),
            last_ok_at: Some(NOON),
            ..FeedStatus::default()
        };
        let feeds = vec![
            feed("samsara", "vehicle_stats"),
            feed("samsara", "hos_clocks"),
            feed("mcleod", "movements"),
            feed("mcleod", "stops"),
        ];
        Self { feeds, ..Self::default() }
    }

    /// A driver in a truck, both called `name`, off duty there with a fresh day.
    pub fn rig(&mut self, name: &str, at: (f64, f64)) -> &mut Driver {
        self.tractors.push(Tractor {
            id: id("t", name),
            unit_number: name.into(),
            latitude: Some(at.0),
            longitude: Some(at.1),
            place: Some(format!("where {name} is")),
            state: Motion::Stopped,
            driver_id: Some(id("d", name)),
            source: Some("samsara".into()),
            observed_at: Some(hence(-1)),
            ..Tractor::default()
        });
        self.drivers.push(Driver {
            id: id("d", name),
            name: format!("Driver {name}").into(),
            timezone: Some("America/Chicago".into()),
            ruleset: Some("USA 70 hour / 8 day".into()),
            hos_status: DutyStatus::OffDuty,
            hos_status_since_at: Some(hence(-700)),
            drive_left_s: Some(11 * 3600),
            shift_left_s: Some(14 * 3600),
            break_left_s: Some(8 * 3600),
            cycle_left_s: Some(70 * 3600),
            hos_as_of_at: Some(hence(-2)),
            tractor_id: Some(id("t", name)),
            source: Some("samsara".into()),
            ..Driver::default()
        });
        self.drivers.last_mut().unwrap()
    }

    pub fn trailer(&mut self, name: &str, of: Option<&str>, loaded: Loaded) {
        let tractor_id = of.map(|rig| id("t", rig));
        if let Some(tractor) = self.tractors.iter_mut().find(|row| Some(&row.id) == tractor_id.as_ref()) {
            tractor.trailer_id = Some(id("r", name));
        }
        self.trailers.push(Trailer {
            id: id("r", name),
            unit_number: name.into(),
            tractor_id,
            loaded,
            ..Trailer::default()
        });
    }

    /// A load; with a rig it is covered by it.
    pub fn load(&mut self, key: &str, rig: Option<&str>) -> &mut Movement {
        let mut row = Movement {
            driver_id: rig.map(|rig| id("d", rig)),
            tractor_id: rig.map(|rig| id("t", rig)),
            // Without a rig the TMS was asked, and names nobody.
            driver_named: rig.map_or(Named::Nobody, |_| Named::Somebody),
            tractor_named: rig.map_or(Named::Nobody, |_| Named::Somebody),
            ..Movement::default()
        };
        (row.tms.id, row.tms.company_id) = (key.into(), "TMS".into());
        row.tms.status = if rig.is_some() { MovementStatus::Covered } else { MovementStatus::Available };
        self.movements.push(row);
        self.movements.last_mut().unwrap()
    }

    /// A stop of the load `of` whose window is open for an hour from `opens` minutes after noon on.
    pub fn stop(&mut self, key: &str, of: &str, city: &str, at: (f64, f64), opens: i64) -> &mut Stop {
        let mut row = Stop::default();
        (row.tms.id, row.tms.company_id, row.tms.movement_id) = (key.into(), "TMS".into(), Some(of.into()));
        row.tms.sequence = i64::try_from(self.stops.len()).unwrap();
        let is_first = !self.stops.iter().any(|stop| stop.tms.movement_id.as_deref() == Some(of));
        row.tms.kind = if is_first { StopType::Pickup } else { StopType::Delivery };
        (row.tms.city, row.tms.state) = (Some(city.into()), Some("TX".into()));
        row.tms.timezone = Some("America/Chicago".into());
        (row.tms.latitude, row.tms.longitude) = (Some(at.0), Some(at.1));
        (row.tms.scheduled_early_at, row.tms.scheduled_late_at) =
            (Some(hence(opens)), Some(hence(opens + 60)));
        self.stops.push(row);
        self.stops.last_mut().unwrap()
    }

    /// The fleet as the store gives it, once the poller has judged it.
    pub fn fleet(&self) -> Fleet {
        let mut fleet = Fleet::default();
        fleet.tractors = self.tractors.iter().cloned().collect();
        fleet.trailers = self.trailers.iter().cloned().collect();
        fleet.drivers = self.drivers.iter().cloned().collect();
        fleet.movements = self.movements.iter().cloned().collect();
        fleet.orders = self.orders.iter().cloned().collect();
        fleet.stops = self.stops.iter().cloned().collect();
        fleet.stays = self.stays.iter().cloned().collect();
        fleet.feeds.clone_from(&self.feeds);
        fleet.index();
        let mut judging = Judging::new(office(), Arc::new(Mutex::new(Roads::default())));
        let judged = judging.pass(&fleet, NOON).judged;
        written(&mut fleet, judged);
        fleet
    }
}

/// Puts judgements where the store would.
pub fn written(fleet: &mut Fleet, judged: Vec<Judgement>) {
    for judgement in &judged {
        let mut movement = Movement::clone(fleet.movements.get(&judgement.key()).unwrap());
        let next = judgement.arrivals.first();
        movement.eta_at = next.and_then(|next| next.eta_at);
        movement.legal_eta_at = next.and_then(|next| next.legal_eta_at);
        (movement.risk, movement.reason, movement.late_s) =
            (judgement.risk, judgement.reason, judgement.late_s);
        fleet.movements = fleet.movements.with(vec![movement]);
        for arrival in &judgement.arrivals {
            let key = backhaul::model::StopKey { company_id: "TMS".into(), id: arrival.stop_id.clone() };
            let mut stop = Stop::clone(fleet.stops.get(&key).unwrap());
            (stop.eta_at, stop.legal_eta_at) = (arrival.eta_at, arrival.legal_eta_at);
            stop.eta_source = arrival.eta_source;
            fleet.stops = fleet.stops.with(vec![stop]);
        }
    }
    fleet.judgements = judged.into_iter().collect();
    fleet.index();
}

/// As if a service had been asked, and its road were so much longer than the straight line.
pub fn told_by_mapbox(fleet: &mut Fleet, per_cent: i64) {
    let judged: Vec<Judgement> = fleet.judgements.iter().map(|row| Judgement::clone(row)).collect();
    let longer = |at: Option<Timestamp>| {
        at.map(|at| Timestamp::from_secs(NOON.millis() / 1000 + at.secs_since(NOON) * per_cent / 100))
    };
    let judged = judged.into_iter().map(|mut judgement| {
        for arrival in &mut judgement.arrivals {
            (arrival.eta_at, arrival.legal_eta_at) = (longer(arrival.eta_at), longer(arrival.legal_eta_at));
            arrival.eta_source = Some(EtaSource::Mapbox);
        }
        judgement
    });
    let judged = judged.collect();
    written(fleet, judged);
}

/// Calls `ask` with everything that a question is answered from.
pub fn with_basis<T>(fleet: &Fleet, now: Timestamp, ask: impl FnOnce(&Basis<'_>) -> T) -> T {
    let (history, places, office) = (DutyHistory::new(), Places::default(), office());
    ask(&Basis::new(fleet, &history, &places, &office, now))
}
