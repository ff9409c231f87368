//! The map of the simulated world: cities, the interstates that join them, and the way between any
//! two. Roads run as the base map draws them; nothing here knows trucks.

mod line;
mod places;
mod shapes;
mod trace;

pub use places::CITIES;
use places::ROADS;
pub use trace::{Trace, beside};

use crate::model::land::{Land, coarse};

const EARTH_MILES: f64 = 3958.8;

/// A place on earth, WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// North positive.
    pub latitude: f64,
    /// East positive.
    pub longitude: f64,
}

impl Point {
    /// Miles along the great circle.
    pub fn miles_to(self, other: Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let across = (other.longitude - self.longitude).to_radians();
        let half = ((to - from) / 2.0).sin().powi(2) + from.cos() * to.cos() * (across / 2.0).sin().powi(2);
        2.0 * EARTH_MILES * half.sqrt().min(1.0).asin()
    }

    /// The point that share of the way (0 to 1) along the great circle.
    pub fn towards(self, other: Self, share: f64) -> Self {
        let angle = self.miles_to(other) / EARTH_MILES;
        if angle < 1e-9 {
            return self;
        }
        let (near, far) = (((1.0 - share) * angle).sin() / angle.sin(), (share * angle).sin() / angle.sin());
        let ((x1, y1, z1), (x2, y2, z2)) = (self.vector(), other.vector());
        let (x, y, z) = (near * x1 + far * x2, near * y1 + far * y2, near * z1 + far * z2);
        Self { latitude: z.atan2(x.hypot(y)).to_degrees(), longitude: y.atan2(x).to_degrees() }
    }

    /// The compass course to `other`, 0 to 360 degrees.
    pub fn heading_to(self, other: Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let across = (other.longitude - self.longitude).to_radians();
        let east = across.sin() * to.cos();
        let north = from.cos() * to.sin() - from.sin() * to.cos() * across.cos();
        east.atan2(north).to_degrees().rem_euclid(360.0)
    }

    fn vector(self) -> (f64, f64, f64) {
        let (latitude, longitude) = (self.latitude.to_radians(), self.longitude.to_radians());
        (latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin())
    }
}

/// The road network, with every way worked out once.
#[derive(Debug)]
pub struct Atlas {
    /// By (from, to): the city to go to first.
    first: Vec<usize>,
    /// By (from, to): miles by road.
    miles: Vec<f64>,
    /// By (from, to) of neighbours: which road; [`LOCAL`] else.
    road: Vec<u8>,
}

/// The road of moves inside one city.
pub const LOCAL: u8 = u8::MAX;

impl Atlas {
    /// Works out the way between any two cities.
    pub fn new() -> Self {
        let count = CITIES.len();
        let mut atlas = Self {
            first: (0..count * count).map(|at| at % count).collect(),
            miles: vec![f64::INFINITY; count * count],
            road: vec![LOCAL; count * count],
        };
        for (number, (from, to, _)) in ROADS.iter().enumerate() {
            let (from, to) = (city(from), city(to));
            let miles = Trace::along(number as u8, CITIES[from].point(), CITIES[to].point()).miles();
            for (here, there) in [(from, to), (to, from)] {
                atlas.miles[here * count + there] = miles;
                atlas.road[here * count + there] = number as u8;
            }
        }
        for here in 0..count {
            atlas.miles[here * count + here] = 0.0;
        }
        atlas.shorten();
        atlas
    }

    /// Miles by road between two cities.
    pub fn miles(&self, from: usize, to: usize) -> f64 {
        self.miles[from * CITIES.len() + to]
    }

    /// The cities after `from` on the way to `to`, with the road that leads to each.
    pub fn way(&self, from: usize, to: usize) -> Vec<(usize, u8)> {
        let (mut way, mut here) = (Vec::new(), from);
        while here != to {
            let there = self.first[here * CITIES.len() + to];
            way.push((there, self.road[here * CITIES.len() + there]));
            here = there;
        }
        way
    }

    /// The cities from `low` to `high` miles by road from `from`.
    pub fn within(&self, from: usize, low: f64, high: f64) -> Vec<usize> {
        (0..CITIES.len()).filter(|to| (low..=high).contains(&self.miles(from, *to))).collect()
    }

    /// Floyd and Warshall's all-pairs shortest ways.
    fn shorten(&mut self) {
        let count = CITIES.len();
        for by in 0..count {
            for from in 0..count {
                for to in 0..count {
                    let through = self.miles(from, by) + self.miles(by, to);
                    if through < self.miles(from, to) {
                        self.miles[from * count + to] = through;
                        self.first[from * count + to] = self.first[from * count + by];
                    }
                }
            }
        }
    }
}

/// The two cities that a road joins; `None` for [`LOCAL`].
pub fn ends(road: u8) -> Option<(usize, usize)> {
    ROADS.get(usize::from(road)).map(|(from, to, _)| (city(from), city(to)))
}

/// Every road.
pub fn roads() -> impl Iterator<Item = u8> {
    (0..ROADS.len()).map(|number| number as u8)
}

/// The name of a road, as a device's reverse geocoder writes it.
pub fn road_name(road: u8) -> Option<&'static str> {
    ROADS.get(usize::from(road)).map(|(_, _, name)| *name)
}

/// Where a point is, as devices write it for people: "2.1 mi W of Reno, NV".
pub fn near(point: Point, city: usize) -> String {
    const COURSES: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    let city = &CITIES[city];
    let miles = city.point().miles_to(point);
    if miles < 1.0 {
        return format!("{}, {}", city.name, city.state);
    }
    let course = COURSES[(city.point().heading_to(point) / 45.0).round() as usize % 8];
    format!("{miles:.1} mi {course} of {}, {}", city.name, city.state)
}

/// "Mount Union, PA", as a geocoder has it: the town that a place is nearest to; `None` far from all.
pub fn town(point: Point) -> Option<String> {
    /// Further out a geocoder names a county at best.
    const REACH_MI: f32 = 30.0;
    let (town, _) = Land::towns().nearest(coarse(point.latitude), coarse(point.longitude), REACH_MI)?;
    Some(format!("{}, {}", town.name, town.state_or_country()))
}

fn city(code: &str) -> usize {
    CITIES
        .iter()
        .position(|city| city.code == code)
        .expect("every road of the table joins cities of the table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_city_can_be_reached_and_ways_are_believable() {
        let atlas = Atlas::new();
        for (from, start) in CITIES.iter().enumerate() {
            for (to, end) in CITIES.iter().enumerate() {
                let by_road = atlas.miles(from, to);
                assert!(by_road.is_finite(), "{} to {}", start.name, end.name);
                assert!(by_road >= start.point().miles_to(end.point()) - 0.1);
                assert_eq!(atlas.way(from, to).last().map_or(from, |(city, _)| *city), to);
            }
        }
        let (dallas, atlanta) = (city("DAL"), city("ATL"));
        assert!((700.0..900.0).contains(&atlas.miles(dallas, atlanta)), "{}", atlas.miles(dallas, atlanta));
    }

    #[test]
    fn a_great_circle_is_walked_evenly() {
        let (dallas, chicago) = (CITIES[city("DAL")].point(), CITIES[city("CHI")].point());
        let half = dallas.towards(chicago, 0.5);
        assert!((dallas.miles_to(half) - half.miles_to(chicago)).abs() < 0.01);
        assert!((dallas.miles_to(chicago) - 800.0).abs() < 20.0);
        assert!((20.0..40.0).contains(&dallas.heading_to(chicago)));
    }
}
