//! What is opened over a panel for a moment: the picker of a table's columns, the palette and the help; and the
//! commands that are typed (`save NAME`, `view NAME`, `forget NAME`, `export csv`).

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::export::{self, Form};
use super::views::{Change, SavedView};
use super::{App, Effect};
use crate::rules::{detention, proof};
use crate::tui::action::{Action, Realm};
use crate::tui::facts::Facts;
use crate::tui::palette::{self, Manner, Palette};
use crate::tui::panels::{Place, Subject};
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Choice, Listing};
use crate::tui::widgets::text::{blank, put};

/// Columns of the screen that the picker takes.
const PICKER: u16 = 30;

/// Why a key of the table does nothing while a page covers it.
const BEHIND: &str = "this key is for the table behind the page: go back first";

/// Why a key of the tables does nothing on a panel that is none.
const NO_TABLE: &str = "there is no table here: this key is for those";

/// What is opened.
pub enum Over {
    /// The columns of the table, and which of them the cursor is on.
    Columns(usize),
    /// Something is asked for by name, or the help is read.
    Palette(Palette),
}

impl App {
    /// Does what a key asks of a table; of a page that is opened over it, nothing.
    pub(super) fn act_on_table(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Command => self.open_palette(),
            Action::View1 => return self.show_nth_view(0),
            Action::View2 => return self.show_nth_view(1),
            Action::View3 => return self.show_nth_view(2),
            Action::Columns if self.pages.is_empty() => self.open_columns(),
            Action::Group if self.pages.is_empty() => self.group(),
            Action::Export if self.pages.is_empty() => return self.export(Form::Csv),
            Action::Sort | Action::Reverse if self.pages.is_empty() => self.sort_by(action),
            Action::Export if self.opened() == Some(&Subject::Detention) => return self.export_proof(),
            Action::Filter
            | Action::Sort
            | Action::Reverse
            | Action::Columns
            | Action::Group
            | Action::Export => self.say(BEHIND),
            _ => {}
        }
        None
    }

    /// Takes in pasted text where a command is typed. Says whether one is.
    pub(super) fn paste_over(&mut self, text: &str) -> bool {
        match self.over.take() {
            Some(Over::Palette(palette)) => {
                self.paste_palette(palette, text);
                true
            }
            other => {
                self.over = other;
                false
            }
        }
    }

    fn sort_by(&mut self, action: Action) {
        let panel = &mut self.slot_mut().panel;
        match action {
            _ if panel.listing().is_none() => {
                self.say("the order here is fixed, the worst first: the tables can be sorted");
            }
            Action::Reverse => panel.reverse(),
            _ => panel.sort(),
        }
    }

    /// Opens the picker of columns, where there is a table.
    fn open_columns(&mut self) {
        if self.slot().panel.listing().is_some() {
            self.over = Some(Over::Columns(0));
        } else {
            self.say(NO_TABLE);
        }
    }

    /// A key, while something is open over the table.
    pub(super) fn press_over(&mut self, over: Over, key: KeyEvent) -> Option<Effect> {
        let action = self.keys.action(key, Realm::Everywhere);
        if action == Some(Action::Leave) {
            self.quit = true;
            return None;
        }
        match over {
            Over::Columns(at) => {
                self.press_columns(at, key, action);
                None
            }
            Over::Palette(palette) => self.press_palette(palette, key, action),
        }
    }

    fn press_columns(&mut self, at: usize, key: KeyEvent, action: Option<Action>) {
        let Some(listing) = self.slot_mut().panel.listing_mut() else { return };
        let choices = listing.choices();
        let last = choices.len().saturating_sub(1);
        let on = choices.get(at).map_or(0, |choice| choice.index);
        let mut next = at;
        match (key.code, action) {
            (KeyCode::Char(' '), _) => listing.toggle(on),
            (_, Some(Action::Up)) => next = at.saturating_sub(1),
            (_, Some(Action::Down)) => next = (at + 1).min(last),
            (_, Some(Action::First | Action::PageUp)) => next = 0,
            (_, Some(Action::Last | Action::PageDown)) => next = last,
            (_, Some(Action::Sort)) => listing.sort_by(on),
            (_, Some(Action::Reverse)) => self.slot_mut().panel.reverse(),
            (KeyCode::Backspace, _) => listing.unpick(),
            (_, Some(Action::Open | Action::Back | Action::Columns)) => return,
            _ => {}
        }
        self.over = Some(Over::Columns(next));
    }

    /// Does a command as it was typed.
    pub(super) fn command(&mut self, line: &str) -> Option<Effect> {
        let (word, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let name = name.trim();
        match (word, name) {
            ("save" | "view" | "forget", "") => {
                self.say(format!("{word} what? Say :{word} and a name, as :{word} dallas; {}", self.kept()));
            }
            ("save", name) => return self.save_view(name),
            ("view", name) => match self.views.named(name).cloned() {
                Some(view) => return self.show_view(&view),
                None => self.say(format!("no view is called {name}; {}", self.kept())),
            },
            ("forget", name) => match self.views.named(name).map(|view| view.name.clone()) {
                Some(name) => {
                    self.say(format!("forgot the view {name}"));
                    return Some(self.change_views(Change::Forget(name)));
                }
                None => self.say(format!("no view is called {name}; {}", self.kept())),
            },
            ("export", "" | "csv") => return self.export(Form::Csv),
            ("export", "json") => return self.export(Form::Json),
            ("export", other) => {
                self.say(format!("no file is written as {other}; say :export csv or :export json"));
            }
            ("new", _) => return self.act_on_chat(Action::ChatNew),
            ("handoff", _) => self.turn_to(Subject::Handoff),
            // Only what is a command comes here.
            _ => {}
        }
        None
    }

    fn kept(&self) -> String {
        match self.views.names().as_slice() {
            [] => "none is saved yet".to_owned(),
            names => format!("there are {}", names.join(", ")),
        }
    }

    fn save_view(&mut self, name: &str) -> Option<Effect> {
        let slot = self.slot();
        let Some(listing) = slot.panel.listing() else {
            self.say("there is no table here to be saved".to_owned());
            return None;
        };
        let view = SavedView::new(name, self.place.word(), slot.filter.value(), listing.arrangement());
        if view.name.is_empty() {
            self.say("a view needs a name of letters or digits".to_owned());
            return None;
        }
        let kept = self.change_views(Change::Save(view.clone()));
        let key = self.views.names().iter().position(|kept| *kept == view.name).and_then(|place| {
            let action = *[Action::View1, Action::View2, Action::View3].get(place)?;
            self.keys.keys_of(action).first()
        });
        let how = key.map_or_else(String::new, |key| format!(", or the key {key}"));
        self.say(format!("saved: :view {}{how} shows this again", view.name));
        Some(kept)
    }

    fn change_views(&mut self, change: Change) -> Effect {
        self.views.change(&change);
        Effect::KeepView(change)
    }

    /// Shows the view that was saved so manieth.
    fn show_nth_view(&mut self, place: usize) -> Option<Effect> {
        let Some(view) = self.views.at(place).cloned() else {
            self.say(format!("no view is saved there yet: say :save NAME; {}", self.kept()));
            return None;
        };
        self.show_view(&view)
    }

    fn show_view(&mut self, view: &SavedView) -> Option<Effect> {
        let Some(place) = Place::ALL.into_iter().find(|place| place.word() == view.panel) else {
            self.say(format!("the view {} is of {}, and there is no such panel", view.name, view.panel));
            return None;
        };
        self.typing = false;
        let effect = self.look(place);
        let slot = self.slot_mut();
        slot.filter = Input::new(view.filter.clone());
        if let Some(listing) = slot.panel.listing_mut() {
            listing.arrange_as(&view.arrangement());
        }
        self.refilter();
        self.say(format!("view {}", view.name));
        effect
    }

    /// The rows in sight as a file.
    fn export(&mut self, form: Form) -> Option<Effect> {
        let (slot, facts) = self.arranged();
        let Some(rows) = slot.panel.rows(&facts) else {
            self.say(NO_TABLE);
            return None;
        };
        let file = export::file(&rows, slot.filter.value(), form, &facts);
        Some(Effect::Export(file))
    }

    /// What proves how long the truck under the cursor was held, as a file.
    fn export_proof(&mut self) -> Option<Effect> {
        let load = self.in_hand()?.load(&self.facts)?;
        let Facts { fleet, fresh, zone, now, .. } = &self.facts;
        let load = fleet.movements.get(&load)?;
        let held = detention::of_load(fleet, fresh, load, *now);
        let case = held.and_then(|held| proof::of(fleet, load, held.stop, *now));
        let Some(case) = case else {
            self.say("it is not there any more: `backhaul detention --proof STOP` has what is over");
            return None;
        };
        let rows = proof::rows(&case, fleet, zone, *now);
        Some(Effect::Export(export::proof(&case.stop.tms.id, &rows, &self.facts)))
    }

    /// Groups the rows by the next thing.
    fn group(&mut self) {
        let Some(listing) = self.slot_mut().panel.listing_mut() else { return self.say(NO_TABLE) };
        let by = listing.group();
        let said = match by {
            _ if !listing.has_groups() => "there is nothing to group these rows by".to_owned(),
            Some(name) => format!("grouped by {name}"),
            None => "not grouped".to_owned(),
        };
        self.say(said);
    }
}

/// Draws what is open over `body`. Says where the cursor is.
pub fn paint(app: &App, body: Rect, buf: &mut Buffer) -> Option<Position> {
    match app.over.as_ref()? {
        Over::Columns(at) => {
            let choices = app.slot().panel.listing().map(Listing::choices).unwrap_or_default();
            columns(app, &choices, *at, body, buf);
            None
        }
        Over::Palette(palette) => {
            let manner = Manner { facts: &app.facts, keys: &app.keys, theme: app.theme };
            palette::paint(palette, manner, body, buf)
        }
    }
}

fn columns(app: &App, choices: &[Choice], at: usize, body: Rect, buf: &mut Buffer) {
    let (glyphs, theme) = (app.facts.glyphs, app.theme);
    let room = PICKER.min(body.width);
    let area = Rect { x: body.right() - room, width: room, ..body };
    blank(area, buf, theme);
    let bar = glyphs.pick("│", "|");
    for y in area.rows().map(|row| row.y) {
        put(buf, (area.x, y), 1, bar, theme.style(Role::Muted), glyphs);
    }
    let write = |buf: &mut Buffer, y: u16, text: &str, role: Role| {
        put(buf, (area.x + 2, y), room.saturating_sub(2), text, theme.style(role), glyphs);
    };
    let mut rows = area.rows().map(|row| row.y);
    let Some(first) = rows.next() else { return };
    write(buf, first, "COLUMNS", Role::Title);
    let page = usize::from(area.height.saturating_sub(1)).max(1);
    let top = (at + 1).saturating_sub(page);
    for (y, (place, choice)) in rows.zip(choices.iter().enumerate().skip(top)) {
        let mark = if choice.wanted { "[x]" } else { "[ ]" };
        let order = choice.sorted.map(|reversed| glyphs.order(reversed)).unwrap_or_default();
        let note = if choice.wanted && !choice.in_sight { "no room" } else { "" };
        let role = if place == at { Role::Selected } else { Role::Text };
        write(buf, y, &format!("{mark} {:<9} {order:<1} {note:<8}", choice.title), role);
    }
}
