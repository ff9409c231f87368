//! The dispatch box: one daemon, one that stands by, and many consoles on one database, all real processes, the
//! consoles in terminals of their own. What upstreams are asked with one console and with all of them; how soon after
//! its commit each console shows where trucks are and what a person did; a key's time alone and in the crowd; memory
//! and CPU; and the daemon killed. Prints; asserts nothing, since the machine may be busy.
//!
//! `cargo bench --bench crowd -- [CONSOLES] [MINUTES] [UNITS]`, by default 50, 10 and 60.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use backhaul::model::{Act, Deed, Fleet, Motion, Tractor};
use backhaul::sim::{Options, Sim};
use backhaul::store::{Access, People, Reader, Scope, leader};
use backhaul::sync::Clock;
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

const SIZE: PtySize = PtySize { rows: 48, cols: 160, pixel_width: 0, pixel_height: 0 };
/// How often the database is looked at for a commit.
const LOOK: Duration = Duration::from_millis(3);
/// Whoever has not drawn so long after a commit is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// A screen that is not written to for this long has settled.
const SETTLED: Duration = Duration::from_millis(40);
const KEYS: usize = 40;

fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let consoles = numbers.next().unwrap_or(50);
    let span = Duration::from_secs(60 * numbers.next().unwrap_or(10) as u64);
    let office = Office::open(numbers.next().unwrap_or(60))?;
    let daemon = office.daemon("daemon.log")?;
    office.wait("a first read", |fleet| !fleet.tractors.is_empty() && !fleet.movements.is_empty())?;
    let standby = office.daemon("standby.log")?;

    let mut crowd = vec![Console::open(&office, 0)?];
    std::thread::sleep(Duration::from_secs(20));
    let alone = crowd[0].key_times();
    let one = Watched::over(&office, &crowd, span / 4, &daemon);
    for number in 1..consoles {
        crowd.push(Console::open(&office, number)?);
    }
    std::thread::sleep(Duration::from_secs(20));
    let all = Watched::over(&office, &crowd, span, &daemon);
    let among = crowd[0].key_times();

    println!("{:<44}{:>14}{:>14}", "", "1 console", format!("{} consoles", crowd.len()));
    row("calls a minute, all upstreams", &[one.calls, all.calls], 1);
    for (feed, calls) in &one.by_upstream {
        row(&format!("  {feed}"), &[*calls, all.by_upstream.get(feed).copied().unwrap_or(0.0)], 1);
    }
    row("key to settled frame, median ms", &[percentile(&alone, 50), percentile(&among, 50)], 1);
    row("key to settled frame, p95 ms", &[percentile(&alone, 95), percentile(&among, 95)], 1);
    row("CPU of the daemon, % of a core", &[one.daemon_cpu, all.daemon_cpu], 1);
    row("CPU of the consoles together, % of a core", &[one.consoles_cpu, all.consoles_cpu], 1);
    row("memory of a console, median MiB", &[one.memory, all.memory], 1);
    row("bytes to a console, a second", &[one.bytes, all.bytes], 0);
    seen("a sighting is on each screen after", &office.sightings(&crowd)?);
    seen("a claim is on the others' screens after", &office.claim(&crowd)?);
    office.kill(daemon, &standby)
}

fn row(what: &str, figures: &[f64], digits: usize) {
    print!("{what:<44}");
    for figure in figures {
        print!("{figure:>14.digits$}");
    }
    println!();
}

/// How soon each of them was seen, in ms; `None` of what was not within [`PATIENCE`].
fn seen(what: &str, after: &[Option<f64>]) {
    let seen: Vec<f64> = after.iter().copied().flatten().collect();
    println!(
        "{what}: median {:.0} ms, p95 {:.0} ms, latest {:.0} ms; {} of {} seen",
        percentile(&seen, 50),
        percentile(&seen, 95),
        percentile(&seen, 100),
        seen.len(),
        after.len()
    );
}

/// A folder with a simulated fleet's configuration.
struct Office {
    folder: tempfile::TempDir,
    sim: Sim,
    _runtime: tokio::runtime::Runtime,
}

impl Office {
    fn open(units: usize) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let runtime = tokio::runtime::Runtime::new()?;
        let options = Options { units, ..Options::new(Arc::new(move || clock.now())) };
        let sim = runtime.block_on(Sim::start(options))?;
        let folder = tempfile::tempdir()?;
        let office = Self { folder, sim, _runtime: runtime };
        let config = office.sim.config_toml(Some(&format!("sqlite:{}", office.database().display())));
        fs::write(office.config(), config)?;
        fs::set_permissions(office.config(), fs::Permissions::from_mode(0o600))?;
        Ok(office)
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("backhaul.db")
    }

    fn daemon(&self, log: &str) -> anyhow::Result<Process> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear().env("HOME", self.folder.path()).env("BACKHAUL_CONFIG", self.config());
        command.arg("--sync-only").stdin(Stdio::null()).stderr(File::create(self.folder.path().join(log))?);
        Ok(Process(command.spawn()?))
    }

    fn fleet(&self) -> Option<Arc<Fleet>> {
        Reader::open(&self.database(), Scope::Live).ok()?.fleet(Clock::system().now()).ok()
    }

    fn wait(&self, what: &str, holds: impl Fn(&Fleet) -> bool) -> anyhow::Result<()> {
        let began = Instant::now();
        while !self.fleet().is_some_and(|fleet| holds(&fleet)) {
            if began.elapsed() > Duration::from_secs(120) {
                bail!("never came to be: {what}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// How soon the speed that a truck was just seen at is on the screens that show the truck, for a minute.
    fn sightings(&self, crowd: &[Console]) -> anyhow::Result<Vec<Option<f64>>> {
        let mut reader = Reader::open(&self.database(), Scope::Live)?;
        let speed = |row: &Tractor| {
            row.speed_mph.filter(|_| row.state == Motion::Moving).map(|mph| format!("{mph:.0}"))
        };
        let (mut before, mut sightings) = (reader.fleet(Clock::system().now())?, Vec::new());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(LOOK);
            let Some(fleet) = reader.fleet_if_changed(Clock::system().now())? else { continue };
            let at = Instant::now();
            for row in fleet.tractors.since(&before.tractors).new {
                let was = before.tractors.get(&row.id).and_then(|was| speed(was));
                if let Some((speed, _)) = speed(row).zip(was).filter(|(speed, was)| speed != was) {
                    sightings.push(Sighting { at, unit: row.unit_number.to_string(), speed });
                }
            }
            before = fleet;
        }
        std::thread::sleep(PATIENCE);
        Ok(crowd.iter().flat_map(|console| console.shown(&sightings)).collect())
    }

    /// Somebody takes over the worst line of the board; how soon the others' screens say who, in ms.
    fn claim(&self, crowd: &[Console]) -> anyhow::Result<Vec<Option<f64>>> {
        for console in crowd {
            console.type_in("1g");
        }
        std::thread::sleep(Duration::from_secs(3));
        let fleet = self.fleet().context("the database is gone")?;
        let worst = Arc::clone(fleet.queue().first().context("nothing is wrong")?);
        let mut people = People::open(&self.database(), Access::Owner)?;
        crowd.iter().for_each(Console::forget);
        let done = Instant::now();
        let (at, user) = (Clock::system().now(), "zoe-box".to_owned());
        people.act(
            &worst.id,
            &Act { at, user, host: "box".to_owned(), deed: Deed::Claim, seen: worst.seen(at) },
        )?;
        std::thread::sleep(PATIENCE);
        let ms = |console: &Console| Some(console.saw("zoe-box")?.duration_since(done).as_secs_f64() * 1e3);
        Ok(crowd.iter().skip(1).map(ms).collect())
    }

    /// Ends the daemon as a crash would, and says how soon the one that stands by goes on.
    fn kill(&self, daemon: Process, standby: &Process) -> anyhow::Result<()> {
        let before = self.fleet().context("the database is gone")?;
        let killed_at = Clock::system().now();
        drop(daemon);
        let began = Instant::now();
        while leader(&self.database()).is_none_or(|leader| leader.pid != standby.0.id()) {
            if began.elapsed() > Duration::from_secs(30) {
                bail!("the one that stood by did not take over");
            }
            std::thread::sleep(LOOK);
        }
        let taken_over = began.elapsed();
        std::thread::sleep(Duration::from_secs(60));
        let after = self.fleet().context("the database is gone")?;
        let calls = self.sim.calls().into_iter().filter(|call| call.at > killed_at).count();
        println!(
            "killed: another polls after {:.2} s; {calls} calls in the minute after; {} loads before, {} after; {}",
            taken_over.as_secs_f64(),
            before.movements.len(),
            after.movements.len(),
            integrity(&self.database())?
        );
        Ok(())
    }
}

fn integrity(database: &Path) -> anyhow::Result<String> {
    let sql = rusqlite::Connection::open(database)?;
    Ok(sql.query_row("PRAGMA integrity_check", [], |row| row.get(0))?)
}

/// A process that ends with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A console in a terminal of its own, at the tractors.
struct Console {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    input: Mutex<Box<dyn Write + Send>>,
    seen: Arc<Mutex<Written>>,
    _master: Box<dyn MasterPty + Send>,
}

#[derive(Default)]
struct Written {
    bytes: usize,
    /// Since it was last forgotten: when something came last.
    last: Option<Instant>,
    /// All of it, each piece with its time; and where it was last forgotten.
    pieces: Vec<(Instant, Vec<u8>)>,
    forgotten: usize,
}

/// A truck that was just seen at another speed.
struct Sighting {
    /// When its commit was seen.
    at: Instant,
    unit: String,
    speed: String,
}

impl Sighting {
    /// Whether it is this truck's line: its number comes first.
    fn is_of(&self, line: &str) -> bool {
        line.split_whitespace().next() == Some(self.unit.as_str())
    }
}

impl Console {
    fn open(office: &Office, number: usize) -> anyhow::Result<Self> {
        let pair = native_pty_system().openpty(SIZE)?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear();
        command.env("HOME", office.folder.path());
        command.env("TERM", "xterm-256color");
        command.env("USER", format!("user{number}"));
        command.env("BACKHAUL_CONFIG", office.config());
        command.arg("--view-only");
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Written::default()));
        let (mut reader, told) = (pair.master.try_clone_reader()?, Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let (now, Ok(mut seen)) = (Instant::now(), told.lock()) else { return };
                seen.bytes += read;
                seen.last = Some(now);
                seen.pieces.push((now, buffer[..read].to_vec()));
            }
        });
        let input = Mutex::new(pair.master.take_writer()?);
        let console = Self { child, input, seen, _master: pair.master };
        std::thread::sleep(Duration::from_millis(300));
        console.type_in("5");
        Ok(console)
    }

    fn type_in(&self, keys: &str) {
        if let Ok(mut input) = self.input.lock() {
            let _ = input.write_all(keys.as_bytes());
        }
    }

    fn ask<T>(&self, ask: impl FnOnce(&mut Written) -> T) -> Option<T> {
        self.seen.lock().ok().map(|mut seen| ask(&mut seen))
    }

    fn forget(&self) {
        self.ask(|seen| (seen.last, seen.forgotten) = (None, seen.pieces.len()));
    }

    /// When this text had come, since it was last forgotten.
    fn saw(&self, text: &str) -> Option<Instant> {
        self.ask(|seen| {
            let mut all: Vec<u8> = Vec::new();
            seen.pieces.iter().skip(seen.forgotten).find_map(|(at, piece)| {
                all.extend(piece);
                all.windows(text.len()).any(|part| part == text.as_bytes()).then_some(*at)
            })
        })
        .flatten()
    }

    /// How long after each sighting of a truck that is on the screen its speed was there, in ms.
    fn shown(&self, sightings: &[Sighting]) -> Vec<Option<f64>> {
        let pieces = self.ask(|seen| seen.pieces.clone()).unwrap_or_default();
        let size = |cells: u16| NonZeroU16::try_from(cells).unwrap_or(NonZeroU16::MIN);
        let mut screen = vt100::Parser::new(size(SIZE.rows), size(SIZE.cols), 0);
        let (mut open, mut shown): (Vec<&Sighting>, _) = (Vec::new(), Vec::new());
        let mut next = sightings.iter().peekable();
        for (at, piece) in pieces {
            while let Some(sighting) = next.next_if(|next| next.at <= at) {
                let text = screen.screen().contents();
                open.extend(text.lines().any(|line| sighting.is_of(line)).then_some(sighting));
            }
            screen.process(&piece);
            let text = if open.is_empty() { String::new() } else { screen.screen().contents() };
            let is_there = |of: &Sighting| {
                let line = text.lines().find(|line| of.is_of(line));
                // "MOVE NE 63".
                let state = line.and_then(|line| line.split("MOVE ").nth(1)).unwrap_or_default();
                state.split_whitespace().take(2).any(|word| word == of.speed)
            };
            open.retain(|of| {
                let after = at.duration_since(of.at);
                let is_over = is_there(of) || after > PATIENCE;
                if is_over {
                    shown.push((after <= PATIENCE).then_some(after.as_secs_f64() * 1e3));
                }
                !is_over
            });
        }
        shown.extend(open.iter().map(|_| None));
        shown
    }

    /// From a key to the last byte that it brought about, in ms.
    fn key_times(&self) -> Vec<f64> {
        let mut times = Vec::new();
        for key in 0..KEYS {
            std::thread::sleep(Duration::from_millis(150));
            self.forget();
            let pressed = Instant::now();
            self.type_in(if key < KEYS / 2 { "j" } else { "k" });
            while pressed.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
                let last = self.ask(|seen| seen.last).flatten();
                if let Some(last) = last.filter(|last| last.elapsed() > SETTLED) {
                    times.push(last.duration_since(pressed).as_secs_f64() * 1e3);
                    break;
                }
            }
        }
        times
    }

    fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or_default()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was seen of a crowd for a while.
struct Watched {
    /// A minute.
    calls: f64,
    by_upstream: BTreeMap<String, f64>,
    daemon_cpu: f64,
    consoles_cpu: f64,
    memory: f64,
    bytes: f64,
}

impl Watched {
    fn over(office: &Office, crowd: &[Console], span: Duration, daemon: &Process) -> Self {
        let (since, began) = (Clock::system().now(), Instant::now());
        let cpu = || -> f64 { crowd.iter().map(|console| cpu_s(console.pid())).sum() };
        let sent = || -> usize { crowd.iter().filter_map(|console| console.ask(|seen| seen.bytes)).sum() };
        let before = (cpu_s(daemon.0.id()), cpu(), sent());
        std::thread::sleep(span);
        let seconds = began.elapsed().as_secs_f64();
        let mut by_upstream = BTreeMap::new();
        for call in office.sim.calls().into_iter().filter(|call| call.at > since) {
            *by_upstream.entry(format!("{:?}", call.upstream)).or_insert(0.0) += 60.0 / seconds;
        }
        let memory: Vec<f64> = crowd.iter().map(|console| resident_mib(console.pid())).collect();
        Self {
            calls: by_upstream.values().sum(),
            by_upstream,
            daemon_cpu: (cpu_s(daemon.0.id()) - before.0) / seconds * 100.0,
            consoles_cpu: (cpu() - before.1) / seconds * 100.0,
            memory: percentile(&memory, 50),
            bytes: number(sent() - before.2) / seconds / number(crowd.len()),
        }
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// CPU time a process has used, in seconds.
fn cpu_s(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum();
    // USER_HZ is 100 wherever Linux runs.
    ticks / 100.0
}

fn resident_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

fn percentile(figures: &[f64], percent: usize) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(f64::NAN)
}
