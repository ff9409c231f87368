//! How an answer is taken apart: the list with its doubly wrapped rows, one by one where the page as
//! a whole does not fit, and what rows of several endpoints have in common. It knows no endpoint.

use serde::de::Deserialize;
use serde_json::value::RawValue;

use super::super::json::{not_an_answer, why, word};
use super::scalar::{Number, Text, count};
use crate::http::Error;
use crate::model::{Batch, NOT_UNDERSTOOD, Reject, Unread};

/// Which list an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Vehicles,
    Users,
    Assets,
    HoursOfServices,
}

impl List {
    /// What each of its rows is wrapped in, as the page writes it.
    const fn wrapper(self) -> &'static str {
        match self {
            Self::Vehicles => "`vehicle`",
            Self::Users => "`user`",
            Self::Assets => "`asset`",
            Self::HoursOfServices => "`hours_of_service`",
        }
    }
}

/// What a page says of itself.
#[derive(Debug, PartialEq)]
pub(super) struct Turn {
    /// Rows on this page, of whatever quality.
    pub(super) rows: usize,
    /// What marks its first readable row, "" when there is none.
    pub(super) first: String,
    /// Rows that it says a page has.
    pub(super) per_page: Option<usize>,
    /// Rows that it says there are on all pages.
    pub(super) total: Option<usize>,
    /// Whether a row could not be read.
    pub(super) unreadable: bool,
}

/// A row, which is nothing without its id.
pub(super) trait Row {
    /// Whom or what it is about.
    fn id(&self) -> Option<&Text<'_>>;

    /// What tells it from every other row of its list; `id` is the clean one.
    fn mark(&self, id: &str) -> String {
        id.to_owned()
    }
}

/// Makes each of these a [`Row`], by its field `id`.
macro_rules! rows {
    ($($row:ident),*) => {$(
        impl super::wire::Row for $row<'_> {
            fn id(&self) -> Option<&Text<'_>> {
                self.id.as_ref()
            }
        }
    )*};
}
pub(super) use rows;

/// Takes every row of an answer, in order. A row that is not a `T`, or has no id, becomes a reject.
pub(super) fn each<'a, T: Row + Deserialize<'a>>(
    text: &'a str,
    list: List,
    mut take: impl FnMut(String, &T, &mut Batch),
) -> Result<(Batch, Turn), Error> {
    // Whole pages decode without a detour; only a page with a bad row pays for looking at each.
    if let Ok(page) = serde_json::from_str::<Envelope<Wrapped<T>>>(text) {
        let (rows, pagination) = page.open(list)?;
        return Ok(taken(rows.into_iter().map(|row| Ok(row.row)), pagination, take));
    }
    let page: Envelope<&'a RawValue> =
        serde_json::from_str(text).map_err(|error| not_an_answer(text, &error))?;
    let (rows, pagination) = page.open(list)?;
    let rows = rows.into_iter().map(|raw| {
        serde_json::from_str::<Wrapped<T>>(raw.get()).map(|row| row.row).map_err(|error| Reject {
            external_id: id_of(raw.get(), list),
            reason: format!("{NOT_UNDERSTOOD}{}", why(&error).replace("`row`", list.wrapper())),
        })
    });
    Ok(taken(rows, pagination, &mut take))
}

fn taken<T: Row>(
    rows: impl ExactSizeIterator<Item = Result<T, Reject>>,
    pagination: Pagination,
    mut take: impl FnMut(String, &T, &mut Batch),
) -> (Batch, Turn) {
    let mut batch = Batch::default();
    let mut turn = Turn {
        rows: rows.len(),
        first: String::new(),
        per_page: count(pagination.per_page),
        total: count(pagination.total),
        unreadable: false,
    };
    let identified = rows.map(|row| {
        row.and_then(|row| match word(row.id()) {
            Some(id) => Ok((id, row)),
            None => Err(Reject { external_id: String::new(), reason: "the row has no id".to_owned() }),
        })
    });
    let rows: Vec<Result<(String, T), Reject>> = identified.collect();
    batch.unread = Unread::of(&rows);
    for row in rows {
        match row {
            Ok((id, row)) => {
                if turn.first.is_empty() {
                    turn.first = row.mark(&id);
                }
                take(id, &row, &mut batch);
            }
            Err(reject) => {
                turn.unreadable = true;
                batch.rejects.push(reject);
            }
        }
    }
    (batch, turn)
}

/// What every answer is wrapped in.
#[derive(serde::Deserialize)]
struct Envelope<T> {
    vehicles: Option<Vec<T>>,
    users: Option<Vec<T>>,
    assets: Option<Vec<T>>,
    hours_of_services: Option<Vec<T>>,
    pagination: Option<Pagination>,
}

impl<T> Envelope<T> {
    /// The rows, where it is the right list: an empty object is not an empty fleet.
    fn open(self, list: List) -> Result<(Vec<T>, Pagination), Error> {
        let (rows, name) = match list {
            List::Vehicles => (self.vehicles, "vehicles"),
            List::Users => (self.users, "users"),
            List::Assets => (self.assets, "assets"),
            List::HoursOfServices => (self.hours_of_services, "hours_of_services"),
        };
        let missing = || Error::malformed(format_args!("the body is not a page: it has no list `{name}`"));
        Ok((rows.ok_or_else(missing)?, self.pagination.unwrap_or_default()))
    }
}

/// There is no link to the next page, and no count of pages.
#[derive(Clone, Copy, Default, serde::Deserialize)]
struct Pagination {
    per_page: Option<Number>,
    total: Option<Number>,
}

/// Each row is wrapped once more in its singular.
#[derive(serde::Deserialize)]
struct Wrapped<T> {
    #[serde(alias = "vehicle", alias = "user", alias = "asset", alias = "hours_of_service")]
    row: T,
}

/// The id of whom or what a row is about that could not be decoded, "" when not even that can be read.
fn id_of(raw: &str, list: List) -> String {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: Option<Text<'a>>,
    }
    #[derive(serde::Deserialize)]
    struct Driven<'a> {
        #[serde(borrow)]
        driver: Named<'a>,
    }
    let named = match list {
        List::Vehicles | List::Users | List::Assets => {
            serde_json::from_str::<Wrapped<Named<'_>>>(raw).map(|row| row.row)
        }
        List::HoursOfServices => serde_json::from_str::<Wrapped<Driven<'_>>>(raw).map(|row| row.row.driver),
    };
    named.ok().and_then(|named| word(named.id.as_ref())).unwrap_or_default()
}

/// A user, vehicle … as other rows mention it.
#[derive(serde::Deserialize)]
pub(super) struct Mention<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    status: Option<Text<'a>>,
}

/// The id of who is mentioned, unless he has left: then he drives nothing, whatever the record says.
pub(super) fn still_here(mention: Option<&Mention<'_>>) -> Option<String> {
    let mention = mention.filter(|mention| is_active(mention.status.as_ref()))?;
    word(mention.id.as_ref())
}

/// Whether something of this status still takes part. Retired trucks and people are listed too.
pub(super) fn is_active(status: Option<&Text<'_>>) -> bool {
    status.is_none_or(|status| !status.is("deactivated") && !status.is("inactive"))
}

/// Ids given by other systems.
pub(super) type ExternalIds<'a> = Option<Vec<ExternalId<'a>>>;

#[derive(serde::Deserialize)]
pub(super) struct ExternalId<'a> {
    #[serde(borrow)]
    external_id: Option<Text<'a>>,
}

/// The ids by which others may know it, each once: its own words for itself, and those of others.
pub(super) fn refs(own: &[Option<&Text<'_>>], external: &ExternalIds<'_>) -> Vec<String> {
    let foreign = external.iter().flatten().map(|id| id.external_id.as_ref());
    let mut refs = Vec::new();
    for text in own.iter().copied().chain(foreign).filter_map(word) {
        if !refs.contains(&text) {
            refs.push(text);
        }
    }
    refs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Vehicle<'a> {
        #[serde(borrow)]
        id: Option<Text<'a>>,
        driver: Option<Driver<'a>>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Driver<'a> {
        #[serde(borrow)]
        name: Option<Text<'a>>,
    }

    impl Row for Vehicle<'_> {
        fn id(&self) -> Option<&Text<'_>> {
            self.id.as_ref()
        }
    }

    fn ids(text: &str) -> Result<(Vec<String>, Vec<Reject>, Turn), Error> {
        let mut ids = Vec::new();
        let (batch, turn) = each(text, List::Vehicles, |id, _: &Vehicle<'_>, _| ids.push(id))?;
        Ok((ids, batch.rejects, turn))
    }

    #[test]
    fn a_bad_row_is_a_reject_and_the_others_live() {
        let text = r#"{"vehicles":[{"vehicle":{"id":"1"}},{"vehicle":{"id":7,"driver":"Ann Reyes"}},8,
            {"vehicle":{"id":[]}},{"vehicle":{"id":2}}],"pagination":{"per_page":100,"page_no":1,"total":5}}"#;
        let (ids, rejects, turn) = ids(text).unwrap();
        assert_eq!(ids, ["1", "2"]);
        let rejected: Vec<_> = rejects.iter().map(|reject| reject.external_id.as_str()).collect();
        assert_eq!(rejected, ["7", "", ""]);
        assert!(rejects.iter().all(|reject| !reject.reason.contains("Ann")), "{rejects:?}");
        let expected =
            Turn { rows: 5, first: "1".into(), per_page: Some(100), total: Some(5), unreadable: true };
        assert_eq!(turn, expected);
    }

    #[test]
    fn a_page_of_which_no_row_is_understood_says_so_in_the_words_of_the_page() {
        let unread = |text: &str| each(text, List::Vehicles, |_, _: &Vehicle<'_>, _| ()).unwrap().0.unread;
        let bare = r#"{"vehicles":[{"id":1},{"id":2}]}"#;
        let expected = Unread { rows: 2, why: "missing field `vehicle`".to_owned() };
        assert_eq!(unread(bare), Some(expected));
        assert_eq!(unread(r#"{"vehicles":[{"id":1},{"vehicle":{"id":2}}]}"#), None);
        assert_eq!(unread(r#"{"vehicles":[]}"#), None);
    }

    #[test]
    fn what_is_no_page_is_an_error_and_an_empty_one_is_not() {
        let page_of_users = r#"{"users":[],"pagination":{"per_page":100,"page_no":1,"total":0}}"#;
        let cut = r#"{"vehicles":[{"vehicle":{"id":1}}"#;
        for text in ["", "null", "[]", "{}", r#"{"error_message":"hi"}"#, "<html>", cut, page_of_users] {
            assert!(ids(text).is_err(), "{text}");
        }
        let empty = Turn { rows: 0, first: String::new(), per_page: None, total: None, unreadable: false };
        assert_eq!(ids(r#"{"vehicles":[]}"#), Ok((vec![], vec![], empty)));
    }
}
