//! When tractors were at their stops: which fixes are kept for that, and when it is judged anew. What is
//! made of the fixes is `rules::stay`'s, handed in; this module only sees to it that the judgement is
//! committed with the fixes that prove it.
//!
//! No fix is held in memory. Of each tractor it is known where its stops are, so that nearly every fix of
//! the ten thousand of a page is passed over without a look into the file.

mod judged;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use self::judged::Open;
use super::apply::Work;
use crate::model::{Cell, Fix, Grain, Point, Timestamp};

/// Fixes are kept for so long, and for as long as a stay hangs on them. Those that come later than this
/// still amend stays, but the time after which a truck came or left may be known less closely.
const KEPT: Duration = Duration::from_hours(12);
/// The stops of a load that is over are watched for so long: it may be closed while the truck is at the
/// dock.
const WATCHED: Duration = Duration::from_hours(12);
/// After that what was seen there stands; for so long it still says whose that visit was, so that none of
/// the next load's stops at the same place takes it for its own.
const SPOKEN_FOR: Duration = Duration::from_hours(72);
/// How often a tractor's fixes are looked through for what can go.
const PRUNED_EVERY: Duration = Duration::from_hours(1);

/// Degrees within which a parked truck's fixes scatter.
const SPOT: f64 = 0.0015;
/// A truck that was at a stop and stood on one spot for so long is taken to stand there …
const SETTLED: Duration = Duration::from_mins(5);
/// … and while it does, it is judged no more often than this: only what else is due there can change.
const JUDGED_EVERY: Duration = Duration::from_mins(10);

/// What is known of tractors between two commits.
#[derive(Default)]
pub(super) struct Stays {
    /// By the tractor's row; `None` until they are read.
    watches: Option<HashMap<i64, Watch>>,
    /// Tractors to be judged before the commit.
    due: BTreeSet<(i64, String)>,
}

/// How one tractor is watched.
#[derive(Default)]
struct Watch {
    places: Box<[Point]>,
    /// Where the newest fix belongs.
    newest: Option<Cell>,
    /// It is at a stop, as far as anybody knows.
    is_there: bool,
    /// Where it stands, unless it rolls, as most do.
    spot: Option<Box<Spot>>,
    pruned_at: Timestamp,
}

/// Where a truck stands, since when, and when it was judged by that last.
#[derive(Clone, Copy)]
struct Spot {
    place: Point,
    since: Timestamp,
    judged_at: Timestamp,
}

/// How a fix compares with those that the tractor was seen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// It is the newest.
    Newest,
    /// It comes late.
    Late,
}

impl Watch {
    /// Whether a fix that is kept may bear on a stay: one near a stop, the first after such a one, any
    /// while it stands there. One that comes late may lie between two of those.
    fn bears_on_a_stay(&self, grain: Grain, order: Order) -> bool {
        let was_near = self.newest.is_none_or(|newest| newest.grain != Grain::Far);
        !self.places.is_empty() && (grain != Grain::Far || was_near || self.is_there || order == Order::Late)
    }

    /// Takes in where it is now. True when it stands where it was judged to be lately, at a stop.
    fn stands_on(&mut self, grain: Grain, fix: &Fix) -> bool {
        let at = fix.observed_at;
        let place = Point { latitude: fix.latitude, longitude: fix.longitude };
        let is_on = |spot: &Spot| {
            let north = (spot.place.latitude - place.latitude).abs();
            north.max((spot.place.longitude - place.longitude).abs()) <= SPOT
        };
        let stands = grain == Grain::Standing;
        let Some(spot) = self.spot.as_mut().filter(|spot| stands && is_on(spot)) else {
            self.spot = stands.then(|| Box::new(Spot { place, since: at, judged_at: at }));
            return false;
        };
        let is_settled = self.is_there && spot.judged_at.since(spot.since) >= SETTLED;
        if is_settled && at.since(spot.judged_at) < JUDGED_EVERY {
            return true;
        }
        spot.judged_at = at;
        false
    }
}

impl Stays {
    /// Everything known is in doubt.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Takes in a fix of a tractor that was found sound.
    pub(super) fn see(
        &mut self,
        work: &Work<'_>,
        (rowid, tractor): (i64, &str),
        (fix, source): (&Fix, &str),
        order: Order,
    ) -> rusqlite::Result<()> {
        let watches = match &mut self.watches {
            Some(watches) => watches,
            none => none.insert(watches(work)?),
        };
        let watch = watches.entry(rowid).or_default();
        let cell = (work.judge.cell)(&watch.places, fix);
        if order == Order::Newest && watch.newest == Some(cell) {
            return Ok(());
        }
        let stands_on = order == Order::Newest && watch.stands_on(cell.grain, fix);
        if keep(work, tractor, cell, fix, source)? && !stands_on && watch.bears_on_a_stay(cell.grain, order) {
            self.due.insert((rowid, tractor.to_owned()));
        }
        if order == Order::Newest {
            watch.newest = Some(cell);
        }
        if work.now.since(watch.pruned_at) >= PRUNED_EVERY {
            // After the judgement: what it hangs on stays.
            self.due.insert((rowid, tractor.to_owned()));
        }
        Ok(())
    }

    fn watch(&mut self, rowid: i64) -> Option<&mut Watch> {
        Some(self.watches.as_mut()?.entry(rowid).or_default())
    }
}

/// Judges every tractor anew that was seen near a stop, whose loads changed, or that others turned out
/// to be.
pub(super) fn settle(work: &mut Work<'_>, stays: &mut Stays) -> rusqlite::Result<()> {
    if work.touched.stops_gone {
        let gone = work.sql.execute(GONE, [])?;
        work.touched.stays |= gone > 0;
        work.touched.stays_gone |= gone > 0;
    }
    if work.touched.movements || work.touched.stops {
        note_assigned(work)?;
        stays.due.extend(changed(work)?);
    }
    for heir in std::mem::take(&mut work.heirs) {
        let rowid = work
            .sql
            .prepare_cached("SELECT rowid FROM tractors WHERE id = ?1")?
            .query_row([&heir], |row| row.get(0))
            .optional()?;
        stays.due.extend(rowid.map(|rowid| (rowid, heir)));
    }
    for (rowid, tractor) in std::mem::take(&mut stays.due) {
        let planned = judged::planned(work, &tractor)?;
        let open = judged::judge(work, &tractor, &planned)?;
        let Some(watch) = stays.watch(rowid) else { continue };
        watch.places = judged::places(&planned);
        watch.is_there = open == Open::Yes;
        if work.now.since(watch.pruned_at) >= PRUNED_EVERY {
            prune(work, &tractor)?;
            watch.pruned_at = work.now;
        }
    }
    Ok(())
}

/// A record became another unit's: its fixes, its loads and its stays are that one's. Of two that were
/// watched as two trucks, what is in the same cell is one of the two.
pub(super) fn fold(work: &mut Work<'_>, from: &str, to: &str) -> rusqlite::Result<()> {
    for table in ["stay_fixes", "tractors_assigned"] {
        work.sql
            .prepare_cached(&format!("UPDATE OR IGNORE {table} SET tractor_id = ?2 WHERE tractor_id = ?1"))?
            .execute([from, to])?;
        work.sql.prepare_cached(&format!("DELETE FROM {table} WHERE tractor_id = ?1"))?.execute([from])?;
    }
    let stays = work
        .sql
        .prepare_cached("UPDATE stays SET tractor_id = ?2, rev = ?3 WHERE tractor_id = ?1")?
        .execute(params![from, to, work.rev])?;
    work.touched.stays |= stays > 0;
    work.heirs.push(to.to_owned());
    Ok(())
}

/// Stays at stops that are no more.
pub(super) const GONE: &str = "DELETE FROM stays WHERE NOT EXISTS
     (SELECT 1 FROM stops s WHERE s.company_id = stays.company_id AND s.id = stays.stop_id)";

/// Keeps a fix, unless an earlier one of its cell is. True when it was kept.
fn keep(work: &Work<'_>, tractor: &str, cell: Cell, fix: &Fix, source: &str) -> rusqlite::Result<bool> {
    let kept = work
        .sql
        .prepare_cached(
            "INSERT INTO stay_fixes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET latitude = ?4, longitude = ?5, speed_mph = ?6, observed_at = ?7, source = ?8
             WHERE (?7, ?8) < (observed_at, source)",
        )?
        .execute(params![
            tractor,
            cell.grain.number(),
            cell.number,
            fix.latitude,
            fix.longitude,
            fix.speed_mph,
            fix.observed_at.millis(),
            source,
        ])?;
    Ok(kept > 0)
}

/// Throws away what no stay hangs on any more: what is older than [`KEPT`], unless it belongs to a load
/// that is watched. Of those far from every stop the ones just before and after stay.
fn prune(work: &Work<'_>, tractor: &str) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(&format!(
            "DELETE FROM stay_fixes WHERE tractor_id = ?1 AND (grain, number) IN
                 (SELECT grain, number FROM
                     (SELECT grain, number, observed_at, lag(grain, 1, 1) OVER w AS before,
                          lead(grain, 1, 1) OVER w AS after
                      FROM stay_fixes WHERE tractor_id = ?1 WINDOW w AS (ORDER BY observed_at))
                  WHERE observed_at < ?2 AND (grain = 0 AND before = 0 AND after = 0 OR observed_at < coalesce(
                      (SELECT min(coalesce(y.arrived_after_at, y.arrived_by_at)) FROM stays y
                       JOIN movements m ON m.company_id = y.company_id AND m.id = y.movement_id
                       WHERE y.tractor_id = ?1 AND {}), ?2)))",
            is_watched("?3"),
        ))?
        .execute(params![tractor, work.now.minus(KEPT).millis(), work.now.minus(WATCHED).millis()])?;
    Ok(())
}

/// Whether the stops of the movement `m` are watched; `since` is when [`WATCHED`] began.
fn is_watched(since: &str) -> String {
    format!("(m.status NOT IN ('delivered', 'void') OR m.ended_at > {since})")
}

/// Notes since when tractors are on the movements that changed.
fn note_assigned(work: &Work<'_>) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO tractors_assigned SELECT company_id, id, tractor_id, ?2 FROM movements m
             WHERE rev = ?1 AND tractor_id IS NOT NULL AND {}",
            is_watched("?3"),
        ))?
        .execute(params![work.rev, work.now.millis(), work.now.minus(WATCHED).millis()])?;
    Ok(())
}

/// The tractors of the movements that changed, those that were taken off them among them.
fn changed(work: &Work<'_>) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT DISTINCT t.rowid, t.id FROM
             (SELECT company_id, id FROM movements WHERE rev = ?1
              UNION SELECT company_id, movement_id FROM stops WHERE rev = ?1) c
         CROSS JOIN tractors_assigned a ON a.company_id = c.company_id AND a.movement_id = c.id
         CROSS JOIN tractors t ON t.id = a.tractor_id",
    )?;
    let rows = statement.query_map([work.rev], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Where a stop `s` is: by the TMS, else by its address, if that was found for sure. One that a person has to
/// confirm may be miles away; nobody arrives there.
const LATITUDE: &str = "coalesce(s.latitude, g.latitude)";
const LONGITUDE: &str = "coalesce(s.longitude, g.longitude)";
const PLACED: &str = "LEFT JOIN places g ON coalesce(s.latitude, s.longitude) IS NULL AND g.is_unsure = 0
     AND g.street = s.address AND g.city = coalesce(s.city, '') AND g.state = coalesce(s.state, '')
     AND g.zip = coalesce(s.zip, '')";

/// Addresses were looked up in this revision: the tractors that have a stop at one are to be judged.
pub(super) fn placed(work: &Work<'_>, stays: &mut Stays) -> rusqlite::Result<()> {
    let mut statement = work.sql.prepare_cached(&format!(
        "SELECT DISTINCT t.rowid, t.id FROM stops s {PLACED}
         CROSS JOIN tractors_assigned a ON a.company_id = s.company_id AND a.movement_id = s.movement_id
         CROSS JOIN tractors t ON t.id = a.tractor_id
         WHERE g.asked_at = ?1",
    ))?;
    let rows = statement.query_map([work.now.millis()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for tractor in rows {
        stays.due.insert(tractor?);
    }
    Ok(())
}

/// Where each tractor's stops are, and whether it is at one.
fn watches(work: &Work<'_>) -> rusqlite::Result<HashMap<i64, Watch>> {
    let mut places: HashMap<i64, Vec<Point>> = HashMap::new();
    let mut statement = work.sql.prepare_cached(&format!(
        "SELECT t.rowid, {LATITUDE} AS latitude, {LONGITUDE} AS longitude FROM movements m
         CROSS JOIN tractors_assigned a ON a.company_id = m.company_id AND a.movement_id = m.id
         CROSS JOIN tractors t ON t.id = a.tractor_id
         CROSS JOIN stops s ON s.company_id = m.company_id AND s.movement_id = m.id {PLACED}
         WHERE {LATITUDE} IS NOT NULL AND {LONGITUDE} IS NOT NULL AND {}",
        is_watched("?1"),
    ))?;
    let mut rows = statement.query([work.now.minus(WATCHED).millis()])?;
    while let Some(row) = rows.next()? {
        let place = Point { latitude: row.get(1)?, longitude: row.get(2)? };
        places.entry(row.get(0)?).or_default().push(place);
    }
    let mut watches: HashMap<i64, Watch> = HashMap::new();
    for (rowid, places) in places {
        watches.insert(rowid, Watch { places: places.into(), ..Watch::default() });
    }
    let mut statement = work.sql.prepare_cached(
        "SELECT DISTINCT t.rowid FROM stays y JOIN tractors t ON t.id = y.tractor_id WHERE y.departed_at IS NULL",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        watches.entry(row.get(0)?).or_default().is_there = true;
    }
    Ok(watches)
}
