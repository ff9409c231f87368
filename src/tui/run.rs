//! The loop: wait, take in all that happened, draw once if anything shown changed.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

use super::app::{App, Effect};
use super::event::Event;

/// Frames that a quiet time saves up, so that a key is not kept waiting by a frame just before it.
const SAVED: u32 = 2;

/// Runs until the app quits or every sender is gone. Draws at most once per `frame` over any longer time, and
/// at once after a quiet one; news leave one frame unspent, so that a key beside a stream of them is drawn at once, and
/// so are the first words of an answer. `perform` does what the app asks for, between two frames.
pub async fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    app: &mut App,
    frame: Duration,
    mut events: Receiver<Event>,
    mut perform: impl FnMut(Effect),
) -> Result<(), B::Error> {
    let now = Instant::now();
    let mut due = now.checked_sub(frame * SAVED).unwrap_or(now);
    let mut batch = Vec::with_capacity(64);
    loop {
        if app.take_wiped() {
            terminal.clear()?;
        }
        if app.take_stale() {
            terminal.draw(|frame| app.draw(frame))?;
            let now = Instant::now();
            due = due.max(now.checked_sub(frame * SAVED).unwrap_or(now)) + frame;
        }
        if events.recv_many(&mut batch, 64).await == 0 {
            return Ok(());
        }
        let mut is_asked = false;
        loop {
            is_asked |= batch.iter().any(Event::is_a_persons);
            batch.drain(..).filter_map(|event| app.update(event)).for_each(&mut perform);
            app.take_early().into_iter().filter_map(|event| app.update(event)).for_each(&mut perform);
            // Of one event one thing is asked for: where a key with another effect led to is told behind it.
            app.looks().into_iter().for_each(&mut perform);
            is_asked |= app.take_awaited();
            if app.quit() {
                return Ok(());
            }
            let due = if is_asked { due } else { due + frame };
            // Asked before waiting: a flood that always has the next event ready must not starve the screen.
            if Instant::now() >= due
                || !matches!(timeout_at(due, events.recv_many(&mut batch, 64)).await, Ok(1..))
            {
                break;
            }
        }
    }
}
