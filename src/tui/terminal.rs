//! Borrows the terminal and gives it back whatever happens. Asks the terminal nothing but its size.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::{self, Backend, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpid, kill_process};
use tokio::sync::mpsc::Sender;

use super::event::Event;

/// How long the console may take to stop once its terminal is gone.
const GRACE: Duration = Duration::from_secs(2);

/// Whether the terminal is ours, so that it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds the terminal; dropping it gives the shell back.
pub struct Screen {
    /// What to draw on.
    pub terminal: Terminal<Quiet<BufWriter<Stdout>>>,
}

impl Screen {
    /// Takes the terminal. From here on a panic in any thread gives it back, prints and ends the
    /// process with 101: a runtime would catch it, and the loop draw on over the message.
    pub fn enter() -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let print = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                restore();
                print(panic);
                std::process::exit(101);
            }));
        });
        take()?;
        // A frame is one write: small ones would each be a packet on an SSH line.
        let writer = BufWriter::with_capacity(64 * 1024, stdout());
        let terminal = Terminal::new(Quiet::new(writer)).inspect_err(|_| restore())?;
        Ok(Self { terminal })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal again once
/// it goes on. For [`super::app::Effect::Suspend`], from the thread that draws; the app repaints
/// everything afterwards.
pub fn suspend() -> io::Result<()> {
    restore();
    kill_process(getpid(), Signal::TSTP)?;
    take()
}

/// Puts `text` on the clipboard of the terminal a person sits at, however many hosts away (OSC 52).
/// From the thread that draws.
pub fn copy_osc52(text: &str) -> io::Result<()> {
    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
}

/// Watches for the terminal to vanish, sends [`Event::Hangup`], and ends the process with 129 where
/// the console has not stopped by itself in 2 s. Without it the key reader would spin for ever
/// when a terminal goes without a SIGHUP (crossterm issue 793).
///
/// # Panics
///
/// If the system has no thread to give.
pub fn watch_for_hangup(events: Sender<Event>) {
    let watching = move || {
        let stdin = io::stdin();
        loop {
            // No events asked for: a poll still tells of a hang-up, and of nothing else.
            let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
            let told = poll(&mut watched, None);
            let gone = watched
                .iter()
                .any(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL));
            match told {
                Ok(_) if gone => break,
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
        // A full queue means the screen is stuck in a write to a dead terminal: the exit still comes.
        let _ = events.try_send(Event::Hangup);
        thread::sleep(GRACE);
        std::process::exit(129);
    };
    thread::Builder::new()
        .name("hangup".to_owned())
        .spawn(watching)
        .expect("a console that cannot start a thread cannot read keys either");
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Clear(ClearType::All), cursor::Hide)
        .inspect_err(|_| restore())
}

/// The one way out, for a normal end, an error and a panic alike. Says nothing of failing: there
/// may be no terminal left to say it on.
fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ =
        execute!(stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

/// Crossterm's backend, but a frame that changes nothing writes nothing, one that does is shown whole
/// (synchronised update), and the terminal is never asked where its cursor is.
pub struct Quiet<W: Write> {
    inner: CrosstermBackend<W>,
    drawing: bool,
    cursor: Option<Position>,
    at: Position,
}

impl<W: Write> Quiet<W> {
    /// Writes to `writer`, whose cursor is taken to be hidden.
    pub const fn new(writer: W) -> Self {
        Self { inner: CrosstermBackend::new(writer), drawing: false, cursor: None, at: Position::ORIGIN }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.drawing, true) {
            queue!(self.inner, BeginSynchronizedUpdate)?;
        }
        Ok(())
    }
}

impl<W: Write> Backend for Quiet<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.begin()?;
        // Drawing leaves the cursor somewhere else.
        self.at = Position { x: u16::MAX, y: u16::MAX };
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        match self.cursor.take() {
            Some(_) => self.inner.hide_cursor(),
            None => Ok(()),
        }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor.is_some() {
            return Ok(());
        }
        self.cursor = Some(self.at);
        self.begin()?;
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(self.at))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at == position {
            return Ok(());
        }
        self.at = position;
        self.begin()?;
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(backend::ClearType::All)
    }

    fn clear_region(&mut self, region: backend::ClearType) -> io::Result<()> {
        self.begin()?;
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.drawing) {
            queue!(self.inner, EndSynchronizedUpdate)?;
            return Backend::flush(&mut self.inner);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Clone, Default)]
    struct Wire(Rc<RefCell<Vec<u8>>>);

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_shown_whole_and_one_without_change_writes_nothing() {
        let wire = Wire::default();
        let mut screen = Quiet::new(wire.clone());
        let cell = Cell::new("x");
        screen.draw([(0, 0, &cell)].into_iter()).unwrap();
        screen.hide_cursor().unwrap();
        Backend::flush(&mut screen).unwrap();
        let text = String::from_utf8(wire.0.take()).unwrap();
        assert!(text.starts_with("\u{1b}[?2026h") && text.ends_with("\u{1b}[?2026l"), "{text:?}");
        screen.draw(std::iter::empty()).unwrap();
        screen.hide_cursor().unwrap();
        Backend::flush(&mut screen).unwrap();
        assert_eq!(wire.0.take().len(), 0);
    }

    #[test]
    fn a_shown_cursor_is_moved_only_when_it_moves() {
        let wire = Wire::default();
        let mut screen = Quiet::new(wire.clone());
        let frame = |screen: &mut Quiet<Wire>, x| {
            screen.show_cursor().unwrap();
            screen.set_cursor_position((x, 0)).unwrap();
            Backend::flush(screen).unwrap();
            wire.0.take().len()
        };
        assert!(frame(&mut screen, 4) > 0);
        assert_eq!(frame(&mut screen, 4), 0);
        assert!(frame(&mut screen, 5) > 0);
    }
}
