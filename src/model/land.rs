//! The land under the map: coast, borders, states, roads and towns of North America. Only what was built into
//! the program (`assets/map/README.md`); it is decoded part by part when first asked for, and reads nothing else.

mod borders;
mod decode;
mod roads;
mod towns;

use std::sync::LazyLock;

pub use borders::Borders;
pub use roads::{Road, Roads};
pub use towns::{Country, Town, Towns};

const MILES_A_DEGREE: f32 = 69.0;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Where the sea begins, or a Great Lake.
    Coast,
    /// Between two countries.
    Border,
    /// Between two states of the US.
    State,
    /// A road of our own list: within 5 miles of the real one nine times in ten.
    Road,
}

/// How closely the lines follow the land.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Within 6 miles: the continent on one screen.
    Far,
    /// Within 1.5 miles: a few states.
    Middle,
    /// Within 0.15 miles: a state, and closer.
    Near,
}

/// A rectangle of degrees, its edges included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Its lowest latitude.
    pub south: f32,
    /// Its lowest longitude.
    pub west: f32,
    /// Its highest latitude.
    pub north: f32,
    /// Its highest longitude.
    pub east: f32,
}

impl Bounds {
    /// Whether any place is in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.south <= other.north
            && other.south <= self.north
            && self.west <= other.east
            && other.west <= self.east
    }

    /// Whether a place is inside.
    pub fn holds(&self, latitude: f32, longitude: f32) -> bool {
        (self.south..=self.north).contains(&latitude) && (self.west..=self.east).contains(&longitude)
    }

    fn around(points: &[(f32, f32)]) -> Self {
        let nothing = Self {
            south: f32::INFINITY,
            west: f32::INFINITY,
            north: f32::NEG_INFINITY,
            east: f32::NEG_INFINITY,
        };
        points.iter().fold(nothing, |all, &(latitude, longitude)| Self {
            south: all.south.min(latitude),
            west: all.west.min(longitude),
            north: all.north.max(latitude),
            east: all.east.max(longitude),
        })
    }
}

/// A piece of a line, short enough to be left out by its bounds. The next piece begins where it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub layer: Layer,
    /// A road's name: "I-40".
    pub name: Option<&'static str>,
    /// What it lies in.
    pub bounds: Bounds,
    /// Two or more, as (latitude, longitude) in WGS 84 degrees.
    pub points: Vec<(f32, f32)>,
}

/// The land, by its parts.
#[derive(Clone, Copy, Debug)]
pub struct Land;

impl Land {
    /// All lines of a level, layer by layer. The first call for a level decodes it.
    pub fn lines(level: Level) -> &'static [Line] {
        static FAR: LazyLock<Vec<Line>> =
            LazyLock::new(|| decode::lines(include_bytes!("../../assets/map/far.bin")).unwrap_or_default());
        static MIDDLE: LazyLock<Vec<Line>> = LazyLock::new(|| {
            decode::lines(include_bytes!("../../assets/map/middle.bin")).unwrap_or_default()
        });
        static NEAR: LazyLock<Vec<Line>> =
            LazyLock::new(|| decode::lines(include_bytes!("../../assets/map/near.bin")).unwrap_or_default());
        match level {
            Level::Far => &FAR,
            Level::Middle => &MIDDLE,
            Level::Near => &NEAR,
        }
    }

    /// All towns. The first call decodes them.
    pub fn towns() -> &'static Towns {
        static TOWNS: LazyLock<Towns> = LazyLock::new(|| {
            Towns::new(decode::towns(include_bytes!("../../assets/map/towns.bin")).unwrap_or_default())
        });
        &TOWNS
    }

    /// The borders, to be asked what they part. The first call decodes the level [`Level::Near`].
    pub fn borders() -> &'static Borders {
        static BORDERS: LazyLock<Borders> = LazyLock::new(|| Borders::new(Land::lines(Level::Near)));
        &BORDERS
    }

    /// The roads, to be found by place. The first call decodes the level [`Level::Near`].
    pub fn roads() -> &'static Roads {
        static ROADS: LazyLock<Roads> = LazyLock::new(|| Roads::new(Land::lines(Level::Near)));
        &ROADS
    }
}

/// Degrees as the land has them: within a yard anywhere, which a map need not be.
#[expect(clippy::cast_possible_truncation, reason = "the nearest there is")]
pub const fn coarse(degrees: f64) -> f32 {
    degrees as f32
}

/// The whole number below; 0 for what is negative or no number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub const fn whole(number: f32) -> u16 {
    number as u16
}

/// Miles between two places that are near each other, on a plane: 1 % off at 100 miles.
fn flat_miles(from: (f32, f32), to: (f32, f32)) -> f32 {
    let across = (to.1 - from.1) * f32::midpoint(from.0, to.0).to_radians().cos();
    (to.0 - from.0).hypot(across) * MILES_A_DEGREE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(level: Level, layer: Layer) -> impl Iterator<Item = &'static Line> {
        Land::lines(level).iter().filter(move |line| line.layer == layer)
    }

    #[test]
    fn every_level_decodes_to_its_last_byte_and_has_every_layer() {
        for level in [Level::Far, Level::Middle, Level::Near] {
            for layer in [Layer::Coast, Layer::Border, Layer::State, Layer::Road] {
                assert!(of(level, layer).count() > 10, "{level:?} {layer:?}");
            }
        }
        assert!(Land::towns().iter().count() > 12_000);
    }

    #[test]
    fn a_nearer_level_has_more_points() {
        let points = |level| Land::lines(level).iter().map(|line| line.points.len()).sum::<usize>();
        let (far, middle, near) = (points(Level::Far), points(Level::Middle), points(Level::Near));
        assert!(far < middle && middle < near, "{far} {middle} {near}");
    }

    #[test]
    fn lines_lie_in_their_bounds_and_on_the_continent() {
        let map = Bounds { south: 14.0, west: -170.0, north: 72.0, east: -50.0 };
        for level in [Level::Far, Level::Middle, Level::Near] {
            for line in Land::lines(level) {
                assert!(line.points.len() > 1, "{line:?}");
                assert!(line.points.iter().all(|&(lat, lon)| line.bounds.holds(lat, lon)), "{line:?}");
                assert!(line.bounds.meets(&map), "{line:?}");
                assert_eq!(line.name.is_some(), line.layer == Layer::Road);
            }
        }
    }

    #[test]
    fn the_whole_map_is_under_two_mebibytes() {
        let bytes = [
            include_bytes!("../../assets/map/far.bin").len(),
            include_bytes!("../../assets/map/middle.bin").len(),
            include_bytes!("../../assets/map/near.bin").len(),
            include_bytes!("../../assets/map/towns.bin").len(),
        ];
        assert!(bytes.iter().sum::<usize>() <= 2 << 20, "{bytes:?}");
    }

    #[test]
    fn every_road_of_the_list_is_drawn_at_every_level() {
        let listed = include_str!("../../assets/map/routes.txt").lines().filter_map(|row| {
            let (name, rest) = row.split_once(':')?;
            (!row.starts_with([' ', '#']) && rest.is_empty()).then_some(name)
        });
        let listed: Vec<_> = listed.collect();
        assert!(listed.len() > 100, "{}", listed.len());
        for level in [Level::Far, Level::Middle, Level::Near] {
            for name in &listed {
                assert!(of(level, Layer::Road).any(|line| line.name == Some(name)), "{level:?} {name}");
            }
        }
    }

    #[test]
    fn bounds_meet_at_their_edges() {
        let at = |south, west, north, east| Bounds { south, west, north, east };
        let box_ = at(30.0, -100.0, 40.0, -90.0);
        assert!(box_.meets(&at(40.0, -90.0, 50.0, -80.0)));
        assert!(box_.meets(&at(32.0, -98.0, 33.0, -97.0)));
        assert!(at(32.0, -98.0, 33.0, -97.0).meets(&box_));
        assert!(!box_.meets(&at(40.1, -100.0, 50.0, -90.0)));
        assert!(!box_.meets(&at(30.0, -89.9, 40.0, -80.0)));
    }
}
