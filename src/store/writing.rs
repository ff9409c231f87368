//! The one thread that does all writing: it opens the file, keeps the connection and what is remembered
//! of the file, and closes it. What it is handed to do it does in order; it knows no work of its own.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::{Builder, JoinHandle};
use std::{fs, io};

use rusqlite::Connection;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::apply::Touched;
use super::judge::Judge;
use super::memory::Memory;
use super::unlinked::Unlinked;
use super::{StoreError, lock_path, open};

/// What the thread has.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    /// The database and the poller's lock beside it, where there was one: others, or none, may have their names by
    /// now.
    files: [(PathBuf, Option<FileId>); 2],
    pub(super) judge: Judge,
    /// What the file says of units; lost with the process, which then reads it anew.
    pub(super) memory: Memory,
    /// Whether who goes with whom is still to be settled.
    pub(super) ties: Ties,
    /// Which records may have changed since they were linked.
    pub(super) unlinked: Unlinked,
}

impl Writer {
    /// Of a file that has just been opened.
    pub(super) fn new(path: PathBuf, connection: Connection, judge: Judge) -> Self {
        let unlinked = Unlinked::everything();
        // The process before may have ended before it settled them.
        let ties = Ties { are_open: true, loads_since: Some(0) };
        let files = [path.clone(), lock_path(&path)].map(|path| (path.clone(), FileId::at(&path)));
        Self { path, connection, files, judge, memory: Memory::default(), ties, unlinked }
    }

    /// Fails where what is written goes into a file that nobody finds any more, or where another may poll too since
    /// the lock is no longer where it is looked for.
    pub(super) fn still_there(&self) -> Result<(), StoreError> {
        let moved = self.files.iter().find(|(path, file)| file.is_some_and(|file| file.has_left(path)));
        moved.map_or(Ok(()), |(path, _)| Err(StoreError::Moved(path.clone())))
    }
}

/// The device and the number of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId(u64, u64);

impl FileId {
    pub(super) fn of(file: &fs::Metadata) -> Self {
        Self(file.dev(), file.ino())
    }

    /// Whether another file has this name now, or none. A look that fails for another reason says neither.
    fn has_left(self, path: &Path) -> bool {
        match fs::metadata(path) {
            Ok(file) => Self::of(&file) != self,
            Err(why) => why.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Of the file that has this name now.
    pub(super) fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|file| Self::of(&file))
    }
}

/// What has not been settled yet of who goes with whom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ties {
    /// Something has not.
    pub(super) are_open: bool,
    /// From which revision on something has changed that bears on which units a load has.
    pub(super) loads_since: Option<i64>,
}

impl Ties {
    /// These, and what was touched in this revision.
    pub(super) fn and(self, touched: Touched, revision: i64) -> Self {
        Self {
            are_open: self.are_open || touched.ties || touched.loads,
            loads_since: self.loads_since.or(touched.loads.then_some(revision)),
        }
    }
}

/// One piece of work.
type Job = Box<dyn FnOnce(&mut Writer) + Send>;

/// Hands work to the thread. Clones share it; it ends with the last of them.
#[derive(Clone)]
pub(super) struct Writing(Arc<Mutex<Option<Running>>>);

/// The thread while it runs, and the way to it.
struct Running {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl Writing {
    /// Starts the thread, which opens the file first: all that SQLite keeps in memory is the thread's from
    /// the beginning. Returns what `open` says besides the writer.
    pub(super) fn start<T: Send + 'static>(
        open: impl FnOnce() -> Result<(Writer, T), StoreError> + Send + 'static,
    ) -> Result<(Self, T), StoreError> {
        let (jobs, handed) = mpsc::channel::<Job>();
        let (tell, opened) = mpsc::sync_channel(1);
        let work = move || {
            let (mut writer, said) = match open() {
                Ok(opened) => opened,
                Err(error) => return drop(tell.send(Err(error))),
            };
            if tell.send(Ok(said)).is_ok() {
                for job in handed {
                    job(&mut writer);
                }
                open::settle(&writer.connection);
            }
        };
        let thread = Builder::new()
            .name("store".into())
            .spawn(work)
            .map_err(|error| StoreError::Broken(format!("no thread to write with: {error}")))?;
        let said = opened.recv().map_err(|_ended| ended())??;
        Ok((Self(Arc::new(Mutex::new(Some(Running { jobs, thread })))), said))
    }

    /// Has the thread do `work`, and returns what that comes to. Given up before its turn, it is not done;
    /// given up later, it is done all the same.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        // One at a time is handed over, so that whoever is given up while waiting leaves nothing behind.
        let running = Arc::clone(&self.0).lock_owned().await;
        let (tell, told) = mpsc::sync_channel(1);
        let job = move |writer: &mut Writer| {
            let done = work(writer);
            if done.as_ref().is_err_and(StoreError::is_damage) {
                open::suspect(&writer.path);
            }
            let _ = tell.send(done);
        };
        let handed = running.as_ref().is_some_and(|running| running.jobs.send(Box::new(job)).is_ok());
        if !handed {
            return Err(ended());
        }
        // Waited for on the pool, where the runtime knows of it: no paused clock runs on meanwhile.
        let waited = spawn_blocking(move || {
            let done = told.recv();
            drop(running);
            done
        });
        // A panic rolled the transaction back, and ended the thread.
        waited.await.map_err(|_panic| ended())?.map_err(|_ended| ended())?
    }

    /// Closes the file when what is being written is written. Nothing can be written after it.
    pub(super) async fn close(&self) {
        let running = self.0.lock().await.take();
        let Some(Running { jobs, thread }) = running else { return };
        drop(jobs);
        // That it panicked was told to whoever's work it was.
        let _ = spawn_blocking(move || thread.join()).await;
    }
}

fn ended() -> StoreError {
    StoreError::Broken("the thread that writes has ended".to_owned())
}
