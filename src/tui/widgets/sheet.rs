//! A page of headings, named fields, plain lines and small tables, scrolled by lines; some lines lead on to
//! other pages. It knows nothing of what it tells.

use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{Span, fit, put_line, width, width_of, wrap};
use crate::tui::glyphs::Glyphs;
use crate::tui::panels::Subject;
use crate::tui::theme::{Role, Theme};

/// Columns for the names of fields.
const NAMES: u16 = 16;

/// A page, from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What it is about.
    pub title: String,
    parts: Vec<Part>,
    /// What lines lead on to, from top to bottom.
    links: Vec<Subject>,
}

#[derive(Clone, Debug)]
enum Part {
    Heading(String),
    Field { name: String, value: Span, note: String, leads: Leads },
    Line(Span),
    Row { cells: Vec<Span>, columns: Rc<Columns>, leads: Leads },
}

/// The columns of a small table.
#[derive(Debug)]
struct Columns {
    widths: Vec<u16>,
    /// Those that go first where there is not room for all, by their places.
    least: Vec<usize>,
}

impl Columns {
    /// The places of those that are shown in `room` columns.
    fn shown(&self, room: u16) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.widths.len()).collect();
        for least in &self.least {
            if self.taken(&shown, 1) <= room {
                break;
            }
            shown.retain(|column| column != least);
        }
        shown
    }

    /// What these take, each with so large a gap after it.
    fn taken(&self, shown: &[usize], gap: u16) -> u16 {
        shown.iter().filter_map(|column| self.widths.get(*column)).map(|wide| wide + gap).sum()
    }
}

/// Whether a line leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    Nowhere,
    On,
}

/// Before a line that leads on.
const MARK: u16 = 2;

impl Sheet {
    /// An empty page about `title`.
    pub fn about(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Begins a part of the page, with a blank line before it.
    pub fn heading(&mut self, text: impl Into<String>) {
        if !self.parts.is_empty() {
            self.parts.push(Part::Line((String::new(), Role::Text)));
        }
        self.parts.push(Part::Heading(text.into()));
    }

    /// A fact.
    pub fn field(&mut self, name: &str, value: impl Into<String>) {
        self.judged(name, value, Role::Text, "");
    }

    /// A fact with its age and source, or whatever else is said of it in passing.
    pub fn noted(&mut self, name: &str, value: impl Into<String>, note: impl Into<String>) {
        self.judged(name, value, Role::Text, note);
    }

    /// A fact that is good or bad.
    pub fn judged(&mut self, name: &str, value: impl Into<String>, role: Role, note: impl Into<String>) {
        let (name, value, note) = (name.to_owned(), (value.into(), role), note.into());
        self.parts.push(Part::Field { name, value, note, leads: Leads::Nowhere });
    }

    /// A fact about something that has a page of its own; a plain fact where there is none.
    pub fn link(
        &mut self,
        name: &str,
        value: impl Into<String>,
        note: impl Into<String>,
        to: Option<Subject>,
    ) {
        let (name, value, note) = (name.to_owned(), (value.into(), Role::Text), note.into());
        let leads = self.lead(to);
        self.parts.push(Part::Field { name, value, note, leads });
    }

    /// Lines of cells under titles, each line leading on where there is something to lead to. What does not
    /// fit is cut from the last column.
    pub fn grid(&mut self, titles: &[&str], rows: Vec<(Vec<Span>, Option<Subject>)>) {
        self.grid_without(titles, &[], rows);
    }

    /// The same, without the columns of `least`, the first before the others, where there is not room for all.
    pub fn grid_without(&mut self, titles: &[&str], least: &[&str], rows: Vec<(Vec<Span>, Option<Subject>)>) {
        let columns = 0..titles.len();
        let widest = |column: usize| {
            let cells = rows.iter().filter_map(|(cells, _)| Some(width(&cells.get(column)?.0)));
            cells.chain(titles.get(column).map(|title| width(title))).max().unwrap_or(0)
        };
        let place = |title: &&str| titles.iter().position(|one| one == title);
        let columns = Rc::new(Columns {
            widths: columns.map(widest).collect(),
            least: least.iter().filter_map(place).collect(),
        });
        let heads = titles.iter().map(|title| ((*title).to_owned(), Role::Muted)).collect();
        self.parts.push(Part::Row { cells: heads, columns: Rc::clone(&columns), leads: Leads::Nowhere });
        for (cells, to) in rows {
            let leads = self.lead(to);
            self.parts.push(Part::Row { cells, columns: Rc::clone(&columns), leads });
        }
    }

    fn lead(&mut self, to: Option<Subject>) -> Leads {
        match to {
            Some(to) => {
                self.links.push(to);
                Leads::On
            }
            None => Leads::Nowhere,
        }
    }

    /// What lines lead on to, from top to bottom.
    pub fn links(&self) -> &[Subject] {
        &self.links
    }

    /// The lines, by number, that lead on when the page is `room` columns wide: one a link.
    pub fn link_lines(&self, room: u16) -> Vec<usize> {
        let (mut line, mut found) = (0, Vec::with_capacity(self.links.len()));
        for part in &self.parts {
            if part.leads() == Leads::On {
                found.push(line);
            }
            line += part.lines(room, Glyphs::Ascii).len();
        }
        found
    }

    /// A line as it is.
    pub fn line(&mut self, text: impl Into<String>, role: Role) {
        self.parts.push(Part::Line((text.into(), role)));
    }

    /// How many lines it has when `room` columns wide.
    pub fn height(&self, room: u16) -> usize {
        self.lines(room, Glyphs::Ascii).len()
    }

    /// Draws what is at `top` and below, the line of the link `at` as the one under the cursor.
    pub fn draw(
        &self,
        (top, at): (usize, Option<usize>),
        area: Rect,
        buf: &mut Buffer,
        theme: Theme,
        glyphs: Glyphs,
    ) {
        let under = at.and_then(|at| self.link_lines(area.width).get(at).copied());
        let lines = self.lines(area.width, glyphs);
        for (y, (number, line)) in area.rows().map(|row| row.y).zip(lines.iter().enumerate().skip(top)) {
            if under != Some(number) {
                put_line(buf, (area.x, y), area.width, line, theme, glyphs);
                continue;
            }
            // As in a table: one look along the line, whatever its parts mean.
            let line: Vec<Span> = line.iter().map(|(text, _)| (text.clone(), Role::Selected)).collect();
            let across = Rect::new(area.x, y, width_of(&line).min(area.width), 1);
            buf.set_style(across.intersection(buf.area), theme.style(Role::Selected));
            put_line(buf, (area.x, y), area.width, &line, theme, glyphs);
        }
    }

    fn lines(&self, room: u16, glyphs: Glyphs) -> Vec<Vec<Span>> {
        self.parts.iter().flat_map(|part| part.lines(room, glyphs)).collect()
    }
}

impl Part {
    const fn leads(&self) -> Leads {
        match self {
            Self::Field { leads, .. } | Self::Row { leads, .. } => *leads,
            Self::Heading(_) | Self::Line(_) => Leads::Nowhere,
        }
    }

    fn lines(&self, room: u16, glyphs: Glyphs) -> Vec<Vec<Span>> {
        match self {
            Self::Heading(text) => vec![vec![(text.clone(), Role::Title)]],
            Self::Line((text, role)) => {
                wrap(text, room).into_iter().map(|text| vec![(text, *role)]).collect()
            }
            Self::Row { cells, columns, leads } => vec![row(cells, columns, *leads, room, glyphs)],
            Self::Field { name, value: (value, role), note, leads } => {
                let indent = NAMES.min(room / 2);
                let beside = room.saturating_sub(indent);
                let mut lines: Vec<Vec<Span>> = wrap(value, beside)
                    .into_iter()
                    .map(|text| vec![(" ".repeat(indent.into()), Role::Text), (text, *role)])
                    .collect();
                if let Some(named) = lines.first_mut().and_then(|line| line.first_mut()) {
                    let (mark, names) = match leads {
                        Leads::On => (glyphs.leads(), usize::from(indent.saturating_sub(MARK))),
                        Leads::Nowhere => ("", usize::from(indent)),
                    };
                    let mark = if mark.is_empty() { String::new() } else { format!("{mark} ") };
                    *named = (format!("{name:<names$}{mark}"), Role::Muted);
                }
                if !note.is_empty() {
                    lines.last_mut().into_iter().for_each(|line| append(line, note, room));
                }
                lines
            }
        }
    }
}

/// One line of a small table.
fn row(cells: &[Span], columns: &Columns, leads: Leads, room: u16, glyphs: Glyphs) -> Vec<Span> {
    let mark = if leads == Leads::On { glyphs.leads() } else { " " };
    let mut line = vec![(format!("{mark} "), Role::Muted)];
    // Closer together before anything is cut.
    let shown = columns.shown(room.saturating_sub(MARK));
    let gap = if columns.taken(&shown, 2) <= room { 2 } else { 1 };
    let cells = shown.iter().filter_map(|at| Some((cells.get(*at)?, columns.widths.get(*at)?)));
    for ((text, role), wide) in cells {
        let left = room.saturating_sub(width_of(&line));
        if left == 0 {
            break;
        }
        let text = fit(text, left.min(*wide), glyphs);
        let gap = (wide + gap).saturating_sub(width(&text)).min(left.saturating_sub(width(&text)));
        line.push((text.into_owned(), *role));
        line.push((" ".repeat(gap.into()), Role::Text));
    }
    line
}

/// A note is cut rather than wrapped: it is there if there is room.
fn append(line: &mut Vec<Span>, note: &str, room: u16) {
    let taken = width_of(line);
    if taken.saturating_add(width(note)).saturating_add(2) <= room || taken + 8 < room {
        line.push((format!("  {note}"), Role::Muted));
    }
}
