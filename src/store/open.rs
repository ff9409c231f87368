//! Opening the file: permissions, pragmas, migration, the integrity check at start.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::access::Access;
pub(super) use super::access::prepare_files;
use super::migrate::{SCHEMA, Standing, holds_something, migrate, standing};
use super::{backup, repair};
use crate::model::{Notice, Timestamp};

/// What can be wrong with the database, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nobody has polled into this database yet.
    #[error("no database yet at {0}: start `backhaul` or `backhaul --sync-only` first")]
    Missing(PathBuf),
    /// The file was written by a newer release.
    #[error(
        "the database has schema {found}, this program knows {known}: use the newer backhaul that wrote it{}",
        or_look_on(.readable)
    )]
    Newer {
        /// The file's schema.
        found: u32,
        /// Ours.
        known: u32,
        /// This program reads right what is in it; it must not write.
        readable: bool,
    },
    /// The file has an older schema and this process may not change it.
    #[error(
        "the database has the older schema {found}: start the poller once with this version to bring it up"
    )]
    Older {
        /// The file's schema.
        found: u32,
    },
    /// Whoever runs this process may look into the file and not change it.
    #[error("you may only read the database {path}: to do more, have whoever runs it put you into its group", path = .0.display())]
    ReadOnly(PathBuf),
    /// The file or its folder cannot be used.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The file that was written to, or the lock beside it, has its name no more.
    #[error(
        "{path} was taken away or replaced while the database was polled: start the poller again, it goes on with what \
         is there then, or with a new file",
        path = .0.display()
    )]
    Moved(PathBuf),
    /// The file is another program's, or no database at all.
    #[error("{path} is no database of backhaul's and is left as it is: choose another file for database.url", path = .0.display())]
    Foreign(PathBuf),
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what is formatted is handed over by reference")]
const fn or_look_on(readable: &bool) -> &'static str {
    if *readable { ", or look on with --view-only" } else { "" }
}

impl StoreError {
    /// Whether only a repair helps.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    /// Whether the file may be read on and never be written to, by this person or by this program.
    pub const fn leaves_reading(&self) -> bool {
        matches!(self, Self::ReadOnly(_) | Self::Newer { readable: true, .. })
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
    check_writable(path)?;
    match checked(path) {
        Ok((connection, upgrade)) => {
            // Not before: it may be somebody else's file, and then it is left as it is.
            access.let_in(path);
            share_as_file(path);
            Ok((connection, upgrade.map(|upgrade| upgrade.notice(now))))
        }
        Err(StoreError::Damaged(why)) => {
            let repaired = repair::repair(path, access, &why, now)?;
            clear_suspicion(path);
            Ok(repaired)
        }
        Err(other) => Err(other),
    }
}

/// A file that was brought up to our schema.
pub(super) struct Upgrade {
    from: u32,
    copy: PathBuf,
}

impl Upgrade {
    fn notice(&self, now: Timestamp) -> Notice {
        let text = format!(
            "The database was brought up from schema {} to {SCHEMA}. A copy of it as it was is {}.",
            self.from,
            self.copy.display()
        );
        Notice { at: now, text }
    }
}

/// Fails where whoever runs this process may not change the file: SQLite would find that out only at the first
/// word, and whoever polled would hold the lease for nothing.
pub(super) fn check_writable(path: &Path) -> Result<(), StoreError> {
    match rustix::fs::access(path, rustix::fs::Access::WRITE_OK) {
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM | rustix::io::Errno::ROFS) => {
            Err(StoreError::ReadOnly(path.to_owned()))
        }
        // What else may be wrong is said by whoever opens it.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Fails, and says why, where this person or this program may only read the database that is there.
pub fn check_standing(path: &Path) -> Result<(), StoreError> {
    check_writable(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else { return Ok(()) };
    match standing(&connection) {
        Ok(Standing::Newer { found, readable }) => Err(StoreError::Newer { found, known: SCHEMA, readable }),
        // What else may be wrong is said by whoever opens it.
        Ok(Standing::Empty | Standing::Older(_) | Standing::Ours) | Err(_) => Ok(()),
    }
}

/// Whether opening it to write may take minutes: an older file is copied and brought up, one in which damage was met
/// is looked through.
pub fn opens_slowly(path: &Path) -> bool {
    let older = |refused: StoreError| matches!(refused, StoreError::Older { .. });
    suspicion(path).exists() || readable(path).err().is_some_and(older)
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

/// A connection that people's own rows are written with. No check; an empty file is made one of ours, and an older
/// one is not brought up: that is for whoever polls.
pub(super) fn shared(path: &Path, access: Access) -> Result<Connection, StoreError> {
    prepare_files(path, access)?;
    check_writable(path)?;
    let mut connection = connect(path)?;
    migrate(&mut connection, 0)?;
    Ok(connection)
}

/// A connection that only reads a file that must be there.
pub(super) fn readable(path: &Path) -> Result<Connection, StoreError> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return Err(StoreError::Missing(path.to_owned())),
        Err(error) => return Err(out_of_reach(path, &error)),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, error))?;
    connection.busy_timeout(BUSY)?;
    match standing(&connection).map_err(|error| cannot_open(path, error))? {
        Standing::Empty if holds_something(&connection).map_err(|error| cannot_open(path, error))? => {
            Err(StoreError::Foreign(path.to_owned()))
        }
        Standing::Empty => Err(StoreError::Missing(path.to_owned())),
        Standing::Older(found) => Err(StoreError::Older { found }),
        Standing::Newer { found, readable: false } => {
            Err(StoreError::Newer { found, known: SCHEMA, readable: false })
        }
        Standing::Ours | Standing::Newer { readable: true, .. } => Ok(connection),
    }
}

/// Opens, checks, and brings up what is older, once a copy of it is made.
pub(super) fn checked(path: &Path) -> Result<(Connection, Option<Upgrade>), StoreError> {
    let mut connection = connect(path)?;
    if suspicion(path).exists() {
        verdict(&connection, "PRAGMA quick_check(1)")?;
        clear_suspicion(path);
    }
    check_integrity(&connection)?;
    let Standing::Older(from) = standing(&connection)? else {
        migrate(&mut connection, 0)?;
        return Ok((connection, None));
    };
    let copy = backup::keep(&connection, path, from)?;
    migrate(&mut connection, from)?;
    backup::thin(path, &copy);
    Ok((connection, Some(Upgrade { from, copy })))
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
    write_ahead(&connection, std::thread::sleep).map_err(|error| cannot_open(path, error))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Ten thousand units that all move write some 15 MiB: copied into the file every other time at most.
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_PAGES * 4096)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // A plan must not depend on what is bound: else every reuse of a cached statement plans it anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // The log and the shared memory stay when the last one closes: who may only read cannot make them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    share_as_file(path);
    Ok(connection)
}

/// Has a file that is new written through a log. SQLite itself gives up at once where several who start beside each other
/// all want that.
fn write_ahead(connection: &Connection, mut pause: impl FnMut(Duration)) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    // All of the waiting is done here, so that it has an end.
    connection.busy_timeout(Duration::ZERO)?;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if waited < BUSY && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                pause(PAUSE);
                waited += PAUSE;
            }
            done => return done.and_then(|()| connection.busy_timeout(BUSY)),
        }
    }
}

/// Empties the log into the file before it is closed for good, as far as nobody is in the way: what is at rest
/// is whole in the one file.
pub(super) fn settle(connection: &Connection) {
    match emptied(connection) {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!("the database's log was not emptied at the end: another process is using it");
        }
        Err(error) => tracing::warn!("the database's log was not emptied at the end: {error}"),
    }
}

/// Whether nobody was in the way.
fn emptied(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    // That somebody is in the way is no error here, but the first column.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0).map(|busy: i64| busy == 0))
}

/// Who may use the file may use its log and its shared memory, and nobody else: SQLite makes them so, and does
/// not follow when the file's mode or group is changed later. Only their owner can.
fn share_as_file(path: &Path) {
    let Ok(file) = fs::metadata(path) else { return };
    for suffix in ["-wal", "-shm"] {
        let beside = super::beside(path, suffix);
        let Ok(meta) = fs::metadata(&beside) else { continue };
        if meta.gid() != file.gid() {
            let _ = std::os::unix::fs::chown(&beside, None, Some(file.gid()));
        }
        if meta.mode() & 0o777 != file.mode() & 0o777 {
            let _ = fs::set_permissions(&beside, fs::Permissions::from_mode(file.mode() & 0o777));
        }
    }
}

fn cannot_open(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) if check_writable(path).is_err() && !super::beside(path, "-shm").exists() => {
            StoreError::File {
                path: path.to_owned(),
                reason: "nobody has polled it since it was put here, and you may only read it: have its poller started"
                    .to_owned(),
            }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            out_of_reach(path, &error)
        }
        Some(ErrorCode::NotADatabase) if was_never_ours(path) => StoreError::Foreign(path.to_owned()),
        _ => error.into(),
    }
}

/// Whether a file that is no database was never one of ours: it does not begin as one, has not the name that we give one, and
/// nothing lies beside it that a poller leaves there. A database that a disk has spoilt is repaired; a letter whose name was
/// typed by mistake must not be moved away.
fn was_never_ours(path: &Path) -> bool {
    const BEGINS: &[u8] = b"SQLite format 3\0";
    let mut begins = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(16).read_to_end(&mut begins));
    let has_our_name = path.file_name().is_some_and(|name| name == "backhaul.db" || name == "demo.db");
    let has_company = || ["-wal", "-shm", ".suspect"].iter().any(|end| super::beside(path, end).exists());
    read.is_ok() && begins != BEGINS && !has_our_name && !has_company()
}

fn out_of_reach(path: &Path, error: &dyn std::error::Error) -> StoreError {
    StoreError::File {
        path: path.to_owned(),
        reason: format!(
            "cannot be opened ({error}): check who owns it and its folder; a group is let in by database.group of \
             whoever polls, and you are in it from your next login on"
        ),
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

/// The size of the file and its write-ahead log.
pub(super) fn bytes(path: &Path) -> u64 {
    let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    size(path) + size(&super::beside(path, "-wal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_emptied_unless_somebody_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.db");
        let connection = shared(&path, Access::Owner).unwrap();
        let other = readable(&path).unwrap();
        let reading = other.unchecked_transaction().unwrap();
        reading.query_row("SELECT count(*) FROM revisions", [], |_| Ok(())).unwrap();
        assert!(!emptied(&connection).unwrap());
        reading.commit().unwrap();
        assert!(emptied(&connection).unwrap());
        assert_eq!(fs::metadata(super::super::beside(&path, "-wal")).unwrap().len(), 0);
    }

    #[test]
    fn a_new_file_that_others_use_just_then_is_waited_for_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| Connection::open(folder.path().join(name)).unwrap();
        let used = |name: &str| {
            let other = open(name);
            other.execute_batch("CREATE TABLE t (x); BEGIN; SELECT * FROM t").unwrap();
            other
        };
        let (other, mut pauses) = (used("soon.db"), 0);
        let leaves_after_three = |_| {
            pauses += 1;
            if pauses == 3 {
                other.execute_batch("COMMIT").unwrap();
            }
        };
        write_ahead(&open("soon.db"), leaves_after_three).unwrap();
        assert_eq!(pauses, 3);
        let (_other, mut waited) = (used("never.db"), Duration::ZERO);
        let refused = write_ahead(&open("never.db"), |pause| waited += pause).unwrap_err();
        assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
        assert_eq!(waited, BUSY);
    }
}
