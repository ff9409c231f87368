//! The roads of the simulated world as a router sees them: on which one a place lies, the way between two,
//! how long it takes at what hour, and what no truck gets through.
//!
//! The way is the one that the world's trucks drive, and a car is as much faster than they are as the usual
//! truck factor says, so that an ETA made of it comes true but for what traffic adds. What does not let a
//! truck pass: the bridge on the way to Miami carries 32 t, the underpass on the way to Laredo is 4 m high
//! (there is no other way to either), and the road from Newark to Boston is 2.55 m wide, which is taken all
//! the same and told as a violation.

use super::super::atlas::{Atlas, CITIES, LOCAL, Point, Trace, beside, ends, road_name, roads};
use super::super::chance::Chance;

/// A truck's 57 to 65.5 mph, made a car's by the usual factor of 1.07.
const CAR_MPH: f64 = 61.25 * 1.07;
/// Closer to a city's centre than this is in its streets.
const TOWN_MI: f64 = 12.0;
/// Further than this from everything there is no road.
const NOWHERE_MI: f64 = 75.0;
/// Roads that are no further apart are one, for a while.
const SAME_MI: f64 = 0.1;
/// To the next exit and back on the other carriageway.
const TURN_MI: f64 = 10.0;
/// Traffic is so much slower or faster than usual, at most …
const TRAFFIC: f64 = 0.02;
/// … and changes its mind in this time.
const MOOD: i64 = 1800;
/// What an incident costs.
const INCIDENT_S: f64 = 240.0;

const METERS_A_MILE: f64 = 1609.344;

/// What a truck may not exceed on a road.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Meters, and no way for more.
    Height(f64),
    /// Metric tons, and no way for more.
    Weight(f64),
    /// Meters; more is told, and taken.
    Width(f64),
}

const LIMITS: &[(&str, &str, Limit)] = &[
    ("MCO", "MIA", Limit::Weight(32.0)),
    ("SAT", "LRD", Limit::Height(4.0)),
    ("EWR", "BOS", Limit::Width(2.55)),
];

/// The network.
#[derive(Debug)]
pub struct Roads {
    atlas: Atlas,
    /// By road.
    limits: Vec<Option<Limit>>,
}

/// A coordinate on the network.
#[derive(Clone, Copy, Debug)]
pub struct Snapped {
    /// On which road.
    pub stand: Stand,
    /// The coordinate itself.
    pub asked: Point,
    /// Where on the road.
    pub point: Point,
}

/// On which road a coordinate is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// In a city's streets.
    Town(usize),
    /// Between two cities.
    Road(u8),
}

/// A city by which a place is left or reached.
#[derive(Clone, Copy, Debug)]
struct Entry {
    city: usize,
    /// Between it and the place.
    miles: f64,
    /// On which road.
    road: u8,
}

/// A piece of the way, on one road.
#[derive(Clone, Debug)]
pub struct Piece {
    /// How it runs.
    pub line: Trace,
    /// Of which road.
    pub road: u8,
    /// Where it leads.
    pub city: usize,
}

impl Roads {
    /// All of them.
    pub fn new() -> Self {
        let limit = |road: u8| {
            let (from, to) = ends(road)?;
            let (from, to) = (CITIES[from].code, CITIES[to].code);
            LIMITS.iter().find(|(one, other, _)| (*one, *other) == (from, to)).map(|(.., limit)| *limit)
        };
        Self { atlas: Atlas::new(), limits: roads().map(limit).collect() }
    }

    /// Where a coordinate is put; `None` far from everything.
    pub fn snap(asked: Point) -> Option<Snapped> {
        let distances = CITIES.iter().map(|city| city.point().miles_to(asked)).enumerate();
        let (city, miles) = distances.min_by(|a, b| a.1.total_cmp(&b.1))?;
        if miles <= TOWN_MI {
            return Some(Snapped { stand: Stand::Town(city), asked, point: kerb(asked) });
        }
        let beside = |road: u8| beside(road, asked).map(|(place, miles)| (road, place, miles));
        let (road, point, miles) = roads().filter_map(beside).min_by(|a, b| a.2.total_cmp(&b.2))?;
        (miles <= NOWHERE_MI).then_some(Snapped { stand: Stand::Road(road), asked, point })
    }

    /// The way from one place to another, never empty.
    pub fn way(&self, from: Snapped, to: Snapped) -> Vec<Piece> {
        let (starts, ends) = (Self::entries(from), Self::entries(to));
        let last_city = ends.first().map_or(0, |entry| entry.city);
        if from.stand == to.stand {
            let road = ends.first().map_or(LOCAL, |entry| entry.road);
            return vec![Piece::new(from.point, to.point, road, last_city)];
        }
        if let Some(shared) =
            ends.iter().find(|end| end.road != LOCAL && starts.iter().any(|e| e.road == end.road))
        {
            return vec![Piece::new(on(shared.road, from.point), to.point, shared.road, shared.city)];
        }
        let pairs = starts.iter().flat_map(|out| ends.iter().map(move |into| (out, into)));
        let miles =
            |(out, into): &(&Entry, &Entry)| out.miles + self.atlas.miles(out.city, into.city) + into.miles;
        let Some((out, into)) = pairs.min_by(|a, b| miles(a).total_cmp(&miles(b))) else { return Vec::new() };
        let mut nodes: Vec<(usize, u8)> = Vec::new();
        if out.road != LOCAL {
            nodes.push((out.city, out.road));
        }
        nodes.extend(self.atlas.way(out.city, into.city));
        let mut pieces: Vec<Piece> = Vec::new();
        let mut here = on(out.road, from.point);
        for (city, road) in nodes {
            pieces.push(Piece::new(here, CITIES[city].point(), road, city));
            here = CITIES[city].point();
        }
        match (to.stand, pieces.last_mut()) {
            // Straight to the gate: trucks do not go by the middle of the town either.
            (Stand::Town(_), Some(last)) => {
                *last = Piece::new(last.line.from(), to.point, last.road, last.city);
            }
            _ => pieces.push(Piece::new(here, to.point, into.road, last_city)),
        }
        pieces
    }

    /// How a place is left or reached, never empty: by either end of every road that it is on.
    fn entries(place: Snapped) -> Vec<Entry> {
        let road = match place.stand {
            Stand::Town(city) => return vec![Entry { city, miles: 0.0, road: LOCAL }],
            Stand::Road(road) => road,
        };
        let passes = |other: &u8| beside(*other, place.point).is_some_and(|(_, miles)| miles < SAME_MI);
        let others = roads().filter(|other| *other != road && passes(other));
        let both_ends = |road: u8| {
            let entry = move |city: usize| {
                let miles = Trace::along(road, place.point, CITIES[city].point()).miles();
                Entry { city, miles, road }
            };
            ends(road).into_iter().flat_map(move |(from, to)| [from, to].map(entry))
        };
        std::iter::once(road).chain(others).flat_map(both_ends).collect()
    }

    /// What limits a road.
    pub fn limit(&self, road: u8) -> Option<Limit> {
        self.limits.get(usize::from(road)).copied().flatten()
    }
}

/// How a vehicle that is put on `first`, the beginning of its way, is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// The way it has to go.
    Right,
    /// The other way: it has to turn at the next exit.
    Back,
    /// Across: no road leads that way.
    Across,
}

/// How a vehicle at `from` is turned that goes by `first`. Without a bearing it may be put on the other
/// carriageway, and is for an eighth of all places.
pub fn turned(from: Snapped, first: &Piece, bearing: Option<(f64, f64)>) -> Turned {
    if matches!(from.stand, Stand::Town(_)) {
        // Streets lead everywhere.
        return Turned::Right;
    }
    let (_, course) = first.line.at(0.0);
    let Some((angle, range)) = bearing else {
        let place =
            [from.asked.latitude, from.asked.longitude].map(|degrees| (degrees * 200.0) as i64 as u64);
        return if Chance::of(&[307, place[0], place[1]]).below(8) == 0 {
            Turned::Back
        } else {
            Turned::Right
        };
    };
    let off = (angle - course + 180.0).rem_euclid(360.0) - 180.0;
    if off.abs() <= range {
        Turned::Right
    } else if 180.0 - off.abs() <= range {
        Turned::Back
    } else {
        Turned::Across
    }
}

/// Meters of a turn at the next exit.
pub const fn turn_meters() -> f64 {
    TURN_MI * METERS_A_MILE
}

/// A place on one of two roads that are one for a while, on the other: their lines are some feet apart, and across
/// those nobody drives.
fn on(road: u8, place: Point) -> Point {
    beside(road, place).map_or(place, |(there, _)| there)
}

impl Piece {
    fn new(from: Point, to: Point, road: u8, city: usize) -> Self {
        Self { line: Trace::along(road, from, to), road, city }
    }

    /// Meters.
    pub fn meters(&self) -> f64 {
        self.line.miles() * METERS_A_MILE
    }

    /// Seconds at `now` with its traffic.
    pub fn seconds(&self, now: i64) -> f64 {
        let incident = if self.incident(now) { INCIDENT_S } else { 0.0 };
        usual_seconds(self.meters()) * (1.0 + traffic(self.road, now)) + incident
    }

    /// Whether something is in the way at `now`: of each road for six hours now and then.
    pub fn incident(&self, now: i64) -> bool {
        let long = self.meters() > 30.0 * METERS_A_MILE;
        long && Chance::of(&[317, u64::from(self.road), (now / 21_600) as u64]).hits(4)
    }

    /// Its road's name.
    pub fn name(&self) -> &'static str {
        road_name(self.road).unwrap_or("Industrial Parkway")
    }
}

/// Seconds of so many meters without any traffic.
pub fn usual_seconds(meters: f64) -> f64 {
    meters / METERS_A_MILE / CAR_MPH * 3600.0
}

/// A pure function of road and time, and without jumps.
fn traffic(road: u8, now: i64) -> f64 {
    let at = |mood: i64| Chance::of(&[311, u64::from(road), mood as u64]).fraction() * 2.0 - 1.0;
    let (mood, share) = (now.div_euclid(MOOD), now.rem_euclid(MOOD) as f64 / MOOD as f64);
    TRAFFIC * (at(mood) * (1.0 - share) + at(mood + 1) * share)
}

/// The kerb of a street: some meters off, and for one yard in forty far outside its fence.
fn kerb(asked: Point) -> Point {
    let place = [asked.latitude, asked.longitude].map(|degrees| (degrees * 10_000.0) as i64 as u64);
    let mut chance = Chance::of(&[331, place[0], place[1]]);
    let meters = if chance.below(40) == 0 { 650.0 } else { chance.fraction() * 30.0 };
    Point { latitude: asked.latitude + meters / 111_195.0, ..asked }
}

#[cfg(test)]
mod tests {
    use super::super::super::Upstream;
    use super::super::super::spread::Spread;
    use super::super::super::week::Activity;
    use super::super::super::world::World;
    use super::*;

    const NOW: i64 = 1_795_500_000;

    /// Of every truck under way: its truth in driving minutes to the next stop, and what the router says
    /// made a truck's by the usual factor.
    #[test]
    fn what_the_router_says_comes_true() {
        let world = World::new(200, 1, Spread::over(Upstream::ELDS));
        let roads = Roads::new();
        let (mut off, mut near, mut far) = (Vec::new(), 0, 0);
        for hour in 0..24 {
            let now = NOW + hour * 3600;
            for lane in 0..200 {
                let Some(key) = world.current(lane, now) else { continue };
                let seen = world.truck(lane, now);
                let next = world.haul(key, |haul| haul.calls.iter().find(|call| call.arrival > now).copied());
                let Some(call) = next.filter(|_| seen.stretch.activity == Activity::Drive) else { continue };
                let driven: i64 = seen
                    .week
                    .stretches
                    .iter()
                    .filter(|stretch| stretch.activity == Activity::Drive)
                    .map(|stretch| {
                        let (start, end) = (
                            seen.week.begin + i64::from(stretch.start),
                            seen.week.begin + i64::from(stretch.end),
                        );
                        (end.min(call.arrival) - start.max(now)).max(0)
                    })
                    .sum();
                let (from, to) = (Roads::snap(seen.point).unwrap(), Roads::snap(call.site.point()).unwrap());
                let way = roads.way(from, to);
                assert_eq!(turned(from, &way[0], Some((seen.heading, 60.0))), Turned::Right, "lane {lane}");
                let told: f64 = way.iter().map(|piece| piece.seconds(now)).sum::<f64>() * 1.07;
                let minutes = (told - driven as f64) / 60.0;
                off.push(minutes.abs() / (driven as f64 / 60.0).max(60.0));
                near += usize::from(driven <= 3600);
                far += usize::from(minutes.abs() > 10.0 && driven <= 3600);
            }
        }
        println!("{} of {near} within ten minutes in the last hour; {} in all", near - far, off.len());
        assert!(off.len() > 500, "{}", off.len());
        let bad = off.iter().filter(|share| **share > 0.12).count();
        assert!(bad * 100 <= off.len() * 2, "{bad} of {}", off.len());
        assert!(far * 50 <= near, "{far} of {near} more than ten minutes off within the hour");
    }

    #[test]
    fn the_sea_has_no_road_and_every_city_has() {
        let at = |latitude, longitude| Point { latitude, longitude };
        assert!(Roads::snap(at(30.0, -75.0)).is_none(), "the Atlantic");
        assert!(Roads::snap(at(-95.37, 29.76)).is_none(), "longitude and latitude swapped");
        for (number, city) in CITIES.iter().enumerate() {
            assert_eq!(Roads::snap(city.point()).unwrap().stand, Stand::Town(number), "{}", city.name);
        }
    }

    #[test]
    fn traffic_has_no_jumps() {
        for road in [0, 17, 60] {
            for now in NOW..NOW + 4000 {
                assert!((traffic(road, now) - traffic(road, now + 1)).abs() < 1e-4);
                assert!(traffic(road, now).abs() <= TRAFFIC);
            }
        }
    }
}
