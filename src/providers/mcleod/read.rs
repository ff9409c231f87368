//! How a list is read over many calls: what to ask next, when the end is reached, and what to remember
//! until the next read. Pure; the calls are made in the parent.
//!
//! Pages are cut by key (`id > LAST`), since rows added meanwhile would shift pages cut by offset.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::answer::Told;
use crate::model::{Reject, Timestamp};

/// Rows asked for in one page; the server may give fewer without a word.
const PAGE: &str = "500";
/// How far an incremental read reaches back before the last one: commits lag behind their times.
const OVERLAP: Duration = Duration::from_mins(5);
/// How long changes are trusted before everything is read again: they name no deletes, nor anything
/// written past the audit trail.
const RECONCILE: i64 = 15 * 60;
/// How long a refused `changedAfterDate` is not tried again.
const REFUSED: i64 = 24 * 3600;
/// McLeod's own date pattern.
const PATTERN: &str = "%Y%m%d%H%M%S%z";

/// What a column is asked for that must be null.
pub(super) const NULL: &str = "=";

/// The criteria of one search, all of which must hold.
pub(super) type Part = &'static [(&'static str, &'static str)];

/// A list and how it is cut.
#[derive(Debug)]
pub(super) struct Listing {
    /// Below the base.
    pub(super) path: &'static str,
    /// The table whose `id` pages are cut by.
    pub(super) table: &'static str,
    /// The criteria of each part of a full read, in turn: there is no "or" in a search.
    pub(super) parts: &'static [Part],
    /// The same of a read between full reads, beside `changedAfterDate`; none where it is always read in
    /// full. A table without an audit trail may answer with all it ever held.
    pub(super) changes: &'static [Part],
}

/// What is remembered from read to read: [`crate::model::Batch::cursor`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// The server's time when the last read began, milliseconds.
    at: i64,
    /// The same of the last full read.
    full_at: i64,
    /// When the server last refused `changedAfterDate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused_at: Option<i64>,
}

/// Where in a read we are: [`crate::providers::Page::next`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The server's time when this read began, milliseconds.
    started: i64,
    /// Changes since then only; everything without.
    since: Option<i64>,
    /// Which part of a full read.
    part: usize,
    /// The page before this one, in the same part.
    before: Option<Before>,
    /// Rows of ours so far.
    ours: usize,
    /// A row was not understood, or a part broke off: what is not named may still exist.
    holes: bool,
    /// Why the first row that was refused is not ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// From the mark.
    full_at: Option<i64>,
    /// From the mark, or this read's own.
    refused_at: Option<i64>,
}

/// What must be known of the pages already read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    /// Rows of the first page: the most this server gives, as far as we know.
    size: usize,
    /// The first page's first key.
    opening: String,
    /// The last page's first key.
    first: String,
    /// The last page's last key.
    last: String,
}

/// What follows a page.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// Another one.
    Page(Place),
    /// Nothing: the read is done.
    Done {
        /// For the next read.
        cursor: Option<String>,
        /// Everything that exists was named.
        complete: bool,
    },
    /// Nothing, and not one row of a full read was ours. Holds why the first was not.
    NoneOurs(String),
}

impl Place {
    /// The beginning of a read at the server's time `started`.
    pub(super) fn begin(listing: &Listing, cursor: Option<&str>, started: Timestamp) -> Self {
        let mark: Option<Mark> = cursor.and_then(|cursor| serde_json::from_str(cursor).ok());
        let started = started.millis();
        let within = |at: i64, seconds: i64| (0..seconds * 1000).contains(&(started - at));
        let refused_at = mark.as_ref().and_then(|mark| mark.refused_at).filter(|at| within(*at, REFUSED));
        let since = mark.as_ref().filter(|mark| {
            // A server whose clock was set back has marks from its future: read everything.
            !listing.changes.is_empty()
                && refused_at.is_none()
                && mark.at <= started
                && within(mark.full_at, RECONCILE)
        });
        Self {
            started,
            since: since.map(|mark| mark.at),
            part: 0,
            before: None,
            ours: 0,
            holes: false,
            refused: None,
            full_at: mark.map(|mark| mark.full_at),
            refused_at,
        }
    }

    /// Reads what [`Place::written`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As [`crate::providers::Page::next`].
    pub(super) fn written(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Whether this read asks for changes only.
    pub(super) const fn is_of_changes(&self) -> bool {
        self.since.is_some()
    }

    /// The query of the next call; `zone` is the server's.
    pub(super) fn query(&self, listing: &Listing, zone: &TimeZone) -> Vec<(String, String)> {
        let mut query: Vec<(String, String)> = Vec::new();
        let since = self.since.and_then(|at| changed_after(at, zone));
        let criteria = self.criteria(listing);
        query.extend(since.map(|since| ("changedAfterDate".to_owned(), since)));
        query.extend(criteria.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())));
        let key = format!("{}.id", listing.table);
        if let Some(before) = &self.before {
            query.push((key.clone(), format!(">{}", before.last)));
        }
        query.push(("orderBy".to_owned(), format!("{key} ASC")));
        query.push(("recordLength".to_owned(), PAGE.to_owned()));
        query
    }

    /// Takes note of a page, and drops from it what an earlier one told already.
    pub(super) fn advance(mut self, listing: &Listing, told: &mut Told) -> Next {
        self.ours += told.ours;
        self.holes |= told.broken > 0;
        self.refused = self.refused.take().or(told.refused.take());
        let (Some(first), Some(last)) = (told.first.take(), told.last.take()) else {
            // Nothing, or nothing with a key to go on from.
            return self.end_of_part(listing);
        };
        let Some(before) = self.before.take() else {
            // Its size is the most we know this server to give, so it cannot be short.
            self.before = Some(Before { size: told.rows, opening: first.clone(), first, last });
            return Next::Page(self);
        };
        if first == before.first || first == before.opening {
            told.batch.changes.clear();
            told.batch.rejects = vec![Reject {
                external_id: first,
                reason: format!("the server repeats a page: it ignores {}.id=>", listing.table),
            }];
            self.holes = true;
            return self.end_of_part(listing);
        }
        if told.rows < before.size {
            return self.end_of_part(listing);
        }
        self.before = Some(Before { first, last, ..before });
        Next::Page(self)
    }

    /// The parts of this read.
    const fn parts(&self, listing: &Listing) -> &'static [Part] {
        if self.since.is_some() { listing.changes } else { listing.parts }
    }

    /// What the next call asks for.
    fn criteria(&self, listing: &Listing) -> Part {
        self.parts(listing).get(self.part).copied().unwrap_or_default()
    }

    /// Whether the next call asks for a null, beside parts that do not: a server that refuses that still
    /// tells all the others.
    pub(super) fn is_dispensable(&self, listing: &Listing) -> bool {
        self.criteria(listing).iter().any(|(_, value)| *value == NULL)
    }

    /// The same read without the part that was refused.
    pub(super) fn without_part(mut self, listing: &Listing) -> Next {
        self.holes = true;
        self.end_of_part(listing)
    }

    /// The same read without `changedAfterDate`, once the server has not answered that; `refused` when it
    /// said so, and is believed for a day. `None` when this read did not use it.
    pub(super) fn without_changes(self, refused: bool) -> Option<Self> {
        self.since?;
        let refused_at = if refused { Some(self.started) } else { self.refused_at };
        Some(Self { since: None, part: 0, before: None, refused_at, ..self })
    }

    fn end_of_part(mut self, listing: &Listing) -> Next {
        let parts = self.parts(listing).len();
        self.part += 1;
        self.before = None;
        if self.part < parts {
            return Next::Page(self);
        }
        let full = self.since.is_none();
        if let Some(reason) = self.refused.filter(|_| full && self.ours == 0) {
            return Next::NoneOurs(reason);
        }
        let full_at = if full { self.started } else { self.full_at.unwrap_or(self.started) };
        let mark = Mark { at: self.started, full_at, refused_at: self.refused_at };
        let cursor = Some(&mark).filter(|_| !listing.changes.is_empty());
        let cursor = cursor.and_then(|mark| serde_json::to_string(mark).ok());
        // Bounded parts leave out what is old; and a fleet of none is rather a permission lost.
        let unbounded = listing.parts.iter().all(|part| part.is_empty());
        Next::Done { cursor, complete: full && unbounded && !self.holes && self.ours > 0 }
    }
}

/// The value of `changedAfterDate` for a read that follows one begun at `at`.
fn changed_after(at: i64, zone: &TimeZone) -> Option<String> {
    let from = Timestamp::from_millis(at).minus(OVERLAP).calendar()?;
    Some(from.to_zoned(zone.clone()).strftime(PATTERN).to_string())
}
