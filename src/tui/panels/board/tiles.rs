//! The lines over the board's rows: how much of what is wrong, and what nobody can tell.

use crate::model::{Exception, ExceptionKind};
use crate::rules::blindness::{Sight, Silence};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Span, width_of};
use crate::tui::words;

/// The counts, each with its word in full and in short, and the kinds it counts.
const TILES: &[(&str, &str, &[ExceptionKind])] = &[
    ("late", "late", &[ExceptionKind::Late]),
    ("at risk", "risk", &[ExceptionKind::AtRisk]),
    ("uncovered", "uncov", &[ExceptionKind::UnassignedPickup, ExceptionKind::InfeasiblePickup]),
    ("run out", "hours", &[ExceptionKind::RunsOut]),
    ("detained", "held", &[ExceptionKind::Detention]),
    ("dark", "dark", &[ExceptionKind::Dark]),
    ("feed down", "feed", &[ExceptionKind::FeedDown]),
    (
        "other",
        "other",
        &[
            ExceptionKind::Blind,
            ExceptionKind::TrailerAlone,
            ExceptionKind::LogDisagrees,
            ExceptionKind::TmsDisagrees,
        ],
    ),
];

/// The open exceptions counted by kind, in `room` columns, and how many this console's person snoozed: all
/// counts, else those that are not nothing, else those in short words.
pub fn line(facts: &Facts, room: u16) -> Vec<Span> {
    let open: Vec<&Exception> =
        facts.fleet.exceptions.iter().map(AsRef::as_ref).filter(|row| row.is_open()).collect();
    let counted = TILES.iter().map(|(long, short, kinds)| {
        (open.iter().filter(|row| kinds.contains(&row.kind)).count(), *long, *short)
    });
    let counted: Vec<_> = counted.collect();
    let snoozed = open.iter().filter(|row| row.is_snoozed_for(&facts.user, facts.now)).count();
    let tail = (snoozed > 0).then(|| (format!("({snoozed} snoozed)"), Role::Muted));
    let spans = |zeros: bool, short: bool| {
        let mut line: Vec<Span> = Vec::new();
        let shown = counted.iter().filter(|(count, long, _)| *count > 0 || (zeros && *long != "other"));
        for (count, long, brief) in shown {
            let role = match (*count, *long) {
                (0, _) => Role::Muted,
                (_, "late" | "feed down") => Role::Bad,
                (_, "other") => Role::Text,
                _ => Role::Warn,
            };
            line.push((format!("{count} {}", if short { brief } else { long }), role));
            line.push(("  ".to_owned(), Role::Text));
        }
        line.extend(tail.clone());
        line
    };
    let lines = [spans(true, false), spans(false, false)];
    lines.into_iter().find(|line| width_of(line) <= room).unwrap_or_else(|| spans(false, true))
}

/// What nobody can tell, in a sentence; `None` where everything comes.
pub fn blind(sight: &Sight, facts: &Facts) -> Option<String> {
    match sight {
        Sight::Clear { .. } => None,
        Sight::Nothing => Some("BLIND: nothing was ever read of loads, positions or hours".to_owned()),
        Sight::Blind(silent) => {
            let told: Vec<String> = silent.iter().map(|one| silence(one, facts)).collect();
            Some(format!("BLIND: {}", told.join("; ")))
        }
    }
}

/// "motive silent 11m (positions, hours)".
fn silence(one: &Silence, facts: &Facts) -> String {
    let of = one.of.join(", ");
    match one.since {
        Some(since) => format!("{} silent {} ({of})", one.account, words::age(Some(since), facts.now)),
        None => format!("{} never read ({of})", one.account),
    }
}
