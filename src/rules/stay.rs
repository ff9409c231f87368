//! When a truck arrived at a stop and when it left, from where it was seen. A function of the *set* of
//! fixes: in which order, or how late, they came makes no difference. The TMS's own word is not asked
//! here; [`disagreement`] compares the two.
//!
//! A stop is a circle of [`RADIUS_MI`] around its coordinates. A truck has arrived once it was inside
//! and came to rest there (`visit` says how that is told from a drive past the gate), and has left
//! once it was seen beyond [`BEYOND`] radii, on its way, for two minutes. In between nothing changes, so
//! that a receiver's scatter at the fence neither ends nor splits a stay; nor does silence.
//! Which of several stops a visit serves is settled by `itinerary`.
//!
//! What no fix can tell is left open: a truck that parks further from the coordinates than the circle
//! reaches never arrives. Trailers' fixes do not count: they come a few times a day.

mod disagreement;
mod itinerary;
mod observed;
#[cfg(test)]
mod tests;
mod visit;

use std::time::Duration;

pub use self::disagreement::{Disagreement, Whereabouts, disagreement};
use self::itinerary::Itinerary;
use self::visit::Track;
use super::sanity::miles;
use crate::model::{Cell, Fix, Grain, ObservedStay, PlannedStop, Point, Sighting, StopKey, TrailPoint};

/// How far from its coordinates a stop reaches. A facility's gate, yard and docks lie within half a mile
/// of what a TMS has as its place; the TMS tells no shape.
pub const RADIUS_MI: f64 = 0.5;
/// A truck is away from a stop beyond so many radii.
pub const BEYOND: f64 = 1.5;
/// A fix as slow as this stands: receivers at rest show a mile or two an hour.
const STANDING_MPH: f64 = 3.0;

/// A truck this near to a stop that it is to make is looked at closely. At highway speed it is in here
/// for five minutes before it arrives, so one that tells its place every five is seen just outside.
const NEAR_MI: f64 = 5.0;
/// Of fixes far from every stop one in this time is kept …
const FAR_EVERY: Duration = Duration::from_mins(5);
/// … near one, of those that stand, one in this …
const STANDING_EVERY: Duration = Duration::from_mins(1);
/// … and of those that roll.
const ROLLING_EVERY: Duration = Duration::from_secs(10);

/// Where a fix belongs among those kept to judge stays by: of all fixes in one cell the earliest is
/// kept. `places` are those of the stops that the truck is to make.
pub fn cell(places: &[Point], fix: &Fix) -> Cell {
    let grain = match fix.speed_mph {
        _ if !places.iter().any(|place| is_near(*place, fix)) => Grain::Far,
        Some(speed) if speed < STANDING_MPH => Grain::Standing,
        _ => Grain::Rolling,
    };
    let every = match grain {
        Grain::Far => FAR_EVERY,
        Grain::Standing => STANDING_EVERY,
        Grain::Rolling => ROLLING_EVERY,
    };
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    Cell { grain, number: fix.observed_at.millis().div_euclid(every) }
}

fn is_near(place: Point, fix: &Fix) -> bool {
    // A degree of latitude is 69 miles: most places are told to be far without trigonometry.
    const NORTH: f64 = NEAR_MI / 68.0;
    if (place.latitude - fix.latitude).abs() > NORTH {
        return false;
    }
    let place =
        Sighting { latitude: place.latitude, longitude: place.longitude, observed_at: fix.observed_at };
    miles(place, fix.into()) <= NEAR_MI
}

/// When a tractor was at which of the stops that it is to make, or was: of each at most one stay.
///
/// `fixes` are those of the tractor that were found sound, in any order, by whichever account; those
/// that [`cell`] keeps are enough.
pub fn judge(stops: &[PlannedStop], fixes: &[TrailPoint]) -> Vec<(StopKey, ObservedStay)> {
    if stops.is_empty() || fixes.is_empty() {
        return Vec::new();
    }
    let mut in_time: Vec<&TrailPoint> = fixes.iter().collect();
    in_time.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    let itinerary = Itinerary::of(stops);
    let tracks: Vec<Track<'_>> = itinerary.sites.iter().map(|site| Track::of(*site, &in_time)).collect();
    let visits: Vec<_> = tracks.iter().map(Track::visits).collect();
    let served = itinerary.serve(&tracks, &visits);
    let seen = served.iter().filter_map(|served| {
        let stop = itinerary.stops.get(served.stop)?;
        let stay = observed::of(tracks.get(served.site)?, served)?;
        Some((stop.key.clone(), stay))
    });
    seen.collect()
}

/// By time; what was seen at the same instant in an order of its own, so that there is one.
fn order(fix: &TrailPoint) -> (i64, &str, f64, f64) {
    (fix.observed_at.millis(), &fix.source, fix.latitude, fix.longitude)
}
