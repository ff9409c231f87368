//! The database.

use std::path::Path;
use std::sync::Arc;

use crate::model::{Fleet, Leader, Timestamp};

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
#[error("not wired yet")]
pub struct StoreError;

/// Reads the database.
#[derive(Debug)]
pub struct Reader(());

impl Reader {
    /// Opens a database that exists.
    pub fn open(_path: &Path) -> Result<Self, StoreError> {
        Ok(Self(()))
    }

    /// The fleet as it is stored.
    pub fn fleet(&mut self, _now: Timestamp) -> Result<Arc<Fleet>, StoreError> {
        Ok(Arc::default())
    }
}

/// Who polls this database.
pub fn leader(_path: &Path) -> Option<Leader> {
    None
}
