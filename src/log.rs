//! Where log lines go, and which: stderr when nobody's screen is in the way, else a file beside the database.
//! It decides no content: a token or a body must never be given to it.

mod journal;

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{MakeWriter, format, layer};
use tracing_subscriber::layer::{Layered, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, reload};

use self::journal::Graded;
pub use self::journal::is_stderr as stderr_is_the_journal;

/// A log file that has grown beyond this is put aside when the next console starts.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// stderr, coloured when that is a terminal and colour is wanted.
    Stderr {
        /// Whether colour is wanted.
        color: bool,
    },
    /// stderr, which the system's journal reads.
    Journal,
    /// `backhaul.log` in the first of these folders that can be written; nowhere when none can, for
    /// a viewer may have no place of its own.
    Folders(Vec<PathBuf>),
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What lines are let through: those of a level and above, or what a filter such as
/// `backhaul::sync=debug` says. Of other crates only warnings are: their finer lines hold URLs and
/// headers, and credentials with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Vec<(String, LevelFilter)>);

impl Filter {
    /// Fails with a sentence when it is neither.
    pub fn read(level: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for part in level.split(',').map(str::trim) {
            let (target, word) = part.split_once('=').unwrap_or(("backhaul", part));
            let ours = target == "backhaul" || target.starts_with("backhaul::");
            let level = word.parse().ok().filter(|_| ours && !word.is_empty());
            let level = level.ok_or_else(|| {
                format!(
                    "--log: expected error, warn, info, debug or trace, or a filter like `backhaul::sync=debug`, found {part:?}"
                )
            })?;
            parts.push((target.to_owned(), level));
        }
        Ok(Self(parts))
    }

    /// Every part of it one step finer, as many times; nothing is finer than trace.
    fn finer(&self, steps: usize) -> Self {
        let finer = |level: LevelFilter| {
            let at = LEVELS.iter().position(|known| *known == level).unwrap_or_default() + steps;
            LEVELS.get(at).copied().unwrap_or(LevelFilter::TRACE)
        };
        Self(self.0.iter().map(|(target, level)| (target.clone(), finer(*level))).collect())
    }

    fn targets(&self) -> Targets {
        Targets::new().with_default(LevelFilter::WARN).with_targets(self.0.iter().cloned())
    }

    /// As it could be written behind `--log`.
    fn words(&self) -> String {
        let words = self.0.iter().map(|(target, level)| match target.as_str() {
            "backhaul" => level.to_string(),
            target => format!("{target}={level}"),
        });
        words.collect::<Vec<_>>().join(",")
    }
}

/// From the coarsest to the finest.
const LEVELS: [LevelFilter; 6] = [
    LevelFilter::OFF,
    LevelFilter::ERROR,
    LevelFilter::WARN,
    LevelFilter::INFO,
    LevelFilter::DEBUG,
    LevelFilter::TRACE,
];

/// What is let through, while we run.
pub struct Levels {
    asked: Filter,
    steps: usize,
    handle: reload::Handle<Targets, Registry>,
}

impl Levels {
    /// One step finer than now.
    pub fn finer(&mut self) {
        self.set((self.steps + 1).min(LEVELS.len()));
        tracing::info!("logging {} now; SIGUSR2 goes back to {}", self.now().words(), self.asked.words());
    }

    /// What was asked for at the start.
    pub fn as_asked(&mut self) {
        tracing::info!("logging {} again", self.asked.words());
        self.set(0);
    }

    fn now(&self) -> Filter {
        self.asked.finer(self.steps)
    }

    fn set(&mut self, steps: usize) {
        self.steps = steps;
        // Fails only where nobody listens any more.
        let _ = self.handle.reload(self.now().targets());
    }
}

/// Sends the process's log lines to `target`, with RFC 3339 times in UTC. Only the first call counts.
pub fn start(target: &Target, form: Form, asked: Filter) -> Levels {
    let (filter, handle) = reload::Layer::new(asked.targets());
    let lines = match target {
        Target::Stderr { color } => Some(lines(io::stderr, form, *color && io::stderr().is_terminal())),
        Target::Journal => Some(graded(form)),
        Target::Folders(folders) => {
            let file = folders.iter().find_map(|folder| open(folder).ok());
            file.map(|file| lines(Mutex::new(file), form, false))
        }
    };
    if let Some(lines) = lines {
        // Fails only where somebody listens already, as another test of the same process may.
        let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    }
    Levels { asked, steps: 0, handle }
}

/// What lines are written by, behind the filter.
type Lines = Box<dyn Layer<Layered<reload::Layer<Targets, Registry>, Registry>> + Send + Sync>;

fn lines<W>(writer: W, form: Form, ansi: bool) -> Lines
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = layer().with_writer(writer).with_ansi(ansi);
    match form {
        Form::Text => Box::new(lines.with_timer(Utc)),
        Form::Json => Box::new(lines.event_format(json()).fmt_fields(JsonFields::new())),
    }
}

/// Text without a time, for the journal has its own; an object keeps it, for it may be read elsewhere.
fn graded(form: Form) -> Lines {
    let lines = layer().with_writer(io::stderr).with_ansi(false);
    match form {
        Form::Text => Box::new(lines.event_format(Graded(format().without_time().with_ansi(false)))),
        Form::Json => Box::new(lines.event_format(Graded(json())).fmt_fields(JsonFields::new())),
    }
}

fn json() -> format::Format<format::Json, Utc> {
    format().json().flatten_event(true).with_current_span(false).with_span_list(false).with_timer(Utc)
}

/// Opens the folder's log for appending, only for its owner, and puts a large one aside.
fn open(folder: &Path) -> io::Result<File> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join("backhaul.log");
    if fs::metadata(&path).is_ok_and(|file| file.len() > LARGEST) {
        fs::rename(&path, folder.join("backhaul.log.1"))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, out: &mut Writer<'_>) -> std::fmt::Result {
        write!(out, "{:.3}", jiff::Timestamp::now())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use tracing::Level;

    use super::*;

    #[test]
    fn the_file_is_its_owners_and_is_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("state");
        open(&folder).unwrap().write_all(b"one\n").unwrap();
        open(&folder).unwrap().write_all(b"two\n").unwrap();
        let path = folder.join("backhaul.log");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
    }

    #[test]
    fn a_large_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(open(folder.path()).unwrap().metadata().unwrap().len(), 0);
        assert_eq!(fs::metadata(folder.path().join("backhaul.log.1")).unwrap().len(), LARGEST + 1);
    }

    #[test]
    fn only_our_own_lines_can_be_asked_for() {
        for (level, ok) in [
            ("info", true),
            ("WARN", true),
            ("off", true),
            ("backhaul::sync=debug,info", true),
            ("loud", false),
            ("", false),
            ("hyper=trace", false),
            ("backhaul=loud", false),
        ] {
            assert_eq!(Filter::read(level).is_ok(), ok, "{level}");
        }
    }

    #[test]
    fn a_step_finer_is_one_of_ours_alone() {
        let check = |asked: &str, steps, words: &str| {
            let finer = Filter::read(asked).unwrap().finer(steps);
            assert_eq!(finer.words(), words, "{asked}");
            finer.targets()
        };
        check("info", 0, "info");
        check("info", 1, "debug");
        check("info", 9, "trace");
        check("off", 1, "error");
        let lets = check("backhaul::sync=debug,WARN", 1, "backhaul::sync=trace,info");
        for (target, level, through) in [
            ("backhaul::sync::poller", Level::TRACE, true),
            ("backhaul::store", Level::INFO, true),
            ("backhaul::store", Level::DEBUG, false),
            ("hyper", Level::WARN, true),
            ("hyper", Level::INFO, false),
        ] {
            assert_eq!(lets.would_enable(target, &level), through, "{target} {level}");
        }
    }
}
