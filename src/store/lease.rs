//! One poller per database: an operating-system lock beside the file, freed when its holder dies. Who may not
//! write the database may not open the lock: he could hold it, and nobody would poll.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::writing::FileId;
use super::{Access, StoreError, lock_path};
use crate::model::{Leader, Polled, Timestamp};

/// Held by the process that polls. Dropping it, or dying, lets another in.
#[derive(Debug)]
pub struct Lease {
    file: File,
}

impl Lease {
    /// Takes the lease if nobody has it. `me` says who this is once it is taken.
    pub fn try_take(
        database: &Path,
        access: Access,
        me: impl FnOnce() -> Leader,
    ) -> Result<Option<Self>, StoreError> {
        for _ in 0..TRIES {
            let file = open(database, access)?;
            match file.try_lock() {
                Ok(()) if is_in_place(&file, database) => {
                    return Ok(Some(Self::signed(file, &me(), database)?));
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(failed(database, &error)),
            }
        }
        Err(restless(database))
    }

    /// Waits until the lease is free. Blocks its thread, wakes as soon as the holder is gone.
    pub fn wait(database: &Path, access: Access, me: impl FnOnce() -> Leader) -> Result<Self, StoreError> {
        for _ in 0..TRIES {
            let file = open(database, access)?;
            file.lock().map_err(|error| failed(database, &error))?;
            if is_in_place(&file, database) {
                return Self::signed(file, &me(), database);
            }
        }
        Err(restless(database))
    }

    /// Writes who holds it into the file: for people and `status`, not for the lock.
    fn signed(mut file: File, me: &Leader, database: &Path) -> Result<Self, StoreError> {
        let signature = format!("{} {} {}\n", me.pid, me.since_at.millis(), me.host);
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(signature.as_bytes()))
            .map_err(|error| failed(database, &error))?;
        let lease = Self { file };
        lease.keep_from_readers(database);
        Ok(lease)
    }

    /// Gives the lock to those alone who may write the database. Only its owner can.
    fn keep_from_readers(&self, database: &Path) {
        let (Ok(database), Ok(lock)) = (fs::metadata(database), self.file.metadata()) else { return };
        // Of each three bits those of whom the second is set, write, and then read too.
        let writers = database.mode() & 0o222;
        let mode = writers | (writers << 1);
        if lock.gid() != database.gid() {
            let _ = std::os::unix::fs::fchown(&self.file, None, Some(database.gid()));
        }
        if lock.mode() & 0o777 != mode {
            let _ = self.file.set_permissions(Permissions::from_mode(mode));
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The name goes before the lock, so that nobody reads a holder who is none.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Who polls this database now, if anybody is known to.
pub fn leader(database: &Path) -> Option<Leader> {
    polled(database).leader()
}

/// Whether this database is polled now, and by whom.
pub fn polled(database: &Path) -> Polled {
    let mut file = match File::open(lock_path(database)) {
        Ok(file) => file,
        // Who may only look on asks the system, which shows everybody's locks; where that has none, or only those of
        // another box's processes, there may be one.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return seen_from_outside(database).map_or(Polled::NotKnown, Polled::By);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Polled::ByNobody,
        Err(_) => return Polled::NotKnown,
    };
    // Nobody holds it if we could share it, whatever the file says.
    if file.try_lock_shared().is_ok() {
        let _ = file.unlock();
        return Polled::ByNobody;
    }
    // Whoever holds it signs it a moment later.
    signed(&mut file).map_or(Polled::NotKnown, Polled::By)
}

fn signed(file: &mut File) -> Option<Leader> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let mut words = text.split_whitespace();
    let pid = words.next()?.parse().ok()?;
    let since_at = Timestamp::from_millis(words.next()?.parse().ok()?);
    Some(Leader { pid, host: words.next().unwrap_or_default().to_owned(), since_at })
}

/// Who holds the lock, by the system's list of locks; since when, by when it was signed.
fn seen_from_outside(database: &Path) -> Option<Leader> {
    // Whoever holds it has signed it, and takes the name away again when he leaves.
    let lock = fs::metadata(lock_path(database)).ok().filter(|lock| lock.len() > 0)?;
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let place = (rustix::fs::major(lock.dev()), rustix::fs::minor(lock.dev()), lock.ino());
    let pid = holder(&locks, place)?;
    Some(Leader {
        pid,
        host,
        since_at: Timestamp::from_millis(lock.mtime() * 1000 + lock.mtime_nsec() / 1_000_000),
    })
}

/// The process that alone holds the file at this device and inode.
///
/// Some file systems (btrfs, overlays) number their parts themselves: the list then names another device than the
/// file does, both of major number 0. There the inode decides, where one holder alone has it.
fn holder(locks: &str, place: (u32, u32, u64)) -> Option<u32> {
    let held: Vec<_> = locks.lines().filter_map(exclusive).filter(|(at, _)| at.2 == place.2).collect();
    let near = match held.as_slice() {
        [only] if place.0 == 0 && only.0.0 == 0 => Some(only),
        _ => None,
    };
    let found = held.iter().find(|(at, _)| *at == place).or(near);
    // Of a process that cannot be seen from here the system says 0.
    found.map(|(_, pid)| *pid).filter(|pid| *pid > 0)
}

/// Device, inode and holder, of a line such as `1: FLOCK  ADVISORY  WRITE 11295 fe:00:5455877 0 EOF`. Those that wait
/// have an arrow, and are none.
fn exclusive(line: &str) -> Option<((u32, u32, u64), u32)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, "FLOCK", "ADVISORY", "WRITE", pid, file, ..] = words[..] else { return None };
    let mut parts = file.split(':');
    let mut hex = || u32::from_str_radix(parts.next()?, 16).ok();
    let (major, minor) = (hex()?, hex()?);
    Some(((major, minor, parts.next()?.parse().ok()?), pid.parse().ok()?))
}

fn open(database: &Path, access: Access) -> Result<File, StoreError> {
    super::open::check_writable(database)?;
    super::open::prepare_files(&lock_path(database), access)?;
    let opened = OpenOptions::new().read(true).write(true).mode(0o600).open(lock_path(database));
    opened.map_err(|error| failed(database, &error))
}

/// Whether it is this file that others find there: one that was taken away meanwhile keeps nobody out.
fn is_in_place(file: &File, database: &Path) -> bool {
    let opened = file.metadata().ok().map(|file| FileId::of(&file));
    opened.is_some() && opened == FileId::at(&lock_path(database))
}

/// So often a lock that was taken away while it was waited for is looked for anew.
const TRIES: usize = 100;

fn restless(database: &Path) -> StoreError {
    let reason =
        "the poller's lock is another file at each look: put the database on a local disk".to_owned();
    StoreError::File { path: lock_path(database), reason }
}

fn failed(database: &Path, error: &std::io::Error) -> StoreError {
    StoreError::File {
        path: lock_path(database),
        reason: format!("the poller's lock cannot be used: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waited_for_a_lock_that_was_taken_away_meanwhile_takes_the_one_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("b.db");
        let me = || Leader { pid: 1, host: "box".to_owned(), since_at: Timestamp::from_secs(0) };
        let first = Lease::try_take(&database, Access::Owner, me).unwrap().unwrap();
        let waiter = {
            let database = database.clone();
            std::thread::spawn(move || Lease::wait(&database, Access::Owner, me).unwrap())
        };
        // Only once it waits for the lock, if the system lists that: else it may come to the other at once.
        let waits = |lock: u64| {
            let locks = fs::read_to_string("/proc/locks").unwrap();
            locks.lines().any(|line| line.contains("->") && line.contains(&format!(":{lock} ")))
        };
        let lock = fs::metadata(lock_path(&database)).unwrap().ino();
        let _ = (0..100_000).any(|_| {
            std::thread::yield_now();
            waits(lock)
        });
        fs::remove_file(lock_path(&database)).unwrap();
        drop(first);
        let second = waiter.join().unwrap();
        assert!(is_in_place(&second.file, &database));
        assert!(Lease::try_take(&database, Access::Owner, me).unwrap().is_none());
    }

    #[test]
    fn who_holds_a_lock_is_read_off_the_systems_list() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 fe:00:5455877 0 EOF\n\
            2: FLOCK  ADVISORY  WRITE 11295 fe:00:5455877 0 EOF\n\
            2: -> FLOCK  ADVISORY  WRITE 9 fe:00:5455877 0 EOF\n\
            3: FLOCK  ADVISORY  READ 8 fe:01:12 0 EOF\n\
            4: FLOCK  ADVISORY  WRITE 0 fe:01:13 0 EOF\n\
            5: FLOCK  ADVISORY  WRITE 21 00:1f:257 0 EOF\n\
            6: FLOCK  ADVISORY  WRITE 22 00:20:300 0 EOF\n\
            7: FLOCK  ADVISORY  WRITE 23 00:21:300 0 EOF\n\
            nonsense\n";
        let check = |place, expected| assert_eq!(holder(locks, place), expected, "{place:?}");
        check((0xfe, 0, 5_455_877), Some(11_295));
        check((0xfe, 1, 5_455_877), None);
        check((0xfe, 1, 12), None);
        check((0xfe, 1, 13), None);
        // A file system that numbers its own parts.
        check((0, 0x2a, 257), Some(21));
        check((0xfe, 0, 257), None);
        check((0, 0x2a, 5_455_877), None);
        check((0, 0x2a, 300), None);
        check((0, 0x21, 300), Some(23));
    }
}
