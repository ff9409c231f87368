//! What people did, all of it, in the order they did it. Reads alone; what an action comes to is `exceptions`'.

use std::path::Path;

use rusqlite::{Row, params};

use super::open::{StoreError, readable};
use crate::model::Timestamp;

/// Which actions are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// None before that.
    pub since: Option<Timestamp>,
    /// This person's alone.
    pub user: Option<&'a str>,
    /// About the loads alone that go by this: a movement's id, or COMPANY/ID.
    pub load: Option<&'a str>,
}

/// One thing that one person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// On which host.
    pub host: String,
    /// What: the word of a [`Deed`](crate::model::Deed), or one of a newer version.
    pub verb: String,
    /// What kind of thing it was done to: `exception`.
    pub kind: String,
    /// Which one.
    pub subject_id: String,
    /// The TMS company of the load, the order or the stop that is concerned, where one is.
    pub company_id: Option<String>,
    /// The load that is concerned, where one is.
    pub movement_id: Option<String>,
    /// How the thing was described then; `None` where an older version did not write that down.
    pub about: Option<String>,
    /// What was written.
    pub text: Option<String>,
    /// Until when it was put off.
    pub until_at: Option<Timestamp>,
    /// Until it is worse by so many seconds it was put off.
    pub worse_by_s: Option<i64>,
    /// What was wrong, on that person's screen.
    pub seen_kind: Option<String>,
    /// How much was at stake, on that person's screen.
    pub seen_severity: Option<String>,
    /// How it was handled before, a JSON object; `None` where an older version did not write that down.
    pub before: Option<String>,
    /// And after.
    pub after: Option<String>,
}

/// What people did, oldest first.
pub fn audit(path: &Path, wanted: &Wanted<'_>) -> Result<Vec<Done>, StoreError> {
    let connection = readable(path)?;
    // Actions of an older version know their load only as long as the exception is kept, and where it is the load's
    // own: which load another concerned then, and how it was described, is not known.
    let sql = "SELECT a.at, a.user, a.host, a.verb, a.kind, a.subject_id, coalesce(a.company_id, e.company_id) AS company,
            coalesce(a.movement_id, e.subject_id) AS load, a.about, a.text, a.until_at, a.worse_by_s, a.seen_kind,
            a.seen_severity, a.handled_before, a.handled_after
         FROM actions a LEFT JOIN exceptions e
             ON a.kind = 'exception' AND e.id = a.subject_id AND e.subject_kind = 'movement'
         WHERE a.at >= ?1 AND (?2 IS NULL OR a.user = ?2) AND (?3 IS NULL OR load = ?3 OR company || '/' || load = ?3)
         ORDER BY a.id";
    let since = wanted.since.map_or(i64::MIN, Timestamp::millis);
    let mut statement = connection.prepare(sql)?;
    let done = statement.query_map(params![since, wanted.user, wanted.load], done)?;
    Ok(done.collect::<Result<_, _>>()?)
}

fn done(row: &Row<'_>) -> rusqlite::Result<Done> {
    Ok(Done {
        at: Timestamp::from_millis(row.get(0)?),
        user: row.get(1)?,
        host: row.get(2)?,
        verb: row.get(3)?,
        kind: row.get(4)?,
        subject_id: row.get(5)?,
        company_id: row.get(6)?,
        movement_id: row.get(7)?,
        about: row.get(8)?,
        text: row.get(9)?,
        until_at: row.get::<_, Option<i64>>(10)?.map(Timestamp::from_millis),
        worse_by_s: row.get(11)?,
        seen_kind: row.get(12)?,
        seen_severity: row.get(13)?,
        before: row.get(14)?,
        after: row.get(15)?,
    })
}
