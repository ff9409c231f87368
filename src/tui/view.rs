//! Draws an [`App`]: reads it, never changes it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::action::{Action, OnMap};
use super::app::{App, Opened};
use super::glyphs::Glyphs;
use super::header;
use super::panels::Place;
use super::theme::Role;
use super::widgets::sheet::Sheet;
use super::widgets::text::{Span, put, put_line, width, width_of, wrap};
use super::words;

/// The smallest screen that can be worked with.
const LEAST: (u16, u16) = (60, 20);

/// Columns for the filter at least, when the headline is long.
const FILTER: u16 = 20;

/// What is where.
pub struct Areas {
    header: Rect,
    title: Rect,
    /// The panel, or what is opened over it.
    pub body: Rect,
    notice: Rect,
    footer: Rect,
}

/// Divides the screen.
pub fn areas(app: &App, area: Rect) -> Areas {
    let notice = u16::from(message(app).is_some());
    let [header, title, body, notice, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(notice),
        Constraint::Length(1),
    ])
    .areas(area);
    Areas { header, title, body, notice, footer }
}

/// Draws everything. Says where the cursor is, if anything is being typed.
pub fn paint(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(app, area, buf);
        return None;
    }
    let (glyphs, theme) = (app.facts.glyphs, app.theme);
    let areas = areas(app, area);
    let header = header::line(&app.facts, areas.header.width);
    put_line(buf, (areas.header.x, areas.header.y), areas.header.width, &header, theme, glyphs);
    let cursor = if let Some(page) = app.pages.last() {
        let sheet = sheet(app, &page.of);
        let end = put(
            buf,
            (areas.title.x, areas.title.y),
            areas.title.width,
            &sheet.title,
            theme.style(Role::Title),
            glyphs,
        );
        tabs(app, areas.title, end, buf);
        sheet.draw(page.top, areas.body, buf, theme, glyphs);
        None
    } else {
        app.slot().panel.draw(areas.body, buf, &app.facts, theme);
        title(app, areas.title, buf)
    };
    if let Some((text, role)) = message(app) {
        put(buf, (areas.notice.x, areas.notice.y), areas.notice.width, &text, theme.style(role), glyphs);
    }
    footer(app, areas.footer, buf);
    if glyphs == Glyphs::Ascii {
        to_ascii(buf);
    }
    cursor
}

/// What is written on an opened page.
pub fn sheet(app: &App, of: &Opened) -> Sheet {
    match of {
        Opened::Help => help(app),
        Opened::Detail(subject) => subject.sheet(&app.facts).unwrap_or_else(|| {
            let mut gone = Sheet::about("gone");
            gone.line(
                "It is no longer in the database: its upstream dropped it, or it was over long enough.",
                Role::Text,
            );
            gone
        }),
    }
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

/// The panels with their keys, in full if there is room right of `from`, in short, or not at all.
fn tabs(app: &App, area: Rect, from: u16, buf: &mut Buffer) {
    let line = |name: fn(Place) -> &'static str| -> Vec<Span> {
        Place::ALL
            .into_iter()
            .filter_map(|place| {
                let key = app.keys.keys_of(place.action()).first()?;
                let role = if place == app.place { Role::Title } else { Role::Muted };
                Some((format!("  {key} {}", name(place)), role))
            })
            .collect()
    };
    let names: [fn(Place) -> &'static str; 2] = [|place| place.titles().0, |place| place.titles().1];
    let room = area.right().saturating_sub(from + 1);
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

/// The six keys that matter here.
fn footer(app: &App, area: Rect, buf: &mut Buffer) {
    use Action::{Back, Copy, Down, Filter, Help, Open, PageDown, Quit, Refresh, Sort, Up};
    let on_map = |step, word| (Action::OnMap(step), word);
    let keys: [(Action, &str); 6] = match app.pages.last().map(|page| &page.of) {
        _ if app.typing => [
            (Open, "keep"),
            (Back, "clear"),
            (Down, "next"),
            (Up, "previous"),
            (PageDown, "page"),
            (Action::Leave, "leave"),
        ],
        Some(Opened::Help) => [
            (Back, "back"),
            (Down, "down"),
            (Up, "up"),
            (PageDown, "page"),
            (Refresh, "refresh"),
            (Quit, "quit"),
        ],
        Some(Opened::Detail(_)) => [
            (Back, "back"),
            (Down, "down"),
            (Copy, "copy"),
            (Refresh, "refresh"),
            (Help, "help"),
            (Quit, "quit"),
        ],
        None if app.place == Place::Map => [
            on_map(OnMap::Next, "next"),
            on_map(OnMap::ZoomIn, "nearer"),
            on_map(OnMap::FitAll, "all"),
            on_map(OnMap::FitSelection, "selected"),
            (Open, "open"),
            (Help, "help"),
        ],
        None => [
            (Open, "open"),
            (Filter, "filter"),
            (Sort, "sort"),
            (Refresh, "refresh"),
            (Help, "help"),
            (Quit, "quit"),
        ],
    };
    let mut x = area.x;
    for (action, word) in keys {
        // A letter types itself while the filter is typed; the footer names the key that does not.
        let keys = app.keys.keys_of(action);
        let key = if app.typing { keys.iter().find(|key| key.chars().count() > 1) } else { keys.first() };
        let Some(key) = key else { continue };
        if x + width(key) + 1 + width(word) > area.right() {
            return;
        }
        x = put(buf, (x, area.y), area.right() - x, key, app.theme.style(Role::Title), app.facts.glyphs);
        x = put(buf, (x + 1, area.y), area.right() - x, word, app.theme.style(Role::Muted), app.facts.glyphs)
            + 2;
    }
}

fn help(app: &App) -> Sheet {
    let mut sheet = Sheet::about("Help");
    sheet.heading("Keys");
    for (action, _, description) in Action::ALL {
        let keys = app.keys.keys_of(*action);
        if !keys.is_empty() {
            sheet.field(&keys.join(" "), *description);
        }
    }
    sheet.heading("What is written");
    let unknown = words::UNKNOWN;
    sheet.field(unknown, "not known; never zero");
    sheet.field("AGE", "how old what the row says is: since the device, the log or the TMS said so");
    sheet.field(
        words::OFFICE_TIME,
        "the office's time: the stop's zone is not told and its state has two; no mark is the stop's own time",
    );
    sheet.field("Tulsa, OK 1h43", "a driver's place that is older than AGE, which is of the clocks");
    sheet.field(
        "12 mi E of Tulsa OK",
        "our words for a position that came without any: how far from a town that people know",
    );
    sheet.field("near I-40", "a road passes within a few miles of it; it need not be on it");
    sheet.field("(carrier)", "no driver of ours: an outside carrier moves the load");
    sheet.field(
        "tms est car",
        "who says the ETA: the TMS, a straight line, a car's route; no mark is a truck's route",
    );
    sheet.field("+1h20", "to spare before the next window closes");
    sheet.field("LATE 35m", "the ETA is that long after the window closes");
    sheet.field("PAST 35m", "the window closed that long ago, with no arrival told");
    sheet.field("HERE 1h05", "at the stop for that long");
    sheet.field("DARK 3h05", "nothing heard for longer than is normal for the unit: last seen that long ago");
    sheet.field(
        "first limit",
        "the clock that ends driving first: 11H, 14H, BREAK, CYCLE; counted down between polls",
    );
    sheet.heading("Names of places");
    sheet.field("towns", "GeoNames (geonames.org), CC BY 4.0, trimmed");
    sheet.field("land", "Natural Earth; US Census Bureau");
    sheet
}

/// What is left of `text` without its first columns.
fn skip_columns(text: &str, columns: usize) -> String {
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
