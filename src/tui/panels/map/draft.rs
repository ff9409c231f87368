//! Lines in dots: clipped to the paper, then set dot by dot. A cell holds eight dots in Braille, two in half
//! blocks, one in ASCII. It knows no world and no colour.

use super::view::Frame;

/// What a cell is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    Braille,
    HalfBlock,
    Ascii,
}

impl Ink {
    /// Dots of a cell, across and down.
    pub const fn dots(self) -> (u16, u16) {
        match self {
            Self::Braille => (2, 4),
            Self::HalfBlock => (1, 2),
            Self::Ascii => (1, 1),
        }
    }
}

/// How a line is told from others where there are no colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pen {
    /// Every dot.
    Solid,
    /// Long dashes.
    Dashed,
    /// One dot in three.
    Dotted,
}

impl Pen {
    /// Whether a dot at this place along the line is set.
    const fn sets(self, along: i64) -> bool {
        match self {
            Self::Solid => true,
            Self::Dashed => along.rem_euclid(6) < 4,
            Self::Dotted => along.rem_euclid(3) == 0,
        }
    }
}

/// The character that a thing has in ASCII; `None` where strokes show the way of the line.
pub type Letters = fn(Stuff) -> Option<char>;

/// What a dotted cell is of; the later one is seen where two meet.
pub type Stuff = u8;

/// Dots on paper, cell by cell.
#[derive(Clone, Debug)]
pub struct Draft {
    ink: Ink,
    width: u16,
    height: u16,
    /// The number of the paper's first dot in the world's grid, so that dashes stay as the view moves.
    offset: (i64, i64),
    /// What a thing is drawn with in ASCII, where not with the way its line goes.
    letters: Letters,
    cells: Vec<Dots>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Dots {
    set: u8,
    stuff: Stuff,
    /// The way the line goes, for ink without dots.
    slope: Slope,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Slope {
    #[default]
    Flat,
    Steep,
    Rising,
    Falling,
}

impl Draft {
    /// Empty paper of so many cells, whose first is `corner` of the world's grid.
    pub fn new(ink: Ink, (width, height): (u16, u16), corner: (i64, i64), letters: Letters) -> Self {
        let (across, down) = ink.dots();
        let offset = (corner.0 * i64::from(across), corner.1 * i64::from(down));
        let cells = vec![Dots::default(); usize::from(width) * usize::from(height)];
        Self { ink, width, height, offset, letters, cells }
    }

    /// Draws a straight line between two places, given in cells.
    #[expect(clippy::cast_possible_truncation, reason = "on the paper after clipping")]
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), pen: Pen, stuff: Stuff) {
        let (across, down) = self.ink.dots();
        let scaled = |(x, y): (f64, f64)| (x * f64::from(across), y * f64::from(down));
        let paper = Frame {
            west: 0.0,
            north: 0.0,
            east: f64::from(self.width) * f64::from(across) - 0.01,
            south: f64::from(self.height) * f64::from(down) - 0.01,
        };
        let Some((from, to)) = clip(scaled(from), scaled(to), &paper) else { return };
        let slope = slope(to.0 - from.0, to.1 - from.1, self.ink);
        let dot = |(x, y): (f64, f64)| (x.floor() as i64, y.floor() as i64);
        let (from, to) = (dot(from), dot(to));
        let flat = (to.0 - from.0).abs() >= (to.1 - from.1).abs();
        walk(from, to, |x, y| {
            let along = if flat { x + self.offset.0 } else { y + self.offset.1 };
            if pen.sets(along) {
                self.set(x, y, stuff, slope);
            }
        });
    }

    /// What is to be written into a cell, and what it is of; `None` where nothing was drawn.
    pub fn symbol(&self, index: usize) -> Option<(char, Stuff)> {
        let dots = self.cells.get(index).filter(|dots| dots.set != 0)?;
        let symbol = match self.ink {
            Ink::Braille => char::from_u32(0x2800 | u32::from(dots.set)).unwrap_or(' '),
            Ink::HalfBlock => match dots.set {
                1 => '▀',
                2 => '▄',
                _ => '█',
            },
            Ink::Ascii => (self.letters)(dots.stuff).unwrap_or(match dots.slope {
                Slope::Flat => '-',
                Slope::Steep => '|',
                Slope::Rising => '/',
                Slope::Falling => '\\',
            }),
        };
        Some((symbol, dots.stuff))
    }

    /// How many cells there are.
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    fn set(&mut self, x: i64, y: i64, stuff: Stuff, slope: Slope) {
        let (across, down) = (i64::from(self.ink.dots().0), i64::from(self.ink.dots().1));
        let cell = y / down * i64::from(self.width) + x / across;
        let Some(dots) = usize::try_from(cell).ok().and_then(|cell| self.cells.get_mut(cell)) else { return };
        dots.set |= bit(self.ink, x % across, y % down);
        if dots.stuff <= stuff {
            (dots.stuff, dots.slope) = (stuff, slope);
        }
    }
}

/// The bit of a dot in its cell: Braille's as Unicode numbers them (block 2800).
const fn bit(ink: Ink, x: i64, y: i64) -> u8 {
    match (ink, x, y) {
        (Ink::Braille, 0, row @ 0..3) => 1 << row,
        (Ink::Braille, _, row @ 0..3) => 8 << row,
        (Ink::Braille, 0, _) => 0x40,
        (Ink::Braille, ..) => 0x80,
        (Ink::HalfBlock, _, 1) => 2,
        _ => 1,
    }
}

/// The way a line goes to the eye, for which a cell is twice as high as wide.
fn slope(dx: f64, dy: f64, ink: Ink) -> Slope {
    let (across, down) = ink.dots();
    let (wide, high) = (dx / f64::from(across), dy * 2.0 / f64::from(down));
    if high.abs() < wide.abs() * 0.41 {
        Slope::Flat
    } else if wide.abs() < high.abs() * 0.41 {
        Slope::Steep
    } else if (wide > 0.0) == (high > 0.0) {
        Slope::Falling
    } else {
        Slope::Rising
    }
}

/// The part of a line that lies on the paper (Liang and Barsky, 1984); `None` where no part does.
pub fn clip(from: (f64, f64), to: (f64, f64), paper: &Frame) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    let sides = [
        (-dx, from.0 - paper.west),
        (dx, paper.east - from.0),
        (-dy, from.1 - paper.north),
        (dy, paper.south - from.1),
    ];
    for (toward, room) in sides {
        if toward == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if toward < 0.0 {
            enters = enters.max(room / toward);
        } else {
            leaves = leaves.min(room / toward);
        }
    }
    let at = |share: f64| {
        (
            (from.0 + share * dx).clamp(paper.west, paper.east),
            (from.1 + share * dy).clamp(paper.north, paper.south),
        )
    };
    // What is no number fails this as well.
    (enters <= leaves && dx.is_finite() && dy.is_finite()).then(|| (at(enters), at(leaves)))
}

/// Every dot from one to the other (Bresenham, 1965).
fn walk(from: (i64, i64), to: (i64, i64), mut step: impl FnMut(i64, i64)) {
    let (mut x, mut y) = from;
    let (dx, dy) = ((to.0 - x).abs(), -(to.1 - y).abs());
    let (right, down) = ((to.0 - x).signum(), (to.1 - y).signum());
    let mut error = dx + dy;
    loop {
        step(x, y);
        if (x, y) == to {
            return;
        }
        let twice = 2 * error;
        if twice >= dy {
            error += dy;
            x += right;
        }
        if twice <= dx {
            error += dx;
            y += down;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture(draft: &Draft) -> String {
        let symbols: Vec<char> =
            (0..draft.len()).map(|cell| draft.symbol(cell).map_or(' ', |(symbol, _)| symbol)).collect();
        let rows = symbols.chunks(draft.width.into()).map(|row| row.iter().collect::<String>());
        rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    fn drawn(ink: Ink, pen: Pen) -> String {
        let mut draft = Draft::new(ink, (8, 4), (0, 0), |_| None);
        draft.line((0.0, 0.0), (8.0, 4.0), pen, 1);
        picture(&draft)
    }

    #[test]
    fn a_line_is_drawn_in_every_ink() {
        assert_eq!(drawn(Ink::Braille, Pen::Solid), "⠑⢄\n  ⠑⢄\n    ⠑⢄\n      ⠑⢄");
        assert_eq!(drawn(Ink::HalfBlock, Pen::Solid), "▀▄\n  ▀▄\n    ▀▄\n      ▀▄");
        assert_eq!(drawn(Ink::Ascii, Pen::Solid), "\\\\\n  \\\\\n    \\\\\n      \\\\");
        assert_eq!(drawn(Ink::Braille, Pen::Dotted), "⠁⢀\n   ⠄\n    ⠐\n      ⠁⢀");
    }

    #[test]
    fn dashes_stay_on_the_ground_as_the_view_moves() {
        let dashes = |corner: i64| {
            let mut draft = Draft::new(Ink::HalfBlock, (12, 1), (corner, 0), |_| None);
            draft.line((-30.0, 0.2), (40.0, 0.2), Pen::Dashed, 1);
            picture(&draft)
        };
        assert_eq!(dashes(0), "▀▀▀▀  ▀▀▀▀");
        assert_eq!(dashes(2), "▀▀  ▀▀▀▀  ▀▀");
    }

    #[test]
    fn what_was_drawn_last_of_the_highest_kind_is_seen() {
        let mut draft = Draft::new(Ink::Ascii, (1, 1), (0, 0), |stuff| (stuff == 4).then_some('#'));
        draft.line((0.0, 0.5), (1.0, 0.5), Pen::Solid, 3);
        draft.line((0.5, 0.0), (0.5, 1.0), Pen::Solid, 1);
        assert_eq!(draft.symbol(0), Some(('-', 3)));
        draft.line((0.0, 0.5), (1.0, 0.5), Pen::Solid, 4);
        assert_eq!(draft.symbol(0), Some(('#', 4)));
    }

    #[test]
    fn only_what_lies_on_the_paper_is_left() {
        let paper = Frame { west: 0.0, north: 0.0, east: 10.0, south: 10.0 };
        let check = |from, to, expected| assert_eq!(clip(from, to, &paper), expected, "{from:?} {to:?}");
        check((2.0, 2.0), (8.0, 8.0), Some(((2.0, 2.0), (8.0, 8.0))));
        check((-10.0, 5.0), (20.0, 5.0), Some(((0.0, 5.0), (10.0, 5.0))));
        check((5.0, -10.0), (5.0, 4.0), Some(((5.0, 0.0), (5.0, 4.0))));
        check((-5.0, 5.0), (5.0, -5.0), Some(((0.0, 0.0), (0.0, 0.0))));
        check((-5.0, 4.0), (4.0, -5.0), None);
        check((11.0, 0.0), (11.0, 10.0), None);
        check((f64::NAN, 0.0), (5.0, 5.0), None);
        check((0.0, 0.0), (f64::INFINITY, 5.0), None);
    }

    proptest! {
        #[test]
        fn no_line_leaves_the_paper(
            from in (-1e7..1e7_f64, -1e7..1e7_f64),
            to in (-1e7..1e7_f64, -1e7..1e7_f64),
            width in 1..40_u16,
            height in 1..20_u16,
        ) {
            for ink in [Ink::Braille, Ink::HalfBlock, Ink::Ascii] {
                let mut draft = Draft::new(ink, (width, height), (-7, 13), |_| None);
                draft.line(from, to, Pen::Solid, 1);
                prop_assert_eq!(draft.len(), usize::from(width) * usize::from(height));
            }
        }

        #[test]
        fn what_is_clipped_lies_on_the_line(
            from in (-100.0..100.0_f64, -100.0..100.0_f64),
            to in (-100.0..100.0_f64, -100.0..100.0_f64),
        ) {
            let paper = Frame { west: 0.0, north: 0.0, east: 30.0, south: 20.0 };
            if let Some((a, b)) = clip(from, to, &paper) {
                for end in [a, b] {
                    let off = (end.0 - from.0) * (to.1 - from.1) - (end.1 - from.1) * (to.0 - from.0);
                    prop_assert!(off.abs() < 1e-6 * 300.0 * 300.0, "{}", off);
                }
            }
        }
    }
}
