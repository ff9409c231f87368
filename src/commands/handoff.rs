//! `handoff`: the sheet of a change of shift, for people, as Markdown, or as one object.

use std::io::{self, Write};

use serde::Serialize;

use super::late::{late_words, span};
use super::table::{self, or_none};
use super::{Format, Layout, grid};
use crate::model::{EtaSource, Exception, ExceptionKind, Fleet, Mark, Reason, Risk, Severity, Timestamp};
use crate::rules::handoff::{
    Handoff, Line, NOTHING_AT_RISK, NOTHING_OPEN, NOTHING_PROMISED, Promise, What, about, accepted, owner,
};
use crate::rules::late::LateLoad;
use crate::rules::sentence::Teller;
use crate::rules::trip;

/// How it is written where it is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Columns.
    Plainly,
    /// Markdown, to be sent on.
    AsMarkdown,
}

#[derive(Serialize)]
struct Answer<'a> {
    as_of_at: Timestamp,
    /// Lines of which nobody has any part.
    unowned: usize,
    /// Lines of which somebody has a part, and nobody the worst.
    part_owned: usize,
    accepted: usize,
    open: Vec<Entry<'a>>,
    ending: Vec<Entry<'a>>,
    promises: Vec<PromiseRow<'a>>,
    at_risk: Vec<Risky<'a>>,
    unknown: usize,
    blind: Option<&'a str>,
}

/// The worst that is wrong with a load or other thing, and what else is.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    worst: Wrong<'a>,
    also: Vec<Wrong<'a>>,
}

#[derive(Serialize)]
struct Wrong<'a> {
    id: &'a str,
    kind: ExceptionKind,
    severity: Severity,
    about: String,
    company_id: Option<&'a str>,
    movement_id: Option<&'a str>,
    summary: &'a str,
    since_at: Timestamp,
    raised_at: Option<Timestamp>,
    deadline_at: Option<Timestamp>,
    owner: Option<&'a Mark>,
    accepted: Option<&'a Mark>,
    notes: Vec<Note<'a>>,
}

#[derive(Serialize)]
struct Note<'a> {
    user: &'a str,
    at: Timestamp,
    text: &'a str,
}

#[derive(Serialize)]
struct PromiseRow<'a> {
    due_at: Timestamp,
    overdue: bool,
    kind: &'static str,
    about: String,
    movement_id: Option<&'a str>,
    by: Option<&'a Mark>,
}

#[derive(Serialize)]
struct Risky<'a> {
    company_id: &'a str,
    movement_id: &'a str,
    risk: Risk,
    reason: Option<Reason>,
    late_s: Option<i64>,
    /// Who worked out the road that this rests on.
    eta_source: Option<EtaSource>,
    stop_id: Option<&'a str>,
    stop: Option<String>,
    deadline_at: Option<Timestamp>,
}

/// Prints it.
pub fn print(
    handoff: &Handoff<'_>,
    fleet: &Fleet,
    format: &Format,
    written: Written,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = match format {
        Format::Json | Format::Csv => {
            return writeln!(out, "{}", serde_json::to_string_pretty(&answer(handoff, fleet))?);
        }
        Format::Text(layout) => layout,
    };
    let page = Page { handoff, fleet, layout, now };
    match written {
        Written::Plainly => page.print(out),
        Written::AsMarkdown => page.markdown(out),
    }
}

struct Page<'a> {
    handoff: &'a Handoff<'a>,
    fleet: &'a Fleet,
    layout: &'a Layout,
    now: Timestamp,
}

/// A part of the page: what it is called, and its rows under their titles.
struct Part {
    heading: String,
    titles: &'static [&'static str],
    rows: Vec<Vec<String>>,
    /// What is said where there are none.
    none: &'static str,
}

impl Page<'_> {
    fn heading(&self) -> String {
        format!("Handoff, {}", self.moment(Some(self.now)))
    }

    fn moment(&self, at: Option<Timestamp>) -> String {
        table::moment(at, self.layout, self.now)
    }

    fn parts(&self) -> Vec<Part> {
        const LINES: &[&str] = &["SEV", "LEFT", "ABOUT", "WHAT", "OWNER", "ACCEPTED", "NOTES"];
        let Handoff { open, ending, promises, at_risk, .. } = self.handoff;
        let ended = (!ending.is_empty()).then(|| Part {
            heading: self.handoff.ending_heading(),
            titles: LINES,
            rows: ending.iter().map(|line| self.line(line)).collect(),
            none: "",
        });
        let parts = [
            Part {
                heading: self.handoff.open_heading(),
                titles: LINES,
                rows: open.iter().map(|line| self.line(line)).collect(),
                none: NOTHING_OPEN,
            },
            Part {
                heading: self.handoff.promised_heading(),
                titles: &["DUE", "IN", "WHAT", "ABOUT", "BY"],
                rows: promises.iter().map(|promise| self.due(promise)).collect(),
                none: NOTHING_PROMISED,
            },
            Part {
                heading: self.handoff.risk_heading(),
                titles: &["LOAD", "RISK", "LATE BY", "STOP", "CLOSES", "WHY"],
                rows: at_risk.iter().map(|load| self.risky(load)).collect(),
                none: NOTHING_AT_RISK,
            },
        ];
        parts.into_iter().chain(ended).collect()
    }

    /// What makes a short list no all-clear.
    fn beside(&self) -> Vec<String> {
        let Handoff { blind, unsettled, .. } = self.handoff;
        let told = [self.handoff.unknown_words(), unsettled.clone(), blind.clone()];
        told.into_iter().flatten().collect()
    }

    fn line(&self, line: &Line<'_>) -> Vec<String> {
        let worst = line.worst;
        let notes: Vec<String> =
            line.notes().into_iter().map(|(mark, note)| format!("{}: {note}", mark.user)).collect();
        let wrong: Vec<String> = line.rows().map(|row| self.told(|teller| teller.wrong(row))).collect();
        let accepted = line.accepted(self.now);
        let left = worst.deadline_at.map(|at| at.secs_since(self.now));
        vec![
            worst.severity.word().to_owned(),
            match left {
                None => table::NONE.to_owned(),
                Some(left_s @ 1..) => span(left_s),
                Some(_) => "past".to_owned(),
            },
            about(worst, self.fleet),
            wrong.join("; "),
            line.owner(str::to_owned),
            accepted.map_or_else(
                || table::NONE.to_owned(),
                |mark| format!("{} {}", mark.user, self.moment(Some(mark.at))),
            ),
            or_none(Some(notes.join("; ")).as_deref().filter(|notes| !notes.is_empty())),
        ]
    }

    /// In sentences, with instants as they stand on this page.
    fn told(&self, say: impl FnOnce(&Teller<'_>) -> String) -> String {
        let time = |at| self.moment(Some(at));
        say(&Teller { fleet: self.fleet, now: self.now, time: &time })
    }

    fn due(&self, promise: &Promise<'_>) -> Vec<String> {
        let left_s = promise.due_at.secs_since(self.now);
        vec![
            self.moment(Some(promise.due_at)),
            if promise.is_overdue(self.now) { format!("overdue {}", span(left_s)) } else { span(left_s) },
            promise.words().to_owned(),
            promise_about(promise, self.fleet),
            or_none(promise.by()),
        ]
    }

    fn risky(&self, load: &LateLoad<'_>) -> Vec<String> {
        let closes = match load.stop {
            Some(stop) => table::moment_at(stop, load.deadline_at, self.layout, self.now),
            None => self.moment(load.deadline_at),
        };
        vec![
            load.movement.tms.id.to_string(),
            load.standing.risk.word().to_owned(),
            EtaSource::marked(load.eta_source(), late_words(load.movement.late_s)),
            load.stop.map_or_else(|| table::NONE.to_owned(), trip::place),
            closes,
            load.standing.reason.map_or_else(
                || table::NONE.to_owned(),
                |reason| self.told(|teller| teller.why(&load.movement, reason)),
            ),
        ]
    }

    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.heading())?;
        for part in self.parts() {
            writeln!(out, "\n{}", part.heading)?;
            if part.rows.is_empty() {
                writeln!(out, "{}", part.none)?;
            } else {
                let whole = ["DUE", "LATE BY", "CLOSES", "ACCEPTED"];
                grid::print_whole(part.titles, &whole, &part.rows, self.layout, out)?;
            }
        }
        self.beside().iter().try_for_each(|line| writeln!(out, "\n{line}"))
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# {}", self.heading())?;
        for part in self.parts() {
            writeln!(out, "\n## {}\n", part.heading)?;
            if part.rows.is_empty() {
                writeln!(out, "{}", part.none)?;
                continue;
            }
            writeln!(out, "| {} |", part.titles.join(" | "))?;
            writeln!(out, "|{}", " --- |".repeat(part.titles.len()))?;
            for row in &part.rows {
                let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
                writeln!(out, "| {} |", cells.join(" | "))?;
            }
        }
        self.beside().iter().try_for_each(|line| writeln!(out, "\n**{}**", escaped(line)))
    }
}

/// Text that Markdown takes for nothing else: a note must not end a cell, nor become a link.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '!' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn promise_about(promise: &Promise<'_>, fleet: &Fleet) -> String {
    match &promise.what {
        What::LookAgain { exception, .. } => format!("{}: {}", promise.about(fleet), exception.summary),
        What::CheckCall { .. } => promise.about(fleet),
    }
}

fn answer<'a>(handoff: &'a Handoff<'a>, fleet: &Fleet) -> Answer<'a> {
    let wrong = |row: &'a Exception| Wrong {
        id: &row.id,
        kind: row.kind,
        severity: row.severity,
        about: about(row, fleet),
        company_id: row.touches.company_id.as_deref(),
        movement_id: row.touches.movement_id.as_deref(),
        summary: &row.summary,
        since_at: row.since_at,
        raised_at: row.raised_at,
        deadline_at: row.deadline_at,
        owner: owner(row),
        accepted: accepted(row, handoff.at),
        notes: (row.handling.notes.iter())
            .map(|(mark, text)| Note { user: &mark.user, at: mark.at, text })
            .collect(),
    };
    let entry = |line: &Line<'a>| Entry {
        worst: wrong(line.worst),
        also: line.more.iter().map(|row| wrong(row)).collect(),
    };
    let due = |promise: &'a Promise<'a>| {
        let (kind, movement_id, by) = match &promise.what {
            What::LookAgain { exception, by } => {
                ("look_again", exception.touches.movement_id.as_deref(), Some(*by))
            }
            What::CheckCall { load } => ("check_call", Some(load.tms.id.as_str()), None),
        };
        let overdue = promise.is_overdue(handoff.at);
        PromiseRow {
            due_at: promise.due_at,
            overdue,
            kind,
            about: promise_about(promise, fleet),
            movement_id,
            by,
        }
    };
    let risky = |load: &'a LateLoad<'a>| Risky {
        company_id: &load.movement.tms.company_id,
        movement_id: &load.movement.tms.id,
        risk: load.standing.risk,
        reason: load.standing.reason,
        late_s: load.movement.late_s,
        eta_source: load.eta_source(),
        stop_id: load.stop.map(|stop| stop.tms.id.as_str()),
        stop: load.stop.map(trip::place),
        deadline_at: load.deadline_at,
    };
    Answer {
        as_of_at: handoff.at,
        unowned: handoff.unowned(),
        part_owned: handoff.part_owned(),
        accepted: handoff.accepted(),
        open: handoff.open.iter().map(entry).collect(),
        ending: handoff.ending.iter().map(entry).collect(),
        promises: handoff.promises.iter().map(due).collect(),
        at_risk: handoff.at_risk.iter().map(risky).collect(),
        unknown: handoff.unknown,
        blind: handoff.blind.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Act, Deed, ExceptionState, Handling, Seen};
    use crate::rules::freshness::Freshness;
    use crate::rules::handoff as shift;

    #[test]
    fn a_note_stays_in_its_cell_and_is_no_link() {
        assert_eq!(escaped("gate 4 | [x](http://y) <b>"), "gate 4 \\| \\[x\\](http://y) \\<b\\>");
        assert_eq!(escaped("plain, 15:10"), "plain, 15:10");
    }

    #[test]
    fn a_sheet_for_a_terminal_of_ascii_holds_nothing_else_whatever_people_noted() {
        let now = Timestamp::from_secs(1_000_000);
        let act = Act {
            at: now,
            user: "josé".into(),
            host: "box".into(),
            deed: Deed::Note("Müller hält an — 東京".into()),
            seen: Seen::default(),
        };
        let row = Exception {
            state: ExceptionState::Open,
            summary: "Trailer 7 is at Montréal QC".into(),
            handling: Handling::of([act]),
            ..Exception::default()
        };
        let mut fleet = Fleet::default();
        fleet.exceptions = [row].into_iter().collect();
        let sheet = shift::handoff(&fleet, &Freshness::of(&fleet.feeds, now), now);
        for written in [Written::Plainly, Written::AsMarkdown] {
            let told = |ascii| {
                let format = Format::Text(Layout { width: None, ascii, zone: jiff::tz::TimeZone::UTC });
                let mut out = Vec::new();
                format.print(&mut out, |out| print(&sheet, &fleet, &format, written, now, out)).unwrap();
                String::from_utf8(out).unwrap()
            };
            let plain = told(true);
            assert!(plain.is_ascii(), "{plain}");
            assert!(plain.contains("jose: Muller halt an - ????"), "{plain}");
            assert!(plain.contains("Montreal QC"), "{plain}");
            assert!(told(false).contains("josé: Müller hält an — 東京"));
        }
    }
}
