//! What the board says of an exception: short words for a line, made of what the exception itself rests
//! on and of nothing else.

use crate::model::{Exception, ExceptionKind, Fact, MovementKey, Reason, Severity, SubjectKind, Timestamp};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::words::{self, UNKNOWN};

/// Less time than this to act is short.
const SHORT_S: i64 = 30 * 60;

/// The load an exception touches.
pub fn load_of(row: &Exception) -> Option<MovementKey> {
    let touches = &row.touches;
    Some(MovementKey { company_id: touches.company_id.clone()?, id: touches.movement_id.clone()? })
}

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
        return load.clone();
    }
    match row.subject.kind {
        SubjectKind::Tractor => facts.tractor_number(row.touches.tractor_id.as_ref()),
        SubjectKind::Trailer => facts.trailer_number(row.touches.trailer_id.as_ref()),
        SubjectKind::Driver => facts.driver_name(row.touches.driver_id.as_ref()),
        SubjectKind::Cause => "loads".to_owned(),
        SubjectKind::Movement | SubjectKind::Stop | SubjectKind::Account => row.subject.id.clone(),
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
    let place = text(row, "place").unwrap_or("its stop");
    let why = text(row, "reason").map(|reason| format!(" {reason}")).unwrap_or_default();
    match (row.kind, row.measure_s) {
        (ExceptionKind::Late, Some(late @ 1..)) => format!("LATE {}{why}, {place}", words::minutes(late)),
        (ExceptionKind::Late, _) => format!("LATE{why}, {place}"),
        (ExceptionKind::AtRisk, Some(late @ 1..)) => format!("RISK {}{why}, {place}", words::minutes(late)),
        (ExceptionKind::AtRisk, Some(spare)) => format!("RISK +{}{why}, {place}", words::minutes(spare)),
        (ExceptionKind::AtRisk, None) => format!("RISK{why}, {place}"),
        (ExceptionKind::InfeasiblePickup, _) => format!("NO WAY to the pickup at {place} in time{why}"),
        (ExceptionKind::RunsOut, short) => runs_out(row, short, place, facts),
        (ExceptionKind::Detention, _) => held(row, place, facts),
        (ExceptionKind::Dark, _) => {
            let seen = at(row, "observed_at").map(|at| format!(" {}", words::age(Some(at), facts.now)));
            let last = row.summary.split_once(", ").map(|(_, last)| format!(", {last}"));
            format!("DARK{}{}", seen.unwrap_or_default(), last.unwrap_or_default())
        }
        (kind, _) => format!("{} {}", tag(kind), row.summary.strip_prefix("The ").unwrap_or(&row.summary)),
    }
}

fn runs_out(row: &Exception, short: Option<i64>, place: &str, facts: &Facts) -> String {
    let limit = text(row, "limit").unwrap_or("the hours");
    let short = short.map(|short| format!("{} short of {place}", words::minutes(short)));
    match at(row, "runs_out_at") {
        Some(ends) if ends > facts.now => {
            let ends = words::time(ends, &facts.zone, facts.now);
            format!("{limit} ends {ends}, {}", short.unwrap_or_else(|| format!("before {place}")))
        }
        Some(_) | None => {
            let ended = if text(row, "rests").is_some() { "would not last, rests" } else { "has ended" };
            format!("{limit} {ended}, {}", short.unwrap_or_else(|| format!("before {place}")))
        }
    }
}

fn held(row: &Exception, place: &str, facts: &Facts) -> String {
    let unseen = text(row, "truck").filter(|seen| *seen != "there").map(|seen| format!(", truck {seen}"));
    let unseen = unseen.unwrap_or_default();
    match at(row, "free_until_at").map(|free| free.secs_since(facts.now)) {
        Some(over @ ..=0) => format!("HELD {} over, {place}{unseen}", words::minutes(over)),
        Some(left) => format!("FREE {} left, {place}{unseen}", words::minutes(left)),
        None => format!("HELD, {place}{unseen}"),
    }
}

/// Whether a truck is held: one whose free time is about to end only stands there, and is not counted with them.
pub fn is_held(row: &Exception, now: Timestamp) -> bool {
    row.kind == ExceptionKind::Detention && at(row, "free_until_at").is_none_or(|free| free <= now)
}

/// The tag of a row: that of its kind, but for a truck whose free time is not over.
pub fn tag_now(row: &Exception, now: Timestamp) -> &'static str {
    if row.kind == ExceptionKind::Detention && !is_held(row, now) { "FREE" } else { tag(row.kind) }
}

/// What would help, as far as the kind of trouble and its reason tell.
pub fn remedy(row: &Exception) -> &'static str {
    let reason = text(row, "reason");
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

/// Who has it and who saw it, how many notes there are, and until when this console's person is not to be
/// bothered, and who has its load's page open: "ann", "seen 2", "n1", "z15:00", "~bob".
pub fn who(row: &Exception, facts: &Facts) -> String {
    let handling = &row.handling;
    // What is cut where there is no room is the least: who has it comes first.
    let mut parts: Vec<String> = handling.claim.iter().map(|claim| initials(&claim.user)).collect();
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
    if !handling.notes.is_empty() {
        parts.push(format!("n{}", handling.notes.len()));
    }
    if parts.is_empty() { UNKNOWN.to_owned() } else { parts.join(" ") }
}

/// The same of a line that tells of several things, the worst first: "+ann" where somebody has one of the others and
/// nobody the worst.
pub fn who_of(rows: &[&Exception], facts: &Facts) -> String {
    let Some((worst, more)) = rows.split_first() else { return UNKNOWN.to_owned() };
    let own = who(worst, facts);
    let mut others = more.iter().filter_map(|row| row.handling.claim.as_ref());
    match others.next().filter(|_| worst.handling.claim.is_none()) {
        Some(claim) if own == UNKNOWN => format!("+{}", initials(&claim.user)),
        Some(claim) => format!("+{} {own}", initials(&claim.user)),
        None => own,
    }
}

/// A name in the width of a mark.
pub fn initials(user: &str) -> String {
    user.chars().take(8).collect()
}

/// A fact in words.
pub fn text<'a>(row: &'a Exception, name: &str) -> Option<&'a str> {
    match row.facts.get(name)? {
        Fact::Text(text) => Some(text),
        _ => None,
    }
}

fn at(row: &Exception, name: &str) -> Option<Timestamp> {
    match row.facts.get(name)? {
        Fact::At(at) => Some(*at),
        _ => None,
    }
}
