//! Leaving later: a shift that came to a wait, begun later by what the wait can spare. The same duty, hours
//! worked out anew; what would no longer be legal is not a way.

use super::node::{Index, NONE, Node, Purpose, Step, Wait};
use super::search::Search;

impl Search {
    /// The ways to be at `node` at the same time with a shift that began later: so that nothing of the waits
    /// since the last drive is left, and so that what is left of them still is the interruption.
    pub(super) fn postponed(&mut self, index: Index, node: &Node) -> [Option<Index>; 2] {
        let most = node.spare();
        if most <= 0 {
            return [None, None];
        }
        let interruption = (node.state.still - self.hours.rules.break_s).clamp(0, most);
        let kept = if interruption > 0 && interruption < most {
            self.begun_later(index, node, interruption)
        } else {
            None
        };
        [self.begun_later(index, node, most), kept]
    }

    /// The same steps, the rest before the shift longer by `seconds`.
    fn begun_later(&mut self, index: Index, node: &Node, seconds: i64) -> Option<Index> {
        let steps = self.since(node.origin, index);
        let last_drive = steps.iter().rposition(|step| matches!(step.step, Step::Drive(_)));
        let mut current = *self.nodes.get(node.origin as usize)?;
        let mut state = current.state;
        self.hours.off(&mut state, seconds);
        let hold = self.add(current.then(node.origin, state, Step::Hold(Purpose::default(), seconds)));
        let mut at = hold;
        let mut purpose = Purpose::default();
        for (position, was) in steps.iter().enumerate() {
            current = *self.nodes.get(at as usize)?;
            // A wait that a drive came after was worth its length.
            let loose = last_drive.is_none_or(|drive| position > drive);
            let step = if loose { shrunk(was, current.state.at, &mut purpose) } else { was.step };
            if !matches!(step, Step::Wait(_, 0)) {
                let next = self.again(at, &current, step)?;
                at = self.add(next);
            }
        }
        if let Some(Step::Hold(why, _)) = self.nodes.get_mut(hold as usize).map(|node| &mut node.step) {
            *why = purpose;
        }
        self.nodes.get(at as usize).filter(|last| last.state.at == node.state.at).map(|_| at)
    }

    /// The nodes after `origin` up to and with `index`.
    fn since(&self, origin: Index, index: Index) -> Vec<Node> {
        let mut steps = Vec::new();
        let mut next = index;
        while next != origin && next != NONE {
            let Some(node) = self.nodes.get(next as usize) else { break };
            steps.push(*node);
            next = node.parent;
        }
        steps.reverse();
        steps
    }

    /// One step once more, from a later node; `None` where it is not legal there.
    fn again(&mut self, at: Index, node: &Node, step: Step) -> Option<Node> {
        let mut state = node.state;
        Some(match step {
            Step::Start => return None,
            Step::Drive(seconds) => {
                let driven = self.hours.drive(&mut state, seconds);
                if driven < seconds {
                    return None;
                }
                self.drove(at, node, state, driven)
            }
            Step::Meet | Step::Dock if state.at > self.closes(node.stage) => return None,
            Step::Meet => self.met(at, node),
            Step::Work | Step::Dock => self.worked(at, node, step),
            Step::Rest(_, seconds) | Step::Hold(_, seconds) | Step::Wait(_, seconds) => {
                self.hours.off(&mut state, seconds);
                node.then(at, state, step)
            }
            Step::UseSplit => node.then(at, self.hours.with_split_used(&state)?, step),
        })
    }
}

/// A step as it is when it begins at `from`: a wait ends when it did, so less is left of it, for which the
/// departure was put off.
fn shrunk(was: &Node, from: i64, purpose: &mut Purpose) -> Step {
    let Step::Wait(wait, whole) = was.step else { return was.step };
    let seconds = (was.state.at - from).clamp(0, whole);
    if seconds < whole {
        match wait {
            Wait::Gate => purpose.gate = true,
            Wait::Day => purpose.day = true,
        }
    }
    Step::Wait(wait, seconds)
}
