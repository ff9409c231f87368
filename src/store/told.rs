//! Who was last told to go with whom, so that the same word told again costs no statement. Nobody but
//! the writer who holds this may write pairings. Of a word only digests are kept: there are as many as
//! there are drivers, once for each feed that names them.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rusqlite::params;

use super::apply::Work;
use super::pairings;
use crate::model::{Pairing, PairingSource, Timestamp};

/// What each feed told.
#[derive(Default)]
pub(super) struct Told {
    feeds: Vec<OfFeed>,
    /// Keyed anew in each process: no text from outside can be made to look like another.
    hasher: RandomState,
}

/// What one feed told.
struct OfFeed {
    account: Box<str>,
    resource: &'static str,
    /// By what a newer word takes the place of.
    words: HashMap<u64, Word>,
    /// Whether the file is known to hold these words and no others.
    is_whole: bool,
    /// It was said that the list came without a row.
    is_bare: bool,
}

/// One pairing, as the file has it.
struct Word {
    /// A digest of what it says.
    says: u64,
    /// The revision that last named it.
    seen: i64,
}

/// A pairing's columns: of a word that was told just now, or of one in the file.
#[derive(Clone, Copy)]
struct Columns<'a> {
    tie: &'a str,
    left: &'a str,
    by: &'a str,
    /// Empty: none.
    right: &'a str,
    since: Option<i64>,
}

impl<'a> Columns<'a> {
    fn of(told: &'a Pairing) -> Self {
        Self {
            tie: told.tie.word(),
            left: &told.left,
            by: told.by.word(),
            right: told.right.as_deref().unwrap_or_default(),
            since: told.since_at.map(Timestamp::millis),
        }
    }

    /// Digests of whose place it takes, and of what it says.
    fn digests(&self, hasher: &RandomState) -> (u64, u64) {
        // Who is logged in where is told for one driver at a time; lists may name several partners.
        let one_alone = self.by == PairingSource::Eld.word();
        let place = (self.tie, self.left, self.by, if one_alone { "" } else { self.right });
        (hasher.hash_one(place), hasher.hash_one((self.right, self.since)))
    }
}

impl Told {
    /// Takes in one account's word.
    pub(super) fn take_in(&mut self, work: &mut Work<'_>, told: &Pairing) -> rusqlite::Result<()> {
        let (place, says) = Columns::of(told).digests(&self.hasher);
        let words = &mut self.of(work).words;
        if let Some(word) = words.get_mut(&place).filter(|word| word.says == says) {
            word.seen = work.rev;
            return Ok(());
        }
        pairings::upsert(work, told)?;
        words.insert(place, Word { says, seen: work.rev });
        Ok(())
    }

    /// A complete read of this feed ends here: what it did not name is over.
    pub(super) fn complete(&mut self, work: &mut Work<'_>) -> rusqlite::Result<()> {
        let (read_rev, hasher) = (work.read_rev, self.hasher.clone());
        let feed = self.of(work);
        let known = feed.words.len();
        feed.words.retain(|_, word| word.seen >= read_rev);
        feed.is_bare = false;
        if feed.is_whole && feed.words.len() == known {
            return Ok(());
        }
        let mut all = work.sql.prepare_cached(
            "SELECT tie, left_id, source, right_id, since_at FROM pairings WHERE account = ?1 AND resource = ?2",
        )?;
        let mut drop = work.sql.prepare_cached(
            "DELETE FROM pairings WHERE account = ?1 AND resource = ?2
                 AND tie = ?3 AND left_id = ?4 AND source = ?5 AND right_id = ?6",
        )?;
        let mut over: Vec<[String; 4]> = Vec::new();
        let mut rows = all.query(params![work.account, work.resource])?;
        while let Some(row) = rows.next()? {
            let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
            let (tie, left, by, right) = (text(0)?, text(1)?, text(2)?, text(3)?);
            let (place, says) = Columns { tie, left, by, right, since: row.get(4)? }.digests(&hasher);
            if feed.words.get(&place).is_none_or(|word| word.says != says) {
                over.push([tie, left, by, right].map(str::to_owned));
            }
        }
        for [tie, left, by, right] in &over {
            drop.execute(params![work.account, work.resource, tie, left, by, right])?;
        }
        feed.is_whole = true;
        work.touched.ties |= !over.is_empty();
        Ok(())
    }

    /// A list that names every truck came without one: what it told stands. That is said when it begins; said with every
    /// read it would drown all else.
    pub(super) fn bare(&mut self, work: &mut Work<'_>) -> rusqlite::Result<()> {
        if !self.of(work).is_bare {
            let is_said = pairings::keep(work)?;
            self.of(work).is_bare = is_said;
        }
        Ok(())
    }

    /// This account's words were deleted.
    pub(super) fn forget(&mut self, account: &str) {
        self.feeds.retain(|feed| &*feed.account != account);
    }

    /// A transaction of this feed failed: what it wrote is not in the file.
    pub(super) fn failed(&mut self, account: &str, resource: &str) {
        self.feeds.retain(|feed| &*feed.account != account || feed.resource != resource);
    }

    fn of(&mut self, work: &Work<'_>) -> &mut OfFeed {
        let is_it = |feed: &OfFeed| &*feed.account == work.account && feed.resource == work.resource;
        let place = self.feeds.iter().position(is_it).unwrap_or_else(|| {
            let (account, resource) = (work.account.into(), work.resource);
            self.feeds.push(OfFeed {
                account,
                resource,
                words: HashMap::new(),
                is_whole: false,
                is_bare: false,
            });
            self.feeds.len() - 1
        });
        &mut self.feeds[place]
    }
}
