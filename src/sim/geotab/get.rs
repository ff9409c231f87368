//! `Get` and `GetCountOf`: what is so now, or was at a time, without a cursor and silently capped.

use serde_json::{Value, json};

use super::feed::Book;
use super::fleet::{Device, Fleet, User};
use super::pairing::DriverChange;
use super::params::Params;
use super::records::{Diagnostic, LogRecord, StatusData, lag};
use super::refusal::{Exception, Refusal};
use super::units::all_groups;
use super::words::number;

/// The most devices, users and so on of an answer; more are silently not given.
const MOST: usize = 5_000;
/// The most rows of an answer of other types; who asks for more is told.
const MOST_ROWS: usize = 50_000;
const DAY: i64 = 24 * 3600;

/// The types that are simulated. Their numbers stand in versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    LogRecord = 1,
    StatusData,
    DutyStatusLog,
    DriverChange,
    TrailerAttachment,
    Trailer,
    Device,
    User,
    DeviceStatusInfo,
    Group,
    Zone,
    DutyStatusAvailability,
}

impl Entity {
    const NAMED: &[(&str, Self)] = &[
        ("LogRecord", Self::LogRecord),
        ("StatusData", Self::StatusData),
        ("DutyStatusLog", Self::DutyStatusLog),
        ("DriverChange", Self::DriverChange),
        ("TrailerAttachment", Self::TrailerAttachment),
        ("Trailer", Self::Trailer),
        ("Device", Self::Device),
        ("User", Self::User),
        ("DeviceStatusInfo", Self::DeviceStatusInfo),
        ("Group", Self::Group),
        ("Zone", Self::Zone),
        ("DutyStatusAvailability", Self::DutyStatusAvailability),
    ];

    /// The type that a call names.
    pub fn of(params: Params<'_>) -> Result<Self, Refusal> {
        let name = params.text("typeName")?.unwrap_or_default();
        let found = Self::NAMED.iter().find(|(known, _)| *known == name);
        let missing =
            || Refusal::new(Exception::MissingMethod, format!("The type '{name}' could not be found"));
        found.map(|(_, entity)| *entity).ok_or_else(missing)
    }

    /// Whether it has a feed.
    pub const fn has_feed(self) -> bool {
        !matches!(self, Self::Group | Self::DutyStatusAvailability)
    }
}

/// Answers `Get`.
pub fn get(
    fleet: &Fleet,
    entity: Entity,
    params: Params<'_>,
    restored: u64,
    now: i64,
) -> Result<Value, Refusal> {
    let question = Question { fleet, params, book: Book::of(entity, restored), now };
    let rows = match entity {
        Entity::Device => question.devices()?,
        Entity::User => question.users()?,
        Entity::Group => question.groups()?,
        Entity::DeviceStatusInfo => question.statuses()?,
        Entity::LogRecord => question.log_records()?,
        Entity::StatusData => question.status_data()?,
        Entity::DutyStatusAvailability => question.availability()?,
        Entity::DutyStatusLog => question.duty()?,
        Entity::DriverChange => question.changes()?,
        Entity::Trailer => question.trailers()?,
        Entity::TrailerAttachment => question.attachments()?,
        Entity::Zone => {
            question.search(&["id", "name", "groups"])?;
            Vec::new()
        }
    };
    Ok(Value::Array(rows))
}

/// Answers `GetCountOf`.
pub fn count(fleet: &Fleet, entity: Entity) -> Result<Value, Refusal> {
    match entity {
        Entity::Device | Entity::DeviceStatusInfo => Ok(json!(fleet.devices.len())),
        Entity::User => Ok(json!(fleet.users.len())),
        Entity::Trailer => Ok(json!(fleet.trailers.len())),
        Entity::Group => Ok(json!(all_groups().len())),
        Entity::Zone => Ok(json!(0)),
        _ => Err(Refusal::argument("This type cannot be counted")),
    }
}

/// One `Get`.
struct Question<'a> {
    fleet: &'a Fleet,
    params: Params<'a>,
    book: Book,
    now: i64,
}

impl<'a> Question<'a> {
    fn search(&self, known: &[&str]) -> Result<Params<'a>, Refusal> {
        self.params.object("search", known)
    }

    /// Rows to answer at most.
    fn most(&self, cap: usize) -> Result<usize, Refusal> {
        Ok(self.params.whole("resultsLimit")?.unwrap_or(cap).min(cap))
    }

    /// The same where asking for too many is an error, though not one of the rate.
    fn most_rows(&self) -> Result<usize, Refusal> {
        let asked = self.params.whole("resultsLimit")?.unwrap_or(MOST_ROWS);
        if asked <= MOST_ROWS {
            return Ok(asked);
        }
        let why = format!("Supplied results limit ({asked}) exceeds maximum limit ({MOST_ROWS}).");
        Err(Refusal::new(Exception::OverLimit, why))
    }

    /// What `sort` leaves of `all`, which lie in the order of their numbers.
    fn after<T: Copy>(&self, all: &[T], of: impl Fn(&T) -> usize) -> Result<Vec<T>, Refusal> {
        let sort = self.params.object("sort", &["sortBy", "sortDirection", "offset", "lastId"])?;
        if !sort.is_given() {
            return Ok(all.to_vec());
        }
        if sort.needed("sortBy")? != "id" {
            return Err(Refusal::argument("'sortBy' must be id"));
        }
        let descending = match sort.text("sortDirection")? {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(other) => return Err(Refusal::argument(format!("'{other}' is not a sort direction"))),
        };
        let offset = match sort.text("offset")? {
            Some(id) => {
                Some(number(id).ok_or_else(|| Refusal::argument(format!("'{id}' is not an offset")))?)
            }
            None => None,
        };
        let beyond = |one: &&T| match offset {
            Some(offset) if descending => of(one) < offset,
            Some(offset) => of(one) > offset,
            None => true,
        };
        let mut rest: Vec<T> = all.iter().filter(beyond).copied().collect();
        if descending {
            rest.reverse();
        }
        Ok(rest)
    }

    fn unsorted(&self) -> Result<(), Refusal> {
        match self.params.value("sort") {
            Some(_) => Err(Refusal::argument("This type cannot be sorted")),
            None => Ok(()),
        }
    }

    fn devices(&self) -> Result<Vec<Value>, Refusal> {
        let search = self.search(&["id", "name", "serialNumber", "groups", "fromDate", "toDate"])?;
        let all = match search.text("id")? {
            Some(id) => number(id).and_then(|number| self.fleet.device(number)).into_iter().collect(),
            None => self.after(&self.fleet.devices, |device| device.number)?,
        };
        let groups = wanted_groups(search)?;
        let within = |device: &Device| {
            groups.as_ref().is_none_or(|wanted| {
                let own = super::units::groups(*device);
                own.as_array().into_iter().flatten().any(|group| wanted.contains(&group["id"].to_string()))
            })
        };
        let (name, serial) = (search.text("name")?, search.text("serialNumber")?);
        let rows = all.into_iter().filter(within).map(|device| self.fleet.device_row(device, self.now));
        let wanted = |row: &Value| {
            name.is_none_or(|name| row["name"] == name)
                && serial.is_none_or(|serial| row["serialNumber"] == serial)
        };
        Ok(rows.filter(wanted).take(self.most(MOST)?).collect())
    }

    fn users(&self) -> Result<Vec<Value>, Refusal> {
        let search = self.search(&["id", "isDriver", "name", "groups", "fromDate", "toDate"])?;
        let all = match search.text("id")? {
            Some(id) => number(id).and_then(|number| self.fleet.user(number)).into_iter().collect(),
            None => self.after(&self.fleet.users, |user| user.number)?,
        };
        let (drivers, name) = (search.flag("isDriver")?, search.text("name")?);
        let rows = all.into_iter().map(|user| self.fleet.user_row(user, self.now));
        let wanted = |row: &Value| {
            drivers.is_none_or(|drivers| row["isDriver"] == drivers)
                && name.is_none_or(|name| row["name"] == name)
        };
        Ok(rows.filter(wanted).take(self.most(MOST)?).collect())
    }

    fn groups(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let id = self.search(&["id", "name"])?.text("id")?;
        let groups = all_groups().into_iter().filter(|(known, _)| id.is_none_or(|id| id == *known));
        Ok(groups.map(|(_, group)| group).take(self.most(MOST)?).collect())
    }

    fn statuses(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search = self.search(&[
            "deviceSearch",
            "userSearch",
            "groups",
            "diagnostics",
            "excludeExceptionEvents",
            "isDriving",
            "isDeviceCommunicating",
        ])?;
        let extra = diagnostics(search)?;
        let exceptions = !search.flag("excludeExceptionEvents")?.unwrap_or(false);
        let (driving, heard) = (search.flag("isDriving")?, search.flag("isDeviceCommunicating")?);
        let user = search.id_in("userSearch")?;
        let devices = self.wanted_devices(search)?;
        let rows = devices.into_iter().map(|device| self.fleet.status(device, self.now, &extra, exceptions));
        let wanted = |row: &Value| {
            driving.is_none_or(|driving| row["isDriving"] == driving)
                && heard.is_none_or(|heard| row["isDeviceCommunicating"] == heard)
                && user.is_none_or(|user| row["driver"]["id"] == user)
        };
        Ok(rows.filter(wanted).take(self.most(MOST_ROWS)?).collect())
    }

    fn log_records(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search = self.search(&["deviceSearch", "fromDate", "toDate"])?;
        let (from, to) = self.dates(search, DAY)?;
        let most = self.most(MOST_ROWS)?;
        let mut rows = Vec::new();
        for device in self.wanted_devices(search)? {
            // What came in late has its own time, within the span or not.
            let mut reports = self.fleet.reports(device, from, self.now + 1);
            reports.retain(|report| (from..=to).contains(&report.at));
            reports.sort_by_key(|report| report.at);
            rows.extend(reports.iter().map(|report| LogRecord::of(device, report.at).json(self.fleet)));
            if rows.len() >= most {
                break;
            }
        }
        rows.truncate(most);
        Ok(rows)
    }

    /// The value that held at an instant; of a span, that of its end.
    fn status_data(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search = self.search(&["deviceSearch", "diagnosticSearch", "fromDate", "toDate"])?;
        let (_, to) = self.dates(search, 0)?;
        let wanted = search.id_in("diagnosticSearch")?;
        let kinds = Diagnostic::ALL.iter().filter(|kind| wanted.is_none_or(|wanted| kind.id() == wanted));
        let kinds: Vec<Diagnostic> = kinds.copied().collect();
        let lively = self.wanted_devices(search)?.into_iter();
        let lively = lively.filter_map(|device| Some((device, device.lively_tractor()?)));
        let rows = lively.flat_map(|(device, tractor)| {
            kinds.iter().map(move |kind| StatusData::of(device, tractor, *kind, to, to + lag(device)))
        });
        let rows = rows.map(|data| data.json(self.fleet, &self.book.write(data.key())));
        Ok(rows.take(self.most(MOST_ROWS)?).collect())
    }

    /// Of one driver: what it costs to work it out is why.
    fn availability(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search = self.search(&["userSearch"])?;
        let Some(id) = search.id_in("userSearch")? else {
            return Err(Refusal::argument("DutyStatusAvailability needs a userSearch with an id"));
        };
        let user = number(id).and_then(|number| self.fleet.user(number));
        Ok(user.map_or_else(Vec::new, |user| self.fleet.availability(user, self.now)))
    }

    fn duty(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search = self.search(&[
            "userSearch",
            "deviceSearch",
            "fromDate",
            "toDate",
            "includeBoundaryLogs",
            "statuses",
        ])?;
        let (from, to) = self.dates(search, DAY)?;
        let boundary = search.flag("includeBoundaryLogs")?.unwrap_or(false);
        let statuses = words(search, "statuses")?;
        let device = search.id_in("deviceSearch")?;
        let users: Vec<User> = match search.id_in("userSearch")? {
            Some(id) => number(id).and_then(|number| self.fleet.user(number)).into_iter().collect(),
            None => self.fleet.users.clone(),
        };
        let mut rows = Vec::new();
        for user in users {
            let mut logs = self.fleet.duty_log(user, from - 12 * DAY, self.now);
            logs.retain(|log| {
                log.at <= to && statuses.as_ref().is_none_or(|wanted| wanted.contains(&log.status()))
            });
            let inside = logs.partition_point(|log| log.at < from);
            // The log that holds when the span begins, and whatever was written at its time.
            let held = logs.get(inside.saturating_sub(1)).map_or(from, |log| log.at.min(from));
            logs.retain(|log| log.at >= if boundary { held } else { from });
            rows.extend(logs.iter().map(|log| self.fleet.duty_row(log, &self.book.write(log.key()))));
        }
        rows.retain(|row| device.is_none_or(|device| row["device"]["id"] == device));
        rows.truncate(self.most(MOST_ROWS)?);
        Ok(rows)
    }

    fn changes(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search =
            self.search(&["deviceSearch", "userSearch", "fromDate", "toDate", "includeOverlappedChanges"])?;
        let (from, to) = self.dates(search, DAY)?;
        let overlapped = search.flag("includeOverlappedChanges")?.unwrap_or(false);
        let user = search.id_in("userSearch")?;
        let of = |device: Device| -> Vec<DriverChange> {
            let changes = self.fleet.changes_of(device, from, to.min(self.now));
            let before = changes.partition_point(|change| change.at <= from);
            let first = if overlapped { before.saturating_sub(1) } else { before };
            changes.get(first..).unwrap_or_default().to_vec()
        };
        let changes = self.wanted_devices(search)?.into_iter().flat_map(of);
        let rows = changes.map(|change| change.json(&self.book.write(change.key())));
        let rows = rows.filter(|row| user.is_none_or(|user| row["driver"]["id"] == user));
        Ok(rows.take(self.most(MOST_ROWS)?).collect())
    }

    fn trailers(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let search = self.search(&["id", "name", "groups"])?;
        let (id, name) = (search.text("id")?, search.text("name")?);
        let all = self.fleet.trailers_changed(0, self.now);
        let rows = all.into_iter().map(|(key, trailer)| Fleet::trailer_row(trailer, &self.book.write(key)));
        let wanted =
            |row: &Value| id.is_none_or(|id| row["id"] == id) && name.is_none_or(|name| row["name"] == name);
        Ok(rows.filter(wanted).take(self.most(MOST_ROWS)?).collect())
    }

    fn attachments(&self) -> Result<Vec<Value>, Refusal> {
        self.unsorted()?;
        let most = self.most_rows()?;
        let search = self.search(&["activeFrom", "activeTo", "deviceSearch", "trailerSearch"])?;
        let active = search.instant("activeFrom")?;
        let trailer = search.id_in("trailerSearch")?;
        let devices = self.wanted_devices(search)?.into_iter();
        let rows = devices
            .flat_map(|device| self.fleet.attachments(device, 4, self.now))
            .filter(|attachment| active.is_none_or(|active| attachment.to.is_none_or(|to| to > active)))
            .map(|attachment| attachment.json(&self.book.write(attachment.key())));
        let wanted =
            |row: &Value| trailer.is_none_or(|id| row["trailer"] == id || row["trailer"]["id"] == id);
        Ok(rows.filter(wanted).take(most).collect())
    }

    /// The devices of `deviceSearch`, or all of them.
    fn wanted_devices(&self, search: Params<'_>) -> Result<Vec<Device>, Refusal> {
        Ok(match search.id_in("deviceSearch")? {
            Some(id) => number(id).and_then(|number| self.fleet.device(number)).into_iter().collect(),
            None => self.fleet.devices.clone(),
        })
    }

    /// The span from `fromDate` to `toDate`, up to now; from so long before where it is not given.
    fn dates(&self, search: Params<'_>, before: i64) -> Result<(i64, i64), Refusal> {
        let to = search.instant("toDate")?.unwrap_or(self.now).min(self.now);
        let from = search.instant("fromDate")?.unwrap_or(to - before);
        Ok((from.min(to), to))
    }
}

/// Texts of a list.
fn words<'a>(search: Params<'a>, name: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
    let Some(list) = search.list(name)? else { return Ok(None) };
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    words.map(Some).ok_or_else(|| Refusal::serializer(format!("'{name}' must be strings")))
}

/// The ids of `groups:[{id}]`, as JSON.
fn wanted_groups(search: Params<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(list) = search.list("groups")? else { return Ok(None) };
    let ids = list.iter().map(|group| Ok(json!(Params::of(Some(group), &["id"])?.needed("id")?).to_string()));
    ids.collect::<Result<_, Refusal>>().map(Some)
}

/// The measurements of `diagnostics:[{id}]`; one that no device has is ignored.
fn diagnostics(search: Params<'_>) -> Result<Vec<Diagnostic>, Refusal> {
    let list = search.list("diagnostics")?.unwrap_or_default();
    let ids = list.iter().map(|diagnostic| Params::of(Some(diagnostic), &["id"])?.needed("id"));
    let ids: Vec<&str> = ids.collect::<Result<_, _>>()?;
    Ok(Diagnostic::ALL.iter().copied().filter(|kind| ids.contains(&kind.id())).collect())
}
