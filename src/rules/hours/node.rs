//! One way to have come so far: how it came about, how much later its shift could have begun, and whether
//! another is never worse.

use super::days::NEVER;
use super::state::State;

/// A node's place in the search.
pub(super) type Index = u32;

/// The parent of the first node, and where a shift under way began.
pub(super) const NONE: Index = Index::MAX;

/// How a node came about from its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It did not.
    Start,
    /// At the wheel, for so many seconds.
    Drive(i64),
    /// The work of its parent's stage.
    Work,
    /// The appointment of its parent's stage.
    Meet,
    /// The appointment of its parent's stage and the work that begins at it.
    Dock,
    /// Off duty, for a limit.
    Rest(Rest, i64),
    /// Off duty, until a time of day.
    Wait(Wait, i64),
    /// Off duty before a shift, so that it does not pass in waiting: what for.
    Hold(Purpose, i64),
    /// The split is used.
    UseSplit,
}

/// The rests that are worth something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Break,
    Split,
    Full,
    Restart,
}

/// What comes at a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// A gate opens.
    Gate,
    /// A day begins and hours come back.
    Day,
}

/// What a departure is put off for: one of these or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Purpose {
    pub gate: bool,
    pub day: bool,
}

/// One way to have come so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub state: State,
    /// The stage that is next.
    pub stage: usize,
    /// What of it is still to be driven; 0 where it is no drive.
    pub left: i64,
    pub parent: Index,
    pub step: Step,
    /// The rest this shift began after, where it can still be made longer.
    pub origin: Index,
    /// How much later the shift could begin for its appointments, its waits being what they are …
    pub fixed: i64,
    /// … or shrinking since the last drive as far as they can.
    pub room: i64,
    /// Waits since the last drive.
    pub loose: i64,
    /// Dominated since.
    pub dead: bool,
}

impl Node {
    /// How much later this shift could have begun and still be here now.
    pub(super) fn spare(&self) -> i64 {
        if self.origin == NONE { 0 } else { self.loose.min(self.room) }
    }

    /// A child in which nothing but the state is new.
    pub(super) fn then(&self, index: Index, state: State, step: Step) -> Self {
        let mut next = Self { state, parent: index, step, dead: false, ..*self };
        if state.window == NEVER {
            (next.origin, next.fixed, next.room, next.loose) = (NONE, NEVER, NEVER, 0);
        } else if let Step::Wait(_, seconds) = step
            && next.origin != NONE
        {
            next.loose += seconds;
        }
        next
    }

    /// Duty begins: where it begins a shift, that shift could begin later.
    pub(super) fn begins_shift(&mut self, index: Index, before: &Self, rest_s: i64) {
        let room = if before.state.window == NEVER {
            self.origin = index;
            NEVER
        } else if before.step == Step::UseSplit {
            self.origin = before.parent;
            // Ten hours would be a full rest, and no split.
            rest_s - 1 - before.state.rest
        } else {
            return;
        };
        (self.fixed, self.room, self.loose) = (room, room, 0);
    }

    /// An appointment of this shift is met at `at`: the shift can begin later by no more than that allows.
    pub(super) fn meets(&mut self, closes: i64, at: i64) {
        if closes == NEVER || self.origin == NONE {
            return;
        }
        self.fixed = self.fixed.min(closes - at);
        self.room = self.room.min(closes - at + self.loose);
    }

    /// Whether whatever can be done from `other` can be done from here, no worse and no later.
    pub(super) fn dominates(&self, other: &Self, days: usize) -> bool {
        let (a, b) = (&self.state, &other.state);
        // A rest under way may be that very rest of the other: only one that began earlier, or is as long by
        // now, is never worse. The same of the time of not driving.
        let longer = |mine: i64, theirs: i64| mine >= theirs || a.at - mine < b.at - theirs;
        a.at <= b.at
            && self.left <= other.left
            && a.drive >= b.drive
            && a.window >= b.window
            && a.break_left >= b.break_left
            && self.room >= other.room
            && self.fixed >= other.fixed
            && (self.loose >= other.loose || a.window >= b.window.saturating_add(other.spare()))
            && longer(a.rest, b.rest)
            && longer(a.still, b.still)
            && (!b.pending
                || (a.pending && a.since_first <= b.since_first && a.out_of_berth <= b.out_of_berth))
            && fewer_on_duty(a, b, days)
    }
}

/// Whether `a`, not later than `b`, has no more on duty in any number of the newest days, at `b`'s day.
fn fewer_on_duty(a: &State, b: &State, days: usize) -> bool {
    let turned = (b.day - a.day) as usize;
    let (mut sum_a, mut sum_b) = (0i64, 0i64);
    let older = std::iter::repeat_n(&0, turned.min(days)).chain(&a.days);
    for (mine, theirs) in older.zip(&b.days).take(days) {
        sum_a += i64::from(*mine);
        sum_b += i64::from(*theirs);
        if sum_a > sum_b {
            return false;
        }
    }
    true
}
