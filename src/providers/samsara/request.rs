//! What is asked of each endpoint: path and query, all filters on every page.

use std::borrow::Cow;

use super::super::Ask;
use super::Feed;
use super::paging::{CHUNK, Place, SNAPSHOT, activation};
use crate::model::Timestamp;

/// The most rows that an endpoint with a `limit` gives at once.
const LIMIT: &str = "512";

/// One call.
pub(super) struct Request<'a> {
    pub(super) path: &'static str,
    query: Vec<(&'static str, Cow<'a, str>)>,
}

impl<'a> Request<'a> {
    fn new(path: &'static str) -> Self {
        Self { path, query: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        self.query.iter().map(|(name, value)| (*name, value.as_ref())).collect()
    }
}

/// The call that brings the page at `place`; `None` where there are no ids to ask for.
pub(super) fn request<'a>(feed: Feed, ask: &Ask<'a>, place: &'a Place) -> Option<Request<'a>> {
    let request = match feed {
        Feed::Vehicles => Request::new("fleet/vehicles").with("limit", LIMIT),
        Feed::Drivers => Request::new("fleet/drivers")
            .with("driverActivationStatus", activation(place).0)
            .with("limit", LIMIT),
        Feed::Trailers => Request::new("fleet/trailers").with("limit", LIMIT),
        Feed::Assets => Request::new("assets").with("type", "trailer").with("includeExternalIds", "true"),
        Feed::VehicleStats => {
            Request::new(vehicle_stats(place)).with("types", "gps,engineStates,fuelPercents")
        }
        Feed::TrailerStats => Request::new(trailer_stats(place)).with("types", "gps"),
        // Apart from the above: a call may name three types at most.
        Feed::Odometers => {
            Request::new("fleet/vehicles/stats").with("types", "obdOdometerMeters,gpsOdometerMeters")
        }
        Feed::HosClocks => Request::new("fleet/hos/clocks").with("limit", LIMIT),
        Feed::HosLogs => {
            let (from, until) = place.window?;
            Request::new("fleet/hos/logs")
                .with("startTime", Timestamp::from_millis(from).to_string())
                .with("endTime", Timestamp::from_millis(until).to_string())
        }
        Feed::DriverVehicles => Request::new("fleet/driver-vehicle-assignments").with("filterBy", "drivers"),
        Feed::DriverTrailers => {
            Request::new("driver-trailer-assignments").with("driverIds", chunk(ask, place)?)
        }
        Feed::AssetLocations => {
            // Without an end the stream never finishes.
            let (from, until) = place.window?;
            Request::new("assets/location-and-speed/stream")
                .with("ids", chunk(ask, place)?)
                .with("startTime", Timestamp::from_millis(from).to_string())
                .with("endTime", Timestamp::from_millis(until).to_string())
                .with("includeSpeed", "true")
                .with("limit", LIMIT)
        }
    };
    Some(match &place.after {
        Some(after) => request.with("after", after.as_str()),
        None => request,
    })
}

fn vehicle_stats(place: &Place) -> &'static str {
    if place.part == SNAPSHOT { "fleet/vehicles/stats" } else { "fleet/vehicles/stats/feed" }
}

fn trailer_stats(place: &Place) -> &'static str {
    match (place.beta, place.part == SNAPSHOT) {
        (false, true) => "fleet/trailers/stats",
        (false, false) => "fleet/trailers/stats/feed",
        (true, true) => "beta/fleet/trailers/stats",
        (true, false) => "beta/fleet/trailers/stats/feed",
    }
}

/// This part's ids, comma-separated in one parameter.
fn chunk(ask: &Ask<'_>, place: &Place) -> Option<String> {
    ask.wanted.chunks(CHUNK).nth(place.part).map(|ids| ids.join(","))
}
