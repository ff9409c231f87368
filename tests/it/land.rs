//! The drawn roads against surveyed ones: how far off they are. The surveyed lines are only read in place.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use backhaul::model::land::{Land, Layer, Level, coarse, whole};

type Place = (f64, f64);

const ALLOWED_MI: f64 = 5.0;
/// Further than this from the surveyed line of a road, that line has a hole; see `holes_are_no_excuse`.
const HOLE_MI: f64 = 12.0;

/// Roads that share their surveyed line with another, which alone has the name.
const SHARED: &[(&str, &[&str])] = &[("I-90", &["I-39", "I-80", "I-94"])];

#[test]
fn interstates_are_drawn_within_five_miles_nine_times_in_ten() {
    let Some(surveyed) = surveyed() else { return };
    let mut measured: Vec<f64> = Vec::new();
    for (name, drawn) in interstates() {
        let others = SHARED.iter().find(|(shared, _)| *shared == name).map_or(&[][..], |(_, others)| others);
        // A route of a letter is surveyed, but not by its name.
        let is_named = |surveyed: &str| surveyed == name || others.contains(&surveyed);
        let is_meant = |surveyed: &str| name.ends_with(['E', 'W']) || is_named(surveyed);
        let named = surveyed.iter().filter(|(name, _)| is_meant(name)).flat_map(|(_, places)| places);
        let named: Vec<Place> = named.copied().collect();
        if named.is_empty() {
            println!("{name}: nothing to measure it against");
            continue;
        }
        let survey = Survey::of(&named);
        let mut off: Vec<f64> = drawn.iter().map(|place| survey.miles_from(*place)).collect();
        off.retain(|miles| *miles <= HOLE_MI);
        assert!(off.len() * 10 >= drawn.len() * 8, "{name}: only {} of {} measured", off.len(), drawn.len());
        off.sort_by(f64::total_cmp);
        println!("{name}: p50 {:.1}, p90 {:.1} of {} mi", share(&off, 50), share(&off, 90), off.len());
        assert!(share(&off, 90) <= ALLOWED_MI, "{name}: {:.1} miles off", share(&off, 90));
        measured.append(&mut off);
    }
    measured.sort_by(f64::total_cmp);
    assert!(measured.len() > 30_000, "{}", measured.len());
    println!("all: p90 {:.1} of {} mi", share(&measured, 90), measured.len());
    assert!(share(&measured, 90) <= 3.0, "the words of a place count on it");
}

/// Where the line of that name has a hole there is a surveyed road all the same.
#[test]
fn holes_are_no_excuse() {
    let Some(surveyed) = surveyed() else { return };
    let every: Vec<Place> = surveyed.values().flatten().copied().collect();
    let survey = Survey::of(&every);
    for (name, drawn) in interstates() {
        let mut off: Vec<f64> = drawn.iter().map(|place| survey.miles_from(*place)).collect();
        off.sort_by(f64::total_cmp);
        assert!(share(&off, 95) <= ALLOWED_MI, "{name}: {:.1} miles off", share(&off, 95));
    }
}

/// The drawn interstates, a place a mile.
fn interstates() -> BTreeMap<&'static str, Vec<Place>> {
    let mut drawn: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for line in Land::lines(Level::Near).iter().filter(|line| line.layer == Layer::Road) {
        let name = line.name.unwrap();
        if name.starts_with("I-") {
            let places: Vec<Place> = line.points.iter().map(|&(a, b)| (a.into(), b.into())).collect();
            drawn.entry(name).or_default().extend(spread(&places, 1.0));
        }
    }
    assert!(drawn.len() > 60, "{}", drawn.len());
    drawn
}

/// The surveyed lines by name, a place every half mile; `None` where they are not at hand.
fn surveyed() -> Option<HashMap<String, Vec<Place>>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/map/map_l2.tsv");
    let Ok(text) = fs::read_to_string(&file) else {
        println!("skipped: no {}", file.display());
        return None;
    };
    let mut lines: HashMap<String, Vec<Place>> = HashMap::new();
    for row in text.lines() {
        let mut cells = row.split('\t');
        let (layer, name, line) = (cells.next()?, cells.next()?, cells.next()?);
        if ["interstates", "roads"].contains(&layer) {
            lines.entry(name.to_owned()).or_default().extend(spread(&decoded(line), 0.5));
        }
    }
    Some(lines)
}

/// An encoded polyline of three decimals.
fn decoded(line: &str) -> Vec<Place> {
    let (mut bytes, mut places) = (line.bytes().peekable(), Vec::new());
    let (mut latitude, mut longitude) = (0_i32, 0_i32);
    while bytes.peek().is_some() {
        for part in [&mut latitude, &mut longitude] {
            let mut number = 0_i32;
            for (step, byte) in bytes.by_ref().enumerate() {
                number |= i32::from((byte - 63) & 31) << (5 * step);
                if byte - 63 < 32 {
                    break;
                }
            }
            *part += if number & 1 == 1 { !(number >> 1) } else { number >> 1 };
        }
        places.push((f64::from(latitude) / 1000.0, f64::from(longitude) / 1000.0));
    }
    places
}

/// Places along a line, at most `every` miles apart.
fn spread(line: &[Place], every: f64) -> Vec<Place> {
    let mut places = Vec::new();
    for ends in line.windows(2) {
        let steps = whole(coarse(miles(ends[0], ends[1]) / every)) + 1;
        places.extend((0..=steps).map(|step| {
            let share = f64::from(step) / f64::from(steps);
            (ends[0].0 + (ends[1].0 - ends[0].0) * share, ends[0].1 + (ends[1].1 - ends[0].1) * share)
        }));
    }
    places
}

/// Surveyed places in cells of a quarter degree.
struct Survey(HashMap<(u16, u16), Vec<Place>>);

impl Survey {
    fn of(places: &[Place]) -> Self {
        let mut cells: HashMap<_, Vec<Place>> = HashMap::new();
        for place in places {
            cells.entry(Self::cell(*place)).or_default().push(*place);
        }
        Self(cells)
    }

    fn cell(place: Place) -> (u16, u16) {
        (whole(coarse((place.0 + 90.0) * 4.0)), whole(coarse((place.1 + 180.0) * 4.0)))
    }

    /// Miles to the nearest surveyed place, infinite where none is near.
    fn miles_from(&self, place: Place) -> f64 {
        let (row, column) = Self::cell(place);
        let columns = column - 2..=column + 2;
        let cells = (row - 1..=row + 1).flat_map(|row| columns.clone().map(move |column| (row, column)));
        let near = cells.filter_map(|cell| self.0.get(&cell)).flatten();
        near.map(|other| miles(place, *other)).fold(f64::INFINITY, f64::min)
    }
}

fn miles(from: Place, to: Place) -> f64 {
    let across = (to.1 - from.1) * f64::midpoint(from.0, to.0).to_radians().cos();
    (to.0 - from.0).hypot(across) * 69.0
}

/// The value that so many of a hundred are not above.
fn share(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}
