//! Draws an [`App`]: reads it, never changes it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::action::{Action, OnMap};
use super::app::{App, Opened, Over, Prompt, paint_over};
use super::glyphs::Glyphs;
use super::header;
use super::panels::Place;
use super::theme::Role;
use super::widgets::sheet::Sheet;
use super::widgets::text::{Span, put, put_line, width, width_of, wrap};
use super::words;

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
    Areas { header, title, under, body, notice, footer }
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
    let asked = app.prompt.as_ref().map(|prompt| asking(app, prompt, areas.notice, buf));
    if let (None, Some((text, role))) = (asked, message(app)) {
        put(buf, (areas.notice.x, areas.notice.y), areas.notice.width, &text, theme.style(role), glyphs);
    }
    footer(app, areas.footer, buf);
    let cursor = paint_over(app, areas.body, areas.footer, buf).or(cursor);
    if glyphs == Glyphs::Ascii {
        to_ascii(buf);
    }
    asked.or(cursor)
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
    use Action::{
        Ack, Back, Best, Claim, Copy, Down, Filter, Help, Note, Open, PageDown, Plan, Quit, Refresh, Snooze,
        Sort, Up,
    };
    let asked = app.prompt.is_some();
    let keys: &[(Action, &str)] = match app.pages.last().map(|page| &page.of) {
        _ if asked => &[(Open, "write it"), (Back, "leave it")],
        _ if matches!(app.over, Some(Over::Columns(_))) => &[
            (Back, "done"),
            (Down, "down"),
            (Up, "up"),
            (Sort, "sort by it"),
            (Action::Reverse, "reverse"),
            (Action::Leave, "leave"),
        ],
        _ if app.typing => &[
            (Open, "keep"),
            (Back, "clear"),
            (Down, "next"),
            (Up, "previous"),
            (PageDown, "page"),
            (Action::Leave, "leave"),
        ],
        Some(Opened::Help) => &[
            (Back, "back"),
            (Down, "down"),
            (Up, "up"),
            (PageDown, "page"),
            (Refresh, "refresh"),
            (Quit, "quit"),
        ],
        Some(Opened::Detail(subject)) if subject.load(&app.facts).is_some() => &[
            (Back, "back"),
            (Open, "go on"),
            (Plan, "plan"),
            (Best, "re-power"),
            (Copy, "copy"),
            (Help, "help"),
        ],
        Some(Opened::Detail(_)) => {
            &[(Back, "back"), (Open, "go on"), (Down, "down"), (Copy, "copy"), (Help, "help"), (Quit, "quit")]
        }
        None if app.place == Place::Board => &[
            (Open, "open"),
            (Claim, "claim"),
            (Ack, "seen"),
            (Snooze, "snooze"),
            (Note, "note"),
            (Help, "help"),
        ],
        None if app.place == Place::Map => &[
            (Action::OnMap(OnMap::Next), "next"),
            (Action::OnMap(OnMap::ZoomIn), "nearer"),
            (Action::OnMap(OnMap::FitAll), "all"),
            (Action::OnMap(OnMap::FitSelection), "selected"),
            (Open, "open"),
            (Help, "help"),
        ],
        None => &[
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
        let keys = app.keys.keys_of(*action);
        let key =
            if app.typing || asked { keys.iter().find(|key| key.chars().count() > 1) } else { keys.first() };
        let Some(key) = key else { continue };
        if x + width(key) + 1 + width(word) > area.right() {
            return;
        }
        x = put(buf, (x, area.y), area.right() - x, key, app.theme.style(Role::Title), app.facts.glyphs);
        x = put(buf, (x + 1, area.y), area.right() - x, word, app.theme.style(Role::Muted), app.facts.glyphs)
            + 2;
    }
}

/// What can be typed after `/`, by example.
const FILTERS: &[(&str, &str)] = &[
    ("amarillo 41", "rows with both texts, in any column"),
    ("\"fort worth\"", "a text with a space in it"),
    ("-yard", "rows without it; before any term"),
    ("driver:smith", "a word of the field begins so; driver=\"ann smith\" is it exactly"),
    ("state:moving", "a state; risk:late,at_risk is either"),
    ("drive>=5h", "more, less: 5h, 30m, 2d, 1h20, 5:30; what is not known passes neither"),
    ("fuel<25 speed>60", "per cent, miles an hour; 100kmh, 160km where said so"),
    ("near:dallas<100", "miles around a city, a unit, a driver or lat,lon; 100 where none are said"),
    ("trailer:empty", "empty, or nobody knows (?); trailer=empty is what is known to be"),
    ("load:none drive:?", "there is none; it is not known"),
];

fn help(app: &App) -> Sheet {
    let mut sheet = Sheet::about("Help");
    sheet.heading("Keys");
    for (action, _, description) in Action::ALL {
        let keys = app.keys.keys_of(*action);
        if !keys.is_empty() {
            sheet.field(&keys.join(" "), *description);
        }
    }
    sheet.heading("Filters: every term must hold");
    for (typed, means) in FILTERS {
        sheet.field(typed, *means);
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
    sheet
        .field("SEV ^ v x ?", "getting worse, better, going away; nobody can tell any more whether it holds");
    sheet.field("LEFT", "how long something can still be done about it");
    sheet.field("WHO", "who sees to it; who has seen it; n2: notes; z15:00: you snoozed it until then");
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
