//! Terminal's hours of service: what is left, fetched while the caller waits; logs and days, as of
//! the last sync. Durations are milliseconds.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::ask::{Answer, Ask};
use super::super::roster::{Part, TEAM};
use super::super::shift::DutyStatus;
use super::super::week::Activity;
use super::super::world::{LogEntry, Totals};
use super::ids::{Noun, id};
use super::people::Driver;
use super::question::{From, expands, from, instant, limit, modified, next, page, results};
use super::units::{Vehicle, raw};
use super::{DAY, PROVIDER, Terminal, present, rounded, stored, synced, written};

/// How far back logs go where nothing is asked for.
const KEPT: i64 = 7 * DAY;
/// Nothing is older than this.
const OLDEST: i64 = 60 * DAY;
/// Longer than any line of a log, so that one that began before the span is seen whole.
const LONGEST_LINE: i64 = 4 * DAY;

pub fn available_time(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    page(ask, &terminal.chosen_drivers(ask), |place| terminal.left(place, ask))
}

/// The lines of logs, driver by driver, each oldest first.
pub fn logs(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let drivers = terminal.chosen_drivers(ask);
    let (start, limit) = (from(ask)?, limit(ask));
    let mut rows = Vec::new();
    for (place, driver) in drivers.iter().enumerate().skip(start.place) {
        let lines = terminal.lines(*driver, ask);
        let skipped = if place == start.place { start.offset } else { 0 };
        for (offset, line) in lines.iter().enumerate().skip(skipped) {
            if rows.len() == limit {
                return Ok(results(rows, Some(next(ask, From { place, offset, blank: false }))));
            }
            rows.push(terminal.line(*driver, line, ask));
        }
    }
    Ok(results(rows, None))
}

/// One row a driver and day.
pub fn daily_logs(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let today = synced(ask.now()) / DAY * DAY;
    let first = day(ask, "startDate").unwrap_or(today - KEPT + DAY).max(today - OLDEST);
    let last = day(ask, "endDate").unwrap_or(today).min(today);
    let days: Vec<i64> = (first..=last).step_by(DAY as usize).collect();
    let drivers = terminal.chosen_drivers(ask);
    let all: Vec<(usize, i64)> =
        drivers.iter().flat_map(|place| days.iter().map(|day| (*place, *day))).collect();
    page(ask, &all, |(place, day)| terminal.day(place, day, ask))
}

/// Midnight of a date parameter, in Unix seconds.
fn day(ask: &Ask, name: &str) -> Option<i64> {
    let date: Date = ask.parameter(name)?.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

impl Terminal {
    /// The places of the drivers that a question names, or of all who did not leave.
    fn chosen_drivers(&self, ask: &Ask) -> Vec<usize> {
        let mut places: Vec<usize> = match ask.parameter("driverIds") {
            None => (0..self.share.drivers.len()).collect(),
            Some(ids) => ids.split(',').filter_map(|id| self.index.driver(id)).collect(),
        };
        places.retain(|place| !self.has_left(*place));
        places
    }

    /// Every duration may be missing, and a missing one is not none left.
    fn left(&self, place: usize, ask: &Ask) -> Value {
        let driver = self.share.drivers[place];
        let is = self.world.driver(driver, ask.now());
        let millis = |seconds: i32| i64::from(seconds) * 1000;
        let keeps_a_log = self.world.roster.part(driver) != Part::Home || place.is_multiple_of(2);
        let mut left = Map::new();
        if keeps_a_log {
            left.insert("drive".to_owned(), json!(millis(is.drive)));
            left.insert("shift".to_owned(), json!(millis(is.shift)));
            if place % 6 != 2 {
                left.insert("cycle".to_owned(), json!(millis(is.cycle)));
            }
            if place % 5 != 3 {
                left.insert("break".to_owned(), json!(millis(is.until_break)));
            }
        }
        let status = (place % 7 != 4).then(|| self.duty_word(place, is.duty, ask.now()));
        present(json!({
            "provider": PROVIDER,
            "driver": self.driver_ref(place, ask),
            "currentStatus": status,
            "availableTime": left,
            "raw": raw(ask, "hos", &json!(driver), ask.now()),
        }))
    }

    fn driver_ref(&self, place: usize, ask: &Ask) -> Value {
        if expands(ask, "driver") {
            return self.driver(Driver::Fleet(place), ask);
        }
        json!(id(Noun::Driver, &[self.share.drivers[place] as u64]))
    }

    /// The word for what a driver does at an instant. Some make much of the fine distinctions.
    fn duty_word(&self, place: usize, duty: DutyStatus, at: i64) -> &'static str {
        let seat = || self.world.seat(self.share.drivers[place]);
        let activity = || seat().map(|tractor| self.world.truck(tractor, at).stretch.activity);
        match duty {
            DutyStatus::Driving => "driving",
            DutyStatus::OnDuty if place % 8 == 7 && activity() == Some(Activity::Dock) => "yard_move",
            DutyStatus::OnDuty => "on_duty",
            DutyStatus::OffDuty if place % 8 == 3 && activity() == Some(Activity::Wait) => "waiting_time",
            DutyStatus::OffDuty => "off_duty",
            DutyStatus::Sleeper => "sleeper_bed",
        }
    }

    /// The lines of a driver that the question lets through, as they were at the last sync.
    fn lines(&self, place: usize, ask: &Ask) -> Vec<LogEntry> {
        let synced = synced(ask.now());
        let since = instant(ask, "startedAfter").unwrap_or(synced - KEPT).max(synced - OLDEST);
        let before = instant(ask, "startedBefore").unwrap_or(i64::MAX);
        let mut lines = self.world.log(self.share.drivers[place], since - LONGEST_LINE, synced);
        lines.retain(|line| {
            (since..before).contains(&line.start) && modified(ask, stored(line.end.unwrap_or(line.start)))
        });
        lines
    }

    fn line(&self, place: usize, line: &LogEntry, ask: &Ask) -> Value {
        let driver = self.share.drivers[place];
        let seat = self.world.seat(driver);
        let vehicle_place = seat.and_then(|tractor| self.share.tractors.binary_search(&tractor).ok());
        // Resting, some devices do not say in which truck.
        let in_truck = vehicle_place.filter(|_| line.duty != DutyStatus::OffDuty || place % 3 == 1);
        let vehicle = in_truck.map(|place| {
            if expands(ask, "vehicle") {
                return self.vehicle(Vehicle::Fleet(place), ask);
            }
            json!(id(Noun::Vehicle, &[self.share.tractors[place] as u64]))
        });
        let source = json!(format!("{driver:X}-{:X}", line.start));
        let notes =
            if line.duty == DutyStatus::OnDuty { json!([{ "notes": "at the dock" }]) } else { json!([]) };
        let (added, modified) = (stored(line.start), stored(line.end.unwrap_or(line.start)));
        present(json!({
            "id": id(Noun::Log, &[driver as u64, line.start.cast_unsigned()]),
            "status": self.duty_word(place, line.duty, line.start),
            "sourceId": source,
            "provider": PROVIDER,
            "driver": self.driver_ref(place, ask),
            "vehicle": vehicle,
            "codrivers": self.codriver(driver, ask),
            "location": {
                "longitude": rounded(line.point.longitude, 6),
                "latitude": rounded(line.point.latitude, 6),
            },
            "remarks": notes,
            "startedAt": written(line.start),
            "endedAt": line.end.map(written),
            "metadata": { "addedAt": written(added), "modifiedAt": written(modified) },
            "raw": raw(ask, "hos_log", &source, synced(ask.now())),
        }))
    }

    /// Who shares the truck, if he keeps his log here too.
    fn codriver(&self, driver: usize, ask: &Ask) -> Value {
        let roster = &self.world.roster;
        let other = if roster.part(driver) == Part::Second { TEAM } else { roster.tractors };
        if driver != TEAM && roster.part(driver) != Part::Second {
            return Value::Null;
        }
        match self.share.drivers.binary_search(&other) {
            Ok(place) if expands(ask, "codrivers") => json!([self.driver(Driver::Fleet(place), ask)]),
            Ok(_) => json!([id(Noun::Driver, &[other as u64])]),
            Err(_) => Value::Null,
        }
    }

    fn day(&self, place: usize, day: i64, ask: &Ask) -> Value {
        let driver = self.share.drivers[place];
        let until = (day + DAY).min(synced(ask.now()));
        let totals = Totals::of(&self.world.log(driver, day, until), day, until);
        present(json!({
            "id": id(Noun::Day, &[driver as u64, day.cast_unsigned()]),
            "sourceId": format!("{driver:X}-{:X}", day / DAY),
            "provider": PROVIDER,
            "driver": self.driver_ref(place, ask),
            "date": written(day).chars().take(10).collect::<String>(),
            "statusDurations": {
                "driving": totals.driving * 1000,
                "onDuty": totals.on_duty * 1000,
                "offDuty": totals.off_duty * 1000,
                "sleeperBed": totals.sleeper * 1000,
            },
            "metadata": { "addedAt": written(stored(day)), "modifiedAt": written(stored(until)) },
            "raw": raw(ask, "hos_day", &json!(driver), synced(ask.now())),
        }))
    }
}
