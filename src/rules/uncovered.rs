//! Pickups that nobody can legally make, by the time that is left: those that nobody is to drive, and those
//! that whoever is assigned cannot be at in time. They are what stands in the queue, with who sees to each; the
//! queue finds them, nothing is judged here.

use std::cmp::Ordering;
use std::time::Duration;

use super::blindness::{Sight, sight};
use crate::model::{Exception, ExceptionKind, Fleet, Movement, MovementKey, Stop, StopKey, Timestamp};

/// A pickup that is not covered.
#[derive(Clone, Debug)]
pub struct Uncovered<'a> {
    /// What stands in the queue.
    pub exception: &'a Exception,
    /// The load.
    pub load: Option<&'a Movement>,
    /// The stop.
    pub stop: Option<&'a Stop>,
    /// When its window opens.
    pub opens_at: Option<Timestamp>,
    /// When it closes: until then something can be done.
    pub closes_at: Option<Timestamp>,
    /// When whoever is assigned can legally be there.
    pub legal_eta_at: Option<Timestamp>,
    /// Why he cannot be there in time.
    pub reason: Option<&'a str>,
}

/// Whether this is a pickup that is not covered.
pub const fn is_uncovered(row: &Exception) -> bool {
    matches!(row.kind, ExceptionKind::UnassignedPickup | ExceptionKind::InfeasiblePickup)
}

/// Those that open, or close where nobody says when they open, within `horizon` of `now`; that with the least
/// time left first, and what has no time at all last.
pub fn uncovered(fleet: &Fleet, now: Timestamp, horizon: Duration) -> Vec<Uncovered<'_>> {
    let until = now.plus(horizon);
    let rows = fleet.exceptions.iter().filter(|row| row.is_open() && is_uncovered(row));
    let mut found: Vec<Uncovered<'_>> = rows.map(|row| of(row, fleet)).collect();
    let due = |one: &Uncovered<'_>| one.opens_at.or(one.closes_at);
    found.retain(|one| due(one).is_none_or(|due| due <= until));
    found.sort_by(|a, b| by_time_left(a.exception, b.exception));
    found
}

/// The order in which such pickups are looked at: the least time left first, what has no time at all last.
pub fn by_time_left(a: &Exception, b: &Exception) -> Ordering {
    let rank = |row: &Exception| (row.deadline_at.is_none(), row.deadline_at);
    rank(a).cmp(&rank(b)).then_with(|| a.cmp_rank(b))
}

fn of<'a>(row: &'a Exception, fleet: &'a Fleet) -> Uncovered<'a> {
    let company_id = || row.touches.company_id.clone();
    let load = company_id().zip(row.touches.movement_id.clone());
    let stop = company_id().zip(row.touches.stop_id.clone());
    let load = load.and_then(|(company_id, id)| fleet.movements.get(&MovementKey { company_id, id }));
    let stop = stop.and_then(|(company_id, id)| fleet.stops.get(&StopKey { company_id, id }));
    let stop = stop.map(AsRef::as_ref);
    Uncovered {
        exception: row,
        load: load.map(AsRef::as_ref),
        stop,
        opens_at: stop.and_then(Stop::opens_at).or_else(|| row.at("scheduled_early_at")),
        closes_at: stop.and_then(Stop::closes_at).or(row.deadline_at),
        legal_eta_at: row.at("legal_eta_at"),
        reason: row.text("reason"),
    }
}

/// Why a short list is no all-clear; `None` where all that it rests on comes.
pub fn blind(fleet: &Fleet, now: Timestamp) -> Option<String> {
    match sight(&fleet.feeds, now) {
        Sight::Nothing => Some("blind: nothing was read yet".to_owned()),
        Sight::Blind(silences) => {
            let words = silences.iter().map(|one| format!("{} of {}", one.of.join(", "), one.account));
            Some(format!("blind: no {}", words.collect::<Vec<_>>().join("; no ")))
        }
        Sight::Clear { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExceptionState, Fact};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn ahead(hours: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + hours * 3600)
    }

    #[test]
    fn a_pickup_is_looked_ahead_to_by_when_its_window_opens_or_else_when_it_closes() {
        let is_listed = |opens: Option<i64>, closes: Option<i64>| {
            let opens = opens.map(|hours| ("scheduled_early_at".to_owned(), Fact::At(ahead(hours))));
            let row = Exception {
                state: ExceptionState::Open,
                kind: ExceptionKind::UnassignedPickup,
                deadline_at: closes.map(ahead),
                facts: opens.into_iter().collect(),
                ..Exception::default()
            };
            let mut fleet = Fleet::default();
            fleet.exceptions = [row].into_iter().collect();
            !uncovered(&fleet, NOW, Duration::from_hours(4)).is_empty()
        };
        assert!(is_listed(Some(1), Some(9)), "what opens soon picks up soon");
        assert!(!is_listed(Some(5), Some(9)));
        assert!(is_listed(None, Some(4)) && !is_listed(None, Some(5)));
        assert!(is_listed(None, None));
    }
}
