//! Reading: one `Fleet` per revision, made by fetching only what changed since the last.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::migrate::version;
use super::open::{StoreError, bytes, readable};
use super::rows::FromRow;
use super::{duty_days, heeded, muster, places};
use crate::model::{
    Concern, Driven, DutyHistory, FeedStatus, Fleet, Keyed, Muster, Places, Rolling, Rows, SharedTexts,
    Timestamp, Totals, UnitId, Viewer, Waiting,
};

/// The revision of a fleet that nothing was read into yet.
pub(super) const UNREAD: i64 = -1;

/// How much of what is over a [`Reader`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every row there is.
    Whole,
    /// Open loads, and those that ended within the last hours, without text that no screen shows: what a screen
    /// shows.
    Live,
    /// The same without orders, conflicts, and text that says nothing of a load, and of units only those that a
    /// load or something wrong leads to, or that [`Reader::heed`] was told of: what loads are judged by, and what
    /// goes wrong is found in. The poller holds it beside everything else that it holds.
    Judged,
}

/// What a reader keeps of the file in memory: half a MiB. It reads once what was committed, and whatever it kept is
/// void at the next commit.
const CACHE_KIB: i64 = 512;

/// What ended longer ago than this is not on a screen.
const OVER: Duration = Duration::from_hours(12);

/// A read-only view that knows when anybody, in any process, has committed.
pub struct Reader {
    path: PathBuf,
    scope: Scope,
    connection: Connection,
    /// The file that is open: after a repair there is another under the same name.
    file: Option<(u64, u64)>,
    /// Its schema when it was opened.
    schema: u32,
    data_version: Option<i64>,
    /// The units that [`Scope::Judged`] reads besides.
    concern: Concern,
    /// The open consoles as they renewed themselves last; the fleet's are as they were when that last showed.
    viewers: Vec<Viewer>,
    /// What the rows that were read have in common.
    texts: SharedTexts,
    fleet: Arc<Fleet>,
}

/// Up to which revision each table was changed.
pub(super) struct Marks(Vec<(String, Mark)>);

#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    pub(super) rev: i64,
    /// Up to when it was changed in ways that rows do not tell of: some went.
    pub(super) full_rev: i64,
}

impl Marks {
    fn read(sql: &Connection) -> rusqlite::Result<Self> {
        let mut statement = sql.prepare_cached("SELECT name, rev, full_rev FROM revisions")?;
        let marks = statement
            .query_map([], |row| Ok((row.get(0)?, Mark { rev: row.get(1)?, full_rev: row.get(2)? })))?;
        marks.collect::<rusqlite::Result<_>>().map(Self)
    }

    pub(super) fn of(&self, table: &str) -> Mark {
        self.0.iter().find(|(name, _)| name == table).map(|(_, mark)| *mark).unwrap_or_default()
    }
}

impl Reader {
    /// Opens a database that must be there.
    pub fn open(path: &Path, scope: Scope) -> Result<Self, StoreError> {
        let connection = readable(path)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        let schema = version(&connection)?;
        let (path, file) = (path.to_owned(), file_id(path));
        let (concern, texts) = (Concern::default(), SharedTexts::default());
        let viewers = Vec::new();
        Ok(Self {
            path,
            scope,
            connection,
            file,
            schema,
            data_version: None,
            concern,
            viewers,
            texts,
            fleet: unread(),
        })
    }

    /// The fleet as it is now.
    pub fn fleet(&mut self, now: Timestamp) -> Result<Arc<Fleet>, StoreError> {
        Ok(self.fleet_if_changed(now)?.unwrap_or_else(|| Arc::clone(&self.fleet)))
    }

    /// The fleet, if something in it changed since the last call; cheap when nothing did.
    pub fn fleet_if_changed(&mut self, now: Timestamp) -> Result<Option<Arc<Fleet>>, StoreError> {
        let file = file_id(&self.path);
        if file != self.file && file.is_some() {
            self.reopen()?;
        }
        let mut version: i64 = self.data_version()?;
        if self.data_version == Some(version) && !self.a_viewer_went(now) {
            return Ok(None);
        }
        if self::version(&self.connection)? != self.schema {
            // A newer program brought it up: whether we still read it right is asked anew.
            self.reopen()?;
            version = self.data_version()?;
        }
        // Until it is read: whatever ends this half done, the next look begins anew.
        self.data_version = None;
        let mut texts = mem::take(&mut self.texts);
        let read = texts.during(|| self.read(now));
        self.texts = texts;
        let changed = read?;
        self.data_version = Some(version);
        Ok(changed.then(|| Arc::clone(&self.fleet)))
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        let fresh = Self::open(&self.path, self.scope)?;
        *self = Self { concern: mem::take(&mut self.concern), ..fresh };
        Ok(())
    }

    fn data_version(&self) -> rusqlite::Result<i64> {
        self.connection.pragma_query_value(None, "data_version", |row| row.get(0))
    }

    /// The open consoles as of the last look; their renewals alone are no change of the fleet.
    pub fn viewers(&self) -> &[Viewer] {
        &self.viewers
    }

    /// What every driver did on the days that are kept.
    pub fn duty_history(&self) -> Result<DutyHistory, StoreError> {
        Ok(duty_days::all(&self.connection)?)
    }

    /// Where addresses are that were looked up.
    pub fn places(&self) -> Result<Places, StoreError> {
        Ok(places::known(&self.connection)?)
    }

    /// Entries of people's `[[link]]`s that no active record answers to.
    pub fn waiting(&self) -> Result<Vec<Waiting>, StoreError> {
        Ok(all(&self.connection, "kind, unit, reason")?)
    }

    /// Every tractor, in a few words.
    pub fn muster(&self) -> Result<Muster, StoreError> {
        Ok(muster::muster(&self.connection)?)
    }

    /// The trailers that move and that `pick` picks.
    pub fn trailers_that(&self, pick: impl Fn(&Rolling) -> bool) -> Result<BTreeSet<UnitId>, StoreError> {
        Ok(muster::trailers(&self.connection, pick)?)
    }

    /// The tractors of which `pick` picks one of the drivers.
    pub fn tractors_whose(&self, pick: impl Fn(Driven) -> bool) -> Result<BTreeSet<UnitId>, StoreError> {
        Ok(muster::driven(&self.connection, pick)?)
    }

    /// Has these units read from now on, besides those that loads lead to.
    pub fn heed(&mut self, concern: Concern) {
        if self.concern != concern {
            self.concern = concern;
            self.data_version = None;
        }
    }

    /// Whether a console shown as open has stopped renewing its row: no commit tells that.
    fn a_viewer_went(&self, now: Timestamp) -> bool {
        self.viewers.iter().any(|viewer| !viewer.is_here(now))
    }

    /// Takes in everything newer than what we have, in one read transaction; whether anything of it shows.
    fn read(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let snapshot = self.connection.unchecked_transaction()?;
        let seen = self.fleet.revision;
        let marks = Marks::read(&snapshot)?;
        let revision = marks.of("all").rev;
        let first = seen == UNREAD;
        if revision == seen && self.scope != Scope::Judged {
            self.viewers = viewers(&snapshot, now)?;
            let shows = shown(&self.viewers) != shown(&self.fleet.viewers);
            if shows {
                let fleet = Arc::make_mut(&mut self.fleet);
                (fleet.viewers, fleet.read_at) = (self.viewers.clone(), now);
            }
            return Ok(shows);
        }
        let what = (self.scope, now);
        // Where nobody else holds what was read before, its rows are replaced in their places.
        let mut fleet = Arc::unwrap_or_clone(mem::replace(&mut self.fleet, unread()));
        let mut changed = first;
        changed |= refresh(&snapshot, &mut fleet.movements, seen, what, &marks)?;
        changed |= refresh(&snapshot, &mut fleet.judgements, seen, what, &marks)?;
        changed |= refresh(&snapshot, &mut fleet.exceptions, seen, what, &marks)?;
        if self.scope == Scope::Judged {
            changed |= heeded::refresh(&snapshot, &mut fleet, seen, &self.concern, &marks)?;
        } else {
            changed |= refresh(&snapshot, &mut fleet.tractors, seen, what, &marks)?;
            changed |= refresh(&snapshot, &mut fleet.drivers, seen, what, &marks)?;
            changed |= refresh(&snapshot, &mut fleet.trailers, seen, what, &marks)?;
            changed |= refresh(&snapshot, &mut fleet.orders, seen, what, &marks)?;
        }
        let stops = fleet.stops.clone();
        if refresh(&snapshot, &mut fleet.stops, seen, what, &marks)? {
            fleet.index_stops_since(&stops);
            changed = true;
        }
        drop(stops);
        let stays = fleet.stays.clone();
        if refresh(&snapshot, &mut fleet.stays, seen, what, &marks)? {
            fleet.index_stays_since(&stays);
            changed = true;
        }
        drop(stays);
        if first || marks.of("feeds").rev > seen {
            fleet.feeds = all(&snapshot, "account, resource")?;
            fleet.totals.rejected =
                snapshot
                    .query_row("SELECT coalesce(sum(count), 0) FROM reject_counts", [], |row| row.get(0))?;
            changed = true;
        }
        if self.scope != Scope::Judged && (first || marks.of("conflicts").rev > seen) {
            fleet.conflicts = all(&snapshot, "kind, records")?;
            changed = true;
        }
        if first || marks.of("places").rev > seen {
            fleet.places = Arc::new(places::known(&snapshot)?);
            changed = true;
        }
        self.viewers = viewers(&snapshot, now)?;
        changed |= shown(&self.viewers) != shown(&fleet.viewers);
        fleet.viewers.clone_from(&self.viewers);
        drop(snapshot);
        (fleet.revision, fleet.read_at) = (revision, now);
        fleet.totals = Totals { bytes: bytes(&self.path), schema: self.schema, ..fleet.totals };
        // Remembered even where nothing shows, or every renewal would be a frame.
        self.fleet = Arc::new(fleet);
        Ok(changed)
    }
}

/// The consoles that are open.
fn viewers(sql: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Viewer>> {
    let mut viewers: Vec<Viewer> = all(sql, "since_at, id")?;
    viewers.retain(|viewer| viewer.is_here(now));
    Ok(viewers)
}

/// What of the open consoles is shown: they renew every two seconds, and that alone is no news.
fn shown(viewers: &[Viewer]) -> Vec<(&str, &str)> {
    viewers.iter().map(|viewer| (viewer.id.as_str(), viewer.view.as_str())).collect()
}

/// How every feed goes, and nothing else.
pub fn feeds(path: &Path) -> Result<Vec<FeedStatus>, StoreError> {
    Ok(all(&readable(path)?, "account, resource")?)
}

fn unread() -> Arc<Fleet> {
    let mut fleet = Fleet::default();
    fleet.revision = UNREAD;
    Arc::new(fleet)
}

/// Brings `rows` up to date. True when they changed.
fn refresh<T: FromRow + Keyed>(
    sql: &Connection,
    rows: &mut Rows<T>,
    seen: i64,
    (scope, now): (Scope, Timestamp),
    marks: &Marks,
) -> rusqlite::Result<bool> {
    let Mark { rev, full_rev } = marks.of(T::TABLE);
    let since = (scope != Scope::Whole).then(|| now.minus(OVER).millis());
    // What is over is left out, so a row may come into view by its movement alone.
    let hangs_on = T::HANGS_ON.filter(|_| since.is_some()).map_or(0, |table| marks.of(table).rev);
    if rev.max(hangs_on) <= seen {
        return Ok(false);
    }
    let whole = full_rev > seen || seen == UNREAD;
    let mut statement = sql.prepare_cached(&selection::<T>(scope, whole))?;
    let newer_than = if whole { UNREAD } else { seen };
    let read = statement.query_map(params![newer_than, since], T::from_row)?;
    if whole {
        *rows = Rows::default();
    }
    rows.put(read)?;
    Ok(true)
}

/// Asks for the rows of a table that are newer than the revision `?1`; in scopes that leave out what is over, of
/// those only what was not over at `?2`. `whole`: where that is nearly every row.
fn selection<T: FromRow>(scope: Scope, whole: bool) -> String {
    let (columns, table, shown) = (columns::<T>(scope), T::TABLE, T::SHOWN);
    let live = match scope {
        Scope::Whole => "1",
        Scope::Live | Scope::Judged if whole => T::LIVE_ALL,
        Scope::Live | Scope::Judged => T::LIVE,
    };
    let newer = match scope {
        // Who wants nearly all of them looks through the table, not up every row.
        _ if whole => "+rev > ?1",
        Scope::Whole => "rev > ?1",
        Scope::Live | Scope::Judged => T::NEWER,
    };
    // The last term only names `?2`: not every `live` does, and both are always bound.
    format!("SELECT {columns} FROM {table} WHERE {newer} AND {shown} AND {live} AND (?2 IS NULL OR 1)")
}

/// What is selected, each column in its place.
pub(super) fn columns<T: FromRow>(scope: Scope) -> Cow<'static, str> {
    let left_out = match scope {
        Scope::Whole => return T::COLUMNS.into(),
        Scope::Live => T::UNSHOWN.to_vec(),
        Scope::Judged => [T::UNSHOWN, T::UNJUDGED].concat(),
    };
    let columns = T::COLUMNS.split(", ");
    let read = columns.map(|column| if left_out.contains(&column.trim()) { "NULL" } else { column });
    read.collect::<Vec<_>>().join(", ").into()
}

pub(super) fn all<T: FromRow>(sql: &Connection, order: &str) -> rusqlite::Result<Vec<T>> {
    let mut statement =
        sql.prepare_cached(&format!("SELECT {} FROM {} ORDER BY {order}", T::COLUMNS, T::TABLE))?;
    let rows = statement.query_map([], T::from_row)?;
    rows.collect()
}

/// Which file lies under a name now.
pub(super) fn file_id(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Exception, Judgement, Movement, Order, Stay, Stop};
    use crate::store::migrate::migrate;

    /// What `SQLite` does for it, a step a line.
    fn plan<T: FromRow>(sql: &Connection, scope: Scope, whole: bool) -> Vec<String> {
        let explained = format!("EXPLAIN QUERY PLAN {}", selection::<T>(scope, whole));
        let mut statement = sql.prepare(&explained).unwrap();
        let steps = statement.query_map(params![1, 1], |row| row.get("detail")).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn after_a_commit_no_table_of_loads_is_looked_through() {
        let mut sql = Connection::open_in_memory().unwrap();
        migrate(&mut sql, 0).unwrap();
        let check = |table: &str, plan: Vec<String>| {
            let looks_through = plan.iter().any(|step| step.starts_with("SCAN"));
            assert!(!looks_through, "{table}: {plan:#?}");
        };
        for scope in [Scope::Whole, Scope::Live, Scope::Judged] {
            check("movements", plan::<Movement>(&sql, scope, false));
            check("judgements", plan::<Judgement>(&sql, scope, false));
            check("exceptions", plan::<Exception>(&sql, scope, false));
            check("orders", plan::<Order>(&sql, scope, false));
            check("stops", plan::<Stop>(&sql, scope, false));
            check("stays", plan::<Stay>(&sql, scope, false));
        }
        let all = plan::<Movement>(&sql, Scope::Live, true);
        assert!(all.iter().any(|step| step.starts_with("SCAN movements")), "{all:#?}");
    }
}
