//! Where units are: the track of their GPS, and their latest status with who is logged in. Units of
//! measure are made ours here.

use std::time::Duration;

use serde::Deserialize;

use super::answer::rows;
use super::memory::Known;
use super::scalar::{Number, Reference, Text, instant, number, referred};
use super::span::seconds;
use super::track::{Point, Track};
use super::wheel::Wheel;
use crate::http::Error;
use crate::model::{Batch, Change, Fix, Reject, Says, Timestamp, UnitKind, Unread};

const KM_A_MILE: f64 = 1.609_344;
/// Faster than this is no truck but a fault of the sensor.
const FASTEST_MPH: f64 = 250.0;
/// What was never reported is of the year 1.
const EPOCH: Timestamp = Timestamp::from_secs(0);

/// A `LogRecord`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogRecord<'a> {
    #[serde(borrow)]
    device: Option<Reference<'a>>,
    date_time: Option<Text<'a>>,
    latitude: Option<Number>,
    longitude: Option<Number>,
    speed: Option<Number>,
}

/// A page of the track, oldest point first: it comes in order of arrival. Returns how many rows it had.
pub(super) fn track(list: &str, now: Timestamp, known: &mut Known) -> Result<(Batch, usize), Error> {
    let rows = rows::<LogRecord<'_>>(list)?;
    let count = rows.len();
    let (mut batch, mut seen, mut strangers) = (Batch::default(), Vec::with_capacity(count), Vec::new());
    batch.unread = Unread::of(&rows);
    for row in rows {
        match row.and_then(|row| logged(&row)) {
            Ok((id, point, speed)) => match known.units.kind(&id) {
                Some(kind) => seen.push((kind, id, point, speed)),
                None => strangers.push(id),
            },
            Err(reject) => batch.rejects.push(reject),
        }
    }
    seen.sort_by_key(|(_, _, point, _)| point.at);
    batch.changes.extend(seen.into_iter().map(|(kind, id, point, speed)| {
        let course = known.track.note(&id, point, now);
        Change::Fix { kind, fix: fix(point, speed, None, course), external_id: id }
    }));
    batch.rejects.extend(unlisted(strangers));
    Ok((batch, count))
}

fn logged(row: &LogRecord<'_>) -> Result<(String, Point, Option<f64>), Reject> {
    let id = identified(row.device.as_ref())?;
    match place(row.latitude, row.longitude, row.date_time.as_ref()) {
        Ok(Some(point)) => Ok((id, point, mph(row.speed))),
        Ok(None) => Err(reject(id, "position is 0,0")),
        Err(reason) => Err(reject(id, reason)),
    }
}

/// A `DeviceStatusInfo`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    #[serde(borrow)]
    device: Option<Reference<'a>>,
    date_time: Option<Text<'a>>,
    latitude: Option<Number>,
    longitude: Option<Number>,
    speed: Option<Number>,
    bearing: Option<Number>,
    is_driving: Option<bool>,
    current_state_duration: Option<Text<'a>>,
    driver: Option<Reference<'a>>,
    is_historic_last_driver: Option<bool>,
}

/// A page of statuses, oldest first. Returns how many rows it had.
pub(super) fn status(list: &str, now: Timestamp, known: &mut Known) -> Result<(Batch, usize), Error> {
    let rows = rows::<Status<'_>>(list)?;
    let count = rows.len();
    let (mut batch, mut told, mut strangers) = (Batch::default(), Vec::with_capacity(count), Vec::new());
    batch.unread = Unread::of(&rows);
    for row in rows {
        match row.and_then(|row| Ok((identified(row.device.as_ref())?, row))) {
            Ok((id, row)) => told.push((instant(row.date_time.as_ref()), id, row)),
            Err(reject) => batch.rejects.push(reject),
        }
    }
    told.sort_by_key(|(at, ..)| *at);
    for (at, id, row) in told {
        let Some(kind) = known.units.kind(&id) else {
            strangers.push(id);
            continue;
        };
        if kind == UnitKind::Tractor {
            seat(&id, &row, at, &mut known.wheel, &mut batch);
        }
        seen(kind, id, &row, now, &known.track, &mut batch);
    }
    batch.rejects.extend(unlisted(strangers));
    Ok((batch, count))
}

/// Who is logged in. Whoever drove last is nobody who is there now.
fn seat(id: &str, row: &Status<'_>, at: Option<Timestamp>, wheel: &mut Wheel, batch: &mut Batch) {
    let driver = referred(row.driver.as_ref()).filter(|_| row.is_historic_last_driver != Some(true));
    let told = wheel.seat(id, driver, at.unwrap_or(EPOCH));
    batch.changes.extend(told.into_iter().map(Change::Pairing));
}

/// Where it is, where that is news. A status is as of its last word of any kind, GPS or fault, so that the
/// track, whose times are the GPS's own, is believed before it.
fn seen(kind: UnitKind, id: String, row: &Status<'_>, now: Timestamp, track: &Track, batch: &mut Batch) {
    match place(row.latitude, row.longitude, row.date_time.as_ref()) {
        Ok(Some(point)) if !track.is_behind() && track.adds(&id, point, row.is_driving == Some(true)) => {
            let bearing = number(row.bearing).filter(|bearing| (0.0..=360.0).contains(bearing));
            batch.changes.push(Change::Fix {
                kind,
                external_id: id,
                fix: fix(point, mph(row.speed), says(row, point.at, now), bearing),
            });
        }
        // Nothing new, or never anything at all.
        Ok(_) => {}
        Err(reason) => batch.rejects.push(reject(id, reason)),
    }
}

/// Whether it drives, and for how long it has, or has not. The page does not say whether that is counted to its last word or
/// to now: the later beginning of the two claims no more than is sure.
fn says(row: &Status<'_>, seen_at: Timestamp, now: Timestamp) -> Option<Says> {
    let told = row.current_state_duration.as_ref().and_then(|span| seconds(&span.0));
    let lasts = told.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    let since_at = lasts.map(|lasts| now.minus(lasts).min(seen_at));
    row.is_driving.map(|rolls| Says { rolls, since_at })
}

fn fix(point: Point, speed_mph: Option<f64>, says: Option<Says>, heading_deg: Option<f64>) -> Fix {
    Fix {
        latitude: point.latitude,
        longitude: point.longitude,
        speed_mph,
        says,
        heading_deg,
        place: None,
        observed_at: point.at,
    }
}

/// Where and when; `None` where that was never reported.
fn place(
    latitude: Option<Number>,
    longitude: Option<Number>,
    time: Option<&Text<'_>>,
) -> Result<Option<Point>, &'static str> {
    let missing = "the position has no latitude or longitude";
    let latitude = number(latitude).ok_or(missing)?;
    let longitude = number(longitude).ok_or(missing)?;
    let at = instant(time).ok_or("the position has no readable time")?;
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err("position is not a place on earth");
    }
    let nowhere = latitude.abs() < 1e-4 && longitude.abs() < 1e-4;
    Ok((at >= EPOCH && !nowhere).then_some(Point { latitude, longitude, at }))
}

fn mph(kilometres_per_hour: Option<Number>) -> Option<f64> {
    let mph = number(kilometres_per_hour)? / KM_A_MILE;
    (0.0..=FASTEST_MPH).contains(&mph).then_some(mph)
}

fn identified(device: Option<&Reference<'_>>) -> Result<String, Reject> {
    referred(device).ok_or_else(|| reject(String::new(), "the row names no device"))
}

/// One reject for each device of which nobody knows yet whether it is a truck or a trailer.
fn unlisted(mut ids: Vec<String>) -> impl Iterator<Item = Reject> {
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| reject(id, "a device that the list of devices does not name"))
}

fn reject(external_id: String, reason: &str) -> Reject {
    Reject { external_id, reason: reason.to_owned() }
}
