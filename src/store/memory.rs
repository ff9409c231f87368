//! What the file says of units, kept at hand by the one who writes it, so that a fix is judged
//! without a read. True of one revision, but for ages that are not worth a write: where anything else was committed
//! since, it is read anew.

mod load;

use std::collections::HashMap;

use rusqlite::Row;

use super::apply::Work;
use super::called::Callings;
use super::links;
use super::rows::text;
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
    /// What units and drivers were called whom no roster names.
    pub(super) callings: Callings,
    /// Drivers who shared a truck, with their numbers, when who looks alike was last written.
    pub(super) sharing: Option<Vec<String>>,
}

/// An account, by its place in [`Memory::accounts`]: no fleet has as many as would not fit.
pub(super) type Account = u16;

/// The last history point of each unit, by a digest of its row and of the account that told it: of two devices
/// each is thinned by itself.
pub(super) type Kept = HashMap<u64, Point>;

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
    /// Its tracker told how fast it was there.
    pub(super) has_speed: bool,
    pub(super) source: Option<Account>,
    pub(super) state: Motion,
    pub(super) since: Option<i64>,
    pub(super) stood: Option<Stood>,
    pub(super) engine: Option<(Engine, Timestamp)>,
    pub(super) fuel: Option<(f64, Timestamp)>,
    pub(super) odometer: Option<(f64, Timestamp)>,
    pub(super) suspect: Option<Box<Suspect>>,
    pub(super) news: News,
    /// When the row was last written to by whoever told of it, in milliseconds.
    pub(super) synced: i64,
}

/// A unit's stand where it is: when it was first seen there, and last before that rolling or elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stood {
    pub(super) since: i64,
    pub(super) after: Option<i64>,
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

/// One point of history, to within a few yards: it is thinned by the mile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) at: Timestamp,
    pub(super) latitude: f32,
    pub(super) longitude: f32,
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
    /// Ahead of the row by up to [`CONFIRM_MS`], and as the row has it again once this memory is read anew.
    pub(super) as_of: Option<i64>,
    /// The same as the row has it.
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
        self.sharing = None;
        self.told.failed(account, resource);
        self.callings.forget();
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

    /// All units of a kind that was [learnt](Self::learn).
    pub(super) fn all(&mut self, kind: UnitKind) -> impl Iterator<Item = &mut Unit> {
        self.units
            .get_mut(kind as usize)
            .and_then(Option::as_mut)
            .into_iter()
            .flat_map(|known| &mut known.rows)
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
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), names: Vec::new() }
    }
}

impl<T> Known<T> {
    /// What this account's id means; `None` where it means nothing here.
    fn named(&self, account: Account, external_id: &str) -> Option<Named> {
        self.names.get(usize::from(account))?.get(external_id).copied()
    }

    /// Takes in a row that begins with [`load::NAMED`]: of several accounts that know it each tells of it, and it is
    /// one row all the same, `at` the place where it is already. Says where it is now, if anywhere.
    fn add(
        &mut self,
        account: Account,
        row: &Row<'_>,
        at: Option<Place>,
        make: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<Place>> {
        let external_id = text(row, 1)?.unwrap_or_default();
        let takes_part: bool = row.get(2)?;
        let place = match at {
            _ if !takes_part => None,
            Some(place) => Some(place),
            None => {
                self.rows.push(make()?);
                Place::try_from(self.rows.len() - 1).ok()
            }
        };
        self.of(account).insert(external_id.into(), place.map_or(Named::Inactive, Named::At));
        Ok(place)
    }

    /// The names that an account gives.
    fn of(&mut self, account: Account) -> &mut HashMap<Box<str>, Named> {
        let place = usize::from(account);
        if self.names.len() <= place {
            self.names.resize_with(place + 1, HashMap::new);
        }
        &mut self.names[place]
    }
}
