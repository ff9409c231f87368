//! The search for the earliest end: uniform cost on clock time, of moves that are enough, with dominance.
//!
//! A later start of a shift is never guessed ahead. Where a wait ends, the shift before it is replayed, begun
//! later by what the wait can spare.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::days::NEVER;
use super::request::Refusal;
use super::stages::{Bounds, Stage};
use super::state::{Hours, State};

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
    dead: bool,
}

impl Node {
    /// How much later this shift could have begun and still be here now.
    pub(super) fn spare(&self) -> i64 {
        if self.origin == NONE { 0 } else { self.loose.min(self.room) }
    }
}

/// Which end is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The earliest; of those the one with most cycle, then drive, then break left.
    Best,
    /// Any: is there one?
    Any,
}

/// All nodes of one search.
#[derive(Debug)]
pub(super) struct Search {
    pub hours: Hours,
    pub stages: Vec<Stage>,
    pub nodes: Vec<Node>,
    goal: usize,
    bounds: Bounds,
    open: BinaryHeap<Reverse<(i64, Index)>>,
    /// By stage: nodes that none dominates.
    kept: Vec<Vec<Index>>,
    /// What is left of the work that may be spent on one request.
    budget: u64,
}

/// Comparisons and nodes, in units of about ten nanoseconds: below two seconds of a slow core.
const BUDGET: u64 = 40_000_000;
/// What a node costs, beside its comparisons.
const NODE_COST: u64 = 16;

impl Search {
    /// Of the stages, by these hours.
    pub(super) fn new(hours: Hours, stages: Vec<Stage>) -> Self {
        let bounds = Bounds::to(0, &stages, hours.rules);
        let kept = vec![Vec::new(); stages.len() + 1];
        let (nodes, open) = (Vec::with_capacity(64), BinaryHeap::with_capacity(32));
        Self { hours, stages, nodes, goal: 0, bounds, open, kept, budget: BUDGET }
    }

    /// The way from `state` to where all stages before `goal` are done, or `None` where no way keeps every
    /// closing time. Fails where that would take too long.
    pub(super) fn run(
        &mut self,
        state: State,
        goal: usize,
        wanted: Wanted,
    ) -> Result<Option<Index>, Refusal> {
        self.begin(state, goal);
        let mut best: Option<Index> = None;
        while let Some(Reverse((end, index))) = self.open.pop() {
            let Some(&node) = self.nodes.get(index as usize) else { continue };
            if let Some(found) = best.and_then(|best| self.nodes.get(best as usize))
                && end > found.state.at
            {
                break;
            }
            if node.dead {
                continue;
            }
            if node.stage == goal {
                let better = best.is_none_or(|best| self.prefers(index, best));
                best = if better { Some(index) } else { best };
                if wanted == Wanted::Any {
                    break;
                }
                continue;
            }
            self.expand(index, &node);
            if self.budget == 0 {
                return Err(Refusal::SearchLimit);
            }
        }
        Ok(best)
    }

    /// The steps that led to a node, first to last.
    pub(super) fn path(&self, to: Index) -> Vec<Node> {
        let mut path = Vec::new();
        let mut next = to;
        while let Some(node) = self.nodes.get(next as usize) {
            path.push(*node);
            next = node.parent;
        }
        path.reverse();
        path
    }

    /// Lets a stage's appointment close at another time.
    pub(super) fn put_off(&mut self, stage: usize, closes: i64) {
        if let Some(stage) = self.stages.get_mut(stage) {
            *stage = stage.closing(closes);
        }
        self.bounds = Bounds::to(self.goal, &self.stages, self.hours.rules);
    }

    /// No later than this can the stages before `goal` begin.
    pub(super) fn due(&self, goal: usize) -> i64 {
        Bounds::to(goal, &self.stages, self.hours.rules).due()
    }

    fn begin(&mut self, state: State, goal: usize) {
        self.nodes.clear();
        self.open.clear();
        self.kept.iter_mut().for_each(Vec::clear);
        if self.goal != goal {
            self.goal = goal;
            self.bounds = Bounds::to(goal, &self.stages, self.hours.rules);
        }
        let room = if state.window == NEVER { NEVER } else { 0 };
        let start = Node {
            state,
            stage: 0,
            left: self.stages.first().map_or(0, |stage| stage.driving()),
            parent: NONE,
            step: Step::Start,
            origin: NONE,
            fixed: room,
            room,
            loose: 0,
            dead: false,
        };
        self.push(start);
    }

    fn prefers(&self, one: Index, other: Index) -> bool {
        let rank = |index: Index| {
            self.nodes.get(index as usize).map(|node| {
                let state = &node.state;
                (Reverse(state.at), self.hours.cycle_left(state), state.drive, state.break_left)
            })
        };
        rank(one) > rank(other)
    }

    fn expand(&mut self, index: Index, node: &Node) {
        let Some(&stage) = self.stages.get(node.stage) else { return };
        match stage {
            Stage::Drive { .. } => self.expand_drive(index, node),
            Stage::Work { .. } => {
                self.on_duty(index, node, Step::Work);
                if node.state.rest > 0 {
                    self.rests(index, node);
                }
            }
            Stage::Gate { opens, closes } => {
                if node.state.at < opens {
                    self.wait(index, node, Wait::Gate, opens);
                } else if node.state.at <= closes {
                    self.meet(index, node);
                }
            }
            Stage::Dock { opens, closes, .. } => {
                if node.state.at < opens {
                    self.wait(index, node, Wait::Gate, opens);
                } else if node.state.at <= closes {
                    self.on_duty(index, node, Step::Dock);
                    self.rests(index, node);
                }
            }
        }
    }

    fn expand_drive(&mut self, index: Index, node: &Node) {
        self.drive_on(index);
        for later in self.postponed(index, node).into_iter().flatten() {
            self.drive_on(later);
        }
        if let Some(used) = self.use_split(index, node) {
            self.drive_on(used);
        }
        let (state, hours) = (&node.state, &self.hours);
        let cycle_left = hours.cycle_left(state);
        // A shift that may begin later may also end later.
        let shift_over = state.drive <= 0 || state.at >= state.window.saturating_add(node.spare());
        let blocked = shift_over || state.break_left <= 0 || cycle_left <= 0;
        if !shift_over
            && cycle_left > 0
            && !hours.break_is_full(state)
            && (state.still > 0 || state.break_left <= 0)
        {
            let seconds = hours.rules.break_s - state.still;
            self.rest(index, node, Rest::Break, seconds);
        }
        // A shift that is over may begin anew by the split, after a rest that ends at a day's start.
        if cycle_left <= 0 && (!shift_over || state.pending) {
            let day = self.hours.calendar.start(node.state.day + 1);
            self.wait(index, node, Wait::Day, day);
        }
        if blocked || node.state.rest > 0 {
            self.rests(index, node);
        }
    }

    /// The rests that a shift can end with.
    fn rests(&mut self, index: Index, node: &Node) {
        let (state, rules) = (&node.state, self.hours.rules);
        let second = self.hours.completes_at(state);
        if let Some(second) = second {
            self.rest(index, node, Rest::Split, second - state.rest);
        }
        self.rest(index, node, Rest::Full, rules.rest_s - state.rest);
        if state.days.iter().any(|day| *day > 0) {
            self.rest(index, node, Rest::Restart, rules.restart_s - state.rest);
        }
    }

    fn rest(&mut self, index: Index, node: &Node, rest: Rest, seconds: i64) {
        if seconds <= 0 {
            return;
        }
        let mut state = node.state;
        self.hours.off(&mut state, seconds);
        self.push(node.then(index, state, Step::Rest(rest, seconds)));
    }

    fn wait(&mut self, index: Index, node: &Node, wait: Wait, until: i64) {
        let mut state = node.state;
        let seconds = until - state.at;
        self.hours.off(&mut state, seconds);
        self.push(node.then(index, state, Step::Wait(wait, seconds)));
    }

    fn meet(&mut self, index: Index, node: &Node) {
        let next = self.met(index, node);
        self.push(next);
    }

    /// On to the next stage by work, or work at an appointment; with the split used, too, where it can be.
    fn on_duty(&mut self, index: Index, node: &Node, step: Step) {
        let next = self.worked(index, node, step);
        self.push(next);
        if let Some(used) = self.use_split(index, node)
            && let Some(&node) = self.nodes.get(used as usize)
        {
            let next = self.worked(used, &node, step);
            self.push(next);
        }
    }

    fn drive_on(&mut self, index: Index) {
        let Some(&node) = self.nodes.get(index as usize) else { return };
        let mut state = node.state;
        let driven = self.hours.drive(&mut state, node.left);
        if driven > 0 {
            let next = self.drove(index, &node, state, driven);
            self.push(next);
        }
    }

    /// The node after an appointment with no work behind it.
    pub(super) fn met(&self, index: Index, node: &Node) -> Node {
        let mut next = node.then(index, node.state, Step::Meet);
        next.meets(self.closes(node.stage), node.state.at);
        self.next_stage(next)
    }

    /// The node after the work of a stage.
    pub(super) fn worked(&mut self, index: Index, node: &Node, step: Step) -> Node {
        let mut state = node.state;
        let seconds = match self.stages.get(node.stage) {
            Some(Stage::Work { seconds } | Stage::Dock { seconds, .. }) => *seconds,
            Some(Stage::Drive { .. } | Stage::Gate { .. }) | None => 0,
        };
        self.hours.work(&mut state, seconds);
        let mut next = node.then(index, state, step);
        next.begins_shift(index, node, self.hours.rules.rest_s);
        if step == Step::Dock {
            next.meets(self.closes(node.stage), node.state.at);
        }
        self.next_stage(next)
    }

    /// The node after so much driving, which led to `state`.
    pub(super) fn drove(&self, index: Index, node: &Node, state: State, driven: i64) -> Node {
        let mut next = node.then(index, state, Step::Drive(driven));
        next.begins_shift(index, node, self.hours.rules.rest_s);
        next.loose = 0;
        next.room = next.fixed;
        next.left -= driven;
        if next.left == 0 { self.next_stage(next) } else { next }
    }

    /// The node at which the split is used, where the rest under way completes it. Only duty comes next.
    fn use_split(&mut self, index: Index, node: &Node) -> Option<Index> {
        let state = self.hours.with_split_used(&node.state)?;
        Some(self.add(node.then(index, state, Step::UseSplit)))
    }

    fn next_stage(&self, mut node: Node) -> Node {
        node.stage += 1;
        node.left = self.stages.get(node.stage).map_or(0, |stage| stage.driving());
        node
    }

    /// When a stage's appointment closes.
    pub(super) fn closes(&self, stage: usize) -> i64 {
        self.stages.get(stage).map_or(NEVER, |stage| stage.open().1)
    }

    /// Puts a node where it can be a parent.
    pub(super) fn add(&mut self, node: Node) -> Index {
        let index = Index::try_from(self.nodes.len()).unwrap_or(NONE);
        self.nodes.push(node);
        self.budget = self.budget.saturating_sub(NODE_COST);
        index
    }

    /// Puts a node where it will be looked at, unless it comes too late or another is never worse.
    fn push(&mut self, node: Node) {
        let Some(end) = self.bounds.end(&node.state, node.stage, node.left, node.spare()) else { return };
        let Some(kept) = self.kept.get_mut(node.stage) else { return };
        let nodes = &mut self.nodes;
        self.budget = self.budget.saturating_sub(kept.len() as u64);
        let days = self.hours.limit.days;
        let at = |nodes: &Vec<Node>, index: Index| nodes.get(index as usize).copied();
        if kept.iter().any(|&other| at(nodes, other).is_some_and(|other| other.dominates(&node, days))) {
            return;
        }
        kept.retain(|&other| match nodes.get_mut(other as usize) {
            Some(other) if node.dominates(other, days) => {
                other.dead = true;
                false
            }
            Some(_) | None => true,
        });
        let index = self.add(node);
        if let Some(kept) = self.kept.get_mut(node.stage) {
            kept.push(index);
        }
        self.open.push(Reverse((end, index)));
    }
}

impl Node {
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
    fn begins_shift(&mut self, index: Index, before: &Self, rest_s: i64) {
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
    fn meets(&mut self, closes: i64, at: i64) {
        if closes == NEVER || self.origin == NONE {
            return;
        }
        self.fixed = self.fixed.min(closes - at);
        self.room = self.room.min(closes - at + self.loose);
    }

    /// Whether whatever can be done from `other` can be done from here, no worse and no later.
    fn dominates(&self, other: &Self, days: usize) -> bool {
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
