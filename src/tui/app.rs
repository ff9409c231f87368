//! What is on the screen and how events change it. What must be done outside is returned, not done.

mod acting;
mod alarm;
mod chat;
mod export;
mod mouse;
mod over;
mod pages;
mod palette;
mod presence;
mod quick;
mod setup;
mod typing;
mod views;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use tui_input::Input;

pub(super) use self::acting::Prompt;
use self::alarm::Alarm;
pub use self::alarm::Calls;
pub use self::export::File;
pub use self::mouse::Mouse;
pub(super) use self::over::{Over, paint as paint_over};
pub(super) use self::pages::Page;
pub use self::setup::{Effect, Mode, Setup};
use self::typing::Digits;
pub use self::views::{Change, SavedView, Views};
use super::action::{Action, OnMap};
use super::chat::{Pane, Past};
use super::event::Event;
use super::facts::Facts;
use super::keymap::KeyMap;
use super::palette::Index;
use super::panels::{Go, Panel, Place, Show};
use super::theme::Theme;
use super::view;
use crate::model::{Fleet, Polled, Timestamp, clean};

/// Ages alone are brought up to date this often: an idle screen must not write each second.
const AGES_S: i64 = 10;

/// Notices kept until they are dismissed; more are not read anyway.
const NOTICES: usize = 20;

/// What is under the board's cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Under {
    #[default]
    AsDrawn,
    /// Another line than the one that was drawn there.
    Slipped,
}

/// What is wrong with what the terminal shows.
#[derive(Clone, Copy, Debug)]
struct Shown {
    /// It does not hold any more: a frame is due.
    stale: bool,
    /// It is not ours: clear it first.
    wiped: bool,
    /// Somebody waits for what it does not show yet: an answer's first words.
    awaited: bool,
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
    /// The names of a fleet, from when they were asked for until it changes.
    index: Option<Rc<Index>>,
    views: Views,
    /// Something else is being typed.
    pub(super) prompt: Option<Prompt>,
    /// Where the person was before this panel.
    before: Place,
    digits: Digits,
    /// Which part of the board is shown.
    show: Show,
    under: Under,
    /// The exceptions that others have, and who, that are taken over if the key of this action comes again.
    taking: Option<(Action, Vec<String>, Vec<String>)>,
    /// What a key just did that does not show otherwise; gone with the next key.
    pub(super) said: Option<String>,
    pub(super) notices: VecDeque<String>,
    /// What the other consoles were told is looked at here.
    told: String,
    /// What a person did before the fleet was known.
    early: Vec<Event>,
    /// The time, which the screen may not show yet.
    time: Timestamp,
    mouse: Mouse,
    alarm: Alarm,
    pub(super) chat: Pane,
    size: Size,
    shown: Shown,
    quit: bool,
}

/// A panel and the filter of its rows.
pub(super) struct Slot {
    pub(super) panel: Box<dyn Panel>,
    pub(super) filter: Input,
}

impl App {
    /// A screen of the board, with nothing known yet.
    pub fn new(setup: Setup) -> Self {
        let facts = Facts::new(&setup);
        let panel = |place: Place| place.panel(&setup.keys, &setup.own);
        let panels = Place::ALL.map(|place| Slot { panel: panel(place), filter: Input::default() });
        Self {
            facts,
            keys: setup.keys,
            theme: setup.theme,
            place: Place::Board,
            panels,
            pages: Vec::new(),
            typing: false,
            over: None,
            index: None,
            views: Views::default(),
            prompt: None,
            before: Place::Movements,
            digits: Digits::default(),
            show: Show::All,
            under: Under::AsDrawn,
            taking: None,
            said: None,
            notices: VecDeque::new(),
            told: Place::Board.word().to_owned(),
            early: Vec::new(),
            time: setup.now,
            mouse: setup.mouse,
            alarm: Alarm::new(setup.calls),
            chat: Pane::default(),
            size: Size::new(80, 24),
            shown: Shown { stale: true, wiped: false, awaited: false },
            quit: false,
        }
    }

    /// Takes in the views that were saved before.
    pub fn know_views(&mut self, views: Views) {
        self.views = views;
    }

    /// Takes in the conversations of an earlier time, the oldest first.
    pub fn know_chats(&mut self, earlier: Vec<Vec<Past>>) {
        self.chat.restore(earlier);
    }

    fn react(&mut self, event: Event) -> Option<Effect> {
        if self.is_early(&event) {
            self.early.push(event);
            return None;
        }
        match event {
            Event::Key(key) => return self.press(key),
            Event::Pause => self.pause(),
            Event::Mouse(mouse) => self.point(mouse),
            Event::Paste(text) => self.paste(&text),
            Event::Resize => self.shown.stale = true,
            Event::Tick(now) => self.tick(now),
            Event::Fleet(fleet) => {
                self.learn(fleet);
                return self.alarm.call(&self.facts).map(Effect::Call);
            }
            Event::Mode(mode) => {
                self.facts.mode = mode;
                self.shown.stale = true;
            }
            Event::ReadOnly(why) => self.only_read(why),
            Event::Leader(polled) => {
                self.facts.is_unpolled = polled == Polled::ByNobody;
                self.facts.leader = polled.leader();
                self.shown.stale = true;
            }
            Event::History(history) => {
                self.facts.history = history;
                self.reread();
            }
            Event::Done(text) => self.say(text),
            Event::Trail(kind, id, told) => {
                for slot in &mut self.panels {
                    slot.panel.learn_trail(kind, &id, told.clone());
                }
                self.shown.stale = true;
            }
            Event::Chat(turn, told) => self.learn_chat(turn, told),
            Event::Notice(text) => self.notice(&text),
            Event::Said(text) => {
                self.said = Some(clean(&text, 400));
                self.shown.stale = true;
            }
            Event::Hangup => self.quit = true,
            Event::Resumed => {
                self.shown.wiped = true;
                self.shown.stale = true;
            }
        }
        None
    }

    /// Whether a frame is due; asking clears it. One that changes no word writes nothing to the terminal.
    pub const fn take_stale(&mut self) -> bool {
        std::mem::replace(&mut self.shown.stale, false)
    }

    /// Whether the terminal shows something else and must be cleared first; asking clears it.
    pub fn take_wiped(&mut self) -> bool {
        std::mem::take(&mut self.shown.wiped)
    }

    /// Whether a person waits for what the next frame shows; asking clears it.
    pub fn take_awaited(&mut self) -> bool {
        std::mem::take(&mut self.shown.awaited)
    }

    /// Whether the person, or the system, asked to leave.
    pub const fn quit(&self) -> bool {
        self.quit
    }

    /// Draws the screen, and remembers what was under the cursor.
    pub fn draw(&mut self, frame: &mut Frame) {
        self.lay_out(frame.area().as_size());
        let cursor = view::paint(self, frame.area(), frame.buffer_mut());
        self.under = Under::AsDrawn;
        let (slot, facts) = self.arranged();
        slot.panel.drawn(&facts);
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
    }

    pub(super) fn slot(&self) -> &Slot {
        let [board, map, movements, drivers, tractors, trailers, health] = &self.panels;
        match self.place {
            Place::Board => board,
            Place::Map => map,
            Place::Movements => movements,
            Place::Drivers => drivers,
            Place::Tractors => tractors,
            Place::Trailers => trailers,
            Place::Health => health,
        }
    }

    fn slot_mut(&mut self) -> &mut Slot {
        let [board, map, movements, drivers, tractors, trailers, health] = &mut self.panels;
        match self.place {
            Place::Board => board,
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
        // What is wrapped or chosen by the room there is must not be drawn as it was for another.
        self.arranged();
        self.lay_out_page(body);
        self.lay_out_chat();
    }

    fn tick(&mut self, now: Timestamp) {
        self.time = now;
        let step = |at: Timestamp| at.millis().div_euclid(1000 * AGES_S);
        if step(now) != step(self.facts.now) {
            self.facts.turn(now);
            // Clocks count down: what passed the filter may not any more.
            self.panels.iter_mut().for_each(|slot| slot.panel.turn());
            self.reread();
            self.shown.stale = true;
        }
    }

    fn learn(&mut self, fleet: Arc<Fleet>) {
        let before = self.under_cursor();
        self.hear_of_claims(&fleet);
        self.time = self.time.max(fleet.read_at);
        self.facts.now = self.time;
        self.facts.learn(fleet);
        self.index = None;
        self.panels.iter_mut().for_each(|slot| slot.panel.spoil());
        if before.is_some() && self.under_cursor() != before {
            self.under = Under::Slipped;
        }
        self.reread();
    }

    fn notice(&mut self, text: &str) {
        let text = clean(text, 400);
        if !self.notices.contains(&text) && self.notices.len() < NOTICES {
            self.notices.push_back(text);
            self.shown.stale = true;
        }
    }

    fn act(&mut self, action: Action) -> Option<Effect> {
        self.taking = self.taking.take().filter(|(by, ..)| *by == action);
        if let Some(why) = self.facts.read_only.clone().filter(|_| action.writes()) {
            self.say(format!("not done: {why}"));
            return None;
        }
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
            // The board has an order of its own; what is asked of it is whether it is true.
            Action::Sort if self.pages.is_empty() && self.place == Place::Board => {
                return self.look(Place::Health);
            }
            Action::Filter
            | Action::Sort
            | Action::Reverse
            | Action::Columns
            | Action::Group
            | Action::Export
            | Action::Command
            | Action::View1
            | Action::View2
            | Action::View3 => return self.act_on_table(action),
            Action::Copy => return self.copy(),
            Action::Refresh => {
                self.reread_all();
                self.said = Some("asked for every feed to be read now".to_owned());
                return Some(Effect::Refresh);
            }
            Action::Board => return self.look(Place::Board),
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
            Action::Ack | Action::Claim => return self.mark(action),
            Action::Snooze | Action::Note => self.ask(action),
            Action::Accept => return self.accept(),
            Action::Snoozed
            | Action::Late
            | Action::Limits
            | Action::Detention
            | Action::Uncovered
            | Action::Plan
            | Action::Best
            | Action::NextLate
            | Action::LastPanel => return self.quick(action),
            Action::Chat | Action::ChatNext | Action::ChatNew | Action::ChatOther | Action::ChatAside => {
                return self.act_on_chat(action);
            }
            Action::Help => self.open_help(),
            Action::Mouse => return Some(self.toggle_mouse()),
            Action::Suspend => {
                self.shown.wiped = true;
                return Some(Effect::Suspend);
            }
            Action::Quit | Action::Leave => self.quit = true,
        }
        None
    }

    fn go(&mut self, go: Go) {
        if !self.pages.is_empty() {
            return self.go_page(go);
        }
        let (slot, facts) = self.held();
        slot.panel.go(go, &facts);
    }

    /// Opens the selected row, or what the page's cursor is on; while the filter is typed, keeps the filter.
    fn open(&mut self) {
        if std::mem::take(&mut self.typing) {
            return self.ask_near();
        }
        if !self.pages.is_empty() {
            return self.open_link();
        }
        let (slot, facts) = self.held();
        slot.panel.go(Go::Stay, &facts);
        if let Some(subject) = slot.panel.subject(&facts) {
            self.turn_to(subject);
        }
    }

    /// One step back, never out.
    fn back(&mut self) {
        if !self.typing && (self.pages.pop().is_some() || self.notices.pop_front().is_some()) {
            return;
        }
        self.typing = false;
        let is_part = self.show != Show::All && self.place == Place::Board;
        if is_part && self.slot().filter.value().is_empty() {
            return self.show(Show::All);
        }
        self.slot_mut().filter.reset();
        self.refilter();
    }

    fn say(&mut self, text: impl Into<String>) {
        self.said = Some(text.into());
        self.shown.stale = true;
    }

    fn look(&mut self, place: Place) -> Option<Effect> {
        self.pages.clear();
        let moved = self.place != place;
        if moved {
            self.before = std::mem::replace(&mut self.place, place);
        }
        self.lay_out(self.size);
        moved.then(|| Effect::Look(self.looking_at()))
    }

    /// The trail of the unit in hand, on the map; there it is shown and put away.
    fn trail(&mut self) -> Option<Effect> {
        let opened = self.opened().cloned();
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
        let (slot, facts) = self.held();
        slot.panel.go(Go::Stay, &facts);
        let of_row = slot.panel.sentence(&facts);
        let of_page = self.in_hand().map(|subject| subject.sentence(&facts));
        let sentence = of_page.unwrap_or(of_row)?;
        self.say(format!("copied: {sentence}"));
        Some(Effect::Copy(sentence))
    }
}
