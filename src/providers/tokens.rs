//! What a service hands out and takes back later (a session, a rotated refresh token), kept in a
//! file of its account in `tokens/` beside the database: only the owner's, replaced as a whole, on the
//! disk before it is used. It does not know what it keeps.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rustix::process::geteuid;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

/// The longest file read: no token is longer, and a wrong file may be.
const LONGEST: u64 = 64 * 1024;

/// One account's file. Several processes may have it open.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

/// Held while one process renews what is kept; freed when it is dropped or its process dies.
#[derive(Debug)]
pub struct Renewing {
    _lock: File,
}

impl TokenFile {
    /// The file of `account` in `folder`. Neither need exist.
    ///
    /// `account` is a name of the configuration: letters, digits, `-` and `_`.
    pub fn new(folder: &Path, account: &str) -> Self {
        Self { path: folder.join(format!("{account}.json")) }
    }

    /// What was kept last; `None` where nothing was.
    pub async fn read(&self) -> io::Result<Option<String>> {
        let path = self.path.clone();
        blocking(move || match fs::metadata(&path) {
            Ok(there) if there.len() > LONGEST => Err(told(&path, "it is too long to be a token file")),
            Ok(_) => fs::read_to_string(&path).map(Some).map_err(|error| told(&path, error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(told(&path, error)),
        })
        .await
    }

    /// Keeps `text` instead of what was there. When this returns it is on the disk: either the old
    /// text or the new one is found after a power cut, never neither.
    pub async fn write(&self, text: String) -> io::Result<()> {
        let path = self.path.clone();
        blocking(move || replace(&path, &text).map_err(|error| told(&path, error))).await
    }

    /// Waits until no other process renews what is kept. Also shows that the folder can be written:
    /// better before an old token is used up than after.
    pub async fn renewing(&self) -> io::Result<Renewing> {
        let path = self.path.with_extension("lock");
        blocking(move || {
            make_folder(&path).map_err(|error| told(&path, error))?;
            let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
            let file = opened.and_then(|file| hand_over(&path).map(|()| file));
            let file = file.map_err(|error| told(&path, error))?;
            file.lock().map_err(|error| told(&path, error))?;
            Ok(Renewing { _lock: file })
        })
        .await
    }
}

/// How much is being done to the end, in the whole process.
static IN_HAND: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

/// Counts as in hand as long as it lives.
struct InHand;

impl InHand {
    fn new() -> Self {
        IN_HAND.send_modify(|count| *count += 1);
        Self
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        IN_HAND.send_modify(|count| *count -= 1);
    }
}

/// Does what must not be broken off half-way, such as giving a token that works once for its successor:
/// whoever waits for it may go away, and it goes on.
pub(super) async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let in_hand = InHand::new();
    let done = tokio::spawn(async move {
        let _in_hand = in_hand;
        work.await
    });
    match done.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime itself ends, and whoever waits here with it.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// Returns when nothing is in hand that must not be broken off: who ends the process waits for it.
pub async fn settled() {
    // The sender lives as long as the process.
    let _ = IN_HAND.subscribe().wait_for(|count| *count == 0).await;
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|panic| Err(io::Error::other(panic.to_string())))
}

fn told(path: &Path, what: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {what}", path.display()))
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    hand_over(folder)
}

/// What root makes is the owner's of the folder it lies in: else who polls could not open it afterwards. What a link
/// of that owner's leads to is not given away.
fn hand_over(path: &Path) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let Some(folder) = path.parent() else { return Ok(()) };
    let owner = fs::metadata(folder)?;
    lchown(path, Some(owner.uid()), Some(owner.gid()))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    make_folder(path)?;
    let fresh = path.with_extension("new");
    // One left by a process that died may have another mode.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    // The umask may have taken bits, which would shut out ourselves.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    hand_over(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_only_the_owners() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens");
        let file = TokenFile::new(&tokens, "motive");
        assert_eq!(file.read().await.unwrap(), None);
        let renewing = file.renewing().await.unwrap();
        file.write("one".to_owned()).await.unwrap();
        file.write("two".to_owned()).await.unwrap();
        drop(renewing);
        assert_eq!(file.read().await.unwrap().as_deref(), Some("two"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&tokens), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(&tokens).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
        names.sort();
        assert_eq!(names, ["motive.json", "motive.lock"]);
    }

    #[tokio::test]
    async fn what_root_keeps_is_the_owners_of_the_folder() {
        if !geteuid().is_root() {
            println!("skipped: only root can give files away");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        lchown(folder.path(), Some(64_101), Some(64_100)).unwrap();
        let tokens = folder.path().join("tokens");
        let file = TokenFile::new(&tokens, "motive");
        let renewing = file.renewing().await.unwrap();
        file.write("one".to_owned()).await.unwrap();
        drop(renewing);
        for path in [tokens.clone(), tokens.join("motive.json"), tokens.join("motive.lock")] {
            let there = fs::metadata(&path).unwrap();
            assert_eq!((there.uid(), there.gid()), (64_101, 64_100), "{}", path.display());
        }
    }
}
