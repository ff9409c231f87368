//! A question and what came of it, kept as it came and written in lines once for the room there is.

use super::markdown::{self, DOUBT, Line, wrap_spans};
use super::{Answer, Cite, Past, Told};
use crate::model::{Timestamp, clean};
use crate::rules::find::Kind;
use crate::tui::facts::Facts;
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{fit, width, width_of};
use crate::tui::words;

/// The longest sentence that is said beside an answer, in characters.
const SENTENCE: usize = 400;

/// How a question ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It did not.
    Open,
    /// With an answer.
    Answered(Box<Answer>),
    /// Without one; why.
    Failed(String),
    /// It was taken back.
    Cancelled,
}

/// Something that was looked up.
struct Step {
    call: usize,
    what: String,
    /// What came of it, and whether that is something.
    found: Option<(String, bool)>,
}

/// A question and what came of it.
pub struct Exchange {
    pub question: u64,
    pub end: End,
    asked: String,
    about: Option<String>,
    steps: Vec<Step>,
    text: String,
    waits: Option<String>,
    written: Option<Written>,
}

/// It in lines.
struct Written {
    /// For what room.
    room: u16,
    /// Of when the ages are.
    at: Timestamp,
    lines: Vec<Line>,
    /// So many of the lines do not change with the time.
    timeless: usize,
    /// The line and the piece of it that each thing is named by.
    named: Vec<(usize, usize)>,
}

impl Exchange {
    pub fn new(question: u64, asked: String, about: Option<String>) -> Self {
        let (steps, text) = (Vec::new(), String::new());
        Self { question, end: End::Open, asked, about, steps, text, waits: None, written: None }
    }

    /// One of an earlier time.
    pub fn of(question: u64, past: Past) -> Self {
        let mut exchange = Self::new(question, past.asked, past.about);
        past.told.into_iter().for_each(|told| exchange.learn(told));
        if exchange.end == End::Open {
            exchange.close(End::Cancelled);
        }
        exchange
    }

    /// What was asked.
    pub fn asked(&self) -> &str {
        &self.asked
    }

    /// Whether no word of an answer has come.
    pub const fn is_silent(&self) -> bool {
        self.text.is_empty()
    }

    /// The answer, where there is one.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.end {
            End::Answered(answer) => Some(answer),
            End::Open | End::Failed(_) | End::Cancelled => None,
        }
    }

    /// Takes in what is told of it.
    pub fn learn(&mut self, told: Told) {
        self.written = None;
        self.waits = None;
        match told {
            Told::Words(words) => self.text.push_str(&words),
            Told::LooksUp { call, what } => {
                self.steps.push(Step { call, what: clean(&what, SENTENCE), found: None });
            }
            Told::LookedUp { call, line, is_ok } => {
                if let Some(step) = self.steps.iter_mut().find(|step| step.call == call) {
                    step.found = Some((clean(&line, SENTENCE), is_ok));
                }
            }
            Told::Waits(why) => self.waits = Some(clean(&why, SENTENCE)),
            Told::Answer(answer) => {
                self.text.clone_from(&answer.text);
                self.end = End::Answered(answer);
            }
            Told::Nothing(why) => self.end = End::Failed(clean(&why, SENTENCE)),
        }
    }

    /// Nothing more is to come.
    pub fn close(&mut self, end: End) {
        (self.end, self.written, self.waits) = (end, None, None);
    }

    /// The lines it was written in.
    pub fn lines(&self) -> &[Line] {
        self.written.as_ref().map_or(&[], |written| &written.lines)
    }

    /// Where the so manieth thing that the answer names stands: its line and the piece of it.
    pub fn named(&self, at: usize) -> Option<(usize, usize)> {
        self.written.as_ref()?.named.get(at).copied()
    }

    /// Writes it in lines of `room` columns, where it is not written so. What has no ages is written once.
    pub fn write(&mut self, room: u16, facts: &Facts) {
        let written = match self.written.take() {
            Some(written) if written.room == room && written.at == facts.now => written,
            Some(mut written) if written.room == room => {
                written.lines.truncate(written.timeless);
                self.end_in_lines(written, facts)
            }
            Some(_) | None => {
                let lines = self.body(room, facts.glyphs);
                let timeless = lines.len();
                let written = Written { room, at: facts.now, lines, timeless, named: Vec::new() };
                self.end_in_lines(written, facts)
            }
        };
        self.written = Some(written);
    }

    /// What was asked, looked up and answered.
    fn body(&self, room: u16, glyphs: Glyphs) -> Vec<Line> {
        let mut lines = said(&format!("> {}", self.asked), Role::Title, room);
        if let Some(about) = &self.about {
            lines.extend(said(&format!("this: {about}"), Role::Muted, room));
        }
        lines.extend(self.steps.iter().map(|step| step.line(room, glyphs)));
        if !self.text.is_empty() {
            let doubtful = self.answer().map_or(&[][..], |answer| &answer.unsupported);
            lines.push(Line::new());
            lines.extend(markdown::lines(&self.text, doubtful, room, glyphs));
            lines.push(Line::new());
        }
        lines
    }

    /// Adds how it ended, with the ages of now.
    fn end_in_lines(&self, mut written: Written, facts: &Facts) -> Written {
        let (room, lines) = (written.room, &mut written.lines);
        written.named.clear();
        match &self.end {
            End::Open => {
                let still = if self.text.is_empty() { "asking" } else { "numbers are checked at the end" };
                let still = self.waits.as_deref().unwrap_or(still);
                lines.extend(said(&format!("{} {still}", facts.glyphs.more()), Role::Muted, room));
            }
            End::Cancelled if self.text.is_empty() => lines.extend(said("cancelled", Role::Muted, room)),
            End::Cancelled => {
                lines.extend(said("cancelled: this is not all, and not checked", Role::Warn, room));
            }
            End::Failed(why) => lines.extend(said(why, Role::Bad, room)),
            End::Answered(answer) => {
                beside(answer, facts, room, lines);
                written.named = cites(&answer.cites, facts, room, lines);
            }
        }
        lines.push(Line::new());
        written.at = facts.now;
        written
    }
}

impl Step {
    /// In one line: what does not fit is cut.
    fn line(&self, room: u16, glyphs: Glyphs) -> Line {
        let (text, role) = match &self.found {
            None => (format!("{} {}", glyphs.more(), self.what), Role::Muted),
            Some((line, true)) => (format!("{} {}: {line}", glyphs.leads(), self.what), Role::Muted),
            Some((line, false)) => (format!("! {}: {line}", self.what), Role::Warn),
        };
        vec![(fit(&text, room, glyphs).into_owned(), role)]
    }
}

fn said(text: &str, role: Role, room: u16) -> Vec<Line> {
    wrap_spans(&[(text.to_owned(), role)], room)
}

/// What is to be known beside an answer.
fn beside(answer: &Answer, facts: &Facts, room: u16, lines: &mut Vec<Line>) {
    if let Some(notice) = &answer.notice {
        let role = if answer.is_complete { Role::Muted } else { Role::Warn };
        lines.extend(said(notice, role, room));
    }
    let age = answer.oldest_at.map(|at| format!("oldest data {} old", words::age(Some(at), facts.now)));
    let cost = answer.cost.as_ref().map(|cost| format!("cost {cost} at list prices"));
    let known: Vec<String> = age.into_iter().chain(cost).collect();
    if !known.is_empty() {
        lines.extend(said(&known.join(", "), Role::Muted, room));
    }
    if let Some(doubtful) = doubtful(answer) {
        lines.extend(said(&format!("{DOUBT} NOT from the data: {doubtful}"), Role::Warn, room));
    }
}

/// The numbers that no tool returned.
fn doubtful(answer: &Answer) -> Option<String> {
    let marked: Vec<&str> =
        answer.unsupported.iter().filter_map(|range| answer.text.get(range.clone())).collect();
    (!marked.is_empty()).then(|| marked.join(", "))
}

/// An answer as it is sent to somebody: with what must not be told without it.
pub fn copy(answer: &Answer, facts: &Facts) -> String {
    let notice = answer.notice.clone().filter(|_| !answer.is_complete);
    let doubtful = doubtful(answer).map(|doubtful| format!("NOT from the data: {doubtful}"));
    let age = answer.oldest_at.map(|at| {
        let zone = words::letters(at, &facts.zone);
        format!("oldest data of {} {zone}", words::time(at, &facts.zone, facts.now))
    });
    let beside = [notice, doubtful, age].into_iter().flatten().map(|said| format!("\n({said})"));
    std::iter::once(answer.text.trim_end().to_owned()).chain(beside).collect()
}

/// Writes what an answer names, as many on a line as there is room for. Says in which line, and as which piece of it,
/// each stands.
fn cites(cites: &[Cite], facts: &Facts, room: u16, lines: &mut Vec<Line>) -> Vec<(usize, usize)> {
    let (mut line, mut named) = (Line::new(), Vec::new());
    for cite in cites {
        let name = format!("{} {} {}", facts.glyphs.leads(), kind(cite.kind), clean(&cite.label, 80));
        let name = fit(&name, room, facts.glyphs).into_owned();
        let age = cite.observed_at.map(|at| format!(" {}", words::age(Some(at), facts.now)));
        let age = age.unwrap_or_default();
        let gap = if line.is_empty() { "" } else { "  " };
        let wants = width(gap) + width(&name) + width(&age);
        if !line.is_empty() && width_of(&line).saturating_add(wants) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push((gap.to_owned(), Role::Text));
        }
        named.push((lines.len(), line.len()));
        line.push((name, Role::Text));
        line.push((age, Role::Muted));
    }
    if !line.is_empty() {
        lines.push(line);
    }
    named
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Movement => "load",
        other => other.word(),
    }
}
