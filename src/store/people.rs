//! What people write: their console's row in `viewers`, and what they do about exceptions. Needs no
//! lease; any console may.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::migrate::begin;
use super::read::file_id;
use super::{Access, StoreError, exceptions, open};
use crate::model::{Act, Timestamp, Viewer};

/// A console's own writing connection.
pub struct People {
    path: PathBuf,
    access: Access,
    connection: Connection,
    /// The file that is open: after a repair there is another under the same name.
    file: Option<(u64, u64)>,
}

impl People {
    /// Opens the database for people's rows, creating it where there is none yet.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let connection = open::shared(path, access)?;
        Ok(Self { path: path.to_owned(), access, connection, file: file_id(path) })
    }

    /// Announces a console, or renews it; and takes away those that stopped renewing.
    pub fn announce(&mut self, viewer: &Viewer, now: Timestamp) -> Result<(), StoreError> {
        self.follow_repair()?;
        let sql = begin(&mut self.connection)?;
        sql.prepare_cached(
            "INSERT INTO viewers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT DO UPDATE SET view = ?5, seen_at = ?7, key_at = ?8, refresh_at = ?9",
        )?
        .execute(params![
            viewer.id,
            viewer.pid,
            viewer.host,
            viewer.user,
            viewer.view,
            viewer.since_at.millis(),
            now.millis(),
            viewer.key_at.millis(),
            viewer.refresh_at.map(Timestamp::millis),
        ])?;
        sql.prepare_cached("DELETE FROM viewers WHERE seen_at < ?1")?
            .execute([now.minus(Viewer::GONE).millis()])?;
        sql.commit()?;
        Ok(())
    }

    /// Does something about an exception, by its id; every reader learns of it.
    pub fn act(&mut self, exception_id: &str, act: &Act) -> Result<(), StoreError> {
        self.follow_repair()?;
        exceptions::act(&mut self.connection, exception_id, act)
    }

    /// Takes a console's row away: it is closing.
    pub fn leave(&mut self, viewer_id: &str) -> Result<(), StoreError> {
        let sql = begin(&mut self.connection)?;
        sql.execute("DELETE FROM viewers WHERE id = ?1", [viewer_id])?;
        sql.commit()?;
        Ok(())
    }

    /// The connection, to the file that lies under the name now.
    pub(super) fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        self.follow_repair()?;
        Ok(&mut self.connection)
    }

    /// Opens the file that lies under the name now, where that is another.
    fn follow_repair(&mut self) -> Result<(), StoreError> {
        if file_id(&self.path) != self.file {
            *self = Self::open(&self.path, self.access)?;
        }
        Ok(())
    }
}
