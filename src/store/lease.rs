//! One poller per database: an operating-system lock beside the file, freed when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{Access, StoreError, lock_path};
use crate::model::{Leader, Timestamp};

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
        let file = open(database, access)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self::signed(file, &me(), database)?)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(database, &error)),
        }
    }

    /// Waits until the lease is free. Blocks its thread, wakes as soon as the holder is gone.
    pub fn wait(database: &Path, access: Access, me: impl FnOnce() -> Leader) -> Result<Self, StoreError> {
        let file = open(database, access)?;
        file.lock().map_err(|error| failed(database, &error))?;
        Self::signed(file, &me(), database)
    }

    /// Writes who holds it into the file: for people and `status`, not for the lock.
    fn signed(mut file: File, me: &Leader, database: &Path) -> Result<Self, StoreError> {
        let signature = format!("{} {} {}\n", me.pid, me.since_at.millis(), me.host);
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(signature.as_bytes()))
            .map_err(|error| failed(database, &error))?;
        Ok(Self { file })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The name goes before the lock, so that nobody reads a holder who is none.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Who polls this database now, if anybody does.
pub fn leader(database: &Path) -> Option<Leader> {
    let mut file = File::open(lock_path(database)).ok()?;
    // Nobody holds it if we could share it, whatever the file says.
    if file.try_lock_shared().is_ok() {
        let _ = file.unlock();
        return None;
    }
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let mut words = text.split_whitespace();
    let pid = words.next()?.parse().ok()?;
    let since_at = Timestamp::from_millis(words.next()?.parse().ok()?);
    Some(Leader { pid, host: words.next().unwrap_or_default().to_owned(), since_at })
}

fn open(database: &Path, access: Access) -> Result<File, StoreError> {
    super::open::prepare_files(&lock_path(database), access)?;
    let opened = OpenOptions::new().read(true).write(true).mode(0o600).open(lock_path(database));
    opened.map_err(|error| failed(database, &error))
}

fn failed(database: &Path, error: &std::io::Error) -> StoreError {
    StoreError::File {
        path: lock_path(database),
        reason: format!("the poller's lock cannot be used: {error}"),
    }
}
