//! Writes the configuration's file: as a whole or not at all, and readable by its owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::process::geteuid;

/// Writes `text` to `path`, with mode 0600, in a folder that is made with mode 0700 where there is none. Whoever
/// is interrupted finds the old file or the new one. A file that is there keeps its owner; a new one that root writes is
/// the owner's of the folder, who is to read it.
pub fn save(path: &Path, text: &str) -> io::Result<()> {
    // The file that a link leads to is written, and the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&path);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = write_new(&fresh, &path, text).and_then(|()| fs::rename(&fresh, &path));
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written?;
    File::open(&folder)?.sync_all()
}

/// Whether [`save`] could write `path`; fails with a sentence. Makes nothing.
pub fn writable(path: &Path) -> Result<(), String> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if path.is_dir() {
        return Err(format!("{} is a folder; name a file in it", path.display()));
    }
    let mut folder = folder_of(&path);
    while !folder.exists() {
        folder = folder_of(&folder);
    }
    access(&folder, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
        let folder = folder.display();
        format!(
            "cannot write into {folder}: {error}; run this as its owner, or name another file with --config"
        )
    })
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) => PathBuf::from("."),
        None => PathBuf::from("/"),
    }
}

fn write_new(fresh: &Path, old: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(fresh)?;
    // The umask may have taken bits, which would shut out ourselves.
    file.set_permissions(Permissions::from_mode(0o600))?;
    let owner = match fs::metadata(old) {
        Err(_) if geteuid().is_root() => fs::metadata(folder_of(old)),
        old => old,
    };
    if let Ok(old) = owner {
        let new = file.metadata()?;
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_and_its_folder_are_the_owners_alone_and_a_link_stays_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/backhaul/config.toml");
        assert_eq!(writable(&path), Ok(()));
        assert!(!home.path().join("new").exists(), "asking makes nothing");
        save(&path, "a = 1\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let link = home.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        save(&link, "b = 2\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("b = 2\n", 0o600));
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left beside it");
        assert!(writable(home.path()).unwrap_err().contains("is a folder"));
    }

    #[test]
    fn a_file_that_root_writes_is_the_owners_of_the_folder() {
        if !geteuid().is_root() {
            println!("skipped: only root can give files away");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(folder.path(), Some(64_101), Some(64_100)).unwrap();
        let path = folder.path().join("config.toml");
        save(&path, "a = 1\n").unwrap();
        let there = fs::metadata(&path).unwrap();
        assert_eq!((there.uid(), there.gid(), there.mode() & 0o777), (64_101, 64_100, 0o600));
    }
}
