//! The sheet of a change of shift: what `backhaul handoff` answers, as a page on which whoever takes over accepts
//! line by line.

use super::super::board::line;
use super::super::movements::risk_role;
use crate::model::{Exception, Keyed, Reason};
use crate::rules::handoff::{
    Handoff, NOTHING_AT_RISK, NOTHING_OPEN, NOTHING_PROMISED, Promise, UNOWNED, What, about, accepted,
    handoff, owner,
};
use crate::rules::late::LateLoad;
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
        let rows = shift.open.iter().map(|row| (cells(row, facts), Some(Subject::Exception(row.id.clone()))));
        sheet.grid(&["SEV", "LEFT", "ABOUT", "OWNER", "ACCEPTED", "WHAT"], rows.collect());
    }
    promises(&mut sheet, &shift, facts);
    notes(&mut sheet, &shift, facts);
    at_risk(&mut sheet, &shift, facts);
    sheet
}

fn cells(row: &Exception, facts: &Facts) -> Vec<Span> {
    let (severity, role) = line::severity(row);
    let owned = match owner(row) {
        Some(mark) => (line::initials(&mark.user), Role::Text),
        None => (UNOWNED.to_owned(), Role::Warn),
    };
    let accepted = accepted(row, facts.now);
    let accepted = accepted.map(|mark| {
        let at = words::time(mark.at, &facts.zone, facts.now);
        format!("{} {at}", line::initials(&mark.user))
    });
    vec![
        (severity.to_owned(), role),
        line::left(row, facts.now),
        (about(row, &facts.fleet), Role::Text),
        owned,
        (words::or_unknown(accepted.as_deref()), Role::Text),
        (line::what(row, facts), role),
    ]
}

fn promises(sheet: &mut Sheet, shift: &Handoff<'_>, facts: &Facts) {
    sheet.heading(shift.promised_heading());
    if shift.promises.is_empty() {
        return sheet.line(NOTHING_PROMISED, Role::Text);
    }
    let rows = shift.promises.iter().map(|promise| (due(promise, facts), Some(leads_to(promise))));
    sheet.grid(&["DUE", "WHAT", "ABOUT", "BY"], rows.collect());
}

fn due(promise: &Promise<'_>, facts: &Facts) -> Vec<Span> {
    let role = if promise.due_at <= facts.now { Role::Bad } else { Role::Text };
    let time = words::time(promise.due_at, &facts.zone, facts.now);
    let told = [promise.words().to_owned(), promise.about(&facts.fleet), words::or_unknown(promise.by())];
    std::iter::once((time, role)).chain(told.map(|text| (text, Role::Text))).collect()
}

fn leads_to(promise: &Promise<'_>) -> Subject {
    match &promise.what {
        What::LookAgain { exception, .. } => Subject::Exception(exception.id.clone()),
        What::CheckCall { load } => Subject::Movement(load.key()),
    }
}

fn notes(sheet: &mut Sheet, shift: &Handoff<'_>, facts: &Facts) {
    let notes = shift.open.iter().flat_map(|row| {
        row.handling.notes.iter().map(move |(mark, note)| {
            let at = words::time(mark.at, &facts.zone, facts.now);
            (about(row, &facts.fleet), format!("{note} ({} {at})", mark.user))
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
        sheet.grid(&["LOAD", "RISK", "LATE BY", "REASON", "STOP", "CLOSES"], rows.collect());
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
    let closes = match load.stop {
        Some(stop) => words::time_at(stop, load.deadline_at, facts),
        None => UNKNOWN.to_owned(),
    };
    vec![
        (load.movement.tms.id.clone(), Role::Text),
        (load.standing.risk.word().replace('_', " "), risk_role(load.standing.risk)),
        (words::or_unknown(late.as_deref()), Role::Text),
        (words::or_unknown(load.standing.reason.map(Reason::word)), Role::Text),
        (load.stop.map_or_else(|| UNKNOWN.to_owned(), trip::place), Role::Text),
        (closes, Role::Text),
    ]
}
