//! The search for the earliest end: uniform cost on clock time, of moves that are enough, with dominance.
//!
//! A later start of a shift is never guessed ahead. Where a wait ends, the shift before it is replayed, begun
//! later by what the wait can spare.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::days::NEVER;
use super::node::{Index, NONE, Node, Rest, Step, Wait};
use super::request::Refusal;
use super::stages::{Bounds, Stage};
use super::state::{Hours, State};

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
