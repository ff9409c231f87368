//! The chat's keys: what is typed is asked, what an answer names is gone to. What is to be asked is handed out.

use crossterm::event::{Event as Terminal, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};
use tui_input::backend::crossterm::EventHandler;

use super::{App, Effect};
use crate::model::{Keyed, MovementKey, RowText, UnitId};
use crate::rules::find::Kind;
use crate::tui::action::{Action, Realm};
use crate::tui::chat::{self, Cite, Stance, Told, Turn};
use crate::tui::facts::Facts;
use crate::tui::panels::{Place, Subject};
use crate::tui::view;

/// What begins a conversation, typed as a question.
const NEW: &str = ":new";

impl App {
    /// Does what a key asks of the chat, from wherever.
    pub(super) fn act_on_chat(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Chat => self.chat.stance = Stance::Typing,
            Action::ChatNext => self.chat.next(),
            Action::ChatNew => return self.chat.begin().map(Effect::Chat),
            Action::ChatOther => self.chat.other(),
            Action::ChatAside => self.chat.stance = Stance::Aside,
            _ => {}
        }
        None
    }

    /// Takes in what the assistant says.
    pub(super) fn learn_chat(&mut self, turn: Turn, told: Told) {
        let begins = matches!(told, Told::Words(_)) && self.chat.is_silent(turn);
        if self.chat.learn(turn, told) {
            self.shown.stale = true;
            self.shown.awaited |= begins;
        }
    }

    /// Whether the keys are the chat's.
    pub(super) fn is_in_chat(&self) -> bool {
        self.chat.has_keys() && self.prompt.is_none()
    }

    /// Finds out what there is room for.
    pub(super) fn lay_out_chat(&mut self) {
        let area = Rect::from((Position::ORIGIN, self.size));
        if let Some(area) = view::areas(self, area).chat {
            self.chat.lay_out(chat::body(area), &self.facts);
        }
    }

    /// A key while the chat has them.
    pub(super) fn press_chat(&mut self, key: KeyEvent) -> Option<Effect> {
        let action = self.keys.action(key, Realm::Chat);
        self.lay_out_chat();
        let is_letter =
            matches!(key.code, KeyCode::Char(_)) && key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        if self.chat.stance == Stance::Reading {
            return self.press_reading(key, action, is_letter);
        }
        match action.filter(|_| !is_letter) {
            Some(Action::Up) => self.chat.recall(true),
            Some(Action::Down) => self.chat.recall(false),
            Some(Action::Open) => return self.ask_chat(),
            Some(Action::Back) => return self.leave_chat(),
            Some(action) if is_for_both(action) => return self.act_in_chat(action),
            _ => drop(self.chat.input.handle_event(&Terminal::Key(key))),
        }
        None
    }

    /// A key while an answer is read.
    fn press_reading(&mut self, key: KeyEvent, action: Option<Action>, is_letter: bool) -> Option<Effect> {
        match action {
            Some(Action::Up) => self.chat.go(-1),
            Some(Action::Down) => self.chat.go(1),
            Some(Action::First) => self.chat.scroll(isize::MIN),
            Some(Action::Last) => self.chat.scroll(isize::MAX),
            Some(Action::Open) => return self.go_to_cite(),
            Some(Action::Back | Action::Chat) => self.chat.stance = Stance::Typing,
            Some(action) if is_for_both(action) => return self.act_in_chat(action),
            _ if is_letter => {
                self.chat.stance = Stance::Typing;
                self.chat.input.handle_event(&Terminal::Key(key));
            }
            _ => {}
        }
        None
    }

    fn act_in_chat(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::PageUp => self.chat.page(-1),
            Action::PageDown => self.chat.page(1),
            Action::Copy => return self.copy_answer(),
            // What is chosen there is done to the panel.
            Action::Command => {
                self.chat.stance = Stance::Aside;
                return self.act(action);
            }
            _ => return self.act(action),
        }
        None
    }

    /// Cancels the answer that is awaited, else puts the chat away.
    fn leave_chat(&mut self) -> Option<Effect> {
        let cancelled = self.chat.cancel().map(Effect::Chat);
        if cancelled.is_none() {
            self.chat.stance = Stance::Away;
        }
        cancelled
    }

    fn ask_chat(&mut self) -> Option<Effect> {
        let line = self.chat.take_line()?;
        if line == NEW {
            return self.chat.begin().map(Effect::Chat);
        }
        let about = self.about();
        self.chat.ask(line, about).map(Effect::Chat)
    }

    fn copy_answer(&mut self) -> Option<Effect> {
        let Some(text) = self.chat.copy(&self.facts) else {
            self.say("there is no answer here to copy yet");
            return None;
        };
        self.say("copied the answer");
        Some(Effect::Copy(text))
    }

    /// Goes to the row of what the cursor is on; the chat stays beside it where there is room.
    fn go_to_cite(&mut self) -> Option<Effect> {
        let cite = self.chat.cite()?.clone();
        let Some((place, subject)) = row_of(&cite, &self.facts) else {
            self.say(format!("{} is not in the database any more", cite.label));
            return None;
        };
        self.chat.stance = Stance::Aside;
        let effect = self.look(place);
        let (slot, facts) = self.arranged();
        if !slot.panel.select(&subject, &facts) {
            // The filter hides its row: its page is shown, and the filter stays.
            self.turn_to(subject);
        }
        effect
    }

    /// What is selected on the screen, as the assistant is told of it; what "this" means.
    pub(in crate::tui) fn about(&self) -> Option<String> {
        let of_page = self.in_hand().cloned();
        let subject = of_page.or_else(|| self.slot().panel.subject(&self.facts))?;
        words_of(&subject, &self.facts)
    }
}

/// What does the same while a question is typed and while an answer is read.
const fn is_for_both(action: Action) -> bool {
    matches!(
        action,
        Action::PageUp
            | Action::PageDown
            | Action::Copy
            | Action::Command
            | Action::Help
            | Action::Suspend
            | Action::Leave
            | Action::Quit
            | Action::Mouse
            | Action::ChatNext
            | Action::ChatNew
            | Action::ChatOther
            | Action::ChatAside
    )
}

/// "load 0261391", "driver Ann Stone, load 0261391": the load last, where there is one.
fn words_of(subject: &Subject, facts: &Facts) -> Option<String> {
    let own = match subject {
        Subject::Driver(id) => Some(format!("driver {}", facts.driver(Some(id))?.name)),
        Subject::Tractor(id) => Some(format!("tractor {}", facts.tractor(Some(id))?.unit_number)),
        Subject::Trailer(id) => Some(format!("trailer {}", facts.trailer(Some(id))?.unit_number)),
        Subject::Feed { account, resource } => Some(format!("feed {account} {resource}")),
        _ => None,
    };
    let load = subject.load(facts).map(|load| format!("load {}", load.id));
    if own.is_none()
        && load.is_none()
        && let Subject::Exception(id) = subject
    {
        let touches = &facts.fleet.exceptions.get(id)?.touches;
        let driver = || touches.driver_id.clone().map(Subject::Driver);
        let trailer = || touches.trailer_id.clone().map(Subject::Trailer);
        let unit = touches.tractor_id.clone().map(Subject::Tractor).or_else(driver).or_else(trailer)?;
        return words_of(&unit, facts);
    }
    let parts: Vec<String> = own.into_iter().chain(load).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Where the row of something named is, while it is known.
fn row_of(cite: &Cite, facts: &Facts) -> Option<(Place, Subject)> {
    let unit = || UnitId(cite.id.as_str().into());
    let is_of = |company: &RowText| cite.company_id.as_ref().is_none_or(|known| known == company);
    let load = |key: MovementKey| {
        facts.fleet.movements.get(&key).map(|_| (Place::Movements, Subject::Movement(key)))
    };
    match cite.kind {
        Kind::Tractor => facts.tractor(Some(&unit())).map(|_| (Place::Tractors, Subject::Tractor(unit()))),
        Kind::Trailer => facts.trailer(Some(&unit())).map(|_| (Place::Trailers, Subject::Trailer(unit()))),
        Kind::Driver => facts.driver(Some(&unit())).map(|_| (Place::Drivers, Subject::Driver(unit()))),
        Kind::Movement => {
            let mut rows = facts.fleet.movements.iter();
            load(rows.find(|row| row.tms.id == cite.id && is_of(&row.tms.company_id))?.key())
        }
        Kind::Order => {
            let mut rows = facts.fleet.orders.iter();
            let order = rows.find(|row| row.tms.id == cite.id && is_of(&row.tms.company_id))?;
            load(MovementKey { company_id: order.tms.company_id.clone(), id: order.tms.movement_id.clone()? })
        }
        Kind::Stop => {
            let mut rows = facts.fleet.stops.iter();
            let stop = rows.find(|row| row.tms.id == cite.id && is_of(&row.tms.company_id))?;
            load(MovementKey { company_id: stop.tms.company_id.clone(), id: stop.tms.movement_id.clone()? })
        }
    }
}
