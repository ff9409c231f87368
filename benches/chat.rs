//! The chat beside a table while an answer streams, in a real console at a real terminal: how soon the first words are
//! seen after the model's first piece has come, and how long a key at the table takes, alone and beside 200 pieces a
//! second. The floor program `mini` is measured the same way where its path is given. Prints; asserts nothing, since
//! the machine may be busy.
//!
//! `cargo bench --bench chat -- [UNITS] [MINI]`, by default 300.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use backhaul::sim::{Fault, Options, Sim, Upstream};
use backhaul::sync::Clock;
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

const SIZE: PtySize = PtySize { rows: 48, cols: 160, pixel_width: 0, pixel_height: 0 };
/// 200 pieces a second.
const EVERY: Duration = Duration::from_millis(5);
const ASKED: usize = 10;
const KEYS: usize = 60;
/// What takes longer did not happen.
const PATIENCE: Duration = Duration::from_secs(20);
/// The question whose answer is the longest.
const QUESTION: &str = "handoff\r";
/// What the pane says beside words that are still coming.
const COMING: &str = "numbers are checked";

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-')).peekable();
    let units = words.next_if(|word| word.parse::<usize>().is_ok());
    let office = Office::open(units.and_then(|units| units.parse().ok()).unwrap_or(300))?;
    println!("{:<52}{:>10}{:>10}{:>10}", "ms", "median", "p95", "most");
    if let Some(path) = words.next() {
        let mini = Terminal::open(CommandBuilder::new(&path))?;
        sleep(Duration::from_secs(2));
        row("mini: key to the frame that shows it", &mini.key_times(KEYS, || true)?);
    }
    let console = office.console()?;
    console.wait("the table", |screen| screen.contents().contains("DRIVER"))?;
    sleep(Duration::from_secs(2));
    row("table alone: key to the frame that shows it", &console.key_times(KEYS, || true)?);
    let (mut first, mut keys, mut rate) = (Vec::new(), Vec::new(), Vec::new());
    while first.len() < ASKED || keys.len() < KEYS {
        first.push(office.ask(&console)?);
        // Keys go to the table; the answer goes on beside it.
        console.type_in("\u{14}");
        sleep(Duration::from_millis(100));
        keys.extend(console.key_times(KEYS - keys.len().min(KEYS), || console.shows(COMING))?);
        console.wait("the end of the answer", |screen| !screen.contents().contains(COMING))?;
        rate.push(office.relay.rate());
    }
    row("beside an answer that streams: the same", &keys);
    row("model's first piece to its words on the screen", &first);
    println!("pieces a second: {:.0}, median of {} answers", percentile(&rate, 50), rate.len());
    Ok(())
}

fn row(what: &str, times: &[f64]) {
    let [median, p95, most] = [50, 95, 100].map(|percent| percentile(times, percent));
    println!("{what:<52}{median:>10.1}{p95:>10.1}{most:>10.1}   of {}", times.len());
}

fn percentile(figures: &[f64], percent: usize) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(f64::NAN)
}

/// A folder with a simulated fleet that was read once, and Gemini behind a relay.
struct Office {
    folder: tempfile::TempDir,
    relay: Relay,
    _sim: Sim,
    _runtime: tokio::runtime::Runtime,
}

impl Office {
    fn open(units: usize) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let runtime = tokio::runtime::Runtime::new()?;
        let options = Options { units, showcase: true, ..Options::new(Arc::new(move || clock.now())) };
        let sim = runtime.block_on(Sim::start(options))?;
        sim.faults().set(Upstream::Gemini, "", Fault::Drip(EVERY));
        let relay = Relay::to(sim.port())?;
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite:{}", folder.path().join("b.db").display());
        let config = sim.config_toml(Some(&database));
        let (before, gemini) = config.split_once("[gemini]").context("the demo model is not configured")?;
        let gemini = gemini.replace(&sim.port().to_string(), &relay.port.to_string());
        let path = folder.path().join("config.toml");
        fs::write(&path, format!("{before}[gemini]{gemini}"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let office = Self { folder, relay, _sim: sim, _runtime: runtime };
        let mut read = Command::new(env!("CARGO_BIN_EXE_backhaul"));
        read.env_clear().env("HOME", office.folder.path()).env("BACKHAUL_CONFIG", path);
        read.args(["--sync-only", "--once"]).stdin(Stdio::null()).stderr(Stdio::null());
        if !read.status()?.success() {
            bail!("the simulated fleet could not be read");
        }
        Ok(office)
    }

    /// A console at the tractors.
    fn console(&self) -> anyhow::Result<Terminal> {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear();
        command.env("HOME", self.folder.path());
        command.env("BACKHAUL_CONFIG", self.folder.path().join("config.toml"));
        command.arg("--view-only");
        let console = Terminal::open(command)?;
        sleep(Duration::from_secs(1));
        console.type_in("5");
        Ok(console)
    }

    /// Asks; how long after the model's first piece its words are on the screen, in ms.
    fn ask(&self, console: &Terminal) -> anyhow::Result<f64> {
        self.relay.forget();
        console.type_in("c");
        sleep(Duration::from_millis(200));
        console.look_out(Some(COMING));
        console.type_in(QUESTION);
        let seen = console.until("words on the screen", |seen| seen.found)?;
        let came = self.relay.with(|came| came.first).context("the model said nothing")?;
        Ok(ms(seen.duration_since(came)))
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What came of the model.
#[derive(Default)]
struct Came {
    first: Option<Instant>,
    last: Option<Instant>,
    pieces: u32,
}

/// Passes on what goes to the model and back, and notes when its words come.
struct Relay {
    port: u16,
    came: Arc<Mutex<Came>>,
}

impl Relay {
    fn to(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let relay = Self { port: listener.local_addr()?.port(), came: Arc::default() };
        let came = Arc::clone(&relay.came);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { return };
                let (Ok(asked), Ok(told)) = (near.try_clone(), far.try_clone()) else { return };
                let came = Arc::clone(&came);
                std::thread::spawn(move || pass(asked, far, |_| {}));
                std::thread::spawn(move || pass(told, near, |piece| note(piece, &came)));
            }
        });
        Ok(relay)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Came) -> T) -> T {
        look(&mut self.came.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn forget(&self) {
        self.with(|came| *came = Came::default());
    }

    /// Pieces a second.
    fn rate(&self) -> f64 {
        self.with(|came| {
            let span =
                came.last.zip(came.first).map(|(last, first)| last.duration_since(first).as_secs_f64());
            f64::from(came.pieces.saturating_sub(1)) / span.unwrap_or(f64::NAN)
        })
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut see: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        see(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Notes the pieces with words in them; the demo model's come whole.
fn note(piece: &[u8], came: &Mutex<Came>) {
    const TEXT: &[u8] = b"\"text\":\"";
    let texts = piece.windows(TEXT.len() + 1).filter(|part| part.starts_with(TEXT) && !part.ends_with(b"\""));
    let texts = u32::try_from(texts.count()).unwrap_or(u32::MAX);
    let mut came = came.lock().unwrap_or_else(PoisonError::into_inner);
    if texts > 0 {
        let now = Instant::now();
        came.pieces += texts;
        came.first.get_or_insert(now);
        came.last = Some(now);
    }
}

/// A program in a terminal of its own.
struct Terminal {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    input: Mutex<Box<dyn Write + Send>>,
    /// Keys that moved the selection so far.
    keys: AtomicUsize,
    seen: Arc<Mutex<Seen>>,
    _master: Box<dyn MasterPty + Send>,
}

/// What its screen shows.
struct Seen {
    screen: vt100::Parser,
    /// Lines that are marked, and since when.
    marked: (Vec<u16>, Instant),
    /// What is looked out for, and when it came.
    wanted: Option<&'static str>,
    found: Option<Instant>,
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        let screen = self.screen.screen();
        let is_marked = |row: &u16| {
            screen.cell(*row, 3).is_some_and(|cell| cell.inverse() || cell.bgcolor() != vt100::Color::Default)
        };
        let marked: Vec<u16> = (0..SIZE.rows).filter(is_marked).collect();
        if marked != self.marked.0 {
            self.marked = (marked, Instant::now());
        }
        if let Some(wanted) = self.wanted
            && self.found.is_none()
            && screen.contents().contains(wanted)
        {
            self.found = Some(Instant::now());
        }
    }
}

impl Terminal {
    fn open(mut command: CommandBuilder) -> anyhow::Result<Self> {
        let pair = native_pty_system().openpty(SIZE)?;
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let screen = vt100::Parser::new(SIZE.rows.try_into()?, SIZE.cols.try_into()?, 0);
        let seen = Seen { screen, marked: (Vec::new(), Instant::now()), wanted: None, found: None };
        let seen = Arc::new(Mutex::new(seen));
        let (mut reader, told) = (pair.master.try_clone_reader()?, Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                told.lock().unwrap_or_else(PoisonError::into_inner).take(&buffer[..read]);
            }
        });
        let input = Mutex::new(pair.master.take_writer()?);
        Ok(Self { child, input, keys: AtomicUsize::new(0), seen, _master: pair.master })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn type_in(&self, keys: &str) {
        let _ = self.input.lock().unwrap_or_else(PoisonError::into_inner).write_all(keys.as_bytes());
    }

    fn look_out(&self, wanted: Option<&'static str>) {
        self.with(|seen| (seen.wanted, seen.found) = (wanted, None));
    }

    fn shows(&self, text: &str) -> bool {
        self.with(|seen| seen.screen.screen().contents().contains(text))
    }

    fn until<T>(&self, what: &str, mut look: impl FnMut(&mut Seen) -> Option<T>) -> anyhow::Result<T> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(found) = self.with(&mut look) {
                return Ok(found);
            }
            sleep(Duration::from_micros(200));
        }
        bail!("never seen: {what}\n{}", self.with(|seen| seen.screen.screen().contents()))
    }

    fn wait(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) -> anyhow::Result<()> {
        self.until(what, |seen| holds(seen.screen.screen()).then_some(()))
    }

    /// From keys that move the selection to the frame in which another line is marked, in ms, as long as `goes_on`.
    fn key_times(&self, most: usize, goes_on: impl Fn() -> bool) -> anyhow::Result<Vec<f64>> {
        self.look_out(None);
        let mut times = Vec::new();
        while times.len() < most && goes_on() {
            let before = self.with(|seen| seen.marked.0.clone());
            let pressed = Instant::now();
            // Down and up again: a list that scrolls keeps its mark in place.
            let key = self.keys.fetch_add(1, Ordering::Relaxed);
            self.type_in(if key % 20 < 10 { "j" } else { "k" });
            let at = self
                .until("another line is marked", |seen| (seen.marked.0 != before).then_some(seen.marked.1))?;
            times.push(ms(at.duration_since(pressed)));
            // No beat that frames could fall in with.
            sleep(Duration::from_millis(60 + 7 * (times.len() as u64 % 11)));
        }
        Ok(times)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
