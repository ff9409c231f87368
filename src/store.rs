//! The database: SQLite in WAL mode. One thread writes for the poller, readers take what
//! changed, people's own rows are written by whoever they are. The only module that knows SQL;
//! nothing of SQLite crosses its border, and it judges nothing: judgements are handed in.

mod access;
mod apply;
mod audit;
mod backup;
mod brought;
mod called;
mod duty_days;
mod examine;
mod exceptions;
mod fixes;
mod freight;
mod glance;
mod health;
mod heeded;
mod hours;
mod judge;
mod judgements;
mod lease;
mod links;
mod listed;
mod memory;
mod migrate;
mod muster;
mod open;
mod pairings;
mod people;
mod places;
mod profiles;
mod questions;
mod read;
mod rejects;
mod repair;
mod rows;
mod seal;
mod spend;
mod stays;
mod testimony;
mod told;
mod trail;
mod unheard;
mod unlinked;
mod upkeep;
mod watch;
mod writing;

use std::path::{Path, PathBuf};

pub use self::access::Access;
pub use self::apply::{Applied, Commit};
pub use self::audit::{Done, Wanted, audit};
pub use self::examine::{Examination, examine, set_aside_of};
pub use self::glance::glance;
pub use self::health::{Failure, Health};
pub use self::judge::{Judge, Sane, Stays};
pub use self::lease::{Lease, leader, polled};
pub use self::migrate::SCHEMA;
pub use self::open::{StoreError, check_standing, opens_slowly};
pub use self::people::People;
pub use self::places::Place;
pub use self::read::{Reader, Scope, feeds};
pub use self::spend::{AssistantCall, Grant};
pub use self::trail::{links, trail};
pub use self::upkeep::Retention;
pub use self::watch::{Bell, Ear, Watch};
use self::writing::{Writer, Writing};
use crate::model::{Judgement, MovementKey, Notice, Step, Timestamp, Viewer, Want, Wish};

/// The poller's handle to the thread that writes. Clones share it.
#[derive(Clone)]
pub struct Store {
    writing: Writing,
}

/// What is remembered of a feed between two reads, and between two processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Where to go on.
    pub cursor: Option<String>,
    /// When it was last read to its end.
    pub last_ok_at: Option<Timestamp>,
    /// What is wrong with it since, in words.
    pub error: Option<String>,
}

/// What is remembered of an account's calls, so that a new poller goes on where the last one was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// When its token bucket is full again.
    pub full_at: Option<Timestamp>,
    /// Until when the credential is not tried again, where it was refused.
    pub refused_until: Option<Timestamp>,
}

impl Store {
    /// Opens the database for polling: creates and checks it, brings it up to this version once a copy is
    /// made, and mends what is damaged by moving the file aside; the notice then says so in words for a person.
    ///
    /// The caller must hold the [`Lease`]. Fails when the file cannot be opened, or is newer than
    /// this program.
    pub fn open(
        path: &Path,
        access: Access,
        judge: Judge,
        now: Timestamp,
    ) -> Result<(Self, Option<Notice>), StoreError> {
        let path = path.to_owned();
        let (writing, notice) = Writing::start(move || {
            let (connection, notice) = open::writable(&path, access, now)?;
            Ok((Writer::new(path, connection, judge), notice))
        })?;
        Ok((Self { writing }, notice))
    }

    /// Commits one page: rows, cursor and the feed's health together, so that a crash repeats work
    /// but never loses or halves it.
    pub async fn apply(&self, commit: Commit) -> Result<Applied, StoreError> {
        self.writing.run(move |writer| apply::apply(writer, &commit)).await
    }

    /// Notes that a feed could not be read. What it told us before stays.
    pub async fn fail(&self, failure: Failure) -> Result<(), StoreError> {
        self.writing.run(move |writer| health::fail(writer, &failure)).await
    }

    /// Forgets a cursor that the upstream no longer takes.
    pub async fn forget_cursor(&self, account: &str, resource: &'static str) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.writing
            .run(move |writer| {
                let sql = migrate::begin(&mut writer.connection)?;
                let forget = "UPDATE feeds SET cursor = NULL WHERE account = ?1 AND resource = ?2";
                sql.execute(forget, (account, resource))?;
                Ok(sql.commit()?)
            })
            .await
    }

    /// What is remembered of a feed.
    pub async fn remembered(&self, account: &str, resource: &'static str) -> Result<Remembered, StoreError> {
        let account = account.to_owned();
        self.writing
            .run(move |writer| Ok(questions::remembered(&writer.connection, &account, resource)?))
            .await
    }

    /// What is remembered of the budget of an account that is reached by the credential with this fingerprint.
    pub async fn budget(&self, account: &str, fingerprint: &str) -> Result<Budget, StoreError> {
        let (account, fingerprint) = (account.to_owned(), fingerprint.to_owned());
        let work = move |writer: &mut Writer| questions::budget(&writer.connection, &account, &fingerprint);
        self.writing.run(move |writer| Ok(work(writer)?)).await
    }

    /// The ids a feed wants to be told, at most `limit`.
    pub async fn wanted(
        &self,
        account: &str,
        want: Want,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let account = account.to_owned();
        self.writing
            .run(move |writer| Ok(questions::wanted(&writer.connection, &account, want, limit, now)?))
            .await
    }

    /// The consoles that have announced themselves, those that are gone among them.
    pub async fn viewers(&self) -> Result<Vec<Viewer>, StoreError> {
        self.writing.run(|writer| Ok(questions::viewers(&writer.connection)?)).await
    }

    /// Closes the file when what is being written is written. Nothing can be written after it, by any clone.
    pub async fn close(&self) {
        self.writing.close().await;
    }

    /// Gives every feed of an account its row of `feeds`.
    pub async fn announce_feeds(
        &self,
        account: &str,
        resources: Vec<&'static str>,
    ) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.writing
            .run(move |writer| health::announce_feeds(&mut writer.connection, &account, &resources))
            .await
    }

    /// Notes that `id` was asked for by itself: where it still is wanted after this, it is asked for
    /// again only after a while, and each time a longer one.
    pub async fn asked(&self, want: Want, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let (Some(word), id) = (want.word(), id.to_owned()) else { return Ok(()) };
        self.writing
            .run(move |writer| {
                let sql = migrate::begin(&mut writer.connection)?;
                questions::asked(&sql, word, &id, now)?;
                Ok(sql.commit()?)
            })
            .await
    }

    /// Takes feeds of accounts that are not among `accounts` off the list, so that nobody waits for them;
    /// what such an account told takes no part any more once it is a day old.
    pub async fn keep_accounts(&self, accounts: Vec<String>, now: Timestamp) -> Result<(), StoreError> {
        self.writing.run(move |writer| upkeep::keep_accounts(writer, &accounts, now)).await
    }

    /// Takes on what people say of which records are one: the `[[link]]`s of the configuration, all of
    /// them. Nothing happens where they are those that were taken on last.
    pub async fn take_on(&self, wishes: Vec<Wish>, now: Timestamp) -> Result<(), StoreError> {
        self.writing.run(move |writer| links::take_on(writer, &wishes, now)).await
    }

    /// Writes what was made of loads, and takes away what was made of those that are `over`. Only what
    /// differs from what stands there should be given: every row given is told to all readers.
    pub async fn judge(&self, judgements: Vec<Judgement>, over: Vec<MovementKey>) -> Result<(), StoreError> {
        self.writing.run(move |writer| judgements::write(&mut writer.connection, &judgements, &over)).await
    }

    /// Writes what became of exceptions: only what changed, since every row given is told to all readers.
    /// What people did about them stays as it is.
    pub async fn write_exceptions(&self, steps: Vec<Step>) -> Result<(), StoreError> {
        self.writing.run(move |writer| exceptions::write(&mut writer.connection, &steps)).await
    }

    /// Where addresses are that were looked up.
    pub async fn places(&self) -> Result<Vec<Place>, StoreError> {
        self.writing.run(|writer| Ok(places::all(&writer.connection)?)).await
    }

    /// Keeps where addresses are, and judges by that who was at the stops there.
    pub async fn keep_places(&self, found: Vec<Place>, now: Timestamp) -> Result<(), StoreError> {
        self.writing.run(move |writer| places::keep(writer, &found, now)).await
    }

    /// Fails where the file was taken away or replaced: what is written since then is kept nowhere.
    pub async fn still_there(&self) -> Result<(), StoreError> {
        self.writing.run(|writer| writer.still_there()).await
    }

    /// Calls dark what has been silent for longer than is normal.
    pub async fn darken(&self, now: Timestamp) -> Result<(), StoreError> {
        self.writing.run(move |writer| upkeep::darken(writer, now)).await
    }

    /// Throws away a slice of what is over for longer than it is kept. True when there is more.
    pub async fn throw_away(&self, retention: Retention, now: Timestamp) -> Result<bool, StoreError> {
        self.writing.run(move |writer| upkeep::throw_away(&mut writer.connection, retention, now)).await
    }
}

/// Where the poller's lock of a database lies.
pub fn lock_path(database: &Path) -> PathBuf {
    beside(database, ".lock")
}

/// The file that lies beside the database under its name with `suffix` added.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
