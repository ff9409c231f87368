//! Of which unit a place is that an account tells without saying of what: only its own roster knows. Decides that
//! and no more; what becomes of the place is said in `fixes`.

use std::borrow::Cow;

use rusqlite::params;

use super::apply::Work;
use crate::model::{Change, UnitKind};

/// The changes with every place told as that of a tractor or a trailer. What the roster does not have is set aside: a
/// truck that nobody has would look as true as any other.
pub(super) fn named<'a>(work: &mut Work<'_>, changes: &'a [Change]) -> rusqlite::Result<Cow<'a, [Change]>> {
    if !changes.iter().any(|change| matches!(change, Change::FixOfUnit { .. })) {
        return Ok(Cow::Borrowed(changes));
    }
    let mut named = Vec::with_capacity(changes.len());
    for change in changes {
        let Change::FixOfUnit { external_id, fix } = change else {
            named.push(change.clone());
            continue;
        };
        match kind(work, external_id)? {
            Ok(Some(kind)) => {
                let (external_id, fix) = (external_id.clone(), fix.clone());
                named.push(Change::Fix { kind, external_id, fix });
            }
            Ok(None) => {}
            Err(reason) => work.reject(external_id, reason),
        }
    }
    Ok(Cow::Owned(named))
}

/// What the roster of this account has by an id. `None` where that is deactivated; an error says why nobody knows.
fn kind(work: &Work<'_>, external_id: &str) -> rusqlite::Result<Result<Option<UnitKind>, &'static str>> {
    let mut statement = work.sql.prepare_cached(
        "SELECT kind, max(active) FROM profiles
         WHERE kind IN (?1, ?2, ?3) AND account = ?4 AND external_id = ?5 GROUP BY kind",
    )?;
    let [tractor, trailer, driver] = [UnitKind::Tractor, UnitKind::Trailer, UnitKind::Driver];
    let bounds = params![tractor.word(), trailer.word(), driver.word(), work.account, external_id];
    let mut rows = statement.query(bounds)?;
    let (mut active, mut is_over, mut is_driver) = (Vec::new(), false, false);
    while let Some(row) = rows.next()? {
        match UnitKind::from_word(row.get_ref(0)?.as_str()?) {
            Some(UnitKind::Driver) => is_driver = true,
            Some(kind) if row.get(1)? => active.push(kind),
            _ => is_over = true,
        }
    }
    Ok(match active.as_slice() {
        [kind] => Ok(Some(*kind)),
        [_, _, ..] => Err("position is of a number that a tractor and a trailer have"),
        [] if is_over => Ok(None),
        [] if is_driver => Err("position is of a driver's own device, which is no truck's place"),
        [] => Err("position names no unit that the roster has"),
    })
}
