//! The mouse, once a person turned it on: the wheel goes through rows, a click selects what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::over::Over;
use super::{App, Effect};
use crate::tui::panels::Go;
use crate::tui::view;

/// Rows that one notch of the wheel goes.
const NOTCH: u16 = 3;

/// Whether the terminal tells of the mouse; while it does it marks no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// It does not.
    Off,
    /// Of clicks and the wheel.
    On,
}

impl App {
    /// Turns the mouse on, or off.
    pub(super) fn toggle_mouse(&mut self) -> Effect {
        let (mouse, said) = match self.mouse {
            Mouse::Off => {
                (Mouse::On, "mouse on: the wheel scrolls, a click selects; hold shift to mark text")
            }
            Mouse::On => (Mouse::Off, "mouse off: the terminal marks text again"),
        };
        self.mouse = mouse;
        self.say(said);
        Effect::Mouse(self.mouse)
    }

    /// Takes in what the mouse did.
    pub(super) fn point(&mut self, mouse: MouseEvent) {
        match mouse.kind {
            MouseEventKind::ScrollUp => self.turn_wheel(Go::Up),
            MouseEventKind::ScrollDown => self.turn_wheel(Go::Down),
            MouseEventKind::Down(MouseButton::Left) => self.click(Position { x: mouse.column, y: mouse.row }),
            _ => return,
        }
        self.shown.stale = true;
    }

    fn turn_wheel(&mut self, go: Go) {
        if let Some(Over::Palette(palette)) = &mut self.over {
            let lines = isize::try_from(NOTCH).unwrap_or(1);
            return palette.go(if go == Go::Up { -lines } else { lines });
        }
        if self.over.is_none() && self.is_in_chat() {
            let lines = isize::try_from(NOTCH).unwrap_or(1);
            return self.chat.scroll(if go == Go::Up { -lines } else { lines });
        }
        if self.over.is_none() && self.prompt.is_none() {
            (0..NOTCH).for_each(|_| self.go(go));
        }
    }

    fn click(&mut self, at: Position) {
        let area = Rect::from((Position::ORIGIN, self.size));
        let areas = view::areas(self, area);
        let (body, is_over) = (areas.body, areas.chat == Some(areas.body));
        if self.over.is_some()
            || self.prompt.is_some()
            || !self.pages.is_empty()
            || is_over
            || !body.contains(at)
        {
            return;
        }
        let (slot, facts) = self.held();
        slot.panel.point(at.y - body.y, &facts);
    }
}
