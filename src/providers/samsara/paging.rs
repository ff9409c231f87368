//! Where in a read we are, as the token between two calls, and the guard against a server whose
//! pages never end. It knows no endpoint and no row.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::Ask;
use super::Feed;
use super::wire::Turn;
use crate::http::{Error, Kind};
use crate::model::Timestamp;

/// Ids that one call may name (trap: the documented "optional" is required, and limited).
pub(super) const CHUNK: usize = 50;
/// Pages of one part of a read. 512 rows a page: a million rows is no fleet, but a loop.
const PAGE_CAP: u32 = 2000;
/// Pages without a row, one after another, that are borne before a read is given up.
const BARREN_CAP: u32 = 10;
/// The first part of a stats read that starts anew; the second is the feed.
pub(super) const SNAPSHOT: usize = 0;
const FEED: usize = 1;
/// Trackers upload late, so a window begins a little before the last one ended.
const OVERLAP: Duration = Duration::from_mins(10);
/// How far back a window may reach.
const REACH: Duration = Duration::from_hours(24);
/// How far back logs are read: past the longest rest that counts, 34 hours (49 CFR 395.3(c)).
const LOGS_REACH: Duration = Duration::from_hours(40);
/// What stands before a trailer feed's cursor while it is served under its old path.
const BETA: &str = "beta:";

/// One place in a read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Which part of the read: a pass over drivers, a chunk of ids, snapshot or feed.
    pub(super) part: usize,
    /// Upstream's cursor; never empty.
    pub(super) after: Option<String>,
    /// Whether trailer stats are asked for under their old path.
    pub(super) beta: bool,
    /// Milliseconds: the window of the whole read, since every page must repeat its filters.
    pub(super) window: Option<(i64, i64)>,
    /// Pages of this part read before this one.
    pages: u32,
    /// How many of them, up to here, brought nothing.
    barren: u32,
    /// Both paths of the trailer stats have been tried in this read.
    moved: bool,
    /// Why there is no further page, where there should be one.
    dead_end: Option<String>,
}

impl Place {
    /// The beginning of a read.
    pub(super) fn first(feed: Feed, ask: &Ask<'_>) -> Self {
        let cursor = ask.cursor.filter(|cursor| !cursor.is_empty());
        match feed {
            Feed::VehicleStats | Feed::TrailerStats => Self::first_of_stats(cursor, ask.restart),
            Feed::AssetLocations => {
                let ended = cursor.filter(|_| !ask.restart).and_then(Timestamp::parse);
                let reach = ask.now.minus(REACH);
                // A window that ended in the future (the clock was put back) still leaves one to ask for.
                let latest = ask.now.minus(OVERLAP);
                let from = ended.map_or(reach, |ended| ended.minus(OVERLAP).clamp(reach, latest));
                Self { window: Some((from.millis(), ask.now.millis())), ..Self::default() }
            }
            Feed::HosLogs => {
                let from = ask.now.minus(LOGS_REACH);
                Self { window: Some((from.millis(), ask.now.millis())), ..Self::default() }
            }
            Feed::Vehicles
            | Feed::Drivers
            | Feed::Trailers
            | Feed::Assets
            | Feed::HosClocks
            | Feed::DriverVehicles
            | Feed::DriverTrailers
            | Feed::Odometers => Self::default(),
        }
    }

    fn first_of_stats(cursor: Option<&str>, restart: bool) -> Self {
        let old_path = cursor.and_then(|cursor| cursor.strip_prefix(BETA));
        let beta = old_path.is_some();
        if restart {
            return Self { part: SNAPSHOT, beta, ..Self::default() };
        }
        let after = old_path.or(cursor).filter(|after| !after.is_empty()).map(str::to_owned);
        Self { part: FEED, after, beta, ..Self::default() }
    }

    /// The place that [`Self::token`] wrote down; an error where that is a dead end.
    pub(super) fn resume(token: &str) -> Result<Self, Error> {
        let place: Self = serde_json::from_str(token)
            .map_err(|_foreign| Error::malformed("the page token is not one of ours"))?;
        match &place.dead_end {
            Some(reason) => Err(Error::malformed(reason)),
            None => Ok(place),
        }
    }

    pub(super) fn token(&self) -> String {
        serde_json::to_string(self).expect("numbers and text are always JSON")
    }

    /// Where the window of the whole read ends.
    pub(super) fn until(&self) -> Option<Timestamp> {
        self.window.map(|(_, until)| Timestamp::from_millis(until))
    }

    /// Where the read goes on after an answer that ended with `turn`; `None` when it is done.
    pub(super) fn turn(&self, turn: &Turn, parts: usize) -> Result<Option<Self>, Error> {
        if !turn.more {
            let part = self.part + 1;
            return Ok((part < parts).then(|| Self {
                part,
                after: None,
                pages: 0,
                barren: 0,
                ..self.clone()
            }));
        }
        let Some(cursor) = &turn.cursor else {
            return Ok(Some(self.dead_end("the answer says that there is more, but not where")));
        };
        // Some servers answer every page with the same "there is more".
        if self.after.as_ref() == Some(cursor) {
            return Ok(Some(self.dead_end("paging stands still: the same cursor came twice")));
        }
        let pages = self.pages + 1;
        let barren = if turn.rows == 0 { self.barren + 1 } else { 0 };
        if pages >= PAGE_CAP || barren >= BARREN_CAP {
            let (count, what) = if pages >= PAGE_CAP { (pages, "") } else { (barren, " without a row") };
            let message = format!("{count} pages{what} and no end; the read was given up");
            // To ask again at once would only go round again.
            return Err(Error::new(Kind::TooLarge, message));
        }
        Ok(Some(Self { after: Some(cursor.clone()), pages, barren, ..self.clone() }))
    }

    /// Where a read cannot go on, for a reason that the next step tells: what the page brought is taken in
    /// all the same.
    fn dead_end(&self, reason: &str) -> Self {
        Self { dead_end: Some(reason.to_owned()), ..self.clone() }
    }

    /// What to remember for the next read.
    pub(super) fn cursor(&self, feed: Feed, turn: &Turn, done: bool) -> Option<String> {
        match feed {
            // On every page, so that a crash resumes where it was.
            Feed::VehicleStats | Feed::TrailerStats if self.part == FEED => {
                let path = if self.beta { BETA } else { "" };
                turn.cursor.as_ref().map(|cursor| format!("{path}{cursor}"))
            }
            Feed::AssetLocations if done => {
                self.window.map(|(_, until)| Timestamp::from_millis(until).to_string())
            }
            _ => None,
        }
    }

    /// Where trailer stats are when they are not where we asked; `None` when they are nowhere.
    pub(super) fn moved(&self) -> Option<Self> {
        // A cursor belongs to the path that gave it.
        (!self.moved).then(|| Self {
            beta: !self.beta,
            moved: true,
            after: None,
            pages: 0,
            barren: 0,
            ..self.clone()
        })
    }
}

/// How many parts a whole read has.
pub(super) fn parts(feed: Feed, ask: &Ask<'_>) -> usize {
    match feed {
        Feed::Drivers => ACTIVATIONS.len(),
        Feed::VehicleStats | Feed::TrailerStats => FEED + 1,
        Feed::AssetLocations | Feed::DriverTrailers => ask.wanted.len().div_ceil(CHUNK),
        Feed::Vehicles
        | Feed::Trailers
        | Feed::Assets
        | Feed::HosClocks
        | Feed::HosLogs
        | Feed::DriverVehicles
        | Feed::Odometers => 1,
    }
}

/// Only active drivers are listed unless asked otherwise, and both kinds cannot be asked for at once.
const ACTIVATIONS: [(&str, bool); 2] = [("active", true), ("deactivated", false)];

/// The word for this pass over the drivers, and whether those it lists are active.
pub(super) fn activation(place: &Place) -> (&'static str, bool) {
    match place.part {
        0 => ACTIVATIONS[0],
        _ => ACTIVATIONS[1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(more: bool, cursor: Option<&str>) -> Turn {
        Turn { more, cursor: cursor.map(str::to_owned), rows: 1 }
    }

    #[test]
    fn a_token_leads_back_to_its_place() {
        let place = Place {
            part: 3,
            after: Some("\"odd\u{7f}".into()),
            barren: 2,
            beta: true,
            window: Some((1, 2)),
            pages: 9,
            moved: true,
            dead_end: None,
        };
        assert_eq!(Place::resume(&place.token()), Ok(place));
        assert!(Place::resume("next please").is_err());
    }

    #[test]
    fn a_part_that_never_ends_is_given_up() {
        let mut place = Place::default();
        let mut pages = 0;
        let error = loop {
            pages += 1;
            match place.turn(&turn(true, Some(&pages.to_string())), 1) {
                Ok(next) => place = next.unwrap(),
                Err(error) => break error,
            }
        };
        assert_eq!(pages, PAGE_CAP);
        assert_eq!(error.message, "2000 pages and no end; the read was given up");
        assert!(!error.kind.may_pass(), "asking again would only go round again");
    }

    #[test]
    fn pages_that_bring_nothing_are_borne_for_a_while() {
        let empty = |page: u32| Turn { rows: 0, ..turn(true, Some(&page.to_string())) };
        let mut place = Place::default();
        for page in 1..BARREN_CAP {
            place = place.turn(&empty(page), 1).unwrap().unwrap();
        }
        let full = place.turn(&turn(true, Some("full")), 1).unwrap().unwrap();
        assert!(full.turn(&empty(1), 1).is_ok(), "a row begins the count anew");
        let error = place.turn(&empty(BARREN_CAP), 1).unwrap_err();
        let later = Place { pages: 50, ..place };
        assert_eq!(later.turn(&empty(BARREN_CAP), 1).unwrap_err(), error);
        assert_eq!(error.message, "10 pages without a row and no end; the read was given up");
    }

    #[test]
    fn the_next_part_begins_without_a_cursor() {
        let place = Place { after: Some("c".into()), pages: 7, ..Place::default() };
        let next = place.turn(&turn(false, Some("d")), 2).unwrap().unwrap();
        assert_eq!(next, Place { part: 1, ..Place::default() });
        assert_eq!(next.turn(&turn(false, None), 2), Ok(None));
    }

    #[test]
    fn trailer_stats_are_looked_for_at_each_path_once() {
        let place = Place::first_of_stats(Some("c"), false);
        let beta = place.moved().unwrap();
        assert!(beta.beta && beta.after.is_none());
        assert_eq!(beta.moved(), None);
    }
}
