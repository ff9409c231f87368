//! The sheet of a change of shift: what `backhaul handoff` answers, as a page on which whoever takes over accepts
//! line by line.

use super::super::board::line;
use super::super::movements::risk_role;
use crate::model::{EtaSource, Keyed};
use crate::rules::handoff::{
    Handoff, Line, NOTHING_AT_RISK, NOTHING_OPEN, NOTHING_PROMISED, Promise, What, about, handoff,
};
use crate::rules::late::LateLoad;
use crate::rules::queue::Has;
use crate::rules::sentence::Teller;
use crate::rules::trip;
use crate::tui::facts::Facts;
use crate::tui::panels::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::text::Span;
use crate::tui::words::{self, UNKNOWN};

/// The shift as it stands.
pub fn sheet(facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about("Handoff");
    let shift = handoff(&facts.fleet, &facts.fresh, facts.now);
    if let Some(blind) = &shift.blind {
        sheet.line(blind.clone(), Role::Bad);
    }
    if let Some(unsettled) = &shift.unsettled {
        sheet.line(unsettled.clone(), Role::Warn);
    }
    sheet.heading(shift.open_heading());
    if shift.open.is_empty() {
        sheet.line(NOTHING_OPEN, Role::Text);
    } else {
        sheet.grid(&["SEV", "LEFT", "ABOUT", "OWNER", "WHAT"], rows(&shift.open, facts));
        sheet.line("A time behind the owner: since then it is taken over in this shift.", Role::Muted);
    }
    if !shift.ending.is_empty() {
        sheet.heading(shift.ending_heading());
        sheet.grid(&["SEV", "LEFT", "ABOUT", "OWNER", "WHAT"], rows(&shift.ending, facts));
    }
    promises(&mut sheet, &shift, facts);
    notes(&mut sheet, &shift, facts);
    at_risk(&mut sheet, &shift, facts);
    sheet
}

/// Each line, leading on to the worst of it.
fn rows(lines: &[Line<'_>], facts: &Facts) -> Vec<(Vec<Span>, Option<Subject>)> {
    let leads_to = |line: &Line<'_>| Some(Subject::Exception(line.worst.id.clone()));
    lines.iter().map(|line| (cells(line, facts), leads_to(line))).collect()
}

fn cells(line: &Line<'_>, facts: &Facts) -> Vec<Span> {
    let (severity, role) = line::severity(line.worst);
    let owned = match (line.accepted(facts.now), line.has()) {
        (Some(mark), _) => {
            let at = words::time(mark.at, &facts.zone, facts.now);
            (format!("{} {at}", line::initials(&mark.user)), Role::Text)
        }
        (None, Has::Worst(_)) => (line.owner(line::initials), Role::Text),
        (None, Has::Part(_) | Has::Nobody) => (line.owner(line::initials), Role::Warn),
    };
    let rows: Vec<_> = line.rows().collect();
    vec![
        (severity.to_owned(), role),
        line::left(line.worst, facts.now),
        (about(line.worst, &facts.fleet), Role::Text),
        owned,
        (line::what(line.worst, facts) + &line::more(&rows, facts), role),
    ]
}

fn promises(sheet: &mut Sheet, shift: &Handoff<'_>, facts: &Facts) {
    sheet.heading(shift.promised_heading());
    if shift.promises.is_empty() {
        return sheet.line(NOTHING_PROMISED, Role::Text);
    }
    let rows = shift.promises.iter().map(|promise| (due(promise, facts), Some(leads_to(promise))));
    sheet.grid(&["DUE", "IN", "WHAT", "ABOUT", "BY"], rows.collect());
}

fn due(promise: &Promise<'_>, facts: &Facts) -> Vec<Span> {
    let left = words::minutes(promise.due_at.secs_since(facts.now));
    let (left, role) = if promise.is_overdue(facts.now) {
        (format!("overdue {left}"), Role::Bad)
    } else {
        (left, Role::Text)
    };
    let time = words::time(promise.due_at, &facts.zone, facts.now);
    let told = [promise.words().to_owned(), promise.about(&facts.fleet), words::or_unknown(promise.by())];
    [(time, role), (left, role)].into_iter().chain(told.map(|text| (text, Role::Text))).collect()
}

fn leads_to(promise: &Promise<'_>) -> Subject {
    match &promise.what {
        What::LookAgain { exception, .. } => Subject::Exception(exception.id.clone()),
        What::CheckCall { load } => Subject::Movement(load.key()),
    }
}

fn notes(sheet: &mut Sheet, shift: &Handoff<'_>, facts: &Facts) {
    let notes = shift.open.iter().chain(&shift.ending).flat_map(|line| {
        line.notes().into_iter().map(move |(mark, note)| {
            let at = words::time(mark.at, &facts.zone, facts.now);
            (about(line.worst, &facts.fleet), format!("{note} ({} {at})", mark.user))
        })
    });
    let notes: Vec<(String, String)> = notes.collect();
    if notes.is_empty() {
        return;
    }
    sheet.heading(format!("Notes: {}", notes.len()));
    for (name, note) in notes {
        sheet.field(&name, note);
    }
}

fn at_risk(sheet: &mut Sheet, shift: &Handoff<'_>, facts: &Facts) {
    sheet.heading(shift.risk_heading());
    if shift.at_risk.is_empty() {
        sheet.line(NOTHING_AT_RISK, Role::Text);
    } else {
        let rows = shift
            .at_risk
            .iter()
            .map(|load| (risky(load, facts), Some(Subject::Movement(load.movement.key()))));
        sheet.grid(&["LOAD", "RISK", "LATE BY", "STOP", "CLOSES", "WHY"], rows.collect());
    }
    if let Some(unknown) = shift.unknown_words() {
        sheet.line(format!("{unknown}."), Role::Warn);
    }
}

fn risky(load: &LateLoad<'_>, facts: &Facts) -> Vec<Span> {
    let late = load.movement.late_s.map(|late| match late {
        1.. => words::minutes(late),
        _ => format!("+{}", words::minutes(late)),
    });
    let late = late.map(|late| EtaSource::marked(load.eta_source(), late));
    let closes = match load.stop {
        Some(stop) => words::time_at(stop, load.deadline_at, facts),
        None => UNKNOWN.to_owned(),
    };
    vec![
        (load.movement.tms.id.to_string(), Role::Text),
        (load.standing.risk.word().replace('_', " "), risk_role(load.standing.risk)),
        (words::or_unknown(late.as_deref()), Role::Text),
        (load.stop.map_or_else(|| UNKNOWN.to_owned(), trip::place), Role::Text),
        (closes, Role::Text),
        (why(load, facts), Role::Text),
    ]
}

fn why(load: &LateLoad<'_>, facts: &Facts) -> String {
    let time = |at| words::time(at, &facts.zone, facts.now);
    let teller = Teller { fleet: &facts.fleet, now: facts.now, time: &time };
    load.standing.reason.map_or_else(|| UNKNOWN.to_owned(), |reason| teller.why(&load.movement, reason))
}
