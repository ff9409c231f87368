//! The same question by brute force: time in slots, in each of which every state rests or does its next duty.
//! Of states with the same work done only those that another is never worse than are dropped.

use backhaul::model::{DutyStatus, Timestamp};
use backhaul::rules::hours::{Cycle, Request, Task};

/// Nothing of the sort.
const NONE: i32 = i32::MAX / 2;

/// An answer, in slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    pub at: i32,
    /// Negative past the limit.
    pub cycle: i32,
    pub drive: i32,
    pub break_left: i32,
}

/// What can be done next in one slot, or at its beginning.
#[derive(Clone, Copy, Debug)]
enum Place {
    Drive,
    Work,
    /// Work that has begun, or an appointment's work.
    Going,
    Gate(usize),
    /// An appointment whose work begins at it.
    Dock(usize),
}

#[derive(Clone, Copy, Debug)]
struct State {
    drive: i32,
    window: i32,
    break_left: i32,
    rest: i32,
    still: i32,
    days: [i32; 8],
    pending: bool,
    since: i32,
    ashore: i32,
}

/// One question, all of it a multiple of a slot.
pub struct Brute {
    slot: i64,
    now: i64,
    places: Vec<Place>,
    /// From when to when, of each appointment.
    pub gates: Vec<(i32, i32)>,
    limit: i32,
    days: usize,
    midnights: Vec<i32>,
    short_haul: bool,
    /// When it ended, its length, and whether it was in the berth.
    first: Option<(i32, i32, bool)>,
    start: State,
}

impl Brute {
    pub fn new(request: &Request, slot: i64, midnights: Vec<i64>) -> Self {
        let now = seconds(request.now);
        let slots = |s: i64| {
            assert_eq!(s % slot, 0, "{s} s is no multiple of {slot}");
            i32::try_from(s / slot).unwrap()
        };
        let hours = |h: i64| slots(h * 3600);
        let (limit, days) = match request.cycle {
            Cycle::SeventyInEight => (hours(70), 8),
            Cycle::SixtyInSeven => (hours(60), 7),
        };
        let mut on_duty = [0; 8];
        match &request.on_duty_days_s {
            Some(told)
                if (limit - told.iter().map(|day| slots(*day)).sum::<i32>()).max(0)
                    == slots(request.cycle_left_s) =>
            {
                on_duty.iter_mut().zip(told).for_each(|(day, told)| *day = slots(*told));
            }
            _ => on_duty[0] = limit - slots(request.cycle_left_s),
        }
        let first = request.split.filter(|_| request.shift_left_s.is_some());
        let rest = slots(request.rested_s);
        let mut brute = Self {
            slot,
            now,
            places: Vec::new(),
            gates: Vec::new(),
            limit,
            days,
            midnights: midnights.into_iter().filter(|at| *at > now).map(|at| slots(at - now)).collect(),
            short_haul: request.break_left_s.is_none(),
            first: first.map(|first| {
                (slots(seconds(first.ended_at) - now), slots(first.rest_s), first.sleeper_s >= 7 * 3600)
            }),
            start: State {
                drive: slots(request.drive_left_s),
                window: request.shift_left_s.map_or(NONE, slots),
                break_left: request.break_left_s.map_or(NONE, slots),
                rest,
                still: rest,
                days: on_duty,
                pending: first.is_some(),
                since: first.map_or(0, |first| slots(first.drive_since_s)),
                ashore: if request.status == DutyStatus::Sleeper { 0 } else { rest },
            },
        };
        let mut start = brute.start;
        brute.mend(&mut start);
        brute.start = start;
        brute.lay_out(&request.tasks);
        brute
    }

    fn lay_out(&mut self, tasks: &[Task]) {
        let tasks: Vec<Task> =
            tasks.iter().copied().filter(|task| !matches!(task, Task::Drive(0) | Task::Work(0))).collect();
        for (index, task) in tasks.iter().enumerate() {
            match *task {
                Task::Drive(s) => (0..s / self.slot).for_each(|_| self.places.push(Place::Drive)),
                Task::Work(s) => {
                    let at_gate = index > 0 && matches!(tasks[index - 1], Task::Appointment { .. });
                    let begun = usize::from(!at_gate);
                    self.places.extend((0..begun).map(|_| Place::Work));
                    self.places.extend((1..s / self.slot).map(|_| Place::Going));
                }
                Task::Appointment { earliest, latest } => {
                    let slots = |at: Timestamp| i32::try_from((seconds(at) - self.now) / self.slot).unwrap();
                    let gate = self.gates.len();
                    self.gates.push((earliest.map_or(-NONE, slots), latest.map_or(NONE, slots)));
                    let dock = matches!(tasks.get(index + 1), Some(Task::Work(_)));
                    self.places.push(if dock { Place::Dock(gate) } else { Place::Gate(gate) });
                }
            }
        }
    }

    /// Puts off each appointment that cannot be kept, in order; says which. Nothing is looked for after `most`.
    pub fn relax(&mut self, most: i32) -> Vec<usize> {
        let mut missed = Vec::new();
        for gate in 0..self.gates.len() {
            let place =
                self.places.iter().position(|p| matches!(p, Place::Gate(g) | Place::Dock(g) if *g == gate));
            let (opens, closes) = self.gates[gate];
            if closes == NONE {
                continue;
            }
            let reached = self.run(0, place.unwrap(), most).expect("the gate is reached");
            let met = reached.at.max(opens);
            if met > closes {
                self.gates[gate].1 = met;
                missed.push(gate + 1);
            }
        }
        missed
    }

    /// The answer, if there is one by `most`; with `idle` slots off duty first.
    pub fn answer(&self, idle: i32, most: i32) -> Option<Answer> {
        self.run(idle, self.places.len(), most)
    }

    /// Whether every gate that closes can still be met after `idle` slots off duty.
    pub fn meets(&self, idle: i32) -> bool {
        let closing =
            |place: &Place| matches!(place, Place::Gate(g) | Place::Dock(g) if self.gates[*g].1 < NONE);
        let last = self.places.iter().rposition(closing).unwrap();
        // At a dock it is enough to be there while it is open.
        let (Place::Gate(gate) | Place::Dock(gate)) = self.places[last] else { unreachable!() };
        self.run(idle, last, self.gates[gate].1).is_some()
    }

    fn run(&self, idle: i32, goal: usize, most: i32) -> Option<Answer> {
        let mut layer: Vec<Vec<State>> = vec![Vec::new(); goal + 1];
        layer[0].push(self.start);
        let busy = |place: usize| {
            let slots =
                self.places[place..goal].iter().filter(|p| !matches!(p, Place::Gate(_) | Place::Dock(_)));
            i32::try_from(slots.count()).unwrap()
                + i32::try_from(
                    self.places[place..goal].iter().filter(|p| matches!(p, Place::Dock(_))).count(),
                )
                .unwrap()
        };
        let busy: Vec<i32> = (0..=goal).map(busy).collect();
        for at in 0..=most {
            let mut next: Vec<Vec<State>> = vec![Vec::new(); goal + 1];
            if at >= idle {
                self.meet(&mut layer, at);
                if let Some(best) = layer[goal].iter().map(|state| self.told(state, at)).max() {
                    return Some(best);
                }
            }
            // While idle, even who has nothing to do waits.
            for (place, states) in layer.iter().enumerate().take(goal + usize::from(at < idle)) {
                for &state in states {
                    let mut put = |place: usize, state: State| {
                        if at + 1 + busy[place] <= most {
                            insert(&mut next[place], state);
                        }
                    };
                    if !matches!(self.places.get(place), Some(Place::Going)) {
                        put(place, self.off(&state, at));
                    }
                    if at >= idle {
                        for state in [Some(state), self.used(&state, at)].into_iter().flatten() {
                            if let Some(done) = self.duty(self.places[place], &state, at) {
                                put(place + 1, done);
                            }
                        }
                    }
                }
            }
            layer = next;
        }
        None
    }

    /// Appointments with no work behind them are met at an instant.
    fn meet(&self, layer: &mut [Vec<State>], at: i32) {
        for place in 0..layer.len() - 1 {
            if let Place::Gate(gate) = self.places[place]
                && self.gates[gate].0 <= at
                && at <= self.gates[gate].1
            {
                for state in layer[place].clone() {
                    insert(&mut layer[place + 1], state);
                }
            }
        }
    }

    fn told(&self, state: &State, at: i32) -> Answer {
        Answer { at, cycle: self.cycle(state), drive: state.drive, break_left: state.break_left }
    }

    fn cycle(&self, state: &State) -> i32 {
        self.limit - state.days[..self.days].iter().sum::<i32>()
    }

    fn h(&self, hours: i64) -> i32 {
        i32::try_from(hours * 3600 / self.slot).unwrap()
    }

    fn duty(&self, place: Place, state: &State, at: i32) -> Option<State> {
        let drives = match place {
            Place::Gate(_) => return None,
            Place::Dock(gate) if at < self.gates[gate].0 || at > self.gates[gate].1 => return None,
            Place::Dock(_) | Place::Work | Place::Going => false,
            Place::Drive => true,
        };
        let may = state.drive > 0 && at < state.window && state.break_left > 0 && self.cycle(state) > 0;
        if drives && !may {
            return None;
        }
        let mut state = *state;
        if state.window == NONE {
            state.window = at + self.h(14);
        }
        if drives {
            state.drive -= 1;
            state.break_left -= i32::from(!self.short_haul);
            state.since += 1;
            state.still = 0;
        } else {
            state.still += 1;
        }
        state.days[0] += 1;
        state.rest = 0;
        state.ashore = 0;
        self.turn(&mut state, at + 1);
        self.mend(&mut state);
        Some(state)
    }

    fn off(&self, state: &State, at: i32) -> State {
        let mut state = *state;
        state.rest += 1;
        state.still += 1;
        self.turn(&mut state, at + 1);
        self.mend(&mut state);
        state
    }

    fn turn(&self, state: &mut State, at: i32) {
        if self.midnights.contains(&at) {
            state.days.copy_within(0..7, 1);
            state.days[0] = 0;
            state.days[self.days..].fill(0);
        }
    }

    fn mend(&self, state: &mut State) {
        if i64::from(state.still) * self.slot >= 1800 {
            state.break_left = if self.short_haul { NONE } else { self.h(8) };
        }
        if state.rest >= self.h(10) {
            state.drive = self.h(11);
            state.window = NONE;
            state.pending = false;
        }
        if state.rest >= self.h(34) {
            state.days = [0; 8];
        }
        state.rest = state.rest.min(self.h(34));
        state.still = state.still.min(self.h(1));
    }

    fn used(&self, state: &State, at: i32) -> Option<State> {
        let (ended, length, berth) = self.first.filter(|_| state.pending)?;
        let begun = at - state.rest;
        let berth = berth || state.rest - state.ashore >= self.h(7);
        if state.rest < self.h(2) || state.rest + length < self.h(10) || !berth || begun < ended {
            return None;
        }
        let window = at + self.h(14) - (begun - ended);
        Some(State { drive: self.h(11) - state.since, window, pending: false, ..*state })
    }
}

fn insert(states: &mut Vec<State>, state: State) {
    if states.iter().any(|other| never_worse(other, &state)) {
        return;
    }
    states.retain(|other| !never_worse(&state, other));
    states.push(state);
}

/// At the same time with the same work done.
fn never_worse(a: &State, b: &State) -> bool {
    let clocks = a.drive >= b.drive
        && a.window >= b.window
        && a.break_left >= b.break_left
        && a.rest >= b.rest
        && a.still >= b.still;
    if !clocks || (b.pending && !(a.pending && a.since <= b.since && a.ashore <= b.ashore)) {
        return false;
    }
    let (mut mine, mut theirs) = (0, 0);
    a.days.iter().zip(&b.days).all(|(a, b)| {
        mine += a;
        theirs += b;
        mine <= theirs
    })
}

fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}
