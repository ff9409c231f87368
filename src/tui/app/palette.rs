//! The palette and the help over a panel: opened, typed into, and what is chosen there done.

use std::rc::Rc;
use std::sync::Arc;

use crossterm::event::{Event as Terminal, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::over::Over;
use super::typing::NUMBER;
use super::{App, Effect};
use crate::model::clean;
use crate::model::land::Land;
use crate::tui::action::Action;
use crate::tui::palette::{Choice, Filters, Index, Kind, Palette, Part, Row, Scope};
use crate::tui::panels::{Place, Subject};

/// The longest line that is typed, in characters.
const LINE: usize = 100;

/// Lines that a key for pages goes.
const PAGE: isize = 10;

impl App {
    /// Opens the palette. The names of the fleet are gathered here, once for as long as it stays the same.
    pub(super) fn open_palette(&mut self) {
        let fleet = &self.facts.fleet;
        let index = match self.index.take().filter(|index| Arc::ptr_eq(index.fleet(), fleet)) {
            Some(index) => index,
            None => Rc::new(Index::of(fleet)),
        };
        self.index = Some(Rc::clone(&index));
        let views = self.views.names().into_iter().map(str::to_owned).collect();
        self.over = Some(Over::Palette(Palette::of(self.actions_here(), views, index)));
    }

    /// Opens the palette with digits that were typed already.
    pub(super) fn open_palette_with(&mut self, text: &str) {
        self.open_palette();
        if let Some(Over::Palette(mut palette)) = self.over.take() {
            (palette.input, palette.by_digits) = (Input::new(text.to_owned()), true);
            self.search_palette(&mut palette);
            self.over = Some(Over::Palette(palette));
        }
    }

    /// Opens the help.
    pub(super) fn open_help(&mut self) {
        self.over = Some(Over::Palette(Palette::help(self.actions_here(), self.filters_here())));
    }

    /// What the filter of the panel in sight takes. A page has none.
    fn filters_here(&self) -> Filters {
        match self.slot().panel.listing() {
            _ if !self.pages.is_empty() => Filters::Nothing,
            Some(listing) => Filters::Fields(listing.fields()),
            None => Filters::Words,
        }
    }

    /// A key while it is open.
    pub(super) fn press_palette(
        &mut self,
        mut palette: Palette,
        key: KeyEvent,
        action: Option<Action>,
    ) -> Option<Effect> {
        let is_letter = matches!(key.code, KeyCode::Char(_)) && key.modifiers.difference(SHIFT).is_empty();
        let opened_it = match palette.scope {
            Scope::Help => Action::Help,
            Scope::All => Action::Command,
        };
        let is_empty = palette.input.value().is_empty();
        match (key.code, action) {
            (KeyCode::Esc, _) => return None,
            (KeyCode::Enter, _) => return self.choose(palette),
            (KeyCode::Backspace, _) if is_empty => return None,
            (_, Some(Action::Suspend)) if !is_letter => {
                self.over = Some(Over::Palette(palette));
                return self.act(Action::Suspend);
            }
            // The key that opened it closes it, unless it is a letter of what is typed.
            (_, Some(action)) if action == opened_it && (is_empty || !is_letter) => return None,
            (_, Some(Action::Back)) if !is_letter => return None,
            (_, Some(Action::Open)) if !is_letter => return self.choose(palette),
            (_, Some(Action::Up)) if !is_letter => palette.go(-1),
            (_, Some(Action::Down)) if !is_letter => palette.go(1),
            (_, Some(Action::PageUp)) if !is_letter => palette.go(-PAGE),
            (_, Some(Action::PageDown)) if !is_letter => palette.go(PAGE),
            (KeyCode::Home, _) if is_empty => palette.go_to(0),
            (KeyCode::End, _) if is_empty => palette.go_to(usize::MAX),
            _ => {
                let before = palette.input.value().to_owned();
                palette.input.handle_event(&Terminal::Key(key));
                if palette.input.value().chars().count() > LINE {
                    palette.input = Input::new(before);
                } else if palette.input.value() != before {
                    self.search_palette(&mut palette);
                }
            }
        }
        self.over = Some(Over::Palette(palette));
        None
    }

    /// Takes in pasted text.
    pub(super) fn paste_palette(&mut self, mut palette: Palette, text: &str) {
        palette.input = Input::new(clean(&format!("{}{}", palette.input.value(), clean(text, LINE)), LINE));
        self.search_palette(&mut palette);
        self.over = Some(Over::Palette(palette));
    }

    fn search_palette(&self, palette: &mut Palette) {
        palette.search(&|action| self.keys.keys_of(action).join(" "));
    }

    /// Does what the cursor is on.
    fn choose(&mut self, mut palette: Palette) -> Option<Effect> {
        let typed = palette.input.value().trim().to_owned();
        match palette.chosen().cloned() {
            Some(Choice::Action(action)) => return self.act(action),
            Some(Choice::Typed(_)) => return self.command(&typed),
            Some(Choice::View(name)) => return self.command(&format!("view {name}")),
            Some(Choice::Command(command)) => match command.wants() {
                None => return self.command(command.form),
                Some(line) => {
                    palette.input = Input::new(line);
                    self.search_palette(&mut palette);
                    self.over = Some(Over::Palette(palette));
                }
            },
            Some(Choice::Row(row)) => return self.go_to_row(row, &palette),
            Some(Choice::Word(Part::Filters, word)) => self.filter_with(word.term),
            // An explanation has nothing to be done; it stays to be read.
            Some(Choice::Word(..)) => self.over = Some(Over::Palette(palette)),
            None if palette.by_digits && typed.len() > 1 => self.offer_rest(palette, &typed),
            None if palette.scope == Scope::Help => self.over = Some(Over::Palette(palette)),
            None => self.say(format!(
                "nothing is called {typed}; ask for a unit, a driver, a load, an order, a town or what to do"
            )),
        }
        None
    }

    /// The first digits may have been meant for panels, which they showed: what is called like the longest rest that
    /// anything is called like is offered, never taken.
    fn offer_rest(&mut self, mut palette: Palette, typed: &str) {
        palette.by_digits = false;
        let rests = (1..NUMBER).filter_map(|panels| typed.get(panels..)).filter(|rest| !rest.is_empty());
        let mut offered = rests.clone().next().unwrap_or_default();
        for rest in rests {
            palette.input = Input::new(rest.to_owned());
            self.search_palette(&mut palette);
            if palette.chosen().is_some() {
                offered = rest;
                break;
            }
        }
        palette.input = Input::new(offered.to_owned());
        self.search_palette(&mut palette);
        self.say(format!("nothing is called {typed}; below is what is called {offered}"));
        self.over = Some(Over::Palette(palette));
    }

    /// Opens what a row is about; of a town, the tractors around it.
    fn go_to_row(&mut self, row: Row, palette: &Palette) -> Option<Effect> {
        let index = palette.index()?;
        match index.subject(row) {
            Some(subject) => self.turn_to(subject),
            None if row.kind == Kind::Town => {
                let town = Land::towns().iter().nth(row.at)?;
                self.pages.clear();
                let effect = self.look(Place::Tractors);
                self.filter_with(&format!("near:{:.3},{:.3}<100", town.latitude, town.longitude));
                self.typing = false;
                self.say(format!("around {} {}", town.name, town.state_or_country()));
                return effect;
            }
            None => self.say("that is on no load, and there is no more to show of it"),
        }
        None
    }

    /// Puts a filter before the rows in sight, to be typed on.
    fn filter_with(&mut self, text: &str) {
        if !self.pages.is_empty() || self.slot().panel.listing().is_none() {
            return self.say("there are no rows here to filter: look at a table first");
        }
        self.slot_mut().filter = Input::new(text.to_owned());
        self.typing = true;
        self.refilter();
    }

    /// What keys can do now: what is for this screen, then the rest. What would do nothing is left out.
    fn actions_here(&self) -> Vec<(Part, Action)> {
        let mut actions: Vec<(Part, Action)> =
            Action::ALL.iter().filter_map(|(action, ..)| Some((self.part_of(*action)?, *action))).collect();
        actions.sort_by_key(|(part, _)| *part);
        actions
    }

    /// Where the help tells of an action; `None` where it does nothing now.
    fn part_of(&self, action: Action) -> Option<Part> {
        let is_page = !self.pages.is_empty();
        let is_table = !is_page && self.slot().panel.listing().is_some();
        let is_board = self.place == Place::Board;
        let here = |serves: bool| serves.then_some(Part::Here);
        match action {
            Action::Open
            | Action::Copy
            | Action::Plan
            | Action::Best
            | Action::Ack
            | Action::Claim
            | Action::Snooze
            | Action::Note => Some(Part::Here),
            Action::Accept => here(self.opened() == Some(&Subject::Handoff)),
            Action::Export if self.opened() == Some(&Subject::Detention) => Some(Part::Here),
            Action::Sort if is_board && !is_page => Some(Part::Everywhere),
            Action::Filter => here(!is_page),
            Action::Export => here(is_table || is_board && !is_page),
            Action::Sort | Action::Reverse | Action::Columns | Action::Group => here(is_table),
            Action::ChatNext | Action::ChatNew | Action::ChatOther | Action::ChatAside => {
                here(self.is_in_chat())
            }
            Action::Snoozed => here(is_board && !is_page),
            _ => Some(Part::Everywhere),
        }
    }
}

const SHIFT: crossterm::event::KeyModifiers = crossterm::event::KeyModifiers::SHIFT;
