//! How the roads of the simulated world run: along the roads that the base map draws, from city to city.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::LazyLock;

use super::line::{Flat, Line};
use super::places::ROADS;
use super::{CITIES, Point, city};
use crate::model::land::{Land, Road};

/// A bend smaller than this is driven straight.
const BEND_MI: f64 = 2.0;
/// Drawn roads that pass each other closer than this are joined.
const JOIN_MI: f64 = 3.0;
/// From a city's centre to the drawn roads around it.
const TOWN_MI: f64 = 12.0;
/// A road of another name is taken where it saves so much.
const DETOUR: f64 = 1.3;

/// By road: its line, from the centre of its first city to that of its second.
pub(super) static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let net = Net::new(Land::roads().pieces());
    let line = |(from, to, name): &(&str, &str, &str)| {
        Line::new(net.shape(city(from), city(to), &name.replace(' ', "-")))
    };
    ROADS.iter().map(line).collect()
});

/// The drawn roads as places and the ways between them.
struct Net {
    places: Vec<Point>,
    /// By place: where one can go from it, how far that is, and on which road; no road across country.
    ways: Vec<Vec<(usize, f64, Option<&'static str>)>>,
}

impl Net {
    fn new(pieces: &[Road]) -> Self {
        let mut net = Self { places: Vec::new(), ways: Vec::new() };
        let mut known: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        for piece in pieces {
            let [from, to] = [piece.from, piece.to].map(|(latitude, longitude)| {
                let point = Point { latitude: latitude.into(), longitude: longitude.into() };
                let name = [point.latitude, point.longitude].map(|degrees| (degrees * 1000.0).round() as i64);
                *known.entry((name[0], name[1])).or_insert_with(|| net.place(point))
            });
            net.join(from, to, Some(piece.name));
        }
        // In order of latitude, so that only a few have to be compared.
        let mut order: Vec<usize> = (0..net.places.len()).collect();
        order.sort_by(|a, b| net.places[*a].latitude.total_cmp(&net.places[*b].latitude));
        for (number, from) in order.iter().enumerate() {
            let near = |to: &&usize| net.places[**to].latitude - net.places[*from].latitude < JOIN_MI / 69.0;
            let beside: Vec<usize> = order[number + 1..].iter().take_while(near).copied().collect();
            for to in beside {
                if net.places[*from].miles_to(net.places[to]) < JOIN_MI {
                    net.join(*from, to, None);
                }
            }
        }
        for city in CITIES {
            let centre = net.place(city.point());
            let near = |to: &usize| net.places[*to].miles_to(city.point()) < TOWN_MI;
            let around: Vec<usize> = (0..known.len()).filter(near).collect();
            for to in around {
                net.join(centre, to, None);
            }
        }
        net
    }

    fn place(&mut self, point: Point) -> usize {
        self.places.push(point);
        self.ways.push(Vec::new());
        self.places.len() - 1
    }

    fn join(&mut self, from: usize, to: usize, road: Option<&'static str>) {
        let miles = self.places[from].miles_to(self.places[to]);
        self.ways[from].push((to, miles, road));
        self.ways[to].push((from, miles, road));
    }

    /// The way from one city to another that keeps to the road of that name; straight where none leads there.
    fn shape(&self, from: usize, to: usize, name: &str) -> Vec<Point> {
        let centre = |city: usize| self.places.len() - CITIES.len() + city;
        let (start, end) = (centre(from), centre(to));
        let mut least = vec![u64::MAX; self.places.len()];
        let mut before = vec![start; self.places.len()];
        let mut open = BinaryHeap::from([Reverse((0_u64, start))]);
        least[start] = 0;
        while let Some(Reverse((cost, here))) = open.pop() {
            if here == end {
                break;
            }
            for (there, miles, road) in &self.ways[here] {
                let is_meant = road.is_some_and(|road| road.trim_end_matches(['E', 'W']) == name);
                let weight = if is_meant { 1.0 } else { DETOUR };
                let total = cost + (miles * weight * 1000.0) as u64 + 1;
                if total < least[*there] {
                    (least[*there], before[*there]) = (total, here);
                    open.push(Reverse((total, *there)));
                }
            }
        }
        let mut line = vec![self.places[end]];
        let mut here = end;
        while here != start {
            here = before[here];
            line.push(self.places[here]);
        }
        line.reverse();
        straightened(&line)
    }
}

/// Douglas and Peucker: without the bends that do not matter.
fn straightened(line: &[Point]) -> Vec<Point> {
    let (Some(first), Some(last)) = (line.first(), line.last()) else { return Vec::new() };
    let inner = 1..line.len().max(2) - 1;
    let off = |number: usize| {
        let (share, _) = Flat::around(line[number]).nearest(*first, *last, line[number]);
        line[number].miles_to(first.towards(*last, share))
    };
    let furthest = inner.max_by(|a, b| off(*a).total_cmp(&off(*b)));
    match furthest.filter(|number| off(*number) > BEND_MI) {
        None => vec![*first, *last],
        Some(number) => {
            let mut bends = straightened(&line[..=number]);
            bends.pop();
            bends.extend(straightened(&line[number..]));
            bends
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::land::coarse;

    #[test]
    fn every_road_runs_along_drawn_roads() {
        let (drawn, mut long_ways) = (Land::roads(), Vec::new());
        for ((from, to, name), line) in ROADS.iter().zip(LINES.iter()) {
            let road = format!("{name} from {from} to {to}");
            let (from, to) = (CITIES[city(from)].point(), CITIES[city(to)].point());
            let shape = &line.bends;
            assert_eq!((shape.first(), shape.last()), (Some(&from), Some(&to)), "{road}");
            let miles = *line.marks.last().unwrap();
            let straight = from.miles_to(to);
            println!("{road}: {miles:.0} miles for {straight:.0}, {} bends", shape.len() - 2);
            if miles > straight * 1.4 {
                long_ways.push(format!("{road}: {miles:.0} miles for {straight:.0}"));
            }
            let bends = &shape[1..shape.len() - 1];
            for bend in bends {
                let near = drawn.nearest(coarse(bend.latitude), coarse(bend.longitude));
                assert!(near.is_some_and(|(_, miles)| miles < 0.1), "{road} at {bend:?}");
            }
        }
        assert_eq!(long_ways, [""; 0]);
    }
}
