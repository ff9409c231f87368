//! Somebody at a console who presses keys one by one, counts them, and reads the screen.

use std::time::{Duration, Instant};

use crate::processes::LIMIT;
use crate::pty::Pty;

pub const ENTER: &str = "\r";

/// One task as it was done.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    pub task: &'static str,
    /// Keys pressed, and the most that may be.
    pub keys: (usize, usize),
    pub time: Duration,
    pub bytes: usize,
}

pub struct Desk {
    pty: Pty,
    pub done: Vec<Done>,
    /// Keys that only lead back to the main list, or to a line of it.
    pub between: usize,
}

impl Desk {
    pub fn sit_down(command: portable_pty::CommandBuilder, rows: u16, columns: u16) -> Self {
        let pty = Pty::spawn(command, rows, columns);
        let desk = Self { pty, done: Vec::new(), between: 0 };
        desk.read("the board", |text| text.contains("worst first"));
        desk
    }

    /// Does a task from the main list: presses `keys` and waits until the screen answers. Returns the screen.
    pub fn task(
        &mut self,
        task: &'static str,
        keys: &[&str],
        most: usize,
        is_answered: impl Fn(&str) -> bool,
    ) -> String {
        let (began, before) = (Instant::now(), self.pty.raw().len());
        for key in keys {
            self.pty.press(key);
        }
        let screen = self.read(task, is_answered);
        let (time, bytes) = (began.elapsed(), self.pty.raw().len() - before);
        assert!(keys.len() <= most, "{task} takes {} keys, not {most}", keys.len());
        self.done.push(Done { task, keys: (keys.len(), most), time, bytes });
        screen
    }

    /// Presses keys that are no part of a task, and waits for what they show.
    pub fn press(&mut self, keys: &[&str], what: &str, is_shown: impl Fn(&str) -> bool) -> String {
        for key in keys {
            self.pty.press(key);
        }
        self.between += keys.len();
        self.read(what, is_shown)
    }

    /// Back to the main list.
    pub fn home(&mut self) {
        loop {
            let before = self.pty.text();
            let key = match titled(&before) {
                title if title.starts_with("Board ") => return,
                title if title.starts_with("Health ") => "-",
                _ => "\x1b",
            };
            self.press(&[key], "one step back", |text| titled(text) != titled(&before));
        }
    }

    /// Every line of the list or page in sight, paged through from its beginning; each once.
    pub fn lines(&mut self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut shown = self.pressed("g");
        loop {
            let new: Vec<String> =
                shown.lines().skip(2).map(str::to_owned).filter(|line| !lines.contains(line)).collect();
            if new.is_empty() {
                return lines;
            }
            lines.extend(new);
            shown = self.pressed("\x1b[6~");
        }
    }

    /// The screen once a key that may change nothing has been worked on: keys go in order, so that it has been when
    /// the help that is asked for after it is shown.
    fn pressed(&mut self, key: &str) -> String {
        let is_help = |text: &str| text.contains("type to search");
        self.press(&[key, "?"], "the help", is_help);
        self.press(&["\x1b"], "what was there", |text| !is_help(text))
    }

    pub fn screen(&self) -> String {
        self.pty.text()
    }

    pub fn raw(&self) -> String {
        self.pty.raw()
    }

    pub fn leave(self) {
        self.leave_by("q");
    }

    /// Leaves by this key, where another means something else.
    pub fn leave_by(mut self, key: &str) {
        self.pty.press(key);
        assert!(self.pty.ended().success());
    }

    /// Waits until the screen shows it.
    fn read(&self, what: &str, is_shown: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let text = self.pty.text();
            if is_shown(&text) {
                return text;
            }
            assert!(began.elapsed() < LIMIT, "{what}: never shown:\n{text}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// The line under the header: what is shown.
pub fn titled(screen: &str) -> &str {
    screen.lines().nth(1).unwrap_or_default()
}

/// Each letter of `text` as a key, and enter.
pub fn typed(text: &str) -> Vec<String> {
    text.chars().map(String::from).chain([ENTER.to_owned()]).collect()
}
