//! P8 and P14: what the poller costs at 10,000 tractors, 10,000 trailers and 10,000 drivers that are
//! read every 5 s, beside the least that could be done with the same answers in the same run. Each is
//! a process of its own, as is the server. Prints; asserts nothing, since the machine may be busy.
//!
//! `cargo bench --bench poller`

mod floor;
mod poller;
mod server;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What changes between two reads of the fleet.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// Every unit.
    All,
    /// A tenth of them. Positions of the rest are not told; drivers' clocks are, as they were.
    Tenth,
}

impl Change {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Tenth => "tenth",
        }
    }

    fn from_word(word: &str) -> Self {
        if word == "tenth" { Self::Tenth } else { Self::All }
    }
}

/// Reads of the fleet before measuring: rosters, first rows.
const WARM_UP: u32 = 2;
/// Reads of the fleet that are measured.
const READS: u32 = 12;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [_, "serve", units, change] => server::run(number(units), Change::from_word(change)),
        [_, "floor", base, folder] => floor::run(base, Path::new(folder)),
        [_, "poll", base, folder] => poller::run(base, Path::new(folder)),
        _ => compare(),
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number of units")
}

fn compare() {
    println!("{WARM_UP} reads of the fleet to warm up, {READS} measured, one every 5 s; CPU in ms a read");
    println!("{:<38}{:>9}{:>9}{:>7}{:>16}", "", "floor", "poller", "ratio", "MiB (peak)");
    for change in [Change::All, Change::Tenth] {
        // The smaller fleets run beside one that is measured alone otherwise.
        let sizes: &[usize] = match change {
            Change::All => &[10_000],
            Change::Tenth => &[10_000, 1000, 100],
        };
        let runs: Vec<_> = sizes.iter().map(|units| (*units, Pair::start(*units, change))).collect();
        for (units, pair) in runs {
            let (floor, ours) = pair.end();
            println!(
                "{:<38}{:>9.1}{:>9.1}{:>7.2}{:>9.1} ({:.1})",
                format!("{units} of each, {} new", change.word()),
                floor.cpu_ms,
                ours.cpu_ms,
                ours.cpu_ms / floor.cpu_ms,
                ours.mib,
                ours.peak_mib,
            );
        }
    }
    println!("goal P8: ratio 2.50, 40 MiB at 10,000 of each");
}

/// What a process used for each read of the fleet, had in memory at the end, and at its peak.
#[derive(Clone, Copy, Debug)]
struct Used {
    cpu_ms: f64,
    mib: f64,
    peak_mib: f64,
}

/// The floor and the poller, side by side, so that what else the machine does falls on both alike.
struct Pair {
    server: Child,
    floor: Child,
    poller: Child,
    _folder: tempfile::TempDir,
}

impl Pair {
    fn start(units: usize, change: Change) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut server = child(&["serve", &units.to_string(), change.word()]);
        let base = line(&mut server);
        let place = |name: &str| {
            let place = folder.path().join(name);
            std::fs::create_dir(&place).expect("a folder in it");
            place.display().to_string()
        };
        let floor = child(&["floor", &base, &place("floor")]);
        let poller = child(&["poll", &base, &place("poller")]);
        Self { server, floor, poller, _folder: folder }
    }

    fn end(mut self) -> (Used, Used) {
        let used = [&mut self.floor, &mut self.poller].map(|child| {
            let used = line(child);
            child.wait().expect("a child's end");
            let mut numbers = used.split(' ').map(|word| word.parse().unwrap_or(f64::NAN));
            let mut next = || numbers.next().unwrap_or(f64::NAN);
            Used { cpu_ms: next(), mib: next(), peak_mib: next() }
        });
        let _ = self.server.kill();
        let _ = self.server.wait();
        let [floor, poller] = used;
        (floor, poller)
    }
}

fn child(arguments: &[&str]) -> Child {
    let program = std::env::current_exe().expect("this program");
    Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().expect("a child")
}

/// The next line a child prints.
fn line(child: &mut Child) -> String {
    let mut text = String::new();
    if let Some(output) = &mut child.stdout {
        let _ = BufReader::new(output).read_line(&mut text);
    }
    text.trim().to_owned()
}

/// CPU time this process has used, in ms.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum();
    // USER_HZ is 100 wherever Linux runs.
    ticks * 10.0
}

/// A line of this process's memory, in MiB.
fn mib(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kib: f64 = line.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(f64::NAN);
    kib / 1024.0
}

/// Says what this process used for each read since `before`.
fn report(before: f64) {
    println!("{:.2} {:.2} {:.2}", (cpu_ms() - before) / f64::from(READS), mib("VmRSS:"), mib("VmHWM:"));
}
