//! Keys and pasted text on their way in: a letter is an action, unless something is typed.

use crossterm::event::{Event as Terminal, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{App, Effect, Stale};
use crate::model::clean;
use crate::tui::action::Action;

impl App {
    pub(super) fn paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.prompt {
            prompt.paste(text);
            self.stale = Stale::Yes;
            return;
        }
        if self.paste_over(text) {
            self.stale = Stale::Yes;
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
        self.stale = Stale::Yes;
        self.said = None;
        if let Some(over) = self.over.take() {
            return self.press_over(over, key);
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
        action.and_then(|action| self.act(action))
    }

    pub(super) fn refilter(&mut self) {
        self.stale = Stale::Yes;
        let slot = self.slot_mut();
        slot.panel.filter(slot.filter.value());
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
