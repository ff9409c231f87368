//! Draws the pane: reads it, never changes it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Exchange, Pane, Stance};
use crate::tui::action::Action;
use crate::tui::facts::Facts;
use crate::tui::keymap::KeyMap;
use crate::tui::theme::{Role, Theme};
use crate::tui::view::skip_columns;
use crate::tui::widgets::text::{Span, blank, put, put_line, wrap};

/// A screen this wide has room for the pane beside the panel.
const BESIDE: u16 = 100;

/// Columns of the pane beside a panel: at least, and at most.
const WIDE: (u16, u16) = (40, 90);

/// Lines of the pane that are none of the conversation's: the title, and the question.
const LINES: u16 = 2;

/// What stands before the question.
const ASK: &str = "> ";

/// What can be asked, for whoever opens it the first time.
const FOR_EXAMPLE: &[&str] = &[
    "what's going to be late and why",
    "who's near Dallas with 5 hours and an empty",
    "who else can take this",
    "who runs out of hours tonight",
    "is the data good",
];

/// The manner of drawing.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// What is known, and how it is written.
    pub facts: &'a Facts,
    /// Which keys to name.
    pub keys: &'a KeyMap,
    /// How it looks.
    pub theme: Theme,
}

/// Divides the panel's place: what is left of it for the panel, and the pane's, where that is in sight. Where there
/// is no room for both it lies over the panel while it has the keys.
pub fn room(pane: &Pane, body: Rect) -> (Rect, Option<Rect>) {
    match pane.stance {
        Stance::Away => (body, None),
        Stance::Aside if body.width < BESIDE => (body, None),
        _ if body.width < BESIDE => (body, Some(body)),
        _ => {
            let wide = (body.width * 2 / 5).clamp(WIDE.0, WIDE.1);
            let left = Rect { width: body.width - wide, ..body };
            (left, Some(Rect { x: left.right(), width: wide, ..body }))
        }
    }
}

/// What a conversation has of the pane: columns and lines.
pub fn body(area: Rect) -> (u16, u16) {
    (inside(area).width, area.height.saturating_sub(LINES))
}

/// The pane without its border.
fn inside(area: Rect) -> Rect {
    let border = if area.x > 0 { 2.min(area.width) } else { 0 };
    Rect { x: area.x + border, width: area.width - border, ..area }
}

/// Draws it. `about` is what is selected on the screen. Says where the cursor is, where a question is typed.
pub fn paint(
    pane: &Pane,
    about: Option<&str>,
    manner: Manner<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let Manner { facts, theme, .. } = manner;
    blank(area, buf, theme);
    let inner = inside(area);
    if inner.x > area.x {
        for y in area.rows().map(|row| row.y) {
            let bar = facts.glyphs.pick("│", "|");
            put(buf, (area.x, y), 1, bar, theme.style(Role::Muted), facts.glyphs);
        }
    }
    title(pane, about, manner, inner, buf);
    let rows = inner.rows().map(|row| row.y).skip(1).take(usize::from(body(area).1));
    if pane.last().is_none() {
        for (y, (text, role)) in rows.zip(welcome(pane, manner, inner.width)) {
            put(buf, (inner.x, y), inner.width, &text, theme.style(role), facts.glyphs);
        }
    } else {
        conversation(pane, manner, inner, rows, buf);
    }
    (inner.height >= LINES).then(|| question(pane, manner, inner, buf)).flatten()
}

/// "Chat 2 of 3  12 lines below: pgdn  this: load 0091".
fn title(pane: &Pane, about: Option<&str>, manner: Manner<'_>, area: Rect, buf: &mut Buffer) {
    let count = pane.talks.len();
    let which = if count > 1 { format!("Chat {} of {count}", pane.current + 1) } else { "Chat".to_owned() };
    let below = match pane.below() {
        0 => String::new(),
        below => {
            let lines = if below == 1 { "1 line".to_owned() } else { format!("{below} lines") };
            format!("  {lines} below: {}", key(manner, Action::PageDown))
        }
    };
    let about = about.map(|about| format!("  this: {about}")).unwrap_or_default();
    let line = [(which, Role::Title), (below, Role::Warn), (about, Role::Muted)];
    put_line(buf, (area.x, area.y), area.width, &line, manner.theme, manner.facts.glyphs);
}

/// What stands there before anything is asked.
fn welcome(pane: &Pane, manner: Manner<'_>, room: u16) -> Vec<Span> {
    let lines = |text: &str, role| wrap(text, room).into_iter().map(move |line| (line, role));
    let asks = lines("Ask in plain words, for example:", Role::Text);
    let examples = FOR_EXAMPLE
        .iter()
        .flat_map(|text| lines(text, Role::Muted))
        .map(|(text, role)| (format!("  {text}"), role));
    let how = format!(
        "{} goes through what an answer names, {} there goes to it. :new begins anew.",
        key(manner, Action::ChatNext),
        key(manner, Action::Open)
    );
    let before = pane.before().map(|before| {
        let back = key(manner, Action::ChatOther);
        format!(
            "This conversation is new. {back} goes back to the one before, last asked: {}",
            before.asked()
        )
    });
    let blank = || std::iter::once((String::new(), Role::Text));
    let before = before.iter().flat_map(|before| lines(before, Role::Text).chain(blank()));
    before.chain(asks).chain(examples).chain(blank()).chain(lines(&how, Role::Muted)).collect()
}

/// The first key that does this.
fn key(manner: Manner<'_>, action: Action) -> &str {
    manner.keys.keys_of(action).first().map_or("", String::as_str)
}

fn conversation(
    pane: &Pane,
    manner: Manner<'_>,
    area: Rect,
    rows: impl Iterator<Item = u16>,
    buf: &mut Buffer,
) {
    let Manner { facts, theme, .. } = manner;
    let Some(talk) = pane.talk() else { return };
    let top = talk.top(pane.height);
    let under = pane.line_of_cursor().filter(|_| pane.stance == Stance::Reading);
    let piece = pane.last().and_then(|last| last.named(pane.at)).map(|(_, piece)| piece);
    let lines = talk.turns.iter().flat_map(Exchange::lines).enumerate().skip(top);
    for (y, (number, line)) in rows.zip(lines) {
        if under != Some(number) {
            put_line(buf, (area.x, y), area.width, line, theme, facts.glyphs);
            continue;
        }
        let marked = line
            .iter()
            .enumerate()
            .map(|(at, (text, role))| (text.clone(), if Some(at) == piece { Role::Selected } else { *role }));
        let marked: Vec<Span> = marked.collect();
        put_line(buf, (area.x, y), area.width, &marked, theme, facts.glyphs);
    }
}

/// The question as it is typed. Says where the cursor is.
fn question(pane: &Pane, manner: Manner<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let Manner { facts, theme, .. } = manner;
    let y = area.bottom() - 1;
    let role = if pane.stance == Stance::Typing { Role::Title } else { Role::Muted };
    let end = put(buf, (area.x, y), area.width, ASK, theme.style(role), facts.glyphs);
    let room = area.right().saturating_sub(end + 1);
    let scroll = pane.input.visual_scroll(room.into());
    let shown = skip_columns(pane.input.value(), scroll);
    put(buf, (end, y), room, &shown, theme.style(Role::Text), facts.glyphs);
    let cursor = u16::try_from(pane.input.visual_cursor().saturating_sub(scroll)).unwrap_or(room);
    let at = Position { x: (end + cursor).min(area.right().saturating_sub(1)), y };
    (pane.stance == Stance::Typing).then_some(at)
}
