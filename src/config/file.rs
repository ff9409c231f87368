//! Which file is read, and what its permissions are.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::table::Origin;
use super::{Environment, Problem, Sources};

/// A configuration file, read.
pub(super) struct ConfigFile {
    pub(super) path: Arc<PathBuf>,
    pub(super) text: String,
    /// Permission bits of the file that was read; `None` where there is no such file.
    pub(super) mode: Option<u32>,
}

/// The file to use and who named it; `None` for the origin when it is where one is looked for.
pub(super) struct Place {
    pub(super) path: PathBuf,
    named_by: Option<Origin>,
}

/// Where the file is, or, when there is none, where a person would put one.
pub(super) fn place(sources: &Sources<'_>) -> Option<Place> {
    if let Some(path) = &sources.file {
        return Some(Place { path: path.clone(), named_by: Some(Origin::Flag("--config")) });
    }
    if let Some(path) = (sources.environment)("BACKHAUL_CONFIG").filter(|path| !path.is_empty()) {
        return Some(Place { path: path.into(), named_by: Some(Origin::Environment("BACKHAUL_CONFIG")) });
    }
    let own =
        folder(sources.environment, "XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.toml"));
    let found = own.iter().map(PathBuf::as_path).chain([sources.system_file]).find(|path| path.exists());
    let path = found.map(Path::to_owned).or(own)?;
    Some(Place { path, named_by: None })
}

/// What came of reading.
pub(super) enum Read {
    File(ConfigFile),
    /// There is none.
    None,
    /// The system's, which is not for this user.
    PassedOver(PathBuf),
}

/// The file's text. That a file nobody named is not there is no mistake, nor that the system's is only for who
/// polls where nobody does.
pub(super) fn read(place: Place, sources: &Sources<'_>) -> Result<Read, Problem> {
    let error = match open(&place.path) {
        Ok((text, mode)) => {
            return Ok(Read::File(ConfigFile { path: Arc::new(place.path), text, mode: Some(mode) }));
        }
        Err(error) => error,
    };
    let is_the_systems = place.named_by.is_none() && place.path == sources.system_file;
    match error.kind() {
        io::ErrorKind::NotFound if place.named_by.is_none() => Ok(Read::None),
        io::ErrorKind::PermissionDenied if is_the_systems && sources.looks_on => {
            Ok(Read::PassedOver(place.path))
        }
        _ => Err(unreadable(place, &error)),
    }
}

/// Our folder below an XDG base: the variable where it is set and absolute, else below the home.
pub(super) fn folder(environment: Environment<'_>, variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(below_home)))?;
    Some(base.join("backhaul"))
}

fn unreadable(place: Place, error: &io::Error) -> Problem {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            ": it is for who polls; look on with --view-only, name another file with --config (a console needs no more than [database]), or have its secrets written as references and the file opened with chmod 644"
        }
        _ => "",
    };
    let message = format!("cannot be read: {error}{remedy}");
    let file = place.path.display().to_string();
    let origin = place.named_by.unwrap_or(Origin::Default);
    Problem { origin, key: file, message }
}

fn open(path: &Path) -> io::Result<(String, u32)> {
    let mut file = File::open(path)?;
    // Of the open file, not of the path: nobody can swap it in between.
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, mode))
}
