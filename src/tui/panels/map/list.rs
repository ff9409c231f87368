//! The list beside the map: the same units, the worst first, with the same selection.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Map;
use super::units::{Trouble, Unit};
use super::view::Frame;
use crate::tui::facts::Facts;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{Span, put_line};

/// Columns for a unit's number.
const NUMBER: usize = 8;
/// Columns for what it does.
const DOING: usize = 11;

/// Draws the lines there is room for.
pub fn draw(map: &Map, frame: Option<&Frame>, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
    let rows = area.rows().map(|row| row.y);
    for (y, (place, unit)) in rows.zip(map.units.all.iter().enumerate().skip(map.top)) {
        let selected = map.cursor == Some(place);
        let in_sight = unit.spot.zip(frame).is_some_and(|(spot, frame)| frame.holds(spot));
        let line = line(unit, in_sight, selected, facts);
        if selected {
            buf.set_style(Rect { y, height: 1, ..area }, theme.style(Role::Selected));
        }
        put_line(buf, (area.x, y), area.width, &line, theme, facts.glyphs);
    }
}

fn line(unit: &Unit, in_sight: bool, selected: bool, facts: &Facts) -> Vec<Span> {
    let glyphs = facts.glyphs;
    let (said, doing) = unit.said(facts);
    let number = crate::tui::widgets::text::fit(unit.number(facts), 8, glyphs);
    let urgent = if unit.trouble.is_urgent() { "!" } else { " " };
    let words = match (unit.trouble, unit.spot) {
        (_, None) => "never seen",
        (Trouble::None, _) => "",
        _ => unit.words.as_str(),
    };
    let shade = |role: Role| match (selected, in_sight) {
        (true, _) => Role::Selected,
        (false, true) => role,
        (false, false) => Role::Muted,
    };
    let pad = |text: &str, room: usize| {
        let taken = usize::from(crate::tui::widgets::text::width(text));
        format!("{text}{}", " ".repeat(room.saturating_sub(taken) + 1))
    };
    vec![
        (format!("{urgent}{} ", unit.mark(glyphs)), shade(unit.role())),
        (pad(&number, NUMBER), shade(Role::Text)),
        (pad(&said, DOING), shade(doing)),
        (words.to_owned(), shade(unit.role())),
    ]
}
