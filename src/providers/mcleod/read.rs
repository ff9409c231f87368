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
    /// The server's time when the last read began that told of all changes, milliseconds.
    at: i64,
    /// The same of the last full read.
    full_at: i64,
    /// When the server last refused `changedAfterDate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused_at: Option<i64>,
    /// When it last refused to be asked for a null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nulls_refused_at: Option<i64>,
    /// The columns of which it was said that they are not searched for a null, and are not yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unsearched: Vec<String>,
}

/// Where in a read we are: [`crate::providers::Page::next`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The server's time when this read began, milliseconds.
    started: i64,
    /// Changes since then are asked for: alone, or after everything.
    since: Option<i64>,
    /// Everything is asked for.
    full: bool,
    /// Which part: of the full read first, then of the changes.
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
    /// Likewise.
    nulls_refused_at: Option<i64>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unsearched: Vec<String>,
    /// Since when the next read must ask for changes again, where the server fell over at some of them.
    unread_since: Option<i64>,
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
    Page(Box<Place>),
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
        let nulls = mark.as_ref().and_then(|mark| mark.nulls_refused_at);
        // A server whose clock was set back has marks from its future: read everything.
        let known = mark
            .as_ref()
            .filter(|mark| !listing.changes.is_empty() && refused_at.is_none() && mark.at <= started);
        let full = !known.is_some_and(|mark| within(mark.full_at, RECONCILE));
        // The next read asks for changes since this one: those of a gap before it are asked for now.
        let since = known.filter(|mark| !full || started - mark.at > overlap());
        Self {
            started,
            since: since.map(|mark| mark.at),
            full,
            part: 0,
            before: None,
            ours: 0,
            holes: false,
            refused: None,
            full_at: mark.as_ref().map(|mark| mark.full_at),
            refused_at,
            unsearched: mark.map(|mark| mark.unsearched).unwrap_or_default(),
            nulls_refused_at: nulls.filter(|at| within(*at, REFUSED)),
            unread_since: None,
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

    /// Whether the next call asks for changes.
    pub(super) const fn is_of_changes(&self, listing: &Listing) -> bool {
        self.since.is_some() && (!self.full || self.part >= listing.parts.len())
    }

    /// The same read, of changes since so much earlier as a window holds.
    pub(super) fn reaching_back(self) -> Self {
        Self { since: self.since.map(|at| at - overlap()), ..self }
    }

    /// The query of the next call; `zone` is the server's.
    pub(super) fn query(&self, listing: &Listing, zone: &TimeZone) -> Vec<(String, String)> {
        let mut query: Vec<(String, String)> = Vec::new();
        let since = self.since.filter(|_| self.is_of_changes(listing));
        let since = since.and_then(|at| changed_after(at, zone));
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
        if let Some(column) = self.null(listing) {
            self.unsearched.retain(|said| said != column);
        }
        let (Some(first), Some(last)) = (told.first.take(), told.last.take()) else {
            // Nothing, or nothing with a key to go on from.
            return self.end_of_part(listing);
        };
        let Some(before) = self.before.take() else {
            // Its size is the most we know this server to give, so it cannot be short.
            self.before = Some(Before { size: told.rows, opening: first.clone(), first, last });
            return Next::Page(Box::new(self));
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
        Next::Page(Box::new(self))
    }

    /// What the next call asks for.
    fn criteria(&self, listing: &Listing) -> Part {
        let (parts, part) = if self.is_of_changes(listing) {
            (listing.changes, self.part - self.whole(listing))
        } else {
            (listing.parts, self.part)
        };
        parts.get(part).copied().unwrap_or_default()
    }

    /// How many parts are asked for before those of the changes.
    const fn whole(&self, listing: &Listing) -> usize {
        if self.full { listing.parts.len() } else { 0 }
    }

    /// Whether the next call asks for a null, beside parts that do not: a server that refuses that still
    /// tells all the others.
    pub(super) fn is_dispensable(&self, listing: &Listing) -> bool {
        self.null(listing).is_some()
    }

    /// The column that the next call asks for a null, if it does.
    fn null(&self, listing: &Listing) -> Option<&'static str> {
        self.criteria(listing).iter().find(|(_, value)| *value == NULL).map(|(column, _)| *column)
    }

    /// The same read without a part that the server has not answered; `refused` when it said so, and is
    /// believed for a day. Says so in `told` when it begins: some are read every few seconds.
    pub(super) fn without_part(mut self, listing: &Listing, refused: bool, told: &mut Told) -> Next {
        let null = self.null(listing).filter(|column| !self.unsearched.iter().any(|said| said == column));
        if let Some(column) = null {
            told.batch.rejects.push(Reject {
                external_id: column.to_owned(),
                reason: format!("the server does not search for rows without {column}"),
            });
            self.unsearched.push(column.to_owned());
        }
        self.holes = true;
        if refused {
            self.nulls_refused_at = Some(self.started);
        } else if self.is_of_changes(listing) {
            // A server that always falls over must not make the window grow for ever.
            self.unread_since = self.since.filter(|at| self.started - at < RECONCILE * 1000);
        }
        self.end_of_part(listing)
    }

    /// The same read without `changedAfterDate`, once the server has not answered that; `refused` when it
    /// said so, and is believed for a day. `None` when this call did not use it.
    pub(super) fn without_changes(mut self, listing: &Listing, refused: bool) -> Option<Next> {
        if !self.is_of_changes(listing) {
            return None;
        }
        if refused {
            self.refused_at = Some(self.started);
        } else {
            self.unread_since = self.since;
        }
        self.since = None;
        if self.full {
            return Some(self.end(listing));
        }
        Some(Next::Page(Box::new(Self { full: true, part: 0, before: None, ..self })))
    }

    fn end_of_part(mut self, listing: &Listing) -> Next {
        let changes = if self.since.is_some() { listing.changes.len() } else { 0 };
        self.part += 1;
        while self.nulls_refused_at.is_some() && self.is_dispensable(listing) {
            self.part += 1;
        }
        self.before = None;
        if self.part < self.whole(listing) + changes { Next::Page(Box::new(self)) } else { self.end(listing) }
    }

    fn end(self, listing: &Listing) -> Next {
        let full = self.full;
        if let Some(reason) = self.refused.filter(|_| full && self.ours == 0) {
            return Next::NoneOurs(reason);
        }
        let full_at = if full { self.started } else { self.full_at.unwrap_or(self.started) };
        let mark = Mark {
            at: self.unread_since.unwrap_or(self.started),
            full_at,
            refused_at: self.refused_at,
            nulls_refused_at: self.nulls_refused_at,
            unsearched: self.unsearched,
        };
        let cursor = Some(&mark).filter(|_| !listing.changes.is_empty());
        let cursor = cursor.and_then(|mark| serde_json::to_string(mark).ok());
        // Bounded parts leave out what is old; and a fleet of none is rather a permission lost.
        let unbounded = listing.parts.iter().all(|part| part.is_empty());
        Next::Done { cursor, complete: full && unbounded && !self.holes && self.ours > 0 }
    }
}

/// [`OVERLAP`] in milliseconds.
fn overlap() -> i64 {
    i64::try_from(OVERLAP.as_millis()).unwrap_or(i64::MAX)
}

/// The value of `changedAfterDate` for a read that follows one begun at `at`.
fn changed_after(at: i64, zone: &TimeZone) -> Option<String> {
    let from = Timestamp::from_millis(at).minus(OVERLAP).calendar()?;
    Some(from.to_zoned(zone.clone()).strftime(PATTERN).to_string())
}
