//! Who drives what and what pulls what: keeps each account's word, and writes what it comes to into
//! the rows of movements and units.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use super::apply::Work;
use super::memory::Memory;
use super::profiles;
use super::rows::{TMS_ACCOUNT, text};
use crate::model::{Assignment, Claim, Pairing, PairingSource, RowText, Tie, Timestamp, UnitId, UnitKind};

/// Notes one account's word. Who is logged in where is told for one driver at a time, so the new word
/// takes the place of the old; lists may name several partners, and a complete one drops the rest.
pub(super) fn upsert(work: &mut Work<'_>, told: &Pairing) -> rusqlite::Result<()> {
    let since = told.since_at.map(Timestamp::millis);
    let right = told.right.as_deref().unwrap_or_default();
    let (tie, by) = (told.tie.word(), told.by.word());
    let mut changed = 0;
    if told.by == PairingSource::Eld {
        changed += work
            .sql
            .prepare_cached(
                "DELETE FROM pairings WHERE account = ?1 AND tie = ?2 AND left_id = ?3 AND source = ?4
                     AND resource = ?5 AND right_id <> ?6",
            )?
            .execute(params![work.account, tie, told.left, by, work.resource, right])?;
    }
    changed += work
        .sql
        .prepare_cached(
            "INSERT INTO pairings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET since_at = ?7 WHERE since_at IS NOT ?7",
        )?
        .execute(params![work.account, tie, told.left, by, work.resource, right, since])?;
    work.touched.ties |= changed > 0;
    Ok(())
}

/// A list that names every truck came without one. That everybody got off at once is a fault of the service, never the
/// end of the day: who it named stays where he is, and that is said, if it named anybody. Returns whether it did.
pub(super) fn keep(work: &mut Work<'_>) -> rusqlite::Result<bool> {
    let has_named: bool = work
        .sql
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM pairings WHERE account = ?1 AND resource = ?2)")?
        .query_row(params![work.account, work.resource], |row| row.get(0))?;
    if has_named {
        work.reject("", profiles::EMPTY);
    }
    Ok(has_named)
}

/// Works out again who goes with whom. `loads_since` is the revision from which on something that bears on
/// which units a load has, has changed; `None` where nothing has.
pub(super) fn resolve(
    work: &mut Work<'_>,
    memory: &mut Memory,
    loads_since: Option<i64>,
) -> rusqlite::Result<()> {
    for kind in UnitKind::ALL {
        memory.learn(work, kind)?;
    }
    if let Some(since) = loads_since {
        movements(work, since)?;
    }
    let (loads, memory) = (loads(work)?, &*memory);
    let drivers =
        settle(work, memory, Tie::DriverTractor, load_claims(&loads, Load::drivers, |load| &load.tractor))?;
    let keepers =
        settle(work, memory, Tie::TrailerDriver, load_claims(&loads, Load::trailers, |load| &load.driver))?;
    let tractor_of: HashMap<&str, &str> =
        drivers.iter().filter_map(|claim| Some((claim.left, claim.right?))).collect();
    // A trailer that a driver has is behind the tractor that the driver is on.
    let behind = keepers
        .iter()
        .filter_map(|claim| Some(Claim { right: Some(tractor_of.get(claim.right?)?), ..*claim }));
    let mut pulled: Vec<Claim<'_>> = behind.collect();
    pulled.extend(load_claims(&loads, Load::trailers, |load| &load.tractor));
    let trailers = settle(work, memory, Tie::TrailerTractor, pulled)?;
    let best_driver = partners(&drivers);
    let best_trailer = partners(&trailers);
    write_drivers(work, &drivers, &loads)?;
    write_tractors(work, &best_driver, &best_trailer, &loads)?;
    write_trailers(work, &trailers, &keepers, &best_driver, &loads)
}

/// Writes the movements' units: as the movement itself said, else as its equipment group does.
pub(super) fn movements(work: &mut Work<'_>, since: i64) -> rusqlite::Result<()> {
    let by_id = |kind: UnitKind, column: &str| {
        format!(
            "(SELECT unit_id FROM unit_links WHERE kind = '{}' AND account = ?3 AND external_id = m.{column})",
            kind.word()
        )
    };
    // A group does not say which of a team drives first, so that is settled by name until the movement is read.
    let by_group = |kind: UnitKind, place: usize| {
        format!(
            "(SELECT l.unit_id FROM profiles p JOIN unit_links l USING (kind, account, external_id)
              WHERE p.equipment_group = m.equipment_group AND p.kind = '{}' AND p.account = ?3 AND p.active = 1
                AND m.status = 'in_progress'
              ORDER BY p.external_id LIMIT 1 OFFSET {place})",
            kind.word()
        )
    };
    let either = |kind, place, column| {
        format!("iif(m.hydrated_at IS NULL, {}, {})", by_group(kind, place), by_id(kind, column))
    };
    let sql = format!(
        "UPDATE movements SET driver_id = n.driver, driver2_id = n.driver2, tractor_id = n.tractor,
             trailer_id = n.trailer, updated_at = ?1, rev = ?2
         FROM (SELECT m.company_id AS company, m.id AS movement, {} AS driver, {} AS driver2, {} AS tractor, {} AS trailer
               FROM movements m WHERE m.rev >= ?4 OR m.status IN ('available', 'covered', 'in_progress', 'unknown')) n
         WHERE company_id = n.company AND id = n.movement
           AND (driver_id, driver2_id, tractor_id, trailer_id) IS NOT (n.driver, n.driver2, n.tractor, n.trailer)",
        either(UnitKind::Driver, 0, "tms_driver"),
        either(UnitKind::Driver, 1, "tms_driver2"),
        either(UnitKind::Tractor, 0, "tms_tractor"),
        either(UnitKind::Trailer, 0, "tms_trailer"),
    );
    let changed =
        work.sql.prepare_cached(&sql)?.execute(params![work.now.millis(), work.rev, TMS_ACCOUNT, since])?;
    work.touched.movements |= changed > 0;
    Ok(())
}

/// Notes the trailers behind a movement's first one, as the movement itself names them. They stand among what
/// accounts said of pairings, under the movement that was read, and count while that is under way ([`loads`]).
pub(super) fn more_trailers(work: &mut Work<'_>, told: &Assignment) -> rusqlite::Result<()> {
    let (tie, by) = (Tie::TrailerTractor.word(), PairingSource::Load.word());
    let read = of_movement(&told.movement_id);
    let mut before: Vec<(Option<i64>, String)> = work
        .sql
        .prepare_cached("SELECT since_at, left_id FROM pairings WHERE account = ?1 AND tie = ?2 AND source = ?3 AND resource = ?4")?
        .query_map([work.account, tie, by, &read], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    before.sort();
    let now: Vec<(Option<i64>, String)> =
        (1_i64..).zip(&told.more_trailers).map(|(place, trailer)| (Some(place), trailer.clone())).collect();
    if before == now {
        return Ok(());
    }
    work.sql
        .prepare_cached(
            "DELETE FROM pairings WHERE account = ?1 AND tie = ?2 AND source = ?3 AND resource = ?4",
        )?
        .execute([work.account, tie, by, &read])?;
    for (place, trailer) in now {
        work.sql
            .prepare_cached("INSERT OR IGNORE INTO pairings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                work.account,
                tie,
                trailer,
                by,
                read,
                told.tractor.as_deref().unwrap_or_default(),
                place
            ])?;
    }
    work.touched.loads = true;
    Ok(())
}

/// What was read where a movement named its units.
fn of_movement(id: &str) -> String {
    format!("movements/{id}")
}

/// A load under way and its units.
struct Load {
    id: String,
    loaded: String,
    driver: Option<UnitId>,
    driver2: Option<UnitId>,
    tractor: Option<UnitId>,
    trailer: Option<UnitId>,
    more_trailers: Vec<UnitId>,
}

impl Load {
    /// Its drivers, of whom none goes before the other.
    fn drivers(&self) -> impl Iterator<Item = (i64, &UnitId)> {
        [&self.driver, &self.driver2].into_iter().flatten().map(|id| (0, id))
    }

    /// Its trailers, each with its place behind the truck.
    fn trailers(&self) -> impl Iterator<Item = (i64, &UnitId)> {
        (0..MOST_TRAILERS).zip(self.trailer.iter().chain(&self.more_trailers))
    }
}

/// Loads under way, the latest last: one that was never closed must not hide today's.
fn loads(work: &Work<'_>) -> rusqlite::Result<Vec<Load>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT m.id, m.loaded, m.driver_id, m.driver2_id, m.tractor_id, m.trailer_id, m.hydrated_at IS NOT NULL
         FROM movements m
         WHERE m.status = 'in_progress' AND coalesce(m.driver_id, m.tractor_id, m.trailer_id) IS NOT NULL
         ORDER BY (SELECT max(s.scheduled_early_at) FROM stops s
                   WHERE s.company_id = m.company_id AND s.movement_id = m.id), m.id",
    )?;
    let mut more = more_trailers_of_loads(work)?;
    let id = |value: Option<RowText>| value.map(UnitId);
    let rows = statement.query_map([], |row| {
        let (number, is_read): (String, bool) = (row.get(0)?, row.get(6)?);
        Ok(Load {
            // What it said of them no longer holds once its equipment group is another.
            more_trailers: more.remove(&of_movement(&number)).filter(|_| is_read).unwrap_or_default(),
            id: number,
            loaded: row.get(1)?,
            driver: id(row.get(2)?),
            driver2: id(row.get(3)?),
            tractor: id(row.get(4)?),
            trailer: id(row.get(5)?),
        })
    })?;
    rows.collect()
}

/// The trailers behind the first ones of loads under way, by what was read of their movement.
fn more_trailers_of_loads(work: &Work<'_>) -> rusqlite::Result<HashMap<String, Vec<UnitId>>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT p.resource, l.unit_id FROM pairings p
         JOIN unit_links l ON l.kind = 'trailer' AND l.account = p.account AND l.external_id = p.left_id
         WHERE p.account = ?1 AND p.tie = ?2 AND p.source = ?3
             AND p.resource IN (SELECT 'movements/' || id FROM movements WHERE status = 'in_progress')
         ORDER BY p.resource, p.since_at",
    )?;
    let bounds = [TMS_ACCOUNT, Tie::TrailerTractor.word(), PairingSource::Load.word()];
    let mut rows = statement.query(bounds)?;
    let mut more: HashMap<String, Vec<UnitId>> = HashMap::new();
    while let Some(row) = rows.next()? {
        more.entry(row.get(0)?).or_default().push(UnitId(row.get(1)?));
    }
    Ok(more)
}

/// More than any truck pulls.
const MOST_TRAILERS: i64 = 8;

/// What the loads claim: each of `lefts` goes with `right`.
fn load_claims<'a, L: Iterator<Item = (i64, &'a UnitId)>>(
    loads: &'a [Load],
    lefts: impl Fn(&'a Load) -> L,
    right: impl Fn(&'a Load) -> &'a Option<UnitId>,
) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    for (order, load) in (0_i64..).zip(loads) {
        let Some(right) = right(load) else { continue };
        for (place, left) in lefts(load) {
            claims.push(Claim {
                left: &left.0,
                right: Some(&right.0),
                by: PairingSource::Load,
                // Later loads win over earlier ones, and come in that order; of one load what is in front wins.
                since_at: Some(Timestamp::from_millis((order + 1) * MOST_TRAILERS - place)),
            });
        }
    }
    claims
}

/// All claims of one tie, settled: one for each left one.
fn settle<'a>(
    work: &Work<'_>,
    memory: &'a Memory,
    tie: Tie,
    mut claims: Vec<Claim<'a>>,
) -> rusqlite::Result<Vec<Claim<'a>>> {
    let (left_kind, right_kind) = tie.kinds();
    let mut statement = work.sql.prepare_cached(
        "SELECT account, left_id, right_id, source, since_at FROM pairings WHERE tie = ?1 AND source <> ?2",
    )?;
    let mut rows = statement.query([tie.word(), PairingSource::Load.word()])?;
    while let Some(row) = rows.next()? {
        let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
        let (account, left, right) = (text(0)?, text(1)?, text(2)?);
        // A partner that we do not know is no word that there is none; nor is one that was deactivated.
        let Some(left) = memory.id(left_kind, account, left) else { continue };
        let partner = memory.id(right_kind, account, right);
        if partner.is_none() && !right.is_empty() {
            continue;
        }
        let Some(by) = PairingSource::from_word(text(3)?) else { continue };
        claims.push(Claim {
            left,
            right: partner,
            by,
            since_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
        });
    }
    Ok((work.judge.settle)(claims))
}

/// For each right one, the left one with the best claim to it.
fn partners<'a>(settled: &'a [Claim<'a>]) -> BTreeMap<&'a str, &'a Claim<'a>> {
    let mut best: BTreeMap<&str, &Claim<'_>> = BTreeMap::new();
    for claim in settled {
        let Some(right) = claim.right else { continue };
        let held = best.entry(right).or_insert(claim);
        if (claim.by, held.since_at, claim.left) < (held.by, claim.since_at, held.left) {
            *held = claim;
        }
    }
    best
}

fn write_drivers(work: &mut Work<'_>, drivers: &[Claim<'_>], loads: &[Load]) -> rusqlite::Result<()> {
    let tractor: HashMap<&str, &str> =
        drivers.iter().filter_map(|claim| Some((claim.left, claim.right?))).collect();
    let load: HashMap<&str, &str> = loads
        .iter()
        .flat_map(|load| load.drivers().map(|(_, id)| (id.0.as_str(), load.id.as_str())))
        .collect();
    let question = "SELECT id, tractor_id, movement_id, NULL, NULL FROM drivers";
    let changed = differing(work, question, |id, had| {
        let has = [tractor.get(id).copied(), load.get(id).copied()];
        (had.get(..2) != Some(&has)).then(|| (id.to_owned(), has))
    })?;
    for (id, [tractor, load]) in changed {
        // Without a tractor nobody knows where a driver is.
        work.sql
            .prepare_cached(
                "UPDATE drivers SET tractor_id = ?2, movement_id = ?3, updated_at = ?4, rev = ?5,
                     latitude = iif(?2 IS NULL, NULL, latitude), longitude = iif(?2 IS NULL, NULL, longitude),
                     place = iif(?2 IS NULL, NULL, place), observed_at = iif(?2 IS NULL, NULL, observed_at)
                 WHERE id = ?1",
            )?
            .execute(params![id, tractor, load, work.now.millis(), work.rev])?;
        work.touched.drivers = true;
    }
    Ok(())
}

fn write_tractors(
    work: &mut Work<'_>,
    driver: &BTreeMap<&str, &Claim<'_>>,
    trailer: &BTreeMap<&str, &Claim<'_>>,
    loads: &[Load],
) -> rusqlite::Result<()> {
    let load: HashMap<&str, &str> =
        loads.iter().filter_map(|load| Some((load.tractor.as_ref()?.0.as_str(), load.id.as_str()))).collect();
    let question = "SELECT id, driver_id, trailer_id, movement_id, NULL FROM tractors";
    let changed = differing(work, question, |id, had| {
        let has = [
            driver.get(id).map(|claim| claim.left),
            trailer.get(id).map(|claim| claim.left),
            load.get(id).copied(),
        ];
        (had.get(..3) != Some(&has)).then(|| (id.to_owned(), has))
    })?;
    for (id, has) in changed {
        work.sql
            .prepare_cached(
                "UPDATE tractors SET driver_id = ?2, trailer_id = ?3, movement_id = ?4, updated_at = ?5, rev = ?6 WHERE id = ?1",
            )?
            .execute(params![id, has[0], has[1], has[2], work.now.millis(), work.rev])?;
        work.touched.tractors = true;
    }
    Ok(())
}

fn write_trailers(
    work: &mut Work<'_>,
    trailers: &[Claim<'_>],
    keepers: &[Claim<'_>],
    driver: &BTreeMap<&str, &Claim<'_>>,
    loads: &[Load],
) -> rusqlite::Result<()> {
    let pulled: HashMap<&str, &Claim<'_>> = trailers.iter().map(|claim| (claim.left, claim)).collect();
    let kept: HashMap<&str, &str> =
        keepers.iter().filter_map(|claim| Some((claim.left, claim.right?))).collect();
    let load: HashMap<&str, &Load> =
        loads.iter().flat_map(|load| load.trailers().map(move |(_, id)| (id.0.as_str(), load))).collect();
    let question =
        "SELECT id, tractor_id, attached_by, driver_id, movement_id || ' ' || loaded FROM trailers";
    let changed = differing(work, question, |id, had| {
        let claim = pulled.get(id).filter(|claim| claim.right.is_some());
        let tractor = claim.and_then(|claim| claim.right);
        let load = load.get(id).copied();
        let last_driver = kept
            .get(id)
            .copied()
            .or_else(|| driver.get(tractor?).map(|claim| claim.left))
            // Who had it last stays known after it was dropped.
            .or(had[2]);
        let with = load.map(|load| format!("{} {}", load.id, load.loaded));
        let by = claim.map(|claim| claim.by.word());
        let differs = had != [tractor, by, last_driver, with.as_deref()];
        // Only somebody's word that nothing pulls it ends what the one before had. That a load was closed or a driver
        // logged off ends what we knew of it: the tractor may pull it still.
        let nothing_pulls = pulled.get(id).is_some_and(|claim| claim.right.is_none());
        let dropped_by = had[0].filter(|_| nothing_pulls).map(str::to_owned);
        differs.then(|| (id.to_owned(), [tractor, by], last_driver.map(str::to_owned), dropped_by, load))
    })?;
    for (id, [tractor, by], last_driver, dropped_by, load) in changed {
        work.sql
            .prepare_cached(
                "UPDATE trailers SET tractor_id = ?2, attached_by = ?3, driver_id = ?4, movement_id = ?5, loaded = ?6,
                     dropped_by = iif(?2 IS NULL, coalesce(?9, dropped_by), NULL),
                     dropped_at = iif(?2 IS NULL, iif(?9 IS NULL, dropped_at, ?7), NULL), updated_at = ?7, rev = ?8
                 WHERE id = ?1",
            )?
            .execute(params![
                id,
                tractor,
                by,
                last_driver,
                load.map(|load| &load.id),
                load.map_or("unknown", |load| load.loaded.as_str()),
                work.now.millis(),
                work.rev,
                dropped_by,
            ])?;
        work.touched.trailers = true;
    }
    Ok(())
}

/// What `find` finds of rows, each told by its id and up to four columns: of ten thousand few have changed.
fn differing<T>(
    work: &Work<'_>,
    sql: &str,
    find: impl Fn(&str, [Option<&str>; 4]) -> Option<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = work.sql.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let had = [text(row, 1)?, text(row, 2)?, text(row, 3)?, text(row, 4)?];
        found.extend(find(text(row, 0)?.unwrap_or_default(), had));
    }
    Ok(found)
}
