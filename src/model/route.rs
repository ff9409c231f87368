//! Travel times: where a tractor is, the way from there through its stops, and what a truck needs of a
//! road. Plain data and the earth's shape; who worked a route out stands in its [`EtaSource`].

use super::{EtaSource, Motion, Timestamp, Tractor};

const EARTH_METERS: f64 = 6_371_008.8;
/// Meters in a statute mile.
pub const METERS_A_MILE: f64 = 1609.344;

/// A place on earth, WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east (negative in America).
    pub longitude: f64,
}

impl Point {
    /// `None` where there is no such place, or it is 0/0, which is how devices and forms say "unknown".
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let exists = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        let is_blank = latitude.abs() < 1e-9 && longitude.abs() < 1e-9;
        (exists && !is_blank).then_some(Self { latitude, longitude })
    }

    /// Meters along the great circle (haversine).
    pub fn meters_to(self, other: Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let across = (other.longitude - self.longitude).to_radians();
        let half = ((to - from) / 2.0).sin().powi(2) + from.cos() * to.cos() * (across / 2.0).sin().powi(2);
        2.0 * EARTH_METERS * half.sqrt().min(1.0).asin()
    }

    /// Miles along the great circle.
    pub fn miles_to(self, other: Self) -> f64 {
        self.meters_to(other) / METERS_A_MILE
    }
}

/// Where a tractor was seen, and how it moved then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Where.
    pub point: Point,
    /// Whether it moves, by what holds now (`rules::motion::at`).
    pub motion: Motion,
    /// Miles an hour.
    pub speed_mph: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// The device's time.
    pub observed_at: Timestamp,
}

impl Position {
    /// Of a tractor that moves so now; `None` where nobody has seen it.
    pub fn of(tractor: &Tractor, motion: Motion) -> Option<Self> {
        Some(Self {
            point: Point::new(tractor.latitude?, tractor.longitude?)?,
            motion,
            speed_mph: tractor.speed_mph,
            heading_deg: tractor.heading_deg,
            observed_at: tractor.observed_at?,
        })
    }
}

/// The way from one place to the next, without what is done at either.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// The stop it ends at.
    pub to: Point,
    /// Seconds of driving, as the source says: no truck factor, no rest, no dwell.
    pub seconds: f64,
    /// Meters of road.
    pub meters: f64,
    /// Seconds it takes without today's traffic, where the source says. May be more than `seconds`.
    pub typical_s: Option<f64>,
    /// Meters from the stop to the road that was taken for it, where the source says.
    pub snapped_m: Option<f64>,
}

impl Leg {
    /// Roads are so much longer than the great circle.
    pub const DETOUR: f64 = 1.2;
    /// Fifty miles an hour in meters a second: a truck's day, ramps and towns included.
    pub const METERS_A_SECOND: f64 = 50.0 * METERS_A_MILE / 3600.0;

    /// The way without a service to ask: the straight line, made longer by what roads are, at a truck's
    /// pace. A truck's time already: no truck factor belongs on it.
    pub fn straight(from: Point, to: Point) -> Self {
        let meters = from.meters_to(to) * Self::DETOUR;
        Self { to, seconds: meters / Self::METERS_A_SECOND, meters, typical_s: None, snapped_m: None }
    }
}

/// One answer: the way from a tractor through its remaining stops. Lives in memory only: the terms of
/// who answers forbid to keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Who worked it out.
    pub source: EtaSource,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// From where: the tractor as it was then.
    pub origin: Position,
    /// One a stop, in the order driven; never none.
    pub legs: Vec<Leg>,
    /// What was asked of the road and is not kept.
    pub violations: Vec<Violation>,
    /// What is in the way.
    pub incidents: Vec<Incident>,
    /// Meters from the tractor to the road that was taken for it, where the source says.
    pub snapped_m: Option<f64>,
}

impl Route {
    /// A place further than this from the road taken for it may have been put on the wrong one, such
    /// as beyond a yard's fence (mapbox.md §9.6).
    pub const FAR_FROM_THE_ROAD_M: f64 = 500.0;
    /// Five miles: a road that ends so far from a place leads somewhere else, and its times with it.
    pub const ASTRAY_M: f64 = 5.0 * METERS_A_MILE;

    /// The places that are further than `limit_m` from the road taken for them, each with its meters: 0 is the
    /// tractor, then come the stops in their order.
    pub fn put_beyond(&self, limit_m: f64) -> impl Iterator<Item = (usize, f64)> {
        let all = std::iter::once(self.snapped_m).chain(self.legs.iter().map(|leg| leg.snapped_m));
        let far = move |(place, meters): (usize, Option<f64>)| {
            meters.filter(|meters| *meters > limit_m).map(|meters| (place, meters))
        };
        all.enumerate().filter_map(far)
    }
}

/// A limit or a wish that the route does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which, in the source's word: `maxHeight`, `toll`.
    pub what: String,
    /// What was asked for, where told.
    pub wanted: Option<String>,
    /// What the road has, where told.
    pub actual: Option<String>,
    /// Of both values: `meters`, `metric tons`.
    pub unit: Option<String>,
}

/// Something in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Which leg it lies on, from 0.
    pub leg: usize,
    /// The source's word: `construction`, `accident`.
    pub kind: String,
    /// In words for people, where told.
    pub description: Option<String>,
    /// The road is closed there.
    pub is_closed: bool,
}

/// What a truck needs of a road: meters and metric tons, since that is what is asked in. Feet or pounds
/// put in by mistake do not fit the ranges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truck {
    height_m: f64,
    width_m: f64,
    weight_t: f64,
}

impl Truck {
    /// A truck of that height and width (0 to 10 m) and weight (0 to 100 metric tons): the ranges of
    /// Mapbox Directions v5. Fails with a sentence that names what does not fit.
    pub fn new(height_m: f64, width_m: f64, weight_t: f64) -> Result<Self, String> {
        let check = |what: &str, value: f64, most: f64, unit: &str| {
            if (0.0..=most).contains(&value) {
                return Ok(());
            }
            Err(format!("a truck's {what} must be from 0 to {most} {unit}, is {value}"))
        };
        check("height", height_m, 10.0, "m")?;
        check("width", width_m, 10.0, "m")?;
        check("weight", weight_t, 100.0, "t")?;
        Ok(Self { height_m, width_m, weight_t })
    }

    /// Meters.
    pub const fn height_m(&self) -> f64 {
        self.height_m
    }

    /// Meters.
    pub const fn width_m(&self) -> f64 {
        self.width_m
    }

    /// Metric tons.
    pub const fn weight_t(&self) -> f64 {
        self.weight_t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_exists_or_is_none() {
        let check = |latitude, longitude, exists| {
            assert_eq!(Point::new(latitude, longitude).is_some(), exists, "{latitude} {longitude}");
        };
        check(35.1, -90.0, true);
        check(0.0, -90.0, true);
        check(0.0, 0.0, false);
        check(-101.88, 35.2, false);
        check(f64::NAN, 35.2, false);
        check(35.2, f64::INFINITY, false);
    }

    #[test]
    fn dallas_to_chicago_is_a_good_eight_hundred_miles() {
        let dallas = Point { latitude: 32.7767, longitude: -96.7970 };
        let chicago = Point { latitude: 41.8781, longitude: -87.6298 };
        let miles = dallas.meters_to(chicago) / METERS_A_MILE;
        assert!((790.0..810.0).contains(&miles), "{miles}");
        assert!(dallas.meters_to(dallas) < 1e-6);
    }

    #[test]
    fn feet_pounds_and_kilograms_do_not_fit_a_truck() {
        let check = |height, width, weight, expected: Result<(), &str>| {
            let truck = Truck::new(height, width, weight).map(|_| ());
            assert_eq!(truck, expected.map_err(str::to_owned));
        };
        check(4.12, 2.6, 36.3, Ok(()));
        check(10.0, 10.0, 100.0, Ok(()));
        check(13.5, 2.6, 36.3, Err("a truck's height must be from 0 to 10 m, is 13.5"));
        check(36.3, 2.6, 4.12, Err("a truck's height must be from 0 to 10 m, is 36.3"));
        check(4.12, 102.0, 36.3, Err("a truck's width must be from 0 to 10 m, is 102"));
        check(4.12, 2.6, 80_000.0, Err("a truck's weight must be from 0 to 100 t, is 80000"));
        check(4.12, 2.6, 36_287.0, Err("a truck's weight must be from 0 to 100 t, is 36287"));
        check(4.12, -0.1, 36.3, Err("a truck's width must be from 0 to 10 m, is -0.1"));
        check(f64::NAN, 2.6, 36.3, Err("a truck's height must be from 0 to 10 m, is NaN"));
    }

    #[test]
    fn a_tractor_that_nobody_has_seen_has_no_position() {
        let mut tractor = Tractor { latitude: Some(35.1), longitude: Some(-90.0), ..Tractor::default() };
        assert_eq!(Position::of(&tractor, Motion::Moving), None);
        tractor.observed_at = Some(Timestamp::from_secs(9));
        assert!(Position::of(&tractor, Motion::Moving).is_some());
        tractor.latitude = Some(f64::NAN);
        assert_eq!(Position::of(&tractor, Motion::Moving), None);
    }
}
