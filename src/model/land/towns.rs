//! The towns, and finding them by place: a grid, so that a question costs the towns around it and not all.

use super::{Bounds, MILES_A_DEGREE, flat_miles, whole};

/// Half a degree a cell: 35 miles from south to north.
const CELLS_A_DEGREE: f32 = 2.0;
const SOUTH: f32 = 14.0;
const WEST: f32 = -170.0;
const NORTH: f32 = 72.0;
const EAST: f32 = -50.0;
/// Cells from south to north …
const ROWS: usize = 116;
/// … and from west to east.
const COLUMNS: usize = 240;
const ROW_MI: f32 = 34.5;

/// A country that has towns on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Country {
    /// The United States.
    UnitedStates,
    /// Canada.
    Canada,
    /// Mexico.
    Mexico,
}

impl Country {
    /// Two letters, ISO 3166.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnitedStates => "US",
            Self::Canada => "CA",
            Self::Mexico => "MX",
        }
    }
}

/// A town, as `GeoNames` has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Town {
    /// Its name in plain letters.
    pub name: &'static str,
    /// Two letters of the state or province; empty in Mexico, whose states are better known by their names.
    pub state: &'static str,
    /// Where that is.
    pub country: Country,
    /// Of its centre.
    pub latitude: f32,
    /// Of its centre.
    pub longitude: f32,
    /// People; 0 where that is not known.
    pub population: u32,
}

impl Town {
    /// What follows its name: the state, in Mexico the country.
    pub const fn state_or_country(&self) -> &'static str {
        if self.state.is_empty() { self.country.code() } else { self.state }
    }

    /// Its population, to reckon with.
    #[expect(clippy::cast_precision_loss, reason = "a person in 20 million is no matter")]
    pub const fn people(&self) -> f32 {
        self.population as f32
    }

    /// Miles from its centre; right near it, and 1 % off at 100 miles.
    pub fn miles_to(&self, latitude: f32, longitude: f32) -> f32 {
        flat_miles((self.latitude, self.longitude), (latitude, longitude))
    }
}

/// All towns.
#[derive(Debug)]
pub struct Towns {
    /// Largest first.
    all: Vec<Town>,
    /// By cell: where its towns begin in `members`.
    starts: Vec<u32>,
    /// Numbers of towns, cell by cell, largest first.
    members: Vec<u32>,
}

impl Towns {
    /// From towns in order of their population, largest first.
    pub(super) fn new(all: Vec<Town>) -> Self {
        let cell_of = |town: &Town| {
            let (row, column) = cell(town.latitude, town.longitude);
            row * COLUMNS + column
        };
        let mut starts = vec![0_u32; ROWS * COLUMNS + 1];
        for town in &all {
            starts[cell_of(town) + 1] += 1;
        }
        for number in 1..starts.len() {
            starts[number] += starts[number - 1];
        }
        let (mut next, mut members) = (starts.clone(), vec![0_u32; all.len()]);
        for (number, town) in (0_u32..).zip(&all) {
            let at = &mut next[cell_of(town)];
            members[*at as usize] = number;
            *at += 1;
        }
        Self { all, starts, members }
    }

    /// All of them, largest first.
    pub fn iter(&self) -> impl Iterator<Item = &Town> {
        self.all.iter()
    }

    /// Those inside, largest first.
    pub fn within(&self, bounds: Bounds) -> Vec<&Town> {
        let (south, west) = cell(bounds.south, bounds.west);
        let (north, east) = cell(bounds.north, bounds.east);
        let mut found: Vec<u32> = Vec::new();
        for row in south..=north {
            for column in west..=east {
                found.extend(self.in_cell(row, column).iter().filter(|number| {
                    let town = &self.all[**number as usize];
                    bounds.holds(town.latitude, town.longitude)
                }));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|number| &self.all[number as usize]).collect()
    }

    /// The nearest within `reach` miles, with the miles to it.
    pub fn nearest(&self, latitude: f32, longitude: f32, reach: f32) -> Option<(&Town, f32)> {
        self.weighed(latitude, longitude, reach, |_| Some(1.0))
    }

    /// The town for which miles / weight is least, within `reach` miles, with the miles to it; one without a weight
    /// is passed over. A larger town must not weigh less than a smaller one.
    pub fn weighed(
        &self,
        latitude: f32,
        longitude: f32,
        reach: f32,
        weight: impl Fn(&Town) -> Option<f32>,
    ) -> Option<(&Town, f32)> {
        if !on_map(latitude, longitude) {
            return None;
        }
        // Where the cells are narrowest.
        let column_mi = ROW_MI * (latitude + reach / MILES_A_DEGREE).to_radians().cos();
        let rings = whole((reach / column_mi).ceil()) + 1;
        let (row, column) = cell(latitude, longitude);
        let mut best: Option<(&Town, f32, f32)> = None;
        for ring in 0..=rings {
            for (row, column) in ring_of(row, column, usize::from(ring)) {
                // Cells of the next ring are at least so far away.
                let at_least = f32::from(ring.saturating_sub(1)) * column_mi;
                for number in self.in_cell(row, column) {
                    let town = &self.all[*number as usize];
                    let Some(weight) = weight(town) else { continue };
                    if best.is_some_and(|(.., least)| at_least / weight > least) {
                        // The rest of the cell is smaller still.
                        break;
                    }
                    let miles = town.miles_to(latitude, longitude);
                    let score = miles / weight;
                    if miles <= reach && best.is_none_or(|(.., least)| score < least) {
                        best = Some((town, miles, score));
                    }
                }
            }
        }
        best.map(|(town, miles, _)| (town, miles))
    }

    fn in_cell(&self, row: usize, column: usize) -> &[u32] {
        let number = row * COLUMNS + column;
        let (from, to) = (self.starts[number] as usize, self.starts[number + 1] as usize);
        &self.members[from..to]
    }
}

fn on_map(latitude: f32, longitude: f32) -> bool {
    (SOUTH..=NORTH).contains(&latitude) && (WEST..=EAST).contains(&longitude)
}

/// The cell of a place; the nearest one where the place is off the map.
fn cell(latitude: f32, longitude: f32) -> (usize, usize) {
    let row = usize::from(whole((latitude - SOUTH) * CELLS_A_DEGREE));
    let column = usize::from(whole((longitude - WEST) * CELLS_A_DEGREE));
    (row.min(ROWS - 1), column.min(COLUMNS - 1))
}

/// The cells that are `ring` steps from one, as far as they are on the map.
fn ring_of(row: usize, column: usize, ring: usize) -> impl Iterator<Item = (usize, usize)> {
    let (south, north) = (row.saturating_sub(ring), (row + ring).min(ROWS - 1));
    let (west, east) = (column.saturating_sub(ring), (column + ring).min(COLUMNS - 1));
    (south..=north).flat_map(move |there| {
        let whole = there.abs_diff(row) == ring;
        let columns = west..=east;
        columns.filter(move |over| whole || over.abs_diff(column) == ring).map(move |over| (there, over))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Land;
    use super::*;

    #[test]
    fn the_largest_come_first() {
        let populations: Vec<u32> = Land::towns().iter().map(|town| town.population).collect();
        assert!(populations.is_sorted_by(|a, b| a >= b));
        assert_eq!(Land::towns().iter().next().map(|town| town.name), Some("Mexico City"));
    }

    #[test]
    fn towns_are_found_by_place_as_by_looking_at_all() {
        let towns = Land::towns();
        for step in 0..400_u16 {
            let (latitude, longitude) = (15.0 + f32::from(step % 57), -169.0 + f32::from(step) * 0.29);
            let best = |weight: fn(&Town) -> f32| {
                let near = towns.iter().map(|town| (town, town.miles_to(latitude, longitude)));
                near.filter(|(_, miles)| *miles <= 90.0)
                    .min_by(|a, b| (a.1 / weight(a.0)).total_cmp(&(b.1 / weight(b.0))))
            };
            let by_size = |town: &Town| town.people().max(1.0).sqrt();
            assert_eq!(towns.nearest(latitude, longitude, 90.0), best(|_| 1.0), "{latitude},{longitude}");
            let weighed = towns.weighed(latitude, longitude, 90.0, |town| Some(by_size(town)));
            assert_eq!(weighed, best(by_size), "{latitude},{longitude}");
            let bounds =
                Bounds { south: latitude, west: longitude, north: latitude + 3.0, east: longitude + 5.0 };
            let inside: Vec<_> =
                towns.iter().filter(|town| bounds.holds(town.latitude, town.longitude)).collect();
            assert_eq!(towns.within(bounds), inside);
        }
    }

    #[test]
    fn nowhere_has_no_town() {
        let towns = Land::towns();
        for (latitude, longitude) in [(0.0, 0.0), (f32::NAN, -100.0), (91.0, 500.0), (30.0, f32::INFINITY)] {
            assert_eq!(towns.nearest(latitude, longitude, 60.0), None);
        }
        let everything = Bounds { south: -90.0, west: -180.0, north: 90.0, east: 180.0 };
        assert_eq!(towns.within(everything).len(), towns.iter().count());
    }
}
