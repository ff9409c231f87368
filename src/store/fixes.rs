//! Where units are and what their readings say. A late answer never moves anything back in time. A
//! page is judged in memory; what it comes to is one statement a unit.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::{CachedStatement, params};

use super::apply::Work;
use super::links;
use super::memory::{CONFIRM_MS, Kept, Memory, Past, Point, Stood, Suspect, Unit};
use super::stays::Order;
use super::unheard;
use crate::model::{Change, Fix, Motion, Sighting, Telemetry, Timestamp, UnitKind, Verdict};

/// History keeps a point a mile on the move …
const KEEP_DEGREES: f32 = 1.0 / 69.0;
/// … but never two within this …
const KEEP_NOT_WITHIN_MS: i64 = 30_000;
/// … and one at least this often, moving or not.
const KEEP_EVERY_MS: i64 = 15 * 60_000;

/// Takes in the positions and readings of a page.
pub(super) fn take_in(work: &mut Work<'_>, memory: &mut Memory, changes: &[Change]) -> rusqlite::Result<()> {
    let mut page = Page { memory, news: Vec::new() };
    // Readings first: whether a truck idles is judged from its engine too.
    for change in changes {
        if let Change::Telemetry { external_id, telemetry } = change {
            page.telemetry(work, external_id, telemetry)?;
        }
    }
    for seen in in_order_of_time(changes) {
        page.fix(work, &seen)?;
    }
    page.write(work, changes)
}

/// A fix, and its place in the page.
struct Seen<'a> {
    place: usize,
    kind: UnitKind,
    external_id: &'a str,
    fix: &'a Fix,
}

/// The fixes of a page, each unit's in the order they were observed.
fn in_order_of_time(changes: &[Change]) -> Vec<Seen<'_>> {
    let fixes = changes.iter().enumerate().filter_map(|(place, change)| match change {
        Change::Fix { kind, external_id, fix } => Some(Seen { place, kind: *kind, external_id, fix }),
        _ => None,
    });
    let mut fixes: Vec<_> = fixes.collect();
    fixes.sort_by_key(|seen| seen.fix.observed_at);
    fixes
}

/// A page being taken in.
struct Page<'a> {
    memory: &'a mut Memory,
    /// Units with news that is not written yet.
    news: Vec<(UnitKind, usize)>,
}

impl Page<'_> {
    fn fix(&mut self, work: &mut Work<'_>, seen: &Seen<'_>) -> rusqlite::Result<()> {
        let Seen { kind, external_id, fix, .. } = *seen;
        let Some(at) = self.memory.unit(work, kind, external_id)? else { return Ok(()) };
        let account = self.memory.account(work.account);
        let Some((unit, mut past)) = self.memory.at(kind, at) else { return Ok(()) };
        let suspect = unit.suspect.as_ref().map(|suspect| Sighting::from(&suspect.fix));
        let verdict = (work.judge.sane)(fix.into(), unit.shown, suspect, work.now);
        let before = match verdict {
            Verdict::BearsOut => suspect,
            // A tracker that told how fast it rolled tells that it stands by telling nothing.
            _ if unit.state == Motion::Moving && unit.has_speed => None,
            _ => unit.shown,
        };
        let shows = (work.judge.motion)(fix, before, unit.engine.map(|(engine, _)| engine));
        match verdict {
            Verdict::Moves => {
                clear(work, kind, unit)?;
            }
            Verdict::BearsOut => {
                if let Some(suspect) = clear(work, kind, unit)? {
                    let shows = (work.judge.motion)(&suspect.fix, None, None);
                    past.keep(work, (kind, unit), (&suspect.fix, &suspect.source), shows, Order::Late)?;
                }
            }
            Verdict::Same if unheard::again(work, (kind, unit), account, fix, shows) => {
                if unit.news.is_none() {
                    self.news.push((kind, at));
                }
                unit.news.moved = u32::try_from(seen.place).ok();
                return Ok(());
            }
            Verdict::Same if (work.now.millis() - unit.synced).abs() < CONFIRM_MS => return Ok(()),
            Verdict::Same => {
                if unit.news.is_none() {
                    self.news.push((kind, at));
                }
                unit.news.confirmed = true;
                return Ok(());
            }
            Verdict::Older(reason) => {
                // That another account saw the unit earlier is no fault of anybody's.
                if unit.source == Some(account) {
                    work.reject(external_id, reason);
                }
                correct(work, kind, unit, fix, shows)?;
                // It moves nothing, and still belongs into the history.
                return past.keep(work, (kind, unit), (fix, work.account), shows, Order::Late);
            }
            Verdict::Doubtful(reason) => {
                doubt(work, kind, unit, fix)?;
                work.reject(external_id, reason);
                return Ok(());
            }
            Verdict::StillDoubtful => return Ok(()),
            Verdict::Unsound(reason) => {
                work.reject(external_id, reason);
                return Ok(());
            }
        }
        if unit.news.is_none() {
            self.news.push((kind, at));
        }
        unit.news.moved = u32::try_from(seen.place).ok();
        let stood = stand(work, unit, fix, shows);
        let at = fix.observed_at.millis();
        let stands = stood.filter(|_| shows != Motion::Moving);
        let is_elsewhere = stands.is_some_and(|stood| stood.since == at);
        if unit.state != shows || unit.since.is_none() || is_elsewhere {
            // What was taken to roll by the way it came may have come to rest where it was seen then.
            let came = stands.filter(|_| unit.state == Motion::Moving).map(|stood| stood.since);
            let began = came.unwrap_or_else(|| began(fix, shows, unit.shown));
            (unit.state, unit.since) = (shows, Some(began));
        }
        (unit.shown, unit.source, unit.stood) = (Some(fix.into()), Some(account), stood);
        unit.has_speed = fix.speed_mph.is_some();
        past.keep(work, (kind, unit), (fix, work.account), shows, Order::Newest)
    }

    /// Takes in a tractor's readings, each where it is newer than the one we have.
    fn telemetry(
        &mut self,
        work: &mut Work<'_>,
        external_id: &str,
        told: &Telemetry,
    ) -> rusqlite::Result<()> {
        let kind = UnitKind::Tractor;
        let Some(at) = self.memory.unit(work, kind, external_id)? else { return Ok(()) };
        let Some((unit, _)) = self.memory.at(kind, at) else { return Ok(()) };
        let timely = |work: &mut Work<'_>, at: Timestamp| {
            let judged = (work.judge.timely)(at, work.now);
            judged.inspect_err(|reason| work.reject(external_id, reason)).is_ok()
        };
        let mut read = false;
        // An engine's time is when its state began: the same one may be told anew with another word.
        if let Some((engine, at)) = told.engine
            && timely(work, at)
            && unit.engine.is_none_or(|(had, had_at)| at > had_at || at == had_at && engine != had)
        {
            (unit.engine, read) = (Some((engine, at)), true);
        }
        for (mine, told) in [(&mut unit.fuel, told.fuel_pct), (&mut unit.odometer, told.odometer_mi)] {
            if let Some((value, at)) = told
                && timely(work, at)
                && mine.is_none_or(|(_, had_at)| at > had_at)
            {
                (*mine, read) = (Some((value, at)), true);
            }
        }
        if read {
            if unit.news.is_none() {
                self.news.push((kind, at));
            }
            unit.news.read = true;
        }
        Ok(())
    }

    /// Writes what there is of news, each unit's in one statement.
    fn write(self, work: &mut Work<'_>, changes: &[Change]) -> rusqlite::Result<()> {
        if self.news.is_empty() {
            return Ok(());
        }
        let sql = work.sql;
        let mut tractors = Statements::of(sql, UnitKind::Tractor)?;
        let mut trailers = Statements::of(sql, UnitKind::Trailer)?;
        let mut follow = sql.prepare_cached(FOLLOW)?;
        for (kind, at) in self.news {
            let Some((unit, _)) = self.memory.at(kind, at) else { continue };
            unit.synced = work.now.millis();
            let statements = if kind == UnitKind::Tractor { &mut tractors } else { &mut trailers };
            let news = std::mem::take(&mut unit.news);
            let Some(fix) = news.moved.and_then(|place| fix_at(changes, place)) else {
                statements.stay(work, unit, news.read)?;
                continue;
            };
            statements.move_to(work, unit, fix, news.read)?;
            work.touched.unit(kind);
            if kind == UnitKind::Tractor {
                let drivers = follow.execute(params![
                    &*unit.id,
                    fix.latitude,
                    fix.longitude,
                    fix.place,
                    fix.observed_at.millis(),
                    work.now.millis(),
                    work.rev,
                ])?;
                work.touched.drivers |= drivers > 0;
            }
        }
        Ok(())
    }
}

/// Since when it is as `fix` shows it: since then, if the tracker does not say since when before that; and not before it was
/// seen otherwise, or elsewhere.
fn began(fix: &Fix, shows: Motion, before: Option<Sighting>) -> i64 {
    let at = fix.observed_at.millis();
    let means = |rolls| shows == if rolls { Motion::Moving } else { Motion::Stopped };
    let since = fix.says.filter(|says| means(says.rolls)).and_then(|says| says.since_at);
    let before = before.map_or(i64::MIN, |before| before.observed_at.millis());
    since.map_or(at, |since| since.millis().max(before).min(at))
}

/// The stand that a unit is in once `fix` shows it so: the one that it was in, or a new one. Between two fixes it
/// may have gone elsewhere and stopped there, unseen.
fn stand(work: &Work<'_>, unit: &Unit, fix: &Fix, shows: Motion) -> Option<Stood> {
    let is_there = |shown: &Sighting| (work.judge.stays_put)(*shown, fix.into());
    let begins = || Stood {
        since: fix.observed_at.millis(),
        after: unit.shown.map(|shown| shown.observed_at.millis()),
    };
    if shows == Motion::Moving {
        // Without a speed or a word only the way here is known: that it came to rest here the next fix may tell.
        return (fix.speed_mph.is_none() && fix.says.is_none()).then(begins);
    }
    match (unit.shown.filter(is_there), unit.stood, unit.state) {
        (Some(_), Some(stood), _) => Some(stood),
        // It stood there before any of this was noted: nobody knows since when.
        (Some(before), None, Motion::Idle | Motion::Stopped) => {
            Some(Stood { since: before.observed_at.millis(), after: None })
        }
        _ => Some(begins()),
    }
}

/// The stand of a unit as a fix that came late corrects it; `None` where that tells nothing of it. Only where somebody
/// saw the unit elsewhere or rolling before is it known that nothing else lies between: else nothing is added to it.
fn corrected(work: &Work<'_>, unit: &Unit, fix: &Fix, shows: Motion) -> Option<Stood> {
    let (stood, newest) = (unit.stood?, unit.shown?);
    let at = fix.observed_at.millis();
    let stands_there = shows != Motion::Moving && (work.judge.stays_put)(newest, fix.into());
    if at == stood.since || stood.after.is_some_and(|after| at <= after) {
        return None;
    }
    match (stands_there, at < stood.since) {
        // It was away in between: of what it was seen to stand before and since, only the last is sure.
        (false, false) => Some(Stood { since: newest.observed_at.millis(), after: Some(at) }),
        (false, true) => Some(Stood { after: Some(at), ..stood }),
        (true, true) if stood.after.is_some() => Some(Stood { since: at, ..stood }),
        (true, _) => None,
    }
}

/// Corrects the stand of a unit by a fix that came late, and since when it is in its state.
fn correct(
    work: &mut Work<'_>,
    kind: UnitKind,
    unit: &mut Unit,
    fix: &Fix,
    shows: Motion,
) -> rusqlite::Result<()> {
    let Some(stood) = corrected(work, unit, fix, shows) else { return Ok(()) };
    let is_cut_short = unit.stood.is_some_and(|had| had.since < stood.since);
    if is_cut_short && unit.since < Some(fix.observed_at.millis()) {
        unit.since = Some(stood.since);
    }
    unit.stood = Some(stood);
    work.sql
        .prepare_cached(&format!(
            "UPDATE {} SET stood_since_at = ?2, stood_after_at = ?3, state_since_at = ?4, computed_at = ?5,
                 updated_at = ?5, rev = ?6
             WHERE rowid = ?1",
            links::table(kind)
        ))?
        .execute(params![unit.rowid, stood.since, stood.after, unit.since, work.now.millis(), work.rev])?;
    work.touched.unit(kind);
    Ok(())
}

fn fix_at(changes: &[Change], place: u32) -> Option<&Fix> {
    match changes.get(place as usize) {
        Some(Change::Fix { fix, .. }) => Some(fix),
        _ => None,
    }
}

/// A driver is where the tractor is. Worked out, so `computed_at` moves and `updated_at` does not.
const FOLLOW: &str = "UPDATE drivers SET latitude = ?2, longitude = ?3, place = ?4, observed_at = ?5,
         computed_at = ?6, rev = ?7
     WHERE tractor_id = ?1";

/// The statements that a kind's news takes.
struct Statements<'a> {
    moved: CachedStatement<'a>,
    /// Only tractors have readings.
    moved_and_read: Option<CachedStatement<'a>>,
    read: Option<CachedStatement<'a>>,
    confirmed: CachedStatement<'a>,
}

impl<'a> Statements<'a> {
    fn of(sql: &'a rusqlite::Connection, kind: UnitKind) -> rusqlite::Result<Self> {
        const READINGS: &str = "engine = ?2, engine_at = ?3, fuel_pct = ?4, fuel_at = ?5, odometer_mi = ?6,
             odometer_at = ?7";
        const POSITION: &str =
            "latitude = ?10, longitude = ?11, heading_deg = ?12, speed_mph = ?13, place = ?14,
             observed_at = ?15, source = ?16, state = ?17, state_since_at = ?18,
             stood_since_at = ?19, stood_after_at = ?20, computed_at = ?8";
        const TIMES: &str = "updated_at = ?8, synced_at = ?8, rev = ?9 WHERE rowid = ?1";
        let table = links::table(kind);
        let has_readings = kind == UnitKind::Tractor;
        let readings = |columns: &str| {
            has_readings
                .then(|| sql.prepare_cached(&format!("UPDATE {table} SET {columns}, {TIMES}")))
                .transpose()
        };
        Ok(Self {
            moved: sql.prepare_cached(&format!("UPDATE {table} SET {POSITION}, {TIMES}"))?,
            moved_and_read: readings(&format!("{READINGS}, {POSITION}"))?,
            read: readings(READINGS)?,
            confirmed: sql.prepare_cached(&format!("UPDATE {table} SET synced_at = ?2 WHERE rowid = ?1"))?,
        })
    }
}

impl Statements<'_> {
    /// Moves the unit to where it was seen, and writes what it read.
    fn move_to(&mut self, work: &Work<'_>, unit: &Unit, fix: &Fix, read: bool) -> rusqlite::Result<()> {
        let statement = match &mut self.moved_and_read {
            Some(statement) if read => statement,
            _ => &mut self.moved,
        };
        statement.execute(params![
            unit.rowid,
            unit.engine.map(|(engine, _)| engine.word()),
            unit.engine.map(|(_, at)| at.millis()),
            unit.fuel.map(|(level, _)| level),
            unit.fuel.map(|(_, at)| at.millis()),
            unit.odometer.map(|(miles, _)| miles),
            unit.odometer.map(|(_, at)| at.millis()),
            work.now.millis(),
            work.rev,
            fix.latitude,
            fix.longitude,
            fix.heading_deg,
            fix.speed_mph,
            fix.place,
            fix.observed_at.millis(),
            work.account,
            unit.state.word(),
            unit.since,
            unit.stood.map(|stood| stood.since),
            unit.stood.and_then(|stood| stood.after),
        ])?;
        Ok(())
    }

    /// Writes what a unit read that was not seen anywhere else.
    fn stay(&mut self, work: &mut Work<'_>, unit: &Unit, read: bool) -> rusqlite::Result<()> {
        let Some(statement) = self.read.as_mut().filter(|_| read) else {
            self.confirmed.execute(params![unit.rowid, work.now.millis()])?;
            return Ok(());
        };
        statement.execute(params![
            unit.rowid,
            unit.engine.map(|(engine, _)| engine.word()),
            unit.engine.map(|(_, at)| at.millis()),
            unit.fuel.map(|(level, _)| level),
            unit.fuel.map(|(_, at)| at.millis()),
            unit.odometer.map(|(miles, _)| miles),
            unit.odometer.map(|(_, at)| at.millis()),
            work.now.millis(),
            work.rev,
        ])?;
        work.touched.tractors = true;
        Ok(())
    }
}

/// Sets a fix aside, to be borne out or not by the next.
fn doubt(work: &Work<'_>, kind: UnitKind, unit: &mut Unit, fix: &Fix) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached("INSERT OR REPLACE INTO suspects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            kind.word(),
            &*unit.id,
            fix.latitude,
            fix.longitude,
            fix.speed_mph,
            fix.heading_deg,
            fix.observed_at.millis(),
            work.account,
        ])?;
    unit.suspect = Some(Box::new(Suspect { fix: fix.clone(), source: work.account.to_owned() }));
    Ok(())
}

/// Nothing is in doubt any more. Returns what was.
fn clear(work: &Work<'_>, kind: UnitKind, unit: &mut Unit) -> rusqlite::Result<Option<Box<Suspect>>> {
    let Some(suspect) = unit.suspect.take() else { return Ok(None) };
    work.sql
        .prepare_cached("DELETE FROM suspects WHERE kind = ?1 AND unit_id = ?2")?
        .execute(params![kind.word(), &*unit.id])?;
    Ok(Some(suspect))
}

impl Past<'_> {
    /// Takes a sound fix into the history, and to those that a tractor's stays are judged by.
    fn keep(
        &mut self,
        work: &Work<'_>,
        (kind, unit): (UnitKind, &Unit),
        seen: (&Fix, &str),
        state: Motion,
        order: Order,
    ) -> rusqlite::Result<()> {
        if kind == UnitKind::Tractor {
            self.stays.see(work, (unit.rowid, &unit.id), seen, order)?;
        }
        keep(work, self.kept, (kind, unit), seen, state)
    }
}

/// Writes a history point where the thinning wants one.
fn keep(
    work: &Work<'_>,
    kept: &mut Kept,
    (kind, unit): (UnitKind, &Unit),
    (fix, source): (&Fix, &str),
    state: Motion,
) -> rusqlite::Result<()> {
    #[expect(clippy::cast_possible_truncation, reason = "a few yards are no matter")]
    let (latitude, longitude) = (fix.latitude as f32, fix.longitude as f32);
    let point = Point { at: fix.observed_at, latitude, longitude, state };
    let mut hasher = DefaultHasher::new();
    (kind, unit.rowid, source).hash(&mut hasher);
    let key = hasher.finish();
    let last = kept.get(&key);
    if last.is_some_and(|last| !worth_keeping(last, &point)) {
        return Ok(());
    }
    let is_newest = last.is_none_or(|last| last.at < point.at);
    work.sql
        .prepare_cached("INSERT OR IGNORE INTO positions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            kind.word(),
            &*unit.id,
            fix.latitude,
            fix.longitude,
            fix.speed_mph,
            fix.heading_deg,
            fix.observed_at.millis(),
            source,
        ])?;
    if is_newest {
        kept.insert(key, point);
    }
    Ok(())
}

fn worth_keeping(last: &Point, point: &Point) -> bool {
    let apart = point.at.millis_since(last.at).abs();
    if apart < KEEP_NOT_WITHIN_MS {
        return false;
    }
    let moved = (point.latitude - last.latitude).abs().max((point.longitude - last.longitude).abs());
    apart >= KEEP_EVERY_MS || moved >= KEEP_DEGREES || point.state != last.state
}

/// Where every driver's tractor is, written anew: who drives what has changed, or a tractor changed
/// hands.
pub(super) fn drivers_follow(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let moved = work
        .sql
        .prepare_cached(
            "UPDATE drivers SET latitude = t.latitude, longitude = t.longitude, place = t.place,
                 observed_at = t.observed_at, computed_at = ?1, rev = ?2
             FROM tractors t
             WHERE t.id = drivers.tractor_id
               AND (drivers.latitude, drivers.longitude, drivers.place, drivers.observed_at)
                   IS NOT (t.latitude, t.longitude, t.place, t.observed_at)",
        )?
        .execute(params![work.now.millis(), work.rev])?;
    work.touched.drivers |= moved > 0;
    Ok(())
}
