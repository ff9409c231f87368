//! Who is near a place, by when he can legally be there: what `backhaul near` answers, as a page.

use crate::model::{Timestamp, UnitKind};
use crate::rules::asked::{self, Asked};
use crate::rules::near::{Near, Wanted, drivable_s, near};
use crate::rules::{trailer, whereabouts};
use crate::tui::facts::Facts;
use crate::tui::panels::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::text::Span;
use crate::tui::words;

/// The answer to what was typed.
pub fn sheet(text: &str, facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about("Near");
    match asked::read(text) {
        Ok(asked) => answer(&mut sheet, &asked, facts),
        Err(why) => sheet.line(why, Role::Warn),
    }
    sheet
}

fn answer(sheet: &mut Sheet, asked: &Asked, facts: &Facts) {
    let basis = facts.basis();
    let spot = match whereabouts::locate(basis.fleet, basis.places, &asked.place) {
        Ok(spot) => spot,
        Err(why) => return sheet.line(why, Role::Warn),
    };
    let wanted = Wanted { place: spot.point, miles: asked.miles, drive_s: asked.drive_s, empty: asked.empty };
    let around = near(&basis, &wanted);
    sheet.title = format!("Near {}", spot.label);
    let rigs = around.found.iter().filter(|row| row.leads());
    let rows: Vec<_> = rigs.map(|row| (cells(row, facts), Some(subject(row)))).collect();
    let drive = asked.drive_s.map(|least| format!(", {} to drive", words::minutes(least)));
    let empty = if asked.empty { ", not loaded" } else { "" };
    let as_of = words::clock(facts.now, &facts.zone);
    sheet.heading(format!(
        "{} within {}{}{empty}, first there first (as of {as_of})",
        rows.len(),
        words::distance(asked.miles, facts.metric),
        drive.unwrap_or_default()
    ));
    if rows.is_empty() {
        sheet.line("nobody, as far as is known", Role::Warn);
    } else {
        let titles = ["WHO", "THERE", "AWAY", "DRIVE", "LEGAL", "TRAILER", "LOAD", "SEEN", "HOURS", "PLACE"];
        // What is left of the hours is in LEGAL, and how far off somebody is in AWAY.
        sheet.grid_without(&titles, &["DRIVE"], rows);
    }
    for untold in around.untold(&facts.zone, facts.now) {
        sheet.line(format!("{untold}."), Role::Muted);
    }
    for doubt in around.empty_not_known().into_iter().chain(around.left_out()) {
        sheet.line(format!("{doubt}."), Role::Warn);
    }
    if let Some(doubt) = whereabouts::doubt(&spot, facts.now) {
        sheet.line(format!("{doubt}."), Role::Muted);
    }
    sheet.line(
        "THERE: legally, after his loads, by all his clocks, on the straight line x 1.2. LEGAL: driving left before a long rest.",
        Role::Muted,
    );
}

fn subject(row: &Near<'_>) -> Subject {
    let id = row.id.clone();
    match row.kind {
        UnitKind::Driver => Subject::Driver(id),
        UnitKind::Tractor => Subject::Tractor(id),
        UnitKind::Trailer => Subject::Trailer(id),
    }
}

fn cells(row: &Near<'_>, facts: &Facts) -> Vec<Span> {
    let there = match &row.legal_arrival {
        Ok(at) => (words::time(*at, &facts.zone, facts.now), Role::Text),
        Err(missing) => (missing.word().to_owned(), Role::Warn),
    };
    let trailer = row.trailer.map(trailer::with_freight);
    let age = |at: Option<Timestamp>| words::age(at, facts.now);
    let plain = |text: String| (text, Role::Text);
    vec![
        plain(row.called().chars().take(20).collect()),
        there,
        plain(words::distance(row.miles, facts.metric)),
        plain(words::hours(row.left.drive_s)),
        plain(words::hours(drivable_s(&row.left))),
        plain(words::or_unknown(trailer.as_deref())),
        plain(words::or_unknown(row.movement_id)),
        plain(age(row.observed_at)),
        plain(age(row.driver.and_then(|driver| driver.hos_as_of_at))),
        plain(words::or_unknown(row.place().as_deref())),
    ]
}
