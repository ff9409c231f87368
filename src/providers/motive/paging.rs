//! Where in a read we are, as the token between two calls, and the guard against a server whose
//! pages never end. It knows no endpoint and no row.

use serde::{Deserialize, Serialize};

use super::wire::Turn;
use crate::http::{Error, Kind};
use crate::model::Timestamp;

/// The most rows a page has; what is asked for beyond is not honoured.
pub(super) const PER_PAGE_ASKED: &str = "100";
const PER_PAGE: usize = 100;
/// Pages of one read: two hundred thousand rows are no fleet, but a loop.
const PAGE_CAP: u32 = 2000;

/// One place in a read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// The number of the page, from 1.
    pub(super) page: u32,
    /// The access token was refused at this very page.
    pub(super) refused: bool,
    /// When the read began, in Unix milliseconds: all its pages are of the same days.
    begun_at: i64,
    /// Rows on the pages before.
    rows: usize,
    /// How many there are in all, as the first page said.
    total: Option<usize>,
    /// A later page said otherwise: rows may have slipped from one page to another between two calls.
    drifted: bool,
    /// A row so far could not be read.
    unreadable: bool,
    /// What marks the first row of the page before.
    first: String,
    /// Of positions: what the list of the trucks with a gateway came to, where this is the one of all the others.
    pub(super) others: Option<Gateways>,
}

/// What the list of the trucks with a gateway came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Gateways {
    /// It was read, and not refused.
    pub(super) read: bool,
    /// It was whole.
    pub(super) whole: bool,
    /// It had no row.
    pub(super) bare: bool,
    /// When its end was read, in Unix milliseconds.
    ended_at: i64,
}

impl Gateways {
    /// When its end was read.
    pub(super) const fn ended_at(&self) -> Timestamp {
        Timestamp::from_millis(self.ended_at)
    }
}

impl Default for Place {
    fn default() -> Self {
        Self {
            page: 1,
            refused: false,
            begun_at: 0,
            rows: 0,
            total: None,
            drifted: false,
            unreadable: false,
            first: String::new(),
            others: None,
        }
    }
}

/// Where a page leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turned {
    /// To the next one.
    On(Place),
    /// To the end.
    Done {
        /// All pages spoke of the same number of rows.
        steady: bool,
        /// Every row of the read was understood.
        readable: bool,
    },
}

impl Place {
    /// The first page of a read that begins now.
    pub(super) fn begun(now: Timestamp) -> Self {
        Self { begun_at: now.millis(), ..Self::default() }
    }

    /// When the read began.
    pub(super) const fn begun_at(&self) -> Timestamp {
        Timestamp::from_millis(self.begun_at)
    }

    /// The place that [`Self::token`] wrote down.
    pub(super) fn resume(token: &str) -> Result<Self, Error> {
        serde_json::from_str(token).map_err(|_foreign| Error::malformed("the page token is not one of ours"))
    }

    pub(super) fn token(&self) -> String {
        serde_json::to_string(self).expect("numbers and text are always JSON")
    }

    /// The same page once more, the access token having been refused.
    pub(super) fn after_refusal(&self) -> Self {
        Self { refused: true, ..self.clone() }
    }

    /// Whether the read that ends with `turn` brought no row on any page.
    pub(super) const fn is_bare(&self, turn: &Turn) -> bool {
        self.rows == 0 && turn.rows == 0
    }

    /// The first page of the list of all trucks, behind that of those with a gateway.
    pub(super) fn to_the_others(&self, whole: bool, bare: bool, now: Timestamp) -> Self {
        let others = Some(Gateways { read: true, whole, bare, ended_at: now.millis() });
        Self { begun_at: self.begun_at, others, ..Self::default() }
    }

    /// The same where there is no list of those with a gateway.
    pub(super) fn to_all(&self) -> Self {
        let others = Some(Gateways { whole: true, bare: true, ..Gateways::default() });
        Self { begun_at: self.begun_at, others, ..Self::default() }
    }

    /// Where the read goes on after `turn`, the answer at this place.
    pub(super) fn turn(&self, turn: &Turn) -> Result<Turned, Error> {
        if self.page > 1 && !turn.first.is_empty() && turn.first == self.first {
            return Err(Error::malformed("paging stands still: the same page came twice"));
        }
        let rows = self.rows + turn.rows;
        let total = if self.page == 1 { turn.total } else { self.total };
        let drifted = self.drifted || turn.total != total;
        let unreadable = self.unreadable || turn.unreadable;
        let last = match turn.total {
            // By the rows that came, not by `page_no * per_page`: a server that gives fewer than it
            // says it does would otherwise be left half-read.
            Some(total) => turn.rows == 0 || rows >= total,
            None => turn.rows < turn.per_page.unwrap_or(PER_PAGE).max(1),
        };
        if last {
            return Ok(Turned::Done { steady: !drifted, readable: !unreadable });
        }
        if self.page >= PAGE_CAP {
            let message = format!("{PAGE_CAP} pages and no end; the read was given up");
            // To ask again at once would only go round again.
            return Err(Error::new(Kind::TooLarge, message));
        }
        let (page, first) = (self.page + 1, turn.first.clone());
        let (begun_at, others) = (self.begun_at, self.others);
        Ok(Turned::On(Self {
            page,
            refused: false,
            begun_at,
            rows,
            total,
            drifted,
            unreadable,
            first,
            others,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Turned = Turned::Done { steady: true, readable: true };

    fn turn(first: usize, rows: usize, per_page: Option<usize>, total: Option<usize>) -> Turn {
        Turn { rows, first: first.to_string(), per_page, total, unreadable: false }
    }

    /// The pages that a read makes of these answers, and how it ends.
    fn read(turns: impl IntoIterator<Item = Turn>) -> (u32, Turned) {
        let mut place = Place::default();
        for turn in turns {
            match place.turn(&turn).unwrap() {
                Turned::On(next) => place = Place::resume(&next.token()).unwrap(),
                done @ Turned::Done { .. } => return (place.page, done),
            }
        }
        panic!("the read wants another page: {place:?}");
    }

    #[test]
    fn a_read_ends_with_the_last_row_that_was_told_of() {
        let full = Some(100);
        assert_eq!(read([turn(1, 100, full, Some(100))]), (1, WHOLE));
        assert_eq!(read([turn(1, 100, full, Some(101)), turn(101, 1, full, Some(101))]), (2, WHOLE));
        // Less than was asked for, whether the server admits it or not.
        for per_page in [Some(25), full, None] {
            let pages = [0, 25, 50].map(|before| turn(before + 1, 25.min(60 - before), per_page, Some(60)));
            assert_eq!(read(pages), (3, WHOLE), "{per_page:?}");
        }
    }

    #[test]
    fn a_page_past_the_end_is_the_end() {
        let past = |total| Turn { first: String::new(), ..turn(0, 0, Some(100), total) };
        assert_eq!(read([past(Some(0))]), (1, WHOLE));
        assert_eq!(read([turn(1, 90, Some(100), Some(95)), past(Some(95))]), (2, WHOLE));
        assert_eq!(read([past(None)]), (1, WHOLE));
    }

    #[test]
    fn where_no_total_is_told_a_short_page_is_the_last() {
        assert_eq!(read([turn(1, 100, None, None), turn(101, 99, None, None)]), (2, WHOLE));
        assert_eq!(read([turn(1, 25, Some(25), None), turn(26, 24, Some(25), None)]), (2, WHOLE));
        assert_eq!(read([turn(1, 7, Some(0), None), turn(8, 0, Some(0), None)]), (2, WHOLE));
    }

    #[test]
    fn a_list_that_changed_while_it_was_read_is_not_whole() {
        let drifted = read([turn(1, 100, None, Some(150)), turn(101, 49, None, Some(149))]);
        assert_eq!(drifted, (2, Turned::Done { steady: false, readable: true }));
        let unread = Turn { unreadable: true, ..turn(1, 100, None, Some(101)) };
        let flawed = read([unread, turn(101, 1, None, Some(101))]);
        assert_eq!(flawed, (2, Turned::Done { steady: true, readable: false }));
    }

    #[test]
    fn the_same_page_twice_ends_the_read() {
        let Turned::On(second) = Place::default().turn(&turn(1, 100, None, None)).unwrap() else { panic!() };
        let error = second.turn(&turn(1, 100, None, None)).unwrap_err();
        assert_eq!(error.message, "paging stands still: the same page came twice");
    }

    #[test]
    fn a_read_that_never_ends_is_given_up() {
        let mut place = Place::default();
        let error = loop {
            match place.turn(&turn(place.page as usize, 100, None, None)) {
                Ok(Turned::On(next)) => place = next,
                Ok(done) => panic!("{done:?}"),
                Err(error) => break error,
            }
        };
        assert_eq!((place.page, error.kind), (PAGE_CAP, Kind::TooLarge));
        assert!(!error.kind.may_pass(), "asking again would only go round again");
    }

    #[test]
    fn an_answer_forgets_that_a_token_was_refused() {
        let refused = Place::default().after_refusal();
        let Turned::On(next) = refused.turn(&turn(1, 100, None, None)).unwrap() else { panic!() };
        assert!(refused.refused && !next.refused);
        assert!(Place::resume("next please").is_err());
    }
}
