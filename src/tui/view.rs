//! Draws an [`App`]: reads it, never changes it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::action::{Action, OnMap};
use super::app::{App, Over, Prompt, paint_over};
use super::chat::{self, Manner, Pane, Stance};
use super::glyphs::Glyphs;
use super::header;
use super::palette::Scope;
use super::panels::{Place, Subject};
use super::theme::Role;
use super::widgets::sheet::Sheet;
use super::widgets::text::{Span, put, put_line, width, width_of, wrap};

/// The smallest screen that can be worked with.
const LEAST: (u16, u16) = (60, 20);

/// Lines under the filter at most.
const UNDER: u16 = 3;

/// Columns for the filter at least, when the headline is long.
const FILTER: u16 = 20;

/// What is where.
pub struct Areas {
    header: Rect,
    title: Rect,
    /// What the filter hid, or what is wrong with it.
    under: Rect,
    /// The panel, or what is opened over it.
    pub body: Rect,
    /// The chat, beside the panel or over it.
    pub chat: Option<Rect>,
    notice: Rect,
    footer: Rect,
}

/// Divides the screen.
pub fn areas(app: &App, area: Rect) -> Areas {
    let notice = u16::from(app.prompt.is_some() || message(app).is_some());
    let under = if app.pages.is_empty() { under(app, area.width).len() } else { 0 };
    let [header, title, under, body, notice, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(u16::try_from(under).unwrap_or(UNDER)),
        Constraint::Fill(1),
        Constraint::Length(notice),
        Constraint::Length(1),
    ])
    .areas(area);
    let (body, chat) = chat::room(&app.chat, body);
    Areas { header, title, under, body, chat, notice, footer }
}

/// Draws everything. Says where the cursor is, if anything is being typed.
pub fn paint(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(app, area, buf);
        return None;
    }
    let (glyphs, theme) = (app.facts.glyphs, app.theme);
    // A theme that has a ground has it everywhere.
    buf.set_style(area.intersection(buf.area), theme.style(Role::Text));
    let areas = areas(app, area);
    let header = header::line(&app.facts, areas.header.width);
    put_line(buf, (areas.header.x, areas.header.y), areas.header.width, &header, theme, glyphs);
    let cursor = if let Some(page) = app.pages.last() {
        if let Some(sheet) = page.sheet() {
            let at = (areas.title.x, areas.title.y);
            let end = put(buf, at, areas.title.width, &sheet.title, theme.style(Role::Title), glyphs);
            tabs(app, areas.title, end, buf);
            sheet.draw((page.top, page.cursor()), areas.body, buf, theme, glyphs);
        }
        None
    } else {
        app.slot().panel.draw(areas.body, buf, &app.facts, theme);
        for (y, (text, role)) in areas.under.rows().map(|row| row.y).zip(under(app, area.width)) {
            put(buf, (area.x, y), area.width, &text, theme.style(role), glyphs);
        }
        title(app, areas.title, buf)
    };
    let cursor = match areas.chat {
        Some(area) => {
            let manner = Manner { facts: &app.facts, keys: &app.keys, theme };
            chat::paint(&app.chat, app.about().as_deref(), manner, area, buf).or(cursor)
        }
        None => cursor,
    };
    let asked = app.prompt.as_ref().map(|prompt| asking(app, prompt, areas.notice, buf));
    if let (None, Some((text, role))) = (asked, message(app)) {
        put(buf, (areas.notice.x, areas.notice.y), areas.notice.width, &text, theme.style(role), glyphs);
    }
    footer(app, areas.footer, buf);
    let cursor = paint_over(app, areas.body, buf).or(cursor);
    if glyphs == Glyphs::Ascii {
        to_ascii(buf);
    }
    asked.or(cursor)
}

/// What is written on an opened page.
pub fn sheet(app: &App, of: &Subject) -> Sheet {
    of.sheet(&app.facts).unwrap_or_else(|| {
        let mut gone = Sheet::about("gone");
        gone.line(
            "It is no longer in the database: its upstream dropped it, or it was over long enough.",
            Role::Text,
        );
        gone
    })
}

fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    let text = format!(
        "backhaul needs {}x{} and has {}x{}: make the window larger or the letters smaller.",
        LEAST.0, LEAST.1, area.width, area.height
    );
    for (y, line) in area.rows().map(|row| row.y).zip(wrap(&text, area.width)) {
        put(buf, (area.x, y), area.width, &line, app.theme.style(Role::Text), app.facts.glyphs);
    }
}

/// What is shown, with the filter beside it, and the panels there are. Says where the cursor is.
fn title(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let (glyphs, theme) = (app.facts.glyphs, app.theme);
    let at = |x| (x, area.y);
    let slot = app.slot();
    let filter = slot.filter.value();
    let filtered = app.typing || !filter.is_empty();
    let room = if filtered { area.width - FILTER } else { area.width };
    let end = put(buf, at(area.x), room, &slot.panel.headline(&app.facts), theme.style(Role::Title), glyphs);
    if !filtered {
        tabs(app, area, end, buf);
        return None;
    }
    let end = put(buf, at(end + 2), 1, "/", theme.style(Role::Title), glyphs);
    let room = area.right().saturating_sub(end + 1);
    let scroll = if app.typing { slot.filter.visual_scroll(room.into()) } else { 0 };
    let shown = skip_columns(filter, scroll);
    let after = put(buf, at(end), room, &shown, theme.style(Role::Text), glyphs);
    if !app.typing {
        tabs(app, area, after, buf);
        return None;
    }
    let cursor = u16::try_from(slot.filter.visual_cursor().saturating_sub(scroll)).unwrap_or(room);
    Some(Position { x: (end + cursor).min(area.right() - 1), y: area.y })
}

/// What is said under a filter: what is wrong with it, else what it hid.
fn under(app: &App, room: u16) -> Vec<Span> {
    let slot = app.slot();
    let Some(listing) = slot.panel.listing() else { return Vec::new() };
    if !app.typing && slot.filter.value().is_empty() {
        return Vec::new();
    }
    let lines = |text: &str, role| {
        let lines = wrap(text, room).into_iter().take(UNDER.into());
        lines.map(|line| (line, role)).collect::<Vec<Span>>()
    };
    match listing.complaints().first() {
        Some(complaint) => lines(&format!("not applied: {complaint}"), Role::Warn),
        None => lines(&listing.told(), Role::Muted),
    }
}

/// What is asked, and what is typed so far. Says where the cursor is.
fn asking(app: &App, prompt: &Prompt, area: Rect, buf: &mut Buffer) -> Position {
    let (glyphs, theme) = (app.facts.glyphs, app.theme);
    // What is typed has room whatever is asked.
    let most = area.width.saturating_sub(FILTER);
    let end = put(buf, (area.x, area.y), most, &prompt.question(), theme.style(Role::Title), glyphs);
    let room = area.right().saturating_sub(end + 1);
    let scroll = prompt.input.visual_scroll(room.into());
    put(
        buf,
        (end, area.y),
        room,
        &skip_columns(prompt.input.value(), scroll),
        theme.style(Role::Text),
        glyphs,
    );
    let cursor = u16::try_from(prompt.input.visual_cursor().saturating_sub(scroll)).unwrap_or(room);
    Position { x: (end + cursor).min(area.right().saturating_sub(1)), y: area.y }
}

/// The panels with their keys, in full if there is room right of `from`, in short, only this one's name, or not
/// at all.
fn tabs(app: &App, area: Rect, from: u16, buf: &mut Buffer) {
    let line = |name: fn(Place, bool) -> &'static str| -> Vec<Span> {
        let tab = |place: Place| {
            let key = app.keys.keys_of(place.action()).first()?;
            let (here, name) = (place == app.place, name(place, place == app.place));
            let gap = if name.is_empty() { "" } else { " " };
            Some((format!("  {key}{gap}{name}"), if here { Role::Title } else { Role::Muted }))
        };
        Place::ALL.into_iter().filter_map(tab).collect()
    };
    let names: [fn(Place, bool) -> &'static str; 3] = [
        |place, _| place.titles().0,
        |place, _| place.titles().1,
        |place, here| if here { place.titles().1 } else { "" },
    ];
    let room = area.right().saturating_sub(from);
    if let Some(line) = names.into_iter().map(line).find(|line| width_of(line) <= room) {
        let x = area.right() - width_of(&line);
        put_line(buf, (x, area.y), width_of(&line), &line, app.theme, app.facts.glyphs);
    }
}

/// The line over the footer: what a key just did, else the first notice.
fn message(app: &App) -> Option<Span> {
    if let Some(said) = &app.said {
        return Some((said.clone(), Role::Text));
    }
    let first = app.notices.front()?;
    let key = app.keys.keys_of(Action::Back).first().map_or("", String::as_str);
    let more = match app.notices.len() {
        1 => String::new(),
        count => format!(", 1 of {count}"),
    };
    Some((format!("({key} dismisses{more}) {first}"), Role::Warn))
}

/// Keys that do one kind of thing, and what.
type Hint = (&'static [Action], &'static str);

/// The keys that matter here, six at most.
fn hints(app: &App) -> &'static [Hint] {
    use Action::{
        Accept, Ack, Back, Best, Claim, Copy, Down, Filter, Help, Leave, Note, Open, PageDown, PageUp, Plan,
        Quit, Refresh, Reverse, Snooze, Sort, Up,
    };
    const BOARD: &[Hint] = &[
        (&[Open], "open"),
        (&[Claim], "claim"),
        (&[Ack], "seen"),
        (&[Snooze], "snooze"),
        (&[Note], "note"),
        (&[Help], "help"),
    ];
    const MAP: &[Hint] = &[
        (&[Action::OnMap(OnMap::Next)], "next"),
        (&[Action::OnMap(OnMap::ZoomIn), Action::OnMap(OnMap::ZoomOut)], "zoom"),
        (&[Action::OnMap(OnMap::FitAll)], "all"),
        (&[Action::OnMap(OnMap::FitSelection)], "selected"),
        (&[Open], "open"),
        (&[Help], "help"),
    ];
    const TABLE: &[Hint] = &[
        (&[Open], "open"),
        (&[Filter], "filter"),
        (&[Sort], "sort"),
        (&[Refresh], "refresh"),
        (&[Help], "help"),
        (&[Quit], "quit"),
    ];
    const LOAD: &[Hint] = &[
        (&[Back], "back"),
        (&[Open], "go on"),
        (&[Plan], "plan"),
        (&[Best], "re-power"),
        (&[Copy], "copy"),
        (&[Help], "help"),
    ];
    const HANDOFF: &[Hint] = &[
        (&[Back], "back"),
        (&[Open], "go on"),
        (&[Accept], "take over"),
        (&[Claim], "claim"),
        (&[Note], "note"),
        (&[Help], "help"),
    ];
    const PAGE: &[Hint] = &[
        (&[Back], "back"),
        (&[Open], "go on"),
        (&[Down, Up], "choose"),
        (&[Copy], "copy"),
        (&[Help], "help"),
        (&[Quit], "quit"),
    ];
    const TYPING: &[Hint] = &[
        (&[Open], "keep"),
        (&[Back], "clear"),
        (&[Down, Up], "choose"),
        (&[PageDown, PageUp], "page"),
        (&[Leave], "leave"),
    ];
    const COLUMNS: &[Hint] = &[
        (&[Back], "done"),
        (&[Down, Up], "choose"),
        (&[Sort], "sort by it"),
        (&[Reverse], "reverse"),
        (&[Leave], "leave"),
    ];
    const PALETTE: &[Hint] = &[
        (&[Open], "go"),
        (&[Back], "back"),
        (&[Down, Up], "choose"),
        (&[PageDown, PageUp], "page"),
        (&[Leave], "leave"),
    ];
    const HELP: &[Hint] = &[
        (&[Open], "do it"),
        (&[Back], "back"),
        (&[Down, Up], "choose"),
        (&[PageDown, PageUp], "page"),
        (&[Leave], "leave"),
    ];
    match (&app.over, app.pages.last().map(|page| &page.of)) {
        _ if app.prompt.is_some() => &[(&[Open], "write it"), (&[Back], "leave it")],
        (Some(Over::Columns(_)), _) => COLUMNS,
        (Some(Over::Palette(palette)), _) if palette.scope == Scope::Help => HELP,
        (Some(Over::Palette(_)), _) => PALETTE,
        _ if app.chat.has_keys() => chat_hints(&app.chat),
        _ if app.typing => TYPING,
        (_, Some(Subject::Handoff)) => HANDOFF,
        (_, Some(subject)) if subject.load(&app.facts).is_some() => LOAD,
        (_, Some(_)) => PAGE,
        (_, None) if app.place == Place::Board => BOARD,
        (_, None) if app.place == Place::Map => MAP,
        (_, None) => TABLE,
    }
}

/// Those that matter in the chat.
fn chat_hints(chat: &Pane) -> &'static [Hint] {
    use Action::{Back, ChatAside, ChatNext, Copy, Help, Open, PageDown, PageUp};
    const CLOSED: &[Hint] = &[
        (&[Open], "ask"),
        (&[Back], "close"),
        (&[ChatNext], "go to a row"),
        (&[Copy], "copy"),
        (&[ChatAside], "panel"),
        (&[Help], "help"),
    ];
    const ASKING: &[Hint] =
        &[(&[Back], "cancel"), (&[PageUp, PageDown], "scroll"), (&[ChatAside], "panel"), (&[Help], "help")];
    const READING: &[Hint] = &[
        (&[Open], "go to it"),
        (&[ChatNext], "next"),
        (&[Copy], "copy"),
        (&[PageUp, PageDown], "scroll"),
        (&[Back], "type"),
        (&[Help], "help"),
    ];
    match chat.stance {
        Stance::Reading => READING,
        _ if chat.is_asking() => ASKING,
        _ => CLOSED,
    }
}

/// The keys that matter here: "esc back  j/k choose".
fn footer(app: &App, area: Rect, buf: &mut Buffer) {
    let is_asking = app.chat.stance == Stance::Typing;
    let typed = is_asking || app.prompt.is_some() || app.typing || matches!(app.over, Some(Over::Palette(_)));
    // A letter types itself while something is typed; the footer names the key that does not.
    let key = |action: &Action| {
        let keys = app.keys.keys_of(*action);
        if typed { keys.iter().find(|key| key.chars().count() > 1) } else { keys.first() }
    };
    let mut x = area.x;
    for (actions, word) in hints(app) {
        let keys: Vec<&str> = actions.iter().filter_map(key).map(String::as_str).collect();
        let keys = keys.join("/");
        if keys.is_empty() {
            continue;
        }
        if x + width(&keys) + 1 + width(word) > area.right() {
            return;
        }
        x = put(buf, (x, area.y), area.right() - x, &keys, app.theme.style(Role::Title), app.facts.glyphs);
        x = put(buf, (x + 1, area.y), area.right() - x, word, app.theme.style(Role::Muted), app.facts.glyphs)
            + 2;
    }
}

/// What is left of `text` without its first columns.
pub fn skip_columns(text: &str, columns: usize) -> String {
    let mut skipped = 0;
    text.chars()
        .skip_while(|c| {
            let skip = skipped < columns;
            skipped += usize::from(width(c.encode_utf8(&mut [0; 4])));
            skip
        })
        .collect()
}

/// A terminal that is said to know only ASCII is sent nothing else, whatever a row holds.
fn to_ascii(buf: &mut Buffer) {
    for cell in buf.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
        cell.set_symbol("?");
    }
}
