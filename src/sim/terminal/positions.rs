//! Where Terminal's vehicles and trailers are, fetched from the provider while the caller waits, and
//! where a vehicle was. Kilometres and kilometres an hour.

use serde_json::{Value, json};

use super::super::ask::{Answer, Ask};
use super::super::atlas::near;
use super::super::roster::SHOP;
use super::super::week::Activity;
use super::ids::{Noun, id};
use super::people::Driver;
use super::question::{expands, instant, page};
use super::units::{Vehicle, raw};
use super::{DAY, KILOMETRES, PROVIDER, Terminal, not_found, present, rounded, stored, synced, written};

/// Seconds between two reports on the move.
const EVERY: i64 = 110;
/// Points that a history has at most.
const POINTS: usize = 100_000;

/// The latest positions. A vehicle whose position is not known is left out.
pub fn vehicles(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let now = ask.now();
    let mut all = match ask.parameter("vehicleIds") {
        None => terminal.located.clone(),
        Some(ids) => ids
            .split(',')
            .filter_map(|id| terminal.index.vehicle(id))
            .filter(|place| terminal.located.binary_search(place).is_ok())
            .collect(),
    };
    if let Some(ids) = ask.parameter("driverIds") {
        let drivers: Vec<usize> = ids.split(',').filter_map(|id| terminal.index.driver(id)).collect();
        all.retain(|place| terminal.driver_in(*place, now).is_some_and(|driver| drivers.contains(&driver)));
    }
    page(ask, &all, |place| terminal.latest(place, ask))
}

/// The latest positions of trailers that have a tracker: four in five.
pub fn trailers(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let all: Vec<usize> = (0..terminal.share.trailers.len()).filter(|place| place % 5 != 4).collect();
    page(ask, &all, |place| terminal.latest_trailer(place, ask))
}

/// Where one vehicle was, oldest first: the last day where nothing else is asked for.
pub fn history(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let name = ask.path.split('/').nth(2).unwrap_or_default();
    let Some(place) = terminal.index.vehicle(name) else { return Err(not_found("Vehicle not found")) };
    // What is newer was not stored yet.
    let until = synced(ask.now()).min(instant(ask, "endAt").unwrap_or(i64::MAX));
    let start = instant(ask, "startAt").unwrap_or(until - DAY);
    let tractor = terminal.share.tractors[place];
    let mut points = match terminal.located.binary_search(&place) {
        Ok(_) if tractor != SHOP => terminal.world.reports(tractor, start, until, EVERY, POINTS),
        _ => Vec::new(),
    };
    points.reverse();
    page(ask, &points, |at| {
        let point = terminal.point(place, at, ask);
        let kept = ["provider", "vehicle", "driver", "locatedAt", "location", "address", "heading", "speed"];
        let mut row: Value = kept.iter().map(|key| ((*key).to_owned(), point[*key].clone())).collect();
        row["id"] = json!(id(Noun::Point, &[tractor as u64, at.cast_unsigned()]));
        row["metadata"] = json!({ "modifiedAt": written(stored(at)) });
        present(row)
    })
}

impl Terminal {
    /// The place of the driver who is in a vehicle, if he keeps his log here.
    pub(super) fn driver_in(&self, place: usize, at: i64) -> Option<usize> {
        let tractor = self.share.tractors[place];
        let driver = self.share.drivers.binary_search(&tractor).ok()?;
        (self.world.driver(tractor, at).tractor == Some(tractor)).then_some(driver)
    }

    fn latest(&self, place: usize, ask: &Ask) -> Value {
        let at = self.world.last_report(self.share.tractors[place], ask.now(), EVERY);
        let mut row = self.point(place, at, ask);
        if expands(ask, "vehicle") {
            row["vehicle"] = self.vehicle(Vehicle::Fleet(place), ask);
        }
        if let Some(driver) = self.driver_in(place, at).filter(|_| expands(ask, "driver")) {
            row["driver"] = self.driver(Driver::Fleet(driver), ask);
        }
        row
    }

    /// A point of a vehicle. Devices differ in what they tell.
    fn point(&self, place: usize, at: i64, ask: &Ask) -> Value {
        let tractor = self.share.tractors[place];
        let seen = self.world.truck(tractor, at);
        let rolls = seen.mph > 0.0;
        let driver =
            self.driver_in(place, at).map(|driver| id(Noun::Driver, &[self.share.drivers[driver] as u64]));
        let state = match seen.stretch.activity {
            Activity::Drive => "on",
            Activity::Inspect | Activity::Dock | Activity::Wait | Activity::Break => "idle",
            Activity::Sleep | Activity::Restart => "off",
        };
        let fuel = rounded(97.0 - (seen.odometer % 700.0) / 10.0, 1);
        present(json!({
            "provider": PROVIDER,
            "vehicle": id(Noun::Vehicle, &[tractor as u64]),
            "driver": driver,
            "locatedAt": written(at),
            "location": {
                "longitude": rounded(seen.point.longitude, 6),
                "latitude": rounded(seen.point.latitude, 6),
            },
            "address": (place % 4 != 2).then(|| json!({ "formatted": near(seen.point, seen.stretch.city) })),
            "heading": (rolls || place.is_multiple_of(3)).then(|| rounded(seen.heading, 1)),
            "speed": (rolls || place % 5 != 2).then(|| rounded(seen.mph * KILOMETRES, 2)),
            "odometer": (place % 6 != 5).then(|| rounded(seen.odometer * KILOMETRES, 1)),
            "fuel": (place % 4 != 1).then(|| json!({ "primaryPercentage": fuel })),
            "engineState": (place % 7 != 6).then_some(state),
            "engineRuntime": (place % 2 == 1).then_some((seen.odometer / 45.0 * 3_600_000.0) as i64),
            "raw": raw(ask, "position", &json!(tractor), at),
        }))
    }

    fn latest_trailer(&self, place: usize, ask: &Ask) -> Value {
        let trailer = self.share.trailers[place];
        let at = self.world.last_trailer_fix(trailer, ask.now());
        let seen = self.world.trailer(trailer, at);
        let city = match seen.lane {
            Some(lane) => self.world.truck(lane, at).stretch.city,
            None => self.world.yard(self.world.roster.tractor_of(trailer).unwrap_or_default()).city,
        };
        let rolls = seen.mph > 0.0;
        let name = json!(id(Noun::Trailer, &[trailer as u64]));
        present(json!({
            "provider": PROVIDER,
            "trailer": if expands(ask, "trailer") { self.trailer(place, ask) } else { name },
            "locatedAt": written(at),
            "location": {
                "longitude": rounded(seen.point.longitude, 6),
                "latitude": rounded(seen.point.latitude, 6),
            },
            "address": (place % 3 != 1).then(|| json!({ "formatted": near(seen.point, city) })),
            "heading": rolls.then(|| rounded(seen.heading, 1)),
            "speed": (rolls || place.is_multiple_of(2)).then(|| rounded(seen.mph * KILOMETRES, 2)),
            "raw": raw(ask, "position", &json!(trailer), at),
        }))
    }
}
