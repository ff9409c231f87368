//! What is opened over a panel: pages, each over the one it was opened from. A page is written once for
//! what is known, and read by a cursor that goes from one line that leads on to the next.

use ratatui::layout::Size;

use super::App;
use crate::model::Timestamp;
use crate::tui::panels::{Go, Subject};
use crate::tui::view;
use crate::tui::widgets::sheet::Sheet;

/// An answer that the whole fleet is looked through for is not looked for again at every fix: its page says of when
/// it is.
const COSTLY_S: i64 = 60;

/// Something opened over a panel, and how far down it is read.
pub struct Page {
    pub of: Subject,
    pub top: usize,
    /// What the cursor is on, by its place among what leads on; nothing where nothing does.
    at: Option<(usize, Subject)>,
    /// How far down the window the cursor stands, where it is in sight: what comes above it moves the page, not it.
    stands: Option<usize>,
    written: Option<Sheet>,
    written_at: Timestamp,
}

impl Page {
    /// What is written on it, once it was laid out.
    pub const fn sheet(&self) -> Option<&Sheet> {
        self.written.as_ref()
    }

    /// Which of the lines that lead on the cursor is on.
    pub fn cursor(&self) -> Option<usize> {
        self.at.as_ref().map(|(index, _)| *index)
    }

    /// Keeps the cursor on what it was on, and in sight what is under it where `moved` by hand.
    fn settle(&mut self, body: Size) {
        let Some(sheet) = &self.written else { return };
        let last = sheet.height(body.width).saturating_sub(body.height.into());
        self.top = self.top.min(last);
        let links = sheet.links();
        let index = match &self.at {
            Some((index, subject)) if links.get(*index) == Some(subject) => *index,
            Some((index, subject)) => links
                .iter()
                .position(|link| link == subject)
                .unwrap_or_else(|| (*index).min(links.len().saturating_sub(1))),
            None => 0,
        };
        self.at = links.get(index).map(|subject| (index, subject.clone()));
    }

    /// Scrolls so that the cursor stands where it stood, after lines came or went above it.
    fn hold(&mut self, body: Size) {
        let line = self.cursor_line(body);
        if let Some((line, stood)) = line.zip(self.stands) {
            self.top = line.saturating_sub(stood);
        }
        self.settle(body);
    }

    /// Remembers where the cursor stands.
    fn remember(&mut self, body: Size) {
        let down = self.cursor_line(body).and_then(|line| line.checked_sub(self.top));
        self.stands = down.filter(|down| *down < usize::from(body.height));
    }

    fn cursor_line(&self, body: Size) -> Option<usize> {
        self.written.as_ref()?.link_lines(body.width).get(self.cursor()?).copied()
    }

    /// Moves by one line or one page. The cursor goes to the next line that leads on where that is in sight,
    /// else the page is scrolled.
    fn go(&mut self, go: Go, body: Size) {
        let page = usize::from(body.height.max(1));
        let Some(sheet) = &self.written else { return };
        let lines = sheet.link_lines(body.width);
        let seen = |top: usize, line: &usize| (top..top + page).contains(line);
        let at = self.cursor().unwrap_or(0);
        let stays = lines.get(at).is_some_and(|line| seen(self.top, line));
        let next = match go {
            Go::Down if stays => lines.get(at + 1).filter(|line| seen(self.top, line)).map(|_| at + 1),
            Go::Up if stays => {
                at.checked_sub(1).filter(|up| lines.get(*up).is_some_and(|line| seen(self.top, line)))
            }
            _ => None,
        };
        if let Some(next) = next {
            self.at = sheet.links().get(next).map(|subject| (next, subject.clone()));
            return;
        }
        let last = sheet.height(body.width).saturating_sub(page);
        self.top = match go {
            Go::Stay => self.top,
            Go::Up => self.top.saturating_sub(1),
            Go::Down => self.top + 1,
            Go::PageUp => self.top.saturating_sub(page - 1),
            Go::PageDown => self.top + page - 1,
            Go::First => 0,
            Go::Last => last,
        }
        .min(last);
        // What was scrolled out of sight is not opened by mistake.
        let mut in_sight = lines.iter().enumerate().filter(|(_, line)| seen(self.top, line));
        let nearest = match go {
            Go::First => in_sight.next(),
            Go::Last => in_sight.next_back(),
            _ if lines.get(at).is_some_and(|line| seen(self.top, line)) => None,
            Go::Up | Go::PageUp => in_sight.next_back(),
            _ => in_sight.next(),
        };
        if let Some((index, _)) = nearest {
            self.at = sheet.links().get(index).map(|subject| (index, subject.clone()));
        }
    }
}

impl App {
    /// Opens a page over what is shown.
    pub(super) fn turn_to(&mut self, of: Subject) {
        self.pages.push(Page {
            of,
            top: 0,
            at: None,
            stands: None,
            written: None,
            written_at: self.facts.now,
        });
        self.lay_out(self.size);
    }

    /// What the page on top is about, where it is about something.
    pub(super) fn opened(&self) -> Option<&Subject> {
        Some(&self.pages.last()?.of)
    }

    /// What a key on the page on top is about: the page itself, or of a list the line under the cursor.
    pub(super) fn in_hand(&self) -> Option<&Subject> {
        let page = self.pages.last()?;
        let on = page.at.as_ref().map(|(_, subject)| subject);
        on.filter(|_| page.of.is_list()).or(Some(&page.of))
    }

    /// Writes the page on top where it is not written yet, and finds its cursor again.
    pub(super) fn lay_out_page(&mut self, body: Size) {
        let due = self.pages.last().filter(|page| page.written.is_none());
        let written = due.map(|page| view::sheet(self, &page.of));
        let now = self.facts.now;
        let Some(page) = self.pages.last_mut() else { return };
        let is_new = written.is_some();
        if let Some(written) = written {
            (page.written, page.written_at) = (Some(written), now);
        }
        page.settle(body);
        if is_new {
            page.hold(body);
        }
        page.remember(body);
    }

    /// What is known is other, or of another time: pages are written anew when they are looked at.
    pub(super) fn reread(&mut self) {
        let now = self.facts.now;
        for page in &mut self.pages {
            let is_costly = matches!(page.of, Subject::Best(_) | Subject::Near(_));
            if !is_costly || now.secs_since(page.written_at) >= COSTLY_S {
                page.written = None;
            }
        }
        self.shown.stale = true;
    }

    /// The same for whatever it costs.
    pub(super) fn reread_all(&mut self) {
        self.pages.iter_mut().for_each(|page| page.written = None);
        self.shown.stale = true;
    }

    pub(super) fn go_page(&mut self, go: Go) {
        let size = self.size;
        self.lay_out(size);
        let area = ratatui::layout::Rect::from((ratatui::layout::Position::ORIGIN, size));
        let body = view::areas(self, area).body.as_size();
        if let Some(page) = self.pages.last_mut() {
            page.go(go, body);
            page.remember(body);
        }
    }

    /// Opens what the cursor is on, where it is in sight.
    pub(super) fn open_link(&mut self) {
        self.lay_out(self.size);
        let page = self.pages.last();
        if let Some(subject) = page.and_then(|page| page.at.as_ref()).map(|(_, subject)| subject.clone()) {
            self.turn_to(subject);
        }
    }
}
