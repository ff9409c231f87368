//! A part of a road, as a truck drives it: bend by bend, evenly by the mile.

use super::line::Line;
use super::shapes::LINES;
use super::{LOCAL, Point};

/// What is nearer to a road than this is on it: over less no course can be told.
const ON_ROAD_MI: f64 = 0.01;

/// A line that is driven. There are very many of these, so it keeps where it is on which road, and no bends.
#[derive(Clone, Copy, Debug)]
pub struct Trace {
    from: Point,
    to: Point,
    /// From a gate to the road, …
    lead: f32,
    /// … on the road from this mile of it …
    start: f32,
    /// … to that one, …
    end: f32,
    /// … and from the road to a gate.
    tail: f32,
    road: u8,
}

impl Trace {
    /// Along a road from one place at it to another; straight on [`LOCAL`].
    pub fn along(road: u8, from: Point, to: Point) -> Self {
        let Some(line) = line(road) else {
            let miles = from.miles_to(to) as f32;
            return Self { from, to, lead: miles, start: 0.0, end: 0.0, tail: 0.0, road: LOCAL };
        };
        let ((start, onto), (end, off)) = (line.nearest(from), line.nearest(to));
        let beside = |miles: f64| if miles < ON_ROAD_MI { 0.0 } else { miles as f32 };
        let (lead, tail) = (beside(from.miles_to(onto)), beside(off.miles_to(to)));
        Self { from, to, lead, start: start as f32, end: end as f32, tail, road }
    }

    /// No way at all.
    pub const fn standing(at: Point) -> Self {
        Self { from: at, to: at, lead: 0.0, start: 0.0, end: 0.0, tail: 0.0, road: LOCAL }
    }

    /// Where it begins.
    pub const fn from(&self) -> Point {
        self.from
    }

    /// Which road it is on.
    pub const fn road(&self) -> u8 {
        self.road
    }

    /// Its length.
    pub fn miles(&self) -> f64 {
        f64::from(self.lead) + f64::from(self.end - self.start).abs() + f64::from(self.tail)
    }

    /// The point at that share of its miles, 0 to 1, and the compass course from there.
    pub fn at(&self, share: f64) -> (Point, f64) {
        let mile = self.miles() * share.clamp(0.0, 1.0);
        let Some(line) = line(self.road) else { return straight(self.from, self.to, share) };
        let (lead, on_road) = (f64::from(self.lead), f64::from(self.end - self.start));
        if mile < lead {
            return straight(self.from, line.at(f64::from(self.start)).0, mile / lead);
        }
        if mile > lead + on_road.abs() {
            let off = line.at(f64::from(self.end)).0;
            return straight(off, self.to, (mile - lead - on_road.abs()) / f64::from(self.tail));
        }
        let (point, course) = line.at(f64::from(self.start) + (mile - lead) * on_road.signum());
        (point, if on_road < 0.0 { (course + 180.0) % 360.0 } else { course })
    }
}

/// The place on a road nearest to a point, with the miles between.
pub fn beside(road: u8, point: Point) -> Option<(Point, f64)> {
    let (_, place) = line(road)?.nearest(point);
    Some((place, place.miles_to(point)))
}

fn line(road: u8) -> Option<&'static Line> {
    if road == LOCAL { None } else { LINES.get(usize::from(road)) }
}

fn straight(from: Point, to: Point, share: f64) -> (Point, f64) {
    let share = share.clamp(0.0, 1.0);
    (from.towards(to, share), from.heading_to(to))
}

#[cfg(test)]
mod tests {
    use super::super::{CITIES, ends, roads};
    use super::*;

    #[test]
    fn a_road_is_driven_evenly_either_way_and_in_parts() {
        for road in roads() {
            let (from, to) = ends(road).unwrap();
            let (from, to) = (CITIES[from].point(), CITIES[to].point());
            let (there, back) = (Trace::along(road, from, to), Trace::along(road, to, from));
            assert!((there.miles() - back.miles()).abs() < 0.01, "road {road}");
            let mut last = from;
            for step in 1..=40 {
                let share = f64::from(step) / 40.0;
                let ((point, course), (same, against)) = (there.at(share), back.at(1.0 - share));
                assert!(last.miles_to(point) <= there.miles() / 40.0 + 0.01, "road {road} at {share}");
                assert!(point.miles_to(same) < 0.01, "road {road} at {share}");
                assert!((0.0..=360.0).contains(&course) && (0.0..=360.0).contains(&against));
                let halves = [Trace::along(road, from, point), Trace::along(road, point, to)];
                let miles = halves[0].miles() + halves[1].miles();
                assert!((miles - there.miles()).abs() < 0.01, "road {road} at {share}: {miles}");
                let (begins, goes_on) = halves[1].at(0.0);
                assert!(begins.miles_to(point) < 0.01, "road {road} at {share}");
                let turned = (goes_on - course).rem_euclid(360.0);
                assert!(step == 40 || turned.min(360.0 - turned) < 60.0, "road {road} at {share}: {turned}");
                last = point;
            }
            assert!(last.miles_to(to) < 0.01);
        }
    }

    #[test]
    fn the_course_is_the_one_that_is_driven() {
        for road in roads() {
            let (from, to) = ends(road).unwrap();
            for (from, to) in [(from, to), (to, from)] {
                let trace = Trace::along(road, CITIES[from].point(), CITIES[to].point());
                for step in 0..200 {
                    let share = f64::from(step) / 200.0;
                    let ((here, course), (next, after)) = (trace.at(share), trace.at(share + 0.0005));
                    let off = |course: f64| {
                        let off = (here.heading_to(next) - course).rem_euclid(360.0);
                        off.min(360.0 - off)
                    };
                    // Around a bend it is one or the other, or between.
                    assert!(off(course).min(off(after)) < 60.0, "road {road} at {share}: {course} {after}");
                }
            }
        }
    }

    #[test]
    fn a_gate_beside_the_road_is_left_and_reached_straight() {
        let road = 0;
        let (from, to) = ends(road).unwrap();
        let gate = |city: usize| {
            let centre = CITIES[city].point();
            Point { latitude: centre.latitude + 0.05, longitude: centre.longitude - 0.05 }
        };
        let trace = Trace::along(road, gate(from), gate(to));
        assert!(trace.at(0.0).0.miles_to(gate(from)) < 1e-6);
        assert!(trace.at(1.0).0.miles_to(gate(to)) < 1e-3);
        let step = trace.miles() / 1000.0;
        for number in 0..1000 {
            let (here, next) = (f64::from(number) / 1000.0, f64::from(number + 1) / 1000.0);
            assert!(trace.at(here).0.miles_to(trace.at(next).0) <= step + 0.001, "at {here}");
        }
    }

    #[test]
    fn a_move_inside_a_city_is_straight() {
        let (from, to) = (CITIES[0].point(), CITIES[1].point());
        let trace = Trace::along(LOCAL, from, to);
        assert!((trace.miles() - from.miles_to(to)).abs() < 1e-3);
        assert_eq!(trace.from(), from);
        assert!(trace.at(1.0).0.miles_to(to) < 1e-6);
        assert!(Trace::standing(from).miles().abs() < 1e-9);
    }
}
