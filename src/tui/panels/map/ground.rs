//! The ground under the units: coast, borders, states, roads and towns, and what the fleet drew itself. Drawn
//! when the view changes and kept until it changes again. It knows no unit and no colour.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::draft::{Draft, Ink, Pen, Stuff};
use super::grid::Grid;
use super::view::{Cell, Frame, Spot, View};
use crate::model::land::{Bounds, Land, Layer, Level, Line, Town};
use crate::model::overlay::{Overlay, Shape};

/// What a cell of the ground is of: the later one is seen where two meet.
pub const STATE: Stuff = 1;
pub const ROAD: Stuff = 2;
pub const BORDER: Stuff = 3;
pub const COAST: Stuff = 4;
pub const OWN: Stuff = 5;

/// Columns between two shields of one road, at least.
const SHIELDS_APART: i64 = 40;
/// Towns that are tried for a place on the screen.
const TOWNS: usize = 160;

/// What can be drawn of the ground.
pub struct Ground {
    levels: [OnceCell<Lines>; 3],
    own: Arc<Overlay>,
    drawn: Option<Drawn>,
}

/// The ground in one view.
pub struct Drawn {
    key: (View, Ink),
    pub lines: Draft,
    /// Places of names of roads, far enough apart for each road.
    pub shields: Vec<(Cell, &'static str)>,
    /// Towns in sight, the largest first.
    pub towns: Vec<(Cell, &'static Town)>,
    /// The fleet's own points, by their place in the overlay.
    pub own: Vec<(Cell, usize)>,
}

impl Ground {
    /// Nothing is decoded before it is first drawn.
    pub fn new(own: Arc<Overlay>) -> Self {
        Self { levels: [const { OnceCell::new() }; 3], own, drawn: None }
    }

    /// What the fleet drew itself.
    pub fn own(&self) -> &Overlay {
        &self.own
    }

    /// Draws it for this view, unless that is what was drawn last.
    pub fn draw(&mut self, view: &View, ink: Ink) {
        if self.drawn.as_ref().is_none_or(|drawn| drawn.key != (*view, ink)) {
            self.drawn = Some(self.drawn_anew(view, ink));
        }
    }

    /// What was drawn last.
    pub const fn drawn(&self) -> Option<&Drawn> {
        self.drawn.as_ref()
    }

    fn drawn_anew(&self, view: &View, ink: Ink) -> Drawn {
        let size = view.size();
        let mut lines = Draft::new(ink, (size.width, size.height), view.corner(), letter);
        let mut shields = Shields::default();
        let frame = view.frame();
        let level = level(view);
        let known = self.levels.get(level as usize).map(|lines| lines.get_or_init(|| Lines::of(level)));
        for line in known.into_iter().flat_map(|known| known.within(&frame)) {
            if !is_drawn(line.line, level) {
                continue;
            }
            let (pen, stuff) = manner(line.line.layer);
            for piece in line.spots.windows(2) {
                let [from, to] = piece else { continue };
                let (from, to) = (view.project(*from), view.project(*to));
                lines.line(from, to, pen, stuff);
                if let Some(name) = line.line.name {
                    shields.offer(name, from, to);
                }
            }
        }
        let mut own = Vec::new();
        for (number, shape) in self.own.shapes.iter().enumerate() {
            draw_own(&mut lines, shape, view);
            let spot = shape.point().map(Spot::of).filter(|spot| frame.holds(*spot));
            own.extend(spot.map(|spot| (view.cell(spot), number)));
        }
        Drawn { key: (*view, ink), lines, shields: shields.placed, towns: towns(view), own }
    }
}

/// The lines of one level where the map shows them.
struct Lines {
    all: Vec<Projected>,
    grid: Grid,
}

struct Projected {
    line: &'static Line,
    spots: Vec<Spot>,
}

impl Lines {
    fn of(level: Level) -> Self {
        let spot = |&(latitude, longitude): &(f32, f32)| Spot::at(latitude.into(), longitude.into());
        let all: Vec<Projected> = Land::lines(level)
            .iter()
            .map(|line| Projected { line, spots: line.points.iter().map(spot).collect() })
            .collect();
        let frames: Vec<Frame> = all.iter().map(|line| frame_of(&line.line.bounds)).collect();
        Self { grid: Grid::of(frames.iter().copied()), all }
    }

    fn within(&self, frame: &Frame) -> impl Iterator<Item = &Projected> {
        let meets = *frame;
        let found = self.grid.within(frame).into_iter().filter_map(|number| self.all.get(number));
        found.filter(move |line| frame_of(&line.line.bounds).meets(&meets))
    }
}

/// Names of roads, each far from the next of the same road.
#[derive(Default)]
struct Shields {
    placed: Vec<(Cell, &'static str)>,
    of_road: HashMap<&'static str, Vec<Cell>>,
}

impl Shields {
    fn offer(&mut self, name: &'static str, from: (f64, f64), to: (f64, f64)) {
        #[expect(clippy::cast_possible_truncation, reason = "saturates, out of sight")]
        let cell = (f64::midpoint(from.0, to.0).floor() as i64, f64::midpoint(from.1, to.1).floor() as i64);
        let others = self.of_road.entry(name).or_default();
        let far = |other: &Cell| (other.0 - cell.0).abs() + 2 * (other.1 - cell.1).abs() >= SHIELDS_APART;
        if others.iter().all(far) {
            others.push(cell);
            self.placed.push((cell, name));
        }
    }
}

/// How closely lines are worth drawing.
fn level(view: &View) -> Level {
    match view.miles_a_column() {
        miles if miles > 10.0 => Level::Far,
        miles if miles > 2.0 => Level::Middle,
        _ => Level::Near,
    }
}

/// Whether a line says more than it hides: from afar only the roads across the country do.
fn is_drawn(line: &Line, level: Level) -> bool {
    let Some(name) = line.name else { return true };
    let interstate = name.strip_prefix("I-").and_then(|number| number.parse::<u32>().ok());
    match (level, interstate) {
        (Level::Near, _) => true,
        (Level::Middle, Some(number)) => number < 100,
        (Level::Middle, None) => name.starts_with("TCH") || name.starts_with("MX"),
        // AASHTO gives numbers by five to the long ones.
        (Level::Far, Some(number)) => number < 100 && number % 5 == 0,
        (Level::Far, None) => name == "TCH-1",
    }
}

/// What tells things apart in ASCII: roads are strokes.
const fn letter(stuff: Stuff) -> Option<char> {
    match stuff {
        COAST => Some('#'),
        BORDER => Some('+'),
        STATE => Some('.'),
        OWN => Some('%'),
        _ => None,
    }
}

const fn manner(layer: Layer) -> (Pen, Stuff) {
    match layer {
        Layer::Coast => (Pen::Solid, COAST),
        Layer::Border => (Pen::Dashed, BORDER),
        Layer::State => (Pen::Dotted, STATE),
        Layer::Road => (Pen::Solid, ROAD),
    }
}

fn draw_own(lines: &mut Draft, shape: &Shape, view: &View) {
    for line in shape.lines() {
        for piece in line.windows(2) {
            if let [from, to] = piece {
                let at = |point| view.project(Spot::of(point));
                lines.line(at(*from), at(*to), Pen::Solid, OWN);
            }
        }
    }
}

fn towns(view: &View) -> Vec<(Cell, &'static Town)> {
    let bounds = bounds_of(&view.frame());
    let found = Land::towns().within(bounds).into_iter().take(TOWNS);
    found.map(|town| (view.cell(Spot::at(town.latitude.into(), town.longitude.into())), town)).collect()
}

fn frame_of(bounds: &Bounds) -> Frame {
    let (north, south) = (Spot::at(bounds.north.into(), bounds.west.into()), bounds.south);
    let south = Spot::at(south.into(), bounds.east.into());
    Frame { west: north.x, north: north.y, east: south.x, south: south.y }
}

#[expect(clippy::cast_possible_truncation, reason = "degrees to about a meter")]
fn bounds_of(frame: &Frame) -> Bounds {
    let (north, west) = Spot { x: frame.west, y: frame.north }.degrees();
    let (south, east) = Spot { x: frame.east, y: frame.south }.degrees();
    Bounds { south: south as f32, west: west as f32, north: north as f32, east: east as f32 }
}
