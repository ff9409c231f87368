//! The map: where everything is, on coast, states and roads; late loads never hidden. It owns what is in
//! sight and what is selected, never the units; `paint` draws it.

mod clusters;
mod draft;
mod grid;
mod ground;
mod labels;
mod legend;
mod list;
mod paint;
mod replay;
mod route;
mod units;
mod view;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use self::draft::Ink;
use self::ground::Ground;
use self::replay::{Along, Replay};
use self::route::Route;
use self::units::{Trouble, Unit, Units};
use self::view::{Frame, Spot, Stride, View};
use super::{Go, Panel, Subject};
use crate::model::overlay::Overlay;
use crate::model::{Timestamp, TrailPoint, UnitId, UnitKind, folded};
use crate::tui::action::{OnMap, Toward};
use crate::tui::app::Effect;
use crate::tui::facts::Facts;
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::Theme;
use crate::tui::widgets::table::Listed;

/// From this width on there is a list beside the map.
const WIDE: u16 = 110;
/// Columns of the list: a third of the screen, within these.
const LIST: (u16, u16) = (38, 60);
/// Lines under the map: what the marks mean, and what is selected.
const BELOW: u16 = 2;
/// How much a key zooms.
const ZOOM: f64 = 2.0;

/// The map, with its list where there is room.
pub struct Map {
    /// The key that fits all, for a person who sees nothing.
    fit_key: String,
    size: Size,
    view: Option<View>,
    /// Nobody has moved it yet: then it shows whatever there is.
    untouched: bool,
    ink: Ink,
    ground: Ground,
    units: Units,
    /// What every unit shown must hold, in small letters.
    words: Vec<String>,
    /// When the units were last looked over; `None` where they must be.
    looked: Option<Timestamp>,
    chosen: Option<Subject>,
    /// The chosen one's place in the list.
    cursor: Option<usize>,
    /// The list's first line.
    top: usize,
    follows: bool,
    replay: Option<Replay>,
    /// The trailer that was asked for where the chosen tractor's mark stands for it: the trail is its own.
    towed: Option<UnitId>,
    route: Route,
}

impl Map {
    /// All of the fleet, over what it drew itself.
    pub fn new(own: Arc<Overlay>, fit_key: String) -> Self {
        Self {
            fit_key,
            size: Size::new(80, 20),
            view: None,
            untouched: true,
            ink: Ink::Braille,
            ground: Ground::new(own),
            units: Units::default(),
            words: Vec::new(),
            looked: None,
            chosen: None,
            cursor: None,
            top: 0,
            follows: false,
            replay: None,
            towed: None,
            route: Route::default(),
        }
    }

    fn unit(&self) -> Option<&Unit> {
        self.units.all.get(self.cursor?)
    }

    fn spot(&self) -> Option<Spot> {
        self.unit()?.spot
    }

    /// Puts the cursor on a place of the list and brings what is there into sight.
    fn choose(&mut self, place: Option<usize>, facts: &Facts) {
        self.cursor = place.filter(|place| *place < self.units.all.len());
        self.towed = None;
        self.chosen = self.unit().and_then(|unit| unit.subject(facts));
        self.trace(facts);
        self.scroll();
        if let (Some(view), Some(spot)) = (
            self.view.as_mut(),
            self.units.all.get(self.cursor.unwrap_or(usize::MAX)).and_then(|unit| unit.spot),
        ) && !view.frame().holds(spot)
        {
            view.centre_on(spot);
        }
    }

    /// Finds what is drawn of the chosen unit's load; a trail of another unit is put away.
    fn trace(&mut self, facts: &Facts) {
        let unit = self.unit();
        self.route =
            Route::of(unit.and_then(|unit| unit.load.as_ref()), unit.and_then(|unit| unit.spot), facts);
        let is_of = |replay: &Replay| self.trailed().is_some_and(|(kind, id)| replay.is_of(kind, id));
        if !self.replay.as_ref().is_some_and(is_of) {
            self.replay = None;
        }
    }

    /// The next place in the list that `serves`, from the cursor on and round.
    fn next(&self, serves: impl Fn(&Unit) -> bool) -> Option<usize> {
        let count = self.units.all.len();
        let from = self.cursor.map_or(0, |cursor| cursor + 1);
        (from..from + count)
            .map(|place| place % count)
            .find(|place| self.units.all.get(*place).is_some_and(&serves))
    }

    fn previous(&self) -> Option<usize> {
        let last = self.units.all.len().checked_sub(1)?;
        Some(self.cursor.and_then(|cursor| cursor.checked_sub(1)).unwrap_or(last))
    }

    fn show(&mut self, frame: Option<Frame>) {
        if let (Some(view), Some(frame)) = (self.view.as_mut(), frame) {
            view.fit(frame);
            self.untouched = false;
        }
    }

    /// The chosen unit with its load and its trail.
    fn selection(&self) -> Option<Frame> {
        let trail = self.replay.iter().flat_map(Replay::spots);
        Frame::around(self.spot().into_iter().chain(self.route.spots()).chain(trail))
    }

    /// Lines of the list.
    fn page(&self) -> usize {
        usize::from(self.size.height.saturating_sub(BELOW)).max(1)
    }

    fn scroll(&mut self) {
        let page = self.page();
        self.top = self.top.min(self.units.all.len().saturating_sub(page));
        if let Some(cursor) = self.cursor {
            self.top = self.top.clamp((cursor + 1).saturating_sub(page), cursor);
        }
    }

    /// What the map itself takes of the panel.
    fn map_size(size: Size) -> Size {
        let list = (size.width / 3).clamp(LIST.0, LIST.1) + 1;
        let width = if size.width >= WIDE { size.width - list } else { size.width };
        Size::new(width, size.height.saturating_sub(BELOW))
    }

    fn pan(&mut self, toward: Toward, stride: Stride) {
        self.untouched = false;
        self.follows = false;
        if let Some(view) = &mut self.view {
            view.pan(toward, stride);
        }
    }

    fn zoom(&mut self, factor: f64) {
        self.untouched = false;
        let about = self.spot();
        if let Some(view) = &mut self.view {
            view.zoom(factor, about);
        }
    }

    /// The unit whose trail is meant.
    fn trailed(&self) -> Option<(UnitKind, &UnitId)> {
        let towed = self.towed.as_ref().map(|id| (UnitKind::Trailer, id));
        towed.or_else(|| named(self.chosen.as_ref()))
    }

    /// The number of that unit.
    fn trailed_number<'a>(&'a self, facts: &'a Facts) -> &'a str {
        let towed = self.towed.as_ref().and_then(|id| facts.trailer(Some(id)));
        let own = || self.unit().map_or("", |unit| unit.number(facts));
        towed.map_or_else(own, |row| row.unit_number.as_str())
    }

    /// Shows the chosen unit's trail, or puts it away.
    fn toggle_trail(&mut self, facts: &Facts) -> Option<Effect> {
        if self.replay.take().is_some() {
            return None;
        }
        let (kind, id) = self.trailed()?;
        let (kind, id) = (kind, id.clone());
        self.replay = Some(Replay::asked(kind, id.clone()));
        self.trace(facts);
        Some(Effect::Trail(kind, id))
    }

    fn walk(&mut self, along: Along) {
        let Some(replay) = &mut self.replay else { return };
        replay.walk(along);
        if let (Some(view), Some(here)) = (self.view.as_mut(), replay.here())
            && !view.frame().holds(here)
        {
            view.centre_on(here);
        }
    }

    /// Keeps the chosen one in sight: the view moves only once it is near the edge, so that the ground is
    /// not drawn anew for every mile.
    fn follow(&mut self) {
        let (true, Some(spot), Some(view)) = (self.follows, self.spot(), self.view.as_mut()) else { return };
        let (x, y) = view.project(spot);
        let size = view.size();
        let inner = |at: f64, room: u16| (f64::from(room) * 0.2..=f64::from(room) * 0.8).contains(&at);
        if !inner(x, size.width) || !inner(y, size.height) {
            view.centre_on(spot);
        }
    }

    /// Finds the chosen one again; one that is gone, or hidden by the filter, is not chosen any more.
    fn find_again(&mut self, facts: &Facts) {
        let chosen = self.chosen.as_ref();
        self.cursor = chosen.and_then(|chosen| {
            self.units.all.iter().position(|unit| match (chosen, unit.tractor(facts), unit.trailer(facts)) {
                (Subject::Tractor(id), Some(row), _) => row.id == *id,
                (Subject::Trailer(id), _, Some(row)) => row.id == *id,
                _ => false,
            })
        });
        self.trace(facts);
        self.scroll();
    }
}

impl Panel for Map {
    fn spoil(&mut self) {
        self.looked = None;
    }

    fn arrange(&mut self, facts: &Facts) {
        if facts.glyphs == Glyphs::Ascii {
            self.ink = Ink::Ascii;
        }
        if self.looked.replace(facts.now) == Some(facts.now) {
            return;
        }
        let had = self.units.located();
        self.units = Units::of(facts, &self.words);
        self.find_again(facts);
        if self.untouched
            && had == 0
            && let (Some(view), Some(frame)) = (self.view.as_mut(), self.units.extent())
        {
            view.fit(frame);
        }
        self.follow();
    }

    fn fit(&mut self, size: Size) {
        let map = Self::map_size(size);
        self.size = size;
        match &mut self.view {
            Some(view) if view.size() == map => {}
            Some(view) if !self.untouched => view.resize(map),
            _ => {
                let mut view = View::new(map);
                if let Some(frame) = self.units.extent() {
                    view.fit(frame);
                }
                self.view = Some(view);
            }
        }
        self.scroll();
        if let Some(view) = &self.view {
            self.ground.draw(view, self.ink);
        }
    }

    fn go(&mut self, go: Go, facts: &Facts) {
        let last = self.units.all.len().saturating_sub(1);
        let cursor = self.cursor.unwrap_or(0);
        let place = match go {
            Go::Stay => return,
            Go::Up => cursor.saturating_sub(1),
            Go::Down => self.cursor.map_or(0, |cursor| (cursor + 1).min(last)),
            Go::PageUp => cursor.saturating_sub(self.page()),
            Go::PageDown => (cursor + self.page()).min(last),
            Go::First => 0,
            Go::Last => last,
        };
        self.choose(Some(place), facts);
    }

    fn select(&mut self, subject: &Subject, facts: &Facts) -> bool {
        let tractor = |id: Option<&UnitId>| id.cloned().map(Subject::Tractor);
        let unit = match subject {
            Subject::Movement(_) | Subject::Plan(_) | Subject::Best(_) | Subject::Exception(_) => {
                let load = subject.load(facts).and_then(|key| facts.fleet.movements.get(&key));
                load.and_then(|row| {
                    let trailer = || row.trailer_id.clone().map(Subject::Trailer);
                    tractor(row.tractor_id.as_ref()).or_else(trailer)
                })
            }
            Subject::Driver(id) => facts.driver(Some(id)).and_then(|row| tractor(row.tractor_id.as_ref())),
            Subject::Tractor(_) | Subject::Trailer(_) => Some(subject.clone()),
            Subject::Feed { .. }
            | Subject::Detention
            | Subject::Limits
            | Subject::Handoff
            | Subject::Near(_) => None,
        };
        if unit.is_none() {
            return false;
        }
        self.chosen = unit;
        self.find_again(facts);
        // A trailer that its tractor's mark stands for. One with a tracker was not always where that was.
        let mut towed = None;
        if let (None, Some(Subject::Trailer(id))) = (self.cursor, &self.chosen) {
            let row = facts.trailer(Some(id));
            towed = row.filter(|row| row.latitude.is_some()).map(|row| row.id.clone());
            self.chosen = row.and_then(|row| tractor(row.tractor_id.as_ref()));
            self.find_again(facts);
        }
        self.choose(self.cursor, facts);
        self.towed = towed;
        self.cursor.is_some()
    }

    fn on_map(&mut self, step: OnMap, facts: &Facts) -> Option<Effect> {
        match step {
            OnMap::Pan(toward) => self.pan(toward, Stride::Short),
            OnMap::PanFar(toward) => self.pan(toward, Stride::Long),
            OnMap::ZoomIn => self.zoom(ZOOM),
            OnMap::ZoomOut => self.zoom(1.0 / ZOOM),
            OnMap::FitAll => self.show(self.units.extent()),
            OnMap::FitSelection => self.show(self.selection()),
            OnMap::FitFilter => self.show(Frame::around(self.units.spots())),
            OnMap::Follow => {
                self.follows = !self.follows && self.chosen.is_some();
                self.follow();
            }
            OnMap::Next => self.choose(self.next(|_| true), facts),
            OnMap::Previous => self.choose(self.previous(), facts),
            OnMap::NextLate => {
                if let Some(place) = self.next(|unit| unit.trouble >= Trouble::AtRisk) {
                    self.choose(Some(place), facts);
                }
            }
            OnMap::Ink => {
                self.ink = match self.ink {
                    Ink::Braille => Ink::HalfBlock,
                    Ink::HalfBlock => Ink::Ascii,
                    Ink::Ascii => Ink::Braille,
                }
            }
            OnMap::Trail => return self.toggle_trail(facts),
            OnMap::Back => self.walk(Along::Back),
            OnMap::Forward => self.walk(Along::Forward),
        }
        None
    }

    fn learn_trail(&mut self, kind: UnitKind, id: &UnitId, told: Result<Vec<TrailPoint>, String>) {
        if let Some(replay) = self.replay.as_mut().filter(|replay| replay.is_of(kind, id)) {
            replay.learn(told);
            self.show(self.selection());
        }
    }

    fn filter(&mut self, text: &str) {
        self.words = text.split_whitespace().map(folded).collect();
        self.looked = None;
    }

    fn sort(&mut self) {}

    fn reverse(&mut self) {}

    fn headline(&self, _: &Facts) -> String {
        legend::headline(&self.units)
    }

    fn subject(&self, _: &Facts) -> Option<Subject> {
        self.cursor.and(self.chosen.clone())
    }

    fn sentence(&self, facts: &Facts) -> Option<String> {
        let unit = self.unit()?;
        let tractor = unit.tractor(facts).map(|row| row.sentence(facts));
        tractor.or_else(|| unit.trailer(facts).map(|row| row.sentence(facts)))
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
        paint::paint(self, area, buf, facts, theme);
    }
}

/// The unit that a subject is.
const fn named(subject: Option<&Subject>) -> Option<(UnitKind, &UnitId)> {
    match subject {
        Some(Subject::Tractor(id)) => Some((UnitKind::Tractor, id)),
        Some(Subject::Trailer(id)) => Some((UnitKind::Trailer, id)),
        _ => None,
    }
}
