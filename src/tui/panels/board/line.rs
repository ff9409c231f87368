//! What the board says of an exception: short words for a line, made of what the exception itself rests
//! on and of nothing else.

use crate::model::{EtaSource, Exception, ExceptionKind, Fact, Reason, Severity, SubjectKind, Timestamp};
use crate::rules::alerts::ahead_words;
use crate::rules::detention::{Free, says_held};
use crate::rules::queue::{Has, load_of};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::words::{self, UNKNOWN};

/// Less time than this to act is short.
const SHORT_S: i64 = 30 * 60;

/// "CRIT", "HIGH", "MED", "LOW".
pub const fn severity(row: &Exception) -> (&'static str, Role) {
    match row.severity {
        Severity::Critical => ("CRIT", Role::Bad),
        Severity::High => ("HIGH", Role::Bad),
        Severity::Medium => ("MED", Role::Warn),
        Severity::Low => ("LOW", Role::Text),
    }
}

/// How long something can still be done about it: "1h20", "past" once it is too late, "-" where nobody knows.
pub fn left(row: &Exception, now: Timestamp) -> (String, Role) {
    match row.deadline_at.map(|at| at.secs_since(now)) {
        None => (UNKNOWN.to_owned(), Role::Text),
        Some(..=0) => ("past".to_owned(), Role::Bad),
        Some(seconds @ ..=SHORT_S) => (words::minutes(seconds), Role::Bad),
        Some(seconds) => (words::minutes(seconds), Role::Text),
    }
}

/// What it is about: the number of a load, of a unit, a name.
pub fn about(row: &Exception, facts: &Facts) -> String {
    if let Some(load) = &row.touches.movement_id {
        return load.to_string();
    }
    match row.subject.kind {
        SubjectKind::Tractor => facts.tractor_number(row.touches.tractor_id.as_ref()),
        SubjectKind::Trailer => facts.trailer_number(row.touches.trailer_id.as_ref()),
        SubjectKind::Driver => facts.driver_name(row.touches.driver_id.as_ref()),
        SubjectKind::Cause => "loads".to_owned(),
        SubjectKind::Movement | SubjectKind::Stop | SubjectKind::Account => row.subject.id.to_string(),
    }
}

/// The tag of a kind, as a word by itself.
pub const fn tag(kind: ExceptionKind) -> &'static str {
    match kind {
        ExceptionKind::Blind => "BLIND",
        ExceptionKind::AtRisk => "RISK",
        ExceptionKind::Late => "LATE",
        ExceptionKind::UnassignedPickup => "NO UNIT",
        ExceptionKind::InfeasiblePickup => "NO WAY",
        ExceptionKind::RunsOut => "HOURS",
        ExceptionKind::Detention => "HELD",
        ExceptionKind::Dark => "DARK",
        ExceptionKind::TrailerAlone => "ALONE",
        ExceptionKind::LogDisagrees => "LOG",
        ExceptionKind::FeedDown => "FEED",
        ExceptionKind::TmsDisagrees => "TMS",
    }
}

/// What is wrong, in the words of a line: "LATE 35m 14H, Memphis TN", "14H ends 18:30, 40m short of Memphis TN".
pub fn what(row: &Exception, facts: &Facts) -> String {
    let place = row.text("place").unwrap_or("its stop");
    let why = row.text("reason").map(|reason| format!(" {reason}")).unwrap_or_default();
    let minutes = |seconds| EtaSource::marked(row.eta_source(), words::minutes(seconds));
    match (row.kind, row.measure_s) {
        (ExceptionKind::Late, Some(late @ 1..)) => format!("LATE {}{why}, {place}", minutes(late)),
        (ExceptionKind::Late, _) => format!("LATE{why}, {place}"),
        (ExceptionKind::AtRisk, Some(late @ 1..)) => format!("RISK {}{why}, {place}", minutes(late)),
        (ExceptionKind::AtRisk, Some(spare)) => format!("RISK +{}{why}, {place}", minutes(spare)),
        (ExceptionKind::AtRisk, None) => format!("RISK{why}, {place}"),
        (ExceptionKind::InfeasiblePickup, _) => {
            EtaSource::marked(row.eta_source(), "NO WAY".to_owned()) + &format!("{why}, pickup {place}")
        }
        (ExceptionKind::UnassignedPickup, _) => unassigned(row, place),
        (ExceptionKind::RunsOut, short) => runs_out(row, short, place, facts),
        (ExceptionKind::Detention, _) => held(row, place, facts),
        (ExceptionKind::TmsDisagrees, _) if row.text("differs").is_some() => {
            format!("TMS {}, {place}", row.text("differs").unwrap_or_default())
        }
        (ExceptionKind::Blind, _) if row.text("cause").is_some() => blind(row),
        (ExceptionKind::TrailerAlone, _) => {
            let moves =
                row.summary.strip_suffix(" and no tractor of ours is with it").unwrap_or(&row.summary);
            format!("ALONE {}", moves.strip_prefix("Trailer ").unwrap_or(moves))
        }
        (ExceptionKind::Dark, _) => {
            let seen = row.at("observed_at").map(|at| format!(" {}", words::age(Some(at), facts.now)));
            let last = row.summary.split_once(", ").map(|(_, last)| format!(", {last}"));
            format!("DARK{}{}", seen.unwrap_or_default(), last.unwrap_or_default())
        }
        (kind, _) => format!("{} {}", tag(kind), row.summary.strip_prefix("The ").unwrap_or(&row.summary)),
    }
}

fn unassigned(row: &Exception, place: &str) -> String {
    let (Some(kind), Some(lacks)) = (row.text("stop_type"), row.text("lacks")) else {
        return format!("NO UNIT {}", row.summary.strip_prefix("The ").unwrap_or(&row.summary));
    };
    match lacks {
        "driver" | "tractor" => format!("NO UNIT {kind} {place}: no {lacks}"),
        _ => format!("NO UNIT {kind} {place}"),
    }
}

/// "BLIND 28 loads in 12 hours: units unread".
fn blind(row: &Exception) -> String {
    let cause = row.text("cause").unwrap_or_default().to_lowercase().replace('_', " ");
    match row.facts.get("loads") {
        Some(Fact::Count(1)) => format!("BLIND 1 load in {}: {cause}", ahead_words()),
        Some(Fact::Count(loads)) => format!("BLIND {loads} loads in {}: {cause}", ahead_words()),
        _ => format!("BLIND {cause}"),
    }
}

fn runs_out(row: &Exception, short: Option<i64>, place: &str, facts: &Facts) -> String {
    let limit = row.text("limit").unwrap_or("the hours");
    let about = |fact: &str| if row.text(fact).is_some() { "about " } else { "" };
    let short =
        short.map(|short| format!("{}{} short of {place}", about("place_supposed"), words::minutes(short)));
    let short = short.unwrap_or_else(|| format!("before {place}"));
    let supposed = about("at_supposed");
    match row.at("runs_out_at") {
        Some(ends) if ends > facts.now => {
            format!("{limit} ends {supposed}{}, {short}", words::time(ends, &facts.zone, facts.now))
        }
        _ if row.text("rests").is_some() => format!("{limit} too short, rests, {short}"),
        _ if !supposed.is_empty() => format!("{limit} may have ended, {short}"),
        Some(_) | None => format!("{limit} has ended, {short}"),
    }
}

fn held(row: &Exception, place: &str, facts: &Facts) -> String {
    // Where it is instead its page says: a line has room for little.
    let seen = facts.held(row).map_or_else(|| row.text("truck").unwrap_or("there"), |held| held.seen_word());
    let unseen = if seen == "there" { String::new() } else { format!(", truck {seen}") };
    match free(row, facts) {
        Some(Free::Over(over)) => format!("HELD {} over, {place}{unseen}", words::minutes(over)),
        Some(Free::Left(left)) => format!("FREE {} left, {place}{unseen}", words::minutes(left)),
        Some(Free::Unknown) => format!("FREE not known, {place}{unseen}"),
        None => format!("HELD, {place}{unseen}"),
    }
}

/// How the truck that a row is about stands against its free time: as is known now, else as the row was written.
fn free(row: &Exception, facts: &Facts) -> Option<Free> {
    match facts.held(row) {
        Some(held) => Some(held.free(facts.now)),
        None => row.at("free_until_at").map(|at| Free::until(at, says_held(row), facts.now)),
    }
}

/// Whether a truck is held: one whose free time is about to end only stands there, and one of which nobody can tell may have
/// left; they are not counted with them.
pub fn is_held(row: &Exception, facts: &Facts) -> bool {
    row.kind == ExceptionKind::Detention && matches!(free(row, facts), None | Some(Free::Over(_)))
}

/// The tag of a row: that of its kind, but for a truck whose free time is not known to be over.
pub fn tag_now(row: &Exception, facts: &Facts) -> &'static str {
    if row.kind == ExceptionKind::Detention && !is_held(row, facts) { "FREE" } else { tag(row.kind) }
}

/// What else is wrong on a line, each by its tag: " +HOURS +TMS".
pub fn more(rows: &[&Exception], facts: &Facts) -> String {
    rows.iter().skip(1).flat_map(|row| [" +", tag_now(row, facts)]).collect()
}

/// What would help, as far as the kind of trouble and its reason tell.
pub fn remedy(row: &Exception) -> &'static str {
    let reason = row.text("reason");
    let is = |of: Reason| reason == Some(of.word());
    match row.kind {
        ExceptionKind::Late | ExceptionKind::AtRisk if is(Reason::Dwell) || is(Reason::ApptWait) => {
            "call the stop"
        }
        ExceptionKind::Late if is(Reason::NoDriver) => "assign",
        ExceptionKind::Late if is(Reason::Distance) => "tell customer",
        ExceptionKind::Late | ExceptionKind::InfeasiblePickup => "re-power",
        ExceptionKind::AtRisk | ExceptionKind::LogDisagrees | ExceptionKind::Dark => "call driver",
        ExceptionKind::UnassignedPickup => "assign",
        ExceptionKind::RunsOut => "relay or rest",
        ExceptionKind::Detention => "call the stop",
        ExceptionKind::TrailerAlone => "find it",
        ExceptionKind::FeedDown => "see Health",
        ExceptionKind::TmsDisagrees => "correct TMS",
        ExceptionKind::Blind => "see why",
    }
}

/// Who has it and who saw it, and until when this console's person is not to be bothered, who has its load's page open,
/// and how many notes there are: "ann", "seen 2", "z15:00", "~bob", "n1".
pub fn who(row: &Exception, facts: &Facts) -> String {
    who_of(&[row], facts)
}

/// The same of a line that tells of several things, the worst first: "+ann" where somebody has one of the others and
/// nobody the worst. A note is about the load, whichever of them it stands with.
pub fn who_of(rows: &[&Exception], facts: &Facts) -> String {
    let Some(row) = rows.first() else { return UNKNOWN.to_owned() };
    let handling = &row.handling;
    // What is cut where there is no room is the least: who has it comes first.
    let mut parts: Vec<String> = Has::of(rows.iter().copied()).words(initials).into_iter().collect();
    if row.is_snoozed_for(&facts.user, facts.now) {
        let mine = handling.snoozes.iter().find(|(mark, _)| mark.user == facts.user);
        let until = mine.and_then(|(_, snooze)| snooze.until_at);
        parts.push(until.map_or_else(|| "z".to_owned(), |at| format!("z{}", words::clock(at, &facts.zone))));
    }
    let mut seen = row.acked_by();
    match (seen.next(), seen.count()) {
        (Some(mark), 0) if handling.claim.as_ref().is_some_and(|claim| claim.user == mark.user) => {}
        (Some(mark), 0) => parts.push(format!("seen {}", initials(&mark.user))),
        (Some(_), more) => parts.push(format!("seen {}", more + 1)),
        (None, _) => {}
    }
    let load = load_of(row);
    let others = load.as_ref().map(|load| facts.others_at(load)).unwrap_or_default();
    parts.extend(others.into_iter().map(|user| format!("~{}", initials(user))));
    let notes: usize = rows.iter().map(|row| row.handling.notes.len()).sum();
    if notes > 0 {
        parts.push(format!("n{notes}"));
    }
    if parts.is_empty() { UNKNOWN.to_owned() } else { parts.join(" ") }
}

/// A name in the width of a mark.
pub fn initials(user: &str) -> String {
    user.chars().take(8).collect()
}
