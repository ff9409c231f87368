//! The drawn roads, and finding them by place. They are our own list: near the real ones, not on them.

use std::collections::HashMap;

use super::{Layer, Line, MILES_A_DEGREE, flat_miles, whole};

/// A quarter of a degree a cell: more than the reach everywhere on the map.
const CELLS_A_DEGREE: f32 = 4.0;
/// How far from a place a road is looked for.
const REACH_MI: f32 = 3.0;

/// How closely a piece is followed to find its cells. A cell is wider than the reach and half of this.
const STEP_MI: f32 = 2.0;

type Cell = (i16, i16);

/// A straight piece of a drawn road.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Road {
    /// "I-40", "TCH-1", "MX-57".
    pub name: &'static str,
    /// It begins, as (latitude, longitude).
    pub from: (f32, f32),
    /// It ends.
    pub to: (f32, f32),
}

/// All pieces of all roads.
#[derive(Debug)]
pub struct Roads {
    pieces: Vec<Road>,
    /// By cell: the numbers of the pieces that lie in it.
    cells: HashMap<Cell, Vec<u32>>,
}

impl Roads {
    pub(super) fn new(lines: &[Line]) -> Self {
        let roads = lines.iter().filter(|line| line.layer == Layer::Road);
        let pieces: Vec<Road> = roads
            .flat_map(|line| {
                let name = line.name.unwrap_or_default();
                line.points.windows(2).map(move |ends| Road { name, from: ends[0], to: ends[1] })
            })
            .collect();
        let mut cells: HashMap<Cell, Vec<u32>> = HashMap::new();
        for (number, piece) in (0_u32..).zip(&pieces) {
            let steps = (flat_miles(piece.from, piece.to) / STEP_MI).ceil().max(1.0);
            for step in 0..=whole(steps) {
                let members = cells.entry(cell(piece.at(f32::from(step) / steps))).or_default();
                if members.last() != Some(&number) {
                    members.push(number);
                }
            }
        }
        Self { pieces, cells }
    }

    /// Every piece, road by road and in order along each.
    pub fn pieces(&self) -> &[Road] {
        &self.pieces
    }

    /// The road drawn nearest to a place, with the miles to it; `None` where none is within 3 miles.
    pub fn nearest(&self, latitude: f32, longitude: f32) -> Option<(&Road, f32)> {
        let (row, column) = cell((latitude, longitude));
        let around = (-1..=1).flat_map(|up| (-1..=1).map(move |over| (up, over)));
        let near = around
            .filter_map(|(up, over)| self.cells.get(&(row.saturating_add(up), column.saturating_add(over))));
        near.flatten()
            .map(|number| {
                let piece = &self.pieces[*number as usize];
                (piece, piece.miles_to(latitude, longitude))
            })
            .filter(|(_, miles)| *miles <= REACH_MI)
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

impl Road {
    /// The place at that share of it, 0 to 1.
    fn at(&self, share: f32) -> (f32, f32) {
        (self.from.0 + (self.to.0 - self.from.0) * share, self.from.1 + (self.to.1 - self.from.1) * share)
    }

    /// Miles from a place that is near it.
    fn miles_to(&self, latitude: f32, longitude: f32) -> f32 {
        let narrow = latitude.to_radians().cos();
        let (x, y) = ((longitude - self.from.1) * narrow, latitude - self.from.0);
        let (across, up) = ((self.to.1 - self.from.1) * narrow, self.to.0 - self.from.0);
        let length = across * across + up * up;
        let share = if length > 0.0 { ((x * across + y * up) / length).clamp(0.0, 1.0) } else { 0.0 };
        (x - across * share).hypot(y - up * share) * MILES_A_DEGREE
    }
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
fn cell((latitude, longitude): (f32, f32)) -> Cell {
    ((latitude * CELLS_A_DEGREE).floor() as i16, (longitude * CELLS_A_DEGREE).floor() as i16)
}

#[cfg(test)]
mod tests {
    use super::super::Land;
    use super::*;

    #[test]
    fn a_road_is_found_where_it_passes() {
        let check = |latitude, longitude, expected: Option<&str>| {
            let found = Land::roads().nearest(latitude, longitude).map(|(road, _)| road.name);
            assert_eq!(found, expected, "{latitude},{longitude}");
        };
        check(35.22, -102.6, Some("I-40"));
        check(41.14, -102.9, Some("I-80"));
        check(37.0, -102.0, None);
        check(0.0, 0.0, None);
        check(f32::NAN, f32::INFINITY, None);
    }

    #[test]
    fn it_is_the_nearest_of_all() {
        let roads = Land::roads();
        for step in 0..300_u16 {
            let (latitude, longitude) = (26.0 + f32::from(step % 22), -122.0 + f32::from(step) * 0.17);
            let nearest = roads.pieces().iter().map(|piece| piece.miles_to(latitude, longitude));
            let nearest = nearest.min_by(f32::total_cmp).filter(|miles| *miles <= REACH_MI);
            let found = roads.nearest(latitude, longitude).map(|(_, miles)| miles);
            assert_eq!(found, nearest, "{latitude},{longitude}");
        }
    }
}
