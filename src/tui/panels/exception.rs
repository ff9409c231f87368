//! An exception with all that it rests on, what people did about it, and what it touches. And how other pages
//! tell of the exceptions about them.

use super::Subject;
use super::board::line;
use super::tractors::why_dark;
use crate::model::{Exception, ExceptionKind, Fact, Mark, MovementKey, Timestamp};
use crate::rules::queue::load_of;
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::words::{self, UNKNOWN};

/// Everything known of an exception.
pub fn sheet(row: &Exception, facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about(format!("{} {}", line::about(row, facts), line::tag_now(row, facts)));
    let ago = |at: Option<Timestamp>| at.map(|at| format!("{} ago", words::age(Some(at), facts.now)));
    let time = |at: Timestamp| words::time(at, &facts.zone, facts.now);
    sheet.heading("What is wrong");
    sheet.line(row.summary.clone(), line::severity(row).1);
    sheet.judged("severity", row.severity.word(), line::severity(row).1, trend(row));
    let (left, role) = line::left(row, facts.now);
    let until = row.deadline_at.map(|at| format!("until {}", time(at))).unwrap_or_default();
    sheet.judged("time to act", left, role, until);
    sheet.field("would help", line::remedy(row));
    sheet.noted("since", time(row.since_at), ago(Some(row.since_at)).unwrap_or_default());
    if let Some(raised) = row.raised_at {
        let times = if row.count > 1 { format!(", {} times", row.count) } else { String::new() };
        sheet.noted("raised", time(raised), ago(Some(raised)).unwrap_or_default() + &times);
    }
    if !row.is_open() {
        let because = row.cleared_because.clone().unwrap_or_default();
        let at = row.cleared_at.map_or_else(|| UNKNOWN.to_owned(), time);
        sheet.judged("over", at, Role::Good, because);
    } else if !facts.holds(row) {
        sheet.judged("over", "now", Role::Good, "it is not at that stop any more");
    }
    if let Some(held) = facts.held(row) {
        sheet.field("truck", held.seen_words(facts.now));
    }
    sheet.noted("last changed", time(row.computed_at), ago(Some(row.computed_at)).unwrap_or_default());
    if row.kind == ExceptionKind::Dark
        && let Some(tractor) = facts.tractor(row.touches.tractor_id.as_ref())
    {
        why_dark(&mut sheet, tractor, facts);
    }
    people(&mut sheet, row, facts);
    if let Some(load) = load_of(row) {
        beside(&mut sheet, &load, facts);
    }
    touched(&mut sheet, row, facts);
    let others: Vec<String> = load_of(row)
        .map(|key| Subject::Movement(key).exceptions(facts))
        .unwrap_or_default()
        .into_iter()
        .filter(|id| *id != row.id)
        .collect();
    list(&mut sheet, "Also wrong with this load", &others, facts);
    sheet.heading("It rests on");
    for (name, fact) in &row.facts {
        let (value, note) = fact_words(name, fact, facts);
        let name = name.trim_end_matches("_at").trim_end_matches("_s").replace('_', " ");
        sheet.noted(&name, value, note);
    }
    sheet.noted("worth", row.score.to_string(), "severity x time left to act: the order of the board");
    let letters = words::letters(facts.now, &facts.zone);
    sheet.line(format!("All times here are the office's ({letters})."), Role::Muted);
    sheet
}

/// The exceptions about what a page is of, each leading on to its own.
pub fn about(sheet: &mut Sheet, subject: &Subject, facts: &Facts) {
    if let Subject::Movement(load) = subject {
        beside(sheet, load, facts);
    }
    list(sheet, "What is wrong", &subject.exceptions(facts), facts);
}

/// Who else looks at a load, before two people do the same for it.
fn beside(sheet: &mut Sheet, load: &MovementKey, facts: &Facts) {
    if let Some(others) = facts.beside_at(load) {
        sheet.line(format!("{others}."), Role::Warn);
    }
}

fn list(sheet: &mut Sheet, heading: &str, ids: &[String], facts: &Facts) {
    if ids.is_empty() {
        return;
    }
    sheet.heading(heading);
    let rows = ids.iter().filter_map(|id| facts.open_exception(id)).map(|row| {
        let (severity, role) = line::severity(row);
        let (left, left_role) = line::left(row, facts.now);
        let cells = vec![
            (severity.to_owned(), role),
            (left, left_role),
            (line::who(row, facts), Role::Text),
            (line::what(row, facts), role),
        ];
        (cells, Some(Subject::Exception(row.id.clone())))
    });
    sheet.grid(&["SEV", "LEFT", "WHO", "WHAT"], rows.collect());
}

fn trend(row: &Exception) -> String {
    use crate::model::Trend;
    row.trend.map_or_else(String::new, |(trend, _)| {
        match trend {
            Trend::Worse => "getting worse",
            Trend::Better => "getting better",
            Trend::Gone => "going away",
            Trend::Blind => "nobody can tell any more whether it holds: what is said is from before",
        }
        .to_owned()
    })
}

/// What people did, each with who and when.
fn people(sheet: &mut Sheet, row: &Exception, facts: &Facts) {
    let handling = &row.handling;
    sheet.heading("People");
    let when = |mark: &Mark| {
        format!("{} ago, on {}", words::age(Some(mark.at), facts.now), words::or_unknown(Some(&mark.host)))
    };
    match &handling.claim {
        Some(mark) => sheet.noted("who has it", mark.user.clone(), when(mark)),
        None => sheet.judged("who has it", "nobody", Role::Warn, ""),
    }
    for mark in row.acked_by() {
        sheet.noted("seen by", mark.user.clone(), when(mark));
    }
    for (mark, snooze) in
        handling.snoozes.iter().filter(|(mark, _)| row.is_snoozed_for(&mark.user, facts.now))
    {
        let until = snooze.until_at.map(|at| format!("until {}", words::time(at, &facts.zone, facts.now)));
        let worse = snooze.worse_by_s.map(|by| format!("until worse by {}", words::minutes(by)));
        let parts: Vec<String> = until.into_iter().chain(worse).collect();
        sheet.noted("snoozed by", format!("{} {}", mark.user, parts.join(", ")), when(mark));
    }
    // A note is about the load, whichever of what is wrong with it was in sight when it was written.
    let whole = facts.whole(std::slice::from_ref(&row.id));
    let notes = if whole.is_empty() { vec![row] } else { whole };
    let mut notes: Vec<_> = notes.into_iter().flat_map(|row| &row.handling.notes).collect();
    notes.sort_by_key(|(mark, _)| std::cmp::Reverse(mark.at));
    for (mark, note) in notes {
        sheet.noted(&format!("note, {}", line::initials(&mark.user)), note.clone(), when(mark));
    }
}

/// What it is about, each leading on to its own page.
fn touched(sheet: &mut Sheet, row: &Exception, facts: &Facts) {
    let touches = &row.touches;
    let load = load_of(row).filter(|key| facts.fleet.movements.get(key).is_some());
    let driver = touches.driver_id.clone().filter(|id| facts.driver(Some(id)).is_some());
    let tractor = touches.tractor_id.clone().filter(|id| facts.tractor(Some(id)).is_some());
    let trailer = touches.trailer_id.clone().filter(|id| facts.trailer(Some(id)).is_some());
    let links = [
        ("load", touches.movement_id.as_ref().map(Into::into), load.map(Subject::Movement)),
        ("driver", driver.as_ref().map(|id| facts.driver_name(Some(id))), driver.map(Subject::Driver)),
        ("tractor", tractor.as_ref().map(|id| facts.tractor_number(Some(id))), tractor.map(Subject::Tractor)),
        ("trailer", trailer.as_ref().map(|id| facts.trailer_number(Some(id))), trailer.map(Subject::Trailer)),
    ];
    if links.iter().all(|(_, value, _)| value.is_none()) && touches.account.is_none() {
        return;
    }
    sheet.heading("About");
    for (name, value, to) in links {
        if let Some(value) = value {
            sheet.link(name, value, "", to);
        }
    }
    if let Some(account) = &touches.account {
        sheet.field("account", account.clone());
        let feeds = facts.fleet.feeds.iter().filter(|feed| feed.account == *account);
        for feed in feeds {
            let to = Subject::Feed { account: account.to_string(), resource: feed.resource.clone() };
            let read = format!("read {}", words::age(feed.last_ok_at, facts.now));
            sheet.link("feed", feed.resource.clone(), read, Some(to));
        }
    }
}

fn fact_words(name: &str, fact: &Fact, facts: &Facts) -> (String, String) {
    match fact {
        Fact::At(at) => {
            let age = (*at <= facts.now).then(|| format!("{} ago", words::age(Some(*at), facts.now)));
            (words::time(*at, &facts.zone, facts.now), age.unwrap_or_default())
        }
        Fact::Seconds(seconds) => {
            let sign = if *seconds < 0 { "-" } else { "" };
            (format!("{sign}{}", words::minutes(*seconds)), String::new())
        }
        Fact::Count(count) => (count.to_string(), String::new()),
        Fact::Number(miles) if name == "miles" => (words::distance(*miles, facts.metric), String::new()),
        Fact::Number(number) => (format!("{number:.2}"), String::new()),
        Fact::Text(text) => (text.clone(), String::new()),
        Fact::List(texts) => (texts.join(", "), String::new()),
    }
}
