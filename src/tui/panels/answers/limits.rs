//! Whose hours end before his work does: what `backhaul hours` answers, as a page.

use crate::rules::alerts::AHEAD;
use crate::rules::limits::{By, Ends, Limit, limits};
use crate::tui::facts::Facts;
use crate::tui::panels::Subject;
use crate::tui::panels::movements::risk_role;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::text::Span;
use crate::tui::words;

/// Less than this left is soon.
const SOON_S: i64 = 3600;

/// Whose hours end, and where.
pub fn sheet(facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about("Hours");
    let found = limits(&facts.fleet, &facts.fresh, facts.now, AHEAD);
    let ahead = AHEAD.as_secs() / 3600;
    let left_out = found.left_out();
    // Of whom nobody knows may be the one.
    let count = match (found.drivers.len(), &left_out) {
        (0, Some(_)) => words::UNKNOWN.to_owned(),
        (count, Some(_)) => format!("{count} or more"),
        (count, None) => count.to_string(),
    };
    sheet.heading(format!("Hours end before the work does, next {ahead} h: {count}"));
    if found.drivers.is_empty() {
        sheet.line("Nobody's, as far as is known. Health says whether all feeds come.", Role::Text);
    } else {
        let rows = found.drivers.iter().map(|one| (cells(one, facts), Some(subject(one))));
        sheet.grid(&["DRIVER", "LIMIT", "ENDS", "SHORT OF", "WHERE", "LOAD", "CLOCKS"], rows.collect());
    }
    if let Some(about) = found.about() {
        sheet.line(format!("{about}."), Role::Muted);
    }
    if let Some(left_out) = left_out {
        sheet.line(format!("{left_out}."), Role::Warn);
    }
    sheet.line(
        "By the plan of each driver's load; a break that the plan has time for does not count. \"rests\": he does, though his clock has time left, as it would not last. \"no plan\": when his clocks end if he drives on.",
        Role::Muted,
    );
    sheet
}

fn subject(one: &Limit<'_>) -> Subject {
    Subject::Driver(one.driver.id.clone())
}

const fn about(is_supposed: bool) -> &'static str {
    if is_supposed { "about " } else { "" }
}

fn cells(one: &Limit<'_>, facts: &Facts) -> Vec<Span> {
    let (ends, role) = match one.ends {
        Ends::Ended if one.at_supposed => ("may have ended".to_owned(), Role::Warn),
        Ends::Ended => ("ended".to_owned(), Role::Bad),
        Ends::Rests => ("rests".to_owned(), Role::Text),
        Ends::At(at) => {
            let role = if at.secs_since(facts.now) < SOON_S { Role::Warn } else { Role::Text };
            (format!("{}{}", about(one.at_supposed), words::time(at, &facts.zone, facts.now)), role)
        }
    };
    let short_of = |short_s: i64| format!("{}{}", about(one.place_supposed), words::minutes(short_s));
    let short = match (one.short_of_s, one.stop_place()) {
        (Some(short), Some(place)) => format!("{} of {place}", short_of(short)),
        (Some(short), None) => short_of(short),
        (None, _) if one.by == By::Clocks => "no plan".to_owned(),
        (None, _) => words::or_unknown(None),
    };
    vec![
        (one.driver.name.chars().take(20).collect(), Role::Text),
        (one.limit.to_owned(), role),
        (ends, role),
        (short, risk_role(one.risk)),
        (words::or_unknown(one.place.as_deref()), Role::Text),
        (words::or_unknown(one.load.map(|load| load.tms.id.as_str())), Role::Text),
        (words::age(one.driver.hos_as_of_at, facts.now), Role::Text),
    ]
}
