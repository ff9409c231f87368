//! The files that a console writes for its person: the views that were saved, and rows that were exported.
//! Only their owner reads them. What is in them the screen says.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::tui::app::{self, Change, Views};

/// The views of a person. Every change is made to what is in the file then, so that two consoles lose none of
/// each other's.
pub struct ViewFile(Option<PathBuf>);

impl ViewFile {
    /// At this path; without one nothing is kept.
    pub const fn new(path: Option<PathBuf>) -> Self {
        Self(path)
    }

    /// What is kept. A file that cannot be understood is put aside, and the sentence says where.
    pub fn read(&self) -> Result<Views, String> {
        let Some(path) = &self.0 else { return Ok(Views::default()) };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Views::default()),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(put_aside(path, "it is no text"));
            }
            Err(error) => {
                return Err(format!("your saved views cannot be read: {}: {error}", path.display()));
            }
        };
        Views::read(&text).map_err(|broken| put_aside(path, &broken))
    }

    /// Makes a change to what is kept.
    pub fn change(&self, change: &Change) -> Result<(), String> {
        let Some(path) = &self.0 else {
            return Err(
                "the view holds until you leave: without $HOME there is no place to keep it".to_owned()
            );
        };
        let mut views = self.read()?;
        views.change(change);
        replace(path, &views.write())
            .map_err(|error| format!("the view holds until you leave: {}: {error}", path.display()))
    }
}

/// Keeps a broken file under another name, so that what is in it is not lost.
fn put_aside(path: &Path, broken: &str) -> String {
    let aside = path.with_extension("broken");
    match fs::rename(path, &aside) {
        Ok(()) => {
            format!("your saved views could not be understood ({broken}) and are now in {}", aside.display())
        }
        Err(error) => {
            format!("your saved views cannot be understood: {}: {broken} ({error})", path.display())
        }
    }
}

/// Puts `text` in the place of what is at `path`, all of it or nothing.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let fresh = path.with_extension("new");
    // One left by a process that died may have another mode.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(&fresh, text)?;
    fs::rename(&fresh, path)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    // The umask may have taken bits, which would shut out ourselves.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes exported rows into `folder`. Says where they are, or why they are nowhere.
pub fn export(folder: &Path, file: &app::File) -> String {
    let rows = if file.rows == 1 { "row" } else { "rows" };
    // Twice within a second is two files; nothing is ever replaced.
    let names =
        std::iter::once(file.name.clone()).chain((2..=SAME_SECOND).map(|nth| numbered(&file.name, nth)));
    let mut told = String::new();
    for name in names {
        let path = folder.join(name);
        let path = std::path::absolute(&path).unwrap_or(path);
        match write_new(&path, &file.text) {
            Ok(()) => return format!("{} {rows} written to {}", file.rows, path.display()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                told = format!("not written: {}: {error}", path.display());
            }
            Err(error) => return format!("not written: {}: {error}", path.display()),
        }
    }
    told
}

/// As many files are written within one second at most.
const SAME_SECOND: u32 = 99;

/// "rows-2.csv" of "rows.csv".
fn numbered(name: &str, nth: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-{nth}.{ending}"),
        None => format!("{name}-{nth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::SavedView;

    fn view(name: &str) -> SavedView {
        SavedView { name: name.to_owned(), panel: "drivers".to_owned(), ..SavedView::default() }
    }

    #[test]
    fn two_consoles_keep_each_others_views() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/views.toml");
        let (one, other) = (ViewFile::new(Some(path.clone())), ViewFile::new(Some(path.clone())));
        assert_eq!(one.read(), Ok(Views::default()));
        one.change(&Change::Save(view("dallas"))).unwrap();
        other.change(&Change::Save(view("late"))).unwrap();
        one.change(&Change::Save(view("dallas"))).unwrap();
        assert_eq!(other.read().unwrap().names(), ["dallas", "late"]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        one.change(&Change::Forget("dallas".to_owned())).unwrap();
        assert_eq!(other.read().unwrap().names(), ["late"]);
    }

    #[test]
    fn a_broken_file_is_put_aside_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("views.toml");
        for broken in [&b"[[view"[..], b"\xff\xfe"] {
            fs::write(&path, broken).unwrap();
            let trouble = ViewFile::new(Some(path.clone())).read().unwrap_err();
            assert!(trouble.contains("views.broken"), "{trouble}");
            assert_eq!(fs::read(folder.path().join("views.broken")).unwrap(), broken);
            assert!(!path.exists());
        }
        assert!(
            ViewFile::new(None).change(&Change::Save(view("x"))).unwrap_err().contains("until you leave")
        );
    }

    #[test]
    fn an_export_is_its_owners_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = app::File { name: "rows.csv".to_owned(), text: "a\r\n".to_owned(), rows: 1 };
        assert!(export(folder.path(), &file).starts_with("1 row written to "));
        let path = folder.path().join("rows.csv");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = app::File { text: "b\r\n".to_owned(), ..file };
        for name in ["rows-2.csv", "rows-3.csv"] {
            assert!(export(folder.path(), &again).ends_with(name));
            assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "b\r\n");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\r\n");
        assert!(export(&folder.path().join("nowhere"), &again).starts_with("not written: "));
    }
}
