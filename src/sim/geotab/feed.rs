//! `GetFeed`: what came in after a version, in the order in which it came in. A version is the
//! second of arrival, the unit and the row, so that nothing need be kept of what was told before.

use serde_json::{Value, json};

use super::fleet::Fleet;
use super::get::Entity;
use super::params::Params;
use super::refusal::Refusal;

/// The most rows of an answer; more are silently not given.
const MOST: usize = 50_000;
/// How far back a feed goes.
const KEPT: i64 = 14 * 24 * 3600;
/// A feed begun at a date begins a little before it.
const EARLIER: i64 = 60;
/// Bits of a key below the second of arrival, and below the unit.
const UNIT_AND_ROW: u32 = 28;
const ROW: u32 = 10;
/// Bits of a version below the type of its feed, and below how often the database was restored.
const TYPE: u32 = 60;
const RESTORED: u32 = 59;

/// Where a row stands in its feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64);

impl Key {
    /// Arrived in this second, of this unit, and which of its rows.
    pub const fn of(arrival: i64, unit: usize, row: usize) -> Self {
        Self((arrival as u64) << UNIT_AND_ROW | (unit as u64) << ROW | row as u64)
    }

    /// The second of arrival.
    pub const fn second(self) -> i64 {
        (self.0 >> UNIT_AND_ROW) as i64
    }
}

/// Versions of one type, since the database was last restored.
#[derive(Clone, Copy, Debug)]
pub struct Book {
    seal: u64,
}

impl Book {
    /// The versions of `entity`.
    pub const fn of(entity: Entity, restored: u64) -> Self {
        Self { seal: (entity as u64) << TYPE | (restored & 1) << RESTORED }
    }

    /// A version as it is written.
    pub fn write(self, key: Key) -> String {
        format!("{:016x}", self.seal | key.0)
    }

    /// Reads a version of this type that is not later than `latest`.
    fn read(self, text: &str, latest: Key) -> Result<Key, Refusal> {
        let bad = || Refusal::argument(format!("The version '{text}' is not valid"));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16).ok_or_else(bad)?;
        let key = Key(number & ((1 << RESTORED) - 1));
        if number ^ key.0 != self.seal || key > latest {
            return Err(bad());
        }
        Ok(key)
    }
}

/// Answers `GetFeed`.
pub fn feed(
    fleet: &Fleet,
    entity: Entity,
    params: Params<'_>,
    restored: u64,
    now: i64,
) -> Result<Value, Refusal> {
    let book = Book::of(entity, restored);
    let latest = Key::of(now + 1, 0, 0);
    let most = params.whole("resultsLimit")?.unwrap_or(MOST).min(MOST);
    let after = if let Some(version) = params.text("fromVersion")? {
        book.read(version, latest)?
    } else {
        let search = search(entity, params)?;
        if !search.is_given() {
            return Ok(json!({ "data": [], "toVersion": book.write(latest) }));
        }
        let from = search.instant("fromDate")?.unwrap_or(0) - EARLIER;
        Key::of(from.clamp(now - KEPT, now), 0, 0)
    };
    let span = Span { book, after, now, most };
    Ok(span.rows(fleet, entity))
}

/// What a feed may be begun by; later it is ignored, and not even read.
fn search(entity: Entity, params: Params<'_>) -> Result<Params<'_>, Refusal> {
    let known: &[&str] = match entity {
        Entity::StatusData => &["fromDate", "deviceSearch", "diagnosticSearch"],
        Entity::DutyStatusLog => &["fromDate", "userSearch", "deviceSearch", "statuses"],
        Entity::DeviceStatusInfo => &["fromDate", "deviceSearch", "excludeExceptionEvents", "diagnostics"],
        Entity::User => &["fromDate", "isDriver", "groups"],
        _ => &["fromDate", "deviceSearch", "userSearch", "groups"],
    };
    params.object("search", known)
}

/// One page of one feed.
struct Span {
    book: Book,
    after: Key,
    now: i64,
    most: usize,
}

impl Span {
    fn rows(&self, fleet: &Fleet, entity: Entity) -> Value {
        let now = self.now;
        // Positions come in by the thousand: they are gathered for as long as a page may last. A row
        // that can change is shown as it is now, so all of these are gathered at once.
        let whole = now + 1;
        let some = (self.most as i64 * 8 / fleet.devices.len().max(1) as i64).clamp(120, 6 * 3600);
        match entity {
            Entity::LogRecord => {
                self.page(some, |begin, end| fleet.log_records(begin, end), |row, _| row.json(fleet))
            }
            Entity::StatusData => {
                self.page(some, |begin, end| fleet.status_data(begin, end), |row, at| row.json(fleet, at))
            }
            Entity::DutyStatusLog => self.page(
                whole,
                |begin, end| fleet.duty_changed(begin, end, now),
                |row, at| fleet.duty_row(row, at),
            ),
            Entity::DriverChange => {
                self.page(whole, |begin, end| fleet.changes(begin, end), |row, at| row.json(at))
            }
            Entity::TrailerAttachment => self.page(
                whole,
                |begin, end| fleet.attachments_changed(begin, end, now),
                |row, at| row.json(at),
            ),
            Entity::Trailer => self.page(
                whole,
                |begin, end| fleet.trailers_changed(begin, end),
                |row, at| Fleet::trailer_row(*row, at),
            ),
            Entity::Device => self.page(
                whole,
                |begin, end| fleet.devices_changed(begin, end, now),
                |row, at| versioned(fleet.device_row(*row, now), at),
            ),
            Entity::User => self.page(
                whole,
                |begin, end| fleet.users_changed(begin, end, now),
                |row, at| versioned(fleet.user_row(*row, now), at),
            ),
            Entity::DeviceStatusInfo => self.page(
                whole,
                |begin, end| fleet.statuses(begin, end, now),
                |row, _| fleet.status(*row, now, &[], true),
            ),
            Entity::Group | Entity::Zone | Entity::DutyStatusAvailability => {
                json!({ "data": [], "toVersion": self.book.write(self.after) })
            }
        }
    }

    /// Gathers what came in, a while at a time, until the page is full or nothing more has come.
    fn page<T>(
        &self,
        a_while: i64,
        gather: impl Fn(i64, i64) -> Vec<(Key, T)>,
        write: impl Fn(&T, &str) -> Value,
    ) -> Value {
        let (mut found, mut begin) = (Vec::new(), self.after.second());
        while begin <= self.now && found.len() < self.most {
            let end = (begin + a_while).min(self.now + 1);
            let mut more = gather(begin, end);
            more.retain(|(key, _)| *key > self.after);
            more.sort_unstable_by_key(|(key, _)| *key);
            found.extend(more);
            begin = end;
        }
        found.truncate(self.most);
        // Nothing new: the same version again.
        let last = found.last().map_or(self.after, |(key, _)| *key);
        let rows: Vec<Value> = found.iter().map(|(key, row)| write(row, &self.book.write(*key))).collect();
        json!({ "data": rows, "toVersion": self.book.write(last) })
    }
}

fn versioned(mut row: Value, version: &str) -> Value {
    row["version"] = json!(version);
    row
}
