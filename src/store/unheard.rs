//! Units whose account is heard, but not what told of them: they are dark, however short that silence would be of what is
//! parked, until the same is told again. Which those are the account's own feed says.

use rusqlite::params;

use super::apply::Work;
use super::links;
use super::memory::{Account, Memory, Unit};
use crate::model::{Fix, Motion, Timestamp, UnitKind};

/// Where this account's units are that it told of last before then is not known any more.
pub(super) fn take_in(
    work: &mut Work<'_>,
    memory: &mut Memory,
    kind: UnitKind,
    before: Timestamp,
) -> rusqlite::Result<()> {
    memory.learn(work, kind)?;
    let account = memory.account(work.account);
    let is_unheard = |unit: &&mut Unit| {
        unit.source == Some(account) && unit.state != Motion::Dark && unit.synced < before.millis()
    };
    for unit in memory.all(kind).filter(is_unheard) {
        let seen_at = unit.shown.map(|shown| shown.observed_at.millis());
        work.sql
            .prepare_cached(&format!(
                "UPDATE {} SET state = ?2, state_since_at = ?3, computed_at = ?4, rev = ?5 WHERE rowid = ?1",
                links::table(kind)
            ))?
            .execute(params![unit.rowid, Motion::Dark.word(), seen_at, work.now.millis(), work.rev])?;
        (unit.state, unit.since) = (Motion::Dark, seen_at);
        work.touched.unit(kind);
    }
    Ok(())
}

/// Whether a unit that was dark is heard `again` where it was, and not too long ago for that; then it `shows` what it did.
pub(super) fn again(
    work: &Work<'_>,
    (kind, unit): (UnitKind, &mut Unit),
    account: Account,
    fix: &Fix,
    shows: Motion,
) -> bool {
    let is_fresh = work.now.since(fix.observed_at) <= (work.judge.patience)(kind, shows);
    if unit.state != Motion::Dark || !is_fresh {
        return false;
    }
    let stands = unit.stood.filter(|_| shows != Motion::Moving);
    unit.since = Some(stands.map_or(fix.observed_at.millis(), |stood| stood.since));
    (unit.state, unit.source) = (shows, Some(account));
    true
}
