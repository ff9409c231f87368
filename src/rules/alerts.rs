//! What is wrong and wants somebody: each kind of trouble is a small type that says what holds now, and
//! why what it raised does not hold any more. [`settle`] makes one calm queue of that. Bothers nobody
//! itself, and knows nothing of what people did.

mod blind;
mod condition;
mod detention;
mod hours;
mod log;
mod schedule;
mod score;
mod settle;
mod sight;
mod silence;
#[cfg(test)]
mod tests;
mod trailer;
mod word;

use std::sync::Arc;
use std::time::Duration;

pub use self::condition::{Condition, Hold};
pub use self::log::may_disagree;
pub use self::score::score;
pub use self::settle::{Absence, settle};
pub use self::trailer::Roads;
use crate::model::{Exception, Fleet, Muster, Step, Timestamp};
use crate::rules::freshness::Freshness;
use sight::Sight;

/// How far ahead somebody is to be told. What stands in the queue goes no further, and what is asked of the hours ahead
/// goes as far.
pub const AHEAD: Duration = Duration::from_hours(12);

/// "12 hours": [`AHEAD`] in words.
pub fn ahead_words() -> String {
    format!("{} hours", AHEAD.as_secs() / 3600)
}

/// One kind of trouble, or a few that exclude each other.
trait Alert {
    /// What its exceptions are about (`ExceptionKind::topic`).
    fn topic(&self) -> &'static str;
    /// Adds what holds now.
    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>);
    /// Why an open exception that [`Alert::find`] did not find does not hold.
    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence;
}

const ALERTS: &[&dyn Alert] = &[
    &schedule::Schedule,
    &hours::Hours,
    &detention::Detention,
    &silence::Silence,
    &silence::Feeds,
    &trailer::Alone,
    &log::Log,
    &word::Word,
    &blind::Blind,
];

/// All that holds at `now`, by id, each once.
pub fn conditions(fleet: &Fleet, muster: &Muster, fresh: &Freshness, now: Timestamp) -> Vec<Condition> {
    find(&Sight::of(fleet, muster, fresh, now))
}

/// One look at everything: what becomes of the exceptions in `fleet` at `now`. Write the steps and look
/// again whenever something changed, and once a minute at least: time alone raises and clears. Of units that
/// no load and no exception leads to, `fleet` need have only those that [`Roads::may_be_alone`] and
/// [`may_disagree`] pick out; `muster` has every tractor.
pub fn look(fleet: &Fleet, muster: &Muster, fresh: &Freshness, now: Timestamp) -> Vec<Step> {
    let sight = Sight::of(fleet, muster, fresh, now);
    let absence = |row: &Exception| {
        let topic = row.kind.topic();
        let alert = ALERTS.iter().find(|alert| alert.topic() == topic);
        alert.map_or(Absence::Unknown, |alert| alert.absence(&sight, row))
    };
    settle(fleet.exceptions.iter().map(Arc::as_ref), &find(&sight), absence, now)
}

fn find(sight: &Sight<'_>) -> Vec<Condition> {
    let mut found = Vec::new();
    for alert in ALERTS {
        alert.find(sight, &mut found);
    }
    // Of two on one thing the worse, so that there is one whatever the order.
    found.sort_by(|a, b| (&a.id, b.hold, b.severity, b.kind).cmp(&(&b.id, a.hold, a.severity, a.kind)));
    found.dedup_by(|later, first| later.id == first.id);
    found
}
