//! Where a position is, in words that a dispatcher can say on the telephone: "Amarillo TX", "12 mi E of Amarillo
//! TX near I-40". From the land that the program brings with it, so it needs no network; it places no stop and
//! judges no arrival, which the position itself does.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use crate::model::Point;
use crate::model::land::{Bounds, Country, Land, Town, coarse, whole};

/// Further from every town than this, words would hide more than they say.
const REACH_MI: f32 = 60.0;
/// A drawn road is within 3 miles of the real one nine times in ten. So a position this near to it is near the
/// road, and may well be on it; that it *is*, nobody here can say.
const BESIDE_MI: f32 = 2.5;
/// People per square mile and a bit: a town of 200,000 reaches 3.7 miles from its centre, one of 2 million 12.
const SPREAD: f32 = 120.0;
/// How far around, and among how many of the nearest towns, one is looked for that no border parts from a position.
const SEARCHED_DEGREES: f32 = 0.6;
const SEARCHED: usize = 60;
const SMALLEST_MI: f32 = 2.0;
const LARGEST_MI: f32 = 12.0;

/// (latitude, longitude), as the land has them.
type Place = (f32, f32);

/// Where a position is. Written out it is one line without an end mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Locality {
    /// The town it is in, or is told from: the one that is best known for how near it is, of those in the state (in
    /// Canada and Mexico the country) that it is in.
    pub town: &'static Town,
    /// Whole miles from that town's centre, and which way from it; `None` inside the town.
    pub away: Option<(u16, Course)>,
    /// A road that passes near, outside of towns: "I-40".
    pub road: Option<&'static str>,
}

/// One of eight directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// North.
    N,
    /// Northeast.
    NE,
    /// East.
    E,
    /// Southeast.
    SE,
    /// South.
    S,
    /// Southwest.
    SW,
    /// West.
    W,
    /// Northwest.
    NW,
}

/// Where a position is; `None` at sea, off the map (which is the US, Canada and Mexico) and further than 60 miles
/// from every town.
pub fn of(position: Point) -> Option<Locality> {
    let here = (coarse(position.latitude), coarse(position.longitude));
    let known = best_known(here, |_| true)?;
    // As a rule it is in the land that the position is in.
    let (town, miles) = if apart(here, known.0) {
        let witness = witness(here)?;
        best_known(here, |town| same_land(town, witness))?
    } else {
        known
    };
    if miles <= radius(town) {
        return Some(Locality { town, away: None, road: None });
    }
    let beside = Land::roads().nearest(here.0, here.1).filter(|(_, miles)| *miles <= BESIDE_MI);
    Some(Locality {
        town,
        away: Some((whole(miles.round()), Course::from(town, position))),
        road: beside.map(|(road, _)| road.name),
    })
}

/// Of the towns that may be named, that whose streets a place is in, and of two that reach it the one it is deeper in;
/// else the one that is best known for how near it is. With the miles to it.
fn best_known(here: Place, may_be: impl Fn(&Town) -> bool) -> Option<(&'static Town, f32)> {
    let towns = Land::towns();
    let weighed = |reach: f32, weight: fn(&Town) -> f32| {
        towns.weighed(here.0, here.1, reach, |town| may_be(town).then(|| weight(town)))
    };
    let inside = weighed(LARGEST_MI, radius).filter(|(town, miles)| *miles <= radius(town));
    inside.or_else(|| weighed(REACH_MI, renown))
}

/// Whether a border lies between a place and a town.
fn apart(here: Place, town: &Town) -> bool {
    Land::borders().part(here, (town.latitude, town.longitude))
}

/// A town of the land that a position is in: the nearest that no border parts from it. The nearest of all where each
/// is across one, which is so on a strip between a border as it is drawn and the river that it follows.
fn witness(here @ (latitude, longitude): Place) -> Option<&'static Town> {
    let towns = Land::towns();
    let (nearest, _) = towns.nearest(latitude, longitude, REACH_MI)?;
    let mut around = towns.within(Bounds {
        south: latitude - SEARCHED_DEGREES,
        west: longitude - SEARCHED_DEGREES,
        north: latitude + SEARCHED_DEGREES,
        east: longitude + SEARCHED_DEGREES,
    });
    let miles = |town: &Town| town.miles_to(latitude, longitude);
    around.sort_unstable_by(|a, b| miles(a).total_cmp(&miles(b)));
    Some(around.into_iter().take(SEARCHED).find(|town| !apart(here, town)).unwrap_or(nearest))
}

/// Whether two towns are in one state of the US, or in one of the other countries, whose inner borders are not drawn.
fn same_land(one: &Town, other: &Town) -> bool {
    one.country == other.country && (one.country != Country::UnitedStates || one.state == other.state)
}

/// What a unit's place is called, at every door: our own words for where it is, so that trucks side by side are at one
/// place whoever tells of them; where we have none what its provider said, else its degrees.
pub fn place(told: Option<&str>, latitude: Option<f64>, longitude: Option<f64>) -> Option<String> {
    let position = latitude.zip(longitude).and_then(|(latitude, longitude)| Point::new(latitude, longitude));
    let ours = position.and_then(words);
    let told = || told.map(str::to_owned);
    let degrees = || position.map(|here| format!("{:.3},{:.3}", here.latitude, here.longitude));
    ours.or_else(told).or_else(degrees)
}

/// What its provider said of a place, where that is not what it is called.
pub fn told_apart<'a>(told: Option<&'a str>, called: &str) -> Option<&'a str> {
    told.filter(|told| *told != called)
}

/// Whether a provider tells how far from a town something is, as "263.5 mi E of Flagstaff, AZ": that is not in it.
pub fn is_measured(told: &str) -> bool {
    told.starts_with(|first: char| first.is_ascii_digit())
        && told.contains(" of ")
        && (told.contains(" mi ") || told.contains(" km "))
}

thread_local! {
    /// The words of the positions that were asked for last.
    static KNOWN: RefCell<HashMap<[u64; 2], Option<Box<str>>>> = RefCell::default();
}

/// Of so many positions the words are kept: two of each unit of the largest fleet, some megabytes.
const KEPT: usize = 40_000;

/// A position in words. A table that is filtered or sorted by place asks for all of its rows at each look, of which few
/// have moved.
fn words(position: Point) -> Option<String> {
    let key = [position.latitude.to_bits(), position.longitude.to_bits()];
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT && !known.contains_key(&key) {
            known.clear();
        }
        let find = || of(position).map(|locality| locality.to_string().into());
        known.entry(key).or_insert_with(find).as_deref().map(str::to_owned)
    })
}

impl fmt::Display for Locality {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((miles, course)) = self.away {
            write!(out, "{miles} mi {course:?} of ")?;
        }
        write!(out, "{} {}", self.town.name, self.town.state_or_country())?;
        match self.road {
            Some(road) => write!(out, " near {road}"),
            None => Ok(()),
        }
    }
}

impl Course {
    fn from(town: &Town, position: Point) -> Self {
        const ROUND: [Course; 8] =
            [Course::N, Course::NE, Course::E, Course::SE, Course::S, Course::SW, Course::W, Course::NW];
        let north = position.latitude - f64::from(town.latitude);
        let narrow = position.latitude.to_radians().cos();
        let east = (position.longitude - f64::from(town.longitude)) * narrow;
        let eighths = (east.atan2(north).to_degrees() / 45.0).round().rem_euclid(8.0);
        ROUND[usize::from(whole(coarse(eighths))) % ROUND.len()]
    }
}

/// How far a town reaches from its centre, in miles.
fn radius(town: &Town) -> f32 {
    (town.people().sqrt() / SPREAD).clamp(SMALLEST_MI, LARGEST_MI)
}

/// How far a town's name carries: that of a city of 200,000 five times as far as that of a hamlet of 1,000.
fn renown(town: &Town) -> f32 {
    town.people().max(500.0).powf(0.3)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_position_is_told_from_the_town_that_people_know() {
        let check = |latitude, longitude, expected: &str| {
            let said = of(Point { latitude, longitude }).map(|place| place.to_string()).unwrap_or_default();
            assert_eq!(said, expected, "{latitude},{longitude}");
        };
        check(35.199, -101.845, "Amarillo TX");
        check(35.215, -101.60, "13 mi E of Amarillo TX near I-40");
        check(41.68, -107.70, "25 mi W of Rawlins WY near I-80");
        check(40.0, -82.7, "Pataskala OH");
        check(33.94, -118.24, "Los Angeles CA");
        check(31.0, -104.5, "20 mi E of Van Horn TX");
        check(46.9, -100.0, "5 mi NW of Steele ND");
        check(49.9, -97.14, "Winnipeg MB");
        check(49.78, -99.0, "43 mi E of Brandon MB");
        check(27.7, -99.48, "13 mi N of Laredo TX near I-35");
        check(27.4, -99.55, "6 mi S of Nuevo Laredo MX near MX-85");
        check(25.43, -100.9, "Saltillo MX");
        check(60.7, -135.0, "2 mi SE of Whitehorse YT near AK-HWY");
        // Across a border from a city that reaches further, or is better known.
        check(40.69, -74.15, "Newark NJ");
        check(40.76, -73.99, "Manhattan NY");
        check(40.728, -74.10, "Jersey City NJ");
        check(39.11, -94.66, "Kansas City KS");
        check(39.30, -94.71, "15 mi NW of Kansas City MO near I-435");
        check(33.45, -93.98, "3 mi E of Texarkana AR near I-30");
        check(42.31, -83.02, "Windsor ON");
        check(38.80, -77.05, "Alexandria VA");
        check(31.90, -106.70, "10 mi NW of Sunland Park NM");
        check(35.15, -90.15, "West Memphis AR");
        check(41.60, -87.50, "Hammond IN");
        check(46.71, -92.09, "Superior WI");
        // The Atlantic, the Gulf, another continent, the pole.
        check(33.0, -70.0, "");
        check(26.0, -91.0, "");
        check(48.85, 2.35, "");
        check(89.9, -100.0, "");
    }

    #[test]
    fn what_a_provider_said_stands_only_where_we_have_no_words() {
        let here = (Some(35.199), Some(-101.845));
        let told = Some("250 mi E of Flagstaff, AZ");
        assert_eq!(place(told, here.0, here.1).as_deref(), Some("Amarillo TX"));
        assert_eq!(place(None, here.0, here.1).as_deref(), Some("Amarillo TX"));
        assert_eq!(place(told, Some(26.0), Some(-91.0)).as_deref(), told);
        assert_eq!(place(told, None, here.1).as_deref(), told);
        assert_eq!(place(None, Some(48.85), Some(2.35)).as_deref(), Some("48.850,2.350"));
        assert_eq!(place(None, here.0, None), None);
        assert_eq!(told_apart(told, "Amarillo TX"), told);
        assert_eq!(told_apart(told, "250 mi E of Flagstaff, AZ"), None);
        assert_eq!(place(None, Some(0.0), Some(0.0)), None);
    }

    #[test]
    fn eight_courses_go_round() {
        let town = Land::towns().iter().find(|town| town.name == "Amarillo").unwrap();
        let from = |north: f64, east: f64| {
            let latitude = f64::from(town.latitude) + north;
            Course::from(town, Point { latitude, longitude: f64::from(town.longitude) + east })
        };
        assert_eq!([from(1.0, 0.0), from(-1.0, 0.0)], [Course::N, Course::S]);
        assert_eq!([from(0.0, 1.0), from(0.0, -1.0)], [Course::E, Course::W]);
        assert_eq!([from(0.5, 0.6), from(0.5, -0.6)], [Course::NE, Course::NW]);
        assert_eq!([from(-0.5, 0.6), from(-0.5, -0.6)], [Course::SE, Course::SW]);
    }

    proptest! {
        #[test]
        fn any_position_has_words_or_none(latitude in -90.0..=90.0, longitude in -180.0..=180.0) {
            if let Some(found) = of(Point { latitude, longitude }) {
                let miles = found.town.miles_to(coarse(latitude), coarse(longitude));
                prop_assert!(miles <= REACH_MI);
                prop_assert_eq!(found.away.is_none(), miles <= radius(found.town));
            }
        }
    }

    #[test]
    fn what_is_no_position_has_no_words() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            assert_eq!(of(Point { latitude: odd, longitude: -100.0 }), None);
            assert_eq!(of(Point { latitude: 35.0, longitude: odd }), None);
        }
    }
}
