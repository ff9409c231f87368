//! Whether the console can be drawn where this was asked.

use super::{Check, Terminal};

/// The checks: what it is, what characters and what colours it takes.
pub(super) fn checks(terminal: &Terminal) -> Vec<Check> {
    let mut checks = vec![kind(terminal), characters(terminal), colors(terminal)];
    checks.extend(terminal.in_tmux.then(tmux));
    checks
}

/// tmux is not asked, since it would have to be run for that.
fn tmux() -> Check {
    let message = "notices need `set -g allow-passthrough on` in it, copying `set -g set-clipboard on`";
    Check::ok("terminal", "tmux", message)
}

fn kind(terminal: &Terminal) -> Check {
    let term = terminal.term.as_deref().unwrap_or_default();
    match term {
        _ if !terminal.is_terminal => {
            Check::ok("terminal", "kind", "the answer goes to no terminal; the console needs one")
        }
        "" | "dumb" => Check::failed(
            "terminal",
            "kind",
            format!("TERM is {term:?}: nothing can be drawn on that"),
            "use another terminal, or set TERM to what it is, such as xterm-256color",
        ),
        term => Check::ok("terminal", "kind", term),
    }
}

fn characters(terminal: &Terminal) -> Check {
    let locale = terminal.locale.as_deref().unwrap_or_default();
    let folded = locale.to_ascii_lowercase();
    if folded.contains("utf-8") || folded.contains("utf8") {
        return Check::ok("terminal", "characters", locale);
    }
    if !terminal.is_terminal {
        return Check::ok("terminal", "characters", "no UTF-8 is set here");
    }
    Check::failed(
        "terminal",
        "characters",
        format!("the locale {locale:?} is not UTF-8: lines and marks may look wrong"),
        "set LANG to a UTF-8 locale such as C.UTF-8 (over SSH: SendEnv LANG), or use --ascii",
    )
}

fn colors(terminal: &Terminal) -> Check {
    let message = match &terminal.colors {
        _ if terminal.no_color => "are switched off".to_owned(),
        Some(word) if !word.is_empty() => format!("COLORTERM is {word}"),
        _ => "the sixteen every terminal has".to_owned(),
    };
    Check::ok("terminal", "colours", message)
}
