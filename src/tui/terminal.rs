//! Borrows the terminal and gives it back whatever happens. Asks the terminal nothing but its size.

mod quiet;
mod words;

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpid, kill_process};
use tokio::sync::mpsc::Sender;

use self::words::Between;
use super::event::Event;
pub use quiet::Quiet;

/// How long the console may take to stop once its terminal is gone.
const GRACE: Duration = Duration::from_secs(2);

/// Whether the terminal is ours, so that it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is told to us, so that it is told again after the console was put aside.
static MOUSE: AtomicBool = AtomicBool::new(false);

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
        self.terminal.backend_mut().give_up();
    }
}

/// Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal again once
/// it goes on. For [`super::app::Effect::Suspend`], from the thread that draws; the app repaints
/// everything afterwards.
pub fn suspend() -> io::Result<()> {
    restore();
    let stopped = kill_process(getpid(), Signal::TSTP);
    // Whether or not it stopped, the screen is drawn on again after this.
    take()?;
    Ok(stopped?)
}

/// Puts `text` on the clipboard of the terminal a person sits at, however many hosts away (OSC 52).
/// From the thread that draws.
pub fn copy_osc52(text: &str) -> io::Result<()> {
    say(&words::copy(text, between()))
}

/// Calls a person who looks elsewhere: the bell, and a notice of the desktop (OSC 9). From the thread that draws.
pub fn call(text: &str) -> io::Result<()> {
    say(&words::call(text, between()))
}

/// Has the terminal tell of clicks and the wheel, or not any more. From the thread that draws.
pub fn set_mouse(on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    say(if on { words::MOUSE_ON } else { words::MOUSE_OFF })
}

fn say(words: &str) -> io::Result<()> {
    let mut out = stdout();
    out.write_all(words.as_bytes())?;
    out.flush()
}

fn between() -> Between {
    Between::of(|name| std::env::var(name).ok())
}

fn has_title() -> bool {
    words::has_title(std::env::var("TERM").ok().as_deref())
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
        .and_then(|()| if has_title() { say(words::TITLE_ON) } else { Ok(()) })
        .and_then(|()| if MOUSE.load(Ordering::SeqCst) { say(words::MOUSE_ON) } else { Ok(()) })
        .inspect_err(|_| restore())
}

/// The one way out, for a normal end, an error and a panic alike. Says nothing of failing: there
/// may be no terminal left to say it on.
fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    if MOUSE.load(Ordering::SeqCst) {
        let _ = say(words::MOUSE_OFF);
    }
    if has_title() {
        let _ = say(words::TITLE_OFF);
    }
    let _ =
        execute!(stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}
