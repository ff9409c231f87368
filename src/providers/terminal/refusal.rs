//! What Terminal's errors ask of a person. Its 422 is no complaint about the question: the carrier's
//! account behind the connection is what is wrong.

use super::Feed;
use crate::http::{Error, Kind};
use crate::model::clean;

/// The longest link that is shown; half of one would lead nowhere.
const LINK: usize = 300;

/// `error` with what it means for `feed`, and `link`, where a person links the account anew.
pub(super) fn explained(error: Error, feed: Feed, link: Option<&str>) -> Error {
    match (error.status, error.code.as_deref()) {
        // To ask on would be to ask in vain, for this feed and, by Terminal's word, for all.
        (Some(422), code) => {
            let lacking = format!("its login may not read {}", feed.noun());
            let why = if code == Some("insufficient_permissions") { &lacking } else { &error.message };
            Error { message: relink(link, why).message, kind: Kind::Relink, ..error }
        }
        (Some(403), _) => {
            let message = format!("the connection token does not fit the API key: {}", error.message);
            Error { kind: Kind::Unauthorized, message, ..error }
        }
        // The word, since any server on the way may answer 501.
        (Some(501), Some("not_implemented")) => {
            let message = format!("this carrier's provider does not offer {}", feed.noun());
            Error { kind: Kind::Unsupported, message, ..error }
        }
        _ => error,
    }
}

/// That the account must be linked anew, where, and why.
pub(super) fn relink(link: Option<&str>, why: &str) -> Error {
    let where_to = match link {
        Some(link) => format!("open {link}"),
        None => "see the connection in Terminal's dashboard".to_owned(),
    };
    // The link first, and whole: it is what to do.
    let message = format!("{where_to}; {why}");
    Error { message, ..Error::new(Kind::Relink, "") }
}

/// A link that is one, and can be shown and opened as it is.
pub(super) fn address(link: &str) -> Option<String> {
    let shown = clean(link, LINK);
    let is_whole = shown == link && !link.contains(char::is_whitespace) && link.is_ascii();
    (is_whole && link.starts_with("https://")).then_some(shown)
}
