//! Which units get a mark of their own, and which are counted together. Pure: cells in, marks out.

use super::units::{Doing, Trouble};
use super::view::Cell;

/// Columns and rows in which units are counted together: room for a count of five digits, or for four and a
/// mark, and for a space.
const BLOCK: (i64, i64) = (6, 2);
/// So many in a block are still told apart, each in its own cell.
const APART: usize = 4;

/// A unit in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    /// Its number among the units.
    pub unit: usize,
    pub cell: Cell,
    pub trouble: Trouble,
    pub doing: Doing,
    pub selected: bool,
}

impl Dot {
    /// Whether it is shown whatever else is there.
    const fn stands_out(&self) -> bool {
        self.selected || self.trouble.is_urgent()
    }

    /// What is worst comes last.
    const fn badness(&self) -> (Trouble, Doing) {
        (self.trouble, self.doing)
    }
}

/// What is drawn for one unit or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub cell: Cell,
    /// The unit; of several the worst of them, or the selected one.
    pub unit: usize,
    /// How many units it stands for.
    pub count: usize,
    /// How many of them are late or wrong.
    pub urgent: usize,
    /// Whether it must be seen: late, wrong, or selected.
    pub stands_out: bool,
}

/// What is drawn, what stands out first and the selected one before all; and so that it does not change as
/// the view moves by whole cells: `corner` is the number of the view's first cell in the world's grid.
pub fn marks(mut dots: Vec<Dot>, corner: Cell) -> Vec<Mark> {
    let block =
        |cell: Cell| ((cell.0 + corner.0).div_euclid(BLOCK.0), (cell.1 + corner.1).div_euclid(BLOCK.1));
    // Ten thousand are sorted in a frame: each one's place is worked out once.
    dots.sort_by_cached_key(|dot| {
        let place = if dot.stands_out() { (0, 0) } else { block(dot.cell) };
        (!dot.stands_out(), place.1, place.0, dot.cell.1, dot.cell.0, dot.unit)
    });
    let first = dots.partition_point(Dot::stands_out);
    let (outstanding, others) = dots.split_at(first);
    let mut marks = standing_out(outstanding);
    marks.sort_by_key(|mark| !outstanding.iter().any(|dot| dot.selected && dot.unit == mark.unit));
    for together_in in others.chunk_by(|a, b| block(a.cell) == block(b.cell)) {
        let apart = together_in.len() <= APART && together_in.windows(2).all(|pair| !touch(pair));
        if apart {
            marks.extend(together_in.chunks(1).filter_map(|one| together(one, one.first()?.cell, false)));
        } else {
            marks.extend(together(together_in, middle(together_in), false));
        }
    }
    marks
}

/// One mark for what is in one cell, and for what the count of that would cover to its right: a late unit
/// under another's count would be hidden. They come row by row, from the left.
fn standing_out(mut dots: &[Dot]) -> Vec<Mark> {
    let mut marks = Vec::new();
    while let Some(first) = dots.first() {
        let mut held = 1;
        while let Some(next) = dots.get(held) {
            // An exclamation mark, the count, and the cell after it that stays free.
            let digits = i64::from(held.max(2).ilog10()) + 1;
            let room = if held > 1 { digits + 2 } else { 1 };
            if next.cell.1 != first.cell.1 || next.cell.0 >= first.cell.0 + room {
                break;
            }
            held += 1;
        }
        let (here, rest) = dots.split_at(held);
        marks.extend(together(here, first.cell, true));
        dots = rest;
    }
    marks
}

/// The first and last cell of the block that `cell` is in: where its count may be written.
pub const fn block_of(cell: Cell, corner: Cell) -> (Cell, Cell) {
    let column = (cell.0 + corner.0).div_euclid(BLOCK.0) * BLOCK.0 - corner.0;
    let row = (cell.1 + corner.1).div_euclid(BLOCK.1) * BLOCK.1 - corner.1;
    ((column, row), (column + BLOCK.0 - 1, row + BLOCK.1 - 1))
}

fn touch(pair: &[Dot]) -> bool {
    matches!(pair, [a, b] if a.cell == b.cell)
}

/// One mark for all of these, that of the worst of them or of the selected one.
fn together(dots: &[Dot], cell: Cell, stands_out: bool) -> Option<Mark> {
    let worst = dots.iter().max_by_key(|dot| (dot.selected, dot.badness(), std::cmp::Reverse(dot.unit)))?;
    let urgent = dots.iter().filter(|dot| dot.trouble.is_urgent()).count();
    Some(Mark { cell, unit: worst.unit, count: dots.len(), urgent, stands_out })
}

fn middle(dots: &[Dot]) -> Cell {
    let count = i64::try_from(dots.len()).unwrap_or(i64::MAX).max(1);
    let mean = |part: fn(&Dot) -> i64| dots.iter().map(part).sum::<i64>().div_euclid(count);
    (mean(|dot| dot.cell.0), mean(|dot| dot.cell.1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dot(unit: usize, cell: Cell, trouble: Trouble, doing: Doing) -> Dot {
        Dot { unit, cell, trouble, doing, selected: false }
    }

    fn moving(unit: usize, cell: Cell) -> Dot {
        dot(unit, cell, Trouble::None, Doing::Moving)
    }

    fn told(dots: Vec<Dot>) -> Vec<(Cell, usize, usize)> {
        marks(dots, (0, 0)).into_iter().map(|mark| (mark.cell, mark.unit, mark.count)).collect()
    }

    #[test]
    fn units_that_do_not_touch_are_told_apart() {
        assert_eq!(told(vec![moving(0, (0, 0)), moving(1, (1, 0))]), [((0, 0), 0, 1), ((1, 0), 1, 1)]);
        assert_eq!(told(vec![moving(0, (5, 0)), moving(1, (5, 0))]), [((5, 0), 0, 2)]);
        let many = (0..5).map(|unit| moving(unit, (i64::try_from(unit).unwrap(), 0))).collect();
        assert_eq!(told(many), [((2, 0), 0, 5)], "more than can be read");
    }

    #[test]
    fn a_cluster_shows_the_worst_inside() {
        let dark = dot(1, (3, 1), Trouble::None, Doing::Dark);
        assert_eq!(told(vec![moving(0, (3, 1)), dark, moving(2, (3, 1))]), [((3, 1), 1, 3)]);
        let tight = dot(2, (3, 1), Trouble::Tight, Doing::Moving);
        assert_eq!(told(vec![moving(0, (3, 1)), dark, tight]), [((3, 1), 2, 3)]);
    }

    #[test]
    fn what_is_late_is_never_counted_away() {
        let late = dot(7, (3, 1), Trouble::Late, Doing::Moving);
        let mut dots: Vec<Dot> = (0..6).map(|unit| moving(unit, (3, 1))).collect();
        dots.push(late);
        assert_eq!(told(dots.clone()), [((3, 1), 7, 1), ((3, 1), 0, 6)]);
        dots.push(dot(8, (3, 1), Trouble::Wrong, Doing::Dark));
        assert_eq!(told(dots)[0], ((3, 1), 7, 2), "two late ones in a cell are two late ones");
    }

    #[test]
    fn what_is_late_is_not_hidden_by_the_count_of_what_is_late_beside_it() {
        let late = |unit, x| dot(unit, (x, 0), Trouble::Late, Doing::Moving);
        assert_eq!(told(vec![late(0, 3), late(1, 4)]), [((3, 0), 0, 1), ((4, 0), 1, 1)]);
        let beside = vec![late(0, 3), late(1, 3), late(2, 5), late(3, 6), late(4, 9)];
        assert_eq!(told(beside), [((3, 0), 0, 3), ((6, 0), 3, 1), ((9, 0), 4, 1)]);
        let many: Vec<Dot> = (0..10).map(|unit| late(unit, 3)).chain([late(10, 6), late(11, 7)]).collect();
        assert_eq!(told(many), [((3, 0), 0, 11), ((7, 0), 11, 1)]);
    }

    #[test]
    fn the_selected_one_comes_first_and_alone() {
        let mut chosen = moving(4, (9, 1));
        chosen.selected = true;
        let late = dot(7, (3, 1), Trouble::Late, Doing::Moving);
        assert_eq!(told(vec![late, moving(5, (9, 1)), chosen])[0], ((9, 1), 4, 1));
    }

    proptest! {
        #[test]
        fn every_unit_is_in_one_mark_and_moving_the_view_groups_none_anew(
            cells in prop::collection::vec((0..40_i64, 0..12_i64, 0..4_u8), 0..60),
            by in (-30..30_i64, -30..30_i64),
        ) {
            let troubles = [Trouble::None, Trouble::Tight, Trouble::Wrong, Trouble::Late];
            let dots: Vec<Dot> = cells
                .iter()
                .enumerate()
                .map(|(unit, (x, y, trouble))| dot(unit, (*x, *y), troubles[usize::from(*trouble)], Doing::Idle))
                .collect();
            let drawn = marks(dots.clone(), (100, 100));
            prop_assert_eq!(drawn.iter().map(|mark| mark.count).sum::<usize>(), dots.len());
            let urgent: usize = drawn.iter().filter(|mark| mark.stands_out).map(|mark| mark.urgent).sum();
            prop_assert_eq!(urgent, dots.iter().filter(|dot| dot.trouble.is_urgent()).count());
            let moved = dots.iter().map(|dot| Dot { cell: (dot.cell.0 - by.0, dot.cell.1 - by.1), ..*dot });
            let mut moved = marks(moved.collect(), (100 + by.0, 100 + by.1));
            for mark in &mut moved {
                mark.cell = (mark.cell.0 + by.0, mark.cell.1 + by.1);
            }
            prop_assert_eq!(moved, drawn);
        }
    }
}
