//! What can happen to the console, in one closed list; and the thread that reads the keyboard.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{self, Event as Terminal, KeyCode, KeyEvent, KeyEventKind, MouseEvent};
use tokio::sync::mpsc::Sender;

use super::app::Mode;
use super::chat::{Told, Turn};
use crate::model::{DutyHistory, Fleet, Polled, Timestamp, TrailPoint, UnitId, UnitKind};

/// Something the screen must know.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key went down.
    Key(KeyEvent),
    /// Nothing followed a digit for half a second: what comes next is no part of the same number.
    Pause,
    /// The mouse did something, where it was asked to tell.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize,
    /// The time, about once a second: only what shows the time cares.
    Tick(Timestamp),
    /// What is known, whole and of one revision.
    Fleet(Arc<Fleet>),
    /// How the database is polled.
    Mode(Mode),
    /// Why this console may only read it; `None`: it may do more.
    ReadOnly(Option<String>),
    /// Whether it is polled, and by whom.
    Leader(Polled),
    /// What drivers did on the days before: what plans are made with.
    History(Arc<DutyHistory>),
    /// What was asked for is done, in a sentence.
    Done(String),
    /// Where a unit was in the last 24 hours, oldest first, or why nobody can tell: what an
    /// [`Effect::Trail`](super::app::Effect::Trail) asked for.
    Trail(UnitKind, UnitId, Result<Vec<TrailPoint>, String>),
    /// What the assistant says of a turn that an [`Effect::Chat`](super::app::Effect::Chat) asked for.
    Chat(Turn, Told),
    /// Something a person must know, in a sentence.
    Notice(String),
    /// What came of something that was asked for; gone with the next key.
    Said(String),
    /// The terminal went away, or the system asks us to stop.
    Hangup,
    /// The console was put aside and is back: the terminal shows something else.
    Resumed,
}

impl Event {
    /// Whether a person did something, and waits to see it.
    pub const fn is_a_persons(&self) -> bool {
        matches!(
            self,
            Self::Key(_) | Self::Pause | Self::Mouse(_) | Self::Paste(_) | Self::Resize | Self::Resumed
        )
    }
}

/// Digits that are no further apart than this are one number; a walk through the panels is slower.
const PAUSE: Duration = Duration::from_millis(500);

/// Reads the terminal until it closes or nobody listens. A thread, since reading blocks.
///
/// # Panics
///
/// If the system has no thread to give.
pub fn read_terminal(events: Sender<Event>) {
    let reading = move || {
        let mut is_number = false;
        loop {
            let pauses = std::mem::take(&mut is_number) && matches!(event::poll(PAUSE), Ok(false));
            if pauses && events.blocking_send(Event::Pause).is_err() {
                return;
            }
            let event = match event::read() {
                Ok(Terminal::Key(key)) if key.kind != KeyEventKind::Release => Event::Key(key),
                Ok(Terminal::Mouse(mouse)) => Event::Mouse(mouse),
                Ok(Terminal::Paste(text)) => Event::Paste(text),
                Ok(Terminal::Resize(..)) => Event::Resize,
                Ok(_) => continue,
                Err(_) => Event::Hangup,
            };
            let last = matches!(event, Event::Hangup);
            is_number = matches!(&event, Event::Key(key) if matches!(key.code, KeyCode::Char('0'..='9')));
            if events.blocking_send(event).is_err() || last {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(reading)
        .expect("a console that cannot start a thread has nothing to read keys with");
}
