//! Keys and pasted text on their way in: a letter is an action, unless something is typed.

use crossterm::event::{Event as Terminal, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{App, Effect};
use crate::model::{Extent, clean};
use crate::tui::action::{Action, Realm};
use crate::tui::event::Event;
use crate::tui::panels::{Place, Subject};

/// So many digits without a pause between them are a number, and no walk through the panels.
pub(super) const NUMBER: usize = 3;

/// Digits that were pressed one right after the other.
#[derive(Debug)]
pub struct Digits {
    typed: String,
    /// The panel that was in sight before the first.
    from: Place,
}

impl Default for Digits {
    fn default() -> Self {
        Self { typed: String::new(), from: Place::Board }
    }
}

impl Digits {
    /// What the footer says once they may be the beginning of a number.
    fn begun(&self) -> Option<String> {
        let is_begun = self.typed.len() + 1 == NUMBER;
        is_begun.then(|| format!("number {}: one more digit at once looks it up, esc ends it", self.typed))
    }
}

impl App {
    /// What a person did before the fleet was known, once it is: to be taken in now.
    pub fn take_early(&mut self) -> Vec<Event> {
        if self.facts.fleet.extent == Extent::Glance { Vec::new() } else { std::mem::take(&mut self.early) }
    }

    /// Whether it must wait until the fleet is known: what a glance does not hold would be told as not there.
    pub(super) fn is_early(&self, event: &Event) -> bool {
        let by_hand = match event {
            Event::Key(key) => {
                match self.keys.action(*key, self.realm()) {
                    Some(Action::Leave | Action::Suspend) => false,
                    // After a key that waits it may be a letter of what that key asks for.
                    Some(Action::Quit) => !self.early.is_empty(),
                    _ => true,
                }
            }
            Event::Mouse(_) | Event::Paste(_) => true,
            // It stands between two of the keys that wait.
            Event::Pause => !self.early.is_empty(),
            _ => false,
        };
        by_hand && self.facts.fleet.extent == Extent::Glance
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.prompt {
            prompt.paste(text);
            self.shown.stale = true;
            return;
        }
        if self.paste_over(text) {
            self.shown.stale = true;
            return;
        }
        if self.is_in_chat() {
            self.chat.paste(text);
            self.shown.stale = true;
            return;
        }
        if self.typing {
            let filter = &mut self.slot_mut().filter;
            let joined = format!("{}{}", filter.value(), clean(text, 100));
            *filter = Input::new(joined);
            self.refilter();
        }
    }

    pub(super) fn press(&mut self, key: KeyEvent) -> Option<Effect> {
        self.shown.stale = true;
        self.said = None;
        if let Some(over) = self.over.take() {
            return self.press_over(over, key);
        }
        if self.is_in_chat() {
            return self.press_chat(key);
        }
        if let Some(number) = self.number(key) {
            return self.ask_by_number(&number);
        }
        let action = self.keys.action(key, self.realm());
        if self.prompt.is_some() {
            return self.answer(key, action);
        }
        if self.typing && !action.is_some_and(|action| serves_while_typing(action, key)) {
            self.slot_mut().filter.handle_event(&Terminal::Key(key));
            self.refilter();
            return None;
        }
        let effect = action.and_then(|action| self.act(action));
        if let Some(begun) = self.digits.begun() {
            self.said.get_or_insert(begun);
        }
        effect
    }

    /// Nothing more comes of a number that was begun.
    pub(super) fn pause(&mut self) {
        if self.said.is_some() && self.said == self.digits.begun() {
            self.said = None;
            self.shown.stale = true;
        }
        self.digits.typed.clear();
    }

    /// Whose keys come first: the map's only where nothing lies over it.
    pub(super) fn realm(&self) -> Realm {
        if self.opened() == Some(&Subject::Handoff) {
            return Realm::Handoff;
        }
        let is_bare = self.place == Place::Map && self.pages.is_empty() && !self.typing;
        if is_bare { Realm::Map } else { Realm::Everywhere }
    }

    /// What is being typed, once a key makes it plain that it is a number: digits are keys of panels, but nobody
    /// walks through three of them without a pause to look at one.
    fn number(&mut self, key: KeyEvent) -> Option<String> {
        let is_free = self.prompt.is_none() && !self.typing;
        let digit = match key.code {
            KeyCode::Char(digit @ '0'..='9') if is_free && key.modifiers.is_empty() => digit,
            _ => {
                self.digits.typed.clear();
                return None;
            }
        };
        let digits = &mut self.digits;
        if digits.typed.is_empty() {
            digits.from = self.place;
        }
        digits.typed.push(digit);
        (digits.typed.len() >= NUMBER).then(|| std::mem::take(&mut digits.typed))
    }

    /// Goes back to where the digits began, and asks for whatever is called so.
    fn ask_by_number(&mut self, number: &str) -> Option<Effect> {
        let effect = self.look(self.digits.from);
        self.open_palette_with(number);
        effect
    }

    pub(super) fn refilter(&mut self) {
        self.shown.stale = true;
        let slot = self.slot_mut();
        slot.panel.filter(slot.filter.value());
    }
}

/// While a filter is typed the keys of letters are letters; what moves or leaves still works.
fn serves_while_typing(action: Action, key: KeyEvent) -> bool {
    let letter = matches!(key.code, KeyCode::Char(_));
    match action {
        Action::Leave | Action::Suspend => true,
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Open | Action::Back => {
            !letter
        }
        _ => false,
    }
}
