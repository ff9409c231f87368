//! What the devices report, and when it comes in: positions (`LogRecord`) and measurements
//! (`StatusData`). Some report late, so that what comes in last is not the newest.

use serde_json::{Value, json};

use super::super::roster::{DARK, SHOP};
use super::super::week::Activity;
use super::feed::Key;
use super::fleet::{Device, Fleet, Kind};
use super::words::{date, degrees, id, kmh, reference};

const HOUR: i64 = 3600;
/// The dark truck is heard from so often, and so much later.
const DARK_EVERY: i64 = 19 * HOUR;
const DARK_LATE: i64 = 5 * HOUR;
/// The truck in the shop was last heard from half of this ago.
const SHOP_EVERY: i64 = 120 * 24 * HOUR;
/// How much later a report comes in that had no network at first.
const LATE: i64 = 240;
/// How long a trailer's reports take.
const TRAILER_LAG: i64 = 40;
/// How often an engine tells its meters.
const METERS_EVERY: i64 = 300;
/// Metres to a mile.
const METRES: f64 = 1609.344;

/// One report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// When it was true.
    pub at: i64,
    /// When it came in.
    pub arrival: i64,
}

/// A report of a position.
#[derive(Clone, Copy, Debug)]
pub struct LogRecord {
    device: Device,
    at: i64,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnostic {
    /// Metres.
    Odometer,
    /// Seconds.
    EngineHours,
    /// Percent.
    Fuel,
}

/// A measurement.
#[derive(Clone, Copy, Debug)]
pub struct StatusData {
    tractor: usize,
    device: Device,
    diagnostic: Diagnostic,
    at: i64,
    key: Key,
}

impl Fleet {
    /// The reports of a device that came in from `begin` until before `end`.
    pub fn reports(&self, device: Device, begin: i64, end: i64) -> Vec<Report> {
        match device.kind {
            Kind::Archived(_) | Kind::Untracked(_) => Vec::new(),
            Kind::Tracked(trailer) => self.trailer_reports(trailer, begin, end),
            Kind::Tractor(SHOP | DARK) => {
                let before = |report: &Report| self.latest(device, report.arrival - 1);
                let reports = std::iter::successors(self.latest(device, end - 1), before);
                reports.take_while(|report| report.arrival >= begin).collect()
            }
            Kind::Tractor(tractor) => {
                let usual = lag(device);
                let (since, until) = (begin - usual - LATE - 1, end - 1 - usual);
                let fixes = self.world.fixes(tractor, since, until, usize::MAX);
                let reports = fixes.into_iter().map(|at| report(device, at));
                reports.filter(|report| (begin..end).contains(&report.arrival)).collect()
            }
        }
    }

    /// The newest report of a device that has come in by `now`.
    pub fn latest(&self, device: Device, now: i64) -> Option<Report> {
        match device.kind {
            Kind::Archived(_) | Kind::Untracked(_) => None,
            Kind::Tracked(trailer) => {
                let mut before = now - TRAILER_LAG;
                loop {
                    let (at, is_one) = self.trailer_fix(trailer, before);
                    if is_one {
                        return Some(Report { at, arrival: at + TRAILER_LAG });
                    }
                    before = at;
                }
            }
            Kind::Tractor(SHOP) => {
                let arrival = now / SHOP_EVERY * SHOP_EVERY;
                Some(Report { at: self.world.last_fix(SHOP, now), arrival })
            }
            Kind::Tractor(DARK) => {
                let arrival = (now - DARK_LATE) / DARK_EVERY * DARK_EVERY + DARK_LATE;
                Some(Report { at: self.world.last_fix(DARK, now), arrival })
            }
            Kind::Tractor(tractor) => {
                let mut at = self.world.last_fix(tractor, now - lag(device));
                while report(device, at).arrival > now {
                    at = self.world.last_fix(tractor, at - 1);
                }
                Some(report(device, at))
            }
        }
    }

    fn trailer_reports(&self, trailer: usize, begin: i64, end: i64) -> Vec<Report> {
        let mut reports = Vec::new();
        let mut before = end - 1 - TRAILER_LAG;
        while before >= begin - TRAILER_LAG {
            let (at, is_one) = self.trailer_fix(trailer, before);
            if is_one && at + TRAILER_LAG >= begin {
                reports.push(Report { at, arrival: at + TRAILER_LAG });
            }
            before = if is_one { at - 1 } else { at };
        }
        reports
    }

    /// The last report of a trailer up to `before`, and true; or where to look on, and false, when
    /// its tracker kept another time then.
    fn trailer_fix(&self, trailer: usize, before: i64) -> (i64, bool) {
        let at = self.world.last_trailer_fix(trailer, before);
        if self.world.last_trailer_fix(trailer, at) == at {
            return (at, true);
        }
        (self.world.trailer(trailer, before).since - 1, false)
    }

    /// The positions that came in from `begin` until before `end`.
    pub fn log_records(&self, begin: i64, end: i64) -> Vec<(Key, LogRecord)> {
        let of = |device: &Device| {
            let device = *device;
            self.reports(device, begin, end).into_iter().map(move |report| {
                let late = usize::from(report.arrival - report.at >= LATE);
                (Key::of(report.arrival, device.number, late), LogRecord { device, at: report.at })
            })
        };
        self.devices.iter().flat_map(of).collect()
    }

    /// The measurements that came in from `begin` until before `end`.
    pub fn status_data(&self, begin: i64, end: i64) -> Vec<(Key, StatusData)> {
        let mut found = Vec::new();
        for device in &self.devices {
            let Some(tractor) = device.lively_tractor() else { continue };
            let usual = lag(*device);
            let mut at = (begin - usual + METERS_EVERY - 1).div_euclid(METERS_EVERY) * METERS_EVERY;
            while at + usual < end {
                if self.world.truck(tractor, at).stretch.activity == Activity::Drive {
                    found.extend(Diagnostic::ALL.iter().map(|diagnostic| {
                        let data = StatusData::of(*device, tractor, *diagnostic, at, at + usual);
                        (data.key, data)
                    }));
                }
                at += METERS_EVERY;
            }
        }
        found
    }
}

impl LogRecord {
    /// A position as Geotab has it.
    pub const fn of(device: Device, at: i64) -> Self {
        Self { device, at }
    }

    /// As it is written.
    pub fn json(self, fleet: &Fleet) -> Value {
        let (point, mph, _) = fleet.whereabouts(self.device, self.at);
        json!({
            "id": id((self.at as usize) << 18 | self.device.number),
            "device": reference(self.device.number),
            "dateTime": date(self.at, self.device.number),
            "latitude": degrees(point.latitude),
            "longitude": degrees(point.longitude),
            "speed": kmh(mph),
        })
    }
}

impl Diagnostic {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Odometer, Self::EngineHours, Self::Fuel];

    /// Its id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Odometer => "DiagnosticOdometerId",
            Self::EngineHours => "DiagnosticEngineHoursId",
            Self::Fuel => "DiagnosticFuelLevelId",
        }
    }
}

impl StatusData {
    /// A measurement of `at` that came in at `arrival`.
    pub fn of(device: Device, tractor: usize, diagnostic: Diagnostic, at: i64, arrival: i64) -> Self {
        let key = Key::of(arrival, device.number, diagnostic as usize);
        Self { tractor, device, diagnostic, at, key }
    }

    /// As it is written; `version` is that of its key.
    pub fn json(self, fleet: &Fleet, version: &str) -> Value {
        let miles = fleet.world.truck(self.tractor, self.at).odometer;
        let data = match self.diagnostic {
            Diagnostic::Odometer => (miles * METRES).round(),
            Diagnostic::EngineHours => (miles / 52.0 * 3600.0).round(),
            Diagnostic::Fuel => ((97.0 - miles % 700.0 / 10.0) * 10.0).round() / 10.0,
        };
        json!({
            "id": id((self.at as usize) << 20 | self.device.number << 2 | self.diagnostic as usize),
            "device": reference(self.device.number),
            "diagnostic": { "id": self.diagnostic.id() },
            "dateTime": date(self.at, self.device.number),
            "data": data,
            "controller": "ControllerNoneId",
            "version": version,
        })
    }

    /// Its key.
    pub const fn key(self) -> Key {
        self.key
    }
}

/// How long a device's reports take: each has its own.
pub const fn lag(device: Device) -> i64 {
    3 + (device.place * 7 % 21) as i64
}

/// The report of a lively tractor's device of `at`. On the road some devices are now and then out of
/// reach, and report once they are back.
const fn report(device: Device, at: i64) -> Report {
    let late = device.place % 11 == 6 && at / 10 % 6 == 2;
    Report { at, arrival: at + lag(device) + if late { LATE } else { 0 } }
}
