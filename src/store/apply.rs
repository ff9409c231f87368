//! One page, one transaction: rows, cursor and feed health stand or fall together.

use rusqlite::{OptionalExtension, Transaction, params};

use super::judge::Judge;
use super::memory::Memory;
use super::migrate::begin;
use super::unlinked::{Since, Unlinked};
use super::writing::Ties;
use super::{
    Health, StoreError, Writer, brought, duty_days, fixes, freight, health, hours, links, listed, pairings,
    profiles, rejects, stays, unheard,
};
use crate::model::{Batch, Change, Reject, Timestamp, UnitKind};

/// One page to be committed.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The account that told.
    pub account: String,
    /// The feed it told it by.
    pub resource: &'static str,
    /// What it told.
    pub batch: Batch,
    /// The revision of the first page of the read that this one belongs to; `None` is that first
    /// page. What a complete read did not confirm since then is gone.
    pub read_rev: Option<i64>,
    /// The feed's health with this page.
    pub health: Health,
    /// Now.
    pub now: Timestamp,
}

/// What a commit did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The store's revision after it.
    pub revision: i64,
    /// Rows set aside.
    pub rejected: usize,
}

/// A transaction under way, and what it has touched.
pub(super) struct Work<'a> {
    pub(super) sql: &'a Transaction<'a>,
    pub(super) judge: Judge,
    pub(super) account: &'a str,
    pub(super) resource: &'static str,
    pub(super) now: Timestamp,
    /// Seconds between two reads of the feed, the longer of the last two.
    pub(super) every_s: i64,
    /// The first revision of this read.
    pub(super) read_rev: i64,
    pub(super) rev: i64,
    pub(super) touched: Touched,
    pub(super) rejects: Vec<Reject>,
    /// Tractors that others were folded into.
    pub(super) heirs: Vec<String>,
}

/// What must be worked out again, or told to readers, before the commit.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent mark")]
pub(super) struct Touched {
    pub(super) tractors: bool,
    pub(super) trailers: bool,
    pub(super) drivers: bool,
    pub(super) movements: bool,
    pub(super) orders: bool,
    pub(super) stops: bool,
    pub(super) stops_gone: bool,
    pub(super) conflicts: bool,
    pub(super) stays: bool,
    pub(super) stays_gone: bool,
    /// Rows of these tables went away: readers must read them whole.
    pub(super) tractors_gone: bool,
    pub(super) trailers_gone: bool,
    pub(super) drivers_gone: bool,
    /// Profiles of these kinds changed: link again …
    pub(super) identities: [bool; 3],
    /// … or only describe their units anew.
    pub(super) descriptions: [bool; 3],
    /// Who goes with whom may have changed.
    pub(super) ties: bool,
    /// Which units a load has may have changed, and who goes with whom by it.
    pub(super) loads: bool,
    /// A tractor's position changed hands: where its drivers are is written anew.
    pub(super) moved: bool,
}

impl Touched {
    pub(super) fn unit(&mut self, kind: UnitKind) {
        match kind {
            UnitKind::Tractor => self.tractors = true,
            UnitKind::Trailer => self.trailers = true,
            UnitKind::Driver => self.drivers = true,
        }
    }

    pub(super) fn unit_gone(&mut self, kind: UnitKind) {
        self.unit(kind);
        match kind {
            UnitKind::Tractor => self.tractors_gone = true,
            UnitKind::Trailer => self.trailers_gone = true,
            UnitKind::Driver => self.drivers_gone = true,
        }
    }

    pub(super) fn identity(&mut self, kind: UnitKind) {
        if let Some(mark) = self.identities.get_mut(kind as usize) {
            *mark = true;
        }
    }

    pub(super) fn description(&mut self, kind: UnitKind) {
        if let Some(mark) = self.descriptions.get_mut(kind as usize) {
            *mark = true;
        }
    }
}

impl<'a> Work<'a> {
    /// Work that no account's word is the reason for.
    pub(super) fn of_nobody(sql: &'a Transaction<'a>, judge: Judge, rev: i64, now: Timestamp) -> Self {
        let (touched, rejects, heirs) = (Touched::default(), Vec::new(), Vec::new());
        let (account, resource, every_s) = ("", "", 0);
        Self { sql, judge, account, resource, now, every_s, read_rev: rev, rev, touched, rejects, heirs }
    }

    pub(super) fn reject(&mut self, external_id: &str, reason: &str) {
        self.rejects.push(Reject { external_id: external_id.to_owned(), reason: reason.to_owned() });
    }
}

/// Seconds between two reads of the feed, the longer of what was planned before and what is now.
fn every_s(sql: &Transaction<'_>, commit: &Commit) -> rusqlite::Result<i64> {
    let before: Option<i64> = sql
        .prepare_cached("SELECT interval_s FROM feeds WHERE account = ?1 AND resource = ?2")?
        .query_row([commit.account.as_str(), commit.resource], |row| row.get(0))
        .optional()?;
    Ok(before.unwrap_or(0).max(commit.health.interval_s))
}

/// Commits one page.
pub(super) fn apply(writer: &mut Writer, commit: &Commit) -> Result<Applied, StoreError> {
    let applied = write(writer, commit);
    if applied.is_err() {
        writer.memory.failed(&commit.account, commit.resource);
    }
    applied
}

fn write(writer: &mut Writer, commit: &Commit) -> Result<Applied, StoreError> {
    let Writer { connection, judge, memory, ties, unlinked, .. } = writer;
    let sql = begin(connection)?;
    let rev = next_revision(&sql)?;
    memory.begin(rev);
    let mut work = Work {
        sql: &sql,
        judge: *judge,
        account: &commit.account,
        resource: commit.resource,
        now: commit.now,
        every_s: every_s(&sql, commit)?,
        read_rev: commit.read_rev.unwrap_or(rev),
        rev,
        touched: Touched::default(),
        rejects: commit.batch.rejects.clone(),
        heirs: Vec::new(),
    };
    let mut still_unlinked = unlinked.clone();
    identify(&mut work, memory, &mut still_unlinked, commit)?;
    let changes = listed::named(&mut work, &commit.batch.changes)?;
    take_in(&mut work, memory, &changes)?;
    match commit.batch.complete {
        true if commit.batch.bare => memory.told.bare(&mut work)?,
        true => memory.told.complete(&mut work)?,
        false => {}
    }
    // A read of many pages settles who goes with whom once, at its end.
    let open = ties.and(work.touched, rev);
    let settles = commit.health.done && open.are_open;
    if settles {
        pairings::resolve(&mut work, memory, open.loads_since)?;
        links::doubles::look(&mut work, memory)?;
    }
    if work.touched.moved || settles {
        fixes::drivers_follow(&mut work)?;
    }
    stays::settle(&mut work, &mut memory.stays)?;
    rejects::log(&work)?;
    let cursor = commit.batch.cursor.as_deref();
    health::read(&sql, &commit.account, commit.resource, cursor, &commit.health, commit.now)?;
    mark(&sql, rev, work.touched)?;
    let applied = Applied { revision: rev, rejected: work.rejects.len() };
    sql.commit()?;
    *ties = if settles { Ties::default() } else { open };
    *unlinked = still_unlinked;
    Ok(applied)
}

/// Who is who first: a roster that also tells where its units are, or what hours its drivers have, is
/// believed at once. A roster of many pages is linked once, at its end, or when its account tells of a unit.
fn identify(
    work: &mut Work<'_>,
    memory: &mut Memory,
    unlinked: &mut Unlinked,
    commit: &Commit,
) -> rusqlite::Result<()> {
    for change in &commit.batch.changes {
        match change {
            Change::Profile(profile) => profiles::upsert(work, profile)?,
            Change::Called(called) => memory.callings.take_in(work, called)?,
            _ => {}
        }
    }
    match (brought::is_of_loads(work), commit.batch.complete) {
        (true, _) if commit.health.done => brought::retire(work)?,
        (false, true) => profiles::retire_unconfirmed(work)?,
        _ => {}
    }
    for kind in UnitKind::ALL {
        let (identity, description) =
            (work.touched.identities[kind as usize], work.touched.descriptions[kind as usize]);
        if identity || description {
            let since = Since { revision: work.rev, identity };
            unlinked.note(work.account, kind, since);
        }
        let due = commit.health.done || tells_of(&commit.batch, kind);
        if due
            && unlinked.concerns(work.account, kind)
            && let Some(since) = unlinked.take(kind)
        {
            if since.identity {
                links::relink(work, kind, since.revision)?;
                memory.forget(kind);
            } else {
                links::describe(work, kind, since.revision)?;
            }
        }
    }
    Ok(())
}

/// Whether a page says of a unit of this kind what only a known one can be told of.
fn tells_of(batch: &Batch, told: UnitKind) -> bool {
    batch.changes.iter().any(|change| match change {
        Change::Fix { kind, .. } => *kind == told,
        Change::FixOfUnit { .. } => told != UnitKind::Driver,
        Change::Telemetry { .. } => told == UnitKind::Tractor,
        Change::Clocks { .. } | Change::Duty { .. } | Change::LogEnd { .. } => told == UnitKind::Driver,
        _ => false,
    })
}

/// Takes in everything but who is who.
fn take_in(work: &mut Work<'_>, memory: &mut Memory, changes: &[Change]) -> rusqlite::Result<()> {
    fixes::take_in(work, memory, changes)?;
    hours::take_in(work, memory, changes)?;
    for change in changes {
        match change {
            Change::Profile(_)
            | Change::Called(_)
            | Change::Fix { .. }
            | Change::FixOfUnit { .. }
            | Change::Telemetry { .. }
            | Change::Clocks { .. }
            | Change::Duty { .. }
            | Change::LogEnd { .. } => {}
            Change::DutyDays { external_id, source, days } => {
                duty_days::take_in(work, external_id, *source, days)?;
            }
            Change::Unheard { kind, before } => unheard::take_in(work, memory, *kind, *before)?,
            Change::Pairing(pairing) => memory.told.take_in(work, pairing)?,
            Change::Movement(movement) => freight::movement(work, movement)?,
            Change::Order(order) => freight::order(work, order)?,
            Change::Stop(stop) => freight::stop(work, stop)?,
            Change::Assignment(assignment) => freight::assignment(work, assignment)?,
            Change::MovementChanged { company_id, id } => freight::changed(work, company_id, id)?,
            Change::MovementGone { company_id, id } => freight::gone(work, company_id, id)?,
            Change::Customer { company_id, id, name } => freight::customer(work, company_id, id, name)?,
        }
    }
    Ok(())
}

/// The revision this transaction will be.
pub(super) fn next_revision(sql: &Transaction<'_>) -> rusqlite::Result<i64> {
    sql.prepare_cached("UPDATE revisions SET rev = rev + 1 WHERE name = 'all' RETURNING rev")?
        .query_row([], |row| row.get(0))
}

/// Tells readers that a table has something new, or, with `whole`, that it must be read whole.
pub(super) fn mark_one(sql: &Transaction<'_>, table: &str, rev: i64, whole: bool) -> rusqlite::Result<()> {
    sql.prepare_cached("UPDATE revisions SET rev = ?2, full_rev = iif(?3, ?2, full_rev) WHERE name = ?1")?
        .execute(params![table, rev, whole])?;
    Ok(())
}

/// Tells readers of everything that was touched.
pub(super) fn mark(sql: &Transaction<'_>, rev: i64, touched: Touched) -> rusqlite::Result<()> {
    let tables = [
        ("tractors", touched.tractors, touched.tractors_gone),
        ("trailers", touched.trailers, touched.trailers_gone),
        ("drivers", touched.drivers, touched.drivers_gone),
        ("movements", touched.movements, false),
        ("orders", touched.orders, false),
        ("stops", touched.stops, touched.stops_gone),
        ("conflicts", touched.conflicts, false),
        ("stays", touched.stays, touched.stays_gone),
        ("feeds", true, false),
    ];
    for (table, changed, whole) in tables {
        if changed {
            mark_one(sql, table, rev, whole)?;
        }
    }
    Ok(())
}
