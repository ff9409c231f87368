//! Who may use the database's files: with which modes and which group they are made, and how a group that is named later is
//! let in. What is in the files is not known here.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::{StoreError, lock_path};

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

    /// Lets the group at a database that was made before there was one. A mode that somebody gave it since stays,
    /// and so does a folder that is not only ours; then the log says what to do.
    pub(super) fn let_in(self, path: &Path) {
        let (Self::Group(group), Ok(file)) = (self, fs::metadata(path)) else { return };
        let is_closed = file.gid() != group || file.mode() & 0o070 == 0;
        if is_closed {
            match self.share(path, self.file_mode()) {
                // The lock was signed while the database was closed: who may write the one may take the other.
                Ok(()) => drop(self.share(&lock_path(path), self.file_mode())),
                Err(error) => tracing::warn!(
                    "the group of database.group is kept out of {0} ({error}): run chgrp {group} {0}; chmod 660 {0}",
                    path.display()
                ),
            }
        }
        let folder = path.parent().and_then(|folder| Some((folder, fs::metadata(folder).ok()?)));
        if let Some((folder, _)) = folder.filter(|(_, meta)| !lets_in(meta, group)) {
            tracing::warn!(
                "the group of database.group is kept out of {0}: run chgrp {group} {0}; chmod 2770 {0}",
                folder.display()
            );
        }
    }
}

/// Whether the group may look into the folder.
fn lets_in(folder: &fs::Metadata, group: u32) -> bool {
    let bits = if folder.gid() == group { 0o050 } else { 0o005 };
    folder.mode() & bits == bits
}

/// Makes the folders and the file with the least permission that works; SQLite gives the write-ahead
/// log and the shared memory the mode of the file.
pub(super) fn prepare_files(path: &Path, access: Access) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        make_folders(folder, access).map_err(|error| file_error(folder, &error))?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(access.file_mode()).open(path) {
        Ok(_) => access.share(path, access.file_mode()).map_err(|error| file_error(path, &error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(file_error(path, &error)),
    }
}

/// Makes every folder on the way that is missing, and none of another mode than the last: through one that the umask
/// has closed the group would not come.
fn make_folders(folder: &Path, access: Access) -> std::io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    for folder in missing.into_iter().rev() {
        match DirBuilder::new().mode(access.folder_mode()).create(folder) {
            Ok(()) => access.share(folder, access.folder_mode())?,
            // Somebody who starts beside us was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn file_error(path: &Path, error: &std::io::Error) -> StoreError {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => ": use a folder of your own, or set database.url",
        ErrorKind::NotADirectory => ": a part of the path is a file; set database.url",
        _ => "",
    };
    StoreError::File { path: path.to_owned(), reason: format!("{error}{remedy}") }
}
