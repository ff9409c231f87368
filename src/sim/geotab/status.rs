//! Geotab's `DeviceStatusInfo`: where every device was last, in all the ways in which that may be
//! unknown.

use serde_json::{Value, json};

use super::super::atlas::Point;
use super::super::roster::SHOP;
use super::feed::Key;
use super::fleet::{Device, ENTERED, Fleet, Kind};
use super::records::{Diagnostic, Report, StatusData};
use super::words::{BARE_NAN, NEVER, date, degrees, driver, id, kmh, reference, span};

const DAY: i64 = 24 * 3600;
/// How often a device with a fault tells of it.
const FAULT_EVERY: i64 = 300;

impl Fleet {
    /// The devices whose latest status came in from `begin` until before `end`.
    pub fn statuses(&self, begin: i64, end: i64, now: i64) -> Vec<(Key, Device)> {
        let keyed = self.devices.iter().filter_map(|device| {
            let arrival = self.status_arrival(*device, now)?;
            (begin..end).contains(&arrival).then(|| (Key::of(arrival, device.number, 0), *device))
        });
        keyed.collect()
    }

    fn status_arrival(&self, device: Device, now: i64) -> Option<i64> {
        let report = self.latest(device, now)?;
        Some(fault(device, now).map_or(report.arrival, |at| report.arrival.max(at + 1)))
    }

    /// The latest status of a device. `extra` are measurements to go with it.
    pub fn status(&self, device: Device, now: i64, extra: &[Diagnostic], exceptions: bool) -> Value {
        let mut row = match (device.kind, self.latest(device, now)) {
            (Kind::Archived(tractor), _) => self.archived_status(device, tractor, now),
            (_, None) => never(),
            (_, Some(report)) => self.known_status(device, report, now),
        };
        row["id"] = json!(id(device.number));
        row["device"] = reference(device.number);
        row["groups"] = super::units::groups(device);
        if exceptions && device.place % 8 == 2 {
            row["exceptionEvents"] = json!([{
                "id": format!("aSim{:018}", device.number),
                "rule": { "id": "RuleIdlingId" },
                "state": "ExceptionEventStateValidId",
                "activeFrom": date(now - 600, 0),
                "activeTo": date(now, 0),
            }]);
        } else {
            row["exceptionEvents"] = json!([]);
        }
        if let (Some(tractor), false) = (device.lively_tractor(), extra.is_empty()) {
            let measured = extra.iter().map(|diagnostic| {
                let data = StatusData::of(device, tractor, *diagnostic, now - 60, now);
                let mut row = data.json(self, "");
                if let Some(row) = row.as_object_mut() {
                    row.remove("version");
                    row.remove("id");
                }
                row
            });
            row["statusData"] = measured.collect();
        }
        row
    }

    fn known_status(&self, device: Device, report: Report, now: i64) -> Value {
        let (point, mph, bearing) = self.whereabouts(device, report.at);
        let rolls = mph > 0.0;
        // The date is that of the newest datum: with some the fault's, not the position's.
        let at = fault(device, now).map_or(report.at, |at| at.max(report.at));
        let communicates = now - report.at < if rolls { 600 } else { DAY };
        let speed = match (device.kind, device.place) {
            (Kind::Tractor(_), 2) => json!(BARE_NAN),
            (Kind::Tractor(_), 4) => json!("NaN"),
            _ => json!(kmh(mph)),
        };
        let (who, historic) = self.who(device, report.at);
        let mut row = json!({
            "dateTime": date(at, device.number),
            "latitude": degrees(point.latitude),
            "longitude": degrees(point.longitude),
            "speed": speed,
            "bearing": if rolls { bearing.round() as i64 % 360 } else { -1 },
            "isDriving": rolls,
            "isDeviceCommunicating": communicates,
            "driver": driver(who),
            "currentStateDuration": self.state_duration(device, report.at, now),
            "isHistoricLastDriver": historic,
        });
        // A tracker that was mounted and has not seen the sky yet.
        if matches!(device.kind, Kind::Tracked(_)) && device.place == 2 {
            (row["latitude"], row["longitude"]) = (json!(0), json!(0));
        }
        row
    }

    /// Who is shown as the driver, and whether only because he was the last one.
    fn who(&self, device: Device, at: i64) -> (Option<usize>, bool) {
        let Kind::Tractor(tractor) = device.kind else { return (None, false) };
        match self.logged_in(tractor, at) {
            Some(driver) => (Some(driver), false),
            None if device.place.is_multiple_of(2) => (None, false),
            None => {
                let last = self.driver_of(tractor);
                (last, last.is_some())
            }
        }
    }

    fn state_duration(&self, device: Device, at: i64, now: i64) -> String {
        let since = match device.kind {
            Kind::Tractor(SHOP) => at,
            Kind::Tractor(tractor) => self.world.truck(tractor, at).since,
            Kind::Tracked(trailer) => self.world.trailer(trailer, at).since,
            Kind::Archived(_) | Kind::Untracked(_) => now,
        };
        let whole = span((now - since).max(0));
        if device.place % 3 == 1 { format!("{whole}.3630000") } else { whole }
    }

    /// Of a device that was taken out: where it was then, for ever.
    fn archived_status(&self, device: Device, tractor: usize, now: i64) -> Value {
        let (point, at) = (self.world.yard(tractor).point(), ENTERED - 40 * DAY);
        json!({
            "dateTime": date(at, device.number),
            "latitude": degrees(point.latitude),
            "longitude": degrees(point.longitude),
            "speed": 0,
            "bearing": -1,
            "isDriving": false,
            "isDeviceCommunicating": false,
            "driver": "UnknownDriverId",
            "currentStateDuration": span(now - at),
            "isHistoricLastDriver": false,
        })
    }

    /// Where a device was, how fast in miles an hour, and which way it went.
    pub fn whereabouts(&self, device: Device, at: i64) -> (Point, f64, f64) {
        match device.kind {
            Kind::Tractor(tractor) | Kind::Archived(tractor) => {
                let seen = self.world.truck(tractor, at);
                (seen.point, seen.mph, seen.heading)
            }
            Kind::Tracked(trailer) | Kind::Untracked(trailer) => {
                let seen = self.world.trailer(trailer, at);
                (seen.point, seen.mph, seen.heading)
            }
        }
    }
}

/// When a device with a fault last told of it.
fn fault(device: Device, now: i64) -> Option<i64> {
    let ill = device.lively_tractor().is_some() && device.place % 5 == 1;
    ill.then(|| (now - 1) / FAULT_EVERY * FAULT_EVERY)
}

/// Of what never reported.
fn never() -> Value {
    json!({
        "dateTime": NEVER,
        "latitude": 0,
        "longitude": 0,
        "speed": 0,
        "bearing": -1,
        "isDriving": false,
        "isDeviceCommunicating": false,
        "driver": "UnknownDriverId",
        "currentStateDuration": "00:00:00",
        "isHistoricLastDriver": false,
    })
}
