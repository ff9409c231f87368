//! The queue as people see to it: what of it still holds, and line by line, one a load or one other thing, with all that
//! is wrong with it. Finds nothing itself.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::detention;
use super::freshness::Freshness;
use crate::model::{Exception, ExceptionKind, Extent, Fleet, Mark, MovementKey, Timestamp};

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A load.
    Load(MovementKey),
    /// One exception that no load has, by its id.
    Other(String),
}

impl About {
    /// What an exception stands under.
    pub fn of(row: &Exception) -> Self {
        load_of(row).map_or_else(|| Self::Other(row.id.clone()), Self::Load)
    }
}

/// The load that an exception touches.
pub fn load_of(row: &Exception) -> Option<MovementKey> {
    let touches = &row.touches;
    Some(MovementKey { company_id: touches.company_id.clone()?, id: touches.movement_id.clone()? })
}

/// Who sees to what stands on one line: the one answer of every door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has<'a> {
    /// Nobody has any of it.
    Nobody,
    /// This one has the worst of it, and so the line.
    Worst(&'a Mark),
    /// Nobody has the worst of it; this one has another part.
    Part(&'a Mark),
}

impl<'a> Has<'a> {
    /// Of the rows of one line, the worst first.
    pub fn of(rows: impl IntoIterator<Item = &'a Exception>) -> Self {
        let mut claims = rows.into_iter().map(|row| row.handling.claim.as_ref());
        match claims.next().flatten() {
            Some(worst) => Self::Worst(worst),
            None => claims.flatten().next().map_or(Self::Nobody, Self::Part),
        }
    }

    /// "ann", or "+ann" of who has only a part; `None` where nobody has any. `name` says how a person is written here.
    pub fn words(self, name: impl FnOnce(&str) -> String) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Worst(mark) => Some(name(&mark.user)),
            Self::Part(mark) => Some(format!("+{}", name(&mark.user))),
        }
    }
}

/// Whether an exception is open, and holds as far as can be told at `now`: the queue is looked over once a minute, and who
/// was let go by then is not held any more.
pub fn holds(row: &Exception, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> bool {
    let is_told = row.kind != ExceptionKind::Detention || fleet.extent == Extent::Glance;
    row.is_open() && (is_told || detention::of_exception(fleet, fresh, row, now).is_some())
}

/// What holds, the one most worth looking at first.
pub fn open<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Vec<&'a Exception> {
    let queue = fleet.queue().into_iter().map(AsRef::as_ref);
    queue.filter(|row| holds(row, fleet, fresh, now)).collect()
}

/// One line a load or other thing, in the order of its first of `rows`; each tells of the worst first.
pub fn lines<'a, T>(rows: impl IntoIterator<Item = T>, row: impl Fn(&T) -> &'a Exception) -> Vec<Vec<T>> {
    let mut places = BTreeMap::new();
    let mut lines: Vec<Vec<T>> = Vec::new();
    for one in rows {
        let place = *places.entry(About::of(row(&one))).or_insert(lines.len());
        match lines.get_mut(place) {
            Some(line) => line.push(one),
            None => lines.push(vec![one]),
        }
    }
    for line in &mut lines {
        line.sort_by_key(|one| Reverse(row(one).severity));
    }
    lines
}

/// The exceptions of these ids that hold, with all else that holds of the loads that they touch, the worst first: who sees
/// to a load sees to all that is wrong with it.
pub fn whole<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp, ids: &[String]) -> Vec<&'a Exception> {
    let named = ids.iter().filter_map(|id| fleet.exceptions.get(id));
    let abouts: BTreeSet<About> =
        named.filter(|row| holds(row, fleet, fresh, now)).map(|row| About::of(row)).collect();
    let mut rows = if abouts.is_empty() { Vec::new() } else { open(fleet, fresh, now) };
    rows.retain(|row| abouts.contains(&About::of(row)));
    rows.sort_by_key(|row| Reverse(row.severity));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExceptionState, Severity, Touches};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn row(id: &str, load: Option<&str>, severity: Severity, score: i64) -> Exception {
        let touches = Touches {
            company_id: load.map(|_| "TMS".into()),
            movement_id: load.map(Into::into),
            ..Touches::default()
        };
        let state = ExceptionState::Open;
        Exception { id: id.into(), severity, score, touches, state, ..Exception::default() }
    }

    fn fleet() -> Fleet {
        let mut fleet = Fleet::default();
        fleet.exceptions = [
            row("hours", Some("1"), Severity::High, 90),
            row("late", Some("1"), Severity::Critical, 40),
            row("feed", None, Severity::High, 80),
            row("dark", Some("2"), Severity::Low, 10),
        ]
        .into_iter()
        .collect();
        fleet
    }

    #[test]
    fn a_line_is_all_that_is_wrong_with_one_load_and_begins_with_the_worst() {
        let (fleet, fresh) = (fleet(), Freshness::default());
        let lines = lines(open(&fleet, &fresh, NOW), |row| *row);
        let ids: Vec<Vec<&str>> =
            lines.iter().map(|line| line.iter().map(|row| row.id.as_str()).collect()).collect();
        assert_eq!(ids, [vec!["late", "hours"], vec!["feed"], vec!["dark"]]);
    }

    #[test]
    fn who_has_the_worst_has_the_line_and_who_has_another_part_is_named_as_that() {
        let claimed = |user: Option<&str>| {
            let mut row = row("x", Some("1"), Severity::High, 1);
            row.handling.claim = user.map(|user| Mark { user: user.into(), ..Mark::default() });
            row
        };
        let check = |users: &[Option<&str>], expected: Option<&str>| {
            let rows: Vec<Exception> = users.iter().map(|user| claimed(*user)).collect();
            assert_eq!(Has::of(&rows).words(str::to_owned).as_deref(), expected, "{users:?}");
        };
        check(&[Some("ann"), Some("bob")], Some("ann"));
        check(&[None, None, Some("bob")], Some("+bob"));
        check(&[None, None], None);
        check(&[], None);
    }

    #[test]
    fn whichever_of_a_load_is_meant_all_of_it_is() {
        let check = |ids: &[&str], expected: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            let (fleet, fresh) = (fleet(), Freshness::default());
            let whole = whole(&fleet, &fresh, NOW, &ids);
            assert_eq!(whole.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), expected, "{ids:?}");
        };
        check(&["late"], &["late", "hours"]);
        check(&["hours"], &["late", "hours"]);
        check(&["hours", "late"], &["late", "hours"]);
        check(&["feed"], &["feed"]);
        check(&["dark", "hours"], &["late", "hours", "dark"]);
        check(&["gone"], &[]);
        check(&[], &[]);
    }
}
