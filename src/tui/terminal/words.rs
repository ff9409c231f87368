//! What is said to a terminal besides frames: its title, its clipboard, a call, the mouse. As text, so that it can be
//! tested; it writes nothing.

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;

use crate::model::clean;

/// Characters of a call at most.
const CALL: usize = 160;

/// Clicks and the wheel, told in digits. Not every move: over SSH each is a packet.
pub const MOUSE_ON: &str = "\u{1b}[?1000h\u{1b}[?1006h";
/// No more of that.
pub const MOUSE_OFF: &str = "\u{1b}[?1006l\u{1b}[?1000l";

/// The title that was there is kept by the terminal, and ours is shown.
pub const TITLE_ON: &str = "\u{1b}[22;2t\u{1b}]2;backhaul\u{7}";
/// The title that was there.
pub const TITLE_OFF: &str = "\u{1b}[23;2t";

/// What stands between this program and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Nothing that keeps anything to itself.
    Nothing,
    /// tmux, which passes on only what is wrapped for it.
    Tmux,
}

impl Between {
    /// What the environment says, which is asked by name.
    pub fn of(environment: impl Fn(&str) -> Option<String>) -> Self {
        match environment("TMUX").filter(|socket| !socket.is_empty()) {
            Some(_) => Self::Tmux,
            None => Self::Nothing,
        }
    }

    /// A sequence so that it arrives.
    fn wrap(self, sequence: &str) -> String {
        match self {
            Self::Nothing => sequence.to_owned(),
            Self::Tmux => format!("\u{1b}Ptmux;{}\u{1b}\\", sequence.replace('\u{1b}', "\u{1b}\u{1b}")),
        }
    }
}

/// Whether a terminal of this kind (`TERM`) knows titles; one that does not may write them out.
pub fn has_title(term: Option<&str>) -> bool {
    !matches!(term, None | Some("" | "dumb" | "linux"))
}

/// Puts `text` on the clipboard (OSC 52). tmux takes it itself where it is told to (`set-clipboard on`), or passes it on
/// where it may (`allow-passthrough on`): it is said both ways.
pub fn copy(text: &str, between: Between) -> String {
    let mut plain = String::new();
    // Into a text, which cannot fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut plain);
    match between {
        Between::Nothing => plain,
        Between::Tmux => format!("{}{plain}", between.wrap(&plain)),
    }
}

/// Calls a person: the bell, which every terminal has, and a notice of the desktop (OSC 9) for those that show one.
pub fn call(text: &str, between: Between) -> String {
    // A summary is cleaned where it comes in; here it would be a sequence of ours that it ends.
    let notice = format!("\u{1b}]9;{}\u{1b}\\", clean(text, CALL));
    format!("\u{7}{}", between.wrap(&notice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmux_is_asked_to_pass_on_what_is_for_the_terminal() {
        let inside = Between::of(|name| (name == "TMUX").then(|| "/tmp/tmux-0/default,1,0".to_owned()));
        assert_eq!(inside, Between::Tmux);
        assert_eq!(Between::of(|_| Some(String::new())), Between::Nothing);
        assert_eq!(copy("hi", Between::Nothing), "\u{1b}]52;c;aGk=\u{1b}\\");
        assert_eq!(
            copy("hi", inside),
            "\u{1b}Ptmux;\u{1b}\u{1b}]52;c;aGk=\u{1b}\u{1b}\\\u{1b}\\\u{1b}]52;c;aGk=\u{1b}\\"
        );
        assert_eq!(call("late", inside), "\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]9;late\u{1b}\u{1b}\\\u{1b}\\");
    }

    #[test]
    fn a_call_cannot_say_anything_else_to_the_terminal() {
        let said = call("a\u{7}b\u{1b}]0;x\u{1b}\\c\u{9c}", Between::Nothing);
        assert_eq!(said.matches('\u{1b}').count(), 2, "{said:?}");
        assert_eq!(said.matches('\u{7}').count(), 1, "{said:?}");
        assert!(!said.contains('\u{9c}'), "{said:?}");
    }

    #[test]
    fn a_terminal_that_would_write_a_title_out_is_given_none() {
        assert!(has_title(Some("xterm-256color")) && has_title(Some("tmux-256color")));
        assert!(!has_title(Some("linux")) && !has_title(Some("dumb")) && !has_title(None));
    }
}
