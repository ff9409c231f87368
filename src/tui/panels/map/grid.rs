//! What lies where, so that what is out of sight costs nothing: the numbers of things, by squares of the world.

use super::view::Frame;

/// The part of the world that is divided: North America. What lies beyond counts to the outermost squares.
const WEST: f64 = 0.0;
const NORTH: f64 = 0.1;
const EAST: f64 = 0.4;
const SOUTH: f64 = 0.5;
/// Squares a side: one is about 40 km wide at the latitude of Kansas.
const SIDE: usize = 256;

/// Things by where they lie, each by its number.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// Where each square's numbers begin; one more than there are squares.
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Grid {
    /// Sorts things into squares; the numbers are their places in `frames`.
    pub fn of(frames: impl Iterator<Item = Frame> + Clone) -> Self {
        let mut starts = vec![0_u32; SIDE * SIDE + 1];
        for frame in frames.clone() {
            squares(&frame).for_each(|square| add(&mut starts, square + 1, 1));
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut numbers = vec![0_u32; usize::try_from(sum).unwrap_or(0)];
        let mut next = starts.clone();
        for (number, frame) in (0_u32..).zip(frames) {
            for square in squares(&frame) {
                let place = next.get(square).and_then(|at| usize::try_from(*at).ok());
                if let Some(slot) = place.and_then(|at| numbers.get_mut(at)) {
                    *slot = number;
                }
                add(&mut next, square, 1);
            }
        }
        Self { starts, numbers }
    }

    /// The numbers of things that may lie in `frame`, in order, each once.
    pub fn within(&self, frame: &Frame) -> Vec<usize> {
        let mut found: Vec<u32> = Vec::new();
        for square in squares(frame) {
            if let Some(&[from, to]) = self.starts.get(square..square + 2) {
                let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else { continue };
                found.extend(self.numbers.get(from..to).unwrap_or_default());
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|number| usize::try_from(number).ok()).collect()
    }
}

fn add(counts: &mut [u32], at: usize, by: u32) {
    if let Some(count) = counts.get_mut(at) {
        *count += by;
    }
}

/// The squares that `frame` touches.
fn squares(frame: &Frame) -> impl Iterator<Item = usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255 after the clamp")]
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let square = |at: f64, from: f64, to: f64| {
        ((at - from) / (to - from) * SIDE as f64).clamp(0.0, (SIDE - 1) as f64) as usize
    };
    let columns = square(frame.west, WEST, EAST)..=square(frame.east, WEST, EAST);
    let rows = square(frame.north, NORTH, SOUTH)..=square(frame.south, NORTH, SOUTH);
    rows.flat_map(move |row| columns.clone().map(move |column| row * SIDE + column))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame((west, north): (f64, f64), (wide, high): (f64, f64)) -> Frame {
        Frame { west, north, east: west + wide, south: north + high }
    }

    #[test]
    fn what_lies_beyond_the_continent_is_found_at_its_edge() {
        let grid = Grid::of([frame((0.9, 0.9), (0.0, 0.0))].into_iter());
        assert_eq!(grid.within(&frame((0.85, 0.85), (0.1, 0.1))), [0]);
        assert_eq!(grid.within(&frame((0.2, 0.3), (0.01, 0.01))), [] as [usize; 0]);
    }

    proptest! {
        #[test]
        fn nothing_in_sight_is_missed(
            things in prop::collection::vec(((-0.1..0.6_f64, 0.0..0.6_f64), (0.0..0.05_f64, 0.0..0.05_f64)), 0..50),
            seen in ((0.0..0.5_f64, 0.0..0.5_f64), (0.0..0.2_f64, 0.0..0.2_f64)),
        ) {
            let frames: Vec<Frame> = things.into_iter().map(|(at, size)| frame(at, size)).collect();
            let seen = frame(seen.0, seen.1);
            let found = Grid::of(frames.iter().copied()).within(&seen);
            for (number, thing) in frames.iter().enumerate() {
                prop_assert!(!thing.meets(&seen) || found.contains(&number));
            }
            prop_assert!(found.is_sorted_by(|a, b| a < b));
        }
    }
}
