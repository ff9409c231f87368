//! Where a place is that somebody names: coordinates, a unit, a driver, a stop, or a city that our own stops
//! lie in. Looks nothing up outside; what it cannot tell it says.

use crate::model::{Fleet, Places, Point, Stop, Timestamp, UnitId};
use crate::rules::link::unit_number;
use crate::rules::{age, trip};

/// A place that was named.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Where.
    pub point: Point,
    /// What it is: "Dallas TX", "tractor 412".
    pub label: String,
    /// When that was so, of a unit.
    pub observed_at: Option<Timestamp>,
}

/// Finds the place that `text` means. Fails with a sentence that says what it could be, or what can be
/// said instead.
pub fn locate(fleet: &Fleet, places: &Places, text: &str) -> Result<Spot, String> {
    let text = text.trim();
    if let Some(found) = degrees(text) {
        return found.map(|point| Spot { point, label: text.to_owned(), observed_at: None });
    }
    let named = [units(fleet, text), drivers(fleet, text), stops(fleet, places, text)].concat();
    match named.as_slice() {
        [] => city(fleet, places, text),
        [only] => only.spot().ok_or_else(|| format!("nobody has seen where {} is", only.label)),
        several => {
            let each: Vec<_> = several.iter().map(|one| format!("{} ({})", one.label, one.id)).collect();
            Err(format!("{text:?} is {}: say which by its id", each.join(" and ")))
        }
    }
}

/// "lat,lon"; an error where that is no place on earth.
fn degrees(text: &str) -> Option<Result<Point, String>> {
    let (latitude, longitude) = text.split_once(',')?;
    let (latitude, longitude) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    let wrong =
        || format!("{text:?} is no place: give degrees north, then degrees east (negative in America)");
    Some(Point::new(latitude, longitude).ok_or_else(wrong))
}

#[derive(Clone)]
struct Named {
    label: String,
    id: String,
    point: Option<Point>,
    observed_at: Option<Timestamp>,
}

impl Named {
    fn spot(&self) -> Option<Spot> {
        Some(Spot { point: self.point?, label: self.label.clone(), observed_at: self.observed_at })
    }
}

fn point(latitude: Option<f64>, longitude: Option<f64>) -> Option<Point> {
    Point::new(latitude?, longitude?)
}

fn units(fleet: &Fleet, text: &str) -> Vec<Named> {
    let is_meant = |id: &UnitId, number: &str| id.0 == text || unit_number(number) == unit_number(text);
    let tractors = fleet.tractors.iter().filter(|row| is_meant(&row.id, &row.unit_number)).map(|row| Named {
        label: format!("tractor {}", row.unit_number),
        id: row.id.0.clone(),
        point: point(row.latitude, row.longitude),
        observed_at: row.observed_at,
    });
    let trailers = fleet.trailers.iter().filter(|row| is_meant(&row.id, &row.unit_number)).map(|row| Named {
        label: format!("trailer {}", row.unit_number),
        id: row.id.0.clone(),
        point: point(row.latitude, row.longitude),
        observed_at: row.observed_at,
    });
    by_id_first(tractors.chain(trailers).collect(), text)
}

fn drivers(fleet: &Fleet, text: &str) -> Vec<Named> {
    let is_meant = |id: &UnitId, name: &str| id.0 == text || name.to_lowercase() == text.to_lowercase();
    let found = fleet.drivers.iter().filter(|row| is_meant(&row.id, &row.name)).map(|row| {
        let tractor = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        let own = point(row.latitude, row.longitude).map(|point| (point, row.observed_at));
        let trucks = tractor.and_then(|row| Some((point(row.latitude, row.longitude)?, row.observed_at)));
        let seen = own.or(trucks);
        Named {
            label: format!("driver {}", row.name),
            id: row.id.0.clone(),
            point: seen.map(|(point, _)| point),
            observed_at: seen.and_then(|(_, at)| at),
        }
    });
    by_id_first(found.collect(), text)
}

fn stops(fleet: &Fleet, places: &Places, text: &str) -> Vec<Named> {
    let found = fleet.stops.iter().filter(|stop| stop.tms.id == text).map(|stop| Named {
        label: format!("the stop at {}", trip::place(stop)),
        id: format!("company {}", stop.tms.company_id),
        point: places.of(stop),
        observed_at: None,
    });
    found.collect()
}

/// An id is nobody else's; a number may be.
fn by_id_first(found: Vec<Named>, text: &str) -> Vec<Named> {
    match found.iter().find(|one| one.id == text) {
        Some(one) => vec![one.clone()],
        None => found,
    }
}

/// A city that our stops lie in: in the middle of them.
fn city(fleet: &Fleet, places: &Places, text: &str) -> Result<Spot, String> {
    let wanted = words(text);
    let in_city = |stop: &&Stop| {
        let city = words(stop.tms.city.as_deref().unwrap_or_default());
        let state = words(stop.tms.state.as_deref().unwrap_or_default());
        !city.is_empty() && (wanted == city || (!state.is_empty() && wanted == [city, state].concat()))
    };
    let stops: Vec<&Stop> = fleet.stops.iter().map(AsRef::as_ref).filter(in_city).collect();
    let mut states: Vec<String> = stops.iter().filter_map(|stop| stop.tms.state.clone()).collect();
    states.sort_unstable();
    states.dedup();
    if states.len() > 1 {
        return Err(format!(
            "there is a {text:?} in {}: say which, as {text} {}",
            states.join(" and "),
            states[0]
        ));
    }
    let points: Vec<Point> = stops.iter().filter_map(|stop| places.of(stop)).collect();
    match (middle(&points), stops.first()) {
        (Some(point), Some(stop)) => Ok(Spot { point, label: trip::place(stop), observed_at: None }),
        (None, Some(stop)) => Err(format!(
            "{}: our stops there have no coordinates; give \"lat,lon\", a unit or another stop",
            trip::place(stop)
        )),
        (_, None) => Err(format!(
            "{text:?} is no unit, driver or stop of ours, and no city that one of our stops lies in; give \"lat,lon\""
        )),
    }
}

/// The words of a name, in lower case and without what people put between them.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The middle one in each direction: a single stop that lies elsewhere does not move it.
fn middle(points: &[Point]) -> Option<Point> {
    let median = |of: fn(&Point) -> f64| {
        let mut values: Vec<f64> = points.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Point::new(median(|point| point.latitude)?, median(|point| point.longitude)?)
}

/// How old a unit's place is, for whoever asked about what is near it; `None` of a place that stays.
pub fn age_words(spot: &Spot, now: Timestamp) -> Option<String> {
    let at = spot.observed_at?;
    Some(format!("{} was seen there {} ago", spot.label, age::words(now.since(at))))
}
