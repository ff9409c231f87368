//! What was said of a simulated day, held against what really happened.

use std::collections::HashMap;
use std::time::Duration;

use backhaul::model::{Fleet, Keyed, MovementKey, Risk, Stay, Timestamp};
use backhaul::rules::freshness::{Freshness, standing};
use backhaul::sim::{TrueStop, Truth};

/// A flag has to stand so long before the window ends (features.md §5, FSO).
const LEAD: Duration = Duration::from_mins(30);
/// A load that was given to its truck so shortly before that instant is not counted: the TMS is read every
/// few minutes.
const HEARD: Duration = Duration::from_mins(20);
/// A next stop's arrival is held against what was said this long before.
const AHEAD: Duration = Duration::from_hours(1);
/// An ETA this close to the truth is right.
const CLOSE_S: i64 = 600;
/// A stop reached so close to its window's end, before or after, is neither in time nor late: an ETA that near
/// to the truth is a right one (FSO), so nobody can be asked to tell the one from the other. The count to the
/// second is printed beside.
const EDGE_S: i64 = CLOSE_S;
/// The gate's clock and the fence's differ by this.
const GATE_S: i64 = 90;
/// A class that is back where it was within this has flapped.
const FLAP: Duration = Duration::from_mins(10);
const MILE: f64 = 1.0 / 69.09;

/// A stop by the number of its movement and its place in it.
type Number = (u64, i64);

/// One stop of the truth, with what was said of it.
struct Watched {
    stop: TrueStop,
    tractor: usize,
    /// From when to when the truck was at that place: other stops there may come directly before and after.
    presence: (Timestamp, Timestamp),
    /// Where the truck goes when the hour before its arrival begins.
    way: Way,
    /// The last word, but for "unknown"; `None` while there was no other.
    word: Option<Risk>,
    /// Half an hour before the window's end: what stood there then.
    flag: Option<Flag>,
    /// Whether it was ever flagged up to then, on the way.
    was_raised: bool,
    /// The word one hour before the arrival: how far off, in seconds; late is positive.
    off_s: Option<i64>,
}

/// What was said of a stop half an hour before its window's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    /// That it is late, or may be.
    Raised,
    /// That it is in time.
    Down,
    /// That nothing is known of it, and never was anything: whose hours or place nobody tells.
    Unknown,
}

/// What a truck does one hour before it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Goes there: no other stop comes before.
    Going,
    /// Stands at another stop, or has one before: when it gets away is for a dock to say.
    Before,
}

/// How often a load's class changed.
#[derive(Default)]
struct Changes {
    last: Option<Risk>,
    changed_at: Option<(Timestamp, Risk)>,
    count: usize,
    flaps: usize,
    /// Changes to and from unknown: what an outage makes.
    blinks: usize,
}

/// The day's score.
pub struct Score {
    truth: Truth,
    watched: HashMap<Number, Watched>,
    changes: HashMap<u64, Changes>,
    /// Arrivals and departures held against the truth: how many were looked at, and what was false.
    pub seen: (usize, usize),
    pub false_stays: Vec<String>,
    /// From when to when the day was.
    day: (Timestamp, Timestamp),
}

/// How well late stops were told from others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// Of the late stops, those that were flagged.
    pub recall: Share,
    /// Of the flags, those whose stop was late.
    pub precision: Share,
    /// Of all stops, those of which nothing was known.
    pub unknown: Share,
}

/// Of how many so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub of: usize,
    pub hits: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += usize::from(hit);
    }

    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    pub fn ratio(self) -> f64 {
        if self.of == 0 { 1.0 } else { self.hits as f64 / self.of as f64 }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} ({} of {})", self.ratio(), self.hits, self.of)
    }
}

impl Score {
    /// Of the day from `start` to `end`.
    pub fn new(truth: Truth, start: Timestamp, end: Timestamp) -> Self {
        let mut watched = HashMap::new();
        for tractor in truth.tractors() {
            let stops = truth.stops(tractor, end);
            for stop in stops.iter().filter(|stop| stop.loaded) {
                let then = stop.arrived_at.minus(AHEAD);
                let between = |other: &&TrueStop| other.left_at > then && other.arrived_at < stop.arrived_at;
                let way = if stops.iter().any(|other| between(&other)) { Way::Before } else { Way::Going };
                let number = (stop.movement, stop.sequence);
                if stop.left_at < start {
                    continue;
                }
                let (stop, presence) = (stop.clone(), presence(stop, &stops));
                let word = None;
                let (flag, was_raised, off_s) = (None, false, None);
                watched
                    .insert(number, Watched { stop, tractor, presence, way, word, flag, was_raised, off_s });
            }
        }
        Self {
            truth,
            watched,
            changes: HashMap::new(),
            seen: (0, 0),
            false_stays: Vec::new(),
            day: (start, end),
        }
    }

    /// Takes in what stands in the database at `now`; the look before was `step` ago.
    pub fn take(&mut self, fleet: &Fleet, now: Timestamp, step: Duration) {
        let fresh = Freshness::of(&fleet.feeds, now);
        for judgement in &fleet.judgements {
            let key = judgement.key();
            let (Some(movement), Ok(number)) = (fleet.movements.get(&key), key.id.parse::<u64>()) else {
                continue;
            };
            let standing = standing(movement, fleet, &fresh, now);
            if movement.tractor_id.is_some() {
                self.changes.entry(number).or_default().take(standing.risk, now);
            }
            for stop in fleet.stops_of(&key) {
                let Some(watched) = self.watched.get_mut(&(number, stop.tms.sequence)) else { continue };
                let arrival = judgement.arrivals.iter().find(|arrival| arrival.stop_id == stop.tms.id);
                let is_known = standing.risk != Risk::Unknown;
                if is_known {
                    watched.word = Some(arrival.map_or(Risk::Ok, |arrival| arrival.risk));
                }
                let eta_at = arrival.and_then(|arrival| arrival.eta_at).filter(|_| is_known);
                watched.mark(now, step, eta_at);
            }
        }
    }

    /// Every stay that is known against the truth.
    pub fn take_stays(&mut self, fleet: &Fleet) {
        for stay in &fleet.stays {
            let key = MovementKey { company_id: stay.company_id.clone(), id: stay.movement_id.clone() };
            let stop = fleet.stops_of(&key).iter().find(|stop| stop.tms.id == stay.stop_id);
            let number = stop.and_then(|stop| Some((key.id.parse().ok()?, stop.tms.sequence)));
            if let Some(watched) = number.and_then(|number| self.watched.get(&number)) {
                self.seen.0 += 1;
                self.seen.1 += usize::from(!stay.is_open());
                self.false_stays.extend(false_stay(&self.truth, watched, stay));
            }
        }
    }

    /// Prints all of it.
    pub fn print(&self) -> Told {
        let (strict, told) = (self.told(0), self.told(EDGE_S));
        let mut lines: Vec<_> = self.watched.values().filter_map(Watched::wrong).collect();
        lines.sort();
        for line in lines {
            println!("  {line}");
        }
        println!(
            "late stops flagged half an hour before, recall:  {} (to the second: {})",
            told.recall, strict.recall
        );
        println!(
            "flags whose stop came late, precision:           {} (to the second: {})",
            told.precision, strict.precision
        );
        println!("stops of which nothing was known:                {}", told.unknown);
        let mut ever = Share::default();
        let raised = self.watched.values().filter(|watched| watched.was_raised && watched.is_known(self.day));
        raised.for_each(|watched| ever.count(watched.late_s() > -EDGE_S));
        println!("stops ever flagged by then that were not in time: {ever}");
        for (way, what) in [(Way::Going, "the next stop"), (Way::Before, "a stop behind a dock")] {
            let mut share = Share::default();
            let offs = self
                .watched
                .values()
                .filter(|watched| watched.way == way)
                .filter_map(|watched| watched.off_s);
            offs.for_each(|off_s| share.count(off_s.abs() <= CLOSE_S));
            println!("ETAs within ten minutes one hour before {what}: {share}");
        }
        let sum = |of: fn(&Changes) -> usize| self.changes.values().map(of).sum::<usize>();
        let most = self.changes.values().map(|changes| changes.count).max().unwrap_or(0);
        println!(
            "{} changes of class of {} loads (most {most}), {} of them back within ten minutes; and {} to and from unknown",
            sum(|changes| changes.count),
            self.changes.len(),
            sum(|changes| changes.flaps),
            sum(|changes| changes.blinks),
        );
        println!(
            "{} arrivals and {} departures looked at, {} false",
            self.seen.0,
            self.seen.1,
            self.false_stays.len()
        );
        told
    }

    /// Where a stop closer to its window's end than `edge_s` is neither.
    fn told(&self, edge_s: i64) -> Told {
        let mut told = Told::default();
        for watched in self.watched.values().filter(|watched| watched.counts(self.day)) {
            let (late_s, flag) = (watched.late_s(), watched.flag.unwrap_or(Flag::Down));
            told.unknown.count(flag == Flag::Unknown);
            if flag == Flag::Unknown || (edge_s > 0 && late_s.abs() <= edge_s) {
                continue;
            }
            if late_s > 0 {
                told.recall.count(flag == Flag::Raised);
            }
            if flag == Flag::Raised {
                told.precision.count(late_s > 0);
            }
        }
        told
    }
}

impl Watched {
    fn closes_at(&self) -> Timestamp {
        self.stop.late_at.unwrap_or(self.stop.early_at)
    }

    /// How long after its window's end the truck came; negative where it came before.
    fn late_s(&self) -> i64 {
        self.stop.arrived_at.secs_since(self.closes_at())
    }

    /// Whether something had to be said of it half an hour before the end: that lies in the day, the truck was
    /// not there yet, and the load was known for long enough.
    fn counts(&self, (start, end): (Timestamp, Timestamp)) -> bool {
        self.is_known((start, end)) && self.stop.arrived_at > self.closes_at().minus(LEAD)
    }

    /// Whether it was known in the day, and for long enough before its window closed.
    fn is_known(&self, (start, end): (Timestamp, Timestamp)) -> bool {
        let then = self.closes_at().minus(LEAD);
        then > start && then < end && self.stop.planned_at <= then.minus(HEARD)
    }

    /// Notes the word at the two instants that count.
    fn mark(&mut self, now: Timestamp, step: Duration, eta_at: Option<Timestamp>) {
        let is_at = |at: Timestamp| now <= at && at < now.plus(step);
        let is_open = now < self.stop.arrived_at && now <= self.closes_at().minus(LEAD);
        self.was_raised |= is_open && matches!(self.word, Some(Risk::AtRisk | Risk::Late));
        if is_at(self.closes_at().minus(LEAD)) {
            self.flag = Some(match self.word {
                None => Flag::Unknown,
                Some(Risk::AtRisk | Risk::Late) => Flag::Raised,
                Some(Risk::Ok | Risk::Tight | Risk::Unknown) => Flag::Down,
            });
        }
        if is_at(self.stop.arrived_at.minus(AHEAD)) {
            self.off_s = eta_at.map(|eta_at| eta_at.secs_since(self.stop.arrived_at));
        }
    }

    /// What was wrong of it, in words.
    fn wrong(&self) -> Option<String> {
        let late_s = self.late_s();
        let off_s = self.off_s.filter(|off_s| off_s.abs() > CLOSE_S && self.way == Way::Going);
        let flag = self.flag.filter(|flag| (late_s > 0) != (*flag == Flag::Raised));
        let says_wrong = flag.is_some() && (late_s > 0 || flag == Some(Flag::Raised));
        (says_wrong || off_s.is_some()).then(|| {
            format!(
                "truck {} load {}.{}: {} min late, flag {flag:?}; ETA {:?} min off ({:?})",
                self.tractor,
                self.stop.movement,
                self.stop.sequence,
                late_s / 60,
                self.off_s.map(|off_s| off_s / 60),
                self.way,
            )
        })
    }
}

impl Changes {
    fn take(&mut self, risk: Risk, now: Timestamp) {
        let Some(last) = self.last.replace(risk).filter(|last| *last != risk) else { return };
        if last == Risk::Unknown || risk == Risk::Unknown {
            self.blinks += 1;
            return;
        }
        self.count += 1;
        let back = self.changed_at.is_some_and(|(at, from)| from == risk && now.since(at) <= FLAP);
        self.flaps += usize::from(back);
        self.changed_at = Some((now, last));
    }
}

/// From when to when the truck was at the place of a stop without leaving.
fn presence(stop: &TrueStop, all: &[TrueStop]) -> (Timestamp, Timestamp) {
    let (mut from, mut to) = (stop.arrived_at, stop.left_at);
    let here = |other: &&TrueStop| (other.latitude, other.longitude) == (stop.latitude, stop.longitude);
    for _ in 0..all.len() {
        for other in all.iter().filter(here) {
            if other.left_at >= from && other.arrived_at <= to {
                (from, to) = (from.min(other.arrived_at), to.max(other.left_at));
            }
        }
    }
    (from, to)
}

/// What is false of a stay, in words.
fn false_stay(truth: &Truth, watched: &Watched, stay: &Stay) -> Option<String> {
    let (stop, (from, to)) = (&watched.stop, watched.presence);
    let elsewhere = !is_at(truth, watched, stay.observed.evidence.stood.at);
    // It stood there already, where it rested there before the work began.
    let early = from.secs_since(stay.observed.arrived_by_at) > GATE_S
        && !is_at(truth, watched, stay.observed.arrived_by_at);
    let left_early = stay.observed.departed_by_at.is_some_and(|by| by < to);
    let lies = [(elsewhere, "elsewhere"), (early, "early"), (left_early, "left early")];
    let lies: Vec<_> = lies.iter().filter(|(is_so, _)| *is_so).map(|(_, lie)| *lie).collect();
    (!lies.is_empty()).then(|| format!("{lies:?} {stop:?} {stay:?}"))
}

/// Whether the truck really stood at a stop then.
fn is_at(truth: &Truth, watched: &Watched, at: Timestamp) -> bool {
    let (stop, there) = (&watched.stop, truth.seen(watched.tractor, at));
    let off = (there.latitude - stop.latitude).abs().max((there.longitude - stop.longitude).abs());
    off < MILE * 0.8 && there.speed_mph < Some(3.0)
}
