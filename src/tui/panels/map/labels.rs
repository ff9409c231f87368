//! Where words go on the map so that none covers another or a mark. First come, first served: whoever asks
//! in the order of what matters gets the best places for that. It knows no unit and no colour.

use ratatui::layout::Size;

use super::view::Cell;

/// Which cells are taken.
#[derive(Clone, Debug)]
pub struct Taken {
    size: Size,
    cells: Vec<bool>,
}

impl Taken {
    /// None of so many.
    pub fn none(size: Size) -> Self {
        Self { size, cells: vec![false; usize::from(size.width) * usize::from(size.height)] }
    }

    /// Whether all of `room` cells from `cell` on are in sight and free.
    pub fn is_free(&self, cell: Cell, room: u16) -> bool {
        (0..i64::from(room)).all(|step| {
            self.index((cell.0 + step, cell.1)).and_then(|at| self.cells.get(at)).is_some_and(|taken| !taken)
        })
    }

    /// Whether what is written into `room` cells from `cell` on would stand free of everything else.
    pub fn stands_free(&self, cell: Cell, room: u16) -> bool {
        self.fits(cell, room, cell, 0)
    }

    /// Takes what of `room` cells from `cell` on is in sight.
    pub fn take(&mut self, cell: Cell, room: u16) {
        for step in 0..i64::from(room) {
            let at = self.index((cell.0 + step, cell.1));
            if let Some(taken) = at.and_then(|at| self.cells.get_mut(at)) {
                *taken = true;
            }
        }
    }

    /// Finds a place for a label of `room` cells beside a mark of `mark` cells at `cell`, and takes it: right
    /// of it, left of it, then above and below. A free cell stays between two labels. `None` where there is
    /// no such place.
    pub fn beside(&mut self, cell: Cell, mark: u16, room: u16) -> Option<Cell> {
        let (mark, wide) = (i64::from(mark), i64::from(room));
        let (right, left, over) = (cell.0 + mark, cell.0 - wide, cell.0 - wide / 2);
        let places = [
            (right, cell.1),
            (left, cell.1),
            (right, cell.1 - 1),
            (right, cell.1 + 1),
            (left, cell.1 - 1),
            (left, cell.1 + 1),
            (over, cell.1 - 1),
            (over, cell.1 + 1),
        ];
        let place = places.into_iter().find(|place| self.fits(*place, room, cell, mark))?;
        self.take(place, room);
        Some(place)
    }

    /// Whether a label may stand here: free, and with room to what is beside it, but for its own mark.
    fn fits(&self, place: Cell, room: u16, own: Cell, mark: i64) -> bool {
        let ends = [(place.0 - 1, place.1), (place.0 + i64::from(room), place.1)];
        let is_own = |end: &Cell| end.1 == own.1 && (own.0..own.0 + mark).contains(&end.0);
        let is_clear = |end: &Cell| self.index(*end).is_none() || self.is_free(*end, 1);
        self.is_free(place, room) && ends.iter().all(|end| is_own(end) || is_clear(end))
    }

    fn index(&self, (x, y): Cell) -> Option<usize> {
        let (x, y) = (u16::try_from(x).ok()?, u16::try_from(y).ok()?);
        let inside = x < self.size.width && y < self.size.height;
        inside.then(|| usize::from(y) * usize::from(self.size.width) + usize::from(x))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_goes_right_then_left_then_above() {
        let mut taken = Taken::none(Size::new(20, 3));
        taken.take((10, 1), 1);
        assert_eq!(taken.beside((10, 1), 1, 4), Some((11, 1)));
        assert_eq!(taken.beside((10, 1), 1, 4), Some((6, 1)));
        assert_eq!(taken.beside((10, 1), 1, 4), Some((11, 0)));
        assert_eq!(taken.beside((10, 1), 1, 40), None, "wider than the map");
        assert_eq!(taken.beside((18, 1), 1, 3), Some((15, 2)), "not out of sight, nor into its neighbour");
    }

    #[test]
    fn a_free_cell_stays_between_two_labels() {
        let mut taken = Taken::none(Size::new(20, 1));
        taken.take((0, 0), 4);
        assert_eq!(taken.beside((10, 0), 1, 6), Some((11, 0)));
        assert_eq!(taken.beside((10, 0), 1, 6), None, "(4, 0) to (9, 0) touches what is at (3, 0)");
        assert_eq!(taken.beside((10, 0), 1, 5), Some((5, 0)));
    }

    proptest! {
        #[test]
        fn no_label_covers_another(
            asked in prop::collection::vec((-5..40_i64, -3..12_i64, 1..12_u16), 0..40),
        ) {
            let mut taken = Taken::none(Size::new(36, 10));
            let mut placed: Vec<(Cell, u16)> = Vec::new();
            for (x, y, room) in asked {
                if let Some(place) = taken.beside((x, y), 1, room) {
                    let end = place.0 + i64::from(room);
                    prop_assert!(place.0 >= 0 && end <= 36 && (0..10).contains(&place.1));
                    for (other, wide) in &placed {
                        let apart = other.1 != place.1
                            || end < other.0
                            || other.0 + i64::from(*wide) < place.0
                            // Both touch the mark that lies between them.
                            || (x >= place.0.min(other.0) && x < end.max(other.0 + i64::from(*wide)));
                        prop_assert!(apart, "{:?} {:?}", place, other);
                    }
                    placed.push((place, room));
                }
            }
        }
    }
}
