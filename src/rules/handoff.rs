//! What one shift hands to the next: what is open and who has it, what was promised for when, and what is at
//! risk in the hours ahead. Whoever takes over accepts line by line; that is written down elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use super::alerts::{self, AHEAD};
use super::blindness;
use super::freshness::Freshness;
use super::itinerary::is_to_be_driven;
use super::late::{self, LateLoad};
use super::queue::{self, About, Has};
use super::uncovered;
use crate::model::{Exception, Fleet, Mark, Movement, Snooze, SubjectKind, Timestamp, Trend};

/// What stands where nobody has a thing.
pub const UNOWNED: &str = "unowned";

/// What is counted where nobody has the worst of a line, but somebody another part.
const IN_PART: &str = "only a part owned";

/// What is said where nothing is open.
pub const NOTHING_OPEN: &str = "Nothing is open.";

/// What is said where nothing was promised.
pub const NOTHING_PROMISED: &str = "Nothing was promised for a time.";

/// What is said where no load is at risk.
pub const NOTHING_AT_RISK: &str = "No load is late, at risk or tight, as far as is known.";

/// As long an acceptance counts: the longest shift there is.
const SHIFT: Duration = Duration::from_hours(12);

/// A shift as it stands.
#[derive(Clone, Debug)]
pub struct Handoff<'a> {
    /// As of when.
    pub at: Timestamp,
    /// What stands in the queue and holds, a line a load or other thing, the worst first.
    pub open: Vec<Line<'a>>,
    /// What stands there still, but ended: it is gone once that has lasted. Nobody has to take it over.
    pub ending: Vec<Line<'a>>,
    /// What was promised for a time, the first due first; what is overdue among it.
    pub promises: Vec<Promise<'a>>,
    /// Loads that are late, at risk or tight and whose window closes in the hours ahead, the worst first.
    pub at_risk: Vec<LateLoad<'a>>,
    /// How many loads nobody can judge now.
    pub unknown: usize,
    /// Why a short list is no all-clear: what does not come.
    pub blind: Option<String>,
    /// The same: what is not judged yet.
    pub unsettled: Option<String>,
}

impl Handoff<'_> {
    /// What the open exceptions stand under.
    pub fn open_heading(&self) -> String {
        let (open, unowned, accepted) = (self.open.len(), self.unowned(), self.accepted());
        let in_part = self.part_owned();
        let in_part = if in_part > 0 { format!(", {IN_PART}: {in_part}") } else { String::new() };
        format!("Open: {open}, worst first, {UNOWNED}: {unowned}{in_part}, accepted: {accepted}")
    }

    /// What has ended stands under.
    pub fn ending_heading(&self) -> String {
        format!("Ended, and gone once that has lasted: {}", self.ending.len())
    }

    /// What the promises stand under.
    pub fn promised_heading(&self) -> String {
        let overdue = self.promises.iter().filter(|promise| promise.is_overdue(self.at)).count();
        let overdue = if overdue > 0 { format!(", overdue: {overdue}") } else { String::new() };
        format!("Promised: {}, first due first{overdue}", self.promises.len())
    }

    /// Of how many loads nobody can tell, in a sentence without an end mark.
    pub fn unknown_words(&self) -> Option<String> {
        let loads = if self.unknown == 1 { "load is" } else { "loads are" };
        (self.unknown > 0).then(|| format!("{} {loads} unknown: nobody can judge them now", self.unknown))
    }

    /// What the loads at risk stand under.
    pub fn risk_heading(&self) -> String {
        format!("At risk in the next {}: {}, worst first", alerts::ahead_words(), self.at_risk.len())
    }

    /// Of how many lines nobody has any part.
    pub fn unowned(&self) -> usize {
        self.open.iter().filter(|line| line.has() == Has::Nobody).count()
    }

    /// Of how many lines somebody has a part, and nobody the worst.
    pub fn part_owned(&self) -> usize {
        self.open.iter().filter(|line| matches!(line.has(), Has::Part(_))).count()
    }

    /// How many lines are accepted in this shift, with all that is wrong on them.
    pub fn accepted(&self) -> usize {
        self.open.iter().filter(|line| line.accepted(self.at).is_some()).count()
    }
}

/// All that is wrong with one load, or with one other thing.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The worst of it.
    pub worst: &'a Exception,
    /// What else, the worst first.
    pub more: Vec<&'a Exception>,
}

impl<'a> Line<'a> {
    /// All of it, the worst first.
    pub fn rows(&self) -> impl Iterator<Item = &'a Exception> {
        std::iter::once(self.worst).chain(self.more.iter().copied())
    }

    /// Who sees to it.
    pub fn has(&self) -> Has<'a> {
        Has::of(self.rows())
    }

    /// The same in a word, as it is written here: "ann", "+ann" of who has only a part, or that nobody has any.
    pub fn owner(&self, name: impl FnOnce(&str) -> String) -> String {
        self.has().words(name).unwrap_or_else(|| UNOWNED.to_owned())
    }

    /// Who accepted the worst of it in this shift and sees to it still; nobody while a part is not accepted.
    pub fn accepted(&self, now: Timestamp) -> Option<&'a Mark> {
        let all = self.rows().all(|row| accepted(row, now).is_some());
        accepted(self.worst, now).filter(|_| all)
    }

    /// What was noted, the oldest first.
    pub fn notes(&self) -> Vec<&'a (Mark, String)> {
        let mut notes: Vec<_> = self.rows().flat_map(|row| &row.handling.notes).collect();
        notes.sort_by_key(|(mark, _)| mark.at);
        notes
    }
}

/// Something that is to be done by a time.
#[derive(Clone, Debug)]
pub struct Promise<'a> {
    /// When.
    pub due_at: Timestamp,
    /// What.
    pub what: What<'a>,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum What<'a> {
    /// Somebody put an exception off until then.
    LookAgain {
        /// At this.
        exception: &'a Exception,
        /// Who.
        by: &'a Mark,
    },
    /// The TMS has a check call for a load.
    CheckCall {
        /// The load.
        load: &'a Movement,
    },
}

impl Promise<'_> {
    /// What is to be done, in two words.
    pub const fn words(&self) -> &'static str {
        match self.what {
            What::LookAgain { .. } => "look again",
            What::CheckCall { .. } => "check call",
        }
    }

    /// What to call what it is about.
    pub fn about(&self, fleet: &Fleet) -> String {
        match &self.what {
            What::LookAgain { exception, .. } => about(exception, fleet),
            What::CheckCall { load } => load.tms.id.to_string(),
        }
    }

    /// Whether its time is past.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due_at <= now
    }

    /// Who does it.
    pub fn by(&self) -> Option<&str> {
        match &self.what {
            What::LookAgain { by, .. } => Some(&by.user),
            What::CheckCall { load } => load.tms.dispatcher.as_deref(),
        }
    }
}

/// Who sees to an exception.
pub const fn owner(row: &Exception) -> Option<&Mark> {
    row.handling.claim.as_ref()
}

/// Who accepted an exception in this shift and sees to it still.
pub fn accepted(row: &Exception, now: Timestamp) -> Option<&Mark> {
    let has_it = |mark: &&Mark| owner(row).is_some_and(|owner| owner.user == mark.user);
    row.handling.accepted.as_ref().filter(has_it).filter(|mark| now.since(mark.at) <= SHIFT)
}

/// What to call what an exception is about: the number of its load, else of its unit, else a name.
pub fn about(row: &Exception, fleet: &Fleet) -> String {
    let touches = &row.touches;
    let tractor = || touches.tractor_id.as_ref().and_then(|id| Some(&fleet.tractors.get(id)?.unit_number));
    let trailer = || touches.trailer_id.as_ref().and_then(|id| Some(&fleet.trailers.get(id)?.unit_number));
    let driver = || touches.driver_id.as_ref().and_then(|id| Some(&fleet.drivers.get(id)?.name));
    let named = match (&touches.movement_id, row.subject.kind) {
        (Some(load), _) => Some(load),
        (None, SubjectKind::Tractor) => tractor(),
        (None, SubjectKind::Trailer) => trailer(),
        (None, SubjectKind::Driver) => driver(),
        (None, SubjectKind::Cause) => return "loads".to_owned(),
        (None, SubjectKind::Movement | SubjectKind::Stop | SubjectKind::Account) => None,
    };
    named.unwrap_or(&row.subject.id).to_string()
}

/// The shift at `now`.
pub fn handoff<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Handoff<'a> {
    let queue = queue::open(fleet, fresh, now);
    let until = now.plus(AHEAD);
    let report = late::late(fleet, fresh, now, true);
    let unknown = report.unknown.values().sum();
    let mut at_risk = report.loads;
    at_risk.retain(|load| load.deadline_at.is_none_or(|at| at <= until));
    let mut promises = promises(fleet, &queue, now, until);
    promises.sort_by_key(|promise| promise.due_at);
    let unsettled = blindness::not_yet(fleet);
    let (ended, holds): (Vec<_>, Vec<_>) = queue.into_iter().partition(|row| has_ended(row));
    let (open, ending, blind) = (lines(holds), lines(ended), uncovered::blind(fleet, now));
    Handoff { at: now, open, ending, promises, at_risk, unknown, blind, unsettled }
}

/// Whether it was not found to hold any more: it leaves the queue once that has lasted.
fn has_ended(row: &Exception) -> bool {
    row.trend.is_some_and(|(trend, _)| trend == Trend::Gone)
}

fn lines<'a>(rows: Vec<&'a Exception>) -> Vec<Line<'a>> {
    let line = |line: Vec<&'a Exception>| {
        let (worst, more) = line.split_first()?;
        Some(Line { worst, more: more.to_vec() })
    };
    queue::lines(rows, |row| *row).into_iter().filter_map(line).collect()
}

fn promises<'a>(
    fleet: &'a Fleet,
    open: &[&'a Exception],
    now: Timestamp,
    until: Timestamp,
) -> Vec<Promise<'a>> {
    let put_off = open.iter().flat_map(|exception| {
        let snoozes = exception.handling.snoozes.iter();
        let still = snoozes.filter(move |(by, _)| exception.is_snoozed_for(&by.user, now));
        still.filter_map(move |(by, Snooze { until_at, .. })| Some(((*until_at)?, *exception, by)))
    });
    // Who puts a load off puts off all that is wrong with it, and looks again once.
    let mut known = BTreeSet::new();
    let put_off =
        put_off.filter(|(due_at, row, by)| known.insert((*due_at, About::of(row), by.user.as_str())));
    let put_off =
        put_off.map(|(due_at, exception, by)| Promise { due_at, what: What::LookAgain { exception, by } });
    let loads = fleet.movements.iter().map(AsRef::as_ref).filter(|load| is_to_be_driven(load));
    let calls = loads.filter_map(|load| {
        let due_at = load.tms.next_call_at.filter(|due| *due <= until)?;
        Some(Promise { due_at, what: What::CheckCall { load } })
    });
    put_off.chain(calls).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Act, Deed, ExceptionState, Handling, Seen, Severity, Touches};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn act(user: &str, minutes: u64, deed: &Deed) -> Act {
        Act {
            at: NOW.minus(Duration::from_mins(minutes)),
            user: user.into(),
            host: "box".into(),
            deed: deed.clone(),
            seen: Seen::default(),
        }
    }

    /// Two things wrong with one load, and a third with nothing.
    fn fleet(acts: &[Act]) -> Fleet {
        let row = |id: &str, load: Option<&str>, severity, acts: &[Act]| Exception {
            id: id.into(),
            severity,
            touches: Touches {
                company_id: load.map(|_| "TMS".into()),
                movement_id: load.map(Into::into),
                ..Touches::default()
            },
            state: ExceptionState::Open,
            handling: Handling::of(acts.to_vec()),
            ..Exception::default()
        };
        let mut fleet = Fleet::default();
        fleet.exceptions = [
            row("hours", Some("1"), Severity::High, acts),
            row("late", Some("1"), Severity::Critical, &[]),
            row("feed", None, Severity::Low, &[]),
        ]
        .into_iter()
        .collect();
        fleet
    }

    /// What was done about one of them, and nothing else.
    fn put(fleet: &mut Fleet, id: &str, acts: &[Act]) {
        let row = Exception::clone(fleet.exceptions.get(&id.to_owned()).unwrap());
        let handling = Handling::of(acts.to_vec());
        fleet.exceptions = fleet.exceptions.with(vec![Exception { handling, ..row }]);
    }

    #[test]
    fn a_load_is_one_line_with_all_that_is_wrong_with_it_and_whoever_has_the_worst_has_it() {
        let mut fleet =
            fleet(&[act("ann", 5, &Deed::Claim), act("ann", 4, &Deed::Note("calls back".into()))]);
        let sheet = handoff(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        let ids = sheet.open.iter().map(|line| line.rows().map(|row| row.id.as_str()).collect::<Vec<_>>());
        assert_eq!(ids.collect::<Vec<_>>(), [vec!["late", "hours"], vec!["feed"]]);
        assert_eq!(
            sheet.open_heading(),
            "Open: 2, worst first, unowned: 1, only a part owned: 1, accepted: 0"
        );
        assert_eq!(sheet.open[0].owner(str::to_owned), "+ann", "as on the board");
        assert_eq!(sheet.open[1].owner(str::to_owned), UNOWNED);
        assert_eq!(sheet.open[0].notes()[0].1, "calls back");
        put(&mut fleet, "late", &[act("bob", 3, &Deed::Claim)]);
        let sheet = handoff(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        assert_eq!(sheet.open_heading(), "Open: 2, worst first, unowned: 1, accepted: 0");
        assert_eq!(sheet.open[0].owner(str::to_owned), "bob");
    }

    #[test]
    fn what_has_ended_is_not_handed_over_as_open() {
        let mut fleet = fleet(&[]);
        let ends = |fleet: &mut Fleet, id: &str| {
            let row = Exception::clone(fleet.exceptions.get(&id.to_owned()).unwrap());
            fleet.exceptions =
                fleet.exceptions.with(vec![Exception { trend: Some((Trend::Gone, NOW)), ..row }]);
        };
        let ids = |lines: &[Line<'_>]| -> Vec<String> {
            lines.iter().flat_map(Line::rows).map(|row| row.id.clone()).collect()
        };
        ends(&mut fleet, "hours");
        let sheet = handoff(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        assert_eq!(
            (ids(&sheet.open), ids(&sheet.ending)),
            (vec!["late".into(), "feed".into()], vec!["hours".into()])
        );
        ends(&mut fleet, "late");
        let sheet = handoff(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        assert_eq!(ids(&sheet.open), ["feed"]);
        assert_eq!(sheet.open_heading(), "Open: 1, worst first, unowned: 1, accepted: 0");
        assert_eq!(sheet.ending_heading(), "Ended, and gone once that has lasted: 1");
    }

    #[test]
    fn a_line_is_accepted_once_all_that_is_wrong_with_its_load_is() {
        let mut fleet = fleet(&[act("ann", 60, &Deed::Accept)]);
        let told = |fleet: &Fleet| {
            let sheet = handoff(fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
            let accepted = sheet.open[0].accepted(NOW).map(|mark| mark.user.clone());
            (accepted, sheet.accepted(), sheet.unowned())
        };
        assert_eq!(told(&fleet), (None, 0, 1), "what is worse opened since, and ann has only a part");
        put(&mut fleet, "late", &[act("bob", 30, &Deed::Accept)]);
        assert_eq!(told(&fleet), (Some("bob".into()), 1, 1));
        put(&mut fleet, "hours", &[]);
        assert_eq!(told(&fleet), (None, 0, 1), "the worst alone is not all of it");
    }

    #[test]
    fn what_is_put_off_is_promised_once_a_load_and_is_overdue_once_its_time_is_past() {
        let until = Snooze { until_at: Some(NOW.plus(Duration::from_mins(5))), worse_by_s: None };
        let mut fleet = fleet(&[act("ann", 5, &Deed::Snooze(until))]);
        let rows = fleet.exceptions.iter().map(|row| {
            let seen = row.seen(NOW);
            let handling = Handling::of([Act { seen, ..act("ann", 5, &Deed::Snooze(until)) }]);
            Exception { handling, ..Exception::clone(row) }
        });
        fleet.exceptions = rows.collect();
        let mut call = Movement::default();
        call.tms.status = crate::model::MovementStatus::InProgress;
        (call.tms.id, call.tms.next_call_at) = ("9".into(), Some(NOW.minus(Duration::from_mins(70))));
        fleet.movements = [call].into_iter().collect();
        let sheet = handoff(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        let due: Vec<bool> = sheet.promises.iter().map(|promise| promise.is_overdue(NOW)).collect();
        assert_eq!(due, [true, false, false], "a call, a load and a feed");
        assert_eq!(sheet.promised_heading(), "Promised: 3, first due first, overdue: 1");
    }

    #[test]
    fn what_was_accepted_counts_for_a_shift_and_while_whoever_accepted_it_has_it() {
        let count = |deeds: &[(&str, u64, Deed)]| {
            let acts = deeds.iter().map(|(user, minutes, deed)| act(user, *minutes, deed));
            let row = Exception {
                state: ExceptionState::Open,
                handling: Handling::of(acts),
                ..Exception::default()
            };
            let mut fleet = Fleet::default();
            fleet.exceptions = [row].into_iter().collect();
            handoff(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW).accepted()
        };
        let accept = |minutes| ("bob", minutes, Deed::Accept);
        assert_eq!(count(&[accept(720)]), 1);
        assert_eq!(count(&[accept(721)]), 0, "the shift before this one");
        assert_eq!(count(&[accept(60), ("bob", 30, Deed::Unclaim)]), 0);
        assert_eq!(count(&[accept(60), ("cy", 30, Deed::Claim)]), 0);
    }
}
