//! What the file says of units, kept at hand by the one who writes it, so that a fix is judged
//! without a read. True of one revision: where anything else was committed since, it is read anew.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::apply::Work;
use super::links;
use super::stays::Stays;
use super::told::Told;
use crate::model::{DutyStatus, Engine, Fix, Motion, Sighting, Timestamp, UnitKind};

/// Everything remembered between two commits.
#[derive(Default)]
pub(super) struct Memory {
    /// The revision of the file that the units are true of.
    revision: i64,
    accounts: Vec<Box<str>>,
    units: [Option<Known<Unit>>; 2],
    drivers: Option<Known<Driver>>,
    /// The last history point of each unit, by its row; a point more or less is no error.
    kept: Kept,
    /// How tractors are watched. Lost only where which row is which tractor may have changed.
    pub(super) stays: Stays,
    /// What was told of who goes with whom.
    pub(super) told: Told,
}

/// An account, by its place in [`Memory::accounts`]: no fleet has as many as would not fit.
pub(super) type Account = u16;

/// The last history point of each unit, by its row and by the account that told it: of two devices each
/// is thinned by itself.
pub(super) type Kept = HashMap<(UnitKind, i64, u64), Point>;

/// What changes nothing but an age is written down again after this: a screen turns its ages every ten seconds,
/// and what is written of it is never younger than what is true.
pub(super) const CONFIRM_MS: i64 = 15_000;

/// What fixes are kept for.
pub(super) struct Past<'a> {
    /// The history points of all.
    pub(super) kept: &'a mut Kept,
    pub(super) stays: &'a mut Stays,
}

/// Rows of one kind, and which of them each account's ids mean.
struct Known<T> {
    rows: Vec<T>,
    places: HashMap<i64, Place>,
    /// By account.
    names: Vec<HashMap<Box<str>, Named>>,
}

/// The place of a row in [`Known::rows`].
type Place = u32;

/// What an account's id means.
#[derive(Clone, Copy)]
enum Named {
    /// The row at this place.
    At(Place),
    /// One that is deactivated.
    Inactive,
}

impl Named {
    const fn place(self) -> Option<usize> {
        match self {
            Self::At(place) => Some(place as usize),
            Self::Inactive => None,
        }
    }
}

/// Where a unit is shown, and what its readings were last.
pub(super) struct Unit {
    pub(super) rowid: i64,
    pub(super) id: Box<str>,
    pub(super) shown: Option<Sighting>,
    pub(super) source: Option<Account>,
    pub(super) state: Motion,
    pub(super) since: Option<i64>,
    pub(super) engine: Option<(Engine, Timestamp)>,
    pub(super) fuel: Option<(f64, Timestamp)>,
    pub(super) odometer: Option<(f64, Timestamp)>,
    pub(super) suspect: Option<Box<Suspect>>,
    pub(super) news: News,
    /// When the row was last written to by whoever told of it, in milliseconds.
    pub(super) synced: i64,
}

/// What a page says of a unit that is not written yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct News {
    /// It was seen: the place of that change in the page.
    pub(super) moved: Option<u32>,
    /// Its readings changed.
    pub(super) read: bool,
    /// It was confirmed.
    pub(super) confirmed: bool,
}

impl News {
    /// Whether there is none.
    pub(super) const fn is_none(self) -> bool {
        self.moved.is_none() && !self.read && !self.confirmed
    }
}

/// A fix that was set aside as a jump, and who told it.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) fix: Fix,
    pub(super) source: String,
}

/// One point of history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) at: Timestamp,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) state: Motion,
}

/// A driver, and his hours.
struct Driver {
    id: Box<str>,
    hours: Hours,
}

/// A driver's hours, as the row has them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hours {
    pub(super) rowid: i64,
    /// Several accounts speak of the driver: what they told is kept in `hours_told`.
    pub(super) is_shared: bool,
    pub(super) status: DutyStatus,
    pub(super) since: Option<i64>,
    /// Since when he rests, in one status of rest or another.
    pub(super) rest_since: Option<i64>,
    /// Drive, shift, break, cycle, cycle tomorrow.
    pub(super) left: [Option<i64>; 5],
    pub(super) as_of: Option<i64>,
    /// The same as the row has it: it may lag behind by [`CONFIRM_MS`].
    pub(super) written_as_of: Option<i64>,
    pub(super) source: Option<Account>,
}

impl Memory {
    /// Makes this the memory of the transaction that will be `revision`.
    pub(super) fn begin(&mut self, revision: i64) {
        if self.revision + 1 != revision {
            self.forget_all();
        }
        self.revision = revision;
    }

    /// The same of one that changes who is who: nothing is known of before.
    pub(super) fn begin_anew(&mut self, revision: i64) {
        self.forget_all();
        self.revision = revision;
    }

    /// The transaction failed, and with it what was learnt in it.
    pub(super) fn failed(&mut self, account: &str, resource: &str) {
        self.forget_all();
        self.kept.clear();
        self.stays.forget();
        self.told.failed(account, resource);
    }

    fn forget_all(&mut self) {
        (self.units, self.drivers) = Default::default();
        self.accounts.clear();
    }

    /// A commit of ours that touched nothing of this.
    pub(super) const fn follow(&mut self, revision: i64) {
        if self.revision + 1 == revision {
            self.revision = revision;
        }
    }

    /// Who is who has changed for this kind.
    pub(super) fn forget(&mut self, kind: UnitKind) {
        if kind == UnitKind::Tractor {
            self.stays.forget();
        }
        match kind {
            UnitKind::Tractor | UnitKind::Trailer => {
                if let Some(known) = self.units.get_mut(kind as usize) {
                    *known = None;
                }
            }
            UnitKind::Driver => self.drivers = None,
        }
    }

    /// The account of this name.
    pub(super) fn account(&mut self, name: &str) -> Account {
        let known = self.accounts.iter().position(|known| &**known == name);
        let place = known.unwrap_or_else(|| {
            self.accounts.push(name.into());
            self.accounts.len() - 1
        });
        Account::try_from(place).unwrap_or(Account::MAX)
    }

    /// The place of the unit that this account calls `external_id`; one that nobody has named yet gets
    /// a row. `None` for one that is deactivated.
    pub(super) fn unit(
        &mut self,
        work: &mut Work<'_>,
        kind: UnitKind,
        external_id: &str,
    ) -> rusqlite::Result<Option<usize>> {
        let account = self.account(work.account);
        self.learn(work, kind)?;
        if let Some(named) = self.known(kind).and_then(|known| known.named(account, external_id)) {
            return Ok(named.place());
        }
        let stub = links::unit_or_stub(work, kind, external_id)?;
        let Some(mut known) = self.units.get_mut(kind as usize).and_then(Option::take) else {
            return Ok(None);
        };
        if stub.is_some() {
            self.load_units(work, kind, Some(external_id), &mut known)?;
        } else {
            known.of(account).insert(external_id.into(), Named::Inactive);
        }
        let place = known.named(account, external_id).and_then(Named::place);
        self.keep(kind, known);
        Ok(place)
    }

    /// The unit at a place that [`Self::unit`] gave, and what its fixes are kept for.
    pub(super) fn at(&mut self, kind: UnitKind, place: usize) -> Option<(&mut Unit, Past<'_>)> {
        let unit = self.units.get_mut(kind as usize)?.as_mut()?.rows.get_mut(place)?;
        Some((unit, Past { kept: &mut self.kept, stays: &mut self.stays }))
    }

    /// The driver that this account calls `external_id`. An ELD lists people who left; only the roster
    /// says who is with us.
    pub(super) fn driver(
        &mut self,
        work: &Work<'_>,
        external_id: &str,
    ) -> rusqlite::Result<Option<&mut Hours>> {
        let account = self.account(work.account);
        self.learn(work, UnitKind::Driver)?;
        let Some(known) = &mut self.drivers else { return Ok(None) };
        let place = known.named(account, external_id).and_then(Named::place);
        Ok(place.and_then(|place| known.rows.get_mut(place)).map(|driver| &mut driver.hours))
    }

    /// Reads what accounts call the things of a kind, where that is not known.
    pub(super) fn learn(&mut self, work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<()> {
        match kind {
            UnitKind::Driver if self.drivers.is_none() => self.drivers = Some(self.load_drivers(work)?),
            UnitKind::Tractor | UnitKind::Trailer if self.known(kind).is_none() => {
                let mut known = Known::default();
                self.load_units(work, kind, None, &mut known)?;
                known.rows.shrink_to_fit();
                self.keep(kind, known);
            }
            _ => {}
        }
        Ok(())
    }

    /// Our id of what this account calls `external_id`, of a kind that was [learnt](Self::learn); `None` for
    /// one that nobody knows or that is deactivated there.
    pub(super) fn id(&self, kind: UnitKind, account: &str, external_id: &str) -> Option<&str> {
        let place = self.accounts.iter().position(|known| &**known == account)?;
        let account = Account::try_from(place).ok()?;
        if kind == UnitKind::Driver {
            let known = self.drivers.as_ref()?;
            return Some(&known.rows.get(known.named(account, external_id)?.place()?)?.id);
        }
        let known = self.known(kind)?;
        Some(&known.rows.get(known.named(account, external_id)?.place()?)?.id)
    }

    fn known(&self, kind: UnitKind) -> Option<&Known<Unit>> {
        self.units.get(kind as usize)?.as_ref()
    }

    fn keep(&mut self, kind: UnitKind, known: Known<Unit>) {
        if let Some(units) = self.units.get_mut(kind as usize) {
            *units = Some(known);
        }
    }

    /// Reads the units of a kind that any account knows, or the one that this account calls `only`.
    fn load_units(
        &mut self,
        work: &Work<'_>,
        kind: UnitKind,
        only: Option<&str>,
        known: &mut Known<Unit>,
    ) -> rusqlite::Result<()> {
        let (table, readings) = match kind {
            UnitKind::Tractor => {
                ("tractors", "u.engine, u.engine_at, u.fuel_pct, u.fuel_at, u.odometer_mi, u.odometer_at")
            }
            UnitKind::Trailer => ("trailers", "NULL, NULL, NULL, NULL, NULL, NULL"),
            UnitKind::Driver => return Ok(()),
        };
        let mut suspects = suspects(work, kind)?;
        let one =
            if only.is_some() { "AND l.account = ?2 AND l.external_id = ?3" } else { "AND ?2 IS NOT ?3" };
        let mut statement = work.sql.prepare_cached(&format!(
            "SELECT {NAMED}, u.observed_at, u.latitude, u.longitude, u.state, u.state_since_at, u.source, u.id, {readings}, u.synced_at
             FROM unit_links l CROSS JOIN {table} u ON u.id = l.unit_id WHERE l.kind = ?1 {one}"
        ))?;
        let mut rows = statement.query(params![kind.word(), work.account, only])?;
        while let Some(row) = rows.next()? {
            let account = self.account(text(row, 0)?.unwrap_or_default());
            let source = text(row, 9)?.map(|source| self.account(source));
            known.add(account, row, || {
                let id = text(row, 10)?.unwrap_or_default();
                let place: (Option<i64>, Option<f64>, Option<f64>) = (row.get(4)?, row.get(5)?, row.get(6)?);
                Ok(Unit {
                    rowid: row.get(3)?,
                    id: id.into(),
                    shown: sighting(place),
                    source,
                    state: text(row, 7)?.and_then(Motion::from_word).unwrap_or_default(),
                    since: row.get(8)?,
                    engine: text(row, 11)?.and_then(Engine::from_word).zip(at(row, 12)?),
                    fuel: row.get::<_, Option<f64>>(13)?.zip(at(row, 14)?),
                    odometer: row.get::<_, Option<f64>>(15)?.zip(at(row, 16)?),
                    suspect: suspects.remove(id).map(Box::new),
                    news: News::default(),
                    synced: row.get(17)?,
                })
            })?;
        }
        Ok(())
    }

    fn load_drivers(&mut self, work: &Work<'_>) -> rusqlite::Result<Known<Driver>> {
        let mut known = Known::default();
        let mut statement = work.sql.prepare_cached(&format!(
            "SELECT {NAMED}, {HOURS}, u.id
             FROM unit_links l CROSS JOIN drivers u ON u.id = l.unit_id WHERE l.kind = ?1"
        ))?;
        let mut rows = statement.query([UnitKind::Driver.word()])?;
        while let Some(row) = rows.next()? {
            let account = self.account(text(row, 0)?.unwrap_or_default());
            let source = text(row, 12)?.map(|source| self.account(source));
            known.add(account, row, || {
                let id = text(row, 15)?.unwrap_or_default().into();
                Ok(Driver { id, hours: hours(row, source)? })
            })?;
        }
        known.rows.shrink_to_fit();
        Ok(known)
    }

    /// The driver that this account calls `external_id` was written past this memory.
    pub(super) fn read_again(&mut self, work: &Work<'_>, external_id: &str) -> rusqlite::Result<()> {
        let Some(rowid) = self.driver(work, external_id)?.map(|hours| hours.rowid) else { return Ok(()) };
        let mut statement = work.sql.prepare_cached(&format!(
            "SELECT NULL, NULL, NULL, u.rowid, {HOURS} FROM drivers u WHERE u.rowid = ?1"
        ))?;
        let fresh = statement.query_row([rowid], |row| {
            let source = text(row, 12)?.map(|source| self.account(source));
            hours(row, source)
        })?;
        if let Some(known) = self.driver(work, external_id)? {
            *known = fresh;
        }
        Ok(())
    }
}

/// A driver's hours, after four columns of other things.
const HOURS: &str = "u.hos_status, u.hos_status_since_at, u.drive_left_s, u.shift_left_s, u.break_left_s,
     u.cycle_left_s, u.cycle_tomorrow_s, u.hos_as_of_at, u.source,
     (SELECT count(DISTINCT o.account) FROM unit_links o WHERE o.kind = 'driver' AND o.unit_id = u.id) > 1,
     u.hos_rest_since_at";

/// Reads them.
fn hours(row: &Row<'_>, source: Option<Account>) -> rusqlite::Result<Hours> {
    Ok(Hours {
        rowid: row.get(3)?,
        status: text(row, 4)?.and_then(DutyStatus::from_word).unwrap_or_default(),
        since: row.get(5)?,
        rest_since: row.get(14)?,
        left: [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?],
        as_of: row.get(11)?,
        written_as_of: row.get(11)?,
        source,
        is_shared: row.get(13)?,
    })
}

/// What every row begins with: who calls it what, whether it takes part there, and which row it is.
const NAMED: &str = "l.account, l.external_id, (SELECT coalesce(max(active), 1) FROM profiles p
         WHERE p.kind = l.kind AND p.account = l.account AND p.external_id = l.external_id), u.rowid";

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::new(), names: Vec::new() }
    }
}

impl<T> Known<T> {
    /// What this account's id means; `None` where it means nothing here.
    fn named(&self, account: Account, external_id: &str) -> Option<Named> {
        self.names.get(usize::from(account))?.get(external_id).copied()
    }

    /// Takes in a row that begins with [`NAMED`].
    fn add(
        &mut self,
        account: Account,
        row: &Row<'_>,
        make: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<()> {
        let external_id = text(row, 1)?.unwrap_or_default();
        let named = if row.get(2)? { Named::At(self.place(row.get(3)?, make)?) } else { Named::Inactive };
        self.of(account).insert(external_id.into(), named);
        Ok(())
    }

    /// The names that an account gives.
    fn of(&mut self, account: Account) -> &mut HashMap<Box<str>, Named> {
        let place = usize::from(account);
        if self.names.len() <= place {
            self.names.resize_with(place + 1, HashMap::new);
        }
        &mut self.names[place]
    }

    /// The place of a row. Several accounts may know it: it is one row all the same.
    fn place(&mut self, rowid: i64, make: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<Place> {
        if let Some(place) = self.places.get(&rowid) {
            return Ok(*place);
        }
        let place = Place::try_from(self.rows.len()).unwrap_or(Place::MAX);
        self.rows.push(make()?);
        self.places.insert(rowid, place);
        Ok(place)
    }
}

/// The fixes in doubt, by unit. Those of units that were folded into others are forgotten.
fn suspects(work: &Work<'_>, kind: UnitKind) -> rusqlite::Result<HashMap<String, Suspect>> {
    let table = links::table(kind);
    work.sql
        .prepare_cached(&format!(
            "DELETE FROM suspects WHERE kind = ?1 AND NOT EXISTS (SELECT 1 FROM {table} u WHERE u.id = unit_id)"
        ))?
        .execute([kind.word()])?;
    let mut statement = work.sql.prepare_cached(
        "SELECT unit_id, latitude, longitude, speed_mph, heading_deg, observed_at, source
         FROM suspects WHERE kind = ?1",
    )?;
    let rows = statement.query_map([kind.word()], |row| {
        let fix = Fix {
            latitude: row.get(1)?,
            longitude: row.get(2)?,
            speed_mph: row.get(3)?,
            heading_deg: row.get(4)?,
            place: None,
            observed_at: Timestamp::from_millis(row.get(5)?),
        };
        Ok((row.get(0)?, Suspect { fix, source: row.get(6)? }))
    })?;
    rows.collect()
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Option<&'a str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

fn at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

fn sighting(place: (Option<i64>, Option<f64>, Option<f64>)) -> Option<Sighting> {
    let (observed_at, latitude, longitude) = (place.0?, place.1?, place.2?);
    Some(Sighting { latitude, longitude, observed_at: Timestamp::from_millis(observed_at) })
}
