//! What is on the screen and how events change it. What must be done outside is returned, not done.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crossterm::event::{Event as Terminal, KeyEvent};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::action::{Action, OnMap, Realm};
use super::event::Event;
use super::facts::Facts;
use super::glyphs::Glyphs;
use super::keymap::KeyMap;
use super::panels::{Go, Panel, Place, Subject};
use super::theme::Theme;
use super::view;
use crate::model::overlay::Overlay;
use crate::model::{Fleet, Timestamp, UnitId, UnitKind, clean};
use crate::rules::freshness::Freshness;

/// Ages alone are brought up to date this often: an idle screen must not write each second.
const AGES_S: i64 = 10;

/// Notices kept until they are dismissed; more are not read anyway.
const NOTICES: usize = 20;

/// How the database is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A live view is open somewhere.
    Live {
        /// Seconds between reads of the positions.
        every_s: i64,
    },
    /// None is.
    Idle {
        /// Seconds between reads of the positions.
        every_s: i64,
    },
    /// Not by this process, and by no other that is known.
    View,
}

/// What the console must do for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Have every feed read now.
    Refresh,
    /// Tell the other consoles that this panel is looked at now (`viewers.view`).
    Look(&'static str),
    /// Put this on the clipboard.
    Copy(String),
    /// Read where this unit was in the last 24 hours; an [`Event::Trail`] answers.
    Trail(UnitKind, UnitId),
    /// Put the console aside until the shell brings it back.
    Suspend,
}

/// What a screen is made with.
pub struct Setup {
    /// Which key does what.
    pub keys: KeyMap,
    /// The colours.
    pub theme: Theme,
    /// The marks.
    pub glyphs: Glyphs,
    /// The office's zone.
    pub zone: jiff::tz::TimeZone,
    /// Kilometres rather than miles.
    pub metric: bool,
    /// What the fleet drew on the map itself.
    pub own: Arc<Overlay>,
    /// The time.
    pub now: Timestamp,
}

/// Whether what is on the screen still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stale {
    No,
    /// Something was learnt; it may change no word that is shown.
    Perhaps,
    Yes,
}

/// The screen's state.
pub struct App {
    pub(super) facts: Facts,
    pub(super) keys: KeyMap,
    pub(super) theme: Theme,
    pub(super) place: Place,
    panels: [Slot; Place::ALL.len()],
    /// What covers the panel, the top one last.
    pub(super) pages: Vec<Page>,
    /// The filter is being typed.
    pub(super) typing: bool,
    /// What a key just did that does not show otherwise; gone with the next key.
    pub(super) said: Option<String>,
    pub(super) notices: VecDeque<String>,
    /// The time, which the screen may not show yet.
    time: Timestamp,
    size: Size,
    stale: Stale,
    drawn: u64,
    wiped: bool,
    quit: bool,
}

/// A panel and the filter of its rows.
pub(super) struct Slot {
    pub(super) panel: Box<dyn Panel>,
    pub(super) filter: Input,
}

/// Something opened over a panel, and how far down it is read.
pub(super) struct Page {
    pub(super) of: Opened,
    pub(super) top: usize,
}

/// What was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    Detail(Subject),
    Help,
}

impl App {
    /// A screen of the loads, with nothing known yet.
    pub fn new(setup: Setup) -> Self {
        let facts = Facts {
            fleet: Arc::default(),
            open_loads: 0,
            now: setup.now,
            fresh: Freshness::default(),
            mode: Mode::View,
            leader: None,
            zone: setup.zone,
            metric: setup.metric,
            glyphs: setup.glyphs,
        };
        let panel = |place: Place| place.panel(&setup.keys, &setup.own);
        let panels = Place::ALL.map(|place| Slot { panel: panel(place), filter: Input::default() });
        Self {
            facts,
            keys: setup.keys,
            theme: setup.theme,
            place: Place::Movements,
            panels,
            pages: Vec::new(),
            typing: false,
            said: None,
            notices: VecDeque::new(),
            time: setup.now,
            size: Size::new(80, 24),
            stale: Stale::Yes,
            drawn: 0,
            wiped: false,
            quit: false,
        }
    }

    /// Takes in one event. Says what must be done outside, if anything.
    pub fn update(&mut self, event: Event) -> Option<Effect> {
        match event {
            Event::Key(key) => return self.press(key),
            Event::Paste(text) => self.paste(&text),
            Event::Resize => self.stale = Stale::Yes,
            Event::Tick(now) => self.tick(now),
            Event::Fleet(fleet) => self.learn(fleet),
            Event::Mode(mode) => {
                self.facts.mode = mode;
                self.doubt();
            }
            Event::Leader(leader) => {
                self.facts.leader = leader;
                self.doubt();
            }
            Event::Trail(kind, id, told) => {
                for slot in &mut self.panels {
                    slot.panel.learn_trail(kind, &id, told.clone());
                }
                self.stale = Stale::Yes;
            }
            Event::Notice(text) => self.notice(&text),
            Event::Hangup => self.quit = true,
            Event::Resumed => {
                self.wiped = true;
                self.stale = Stale::Yes;
            }
        }
        None
    }

    /// Whether a frame is due; asking clears it. A frame that would show no other word is not due.
    pub fn take_stale(&mut self) -> bool {
        match std::mem::replace(&mut self.stale, Stale::No) {
            Stale::No => false,
            Stale::Yes => true,
            Stale::Perhaps => {
                let area = Rect::from((ratatui::layout::Position::ORIGIN, self.size));
                let mut scratch = Buffer::empty(area);
                self.lay_out(self.size);
                view::paint(self, area, &mut scratch);
                fingerprint(&scratch) != self.drawn
            }
        }
    }

    /// Whether the terminal shows something else and must be cleared first; asking clears it.
    pub fn take_wiped(&mut self) -> bool {
        std::mem::take(&mut self.wiped)
    }

    /// Whether the person, or the system, asked to leave.
    pub const fn quit(&self) -> bool {
        self.quit
    }

    /// The panel looked at, as `viewers.view` calls it.
    pub const fn looking_at(&self) -> &'static str {
        self.place.word()
    }

    /// Draws the screen, and remembers what it looks like.
    pub fn draw(&mut self, frame: &mut Frame) {
        self.lay_out(frame.area().as_size());
        let cursor = view::paint(self, frame.area(), frame.buffer_mut());
        self.drawn = fingerprint(frame.buffer_mut());
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
    }

    pub(super) fn slot(&self) -> &Slot {
        let [map, movements, drivers, tractors, trailers, health] = &self.panels;
        match self.place {
            Place::Map => map,
            Place::Movements => movements,
            Place::Drivers => drivers,
            Place::Tractors => tractors,
            Place::Trailers => trailers,
            Place::Health => health,
        }
    }

    fn slot_mut(&mut self) -> &mut Slot {
        let [map, movements, drivers, tractors, trailers, health] = &mut self.panels;
        match self.place {
            Place::Map => map,
            Place::Movements => movements,
            Place::Drivers => drivers,
            Place::Tractors => tractors,
            Place::Trailers => trailers,
            Place::Health => health,
        }
    }

    /// The panel in sight with its rows in order.
    fn arranged(&mut self) -> (&mut Slot, Facts) {
        let facts = self.facts.clone();
        let slot = self.slot_mut();
        slot.panel.arrange(&facts);
        (slot, facts)
    }

    /// Finds out what there is room for, so that drawing only reads.
    fn lay_out(&mut self, size: Size) {
        self.size = size;
        let body = view::areas(self, Rect::from((ratatui::layout::Position::ORIGIN, size))).body.as_size();
        let (slot, _) = self.arranged();
        slot.panel.fit(body);
        let last = self.pages.last().map(|page| {
            let height = view::sheet(self, &page.of).height(body.width);
            height.saturating_sub(body.height.into())
        });
        if let (Some(page), Some(last)) = (self.pages.last_mut(), last) {
            page.top = page.top.min(last);
        }
    }

    fn doubt(&mut self) {
        self.stale = self.stale.max(Stale::Perhaps);
    }

    fn tick(&mut self, now: Timestamp) {
        self.time = now;
        let step = |at: Timestamp| at.millis().div_euclid(1000 * AGES_S);
        if step(now) != step(self.facts.now) {
            self.facts.turn(now);
            self.doubt();
        }
    }

    fn learn(&mut self, fleet: Arc<Fleet>) {
        self.time = self.time.max(fleet.read_at);
        self.facts.now = self.time;
        self.facts.learn(fleet);
        self.panels.iter_mut().for_each(|slot| slot.panel.spoil());
        self.doubt();
    }

    fn notice(&mut self, text: &str) {
        let text = clean(text, 400);
        if !self.notices.contains(&text) && self.notices.len() < NOTICES {
            self.notices.push_back(text);
            self.stale = Stale::Yes;
        }
    }

    fn paste(&mut self, text: &str) {
        if self.typing {
            let filter = &mut self.slot_mut().filter;
            let joined = format!("{}{}", filter.value(), clean(text, 100));
            *filter = Input::new(joined);
            self.refilter();
        }
    }

    fn press(&mut self, key: KeyEvent) -> Option<Effect> {
        self.stale = Stale::Yes;
        self.said = None;
        let action = self.keys.action(key, self.realm());
        if self.typing && !action.is_some_and(|action| serves_while_typing(action, key)) {
            self.slot_mut().filter.handle_event(&Terminal::Key(key));
            self.refilter();
            return None;
        }
        action.and_then(|action| self.act(action))
    }

    fn refilter(&mut self) {
        self.stale = Stale::Yes;
        let slot = self.slot_mut();
        slot.panel.filter(slot.filter.value());
    }

    fn act(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Up => self.go(Go::Up),
            Action::Down => self.go(Go::Down),
            Action::PageUp => self.go(Go::PageUp),
            Action::PageDown => self.go(Go::PageDown),
            Action::First => self.go(Go::First),
            Action::Last => self.go(Go::Last),
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Filter if self.pages.is_empty() => self.typing = true,
            Action::Sort if self.pages.is_empty() => self.slot_mut().panel.sort(),
            Action::Reverse if self.pages.is_empty() => self.slot_mut().panel.reverse(),
            Action::Filter | Action::Sort | Action::Reverse => {}
            Action::Copy => return self.copy(),
            Action::Refresh => {
                self.said = Some("asked for every feed to be read now".to_owned());
                return Some(Effect::Refresh);
            }
            Action::Trail => return self.trail(),
            Action::OnMap(step) => {
                let (slot, facts) = self.arranged();
                return slot.panel.on_map(step, &facts);
            }
            Action::Map => return self.look(Place::Map),
            Action::Movements => return self.look(Place::Movements),
            Action::Drivers => return self.look(Place::Drivers),
            Action::Tractors => return self.look(Place::Tractors),
            Action::Trailers => return self.look(Place::Trailers),
            Action::Health => return self.look(Place::Health),
            Action::Help => self.help(),
            Action::Suspend => {
                self.wiped = true;
                return Some(Effect::Suspend);
            }
            Action::Quit | Action::Leave => self.quit = true,
        }
        None
    }

    fn go(&mut self, go: Go) {
        let page = usize::from(self.size.height.saturating_sub(4).max(1));
        if let Some(open) = self.pages.last_mut() {
            open.top = match go {
                Go::Stay => open.top,
                Go::Up => open.top.saturating_sub(1),
                Go::Down => open.top.saturating_add(1),
                Go::PageUp => open.top.saturating_sub(page),
                Go::PageDown => open.top.saturating_add(page),
                Go::First => 0,
                Go::Last => usize::MAX,
            };
            return self.lay_out(self.size);
        }
        let (slot, facts) = self.arranged();
        slot.panel.go(go, &facts);
    }

    /// Opens the selected row; while the filter is typed, keeps the filter.
    fn open(&mut self) {
        if std::mem::take(&mut self.typing) || !self.pages.is_empty() {
            return;
        }
        let (slot, facts) = self.arranged();
        slot.panel.go(Go::Stay, &facts);
        if let Some(subject) = slot.panel.subject(&facts) {
            self.pages.push(Page { of: Opened::Detail(subject), top: 0 });
        }
    }

    /// One step back, never out.
    fn back(&mut self) {
        if !self.typing && (self.pages.pop().is_some() || self.notices.pop_front().is_some()) {
            return;
        }
        self.typing = false;
        self.slot_mut().filter.reset();
        self.refilter();
    }

    fn help(&mut self) {
        match self.pages.last() {
            Some(Page { of: Opened::Help, .. }) => drop(self.pages.pop()),
            _ => self.pages.push(Page { of: Opened::Help, top: 0 }),
        }
    }

    fn look(&mut self, place: Place) -> Option<Effect> {
        self.pages.clear();
        let moved = std::mem::replace(&mut self.place, place) != place;
        self.lay_out(self.size);
        moved.then_some(Effect::Look(place.word()))
    }

    /// Whose keys come first: the map's only where nothing lies over it.
    fn realm(&self) -> Realm {
        let is_bare = self.place == Place::Map && self.pages.is_empty() && !self.typing;
        if is_bare { Realm::Map } else { Realm::Everywhere }
    }

    /// The trail of the unit in hand, on the map; there it is shown and put away.
    fn trail(&mut self) -> Option<Effect> {
        let opened = self.pages.last().and_then(|page| match &page.of {
            Opened::Detail(subject) => Some(subject.clone()),
            Opened::Help => None,
        });
        let (slot, facts) = self.arranged();
        let subject = opened.or_else(|| slot.panel.subject(&facts))?;
        let looks = self.look(Place::Map);
        let (slot, facts) = self.arranged();
        if looks.is_some() && !slot.panel.select(&subject, &facts) {
            self.said = Some("no unit of it is known, so it has no trail".to_owned());
            return looks;
        }
        slot.panel.on_map(OnMap::Trail, &facts).or(looks)
    }

    fn copy(&mut self) -> Option<Effect> {
        let (slot, facts) = self.arranged();
        slot.panel.go(Go::Stay, &facts);
        let sentence = slot.panel.sentence(&facts)?;
        self.said = Some(format!("copied: {sentence}"));
        Some(Effect::Copy(sentence))
    }
}

/// While a filter is typed the keys of letters are letters; what moves or leaves still works.
fn serves_while_typing(action: Action, key: KeyEvent) -> bool {
    let letter = matches!(key.code, crossterm::event::KeyCode::Char(_));
    match action {
        Action::Leave | Action::Suspend => true,
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Open | Action::Back => {
            !letter
        }
        _ => false,
    }
}

/// What a screen looks like, as a number.
fn fingerprint(buffer: &Buffer) -> u64 {
    let mut hasher = DefaultHasher::new();
    buffer.area.hash(&mut hasher);
    buffer.content.hash(&mut hasher);
    hasher.finish()
}
