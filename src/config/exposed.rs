//! A secret that others can read: whoever polls refuses it, with the command that mends it.

use std::path::PathBuf;
use std::sync::Arc;

use super::file::ConfigFile;
use super::table::{Origin, Table};
use super::value::Value;
use super::{Config, ConfigError, Problem};

/// A credential written as itself in a file that others can read.
#[derive(Clone, Debug)]
pub(super) struct Exposed {
    origin: Origin,
    key: String,
    file: Arc<PathBuf>,
}

impl Config {
    /// Fails with the remedy when the file holds a secret written as itself and others can read it.
    /// Only whoever polls has to ask.
    pub fn check_permissions(&self) -> Result<(), ConfigError> {
        let Some(exposed) = &self.exposed else { return Ok(()) };
        Err(ConfigError {
            problems: vec![Problem {
                origin: exposed.origin.clone(),
                key: exposed.key.clone(),
                message: format!(
                    "is a secret in a file that others can read; run: chmod 600 {}",
                    exposed.file.display()
                ),
            }],
        })
    }
}

/// The first secret written as itself, if others can read the file.
pub(super) fn exposed(file: &ConfigFile, tables: &[Table]) -> Option<Exposed> {
    const READ_BY_OTHERS: u32 = 0o044;
    if file.mode? & READ_BY_OTHERS == 0 {
        return None;
    }
    let settings = tables.iter().flat_map(|table| table.settings.iter().map(move |setting| (table, setting)));
    let (table, setting) = settings.into_iter().find(|(_, setting)| {
        let literal = matches!(&setting.value, Some(Value::Secret(secret))
            if secret.reference().is_none() && secret.missing().is_none());
        literal && matches!(setting.origin, Origin::File(..))
    })?;
    Some(Exposed {
        origin: setting.origin.clone(),
        key: format!("{}.{}", table.name, setting.key.name),
        file: file.path.clone(),
    })
}
