//! Geotab's `DutyStatusLog`: the drivers' logs with all that stands among the duty statuses, and the
//! edits that make old rows come again.

use serde_json::{Value, json};

use super::super::atlas::CITIES;
use super::super::chance::Chance;
use super::super::roster::Part;
use super::super::shift::DutyStatus;
use super::super::world::LogEntry;
use super::feed::Key;
use super::fleet::{Fleet, User};
use super::words::{coordinate, date, id, reference};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// No status lasts as long.
const LONGEST: i64 = 8 * DAY;
/// A row is not touched any more so long after its time.
const SETTLED: i64 = 2 * HOUR;
/// How often somebody drives without logging in.
const NOBODY_EVERY: i64 = 6 * HOUR;
/// How often a driver at home is written down anew.
const HOME_EVERY: i64 = 9 * DAY;

/// What a row of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A change of duty status.
    Status,
    /// Still driving after another hour.
    Intermediate,
    /// He logged in.
    Login,
    /// He certified his day.
    Certify,
    /// The office asks for an edit, which is refused.
    Requested,
    /// What stands in place of a status that was edited.
    Replacement,
    /// Set aside by the system.
    Ignored,
    /// Driven by nobody known.
    Nobody,
}

/// One row of the log as it is at some instant.
#[derive(Clone, Copy, Debug)]
pub struct DutyLog {
    /// Whose it is; `None` where nobody's.
    user: Option<User>,
    entry: LogEntry,
    part: Sort,
    /// Its own time.
    pub at: i64,
    /// When it last changed.
    changed: i64,
    /// How often it has changed.
    stage: usize,
}

impl Fleet {
    /// The rows that changed from `begin` until before `end`, as they are at `now`.
    pub fn duty_changed(&self, begin: i64, end: i64, now: i64) -> Vec<(Key, DutyLog)> {
        let users = self.users.iter().flat_map(|user| self.duty_log(*user, begin - SETTLED, now));
        let all = users.chain(nobodys(begin - SETTLED, now));
        let changed = all.filter(|log| (begin..end).contains(&log.changed));
        changed.map(|log| (log.key(), log)).collect()
    }

    /// A user's rows from `since` on that are there at `now`, oldest first.
    pub fn duty_log(&self, user: User, since: i64, now: i64) -> Vec<DutyLog> {
        let Some(driver) = user.driver() else { return Vec::new() };
        let mut rows = Vec::new();
        if self.world.seat(driver).is_some() {
            // The first entry may be cut off by the span: its beginning is not to be trusted.
            let entries = self.world.log(driver, since - LONGEST, now);
            for entry in entries.into_iter().skip(1).filter(|entry| entry.end.is_none_or(|end| end >= since))
            {
                rows_of(user, entry, now, &mut rows);
            }
        } else if !matches!(self.world.roster.part(driver), Part::Gone | Part::Disconnected) {
            rows.extend(self.at_home(user, since, now));
        }
        rows.retain(|row| row.at >= since);
        rows.sort_by_key(|row| row.at);
        rows
    }

    fn at_home(&self, user: User, since: i64, now: i64) -> Vec<DutyLog> {
        let point = self.world.yard(user.place % self.world.roster.tractors).point();
        let times = since.div_euclid(HOME_EVERY)..=now.div_euclid(HOME_EVERY);
        times
            .map(|number| {
                let at = number * HOME_EVERY - 2 * DAY;
                let entry = LogEntry { duty: DutyStatus::OffDuty, start: at, end: None, point };
                let changed = number * HOME_EVERY;
                DutyLog { user: Some(user), entry, part: Sort::Status, at, changed, stage: 0 }
            })
            .collect()
    }

    /// A row as it is written.
    pub fn duty_row(&self, log: &DutyLog, version: &str) -> Value {
        let mut row = json!({
            "id": log.id(log.part),
            "driver": log.user.map_or_else(|| json!("UnknownDriverId"), |user| reference(user.number)),
            "device": self.device_of(log),
            "dateTime": date(log.at, 0),
            "status": log.status(),
            "state": if matches!(log.part, Sort::Requested) { "Inactive" } else { "Active" },
            "origin": log.origin(),
            "malfunction": "None",
            "eventRecordStatus": log.record_status(),
            "isIgnored": matches!(log.part, Sort::Ignored | Sort::Nobody),
            "isTransitioning": false,
            "deferralStatus": "None",
            "deferralMinutes": 0,
            "annotations": [],
            "version": version,
        });
        if let Some((kind, code)) = log.event() {
            (row["eventType"], row["eventCode"]) = (json!(kind), json!(code));
        }
        let Some(user) = log.user else { return row };
        let sequence = (log.at / 60) & 0xFFFF;
        // The documented object model says a number; what comes is hexadecimal text, mostly.
        row["sequence"] = if user.place % 10 == 3 { json!(sequence) } else { json!(format!("{sequence:x}")) };
        row["location"] = if user.place % 8 == 2 {
            let miles = |city: usize| CITIES[city].point().miles_to(log.entry.point);
            let near = (0..CITIES.len()).min_by(|one, other| miles(*one).total_cmp(&miles(*other)));
            let near = near.map(|city| &CITIES[city]);
            let address = near.map_or_else(String::new, |city| format!("{}, {}", city.name, city.state));
            json!({ "address": { "formattedAddress": address } })
        } else {
            json!({ "location": coordinate(log.entry.point) })
        };
        if let Some(tractor) = user.driver().and_then(|driver| self.world.seat(driver)) {
            let miles = self.world.truck(tractor, log.at).odometer;
            row["odometer"] = json!((miles * 1609.344).round());
            row["engineHours"] = json!((miles / 52.0 * 3600.0).round());
        }
        if log.part == Sort::Status && log.stage > 0 && log.entry.duty == DutyStatus::OffDuty {
            row["verifyDateTime"] = json!(date(log.changed, 0));
        }
        if log.part == Sort::Replacement {
            row["parentId"] = json!(log.id(Sort::Status));
            row["editDateTime"] = json!(date(log.changed, 0));
            row["annotations"] = json!([{ "id": log.id(Sort::Replacement) }]);
        }
        row
    }

    fn device_of(&self, log: &DutyLog) -> Value {
        let driver = log.user.and_then(User::driver);
        let seat = driver.and_then(|driver| self.world.seat(driver));
        let device = seat.and_then(|tractor| self.device_in(tractor));
        device.map_or_else(|| json!("NoDeviceId"), reference)
    }
}

/// All rows that an entry of the log leads to, as they are at `now`.
fn rows_of(user: User, entry: LogEntry, now: i64, rows: &mut Vec<DutyLog>) {
    // Some telephones are seldom online.
    let lag = if user.place % 9 == 4 { 1200 } else { 20 };
    let mut add = |part: Sort, at: i64, changes: &[i64]| {
        let stage = changes.iter().filter(|change| **change + lag <= now).count();
        if let Some(changed) = stage.checked_sub(1).and_then(|last| changes.get(last)) {
            let log = DutyLog { user: Some(user), entry, part, at, changed: changed + lag, stage: stage - 1 };
            rows.push(log);
        }
    };
    let start = entry.start;
    let mut chance = Chance::of(&[401, user.number as u64, start as u64]);
    let resting = matches!(entry.duty, DutyStatus::OffDuty | DutyStatus::Sleeper);
    if entry.duty == DutyStatus::Driving && chance.hits(25) {
        add(Sort::Status, start, &[start, start + 1800]);
        add(Sort::Replacement, start, &[start + 1800]);
    } else if entry.duty == DutyStatus::OffDuty {
        add(Sort::Status, start, &[start, start + HOUR]);
        add(Sort::Certify, start + 600, &[start + 600]);
    } else {
        add(Sort::Status, start, &[start]);
    }
    if entry.duty == DutyStatus::OnDuty {
        add(Sort::Login, start, &[start]);
    }
    if resting && chance.hits(30) {
        add(Sort::Requested, start + 300, &[start + 1200, start + 2400]);
    }
    if resting && user.place % 6 == 1 {
        add(Sort::Ignored, start + 120, &[start + 130]);
    }
    if entry.duty == DutyStatus::Driving {
        let end = entry.end.unwrap_or(now);
        for at in (1..).map(|hour| start + hour * HOUR).take_while(|at| *at < end) {
            add(Sort::Intermediate, at, &[at]);
        }
    }
}

/// The rows of driving by nobody known.
fn nobodys(since: i64, now: i64) -> impl Iterator<Item = DutyLog> {
    let times = since.div_euclid(NOBODY_EVERY)..=now.div_euclid(NOBODY_EVERY);
    let rows = times.map(|number| {
        let at = number * NOBODY_EVERY;
        let entry = LogEntry { duty: DutyStatus::Driving, start: at, end: None, point: CITIES[0].point() };
        DutyLog { user: None, entry, part: Sort::Nobody, at, changed: at + 5, stage: 0 }
    });
    rows.filter(move |row| row.changed <= now)
}

impl DutyLog {
    /// Where it stands in the feed.
    pub fn key(&self) -> Key {
        let number = self.user.map_or(0, |user| user.number);
        Key::of(self.changed, number, (self.part as usize) << 2 | self.stage)
    }

    fn id(&self, part: Sort) -> String {
        let number = self.user.map_or(0, |user| user.number);
        id((self.at as usize) << 21 | number << 3 | part as usize)
    }

    /// The status, as it is written.
    pub const fn status(&self) -> &'static str {
        match (self.part, self.entry.duty) {
            (Sort::Intermediate, _) => "INT_D",
            (Sort::Login, _) => "Login",
            (Sort::Certify, _) => "Certify",
            (Sort::Requested | Sort::Ignored, _) | (_, DutyStatus::OnDuty) => "ON",
            (_, DutyStatus::Driving) => "D",
            (_, DutyStatus::OffDuty) => "OFF",
            (_, DutyStatus::Sleeper) => "SB",
        }
    }

    /// 1 active, 2 inactive and changed, 3 requested, 4 rejected.
    const fn record_status(&self) -> u8 {
        match (self.part, self.entry.duty, self.stage) {
            (Sort::Status, DutyStatus::Driving, 1..) => 2,
            (Sort::Requested, _, 0) => 3,
            (Sort::Requested, _, _) => 4,
            _ => 1,
        }
    }

    const fn origin(&self) -> &'static str {
        match (self.part, self.entry.duty) {
            (Sort::Nobody, _) => "Unassigned",
            (Sort::Requested, _) => "OtherUser",
            (Sort::Status | Sort::Intermediate, DutyStatus::Driving) => "Automatic",
            _ => "Manual",
        }
    }

    const fn event(&self) -> Option<(u8, u8)> {
        match (self.part, self.entry.duty) {
            (Sort::Nobody, _) => None,
            (Sort::Intermediate, _) => Some((2, 1)),
            (Sort::Login, _) => Some((5, 1)),
            (Sort::Certify, _) => Some((4, 1)),
            (_, DutyStatus::OffDuty) => Some((1, 1)),
            (_, DutyStatus::Sleeper) => Some((1, 2)),
            (_, DutyStatus::Driving) => Some((1, 3)),
            (_, DutyStatus::OnDuty) => Some((1, 4)),
        }
    }
}
