//! Who was last told to go with whom, so that the same word told again costs no statement. Nobody but
//! the writer who holds this may write pairings.

use std::collections::HashMap;

use rusqlite::params;

use super::apply::Work;
use super::pairings;
use crate::model::{Pairing, PairingSource, Tie, Timestamp};

/// What each feed told.
#[derive(Default)]
pub(super) struct Told(Vec<OfFeed>);

/// What one feed told, by the left one.
struct OfFeed {
    account: Box<str>,
    resource: &'static str,
    words: HashMap<Box<str>, Vec<Word>>,
}

/// One pairing, as the file has it.
struct Word {
    tie: Tie,
    by: PairingSource,
    right: Option<Box<str>>,
    since_at: Option<Timestamp>,
    /// The revision that last named it …
    seen: i64,
    /// … and the one the file says that of.
    written: i64,
}

impl Word {
    fn says(&self, told: &Pairing) -> bool {
        self.tie == told.tie
            && self.by == told.by
            && self.right.as_deref() == told.right.as_deref()
            && self.since_at == told.since_at
    }

    /// Whether `told` takes this word's place in the file.
    fn yields_to(&self, told: &Pairing) -> bool {
        let one_alone = told.by == PairingSource::Eld;
        self.tie == told.tie
            && self.by == told.by
            && (one_alone || self.right.as_deref() == told.right.as_deref())
    }
}

impl Told {
    /// Takes in one account's word.
    pub(super) fn take_in(&mut self, work: &mut Work<'_>, told: &Pairing) -> rusqlite::Result<()> {
        let all = self.of(work);
        if let Some(known) = all.get_mut(told.left.as_str()) {
            if let Some(word) = known.iter_mut().find(|word| word.says(told)) {
                word.seen = work.rev;
                return Ok(());
            }
            known.retain(|word| !word.yields_to(told));
        }
        pairings::upsert(work, told)?;
        let fresh = Word {
            tie: told.tie,
            by: told.by,
            right: told.right.as_deref().map(Into::into),
            since_at: told.since_at,
            seen: work.rev,
            written: work.rev,
        };
        all.entry(told.left.as_str().into()).or_default().push(fresh);
        Ok(())
    }

    /// A complete read of this feed ends here: what it did not name is over.
    pub(super) fn complete(&mut self, work: &mut Work<'_>) -> rusqlite::Result<()> {
        let mut confirm = work.sql.prepare_cached(
            "UPDATE pairings SET seen_rev = ?7 WHERE account = ?1 AND tie = ?2 AND left_id = ?3 AND source = ?4
                 AND resource = ?5 AND right_id = ?6",
        )?;
        let (read_rev, words) = (work.read_rev, self.of(work));
        for (left, known) in words.iter_mut() {
            for word in known.iter_mut().filter(|word| word.seen >= read_rev && word.written < read_rev) {
                let right = word.right.as_deref().unwrap_or_default();
                let (tie, by) = (word.tie.word(), word.by.word());
                confirm.execute(params![work.account, tie, left, by, work.resource, right, word.seen])?;
                word.written = word.seen;
            }
            known.retain(|word| word.seen >= read_rev);
        }
        words.retain(|_, known| !known.is_empty());
        pairings::drop_unconfirmed(work)
    }

    /// This account's words were deleted.
    pub(super) fn forget(&mut self, account: &str) {
        self.0.retain(|feed| &*feed.account != account);
    }

    /// A transaction of this feed failed: what it wrote is not in the file.
    pub(super) fn failed(&mut self, account: &str, resource: &str) {
        self.0.retain(|feed| &*feed.account != account || feed.resource != resource);
    }

    fn of(&mut self, work: &Work<'_>) -> &mut HashMap<Box<str>, Vec<Word>> {
        let is_it = |feed: &OfFeed| &*feed.account == work.account && feed.resource == work.resource;
        let place = self.0.iter().position(is_it).unwrap_or_else(|| {
            let (account, resource) = (work.account.into(), work.resource);
            self.0.push(OfFeed { account, resource, words: HashMap::new() });
            self.0.len() - 1
        });
        &mut self.0[place].words
    }
}
