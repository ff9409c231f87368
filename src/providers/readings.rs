//! What a reading must be to be believed, whichever service tells it. Whether a position is newer, or
//! possible after the last one, is judged where it is stored.

use super::json::{Number, Text, instant, number};
use crate::model::{Timestamp, clean_opt};

/// A statute mile, as odometers and speeds are converted by.
pub(super) const METRES_A_MILE: f64 = 1609.344;
/// Faster than this is no truck but a fault of the sensor.
const FASTEST_MPH: f64 = 250.0;
/// The longest address that is kept.
const PLACE: usize = 120;
/// A VIN is always this long (49 CFR 565.13(b)).
const VIN: usize = 17;

/// Degrees north and east. An error says why that is no place; the position is worth nothing then.
pub(super) fn on_earth(
    latitude: Option<Number>,
    longitude: Option<Number>,
) -> Result<(f64, f64), &'static str> {
    let missing = "the position has no latitude or longitude";
    let latitude = number(latitude).ok_or(missing)?;
    let longitude = number(longitude).ok_or(missing)?;
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err("position is not a place on earth");
    }
    Ok((latitude, longitude))
}

/// The device's time, without which a position is worth nothing.
pub(super) fn observed(time: Option<&Text<'_>>) -> Result<Timestamp, &'static str> {
    instant(time).ok_or("the position has no readable time")
}

/// Degrees clockwise from north.
pub(super) fn heading(degrees: Option<Number>) -> Option<f64> {
    number(degrees).filter(|degrees| (0.0..=360.0).contains(degrees))
}

/// A speed in miles an hour, if a truck can go that fast.
pub(super) fn believable(mph: Option<f64>) -> Option<f64> {
    mph.filter(|mph| (0.0..=FASTEST_MPH).contains(mph))
}

/// A level in per cent.
pub(super) fn level(percent: Option<Number>) -> Option<f64> {
    number(percent).filter(|percent| (0.0..=100.0).contains(percent))
}

/// A place in the service's own words.
pub(super) fn place(words: Option<&Text<'_>>) -> Option<String> {
    clean_opt(&words?.0, PLACE)
}

/// A trailer's serial number is mostly its VIN, and else says nothing to anybody.
pub(super) fn serial_as_vin(serial: Option<&Text<'_>>) -> Option<String> {
    let serial = clean_opt(&serial?.0, VIN + 1)?;
    (serial.len() == VIN && serial.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(serial)
}
