//! What can happen to the console, in one closed list; and the thread that reads the keyboard.

use std::sync::Arc;

use crossterm::event::{self, Event as Terminal, KeyEvent, KeyEventKind, MouseEvent};
use tokio::sync::mpsc::Sender;

use super::app::Mode;
use crate::model::{DutyHistory, Fleet, Leader, Timestamp, TrailPoint, UnitId, UnitKind};

/// Something the screen must know.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key went down.
    Key(KeyEvent),
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
    /// Who polls it.
    Leader(Option<Leader>),
    /// What drivers did on the days before: what plans are made with.
    History(Arc<DutyHistory>),
    /// What was asked for is done, in a sentence.
    Done(String),
    /// Where a unit was in the last 24 hours, oldest first, or why nobody can tell: what an
    /// [`Effect::Trail`](super::app::Effect::Trail) asked for.
    Trail(UnitKind, UnitId, Result<Vec<TrailPoint>, String>),
    /// Something a person must know, in a sentence.
    Notice(String),
    /// What came of something that was asked for; gone with the next key.
    Said(String),
    /// The terminal went away, or the system asks us to stop.
    Hangup,
    /// The console was put aside and is back: the terminal shows something else.
    Resumed,
}

/// Reads the terminal until it closes or nobody listens. A thread, since reading blocks.
///
/// # Panics
///
/// If the system has no thread to give.
pub fn read_terminal(events: Sender<Event>) {
    let reading = move || {
        loop {
            let event = match event::read() {
                Ok(Terminal::Key(key)) if key.kind != KeyEventKind::Release => Event::Key(key),
                Ok(Terminal::Mouse(mouse)) => Event::Mouse(mouse),
                Ok(Terminal::Paste(text)) => Event::Paste(text),
                Ok(Terminal::Resize(..)) => Event::Resize,
                Ok(_) => continue,
                Err(_) => Event::Hangup,
            };
            let last = matches!(event, Event::Hangup);
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
