//! From an answer to a page: which facts it brings, where the read goes on, and what is done without
//! where a call cannot be answered.

use super::super::{Ask, Page};
use super::answer::{self, Cause, Fault, FeedPage};
use super::memory::{Known, Memory};
use super::place::{Place, Stage};
use super::request::{FEED_LIMIT, LIST_LIMIT, drivers};
use super::roster::Listed;
use super::{Feed, attachments, hours, locate, positions, roster};
use crate::http::Error;
use crate::model::{Batch, Reject};

/// Calls in a row at which the server may fall over before it is taken to be its own trouble.
const FAULTS: u32 = 3;

/// Turns `body`, the answer to the call that `ask` leads to, into facts; `memory` holds what earlier
/// answers said, and learns from this one. No other side effect.
///
/// Fails with the error that the answer holds, and as malformed when the answer as a whole is not what was
/// asked for, or its paging leads nowhere; a row that is not understood is a reject.
pub fn normalise(memory: &Memory, ask: Ask<'_>, body: &[u8]) -> Result<Page, Error> {
    let (feed, place) = locate(memory, &ask)?;
    let text = super::finite::readable(String::from_utf8_lossy(body));
    match answer::result(&text, None, "") {
        Ok(result) => page(memory, feed, &ask, &place, result),
        Err(fault) => without(feed, &ask, &place, fault),
    }
}

/// The page at `place`, from the result of the call for it.
pub(super) fn page(
    memory: &Memory,
    feed: Feed,
    ask: &Ask<'_>,
    place: &Place,
    result: &str,
) -> Result<Page, Error> {
    let known = &mut *memory.lock();
    match place.stage {
        Stage::Groups => {
            known.units.trailer_groups = roster::trailer_groups(result)?;
            let next = place.then(Place::at(Stage::Devices, None))?;
            Ok(Page { next: Some(next.token()), ..Page::default() })
        }
        Stage::Devices => devices(known, feed, ask, place, result),
        Stage::Version => {
            let FeedPage { to_version, .. } = answer::read(result)?;
            let after = Some(to_version.0.into_owned());
            let next = place.then(Place::at(Stage::Snapshot, after))?;
            Ok(Page { next: Some(next.token()), ..Page::default() })
        }
        Stage::Snapshot => snapshot(known, ask, place, result),
        Stage::Lately => lately(known, ask, place, result),
        Stage::Rows => rows(known, feed, ask, place, result),
    }
}

/// What is left of a read when the call at `place` was answered with an error: the read without what is not
/// needed, or the error.
pub(super) fn without(feed: Feed, ask: &Ask<'_>, place: &Place, fault: Fault) -> Result<Page, Error> {
    let Fault { cause, error, sub_call } = fault;
    if place.stage == Stage::Groups && super::is_of_one_call(error.kind) {
        // Who may not see groups still knows the one that the system has.
        let next = place.then(Place::at(Stage::Devices, None))?;
        return Ok(Page::step(next.token()));
    }
    let faults = if cause == Cause::Server { place.faults + 1 } else { 0 };
    let concerns_one = cause == Cause::Call || cause == Cause::Server && faults < FAULTS;
    if feed != Feed::Availability || !concerns_one {
        return Err(error);
    }
    let Some(driver) =
        sub_call.and_then(|call| drivers(ask, place)?.get(call / 2).map(|id| (*id).to_owned()))
    else {
        return Err(error);
    };
    // The first call that fails fails them all: once more without that driver.
    let mut left_out = place.left_out.clone();
    left_out.push(driver.clone());
    let next = place.then(Place::of_chunk(place.chunk).leaving_out(left_out, faults))?;
    let next = if drivers(ask, &next).is_some_and(|left| left.is_empty()) {
        next_chunk(ask, &next)?
    } else {
        Some(next)
    };
    tracing::warn!(driver, "Geotab cannot work out this driver's hours: {error}");
    let reason = "the service cannot work out this driver's hours".to_owned();
    let reject = Reject { external_id: driver, reason };
    let batch = Batch { rejects: vec![reject], ..Batch::default() };
    Ok(Page { batch, next: next.map(|next| next.token()), is_step: false })
}

/// A page of the list of devices, for its own feed or for one that must know them.
fn devices(known: &mut Known, feed: Feed, ask: &Ask<'_>, place: &Place, result: &str) -> Result<Page, Error> {
    let listed = roster::devices(result, ask.now, &mut known.units)?;
    // However few they are, only an empty page is the last.
    let is_last = listed.rows == 0;
    known.units.whole |= is_last;
    if feed == Feed::Devices {
        return list(listed, place);
    }
    let next = if known.units.whole {
        place.then(Place::main(feed, ask, known))?
    } else {
        place.behind(listed.last.as_deref())?
    };
    Ok(Page::step(next.token()))
}

fn list(listed: Listed, place: &Place) -> Result<Page, Error> {
    let Listed { mut batch, rows, last } = listed;
    batch.complete = rows == 0;
    let next = if rows == 0 { None } else { Some(place.behind(last.as_deref())?) };
    Ok(Page { batch, next: next.map(|next| next.token()), is_step: false })
}

/// All statuses, after which the feed goes on from where it stood before them.
fn snapshot(known: &mut Known, ask: &Ask<'_>, place: &Place, result: &str) -> Result<Page, Error> {
    known.wheel.clear();
    let (mut batch, rows) = positions::status(result, ask.now, known)?;
    // Whoever is not named as a driver is none; unless there are more than one answer holds, or there is nothing at all:
    // then it is asked for again, and who sat where before is not forgotten.
    batch.complete = rows < LIST_LIMIT;
    batch.bare = rows == 0;
    if known.track.is_behind() {
        // Where units are was not taken from it, and is when the track has been caught up with: then it
        // is read again.
        return Ok(Page { batch, ..Page::default() });
    }
    batch.cursor.clone_from(&place.after);
    if rows > 0 {
        known.wheel.hold(place.after.clone());
    }
    let next = place.then(Place::at(Stage::Rows, place.after.clone()))?;
    Ok(Page { batch, next: Some(next.token()), is_step: false })
}

fn rows(known: &mut Known, feed: Feed, ask: &Ask<'_>, place: &Place, result: &str) -> Result<Page, Error> {
    let whole = |batch| Ok(Page { batch, ..Page::default() });
    match feed {
        Feed::Devices => devices(known, feed, ask, place, result),
        Feed::Users => list(roster::users(result, ask.now)?, place),
        Feed::Trailers => {
            let Listed { batch, rows, .. } = roster::trailers(result, &mut known.units)?;
            whole(Batch { complete: rows < LIST_LIMIT, ..batch })
        }
        Feed::Attachments => {
            let batch = attachments::attachments(result, ask.now, &known.units)?;
            whole(Batch { complete: true, ..batch })
        }
        Feed::Availability => {
            let asked = drivers(ask, place).unwrap_or_default();
            let batch = hours::clocks(result, &asked, ask.now, &known.duty)?;
            let next = next_chunk(ask, place)?;
            Ok(Page { batch, next: next.map(|next| next.token()), is_step: false })
        }
        Feed::LogRecords | Feed::DeviceStatus | Feed::DutyStatusLogs => {
            changes(known, feed, ask, place, result)
        }
    }
}

/// What the track said before this process began: it brings no facts, but a status whose time is not the
/// GPS's own must not pass for news.
fn lately(known: &mut Known, ask: &Ask<'_>, place: &Place, result: &str) -> Result<Page, Error> {
    let FeedPage { data, to_version } = answer::read(result)?;
    let (_told_before, rows) = positions::track(data.get(), ask.now, known)?;
    let next = if rows < FEED_LIMIT {
        known.track.is_now_known();
        place.then(Place::at(Stage::Rows, place.resume.clone()))?
    } else {
        place.behind(Some(&to_version.0))?
    };
    Ok(Page { next: Some(next.token()), ..Page::default() })
}

/// A page of a feed. One that is not full is the last; there is no other sign.
fn changes(known: &mut Known, feed: Feed, ask: &Ask<'_>, place: &Place, result: &str) -> Result<Page, Error> {
    let FeedPage { data, to_version } = answer::read(result)?;
    let version = to_version.0.into_owned();
    if version.is_empty() {
        return Err(Error::malformed("the feed does not say where to go on"));
    }
    let (mut batch, rows) = match feed {
        Feed::DeviceStatus => positions::status(data.get(), ask.now, known)?,
        Feed::DutyStatusLogs => hours::log(data.get(), ask.now, &mut known.duty)?,
        _ => positions::track(data.get(), ask.now, known)?,
    };
    let next = if rows < FEED_LIMIT { None } else { Some(place.behind(Some(&version))?) };
    match feed {
        Feed::LogRecords => known.track.turned(next.is_some()),
        Feed::DeviceStatus => known.wheel.hold_on(&version),
        _ => {}
    }
    // On every page, so that a crash resumes where it was.
    batch.cursor = Some(version);
    Ok(Page { batch, next: next.map(|next| next.token()), is_step: false })
}

fn next_chunk(ask: &Ask<'_>, place: &Place) -> Result<Option<Place>, Error> {
    let next = Place::of_chunk(place.chunk + 1);
    if drivers(ask, &next).is_none() { Ok(None) } else { Ok(Some(place.then(next)?)) }
}
