//! The line of a road, measured in miles from its first city, so that a place on it is one number.

use super::Point;

/// A bend or two that are nearer than this are one, when asked which way the road runs.
const AT_MI: f64 = 0.01;

/// Two bends or more, from the centre of one city to that of another.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) bends: Vec<Point>,
    /// By bend: how far it is along the road.
    pub(super) marks: Vec<f64>,
}

impl Line {
    pub(super) fn new(bends: Vec<Point>) -> Self {
        let mut mark = 0.0;
        let miles = bends.windows(2).map(|ends| {
            mark += ends[0].miles_to(ends[1]);
            mark
        });
        Self { marks: std::iter::once(0.0).chain(miles).collect(), bends }
    }

    /// The point at that mile, and the compass course there of who drives towards the last city.
    pub(super) fn at(&self, mile: f64) -> (Point, f64) {
        let ahead = self.marks.partition_point(|mark| *mark < mile + AT_MI).clamp(1, self.bends.len() - 1);
        let (from, to) = (self.bends[ahead - 1], self.bends[ahead]);
        let share = (mile - self.marks[ahead - 1]) / (self.marks[ahead] - self.marks[ahead - 1]).max(AT_MI);
        let point = from.towards(to, share.clamp(0.0, 1.0));
        let course = if point.miles_to(to) < AT_MI { from } else { point }.heading_to(to);
        (point, course)
    }

    /// The mile that is nearest to a point, and the place there.
    pub(super) fn nearest(&self, point: Point) -> (f64, Point) {
        let flat = Flat::around(point);
        let apart = |ends: &[Point]| flat.nearest(ends[0], ends[1], point).1;
        let pieces = self.bends.windows(2).enumerate();
        let piece = pieces.min_by(|a, b| apart(a.1).total_cmp(&apart(b.1))).map_or(0, |(piece, _)| piece);
        let (from, to) = (self.bends[piece], self.bends[piece + 1]);
        let miles = self.marks[piece + 1] - self.marks[piece];
        let mut share = flat.nearest(from, to, point).0;
        // A great circle is no straight line on a plane: what is left of the error is measured from close by.
        for _ in 0..2 {
            let here = from.towards(to, share);
            let ahead = if share < 0.5 { here.heading_to(to) } else { from.heading_to(here) };
            let off = here.miles_to(point) * (here.heading_to(point) - ahead).to_radians().cos();
            share = (share + off / miles.max(AT_MI)).clamp(0.0, 1.0);
        }
        (self.marks[piece] + share * miles, from.towards(to, share))
    }
}

/// The country around a place as a plane.
pub(super) struct Flat {
    narrow: f64,
}

impl Flat {
    pub(super) fn around(place: Point) -> Self {
        Self { narrow: place.latitude.to_radians().cos() }
    }

    /// At which share of a straight piece the place nearest to `point` is, and the square of how far that is
    /// off, in degrees.
    pub(super) fn nearest(&self, from: Point, to: Point, point: Point) -> (f64, f64) {
        let flat =
            |place: Point| ((place.longitude - from.longitude) * self.narrow, place.latitude - from.latitude);
        let ((x, y), (across, up)) = (flat(point), flat(to));
        let length = across * across + up * up;
        let share = if length > 0.0 { ((x * across + y * up) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (x - across * share, y - up * share);
        (share, x * x + y * y)
    }
}
