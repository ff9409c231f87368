//! What is asked: the method and its parameters, all but the session's credentials.

use serde_json::{Value, json};

use super::super::Ask;
use super::Feed;
use super::hours::STATUSES;
use super::place::{Place, Stage};
use crate::model::Timestamp;

/// The most rows that a list of devices or users gives at once, without a word about the rest.
pub(super) const LIST_LIMIT: usize = 5000;
/// Rows of a feed asked for at once: half of what may be. A page is in memory whole, and what its largest took is
/// not given back; a day of the track is caught up with in twice the calls, once in the life of a database.
pub(super) const FEED_LIMIT: usize = 25_000;
/// Drivers of one multi-call: two calls each, and no more than 50 in all.
pub(super) const DRIVERS_A_CALL: usize = 25;

/// One call.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    method: &'static str,
    params: Value,
}

impl Call {
    /// The body, with the credentials of a session.
    pub(super) fn body(mut self, credentials: Value) -> String {
        if let Some(params) = self.params.as_object_mut() {
            params.insert("credentials".to_owned(), credentials);
        }
        json!({"method": self.method, "params": self.params}).to_string()
    }
}

/// The body that logs in.
pub(super) fn authenticate(database: &str, user_name: &str, password: &str) -> String {
    let params = json!({"database": database, "userName": user_name, "password": password});
    json!({"method": "Authenticate", "params": params}).to_string()
}

/// The call that brings the page at `place`; `None` where there are no ids to ask for.
pub(super) fn call(feed: Feed, ask: &Ask<'_>, place: &Place) -> Option<Call> {
    Some(match (place.stage, feed) {
        (Stage::Groups, _) => get("Group", json!({})),
        (Stage::Devices, _) | (Stage::Rows, Feed::Devices) => list("Device", json!({}), place),
        (Stage::Version, _) => Call { method: "GetFeed", params: json!({"typeName": "DeviceStatusInfo"}) },
        (Stage::Snapshot, _) => get("DeviceStatusInfo", json!({"search": {"excludeExceptionEvents": true}})),
        (Stage::Rows, Feed::Trailers) => get("Trailer", json!({})),
        (Stage::Rows, Feed::Users) => list("User", json!({"search": {"isDriver": true}}), place),
        (Stage::Lately, _) | (Stage::Rows, Feed::LogRecords) => changes("LogRecord", place),
        (Stage::Rows, Feed::DeviceStatus) => changes("DeviceStatusInfo", place),
        (Stage::Rows, Feed::DutyStatusLogs) => changes("DutyStatusLog", place),
        (Stage::Rows, Feed::Availability) => availability(&drivers(ask, place)?, ask.now),
        (Stage::Rows, Feed::Attachments) => {
            get("TrailerAttachment", json!({"search": {"activeFrom": ask.now.to_string()}}))
        }
    })
}

/// The drivers of this chunk; `None` behind the last.
pub(super) fn drivers<'a>(ask: &Ask<'a>, place: &Place) -> Option<Vec<&'a str>> {
    let chunk = ask.wanted.chunks(DRIVERS_A_CALL).nth(place.chunk)?;
    Some(chunk.iter().filter(|id| !place.left_out.contains(id)).map(String::as_str).collect())
}

fn get(type_name: &str, mut params: Value) -> Call {
    params["typeName"] = json!(type_name);
    Call { method: "Get", params }
}

fn list(type_name: &str, mut params: Value, place: &Place) -> Call {
    params["resultsLimit"] = json!(LIST_LIMIT);
    params["sort"] = json!({"sortBy": "id", "sortDirection": "asc", "offset": place.after});
    get(type_name, params)
}

/// A search is of the first call alone; after it only the version counts.
fn changes(type_name: &str, place: &Place) -> Call {
    let mut params = json!({"typeName": type_name, "resultsLimit": FEED_LIMIT});
    match (&place.after, place.since) {
        (Some(version), _) => params["fromVersion"] = json!(version),
        (None, Some(since)) => {
            params["search"] = json!({"fromDate": Timestamp::from_millis(since).to_string()});
        }
        (None, None) => {}
    }
    Call { method: "GetFeed", params }
}

/// For each driver his clocks and, since they do not hold his status, the line of his log that holds now.
fn availability(drivers: &[&str], now: Timestamp) -> Call {
    let now = now.to_string();
    let calls = drivers.iter().flat_map(|driver| {
        let his = json!({"id": driver});
        let log = json!({"userSearch": his, "fromDate": now, "toDate": now, "includeBoundaryLogs": true,
            "statuses": STATUSES});
        [("DutyStatusAvailability", json!({"userSearch": his})), ("DutyStatusLog", log)]
    });
    let calls: Vec<_> = calls
        .map(|(type_name, search)| json!({"method": "Get", "params": {"typeName": type_name, "search": search}}))
        .collect();
    Call { method: "ExecuteMultiCall", params: json!({"calls": calls}) }
}
