//! Where log lines go: stderr when nobody's screen is in the way, else a file beside the database.
//! It decides no content: a token or a body must never be given to it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

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
    /// `backhaul.log` in the first of these folders that can be written; nowhere when none can, for
    /// a viewer may have no place of its own.
    Folders(Vec<PathBuf>),
}

/// What lines are let through: those of a level and above, or what a filter such as
/// `backhaul::sync=debug` says. Of other crates only warnings are: their finer lines hold URLs and
/// headers, and credentials with them.
///
/// Fails with a sentence when it is neither.
pub fn filter(level: &str) -> Result<EnvFilter, String> {
    let mut directives = vec!["warn".to_owned()];
    for part in level.split(',').map(str::trim) {
        let (target, level) = part.split_once('=').unwrap_or(("backhaul", part));
        let ours = target == "backhaul" || target.starts_with("backhaul::");
        if !ours || level.is_empty() || level.parse::<LevelFilter>().is_err() {
            return Err(format!(
                "--log: expected error, warn, info, debug or trace, or a filter like `backhaul::sync=debug`, found {part:?}"
            ));
        }
        directives.push(format!("{target}={level}"));
    }
    EnvFilter::try_new(directives.join(",")).map_err(|e| format!("--log: {e}"))
}

/// Sends the process's log lines to `target`, with RFC 3339 times in UTC. Only the first call counts.
pub fn start(target: &Target, filter: EnvFilter) {
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_timer(Utc);
    // Fails only where somebody listens already, as another test of the same process may.
    let _ = match target {
        Target::Stderr { color } => {
            let ansi = *color && io::stderr().is_terminal();
            lines.with_writer(io::stderr).with_ansi(ansi).try_init()
        }
        Target::Folders(folders) => match folders.iter().find_map(|folder| open(folder).ok()) {
            Some(file) => lines.with_writer(Mutex::new(file)).with_ansi(false).try_init(),
            None => return,
        },
    };
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
            assert_eq!(filter(level).is_ok(), ok, "{level}");
        }
    }
}
