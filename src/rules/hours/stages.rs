//! The tasks as the search walks them, and what is certain of their end before any hours are looked at.

use super::days::NEVER;
use super::request::{Request, Task, whole_secs};
use super::ruleset::Ruleset;
use super::state::State;

/// An instant that is always past, far from overflow.
const ALWAYS: i64 = -NEVER / 4;

/// One step of the work. Times are seconds after the request's `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// At the wheel.
    Drive { seconds: i64 },
    /// On duty; off-duty time may lie before it.
    Work { seconds: i64 },
    /// An appointment with no work right behind it.
    Gate { opens: i64, closes: i64 },
    /// An appointment and the work that begins at it.
    Dock { opens: i64, closes: i64, seconds: i64 },
}

/// The stages of a request, nothing of 0 seconds among them, and for each appointment its stage.
pub(super) fn stages_of(request: &Request) -> (Vec<Stage>, Vec<usize>) {
    let now = whole_secs(request.now);
    let (mut stages, mut appointments) = (Vec::with_capacity(request.tasks.len()), Vec::new());
    for task in &request.tasks {
        match *task {
            Task::Drive(..=0) | Task::Work(..=0) => {}
            Task::Drive(seconds) => stages.push(Stage::Drive { seconds }),
            Task::Work(seconds) => match stages.last_mut() {
                Some(last @ &mut Stage::Gate { opens, closes }) => {
                    *last = Stage::Dock { opens, closes, seconds };
                }
                Some(_) | None => stages.push(Stage::Work { seconds }),
            },
            Task::Appointment { earliest, latest } => {
                appointments.push(stages.len());
                stages.push(Stage::Gate {
                    opens: earliest.map_or(ALWAYS, |at| whole_secs(at) - now),
                    closes: latest.map_or(NEVER, |at| whole_secs(at) - now),
                });
            }
        }
    }
    (stages, appointments)
}

impl Stage {
    /// Seconds of duty.
    const fn busy(self) -> i64 {
        match self {
            Self::Drive { seconds } | Self::Work { seconds } | Self::Dock { seconds, .. } => seconds,
            Self::Gate { .. } => 0,
        }
    }

    /// Seconds at the wheel.
    pub(super) const fn driving(self) -> i64 {
        match self {
            Self::Drive { seconds } => seconds,
            Self::Work { .. } | Self::Gate { .. } | Self::Dock { .. } => 0,
        }
    }

    /// When it opens and closes; always open where it is no appointment.
    pub(super) const fn open(self) -> (i64, i64) {
        match self {
            Self::Gate { opens, closes } | Self::Dock { opens, closes, .. } => (opens, closes),
            Self::Drive { .. } | Self::Work { .. } => (ALWAYS, NEVER),
        }
    }

    /// The same, but closing at `closes`.
    pub(super) const fn closing(self, closes: i64) -> Self {
        match self {
            Self::Gate { opens, .. } => Self::Gate { opens, closes },
            Self::Dock { opens, seconds, .. } => Self::Dock { opens, closes, seconds },
            Self::Drive { .. } | Self::Work { .. } => self,
        }
    }
}

/// What is certain of all from one stage on to the goal.
#[derive(Clone, Copy, Debug, Default)]
struct Tail {
    /// Seconds of duty.
    busy: i64,
    /// Seconds at the wheel.
    driving: i64,
    /// No end before this, for the gates that are not open before.
    reached: i64,
    /// The same, where the split may save one full rest.
    reached_by_split: i64,
    /// The stage begins no later, or a gate is closed.
    due: i64,
}

/// Bounds that hold whatever rests are taken: they may say too little, never too much.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    tails: Vec<Tail>,
    rules: &'static Ruleset,
}

impl Bounds {
    /// Of the stages before `goal`.
    pub(super) fn to(goal: usize, stages: &[Stage], rules: &'static Ruleset) -> Self {
        let last = Tail { reached: ALWAYS, reached_by_split: ALWAYS, due: NEVER, ..Tail::default() };
        let mut tails = vec![last; goal + 1];
        for index in (0..goal).rev() {
            let (Some(stage), Some(after)) = (stages.get(index), tails.get(index + 1).copied()) else {
                continue;
            };
            let (opens, closes) = stage.open();
            let busy = stage.busy() + after.busy;
            let full = rests(after.driving, rules.drive_s, rules);
            let through = |rests: i64| opens.saturating_add(busy + rests * rules.rest_s);
            if let Some(tail) = tails.get_mut(index) {
                *tail = Tail {
                    busy,
                    driving: stage.driving() + after.driving,
                    reached: after.reached.max(through(full)),
                    reached_by_split: after.reached_by_split.max(through((full - 1).max(0))),
                    due: if after.due == NEVER { closes } else { closes.min(after.due - stage.busy()) },
                };
            }
        }
        Self { tails, rules }
    }

    /// No legal end of all is before this, where stage `next` is next with `left` of it to be driven, and the
    /// window can still begin `spare` later; `None` where a gate is closed by then.
    pub(super) fn end(&self, state: &State, next: usize, left: i64, spare: i64) -> Option<i64> {
        let Some(after) = self.tails.get(if left > 0 { next + 1 } else { next }) else {
            return Some(state.at);
        };
        if state.at + left > after.due {
            return None;
        }
        let rules = self.rules;
        let driving = left + after.driving;
        let in_window = (state.window.saturating_add(spare) - state.at).max(0);
        let full = rests(driving, state.drive.min(in_window), rules);
        let resting = if full == 0 {
            0
        } else if state.pending {
            (full - 1) * rules.rest_s
        } else {
            // Either the rest under way is ended by driving, or it is made a full one first.
            let on = (rules.rest_s - state.rest).max(0);
            (full * rules.rest_s).min(on + rests(driving, rules.drive_s, rules) * rules.rest_s)
        };
        let reached = if state.pending { after.reached_by_split } else { after.reached };
        Some((state.at + left + after.busy + resting).max(reached))
    }

    /// The latest instant at which the first stage could begin, were there no hours of service.
    pub(super) fn due(&self) -> i64 {
        self.tails.first().map_or(NEVER, |tail| tail.due)
    }
}

/// How many full rests so much driving needs at least, with `left` of the shift.
const fn rests(driving: i64, left: i64, rules: &Ruleset) -> i64 {
    let beyond = driving - left;
    if beyond > 0 { (beyond + rules.drive_s - 1) / rules.drive_s } else { 0 }
}
