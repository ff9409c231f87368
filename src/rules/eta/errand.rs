//! One truck's work as the planner takes it: the drives, the gates and the docks, by the rules alone or
//! as it really goes.

use std::time::Duration;

use super::driver::Known;
use super::{Case, Office, Road};
use crate::model::{DutyStatus, EtaSource, Point, Timestamp};
use crate::rules::hours::{self, Limit, Plan, Request, SegmentKind, Task};
use crate::rules::itinerary::Call;

/// What a night costs beside its ten hours: finding a place (30 min), and looking the truck over after
/// the shift and before the next (15 min each).
const AROUND_A_NIGHT: Duration = Duration::from_hours(1);
/// Driving between two fuel stops: about 600 miles.
const TANK_S: i64 = 10 * 3600;
/// A fuel stop, on duty: it is the half hour's interruption too.
const FUEL_S: i64 = 30 * 60;
/// What is left at least of work that is under way, as it really goes. The plan knows how long work takes, not
/// when it ends: a truck at a dock past its planned time would else be about to roll at every look, for hours.
const OVERRUN_S: i64 = 30 * 60;
/// Looking the truck over before a shift, on duty (49 CFR 396.13).
const LOOKED_OVER: Duration = Duration::from_mins(15);
/// Between a full rest and the road, the looking over included. That a driver may set out does not mean that he
/// does at once: of a truck that stands, with nobody on duty in it, half an hour's warning would else be lost.
const SET_OUT: Duration = Duration::from_mins(30);
/// A rest this long is a night.
pub(super) const NIGHT: Duration = Duration::from_hours(7);

/// Whether the rules alone are asked, or how it really goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// The earliest that is legal: the service's driving time, and nothing but the work.
    Legal,
    /// With a truck's speed, the looking over, fuel, and the search for a place to park.
    Practical,
}

/// What is let go, to see whether that is what stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Without {
    /// Nothing.
    Nothing,
    /// A limit that has been used up; for [`Limit::Appointment`], gates that are not open yet.
    Limit(Limit),
    /// Work at the stops before.
    Dwell,
}

/// One truck's work.
#[derive(Clone)]
pub(super) struct Errand<'a> {
    /// The driver's hours, without tasks.
    hours: Request,
    calls: Vec<Call<'a>>,
    road: Road<'a>,
    /// At how many calls the truck stands already: one or none.
    stands: usize,
    /// Driving to each call, in seconds; 0 to the one where the truck stands.
    car_s: Vec<i64>,
    truck_s: Vec<i64>,
    dwell_s: i64,
    /// Work before the first drive, as it really goes.
    set_out_s: i64,
    /// What may be left before the half hour, where it is planned as due sooner.
    break_most_s: Option<i64>,
    notes: Vec<String>,
}

impl<'a> Errand<'a> {
    /// The work of a case for a driver with these hours; the reason where the way is not known.
    pub(super) fn new(
        case: &Case<'a>,
        road: Road<'a>,
        known: Known,
        office: &Office,
    ) -> Result<Self, String> {
        let calls: Vec<Call<'a>> = case.itinerary.calls().copied().collect();
        let stands = usize::from(calls.first().is_some_and(|call| call.arrived_at.is_some()));
        let mut car_s = vec![0; stands];
        car_s.extend(road.left_s.iter().copied());
        if car_s.len() != calls.len() {
            return Err("road_unknown: there is no travel time for each stop".to_owned());
        }
        let truck_s = truck_times(&car_s, road, stands, office);
        let dwell_s = i64::try_from(office.dwell.as_secs()).unwrap_or(i64::MAX);
        let Known { request: hours, notes, break_most_s } = known;
        let set_out_s = set_out_s(&hours, stands > 0);
        Ok(Self { hours, calls, road, stands, car_s, truck_s, dwell_s, set_out_s, break_most_s, notes })
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.hours.now
    }

    /// Whether the driver rests already.
    pub(super) const fn rests(&self) -> bool {
        self.hours.status.is_rest()
    }

    /// When the 14 hours end; `None` where they have not begun.
    pub(super) fn window_ends(&self) -> Option<Timestamp> {
        let left_s = self.hours.shift_left_s?;
        Some(self.now().plus(Duration::from_secs(left_s.unsigned_abs())))
    }

    /// The same work with the half hour as late as it may be due; `None` where that is how it is planned.
    pub(super) fn with_latest_break(&self) -> Option<Self> {
        Some(self.with_break(Some(self.break_most_s?)))
    }

    /// The same work with so much left before the half hour; with `None` there is none to take.
    pub(super) fn with_break(&self, break_left_s: Option<i64>) -> Self {
        let hours = Request { break_left_s, ..self.hours.clone() };
        Self { hours, break_most_s: None, ..self.clone() }
    }

    /// The same work with as much driving to each call, in the measure of its source.
    pub(super) fn driven(mut self, left_s: &[i64], office: &Office) -> Self {
        self.car_s = left_s.to_vec();
        self.truck_s = truck_times(left_s, self.road, self.stands, office);
        self
    }

    pub(super) const fn calls(&self) -> &[Call<'a>] {
        self.calls.as_slice()
    }

    /// Who tells the way to the `nth` call: whoever tells its last part.
    pub(super) const fn source_to(&self, nth: usize) -> EtaSource {
        source_to(self.road, self.stands, nth)
    }

    /// What is to be known of the hours.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// When the truck came to the `nth` call, where it stands there. That may be one behind others at the same place, which
    /// are worked at first: it has come to all of them.
    pub(super) fn stands_at(&self, nth: usize) -> Option<Timestamp> {
        let stands = self.calls.iter().take(nth).all(|call| call.arrived_at.is_some());
        self.calls.get(nth).filter(|_| stands)?.arrived_at
    }

    /// When the window of the `nth` call closes.
    pub(super) fn closes(&self, nth: usize) -> Option<Timestamp> {
        self.calls.get(nth).and_then(|call| call.stop.closes_at())
    }

    /// Driving to the last call, in seconds.
    pub(super) fn drive_s(&self, pace: Pace) -> i64 {
        self.legs(pace).iter().sum()
    }

    /// The earliest plan that reaches the `nth` call.
    pub(super) fn reach(&self, nth: usize, pace: Pace) -> Result<Plan, String> {
        self.reach_without(nth, pace, Without::Nothing)
    }

    /// The same, with something let go.
    pub(super) fn reach_without(&self, nth: usize, pace: Pace, without: Without) -> Result<Plan, String> {
        let mut request = self.hours.clone();
        request.tasks = self.tasks_to(nth, pace, without);
        let_go(&mut request, without);
        hours::soonest(&request).map_err(|refusal| super::driver::refused(&refusal))
    }

    /// Driving, and nothing else: when the truck would be at the `nth` call if it never had to stop.
    pub(super) fn straight_to(&self, nth: usize, pace: Pace) -> Timestamp {
        let seconds: i64 = self.legs(pace).iter().take(nth + 1).sum();
        self.now().plus(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }

    /// When a practical plan really gets there: its nights take longer than the rules ask for, as far as no
    /// wait behind them takes that up.
    pub(super) fn eta(&self, plan: &Plan) -> Timestamp {
        let mut late = Duration::ZERO;
        for segment in &plan.segments {
            let length = segment.end_at.since(segment.start_at);
            match segment.kind {
                SegmentKind::Rest => late += self.around(segment.start_at, length),
                SegmentKind::Wait => late = late.saturating_sub(length),
                SegmentKind::Drive | SegmentKind::Work => {}
            }
        }
        plan.arrival_at.plus(late)
    }

    /// What a rest costs beside its own length.
    fn around(&self, begins_at: Timestamp, length: Duration) -> Duration {
        let had_s = if begins_at <= self.now() { self.hours.rested_s } else { 0 };
        if length + Duration::from_secs(had_s.unsigned_abs()) < NIGHT {
            return Duration::ZERO;
        }
        // Of one under way only setting out is still to come.
        if had_s > 0 { SET_OUT } else { AROUND_A_NIGHT }
    }

    /// When a legal plan to the last call is at each call. The plan may leave later than it could, where being at a stop
    /// sooner gains nothing at the last.
    pub(super) fn reached_by(&self, plan: &Plan) -> Vec<Timestamp> {
        let (mut drive_s, mut work_s) = (0, 0);
        let mut reached = Vec::new();
        for (number, leg_s) in self.legs(Pace::Legal).iter().enumerate() {
            drive_s += leg_s;
            let driven_at = done_at(plan, SegmentKind::Drive, drive_s);
            reached.push(driven_at.max(done_at(plan, SegmentKind::Work, work_s)));
            if let Some(Task::Work(dock_s)) = self.dock(number, Pace::Legal, Without::Nothing) {
                work_s += dock_s;
            }
        }
        reached
    }

    /// Until when the driver can stay off duty and still meet every window, legally.
    pub(super) fn latest_departure(&self) -> Option<Timestamp> {
        let last = self.calls.len().checked_sub(1)?;
        let mut tasks = Vec::new();
        for (number, leg_s) in self.legs(Pace::Legal).iter().enumerate() {
            push_drive(&mut tasks, *leg_s, Pace::Legal);
            if number < last {
                // Where nothing is to be done no gate holds the truck up, and it is expected all the same.
                tasks.extend(self.gate(number, Without::Nothing).or_else(|| self.expected(number)));
                tasks.extend(self.dock(number, Pace::Legal, Without::Nothing));
            }
        }
        self.latest_by(last, tasks)
    }

    /// Until when he can stay off duty and still meet the window of the `nth` call, legally, whatever becomes of those
    /// before it.
    pub(super) fn latest_departure_for(&self, nth: usize) -> Option<Timestamp> {
        let open_ended = |task| match task {
            Task::Appointment { earliest, .. } => {
                earliest.map(|opens| Task::Appointment { earliest: Some(opens), latest: None })
            }
            task => Some(task),
        };
        let tasks = self.tasks_to(nth, Pace::Legal, Without::Nothing);
        self.latest_by(nth, tasks.into_iter().filter_map(open_ended).collect())
    }

    fn latest_by(&self, nth: usize, mut tasks: Vec<Task>) -> Option<Timestamp> {
        tasks.extend(self.gate(nth, Without::Nothing).or_else(|| self.expected(nth)));
        let request = Request { tasks, ..self.hours.clone() };
        hours::plan(&request).ok()?.latest_departure_at
    }

    /// Where the truck is after so much practical driving, and how far in seconds from its next call;
    /// `None` at a call, or behind the last.
    pub(super) fn on_the_road(&self, driven_s: i64) -> Option<(Point, i64)> {
        let mut begins_s = 0;
        let stands = self.calls.len() - self.road.to.len().min(self.calls.len());
        let mut from = self.road.from;
        for (to, leg_s) in self.road.to.iter().zip(self.truck_s.iter().skip(stands)) {
            let into_s = driven_s - begins_s;
            if into_s <= 0 && begins_s > 0 {
                return None;
            }
            if into_s < *leg_s {
                #[expect(clippy::cast_precision_loss, reason = "seconds of a trip")]
                let share = into_s as f64 / *leg_s as f64;
                let between = |from: f64, to: f64| from + (to - from) * share;
                let latitude = between(from.latitude, to.latitude);
                let longitude = between(from.longitude, to.longitude);
                return Some((Point { latitude, longitude }, leg_s - into_s));
            }
            begins_s += leg_s;
            from = *to;
        }
        None
    }

    fn legs(&self, pace: Pace) -> &[i64] {
        match pace {
            Pace::Legal => &self.car_s,
            Pace::Practical => &self.truck_s,
        }
    }

    /// Everything up to the end of the drive to the `nth` call.
    fn tasks_to(&self, nth: usize, pace: Pace, without: Without) -> Vec<Task> {
        let mut tasks = Vec::new();
        if pace == Pace::Practical && self.set_out_s > 0 {
            tasks.push(Task::Work(self.set_out_s));
        }
        for (number, leg_s) in self.legs(pace).iter().enumerate().take(nth + 1) {
            push_drive(&mut tasks, *leg_s, pace);
            if number < nth {
                tasks.extend(self.gate(number, without));
                tasks.extend(self.dock(number, pace, without));
            }
        }
        tasks
    }

    /// The appointment of a call; none where the truck is in already, or nothing is to be done.
    fn gate(&self, number: usize, without: Without) -> Option<Task> {
        let call = self.calls.get(number).filter(|call| call.dwell != Some(Duration::ZERO))?;
        let earliest = call.stop.opens_at().filter(|_| without != Without::Limit(Limit::Appointment));
        if self.stands_at(number).is_some() {
            let earliest = earliest.filter(|opens| *opens > self.now())?;
            return Some(Task::Appointment { earliest: Some(earliest), latest: None });
        }
        let latest = call.stop.closes_at();
        (earliest.is_some() || latest.is_some()).then_some(Task::Appointment { earliest, latest })
    }

    /// When somebody expects the truck where no gate holds it up.
    fn expected(&self, nth: usize) -> Option<Task> {
        let latest =
            self.closes(nth).filter(|_| self.calls.get(nth).is_some_and(|call| call.arrived_at.is_none()))?;
        Some(Task::Appointment { earliest: None, latest: Some(latest) })
    }

    /// The work of a call: what is left of it, where the truck is at it.
    fn dock(&self, number: usize, pace: Pace, without: Without) -> Option<Task> {
        let call = self.calls.get(number)?;
        if without == Without::Dwell {
            return None;
        }
        let dwell_s =
            call.dwell.map_or(self.dwell_s, |dwell| i64::try_from(dwell.as_secs()).unwrap_or(i64::MAX));
        let begun_at = call.arrived_at.filter(|_| number == 0);
        let begun_at =
            begun_at.map(|arrived_at| call.stop.opens_at().map_or(arrived_at, |opens| opens.max(arrived_at)));
        let done_s = begun_at.map_or(0, |begun_at| self.now().secs_since(begun_at).max(0));
        let least_s = if pace == Pace::Practical && begun_at.is_some() { OVERRUN_S.min(dwell_s) } else { 0 };
        Some(Task::Work((dwell_s - done_s).max(least_s))).filter(|task| *task != Task::Work(0))
    }
}

/// When a plan has done so many seconds of a kind.
fn done_at(plan: &Plan, kind: SegmentKind, mut left_s: i64) -> Timestamp {
    let mut done_at = plan.segments.first().map_or(plan.arrival_at, |segment| segment.start_at);
    for segment in plan.segments.iter().filter(|segment| segment.kind == kind) {
        if left_s <= 0 {
            break;
        }
        let length_s = segment.end_at.secs_since(segment.start_at).min(left_s);
        done_at = segment.start_at.plus(Duration::from_secs(length_s.unsigned_abs()));
        left_s -= length_s;
    }
    done_at
}

/// What is to be done before a driver with these hours rolls: all of it after a full rest, and what is left of
/// looking the truck over where he has just come on duty and is at no dock.
fn set_out_s(hours: &Request, is_at_dock: bool) -> i64 {
    let rules = hours.ruleset;
    let Some(left_s) = hours.shift_left_s else { return SET_OUT.as_secs().cast_signed() };
    let begins = hours.status == DutyStatus::OnDuty && hours.drive_left_s == rules.drive_s && !is_at_dock;
    if begins { (LOOKED_OVER.as_secs().cast_signed() - (rules.window_s - left_s)).max(0) } else { 0 }
}

/// Who tells the way to the `nth` call of a truck that stands at the first `stands`.
const fn source_to(road: Road<'_>, stands: usize, nth: usize) -> EtaSource {
    if nth < stands + road.told { road.source } else { EtaSource::Estimate }
}

/// What a truck takes to each call, of seconds in the measure of whoever tells each.
fn truck_times(seconds: &[i64], road: Road<'_>, stands: usize, office: &Office) -> Vec<i64> {
    let times = seconds.iter().enumerate();
    times.map(|(nth, seconds)| truck_s(*seconds, source_to(road, stands, nth), office)).collect()
}

/// What a truck takes for a drive that the source gives so many seconds.
const fn truck_s(seconds: i64, source: EtaSource, office: &Office) -> i64 {
    match source {
        // A truck's times already.
        EtaSource::Estimate => seconds,
        EtaSource::Mapbox | EtaSource::MapboxCar | EtaSource::Tms => {
            seconds.saturating_mul(office.truck_per_mille) / 1000
        }
    }
}

/// A drive, with its fuel stops where it is that long.
fn push_drive(tasks: &mut Vec<Task>, leg_s: i64, pace: Pace) {
    let mut left_s = leg_s;
    while pace == Pace::Practical && left_s > TANK_S {
        tasks.extend([Task::Drive(TANK_S), Task::Work(FUEL_S)]);
        left_s -= TANK_S;
    }
    tasks.push(Task::Drive(left_s));
}

/// Gives back what a limit has taken.
fn let_go(request: &mut Request, without: Without) {
    let rules = request.ruleset;
    match without {
        Without::Nothing | Without::Dwell | Without::Limit(Limit::Appointment) => {}
        Without::Limit(Limit::Drive) => request.drive_left_s = rules.drive_s,
        Without::Limit(Limit::Window) => {
            request.shift_left_s = request.shift_left_s.map(|_| rules.window_s);
        }
        Without::Limit(Limit::Break) => request.break_left_s = None,
        Without::Limit(Limit::Cycle) => {
            request.cycle_left_s = rules.limit(request.cycle).map_or(0, |limit| limit.limit_s);
            request.on_duty_days_s = None;
        }
    }
}
