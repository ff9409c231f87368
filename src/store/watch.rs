//! Tells that somebody may have committed, without asking again and again: the kernel says when the
//! write-ahead log is written to.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::time::sleep;

/// A commit writes several times; this long after the first all of it is there.
const SETTLE: Duration = Duration::from_millis(20);
/// Where the kernel does not tell, the files are looked at this often.
#[cfg(not(target_os = "linux"))]
const LOOK: Duration = Duration::from_millis(100);

/// Watches one database's files for writes, by whichever process.
pub struct Watch {
    source: Source,
}

/// Wakes a [`Watch::wait`] from another thread. Clones ring the same.
#[derive(Clone)]
pub struct Bell(Arc<UnixStream>);

impl Bell {
    /// A bell, and the ear that hears it.
    pub fn new() -> io::Result<(Self, Ear)> {
        let (ringer, ear) = UnixStream::pair()?;
        ringer.set_nonblocking(true)?;
        ear.set_nonblocking(true)?;
        Ok((Self(Arc::new(ringer)), Ear(ear)))
    }

    /// Wakes the one who waits; a second ring before that is the same ring.
    pub fn ring(&self) {
        let _ = (&*self.0).write(&[1]);
    }
}

/// Hears a [`Bell`].
pub struct Ear(UnixStream);

impl Ear {
    fn hush(&self) {
        let mut rings = [0; 64];
        while matches!((&self.0).read(&mut rings), Ok(read) if read == rings.len()) {}
    }
}

impl Watch {
    /// Watches the folder the database lies in: its log comes and goes, the folder stays.
    pub fn new(database: &Path) -> io::Result<Self> {
        Ok(Self { source: Source::new(database)? })
    }

    /// Blocks until something was written and has settled, the bell rang, or `at_most` is over.
    pub fn wait(&mut self, ear: &Ear, at_most: Duration) {
        if self.source.poll(ear, at_most) {
            std::thread::sleep(SETTLE);
        }
        self.source.drain();
        ear.hush();
    }

    /// Returns when something was written since the last call and has settled.
    pub async fn written(&mut self) {
        self.source.written().await;
        sleep(SETTLE).await;
        self.source.drain();
    }
}

#[cfg(target_os = "linux")]
struct Source {
    inotify: std::os::fd::OwnedFd,
    /// The same, known to the runtime; only once somebody waits that way.
    registered: Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>>,
    log_name: std::ffi::OsString,
}

#[cfg(target_os = "linux")]
impl Source {
    fn new(database: &Path) -> io::Result<Self> {
        use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
        let folder =
            database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let inotify = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        add_watch(&inotify, folder, WatchFlags::MODIFY | WatchFlags::MOVED_TO)?;
        let mut log_name = database.file_name().unwrap_or_default().to_owned();
        log_name.push("-wal");
        Ok(Self { inotify, registered: None, log_name })
    }

    /// True when the log was written to.
    fn poll(&self, ear: &Ear, at_most: Duration) -> bool {
        let mut watched = [PollFd::new(&self.inotify, PollFlags::IN), PollFd::new(&ear.0, PollFlags::IN)];
        let limit = rustix::event::Timespec::try_from(at_most).ok();
        let _ = poll(&mut watched, limit.as_ref());
        watched.first().is_some_and(|fd| fd.revents().contains(PollFlags::IN)) && self.drain()
    }

    async fn written(&mut self) {
        loop {
            let Ok(registered) = self.registered() else { return std::future::pending().await };
            let Ok(mut ready) = registered.readable().await else { return std::future::pending().await };
            ready.clear_ready();
            if self.drain() {
                return;
            }
        }
    }

    fn registered(&mut self) -> io::Result<&tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>> {
        if self.registered.is_none() {
            #[expect(
                deprecated,
                reason = "unsound only for types that lie about their descriptor; an OwnedFd cannot"
            )]
            let registered = tokio::io::unix::AsyncFd::new(self.inotify.try_clone()?)?;
            self.registered = Some(registered);
        }
        self.registered.as_ref().ok_or_else(|| io::ErrorKind::Other.into())
    }

    /// Reads all pending events. True when one is about the log.
    fn drain(&self) -> bool {
        use std::os::unix::ffi::OsStrExt;
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = rustix::fs::inotify::Reader::new(&self.inotify, &mut buffer);
        let mut ours = false;
        while let Ok(event) = reader.next() {
            ours |= event.file_name().is_some_and(|name| name.to_bytes() == self.log_name.as_bytes());
        }
        ours
    }
}

#[cfg(not(target_os = "linux"))]
struct Source;

#[cfg(not(target_os = "linux"))]
impl Source {
    fn new(_database: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    fn poll(&self, ear: &Ear, at_most: Duration) -> bool {
        let mut watched = [PollFd::new(&ear.0, PollFlags::IN)];
        let limit = rustix::event::Timespec::try_from(at_most.min(LOOK)).ok();
        let _ = poll(&mut watched, limit.as_ref());
        false
    }

    async fn written(&mut self) {
        sleep(LOOK).await;
    }

    fn drain(&self) -> bool {
        false
    }
}
