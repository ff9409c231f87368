//! Questions on the terminal, one line an answer. The terminal is held in raw mode from the first question to the end,
//! so that nothing shows that was not meant to: no secret, and nothing that is typed while a service is tried.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Read, Write};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::{mpsc, watch};

/// Nobody answers any more: Ctrl-C, the terminal's end, a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// Whether what is typed is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// As it is typed.
    Shown,
    /// Not at all; only how much it was, once it is complete.
    Hidden,
}

/// A person at a terminal.
pub struct Prompt {
    typed: mpsc::Receiver<Vec<u8>>,
    ahead: VecDeque<u8>,
    stop: watch::Receiver<bool>,
}

impl Prompt {
    /// Takes the terminal, until this is dropped; `None` where there is none. `stop` ends every question.
    pub fn open(stop: watch::Receiver<bool>) -> io::Result<Option<Self>> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(None);
        }
        enable_raw_mode()?;
        let (sender, typed) = mpsc::channel(64);
        let prompt = Self { typed, ahead: VecDeque::new(), stop };
        // A thread, since reading blocks.
        std::thread::Builder::new().name("keys".to_owned()).spawn(move || read(&sender))?;
        Ok(Some(prompt))
    }

    /// Says something; a line feed begins a new line.
    #[expect(clippy::unused_self, reason = "only who holds the terminal writes for raw mode")]
    pub fn say(&self, text: &str) {
        // On a dead terminal nobody is told anything.
        let _ = write!(io::stderr(), "{}", text.replace('\n', "\r\n"));
    }

    /// Asks for a line, trimmed.
    pub async fn ask(&mut self, question: &str, echo: Echo) -> Result<String, Interrupted> {
        self.say(question);
        let mut line = Line::default();
        loop {
            while let Some(byte) = self.ahead.pop_front() {
                match line.take(byte) {
                    Typed::Text(text) if echo == Echo::Shown => self.say(&text),
                    Typed::Erased(count) if echo == Echo::Shown => self.say(&"\u{8} \u{8}".repeat(count)),
                    Typed::Text(_) | Typed::Erased(_) | Typed::Nothing => {}
                    Typed::Enter => {
                        let text = line.text.trim().to_owned();
                        let count = text.chars().count();
                        let told = if echo == Echo::Hidden && count > 0 {
                            format!("({count} characters)")
                        } else {
                            String::new()
                        };
                        self.say(&format!("{told}\n"));
                        return Ok(text);
                    }
                    Typed::Interrupt => return Err(self.interrupted()),
                }
            }
            match self.next().await {
                Some(bytes) => self.ahead.extend(bytes),
                None => return Err(self.interrupted()),
            }
        }
    }

    /// Waits for work; what is typed meanwhile answers the next question, but for Ctrl-C.
    pub async fn wait<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        tokio::pin!(work);
        loop {
            let typed = tokio::select! {
                done = &mut work => return Ok(done),
                typed = self.next() => typed,
            };
            match typed {
                Some(bytes) if !bytes.contains(&INTERRUPT) => self.ahead.extend(bytes),
                Some(_) | None => return Err(self.interrupted()),
            }
        }
    }

    /// What is typed next; `None` where nothing will be any more.
    async fn next(&mut self) -> Option<Vec<u8>> {
        tokio::select! {
            typed = self.typed.recv() => typed,
            _ = self.stop.wait_for(|stop| *stop) => None,
        }
    }

    fn interrupted(&self) -> Interrupted {
        self.say("\n");
        Interrupted
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// Hands on what is typed until the terminal closes or nobody listens.
fn read(sender: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = [0; 1024];
    loop {
        match io::stdin().lock().read(&mut buffer) {
            Ok(count @ 1..) => {
                let bytes = buffer.get(..count).unwrap_or_default().to_vec();
                if sender.blocking_send(bytes).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return,
        }
    }
}

const INTERRUPT: u8 = 3;

/// What a byte from the keyboard did to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Typed {
    Nothing,
    Text(String),
    Erased(usize),
    Enter,
    Interrupt,
}

/// A line that is being typed.
#[derive(Debug, Default)]
struct Line {
    text: String,
    /// The beginning of a character that is not complete.
    partial: Vec<u8>,
    escape: Escape,
}

/// How much of an arrow's or another key's sequence was read: such keys do nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    Outside,
    Begun,
    Within,
}

impl Line {
    fn take(&mut self, byte: u8) -> Typed {
        match (self.escape, byte) {
            (_, INTERRUPT) => return Typed::Interrupt,
            (Escape::Begun, b'[' | b'O') => self.escape = Escape::Within,
            (Escape::Within, 0x20..=0x3f) => {}
            (Escape::Begun | Escape::Within, 0x20..) => self.escape = Escape::Outside,
            (_, 0x1b) => self.escape = Escape::Begun,
            (_, b'\r' | b'\n') => return Typed::Enter,
            // Ctrl-D ends a line that is empty, as in a shell.
            (_, 4) if self.text.is_empty() => return Typed::Interrupt,
            (_, 8 | 127) => return self.text.pop().map_or(Typed::Nothing, |_| Typed::Erased(1)),
            (_, 21) => return Typed::Erased(std::mem::take(&mut self.text).chars().count()),
            (_, 0..0x20) => {}
            (Escape::Outside, _) => return self.letter(byte),
        }
        Typed::Nothing
    }

    fn letter(&mut self, byte: u8) -> Typed {
        self.partial.push(byte);
        match std::str::from_utf8(&self.partial) {
            Ok(text) => {
                let text = text.to_owned();
                self.text.push_str(&text);
                self.partial.clear();
                Typed::Text(text)
            }
            Err(broken) => {
                if broken.error_len().is_some() {
                    self.partial.clear();
                }
                Typed::Nothing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> (String, Vec<Typed>) {
        let mut line = Line::default();
        let done = bytes.iter().map(|byte| line.take(*byte)).filter(|typed| *typed != Typed::Nothing);
        let done = done.collect();
        (line.text, done)
    }

    #[test]
    fn a_line_is_typed_and_mended() {
        assert_eq!(typed(b"ab\x7fc").0, "ac");
        assert_eq!(typed(b"abc\x15d").0, "d");
        assert_eq!(typed("tok\u{e9}n".as_bytes()).0, "tok\u{e9}n");
        assert_eq!(typed("\u{e9}\u{7f}".as_bytes()).0, "", "a character goes as a whole");
        assert_eq!(typed(b"a\x1b[Db\x1bOAc\x1b[1;5Cd").0, "abcd", "arrows do nothing");
        assert_eq!(typed(b"a\xff\xffb").0, "ab", "what is no text is passed over");
    }

    #[test]
    fn enter_ends_it_and_ctrl_c_everything() {
        assert_eq!(typed(b"\r").1, [Typed::Enter]);
        assert_eq!(typed(b"\n").1, [Typed::Enter]);
        assert_eq!(typed(b"\x03").1, [Typed::Interrupt]);
        assert_eq!(typed(b"\x04").1, [Typed::Interrupt]);
        assert_eq!(typed(b"a\x04").1, [Typed::Text("a".to_owned())], "not with something typed");
        assert_eq!(typed(b"\x1b[\x03").1, [Typed::Interrupt]);
    }
}
