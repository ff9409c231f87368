//! Where a unit was: one point of its history.

use serde::Serialize;

use super::Timestamp;

/// A unit was seen somewhere, by one account's device.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TrailPoint {
    /// The device's time.
    pub observed_at: Timestamp,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Miles an hour.
    pub speed_mph: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// The account that saw it.
    pub source: String,
}
