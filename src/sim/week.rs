//! One simulated week of one truck, from restart to restart: where it drives, works and rests, and
//! the loads it hauls. Made in one go, then only read.

use super::atlas::{Atlas, CITIES, LOCAL, Point, Trace};
use super::chance::Chance;
use super::freight::{Call, FIRMS, Fate, Haul, Purpose, Site, promise};
use super::shift::{DutyStatus, Hours, PAUSE, REST, RESTART};

/// Seconds of a week.
pub const WEEK: i64 = 7 * 24 * 3600;
/// Below this it is not worth setting out: the driver rests first.
const WORTH_DRIVING: i32 = 20 * 60;

/// What the truck does for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Rolls.
    Drive,
    /// Is looked over before a shift.
    Inspect,
    /// Is loaded or unloaded, the driver at work.
    Dock,
    /// Stands at a dock or gate, the driver off duty.
    Wait,
    /// Stands for the half hour.
    Break,
    /// Stands for the night, the driver in the berth.
    Sleep,
    /// Stands at its yard until the next week.
    Restart,
}

impl Activity {
    /// What it counts as.
    pub const fn duty(self) -> DutyStatus {
        match self {
            Self::Drive => DutyStatus::Driving,
            Self::Inspect | Self::Dock => DutyStatus::OnDuty,
            Self::Wait | Self::Break | Self::Restart => DutyStatus::OffDuty,
            Self::Sleep => DutyStatus::Sleeper,
        }
    }
}

/// A stretch of one activity. Times are seconds since the week began.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// It begins.
    pub start: i32,
    /// It ends; the next begins.
    pub end: i32,
    /// What is done.
    pub activity: Activity,
    /// What is driven, or where it stands.
    pub line: Trace,
    /// The city it is nearest to, or heads for.
    pub city: usize,
    /// The driver's clocks at its start.
    pub hours: Hours,
    /// Miles since the week began, at its start.
    pub miles: f64,
    /// Which of the week's hauls it belongs to, or the next one.
    pub haul: usize,
}

/// A whole week.
#[derive(Debug)]
pub struct Week {
    /// Unix seconds at which it begins.
    pub begin: i64,
    /// Without gaps from `begin` for [`WEEK`] seconds.
    pub stretches: Vec<Stretch>,
    /// In the order in which they are done.
    pub hauls: Vec<Haul>,
}

impl Week {
    /// The same week, so many seconds later.
    #[must_use]
    pub fn later_by(mut self, seconds: i64) -> Self {
        self.begin += seconds;
        for haul in &mut self.hauls {
            haul.delay(seconds);
        }
        self
    }

    /// The stretch that holds at `now`, which lies in this week.
    pub fn stretch(&self, now: i64) -> &Stretch {
        let at = (now - self.begin).clamp(0, WEEK - 1) as i32;
        let after = self.stretches.partition_point(|stretch| stretch.start <= at);
        &self.stretches[after.saturating_sub(1)]
    }

    /// Miles of the whole week.
    pub fn miles(&self) -> f64 {
        self.stretches.last().map_or(0.0, |last| last.miles)
    }
}

/// Plans the week that begins at `begin` for a truck whose yard is in `home`; at most `most` hauls.
pub fn plan(atlas: &Atlas, mut chance: Chance, begin: i64, home: usize, most: usize) -> Week {
    let yard = Site { city: home, firm: None };
    let mut planner = Planner {
        atlas,
        begin,
        now: 0,
        at: yard,
        point: yard.point(),
        hours: Hours::FRESH,
        miles: 0.0,
        tired_out: false,
        stretches: Vec::new(),
        hauls: Vec::new(),
    };
    planner.spend(Activity::Inspect, 15 * 60);
    // The way home must be the one that was found to leave time for the restart.
    let mut way_home = chance.clone();
    while planner.hauls.len() + 3 <= most {
        let Some(found) = planner.add_load(&mut chance, home) else { break };
        way_home = found;
    }
    planner.move_empty(&mut way_home, yard);
    let rest = WEEK as i32 - planner.now;
    planner.spend(Activity::Restart, rest);
    // A big fleet keeps very many of these.
    planner.stretches.shrink_to_fit();
    planner.hauls.shrink_to_fit();
    Week { begin, stretches: planner.stretches, hauls: planner.hauls }
}

/// The truck on paper, while its week is planned.
struct Planner<'a> {
    atlas: &'a Atlas,
    begin: i64,
    now: i32,
    at: Site,
    point: Point,
    hours: Hours,
    miles: f64,
    /// The cycle is used up: what was tried cannot be driven this week.
    tired_out: bool,
    stretches: Vec<Stretch>,
    hauls: Vec<Haul>,
}

/// A point to go back to when a load turns out not to fit.
struct Mark {
    now: i32,
    at: Site,
    point: Point,
    hours: Hours,
    miles: f64,
    stretches: usize,
    hauls: usize,
}

impl Planner<'_> {
    /// Adds a load that still lets the truck be home for its restart, and tells by which chances it is;
    /// `None` when none was found.
    fn add_load(&mut self, chance: &mut Chance, home: usize) -> Option<Chance> {
        let before = self.mark();
        let yard = Site { city: home, firm: None };
        for attempt in 0..5 {
            let near = self.atlas.within(self.at.city, 1.0, 180.0);
            let from = if near.is_empty() || chance.hits(55) { self.at.city } else { *chance.pick(&near) };
            let far = self.atlas.within(from, 140.0, 1050.0);
            // Late in the week only a load towards home fits.
            let to = if attempt >= 3 && from != home { home } else { *chance.pick(&far) };
            let (shipper, receiver) = (firm_in(chance, from), firm_in(chance, to));
            self.move_empty(chance, shipper);
            self.haul(chance, shipper, receiver);
            let (loaded, way_home) = (self.mark(), chance.clone());
            self.move_empty(chance, yard);
            let fits = !self.tired_out && i64::from(self.now) + i64::from(RESTART) + 900 <= WEEK;
            if fits {
                self.back_to(&loaded);
                return Some(way_home);
            }
            self.back_to(&before);
        }
        None
    }

    /// Goes to `site` without freight, as a movement of its own; nothing when already there.
    fn move_empty(&mut self, chance: &mut Chance, site: Site) {
        if self.at == site {
            return;
        }
        let (from, started, miles) = (self.at, self.instant(), self.miles);
        self.drive_to(chance, site);
        let call = |site, purpose, at, miles| Call {
            site,
            purpose,
            early: at,
            late: None,
            arrival: at,
            departure: at,
            miles,
        };
        let calls = vec![
            call(from, Purpose::EmptyStart, started, 0.0),
            call(site, Purpose::EmptyEnd, self.instant(), self.miles - miles),
        ];
        let planned = started - chance.between(1, 10) * 3600;
        self.hauls.push(Haul {
            loaded: false,
            entered: planned,
            started,
            calls,
            customer: 0,
            fate: Fate::Driven { planned },
        });
    }

    /// Loads at `shipper` (where the truck is), and delivers at `receiver`, perhaps with a stop between.
    fn haul(&mut self, chance: &mut Chance, shipper: Site, receiver: Site) {
        let started = self.instant();
        let mut calls = vec![self.dock(chance, shipper, Purpose::Pickup, 0.0)];
        let between: Vec<usize> =
            self.atlas.way(shipper.city, receiver.city).iter().map(|(city, _)| *city).collect();
        let extra =
            (between.len() > 2 && chance.hits(18)).then(|| firm_in(chance, between[between.len() / 2]));
        if let Some(site) = extra {
            let purpose = if chance.hits(15) { Purpose::Split } else { Purpose::Delivery };
            calls.push(self.drive_and_dock(chance, site, purpose));
        }
        calls.push(self.drive_and_dock(chance, receiver, Purpose::Delivery));
        let planned = started - chance.between(2, 20) * 3600;
        let entered = planned - chance.between(4, 40) * 3600;
        let customer = shipper.firm.unwrap_or(0);
        self.hauls.push(Haul {
            loaded: true,
            entered,
            started,
            calls,
            customer,
            fate: Fate::Driven { planned },
        });
    }

    fn drive_and_dock(&mut self, chance: &mut Chance, site: Site, purpose: Purpose) -> Call {
        let miles = self.miles;
        self.drive_to(chance, site);
        self.dock(chance, site, purpose, self.miles - miles)
    }

    /// Stands at `site` until the work there is done.
    fn dock(&mut self, chance: &mut Chance, site: Site, purpose: Purpose, miles: f64) -> Call {
        let arrival = self.instant();
        let (early, late, begins) = promise(chance, arrival);
        self.spend(Activity::Wait, (begins - arrival) as i32);
        let detention = if chance.hits(9) { chance.between(120, 300) } else { 0 };
        self.spend(Activity::Dock, 30 * 60);
        self.spend(Activity::Wait, ((chance.between(30, 150) + detention) * 60) as i32);
        Call { site, purpose, early, late, arrival, departure: self.instant(), miles }
    }

    /// Drives to `site` by the interstates, resting where the hours ask for it.
    fn drive_to(&mut self, chance: &mut Chance, site: Site) {
        let mut legs = self.atlas.way(self.at.city, site.city);
        if legs.is_empty() {
            legs.push((site.city, LOCAL));
        }
        let last = legs.len() - 1;
        for (number, (city, road)) in legs.into_iter().enumerate() {
            let to = if number == last { site.point() } else { CITIES[city].point() };
            let mph = chance.between(570, 655) as f64 / 10.0;
            self.drive_leg(chance, to, road, city, mph);
            if self.tired_out {
                return;
            }
        }
        self.at = site;
    }

    fn drive_leg(&mut self, chance: &mut Chance, to: Point, road: u8, city: usize, mph: f64) {
        loop {
            let trace = Trace::along(road, self.point, to);
            let needed = (trace.miles() / mph * 3600.0).ceil() as i32;
            if needed == 0 {
                return;
            }
            let allowed = self.hours.may_drive(self.now);
            if allowed >= needed {
                self.roll(to, needed, road, city);
                return;
            }
            if allowed >= WORTH_DRIVING {
                let (there, _) = trace.at(f64::from(allowed) / f64::from(needed));
                self.roll(there, allowed, road, city);
            }
            self.rest(chance);
            if self.tired_out {
                return;
            }
        }
    }

    /// Takes the pause that the hours ask for.
    fn rest(&mut self, chance: &mut Chance) {
        if self.hours.cycle < 2 * WORTH_DRIVING {
            self.tired_out = true;
            return;
        }
        let only_a_break = self.hours.until_break < WORTH_DRIVING
            && self.hours.drive >= 2 * WORTH_DRIVING
            && self.hours.window(self.now) >= PAUSE + 2 * WORTH_DRIVING;
        if only_a_break {
            self.spend(Activity::Break, PAUSE);
        } else {
            self.spend(Activity::Sleep, REST + chance.between(0, 75) as i32 * 60);
            self.spend(Activity::Inspect, 15 * 60);
        }
    }

    fn roll(&mut self, to: Point, seconds: i32, road: u8, city: usize) {
        let line = Trace::along(road, self.point, to);
        self.push(Activity::Drive, seconds, line, city);
        self.miles += line.miles();
        self.point = to;
    }

    fn spend(&mut self, activity: Activity, seconds: i32) {
        let city = self.stretches.last().map_or(self.at.city, |last| last.city);
        self.push(activity, seconds, Trace::standing(self.point), city);
    }

    fn push(&mut self, activity: Activity, seconds: i32, line: Trace, city: usize) {
        if seconds <= 0 {
            return;
        }
        self.stretches.push(Stretch {
            start: self.now,
            end: self.now + seconds,
            activity,
            line,
            city,
            hours: self.hours,
            miles: self.miles,
            haul: self.hauls.len(),
        });
        self.hours = self.hours.after(activity.duty(), self.now, seconds);
        self.now += seconds;
    }

    fn instant(&self) -> i64 {
        self.begin + i64::from(self.now)
    }

    fn mark(&self) -> Mark {
        Mark {
            now: self.now,
            at: self.at,
            point: self.point,
            hours: self.hours,
            miles: self.miles,
            stretches: self.stretches.len(),
            hauls: self.hauls.len(),
        }
    }

    fn back_to(&mut self, mark: &Mark) {
        (self.now, self.at, self.point) = (mark.now, mark.at, mark.point);
        (self.hours, self.miles, self.tired_out) = (mark.hours, mark.miles, false);
        self.stretches.truncate(mark.stretches);
        self.hauls.truncate(mark.hauls);
    }
}

fn firm_in(chance: &mut Chance, city: usize) -> Site {
    Site { city, firm: Some(chance.below(FIRMS.len())) }
}
