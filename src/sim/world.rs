//! The simulated fleet as a function of time: the same seed, size and instant always give the same
//! answer, so a restarted simulation goes on where the clock says. Times are Unix seconds from 2024
//! on. It knows no upstream: those only write down what they find here.

mod board;
mod drivers;
mod fixes;

use std::sync::{Arc, Mutex, PoisonError};

use super::atlas::{Atlas, CITIES, Point};
use super::chance::Chance;
use super::freight::{Haul, Site, Standing};
use super::roster::{Roster, SHOP};
use super::shift::Hours;
use super::showcase::Show;
use super::spread::Spread;
use super::week::{self, Activity, Stretch, WEEK, Week};

pub use drivers::{Condition, LogEntry, Totals};

/// 2024-01-01T00:00:00Z, a Monday: week 0 of the first truck.
const FIRST_WEEK: i64 = 1_704_067_200;
/// Hauls that a lane may have in a week.
const HAULS: usize = 24;
/// Where the fleet has yards.
const YARDS: &[&str] = &["DAL", "MEM", "ATL", "CHI", "CMH", "MCI", "PHX", "HAR"];
/// How long before its week a load may be entered.
const AHEAD: i64 = 3 * 24 * 3600;
/// What a truck's odometer gains a week.
const MILES_A_WEEK: f64 = 3250.0;

/// All there is.
#[derive(Debug)]
pub struct World {
    /// Who and what the fleet consists of.
    pub roster: Roster,
    /// Which ELD knows what of it.
    pub spread: Spread,
    seed: u64,
    atlas: Atlas,
    yards: Vec<usize>,
    /// Whether some trucks are in trouble on purpose.
    showcase: bool,
    /// When week 0 of the first truck begins.
    first_week: i64,
    /// The weeks lately asked for, by lane and then by week number: filled when asked, never wrong.
    weeks: Vec<Mutex<Kept>>,
}

/// A few weeks with their numbers, each in the place that its number has by remainder.
type Kept = [Option<(i64, Arc<Week>)>; 4];

/// A truck at an instant.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where it is.
    pub point: Point,
    /// Miles an hour.
    pub mph: f64,
    /// Degrees.
    pub heading: f64,
    /// Its odometer, in miles.
    pub odometer: f64,
    /// What it does, since when and on which road.
    pub stretch: Stretch,
    /// Unix seconds at which the stretch began.
    pub since: i64,
    /// The number of its week.
    pub week_number: i64,
    /// Its week.
    pub week: Arc<Week>,
}

/// Names one movement. A *lane* is a truck, or one stream of loads that no truck of ours hauls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The number of the week.
    pub week: i64,
    /// The lane.
    pub lane: usize,
    /// Which haul of that week.
    pub haul: usize,
}

impl World {
    /// A world of `units` tractors, spread so over the ELDs.
    pub fn new(units: usize, seed: u64, spread: Spread) -> Self {
        let roster = Roster::new(units, seed);
        let yards = YARDS
            .iter()
            .map(|code| CITIES.iter().position(|city| city.code == *code).expect("every yard is in a city"))
            .collect();
        let (atlas, showcase) = (Atlas::new(), false);
        let first_week = FIRST_WEEK;
        let mut world = Self { roster, spread, seed, atlas, yards, showcase, first_week, weeks: Vec::new() };
        world.weeks.resize_with(world.lanes(), Mutex::default);
        world
    }

    /// The same world, in which some trucks are in trouble on purpose.
    #[must_use]
    pub fn with_showcase(self) -> Self {
        Self { showcase: true, ..self }
    }

    /// The same world, in which all that is driven and hauled happens so many seconds later.
    #[must_use]
    pub fn later_by(self, seconds: i64) -> Self {
        Self { first_week: self.first_week + seconds, ..self }
    }

    /// What a truck is there to show, where it is.
    fn show(&self, tractor: usize) -> Option<Show> {
        Show::of(tractor).filter(|_| self.showcase && tractor < self.roster.tractors)
    }

    /// The truck of a lane at `now`. The lane after the last tractor is a truck that nobody knows.
    pub fn truck(&self, lane: usize, now: i64) -> Seen {
        let week_number = self.week_number(lane, now);
        let week = self.week(lane, week_number);
        let stretch = *week.stretch(now);
        let (since, length) = (week.begin + i64::from(stretch.start), f64::from(stretch.end - stretch.start));
        let share = ((now - since) as f64 / length).clamp(0.0, 1.0);
        let rolling = stretch.activity == Activity::Drive && lane != SHOP;
        let miles = if rolling { stretch.line.miles() } else { 0.0 };
        let (point, heading) = if rolling { stretch.line.at(share) } else { (stretch.line.from(), 0.0) };
        let odometer = self.odometer(
            lane,
            week_number,
            &week,
            stretch.miles + if rolling { miles * share } else { 0.0 },
        );
        let wobble = Chance::of(&[lane as u64, (now - self.first_week) as u64]).fraction() * 2.0 - 1.0;
        Seen {
            point: if lane == SHOP { self.yard(lane).point() } else { point },
            mph: if rolling { miles / length * 3600.0 + wobble } else { 0.0 },
            heading,
            odometer,
            stretch,
            since,
            week_number,
            week,
        }
    }

    /// The yard of a lane's truck.
    pub fn yard(&self, lane: usize) -> Site {
        Site { city: self.yards[self.roster.yard(lane, self.yards.len())], firm: None }
    }

    /// The movement a tractor is on at `now`.
    pub fn current(&self, tractor: usize, now: i64) -> Option<Key> {
        let seen = (tractor != SHOP).then(|| self.truck(tractor, now))?;
        let haul = seen.week.hauls.get(seen.stretch.haul)?;
        let key = Key { week: seen.week_number, lane: tractor, haul: seen.stretch.haul };
        (haul.standing(now) == Some(Standing::InProgress)).then_some(key)
    }

    /// Every movement that the TMS shows at `now`, unordered: what is under way and waits, and what
    /// was over in this week and the one before.
    pub fn movements(&self, now: i64) -> Vec<Key> {
        (0..self.lanes())
            .filter(|lane| self.in_tms(*lane))
            .flat_map(|lane| self.movements_of(lane, now))
            .collect()
    }

    /// The same, of one lane.
    pub fn movements_of(&self, lane: usize, now: i64) -> Vec<Key> {
        if lane == self.forgotten() {
            return vec![Key { week: -1, lane, haul: 0 }];
        }
        let this = self.week_number(lane, now);
        let next_is_near = self.week_number(lane, now + AHEAD) > this;
        let mut keys = Vec::new();
        for number in this - 1..=this + i64::from(next_is_near) {
            let week = self.week(lane, number);
            let shown = week.hauls.iter().enumerate().filter(|(_, haul)| haul.standing(now).is_some());
            keys.extend(shown.map(|(haul, _)| Key { week: number, lane, haul }));
        }
        keys
    }

    /// The movement of that number, if the TMS shows it at `now`.
    pub fn movement(&self, number: u64, now: i64) -> Option<Key> {
        let number = usize::try_from(number).ok()?;
        let (lane, haul) = (number / HAULS % self.lanes(), number % HAULS);
        let week = i64::try_from(number / HAULS / self.lanes()).ok()? - 1;
        let recent = (lane == self.forgotten() && week == -1)
            || (self.in_tms(lane) && (self.week_number(lane, now) - week).abs() <= 8);
        let key = Key { week, lane, haul };
        (recent && self.week(lane, week).hauls.get(haul)?.standing(now).is_some()).then_some(key)
    }

    /// The number of a movement: later weeks have higher ones.
    pub fn number(&self, key: Key) -> u64 {
        let week = u64::try_from(key.week + 1).unwrap_or(0);
        (week * self.lanes() as u64 + key.lane as u64) * HAULS as u64 + key.haul as u64
    }

    /// How many digits numbers are written with, so that they sort as text as well.
    pub fn digits(&self) -> usize {
        if self.lanes() * HAULS * 400 < 10_000_000 { 7 } else { 8 }
    }

    /// The tractor that a movement is done by.
    pub fn tractor_of(&self, key: Key) -> Option<usize> {
        (key.lane < self.roster.tractors).then_some(key.lane)
    }

    /// What a key names.
    pub fn haul<R>(&self, key: Key, read: impl FnOnce(&Haul) -> R) -> R {
        let week = self.week(key.lane, key.week);
        read(&week.hauls[key.haul])
    }

    fn week(&self, lane: usize, number: i64) -> Arc<Week> {
        let mut kept = self.weeks[lane].lock().unwrap_or_else(PoisonError::into_inner);
        let place = &mut kept[number.rem_euclid(4) as usize];
        match place {
            Some((kept_number, week)) if *kept_number == number => Arc::clone(week),
            _ => {
                let week = Arc::new(self.make_week(lane, number));
                *place = Some((number, Arc::clone(&week)));
                week
            }
        }
    }

    fn make_week(&self, lane: usize, number: i64) -> Week {
        let chance = Chance::of(&[self.seed, lane as u64, number as u64]);
        // Promises are made on the quarter of an hour; the same ones whenever the week is.
        let begin = FIRST_WEEK + phase(lane) + number * WEEK;
        let later_s = self.first_week - FIRST_WEEK;
        if lane == self.forgotten() {
            return board::forgotten();
        }
        if lane <= self.roster.tractors {
            let mut week =
                week::plan(&self.atlas, chance, begin, self.yard(lane).city, HAULS).later_by(later_s);
            if let Some(show) = self.show(lane) {
                show.promise(&mut week);
            }
            return week;
        }
        board::offers(&self.atlas, chance, begin, HAULS).later_by(later_s)
    }

    /// Weeks of different trucks begin at different times, spread over the whole week.
    fn week_number(&self, lane: usize, now: i64) -> i64 {
        debug_assert!(lane < self.lanes());
        (now - self.first_week - phase(lane)).div_euclid(WEEK)
    }

    /// Tractors, the stray's truck, the streams of offers, and the one forgotten movement.
    fn lanes(&self) -> usize {
        self.roster.tractors + 1 + (self.roster.tractors / 6).max(2) + 1
    }

    fn forgotten(&self) -> usize {
        self.lanes() - 1
    }

    fn in_tms(&self, lane: usize) -> bool {
        lane != self.roster.tractors && lane != SHOP.min(self.roster.tractors)
    }

    /// Runs on evenly from week to week, so that no week must be known to read the next.
    fn odometer(&self, lane: usize, number: i64, week: &Week, miles: f64) -> f64 {
        let first = 80_000.0 + Chance::of(&[self.seed, 23, lane as u64]).fraction() * 200_000.0;
        let whole = week.miles();
        let share = if whole > 0.0 { miles / whole } else { 0.0 };
        first + (number as f64 + share) * MILES_A_WEEK
    }
}

impl Seen {
    /// The driver's clocks at `now`, and the second of the week that they count from.
    pub fn hours(&self, now: i64) -> (Hours, i32) {
        let at = (now - self.week.begin) as i32;
        (
            self.stretch.hours.after(
                self.stretch.activity.duty(),
                self.stretch.start,
                at - self.stretch.start,
            ),
            at,
        )
    }
}

fn phase(lane: usize) -> i64 {
    // Multiples of the golden section are spread evenly however many there are.
    ((lane as f64 * 0.618_033_988_75).fract() * WEEK as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::super::Upstream;
    use super::super::shift::DutyStatus;
    use super::*;

    const NOW: i64 = 1_795_500_000;

    fn world(units: usize, seed: u64) -> World {
        World::new(units, seed, Spread::over(Upstream::ELDS))
    }

    #[test]
    fn the_same_seed_gives_the_same_world_and_another_one_another() {
        let seen = |seed| {
            let world = world(20, seed);
            (0..20)
                .map(|lane| world.truck(lane, NOW).point)
                .map(|p| (p.latitude, p.longitude))
                .collect::<Vec<_>>()
        };
        assert_eq!(seen(1), seen(1));
        assert_ne!(seen(1), seen(2));
    }

    #[test]
    fn trucks_obey_hours_of_service_for_two_weeks() {
        let world = world(12, 4);
        for lane in 0..12 {
            let first = world.week_number(lane, NOW);
            let (mut drive, mut since_break, mut still, mut off, mut on_duty) = (0, 0, 99_999, 999_999, 0);
            let mut window: Option<i64> = None;
            for number in first..first + 3 {
                let week = world.week(lane, number);
                assert_eq!(week.stretches.last().map(|last| i64::from(last.end)), Some(WEEK));
                for (stretch, next) in week.stretches.iter().zip(week.stretches.iter().skip(1)) {
                    assert_eq!(stretch.end, next.start);
                }
                for stretch in &week.stretches {
                    let (length, begin) =
                        (i64::from(stretch.end - stretch.start), week.begin + i64::from(stretch.start));
                    match stretch.activity.duty() {
                        DutyStatus::Driving => {
                            (still, off) = (0, 0);
                            let opened = *window.get_or_insert(begin);
                            drive += length;
                            since_break += length;
                            on_duty += length;
                            assert!(drive <= 11 * 3600 && since_break <= 8 * 3600 && on_duty <= 70 * 3600);
                            assert!(begin + length - opened <= 14 * 3600, "the window is over");
                        }
                        DutyStatus::OnDuty => {
                            window.get_or_insert(begin);
                            on_duty += length;
                            still += length;
                            off = 0;
                        }
                        DutyStatus::OffDuty | DutyStatus::Sleeper => {
                            still += length;
                            off += length;
                        }
                    }
                    if still >= 1800 {
                        since_break = 0;
                    }
                    if off >= 36_000 {
                        (drive, window) = (0, None);
                    }
                    if off >= 34 * 3600 {
                        on_duty = 0;
                    }
                }
            }
        }
    }

    #[test]
    fn trucks_never_jump_not_even_from_week_to_week() {
        let world = world(8, 9);
        for lane in 0..=8 {
            let mut last = world.truck(lane, NOW);
            for step in 1..14 * 24 * 6 {
                let seen = world.truck(lane, NOW + step * 600);
                let miles = last.point.miles_to(seen.point);
                assert!(miles / (600.0 / 3600.0) < 68.0, "lane {lane} made {miles} miles in ten minutes");
                assert!(seen.odometer >= last.odometer);
                last = seen;
            }
        }
    }

    #[test]
    fn a_fleet_works_and_loads_wait() {
        let world = world(60, 1);
        let rolling = (0..60).filter(|lane| world.truck(*lane, NOW).mph > 50.0).count();
        assert!((8..40).contains(&rolling), "{rolling} roll");
        let standing = |wanted| {
            world
                .movements(NOW)
                .iter()
                .filter(|key| world.haul(**key, |haul| haul.standing(NOW)) == Some(wanted))
                .count()
        };
        assert!((30..90).contains(&standing(Standing::InProgress)), "{}", standing(Standing::InProgress));
        assert!((25..150).contains(&standing(Standing::Available)), "{}", standing(Standing::Available));
        assert!(standing(Standing::Delivered) > 200);
    }

    #[test]
    fn a_movement_is_found_by_its_number() {
        let world = world(30, 1);
        for key in world.movements(NOW) {
            assert_eq!(world.movement(world.number(key), NOW), Some(key));
        }
        assert_eq!(world.movement(u64::MAX, NOW), None);
    }
}
