//! Draws what is typed and the list under it: over the lower part of a panel, or, as help, over all of it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Choice, Kind, Palette, Part, Row, Scope};
use crate::model::land::Land;
use crate::model::{Keyed, RowText};
use crate::rules::trip;
use crate::tui::action::Action;
use crate::tui::facts::Facts;
use crate::tui::keymap::KeyMap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{Span, put, put_line, width, wrap};

/// Lines of the list over a panel, with what is typed, at most and at least.
const MOST: u16 = 18;
const LEAST: u16 = 8;

/// Columns for the keys or the kind, and for the name.
const LEFT: usize = 10;
const NAME: usize = 18;

/// How to draw.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    pub facts: &'a Facts,
    pub keys: &'a KeyMap,
    pub theme: Theme,
}

/// Draws it into `body`. Says where the cursor is.
pub fn paint(palette: &Palette, manner: Manner<'_>, body: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = match palette.scope {
        Scope::Help => body,
        Scope::All => {
            let height = (body.height * 3 / 5).clamp(LEAST, MOST).min(body.height);
            Rect { y: body.bottom() - height, height, ..body }
        }
    };
    let area = area.intersection(buf.area);
    for position in area.positions() {
        buf[position].reset();
        buf[position].set_style(manner.theme.style(Role::Text));
    }
    let mut rows = area.rows().map(|row| row.y);
    if palette.scope == Scope::All {
        let rule = manner.facts.glyphs.pick("─", "-").repeat(area.width.into());
        put(
            buf,
            (area.x, rows.next()?),
            area.width,
            &rule,
            manner.theme.style(Role::Muted),
            manner.facts.glyphs,
        );
    }
    let cursor = typed(palette, manner, Rect { y: rows.next()?, height: 1, ..area }, buf);
    let list = Rect { y: cursor.y + 1, height: area.bottom().saturating_sub(cursor.y + 1), ..area };
    match palette.scope {
        Scope::All => paint_list(palette, manner, list, buf),
        Scope::Help => paint_help(palette, manner, list, buf),
    }
    if palette.choices.is_empty() {
        let nothing = "nothing here has that; take a letter back, or esc";
        put(
            buf,
            (list.x + 2, list.y),
            list.width,
            nothing,
            manner.theme.style(Role::Muted),
            manner.facts.glyphs,
        );
    }
    Some(cursor)
}

/// The line that is typed, with how much fits it.
fn typed(palette: &Palette, manner: Manner<'_>, line: Rect, buf: &mut Buffer) -> Position {
    let (glyphs, theme) = (manner.facts.glyphs, manner.theme);
    let (sign, hint) = match (palette.scope, palette.input.value().is_empty()) {
        (Scope::Help, true) => ("Help ", "type to search".to_owned()),
        (Scope::Help, false) => ("Help ", format!("{} found", palette.total)),
        (Scope::All, true) => {
            let count = palette.index().map_or(0, super::Index::len);
            (":", format!("a unit, driver, load, PO, town ({count}), or what to do"))
        }
        (Scope::All, false) if palette.total > palette.choices.len() => {
            (":", format!("the best {} of {}", palette.choices.len(), palette.total))
        }
        (Scope::All, false) => (":", format!("{} found", palette.total)),
    };
    let start = put(buf, (line.x, line.y), line.width, sign, theme.style(Role::Title), glyphs);
    let room = line.right().saturating_sub(start + 1);
    let scroll = palette.input.visual_scroll(room.into());
    let shown: String = palette.input.value().chars().skip(scroll).collect();
    let end = put(buf, (start, line.y), room, &shown, theme.style(Role::Text), glyphs);
    let place = line.right().saturating_sub(width(&hint));
    if place > end + 2 {
        put(buf, (place, line.y), width(&hint), &hint, theme.style(Role::Muted), glyphs);
    }
    let cursor = palette.input.visual_cursor().saturating_sub(scroll);
    Position { x: start + u16::try_from(cursor).unwrap_or(room).min(room), y: line.y }
}

/// One line a choice.
fn paint_list(palette: &Palette, manner: Manner<'_>, area: Rect, buf: &mut Buffer) {
    let page = usize::from(area.height).max(1);
    let top = (palette.at + 1).saturating_sub(page);
    let choices = palette.choices.iter().enumerate().skip(top);
    for (y, (at, choice)) in area.rows().map(|row| row.y).zip(choices) {
        let (left, name, note) = words_of(choice, palette, manner);
        // A name is never cut for a note.
        let line = [
            (format!("  {left:<LEFT$} "), Role::Muted),
            (format!("{name:<NAME$}"), Role::Text),
            (format!("  {note}"), Role::Muted),
        ];
        paint_line(&line, at == palette.at, Rect { y, height: 1, ..area }, manner, buf);
    }
}

fn paint_line(line: &[Span], selected: bool, area: Rect, manner: Manner<'_>, buf: &mut Buffer) {
    if selected {
        let plain: Vec<Span> = line.iter().map(|(text, _)| (text.clone(), Role::Selected)).collect();
        buf.set_style(area.intersection(buf.area), manner.theme.style(Role::Selected));
        return put_line(buf, (area.x, area.y), area.width, &plain, manner.theme, manner.facts.glyphs);
    }
    put_line(buf, (area.x, area.y), area.width, line, manner.theme, manner.facts.glyphs);
}

/// What a choice is, what it is called, and what is said of it.
fn words_of(choice: &Choice, palette: &Palette, manner: Manner<'_>) -> (String, String, String) {
    match choice {
        Choice::Action(action) => {
            let name = action.name().replace('_', " ");
            (keys_of(*action, manner.keys), name, action.description().to_owned())
        }
        Choice::Command(command) => ("command".to_owned(), command.form.to_owned(), command.does.to_owned()),
        Choice::Typed(command) => {
            ("command".to_owned(), palette.input.value().trim().to_owned(), command.does.to_owned())
        }
        Choice::View(name) => ("view".to_owned(), name.clone(), "a saved view".to_owned()),
        Choice::Word(_, word) => (String::new(), word.term.to_owned(), word.means.to_owned()),
        Choice::Row(row) => {
            let (name, note) =
                palette.index().map(|index| row_words(*row, index, manner.facts)).unwrap_or_default();
            (row.kind.word().to_owned(), name, note)
        }
    }
}

/// What a row is called, and how it stands now.
fn row_words(row: Row, index: &super::Index, facts: &Facts) -> (String, String) {
    let fleet = index.fleet();
    // "Tractor 418: MOVE NE 63, …": the number stands before it already.
    let standing = || {
        let sentence = index.subject(row).and_then(|subject| subject.sentence(facts));
        let sentence = sentence.unwrap_or_else(|| "no longer in the database".to_owned());
        sentence.split_once(": ").map_or(sentence.clone(), |(_, rest)| rest.to_owned())
    };
    let load = |id: Option<&RowText>| id.map_or_else(|| "on no load".to_owned(), |id| format!("load {id}"));
    let row_of = match row.kind {
        Kind::Tractor => fleet.tractors.at(row.at).map(|unit| (unit.unit_number.to_string(), standing())),
        Kind::Trailer => fleet.trailers.at(row.at).map(|unit| (unit.unit_number.to_string(), standing())),
        Kind::Driver => fleet.drivers.at(row.at).map(|driver| (driver.name.to_string(), standing())),
        Kind::Load | Kind::Past => fleet.movements.at(row.at).map(|load| {
            let of = trip::of(load, fleet.stops_of(&load.key()));
            let ends: Vec<String> =
                [of.origin, of.destination].into_iter().flatten().map(trip::place).collect();
            let ends = ends.join(&format!(" {} ", facts.glyphs.to()));
            (load.tms.id.to_string(), format!("{} {ends}", load.tms.status.word().replace('_', " ")))
        }),
        Kind::Order => fleet.orders.at(row.at).map(|order| {
            let more = [
                order.customer.as_ref().map(Into::into),
                order.tms.po.as_ref().map(|po| format!("PO {po}")),
                order.tms.bol.as_ref().map(|bol| format!("BOL {bol}")),
                Some(load(order.tms.movement_id.as_ref())),
            ];
            (order.tms.id.to_string(), more.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }),
        Kind::Stop => fleet.stops.at(row.at).map(|stop| {
            let note = format!("{}, {}", trip::place(stop), load(stop.tms.movement_id.as_ref()));
            (stop.tms.name.clone().unwrap_or_default().into(), note)
        }),
        Kind::Town => Land::towns().iter().nth(row.at).map(|town| {
            (format!("{} {}", town.name, town.state_or_country()), "the tractors within 100 miles".to_owned())
        }),
    };
    row_of.unwrap_or_default()
}

/// The help in full sentences, under headings.
fn paint_help(palette: &Palette, manner: Manner<'_>, area: Rect, buf: &mut Buffer) {
    let (keys, words) = term_widths(palette, manner.keys);
    let mut lines: Vec<(Option<usize>, Vec<Span>)> = Vec::new();
    let mut part = None;
    for (at, choice) in palette.choices.iter().enumerate() {
        let of = part_of(choice, palette);
        if part.replace(of) != Some(of) {
            if !lines.is_empty() {
                lines.push((None, Vec::new()));
            }
            lines.push((None, vec![(of.title().to_owned(), Role::Title)]));
        }
        let (term, means, wide) = match choice {
            Choice::Word(_, word) => (word.term.to_owned(), word.means, words),
            Choice::Action(action) => (all_keys(*action, manner.keys), action.description(), keys),
            _ => continue,
        };
        let room = area.width.saturating_sub(u16::try_from(wide).unwrap_or(0) + 4);
        for (number, text) in wrap(means, room).into_iter().enumerate() {
            let term = if number == 0 { term.as_str() } else { "" };
            lines.push((Some(at), vec![(format!("  {term:<wide$}  "), Role::Muted), (text, Role::Text)]));
        }
    }
    let page = usize::from(area.height).max(1);
    let last = lines.iter().rposition(|(at, _)| *at == Some(palette.at)).unwrap_or(0);
    let top = (last + 1).saturating_sub(page);
    for (y, (at, line)) in area.rows().map(|row| row.y).zip(lines.into_iter().skip(top)) {
        paint_line(&line, at == Some(palette.at), Rect { y, height: 1, ..area }, manner, buf);
    }
}

/// Columns for all keys that are explained, and for all words.
fn term_widths(palette: &Palette, keys: &KeyMap) -> (usize, usize) {
    palette.choices.iter().fold((0, 0), |(widest_keys, widest_word), choice| match choice {
        Choice::Action(action) => (widest_keys.max(all_keys(*action, keys).chars().count()), widest_word),
        Choice::Word(_, word) => (widest_keys, widest_word.max(word.term.chars().count())),
        _ => (widest_keys, widest_word),
    })
}

fn part_of(choice: &Choice, palette: &Palette) -> Part {
    match choice {
        Choice::Word(part, _) => *part,
        Choice::Action(action) => {
            let found = palette.actions.iter().find(|(_, known)| known == action);
            found.map_or(Part::Everywhere, |(part, _)| *part)
        }
        Choice::Command(_) | Choice::Typed(_) | Choice::View(_) | Choice::Row(_) => Part::Everywhere,
    }
}

/// As many of an action's keys as there is room for.
fn keys_of(action: Action, keys: &KeyMap) -> String {
    let mut shown = String::new();
    for key in keys.keys_of(action) {
        if shown.is_empty() {
            shown.clone_from(key);
        } else if shown.chars().count() + key.chars().count() < LEFT {
            shown = format!("{shown} {key}");
        }
    }
    shown
}

/// All of an action's keys, as the help shows them.
fn all_keys(action: Action, keys: &KeyMap) -> String {
    keys.keys_of(action).join(" ")
}
