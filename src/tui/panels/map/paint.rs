//! Puts the map on the screen: the kept ground, the selected load, the marks of the units in sight, and then
//! words wherever there is room, in the order of what matters.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::clusters::{self, Dot, Mark};
use super::draft::{Draft, Stuff};
use super::ground::{BORDER, COAST, Drawn, OWN, ROAD};
use super::labels::Taken;
use super::units::Trouble;
use super::view::{Cell, View};
use super::{Map, legend, list};
use crate::tui::facts::Facts;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{put, put_line, width, wrap};

/// What a cell drawn over the ground is of.
pub const DONE_LEG: Stuff = 1;
pub const LEG: Stuff = 2;
pub const TRAIL: Stuff = 3;

/// Cells of the map for each town that may be named on it.
const A_TOWN: usize = 160;
/// The same for the shield of a road.
const A_SHIELD: usize = 300;

/// Draws all of the panel.
pub fn paint(map: &Map, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
    let size = Map::map_size(area.as_size());
    let view = map.view.as_ref().filter(|view| view.size() == size && size.height > 0 && size.width > 0);
    let (Some(view), Some(ground)) = (view, map.ground.drawn()) else { return };
    let sheet = Rect { width: size.width, height: size.height, ..area };
    let mut painter = Painter { map, view, sheet, facts, theme, taken: Taken::none(size), buf };
    let (in_sight, covered) = painter.all(ground);
    if size.width < area.width {
        let x = area.x + size.width;
        let rule = facts.glyphs.pick("│", "|");
        for y in sheet.y..sheet.bottom() {
            put(buf, (x, y), 1, rule, theme.style(Role::Muted), facts.glyphs);
        }
        let beside = Rect { x: x + 1, width: area.right() - x - 1, ..sheet };
        list::draw(map, Some(&view.frame()), beside, buf, facts, theme);
    }
    let marks = legend::marks(map, view, covered, area.width, facts);
    put_line(buf, (area.x, sheet.bottom()), area.width, &marks, theme, facts.glyphs);
    let selected = legend::selected(map, in_sight, facts);
    put_line(buf, (area.x, sheet.bottom() + 1), area.width, &selected, theme, facts.glyphs);
}

struct Painter<'a> {
    map: &'a Map,
    view: &'a View,
    /// Where on the screen the map is.
    sheet: Rect,
    facts: &'a Facts,
    theme: Theme,
    taken: Taken,
    buf: &'a mut Buffer,
}

/// Words that want a place beside a mark.
struct Label<'a> {
    cell: Cell,
    /// Columns of the mark.
    mark: u16,
    words: Cow<'a, str>,
    role: Role,
}

impl Painter<'_> {
    /// Draws the map; says how many units are in sight, and how many of them under other marks.
    fn all(&mut self, ground: &Drawn) -> (usize, usize) {
        self.lines(&ground.lines, ground_role);
        self.selected_load();
        let dots = self.dots();
        let in_sight = dots.len();
        let marks = clusters::marks(dots, self.view.corner());
        // What stands out has its place before a stop's number, and that before the others.
        let (outstanding, others) = marks.split_at(marks.partition_point(|mark| mark.stands_out));
        let (labels, under) = self.marks(outstanding);
        let stops = self.stops();
        let (numbers, under_others) = self.marks(others);
        let covered = under + under_others;
        for label in labels {
            if !self.label(&label) {
                self.exclaim(&label);
            }
        }
        for label in stops.iter().chain(&self.stands()).chain(&self.own(ground)) {
            self.label(label);
        }
        self.towns(ground);
        for label in &numbers {
            self.label(label);
        }
        self.shields(ground);
        if in_sight == 0 {
            self.say_why_empty();
        }
        (in_sight, covered)
    }

    fn lines(&mut self, lines: &Draft, role: fn(Stuff) -> Role) {
        let styles: [_; 8] =
            std::array::from_fn(|stuff| self.theme.style(role(Stuff::try_from(stuff).unwrap_or_default())));
        let wide = usize::from(self.sheet.width);
        for index in 0..lines.len() {
            let Some((symbol, stuff)) = lines.symbol(index) else { continue };
            let (Ok(x), Ok(y)) = (u16::try_from(index % wide), u16::try_from(index / wide)) else { continue };
            if let Some(cell) = self.buf.cell_mut((self.sheet.x + x, self.sheet.y + y)) {
                cell.set_char(symbol).set_style(styles.get(usize::from(stuff)).copied().unwrap_or_default());
            }
        }
    }

    fn selected_load(&mut self) {
        let map = self.map;
        if map.route.stops.is_empty() && map.replay.is_none() {
            return;
        }
        let size = (self.sheet.width, self.sheet.height);
        let mut draft = Draft::new(map.ink, size, self.view.corner(), |_| Some('*'));
        map.route.draw(&mut draft, self.view);
        if let Some(replay) = &map.replay {
            replay.draw(&mut draft, self.view);
        }
        self.lines(&draft, |_| Role::Route);
    }

    /// The units in sight.
    fn dots(&self) -> Vec<Dot> {
        let units = &self.map.units;
        let dot = |number: usize| {
            let unit = units.all.get(number)?;
            let cell = self.view.cell(unit.spot?);
            let selected = self.map.cursor == Some(number);
            let inside = (0..i64::from(self.sheet.width)).contains(&cell.0)
                && (0..i64::from(self.sheet.height)).contains(&cell.1);
            inside.then_some(Dot { unit: number, cell, trouble: unit.trouble, doing: unit.doing, selected })
        };
        units.within(&self.view.frame()).into_iter().filter_map(dot).collect()
    }

    /// Draws marks. Gives what is to be written beside them, and how many units found no place.
    fn marks(&mut self, marks: &[Mark]) -> (Vec<Label<'static>>, usize) {
        let (mut labels, mut covered) = (Vec::new(), 0);
        for mark in marks {
            match self.mark(mark) {
                Some(label) => labels.push(label),
                None => covered += mark.count,
            }
        }
        (labels, covered)
    }

    /// Draws a mark, and says what is to be written beside it; `None` where others took all its places.
    fn mark(&mut self, mark: &Mark) -> Option<Label<'static>> {
        let (facts, unit) = (self.facts, self.map.units.all.get(mark.unit)?);
        let alone = mark.count == 1;
        let mut text =
            if alone { unit.mark(facts.glyphs).to_owned() } else { legend::several(mark, unit, facts) };
        if mark.stands_out && mark.cell.0 + i64::from(width(&text)) > i64::from(self.sheet.width) {
            // Half of a count would be another count.
            "!".clone_into(&mut text);
        }
        let room = width(&text);
        let cell = if alone {
            self.taken.is_free(mark.cell, 1).then_some(mark.cell)?
        } else {
            self.place_of_count(mark, room)?
        };
        // No mark may follow on a count that stands out: "!2" and then "8" would be "!28".
        self.taken.take(cell, room + u16::from(mark.stands_out && !alone));
        let selected = self.map.cursor == Some(mark.unit);
        let role = if selected { Role::Selected } else { unit.role() };
        self.write(cell, &text, role);
        let number = unit.number(facts);
        let words = match (selected, unit.trouble) {
            (true, Trouble::None) => number.to_owned(),
            (true, _) => format!("!{number} {}", unit.words),
            (false, trouble) if trouble.is_urgent() && alone => format!("!{number}"),
            (false, _) if alone => number.to_owned(),
            (false, _) => String::new(),
        };
        let role = if selected && unit.trouble == Trouble::None { Role::Title } else { unit.role() };
        Some(Label { cell, mark: room, words: words.into(), role })
    }

    /// Where a count is written: at the middle of what it counts, else wherever its block has room.
    fn place_of_count(&self, mark: &Mark, room: u16) -> Option<Cell> {
        if mark.stands_out {
            return Some(mark.cell);
        }
        let (first, last) = clusters::block_of(mark.cell, self.view.corner());
        // The block's last column stays free, so that two counts never run into one number.
        let columns = first.0..=last.0 - i64::from(room);
        let wanted = mark.cell.0.clamp(first.0, (last.0 - i64::from(room)).max(first.0));
        let mut places: Vec<Cell> =
            (first.1..=last.1).flat_map(|y| columns.clone().map(move |x| (x, y))).collect();
        places.sort_by_key(|(x, y)| ((y - mark.cell.1).abs(), (x - wanted).abs()));
        places.into_iter().find(|place| self.taken.stands_free(*place, room))
    }

    /// Writes words beside their mark; whether there was room.
    fn label(&mut self, label: &Label<'_>) -> bool {
        let room = width(&label.words);
        if room == 0 {
            return true;
        }
        let Some(place) = self.taken.beside(label.cell, label.mark, room) else { return false };
        self.write(place, &label.words, label.role);
        true
    }

    /// Where there is no room for words, what must be seen is an exclamation mark.
    fn exclaim(&mut self, label: &Label<'_>) {
        if label.words.starts_with('!') {
            self.write(label.cell, "!", label.role);
        }
    }

    /// The numbers of the selected load's stops are marks; what is said of them are labels.
    fn stops(&mut self) -> Vec<Label<'static>> {
        let mut labels = Vec::new();
        for stop in &self.map.route.stops {
            let cell = self.view.cell(stop.spot);
            let number = format!("({})", stop.number);
            let room = width(&number);
            let role = if stop.done { Role::Muted } else { Role::Title };
            if self.taken.is_free(cell, room) {
                self.taken.take(cell, room);
                self.write(cell, &number, role);
                labels.push(Label { cell, mark: room, words: stop.words.clone().into(), role: Role::Text });
            } else {
                // A truck stands there: its mark stays, and the number goes with the words.
                labels.push(Label { cell, mark: 1, words: format!("{number}{}", stop.words).into(), role });
            }
        }
        labels
    }

    /// When the replayed unit stood where; and where it was at the moment looked at.
    fn stands(&mut self) -> Vec<Label<'static>> {
        let Some(replay) = &self.map.replay else { return Vec::new() };
        let glyphs = self.facts.glyphs;
        if let Some(here) = replay.here() {
            self.write(self.view.cell(here), glyphs.pick("◉", "@"), Role::Selected);
        }
        let stands = replay.stands(self.facts).into_iter();
        stands
            .map(|(spot, words)| Label {
                cell: self.view.cell(spot),
                mark: 1,
                words: words.into(),
                role: Role::Route,
            })
            .collect()
    }

    fn own(&self, ground: &Drawn) -> Vec<Label<'static>> {
        let shapes = &self.map.ground.own().shapes;
        let named = |&(cell, number): &(Cell, usize)| {
            let name = shapes.get(number)?.name.clone();
            Some(Label { cell, mark: 0, words: format!("+{name}").into(), role: Role::Own })
        };
        ground.own.iter().filter_map(named).collect()
    }

    fn towns(&mut self, ground: &Drawn) {
        let most = self.cells() / A_TOWN;
        let dot = self.facts.glyphs.pick("·", ".");
        let (mut named, mut larger) = (0, Vec::<Cell>::new());
        for (cell, town) in &ground.towns {
            if named >= most {
                return;
            }
            // A suburb is not named for a city whose name has no room: it would be taken for it.
            let is_suburb = larger.iter().any(|at| (at.0 - cell.0).abs() < 8 && (at.1 - cell.1).abs() < 3);
            larger.push(*cell);
            if is_suburb {
                continue;
            }
            let room = width(town.name) + 1;
            let left = (cell.0 - i64::from(room) + 1, cell.1);
            // The dot stands where the town is, at either end of its name.
            let (place, words) = if self.taken.stands_free(*cell, room) {
                (*cell, format!("{dot}{}", town.name))
            } else if self.taken.stands_free(left, room) {
                (left, format!("{}{dot}", town.name))
            } else {
                continue;
            };
            self.taken.take(place, room);
            self.write(place, &words, Role::Muted);
            named += 1;
        }
    }

    fn shields(&mut self, ground: &Drawn) {
        let most = self.cells() / A_SHIELD;
        let mut named = 0;
        for (cell, name) in &ground.shields {
            let room = width(name);
            let start = (cell.0 - i64::from(room / 2), cell.1);
            if named < most && self.taken.stands_free(start, room) {
                self.taken.take(start, room);
                self.write(start, name, Role::Road);
                named += 1;
            }
        }
    }

    fn say_why_empty(&mut self) {
        let Some(words) = legend::nothing(self.map, 0) else { return };
        let lines = wrap(&words, self.sheet.width.saturating_sub(4));
        for (row, line) in (0..).zip(&lines) {
            let x = (i64::from(self.sheet.width) - i64::from(width(line))) / 2;
            let y = i64::from(self.sheet.height / 2) + row;
            self.write((x, y), line, Role::Title);
        }
    }

    fn cells(&self) -> usize {
        usize::from(self.sheet.width) * usize::from(self.sheet.height)
    }

    /// Writes text from a cell of the map on, as far as the map goes.
    fn write(&mut self, (x, y): Cell, text: &str, role: Role) {
        let (Ok(x), Ok(y)) = (u16::try_from(x), u16::try_from(y)) else { return };
        if x < self.sheet.width && y < self.sheet.height {
            let at = (self.sheet.x + x, self.sheet.y + y);
            // What was drawn under it would shine through.
            let style = ratatui::style::Style::reset().patch(self.theme.style(role));
            put(self.buf, at, self.sheet.width - x, text, style, self.facts.glyphs);
        }
    }
}

const fn ground_role(stuff: Stuff) -> Role {
    match stuff {
        COAST => Role::Coast,
        BORDER => Role::Border,
        ROAD => Role::Road,
        OWN => Role::Own,
        _ => Role::Muted,
    }
}
