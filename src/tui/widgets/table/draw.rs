//! Draws a table: headings with the mark of the order, the lines in sight, or why there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::group::{Heading, Line};
use super::{Listed, Table};
use crate::tui::app::Mode;
use crate::tui::facts::Facts;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{Span, put, put_line, width, width_of, wrap};

impl<T: Listed> Table<T> {
    /// Draws it; `facts` hold the place that its filter names.
    pub(super) fn paint(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
        let columns = self.columns();
        let mut lines = area.rows().map(|row| row.y);
        let Some(head) = lines.next() else { return };
        self.titles(&columns, (area.x, head), buf, facts, theme);
        if self.lines.is_empty() {
            let words = if self.total == 0 { nothing(facts) } else { "no row passes the filter" };
            for (y, line) in lines.zip(wrap(words, area.width)) {
                put(buf, (area.x, y), area.width, &line, theme.style(Role::Muted), facts.glyphs);
            }
            return;
        }
        for (y, (position, line)) in lines.zip(self.lines.iter().enumerate().skip(self.top)) {
            match line {
                Line::Row(index) => {
                    let Some(row) = T::at(&facts.fleet, *index) else { continue };
                    let selected = position == self.cursor;
                    draw_row(row, &columns, Rect { y, height: 1, ..area }, selected, buf, facts, theme);
                }
                Line::Heading(index) => {
                    let Some(heading) = self.headings.get(*index) else { continue };
                    let line = rule(heading, area.width, facts);
                    put_line(buf, (area.x, y), area.width, &line, theme, facts.glyphs);
                }
            }
        }
    }

    fn titles(
        &self,
        columns: &[(usize, u16)],
        (mut x, y): (u16, u16),
        buf: &mut Buffer,
        facts: &Facts,
        theme: Theme,
    ) {
        for (index, room) in columns {
            let title = T::COLUMNS.get(*index).map_or("", |column| column.title);
            if *index == self.sort_column() {
                // A title that fills its column gives its last letter to the mark: a gap stays a gap.
                let own = width(title).min(room.saturating_sub(1));
                let style = theme.style(Role::Title);
                let (end, _) = buf.set_stringn(x, y, title, own.into(), style);
                put(buf, (end, y), 1, facts.glyphs.order(self.reversed), style, facts.glyphs);
            } else {
                put(buf, (x, y), *room, title, theme.style(Role::Muted), facts.glyphs);
            }
            x += room + 1;
        }
    }
}

/// "── jdoe: 12, 3 late ─────".
fn rule(heading: &Heading, across: u16, facts: &Facts) -> Vec<Span> {
    let dash = facts.glyphs.pick("─", "-");
    let name = heading.name.as_deref().unwrap_or("nobody's");
    let mut line =
        vec![(format!("{dash}{dash} "), Role::Muted), (format!("{name}: {}", heading.rows), Role::Title)];
    if let Some((state, count)) = heading.worst {
        line.push((format!(", {count} {}", state.word), state.role));
    }
    let rest = across.saturating_sub(width_of(&line) + 1);
    line.push((format!(" {}", dash.repeat(rest.into())), Role::Muted));
    line
}

/// Why there are no rows at all, and what to do about it.
pub fn nothing(facts: &Facts) -> &'static str {
    match (facts.mode, facts.fleet.feeds.is_empty()) {
        (Mode::View, true) if facts.leader.is_none() => {
            "nothing is known yet: no upstream was ever read, and nobody polls this database. Put the \
             credentials of an ELD or the TMS into the file that `backhaul config path` names, then start \
             `backhaul` again; `backhaul --demo` shows a simulated fleet."
        }
        (_, true) => "nothing is known yet: no upstream has answered so far",
        (_, false) if facts.fleet.feeds.iter().any(|feed| feed.last_ok_at.is_none()) => {
            "nothing of this kind is known, and not every feed was read yet: Health says which, and why"
        }
        (_, false) => "nothing of this kind is known: no upstream has told of any",
    }
}

fn draw_row<T: Listed>(
    row: &T,
    columns: &[(usize, u16)],
    area: Rect,
    selected: bool,
    buf: &mut Buffer,
    facts: &Facts,
    theme: Theme,
) {
    if selected {
        buf.set_style(area.intersection(buf.area), theme.style(Role::Selected));
    }
    let (mut x, y) = (area.x, area.y);
    for (index, room) in columns {
        let Some(column) = T::COLUMNS.get(*index) else { continue };
        let cell = (column.cell)(row, facts);
        let text = cell.wide.filter(|wide| width(wide) <= *room).unwrap_or(cell.text);
        // One style along the selected row: the fewest bytes for the key pressed most.
        let role = if selected { Role::Selected } else { cell.role };
        put(buf, (x, y), *room, &text, theme.style(role), facts.glyphs);
        x += room + 1;
    }
}
