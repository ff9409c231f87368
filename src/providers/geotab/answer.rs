//! How an answer is taken apart: errors that HTTP calls a success, the result, and its rows one by one
//! where the list as a whole does not fit. It knows no entity.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::json::{not_an_answer, why};
use super::scalar::{Text, word};
use crate::http::{Error, Kind, Mask};
use crate::model::{NOT_UNDERSTOOD, Reject};

/// A call that was answered with an error.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    /// What to do about it.
    pub(super) cause: Cause,
    /// What to tell.
    pub(super) error: Error,
    /// Which call of a multi-call it was.
    pub(super) sub_call: Option<usize>,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The session's: it ran out, or the login is bad. One type for both.
    Session,
    /// The database's: it moves, or starts.
    Database,
    /// Nobody is there where the login sent us: the root server knows where the database is now.
    Moved,
    /// Ours: too many calls, or too much at once.
    Limit,
    /// The server's, at this call.
    Server,
    /// The call's: it will fail again.
    Call,
}

/// The result of an answer, or the error that it holds.
///
/// `retry_after` is the answer's header; `secret` is struck from what the server says.
pub(super) fn result<'a>(
    text: &'a str,
    retry_after: Option<Duration>,
    secret: &str,
) -> Result<&'a str, Fault> {
    let envelope: Envelope<'a> = serde_json::from_str(text).map_err(|error| Fault {
        cause: Cause::Server,
        error: not_an_answer(text, &error),
        sub_call: None,
    })?;
    match (envelope.error, envelope.result) {
        (Some(told), _) => Err(told.fault(retry_after, secret)),
        (None, Some(result)) => Ok(result.get()),
        (None, None) => Err(Fault {
            cause: Cause::Server,
            error: Error::malformed("the body is not an answer: it has neither a result nor an error"),
            sub_call: None,
        }),
    }
}

/// A page of a feed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeedPage<'a> {
    /// The list of rows.
    #[serde(borrow)]
    pub(super) data: &'a RawValue,
    /// Where to go on: 16 digits that mean nothing to us.
    pub(super) to_version: Text<'a>,
}

/// The result as a `T`; malformed when it is none.
pub(super) fn read<'a, T: Deserialize<'a>>(result: &'a str) -> Result<T, Error> {
    serde_json::from_str(result).map_err(|error| {
        Error::malformed(format_args!("the result is not what was asked for: {}", why(&error)))
    })
}

/// Every row of a list, in order. A row that is not a `T` is a reject.
pub(super) fn rows<'a, T: Deserialize<'a>>(list: &'a str) -> Result<Vec<Result<T, Reject>>, Error> {
    // Whole lists decode without a detour; only one with a bad row pays for looking at each.
    if let Ok(rows) = serde_json::from_str::<Vec<T>>(list) {
        return Ok(rows.into_iter().map(Ok).collect());
    }
    let rows: Vec<&'a RawValue> = read(list)?;
    let row = |raw: &'a RawValue| {
        serde_json::from_str(raw.get()).map_err(|error| Reject {
            external_id: id_of(raw.get()),
            reason: format!("{NOT_UNDERSTOOD}{}", why(&error)),
        })
    };
    Ok(rows.into_iter().map(row).collect())
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Told<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(borrow)]
    message: Option<Text<'a>>,
    data: Option<Detail<'a>>,
    errors: Option<Vec<Named<'a>>>,
    request_index: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    id: Option<Text<'a>>,
    request_index: Option<usize>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    message: Option<Text<'a>>,
}

impl Told<'_> {
    fn fault(&self, retry_after: Option<Duration>, secret: &str) -> Fault {
        let detail = self.data.as_ref();
        let first = self.errors.as_ref().and_then(|errors| errors.first());
        let kind =
            detail.and_then(|detail| detail.kind.as_ref()).or(first.and_then(|first| first.name.as_ref()));
        let kind = word(kind).unwrap_or_else(|| "unnamed error".to_owned());
        let said = self.message.as_ref().or(first.and_then(|first| first.message.as_ref()));
        // An error is a success to HTTP, so that nobody has struck anything out of it yet.
        let said = Mask::of([secret]).hide(said.map_or("", |said| &said.0));
        let (cause, answer) = judged(&kind, &said, retry_after);
        // The id is what Geotab's support asks for.
        let request = detail.and_then(|detail| word(detail.id.as_ref()));
        let request = request.map(|id| format!(" (request {id})")).unwrap_or_default();
        let mut error = Error::new(answer, format_args!("{kind}: {said}{request}"));
        error.code = Some(kind);
        Fault {
            cause,
            error,
            sub_call: detail.and_then(|detail| detail.request_index).or(self.request_index),
        }
    }
}

/// What an error type means, and as what it is told.
fn judged(kind: &str, said: &str, retry_after: Option<Duration>) -> (Cause, Kind) {
    match kind {
        "InvalidUserException" => (Cause::Session, Kind::Unauthorized),
        "DbUnavailableException" => (Cause::Database, Kind::Unavailable { retry_after }),
        // One type for two things: only a limit on calls says when to come back.
        "OverLimitException" if retry_after.is_some() || said.contains("quota exceeded") => {
            (Cause::Limit, Kind::Throttled { retry_after })
        }
        "OverLimitException" => (Cause::Limit, Kind::TooLarge),
        "GenericException" => (Cause::Server, Kind::Unavailable { retry_after }),
        // MissingMethod, JsonSerializer, Argument and whatever else: to ask again would not help.
        _ => (Cause::Call, Kind::Rejected),
    }
}

/// The id of a row that could not be decoded, "" when not even that can be read.
fn id_of(raw: &str) -> String {
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        id: Option<Text<'a>>,
    }
    serde_json::from_str::<Row<'_>>(raw).ok().and_then(|row| word(row.id.as_ref())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, retry_after: Option<Duration>) -> Fault {
        result(text, retry_after, "hush").unwrap_err()
    }

    fn error(kind: &str, message: &str) -> String {
        format!(
            r#"{{"error":{{"message":"{message}","code":-32000,"data":{{"type":"{kind}","requestIndex":3}}}}}}"#
        )
    }

    #[test]
    fn an_error_inside_a_success_is_judged_by_its_type() {
        let check = |kind, message, retry_after: Option<Duration>, cause, expected| {
            let fault = fault(&error(kind, message), retry_after);
            assert_eq!((fault.cause, fault.error.kind, fault.sub_call), (cause, expected, Some(3)), "{kind}");
        };
        let minute = Some(Duration::from_secs(58));
        check("InvalidUserException", "Invalid session", None, Cause::Session, Kind::Unauthorized);
        check(
            "DbUnavailableException",
            "Initializing",
            None,
            Cause::Database,
            Kind::Unavailable { retry_after: None },
        );
        check("OverLimitException", "", minute, Cause::Limit, Kind::Throttled { retry_after: minute });
        let too_many = "Supplied results limit (50001) exceeds maximum limit (50000).";
        check("OverLimitException", too_many, None, Cause::Limit, Kind::TooLarge);
        let quota = "API calls quota exceeded. Maximum admitted 10 per 1m.";
        check("OverLimitException", quota, None, Cause::Limit, Kind::Throttled { retry_after: None });
        check("MissingMethodException", "", None, Cause::Call, Kind::Rejected);
        check("JsonSerializerException", "", None, Cause::Call, Kind::Rejected);
        check("ArgumentException", "", None, Cause::Call, Kind::Rejected);
        check("GenericException", "", None, Cause::Server, Kind::Unavailable { retry_after: None });
        check("BrandNewException", "", None, Cause::Call, Kind::Rejected);
    }

    #[test]
    fn an_error_is_named_by_its_first_cause_where_the_type_is_missing() {
        let text = r#"{"error":{"message":"oh","errors":[{"message":"oh","name":"InvalidUserException"}]}}"#;
        assert_eq!(fault(text, None).cause, Cause::Session);
        assert_eq!(fault(r#"{"error":{}}"#, None).cause, Cause::Call);
    }

    #[test]
    fn what_was_secret_is_not_repeated() {
        let told = fault(&error("ArgumentException", "no method hush(hush)"), None).error.to_string();
        assert_eq!(told, "ArgumentException: no method ***(***)");
    }

    #[test]
    fn what_is_no_answer_is_malformed() {
        for text in
            ["", "null", "[]", "{}", "<html>", r#"{"result":null}"#, r#"{"result":[}"#, r#"{"error":7}"#]
        {
            assert_eq!(fault(text, None).error.kind, Kind::Malformed, "{text}");
        }
        assert_eq!(result(r#"{"result":[],"jsonrpc":"2.0"}"#, None, ""), Ok("[]"));
    }

    #[test]
    fn a_bad_row_is_a_reject_and_the_others_live() {
        #[derive(Debug, Deserialize)]
        struct Row<'a> {
            #[serde(borrow)]
            id: Text<'a>,
        }
        let rows = rows::<Row<'_>>(r#"[{"id":"1"},{"id":["Ann Reyes"]},7,{"id":2}]"#).unwrap();
        let ids: Vec<_> = rows.iter().flatten().map(|row| row.id.0.as_ref()).collect();
        assert_eq!(ids, ["1", "2"]);
        let rejects: Vec<_> = rows.iter().filter_map(|row| row.as_ref().err()).collect();
        assert_eq!(rejects.len(), 2);
        assert!(rejects.iter().all(|reject| !reject.reason.contains("Ann")), "{rejects:?}");
    }
}
