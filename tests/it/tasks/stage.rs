//! An hour of the simulated week in which everything happens that a dispatcher is asked about, read into a database
//! by the real providers, store and judge; and what the simulation knows to be true of it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use backhaul::model::{DutyStatus, Fleet, MovementStatus, Point, Timestamp};
use backhaul::sim::{Options, TrueStop, Truth, Upstream};
use backhaul::store::{Reader, Scope};
use backhaul::sync::Clock;
use tempfile::TempDir;

use crate::truth::desk::{Desk, Pace, Reads};

const UNITS: usize = 60;
/// 2026-11-24T04:30:00Z: from here on an hour is looked for at which everything happens.
const FIRST: Timestamp = Timestamp::from_secs(1_795_494_600);
const MINUTE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_mins(4);
const PACE: Pace = Pace { positions: 240, hours: 240, movements: 240, reads: Reads::Everything };
/// So long is looked on before anybody is asked: who began a rest must have been seen to.
const HISTORY: Duration = Duration::from_hours(12);
/// The last hours are looked at closely, those before now and then.
const CLOSELY: Duration = Duration::from_hours(2);
const SELDOM: Duration = Duration::from_mins(15);
/// So long ago a truck fell silent.
const SILENT: Duration = Duration::from_mins(50);

/// What happens, as the simulation knows it. Trucks go by their numbers.
pub struct Stage {
    pub truth: Truth,
    /// When it was looked at last.
    pub at: Timestamp,
    /// Whose device fell silent, and when it was last heard: a device's interval and a read before that, at most.
    pub silent: (usize, Timestamp),
    /// A truck that came to rest within the hours looked at, with a trailer that has a tracker.
    pub sits: usize,
    /// All that did, with or without one.
    pub sitting: Vec<usize>,
    /// A load under way with a customer who may call.
    pub asked: TrueStop,
    /// Around where somebody is free, has hours and an empty trailer.
    pub place: (&'static str, Point),
    folder: TempDir,
    database: PathBuf,
}

const PLACES: &[(&str, f64, f64)] = &[
    ("dallas", 32.78, -96.80),
    ("memphis", 35.15, -90.05),
    ("atlanta", 33.75, -84.39),
    ("chicago", 41.88, -87.63),
    ("columbus", 39.96, -83.00),
    ("phoenix", 33.45, -112.07),
    ("harrisburg", 40.27, -76.88),
];

impl Stage {
    /// The one that all tests of a process share. Nobody changes what it tells of the fleet.
    pub fn shared() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(|| Self::set(None))
    }

    /// Looks on for the hours before now. From 20 minutes ago on, `down` tells nothing.
    pub fn set(down: Option<Upstream>) -> Self {
        let now = Clock::system().now();
        let (later_by_s, found) = hour(now);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(Self::look_on(now, later_by_s, found, down))
    }

    async fn look_on(now: Timestamp, later_by_s: i64, found: Found, down: Option<Upstream>) -> Self {
        let history = if down.is_some() { Duration::from_mins(40) } else { HISTORY };
        let world = |clock| Options { units: UNITS, seed: seed(), later_by_s, ..Options::new(clock) };
        let mut desk = Desk::of(world, PACE, now.minus(history)).await;
        desk.rough.be_gentle();
        let (truck, since) = (found.silent, now.minus(SILENT));
        let truth = truth(later_by_s);
        let heard = Rc::new(Cell::new(now.minus(history)));
        let last_heard = Rc::clone(&heard);
        desk.rough.mute(move |fix| {
            let is = truth.seen(truck, fix.observed_at);
            let is_its = miles((fix.latitude, fix.longitude), (is.latitude, is.longitude)) < 2.0;
            if is_its && fix.observed_at <= since {
                last_heard.set(last_heard.get().max(fix.observed_at));
            }
            is_its && fix.observed_at > since
        });
        let clock = Clock::system();
        loop {
            if let Some(down) = down.filter(|_| clock.now().since(desk.now()) < 20 * MINUTE) {
                let fault = backhaul::sim::Fault::Status { code: 503, retry_after: None };
                desk.sim.faults().set(down, "", fault);
            }
            let left = clock.now().since(desk.now());
            let is_last = left < Duration::from_secs(2);
            if is_last {
                desk.hurry();
            }
            desk.look().await;
            if is_last {
                // With the roads that were just asked for.
                desk.look().await;
            }
            desk.look_over().await;
            if is_last {
                break;
            }
            // By when it began, not by the clock: how fast this machine is must not move what is read when.
            let is_early = now.since(desk.now()) > CLOSELY;
            desk.go_on(if is_early { SELDOM } else { left.min(STEP) }).await;
        }
        println!("looked on for {} h in {} s", history.as_secs() / 3600, clock.now().secs_since(now));
        let (at, config) = (desk.now(), desk.sim.config_toml(None));
        let (folder, database) = desk.close().await;
        let path = folder.path().join("config.toml");
        let url = format!("[database]\nurl = \"{}\"\n\n", url_of(&database));
        fs::write(&path, url + &config).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let Found { silent, sits, asked, place } = found;
        let silent = (silent, heard.get());
        assert!(since.secs_since(silent.1) < 15 * 60, "it was heard until it fell silent");
        let truth = self::truth(later_by_s);
        let fleet = Reader::open(&database, Scope::Whole).unwrap().fleet(at).unwrap();
        let is_tracked = |truck: &usize| {
            let number = truth.trailer_of(*truck, at).number;
            fleet.trailers.iter().any(|row| row.unit_number == number && row.observed_at.is_some())
        };
        let sitting = sits;
        let sits = sitting.iter().copied().find(is_tracked).expect("a trailer with a tracker");
        Self { truth, at, silent, sits, sitting, asked, place, folder, database }
    }

    /// A console of `user`, who writes files into a folder of that name.
    pub fn console(&self, user: &str) -> portable_pty::CommandBuilder {
        fs::create_dir_all(self.folder.path().join(user)).unwrap();
        let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear();
        command.env("HOME", self.folder.path());
        command.env("TERM", "xterm-256color");
        command.env("USER", user);
        command.env("BACKHAUL_CONFIG", self.folder.path().join("config.toml"));
        command.cwd(self.folder.path().join(user));
        command.arg("--view-only");
        command
    }

    /// The path of another configuration of `user`'s.
    pub fn config(&self, user: &str) -> PathBuf {
        self.folder.path().join(user).join("config.toml")
    }

    /// Where its database is, as a configuration says it.
    pub fn url(&self) -> String {
        url_of(&self.database)
    }

    /// A command's answer.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear().env("HOME", self.folder.path()).args(arguments);
        command.env("BACKHAUL_CONFIG", self.folder.path().join("config.toml"));
        command.output().unwrap()
    }

    /// A command's answer on standard output, which must be one.
    pub fn answer(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {talk}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.answer(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// The text of the file in the folder of `user` whose name begins so.
    pub fn file(&self, user: &str, begins: &str) -> Option<String> {
        let files = fs::read_dir(self.folder.path().join(user)).unwrap();
        let named = files
            .map(|file| file.unwrap().path())
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins)));
        named.map(|path| fs::read_to_string(path).unwrap())
    }

    /// All that the database holds.
    pub fn fleet(&self) -> std::sync::Arc<Fleet> {
        Reader::open(&self.database, Scope::Whole).unwrap().fleet(Clock::system().now()).unwrap()
    }

    pub fn sql<T>(&self, ask: impl FnOnce(&rusqlite::Connection) -> T) -> T {
        ask(&rusqlite::Connection::open(&self.database).unwrap())
    }

    /// The trucks that haul and are heard.
    pub fn heard(&self) -> impl Iterator<Item = usize> {
        self.truth.tractors().filter(|truck| *truck != self.silent.0)
    }

    /// The load of that id: who has it, and its stops.
    pub fn load(&self, id: &str) -> Option<(usize, Vec<TrueStop>)> {
        self.truth.tractors().find_map(|truck| {
            let mut stops = self.truth.stops(truck, self.at);
            stops.retain(|stop| self.truth.movement_id(stop.movement) == id);
            (!stops.is_empty()).then_some((truck, stops))
        })
    }

    /// The truck whose driver is called so, where only one is.
    pub fn truck_of(&self, driver: &str) -> Option<usize> {
        let mut trucks =
            self.truth.tractors().filter(|truck| self.truth.driver(*truck, self.at).name == driver);
        let only = trucks.next()?;
        trucks.next().is_none().then_some(only)
    }
}

fn url_of(database: &std::path::Path) -> String {
    format!("sqlite:{}", database.display())
}

/// Another fleet by hand: `BACKHAUL_TASKS_SEED=2 cargo test --test it tasks -- --nocapture`.
fn seed() -> u64 {
    std::env::var("BACKHAUL_TASKS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

fn truth(later_by_s: i64) -> Truth {
    Truth::new(UNITS, seed()).later_by(later_by_s)
}

/// What an hour has to offer.
struct Found {
    silent: usize,
    sits: Vec<usize>,
    asked: TrueStop,
    place: (&'static str, Point),
}

/// By how much the week is moved so that everything happens about now.
fn hour(now: Timestamp) -> (i64, Found) {
    for hours in 0..168 {
        let hour = FIRST.plus(Duration::from_hours(hours));
        let later_by_s = now.secs_since(hour);
        if let Some(found) = look_for(&truth(later_by_s), now) {
            println!("everything happens {hours} hours after the first");
            return (later_by_s, found);
        }
    }
    panic!("there is no hour of the week at which everything happens that is asked about");
}

fn look_for(truth: &Truth, now: Timestamp) -> Option<Found> {
    let stops: BTreeMap<usize, Vec<TrueStop>> =
        truth.tractors().map(|truck| (truck, truth.stops(truck, now))).collect();
    let all = || stops.iter().flat_map(|(truck, stops)| stops.iter().map(move |stop| (*truck, stop, stops)));
    let closes_soon = |closes: Timestamp| (now..now.plus(Duration::from_hours(10))).contains(&closes);
    truth.ungiven(now).into_iter().find(|(_, _, closes)| closes_soon(*closes))?;
    let rolls = |truck: usize, at: Timestamp| truth.driver(truck, at).status == DutyStatus::Driving;
    let laden =
        |truck: &usize| stops[truck].iter().find(|stop| is_next(stop, &stops[truck], now) && stop.loaded);
    let silent = stops.keys().copied().find(|truck| {
        let then = now.minus(SILENT);
        rolls(*truck, then) && rolls(*truck, now) && laden(truck).is_some()
    })?;
    // They are counted again minutes from now, once all was looked on, and without the silent one.
    let then = [now, now.plus(4 * MINUTE), now.plus(8 * MINUTE)];
    let is_certain =
        |truck: usize, is: &dyn Fn(Timestamp) -> bool| truck != silent && then.into_iter().all(is);
    let late = all().filter(|(truck, stop, stops)| {
        is_certain(*truck, &|at| will_be_late(truth, *truck, stop, stops, at))
    });
    (late.count() >= 2).then_some(())?;
    all().find(|(truck, stop, _)| is_certain(*truck, &|at| is_detained(stop, at)))?;
    let rest = stops
        .iter()
        .filter(|(truck, stops)| is_certain(**truck, &|at| rests_short_of(truth, **truck, stops, at)));
    (rest.count() >= 2).then_some(())?;
    let sits = stops.keys().copied().filter(|truck| {
        let since = truth.trailer_of(*truck, now).stands_since;
        let stays = truth.trailer_of(*truck, now.plus(10 * MINUTE)).stands_since == since;
        stays
            && *truck != silent
            && since.is_some_and(|since| (40..110).contains(&(now.secs_since(since) / 60)))
    });
    let sits: Vec<usize> = sits.collect();
    // Not all have a tracker.
    (sits.len() >= 4).then_some(())?;
    let asked =
        stops.keys().find(|truck| **truck != silent && rolls(**truck, now) && laden(truck).is_some())?;
    let asked = laden(asked)?.clone();
    let place = PLACES.iter().find_map(|(name, latitude, longitude)| {
        let place = Point::new(*latitude, *longitude)?;
        let free = |truck: usize| is_free(truth, truck, &stops[&truck], place, now);
        stops.keys().any(|truck| *truck != silent && free(*truck)).then_some((*name, place))
    })?;
    Some(Found { silent, sits, asked, place })
}

/// The stop that a truck goes to, or stands at.
pub fn is_next(stop: &TrueStop, of: &[TrueStop], now: Timestamp) -> bool {
    let next = of.iter().filter(|other| other.status == MovementStatus::InProgress && other.left_at > now);
    next.min_by_key(|other| other.arrived_at) == Some(stop)
}

/// Whether a truck is on its way to a stop, and will for certain come too late.
pub fn will_be_late(
    truth: &Truth,
    truck: usize,
    stop: &TrueStop,
    stops: &[TrueStop],
    now: Timestamp,
) -> bool {
    let closes = stop.late_at.unwrap_or(stop.early_at);
    let ahead = stop.arrived_at.secs_since(now);
    let is_on_its_way = is_next(stop, stops, now) && truth.driver(truck, now).status == DutyStatus::Driving;
    stop.loaded
        && is_on_its_way
        && (20 * 60..6 * 3600).contains(&ahead)
        && stop.arrived_at.secs_since(closes) > 30 * 60
}

/// How long a truck has been at a stop beyond two hours from its arrival, or the opening; in seconds.
pub fn beyond_s(stop: &TrueStop, now: Timestamp) -> i64 {
    now.secs_since(stop.arrived_at.max(stop.early_at)) - 2 * 3600
}

/// Whether it is held at a stop for certain.
pub fn is_detained(stop: &TrueStop, now: Timestamp) -> bool {
    let is_there = stop.arrived_at <= now && now < stop.left_at.minus(20 * MINUTE);
    stop.loaded && is_there && beyond_s(stop, now) > 10 * 60
}

/// Whether a driver at the wheel takes his ten hours before he comes to his next stop, because he has no more to drive:
/// who has time enough may take them as well. A hundred miles off the stop at least: nobody can tell a day's drive to
/// the minute, nor by how little it is missed.
pub fn rests_short_of(truth: &Truth, truck: usize, stops: &[TrueStop], now: Timestamp) -> bool {
    let Some(next) = stops.iter().find(|stop| is_next(stop, stops, now)) else { return false };
    let mut at = now;
    let until = next.arrived_at.min(now.plus(Duration::from_hours(11)));
    if truth.driver(truck, now).status != DutyStatus::Driving {
        return false;
    }
    while at < until {
        let before = truth.driver(truck, at);
        at = at.plus(15 * MINUTE);
        if at < until && truth.driver(truck, at).status == DutyStatus::Sleeper {
            let left_s = before.drive_left_s.min(before.shift_left_s).min(before.cycle_left_s);
            let seen = truth.seen(truck, at);
            let off = miles((seen.latitude, seen.longitude), (next.latitude, next.longitude));
            return left_s < 30 * 60 && off > 100.0;
        }
    }
    false
}

/// Whether a truck is near a place with five hours to drive, nothing on its trailer and no load to do.
pub fn is_free(truth: &Truth, truck: usize, stops: &[TrueStop], place: Point, now: Timestamp) -> bool {
    let seen = truth.seen(truck, now);
    let near = miles((seen.latitude, seen.longitude), (place.latitude, place.longitude)) < 90.0;
    let driver = truth.driver(truck, now);
    let least = [driver.drive_left_s, driver.shift_left_s, driver.cycle_left_s].into_iter().min();
    let is_over = |stop: &TrueStop| stop.ended_at.is_some();
    near && least > Some(6 * 3600) && stops.iter().all(is_over)
}

/// Whether freight is on its trailer.
pub fn is_laden(stops: &[TrueStop], now: Timestamp) -> bool {
    let under_way = |stop: &&TrueStop| stop.loaded && stop.status == MovementStatus::InProgress;
    let first = stops.iter().filter(under_way).min_by_key(|stop| stop.sequence);
    first.is_some_and(|first| first.left_at <= now)
}

/// Miles between two places.
pub fn miles(a: (f64, f64), b: (f64, f64)) -> f64 {
    Point::new(a.0, a.1).unwrap().miles_to(Point::new(b.0, b.1).unwrap())
}

/// Whether the dock has let the truck go and nobody could know: it stands where it stood, its driver rests, and the
/// TMS has no departure.
pub fn sleeps_unseen_at_the_dock(
    stage: &Stage,
    fleet: &Fleet,
    id: &str,
    truck: usize,
    stops: &[TrueStop],
) -> bool {
    let last = stops.iter().filter(|stop| stop.left_at <= stage.at).max_by_key(|stop| stop.left_at);
    let seen = stage.truth.seen(truck, stage.at);
    let stands = last
        .is_some_and(|stop| miles((seen.latitude, seen.longitude), (stop.latitude, stop.longitude)) < 1.0);
    let mut of_load = fleet.stops.iter().filter(|stop| stop.tms.movement_id.as_deref() == Some(id));
    let is_told = of_load.any(|stop| {
        last.is_some_and(|last| stop.tms.sequence == last.sequence) && stop.tms.actual_departure_at.is_some()
    });
    stands && !is_told && stage.truth.driver(truck, stage.at).status.is_rest()
}
