//! Which part of the earth is in sight: Web Mercator, in cells of the terminal. Pure geometry: it knows no
//! unit, no line and no buffer.

use ratatui::layout::Size;

use crate::model::Point;
use crate::tui::action::Toward;

/// A place in the world: (0, 0) is the north-west corner of the Mercator square, (1, 1) the south-east one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// East.
    pub x: f64,
    /// South.
    pub y: f64,
}

/// A part of the world, in the measure of [`Spot`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub west: f64,
    pub north: f64,
    pub east: f64,
    pub south: f64,
}

/// A cell relative to the view's left upper one; those in sight are below the view's size.
pub type Cell = (i64, i64);

/// A terminal's cell is about twice as high as it is wide.
const TALL: f64 = 2.0;
/// What the map shows at most: North America and some sea, so that nobody gets lost on it.
const WORLD: Frame = Frame { west: 0.0, north: 0.14, east: 0.38, south: 0.49 };
/// Columns that the whole world's width would take: from the continent on a small screen …
const SMALLEST: f64 = 160.0;
/// … to about 40 m a column.
const LARGEST: f64 = 1_048_576.0;
/// A fit never goes nearer than about 300 m a column: one unit fitted is shown with what is around it.
const NEAREST_FIT: f64 = 16_384.0;
/// Latitudes where Web Mercator ends: beyond, the world is no square.
const LAST_LATITUDE: f64 = 85.051_128;
/// The circumference of the earth at the equator, in miles.
const AROUND_MI: f64 = 24_901.461;

impl Spot {
    /// Where a place of the earth is. Beyond the last latitude it stands at the edge.
    pub fn of(point: Point) -> Self {
        Self::at(point.latitude, point.longitude)
    }

    /// The same from degrees; what is no number stands at the edge.
    pub fn at(latitude: f64, longitude: f64) -> Self {
        let radians = latitude.clamp(-LAST_LATITUDE, LAST_LATITUDE).to_radians();
        let y = 0.5 - radians.tan().asinh() / std::f64::consts::TAU;
        Self { x: longitude / 360.0 + 0.5, y }
    }

    /// Its degrees north and east.
    pub fn degrees(self) -> (f64, f64) {
        let latitude = ((0.5 - self.y) * std::f64::consts::TAU).sinh().atan().to_degrees();
        (latitude, (self.x - 0.5) * 360.0)
    }
}

impl Frame {
    /// The smallest part of the world that holds all of these; `None` of none.
    pub fn around(spots: impl IntoIterator<Item = Spot>) -> Option<Self> {
        spots.into_iter().fold(None, |frame, spot| {
            Some(frame.map_or(
                Self { west: spot.x, north: spot.y, east: spot.x, south: spot.y },
                |frame: Self| Self {
                    west: frame.west.min(spot.x),
                    north: frame.north.min(spot.y),
                    east: frame.east.max(spot.x),
                    south: frame.south.max(spot.y),
                },
            ))
        })
    }

    /// Whether a place lies in it.
    pub fn holds(&self, spot: Spot) -> bool {
        (self.west..=self.east).contains(&spot.x) && (self.north..=self.south).contains(&spot.y)
    }

    /// Whether they have a place in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.north <= other.south
            && other.north <= self.south
    }

    fn middle(&self) -> Spot {
        Spot { x: f64::midpoint(self.west, self.east), y: f64::midpoint(self.north, self.south) }
    }
}

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// A tenth of what is in sight.
    Short,
    /// A third.
    Long,
}

/// What is in sight, in how many cells.
///
/// The grid of cells is fixed to the world, not to the view: moving by whole cells shows the same cells
/// elsewhere, so that nothing flickers and nothing is grouped anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    centre: Spot,
    /// Columns for the whole world's width.
    scale: f64,
    size: Size,
}

impl View {
    /// All of North America that is driven in.
    pub fn new(size: Size) -> Self {
        let lower_48 = Frame::around([Spot::at(24.4, -124.8), Spot::at(49.4, -66.9)]);
        let mut view = Self { centre: Spot { x: 0.0, y: 0.0 }, scale: SMALLEST, size };
        if let Some(frame) = lower_48 {
            view.fit(frame);
        }
        view
    }

    /// How many cells there are.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Takes another number of cells, about the same middle.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
        self.keep_in_world();
    }

    /// Shows all of `frame`, with a margin.
    pub fn fit(&mut self, frame: Frame) {
        // The margin leaves room for the marks at the edge and for their labels.
        let columns = (f64::from(self.size.width) * 0.9 - 2.0).max(1.0);
        let rows = (f64::from(self.size.height) * 0.9 - 1.0).max(1.0);
        let across = columns / (frame.east - frame.west).max(f64::EPSILON);
        let down = rows * TALL / (frame.south - frame.north).max(f64::EPSILON);
        self.scale = across.min(down).clamp(SMALLEST, NEAREST_FIT);
        self.centre = frame.middle();
        self.keep_in_world();
    }

    /// Puts a place in the middle.
    pub fn centre_on(&mut self, spot: Spot) {
        self.centre = spot;
        self.keep_in_world();
    }

    /// Moves by whole cells.
    pub fn pan(&mut self, toward: Toward, stride: Stride) {
        let part = match stride {
            Stride::Short => 10,
            Stride::Long => 3,
        };
        let cells = |room: u16| f64::from((room / part).max(1));
        let across = cells(self.size.width) / self.scale;
        let down = cells(self.size.height) * TALL / self.scale;
        match toward {
            Toward::North => self.centre.y -= down,
            Toward::South => self.centre.y += down,
            Toward::West => self.centre.x -= across,
            Toward::East => self.centre.x += across,
        }
        self.keep_in_world();
    }

    /// Shows `factor` times as much detail; `about` stays where it is on the screen.
    pub fn zoom(&mut self, factor: f64, about: Option<Spot>) {
        let about = about.filter(|spot| self.frame().holds(*spot)).unwrap_or(self.centre);
        let scale = (self.scale * factor).clamp(SMALLEST, LARGEST);
        let kept = self.scale / scale;
        self.centre.x = about.x + (self.centre.x - about.x) * kept;
        self.centre.y = about.y + (self.centre.y - about.y) * kept;
        self.scale = scale;
        self.keep_in_world();
    }

    /// What is in sight.
    pub fn frame(&self) -> Frame {
        let (column, row) = self.origin();
        let (width, height) = (f64::from(self.size.width), f64::from(self.size.height));
        Frame {
            west: column / self.scale,
            north: row * TALL / self.scale,
            east: (column + width) / self.scale,
            south: (row + height) * TALL / self.scale,
        }
    }

    /// Where a place is, in cells and parts of cells from the left upper corner.
    pub fn project(&self, spot: Spot) -> (f64, f64) {
        let (column, row) = self.origin();
        (spot.x * self.scale - column, spot.y * self.scale / TALL - row)
    }

    /// The cell of a place, in sight or not.
    #[expect(clippy::cast_possible_truncation, reason = "saturates, far out of sight")]
    pub fn cell(&self, spot: Spot) -> Cell {
        let (x, y) = self.project(spot);
        (x.floor() as i64, y.floor() as i64)
    }

    /// The first cell's number in the world's grid: what does not change as the view moves.
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers below a million")]
    pub fn corner(&self) -> Cell {
        let (column, row) = self.origin();
        (column as i64, row as i64)
    }

    /// Miles that a column is wide, in the middle of the view.
    pub fn miles_a_column(&self) -> f64 {
        let (latitude, _) = self.centre.degrees();
        AROUND_MI * latitude.to_radians().cos() / self.scale
    }

    fn origin(&self) -> (f64, f64) {
        let column = self.centre.x * self.scale - f64::from(self.size.width) / 2.0;
        let row = self.centre.y * self.scale / TALL - f64::from(self.size.height) / 2.0;
        (column.round(), row.round())
    }

    fn keep_in_world(&mut self) {
        self.centre.x = self.centre.x.clamp(WORLD.west, WORLD.east);
        self.centre.y = self.centre.y.clamp(WORLD.north, WORLD.south);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn view(width: u16, height: u16) -> View {
        View::new(Size::new(width, height))
    }

    #[test]
    fn the_lower_48_fit_a_small_screen_from_the_start() {
        for (width, height) in [(60, 16), (80, 20), (120, 32), (200, 56)] {
            let frame = view(width, height).frame();
            for (latitude, longitude) in [(47.6, -122.3), (25.8, -80.2), (44.8, -68.8), (32.7, -117.2)] {
                assert!(frame.holds(Spot::at(latitude, longitude)), "{width}x{height} {latitude}");
            }
        }
    }

    #[test]
    fn known_places_stand_where_web_mercator_puts_them() {
        let equator = Spot::at(0.0, 0.0);
        assert_eq!((equator.x, equator.y), (0.5, 0.5));
        let corner = Spot::at(90.0, -180.0);
        assert!(corner.x.abs() < 1e-12 && corner.y.abs() < 1e-7, "{corner:?}");
        // The usual tile of New York is 10/301/385.
        let new_york = Spot::at(40.7128, -74.0060);
        assert!((new_york.x * 1024.0 - 301.494_04).abs() < 1e-4, "{}", new_york.x * 1024.0);
        assert!((new_york.y * 1024.0 - 385.004_34).abs() < 1e-4, "{}", new_york.y * 1024.0);
    }

    #[test]
    fn moving_there_and_back_is_no_move_and_stays_on_the_grid() {
        let mut moved = view(120, 32);
        moved.zoom(8.0, None);
        let before = moved;
        let spot = Spot::at(40.0, -96.0);
        let cell = moved.cell(spot);
        moved.pan(Toward::East, Stride::Short);
        assert_eq!(moved.cell(spot), (cell.0 - 12, cell.1));
        moved.pan(Toward::West, Stride::Short);
        moved.pan(Toward::South, Stride::Long);
        assert_eq!(moved.cell(spot), (cell.0, cell.1 - 10));
        moved.pan(Toward::North, Stride::Long);
        assert_eq!(moved.corner(), before.corner());
    }

    #[test]
    fn nobody_leaves_the_continent() {
        for toward in [Toward::North, Toward::South, Toward::West, Toward::East] {
            let mut lost = view(80, 20);
            (0..500).for_each(|_| lost.pan(toward, Stride::Long));
            assert!(lost.frame().meets(&WORLD), "{toward:?}");
        }
    }

    #[test]
    fn a_single_place_is_fitted_with_its_neighbourhood() {
        let spot = Spot::at(35.2, -101.8);
        let mut fitted = view(80, 20);
        fitted.fit(Frame::around([spot]).unwrap());
        assert!(matches!(fitted.cell(spot), (39..=41, 9..=11)), "{:?}", fitted.cell(spot));
        assert!(fitted.miles_a_column() > 0.5, "{}", fitted.miles_a_column());
    }

    proptest! {
        #[test]
        fn degrees_come_back_from_the_world(latitude in -85.0..85.0_f64, longitude in -180.0..180.0_f64) {
            let (north, east) = Spot::at(latitude, longitude).degrees();
            prop_assert!((north - latitude).abs() < 1e-9 && (east - longitude).abs() < 1e-9);
        }

        #[test]
        fn what_is_fitted_is_in_sight(
            places in prop::collection::vec((24.0..60.0_f64, -130.0..-60.0_f64), 1..20),
            width in 1..250_u16,
            height in 1..80_u16,
        ) {
            let spots: Vec<Spot> = places.iter().map(|(north, east)| Spot::at(*north, *east)).collect();
            let mut fitted = view(width, height);
            fitted.fit(Frame::around(spots.iter().copied()).unwrap());
            if fitted.scale > SMALLEST {
                for spot in spots {
                    let (x, y) = fitted.cell(spot);
                    prop_assert!((0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y));
                }
            }
        }

        #[test]
        fn what_is_zoomed_about_stays_where_it_is(
            latitude in 28.0..45.0_f64,
            longitude in -115.0..-80.0_f64,
            factor in 1.0..20.0_f64,
        ) {
            let spot = Spot::at(latitude, longitude);
            let mut zoomed = view(120, 32);
            let before = zoomed.project(spot);
            zoomed.zoom(factor, Some(spot));
            let after = zoomed.project(spot);
            // The grid is fixed to the world, so it is right to a cell.
            prop_assert!((before.0 - after.0).abs() <= 1.01 && (before.1 - after.1).abs() <= 1.01);
        }
    }
}
