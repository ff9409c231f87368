//! Opening the file: permissions, pragmas, migration, the integrity check at start.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::migrate::{SCHEMA, migrate, version};
use super::repair;
use crate::model::{Notice, Timestamp};

/// Who else may use the files we create.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Only the owner: files 0600, folders 0700.
    #[default]
    Owner,
    /// This group too, by its number: files 0660, folders 2770.
    Group(u32),
}

impl Access {
    const fn file_mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Group(_) => 0o660,
        }
    }

    const fn folder_mode(self) -> u32 {
        match self {
            Self::Owner => 0o700,
            Self::Group(_) => 0o2770,
        }
    }

    /// Gives what we have just made its group and its mode: the umask took bits, and a new folder
    /// has no set-group-id that would hand the group on to the write-ahead log.
    fn share(self, path: &Path, mode: u32) -> std::io::Result<()> {
        let Self::Group(group) = self else { return Ok(()) };
        std::os::unix::fs::chown(path, None, Some(group))?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    }
}

/// What can be wrong with the database, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nobody has polled into this database yet.
    #[error("no database yet at {0}: start `backhaul` or `backhaul --sync-only` first")]
    Missing(PathBuf),
    /// The file was written by a newer release.
    #[error(
        "the database has schema {found}, this program knows {known}: use the newer backhaul that wrote it"
    )]
    Newer {
        /// The file's schema.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The file has an older schema and this process may not change it.
    #[error(
        "the database has the older schema {found}: start the poller once with this version to bring it up"
    )]
    Older {
        /// The file's schema.
        found: u32,
    },
    /// The file or its folder cannot be used.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The file is damaged.
    #[error("the database is damaged ({0}): start the poller again, it moves the file aside and rebuilds it")]
    Damaged(String),
    /// Somebody else has it locked, the disk is full, or the like: it may well go by itself.
    #[error("the database cannot be written to for now ({0})")]
    ForNow(String),
    /// SQLite's own word.
    #[error("database: {0}")]
    Sqlite(rusqlite::Error),
    /// A bug of ours.
    #[error("database work broke off: {0}")]
    Broken(String),
}

impl StoreError {
    /// Whether only a repair helps.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    /// Whether the same may work a little later without anybody repairing anything.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::ForNow(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory,
            ) => Self::ForNow(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// The writing connection, of a file that is there, whole and of our schema.
pub(super) fn writable(
    path: &Path,
    access: Access,
    now: Timestamp,
) -> Result<(Connection, Option<Notice>), StoreError> {
    prepare_files(path, access)?;
    match checked(path) {
        Ok(connection) => Ok((connection, None)),
        Err(StoreError::Damaged(why)) => {
            let repaired = repair::repair(path, access, &why, now)?;
            clear_suspicion(path);
            Ok(repaired)
        }
        Err(other) => Err(other),
    }
}

/// Notes beside the file that work on it met damage, so that the next start looks through all of it.
pub(super) fn suspect(path: &Path) {
    let _ = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(suspicion(path));
}

fn clear_suspicion(path: &Path) {
    let _ = fs::remove_file(suspicion(path));
}

fn suspicion(path: &Path) -> PathBuf {
    super::beside(path, ".suspect")
}

/// A connection that people's own rows are written with. No check: that is the poller's.
pub(super) fn shared(path: &Path, access: Access) -> Result<Connection, StoreError> {
    prepare_files(path, access)?;
    let mut connection = connect(path)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// A connection that only reads a file that must be there.
pub(super) fn readable(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing(path.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, error))?;
    connection.busy_timeout(BUSY)?;
    match version(&connection).map_err(|error| cannot_open(path, error))? {
        0 => Err(StoreError::Missing(path.to_owned())),
        found if found > SCHEMA => Err(StoreError::Newer { found, known: SCHEMA }),
        found if found < SCHEMA => Err(StoreError::Older { found }),
        _ => Ok(connection),
    }
}

/// Opens, migrates and checks.
pub(super) fn checked(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = connect(path)?;
    if suspicion(path).exists() {
        verdict(&connection, "PRAGMA quick_check(1)")?;
        clear_suspicion(path);
    }
    check_integrity(&connection)?;
    migrate(&mut connection)?;
    Ok(connection)
}

const BUSY: Duration = Duration::from_secs(5);
/// Pages of the write-ahead log before it is copied into the file: 32 MiB.
const LOG_PAGES: i64 = 8192;
/// What a connection keeps of the file in memory: 2 MiB. A page of a feed then fits, and is not written to the log
/// twice because there was no room for it.
const CACHE_KIB: i64 = 2048;

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, error))?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(|error| cannot_open(path, error))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Ten thousand units that all move write some 15 MiB: copied into the file every other time at most.
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_PAGES * 4096)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // A plan must not depend on what is bound: else every reuse of a cached statement plans it anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn cannot_open(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => StoreError::File {
            path: path.to_owned(),
            reason: format!("cannot be opened ({error}): check who owns it and its folder"),
        },
        _ => error.into(),
    }
}

/// Looks through every table but the history, which may be large: damage there shows when it is met,
/// and then the whole file is looked through.
pub(super) fn check_integrity(connection: &Connection) -> Result<(), StoreError> {
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'positions'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for table in tables {
        verdict(connection, &format!("PRAGMA quick_check('{table}')"))?;
    }
    Ok(())
}

fn verdict(connection: &Connection, check: &str) -> Result<(), StoreError> {
    let verdict: String = connection.query_row(check, [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged(verdict)) }
}

/// Makes the folder and the file with the least permission that works; SQLite gives the write-ahead
/// log and the shared memory the mode of the file.
pub(super) fn prepare_files(path: &Path, access: Access) -> Result<(), StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let made = DirBuilder::new().recursive(true).mode(access.folder_mode()).create(folder);
        made.and_then(|()| access.share(folder, access.folder_mode()))
            .map_err(|error| file_error(folder, &error))?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(access.file_mode()).open(path) {
        Ok(_) => access.share(path, access.file_mode()).map_err(|error| file_error(path, &error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(file_error(path, &error)),
    }
}

fn file_error(path: &Path, error: &std::io::Error) -> StoreError {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => ": use a folder of your own, or set database.url",
        ErrorKind::NotADirectory => ": a part of the path is a file; set database.url",
        _ => "",
    };
    StoreError::File { path: path.to_owned(), reason: format!("{error}{remedy}") }
}

/// The size of the file and its write-ahead log.
pub(super) fn bytes(path: &Path) -> u64 {
    let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    size(path) + size(&super::beside(path, "-wal"))
}
