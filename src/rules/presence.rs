//! Whether a truck is near a stop of its load, by where it was heard last. How fresh that is the caller
//! judges; when it came and left is judged in [`super::stay`].

use crate::model::{Fleet, Movement, Point, Stop};

/// A truck further than this from a stop is not there, though nobody told that it left: five miles, as
/// McLeod's own detention module has it.
const GONE_MI: f64 = 5.0;

/// Whether the truck of `movement` is near `stop`; `None` where nobody knows the place of either.
pub fn is_near(fleet: &Fleet, movement: &Movement, stop: &Stop) -> Option<bool> {
    let tractor = fleet.tractors.get(movement.tractor_id.as_ref()?)?;
    let truck = Point::new(tractor.latitude?, tractor.longitude?)?;
    Some(truck.miles_to(fleet.places.sure_of(stop)?) <= GONE_MI)
}
