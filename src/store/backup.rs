//! Before a file is brought up to this program's schema, a copy of it as it was is put beside it. Nothing is
//! ever copied back: that is for a person to do.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{StoreError, beside, migrate};

/// So many copies are kept, that of the last upgrade among them.
const KEPT: usize = 2;

/// Copies the whole file, what lies in its log included, and says where to; where an upgrade that failed left a
/// copy of all that is in it, that is the one. The caller holds the lease, so nobody else does the same.
pub(super) fn keep(sql: &Connection, path: &Path, version: u32) -> Result<PathBuf, StoreError> {
    let contents = contents(sql)?;
    if let Some(kept) = copies(path).into_iter().find(|copy| holds(copy, contents)) {
        return Ok(kept);
    }
    let part = beside(path, &format!(".schema-{version}.part"));
    let kept = copy(sql, path, &part, version);
    if kept.is_err() {
        let _ = fs::remove_file(&part);
    }
    kept.map_err(|why| StoreError::File {
        path: path.to_owned(),
        reason: format!(
            "schema {version} must be brought up, and no copy of it can be made before ({why}): make room beside it"
        ),
    })
}

/// Takes away the oldest copies, once the file is brought up that `kept` is the copy of.
pub(super) fn thin(path: &Path, kept: &Path) {
    for old in copies(path).into_iter().filter(|copy| copy != kept).skip(KEPT - 1) {
        let _ = fs::remove_file(old);
    }
}

/// The copies beside this database, the newest first.
pub(super) fn copies(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Vec::new();
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let is_copy = |entry: &fs::DirEntry| {
        let entry = entry.file_name().to_string_lossy().into_owned();
        let rest = entry.strip_prefix(&name).and_then(|rest| rest.strip_prefix(".schema-"));
        rest.is_some_and(|rest| rest.strip_suffix(".bak").is_some())
    };
    let mut found: Vec<_> = entries
        .filter(is_copy)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// What tells two states of one file apart: its version, its last revision, and how much people did. Every poll
/// that brings something and everything that people do moves one of them.
fn contents(sql: &Connection) -> rusqlite::Result<(u32, i64, i64)> {
    let select = "SELECT (SELECT max(rev) FROM revisions), (SELECT count(*) FROM actions)";
    let (revision, actions) = sql.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((migrate::version(sql)?, revision, actions))
}

/// Whether there is all that in a copy. What cannot be read is none.
fn holds(copy: &Path, wanted: (u32, i64, i64)) -> bool {
    let opened = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY);
    opened.and_then(|sql| contents(&sql)).is_ok_and(|found| found == wanted)
}

fn copy(sql: &Connection, path: &Path, part: &Path, version: u32) -> Result<PathBuf, String> {
    let broken_off = fs::remove_file(part);
    broken_off.or_else(absent).map_err(|error| error.to_string())?;
    make_like(path, part).map_err(|error| error.to_string())?;
    sql.execute("VACUUM INTO ?1", [part.to_string_lossy()]).map_err(|error| error.to_string())?;
    let settled = File::open(part).and_then(|file| file.sync_all());
    settled.map_err(|error| error.to_string())?;
    let kept = free_name(path, version).ok_or("a thousand copies of it are there")?;
    // Whole, or not there: a copy that broke off never bears the name of one.
    fs::rename(part, &kept).map_err(|error| error.to_string())?;
    Ok(kept)
}

fn absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// An empty file that the same people may use as that one.
fn make_like(path: &Path, part: &Path) -> io::Result<()> {
    let like = fs::metadata(path)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    if file.metadata()?.gid() != like.gid() {
        std::os::unix::fs::fchown(&file, None, Some(like.gid()))?;
    }
    file.set_permissions(fs::Permissions::from_mode(like.mode() & 0o777))
}

/// `NAME.schema-N.bak`, with a number when that is taken.
fn free_name(path: &Path, version: u32) -> Option<PathBuf> {
    let plain = beside(path, &format!(".schema-{version}.bak"));
    let numbered = (2..1000).map(|nth| beside(path, &format!(".schema-{version}.{nth}.bak")));
    std::iter::once(plain).chain(numbered).find(|name| !name.exists())
}
