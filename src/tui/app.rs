//! What is on the screen and how events change it. What must be done outside is returned, not done.

mod export;
mod over;
mod views;

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crossterm::event::{Event as Terminal, KeyEvent};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

pub use export::File;
pub use views::{Change, SavedView, Views};

pub(super) use over::{Over, paint as paint_over};

use super::action::Action;
use super::event::Event;
use super::facts::Facts;
use super::glyphs::Glyphs;
use super::keymap::KeyMap;
use super::panels::{Go, Panel, Place, Subject};
use super::theme::Theme;
use super::view;
use crate::model::{Fleet, Timestamp, clean};
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
    /// Keep a view that was saved, or no more.
    KeepView(Change),
    /// Write this file where the console was started, and say so.
    Export(File),
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
    /// What is open over the table for a moment.
    pub(super) over: Option<Over>,
    views: Views,
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
            committed: Arc::default(),
            near: None,
        };
        Self {
            facts,
            keys: setup.keys,
            theme: setup.theme,
            place: Place::Movements,
            panels: Place::ALL.map(|place| Slot { panel: place.panel(), filter: Input::default() }),
            pages: Vec::new(),
            typing: false,
            over: None,
            views: Views::default(),
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

    /// Takes in the views that were saved before.
    pub fn know_views(&mut self, views: Views) {
        self.views = views;
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
            Event::Notice(text) => self.notice(&text),
            Event::Said(text) => {
                self.said = Some(clean(&text, 400));
                self.stale = Stale::Yes;
            }
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
        let (slot, facts) = self.arranged();
        slot.panel.drawn(&facts);
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
    }

    pub(super) fn slot(&self) -> &Slot {
        let [movements, drivers, tractors, trailers, health] = &self.panels;
        match self.place {
            Place::Movements => movements,
            Place::Drivers => drivers,
            Place::Tractors => tractors,
            Place::Trailers => trailers,
            Place::Health => health,
        }
    }

    fn slot_mut(&mut self) -> &mut Slot {
        let [movements, drivers, tractors, trailers, health] = &mut self.panels;
        match self.place {
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

    /// The same for a key: it is pressed for the row that was drawn under the cursor.
    fn held(&mut self) -> (&mut Slot, Facts) {
        self.slot_mut().panel.hold();
        self.arranged()
    }

    /// Finds out what there is room for, so that drawing only reads.
    fn lay_out(&mut self, size: Size) {
        self.size = size;
        self.arranged();
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
            // Clocks count down: what passed the filter may not any more.
            self.panels.iter_mut().for_each(|slot| slot.panel.spoil());
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
        if self.paste_over(text) {
            self.stale = Stale::Yes;
        } else if self.typing {
            let filter = &mut self.slot_mut().filter;
            let joined = format!("{}{}", filter.value(), clean(text, 100));
            *filter = Input::new(joined);
            self.refilter();
        }
    }

    fn press(&mut self, key: KeyEvent) -> Option<Effect> {
        self.stale = Stale::Yes;
        self.said = None;
        if let Some(over) = self.over.take() {
            return self.press_over(over, key);
        }
        let action = self.keys.action(key);
        if self.typing && !action.is_some_and(|action| over::serves_while_typing(action, key)) {
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
            Action::Columns
            | Action::Group
            | Action::Export
            | Action::Command
            | Action::View1
            | Action::View2
            | Action::View3 => return self.act_on_table(action),
            Action::Copy => return self.copy(),
            Action::Refresh => {
                self.said = Some("asked for every feed to be read now".to_owned());
                return Some(Effect::Refresh);
            }
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
        let (slot, facts) = self.held();
        slot.panel.go(go, &facts);
    }

    /// Opens the selected row; while the filter is typed, keeps the filter.
    fn open(&mut self) {
        if std::mem::take(&mut self.typing) || !self.pages.is_empty() {
            return;
        }
        let (slot, facts) = self.held();
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

    fn copy(&mut self) -> Option<Effect> {
        let (slot, facts) = self.held();
        slot.panel.go(Go::Stay, &facts);
        let sentence = slot.panel.sentence(&facts)?;
        self.said = Some(format!("copied: {sentence}"));
        Some(Effect::Copy(sentence))
    }
}

/// What a screen looks like, as a number.
fn fingerprint(buffer: &Buffer) -> u64 {
    let mut hasher = DefaultHasher::new();
    buffer.area.hash(&mut hasher);
    buffer.content.hash(&mut hasher);
    hasher.finish()
}
