//! The board: what is wrong and wants somebody, one line a load or a unit, the worst first. It is quiet only
//! where all that it rests on comes. Judges nothing: the queue is the store's.

pub mod line;
mod tiles;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::{Go, Panel, Show, Subject};
use crate::model::{Exception, ExceptionKind, Extent, RowText, folded};
use crate::rules::blindness::{Sight, Unsettled, sight};
use crate::rules::queue::{self, About};
use crate::rules::uncovered::{by_time_left, is_uncovered};
use crate::tui::facts::Facts;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::table::{Rows, nothing};
use crate::tui::widgets::text::{Span, fit, put, put_line, width, wrap};
use crate::tui::words;

/// From this many columns on there is room for what would help.
const WITH_REMEDY: u16 = 76;

/// As many it takes.
const REMEDY: u16 = 13;

/// From this many on, for whose load it is too.
const WITH_UNITS: u16 = 110;

/// The queue as it is looked at.
pub struct Board {
    /// Each line's exceptions, the worst first, by index into the fleet's; the worst line first.
    lines: Vec<Vec<usize>>,
    arranged: Option<crate::model::Timestamp>,
    /// Lines there are whatever the filter.
    total: usize,
    show: Show,
    with_snoozed: Snoozed,
    words: Vec<String>,
    cursor: usize,
    top: usize,
    /// What the line under the cursor is about; nothing until a key was pressed here.
    chosen: Option<About>,
    /// Columns that the longest name of a load takes, and the longest word of who has one.
    widest: (u16, u16),
    /// What stands over the rows besides the counts.
    above: Vec<Span>,
    sight: Sight,
    unsettled: Unsettled,
    size: Size,
}

/// Whether what this console's person snoozed is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Snoozed {
    Hidden,
    Shown,
}

impl Board {
    /// Empty until it is arranged.
    pub fn new() -> Self {
        Self {
            lines: Vec::new(),
            arranged: None,
            total: 0,
            show: Show::All,
            with_snoozed: Snoozed::Hidden,
            words: Vec::new(),
            cursor: 0,
            top: 0,
            chosen: None,
            widest: (0, 0),
            above: Vec::new(),
            sight: Sight::Nothing,
            unsettled: Unsettled::default(),
            size: Size::new(80, 20),
        }
    }

    fn rows<'a>(line: &'a [usize], facts: &'a Facts) -> impl Iterator<Item = &'a Exception> {
        line.iter().filter_map(|index| facts.fleet.exceptions.at(*index)).map(AsRef::as_ref)
    }

    fn selected<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = &'a Exception> {
        Self::rows(self.lines.get(self.cursor).map(Vec::as_slice).unwrap_or_default(), facts)
    }

    fn about(&self, index: usize, facts: &Facts) -> Option<About> {
        Self::rows(self.lines.get(index)?, facts).next().map(About::of)
    }

    fn is_shown(&self, row: &Exception, facts: &Facts) -> bool {
        let wanted = match self.show {
            Show::All => true,
            // Loads that nobody can judge may be late as well.
            Show::Late => row.kind.topic() == ExceptionKind::Late.topic() || row.kind == ExceptionKind::Blind,
            Show::Uncovered => is_uncovered(row),
        };
        wanted && (self.with_snoozed == Snoozed::Shown || !row.is_snoozed_for(&facts.user, facts.now))
    }

    fn passes(&self, line: &[usize], facts: &Facts) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let text: String = Self::rows(line, facts).map(|row| searched(row, facts)).collect();
        self.words.iter().all(|word| text.contains(word))
    }

    /// Which of the line's exceptions the filter asks for: of several on one load the one that it names, else the
    /// worst.
    fn asked<'a>(&'a self, facts: &'a Facts) -> Option<&'a Exception> {
        let named = |row: &&Exception| {
            let text = searched(row, facts);
            self.words.iter().all(|word| text.contains(word))
        };
        self.selected(facts).find(named).or_else(|| self.selected(facts).next())
    }

    /// Lines over the rows: the counts, what nobody can tell, the headings.
    fn head(&self) -> usize {
        2 + self.above.len()
    }

    /// That what stands here is the smaller part of what there will be; nothing once it is not.
    fn just_begun(&self, facts: &Facts) -> Option<String> {
        let leader = facts.leader.as_ref().filter(|_| facts.fleet.extent != Extent::Glance)?;
        let stands = facts.fleet.exceptions.iter().filter(|row| row.is_open()).count();
        let begins = self.unsettled.has_just_begun(stands, leader.since_at, facts.now);
        let why = self.unsettled.words().filter(|_| begins)?;
        Some(format!("JUDGING HAS JUST BEGUN: {why}"))
    }

    fn page(&self) -> usize {
        usize::from(self.size.height).saturating_sub(self.head()).max(1)
    }

    fn scroll(&mut self) {
        let page = self.page();
        self.top = self.top.min(self.lines.len().saturating_sub(page));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(page), self.cursor);
    }

    fn follow(&mut self, facts: &Facts) {
        let place = self.cursor.saturating_sub(self.top);
        let found = self.chosen.as_ref().and_then(|chosen| self.find(chosen, facts));
        match found {
            Some(position) => {
                self.cursor = position;
                self.top = position.saturating_sub(place);
            }
            None if self.chosen.is_none() => (self.cursor, self.top) = (0, 0),
            None => {
                self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
                self.chosen = self.about(self.cursor, facts);
            }
        }
        self.scroll();
    }

    fn find(&self, about: &About, facts: &Facts) -> Option<usize> {
        (0..self.lines.len()).find(|index| self.about(*index, facts).as_ref() == Some(about))
    }

    /// How much of what is counted is known by now.
    fn known(&self, facts: &Facts) -> tiles::Known {
        match (&self.sight, self.unsettled.unjudged) {
            _ if facts.fleet.extent == Extent::Glance => tiles::Known::Reading,
            (Sight::Nothing, _) => tiles::Known::Nothing,
            (_, 0) => tiles::Known::All,
            (_, unjudged) => tiles::Known::But { unjudged },
        }
    }

    /// What to write where there are no rows.
    fn empty(&self, facts: &Facts) -> String {
        let snoozed = self.total == 0 && facts.fleet.exceptions.iter().any(|row| facts.holds(row));
        match &self.sight {
            _ if facts.fleet.extent == Extent::Glance => "Reading the fleet.".to_owned(),
            _ if self.total > 0 => "no line holds every word of the filter".to_owned(),
            Sight::Nothing => nothing(facts).to_owned(),
            Sight::Blind(_) => {
                "Nothing stands here, but that is no all-clear: what is silent is named above. \
                 Health says why."
                    .to_owned()
            }
            Sight::Clear { .. } if let Some(why) = self.unsettled.words() => {
                format!("Nothing stands here yet, but that is no all-clear: {why}.")
            }
            Sight::Clear { .. } if snoozed && self.show == Show::All => {
                "Nothing but what you snoozed.".to_owned()
            }
            Sight::Clear { .. } if self.show == Show::Late => {
                "No load is late or at risk, and all that this rests on comes.".to_owned()
            }
            Sight::Clear { .. } if self.show == Show::Uncovered => {
                "Every pickup of the next hours is covered, and all that this rests on comes.".to_owned()
            }
            Sight::Clear { account, of, read_at } => {
                let age = words::age(Some(*read_at), facts.now);
                format!(
                    "Quiet: nothing wants you. All that this rests on comes; the oldest of it are the {of} of {account}, {age} old."
                )
            }
        }
    }
}

impl Panel for Board {
    fn spoil(&mut self) {
        self.arranged = None;
    }

    fn arrange(&mut self, facts: &Facts) {
        // Snoozes end, and feeds fall silent, by time alone.
        if self.arranged.replace(facts.now) == Some(facts.now) {
            return;
        }
        self.sight = sight(&facts.fleet.feeds, facts.now);
        self.unsettled = Unsettled::of(&facts.fleet);
        let rows = facts.fleet.exceptions.iter();
        let mut queue: Vec<(usize, &Exception)> = rows.map(AsRef::as_ref).enumerate().collect();
        queue.retain(|(_, row)| facts.holds(row) && self.is_shown(row, facts));
        queue.sort_unstable_by(|(_, a), (_, b)| match self.show {
            Show::Uncovered => by_time_left(a, b),
            Show::All | Show::Late => a.cmp_rank(b),
        });
        let lines = queue::lines(queue, |(_, row)| *row).into_iter();
        let mut lines: Vec<Vec<usize>> =
            lines.map(|line| line.into_iter().map(|(index, _)| index).collect()).collect();
        self.total = lines.len();
        let room = self.size.width;
        let begun = self.just_begun(facts).map(|text| tiles::lines(&text, room, facts)).unwrap_or_default();
        let begun = begun.into_iter().map(|line| (line, Role::Warn));
        let blind = tiles::blind(&self.sight, room, facts).into_iter().map(|line| (line, Role::Bad));
        self.above = begun.chain(blind).collect();
        lines.retain(|line| self.passes(line, facts));
        self.lines = lines;
        self.widest = self.lines.iter().fold((0, 0), |(about, who), line| {
            let rows: Vec<&Exception> = Self::rows(line, facts).collect();
            let own = rows.first().map_or(0, |row| width(&line::about(row, facts)));
            (about.max(own), who.max(width(&line::who_of(&rows, facts))))
        });
        self.follow(facts);
    }

    fn fit(&mut self, size: Size) {
        if self.size != size {
            self.size = size;
            self.arranged = None;
            self.scroll();
        }
    }

    fn go(&mut self, go: Go, facts: &Facts) {
        let last = self.lines.len().saturating_sub(1);
        self.cursor = match go {
            Go::Stay => self.cursor,
            Go::Up => self.cursor.saturating_sub(1),
            Go::Down => (self.cursor + 1).min(last),
            Go::PageUp => self.cursor.saturating_sub(self.page()),
            Go::PageDown => (self.cursor + self.page()).min(last),
            Go::First => 0,
            Go::Last => last,
        };
        self.chosen = self.about(self.cursor, facts);
        self.scroll();
    }

    fn point(&mut self, line: u16, facts: &Facts) {
        // Above the rows are the counts, what it is blind to, and the headings.
        let Some(line) = usize::from(line).checked_sub(self.head()) else { return };
        if self.top + line < self.lines.len() {
            self.cursor = self.top + line;
            self.go(Go::Stay, facts);
        }
    }

    fn select(&mut self, subject: &Subject, facts: &Facts) -> bool {
        let about = match subject {
            Subject::Movement(key) => About::Load(key.clone()),
            Subject::Exception(id) => match facts.open_exception(id) {
                Some(row) => About::of(row),
                None => return false,
            },
            _ => return false,
        };
        let Some(position) = self.find(&about, facts) else { return false };
        (self.cursor, self.chosen) = (position, Some(about));
        self.scroll();
        true
    }

    fn filter(&mut self, text: &str) {
        self.words = text.split_whitespace().map(folded).collect();
        self.arranged = None;
    }

    fn sort(&mut self) {}

    fn reverse(&mut self) {}

    fn show(&mut self, show: Show) {
        self.show = show;
        self.arranged = None;
    }

    fn toggle_snoozed(&mut self) {
        self.with_snoozed = match self.with_snoozed {
            Snoozed::Hidden => Snoozed::Shown,
            Snoozed::Shown => Snoozed::Hidden,
        };
        self.arranged = None;
    }

    fn headline(&self, _: &Facts) -> String {
        let name = match self.show {
            Show::All => "Board",
            Show::Late => "Late, at risk or uncovered",
            Show::Uncovered => "Uncovered",
        };
        let order = if self.show == Show::Uncovered { "least time first" } else { "worst first" };
        let above = if self.top > 0 { format!(", {} above", self.top) } else { String::new() };
        match self.lines.len() {
            shown if shown == self.total => format!("{name} {shown}, {order}{above}"),
            shown => format!("{name} {shown} of {}{above}", self.total),
        }
    }

    fn subject(&self, facts: &Facts) -> Option<Subject> {
        self.asked(facts).map(|row| Subject::Exception(row.id.clone()))
    }

    fn at_hand(&self, facts: &Facts) -> Vec<String> {
        self.selected(facts).map(|row| row.id.clone()).collect()
    }

    fn sentence(&self, facts: &Facts) -> Option<String> {
        self.subject(facts)?.sentence(facts)
    }

    fn rows(&self, facts: &Facts) -> Option<Rows> {
        let cells = self.lines.iter().map(|line| {
            let rows: Vec<&Exception> = Self::rows(line, facts).collect();
            cells(&rows, facts).map(|(text, _)| text.trim().to_owned()).to_vec()
        });
        let hidden = self.total - self.lines.len();
        Some(Rows {
            title: "Board",
            columns: HEADS.to_vec(),
            cells: cells.collect(),
            hidden: if hidden > 0 { format!("{hidden} hidden") } else { String::new() },
        })
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
        let mut ys = area.rows().map(|row| row.y);
        let Some(y) = ys.next() else { return };
        put_line(
            buf,
            (area.x, y),
            area.width,
            &tiles::line(self.known(facts), facts, area.width),
            theme,
            facts.glyphs,
        );
        for ((text, role), y) in self.above.iter().zip(ys.by_ref()) {
            put(buf, (area.x, y), area.width, text, theme.style(*role), facts.glyphs);
        }
        let Some(y) = ys.next() else { return };
        if self.lines.is_empty() {
            let lines = wrap(&self.empty(facts), area.width);
            for (y, line) in std::iter::once(y).chain(ys).zip(lines) {
                put(buf, (area.x, y), area.width, &line, theme.style(Role::Text), facts.glyphs);
            }
            return;
        }
        let columns = Layout::of(area.width, self.widest);
        columns.draw((area.x, y), buf, facts, theme, &HEADS.map(|head| (head.to_owned(), Role::Muted)));
        for (position, line) in self.lines.iter().enumerate().skip(self.top) {
            let Some(y) = ys.next() else { return };
            let rows: Vec<&Exception> = Self::rows(line, facts).collect();
            let mut cells = cells(&rows, facts);
            let columns = columns.for_line(&mut cells, &line::more(&rows, facts), facts);
            if position == self.cursor {
                buf.set_style(
                    Rect::new(area.x, y, area.width, 1).intersection(buf.area),
                    theme.style(Role::Selected),
                );
                for (_, role) in &mut cells {
                    *role = Role::Selected;
                }
            }
            columns.draw((area.x, y), buf, facts, theme, &cells);
        }
        // A short queue is not all there is; where it is most of it, that stands here.
        let rest = self.unsettled.words().filter(|_| self.just_begun(facts).is_none());
        if let (Some(y), Some(why)) = (ys.next(), rest) {
            put(
                buf,
                (area.x, y),
                area.width,
                &format!("Not all: {why}."),
                theme.style(Role::Muted),
                facts.glyphs,
            );
        }
    }
}

/// What the cells of a line are called.
const HEADS: [&str; 7] = ["SEV", "LEFT", "LOAD", "WHAT", "REMEDY", "WITH", "WHO"];

/// What a line says: as many cells as there are headings.
fn cells(rows: &[&Exception], facts: &Facts) -> [Span; 7] {
    let Some(worst) = rows.first() else { return Default::default() };
    let (severity, role) = line::severity(worst);
    let trend = facts.glyphs.trend(worst.trend.map(|(trend, _)| trend));
    [
        (format!("{severity:<4}{trend}"), role),
        line::left(worst, facts.now),
        (line::about(worst, facts), Role::Text),
        (line::what(worst, facts) + &line::more(rows, facts), role),
        (line::remedy(worst).to_owned(), Role::Text),
        (units(worst, facts), Role::Text),
        (line::who_of(rows, facts), Role::Text),
    ]
}

/// What the words of a filter are looked for in.
fn searched(row: &Exception, facts: &Facts) -> String {
    let cells = [line::what(row, facts), line::about(row, facts), line::who(row, facts), units(row, facts)];
    folded(&[&cells.join("\n"), row.summary.as_str(), row.kind.word()].join("\n")) + "\n"
}

/// The tractor and the driver: "418 Ann Peña".
fn units(row: &Exception, facts: &Facts) -> String {
    let tractor = facts.tractor(row.touches.tractor_id.as_ref()).map(|row| row.unit_number.clone());
    let driver = facts.driver(row.touches.driver_id.as_ref()).map(|row| row.name.clone());
    let parts: Vec<RowText> = tractor.into_iter().chain(driver).collect();
    words::or_unknown(Some(&parts.join(" ")))
}

/// How wide each column is; nothing where there is no room.
#[derive(Clone, Copy)]
struct Layout([u16; 7]);

impl Layout {
    /// For so many columns, where the names of loads and who has them take so many of them at most.
    fn of(room: u16, (about, who): (u16, u16)) -> Self {
        let remedy = if room < WITH_REMEDY { 0 } else { REMEDY };
        let units = if room < WITH_UNITS { 0 } else { 22 };
        let who = who.clamp(3, if room < WITH_REMEDY { 8 } else { 11 });
        let mut widths = [5, 5, about.clamp(4, 8), 0, remedy, units, who];
        let taken: u16 = widths.iter().map(|wide| wide + u16::from(*wide > 0)).sum();
        let [_, _, _, what, ..] = &mut widths;
        *what = room.saturating_sub(taken);
        Self(widths)
    }

    /// For a line: where what is wrong does not fit into its column, what would help gives way, since its page says that
    /// too. What is cut even so is cut before `more`: that there is more is never cut.
    fn for_line(self, cells: &mut [Span; 7], more: &str, facts: &Facts) -> Self {
        let Self([severity, left, load, mut what, mut remedy, units, who]) = self;
        let [_, _, _, (text, _), ..] = cells;
        if width(text) > what && remedy > 0 {
            (what, remedy) = (what + 1 + remedy, 0);
        }
        if width(text) > what {
            let worst = text.strip_suffix(more).unwrap_or(text);
            *text = fit(worst, what.saturating_sub(width(more)), facts.glyphs).into_owned() + more;
        }
        Self([severity, left, load, what, remedy, units, who])
    }

    fn draw(&self, (mut x, y): (u16, u16), buf: &mut Buffer, facts: &Facts, theme: Theme, cells: &[Span; 7]) {
        for ((text, role), wide) in cells.iter().zip(self.0).filter(|(_, wide)| *wide > 0) {
            put(buf, (x, y), wide, text, theme.style(*role), facts.glyphs);
            x += wide + 1;
        }
    }
}
