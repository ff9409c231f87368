//! Where in a read we are, as the token between two calls, and the guard against lists and feeds
//! that never end. It knows no row.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::Ask;
use super::Feed;
use super::memory::Known;
use crate::http::{Error, Kind};

/// Calls of one read. 5,000 rows a page of a list and 25,000 of a feed: more is no fleet, but a loop.
const PAGE_CAP: u32 = 2000;
/// How far back the track reaches when it is first read: a day's driving.
const TRACK_REACH: Duration = Duration::from_hours(24);
/// How far back a process that goes on from a version looks, to know which units write a track at all:
/// three times as long as a driving one may be silent.
const LATELY: Duration = Duration::from_mins(15);
/// How far back the log reaches when it is first read. Who has been off duty since the last day of the
/// longest cycle wrote his latest line eight days ago; who rests for longer is told of by his clocks.
const LOG_REACH: Duration = Duration::from_hours(8 * 24);

/// One place in a read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    pub(super) stage: Stage,
    /// The id that a list goes on behind, or the version that a feed goes on from.
    pub(super) after: Option<String>,
    /// Milliseconds: since when a feed without a version is read.
    pub(super) since: Option<i64>,
    /// The version that the read proper goes on from, once what came lately is known.
    pub(super) resume: Option<String>,
    /// Which of the chunks of ids.
    pub(super) chunk: usize,
    /// Ids of this chunk that are not asked for again.
    pub(super) left_out: Vec<String>,
    /// Calls in a row at which the server fell over.
    pub(super) faults: u32,
    /// This call was made before, in a session that had run out.
    pub(super) again: bool,
    pages: u32,
    /// Why there is no going on, where there should be.
    dead_end: Option<String>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// Which groups are groups of trailers.
    Groups,
    /// The list of devices.
    Devices,
    /// Where the feed stands, before a snapshot.
    Version,
    /// Everything at once.
    Snapshot,
    /// The latest of the track, which was told before and is only to be known.
    Lately,
    /// What the feed is about.
    #[default]
    Rows,
}

impl Place {
    /// The beginning of a read, with what must be known before it.
    pub(super) fn first(feed: Feed, ask: &Ask<'_>, known: &Known) -> Self {
        if feed == Feed::Devices || feed.refers_to_devices() && !known.units.whole {
            return Self::at(Stage::Groups, None);
        }
        Self::main(feed, ask, known)
    }

    /// The beginning of the read proper.
    pub(super) fn main(feed: Feed, ask: &Ask<'_>, known: &Known) -> Self {
        let cursor = ask.cursor.filter(|cursor| !cursor.is_empty() && !ask.restart);
        let since = |reach| Some(ask.now.minus(reach).millis());
        let (stage, since) = match feed {
            Feed::Devices => (Stage::Groups, None),
            Feed::DeviceStatus if !known.wheel.holds(cursor) => {
                return Self::at(Stage::Version, None);
            }
            Feed::LogRecords if cursor.is_some() && !known.track.is_known() => {
                let resume = cursor.map(str::to_owned);
                return Self { stage: Stage::Lately, since: since(LATELY), resume, ..Self::default() };
            }
            Feed::LogRecords => (Stage::Rows, since(TRACK_REACH)),
            Feed::DutyStatusLogs => (Stage::Rows, since(LOG_REACH)),
            Feed::DeviceStatus | Feed::Trailers | Feed::Users | Feed::Availability | Feed::Attachments => {
                (Stage::Rows, None)
            }
        };
        let after = cursor.filter(|_| feed.has_versions()).map(str::to_owned);
        Self { stage, since: since.filter(|_| after.is_none()), after, ..Self::default() }
    }

    /// The beginning of a stage.
    pub(super) fn at(stage: Stage, after: Option<String>) -> Self {
        Self { stage, after, ..Self::default() }
    }

    /// The beginning of a chunk of ids.
    pub(super) fn of_chunk(chunk: usize) -> Self {
        Self { chunk, ..Self::default() }
    }

    /// The same without these, after so many faults in a row.
    pub(super) fn leaving_out(self, left_out: Vec<String>, faults: u32) -> Self {
        Self { left_out, faults, ..self }
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

    /// The same call once more, in a new session.
    pub(super) fn once_more(&self) -> Self {
        Self { again: true, ..self.clone() }
    }

    /// The same list or feed behind `after`. Where it stands still the read cannot go on, which the next step
    /// tells: what the page brought is taken in all the same.
    pub(super) fn behind(&self, after: Option<&str>) -> Result<Self, Error> {
        let next = Self { after: after.map(str::to_owned), again: false, ..self.clone() };
        match after {
            None => {
                Ok(Self { dead_end: Some("the list goes on, but its last row has no id".to_owned()), ..next })
            }
            Some(_) if after == self.after.as_deref() => Ok(Self {
                dead_end: Some("paging stands still: the same place came twice".to_owned()),
                ..next
            }),
            Some(_) => next.counted(),
        }
    }

    /// The next stage, or chunk, from its beginning.
    pub(super) fn then(&self, next: Self) -> Result<Self, Error> {
        Self { pages: self.pages, again: false, ..next }.counted()
    }

    fn counted(self) -> Result<Self, Error> {
        if self.pages >= PAGE_CAP {
            // To ask again at once would only go round again.
            let message = format_args!("{} pages and no end; the read was given up", self.pages);
            return Err(Error::new(Kind::TooLarge, message));
        }
        Ok(Self { pages: self.pages + 1, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_place() {
        let place = Place {
            stage: Stage::Snapshot,
            after: Some("\"odd\u{7f}".into()),
            since: Some(7),
            resume: Some("v".into()),
            chunk: 3,
            left_out: vec!["b3A".into()],
            faults: 1,
            again: true,
            pages: 9,
            dead_end: None,
        };
        assert_eq!(Place::resume(&place.token()), Ok(place));
        assert!(Place::resume("next please").is_err());
    }

    #[test]
    fn a_list_that_stands_still_or_loses_its_way_is_told() {
        let place = Place { after: Some("b1".into()), ..Place::default() };
        let message = |after: Option<&str>| {
            let next = place.behind(after).unwrap();
            Place::resume(&next.token()).unwrap_err().message
        };
        assert_eq!(message(Some("b1")), "paging stands still: the same place came twice");
        assert_eq!(message(None), "the list goes on, but its last row has no id");
    }

    #[test]
    fn a_read_that_never_ends_is_given_up() {
        let mut place = Place::default();
        let mut pages = 0;
        let error = loop {
            match place.behind(Some(&pages.to_string())) {
                Ok(next) => (place, pages) = (next, pages + 1),
                Err(error) => break error,
            }
        };
        assert_eq!(pages, PAGE_CAP);
        assert!(!error.kind.may_pass(), "asking again would only go round again");
    }
}
