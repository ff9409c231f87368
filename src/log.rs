//! Where log lines go: stderr when nobody's screen is in the way, else a file beside the database.
//! It decides no content: a token or a body must never be given to it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
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
    /// `backhaul.log` in this folder, which is made if need be.
    Folder(PathBuf),
}

/// Sends all log lines of the process to `target`, those that `level` lets through: a level, or a
/// filter such as `backhaul::sync=debug`. Times are RFC 3339, UTC.
///
/// Fails with a sentence when the level is not one or the file cannot be written.
pub fn start(target: &Target, level: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(level).map_err(|e| {
        format!("--log {level:?} is neither a level (error, warn, info, debug, trace) nor a filter: {e}")
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_timer(Utc);
    let started = match target {
        Target::Stderr { color } => {
            let ansi = *color && io::stderr().is_terminal();
            lines.with_writer(io::stderr).with_ansi(ansi).try_init()
        }
        Target::Folder(folder) => {
            let file = open(folder).map_err(|e| format!("log file in {}: {e}", folder.display()))?;
            lines.with_writer(Mutex::new(file)).with_ansi(false).try_init()
        }
    };
    started.map_err(|e| format!("logging was started twice: {e}"))
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
}
