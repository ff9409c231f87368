//! Where in a read we are, as the token between two calls, and the guard against a server whose pages
//! never end (the vendor's own mock is one). It knows no endpoint and no row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::Turn;
use crate::http::{Error, Kind};
use crate::model::Timestamp;

/// Pages of one read. A server may give fifty rows where we ask for a thousand; still no fleet has more.
const PAGE_CAP: u32 = 2000;
/// Pages without a row, one after another, that are borne: they are told to be normal, but not for ever.
const BARREN_CAP: u32 = 50;

/// When each driver's truck was seen, in milliseconds: what the pages before this one said of who is in
/// which truck.
pub(super) type Met = BTreeMap<String, i64>;

/// One place in a read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Upstream's cursor; never empty.
    pub(super) cursor: Option<String>,
    /// Milliseconds: since when logs are asked for, the same on every page.
    pub(super) since: Option<i64>,
    /// Drivers met on the pages before.
    pub(super) met: Met,
    /// Pages read before this one.
    pages: u32,
    /// How many of them, up to here, brought nothing.
    barren: u32,
    /// A cursor that was met before, renewed at every power of two: sooner or later a circle meets it.
    mark: Option<String>,
    /// The listing was begun anew once, since its cursor had expired.
    anew: bool,
    /// Why there is no further page, where there should be one.
    dead_end: Option<DeadEnd>,
}

/// How paging can lead nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum DeadEnd {
    Circle,
    TooMany,
    Barren,
}

impl DeadEnd {
    fn error(self) -> Error {
        let pages = match self {
            Self::Circle => return Error::malformed("paging goes in a circle: the same cursor came twice"),
            Self::TooMany => format!("{PAGE_CAP} pages"),
            Self::Barren => format!("{BARREN_CAP} pages without a row"),
        };
        // To ask again at once would only go round again.
        Error::new(Kind::TooLarge, format_args!("{pages} and no end; the read was given up"))
    }
}

impl Place {
    /// The beginning of a read of logs that started after `since`.
    pub(super) fn of_logs(since: Timestamp) -> Self {
        Self { since: Some(since.millis()), ..Self::default() }
    }

    /// The place that [`Self::token`] wrote down; an error where that is a dead end.
    pub(super) fn resume(token: &str) -> Result<Self, Error> {
        let place: Self = serde_json::from_str(token)
            .map_err(|_foreign| Error::malformed("the page token is not one of ours"))?;
        match place.dead_end {
            Some(dead_end) => Err(dead_end.error()),
            None => Ok(place),
        }
    }

    pub(super) fn token(&self) -> String {
        serde_json::to_string(self).expect("numbers and text are always JSON")
    }

    /// Where the read goes on after an answer that ended with `turn`, having `met` these drivers; `None`
    /// when it is done. A dead end is told by the next step, so that what this page brought is taken in.
    pub(super) fn turn(&self, turn: &Turn, met: Met) -> Option<Self> {
        let cursor = turn.next.as_ref()?;
        let pages = self.pages + 1;
        let barren = if turn.rows == 0 { self.barren + 1 } else { 0 };
        let dead_end = if self.cursor.as_ref() == Some(cursor) || self.mark.as_ref() == Some(cursor) {
            Some(DeadEnd::Circle)
        } else if pages >= PAGE_CAP {
            Some(DeadEnd::TooMany)
        } else if barren >= BARREN_CAP {
            Some(DeadEnd::Barren)
        } else {
            None
        };
        let mark = if pages.is_power_of_two() { Some(cursor) } else { self.mark.as_ref() }.cloned();
        let cursor = Some(cursor.clone());
        Some(Self { cursor, met, pages, barren, mark, dead_end, ..self.clone() })
    }

    /// Whether the read that ends with `turn` brought no row on any page.
    pub(super) fn is_bare(&self, turn: &Turn) -> bool {
        turn.rows == 0 && self.barren == self.pages
    }

    /// The beginning, where `error` refuses the cursor we are at; `None` where there is none to refuse, or
    /// it happened before in this read.
    pub(super) fn begun_anew(&self, error: &Error) -> Option<Self> {
        let may_be_the_cursor = error.status == Some(400) && self.cursor.is_some() && !self.anew;
        may_be_the_cursor.then(|| Self { since: self.since, anew: true, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(next: &str) -> Turn {
        Turn { next: Some(next.to_owned()), rows: 1 }
    }

    /// Follows `cursors` to the end; after how many pages it is a dead end, and why.
    fn followed(mut turns: impl Iterator<Item = Turn>) -> Option<(u32, Error)> {
        let mut place = Place::default();
        loop {
            let next = place.turn(&turns.next()?, Met::new())?;
            match Place::resume(&next.token()) {
                Ok(resumed) => {
                    assert_eq!(resumed, next, "a token leads back to its place");
                    place = resumed;
                }
                Err(error) => return Some((place.pages + 1, error)),
            }
        }
    }

    #[test]
    fn a_circle_of_any_length_is_found() {
        for length in [1, 2, 3, 7, 100] {
            let circle = (0..).map(|page| turn(&format!("c{}", page % length)));
            let (pages, error) = followed(circle).unwrap();
            assert_eq!(error.message, "paging goes in a circle: the same cursor came twice");
            assert!(pages <= 3 * length + 1, "{length}: {pages}");
        }
        assert_eq!(followed((0..100).map(|page| turn(&page.to_string()))), None);
    }

    #[test]
    fn a_read_that_never_ends_is_given_up() {
        let (pages, error) = followed((0..).map(|page| turn(&page.to_string()))).unwrap();
        assert_eq!((pages, error.message.as_str()), (2000, "2000 pages and no end; the read was given up"));
        assert!(!error.kind.may_pass(), "asking again would only go round again");

        let empty = (0..).map(|page: u32| Turn { rows: usize::from(page == 9), ..turn(&page.to_string()) });
        let (pages, error) = followed(empty).unwrap();
        assert_eq!(pages, 60, "a row begins the count anew");
        assert_eq!(error.message, "50 pages without a row and no end; the read was given up");
    }

    #[test]
    fn an_expired_cursor_begins_the_listing_anew_once() {
        let refused = Error { status: Some(400), ..Error::new(Kind::Rejected, "") };
        let first = Place::of_logs(Timestamp::from_secs(7));
        assert_eq!(first.begun_anew(&refused), None, "there is no cursor that could have expired");
        let second = first.turn(&turn("c1"), Met::from([("drv_1".to_owned(), 5)])).unwrap();
        let anew = second.begun_anew(&refused).unwrap();
        assert_eq!(anew, Place { anew: true, ..first });
        let again = anew.turn(&turn("c1"), Met::new()).unwrap();
        assert_eq!(again.begun_anew(&refused), None);
        let other = Error { status: Some(500), ..refused };
        assert_eq!(second.begun_anew(&other), None);
    }
}
