//! Tells that somebody may have committed, without asking again and again: the kernel says when the
//! write-ahead log is written to.

use std::time::Duration;

use tokio::time::sleep;

/// A commit writes several times; this long after the first all of it is there.
const SETTLE: Duration = Duration::from_millis(25);

/// Wakes when the database's files are written to, by whichever process.
pub struct Watch {
    #[cfg(target_os = "linux")]
    inotify: tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>,
    #[cfg(target_os = "linux")]
    log_name: std::ffi::OsString,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsString;
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::inotify;
    use tokio::io::unix::AsyncFd;

    use super::{SETTLE, Watch, sleep};

    impl Watch {
        /// Watches the folder the database lies in: its log comes and goes, the folder stays.
        pub fn new(database: &Path) -> io::Result<Self> {
            let folder =
                database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let inotify = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
            inotify::add_watch(
                &inotify,
                folder,
                inotify::WatchFlags::MODIFY | inotify::WatchFlags::MOVED_TO,
            )?;
            let mut log_name = database.file_name().unwrap_or_default().to_owned();
            log_name.push("-wal");
            #[expect(
                deprecated,
                reason = "unsound only for types that lie about their descriptor; an OwnedFd cannot"
            )]
            let inotify = AsyncFd::new(inotify)?;
            Ok(Self { inotify, log_name })
        }

        /// Returns when something was written since the last call, once all of it has settled.
        pub async fn written(&mut self) {
            loop {
                let Ok(mut ready) = self.inotify.readable().await else {
                    return std::future::pending().await;
                };
                let ours = ready.try_io(|fd| drain(fd.get_ref(), &self.log_name));
                if matches!(ours, Ok(Ok(true))) {
                    sleep(SETTLE).await;
                    let _ = drain(self.inotify.get_ref(), &self.log_name);
                    return;
                }
            }
        }
    }

    /// Reads all pending events. True when one is about the log.
    fn drain(fd: &OwnedFd, log_name: &OsString) -> io::Result<bool> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(fd, &mut buffer);
        let mut ours = false;
        let mut any = false;
        loop {
            match reader.next() {
                Ok(event) => {
                    any = true;
                    ours |= event.file_name().is_some_and(|name| name.to_bytes() == log_name.as_bytes());
                }
                Err(rustix::io::Errno::AGAIN) if any => return Ok(ours),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Watch {
    /// Without a word from the kernel the files are looked at ten times a second.
    pub fn new(_database: &std::path::Path) -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Returns when something may have been written.
    pub async fn written(&mut self) {
        sleep(SETTLE * 4).await;
    }
}
