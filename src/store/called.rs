//! What rows about something else call a unit or driver whom no roster of their account has named: its record, until one
//! does, and then nothing any more. No read of a roster ends it. What was told last is kept at hand, so that the same word
//! told again costs no statement.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::apply::Work;
use super::profiles;
use crate::model::{Called, Profile};

/// What was told last. Of a word only digests are kept: there are as many as there are units.
#[derive(Default)]
pub(super) struct Callings {
    /// By which feed calls whom so.
    words: HashMap<u64, u64>,
    /// Keyed anew in each process: no text from outside can be made to look like another.
    hasher: RandomState,
}

impl Callings {
    /// Takes in what a row calls the one it is about.
    pub(super) fn take_in(&mut self, work: &mut Work<'_>, told: &Called) -> rusqlite::Result<()> {
        let Called { kind, external_id, name, active, vin, refs } = told;
        let whom = self.hasher.hash_one((work.account, work.resource, kind, external_id));
        let says = self.hasher.hash_one((name, active, vin, refs));
        if self.words.get(&whom) == Some(&says) {
            return Ok(());
        }
        if !profiles::is_listed(work, *kind, external_id)? {
            let profile = Profile {
                active: *active,
                vin: vin.clone(),
                refs: refs.clone(),
                ..Profile::new(*kind, external_id.as_str(), name.as_str())
            };
            let feed = std::mem::replace(&mut work.resource, profiles::BY_NO_ROSTER);
            let written = profiles::upsert(work, &profile);
            work.resource = feed;
            written?;
        }
        self.words.insert(whom, says);
        Ok(())
    }

    /// What the file holds of it is not known any more.
    pub(super) fn forget(&mut self) {
        self.words.clear();
    }
}
